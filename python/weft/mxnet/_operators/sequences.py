"""Sequences of different lengths, and attention over interleaved heads.

Sequences are (T, N, ...), or (N, T, ...) with `axis` 1; lengths (N,) may be floats.
"""

import math
from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag
from weft.mxnet._operators._table import RULES as rules


def _places(data: ndarray, axis: int) -> ndarray:
    """The number of each step, shaped to stand beside (T, N) or (N, T)."""
    if axis not in (0, 1):
        raise InvalidValue(f"`axis` must be 0 or 1; got {axis}")
    steps = np.arange(data.shape[axis], dtype="int32")
    return np.expand_dims(steps, 1 - axis)


def _beside(lengths: ndarray, axis: int) -> ndarray:
    return np.expand_dims(lengths.astype("int32"), axis)


@rules("SequenceMask", "_npx_sequence_mask")
def _sequence_mask(
    data: Array,
    sequence_length: Array = None,
    *,
    use_sequence_length: Any = False,
    value: float = 0.0,
    axis: int = 0,
) -> ndarray:
    if sequence_length is None or not flag(use_sequence_length):
        return data
    is_kept = _places(data, int(axis)) < _beside(sequence_length, int(axis))
    return np.where(is_kept.reshape((*is_kept.shape, *(1,) * (data.ndim - 2))), data, value)


@rules("SequenceLast", "_npx_sequence_last")
def _sequence_last(
    data: Array,
    sequence_length: Array = None,
    *,
    use_sequence_length: Any = False,
    axis: int = 0,
) -> ndarray:
    axis = int(axis)
    if sequence_length is None or not flag(use_sequence_length):
        return data[-1] if axis == 0 else data[:, -1]
    last = _beside(sequence_length, axis) - 1
    last = last.reshape((*last.shape, *(1,) * (data.ndim - 2)))
    return np.squeeze(np.take_along_axis(data, last, axis), axis)


@rules("SequenceReverse", "_npx_sequence_reverse")
def _sequence_reverse(
    data: Array,
    sequence_length: Array = None,
    *,
    use_sequence_length: Any = False,
    axis: int = 0,
) -> ndarray:
    """Steps in reverse order; those behind a sequence's length stay where they are."""
    axis = int(axis)
    if sequence_length is None or not flag(use_sequence_length):
        return np.flip(data, axis)
    places, lengths = _places(data, axis), _beside(sequence_length, axis)
    turned = np.where(places < lengths, lengths - 1 - places, places)
    turned = turned.reshape((*turned.shape, *(1,) * (data.ndim - 2)))
    return np.take_along_axis(data, turned, axis)


# ---- attention: (T, N, heads, parts, D) in the last axis of (T, N, heads * parts * D) ------------


def _heads(data: ndarray, heads: int, parts: int) -> list[ndarray]:
    """The parts, each (N * heads, T, D)."""
    steps, batch, width = data.shape
    each = width // (heads * parts)
    split = data.reshape((steps, batch, heads, parts, each))
    turned = np.transpose(split, (1, 2, 3, 0, 4)).reshape((batch * heads, parts, steps, each))
    return [turned[:, part] for part in range(parts)]


def _together(values: ndarray, heads: int) -> ndarray:
    """(N * heads, T, D) as (T, N, heads * D)."""
    rows, steps, each = values.shape
    split = values.reshape((rows // heads, heads, steps, each))
    return np.transpose(split, (2, 0, 1, 3)).reshape((steps, rows // heads, heads * each))


def _scores(queries: ndarray, keys: ndarray) -> ndarray:
    return np.matmul(queries / math.sqrt(queries.shape[-1]), np.swapaxes(keys, 1, 2))


@rules("_contrib_interleaved_matmul_selfatt_qk", "_npx_interleaved_matmul_selfatt_qk")
def _selfatt_qk(queries_keys_values: Array, *, heads: int) -> ndarray:
    queries, keys, _ = _heads(queries_keys_values, int(heads), 3)
    return _scores(queries, keys)


@rules("_contrib_interleaved_matmul_selfatt_valatt", "_npx_interleaved_matmul_selfatt_valatt")
def _selfatt_valatt(queries_keys_values: Array, attention: Array, *, heads: int) -> ndarray:
    values = _heads(queries_keys_values, int(heads), 3)[2]
    return _together(np.matmul(attention, values), int(heads))


@rules("_contrib_interleaved_matmul_encdec_qk", "_npx_interleaved_matmul_encdec_qk")
def _encdec_qk(queries: Array, keys_values: Array, *, heads: int) -> ndarray:
    (asked,) = _heads(queries, int(heads), 1)
    return _scores(asked, _heads(keys_values, int(heads), 2)[0])


@rules("_contrib_interleaved_matmul_encdec_valatt", "_npx_interleaved_matmul_encdec_valatt")
def _encdec_valatt(keys_values: Array, attention: Array, *, heads: int) -> ndarray:
    values = _heads(keys_values, int(heads), 2)[1]
    return _together(np.matmul(attention, values), int(heads))
