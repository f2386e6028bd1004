"""Fused operators that ONNX Runtime writes into optimized files: `com.microsoft`.

They are what they were fused of. SimplifiedLayerNormalization stands in such files without a
domain.
"""

from collections.abc import Callable
from typing import Any

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.algebra import _gemm_of
from weft.onnx._rules.layers import _conv
from weft.onnx._rules.norms import _layer_norm, _rms_norm

_DOMAIN = "com.microsoft"

# ---- activations --------------------------------------------------------------------------------

# By name: the function, of the array and up to two parameters.
_ACTIVATIONS: dict[str, Callable[..., ndarray]] = {
    "": lambda x: x,
    "Relu": npx.relu,
    "Tanh": np.tanh,
    "Sigmoid": npx.sigmoid,
    "LeakyRelu": lambda x, alpha=0.01: npx.leaky_relu(x, alpha),
    "Clip": lambda x, low, high: np.clip(x, low, high),
    "HardSigmoid": lambda x, alpha=0.2, beta=0.5: np.clip(x * alpha + beta, 0, 1),
    "HardSwish": npx.hard_swish,
    "Gelu": npx.gelu,
}


def activated(x: ndarray, name: str, parameters: Any = ()) -> ndarray:
    """The result of an activation that was fused into an operator."""
    if name not in _ACTIVATIONS:
        raise Unsupported(f"`activation` {name!r} is not known")
    return _ACTIVATIONS[name](x, *(p for p in parameters or () if p is not None))


@rules("Gelu", domain=_DOMAIN)
def _gelu(x: Array) -> ndarray:
    return npx.gelu(x)


@rules("BiasGelu", domain=_DOMAIN)
def _bias_gelu(a: Array, b: Array) -> ndarray:
    return npx.gelu(a + b)


@rules("FastGelu", domain=_DOMAIN)
def _fast_gelu(x: Array, bias: Array = None) -> ndarray:
    return npx.gelu(x if bias is None else x + bias, approximation="tanh")


@rules("QuickGelu", domain=_DOMAIN)
def _quick_gelu(x: Array, *, alpha: float = 1.702) -> ndarray:
    return x * npx.sigmoid(x * alpha)


@rules("BiasAdd", domain=_DOMAIN)
def _bias_add(x: Array, bias: Array, skip: Array) -> ndarray:
    return x + bias + skip


@rules("BiasSplitGelu", domain=_DOMAIN)
def _bias_split_gelu(x: Array, bias: Array) -> ndarray:
    whole = x + bias
    half = whole.shape[-1] // 2
    return whole[..., :half] * npx.gelu(whole[..., half:])


@rules("BiasSoftmax", domain=_DOMAIN)
def _bias_softmax(data: Array, bias: Array, *, axis: int = 1, is_inner_broadcast: int) -> ndarray:
    if is_inner_broadcast:
        behind = data.ndim - axis if axis >= 0 else -axis
        inner = bias.shape[bias.ndim - behind :]
        outer = bias.shape[: bias.ndim - behind]
        bias = bias.reshape((*outer, *(1,) * (data.ndim - bias.ndim), *inner))
    scores = data + bias
    rows = scores.reshape((*scores.shape[: axis % data.ndim], -1))
    return npx.softmax(rows, axis=-1).reshape(scores.shape)


# ---- products -----------------------------------------------------------------------------------


@rules("FusedConv", domain=_DOMAIN)
def _fused_conv(
    x: Array,
    w: Array,
    b: Array = None,
    z: Array = None,
    *,
    activation: str = "",
    activation_params: Any = None,
    auto_pad: str = "NOTSET",
    dilations: Any = None,
    group: int = 1,
    kernel_shape: Any = None,
    pads: Any = None,
    strides: Any = None,
) -> ndarray:
    found = _conv(
        x,
        w,
        b,
        auto_pad=auto_pad,
        dilations=dilations,
        group=group,
        kernel_shape=kernel_shape,
        pads=pads,
        strides=strides,
    )
    return activated(found if z is None else found + z, activation, activation_params)


def _turned(x: ndarray, is_turned: int, has_batch_behind: int) -> ndarray:
    """A factor of a product: its two last axes exchanged, or its first axis put before the last."""
    if has_batch_behind:
        x = np.moveaxis(x, 0, -2)
    return np.swapaxes(x, -1, -2) if is_turned and x.ndim > 1 else x


def _fused_product(
    a: ndarray, b: ndarray, alpha: float, ta: int, tb: int, batch_a: int, batch_b: int
) -> ndarray:
    product = np.matmul(_turned(a, ta, batch_a), _turned(b, tb, batch_b))
    return product if alpha == 1.0 else product * alpha


@rules("FusedMatMul", "TransposeMatMul", domain=_DOMAIN)
def _fused_matmul(
    a: Array,
    b: Array,
    *,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
    transBatchA: int = 0,
    transBatchB: int = 0,
) -> ndarray:
    return _fused_product(a, b, alpha, transA, transB, transBatchA, transBatchB)


@rules("FusedMatMulActivation", domain=_DOMAIN)
def _fused_matmul_activation(
    a: Array,
    b: Array,
    *,
    activation: str,
    activation_alpha: float | None = None,
    activation_axis: int = -1,
    activation_beta: float | None = None,
    activation_gamma: float | None = None,
    alpha: float = 1.0,
    transA: int = 0,
    transB: int = 0,
    transBatchA: int = 0,
    transBatchB: int = 0,
) -> ndarray:
    product = _fused_product(a, b, alpha, transA, transB, transBatchA, transBatchB)
    if activation == "Softmax":
        return npx.softmax(product, axis=activation_axis)
    return activated(product, activation, (activation_alpha, activation_beta))


