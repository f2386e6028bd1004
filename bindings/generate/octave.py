"""Octave and MATLAB: `ops.m`, a class whose static methods are the operators."""

import re

import facts
from names import sentence
from registry import Argument, Library, Operator, offered

_HEAD = "% Written by bindings/generate; do not edit.\n"
_RESERVED = {"end", "function", "if", "for", "while", "switch", "case", "global", "var_"}


def files(library: Library, interface: facts.Interface) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    del interface  # the MEX file includes weft.h
    out = [
        _HEAD,
        "classdef ops",
        "  % A static method for each operator: y = weft.ops.softmax(x, 'axis', 0). Axes count",
        "  % from 0.",
        "  % What may be left out is named; weft.none() says none on purpose.",
        "  methods (Static)",
    ]
    for op in library.operators():
        if offered(op):
            out += _function(op)
    return {"octave/+weft/ops.m": "\n".join([*out, "  end", "end"]) + "\n"}


def _function(op: Operator) -> list[str]:
    required = [a for a in op.arguments if a.required or a.kind == "tensors"]
    optional = [a for a in op.arguments if a not in required]
    parameters = [_name(a.name) for a in required] + (["varargin"] if optional else [])
    result = "y" if op.outputs == 1 else "varargout"
    lines = [f"    function {result} = {_name(op.name)}({', '.join(parameters)})"]
    lines += _comment(sentence(op.doc))
    for a in op.arguments:
        lines += _comment(_about(a, a in required))
    names = "{" + ", ".join(f"'{a.name}'" for a in op.arguments) + "}"
    given = "{" + ", ".join(_name(a.name) if a in required else "[]" for a in op.arguments) + "}"
    options = "varargin" if optional else "{}"
    lines.append(
        f"      given = weft.internal.arguments('{op.name}', {names}, {given}, {options});"
    )
    if op.outputs == 1:
        lines.append(f"      y = weft.Tensor(weft_mex('call', '{op.name}', given));")
    else:
        lines.append(f"      all = weft.internal.call('{op.name}', given);")
        lines.append("      varargout = all(1:max(nargout, 1));")
    return [*lines, "    end\n"]


def _about(a: Argument, required: bool) -> str:
    end = f" Default: {a.fallback}." if a.fallback else ""
    name = a.name if required else f"'{a.name}'"
    return f"  {name}: {sentence(a.doc)}{end}"


def _name(name: str) -> str:
    return f"{name}_" if name in _RESERVED else name


def _comment(text: str) -> list[str]:
    text = re.sub(r"[^\x20-\x7e\n]", "?", text)
    return [f"      % {line}".rstrip() for line in text.splitlines()]
