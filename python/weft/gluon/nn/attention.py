"""Attention and the layers of transformers (Vaswani et al., "Attention Is All You Need", 2017).

N: batch, T and S: positions of queries and of what they attend to, U: units, H: heads.
"""

from typing import Any, NamedTuple

from weft import autograd, np, npx
from weft._base.errors import IndexOutOfRange, InvalidValue
from weft._core import native
from weft._core.typing import DTypeLike, ndarray
from weft._trace.state import is_tracing
from weft.gluon._orders import check_heads
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn.activations import Activation
from weft.gluon.nn.basic import Dense
from weft.gluon.nn.containers import HybridSequential
from weft.gluon.nn.normalization import Dropout, LayerNorm

_bounded = native.operator("bounded_integers")


class KeyValueCache(NamedTuple):
    """Keys and values of the positions so far, which attention writes to.

    keys, values: shape (N, H, length, U / H); position: how many are filled, int64 without axes

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> attention = nn.MultiHeadAttention(8, num_heads=2)
    >>> attention.initialize()
    >>> x = np.random.normal(size=(1, 3, 8))
    >>> whole = attention(x, causal=True)
    >>> cache = attention.new_cache(1, length=3)
    >>> steps = [attention(x[:, t : t + 1], causal=True, cache=cache) for t in range(3)]
    >>> int(cache.position), bool(abs(np.concatenate(steps, axis=1) - whole).max() < 1e-5)
    (3, True)
    """

    keys: ndarray
    values: ndarray
    position: ndarray

    @staticmethod
    def create(
        batch: int, heads: int, length: int, head_size: int, dtype: DTypeLike
    ) -> "KeyValueCache":
        """An empty cache of `length` positions, on the current device."""
        shape = (batch, heads, length, head_size)
        keys, values = (np.zeros(shape, dtype=dtype) for _ in range(2))
        cache = KeyValueCache(keys, values, np.array(0, dtype="int64"))
        for array in cache:
            native.set_state(array, True)
        return cache

    def append(self, k: Any, v: Any, window: int | None = None) -> tuple[Any, Any, Any]:
        """Writes keys and values (N, H, T, D) behind what there is; gives all of both, and who
        sees whom, (T, length).

        window: how many positions one sees at most, with its own; None for all up to its own

        Raises IndexError when it is full; nothing is changed then.
        """
        steps, length = k.shape[2], self.keys.shape[2]
        positions, end = places_behind(self.position, steps, length)
        self.keys[:, :, positions] = k
        self.values[:, :, positions] = v
        self.position[...] = end
        return self.keys, self.values, visible(positions, length, window)

    def repeated(self, times: int) -> "KeyValueCache":
        """A cache that has each row of the batch `times` times, one behind the other."""
        batch, heads, length, size = self.keys.shape
        cache = KeyValueCache.create(batch * times, heads, length, size, self.keys.dtype)
        cache.keys[...] = np.repeat(self.keys, times, axis=0)
        cache.values[...] = np.repeat(self.values, times, axis=0)
        cache.position[...] = self.position
        return cache

    def reorder(self, rows: Any) -> None:
        """Has the rows (N,) of the batch instead of its own, in their order."""
        self.keys[...] = np.take(self.keys, rows, axis=0)
        self.values[...] = np.take(self.values, rows, axis=0)


def places_behind(position: Any, steps: int, length: int) -> tuple[Any, Any]:
    """The places (T,) of so many tokens behind `position`, and the next position, in a room of
    `length`. What is made of them waits for the check, so that a refused call changes nothing.

    Raises IndexError where there is no room, in a graph when it runs.
    """
    if not is_tracing() and position.item() + steps > length:
        raise IndexOutOfRange(
            f"KeyValueCache: it has room for {length} tokens, of which {position.item()} are "
            f"filled; got {steps} more"
        )
    ends = position + np.arange(0, steps + 1, 1, dtype="int64")
    what = f"it has room for {length} tokens; their number"
    checked = _bounded(ends, 0, length, "KeyValueCache", what, True)
    return checked[:-1], checked[0] + steps


