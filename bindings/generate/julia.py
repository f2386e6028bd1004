"""Julia: `ops.jl`, a function for each operator, and `interface.jl`, the functions of weft.h."""

import facts
from facts import CType
from names import camel, sentence
from registry import Argument, Library, Operator, offered

_HEAD = "# Written by bindings/generate; do not edit.\n"
_RESERVED = {"begin", "end", "if", "else", "for", "while", "try", "let", "do", "in", "isa",
             "where", "function", "module", "import", "using", "export", "const", "global", "local",
             "struct", "return", "quote", "macro", "eval", "include"}  # fmt: skip
_NUMBERS = {"int32_t": "Int32", "int64_t": "Int64", "uint8_t": "UInt8", "uint16_t": "UInt16",
            "uint32_t": "UInt32", "uint64_t": "UInt64", "size_t": "Csize_t", "double": "Cdouble",
            "void": "Cvoid", "weft_value": "Value"}  # fmt: skip
# Structs that Weft.jl reads and writes have a mirror; pointers to others are plain addresses.
_MIRRORED = ("weft_port", "weft_memory", "weft_argument_info", "weft_op_info")
# What a program of Julia has no use for: plug-ins, operators and files written by C.
_LEFT_OUT = ("weft_device", "weft_builder", "weft_op_register", "weft_fail", "weft_collective",
             "weft_group", "weft_set_allocator")  # fmt: skip


def files(library: Library, interface: facts.Interface) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    return {
        "julia/src/interface.jl": _interface(library, interface),
        "julia/src/ops.jl": _ops(library),
    }


def _interface(library: Library, interface: facts.Interface) -> str:
    out = [
        _HEAD + "# The functions of weft.h as they are, and the structs that they fill in.",
        "# A parameter with a pointer's type takes an Array, a Ref, or an object with a handle,",
        "# which lives as long as the call.",
        "module C\n",
        "using ..Weft: libweft\n",
        "# weft_value: a tag, a count, and 8 bytes that are a number or an address.",
        "struct Value\n    tag::UInt32\n    count::UInt32\n    content::UInt64\nend\n",
    ]
    for name in _MIRRORED:
        struct = interface.structs[name]
        fields = [f"    {field}::{_type(what, interface)}" for field, what in struct.fields.items()]
        out += [f"# {name}: {struct.size} bytes.", f"struct {_mirror(name)}", *fields, "end\n"]
    for name, value in interface.constants.items():
        if name.startswith(("WEFT_ABI", "WEFT_TAG", "WEFT_MODE", "WEFT_GRAD", "WEFT_TRACE")):
            out.append(f"const {name} = {value}")
    names = ", ".join(f":{name}" for name in library.dtypes())
    out += [
        "\n# The names of the dtypes; their numbers count from 0.",
        f"const DTYPES = ({names})\n",
    ]
    for name, function in interface.functions.items():
        if not name.startswith(_LEFT_OUT):
            out.append(_function(name, function, interface))
    return "\n".join([*out, "\nend"]) + "\n"


def _function(name: str, function: facts.Function, interface: facts.Interface) -> str:
    parameters = ", ".join(f"a{i}" for i in range(len(function.arguments)))
    typed = ", ".join(
        f"a{i}::{_type(what, interface)}" for i, what in enumerate(function.arguments)
    )
    result = _type(function.result, interface)
    return f"{name}({parameters}) = @ccall libweft.{name}({typed})::{result}"


def _mirror(name: str) -> str:
    return camel(name.removeprefix("weft_"))


def _type(what: CType, interface: facts.Interface) -> str:
    match what:
        case facts.Name(name) if name in _NUMBERS:
            return _NUMBERS[name]
        case facts.Name(name) if name in interface.types:
            return _type(interface.types[name], interface)
        case facts.Name(name) if name in _MIRRORED:
            return _mirror(name)
        case facts.Name():
            return "Cvoid"
        case facts.Pointer(facts.Name("char"), const=True):
            return "Cstring"
        case facts.Pointer(facts.Name("char")):
            return "Ptr{UInt8}"
        case facts.Pointer(to):
            return f"Ptr{{{_type(to, interface)}}}"
        case _:
            return "Ptr{Cvoid}"


def _ops(library: Library) -> str:
    out = [
        _HEAD + "# A function for each operator: Weft.Ops.softmax(x; axis = 0). Axes count from 0.",
        "# What may be left out is a keyword; Weft.NONE says none on purpose.",
        "module Ops\n",
        "using ..Weft: call, call_all\n",
    ]
    for op in library.operators():
        if offered(op):
            out += _operator(op)
    return "\n".join([*out, "end"]) + "\n"


def _operator(op: Operator) -> list[str]:
    required = [a for a in op.arguments if a.required or a.kind == "tensors"]
    optional = [a for a in op.arguments if a not in required]
    parameters = ", ".join(_name(a.name) for a in required)
    if optional:
        parameters += "; " + ", ".join(f"{_name(a.name)} = nothing" for a in optional)
    given = "".join(f", {_name(a.name)}" for a in op.arguments)
    function = "call" if op.outputs == 1 else "call_all"
    symbol = f'Symbol("{op.name}")' if op.name in _RESERVED else f":{op.name}"
    lines = ['"""', *_escaped(sentence(op.doc)).splitlines()]
    if op.arguments:
        lines += ["", *(_escaped(_about(a)) for a in op.arguments)]
    return [*lines, '"""', f"{_name(op.name)}({parameters}) = {function}({symbol}{given})\n"]


def _about(a: Argument) -> str:
    end = f" Default: {a.fallback}." if a.fallback else ""
    return f"- `{_name(a.name)}`: {' '.join(sentence(a.doc).split())}{end}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("$", "\\$").replace('"', '\\"')


def _name(name: str) -> str:
    return f"{name}_" if name in _RESERVED else name
