"""Makes the models of `tests/models/tflite/operators` that have operators of TensorFlow Lite
Micro's signal library, which TensorFlow's converter does not know.

    python signal_files.py FOLDER

It needs the package ai-edge-litert for the schema, which the tests do not. Existing files stay as
they are. A file has one operator; a constant is an input that has values.
"""

import sys
from pathlib import Path

import numpy
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import Builder, flexbuffers

RANDOM = numpy.random.default_rng(11)
TABLE = numpy.sort(RANDOM.integers(0, 32768, 125))[::-1].astype("int16")
NOISE = {
    "alternate_one_minus_smoothing": 15401,
    "alternate_smoothing": 983,
    "clamping": True,
    "min_signal_remaining": 819,
    "num_channels": 5,
    "one_minus_smoothing": 15975,
    "smoothing": 409,
    "smoothing_bits": 10,
    "spectral_subtraction_bits": 14,
}
STACKER = {
    "num_channels": 3,
    "stacker_left_context": 1,
    "stacker_right_context": 1,
    "stacker_step": 2,
}
CHANNELS = [numpy.array(values, "int16") for values in ([2, 5, 9, 14], [0, 3, 7, 12], [3, 4, 5, 6])]


def _constant(high: int, *shape: int) -> numpy.ndarray:
    return RANDOM.integers(0, high, shape).astype("int16")


# Name: the operator, its inputs and outputs as dtypes with shapes or as values, and its options.
CASES = {
    "window": ("Window", [("int16", 2, 9), _constant(4097, 9)], [("int16", 2, 9)], {"shift": 12}),
    "auto_scale": ("FftAutoScale", [("int16", 20)], [("int16", 20), ("int32",)], {}),
    "rfft": ("Rfft", [("int16", 2, 60)], [("int16", 2, 66)], {"T": 7, "fft_length": 64}),
    "energy": (
        *("Energy", [("int16", 18)], [("uint32", 9)]),
        {"start_index": 0, "end_index": 9},
    ),
    "filter_bank": (
        *("FilterBank", [("uint32", 20), _constant(4097, 18), _constant(4097, 18), *CHANNELS]),
        *([("uint64", 3)], {"num_channels": 3}),
    ),
    "square_root": ("FilterBankSquareRoot", [("uint64", 9), ("int32",)], [("uint32", 9)], {}),
    "subtraction": (
        *("FilterBankSpectralSubtraction", [("uint32", 5)], [("uint32", 5), ("uint32", 5)], NOISE),
    ),
    "gain": ("PCAN", [("uint32", 7), ("uint32", 7), TABLE], [("uint32", 7)], {"snr_shift": 6}),
    "log": (
        *("FilterBankLog", [("uint32", 9)], [("int16", 9)]),
        {"input_correction_bits": 3, "output_scale": 64},
    ),
    "delay": ("Delay", [("int16", 2, 6)], [("int16", 2, 6)], {"delay_length": 4}),
    "framer": (
        *("Framer", [("int16", 2, 8)], [("int16", 2, 2, 7), ("bool",)]),
        {"frame_size": 7, "frame_step": 4, "prefill": True},
    ),
    "framer_late": (
        *("Framer", [("int16", 8)], [("int16", 2, 7), ("bool",)]),
        {"frame_size": 7, "frame_step": 4, "prefill": False},
    ),
    "stacker": ("Stacker", [("int16", 3)], [("int16", 9), ("bool",)], STACKER),
    "overlap_add": (
        *("OverlapAdd", [("int16", 2, 3, 7)], [("int16", 2, 12)]),
        {"T": 7, "frame_step": 4},
    ),
}


def made(operator: str, inputs: list, outputs: list, options: dict[str, int | bool]) -> bytes:
    """The bytes of a model of one operator."""
    model, graph, node = schema.ModelT(), schema.SubGraphT(), schema.OperatorT()
    code = schema.OperatorCodeT()
    code.builtinCode, code.customCode = schema.BuiltinOperator.CUSTOM, f"Signal{operator}"
    code.deprecatedBuiltinCode, code.version = schema.BuiltinOperator.CUSTOM, 1
    model.version, model.operatorCodes, model.subgraphs = 3, [code], [graph]
    model.buffers, graph.tensors = [schema.BufferT()], []
    for number, port in enumerate([*inputs, *outputs]):
        tensor = schema.TensorT()
        is_constant = isinstance(port, numpy.ndarray)
        dtype, *shape = (port.dtype.name, *port.shape) if is_constant else port
        tensor.name, tensor.shape = f"tensor{number}", shape
        tensor.type = getattr(schema.TensorType, dtype.upper())
        tensor.buffer = 0
        if is_constant:
            tensor.buffer = len(model.buffers)
            model.buffers.append(schema.BufferT())
            model.buffers[-1].data = list(port.tobytes())
        graph.tensors.append(tensor)
    node.inputs = list(range(len(inputs)))
    node.outputs = list(range(len(inputs), len(inputs) + len(outputs)))
    node.customOptions = list(flexbuffers.Dumps(options))
    graph.operators, graph.outputs = [node], node.outputs
    graph.inputs = [i for i, port in enumerate(inputs) if not isinstance(port, numpy.ndarray)]
    builder = Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def main(folder: Path) -> None:
    for name, case in CASES.items():
        path = folder / f"signal_{name}.tflite"
        if not path.exists():
            path.write_bytes(made(*case))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
