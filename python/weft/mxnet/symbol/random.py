"""Random numbers as symbols: `mx.sym.random`.

Parameters are numbers, for one distribution, or symbols, for one of each element.
"""

from typing import Any

from weft._base.errors import InvalidType
from weft.mxnet.symbol._arithmetic import heads_of
from weft.mxnet.symbol._compose import call_operator
from weft.mxnet.symbol._functions import finder, names_behind
from weft.mxnet.symbol._symbol import Symbol


def _drawn(name: str, parameters: dict[str, Any], options: dict[str, Any]) -> Symbol:
    given = {key: value for key, value in options.items() if value is not None}
    kinds = {isinstance(value, Symbol) for value in parameters.values()}
    if kinds == {True, False}:
        raise InvalidType(f"{name}: {' and '.join(parameters)} must all be symbols, or all numbers")
    if True in kinds:
        op = f"_sample_{name}"
        return Symbol(call_operator(op, op, list(parameters.values()), given, heads_of))
    op = f"_random_{name}"
    return Symbol(call_operator(op, op, (), {**parameters, **given}, heads_of))


def uniform(
    low: Any = 0, high: Any = 1, shape: Any = None, dtype: Any = None, **kwargs: Any
) -> Symbol:
    """Numbers from `low` to `high`."""
    return _drawn("uniform", {"low": low, "high": high}, {"shape": shape, "dtype": dtype, **kwargs})


def normal(
    loc: Any = 0, scale: Any = 1, shape: Any = None, dtype: Any = None, **kwargs: Any
) -> Symbol:
    """Normal numbers of a mean and a standard deviation."""
    return _drawn(
        "normal", {"loc": loc, "scale": scale}, {"shape": shape, "dtype": dtype, **kwargs}
    )


def randn(*shape: int, loc: Any = 0, scale: Any = 1, **kwargs: Any) -> Symbol:
    """Normal numbers of a shape that is given as arguments, or is that of the symbol `data`."""
    if "data" in kwargs:
        data, given = kwargs.pop("data"), {"loc": loc, "scale": scale}
        given |= {key: value for key, value in kwargs.items() if key == "name"}
        op = "_random_normal_like"
        found = Symbol(call_operator(op, op, (data,), given, heads_of))
        dtype = {"dtype": kwargs.get("dtype", "float32")}
        return Symbol(call_operator("Cast", "Cast", (found,), dtype, heads_of))
    return normal(loc, scale, shape or None, **kwargs)


def exponential(scale: Any = 1, shape: Any = None, dtype: Any = None, **kwargs: Any) -> Symbol:
    """Exponential numbers of the mean `scale`."""
    rate = 1.0 / scale
    return _drawn("exponential", {"lam": rate}, {"shape": shape, "dtype": dtype, **kwargs})


def gamma(
    alpha: Any = 1, beta: Any = 1, shape: Any = None, dtype: Any = None, **kwargs: Any
) -> Symbol:
    """Gamma numbers of the shape `alpha` and the scale `beta`."""
    return _drawn(
        "gamma", {"alpha": alpha, "beta": beta}, {"shape": shape, "dtype": dtype, **kwargs}
    )


def poisson(lam: Any = 1, shape: Any = None, dtype: Any = None, **kwargs: Any) -> Symbol:
    """Poisson numbers of the mean `lam`."""
    return _drawn("poisson", {"lam": lam}, {"shape": shape, "dtype": dtype, **kwargs})


def negative_binomial(
    k: Any = 1, p: Any = 1, shape: Any = None, dtype: Any = None, **kwargs: Any
) -> Symbol:
    """How many failures come before `k` successes of the chance `p`."""
    return _drawn("negative_binomial", {"k": k, "p": p}, {"shape": shape, "dtype": dtype, **kwargs})


def generalized_negative_binomial(
    mu: Any = 1, alpha: Any = 1, shape: Any = None, dtype: Any = None, **kwargs: Any
) -> Symbol:
    """Negative binomial numbers of the mean `mu` and the dispersion `alpha`."""
    options = {"shape": shape, "dtype": dtype, **kwargs}
    return _drawn("generalized_negative_binomial", {"mu": mu, "alpha": alpha}, options)


def randint(low: int, high: int, shape: Any = None, dtype: Any = None, **kwargs: Any) -> Symbol:
    """Integers from `low` to below `high`."""
    return _drawn("randint", {"low": low, "high": high}, {"shape": shape, "dtype": dtype, **kwargs})


def multinomial(
    data: Symbol, shape: Any = None, get_prob: bool = False, dtype: Any = "int32", **kwargs: Any
) -> Symbol:
    """Classes drawn by their probabilities, which are the last axis of `data`."""
    given = {"get_prob": get_prob, "dtype": dtype, **kwargs}
    if shape is not None:
        given["shape"] = shape
    return Symbol(
        call_operator("_sample_multinomial", "_sample_multinomial", (data,), given, heads_of)
    )


def shuffle(data: Symbol, **kwargs: Any) -> Symbol:
    """The rows in another order."""
    return Symbol(call_operator("_shuffle", "_shuffle", (data,), kwargs, heads_of))


_PREFIXES = ("_random_", "_sample_")

__getattr__ = finder("weft.mxnet.symbol.random", _PREFIXES)

__all__ = [
    "exponential",
    "gamma",
    "generalized_negative_binomial",
    "multinomial",
    "negative_binomial",
    "normal",
    "poisson",
    "randint",
    "randn",
    "shuffle",
    "uniform",
]

__all__ += [name for name in names_behind(_PREFIXES) if name not in __all__]
__dir__ = __all__.copy
