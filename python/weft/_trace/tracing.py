"""One trace: a function is run once on placeholders, and what its operators become is a plan."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from weft._base.errors import InvalidState
from weft._core import native
from weft._core.dimensions import Dim
from weft._trace.open_extents import Answers, answering
from weft._trace.reads import NOTHING_AROUND, Around, Reads
from weft._trace.state import Watch, begun, running, without_effects
from weft._trace.structure import ArrayTypes, flatten, types_of, unflatten

Dimensions = Mapping[Dim, list[tuple[int, int]]]  # arrays, by number, and axes that have it
# A function, the structure of its arguments, and the types of the arrays in them.
Traceable = tuple[Callable[..., Any], Hashable, ArrayTypes]

_UNBOUNDED = 2**40  # extents of more are of no array
_MOST_TIMES = 16  # that examples are traced from the first on


class Traced:
    """What one signature's trace gave: the function, the structures of its arguments and of its
    result, what the function calls of Python, and what it asked to watch."""

    __slots__ = (
        "around",
        "call",
        "called",
        "function",
        "is_row",
        "is_trimmed",
        "result",
        "types",
        "used",
        "watches",
    )

    def __init__(
        self,
        function: Any,
        call: Hashable,
        types: ArrayTypes,
        result: Hashable,
        called: list[Any],
        watches: list[Watch],
    ) -> None:
        self.function = function
        self.call = call
        self.types = types  # of the arrays in the arguments
        self.result = result
        self.is_row = _is_row(result)  # as most results of several arrays are
        self.called = called
        self.watches = watches
        self.around: Around = NOTHING_AROUND
        self.used = 0  # when, in calls of its cache
        self.is_trimmed = False  # has it given its memory back since it was called?

    def __call__(self, arrays: Sequence[Any]) -> Any:
        outputs = self.function(*arrays)
        self.is_trimmed = False
        if self.result is native.ARRAY:
            return outputs[0]
        if self.is_row:
            return tuple(outputs)
        return unflatten(self.result, list(outputs))


def _is_row(structure: Any) -> bool:
    """Is it that of a tuple of arrays?"""
    return (
        isinstance(structure, tuple)
        and structure[0] is tuple
        and all(item is native.ARRAY for item in structure[1])
    )


def trace(
    function: Callable[..., Any],
    call: Hashable,
    types: ArrayTypes,
    where: str,
    dimensions: Dimensions | None = None,
    reads: Reads | None = None,
    calls_hooks: bool = False,
) -> Traced:
    """Runs `function` once on placeholders for arrays of these types, its arguments structured as
    `call`.

    If extents in it follow from values (a mask, nonzero, unique) or are `dimensions`, it is run
    once for each of some examples of these extents: what differs follows from them. An exception
    of `function` ends the trace and leaves nothing behind. `reads` notes what it reads around it.
    `calls_hooks`: the plan calls hooks of blocks; files are without them.
    """
    dims = dimensions or {}
    if reads is not None:
        function = reads.noting(function)
    around, running.reads = running.reads, reads
    try:
        return _trace_examples(function, call, types, where, dims, calls_hooks)
    finally:
        running.reads = around


def _trace_examples(
    function: Callable[..., Any],
    call: Hashable,
    types: ArrayTypes,
    where: str,
    dims: Dimensions,
    calls_hooks: bool,
) -> Traced:
    answers = Answers()
    with answering(answers):
        for _ in range(_MOST_TIMES):
            traced = _trace_each(function, call, types, where, dims, calls_hooks, answers)
            if traced is not None:
                return traced
            answers.begin_again()
    raise InvalidState(
        f"{where}: a hybridized function asked for other extents each time it was traced"
    )


def _trace_each(
    function: Callable[..., Any],
    call: Hashable,
    types: ArrayTypes,
    where: str,
    dims: Dimensions,
    calls_hooks: bool,
    answers: Answers,
) -> Traced | None:
    """All examples joined; None if an extent turned out to be open that was taken for a number."""
    first = _trace_example(function, call, types, where, [], dims, calls_hooks)
    if not first.function.is_example:
        return first
    examples = [first.function]
    while len(examples) < native.TRACE_EXAMPLES:
        answers.next_example()
        example = _trace_example(function, call, types, where, examples, dims, calls_hooks)
        if not answers.is_complete:
            return None
        examples.append(example.function)
        if example.result != first.result:
            raise InvalidState(
                f"{where}: a hybridized function must return the same structure and numbers for "
                "any number of chosen elements (a mask, nonzero, unique); return arrays"
            )
    joined = native.join_functions(examples)
    return Traced(joined, call, first.types, first.result, first.called, first.watches)


def _example_types(types: ArrayTypes, dimensions: Dimensions, number: int) -> ArrayTypes:
    """The types that example `number` has."""
    import random

    shapes = [list(shape) for _, shape in types]
    for dim, axes in dimensions.items():
        # Different in each example, and for no two dimensions alike.
        most = dim.first + 1000 if dim.max is None else dim.max
        extents = random.Random(dim.name).sample(range(dim.first, most + 1), native.TRACE_EXAMPLES)
        for array, axis in axes:
            shapes[array][axis] = extents[number]
    return [(dtype, tuple(shape)) for (dtype, _), shape in zip(types, shapes, strict=True)]


def _trace_example(
    function: Callable[..., Any],
    call: Hashable,
    types: ArrayTypes,
    where: str,
    earlier: list[Any],
    dimensions: Dimensions,
    calls_hooks: bool,
) -> Traced:
    with begun(calls_hooks) as state:
        examples = _example_types(types, dimensions, len(earlier))
        args, kwargs = unflatten(call, native.trace_begin(examples, earlier))
        try:
            for dim, axes in dimensions.items():
                most = _UNBOUNDED if dim.max is None else dim.max
                native.trace_add_dimension(dim.name, dim.min, most, axes)
            outputs: list[Any] = []
            result = flatten(function(*args, **kwargs), outputs, where)
            traced = native.trace_end(outputs)
            return Traced(traced, call, types, result, state.called, state.watches)
        except BaseException:
            native.trace_abort()
            raise


def find_shapes(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], where: str
) -> None:
    """Runs `function` on placeholders for its arrays and gives the trace up: parameters that wait
    for a shape learn it and are made, and nothing is computed or allocated beside them."""
    arrays: list[Any] = []
    call = flatten((args, kwargs), arrays, where)

    def run(placeholders: list[Any]) -> None:
        given, named = unflatten(call, placeholders)
        function(*given, **named)

    try_types(run, types_of(arrays))


def try_types(function: Callable[[list[Any]], Any], types: ArrayTypes) -> None:
    """Runs `function` on placeholders of these types and gives the trace up."""
    with begun():
        placeholders = native.trace_begin(types)
        try:
            with without_effects():
                function(placeholders)
        finally:
            native.trace_abort()


__all__ = ["Dimensions", "Traceable", "Traced", "find_shapes", "trace", "try_types"]
