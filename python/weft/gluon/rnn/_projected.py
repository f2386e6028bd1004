"""LSTMs without an operator of all steps, so that a sequence goes step by step: those whose output
is projected, r = h2r_weight h, which is what the next step and layer get (Sak et al. 2014), and
those whose cells are held between two bounds."""

from typing import Any

from weft import np, npx
from weft.gluon.rnn._base import reversed_steps, unrolled


def projected_step(
    gates: Any, cell: Any, h2r_weight: Any, clip: tuple[float, float] | None = None
) -> tuple[Any, list[Any]]:
    """One step of the sums (N, 4 U) of its gates: the output (N, P), and the states [r, c].

    h2r_weight: None for outputs as they are; clip: the bounds of c
    """
    let_in, keep, new, let_out = np.split(gates, 4, axis=1)
    cell = npx.sigmoid(keep) * cell + npx.sigmoid(let_in) * np.tanh(new)
    if clip is not None:
        cell = np.clip(cell, *clip)
    hidden = npx.sigmoid(let_out) * np.tanh(cell)
    if h2r_weight is None:
        return hidden, [hidden, cell]
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
    h2r_weight: Any = None,
    sequence_length: Any = None,
    *,
    reverse: bool = False,
    clip: tuple[float, float] | None = None,
) -> tuple[Any, Any, Any]:
    """`npx.lstm` with a projection, or with bounds of the cells.

    x: (T, N, C); state: r before the first step (N, P); cell: (N, U)
    h2h_weight: (4 U, P); h2r_weight: (P, U), or None; clip: the least and the greatest c
    others, `sequence_length`, `reverse`: as of `npx.lstm`

    Gives the outputs (T, N, P), and the last r and c.
    """
    steps, batch, _ = x.shape
    if steps == 0:
        return np.zeros((0, batch, state.shape[1]), x.dtype), state, cell
    x = x.swapaxes(0, 1)
    if reverse:
        x = reversed_steps(x, sequence_length)
    # What the inputs give to the gates does not need the states: one product for all steps.
    gates = npx.fully_connected(x, i2h_weight, i2h_bias, flatten=False)

    def step(from_input: Any, states: list[Any]) -> Any:
        before, kept = states
        own = npx.fully_connected(before, h2h_weight, h2h_bias)
        return projected_step(from_input + own, kept, h2r_weight, clip)

    outputs, last = unrolled(step, gates, [state, cell], sequence_length)
    if reverse:
        outputs = reversed_steps(outputs, sequence_length)
    return outputs.swapaxes(0, 1), last[0], last[1]


__all__ = ["projected_lstm", "projected_step"]
