"""Splits a module in two: the functions that usual networks run, which a page loads first, and the
rest, which the first file loads when it calls one of them.

Which functions run is found out: Binaryen's wasm-split puts a mark into each, and profile.mjs runs
networks (networks.py). wasm-split then makes the two files. The first calls the rest through the
module's table, for each place of which it imports a function. Those would be JavaScript, through
which no call with vectors can go. So they become functions of the module that call the one import
`load`, then the same place of the table, where the rest has put its own function by then.

Both files carry a key in the names of what they import: a page sees that they belong together.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import binary
import fused

HERE = Path(__file__).resolve().parent
# Bytes from address 0 that WeftWasm.cmake leaves free, for the marks: one for each function.
ROOM = 16384
PREFIX = "%"  # of what the first file exports for the rest
WAITING = "waiting"  # where wasm-split's imports are said to be from
LOAD = b"load"
CALL, CALL_INDIRECT, LOCAL_GET, I32_CONST, END = b"\x10", b"\x11", b"\x20", b"\x41", b"\x0b"
NOTHING_TO_NOTHING = b"\x60\0\0"
NEVER = b"\0\0\x0b"  # a function without locals: unreachable, end


class SplitError(Exception):
    """What went wrong, for the last line of the output."""


def find_tool(name: str) -> Path:
    """A program of Binaryen: in the folder that BINARYEN names, or on the path."""
    folder = os.environ.get("BINARYEN")
    if path := shutil.which(name, path=folder) or shutil.which(name):
        return Path(path)
    raise SplitError(f"{name} is not here: install Binaryen (on Debian: apt-get install binaryen)")


def run(*command: str | Path) -> None:
    """Runs a command that must end well."""
    words = [str(part) for part in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SplitError(f"{' '.join(words)}: {(done.stderr or done.stdout).strip()[-2000:]}")


# Instances of a kernel's template whose other arguments are rows and columns of a tile: sizes of
# arrays choose one of them, so with one all come first.
TILES = re.compile(rb"weft::kernels::generic::(\w*tile|micro|FewRows|DepthwiseUnit)<([^,<>]+)")


class Names:
    """Short names for functions, the same for a function in all variants of a module."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def with_all_tiles(self, short: set[bytes]) -> set[bytes]:
        """The names of these functions, and of those that differ by the tile alone."""
        kinds: dict[tuple[bytes, ...], set[bytes]] = defaultdict(set)
        for name, number in self._numbers.items():
            if tile := TILES.search(name):
                kinds[tile.groups()].add(b"%x" % number)
        return short.union(*(kind for kind in kinds.values() if kind & short))

    def shorten(self, module: bytes) -> bytes:
        """The module with short names. wasm-split's lists take no C++."""
        short = {}
        for number, name in binary.names_of(module).items():
            short[number] = b"%x" % self._numbers.setdefault(name, len(self._numbers))
        return binary.with_names(module, short)


def executed(module: bytes, networks: Path, features: tuple[str, ...]) -> set[bytes]:
    """The names of the functions that networks run: all .weft files of a folder."""
    imported = binary.imported_functions(module)
    names = binary.names_of(module)
    count = len(binary.function_types(dict(binary.sections(module))[binary.FUNCTIONS]))
    if count > ROOM:
        raise SplitError(f"split.py: {count:,} functions have marks, there is room for {ROOM:,}")
    files = sorted(networks.glob("*.weft"))
    if not files:
        raise SplitError(f"split.py: {networks} has no .weft files; networks.py writes them")
    node = shutil.which("node")
    if not node:
        raise SplitError("node is not here, which runs networks to see what they need")
    with tempfile.TemporaryDirectory() as place:
        whole, marked, marks = (Path(place) / name for name in ("whole", "marked", "marks"))
        whole.write_bytes(module)
        tool = find_tool("wasm-split")
        # The marks are written as if by several threads.
        run(tool, "--instrument", "--in-memory", whole, "-o", marked, *features, "--enable-threads")
        run(node, HERE / "profile.mjs", marked, str(count), marks, *files)
        found = marks.read_bytes()
    return {names[imported + i] for i, mark in enumerate(found) if mark}


def separate(module: bytes, kept: set[bytes], features: tuple[str, ...]) -> tuple[bytes, bytes]:
    """The first file, with the functions of these names, and the rest."""
    key = hashlib.sha256(module).hexdigest()[:8]
    own = sorted(kept & set(binary.names_of(module).values()))
    with tempfile.TemporaryDirectory() as place:
        whole, first, rest, told = (
            Path(place) / name for name in ("whole", "first", "rest", "kept")
        )
        whole.write_bytes(module)
        told.write_bytes(b"".join(name + b"\n" for name in own))
        run(
            *(find_tool("wasm-split"), whole, "-o1", first, "-o2", rest, *features),
            *(f"--keep-funcs=@{told}", "--export-prefix", PREFIX),
            *("--import-namespace", f"first-{key}", "--placeholder-namespace", WAITING),
        )
        first.write_bytes(loads_itself(first.read_bytes(), f"rest-{key}".encode()))
        for part in (first, rest):
            run(find_tool("wasm-opt"), part, "-o", part, *features, "-Oz")
        return first.read_bytes(), rest.read_bytes()


