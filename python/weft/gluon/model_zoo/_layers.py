"""Layers that networks for text and for images share."""

from typing import Any

from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock


class GatedFeedForward(HybridBlock):
    """down(activation(gate(x)) · up(x)), (..., U) to (..., U): Shazeer, "GLU Variants Improve
    Transformer", 2020."""

    def __init__(
        self,
        units: int,
        hidden_size: int,
        activation: str = "silu",
        *,
        use_bias: bool = True,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        options: dict[str, Any] = {"use_bias": use_bias, "flatten": False}
        self.gate = nn.Dense(hidden_size, in_units=units, **options)
        self.up = nn.Dense(hidden_size, in_units=units, **options)
        self.down = nn.Dense(units, in_units=hidden_size, **options)
        self.activation = nn.Activation(activation)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Any) -> Any:
        return self.down(self.dropout(self.activation(self.gate(x)) * self.up(x)))


__all__ = ["GatedFeedForward"]
__dir__ = __all__.copy
