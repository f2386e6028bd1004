"""Inception v3: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", 2016,
without its auxiliary classifier."""

from typing import Any

from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.vision._parts import Classifier, conv_block, relu

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


class Inception3(Classifier):
    """Images (N, C, H, W) of 75×75 at least to scores (N, classes)."""

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
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


def inception_v3(classes: int = 1000) -> Inception3:
    """Inception v3; see `Inception3`."""
    return Inception3(classes)


__all__ = ["Inception3", "inception_v3"]
__dir__ = __all__.copy
