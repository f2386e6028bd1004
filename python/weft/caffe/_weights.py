"""The weights of a net: from a file where it has the layer, else by fillers; shared by name."""

from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.caffe._fillers import filled
from weft.caffe._layers import Layer
from weft.caffe._net import Net, Weight, Weights
from weft.caffe._rules import KINDS, Blob


class WeightMaker:
    """Makes the constants of a net's blobs, and notes what they are.

    given: values of a file; random: for fillers
    """

    def __init__(self, net: Net, given: Weights, random: numpy.random.Generator) -> None:
        self.net, self.given, self.random = net, given, random
        self.constants = net.program.constants
        self.made: dict[int, list[str]] = {}  # by layer: the constants of its blobs
        self.owners: dict[str, str] = {}  # by name of a shared parameter: that of its constant

    def names(self, layer: Layer, blobs: Sequence[Blob | None]) -> list[str]:
        """The constants of a layer's blobs, '' for one that it does without."""
        if id(layer) in self.made:
            return self.made[id(layer)]
        if layer.name in self.net.blobs:
            raise InvalidValue(
                f"{layer.title}: layers with weights must have different names; another one is "
                f"called `{layer.name}`, too"
            )
        names, place = [], 0
        own = [blob for blob in blobs if blob is not None and blob.is_saved]
        specs = list(layer.message.param)
        if len(specs) > len(own):
            raise InvalidValue(f"{layer.title}: has {len(own)} blobs, but {len(specs)} `param`")
        given = self._given(layer, own, [spec.name in self.owners for spec in specs])
        for blob in blobs:
            if blob is None:
                names.append("")
            elif not blob.is_saved:
                names.append(self._make(layer, blob, None, None))
            else:
                spec = specs[place] if place < len(specs) else None
                names.append(self._make(layer, blob, spec, given[place]))
                place += 1
        self.net.blobs[layer.name] = self.made[id(layer)] = names
        return names

    def _given(
        self, layer: Layer, blobs: Sequence[Blob], shared: Sequence[bool]
    ) -> list[numpy.ndarray | None]:
        """The values that a file has for a layer, in the shapes of its blobs; None where it has
        none.

        shared: for each `param` whether its blob is that of another layer, which a file may leave
            out
        """
        if layer.name not in self.given:
            return [None] * len(blobs)
        given = list(self.given[layer.name])
        count = len(given)
        given += [None] * (len(blobs) - count)
        may_lack = [*shared, *(False,) * (len(blobs) - len(shared))]
        is_there = zip(given, may_lack, strict=False)
        if count > len(blobs) or not all(value is not None or other for value, other in is_there):
            raise InvalidValue(
                f"{layer.title}: has {len(blobs)} blobs of weights, the file {count}"
            )
        fitted = [
            value if value is None else fitting(f"{layer.title}, `{b.name}`", value, b.shape)
            for b, value in zip(blobs, given, strict=True)
        ]
        kind = KINDS.get(layer.type)
        known = [value for value in fitted if value is not None]
        if kind is None or kind.read is None or len(known) < len(fitted):
            return fitted
        return list(kind.read(known))

    def _make(self, layer: Layer, blob: Blob, spec: Any, value: numpy.ndarray | None) -> str:
        """The constant of a blob: a new one, or the one that it shares."""
        shared = spec.name if spec is not None else ""
        if shared in self.owners:
            name = self.owners[shared]
            if self.constants[name].shape != blob.shape:
                raise InvalidValue(
                    f"{layer.title}: shares `{shared}` of shape {self.constants[name].shape}, but "
                    f"its own has shape {blob.shape}"
                )
            return name
        name = f"{layer.name}.{blob.name}"
        if value is None:
            value = filled(blob.filler, blob.shape, self.random, name)
        self.constants[name] = value
        weight = Weight(name, layer.name, blob.is_state, blob.is_saved)
        if spec is not None:
            weight.lr_mult, weight.decay_mult = spec.lr_mult, spec.decay_mult
        self.net.weights[name] = weight
        if shared:
            self.owners[shared] = name
        return name


def fitting(title: str, value: numpy.ndarray, shape: tuple[int, ...]) -> numpy.ndarray:
    """Values in a shape; those of old files have axes of extent 1 in front."""
    plain = tuple(value.shape)
    while len(plain) > len(shape) and plain[0] == 1:
        plain = plain[1:]
    if plain != tuple(shape) and not (value.size == 1 and numpy.prod(shape, dtype=int) == 1):
        raise InvalidValue(
            f"{title}: must have shape {tuple(shape)}; the file has {tuple(value.shape)}"
        )
    return value.reshape(shape)


__all__ = ["WeightMaker", "fitting"]
