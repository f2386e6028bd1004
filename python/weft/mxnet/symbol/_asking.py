"""Asks an operator for the shapes of its results, on placeholders.

Where extents are unknown it is asked twice, with two numbers in their place: an extent of a result
that is the same both times does not depend on them.
"""

from collections.abc import Sequence
from typing import Any

from weft._base.errors import Error, InvalidType, InvalidValue
from weft._core import native
from weft.mxnet._operators import invoke
from weft.mxnet._reading.graph import GraphNode
from weft.mxnet.symbol._modes import Known

TRIED = (13, 17)  # what stands for unknown extents: no usual window, group or class count
# Operators that must know their operands' extents.
_WHOLE_ONLY = frozenset({"where"})


def filled(shape: Known, number: int) -> tuple[int, ...]:
    """A shape with a number in the place of unknown extents; of an unknown shape no axes."""
    return tuple(number if n == -1 else n for n in shape or ())


def agreed(one: Sequence[int], other: Sequence[int]) -> Known:
    """What two tries say together: extents in which they differ are not known."""
    return tuple(m if m == n else -1 for m, n in zip(one, other, strict=True))


def asked(node: GraphNode, shapes: Sequence[Known], types: Sequence[str]) -> list[Known] | None:
    """The shapes of a node's results; None where they do not follow.

    Raises ValueError where the operator refuses shapes that are whole.
    """
    if node.subgraphs:
        return None
    if not any(-1 in (shape or ()) for shape in shapes):
        found = _tried(node, [shape or () for shape in shapes], types)
        if isinstance(found, Error):
            # `boolean_mask` and its like depend on values: no shape contradicts them.
            if isinstance(found, InvalidValue | InvalidType):
                raise InvalidValue(str(found)) from None
            return None
        return found
    if node.op in _WHOLE_ONLY:
        return None
    tries = []
    for number in TRIED:
        found = _tried(node, [filled(shape, number) for shape in shapes], types)
        if isinstance(found, Error):
            return None
        tries.append(found)
    if any(len(a) != len(b) for a, b in zip(*tries, strict=True)):
        return None
    return [agreed(a, b) for a, b in zip(*tries, strict=True)]


def _tried(node: GraphNode, shapes: Sequence[tuple[int, ...]], types: Sequence[str]) -> Any:
    """The shapes of the results, or the error that the operator raised."""
    composing = native.set_composing(False)
    try:
        arrays = native.trace_begin_rule(list(zip(types, shapes, strict=True)))
        try:
            results = invoke(node.op, arrays, node.attributes)
            listed = results if isinstance(results, tuple) else (results,)
            return [tuple(array.shape) for array in listed if array is not None]
        finally:
            native.trace_abort()
    except Error as error:
        return error
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        return InvalidValue(str(error))
    finally:
        native.set_composing(composing)


__all__ = ["TRIED", "agreed", "asked", "filled"]
