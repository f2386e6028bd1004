"""Convolutions and dense layers of int8 data and constant int8 weights.

Sums are exact in int32. They become int8 by the multiplier and the shift of their factor, with Relu
and Clip as bounds; where a float operator reads them, they are dequantized.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy

from weft import npx
from weft._import.program import Node
from weft.onnx._int8.values import Editor, Scale, Weight, Whole

_MOST_BIAS = 1 << 30  # in steps of the sums: beyond it they could wrap
_MOST_FACTOR = 1 << 21  # of a residual: beyond it kernels are slower
_MOST_ERROR = 0.5  # steps of the result that rounding a residual's factor may cost


@dataclass(frozen=True)
class Product:
    """A layer whose sums can be had in any scale.

    weight: units first, and channels last; steps: of each unit's sums; bias: of each unit, real
    bounds: of the real result; names: of the constants that are made once
    """

    operator: str
    title: str
    x: Whole
    zero: int
    weight: numpy.ndarray
    weight_name: str
    steps: numpy.ndarray
    bias: numpy.ndarray
    attributes: dict[str, Any]
    names: dict[str, str]
    bounds: tuple[float, float] = (-numpy.inf, numpy.inf)
    residual: tuple[Whole, Scale] | None = None

    @property
    def is_image(self) -> bool:
        """Has its result channels last?"""
        return self.operator == "Convolution"

    def limited(self, low: float, high: float) -> "Product":
        """The same between bounds."""
        ends = [min(max(end, low), high) for end in self.bounds]
        return replace(self, bounds=(ends[0], ends[1]))

    def with_bias(self, added: numpy.ndarray) -> "Product | None":
        """The same with a further bias; None where bounds or a residual come first."""
        if self.bounds != (-numpy.inf, numpy.inf) or self.residual is not None:
            return None
        found = replace(self, bias=self.bias + added, names=dict(self.names))
        found.names.pop("bias", None)
        return found if found.fits() else None

    def fits(self) -> bool:
        """Can the sums be had in int32?"""
        return bool((abs(self.bias / self.steps) < _MOST_BIAS).all())

    def quantized(self, editor: Editor, name: str, scale: Scale) -> Whole | None:
        """The layer with its result in a scale."""
        factors = self.steps / numpy.float64(scale.step)
        if not ((factors > 0) & (factors < 1 << 30)).all():
            return None
        added = self._residual(editor, name, scale)
        if added is None:
            return None
        multiplier, shift = (value.asnumpy() for value in npx.quantized_multiplier(factors))
        known = [
            editor.constant(f"{name}.multiplier", multiplier),
            editor.constant(f"{name}.shift", shift),
        ]
        low, high = self.bounds
        made = editor.emit_int8(
            self.operator,
            [*self._inputs(editor), *known, *added],
            name,
            zero=self.zero,
            output_zero=scale.zero,
            low=scale.bound(low, -128),
            high=scale.bound(high, 127),
            **self.attributes,
        )
        return Whole(made, self.x.rank, self.is_image)

    def make_real(self, editor: Editor, name: str) -> None:
        """The result as floats, under the name that it has in the file."""
        made = editor.emit_int8(
            self.operator, self._inputs(editor), f"{name}.sums", zero=self.zero, **self.attributes
        )
        step = editor.constant(f"{name}.step", self.steps.astype("float32"))
        if not self.is_image:
            editor.emit("DequantizeLinear", [made, step], [name], axis=-1)
            return
        assert self.x.rank is not None
        real = editor.emit("DequantizeLinear", [made, step], f"{name}.last", axis=-1)
        axes = [0, self.x.rank - 1, *range(1, self.x.rank - 1)]
        editor.emit("Transpose", real, [name], perm=axes)

    def _inputs(self, editor: Editor) -> list[str]:
        """Data, weight and bias."""
        if "weight" not in self.names:
            self.names["weight"] = editor.constant(
                f"{self.weight_name}.int8", self.weight, self.weight_name
            )
        bias = numpy.rint(self.bias / self.steps)
        key = "bias"
        if self.residual is not None:
            whole, scale = self.residual
            bias, key = bias - scale.zero * self._factors(), f"bias beside {id(whole)}"
        if key not in self.names:
            self.names[key] = editor.constant(f"{self.title}.bias", bias.astype("int32"))
        data = editor.form(self.x, self.is_image)
        return [data, self.names["weight"], self.names[key]]

    # ---- a residual

    def _factors(self) -> numpy.ndarray:
        """What a step of the residual is in steps of the sums, rounded."""
        assert self.residual is not None
        return numpy.rint(self.residual[1].step / self.steps)

    def _residual(self, editor: Editor, name: str, scale: Scale) -> list[str] | None:
        """The residual and its factors; nothing where there is none; None where it is not exact
        enough."""
        if self.residual is None:
            return []
        (whole, of_residual), factors = self.residual, self._factors()
        lost = abs(factors * self.steps - of_residual.step) * 255 / scale.step
        if factors.max() > _MOST_FACTOR or lost.max() > _MOST_ERROR:
            return None
        known = editor.constant(f"{name}.factor", factors.astype("int32"))
        return [editor.form(whole, True), known]


# ---- what the operators of the file are ---------------------------------------------------------


def _bias_of(editor: Editor, node: Node, units: int) -> numpy.ndarray | None:
    """The bias in float64; None where it is no constant."""
    name = node.inputs[2] if len(node.inputs) > 2 else ""
    if not name:
        return numpy.zeros(units)
    return vector(editor, name, units)


def vector(editor: Editor, name: str, units: int) -> numpy.ndarray | None:
    """A constant number for each unit, or for all."""
    weight, value = editor.weights.get(name), editor.constants.get(name)
    if weight is not None:
        value = weight.real
    if value is None or value.dtype.kind != "f" or value.size not in (1, units):
        return None
    return numpy.broadcast_to(value.astype("float64").reshape(-1), (units,))


def _take(
    editor: Editor,
    node: Node,
    operator: str,
    weight: Weight,
    order: Callable[[numpy.ndarray], numpy.ndarray],
    **attributes: Any,
) -> bool:
    """Makes a product of a node; order: of the weight's axes, with units first."""
    data = editor.real_of(node.inputs[0])
    if data is None or not numpy.isfinite(weight.steps).all() or weight.steps.dtype != "float32":
        return False
    numbers = order(weight.numbers)
    bias = _bias_of(editor, node, numbers.shape[0])
    if bias is None:
        return False
    steps = numpy.broadcast_to(
        weight.steps.astype("float64") * numpy.float64(data[1].step), numbers.shape[:1]
    )
    if not (steps > 0).all():
        return False
    product = Product(
        operator,
        node.outputs[0],
        data[0],
        data[1].zero,
        numbers,
        weight.name,
        steps,
        bias,
        attributes,
        {},
    )
    if not product.fits():
        return False
    editor.pending[node.outputs[0]] = product
    if product.x.rank is not None:
        editor.ranks[node.outputs[0]] = product.x.rank
    product.make_real(editor, node.outputs[0])
    return True


