"""Recurrent layers whose file has their parameters in another form than the layer here.

Gluon 2 of MXNet has one vector of all parameters, `rnn_param`: all weights first, layer by layer,
in each the way forward before the way back, of each `i2h_weight`, `h2h_weight`, and `h2r_weight`
where outputs are projected; then all biases in the same order. Gluon 1 wrote the parameters as
those of the cells that the layer is made of, `_unfused.0.l_cell.i2h_weight`.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray

Arrays = dict[str, ndarray]

_VECTOR = "rnn_param"
_NAME = re.compile(r"([lr])(\d+)_(i2h|h2h|h2r)_(weight|bias)")
_AS_CELLS = re.compile(r"_unfused\.(\d+)\.(?:([lr])_cell\.)?((?:i2h|h2h|h2r)_(?:weight|bias))\Z")


def cut_vectors(arrays: Arrays, shapes: Mapping[str, Any]) -> Arrays:
    """The arrays of a file, with each `rnn_param`, and each parameter of a cell, as the parameters
    that the layer has here.

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
            plain = name_of_layer(name)
            found[plain if plain in shapes else name] = array
    return found


def joined_vectors(arrays: Arrays, names: Iterable[str]) -> Arrays:
    """The arrays of a file, with the parameters of each layer that has one vector, `rnn_param`
    among `names`, as that vector."""
    found = {name_of_layer(name): name for name in arrays}
    left = dict(arrays)
    for name in names:
        path = name.removesuffix(_VECTOR)
        parts = _parts_of(path, found) if path != name and name not in arrays else []
        if parts:
            left[name] = np.concatenate([left.pop(found[part]).reshape((-1,)) for part in parts])
    return left


def name_of_layer(name: str) -> str:
    """The name that a parameter of a cell has in the layer that the cells make up."""
    return _AS_CELLS.sub(lambda found: f"{found[2] or 'l'}{found[1]}_{found[3]}", name)


def name_of_cell(name: str, is_bidirectional: bool) -> str:
    """The way back: `0.l0_i2h_weight` is `0._unfused.0.i2h_weight`, or with `l_cell` in it."""
    path, dot, last = name.rpartition(".")
    found = _NAME.fullmatch(last)
    if found is None:
        return name
    side, layer, source, kind = found.groups()
    cell = f"{side}_cell." if is_bidirectional else ""
    return f"{path}{dot}_unfused.{layer}.{cell}{source}_{kind}"


def _parts_of(path: str, shapes: Mapping[str, Any]) -> list[str]:
    """The parameters of the layer at a path, in the order of the vector."""
    keys = []
    for name in shapes:
        if not name.startswith(path):
            continue
        place = _NAME.fullmatch(name[len(path) :])
        if place is not None:
            side, layer, source, kind = place.groups()
            number = ("i2h", "h2h", "h2r").index(source)
            keys.append((kind == "bias", int(layer), side, number, name))
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


__all__ = ["cut_vectors", "joined_vectors", "name_of_cell", "name_of_layer"]
