"""Functions that run as planned graphs, and what can be asked of the plans of what does."""

import functools
from collections.abc import Callable
from os import PathLike
from typing import Any

from weft._base.errors import InvalidState
from weft._core import composing
from weft._trace.arena import bytes_of, plot_arenas
from weft._trace.cache import TraceCache
from weft._trace.state import is_tracing
from weft._trace.tracing import Traceable, Traced


class Planned:
    """Runs as a planned graph: its last plan, in figures, as text and as a picture."""

    _cache: TraceCache

    __wrapped__: Callable[..., Any]  # what it is a plan of

    @property
    def _named_code(self) -> Callable[..., Any]:
        """The function by whose arguments a file names its inputs."""
        return self.__wrapped__

    @property
    def _named_outputs(self) -> list[str] | None:
        """What a file calls its outputs; None: they are named by the result's structure."""
        return None

    def _trace_for_export(self, entry: str, examples: tuple[Any, ...] | None) -> Traceable:
        """What an entry point of a file is traced from, for `examples` or else for the arguments of
        the last call."""
        if examples is not None:
            return self.__wrapped__, *self._cache.signature(examples, {})
        last = self._cache.last
        if last is None:
            raise InvalidState(
                f"export: `{entry}` has not been called, so the shapes of its inputs are unknown; "
                f"call it once, or give example inputs: `{entry}=(function, x)`"
            )
        return self.__wrapped__, last.call, last.types

    def plan_memory(self) -> dict[str, float]:
        """Bytes of the plan that ran last: `arena`, `residual` (kept from forward to backward),
        `backward`, `prepared` (computed once from parameters), and the bounds that no placement in
        the same order beats, `lower_bound` of the arena and `backward_bound`; its number of
        `nodes`, and `planning`, the seconds that it took to make.

        Raises RuntimeError before the first hybridized call.
        """
        return self._last_traced().function.memory()

    def plan_text(self, what: str = "plan") -> str:
        """The last plan, or its "graph", as text for people; its "arena" as JSON."""
        return self._last_traced().function.text(what)

    def plan_plot(self, path: str | PathLike[str]) -> None:
        """Draws the arenas of the last plan: steps to the right, bytes upwards, one rectangle for
        each buffer.

        path: an HTML page, which needs nothing, if it ends in .html; else a picture (.png, .svg,
            .pdf), for which Matplotlib must be installed
        """
        plot_arenas(self.plan_text("arena"), path, self._cache.where)

    def _last_traced(self) -> Traced:
        if self._cache.last is None:
            raise InvalidState(
                f"{self._cache.where}: there is no plan yet; hybridize it, then call it"
            )
        return self._cache.last


class _Function(Planned):
    """A function's traces, whose plans are asked by attributes of the hybridized function."""

    def __init__(self, function: Callable[..., Any], cache: TraceCache) -> None:
        self.__wrapped__, self._cache = function, cache


def planned_of(value: Any) -> Planned | None:
    """What runs as a planned graph: a HybridBlock, a training step, or what is behind a function of
    `hybridize`; None for anything else."""
    found = value if isinstance(value, Planned) else getattr(value, "_planned", None)
    return found if isinstance(found, Planned) else None


def hybridize(
    function: Callable[..., Any] | None = None,
    *,
    memory: str | int | None = None,
    explain: bool = False,
) -> Callable[..., Any]:
    """A function that runs as a planned graph, traced once per signature.

    memory: what a plan may take beside inputs, outputs and captured arrays, as for
        `HybridBlock.hybridize`: what is computed again instead of kept changes no bit
    explain: print, whenever it is traced, what later calls compare and what they do not

    Arrays that `function` meets on the way are captured; a later write to them is seen. What else
    Python reads while `function` is traced, in it and in what it calls, is part of the signature:
    later calls compare it, and a change traces again. That holds for

    - globals, variables of functions around, and defaults of arguments;
    - attributes of objects and of classes, which may be reached through others, through lists,
      tuples, dicts and sets, or come from a function;
    - elements of arrays from around that Python reads: `float(a)`, `a.item()`, `x[i]` by an array;
    - in all of these numbers and texts by value, containers by what is in them, arrays of NumPy by
      their elements, and arrays, functions and other objects by which object it is.

    Constants, as they were at the trace, are: code, that of libraries included; what a trace
    itself changes, such as a list that it appends to; what `getattr` finds under a name that no
    constant of the code is; and what comes from elsewhere: files, the environment, clocks, random
    numbers of Python and NumPy. Give such a value as an argument, or draw from `np.random`. A
    UserWarning names lines that read clocks or draw; `explain=True` lists what else it knows of.
    A list that contains itself is refused with ValueError.

    Numbers among the arguments are part of the signature until calls differ in them alone for the
    third time. Then those that `function` only adds, subtracts, multiplies and divides become
    inputs of one plan, with the same bits; others stay constants, a trace for each value.

    Each function keeps at most `weft.memory.trace_limit()` traces, those that were used last.
    Inside another trace it is inlined. Its `plan_memory()`, `plan_text()` and `plan_plot(path)` are
    those of blocks.

    >>> import weft
    >>> @weft.hybridize
    ... def scaled(x, factor):
    ...     return x * factor
    >>> scaled(weft.np.array([1.0, 2.0]), 3)
    array([3., 6.])
    >>> config = {"scale": 2.0}
    >>> scaled = weft.hybridize(lambda x: x * config["scale"], explain=True)
    >>> scaled(weft.np.array([1.0, 2.0]))
    <lambda>: traced for arrays (float32[2])
      compared at every call: config
    array([2., 4.])
    >>> config["scale"] = 5.0
    >>> scaled(weft.np.array([1.0, 2.0]))
    <lambda>: traced for arrays (float32[2])
      compared at every call: config
    array([ 5., 10.])
    """
    if function is None:
        return functools.partial(hybridize, memory=memory, explain=explain)
    name = getattr(function, "__name__", "function")
    cache = TraceCache(function, name)
    cache.explains = explain
    cache.budget = 0 if memory is None else bytes_of("hybridize", "memory", memory)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        inlined = is_tracing() or (composing.symbols and composing.takes_part(args, kwargs))
        return function(*args, **kwargs) if inlined else cache(args, kwargs)

    planned = _Function(function, cache)
    attributes = {
        "_planned": planned,
        "cache": cache,
        "plan_memory": planned.plan_memory,
        "plan_text": planned.plan_text,
        "plan_plot": planned.plan_plot,
    }
    for attribute, value in attributes.items():
        setattr(call, attribute, value)
    return call
