"""Compiles the C programs of this folder against libweft."""

import subprocess
from pathlib import Path

from weft import cli

HERE = Path(__file__).resolve().parent


def compiled(
    name: str, folder: Path, library: Path = cli.PREFIX / "lib", static: bool = False
) -> Path:
    """The program of `<name>.c`, in `folder`; `library` is the folder of its libweft.

    static: everything is linked in, so that no other file is loaded at its start
    """
    program = folder / name
    command = ["cc", "-std=c99", "-O2", str(HERE / f"{name}.c"), "-o", str(program)]
    command += [cli.cflags(), f"-L{library}", f"-Wl,-rpath,{library}"]
    if static:
        command += ["-static", "-Wl,--gc-sections", "-lweft", "-lstdc++", "-lm", "-pthread"]
    else:
        command.append("-lweft")
    subprocess.run(command, check=True)
    return program
