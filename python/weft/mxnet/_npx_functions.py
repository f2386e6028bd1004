"""Functions of `mx.npx` that are operators of MXNet's table, with the order of arguments that 2.0's
functions have.

A line of `_SIGNATURES` has the names of a function's arguments in their order, with defaults where
they differ from the operator's. `lhs:a` is the operator's input `lhs` under the name `a`.
"""

from collections.abc import Callable
from typing import Any

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.rules import Rule
from weft.mxnet._operators import parse, rule_of
from weft.mxnet._operators._arguments import Arguments

_SIGNATURES = {
    "activation": "data act_type=relu",
    "arange_like": "data start step repeat ctx axis",
    "batch_dot": "lhs:a rhs:b transpose_a transpose_b forward_stype",
    "broadcast_like": "lhs rhs lhs_axes rhs_axes",
    "convolution": "data weight bias kernel stride dilate pad num_filter num_group workspace "
    "no_bias cudnn_tune cudnn_off layout",
    "deconvolution": "data weight bias kernel stride dilate pad adj target_shape num_filter "
    "num_group workspace no_bias=False cudnn_tune cudnn_off layout",
    "dropout": "data p mode axes cudnn_off",
    "embedding": "data weight input_dim output_dim dtype sparse_grad",
    "fully_connected": "data:x weight bias num_hidden no_bias=True flatten",
    "group_norm": "data gamma beta num_groups eps=0.001 output_mean_var",
    "index_add": "a ind val",
    "index_update": "a ind val",
    "layer_norm": "data gamma beta axis eps output_mean_var",
    "leaky_relu": "data gamma act_type slope lower_bound upper_bound",
    "log_softmax": "data axis length temperature use_length dtype",
    "masked_log_softmax": "data mask axis temperature normalize",
    "masked_softmax": "data mask axis temperature normalize",
    "one_hot": "indices:data depth on_value off_value dtype",
    "pick": "data index axis mode keepdims",
    "pooling": "data kernel stride pad pool_type pooling_convention global_pool cudnn_off p_value "
    "count_include_pad layout",
    "reshape": "a newshape reverse order",
    "rnn": "data parameters state state_cell sequence_length mode state_size num_layers "
    "bidirectional state_outputs p use_sequence_length projection_size lstm_state_clip_min "
    "lstm_state_clip_max lstm_state_clip_nan",
    "softmax": "data length axis temperature use_length dtype",
    "topk": "data axis k ret_typ is_ascend dtype",
}

# Functions whose arguments are in the operator's own order: inputs, then attributes.
_AS_THEY_ARE = (
    *("add_n", "batch_flatten", "batch_norm_with_relu", "cast", "ctc_loss", "erf", "erfinv"),
    *("gather_nd", "instance_norm", "interleaved_matmul_encdec_qk"),
    *("interleaved_matmul_encdec_valatt", "interleaved_matmul_selfatt_qk"),
    *("interleaved_matmul_selfatt_valatt", "norm", "pad", "relu", "reshape_like", "round_ste"),
    *("sequence_last", "sequence_mask", "sequence_reverse", "shape_array", "sigmoid", "sign_ste"),
    *("slice", "slice_channel", "slice_like", "smooth_l1", "sync_batch_norm"),
)

# Of other families, or from 1.x.
_BY_OPERATOR = {
    "bipartite_matching": "_contrib_bipartite_matching",
    "box_decode": "_contrib_box_decode",
    "box_encode": "_contrib_box_encode",
    "box_iou": "_contrib_box_iou",
    "box_nms": "_contrib_box_nms",
    "broadcast_greater": "broadcast_greater",
    "deformable_convolution": "_contrib_DeformableConvolution",
    "digamma": "digamma",
    "gamma": "gamma",
    "gammaln": "gammaln",
    "modulated_deformable_convolution": "_contrib_ModulatedDeformableConvolution",
    "multibox_detection": "_contrib_MultiBoxDetection",
    "multibox_prior": "_contrib_MultiBoxPrior",
    "multibox_target": "_contrib_MultiBoxTarget",
    "roi_pooling": "ROIPooling",
    "softsign": "softsign",
    "stop_gradient": "stop_gradient",
}

# Operators of one array that Weft has with the same meaning; native code does them at once.
_NATIVE: dict[str, Callable[[Any], Any]] = {
    name: getattr(npx, name) for name in ("relu", "sigmoid", "softmax", "log_softmax", "erf")
}

# Of these `axis=None` is the flat array; elsewhere None stands for the operator's default.
_FLAT = ("pick", "topk")


class _Plan(Arguments):
    """How a function's arguments become the operator's, in the order of a signature."""

    def __init__(self, op: str, rule: Rule, name: str, signature: str | None) -> None:
        super().__init__(op, rule, name)
        self.takes_none = ("axis",) if name in _FLAT else ()
        if signature is None:
            return
        self.names = []
        for word in signature.split():
            shown, _, default = word.partition("=")
            inner, _, shown = shown.rpartition(":")
            self.names.append(shown)
            self.own[shown] = inner or shown
            if default:
                self.defaults[inner or shown] = parse(default)


def _as_array(value: Any) -> Any:
    return value if value is None or isinstance(value, ndarray) else np.asarray(value)


def function_of(name: str, op: str, signature: str | None = None) -> Callable[..., Any]:
    """The function of an operator of the table."""
    rule = rule_of(op)
    assert rule is not None  # the tables here name operators that there are
    plan = _Plan(op, rule, name, signature)
    call = plan.call(is_np_shape=True)
    direct = _NATIVE.get(name)

    def function(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        is_plain = direct is not None and out is None and not kwargs and len(args) == 1
        if is_plain and type(args[0]) is ndarray:
            return direct(args[0])
        inputs, attributes = plan.bound(plan.names, args, kwargs)
        if rule.takes_call:
            attributes["_"] = call
        found = plan.result(map(_as_array, inputs), attributes)
        if out is None:
            return list(found) if isinstance(found, tuple) else found
        for target, part in zip(_listed(out), _listed(found), strict=False):
            target[...] = part
        return out

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{name}({', '.join(plan.names)}): MXNet's operator {op}."
    return function


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: function_of(name, f"_npx_{name}", text) for name, text in _SIGNATURES.items()},
    **{name: function_of(name, f"_npx_{name}") for name in _AS_THEY_ARE},
    **{name: function_of(name, op) for name, op in _BY_OPERATOR.items()},
}

__all__ = ["FUNCTIONS", "function_of"]
