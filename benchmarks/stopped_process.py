"""Processes that answer questions with lines of JSON, and are stopped while others are timed."""

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

Answer = dict[str, Any]


class StoppedProcess:
    """It runs only while it is asked: no thread of it that spins takes time from others.

    command: what reads questions from standard input, a line each, and answers each with one line
        of JSON on standard output
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._rest = b""
        self._process: subprocess.Popen | None = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            process_group=0,
        )

    @property
    def runs(self) -> bool:
        return self._process is not None

    def ask(self, question: str, limit: float) -> Answer:
        """Its answer; {"failed": why} if it gives none in `limit` seconds."""
        assert self._process is not None and self._process.stdin is not None
        os.killpg(self._process.pid, signal.SIGCONT)
        try:
            self._process.stdin.write(f"{question}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            return {"failed": f"ended with status {self._process.wait()}"}
        return self.answer(limit)

    def answer(self, limit: float) -> Answer:
        """The next line, or why there is none; the process is stopped."""
        found = self._answer(limit)
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGSTOP)
        return found

    def close(self) -> None:
        """Ends the process and whatever it started."""
        if self._process is not None:
            for sent in (signal.SIGCONT, signal.SIGKILL):
                if self._process.poll() is None:
                    os.killpg(self._process.pid, sent)
            self._process.communicate()
            self._process = None

    def _answer(self, limit: float) -> Answer:
        assert self._process is not None and self._process.stdout is not None
        descriptor, end = self._process.stdout.fileno(), time.monotonic() + limit
        while b"\n" not in self._rest:
            left = end - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                return {"failed": f"took more than {limit:.0f} s"}
            content = os.read(descriptor, 1 << 16)
            if not content:
                return {"failed": f"ended with status {self._process.wait()}"}
            self._rest += content
        line, self._rest = self._rest.split(b"\n", 1)
        return json.loads(line)
