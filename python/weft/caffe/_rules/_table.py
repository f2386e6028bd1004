"""The table of Caffe's layers, which the modules of this folder fill.

    @layer("InnerProduct", "inner_product_param", blobs=_inner_product_blobs)
    def _inner_product(weight: Array, bias: Array, x: Array, *, num_output: int, ...): ...

A rule's positional parameters are the layer's own blobs (weights), then its bottoms; its
keyword-only parameters are the fields of its messages under their names, with Caffe's defaults.
Beside the rule the table knows which messages a layer reads, and what blobs it has.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._import.program import Node
from weft._import.rules import Rule, Rules

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Blob:
    """An array that a layer owns.

    filler: the `FillerParameter` of its first values; None: zeros
    is_state: it is not trained: the layer itself writes it
    is_saved: files of weights have it
    """

    name: str
    shape: Shape
    filler: Any = None
    is_state: bool = False
    is_saved: bool = True


# The blobs of a layer: a function of its fields, its fillers by field, and its bottoms' shapes.
# None stands for one that the layer does without.
Blobs = Callable[[Mapping[str, Any], Mapping[str, Any], Sequence[Shape]], list[Blob | None]]


Change = Callable[[list[numpy.ndarray]], list[numpy.ndarray]]


@dataclass(frozen=True)
class Kind:
    """What the table knows of a layer beside its rule.

    options: names of the messages that it reads; blobs: see `Blobs`
    maps_each: with several bottoms it is one layer for each, with the same weights
    read, written: what blobs of files are here, and the other way
    """

    options: tuple[str, ...]
    blobs: Blobs | None
    maps_each: bool
    read: Change | None = None
    written: Change | None = None


STOP_GRADIENT = "stop gradient"  # of a bottom with `propagate_down: false`; no layer's name


class LayerRule(Rule):
    """A rule of a layer, which can do without blobs that come before its bottoms."""

    def problems(self, node: Node) -> Iterator[str]:
        """What the rule does not support of a node, as sentences."""
        without = {f"input {place} is missing" for place, n in enumerate(node.inputs) if not n}
        yield from (text for text in super().problems(node) if text not in without)


RULES = rules = Rules("Caffe", __name__, kind=LayerRule)
KINDS: dict[str, Kind] = {}


def layer(
    name: str,
    *options: str,
    blobs: Blobs | None = None,
    maps_each: bool = False,
    read: Change | None = None,
    written: Change | None = None,
    **more: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a rule for a layer; `more` goes to `Rules.add`."""
    KINDS[name] = Kind(options, blobs, maps_each, read, written)
    return rules(name, **more)


def with_bias(
    weight: Blob, options: Mapping[str, Any], fillers: Mapping[str, Any]
) -> list[Blob | None]:
    """The blobs of a layer with `num_output` results: its weight, and a bias if it has one."""
    count = options.get("num_output", 0)
    if count < 1:
        raise InvalidValue(f"`num_output` must be at least 1; got {count}")
    has_bias = options.get("bias_term", True)
    return [weight, Blob("bias", (count,), fillers.get("bias_filler")) if has_bias else None]


def axis_of(axis: int, rank: int) -> int:
    """An axis counted from the front. Raises ValueError for one that there is not."""
    if not -rank <= axis < rank:
        raise InvalidValue(f"`axis` must be in [{-rank}, {rank}); got {axis}")
    return axis % rank


__all__ = [
    "KINDS",
    "RULES",
    "STOP_GRADIENT",
    "Blob",
    "Blobs",
    "Kind",
    "Shape",
    "axis_of",
    "layer",
    "with_bias",
]
