"""What all optimizers have in common: options, numbers of updates, rates and decays."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from weft._base.errors import InvalidValue
from weft._base.registry import Registry
from weft._base.spelling import unknown_argument
from weft._core.typing import ndarray
from weft.mxnet import _modes

registry = Registry("optimizer")

_COMMON = ("learning_rate", "wd", "rescale_grad", "clip_gradient", "lr_scheduler")
_COMMON += ("multi_precision", "begin_num_update", "param_idx2name", "param_dict")
# Options of 1.x, in the words of 2.0.
_OLD_WORDS = {"gamma1": "rho", "gamma2": "momentum", "eps": "epsilon"}


class Optimizer:
    """Base of all optimizers.

    rescale_grad: factor of gradients; clip_gradient: bound of their elements after that
    wd: weight decay; learning_rate: the rate, or the base rate of `lr_scheduler`
    param_idx2name: names of parameters by their number, for `set_lr_mult` and `set_wd_mult`
    param_dict: parameters of Gluon by their number, whose `lr_mult` and `wd_mult` count
    begin_num_update: the number of updates that were made before
    multi_precision: parameters in float16 are updated by way of a copy in float32

    A subclass writes `create_state(index, weight)`, and `step(indices, weights, grads, states)` as
    in 2.0, or `update(index, weight, grad, state)` as in 1.x.
    """

    opt_registry = registry
    options: ClassVar[Mapping[str, Any]] = {}  # what a class has beside the common ones

    def __init__(
        self,
        rescale_grad: float = 1.0,
        param_idx2name: Mapping[Any, str] | None = None,
        wd: float = 0.0,
        clip_gradient: float | None = None,
        learning_rate: float | None = None,
        lr_scheduler: Any = None,
        sym: Any = None,
        begin_num_update: int = 0,
        multi_precision: bool = False,
        param_dict: Mapping[Any, Any] | None = None,
        aggregate_num: float | None = None,
        use_fused_step: bool | None = None,
        **options: Any,
    ) -> None:
        for word in options:
            raise unknown_argument(
                type(self).__name__, word, dict.fromkeys([*self.options, *_COMMON])
            )
        if param_idx2name is not None and not isinstance(param_idx2name, Mapping):
            raise InvalidValue("optimizer: `param_idx2name` must be a dict of names by number")
        self.rescale_grad = rescale_grad
        self.lr_scheduler = lr_scheduler
        self.lr = 0.01 if learning_rate is None else learning_rate
        if lr_scheduler is not None:
            if learning_rate is None:  # a scheduler may be any function of the number of updates
                self.lr = getattr(lr_scheduler, "base_lr", self.lr)
            else:
                lr_scheduler.base_lr = learning_rate
        self.wd = wd
        self.clip_gradient = clip_gradient
        self.multi_precision = multi_precision
        self.aggregate_num = (
            1 if aggregate_num is None else max(1, min(45, int(min(aggregate_num, 45))))
        )
        self.use_fused_step = bool(use_fused_step)
        self.allow_np_array = _modes.read("array")
        self.begin_num_update = begin_num_update
        self.num_update = begin_num_update
        self._all_index_update_counts: dict[int, dict[Any, int]] = {0: {}}
        self._index_update_count = self._all_index_update_counts[0]
        self.idx2name = dict(param_idx2name or {})
        self.sym_info = () if sym is None else (sym.attr_dict(), sym.list_arguments())
        self.param_dict = dict(param_dict or {})
        self.lr_mult: dict[Any, float] = {}
        self.wd_mult: dict[Any, float] = {}
        self.set_lr_mult({})
        self.set_wd_mult({})

    # ---- rates

    @property
    def learning_rate(self) -> float:
        """The present rate."""
        if self.lr_scheduler is not None:
            return float(self.lr_scheduler(self.num_update))
        return float(self.lr)

    def set_learning_rate(self, lr: float) -> None:
        """Sets the rate. Raises UserWarning where a scheduler sets it."""
        if self.lr_scheduler is not None:
            raise UserWarning(
                "set_learning_rate: the rate is set by `lr_scheduler`; set `lr_scheduler.base_lr`"
            )
        self.lr = lr

    def set_lr_mult(self, args_lr_mult: Mapping[Any, float]) -> None:
        """Sets factors of the rate by name or number; those of a symbol's variables stay."""
        self.lr_mult = {**self._factors("__lr_mult__"), **args_lr_mult}

    def set_wd_mult(self, args_wd_mult: Mapping[Any, float]) -> None:
        """Sets factors of the decay by name or number. Parameters that are known by a name which
        ends neither in `_weight` nor in `_gamma` have no decay unless it is set."""
        plain = {
            name: 0.0
            for name in self.idx2name.values()
            if not name.endswith(("_weight", "_gamma", ".weight", ".gamma"))
            and name not in ("weight", "gamma")
        }
        self.wd_mult = {**plain, **self._factors("__wd_mult__"), **args_wd_mult}

    def _factors(self, key: str) -> dict[Any, float]:
        if not self.sym_info:
            return {}
        attributes, names = self.sym_info
        return {n: float(attributes[n][key]) for n in names if key in attributes.get(n, {})}

    def _set_current_context(self, device_id: int) -> None:
        self._index_update_count = self._all_index_update_counts.setdefault(device_id, {})

    def _update_count(self, index: Any) -> None:
        """Counts an update of one parameter, or of several."""
        for one in index if isinstance(index, list | tuple) else [index]:
            count = self._index_update_count.get(one, self.begin_num_update) + 1
            self._index_update_count[one] = count
            self.num_update = max(self.num_update, count)

    def _get_lrs(self, indices: Sequence[Any]) -> list[float]:
        rate = self.learning_rate
        return [rate * self._factor(i, "lr_mult", self.lr_mult) for i in indices]

    def _get_wds(self, indices: Sequence[Any]) -> list[float]:
        return [self.wd * self._factor(i, "wd_mult", self.wd_mult) for i in indices]

    def _factor(self, index: Any, word: str, table: Mapping[Any, float]) -> float:
        if index in self.param_dict:
            return float(getattr(self.param_dict[index], word))
        if index in table:
            return table[index]
        return table.get(self.idx2name.get(index), 1.0)

    def _get_lr(self, index: Any) -> float:
        return self._get_lrs([index])[0]

    def _get_wd(self, index: Any) -> float:
        return self._get_wds([index])[0]

    # ---- updates

    def create_state(self, index: Any, weight: Any) -> Any:
        """What is kept for a parameter; None for nothing."""
        return None

    def create_state_multi_precision(self, index: Any, weight: Any) -> Any:
        """`create_state`, or for a parameter in float16 with `multi_precision` its copy in float32
        and the state of that."""
        if self._has_master(weight):
            master = weight.detach().astype("float32")
            return master, self.create_state(index, master)
        if weight.dtype.name == "float16" and not self.multi_precision:
            warnings.warn(
                "optimizer: updates of float16 parameters lose what is too small for it; "
                "`multi_precision=True` keeps them in float32",
                stacklevel=2,
            )
        return self.create_state(index, weight)

    def _has_master(self, weight: Any) -> bool:
        return self.multi_precision and weight.dtype.name in ("float16", "bfloat16")

    def step(self, indices: Any, weights: Any, grads: Any, states: Any) -> None:
        """One update of several parameters."""
        raise NotImplementedError(f"{type(self).__name__}: `step` is not written")

    def fused_step(self, indices: Any, weights: Any, grads: Any, states: Any) -> None:
        """The same as `step`: one operator does it here anyway."""
        self.step(indices, weights, grads, states)

    def update(self, indices: Any, weights: Any, grads: Any, states: Any) -> None:
        """One update of a parameter, or of several in lists."""
        if not isinstance(indices, list | tuple):
            indices, weights, grads, states = [indices], [weights], [grads], [states]
        run = self.fused_step if self.use_fused_step else self.step
        run(indices, weights, grads, states)

    def update_multi_precision(self, indices: Any, weights: Any, grads: Any, states: Any) -> None:
        """`update`, by way of the copies in float32 that `create_state_multi_precision` made."""
        if not isinstance(indices, list | tuple):
            indices, weights, grads, states = [indices], [weights], [grads], [states]
        rows = []
        for weight, grad, state in zip(weights, grads, states, strict=True):
            if self._has_master(weight):
                master, own = self._parted(state)
                rows.append((master, grad.astype("float32"), own))
            else:
                rows.append((weight, grad, state))
        self._each_or_all(indices, *([row[part] for row in rows] for part in range(3)))
        for weight, (updated, _, _) in zip(weights, rows, strict=True):
            if updated is not weight:
                weight[...] = updated.astype(weight.dtype)

    def _parted(self, state: Any) -> tuple[Any, Any]:
        """The copy in float32, and the state of that."""
        return state[0], state[1]

    def _each_or_all(self, indices: Any, weights: Any, grads: Any, states: Any) -> None:
        """Lists for what 2.0 wrote; one by one for an `update` of 1.x, which knows no lists."""
        if type(self).update is Optimizer.update:
            self.update(indices, weights, grads, states)
            return
        for one in zip(indices, weights, grads, states, strict=True):
            self.update(*one)

    @staticmethod
    def register(klass: type) -> type:
        """Decorator: makes an own optimizer known by its lower-case name."""
        return registry.add(klass)

    @staticmethod
    def create_optimizer(name: str, **options: Any) -> Any:
        """The optimizer that a name stands for."""
        return create(name, **options)

    def __getstate__(self) -> dict[str, Any]:
        """What pickles have: parameters of Gluon stay where they are."""
        state = vars(self) | {"sym_info": (), "param_dict": {}}
        state.pop("_made", None)
        return state


def create(name: Any, **options: Any) -> Any:
    """The optimizer that a name stands for, with these options; an optimizer is given back.

    Raises LookupError for a name that nobody registered.
    """
    return registry.create(name, **options) if isinstance(name, str) else name


def register(klass: type) -> type:
    """Decorator: makes an own optimizer known by its lower-case name."""
    return registry.add(klass)


def renamed(options: dict[str, Any], accepted: Sequence[str]) -> dict[str, Any]:
    """Options in the words of 2.0, where a class has these."""
    return {
        _OLD_WORDS[word] if word not in accepted and _OLD_WORDS.get(word) in accepted else word: v
        for word, v in options.items()
    }


States = tuple[ndarray, ...]
Maker = Callable[..., Any]

__all__ = ["Optimizer", "create", "register", "registry", "renamed"]
