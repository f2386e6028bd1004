"""The transformers in Weft's own layers."""

from typing import Any

from arrays import Array
from sequences import BERT, DECODER, EPSILON, Transformer, gpt_batch
from sequences import bert as bert_parameters
from sequences import decoder as decoder_parameters
from sequences import gpt as gpt_parameters
from weft import gluon, np
from weft.gluon import nn
from weft.quantization import quantize_weights

Block = gluon.HybridBlock


def _layer(size: Transformer, given: dict[str, Array], is_causal: bool) -> Any:
    layer = nn.TransformerEncoderLayer(
        size.units,
        4 * size.units,
        size.heads,
        activation="gelu",
        pre_norm=is_causal,
        layer_norm_eps=EPSILON,
    )
    layer.initialize()
    parameters = layer.collect_params()
    for part, value in _renamed(given, size.units).items():
        parameters[part].set_data(np.array(value))
    return layer


def _renamed(given: dict[str, Array], units: int) -> dict[str, Array]:
    """Parameters under the layer's names; queries, keys and values have a weight each."""
    found = {}
    for kind in ("weight", "bias"):
        for number, part in enumerate(("query", "key", "value")):
            rows = slice(number * units, (number + 1) * units)
            found[f"attention.{part}.{kind}"] = given[f"qkv.{kind}"][rows]
        found[f"attention.output.{kind}"] = given[f"proj.{kind}"]
        found[f"ffn.0.{kind}"] = given[f"fc1.{kind}"]
        found[f"ffn.3.{kind}"] = given[f"fc2.{kind}"]
        for number in range(2):
            own = {"weight": "gamma", "bias": "beta"}[kind]
            found[f"norms.{number}.{own}"] = given[f"ln{number + 1}.{kind}"]
    return found


def bert() -> Any:
    return nn.HybridSequential(*(_layer(BERT, given, False) for given in bert_parameters()))


class _Decoder(Block):
    """A cache that is full is written at its last place: each call computes the same."""

    def __init__(self) -> None:
        super().__init__()
        given = decoder_parameters()
        self.blocks = nn.HybridSequential(*(_layer(DECODER, part, True) for part in given.blocks))
        self.norm = nn.LayerNorm(epsilon=EPSILON, in_channels=DECODER.units)
        self.head = _head(given.head)
        self.norm.initialize()
        self.caches = []
        for block, keys, values in zip(self.blocks, given.keys, given.values, strict=True):
            cache = block.attention.new_cache(DECODER.batch, DECODER.steps)
            cache.keys[...], cache.values[...] = np.array(keys), np.array(values)
            cache.position[...] = DECODER.steps - 1
            self.caches.append(cache)

    def forward(self, x: Any) -> Any:
        for block, cache in zip(self.blocks, self.caches, strict=True):
            x = block(x, cache=cache)
        return self.head(self.norm(x))


def decoder(precision: str) -> Any:
    """In float32, or with weights of int8, or of int4 with a scale for 64 of them."""
    net = _Decoder()
    if precision != "float32":
        bits = {"int8": 8, "int4": 4}[precision]
        quantize_weights(net, bits, group=64 if bits == 4 else None)
    return net


def _head(weight: Array) -> Any:
    vocabulary, units = weight.shape
    head = nn.Dense(vocabulary, use_bias=False, flatten=False, in_units=units)
    head.initialize()
    head.weight.set_data(np.array(weight))
    return head


class _Gpt(Block):
    def __init__(self, size: Transformer) -> None:
        super().__init__()
        given = gpt_parameters(size)
        self.vocabulary = size.vocabulary
        self.tokens = nn.Embedding(size.vocabulary, size.units)
        self.positions = gluon.Parameter("positions", shape=(size.steps, size.units))
        self.blocks = nn.HybridSequential(*(_layer(size, part, True) for part in given.blocks))
        self.norm = nn.LayerNorm(epsilon=EPSILON, in_channels=size.units)
        self.head = _head(given.head)
        for part in (self.tokens, self.norm):
            part.initialize()
        self.positions.initialize()
        self.tokens.weight.set_data(np.array(given.tokens))
        self.positions.set_data(np.array(given.positions))

    def forward(self, tokens: Any) -> Any:
        x = self.tokens(tokens) + self.positions.data()
        for block in self.blocks:
            x = block(x, causal=True)
        return self.head(self.norm(x)).reshape(-1, self.vocabulary)


def gpt(size: Transformer) -> tuple[Any, Any, Any]:
    """The network, the tokens, and those that follow."""
    tokens, following = gpt_batch(size)
    return _Gpt(size), np.array(tokens), np.array(following.reshape(-1))
