"""A net for use, made of one for training: without labels, losses and figures.

What a `deploy.prototxt` usually says by hand. A softmax or sigmoid loss leaves the softmax or
sigmoid that it is taken of, named `prob`.
"""

from typing import Any

from weft._base.errors import InvalidValue
from weft.caffe._layers import DATA_LAYERS, Layer
from weft.caffe._messages import message

_SHARES = {"SoftmaxWithLoss": "Softmax", "SigmoidCrossEntropyLoss": "Sigmoid"}
_DROPPED = ("Silence", "HDF5Output")


def _measures(layer: Layer) -> bool:
    return "Loss" in layer.type or layer.type == "Accuracy"


def deployed(layers: list[Layer], shapes: dict[str, tuple[int, ...]], name: str) -> Any:
    """The `NetParameter` of a net for use.

    layers: those of the TEST phase; shapes: of the tops of layers of data

    Raises ValueError where nothing is left.
    """
    labels = _labels(layers)
    net = message("NetParameter")(name=name)
    dropped = set(labels)
    for layer in layers:
        if layer.type in DATA_LAYERS:
            _take_inputs(net, layer, labels, shapes)
        elif layer.type in _SHARES and layer.bottoms and layer.bottoms[0] not in dropped:
            _take_shares(net, layer)
            dropped.update(layer.tops)
        elif _measures(layer) or layer.type in _DROPPED or dropped.intersection(layer.bottoms):
            dropped.update(layer.tops)
        else:
            _take(net, layer)
            dropped.difference_update(layer.tops)
    if len(net.layer) < 2:
        raise InvalidValue("nothing but labels and losses is in the net")
    return net


def _labels(layers: list[Layer]) -> set[str]:
    """Tops of data that only losses and figures read, behind their first bottom."""
    tops = {top for layer in layers if layer.type in DATA_LAYERS for top in layer.tops}
    for layer in layers:
        for place, bottom in enumerate(layer.bottoms):
            if not (_measures(layer) and place > 0):
                tops.discard(bottom)
    return tops


def _take_inputs(net: Any, layer: Layer, labels: set[str], shapes: Any) -> None:
    for top in layer.tops:
        if top not in labels:
            added = net.layer.add(name=top, type="Input", top=[top])
            added.input_param.shape.add(dim=shapes[top])


def _take_shares(net: Any, layer: Layer) -> None:
    taken = {top for other in net.layer for top in other.top}
    title = "prob"
    while title in taken:
        title += "_"
    added = net.layer.add(name=title, type=_SHARES[layer.type], top=[title])
    added.bottom.append(layer.bottoms[0])
    if layer.message.HasField("softmax_param") and added.type == "Softmax":
        added.softmax_param.CopyFrom(layer.message.softmax_param)


def _take(net: Any, layer: Layer) -> None:
    added = net.layer.add()
    added.CopyFrom(layer.message)
    added.name = layer.name
    del added.include[:], added.exclude[:], added.blobs[:], added.loss_weight[:]


__all__ = ["deployed"]
