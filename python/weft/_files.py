"""Writing named arrays to a file, at once or while the program goes on."""

from collections.abc import Mapping
from os import PathLike, fspath

from weft._core import native


class BackgroundWrite:
    """A file that is being written. Not waiting is fine: `npx.waitall` and the end of the process
    wait for it, and tell of a failure that nobody has seen."""

    def __init__(self, path: str, written: native.ndarray) -> None:
        self.path = path
        self._written = written

    def wait(self) -> None:
        """Returns when the file is complete.

        Raises OSError where it could not be written; the old file then is whole.
        """
        self._written.wait_to_read()

    def __repr__(self) -> str:
        return f"BackgroundWrite({self.path!r})"


def save_arrays(
    path: str | PathLike[str], arrays: Mapping[str, native.ndarray], background: bool
) -> BackgroundWrite | None:
    """Replaces a safetensors file in one step; a BackgroundWrite if it is done in the background,
    with the contents that the arrays have now."""
    name, names, values = fspath(path), list(arrays), list(arrays.values())
    if background:
        return BackgroundWrite(name, native.save_arrays_async(name, names, values))
    native.save_arrays(name, names, values)
    return None


__all__ = ["BackgroundWrite", "save_arrays"]
