"""Puts Weft's int8 operators in the place of float operators between DequantizeLinear and
QuantizeLinear, and of operators of integers such as QLinearConv.

A model in QDQ form says of each value that it is rounded to 8 bits, and computes in floats. Here
the integers themselves are computed with. Each result is at most one step from that of the floats;
what has no int8 operator stays as it is written.

    values.py     what is known of a value, and the program while it is written
    scales.py     QuantizeLinear and DequantizeLinear
    products.py   convolutions and dense layers
    norms.py      batch norms that stand before their convolution
    sums.py       sums, averages, arrays that are joined
    functions.py  elementwise functions, as tables
    moves.py      what moves or chooses elements
    operators.py  operators of integers, written as floats between Q and DQ first
"""

from collections.abc import Callable

from weft._import.missing import resolve
from weft._import.prepare import naming
from weft._import.program import Node, Program, readers_of
from weft._import.rules import Rules
from weft.onnx._int8 import functions, moves, norms, products, scales, sums
from weft.onnx._int8.operators import spread
from weft.onnx._int8.values import Editor
from weft.onnx._simplify import drop_unread

# By operator: notes what is known of a node's results; True: the node has been replaced.
_HANDLERS: dict[str, Callable[[Editor, Node], bool]] = {
    "Add": sums.add,
    "AveragePool": sums.average_pool,
    "BatchNormalization": norms.batch_norm,
    "Concat": moves.concat,
    "Conv": products.convolution,
    "DequantizeLinear": scales.dequantize,
    "Gemm": products.gemm,
    "Identity": scales.identity,
    "GlobalAveragePool": sums.global_average,
    "MatMul": products.matmul,
    "QuantizeLinear": scales.quantize,
    "ReduceMean": sums.reduce_mean,
    **dict.fromkeys(moves.MOVES, moves.move),
}


# Operators of ONNX Runtime that have a handler.
_MICROSOFT = {
    ("com.microsoft", name) for name in ("DequantizeLinear", "Gelu", "QuantizeLinear", "QuickGelu")
}


def to_int8(program: Program, rules: Rules) -> None:
    """Changes a program; nodes that are put in have no rules yet."""
    spread(program)
    resolve(program, rules)
    editor = Editor(program)
    for node in program.nodes:
        with naming(node, program.name):
            is_replaced = _is_replaced(editor, node)
        if not is_replaced:
            editor.keep(node)
    program.nodes[:] = editor.nodes
    drop_unread(program)
    _rename(editor)
    program.changed()


def _is_replaced(editor: Editor, node: Node) -> bool:
    if node.operator == "QuantizeLinear" and scales.quantize_weight(editor, node):
        return True
    if node.domain and (node.domain, node.operator) not in _MICROSOFT:
        return False
    if not node.inputs or not node.inputs[0] or not node.outputs[0]:
        return False
    if node.operator in functions.FUNCTIONS:
        functions.function(editor, node)
        if node.outputs[0] in editor.reals:
            return False
    handler = _HANDLERS.get(node.operator)
    return handler is not None and handler(editor, node)


def _rename(editor: Editor) -> None:
    """Drops constants that nobody reads; what takes the place of one gets its name."""
    program = editor.program
    used = set(readers_of(program)) | set(program.outputs)
    program.constants = {n: v for n, v in program.constants.items() if n in used}
    names: dict[str, str] = {}
    for new, old in editor.origins.items():
        if new in used and old not in used and old not in names.values():
            names[new] = old
            program.constants[old] = program.constants.pop(new)
    for node in program.nodes:
        node.inputs[:] = [names.get(name, name) for name in node.inputs]
    for marks in (program.fixed, program.arrays):
        marks.update(names[name] for name in list(marks) if name in names)
        marks.intersection_update(program.constants)


__all__ = ["to_int8"]
