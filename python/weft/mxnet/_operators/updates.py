"""Updates of optimizers: the new weight as the result, running means and the like in place.

`clip_gradient` below 0 clips nothing. Updates named `mp_` keep a copy of the weight in float32,
which is updated; the weight is a rounded copy of it.
"""

import inspect
from collections.abc import Callable
from typing import Any

from weft import np
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted


def clipped(grad: ndarray, rescale: float, limit: float) -> ndarray:
    """A gradient times a factor, between -limit and limit unless the limit is below 0."""
    return held(grad * float(rescale), limit)


def held(grad: ndarray, limit: float) -> ndarray:
    """What is between -limit and limit unless the limit is below 0."""
    return grad if limit is None or limit < 0 else np.clip(grad, -limit, limit)


def _in_float32(update: Callable[..., ndarray]) -> Callable[..., ndarray]:
    """The same update of a weight of fewer bits, whose copy in float32 is one more input, the last:
    that one is updated, and the result is rounded."""

    def mixed(weight: ndarray, grad: ndarray, *states: ndarray, **given: Any) -> ndarray:
        weight32 = states[-1]
        new = update(weight32, grad.astype("float32"), *states[:-1], **given)
        weight32[...] = new
        return new.astype(weight.dtype)

    return _with_copy(mixed, update)


def _with_copy(mixed: Callable[..., Any], update: Callable[..., Any]) -> Callable[..., Any]:
    """A function that says that it has the inputs and attributes of `update`, and `weight32` as its
    last input."""
    parameters = list(inspect.signature(update).parameters.values())
    count = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters)
    copy = parameters[0].replace(name="weight32")
    whole = [*parameters[:count], copy, *parameters[count:]]
    mixed.__signature__ = inspect.Signature(whole)  # type: ignore[attr-defined]
    return mixed


@rules("sgd_update")
def _sgd_update(
    weight: Array,
    grad: Array,
    *,
    lr: float,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: Any = True,
) -> ndarray:
    g = clipped(grad, rescale_grad, clip_gradient)
    return weight - lr * (g + wd * weight)


@rules("sgd_mom_update", states=(2,))
def _sgd_mom_update(
    weight: Array,
    grad: Array,
    mom: Array,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: Any = True,
) -> ndarray:
    g = clipped(grad, rescale_grad, clip_gradient)
    mom[...] = momentum * mom - lr * (g + wd * weight)
    return weight + mom


@rules("nag_mom_update", states=(2,))
def _nag_mom_update(
    weight: Array,
    grad: Array,
    mom: Array,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
) -> ndarray:
    g = clipped(grad, rescale_grad, clip_gradient) + wd * weight
    mom[...] = momentum * mom - lr * g
    return weight + momentum * mom - lr * g


_mp_sgd_update = rules("mp_sgd_update", states=(2,))(_in_float32(_sgd_update))
_mp_sgd_mom_update = rules("mp_sgd_mom_update", states=(2, 3))(_in_float32(_sgd_mom_update))
rules("mp_nag_mom_update", states=(2, 3))(_in_float32(_nag_mom_update))


@rules("adam_update", states=(2, 3))
def _adam_update(
    weight: Array,
    grad: Array,
    mean: Array,
    var: Array,
    *,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    lazy_update: Any = True,
) -> ndarray:
    g = held(grad * rescale_grad + wd * weight, clip_gradient)
    mean[...] = beta1 * mean + (1 - beta1) * g
    var[...] = beta2 * var + (1 - beta2) * np.square(g)
    return weight - lr * mean / (np.sqrt(var) + epsilon)


@rules("ftml_update", states=(2, 3, 4))
def _ftml_update(
    weight: Array,
    grad: Array,
    d: Array,
    v: Array,
    z: Array,
    *,
    lr: float,
    beta1: float = 0.6,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    t: int,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_grad: float = -1.0,
) -> ndarray:
    g = held(grad * rescale_grad + wd * weight, clip_grad)
    v[...] = beta2 * v + (1 - beta2) * np.square(g)
    new = (1 - beta1**t) / lr * (np.sqrt(v / (1 - beta2**t)) + epsilon)
    z[...] = beta1 * z + (1 - beta1) * g - (new - beta1 * d) * weight
    d[...] = new
    return -z / new


