"""Control flow that depends on values: loops over rows, loops with a condition, branches.

Eager these are Python's own loops and branches. In a hybridized function a body is traced once, and
the graph has one node that runs it: the file has it, too, and so do the gradients. What a body
reads from around it (parameters, other arrays) it captures; arrays around it that it writes to (a
running mean) have their new contents afterwards.
"""

from collections.abc import Callable, Iterator
from typing import Any

from weft import np
from weft._base.errors import InvalidState, InvalidType, InvalidValue, Unsupported
from weft._core import composing, native
from weft._trace.state import is_tracing, without_effects
from weft._trace.structure import flatten, unflatten

_ndarray = native.ndarray
_Types = list[tuple[Any, tuple[int, ...]]]


def foreach(body: Callable[[Any, Any], tuple[Any, Any]], data: Any, init_states: Any) -> Any:
    """Runs `body` for each row of `data`, handing states from one to the next.

    body: gets a row and the states, returns outputs and the new states: `body(row, states)`
    data: an array, or nested lists, tuples and dicts of such, whose rows along axis 0 are taken
        together
    init_states: arrays, nested likewise, that the first row gets; each keeps its shape and dtype

    Returns the outputs, each stacked along a new axis 0, and the states after the last row.

    >>> from weft import np
    >>> x = np.array([1.0, 2.0, 3.0])
    >>> foreach(lambda row, total: (row * 2, total + row), x, np.zeros(()))
    (array([2., 4., 6.]), array(6.))
    """
    _refuse_symbols("foreach", data, init_states)
    rows = _Arrays("foreach", "data", data)
    states = _Arrays("foreach", "init_states", init_states)
    if not rows.arrays or any(not row.shape for row in rows.arrays):
        raise InvalidValue("foreach: `data` must be arrays with an axis")
    count = rows.arrays[0].shape[0]
    for name, row in zip(rows.names(), rows.arrays, strict=True):
        if row.shape[0] != count:
            raise InvalidValue(
                f"foreach: `{name}` must have as many rows as the others, {count}; "
                f"got shape {row.shape}"
            )

    def run(given: list[Any]) -> tuple["_Arrays", list[Any]]:
        arrays = list(given)
        found = body(rows.like(arrays), states.like(arrays))
        outputs, new = _pair("foreach", "body", "(outputs, states)", found)
        return _Arrays("foreach", "outputs", outputs), states.checked(new, "init_states")

    types = [(row.dtype, row.shape[1:]) for row in rows.arrays] + states.types()
    if is_tracing():
        traced, outputs = _trace_body(types, run)
        found = native.foreach(
            traced, rows.arrays, states.arrays, len(states.arrays) + len(outputs.arrays)
        )
        final = found[: len(states.arrays)]
        return outputs.like(found[len(states.arrays) :]), states.like(final)
    present, steps = states.arrays, []
    for i in range(count):
        outputs, present = run([row[i] for row in rows.arrays] + present)
        steps.append(outputs.like_first(steps, "body"))
    if not steps:
        outputs = _find_outputs("foreach", "data", types, run)
    return outputs.like(_stacked(steps, outputs, count)), states.like(list(present))


def while_loop(
    cond: Callable[..., Any],
    func: Callable[..., tuple[Any, Any]],
    loop_vars: Any,
    max_iterations: int,
) -> Any:
    """Runs `func` as long as `cond` is true, at most `max_iterations` times.

    cond: gets the variables, returns one number or bool: `cond(*loop_vars)`
    func: gets them, returns outputs of this step, None for none, and the new variables:
        `func(*loop_vars)`
    loop_vars: a list or tuple of arrays, or of nested ones; each keeps its shape and dtype.
        Anything else is one variable

    Returns the outputs and the variables at the end. Each output is stacked along a new axis 0 of
    extent `max_iterations`, because a graph has to know it: rows of steps that were not made are
    zero. A random operator that follows draws other numbers eager than hybridized where fewer than
    `max_iterations` steps were made: a graph reserves the numbers of all.

    >>> from weft import np
    >>> squares, (i,) = while_loop(
    ...     lambda i: i < 3, lambda i: (i * i, (i + 1,)), (np.array(0.0),), max_iterations=5)
    >>> squares, i
    (array([0., 1., 4., 0., 0.]), array(3.))
    """
    _refuse_symbols("while_loop", loop_vars)
    if isinstance(max_iterations, bool) or not isinstance(max_iterations, int):
        raise InvalidType(
            f"while_loop: `max_iterations` must be an integer; got {max_iterations!r}"
        )
    if max_iterations < 0:
        raise InvalidValue(f"while_loop: `max_iterations` must be at least 0; got {max_iterations}")
    variables = _Arrays("while_loop", "loop_vars", loop_vars)

    def goes_on(arrays: list[Any]) -> Any:
        return _decision("while_loop", "cond", cond(*_arguments(variables.like(list(arrays)))))

    def run(arrays: list[Any]) -> tuple["_Arrays", list[Any]]:
        found = func(*_arguments(variables.like(list(arrays))))
        outputs, new = _pair("while_loop", "func", "(outputs, loop_vars)", found)
        if not isinstance(loop_vars, list | tuple) and isinstance(new, list | tuple):
            new = new[0] if len(new) == 1 else new
        elif isinstance(loop_vars, list | tuple) and isinstance(new, native.ndarray):
            new = [new]  # the only variable of a list, as it is
        return _Arrays("while_loop", "outputs", outputs), variables.checked(new, "loop_vars")

    def run_with_condition(arrays: list[Any]) -> tuple["_Arrays", list[Any]]:
        outputs, new = run(arrays[1:])
        return outputs, [goes_on(new), *new]

    if is_tracing():
        first = goes_on(variables.arrays)
        types = [(first.dtype, ()), *variables.types()]
        traced, outputs = _trace_body(types, run_with_condition)
        count = 1 + len(variables.arrays)
        found = native.while_loop(
            traced, [first, *variables.arrays], max_iterations, count + len(outputs.arrays)
        )
        return outputs.like(found[count:]), variables.like(found[1:count])
    present, steps = variables.arrays, []
    while len(steps) < max_iterations and goes_on(present):
        outputs, present = run(present)
        steps.append(outputs.like_first(steps, "func"))
    if not steps:
        outputs = _find_outputs("while_loop", "cond", variables.types(), run)
    return outputs.like(_stacked(steps, outputs, max_iterations)), variables.like(list(present))


