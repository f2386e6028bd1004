"""Computes what does not depend on inputs when a program is read: shape arithmetic on constants,
weights that are transposed or cast before they are used."""

import math
from collections.abc import Mapping
from typing import Any

import numpy

from weft import autograd
from weft._base.errors import Error
from weft._import.program import Node, Program, bodies_of, readers_of
from weft._import.rules import Call
from weft._import.run import Scope
from weft._import.values import host_of, is_array, is_host
from weft._trace.tracing import try_types

# A result may be as large as what it is made of, or this many bytes: a filled or repeated array is
# cheaper to make than to keep.
_SMALL = 4096
# Operators whose results differ from call to call, or by mode.
VARYING = {
    *("RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial"),
    *("Bernoulli", "Dropout"),
}


# Operators whose results may be larger than all that they read.
_GROWING = {
    *("Add", "Sub", "Mul", "Div", "Pow", "Mod", "Max", "Min", "Sum", "Mean", "And", "Or", "Xor"),
    *("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Where", "MatMul", "Gather"),
    *("Concat", "Expand", "Tile", "Range", "ConstantOfShape", "OneHot", "Pad", "DFT"),
}


def fold(program: Program) -> None:
    """Replaces nodes whose inputs are constants by their results."""
    readers = readers_of(program)
    origins: dict[str, str] = {}  # of a folded value: the one initializer that it was made of
    left: list[Node] = []
    for node in program.nodes:
        results = None if _splits_weight(node, program, readers) else _results_of(node, program)
        if results is None:
            left.append(node)
            continue
        _keep(program, node, results, readers, origins)
    program.nodes[:] = left
    _rename(program, origins)
    _drop_unused(program)
    program.changed()


def _splits_weight(
    node: Node, program: Program, readers: Mapping[str, list[tuple[Node, int]]]
) -> bool:
    """Does a node read a weight that others read, too? A result of its own would be a second
    weight, which takes memory and no longer follows the first one when that is trained."""
    for name in node.inputs:
        value = program.constants.get(name)
        is_weight = value is not None and value.dtype.kind == "f" and value.nbytes > _SMALL
        if is_weight and any(reader is not node for reader, _ in readers.get(name, ())):
            return True
    return False


def _results_of(node: Node, program: Program) -> list[Any] | None:
    """The results of a node as host values, or None where they are not constant."""
    if node.rule is None or node.operator in VARYING or any(bodies_of(node)):
        return None
    if node.rule.states:
        return None  # it writes them at each call
    names = [name for name in node.inputs if name]
    if any(name not in program.constants for name in names):
        return None
    scope = Scope()
    scope.values.update((name, program.constants[name]) for name in names)
    inputs = [scope.values[name] if name else None for name in node.inputs]
    read = sum(value.nbytes for value in inputs if value is not None)
    made = _bytes_made(node, scope, inputs)
    if (made is None and node.operator in _GROWING) or (
        made is not None and made > max(read, _SMALL)
    ):
        return None  # nothing is computed to be thrown away
    try:
        with autograd.pause():
            results = node.rule(Call(node, scope), inputs)
    except (Error, ArithmeticError, MemoryError, TypeError, ValueError, LookupError):
        return None  # the run says what is wrong, with the names of the call
    results = list(results) if isinstance(results, tuple) else [results]
    if not all(is_array(value) or is_host(value) for value in results):
        return None
    if sum(math.prod(r.shape) * r.dtype.itemsize for r in results) > max(read, _SMALL):
        return None
    return [host_of(value) for value in results]


def _bytes_made(node: Node, scope: Scope, inputs: list[Any]) -> int | None:
    """How many bytes a node's results have, by its rule on placeholders, so that no file makes
    gigabytes of a few bytes while it is read; None where the rule needs the elements."""
    rule, made = node.rule, 0
    assert rule is not None

    def measured(placeholders: list[Any]) -> None:
        nonlocal made
        waiting = iter(placeholders)
        given = [
            next(waiting) if is_taken else v for is_taken, v in zip(taken, inputs, strict=True)
        ]
        results = rule.on_arrays(Call(node, scope), given)
        results = results if isinstance(results, tuple) else (results,)
        for value in results:
            if is_array(value) or is_host(value):
                made += math.prod(value.shape) * value.dtype.itemsize

    taken = [rule.takes_array(n) and is_host(v) for n, v in enumerate(inputs)]
    types = [
        (value.dtype.name, value.shape)
        for value, is_taken in zip(inputs, taken, strict=True)
        if is_taken
    ]
    try:
        with autograd.pause():
            try_types(measured, types)
    except (Error, ArithmeticError, TypeError, ValueError, LookupError, AttributeError):
        return None
    return made


def _keep(
    program: Program,
    node: Node,
    results: list[numpy.ndarray],
    readers: Mapping[str, list[tuple[Node, int]]],
    origins: dict[str, str],
) -> None:
    is_fixed = all(name in program.fixed for name in node.inputs if name)
    for name, value in zip(node.outputs, results, strict=False):
        if name:
            program.constants[name] = value
            if is_fixed:
                program.fixed.add(name)
    large = [name for name in node.inputs if name and program.constants[name].size > 1]
    if len(large) == 1 and len(results) == 1 and len(readers.get(large[0], ())) == 1:
        origins[node.outputs[0]] = origins.get(large[0], large[0])


def _rename(program: Program, origins: Mapping[str, str]) -> None:
    """A folded weight keeps the name that it had in the file, if nothing else has it now."""
    used = set(readers_of(program)) | set(program.outputs)
    names = {new: old for new, old in origins.items() if new in used and old not in used}
    if len(set(names.values())) != len(names):
        return
    for new, old in names.items():
        program.constants[old] = program.constants.pop(new)
    for node in program.nodes:
        node.inputs[:] = [names.get(name, name) for name in node.inputs]
        for body in bodies_of(node):
            _rename_captures(body, names)
    program.outputs[:] = [names.get(name, name) for name in program.outputs]


def _rename_captures(body: Program, names: Mapping[str, str]) -> None:
    own = {port.name for port in body.inputs} | set(body.constants)
    own.update(name for node in body.nodes for name in node.outputs)
    visible = {new: old for new, old in names.items() if new not in own}
    if not visible:
        return
    for node in body.nodes:
        node.inputs[:] = [visible.get(name, name) for name in node.inputs]
        for inner in bodies_of(node):
            _rename_captures(inner, visible)
    body.outputs[:] = [visible.get(name, name) for name in body.outputs]
    body.changed()


def _drop_unused(program: Program) -> None:
    used = set(readers_of(program)) | set(program.outputs)
    program.constants = {n: v for n, v in program.constants.items() if n in used}


__all__ = ["VARYING", "fold"]
