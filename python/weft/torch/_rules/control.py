"""Arithmetic on numbers of the graph, members of tuples, and operators that have bodies."""

import math
import operator
from typing import Any

from weft import npx
from weft._core.dimensions import Extent
from weft._import.program import Program
from weft._import.values import is_array
from weft.torch._rules._dtypes import cast, number_array
from weft.torch._rules._table import RULES as rules
from weft.torch._rules.complex_numbers import without_gradient

# ---- numbers ------------------------------------------------------------------------------------


def _number(name: str) -> None:
    """Registers an operation of Python's numbers, with one operand or two."""
    function = getattr(operator, name)
    if name in ("neg", "not_"):
        rules.add(name, lambda a: function(a), domain="python")
    else:
        rules.add(name, lambda a, b: function(a, b), domain="python")


for _name in (
    *("add", "sub", "mul", "floordiv", "mod", "truediv", "pow", "neg"),
    *("eq", "ne", "lt", "le", "gt", "ge", "and_", "or_", "not_"),
):
    _number(_name)


@rules("literal", domain="python")
def _literal(a: Any) -> Any:
    return a


@rules("getitem", domain="python")
def _getitem(a: Any, b: Any) -> Any:
    return a[b]


@rules("sym_max", domain="python")
def _sym_max(a: Any, b: Any) -> Any:
    return a if not isinstance(a, Extent) and a == b else max(a, b)


@rules("sym_min", domain="python")
def _sym_min(a: Any, b: Any) -> Any:
    return min(a, b)


@rules("sym_float", domain="python")
def _sym_float(a: Any) -> Any:
    return float(a)


@rules("sym_int", "trunc", domain="python")
def _sym_int(a: Any) -> Any:
    return a if isinstance(a, int) else int(a)


@rules("sym_not", domain="python")
def _sym_not(a: Any) -> Any:
    return not a


@rules("sym_ite", domain="python")
def _sym_ite(a: Any, b: Any, c: Any) -> Any:
    return b if a else c


@rules("ceil", domain="python")
def _ceil(a: Any) -> Any:
    return math.ceil(a)


@rules("floor", domain="python")
def _floor(a: Any) -> Any:
    return math.floor(a)


@rules("round", domain="python")
def _round(a: Any) -> Any:
    return round(a)


@rules("sym_sqrt", "sqrt", domain="python")
def _sqrt(a: Any) -> Any:
    return math.sqrt(a)


# ---- bodies -------------------------------------------------------------------------------------


def _run(call: Any, body: Program, operands: Any) -> tuple[Any, ...]:
    return tuple(call.run(body, list(operands)))


@rules("cond", domain="higher_order")
def _cond(
    pred: Any, true_fn: Program, false_fn: Program, operands: Any = (), *, _: Any
) -> tuple[Any, ...]:
    """Both branches give arrays; what is a number is decided before the network runs."""
    if not is_array(pred):
        return _run(_, true_fn if pred else false_fn, operands)
    arrays = [value if is_array(value) else number_array(value) for value in operands]
    found = npx.cond(
        cast(pred, "bool").reshape(()),
        lambda *given: list(_run(_, true_fn, given)),
        lambda *given: list(_run(_, false_fn, given)),
        arrays,
    )
    return tuple(found)


@rules("while_loop", domain="higher_order")
def _while_loop(
    cond_fn: Program,
    body_fn: Program,
    carried_inputs: Any,
    additional_inputs: Any = (),
    *,
    _: Any,
) -> tuple[Any, ...]:
    """Eager, as Weft's own loop wants a bound of its steps in a trace."""
    from weft._trace.state import is_tracing

    if is_tracing():
        from weft._base.errors import Unsupported

        raise Unsupported("a loop without a bound cannot be traced; do not hybridize")
    carried = list(carried_inputs)
    while bool(_run(_, cond_fn, [*carried, *additional_inputs])[0]):
        carried = list(_run(_, body_fn, [*carried, *additional_inputs]))
    return tuple(carried)


@rules("scan", domain="higher_order")
def _scan(
    combine_fn: Program, init: Any, xs: Any, additional_inputs: Any = (), *, _: Any
) -> tuple[Any, ...]:
    """The last states, and the results of all steps along a new first axis."""
    states, count = list(init), len(init)

    def step(rows: Any, carried: Any) -> tuple[list[Any], list[Any]]:
        found = _run(_, combine_fn, [*carried, *rows, *additional_inputs])
        return list(found[count:]), list(found[:count])

    outputs, states = npx.foreach(step, list(xs), states)
    return (*states, *outputs)


@rules("wrap_with_set_grad_enabled", domain="higher_order")
def _set_grad_enabled(
    enable_grad: bool, wrapped_func: Program, args: Any = (), *, _: Any
) -> tuple[Any, ...]:
    found = _run(_, wrapped_func, args)
    if enable_grad:
        return found
    return tuple(without_gradient(v) if is_array(v) else v for v in found)


@rules("wrap_with_autocast", domain="higher_order")
def _autocast(
    wrapped_func: Program,
    args: Any = (),
    device_type: Any = None,
    dtype: Any = None,
    enabled: Any = None,
    cache_enabled: Any = None,
    *,
    _: Any,
) -> tuple[Any, ...]:
    return _run(_, wrapped_func, args)