def visible(positions: Any, length: int, window: int | None = None) -> Any:
    """Who sees whom: true where a position (T,) attends to a column, (T, length).

    window: how many positions one sees at most, with its own
    """
    rows = positions.reshape(-1, 1)
    columns = np.arange(0, length, 1, dtype="int64")
    seen = columns <= rows
    return seen if window is None else np.logical_and(seen, columns > rows - window)


def attend(
    q: Any,
    k: Any,
    v: Any,
    mask: Any = None,
    *,
    dropout: Dropout | None = None,
    scale: float | None = None,
    causal: bool = False,
    softcap: float | None = None,
) -> Any:
    """softmax(scale q kᵀ + mask) v of heads (…, H, T, D); keys and values may have fewer of them.

    mask: broadcasts to (…, H, T, S); bools, true to attend, or summands of the scores
    dropout: of the weights; scale: 1 / √D if None
    causal: a position attends to none behind its own
    softcap: c · tanh(scores / c) instead of the scores, before the mask
    """
    groups = q.shape[-3] // k.shape[-3]
    drops = dropout is not None and dropout.rate and autograd.is_training()
    if softcap is None and not drops:
        options = {"scale": scale, "causal": causal, "grouped": groups > 1}
        return npx.scaled_dot_product_attention(q, k, v, mask, **options)
    if groups > 1:
        k, v = np.repeat(k, groups, axis=-3), np.repeat(v, groups, axis=-3)
    factor = q.shape[-1] ** -0.5 if scale is None else scale
    scores = np.matmul(q * factor, np.swapaxes(k, -1, -2))
    if softcap is not None:
        scores = np.tanh(scores / softcap) * softcap
    if causal:
        rows, columns = np.arange(q.shape[-2]), np.arange(k.shape[-2])
        seen = columns <= rows.reshape(-1, 1)
        mask = seen if mask is None else both(mask, seen)
    if mask is not None:
        is_bool = mask.dtype.name == "bool"
        scores = np.where(mask, scores, -np.inf) if is_bool else scores + mask
    shares = npx.softmax(scores)
    return np.matmul(shares if dropout is None else dropout(shares), v)


def both(mask: Any, seen: Any) -> Any:
    """A mask, of bools or of summands, where something is seen, too."""
    if mask.dtype.name == "bool":
        return np.logical_and(mask, seen)
    return np.where(seen, mask, -np.inf)


def feed_forward(
    units: int,
    hidden_size: int,
    activation: str,
    *,
    use_bias: bool = True,
    dropout: float = 0.0,
) -> HybridSequential:
    """Two dense layers, `0` and `3`, with an activation and a dropout between them: (…, U) to
    (…, U)."""
    return HybridSequential(
        Dense(hidden_size, use_bias=use_bias, flatten=False, in_units=units),
        Activation(activation),
        Dropout(dropout),
        Dense(units, use_bias=use_bias, flatten=False, in_units=hidden_size),
    )


