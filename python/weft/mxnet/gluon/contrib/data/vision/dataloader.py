"""Loaders that read images from records or lists, and prepare them as `mx.image` would.

Batches are in the order of `mx.gluon.data.DataLoader`, with the same options.
"""

from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft.mxnet._made import host
from weft.mxnet.gluon.block import Block
from weft.mxnet.gluon.contrib.data.vision.transforms import bbox
from weft.mxnet.gluon.data import DataLoader, batchify
from weft.mxnet.gluon.data.vision import ImageListDataset, ImageRecordDataset, transforms
from weft.mxnet.gluon.nn import Sequential

_MEAN = (0.485, 0.456, 0.406)  # of ImageNet, from 0 to 1
_STD = (0.229, 0.224, 0.225)
_DTYPES = ("int32", "float32", "int64", "float64")
_ANY = 10  # the interpolation that is drawn


def create_image_augment(
    data_shape: Sequence[int],
    resize: int = 0,
    rand_crop: bool = False,
    rand_resize: bool = False,
    rand_mirror: bool = False,
    mean: Any = None,
    std: Any = None,
    brightness: float = 0,
    contrast: float = 0,
    saturation: float = 0,
    hue: float = 0,
    pca_noise: float = 0,
    rand_gray: float = 0,
    inter_method: int = 2,
    dtype: str = "float32",
) -> Sequential:
    """The usual transforms in their order: resize, crop, mirror, colors, tensor, mean.

    data_shape: (channels, height, width) of the result
    resize: the shorter side before the crop; rand_resize: a crop of random area and shape
    mean, std: a number for each channel, of images from 0 to 1, or True for those of ImageNet

    Raises ValueError for `rand_resize` without `rand_crop`.
    """
    method, size = _method(inter_method), (data_shape[2], data_shape[1])
    steps: list[Any] = []
    if resize > 0:
        steps.append(transforms.Resize(resize, True, method))
    if rand_resize:
        if not rand_crop:
            raise InvalidValue("create_image_augment: `rand_resize` needs `rand_crop=True`")
        steps.append(transforms.RandomResizedCrop(size, interpolation=method))
    elif rand_crop:
        steps.append(transforms.RandomCrop(size, interpolation=method))
    else:
        steps.append(transforms.CenterCrop(size, method))
    if rand_mirror:
        steps.append(transforms.RandomFlipLeftRight(0.5))
    steps.append(transforms.Cast())
    steps += _colors(brightness, contrast, saturation, hue, pca_noise, rand_gray)
    return _chain(steps + _ending(mean, std, dtype))


def create_bbox_augment(
    data_shape: Sequence[int],
    rand_crop: float = 0,
    rand_pad: float = 0,
    rand_gray: float = 0,
    rand_mirror: bool = False,
    mean: Any = None,
    std: Any = None,
    brightness: float = 0,
    contrast: float = 0,
    saturation: float = 0,
    pca_noise: float = 0,
    hue: float = 0,
    inter_method: int = 2,
    max_aspect_ratio: float = 2,
    area_range: tuple[float, float] = (0.3, 3.0),
    max_attempts: int = 50,
    pad_val: Any = (127, 127, 127),
    dtype: str = "float32",
) -> Sequential:
    """The usual transforms of images with boxes: crop, mirror, room around it, size, colors.

    rand_crop, rand_pad: probabilities of a random part, and of a larger image around
    area_range: the smallest part, and how many times as large the larger image is at most
    """
    steps: list[Any] = []
    if rand_crop > 0:
        low = min(area_range[0], 1.0)
        steps.append(
            bbox.ImageBboxRandomCropWithConstraints(
                rand_crop, low, 1.0, max_aspect_ratio, None, max_attempts
            )
        )
    if rand_mirror:
        steps.append(bbox.ImageBboxRandomFlipLeftRight(0.5))
    if rand_pad > 0:
        steps.append(bbox.ImageBboxRandomExpand(rand_pad, area_range[1], pad_val))
    steps.append(bbox.ImageBboxResize(data_shape[2], data_shape[1], _method(inter_method)))
    steps += _colors(brightness, contrast, saturation, hue, pca_noise, rand_gray)
    return _chain(steps + _ending(mean, std, dtype))


