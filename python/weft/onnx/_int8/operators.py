"""Operators of integers (QLinearConv and its kin) as floats between DequantizeLinear and
QuantizeLinear, which is what they mean; the int8 operators are found from there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy

from weft._import.program import Node, Program
from weft.onnx._int8.values import VERSION


@dataclass(frozen=True)
class Form:
    """Where an operator has what.

    operator: the same of floats; inputs: the first of value, scale, zero point, for each; output:
    scale and zero point of the result; bias: int32 in steps of the products; weight: which of the
    inputs is one
    """

    operator: str
    inputs: tuple[int, ...]
    output: int
    bias: int | None = None
    weight: int | None = None


_MICROSOFT = "com.microsoft"
_FORMS = {
    ("", "QLinearConv"): Form("Conv", (0, 3), 6, 8, 3),
    ("", "QLinearMatMul"): Form("MatMul", (0, 3), 6, weight=3),
    (_MICROSOFT, "QGemm"): Form("Gemm", (0, 3), 7, 6, 3),
    (_MICROSOFT, "QLinearAdd"): Form("Add", (0, 3), 6),
    (_MICROSOFT, "QLinearMul"): Form("Mul", (0, 3), 6),
    (_MICROSOFT, "QLinearSigmoid"): Form("Sigmoid", (0,), 3),
    (_MICROSOFT, "QLinearLeakyRelu"): Form("LeakyRelu", (0,), 3),
    (_MICROSOFT, "QLinearAveragePool"): Form("AveragePool", (0,), 3),
    (_MICROSOFT, "QLinearGlobalAveragePool"): Form("GlobalAveragePool", (0,), 3),
    (_MICROSOFT, "QLinearReduceMean"): Form("ReduceMean", (0,), 3),
}
_CONCAT = (_MICROSOFT, "QLinearConcat")


def spread(program: Program) -> None:
    """Writes operators of integers as floats between DequantizeLinear and QuantizeLinear."""
    nodes: list[Node] = []
    for node in program.nodes:
        key = node.domain, node.operator
        made = None
        if key in _FORMS:
            made = list(_spread(program, node, _FORMS[key]) or ())
        elif key == _CONCAT:
            made = list(_spread_concat(program, node) or ())
        nodes.extend(made or [node])
    program.nodes[:] = nodes
    program.changed()


def _spread(program: Program, node: Node, form: Form) -> list[Node] | None:
    triples = [_triple(node, place) for place in form.inputs]
    output = _triple(node, form.output - 1)
    scales = [name for triple in (*triples, output) for name in triple[1:]]
    if not all(name in program.constants for name in scales):
        return None
    if node.attributes.get("channels_last") or not _has_weight(program, node, form):
        return None
    nodes, reals = [], []
    for number, triple in enumerate(triples):
        axis = _axis_of(form, node) if form.inputs[number] == form.weight else 1
        nodes.append(_dequantized(node, f"input {number}", triple, axis))
        reals.append(nodes[-1].outputs[0])
    bias = _triple(node, form.bias)[0] if form.bias is not None else ""
    if bias:
        steps = [program.constants[triple[1]].reshape(-1) for triple in triples]
        name = f"{node.outputs[0]}.bias step"
        program.constants[name] = (steps[0] * steps[1]).reshape(-1 if steps[1].size > 1 else ())
        program.fixed.add(name)
        nodes.append(_dequantized(node, "bias", (bias, name, ""), 0))
        reals.append(nodes[-1].outputs[0])
    known = {k: v for k, v in node.attributes.items() if k != "channels_last"}
    nodes.extend(_quantized(node, form.operator, reals, output, known))
    return nodes


def _spread_concat(program: Program, node: Node) -> list[Node] | None:
    triples = [_triple(node, place) for place in range(2, len(node.inputs), 3)]
    output = ("", *node.inputs[:2])
    scales = [name for triple in (*triples, output) for name in triple[1:]]
    if not all(name in program.constants for name in scales):
        return None
    nodes = [_dequantized(node, f"input {n}", t, 1) for n, t in enumerate(triples)]
    reals = [made.outputs[0] for made in nodes]
    return [*nodes, *_quantized(node, "Concat", reals, output, node.attributes)]


def _triple(node: Node, place: int) -> tuple[str, str, str]:
    names = [node.inputs[p] if p < len(node.inputs) else "" for p in range(place, place + 3)]
    return names[0], names[1], names[2]


def _has_weight(program: Program, node: Node, form: Form) -> bool:
    """Is the weight, where there is one, a constant without zero points?"""
    if form.weight is None:
        return True
    weight, _, zero = _triple(node, form.weight)
    value, zeros = program.constants.get(weight), program.constants.get(zero)
    if value is None or zeros is None:
        return False
    middle = 128 if value.dtype == "uint8" else 0
    return bool(numpy.all(zeros == middle))


def _axis_of(form: Form, node: Node) -> int:
    """The axis of a weight's units."""
    return 0 if form.operator == "Conv" or node.attributes.get("transB") else 1


def _dequantized(node: Node, part: str, triple: tuple[str, str, str], axis: int) -> Node:
    name = f"{node.outputs[0]}.{part}"
    inputs = [*triple] if triple[2] else [*triple[:2]]
    return Node("DequantizeLinear", "", VERSION, name, inputs, [name], {"axis": axis})


def _quantized(
    node: Node,
    operator: str,
    inputs: list[str],
    output: tuple[str, str, str],
    attributes: dict[str, Any],
) -> Iterator[Node]:
    real = f"{node.outputs[0]}.real"
    yield Node(operator, "", VERSION, node.name, inputs, [real], dict(attributes))
    quantized = [real, *output[1:]]
    yield Node("QuantizeLinear", "", VERSION, f"{node.name}.q", quantized, node.outputs, {})


__all__ = ["spread"]
