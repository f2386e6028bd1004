"""Reads a net of Caffe: its text and its weights to a block."""

import pathlib
import warnings
from collections.abc import Mapping, Sequence
from os import PathLike, fspath

import numpy

from weft._base.errors import InvalidValue, MissingFile, NotFound
from weft._core.typing import DeviceLike
from weft._import.block import ImportedBlock
from weft._import.missing import resolve
from weft._import.prepare import prepared
from weft._import.program import Node, Program
from weft.caffe._net import Net, Weights
from weft.caffe._program import net_of, state_of
from weft.caffe._read import read_net, read_weights
from weft.caffe._rules import RULES, unknown_types
from weft.device import Device, current
from weft.np.random import randint

Path = str | PathLike[str]

_CALLER = "weft.caffe.load"


def load(
    prototxt: Path,
    weights: Path | None = None,
    *,
    phase: str = "TEST",
    level: int = 0,
    stages: Sequence[str] = (),
    shapes: Mapping[str, Sequence[int]] | None = None,
    device: DeviceLike = None,
) -> ImportedBlock:
    """A net of Caffe as a block: call it, hybridize, train, quantize, export.

    prototxt: the net as text, such as deploy.prototxt, in any of Caffe's three forms
    weights: a .caffemodel; layers take theirs by name. None, or a layer that the file lacks: the
        fillers say the first values
    phase: 'TEST' or 'TRAIN': with `level` and `stages`, which layers there are (`include` and
        `exclude`)
    shapes: of inputs by name: of layers of data, whose files are not read, and others than
        the text says
    device: where its parameters go; None: the current device

    The inputs are those that the text declares, and the tops of its layers of data; they take any
    extents that the net can compute with. The outputs are the tops that no layer reads. Parameters
    have names such as `conv1.weight`, `conv1.bias`; shared ones that of the first layer. Dropout
    and batch norms follow `autograd.record()` as in Gluon.

    Raises OSError for a file that is missing or damaged, ValueError for a net that contradicts
    itself or its weights, and NotImplementedError that lists all layers that Weft lacks.

    >>> import weft
    >>> net = weft.caffe.load("deploy.prototxt", "net.caffemodel")  # doctest: +SKIP
    >>> net.export("net.weft", weft.np.ones((1, 3, 227, 227)))  # doctest: +SKIP
    """
    if phase not in ("TEST", "TRAIN"):
        raise InvalidValue(f"{_CALLER}: `phase` must be 'TEST' or 'TRAIN'; got {phase!r}")
    description = read_net(prototxt, _CALLER)
    blobs = read_weights(weights, _CALLER) if weights is not None else {}
    random = numpy.random.default_rng(int(randint(0, 1 << 62)))
    given = {name: tuple(int(extent) for extent in shape) for name, shape in (shapes or {}).items()}
    state = state_of(description, phase, level, stages)
    with current() if device is None else Device(device):
        net = net_of(description, fspath(prototxt), state, given, blobs, random)
        names = [port.name for port in net.program.inputs]
        for name in given:
            if name not in names:
                raise NotFound(
                    f"{_CALLER}: `shapes` has `{name}`, which is no input; the inputs are "
                    f"{', '.join(names)}"
                )
        _tell_what_is_left(net, blobs, weights)
        return block_of(net)


def _tell_what_is_left(net: Net, blobs: Weights, weights: Path | None) -> None:
    """Warns of layers whose weights the file lacks. Raises ValueError where it has none of all."""
    if weights is None:
        return
    saved = {weight.layer for weight in net.weights.values() if weight.is_saved}
    left = [layer for layer in net.blobs if layer in saved and layer not in blobs]
    if not left:
        return
    if len(left) == len(saved):
        raise InvalidValue(
            f"{net.name}: {fspath(weights)} has weights for none of the net's layers, "
            f"{', '.join(left)}; it has {', '.join(blobs) or 'none'}"
        )
    warnings.warn(
        f"{net.name}: {fspath(weights)} has no weights for layers `{'`, `'.join(left)}`; their "
        "fillers say the values",
        stacklevel=3,
    )


class CaffeBlock(ImportedBlock):
    """A net of Caffe, whose outputs have the names of their blobs."""

    def __init__(self, net: Net) -> None:
        titles = [net.titles[name] for name in net.program.outputs]
        super().__init__(prepared(net.program, RULES))
        if len(set(titles)) == len(titles):
            self.__dict__["_output_names"] = titles


def block_of(net: Net) -> ImportedBlock:
    """A net as a block, with the factors of its weights' rates."""
    block = CaffeBlock(net)
    for name, parameter in block.collect_params().items():
        weight = net.weights.get(name)
        if weight is None:
            continue
        parameter.lr_mult, parameter.wd_mult = weight.lr_mult, weight.decay_mult
        if weight.is_state:
            parameter.grad_req = "null"
    return block


def weights_beside(prototxt: Path) -> Path:
    """The only .caffemodel beside a prototxt, for the command `weft convert`."""
    folder = pathlib.Path(prototxt).parent
    found = sorted([*folder.glob("*.caffemodel"), *folder.glob("*.caffemodel.h5")])
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise MissingFile(
            f"convert: name the .caffemodel behind {fspath(prototxt)}; beside it are: {names}"
        )
    return found[0]


def missing(prototxt: Path) -> list[str]:
    """What Weft lacks to load a net, a sentence for each type of layer; empty: nothing.

    >>> import weft
    >>> weft.caffe.missing("deploy.prototxt")  # doctest: +SKIP
    ['ROIPooling (version 1): the operator is not known; 1 node, first in node `roi_pool5`']
    """
    net = read_net(prototxt, "weft.caffe.missing")
    unknown = set(unknown_types(net))
    nodes = [
        Node(layer.type, "", 1, layer.name, [], [], {})
        for layer in net.layer
        if layer.type in unknown
    ]
    return [str(gap) for gap in resolve(Program("", [], [], nodes), RULES)]


__all__ = ["block_of", "load", "missing", "weights_beside"]
