"""JavaScript: `ops.js`, a function for each operator, its types, methods, and native code.

The package for Node gets copies of what it has in common with the one for browsers.
"""

from pathlib import Path

import facts
import javascript_calls
import napi
from names import lower_camel, sentence
from registry import Argument, Library, Operator, offered
from wrappers import statuses

_HEAD = "// Written by bindings/generate; do not edit.\n"
_SHARED = ("arrays.js", "errors.js", "inputs.js", "model.d.ts")
_CONSTANTS = ("WEFT_TAG_", "WEFT_MODE_", "WEFT_GRAD_WRITE", "WEFT_TRACE_")
_RESERVED = {"var", "in", "delete", "default", "function", "new", "with", "this", "typeof"}
_TYPES = {"tensor": "Operand", "tensors": "Tensor[]", "int": "number | bigint", "float": "number",
          "bool": "boolean", "string": "string", "ints": "number[] | number",
          "dtype": "Dtype"}  # fmt: skip


def files(library: Library, interface: facts.Interface) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    operators = [op for op in library.operators() if offered(op)]
    return {
        "javascript/lib/ops.js": _code(operators),
        "javascript/lib/ops.d.ts": _types(operators, library),
        **{
            f"{package}/lib/constants.js": _constants(interface)
            for package in ("javascript", "wasm")
        },
        **napi.files(interface, _HEAD),
        **javascript_calls.files(interface, _HEAD),
        **{f"javascript/lib/{name}": _copy(name) for name in _SHARED},
    }


def _constants(interface: facts.Interface) -> str:
    """Numbers of weft.h, and the names of its statuses in the order of theirs."""
    names = '",\n  "'.join(["OK", *statuses(interface)])
    out = [_HEAD, f'export const STATUSES = [\n  "{names}",\n];']
    for name, value in interface.constants.items():
        if name.startswith(_CONSTANTS):
            out.append(f"export const {name.removeprefix('WEFT_')} = {value};")
    return "\n".join(out) + "\n"


def _copy(name: str) -> str:
    """A file of the package for browsers, as the one for Node has it."""
    source = Path(__file__).resolve().parents[1] / "wasm" / "lib" / name
    return _HEAD.rstrip() + f" It is wasm/lib/{name}.\n" + source.read_text("utf-8")


def _split(op: Operator) -> tuple[list[Argument], list[Argument]]:
    """What stands in the list of arguments, and what is an option."""
    required = [a for a in op.arguments if a.required or a.kind == "tensors"]
    return required, [a for a in op.arguments if a not in required]


def _name(name: str) -> str:
    name = lower_camel(name)
    return f"{name}_" if name in _RESERVED else name


def _code(operators: list[Operator]) -> str:
    out = [_HEAD, 'import { define } from "./call.js";\n']
    for op in operators:
        required, optional = _split(op)
        names = [_name(a.name) for a in op.arguments]
        options = [_name(a.name) for a in optional]
        parameters = [_name(a.name) for a in required]
        known = "[" + ", ".join(f'"{option}"' for option in options) + "]"
        out.append(f'const ${op.name} = define("{op.name}", {known});')
        if optional:
            parameters.append("options")
            names = [f"options.{n}" if n in options else n for n in names]
            body = (
                f"  if (options === undefined) return ${op.name}.{_plain(op)};\n"
                f"  ${op.name}.accept(options);\n"
            )
            last = f"call([{', '.join(names)}])"
        else:
            body, last = "", _plain(op)
        name = _name(op.name)
        alone = "" if name.endswith("_") else "export "
        out.append(f"{alone}function {name}({', '.join(parameters)}) {{\n{body}"
                   f"  return ${op.name}.{last};\n}}")  # fmt: skip
        if not alone:
            out.append(f"export {{ {name} as {name[:-1]} }};")
    out.append("")
    return "\n".join(out)


def _plain(op: Operator) -> str:
    """A call without options: what comes last and is left out is not passed."""
    required, _ = _split(op)
    names = [_name(a.name) if a in required else "undefined" for a in op.arguments]
    while names and names[-1] == "undefined":
        names.pop()
    arrays = all(a.kind == "tensor" for a in required) and "undefined" not in names
    if op.outputs == 1 and arrays and 1 <= len(names) <= 2:
        return f"call{len(names)}({', '.join(names)})"
    return f"call([{', '.join(names)}])"


def _types(operators: list[Operator], library: Library) -> str:
    out = [_HEAD, 'import type { Tensor } from "./index.js";\n',
           "/** The type of the elements of an array. */",
           "export type Dtype =", *(f'  | "{name}"' for name in library.dtypes()), "  ;",
           "/** An array, or a number that takes the dtype of the arrays beside it. */",
           "export type Operand = Tensor | number | bigint | boolean;\n"]  # fmt: skip
    for op in operators:
        required, optional = _split(op)
        lines = [f" * {line}".rstrip() for line in sentence(op.doc).splitlines()]
        lines += [f" * @param {_name(a.name)} {_safe(sentence(a.doc))}" for a in required]
        parameters = [f"{_name(a.name)}: {_TYPES[a.kind]}" for a in required]
        if optional:
            fields = []
            for a in optional:
                end = f" Default: {a.fallback}." if a.fallback else ""
                none = " | null" if a.takes_none else ""
                fields.append(f"  /** {_safe(sentence(a.doc))}{end} */")
                fields.append(f"  {_name(a.name)}?: {_TYPES[a.kind]}{none};")
            parameters.append("options?: {\n" + "\n".join(fields) + "\n}")
        result = "Tensor" if op.outputs == 1 else "Tensor[]"
        name = _name(op.name)
        alone = "declare" if name.endswith("_") else "export"
        out += ["/**", *map(_safe, lines), " */",
                f"{alone} function {name}({', '.join(parameters)}): {result};"]  # fmt: skip
        if alone == "declare":
            out.append(f"export {{ {name} as {name[:-1]} }};")
    return "\n".join(out) + "\n"


def _safe(text: str) -> str:
    return text.replace("*/", "*\\/")
