"""Layers of decoders whose queries and keys are turned by their positions: Llama, GPT-NeoX, Phi and
their kin.

N: batch, T and S: positions of queries and of what they attend to, U: units, D: units of a head.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from weft import np, npx
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.text.decoder import Decoder
from weft.gluon.model_zoo.text.rotary import Rotary, turned
from weft.gluon.nn.attention import attend, both, visible
from weft.gluon.parameter import Parameter


class RMSNorm(HybridBlock):
    """RMS norm; Gemma's has its factors stored less one."""

    def __init__(self, units: int, epsilon: float, offset: float = 0.0) -> None:
        super().__init__()
        self.epsilon, self.offset = epsilon, offset
        self.gamma = Parameter("gamma", shape=(units,), init="zeros" if offset else "ones")

    def forward(self, x: Any) -> Any:
        factors = self.gamma.data() + self.offset if self.offset else self.gamma.data()
        return npx.rms_norm(x, factors, eps=self.epsilon)


class RotaryAttention(HybridBlock):
    """Causal attention with rotary positions; keys and values may have fewer heads than queries.

    options: `qkv_bias`, `output_bias`; `attention_dropout`, 0 by default; `window`, how many
        positions one sees at most; `scale` and `softcap` of the scores
    head_norms: of the queries and of the keys of each head; none by default
    """

    def __init__(
        self,
        units: int,
        heads: int,
        shared: int,
        head_size: int,
        options: Mapping[str, Any],
        head_norms: Sequence[HybridBlock | None] = (None, None),
    ) -> None:
        super().__init__()
        self.heads, self.shared, self.head_size = heads, shared, head_size
        self.window = options.get("window")
        self.scale, self.softcap = options.get("scale"), options.get("softcap")
        bias = {"use_bias": options["qkv_bias"], "flatten": False, "in_units": units}
        self.query = nn.Dense(heads * head_size, **bias)
        self.key = nn.Dense(shared * head_size, **bias)
        self.value = nn.Dense(shared * head_size, **bias)
        self.output = nn.Dense(
            units,
            use_bias=options["output_bias"],
            flatten=False,
            in_units=heads * head_size,
        )
        self.dropout = nn.Dropout(options.get("attention_dropout", 0.0))
        self.query_norm, self.key_norm = head_norms

    def new_cache(self, batch: int, length: int) -> nn.KeyValueCache:
        """An empty cache of `length` positions for a batch, on the current device."""
        return nn.KeyValueCache.create(
            batch, self.shared, length, self.head_size, self.output.dtype
        )

    def forward(self, x: Any, turns: Any, seen: Any, mask: Any, cache: Any) -> Any:
        """(N, T, U) to (N, T, U).

        turns: cosines and sines of these positions; seen: who sees whom, without a cache
        mask: bools (N, 1, T, S), who may be seen at all; None for all
        """
        q = self._heads(self.query(x), self.heads, self.query_norm)
        k = self._heads(self.key(x), self.shared, self.key_norm)
        v = self._heads(self.value(x), self.shared, None)
        q, k = turned(q, turns), turned(k, turns)
        if cache is not None:
            k, v, seen = cache.append(k, v, self.window)
        causal = seen is None
        if mask is not None:
            seen = mask if seen is None else both(mask, seen)
        out = attend(
            *(q, k, v, seen),
            dropout=self.dropout,
            scale=self.scale,
            causal=causal,
            softcap=self.softcap,
        )
        n, _, t, _ = out.shape
        return self.output(out.transpose(0, 2, 1, 3).reshape(n, t, self.heads * self.head_size))

    def _heads(self, x: Any, heads: int, norm: Any) -> Any:
        x = x.reshape(x.shape[0], x.shape[1], heads, self.head_size)
        return (x if norm is None else norm(x)).transpose(0, 2, 1, 3)


class SequentialLayer(HybridBlock):
    """Attention, then the rest, each behind a norm and with a shortcut.

    post_norms: of what attention and the rest give, before it is added (Gemma 2)
    """

    def __init__(
        self,
        attention: RotaryAttention,
        ffn: HybridBlock,
        norms: Sequence[HybridBlock],
        dropout: float,
        post_norms: Sequence[HybridBlock | None] = (None, None),
    ) -> None:
        super().__init__()
        self.attention, self.ffn = attention, ffn
        self.attention_norm, self.ffn_norm = norms
        self.attention_post_norm, self.ffn_post_norm = post_norms
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Any, turns: Any, seen: Any, mask: Any, cache: Any) -> Any:
        attended = self.attention(self.attention_norm(x), turns, seen, mask, cache)
        x = x + self.dropout(_through(self.attention_post_norm, attended))
        return x + self.dropout(_through(self.ffn_post_norm, self.ffn(self.ffn_norm(x))))


class ParallelLayer(HybridBlock):
    """Attention and the rest beside each other, with one shortcut (GPT-NeoX, Phi).

    norms: before attention and before the rest; one of them for both
    """

    def __init__(
        self,
        attention: RotaryAttention,
        ffn: HybridBlock,
        norms: Sequence[HybridBlock],
        dropout: float,
    ) -> None:
        super().__init__()
        self.attention, self.ffn = attention, ffn
        self.attention_norm = norms[0]
        self.ffn_norm = norms[1] if len(norms) > 1 else None
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Any, turns: Any, seen: Any, mask: Any, cache: Any) -> Any:
        normed = self.attention_norm(x)
        attended = self.dropout(self.attention(normed, turns, seen, mask, cache))
        rest = self.ffn(normed if self.ffn_norm is None else self.ffn_norm(x))
        return x + attended + self.dropout(rest)


class RotaryDecoder(Decoder):
    """What networks of such layers have in common.

    A subclass has `embed`, `layers`, `norm` and `head`; without a head the scores are products with
    the rows of the embedding.

    windows: of each layer, how many positions one sees at most, or None
    embedding_scale: factor of the embeddings; softcap: c · tanh(scores / c) instead of the scores
    embed_dropout: of the embeddings
    """

    rotary: Rotary
    windows: Sequence[int | None]
    embedding_scale = 1.0
    softcap: float | None = None
    embed_dropout: nn.Dropout | None = None

    @property
    def turning_length(self) -> int | None:
        return self.rotary.limit

    def forward(self, tokens: Any, caches: Any = None, mask: Any = None) -> Any:
        """The scores.

        caches: of the tokens before, one for each layer; these tokens are appended
        mask: (N, S), not 0 where tokens count, S places of the caches or T; None for all. The
            first one of a row that counts has position 0
        """
        places = self.places(tokens, caches, mask)
        seen: dict[int | None, Any] = {}
        if caches is None:
            widths = {width for width in self.windows if width is not None}
            seen = {w: visible(places.columns, tokens.shape[1], w) for w in widths}
        turns = self.rotary.turns(places.positions)
        x = self.embed(tokens)
        if self.embedding_scale != 1:
            x = x * self.embedding_scale
        if self.embed_dropout is not None:
            x = self.embed_dropout(x)
        for i, layer in enumerate(self.layers):
            cache = None if caches is None else caches[i]
            x = layer(x, turns, seen.get(self.windows[i]), places.allowed, cache)
        x = self.norm(x)
        table = self.embed.weight
        scores = np.matmul(x, table.data().T) if self.head is None else self.head(x)
        return scores if self.softcap is None else np.tanh(scores / self.softcap) * self.softcap


def _through(norm: HybridBlock | None, x: Any) -> Any:
    return x if norm is None else norm(x)


__all__ = ["ParallelLayer", "RMSNorm", "RotaryAttention", "RotaryDecoder", "SequentialLayer"]
__dir__ = __all__.copy
