"""Gives a WebAssembly module fused multiply-adds: the function `weft_madd_f32x4` becomes the
instruction f32x4.relaxed_madd, which processors with one have as one, rounded once.

The instruction belongs to relaxed SIMD, which Chromium has since 114 and Node since 21. The
compiler of Debian's Emscripten does not know it, and its Binaryen knows it by an old number (0xaf).
So bodies are replaced in bytes, and after Binaryen's work the old number by the one that browsers
know. The format is the one of the specification: sections, functions, instructions.
"""

from collections.abc import Iterator

from binary import (
    CODE,
    Reader,
    bodies,
    imported_functions,
    joined,
    names_of,
    sections,
    with_bodies,
)

NAME = b"weft_madd_f32x4"
# (a, b, c) -> a b + c: no locals, three local.get, the instruction, end.
NUMBER, OLD_NUMBER = b"\xfd\x85\x02", b"\xfd\xaf\x01"
BODY = b"\x00\x20\x00\x20\x01\x20\x02%s\x0b"
VECTORS, BULK, ATOMICS = 0xFD, 0xFC, 0xFE


def place_of(module: bytes) -> int:
    """Which body of the module is that of the function."""
    found = [number for number, name in names_of(module).items() if name == NAME]
    if not found:
        raise ValueError(f"fused: the module names no function {NAME.decode()}")
    return found[0] - imported_functions(module)


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
