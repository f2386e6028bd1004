"""Tracing: a Python function becomes a planned graph, once per signature.

The signature is the nesting of the arguments, the shape and dtype of every array, the values of
everything else, the device, and the modes (train or predict, recorded or not, mixed precision). A
trace runs the
function once with placeholders; from then on only the plan runs.
"""

import random
import threading
import weakref
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from weft._core import loaded_devices, native
from weft._errors import InvalidState, InvalidValue
from weft._extent import Dim
from weft.device import device_of

_ARRAY = native.ARRAY  # stands for an array in a structure
ArrayTypes = list[tuple[Any, tuple[int, ...]]]  # dtype and shape of each
Dimensions = Mapping[Dim, list[tuple[int, int]]]  # arrays, by number, and axes that have it

_SIGNED_MODES = native.TRAINING | native.RECORDING | native.MIXED_FLOAT16 | native.MIXED_BFLOAT16
_UNBOUNDED = 2**40  # extents of more are of no array
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
    if kind is list or kind is tuple:
        return kind(items)
    return kind(*items) if hasattr(kind, "_fields") else kind(items)


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

    __slots__ = ("call", "called", "function", "result", "types", "watches")

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

    def __call__(self, arrays: Sequence[Any]) -> Any:
        outputs = self.function(*arrays)
        if self.result is _ARRAY:
            return outputs[0]
        return unflatten(self.result, list(outputs))


def trace(
    function: Callable[..., Any],
    call: Hashable,
    types: ArrayTypes,
    where: str,
    dimensions: Dimensions | None = None,
) -> Traced:
    """Runs `function` once on placeholders for arrays of these types, its arguments structured as
    `call`.

    If extents in it follow from values (a mask, nonzero, unique) or are `dimensions`, it is run
    once for each of some examples of these extents: what differs follows from them. An exception
    of `function` ends the trace and leaves nothing behind.
    """
    dims = dimensions or {}
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


def _types_of(arrays: Sequence[Any]) -> ArrayTypes:
    return [(array.dtype, array.shape) for array in arrays]


class Surroundings:
    """What a trace depends on beside arguments and modes; another content is another trace. What a
    trace changes itself, it fills for somebody else to read: that is not looked at any more."""

    def __init__(self) -> None:
        self._filled: set[int] = set()  # positions in `read()`

    def read(self) -> list[Any]:
        """Values that may change, always as many; others than plain ones are not looked at."""
        raise NotImplementedError

    def contents(self) -> tuple[Hashable, ...]:
        """What they are now."""
        values = self.read()
        if not values:
            return ()
        return tuple(
            [
                native.contents(value)
                if i not in self._filled and native.has_contents(value)
                else None
                for i, value in enumerate(values)
            ]
        )

    def after_trace(self, before: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
        """What they are after a trace, before which they were `before`."""
        now = self.contents()
        if now != before:
            self._filled.update(
                i for i, pair in enumerate(zip(before, now, strict=False)) if pair[0] != pair[1]
            )
        return self.contents()


class AroundFunction(Surroundings):
    """Nonlocal variables and globals of a function. What it reads by way of other objects is not
    looked at."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self._cells = getattr(function, "__closure__", None) or ()
        self._globals = getattr(function, "__globals__", {})
        names = getattr(getattr(function, "__code__", None), "co_names", ())
        # What is a module, a function or a class now stays one.
        self._names = [n for n in names if native.has_contents(self._globals.get(n))]

    def __bool__(self) -> bool:
        return bool(self._cells or self._names)

    def read(self) -> list[Any]:
        found: list[Any] = [self._globals.get(name) for name in self._names]
        for cell in self._cells:
            try:
                found.append(cell.cell_contents)
            except ValueError:  # it has no value yet
                found.append(None)
        return found


class TraceCache:
    """Traces of one function by signature."""

    def __init__(
        self, function: Callable[..., Any], where: str, around: Surroundings | None = None
    ) -> None:
        self._function = function
        self.where = where
        self._around = around
        self._traced: dict[Hashable, Traced] = {}
        self._watches: list[Watch] = []
        self.last: Traced | None = None
        self.budget = 0  # bytes of each plan beside inputs, outputs and parameters; 0: no limit

    def clear(self) -> None:
        """Forgets all traces."""
        self._traced.clear()
        self.last = None

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
        try:
            around = self._around.contents() if self._around is not None else None
        except RecursionError:
            raise InvalidValue(
                f"{self.where}: a list, tuple or dict beside its arguments contains itself, so "
                "that no call can tell whether it changed since the trace; keep it in an object of "
                "a class instead"
            ) from None
        watched = self._watched()
        arrays: Sequence[Any] = args
        call: Hashable = None
        types = None if kwargs or not args else native.types_key(args)
        if types is None:  # something to take apart
            arrays = []
            call = native.flatten((args, kwargs), arrays, self.where)
            types = native.types_key(arrays)
        mode = native.modes() & _SIGNED_MODES
        found = self._traced.get((call, types, mode, device, around, watched))
        if found is None or not found.function.is_current:
            structure = call or flatten((args, kwargs), [], self.where)
            found = trace(self._function, structure, _types_of(arrays), self.where)
            if self.budget:
                found.function.set_budget(self.budget)
            if self._around is not None and around is not None:
                around = self._around.after_trace(around)
            self._watches += [value for value in found.watches if value not in self._watches]
            self._traced[(call, types, mode, device, around, self._watched())] = found
        result = found(arrays)
        self.last = found  # only now: other threads ask it for its plan
        return result

    def _watched(self) -> tuple[Hashable, ...]:
        return tuple([value() for value in self._watches]) if self._watches else ()
