"""C#: the functions of weft.h (`Interface.cs`), a function for each operator (`Ops.cs`), dtypes."""

import facts
from facts import CType
from names import camel, lower_camel, sentence
from registry import Argument, Library, Operator, offered

_HEAD = "// Written by bindings/generate; do not edit.\n"
_RESERVED = {"var", "in", "out", "ref", "base", "default", "new", "this", "params", "operator",
             "event", "object", "string", "lock", "fixed", "checked"}  # fmt: skip
_TYPES = {"tensor": "Operand", "tensors": "Tensor[]", "int": "long", "float": "double",
          "bool": "bool", "string": "string", "ints": "long[]", "dtype": "Dtype"}  # fmt: skip
# The functions that the binding calls, by the beginnings of their names.
_USED = ("weft_archive", "weft_backward", "weft_context", "weft_dtype", "weft_function",
         "weft_grad", "weft_invoke", "weft_last_error", "weft_memory_stats", "weft_model",
         "weft_op_", "weft_random_seed", "weft_set_modes", "weft_set_num", "weft_tensor",
         "weft_trace",
         "weft_version", "weft_writer", "weft_abi")  # fmt: skip
_NUMBERS = {"int32_t": "int", "int64_t": "long", "uint32_t": "uint", "uint64_t": "ulong",
            "size_t": "UIntPtr", "double": "double", "weft_status": "int", "weft_dtype": "int",
            "void": "void"}  # fmt: skip


def files(library: Library, interface: facts.Interface) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    return {
        "csharp/src/Interface.cs": _interface(interface),
        "csharp/src/Ops.cs": _ops(library),
        "csharp/src/Dtype.cs": _dtypes(library),
    }


# ---- the C interface ----------------------------------------------------------------------------


def _interface(interface: facts.Interface) -> str:
    """P/Invoke declarations: every pointer is an IntPtr; what C lends is copied by the caller."""
    out = [_HEAD, "using System;", "using System.Runtime.InteropServices;\n", "namespace Weft",
           "{", "    /// <summary>The functions of weft.h as they are.</summary>",
           "    internal static class C", "    {",
           '        private const string Library = "weft";\n']  # fmt: skip
    for name, value in interface.constants.items():
        if not name.startswith(("WEFT_TAG", "WEFT_MODE", "WEFT_GRAD")):
            continue
        out.append(f"        internal const int {name} = {value};")
    for name, function in interface.functions.items():
        if not name.startswith(_USED) or name.endswith("unversioned"):
            continue
        arguments = ", ".join(f"{_type(t)} a{i}" for i, t in enumerate(function.arguments))
        out.append("\n        [DllImport(Library)]")
        out.append(f"        internal static extern {_type(function.result)} {name}({arguments});")
    return "\n".join([*out, "    }", "}"]) + "\n"


def _type(what: CType) -> str:
    match what:
        case facts.Name(name):
            return _NUMBERS.get(name, "IntPtr")
        case _:
            return "IntPtr"


# ---- operators ----------------------------------------------------------------------------------


def _name(name: str) -> str:
    name = lower_camel(name)
    return f"@{name}" if name in _RESERVED else name


def _split(op: Operator) -> tuple[list[Argument], list[Argument]]:
    """What stands in the list of arguments, and what has a default."""
    required = [a for a in op.arguments if a.required or a.kind == "tensors"]
    return required, [a for a in op.arguments if a not in required]


def _ops(library: Library) -> str:
    out = [_HEAD, "namespace Weft", "{",
           "    /// <summary>A function for each operator of the core. What may be left out is",
           "    /// named: <c>Ops.Softmax(x, axis: 0)</c>.</summary>",
           "    public static class Ops", "    {"]  # fmt: skip
    for op in library.operators():
        if offered(op):
            out += _function(op)
    return "\n".join([*out, "    }", "}"]) + "\n"


def _function(op: Operator) -> list[str]:
    required, optional = _split(op)
    parameters = [f"{_TYPES[a.kind]} {_name(a.name)}" for a in required]
    for a in optional:
        what = _TYPES[a.kind]
        nullable = what if a.kind in ("tensor", "string", "ints") else f"{what}?"
        parameters.append(f"{nullable} {_name(a.name)} = null")
        if a.takes_none:
            parameters.append(f"bool {_name(a.name).lstrip('@')}None = false")
    many = op.outputs != 1
    lines = [f"        /// <summary>{_safe(sentence(op.doc))}</summary>"]
    for a in [*required, *optional]:
        end = f" Default: {a.fallback}." if a.fallback else ""
        name = _name(a.name).lstrip("@")
        lines.append(f'        /// <param name="{name}">{_safe(sentence(a.doc) + end)}</param>')
        if a.takes_none:
            said = f"{name} is none on purpose."
            lines.append(f'        /// <param name="{name}None">{said}</param>')
    given = []
    for a in op.arguments:
        name = _name(a.name)
        none = f"{name.lstrip('@')}None ? Operator.None : " if a.takes_none else ""
        given.append(f"{none}(object){name}" if none else name)
    result, call = ("Tensor[]", "All") if many else ("Tensor", "One")
    signature = f"public static {result} {camel(op.name)}({', '.join(parameters)})"
    found = f"{camel(op.name)}Operator"
    field = f'private static readonly LazyOperator {found} = new LazyOperator("{op.name}");'
    body = f"{found}.Get().{call}(new object[] {{ {', '.join(given)} }});"
    lines = [f"        {field}", "", *lines, f"        {signature} =>", f"            {body}", ""]
    if not many and [a.kind for a in op.arguments if a.required] in (["tensor"], ["tensor"] * 2):
        lines += [] if optional else _arrays(op, required, found)
    return lines


def _arrays(op: Operator, required: list[Argument], found: str) -> list[str]:
    """The same for arrays alone, which takes less time."""
    names = [_name(a.name) for a in required]
    parameters = ", ".join(f"Tensor {name}" for name in names)
    return [
        "        /// <summary>The same for arrays.</summary>",
        f"        public static Tensor {camel(op.name)}({parameters}) =>",
        f"            {found}.Get().One({', '.join(names)});",
        "",
    ]


def _safe(text: str) -> str:
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())


def _dtypes(library: Library) -> str:
    names = library.dtypes()
    out = [_HEAD, "namespace Weft", "{",
           "    /// <summary>The type of the elements of an array.</summary>",
           "    public enum Dtype", "    {"]  # fmt: skip
    for name, number in names.items():
        out += [f"        /// <summary>{name}</summary>", f"        {camel(name)} = {number},"]
    return "\n".join([*out, "    }", "}"]) + "\n"
