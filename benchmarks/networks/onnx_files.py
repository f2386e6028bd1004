"""Writes ONNX files of the networks for inference, batch norms folded: what ONNX Runtime and
OpenVINO are fed. Run in an environment with onnx and onnxruntime, which quantizes.

    onnx_files.py <workload>...
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import files
import numpy
import onnx
from arrays import Array
from convnets import EPSILON as NORM_EPSILON
from convnets import NETWORKS, NORM, Node, calibration
from onnx import TensorProto, helper, numpy_helper
from sequences import BERT, EPSILON, LSTM, Parameters, bert, lstm
from workloads import SMALL, WORKLOADS, inputs

OPSET = 17


class Builder:
    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, array: Array) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.ascontiguousarray(array), name))
        return name

    def floats(self, value: float) -> str:
        return self.constant(numpy.float32(value))

    def integers(self, *values: int) -> str:
        return self.constant(numpy.array(values, numpy.int64))

    def add(self, kind: str, *given: str, **attributes) -> str:
        name = f"value{len(self.nodes)}"
        node = helper.make_node(
            kind, list(given), [name], name=f"node{len(self.nodes)}", **attributes
        )
        self.nodes.append(node)
        return name

    def save(self, path: Path, given: dict[str, Sequence[int]], output: str, shape) -> None:
        def ports(shapes: dict[str, Sequence[int]]) -> list[onnx.ValueInfoProto]:
            kind, make = TensorProto.FLOAT, helper.make_tensor_value_info
            return [make(name, kind, list(extents)) for name, extents in shapes.items()]

        graph = helper.make_graph(
            self.nodes, "network", ports(given), ports({output: shape}), self.constants
        )
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opset, ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, str(path))


def _window(node: Node) -> dict[str, list[int]]:
    return {
        "kernel_shape": [node.kernel] * node.axes,
        "strides": [node.stride] * node.axes,
        "pads": [node.padding] * (2 * node.axes),
    }


def _layer(builder: Builder, node: Node, given: list[str], parameters: Parameters) -> str:
    def constants(*parts: str) -> list[str]:
        return [builder.constant(parameters[f"{node.name}.{part}"]) for part in parts]

    if node.kind == "convolution":
        weights = constants("weight", "bias") if node.has_bias else constants("weight")
        apart = {"group": node.groups, "dilations": [node.dilation] * node.axes}
        return builder.add("Conv", *given, *weights, **apart, **_window(node))
    if node.kind == "batch_norm":
        return builder.add("BatchNormalization", *given, *constants(*NORM), epsilon=NORM_EPSILON)
    if node.kind == "dense":
        return builder.add("Gemm", *given, *constants("weight", "bias"), transB=1)
    if node.kind == "max_pool":
        return builder.add("MaxPool", *given, **_window(node))
    if node.kind == "average_pool":
        return builder.add("AveragePool", *given, **_window(node))
    if node.kind == "join":
        return builder.add("Concat", *given, axis=1)
    if node.kind == "relu6":
        return builder.add("Clip", *given, builder.floats(0), builder.floats(6))
    if node.kind == "mean":
        return builder.add("Flatten", builder.add("GlobalAveragePool", *given))
    if node.kind == "hard_sigmoid":
        return builder.add("HardSigmoid", *given, alpha=1 / 6, beta=0.5)
    if node.kind == "silu":
        return builder.add("Mul", *given, builder.add("Sigmoid", *given))
    if node.kind.endswith("_half"):
        channels = node.shape[0]
        first = channels if node.kind == "second_half" else 0
        bounds = (builder.integers(first), builder.integers(first + channels))
        return builder.add("Slice", *given, *bounds, builder.integers(1))
    if node.kind == "shuffle":
        return _shuffled(builder, given, node.shape)
    return builder.add(KINDS[node.kind], *given)


KINDS = {
    "relu": "Relu",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "hard_swish": "HardSwish",
    "squeeze": "GlobalAveragePool",
    "add": "Add",
    "multiply": "Mul",
    "flatten": "Flatten",
}


def _shuffled(builder: Builder, halves: list[str], shape: tuple[int, ...]) -> str:
    """Channels of both by turns, as exporters write it."""
    channels, *window = shape
    joined = builder.add("Concat", *halves, axis=1)
    split = builder.add("Reshape", joined, builder.integers(0, 2, channels // 2, *window))
    turned = builder.add("Transpose", split, perm=[0, 2, 1, 3, 4])
    return builder.add("Reshape", turned, builder.integers(0, *shape))


def convnet(path: Path, network: str, batch: int) -> None:
    net, parameters = NETWORKS[network]().folded()
    builder, values = Builder(), ["x"]
    for node in net.nodes:
        given = [values[place] for place in node.inputs]
        values.append(_layer(builder, node, given, parameters))
    shape = (batch, *net.nodes[-1].shape)
    builder.save(path, {"x": (batch, *net.shape)}, values[-1], shape)


def _dense(builder: Builder, x: str, weight: Array, bias: Array) -> str:
    product = builder.add("MatMul", x, builder.constant(weight.T))
    return builder.add("Add", product, builder.constant(bias))


def _norm(builder: Builder, x: str, given: Parameters, name: str) -> str:
    parts = (builder.constant(given[f"{name}.{part}"]) for part in ("weight", "bias"))
    return builder.add("LayerNormalization", x, *parts, axis=-1, epsilon=EPSILON)


def _attention(builder: Builder, x: str, given: Parameters) -> str:
    """Written out as exporters write it, which both peers recognise."""
    units, width = BERT.units, BERT.units // BERT.heads

    def heads(number: int, order: list[int]) -> str:
        rows = slice(number * units, (number + 1) * units)
        y = _dense(builder, x, given["qkv.weight"][rows], given["qkv.bias"][rows])
        split = builder.add("Reshape", y, builder.integers(0, 0, BERT.heads, width))
        return builder.add("Transpose", split, perm=order)

    queries, keys, values = heads(0, [0, 2, 1, 3]), heads(1, [0, 2, 3, 1]), heads(2, [0, 2, 1, 3])
    scores = builder.add("Div", builder.add("MatMul", queries, keys), builder.floats(width**0.5))
    mixed = builder.add("MatMul", builder.add("Softmax", scores, axis=-1), values)
    joined = builder.add("Transpose", mixed, perm=[0, 2, 1, 3])
    return builder.add("Reshape", joined, builder.integers(0, 0, units))


def _gelu(builder: Builder, x: str) -> str:
    error = builder.add("Erf", builder.add("Div", x, builder.floats(2**0.5)))
    shifted = builder.add("Mul", x, builder.add("Add", error, builder.floats(1)))
    return builder.add("Mul", shifted, builder.floats(0.5))


def transformer(path: Path) -> None:
    builder, x = Builder(), "x"
    for given in bert():
        y = _attention(builder, x, given)
        y = _dense(builder, y, given["proj.weight"], given["proj.bias"])
        x = _norm(builder, builder.add("Add", x, y), given, "ln1")
        y = _gelu(builder, _dense(builder, x, given["fc1.weight"], given["fc1.bias"]))
        y = _dense(builder, y, given["fc2.weight"], given["fc2.bias"])
        x = _norm(builder, builder.add("Add", x, y), given, "ln2")
    shape = (BERT.batch, BERT.steps, BERT.units)
    builder.save(path, {"x": shape}, x, shape)


def recurrent(path: Path) -> None:
    """ONNX has its gates in the order input, output, forget, cell."""

    def gates(array: Array) -> Array:
        return array.reshape(4, LSTM.hidden, -1)[[0, 3, 1, 2]].reshape(array.shape)[None]

    builder, x, given = Builder(), "x", lstm()
    for layer in range(LSTM.layers):
        weight, recurrent_weight, *biases = (
            gates(given[f"{part}_l{layer}"])
            for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        arrays = (weight, recurrent_weight, numpy.concatenate(biases, axis=1))
        constants = [builder.constant(array) for array in arrays]
        y = builder.add("LSTM", x, *constants, hidden_size=LSTM.hidden)
        x = builder.add("Squeeze", y, builder.integers(1))
    shapes = ((LSTM.steps, LSTM.batch, size) for size in (LSTM.inputs, LSTM.hidden))
    builder.save(path, {"x": next(shapes)}, x, next(shapes))


class _Symbol:
    """A value in arithmetic that is written down."""

    def __init__(self, builder: Builder, name: str) -> None:
        self.builder, self.name = builder, name

    def _with(self, kind: str, *others: "_Symbol") -> "_Symbol":
        names = (symbol.name for symbol in (self, *others))
        return _Symbol(self.builder, self.builder.add(kind, *names))

    def __add__(self, other):
        return self._with("Add", other)

    def __sub__(self, other):
        return self._with("Sub", other)

    def __mul__(self, other):
        return self._with("Mul", other)

    def __matmul__(self, other):
        return self._with("MatMul", other)

    def __abs__(self):
        return self._with("Abs")

    def __neg__(self):
        return self._with("Neg")


def small(path: Path, name: str) -> None:
    """Operations on two arrays: what `SMALL` has, or a matrix product."""
    builder, given = Builder(), inputs(name)
    function = SMALL.get(name, lambda a, b: a @ b)
    result = function(*(_Symbol(builder, key) for key in given))
    shapes = {key: value.shape for key, value in given.items()}
    builder.save(path, shapes, result.name, shapes["a"])


def quantize(path: Path, network: str) -> None:
    """Static int8: a scale for each output channel of weights, one for each activation, from the
    least and the greatest value over the calibration inputs."""
    from onnxruntime import quantization
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(quantization.CalibrationDataReader):
        def __init__(self) -> None:
            self.left = iter(calibration(network))

        def get_next(self):
            found = next(self.left, None)
            return None if found is None else {"x": found}

    source, inferred = path.with_suffix(".float.onnx"), path.with_suffix(".inferred.onnx")
    convnet(source, network, 1)
    quant_pre_process(str(source), str(inferred), skip_symbolic_shape=True)
    quantization.quantize_static(
        str(inferred),
        str(path),
        Reader(),
        quant_format=quantization.QuantFormat.QDQ,
        per_channel=True,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        calibrate_method=quantization.CalibrationMethod.MinMax,
    )
    source.unlink()
    inferred.unlink()


def write(path: Path, name: str) -> None:
    network = name.split("_")[0]
    if name in SMALL or network == "gemm":
        small(path, name)
    elif network == "bert":
        transformer(path)
    elif network == "lstm":
        recurrent(path)
    elif WORKLOADS[name].precision == "int8":
        quantize(path, network)
    else:
        convnet(path, network, int(WORKLOADS[name].per_call))


if __name__ == "__main__":
    for workload in sys.argv[1:]:
        target = files.model(workload, "onnx")
        part = target.with_suffix(".part.onnx")
        write(part, workload)
        part.rename(target)
