"""Cells that are made of other cells: on top of each other, in two directions, with dropout."""

from collections.abc import Iterator
from typing import Any

from weft import autograd, np, npx
from weft._base.errors import InvalidState, InvalidType, Unsupported
from weft._base.options import require
from weft._core.typing import ndarray
from weft.gluon.block import Block
from weft.gluon.nn.containers import BlockItems
from weft.gluon.rnn._base import RecurrentCell, reversed_steps, unrolled


def _require_cell(where: str, argument: str, cell: Any) -> None:
    if not isinstance(cell, RecurrentCell):
        raise InvalidType(
            f"{where}: `{argument}` must be a recurrent cell; got {type(cell).__name__}"
        )


def _require_rates(where: str, **rates: float) -> None:
    for name, rate in rates.items():
        require(0 <= rate < 1, where, name, "in [0, 1)", rate)


class SequentialRNNCell(BlockItems, RecurrentCell):
    """Cells on top of each other: each gets the output of the one before. Its states are those of
    all, one after another.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.SequentialRNNCell(gluon.rnn.LSTMCell(4), gluon.rnn.GRUCell(3))
    >>> cell.initialize()
    >>> outputs, states = cell.unroll(np.ones((2, 5, 6)))
    >>> outputs.shape, [state.shape for state in states]
    ((2, 5, 3), [(2, 4), (2, 4), (2, 3)])
    """

    def __init__(self, *cells: RecurrentCell) -> None:
        super().__init__()
        self.add(*cells)

    def add(self, *cells: Block) -> None:
        """Appends cells."""
        for cell in cells:
            _require_cell(type(self).__name__, "cells", cell)
        super().add(*cells)

    def _cells(self) -> Iterator[Any]:
        return iter(self._children.values())

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Shape and layout of the states of all cells."""
        return [info for cell in self._cells() for info in cell.state_info(batch_size)]

    def output_shape(self, batch_size: int) -> tuple[int, ...] | None:
        """That of the last cell that has one of its own."""
        shapes = [cell.output_shape(batch_size) for cell in self._cells()]
        return next((shape for shape in reversed(shapes) if shape is not None), None)

    def begin_state(self, batch_size: int) -> list[ndarray]:
        """States of zeros of all cells."""
        return [state for cell in self._cells() for state in cell.begin_state(batch_size)]

    def _parts(self, states: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
        """Each cell with its states."""
        begin = 0
        for cell in self._cells():
            end = begin + len(cell.state_info())
            yield cell, list(states[begin:end])
            begin = end

    def forward(self, x: Any, states: Any) -> Any:  # type: ignore[override]
        after = []
        for cell, own in self._parts(states):
            x, own = cell(x, own)
            after += own
        return x, after

    def _no_steps(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        return self._unroll(inputs, states, None)

    def _unroll(self, inputs: Any, states: list[Any], valid_length: Any) -> tuple[Any, list[Any]]:
        after = []
        for cell, own in self._parts(states):
            inputs, own = cell.unroll(inputs, own, valid_length)
            after += own
        return inputs, after


class BidirectionalCell(RecurrentCell):
    """Two cells that read a sequence from its two ends; the outputs are side by side. There are no
    single steps: call `unroll`.

    l_cell, r_cell: from the first step to the last, and from the last to the first

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.BidirectionalCell(gluon.rnn.GRUCell(4), gluon.rnn.GRUCell(4))
    >>> cell.initialize()
    >>> cell.unroll(np.ones((2, 5, 3)))[0].shape
    (2, 5, 8)
    """

    def __init__(self, l_cell: RecurrentCell, r_cell: RecurrentCell) -> None:
        super().__init__()
        _require_cell("BidirectionalCell", "l_cell", l_cell)
        _require_cell("BidirectionalCell", "r_cell", r_cell)
        self.l_cell = l_cell
        self.r_cell = r_cell

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Shape and layout of the states of both."""
        return self.l_cell.state_info(batch_size) + self.r_cell.state_info(batch_size)

    def output_shape(self, batch_size: int) -> tuple[int, ...] | None:
        """Both outputs side by side."""
        left, right = (cell.output_shape(batch_size) for cell in (self.l_cell, self.r_cell))
        if left is None or right is None:
            return None
        return (left[0], left[1] + right[1], *left[2:])

    def begin_state(self, batch_size: int) -> list[ndarray]:
        """States of zeros of both."""
        return self.l_cell.begin_state(batch_size) + self.r_cell.begin_state(batch_size)

    def forward(self, x: Any, states: Any) -> Any:
        raise Unsupported("BidirectionalCell: there is no single step; call `unroll`")

    def _no_steps(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        return self._unroll(inputs, states, None)

    def _unroll(self, inputs: Any, states: list[Any], valid_length: Any) -> tuple[Any, list[Any]]:
        count = len(self.l_cell.state_info())
        left, left_states = self.l_cell.unroll(inputs, list(states[:count]), valid_length)
        back = reversed_steps(inputs, valid_length)
        right, right_states = self.r_cell.unroll(back, list(states[count:]), valid_length)
        outputs = np.concatenate([left, reversed_steps(right, valid_length)], axis=2)
        return outputs, left_states + right_states


class DropoutCell(RecurrentCell):
    """Dropout of its input, which is its output; it has no states.

    rate: probability of 0; axes: axes along which all elements share their fate

    >>> from weft import gluon, np
    >>> cells = gluon.rnn.HybridSequentialRNNCell(gluon.rnn.GRUCell(4), gluon.rnn.DropoutCell(0.5))
    >>> cells.initialize()
    >>> out, states = cells(np.ones((2, 3)), cells.begin_state(batch_size=2))
    >>> out.shape
    (2, 4)
    """

    def __init__(self, rate: float, axes: tuple[int, ...] = ()) -> None:
        super().__init__()
        _require_rates("DropoutCell", rate=rate)
        self.rate = rate
        self.axes = axes

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """None."""
        return []

    def output_shape(self, batch_size: int) -> tuple[int, ...] | None:
        """That of the input."""
        return None

    def forward(self, x: Any, states: Any) -> Any:
        if not autograd.is_training() or self.rate == 0:
            return x, []
        return npx.dropout(x, p=self.rate, axes=self.axes), []

    def describe(self) -> str:
        return f"rate={self.rate}, axes={self.axes}"


class ModifierCell(RecurrentCell):
    """Base of cells that change what another cell does; it has the other's states.

    >>> from weft import np
    >>> from weft.gluon import rnn
    >>> class Halved(rnn.ModifierCell):
    ...     def forward(self, x, states):
    ...         out, states = self.base_cell(x, states)
    ...         return out / 2, states
    >>> cell = Halved(rnn.GRUCell(4))
    >>> cell.initialize()
    >>> out, states = cell(np.ones((2, 3)), cell.begin_state(batch_size=2))
    >>> out.shape
    (2, 4)
    """

    def __init__(self, base_cell: RecurrentCell) -> None:
        super().__init__()
        _require_cell(type(self).__name__, "base_cell", base_cell)
        self.base_cell = base_cell

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Shape and layout of the states of the other cell."""
        return self.base_cell.state_info(batch_size)

    def output_shape(self, batch_size: int) -> tuple[int, ...] | None:
        """That of the other cell."""
        return self.base_cell.output_shape(batch_size)

    def begin_state(self, batch_size: int) -> list[ndarray]:
        """States of zeros of the other cell."""
        return self.base_cell.begin_state(batch_size)


class ResidualCell(ModifierCell):
    """Adds the input to the output (Wu et al. 2016), which must have its shape.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.ResidualCell(gluon.rnn.GRUCell(3))
    >>> cell.initialize()
    >>> out, states = cell(np.ones((2, 3)), cell.begin_state(batch_size=2))
    >>> out.shape
    (2, 3)
    """

    def forward(self, x: Any, states: Any) -> Any:
        output, after = self.base_cell(x, states)
        return output + x, after

    def _no_steps(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        return self._unroll(inputs, states, None)

    def _unroll(self, inputs: Any, states: list[Any], valid_length: Any) -> tuple[Any, list[Any]]:
        outputs, after = self.base_cell.unroll(inputs, states, valid_length)
        if valid_length is not None:
            inputs = npx.sequence_mask(inputs, valid_length, True, axis=1)
        return outputs + inputs, after


class ZoneoutCell(ModifierCell):
    """In train mode, elements keep what they were in the last step with a probability (Krueger et
    al. 2017).

    zoneout_outputs, zoneout_states: the probabilities

    With `zoneout_outputs` the last output is one more state, the last of them.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.ZoneoutCell(gluon.rnn.RNNCell(4), zoneout_states=0.1)
    >>> cell.initialize()
    >>> out, states = cell(np.ones((2, 3)), cell.begin_state(batch_size=2))
    >>> out.shape
    (2, 4)
    """

    def __init__(
        self, base_cell: RecurrentCell, zoneout_outputs: float = 0.0, zoneout_states: float = 0.0
    ) -> None:
        super().__init__(base_cell)
        rates = {"zoneout_outputs": zoneout_outputs, "zoneout_states": zoneout_states}
        _require_rates("ZoneoutCell", **rates)
        if isinstance(base_cell, BidirectionalCell):
            raise InvalidType("ZoneoutCell: `base_cell` must make single steps; put it inside")
        self.zoneout_outputs = zoneout_outputs
        self.zoneout_states = zoneout_states

    def _output_info(self, batch_size: int) -> list[dict[str, Any]]:
        if not self.zoneout_outputs:
            return []
        shape = self.base_cell.output_shape(batch_size)
        if shape is None:
            raise InvalidState(
                "ZoneoutCell: with `zoneout_outputs`, `base_cell` must have outputs of its own; "
                f"those of {type(self.base_cell).__name__} have the shape of the input"
            )
        return [{"shape": shape, "__layout__": "NC"}]

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Shape and layout of the states of the other cell, and of the output."""
        return self.base_cell.state_info(batch_size) + self._output_info(batch_size)

    def begin_state(self, batch_size: int) -> list[ndarray]:
        """States of zeros of the other cell, and an output of zeros."""
        states = self.base_cell.begin_state(batch_size)
        dtype = states[0].dtype if states else "float32"
        return states + [np.zeros(i["shape"], dtype) for i in self._output_info(batch_size)]

    def forward(self, x: Any, states: Any) -> Any:
        count = len(self.base_cell.state_info())
        before = list(states[:count])
        output, after = self.base_cell(x, before)
        if autograd.is_training():
            if self.zoneout_states:
                pairs = zip(after, before, strict=True)
                after = [_mixed(new, old, self.zoneout_states) for new, old in pairs]
            if self.zoneout_outputs:
                output = _mixed(output, states[count], self.zoneout_outputs)
        return output, [*after, output] if self.zoneout_outputs else after

    def describe(self) -> str:
        return f"zoneout_outputs={self.zoneout_outputs}, zoneout_states={self.zoneout_states}"


def _mixed(new: Any, old: Any, rate: float) -> Any:
    return np.where(npx.dropout(np.ones_like(new), p=rate) > 0, new, old)


class VariationalDropoutCell(ModifierCell):
    """Dropout that leaves out the same elements at all steps of a sequence (Gal and Ghahramani
    2016): of the inputs, of the first state, which is the hidden one, and of the outputs.

    In train mode call `unroll`, which draws them once: of single steps nobody knows where a
    sequence begins.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.VariationalDropoutCell(gluon.rnn.LSTMCell(4), drop_inputs=0.2)
    >>> cell.initialize()
    >>> outputs, states = cell.unroll(np.ones((2, 5, 3)))
    >>> outputs.shape, len(states)
    ((2, 5, 4), 2)
    """

    def __init__(
        self,
        base_cell: RecurrentCell,
        drop_inputs: float = 0.0,
        drop_states: float = 0.0,
        drop_outputs: float = 0.0,
    ) -> None:
        super().__init__(base_cell)
        rates = {
            "drop_inputs": drop_inputs,
            "drop_states": drop_states,
            "drop_outputs": drop_outputs,
        }
        _require_rates("VariationalDropoutCell", **rates)
        if drop_states and isinstance(base_cell, BidirectionalCell):
            raise InvalidType(
                "VariationalDropoutCell: with `drop_states`, `base_cell` must make single steps; "
                "put it inside of the BidirectionalCell"
            )
        self.drop_inputs = drop_inputs
        self.drop_states = drop_states
        self.drop_outputs = drop_outputs

    def forward(self, x: Any, states: Any) -> Any:
        if autograd.is_training() and (self.drop_inputs or self.drop_states or self.drop_outputs):
            raise InvalidState(
                "VariationalDropoutCell: in train mode call `unroll`, which draws what is left out "
                "once for a sequence; this is a single step"
            )
        return self.base_cell(x, states)

    def _no_steps(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        return self.base_cell.unroll(inputs, states)

    def _unroll(self, inputs: Any, states: list[Any], valid_length: Any) -> tuple[Any, list[Any]]:
        if not autograd.is_training():
            return self.base_cell.unroll(inputs, states, valid_length)
        if self.drop_inputs:
            inputs = inputs * np.expand_dims(_mask(inputs[:, 0], self.drop_inputs), 1)
        if self.drop_states:
            outputs, after = self._masked_steps(inputs, states, valid_length)
        else:
            outputs, after = self.base_cell.unroll(inputs, states, valid_length)
        if self.drop_outputs:
            outputs = outputs * np.expand_dims(_mask(outputs[:, 0], self.drop_outputs), 1)
        return outputs, after

    def _masked_steps(
        self, inputs: Any, states: list[Any], valid_length: Any
    ) -> tuple[Any, list[Any]]:
        if not states:
            raise InvalidState(
                "VariationalDropoutCell: with `drop_states`, `base_cell` must have states; "
                f"{type(self.base_cell).__name__} has none"
            )
        mask = _mask(states[0], self.drop_states)

        def step(x: Any, states: list[Any]) -> Any:
            first, *others = states
            return self.base_cell(x, [first * mask, *others])

        return unrolled(step, inputs, states, valid_length)

    def describe(self) -> str:
        rates = ("drop_inputs", "drop_states", "drop_outputs")
        return ", ".join(f"{name}={getattr(self, name)}" for name in rates)


def _mask(like: Any, rate: float) -> Any:
    return npx.dropout(np.ones_like(like), p=rate)


HybridRecurrentCell = RecurrentCell
HybridSequentialRNNCell = SequentialRNNCell

__all__ = [
    "BidirectionalCell",
    "DropoutCell",
    "HybridRecurrentCell",
    "HybridSequentialRNNCell",
    "ModifierCell",
    "ResidualCell",
    "SequentialRNNCell",
    "VariationalDropoutCell",
    "ZoneoutCell",
]
__dir__ = __all__.copy
