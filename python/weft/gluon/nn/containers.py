"""Containers of blocks: one after another, side by side, and as lists and dicts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from weft import np
from weft._base.errors import IndexOutOfRange, InvalidType, InvalidValue
from weft._base.spelling import unknown
from weft.gluon.block import Block
from weft.gluon.hybrid_block import HybridBlock


class BlockItems:
    """Children by their number, as a list has them; mixed into the containers.

    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(4), nn.Dense(2))
    >>> last = net.pop()
    >>> len(net), net[0], last
    (1, Dense(None -> 4, None), Dense(None -> 2, None))
    """

    _children: dict[str, Block]

    def add(self, *blocks: Block) -> None:
        """Appends blocks."""
        for block in blocks:
            self.register_child(block)  # type: ignore[attr-defined]

    def append(self, block: Block) -> Self:
        """Appends a block."""
        self.add(block)
        return self

    def extend(self, blocks: Iterable[Block]) -> Self:
        """Appends blocks."""
        self.add(*blocks)
        return self

    def insert(self, index: int, block: Block) -> Self:
        """Puts a block before the one that has this number; those behind it get the next ones."""
        blocks = list(self._children.values())
        blocks.insert(index, block)
        self._set_blocks(blocks)
        return self

    def pop(self, index: int = -1) -> Block:
        """Takes a block out and gives it."""
        block: Block = self[index]
        del self[index]
        return block

    def __len__(self) -> int:
        return len(self._children)

    def __iter__(self) -> Iterator[Block]:
        return iter(self._children.values())

    def __contains__(self, block: object) -> bool:
        return any(child is block for child in self._children.values())

    def __getitem__(self, key: int | slice) -> Any:
        blocks = list(self._children.values())[key]
        return type(self)(*blocks) if isinstance(blocks, list) else blocks

    def __setitem__(self, key: int, block: Block) -> None:
        blocks = list(self._children.values())
        try:
            blocks[key] = block
        except IndexError:
            raise self._outside(key) from None
        self._set_blocks(blocks)

    def __delitem__(self, key: int | slice) -> None:
        blocks = list(self._children.values())
        try:
            del blocks[key]
        except IndexError:
            raise self._outside(key) from None
        self._set_blocks(blocks)

    def _outside(self, key: Any) -> Exception:
        return IndexOutOfRange(
            f"{type(self).__name__}: there is no block {key}; there are {len(self)}"
        )

    def _set_blocks(self, blocks: list[Any]) -> None:
        """Makes these the children, numbered from 0. Raises TypeError for what is no block, before
        anything is changed."""
        for block in blocks:
            if not isinstance(block, Block):
                raise InvalidType(
                    f"{type(self).__name__}: a child must be a Block; got {type(block).__name__}"
                )
        for name, child in self._children.items():
            if vars(self).get(name) is child:
                delattr(self, name)
        self._children.clear()
        self.add(*blocks)
        self._structure_changed()  # type: ignore[attr-defined]


class _InOrder(BlockItems):
    """Children that run one after another; mixed into Sequential and HybridSequential."""

    def forward(self, x: Any, *args: Any) -> Any:
        for block in self._children.values():
            x = block(x, *args)
            args = ()
            if isinstance(x, tuple | list):
                x, args = x[0], tuple(x[1:])
        return (x, *args) if args else x


class Sequential(_InOrder, Block):
    """Blocks one after another. `Sequential(a, b)`, or `add(a, b)` later.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> net = nn.Sequential(nn.Dense(8, activation="relu"), nn.Dense(2))
    >>> net.initialize()
    >>> net(np.ones((4, 3))).shape
    (4, 2)
    >>> len(net), net[0].weight.shape
    (2, (8, 3))
    """

    _hybrid_form = "write `nn.HybridSequential(...)` with the same children"

    def __init__(self, *blocks: Block) -> None:
        super().__init__()
        self.add(*blocks)


class HybridSequential(_InOrder, HybridBlock):
    """Hybrid blocks one after another, which `hybridize()` makes one graph.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(8, activation="relu"))
    >>> net.add(nn.Dense(2))
    >>> net.initialize()
    >>> net.hybridize()
    >>> net(np.ones((4, 3))).shape
    (4, 2)
    """

    def __init__(self, *blocks: Block) -> None:
        super().__init__()
        self.add(*blocks)


class _Concatenating:
    """Each child on the same input, their outputs side by side; mixed into Concatenate and
    HybridConcatenate."""

    def forward(self, x: Any) -> Any:
        return np.concatenate([block(x) for block in self], axis=self.axis)  # type: ignore


class Concatenate(_Concatenating, Sequential):
    """Blocks on the same input, their outputs concatenated along `axis`.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> net = nn.Concatenate(nn.Dense(2), nn.Dense(3))
    >>> net.initialize()
    >>> net(np.ones((4, 5))).shape
    (4, 5)
    """

    def __init__(self, *blocks: Block, axis: int = -1) -> None:
        super().__init__(*blocks)
        self.axis = axis


class HybridConcatenate(_Concatenating, HybridSequential):
    """Hybrid blocks on the same input, their outputs concatenated along `axis`.

    >>> from weft import gluon, np
    >>> towers = gluon.nn.HybridConcatenate(gluon.nn.Dense(2), gluon.nn.Identity(), axis=1)
    >>> towers.initialize()
    >>> towers(np.ones((4, 3))).shape
    (4, 5)
    """

    def __init__(self, *blocks: Block, axis: int = -1) -> None:
        super().__init__(*blocks)
        self.axis = axis


class BlockList(BlockItems, HybridBlock):
    """Blocks in a list that a block finds: its parameters are those of the blocks. It computes
    nothing by itself.

    >>> from weft.gluon import nn
    >>> class Tower(nn.HybridBlock):
    ...     def __init__(self, depth):
    ...         super().__init__()
    ...         self.layers = nn.BlockList(nn.Dense(8) for _ in range(depth))
    ...     def forward(self, x):
    ...         for layer in self.layers:
    ...             x = layer(x)
    ...         return x
    >>> list(Tower(2).collect_params())
    ['layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias']
    """

    def __init__(self, *blocks: Block | Iterable[Block]) -> None:
        super().__init__()
        for given in blocks:
            self.add(*([given] if isinstance(given, Block) else given))

    def __add__(self, others: Iterable[Block]) -> "BlockList":
        return BlockList(self, others)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Raises TypeError: a list of blocks computes nothing."""
        raise _no_forward(self)


