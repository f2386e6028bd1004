"""How MXNet stores the result of an operator of sparse arrays: sparse where the operator leaves
zeros zero, whole everywhere else."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

# f(0) = 0: the result is stored as the operand is.
_KEEPING = frozenset(
    {
        *("abs", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "ceil", "degrees", "expm1"),
        *("fix", "floor", "log1p", "negative", "radians", "relu", "rint", "round", "sign", "sin"),
        *("sinh", "sqrt", "square", "tan", "tanh", "trunc", "_copy", "identity", "BlockGrad"),
        *("stop_gradient", "make_loss", "zeros_like", "_mul_scalar", "_MulScalar", "_div_scalar"),
        *("_DivScalar", "_identity_with_attr_like_rhs", "Cast", "cast", "slice", "crop"),
        *("_slice_assign_scalar", "_sparse_retain"),
    }
)
_SUMS = frozenset(
    {
        *("elemwise_add", "elemwise_sub", "_plus", "_minus", "_add", "_sub", "_grad_add"),
        *("add_n", "ElementWiseSum", "_sum"),
    }
)
# Comparisons, as what they are of two numbers: sparse where zeros give zero.
_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "equal": operator.eq,
    "not_equal": operator.ne,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "lesser": operator.lt,
    "lesser_equal": operator.le,
}
_PRODUCTS = frozenset({"elemwise_mul", "_mul", "broadcast_mul", "broadcast_div"})


def stored_as(op: str, stypes: Sequence[str], given: Mapping[str, Any]) -> str:
    """'default', 'csr' or 'row_sparse' for operands stored in these ways."""
    first = stypes[0]
    if op in _KEEPING:
        return first
    compared = _COMPARED.get(
        op.removeprefix("broadcast_").removeprefix("_").removesuffix("_scalar")
    )
    if compared is not None:
        is_same = all(stype == first for stype in stypes)
        return "default" if compared(0, given.get("scalar", 0)) or not is_same else first
    if op == "take":
        return first if first == "csr" and given.get("axis", 0) == 0 else "default"
    if op == "clip":
        keeps_zero = given.get("a_min", 1) <= 0 <= given.get("a_max", -1)
        return first if keeps_zero else "default"
    if op in _SUMS:
        return first if all(stype == first for stype in stypes) else "default"
    if op in ("elemwise_mul", "_mul"):
        return first if all(stype == first for stype in stypes) else _other(stypes)
    if op in _PRODUCTS:
        return first if first == "csr" and stypes[1:] == ["default"] else "default"
    if op in ("_square_sum", "square_sum"):
        by_rows = first == "row_sparse" and given.get("axis") in (1, (1,)) and given.get("keepdims")
        return first if by_rows else "default"
    if op == "_contrib_quadratic":
        return first if not given.get("c", 0) else "default"
    if op in ("Concat", "concat"):
        is_rows = given.get("dim", 1) == 0 and all(stype == "csr" for stype in stypes)
        return "csr" if is_rows else "default"
    return "default"


def _other(stypes: Sequence[str]) -> str:
    """Of a product of two kinds: row_sparse beside a whole array."""
    return "row_sparse" if sorted(stypes) == ["default", "row_sparse"] else "default"


__all__ = ["stored_as"]
