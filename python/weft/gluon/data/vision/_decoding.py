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
from weft._base.packages import installing
from weft._base.regular_files import regular
from weft.gluon.data.vision._extents import jpeg_size, require_size


def has_opencv() -> bool:
    return find_spec("cv2") is not None


def opencv(where: str) -> Any:
    """The module `cv2`. Raises ImportError that says what to install."""
    try:
        import cv2
    except ImportError as error:
        raise ImportError(f"{where}: it needs OpenCV: {installing('images')}") from error
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

    Of 16 bits an element the upper 8 are taken, alpha is left out, and a palette is looked up.

    Raises OSError for what is no image, a damaged one, or one of too many pixels, ImportError where
    neither library is installed.
    """
    if not content:
        raise FileFailure(f"{where}: an image is wanted, and there are no bytes")
    require_size(content, where)
    parts = 1 if min_size is None else _parts(content, min_size)
    is_for_pillow = not has_opencv() or _is_for_pillow(content)
    decoded = _by_pillow if is_for_pillow else _by_opencv
    pixels = decoded(content, color, where, parts)
    return pixels if color else pixels[..., None]


def _is_for_pillow(content: bytes) -> bool:
    """Is it a file whose transparent pixels OpenCV makes darker: a GIF, or a TIFF with alpha? Where
    Pillow is not installed OpenCV reads them all the same."""
    if content[:4] not in (b"GIF8", b"II*\0", b"MM\0*") or find_spec("PIL") is None:
        return False
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.format == "GIF" or image.mode in ("RGBA", "RGBX", "LA", "RGBa")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False


def _parts(content: bytes, min_size: int) -> int:
    """Of how many times the size of the result a JPEG may be: 1, 2, 4 or 8."""
    shorter = min(jpeg_size(content) or (0, 0))
    return max((n for n in (1, 2, 4, 8) if -(-shorter // n) >= min_size), default=1)


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
        raise ImportError(f"{where}: it needs OpenCV or Pillow: {installing('images')}") from error
    try:
        with Image.open(io.BytesIO(content)) as image:
            if parts > 1:
                image.draft(None, (image.width // parts, image.height // parts))
            upright = _of_8_bits(ImageOps.exif_transpose(image), image.format, where)
            return numpy.array(upright.convert("RGB" if color else "L"))
    except UnidentifiedImageError:
        raise FileFailure(
            f"{where}: its {len(content)} bytes are no image that Pillow knows"
        ) from None
    except FileFailure:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FileFailure(f"{where}: its image is damaged: {error}") from error


def _of_8_bits(image: Any, format: str | None, where: str) -> Any:
    """The image with 8 bits an element. Pillow would cut 16 bits off at 255; as OpenCV, the upper 8
    are taken here. Raises OSError for 32 bits, of which no library says what is white."""
    from PIL import Image

    is_of_16 = image.mode.startswith("I;16") or (image.mode == "I" and format in ("PNG", "PPM"))
    if is_of_16:
        return Image.fromarray((numpy.asarray(image) >> 8).astype(numpy.uint8))
    if image.mode in ("I", "F"):
        raise FileFailure(
            f"{where}: its elements have 32 bits; an image has 8 or 16, such as `x.astype('uint8')`"
        )
    return image


__all__ = ["content_of", "decode", "has_opencv", "jpeg_size", "opencv"]
