"""A process of a job: started here or, by ssh, on another host.

On another host `remote` starts it. Variables, the secret among them, go there through the standard
input, because command lines are for everybody to read; and when that ends, the process ends.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import NamedTuple


class Host(NamedTuple):
    """Where a process runs: here if the name is empty, else where a command such as ssh leads."""

    name: str
    ssh: list[str]


class Worker:
    """A process that runs, with pipes for what it prints. It leads a group of its own, so that what
    it starts ends with it.

    number: in the job; variables: of its environment, beside those of the launcher
    """

    def __init__(
        self, number: int, host: Host, command: list[str], variables: dict[str, str]
    ) -> None:
        self.number = number
        self.host = host
        if host.name:
            self.process = self._remote(command, variables)
        else:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, **variables},
                start_new_session=True,
            )

    def _remote(self, command: list[str], variables: dict[str, str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*self.host.ssh, self.host.name, sys.executable, "-m", "weft._processes.remote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        told = {"folder": os.getcwd(), "command": command, "variables": variables}
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(told).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            return process  # ssh has ended, which its exit code tells
        return process

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def end(self, number: int) -> None:
        """Sends a signal to the process and all that it has started."""
        if self.host.name and self.process.stdin is not None:
            try:
                self.process.stdin.write(f"{int(number)}\n".encode())
                self.process.stdin.flush()
            except (BrokenPipeError, ValueError):
                return  # it has ended
            if number != signal.SIGKILL:
                return
            self.process.stdin.close()
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return

    def wait_in_thread(self, ended: Callable[[int], None]) -> None:
        """Calls a function with the exit code when the process ends."""

        def wait() -> None:
            ended(self.process.wait())

        threading.Thread(target=wait, name="weft launch", daemon=True).start()

    def wait_until(self, limit: float | None) -> None:
        """Returns when the process has ended, or at a time of `time.monotonic()`."""
        try:
            self.process.wait(None if limit is None else max(0.0, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            return


__all__ = ["Host", "Worker"]