def _weight_of(editor: Editor, name: str, axis: int, units: int) -> Weight | None:
    """An int8 weight without a zero point, and with one scale for all or for each unit."""
    weight = editor.weights.get(name)
    if weight is None or weight.numbers.dtype != "int8" or weight.zeros.any():
        return None
    if weight.steps.size > 1 and (weight.axis != axis or weight.steps.size != units):
        return None
    return weight


def convolution(editor: Editor, node: Node) -> bool:
    """Conv over one or two axes."""
    known = editor.weights.get(node.inputs[1])
    if known is None or known.numbers.ndim not in (3, 4):
        return False
    weight = _weight_of(editor, node.inputs[1], 0, known.numbers.shape[0])
    data = editor.real_of(node.inputs[0])
    if weight is None or data is None or any(p < 0 for p in node.attributes.get("pads") or ()):
        return False
    rank = weight.numbers.ndim
    if data[0].rank not in (None, rank):
        return False
    data[0].rank = rank
    attributes = {k: v for k, v in node.attributes.items() if k != "kernel_shape"}
    return _take(
        editor,
        node,
        "Convolution",
        weight,
        lambda numbers: numpy.moveaxis(numbers, 1, -1),
        **attributes,
    )


def gemm(editor: Editor, node: Node) -> bool:
    """Gemm of data that are not transposed."""
    options = node.attributes
    if options.get("transA") or any(options.get(key, 1.0) != 1.0 for key in ("alpha", "beta")):
        return False
    return _dense(editor, node, 0 if options.get("transB") else 1)


def matmul(editor: Editor, node: Node) -> bool:
    """MatMul with a matrix of weights."""
    return _dense(editor, node, 1)


def _dense(editor: Editor, node: Node, axis: int) -> bool:
    """axis: of the weight's units."""
    known = editor.weights.get(node.inputs[1])
    if known is None or known.numbers.ndim != 2:
        return False
    weight = _weight_of(editor, node.inputs[1], axis, known.numbers.shape[axis])
    if weight is None:
        return False
    return _take(editor, node, "Dense", weight, lambda numbers: numpy.moveaxis(numbers, axis, 0))


def biased(editor: Editor, node: Node) -> Product | None:
    """An Add of a product and a constant for each unit, as a product."""
    for value, other in (node.inputs, node.inputs[::-1]):
        product = editor.pending.get(value)
        constant = editor.constants.get(other)
        if not isinstance(product, Product) or constant is None:
            continue
        units, places = len(product.bias), (product.x.rank or 0) - 2 if product.is_image else 0
        shape = (units,) + (1,) * places
        ranks = range(len(shape), len(shape) + 2) if product.is_image else (1,)
        if constant.size != 1 and (
            constant.ndim not in ranks or constant.shape[-len(shape) :] != shape
        ):
            continue
        added = vector(editor, other, units)
        return None if added is None else product.with_bias(added)
    return None


def with_residual(editor: Editor, node: Node) -> Product | None:
    """An Add of a convolution and an int8 image, as a convolution that adds it to its sums."""
    for value, other in (node.inputs, node.inputs[::-1]):
        product, real = editor.pending.get(value), editor.reals.get(other)
        if not isinstance(product, Product) or not product.is_image or real is None:
            continue
        is_plain = product.bounds == (-numpy.inf, numpy.inf) and product.residual is None
        if real.whole is None or real.scale is None or real.whole.rank != product.x.rank:
            continue
        if is_plain:
            return replace(product, residual=(real.whole, real.scale))
    return None


__all__ = ["Product", "biased", "convolution", "gemm", "matmul", "vector", "with_residual"]