@rules("FusedGemm", domain=_DOMAIN)
def _fused_gemm(
    a: Array,
    b: Array,
    c: Array = None,
    *,
    activation: str = "",
    activation_alpha: float | None = None,
    activation_beta: float | None = None,
    activation_gamma: float | None = None,
    alpha: float = 1.0,
    beta: float = 1.0,
    transA: int = 0,
    transB: int = 0,
) -> ndarray:
    found = _gemm_of(a, b, c, alpha, beta, transA, transB)
    return activated(found, activation, (activation_alpha, activation_beta))


# ---- norms --------------------------------------------------------------------------------------

for _domain in ("", _DOMAIN):

    @rules("SimplifiedLayerNormalization", domain=_domain)
    def _simplified_layer_norm(
        x: Array,
        scale: Array,
        *,
        axis: int = -1,
        epsilon: float = 1e-5,
        stash_type: int = 1,
        _: Any,
    ) -> Any:
        y = _rms_norm(x, scale, axis=axis, epsilon=epsilon)
        return (y, _inverse_rms(x, axis, epsilon)) if _.wants(1) else y


def _inverse_rms(x: ndarray, axis: int, epsilon: float) -> ndarray:
    axes = tuple(range(axis % x.ndim, x.ndim))
    return 1 / np.sqrt(np.mean(x * x, axis=axes, keepdims=True) + epsilon)


def _skipped(x: ndarray, skip: ndarray, bias: Any) -> ndarray:
    total = x + skip
    return total if bias is None else total + bias


@rules("SkipLayerNormalization", domain=_DOMAIN)
def _skip_layer_norm(
    x: Array,
    skip: Array,
    gamma: Array,
    beta: Array = None,
    bias: Array = None,
    *,
    epsilon: float = 1e-12,
    _: Any,
) -> Any:
    total = _skipped(x, skip, bias)
    found = _layer_norm(total, gamma, beta, axis=-1, epsilon=epsilon, _=_)
    listed = found if isinstance(found, tuple) else (found, None, None)
    return (*listed, total)


@rules("SkipSimplifiedLayerNormalization", domain=_DOMAIN)
def _skip_simplified_layer_norm(
    x: Array, skip: Array, gamma: Array, bias: Array = None, *, epsilon: float = 1e-12, _: Any
) -> Any:
    total = _skipped(x, skip, bias)
    deviation = _inverse_rms(total, -1, epsilon) if _.wants(2) else None
    return _rms_norm(total, gamma, axis=-1, epsilon=epsilon), None, deviation, total


@rules("EmbedLayerNormalization", domain=_DOMAIN)
def _embed_layer_norm(
    input_ids: Array,
    segment_ids: Array = None,
    word_embedding: Array = None,
    position_embedding: Array = None,
    segment_embedding: Array = None,
    gamma: Array = None,
    beta: Array = None,
    mask: Array = None,
    position_ids: Array = None,
    *,
    epsilon: float = 1e-12,
    mask_index_type: int = 0,
    _: Any,
) -> Any:
    total = np.take(word_embedding, input_ids, axis=0)
    if position_ids is None:
        total = total + position_embedding[: input_ids.shape[1]]
    else:
        total = total + np.take(position_embedding, position_ids, axis=0)
    if segment_embedding is not None and segment_ids is not None:
        total = total + np.take(segment_embedding, segment_ids, axis=0)
    y = npx.layer_norm(total, gamma, beta, -1, epsilon)
    if not (_.wants(1) or _.wants(2)):
        return y
    if mask is None:
        counted = np.zeros((input_ids.shape[0],), dtype="int32")
    else:
        counted = np.sum(mask, axis=1).astype("int32")
    return y, counted, total


def _group_norm_of(
    x: ndarray, gamma: ndarray, beta: ndarray, groups: int, epsilon: float, last: int, silu: int
) -> ndarray:
    images = np.moveaxis(x, -1, 1) if last else x
    found = npx.group_norm(images, gamma, beta, groups, epsilon)
    found = np.moveaxis(found, 1, -1) if last else found
    return npx.silu(found) if silu else found


@rules("GroupNorm", domain=_DOMAIN)
def _group_norm(
    x: Array,
    gamma: Array,
    beta: Array,
    *,
    activation: int,
    channels_last: int = 1,
    epsilon: float = 1e-5,
    groups: int,
) -> ndarray:
    return _group_norm_of(x, gamma, beta, groups, epsilon, channels_last, activation)


@rules("SkipGroupNorm", domain=_DOMAIN)
def _skip_group_norm(
    x: Array,
    gamma: Array,
    beta: Array,
    skip: Array,
    bias: Array = None,
    *,
    activation: int,
    channels_last: int = 1,
    epsilon: float = 1e-5,
    groups: int,
) -> Any:
    if skip.ndim == 2:  # one vector an image
        skip = skip[:, None, None, :] if channels_last else skip[:, :, None, None]
    total = _skipped(x, skip, bias)
    found = _group_norm_of(total, gamma, beta, groups, epsilon, channels_last, activation)
    return found, total
