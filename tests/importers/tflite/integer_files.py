"""Makes models of one operator with integers of chosen scales: those of `tests/models/tflite`
whose scales TensorFlow's converter does not choose, and what `test_litert.py` compares.

    python integer_files.py FOLDER

It needs the package ai-edge-litert for the schema. Existing files stay as they are.
"""

import sys
from pathlib import Path

import numpy
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import Builder

# A tensor: its dtype, its shape, its scale or None, its zero point, and its values if it is a
# constant.
ROWS = (4, 256)


def tensor(dtype, shape, scale=None, zero=0, values=None):
    return dtype, shape, scale, zero, values


def constant(values, scale=None):
    values = numpy.asarray(values)
    return tensor(values.dtype.name, values.shape, scale, 0, values)


def made(operator, inputs, outputs, kind=None, version=1, **options):
    """The bytes of a model of one operator. kind: the table of its options, such as AddOptions."""
    model, graph, node = schema.ModelT(), schema.SubGraphT(), schema.OperatorT()
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, operator)
    code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), version
    model.version, model.operatorCodes, model.subgraphs = 3, [code], [graph]
    model.buffers, graph.tensors = [schema.BufferT()], []
    for number, (dtype, shape, scale, zero, values) in enumerate([*inputs, *outputs]):
        found = schema.TensorT()
        found.name, found.shape = f"tensor{number}", list(shape)
        found.type, found.buffer = getattr(schema.TensorType, dtype.upper()), 0
        if scale is not None:
            found.quantization = schema.QuantizationParametersT()
            found.quantization.scale, found.quantization.zeroPoint = [scale], [zero]
        if values is not None:
            found.buffer = len(model.buffers)
            model.buffers.append(schema.BufferT())
            model.buffers[-1].data = list(values.tobytes())
        graph.tensors.append(found)
    node.inputs = list(range(len(inputs)))
    node.outputs = list(range(len(inputs), len(inputs) + len(outputs)))
    if kind is not None:
        node.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        node.builtinOptions = getattr(schema, f"{kind}T")()
        for name, value in options.items():
            setattr(node.builtinOptions, name, value)
    graph.operators, graph.outputs = [node], node.outputs
    graph.inputs = [number for number, port in enumerate(inputs) if port[4] is None]
    builder = Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _rescaled(operator, kind=None, scale=0.0625):
    x = tensor("int8", ROWS, 0.02109375, -7)
    return made(operator, [x], [tensor("int8", ROWS, scale, 11)], kind, version=1 + bool(kind))


def _softmax():
    x = tensor("int8", (5, 12), 0.08, 3)
    y = tensor("int16", (5, 12), 1 / 65536, -32768)
    return made("SOFTMAX", [x], [y], "SoftmaxOptions", 3, beta=1.0)


def _dense():
    random = numpy.random.default_rng(3)
    weights = constant(random.integers(-127, 128, (6, 20)).astype("int8"), 0.011)
    bias = constant(random.integers(-2000, 2000, 6), 0.0003 * 0.011)
    x, y = tensor("int16", (3, 20), 0.0003), tensor("int16", (3, 6), 0.0007)
    return made("FULLY_CONNECTED", [x, weights, bias], [y], "FullyConnectedOptions", 4)


def _product():
    x, y = tensor("int16", (3, 40), 0.00123), tensor("int16", (3, 40), 0.00016)
    return made("MUL", [x, y], [tensor("int16", (3, 40), 0.0069)], "MulOptions", 2)


def _sum():
    x, y = tensor("int16", (4, 5, 9), 0.00034), tensor("int16", (4, 9), 0.0017)
    axes = constant(numpy.array([1], "int32"))
    return made("SUM", [x, axes], [y], "ReducerOptions", 2, keepDims=False)


CASES = {
    "abs_rescaled_int8": lambda: _rescaled("ABS", "AbsOptions"),
    "relu_rescaled_int8": lambda: _rescaled("RELU"),
    "relu6_rescaled_int8": lambda: _rescaled("RELU6", scale=0.0375),
    "relu_n1_to_1_rescaled_int8": lambda: _rescaled("RELU_N1_TO_1", scale=0.0125),
    "relu_0_to_1_rescaled_int8": lambda: _rescaled("RELU_0_TO_1", scale=0.0125),
    "softmax_int8_int16": _softmax,
    "dense_single_int16": _dense,
    "mul_rounded_int16": _product,
    "sum_rounded_int16": _sum,
}


def main(folder: Path) -> None:
    for name, make in CASES.items():
        path = folder / f"{name}.tflite"
        if not path.exists():
            path.write_bytes(make())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
