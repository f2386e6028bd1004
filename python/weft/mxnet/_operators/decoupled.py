"""Updates of optimizers that take weight decay apart from the gradient, or scale steps by norms:
AdamW, AdaBelief, LAMB, LANS, and AdaGrad for groups. Of one weight, or of many at once.

`rescale_grad` of AdamW and AdaBelief is an array: where it is 0 or not finite nothing changes, so a
step whose gradients overflowed is left out.
"""

from collections.abc import Callable
from typing import Any

from weft import np
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted
from weft.mxnet._operators.updates import clipped, held

_Step = Callable[..., ndarray]


def _adamw(g: ndarray, w: ndarray, mean: ndarray, var: ndarray, given: dict[str, Any]) -> Any:
    g = held(g, given["clip_gradient"])
    mean = given["beta1"] * mean + (1 - given["beta1"]) * g
    var = given["beta2"] * var + (1 - given["beta2"]) * np.square(g)
    step = given["lr"] * mean / (np.sqrt(var) + given["epsilon"]) + given["wd"] * w
    return w - given["eta"] * step, mean, var


def _adabelief(g: ndarray, w: ndarray, mean: ndarray, var: ndarray, given: dict[str, Any]) -> Any:
    g = held(g + given["wd"] * w, given["clip_gradient"])
    mean = given["beta1"] * mean + (1 - given["beta1"]) * g
    var = given["beta2"] * var + (1 - given["beta2"]) * np.square(g - mean) + given["epsilon"]
    return w - given["eta"] * given["lr"] * mean / (np.sqrt(var) + given["epsilon"]), mean, var


def _updated(step: Callable[..., Any], parts: Any, rescale: ndarray, given: Any) -> ndarray:
    """A new weight; running means change in place.

    parts: weight, gradient, mean, variance, and a copy of the weight in float32, which then is
        what is updated
    """
    weight, grad, mean, var, *copy = parts
    w = copy[0] if copy else weight
    factor = rescale.reshape((1,)).astype(w.dtype)
    is_good = np.logical_and(np.isfinite(factor), factor != 0)
    new = step(grad.astype(w.dtype) * factor, w, mean, var, given)
    for target, value in zip((mean, var), new[1:], strict=True):
        target[...] = np.where(is_good, value, target)
    found = np.where(is_good, new[0], w)
    if copy:
        w[...] = found
    return found.astype(weight.dtype)


def _rules_of(name: str, step: Callable[..., Any]) -> None:
    """The four operators of an update: of one weight, of many, each with a copy in float32."""

    @rules(f"_{name}_update", states=(2, 3))
    def _one(
        weight: Array,
        grad: Array,
        mean: Array,
        var: Array,
        rescale_grad: Array,
        *,
        lr: float,
        eta: float,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        wd: float = 0.0,
        clip_gradient: float = -1.0,
    ) -> ndarray:
        given = {"lr": lr, "eta": eta, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
        given |= {"wd": wd, "clip_gradient": clip_gradient}
        return _updated(step, (weight, grad, mean, var), rescale_grad, given)

    @rules(f"_mp_{name}_update", states=(2, 3, 4))
    def _one_mixed(
        weight: Array,
        grad: Array,
        mean: Array,
        var: Array,
        weight32: Array,
        rescale_grad: Array,
        *,
        lr: float,
        eta: float,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        wd: float = 0.0,
        clip_gradient: float = -1.0,
    ) -> ndarray:
        given = {"lr": lr, "eta": eta, "beta1": beta1, "beta2": beta2, "epsilon": epsilon}
        given |= {"wd": wd, "clip_gradient": clip_gradient}
        return _updated(step, (weight, grad, mean, var, weight32), rescale_grad, given)

    def many(width: int) -> Callable[..., tuple[ndarray, ...]]:
        def rule(
            *data: Array,
            lrs: Any,
            wds: Any,
            etas: Any,
            beta1: float = 0.9,
            beta2: float = 0.999,
            epsilon: float = 1e-8,
            clip_gradient: float = -1.0,
            num_weights: int = 1,
        ) -> tuple[ndarray, ...]:
            common = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon}
            common["clip_gradient"] = clip_gradient
            listed = zip(_row(lrs), _row(wds), _row(etas), strict=True)
            return tuple(
                _updated(
                    step,
                    data[place * width : (place + 1) * width],
                    data[-1],
                    {**common, "lr": lr, "wd": wd, "eta": eta},
                )
                for place, (lr, wd, eta) in enumerate(listed)
            )

        return rule

    rules(f"_multi_{name}_update")(many(4))
    rules(f"_multi_mp_{name}_update")(many(5))
    counted((f"_multi_{name}_update", f"_multi_mp_{name}_update"), _count_of("num_weights"))


def _row(values: Any) -> Any:
    return values if isinstance(values, list | tuple) else (values,)


def _count_of(key: str) -> Callable[[Any], int]:
    return lambda given: int(given.get(key, 1))


_rules_of("adamw", _adamw)
_rules_of("adabelief", _adabelief)

# ---- steps as long as the weights say ------------------------------------------------------------


def _length(x: ndarray) -> ndarray:
    return np.sqrt(np.sum(np.square(x.astype("float32"))))


