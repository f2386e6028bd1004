"""What operators say of shapes beyond what follows forward: shapes of weights, and of data from
results.

A rule gets a `Place` with what is known, and adds to it. Unknown extents are -1.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from weft._base.errors import InvalidValue
from weft.mxnet._operators import RULES as OPERATORS
from weft.mxnet._operators import custom, weight_shapes
from weft.mxnet._operators._attributes import flag, ints
from weft.mxnet.symbol._asking import TRIED, agreed, filled
from weft.mxnet.symbol._modes import Known, inward, outward

Rule = Callable[["Place"], None]


@dataclass
class Place:
    """A node with what is known of it.

    given: attributes, parsed
    """

    op: str
    given: Mapping[str, Any]
    inputs: list[Known]
    outputs: list[Known] = field(default_factory=list)

    def set_input(self, number: int, shape: Known) -> None:
        """Notes what follows for an input."""
        if number < len(self.inputs):
            self.inputs[number] = merged(self.inputs[number], shape)

    def set_output(self, number: int, shape: Known) -> None:
        """Notes what follows for a result."""
        if number < len(self.outputs):
            self.outputs[number] = merged(self.outputs[number], shape)


def merged(one: Known, other: Known) -> Known:
    """What two say of a shape together. Raises ValueError where they contradict each other."""
    if one is None or other is None:
        return other if one is None else one
    fits = len(one) == len(other) and all(
        -1 in pair or pair[0] == pair[1] for pair in zip(one, other, strict=True)
    )
    if not fits:
        raise InvalidValue(f"shapes {outward(one)} and {outward(other)} differ")
    return tuple(max(pair) for pair in zip(one, other, strict=True))


# ---- one shape -----------------------------------------------------------------------------------


def _all_same(place: Place) -> None:
    """Inputs and results have one shape."""
    common: Known = None
    for shape in (*place.inputs, *place.outputs):
        common = merged(common, shape)
    place.inputs = [common] * len(place.inputs)
    place.outputs = [common] * len(place.outputs)


def _first_same(place: Place) -> None:
    """The first result has the shape of the first input."""
    common = merged(place.inputs[0], place.outputs[0])
    place.set_input(0, common)
    place.set_output(0, common)


def _chosen(place: Place) -> None:
    """Both choices have the shape of the result; the condition may have one axis alone. While it
    is not known whole, nothing follows, as in MXNet."""
    condition, *choices = place.inputs
    if condition is None or -1 in condition:
        return
    common = place.outputs[0]
    for shape in choices:
        common = merged(common, shape)
    if common is not None and len(condition) == len(common):
        condition = common = merged(common, condition)
    place.inputs = [condition, common, common]
    place.set_output(0, common)


_PAIRS = "add sub mul div mod power maximum minimum hypot equal not_equal greater greater_equal"
_PAIRS += " lesser lesser_equal logical_and logical_or logical_xor"
_SAME = {
    *(f"_{word}" for word in _PAIRS.split()),
    *(f"_{word}_scalar" for word in _PAIRS.split()),
    *(f"elemwise_{word}" for word in ("add", "sub", "mul", "div")),
    *("_plus_scalar", "_minus_scalar", "_rminus_scalar", "_rdiv_scalar", "_rmod_scalar"),
    *("_rpower_scalar", "add_n", "ElementWiseSum", "_grad_add"),
    *("Activation", "_copy", "identity", "BlockGrad", "Cast", "amp_cast", "make_loss", "MakeLoss"),
    *("abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "ceil", "clip"),
    *("cos", "cosh", "degrees", "erf", "erfinv", "exp", "expm1", "fix", "floor", "gamma"),
    *("gammaln", "hard_sigmoid", "log", "log10", "log1p", "log2", "log_sigmoid", "logical_not"),
    *("mish", "negative", "ones_like", "radians", "rcbrt", "reciprocal", "relu", "rint", "round"),
    *("rsqrt", "sigmoid", "sign", "sin", "sinh", "smooth_l1", "softsign", "sqrt", "square", "tan"),
    *("tanh", "trunc", "zeros_like", "_identity_with_attr_like_rhs", "SoftmaxActivation"),
}
_FLEXIBLE = ("GroupNorm", "LeakyReLU")  # parameters of other shapes are taken, too
_FIRST_SAME = (
    "Dropout",
    "LRN",
    "L2Normalization",
    "LeakyReLU",
    "softmax",
    "log_softmax",
    "softmin",
)


# ---- layers --------------------------------------------------------------------------------------


def _weights(place: Place) -> None:
    """Shapes of weights from that of the data, whose unknown extents are tried with two numbers."""
    data = place.inputs[0]
    if data is None:
        return
    try:
        one, other = (
            weight_shapes(place.op, place.given, filled(data, number)) for number in TRIED
        )
    except (IndexError, KeyError, ZeroDivisionError):
        return  # data of a rank that the operator will refuse by name
    for number, shape in one.items():
        is_given = number < len(place.inputs) and place.inputs[number] is not None
        if not (is_given and place.op in _FLEXIBLE):
            place.set_input(number, agreed(shape, other[number]))


def _dense(place: Place) -> None:
    _weights(place)
    out, data = place.outputs[0], place.inputs[0]
    weight = place.inputs[1] if len(place.inputs) > 1 else None
    is_flat = flag(place.given.get("flatten", True))
    if data is not None and out is not None and data and out:
        first = (out[0],) if is_flat else out[:-1]
        rest = (-1,) * (len(data) - len(first))
        place.set_input(0, (*first, *rest))
    if data is not None and is_flat and data:
        place.set_output(0, (data[0], int(place.given["num_hidden"])))
    if weight is not None and data is not None and len(data) == 2 and is_flat:
        place.set_input(0, (-1, weight[1]))


def _convolution(place: Place) -> None:
    _weights(place)
    out, data = place.outputs[0], place.inputs[0]
    if out is None or data is None or place.given.get("layout") not in (None, "NCHW", "NCW"):
        return
    spatial = len(data) - 2
    kernel = ints(place.given["kernel"], "kernel", spatial)
    stride = ints(place.given.get("stride", ()), "stride", spatial, 1)
    dilate = ints(place.given.get("dilate", ()), "dilate", spatial, 1)
    pad = ints(place.given.get("pad", ()), "pad", spatial, 0)
    before = [
        n - 1 + d * (k - 1) + 1 - 2 * p if s == 1 and n != -1 else -1
        for n, k, s, d, p in zip(out[2:], kernel, stride, dilate, pad, strict=True)
    ]
    place.set_input(0, (out[0], -1, *before))


def _normalized(place: Place) -> None:
    _weights(place)
    _first_same(place)


# ---- parts and wholes ----------------------------------------------------------------------------


def _axis(place: Place, name: str, rank: int) -> int:
    axis = int(place.given.get(name, 1))
    if not -rank <= axis < rank:
        raise InvalidValue(f"`{name}` must be in [{-rank}, {rank}) for rank {rank}; got {axis}")
    return axis % rank


def _concatenated(place: Place) -> None:
    known = [shape for shape in (*place.inputs, *place.outputs) if shape is not None]
    if not known:
        return
    rank = len(known[0])
    axis = _axis(place, "dim", rank)
    free: Known = None
    for shape in known:
        free = merged(free, (*shape[:axis], -1, *shape[axis + 1 :]))
    assert free is not None
    extents = [-1 if shape is None else shape[axis] for shape in place.inputs]
    whole = place.outputs[0][axis] if place.outputs[0] is not None else -1
    if extents.count(-1) == 1 and whole != -1:
        extents[extents.index(-1)] = whole - sum(n for n in extents if n != -1)
    for number, extent in enumerate(extents):
        place.set_input(number, (*free[:axis], extent, *free[axis + 1 :]))
    total = -1 if -1 in extents else sum(extents)
    place.set_output(0, (*free[:axis], total, *free[axis + 1 :]))


def _transposed(place: Place) -> None:
    known = place.inputs[0] if place.inputs[0] is not None else place.outputs[0]
    if known is None:
        return
    axes = ints(place.given.get("axes", ()), "axes") or tuple(range(len(known)))[::-1]
    data, out = place.inputs[0], place.outputs[0]
    if data is not None:
        place.set_output(0, tuple(data[axis] for axis in axes))
    if out is not None and len(out) == len(axes):
        place.set_input(0, tuple(out[axes.index(axis)] for axis in range(len(axes))))


def _divided(place: Place) -> None:
    count = int(place.given["num_outputs"])
    is_squeezed = flag(place.given.get("squeeze_axis", False))
    data = place.inputs[0]
    part: Known = None
    for shape in place.outputs:
        part = merged(part, shape)
    rank = len(data) if data is not None else None
    if rank is None and part is not None:
        rank = len(part) + is_squeezed
    if rank is None:
        return
    axis = _axis(place, "axis", rank)
    if part is not None:
        extent = count if is_squeezed else (part[axis] * count if part[axis] != -1 else -1)
        behind = part[axis:] if is_squeezed else part[axis + 1 :]
        place.set_input(0, (*part[:axis], extent, *behind))
    data = place.inputs[0]
    if data is not None:
        middle = () if is_squeezed else (data[axis] // count if data[axis] != -1 else -1,)
        for number in range(len(place.outputs)):
            place.set_output(number, (*data[:axis], *middle, *data[axis + 1 :]))


def _sliced(place: Place) -> None:
    """A part's extents, as far as those of the data are known: bounds may lie outside of it."""
    data = place.inputs[0]
    if data is None:
        return
    bounds = [_listed(place.given.get(word)) for word in ("begin", "end", "step")]
    parts = [
        slice(*(row[axis] if axis < len(row) else None for row in bounds))
        for axis in range(len(data))
    ]
    place.set_output(0, tuple(map(_extent_of, parts, data)))


