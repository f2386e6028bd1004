"""Functions of `mx.sym` that are more than one operator: arrays of a shape, and operations of two
operands of which one may be a number."""

import numbers
from collections.abc import Callable
from typing import Any

from weft._base.errors import InvalidType
from weft.mxnet.symbol._arithmetic import heads_of
from weft.mxnet.symbol._compose import call_operator
from weft.mxnet.symbol._symbol import Symbol


def _made(op: str, **kwargs: Any) -> Symbol:
    given = {key: value for key, value in kwargs.items() if value is not None}
    return Symbol(call_operator(op, op, (), given, heads_of))


def _name_of(dtype: Any) -> Any:
    return "float32" if dtype is None else dtype


def zeros(shape: Any, dtype: Any = None, **kwargs: Any) -> Symbol:
    """An array of zeros. An extent 0 is one that is not known, such as that of the batch."""
    return _made("_zeros", shape=shape, dtype=_name_of(dtype), **kwargs)


def ones(shape: Any, dtype: Any = None, **kwargs: Any) -> Symbol:
    """An array of ones."""
    return _made("_ones", shape=shape, dtype=_name_of(dtype), **kwargs)


def full(shape: Any, val: float, dtype: Any = None, **kwargs: Any) -> Symbol:
    """An array of one number."""
    return _made("_full", shape=shape, value=float(val), dtype=_name_of(dtype), **kwargs)


def eye(N: int, M: int = 0, k: int = 0, dtype: Any = None, **kwargs: Any) -> Symbol:  # noqa: N803
    """Ones on a diagonal, zeros elsewhere."""
    return _made("_eye", N=N, M=M, k=k, dtype=_name_of(dtype), **kwargs)


def arange(
    start: float,
    stop: float | None = None,
    step: float = 1.0,
    repeat: int = 1,
    infer_range: bool = False,
    name: str | None = None,
    dtype: Any = None,
) -> Symbol:
    """Numbers from `start` to `stop` by steps, each `repeat` times."""
    return _made(
        "_arange",
        start=start,
        stop=stop,
        step=step,
        repeat=repeat,
        infer_range=infer_range,
        name=name,
        dtype=_name_of(dtype),
    )


def linspace(
    start: float,
    stop: float,
    num: int,
    endpoint: bool = True,
    name: str | None = None,
    dtype: Any = None,
) -> Symbol:
    """So many numbers from `start` to `stop`, equally far from each other."""
    return _made(
        "_linspace",
        start=start,
        stop=stop,
        num=num,
        endpoint=endpoint,
        name=name,
        dtype=_name_of(dtype),
    )


def split_v2(
    ary: Symbol, indices_or_sections: Any, axis: int = 0, squeeze_axis: bool = False
) -> Symbol:
    """Parts along an axis: equal ones, or those between indices."""
    options: dict[str, Any] = {"axis": axis, "squeeze_axis": squeeze_axis}
    if isinstance(indices_or_sections, int):
        options["sections"] = indices_or_sections
    else:
        options["indices"] = (0, *indices_or_sections)
    return Symbol(call_operator("_split_v2", "split_v2", (ary,), options, heads_of))


def histogram(a: Symbol, bins: Any = 10, range: Any = None, **kwargs: Any) -> Symbol:
    """Counts of elements between edges, and the edges."""
    if isinstance(bins, Symbol):
        return Symbol(call_operator("_histogram", "histogram", (a, bins), kwargs, heads_of))
    options = {"bin_cnt": bins, "range": range, **kwargs}
    return Symbol(call_operator("_histogram", "histogram", (a,), options, heads_of))


# ---- two operands --------------------------------------------------------------------------------


def _binary(
    name: str, symbols: str, number: str, reversed_number: str, numbers_alone: Callable[..., Any]
) -> Callable[..., Any]:
    def function(left: Any, right: Any) -> Any:
        is_left, is_right = isinstance(left, Symbol), isinstance(right, Symbol)
        if is_left and is_right:
            return Symbol(call_operator(symbols, symbols, (left, right), {}, heads_of))
        if is_left and isinstance(right, numbers.Number):
            return Symbol(call_operator(number, number, (left,), {"scalar": right}, heads_of))
        if is_right and isinstance(left, numbers.Number):
            op = reversed_number
            return Symbol(call_operator(op, op, (right,), {"scalar": left}, heads_of))
        if isinstance(left, numbers.Number) and isinstance(right, numbers.Number):
            return numbers_alone(left, right)
        raise InvalidType(
            f"{name}: must be given symbols or numbers; got {type(left).__name__} and "
            f"{type(right).__name__}"
        )

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{name}` of two symbols of one shape, or of a symbol and a number."
    return function


maximum = _binary("maximum", "_maximum", "_MaximumScalar", "_MaximumScalar", max)
minimum = _binary("minimum", "_minimum", "_MinimumScalar", "_MinimumScalar", min)
power = _binary("power", "_power", "_PowerScalar", "_RPowerScalar", lambda a, b: a**b)
hypot = _binary(
    "hypot", "_hypot", "_HypotScalar", "_HypotScalar", lambda a, b: (a * a + b * b) ** 0.5
)

__all__ = [
    "arange",
    "eye",
    "full",
    "histogram",
    "hypot",
    "linspace",
    "maximum",
    "minimum",
    "ones",
    "power",
    "split_v2",
    "zeros",
]
