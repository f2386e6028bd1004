"""Shapes of weights that follow from the data: what a layer's parameters are before a file or an
initialiser gives them values."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from weft.mxnet._operators._attributes import flag, ints
from weft.mxnet._operators.layers import is_channels_last
from weft.mxnet._operators.recurrent import shapes_of

Shape = tuple[int, ...]
Shapes = Mapping[int, Shape]


def weight_shapes(op: str, attributes: Mapping[str, Any], shape: Shape) -> Shapes:
    """The shapes of an operator's weights by the number of the input, as far as it says them.

    attributes: parsed; shape: of the data, its first input

    >>> weight_shapes("FullyConnected", {"num_hidden": 4}, (2, 3, 5))
    {1: (4, 15), 2: (4,)}
    """
    rule = _RULES.get(op)
    return {} if rule is None else rule(attributes, shape)


def _dense(given: Mapping[str, Any], shape: Shape) -> Shapes:
    units = int(given["num_hidden"])
    is_flat = flag(given.get("flatten", True))
    return {1: (units, math.prod(shape[1:]) if is_flat else shape[-1]), 2: (units,)}


def _convolution(given: Mapping[str, Any], shape: Shape) -> Shapes:
    filters, groups = int(given["num_filter"]), int(given.get("num_group", 1))
    kernel = ints(given["kernel"], "kernel", len(shape) - 2)
    if is_channels_last(given.get("layout")):
        return {1: (filters, *kernel, shape[-1] // groups), 2: (filters,)}
    return {1: (filters, shape[1] // groups, *kernel), 2: (filters,)}


def _deconvolution(given: Mapping[str, Any], shape: Shape) -> Shapes:
    filters, groups = int(given["num_filter"]), int(given.get("num_group", 1))
    kernel = ints(given["kernel"], "kernel", len(shape) - 2)
    return {1: (shape[1], filters // groups, *kernel), 2: (filters,)}


def _channels(default: int, count: int) -> Callable[[Mapping[str, Any], Shape], Shapes]:
    def rule(given: Mapping[str, Any], shape: Shape) -> Shapes:
        channels = (shape[int(given.get("axis", default))],)
        return dict.fromkeys(range(1, count + 1), channels)

    return rule


def _by_group(given: Mapping[str, Any], shape: Shape) -> Shapes:
    """In 1.x a group has one factor."""
    return dict.fromkeys((1, 2), (int(given.get("num_groups", 1)),))


def _embedding(given: Mapping[str, Any], shape: Shape) -> Shapes:
    return {1: (int(given["input_dim"]), int(given["output_dim"]))}


def _prelu(given: Mapping[str, Any], shape: Shape) -> Shapes:
    return {1: (shape[1] if len(shape) > 1 else 1,)} if given.get("act_type") == "prelu" else {}


def _rnn(given: Mapping[str, Any], shape: Shape) -> Shapes:
    layers, directions = int(given["num_layers"]), 1 + flag(given.get("bidirectional", False))
    hidden = int(given["state_size"])
    projection = given.get("projection_size") or None
    parts = shapes_of(given["mode"], shape[2], hidden, layers, directions, projection)
    state = (layers * directions, shape[1], hidden)
    output = (*state[:2], projection or hidden)
    return {1: (sum(map(math.prod, parts)),), 2: output, 3: state}


_RULES: dict[str, Callable[[Mapping[str, Any], Shape], Shapes]] = {
    "BatchNorm": _channels(1, 4),
    "BatchNorm_v1": _channels(1, 4),
    "Convolution": _convolution,
    "Convolution_v1": _convolution,
    "Deconvolution": _deconvolution,
    "Embedding": _embedding,
    "FullyConnected": _dense,
    "GroupNorm": _by_group,
    "InstanceNorm": _channels(1, 2),
    "LayerNorm": _channels(-1, 2),
    "LeakyReLU": _prelu,
    "RNN": _rnn,
    "_contrib_BatchNormWithReLU": _channels(1, 4),
    "_contrib_SparseEmbedding": _embedding,
    "_contrib_SyncBatchNorm": _channels(1, 4),
}

__all__ = ["weight_shapes"]
