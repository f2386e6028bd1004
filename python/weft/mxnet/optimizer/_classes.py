"""The optimizers of MXNet 2.0, with its options and defaults; 1.x's words for options fit, too, and
`_old` has what programs of 1.x get instead."""

from typing import Any, ClassVar

from weft import np, npx
from weft import optimizer as _weft
from weft._core.typing import ndarray
from weft.mxnet.optimizer._base import Optimizer, registry
from weft.mxnet.optimizer._native import NativeOptimizer, optimizer
from weft.optimizer._base import like as _like

SGD = optimizer(
    _weft.SGD,
    "ccsgd",
    learning_rate=0.1,
    momentum=0.0,
    lazy_update=False,
    multi_precision=False,
    use_fused_step=True,
    aggregate_num=1,
)
NAG = optimizer(
    _weft.NAG, learning_rate=0.1, momentum=0.9, multi_precision=False, use_fused_step=True
)
SGLD = optimizer(_weft.SGLD, learning_rate=0.1, use_fused_step=False)
DCASGD = optimizer(_weft.DCASGD, learning_rate=0.1, momentum=0.0, lamda=0.04, use_fused_step=False)
Signum = optimizer(_weft.Signum, learning_rate=0.01, momentum=0.9, wd_lh=0.0, use_fused_step=True)

_MEANS = {"beta1": 0.9, "beta2": 0.999}
Adam = optimizer(
    _weft.Adam,
    learning_rate=0.001,
    **_MEANS,
    epsilon=1e-8,
    lazy_update=False,
    use_fused_step=True,
)
Adamax = optimizer(_weft.Adamax, learning_rate=0.002, **_MEANS, epsilon=1e-8, use_fused_step=False)
Nadam = optimizer(
    _weft.Nadam,
    learning_rate=0.001,
    **_MEANS,
    epsilon=1e-8,
    schedule_decay=0.004,
    use_fused_step=False,
)
AdaGrad = optimizer(_weft.AdaGrad, learning_rate=0.01, epsilon=1e-6, use_fused_step=True)
GroupAdaGrad = optimizer(_weft.GroupAdaGrad, learning_rate=0.01, epsilon=1e-6, use_fused_step=True)
AdaDelta = optimizer(_weft.AdaDelta, learning_rate=1.0, rho=0.9, epsilon=1e-6, use_fused_step=False)
Ftrl = optimizer(_weft.Ftrl, learning_rate=0.1, lamda1=0.01, beta=1.0, use_fused_step=True)
FTML = optimizer(
    _weft.FTML, learning_rate=0.0025, beta1=0.6, beta2=0.999, epsilon=1e-8, use_fused_step=True
)

_BOUNDS = {"lower_bound": None, "upper_bound": None}
LAMB = optimizer(
    _weft.LAMB,
    learning_rate=0.001,
    **_MEANS,
    epsilon=1e-6,
    **_BOUNDS,
    bias_correction=True,
    aggregate_num=4,
    use_fused_step=True,
)
LANS = optimizer(
    _weft.LANS,
    learning_rate=0.001,
    **_MEANS,
    epsilon=1e-6,
    **_BOUNDS,
    aggregate_num=4,
    use_fused_step=True,
)


@registry.add
class AdamW(NativeOptimizer):
    """Adam whose weight decay is no part of the gradient: each step takes the share `wd` times the
    rate of the weight away. The rate is that which makes up for means that begin at 0, if
    `correct_bias`, which Weft's own AdamW leaves out of the decay."""

    native = _weft.AdamW
    options: ClassVar[dict[str, Any]] = {
        "learning_rate": 0.001,
        **_MEANS,
        "epsilon": 1e-6,
        "correct_bias": True,
        "use_fused_step": True,
    }
    correct_bias: bool

    def one_step(
        self, maker: Any, count: int, weight: Any, grad: Any, arrays: Any, common: dict[str, Any]
    ) -> None:
        rate = common["lr"] * (maker.correction(count) if self.correct_bias else 1.0)
        npx.adamw_update(
            *(weight, _dense(grad), *arrays),
            **_like(weight, {**common, "lr": rate, "eta": rate}),
            beta1=maker.beta1,
            beta2=maker.beta2,
            epsilon=maker.epsilon,
            out=(weight, *arrays),
        )


