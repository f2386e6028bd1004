"""Writes what LiteRT, and TensorFlow Lite Micro, give for the models of `tests/models/tflite`:
`goldens.npz`.

    python make_goldens.py FOLDER

It needs the packages ai-edge-litert and tflite-micro, which the tests do not. A model runs three
times, one call after another, so that states count; the arrays, `<model>/in<number>`,
`<model>/out<number>` and `<model>/micro` of some, have an axis of calls in front.
"""

import sys
from pathlib import Path

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tflite_micro import runtime

CALLS = 3
# Where LiteRT's reference kernel is wrong and its default kernel right: the former gives -1 for
# each int8 sum, and leaves out the last channel of a window of local responses.
DEFAULT = {"sum_int8", "local_response_float"}
REFUSED = {"add_int16", "log_softmax_int8"}  # by Weft, which a test wants to see
# Whose roundings of LiteRT and TensorFlow Lite Micro differ in some integers.
MICRO = {
    *("ad01_int8", "hello_world_int8", "kws_dscnn_int8", "resnet8_int8", "mnist_lstm_int8"),
    *("dense_int8", "sum_int8", "micro_speech_int8"),
}


def sample(random: numpy.random.Generator, details: dict, call: int) -> numpy.ndarray:
    """An input: all integers in one call, small ones in another."""
    dtype = numpy.dtype(details["dtype"])
    if dtype.kind not in "iu":
        return random.normal(0, 1 + 2 * (call % 2), details["shape"]).astype(dtype)
    ends = numpy.iinfo(dtype)
    values = random.integers(ends.min, ends.max + 1, details["shape"])
    return (values // (1 + 3 * (call % 2))).astype(dtype)


def goldens(path: Path) -> dict[str, numpy.ndarray]:
    """Inputs and outputs of a model."""
    kind = OpResolverType.BUILTIN if path.stem in DEFAULT else OpResolverType.BUILTIN_REF
    interpreter = Interpreter(model_path=str(path), experimental_op_resolver_type=kind)
    interpreter.allocate_tensors()
    random = numpy.random.default_rng(len(path.stem))
    found: dict[str, list[numpy.ndarray]] = {}
    for call in range(CALLS):
        for number, details in enumerate(interpreter.get_input_details()):
            x = sample(random, details, call)
            interpreter.set_tensor(details["index"], x)
            found.setdefault(f"{path.stem}/in{number}", []).append(x)
        interpreter.invoke()
        for number, details in enumerate(interpreter.get_output_details()):
            y = interpreter.get_tensor(details["index"])
            found.setdefault(f"{path.stem}/out{number}", []).append(y.copy())
    return {name: numpy.stack(calls) for name, calls in found.items()}


def micro(path: Path, inputs: numpy.ndarray) -> numpy.ndarray:
    """The outputs of TensorFlow Lite Micro for the calls of a model of one input."""
    interpreter = runtime.Interpreter.from_file(str(path))
    found = []
    for x in inputs:
        interpreter.set_input(x, 0)
        interpreter.invoke()
        found.append(interpreter.get_output(0).copy())
    return numpy.stack(found)


def main(folder: Path) -> None:
    found: dict[str, numpy.ndarray] = {}
    for path in sorted([*folder.glob("*.tflite"), *folder.glob("operators/*.tflite")]):
        if path.stem not in REFUSED:
            found |= goldens(path)
        if path.stem in MICRO:
            found[f"{path.stem}/micro"] = micro(path, found[f"{path.stem}/in0"])
    numpy.savez_compressed(folder / "goldens.npz", **found)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
