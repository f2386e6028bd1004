"""The extension module, prepared for this process: import `native` from here.

Before a fork the engine is drained and its threads end; they start again when they are needed.
At exit pending work is finished while the interpreter is still whole.
"""

import atexit
import os
import sys

from weft import _native as native
from weft._errors import Error

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
