"""`hybrid_forward` of 1.x: the same code on arrays and on symbols, by the module `F`."""

import functools
import inspect
from typing import Any

from weft._base.containers import sequence_of
from weft._base.errors import InvalidValue
from weft._base.spelling import unknown_argument
from weft._core import native
from weft._core.typing import ndarray
from weft.gluon.block import Block
from weft.mxnet.gluon._modes import is_np_array
from weft.mxnet.gluon._symbols import is_symbol, variable
from weft.mxnet.ndarray._given import as_nd

# How MXNet's engine runs a graph: accepted, and without a counterpart.
_ENGINE = (
    "inline_limit",
    "forward_bulk_size",
    "backward_bulk_size",
    "partition_if_dynamic",
    "backend",
    "backend_opts",
    "flags",
)
OPTIONS = ("memory", "static_alloc", "static_shape", "explain")


def known(options: dict[str, Any]) -> dict[str, Any]:
    """The options that Weft has; raises TypeError for one that nobody has."""
    for name in options:
        if name not in OPTIONS and name not in _ENGINE:
            raise unknown_argument("hybridize", name, (*OPTIONS, *_ENGINE))
    return {name: value for name, value in options.items() if name in OPTIONS}


@functools.cache
def needs_arguments(kind: type) -> bool:
    """Has `forward` of a class an argument that must be given?"""
    function = getattr(kind, "hybrid_forward", None) or kind.forward  # type: ignore[attr-defined]
    if function.__module__ == "weft.mxnet.gluon.block" or function is Block.forward:
        return True  # nobody wrote one
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return any(
        p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        for p in parameters
    )


def is_old(kind: type) -> bool:
    """Takes a class symbols of MXNet itself? It has a `hybrid_forward` of 1.x, or it says so."""
    return has_hybrid_forward(kind) or getattr(kind, "_takes_symbols", False)


def has_hybrid_forward(kind: type) -> bool:
    """Has the program written the `hybrid_forward` of 1.x for a class, or for one above it?"""
    return any(callable(vars(cls).get("hybrid_forward")) for cls in kind.__mro__)


def is_written_above(kind: type) -> bool:
    """Is the `forward` that a class has one that the program wrote in a class above it?"""
    above = next(cls for cls in kind.__mro__[1:] if "forward" in vars(cls))
    return vars(above)["forward"] is not forward and not above.__module__.startswith("weft.")


def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
    """Calls `hybrid_forward` with the module and the parameters that fit the arguments."""
    leaves = [*_leaves(args), *_leaves(kwargs)]
    if any(is_symbol(leaf) for leaf in leaves):
        from weft.mxnet import symbol

        variables = {n: variable(p, self._full_name(n, p)) for n, p in _attributes(self)}
        return self.hybrid_forward(symbol, *args, **kwargs, **variables)
    from weft.mxnet import ndarray as nd
    from weft.mxnet.ndarray._array import Sparse, is_nd

    first = next((leaf for leaf in leaves if isinstance(leaf, ndarray)), None)
    if args and first is None and not any(isinstance(leaf, Sparse) for leaf in leaves):
        raise InvalidValue(
            f"{type(self).__name__}: must be given one array or symbol at least; got "
            f"{', '.join(type(leaf).__name__ for leaf in leaves) or 'none'}"
        )
    takes_nd = is_nd(first) if first is not None else not is_np_array()
    arrays = {name: _data(parameter, takes_nd) for name, parameter in _attributes(self)}
    return self.hybrid_forward(nd, *args, **kwargs, **arrays)


def wants_integer_gradients(args: tuple[Any, ...]) -> bool:
    """Is the call recorded, and among its arguments an array of integers that has a gradient?"""
    return bool(native.modes() & native.RECORDING) and any(
        isinstance(a, ndarray) and a.dtype.kind in "iub" and native.is_recorded(a) for a in args
    )


def _attributes(block: Any) -> list[tuple[str, Any]]:
    """Parameters that are attributes; those that `params.get` alone knows are not handed on."""
    return [(n, p) for n, p in block._own_parameters.items() if n in block.__dict__]


def _data(parameter: Any, takes_nd: bool) -> Any:
    array = parameter.data()
    return as_nd(array) if takes_nd and isinstance(array, ndarray) else array


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    return [value]


def infer_shapes(block: Any, *args: Any) -> None:
    """Sets unknown shapes of a block's own parameters by composing it of symbols."""
    from weft.mxnet import symbol

    arrays = [leaf for leaf in _leaves(args) if isinstance(leaf, ndarray)]
    inputs: list[Any] = [symbol.var(f"data{number}") for number in range(len(arrays))]
    remaining = iter(inputs)
    out = block.hybrid_forward(
        symbol,
        *_replaced(args, remaining),
        **{name: variable(parameter, name) for name, parameter in _attributes(block)},
    )
    out = symbol.Group(_leaves(out)) if isinstance(out, list | tuple) else out
    given = {v.name: tuple(a.shape) for v, a in zip(inputs, arrays, strict=True)}
    shapes, _, states = out.infer_shape(**given)
    found = dict(zip(out.list_arguments(), shapes or (), strict=False))
    found |= dict(zip(out.list_auxiliary_states(), states or (), strict=False))
    for name, parameter in block._own_parameters.items():
        shape = found.get(name)
        if shape is not None:
            parameter.shape = shape
        elif not parameter.is_shape_known:
            raise InvalidValue(
                f"{type(block).__name__}: the shape of `{name}` does not follow from the "
                "arguments; give it, or override `infer_shape`"
            )


def _replaced(value: Any, symbols: Any) -> Any:
    if isinstance(value, ndarray):
        return next(symbols)
    if isinstance(value, list | tuple):
        return sequence_of(type(value), [_replaced(item, symbols) for item in value])
    return value


__all__ = [
    "OPTIONS",
    "forward",
    "has_hybrid_forward",
    "infer_shapes",
    "is_old",
    "is_written_above",
    "known",
    "needs_arguments",
    "wants_integer_gradients",
]
