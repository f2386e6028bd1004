"""`attr` of nose: words for a test, which nobody here asks for."""

from collections.abc import Callable
from typing import Any


def attr(*words: Any, **values: Any) -> Callable[[Any], Any]:
    """Decorator that leaves a test as it is."""
    return lambda test: test
