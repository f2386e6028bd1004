"""Control flow: loops and branches with bodies, which are graphs of the file.

The attributes say at which of its inputs a body takes what: `in_data_locs` of a loop over rows, for
example, are the places of the rows among the inputs of its body.
"""

from collections.abc import Callable, Sequence
from typing import Any

from weft import npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import ints
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted, is_np_shape


def _bodies(subgraphs: Any, count: int) -> Sequence[Any]:
    if not isinstance(subgraphs, list) or len(subgraphs) != count:
        raise InvalidValue(f"there must be {count} bodies; got {len(subgraphs or ())}")
    return subgraphs


def _placed(count: int, *groups: tuple[Sequence[int], Sequence[Any]]) -> list[Any]:
    """The inputs of a body: values at their places, all places once."""
    found: list[Any] = [None] * count
    for places, values in groups:
        for place, value in zip(places, values, strict=True):
            if not 0 <= place < count or found[place] is not None:
                raise InvalidValue(f"a body with {count} inputs takes none at place {place}")
            found[place] = value
    if any(value is None for value in found):
        raise InvalidValue(f"a body with {count} inputs gets {count - found.count(None)}")
    return found


def _chosen(values: Sequence[Any], places: Sequence[int]) -> list[Any]:
    for place in places:
        if not 0 <= place < len(values):
            raise InvalidValue(f"a body reads input {place} of {len(values)}")
    return [values[place] for place in places]


@rules("_foreach")
def _foreach(
    *data: Array,
    subgraphs: Any,
    num_outputs: int,
    num_out_data: int,
    in_data_locs: Any,
    in_state_locs: Any = (),
    remain_locs: Any = (),
    _: Any,
) -> tuple[ndarray, ...]:
    (body,) = _bodies(subgraphs, 1)
    rows_at, states_at = ints(in_data_locs, "in_data_locs"), ints(in_state_locs, "in_state_locs")
    rest_at = ints(remain_locs, "remain_locs")
    rows = list(data[: len(rows_at)])
    states = list(data[len(rows_at) : len(rows_at) + len(states_at)])
    rest = data[len(rows_at) + len(states_at) :]

    def step(row: list[ndarray], present: list[ndarray]) -> tuple[Any, Any]:
        if not is_np_shape(_):  # a row of an array of one axis has one, too
            row = [part.reshape((1,)) if part.ndim == 0 else part for part in row]
        inputs = _placed(len(body.inputs), (rows_at, row), (states_at, present), (rest_at, rest))
        found = _.run(body, inputs)
        return found[:num_out_data], found[num_out_data:]

    outputs, last = npx.foreach(step, rows, states)
    return (*outputs, *last)


@rules("_while_loop")
def _while_loop(
    *data: Array,
    subgraphs: Any,
    num_outputs: int,
    num_out_data: int,
    max_iterations: int,
    cond_input_locs: Any,
    func_input_locs: Any,
    func_var_locs: Any,
    _: Any,
) -> tuple[ndarray, ...]:
    condition, body = _bodies(subgraphs, 2)
    asked = ints(cond_input_locs, "cond_input_locs")
    taken = ints(func_input_locs, "func_input_locs")
    # The place of each variable among the inputs of the loop.
    places = _chosen(taken, ints(func_var_locs, "func_var_locs"))

    def now(variables: Sequence[ndarray]) -> list[ndarray]:
        values = list(data)
        for place, value in zip(places, variables, strict=True):
            values[place] = value
        return values

    def goes_on(*variables: ndarray) -> ndarray:
        return _.run(condition, _chosen(now(variables), asked))[0].reshape(())

    def step(*variables: ndarray) -> tuple[Any, Any]:
        found = _.run(body, _chosen(now(variables), taken))
        return found[:num_out_data] or None, found[num_out_data:]

    first = _chosen(data, places)
    outputs, last = npx.while_loop(goes_on, step, first, int(max_iterations))
    return (*(outputs or ()), *last)


@rules("_cond")
def _cond(
    *data: Array,
    subgraphs: Any,
    num_outputs: int,
    cond_input_locs: Any,
    then_input_locs: Any,
    else_input_locs: Any,
    _: Any,
) -> tuple[ndarray, ...]:
    condition, then, other = _bodies(subgraphs, 3)

    def branch(body: Any, places: Any, what: str) -> Callable[[], tuple[ndarray, ...]]:
        return lambda: tuple(_.run(body, _chosen(data, ints(places, what))))

    decided = branch(condition, cond_input_locs, "cond_input_locs")()[0].reshape(())
    return npx.cond(
        decided,
        branch(then, then_input_locs, "then_input_locs"),
        branch(other, else_input_locs, "else_input_locs"),
    )


counted(("_foreach", "_while_loop", "_cond"), lambda given: int(given["num_outputs"]))
