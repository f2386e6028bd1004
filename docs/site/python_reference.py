"""Pages of the package's public modules, from docstrings and from the registry of operators.

A module is public when no part of its name begins with `_`. A name belongs to the page of the
shallowest module that gives it. An operator's entry has an example made of a sample of its
definition; it is run here, and what the page shows is what it gave.
"""

import importlib
import inspect
import pkgutil
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import weft
from operator_examples import dtype_example, example
from python_text import escaped, markdown
from weft._core import native

# What speaks the language of another framework, or serves one: the guide says what there is.
_LEFT_OUT = {"weft.mxnet": "from-mxnet", "weft.cli": "reference/command"}
_OPERATORS = {(op.schema["place"], op.__name__): op for op in native.operators()}


@dataclass
class Page:
    """One module's page."""

    module: str
    names: dict[str, Any]

    @property
    def file(self) -> str:
        return f"{self.module}.md"


def modules() -> list[str]:
    """Public modules that import here, the shallow ones first."""
    found = ["weft"]
    for info in pkgutil.walk_packages(weft.__path__, "weft.", onerror=lambda name: None):
        parts = info.name.split(".")
        left_out = any(info.name == name or info.name.startswith(f"{name}.") for name in _LEFT_OUT)
        if not left_out and not any(part.startswith("_") for part in parts[1:]):
            found.append(info.name)
    return sorted(found, key=lambda name: (name.count("."), name))


def pages() -> list[Page]:
    """A page for each module that gives a name which no shallower one gives."""
    taken: set[int] = set()
    result = []
    for name in modules():
        module = importlib.import_module(name)
        own = {key: value for key, value in _public(module) if id(value) not in taken}
        own = {key: value for key, value in own.items() if not isinstance(value, types.ModuleType)}
        if own:
            taken |= {id(value) for value in own.values() if _is_described(value)}
            result.append(Page(name, own))
    return result


