"""Which extents of a foreign file stay open in the .weft file where nobody says it.

A file often names more extents as open than its network holds for: some axes must be multiples of
32, or as long as a window. So an export tries: first all are open, then those that can be, the
batch and time before others, while the rest has sizes that such networks usually take.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from weft._base.errors import Error
from weft._core.dimensions import Dim
from weft._import.program import Port

Shape = tuple[int | Dim, ...]

# Sizes that networks usually take, tried in this order. Height and width of images: for networks
# that say what an image shows, or read a line of text; and for those that find things in it, or
# draw, which give images.
_SMALL = ((224, 224), (256, 256), (299, 299), (48, 320), (32, 320), (48, 192), (32, 100), (32, 32))
_LARGE = ((640, 640), (512, 512), (320, 320))
# Of one axis: samples of sound, frames, tokens.
_LONG = (16000, 3000, 576, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1)
_IMAGE_RANK = 4
_TIME = ("time", "seq", "len", "frame", "sample", "step", "token")


class Input(NamedTuple):
    """An input: its port, and its extents, of which those that are open are `Dim`."""

    port: Port
    shape: Shape


class Opened(NamedTuple):
    """What an export took: the shape of each input, and the names of extents that were fixed though
    the file has them open."""

    shapes: list[Shape]
    fixed: dict[str, int]


def export_open(
    export: Callable[[Sequence[Shape]], None],
    inputs: Sequence[Input],
    gives_images: Callable[[], bool],
    hint: str,
) -> Opened:
    """Calls `export` with shapes until one holds.

    export: writes the file for these inputs; raises an Error where that cannot be
    gives_images: has what was written last outputs with height and width?
    hint: what a person can do where nothing holds
    """
    dims = _open(inputs)
    shapes = [one.shape for one in inputs]
    try:
        export(shapes)
        return Opened(shapes, {})
    except Error as error:
        if not dims or isinstance(error, OSError):  # a file that cannot be written
            raise
        first = error

    def tried(extents: Mapping[str, int | Dim]) -> bool:
        try:
            export([_with(one.shape, extents) for one in inputs])
        except Error:
            return False
        return True

    usual = next((u for u in _usual(inputs, dims, (*_SMALL, *_LARGE)) if tried(u)), None)
    if usual is None:
        raise type(first)(f"{first}; no usual sizes hold either: {hint}") from first
    if _open_sides(inputs) and gives_images():
        usual = next(u for u in (*_usual(inputs, dims, _LARGE), usual) if tried(u))
    taken: dict[str, int | Dim] = dict(usual)
    for names in _groups(dims, inputs, usual):
        if any(isinstance(taken[name], Dim) for name in names):
            continue
        for dim in _ranges(dims[names[0]], usual[names[0]]):
            one = dim if len(names) == 1 else Dim("batch", min=dim.min)
            if tried(taken | dict.fromkeys(names, one)):
                taken |= dict.fromkeys(names, one)
                break
    found = [_with(one.shape, taken) for one in inputs]
    return Opened(found, {n: e for n, e in taken.items() if not isinstance(e, Dim)})


def _open(inputs: Sequence[Input]) -> dict[str, Dim]:
    """The open extents by name, in the inputs' order."""
    return {e.name: e for one in inputs for e in one.shape if isinstance(e, Dim)}


def _with(shape: Shape, extents: Mapping[str, int | Dim]) -> Shape:
    return tuple(extents[e.name] if isinstance(e, Dim) else e for e in shape)


def _ranges(dim: Dim, usual: int) -> Iterator[Dim]:
    """Ranges of an extent, the widest first: shorter ones may be too short for a window."""
    yield dim
    for least in sorted({size for size in _LONG if size > dim.min and size <= usual} | {usual}):
        if dim.max is None or dim.max - least >= Dim.EXAMPLES:
            yield Dim(dim.name, min=least, max=dim.max)


