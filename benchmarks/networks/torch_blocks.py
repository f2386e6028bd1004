"""The perceptron and the transformers in PyTorch."""

import itertools
from collections.abc import Callable

import numpy
import torch
from arrays import Array
from sequences import (
    BERT,
    DECODER,
    Transformer,
    bert,
    decoder,
    gpt,
    gpt_batch,
    perceptron,
    perceptron_batch,
)
from torch import nn
from torch.nn import functional

Loss = Callable[[], torch.Tensor]


def tensor(array: Array) -> torch.Tensor:
    return torch.from_numpy(numpy.array(array))


def copied(layer: nn.Module, parameters: dict[str, Array], prefix: str = "") -> nn.Module:
    """The layer with the parameters below `prefix`, which its own names end."""
    own = {k for k in layer.state_dict() if "num_batches" not in k}
    layer.load_state_dict({k: tensor(parameters[prefix + k]) for k in own}, strict=False)
    return layer


class _Block(nn.Module):
    def __init__(self, size: Transformer, parameters: dict[str, Array], is_causal: bool) -> None:
        super().__init__()
        d, self.heads, self.is_causal = size.units, size.heads, is_causal
        self.qkv, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.fc1, self.fc2 = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)
        copied(self, parameters)

    def attend(self, x, cache=None):
        """`cache`: keys and values that end with these positions, and are seen whole."""
        n, t, d = x.shape
        split = self.qkv(x).view(n, t, 3, self.heads, d // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4)
        if cache is not None:
            for kept, new in zip(cache, (k, v), strict=True):
                kept[:, :, -t:] = new
            k, v = cache
        is_causal = self.is_causal and cache is None
        out = functional.scaled_dot_product_attention(q, k, v, is_causal=is_causal)
        return self.proj(out.transpose(1, 2).reshape(n, t, d))

    def widen(self, x):
        return self.fc2(functional.gelu(self.fc1(x)))

    def forward(self, x, cache=None):
        if self.is_causal:
            x = x + self.attend(self.ln1(x), cache)
            return x + self.widen(self.ln2(x))
        x = self.ln1(x + self.attend(x))
        return self.ln2(x + self.widen(x))


def bert_module() -> nn.Module:
    return nn.Sequential(*(_Block(BERT, parameters, False) for parameters in bert()))


class _Decoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        given = decoder()
        self.blocks = nn.ModuleList(_Block(DECODER, part, True) for part in given.blocks)
        pairs = zip(given.keys, given.values, strict=True)
        self.caches = [(tensor(keys), tensor(values)) for keys, values in pairs]
        self.norm = nn.LayerNorm(DECODER.units)
        head = nn.Linear(DECODER.units, DECODER.vocabulary, bias=False)
        self.head = copied(head, {"weight": given.head})

    def forward(self, x):
        for block, cache in zip(self.blocks, self.caches, strict=True):
            x = block(x, cache)
        return self.head(self.norm(x))


def decoder_module() -> nn.Module:
    return _Decoder()


class _Gpt(nn.Module):
    def __init__(self, size: Transformer) -> None:
        super().__init__()
        given = gpt(size)
        self.tokens = nn.Embedding.from_pretrained(tensor(given.tokens), freeze=False)
        self.positions = nn.Parameter(tensor(given.positions))
        self.blocks = nn.Sequential(*(_Block(size, part, True) for part in given.blocks))
        self.norm = nn.LayerNorm(size.units)
        self.head = copied(
            nn.Linear(size.units, size.vocabulary, bias=False), {"weight": given.head}
        )

    def forward(self, tokens):
        return self.head(self.norm(self.blocks(self.tokens(tokens) + self.positions)))


def gpt_module(size: Transformer) -> tuple[nn.Module, Loss]:
    model, (x, y) = _Gpt(size), (tensor(array) for array in gpt_batch(size))
    return model, lambda: functional.cross_entropy(model(x).flatten(0, 1), y.flatten())


def perceptron_module() -> tuple[nn.Module, Loss]:
    given, layers = perceptron(), []
    for number in range(len(given) // 2):
        outputs, inputs = given[f"{number}.weight"].shape
        layers += [copied(nn.Linear(inputs, outputs), given, f"{number}."), nn.ReLU()]
    model = nn.Sequential(*itertools.islice(layers, len(layers) - 1))
    x, y = (tensor(array) for array in perceptron_batch())
    return model, lambda: functional.cross_entropy(model(x), y)
