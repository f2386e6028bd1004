"""The search for the operator that made the first NaN.

The function is traced, and its graph, that of its gradients included, runs node by node before the
function itself.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidState, InvalidType, NotFinite, Unsupported
from weft._core import native
from weft._transforms import trees
from weft._transforms.graph_text import Graph, Node
from weft._transforms.running import apply, in_precision, operator_named, run, traced
from weft.autograd._inputs import has_gradient
from weft.autograd._recording import is_training, pause


def detect_anomaly(
    fun: Callable[..., Any] | None = None, *, infinite: bool = True
) -> Callable[..., Any]:
    """A function that gives what `fun` gives, but raises where a NaN or an infinity arises first.

    Each call runs twice: operator by operator, where every result is looked at, and then as it is.
    `fun` may be hybridized or not, a network, or a whole training step: gradients that it takes,
    by `backward` or `autograd.grad`, are looked through, and so are the bodies of loops. For
    development: it is slow, and like a hybridized function `fun` must not ask for values.

    infinite: look for infinities, too. One that an operator was given, such as a mask of -inf, is
        no anomaly.

    Raises FloatingPointError that names the operator, the line of the program that called it (for
    an operator of a gradient, that of the operator whose gradient it is), and what its inputs are;
    RuntimeError where `fun` asks for values.

    >>> from weft import np
    >>> detect_anomaly(lambda x: np.log(x - 1).sum())(np.array([1.5, 0.5]))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    weft.NotFinite: detect_anomaly: `log` (...) made the first NaN: 1 NaN, 0 infinite of 2 \
elements; got `x` float32(2,) from -0.5 to 0.5, mean 0
    """
    if not callable(fun):
        raise InvalidType(
            f"detect_anomaly: `fun` must be callable; got {type(fun).__name__}; it is a function "
            "that makes another one, such as a decorator, and no block of `with`"
        )

    @functools.wraps(fun, updated=())
    def checked(*args: Any, **kwargs: Any) -> Any:
        if not native.modes() & native.TRACING:
            state = native.random_state()
            try:
                _look_through(fun, args, kwargs, infinite)
            finally:
                native.set_random_state(*state)
        return fun(*args, **kwargs)

    return checked


def _look_through(
    fun: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], infinite: bool
) -> None:
    tree = args, kwargs
    leaves = [*trees.leaves_of(args, "args"), *trees.leaves_of(kwargs, "kwargs")]
    arrays = [leaf for leaf in leaves if isinstance(leaf.value, native.ndarray)]

    def example(placeholders: list[Any]) -> list[Any]:
        waiting = iter(placeholders)
        given, named = trees.mapped(
            lambda x: next(waiting) if isinstance(x, native.ndarray) else x, tree
        )
        found = trees.leaves_of(fun(*given, **named))
        return [leaf.value for leaf in found if isinstance(leaf.value, native.ndarray)]

    types = [(leaf.value.dtype, leaf.value.shape) for leaf in arrays]
    try:
        program = traced(example, types, "detect_anomaly")
    except InvalidState as error:
        if "the array is traced" not in str(error):
            raise
        raise InvalidState(f"detect_anomaly: `fun` must not ask for values; {error}") from None
    search = _Search(infinite)
    for leaf in arrays:
        search.check_given(f"`{leaf.path}`", leaf.value)
    for capture in program.captures:
        search.check_given("an array that `fun` uses", capture)
    with pause(train_mode=is_training()):
        search.run(program.graph, [*[leaf.value for leaf in arrays], *program.captures])


class _Search:
    """Runs graphs and looks at every result."""

    def __init__(self, infinite: bool) -> None:
        self._infinite = infinite

    def check_given(self, what: str, array: Any) -> None:
        """An argument may have infinities, but no NaN."""
        nans, _ = _counts(array)
        if nans:
            raise NotFinite(
                f"detect_anomaly: {what} has NaN before `fun` is called: {nans} of {array.size} "
                f"elements of {_type_text(array)}"
            )

    def run(self, graph: Graph, inputs: list[Any]) -> list[Any]:
        """The graph's outputs."""
        found: list[Any] = run(graph, inputs, self._step, lambda array: array)
        return found

    def _step(self, graph: Graph, node: Node, operands: list[Any]) -> list[Any]:
        if node.bodies:
            return self._control(node, operands)
        if operator_named(node.op).schema["effect"]:
            if node.outputs:
                raise Unsupported(
                    f"detect_anomaly: `{node.op}` ({node.line}) calls a function of the host, "
                    "whose results are not known; call it outside of `fun`"
                )
            return []
        results = in_precision(node, lambda: apply(node.op, operands, node.attributes))
        if operands:
            self._check(node, operands, results)
        return results

    def _control(self, node: Node, operands: list[Any]) -> list[Any]:
        from weft._batching.control import Control
        from weft._batching.table import Value

        def interpret(body: Graph, values: list[Value]) -> list[Value]:
            return [Value(a, False) for a in self.run(body, [value.array for value in values])]

        given = [Value(array, False) for array in operands]
        return [value.array for value in Control(node, given, 1, interpret, "same").run()]

    def _check(self, node: Node, operands: list[Any], results: list[Any]) -> None:
        given = [_counts(operand) for operand in operands]
        had_nan, had_infinity = (any(count[i] for count in given) for i in (0, 1))
        for result in results:
            nans, infinities = _counts(result)
            what = ""
            if nans and not had_nan:
                what = "NaN"
            elif infinities and self._infinite and not had_infinity and not had_nan:
                what = "infinity"
            if what:
                at = f" ({node.line})" if node.line else ""
                raise NotFinite(
                    f"detect_anomaly: `{node.op}`{at} made the first {what}: {nans} NaN, "
                    f"{infinities} infinite of {result.size} elements; got "
                    f"{_operands_text(node.op, operands)}"
                )


def _counts(value: Any) -> tuple[int, int]:
    """How many elements are NaN, and how many infinite."""
    if isinstance(value, float):
        return int(value != value), int(value in (float("inf"), -float("inf")))
    if not has_gradient(value):
        return 0, 0
    content = _content(value)
    return int(numpy.isnan(content).sum()), int(numpy.isinf(content).sum())


def _content(array: Any) -> Any:
    with pause():
        wide = array.astype("float32") if array.dtype.name == "bfloat16" else array
        return wide.asnumpy()


def _type_text(array: Any) -> str:
    return f"{array.dtype.name}{array.shape}"


def _operands_text(name: str, operands: list[Any]) -> str:
    """The operands by name: types and statistics of arrays, and numbers."""
    op = operator_named(name)
    names = [argument["name"] for argument in op.schema["arguments"][: op.inputs]]
    texts = []
    for place, operand in enumerate(operands):
        if operand is None:
            continue
        argument = names[min(place, len(names) - 1)]
        texts.append(f"`{argument}` {_statistics(operand)}")
    return ", ".join(texts)


def _statistics(operand: Any) -> str:
    if not isinstance(operand, native.ndarray):
        return repr(operand)
    if not operand.size or not has_gradient(operand) or operand.dtype.name.startswith("complex"):
        return _type_text(operand)
    content = _content(operand).astype("float64")
    if operand.size == 1:
        return f"{_type_text(operand)} of {content.item():.6g}"
    low, high, mean = content.min(), content.max(), content.mean()
    return f"{_type_text(operand)} from {low:.6g} to {high:.6g}, mean {mean:.6g}"


__all__ = ["detect_anomaly"]
