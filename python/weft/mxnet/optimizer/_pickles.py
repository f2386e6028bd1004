"""States of optimizers as bytes: those that this package wrote, and those that MXNet did.

Both are pickles, which are read as data (`_stand_ins.py`): arrays, numbers, containers, and
optimizers and schedulers of rates whose classes this package or the program has already. MXNet's
arrays carry a record of a list file, which is read as such; its optimizers carry their options and
counts, which those of the same name here get.
"""

import pickle
import struct
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from math import prod
from os import PathLike, fspath
from typing import Any

import numpy

from weft._base.containers import sequence_of
from weft._base.errors import Error, FileFailure
from weft._base.spelling import public_module as _public_module
from weft._core import native
from weft._core.dtypes import EXTRA
from weft._mxnet_files import content as _files
from weft.mxnet.lr_scheduler import LRScheduler
from weft.mxnet.optimizer import _stand_ins
from weft.mxnet.optimizer._base import Optimizer, registry
from weft.mxnet.optimizer._stand_ins import StandIn

_ARRAYS = ("NDArray", "RowSparseNDArray", "CSRNDArray", "ndarray")
# What a program of MXNet kept beside options: parameters and symbols, which are not those here.
_LEFT_OUT = frozenset({"param_dict", "sym_info", "aggregate_num", "_all_index_update_counts"})
# What reading a damaged or hostile pickle raises.
_RAISED = (
    *(pickle.UnpicklingError, EOFError, ValueError, TypeError, LookupError, AttributeError),
    *(ImportError, MemoryError, OverflowError, RecursionError, UnicodeDecodeError),
)


def read(states: bytes, caller: str = "set_states") -> Any:
    """What a pickle has: states by index, or a pair of them and an optimizer.

    Raises OSError for bytes that are no pickle, and for one with anything else: a pickle can name
    any function, and none of them is called.
    """
    try:
        found = _Present().value(_stand_ins.read(states))
        if isinstance(found, dict) or _is_pair(found):
            return found
        raise TypeError(f"they are a {type(found).__name__}")
    except Error as error:
        raise FileFailure(f"{caller}: the states are refused: {error}") from None
    except _RAISED as error:
        raise FileFailure(
            f"{caller}: the states are damaged, or no states of an optimizer: "
            f"{str(error) or type(error).__name__}"
        ) from None


def _is_pair(found: Any) -> bool:
    """Is it states and an optimizer?"""
    if not isinstance(found, tuple) or len(found) != 2:
        return False
    return isinstance(found[0], dict) and isinstance(found[1], Optimizer)


def read_file(path: str | PathLike[str], caller: str) -> Any:
    """The same of a file. Raises OSError that names it."""
    return read(_files.read_bytes(path, caller), f"{caller}: {fspath(path)}")