def _method(inter_method: int) -> int:
    return int(numpy.random.randint(0, 5)) if inter_method == _ANY else inter_method


def _colors(
    brightness: float,
    contrast: float,
    saturation: float,
    hue: float,
    pca_noise: float,
    rand_gray: float,
) -> list[Any]:
    found: list[Any] = []
    if brightness or contrast or saturation or hue:
        found.append(transforms.RandomColorJitter(brightness, contrast, saturation, hue))
    if pca_noise > 0:
        found.append(transforms.RandomLighting(pca_noise))
    if rand_gray > 0:
        found.append(transforms.RandomGray(rand_gray))
    return found


def _ending(mean: Any, std: Any, dtype: str) -> list[Any]:
    """(C, H, W), less the mean and divided by the deviation, in a dtype."""
    found: list[Any] = [_Channels()]
    mean = _MEAN if mean is True else mean
    std = _STD if std is True else std
    if mean is not None or std is not None:
        given = (0.0 if mean is None else mean, 1.0 if std is None else std)
        found.append(transforms.Normalize(*given))
    return [*found, transforms.Cast(dtype)]


class _Channels(Block):
    """An image (H, W, C) from 0 to 255 as float32 (C, H, W) from 0 to 1, whatever its dtype is."""

    def forward(self, img: Any, *rest: Any) -> Any:
        found = numpy.divide(numpy.moveaxis(host(img), -1, 0), 255, order="C", dtype="float32")
        found = transforms._like(img, found)
        return (found, *rest) if rest else found


def _chain(steps: Sequence[Any]) -> Sequential:
    found = Sequential()
    found.add(*steps)
    return found


class _Loader:
    """What both loaders share: where the samples are, and the loader of batches."""

    def __init__(
        self,
        batch_size: int,
        data_shape: Sequence[int],
        path_imgrec: Any = None,
        path_imglist: Any = None,
        path_root: str = ".",
        part_index: int = 0,
        num_parts: int = 1,
        aug_list: Any = None,
        imglist: Any = None,
        dtype: str = "float32",
        **options: Any,
    ) -> None:
        title = type(self).__name__
        if dtype not in _DTYPES:
            raise InvalidValue(f"{title}: `dtype` must be one of {_DTYPES}; got {dtype!r}")
        if path_imgrec:
            dataset: Any = ImageRecordDataset(path_imgrec, flag=1)
        elif path_imglist or isinstance(imglist, list):
            dataset = ImageListDataset(path_root, path_imglist or _entries(imglist), flag=1)
        else:
            raise InvalidType(f"{title}: give `path_imgrec`, `path_imglist` or a list `imglist`")
        if num_parts > 1:
            dataset = dataset.shard(num_parts, part_index)
        own = {word: options.pop(word) for word in _OF_LOADERS if word in options}
        augmenter = self._augmenter(title, data_shape, aug_list, options)
        self._iter = self._batches(dataset, augmenter, dtype, {"batch_size": batch_size, **own})

    def _augmenter(self, title: str, data_shape: Any, aug_list: Any, options: Any) -> Any:
        if aug_list is None:
            return self._usual(data_shape, **options)
        if options:
            word = next(iter(options))
            raise InvalidType(f"{title}: `{word}` is for the usual transforms, not for `aug_list`")
        if isinstance(aug_list, list):
            return _chain(aug_list)
        if isinstance(aug_list, Block):
            return aug_list
        raise InvalidType(
            f"{title}: `aug_list` must be a block or a list of blocks; got "
            f"{type(aug_list).__name__}"
        )

    def _usual(self, data_shape: Any, **options: Any) -> Any:
        raise NotImplementedError

    def _batches(self, dataset: Any, augmenter: Any, dtype: str, options: Any) -> Any:
        raise NotImplementedError

    def __iter__(self) -> Any:
        return iter(self._iter)

    def __len__(self) -> int:
        return len(self._iter)


