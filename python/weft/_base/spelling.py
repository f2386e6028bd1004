"""Errors for attributes and arguments that do not exist, which say what to write instead: the word
of another framework in Weft's spelling (`weft._base.words`), or the nearest name that there is.
"""

import functools
import inspect
import re
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any, ParamSpec, Protocol, Self, TypeVar

from weft._base.errors import InvalidType, MissingAttribute, NotFound
from weft._base.words import ARGUMENTS, ARRAY, ELSEWHERE, Table

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def hint(word: str, table: Table, known: Iterable[str] = (), prefix: str = "") -> str:
    """What to write instead of a word: "; write ..." or nothing.

    known: names that there are, of which the nearest one counts where the table has nothing;
    prefix: what is in front of these
    """
    from difflib import get_close_matches  # only errors need it

    bare = _bare(word)
    for key in (word, bare):
        if key in table:
            return f"; {table[key]}"
    by_bare = {_bare(name): name for name in known if not name.startswith("_")}
    near = get_close_matches(bare, by_bare, n=1, cutoff=0.75)
    if not near:  # short words whose letters changed places
        near = [name for name in by_bare if sorted(name) == sorted(bare)][:1]
    return f"; did you mean `{prefix}{by_bare[near[0]]}`?" if near else ""


def _bare(name: str) -> str:
    """In lower case, without what joins words."""
    return re.sub(r"[-_ ]", "", name.lower())


def missing(owner: str, word: str, table: Table, known: Iterable[str]) -> MissingAttribute:
    """The error for an attribute that something lacks."""
    return MissingAttribute(f"{owner} has no attribute {word!r}{hint(word, table, known)}")


def unknown(owner: str, word: str, known: Iterable[str], table: Table | None = None) -> NotFound:
    """The error for a name that is none of some, which tells what to write by the table, or else
    the nearest, and lists them all."""
    names = list(known)
    near = hint(word, table or {}, names)
    return NotFound(f"{owner}: there is none named {word!r}{near}; known are {', '.join(names)}")


class _Lacked:
    """A word of another framework in a class of Weft: to read it raises an error with a hint."""

    def __init__(self, word: str, table: Table) -> None:
        self.word, self.table = word, table

    def __get__(self, owner: Any, kind: type) -> Any:
        what = f"type object '{kind.__name__}'" if owner is None else f"'{kind.__name__}' object"
        raise missing(what, self.word, self.table, ())


def knows_words(table: Table, *, often: bool = False) -> Callable[[type[T]], type[T]]:
    """Decorator of a class: attributes that it lacks are told what to write.

    often: Python 3.11 looks up every attribute of a class with `__getattr__` the slow way, which
        costs a small layer a sixth of its call. There the words of the table are attributes that
        raise, and names that are only misspelt are left to Python, whose traceback tells the
        nearest. The class has the metaclass `Worded`
    """

    def lacking(owner: Any, word: str) -> Any:
        kind = type(owner)
        if word.startswith("_") or hasattr(kind, word):  # or a property has failed
            return object.__getattribute__(owner, word)
        raise missing(f"'{kind.__name__}' object", word, table, dir(owner))

    def taught(cls: type[T]) -> type[T]:
        if sys.version_info >= (3, 12) or not often:
            cls.__getattr__ = lacking  # type: ignore[attr-defined]
            return cls
        for word in table:
            setattr(cls, word, _Lacked(word, table))
        cls.__dir__ = present  # type: ignore[method-assign]
        return cls

    def present(owner: Any) -> list[str]:
        return _without_lacked(type(owner), object.__dir__(owner))

    return taught


def _without_lacked(kind: type, names: Iterable[str]) -> list[str]:
    """Programs, `help` and editors read all that `dir` lists, so what only raises is not there."""
    return [name for name in names if not isinstance(_static(kind, name), _Lacked)]


if sys.version_info >= (3, 12):
    Worded = type  # there is nothing to hide
else:

    class Worded(type(Protocol)):  # type: ignore[misc]
        """The metaclass of classes that have words of others as attributes: it hides these. It is
        that of protocols, so that a class may also derive from one, or from `abc.ABC`."""

        __instancecheck__ = type.__instancecheck__
        __subclasscheck__ = type.__subclasscheck__

        def __dir__(cls) -> list[str]:
            return _without_lacked(cls, super().__dir__())


def _static(kind: type, name: str) -> Any:
    """An attribute of a class as it lies there, without its being read."""
    return next((vars(c)[name] for c in kind.__mro__ if name in vars(c)), None)


def public_module(name: str) -> ModuleType:
    """A public module such as "gluon.nn", found as a program finds it: by the package, which
    imports it when it is first asked for. Only hints, and other names of MXNet for a module, look
    upwards in this way."""
    return functools.reduce(getattr, name.split("."), sys.modules["weft"])


