"""Says what takes the room in a module: its sections, then its code by namespace, by function with
all instances of a template together, and by instance.

    python bindings/wasm/sizes.py build/wasm/linked.wasm [--top 30] [--as-is]

`linked.wasm` is what the linker wrote, with names; it is made small as pages get it (finish.py),
the names kept. Beside the bytes of each group stands what the module's code loses by `gzip -9`
without the group: what it costs who loads the page.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import binary
import finish
import split

SECTIONS = ("custom", "type", "import", "function", "table", "memory", "global", "export", "start")
SECTIONS += ("element", "code", "data", "data count")
DEMANGLERS = ("llvm-cxxfilt", "llvm-cxxfilt-15", "llvm-cxxfilt-14", "c++filt")


@dataclass
class Function:
    """A function of the module: its name as in C++, its bytes."""

    name: str
    body: bytes


def demangled(names: list[str]) -> list[str]:
    """Names as in C++, where a program for it is here."""
    folder = shutil.which("em-config")
    places = [None]
    if folder:
        asked = subprocess.run([folder, "LLVM_ROOT"], capture_output=True, text=True, check=True)
        places.insert(0, asked.stdout.strip())
    for program in DEMANGLERS:
        for place in places:
            if path := shutil.which(program, path=place):
                text = "\n".join(names)
                done = subprocess.run(
                    [path], input=text, capture_output=True, text=True, check=True
                )
                return done.stdout.split("\n")[: len(names)]
    return names


def functions_of(module: bytes) -> list[Function]:
    """All functions that the module has itself."""
    imported, code = binary.imported_functions(module), dict(binary.sections(module))[binary.CODE]
    names, bodies = binary.names_of(module), binary.bodies(code)
    told = [
        names.get(imported + i, b"(no name)").decode("utf-8", "replace") for i in range(len(bodies))
    ]
    return [Function(name, body) for name, body in zip(demangled(told), bodies, strict=True)]


def without_arguments(name: str) -> str:
    """weft::ops::f of `weft::ops::(anonymous namespace)::f<int>(int)`: all instances are one."""
    name = name.replace("(anonymous namespace)::", "").replace("operator()", "operator_call")
    name = re.sub(r"\s?\[clone .*\]|\.\d+$|'lambda\d*'\([^()]*\)", "", name)
    out, depth = [], 0
    for letter in name:
        depth -= letter == ">" and depth > 0
        if depth == 0 and letter != ">":
            if letter == "(":
                break
            out.append(letter)
        depth += letter == "<"
    plain = "".join(out).replace("<", "").strip()
    return plain.split(" ")[-1] if "operator" not in plain else plain


def namespace_of(name: str) -> str:
    """weft::ops of `weft::ops::f(int)`; C where there is none."""
    parts = without_arguments(name).split("::")
    if len(parts) == 1:
        return "C"
    return "::".join(parts[: min(2, len(parts) - 1)]) if parts[0] == "weft" else parts[0]


def packed(parts: Iterable[bytes]) -> int:
    return len(zlib.compress(b"".join(parts), 9))


def table(functions: list[Function], key: Callable[[Function], str], top: int) -> None:
    """Prints the largest groups by key."""
    groups = defaultdict(list)
    for function in functions:
        groups[key(function)].append(len(function.body))
    whole = packed(function.body for function in functions)
    largest = sorted(groups.items(), key=lambda item: -sum(item[1]))[:top]
    print(f"{'bytes':>10} {'gzip':>9} {'functions':>9}")
    for name, sizes in largest:
        rest = packed(function.body for function in functions if key(function) != name)
        print(f"{sum(sizes):10,} {whole - rest:9,} {len(sizes):9,} {name[:140]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("module", type=Path)
    parser.add_argument("--top", type=int, default=30)
    parser.add_argument("--as-is", action="store_true", help="the module is finished already")
    options = parser.parse_args()
    try:
        if options.as_is:
            module = options.module.read_bytes()
        else:
            with tempfile.TemporaryDirectory() as place:
                made = Path(place) / "named.wasm"
                module = finish.make(options.module, made).read_bytes()
    except (split.SplitError, OSError) as error:
        print(f"sizes.py: {error}", file=sys.stderr)
        return 1
    print(f"{'bytes':>10} {'gzip':>9} section")
    for kind, content in binary.sections(module):
        if kind != binary.CUSTOM:
            print(f"{len(content):10,} {packed([content]):9,} {SECTIONS[kind]}")
    functions = functions_of(module)
    for title, key in (
        ("namespace", lambda function: namespace_of(function.name)),
        ("template", lambda function: without_arguments(function.name)),
        ("instance", lambda function: function.name),
    ):
        print(f"\nby {title}")
        table(functions, key, options.top)
    return 0


if __name__ == "__main__":
    sys.exit(main())
