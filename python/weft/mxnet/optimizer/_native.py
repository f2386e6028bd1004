"""Optimizers whose step is one of `weft.optimizer`, with the options and states of MXNet."""

import functools
import inspect
from typing import Any, ClassVar

from weft import optimizer as _weft
from weft._base.errors import InvalidType
from weft._core import native as _core
from weft._core.typing import ndarray
from weft.mxnet.ndarray._array import plain
from weft.mxnet.optimizer import _old
from weft.mxnet.optimizer._base import Optimizer, registry, renamed
from weft.sparse import RowSparseArray

# No option says so: of row-sparse gradients these change their rows alone where the weight is
# row-sparse, too, and else every row.
_LAZY_BY_STORAGE = frozenset({"Ftrl"})


class NativeOptimizer(Optimizer):
    """Base of these. `options` are what a class has beside the common ones, with their defaults
    of 2.0; `native` makes Weft's optimizer of them."""

    options: ClassVar[dict[str, Any]] = {}
    native: type

    def __init__(self, *args: Any, **options: Any) -> None:
        title, options = self.native.__name__, renamed(options, list(self.options))
        defaults, words = self.options, list(self.options)
        self._is_old = _old.is_asked_for(options)
        if self._is_old:
            defaults = {**defaults, **_old.DEFAULTS.get(title, {})}
            words = list(_old.ORDER.get(title, words))
        given = _together(type(self).__name__, words, args, options)
        own = {word: given.pop(word, default) for word, default in defaults.items()}
        super().__init__(
            learning_rate=own["learning_rate"]
            if "lr_scheduler" not in given
            else _rate(own, {**dict(zip(words, args, strict=False)), **options}),
            multi_precision=own.pop("multi_precision", given.pop("multi_precision", False)),
            use_fused_step=own.pop("use_fused_step", given.pop("use_fused_step", True)),
            aggregate_num=own.pop("aggregate_num", given.pop("aggregate_num", None)),
            **given,
        )
        self.lazy_update = own.pop("lazy_update", False)
        for word, value in own.items():
            if word != "learning_rate":
                setattr(self, word, value)

    def settings(self) -> dict[str, Any]:
        """The options of Weft's optimizer, as they are now."""
        return {
            word: getattr(self, word)
            for word in self.options
            if word in _accepted(self.native) and word not in ("learning_rate", "lazy_update")
        }

    def maker(self, weight: Any = None) -> Any:
        """Weft's optimizer with the present options, for a weight as it is stored."""
        settings, native = self.settings(), self.native
        if native is _weft.NAG and not settings["momentum"]:
            native = _weft.SGD  # what it is without momentum
        if native.__name__ in _LAZY_BY_STORAGE:
            lazy = weight is not None and not isinstance(weight, ndarray)
        else:
            lazy = self.lazy_update and native.is_elementwise
        key = (*settings.items(), ("lazy", lazy))
        made = self.__dict__.get("_made")
        if made is None or made[0] != key:
            made = (key, native(lazy_update=lazy, **settings))
            self.__dict__["_made"] = made
        return made[1]

    def create_state(self, index: Any, weight: ndarray) -> Any:
        """None, the one array that is kept, or several in a tuple."""
        arrays = self.maker().create_state(plain(_old.whole(weight)))
        if len(arrays) == 1 and not (self._is_old and self.native.__name__ == "RMSProp"):
            return arrays[0]
        return tuple(arrays) if arrays else None

    def create_state_multi_precision(self, index: Any, weight: Any) -> Any:
        """That of the base; 1.x's SGD and its kin have the copy in float32 behind the state."""
        found = super().create_state_multi_precision(index, weight)
        return found[::-1] if self._has_master(weight) and self._has_master_behind() else found

    def _parted(self, state: Any) -> tuple[Any, Any]:
        return tuple(state[::-1] if self._has_master_behind() else state)

    def _has_master_behind(self) -> bool:
        return self._is_old and self.native.__name__ in ("SGD", "NAG", "LARS")

    def step(self, indices: Any, weights: Any, grads: Any, states: Any) -> None:
        goes_by_storage = self.native.__name__ in _LAZY_BY_STORAGE
        common_maker = self.maker()
        for index, weight, grad, state in zip(indices, weights, grads, states, strict=True):
            maker = self.maker(weight) if goes_by_storage else common_maker
            self._update_count(index)
            common = {
                "lr": self._get_lr(index),
                "wd": self._get_wd(index),
                "rescale_grad": self.rescale_grad,
                "clip_gradient": -1.0 if not self.clip_gradient else self.clip_gradient,
                **maker.of_parameter(self.idx2name.get(index, self._name_of(index))),
            }
            count = self._index_update_count[index]
            dense = plain(_old.whole(weight))
            self._step_of_version(maker, count, dense, _plain(grad), self._arrays(state), common)
            if not isinstance(weight, ndarray):
                weight[:] = dense

    def _step_of_version(
        self,
        maker: Any,
        count: int,
        weight: ndarray,
        grad: Any,
        arrays: Any,
        common: dict[str, Any],
    ) -> None:
        """One update of one parameter, as 1.x makes it or as 2.0 does."""
        title = self.native.__name__
        if not self._is_old:
            self.one_step(maker, count, weight, grad, arrays, common)
        elif title in _old.STEPS:
            _old.STEPS[title](self, weight, grad, arrays, common)
        else:
            grad, common = _old.clipped_behind(title, weight, grad, common, self.lazy_update)
            self.one_step(maker, count, weight, grad, arrays, common)

    def one_step(
        self, maker: Any, count: int, weight: Any, grad: Any, arrays: Any, common: dict[str, Any]
    ) -> None:
        """One update of one parameter, as 2.0 makes it."""
        maker._update(count, weight, grad, arrays, common)

    def _name_of(self, index: Any) -> str:
        parameter = self.param_dict.get(index)
        return str(index) if parameter is None else str(parameter.name)

    def _arrays(self, state: Any) -> tuple[ndarray, ...]:
        if state is None:
            return ()
        given = tuple(state) if isinstance(state, list | tuple) else (state,)
        arrays = tuple(map(plain, given))
        for array in arrays:
            _core.set_state(array, True)
        return arrays


