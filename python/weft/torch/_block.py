"""A converted module as a block, with the module's names of parameters, arguments and results."""

from typing import TYPE_CHECKING, Any

from weft import autograd
from weft._import.block import ImportedBlock, check_input, parameter_of
from weft._import.program import Program
from weft._import.run import run
from weft._import.values import is_array
from weft.gluon.hybrid_block import HybridBlock
from weft.torch._structure import arranged, built

if TYPE_CHECKING:
    from weft.torch._read import Read

# Of batch norms: how many batches they have seen.
_COUNTERS = "num_batches_tracked"


class TorchBlock(ImportedBlock):
    """A network that was a PyTorch module.

    Parameters have the names of the module's `state_dict`, two names where it has two for one.
    Buffers have `grad_req` 'null'; those that the module writes are written.
    """

    _watched_elsewhere = ImportedBlock._watched_elsewhere | {
        *("_arguments", "_results", "_values", "_updates")
    }

    def __init__(self, read: "Read") -> None:
        """read: with a rule at each node"""
        state = self.__dict__
        state["_arguments"], state["_results"] = read.arguments, read.results
        state["_updates"] = read.updates
        state["_values"] = {value: held.name for value, held in read.held.items()}
        super().__init__(read.program)
        state["_output_names"] = read.program.outputs[
            : len(read.program.outputs) - len(read.updates)
        ]
        shared: dict[int, Any] = {}
        for held in read.held.values():
            if held.identity not in shared:
                shared[held.identity] = parameter_of(held.name, held.value, held.is_trained)
            self._own_parameters[held.name] = shared[held.identity]

    def _take_parameters(self, program: Program) -> None:
        """A module says what its parameters are; constants of the program stay constants."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        flat = arranged(self._program.name, self._arguments, args, kwargs)
        found = HybridBlock.__call__(self, *flat)
        if self._results is None:
            return found
        return built(self._results, [found] if is_array(found) else list(found))

    def forward(self, *args: Any) -> Any:
        for port, value in zip(self._program.inputs, args, strict=True):
            check_input(self._program.name, port, value)
        parameters = self._own_parameters
        values = {value: parameters[name].data() for value, name in self._values.items()}
        outputs = run(self._program, list(args), values)
        count = len(outputs) - len(self._updates)
        for name, value in zip(self._updates, outputs[count:], strict=True):
            self._update(name, value)
        found = outputs[:count]
        return found[0] if len(found) == 1 else tuple(found)

    def _update(self, name: str, value: Any) -> None:
        """Writes a buffer; batches are counted in training."""
        if not name.endswith(_COUNTERS) or autograd.is_training():
            self._own_parameters[name].data()[...] = value


__all__ = ["TorchBlock"]
