"""Optimizers whose step is one of `weft.optimizer`, with the options and states of MXNet."""

import functools
import inspect
from typing import Any, ClassVar

from weft._base.errors import InvalidType
from weft._core import native as _core
from weft._core.typing import ndarray
from weft.mxnet.ndarray._array import plain
from weft.mxnet.optimizer._base import Optimizer, registry, renamed


class NativeOptimizer(Optimizer):
    """Base of these. `options` are what a class has beside the common ones, with their defaults;
    `native` makes Weft's optimizer of them."""

    options: ClassVar[dict[str, Any]] = {}
    native: type

    def __init__(self, *args: Any, **options: Any) -> None:
        words = list(self.options)
        given = _together(type(self).__name__, words, args, renamed(options, words))
        own = {word: given.pop(word, default) for word, default in self.options.items()}
        super().__init__(
            learning_rate=own["learning_rate"]
            if "lr_scheduler" not in given
            else _rate(own, given, options, args),
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

    def maker(self) -> Any:
        """Weft's optimizer with the present options."""
        settings = self.settings()
        lazy = self.lazy_update and self.native.is_elementwise
        key = (*settings.items(), ("lazy", lazy))
        made = self.__dict__.get("_made")
        if made is None or made[0] != key:
            made = (key, self.native(lazy_update=lazy, **settings))
            self.__dict__["_made"] = made
        return made[1]

    def create_state(self, index: Any, weight: ndarray) -> Any:
        """None, the one array that is kept, or several in a tuple."""
        arrays = self.maker().create_state(weight)
        return None if not arrays else arrays[0] if len(arrays) == 1 else tuple(arrays)

    def step(self, indices: Any, weights: Any, grads: Any, states: Any) -> None:
        maker = self.maker()
        for index, weight, grad, state in zip(indices, weights, grads, states, strict=True):
            self._update_count(index)
            common = {
                "lr": self._get_lr(index),
                "wd": self._get_wd(index),
                "rescale_grad": self.rescale_grad,
                "clip_gradient": -1.0 if not self.clip_gradient else self.clip_gradient,
                **maker.of_parameter(self.idx2name.get(index, self._name_of(index))),
            }
            count = self._index_update_count[index]
            # Formulas are written for arrays whose comparisons give bools.
            parts = (plain(weight), plain(grad), tuple(map(plain, self._arrays(state))))
            self.one_step(maker, count, *parts, common)

    def one_step(
        self, maker: Any, count: int, weight: Any, grad: Any, arrays: Any, common: dict[str, Any]
    ) -> None:
        """One update of one parameter."""
        maker._update(count, weight, grad, arrays, common)

    def _name_of(self, index: Any) -> str:
        parameter = self.param_dict.get(index)
        return str(index) if parameter is None else str(parameter.name)

    def _arrays(self, state: Any) -> tuple[ndarray, ...]:
        if state is None:
            return ()
        arrays = tuple(state) if isinstance(state, list | tuple) else (state,)
        for array in arrays:
            _core.set_state(array, True)
        return arrays


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


def _rate(own: Any, given: Any, options: Any, args: Any) -> float | None:
    """A scheduler's own base rate holds where no rate is given."""
    return own["learning_rate"] if args or "learning_rate" in options else None


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
