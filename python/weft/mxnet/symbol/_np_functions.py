"""Functions of `mx.sym.np` that are more than one operator, or whose arguments are not those of
their operators: of two operands of which one may be a number, products, parts, and names that
stand for another function.
"""

import numbers
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from weft._base.errors import InvalidType
from weft.mxnet.symbol._arithmetic import heads_of
from weft.mxnet.symbol._compose import call_operator
from weft.mxnet.symbol._symbol import Symbol


def _made(op: str, *args: Any, **kwargs: Any) -> Any:
    assert Symbol.np_kind is not None  # `symbol.numpy` fills it in
    given = {key: value for key, value in kwargs.items() if value is not None}
    return Symbol.np_kind(call_operator(op, op, args, given, heads_of))


# ---- two operands --------------------------------------------------------------------------------

# By name: the operator of two symbols, and that of a number before a symbol, if it is another one.
_PAIRS: dict[str, tuple[str, str]] = {
    **{
        word: (word, word)
        for word in (
            *("add", "multiply", "maximum", "minimum", "fmax", "fmin", "hypot", "lcm", "gcd"),
            *("equal", "not_equal", "logical_and", "logical_or", "logical_xor"),
            *("bitwise_and", "bitwise_or", "bitwise_xor", "logaddexp"),
        )
    },
    **{
        word: (word, f"r{word}")
        for word in (
            *("subtract", "true_divide", "mod", "fmod", "power", "arctan2", "copysign", "ldexp"),
            "floor_divide",
        )
    },
    "greater": ("greater", "less"),
    "greater_equal": ("greater_equal", "less_equal"),
    "less": ("less", "greater"),
    "less_equal": ("less_equal", "greater_equal"),
}


