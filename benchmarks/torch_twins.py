"""The networks and optimizers of loss_curves.py in PyTorch."""

import itertools
import math
from collections.abc import Mapping

import numpy
import torch
from curve_networks import HEADS, LAYERS, UNITS, WINDOW
from torch import nn


def lenet(classes: int) -> nn.Module:
    return nn.Sequential(
        *(nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(1250, 500), nn.ReLU(), nn.Linear(500, classes)),
    )


def _convolution(inputs: int, outputs: int, size: int, stride: int) -> nn.Module:
    convolution = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.body = nn.Sequential(
            _convolution(inputs, outputs, 3, stride),
            nn.ReLU(),
            _convolution(outputs, outputs, 3, 1),
        )
        self.downsample = nn.Identity() if stride == 1 else _convolution(inputs, outputs, 1, 2)

    def forward(self, x):
        return torch.relu(self.body(x) + self.downsample(x))


def resnet18(classes: int) -> nn.Module:
    widths = [64, 64, 64, 128, 128, 256, 256, 512, 512]
    return nn.Sequential(
        *(_convolution(1, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)),
        *(_Residual(*pair) for pair in itertools.pairwise(widths)),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes)),
    )


class _LanguageModel(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(classes, UNITS)
        self.rnn = nn.LSTM(UNITS, 2 * UNITS, LAYERS, batch_first=True)
        self.output = nn.Linear(2 * UNITS, classes)

    def forward(self, characters):
        return self.output(self.rnn(self.embed(characters))[0])


class _Encoder(nn.Module):
    def __init__(self, classes: int) -> None:
        super().__init__()
        self.characters = nn.Embedding(classes, UNITS)
        self.places = nn.Embedding(WINDOW, UNITS)
        sizes = (UNITS, HEADS, 2 * UNITS, 0.0)
        self.layers = nn.Sequential(
            *(nn.TransformerEncoderLayer(*sizes, batch_first=True) for _ in range(LAYERS))
        )
        self.scores = nn.Linear(UNITS, classes)

    def forward(self, characters):
        x = self.characters(characters) + self.places.weight
        return self.scores(self.layers(x).mean(1))


_NETWORKS = {
    "lenet": lenet,
    "resnet18": resnet18,
    "language_model": _LanguageModel,
    "encoder": _Encoder,
}

# Names of an encoder layer's parameters in Weft, and PyTorch's.
_ENCODER = {
    "attention.output": "self_attn.out_proj",
    "ffn.0": "linear1",
    "ffn.3": "linear2",
    "norms.0.gamma": "norm1.weight",
    "norms.0.beta": "norm1.bias",
    "norms.1.gamma": "norm2.weight",
    "norms.1.beta": "norm2.bias",
}


def create(name: str, classes: int, start: Mapping[str, numpy.ndarray], dtype: str) -> nn.Module:
    """A network with the parameters of Weft's, which lie in the same order, but for encoders."""
    net = _NETWORKS[name](classes).to(getattr(torch, dtype))
    kept = {path: v for path, v in net.state_dict().items() if "num_batches" not in path}
    given = (
        _encoder_names(start) if name == "encoder" else dict(zip(kept, start.values(), strict=True))
    )
    for path, target in kept.items():
        if target.shape != given[path].shape:
            raise SystemExit(f"{name}: {path} has shape {target.shape}, Weft's {given[path].shape}")
        target.copy_(torch.from_numpy(given[path]))
    return net


def _encoder_names(start: Mapping[str, numpy.ndarray]) -> dict[str, numpy.ndarray]:
    found = {}
    for path, values in start.items():
        for ours, theirs in _ENCODER.items():
            path = path.replace(ours, theirs)
        found[path] = values
    for layer in range(LAYERS):
        for kind in ("weight", "bias"):
            parts = [
                found.pop(f"layers.{layer}.attention.{part}.{kind}")
                for part in ("query", "key", "value")
            ]
            found[f"layers.{layer}.self_attn.in_proj_{kind}"] = numpy.concatenate(parts)
    return found


def optimizer(net: nn.Module, name: str, options: Mapping[str, float]) -> torch.optim.Optimizer:
    """Gluon's names of options are PyTorch's, but for two."""
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name]
    renamed = {"learning_rate": "lr", "wd": "weight_decay"}
    return kind(net.parameters(), **{renamed.get(key, key): v for key, v in options.items()})


def step(optimizer: torch.optim.Optimizer, number: int) -> None:
    """The `number`-th update, counted from 1.

    Gluon adds Adam's epsilon to the root of the second moment as it is (the last form in section 2
    of Kingma and Ba, 2015), PyTorch behind the correction of its bias. Divided by that correction,
    PyTorch's is the same number.
    """
    for group in optimizer.param_groups:
        if "betas" in group:
            group["eps"] = 1e-8 / math.sqrt(1 - group["betas"][1] ** number)
    optimizer.step()
