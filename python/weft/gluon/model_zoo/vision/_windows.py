"""Attention in windows of an image, with summands for the offsets between its tokens: what the
layers of Swin are made of.

N: batch, P: windows of an image, T: tokens of a window, U: units.
"""

import math
from typing import Any

from weft import init, np, npx
from weft._base.options import require
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn.attention import attend
from weft.gluon.parameter import Parameter


class WindowAttention(HybridBlock):
    """Attention among the tokens of each window, with a trained summand of the scores for each
    offset between two tokens: (N, P, T, U) to (N, P, T, U).

    `nn.MultiHeadAttention` has one axis for the batch, so summands that differ from window to
    window would have to be repeated for each sample.
    """

    def __init__(
        self, units: int, num_heads: int, window: tuple[int, int], dropout: float, qkv_bias: bool
    ) -> None:
        super().__init__()
        require(
            num_heads > 0 and units % num_heads == 0,
            "Swin",
            "num_heads",
            f"a divisor of the {units} units of its stage",
            num_heads,
        )
        self.num_heads, self.window = num_heads, window
        options: dict[str, Any] = {"flatten": False, "in_units": units}
        self.query = nn.Dense(units, use_bias=qkv_bias, **options)
        self.key = nn.Dense(units, use_bias=qkv_bias, **options)
        self.value = nn.Dense(units, use_bias=qkv_bias, **options)
        self.output = nn.Dense(units, **options)
        self.dropout = nn.Dropout(dropout)
        self._add_offsets()

    def _add_offsets(self) -> None:
        offsets = (2 * self.window[0] - 1) * (2 * self.window[1] - 1)
        self.offset_weight = Parameter(
            "offset_weight", shape=(offsets, self.num_heads), init=init.Normal(0.02)
        )

    def offset_table(self) -> Any:
        """The summand for each offset and head, ((2H - 1)(2W - 1), heads) for windows (H, W)."""
        return self.offset_weight.data()

    def comparable(self, q: Any, k: Any) -> tuple[Any, Any]:
        """Queries and keys whose products are the scores."""
        return q * q.shape[-1] ** -0.5, k

    def forward(self, x: Any, apart: Any = None) -> Any:
        """apart: (P, 1, T, T), true where a token shall not see another."""
        q, k, v = (self._heads(part(x)) for part in (self.query, self.key, self.value))
        q, k = self.comparable(q, k)
        summand = npx.embedding(self._offsets(), self.offset_table()).transpose(2, 0, 1)
        if apart is not None:
            summand = np.where(apart, summand - 100, summand)
        out = attend(q, k, v, summand, dropout=self.dropout, scale=1.0)
        return self.output(out.transpose(0, 1, 3, 2, 4).reshape(x.shape))

    def _heads(self, x: Any) -> Any:
        """(N, P, T, U) to (N, P, heads, T, U / heads)."""
        n, windows, tokens, units = x.shape
        split = (n, windows, tokens, self.num_heads, units // self.num_heads)
        return x.reshape(split).transpose(0, 1, 3, 2, 4)

    def _offsets(self) -> Any:
        """Which row of the table is for which two tokens, (T, T)."""
        height, width = self.window
        place = np.arange(height * width)
        row, column = place // width, place % width
        down = row.reshape(-1, 1) - row + height - 1
        right = column.reshape(-1, 1) - column + width - 1
        return down * (2 * width - 1) + right


class CosineAttention(WindowAttention):
    """Version 2: scores are cosines, scaled for each head, and a small network makes the summands
    of the offsets, so that they exist for windows of any size."""

    def _add_offsets(self) -> None:
        units = self.num_heads
        self.offset_mlp = nn.HybridSequential(
            nn.Dense(512, "relu", flatten=False, in_units=2),
            nn.Dense(units, flatten=False, in_units=512, use_bias=False),
        )
        self.logit_scale = Parameter(
            "logit_scale", shape=(units, 1, 1), init=init.Constant(math.log(10))
        )
        # Keys have no bias. torchvision stores one that it does not use.
        if self.query.bias is not None:
            self.unused_bias = Parameter(
                "unused_bias", "null", shape=self.query.bias.shape, init="zeros"
            )
            self.key = nn.Dense(
                self.key.units, flatten=False, in_units=self.key.units, use_bias=False
            )

    def offset_table(self) -> Any:
        down, right = (self._logarithmic(extent) for extent in self.window)
        shape = (down.size, right.size)
        grid = [np.broadcast_to(down.reshape(-1, 1), shape), np.broadcast_to(right, shape)]
        table = self.offset_mlp(np.stack(grid, axis=-1).reshape(-1, 2))
        return 16 * npx.sigmoid(table)

    @staticmethod
    def _logarithmic(extent: int) -> Any:
        """Offsets along an axis, from -1 to 1 in logarithmic steps."""
        offsets = np.arange(1 - extent, extent, dtype="float32") * (8 / max(extent - 1, 1))
        return np.sign(offsets) * np.log2(np.abs(offsets) + 1) / 3

    def comparable(self, q: Any, k: Any) -> tuple[Any, Any]:
        scale = np.exp(np.minimum(self.logit_scale.data(), math.log(100)))
        return _normalized(q) * scale, _normalized(k)


def _normalized(x: Any) -> Any:
    # Padding gives keys of length 0, for which this has a gradient where a root would have none.
    return x * npx.rsqrt(np.maximum((x * x).sum(axis=-1, keepdims=True), 1e-24))
