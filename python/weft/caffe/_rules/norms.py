"""Layers that normalise: over batches, places, channels and neighbours."""

import math
from typing import Any

import numpy

from weft import autograd, np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.caffe._rules._table import Blob, layer
from weft.caffe._rules.windows import pooled

# ---- batch norm ---------------------------------------------------------------------------------


def _batch_norm_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    channels = shapes[0][1] if len(shapes[0]) > 1 else 1
    return [
        Blob("mean", (channels,), is_state=True),
        Blob("variance", (channels,), is_state=True),
        Blob("factor", (1,), is_state=True),
    ]


def _read_statistics(blobs: list[numpy.ndarray]) -> list[numpy.ndarray]:
    """Files have sums, and the weight that they have together; here are means."""
    mean, variance, factor = blobs
    if factor.reshape(-1)[0] == 0:
        return [numpy.zeros_like(mean), numpy.zeros_like(variance), factor]
    return [mean / factor.reshape(-1)[0], variance / factor.reshape(-1)[0], factor]


def _written_statistics(blobs: list[numpy.ndarray]) -> list[numpy.ndarray]:
    mean, variance, factor = blobs
    return [mean * factor, variance * factor, factor]


@layer(
    "BatchNorm",
    "batch_norm_param",
    blobs=_batch_norm_blobs,
    read=_read_statistics,
    written=_written_statistics,
    states=(0, 1, 2),
)
def _batch_norm(
    mean: Array,
    variance: Array,
    factor: Array,
    x: Array,
    *,
    use_global_stats: bool | None = None,
    moving_average_fraction: float = 0.999,
    eps: float = 1e-5,
) -> ndarray:
    is_training = autograd.is_training() if use_global_stats is None else not use_global_stats
    ones, zeros = np.ones_like(mean), np.zeros_like(mean)
    data = x.reshape((-1, 1)) if x.ndim == 1 else x
    if not is_training:
        y, _, _ = npx.batch_norm(data, ones, zeros, mean, variance, eps, 0.9, False, 1)
        return y.reshape(x.shape) if x.ndim == 1 else y
    y, here, spread = npx.batch_norm(data, ones, zeros, zeros, ones, eps, 0.0, True, 1)
    count = math.prod(x.shape) // mean.shape[0]
    unbiased = spread * (count / (count - 1) if count > 1 else 1)
    with autograd.pause(train_mode=True):
        kept = factor * moving_average_fraction
        mean[...] = (mean * kept + here) / (kept + 1)
        variance[...] = (variance * kept + unbiased) / (kept + 1)
        factor[...] = kept + 1
    return y.reshape(x.shape) if x.ndim == 1 else y


# ---- others -------------------------------------------------------------------------------------


@layer("LRN", "lrn_param")
def _lrn(
    x: Array,
    *,
    local_size: int = 5,
    alpha: float = 1.0,
    beta: float = 0.75,
    norm_region: str = "ACROSS_CHANNELS",
    k: float = 1.0,
) -> ndarray:
    if local_size % 2 == 0:
        raise InvalidValue(f"`local_size` must be odd; got {local_size}")
    if x.ndim != 4:
        raise InvalidValue(f"bottom must have 4 axes; got shape {tuple(x.shape)}")
    half = local_size // 2
    squares = x * x
    if norm_region == "WITHIN_CHANNEL":
        window = ((local_size,) * 2, (1, 1), (half,) * 2)
        mean = pooled(squares, "AVE", window, True)
        return x * np.power(mean * alpha + 1, -beta)  # `k` is for the other region
    planes = squares.reshape((x.shape[0], 1, x.shape[1], -1))
    window = ((local_size, 1), (1, 1), (half, 0))
    mean = pooled(planes, "AVE", window, True).reshape(x.shape)
    return x * np.power(mean * alpha + k, -beta)


@layer("MVN", "mvn_param")
def _mvn(
    x: Array, *, normalize_variance: bool = True, across_channels: bool = False, eps: float = 1e-9
) -> ndarray:
    axes = tuple(range(1 if across_channels else 2, x.ndim))
    centred = x - np.mean(x, axis=axes, keepdims=True)
    if not normalize_variance:
        return centred
    deviation = np.sqrt(np.mean(centred * centred, axis=axes, keepdims=True))
    return centred / (deviation + eps)


def _normalize_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    from weft.caffe._fillers import constant

    is_shared = options.get("channel_shared", True)
    shape = () if is_shared else shapes[0][1:2]
    return [Blob("scale", shape, fillers.get("scale_filler") or constant(1.0))]


@layer("Normalize", "norm_param", blobs=_normalize_blobs)
def _normalize(
    scale: Array,
    x: Array,
    *,
    across_spatial: bool = True,
    channel_shared: bool = True,
    eps: float = 1e-10,
) -> ndarray:
    axes = tuple(range(1, x.ndim)) if across_spatial else (1,)
    norm = np.sqrt(np.sum(x * x, axis=axes, keepdims=True) + eps)
    factor = scale if channel_shared else scale.reshape((-1, *(1,) * (x.ndim - 2)))
    return x / norm * factor


@layer("Softmax", "softmax_param")
def _softmax(x: Array, *, axis: int = 1) -> ndarray:
    return npx.softmax(x, axis=axis)


__all__: list[str] = []
