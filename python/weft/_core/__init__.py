"""The extension module, prepared for this process: import `native` from here.

Before a fork the engine is drained and its threads end; they start again when they are needed.
At exit pending work is finished while the interpreter is still whole.
"""

import atexit
import importlib
import os
import sys

from weft._base.errors import Error
from weft._core import errors  # noqa: F401


def _refuse_sub_interpreters() -> None:
    """The library is one for the process, and its hooks are for one interpreter's lock; without
    this the import would wait for ever."""
    for name in ("_interpreters", "_xxsubinterpreters"):  # from 3.13 on, before
        try:
            interpreters = importlib.import_module(name)
        except ImportError:
            continue
        if interpreters.get_current() != interpreters.get_main():
            raise ImportError(
                "weft: cannot be imported in a sub-interpreter; import it in the main interpreter, "
                "or use a process of its own"
            )
        return


_refuse_sub_interpreters()

from weft import _native as native  # noqa: E402

# The operators that are built in, by name; those of libraries are found by weft.library.
OPERATORS = {function.__name__: function for function in native.operators()}

# Names of devices beside the CPU: most programs have none, and look no further.
loaded_devices: list[str] = []

os.register_at_fork(before=native.prepare_fork)


@atexit.register
def _drain() -> None:
    try:
        native.wait_all()
    except Error as error:
        print(f"weft: an error that nobody waited for: {error}", file=sys.stderr)


__all__ = ["OPERATORS", "loaded_devices", "native"]
