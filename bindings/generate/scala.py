"""Scala: `ops.scala`, a function for each operator with named arguments, over the Java binding."""

import facts
from names import lower_camel, sentence
from registry import Argument, Library, Operator, offered

_HEAD = "// Written by bindings/generate; do not edit.\npackage weft\n"
_RESERVED = {"abstract", "case", "class", "def", "do", "else", "extends", "false", "final", "for",
             "if", "implicit", "import", "lazy", "match", "new", "object", "override", "package",
             "private", "protected", "return", "sealed", "super", "this", "throw", "trait", "try",
             "true", "type", "val", "var", "while", "with", "yield"}  # fmt: skip
_REQUIRED = {"tensor": "Operand", "tensors": "Seq[Tensor]", "int": "Long", "float": "Double",
             "bool": "Boolean", "string": "String", "ints": "Ints", "dtype": "Dtype"}  # fmt: skip
_OPTIONAL = {"tensor": "Operand", "int": "Long", "float": "Double", "bool": "Boolean",
             "string": "String", "ints": "Ints", "dtype": "Dtype"}  # fmt: skip


def files(library: Library, interface: facts.Interface) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    del interface  # the Java binding calls the library
    out = [
        _HEAD,
        "/** A function for each operator: `ops.softmax(x, axis = 0)`. Axes count from 0. What may",
        "  * be left out has a default; `Opt.none` says none on purpose. */",
        "object ops {",
        "  private def op(name: String) = new org.weft.Operator(name)\n",
    ]
    for op in library.operators():
        if offered(op):
            out += _function(op)
    return {"scala/src/main/scala/weft/ops.scala": "\n".join([*out, "}"]) + "\n"}


def _name(name: str) -> str:
    name = lower_camel(name)
    return f"`{name}`" if name in _RESERVED else name


def _function(op: Operator) -> list[str]:
    required = [a for a in op.arguments if a.required or a.kind == "tensors"]
    optional = [a for a in op.arguments if a not in required]
    parameters = [f"{_name(a.name)}: {_REQUIRED[a.kind]}" for a in required]
    parameters += [f"{_name(a.name)}: Opt[{_OPTIONAL[a.kind]}] = Opt.absent" for a in optional]
    many = op.outputs != 1
    result = "Seq[Tensor]" if many else "Tensor"
    operator = f"op{op.name.title().replace('_', '')}"
    lines = [f'  private val {operator} = op("{op.name}")\n', *_doc(op)]
    if not optional and not many and [a.kind for a in required] in (["tensor"], ["tensor"] * 2):
        body = f"{operator}.one({', '.join(_name(a.name) for a in required)})"
    else:
        row = ", ".join(_given(a, a in required) for a in op.arguments)
        call = f"all(Array[Object]({row}): _*).toVector" if many else f"one(Array[Object]({row}))"
        body = f"{operator}.{call}"
    return [*lines, f"  def {_name(op.name)}({', '.join(parameters)}): {result} =", f"    {body}\n"]


def _given(a: Argument, required: bool) -> str:
    name = _name(a.name)
    if not required:
        return f"{name}.value"
    if a.kind == "tensors":
        return f"{name}.toArray"
    if a.kind == "ints":
        return f"{name}.numbers"
    boxes = {"int": "Long", "float": "Double", "bool": "Boolean"}
    return f"{boxes[a.kind]}.box({name})" if a.kind in boxes else name


def _doc(op: Operator) -> list[str]:
    lines = [f"  /** {_safe(sentence(op.doc))}"]
    if op.arguments:
        lines.append("    *")
    for a in op.arguments:
        end = f" Default: {a.fallback}." if a.fallback else ""
        lines.append(f"    * @param {_name(a.name)} {_safe(sentence(a.doc) + end)}")
    return ["\n".join(lines).replace("\n\n", "\n    *\n"), "    */"]


def _safe(text: str) -> str:
    """A text inside a comment of scaladoc."""
    return " ".join(text.split()).replace("*/", "* /").replace("$", "dollar ").replace("@", "at ")
