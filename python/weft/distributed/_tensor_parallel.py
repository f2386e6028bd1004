"""Layers whose products several processes share (Shoeybi and others, Megatron-LM, 2019).

A dense layer split by *outputs* computes some of its outputs on each rank; one split by *inputs*
takes such a part and sums over ranks. One behind the other need one sum in each pass. Attention is
split by heads: its queries, keys and values by outputs, its result by inputs. Of a mixture of
experts each rank computes some experts, for all tokens. All ranks have the same batch and compute
the same loss.
"""

import re
from collections.abc import Mapping
from typing import Any

from weft import npx
from weft._base.errors import InvalidType, InvalidValue
from weft._core import collectives
from weft.distributed._sequence_parallel import Gathered, PartNorm, Region, scattered
from weft.gluon.block import Block
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.text._attention import Attention
from weft.gluon.model_zoo.text._experts import Experts
from weft.gluon.nn import HybridSequential, LayerNorm, RMSNorm
from weft.gluon.nn.attention import MultiHeadAttention
from weft.gluon.nn.basic import Dense
from weft.gluon.parameter import Parameter

WAYS = ("outputs", "inputs", "heads", "experts", "sequence")


class SplitDense(HybridBlock):
    """A dense layer that keeps its parameters in slices: `dense` with its parameters.

    by: "outputs": gives this rank's outputs of the whole input; "inputs": takes this rank's part of
        the input and gives the whole output
    gather: of a layer in a region by sequence, whose whole input, or whole output, has the
        positions of all ranks; what brings them together
    """

    def __init__(self, dense: Dense, by: str, group: str, gather: Gathered | None = None) -> None:
        super().__init__()
        self.weight, self.bias = dense.weight, dense.bias
        self.activation, self.activation_name = dense.activation, dense.activation_name
        self.units, self.flatten = dense.units, dense.flatten
        self.by, self.group, self.gather = by, group, gather
        if by == "inputs" and dense.flatten and len(dense.weight.shape or ()) != 2:
            raise InvalidValue("SplitDense: `dense` must have its shapes")
        self.weight.split(0 if by == "outputs" else 1, group)
        if self.bias is not None and by == "outputs":
            self.bias.split(0, group)

    @property
    def dtype(self) -> Any:
        """Of its weight, and so of its data."""
        return self.weight.dtype

    def forward(self, x: Any) -> Any:
        by_outputs = self.by == "outputs"
        if by_outputs:
            x = self.gather(x) if self.gather else npx.copy_to_parts(x, group=self.group)
        bias = None if self.bias is None or not by_outputs else self.bias.part
        out = npx.fully_connected(x, self.weight.part, bias, flatten=self.flatten)
        if not by_outputs:
            out = self._whole(out)
        return out if self.activation is None else self.activation(out)

    def _whole(self, out: Any) -> Any:
        """The sum over ranks, with the bias; in a region by sequence of this rank's positions."""
        bias = None if self.bias is None else self.bias.data()
        if self.gather is None:
            out = npx.sum_parts(out, group=self.group)
        else:
            out = scattered(out, self.group)
            bias = None if bias is None else npx.copy_to_parts(bias, group=self.group)
        return out if bias is None else out + bias

    def describe(self) -> str:
        shape: Any = self.weight.shape
        return f"{shape[1]} -> {shape[0]}, {self.activation_name}, split by {self.by}"


def split_layers(net: Block, ways: Mapping[str, str], group: str = "tensor") -> Block:
    """Splits layers over the ranks of a group, in place; gives `net`.

    ways: regular expressions of whole paths, such as r"layers\\.\\d+\\.ffn\\.0", and how: "outputs"
        or "inputs" for Dense layers, "heads" for attention, "experts" for mixtures. A layer by
        outputs is followed by one by inputs, with nothing between them but what treats each element
        by itself. "sequence" for a HybridSequential: between the products in it each rank keeps its
        part of the positions alone, of arrays of (N, T, U); in it all layers with parameters are
        split by outputs, inputs or heads, or are LayerNorm or RMSNorm
    group: all its ranks have the same batches, and the same values in `net`, which is initialized

    Files have whole parameters, and so fit any number of ranks.

    Raises ValueError for a pattern that fits no layer, a word that is no way, sizes that the ranks
    do not divide, and a layer that cannot be in a region by sequence.

    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(
    ...     nn.Dense(8, activation="relu", in_units=4), nn.Dense(2, in_units=8)
    ... )
    >>> net.initialize()
    >>> split_layers(net, {"0": "outputs", "1": "inputs"}, group="world")[0].by
    'outputs'
    """
    if not isinstance(net, Block):
        raise InvalidType(f"split_layers: `net` must be a Block; got {type(net).__name__}")
    collectives.place(group)
    for pattern, way in ways.items():
        if way not in WAYS:
            raise InvalidValue(
                f"split_layers: `ways` must say 'outputs', 'inputs', 'heads', 'experts' or "
                f"'sequence' of {pattern!r}; got {way!r}"
            )
    found = {pattern: _matching(net, pattern) for pattern in ways}
    regions = [path for p, way in ways.items() if way == "sequence" for path, *_ in found[p]]
    for pattern, way in ways.items():
        for path, owner, name, block in found[pattern]:
            if way != "sequence":
                gather = Gathered(group) if _is_in(path, regions) else None
                _split(owner, name, block, way, group, gather)
    for pattern, way in ways.items():
        if way == "sequence":
            for path, owner, name, block in found[pattern]:
                _make_region(path, owner, name, block, group)
    return net