@rules("ftrl_update", states=(2, 3))
def _ftrl_update(
    weight: Array,
    grad: Array,
    z: Array,
    n: Array,
    *,
    lr: float,
    lamda1: float = 0.01,
    beta: float = 1.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
) -> ndarray:
    g = clipped(grad, rescale_grad, clip_gradient)
    new = n + np.square(g)
    z[...] = z + g - (np.sqrt(new) - np.sqrt(n)) / lr * weight
    n[...] = new
    return (np.sign(z) * lamda1 - z) / ((beta + np.sqrt(n)) / lr + wd) * (np.abs(z) > lamda1)


@rules("rmsprop_update", states=(2,))
def _rmsprop_update(
    weight: Array,
    grad: Array,
    n: Array,
    *,
    lr: float,
    gamma1: float = 0.95,
    epsilon: float = 1e-8,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    clip_weights: float = -1.0,
) -> ndarray:
    g = held(grad * rescale_grad + wd * weight, clip_gradient)
    n[...] = gamma1 * n + (1 - gamma1) * np.square(g)
    return held(weight - lr * g / np.sqrt(n + epsilon), clip_weights)


@rules("rmspropalex_update", states=(2, 3, 4))
def _rmspropalex_update(
    weight: Array,
    grad: Array,
    n: Array,
    g: Array,
    delta: Array,
    *,
    lr: float,
    gamma1: float = 0.95,
    gamma2: float = 0.9,
    epsilon: float = 1e-8,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    clip_weights: float = -1.0,
) -> ndarray:
    found = held(grad * rescale_grad + wd * weight, clip_gradient)
    n[...] = gamma1 * n + (1 - gamma1) * np.square(found)
    g[...] = gamma1 * g + (1 - gamma1) * found
    delta[...] = gamma2 * delta - lr * found / np.sqrt(n - np.square(g) + epsilon)
    return held(weight + delta, clip_weights)


@rules("signsgd_update")
def _signsgd_update(
    weight: Array,
    grad: Array,
    *,
    lr: float,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
) -> ndarray:
    return (1 - lr * wd) * weight - lr * np.sign(grad * rescale_grad)


@rules("signum_update", states=(2,))
def _signum_update(
    weight: Array,
    grad: Array,
    mom: Array,
    *,
    lr: float,
    momentum: float = 0.0,
    wd: float = 0.0,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    wd_lh: float = 0.0,
) -> ndarray:
    g = clipped(grad, rescale_grad, clip_gradient) + wd * weight
    mom[...] = momentum * mom - (1 - momentum) * g
    return (1 - lr * wd_lh) * weight + lr * np.sign(mom)


@rules("lamb_update_phase1", states=(2, 3))
def _lamb_update_phase1(
    weight: Array,
    grad: Array,
    mean: Array,
    var: Array,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-6,
    t: int,
    bias_correction: Any = True,
    wd: float,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
) -> ndarray:
    g = clipped(grad, rescale_grad, clip_gradient)
    mean[...] = beta1 * mean + (1 - beta1) * g
    var[...] = beta2 * var + (1 - beta2) * np.square(g)
    first, second = mean, var
    if flag(bias_correction):
        first, second = mean / (1 - beta1**t), var / (1 - beta2**t)
    return first / (np.sqrt(second) + epsilon) + wd * weight


@rules("lamb_update_phase2")
def _lamb_update_phase2(
    weight: Array,
    g: Array,
    r1: Array,
    r2: Array,
    *,
    lr: float,
    lower_bound: float = -1.0,
    upper_bound: float = -1.0,
) -> ndarray:
    low, high = lower_bound, upper_bound
    size = r1 if low is None or low < 0 else np.maximum(r1, low)
    size = size if high is None or high < 0 else np.minimum(size, high)
    ratio = np.where(np.logical_or(size == 0, r2 == 0), np.ones_like(size), size / r2)
    return weight - lr * ratio * g


