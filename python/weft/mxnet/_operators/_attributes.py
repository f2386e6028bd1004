"""Attributes of operators as files and programs write them.

A file has each as a text in Python's notation: `(3, 3)`, `[2,6]`, `True`, `1`, `None`, `float32`. A
text becomes a number, a bool, None, a tuple, or stays a text. Rules ask for what they need by the
functions below, so that `3`, `(3,)` and `[3]` mean the same to them, and `0` means False.
"""

import ast
import re
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._mxnet_files.records import DTYPES

# Attributes that say how MXNet computes, or what the inputs of a node say as well.
IGNORED = frozenset(
    {
        *("workspace", "cudnn_tune", "cudnn_off", "cudnn_algo_verbose", "cudnn_algo_fwd"),
        *("cudnn_algo_fwd_prec", "cudnn_algo_bwd_data", "cudnn_algo_bwd_data_prec"),
        *("cudnn_algo_bwd_filter", "cudnn_algo_bwd_filter_prec", "cudnn_tensor_core"),
        *("num_args", "ctx", "device", "name"),
    }
)

_LONG = re.compile(r"(?<=\d)L\b")  # integers of Python 2
_LONGEST = 1 << 16
_WORDS = {"true": True, "false": False, "none": None, "inf": float("inf"), "nan": float("nan")}
_WORDS |= {"-inf": float("-inf"), "True": True, "False": False, "None": None}


def parse(text: Any) -> Any:
    """What a text stands for; a value that is no text stays as it is."""
    if not isinstance(text, str):
        return text
    plain = text.strip()
    if plain in _WORDS:
        return _WORDS[plain]
    if not plain or len(plain) > _LONGEST or not (plain[0] in "([-+." or plain[0].isdigit()):
        return text
    try:
        value = ast.literal_eval(_LONG.sub("", plain))
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return text
    return _tupled(value) if isinstance(value, int | float | tuple | list | bool) else text


def _tupled(value: Any) -> Any:
    """Lists as tuples."""
    return tuple(map(_tupled, value)) if isinstance(value, tuple | list) else value


def read_shape(text: Any) -> tuple[int, ...] | None:
    """The shape that an annotation says; None where it says none."""
    value = parse(text)
    if type(value) is int:
        value = (value,)
    if isinstance(value, tuple) and all(type(extent) is int for extent in value):
        return value
    return None


def ints(value: Any, what: str, count: int | None = None, default: int | None = None) -> Any:
    """Integers as a tuple; a number stands for one of each axis where there is a count.

    default: what fills the tuple where nothing is given
    """
    value = parse(value)
    if isinstance(value, numpy.ndarray):
        value = tuple(value.tolist())
    if value is None or value == ():
        return () if count is None or default is None else (default,) * count
    if not isinstance(value, tuple | list):
        value = (value,) * (count or 1)
    numbers = tuple(map(_whole, value))
    if None in numbers:
        raise InvalidType(f"`{what}` must be integers; got {value!r}")
    if count is not None and len(numbers) != count:
        raise InvalidValue(f"`{what}` must have {count} numbers; got {value!r}")
    return numbers


def _whole(value: Any) -> int | None:
    if isinstance(value, int | numpy.integer):
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else None


def flag(value: Any) -> bool:
    """A bool, which may be written as a number or a text."""
    return bool(parse(value))


def dtype_of(value: Any, default: Any = None) -> Any:
    """The name of a dtype that is written as a name or a code; the default for None."""
    value = parse(value)
    if value is None or value == -1:
        return default
    if type(value) is int:
        if value not in DTYPES:
            raise InvalidValue(f"`dtype` {value} is no code of a dtype; they are {DTYPES}")
        return DTYPES[value]
    return "bool" if value in ("bool_", "boolean") else value


def is_integer(array: Any) -> bool:
    """Are its elements integers?"""
    return array.dtype.kind in "iu"


__all__ = ["IGNORED", "dtype_of", "flag", "ints", "is_integer", "parse", "read_shape"]
