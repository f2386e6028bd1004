"""Reductions, softmax, and what orders elements: sums, means, norms, extremes, sort, topk.

1.x's reductions take `exclude` (all axes but these), and give an array of one element where no axis
is left; 2.0's give one without axes. 1.x's positions are float32.
"""

from collections.abc import Callable
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import dtype_of, flag, ints, is_integer
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted, is_np_shape

Function = Callable[..., Any]


def axes_of(axis: Any, ndim: int, exclude: Any = False) -> tuple[int, ...]:
    """The axes that are reduced, counted from 0; all where none are named."""
    named = ints(axis, "axis")
    for number in named:
        if not -ndim <= number < ndim:
            raise InvalidValue(f"`axis` must be in [{-ndim}, {ndim}); got {number}")
    found = tuple(sorted({number % ndim for number in named}))
    if flag(exclude):
        return tuple(number for number in range(ndim) if number not in found)
    return found or tuple(range(ndim))


def one_element(result: ndarray, call: Any) -> ndarray:
    """A result without axes as 1.x has it: with one of one element."""
    return result.reshape((1,)) if result.ndim == 0 and not is_np_shape(call) else result


def _reduced(function: Function) -> Function:
    def rule(
        data: Array,
        *,
        axis: Any = None,
        keepdims: Any = False,
        exclude: Any = False,
        _: Any,
    ) -> ndarray:
        if data.ndim == 0:
            return one_element(data, _)
        axes = axes_of(axis, data.ndim, exclude)
        if not axes:
            return data
        found = function(data, axis=axes, keepdims=flag(keepdims))
        return one_element(found.astype(data.dtype), _)

    return rule


def _nan_to(number: float, function: Function) -> Function:
    def reduced(x: ndarray, **options: Any) -> ndarray:
        return function(np.where(np.isnan(x), number, x), **options)

    return reduced


rules("sum", "sum_axis", "_np_sum_legacy")(_reduced(np.sum))
rules("mean")(_reduced(np.mean))
rules("prod")(_reduced(np.prod))
rules("max", "max_axis")(_reduced(np.max))
rules("min", "min_axis")(_reduced(np.min))
rules("nansum")(_reduced(_nan_to(0.0, np.sum)))
rules("nanprod")(_reduced(_nan_to(1.0, np.prod)))


def _npi_reduced(function: Function) -> Function:
    def rule(
        a: Array,
        *,
        axis: Any = None,
        dtype: Any = None,
        keepdims: Any = False,
        initial: Any = None,
    ) -> ndarray:
        if initial is not None:
            raise Unsupported("`initial` must be None")
        axes = None if axis is None else ints(axis, "axis")
        wanted = dtype_of(dtype)
        x = a if wanted is None else a.astype(wanted)
        if function is np.mean and is_integer(x):
            x = x.astype("float32")
        return function(x, axis=axes, keepdims=flag(keepdims))

    return rule


for _name, _function in {
    "sum": np.sum,
    "prod": np.prod,
    "max": np.max,
    "min": np.min,
    "amax": np.max,
    "amin": np.min,
    "mean": np.mean,
}.items():
    rules(f"_np_{_name}", f"_npi_{_name}")(_npi_reduced(_function))


def _npi_bools(function: Function) -> Function:
    def rule(data: Array, *, axis: Any = None, keepdims: Any = False) -> ndarray:
        axes = None if axis is None else ints(axis, "axis")
        return function(data != 0, axis=axes, keepdims=flag(keepdims))

    return rule


rules("_np_any", "_npi_any")(_npi_bools(np.any))
rules("_np_all", "_npi_all")(_npi_bools(np.all))


def _npi_spread(function: Function) -> Function:
    def rule(
        a: Array, *, axis: Any = None, dtype: Any = None, ddof: int = 0, keepdims: Any = False
    ) -> ndarray:
        axes = None if axis is None else ints(axis, "axis")
        x = a.astype("float32") if is_integer(a) else a
        x = x.astype(dtype_of(dtype, x.dtype.name))
        return function(x, axis=axes, ddof=ddof, keepdims=flag(keepdims))

    return rule


