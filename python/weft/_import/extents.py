"""Extents that a run finds: how often a loop runs, how many elements a line has by a factor.

Eager they are numbers. In a trace they are sizes of the graph: arrays of one integer, each with a
bound, which are computed before what has their shape.
"""

from weft import np
from weft._core import native
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._trace.open_extents import is_open
from weft._trace.state import is_tracing


def number_of(extent: int) -> ndarray:
    """An extent as an int64 array without axes, which a graph computes with."""
    return np.arange(extent, extent + 1, 1, dtype="int64").reshape(())


def counted(number: ndarray, bound: int) -> int:
    """The extent that an int64 array without axes has in a run.

    bound: what it is at most, which may be an `Extent`
    """
    if not is_tracing():
        return int(number.item())
    return Extent(native.trace_size(number, int(bound)), 0, _largest(bound))


def count_of_frames(extent: int, size: int, step: int) -> int:
    """How many frames of `size` elements, one every `step`, an axis has."""
    if not is_open(extent):
        return (extent - size) // step + 1
    return counted(np.floor_divide(number_of(extent) + (step - size), step), extent)


def _largest(bound: int) -> int:
    return bound.max if isinstance(bound, Extent) else bound


__all__ = ["count_of_frames", "counted", "is_open", "number_of"]
