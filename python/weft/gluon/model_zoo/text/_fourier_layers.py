"""Layers that mix tokens by a Fourier transform: Lee-Thorp et al., "FNet: Mixing Tokens with
Fourier Transforms", 2022."""

from typing import Any

from weft import np
from weft.gluon.nn.attention import TransformerLayer


class FourierLayer(TransformerLayer):
    """The real part of the transform over tokens and units, then two dense layers, each with a
    shortcut and a layer norm. (N, T, U) to (N, T, U).

    Arguments as for `nn.TransformerEncoderLayer`.
    """

    def __init__(
        self,
        units: int,
        hidden_size: int,
        *,
        dropout: float,
        hidden_dropout: float | None,
        activation: str,
        layer_norm_eps: float,
    ) -> None:
        super().__init__(
            *(units, hidden_size, dropout, hidden_dropout, activation, False, layer_norm_eps, 2)
        )

    def forward(self, x: Any, mask: Any = None) -> Any:
        x = self.norms[0](x + np.real(np.fft.fft2(x)))
        return self.around(1, x, self.ffn)


__all__ = ["FourierLayer"]
__dir__ = __all__.copy
