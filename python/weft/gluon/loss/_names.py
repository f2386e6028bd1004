"""Losses by name, as `weft.Model(net, loss="softmax_cross_entropy")` takes them."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from weft._base.registry import Registry
from weft._base.spelling import unknown
from weft._base.words import LOSS_NAMES
from weft.gluon.loss import classes, distances, embeddings, masks, sequences
from weft.gluon.loss._base import Loss

_registry = Registry("loss")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

# Names that people bring along, and what they mean. L2Loss is half of the square.
_OTHER: dict[str, Callable[..., Loss]] = {
    "mse": partial(distances.L2Loss, weight=2.0),
    "mean_squared_error": partial(distances.L2Loss, weight=2.0),
    "mae": distances.L1Loss,
    "mean_absolute_error": distances.L1Loss,
}


def register(cls: type[Loss], *names: str) -> type[Loss]:
    """Makes a loss known by the name of its class, in snake case, with and without `_loss`, and by
    other names in the same way. Can be a decorator.

    >>> from weft import gluon, np
    >>> @gluon.loss.register
    ... class QuarticLoss(gluon.loss.Loss):
    ...     def elements(self, pred, label):
    ...         return (pred - label) ** 4
    >>> gluon.loss.create("quartic")(np.array([2.0]), np.array([0.0]))
    array([16.])
    """
    for name in (cls.__name__, *names):
        words = _BETWEEN_WORDS.sub("_", name).lower()
        _registry.add(cls, words, words.removesuffix("_loss"))
    return cls


def create(spec: Any, **options: Any) -> Any:
    """The loss that a name stands for, with these options; anything else is given back.

    spec: the name of a class of `gluon.loss`, in snake case, with or without `_loss`; or "mse",
        "mae"

    Raises LookupError for an unknown name, which tells the nearest.

    >>> from weft import gluon
    >>> type(gluon.loss.create("softmax_cross_entropy", label_smoothing=0.1)).__name__
    'SoftmaxCrossEntropyLoss'
    """
    if isinstance(spec, type) and issubclass(spec, Loss):
        return spec(**options)
    if not isinstance(spec, str):
        return spec
    name = spec.lower()
    if name in _OTHER:
        return _OTHER[name](**options)
    if name not in _registry:
        known = sorted(n for n in [*_registry, *_OTHER] if "loss" not in n)
        raise unknown("loss", spec, known, LOSS_NAMES)
    return _registry.create(name, **options)


for _module in (classes, distances, embeddings, masks, sequences):
    for _name in _module.__all__:
        register(getattr(_module, _name), _name)

__all__ = ["create", "register"]
