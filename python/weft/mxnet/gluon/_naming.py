"""Names of 1.x: a block has a prefix, such as `net0_dense1_`, and its parameters begin with it.

A block that is made inside `with parent.name_scope():` is counted in its parent and has the
parent's prefix before its own; others are counted for the whole program.
"""

import functools
import threading
from typing import Any


class _Thread(threading.local):
    """The scopes that a thread has entered, and the counts outside them."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.scopes: list[NameScope] = []


_thread = _Thread()


class NameScope:
    """What `name_scope()` gives: a block that counts the blocks which are made inside.

    block: whose names come before theirs; it has `prefix`, and `params` to share
    """

    def __init__(self, block: Any) -> None:
        self.block = block
        self.counts: dict[str, int] = {}

    def __enter__(self) -> "NameScope":
        _thread.scopes.append(self)
        return self

    def __exit__(self, *error: Any) -> None:
        _thread.scopes.pop()


def surrounding() -> NameScope | None:
    """The scope in which blocks are made now. A block with an empty prefix opens none of its own:
    names inside are counted where the block itself is."""
    for scope in reversed(_thread.scopes):
        if not scope.block._names.is_empty:
            return scope
    return None


def next_prefix(kind: str) -> str:
    """The prefix of the next block of a kind, such as `dense0_`, in the present scope."""
    scope = surrounding()
    counts = _thread.counts if scope is None else scope.counts
    number = counts.get(kind, 0)
    counts[kind] = number + 1
    return f"{kind}{number}_"


# What 1.x calls blocks in their names, where that is not the name of their class.
_KINDS = {
    **{f"Conv{n}D{end}": "conv" for n in (1, 2, 3) for end in ("", "Transpose")},
    **{f"{kind}Pool{n}D": "pool" for kind in ("Max", "Avg") for n in (1, 2, 3)},
    **{f"Global{kind}Pool{n}D": "pool" for kind in ("Max", "Avg") for n in (1, 2, 3)},
    **{"RNNCell": "rnn", "LSTMCell": "lstm", "GRUCell": "gru", "LSTMPCell": "lstmp"},
    **{"DropoutCell": "dropout", "ZoneoutCell": "zoneout", "VariationalDropoutCell": "vardrop"},
    "DeformableConvolution": "deformable_conv",
    "ModulatedDeformableConvolution": "modulated_deformable_conv",
}


@functools.cache
def kind_of(block: type) -> str:
    """What names of a class of blocks begin with: `conv` for Conv2D and classes made of it."""
    known = (_KINDS[cls.__name__] for cls in block.__mro__ if cls.__name__ in _KINDS)
    return next(known, block.__name__.lower())


class Names:
    """The names of one block.

    prefix: as given, or None to count
    shared: parameters of another block that this one takes instead of its own, by full name
    """

    def __init__(self, kind: str, prefix: str | None, shared: Any) -> None:
        scope = surrounding()
        self.is_old_style = prefix is not None or shared is not None or scope is not None
        self.is_empty = prefix == ""
        own = next_prefix(kind) if prefix is None else prefix
        self.prefix = own if scope is None else scope.block.prefix + own
        self.shared: Any = shared
        self.shared_prefix = getattr(shared, "prefix", "") if shared is not None else self.prefix
        around = None if scope is None else scope.block._names
        if shared is None and around is not None and around.shared is not None:
            self.shared = around.shared
            self.shared_prefix = around.shared_prefix + own

    @property
    def name(self) -> str:
        """The prefix without its last underscore."""
        return self.prefix.removesuffix("_")

    def lookup(self, short: str) -> Any:
        """The shared parameter that has the place of one of this block, or None."""
        if self.shared is None:
            return None
        return dict.get(self.shared, self.shared_prefix + short)

    def __getstate__(self) -> dict[str, Any]:
        """What pickles and deep copies have: parameters are shared by then, or not at all."""
        return vars(self) | {"shared": None}


__all__ = ["NameScope", "Names", "kind_of", "next_prefix", "surrounding"]
