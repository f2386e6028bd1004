"""Runs a program of MXNet as it is: `python -m weft.mxnet train.py --epochs 3`.

`import mxnet` then finds weft.mxnet, in the program, in all that it imports, and in the workers of
its loaders. `--as 1.9.1` is for libraries that take only some versions of MXNet, such as gluoncv
(`mx.__version__`). With `--report` the program is not run: what it uses of MXNet is listed.
"""

import os
import re
import runpy
import sys

from weft.mxnet import _alias
from weft.mxnet._report import report

_USAGE = """usage: python -m weft.mxnet [--as VERSION] (program.py | -m module | -c code) [argument]
       python -m weft.mxnet --report program.py"""


def main(arguments: list[str]) -> int:
    """Runs the program, module or code that the arguments name; gives the exit status."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(_USAGE)
        return 0 if arguments else 2
    if arguments[0] == "--as":
        if len(arguments) < 3 or not re.fullmatch(r"\d+(\.\w+)+", arguments[1]):
            print(f"{_USAGE}\n--as needs a version, such as 1.9.1, and a program", file=sys.stderr)
            return 2
        os.environ["WEFT_MXNET_VERSION"] = arguments[1]  # processes that it starts get it, too
        arguments = arguments[2:]
    first, *rest = arguments
    if first == "--report":
        return _report(rest)
    _alias.install()
    if first in ("-m", "-c"):
        if not rest:
            print(f"{_USAGE}\n{first} needs one more argument", file=sys.stderr)
            return 2
        sys.path[0] = os.getcwd() if first == "-m" else ""
        sys.argv = [first, *rest[1:]]
        if first == "-m":
            runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        else:
            exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})
        return 0
    if not os.path.exists(first):
        print(f"python -m weft.mxnet: there is no file {first}", file=sys.stderr)
        return 2
    sys.path[0] = os.path.dirname(os.path.abspath(first))
    sys.argv = arguments
    runpy.run_path(first, run_name="__main__")
    return 0


def _report(paths: list[str]) -> int:
    """Prints what programs use; the status is 1 if something of it is absent."""
    if not paths:
        print(f"{_USAGE}\n--report needs a program", file=sys.stderr)
        return 2
    try:
        found = [report(path) for path in paths]
    except (OSError, ValueError) as error:
        print(f"python -m weft.mxnet: {error}", file=sys.stderr)
        return 2
    print(*found, sep="\n")
    return int(any(each.of("absent") for each in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
