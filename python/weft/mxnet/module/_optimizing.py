"""How modules make optimizers and first values."""

import json
from collections.abc import Mapping
from typing import Any

from weft.mxnet import initializer as first_values
from weft.mxnet import optimizer as optimizers


def create_optimizer(
    optimizer: Any, options: Any, symbol: Any, names: Mapping[int, str], batch_size: int
) -> Any:
    """An optimizer whose parameters have these names by number."""
    if not isinstance(optimizer, str):
        if not getattr(optimizer, "idx2name", None):
            optimizer.idx2name = dict(names)
        return optimizer
    given = dict(options)
    given.setdefault("rescale_grad", 1.0 / batch_size)
    return optimizers.create(optimizer, sym=symbol, param_idx2name=dict(names), **given)


def initializer_of(spec: Any, is_default: bool) -> Any:
    """An initializer; of a module the default is uniform in [-0.01, 0.01)."""
    if spec is None:
        return None
    if is_default:
        return first_values.Uniform(0.01)
    return first_values.create(spec) if isinstance(spec, str) else spec


def initialized(initializer: Any, name: str, attributes: Mapping[str, str], array: Any) -> None:
    """Gives a parameter its first value; the attributes of its variable may name another way."""
    word, options = _asked(attributes.get("__init__", ""))
    if word == "fusedrnn":
        from weft.mxnet.rnn import FusedRNNCell

        inner = options.pop("init", None)
        chosen = initializer if inner is None else first_values.create(inner)
        cell = FusedRNNCell(prefix="", **options)
        cell.initialized(array, lambda part, values: chosen(first_values.InitDesc(part), values))
        return
    initializer(first_values.InitDesc(name, dict(attributes)), array)


def _asked(text: str) -> tuple[str, dict[str, Any]]:
    """The name and the options of an initializer, as `dumps` writes them."""
    if not text.startswith("["):
        return text.lower(), {}
    word, options = json.loads(text)
    return word.lower(), dict(options)


__all__ = ["create_optimizer", "initialized", "initializer_of"]