def _sliced_axis(place: Place) -> None:
    """The same along one axis."""
    data = place.inputs[0]
    if data is None:
        return
    axis = _axis(place, "axis", len(data))
    part = slice(*(place.given.get(word) for word in ("begin", "end")))
    place.set_output(0, (*data[:axis], _extent_of(part, data[axis]), *data[axis + 1 :]))


def _listed(bounds: Any) -> tuple[Any, ...]:
    if bounds is None:
        return ()
    return tuple(bounds) if isinstance(bounds, tuple | list) else (bounds,)


def _extent_of(part: slice, extent: int) -> int:
    """How many elements a slice takes; -1 of an unknown number."""
    if part.step == 0:
        raise InvalidValue("`step` must not be 0")
    return -1 if extent == -1 else len(range(*part.indices(extent)))


# ---- labels and lengths --------------------------------------------------------------------------


def _softmax_label(place: Place) -> None:
    _first_same(place)
    data = place.inputs[0]
    if data is None or len(place.inputs) < 2 or place.inputs[1] is not None:
        return
    if flag(place.given.get("multi_output", False)):
        place.set_input(1, (data[0], *data[2:]))
    elif flag(place.given.get("preserve_shape", False)):
        place.set_input(1, data[:-1])
    else:
        place.set_input(1, (data[0],))


