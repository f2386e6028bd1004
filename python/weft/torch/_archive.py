"""Looks through a .pt2 file before PyTorch reads it: `torch.export.load` can run code of the file.

PyTorch reads an exported program by means that a hostile file can use: what it cannot unpickle
safely it unpickles in full; texts of symbolic sizes are evaluated as Python; a node may name any
function below `torch`; a structure may name a module to import; and a compiled part is opened as a
shared library. Everything in a file is held against what `torch.export.save` writes, and all else
is refused. Both readers that PyTorch has for such a file are asked, so that a file cannot show one
of them something else.
"""

import ast
import io
import json
import math
import operator
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch

from weft._base.errors import FileFailure

Members = dict[str, Callable[[], bytes]]  # what a file has, by name

_LONGEST_EXPRESSION = 10_000
_MOST_POWERS = 8
_LARGEST_EXPONENT = 64
_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9]*_?[0-9]+")
_FUNCTIONS = {
    *("FloorDiv", "ModularIndexing", "Where", "PythonMod", "Mod", "CleanDiv", "CeilToInt"),
    *("FloorToInt", "CeilDiv", "LShift", "RShift", "PowByNatural", "FloatPow", "FloatTrueDiv"),
    *("IntTrueDiv", "TruncToFloat", "TruncToInt", "RoundToInt", "RoundDecimal", "ToFloat"),
    *("Identity", "IsNonOverlappingAndDenseIndicator", "Max", "Min", "Abs", "ceiling", "floor"),
    *("Eq", "Ne", "Gt", "Ge", "Lt", "Le", "Equality", "Unequality", "StrictGreaterThan"),
    *("GreaterThan", "StrictLessThan", "LessThan", "And", "Or", "Not", "ITE", "Add", "Mul"),
    *("Pow", "Piecewise", "ExprCondPair", "Tuple", "sqrt", "log", "exp", "Integer", "Rational"),
    *("Float", "Symbol"),
}
_NUMBER = re.compile(r"[-+]?[0-9.]+(e[-+]?[0-9]{1,3})?")
_VALUES = {
    *("True", "False", "true", "false", "oo", "int_oo", "zoo", "nan", "pi", "E"),
}
_PARTS = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Name),
    *(
        ast.Constant,
        ast.Tuple,
        ast.Load,
        ast.keyword,
        ast.operator,
        ast.unaryop,
        ast.boolop,
        ast.cmpop,
    ),
)
# Functions that are no operators, and that programs compute sizes with.
_OF_OPERATOR = {
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "neg", "pos", "abs", "eq"),
    *("ne", "lt", "le", "gt", "ge", "and_", "or_", "xor", "invert", "not_", "lshift", "rshift"),
    *("getitem", "index"),
}
_OF_MATH = {
    *("ceil", "floor", "trunc", "sqrt", "log", "log2", "exp", "sin", "cos", "tan", "asin"),
    *("acos", "atan"),
}
_OF_TORCH = re.compile(r"torch\._?sym_\w+|torch\.ops\.(\w+)\.(\w+)(\.\w+)?")
_BODIES = {
    *("cond", "while_loop", "scan", "map", "map_impl", "associative_scan"),
}
_AROUND = {
    *("wrap_with_set_grad_enabled", "wrap_with_autocast", "invoke_subgraph"),
}
_OF_FILES = {
    *("from_file", "save", "_save", "load", "load_library"),
}


def check(path: str, title: str) -> None:
    """Raises OSError for a .pt2 file with what could run code, which it names."""
    for members in _views(path):
        for name, content in members.items():
            reason = _reason(name, content, members)
            if reason:
                raise FileFailure(
                    f"{title}: {path} is refused: `{name}` {reason}, and files run no code; if you "
                    "trust the file, load it with `torch.export.load` and give the program"
                )


def _views(path: str) -> Iterator[Members]:
    """What the file has, as each of PyTorch's two readers sees it."""
    try:
        reader = torch._C.PyTorchFileReader(path)
        names = reader.get_all_records()
    except RuntimeError:
        names = []
    if names:
        yield {name: _getter(reader.get_record, name) for name in names}
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield {name: _getter(archive.read, name) for name in archive.namelist()}


def _getter(read: Callable[[str], bytes], name: str) -> Callable[[], bytes]:
    return lambda: read(name)


def _reason(name: str, content: Callable[[], bytes], members: Members) -> str:
    """Why a member is refused; empty if it is not."""
    if "aotinductor" in name or "executorch" in name or name.endswith((".so", ".dll", ".dylib")):
        return "is compiled code"
    if name.rpartition("/")[2].startswith(("custom_obj_", "opaque_obj_")):
        return "is an object with code of its own"
    if name.endswith(".pt"):
        return _reason_of_pickle(content())
    if name.endswith(".json"):
        return _reason_of_json(content(), name, members)
    return ""


