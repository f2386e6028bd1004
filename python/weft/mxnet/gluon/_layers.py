"""Layers of Weft with MXNet's arguments: their order, their defaults, and the names of 1.x.

A layer here is a subclass of both `HybridBlock` of this package and Weft's own layer, which
computes. Its arguments are those that MXNet has, by position or by name, and `prefix` and `params`.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any

from weft import np
from weft._base.errors import InvalidType, Unsupported
from weft._base.spelling import unknown_argument
from weft.gluon.hybrid_block import HybridBlock as _NativeHybrid
from weft.mxnet.gluon.block import Block, HybridBlock, register_counterpart

_REQUIRED = inspect.Parameter.empty
# Classes by name, and what MXNet 1.9.1 counts them by; "": the part of the name in parentheses.
_KINDS = (
    (re.compile(r"Conv\dD(Transpose)?"), "conv"),
    (re.compile(r"(Global)?(Max|Avg)Pool\dD"), "pool"),
    (re.compile(r"Conv\dD(RNN|LSTM|GRU)Cell"), "conv_{}"),
    (re.compile(r"(RNN|LSTM|LSTMP|GRU|Dropout)Cell"), ""),
    (re.compile("DeformableConvolution"), "deformable_conv"),
    (re.compile("ModulatedDeformableConvolution"), "modulated_deformable_conv"),
)
Translation = Callable[[dict[str, Any]], dict[str, Any] | None]


def layer(
    native: type,
    arguments: str = "",
    *,
    translate: Translation | None = None,
    name: str | None = None,
    variadic: bool = False,
    base: type | None = None,
    **defaults: Any,
) -> type:
    """The class of a layer, in the public module of `native`, `weft.mxnet.gluon.nn` for one.

    arguments: names in MXNet's order; those that MXNet requires end with `!`
    translate: changes the named arguments into those of `native`, and may give attributes to set
    variadic: positional arguments are handed on as they are
    base: the block of this package that it is; HybridBlock, or Block, by default
    defaults: where they are not those of `native`
    """
    words = [word.rstrip("!") for word in arguments.split()]
    required = [word.rstrip("!") for word in arguments.split() if word.endswith("!")]
    title = name or native.__name__

    def begin(self: Any, *args: Any, **options: Any) -> None:
        prefix, params = options.pop("prefix", None), options.pop("params", None)
        given = {} if variadic else _named(title, words, required, args, options)
        for word, value in defaults.items():
            given.setdefault(word, value)
        if given.get("use_bias") is False:
            given.pop("bias_initializer", None)  # of no bias, which MXNet leaves aside
        if title == "Activation":
            self.__dict__["_kind"] = given["activation"]
        attributes = None if translate is None else translate(given)
        self.__dict__.update(attributes or {})
        self._begin_names(prefix, params)
        native.__init__(self, *(args if variadic else ()), **given)  # type: ignore[misc]
        if variadic:
            for word in options:
                raise unknown_argument(title, word, (*words, "prefix", "params"))

    if base is None:
        base = HybridBlock if issubclass(native, _NativeHybrid) else Block
    space = {
        "__init__": begin,
        "__doc__": native.__doc__,
        "__module__": f"weft.mxnet.gluon.{native.__module__.split('.')[2]}",
        "__signature__": _signature(words, required, defaults, native, variadic),
    }
    if (kind := _kind(title)) != title.lower() or title == "Activation":
        space["_alias"] = lambda self: self.__dict__.get("_kind", kind)
    made = type(title, (base, native), space)
    made.__qualname__ = title
    register_counterpart(native, made)
    return made


def _kind(title: str) -> str:
    """What 1.x counts blocks of a class by: `conv` of `conv0_weight` is one of any convolution."""
    for pattern, kind in _KINDS:
        if found := pattern.fullmatch(title):
            return kind.format(found[1].lower()) if "{}" in kind else kind or found[1].lower()
    return title.lower()


def _named(
    title: str, words: list[str], required: list[str], args: tuple[Any, ...], options: Any
) -> dict[str, Any]:
    """Arguments by name."""
    if len(args) > len(words):
        raise InvalidType(f"{title}: takes at most {len(words)} arguments; got {len(args)}")
    given = dict(zip(words, args, strict=False))
    for word, value in options.items():
        if word not in words:
            raise unknown_argument(title, word, (*words, "prefix", "params"))
        if word in given:
            raise InvalidType(f"{title}: `{word}` is given twice")
        given[word] = value
    for word in required:
        if word not in given:
            raise InvalidType(f"{title}: `{word}` must be given")
    return given


def _signature(
    words: list[str], required: list[str], defaults: Any, native: type, variadic: bool
) -> inspect.Signature:
    """What `help` and editors show."""
    kind = inspect.Parameter
    if variadic:
        shown = [kind("blocks", kind.VAR_POSITIONAL)]
    else:
        known = inspect.signature(native.__init__).parameters  # type: ignore[misc]
        shown = []
        for word in words:
            default = defaults.get(word, known[word].default if word in known else None)
            value = _REQUIRED if word in required else None if default is _REQUIRED else default
            shown.append(kind(word, kind.POSITIONAL_OR_KEYWORD, default=value))
    names = [kind(word, kind.KEYWORD_ONLY, default=None) for word in ("prefix", "params")]
    return inspect.Signature([*shown, *names])


def windowed(native: type, arguments: str, first: str, last: str) -> type:
    """The class of a layer with windows, whose `layout` has the channels first or last.

    Weights have the shape for channels first in both, and arrays are turned around the layer.
    """

    def translate(given: dict[str, Any]) -> dict[str, Any]:
        layout = given.pop("layout", None) or first
        if layout not in (first, last):
            raise Unsupported(
                f"{native.__name__}: `layout` must be {first!r} or {last!r}; got {layout!r}"
            )
        return {"_is_last": layout == last}

    made = layer(native, arguments, translate=translate)
    plain, infer = native.forward, native.infer_shape  # type: ignore[attr-defined]

    def forward(self: Any, x: Any) -> Any:
        if not self.__dict__.get("_is_last"):
            return plain(self, x)
        return np.moveaxis(plain(self, np.moveaxis(x, -1, 1)), 1, -1)

    def infer_shape(self: Any, x: Any) -> None:
        infer(self, np.moveaxis(x, -1, 1) if self.__dict__.get("_is_last") else x)

    made.forward, made.infer_shape = forward, infer_shape  # type: ignore[attr-defined]
    return made


__all__ = ["layer", "windowed"]