def _public(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    listed = getattr(module, "__all__", None)
    names = listed if listed is not None else [n for n in dir(module) if not n.startswith("_")]
    for name in sorted(set(names), key=lambda name: (name.lower(), name)):
        value = getattr(module, name, None)
        if name.startswith("__") or value is None:
            continue
        if listed is not None or getattr(value, "__module__", "").startswith(module.__name__):
            yield name, value


def _is_described(value: Any) -> bool:
    return inspect.isclass(value) or callable(value)


def text(page: Page) -> str:
    """The Markdown of a module's page."""
    module = importlib.import_module(page.module)
    functions = {k: v for k, v in page.names.items() if not inspect.isclass(v) and callable(v)}
    classes = {k: v for k, v in page.names.items() if inspect.isclass(v)}
    data = {k: v for k, v in page.names.items() if k not in functions and k not in classes}
    lines = [f"# {page.module}", "", f"```{{py:module}} {page.module}", "```", ""]
    lines += [markdown(module.__doc__), ""]
    for title, entries in [("Functions", functions), ("Classes", classes), ("Values", data)]:
        if entries:
            lines += [f"## {title}", "", *_table(page.module, entries), ""]
    for name, value in functions.items():
        lines += _function(f"{page.module}.{name}", value)
    for name, value in classes.items():
        lines += _class(f"{page.module}.{name}", value)
    for name, value in data.items():
        lines += _datum(f"{page.module}.{name}", value)
    return "\n".join(lines) + "\n"


def _table(module: str, entries: dict[str, Any]) -> list[str]:
    """What there is, a line each, with links to the entries below."""
    lines = ["| name | what it is |", "| --- | --- |"]
    for name, value in entries.items():
        summary = (markdown(_doc(value)).split("\n\n")[0]).replace("\n", " ").replace("|", "\\|")
        summary = re.sub(r"\\+\|", r"\\|", summary)
        lines.append(f"| [`{name}`](#{module}.{name}) | {summary} |")
    return lines


def _doc(value: Any) -> str:
    if inspect.isclass(value):
        return value.__doc__ or value.__init__.__doc__ or ""
    return (value.__doc__ or "") if callable(value) else ""


def _signature(value: Any) -> str:
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return "(...)"
    parts, seen_star = [], False
    parameters = [p for p in found.parameters.values() if p.name != "self"]
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and not seen_star:
            parts.append("*")
            seen_star = True
        star = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        seen_star = seen_star or star == "*"
        parts.append(star + p.name + _default(p))
    before = [p for p in parameters if p.kind is p.POSITIONAL_ONLY]
    if before:
        parts.insert(len(before), "/")
    return f"({', '.join(parts)})"


def _default(parameter: inspect.Parameter) -> str:
    value = parameter.default
    if value is parameter.empty:
        return ""
    shown = repr(value) if isinstance(value, (str, int, float, bool, tuple, type(None))) else "..."
    return "=" + ("..." if "<" in shown else shown)


def _function(name: str, value: Any) -> list[str]:
    body = [markdown(_doc(value))]
    module, _, own = name.rpartition(".")
    place = module.removeprefix("weft.")
    known = getattr(value, "__name__", own)  # of an alias, such as `np.absolute`
    operator = _OPERATORS.get((place, own)) or _OPERATORS.get((place, known))
    if operator is not None and ">>>" not in _doc(value):
        body += ["", *example(operator)]
    return _directive("py:function", own + _signature(value), body, 6)


def _class(name: str, value: type) -> list[str]:
    body = [markdown(_doc(value)), ""]
    if issubclass(value, numpy.generic):
        body += [*dtype_example(name.rpartition(".")[2], value), ""]
    for key, member in _members(value):
        body += _member(key, member)
    is_error = issubclass(value, BaseException)
    signature = "" if is_error else _signature(value)
    own = name.rpartition(".")[2]
    return _directive("py:exception" if is_error else "py:class", own + signature, body, 6)


def _members(value: type) -> Iterator[tuple[str, Any]]:
    """Public members of the class and of private bases: what a public base has, its entry says."""
    seen: set[str] = set()
    for base in value.__mro__:
        is_own = base is value or (
            base.__module__.startswith("weft") and (base.__name__.startswith("_"))
        )
        if not is_own:
            continue
        for key, member in vars(base).items():
            if not key.startswith("_") and key not in seen and _is_member(member):
                seen.add(key)
                yield key, member


def _is_member(member: Any) -> bool:
    plain = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
    return bool(
        isinstance(plain, property) or (callable(plain) and getattr(plain, "__doc__", None))
    )


def _member(key: str, member: Any) -> list[str]:
    if isinstance(member, property):
        return _directive("py:property", key, [markdown(member.__doc__)], 5)
    plain = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
    signature = _signature(plain)
    if isinstance(member, classmethod):
        signature = re.sub(r"^\(cls(, )?", "(", signature)
    return _directive("py:method", key + signature, [markdown(plain.__doc__)], 5)


def _datum(name: str, value: Any) -> list[str]:
    shown = repr(value) if isinstance(value, (str, int, float, bool, numpy.dtype)) else ""
    kind = type(value).__name__
    body = [f"Is `{shown}`." if shown and len(shown) < 60 else f"Of type `{kind}`."]
    return _directive("py:data", name.rpartition(".")[2], body, 6)


def _directive(kind: str, what: str, body: list[str], ticks: int) -> list[str]:
    """A directive for a name of the page's module, which Sphinx puts in front of it: links to
    `weft.npx.relu` go to `weft.npx.html#weft.npx.relu`."""
    fence = "`" * ticks
    return [f"{fence}{{{kind}}} {what}", *body, fence, ""]


def index(made: list[Page]) -> str:
    """The page of all pages, with what each module is for."""
    lines = [
        "# Python",
        "",
        "Every public module, from its docstrings and, for operators, from the",
    ]
    lines += ["registry. Examples of operators were run when this page was made.", ""]
    lines += ["| module | what it is for |", "| --- | --- |"]
    for page in made:
        doc = markdown(importlib.import_module(page.module).__doc__).split("\n\n")[0]
        lines.append(f"| [`{page.module}`]({page.file}) | {doc.replace(chr(10), ' ')} |")
    for name, where in _LEFT_OUT.items():
        lines.append(f"| [`{name}`](../../{where}.md) | {escaped('has a page of its own')} |")
    listed = "\n".join(page.module for page in made)
    return "\n".join([*lines, "", "```{toctree}", ":hidden:", "", listed, "```", ""])