_OF_LOADERS = (
    *("shuffle", "sampler", "last_batch", "batch_sampler", "batchify_fn", "num_workers"),
    *("pin_memory", "pin_device_id", "prefetch", "thread_pool", "timeout", "try_nopython"),
)


def _entries(imglist: list[Any]) -> list[tuple[Any, str]]:
    """Labels and paths of items such as [label, path] or [2, 5, ..., path]."""
    return [(item[0] if len(item) == 2 else list(item[:-1]), item[-1]) for item in imglist]


class ImageDataLoader(_Loader):
    """Batches of images (N, C, H, W) and labels; iterating over it is one epoch.

    data_shape: (channels, height, width); path_imgrec: a file of records
    path_imglist, path_root: a list of images and the folder that its paths begin at
    imglist: the same as a list of [label, path]
    part_index, num_parts: which part of the samples, of how many
    dtype: of labels, one of int32, float32, int64 and float64
    aug_list: transforms, a block or a list; those of `create_image_augment` by default, whose
        options are taken, too. Other options are those of `mx.gluon.data.DataLoader`.
    """

    def _usual(self, data_shape: Any, **options: Any) -> Any:
        return create_image_augment(data_shape, **options)

    def _batches(self, dataset: Any, augmenter: Any, dtype: str, options: Any) -> Any:
        def prepared(image: Any, label: Any) -> tuple[Any, Any]:
            return augmenter(image), numpy.asarray(label, dtype)

        return DataLoader(dataset.transform(prepared), **options)


class ImageBboxDataLoader(_Loader):
    """Batches of images (N, C, H, W) and boxes (N, M, 5), left, top, right, bottom and class;
    rows of -1 where an image has fewer.

    coord_normalized: are the boxes of the list shares of the image?

    The other arguments are those of `ImageDataLoader`, with `create_bbox_augment`.
    """

    def __init__(self, *args: Any, coord_normalized: bool = True, **options: Any) -> None:
        self._label_transform = BboxLabelTransform(coord_normalized)
        super().__init__(*args, **options)

    def _usual(self, data_shape: Any, **options: Any) -> Any:
        return create_bbox_augment(data_shape, **options)

    def _batches(self, dataset: Any, augmenter: Any, dtype: str, options: Any) -> Any:
        def prepared(image: Any, label: Any) -> tuple[Any, Any]:
            found, boxes = augmenter(*self._label_transform(image, label))
            return found, numpy.asarray(boxes, dtype)

        if options.get("batchify_fn") is None:
            options["batchify_fn"] = batchify.Group(batchify.Stack(), batchify.Pad(val=-1))
        return DataLoader(dataset.transform(prepared), **options)


class BboxLabelTransform(Block):
    """Boxes (N, 5) of a label as lists have it: how many numbers are in front, how many an object
    has, and for each object its class, left, top, right and bottom.

    coord_normalized: are these shares of the image?
    """

    def __init__(self, coord_normalized: bool = True) -> None:
        super().__init__()
        self._coord_normalized = coord_normalized

    def forward(self, img: Any, label: Any) -> tuple[Any, Any]:
        """The image as it is, and the boxes. Raises ValueError for a label that is none."""
        row = numpy.array(host(label), "float32").reshape(-1)
        head, width = (int(row[0]), int(row[1])) if row.size > 1 else (0, 0)
        if width < 5 or row.size < head + 5 or (row.size - head) % width:
            raise InvalidValue(
                "BboxLabelTransform: a label must begin with the length of its head and the "
                "numbers of an object, at least 5, and have whole objects behind; got "
                f"{row.size} numbers, {row[:4].tolist()}..."
            )
        boxes = row[head:].reshape(-1, width)
        found = numpy.hstack([boxes[:, 1:5], boxes[:, :1], boxes[:, 5:]])
        if self._coord_normalized:
            tall, wide = host(img).shape[:2]
            found[:, :4] *= [wide, tall, wide, tall]
        return img, transforms._like(img, found)


__all__ = [
    "BboxLabelTransform",
    "ImageBboxDataLoader",
    "ImageDataLoader",
    "create_bbox_augment",
    "create_image_augment",
]
__dir__ = __all__.copy
