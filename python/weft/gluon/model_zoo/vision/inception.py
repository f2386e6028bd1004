"""Inception v3: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016,
without its auxiliary classifier."""

from collections.abc import Iterator
from typing import Any

from weft import np
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import Classifier, conv_block, relu
from weft.gluon.published import Names

# Channels, kernel, stride, padding of one convolution with norm and relu.
Spec = tuple[int, Any, int, Any]


def _convs(*specs: Spec) -> list[HybridBlock]:
    return [
        layer
        for channels, kernel, stride, padding in specs
        for layer in conv_block(channels, kernel, stride, padding, activation=relu(), epsilon=0.001)
    ]


def _branch(*specs: Spec, pool: str | None = None) -> nn.HybridSequential:
    branch = nn.HybridSequential()
    if pool == "avg":
        branch.add(nn.AvgPool2D(3, 1, 1))
    elif pool == "max":
        branch.add(nn.MaxPool2D(3, 2))
    branch.add(*_convs(*specs))
    return branch


def _towers(*branches: HybridBlock) -> nn.HybridConcatenate:
    return nn.HybridConcatenate(*branches, axis=1)


def _module_a(pool_features: int) -> HybridBlock:
    return _towers(
        _branch((64, 1, 1, 0)),
        _branch((48, 1, 1, 0), (64, 5, 1, 2)),
        _branch((64, 1, 1, 0), (96, 3, 1, 1), (96, 3, 1, 1)),
        _branch((pool_features, 1, 1, 0), pool="avg"),
    )


def _module_b() -> HybridBlock:
    return _towers(
        _branch((384, 3, 2, 0)),
        _branch((64, 1, 1, 0), (96, 3, 1, 1), (96, 3, 2, 0)),
        _branch(pool="max"),
    )


def _module_c(width: int) -> HybridBlock:
    across, down = ((1, 7), 1, (0, 3)), ((7, 1), 1, (3, 0))
    return _towers(
        _branch((192, 1, 1, 0)),
        _branch((width, 1, 1, 0), (width, *across), (192, *down)),
        _branch((width, 1, 1, 0), (width, *down), (width, *across), (width, *down), (192, *across)),
        _branch((192, 1, 1, 0), pool="avg"),
    )


def _module_d() -> HybridBlock:
    return _towers(
        _branch((192, 1, 1, 0), (320, 3, 2, 0)),
        _branch((192, 1, 1, 0), (192, (1, 7), 1, (0, 3)), (192, (7, 1), 1, (3, 0)), (192, 3, 2, 0)),
        _branch(pool="max"),
    )


def _module_e() -> HybridBlock:
    def split() -> HybridBlock:
        return _towers(_branch((384, (1, 3), 1, (0, 1))), _branch((384, (3, 1), 1, (1, 0))))

    return _towers(
        _branch((320, 1, 1, 0)),
        nn.HybridSequential(*_convs((384, 1, 1, 0)), split()),
        nn.HybridSequential(*_convs((448, 1, 1, 0), (384, 3, 1, 1)), split()),
        _branch((192, 1, 1, 0), pool="avg"),
    )


# torchvision's names of convolutions with their norm, and where these are here: the towers of each
# kind of module, and the place of the convolution, behind which its norm is.
_TOWERS: dict[str, dict[str, tuple[str, str]]] = {
    "a": {
        "branch1x1": ("0", "0"),
        "branch5x5_{k}": ("1", "3*k-3"),
        "branch3x3dbl_{k}": ("2", "3*k-3"),
        "branch_pool": ("3", "1"),
    },
    "b": {"branch3x3": ("0", "0"), "branch3x3dbl_{k}": ("1", "3*k-3")},
    "c": {
        "branch1x1": ("0", "0"),
        "branch7x7_{k}": ("1", "3*k-3"),
        "branch7x7dbl_{k}": ("2", "3*k-3"),
        "branch_pool": ("3", "1"),
    },
    "d": {"branch3x3_{k}": ("0", "3*k-3"), "branch7x7x3_{k}": ("1", "3*k-3")},
    "e": {
        "branch1x1": ("0", "0"),
        "branch3x3_1": ("1", "0"),
        "branch3x3_2a": ("1.3.0", "0"),
        "branch3x3_2b": ("1.3.1", "0"),
        "branch3x3dbl_{k:1|2}": ("2", "3*k-3"),
        "branch3x3dbl_3a": ("2.6.0", "0"),
        "branch3x3dbl_3b": ("2.6.1", "0"),
        "branch_pool": ("3", "1"),
    },
}
_STEM = {"1a_3x3": 0, "2a_3x3": 3, "2b_3x3": 6, "3b_1x1": 10, "4a_3x3": 13}
_MODULES = {
    **{"5b": (17, "a"), "5c": (18, "a"), "5d": (19, "a"), "6a": (20, "b")},
    **{"6b": (21, "c"), "6c": (22, "c"), "6d": (23, "c"), "6e": (24, "c")},
    **{"7a": (25, "d"), "7b": (26, "e"), "7c": (27, "e")},
}


def _lines() -> Iterator[tuple[str, str]]:
    """The lines of torchvision's table."""
    for name, place in _STEM.items():
        yield f"Conv2d_{name}.conv", f"features.{place}"
        yield f"Conv2d_{name}.bn", f"features.{place + 1}"
    for name, (module, kind) in _MODULES.items():
        for branch, (tower, place) in _TOWERS[kind].items():
            yield f"Mixed_{name}.{branch}.conv", f"features.{module}.{tower}.{{{place}}}"
            yield f"Mixed_{name}.{branch}.bn", f"features.{module}.{tower}.{{{place}+1}}"
    yield "fc", "output"


class Inception3(Classifier):
    """Images (N, C, H, W) of 75×75 at least to scores (N, classes).

    transform_input: images have three channels with mean 0 and variance 1 over ImageNet, and are
        given the range -1 to 1 that torchvision's published weights were trained with

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.Inception3(classes=4)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 75, 75))).shape
    (1, 4)
    """

    published_names = (Names("torchvision", dict(_lines()), unused=["AuxLogits"]),)

    def __init__(self, classes: int = 1000, *, transform_input: bool = False) -> None:
        super().__init__()
        self.transform_input = transform_input
        self.features = nn.HybridSequential(
            *_convs((32, 3, 2, 0), (32, 3, 1, 0), (64, 3, 1, 1)),
            nn.MaxPool2D(3, 2),
            *_convs((80, 1, 1, 0), (192, 3, 1, 0)),
            nn.MaxPool2D(3, 2),
            *(_module_a(features) for features in (32, 64, 64)),
            _module_b(),
            *(_module_c(width) for width in (128, 160, 160, 192)),
            _module_d(),
            _module_e(),
            _module_e(),
            nn.GlobalAvgPool2D(),
            nn.Dropout(0.5),
        )
        self.output = nn.Dense(classes)

    def forward(self, x: Any) -> Any:
        if self.transform_input:
            mean, deviation = (
                np.array(numbers, dtype=x.dtype).reshape(3, 1, 1)
                for numbers in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
            )
            x = (x * deviation + mean) * 2 - 1
        return super().forward(x)


@zoo_function
def inception_v3(classes: int = 1000, *, transform_input: bool = False) -> Inception3:
    """Inception v3; see `Inception3`."""
    return Inception3(classes, transform_input=transform_input)


__all__ = ["Inception3", "inception_v3"]
__dir__ = __all__.copy
