"""Moves of elements of images that lie with channels last, as they do between int8 layers: what the
network says of axes (N, C, ...) said of (N, ..., C). Without them an image would be transposed
before each and behind it."""

from collections.abc import Mapping, Sequence
from typing import Any

from weft import np, sym
from weft.compression._graph.layers import Layer
from weft.sym._nodes import Call, Entry, Index, Node, is_slice

RANK = 4  # of an image


def channels_behind(parts: Sequence[Any]) -> list[Any]:
    """What is said of each axis, in the other order."""
    count, channels, *places = parts
    return [count, *places, channels]


def moved(layer: Layer, layers: Mapping[Entry, Layer], shapes: Mapping[Entry, Any]) -> Any:
    """The layer's move as the entry that it is made of and a function of its symbol; None where it
    needs the network's order."""
    node, given = layer.node, layer.inputs[0]
    if len(shapes[given]) == len(shapes[layer.output]) == RANK:
        if isinstance(node, Index):
            key = _key(node)
            return None if key is None else (given, lambda x: x[key])
        if isinstance(node, Call) and node.operator == "split":
            sections, axis = node.attributes["indices_or_sections"], node.attributes["axis"] % RANK
            axis = channels_behind(range(RANK)).index(axis)
            return given, lambda x: np.split(x, sections, axis=axis)[layer.output.index]
    return _shuffle(layer, layers, shapes)


def _key(node: Index) -> tuple[slice, ...] | None:
    """A key of slices alone."""
    key = list(node.arguments[1:])
    if Ellipsis in key:
        at = key.index(Ellipsis)
        key[at : at + 1] = [("slice", None, None, None)] * (RANK + 1 - len(key))
    if not all(is_slice(part) for part in key):
        return None
    parts = [slice(*part[1:]) for part in key]
    return tuple(channels_behind(parts + [slice(None)] * (RANK - len(parts))))


def _shuffle(layer: Layer, layers: Mapping[Entry, Layer], shapes: Mapping[Entry, Any]) -> Any:
    """Channels in groups that change places with those of a group, (N, a b, H, W) to (N, b a, H, W)
    by way of five axes, as in ShuffleNet (Zhang et al. 2018)."""
    turn = layers.get(layer.inputs[0])
    first = None if turn is None or turn.kind != "moved" else layers.get(turn.inputs[0])
    if first is None or first.kind != "moved":
        return None
    if layer.node.operator != "reshape" or first.node.operator != "reshape":
        return None
    given, apart = shapes[first.inputs[0]], shapes[first.output]
    if not _swaps_groups(turn.node) or len(given) != RANK or len(apart) != RANK + 1:
        return None
    outer, inner = apart[1:3]
    if (given[0], *given[2:]) != (apart[0], *apart[3:]) or shapes[layer.output] != given:
        return None

    def shuffled(x: Any) -> Any:
        y = np.reshape(x, (-1, *given[2:], outer, inner))
        return np.reshape(np.swapaxes(y, 3, 4), (-1, *given[2:], outer * inner))

    return first.inputs[0], shuffled


def _swaps_groups(node: Node) -> bool:
    if not isinstance(node, Call):
        return False
    known = node.attributes
    if node.operator == "swapaxes":
        return {known["axis1"] % (RANK + 1), known["axis2"] % (RANK + 1)} == {1, 2}
    return node.operator == "transpose" and tuple(known.get("axes") or ()) == (0, 2, 1, 3, 4)


def padded(node: Call, x: Any, zero: int, *, is_last: bool) -> Any:
    """A border, in mode constant of what stands for zero."""
    options = dict(node.attributes)
    for side in ("before", "after") if is_last else ():
        options[side] = tuple(channels_behind(options[side]))
    is_constant = options.get("mode", "constant") == "constant"
    given = [x.heads[0], zero if is_constant else None]
    return sym.Symbol([Entry(Call(node.name, node.attrs, node.function, given, options, 1), 0)])


def stretched(x: Any, factor: int, axes: int, *, is_last: bool) -> Any:
    """Each element `factor` times along all spatial axes, of which there are `axes`."""
    for axis in reversed(range(axes)):
        x = np.repeat(x, factor, axis=axis + (1 if is_last else 2))
    return x
