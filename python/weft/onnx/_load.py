"""Reads an ONNX model: file or message to a block."""

from collections.abc import Mapping
from os import PathLike, fsdecode
from typing import TYPE_CHECKING, Any

import numpy

from weft._base.errors import InvalidType, InvalidValue, NotFound
from weft._base.packages import installing
from weft._core.typing import DeviceLike
from weft._import.block import ImportedBlock
from weft._import.missing import require_all, resolve
from weft._import.prepare import prepared
from weft._import.program import Program
from weft.device import Device, current

if TYPE_CHECKING:
    import onnx

Model = "str | PathLike[str] | bytes | onnx.ModelProto"


def load(
    model: "str | PathLike[str] | bytes | onnx.ModelProto",
    *,
    device: DeviceLike = None,
    int8: bool = False,
    constants: Mapping[str, Any] | None = None,
) -> ImportedBlock:
    """An ONNX model as a block: call it, hybridize, train, quantize, export.

    model: a path, the bytes of a file, or a `ModelProto`. External data is read from the folder of
        the path, as far as it lies within it
    device: where its parameters go; None: the current device
    int8: compute with the integers of a quantized model (QuantizeLinear and DequantizeLinear around
        float operators, or QLinearConv and its kin), with results that are at most one step of
        each operator's from those of the model as it is written; what has no int8 operator stays
        float. Without it the model runs as it is written
    constants: values of inputs by name, which are no inputs of the block then; a branch that such a
        value decides is taken once for all: `constants={"sr": 16000}`

    The inputs are called in the order and by the names of the model. Initializers of floats are
    parameters, by their names. Dropout and batch norms follow `autograd.record()` as in Gluon.
    Dimensions that the model names stay free.

    Raises OSError for what is no ONNX model or damaged, ValueError for a graph that contradicts
    itself, and NotImplementedError that lists everything that Weft lacks for the model.

    >>> import weft
    >>> net = weft.onnx.load("resnet.onnx")  # doctest: +SKIP
    >>> net.export("resnet.weft", weft.np.ones((1, 3, 224, 224)))  # doctest: +SKIP
    """
    program = _program(model)
    for name, value in (constants or {}).items():
        _fix(program, name, value)
    with current() if device is None else Device(device):
        from weft.onnx._rules import RULES
        from weft.onnx._simplify import simplify

        prepared(program, RULES, simplify)
        if int8:
            from weft.onnx._int8 import to_int8

            to_int8(program, RULES)
            require_all(program.name, RULES.format, resolve(program, RULES))
        return ImportedBlock(program)


def _fix(program: Program, name: str, value: Any) -> None:
    """Makes an input a constant."""
    port = next((port for port in program.inputs if port.name == name), None)
    if port is None:
        known = ", ".join(port.name for port in program.inputs)
        raise NotFound(
            f"weft.onnx.load: `constants` must name inputs, which are {known}; got `{name}`"
        )
    try:
        array = numpy.asarray(value, port.dtype)
    except (TypeError, ValueError) as error:
        raise InvalidType(
            f"weft.onnx.load: the constant `{name}` must be of {port.dtype}; got {value!r} "
            f"({error})"
        ) from None
    wanted = port.shape
    if wanted is not None and array.size == 1:
        array = array.reshape((1,) * len(wanted))
    if wanted is not None and (
        len(wanted) != array.ndim
        or any(isinstance(w, int) and w != g for w, g in zip(wanted, array.shape, strict=True))
    ):
        raise InvalidValue(
            f"weft.onnx.load: the constant `{name}` must fit shape {wanted}; got {array.shape}"
        )
    program.inputs.remove(port)
    program.constants[name] = array
    program.fixed.add(name)


def missing(model: "str | PathLike[str] | bytes | onnx.ModelProto") -> list[str]:
    """What Weft lacks to load a model, a sentence for each operator and reason; empty: nothing.

    >>> import weft
    >>> weft.onnx.missing("model.onnx")  # doctest: +SKIP
    ['Fancy (version 1): the operator is not known; 1 node, first in node `f`']
    """
    from weft.onnx._rules import RULES

    program = _program(model)
    return [str(gap) for gap in resolve(program, RULES)]


def _program(model: "str | PathLike[str] | bytes | onnx.ModelProto") -> Program:
    """The program of a model, whose name is what errors call it."""
    try:
        import onnx
    except ImportError:
        raise ImportError(f"weft.onnx: it needs onnx: {installing('onnx')}") from None
    from weft.onnx._read import from_bytes, from_file, from_message

    if isinstance(model, onnx.ModelProto):
        return from_message(model)
    if isinstance(model, bytes | bytearray):
        return from_bytes(bytes(model))
    if isinstance(model, str | PathLike):
        return from_file(fsdecode(model))
    raise InvalidType(
        f"weft.onnx.load: `model` must be a path, bytes or a ModelProto; got {type(model).__name__}"
    )


__all__ = ["load", "missing"]
