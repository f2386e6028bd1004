"""Dense layers whose weights are integers of 8 or 4 bits, for networks that wait for their weights
to be read, as transformers that decode do."""

import gc
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft.gluon.block import Block
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn import Dense
from weft.gluon.parameter import Parameter


def _constant(name: str, value: Any) -> Parameter:
    parameter = Parameter(name, shape=value.shape, dtype=str(value.dtype), differentiable=False)
    parameter.set_data(np.array(value))
    return parameter


class WeightOnlyDense(HybridBlock):
    """A dense layer, `activation(x weightᵀ + bias)`, whose weight is integers times scales.

    layer: an initialized float32 `Dense`, whose bias it shares
    bits: 8 or 4
    group: how many neighbouring features share a scale; None for all of a unit's

    >>> from weft import gluon, np
    >>> from weft.quantization import WeightOnlyDense
    >>> layer = gluon.nn.Dense(2, in_units=4)
    >>> layer.initialize()
    >>> WeightOnlyDense(layer)(np.ones((3, 4))).shape
    (3, 2)
    """

    def __init__(self, layer: Dense, bits: int = 8, group: int | None = None) -> None:
        super().__init__()
        if bits not in (8, 4):
            raise InvalidValue(f"WeightOnlyDense: `bits` must be 8 or 4; got {bits}")
        weight = layer.weight.data().astype("float32").asnumpy()
        units, features = weight.shape
        group = features if group is None else group
        if features % 2 or group < 2 or group % 2 or features % group:
            raise InvalidValue(
                "WeightOnlyDense: `group` must be even and divide the layer's features, "
                f"{features}; got {group}"
            )
        parts = weight.reshape(units, features // group, group)
        greatest = 2 ** (bits - 1) - 1
        scale = numpy.maximum(abs(parts).max(2), 1e-20) / greatest
        whole = numpy.rint(parts / scale[..., None]).astype("int8").reshape(units, features)
        if bits == 4:
            whole = ((whole[:, 1::2] << 4) | (whole[:, ::2] & 15)).astype("int8")
        self.bits, self.flatten, self.units, self.in_units = bits, layer.flatten, units, features
        self.weight = _constant("weight", whole)
        self.scale = _constant("scale", scale.astype("float32"))
        self.bias = layer.bias
        self.activation, self.activation_name = layer.activation, layer.activation_name

    @property
    def dtype(self) -> Any:
        """Of what it computes with."""
        return self.scale.dtype

    def forward(self, x: Any) -> Any:
        out = npx.weight_only_fully_connected(
            x,
            self.weight.data(),
            self.scale.data(),
            None if self.bias is None else self.bias.data(),
            bits=self.bits,
            flatten=self.flatten,
        )
        return out if self.activation is None else self.activation(out)

    def describe(self) -> str:
        return f"{self.in_units} -> {self.units}, {self.activation_name}, {self.bits} bits"


def quantize_weights(net: Block, bits: int = 8, *, group: int | None = None) -> int:
    """Puts a `WeightOnlyDense` in the place of every float32 dense layer inside `net`, whose weight
    the network then no longer has. Gives how many there were.

    net: initialized, with shapes that are known; changed in place
    bits, group: as of `WeightOnlyDense`

    Raises ValueError for layers whose features a group does not divide, before anything changes.

    >>> from weft import gluon
    >>> from weft.quantization import quantize_weights
    >>> layers = gluon.nn.Dense(8, in_units=4), gluon.nn.Dense(2, in_units=8)
    >>> net = gluon.nn.HybridSequential(*layers)
    >>> net.initialize()
    >>> quantize_weights(net, bits=4, group=4)
    2
    """
    if not isinstance(net, Block):
        raise InvalidType(f"quantize_weights: `net` must be a Block; got {type(net).__name__}")
    made: dict[int, WeightOnlyDense] = {}
    places = list(_dense_layers(net))
    for _, _, layer in places:
        made.setdefault(id(layer), WeightOnlyDense(layer, bits, group))
    for parent, name, layer in places:
        parent._replace_child(name, made[id(layer)])
    # A block and the cache of its traces hold each other: the weights would stay for long.
    places = parent = layer = None
    gc.collect()
    return len(made)


def _dense_layers(block: Block) -> Any:
    for name, child in block._children.items():
        if type(child) is Dense and str(child.weight.dtype) == "float32":
            yield block, name, child
        else:
            yield from _dense_layers(child)
