"""An optimizer with the states of all parameters: what a key-value store runs.

>>> from weft import np
>>> from weft import mxnet as mx
>>> updater = mx.optimizer.get_updater(mx.optimizer.SGD(learning_rate=0.5))
>>> weight = np.ones(2)
>>> updater(0, np.ones(2), weight)
>>> weight
array([0.5, 0.5])
"""

import pickle
from os import PathLike
from typing import TYPE_CHECKING, Any

from weft import autograd
from weft._base import spelling as _spelling
from weft._base.containers import sequence_of
from weft._core.typing import ndarray
from weft._mxnet_files import content as _files
from weft.mxnet.optimizer import _pickles
from weft.mxnet.optimizer._base import Optimizer
from weft.mxnet.optimizer._native import NativeOptimizer


class Updater:
    """`updater(index, grad, weight)` makes one update, and the state before the first one.

    Index, gradient and weight may be lists of as many.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.states: dict[Any, Any] = {}
        self.states_synced: dict[Any, bool] = {}
        self.aggregate_updates = getattr(optimizer, "aggregate_num", 1) > 1

    def __call__(self, index: Any, grad: Any, weight: Any) -> None:
        is_list = isinstance(index, list | tuple)
        indices, grads, weights = (
            (list(index), list(grad), list(weight)) if is_list else ([index], [grad], [weight])
        )
        with autograd.pause():
            for one, array in zip(indices, weights, strict=True):
                if one not in self.states:
                    self.states[one] = self.optimizer.create_state_multi_precision(one, array)
                    self.states_synced[one] = True
            states = [self.states[one] for one in indices]
            if self._takes_lists():
                self.optimizer.update_multi_precision(indices, weights, grads, states)
                return
            for one in zip(indices, weights, grads, states, strict=True):
                self.optimizer.update_multi_precision(*one)

    def _takes_lists(self) -> bool:
        """One of this package, which reads its options once for all parameters. Those of programs
        get one parameter at a time, as in MXNet; copies in float32 of gradients, too, are made one
        after the other."""
        kind = type(self.optimizer)
        is_ours = kind.update_multi_precision is Optimizer.update_multi_precision
        return is_ours and issubclass(kind, NativeOptimizer) and not self.optimizer.multi_precision

    def sync_state_context(self, state: Any, context: Any) -> Any:
        """The arrays of a state on another context."""
        if isinstance(state, ndarray):
            from weft.mxnet.device import Device

            return state.to_device(Device(context).native())
        if isinstance(state, list | tuple):
            return sequence_of(
                type(state), [self.sync_state_context(part, context) for part in state]
            )
        return state

    def set_states(self, states: bytes) -> None:
        """Sets what `get_states` gave, here or in MXNet.

        The bytes are read as data: arrays, numbers, containers, and optimizers and schedulers of
        rates whose classes are there already. Nothing that they name is called or imported.
        Raises OSError for all else.
        """
        self._set(_pickles.read(states))

    def load_states(self, path: str | PathLike[str], caller: str) -> None:
        """The same of a file. Raises OSError that names it."""
        self._set(_pickles.read_file(path, caller))

    def _set(self, found: Any) -> None:
        if isinstance(found, tuple) and len(found) == 2:
            self.states, self.optimizer = found
        else:
            self.states = found
        self.states_synced = dict.fromkeys(self.states, False)

    def get_states(self, dump_optimizer: bool = False) -> bytes:
        """The states as bytes, with the optimizer if asked for."""
        return pickle.dumps((self.states, self.optimizer) if dump_optimizer else self.states)

    def save_states(
        self, path: str | PathLike[str], caller: str, dump_optimizer: bool = False
    ) -> None:
        """Writes the same to a file. Raises OSError where it cannot be written."""
        _files.write_bytes(path, self.get_states(dump_optimizer), caller)


def get_updater(optimizer: Optimizer) -> Updater:
    """The updater of an optimizer."""
    return Updater(optimizer)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.optimizer.updater", {}, ("optimizer",))

__all__ = ["Updater", "get_updater"]
__dir__ = __all__.copy
