"""What an operator's definition says, as Python text: signatures, docstrings, stubs.

One source for `help(np.add)`, `inspect.signature(np.add)` and the generated `_ops.pyi` files. A
definition is the dict that an operator function has as its attribute `schema`.
"""

import inspect
import textwrap
from typing import Any

_TYPES = {
    "array": "ArrayLike",
    "arrays": "Sequence[ArrayLike]",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "str": "str",
    "ints": "int | Sequence[int]",
    "dtype": "DTypeLike",
    "function": "Callable[..., Any]",
}


def _arguments(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return schema["arguments"]


def _is_optional(argument: dict[str, Any]) -> bool:
    return not argument["required"] and (argument["takes_none"] or argument["default"] is None)


def signature(schema: dict[str, Any]) -> inspect.Signature:
    """The signature of the operator function."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        inspect.Parameter(
            argument["name"],
            kind,
            default=inspect.Parameter.empty if argument["required"] else argument["default"],
        )
        for argument in _in_legal_order(schema)
    ]
    parameters.append(inspect.Parameter("out", inspect.Parameter.KEYWORD_ONLY, default=None))
    return inspect.Signature(parameters)


def _in_legal_order(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The arguments, a required one behind an optional one shown as if it had a default.

    The call itself takes them in schema order and checks what is missing.
    """
    result, seen_optional = [], False
    for argument in _arguments(schema):
        if argument["required"] and seen_optional:
            argument = {**argument, "required": False}
        seen_optional = seen_optional or not argument["required"]
        result.append(argument)
    return result


def _facts(schema: dict[str, Any]) -> list[str]:
    facts = []
    if schema["like"]:
        facts.append(f"Same results as ``{schema['like']}``.")
    if schema["no_gradient"]:
        facts.append(f"No gradient: {schema['no_gradient']}.")
    return facts


def docstring(schema: dict[str, Any]) -> str:
    """Summary, arguments, and what the definition promises."""
    lines = [schema["doc"], ""]
    lines += [f"{argument['name']}: {argument['doc']}" for argument in _arguments(schema)]
    lines.append(f"out: array{'' if schema['outputs'] == 1 else 's'} to write into")
    for fact in _facts(schema):
        lines += ["", fact]
    return "\n".join(lines)


def _stub_argument(argument: dict[str, Any]) -> str:
    annotation = _TYPES[argument["kind"]]
    if argument["required"]:
        return f"{argument['name']}: {annotation}"
    if _is_optional(argument):
        annotation += " | None"
    default = argument["default"]
    text = f'"{default}"' if isinstance(default, str) else repr(default)
    return f"{argument['name']}: {annotation} = {text}"


def _wrapped(line: str, hang: str = "") -> list[str]:
    """Lines of at most 100 columns; those after the first are indented, by `hang` more."""
    return textwrap.wrap(line, 100, subsequent_indent="    " + hang, break_on_hyphens=False)


def _result(count: int) -> str:
    if count == 0:  # the arguments tell
        return "list[ndarray]"
    return "ndarray" if count == 1 else f"tuple[{', '.join(['ndarray'] * count)}]"


def stub(schema: dict[str, Any]) -> str:
    """The operator's function in a stub file."""
    result = _result(schema["outputs"])
    arguments = [_stub_argument(argument) for argument in _in_legal_order(schema)]
    arguments += ["*", f"out: {result} | None = None"]
    summary, *rest = docstring(schema).split("\n")
    body = _wrapped(f'    """{summary}')
    for line in rest:
        body += _wrapped(f"    {line}", "    ") if line else [""]
    body.append('    """')
    head = f"def {schema['name']}({', '.join(arguments)}) -> {result}:"
    if len(head) > 100:
        inner = "".join(f"    {argument},\n" for argument in arguments)
        head = f"def {schema['name']}(\n{inner}) -> {result}:"
    return "\n".join([head, *body])
