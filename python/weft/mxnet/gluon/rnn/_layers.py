"""Recurrent networks with MXNet's arguments on those of Weft."""

from typing import Any

from weft._base.errors import Unsupported
from weft.mxnet.gluon._layers import layer
from weft.mxnet.gluon.block import HybridBlock
from weft.mxnet.gluon.rnn._cells import begin_states

_LACKING = ("projection_size", "h2r_weight_initializer", "state_clip_min", "state_clip_max")


def _translate(given: dict[str, Any]) -> None:
    for word in _LACKING:
        if given.pop(word, None) is not None:
            raise Unsupported(
                f"gluon.rnn.LSTM: `{word}` is not supported; `LSTMPCell(…).unroll` projects"
            )
    if given.pop("state_clip_nan", False):
        raise Unsupported("gluon.rnn.LSTM: `state_clip_nan` is not supported")
    if given.get("num_layers", 1) == 1:
        given.pop("dropout", None)  # it is between layers, and means nothing on one


class _Network(HybridBlock):
    """What the three networks have beside Weft's own."""

    def begin_state(
        self,
        batch_size: int = 0,
        func: Any = None,
        *,
        ctx: Any = None,
        device: Any = None,
        dtype: Any = None,
        **options: Any,
    ) -> list[Any]:
        """States before the first step, of zeros, or made by `func(shape)`."""
        return begin_states(self, batch_size, func, ctx, device, dtype, options)


def network(native: type, arguments: str, **defaults: Any) -> type:
    """The class of a network: see `_layers.layer`."""
    return layer(native, arguments, translate=_translate, base=_Network, **defaults)


__all__ = ["network"]
