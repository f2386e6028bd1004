"""Who may import whom in the package: the table of docs/design/python.md, checked on every import,
at the top of a file, inside functions, and under TYPE_CHECKING."""

import ast
import pickle
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "python" / "weft"
DESIGN = ROOT / "docs" / "design" / "python.md"
EXTENSION = ("weft._native", "weft._version")  # built, and below everything


def allowed_rows() -> dict[str, set[str]]:
    """The rows `| weft/<row> | what it holds | what it may import |` of the page."""
    rows = re.findall(r"^\| `weft/(\w+)` \|[^|]*\| ([^|]*) \|$", DESIGN.read_text("utf-8"), re.M)
    return {row: set(re.findall(r"\w+", cell)) - {"nothing"} for row, cell in rows}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


ALLOWED = allowed_rows()
MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in MODULES.items()}


def imports_of(name: str) -> set[str]:
    """Modules of the package that a module imports anywhere in its file."""
    found: set[str] = set()
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: imports are written in full"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                is_module = inner in MODULES or inner in EXTENSION
                found.add(inner if is_module else str(node.module))
    return {module for module in found if module.split(".")[0] == "weft"} - {*EXTENSION, name}


def row_of(module: str) -> str:
    """The row of the table that a module is of."""
    return module.split(".")[1] if "." in module else "weft"


def test_the_table_names_every_module():
    assert {row_of(name) for name in MODULES} - {"weft"} == ALLOWED.keys()


def test_the_table_points_up_only():
    above: set[str] = set()
    for row, may_import in ALLOWED.items():
        assert may_import <= above, f"{row} imports {sorted(may_import - above)} below it"
        above.add(row)


@pytest.mark.parametrize("row", ALLOWED)
def test_a_row_imports_only_what_the_table_allows(row):
    imported = {
        (name, module) for name in MODULES if row_of(name) == row for module in imports_of(name)
    }
    wrong = [pair for pair in imported if row_of(pair[1]) not in {row, *ALLOWED[row]}]
    if row == "cli":  # finds the version and where it is installed
        wrong = [pair for pair in wrong if pair[1] != "weft"]
    assert not wrong, "\n".join(f"{name} imports {module}" for name, module in sorted(wrong))
    unused = ALLOWED[row] - {row_of(module) for _, module in imported}
    assert not unused, f"the table lets {row} import {sorted(unused)}, which it does not"


def test_the_base_needs_neither_numpy_nor_the_extension():
    found = {
        f"{name} imports {module}"
        for name, tree in TREES.items()
        if row_of(name) == "_base"
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in [getattr(node, "module", None) or node.names[0].name]
        if module.partition(".")[0] == "numpy" or "_native" in ast.unparse(node)
    }
    assert not found, "\n".join(sorted(found))


def edges() -> dict[str, set[str]]:
    """By module what it imports, and the packages around that, whose code runs before it. The
    package `weft` itself imports nothing before it is asked."""
    found: dict[str, set[str]] = {"weft": set()}
    for name in MODULES.keys() - {"weft"}:
        targets = {
            ".".join(parts[:end])
            for module in imports_of(name)
            for parts in [module.split(".")]
            for end in range(2, len(parts) + 1)
        }
        around = {module for module in targets if name.startswith(f"{module}.")}
        found[name] = ((targets - around) | (around & imports_of(name))) - {name}
    return found


def test_there_is_no_circle_of_imports():
    rest = edges()
    while free := [name for name, targets in rest.items() if not targets & rest.keys()]:
        for name in free:
            del rest[name]
    left = {name: sorted(targets & rest.keys()) for name, targets in sorted(rest.items())}
    assert not left, "\n".join(f"{name} imports {targets}" for name, targets in left.items())


def test_modules_are_imported_by_name_in_the_package_alone():
    found = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "__import__")
        or (isinstance(node, ast.Attribute) and node.attr in ("import_module", "modules"))
    }
    assert found == {
        "weft",  # public modules, when they are first asked for
        "weft.device",  # itself, to answer a call of the module
        "weft._base.later",  # modules of a package, when a name of theirs is first asked for
        "weft._base.packages",  # packages that only some programs need
        "weft._base.spelling",  # the same, for hints of errors
        "weft._core",  # a module of Python's own that has two names
        "weft._trace.code",  # looks at modules that a program has imported
        "weft._trace.reads",
        "weft.gluon.data",  # public modules, when they are first asked for
        "weft.library",  # asks what `npx` has, if that is there
        "weft.mxnet",  # public modules, when they are first asked for
        "weft.mxnet.contrib",
        "weft.mxnet._alias",  # the same, for `import mxnet`
        "weft.mxnet.gluon",  # public modules, when they are first asked for
        "weft.mxnet.gluon.contrib",
        "weft.mxnet._report",  # looks names up that a program of MXNet uses
        "weft.np._einops",  # asks whether einops is imported
        "weft.runtime",  # takes the library that the extension has loaded
    }


def test_types_are_not_told_by_their_attributes():
    """`hasattr(x, "name")` asks whether somebody's object has a method, which a type or a protocol
    says. What a module of Python's has on this machine, and what Python's own protocols ask of a
    type, are other questions."""
    found = [
        f"{name}:{node.lineno}: {ast.unparse(node)}"
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "hasattr"
        and isinstance(node.args[1], ast.Constant)
        and not node.args[1].value.startswith("__")
        and ast.unparse(node.args[0]) != "os"
    ]
    assert not found, "\n".join(found)


def test_nobody_writes_into_the_dict_of_another_object():
    writes = ("update", "setdefault", "pop", "append")
    found = []
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            target = None
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
                target = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                target = node.func.value if node.func.attr in writes else None
            if target is None:
                continue
            text = ast.unparse(target)
            if re.fullmatch(r"(?!self\.__dict__).*\.__dict__|vars\((?!self\)).*\)", text):
                found.append(f"{name}:{node.lineno}: {text}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "old",
    [
        "weft._dtypes bfloat16",
        "weft._errors _rebuilt",
        "weft._extent Dim",
        "weft._loss_scale LossScaler",
        "weft.gluon.loss L2Loss",
        "weft.optimizer Adam",
        "weft.optimizer SGD",
        "weft.quantization._layers Graph",
        "weft.quantization._layers Layer",
        "weft.quantization._open Size",
        "weft.quantization._open Sized",
        "weft.quantization._open Spread",
        "weft.quantization._prune Pruner",
        "weft.quantization._traced Traced",
    ],
)
def test_pickles_of_earlier_versions_find_what_has_moved(old):
    module, name = old.split()
    found = pickle.loads(f"c{module}\n{name}\n.".encode())  # a pickle of the name alone
    assert getattr(found, "__name__", str(found)) == name
