"""Ruby: `ops.rb`, a function for each operator, and `interface.rb`, the functions of weft.h."""

import facts
from facts import CType
from names import sentence
from registry import Argument, Library, Operator, offered

_HEAD = "# Written by bindings/generate; do not edit.\n# frozen_string_literal: true\n"
_RESERVED = {"in", "end", "if", "next", "begin", "not", "and", "or", "then", "self", "print"}
_NUMBERS = {"int32_t": "INT", "int64_t": "LONG_LONG", "uint32_t": "-INT", "uint64_t": "-LONG_LONG",
            "size_t": "SIZE_T", "double": "DOUBLE", "weft_status": "INT", "weft_dtype": "INT",
            "void": "VOID"}  # fmt: skip
_TEXT = facts.Pointer(facts.Name("char"), True)


def files(library: Library, interface: facts.Interface) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    return {
        "ruby/lib/weft/interface.rb": _interface(interface),
        "ruby/lib/weft/ops.rb": _ops(library),
    }


def _interface(interface: facts.Interface) -> str:
    out = [_HEAD, "module Weft", "  # The functions of weft.h with the types that Fiddle needs.",
           "  # The places of texts among the arguments come last.",
           "  FUNCTIONS = {"]  # fmt: skip
    for name, function in interface.functions.items():
        if name.startswith(("weft_device", "weft_builder", "weft_op_register", "weft_fail")):
            continue
        types = [_type(what, interface) for what in (*function.arguments, function.result)]
        texts = [i for i, what in enumerate(function.arguments) if what == _TEXT]
        out.append(f"    {name}: [[{', '.join(types[:-1])}], {types[-1]}, {texts}],")
    out += ["  }.freeze\n"]
    for name, value in interface.constants.items():
        if name.startswith(("WEFT_TAG", "WEFT_MODE", "WEFT_GRAD", "WEFT_TRACE")):
            out.append(f"  {name} = {value}")
    return "\n".join([*out, "end"]) + "\n"


def _type(what: CType, interface: facts.Interface) -> str:
    """A handle is a number: Fiddle makes an object of each address that it is given as VOIDP."""
    match what:
        case facts.Name(name):
            meaning = interface.types.get(name, what)
            if isinstance(meaning, facts.Pointer):
                return "Fiddle::TYPE_UINTPTR_T"
            inner = meaning.name if isinstance(meaning, facts.Name) else "void"
            found = _NUMBERS[name] if name in _NUMBERS else _NUMBERS.get(inner, "VOIDP")
            return f"-Fiddle::TYPE_{found[1:]}" if found[0] == "-" else f"Fiddle::TYPE_{found}"
        case _:
            return "Fiddle::TYPE_VOIDP"


def _ops(library: Library) -> str:
    out = [_HEAD, "module Weft",
           "  # A function for each operator: Weft::Ops.softmax(x, axis: 0). What may be left",
           "  # out is named; Weft::NONE says none on purpose.", "  module Ops",
           "    module_function\n"]  # fmt: skip
    for op in library.operators():
        if offered(op):
            out += _function(op)
    return "\n".join([*out, "  end", "end"]) + "\n"


def _function(op: Operator) -> list[str]:
    required = [a for a in op.arguments if a.required or a.kind == "tensors"]
    parameters = [_name(a.name) for a in required]
    parameters += [f"{_name(a.name)}: nil" for a in op.arguments if a not in required]
    lines = [f"    # {line}".rstrip() for line in sentence(op.doc).splitlines()]
    lines += [f"    #   {_about(a)}" for a in op.arguments]
    given = ", ".join(_name(a.name) for a in op.arguments)
    first = ".first" if op.outputs == 1 else ""
    name = f"{op.name}_" if op.name in _RESERVED else op.name
    signature = f"({', '.join(parameters)})" if parameters else ""
    body = f'Operator.named("{op.name}").call([{given}]){first}'
    return [*lines, f"    def {name}{signature}", f"      {body}", "    end\n"]


def _name(name: str) -> str:
    name = name.lower()
    return f"{name}_" if name in _RESERVED else name


def _about(a: Argument) -> str:
    end = f" Default: {a.fallback}." if a.fallback else ""
    return f"{_name(a.name)}: {sentence(a.doc)}{end}"
