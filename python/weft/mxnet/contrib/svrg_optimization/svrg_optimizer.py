"""The optimizer of an `SVRGModule`: another one, and for keys of whole gradients an assignment."""

from typing import Any

from weft.mxnet.optimizer import Optimizer, create, register


@register
class _SVRGOptimizer(Optimizer):
    """Updates by another optimizer. What a key stores whose name has `full` in it is replaced by
    what is pushed: programs accumulate the gradients of all data there.

    default_optimizer: a name or an optimizer; further options are those of the optimizer so named
    """

    def __init__(self, default_optimizer: Any = "sgd", **options: Any) -> None:
        named = isinstance(default_optimizer, str)
        self.default_opt = create(default_optimizer, **options) if named else default_optimizer
        super().__init__(param_idx2name=options.get("param_idx2name"))

    @property
    def learning_rate(self) -> float:
        """The present rate of the other optimizer."""
        rate: float = self.default_opt.learning_rate
        return rate

    def set_learning_rate(self, lr: float) -> None:
        """Sets the rate of the other optimizer."""
        self.default_opt.set_learning_rate(lr)

    def set_lr_mult(self, args_lr_mult: Any) -> None:
        """Sets factors of the rate of the other optimizer."""
        self.default_opt.set_lr_mult(args_lr_mult)

    def set_wd_mult(self, args_wd_mult: Any) -> None:
        """Sets factors of the decay of the other optimizer."""
        self.default_opt.set_wd_mult(args_wd_mult)

    def _is_whole(self, index: Any) -> bool:
        return "full" in str(self.idx2name.get(index, index))

    def create_state(self, index: Any, weight: Any) -> Any:
        """The other optimizer's state; None for a key of whole gradients."""
        if self._is_whole(index):
            return None
        return self.default_opt.create_state_multi_precision(index, weight)

    def update(self, index: Any, weight: Any, grad: Any, state: Any) -> None:
        """Replaces a whole gradient, or updates a parameter."""
        if self._is_whole(index):
            weight[:] = grad
        else:
            self.default_opt.update_multi_precision(index, weight, grad, state)


__all__: list[str] = []
__dir__ = __all__.copy
