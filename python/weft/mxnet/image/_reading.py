"""Images from files, bytes and other images: `imread`, `imdecode`, `imresize`, rotations."""

import os
import random
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.gluon.data._recordio import as_bytes
from weft.gluon.data.vision._decoding import decode
from weft.gluon.data.vision._rotation import rotated
from weft.gluon.data.vision.records import content_of
from weft.mxnet._made import host, made
from weft.mxnet._resizing import resized


def imread(filename: str | os.PathLike, flag: int = 1, to_rgb: bool | int = True) -> Any:
    """The image of a file, uint8 (H, W, C). Needs OpenCV or Pillow.

    flag: 1 in color, 3 channels; 0 in gray, 1 channel
    to_rgb: colors are red, green, blue; else blue, green, red

    Raises FileNotFoundError, and OSError that names the file when it is no image or damaged.
    """
    content = content_of(filename, "imread")
    return _decoded(content, flag, to_rgb, "imread", f"imread: {filename}")


def imdecode(buf: Any, flag: int = 1, to_rgb: bool | int = True) -> Any:
    """The image that bytes hold, uint8 (H, W, C). Needs OpenCV or Pillow.

    buf: the bytes of a file, or an array uint8 of them
    flag: 1 in color, 3 channels; 0 in gray, 1 channel
    to_rgb: colors are red, green, blue; else blue, green, red
    """
    content = buf if isinstance(buf, bytes) else as_bytes(host(buf), "imdecode", "buf")
    return _decoded(content, flag, to_rgb, "imdecode", "imdecode: `buf`")


def imresize(src: Any, w: int, h: int, interp: int = 1) -> Any:
    """An image (H, W, C) scaled to a width and a height. Needs OpenCV.

    interp: 0 the nearest pixel, 1 bilinear, 2 cubic, 3 means of areas, 4 Lanczos, 9 by the size
        (2 to enlarge, 3 to shrink, else 1), 10 at random
    """
    return made(resized("imresize", image_of("imresize", src), (int(h), int(w)), interp))


def imrotate(src: Any, rotation_degrees: Any, zoom_in: bool = False, zoom_out: bool = False) -> Any:
    """A float image (C, H, W), or a batch (N, C, H, W), rotated about its center,
    counterclockwise for positive angles.

    rotation_degrees: an angle, or one for each image of a batch
    zoom_in: so small a part that it has no empty corners; zoom_out: so small that all is seen

    Pixels that the rotated image does not cover are 0.

    >>> imrotate(numpy.eye(3, dtype="float32")[None], 90)[0].asnumpy().round()
    array([[0., 0., 1.],
           [0., 1., 0.],
           [1., 0., 0.]], dtype=float32)
    """
    pixels = host(src)
    if pixels.ndim not in (3, 4):
        raise InvalidValue(
            f"imrotate: `src` must be (C, H, W) or (N, C, H, W); got shape {pixels.shape}"
        )
    angles = host(rotation_degrees).astype("float64")
    if angles.ndim == 0:
        return made(rotated("imrotate", pixels, float(angles), zoom_in, zoom_out))
    if pixels.ndim != 4 or angles.shape != pixels.shape[:1]:
        raise InvalidValue(
            "imrotate: `rotation_degrees` must be one angle or one for each image; got shape "
            f"{angles.shape} for images {pixels.shape}"
        )
    each = [
        rotated("imrotate", image, float(angle), zoom_in, zoom_out)
        for image, angle in zip(pixels, angles, strict=True)
    ]
    return made(numpy.stack(each))


def random_rotate(
    src: Any, angle_limits: tuple[float, float], zoom_in: bool = False, zoom_out: bool = False
) -> Any:
    """A float image (C, H, W), or each of a batch (N, C, H, W), rotated by a random angle between
    two."""
    pixels = host(src)
    count = len(pixels) if pixels.ndim == 4 else None
    if count is None:
        return imrotate(pixels, random.uniform(*angle_limits), zoom_in, zoom_out)
    angles = [random.uniform(*angle_limits) for _ in range(count)]
    return imrotate(pixels, angles, zoom_in, zoom_out)


def image_of(where: str, src: Any) -> numpy.ndarray:
    """An image as NumPy's array. Raises ValueError unless it is (H, W, C)."""
    pixels = host(src)
    if pixels.ndim != 3:
        raise InvalidValue(f"{where}: `src` must be an image (H, W, C); got shape {pixels.shape}")
    return pixels


def _decoded(content: bytes, flag: int, to_rgb: bool | int, name: str, where: str) -> Any:
    if flag not in (0, 1):
        raise InvalidValue(f"{name}: `flag` must be 0 (gray) or 1 (color); got {flag}")
    pixels = decode(content, bool(flag), where)
    return made(pixels if to_rgb or not flag else pixels[..., ::-1])


__all__ = ["image_of", "imdecode", "imread", "imresize", "imrotate", "random_rotate"]