class BlockDict(HybridBlock):
    """Blocks by name, as a dict has them. It computes nothing by itself.

    >>> from weft.gluon import nn
    >>> heads = nn.BlockDict({"kind": nn.Dense(3), "place": nn.Dense(4)})
    >>> list(heads), heads["kind"].units
    (['kind', 'place'], 3)
    """

    def __init__(self, blocks: Mapping[str, Block] | None = None, **more: Block) -> None:
        super().__init__()
        self.update({**(blocks or {}), **more})

    def __new__(cls, *_: Any, **__: Any) -> Self:
        return object.__new__(cls)  # any keyword names a block

    def update(self, blocks: Mapping[str, Block]) -> None:
        """Adds blocks, and puts them in the place of those that have their names."""
        for name, block in blocks.items():
            self[name] = block

    def __setitem__(self, name: str, block: Block) -> None:
        if not isinstance(name, str) or not name or "." in name:
            raise InvalidValue(
                f"BlockDict: a name must be a text without dots, of which names of parameters are "
                f"made; got {name!r}"
            )
        if not isinstance(block, Block):
            raise InvalidType(f"BlockDict: a child must be a Block; got {type(block).__name__}")
        self.register_child(block, name)

    def __getitem__(self, name: str) -> Block:
        if name not in self._children:
            raise unknown("BlockDict", name, self._children)
        return self._children[name]

    def __delitem__(self, name: str) -> None:
        if name not in self._children:
            raise unknown("BlockDict", name, self._children)
        del self._children[name]
        self._structure_changed()

    def __contains__(self, name: object) -> bool:
        return name in self._children

    def __len__(self) -> int:
        return len(self._children)

    def __iter__(self) -> Iterator[str]:
        return iter(self._children)

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._children.keys()

    def values(self) -> Iterable[Block]:
        """The blocks."""
        return self._children.values()

    def items(self) -> Iterable[tuple[str, Block]]:
        """Pairs of name and block."""
        return self._children.items()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Raises TypeError: a dict of blocks computes nothing."""
        raise _no_forward(self)


def _no_forward(block: Block) -> Exception:
    name = type(block).__name__
    return InvalidType(f"{name}: it computes nothing by itself; call the blocks in it")


__all__ = [
    "BlockDict",
    "BlockItems",
    "BlockList",
    "Concatenate",
    "HybridConcatenate",
    "HybridSequential",
    "Sequential",
]
__dir__ = __all__.copy