rules("_npi_std")(_npi_spread(np.std))
rules("_npi_var")(_npi_spread(np.var))


@rules("moments")
def _moments(data: Array, *, axes: Any = None, keepdims: Any = False) -> tuple[ndarray, ndarray]:
    found = axes_of(axes, data.ndim)
    options = {"axis": found, "keepdims": flag(keepdims)}
    return np.mean(data, **options), np.var(data, **options)


counted(("moments",), 2)


@rules("norm", "_npx_norm")
def _norm(
    data: Array,
    *,
    ord: int = 2,
    axis: Any = None,
    out_dtype: Any = None,
    keepdims: Any = False,
    _: Any,
) -> ndarray:
    if ord not in (1, 2):
        raise InvalidValue(f"`ord` must be 1 or 2; got {ord}")
    axes = axes_of(axis, data.ndim)
    x = data.astype(dtype_of(out_dtype, data.dtype.name))
    if ord == 1:
        found = np.sum(np.abs(x), axis=axes, keepdims=flag(keepdims))
    else:
        found = (
            npx.norm(x, axis=axes, keepdims=flag(keepdims))
            if len(axes) == 1
            else np.sqrt(np.sum(x * x, axis=axes, keepdims=flag(keepdims)))
        )
    return one_element(found, _)


@rules("square_sum", "_square_sum")
def _square_sum(
    data: Array, *, axis: Any = None, keepdims: Any = False, exclude: Any = False, _: Any
) -> ndarray:
    axes = axes_of(axis, data.ndim, exclude)
    return one_element(np.sum(data * data, axis=axes, keepdims=flag(keepdims)), _)


@rules("cumsum", "_np_cumsum", "_npi_cumsum")
def _cumsum(a: Array, *, axis: Any = None, dtype: Any = None) -> ndarray:
    found = np.cumsum(a, None if axis is None else int(axis))
    return found.astype(dtype_of(dtype, a.dtype.name))


# ---- positions and order -------------------------------------------------------------------------


def _position(function: Function) -> Function:
    def rule(data: Array, *, axis: Any = None, keepdims: Any = False, _: Any) -> ndarray:
        found = function(data, axis=None if axis is None else int(axis), keepdims=flag(keepdims))
        return one_element(found.astype("float32"), _)

    return rule


rules("argmax")(_position(np.argmax))
rules("argmin")(_position(np.argmin))


@rules("argmax_channel")
def _argmax_channel(data: Array) -> ndarray:
    return np.argmax(data, axis=1).astype("float32")


def _npi_position(function: Function) -> Function:
    def rule(data: Array, *, axis: Any = None, keepdims: Any = False) -> ndarray:
        return function(data, axis=None if axis is None else int(axis), keepdims=flag(keepdims))

    return rule


rules("_npi_argmax")(_npi_position(np.argmax))
rules("_npi_argmin")(_npi_position(np.argmin))


@rules("sort", "_npi_sort")
def _sort(data: Array, *, axis: Any = -1, is_ascend: Any = True) -> ndarray:
    return np.sort(data, None if axis is None else int(axis), descending=not flag(is_ascend))


@rules("argsort", "_npi_argsort")
def _argsort(
    data: Array, *, axis: Any = -1, is_ascend: Any = True, dtype: Any = "float32"
) -> ndarray:
    places = np.argsort(data, None if axis is None else int(axis), descending=not flag(is_ascend))
    return places.astype(dtype_of(dtype))


