"""Programs that tests run as several processes, by `weft launch` or by another launcher."""

import os
import subprocess
import sys
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