def _matching(net: Block, pattern: str) -> list[tuple[str, Block, str, Block]]:
    found = [entry for entry in _below(net, "") if re.fullmatch(pattern, entry[0])]
    if not found:
        paths = ", ".join(f"`{path}`" for path, *_ in list(_below(net, ""))[:5])
        raise InvalidValue(
            f"split_layers: {pattern!r} fits no layer of the network, such as {paths}"
        )
    return found


def _is_in(path: str, regions: list[str]) -> bool:
    return any(path.startswith(f"{region}.") for region in regions)


def _make_region(path: str, owner: Block, name: str, block: Block, group: str) -> None:
    """Makes a region by sequence of layers in which the products are split already."""
    if not isinstance(block, HybridSequential):
        raise InvalidType(
            f"split_layers: `{path}` must be a HybridSequential to be split by sequence; got "
            f"{type(block).__name__}"
        )
    for inner, around, child_name, child in _below(block, path):
        if isinstance(child, LayerNorm | RMSNorm):
            around._replace_child(child_name, PartNorm(child, group))
        elif child.params and not isinstance(child, SplitDense):
            raise InvalidValue(
                f"split_layers: `{inner}` is in `{path}`, which is split by sequence, so it must "
                f"be split, too, or be LayerNorm or RMSNorm; got {type(child).__name__}"
            )
    owner._replace_child(name, Region(block, group))


def _below(block: Block, prefix: str) -> list[tuple[str, Block, str, Block]]:
    """Paths, the block that has each layer, its name there, and the layer."""
    found = []
    for name, child in block._children.items():
        path = f"{prefix}.{name}" if prefix else name
        found.append((path, block, name, child))
        found += _below(child, path)
    return found


def _split(
    owner: Block, name: str, block: Block, way: str, group: str, gather: Gathered | None = None
) -> None:
    if way == "heads":
        _split_heads(block, name, group, gather is not None)
        return
    if way == "experts":
        if gather is not None:
            raise InvalidValue(
                f"split_layers: `{name}` is in a region by sequence, where experts cannot be"
            )
        _split_experts(block, name, group)
        return
    if not isinstance(block, Dense):
        raise InvalidType(
            f"split_layers: `{name}` must be a Dense layer to be split by {way}; got "
            f"{type(block).__name__}"
        )
    _require_shapes(block, name)
    owner._replace_child(name, SplitDense(block, way, group, gather))


def _split_heads(block: Block, name: str, group: str, by_sequence: bool) -> None:
    if not isinstance(block, MultiHeadAttention | Attention):
        raise InvalidType(
            f"split_layers: `{name}` must be MultiHeadAttention, or attention of the zoo's "
            f"networks of text, to be split by heads; got {type(block).__name__}"
        )
    attention: Any = block
    ranks = collectives.place(group)[1]
    for count in ("num_heads", "key_value_heads"):
        heads = getattr(attention, count, ranks)
        if heads % ranks:
            raise InvalidValue(
                f"split_layers: `{count}` of `{name}` must be a multiple of {ranks} ranks; got "
                f"{heads}"
            )
    gather = Gathered(group, uses=3) if by_sequence else None
    for part in ("query", "key", "value"):
        _split(attention, part, getattr(attention, part), "outputs", group, gather)
    _split(attention, "output", attention.output, "inputs", group, gather)
    attention.num_heads //= ranks
    if isinstance(attention, MultiHeadAttention):
        attention.key_value_heads //= ranks
        attention.units //= ranks


def _split_experts(block: Block, name: str, group: str) -> None:
    if not isinstance(block, Experts):
        raise InvalidType(
            f"split_layers: `{name}` must be a mixture of experts to be split by experts; got "
            f"{type(block).__name__}"
        )
    rank, ranks = collectives.place(group)
    count = len(block.experts)
    if count % ranks:
        raise InvalidValue(
            f"split_layers: `{name}` must have a multiple of {ranks} experts, the ranks; got "
            f"{count}"
        )
    for number, expert in enumerate(block.experts):
        for parameter in expert.collect_params().values():
            parameter.place(number * ranks // count, group)
    block.own = range(rank * count // ranks, (rank + 1) * count // ranks)
    block.group = group


def _require_shapes(block: Dense, name: str) -> None:
    weight: Parameter = block.weight
    if not weight.is_initialized:
        raise InvalidValue(
            f"split_layers: `{name}` has no values yet; call `initialize`, and the network once"
        )


__all__ = ["WAYS", "SplitDense", "split_layers"]
