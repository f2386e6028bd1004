"""Nets of older forms in the present one: layers as Caffe wrote them until 2014 (V1, `layers` with
types in capitals) and 2013 (V0, a layer within `layers`), inputs by their extents, and solvers that
name their type by a number."""

from collections.abc import MutableSequence
from typing import Any

from weft._base.errors import InvalidValue
from weft.caffe._messages import message

# What V1 calls the layers whose names are no plain spelling of these.
_V1_TYPES = {
    "BNLL": "BNLL",
    "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output",
    "IM2COL": "Im2col",
    "LRN": "LRN",
    "MVN": "MVN",
    "RELU": "ReLU",
    "SOFTMAX_LOSS": "SoftmaxWithLoss",
    "ABSVAL": "AbsVal",
    "ARGMAX": "ArgMax",
    "TANH": "TanH",
}
_V0_TYPES = {
    "accuracy": "Accuracy",
    "bnll": "BNLL",
    "concat": "Concat",
    "conv": "Convolution",
    "data": "Data",
    "dropout": "Dropout",
    "euclidean_loss": "EuclideanLoss",
    "flatten": "Flatten",
    "hdf5_data": "HDF5Data",
    "hdf5_output": "HDF5Output",
    "im2col": "Im2col",
    "images": "ImageData",
    "infogain_loss": "InfogainLoss",
    "innerproduct": "InnerProduct",
    "lrn": "LRN",
    "multinomial_logistic_loss": "MultinomialLogisticLoss",
    "pool": "Pooling",
    "relu": "ReLU",
    "sigmoid": "Sigmoid",
    "softmax": "Softmax",
    "softmax_loss": "SoftmaxWithLoss",
    "split": "Split",
    "tanh": "TanH",
    "window_data": "WindowData",
}
_DATA = {"Data": "data_param", "ImageData": "image_data_param", "HDF5Data": "hdf5_data_param"}
# Where a field of a V0 layer goes, by the layer's type: message and field.
_V0_FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "Convolution": {
        "num_output": ("convolution_param", "num_output"),
        "biasterm": ("convolution_param", "bias_term"),
        "weight_filler": ("convolution_param", "weight_filler"),
        "bias_filler": ("convolution_param", "bias_filler"),
        "pad": ("convolution_param", "pad"),
        "kernelsize": ("convolution_param", "kernel_size"),
        "group": ("convolution_param", "group"),
        "stride": ("convolution_param", "stride"),
    },
    "InnerProduct": {
        "num_output": ("inner_product_param", "num_output"),
        "biasterm": ("inner_product_param", "bias_term"),
        "weight_filler": ("inner_product_param", "weight_filler"),
        "bias_filler": ("inner_product_param", "bias_filler"),
    },
    "Pooling": {
        "pad": ("pooling_param", "pad"),
        "kernelsize": ("pooling_param", "kernel_size"),
        "stride": ("pooling_param", "stride"),
        "pool": ("pooling_param", "pool"),
    },
    "Dropout": {"dropout_ratio": ("dropout_param", "dropout_ratio")},
    "LRN": {name: ("lrn_param", name) for name in ("local_size", "alpha", "beta", "k")},
    "Concat": {"concat_dim": ("concat_param", "concat_dim")},
    "InfogainLoss": {"source": ("infogain_loss_param", "source")},
    **{
        kind: {
            "source": (options, "source"),
            "batchsize": (options, "batch_size"),
            "rand_skip": (options, "rand_skip"),
            "new_height": (options, "new_height"),
            "new_width": (options, "new_width"),
            "shuffle_images": (options, "shuffle"),
            "scale": ("transform_param", "scale"),
            "meanfile": ("transform_param", "mean_file"),
            "cropsize": ("transform_param", "crop_size"),
            "mirror": ("transform_param", "mirror"),
        }
        for kind, options in _DATA.items()
    },
}
_TRANSFORMED = ("scale", "mean_file", "crop_size", "mirror")


def upgraded(net: Any, name: str) -> Any:
    """The net with present layers only, its inputs being layers, too.

    Raises ValueError for a net that mixes old and present layers.
    """
    if len(net.layers):
        if len(net.layer):
            raise InvalidValue(f"{name}: has both `layer` and the older `layers`; use one of them")
        _take_old_layers(net, name)
    for layer in net.layer:
        _move_transformations(layer)
        if layer.type == "BatchNorm" and len(layer.param) == 3:
            del layer.param[:]  # its blobs are never trained; old files said so
    _take_inputs(net, name)
    return net


# ---- inputs -------------------------------------------------------------------------------------


