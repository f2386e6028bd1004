"""Functions of `mx.nd`, one an operator: made of the table when a program first asks for one.

Arguments are the operator's inputs, then its attributes, in MXNet's order; `out` is an array, or
several, to write into; `name` and what says how MXNet computes mean nothing.
"""

import functools
import inspect
import operator
from collections.abc import Callable, Iterable
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import MissingAttribute
from weft._base.spelling import hint
from weft._core import native
from weft._core.typing import ndarray
from weft.mxnet._modes import asks_for_numpy_shapes
from weft.mxnet._operators import RULES, rule_of
from weft.mxnet._operators._arguments import Arguments
from weft.mxnet.ndarray._array import NDArray, Sparse, plain, shaped
from weft.mxnet.ndarray._storage import stored_as

# Operators of one array that Weft has with the same meaning; native code does them at once.
_NATIVE: dict[str, Callable[..., Any]] = {
    **{name: getattr(np, name) for name in ("abs", "exp", "log", "sqrt", "square", "sin", "cos")},
    **{name: getattr(np, name) for name in ("tan", "tanh", "sinh", "cosh", "floor", "ceil")},
    **{name: getattr(np, name) for name in ("log2", "log10", "log1p", "expm1", "sign", "trunc")},
    "negative": np.negative,
    "relu": npx.relu,
    "sigmoid": npx.sigmoid,
    "stop_gradient": lambda x: x.detach().copy(),
    "BlockGrad": lambda x: x.detach().copy(),
}

# The same of two arrays of one dtype of floats: the arithmetic of the arrays themselves.
_PAIRS: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("broadcast_add", "broadcast_plus", "elemwise_add"), operator.add),
    **dict.fromkeys(("broadcast_sub", "broadcast_minus", "elemwise_sub"), operator.sub),
    **dict.fromkeys(("broadcast_mul", "elemwise_mul"), operator.mul),
    **dict.fromkeys(("broadcast_div", "elemwise_div"), operator.truediv),
}

# The same of an array of floats over some axes.
_REDUCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(np, name) for name in ("sum", "mean", "prod", "max", "min")
}

# What makes a sparse array of a whole one; the module of sparse arrays fills it in.
CAST: list[Callable[[Any, str], Any]] = []

# Inputs under other names than the table's.
_RENAMED = {"array": "data", "a": "data", "args": "data"}


class _Plan(Arguments):
    """How a function's arguments become the operator's: inputs first, then attributes."""

    def __init__(self, op: str, name: str) -> None:
        rule = rule_of(op)
        assert rule is not None  # the caller has found it
        super().__init__(op, rule, name)
        for inner, shown in _RENAMED.items():
            if inner in self.own:
                self.own.setdefault(shown, inner)
        self.calls = [self.call(False), self.call(True)]

    def names_of(self, args: tuple[Any, ...]) -> list[str]:
        """What arguments in their order are called. An attribute may stand where an optional input
        does not: log_softmax(x, 0)."""
        for place in range(self.rule.required, min(len(args), len(self.inputs))):
            if args[place] is not None and not isinstance(args[place], _ARRAYS):
                return [*self.inputs[:place], *self.attributes]
        return self.names


_ARRAYS = (ndarray, numpy.ndarray, list)


def _as_array(value: Any) -> Any:
    if value is None or isinstance(value, ndarray):
        return plain(value)
    if isinstance(value, Sparse):
        return value.todense()
    return np.array(value, "float32") if isinstance(value, list | tuple) else np.asarray(value)


def run(plan: _Plan, args: tuple[Any, ...], out: Any, kwargs: dict[str, Any]) -> Any:
    """Calls an operator on arguments as a program gives them."""
    inputs, given = plan.bound(plan.names_of(args), args, kwargs)
    stypes = [x.stype if isinstance(x, Sparse) else "default" for x in inputs if x is not None]
    if plan.rule.takes_call:
        given["_"] = plan.calls[asks_for_numpy_shapes()]
    arrays = [_as_array(x) for x in inputs]
    found = plan.result(arrays, given)
    if out is None and not native.modes() & native.TRACING:
        found = apart(found, arrays)
    if isinstance(found, tuple | list):
        found = [shaped(part) for part in found]
        if len(found) == 1:
            found = found[0]
    else:
        found = shaped(found)
    if any(stype != "default" for stype in stypes) and not isinstance(found, list):
        found = _stored(found, stored_as(plan.op, stypes, given))
    return found if out is None else written(found, out)


def apart(found: Any, inputs: Iterable[Any]) -> Any:
    """Results that share no memory with the inputs: a write to what an operator of MXNet made never
    changes what it was made of, where Weft's own reshape and its like give views."""
    if isinstance(found, tuple | list):
        return [apart(part, inputs) for part in found]
    if not isinstance(found, ndarray):
        return found
    shares = any(isinstance(x, ndarray) and native.shares_box(found, x) for x in inputs)
    return found.copy() if shares else found


def _stored(found: Any, stype: str) -> Any:
    """A result as a sparse array, if it is one."""
    if stype == "default":
        return found
    return CAST[0](found, stype)


