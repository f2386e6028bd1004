"""What a program of MXNet uses, and what of it is here: `weft.mxnet.report("train.py")`.

The program is read and not run. Names that follow from `import mxnet` are looked up one by one:
native ones are the same object under a name of Weft; compatible ones are in weft.mxnet alone;
absent ones are in neither. What a program reaches through values, such as methods of arrays, is not
seen.
"""

import ast
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any

from weft._base.errors import InvalidValue

_OLD = "mxnet"
# Where a native name is looked for, the shortest first.
_NATIVE = (
    "np",
    "npx",
    "gluon",
    "autograd",
    "init",
    "optimizer",
    "lr_scheduler",
    "metric",
    "amp",
    "engine",
    "sparse",
    "gluon.nn",
    "gluon.rnn",
    "gluon.loss",
    "gluon.utils",
    "gluon.data",
    "gluon.data.vision",
    "gluon.data.vision.transforms",
    "gluon.model_zoo",
    "gluon.model_zoo.vision",
    "np.linalg",
    "np.random",
)


@dataclass(frozen=True)
class Use:
    """A name that a program uses.

    name: in MXNet's words, such as "mx.nd.zeros" written as "mxnet.nd.zeros"
    state: "native", "compatible" or "absent"
    lines: where it is used
    hint: the native name, or why it is absent
    """

    name: str
    state: str
    lines: tuple[int, ...]
    hint: str = ""


@dataclass(frozen=True)
class Report:
    """What a program uses. Printing it shows a table, absent names first."""

    path: str
    uses: tuple[Use, ...] = field(default=())

    def of(self, state: str) -> list[Use]:
        """The uses with that state, the most frequent first."""
        return sorted(
            (use for use in self.uses if use.state == state), key=lambda use: -len(use.lines)
        )

    def __str__(self) -> str:
        counts = ", ".join(f"{len(self.of(state))} {state}" for state in _STATES)
        lines = [f"{self.path}: {len(self.uses)} names of MXNet: {counts}"]
        width = max((len(use.name) for use in self.uses), default=0)
        for state in reversed(_STATES):
            for use in self.of(state):
                where = ", ".join(map(str, use.lines[:4])) + (", …" if len(use.lines) > 4 else "")
                line = f"  {state:10}  {use.name:{width}}  {use.hint}"
                lines.append(f"{line.rstrip()}  (line {where})")
        return "\n".join(lines)

    __repr__ = __str__


_STATES = ("native", "compatible", "absent")


def report(path: str | PathLike[str]) -> Report:
    """Lists the names of MXNet that a Python program uses, and which of them are here.

    path: of the program, which is read and not run
    Returns a Report: `print` it, or ask `report(path).of("absent")`.

    Raises OSError if the file cannot be read, ValueError if it is no Python program.

    >>> from weft import mxnet as mx
    >>> print(mx.report("train.py"))  # doctest: +SKIP
    train.py: 2 names of MXNet: 1 native, 1 compatible, 0 absent
      compatible  mxnet.nd.zeros        (line 3)
      native      mxnet.autograd.record  weft.autograd.record  (line 4)
    """
    text = Path(path).read_bytes()  # the program itself says how it is encoded
    try:
        tree = ast.parse(text, str(path))
    except (SyntaxError, RecursionError) as error:
        told = error
        if isinstance(error, SyntaxError):
            told = f"{error.msg}, line {error.lineno}"
        raise InvalidValue(f"report: `{path}` is no program of Python 3: {told}") from error
    lines: dict[str, list[int]] = {}
    arguments: dict[str, dict[str, int]] = {}
    for name, line, keywords in _names(tree):
        lines.setdefault(name, []).append(line)
        for keyword in keywords:
            arguments.setdefault(name, {}).setdefault(keyword, line)
    natives = _natives()
    uses: dict[str, Use] = {}  # several names may be absent for one reason
    for name, where in sorted(lines.items()):
        for use in _looked_up(name, tuple(where), arguments.get(name, {}), natives):
            same = uses.get(use.name)
            found = tuple(sorted({*use.lines, *(same.lines if same else ())}))
            uses[use.name] = replace(use, lines=found)
    return Report(str(path), tuple(uses.values()))


