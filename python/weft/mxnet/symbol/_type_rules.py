"""Dtypes of an operator's inputs and results, from what is known of them.

Most operators have one dtype for all: what is known of one is known of each. Others make a dtype of
their own, or read indices and conditions, whose dtype is free.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy

from weft.mxnet._operators import custom, rule_of
from weft.mxnet._operators._attributes import dtype_of

Types = list[str | None]

# Inputs whose dtype has nothing to do with that of the others.
_FREE: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("take", "pick", "batch_take", "gather_nd", "_npi_take"), (1,)),
    **dict.fromkeys(("Embedding", "_npx_embedding", "_contrib_SparseEmbedding", "where"), (0,)),
    **dict.fromkeys(("SequenceMask", "SequenceLast", "SequenceReverse"), (1,)),
    "scatter_nd": (1,),
    "_contrib_boolean_mask": (1,),
    "_contrib_index_copy": (1,),
    "fill_element_0index": (2,),
    "CTCLoss": (1, 2, 3),
    "softmax": (1,),
    "RNN": (4,),
}
# Operators whose results have a dtype of their own, whatever they read.
_MADE = {
    **dict.fromkeys(("shape_array", "size_array"), "int64"),
    **dict.fromkeys(("argmax", "argmin", "argmax_channel", "one_hot", "argsort"), "float32"),
}
_CASTS = ("Cast", "cast", "amp_cast", "_npi_cast", "_npx_cast")
_FOLLOWING = ("topk",)  # a dtype attribute that is of some results alone


def types_of(
    op: str, given: Mapping[str, Any], inputs: Sequence[str | None], outputs: Sequence[str | None]
) -> tuple[Types, Types]:
    """What is known of the dtypes with what an operator says of them."""
    rule = rule_of(op)
    if rule is not None and rule.takes_options:
        return _of_program(given, inputs, outputs)
    if op in _CASTS:
        return list(inputs), [dtype_of(given.get("dtype"), "float32")] * len(outputs)
    if op == "_copyto" or rule is None or op in _FOLLOWING:
        return list(inputs), list(outputs)
    own = given.get("dtype", rule.attributes.get("dtype"))
    if "dtype" in rule.attributes and own is not None and op not in _FREE:
        return list(inputs), [dtype_of(own)] * len(outputs)
    if op in _MADE:
        return list(inputs), [_MADE[op]] * len(outputs)
    if not inputs and "dtype" in rule.attributes:
        return [], ["float32"] * len(outputs)
    free = _FREE.get(op, ())
    known = [t for n, t in enumerate(inputs) if n not in free and t] + [t for t in outputs if t]
    common = known[0] if known else None
    if op.startswith(("_npi_", "broadcast_")) and len({*known}) > 1:
        return list(inputs), list(outputs)
    return (
        [t if n in free else t or common for n, t in enumerate(inputs)],
        [t or common for t in outputs],
    )


def _of_program(
    given: Mapping[str, Any], inputs: Sequence[str | None], outputs: Sequence[str | None]
) -> tuple[Types, Types]:
    """What the operator of a program says; unknown dtypes of its inputs are taken as the first."""
    prop = custom.prop_of(given)
    count = len(prop.list_arguments())
    first = next((t for t in inputs[:count] if t), None)
    if first is None and count:
        return list(inputs), list(outputs)
    told = prop.infer_type([numpy.dtype(t or first).type for t in inputs[:count]])
    own, made, *kept = [[numpy.dtype(t).name for t in part] for part in told]
    return [*own, *(kept[0] if kept else ())], made


__all__ = ["types_of"]
