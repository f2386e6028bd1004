"""Images from their files' bytes: by OpenCV where it is installed, which takes half of Pillow's
time (`benchmarks/jpeg_pipeline.py`), else by Pillow. Both turn an image as its camera was
held, and both decode JPEG by libjpeg-turbo to the same pixels.

Decoding holds no lock of Python, so threads decode side by side.
"""

import io
import os
from importlib.util import find_spec
from typing import Any

import numpy

from weft._base.errors import FileFailure, MissingFile
from weft._base.regular_files import regular

INSTALL = "pip install 'weft[images]'"


def has_opencv() -> bool:
    return find_spec("cv2") is not None


def opencv(where: str) -> Any:
    """The module `cv2`. Raises ImportError that says what to install."""
    try:
        import cv2
    except ImportError as error:
        raise ImportError(f"{where}: it needs OpenCV: {INSTALL}") from error
    return cv2


def content_of(path: str | os.PathLike, where: str) -> bytes:
    """The bytes of a file. Raises FileNotFoundError or OSError with its name."""
    try:
        with open(path, "rb", opener=regular) as file:
            return file.read()
    except FileNotFoundError:
        raise MissingFile(f"{where}: there is no file {path}") from None
    except OSError as error:
        raise FileFailure(f"{where}: {path} cannot be read: {error.strerror or error}") from None


def decode(content: bytes, color: bool, where: str, min_size: int | None = None) -> numpy.ndarray:
    """An image, uint8 (H, W, 3) in the order red, green, blue, or (H, W, 1) in gray.

    where: begins the error, and names the file
    min_size: a JPEG is decoded at 1/2, 1/4 or 1/8 of its size where no side becomes shorter; None
        for its whole size

    Raises OSError for what is no image or a damaged one, ImportError where neither library is
    installed.
    """
    if not content:
        raise FileFailure(f"{where}: an image is wanted, and there are no bytes")
    parts = 1 if min_size is None else _parts(content, min_size)
    decoded = _by_opencv if has_opencv() else _by_pillow
    pixels = decoded(content, color, where, parts)
    return pixels if color else pixels[..., None]


def _parts(content: bytes, min_size: int) -> int:
    """Of how many times the size of the result a JPEG may be: 1, 2, 4 or 8."""
    shorter = min(jpeg_size(content) or (0, 0))
    return max((n for n in (1, 2, 4, 8) if -(-shorter // n) >= min_size), default=1)


def jpeg_size(content: bytes) -> tuple[int, int] | None:
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


def _by_opencv(content: bytes, color: bool, where: str, parts: int) -> numpy.ndarray:
    import cv2

    if parts == 1:
        flag = cv2.IMREAD_COLOR_RGB if color else cv2.IMREAD_GRAYSCALE
    else:
        flag = getattr(cv2, f"IMREAD_REDUCED_{'COLOR' if color else 'GRAYSCALE'}_{parts}")
    try:
        pixels = cv2.imdecode(numpy.frombuffer(content, numpy.uint8), flag)
    except cv2.error as error:
        raise FileFailure(f"{where}: its content cannot be decoded: {error.err}") from None
    if pixels is None:
        raise FileFailure(
            f"{where}: its {len(content)} bytes are no image that OpenCV knows, or a damaged one"
        )
    # OpenCV has no flag for reduced colors in the order red, green, blue.
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB) if color and parts > 1 else pixels


def _by_pillow(content: bytes, color: bool, where: str, parts: int) -> numpy.ndarray:
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as error:
        raise ImportError(f"{where}: it needs OpenCV or Pillow: {INSTALL}") from error
    try:
        with Image.open(io.BytesIO(content)) as image:
            if parts > 1:
                image.draft(None, (image.width // parts, image.height // parts))
            upright = ImageOps.exif_transpose(image)
            return numpy.array(upright.convert("RGB" if color else "L"))
    except UnidentifiedImageError:
        raise FileFailure(
            f"{where}: its {len(content)} bytes are no image that Pillow knows"
        ) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FileFailure(f"{where}: its image is damaged: {error}") from error


__all__ = ["INSTALL", "content_of", "decode", "has_opencv", "jpeg_size", "opencv"]
