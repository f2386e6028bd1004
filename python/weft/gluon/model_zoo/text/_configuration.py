"""What `from_config` functions of networks for text read in a config.json of Hugging Face.

A value that a network cannot honour is an error that names the key, the value, and what is
supported: nothing that would change results is left out silently.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock

Config = Mapping[str, Any]

# What activations of Hugging Face are here.
_ACTIVATIONS = {
    "gelu": "gelu",
    "gelu_python": "gelu",
    "gelu_accurate": "gelu_tanh",
    "gelu_fast": "gelu_tanh",
    "gelu_new": "gelu_tanh",
    "gelu_python_tanh": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "mish": "mish",
    "relu": "relu",
    "sigmoid": "sigmoid",
    "silu": "silu",
    "swish": "silu",
    "tanh": "tanh",
}


def activation_block(name: str) -> HybridBlock:
    """A layer for an activation's name, which may also be "gelu_tanh"."""
    return nn.GELU("tanh") if name == "gelu_tanh" else nn.Activation(name)


def require_config(config: Any, network: str) -> None:
    """Raises TypeError for what is no mapping."""
    if not isinstance(config, Mapping):
        raise InvalidType(
            f"{network}.from_config: `config` must be the dict of a config.json; got "
            f"{type(config).__name__}"
        )


def architecture_of(config: Config, bases: Mapping[str, str], network: str) -> str:
    """The class in Hugging Face: the first of `architectures`, else the base model of the type.

    bases: base models by model_type
    """
    named = config.get("architectures")
    if named:
        if not isinstance(named, Sequence) or not isinstance(named[0], str):
            raise InvalidType(
                f"{network}.from_config: `architectures` must be a list of names; got {named!r}"
            )
        return str(named[0])
    kind = config.get("model_type")
    if kind not in bases:
        raise unsupported(network, "model_type", kind, bases)
    return bases[str(kind)]


def count(config: Config, key: str, default: int | None, network: str, least: int = 1) -> int:
    """A whole number of at least `least`."""
    value = config.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidType(f"{network}.from_config: `{key}` must be a whole number; got {value!r}")
    if value < least:
        raise InvalidValue(f"{network}.from_config: `{key}` must be at least {least}; got {value}")
    return value


def fraction(config: Config, key: str, default: float, network: str) -> float:
    """A rate of dropout or a small number, in [0, 1); None counts as missing."""
    value = config.get(key)
    value = default if value is None else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidType(f"{network}.from_config: `{key}` must be a number; got {value!r}")
    if not 0 <= value < 1:
        raise InvalidValue(f"{network}.from_config: `{key}` must be in [0, 1); got {value}")
    return float(value)


def activation_of(config: Config, key: str, default: str, network: str) -> str:
    """The name that an activation has here."""
    name = config.get(key, default)
    if not isinstance(name, str) or name not in _ACTIVATIONS:
        raise unsupported(network, key, name, _ACTIVATIONS)
    return _ACTIVATIONS[name]


def labels_of(config: Config, network: str) -> int:
    """The classes of a head: `id2label`, else `num_labels`, else 2."""
    named = config.get("id2label")
    if named is None:
        return count(config, "num_labels", 2, network)
    if not isinstance(named, Mapping) or not named:
        raise InvalidType(
            f"{network}.from_config: `id2label` must be a dict of names by number; got {named!r}"
        )
    return len(named)


def require_values(config: Config, wanted: Mapping[str, Any], network: str) -> None:
    """Raises NotImplementedError for a key whose value is neither missing, None nor the wanted."""
    for key, value in wanted.items():
        if config.get(key) not in (None, value):
            raise unsupported(network, key, config[key], [value])


def unsupported(network: str, key: str, value: Any, known: Any) -> Unsupported:
    """The error for a value that a network cannot honour."""
    names = ", ".join(map(str, known))
    return Unsupported(
        f"{network}.from_config: `{key}` is {value!r}, which is not supported; supported: {names}"
    )


__all__ = [
    "Config",
    "activation_block",
    "activation_of",
    "architecture_of",
    "count",
    "fraction",
    "labels_of",
    "require_config",
    "require_values",
    "unsupported",
]
