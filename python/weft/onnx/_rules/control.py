"""Control flow: If, Loop and Scan.

Eager these are branches and loops of Python, so values may change their shapes and be sequences.
In a trace a decision or a count that is a host value is taken while the trace is made. What depends
on arrays becomes `npx.cond`, `npx.while_loop` or `npx.foreach`, which ask that shapes stay.
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft import autograd, np, npx
from weft._base.errors import Error, InvalidValue, Unsupported
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.extents import counted, is_open
from weft._import.fold import VARYING
from weft._import.program import Program, every_program
from weft._import.values import Ints, array_of, has_dtype, host_of, is_array, is_host, is_tracing
from weft.onnx._rules._table import RULES as rules

# In a trace a loop of a known count is written out up to so many steps, where that is smaller than
# a body of its own; if shapes change from step to step, up to the second number.
_SHORT = 4
_LONGEST = 1024
_ENDLESS = (1 << 31) - 1  # steps that a loop without a limit may make in a graph
# Steps whose outputs a graph reserves room for, though fewer may be made. A loop of more is run to
# count its steps, and once more.
_MOST_ROWS = 4096
_WRITING = {"BatchNormalization"}  # what writes arrays around it while it trains

Body = Callable[[list[Any]], list[Any]]


def _truth(value: Any, what: str) -> bool:
    """A decision that is known now."""
    found = host_of(value)
    if found.size != 1:
        raise InvalidValue(f"{what} must have one element; got shape {found.shape}")
    return bool(found.reshape(()))


# ---- If -----------------------------------------------------------------------------------------


@rules("If")
def _if(cond: Any, *, then_branch: Any, else_branch: Any, _: Any) -> tuple[Any, ...]:
    if not is_tracing() or is_host(cond):
        branch = then_branch if _truth(cond, "`cond`") else else_branch
        return tuple(_.run(branch, []))

    def traced(branch: Program) -> Callable[[], tuple[ndarray, ...]]:
        return lambda: tuple(map(_carried, _.run(branch, [])))

    return npx.cond(cond.reshape(()), traced(then_branch), traced(else_branch))


def _carried(value: Any) -> ndarray:
    """A value as an array: what a body of a graph hands on."""
    if is_array(value) or (is_host(value) and has_dtype(value)):
        return array_of(value)
    raise Unsupported(
        "control flow that depends on arrays hands on arrays alone in a graph, no sequences, "
        "optionals or texts; do not hybridize"
    )


# ---- Loop ---------------------------------------------------------------------------------------


@rules("Loop")
def _loop(trips: Any = None, cond: Any = None, *initial: Any, body: Any, _: Any) -> tuple[Any, ...]:
    def run(values: list[Any]) -> list[Any]:
        return _.run(body, values)

    count = len(initial)
    if len(body.inputs) != count + 2 or len(body.outputs) < count + 1:
        raise InvalidValue(
            f"`body` must take {count + 2} values and give {count + 1} at least; it takes "
            f"{len(body.inputs)} and gives {len(body.outputs)}"
        )
    if not is_tracing():
        limit = None if trips is None else int(host_of(trips).reshape(()))
        return _stepwise(run, limit, cond, list(initial), len(body.outputs))
    return _traced_loop(run, body, trips, cond, list(initial))


def _stepwise(
    run: Body, limit: int | None, cond: Any, values: list[Any], results: int
) -> tuple[Any, ...]:
    """A loop whose conditions are known: one step after the other."""
    count, number = len(values), 0
    rows: list[list[Any]] = [[] for _ in range(results - 1 - count)]
    goes_on = cond is None or _truth(cond, "`cond`")
    first = values
    while goes_on and (limit is None or number < limit):
        found = run([numpy.array(number, "int64"), numpy.array(True), *values])
        values = found[1 : count + 1]
        for row, value in zip(rows, found[count + 1 :], strict=True):
            row.append(array_of(value))
        goes_on = _truth(found[0], "the condition that `body` gives")
        number += 1
    if rows and number == 0:
        return (*values, *_no_rows(run, first, count))
    return (*values, *map(np.stack, rows))


def _no_rows(run: Body, values: list[Any], count: int) -> list[ndarray]:
    """Outputs of no steps. Their shapes are those of a step that is made for them alone."""
    with autograd.pause():
        found = run([numpy.array(0, "int64"), numpy.array(True), *values])[count + 1 :]
    return [np.zeros((0, *value.shape), dtype=value.dtype) for value in map(array_of, found)]


def _traced_loop(
    run: Body, body: Program, trips: Any, cond: Any, values: list[Any]
) -> tuple[Any, ...]:
    """A loop in a trace: written out, of a known count, or with a condition."""
    limit = None
    if trips is None or is_host(trips):
        limit = None if trips is None else trips.reshape(()).item()
    is_fixed = _is_condition_fixed(body) and (cond is None or is_host(cond))
    if cond is not None and is_host(cond) and not _truth(cond, "`cond`"):
        limit, is_fixed = 0, True
    is_known = is_fixed and limit is not None
    if is_known and not isinstance(limit, Extent) and limit <= _SHORT:
        return _stepwise(run, limit, None, values, len(body.outputs))
    try:
        if is_known:
            return _counted(run, limit, values)
        return _with_condition(run, body, trips, cond, values)
    except Error as error:
        if limit is None or isinstance(limit, Extent) or limit > _LONGEST:
            raise
        return _written_out(run, limit, cond, values, len(body.outputs), error)


def _written_out(
    run: Body, limit: int, cond: Any, values: list[Any], results: int, why: Error
) -> tuple[Any, ...]:
    """All steps one after the other, for bodies whose values change their shapes."""
    try:
        return _stepwise(run, limit, cond, values, results)
    except Unsupported:
        # A condition depends on arrays, so the loop cannot be written out either.
        raise why from None


def _is_condition_fixed(body: Program) -> bool:
    """Does the body hand its condition on, or give a constant that is true?"""
    makers = {name: node for node in body.nodes for name in node.outputs}
    name = body.outputs[0]
    while name in makers and makers[name].operator in ("Identity", "Cast"):
        name = makers[name].inputs[0]
    if name == body.inputs[1].name:
        return True
    value = body.constants.get(name)
    return name not in makers and value is not None and bool(numpy.all(value))


def _counted(run: Body, limit: int, values: list[Any]) -> tuple[Any, ...]:
    """A loop that makes `limit` steps, which may be a dynamic extent."""
    count = len(values)

    def step(number: ndarray, states: list[ndarray]) -> tuple[Any, Any]:
        found = list(map(_carried, run([number, numpy.array(True), *states])[1:]))
        return found[count:], found[:count]

    numbers = np.arange(limit, dtype="int64")
    outputs, states = npx.foreach(step, numbers, list(map(_carried, values)))
    return (*states, *outputs)


def _with_condition(
    run: Body, body: Program, trips: Any, cond: Any, values: list[Any]
) -> tuple[Any, ...]:
    """A loop that arrays decide to end."""
    limit = _ENDLESS
    if trips is not None and is_host(trips) and not is_open(trips.reshape(()).item()):
        limit = min(limit, int(trips.reshape(()).item()))
    most = array_of(numpy.array(limit) if trips is None else trips).astype("int64").reshape(())
    goes_on = array_of(numpy.array(True) if cond is None else cond).astype("bool").reshape(())
    has_rows = len(body.outputs) > len(values) + 1
    if limit > _MOST_ROWS and (has_rows or autograd.is_recording()):
        return _counted_first(run, body, most, goes_on, values, limit)
    rows, last = _while(run, most, goes_on, values, limit, has_rows)
    made = np.arange(limit, dtype="int64") < last[0] if has_rows else None
    return (*last[2:], *(row[made] for row in rows or ()))


def _while(
    run: Body, most: ndarray, goes_on: ndarray, values: list[Any], limit: int, has_rows: bool
) -> tuple[Any, tuple[ndarray, ...]]:
    """The outputs of all steps up to the limit, and the number of steps, the condition and the
    values at the end."""
    count = len(values)

    def is_wanted(number: ndarray, goes_on: ndarray, *_: ndarray) -> ndarray:
        return np.logical_and(goes_on, number < most)

    def step(number: ndarray, goes_on: ndarray, *states: ndarray) -> tuple[Any, Any]:
        found = list(map(_carried, run([number, goes_on, *states])))
        rows = found[count + 1 :] if has_rows else None
        return rows, (number + 1, found[0].astype("bool").reshape(()), *found[1 : count + 1])

    first = (np.array(0, dtype="int64"), goes_on, *map(_carried, values))
    rows, last = npx.while_loop(is_wanted, step, first, limit)
    return rows, tuple(last)


def _counted_first(
    run: Body, body: Program, most: ndarray, goes_on: ndarray, values: list[Any], limit: int
) -> tuple[Any, ...]:
    """A loop of so many steps that a graph cannot have room for the rows of all: it runs twice,
    first to count its steps, then to keep what they give."""
    varying = VARYING | _WRITING if autograd.is_training() else VARYING - {"Dropout"}
    for node in (node for part in every_program(body) for node in part.nodes):
        if node.operator in varying:
            raise Unsupported(
                f"a graph runs a loop without a limit twice, first to count its steps, so "
                f"{node.title} in its body would not be the same in both: `M` must be a number of "
                f"at most {_MOST_ROWS} that is known when the network is traced; or do not "
                "hybridize"
            )
    with autograd.pause():
        _, last = _while(run, most, goes_on, values, limit, False)
    return _counted(run, counted(last[0], limit), values)


# ---- Scan ---------------------------------------------------------------------------------------


def _scan_of(run: Body, states: list[ndarray], data: list[ndarray]) -> tuple[list[Any], list[Any]]:
    """The states after the last row of `data`, and the outputs of all rows."""
    count = len(states)

    def step(rows: list[ndarray], states: list[ndarray]) -> tuple[Any, Any]:
        found = list(map(_carried, run([*states, *rows])))
        return found[count:], found[:count]

    outputs, last = npx.foreach(step, data, states)
    return list(last), list(outputs)


def _listed(value: list[int] | None, count: int) -> list[int]:
    """An attribute with one number for each value; without it all are 0."""
    if value is not None and len(value) != count:
        raise InvalidValue(f"there must be {count} axes or directions; got {value}")
    return [0] * count if value is None else value


@rules("Scan", since=9)
def _scan(
    *values: Any,
    body: Any,
    num_scan_inputs: int,
    scan_input_axes: list[int] | None = None,
    scan_output_axes: list[int] | None = None,
    scan_input_directions: list[int] | None = None,
    scan_output_directions: list[int] | None = None,
    _: Any,
) -> tuple[Any, ...]:
    count = len(values) - num_scan_inputs
    axes = _listed(scan_input_axes, num_scan_inputs)
    ways = _listed(scan_input_directions, num_scan_inputs)
    data = [
        _turned(np.moveaxis(array_of(x), axis, 0), is_back)
        for x, axis, is_back in zip(values[count:], axes, ways, strict=True)
    ]
    states = list(map(_carried, values[:count]))
    states, outputs = _scan_of(lambda given: _.run(body, given), states, data)
    axes = _listed(scan_output_axes, len(outputs))
    ways = _listed(scan_output_directions, len(outputs))
    found = [
        np.moveaxis(_turned(x, is_back), 0, axis)
        for x, axis, is_back in zip(outputs, axes, ways, strict=True)
    ]
    return (*states, *found)


def _turned(x: ndarray, is_back: int) -> ndarray:
    return np.flip(x, 0) if is_back else x


@rules("Scan", since=1)
def _scan8(
    lengths: Ints = None,
    *values: Any,
    body: Any,
    num_scan_inputs: int,
    directions: list[int] | None = None,
    _: Any,
) -> tuple[Any, ...]:
    """With a batch: a scan for each of its rows, which may have lengths of their own."""
    count = len(values) - num_scan_inputs
    arrays = list(map(_carried, values))
    ways = _listed(directions, num_scan_inputs)
    batch, longest = arrays[-1].shape[0], arrays[-1].shape[1]
    rows: list[list[ndarray]] = []
    for row in range(batch):
        length = longest if lengths is None else lengths[row]
        data = [_turned(x[row][:length], w) for x, w in zip(arrays[count:], ways, strict=True)]
        states = [x[row] for x in arrays[:count]]
        last, outputs = _scan_of(lambda given: _.run(body, given), states, data)
        margin = [(0, longest - length)]
        rows.append([*last, *(np.pad(x, margin + [(0, 0)] * (x.ndim - 1)) for x in outputs)])
    return tuple(np.stack([row[place] for row in rows]) for place in range(len(rows[0])))
