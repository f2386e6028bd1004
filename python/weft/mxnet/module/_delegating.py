"""What a module hands on as it is to what it runs on: its executors, or one of several modules."""

from typing import Any

from weft.mxnet.module.base_module import BaseModule


class DelegatingModule(BaseModule):
    """Base of modules whose steps are those of `_runs_on`, which they have once they are bound."""

    _runs_on: Any = None

    def backward(self, out_grads: Any = None) -> None:
        """The gradients of the last batch. out_grads: those of the outputs; losses need none."""
        self._require("backward")
        self._runs_on.backward(out_grads)

    def get_outputs(self, merge_multi_context: bool = True) -> list[Any]:
        """The outputs of the last `forward`."""
        self._require("get_outputs")
        return self._runs_on.get_outputs(merge_multi_context)

    def get_input_grads(self, merge_multi_context: bool = True) -> list[Any]:
        """The gradients of the data, of the last `backward`."""
        self._require("get_input_grads")
        return self._runs_on.get_input_grads(merge_multi_context)

    def get_states(self, merge_multi_context: bool = True) -> list[Any]:
        """The arrays of `state_names`."""
        self._require("get_states")
        return self._runs_on.get_states(merge_multi_context)

    def set_states(self, states: Any = None, value: Any = None) -> None:
        """Sets the arrays of `state_names`."""
        self._require("set_states")
        self._runs_on.set_states(states, value)

    def update_metric(self, eval_metric: Any, labels: Any, pre_sliced: bool = False) -> None:
        """Adds the outputs of the last batch, with its labels, to a metric."""
        self._require("update_metric")
        self._runs_on.update_metric(eval_metric, labels, pre_sliced)


__all__ = ["DelegatingModule"]
