"""What all cells of 1.x have in common: weights by name, first states, `unroll`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from weft import np
from weft._base.errors import InvalidState, InvalidValue
from weft.mxnet import symbol
from weft.mxnet.symbol import Symbol
from weft.mxnet.symbol._arrays import wrapped

Arrays = dict[str, Any]


class RNNParams:
    """The variables of a cell by name; cells that have the same object share weights."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._params: dict[str, Symbol] = {}

    def get(self, name: str, **kwargs: Any) -> Symbol:
        """The variable with the prefix and this name, which is made if there is none."""
        whole = self._prefix + name
        if whole not in self._params:
            self._params[whole] = symbol.Variable(whole, **kwargs)
        return self._params[whole]


class BaseRNNCell:
    """Base of cells. A subclass has `state_info`, and `__call__(inputs, states)`, which gives an
    output and the new states, for one step.
    """

    _gate_names: Sequence[str] = ()

    def __init__(self, prefix: str = "", params: RNNParams | None = None) -> None:
        self._own_params = params is None
        self._prefix = prefix
        self._params = RNNParams(prefix) if params is None else params
        self._modified = False
        self.reset()

    def reset(self) -> None:
        """Counts steps and states anew, before the cell is unrolled again."""
        self._init_counter = -1
        self._counter = -1
        for cell in getattr(self, "_cells", ()):
            cell.reset()

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> tuple[Symbol, list[Symbol]]:
        """One step: the output and the new states."""
        raise NotImplementedError(f"{type(self).__name__}: write `__call__`")

    @property
    def params(self) -> RNNParams:
        """The variables, for another cell to share."""
        self._own_params = False
        return self._params

    @property
    def state_info(self) -> list[dict[str, Any]]:
        """Shape and layout of each state; 0 is the batch."""
        raise NotImplementedError(f"{type(self).__name__}: write `state_info`")

    @property
    def state_shape(self) -> list[tuple[int, ...]]:
        """The shape of each state."""
        return [info["shape"] for info in self.state_info]

    def begin_state(
        self, func: Callable[..., Symbol] = symbol.zeros, **kwargs: Any
    ) -> list[Symbol]:
        """The states before the first step.

        func: makes one of a name and what `state_info` says: `mx.sym.zeros`, or `mx.sym.Variable`
        """
        self._require_outermost()
        found = []
        for info in self.state_info:
            self._init_counter += 1
            given = {**(info or {}), **kwargs}
            name = f"{self._prefix}begin_state_{self._init_counter}"
            found.append(func(name=name, **given))
        return found

    def _require_outermost(self) -> None:
        if self._modified:
            raise InvalidState(
                "begin_state: the cell is inside another one; ask that one for its states"
            )

    # ---- weights -----------------------------------------------------------------------------

    def unpack_weights(self, args: Mapping[str, Any]) -> Arrays:
        """The weights of each gate as arrays of their own: `lstm_i2h_i_weight`, …"""
        found = dict(args)
        count = len(self._gate_names)
        if not count:
            return found
        for group in ("i2h", "h2h"):
            for kind in ("weight", "bias"):
                whole = found.pop(f"{self._prefix}{group}_{kind}")
                rows = whole.shape[0] // count
                for number, gate in enumerate(self._gate_names):
                    part = whole[number * rows : (number + 1) * rows].copy()
                    found[f"{self._prefix}{group}{gate}_{kind}"] = part
        return found

    def pack_weights(self, args: Mapping[str, Any]) -> Arrays:
        """The way back from `unpack_weights`."""
        found = dict(args)
        if not self._gate_names:
            return found
        for group in ("i2h", "h2h"):
            for kind in ("weight", "bias"):
                names = [f"{self._prefix}{group}{gate}_{kind}" for gate in self._gate_names]
                parts = [found.pop(name) for name in names]
                found[f"{self._prefix}{group}_{kind}"] = wrapped(np.concatenate(parts))
        return found

    # ---- steps -------------------------------------------------------------------------------

    def unroll(
        self,
        length: int,
        inputs: Any,
        begin_state: Any = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
    ) -> tuple[Any, list[Symbol]]:
        """All steps: the outputs, and the last states.

        inputs: one symbol with time on the axis T of `layout`, or a list with one of each step
        begin_state: the first states; zeros by default
        merge_outputs: are outputs one symbol? By default a list, one of each step
        """
        self.reset()
        states = self.begin_state() if begin_state is None else begin_state
        return self._all_steps(length, inputs, states, layout, merge_outputs)

    def _all_steps(
        self, length: int, inputs: Any, states: Any, layout: str, merge: bool | None
    ) -> tuple[Any, list[Symbol]]:
        """What `unroll` does once there are first states."""
        steps, _ = normalized(length, inputs, layout, False)
        outputs = []
        for step in steps:
            output, states = self(step, states)
            outputs.append(output)
        found, _ = normalized(length, outputs, layout, merge)
        return found, states

    def _next_name(self) -> str:
        """Before the names of what the next step makes."""
        self._counter += 1
        return f"{self._prefix}t{self._counter}_"

    def _get_activation(self, inputs: Symbol, activation: Any, **kwargs: Any) -> Symbol:
        """An activation by its name, or what a function makes."""
        if isinstance(activation, str):
            return symbol.Activation(inputs, act_type=activation, **kwargs)
        return activation(inputs, **kwargs)


def normalized(
    length: int | None, inputs: Any, layout: str, merge: bool | None, in_layout: str | None = None
) -> tuple[Any, int]:
    """Steps as one symbol, or as a list, as `merge` asks for; and the axis of time.

    merge: None leaves them as they are
    """
    if inputs is None or layout.find("T") < 0:
        raise InvalidValue(f"unroll: `inputs` and a `layout` with T must be given; got {layout!r}")
    axis = layout.find("T")
    before = axis if in_layout is None else in_layout.find("T")
    if isinstance(inputs, Symbol) and len(inputs) == 1:
        if merge is False:
            steps = symbol.split(inputs, axis=before, num_outputs=length, squeeze_axis=1)
            return list(steps), axis
        found = inputs if axis == before else symbol.swapaxes(inputs, dim1=axis, dim2=before)
        return found, axis
    steps = list(inputs)
    if length is not None and len(steps) != length:
        raise InvalidValue(f"unroll: `inputs` must have {length} steps; got {len(steps)}")
    if merge:
        whole = [symbol.expand_dims(step, axis=axis) for step in steps]
        return symbol.concat(*whole, dim=axis), axis
    return steps, axis


__all__ = ["BaseRNNCell", "RNNParams", "normalized"]