def _plain(grad: Any) -> Any:
    """A gradient as rules of Weft take it: an array, or rows of one."""
    if isinstance(grad, RowSparseArray):
        return RowSparseArray(plain(grad.data), plain(grad.indices), grad.shape)
    return plain(_old.whole(grad))


def _together(
    title: str, words: list[str], args: tuple[Any, ...], options: dict[str, Any]
) -> dict[str, Any]:
    """Options by position and by name. Raises TypeError for too many, and for one given twice."""
    if len(args) > len(words):
        raise InvalidType(f"{title}: takes at most {len(words)} options in order; got {len(args)}")
    first = dict(zip(words, args, strict=False))
    for word in first:
        if word in options:
            raise InvalidType(f"{title}: `{word}` is given twice")
    return first | options


def _rate(own: Any, given: Any) -> float | None:
    """A scheduler's own base rate holds where no rate is given."""
    return own["learning_rate"] if "learning_rate" in given else None


@functools.cache
def _accepted(native: type) -> frozenset[str]:
    """The options of a class, which each step of each parameter asks for."""
    return frozenset(
        word
        for kind in native.__mro__
        if "__init__" in vars(kind)
        for word in inspect.signature(kind.__init__).parameters  # type: ignore[misc]
    )


def optimizer(native: type, *names: str, **options: Any) -> type:
    """The class of an optimizer that is Weft's, with these options and defaults."""
    words = inspect.Parameter
    shown = [words(w, words.POSITIONAL_OR_KEYWORD, default=v) for w, v in options.items()]
    space = {
        "__doc__": native.__doc__,
        "__module__": "weft.mxnet.optimizer",
        "__signature__": inspect.Signature([*shown, words("common", words.VAR_KEYWORD)]),
        "native": native,
        "options": options,
    }
    return registry.add(type(native.__name__, (NativeOptimizer,), space), *names)


__all__ = ["NativeOptimizer", "optimizer"]
