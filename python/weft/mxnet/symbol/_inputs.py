"""Which inputs and results an operator has for given attributes.

An input that a program does not give becomes a variable, `fc1_weight`, unless the attributes say
that the operator does without it. Of the results some are hidden: a program sees them only if it
asks for them.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from weft.mxnet._operators import custom, parsed, rule_of
from weft.mxnet._operators._attributes import flag
from weft.mxnet._operators._table import count_of

Given = Mapping[str, Any]


def _without_bias(default: bool) -> Callable[[Given], list[str]]:
    def names(given: Given) -> list[str]:
        is_without = flag(given.get("no_bias", default))
        return ["data", "weight"] if is_without else ["data", "weight", "bias"]

    return names


def _recurrent(given: Given) -> list[str]:
    names = ["data", "parameters", "state"]
    if given.get("mode") == "lstm":
        names.append("state_cell")
    if flag(given.get("use_sequence_length", False)):
        names.append("sequence_length")
    return names


def _with(always: str, *asked: tuple[str, str]) -> Callable[[Given], list[str]]:
    """Inputs that are always there, and those that an attribute asks for."""

    def names(given: Given) -> list[str]:
        more = [name for name, attribute in asked if flag(given.get(attribute, False))]
        return [*always.split(), *more]

    return names


def _slopes(given: Given) -> list[str]:
    return ["data", "gamma"] if given.get("act_type") == "prelu" else ["data"]


_sequence = _with("data", ("sequence_length", "use_sequence_length"))
_lengths = (("data_lengths", "use_data_lengths"), ("label_lengths", "use_label_lengths"))
_softmax = _with("data", ("length", "use_length"))
_labelled = _with("data label")

_NAMES: dict[str, Callable[[Given], list[str]]] = {
    **dict.fromkeys(("FullyConnected", "_npx_fully_connected"), _without_bias(False)),
    **dict.fromkeys(("Convolution", "Convolution_v1", "_npx_convolution"), _without_bias(False)),
    **dict.fromkeys(("Deconvolution", "_npx_deconvolution"), _without_bias(True)),
    **dict.fromkeys(("RNN", "_npx_rnn"), _recurrent),
    **dict.fromkeys(("LeakyReLU", "_npx_leaky_relu"), _slopes),
    **dict.fromkeys(("SequenceMask", "SequenceLast", "SequenceReverse"), _sequence),
    **dict.fromkeys(("CTCLoss", "ctc_loss"), _with("data label", *_lengths)),
    **dict.fromkeys(("softmax", "softmin", "log_softmax"), _softmax),
    **dict.fromkeys(("SoftmaxOutput", "Softmax", "SVMOutput"), _labelled),
    "LinearRegressionOutput": _labelled,
    "LogisticRegressionOutput": _labelled,
    "MAERegressionOutput": _labelled,
    **dict.fromkeys(("Custom", "_npi_Custom"), custom.inputs_of),
}


def wanted_inputs(op: str, given: Given) -> list[str]:
    """The inputs that an operator must have, in order, for parsed attributes."""
    if op in _NAMES:
        return _NAMES[op](given)
    rule = rule_of(op)
    assert rule is not None  # the caller has found the operator
    return input_names(op)[: rule.required]


@functools.cache
def parameters_of(op: str) -> tuple[inspect.Parameter, ...]:
    """Inputs and attributes of an operator, in the order of MXNet's functions."""
    rule = rule_of(op)
    assert rule is not None
    found = inspect.signature(rule.function).parameters.values()
    shown = (p for p in found if p.kind is not p.VAR_KEYWORD)
    return tuple(p for p in shown if p.name not in ("_", "subgraphs"))


def takes_named(op: str) -> bool:
    """Do the names of an operator's inputs follow from its attributes alone?"""
    rule = rule_of(op)
    return rule is not None and rule.takes_options


def input_names(op: str, attributes: Given | None = None) -> list[str]:
    """The names of an operator's inputs; none for one that takes any number."""
    if takes_named(op):
        return custom.inputs_of(attributes or {})
    return [p.name for p in parameters_of(op) if p.kind is p.POSITIONAL_OR_KEYWORD]


# ---- results -------------------------------------------------------------------------------------

_NORMS = ("BatchNorm", "BatchNorm_v1", "_contrib_BatchNormWithReLU", "_contrib_SyncBatchNorm")
_STD = ("LayerNorm", "GroupNorm", "_npx_layer_norm", "_npx_group_norm")
# Operators with one result that a program sees, whatever else they keep for their gradient.
_ONE = frozenset(
    {
        *("Dropout", "_npx_dropout", "L2Normalization", "LRN", "InstanceNorm"),
        *("CTCLoss", "ctc_loss", "_contrib_CTCLoss", "_contrib_ctc_loss", "_npx_ctc_loss"),
        *("_npx_instance_norm",),
    }
)


def visible_outputs(op: str, attributes: Mapping[str, Any]) -> int:
    """How many results of an operator a program sees."""
    given = parsed(op, attributes)
    if op in _ONE:
        return 1
    if op in _NORMS or op in _STD or op in ("_npx_batch_norm", "_npx_batch_norm_with_relu"):
        return 3 if flag(given.get("output_mean_var", False)) else 1
    return count_of(op, given) or 1


def output_names(op: str, name: str, attributes: Mapping[str, Any]) -> list[str]:
    """What the results of a node are called."""
    if takes_named(op):
        return [f"{name}_{own}" for own in custom.outputs_of(attributes)]
    count = visible_outputs(op, attributes)
    if count == 1:
        return [f"{name}_output"]
    if op in _STD or ("atch" in op and "orm" in op):
        last = "std" if op in _STD else "var"
        return [f"{name}_output", f"{name}_mean", f"{name}_{last}"]
    if op == "RNN":
        return [f"{name}_{word}" for word in ("output", "state_output", "statecell_output")][:count]
    return [f"{name}_output{number}" for number in range(count)]


__all__ = ["input_names", "output_names", "parameters_of", "visible_outputs", "wanted_inputs"]
