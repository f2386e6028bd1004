"""Compiles the C programs of this folder against libweft."""

import subprocess
from pathlib import Path

from weft import cli

HERE = Path(__file__).resolve().parent


def compiled(name: str, folder: Path, library: Path = cli.PREFIX / "lib") -> Path:
    """The program of `<name>.c`, in `folder`; `library` is the folder of its libweft."""
    program = folder / name
    command = ["cc", "-std=c99", "-O2", str(HERE / f"{name}.c"), "-o", str(program)]
    command += [f"-L{library}", f"-Wl,-rpath,{library}", "-lweft", cli.cflags()]
    subprocess.run(command, check=True)
    return program
