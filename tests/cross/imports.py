"""Which libraries a program or a shared library of another system asks for, read from the file:
PE (Windows), Mach-O (macOS, iOS) and ELF (Linux, Android), 64 bits, little-endian.

    python tests/cross/imports.py FILE...
"""

import struct
import sys
from pathlib import Path


def imports(path: Path) -> set[str]:
    """Names of libraries. Raises ValueError for a file of another form."""
    data = path.read_bytes()
    if data[:2] == b"MZ":
        return _pe(data)
    if data[:4] == b"\xcf\xfa\xed\xfe":
        return _mach_o(data)
    if data[:5] == b"\x7fELF\x02":
        return _elf(data)
    raise ValueError(f"{path.name} is no PE, Mach-O or ELF file of 64 bits")


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()


def _pe(data: bytes) -> set[str]:
    """By the import directory: entries of 20 bytes; their fourth word is the name's address."""
    (header,) = struct.unpack_from("<I", data, 0x3C)
    sections, optional = struct.unpack_from("<2xH12xH", data, header + 4)
    (table,) = struct.unpack_from("<I", data, header + 24 + 112 + 8)  # the second directory
    first = header + 24 + optional
    places = [struct.unpack_from("<4I", data, first + 40 * i + 8) for i in range(sections)]

    def offset(address: int) -> int:
        for size, begin, _, raw in places:
            if begin <= address < begin + size:
                return address - begin + raw
        raise ValueError(f"no section has the address {address:#x}")

    found, at = set(), offset(table) if table else 0
    while at and (name := struct.unpack_from("<I", data, at + 12)[0]):
        found.add(_text(data, offset(name)).lower())
        at += 20
    return found


def _mach_o(data: bytes) -> set[str]:
    """By the load commands for libraries: usual, weak, re-exported."""
    (count,) = struct.unpack_from("<I", data, 16)
    found, at = set(), 32
    for _ in range(count):
        command, size, name = struct.unpack_from("<III", data, at)
        if command & ~0x80000000 in (0xC, 0x18, 0x1F):
            found.add(_text(data, at + name))
        at += size
    return found


def _elf(data: bytes) -> set[str]:
    """By DT_NEEDED in the dynamic section, whose strings are another section."""
    (sections,) = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    headers = [struct.unpack_from("<IIQQQQII", data, sections + size * i) for i in range(count)]
    found = set()
    for _, kind, _, _, begin, length, link, _ in headers:
        if kind != 6:  # SHT_DYNAMIC
            continue
        for at in range(begin, begin + length, 16):
            tag, value = struct.unpack_from("<QQ", data, at)
            if tag == 1:
                found.add(_text(data, headers[link][4] + value))
    return found


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name, *sorted(imports(Path(name))))
