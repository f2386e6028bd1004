"""Functions that make arrays, with MXNet's defaults: float32 for lists and for NumPy's float64,
float64 in the mode `set_np(dtype=True)`; `device`, or `ctx`, says where.

>>> from weft import mxnet as mx
>>> mx.np.arange(3), mx.np.array([1, 2]).dtype.name
(array([0., 1., 2.]), 'float32')
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ArrayLike, Shape, ndarray
from weft.mxnet._made import array
from weft.mxnet._modes import default_dtype, read
from weft.mxnet.device import native_of


def dtype_or_default(dtype: Any) -> Any:
    """A dtype, or that of arrays that are made without one."""
    return default_dtype() if dtype is None else dtype


def check_order(where: str, order: Any) -> None:
    """Raises NotImplementedError for another order of elements than that of C."""
    if order != "C":
        raise NotImplementedError(f"{where}: `order` must be 'C'; got {order!r}")


def written(result: ndarray, out: ndarray | None) -> ndarray:
    """A result, in `out` where there is one."""
    if out is None:
        return result
    out[...] = result
    return out


def asarray(
    obj: ArrayLike, dtype: Any = None, device: Any = None, copy: bool | None = None
) -> ndarray:
    """`obj` as an array; an array of that dtype is returned as it is.

    copy: True always copies; False raises ValueError where a copy is needed
    """
    if isinstance(obj, ndarray) and not copy and dtype in (None, obj.dtype) and device is None:
        return obj
    if copy is False:
        raise InvalidValue(f"asarray: `obj`, a {type(obj).__name__}, needs a copy; got copy=False")
    return array(obj, dtype, device)


def _filled(name: str, make: Callable[..., ndarray], what: str) -> Callable[..., ndarray]:
    def function(
        shape: Shape, dtype: Any = None, order: str = "C", device: Any = None, ctx: Any = None
    ) -> ndarray:
        check_order(name, order)
        return make(shape, dtype_or_default(dtype), device=native_of(device, ctx))

    return _named(function, name, f"An array of `shape` {what}, float32 unless `dtype` is given.")


def _named(function: Callable[..., Any], name: str, text: str) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    return function


zeros = _filled("zeros", np.zeros, "with zeros")
ones = _filled("ones", np.ones, "with ones")
empty = _filled("empty", np.empty, "to be filled")


def full(
    shape: Shape,
    fill_value: Any,
    dtype: Any = None,
    order: str = "C",
    device: Any = None,
    out: ndarray | None = None,
    ctx: Any = None,
) -> ndarray:
    """An array of `shape` with every element `fill_value`, a number or an array that broadcasts.

    dtype: by default that of the array or of the number's kind
    """
    check_order("full", order)
    where = native_of(device, ctx)
    if isinstance(fill_value, ndarray):
        found = np.broadcast_to(fill_value, shape).astype(dtype or fill_value.dtype)
        return written(found if where is None else found.to_device(where), out)
    if dtype is None and isinstance(fill_value, float):
        dtype = default_dtype()
    return written(np.full(shape, fill_value, dtype, device=where), out)


def full_like(
    a: ArrayLike,
    fill_value: Any,
    dtype: Any = None,
    order: str = "C",
    device: Any = None,
    out: ndarray | None = None,
    ctx: Any = None,
) -> ndarray:
    """An array of `fill_value` with the shape and, unless given, the dtype of `a`."""
    check_order("full_like", order)
    found = np.full_like(a, fill_value, dtype, device=native_of(device, ctx))
    return written(found, out)


def _likeness(name: str, value: int, what: str) -> Callable[..., ndarray]:
    def function(
        a: ArrayLike,
        dtype: Any = None,
        order: str = "C",
        device: Any = None,
        out: ndarray | None = None,
        ctx: Any = None,
    ) -> ndarray:
        return full_like(a, value, dtype, order, device, out, ctx)

    return _named(function, name, f"An array of {what}, of the shape and dtype of `a`.")


zeros_like = _likeness("zeros_like", 0, "zeros")
ones_like = _likeness("ones_like", 1, "ones")


def empty_like(
    prototype: ArrayLike,
    dtype: Any = None,
    device: Any = None,
    order: str = "C",
    subok: bool = False,
    shape: Any = None,
) -> ndarray:
    """An array to be filled, of the shape and dtype of `prototype`."""
    check_order("empty_like", order)
    if subok or shape is not None:
        raise NotImplementedError("empty_like: `subok` and `shape` must be left out")
    return np.empty_like(prototype, dtype, device=native_of(device))


def arange(
    start: float,
    stop: float | None = None,
    step: float = 1,
    dtype: Any = None,
    device: Any = None,
    ctx: Any = None,
) -> ndarray:
    """Numbers from `start` (0 if `stop` is left out) up to, not including, `stop`; float32 unless
    `dtype` is given.

    Raises ValueError without a start and for a step of 0.
    """
    if start is None and stop is None:
        raise InvalidValue("arange: `start` and `stop` cannot both be None")
    start, stop, step = (n.item() if isinstance(n, ndarray) else n for n in (start, stop, step))
    if step == 0:
        raise InvalidValue("arange: `step` must not be 0")
    if start is None:
        start = 0
    if dtype is None and read("dtype"):
        dtype = numpy.arange(0, 1, step).dtype if step else None
        dtype = numpy.result_type(dtype, *(type(n) for n in (start, stop) if n is not None))
    return np.arange(start, stop, step, dtype_or_default(dtype), device=native_of(device, ctx))


def linspace(
    start: float,
    stop: float,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    device: Any = None,
    ctx: Any = None,
) -> Any:
    """`num` numbers from `start` to `stop`, at equal distances.

    retstep: gives the pair of the numbers and their distance

    Raises NotImplementedError for arrays as ends.
    """
    _check_ends("linspace", start, stop, axis)
    dtype = dtype_or_default(dtype)
    found = np.linspace(start, stop, num, endpoint, dtype, device=native_of(device, ctx))
    steps = num - 1 if endpoint else num
    return (found, (stop - start) / steps if steps > 0 else float("nan")) if retstep else found


def _check_ends(where: str, start: Any, stop: Any, axis: int) -> None:
    if isinstance(start, list | numpy.ndarray | ndarray) or isinstance(
        stop, list | numpy.ndarray | ndarray
    ):
        raise NotImplementedError(f"{where}: `start` and `stop` must be numbers")
    if axis != 0:
        raise NotImplementedError(f"{where}: `axis` must be 0; got {axis}")


def logspace(
    start: float,
    stop: float,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10.0,
    dtype: Any = None,
    axis: int = 0,
    device: Any = None,
    ctx: Any = None,
) -> ndarray:
    """`num` powers of `base`, whose exponents go from `start` to `stop` at equal distances."""
    _check_ends("logspace", start, stop, axis)
    where = native_of(device, ctx)
    return np.logspace(start, stop, num, endpoint, base, dtype_or_default(dtype), device=where)


def eye(
    N: int,  # noqa: N803
    M: int | None = None,  # noqa: N803
    k: int = 0,
    dtype: Any = None,
    device: Any = None,
    ctx: Any = None,
) -> ndarray:
    """Ones on the diagonal `k` of an N × M matrix (square without `M`), zeros elsewhere."""
    return np.eye(N, M, k, dtype_or_default(dtype), device=native_of(device, ctx))


def identity(n: int, dtype: Any = None, device: Any = None, ctx: Any = None) -> ndarray:
    """A square matrix with ones on its diagonal."""
    if not isinstance(n, int) or n < 0:
        raise InvalidValue(f"identity: `n` must be an integer that is at least 0; got {n!r}")
    return np.eye(n, dtype=dtype_or_default(dtype), device=native_of(device, ctx))


def tri(
    N: int,  # noqa: N803
    M: int | None = None,  # noqa: N803
    k: int = 0,
    dtype: Any = None,
    device: Any = None,
    ctx: Any = None,
) -> ndarray:
    """Ones on and below a diagonal, zeros above it."""
    found = np.tri(N, M, k, dtype_or_default(dtype))
    where = native_of(device, ctx)
    return found if where is None else found.to_device(where)


def indices(
    dimensions: Sequence[int], dtype: Any = None, device: Any = None, ctx: Any = None
) -> ndarray:
    """The indices of a grid: for each axis an array of the grid's shape, int64 unless `dtype` is
    given."""
    if not isinstance(dimensions, list | tuple):
        raise InvalidValue(f"indices: `dimensions` must be a tuple; got {dimensions!r}")
    return np.indices(
        dimensions, "int64" if dtype is None else dtype, device=native_of(device, ctx)
    )


def _window(name: str, make: Callable[..., ndarray], what: str) -> Callable[..., ndarray]:
    def function(M: int, dtype: Any = None, device: Any = None, ctx: Any = None) -> ndarray:  # noqa: N803
        found = make(M, dtype_or_default(dtype))
        where = native_of(device, ctx)
        return found if where is None else found.to_device(where)

    return _named(function, name, f"The window of {what}, `M` numbers.")


hanning = _window("hanning", np.hanning, "von Hann")
hamming = _window("hamming", np.hamming, "Hamming")
blackman = _window("blackman", np.blackman, "Blackman")


def triu_indices(n: int, k: int = 0, m: int | None = None, device: Any = None) -> Any:
    """Indices of the elements on and above a diagonal of an n × m matrix."""
    return np.triu_indices(n, k, m)


def meshgrid(*xi: ArrayLike, **kwargs: Any) -> list[ndarray]:
    """The coordinates of a grid: one array for each of the vectors `xi`, as a list.

    indexing: 'xy' exchanges the first two axes; 'ij' does not. sparse=True leaves extents of 1;
    copy is taken for True
    """
    indexing, sparse = kwargs.pop("indexing", "xy"), kwargs.pop("sparse", False)
    kwargs.pop("copy", True)
    if kwargs:
        raise InvalidType(f"meshgrid: `{next(iter(kwargs))}` is no argument")
    grids = np.meshgrid(*xi, indexing=indexing)
    if not sparse:
        return list(grids)
    own = list(range(len(grids)))
    if indexing == "xy" and len(own) > 1:
        own[:2] = 1, 0
    cut = []
    for grid, axis in zip(grids, own, strict=True):
        where: list[Any] = [slice(0, 1)] * grid.ndim
        where[axis] = slice(None)
        cut.append(grid[tuple(where)])
    return cut


def genfromtxt(*args: Any, **kwargs: Any) -> ndarray:
    """An array of a file of texts, as NumPy reads it."""
    return array(numpy.genfromtxt(*args, **kwargs))


def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that an operator gives to arrays, dtypes and numbers together.

    Raises TypeError for integers that no integer dtype holds together, of which NumPy makes floats.
    """
    found = np.result_type(*arrays_and_dtypes)
    given = [_dtype_of(x) for x in arrays_and_dtypes if not isinstance(x, int | float | complex)]
    if found.kind == "f" and len(given) == len(arrays_and_dtypes) and _are_whole(given):
        names = " and ".join(one.name for one in given)
        raise InvalidType(f"result_type: there is no type promotion between {names}")
    return found


def _are_whole(dtypes: list[Any]) -> bool:
    return all(one.kind in "iub" for one in dtypes)


def _dtype_of(x: Any) -> Any:
    has_one = isinstance(x, ndarray | numpy.ndarray | numpy.generic)
    return numpy.dtype(x.dtype if has_one else x)


def copy(a: ArrayLike, out: ndarray | None = None) -> ndarray:
    """A new array with the same elements."""
    return np.copy(a, out=out)


__all__ = [
    "arange",
    "array",
    "asarray",
    "blackman",
    "copy",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "genfromtxt",
    "hamming",
    "hanning",
    "identity",
    "indices",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "ones_like",
    "result_type",
    "tri",
    "triu_indices",
    "zeros",
    "zeros_like",
]