def _regression_label(place: Place) -> None:
    _first_same(place)
    data = place.inputs[0]
    if data is not None and len(place.inputs) > 1 and place.inputs[1] is None:
        is_column = len(data) == 2 and data[1] == 1
        place.set_input(1, data[:1] if is_column else data)


def _class_label(place: Place) -> None:
    _first_same(place)
    if place.inputs[0] is not None:
        place.set_input(1, place.inputs[0][:1])


def _lengths(place: Place) -> None:
    """Lengths of sequences: one for each of the batch, on axis 1 unless `axis` is 1."""
    data = place.inputs[0]
    if data is not None and len(place.inputs) > 1 and len(data) > 1:
        axis = int(place.given.get("axis", 0))
        place.set_input(1, (data[1 - axis],))
    if place.op == "SequenceMask":
        _first_same(place)


def _ctc(place: Place) -> None:
    data = place.inputs[0]
    if data is not None and len(data) == 3:
        for number in range(2, len(place.inputs)):
            place.set_input(number, (data[1],))
        place.set_input(1, (data[1], -1))


def _made(place: Place) -> None:
    """What makes an array says its shape; of a `_zeros` of 1.x some extents may be unknown."""
    shape = ints(place.given.get("shape", ()), "shape")
    place.set_output(0, inward(shape))


