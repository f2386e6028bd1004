"""Blocks that run as planned graphs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from weft._base.errors import InvalidState
from weft._core import composing, native
from weft._core.dimensions import Dim
from weft._trace.arena import bytes_of
from weft._trace.cache import TraceCache
from weft._trace.planned import Planned
from weft._trace.state import is_tracing
from weft._trace.tracing import Traceable
from weft.gluon._places import tell_written
from weft.gluon.block import Block, Path


class HybridBlock(Block, Planned):
    """A block whose `forward` can be traced: after `hybridize()` the first call with new shapes
    runs it once on placeholders, and from then on a planned graph runs instead.

    `forward` may use everything of Python but the values of arrays: `if x.sum() > 0` raises.
    Python's `print` and `assert` there run once, while it is recorded; `npx.print`, `npx.check` and
    `npx.callback` run at every call. What `forward` reads of other objects, variables and helpers
    is part of the signature, as `weft.hybridize` says.

    >>> from weft import gluon, np, npx
    >>> from weft.gluon import nn
    >>> class Gated(gluon.HybridBlock):
    ...     def __init__(self, units):
    ...         super().__init__()
    ...         self.value, self.gate = nn.Dense(units), nn.Dense(units)
    ...     def forward(self, x):
    ...         return self.value(x) * npx.sigmoid(self.gate(x))
    >>> net = Gated(3)
    >>> net.initialize()
    >>> net.hybridize()
    >>> net(np.ones((2, 4))).shape
    (2, 3)
    """

    _input_names: Sequence[str] | None = None  # of a block that was made from a graph

    def __init__(self) -> None:
        super().__init__()
        self.__dict__["_is_active"] = False
        self._begin_traces(0, False)

    def _begin_traces(self, budget: int, explains: bool) -> None:
        """Makes what remembers traces and calls; a copy begins without any."""
        state = self.__dict__
        state["_cache"] = TraceCache(self._run, type(self).__name__, owner=self)
        state["_cache"].budget, state["_cache"].explains = budget, explains
        state["_seen"] = None  # structure and array types of the last call, for export

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        del state["_seen"]
        state["_cache"] = self._cache.budget, self._cache.explains
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        budget, explains = state.pop("_cache")
        super().__setstate__(state)
        self._begin_traces(budget, explains)

    def _structure_changed(self) -> None:
        cache = self.__dict__.get("_cache")
        if cache is not None and not is_tracing():
            cache.clear()
        super()._structure_changed()

    def hybridize(
        self,
        active: bool = True,
        *,
        memory: str | int | None = None,
        static_alloc: bool = True,
        static_shape: bool = True,
        explain: bool = False,
    ) -> None:
        budget = 0 if memory is None else bytes_of("hybridize", "memory", memory)
        self.__dict__["_is_active"] = active
        self._cache.budget, self._cache.explains = budget, explain
        self._structure_changed()
        super().hybridize(
            active,
            memory=memory,
            static_alloc=static_alloc,
            static_shape=static_shape,
            explain=explain,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if is_tracing():  # inlined into the trace around it
            return self._run(*args, **kwargs)
        if composing.symbols and composing.takes_part(args, kwargs):
            return composing.composed(self, args, kwargs)
        args = native.own_arrays(args)
        if not self._is_active:
            out = self._placed(args, kwargs)
            self.__dict__["_seen"] = self._cache.signature(args, kwargs)
            return out
        if not self._are_shapes_known:
            self._find_shapes(self._run, args, kwargs)
        try:
            return self._cache(args, kwargs)
        except InvalidState as error:  # of a plan, which knows no layers
            if "attach_grad() must not be written" in str(error) and error._told is None:
                found = self.collect_params().items()
                tell_written(error, self, [name for name, p in found if p.grad_req != "null"])
            raise

    @contextmanager
    def _observed(self, hook: Callable[..., Any]) -> Iterator[None]:
        was, self.__dict__["_is_active"] = self._is_active, False
        try:
            with super()._observed(hook):
                yield
        finally:
            self.__dict__["_is_active"] = was

    # ---- files

    def export(
        self,
        path: Path,
        *examples: Any,
        entry: str = "forward",
        dynamic: Mapping[str, Mapping[int, str | Dim]] | None = None,
        metadata: Mapping[str, str] | None = None,
        source_lines: bool = False,
        plan: bool | Sequence[Mapping[str, int]] = False,
        pack: bool = False,
    ) -> None:
        """Writes graph and parameters to a .weft file, in predict mode, for the shapes of
        `examples` or else of the last call: `weft.export` with one entry point.
        """
        from weft._export.export import export

        export(
            path,
            dynamic=dynamic,
            metadata=metadata,
            source_lines=source_lines,
            plan=plan,
            pack=pack,
            **{entry: (self, *examples) if examples else self},
        )

    @property
    def _named_code(self) -> Callable[..., Any]:
        return self.forward

    def _trace_for_export(self, entry: str, examples: tuple[Any, ...] | None) -> Traceable:
        if examples is not None:
            self._find_shapes(self._run, examples, {})
            call, types = self._cache.signature(examples, {})
        elif self._is_active and self._cache.last is not None:
            call, types = self._cache.last.call, self._cache.last.types
        elif self._seen is not None:
            call, types = self._seen
        else:
            raise InvalidState(
                f"export: {type(self).__name__} has not been called, so the shapes of its inputs "
                "are unknown; call it once, or give example inputs: `export(path, x)`"
            )
        return self._run, call, types


__all__ = ["HybridBlock"]
__dir__ = __all__.copy
