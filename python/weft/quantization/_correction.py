"""Bias correction: rounded weights shift the mean of what a layer gives (Nagel et al. 2019,
section 4.2); biases take the shift back."""

from collections.abc import Iterable
from typing import Any

import numpy

from weft import autograd, np
from weft.compression._graph.layers import Layer
from weft.compression._graph.traced import Traced
from weft.quantization._choices import Choices
from weft.quantization._weight_scales import rounded
from weft.sym._nodes import evaluate


def correct_biases(choices: Choices, net: Traced, batches: Iterable[Any]) -> None:
    """Changes the biases of all int8 layers by the mean of each channel over the data.

    The shift is that of the float network's activations: E[x] of the paper, with borders counted as
    they are.
    """
    layers = [layer for layer in choices.chosen() if layer.has_products]
    if not layers:
        return
    errors = [np.array(rounded(layer.weight) - layer.weight) for layer in layers]
    inputs = [layer.inputs[0] for layer in layers]
    sums: list[Any] = [0.0] * len(layers)
    counts = [0] * len(layers)
    for batch in batches:
        with autograd.predict_mode():
            values = evaluate(inputs, {**net.arrays, **net.given(batch)}, training=False)
        for number, (layer, value) in enumerate(zip(layers, values, strict=True)):
            shift = _applied(layer, value, errors[number])
            sums[number] = sums[number] + shift.sum(0)
            counts[number] += len(shift)
    for layer, total, count in zip(layers, sums, counts, strict=True):
        layer.bias = (layer.bias - total / count).astype("float32")


def _applied(layer: Layer, value: Any, weight: Any) -> Any:
    """The layer's operator with this weight and no bias: (places, channels)."""
    given = layer.as_given(weight)
    out = layer.node.function(value, given, None, **layer.node.attributes).asnumpy()
    return (numpy.moveaxis(out, 1, -1) if layer.is_image else out).reshape(-1, len(weight))
