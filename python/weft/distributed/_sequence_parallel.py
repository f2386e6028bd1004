"""Regions of a network in which each rank of a group has some of the positions (Korthikanti and
others, Reducing Activation Recomputation in Large Transformer Models, 2022).

Between products that ranks share (`_tensor_parallel.py`), what treats each position by itself, such
as norms, dropout and sums with what came before, is done by each rank for its positions alone. A
product by outputs gathers the positions; the one by inputs behind it adds up over ranks and leaves
each rank its positions: the same bytes as a sum, and activations of a part of the size between.
Arrays of a region have the axes (N, T, U), and T is a multiple of the ranks.
"""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core import collectives
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock

POSITIONS = 1  # the axis


class Gathered:
    """All positions of an array, for so many layers that take the same one."""

    def __init__(self, group: str, uses: int = 1) -> None:
        self._group, self._uses = group, uses
        self._last: tuple[Any, Any] | None = None
        self._left = 0

    def __call__(self, x: Any) -> Any:
        if self._last is None or self._last[0] is not x:
            ranks = collectives.place(self._group)[1]
            whole = npx.all_gather(x, axis=POSITIONS, ranks=ranks, group=self._group)
            self._last, self._left = (x, whole), self._uses
        found = self._last[1]
        self._left -= 1
        if self._left == 0:
            self._last = None
        return found


def scattered(x: Any, group: str) -> Any:
    """This rank's positions of the sum over ranks."""
    ranks = collectives.place(group)[1]
    return npx.reduce_scatter(x, axis=POSITIONS, ranks=ranks, group=group)


class PartNorm(HybridBlock):
    """A layer norm of this rank's positions: `norm` with its parameters, whose gradients are those
    of all positions."""

    def __init__(self, norm: Any, group: str) -> None:
        super().__init__()
        self.gamma = norm.gamma
        self.has_beta = isinstance(norm, nn.LayerNorm)
        if self.has_beta:
            self.beta = norm.beta
        self.axis, self.epsilon, self.group = norm.axis, norm.epsilon, group

    def forward(self, x: Any) -> Any:
        gamma = npx.copy_to_parts(self.gamma.data(), group=self.group)
        if not self.has_beta:
            return npx.rms_norm(x, gamma, axis=self.axis, eps=self.epsilon)
        beta = npx.copy_to_parts(self.beta.data(), group=self.group)
        return npx.layer_norm(x, gamma, beta, axis=self.axis, eps=self.epsilon)


class Region(nn.HybridSequential):
    """Layers one after another, of which each rank has its positions."""

    def __init__(self, layers: nn.HybridSequential, group: str) -> None:
        super().__init__(*layers)
        self.group = group

    def forward(self, x: Any) -> Any:
        rank, ranks = collectives.place(self.group)
        count = x.shape[POSITIONS] if x.ndim == 3 else 0
        if count == 0 or count % ranks:
            raise InvalidValue(
                "split_layers: a region by sequence takes arrays of (N, T, U) whose positions T "
                f"are a multiple of {ranks} ranks; got shape {x.shape}"
            )
        own = count // ranks
        # Its cotangent is the sum of what each rank has at its positions, and zero elsewhere.
        x = npx.copy_to_parts(x, group=self.group)[:, rank * own : (rank + 1) * own]
        x = super().forward(x)
        around = (rank * own, (ranks - 1 - rank) * own)
        return npx.sum_parts(np.pad(x, ((0, 0), around, (0, 0))), group=self.group)


__all__ = ["Gathered", "PartNorm", "Region", "scattered"]
