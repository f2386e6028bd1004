"""Operators of core ATen that have no rule, each with the reason."""

_BACKWARD = "a network that is converted has no backward operators: Weft makes gradients itself"

NOT_SUPPORTED = {
    "_adaptive_avg_pool2d_backward": _BACKWARD,
    "avg_pool2d_backward": _BACKWARD,
    "convolution_backward": _BACKWARD,
    "embedding_dense_backward": _BACKWARD,
    "max_pool2d_with_indices_backward": _BACKWARD,
    "native_group_norm_backward": _BACKWARD,
    "native_layer_norm_backward": _BACKWARD,
    "resize_": "it changes an array's extents in place, which export does away with",
}

__all__ = ["NOT_SUPPORTED"]