def finder(
    module: str, table: Table, elsewhere: Iterable[str] = (), parts: Iterable[str] = ()
) -> Callable[[str], Any]:
    """The `__getattr__` of a module, which raises AttributeError with a hint.

    elsewhere: public modules of Weft that may have the name, such as "gluon.nn"
    parts: names that stand for the module itself, as another framework has its parts apart
    """

    def lookup(word: str) -> Any:
        if word in parts:
            return sys.modules[module]
        if word.startswith("_"):
            raise AttributeError(f"module {module!r} has no attribute {word!r}")
        for place in () if word in table else elsewhere:
            if word in public_module(place).__all__:
                raise MissingAttribute(
                    f"module {module!r} has no attribute {word!r}; write `{place}.{word}`"
                )
        raise missing(f"module {module!r}", word, table, _public(sys.modules[module]))

    return lookup


def _public(module: ModuleType) -> Iterable[str]:
    return getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]


def array_attribute(kind: type, word: str) -> MissingAttribute | None:
    """The error for an attribute that arrays lack; functions of one array are no methods. None:
    Python's own will do."""
    if word.startswith("_") or hasattr(kind, word):
        return None
    owner = f"'{kind.__name__}' object"
    name = word.rstrip("_")  # others' functions in place end in it
    if word not in ARRAY:
        for place in ("np", "npx"):
            module = public_module(place)
            if name in module.__all__ and callable(getattr(module, name)):
                return MissingAttribute(
                    f"{owner} has no attribute {word!r}; write `{place}.{name}(x)`"
                )
    return missing(owner, word, ARRAY, dir(kind))


def argument_hint(word: str, accepted: Iterable[str]) -> str:
    """What to write instead of an argument's name: "; write ..." or nothing."""
    names = list(accepted)
    found = [name for name in ARGUMENTS.get(word, ()) if name in names]
    if found == ["optimizer_params"]:
        option = '"lr_scheduler": schedule' if "sched" in word else '"learning_rate": 0.1'
        return f"; options of the optimizer are in `optimizer_params={{{option}}}`"
    if found:
        return "; write " + " and ".join(f"`{name}`" for name in found[:2] if name)
    near = hint(word, {}, names)
    return f"; {ELSEWHERE[word]}" if not near and word in ELSEWHERE else near


def unknown_argument(function: str, word: str, accepted: Iterable[str]) -> InvalidType:
    """The error for an argument that a function lacks."""
    names = list(accepted)
    return InvalidType(
        f"{function}: `{word}` is no argument; it accepts {', '.join(names) or 'none'}"
        f"{argument_hint(word, names)}"
    )


@functools.lru_cache(maxsize=1024)
def accepted_arguments(function: Callable[..., Any]) -> frozenset[str] | None:
    """Names of arguments that a Python function takes by name; None: any."""
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return None
    return frozenset(p.name for p in parameters if p.kind in _BY_NAME)


def check_arguments(where: str, function: Callable[..., Any], given: Iterable[str]) -> None:
    """Raises TypeError for a name that a function does not take, and says what to write."""
    accepted = accepted_arguments(function)
    if accepted is None:
        return
    for word in given:
        if word not in accepted:
            names = [n for n in inspect.signature(function).parameters if n in accepted]
            raise unknown_argument(where, word, [n for n in names if n != "self"])


@functools.lru_cache(maxsize=1024)
def options_of(cls: type) -> list[str] | None:
    """What the constructor of a class takes by name, and those that it hands `**options` on to;
    None: who knows."""
    names: list[str] = []
    for base in cls.__mro__:
        init = vars(base).get("__init__")
        if init is None:
            continue
        parameters = inspect.signature(init).parameters.values()
        names += [p.name for p in parameters if p.kind in _BY_NAME and p.name != "self"]
        if all(p.kind is not p.VAR_KEYWORD for p in parameters):
            return list(dict.fromkeys(names))
        if not base.__module__.startswith("weft."):
            return None  # it may have options of its own among them
    return None


def check_options(cls: type, given: Iterable[str]) -> None:
    """Raises TypeError for an option that the constructor of a class does not take."""
    accepted = options_of(cls)
    for word in given:
        if accepted is not None and word not in accepted:
            raise unknown_argument(cls.__name__, word, accepted)


class ChecksOptions:
    """Mixed into bases: what a constructor does not take by name is told what to write."""

    def __new__(cls, *given: Any, **options: Any) -> Self:
        if options:
            check_options(cls, options)
        if (given or options) and cls.__init__ is object.__init__:
            raise InvalidType(f"{cls.__name__}: it takes no arguments")
        return super().__new__(cls)


def named_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator: unknown names of arguments are told what to write."""
    accepted = accepted_arguments(function)
    if accepted is None:
        return function

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        if kwargs and not accepted.issuperset(kwargs):
            owner = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]
            check_arguments(owner, function, kwargs)
        return function(*args, **kwargs)

    return call
