"""Classes by name, for programs that register kinds of their own.

>>> from weft import mxnet as mx
>>> class Reader: ...
>>> class Lines(Reader): ...
>>> register = mx.registry.get_register_func(Reader, "reader")
>>> register(Lines) is Lines
True
>>> type(mx.registry.get_create_func(Reader, "reader")("lines")).__name__
'Lines'
"""

import json
import warnings
from collections.abc import Callable
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft._base.spelling import unknown

_known: dict[type, dict[str, type]] = {}


def _of(base_class: type) -> dict[str, type]:
    return _known.setdefault(base_class, {})


def get_registry(base_class: type) -> dict[str, type]:
    """A copy of what is registered for a class: classes by lower-case name."""
    return _of(base_class).copy()


def get_register_func(base_class: type, nickname: str) -> Callable[..., type]:
    """A function that registers subclasses of `base_class`, under their own name or another.

    nickname: what objects of these classes are called in messages
    """
    known = _of(base_class)

    def register(klass: type, name: str | None = None) -> type:
        """Registers a class; gives it back, so it can be a decorator."""
        if not issubclass(klass, base_class):
            raise InvalidType(
                f"register: a {nickname} must be a subclass of {base_class.__name__}; "
                f"got {klass.__name__}"
            )
        key = (name or klass.__name__).lower()
        if known.get(key, klass) is not klass:
            warnings.warn(
                f"register: the {nickname} {key!r} was {known[key].__qualname__} and becomes "
                f"{klass.__qualname__}",
                UserWarning,
                stacklevel=2,
            )
        known[key] = klass
        return klass

    return register


def get_alias_func(base_class: type, nickname: str) -> Callable[..., Callable[[type], type]]:
    """A decorator with several names for a subclass of `base_class`."""
    register = get_register_func(base_class, nickname)

    def alias(*aliases: str) -> Callable[[type], type]:
        """Registers a class under each of these names."""

        def named(klass: type) -> type:
            for name in aliases:
                register(klass, name)
            return klass

        return named

    return alias


def get_create_func(base_class: type, nickname: str) -> Callable[..., Any]:
    """A function that makes objects of registered classes.

    It takes a name with arguments, an object as it is, a dict with the key `nickname`, or the JSON
    of such a dict or of a list of name and options.

    Raises LookupError for a name that nobody registered, TypeError for what is none of these.
    """
    known = _of(base_class)

    def create(*args: Any, **kwargs: Any) -> Any:
        """Makes an object of a registered class."""
        what, *rest = args if args else (kwargs.pop(nickname, None),)
        if isinstance(what, base_class):
            if rest or kwargs:
                raise InvalidValue(
                    f"create: a {nickname} that is made already takes no arguments; got "
                    f"{len(rest) + len(kwargs)}"
                )
            return what
        if isinstance(what, dict):
            return create(**what)
        if not isinstance(what, str):
            raise InvalidType(
                f"create: `{nickname}` must be a name, a dict or a {base_class.__name__}; got "
                f"{type(what).__name__}"
            )
        if what.startswith(("[", "{")):
            found = json.loads(what)
            return create(found[0], **found[1]) if isinstance(found, list) else create(**found)
        if what.lower() not in known:
            raise unknown(nickname, what, sorted(known))
        return known[what.lower()](*rest, **kwargs)

    return create


__all__ = ["get_alias_func", "get_create_func", "get_register_func", "get_registry"]
__dir__ = __all__.copy
