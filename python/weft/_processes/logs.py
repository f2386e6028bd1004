"""What the processes of a job print: with the rank in front of each line, or in files by rank."""

import os
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import BinaryIO

LAST = 15  # lines that are kept of each process, for the report of a failure
LONGEST = 1 << 16  # bytes of a line that is passed on in parts


class Output:
    """Follows the processes of a job.

    folder: gets `rank-0.log` and so on; None: all is printed here, where lines of several
        processes are told apart by `[rank]`
    count: how many processes there are
    """

    def __init__(self, folder: str | None, count: int) -> None:
        self._count = count
        self._last: dict[int, deque[str]] = {n: deque(maxlen=LAST) for n in range(count)}
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._files: dict[int, BinaryIO] = {}
        if folder is not None:
            os.makedirs(folder, exist_ok=True)
            self._files = {
                n: open(Path(folder, f"rank-{n}.log"), "wb")  # noqa: SIM115
                for n in range(count)
            }

    def follow(self, number: int, process: subprocess.Popen[bytes]) -> None:
        """Reads what a process prints until it closes that."""
        assert process.stdout is not None and process.stderr is not None
        for source, target in (
            (process.stdout, sys.stdout.buffer),
            (process.stderr, sys.stderr.buffer),
        ):
            thread = threading.Thread(
                target=self._read, args=(number, source, target), name="weft log", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _read(self, number: int, source: BinaryIO, target: BinaryIO) -> None:
        rest = b""
        while part := os.read(source.fileno(), LONGEST):
            rest += part
            end = max(rest.rfind(b"\n"), rest.rfind(b"\r")) + 1
            if end == 0 and len(rest) < LONGEST:
                continue
            end = end or len(rest)
            self._pass_on(number, rest[:end], target)
            rest = rest[end:]
        if rest:
            self._pass_on(number, rest + b"\n", target)
        source.close()

    def _pass_on(self, number: int, lines: bytes, target: BinaryIO) -> None:
        with self._lock:
            shown = lines.decode(errors="replace").split("\n")
            self._last[number].extend(line.rpartition("\r")[2] for line in shown if line.strip())
            if number in self._files:
                self._files[number].write(lines)
                self._files[number].flush()
                return
            target.write(self._marked(number, lines))
            target.flush()

    def _marked(self, number: int, lines: bytes) -> bytes:
        if self._count == 1:
            return lines
        mark = b"[%d] " % number
        parts = lines.splitlines(keepends=True)
        return b"".join(_after_return(mark, part) for part in parts)

    def last_lines(self, number: int) -> list[str]:
        """The last lines of a process, both of its outputs."""
        return list(self._last[number])

    def flush(self) -> None:
        """What was printed is on its way."""
        with self._lock:
            sys.stdout.flush()

    def finish(self) -> None:
        """Returns when the outputs of processes that have ended are read."""
        for thread in self._threads:
            thread.join(timeout=2.0)
        self._threads.clear()

    def close(self) -> None:
        """Closes the files."""
        for file in self._files.values():
            file.close()


def _after_return(mark: bytes, line: bytes) -> bytes:
    """The mark in front of a line, behind the carriage return by which a progress bar begins."""
    bare = line.lstrip(b"\r")
    return line[: len(line) - len(bare)] + mark + bare if bare else line


__all__ = ["Output"]
