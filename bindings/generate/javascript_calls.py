"""JavaScript's methods that are one call: `calls.js`, and their types for TypeScript.

What arrays have are the parts of an object, which `tensor.js` gives to Tensor; the other classes
extend what is here, and have a `handle`.
"""

import facts
import napi
from names import camel, lower_camel
from wrappers import Call, calls

# What is more than a call here: a run takes inputs and gives outputs, a budget has a default.
_OTHERS = {("context", "run"), ("model", "set_budget")}
_GIVEN = {"text": "string", "path": "string", "tensor": "Tensor", "int32_t": "number",
          "int64_t": "number", "uint64_t": "number | bigint"}  # fmt: skip
_RESULT = {"nothing": "void", "text": "string", "tensor": "Tensor", "bool": "boolean"}


def files(interface: facts.Interface, head: str) -> dict[str, str]:
    """The generated files by their paths in bindings/."""
    code = [head, 'import { GRAD_WRITE } from "./constants.js";',
            'import { placeOf, wrap } from "./handles.js";',
            'import { native } from "./native.js";\n']  # fmt: skip
    types = [head, 'import type { Tensor } from "./index.js";\n']
    found = [call for call in calls(interface) if _key(call) not in _OTHERS]
    for owner in dict.fromkeys(call.wrapper.owner for call in found):
        own = [call for call in found if call.wrapper.owner == owner]
        begin, end = _around(owner)
        typed = [_type(call) for call in own]
        if owner:
            name = f"{camel(owner)}Calls"
            kind = "interface" if owner == "tensor" else "class"
            types += [f"export {kind} {name} {{", *(f"  {line}" for line in typed), "}"]
        else:
            types += [f"export function {line}" for line in typed]
        code += [begin, *(line for call in own for line in _method(call)), end]
    return {
        "javascript/lib/calls.js": "\n".join(line for line in code if line) + "\n",
        "javascript/lib/calls.d.ts": "\n".join(types) + "\n",
    }


def _key(call: Call) -> tuple[str, str]:
    return call.wrapper.owner, call.wrapper.name


def _around(owner: str) -> tuple[str, str]:
    """What stands around the methods of an owner."""
    if owner == "tensor":
        return "export const tensorCalls = {", "};"
    return (f"export class {camel(owner)}Calls {{", "}") if owner else ("", "")


def _is_property(call: Call) -> bool:
    return call.result == "tensor" and call.wrapper.optional


def _method(call: Call) -> list[str]:
    what = call.wrapper
    name = lower_camel(what.name)
    given = ", ".join(name for name, _ in call.given)
    is_array = what.owner == "tensor"
    passed = [f'placeOf(this, "{name}")' if is_array else "this.handle"] if what.owner else []
    passed += [f'placeOf({n}, "{name}")' if kind == "tensor" else n for n, kind in call.given]
    passed += [what.fixed.removeprefix("WEFT_")] if what.fixed else []
    called = f"native.{napi.NAMES[what.function]}({', '.join(passed)})"
    match call.result:
        case "bool":
            body = [f"return {called} !== 0;"]
        case "tensor" if what.optional:
            body = [
                f"const made = {called};",
                "return made === undefined ? undefined : wrap(made);",
            ]
        case "tensor":
            body = [f"return wrap({called});"]
        case "text":
            body = [f"return {called};"]
        case _:
            body = [f"{called};", *(["return this;"] if what.chains else [])]
    begin = "export function " if not what.owner else "get " if _is_property(call) else ""
    indent = "  " if what.owner else ""
    end = "}," if is_array else "}"
    lines = [f"/** {what.doc} */", f"{begin}{name}({given}) {{", *(f"  {b}" for b in body), end]
    return [indent + line for line in lines]


def _type(call: Call) -> str:
    what = call.wrapper
    name = lower_camel(what.name)
    result = "this" if what.chains else _RESULT[call.result]
    result += " | undefined" if what.optional else ""
    if _is_property(call):
        return f"readonly {name}: {result};"
    given = ", ".join(f"{name}: {_GIVEN[kind]}" for name, kind in call.given)
    return f"{name}({given}): {result};"