def _reason_of_pickle(content: bytes) -> str:
    if not content:
        return ""
    try:
        torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception:  # PyTorch has no error of its own for it
        return "is a pickle of more than tensors and plain values"
    return ""


def _reason_of_json(content: bytes, name: str, members: Members) -> str:
    if not content:
        return ""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return "is no JSON"
    return next(_reasons(told, name, members), "")


def _reasons(told: Any, name: str, members: Members) -> Iterator[str]:
    """What is wrong below a value of JSON."""
    waiting = [told]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and "default_factory" in value:
            yield "has a structure that imports a module"
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            yield from _reasons_of_object(value, name, members)
            waiting.extend(value.values())


def _reasons_of_object(value: dict[str, Any], name: str, members: Members) -> Iterator[str]:
    expression = value.get("expr_str")
    if expression is not None and not _is_arithmetic(expression):
        yield f"has {expression!r:.80} for a size"
    called = [value.get("as_operator"), value.get("target") if "inputs" in value else None]
    for target in called:
        if target is not None and not _is_operator(target):
            yield f"calls {target!r:.80}"
    if value.get("use_pickle"):
        yield from _reasons_of_payload(value.get("path_name"), members)


def _reasons_of_payload(path: Any, members: Members) -> Iterator[str]:
    """Weights of a class of their own are pickles beside the others."""
    for name, content in members.items():
        if isinstance(path, str) and name.endswith(path) and _reason_of_pickle(content()):
            yield f"has the weight `{path}`, which is a pickle of more than a tensor"


def _is_arithmetic(text: Any) -> bool:
    """Is it arithmetic with sizes? SymPy would evaluate any Python."""
    if not isinstance(text, str) or len(text) > _LONGEST_EXPRESSION:
        return False
    try:
        nodes = list(ast.walk(ast.parse(text, mode="eval")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    powers = [node for node in nodes if isinstance(node, ast.BinOp | ast.Call) and _is_power(node)]
    return (
        all(isinstance(node, _PARTS) and _is_known(node) for node in nodes)
        and len(powers) <= _MOST_POWERS
        and all(_has_small_exponent(node) for node in powers)
    )


def _is_known(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        text = node.value if isinstance(node.value, str) else "0"
        is_plain = isinstance(node.value, bool | int | float | str)
        return is_plain and any(form.fullmatch(text) for form in (_SYMBOL, _NUMBER))
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and _has_known_texts(node)
    if isinstance(node, ast.Name):
        known = node.id in _FUNCTIONS or node.id in _VALUES
        return known or _SYMBOL.fullmatch(node.id) is not None
    return True


def _has_known_texts(node: ast.Call) -> bool:
    """Only the names of symbols and the digits of numbers are texts; and what is said of them, such
    as `positive=True`, are plain values."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    texts = [part for part in node.args if isinstance(part, ast.Constant) and _is_text(part)]
    said = all(isinstance(word.value, ast.Constant) and word.arg for word in node.keywords)
    return name in ("Symbol", "Float") or not (texts or node.keywords) if said else False


def _is_text(part: ast.Constant) -> bool:
    return isinstance(part.value, str)


def _is_power(node: ast.BinOp | ast.Call) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Pow | ast.LShift)
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    return name in ("Pow", "PowByNatural", "FloatPow", "LShift", "exp")


def _has_small_exponent(node: ast.BinOp | ast.Call) -> bool:
    exponents: Iterable[ast.AST] = [node.right] if isinstance(node, ast.BinOp) else node.args[-1:]
    for exponent in exponents:
        while isinstance(exponent, ast.UnaryOp | ast.Call):
            inner = exponent.args[:1] if isinstance(exponent, ast.Call) else [exponent.operand]
            exponent = inner[0] if inner else ast.Pass()
        if isinstance(exponent, ast.Constant):
            value = exponent.value
            if isinstance(value, int | float) and not abs(value) <= _LARGEST_EXPONENT:
                return False
        elif not isinstance(exponent, ast.Name):
            return False
    return True


def _is_operator(target: Any) -> bool:
    """Is it a function that a program may call: an operator, or arithmetic with sizes?"""
    if not isinstance(target, str):
        return False
    module, _, name = target.rpartition(".")
    if module == "_operator":
        return name in _OF_OPERATOR and hasattr(operator, name)
    if module == "math":
        return name in _OF_MATH and hasattr(math, name)
    match = _OF_TORCH.fullmatch(target)
    if match is None:
        return False
    domain, name, _ = match.groups()
    if domain is None:
        return True
    if domain == "higher_order":
        return name in _BODIES or name in _AROUND
    # `torch.ops` also has functions of its own, which open libraries.
    is_domain = isinstance(getattr(torch.ops, domain, None), torch._ops._OpNamespace)
    return is_domain and name not in _OF_FILES


__all__ = ["check"]
