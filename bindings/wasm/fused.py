"""Gives a WebAssembly module fused multiply-adds: the function `weft_madd_f32x4` becomes the
instruction f32x4.relaxed_madd, which processors with one have as one, rounded once.

The instruction belongs to relaxed SIMD, which Chromium has since 114 and Node since 21. The
compiler of Debian's Emscripten does not know it, and its Binaryen knows it by an old number (0xaf).
So bodies are replaced in bytes, and after Binaryen's work the old number by the one that browsers
know. The format is the one of the specification: sections, functions, instructions.
"""

from collections.abc import Iterator

NAME = b"weft_madd_f32x4"
# (a, b, c) -> a b + c: no locals, three local.get, the instruction, end.
NUMBER, OLD_NUMBER = b"\xfd\x85\x02", b"\xfd\xaf\x01"
BODY = b"\x00\x20\x00\x20\x01\x20\x02%s\x0b"
HEADER = 8
CUSTOM, IMPORT, CODE = 0, 2, 10
FUNCTION, TABLE, MEMORY, GLOBAL = range(4)  # what is imported
SHARED = 2  # a flag of a memory
FUNCTION_NAMES = 1  # the part of the section `name`
VECTORS, BULK, ATOMICS = 0xFD, 0xFC, 0xFE


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


def _imports(content: bytes) -> Iterator[tuple[int, int]]:
    """(kind, flags) of each import; a function has no flags."""
    reader = Reader(content)
    for _ in range(reader.number()):
        reader.take(reader.number())  # of what module
        reader.take(reader.number())  # by what name
        kind, flags = reader.byte(), 0
        if kind == FUNCTION:
            reader.number()
        else:  # a table has a type before its limits; a global has a type and whether it changes
            if kind in (TABLE, GLOBAL):
                reader.byte()
            flags = reader.byte()
            for _ in range(0 if kind == GLOBAL else 1 + (flags & 1)):
                reader.number()
        yield kind, flags


def imported_functions(content: bytes) -> int:
    """How many functions an import section has."""
    return sum(kind == FUNCTION for kind, _ in _imports(content))


def shares_memory(module: bytes) -> bool:
    """Does the module take a memory that several threads may share?"""
    imported = dict(sections(module)).get(IMPORT, b"\0")
    return any(kind == MEMORY and flags & SHARED for kind, flags in _imports(imported))


def _index_of(names: bytes) -> int | None:
    """The number of the function in what the section `name` says of functions."""
    reader = Reader(names)
    for _ in range(reader.number()):
        index = reader.number()
        if reader.take(reader.number()) == NAME:
            return index
    return None


def place_of(module: bytes) -> int:
    """Which body of the module is that of the function."""
    imported, found = 0, None
    for kind, content in sections(module):
        if kind == IMPORT:
            imported = imported_functions(content)
        if kind == CUSTOM:
            reader = Reader(content)
            if reader.take(reader.number()) != b"name":
                continue
            while reader.at < len(content):
                part, names = reader.byte(), reader.take(reader.number())
                found = _index_of(names) if part == FUNCTION_NAMES else found
    if found is None:
        raise ValueError(f"fused: the module names no function {NAME.decode()}")
    return found - imported


def fuse(module: bytes, number: bytes) -> bytes:
    """The module with the instruction of this number as the body of the function."""
    place, parts = place_of(module), []
    for kind, content in sections(module):
        if kind == CODE:
            found = bodies(content)
            found[place] = BODY % number
            content = with_bodies(found)
        parts.append((kind, content))
    return joined(module, parts)


def renumber(module: bytes) -> tuple[bytes, int]:
    """The module with the number that browsers know in place of the old one, and how often."""
    parts, count = [], 0
    for kind, content in sections(module):
        if kind == CODE:
            found = bodies(content)
            for i, body in enumerate(found):
                at = [place for place in instructions(body) if body.startswith(OLD_NUMBER, place)]
                changed = bytearray(body)
                for place in at:
                    changed[place : place + len(NUMBER)] = NUMBER
                found[i] = bytes(changed)
                count += len(at)
            content = with_bodies(found)
        parts.append((kind, content))
    return joined(module, parts), count


def instructions(body: bytes) -> Iterator[int]:
    """Where each instruction of a function begins."""
    reader = Reader(body)
    for _ in range(reader.number()):  # locals: how many of what type
        reader.number()
        reader.byte()
    while reader.at < len(body):
        yield reader.at
        _pass_operands(reader, reader.byte())


def _pass_operands(reader: Reader, op: int) -> None:
    """Goes behind what follows an instruction's number."""
    if op == VECTORS:
        _pass_vector_operands(reader, reader.number())
    elif op == BULK:
        sub = reader.number()
        counts = {8: 2, 10: 2, 12: 2, 14: 2}  # indices; conversions have none, the rest one
        for _ in range(0 if sub < 8 else counts.get(sub, 1)):
            reader.number()
    elif op == ATOMICS:  # a fence has one byte; the rest an alignment and an offset
        for _ in range(1 if reader.number() == 3 else 2):
            reader.number()
    elif op == 0x0E:  # br_table
        for _ in range(reader.number() + 1):
            reader.number()
    elif op == 0x1C:  # select of given types
        reader.take(reader.number())
    elif op == 0x43:  # f32.const
        reader.take(4)
    elif op == 0x44:  # f64.const
        reader.take(8)
    elif op == 0x11 or 0x28 <= op <= 0x3E:  # call_indirect; loads and stores
        reader.number()
        reader.number()
    elif op in (0x02, 0x03, 0x04, 0x0C, 0x0D, 0x10, 0x3F, 0x40, 0x41, 0x42, 0xD0, 0xD2) or (
        0x20 <= op <= 0x26  # locals, globals, tables
    ):
        reader.number()


def _pass_vector_operands(reader: Reader, op: int) -> None:
    if op in (12, 13):  # v128.const, i8x16.shuffle
        reader.take(16)
    elif op <= 11 or 84 <= op <= 93:  # loads and stores; those of 84 to 91 have a lane, too
        reader.number()
        reader.number()
        reader.take(1 if 84 <= op <= 91 else 0)
    elif 21 <= op <= 34:  # lanes
        reader.byte()
