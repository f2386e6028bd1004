"""Batch norms that stand before their convolution, as in DenseNet: a factor and a bias for each
channel are a convolution of one place and one channel, whose weights are 127 or -127. The factors
themselves are not rounded."""

import numpy

from weft._import.program import Node
from weft.onnx._int8.products import Product, vector
from weft.onnx._int8.values import Editor

_MOST = 127
_BITS = 20  # of a constant result, where a factor is 0


def batch_norm(editor: Editor, node: Node) -> bool:
    """BatchNormalization of an int8 image, in the mode of prediction."""
    data = editor.real_of(node.inputs[0])
    mean = editor.constants.get(node.inputs[3]) if len(node.inputs) == 5 else None
    if mean is None or mean.ndim != 1:
        return False
    known = [vector(editor, name, mean.size) for name in node.inputs[1:5]]
    parts = [part for part in known if part is not None]
    is_plain = len(node.outputs) == 1 and not node.attributes.get("training_mode")
    is_plain = is_plain and node.attributes.get("spatial", 1) == 1
    if data is None or not data[0].is_image or len(parts) != 4 or not is_plain:
        return False
    whole, scale = data
    gamma, beta, middle, variance = parts
    factors = gamma / numpy.sqrt(variance + node.attributes.get("epsilon", 1e-5))
    bias = beta - middle * factors
    if not (numpy.isfinite(factors).all() and numpy.isfinite(bias).all()):
        return False
    constant = numpy.maximum(abs(bias), 1e-9) / (1 << _BITS)
    steps = numpy.where(factors == 0, constant, abs(factors) * scale.step / _MOST)
    assert whole.rank is not None
    weight = (numpy.sign(factors) * _MOST).astype("int8").reshape(-1, *[1] * (whole.rank - 1))
    attributes = {"group": len(factors)}
    title = node.outputs[0]
    product = Product(
        *("Convolution", title, whole, scale.zero, weight, title, steps, bias, attributes, {})
    )
    if product.fits():
        editor.pending[title] = product
        editor.ranks[title] = whole.rank
    return False  # who reads floats gets those of the norm


__all__ = ["batch_norm"]
