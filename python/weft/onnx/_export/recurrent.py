"""All steps of recurrent layers, as LSTM, GRU and RNN of ONNX.

Weft gives its steps the sums that the data make at the gates; ONNX's operators make these sums
themselves. Where the sums are a product of the data with a weight, and a bias, that product becomes
the operator's own. Otherwise the data of the operator are the sums, and their weight is a matrix of
ones and zeros that hands each gate its own.
"""

from typing import Any

import numpy

from weft.onnx._export._call import Call
from weft.onnx._export._extents import at
from weft.onnx._export._graph import Node
from weft.onnx._export._scope import Scope
from weft.onnx._export._table import rules

# Gates by their place in Weft's weights, in ONNX's order.
_ORDERS = {"lstm_steps": [0, 3, 1, 2], "gru_steps": [1, 0, 2], "rnn_steps": [0]}


class _Layer:
    """One call of an operator of ONNX."""

    def __init__(self, call: Call, weight: int) -> None:
        self.call, self.order = call, _ORDERS[call.op]
        self.dtype, (_, _, self.hidden) = call.out
        self.weight = weight

    def by_gate(self, name: str) -> str:
        """A weight or bias with its gates in ONNX's order."""
        gates = len(self.order)
        if self.order == list(range(gates)):
            return name
        parts = self.call.emit(
            "Split", name, self.call.scope.ints(*[self.hidden] * gates), outputs=gates, axis=0
        )
        return self.call.emit("Concat", *[parts[gate] for gate in self.order], axis=0)

    def in_front(self, name: str) -> str:
        """With the axis of directions."""
        return self.call.unsqueezed(name, 0)

    def weights(self) -> tuple[str, str, str | None]:
        """Data, their weight, and bias of both products or None."""
        call = self.call
        found = _product(call)
        if found is None:
            gates = self.hidden * len(self.order)
            eye = call.scope.constant(numpy.eye(gates), self.dtype)
            return call.input(0), self.by_gate(eye), None
        data, weight, bias = found
        return data, self.by_gate(weight), None if bias is None else self.by_gate(bias)

    def run(
        self, op: str, states: list[str], more: str | None = None, outputs: int = 2, **options: Any
    ) -> tuple[str, ...]:
        """The hidden states of all steps, then what the operator gives beside them."""
        call = self.call
        data, weight, bias = self.weights()
        inner = call.input(self.weight, self.dtype)
        gates = self.hidden * len(self.order)
        both = None
        if bias is not None or more is not None:
            zeros = call.scope.constant(numpy.zeros(gates), self.dtype)
            both = call.emit("Concat", bias or zeros, more or zeros, axis=0)
            both = self.in_front(both)
        results = call.emit(
            op,
            data,
            self.in_front(weight),
            self.in_front(self.by_gate(inner)),
            both,
            None,
            *[self.in_front(state) for state in states],
            outputs=outputs,
            hidden_size=self.hidden,
            direction="reverse" if call["reverse"] else "forward",
            **options,
        )
        return (call.emit("Squeeze", results[0], call.scope.ints(1)), *results[1:])


def _product(call: Call) -> tuple[str, str, str | None] | None:
    """The data (T, N, C), the weight (gates H, C) and the bias that the sums are made of; None if
    they come from elsewhere. The sums are reshape(reshape(data) @ weight.T + bias)."""
    frame = call.frame

    def made_by(value: Any, op: str) -> Node | None:
        node = frame.producers.get(value) if isinstance(value, int) else None
        return node if node is not None and node.op == op else None

    outer = made_by(call.node.operands[0], "reshape")
    if outer is None:
        return None
    total, bias = outer.operands[0], None
    added = made_by(total, "add")
    if added is not None:
        total, bias = added.operands
        if not isinstance(bias, int) or len(frame.graph.types[bias][1]) != 1:
            return None
    product = made_by(total, "matmul")
    if product is None:
        return None
    flat, turned = (
        made_by(product.operands[0], "reshape"),
        made_by(product.operands[1], "transpose"),
    )
    if flat is None or turned is None or not isinstance(flat.operands[0], int):
        return None
    data = flat.operands[0]
    shape, steps = frame.graph.types[data][1], call.shape(0)
    dtypes = {frame.graph.types[v][0] for v in (data, turned.operands[0])}
    if len(shape) != 3 or shape[:2] != steps[:2] or dtypes != {call.out[0]}:
        return None
    tensors = frame.tensors
    return (
        tensors[data],
        tensors[turned.operands[0]],
        None if bias is None else tensors[bias],
    )