class _Present:
    """Makes values of this package of what a pickle has; what is shared stays shared."""

    def __init__(self) -> None:
        # By identity; what has it is kept, or another value could get the same.
        self._made: dict[int, tuple[Any, Any]] = {}

    def value(self, found: Any) -> Any:
        """A value with arrays and optimizers in the places of stand-ins."""
        if isinstance(found, type):
            return _named(found)
        if not isinstance(found, StandIn | dict | list | tuple | set | frozenset):
            return found
        key = id(found)
        if key not in self._made:
            self._made[key] = found, self._container(found)
        return self._made[key][1]

    def _container(self, found: Any) -> Any:
        if isinstance(found, StandIn):
            return self._of_stand_in(found)
        if isinstance(found, dict):
            return {self.value(key): self.value(value) for key, value in found.items()}
        return sequence_of(type(found), [self.value(value) for value in found])

    def _of_stand_in(self, found: StandIn) -> Any:
        if found.name == ("", "call") and _is_old_maker(found.called):
            return self.array(found)
        if found.name in _RECONSTRUCTORS:  # what protocols 0 and 1 have for `cls.__new__(cls)`
            found = _rebuilt(found)
        module, name = found.name
        if module.split(".")[0] == "mxnet":
            if name in _ARRAYS:
                return _array_of(self.value(found.state))
            if module.startswith("mxnet.optimizer"):
                return self._optimizer(found)
            module = _public_module(module).__name__
        make = _MADE.get((module.replace("numpy._core", "numpy.core"), name))
        if make is not None:
            return make(self, found)
        return self._of_class(_class_of(module, name), found)

    def _optimizer(self, found: StandIn) -> Optimizer:
        made: Optimizer = registry.create(found.name[1])
        for name, value in found.state.items():
            if name in vars(made) and name not in _LEFT_OUT:
                setattr(made, name, self.value(value))
        made._all_index_update_counts = {0: made._index_update_count}
        return made

    def _of_class(self, kind: type, found: StandIn) -> Any:
        arguments = tuple(self.value(one) for one in found.arguments)
        state = self.value(found.state)
        if issubclass(kind, Optimizer | LRScheduler):
            made = kind.__new__(kind)
        else:
            made = kind(*arguments)
        if state is not None:
            for name, value in state.items():
                if not name.startswith("__"):
                    object.__setattr__(made, name, value)
        return made

    # ---- what others than this package have in pickles

    def array(self, found: StandIn) -> Any:
        """An array of this package from its bytes."""
        dtype, shape, data = self.value(list(found.arguments))
        if prod(shape) > 8 * len(data) or min(shape, default=0) < 0:
            raise ValueError(f"an array of shape {tuple(shape)} has {len(data)} bytes")
        return native.tensor_from_bytes(dtype, tuple(shape), data)

    def host_dtype(self, found: StandIn) -> numpy.dtype:
        """A dtype of NumPy by its name and order of bytes; those with fields are refused."""
        dtype = numpy.dtype(found.arguments[0])
        order = found.state[1] if found.state else "="
        if dtype.kind not in "biufcSUV" or dtype.fields or (found.state and found.state[3]):
            raise ValueError(f"dtype {dtype} is none of numbers")
        return dtype.newbyteorder(order if order in ("<", ">") else "=")

    def host_array(self, found: StandIn) -> numpy.ndarray:
        """An array of NumPy, whose state is its shape, dtype, order and bytes."""
        _, shape, dtype, by_columns, data = found.state
        return self._from_bytes(data, dtype, shape, "F" if by_columns else "C")

    def host_buffer(self, found: StandIn) -> numpy.ndarray:
        """An array of NumPy as protocol 5 has it."""
        data, dtype, shape, order = found.arguments
        return self._from_bytes(data, dtype, shape, order)

    def host_number(self, found: StandIn) -> Any:
        """A number of NumPy."""
        dtype, data = found.arguments
        return self._from_bytes(data, dtype, (), "C")[()]

    def _from_bytes(self, data: Any, dtype: Any, shape: Any, order: str) -> numpy.ndarray:
        content = data.encode("latin1") if isinstance(data, str) else self.value(data)
        flat = numpy.frombuffer(bytes(content), self.value(dtype))
        return flat.reshape(tuple(shape), order=order).copy("K")  # type: ignore[call-overload]

    def encoded(self, found: StandIn) -> bytes:
        """Bytes, as protocols below 3 have them."""
        text, *_ = found.arguments
        return str(text).encode("latin1")

    def ordered(self, found: StandIn) -> OrderedDict[Any, Any]:
        """A dict that was one with an order; older ones have a list of pairs."""
        pairs = found.arguments[0] if found.arguments else found.items
        return OrderedDict((self.value(key), self.value(value)) for key, value in pairs)

    def with_default(self, found: StandIn) -> Any:
        """A dict that makes what it lacks, by one of the plain types."""
        kinds = {kind.__name__: kind for kind in (int, float, dict, list, set)}
        made: Any = defaultdict(kinds.get(found.arguments[0].name[1]) if found.arguments else None)
        made.update({self.value(key): self.value(value) for key, value in found.items})
        return made


def _plain(kind: Callable[..., Any]) -> Callable[[_Present, StandIn], Any]:
    return lambda present, found: kind(*(present.value(one) for one in found.arguments))


