"""Reading of a config.json of Hugging Face: what it asks for is done, or refused with its name."""

from collections.abc import Mapping
from typing import Any

from weft._base.errors import InvalidValue, Unsupported

# More of anything is a damaged file: it is refused before memory is asked for.
_LARGEST = 1 << 24


class Config:
    """The values of a config.json, with what stands for those that are missing.

    owner: the network, for messages
    """

    def __init__(self, owner: str, values: Mapping[str, Any]) -> None:
        self.owner, self.values = owner, values

    def get(self, key: str, default: Any) -> Any:
        """A value; the default where there is none."""
        found = self.values.get(key)
        return default if found is None else found

    def count(self, key: str, default: int | None) -> int:
        """A number of something."""
        found = self.get(key, default)
        if not isinstance(found, int) or isinstance(found, bool) or not 0 < found <= _LARGEST:
            raise InvalidValue(
                f"{self.owner}: `{key}` of the config must be an integer in [1, {_LARGEST}]; got "
                f"{found!r}"
            )
        return found

    def choice(self, key: str, default: str, known: Mapping[str, Any]) -> Any:
        """What one of some words stands for."""
        found = self.get(key, default)
        if found not in known:
            raise Unsupported(
                f"{self.owner}: `{key}` of the config must be one of {', '.join(known)}; got "
                f"{found!r}"
            )
        return known[found]

    def require(self, key: str, only: Any) -> None:
        """Refuses any value but one, which is also what a missing key means."""
        if self.get(key, only) != only:
            raise Unsupported(
                f"{self.owner}: `{key}` of the config must be {only!r}; got {self.values[key]!r}"
            )

    def refuse(self, *keys: str) -> None:
        """Refuses keys that ask for something: they must be missing, None, False or 0."""
        for key in keys:
            if self.values.get(key):
                raise Unsupported(
                    f"{self.owner}: `{key}` of the config is not supported; got "
                    f"{self.values[key]!r}"
                )
