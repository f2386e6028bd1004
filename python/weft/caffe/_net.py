"""A net that can be run, and what training needs to know of its weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy

from weft._import.program import Program
from weft.caffe._layers import Layer

# By layer; None for a blob that belongs to another layer.
Weights = Mapping[str, Sequence[numpy.ndarray | None]]


@dataclass
class Weight:
    """What a net says of one trained array, beside its values."""

    name: str
    layer: str
    is_state: bool
    is_saved: bool
    lr_mult: float = 1.0
    decay_mult: float = 1.0


@dataclass
class Net:
    """A net that can be run: its program, and what training needs to know of it.

    weights: by name, in the order of Caffe's files
    blobs: for each layer the names of its blobs, those of other layers that it shares included
    losses: the factor of each value in the sum that is trained for
    titles: for each value the name of its blob
    """

    name: str
    program: Program
    layers: list[Layer]
    weights: dict[str, Weight] = field(default_factory=dict)
    blobs: dict[str, list[str]] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)


__all__ = ["Net", "Weight", "Weights"]
