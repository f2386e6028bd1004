"""Operators of Weft that are NumPy's, as the operators `_npi_…` of MXNet 2: for `_symbols.py`.

A rule gets the module `mx.sym.np`, the inputs of a node (symbols, lists of these, numbers, slices)
and its attributes; it gives a symbol.
"""

import base64
import operator
from collections.abc import Callable
from typing import Any

import numpy

from weft import np as _arrays
from weft._base.errors import Unsupported

Rule = Callable[[Any, list[Any], dict[str, Any]], Any]


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _named(name: str, *keys: str, **renamed: str) -> Rule:
    """The operator with these attributes: of the same name, or of MXNet's name by Weft's."""

    def rule(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
        given = {key: _plain(attrs[key]) for key in keys if key in attrs}
        given |= {theirs: _plain(attrs[own]) for own, theirs in renamed.items() if own in attrs}
        return getattr(np, name)(*inputs, **given)

    return rule


def _arithmetic(function: Callable[[Any, Any], Any]) -> Rule:
    """An operator that Python has, of symbols and numbers."""
    return lambda np, inputs, attrs: function(*inputs)


def _extreme(name: str) -> Rule:
    """The larger or smaller one, of which one may be a number."""

    def rule(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
        numbers = [x for x in inputs if isinstance(x, int | float)]
        if not numbers:
            return getattr(np, name)(*inputs)
        (symbol,) = [x for x in inputs if not isinstance(x, int | float)]
        return getattr(np, f"{name}_scalar")(symbol, scalar=float(numbers[0]))

    return rule


def _clipped(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
    x, low, high = (*inputs, None, None)[:3]
    low, high = attrs.get("min", low), attrs.get("max", high)
    if not all(isinstance(bound, int | float | None) for bound in (low, high)):
        raise Unsupported("clip: bounds that are arrays have no operator of MXNet")
    return np.clip(x, a_min=low, a_max=high)


def _padded(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
    mode = attrs.get("mode", "constant")
    width = tuple(zip(attrs["before"], attrs["after"], strict=True))
    more = {"constant_values": float(inputs[1])} if mode == "constant" and len(inputs) > 1 else {}
    return np.pad(inputs[0], pad_width=width, mode=mode, **more)


def _stacked(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
    return np.stack(*inputs[0], axis=attrs.get("axis", 0))


def _split(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
    cuts = attrs["indices_or_sections"]
    is_count = isinstance(cuts, int)
    given = {"indices": (), "sections": cuts} if is_count else {"indices": (0, *cuts)}
    return np.split(inputs[0], axis=attrs.get("axis", 0), **given)


def _spread(name: str) -> Rule:
    """A variance or its root."""

    def rule(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
        given = {key: _plain(attrs[key]) for key in ("axis", "keepdims") if key in attrs}
        return getattr(np, name)(*inputs, ddof=int(attrs.get("ddof", 0)), **given)

    return rule


def _chosen(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
    condition, x, y = inputs
    are_numbers = isinstance(x, int | float), isinstance(y, int | float)
    if all(are_numbers):
        return np.where_scalar2(condition, x=float(x), y=float(y))
    if are_numbers[0]:
        return np.where_lscalar(condition, y, scalar=float(x))
    if are_numbers[1]:
        return np.where_rscalar(condition, x, scalar=float(y))
    return np.where(condition, x, y)


def _indexed(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """`x[1:3, -1, None]`: a slice, then axes of numbers taken away and new ones put in."""
    x, *key = inputs
    if key and key[-1] is Ellipsis:
        key.pop()
    begin: list[Any] = []
    end: list[Any] = []
    step: list[Any] = []
    dropped, added = [], []
    for part in key:
        place = len(begin) - len(dropped) + len(added)  # in the result
        if part is None:
            added.append(place)
        elif isinstance(part, slice):
            begin.append(part.start)
            end.append(part.stop)
            step.append(part.step)
        elif isinstance(part, int) and not isinstance(part, bool):
            dropped.append(len(begin))
            begin.append(part)
            end.append(None if part == -1 else part + 1)
            step.append(None)
        else:
            raise Unsupported(
                "getitem: in a file of MXNet an index must be a number, a slice or None, with the "
                "ellipsis at its end; use `np.take`"
            )
    if begin:
        x = np.slice(x, begin=tuple(begin), end=tuple(end), step=tuple(step))
    if dropped:
        x = np.squeeze(x, axis=tuple(dropped))
    for place in added:
        x = np.expand_dims(x, axis=place)
    return x


def _part(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """So many elements of each axis, from one on and by steps."""
    end: list[Any] = []
    for first, size, step in zip(attrs["begin"], attrs["size"], attrs["step"], strict=True):
        after = first + size * step
        end.append(None if after < 0 else after)
    begin, step = tuple(attrs["begin"]), tuple(attrs["step"])
    return np.slice(inputs[0], begin=begin, end=tuple(end), step=step)


def _row(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
    return np.arange(
        **{key: attrs[key] for key in ("start", "stop", "step", "dtype") if key in attrs}
    )


def _filled(np: Any, inputs: list[Any], attrs: dict[str, Any]) -> Any:
    shape, dtype = tuple(attrs["shape"]), attrs["dtype"]
    return np.full(shape=shape, fill_value=attrs["fill_value"], dtype=dtype)


_UNARY = (
    *("abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "ceil"),
    *("cos", "cosh", "degrees", "exp", "expm1", "floor", "log", "log10", "log1p", "log2"),
    *("logical_not", "negative", "radians", "reciprocal", "rint", "sign", "sin", "sinh", "sqrt"),
    *("square", "tan", "tanh", "trunc"),
)

# Where an operator has a rule in `_symbols.py` as well, that one is for inputs that are arrays.
RULES: dict[str, Rule] = {
    **{name: _named(name) for name in _UNARY},
    **{name: _named(name, "axis", "keepdims") for name in ("sum", "mean", "max", "min", "prod")},
    **{name: _spread(name) for name in ("var", "std")},
    **{name: _named(name, "axis", "keepdims") for name in ("argmax", "argmin")},
    "add": _arithmetic(operator.add),
    "subtract": _arithmetic(operator.sub),
    "multiply": _arithmetic(operator.mul),
    "divide": _arithmetic(operator.truediv),
    "power": _arithmetic(operator.pow),
    "mod": _arithmetic(operator.mod),
    "equal": _arithmetic(operator.eq),
    "not_equal": _arithmetic(operator.ne),
    "greater": _arithmetic(operator.gt),
    "greater_equal": _arithmetic(operator.ge),
    "less": _arithmetic(operator.lt),
    "less_equal": _arithmetic(operator.le),
    "maximum": _extreme("maximum"),
    "minimum": _extreme("minimum"),
    "matmul": _named("matmul"),
    "dot": _named("dot"),
    "where": _chosen,
    "swapaxes": _named("swapaxes", axis1="dim1", axis2="dim2"),
    "moveaxis": _named("moveaxis", "source", "destination"),
    "expand_dims": _named("expand_dims", "axis"),
    "squeeze": _named("squeeze", "axis"),
    "tile": _named("tile", "reps"),
    "broadcast_to": _named("broadcast_to", "shape"),
    "cumsum": _named("cumsum", "axis"),
    "flip": _named("flip", "axis"),
    "repeat": _named("repeat", "repeats", "axis"),
    "take": _named("take", "axis"),
    "cast": _named("cast", "dtype"),
    "clip": _clipped,
    "pad": _padded,
    "stack": _stacked,
    "split": _split,
    "getitem": _indexed,
    "slice": _part,
    "arange": _row,
    "full": _filled,
    "copy": _named("copy"),
}


def constant_of(value: dict[str, Any]) -> Any:
    """The array of a constant as a graph of Weft has it."""
    data = numpy.frombuffer(base64.b64decode(value["data"]), value["dtype"])
    return _arrays.array(data.reshape(value["shape"]).copy())


def with_numbers(written: Any, nodes: list[Any]) -> Any:
    """Inputs with numbers in the place of constants that have no axes."""
    found = []
    for part in written:
        if isinstance(part, list):
            part = with_numbers(part, nodes)
        elif isinstance(part, dict) and "node" in part:
            node = nodes[part["node"][0]]
            if node["op"] == "constant" and not node["value"]["shape"]:
                part = constant_of(node["value"]).item()
        found.append(part)
    return found


def value_of(part: Any, entry: Callable[[list[int]], Any]) -> Any:
    """An input as it is written in a graph of Weft; `entry` gives the symbol of a place."""
    if isinstance(part, list):
        return [value_of(item, entry) for item in part]
    if not isinstance(part, dict):
        return part
    if "node" in part:
        return entry(part["node"]).as_np_ndarray()
    return slice(*part["slice"]) if "slice" in part else Ellipsis


def has_values(inputs: Any) -> bool:
    """Is an input something else than an array, or a list of arrays?"""
    return any(
        has_values(part) if isinstance(part, list) else not isinstance(part, dict | None)
        for part in inputs
    )


__all__ = ["RULES", "constant_of", "has_values", "value_of", "with_numbers"]