@rules("rnn_steps")
def _rnn(call: Call) -> Any:
    activation = "Relu" if call["relu"] else "Tanh"
    return _Layer(call, 2).run("RNN", [call.input(1)], activations=[activation])[0]


@rules("gru_steps")
def _gru(call: Call) -> Any:
    """The candidate's second bias is added before the reset gate multiplies."""
    layer = _Layer(call, 2)
    more = None
    if call.given(3):
        zeros = call.scope.constant(numpy.zeros(2 * layer.hidden), layer.dtype)
        more = call.emit("Concat", zeros, call.input(3), axis=0)
    if call.reads(1) or call.reads(2):
        return _stepped(call)
    return layer.run("GRU", [call.input(1)], more, linear_before_reset=1)[0], "", ""


@rules("lstm_steps")
def _lstm(call: Call) -> Any:
    """ONNX gives the cells of the last step alone; where more is read, the steps are a Scan."""
    if call.reads(2) or (call.reads(1) and not _only_last(call)):
        return _stepped(call)
    states = [call.input(1), call.input(2)]
    results = _Layer(call, 3).run("LSTM", states, outputs=3)
    call.frame.single_rows[call.node.outputs[1]] = results[2]
    return results[0], "", ""


def _only_last(call: Call) -> bool:
    """Is of the cells only that of the last step read?"""
    cells, extents = call.node.outputs[1], call.frame.extents
    if cells in call.frame.graph.outputs:
        return False
    for node in call.frame.readers[cells]:
        if node.op != "slice" or node.attributes["size"][0] != 1:
            return False
        begins = [at(node.attributes["begin"][0], sizes) for sizes in extents.sizes]
        lasts = [0 if call["reverse"] else steps - 1 for steps in extents.of(cells, 0)]
        if begins != lasts:
            return False
    return True


# ---- with all that Weft's operators give --------------------------------------------------------


def _stepped(call: Call) -> Any:
    """A Scan over the steps."""
    dtype = call.out[0]
    is_lstm = call.op == "lstm_steps"
    body = Scope(call.scope.model, call.scope)
    name = call.scope.model.name
    hidden, cell, sums = name("hidden"), name("cell"), name("sums")
    batch, units = call.out[1][1:]
    weight = call.transposed(call.input(3 if is_lstm else 2, dtype), [1, 0])
    product = body.emit("MatMul", hidden, weight)
    width = call.shape(0)[2]
    rows = batch if call.out_extent(1) is not None else None
    state = (dtype, [rows, units])
    if is_lstm:
        total = body.emit("Add", sums, product)
        i, f, g, o = _split(body, total, 4, units)
        i, f, o = (body.emit("Sigmoid", part) for part in (i, f, o))
        g = body.emit("Tanh", g)
        new_cell = body.emit("Add", body.emit("Mul", f, cell), body.emit("Mul", i, g))
        new = body.emit("Mul", o, body.emit("Tanh", new_cell))
        gates = body.emit("Concat", i, f, g, o, axis=1)
        carried, given = [(hidden, new), (cell, new_cell)], [call.input(1), call.input(2)]
        kept = [(new, units), (new_cell, units), (gates, width)]
    else:
        if call.given(3):
            zeros = body.constant(numpy.zeros(2 * units), dtype)
            product = body.emit("Add", product, body.emit("Concat", zeros, call.input(3), axis=0))
        parts, inner = _split(body, sums, 3, units), _split(body, product, 3, units)
        r, z = (body.emit("Sigmoid", body.emit("Add", parts[n], inner[n])) for n in (0, 1))
        n = body.emit("Tanh", body.emit("Add", parts[2], body.emit("Mul", r, inner[2])))
        new = body.emit("Add", n, body.emit("Mul", z, body.emit("Sub", hidden, n)))
        gates = body.emit("Concat", r, z, n, axis=1)
        carried, given = [(hidden, new)], [call.input(1)]
        kept = [(new, units), (gates, width), (inner[2], units)]
    inputs = [(old, *state) for old, _ in carried] + [(sums, dtype, [rows, width])]
    outputs = [(now, *state) for _, now in carried]
    outputs += [(body.emit("Identity", part), dtype, [rows, n]) for part, n in kept]
    way = int(call["reverse"])
    results = call.emit(
        "Scan",
        *given,
        call.input(0),
        outputs=len(outputs),
        body=body.graph("steps", inputs, outputs),
        num_scan_inputs=1,
        scan_input_directions=[way],
        scan_output_directions=[way] * len(kept),
    )
    return results[len(carried) :]


def _split(body: Scope, x: str, count: int, units: int) -> tuple[str, ...]:
    return body.emit("Split", x, body.ints(*[units] * count), outputs=count, axis=1)
