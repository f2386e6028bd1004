"""Tracing: a Python function becomes a planned graph, once per signature.

The signature is the nesting of the arguments, the shape and dtype of every array, the values of
everything else, the device, the modes (train or predict, recorded or not, mixed precision), and
what Python read around the function while it was traced (`_reads.py`). A trace runs the function
once with placeholders; from then on only the plan runs.
"""

import random
import threading
import weakref
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from weft._containers import sequence_of
from weft._core import loaded_devices, native
from weft._errors import InvalidState, InvalidValue
from weft._extent import Dim
from weft._reads import NOTHING_AROUND, Around, Reads, Slot
from weft._scales import NoScale, Varying, call_with_scales, with_scales, without_numbers
from weft.device import device_of

_ARRAY = native.ARRAY  # stands for an array in a structure
ArrayTypes = list[tuple[Any, tuple[int, ...]]]  # dtype and shape of each
Dimensions = Mapping[Dim, list[tuple[int, int]]]  # arrays, by number, and axes that have it

_SIGNED_MODES = native.TRAINING | native.RECORDING | native.MIXED_FLOAT16 | native.MIXED_BFLOAT16
_UNBOUNDED = 2**40  # extents of more are of no array
_KEEP_MEMORY = 8  # traces of one function, used last, that keep memory for their next call
_MOST_VARYING = 4096  # signatures without numbers that one function remembers
_running = threading.local()


def flatten(value: Any, arrays: list[Any], where: str) -> Hashable:
    """Appends the arrays inside `value` to `arrays`; returns its structure, which is hashable.

    Lists, tuples and dicts nest. Raises TypeError for other values that cannot be hashed.
    """
    return native.flatten(value, arrays, where)


def unflatten(structure: Any, arrays: list[Any]) -> Any:
    """The value of that structure; takes its arrays from the front of `arrays`."""
    if structure is _ARRAY:
        return arrays.pop(0)
    kind = structure[0]
    if kind is None:
        return structure[2]
    if kind is dict:
        return {key: unflatten(item, arrays) for key, item in structure[1]}
    items = [unflatten(item, arrays) for item in structure[1]]
    return kind(items) if kind is list or kind is tuple else sequence_of(kind, items)


def is_tracing() -> bool:
    """Does this thread trace, so that operators become nodes of a graph?"""
    return bool(native.modes() & native.TRACING)


@contextmanager
def outside_trace() -> Iterator[None]:
    """What happens in here happens once and at once, also while this thread traces."""
    trace = native.trace_suspend()
    try:
        yield
    finally:
        native.trace_resume(trace)


@contextmanager
def without_effects() -> Iterator[None]:
    """A block that runs to find shapes, and prints, checks and calls nothing."""
    around = is_quiet()
    _running.quiet = True
    try:
        yield
    finally:
        _running.quiet = around


def is_quiet() -> bool:
    """Does this thread only look for shapes?"""
    return getattr(_running, "quiet", False)


