"""Modules of WebAssembly in bytes: sections, imports, functions, names.

The format is the one of the specification: numbers are LEB128, a section is a number, its length
and its content.
"""

from collections.abc import Iterator
from dataclasses import dataclass

HEADER = 8
CUSTOM, TYPE, IMPORT, FUNCTIONS, ELEMENT, CODE, DATA = 0, 1, 2, 3, 9, 10, 11
FUNCTION, TABLE, MEMORY, GLOBAL = range(4)  # what is imported
SHARED = 2  # a flag of a memory
FUNCTION_NAMES = 1  # the part of the section `name`


class Reader:
    """Numbers of the format, one after the other."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """An unsigned LEB128; of a signed one, what it takes to pass it."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def take(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def leb128(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, content) of each section."""
    reader = Reader(module, HEADER)
    while reader.at < len(module):
        kind = reader.byte()
        yield kind, reader.take(reader.number())


def joined(module: bytes, parts: list[tuple[int, bytes]]) -> bytes:
    return module[:HEADER] + b"".join(
        bytes([kind]) + leb128(len(content)) + content for kind, content in parts
    )


def bodies(code: bytes) -> list[bytes]:
    """Locals and instructions of each function, of the section with code."""
    reader = Reader(code)
    return [reader.take(reader.number()) for _ in range(reader.number())]


def with_bodies(all_bodies: list[bytes]) -> bytes:
    return leb128(len(all_bodies)) + b"".join(leb128(len(body)) + body for body in all_bodies)


@dataclass
class Import:
    """What a module takes: from which module, by what name, of what kind (FUNCTION, …)."""

    module: bytes
    name: bytes
    kind: int
    flags: int  # of a table or memory
    type: int  # of a function: which of the section with types
    content: bytes  # all of it


def imports(content: bytes) -> Iterator[Import]:
    """The entries of an import section."""
    reader = Reader(content)
    for _ in range(reader.number()):
        begin = reader.at
        module, name = reader.take(reader.number()), reader.take(reader.number())
        kind, flags, signature = reader.byte(), 0, 0
        if kind == FUNCTION:
            signature = reader.number()
        else:  # a table has a type before its limits; a global has a type and whether it changes
            if kind in (TABLE, GLOBAL):
                reader.byte()
            flags = reader.byte()
            for _ in range(0 if kind == GLOBAL else 1 + (flags & 1)):
                reader.number()
        yield Import(module, name, kind, flags, signature, content[begin : reader.at])


def imported_functions(module: bytes) -> int:
    """How many functions a module imports, which have the first numbers."""
    content = dict(sections(module)).get(IMPORT, b"\0")
    return sum(entry.kind == FUNCTION for entry in imports(content))


def shares_memory(module: bytes) -> bool:
    """Does the module take a memory that several threads may share?"""
    content = dict(sections(module)).get(IMPORT, b"\0")
    return any(entry.kind == MEMORY and entry.flags & SHARED for entry in imports(content))


def function_types(content: bytes) -> list[int]:
    """Which type each function of the module's own has, of its section with functions."""
    reader = Reader(content)
    return [reader.number() for _ in range(reader.number())]


def parameters(content: bytes) -> list[int]:
    """How many parameters the functions of each type have, of the section with types."""
    reader, counts = Reader(content), []
    for _ in range(reader.number()):
        reader.byte()  # that it is a function
        counts.append(reader.number())
        reader.take(counts[-1])
        reader.take(reader.number())
    return counts


def names_of(module: bytes) -> dict[int, bytes]:
    """The section `name`'s names of functions, by number; imported ones count, too."""
    names = {}
    for kind, content in sections(module):
        reader = Reader(content)
        if kind != CUSTOM or reader.take(reader.number()) != b"name":
            continue
        while reader.at < len(content):
            part, inner = reader.byte(), Reader(reader.take(reader.number()))
            if part == FUNCTION_NAMES:
                for _ in range(inner.number()):
                    number = inner.number()
                    names[number] = inner.take(inner.number())
    return names


def with_names(module: bytes, names: dict[int, bytes]) -> bytes:
    """The module with these names of functions and no others."""
    told = leb128(len(names)) + b"".join(
        leb128(number) + text(name) for number, name in sorted(names.items())
    )
    section = text(b"name") + bytes([FUNCTION_NAMES]) + text(told)
    parts = [(kind, content) for kind, content in sections(module) if not is_names(kind, content)]
    return joined(module, [*parts, (CUSTOM, section)])


def is_names(kind: int, content: bytes) -> bool:
    """Is it the section with names?"""
    reader = Reader(content)
    return kind == CUSTOM and reader.take(reader.number()) == b"name"


def text(content: bytes) -> bytes:
    """Bytes as the format has them: their number first."""
    return leb128(len(content)) + content
