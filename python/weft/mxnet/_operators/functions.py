"""Functions of the elements of one array, and conversions to other dtypes."""

import math
from collections.abc import Callable
from typing import Any

from weft import autograd, np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._made import wrapping
from weft.mxnet._operators._attributes import dtype_of, flag
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted

Function = Callable[..., Any]

# ---- one operand ---------------------------------------------------------------------------------


def _rounded(x: ndarray) -> ndarray:
    """To the nearest integer, halves away from zero."""
    return np.sign(x) * np.floor(np.abs(x) + 0.5)


def _degrees(x: ndarray) -> ndarray:
    return x * (180 / math.pi)


def _radians(x: ndarray) -> ndarray:
    return x * (math.pi / 180)


# By the names that 1.x and 2.0 have in common: `exp` is `_npi_exp`, too.
_UNARY: dict[str, Function] = {
    "abs": np.abs,
    "arccos": np.arccos,
    "arccosh": np.arccosh,
    "arcsin": np.arcsin,
    "arcsinh": np.arcsinh,
    "arctan": np.arctan,
    "arctanh": np.arctanh,
    "cbrt": np.cbrt,
    "ceil": np.ceil,
    "cos": np.cos,
    "cosh": np.cosh,
    "degrees": _degrees,
    "exp": np.exp,
    "expm1": np.expm1,
    "fix": np.trunc,
    "floor": np.floor,
    "log": np.log,
    "log10": np.log10,
    "log1p": np.log1p,
    "log2": np.log2,
    "negative": np.negative,
    "radians": _radians,
    "reciprocal": np.reciprocal,
    "rint": np.rint,
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "square": np.square,
    "tan": np.tan,
    "tanh": np.tanh,
    "trunc": np.trunc,
}
_ALONE: dict[str, Function] = {
    "_np_copy": lambda x: x,
    "_copy": lambda x: x,
    "identity": lambda x: x,
    "BlockGrad": npx.stop_gradient,
    "stop_gradient": npx.stop_gradient,
    "_contrib_isfinite": lambda x: np.isfinite(x).astype(x.dtype),
    "_contrib_isinf": lambda x: np.isinf(x).astype(x.dtype),
    "_contrib_isnan": lambda x: np.isnan(x).astype(x.dtype),
    "_contrib_div_sqrt_dim": lambda x: x / math.sqrt(x.shape[-1]),
    "_npi_absolute": np.abs,
    "_npi_bitwise_not": np.invert,
    "_npi_deg2rad": _radians,
    "_npi_isfinite": np.isfinite,
    "_npi_isinf": np.isinf,
    "_npi_isnan": np.isnan,
    "_npi_isneginf": lambda x: np.logical_and(np.isinf(x), x < 0),
    "_npi_isposinf": lambda x: np.logical_and(np.isinf(x), x > 0),
    "_npi_logical_not": np.logical_not,
    "_npi_rad2deg": _degrees,
    "_npx_relu": npx.relu,
    "_npx_softsign": npx.softsign,
    "_npx_stop_gradient": npx.stop_gradient,
    "_npx_sigmoid": npx.sigmoid,
    "erf": npx.erf,
    "_npx_erf": npx.erf,
    "erfinv": npx.erfinv,
    "_npx_erfinv": npx.erfinv,
    "digamma": npx.digamma,
    "_npx_digamma": npx.digamma,
    "gamma": npx.gamma,
    "_npx_gamma": npx.gamma,
    "gammaln": npx.gammaln,
    "_npx_gammaln": npx.gammaln,
    "log_sigmoid": npx.log_sigmoid,
    "logical_not": lambda x: np.logical_not(x).astype(x.dtype),
    "mish": npx.mish,
    "ones_like": np.ones_like,
    "rcbrt": lambda x: 1 / np.cbrt(x),
    "relu": npx.relu,
    "round": _rounded,
    "rsqrt": npx.rsqrt,
    "sigmoid": npx.sigmoid,
    "softsign": npx.softsign,
    "zeros_like": np.zeros_like,
}


