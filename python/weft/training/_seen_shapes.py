"""The shapes of the batches that a model has seen: what `Model.export` leaves open."""

from collections.abc import Sequence
from typing import Any

_MOST = 256  # different shapes that are kept: more tell nothing new of which axes vary together

Shapes = tuple[tuple[int, ...], ...]


class SeenShapes:
    """Shapes and dtypes of the inputs of the last batch, and which axes were seen to vary."""

    def __init__(self) -> None:
        self.last: list[tuple[tuple[int, ...], str]] | None = None
        self._shapes: Shapes | None = None
        self._all: set[Shapes] = set()

    def add(self, inputs: Sequence[Any]) -> None:
        """Notes a batch. It costs little where the shapes are those of the batch before."""
        shapes = tuple(tuple(array.shape) for array in inputs)
        if shapes == self._shapes:
            return
        self._shapes = shapes
        self.last = [(tuple(a.shape), a.dtype.name) for a in inputs]
        if len(self._all) < _MOST:
            self._all.add(shapes)

    def open_axes(self, names: Sequence[str]) -> dict[str, dict[int, str]]:
        """What stays open in a file, by name of an input: the samples, and what varied. Axes whose
        extents were the same in every batch are one dimension."""
        found: dict[str, dict[int, str]] = {name: {0: "batch"} for name in names}
        now = [shapes for shapes in self._all if self._fits(shapes)]
        dims: dict[tuple[int, ...], str] = {}
        for place, name in enumerate(names):
            for axis in range(1, len((self._shapes or ())[place])):
                extents = tuple(shapes[place][axis] for shapes in now)
                if len(set(extents)) > 1:
                    found[name][axis] = dims.setdefault(extents, f"{name}_{axis}")
        if len(dims) == 1:  # of text and of sound it is the time
            for axes in found.values():
                axes.update({axis: "time" for axis in axes if axis > 0})
        return found

    def _fits(self, shapes: Shapes) -> bool:
        """Have earlier inputs the axes of the last ones?"""
        last = self._shapes or ()
        return len(shapes) == len(last) and all(
            len(one) == len(other) for one, other in zip(shapes, last, strict=True)
        )


__all__ = ["SeenShapes"]
