"""Batches whose samples are mixed in pairs, with labels that are shares of the classes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require, require_whole
from weft.gluon.data.batchify import default_batchify_fn


class _Mixed:
    """Base: a `batchify_fn` of (image, class) that gives images and shares (N, classes)."""

    def __init__(
        self,
        classes: int,
        alpha: float,
        p: float,
        batchify_fn: Callable[[list[Any]], Any] | None,
    ) -> None:
        where = type(self).__name__
        self._classes = require_whole(where, "classes", classes, 1)
        require(alpha > 0, where, "alpha", "above 0", alpha)
        require(0 <= p <= 1, where, "p", "in [0, 1]", p)
        self._alpha, self._p = alpha, p
        self._batchify = batchify_fn or default_batchify_fn

    def __call__(self, samples: Sequence[Any]) -> list[Any]:
        images, labels = self._batchify(list(samples))
        shares = np.eye(self._classes)[labels.astype("int64")]
        generator = numpy.random.default_rng(int(np.random.uniform(0, 2**31).item()))
        if labels.ndim != 1:
            raise InvalidValue(
                f"{type(self).__name__}: labels must be class indices; got shape {labels.shape}"
            )
        if generator.uniform() >= self._p:
            return [images, shares]
        order = np.array(generator.permutation(len(labels)))
        part = float(generator.beta(self._alpha, self._alpha))
        images, part = self._images(images, images[order], part, generator)
        return [images, shares * part + shares[order] * (1 - part)]

    def _images(self, first: Any, second: Any, part: float, generator: Any) -> tuple[Any, float]:
        """The mixed images, and the share of the first."""
        raise NotImplementedError


class MixUp(_Mixed):
    """Sums of two images, weighted by a number that is drawn from Beta(alpha, alpha) (Zhang et al.
    2018): `DataLoader(data, 64, batchify_fn=MixUp(10))`. The loss takes shares, such as
    `SoftmaxCrossEntropyLoss(sparse_label=False)`.

    classes: how many; alpha: small for images that are mostly one of the two
    p: probability that a batch is mixed; batchify_fn: makes the batch before

    >>> import numpy
    >>> from weft.gluon.data.vision import MixUp
    >>> images, shares = MixUp(3)([(numpy.zeros((2, 2, 1), "float32"), 0)] * 4)
    >>> images.shape, shares.shape
    ((4, 2, 2, 1), (4, 3))
    """

    def __init__(
        self,
        classes: int,
        alpha: float = 0.2,
        p: float = 1.0,
        batchify_fn: Callable[[list[Any]], Any] | None = None,
    ) -> None:
        super().__init__(classes, alpha, p, batchify_fn)

    def _images(self, first: Any, second: Any, part: float, generator: Any) -> tuple[Any, float]:
        if not first.dtype.name.startswith(("float", "bfloat")):
            raise InvalidValue(
                f"MixUp: images must be floats, as behind `ToTensor`; got {first.dtype}"
            )
        return first * part + second * (1 - part), part


class CutMix(_Mixed):
    """A rectangle of each image is that of another one, and the label has its share of the area
    (Yun et al. 2019). Images (N, C, H, W), as behind `ToTensor`; arguments as for `MixUp`.

    >>> from weft import np
    >>> from weft.gluon.data.vision import CutMix
    >>> samples = [(np.full((1, 4, 4), float(label)), label) for label in (0, 1)]
    >>> images, labels = CutMix(classes=2)(samples)
    >>> images.shape, labels.sum(axis=1)
    ((2, 1, 4, 4), array([1., 1.]))
    """

    def __init__(
        self,
        classes: int,
        alpha: float = 1.0,
        p: float = 1.0,
        batchify_fn: Callable[[list[Any]], Any] | None = None,
    ) -> None:
        super().__init__(classes, alpha, p, batchify_fn)

    def _images(self, first: Any, second: Any, part: float, generator: Any) -> tuple[Any, float]:
        height, width = first.shape[-2:]
        side = (1 - part) ** 0.5
        rows, columns = height * side / 2, width * side / 2
        y, x = generator.uniform(0, height), generator.uniform(0, width)
        top, bottom = (int(numpy.clip(y + s * rows, 0, height)) for s in (-1, 1))
        left, right = (int(numpy.clip(x + s * columns, 0, width)) for s in (-1, 1))
        mask = numpy.zeros((height, width), bool)
        mask[top:bottom, left:right] = True
        mixed = np.where(np.array(mask), second, first)
        return mixed, 1 - float(mask.mean())


__all__ = ["CutMix", "MixUp"]
__dir__ = __all__.copy
