"""Programs that tests run as several processes, by `weft launch` or by another launcher."""

import os
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import weft

SECONDS = 120  # a test that takes longer hangs


@dataclass
class Result:
    """What a job left."""

    code: int
    out: str
    err: str

    def lines(self, rank):
        """What a rank printed."""
        mark = f"[{rank}] "
        return [line.removeprefix(mark) for line in self.out.splitlines() if line.startswith(mark)]


def environment(folder, **variables):
    """Variables of a job that is alone on this machine."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WEFT_RANK", "SLURM_", "OMPI_", "PMI_", "PMIX_"))
    }
    path = os.pathsep.join([str(Path(weft.__file__).parent.parent), *sys.path])
    return {**kept, "PYTHONPATH": path, "XDG_CACHE_HOME": str(folder), **variables}


def by_hand(count, text, folder, *arguments, seconds=SECONDS, of_rank=lambda rank: {}):
    """Runs a program as processes that nobody starts again; rank 0 keeps the store. Gives what each
    left, by rank.

    of_rank: a function that gives a rank's own variables
    """
    script = Path(folder, "program.py")
    script.write_text(text)
    job = {"WEFT_SIZE": str(count), "WEFT_JOB": uuid.uuid4().hex, "WEFT_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(
            [sys.executable, str(script), *arguments],
            cwd=folder,
            env=environment(folder, WEFT_RANK=str(rank), **job, **of_rank(rank)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(count)
    ]
    limit = time.monotonic() + seconds
    try:
        found = [p.communicate(timeout=max(0.1, limit - time.monotonic())) for p in processes]
    finally:
        for process in processes:
            process.kill()  # one that hangs or was stopped
            process.wait()
    return [Result(p.returncode, *each) for p, each in zip(processes, found, strict=True)]


def run(command, folder, seconds=SECONDS, **variables):
    """Runs a command to its end."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def launched(options, text, folder, *arguments, seconds=SECONDS, **variables):
    """Runs a program by `weft launch` with options."""
    script = Path(folder, "program.py")
    script.write_text(text)
    command = [sys.executable, "-m", "weft", "launch", *options.split(), str(script), *arguments]
    return run(command, folder, seconds, **variables)