@registry.add
class AdaBelief(NativeOptimizer):
    """Adam that divides by how far gradients are from what was believed (Zhuang et al. 2020).
    Gradients are clipped with their weight decay, in MXNet and not in Weft."""

    native = _weft.AdaBelief
    options: ClassVar[dict[str, Any]] = {
        "learning_rate": 0.001,
        **_MEANS,
        "epsilon": 1e-6,
        "correct_bias": True,
        "use_fused_step": True,
    }

    def one_step(
        self, maker: Any, count: int, weight: Any, grad: Any, arrays: Any, common: dict[str, Any]
    ) -> None:
        bound = common["clip_gradient"]
        if bound > 0 and common["wd"]:
            slope = _dense(grad) * common["rescale_grad"] + weight * common["wd"]
            grad = np.clip(slope, -bound, bound)
            common = {**common, "rescale_grad": 1.0, "clip_gradient": -1.0, "wd": 0.0}
        super().one_step(maker, count, weight, grad, arrays, common)


@registry.add
class LARS(NativeOptimizer):
    """SGD with momentum whose rate is, for each parameter, in proportion to its length over that of
    its gradient (You et al. 2017), the gradient as it is before it is clipped."""

    native = _weft.LARS
    options: ClassVar[dict[str, Any]] = {
        "learning_rate": 0.1,
        "momentum": 0.0,
        "eta": 0.001,
        "epsilon": 1e-8,
        "lazy_update": False,
        "use_fused_step": True,
        "aggregate_num": 1,
    }

    def one_step(
        self, maker: Any, count: int, weight: Any, grad: Any, arrays: Any, common: dict[str, Any]
    ) -> None:
        if common["clip_gradient"] > 0 and common["is_scaled"]:
            length = float(np.linalg.norm(weight.reshape(-1)))
            slope = float(np.linalg.norm(_dense(grad).reshape(-1))) * abs(common["rescale_grad"])
            share = 1.0
            if length > 0 and slope > 0:
                share = maker.eta * length / (slope + common["wd"] * length + maker.epsilon)
            common = {**common, "lr": common["lr"] * share, "is_scaled": False}
        super().one_step(maker, count, weight, grad, arrays, common)


def _dense(grad: Any) -> Any:
    return grad if isinstance(grad, ndarray) else grad.todense()


class RMSProp(NativeOptimizer):
    """RMSProp (Tieleman and Hinton 2012), or Graves' form of 2013 where `centered`.

    rho: decay of the means; momentum: of the centered form
    clip_weights: bound of the parameters' elements after each update
    """

    native = _weft.RMSProp
    options: ClassVar[dict[str, Any]] = {
        "learning_rate": 0.001,
        "rho": 0.9,
        "momentum": 0.9,
        "epsilon": 1e-8,
        "centered": False,
        "clip_weights": None,
        "use_fused_step": True,
    }
    centered: bool
    clip_weights: float | None

    def settings(self) -> dict[str, Any]:
        """Momentum is a word of the centered form alone."""
        found = super().settings()
        if not self.centered:
            found.pop("momentum")
        return found

    def one_step(
        self, maker: Any, count: int, weight: Any, grad: Any, arrays: Any, common: dict[str, Any]
    ) -> None:
        super().one_step(maker, count, weight, grad, arrays, common)
        if self.clip_weights:
            weight[...] = np.clip(weight, -self.clip_weights, self.clip_weights)


registry.add(RMSProp)


@registry.add
class Test(Optimizer):
    """For tests of what is around optimizers: a step down the gradient, and the parameter's last
    value as its state."""

    def create_state(self, index: Any, weight: ndarray) -> Any:
        """Zeros of the parameter's shape."""
        return np.zeros(weight.shape, dtype=weight.dtype)

    def step(self, indices: Any, weights: Any, grads: Any, states: Any) -> None:
        for index, weight, grad, state in zip(indices, weights, grads, states, strict=True):
            self._update_count(index)
            slope = grad * self.rescale_grad + weight * self._get_wd(index)
            weight -= slope * self._get_lr(index)
            state[...] = weight


__all__ = [
    "DCASGD",
    "FTML",
    "LAMB",
    "LANS",
    "LARS",
    "NAG",
    "SGD",
    "SGLD",
    "AdaBelief",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "GroupAdaGrad",
    "Nadam",
    "RMSProp",
    "Signum",
    "Test",
]
