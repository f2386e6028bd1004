"""What combines several int8 elements and can be had in any scale: sums of two arrays, averages,
and arrays of different scales that are joined."""

import math
from dataclasses import dataclass, replace
from typing import Any

from weft._import.program import Node
from weft.onnx._int8.products import biased, with_residual
from weft.onnx._int8.values import Editor, Real, Scale, Whole

# The common scale of a sum has 20 spare bits: the result's scale must not be far below it.
_LEAST_SHARE = 2.0**-18
# An average in the data's scale is rounded before it gets its own: this bounds both errors to one
# step.
_MOST_COARSE = 1.9


@dataclass(frozen=True)
class Sum:
    """Two int8 arrays that are added."""

    operands: tuple[tuple[Whole, Scale], tuple[Whole, Scale]]
    bounds: tuple[float, float] = (-math.inf, math.inf)

    def limited(self, low: float, high: float) -> "Sum":
        """The same between bounds."""
        ends = [min(max(end, low), high) for end in self.bounds]
        return replace(self, bounds=(ends[0], ends[1]))

    def quantized(self, editor: Editor, name: str, scale: Scale) -> Whole | None:
        """The sum in a scale."""
        (a, of_a), (b, of_b) = self.operands
        if scale.step < max(of_a.step, of_b.step) * _LEAST_SHARE:
            return None
        is_last = a.is_image and a.rank == b.rank and (a.is_last or b.is_last)
        rank = a.rank if a.rank == b.rank else None
        low, high = self.bounds
        made = editor.emit_int8(
            "Sum",
            [editor.form(a, is_last), editor.form(b, is_last)],
            name,
            steps=[of_a.step, of_b.step, scale.step],
            zeros=[of_a.zero, of_b.zero, scale.zero],
            low=scale.bound(low, -128),
            high=scale.bound(high, 127),
        )
        return Whole(made, rank, is_last)


def add(editor: Editor, node: Node) -> bool:
    """Add of two int8 arrays, or of a product and a constant or a residual."""
    found: Any = biased(editor, node) or with_residual(editor, node)
    if found is None:
        operands = [editor.real_of(name) for name in node.inputs]
        if len(operands) != 2 or operands[0] is None or operands[1] is None:
            return False
        found = Sum((operands[0], operands[1]))
        ranks = [whole.rank for whole, _ in found.operands]
        if ranks[0] == ranks[1] and ranks[0] is not None:
            editor.ranks[node.outputs[0]] = ranks[0]
    editor.pending[node.outputs[0]] = found
    return False


# ---- averages -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Average:
    """The mean over some axes, or over windows; attributes: of the int8 operator.

    rank: of the result; is_last: are the data's channels last? keeps: has the result their axes?
    """

    operator: str
    x: Whole
    scale: Scale
    attributes: dict[str, Any]
    rank: int | None
    is_last: bool
    keeps: bool = True

    def limited(self, low: float, high: float) -> None:
        """Bounds stay an operator of their own."""

    def quantized(self, editor: Editor, name: str, scale: Scale) -> Whole | None:
        """The average in a scale."""
        data = [editor.form(self.x, self.is_last)]
        share = self.scale.step / scale.step
        if self.operator == "Mean":
            options = {"factor": share, "output_zero": scale.zero, **self.attributes}
            made = editor.emit_int8("Mean", data, name, zero=self.scale.zero, **options)
            return Whole(made, self.rank, self.is_last and self.keeps)
        if share > _MOST_COARSE:
            return None
        made = editor.emit_int8("Pool", data, name, zero=self.scale.zero, **self.attributes)
        whole = Whole(made, self.rank, self.is_last)
        if self.scale == scale:
            return whole
        return editor.lookup(whole, scale.quantized(self.scale.numbers), name)


def _mean(editor: Editor, node: Node, axes: list[int], keepdims: int) -> bool:
    known = editor.real_of(node.inputs[0])
    if known is None:
        return False
    whole, scale = known
    is_last, rank = False, None
    if whole.rank is not None:
        rank = whole.rank if keepdims else whole.rank - len(axes)
        axes = sorted(axis % whole.rank for axis in axes)
        # Means over an image's places leave (N, C), in either order of its axes.
        if whole.is_image and whole.is_last and axes == list(range(2, whole.rank)):
            is_last, axes = True, [axis - 1 for axis in axes]
    is_fixed = int(_has_fixed_extents(editor) and 0 not in axes)
    attributes = {"axes": axes, "keepdims": keepdims, "is_fixed": is_fixed}
    average = Average("Mean", whole, scale, attributes, rank, is_last, bool(keepdims))
    editor.pending[node.outputs[0]] = average
    if rank is not None:
        editor.ranks[node.outputs[0]] = rank
    return False