def _mp_lamb_update_phase1(
    weight: ndarray, grad: ndarray, *states: ndarray, **given: Any
) -> ndarray:
    """The step in float32; the second phase updates the weight."""
    *moments, weight32 = states
    return _lamb_update_phase1(weight32, grad.astype("float32"), *moments, **given)


rules("mp_lamb_update_phase1", states=(2, 3))(
    _with_copy(_mp_lamb_update_phase1, _lamb_update_phase1)
)
rules("mp_lamb_update_phase2", states=(4,))(_in_float32(_lamb_update_phase2))

# ---- many weights at once ------------------------------------------------------------------------


def _many(
    update: Callable[..., ndarray], width: int, has_momentum: bool
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """An update of `num_weights` weights: inputs of each lie together, `width` of them. The second
    function has rates and decays as its last two inputs."""

    def run(data: Any, lrs: Any, wds: Any, momentum: float, rest: Any) -> tuple[ndarray, ...]:
        found = []
        for place in range(len(data) // width):
            parts = data[place * width : (place + 1) * width]
            options = {"lr": lrs[place], "wd": wds[place], **rest}
            if has_momentum:
                options["momentum"] = momentum
            found.append(update(*parts, **options))
        return tuple(found)

    def rule(
        *data: Array,
        lrs: Any,
        wds: Any,
        momentum: float = 0.0,
        rescale_grad: float = 1.0,
        clip_gradient: float = -1.0,
        num_weights: int = 1,
    ) -> tuple[ndarray, ...]:
        rest = {"rescale_grad": rescale_grad, "clip_gradient": clip_gradient}
        return run(data, _row(lrs), _row(wds), momentum, rest)

    def preloaded(
        *data: Array,
        momentum: float = 0.0,
        rescale_grad: float = 1.0,
        clip_gradient: float = -1.0,
        num_weights: int = 1,
    ) -> tuple[ndarray, ...]:
        rest = {"rescale_grad": rescale_grad, "clip_gradient": clip_gradient}
        lrs, wds = (array.asnumpy().tolist() for array in data[-2:])
        return run(data[:-2], lrs, wds, momentum, rest)

    return rule, preloaded


def _row(values: Any) -> Any:
    return values if isinstance(values, list | tuple) else (values,)


for _name, _update, _width, _has in (
    ("sgd", _sgd_update, 2, False),
    ("sgd_mom", _sgd_mom_update, 3, True),
    ("mp_sgd", _mp_sgd_update, 3, False),
    ("mp_sgd_mom", _mp_sgd_mom_update, 4, True),
):
    _plain, _preloaded = _many(_update, _width, _has)
    rules(f"multi_{_name}_update")(_plain)
    rules(f"preloaded_multi_{_name}_update")(_preloaded)
    counted(
        (f"multi_{_name}_update", f"preloaded_multi_{_name}_update"),
        lambda given: int(given.get("num_weights", 1)),
    )


@rules("multi_sum_sq")
def _multi_sum_sq(*data: Array, num_arrays: int) -> ndarray:
    """The sum of squares of each array."""
    return np.stack([np.sum(np.square(x.astype("float32"))) for x in data])


@rules("multi_lars")
def _multi_lars(
    lrs: Array,
    weights_sum_sq: Array,
    grads_sum_sq: Array,
    wds: Array,
    *,
    eta: float,
    eps: float,
    rescale_grad: float = 1.0,
) -> ndarray:
    """Rates by the norms of weights and gradients."""
    weights, grads = np.sqrt(weights_sum_sq), np.sqrt(grads_sum_sq) * rescale_grad
    scaled = lrs * eta * weights / (grads + wds * weights + eps)
    return np.where(np.logical_and(weights > 0, grads > 0), scaled, lrs)


@rules("all_finite")
def _all_finite(data: Array, *, init_output: Any = True) -> ndarray:
    """1 if all elements are finite, else 0."""
    return np.all(np.isfinite(data)).astype("float32").reshape((1,))


@rules("multi_all_finite")
def _multi_all_finite(*data: Array, num_arrays: int = 1, init_output: Any = True) -> ndarray:
    """1 if all elements of all arrays are finite, else 0."""
    found = np.stack([np.all(np.isfinite(x)) for x in data])
    return np.all(found).astype("float32").reshape((1,))