def _names(tree: ast.Module) -> Iterator[tuple[str, int, list[str]]]:
    """Dotted names that begin with an import of MXNet, each with its line and a call's keywords."""
    known = _imports(tree)
    functions = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    inner: set[int] = set()
    for node in ast.walk(tree):  # outer attributes come before the ones inside them
        if isinstance(node, ast.ImportFrom) and _is_of_mxnet(node.module):
            for alias in node.names:
                if alias.name != "*":
                    yield f"{node.module}.{alias.name}", node.lineno, []
        if id(node) in inner or not isinstance(node, ast.Attribute | ast.Name):
            continue
        parts, root = _parts(node, inner)
        if root is None or root not in known:
            continue
        full = ".".join([known[root], *parts])
        if full == known[root] and isinstance(node, ast.Name) and id(node) not in functions:
            continue
        call = functions.get(id(node))
        keywords = [k.arg for k in call.keywords if k.arg] if call else []
        yield full, node.lineno, keywords


def _imports(tree: ast.Module) -> dict[str, str]:
    """What MXNet's modules and names are called in the program."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_of_mxnet(alias.name):
                    known[alias.asname or _OLD] = alias.name if alias.asname else _OLD
        elif isinstance(node, ast.ImportFrom) and _is_of_mxnet(node.module):
            for alias in node.names:
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):  # F of hybrid_forward(self, F, x) is mx.nd or mx.sym
        if isinstance(node, ast.FunctionDef) and node.name == "hybrid_forward":
            names = [argument.arg for argument in node.args.args]
            if len(names) > 1 and known:
                known[names[1]] = f"{_OLD}.nd"
    return known


def _is_of_mxnet(module: str | None) -> bool:
    return module is not None and (module == _OLD or module.startswith(_OLD + "."))


def _parts(node: ast.expr, inner: set[int]) -> tuple[list[str], str | None]:
    """The attributes of a dotted name, and the name that it begins with."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
        inner.add(id(node))
    return parts, node.id if isinstance(node, ast.Name) else None


def _natives() -> dict[int, str]:
    """Names of Weft by the identity of what they name."""
    found: dict[int, str] = {}
    for place in _NATIVE:
        module = importlib.import_module(f"weft.{place}")
        for name in module.__all__:
            value = getattr(module, name)
            if not isinstance(value, ModuleType | bool | int | float | str | type(None)):
                found.setdefault(id(value), f"weft.{place}.{name}")
    return found


def _looked_up(
    name: str, lines: tuple[int, ...], keywords: dict[str, int], natives: dict[int, str]
) -> Iterator[Use]:
    value: Any = importlib.import_module("weft.mxnet")
    parts = name.split(".")[1:]
    for place, part in enumerate(parts):
        try:
            value = getattr(value, part)
        except AttributeError as error:
            yield Use(".".join([_OLD, *parts[: place + 1]]), "absent", lines, str(error))
            return
        if inspect.isclass(value) and place + 1 < len(parts):
            continue  # a name of the class, such as a method
        if not isinstance(value, ModuleType) and not inspect.isclass(value):
            break  # what comes behind belongs to a value, which only a run knows
    if isinstance(value, ModuleType):
        return
    native = natives.get(id(value))
    yield Use(name, "native" if native else "compatible", lines, native or "")
    for keyword, line in keywords.items():
        if not _takes(value, keyword):
            yield Use(f"{name}({keyword}=)", "absent", (line,), "no such argument")


def _takes(function: Any, keyword: str) -> bool:
    """May the function take that argument? Yes where nobody can say."""
    try:
        # What a function passes on to the one that it wraps is not all that it takes itself.
        parameters = inspect.signature(function, follow_wrapped=False).parameters
    except (TypeError, ValueError):
        return True
    return keyword in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values())


__all__ = ["Report", "Use", "report"]
