"""What functions that draw have in common: the shape and the dtype of the result, and parameters
that are those of a distribution.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.composing import is_symbol
from weft._core.typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _ops

# A rule of a parameter, and whether all numbers of an array of NumPy keep it. NaN keeps none.
_RULES: dict[str, Callable[[Any], Any]] = {
    "above 0": lambda x: x > 0,
    "above 1": lambda x: x > 1,
    "at least 0": lambda x: x >= 0,
    "in [0, 1]": lambda x: (x >= 0) & (x <= 1),
    "in (0, 1]": lambda x: (x > 0) & (x <= 1),
    "in [0, 1)": lambda x: (x >= 0) & (x < 1),
}


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | numpy.number)


def known(value: Any) -> numpy.ndarray | None:
    """The numbers of a parameter that is no array of Weft; None where reading them would wait for
    the array, or they are not there yet."""
    if isinstance(value, ndarray) or is_symbol(value):
        return None
    if not isinstance(value, list | tuple):
        return numpy.asarray(value)
    array = native.array(value, None, False)
    return None if native.is_traced(array) or is_symbol(array) else array.asnumpy()


def require(where: str, rule: str, **parameters: Any) -> None:
    """Raises ValueError where a number, a list or an array of NumPy breaks the rule. Elements of
    Weft's arrays are not looked at."""
    holds = _RULES[rule]
    for name, value in parameters.items():
        numbers = known(value)
        if numbers is None or numpy.all(good := holds(numbers)):
            continue
        wrong = value if numbers.ndim == 0 else numbers[~good].flat[0]
        raise InvalidValue(f"{where}: `{name}` must be {rule}; got {wrong}")


def extents_of(size: Shape | None) -> tuple[Any, ...]:
    """A size as a tuple; none is that of one number."""
    if size is None:
        return ()
    return tuple(size) if isinstance(size, Iterable) else (size,)


def _shape(parameter: Any) -> tuple[int, ...]:
    return () if is_number(parameter) else tuple(native.array(parameter, None, False).shape)


def shape_of(where: str, size: Shape | None, *parameters: ArrayLike) -> tuple[Any, ...]:
    """The shape that is asked for, or what the parameters broadcast to.

    Raises ValueError where the parameters do not broadcast to the shape that is asked for.
    """
    if size is None:
        return numpy.broadcast_shapes(*(_shape(each) for each in parameters))
    wanted = extents_of(size)
    for each in parameters:
        own = () if is_symbol(each) else _shape(each)
        behind = wanted[len(wanted) - len(own) :] if len(own) <= len(wanted) else None
        if behind is None or any(m not in (1, n) for m, n in zip(own, behind, strict=True)):
            raise InvalidValue(
                f"{where}: `size` must be a shape that the parameters broadcast to, here of shape "
                f"{own}; got {size}"
            )
    return wanted


class Draw(NamedTuple):
    """How a call draws: numbers of this shape, in a dtype that kernels have, for a result of
    `dtype`."""

    shape: tuple[Any, ...]
    wide: str
    dtype: str

    def of(self, parameter: ArrayLike) -> ndarray:
        """A parameter as an array of the numbers' shape and dtype."""
        array = native.array(parameter, None, False).astype(self.wide)
        return _ops.broadcast_to(array, self.shape)

    def result(self, found: ndarray) -> ndarray:
        """The numbers in the dtype that was asked for."""
        return found if found.dtype.name == self.dtype else found.astype(self.dtype)


def _is_wide(parameter: Any) -> bool:
    dtype = getattr(parameter, "dtype", None)
    return not is_number(parameter) and getattr(dtype, "name", "") == "float64"


def name_of(dtype: DTypeLike) -> str:
    return native.empty((), dtype).dtype.name


def drawn(where: str, size: Shape | None, dtype: DTypeLike, *parameters: ArrayLike) -> Draw:
    """How a call with these arguments draws floating numbers: float32 unless a dtype is given or a
    parameter is an array of float64."""
    shape = shape_of(where, size, *parameters)
    if dtype is None:
        name = "float64" if any(map(_is_wide, parameters)) else "float32"
    elif (name := name_of(dtype)) not in ("float16", "bfloat16", "float32", "float64"):
        raise InvalidType(f"{where}: `dtype` must be floating; got {name}")
    return Draw(shape, "float64" if name == "float64" else "float32", name)


def counted(where: str, size: Shape | None, dtype: DTypeLike, *parameters: ArrayLike) -> Draw:
    """How a call draws counts: in float64, which has all up to 2^53, unless a narrower floating
    dtype is asked for."""
    name = "int64" if dtype is None else name_of(dtype)
    is_narrow = name in ("float16", "bfloat16", "float32")
    return Draw(shape_of(where, size, *parameters), "float32" if is_narrow else "float64", name)


__all__ = [
    "Draw",
    "counted",
    "drawn",
    "extents_of",
    "is_number",
    "known",
    "name_of",
    "require",
    "shape_of",
]
