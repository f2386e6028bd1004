"""Extents that a run finds: how often a loop runs, how many elements a line has by a factor.

Eager they are numbers. In a trace they are sizes of the graph: arrays of one integer, each with a
bound, which are computed before what has their shape.
"""

from weft import np
from weft._core.typing import ndarray
from weft._trace.open_extents import counted, is_open


def number_of(extent: int) -> ndarray:
    """An extent as an int64 array without axes, which a graph computes with."""
    return np.arange(extent, extent + 1, 1, dtype="int64").reshape(())


def count_of_frames(extent: int, size: int, step: int) -> int:
    """How many frames of `size` elements, one every `step`, an axis has."""
    if not is_open(extent):
        return (extent - size) // step + 1
    return counted(np.floor_divide(number_of(extent) + (step - size), step), extent)


__all__ = ["count_of_frames", "counted", "is_open", "number_of"]
