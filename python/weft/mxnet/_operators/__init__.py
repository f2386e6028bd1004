"""What each operator of MXNet is in Weft: one module a family, all in one table, `RULES`.

From this table come the reader of symbol files and whatever calls MXNet's operators by name.
"""

from collections.abc import Mapping

from weft.mxnet._operators import (  # noqa: F401
    arithmetic,
    contrib,
    control,
    creation,
    custom,
    decoupled,
    densities,
    detection,
    factorizations,
    functions,
    images,
    indexing,
    layers,
    linear,
    losses,
    norms,
    numpy_functions,
    quantized,
    random,
    recurrent,
    reductions,
    regions,
    reshapes,
    sampling,
    sequences,
    shapes,
    updates,
    vision,
)
from weft.mxnet._operators._attributes import IGNORED, parse, read_shape
from weft.mxnet._operators._call import invoke
from weft.mxnet._operators._table import (
    RULES,
    Semantics,
    count_of,
    input_names,
    label_place,
    parsed,
    rule_of,
    state_places,
)
from weft.mxnet._operators._weights import weight_shapes


def outputs_of(op: str, attributes: Mapping[str, str]) -> int | None:
    """How many results an operator has, hidden ones included; None for one that is not known.

    attributes: as a file has them, texts
    """
    return count_of(op, parsed(op, attributes))


__all__ = [
    "IGNORED",
    "RULES",
    "Semantics",
    "input_names",
    "invoke",
    "label_place",
    "outputs_of",
    "parse",
    "parsed",
    "read_shape",
    "rule_of",
    "state_places",
    "weight_shapes",
]
