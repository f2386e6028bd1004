"""States of optimizers as bytes: those that this package wrote, and those that MXNet did.

MXNet pickled its own classes. Arrays among them carry a record of a list file, which is read as
such; an optimizer carries its options and counts, which that of its name here gets.
"""

import io
import pickle
import struct
from typing import Any

from weft._base.containers import sequence_of
from weft._base.spelling import public_module as _public_module
from weft.mxnet.optimizer._base import Optimizer, registry

_ARRAYS = ("NDArray", "RowSparseNDArray", "CSRNDArray", "ndarray")
# What a program of MXNet kept beside options: parameters and symbols, which are not those here.
_LEFT_OUT = frozenset({"param_dict", "sym_info", "aggregate_num", "_all_index_update_counts"})


class _Array:
    """In the place of an array of MXNet, whose state is the bytes of its record."""

    def __init__(self, *_: Any) -> None:
        self.record = b""

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.record = bytes(state["handle"] or b"")


class _Options:
    """In the place of an optimizer of MXNet; its attributes are the optimizer's."""


class _Reader(pickle.Unpickler):
    """Finds stand-ins for MXNet's arrays and optimizers, and this package's other classes."""

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] != "mxnet":
            return super().find_class(module, name)
        if name in _ARRAYS:
            return _Array
        if module.startswith("mxnet.optimizer"):
            return type(name, (_Options,), {})
        return getattr(_public_module(module), name)


def read(states: bytes) -> Any:
    """What a pickle has: states by index, or a pair of them and an optimizer.

    Raises pickle.UnpicklingError, and what its classes raise, for bytes that are no pickle.
    """
    return _present(_Reader(io.BytesIO(states)).load())


def _present(found: Any) -> Any:
    """The values with arrays and optimizers of this package in the places of stand-ins."""
    if isinstance(found, _Array):
        return _array_of(found.record)
    if isinstance(found, _Options):
        return _optimizer_of(found)
    if isinstance(found, dict):
        return {key: _present(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return sequence_of(type(found), [_present(value) for value in found])
    return found


def _array_of(record: bytes) -> Any:
    from weft.mxnet import ndarray

    if not record:
        return None
    # A list file of this one record, without names.
    head = struct.pack("<QQQ", 0x112, 0, 1)
    return ndarray.load_frombuffer(head + record + struct.pack("<Q", 0))[0]


def _optimizer_of(found: _Options) -> Optimizer:
    made: Optimizer = registry.create(type(found).__name__)
    for name, value in vars(found).items():
        if name in vars(made) and name not in _LEFT_OUT:
            setattr(made, name, _present(value))
    made._all_index_update_counts = {0: made._index_update_count}
    return made


__all__ = ["read"]
