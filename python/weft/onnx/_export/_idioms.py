"""Several nodes of Weft that are one operator of ONNX: batch norms, dense layers, and convolutions
of volumes.

A file has layers as the primitives that they are made of. Readers of ONNX look for the whole
layers: they fold norms into convolutions, and quantize products. So the last node of a pattern
becomes the one operator, and the others are left out where nobody else reads them.
"""

from collections.abc import Callable
from typing import Any

from weft.onnx._export._call import Call
from weft.onnx._export._graph import Node, Scalar
from weft.onnx._export.layers import margins, numbers


class _Matcher:
    """Looks at what values are made of."""

    def __init__(self, call: Call) -> None:
        self.call, self.producers = call, call.frame.producers

    def made(self, value: Any, op: str) -> Node | None:
        """The node that makes a value, if it is of this operator."""
        node = self.producers.get(value) if isinstance(value, int) else None
        return node if node is not None and node.op == op else None

    def shape(self, value: int) -> tuple[int, ...]:
        """The example's shape."""
        return self.call.frame.graph.types[value][1]

    def dtype(self, value: int) -> str:
        """The dtype."""
        return self.call.frame.graph.types[value][0]

    def by_channel(self, value: Any, rank: int) -> int | None:
        """A vector of channels, of a value that has its elements along axis 1."""
        node = self.made(value, "reshape")
        if node is None:
            return None
        vector = node.operands[0]
        shape = self.shape(value)
        is_row = len(shape) == rank and shape == (1, shape[1], *[1] * (rank - 2))
        return vector if is_row and self.shape(vector) == (shape[1],) else None


def _batch_norm(call: Call) -> Any:
    """x scale + (beta - mean scale), scale = gamma / sqrt(variance + eps)."""
    match = _Matcher(call)
    product, shift = (
        match.made(v, op)
        for v, op in zip(call.node.operands, ("multiply", "subtract"), strict=True)
    )
    if product is None or shift is None:
        return None
    x, scale = product.operands
    if not isinstance(x, int) or not isinstance(scale, int):
        return None
    rank = len(match.shape(x))
    moved = match.made(shift.operands[1], "multiply")
    whole = match.made(scale, "multiply")
    if moved is None or whole is None or moved.operands[1] != scale:
        return None
    root = match.made(whole.operands[1], "divide")
    if root is None or root.operands[0] != Scalar(1.0):
        return None
    sqrt = match.made(root.operands[1], "sqrt")
    total = None if sqrt is None else match.made(sqrt.operands[0], "add")
    if total is None or not isinstance(total.operands[1], Scalar):
        return None
    values = [whole.operands[0], shift.operands[0], moved.operands[0], total.operands[0]]
    vectors = [match.by_channel(value, rank) for value in values]
    if any(v is None or match.dtype(v) != call.out[0] for v in vectors):
        return None
    names = [call.frame.tensors[v] for v in [x, *vectors]]
    return call.emit("BatchNormalization", *names, epsilon=total.operands[1].value)


def _dense(call: Call) -> Any:
    """x weight.T + bias of matrices."""
    match = _Matcher(call)
    product, bias = match.made(call.node.operands[0], "matmul"), call.node.operands[1]
    if product is None or not isinstance(bias, int) or len(match.shape(bias)) != 1:
        return None
    x, turned = product.operands
    weight = match.made(turned, "transpose")
    if weight is None or weight.attributes["axes"] not in ([1, 0], None):
        return None
    if len(match.shape(x)) != 2 or len(match.shape(turned)) != 2:
        return None
    values = [x, weight.operands[0], bias]
    if {match.dtype(v) for v in values} - {"float32", "float64"}:
        return None
    if len({match.dtype(v) for v in values}) > 1:
        return None
    return call.emit("Gemm", *[call.frame.tensors[v] for v in values], transB=1)


def _volume(call: Call) -> Any:
    """A convolution of volumes, or a transposed one: images are made of slices, and back."""
    match = _Matcher(call)
    images = call.node.operands[0]
    plain = match.made(images, "convolution_image")
    inner = plain or match.made(images, "convolution_data")
    if inner is None:
        return None
    slices = match.made(inner.operands[0], "unfold_depth")
    weight = match.made(inner.operands[1], "reshape")
    if slices is None or weight is None or len(match.shape(weight.operands[0])) != 5:
        return None
    depth = (slices if plain else call.node).attributes
    other = (call.node if plain else slices).attributes
    if [other[n] for n in ("kernel", "stride", "pad", "dilate")] != [1, 1, 0, 1]:
        return None
    kernel = list(match.shape(weight.operands[0])[2:])
    flat = margins(inner.attributes["pad"], 2)
    options: dict[str, Any] = {
        "kernel_shape": kernel,
        "strides": [depth["stride"], *numbers(inner.attributes["stride"], 2, 1)],
        "pads": [depth["pad"], *flat[:2], depth["pad"], *flat[2:]],
        "dilations": [depth["dilate"], *numbers(inner.attributes["dilate"], 2, 1)],
        "group": inner.attributes["num_group"],
    }
    values = [slices.operands[0], weight.operands[0], *inner.operands[2:]]
    names = [None if v is None else call.frame.tensors[v] for v in values]
    if plain:
        return call.emit("Conv", *names, **options)
    more = _beyond(call, slices.operands[0], options)
    if more is None:
        return None
    return call.emit("ConvTranspose", *names, output_padding=more, **options)


def _beyond(call: Call, data: int, options: dict[str, Any]) -> list[int] | None:
    """How much longer the result is than what windows reach; None if ONNX cannot say it."""
    found = []
    for shapes in call.frame.extents.shapes:
        before, after = shapes[data][2:], shapes[call.node.outputs[0]][2:]
        pads = [a + b for a, b in zip(options["pads"][:3], options["pads"][3:], strict=True)]
        parts = zip(
            *(before, after, pads, options["kernel_shape"]),
            *(options["strides"], options["dilations"]),
            strict=True,
        )
        found.append([m - (n - 1) * s - (k - 1) * d - 1 + p for n, m, p, k, s, d in parts])
    limits = zip(found[0], options["strides"], strict=True)
    is_whole = all(0 <= n < s for n, s in limits) and all(item == found[0] for item in found)
    return found[0] if is_whole else None


_PATTERNS: dict[str, list[Callable[[Call], Any]]] = {
    "add": [_batch_norm, _dense],
    "fold_depth": [_volume],
}


def whole(call: Call) -> Any:
    """What stands for a node that ends a pattern; None for others."""
    for pattern in _PATTERNS.get(call.op, []):
        found = pattern(call)
        if found is not None:
            return found
    return None
