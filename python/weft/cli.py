"""The command `weft`: the version, and how to compile a program against this installation.

It imports neither NumPy nor the extension module, so it answers at once and also works where
the extension does not load. `weft info FILE` describes a model file; `weft ops FILE` prints what a
runtime-only library needs to run it.
"""

import argparse
import sys
from pathlib import Path

from weft._version import __version__

PREFIX = Path(__file__).absolute().parent


def cflags() -> str:
    """Compiler flags that find `weft/weft.h`."""
    return f"-I{PREFIX / 'include'}"


def libs() -> str:
    """Linker flags that find libweft, when linking and when the program starts."""
    folder = PREFIX / "lib"
    return f"-L{folder} -Wl,-rpath,{folder} -lweft"


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(prog="weft", description="Weft, a deep-learning framework.")
    result.add_argument("--version", action="version", version=f"weft {__version__}")
    result.add_argument("--cflags", action="store_true", help="print the flags to compile with")
    result.add_argument("--libs", action="store_true", help="print the flags to link with")
    result.add_argument(
        "--prefix", action="store_true", help="print the folder of lib/, include/ and lib/cmake/"
    )
    commands = result.add_subparsers(dest="command", metavar="")
    info = commands.add_parser("info", help="describe a .weft file")
    info.add_argument("file", help="path of the file")
    info.add_argument(
        *("--library", "-l"),
        metavar="PATH",
        action="append",
        default=[],
        help="a library of operators that the file needs; may be given several times",
    )
    info.add_argument(*("--batch", "-n"), type=int, help="figures for so many samples at a time")
    ops = commands.add_parser("ops", help="print what -DWEFT_OPS needs to run a .weft file")
    ops.add_argument("file", help="path of the file")
    return result


def describe(path: str, libraries: list[str], batch: int | None) -> int:
    """Prints what a model file holds; returns the exit status."""
    from weft import Error, runtime

    try:
        for library in libraries:
            runtime.load_library(library)
        model = runtime.Model(path)
        print(model.text, model.figures(batch), sep="\n", end="")
    except Error as error:
        print(f"weft info: {error}", file=sys.stderr)
        return 1
    return 0


def list_operators(path: str) -> int:
    """Prints the operators that a model file needs; returns the exit status."""
    from weft import Error, runtime

    try:
        print(runtime.operators(path), end="")
    except Error as error:
        print(f"weft ops: {error}", file=sys.stderr)
        return 1
    return 0


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if options.command == "info":
        return describe(options.file, options.library, options.batch)
    if options.command == "ops":
        return list_operators(options.file)
    answers = []
    if options.prefix:
        answers.append(str(PREFIX))
    if options.cflags:
        answers.append(cflags())
    if options.libs:
        answers.append(libs())
    if not answers:
        parser().print_help()
        return 2
    print(" ".join(answers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
