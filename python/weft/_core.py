"""The extension module, prepared for this process: import `native` from here.

Before a fork the engine is drained and its threads end; they start again when they are needed.
At exit pending work is finished while the interpreter is still whole.
"""

import atexit
import contextlib
import os

from weft import _native as native
from weft._errors import Error

os.register_at_fork(before=native.prepare_fork)


@atexit.register
def _drain() -> None:
    with contextlib.suppress(Error):  # a failure that nobody asked for must not hide another
        native.wait_all()


__all__ = ["native"]
