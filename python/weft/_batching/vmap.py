"""`vmap`: traces a function of one example and runs its graph on a batch."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from weft import np
from weft._base.errors import Error, InvalidState, InvalidType, InvalidValue, Unsupported
from weft._batching import elementwise, indexing, layers, products, shapes
from weft._batching.control import Control
from weft._batching.table import Call, Value, broadcast, is_array, rules
from weft._transforms import trees
from weft._transforms.graph_text import Graph, Node
from weft._transforms.running import Program, apply, in_precision, operator_named, run, traced

_FAMILIES = (elementwise, indexing, layers, products, shapes)  # they fill the table of rules
_RANDOMNESS = ("error", "same", "different")


def vmap(
    fun: Callable[..., Any],
    in_axes: Any = 0,
    out_axes: Any = 0,
    *,
    axis_size: int | None = None,
    randomness: str = "error",
) -> Callable[..., Any]:
    """A function of many examples from a function of one: what `fun` gives for each, stacked.

    The operators of `fun` run once, each on all examples. `fun` sees arrays without the mapped
    axis. It takes and returns arrays in tuples, lists, dicts, dataclasses and None; other arguments
    go to every example as they are. Arrays that `fun` uses from around are the same for all
    examples. In `fun` control flow must not depend on values: use `np.where`, `npx.cond`,
    `npx.foreach`, `npx.while_loop`. Batches nest, have gradients, and may be hybridized.

    fun: a function of one example
    in_axes: the axis of each argument's arrays that counts examples, None for arguments without
        one: a number for all, or a tuple with an entry for each positional argument, which may be a
        container like the argument; keyword arguments are mapped along axis 0
    out_axes: where the axis goes in the results; None for a result that is the same for all
        examples; a number for all, or a container like the result
    axis_size: how many examples, where no argument says it
    randomness: of operators that draw random numbers: "error" refuses them, with "same" all
        examples get the same numbers, with "different" each its own

    Returns a function with the arguments of `fun`.

    Raises ValueError for axes that arrays lack, extents that differ and nestings that do not fit;
    TypeError for results that are no arrays; NotImplementedError for operators that cannot run on a
    batch, by name; RuntimeError where `fun` asks for values or writes results of one example to
    an array that all share.

    >>> import weft
    >>> from weft import np
    >>> rows, w = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 10.0])
    >>> weft.vmap(lambda row, w: (row * w).sum(), in_axes=(0, None))(rows, w)
    array([21., 43.])
    >>> weft.vmap(weft.autograd.grad(lambda row: (row**3).sum()))(rows)
    array([[ 3., 12.],
           [27., 48.]])
    """
    if not callable(fun):
        raise InvalidType(f"vmap: `fun` must be callable; got {type(fun).__name__}")
    if randomness not in _RANDOMNESS:
        raise InvalidValue(
            f"vmap: `randomness` must be 'error', 'same' or 'different'; got {randomness!r}"
        )
    if isinstance(in_axes, list):
        in_axes = tuple(in_axes)

    @functools.wraps(fun, updated=())
    def batched(*args: Any, **kwargs: Any) -> Any:
        axes = in_axes
        if isinstance(in_axes, tuple) and len(in_axes) != len(args):
            raise InvalidValue(
                f"vmap: `in_axes` must have an entry for each positional argument, {len(args)}; "
                f"got {len(in_axes)}"
            )
        leaves = [*trees.leaves_of(args, "args"), *trees.leaves_of(kwargs, "kwargs")]
        along = trees.prefix(axes, args, "vmap", "in_axes")
        along += [0] * (len(leaves) - len(along))
        size, inputs = _mapped(leaves, along, axis_size)
        batch = _Batch(size, randomness)
        results = batch.call(fun, (args, kwargs), inputs)
        return _placed(results, out_axes, size)

    return batched


# ---- arguments and results


def _mapped(
    leaves: list[trees.Leaf], along: list[Any], axis_size: int | None
) -> tuple[int, list[Any]]:
    """How many examples there are, and what each leaf is: a `Value` if it is an array."""
    inputs: list[Any] = []
    extents: dict[str, int] = {}
    for leaf, axis in zip(leaves, along, strict=True):
        value = leaf.value
        if not is_array(value) or axis is None:
            inputs.append(Value(value, False) if is_array(value) else value)
            continue
        if isinstance(axis, bool) or not -value.ndim <= axis < value.ndim:
            raise InvalidValue(
                f"vmap: `in_axes` must be an axis of `{leaf.path}`, which has shape "
                f"{value.shape}; got {axis}"
            )
        extents[leaf.path] = value.shape[axis]
        inputs.append(Value(np.moveaxis(value, axis, 0) if axis else value, True))
    if axis_size is not None:
        extents = {"axis_size": axis_size, **extents}
    if not extents:
        raise InvalidValue(
            "vmap: `in_axes` must map an array, else `axis_size` must be given; "
            "got no array that is mapped"
        )
    size = next(iter(extents.values()))
    if any(extent != size for extent in extents.values()):
        listed = ", ".join(f"{extent} of `{path}`" for path, extent in extents.items())
        raise InvalidValue(f"vmap: mapped axes must have the same extent; got {listed}")
    return size, inputs


def _placed(results: tuple[Any, list[Value]], out_axes: Any, size: int) -> Any:
    tree, values = results
    along = trees.prefix(out_axes, tree, "vmap", "out_axes")
    found = []
    for value, axis, leaf in zip(values, along, trees.leaves_of(tree, "fun(...)"), strict=True):
        if axis is None:
            if value.batched:
                raise InvalidValue(
                    f"vmap: `out_axes` must be an axis for `{leaf.path}`, which differs between "
                    "examples; got None"
                )
            found.append(value.array)
            continue
        array = value.array if value.batched else broadcast(value.array, (size, *leaf.value.shape))
        if not -array.ndim <= axis < array.ndim:
            raise InvalidValue(
                f"vmap: `out_axes` must be an axis of `{leaf.path}`, which has shape "
                f"{array.shape} with the batch in front; got {axis}"
            )
        found.append(np.moveaxis(array, 0, axis) if axis else array)
    return trees.like(tree, found)


# ---- the run


class _Batch:
    """Runs graphs of one example on `size` of them."""

    def __init__(self, size: int, randomness: str) -> None:
        self._size, self._randomness = size, randomness

    def call(
        self, fun: Callable[..., Any], tree: tuple[Any, Any], inputs: list[Any]
    ) -> tuple[Any, list[Value]]:
        """The tree that `fun` gives, and its leaves as values."""
        mapped = [value for value in inputs if isinstance(value, Value) and value.batched]

        def example(placeholders: list[Any]) -> Any:
            waiting = iter(placeholders)
            leaves = [
                (next(waiting) if value.batched else value.array)
                if isinstance(value, Value)
                else value
                for value in inputs
            ]
            args, kwargs = trees.like(tree, leaves)
            return fun(*args, **kwargs)

        types = [(value.array.dtype, value.array.shape[1:]) for value in mapped]
        program = _traced(example, types)
        captures = [Value(array, False) for array in program.captures]
        return program.result, self._run(program, [*mapped, *captures])

    def _run(self, program: Program, inputs: list[Value]) -> list[Value]:
        graph = program.graph
        found = self.interpret(graph, inputs)
        for place, output in graph.states:
            _write(inputs[place], found[output], place < program.placeholders)
        return found[: len(trees.leaves_of(program.result))]

    def interpret(self, graph: Graph, inputs: list[Value]) -> list[Value]:
        """What the graph's outputs are."""
        values: list[Value] = run(graph, inputs, self._step, lambda array: Value(array, False))
        return values

    def _step(self, graph: Graph, node: Node, operands: list[Any]) -> list[Value]:
        if node.bodies:
            control = Control(node, operands, self._size, self.interpret, self._randomness)
            return control.run()
        is_batched = any(isinstance(value, Value) and value.batched for value in operands)
        if operator_named(node.op).schema["random"]:
            self._check_random(node, is_batched)
        elif not is_batched:
            plain = [value.array if isinstance(value, Value) else value for value in operands]
            found = in_precision(node, lambda: apply(node.op, plain, node.attributes))
            return [Value(array, False) for array in found]
        out = [graph.types[number] for number in node.outputs]
        call = Call(node.op, operands, node.attributes, out, self._size, self._randomness)
        return in_precision(node, lambda: rules.rule_of(node.op, node.line)(call))

    def _check_random(self, node: Node, is_batched: bool) -> None:
        at = f" ({node.line})" if node.line else ""
        if self._randomness == "error":
            raise InvalidState(
                f"vmap: `randomness` must be 'same' or 'different' where random numbers are drawn; "
                f"got 'error', and `{node.op}`{at} draws them"
            )
        if self._randomness == "same" and is_batched:
            raise Unsupported(
                f"vmap: `{node.op}`{at} cannot draw the same numbers for examples whose parameters "
                "differ; use randomness='different'"
            )


def _traced(example: Callable[[list[Any]], Any], types: Sequence[tuple[Any, Any]]) -> Program:
    """The trace of one example; its errors about values speak of examples."""
    try:
        return traced(example, types, "vmap")
    except InvalidState as error:
        text = str(error)
        if "the array is traced: while a hybridized function" not in text:
            raise
        raise _about_examples(error, text) from None


def _about_examples(error: Error, text: str) -> Error:
    _, _, rest = text.partition("has a shape and a dtype but no value")
    rest = rest.replace("; or keep this part out of hybridize()", "")
    made = InvalidState(f"vmap: an array of one example has a shape and a dtype but no value{rest}")
    return made.with_traceback(error.__traceback__)


def _write(target: Value, value: Value, is_argument: bool) -> None:
    """What an example wrote to an array from outside, or to its argument."""
    if value.batched and not target.batched:
        what = "an argument that is not mapped" if is_argument else "an array from around it"
        raise InvalidState(
            f"vmap: `fun` writes what differs between examples to {what} (shape "
            f"{target.array.shape}), which all examples share; return it, or map the array"
        )
    array = value.array
    if target.batched and not value.batched:
        array = broadcast(array, target.array.shape)
    target.array[...] = array


__all__ = ["vmap"]
