"""NumPy's functions that take functions: along axes, over elements, by conditions. What is called
gets arrays of Weft, and gradients pass what it computes with them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np import _creation, _ops
from weft.np._arguments import array_of, axis_of, host, returned
from weft.np._dtype_functions import result_type


def apply_along_axis(
    func1d: Callable[..., Any], axis: int, arr: ArrayLike, *args: Any, **kwargs: Any
) -> ndarray:
    """What a function gives of each vector along an axis; its results' axes are in the place of it.

    args, kwargs: further arguments of the function

    >>> from weft import np
    >>> np.apply_along_axis(lambda v: v.max() - v.min(), 1, np.array([[1, 4], [2, 2]]))
    array([3, 0])
    """
    array = array_of(arr)
    axis = axis_of("apply_along_axis", array, axis)
    rows = _ops.moveaxis(array, axis, -1)
    lead = rows.shape[:-1]
    if 0 in lead:
        raise InvalidValue("apply_along_axis: `arr` must have vectors along `axis`; got none")
    vectors = rows.reshape(-1, rows.shape[-1])
    found = [array_of(func1d(vector, *args, **kwargs)) for vector in vectors]
    whole = _ops.stack(found, 0)
    whole = whole.reshape(lead + whole.shape[1:])
    made = whole.ndim - len(lead)
    source = list(range(len(lead), whole.ndim))
    return _ops.moveaxis(whole, source, [axis + n for n in range(made)]) if made else whole


def apply_over_axes(
    func: Callable[[Any, int], Any], a: ArrayLike, axes: int | Sequence[int]
) -> ndarray:
    """What a function such as `np.sum` gives over one axis after another, each kept with extent 1.

    >>> from weft import np
    >>> np.apply_over_axes(np.sum, np.ones((2, 3)), [0, 1])
    array([[6.]])
    """
    array = array_of(a)
    for given in [axes] if isinstance(axes, int) else axes:
        axis = axis_of("apply_over_axes", array, given)
        found = array_of(func(array, axis))
        if found.ndim == array.ndim - 1:
            found = _ops.expand_dims(found, axis)
        if found.ndim != array.ndim:
            raise InvalidValue(
                f"apply_over_axes: `func` must keep the axes or drop one; got shape {found.shape}"
            )
        array = found
    return array


def piecewise(
    x: ArrayLike, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any
) -> ndarray:
    """Elements computed by one of several functions, each where a condition holds.

    condlist: bools of the shape of `x`, one array for each function
    funclist: functions, which get the elements where their condition holds, or numbers; one more is
        for where no condition holds, 0 by default
    args, kw: further arguments of the functions

    >>> from weft import np
    >>> x = np.array([-2.0, 3.0])
    >>> np.piecewise(x, [x < 0, x >= 0], [-1, lambda v: v * v])
    array([-1.,  9.])
    """
    array = array_of(x)
    one = array_of(condlist) if not isinstance(condlist, list | tuple) else None
    if one is not None or not condlist or (array.ndim and array_of(condlist[0]).ndim == 0):
        whole = one if one is not None else array_of(condlist)
        conditions = list(whole) if whole.ndim > array.ndim else [whole]
    else:
        conditions = [array_of(each) for each in condlist]
    conditions = [c if c.dtype.kind == "b" else c != 0 for c in conditions]
    functions = list(funclist)
    if len(functions) not in (len(conditions), len(conditions) + 1):
        raise InvalidValue(
            f"piecewise: `funclist` must have {len(conditions)} or {len(conditions) + 1} "
            f"functions; got {len(functions)}"
        )
    if len(functions) > len(conditions):
        held = conditions[0]
        for condition in conditions[1:]:
            held = _ops.logical_or(held, condition)
        conditions.append(_ops.logical_not(held))
    found = _creation.zeros_like(array)
    for condition, function in zip(conditions, functions, strict=True):
        if callable(function):
            rows = array.reshape(1) if not array.ndim else array
            mask = condition.reshape(rows.shape)
            part = array_of(function(rows[mask], *args, **kw)).astype(array.dtype)
            table = found.reshape(rows.shape).copy()
            table[mask] = part
            found = table.reshape(array.shape)
        else:
            found = _ops.where(condition, array_of(function).astype(array.dtype), found)
    return found


def select(condlist: Any, choicelist: Any, default: ArrayLike = 0) -> ndarray:
    """Elements of the first of several arrays whose condition holds there.

    >>> from weft import np
    >>> x = np.arange(4)
    >>> np.select([x < 1, x < 3], [-x - 1, x * 10], 7)
    array([-1, 10, 20,  7])
    """
    if len(condlist) != len(choicelist) or not len(condlist):
        raise InvalidValue(
            "select: `condlist` and `choicelist` must have as many arrays, at least one; "
            f"got {len(condlist)} and {len(choicelist)}"
        )
    weak = [each for each in (*choicelist, default) if isinstance(each, bool | int | float)]
    choices = [array_of(each) for each in (*choicelist, default)]
    strong = [
        array.dtype
        for array, given in zip(choices, (*choicelist, default), strict=True)
        if not isinstance(given, bool | int | float)
    ]
    kind = result_type(*strong, *weak)
    conditions = [array_of(each) for each in condlist]
    for place, condition in enumerate(conditions):
        if condition.dtype.kind != "b":
            raise InvalidType(
                f"select: `condlist` must be bools; got {condition.dtype.name} in place {place}"
            )
    shape = numpy.broadcast_shapes(*(a.shape for a in (*conditions, *choices)))
    found = _ops.broadcast_to(choices[-1].astype(kind), shape)
    for condition, choice in reversed(list(zip(conditions, choices[:-1], strict=True))):
        found = _ops.where(condition, choice.astype(kind), found)
    return found


def choose(a: ArrayLike, choices: Any, out: ndarray | None = None, mode: str = "raise") -> ndarray:
    """Elements of the array whose number is in `a`, out of several that broadcast.

    mode: "raise", "wrap" or "clip" for numbers outside

    >>> from weft import np
    >>> np.choose(np.array([0, 1, 0]), [[1, 2, 3], [10, 20, 30]])
    array([ 1, 20,  3])
    """
    if mode not in ("raise", "wrap", "clip"):
        raise InvalidValue(f"choose: `mode` must be 'raise', 'wrap' or 'clip'; got {mode!r}")
    index = array_of(a)
    if index.dtype.kind not in "iub":
        raise InvalidType(f"choose: `a` must be integers; got {index.dtype.name}")
    index = index.astype("int64")
    arrays = [array_of(each) for each in choices]
    kind = result_type(*(each.dtype for each in arrays))
    shape = numpy.broadcast_shapes(index.shape, *(each.shape for each in arrays))
    if mode == "wrap":
        index = _ops.remainder(index, len(arrays))
    elif mode == "clip":
        index = _ops.clip(index, 0, len(arrays) - 1)
    elif bool(_ops.any(_ops.logical_or(index < 0, index >= len(arrays)))):
        raise InvalidValue(f"choose: `a` must be from 0 to {len(arrays) - 1}; got other numbers")
    table = _ops.stack([_ops.broadcast_to(each.astype(kind), shape) for each in arrays], 0)
    index = _ops.broadcast_to(index, shape)
    found = _ops.take_along_axis(table, index[None], 0)[0]
    if out is None:
        return found
    out[...] = found
    return out


class vectorize:  # noqa: N801 - NumPy's name
    """A function of numbers as one of arrays, which broadcast: it is called for each element.

    pyfunc: gets numbers of NumPy, so no gradient passes; otypes: dtypes of its results
    doc, excluded, cache, signature: as in NumPy

    >>> double = vectorize(lambda a, b: a + 2 * b)
    >>> double([1, 2], 3)
    array([7, 8])
    """

    def __init__(
        self,
        pyfunc: Callable[..., Any] | None = None,
        otypes: Any = None,
        doc: str | None = None,
        excluded: Any = None,
        cache: bool = False,
        signature: str | None = None,
    ) -> None:
        self._options = {"doc": doc, "excluded": excluded, "cache": cache, "signature": signature}
        self._otypes = _codes(otypes)
        self._inner = None if pyfunc is None else self._made(pyfunc)

    def _made(self, pyfunc: Callable[..., Any]) -> Any:
        self.pyfunc, self.__doc__ = pyfunc, self._options["doc"] or pyfunc.__doc__
        return numpy.vectorize(pyfunc, self._otypes, **self._options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._inner is None:  # the decorator with options
            self._inner = self._made(args[0])
            return self
        given = [host(array_of(a)) if isinstance(a, list | tuple) else host(a) for a in args]
        return returned(self._inner(*given, **{k: host(v) for k, v in kwargs.items()}))


def _codes(otypes: Any) -> Any:
    if otypes is None or isinstance(otypes, str):
        return otypes
    return [numpy.dtype(result_type(each)) for each in otypes]


def fromfunction(
    function: Callable[..., Any], shape: Sequence[int], *, dtype: DTypeLike = float, **kwargs: Any
) -> Any:
    """What a function gives of the indices of a grid, one array for each axis.

    >>> from weft import np
    >>> np.fromfunction(lambda i, j: i + j, (2, 2), dtype=int)
    array([[0, 1],
           [1, 2]])
    """
    grids = numpy.indices(tuple(shape))
    return function(*(native.array(grid).astype(dtype) for grid in grids), **kwargs)


def fromiter(iter: Iterable[Any], dtype: DTypeLike, count: int = -1) -> ndarray:
    """A vector of the numbers that come one after the other.

    count: how many, all of them by default. Raises ValueError where there are fewer.

    >>> from weft import np
    >>> np.fromiter((n * n for n in range(3)), "int64")
    array([0, 1, 4])
    """
    rows = []
    for place, value in enumerate(iter):
        if place == count:
            break
        rows.append(value)
    if count > len(rows):
        raise InvalidValue(f"fromiter: `iter` must have {count} numbers; got {len(rows)}")
    return _creation.array(rows, dtype)


__all__ = [
    "apply_along_axis",
    "apply_over_axes",
    "choose",
    "fromfunction",
    "fromiter",
    "piecewise",
    "select",
    "vectorize",
]