def _binary(name: str, two: str, back: str) -> Callable[..., Any]:
    def function(x1: Any, x2: Any, out: Any = None, **kwargs: Any) -> Any:
        is_first, is_second = isinstance(x1, Symbol), isinstance(x2, Symbol)
        if is_first and is_second:
            return _made(f"_npi_{two}", x1, x2, **kwargs)
        number = x2 if is_first else x1
        if not (is_first or is_second) or not isinstance(number, numbers.Number):
            raise InvalidType(
                f"{name}: must be given symbols, or a symbol and a number; got "
                f"{type(x1).__name__} and {type(x2).__name__}"
            )
        op = f"_npi_{two if is_first else back}_scalar"
        is_int = isinstance(number, numbers.Integral)
        return _made(op, x1 if is_first else x2, scalar=float(number), is_int=is_int, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"NumPy's `{name}` of two symbols, or of a symbol and a number."
    return function


# ---- products ------------------------------------------------------------------------------------


def ravel(x: Any, order: str = "C") -> Any:
    """All elements in one row."""
    return _made("_npi_reshape", x, newshape=(-1,))


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sums of products over axes: so many last and first ones, or those of two lists."""
    if isinstance(axes, numbers.Integral):
        return _made("_npi_tensordot_int_axes", a, b, axes=int(axes))
    ours, theirs = (tuple(x) if isinstance(x, Sequence) else (x,) for x in axes)
    return _made("_npi_tensordot", a, b, a_axes_summed=ours, b_axes_summed=theirs)


def inner(a: Any, b: Any) -> Any:
    """Sums of products over both last axes."""
    return tensordot(a, b, (-1, -1))


def outer(a: Any, b: Any) -> Any:
    """The products of all pairs of elements, as a matrix."""
    return tensordot(ravel(a), ravel(b), 0)


def vdot(a: Any, b: Any) -> Any:
    """The sum of products of all elements."""
    return tensordot(ravel(a), ravel(b), 1)


def einsum(subscripts: str, *operands: Any, out: Any = None, optimize: Any = False) -> Any:
    """Einstein's sum of products, as NumPy has it."""
    return _made("_npi_einsum", *operands, subscripts=subscripts, optimize=int(bool(optimize)))


# ---- arrays like others --------------------------------------------------------------------------


def full_like(a: Any, fill_value: float, dtype: Any = None, **kwargs: Any) -> Any:
    """An array of the shape of another one, of one number."""
    return _made("_npi_full_like", a, fill_value=float(fill_value), dtype=dtype)


def zeros_like(a: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """Zeros of the shape of another array."""
    return full_like(a, 0.0, dtype)


def ones_like(a: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """Ones of the shape of another array."""
    return full_like(a, 1.0, dtype)


def fliplr(m: Any) -> Any:
    """The second axis in reverse."""
    return _made("_npi_flip", m, axis=1)


def flipud(m: Any) -> Any:
    """The first axis in reverse."""
    return _made("_npi_flip", m, axis=0)


def _split_along(axis: int, name: str) -> Callable[..., Any]:
    def function(ary: Any, indices_or_sections: Any) -> Any:
        options: dict[str, Any] = {"axis": axis, "squeeze_axis": False}
        if isinstance(indices_or_sections, numbers.Integral):
            options["sections"] = int(indices_or_sections)
        else:
            options["indices"] = (0, *indices_or_sections)
        return _made("_split_v2", ary, **options)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Parts along axis {axis}: equal ones, or those between indices."
    return function


# ---- linear algebra and random numbers -----------------------------------------------------------


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors: the root of the sum of squares unless `ord` is 1."""
    if ord not in (None, 1, 2, "fro"):
        raise InvalidType(f"norm: `ord` of a symbol must be None, 1, 2 or 'fro'; got {ord!r}")
    if ord is None and axis is None and not keepdims:
        return _made("_npi_norm", x)
    power = 1 if ord == 1 else 2
    return _made("_npx_norm", x, ord=power, axis=axis, keepdims=keepdims)


def _of(op: str, name: str) -> Callable[..., Any]:
    def function(*args: Any, **kwargs: Any) -> Any:
        return _made(op, *args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The operator `{op}` on symbols."
    return function


_LINALG = ("cholesky", "svd", "qr", "eigh", "eigvalsh", "eig", "eigvals", "inv", "det", "slogdet")
linalg = SimpleNamespace(
    norm=_norm,
    pinv=lambda a, rcond=1e-15, hermitian=False: _made("_npi_pinv_scalar_rcond", a, rcond=rcond),
    **{name: _of(f"_npi_{name}", name) for name in (*_LINALG, "solve", "tensorinv", "tensorsolve")},
)


def _uniform(low: float = 0.0, high: float = 1.0, size: Any = None, dtype: Any = None) -> Any:
    return _made("_npi_uniform", low=float(low), high=float(high), size=size, dtype=dtype)


def _normal(loc: float = 0.0, scale: float = 1.0, size: Any = None, dtype: Any = None) -> Any:
    return _made("_npi_normal", loc=float(loc), scale=float(scale), size=size, dtype=dtype)


def _randint(low: int, high: int | None = None, size: Any = None, dtype: Any = "int32") -> Any:
    begin, end = (0, low) if high is None else (low, high)
    shape = () if size is None else size
    return _made("_random_randint", low=int(begin), high=int(end), shape=shape, dtype=dtype)


random = SimpleNamespace(
    uniform=_uniform,
    normal=_normal,
    randint=_randint,
    rand=lambda *size: _uniform(size=size),
    shuffle=_of("_npi_shuffle", "shuffle"),
)

# Names that stand for an operator of another name.
_OTHER = {
    **{"divide": "true_divide", "remainder": "mod"},
    **{"round": "around", "round_": "around", "product": "prod", "sometrue": "any"},
    **{"invert": "bitwise_not", "fabs": "abs", "row_stack": "vstack"},
}

FUNCTIONS: dict[str, Any] = {
    **{name: _binary(name, *pair) for name, pair in _PAIRS.items()},
    **{
        function.__name__: function
        for function in (
            *(ravel, tensordot, inner, outer, vdot, einsum, full_like, zeros_like, ones_like),
            *(fliplr, flipud),
        )
    },
    **{name: _split_along(axis, name) for axis, name in enumerate(("vsplit", "hsplit", "dsplit"))},
    "empty_like": zeros_like,
    "linalg": linalg,
    "random": random,
}
FUNCTIONS |= {
    name: FUNCTIONS[other] if other in FUNCTIONS else _of(f"_npi_{other}", name)
    for name, other in _OTHER.items()
}

__all__ = ["FUNCTIONS"]
