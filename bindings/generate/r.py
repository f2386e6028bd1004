"""R: `operators.R`, a function for each operator, in the environment `ops`."""

import re

import facts
from names import sentence
from registry import Argument, Library, Operator, offered

_HEAD = "# Written by bindings/generate; do not edit.\n"
_RESERVED = {"repeat", "function", "if", "else", "for", "while", "next", "break", "in", "NULL"}


def files(library: Library, interface: facts.Interface) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    del interface  # the package's C includes weft.h
    out = [_HEAD, "#' @noRd", "ops <- new.env(parent = emptyenv())\n"]
    for op in library.operators():
        if offered(op):
            out += _function(op)
    out.append("lockEnvironment(ops, bindings = TRUE)\n")
    return {"r/weft/R/operators.R": "\n".join(out)}


def _name(name: str) -> str:
    return f"`{name}`" if name in _RESERVED else name


def _function(op: Operator) -> list[str]:
    """`ops$softmax(x, axis = NULL)`: NULL leaves an argument out, NA says none on purpose."""
    required = [a for a in op.arguments if a.required or a.kind == "tensors"]
    parameters = [_name(a.name) for a in required]
    parameters += [f"{_name(a.name)} = NULL" for a in op.arguments if a not in required]
    lines = _comment(sentence(op.doc))
    for a in op.arguments:
        lines += _comment(_about(a))
    given = ", ".join(_name(a.name) for a in op.arguments)
    one = "TRUE" if op.outputs == 1 else "FALSE"
    lines.append(f"ops${_name(op.name)} <- function({', '.join(parameters)}) {{")
    lines.append(f'  call_operator("{op.name}", list({given}), {one})')
    return [*lines, "}\n"]


def _about(a: Argument) -> str:
    end = f" Default: {a.fallback}." if a.fallback else ""
    none = " NA: none." if a.takes_none else ""
    return f"  {a.name}: {sentence(a.doc)}{end}{none}"


def _comment(text: str) -> list[str]:
    # R's checks want sources in ASCII.
    text = re.sub(r"[^\x20-\x7e\n]", "?", text)
    return [f"# {line}".rstrip() for line in text.splitlines()]