class MultiHeadAttention(HybridBlock):
    """softmax(query keyᵀ / √(U / H)) value in H heads, between dense layers.

    units: U, of the result and of all projections; num_heads: H, a divisor of U
    key_value_heads: heads of keys and values, a divisor of H, each for H / key_value_heads heads of
        queries (grouped-query attention); None for H
    qkv_bias: of queries, keys and values, as `use_bias` if None
    dropout: of the weights, in train mode
    in_units: of what is attended to and by; 0 for what the first call has

    >>> from weft import gluon, np
    >>> attention = gluon.nn.MultiHeadAttention(8, num_heads=2)
    >>> attention.initialize()
    >>> attention(np.ones((3, 5, 8))).shape
    (3, 5, 8)
    """

    def __init__(
        self,
        units: int,
        num_heads: int,
        *,
        key_value_heads: int | None = None,
        use_bias: bool = True,
        qkv_bias: bool | None = None,
        dropout: float = 0.0,
        in_units: int = 0,
        dtype: DTypeLike = "float32",
    ) -> None:
        super().__init__()
        shared = num_heads if key_value_heads is None else key_value_heads
        if units < 1 or num_heads < 1 or units % num_heads:
            is_order = units >= 1 and num_heads > units
            raise InvalidValue(
                "MultiHeadAttention: `num_heads` must be a divisor of `units`; got "
                f"{num_heads} and {units}" + ("; it takes (units, num_heads)" if is_order else "")
            )
        if shared < 1 or num_heads % shared:
            raise InvalidValue(
                "MultiHeadAttention: `key_value_heads` must be a divisor of `num_heads`; got "
                f"{shared} and {num_heads}"
            )
        self.units, self.num_heads, self.key_value_heads = units, num_heads, shared
        narrow = units // num_heads * shared
        options: dict[str, Any] = {"flatten": False, "dtype": dtype}
        inner = {**options, "use_bias": use_bias if qkv_bias is None else qkv_bias}
        self.query = Dense(units, in_units=in_units, **inner)
        self.key = Dense(narrow, in_units=in_units, **inner)
        self.value = Dense(narrow, in_units=in_units, **inner)
        self.output = Dense(units, in_units=units, use_bias=use_bias, **options)
        self.dropout = Dropout(dropout)

    def _lacks_batch_axis(self, shape: tuple[int, ...]) -> bool:
        return len(shape) == 2

    @property
    def dtype(self) -> DTypeLike:
        """The parameters', also after a `cast` of a block around this one."""
        return self.output.dtype

    def new_cache(self, batch: int, length: int) -> KeyValueCache:
        """An empty cache of `length` positions for a batch, on the current device."""
        head_size = self.units // self.num_heads
        return KeyValueCache.create(batch, self.key_value_heads, length, head_size, self.dtype)

    def forward(
        self,
        query: Any,
        key: Any = None,
        value: Any = None,
        mask: Any = None,
        *,
        causal: bool = False,
        cache: KeyValueCache | None = None,
    ) -> Any:
        """(N, T, U') to (N, T, U).

        key: (N, S, K), `query` if None; value: (N, S, V), `key` if None
        mask: broadcasts to (N, H, T, S); bools, true to attend, or summands of the scores
        causal: a position attends to none behind its own
        cache: of earlier positions; these keys and values are appended to it, and queries attend
            to all that it has, each to none behind its own position. Raises IndexError when it is
            full.
        """
        key = query if key is None else key
        value = key if value is None else value
        q = self._heads(self.query(query), self.num_heads)
        k = self._heads(self.key(key), self.key_value_heads)
        v = self._heads(self.value(value), self.key_value_heads)
        if cache is not None:
            causal = False
            k, v, seen = cache.append(k, v)
            mask = seen if mask is None else both(mask, seen)
        out = attend(q, k, v, mask, dropout=self.dropout, causal=causal)
        n, _, t, _ = out.shape
        return self.output(out.transpose(0, 2, 1, 3).reshape(n, t, self.units))

    @staticmethod
    def _heads(x: Any, heads: int) -> Any:
        """(N, T, U) to (N, H, T, U / H)."""
        if len(x.shape) != 3:
            raise InvalidValue(
                "MultiHeadAttention: `query`, `key` and `value` must have the axes (N, T, U); got "
                f"shape {x.shape}"
            )
        n, t, units = x.shape
        return x.reshape(n, t, heads, units // heads).transpose(0, 2, 1, 3)

    def describe(self) -> str:
        return f"{self.units}, heads={self.num_heads}"


class TransformerLayer(HybridBlock):
    """What encoder and decoder layers share: norms and shortcuts around each part."""

    def __init__(
        self,
        units: int,
        hidden_size: int,
        dropout: float,
        hidden_dropout: float | None,
        activation: str,
        pre_norm: bool,
        layer_norm_eps: float,
        parts: int,
    ) -> None:
        super().__init__()
        self.pre_norm = pre_norm
        between = dropout if hidden_dropout is None else hidden_dropout
        self.ffn = feed_forward(units, hidden_size, activation, dropout=between)
        self.dropout = Dropout(dropout)
        self.norms = HybridSequential(
            *(LayerNorm(epsilon=layer_norm_eps, in_channels=units) for _ in range(parts))
        )

    def around(self, norm: int, x: Any, part: Any) -> Any:
        """x and what a part makes of it, normalised before the part or after the sum."""
        if self.pre_norm:
            return x + self.dropout(part(self.norms[norm](x)))
        return self.norms[norm](x + self.dropout(part(x)))


class TransformerEncoderLayer(TransformerLayer):
    """Self-attention, then two dense layers, each with a shortcut and a layer norm.

    units: U; hidden_size: between the dense layers; num_heads: a divisor of U
    dropout: behind each part; hidden_dropout: between the dense layers, as `dropout` if None
    pre_norm: norms before each part rather than after the sum

    >>> from weft import gluon, np
    >>> layer = gluon.nn.TransformerEncoderLayer(8, hidden_size=16, num_heads=2)
    >>> layer.initialize()
    >>> layer(np.ones((3, 5, 8))).shape
    (3, 5, 8)
    """

    def __init__(
        self,
        units: int,
        hidden_size: int,
        num_heads: int,
        *,
        key_value_heads: int | None = None,
        dropout: float = 0.0,
        hidden_dropout: float | None = None,
        attention_dropout: float = 0.0,
        activation: str = "relu",
        pre_norm: bool = False,
        layer_norm_eps: float = 1e-5,
    ) -> None:
        check_heads(type(self).__name__, units, hidden_size, num_heads)
        norms = (pre_norm, layer_norm_eps, 2)
        super().__init__(units, hidden_size, dropout, hidden_dropout, activation, *norms)
        self.attention = MultiHeadAttention(
            units,
            num_heads,
            key_value_heads=key_value_heads,
            dropout=attention_dropout,
            in_units=units,
        )

    def forward(
        self,
        x: Any,
        mask: Any = None,
        *,
        causal: bool = False,
        cache: KeyValueCache | None = None,
    ) -> Any:
        """(N, T, U) to (N, T, U); `mask`, `causal` and `cache` as for `MultiHeadAttention`."""
        x = self.around(0, x, lambda y: self.attention(y, mask=mask, causal=causal, cache=cache))
        return self.around(1, x, self.ffn)


class TransformerDecoderLayer(TransformerLayer):
    """Causal self-attention, attention to a memory, then two dense layers; arguments as for
    `TransformerEncoderLayer`.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.TransformerDecoderLayer(units=8, hidden_size=16, num_heads=2)
    >>> layer.initialize()
    >>> layer(np.ones((1, 3, 8)), np.ones((1, 5, 8))).shape  # 3 positions that look at 5
    (1, 3, 8)
    """

    def __init__(
        self,
        units: int,
        hidden_size: int,
        num_heads: int,
        *,
        dropout: float = 0.0,
        hidden_dropout: float | None = None,
        attention_dropout: float = 0.0,
        activation: str = "relu",
        pre_norm: bool = False,
        layer_norm_eps: float = 1e-5,
    ) -> None:
        check_heads(type(self).__name__, units, hidden_size, num_heads)
        norms = (pre_norm, layer_norm_eps, 3)
        super().__init__(units, hidden_size, dropout, hidden_dropout, activation, *norms)
        self.attention = MultiHeadAttention(units, num_heads, dropout=attention_dropout)
        self.memory_attention = MultiHeadAttention(units, num_heads, dropout=attention_dropout)

    def forward(
        self,
        x: Any,
        memory: Any,
        mask: Any = None,
        memory_mask: Any = None,
        *,
        causal: bool = True,
        cache: KeyValueCache | None = None,
    ) -> Any:
        """(N, T, U) and a memory (N, S, U) to (N, T, U)."""
        x = self.around(0, x, lambda y: self.attention(y, mask=mask, causal=causal, cache=cache))
        x = self.around(1, x, lambda y: self.memory_attention(y, memory, mask=memory_mask))
        return self.around(2, x, self.ffn)


__all__ = [
    "KeyValueCache",
    "MultiHeadAttention",
    "TransformerDecoderLayer",
    "TransformerEncoderLayer",
]
__dir__ = __all__.copy
