"""Images from files, bytes and other images: `imread`, `imdecode`, `imresize`, rotations."""

import os
import random
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft.gluon.data._recordio import as_bytes
from weft.gluon.data.vision._decoding import decode
from weft.gluon.data.vision._rotation import rotated
from weft.gluon.data.vision.records import content_of
from weft.mxnet._made import host
from weft.mxnet._resizing import resized
from weft.mxnet.ndarray._given import made


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


def imresize(src: Any, w: int, h: int, interp: int = 1, out: Any = None) -> Any:
    """An image (H, W, C) scaled to a width and a height. Needs OpenCV.

    out: an array to write the result into

    interp: 0 the nearest pixel, 1 bilinear, 2 cubic, 3 means of areas, 4 Lanczos, 9 by the size
        (2 to enlarge, 3 to shrink, else 1), 10 at random
    """
    return put(resized("imresize", image_of("imresize", src), (int(h), int(w)), interp), out)


_BORDERS = ("constant", "edge", "symmetric", "wrap", "reflect")


def copyMakeBorder(
    src: Any,
    top: int,
    bot: int,
    left: int,
    right: int,
    type: int = 0,
    value: float = 0.0,
    values: Sequence[float] | None = None,
    out: Any = None,
) -> Any:
    """An image (H, W, C) with pixels around it.

    type: 0 of one value, 1 those of the edge, 2 the mirror image, 3 those of the other side, 4 the
        mirror image without the edge; value: of the pixels, or `values`, one for each channel
    out: an array to write the result into

    >>> copyMakeBorder(numpy.ones((1, 1, 1), "uint8"), 0, 1, 1, 0, values=[7])[..., 0].tolist()
    [[7, 1], [7, 7]]
    """
    pixels = image_of("copyMakeBorder", src)
    if type not in range(len(_BORDERS)):
        raise InvalidValue(f"copyMakeBorder: `type` must be 0 to 4; got {type}")
    around = ((top, bot), (left, right), (0, 0))
    if type:
        return put(numpy.pad(pixels, around, mode=_BORDERS[type]), out)
    found = numpy.empty(
        (pixels.shape[0] + top + bot, pixels.shape[1] + left + right, pixels.shape[2]), pixels.dtype
    )
    found[...] = value if not values else numpy.resize(values, pixels.shape[2])
    found[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return put(found, out)


def put(pixels: numpy.ndarray, out: Any) -> Any:
    """An array of pixels: a new one, or one that is given to be written."""
    if out is None:
        return made(pixels)
    out[...] = made(pixels, out.dtype)
    return out


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
    if pixels.ndim != 4:
        raise InvalidType(
            "imrotate: `rotation_degrees` must be a number for one image; got shape "
            f"{angles.shape} for an image {pixels.shape}"
        )
    if angles.shape != pixels.shape[:1]:
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


__all__ = [
    "copyMakeBorder",
    "image_of",
    "imdecode",
    "imread",
    "imresize",
    "imrotate",
    "random_rotate",
]
