"""Normalisation: over batches, layers, groups, instances and channels.

The defaults are those of MXNet's operators, not of its layers: `BatchNorm` has eps 1e-3, and takes
gamma as 1 unless told otherwise.
"""

from typing import Any

from weft import autograd, np, npx
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted

_STATES = (3, 4)


def _normalized(
    parts: tuple[ndarray, ...],
    eps: float,
    momentum: float,
    axis: int,
    is_gamma_fixed: bool,
    use_global_stats: bool,
) -> ndarray:
    """A batch norm that changes its running statistics in training; they may have another dtype
    than the data, which then are converted and back."""
    data, gamma, beta, mean, var = parts
    dtype = data.dtype
    if is_gamma_fixed:
        gamma = np.ones_like(gamma)
    is_training = autograd.is_training() and not use_global_stats
    x = data.astype(gamma.dtype)
    y, new_mean, new_var = npx.batch_norm(
        x, gamma, beta, mean, var, float(eps), float(momentum), is_training, int(axis)
    )
    if is_training:
        mean[...] = new_mean
        var[...] = new_var
    return y.astype(dtype)


@rules("BatchNorm", "BatchNorm_v1", "_npx_batch_norm", states=_STATES)
def _batch_norm(
    data: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_var: Array,
    *,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: Any = True,
    use_global_stats: Any = False,
    output_mean_var: Any = False,
    axis: int = 1,
    min_calib_range: Any = None,
    max_calib_range: Any = None,
) -> Any:
    parts = (data, gamma, beta, moving_mean, moving_var)
    fixed, global_ = flag(fix_gamma), flag(use_global_stats)
    if not flag(output_mean_var):
        return _normalized(parts, eps, momentum, axis, fixed, global_)
    shown = _statistics(parts, eps, int(axis), global_)
    return _normalized(parts, eps, momentum, axis, fixed, global_), *shown


def _statistics(
    parts: tuple[ndarray, ...], eps: float, axis: int, use_global_stats: bool
) -> tuple[ndarray, ndarray]:
    """The mean of each channel and one over its standard deviation, as they are used now."""
    data, _, _, mean, var = parts
    if autograd.is_training() and not use_global_stats:
        others = tuple(n for n in range(data.ndim) if n != axis % data.ndim)
        x = data.astype(mean.dtype)
        mean, var = np.mean(x, axis=others), np.var(x, axis=others)
    return mean.copy(), 1 / np.sqrt(var + float(eps))


@rules("_contrib_BatchNormWithReLU", "_npx_batch_norm_with_relu", states=_STATES)
def _batch_norm_with_relu(
    data: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_var: Array,
    *,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: Any = True,
    use_global_stats: Any = False,
    output_mean_var: Any = False,
    axis: int = 1,
    min_calib_range: Any = None,
    max_calib_range: Any = None,
) -> ndarray:
    parts = (data, gamma, beta, moving_mean, moving_var)
    fixed, global_ = flag(fix_gamma), flag(use_global_stats)
    return npx.relu(_normalized(parts, eps, momentum, axis, fixed, global_))


@rules("_contrib_SyncBatchNorm", "_npx_sync_batch_norm", states=_STATES)
def _sync_batch_norm(
    data: Array,
    gamma: Array,
    beta: Array,
    moving_mean: Array,
    moving_var: Array,
    *,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: Any = True,
    use_global_stats: Any = False,
    output_mean_var: Any = False,
    ndev: int = 1,
    key: str = "",
) -> ndarray:
    parts = (data, gamma, beta, moving_mean, moving_var)
    return _normalized(parts, eps, momentum, 1, flag(fix_gamma), flag(use_global_stats))


counted(
    (
        *("BatchNorm", "BatchNorm_v1", "_npx_batch_norm", "_contrib_BatchNormWithReLU"),
        *("_npx_batch_norm_with_relu", "_contrib_SyncBatchNorm", "_npx_sync_batch_norm"),
        *("LayerNorm", "_npx_layer_norm", "GroupNorm", "_npx_group_norm"),
        *("InstanceNorm", "_npx_instance_norm"),
    ),
    3,
)
counted(("L2Normalization", "LRN"), 2)


@rules("LayerNorm", "_npx_layer_norm")
def _layer_norm(
    data: Array,
    gamma: Array,
    beta: Array,
    *,
    axis: int = -1,
    eps: float = 1e-5,
    output_mean_var: Any = False,
    _: Any,
) -> Any:
    y = npx.layer_norm(data, gamma, beta, int(axis), float(eps))
    if not (_.wants(1) or _.wants(2)):
        return y
    mean = np.mean(data, axis=int(axis), keepdims=True)
    return y, mean, np.sqrt(np.var(data, axis=int(axis), keepdims=True) + eps)


@rules("GroupNorm", "_npx_group_norm")
def _group_norm(
    data: Array,
    gamma: Array,
    beta: Array,
    *,
    num_groups: int = 1,
    eps: float = 1e-5,
    output_mean_var: Any = False,
    _: Any,
) -> Any:
    groups, channels = int(num_groups), data.shape[1]
    if gamma.shape[0] != channels:  # one factor for each group, as in 1.x
        gamma, beta = (np.repeat(part, channels // groups) for part in (gamma, beta))
    y = npx.group_norm(data, gamma, beta, groups, float(eps))
    if not (flag(output_mean_var) or _.wants(1) or _.wants(2)):
        return y
    parts = data.reshape((data.shape[0], groups, -1))
    return y, np.mean(parts, axis=2), np.sqrt(np.var(parts, axis=2) + float(eps))


@rules("InstanceNorm", "_npx_instance_norm")
def _instance_norm(data: Array, gamma: Array, beta: Array, *, eps: float = 1e-3) -> ndarray:
    if data.size == 0:  # where there are no channels, one number for all may be given
        return np.where(np.zeros(data.shape, "bool"), data, data)
    return npx.instance_norm(data, gamma, beta, float(eps))


@rules("L2Normalization")
def _l2_normalization(data: Array, *, eps: float = 1e-10, mode: str = "instance") -> ndarray:
    return npx.l2_normalization(data, float(eps), mode)


@rules("LRN")
def _lrn(
    data: Array, *, alpha: float = 1e-4, beta: float = 0.75, knorm: float = 2.0, nsize: int
) -> ndarray:
    """Each channel divided by a power of the squares of those around it."""
    before = int(nsize) // 2
    squares = np.pad(
        data * data, [(0, 0), (before, before), *[(0, 0)] * (data.ndim - 2)], "constant"
    )
    channels = data.shape[1]
    total = squares[:, :channels]
    for tap in range(1, int(nsize)):
        total = total + squares[:, tap : tap + channels]
    return data / np.power(total * (alpha / nsize) + knorm, beta)
