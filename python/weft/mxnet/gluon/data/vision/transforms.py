"""What prepares images, as blocks: `mx.gluon.data.vision.transforms`.

An array of Weft gives one of the same kind, an array of NumPy one of NumPy.

>>> from weft import np
>>> from weft import mxnet as mx
>>> transforms = mx.gluon.data.vision.transforms
>>> prepare = transforms.Compose([transforms.CenterCrop(24), transforms.ToTensor()])
>>> prepare(np.zeros((28, 28, 3), dtype="uint8")).shape
(3, 24, 24)
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from weft import np
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft.gluon.data.vision import transforms as _native
from weft.mxnet.gluon._layers import _named, _signature
from weft.mxnet.gluon.block import Block, HybridBlock
from weft.mxnet.gluon.data.vision import _sizing
from weft.mxnet.gluon.nn import HybridSequential, Sequential
from weft.mxnet.ndarray._given import as_nd


class Compose(Sequential):
    """One transform after the other."""

    def __init__(self, transforms: Sequence[Any]) -> None:
        super().__init__()
        for transform in transforms:
            self.add(transform if isinstance(transform, Block) else _Function(transform))


class HybridCompose(HybridSequential):
    """One hybrid transform after the other."""

    def __init__(self, transforms: Sequence[Any]) -> None:
        super().__init__()
        self.add(*transforms)


class _Function(Block):
    """A function among transforms."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self._function = function

    def forward(self, *args: Any) -> Any:
        return self._function(*args)


class _Transform(HybridBlock):
    """A transform of Weft as a block."""

    _does: Any

    def forward(self, x: Any, *rest: Any) -> Any:
        self._require_image(x)
        made = self._does(x.asnumpy() if isinstance(x, ndarray) else x)
        found = _like(x, made)
        return (found, *rest) if rest else found

    def _require_image(self, x: Any) -> None:
        axes = numpy.ndim(x)
        if axes not in (3, 4) and not isinstance(self, Cast):
            raise InvalidValue(
                f"{type(self).__name__}: takes an image of 3 axes, or a batch of 4; got {axes} axes"
            )

    def __call__(self, *args: Any, **options: Any) -> Any:
        # What Python does with the elements of an image is no part of a graph.
        return self if not args else self.forward(*args, **options)


def _like(x: Any, made: Any) -> Any:
    """The result in the kind of array that the argument is."""
    if not isinstance(x, ndarray):
        return made
    found = np.array(numpy.ascontiguousarray(made), device="cpu")
    return found if type(x) is ndarray else as_nd(found)


_NATIVE_WORDS = {
    (f"Random{word.title()}", word): "amount" for word in ("brightness", "contrast", "saturation")
}


def _transform(title: str, arguments: str = "") -> type:
    """The class of a transform; arguments are named in MXNet's order."""
    native = getattr(_sizing if title in _sizing.__all__ else _native, title)
    words = [word.rstrip("!") for word in arguments.split()]
    required = [word.rstrip("!") for word in arguments.split() if word.endswith("!")]

    def begin(self: Any, *args: Any, **options: Any) -> None:
        HybridBlock.__init__(self)
        given = _named(title, words, required, args, options)
        given = {_NATIVE_WORDS.get((title, word), word): value for word, value in given.items()}
        self.__dict__["_does"] = native(**given)

    space = {
        "__init__": begin,
        "__doc__": native.__doc__,
        "__module__": __name__,
        "__signature__": _signature(words, required, {}, native, False),
    }
    return type(title, (_Transform,), space)


Cast = _transform("Cast", "dtype")
ToTensor = _transform("ToTensor")
Normalize = _transform("Normalize", "mean std")
Resize = _transform("Resize", "size! keep_ratio interpolation")
CropResize = _transform("CropResize", "x! y! width! height! size interpolation")
CenterCrop = _transform("CenterCrop", "size! interpolation")
RandomCrop = _transform("RandomCrop", "size! pad pad_value interpolation")
RandomResizedCrop = _transform("RandomResizedCrop", "size! scale ratio interpolation")
RandomFlipLeftRight = _transform("RandomFlipLeftRight", "p")
RandomFlipTopBottom = _transform("RandomFlipTopBottom", "p")
RandomBrightness = _transform("RandomBrightness", "brightness!")
RandomContrast = _transform("RandomContrast", "contrast!")
RandomSaturation = _transform("RandomSaturation", "saturation!")
RandomHue = _transform("RandomHue", "hue!")
RandomColorJitter = _transform("RandomColorJitter", "brightness contrast saturation hue")
RandomLighting = _transform("RandomLighting", "alpha!")
RandomGray = _transform("RandomGray", "p")
Rotate = _transform("Rotate", "rotation_degrees! zoom_in zoom_out")
RandomRotation = _transform("RandomRotation", "angle_limits! zoom_in zoom_out rotate_with_proba")


class RandomApply(Sequential):
    """A transform, or several, with probability `p`; else the image as it is."""

    def __init__(self, transforms: Any, p: float = 0.5) -> None:
        super().__init__()
        self.transforms = (
            transforms
            if isinstance(transforms, Block)
            else Compose([transforms] if not isinstance(transforms, list | tuple) else transforms)
        )
        self.p = p

    def forward(self, x: Any, *args: Any) -> Any:
        drawn = float(np.random.uniform())
        return self.transforms(x, *args) if drawn < self.p else x


class HybridRandomApply(RandomApply):
    """The same, in MXNet for hybrid transforms."""


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder(
        "weft.mxnet.gluon.data.vision.transforms", _words.DATA, ("gluon.data.vision",)
    )

__all__ = [
    "Cast",
    "CenterCrop",
    "Compose",
    "CropResize",
    "HybridCompose",
    "HybridRandomApply",
    "Normalize",
    "RandomApply",
    "RandomBrightness",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomFlipLeftRight",
    "RandomFlipTopBottom",
    "RandomGray",
    "RandomHue",
    "RandomLighting",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomSaturation",
    "Resize",
    "Rotate",
    "ToTensor",
]
__dir__ = __all__.copy