def _take_inputs(net: Any, name: str) -> None:
    if not len(net.input):
        return
    shapes = [list(shape.dim) for shape in net.input_shape]
    if not shapes:
        extents = list(net.input_dim)
        if len(extents) != 4 * len(net.input):
            raise InvalidValue(
                f"{name}: `input_dim` must have 4 extents for each of {len(net.input)} inputs; got "
                f"{len(extents)}"
            )
        shapes = [extents[place : place + 4] for place in range(0, len(extents), 4)]
    if len(shapes) != len(net.input):
        raise InvalidValue(
            f"{name}: `input_shape` must be one for each of {len(net.input)} inputs; got "
            f"{len(shapes)}"
        )
    first = message("LayerParameter")(name="input", type="Input", top=list(net.input))
    for shape in shapes:
        first.input_param.shape.add(dim=shape)
    layers = [first, *net.layer]
    del net.layer[:], net.input[:], net.input_shape[:], net.input_dim[:]
    net.layer.extend(layers)


def _move_transformations(layer: Any) -> None:
    """What layers of data once said themselves is a part of `transform_param`."""
    for options in ("data_param", "image_data_param", "window_data_param"):
        if not layer.HasField(options):
            continue
        old = getattr(layer, options)
        for field in _TRANSFORMED:
            if old.HasField(field):
                setattr(layer.transform_param, field, getattr(old, field))
                old.ClearField(field)


# ---- layers -------------------------------------------------------------------------------------


def _take_old_layers(net: Any, name: str) -> None:
    margins: dict[str, tuple[str, int]] = {}  # by top of a layer of margins: bottom and number
    for old in net.layers:
        layer = net.layer.add()
        if not old.HasField("layer"):
            _take_v1(old, layer, name)
            continue
        if old.layer.type == "padding":
            margins[old.top[0] if len(old.top) else ""] = (
                old.bottom[0] if len(old.bottom) else "",
                old.layer.pad,
            )
            del net.layer[-1]
            continue
        _take_v0(old, layer, name)
        for place, bottom in enumerate(layer.bottom):
            if bottom in margins:
                layer.bottom[place], pad = margins[bottom]
                options = "convolution_param" if layer.type == "Convolution" else "pooling_param"
                _set(layer, options, "pad", pad)
    del net.layers[:]


def _take_v1(old: Any, layer: Any, name: str) -> None:
    number = old.type
    names = type(old).DESCRIPTOR.fields_by_name["type"].enum_type.values_by_number
    text = names[number].name
    if text == "NONE":
        raise InvalidValue(f"{name}: layer `{old.name}` has no `type`")
    layer.type = _V1_TYPES.get(text) or "".join(part.capitalize() for part in text.split("_"))
    layer.name = old.name
    for field in ("bottom", "top", "loss_weight"):
        getattr(layer, field).extend(getattr(old, field))
    for field in ("include", "exclude"):
        getattr(layer, field).extend(getattr(old, field))
    for described, value in old.ListFields():
        if described.name.endswith("_param"):
            getattr(layer, described.name).CopyFrom(value)
    _take_specs(layer, old.param, old.blobs_lr, old.weight_decay)
    layer.blobs.extend(old.blobs)


def _take_v0(old: Any, layer: Any, name: str) -> None:
    inner = old.layer
    if inner.type not in _V0_TYPES:
        raise InvalidValue(
            f"{name}: layer `{inner.name}` has type {inner.type!r}, which is unknown"
        )
    layer.type, layer.name = _V0_TYPES[inner.type], inner.name
    layer.bottom.extend(old.bottom)
    layer.top.extend(old.top)
    places = _V0_FIELDS.get(layer.type, {})
    for described, value in inner.ListFields():
        if described.name in places:
            _set(layer, *places[described.name], value)
    _take_specs(layer, [], inner.blobs_lr, inner.weight_decay)
    layer.blobs.extend(inner.blobs)


def _set(layer: Any, options: str, field: str, value: Any) -> None:
    """Sets a field of a layer's message, if that has it."""
    target = getattr(layer, options)
    described = type(target).DESCRIPTOR.fields_by_name.get(field)
    if described is None:
        return
    if described.message_type is not None:
        getattr(target, field).CopyFrom(value)
    elif isinstance(getattr(target, field), MutableSequence):
        getattr(target, field)[:] = [value]
    else:
        setattr(target, field, value)


def _take_specs(layer: Any, names: Any, rates: Any, decays: Any) -> None:
    for place in range(max(len(names), len(rates), len(decays))):
        spec = layer.param.add()
        if place < len(names) and names[place]:
            spec.name = names[place]
        if place < len(rates):
            spec.lr_mult = rates[place]
        if place < len(decays):
            spec.decay_mult = decays[place]


# ---- solvers ------------------------------------------------------------------------------------

_SOLVERS = ("SGD", "Nesterov", "AdaGrad", "RMSProp", "AdaDelta", "Adam")


def upgraded_solver(solver: Any, name: str) -> Any:
    """The solver with its type as a text."""
    if solver.HasField("solver_type"):
        if solver.HasField("type"):
            raise InvalidValue(f"{name}: has both `type` and the older `solver_type`; use `type`")
        solver.type = _SOLVERS[solver.solver_type]
        solver.ClearField("solver_type")
    for net in (solver.net_param, solver.train_net_param, *solver.test_net_param):
        if net.ByteSize():
            upgraded(net, name)
    return solver


__all__ = ["upgraded", "upgraded_solver"]
