"""How large an image is by the head of its file, before anything is decoded: a file of 1 MB can
stand for gigabytes of pixels. What is larger than the limit is refused."""

import os
import re
import struct
from typing import Any

from weft._base.errors import FileFailure, InvalidValue

DEFAULT_LIMIT = 178_956_970  # pixels: half a gigabyte in color, and what Pillow refuses
_VARIABLE = "WEFT_MAX_IMAGE_PIXELS"
_MOST_TAGS = 4096  # of a TIFF
_Size = tuple[int, int] | None  # width and height; None where the head does not say


def limit() -> int:
    """The most pixels that an image may have. The variable WEFT_MAX_IMAGE_PIXELS says how many,
    to this process and to those that it starts.

    Raises ValueError where it is no count.
    """
    told = os.environ.get(_VARIABLE, "")
    if not told:
        return DEFAULT_LIMIT
    if not told.isascii() or not told.isdigit():
        raise InvalidValue(f"{_VARIABLE}: must be a count of pixels; got {told!r}")
    return int(told)


def require_size(content: bytes, where: str) -> None:
    """Raises OSError for an image of more pixels than the limit, by its head."""
    try:
        size = size_of(content)
    except (struct.error, IndexError, ValueError):
        return  # damaged: who decodes it says so
    if size is not None:
        require_pixels(*size, where)


def require_pixels(width: int, height: int, where: str) -> None:
    """Raises OSError for more pixels than the limit."""
    if width * height > limit():
        raise FileFailure(
            f"{where}: an image of {width} x {height} has more than {limit()} pixels; set "
            f"{_VARIABLE} to a larger number if you want it"
        )


def size_of(content: bytes) -> _Size:
    """Width and height by the head of a PNG, JPEG, GIF, BMP, WebP, TIFF or PNM, or what Pillow
    finds where it is installed."""
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return _unpacked(">II", content, 16)
    if content[:2] == b"\xff\xd8":
        return jpeg_size(content)
    if content[:4] == b"GIF8":
        return _unpacked("<HH", content, 6)
    if content[:2] == b"BM":
        return _bmp_size(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _webp_size(content)
    if content[:4] in (b"II*\0", b"MM\0*"):
        return _tiff_size(content)
    if re.match(rb"P[1-7]\s", content):
        return _pnm_size(content)
    return _by_pillow(content)


def _unpacked(form: str, content: bytes, place: int) -> tuple[int, int]:
    found: Any = struct.unpack_from(form, content, place)
    return found


def jpeg_size(content: bytes) -> _Size:
    """Width and height of a JPEG, from its frame header; None for what has none."""
    if content[:2] != b"\xff\xd8":
        return None
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:  # markers may be filled up
            place += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # no tables
            high, wide = content[place + 5 : place + 7], content[place + 7 : place + 9]
            return int.from_bytes(wide, "big"), int.from_bytes(high, "big")
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return None


def _bmp_size(content: bytes) -> _Size:
    (head,) = struct.unpack_from("<I", content, 14)
    width, height = _unpacked("<HH" if head == 12 else "<ii", content, 18)
    return abs(width), abs(height)


def _webp_size(content: bytes) -> _Size:
    kind = content[12:16]
    if kind == b"VP8 ":
        width, height = _unpacked("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    wide, high = content[24:27], content[27:30]
    return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1


def _tiff_size(content: bytes) -> _Size:
    order = "<" if content[:2] == b"II" else ">"
    (place,) = struct.unpack_from(f"{order}I", content, 4)
    (count,) = struct.unpack_from(f"{order}H", content, place)
    found = {}
    for number in range(min(count, _MOST_TAGS)):
        tag, kind = struct.unpack_from(f"{order}HH", content, place + 2 + 12 * number)
        if tag in (256, 257):
            form = "H" if kind == 3 else "I"
            (found[tag],) = struct.unpack_from(f"{order}{form}", content, place + 10 + 12 * number)
    return (found[256], found[257]) if len(found) == 2 else None


def _pnm_size(content: bytes) -> _Size:
    head = re.sub(rb"#[^\n]*", b" ", content[:4096])
    if content[1:2] == b"7":
        told = dict(re.findall(rb"(WIDTH|HEIGHT)\s+([0-9]+)", head))
        return int(told[b"WIDTH"]), int(told[b"HEIGHT"])
    numbers = head.split()[1:3]
    return int(numbers[0]), int(numbers[1])


def _by_pillow(content: bytes) -> _Size:
    """By Pillow, which only reads the head of a file that it opens."""
    import io
    import warnings

    try:
        from PIL import Image
    except ImportError:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes, which are judged here
            with Image.open(io.BytesIO(content)) as image:
                return image.size
    except Exception:  # whatever a plug-in raises: who decodes it says what is wrong
        return None


__all__ = ["DEFAULT_LIMIT", "jpeg_size", "limit", "require_pixels", "require_size", "size_of"]
