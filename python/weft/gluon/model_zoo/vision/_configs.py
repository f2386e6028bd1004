"""The file config.json of a network of Hugging Face, read for a network here.

A key that is missing has the value that `transformers` gives it. A value that the network here
cannot honour is refused.
"""

from collections.abc import Mapping
from typing import Any

from weft._base.errors import InvalidType, Unsupported


class Config:
    """The keys of one family's config.json.

    family: how its classes are named, such as "ResNet" of "ResNetForImageClassification"
    """

    def __init__(self, family: str, values: Mapping[str, Any]) -> None:
        if not isinstance(values, Mapping):
            raise InvalidType(
                f"{family}.from_config: `config` must be a dict, as config.json has it; "
                f"got {type(values).__name__}"
            )
        self.family = family
        self.values = values

    def get(self, key: str, default: Any) -> Any:
        """The value of a key, or what `transformers` takes where it is missing."""
        value = self.values.get(key)
        return default if value is None else value

    def only(self, key: str, default: Any, *supported: Any) -> Any:
        """The value of a key of which the network here has some values alone.

        Raises NotImplementedError for others.
        """
        value = self.get(key, default)
        if value not in supported:
            told = " or ".join(map(repr, supported))
            raise Unsupported(f"{self.family}.from_config: `{key}` must be {told}; got {value!r}")
        return value

    def lists(self, *defaults: tuple[str, list[int]]) -> tuple[list[int], ...]:
        """The values of keys that have a number for each stage, so they must be equally long."""
        found = tuple(list(self.get(key, default)) for key, default in defaults)
        if len({len(values) for values in found}) > 1:
            told = " and ".join(f"`{key}`" for key, _ in defaults)
            raise Unsupported(
                f"{self.family}.from_config: {told} must have a number for each stage; "
                f"got {' and '.join(map(str, found))}"
            )
        return found

    @property
    def classes(self) -> int:
        """How many scores the network gives; 0 for one that has no classifier."""
        head = f"{self.family}ForImageClassification"
        kind = self.get("architectures", [head])[0]
        if kind not in (head, f"{self.family}Model"):
            raise Unsupported(
                f"{self.family}.from_config: `architectures` must name {head} or "
                f"{self.family}Model; got {kind!r}"
            )
        if kind != head:
            return 0
        names = self.values.get("id2label")
        return int(self.get("num_labels", 2 if names is None else len(names)))


__all__ = ["Config"]
