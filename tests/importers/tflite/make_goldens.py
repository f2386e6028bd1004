"""Writes what LiteRT, and TensorFlow Lite Micro, give for the models of `tests/models/tflite`:
`goldens.npz`.

    python make_goldens.py FOLDER

It needs the packages ai-edge-litert and tflite-micro, which the tests do not. A model runs three
times, one call after another, so that states count; the arrays, `<model>/in<number>`,
`<model>/out<number>` and `<model>/micro` of some, have an axis of calls in front. What the file has
stays as it is; models without arrays in it are added.
"""

import sys
from pathlib import Path

import numpy
import tflite
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tflite_micro import runtime

CALLS = 3
# Where LiteRT's reference kernel is wrong and its default kernel right: the former gives -1 for
# each int8 sum, and leaves out the last channel of a window of local responses.
DEFAULT = {"sum_int8", "sum_int16", "sum_rounded_int16", "local_response_float"}
REFUSED = {"batch_matmul_int16", "log_softmax_int8"}  # by Weft, which a test wants to see
# Whose roundings of LiteRT and TensorFlow Lite Micro differ in some integers.
MICRO = {
    *("ad01_int8", "hello_world_int8", "kws_dscnn_int8", "resnet8_int8", "mnist_lstm_int8"),
    *("dense_int8", "dense_int16", "sum_int8", "micro_speech_int8"),
}


# Whose operators LiteRT lacks: the signal library of TensorFlow Lite Micro.
SIGNAL = "audio_preprocessor", "signal_"
DTYPES = {2: "int32", 7: "int16", 12: "uint64", 15: "uint32"}  # by TensorType


def sample(random: numpy.random.Generator, details: dict, call: int) -> numpy.ndarray:
    """An input: all integers in one call, small ones in another."""
    dtype = numpy.dtype(details["dtype"])
    if dtype.kind not in "iu":
        return random.normal(0, 1 + 2 * (call % 2), details["shape"]).astype(dtype)
    ends = numpy.iinfo(dtype)
    values = random.integers(ends.min, min(ends.max + 1, 2**63 - 1), details["shape"])
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


def micro(path: Path, *inputs: numpy.ndarray, outputs: int = 1) -> list[numpy.ndarray]:
    """The outputs of TensorFlow Lite Micro for the calls of a model."""
    interpreter = runtime.Interpreter.from_file(str(path))
    found: list[list[numpy.ndarray]] = [[] for _ in range(outputs)]
    for call in zip(*inputs, strict=True):
        for number, x in enumerate(call):
            interpreter.set_input(x, number)
        interpreter.invoke()
        for number, calls in enumerate(found):
            calls.append(interpreter.get_output(number).copy())
    return [numpy.stack(calls) for calls in found]


def signal_goldens(path: Path) -> dict[str, numpy.ndarray]:
    """Inputs and outputs of a model of the signal library."""
    model = tflite.Model.GetRootAs(path.read_bytes(), 0).Subgraphs(0)
    random = numpy.random.default_rng(len(path.stem))
    found: dict[str, numpy.ndarray] = {}
    for number in range(model.InputsLength()):
        tensor = model.Tensors(model.Inputs(number))
        shape = [tensor.Shape(axis) for axis in range(tensor.ShapeLength())]
        dtype = DTYPES[tensor.Type()]
        calls = [sample(random, {"dtype": dtype, "shape": shape}, call) for call in range(CALLS)]
        found[f"{path.stem}/in{number}"] = numpy.stack(calls)
    if path.stem == "signal_square_root":  # a number of bits
        found[f"{path.stem}/in1"] = numpy.array([0, 3, 15], "int32")
    results = micro(path, *found.values(), outputs=model.OutputsLength())
    return found | {f"{path.stem}/out{n}": y for n, y in enumerate(results)}


def main(folder: Path) -> None:
    with numpy.load(folder / "goldens.npz") as file:
        found = dict(file)
    known = {key.split("/")[0] for key in found}
    for path in sorted([*folder.glob("*.tflite"), *folder.glob("operators/*.tflite")]):
        if path.stem in REFUSED or path.stem in known:
            continue
        if path.stem.startswith(SIGNAL):
            found |= signal_goldens(path)
            continue
        found |= goldens(path)
        if path.stem in MICRO:
            found[f"{path.stem}/micro"] = micro(path, found[f"{path.stem}/in0"])[0]
    numpy.savez_compressed(folder / "goldens.npz", **found)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