class _Weakly:
    """Calls a function that somebody else keeps alive."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.__qualname__ = function.__qualname__
        self._function = weakref.ref(function)

    def __call__(self, *arguments: Any) -> Any:
        function = self._function()
        if function is None:
            raise InvalidState(f"callback: the trace that calls `{self.__qualname__}` is gone")
        return function(*arguments)


def keep_alive(function: Callable[..., Any]) -> Callable[..., Any]:
    """What the graph that is being traced shall call; the trace itself keeps `function`.

    The collector does not see through graphs: a block whose plan calls its own method would never
    be freed.
    """
    _running.called.append(function)
    return _Weakly(function)


Watch = Callable[[], Hashable]


def watch(value: Watch) -> None:
    """Makes what `value` gives part of the signature of the function that is being traced."""
    watches: list[Watch] = _running.watches
    if value not in watches:
        watches.append(value)


class Traced:
    """What one signature's trace gave: the function, the structures of its arguments and of its
    result, what the function calls of Python, and what it asked to watch."""

    __slots__ = (
        "around",
        "call",
        "called",
        "function",
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
        self.called = called
        self.watches = watches
        self.around: Around = NOTHING_AROUND
        self.used = 0  # when, in calls of its cache
        self.is_trimmed = False  # has it given its memory back since it was called?

    def __call__(self, arrays: Sequence[Any]) -> Any:
        outputs = self.function(*arrays)
        self.is_trimmed = False
        if self.result is _ARRAY:
            return outputs[0]
        return unflatten(self.result, list(outputs))


def trace(
    function: Callable[..., Any],
    call: Hashable,
    types: ArrayTypes,
    where: str,
    dimensions: Dimensions | None = None,
    reads: Reads | None = None,
) -> Traced:
    """Runs `function` once on placeholders for arrays of these types, its arguments structured as
    `call`.

    If extents in it follow from values (a mask, nonzero, unique) or are `dimensions`, it is run
    once for each of some examples of these extents: what differs follows from them. An exception
    of `function` ends the trace and leaves nothing behind. `reads` notes what it reads around it.
    """
    dims = dimensions or {}
    if reads is not None:
        function = reads.noting(function)
    around = getattr(_running, "reads", None)
    _running.reads = reads
    try:
        return _trace_examples(function, call, types, where, dims)
    finally:
        _running.reads = around


def _trace_examples(
    function: Callable[..., Any],
    call: Hashable,
    types: ArrayTypes,
    where: str,
    dims: Dimensions,
) -> Traced:
    first = _trace_example(function, call, types, where, [], dims)
    if not first.function.is_example:
        return first
    examples = [first.function]
    while len(examples) < native.TRACE_EXAMPLES:
        example = _trace_example(function, call, types, where, examples, dims)
        examples.append(example.function)
        if example.result != first.result:
            raise InvalidState(
                f"{where}: a hybridized function returns another structure or number for another "
                "number of chosen elements (a mask, nonzero, unique); return arrays"
            )
    joined = native.join_functions(examples)
    return Traced(joined, call, first.types, first.result, first.called, first.watches)


def _example_types(types: ArrayTypes, dimensions: Dimensions, number: int) -> ArrayTypes:
    """The types that example `number` has."""
    shapes = [list(shape) for _, shape in types]
    for dim, axes in dimensions.items():
        # Different in each example, and for no two dimensions alike.
        least = max(dim.min, 2)
        most = least + 1000 if dim.max is None else dim.max
        extents = random.Random(dim.name).sample(range(least, most + 1), native.TRACE_EXAMPLES)
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
) -> Traced:
    called: list[Any] = []
    watches: list[Watch] = []
    around = getattr(_running, "called", None), getattr(_running, "watches", None)
    _running.called, _running.watches = called, watches
    try:
        examples = _example_types(types, dimensions, len(earlier))
        args, kwargs = unflatten(call, native.trace_begin(examples, earlier))
        try:
            for dim, axes in dimensions.items():
                most = _UNBOUNDED if dim.max is None else dim.max
                native.trace_add_dimension(dim.name, dim.min, most, axes)
            outputs: list[Any] = []
            result = flatten(function(*args, **kwargs), outputs, where)
            traced = native.trace_end(outputs)
            return Traced(traced, call, types, result, called, watches)
        except BaseException:
            native.trace_abort()
            raise
    finally:
        _running.called, _running.watches = around


def find_shapes(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], where: str
) -> None:
    """Runs `function` on placeholders for its arrays and gives the trace up: parameters that wait
    for a shape learn it and are made, and nothing is computed or allocated beside them."""
    arrays: list[Any] = []
    call = flatten((args, kwargs), arrays, where)
    around = getattr(_running, "called", None), getattr(_running, "watches", None)
    _running.called, _running.watches = [], []
    placeholders = native.trace_begin(_types_of(arrays))
    try:
        given, named = unflatten(call, placeholders)
        with without_effects():
            function(*given, **named)
    finally:
        native.trace_abort()
        _running.called, _running.watches = around


def _types_of(arrays: Sequence[Any]) -> ArrayTypes:
    return [(array.dtype, array.shape) for array in arrays]


_caches: "weakref.WeakSet[TraceCache]" = weakref.WeakSet()
_limits = {"traces": 256, "dropped": 0}


def set_limit_of_traces(count: int) -> None:
    """At most so many traces of each function or block from now on."""
    _limits["traces"] = count
    for cache in list(_caches):
        cache.drop_surplus()


def trace_figures() -> dict[str, int]:
    """How many traces there are, and how many were dropped for want of room."""
    return {
        "traces": sum(len(cache) for cache in list(_caches)),
        "dropped": _limits["dropped"],
        "limit": _limits["traces"],
    }


# By what was read around the traces, which all of a list read alike.
_Variants = list[tuple[tuple[Slot, ...], dict[Hashable, Traced]]]


def _note_read(array: Any) -> None:
    reads = getattr(_running, "reads", None)
    if reads is not None:
        _running.reads = None  # looking at the elements is no read of the trace
        try:
            reads.note_elements(array)
        finally:
            _running.reads = reads


native.set_read_note(_note_read)


class TraceCache:
    """Traces of one function by signature: the structure and types of the arguments, the modes, the
    device, and what Python read around the trace. The one that was used longest ago is dropped
    where there are too many."""

    def __init__(
        self,
        function: Callable[..., Any],
        where: str,
        *,
        owner: Any = None,
        reads: bool = True,
        scales: bool = True,
    ) -> None:
        """owner: a block whose own changes clear the cache
        reads: may `function` read what is around it? Not if it is the library's own
        scales: may numbers among its arguments become inputs?
        """
        self._function = function
        self.where = where
        self._owner = None if owner is None else weakref.ref(owner)
        self._reads, self._scales = reads, reads and scales
        self._traced: dict[Hashable, _Variants] = {}
        self._varying: dict[Hashable, Varying] = {}  # by signature without numbers
        self._ticks = 0
        self.last: Traced | None = None
        self.explains = False
        self.budget = 0  # bytes of each plan beside inputs, outputs and parameters; 0: no limit
        _caches.add(self)

    def clear(self) -> None:
        """Forgets all traces."""
        self._traced.clear()
        self._varying.clear()
        self.last = None

    def __len__(self) -> int:
        return sum(1 for _ in self._all())

    def signature(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Hashable, ArrayTypes]:
        """The structure of these arguments, and the types of their arrays."""
        arrays: list[Any] = []
        structure = flatten((args, kwargs), arrays, self.where)
        return structure, _types_of(arrays)

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not loaded_devices:
            return self._call(args, kwargs, None)
        with device_of((args, kwargs)):
            return self._call(args, kwargs, native.current_device())

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any], device: str | None) -> Any:
        arrays: Sequence[Any] = args
        call: Hashable = None
        types = None if kwargs or not args else native.types_key(args)
        if types is None:  # something to take apart
            arrays = []
            call = native.flatten((args, kwargs), arrays, self.where)
            types = native.types_key(arrays)
        key = (call, types, native.modes() & _SIGNED_MODES, device)
        found = self._find(key)
        if found is None:
            structure = call or flatten((args, kwargs), [], self.where)
            found, arrays = self._missed(key, structure, arrays)
        self._ticks = found.used = self._ticks + 1
        result = found(arrays)
        self.last = found  # only now: other threads ask it for its plan
        return result

    def _missed(
        self, key: tuple[Any, ...], structure: Hashable, arrays: Sequence[Any]
    ) -> tuple[Traced, Sequence[Any]]:
        """A trace for a signature that has none as it is, and the arrays that it takes."""
        types = _types_of(arrays)
        numbers: list[float] = []
        blind = without_numbers(structure, numbers)
        if numbers and self._scales:
            if len(self._varying) > _MOST_VARYING:
                self._varying.clear()
            varying = self._varying.get((blind, *key[1:]))
            if varying is None:
                self._varying[blind, *key[1:]] = Varying(tuple(numbers))
            elif varying.meet(tuple(numbers)):
                holes = sorted(varying.holes)
                found = self._scaled(key, structure, types, varying, tuple(map(type, numbers)))
                if found is not None:
                    inputs = [native.array(float(numbers[h]), "float64", True) for h in holes]
                    return found, [*inputs, *arrays]
        return self._trace(key, self._function, structure, types), arrays

    def _scaled(
        self,
        key: tuple[Any, ...],
        structure: Hashable,
        types: ArrayTypes,
        varying: Varying,
        kinds: tuple[type, ...],
    ) -> Traced | None:
        """The trace with inputs for the numbers that differ; None where they must be constants."""
        holes = sorted(varying.holes)
        kinds = tuple([kinds[hole] for hole in holes])
        skeleton = without_numbers(structure, [], varying.holes)
        key = ((skeleton, kinds), *key[1:])
        found = self._find(key)
        if found is None:
            call = call_with_scales(skeleton, holes, kinds)
            number = native.array(0.0, "float64", True)
            try:
                found = self._trace(
                    key,
                    with_scales(self._function),
                    call,
                    [*_types_of([number] * len(holes)), *types],
                )
            except Exception:  # also what is wrong without them, which the next trace will say
                varying.is_refused = True
                return None
        found.call, found.types = structure, types  # for export
        return found

    def _find(self, key: Hashable) -> Traced | None:
        """The trace of this key around which nothing has changed."""
        try:
            for slots, table in self._traced.get(key, ()):
                found = table.get(native.slot_contents(slots) if slots else ())
                if found is not None and found.function.is_current:
                    return found
        except RecursionError:
            raise self._endless() from None
        return None

    def _endless(self) -> Exception:
        return InvalidValue(
            f"{self.where}: a list, tuple or dict beside its arguments contains itself, so "
            "that no call can tell whether it changed since the trace; keep it in an object of "
            "a class instead"
        )

    def _trace(
        self, key: Hashable, function: Callable[..., Any], structure: Hashable, types: ArrayTypes
    ) -> Traced:
        owner = self._owner() if self._owner is not None else None
        reads = Reads(self._function, owner) if self._reads else None
        found = trace(function, structure, types, self.where, reads=reads)
        if function is not self._function and reads is not None and reads.asks_for_types:
            raise NoScale(f"{self.where}: a number that is an input has a type of its own")
        if self.budget:
            found.function.set_budget(self.budget)
        try:
            around = NOTHING_AROUND if reads is None else reads.settle(found.watches)
        except RecursionError:
            raise self._endless() from None
        found.around = around
        self._keep(key, found)
        if self.explains:
            print(self.explanation(found))
        return found

    def _keep(self, key: Hashable, found: Traced) -> None:
        around = found.around
        variants = self._traced.setdefault(key, [])
        table = next((table for slots, table in variants if _are_same(slots, around.slots)), None)
        if table is None:
            table = {}
            variants.insert(0, (around.slots, table))
        table[around.contents] = found
        self._ticks = found.used = self._ticks + 1
        self.drop_surplus()
        # Each plan keeps an arena for its next run: those of the last ones are enough.
        idle = sorted(self._all(), key=lambda traced: traced.used)[:-_KEEP_MEMORY]
        for traced in idle:
            if not traced.is_trimmed:
                traced.function.trim()
                traced.is_trimmed = True

    def drop_surplus(self) -> None:
        """Forgets what was used longest ago, down to the limit."""
        surplus = len(self) - _limits["traces"]
        if surplus <= 0:
            return
        used = sorted(found.used for found in self._all())
        oldest = used[min(surplus, len(used)) - 1] if used else 0
        for key, variants in list(self._traced.items()):
            for _, table in list(variants):
                for contents, found in list(table.items()):
                    if found.used <= oldest:
                        table.pop(contents, None)
            variants[:] = [(slots, table) for slots, table in list(variants) if table]
            if not variants:
                self._traced.pop(key, None)
        _limits["dropped"] += surplus

    def _all(self) -> Iterator[Traced]:
        """Traces of now: other threads may add some meanwhile."""
        for variants in list(self._traced.values()):
            for _, table in list(variants):
                yield from list(table.values())

    def explanation(self, found: Traced) -> str:
        """What is part of the signature of a trace beside its arguments, and what is not."""
        arrays = ", ".join(f"{dtype.name}{list(shape)}" for dtype, shape in found.types)
        lines = [f"{self.where}: traced for arrays ({arrays})"]
        for title, texts in (
            ("compared at every call", found.around.signature),
            ("constant", found.around.constants),
        ):
            lines += [f"  {title}: {text}" for text in sorted(texts)]
        return "\n".join(lines)


def _are_same(slots: tuple[Slot, ...], others: tuple[Slot, ...]) -> bool:
    return len(slots) == len(others) and all(
        a[0] is b[0] and a[1] == b[1] for a, b in zip(slots, others, strict=True)
    )
