"""Arguments of NumPy's functions: arrays, also floating ones, and axes counted from the front."""

from weft._base.errors import InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, ndarray


def array_of(object: ArrayLike) -> ndarray:
    """An argument as an array; one that is an array stays the same."""
    return native.array(object, None, False)


def is_floating(array: ndarray) -> bool:
    return array.dtype.kind not in "iub"


def floating(object: ArrayLike) -> ndarray:
    """An argument as a floating array, integers and bools as float32."""
    array = array_of(object)
    return array if is_floating(array) else array.astype("float32")


def axis_of(where: str, array: ndarray, axis: int) -> int:
    """An axis counted from the front. Raises ValueError for one that the array lacks."""
    if not -array.ndim <= axis < array.ndim:
        raise InvalidValue(
            f"{where}: `axis` must be in [{-array.ndim}, {array.ndim}) for an array of rank "
            f"{array.ndim}; got {axis}"
        )
    return axis % array.ndim


__all__ = ["array_of", "axis_of", "floating", "is_floating"]
