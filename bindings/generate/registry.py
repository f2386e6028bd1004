"""The operators of a library by reflection: names, arguments, defaults, texts.

Only the C interface is used, through ctypes, so that a generator runs without the Python package.
"""

import ctypes
import math
from ctypes import (
    POINTER,
    byref,
    c_char_p,
    c_double,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_void_p,
)
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

_KINDS = {1: "tensor", 2: "int", 3: "float", 4: "bool", 5: "string", 6: "ints", 7: "dtype",
          9: "tensors", 10: "function"}  # fmt: skip
_DEFAULT, _NONE = 0, 8


class _As(ctypes.Union):
    _fields_ = [("integer", c_int64), ("real", c_double), ("text", c_void_p),
                ("ints", POINTER(c_int64))]  # fmt: skip


class _Value(ctypes.Structure):
    _fields_ = [("tag", c_uint32), ("count", c_uint32), ("content", _As)]


class _ArgumentInfo(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("doc", c_char_p), ("kind", c_int32), ("required", c_int32),
                ("keeps_dtype", c_int32), ("takes_none", c_int32),
                ("fallback", _Value)]  # fmt: skip


class _OpInfo(ctypes.Structure):
    _fields_ = [("struct_size", c_size_t), ("name", c_char_p), ("doc", c_char_p),
                ("place", c_char_p), ("promotion", c_char_p), ("like", c_char_p),
                ("no_gradient", c_char_p), ("composite", c_int32), ("elementwise", c_int32),
                ("random", c_int32), ("outputs", c_int32), ("inputs", c_int32),
                ("attributes", c_int32), ("arguments", POINTER(_ArgumentInfo))]  # fmt: skip


@dataclass(frozen=True)
class Argument:
    """An input or an attribute of an operator."""

    name: str
    doc: str
    kind: str  # tensor, tensors, int, float, bool, string, ints, dtype or function
    required: bool
    takes_none: bool
    fallback: str  # the default as people read it; "" for inputs and what is required

    @property
    def is_input(self) -> bool:
        return self.kind in ("tensor", "tensors")


@dataclass(frozen=True)
class Operator:
    """An operator with its arguments: inputs, then attributes."""

    name: str
    doc: str
    place: str  # np, npx or internal
    outputs: int  # 0: the arguments decide
    inputs: tuple[Argument, ...]
    attributes: tuple[Argument, ...]
    no_gradient: str

    @property
    def arguments(self) -> tuple[Argument, ...]:
        return self.inputs + self.attributes


class Library:
    """libweft as far as a generator needs it."""

    def __init__(self, path: Path) -> None:
        self._c = ctypes.CDLL(str(path))
        self._c.weft_op_at.restype = c_void_p
        self._c.weft_op_at.argtypes = [c_size_t]
        self._c.weft_op_count.restype = c_size_t
        self._c.weft_version.restype = c_char_p
        self._c.weft_dtype_name.restype = c_char_p
        self._c.weft_op_get_info.argtypes = [c_void_p, POINTER(_OpInfo)]
        self.version = self._c.weft_version().decode()

    def dtypes(self) -> dict[str, int]:
        """The names of dtypes with their numbers."""
        out: dict[str, int] = {}
        while name := self._c.weft_dtype_name(len(out)):
            out[name.decode()] = len(out)
        return out

    def operators(self) -> list[Operator]:
        """All operators in the order of their names."""
        found = [self._operator(index) for index in range(self._c.weft_op_count())]
        return sorted(found, key=lambda op: op.name)

    def _operator(self, index: int) -> Operator:
        info = _OpInfo(struct_size=ctypes.sizeof(_OpInfo))
        if status := self._c.weft_op_get_info(self._c.weft_op_at(index), byref(info)):
            raise RuntimeError(f"weft_op_get_info: operator {index}: status {status}")
        both = [self._argument(info.arguments[i]) for i in range(info.inputs + info.attributes)]
        return Operator(
            info.name.decode(), info.doc.decode(), info.place.decode(), info.outputs,
            tuple(both[: info.inputs]), tuple(both[info.inputs :]), info.no_gradient.decode(),
        )  # fmt: skip

    def _argument(self, info: _ArgumentInfo) -> Argument:
        kind = _KINDS[info.kind]
        shown = "" if info.required or kind in ("tensor", "tensors") else self._shown(info.fallback)
        return Argument(info.name.decode(), info.doc.decode(), kind, bool(info.required),
                        bool(info.takes_none), shown)  # fmt: skip

    def _shown(self, value: _Value) -> str:
        content = value.content
        match _KINDS.get(value.tag):
            case "int":
                return str(content.integer)
            case "float":
                whole = math.isfinite(content.real) and content.real == int(content.real)
                return str(int(content.real)) if whole else repr(content.real)
            case "bool":
                return "true" if content.integer else "false"
            case "string":
                return '"' + ctypes.string_at(content.text, value.count).decode() + '"'
            case "ints":
                return "[" + ", ".join(str(content.ints[i]) for i in range(value.count)) + "]"
            case "dtype":
                return self._c.weft_dtype_name(c_int32(content.integer)).decode()
            case _:
                return "none" if value.tag == _NONE else ""


# Operators that passes and gradient rules put into graphs: forms of kernels, adjoints, packed
# weights.
_OF_PLANS = [
    *("*_gradient", "*_adjoint", "*_packed", "*_blocked", "*_slope", "*_slopes", "*_elements"),
    *("*_rows", "*_steps", "*_order", "*_whole", "*_product", "pack_*", "lapack_*", "small_*"),
    *("quantized_*", "convolution_*", "pooling_*", "attention_*", "region_*", "fold_depth"),
    *("normalize_groups", "sample_pixels", "batch_norm_training", "recurrence", "pick_update"),
    *("resample", "widen", "narrow", "reinterpret", "window_sum", "pair", "scale_and_shift"),
    *("update", "with_values_along_axis", "unfold_depth"),
]


def offered(op: Operator) -> bool:
    """Is the operator for users? `callback` takes a function of the host, for which each language
    has its own way; the rest of what is left out is what plans are made of."""
    if any(argument.kind == "function" for argument in op.arguments):
        return False
    return op.place != "internal" or not any(fnmatch(op.name, form) for form in _OF_PLANS)
