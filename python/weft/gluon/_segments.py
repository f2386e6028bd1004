"""A sequence of blocks in segments, each a checkpoint."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft.npx import checkpoint


def checkpoint_sequential(
    functions: Iterable[Callable[..., Any]], segments: int, *args: Any
) -> Any:
    """Calls functions one after another, in segments of which a gradient keeps only the inputs.

    functions: a `Sequential`, or blocks and other functions; what one gives is for the next one, a
        tuple or list as several arguments
    segments: in how many parts, as even as they can be; the last one is no checkpoint, because the
        backward pass begins with it
    args: of the first function

    Where n blocks keep alike, √n segments need least memory.

    >>> from weft import autograd, np
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(*[nn.Dense(4, activation="relu", in_units=4) for _ in range(9)])
    >>> net.initialize()
    >>> with autograd.record():
    ...     y = checkpoint_sequential(net, 3, np.ones((2, 4)))
    >>> y.backward()
    >>> net[0].weight.grad().shape
    (4, 4)
    """
    chain = list(functions)
    for number, function in enumerate(chain):
        if not callable(function):
            raise InvalidType(
                f"checkpoint_sequential: `functions[{number}]` must be callable; "
                f"got {type(function).__name__}"
            )
    if isinstance(segments, bool) or not isinstance(segments, int):
        raise InvalidType(f"checkpoint_sequential: `segments` must be an integer; got {segments!r}")
    if not 1 <= segments <= len(chain):
        raise InvalidValue(
            f"checkpoint_sequential: `segments` must be from 1 to the number of functions, "
            f"{len(chain)}; got {segments}"
        )

    def run(part: list[Callable[..., Any]], *given: Any) -> Any:
        result: Any = given
        for function in part:
            result = function(*result) if isinstance(result, tuple | list) else function(result)
        return result

    bounds = [len(chain) * number // segments for number in range(segments + 1)]
    result: Any = args
    for begin, end in pairwise(bounds):
        given = result if isinstance(result, tuple | list) else (result,)
        part = chain[begin:end]
        result = run(part, *given) if end == len(chain) else checkpoint(run, part, *given)
    return result


__all__ = ["checkpoint_sequential"]
