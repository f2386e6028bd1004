"""Names of a package that are imported when a program first asks for them: each module takes a part
of the time of an import, and no program needs them all."""

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any


def names_of(
    package: str, places: Mapping[str, str], otherwise: Callable[[str], Any]
) -> Callable[[str], Any]:
    """The `__getattr__` of a package.

    places: by name the module of the package that has it; a module of that name is meant itself
    otherwise: gives all other names, or raises AttributeError
    """

    def lookup(name: str) -> Any:
        place = places.get(name)
        if place is None:
            return otherwise(name)
        module = importlib.import_module(f"{package}.{place}")
        found = module if place == name else getattr(module, name)
        setattr(sys.modules[package], name, found)  # found without this function from now on
        return found

    return lookup
