"""Finding a class by its name, as in `Trainer(params, "sgd")`."""

from typing import Any

from weft._base.spelling import unknown
from weft._base.words import Table


class Registry(dict[str, type]):
    """Classes by lower-case name.

    words: what to write instead of names that others have
    """

    def __init__(self, what: str, words: Table | None = None) -> None:
        super().__init__()
        self.what, self.words = what, words

    def add(self, cls: type, *names: str) -> type:
        """Registers `cls` under its own name and others; returns it, so it can be a decorator."""
        for name in (cls.__name__, *names):
            self[name.lower()] = cls
        return cls

    def create(self, spec: Any, *args: Any, **options: Any) -> Any:
        """An instance: of the class that a name stands for, with or without underscores, of `spec`
        itself if it is a class, or else `spec`.

        Raises LookupError for an unknown name.
        """
        if isinstance(spec, type):
            return spec(*args, **options)
        if not isinstance(spec, str):
            return spec
        found = self.get(spec.lower()) or self.get(spec.lower().replace("_", ""))
        if found is None:
            raise unknown(self.what, spec, sorted(self), self.words)
        return found(*args, **options)
