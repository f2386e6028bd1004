"""Reading of a config.json of Hugging Face by the `from_config` functions of the zoo.

A key that is missing or null has the value that `transformers` gives it. What a network cannot
honour is an error that names the key, what it must be, and what it is: nothing that would change
results is left out silently.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy

from weft._base.errors import Error, InvalidType, InvalidValue, Unsupported

Kind = TypeVar("Kind")
Problem = TypeVar("Problem", bound=Error)

# More of anything is a damaged file: it is refused before memory is asked for.
_LARGEST = 1 << 24
_LONGEST = 100  # characters of a value in a message

# What activations of Hugging Face are for `nn.Activation`.
ACTIVATIONS = {
    "gelu": "gelu",
    "gelu_python": "gelu",
    "gelu_accurate": "gelu_tanh",
    "gelu_fast": "gelu_tanh",
    "gelu_new": "gelu_tanh",
    "gelu_python_tanh": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "mish": "mish",
    "quick_gelu": "quick_gelu",
    "relu": "relu",
    "sigmoid": "sigmoid",
    "silu": "silu",
    "swish": "silu",
    "tanh": "tanh",
}


class Config:
    """The values of a config.json.

    owner: the network, for messages
    """

    def __init__(self, owner: str, values: Mapping[str, Any]) -> None:
        if not isinstance(values, Mapping):
            raise InvalidType(
                f"{owner}.from_config: `config` must be the dict of a config.json; got "
                f"{type(values).__name__}"
            )
        self.owner = owner
        self.values = {key: value for key, value in values.items() if value is not None}
        self.nulls = {key for key, value in values.items() if value is None}

    def assume(self, values: Mapping[str, Any], nullable: Iterable[str] = ()) -> None:
        """Gives keys that are missing a family's values, which count instead of the defaults of the
        methods below.

        nullable: keys for which null in the file means none, not the family's value
        """
        kept = self.nulls.intersection(nullable)
        given = {key: value for key, value in values.items() if key not in kept}
        self.values = {**given, **self.values}

    def get(self, key: str, default: Any = None) -> Any:
        """A value of any type."""
        return self.values.get(key, default)

    def part(self, *keys: str) -> "Config":
        """What the first of some keys has for a part of the network."""
        for key in keys:
            if not isinstance(found := self.get(key, {}), Mapping):
                raise self._refused(InvalidType, key, "a dict", found)
            if found:
                return Config(self.owner, found)
        return Config(self.owner, {})

    # ---- numbers

    def count(
        self, key: str, default: int | None = None, least: int = 1, most: int = _LARGEST
    ) -> int:
        """A number of something."""
        found, wanted = self.get(key, default), f"a whole number in [{least}, {most}]"
        if not _is_whole(found):
            raise self._refused(InvalidType, key, wanted, found)
        if not least <= found <= most:
            raise self._refused(InvalidValue, key, wanted, found)
        return int(found)

    def number(self, key: str, default: float | None = None) -> float:
        """A factor, or another number of at least 0."""
        return self._number(key, default, 1e30, "a number of at least 0")

    def fraction(self, key: str, default: float | None = None) -> float:
        """A rate of dropout or a small number."""
        return self._number(key, default, 1, "a number in [0, 1)")

    def _number(self, key: str, default: float | None, below: float, wanted: str) -> float:
        found = self.get(key, default)
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self._refused(InvalidType, key, wanted, found)
        if not 0 <= found < below:  # nor is NaN
            raise self._refused(InvalidValue, key, wanted, found)
        return float(found)

    def numbers(self, key: str, length: int) -> numpy.ndarray:
        """A list of factors above 0, float32 (length,)."""
        found, wanted = self.get(key), f"a list of {length} numbers above 0"
        if not isinstance(found, list | tuple) or len(found) != length:
            raise self._refused(InvalidType, key, wanted, found)
        if any(isinstance(n, bool) or not isinstance(n, int | float) for n in found):
            raise self._refused(InvalidType, key, wanted, found)
        if not all(0 < number < 1e30 for number in found):
            raise self._refused(InvalidValue, key, wanted, found)
        return numpy.array(found, dtype="float32")

    def extents(self, key: str, default: int) -> int | list[int]:
        """Height and width, or one number for both."""
        found = self.get(key, default)
        if not isinstance(found, list | tuple):
            return self.count(key, default)
        return self._counts(key, found, 2)

    def stages(self, **defaults: Sequence[int]) -> list[list[int]]:
        """The values of keys that have a number for each stage, so they are equally long."""
        found = [self._counts(key, self.get(key, default)) for key, default in defaults.items()]
        if len({len(numbers) for numbers in found}) > 1:
            first, *others = defaults
            wanted = f"as long as {' and '.join(f'`{key}`' for key in others)}, {found[1:]}"
            raise self._refused(Unsupported, first, wanted, found[0])
        return found

    def _counts(self, key: str, found: Any, length: int | None = None) -> list[int]:
        wanted = f"a list of {'' if length is None else f'{length} '}whole numbers above 0"
        if not isinstance(found, list | tuple) or not all(map(_is_whole, found)):
            raise self._refused(InvalidType, key, wanted, found)
        if not found or len(found) != (length or len(found)):
            raise self._refused(InvalidValue, key, wanted, found)
        if not all(0 < number <= _LARGEST for number in found):
            raise self._refused(InvalidValue, key, wanted, found)
        return list(found)

    # ---- one of several

    def flag(self, key: str, default: bool) -> bool:
        """A switch."""
        found = self.get(key, default)
        if not isinstance(found, bool):
            raise self._refused(InvalidType, key, "true or false", found)
        return found

    def only(self, key: str, *supported: Any) -> Any:
        """The value of a key of which the network has some values alone; the first is the
        default."""
        found = self.get(key, supported[0])
        if found not in supported:
            raise self.unsupported(key, one_of(supported), found)
        return found

    def refuse(self, *keys: str) -> None:
        """Refuses keys that ask for something: they must be missing, null, false, 0 or empty."""
        for key in keys:
            if found := self.get(key):
                raise self.unsupported(key, "missing or false", found)

    def choice(self, key: str, default: str | None, known: Mapping[str, Kind]) -> Kind:
        """What one of some words stands for."""
        found = self.get(key, default)
        if not isinstance(found, str) or found not in known:
            raise self.unsupported(key, one_of(known), found)
        return known[found]

    def activation(self, key: str, default: str, *known: str) -> str:
        """An activation by its name for `nn.Activation`, of those known or of all."""
        names = {there: here for there, here in ACTIVATIONS.items() if not known or here in known}
        return self.choice(key, default, names)

    # ---- what is built

    def architecture(self, known: Iterable[str], default: str | None = None) -> str:
        """The class in Hugging Face: the first of `architectures`, else the default, which is the
        first known one if None."""
        names = list(known)
        named = self._named() or default or names[0]
        if named not in names:
            raise self.unsupported("architectures", one_of(names), named)
        return named

    def _named(self) -> str | None:
        named = self.get("architectures")
        if not named:
            return None
        if not isinstance(named, list | tuple) or not isinstance(named[0], str):
            raise self._refused(InvalidType, "architectures", "a list of names", named)
        return named[0]

    def family(self, prefixes: Mapping[str, str]) -> str:
        """The `model_type`, where it is missing that of the architecture, else the first one.

        prefixes: of architectures, by the types that are known
        """
        named = self._named() or ""
        found = [kind for kind, prefix in prefixes.items() if named.startswith(prefix)]
        default = found[0] if found else next(iter(prefixes))
        return self.choice("model_type", default, {kind: kind for kind in prefixes})

    def labels(self) -> int:
        """The classes of a head: `id2label`, else `num_labels`, else 2."""
        named = self.get("id2label")
        if named is None:
            return self.count("num_labels", 2)
        if not isinstance(named, Mapping) or not named:
            raise self._refused(InvalidType, "id2label", "a dict of names by number", named)
        return len(named)

    def classes(self, *architectures: str) -> int:
        """How many scores a network for images gives: 0 by an architecture without a head. Without
        `architectures` in the file the first counts."""
        return 0 if self.architecture(architectures).endswith("Model") else self.labels()

    # ---- errors

    def unsupported(self, key: str, wanted: str, found: Any) -> Unsupported:
        """The error for a value that the network cannot honour."""
        return self._refused(Unsupported, key, wanted, found)

    def _refused(self, kind: type[Problem], key: str, wanted: str, found: Any) -> Problem:
        shown = repr(found)
        shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
        return kind(f"{self.owner}.from_config: `{key}` must be {wanted}; got {shown}")


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def one_of(values: Iterable[Any]) -> str:
    """Values as a message names them."""
    told = list(map(repr, values))
    return told[0] if len(told) == 1 else f"one of {', '.join(told)}"


__all__ = ["ACTIVATIONS", "Config", "one_of"]
__dir__ = __all__.copy