def written(found: Any, out: Any) -> Any:
    """Results in the arrays that are given for them."""
    targets = out if isinstance(out, list | tuple) else [out]
    parts = found if isinstance(found, list) else [found]
    for target, part in zip(targets, parts, strict=False):
        if isinstance(target, Sparse):
            target[:] = part
            continue
        if target.shape != part.shape and target.size == part.size:
            part = part.reshape(target.shape)
        target[...] = part
    return out


@functools.cache
def function_of(op: str, name: str) -> Callable[..., Any]:
    """The function of an operator of the table, which a program calls `name`."""
    plan = _Plan(op, name)
    direct = _NATIVE.get(op)
    if direct is not None:
        function = _with_native(plan, direct)
    elif op in _PAIRS:
        function = _with_pair(plan, _PAIRS[op])
    elif op in _REDUCTIONS:
        function = _with_reduction(plan, _REDUCTIONS[op])
    elif plan.rest:

        def function(*data: Any, out: Any = None, name: Any = None, **kwargs: Any) -> Any:
            return run(plan, data, out, kwargs)
    else:

        def function(*args: Any, out: Any = None, name: Any = None, **kwargs: Any) -> Any:
            return run(plan, args, out, kwargs)

    return _described(function, plan)


def _with_native(plan: _Plan, direct: Callable[..., Any]) -> Callable[..., Any]:
    def function(data: Any = None, out: Any = None, name: Any = None) -> Any:
        if type(data) is NDArray and out is None:
            return direct(data)
        return run(plan, (data,), out, {})

    return function


def _with_pair(plan: _Plan, direct: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def function(
        lhs: Any = None, rhs: Any = None, out: Any = None, name: Any = None, **kwargs: Any
    ) -> Any:
        if type(lhs) is NDArray and type(rhs) is NDArray and out is None and not kwargs:
            dtype = lhs.dtype
            if dtype.kind == "f" and dtype == rhs.dtype:
                return direct(lhs, rhs)
        return run(plan, (lhs, rhs), out, kwargs)

    return function


def _with_reduction(plan: _Plan, direct: Callable[..., Any]) -> Callable[..., Any]:
    def function(
        data: Any = None, *args: Any, out: Any = None, name: Any = None, **kwargs: Any
    ) -> Any:
        if type(data) is NDArray and out is None and data.dtype.kind == "f" and data.ndim:
            found = _options_of_reduction(args, kwargs)
            if found is not None:
                return shaped(direct(data, **found))
        return run(plan, (data, *args), out, kwargs)

    return function


def _options_of_reduction(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """Axis and `keepdims`, where nothing else is given, and they mean here what they do in 1.x."""
    if args and (len(args) > 1 or "axis" in kwargs):
        return None
    options = {"axis": args[0], **kwargs} if args else kwargs
    for key, value in options.items():
        if key == "axis" and (value is None or type(value) is int):
            continue
        if key != "keepdims" or type(value) is not bool:
            return None
    return options


def _described(function: Callable[..., Any], plan: _Plan) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = plan.name
    function.__module__ = "weft.mxnet.ndarray"
    text = inspect.getdoc(plan.rule.function)
    lines = [f"MXNet's operator `{plan.op}` on arrays."]
    if text:
        lines += ["", text]
    if plan.inputs or plan.rest:
        lines += ["", f"Inputs: {', '.join(plan.inputs) or 'any number'}"]
    if plan.attributes:
        lines.append(f"Attributes: {', '.join(plan.attributes)}")
    function.__doc__ = "\n".join(lines)
    function.__signature__ = inspect.Signature(list(_parameters(plan)))  # type: ignore[attr-defined]
    return function


def _parameters(plan: _Plan) -> Iterable[inspect.Parameter]:
    found = inspect.signature(plan.rule.function).parameters.values()
    for p in found:
        if p.name == "_" or p.kind is p.VAR_KEYWORD:
            continue
        default = None if p.default is p.empty else p.default
        if p.kind is p.VAR_POSITIONAL:
            yield p.replace(annotation=p.empty)
        elif plan.rest:
            yield p.replace(default=default, annotation=p.empty)
        else:
            kind = p.POSITIONAL_OR_KEYWORD
            yield p.replace(default=default, kind=kind, annotation=p.empty)
    kind = inspect.Parameter.KEYWORD_ONLY
    for word in ("out", "name"):
        yield inspect.Parameter(word, kind, default=None)
    yield inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)


def finder(module: str, prefixes: tuple[str, ...], home: dict[str, Any]) -> Callable[[str], Any]:
    """A module's `__getattr__`, which finds operators by what is behind a prefix, once."""

    def find(name: str) -> Any:
        for prefix in prefixes:
            if not name.startswith("__") and rule_of(prefix + name) is not None:
                home[name] = found = function_of(prefix + name, name)
                return found
        near = hint(name, {}, names_behind(prefixes))
        raise MissingAttribute(f"module 'weft.mxnet.{module}' has no attribute '{name}'{near}")

    return find


def names_behind(prefixes: tuple[str, ...]) -> list[str]:
    """The public names of the operators behind prefixes."""
    found = set()
    for _, name in RULES.names():
        for prefix in prefixes:
            rest = name[len(prefix) :]
            if name.startswith(prefix) and rest and not rest.startswith("_"):
                found.add(rest)
    return sorted(found)


__all__ = ["CAST", "finder", "function_of", "names_behind", "run", "written"]
