"""The C interface as a list of facts: functions, numbers, types, and how structs lie in memory.

    python tests/python/abi_snapshot.py    writes tests/abi/snapshot/interface.txt

A fact is `kind name: what is so`. The compiler preprocesses the headers, pycparser
reads them, and a C program that is made of what was read tells sizes, offsets and numbers.
"""

import re
import subprocess
import tempfile
from pathlib import Path

from pycparser import c_ast, c_generator, c_parser

ROOT = Path(__file__).resolve().parents[2]
HEADERS = ROOT / "bindings_c" / "include"
KEPT = ROOT / "tests" / "abi" / "snapshot" / "interface.txt"
# These include all others that declare functions.
ALL = ("weft/weft_device.h", "weft/weft_collective.h")
COMMAND = "python tests/python/abi_snapshot.py"

# What <stddef.h> and <stdint.h> say, as far as the parser has to know.
_KNOWN = "".join(f"typedef long {name};\n" for name in ["size_t", "int32_t", "int64_t"]) + "".join(
    f"typedef unsigned long {name};\n" for name in ["uint8_t", "uint32_t", "uint64_t"]
)


def declarations(*headers: str) -> str:
    """The declarations of headers and of those that they include, without the system's."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("stddef.h", "stdint.h"):
            (Path(folder) / name).touch()
        command = ["cc", "-std=c99", "-E", "-P", "-nostdinc", "-D__attribute__(x)="]
        whole = Path(folder) / "whole.c"
        whole.write_text("".join(f"#include <{header}>\n" for header in headers or ALL), "utf-8")
        command += ["-I", folder, "-I", str(HEADERS), str(whole)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _macros() -> list[str]:
    """Names of the macros that are whole numbers."""
    text = "".join(path.read_text("utf-8") for path in sorted(HEADERS.glob("weft/weft*.h")))
    return re.findall(r"^#define (WEFT_\w+) \(?-?\d", text, re.M)


class _Declared:
    """What the declarations name."""

    def __init__(self) -> None:
        self.functions: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.constants: list[str] = []
        self.structs: dict[str, dict[str, str]] = {}  # types of fields, in their order
        for node in c_parser.CParser().parse(_KNOWN + declarations()).ext:
            self._add(node)

    def _add(self, node: c_ast.Node) -> None:
        if isinstance(node.type, c_ast.Enum):
            self.constants += [item.name for item in node.type.values.enumerators]
        elif isinstance(node.type, c_ast.FuncDecl):
            self.functions[node.name] = _without_names(node.type)
        elif isinstance(node, c_ast.Typedef) and node.name.startswith("weft_"):
            inner = node.type.type
            if isinstance(inner, c_ast.Struct) and inner.decls:
                self.structs[node.name] = {d.name: _without_names(d.type) for d in inner.decls}
            else:
                self.types[node.name] = _without_names(node.type)


def _without_names(node: c_ast.Node) -> str:
    """A type as C writes it, on one line; names of parameters mean nothing to callers."""
    if isinstance(node, c_ast.TypeDecl):
        node.declname = None
    for _, child in node.children():
        _without_names(child)
        if isinstance(child, c_ast.Decl) and isinstance(node, c_ast.ParamList):
            child.name = None
    return " ".join(c_generator.CGenerator().visit(node).split())


def _ask_compiler(declared: _Declared) -> list[str]:
    """What a program prints of numbers, sizes and offsets."""
    lines = [
        f'printf("constant {name}: %lld\\n", (long long){name});'
        for name in sorted(declared.constants + _macros())
    ]
    for struct, fields in sorted(declared.structs.items()):
        grows = ", may grow" if next(iter(fields)) == "struct_size" else ""
        lines.append(f'printf("struct {struct}: %zu bytes{grows}\\n", sizeof({struct}));')
        lines += [
            f'printf("field {struct}.{field}: {kind} at %zu\\n", offsetof({struct}, {field}));'
            for field, kind in fields.items()
        ]
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder) / "facts.c", Path(folder) / "facts"
        body = "\n  ".join(lines)
        source.write_text(
            "#include <stdio.h>\n#include <weft/weft_device.h>\n#include <weft/weft_collective.h>\n"
            f"int main(void) {{\n  {body}\n  return 0;\n}}\n"
        )
        compiler = ["cc", "-std=c99", "-I", str(HEADERS), str(source), "-o", str(program)]
        subprocess.run(compiler, check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout.split(
            "\n"
        )[:-1]


def facts() -> list[str]:
    """The present interface by kind and name; fields in the order of their struct."""
    declared = _Declared()
    functions = [f"function {name}: {text}" for name, text in sorted(declared.functions.items())]
    types = [f"type {name}: {text}" for name, text in sorted(declared.types.items())]
    return functions + types + _ask_compiler(declared)


def compare(kept: list[str], present: list[str]) -> tuple[list[str], list[str]]:
    """What a program that was compiled for the kept interface would meet (as `- before`, `+ now`),
    and what is new."""
    before = dict(line.split(": ", 1) for line in kept)
    now = dict(line.split(": ", 1) for line in present)
    broken, added = [], [f"+ {name}: {text}" for name, text in now.items() if name not in before]
    for name, text in before.items():
        if now.get(name) == text:
            continue
        change = [f"- {name}: {text}"] + ([f"+ {name}: {now[name]}"] if name in now else [])
        (added if name in now and _is_growth(name, text, now[name]) else broken).extend(change)
    return broken, added


def _is_growth(name: str, before: str, now: str) -> bool:
    """A minor version that was raised, or a struct that may grow and did."""
    sizes = [re.fullmatch(r"(\d+) bytes, may grow", text) for text in (before, now)]
    if all(sizes):
        return int(sizes[0][1]) < int(sizes[1][1])
    return name == "constant WEFT_ABI_MINOR" and int(before) < int(now)


if __name__ == "__main__":
    KEPT.write_text("\n".join(facts()) + "\n", "utf-8")
