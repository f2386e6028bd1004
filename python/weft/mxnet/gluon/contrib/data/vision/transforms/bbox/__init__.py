"""Transforms of an image (H, W, C) and boxes (N, 4) around what is in it.

A box is left, top, right and bottom in pixels; whatever follows these in its row stays. What is
random follows `random.seed` of Python.

>>> from weft import mxnet as mx
>>> bbox = mx.gluon.contrib.data.vision.transforms.bbox
>>> image, boxes = bbox.ImageBboxCrop((0, 0, 3, 3))(
...     mx.np.ones((10, 10, 3)), mx.np.array([[0, 1, 3, 4, 7]]))
>>> image.shape, boxes.asnumpy().tolist()
((3, 3, 3), [[0.0, 1.0, 3.0, 3.0, 7.0]])
"""

import random
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.mxnet._made import host
from weft.mxnet._resizing import scaled
from weft.mxnet.gluon.block import Block
from weft.mxnet.gluon.contrib.data.vision.transforms.bbox import utils
from weft.mxnet.gluon.data.vision.transforms import _like


class _BoxTransform(Block):
    """A subclass has `_changed`, on arrays of NumPy."""

    def _changed(
        self, pixels: numpy.ndarray, boxes: numpy.ndarray
    ) -> tuple[numpy.ndarray, numpy.ndarray]:
        raise NotImplementedError

    def forward(self, img: Any, bbox: Any) -> tuple[Any, Any]:
        """The image and the boxes, in the kinds of arrays that they came in."""
        title = type(self).__name__
        pixels, boxes = host(img), utils.boxes_of(title, bbox)
        if pixels.ndim != 3:
            raise InvalidValue(f"{title}: `img` must be (H, W, C); got shape {pixels.shape}")
        image, found = self._changed(pixels, boxes)
        return _like(img, image), _like(bbox, found.astype(boxes.dtype, copy=False))


class ImageBboxRandomFlipLeftRight(_BoxTransform):
    """The mirror image with probability `p`."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def _changed(
        self, pixels: numpy.ndarray, boxes: numpy.ndarray
    ) -> tuple[numpy.ndarray, numpy.ndarray]:
        if random.random() >= self.p:
            return pixels, boxes
        size = pixels.shape[1], pixels.shape[0]
        return pixels[:, ::-1], utils.bbox_flip(boxes, size, flip_x=True)


class ImageBboxCrop(_BoxTransform):
    """A part of the image, and what is left of the boxes in it; an image that does not have the
    part stays as it is.

    crop: left, top, width and height
    allow_outside_center: keep boxes whose center is outside of the part?
    """

    def __init__(self, crop: Sequence[int], allow_outside_center: bool = False) -> None:
        super().__init__()
        if len(crop) != 4 or min(crop[:2]) < 0 or min(crop[2:]) <= 0:
            raise InvalidValue(
                "ImageBboxCrop: `crop` must be left, top, width and height, the first two at least "
                f"0 and the others above; got {tuple(crop)}"
            )
        self._crop, self._allow_outside_center = tuple(crop), allow_outside_center

    def _changed(
        self, pixels: numpy.ndarray, boxes: numpy.ndarray
    ) -> tuple[numpy.ndarray, numpy.ndarray]:
        left, top, width, height = self._crop
        if left + width > pixels.shape[1] or top + height > pixels.shape[0]:
            return pixels, boxes
        part = pixels[top : top + height, left : left + width]
        return part, utils.bbox_crop(boxes, self._crop, self._allow_outside_center)


class ImageBboxRandomCropWithConstraints(_BoxTransform):
    """With probability `p` a random part, as `utils.bbox_random_crop_with_constraints` draws it."""

    def __init__(
        self,
        p: float = 0.5,
        min_scale: float = 0.3,
        max_scale: float = 1,
        max_aspect_ratio: float = 2,
        constraints: Any = None,
        max_trial: int = 50,
    ) -> None:
        super().__init__()
        self.p = p
        self._options = (min_scale, max_scale, max_aspect_ratio, constraints, max_trial)

    def _changed(
        self, pixels: numpy.ndarray, boxes: numpy.ndarray
    ) -> tuple[numpy.ndarray, numpy.ndarray]:
        if random.random() > self.p:
            return pixels, boxes
        size = pixels.shape[1], pixels.shape[0]
        found, part = utils.bbox_random_crop_with_constraints(boxes, size, *self._options)
        left, top, width, height = part
        return pixels[top : top + height, left : left + width], found


class ImageBboxRandomExpand(_BoxTransform):
    """With probability `p` the image somewhere in a larger one.

    max_ratio: how many times as large, at most; keep_ratio: are the proportions kept?
    fill: the pixels around it, one number or one for each channel
    """

    def __init__(
        self, p: float = 0.5, max_ratio: float = 4, fill: Any = 0, keep_ratio: bool = True
    ) -> None:
        super().__init__()
        self.p = p
        self._max_ratio, self._fill, self._keep_ratio = max_ratio, fill, keep_ratio

    def _changed(
        self, pixels: numpy.ndarray, boxes: numpy.ndarray
    ) -> tuple[numpy.ndarray, numpy.ndarray]:
        if self._max_ratio <= 1 or random.random() > self.p:
            return pixels, boxes
        fill = numpy.asarray(self._fill)
        if fill.size not in (1, pixels.shape[2]):
            raise InvalidValue(
                "ImageBboxRandomExpand: `fill` must have one value or one for each channel; got "
                f"{fill.size} for an image {pixels.shape}"
            )
        tall, wide, channels = pixels.shape
        across = random.uniform(1, self._max_ratio)
        down = across if self._keep_ratio else random.uniform(1, self._max_ratio)
        larger = numpy.empty((int(tall * down), int(wide * across), channels), pixels.dtype)
        larger[...] = fill
        top = random.randint(0, larger.shape[0] - tall)
        left = random.randint(0, larger.shape[1] - wide)
        larger[top : top + tall, left : left + wide] = pixels
        return larger, utils.bbox_translate(boxes, left, top)


class ImageBboxResize(_BoxTransform):
    """The image scaled to a width and a height.

    interp: 0 nearest, 1 bilinear, 2 cubic, 3 means of areas, 4 Lanczos; -1 any of these
    """

    def __init__(self, width: int, height: int, interp: int = 1) -> None:
        super().__init__()
        self._size, self._interp = (width, height), interp

    def _changed(
        self, pixels: numpy.ndarray, boxes: numpy.ndarray
    ) -> tuple[numpy.ndarray, numpy.ndarray]:
        method = random.randint(0, 4) if self._interp == -1 else self._interp
        image = scaled("ImageBboxResize", pixels, self._size[::-1], method)
        return image, utils.bbox_resize(boxes, pixels.shape[1::-1], self._size)


__all__ = [
    "ImageBboxCrop",
    "ImageBboxRandomCropWithConstraints",
    "ImageBboxRandomExpand",
    "ImageBboxRandomFlipLeftRight",
    "ImageBboxResize",
    "utils",
]
__dir__ = __all__.copy
