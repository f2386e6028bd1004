"""Layers of encoder–decoders: attention, also to a memory, and the caches that decoders fill.

Keys and values of a memory are computed once for all steps of a decoder; heads may have any size,
and scores any scale, as T5 needs it.

N: batch, T and S: positions of queries and of what they attend to, U: units, H: heads, D: units of
a head.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from weft._base.errors import InvalidValue
from weft._core import native
from weft._core.typing import ndarray
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn.attention import attend, both


class KeysValues(NamedTuple):
    """Of a memory, for one layer: shape (N, H, S, D)."""

    keys: ndarray
    values: ndarray


class DecoderCaches(NamedTuple):
    """What a decoder keeps from step to step, which `weft.export` writes as state.

    own: of the tokens so far, one for each layer; a step appends to them
    memory: of each layer, which steps read
    mask: bools (N, 1, 1, S), true to attend to a position of the memory; None for all
    """

    own: list[nn.KeyValueCache]
    memory: list[KeysValues]
    mask: ndarray | None


class Attention(HybridBlock):
    """softmax(scale query keyᵀ + mask) value in H heads, between dense layers.

    head_units: D, U / H if None; scale: of the scores, 1 / √D if None
    key_bias: has the layer of the keys a bias, too? As `use_bias` if None
    dropout: of the weights, in train mode
    """

    def __init__(
        self,
        units: int,
        num_heads: int,
        *,
        head_units: int | None = None,
        use_bias: bool = True,
        key_bias: bool | None = None,
        scale: float | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if num_heads < 1 or (head_units is None and units % num_heads):
            raise InvalidValue(
                f"Attention: `num_heads` must be a divisor of `units`; got {num_heads} and {units}"
            )
        self.num_heads = num_heads
        self.head_units = head_units or units // num_heads
        self.scale = self.head_units**-0.5 if scale is None else scale
        inner = num_heads * self.head_units
        options: dict[str, Any] = {"flatten": False, "in_units": units}
        self.query = nn.Dense(inner, use_bias=use_bias, **options)
        self.key = nn.Dense(inner, use_bias=use_bias if key_bias is None else key_bias, **options)
        self.value = nn.Dense(inner, use_bias=use_bias, **options)
        self.output = nn.Dense(units, use_bias=use_bias, flatten=False, in_units=inner)
        self.dropout = nn.Dropout(dropout)

    def new_cache(self, batch: int, length: int) -> nn.KeyValueCache:
        """An empty cache of `length` positions for a batch, on the current device."""
        dtype = self.output.dtype
        return nn.KeyValueCache.create(batch, self.num_heads, length, self.head_units, dtype)

    def keys_values(self, x: Any) -> KeysValues:
        """Keys and values of (N, S, U)."""
        return KeysValues(self._heads(self.key(x)), self._heads(self.value(x)))

    def forward(
        self,
        x: Any,
        mask: Any = None,
        *,
        memory: KeysValues | None = None,
        causal: bool = False,
        cache: nn.KeyValueCache | None = None,
    ) -> Any:
        """(N, T, U) to (N, T, U).

        mask: broadcasts to (N, H, T, S); bools, true to attend, or summands of the scores
        memory: what queries attend to; x itself if None
        causal: a position attends to none behind its own
        cache: of earlier positions; those of x are appended, and each attends to none behind it
        """
        q = self._heads(self.query(x))
        k, v = memory or self.keys_values(x)
        if cache is not None:
            k, v, visible = cache.append(k, v)
            mask, causal = visible if mask is None else both(mask, visible), False
        out = attend(q, k, v, mask, dropout=self.dropout, scale=self.scale, causal=causal)
        n, _, t, _ = out.shape
        return self.output(out.transpose(0, 2, 1, 3).reshape(n, t, -1))

    def _heads(self, x: Any) -> Any:
        """(N, T, H D) to (N, H, T, D)."""
        n, t, _ = x.shape
        return x.reshape(n, t, self.num_heads, self.head_units).transpose(0, 2, 1, 3)


class Layer(HybridBlock):
    """Self-attention, attention to a memory if there is one, then dense layers; each with a
    shortcut, and a norm before it (`pre_norm`) or behind the sum."""

    def __init__(
        self,
        attention: Attention,
        ffn: HybridBlock,
        norms: Sequence[HybridBlock],
        *,
        memory_attention: Attention | None = None,
        dropout: float = 0.0,
        pre_norm: bool = True,
    ) -> None:
        super().__init__()
        self.pre_norm = pre_norm
        self.attention = attention
        self.memory_attention = memory_attention
        self.ffn = ffn
        self.norms = nn.HybridSequential(*norms)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        x: Any,
        mask: Any = None,
        memory: KeysValues | None = None,
        memory_mask: Any = None,
        *,
        causal: bool = False,
        cache: nn.KeyValueCache | None = None,
    ) -> Any:
        """(N, T, U) to (N, T, U); masks, `causal` and `cache` as for `Attention`."""
        x = self._around(0, x, lambda y: self.attention(y, mask, causal=causal, cache=cache))
        if self.memory_attention is not None:
            attend = self.memory_attention
            x = self._around(1, x, lambda y: attend(y, memory_mask, memory=memory))
        return self._around(-1, x, self.ffn)

    def _around(self, norm: int, x: Any, part: Any) -> Any:
        if self.pre_norm:
            return x + self.dropout(part(self.norms[norm](x)))
        return self.norms[norm](x + self.dropout(part(x)))


class Stack(HybridBlock):
    """Layers one after another, and a norm behind them where they have theirs in front.

    positions: gives summands of the scores, `positions.summands(queries, keys, first query)`
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        norm: HybridBlock | None = None,
        positions: Any = None,
    ) -> None:
        super().__init__()
        self.layers = nn.HybridSequential(*layers)
        self.norm = norm
        self.positions = positions

    def new_caches(self, memory: ndarray, length: int, mask: Any = None) -> DecoderCaches:
        """Caches for `length` tokens and a memory (N, S, U), of which `mask` leaves out some."""
        caches = DecoderCaches(
            [layer.attention.new_cache(memory.shape[0], length) for layer in self.layers],
            [layer.memory_attention.keys_values(memory) for layer in self.layers],
            mask,
        )
        kept = [array for part in caches.memory for array in part]
        for array in kept if mask is None else [*kept, mask]:
            native.set_state(array, True)
        return caches

    def remember(self, caches: DecoderCaches, memory: Any, mask: Any = None) -> None:
        """Begins again with another memory of the same shape: writes to caches that are there."""
        if (mask is None) != (caches.mask is None):
            raise InvalidValue("remember: `mask` must be given where the caches have one, else not")
        for layer, cache, kept in zip(self.layers, caches.own, caches.memory, strict=True):
            found = layer.memory_attention.keys_values(memory)
            kept.keys[...], kept.values[...] = found
            cache.position[...] = 0
        if caches.mask is not None:
            caches.mask[...] = mask

    def forward(
        self,
        x: Any,
        mask: Any = None,
        *,
        memory: Any = None,
        causal: bool = False,
        caches: DecoderCaches | None = None,
    ) -> Any:
        """(N, T, U) to (N, T, U).

        mask: bools (N, 1, 1, S): of the memory where there is one, else of x
        memory: (N, S, U), read by layers that attend to one; or `caches`, which have it
        causal: a position attends to none behind its own
        """
        is_decoder = memory is not None or caches is not None
        memory_mask = (mask if caches is None else caches.mask) if is_decoder else None
        own_mask = self._own_mask(x, None if is_decoder else mask, caches)
        for i, layer in enumerate(self.layers):
            cache = kept = None
            if caches is not None:
                cache, kept = caches.own[i], caches.memory[i]
            elif memory is not None:
                kept = layer.memory_attention.keys_values(memory)
            x = layer(x, own_mask, kept, memory_mask, causal=causal, cache=cache)
        return x if self.norm is None else self.norm(x)

    def _own_mask(self, x: Any, mask: Any, caches: DecoderCaches | None) -> Any:
        if self.positions is None:
            return mask
        steps = x.shape[1]
        keys = steps if caches is None else caches.own[0].keys.shape[2]
        first = None if caches is None else caches.own[0].position
        summands = self.positions.summands(steps, keys, first)
        return summands if mask is None else both(summands, mask)


__all__ = ["Attention", "DecoderCaches", "KeysValues", "Layer", "Stack"]
__dir__ = __all__.copy