@rules("topk", "_npx_topk")
def _topk(
    data: Array,
    *,
    axis: Any = -1,
    k: int = 1,
    ret_typ: str = "indices",
    is_ascend: Any = False,
    dtype: Any = "float32",
) -> Any:
    number = None if axis is None else int(axis) % data.ndim
    extent = data.size if number is None else data.shape[number]
    if ret_typ == "mask":
        return _topk_mask(data, number, min(int(k), extent) if k > 0 else extent, flag(is_ascend))
    values, places = npx.topk(data, int(k) if k > 0 else extent, number, flag(is_ascend))
    found = places.astype(dtype_of(dtype))
    results = {"value": values, "indices": found, "both": (values, found)}
    if ret_typ not in results:
        raise InvalidValue(
            f"`ret_typ` must be 'indices', 'value', 'both' or 'mask'; got {ret_typ!r}"
        )
    return results[ret_typ]


def _topk_mask(data: ndarray, axis: int | None, k: int, is_ascend: bool) -> ndarray:
    """1 for each of the k first elements along an axis, 0 for all others: who is first is the rank,
    which is the place in the order of the places."""
    x = data.reshape((-1,)) if axis is None else data
    along = 0 if axis is None else axis
    ranks = np.argsort(np.argsort(x, along, descending=not is_ascend), along)
    return (ranks < k).astype(data.dtype).reshape(data.shape)


counted(("topk", "_npx_topk"), lambda given: 2 if given.get("ret_typ") == "both" else 1)

# ---- softmax -------------------------------------------------------------------------------------


def _softmax_of(function: Function, sign: int = 1) -> Function:
    def rule(
        data: Array,
        length: Array = None,
        *,
        axis: int = -1,
        temperature: Any = None,
        dtype: Any = None,
        use_length: Any = False,
    ) -> ndarray:
        x = data.astype(dtype_of(dtype, data.dtype.name))
        x = -x if sign < 0 else x
        warmth = None if temperature in (None, 1) else float(temperature)
        if length is None:
            return function(x, int(axis), warmth)
        mask = within(x, length, int(axis))
        lowest = -1e4 if x.dtype.itemsize == 2 else -1e30
        return np.where(mask, function(np.where(mask, x, lowest), int(axis), warmth), 0)

    return rule


def within(data: ndarray, length: ndarray, axis: int) -> ndarray:
    """Which elements stand before the lengths along an axis, one for each place of the others."""
    places = np.arange(data.shape[axis], dtype="int32")
    axis = axis % data.ndim
    shaped = places.reshape((-1, *(1,) * (data.ndim - axis - 1)))
    return np.broadcast_to(shaped < np.expand_dims(length.astype("int32"), axis), data.shape)


rules("softmax", "_npx_softmax")(_softmax_of(npx.softmax))
rules("softmin")(_softmax_of(npx.softmax, -1))
rules("log_softmax", "_npx_log_softmax")(_softmax_of(npx.log_softmax))


@rules("SoftmaxActivation")
def _softmax_activation(data: Array, *, mode: str = "instance") -> ndarray:
    if mode == "channel":
        return npx.softmax(data, 1)
    return npx.softmax(data.reshape((data.shape[0], -1)), -1).reshape(data.shape)


@rules("masked_softmax", "_npx_masked_softmax")
def _masked_softmax(
    data: Array,
    mask: Array,
    *,
    axis: int = -1,
    temperature: Any = 1.0,
    normalize: Any = True,
) -> ndarray:
    allowed = mask != 0
    x = np.where(allowed, data / temperature, -1e18)
    return np.where(allowed, npx.softmax(x, int(axis)), 0).astype(data.dtype)


@rules("masked_log_softmax", "_npx_masked_log_softmax")
def _masked_log_softmax(
    data: Array, mask: Array, *, axis: int = -1, temperature: Any = 1.0, normalize: Any = True
) -> ndarray:
    allowed = mask != 0
    x = np.where(allowed, data / temperature, -1e18)
    return np.where(allowed, npx.log_softmax(x, int(axis)), -np.inf).astype(data.dtype)