def _trust(weight: ndarray, step: ndarray, low: float, high: float) -> ndarray:
    """How much longer a weight is than its step; 1 where one of them is zero."""
    size, other = _length(weight), _length(step)
    size = np.maximum(size, low) if low >= 0 else size
    size = np.minimum(size, high) if high >= 0 else size
    is_known = np.logical_and(size != 0, other != 0)
    return np.where(is_known, size / np.where(is_known, other, 1), 1)


def _moments(g: ndarray, mean: ndarray, var: ndarray, beta1: float, beta2: float) -> None:
    mean[...] = beta1 * mean + (1 - beta1) * g
    var[...] = beta2 * var + (1 - beta2) * np.square(g)


def _lamb(parts: Any, lr: float, wd: float, count: int, given: dict[str, Any]) -> ndarray:
    weight, grad, mean, var, *copy = parts
    w = copy[0] if copy else weight
    beta1, beta2 = given["beta1"], given["beta2"]
    g = clipped(grad.astype(w.dtype), given["rescale_grad"], given["clip_gradient"])
    _moments(g, mean, var, beta1, beta2)
    first, second = mean, var
    if flag(given["bias_correction"]):
        first, second = mean / (1 - beta1**count), var / (1 - beta2**count)
    step = first / (np.sqrt(second) + given["epsilon"]) + wd * w
    ratio = _trust(weight, step, given["lower_bound"], given["upper_bound"])
    return _stepped(weight, copy, w - lr * ratio * step)


def _lans(parts: Any, lr: float, wd: float, count: int, given: dict[str, Any]) -> ndarray:
    weight, grad, mean, var, *copy = parts
    w = copy[0] if copy else weight
    beta1, beta2 = given["beta1"], given["beta2"]
    g = grad.astype(w.dtype) * (given["rescale_grad"] / _length(grad))
    g = held(g, given["clip_gradient"])
    _moments(g, mean, var, beta1, beta2)
    spread = np.sqrt(var / (1 - beta2**count)) + given["epsilon"]
    far, near = mean / (1 - beta1**count) / spread + wd * w, g / spread + wd * w
    low, high = given["lower_bound"], given["upper_bound"]
    whole = beta1 * _trust(weight, far, low, high) * far
    whole = whole + (1 - beta1) * _trust(weight, near, low, high) * near
    return _stepped(weight, copy, w - lr * whole)


def _stepped(weight: ndarray, copy: Any, found: ndarray) -> ndarray:
    found = found.astype((copy[0] if copy else weight).dtype)
    if copy:
        copy[0][...] = found
    return found.astype(weight.dtype)


def _by_norms(step: _Step, width: int, has_correction: bool) -> Callable[..., Any]:
    def run(data: Any, rates: Any, wds: Any, counts: Any, given: Any) -> tuple[ndarray, ...]:
        listed = zip(_row(rates), _row(wds), _row(counts), strict=True)
        return tuple(
            step(data[place * width : (place + 1) * width], lr, wd, int(count), given)
            for place, (lr, wd, count) in enumerate(listed)
        )

    def lamb(
        *data: Array,
        learning_rates: Any,
        wds: Any,
        step_count: Any,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        rescale_grad: float = 1.0,
        lower_bound: float = -1.0,
        upper_bound: float = -1.0,
        clip_gradient: float = -1.0,
        bias_correction: Any = True,
        num_tensors: int = 1,
    ) -> tuple[ndarray, ...]:
        given = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon, "rescale_grad": rescale_grad}
        given |= {"lower_bound": lower_bound, "upper_bound": upper_bound}
        given |= {"clip_gradient": clip_gradient, "bias_correction": bias_correction}
        return run(data, learning_rates, wds, step_count, given)

    def lans(
        *data: Array,
        learning_rates: Any,
        wds: Any,
        step_count: Any,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-6,
        rescale_grad: float = 1.0,
        lower_bound: float = -1.0,
        upper_bound: float = -1.0,
        clip_gradient: float = -1.0,
        num_tensors: int = 1,
    ) -> tuple[ndarray, ...]:
        given = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon, "rescale_grad": rescale_grad}
        given |= {"lower_bound": lower_bound, "upper_bound": upper_bound}
        return run(data, learning_rates, wds, step_count, given | {"clip_gradient": clip_gradient})

    return lamb if has_correction else lans


for _name, _step, _has in (("lamb", _lamb, True), ("lans", _lans, False)):
    rules(f"_multi_{_name}_update")(_by_norms(_step, 4, _has))
    rules(f"_multi_mp_{_name}_update")(_by_norms(_step, 5, _has))
    counted((f"_multi_{_name}_update", f"_multi_mp_{_name}_update"), _count_of("num_tensors"))


@rules("_contrib_group_adagrad_update", states=(2,))
def _group_adagrad(
    weight: Array,
    grad: Array,
    history: Array,
    *,
    lr: float,
    rescale_grad: float = 1.0,
    clip_gradient: float = -1.0,
    epsilon: float = 1e-5,
) -> ndarray:
    """AdaGrad with one sum of squares for each row."""
    g = clipped(grad, rescale_grad, clip_gradient)
    axes = tuple(range(1, g.ndim))
    history[...] = history + np.mean(np.square(g), axis=axes, keepdims=True).reshape(history.shape)
    each = history.reshape((-1, *(1,) * (g.ndim - 1)))
    return weight - lr * g / np.sqrt(each + epsilon)
