"""Operators that only move or choose elements: they do so on integers, whatever these stand for.

They come before DequantizeLinear instead of behind it, so a change of scale behind them is all that
is left of QuantizeLinear.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy

from weft._import.program import Node
from weft.onnx._int8.sums import Joined, joined, window_of
from weft.onnx._int8.values import Editor, Integers, Real, Scale, Whole

# Given a node and its data, the int8 results; None where it stays as it is.
Move = Callable[[Editor, Node, Whole, int], list[Whole] | None]


def _constant(editor: Editor, node: Node, place: int) -> list[int] | None:
    """The integers of a constant input."""
    name = node.inputs[place] if place < len(node.inputs) else ""
    value = editor.constants.get(name) if name else None
    return None if value is None or value.dtype.kind not in "iu" else value.reshape(-1).tolist()


def _copied(editor: Editor, node: Node, x: Whole, rank: int | None) -> list[Whole]:
    """The same operator on integers."""
    outputs = editor.copy(node, [editor.form(x, False), *node.inputs[1:]])
    return [Whole(name, rank) for name in outputs]


def _alike(editor: Editor, node: Node, x: Whole, zero: int) -> list[Whole]:
    """An operator that keeps the number of axes."""
    return _copied(editor, node, x, x.rank)


def _of_unknown_rank(editor: Editor, node: Node, x: Whole, zero: int) -> list[Whole]:
    return _copied(editor, node, x, None)


def _reshape(editor: Editor, node: Node, x: Whole, zero: int) -> list[Whole]:
    shape = node.attributes.get("shape") or _constant(editor, node, 1)
    return _copied(editor, node, x, None if shape is None else len(shape))


def _flatten(editor: Editor, node: Node, x: Whole, zero: int) -> list[Whole]:
    return _copied(editor, node, x, 2)


def _transpose(editor: Editor, node: Node, x: Whole, zero: int) -> list[Whole]:
    axes = node.attributes.get("perm")
    return _copied(editor, node, x, x.rank if axes is None else len(axes))


def _gained(sign: int) -> Move:
    """Axes of one element are added or taken away."""

    def move(editor: Editor, node: Node, x: Whole, zero: int) -> list[Whole]:
        axes = node.attributes.get("axes") or _constant(editor, node, 1)
        is_known = axes is not None and x.rank is not None
        return _copied(editor, node, x, x.rank + sign * len(axes) if is_known else None)

    return move


def _max_pool(editor: Editor, node: Node, x: Whole, zero: int) -> list[Whole] | None:
    window = window_of(node)
    wants_places = len(node.outputs) > 1 and bool(node.outputs[1])
    if wants_places:
        return None
    if window is None or x.rank not in (None, len(window["kernel_shape"]) + 2):
        return _alike(editor, node, x, zero)
    x.rank = len(window["kernel_shape"]) + 2
    made = editor.emit_int8("Pool", [editor.form(x, True)], node.outputs[0], kind="max", **window)
    return [Whole(made, x.rank, True)]


def _pad(editor: Editor, node: Node, x: Whole, zero: int) -> list[Whole] | None:
    """Margins of the real 0; others stay float."""
    pads = _constant(editor, node, 1)
    is_zero = len(node.inputs) < 3 or not node.inputs[2] or editor.number(node.inputs[2]) == 0.0
    has_axes = len(node.inputs) > 3 and bool(node.inputs[3])
    is_constant = node.attributes.get("mode", "constant") == "constant"
    if pads is None or has_axes or len(pads) % 2 or not (is_zero and is_constant):
        return None
    rank = len(pads) // 2
    if x.rank not in (None, rank) or min(pads, default=0) < 0:
        return None
    x.rank = rank
    is_last = x.is_image and x.is_last
    if is_last:
        halves = pads[:rank], pads[rank:]
        pads = [number for half in halves for number in (half[0], *half[2:], half[1])]
    known = editor.constant(f"{node.outputs[0]}.pads", numpy.array(pads))
    editor.program.arrays.discard(known)
    made = editor.emit_int8("Border", [editor.form(x, is_last), known], node.outputs[0], value=zero)
    return [Whole(made, rank, is_last)]


def _resize(editor: Editor, node: Node, x: Whole, zero: int) -> list[Whole] | None:
    options = node.attributes
    is_inside = options.get("coordinate_transformation_mode") != "tf_crop_and_resize"
    is_nearest = options.get("mode", "nearest") == "nearest"
    return _alike(editor, node, x, zero) if is_nearest and is_inside else None


MOVES: dict[str, Move] = {
    "DepthToSpace": _alike,
    "Expand": _of_unknown_rank,
    "Flatten": _flatten,
    "Gather": _of_unknown_rank,
    "GlobalMaxPool": _alike,
    "MaxPool": _max_pool,
    "Pad": _pad,
    "Reshape": _reshape,
    "Resize": _resize,
    "Slice": _alike,
    "SpaceToDepth": _alike,
    "Split": _alike,
    "Squeeze": _gained(-1),
    "Tile": _alike,
    "Transpose": _transpose,
    "Unsqueeze": _gained(1),
    "Upsample": _resize,
}


def move(editor: Editor, node: Node) -> bool:
    """Moves integers in the place of what they stand for."""
    x = node.inputs[0]
    if node.operator == "Transpose" and x in editor.weights:
        _transpose_weight(editor, node)
        return False
    ints = editor.ints.get(x)
    real = editor.real_of(x) if ints is None else None
    if ints is not None:
        whole, zero = ints.whole, 0
        if node.operator == "Pad":  # of the integer 0
            zero = -128 if ints.dtype == "uint8" else 0
    elif real is not None:
        whole, zero = real[0], real[1].zero
    else:
        return False
    found = MOVES[node.operator](editor, node, whole, zero)
    if found is None:
        return False
    for name, made in zip(node.outputs, found, strict=False):
        if name and ints is not None:
            editor.take_integers(name, Integers(made, ints.dtype))
        elif name and real is not None:
            editor.take_real(name, made, real[1])
    return True


def _transpose_weight(editor: Editor, node: Node) -> None:
    """A weight that is transposed behind DequantizeLinear: so are its integers."""
    weight = editor.weights[node.inputs[0]]
    rank = weight.numbers.ndim
    axes = list(node.attributes.get("perm") or range(rank)[::-1])
    if sorted(axes) != list(range(rank)):
        return
    axis = axes.index(weight.axis) if weight.axis < rank else weight.axis
    editor.weights[node.outputs[0]] = replace(
        weight, numbers=weight.numbers.transpose(axes), axis=axis
    )


def concat(editor: Editor, node: Node) -> bool:
    """Concat: integers of one scale at once, others when the scale of the whole is known."""
    y, axis = node.outputs[0], node.attributes.get("axis", 1)
    ints = [editor.ints.get(name) for name in node.inputs]
    known = [part for part in ints if part is not None]
    if len(known) == len(ints) and len({part.dtype for part in known}) == 1:
        made = joined(editor, [part.whole for part in known], axis, y)
        editor.take_integers(y, Integers(made, known[0].dtype))
        return True
    for name in node.inputs:
        editor.real_of(name)
    reals = [editor.reals.get(name) for name in node.inputs]
    parts: list[Real] = [part for part in reals if part is not None]
    if len(parts) != len(reals) or not all(part.tables for part in parts):
        return False
    scales: list[Scale] = [part.scale for part in parts if part.scale is not None]
    if len(scales) == len(parts) and len(set(scales)) == 1:
        wholes = [part.whole for part in parts if part.whole is not None]
        editor.take_real(y, joined(editor, wholes, axis, y), scales[0])
        return True
    editor.pending[y] = Joined(tuple(parts), axis)
    bases = [next(iter(part.tables)) for part in parts]
    if bases[0].rank is not None and len({base.rank for base in bases}) == 1:
        editor.ranks[y] = bases[0].rank
    return False


def at_least(editor: Editor, node: Node) -> None:
    """Relu of an int8 value is the larger of it and the zero point."""
    known = editor.real_of(node.inputs[0])
    if known is None:
        return
    whole, scale = known
    made = editor.emit_int8(
        "AtLeast", [editor.form(whole, whole.is_last)], node.outputs[0], low=scale.zero
    )
    real = editor.reals[node.outputs[0]]
    editor.reals[node.outputs[0]] = replace(
        real, whole=Whole(made, whole.rank, whole.is_last), scale=scale
    )


__all__ = ["MOVES", "at_least", "concat", "move"]
