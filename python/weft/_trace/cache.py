"""Traces of a function, one for each signature.

The signature is the nesting of the arguments, the shape and dtype of every array, the values of
everything else, the device, the modes (train or predict, recorded or not, mixed precision), and
what Python read around the function while it was traced (`reads.py`). A trace runs the function
once with placeholders; from then on only the plan runs.
"""

import weakref
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any

from weft._base.errors import InvalidValue
from weft._core import loaded_devices, native
from weft._trace.reads import NOTHING_AROUND, Reads, Slot
from weft._trace.scalar_inputs import (
    NoScale,
    Varying,
    call_with_scales,
    with_scales,
    without_numbers,
)
from weft._trace.state import RunEagerly, running
from weft._trace.structure import ArrayTypes, flatten, types_of
from weft._trace.tracing import Traced, trace
from weft.device import device_of

_SIGNED_MODES = native.TRAINING | native.RECORDING | native.MIXED_FLOAT16 | native.MIXED_BFLOAT16
_KEEP_MEMORY = 8  # traces of one function, used last, that keep memory for their next call
_MOST_VARYING = 4096  # signatures without numbers that one function remembers


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
        return structure, types_of(arrays)

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not loaded_devices:
            if running.is_eager:
                return self._function(*args, **kwargs)
            return self._call(args, kwargs, None)
        with device_of((args, kwargs)):
            if running.is_eager:
                return self._function(*args, **kwargs)
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
            try:
                found, arrays = self._missed(key, structure, arrays)
            except RunEagerly:
                return self._function(*args, **kwargs)
        self._ticks = found.used = self._ticks + 1
        result = found(arrays)
        self.last = found  # only now: other threads ask it for its plan
        return result

    def _missed(
        self, key: tuple[Any, ...], structure: Hashable, arrays: Sequence[Any]
    ) -> tuple[Traced, Sequence[Any]]:
        """A trace for a signature that has none as it is, and the arrays that it takes."""
        types = types_of(arrays)
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
                    [*types_of([number] * len(holes)), *types],
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
        found = trace(function, structure, types, self.where, reads=reads, calls_hooks=True)
        if function is not self._function and reads is not None and reads.asks_for_types:
            raise NoScale(f"{self.where}: a number that is an input has a type of its own")
        if self.budget:
            found.function.set_budget(self.budget)
        try:
            around = NOTHING_AROUND if reads is None else reads.settle(found.watches, self.where)
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


__all__ = ["TraceCache", "set_limit_of_traces", "trace_figures"]
