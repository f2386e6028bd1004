"""Composing a block: its `forward` runs on symbols, and parameters are variables named by path.

What a `forward` does in train mode and in predict mode may differ. The innermost block that asks
for the mode is composed in both, and a `by_mode` node chooses between the results when they run.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from weft._base.containers import sequence_of
from weft._base.errors import InvalidState, InvalidValue, Unsupported
from weft._core import composing, native
from weft.sym._names import NameManager
from weft.sym._nodes import Entry, Node, Variable, in_order
from weft.sym._symbol import Symbol, as_symbol, by_mode


class _ModeWanted(BaseException):
    """Ends a `forward` that asks for the mode; no error, so no `except Exception` sees it."""


class _PathNames(NameManager):
    """Names nodes by the path of the block that makes them: `features.0.relu0`."""

    def __init__(self) -> None:
        super().__init__()
        self.path = ""

    def get(self, name: str | None, hint: str) -> str:
        return super().get(None, self.path + hint) if name is None else self.path + name


class _Composition:
    """One outermost block that is being composed."""

    def __init__(self, block: Any) -> None:
        self.names = _PathNames()
        self.mode: bool | None = None
        self.writes: list[tuple[Variable, Node]] = []
        self._variables = {
            id(parameter): parameter._native_var() for parameter in block.collect_params().values()
        }
        self._paths = dict(_paths(block, ""))

    def variable(self, parameter: Any) -> Symbol:
        """The symbol that stands for a parameter of the block."""
        found = self._variables.get(id(parameter))
        if found is None:
            raise InvalidState(
                f"compose: the parameter `{parameter.name}` does not belong to the block that is "
                "composed; make it an attribute of it"
            )
        return found

    def is_training(self) -> bool:
        """The mode that is composed now."""
        if self.mode is None:
            raise _ModeWanted
        return self.mode

    @contextmanager
    def inside(self, block: Any) -> Iterator[None]:
        """Names of nodes have the path of `block`."""
        around = self.names.path
        self.names.path = self._paths.get(id(block), around)
        try:
            yield
        finally:
            self.names.path = around

    def run(self, block: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What one block of the tree makes of symbols."""
        with self.inside(block):
            if self.mode is not None:
                return block._hooked(args, kwargs)
            counts, writes = Counter(self.names._counts), len(self.writes)
            try:
                return block._hooked(args, kwargs)
            except _ModeWanted:
                self.names._counts = counts
                del self.writes[writes:]
            results = []
            for mode in (True, False):
                self.mode = mode
                try:
                    results.append(block._hooked(args, kwargs))
                finally:
                    self.mode = None
            return _joined(block, *results)


def _paths(block: Any, path: str) -> Iterator[tuple[int, str]]:
    yield id(block), path
    for name, child in block._children.items():
        yield from _paths(child, f"{path}{name}.")


def _joined(block: Any, train: Any, predict: Any) -> Any:
    """The two results as one, with a node where they differ."""
    if isinstance(train, Symbol | native.ndarray) and isinstance(predict, Symbol | native.ndarray):
        if train is predict:
            return train
        a, b = as_symbol(train), as_symbol(predict)
        return a if a.heads == b.heads else by_mode(a, b)
    if type(train) is type(predict):
        if isinstance(train, list | tuple) and len(train) == len(predict):
            items = [_joined(block, *pair) for pair in zip(train, predict, strict=True)]
            return sequence_of(type(train), items)
        if isinstance(train, dict) and train.keys() == predict.keys():
            return {key: _joined(block, train[key], predict[key]) for key in train}
        if not isinstance(train, list | tuple | dict) and train == predict:
            return train
    raise InvalidValue(
        f"{type(block).__name__}: must return results of the same structure in both modes to "
        f"become a symbol; got {type(train).__name__} in train mode and {type(predict).__name__} "
        "in predict mode, or different numbers of them"
    )


def compose_block(block: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The symbols that a block gives, structured as it gives arrays."""
    composition = composing.current()
    if composition is not None:
        return composition.run(block, args, kwargs)
    composition = _Composition(block)
    before = native.set_composing(True)
    composing.enter(composition)
    try:
        with composition.names:
            results = composition.run(block, args, kwargs)
    finally:
        composing.leave()
        native.set_composing(before)
    _check_writes(composition.writes, results)
    return results


def _heads_in(results: Any) -> Iterator[Entry]:
    if isinstance(results, Symbol):
        yield from results.heads
    elif isinstance(results, dict):
        yield from _heads_in(list(results.values()))
    elif isinstance(results, list | tuple):
        for item in results:
            yield from _heads_in(item)


def _check_writes(writes: list[tuple[Variable, Node]], results: Any) -> None:
    """Raises NotImplementedError for a write that no result depends on: it would never happen."""
    if not writes:
        return
    needed = set(in_order(_heads_in(results)))
    for variable, node in writes:
        if node not in needed:
            raise Unsupported(
                f"compose: `{variable.name}` is written, but no result of the block depends on the "
                "write, so a symbol cannot hold it; use a hybridized block"
            )
