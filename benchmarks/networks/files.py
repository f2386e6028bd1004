"""Where models that peers load from files are kept, and how they are made.

A file belongs to the sources that define the networks: the folder's name has their checksum, so
that an edit makes the files again.
"""

import os
import subprocess
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
_SOURCES = ("arrays.py", "convnets.py", "sequences.py", "onnx_files.py", "tflite_files.py")


def use(kept: Path) -> None:
    """Keeps files there, in this process and in those that get its environment."""
    os.environ["WEFT_BENCH_FILES"] = str(kept)


def folder() -> Path:
    checksum = 0
    for name in _SOURCES:
        checksum = zlib.crc32((HERE / name).read_bytes(), checksum)
    found = Path(os.environ["WEFT_BENCH_FILES"]) / f"{checksum:08x}"
    found.mkdir(parents=True, exist_ok=True)
    return found


def model(name: str, kind: str) -> Path:
    """The file of a workload, which `make` has made."""
    return folder() / f"{name}.{kind}"


def make(python: Path, kind: str, names: list[str], environment: dict[str, str]) -> None:
    """Writes the files that are not there yet, in the environment of that interpreter."""
    missing = [name for name in names if not model(name, kind).exists()]
    if missing:
        print(f"  writing {kind} files: {', '.join(missing)}", flush=True)
        command = [str(python), str(HERE / f"{kind}_files.py"), *missing]
        subprocess.run(command, check=False, env=environment, stdout=sys.stderr)