def _has_fixed_extents(editor: Editor) -> bool:
    """Are all extents of the inputs numbers, but for those of the batch?"""
    shapes = [port.shape for port in editor.program.inputs]
    return all(
        shape is not None and all(isinstance(extent, int) for extent in shape[1:])
        for shape in shapes
    )


def global_average(editor: Editor, node: Node) -> bool:
    """GlobalAveragePool of an image."""
    known = editor.real_of(node.inputs[0])
    if known is None or not known[0].is_image or known[0].rank is None:
        return False
    return _mean(editor, node, list(range(2, known[0].rank)), 1)


def reduce_mean(editor: Editor, node: Node) -> bool:
    """ReduceMean over axes that are known."""
    axes = node.attributes.get("axes")
    if len(node.inputs) > 1 and node.inputs[1]:
        value = editor.constants.get(node.inputs[1])
        axes = None if value is None else value.reshape(-1).tolist()
    if not axes:
        return False
    return _mean(editor, node, list(axes), int(node.attributes.get("keepdims", 1)))


def window_of(node: Node) -> dict[str, Any] | None:
    """The attributes of a pooling that int8 has, too: windows without gaps, small margins."""
    options = dict(node.attributes)
    kernel, pads = options.get("kernel_shape", []), options.get("pads") or []
    is_plain = set(options.pop("dilations", None) or [1]) == {1} and len(kernel) in (1, 2)
    options.pop("storage_order", None)
    fits = all(0 <= 2 * p <= k for p, k in zip(pads, list(kernel) * 2, strict=False))
    if options.get("ceil_mode"):
        # ONNX has no window that begins outside, which these numbers rule out. Averages differ in
        # what they divide by.
        strides = options.get("strides") or [1] * len(kernel)
        back = pads[len(kernel) :] or [0] * len(kernel)
        places = zip(kernel, strides, back, strict=False)
        is_plain = is_plain and all(p + s <= k for k, s, p in places)
        is_plain = is_plain and node.operator == "MaxPool"
    return options if is_plain and fits else None


def average_pool(editor: Editor, node: Node) -> bool:
    """AveragePool over one or two axes."""
    known, window = editor.real_of(node.inputs[0]), window_of(node)
    if known is None or window is None:
        return False
    (whole, scale), rank = known, len(window["kernel_shape"]) + 2
    if whole.rank not in (None, rank):
        return False
    whole.rank = rank
    attributes = {"kind": "avg", **window}
    editor.pending[node.outputs[0]] = Average("Pool", whole, scale, attributes, rank, True)
    editor.ranks[node.outputs[0]] = rank
    return False


# ---- arrays that are joined ---------------------------------------------------------------------


@dataclass(frozen=True)
class Joined:
    """Arrays of different scales: each gets the scale of the whole by a table."""

    parts: tuple[Real, ...]
    axis: int

    def limited(self, low: float, high: float) -> None:
        """Bounds stay an operator of their own."""

    def quantized(self, editor: Editor, name: str, scale: Scale) -> Whole | None:
        """The whole in a scale."""
        wholes = []
        for number, part in enumerate(self.parts):
            if part.scale == scale and part.whole is not None:
                wholes.append(part.whole)
            else:
                base, numbers = next(iter(part.tables.items()))
                wholes.append(editor.lookup(base, scale.quantized(numbers), f"{name}.{number}"))
        return joined(editor, wholes, self.axis, name)


def joined(editor: Editor, wholes: list[Whole], axis: int, name: str) -> Whole:
    """Int8 arrays one behind the other."""
    rank = wholes[0].rank if len({whole.rank for whole in wholes}) == 1 else None
    is_last = rank in (3, 4) and any(whole.is_last for whole in wholes)
    if is_last and rank is not None:
        axis = {0: 0, 1: rank - 1}.get(axis % rank, axis % rank - 1)
    inputs = [editor.form(whole, is_last) for whole in wholes]
    return Whole(editor.emit("Concat", inputs, name, axis=axis)[0], rank, is_last)


__all__ = [
    "Joined",
    "add",
    "average_pool",
    "global_average",
    "joined",
    "reduce_mean",
    "window_of",
]
