"""What functions of the zoo say to options that other zoos have."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from weft._base.errors import InvalidType

P = ParamSpec("P")
R = TypeVar("R")

_TRAINED = ("pretrained", "weights", "pretrained_base", "weights_backbone")


def zoo_function(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator of a function that makes a network: asked for trained weights, which would have to
    be downloaded, it says where they come from."""

    @functools.wraps(function)
    def create(*args: P.args, **kwargs: P.kwargs) -> R:
        for word in _TRAINED:
            if word not in kwargs:
                continue
            if kwargs.pop(word):
                name = function.__name__
                raise InvalidType(
                    f"{name}: `{word}` is no option, because Weft downloads nothing; write `net = "
                    f'{name}()` and `net.load_parameters("{name}.pth")` with a file of trained '
                    "weights, or `weft.hub.load(folder)` with a folder of the Hugging Face hub; "
                    "docs/zoo.md says which files fit"
                )
        return function(*args, **kwargs)

    return create


__all__ = ["zoo_function"]
