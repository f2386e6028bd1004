"""Attention of ONNX Runtime: `com.microsoft`'s Attention, MultiHeadAttention, GroupQueryAttention
and RotaryEmbedding.

All become `npx.scaled_dot_product_attention` with one mask of summands.
"""

import math
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array, Ints
from weft.onnx._rules._table import RULES as rules

_DOMAIN = "com.microsoft"
_LOWEST = float(numpy.finfo("float32").min)


# ---- parts --------------------------------------------------------------------------------------


def _heads(x: ndarray, count: int) -> ndarray:
    """(N, T, heads * D) as (N, heads, T, D)."""
    n, t, width = x.shape
    return x.reshape((n, t, count, width // count)).transpose((0, 2, 1, 3))


def _joined(x: ndarray) -> ndarray:
    """(N, heads, T, D) as (N, T, heads * D)."""
    n, heads, t, width = x.shape
    return x.transpose((0, 2, 1, 3)).reshape((n, t, heads * width))


def _summands(is_seen: ndarray, hidden: float) -> ndarray:
    return np.where(is_seen, 0.0, hidden).astype("float32")


def _sum(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    return a + b


def _causal(steps: int, keys: int) -> ndarray:
    """The last query sees all keys, each one before it one key less."""
    places = np.arange(steps).reshape((-1, 1)) + (keys - steps)
    return _summands(np.arange(keys).reshape((1, -1)) <= places, _LOWEST)


def _padding(mask: ndarray, batch: int, steps: int, keys: int, hidden: float) -> ndarray:
    """What ONNX Runtime's masks mean: lengths, or ones where a key may be seen."""
    if mask.ndim == 1:
        places = np.arange(keys).reshape((1, -1))
        is_seen = places < mask[:batch].reshape((-1, 1))
        if mask.shape[0] == 2 * batch:  # ends, then starts
            is_seen = np.logical_and(is_seen, places >= mask[batch:].reshape((-1, 1)))
        elif mask.shape[0] != batch:
            raise Unsupported(f"a mask of shape {tuple(mask.shape)} for {batch} sequences")
        return _summands(is_seen[:, None, None, :], hidden)
    if mask.ndim == 2:
        return _summands((mask != 0)[:, None, None, :], hidden)
    if mask.ndim == 3:
        return _summands((mask != 0)[:, None, :, :], hidden)
    return _summands((mask != 0)[:, :, keys - steps : keys, :keys], hidden)


def _attended(
    q: ndarray, k: ndarray, v: ndarray, mask: Any, scale: float, is_causal: int, grouped: bool
) -> ndarray:
    if is_causal:
        mask = _sum(_causal(q.shape[2], k.shape[2]), mask)
    factor = scale if scale else 1 / math.sqrt(q.shape[-1])
    mask = None if mask is None else mask.astype(q.dtype)
    return npx.scaled_dot_product_attention(q, k, v, mask, scale=factor, grouped=grouped)


def _rotated(x: ndarray, cos: ndarray, sin: ndarray, is_interleaved: int) -> ndarray:
    """Pairs of the first elements of a head turned by the angles of their position.

    x: (N, heads, T, D); cos, sin: (N or 1, 1, T, half of what turns)
    """
    width = 2 * cos.shape[-1]
    part, rest = x[..., :width], x[..., width:]
    if is_interleaved:
        real, imaginary = part[..., 0::2], part[..., 1::2]
    else:
        real, imaginary = part[..., : width // 2], part[..., width // 2 :]
    turned = (real * cos - imaginary * sin, real * sin + imaginary * cos)
    if is_interleaved:
        found = np.stack(turned, -1).reshape(part.shape)
    else:
        found = np.concatenate(turned, -1)
    return np.concatenate((found, rest), -1) if x.shape[-1] > width else found


# ---- operators ----------------------------------------------------------------------------------


@rules("RotaryEmbedding", domain=_DOMAIN)
def _rotary_embedding(
    x: Array,
    position_ids: Array,
    cos_cache: Array,
    sin_cache: Array,
    *,
    interleaved: int = 0,
    is_packed_batching: int = 0,
    num_heads: int = 0,
    rotary_embedding_dim: int = 0,
    scale: float = 1.0,
) -> ndarray:
    if scale != 1.0 or is_packed_batching:
        raise Unsupported("`scale` must be 1 and `is_packed_batching` 0")
    steps = x.shape[-2]
    width = 2 * cos_cache.shape[-1]
    if x.ndim == 4:
        heads = x
    else:
        if rotary_embedding_dim and not num_heads:
            raise InvalidValue("`rotary_embedding_dim` needs `num_heads`")
        heads = _heads(x, num_heads or x.shape[-1] // width)
    places = position_ids
    if position_ids.ndim == 1:  # the position of the first step
        places = position_ids.reshape((1, 1)) + np.arange(steps).reshape((1, -1))
    cos, sin = (np.expand_dims(np.take(c, places, axis=0), 1) for c in (cos_cache, sin_cache))
    found = _rotated(heads, cos, sin, interleaved)
    return found if x.ndim == 4 else _joined(found)


@rules("Attention", domain=_DOMAIN)
def _attention(
    x: Array,
    weights: Array,
    bias: Array = None,
    mask_index: Array = None,
    past: Array = None,
    attention_bias: Array = None,
    past_sequence_length: Array = None,
    *,
    do_rotary: int = 0,
    mask_filter_value: float = -10000.0,
    num_heads: int,
    past_present_share_buffer: int = 0,
    qkv_hidden_sizes: Any = None,
    rotary_embedding_dim: int = 0,
    scale: float = 0.0,
    unidirectional: int = 0,
    _: Any,
) -> Any:
    if do_rotary or past_present_share_buffer:
        raise Unsupported("`do_rotary` and `past_present_share_buffer` must be 0")
    projected = np.matmul(x, weights)
    projected = projected if bias is None else projected + bias
    third = weights.shape[1] // 3
    widths = list(qkv_hidden_sizes or (third, third, third))
    parts, start = [], 0
    for width in widths:
        parts.append(_heads(projected[..., start : start + width], num_heads))
        start += width
    q, k, v = parts
    if past is not None:
        k, v = np.concatenate((past[0], k), 2), np.concatenate((past[1], v), 2)
    mask = attention_bias
    if mask_index is not None:
        shape = q.shape[0], q.shape[2], k.shape[2]
        mask = _sum(_padding(mask_index, *shape, mask_filter_value), mask)
    y = _joined(_attended(q, k, v, mask, scale, unidirectional, False))
    return (y, np.stack((k, v))) if _.wants(1) else y


@rules("MultiHeadAttention", domain=_DOMAIN)
def _multi_head_attention(
    query: Array,
    key: Array = None,
    value: Array = None,
    bias: Array = None,
    key_padding_mask: Array = None,
    attention_bias: Array = None,
    past_key: Array = None,
    past_value: Array = None,
    past_sequence_length: Array = None,
    cache_indirection: Array = None,
    *,
    mask_filter_value: float = -10000.0,
    num_heads: int,
    scale: float = 0.0,
    unidirectional: int = 0,
    _: Any,
) -> Any:
    if past_sequence_length is not None or cache_indirection is not None or _.wants(3):
        raise Unsupported("a shared buffer of keys, beams, and the scores as a result")
    q, k, v = _separate(query, key, value, bias, num_heads)
    if past_key is not None and past_value is not None:
        k, v = np.concatenate((past_key, k), 2), np.concatenate((past_value, v), 2)
    mask = attention_bias
    if key_padding_mask is not None:
        shape = q.shape[0], q.shape[2], k.shape[2]
        mask = _sum(_padding(key_padding_mask, *shape, mask_filter_value), mask)
    y = _joined(_attended(q, k, v, mask, scale, unidirectional, False))
    return (y, k, v) if _.wants(1) or _.wants(2) else y


def _separate(
    query: ndarray, key: Any, value: Any, bias: Any, heads: int
) -> tuple[ndarray, ndarray, ndarray]:
    """Queries, keys and values as (N, heads, T, D), which may come packed."""
    if query.ndim == 5:  # (N, T, heads, 3, D)
        parts = [query[:, :, :, place] for place in range(3)]
    elif key is not None and key.ndim == 5:  # (N, S, heads, 2, D)
        n, t, _ = query.shape
        parts = [query.reshape((n, t, heads, -1)), key[:, :, :, 0], key[:, :, :, 1]]
    else:
        parts = []
        for x in (query, key, value):
            is_split = x.ndim == 4  # (N, heads, T, D), without a bias
            whole = x.transpose((0, 2, 1, 3)) if is_split else x
            parts.append(whole if is_split else x.reshape((*x.shape[:2], heads, -1)))
    if bias is not None:
        start = 0
        for place, x in enumerate(parts):
            width = x.shape[2] * x.shape[3]
            added = bias[start : start + width].reshape((heads, -1))
            is_split = (query, key, value)[place] is not None and (query, key, value)[
                place
            ].ndim == 4
            parts[place] = x if is_split else x + added
            start += width
    q, k, v = (x.transpose((0, 2, 1, 3)) for x in parts)
    return q, k, v


@rules("GroupQueryAttention", domain=_DOMAIN)
def _group_query_attention(
    query: Array,
    key: Array = None,
    value: Array = None,
    past_key: Array = None,
    past_value: Array = None,
    seqlens_k: Array = None,
    total_sequence_length: Ints = None,
    cos_cache: Array = None,
    sin_cache: Array = None,
    position_ids: Array = None,
    attention_bias: Array = None,
    head_sink: Array = None,
    *,
    causal: int = 1,
    do_rotary: int = 0,
    kv_num_heads: int,
    local_window_size: int = -1,
    num_heads: int,
    rotary_interleaved: int = 0,
    scale: float = 0.0,
    smooth_softmax: int = 0,
    softcap: float = 0.0,
) -> Any:
    if softcap or smooth_softmax or head_sink is not None or not causal:
        raise Unsupported("`softcap`, `smooth_softmax` and `head_sink`, and `causal` of 0")
    if key is None:  # all three packed
        each = query.shape[-1] // (num_heads + 2 * kv_num_heads)
        ends = num_heads * each, (num_heads + kv_num_heads) * each
        key, value = query[..., ends[0] : ends[1]], query[..., ends[1] :]
        query = query[..., : ends[0]]
    q, k, v = _heads(query, num_heads), _heads(key, kv_num_heads), _heads(value, kv_num_heads)
    total, steps = total_sequence_length[0], q.shape[2]
    batch = q.shape[0]
    # The place of the first new key of each sequence; of one sequence the shapes say it.
    start = total - steps if batch == 1 else np.maximum(seqlens_k.reshape((-1, 1)) + 1 - steps, 0)
    places = np.arange(steps).reshape((1, -1)) + start
    if do_rotary:
        turns = places if position_ids is None else position_ids
        cos, sin = (np.expand_dims(np.take(c, turns, axis=0), 1) for c in (cos_cache, sin_cache))
        q, k = (_rotated(x, cos, sin, rotary_interleaved) for x in (q, k))
    k = _with_new(past_key, k, start, places, total)
    v = _with_new(past_value, v, start, places, total)
    seen = np.arange(k.shape[2]).reshape((1, 1, -1))
    ends = np.expand_dims(places, -1)
    is_seen = seen <= ends
    if local_window_size > 0:
        is_seen = np.logical_and(is_seen, seen > ends - local_window_size)
    mask = _summands(is_seen[:, None], _LOWEST)
    if attention_bias is not None:
        behind = k.shape[2] - attention_bias.shape[-1]
        mask = mask + (
            np.pad(attention_bias, ((0, 0), (0, 0), (0, 0), (0, behind)))
            if behind
            else attention_bias
        )
    return _joined(_attended(q, k, v, mask, scale, 0, True)), k, v


def _with_new(past: Any, new: ndarray, start: Any, places: ndarray, total: int) -> ndarray:
    """The cache of keys or values with new ones at their places; it may be longer than needed."""
    if past is None:
        return new
    if isinstance(start, int):
        rest = past[:, :, start + new.shape[2] :]
        parts = (
            (past[:, :, :start], new, rest) if past.shape[2] > total else (past[:, :, :start], new)
        )
        return np.concatenate(parts, 2)
    missing = total - past.shape[2]
    if missing > 0:
        past = np.pad(past, ((0, 0), (0, 0), (0, missing), (0, 0)))
    kept = np.moveaxis(past, 2, 1)
    rows = np.broadcast_to(np.arange(past.shape[0]).reshape((-1, 1)), places.shape)
    index = np.stack((rows.reshape((-1,)), places.astype(rows.dtype).reshape((-1,))))
    added = np.moveaxis(new, 2, 1).reshape((-1, *kept.shape[2:]))
    return np.moveaxis(npx.index_update(kept, index, added), 1, 2)
