"""What Python's operators, and the methods that 1.x's arrays have, are of symbols."""

import numbers
from collections.abc import Callable, Sequence
from typing import Any

from weft._base.errors import InvalidType, Unsupported
from weft.mxnet._reading.graph import Entry
from weft.mxnet.symbol._compose import call_operator


def heads_of(value: Any) -> list[Entry] | None:
    """The results that a symbol stands for; None for anything else."""
    return value._heads if isinstance(value, Arithmetic) else None


class Arithmetic:
    """Base of symbols: Python's operators and the methods that call operators."""

    __slots__ = ()

    _heads: list[Entry]
    __hash__ = object.__hash__
    __array_ufunc__ = None  # so that a number of NumPy leaves `2 * x` to the symbol

    @classmethod
    def _of(cls, heads: Sequence[Entry]) -> Any:
        raise NotImplementedError

    def _call(self, op: str, function: str, *args: Any, **kwargs: Any) -> Any:
        return self._of(call_operator(op, function, args, kwargs, heads_of))

    def _binary(self, other: Any, word: str, is_reversed: bool = False) -> Any:
        """Two symbols, or a symbol and a number, by 1.x's operators."""
        two, one, back = _OPERATORS[word]
        if isinstance(other, Arithmetic):
            pair = (other, self) if is_reversed else (self, other)
            return self._call(two, two, *pair)
        if isinstance(other, numbers.Number):
            name = back if is_reversed else one
            return self._call(name, name, self, scalar=other)
        return NotImplemented

    def __add__(self, other: Any) -> Any:
        return self._binary(other, "add")

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._binary(other, "sub")

    def __rsub__(self, other: Any) -> Any:
        return self._binary(other, "sub", is_reversed=True)

    def __mul__(self, other: Any) -> Any:
        return self._binary(other, "mul")

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self._binary(other, "div")

    def __rtruediv__(self, other: Any) -> Any:
        return self._binary(other, "div", is_reversed=True)

    __div__, __rdiv__ = __truediv__, __rtruediv__

    def __mod__(self, other: Any) -> Any:
        return self._binary(other, "mod")

    def __rmod__(self, other: Any) -> Any:
        return self._binary(other, "mod", is_reversed=True)

    def __pow__(self, other: Any) -> Any:
        return self._binary(other, "power")

    def __rpow__(self, other: Any) -> Any:
        return self._binary(other, "power", is_reversed=True)

    def __neg__(self) -> Any:
        return self * -1.0

    def __abs__(self) -> Any:
        return self._call("abs", "abs", self)

    def __eq__(self, other: object) -> Any:
        return self._binary(other, "equal")

    def __ne__(self, other: object) -> Any:
        return self._binary(other, "not_equal")

    def __gt__(self, other: Any) -> Any:
        return self._binary(other, "greater")

    def __ge__(self, other: Any) -> Any:
        return self._binary(other, "greater_equal")

    def __lt__(self, other: Any) -> Any:
        return self._binary(other, "lesser")

    def __le__(self, other: Any) -> Any:
        return self._binary(other, "lesser_equal")

    def _in_place(self, other: Any) -> Any:
        raise Unsupported(
            "Symbol: there are no changes in place; write `y = x + 1` instead of `x += 1`"
        )

    __iadd__ = __isub__ = __imul__ = __itruediv__ = __imod__ = _in_place

    def __array__(self, *args: Any) -> Any:
        raise InvalidType("Symbol: is no array before it is bound to arrays")

    def reshape(self, *shape: Any, **kwargs: Any) -> Any:
        """`mx.sym.reshape`, with the shape as one argument or as several."""
        if shape:
            whole = shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
            kwargs["shape"] = tuple(whole)
        return self._call("Reshape", "reshape", self, **kwargs)

    def astype(self, dtype: Any, **kwargs: Any) -> Any:
        """`mx.sym.cast`."""
        return self._call("Cast", "cast", self, dtype=dtype, **kwargs)


# By a word: the operators of two symbols, of a symbol and a number, of a number and a symbol.
_OPERATORS = {
    "add": ("_plus", "_PlusScalar", "_PlusScalar"),
    "sub": ("_minus", "_MinusScalar", "_RMinusScalar"),
    "mul": ("_mul", "_MulScalar", "_MulScalar"),
    "div": ("_div", "_DivScalar", "_RDivScalar"),
    "mod": ("_mod", "_ModScalar", "_RModScalar"),
    "power": ("_power", "_PowerScalar", "_RPowerScalar"),
    **{
        word: (f"_{word}", f"_{word}_scalar", f"_{word}_scalar")
        for word in ("equal", "not_equal", "greater", "greater_equal", "lesser", "lesser_equal")
    },
}

# Methods that call the operator of their name.
_METHODS = (
    *("abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "argmax"),
    *("argmax_channel", "argmin", "argsort", "broadcast_axes", "broadcast_like", "broadcast_to"),
    *("cbrt", "ceil", "clip", "cos", "cosh", "degrees", "depth_to_space", "diag", "exp"),
    *("expand_dims", "expm1", "fix", "flatten", "flip", "floor", "log", "log10", "log1p", "log2"),
    *("log_softmax", "max", "mean", "min", "nanprod", "nansum", "norm", "one_hot", "ones_like"),
    *("pad", "pick", "prod", "radians", "rcbrt", "reciprocal", "relu", "repeat", "reshape_like"),
    *("rint", "round", "rsqrt", "shape_array", "sigmoid", "sign", "sin", "sinh", "size_array"),
    *("slice", "slice_axis", "slice_like", "softmax", "softmin", "sort", "space_to_depth"),
    *("split", "sqrt", "square", "squeeze", "sum", "swapaxes", "take", "tan", "tanh", "tile"),
    *("topk", "transpose", "trunc", "zeros_like", "dot", "batch_dot", "erf", "erfinv"),
)


def _method(name: str) -> Callable[..., Any]:
    def method(self: Arithmetic, *args: Any, **kwargs: Any) -> Any:
        return self._call(name, name, self, *args, **kwargs)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"`mx.sym.{name}` with this symbol as its first argument."
    return method


for _name in _METHODS:
    setattr(Arithmetic, _name, _method(_name))

__all__ = ["Arithmetic", "heads_of"]
