"""Reading and writing at indices."""

from typing import Any

from weft.onnx._export._call import Call
from weft.onnx._export._table import rules


def _clipped(call: Call, index: str, axis: int) -> str:
    """Indices with those outside moved to the ends."""
    last = call.emit("Sub", call.extent_tensor(0, axis), call.scope.ints(1))
    zero = call.full(0, "int64")
    return call.emit("Min", call.emit("Max", index, zero), call.emit("Squeeze", last))


@rules("take_rows")
def _take(call: Call) -> Any:
    axis = call["axis"] % call.rank(0)
    index = call.input(1, "int64")
    if call["mode"] == "clip":
        index = _clipped(call, index, axis)
    return call.emit("Gather", call.input(0), index, axis=axis)


@rules("pick_rows")
def _pick(call: Call) -> Any:
    axis = call["axis"] % call.rank(0)
    index = call.input(1, "int64")
    is_one = call.rank(1) < call.rank(0)
    if is_one:
        index = call.unsqueezed(index, axis)
    if call["mode"] == "clip":
        index = _clipped(call, index, axis)
    found = call.emit("GatherElements", call.input(0), index, axis=axis)
    return call.emit("Squeeze", found, call.scope.ints(axis)) if is_one else found


@rules("pick_update")
def _pick_update(call: Call) -> Any:
    axis = call["axis"] % call.rank(0)
    dtype = call.out[0]
    index, value = call.input(2, "int64"), call.input(1, dtype)
    if call.rank(2) < call.rank(0):
        index, value = call.unsqueezed(index, axis), call.unsqueezed(value, axis)
    return call.emit("ScatterElements", call.input(0, dtype), index, value, axis=axis)


class _Places:
    """Index arrays that choose places along some axes, as GatherND and ScatterND want them: their
    axes in front, and the indices of a place side by side."""

    def __init__(self, call: Call, first: int) -> None:
        self.call, self.first = call, first
        self.rank = call.rank(0)
        self.axes = [a % self.rank for a in call["axes"]]
        self.rest = [a for a in range(self.rank) if a not in self.axes]
        self.order = self.axes + self.rest
        places = range(first, call.count)
        self.index_rank = max(call.rank(place) for place in places)
        # The axes of indices stand at `position` among the others.
        position = call["position"]
        count, inner = self.index_rank, len(self.rest)
        self.picked = [
            *range(count, count + position),
            *range(count),
            *range(count + position, count + inner),
        ]

    def indices(self) -> str:
        """One array of all indices, (places..., axes)."""
        call = self.call
        places = list(range(self.first, call.count))
        names = [call.input(place, "int64") for place in places]
        if len({call.shape(place) for place in places}) > 1 or not all(
            call.frame.extents.is_static(call.node.operands[place]) for place in places
        ):
            names = self._stretched(names)
        return call.emit("Concat", *[call.unsqueezed(name, -1) for name in names], axis=-1)

    def _stretched(self, names: list[str]) -> list[str]:
        """The arrays broadcast together: added to zeros."""
        call = self.call
        zero = call.full(0, "int64")
        total = call.emit("Mul", names[0], zero)
        for name in names[1:]:
            total = call.emit("Add", total, call.emit("Mul", name, zero))
        return [call.emit("Add", name, total) for name in names]


def _inverse(order: list[int]) -> list[int]:
    return sorted(range(len(order)), key=order.__getitem__)


@rules("gather")
def _gather(call: Call) -> Any:
    places = _Places(call, 1)
    if len(places.axes) == 1 and call["position"] == places.axes[0]:
        return call.emit("Gather", call.input(0), call.input(1, "int64"), axis=places.axes[0])
    x = call.transposed(call.input(0), places.order)
    found = call.emit("GatherND", x, places.indices())
    return call.transposed(found, places.picked)


@rules("scatter")
def _scatter(call: Call) -> Any:
    """Places and then what lies at each of them, as GatherND would give it."""
    places = _Places(call, 2)
    dtype = call.out[0]
    x = call.transposed(call.input(0, dtype), places.order)
    indices = places.indices()
    # The value is stretched to what the index picks, whose shape the same gather has.
    like = call.emit("Shape", call.transposed(call.emit("GatherND", x, indices), places.picked))
    value = call.emit("Expand", call.input(1, dtype), like)
    value = call.transposed(value, _inverse(places.picked))
    reduction = "add" if call["accumulate"] else None
    found = call.emit("ScatterND", x, indices, value, reduction=reduction)
    return call.transposed(found, _inverse(places.order))
