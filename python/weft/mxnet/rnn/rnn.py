"""Checkpoints of recurrent networks. Weights are written gate by gate, so that cells of single
steps and fused ones read each other's."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

from weft.mxnet import _checkpoints as model


def _cells(cells: Any) -> list[Any]:
    return list(cells) if isinstance(cells, list | tuple) else [cells]


def save_rnn_checkpoint(
    cells: Any,
    prefix: str,
    epoch: int,
    symbol: Any,
    arg_params: Mapping[str, Any],
    aux_params: Mapping[str, Any],
) -> None:
    """Writes a checkpoint with the weights of these cells gate by gate."""
    arguments = dict(arg_params)
    for cell in _cells(cells):
        arguments = cell.unpack_weights(arguments)
    model.save_checkpoint(prefix, epoch, symbol, arguments, aux_params)


def load_rnn_checkpoint(cells: Any, prefix: str, epoch: int) -> tuple[Any, Any, Any]:
    """The symbol, the arguments and the states of such a checkpoint, for these cells."""
    symbol, arguments, states = model.load_checkpoint(prefix, epoch)
    for cell in _cells(cells):
        arguments = cell.pack_weights(arguments)
    return symbol, arguments, states


def do_rnn_checkpoint(cells: Any, prefix: str, period: int = 1) -> Callable[..., None]:
    """An epoch's callback that writes such a checkpoint each `period` epochs."""
    every = int(max(1, period))

    def save(iter_no: int, sym: Any = None, arg: Any = None, aux: Any = None) -> None:
        if (iter_no + 1) % every == 0:
            save_rnn_checkpoint(cells, prefix, iter_no + 1, sym, arg, aux)

    return save


def rnn_unroll(
    cell: Any,
    length: int,
    inputs: Any = None,
    begin_state: Any = None,
    input_prefix: str = "",
    layout: str = "NTC",
) -> Any:
    """Deprecated: `cell.unroll` has taken its place."""
    from weft.mxnet import symbol

    warnings.warn("rnn_unroll is deprecated; call cell.unroll", DeprecationWarning, stacklevel=2)
    if inputs is None:
        inputs = [symbol.Variable(f"{input_prefix}t{i}_data") for i in range(length)]
    return cell.unroll(length, inputs, begin_state, layout)


__all__ = ["do_rnn_checkpoint", "load_rnn_checkpoint", "rnn_unroll", "save_rnn_checkpoint"]
__dir__ = __all__.copy