def _up_sampling(place: Place) -> None:
    data = place.inputs[0]
    if place.given.get("sample_type") == "bilinear" and data is not None:
        factor = int(place.given["scale"])
        window = 2 * factor - factor % 2
        place.set_input(1, (data[1], 1, window, window))


def _recurrent(place: Place) -> None:
    _weights(place)
    data = place.inputs[0]
    if data is not None and flag(place.given.get("use_sequence_length", False)):
        place.set_input(len(place.inputs) - 1, (data[1],))


def _of_program(place: Place) -> None:
    """What the operator of a program says of all shapes; a shape that is not known is `[]`."""
    prop = custom.prop_of(place.given)
    count = len(prop.list_arguments())
    shapes = [outward(shape) for shape in place.inputs[:count]]
    try:
        told = prop.infer_shape([list(shape or ()) for shape in shapes])
    except (LookupError, TypeError, ValueError, ArithmeticError):
        if all(shape and -1 not in shape for shape in place.inputs[:count]):
            raise
        return  # it needs shapes that are not known yet
    own, made, *kept = told
    for number, shape in enumerate((*own, *(kept[0] if kept else ()))):
        place.set_input(number, inward(shape))
    for number, shape in enumerate(made):
        place.set_output(number, inward(shape))


def _reshaped(place: Place) -> None:
    """The only unknown extent of the data follows from the size of a result that is known."""
    data, out = place.inputs[0], place.outputs[0]
    if data is None or out is None or -1 in out or data.count(-1) != 1:
        return
    known, size = math.prod(n for n in data if n != -1), math.prod(out)
    if known and size % known == 0:
        place.set_input(0, tuple(size // known if n == -1 else n for n in data))


RULES: dict[str, Rule] = {
    **dict.fromkeys(("Reshape", "reshape", "Flatten", "flatten"), _reshaped),
    **dict.fromkeys(_SAME, _all_same),
    **dict.fromkeys(_FIRST_SAME, _first_same),
    **dict.fromkeys(("FullyConnected", "_npx_fully_connected"), _dense),
    **dict.fromkeys(("Convolution", "Convolution_v1", "_npx_convolution"), _convolution),
    "Deconvolution": _weights,
    "Embedding": _weights,
    "_contrib_SparseEmbedding": _weights,
    "RNN": _recurrent,
    "where": _chosen,
    "LeakyReLU": _normalized,
    **dict.fromkeys(("BatchNorm", "BatchNorm_v1", "_contrib_BatchNormWithReLU"), _normalized),
    **dict.fromkeys(("_contrib_SyncBatchNorm", "LayerNorm", "GroupNorm"), _normalized),
    "InstanceNorm": _normalized,
    **dict.fromkeys(("Concat", "concat"), _concatenated),
    **dict.fromkeys(("transpose", "_np_transpose", "_npi_transpose"), _transposed),
    **dict.fromkeys(("SliceChannel", "split"), _divided),
    "slice": _sliced,
    "slice_axis": _sliced_axis,
    **dict.fromkeys(("SoftmaxOutput", "Softmax"), _softmax_label),
    "LinearRegressionOutput": _regression_label,
    "LogisticRegressionOutput": _regression_label,
    "MAERegressionOutput": _regression_label,
    "SVMOutput": _class_label,
    **dict.fromkeys(("SequenceMask", "SequenceLast", "SequenceReverse"), _lengths),
    "CTCLoss": _ctc,
    "Custom": _of_program,
    "UpSampling": _up_sampling,
    **dict.fromkeys(("_zeros", "_ones", "_full"), _made),
}

# What the table has no rule for is asked itself; these names would say nothing.
RULES = {op: rule for op, rule in RULES.items() if OPERATORS.find("", op, 1) is not None}

# Asked itself on a trial extent, a slice with two bounds would seem to have one extent always.
NEED_WHOLE = frozenset({"slice", "slice_axis"})

__all__ = ["NEED_WHOLE", "RULES", "Place", "merged"]
