"""What an extent of 0 means in shapes that symbols are given and give.

1.x wrote an unknown extent as 0 and an unknown shape as `()`. With NumPy's shapes, which a program
turns on, they are -1 and None, and 0 is an empty axis.
"""

from collections.abc import Sequence
from numbers import Integral
from typing import Any

from weft._base.errors import InvalidType
from weft.mxnet import _modes

Known = tuple[int, ...] | None  # inside: -1 is an unknown extent, None an unknown shape


def is_np_shape() -> bool:
    """Did the program itself ask for NumPy's shapes? One of symbols that does not is of 1.x."""
    return _modes.asks_for_numpy_shapes()


def inward(shape: Any) -> Known:
    """A shape as the inference has it."""
    if shape is None:
        return None
    extents = tuple(int(extent) for extent in shape)
    if is_np_shape():
        return extents
    return tuple(extent or -1 for extent in extents) or None


def given_shape(caller: str, name: str, shape: Any) -> Known:
    """A shape that a program gives, as the inference has it; an integer is one axis.

    Raises TypeError for what is no shape.
    """
    extents = (shape,) if isinstance(shape, int) else shape
    is_sequence = isinstance(extents, Sequence) and not isinstance(extents, str)
    if not is_sequence or not all(isinstance(n, Integral) and n >= -1 for n in extents):
        raise InvalidType(
            f"{caller}: the shape of `{name}` must be a tuple of integers; got {shape!r}"
        )
    return inward(extents)


def outward(shape: Known) -> Known:
    """A shape as the program gets it."""
    if is_np_shape():
        return shape
    return () if shape is None else tuple(0 if extent == -1 else extent for extent in shape)


__all__ = ["Known", "given_shape", "inward", "is_np_shape", "outward"]
