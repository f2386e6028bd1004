"""Attention and rotary embeddings.

What `npx.scaled_dot_product_attention` can say goes there, because its kernel stores no matrix of
scores. Soft caps and scores as an output are written out. B batch, H heads, L queries, S keys.
"""

import math
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.onnx._rules._table import RULES as rules

_NEVER = -math.inf


def _heads(x: ndarray, heads: int | None) -> ndarray:
    """(B, L, H D) as (B, H, L, D)."""
    if x.ndim == 4:
        return x
    if x.ndim != 3 or not heads or x.shape[2] % heads:
        raise InvalidValue(f"an input of shape {x.shape} has no {heads} heads")
    return np.swapaxes(x.reshape((x.shape[0], x.shape[1], heads, x.shape[2] // heads)), 1, 2)


# ---- masks --------------------------------------------------------------------------------------


def _with_keys(mask: ndarray, keys: int) -> ndarray:
    """A mask that is shorter than the keys hides those behind it."""
    missing = keys - mask.shape[-1]
    if isinstance(missing, Extent) or missing <= 0:
        return mask
    shape = (*mask.shape[:-1], missing)
    if mask.dtype.kind == "b":
        return np.concatenate((mask, np.zeros(shape, dtype="bool")), -1)
    return np.concatenate((mask, np.full(shape, _NEVER, dtype=mask.dtype)), -1)


def _both(mask: Any, allowed: Any) -> Any:
    """A mask and bools together; each may be absent."""
    if mask is None or allowed is None:
        return allowed if mask is None else mask
    if mask.dtype.kind == "b":
        return np.logical_and(mask, allowed)
    return np.where(allowed, mask, np.full((), _NEVER, dtype=mask.dtype))


def _allowed(queries: int, keys: int, offset: Any, is_causal: int, left: int, right: int) -> Any:
    """The keys that a query may see by its position, which `offset` keys precede; None: all."""
    if not is_causal and left < 0 and right < 0:
        return None
    position = np.arange(queries).reshape((-1, 1)) + offset
    key = np.arange(keys)
    found = None
    if is_causal or right >= 0:
        found = key <= position + (0 if is_causal else right)
    if left >= 0:
        near = key >= position - left
        found = near if found is None else np.logical_and(found, near)
    return found


# ---- attention ----------------------------------------------------------------------------------


@rules("Attention")
def _attention(
    q: Array,
    k: Array,
    v: Array,
    attn_mask: Array = None,
    past_key: Array = None,
    past_value: Array = None,
    nonpad_kv_seqlen: Array = None,
    *,
    is_causal: int = 0,
    kv_num_heads: int | None = None,
    left_window_size: int = -1,
    q_num_heads: int | None = None,
    qk_matmul_output_mode: int = 0,
    right_window_size: int = -1,
    scale: float | None = None,
    softcap: float = 0.0,
    softmax_precision: int | None = None,
    _: Any,
) -> tuple[Any, ...]:
    is_flat = q.ndim == 3
    q, k, v = _heads(q, q_num_heads), _heads(k, kv_num_heads), _heads(v, kv_num_heads)
    offset: Any = 0
    if past_key is not None:
        offset = past_key.shape[2]
        k, v = np.concatenate((past_key, k), 2), np.concatenate((past_value, v), 2)
    queries, keys = q.shape[2], k.shape[2]
    mask = None if attn_mask is None else _with_keys(attn_mask, keys)
    has_windows = left_window_size >= 0 or right_window_size >= 0
    # One query behind a cache sees all keys.
    is_last = past_key is not None and not isinstance(queries, Extent) and queries == 1
    if nonpad_kv_seqlen is not None:
        lengths = nonpad_kv_seqlen.reshape((-1, 1, 1, 1))
        mask = _both(mask, np.arange(keys) < lengths)
        offset = lengths - queries if past_key is None else offset
    is_simple = past_key is None and nonpad_kv_seqlen is None and not has_windows
    if not is_simple and not (is_last and not has_windows):
        args = queries, keys, offset, is_causal, left_window_size, right_window_size
        mask = _both(mask, _allowed(*args))
    is_top = bool(is_causal) and is_simple
    scale = 1 / math.sqrt(q.shape[3]) if scale is None else scale
    if _.wants(3) or softcap or _is_wider(softmax_precision, q):
        if is_top:
            mask = _both(mask, _allowed(queries, keys, 0, 1, -1, -1))
        y, scores = _written_out(
            q, k, v, mask, scale, softcap, qk_matmul_output_mode, softmax_precision
        )
    else:
        is_grouped = q.shape[1] != k.shape[1]
        y, scores = npx.scaled_dot_product_attention(q, k, v, mask, scale, is_top, is_grouped), None
    if is_flat:
        y = np.swapaxes(y, 1, 2).reshape((y.shape[0], queries, -1))
    return y, k, v, scores


def _is_wider(precision: int | None, q: ndarray) -> bool:
    """Is the softmax to be computed in more than the kernel's sums, which are float32 at least?"""
    from weft.onnx._tensors import dtype_of

    return precision is not None and dtype_of(precision).itemsize > max(4, q.dtype.itemsize)


def _written_out(
    q: ndarray,
    k: ndarray,
    v: ndarray,
    mask: Any,
    scale: float,
    softcap: float,
    mode: int,
    precision: int | None,
) -> tuple[ndarray, ndarray]:
    """The result, and the scores of a mode: 0 products, 1 capped, 2 with the mask, 3 shares."""
    from weft.onnx._tensors import dtype_of

    times = q.shape[1] // k.shape[1]
    if times > 1:
        k, v = np.repeat(k, times, 1), np.repeat(v, times, 1)
    # Each factor takes half of the scale, as the standard says: products of float16 stay finite.
    half = math.sqrt(scale)
    products = np.matmul(q * half, np.swapaxes(k * half, 2, 3))
    capped = np.tanh(products / softcap) * softcap if softcap else products
    masked, is_hidden = capped, None
    if mask is not None:
        never = np.full((), _NEVER, dtype=q.dtype)
        bias = np.where(mask, np.zeros_like(never), never) if mask.dtype.kind == "b" else mask
        masked = capped + bias
        is_hidden = np.max(bias, axis=-1, keepdims=True) == _NEVER
    # A query that may see no key gives zeros.
    given = masked if is_hidden is None else np.where(is_hidden, 0, masked)
    wide = given if precision is None else given.astype(dtype_of(precision).name)
    shares = npx.softmax(wide, axis=-1).astype(q.dtype)
    if is_hidden is not None:
        shares = np.where(is_hidden, 0, shares)
    if mode not in range(4):
        raise InvalidValue(f"`qk_matmul_output_mode` must be in [0, 4); got {mode}")
    return np.matmul(shares, v), (products, capped, masked, shares)[mode]


# ---- positions ----------------------------------------------------------------------------------


@rules("RotaryEmbedding")
def _rotary_embedding(
    x: Array,
    cos: Array,
    sin: Array,
    positions: Array = None,
    *,
    interleaved: int = 0,
    num_heads: int = 0,
    rotary_embedding_dim: int = 0,
) -> ndarray:
    """Turns pairs of elements by the angles of their positions."""
    shape = x.shape
    heads = 1  # the axis of the heads
    if x.ndim == 3:
        if not num_heads or shape[2] % num_heads:
            raise InvalidValue(f"an input of shape {shape} has no {num_heads} heads")
        x, heads = x.reshape((shape[0], shape[1], num_heads, shape[2] // num_heads)), 2
    if positions is not None:
        cos, sin = np.take(cos, positions, axis=0), np.take(sin, positions, axis=0)
    cos, sin = np.expand_dims(cos, heads), np.expand_dims(sin, heads)
    width = rotary_embedding_dim or x.shape[3]
    turned, rest = x[..., :width], x[..., width:]
    if interleaved:
        a, b = turned[..., 0::2], turned[..., 1::2]
        pairs = np.stack((cos * a - sin * b, sin * a + cos * b), -1)
        found = pairs.reshape(turned.shape)
    else:
        a, b = turned[..., : width // 2], turned[..., width // 2 :]
        found = np.concatenate((cos * a - sin * b, sin * a + cos * b), -1)
    if width != x.shape[3]:
        found = np.concatenate((found, rest), -1)
    return found.reshape(shape)
