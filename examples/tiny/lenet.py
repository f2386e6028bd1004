"""Digits of 8 x 8 pixels: LeNet's layers, LeCun, Bottou, Bengio, Haffner 1998, on small images."""

from weft.gluon import nn

SHAPE = (1, 8, 8)  # C, H, W
MACS = 42_024


def build(classes: int = 10) -> nn.HybridSequential:
    """Images (N, 1, 8, 8) to scores (N, classes)."""
    return nn.HybridSequential(
        nn.Conv2D(6, 5, padding=2, activation="relu"),
        nn.MaxPool2D(2),
        nn.Conv2D(16, 3, padding=1, activation="relu"),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(120, activation="relu"),
        nn.Dense(84, activation="relu"),
        nn.Dense(classes),
    )
