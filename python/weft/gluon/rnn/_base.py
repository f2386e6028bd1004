"""What all recurrent cells have in common: their states, and the steps of a whole sequence."""

from collections.abc import Callable
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import DTypeLike, ndarray
from weft.gluon.hybrid_block import HybridBlock


class RecurrentCell(HybridBlock):
    """Base of cells: `cell(x, states)` makes one step and gives the output and the next states.

    A subclass writes `forward`, `state_info`, and `output_shape` where the output is not like the
    first state.

    >>> from weft import np
    >>> from weft.gluon import rnn
    >>> class Sum(rnn.RecurrentCell):
    ...     def state_info(self, batch_size=0):
    ...         return [{"shape": (batch_size, 2), "__layout__": "NC"}]
    ...     def forward(self, x, states):
    ...         total = x + states[0]
    ...         return total, [total]
    >>> outputs, states = Sum().unroll(np.ones((1, 3, 2)))
    >>> outputs
    array([[[1., 1.],
            [2., 2.],
            [3., 3.]]])
    """

    input_axes: int | None = None  # of a sequence; None: any

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Shape and layout of each state."""
        raise NotImplementedError

    @property
    def state_dtype(self) -> DTypeLike:
        """Of the states that `begin_state` makes."""
        return "float32"

    def output_shape(self, batch_size: int) -> tuple[int, ...] | None:
        """Of one step; None: that of its input."""
        return self.state_info(batch_size)[0]["shape"]

    def begin_state(self, batch_size: int) -> list[ndarray]:
        """States of zeros, before the first step."""
        return [np.zeros(info["shape"], self.state_dtype) for info in self.state_info(batch_size)]

    def unroll(
        self, inputs: Any, states: list[Any] | None = None, valid_length: Any = None
    ) -> tuple[Any, list[Any]]:
        """All steps of a sequence (N, T, C): the outputs (N, T, U) and the last states.

        states: before the first step; None: `begin_state`
        valid_length: (N,), how many steps each sequence has, from 0 to T: outputs behind are 0, and
            the last states are those of the last step that is there; None: all have T
        """
        if inputs.ndim < 3 or self.input_axes not in (None, inputs.ndim):
            wanted = {3: "(N, T, C)", None: "(N, T, ...)"}.get(self.input_axes, "(N, T, C, ...)")
            raise InvalidValue(
                f"{type(self).__name__}: `inputs` must have shape {wanted}; got {inputs.shape}"
            )
        states = self.begin_state(inputs.shape[0]) if states is None else list(states)
        if inputs.shape[1] == 0:
            return self._no_steps(inputs, states)
        return self._unroll(inputs, states, valid_length)

    def _unroll(self, inputs: Any, states: list[Any], valid_length: Any) -> tuple[Any, list[Any]]:
        """`unroll` with states, of at least one step."""
        return unrolled(self, inputs, states, valid_length)

    def _no_steps(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """The states as they are, with the history that steps would have given them."""
        batch, _, *features = inputs.shape
        output, _ = self(np.reshape(inputs, (0, *features)), [state[:0] for state in states])
        outputs = np.reshape(output, (batch, 0, *output.shape[1:]))
        nothing = np.sum(outputs)
        return outputs, [state + nothing for state in states]


def unrolled(
    step: Callable[[Any, list[Any]], Any], inputs: Any, states: list[Any], valid_length: Any
) -> tuple[Any, list[Any]]:
    """Outputs and last states of sequences of these lengths, of at least one step.

    step: gives the output and the next states, as a cell does
    """
    outputs, history = [], [states]
    for number in range(inputs.shape[1]):
        output, states = step(inputs[:, number], states)
        outputs.append(output)
        history.append(states)
    whole = np.stack(outputs, axis=1)
    if valid_length is None:
        return whole, states
    lengths = np.asarray(valid_length)
    masked = npx.sequence_mask(whole, lengths, True, axis=1)
    # The states before the first step count as one more.
    last = [
        npx.sequence_last(np.stack(steps), lengths + 1, True)
        for steps in zip(*history, strict=True)
    ]
    return masked, last


def reversed_steps(sequences: Any, valid_length: Any) -> Any:
    """Sequences (N, T, ...) from the last step that is there to the first."""
    if valid_length is None:
        return np.flip(sequences, axis=1)
    return npx.sequence_reverse(sequences, valid_length, True, axis=1)


__all__ = ["RecurrentCell", "reversed_steps", "unrolled"]
