"""Images from their files' bytes: by OpenCV where it is installed, which takes two thirds of
Pillow's time (`benchmarks/record_images.py`), else by Pillow. Both turn an image as its camera was
held, and both decode JPEG by libjpeg-turbo to the same pixels.

Decoding holds no lock of Python, so threads decode side by side.
"""

import io
from importlib.util import find_spec
from typing import Any

import numpy

from weft._base.errors import FileFailure

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


def decode(content: bytes, color: bool, where: str) -> numpy.ndarray:
    """An image, uint8 (H, W, 3) in the order red, green, blue, or (H, W, 1) in gray.

    where: begins the error, and names the file. Raises OSError for what is no image or a damaged
    one, ImportError where neither library is installed.
    """
    if not content:
        raise FileFailure(f"{where}: an image is wanted, and there are no bytes")
    decoded = _by_opencv if has_opencv() else _by_pillow
    pixels = decoded(content, color, where)
    return pixels if color else pixels[..., None]


def _by_opencv(content: bytes, color: bool, where: str) -> numpy.ndarray:
    import cv2

    flag = cv2.IMREAD_COLOR_RGB if color else cv2.IMREAD_GRAYSCALE
    try:
        pixels = cv2.imdecode(numpy.frombuffer(content, numpy.uint8), flag)
    except cv2.error as error:
        raise FileFailure(f"{where}: its content cannot be decoded: {error.err}") from None
    if pixels is None:
        raise FileFailure(
            f"{where}: its {len(content)} bytes are no image that OpenCV knows, or a damaged one"
        )
    return pixels


def _by_pillow(content: bytes, color: bool, where: str) -> numpy.ndarray:
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as error:
        raise ImportError(f"{where}: it needs OpenCV or Pillow: {INSTALL}") from error
    try:
        with Image.open(io.BytesIO(content)) as image:
            upright = ImageOps.exif_transpose(image)
            return numpy.array(upright.convert("RGB" if color else "L"))
    except UnidentifiedImageError:
        raise FileFailure(
            f"{where}: its {len(content)} bytes are no image that Pillow knows"
        ) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise FileFailure(f"{where}: its image is damaged: {error}") from error


__all__ = ["INSTALL", "decode", "has_opencv", "opencv"]
