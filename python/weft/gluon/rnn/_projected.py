"""LSTMs whose output is projected: r = h2r_weight h, which is what the next step and layer get (Sak
et al. 2014). There is no operator of all steps, so a sequence goes step by step."""

from typing import Any

from weft import np, npx
from weft.gluon.rnn._base import reversed_steps, unrolled


def projected_step(gates: Any, cell: Any, h2r_weight: Any) -> tuple[Any, list[Any]]:
    """One step of the sums (N, 4 U) of its gates: the output (N, P), and the states [r, c]."""
    let_in, keep, new, let_out = np.split(gates, 4, axis=1)
    cell = npx.sigmoid(keep) * cell + npx.sigmoid(let_in) * np.tanh(new)
    hidden = npx.sigmoid(let_out) * np.tanh(cell)
    projected = npx.fully_connected(hidden, h2r_weight, None)
    return projected, [projected, cell]


def projected_lstm(
    x: Any,
    state: Any,
    cell: Any,
    i2h_weight: Any,
    h2h_weight: Any,
    i2h_bias: Any,
    h2h_bias: Any,
    h2r_weight: Any,
    sequence_length: Any = None,
    *,
    reverse: bool = False,
) -> tuple[Any, Any, Any]:
    """`npx.lstm` with a projection.

    x: (T, N, C); state: r before the first step (N, P); cell: (N, U)
    h2h_weight: (4 U, P); h2r_weight: (P, U); others, `sequence_length`, `reverse`: as of `npx.lstm`

    Gives the outputs (T, N, P), and the last r and c.
    """
    steps, batch, _ = x.shape
    if steps == 0:
        return np.zeros((0, batch, h2r_weight.shape[0]), x.dtype), state, cell
    x = x.swapaxes(0, 1)
    if reverse:
        x = reversed_steps(x, sequence_length)
    # What the inputs give to the gates does not need the states: one product for all steps.
    gates = npx.fully_connected(x, i2h_weight, i2h_bias, flatten=False)

    def step(from_input: Any, states: list[Any]) -> Any:
        before, kept = states
        own = npx.fully_connected(before, h2h_weight, h2h_bias)
        return projected_step(from_input + own, kept, h2r_weight)

    outputs, last = unrolled(step, gates, [state, cell], sequence_length)
    if reverse:
        outputs = reversed_steps(outputs, sequence_length)
    return outputs.swapaxes(0, 1), last[0], last[1]


__all__ = ["projected_lstm", "projected_step"]
