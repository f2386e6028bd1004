"""Shapes of parameters: what a layer's operator says of them once it knows its data.

A rule gets the shapes of the arguments by name, None where one is not given, and the attributes; it
gives shapes of parameters, -1 for what the data does not tell.
"""

import math
from collections.abc import Callable
from typing import Any

Shape = tuple[int, ...]
Rule = Callable[[Shape, dict[str, Shape | None], dict[str, Any]], dict[str, Shape]]

_UNKNOWN = -1


def _first(shape: Shape | None) -> int:
    return shape[0] if shape else _UNKNOWN


def _fully_connected(
    data: Shape, given: dict[str, Shape | None], options: dict[str, Any]
) -> dict[str, Shape]:
    features = math.prod(data[1:]) if options.get("flatten", True) else data[-1]
    units = _first(given["weight"])
    return {"weight": (units, features), "bias": (units,)}


def _kernel(data: Shape, given: dict[str, Shape | None], options: dict[str, Any]) -> Shape:
    axes = len(data) - 2
    kernel = options.get("kernel")
    if isinstance(kernel, int):
        return (kernel,) * axes
    weight = given["weight"]
    return kernel or (weight[2:] if weight else (_UNKNOWN,) * axes)


def _convolution(
    data: Shape, given: dict[str, Shape | None], options: dict[str, Any]
) -> dict[str, Shape]:
    channels = _first(given["weight"])
    inside = data[1] // options.get("num_group", 1)
    kernel = _kernel(data, given, options)
    return {"weight": (channels, inside, *kernel), "bias": (channels,)}


def _deconvolution(
    data: Shape, given: dict[str, Shape | None], options: dict[str, Any]
) -> dict[str, Shape]:
    weight = given["weight"]
    inside = weight[1] if weight else _UNKNOWN
    kernel = _kernel(data, given, options)
    channels = inside * options.get("num_group", 1) if inside > 0 else _UNKNOWN
    return {"weight": (data[1], inside, *kernel), "bias": (channels,)}


def _by_channel(*names: str, axis: int) -> Rule:
    """One number for each extent of an axis, which the attribute `axis` may choose."""

    def rule(
        data: Shape, given: dict[str, Shape | None], options: dict[str, Any]
    ) -> dict[str, Shape]:
        return dict.fromkeys(names, (data[options.get("axis", axis)],))

    return rule


def _recurrent(
    data: Shape, given: dict[str, Shape | None], options: dict[str, Any]
) -> dict[str, Shape]:
    rows = _first(given["i2h_weight"])
    hidden = given["hidden"]
    units = hidden[-1] if hidden else _UNKNOWN
    biases = dict.fromkeys(("i2h_bias", "h2h_bias"), (rows,))
    return {"i2h_weight": (rows, data[-1]), "h2h_weight": (rows, units), **biases}


_SCALE_AND_SHIFT = ("gamma", "beta")

RULES: dict[str, Rule] = {
    "batch_norm": _by_channel(*_SCALE_AND_SHIFT, "running_mean", "running_var", axis=1),
    "convolution": _convolution,
    "deconvolution": _deconvolution,
    "fully_connected": _fully_connected,
    "group_norm": _by_channel(*_SCALE_AND_SHIFT, axis=1),
    "gru": _recurrent,
    "instance_norm": _by_channel(*_SCALE_AND_SHIFT, axis=1),
    "layer_norm": _by_channel(*_SCALE_AND_SHIFT, axis=-1),
    "lstm": _recurrent,
    "lstm_cell": _recurrent,
    "rms_norm": _by_channel("gamma", axis=-1),
    "rnn": _recurrent,
}

# Arguments that are states even where nothing is written to them.
STATES: dict[str, tuple[str, ...]] = {"batch_norm": ("running_mean", "running_var")}
