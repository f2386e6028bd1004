"""What modules take from other parts of the package: metrics, optimizers, initializers, arrays."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from weft import np
from weft.mxnet.symbol._arrays import wrapped


def part(name: str) -> Any:
    """A module of the package, or Weft's own of that name."""
    if find_spec(f"weft.mxnet.{name}"):
        return import_module(f"weft.mxnet.{name}")
    if name in ("initializer", "optimizer"):
        return import_module("weft.mxnet.module._standins")
    return import_module(f"weft.{name}")


def metric_of(spec: Any) -> Any:
    """A metric, or the one that a name or a function stands for."""
    return spec if hasattr(spec, "update") else part("metric").create(spec)


def joined(arrays: Sequence[Any], axis: int) -> Any:
    """Arrays as one along an axis; the only one of a list stays as it is."""
    if len(arrays) == 1 or axis == -1:
        return arrays[0]
    return wrapped(np.concatenate(list(arrays), axis=axis))


__all__ = ["joined", "metric_of", "part"]