def _unary(function: Function) -> Function:
    def rule(data: Array) -> ndarray:
        return function(data)

    return rule


for _name, _function in _UNARY.items():
    rules(_name, f"_npi_{_name}")(_unary(_function))
for _name, _function in _ALONE.items():
    rules(_name)(_unary(_function))


@rules("_identity_with_attr_like_rhs")
def _identity_like(lhs: Array, rhs: Array) -> ndarray:
    return lhs


@rules("_npi_around")
def _around(x: Array, *, decimals: int = 0) -> ndarray:
    return np.round(x, int(decimals))


@rules("_npi_nan_to_num")
def _nan_to_num(
    data: Array, *, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None
) -> ndarray:
    return np.nan_to_num(data, nan=nan, posinf=posinf, neginf=neginf)


@rules("hard_sigmoid")
def _hard_sigmoid(data: Array, *, alpha: float = 0.2, beta: float = 0.5) -> ndarray:
    return npx.hard_sigmoid(data, alpha, beta)


@rules("smooth_l1", "_npx_smooth_l1")
def _smooth_l1(data: Array, *, scalar: float = 1.0) -> ndarray:
    bound = 1 / (scalar * scalar)
    size = np.abs(data)
    return np.where(size < bound, (0.5 * scalar * scalar) * data * data, size - 0.5 * bound)


@rules("clip", "_npi_clip")
def _clip(data: Array, *, a_min: float | None = None, a_max: float | None = None) -> ndarray:
    if not autograd.is_recording():
        return np.clip(data, a_min, a_max)
    # The gradient at the bounds is 1, not the half that `np.clip` has there.
    x = data if a_min is None else np.where(data < a_min, a_min, data)
    return x if a_max is None else np.where(x > a_max, a_max, x)


@rules("_contrib_quadratic")
def _quadratic(data: Array, *, a: float = 0.0, b: float = 0.0, c: float = 0.0) -> ndarray:
    return (a * data + b) * data + c


@rules("_contrib_gradientmultiplier")
def _scaled_gradient(data: Array, *, scalar: float = 1.0, is_int: Any = None) -> ndarray:
    """The data; their gradient times a number, which may be below zero."""
    kept = npx.stop_gradient(data)
    return kept + (data - kept) * scalar


def _straight_through(function: Function) -> Function:
    def rule(data: Array) -> ndarray:
        """The function's value; the gradient passes as if it were not there."""
        return npx.stop_gradient(function(data)) + (data - npx.stop_gradient(data))

    return rule


rules("_contrib_round_ste", "_npx_round_ste")(_straight_through(_rounded))
rules("_contrib_sign_ste", "_npx_sign_ste")(_straight_through(np.sign))

# ---- conversions ---------------------------------------------------------------------------------


@rules("Cast", "cast", "_npx_cast", "_npi_cast")
def _cast(data: Array, *, dtype: Any) -> ndarray:
    return wrapping(data, dtype_of(dtype))


@rules("amp_cast")
def _amp_cast(data: Array, *, dtype: Any) -> ndarray:
    return data.astype(dtype_of(dtype)) if data.dtype.kind == "f" else data


@rules("amp_multicast")
def _amp_multicast(*data: Array, num_outputs: int, cast_narrow: Any = False) -> tuple[ndarray, ...]:
    widths = [x.dtype.itemsize for x in data]
    wanted = (min if flag(cast_narrow) else max)(widths)
    dtype = data[widths.index(wanted)].dtype
    return tuple(x.astype(dtype) for x in data)


counted(("amp_multicast",), lambda given: int(given.get("num_outputs", 1)))


@rules("cast_storage")
def _cast_storage(data: Array, *, stype: str) -> ndarray:
    """Networks compute with whole arrays; executors store their results."""
    if stype not in ("default", "csr", "row_sparse"):
        raise InvalidValue(f"`stype` must be 'default', 'csr' or 'row_sparse'; got {stype!r}")
    return data
