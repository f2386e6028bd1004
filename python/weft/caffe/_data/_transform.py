"""What `transform_param` does to an image: a crop, a mirror, a mean taken away, a factor."""

from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.caffe._read import read_blob


class Transform:
    """Makes images of files into what a net takes.

    message: the layer's `TransformationParameter`; is_training: crops are taken anywhere, not in
    the middle; found: turns a path of the text into one that is there
    """

    def __init__(
        self,
        message: Any,
        title: str,
        is_training: bool,
        random: numpy.random.Generator,
        found: Callable[[str], str],
    ) -> None:
        self.message, self.title, self.random = message, title, random
        self.is_training = is_training
        self.mean: numpy.ndarray | None = None
        if message.mean_file:
            if len(message.mean_value):
                raise InvalidValue(f"{title}: has both `mean_file` and `mean_value`; use one")
            mean = read_blob(found(message.mean_file), title)
            self.mean = mean.reshape(mean.shape[-3:])
        self.values = numpy.array(message.mean_value, "float32").reshape(-1, 1, 1)
        self.factor = numpy.float32(message.scale)

    def shape(self, shape: tuple[int, int, int]) -> tuple[int, int, int]:
        """What an image of a shape becomes."""
        crop = self.message.crop_size
        if not crop:
            return shape
        if crop > min(shape[1:]):
            raise InvalidValue(
                f"{self.title}: `crop_size` must be at most the image's extents {shape[1:]}; got "
                f"{crop}"
            )
        return shape[0], crop, crop

    def __call__(self, image: numpy.ndarray) -> numpy.ndarray:
        """One image (C, H, W) as float32."""
        channels, height, width = self.shape(image.shape)
        if self.is_training and self.message.crop_size:
            top = self.random.integers(0, image.shape[1] - height, endpoint=True)
            left = self.random.integers(0, image.shape[2] - width, endpoint=True)
        else:
            top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
        window = (slice(None), slice(top, top + height), slice(left, left + width))
        values = image[window].astype("float32")
        if self.mean is not None:
            if self.mean.shape != image.shape:
                raise InvalidValue(
                    f"{self.title}: the mean has shape {self.mean.shape}, an image {image.shape}"
                )
            values = values - self.mean[window]
        elif len(self.values):
            if len(self.values) not in (1, channels):
                raise InvalidValue(
                    f"{self.title}: `mean_value` must be one, or one for each of {channels} "
                    f"channels; got {len(self.values)}"
                )
            values = values - self.values
        if self.factor != 1:
            values = values * self.factor
        if self.message.mirror and self.random.integers(2):
            values = values[:, :, ::-1]
        return values


__all__ = ["Transform"]
