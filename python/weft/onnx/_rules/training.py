"""Operators of `ai.onnx.preview.training`: gradients, and steps of the optimizers Adagrad, Adam
and Momentum.

An optimizer updates several tensors at once. Its inputs are the rate R, the number T of updates
that were made, all tensors, all gradients, and each state of all; its outputs new tensors and
states.
"""

from collections.abc import Callable
from typing import Any

from weft import autograd, np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array, array_of
from weft.onnx._gradient import DOMAIN
from weft.onnx._rules._table import RULES as rules


@rules("Gradient", domain=DOMAIN)
def _gradient(
    *values: Array, xs: list[str], y: str, zs: list[str] | None = None, body: Any, _: Any
) -> tuple[ndarray, ...]:
    """Derivatives of the sum of `y` by each of `xs`: zeros where `y` does not follow from it."""
    with autograd.record(autograd.is_training()):
        variables = [_variable(value) for value in values[: len(xs)]]
        found = array_of(_.run(body, [*variables, *values[len(xs) :]])[0])
        return tuple(autograd.grad(found, variables, create_graph=True))


def _variable(value: ndarray) -> ndarray:
    """The same numbers, to differentiate by, which still follow from what the value follows from:
    a gradient may have a gradient."""
    nothing = np.zeros((), dtype=value.dtype)
    nothing.attach_grad()
    return value + nothing


def _updated(
    values: tuple[ndarray, ...], states: int, step: Callable[..., tuple[ndarray, ...]]
) -> tuple[ndarray, ...]:
    """New tensors, then new states; `step` takes a tensor, its gradient and its states."""
    kinds = 2 + states
    count, rest = divmod(len(values), kinds)
    if rest:
        raise InvalidValue(f"inputs must be {kinds} of each tensor; got {len(values)}")
    rows = [step(*values[number::count]) for number in range(count)]
    return tuple(row[kind] for kind in range(1 + states) for row in rows)


@rules("Adagrad", domain=DOMAIN)
def _adagrad(
    r: Array,
    t: Array,
    *values: Array,
    decay_factor: float = 0.0,
    epsilon: float = 1e-6,
    norm_coefficient: float = 0.0,
) -> tuple[ndarray, ...]:
    def step(x: ndarray, g: ndarray, h: ndarray) -> tuple[ndarray, ...]:
        rate = r / (1 + t.astype(x.dtype) * decay_factor)
        g = x * norm_coefficient + g
        h = h + g * g
        return (x - rate * g / (np.sqrt(h) + epsilon)).astype(x.dtype), h

    return _updated(values, 1, step)


@rules("Adam", domain=DOMAIN)
def _adam(
    r: Array,
    t: Array,
    *values: Array,
    alpha: float = 0.9,
    beta: float = 0.999,
    epsilon: float = 1e-6,
    norm_coefficient: float = 0.0,
    norm_coefficient_post: float = 0.0,
) -> tuple[ndarray, ...]:
    def step(x: ndarray, g: ndarray, v: ndarray, h: ndarray) -> tuple[ndarray, ...]:
        g = x * norm_coefficient + g
        v = v * alpha + g * (1 - alpha)
        h = h * beta + g * g * (1 - beta)
        count = t.astype(x.dtype)
        # Before the first update the estimates are not biased; 1 keeps the division defined.
        powers = [np.power(np.full_like(count, b), np.maximum(count, 1)) for b in (alpha, beta)]
        corrected = r * np.sqrt(1 - powers[1]) / (1 - powers[0])
        rate = np.where(t > 0, corrected, r)
        x = x - rate * (v / (np.sqrt(h) + epsilon))
        return (x * (1 - norm_coefficient_post)).astype(v.dtype), v, h

    return _updated(values, 2, step)


@rules("Momentum", domain=DOMAIN)
def _momentum(
    r: Array,
    t: Array,
    *values: Array,
    alpha: float,
    beta: float,
    mode: str,
    norm_coefficient: float,
) -> tuple[ndarray, ...]:
    if mode not in ("standard", "nesterov"):
        raise InvalidValue(f"`mode` must be standard or nesterov; got {mode!r}")

    def step(x: ndarray, g: ndarray, v: ndarray) -> tuple[Any, ...]:
        g = x * norm_coefficient + g
        v = v * alpha + np.where(t > 0, g * beta, g)
        change = g + v * alpha if mode == "nesterov" else v
        return (x - r * change).astype(x.dtype), v

    return _updated(values, 1, step)
