"""Mixtures of experts: Shazeer et al., "Outrageously Large Neural Networks", 2017, as Mixtral has
them (Jiang et al. 2024)."""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.dimensions import Extent
from weft._trace.state import is_tracing
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._layers import GatedFeedForward


class Experts(HybridBlock):
    """A router chooses for each token some of many gated parts; the result is their mean by its
    shares. (N, T, U) to (N, T, U).

    An expert that no token needs does not run, so a step of generation costs what its few experts
    cost. One that some tokens need runs for all of them. In a graph all experts run, but for one of
    a single token.

    experts: how many there are; chosen: how many a token has
    normalize: do the shares of those chosen sum to 1? Else they are what they are among all
    """

    def __init__(
        self,
        units: int,
        hidden_size: int,
        experts: int,
        chosen: int,
        activation: str = "silu",
        normalize: bool = True,
    ) -> None:
        super().__init__()
        if not 1 <= chosen <= experts:
            raise InvalidValue(
                f"Llama: `experts_per_token` must be in [1, {experts}], the experts that there "
                f"are; got {chosen}"
            )
        self.chosen, self.normalize = chosen, normalize
        # Where ranks of a group share the experts: those of this process, and the group.
        self.own: range | None = None
        self.group: str | None = None
        self.router = nn.Dense(experts, use_bias=False, flatten=False, in_units=units)
        self.experts = nn.HybridSequential(
            *(
                GatedFeedForward(units, hidden_size, activation, use_bias=False)
                for _ in range(experts)
            )
        )

    def forward(self, x: Any) -> Any:
        shares, places = npx.topk(npx.softmax(self.router(x).astype("float32")), self.chosen)
        if self.normalize:
            shares = shares / shares.sum(axis=-1, keepdims=True)
        shares = shares.astype(x.dtype)
        if self.group is not None:
            x = npx.copy_to_parts(x, group=self.group)
            shares = npx.copy_to_parts(shares, group=self.group)
        total = np.zeros_like(x)
        for number, expert in enumerate(self.experts):
            if self.own is not None and number not in self.own:
                continue
            own = np.where(places == number, shares, np.zeros_like(shares))
            total = _with(total, x, own.sum(axis=-1, keepdims=True), expert)
        return total if self.group is None else npx.sum_parts(total, group=self.group)


def _with(total: Any, x: Any, shares: Any, expert: HybridBlock) -> Any:
    """The total, and an expert's part by the shares (N, T, 1) of the tokens."""

    def both(total: Any, x: Any, shares: Any) -> Any:
        return total + expert(x) * shares

    # Branches of a graph need extents that are known; an open one is never traced as 1.
    if is_tracing() and not all(_is_one(extent) for extent in x.shape[:2]):
        return both(total, x, shares)
    return npx.cond(np.any(shares != 0), both, lambda total, x, shares: total, [total, x, shares])


def _is_one(extent: int) -> bool:
    return not isinstance(extent, Extent) and extent == 1


__all__ = ["Experts"]
__dir__ = __all__.copy
