"""Elementwise functions of one int8 value: 256 results, which the rule of the operator computes.

Several operators in a row, and those with branches such as x sigmoid(x), are one function, also
with QuantizeLinear and DequantizeLinear in between.
"""

import numpy

from weft import autograd, np
from weft._base.errors import Error
from weft._import.program import Node
from weft._import.rules import Call
from weft._import.run import Scope
from weft.onnx._int8.moves import at_least
from weft.onnx._int8.values import Editor, Real

FUNCTIONS = {
    *("Abs", "Add", "Atan", "Ceil", "Celu", "Clip", "Cos", "Div", "Elu", "Erf", "Exp", "Floor"),
    *("Gelu", "HardSigmoid", "HardSwish", "LeakyRelu", "Log", "Max", "Min", "Mish", "Mul", "Neg"),
    *(
        "PRelu",
        "Pow",
        "QuickGelu",
        "Reciprocal",
        "Relu",
        "Round",
        "Selu",
        "Sigmoid",
        "Sign",
        "Sin",
        "Softplus",
    ),
    *("Softsign", "Sqrt", "Sub", "Swish", "Tanh", "ThresholdedRelu"),
}


def function(editor: Editor, node: Node) -> bool:
    """Notes the function that a node's result is. The node stays, for who reads it as floats."""
    bounded(editor, node)
    operands: dict[str, Real] = {}
    rank = editor.ranks.get(node.inputs[0]) or 1
    for name in filter(None, node.inputs):
        real, value = editor.reals.get(name), _constant(editor, name)
        if real is not None:
            operands[name] = real
        elif value is None or value.size != 1 or value.ndim > rank:
            return False
    if not operands or node.rule is None:
        return False
    bases = list(next(iter(operands.values())).tables)
    bases = [base for base in bases if all(base in real.tables for real in operands.values())]
    tables = {}
    for base in bases:
        table = _table(editor, node, {n: real.tables[base] for n, real in operands.items()})
        if table is not None:
            tables[base] = table
    if not tables:
        return False
    editor.reals[node.outputs[0]] = Real(tables)
    ranks: set[int | None] = {base.rank for base in tables}
    if len(ranks) == 1 and None not in ranks:
        editor.ranks[node.outputs[0]] = next(rank for rank in ranks if rank is not None)
    if node.operator == "Relu":
        at_least(editor, node)
    return False


def _table(editor: Editor, node: Node, operands: dict[str, numpy.ndarray]) -> numpy.ndarray | None:
    """The results of the node's rule for 256 elements."""
    values = [
        None if not name else np.array(operands[name]) if name in operands else _one(editor, name)
        for name in node.inputs
    ]
    assert node.rule is not None
    try:
        with autograd.pause():
            found = node.rule(Call(node, Scope()), values)
    except (Error, ArithmeticError, TypeError, ValueError):
        return None  # the run says what is wrong
    is_table = not isinstance(found, tuple | list) and tuple(found.shape) == (256,)
    return found.asnumpy() if is_table and found.dtype == "float32" else None


def _one(editor: Editor, name: str) -> numpy.ndarray:
    value = _constant(editor, name)
    assert value is not None
    return value.reshape(())


def _constant(editor: Editor, name: str) -> numpy.ndarray | None:
    """A constant of the file, also one that is there as integers."""
    weight = editor.weights.get(name)
    if weight is not None and weight.numbers.size == 1:
        return weight.real.astype("float32")
    return editor.constants.get(name)


def bounded(editor: Editor, node: Node) -> None:
    """Relu and Clip of what is pending are its bounds."""
    pending = editor.pending.get(node.inputs[0])
    if node.operator not in ("Relu", "Clip") or pending is None:
        return
    bounds = editor.bounds_of(node)
    limited = pending.limited(*bounds) if bounds is not None else None
    if limited is None:
        return
    editor.pending[node.outputs[0]] = limited
    if node.inputs[0] in editor.ranks:
        editor.ranks[node.outputs[0]] = editor.ranks[node.inputs[0]]


__all__ = ["FUNCTIONS", "function"]