def cond(
    pred: Any, then_func: Callable[..., Any], else_func: Callable[..., Any], inputs: Any = ()
) -> Any:
    """What `then_func` gives if `pred` is true, else what `else_func` gives. Only one of them runs.

    pred: one number or bool, or a function of the inputs that gives it
    then_func, else_func: get the inputs; in a hybridized function they must give arrays of the same
        shapes and dtypes, nested in the same way
    inputs: a list or tuple of arguments, or one array. Other arrays the functions may use as well

    A random operator that follows draws other numbers eager than hybridized where one branch draws
    more often than the other: a graph reserves the numbers of both.

    >>> from weft import np
    >>> x = np.array([1.0, -3.0])
    >>> cond(x.sum() > 0, lambda: x, lambda: -x)
    array([-1.,  3.])
    """
    arguments = _arguments(inputs)
    _refuse_symbols("cond", pred, arguments)
    decision = _decision("cond", "pred", pred(*arguments) if callable(pred) else pred)
    if not is_tracing():
        return then_func(*arguments) if decision else else_func(*arguments)
    then_body, outputs = _trace_branch("then_func", then_func, arguments)
    else_body, others = _trace_branch("else_func", else_func, arguments)
    if not outputs.nests_like(others):
        raise InvalidValue(
            "cond: `then_func` and `else_func` must give arrays nested in the same way; got "
            f"{outputs.text()} and {others.text()}"
        )
    for name, one, other in zip(outputs.names(), outputs.types(), others.types(), strict=True):
        if one != other:
            raise InvalidValue(
                f"cond: `{name}` is {_type_text(one)} and of `else_func` {_type_text(other)}; both "
                "branches must give the same shapes and dtypes"
            )
    found = native.cond(decision, then_body, else_body, len(outputs.arrays))
    return outputs.like(found)


class _Arrays:
    """Nested arrays: the arrays in their order, and how they are nested."""

    def __init__(self, where: str, name: str, value: Any) -> None:
        self.arrays: list[Any] = []
        self._where, self._name, self._value = where, name, value
        self.structure: Any = flatten(value, self.arrays, where)
        if not _only_arrays(self.structure):
            for leaf, item in _leaves(value, name):
                if not isinstance(item, _ndarray) and item is not None:
                    raise InvalidType(
                        f"{where}: `{leaf}` must be an array; got {type(item).__name__}; "
                        "use np.array"
                    )

    def names(self) -> list[str]:
        return [leaf for leaf, item in _leaves(self._value, self._name) if item is not None]

    def types(self) -> _Types:
        return [(array.dtype, array.shape) for array in self.arrays]

    def text(self) -> str:
        return _structure_text(self._value)

    def like(self, arrays: list[Any]) -> Any:
        """Other arrays nested in the same way; takes them from the front of the list."""
        return unflatten(self.structure, arrays)

    def nests_like(self, other: "_Arrays") -> bool:
        """Lists and tuples are alike."""
        same = self.structure == other.structure
        return same or _plain(self.structure) == _plain(other.structure)

    def checked(self, value: Any, name: str) -> list[Any]:
        """The arrays in a value that is nested in the same way and has the same types."""
        new = _Arrays(self._where, name, value)
        if not new.nests_like(self):
            raise InvalidValue(
                f"{self._where}: `{name}` must stay nested in the same way, {self.text()}; "
                f"got {new.text()}"
            )
        before, after = self.types(), new.types()
        if before != after:
            i = next(
                i for i, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]
            )
            raise InvalidValue(
                f"{self._where}: `{self.names()[i]}` must keep its shape and dtype; it was "
                f"{_type_text(before[i])} before an iteration and is {_type_text(after[i])} after "
                "it"
            )
        return new.arrays

    def like_first(self, steps: list["_Arrays"], function: str) -> "_Arrays":
        """Itself, if it is nested and typed as the first step's."""
        if steps and not (self.nests_like(steps[0]) and self.types() == steps[0].types()):
            raise InvalidValue(
                f"{self._where}: outputs of `{function}` must have the same shapes and dtypes in "
                f"each iteration; got {self.text()} after {steps[0].text()}"
            )
        return self


