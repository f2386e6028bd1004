"""Reads a TensorFlow Lite model: file or bytes to a block."""

from os import PathLike, fsdecode

from weft._base.errors import FileFailure, InvalidType, InvalidValue, MissingFile
from weft._base.packages import installing
from weft._core.typing import DeviceLike
from weft._import.block import ImportedBlock
from weft._import.missing import resolve
from weft._import.prepare import prepared
from weft._import.program import Program
from weft.device import Device, current

ROUNDINGS = ("litert", "micro")


def load(
    model: str | PathLike[str] | bytes, *, rounding: str = "litert", device: DeviceLike = None
) -> ImportedBlock:
    """A TensorFlow Lite model as a block: call it, hybridize, export, compile to C.

    model: a path, or the bytes of a file
    rounding: of int8 dense layers: 'litert' rounds the scaled sums once, as LiteRT does, 'micro'
        twice, as TensorFlow Lite Micro and CMSIS-NN do; results differ by one step, seldom
    device: where its arrays go; None: the current device

    Images have their channels last, as in the file. A quantized model takes and returns the
    integers of the file; its arithmetic is that of TensorFlow Lite's reference kernels, in every
    bit. Weights of a float model are parameters, by their names; weights of integers in a float
    model become floats. What a recurrent or streaming model keeps from call to call is a parameter
    that calls write, and a state of an exported file.

    Raises OSError for what is no model or damaged, ValueError for a graph that contradicts itself,
    and NotImplementedError that lists everything that Weft lacks for the model.

    >>> import weft
    >>> net = weft.tflite.load("model.tflite")  # doctest: +SKIP
    """
    if rounding not in ROUNDINGS:
        raise InvalidValue(
            f"weft.tflite.load: `rounding` must be one of {', '.join(ROUNDINGS)}; got {rounding!r}"
        )
    program = _program(model, rounding == "micro")
    with current() if device is None else Device(device):
        from weft.tflite._rules import RULES

        prepared(program, RULES)
        # Small weights are weights, too: integers of few bits are no shapes.
        program.arrays.update(
            name
            for name, value in program.constants.items()
            if value.ndim and value.dtype.name in ("int8", "int16")
        )
        return ImportedBlock(program)


def missing(model: str | PathLike[str] | bytes) -> list[str]:
    """What Weft lacks to load a model, a sentence for each operator and reason; empty: nothing.

    >>> import weft
    >>> weft.tflite.missing("model.tflite")  # doctest: +SKIP
    []
    """
    from weft.tflite._rules import RULES

    return [str(gap) for gap in resolve(_program(model), RULES)]


def _program(model: str | PathLike[str] | bytes, rounds_twice: bool = False) -> Program:
    try:
        import tflite  # noqa: F401
    except ImportError:
        raise ImportError(f"weft.tflite: it needs tflite: {installing('tflite')}") from None
    from weft.tflite._read import program_of

    if isinstance(model, bytes | bytearray):
        return program_of(bytes(model), "TensorFlow Lite model", rounds_twice)
    if not isinstance(model, str | PathLike):
        raise InvalidType(
            f"weft.tflite.load: `model` must be a path or bytes; got {type(model).__name__}"
        )
    path = fsdecode(model)
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise MissingFile(f"weft.tflite.load: there is no file {path}") from None
    except OSError as error:
        raise FileFailure(f"weft.tflite.load: {path}: {error.strerror}") from None
    return program_of(content, path, rounds_twice)


__all__ = ["load", "missing"]
