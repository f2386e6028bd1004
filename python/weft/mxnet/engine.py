"""The engine: how many operators it takes at once. Weft decides that itself.

>>> from weft import mxnet as mx
>>> with mx.engine.bulk(10):
...     x = mx.np.ones(3) + 1
>>> x.tolist()
[2.0, 2.0, 2.0]
"""

from types import TracebackType

_size = 0


def set_bulk_size(size: int) -> int:
    """Notes how many operators may be taken at once, and gives what was noted before.

    It changes nothing: operators run at the call, or as `weft.engine` orders them.
    """
    global _size
    before, _size = _size, size
    return before


class _Bulk:
    """A `with` block with a bulk size of its own."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._before: list[int] = []

    def __enter__(self) -> None:
        self._before.append(set_bulk_size(self._size))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        set_bulk_size(self._before.pop())


def bulk(size: int) -> _Bulk:
    """A `with` block around operators that may be taken together."""
    return _Bulk(size)


__all__ = ["bulk", "set_bulk_size"]
__dir__ = __all__.copy