def _only_arrays(structure: Any) -> bool:
    """Is there nothing but arrays and None?"""
    if not isinstance(structure, tuple):
        return True
    kind = structure[0]
    if kind is None:
        return structure[2] is None
    if kind is dict:
        return all(_only_arrays(item) for _, item in structure[1])
    return all(map(_only_arrays, structure[1]))


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _leaves(item, f"{name}[{i}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{name}[{key!r}]")
    else:
        yield name, value


def _plain(structure: Any) -> Any:
    if not isinstance(structure, tuple) or structure[0] is None:
        return structure
    kind, items = structure
    if kind is dict:
        return ("dict", tuple((key, _plain(item)) for key, item in items))
    return ("list", tuple(_plain(item) for item in items))


def _structure_text(value: Any) -> str:
    if isinstance(value, _ndarray):
        return f"{value.dtype}{tuple(value.shape)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {_structure_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_structure_text(item) for item in value) + "]"
    return type(value).__name__


def _type_text(of: tuple[Any, tuple[int, ...]]) -> str:
    return f"{of[0]}{tuple(of[1])}"


def _arguments(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else () if value is None else (value,)


def _pair(where: str, function: str, what: str, found: Any) -> tuple[Any, Any]:
    if not isinstance(found, list | tuple) or len(found) != 2:
        got = f"{len(found)} items" if isinstance(found, list | tuple) else type(found).__name__
        raise InvalidType(f"{where}: `{function}` must return a pair {what}; got {got}")
    return found[0], found[1]


def _decision(where: str, name: str, value: Any) -> Any:
    """A bool: an array without axes if `value` is traced."""
    if not isinstance(value, _ndarray):
        return np.array(bool(value)) if is_tracing() else bool(value)
    if value.size != 1:
        raise InvalidValue(
            f"{where}: `{name}` must give one number or bool; got shape {value.shape}"
        )
    if not is_tracing():
        return bool(value)
    return np.reshape(value, ()).astype(np.bool_)


def _refuse_symbols(where: str, *values: Any) -> None:
    if composing.takes_part(values, {}):
        raise Unsupported(
            f"{where}: symbols have no control flow; hybridize a block or a function and export it"
        )


def _trace_body(
    types: _Types, run: Callable[[list[Any]], tuple[_Arrays, list[Any]]]
) -> tuple[Any, _Arrays]:
    """The body that `run` is of arrays of these types: carried ones, then outputs."""
    placeholders = native.body_begin(types)
    try:
        outputs, carried = run(placeholders)
    except BaseException:
        native.trace_abort()
        raise
    return native.body_end([*carried, *outputs.arrays]), outputs


def _trace_branch(
    name: str, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[Any, _Arrays]:
    return _trace_body([], lambda _: (_Arrays("cond", name, function(*arguments)), []))


def _find_outputs(
    where: str, why: str, types: _Types, run: Callable[[list[Any]], tuple[_Arrays, list[Any]]]
) -> _Arrays:
    """What a body would give that is not run once: it is traced, and the trace given up."""
    placeholders = native.trace_begin(types)
    try:
        with without_effects():
            outputs, _ = run(placeholders)
    except Exception as error:
        raise InvalidState(
            f"{where}: `{why}` gives no iteration, so a trace must find the outputs' shapes, and "
            "the trace failed"
        ) from error
    finally:
        native.trace_abort()
    return outputs


def _stacked(steps: list[_Arrays], outputs: _Arrays, count: int) -> list[Any]:
    """Of each output the rows of all steps, and zeros behind them."""
    found = []
    for k, (dtype, shape) in enumerate(outputs.types()):
        missing = [np.zeros((count - len(steps), *shape), dtype=dtype)]
        rows = [np.stack([step.arrays[k] for step in steps])] if steps else []
        parts = rows + missing if count > len(steps) or not steps else rows
        found.append(parts[0] if len(parts) == 1 else np.concatenate(parts, axis=0))
    return found


__all__ = ["cond", "foreach", "while_loop"]