def _bytes(kind: Callable[..., Any]) -> Callable[[_Present, StandIn], Any]:
    """From bytes alone, not from a length, which could be any."""

    def make(present: _Present, found: StandIn) -> Any:
        given = [present.value(one) for one in found.arguments[:1]]
        given = [one.encode("latin1") if isinstance(one, str) else one for one in given]
        if not all(isinstance(one, bytes | bytearray) for one in given):
            raise TypeError(f"`{kind.__name__}` gets no bytes")
        return kind(*given)

    return make


_RECONSTRUCTORS = (("copyreg", "_reconstructor"), ("copy_reg", "_reconstructor"))
_MADE: dict[tuple[str, str], Callable[[_Present, StandIn], Any]] = {
    ("weft._native", "tensor_from_bytes"): _Present.array,
    ("numpy", "dtype"): _Present.host_dtype,
    ("numpy.core.multiarray", "_reconstruct"): _Present.host_array,
    ("numpy.core.multiarray", "scalar"): _Present.host_number,
    ("numpy.core.numeric", "_frombuffer"): _Present.host_buffer,
    ("_codecs", "encode"): _Present.encoded,
    ("collections", "OrderedDict"): _Present.ordered,
    ("collections", "defaultdict"): _Present.with_default,
    **{
        (module, kind.__name__): _plain(kind)
        for module in ("builtins", "__builtin__")
        for kind in (complex, set, frozenset)
    },
    **{
        (module, kind.__name__): _bytes(kind)
        for module in ("builtins", "__builtin__")
        for kind in (bytes, bytearray)
    },
}


def _is_old_maker(called: StandIn) -> bool:
    """Is it how older versions named `weft._native.tensor_from_bytes`: as an attribute of what an
    `eval` would give?"""
    text = "__import__('importlib').import_module('weft._native')"
    if called.name[1] != "getattr" or called.arguments[1:] != ("tensor_from_bytes",):
        return False
    module = called.arguments[0]
    return isinstance(module, StandIn) and (module.name[1], module.arguments) == ("eval", (text,))


def _rebuilt(found: StandIn) -> StandIn:
    """The stand-in of the class that `copyreg._reconstructor` would have made an object of."""
    kind = found.arguments[0]
    if not (isinstance(kind, type) and issubclass(kind, StandIn)):
        raise TypeError("`copyreg._reconstructor` gets no class")
    made = kind()
    made.__setstate__(found.state)
    return made


def _class_of(module: str, name: str) -> type:
    """A class that is there: arrays and devices of this package, and optimizers and schedulers,
    those of the program among them. Raises TypeError for all else; nothing is imported."""
    waiting = list(_classes())
    while waiting:
        kind = waiting.pop()
        if (kind.__module__, kind.__qualname__) == (module, name):
            return kind
        waiting.extend(kind.__subclasses__())
    raise _unknown(module, name)


def _unknown(module: str, name: str) -> TypeError:
    return TypeError(
        f"they name `{module}.{name}`; states have arrays, numbers, containers, and classes that "
        "derive from `Optimizer` or `LRScheduler` and are defined already"
    )


def _classes() -> tuple[type, ...]:
    from weft.device import Device as NativeDevice
    from weft.mxnet.device import Device
    from weft.mxnet.ndarray._sparse_classes import CSRNDArray, RowSparseNDArray

    return (Optimizer, LRScheduler, native.ndarray, RowSparseNDArray, CSRNDArray, Device,
            NativeDevice)  # fmt: skip


def _named(kind: type) -> Any:
    """What a pickle names and does not call: only dtypes."""
    module, name = getattr(kind, "name", ("", ""))
    if module.split(".")[0] == "weft" and name in EXTRA:
        return EXTRA[name]
    raise _unknown(module, name)


def _array_of(state: Any) -> Any:
    from weft.mxnet import ndarray

    record = bytes(state["handle"] or b"")
    if not record:
        return None
    # A list file of this one record, without names.
    head = struct.pack("<QQQ", 0x112, 0, 1)
    return ndarray.load_frombuffer(head + record + struct.pack("<Q", 0))[0]


__all__ = ["read", "read_file"]
