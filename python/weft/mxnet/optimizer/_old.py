"""What optimizers of 1.x do otherwise than those of 2.0: defaults, the order of options, where
gradients are clipped, and some formulas.

A program of 1.x is one that neither turns NumPy's shapes on nor gives an option that only 2.0 has.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from weft import np
from weft._core.typing import ndarray
from weft.mxnet._modes import asks_for_numpy_shapes
from weft.mxnet._operators.updates import (
    _rmsprop_update,
    _rmspropalex_update,
    _signum_update,
)
from weft.mxnet.ndarray import random
from weft.mxnet.ndarray._array import plain
from weft.sparse import RowSparseArray

_NEW_WORDS = frozenset({"use_fused_step", "aggregate_num", "correct_bias"})

# Options that have other defaults in 1.x, by class.
DEFAULTS: dict[str, dict[str, Any]] = {
    "SGD": {"learning_rate": 0.01, "lazy_update": True},
    "NAG": {"learning_rate": 0.01, "momentum": 0.0},
    "SGLD": {"learning_rate": 0.01},
    "DCASGD": {"learning_rate": 0.01},
    "FTML": {"learning_rate": 0.01},
    "LARS": {"learning_rate": 0.01, "lazy_update": True, "epsilon": 0.0},
    "Adam": {"lazy_update": True},
    "AdaGrad": {"epsilon": 1e-7},
    "GroupAdaGrad": {"epsilon": 1e-5},
    "AdaDelta": {"epsilon": 1e-5},
}

# Options in the order of 1.x; the others are in that of 2.0, but without the rate in front where
# 1.x took it by name alone.
ORDER: dict[str, tuple[str, ...]] = {
    "SGD": ("momentum", "lazy_update"),
    "NAG": ("momentum",),
    "SGLD": (),
    "DCASGD": ("momentum", "lamda"),
    "FTML": ("beta1", "beta2", "epsilon"),
    "LARS": ("momentum", "lazy_update", "eta", "epsilon"),
    "AdaGrad": ("epsilon",),
    "GroupAdaGrad": ("epsilon",),
    "AdaDelta": ("rho", "epsilon"),
    "Ftrl": ("lamda1", "learning_rate", "beta"),
}

# These clip the gradient when its weight decay is in it.
_CLIPS_BEHIND = frozenset({"Adam", "Adamax", "Nadam", "FTML"})

# The weight, its gradient and its states, and the options of the step.
Step = Callable[[Any, ndarray, Any, Any, dict[str, Any]], None]


def is_asked_for(options: Mapping[str, Any]) -> bool:
    """Does a program that gives these options mean an optimizer of 1.x?"""
    return not asks_for_numpy_shapes() and _NEW_WORDS.isdisjoint(options)


def clipped_behind(
    title: str, weight: ndarray, grad: Any, common: dict[str, Any], is_lazy: bool
) -> tuple[Any, dict[str, Any]]:
    """The gradient with its decay, clipped, and the options that are left, for the optimizers that
    do so; both as they are for others."""
    bound = common["clip_gradient"]
    if title not in _CLIPS_BEHIND or bound <= 0 or not common["wd"]:
        return grad, common
    rest = {**common, "rescale_grad": 1.0, "clip_gradient": -1.0, "wd": 0.0}
    if isinstance(grad, RowSparseArray) and is_lazy:
        rows = grad.data * common["rescale_grad"] + weight[grad.indices] * common["wd"]
        return RowSparseArray(np.clip(rows, -bound, bound), grad.indices, grad.shape), rest
    slope = whole(grad) * common["rescale_grad"] + weight * common["wd"]
    return np.clip(slope, -bound, bound), rest


def whole(grad: Any) -> ndarray:
    """A gradient as an array."""
    return grad if isinstance(grad, ndarray) else grad.todense()


def _scaled(grad: ndarray, common: Mapping[str, Any]) -> ndarray:
    slope, bound = grad * common["rescale_grad"], common["clip_gradient"]
    return np.clip(slope, -bound, bound) if bound > 0 else slope


def _rmsprop(optimizer: Any, weight: ndarray, grad: Any, states: Any, common: Any) -> None:
    """Epsilon is inside of the root."""
    given = {**common, "gamma1": optimizer.rho, "epsilon": optimizer.epsilon}
    given["clip_weights"] = optimizer.clip_weights or -1.0
    if optimizer.centered:
        given["gamma2"] = optimizer.momentum
        weight[...] = _rmspropalex_update(weight, whole(grad), *states, **given)
    else:
        weight[...] = _rmsprop_update(weight, whole(grad), *states, **given)


def _adagrad(optimizer: Any, weight: ndarray, grad: Any, states: Any, common: Any) -> None:
    """The decay is no part of the gradient, and epsilon is inside of the root. Of a row-sparse
    gradient only its rows change."""
    (history,) = states
    if isinstance(grad, RowSparseArray):
        rows = grad.indices
        slope = _scaled(grad.data, common)
        squares = history[rows] + np.square(slope)
        history[rows] = squares
        old = weight[rows]
        weight[rows] = old - _adagrad_step(optimizer, slope, squares, old, common)
        return
    slope = _scaled(whole(grad), common)
    history += np.square(slope)
    weight -= _adagrad_step(optimizer, slope, history, weight, common)


def _adagrad_step(
    optimizer: Any, slope: ndarray, squares: ndarray, weight: ndarray, common: Mapping[str, Any]
) -> ndarray:
    share = slope / np.sqrt(squares + optimizer.epsilon)
    return (share + weight * common["wd"]) * common["lr"]


def _group_adagrad(optimizer: Any, weight: ndarray, grad: Any, states: Any, common: Any) -> None:
    """Epsilon is inside of the root. Of a row-sparse gradient only its rows change."""
    (history,) = states
    is_sparse = isinstance(grad, RowSparseArray)
    rows = grad.indices if is_sparse else slice(None)
    slope = _scaled(grad.data if is_sparse else whole(grad), common)
    axes = tuple(range(1, weight.ndim))
    squares = history[rows] + np.mean(np.square(slope), axis=axes, keepdims=True)
    history[rows] = squares
    weight[rows] = weight[rows] - slope * common["lr"] / np.sqrt(squares + optimizer.epsilon)


def _adadelta(optimizer: Any, weight: ndarray, grad: Any, states: Any, common: Any) -> None:
    """There is no rate, and the decay is no part of the gradient."""
    squares, steps = states
    rho, epsilon = optimizer.rho, optimizer.epsilon
    slope = _scaled(whole(grad), common)
    squares[...] = squares * rho + np.square(slope) * (1 - rho)
    step = np.sqrt(steps + epsilon) / np.sqrt(squares + epsilon) * slope
    steps[...] = steps * rho + np.square(step) * (1 - rho)
    weight -= step + weight * common["wd"]


def _sgld(optimizer: Any, weight: ndarray, grad: Any, states: Any, common: Any) -> None:
    """The noise is that of `mx.nd.random.normal`, so that it follows the same seed."""
    slope = _scaled(whole(grad), common) + weight * common["wd"]
    drawn = random.normal(0, math.sqrt(common["lr"]), shape=weight.shape, dtype=weight.dtype)
    noise = plain(drawn).to_device(weight.device)
    weight[...] = weight - slope * (common["lr"] / 2) + noise


def _signum(optimizer: Any, weight: ndarray, grad: Any, states: Any, common: Any) -> None:
    """The momentum is that of the step, not of the gradient."""
    given = {**common, "wd_lh": optimizer.wd_lh}
    if states:
        (mom,) = states
        weight[...] = _signum_update(weight, whole(grad), mom, momentum=optimizer.momentum, **given)
        return
    shrunk = weight * (1 - common["lr"] * (common["wd"] + optimizer.wd_lh))
    weight[...] = shrunk - np.sign(whole(grad) * common["rescale_grad"]) * common["lr"]


STEPS: dict[str, Step] = {
    "RMSProp": _rmsprop,
    "AdaGrad": _adagrad,
    "GroupAdaGrad": _group_adagrad,
    "AdaDelta": _adadelta,
    "SGLD": _sgld,
    "Signum": _signum,
}

__all__ = ["DEFAULTS", "ORDER", "STEPS", "clipped_behind", "is_asked_for", "whole"]