def _places(name: str, inputs: Sequence[Input]) -> list[tuple[Input, int]]:
    """Where an extent stands: inputs and axes."""
    return [
        (one, axis)
        for one in inputs
        for axis, extent in enumerate(one.shape)
        if isinstance(extent, Dim) and extent.name == name
    ]


def _is_batch(name: str, inputs: Sequence[Input]) -> bool:
    """What is called so; where nothing is, an open first axis."""
    if any("batch" in other.lower() for other in _open(inputs)):
        return "batch" in name.lower()
    return any(axis == 0 for _, axis in _places(name, inputs))


def _is_time(name: str) -> bool:
    return any(word in name.lower() for word in _TIME)


def _sides(inputs: Sequence[Input]) -> list[tuple[int | Dim, int | Dim]]:
    """Height and width of each input of images, with channels first or last."""
    found = []
    for one in inputs:
        if len(one.shape) == _IMAGE_RANK:
            is_last = one.shape[3] in (1, 3, 4) and one.shape[1] not in (1, 3, 4)
            found.append((one.shape[1], one.shape[2]) if is_last else (one.shape[2], one.shape[3]))
    return found


def _open_sides(inputs: Sequence[Input]) -> set[str]:
    return {e.name for pair in _sides(inputs) for e in pair if isinstance(e, Dim)}


def _groups(
    dims: Mapping[str, Dim], inputs: Sequence[Input], usual: Mapping[str, int]
) -> Iterator[list[str]]:
    """Which extents are opened together: those of one sample that the file gives no name are
    probably one batch. Then each alone, the batch and time before others."""
    nameless = {f"{one.port.name}_{axis}" for one in inputs for axis in range(len(one.shape))}
    together = [name for name in dims if name in nameless and usual[name] == 1]
    if len(together) > 1:
        yield together
    yield from ([name] for name in sorted(dims, key=lambda name: _rank(name, inputs)))


def _rank(name: str, inputs: Sequence[Input]) -> tuple[bool, bool]:
    """The batch is tried first, then time."""
    return not _is_batch(name, inputs), not _is_time(name)


def _usual(
    inputs: Sequence[Input], dims: Mapping[str, Dim], pairs: Sequence[tuple[int, int]]
) -> Iterator[dict[str, int]]:
    """Sizes for all open extents, the most usual ones first: one sample, `pairs` for the sides of
    images, and one length for the rest."""
    sides, open_sides = _sides(inputs), _open_sides(inputs)

    def contradicts(pair: tuple[int, int]) -> bool:
        """A file that fixes one side has the other as such networks do."""
        together = [both for given in sides for both in zip(given, pair, strict=True)]
        return any(isinstance(given, int) and given != size for given, size in together)

    rest = [n for n in dims if n not in open_sides and not _is_batch(n, inputs)]
    # Of the first input that has any; further inputs are often states, of which there is one.
    first = next((one for one in inputs if set(_open([one])) & set(rest)), None)
    own = [] if first is None else [n for n in rest if n in _open([first])]
    others = [n for n in rest if n not in own]
    chosen = sorted(pairs, key=contradicts) if open_sides else [(0, 0)]
    lengths = itertools.product((True, False) if others else (True,), _LONG if rest else (0,))
    for pair, (is_alone, length) in itertools.product(chosen, list(lengths)):
        sizes = dict.fromkeys(dims, 1) | dict.fromkeys(own if is_alone else rest, length)
        for given in sides:
            together = zip(given, pair, strict=True)
            sizes.update({e.name: size for e, size in together if isinstance(e, Dim)})
        yield {n: min(max(s, dims[n].min), dims[n].max or s) for n, s in sizes.items()}


def shown(shapes: Sequence[Shape]) -> list[str]:
    """Shapes as texts, such as (batch, 3, 224, 224)."""
    return [
        f"({', '.join(e.name if isinstance(e, Dim) else str(e) for e in shape)})"
        for shape in shapes
    ]


__all__ = ["Input", "Opened", "Shape", "export_open", "shown"]
