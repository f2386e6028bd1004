"""Recurrent layers whose file has one vector of all parameters, `rnn_param`, as Gluon 2 of MXNet
wrote it: the vector as the parameters that the layer has here.

The vector has all weights first, layer by layer, in each the way forward before the way back, of
each `i2h_weight` before `h2h_weight`; then all biases in the same order.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from weft._base.errors import InvalidValue
from weft._core.typing import ndarray

Arrays = dict[str, ndarray]

_VECTOR = "rnn_param"
_NAME = re.compile(r"([lr])(\d+)_(i2h|h2h)_(weight|bias)")


def cut_vectors(arrays: Arrays, shapes: Mapping[str, Any]) -> Arrays:
    """The arrays of a file, with each `rnn_param` cut into the parameters that it has here.

    shapes: of the block's parameters by name, -1 for what is not known. Raises ValueError for a
    vector of another size than the layer's.
    """
    found: Arrays = {}
    for name, array in arrays.items():
        path = name.removesuffix(_VECTOR)
        parts = _parts_of(path, shapes) if name not in shapes and path != name else []
        if parts:
            found.update(_cut(name, array, {part: shapes[part] for part in parts}))
        else:
            found[name] = array
    return found


def _parts_of(path: str, shapes: Mapping[str, Any]) -> list[str]:
    """The parameters of the layer at a path, in the order of the vector."""
    keys = []
    for name in shapes:
        if not name.startswith(path):
            continue
        place = _NAME.fullmatch(name[len(path) :])
        if place is not None:
            side, layer, source, kind = place.groups()
            keys.append((kind == "bias", int(layer), side, source == "h2h", name))
    return [key[-1] for key in sorted(keys)]


def _cut(name: str, vector: ndarray, shapes: dict[str, Any]) -> Arrays:
    """The vector in parts; the width of the layer's input follows from its size."""
    known = sum(math.prod(shape) for shape in shapes.values() if -1 not in shape)
    rows = sum(shape[0] for shape in shapes.values() if -1 in shape)
    width = (vector.size - known) // rows if rows else 0
    whole = {n: tuple(width if e == -1 else e for e in shape) for n, shape in shapes.items()}
    total = sum(map(math.prod, whole.values()))
    if vector.ndim != 1 or total != vector.size or (rows and width < 1):
        raise InvalidValue(
            f"load_parameters: `{name}` of shape {vector.shape} must have the elements of "
            f"{', '.join(f'`{part}` {shape}' for part, shape in shapes.items())}"
        )
    found, begin = {}, 0
    for part, shape in whole.items():
        end = begin + math.prod(shape)
        found[part] = vector[begin:end].reshape(shape)
        begin = end
    return found


__all__ = ["cut_vectors"]
