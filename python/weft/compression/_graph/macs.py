"""Multiplications with additions that a graph makes for one sample."""

import math

from weft.sym._nodes import Call, Entry, in_order

PRODUCTS = ("convolution", "fully_connected", "quantized_convolution", "quantized_fully_connected")
RECURRENT = {"gru": 2, "lstm": 3, "quantized_gru": 1, "quantized_lstm": 1}  # where weights begin


def macs_of(heads: list[Entry], shapes: dict[Entry, tuple[int, ...]]) -> dict[str, int]:
    """By name of each convolution, dense and recurrent layer; of int8, of the layer that it was."""
    found = {}
    for node in in_order(heads, training=False):
        if isinstance(node, Call) and node.operator in PRODUCTS:
            out, weight = shapes[Entry(node, 0)], shapes[node.arguments[1]]
            is_int8 = node.operator.startswith("quantized_")
            source = node.arguments[1].node.name.removesuffix("_weight") if is_int8 else node.name
            # A weight's axes but the first are what each element of the result sums up.
            found[source] = math.prod(out[1:]) * math.prod(weight[1:])
        elif isinstance(node, Call) and node.operator == "deconvolution":
            data, weight = (shapes[argument] for argument in node.arguments[:2])
            # What each element of the data is multiplied with.
            found[node.name] = math.prod(data[1:]) * math.prod(weight[1:])
        elif isinstance(node, Call) and node.operator in RECURRENT:
            first = RECURRENT[node.operator]
            weights = node.arguments[first : first + 2]
            steps = shapes[Entry(node, 0)][0]  # (steps, batch, hidden)
            is_int8 = node.operator.startswith("quantized_")
            source = weights[0].node.name.removesuffix("_i2h_weight") if is_int8 else node.name
            found[source] = steps * sum(math.prod(shapes[weight]) for weight in weights)
    return found
