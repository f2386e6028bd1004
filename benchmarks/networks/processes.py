"""The runner's end of competitor.py: processes that are stopped while others are timed."""

import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from frameworks import Framework, environment

HERE = Path(__file__).resolve().parent
SETUP_LIMIT = 900.0  # seconds; compilers take minutes
ROUND_LIMIT = 300.0


class Competitor:
    """One framework with one variant of a workload. `state` is what its set-up answered: its times,
    or "missing" or "failed" with a reason."""

    def __init__(
        self, framework: Framework, name: str, variant: str, threads: int, files: Path
    ) -> None:
        self.framework, self.variant = framework, variant
        self.output = files / "outputs" / f"{name}-{framework.name}-{variant}.npy"
        self.rounds: list[dict[str, Any]] = []
        self._process: subprocess.Popen | None = None
        self._rest = b""
        if not framework.is_installed:
            self.state: dict[str, Any] = {"missing": "not installed; `make bench-peers` does it"}
            return
        self.output.parent.mkdir(parents=True, exist_ok=True)
        self.output.unlink(missing_ok=True)
        given = (framework.name, name, variant, str(threads), str(self.output))
        self._process = subprocess.Popen(
            [str(framework.python), str(HERE / "competitor.py"), *given],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(threads, files),
            process_group=0,
        )
        try:
            self.state = self._answer(SETUP_LIMIT)
        except BaseException:  # the runner is ended, and nobody has this object yet to close it
            self.close()
            raise
        self._pause()

    @property
    def label(self) -> str:
        return f"{self.framework.name} {self.variant}"

    @property
    def is_ready(self) -> bool:
        return self._process is not None and "version" in self.state

    def ask(self, question: str) -> dict[str, Any]:
        assert self._process is not None and self._process.stdin is not None
        os.killpg(self._process.pid, signal.SIGCONT)
        self._process.stdin.write(f"{question}\n".encode())
        self._process.stdin.flush()
        answer = self._answer(ROUND_LIMIT)
        self._pause()
        return answer

    def sample(self, seconds: float) -> None:
        """One round."""
        answer = self.ask(f"sample {seconds}")
        if "samples" in answer:
            self.rounds.append(answer)
        else:
            self.close()
            self.state = answer

    def close(self) -> None:
        """Ends the process and whatever it started."""
        if self._process is not None:
            for sent in (signal.SIGCONT, signal.SIGKILL):
                if self._process.poll() is None:
                    os.killpg(self._process.pid, sent)
            self._process.communicate()
            self._process = None

    def _pause(self) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGSTOP)

    def _answer(self, limit: float) -> dict[str, Any]:
        """The next line, or why there is none."""
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