def loads_itself(module: bytes, source: bytes) -> bytes:
    """The first file with functions of its own in place of those that wasm-split imports.

    The imports are the last of the functions imported, so that nothing is renumbered but the first
    of them, whose number `load` takes: its function goes to the end. Places of the table that a
    file for one thread cannot name before the rest is there share a function that is never called.
    """
    parts = dict(binary.sections(module))
    entries = list(binary.imports(parts[binary.IMPORT]))
    functions = [entry for entry in entries if entry.kind == binary.FUNCTION]
    waiting = [entry for entry in functions if entry.module == WAITING.encode()]
    if len(waiting) < 2 or functions[-len(waiting) :] != waiting:
        raise SplitError("split.py: wasm-split has changed: its imports are not the last ones")
    own = binary.function_types(parts[binary.FUNCTIONS])
    counts = binary.parameters(parts[binary.TYPE])
    load, end, nothing = len(functions) - len(waiting), len(functions) + len(own), len(counts)
    # A thread may get a place from another, which has the rest already.
    named = None if binary.shares_memory(module) else named_places(parts)
    made = [
        (entry.type, _call(entry, counts[entry.type], load))
        if named is None or int(entry.name) in named
        else (nothing, NEVER)
        for entry in waiting
    ]
    # The numbers of functions that the table is to have instead.
    other = {load: end}
    unnamed = [load + i for i, (kind, _) in enumerate(made) if kind == nothing]
    other.update((number, other.get(unnamed[0], unnamed[0])) for number in unnamed)

    others = [entry.content for entry in entries if entry not in waiting]
    signature = bytes([binary.FUNCTION]) + binary.leb128(nothing)
    others.append(binary.text(source) + binary.text(LOAD) + signature)
    types = binary.Reader(parts[binary.TYPE])
    types.number()
    known = types.data[types.at :]
    parts[binary.TYPE] = binary.leb128(nothing + 1) + known + NOTHING_TO_NOTHING
    parts[binary.IMPORT] = _vector(others)
    all_types = [*(kind for kind, _ in made[1:]), *own, made[0][0]]
    parts[binary.FUNCTIONS] = _vector([binary.leb128(number) for number in all_types])
    parts[binary.ELEMENT] = _with_others(parts[binary.ELEMENT], other)
    old = binary.bodies(parts[binary.CODE])
    code = [*(body for _, body in made[1:]), *old, made[0][1]]
    parts[binary.CODE] = binary.with_bodies(code)
    return binary.joined(module, list(parts.items()))


def named_places(parts: dict[int, bytes]) -> set[int]:
    """Numbers that code has as constants, and all that data could hold: what may be a place of the
    table. The rest's own code may name others, but then it is there."""
    found = set()
    for body in binary.bodies(parts[binary.CODE]):
        for at in fused.instructions(body):
            if body[at] == I32_CONST[0]:
                found.add(binary.Reader(body, at + 1).number())
    # Any two bytes before two zeros; the zeros at a segment's end may have been left out.
    data = parts[binary.DATA] + bytes(3)
    found.update(
        data[i] | data[i + 1] << 8 for i in range(len(data) - 3) if not data[i + 2] | data[i + 3]
    )
    return found


def _call(entry: binary.Import, count: int, load: int) -> bytes:
    """A function that loads the rest, then calls the place of the table that the import names."""
    values = b"".join(LOCAL_GET + binary.leb128(i) for i in range(count))
    place = I32_CONST + _signed(int(entry.name))
    return (
        b"\0" + CALL + binary.leb128(load) + values + place
        + CALL_INDIRECT + binary.leb128(entry.type) + b"\0" + END
    )  # fmt: skip


def _vector(items: list[bytes]) -> bytes:
    return binary.leb128(len(items)) + b"".join(items)


def _signed(value: int) -> bytes:
    """A number that is not negative as a signed LEB128."""
    out = binary.leb128(value)
    return out if out[-1] < 0x40 else out[:-1] + bytes([out[-1] | 0x80, 0])


def _with_others(content: bytes, other: dict[int, int]) -> bytes:
    """The section with elements of tables with other numbers for some functions."""
    reader, segments = binary.Reader(content), []
    for _ in range(reader.number()):
        if reader.number() != 0 or reader.byte() != I32_CONST[0]:
            raise SplitError(
                "split.py: wasm-split has changed: segments of tables are of a new kind"
            )
        begin = reader.at
        reader.number()
        offset = reader.data[begin : reader.at]
        reader.byte()  # end
        numbers = [reader.number() for _ in range(reader.number())]
        told = _vector([binary.leb128(other.get(number, number)) for number in numbers])
        segments.append(b"\0" + I32_CONST + offset + END + told)
    return _vector(segments)
