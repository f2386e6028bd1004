"""Writes .tflite files of the convolutional networks, in float32 and int8: what LiteRT is fed. Run
in an environment with ai-edge-litert, whose schema and interpreter are used.

    tflite_files.py <workload>...

int8 as in the format's specification: weights symmetric with a scale for each output channel,
activations with a scale and a zero point, biases int32 with the product of both scales. The ranges
of activations come from running the float32 file on the calibration inputs.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import files
import flatbuffers
import numpy
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from arrays import Array
from convnets import NETWORKS, Node, calibration
from workloads import WORKLOADS

OPERATOR, ACTIVATION = schema.BuiltinOperator, schema.ActivationFunctionType
INT8, INT32, FLOAT32 = (getattr(schema.TensorType, name) for name in ("INT8", "INT32", "FLOAT32"))
Ranges = dict[str, tuple[float, float]]


class Builder:
    """Tensors and operators of a file. With `ranges` of activations, by name, these are int8."""

    def __init__(self, ranges: Ranges | None) -> None:
        self.ranges = ranges
        self.tensors: list[Any] = []
        self.operators: list[Any] = []
        self.buffers = [schema.BufferT()]
        self.codes: list[tuple[int, int]] = []

    def tensor(self, name: str, shape: tuple[int, ...], kind: int = FLOAT32) -> int:
        found = schema.TensorT()
        found.name, found.shape, found.type = name.encode(), list(shape), kind
        self.tensors.append(found)
        return len(self.tensors) - 1

    def constant(self, name: str, value: Array) -> int:
        kinds = {"float32": FLOAT32, "int8": INT8, "int32": INT32}
        place = self.tensor(name, value.shape, kinds[value.dtype.name])
        buffer = schema.BufferT()
        buffer.data = numpy.frombuffer(numpy.ascontiguousarray(value).tobytes(), numpy.uint8)
        self.buffers.append(buffer)
        self.tensors[place].buffer = len(self.buffers) - 1
        return place

    def quantized(self, place: int, scale: Any, zero: Any, axis: int = 0) -> int:
        found = schema.QuantizationParametersT()
        found.scale = numpy.atleast_1d(numpy.asarray(scale, numpy.float32))
        found.zeroPoint = numpy.atleast_1d(numpy.asarray(zero, numpy.int64))
        found.quantizedDimension = axis
        self.tensors[place].quantization = found
        return place

    def activation(self, name: str, shape: tuple[int, ...], like: str = "") -> int:
        """`like`: the activation whose range this one has."""
        if self.ranges is None:
            return self.tensor(name, shape)
        low, high = self.ranges[like or name]
        self.ranges.setdefault(name, (low, high))
        scale = max((high - low) / 255, 1e-8)
        zero = int(numpy.clip(round(-128 - low / scale), -128, 127))
        return self.quantized(self.tensor(name, shape, INT8), scale, zero)

    def scale(self, place: int) -> float:
        return float(self.tensors[place].quantization.scale[0])

    def name(self, place: int) -> str:
        return self.tensors[place].name.decode()

    def weights(self, name: str, weight: Array, bias: Array, axis: int, x: int) -> list[int]:
        """Both as constants; `axis` of the weight has the output channels."""
        if self.ranges is None:
            return [self.constant(f"{name}.weight", weight), self.constant(f"{name}.bias", bias)]
        others = tuple(other for other in range(weight.ndim) if other != axis)
        scales = numpy.maximum(numpy.abs(weight).max(others, keepdims=True), 1e-8) / 127
        whole = numpy.clip(numpy.round(weight / scales), -127, 127).astype(numpy.int8)
        scales = scales.reshape(-1)
        zeros = numpy.zeros(scales.size, numpy.int64)
        biases = numpy.round(bias / (scales * self.scale(x))).astype(numpy.int32)
        return [
            self.quantized(self.constant(f"{name}.weight", whole), scales, zeros, axis),
            self.quantized(self.constant(f"{name}.bias", biases), scales * self.scale(x), zeros),
        ]

    def add(
        self, kind: str, given: list[int], out: int, options: str = "", version: int = 1, **values
    ):
        code = (getattr(OPERATOR, kind), version)
        if code not in self.codes:
            self.codes.append(code)
        found = schema.OperatorT()
        found.opcodeIndex, found.inputs, found.outputs = self.codes.index(code), given, [out]
        if options:
            found.builtinOptions = getattr(schema, f"{options}T")()
            found.builtinOptionsType = getattr(schema.BuiltinOptions, options)
            for name, value in values.items():
                setattr(found.builtinOptions, name, value)
        self.operators.append(found)

    def save(self, path: Path, given: int, out: int) -> None:
        model, graph = schema.ModelT(), schema.SubGraphT()
        model.version, model.buffers, model.operatorCodes = 3, self.buffers, []
        for code, version in self.codes:
            found = schema.OperatorCodeT()
            found.builtinCode, found.deprecatedBuiltinCode = code, min(code, 127)
            found.version = version
            model.operatorCodes.append(found)
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs, graph.outputs, graph.name = [given], [out], b"main"
        model.subgraphs = [graph]
        content = flatbuffers.Builder(1 << 20)
        content.Finish(model.Pack(content), b"TFL3")
        path.write_bytes(content.Output())


class _Writer:
    """A network's nodes one after another; values are tensors of shape (1, H, W, C)."""

    def __init__(self, network: str, ranges: Ranges | None) -> None:
        self.net, self.parameters = NETWORKS[network]().folded()
        self.builder = Builder(ranges)
        self.is_int8 = ranges is not None
        self.values: dict[int, int] = {}
        self.uses = Counter(value for node in self.net.nodes for value in node.inputs)

    @staticmethod
    def extents(shape: tuple[int, ...]) -> tuple[int, ...]:
        return (1, *shape[1:], shape[0])

    def write(self, path: Path) -> None:
        shape = self.extents(self.net.shape)
        given = self.builder.tensor("input", shape)
        self.values[0] = self.builder.activation("v0", shape) if self.is_int8 else given
        if self.is_int8:
            self.builder.add("QUANTIZE", [given], self.values[0])
        last = 0
        for number, node in enumerate(self.net.nodes, 1):
            if number in self.values:  # an activation that went into the operator before it
                continue
            fused, last = self._activation_behind(number)
            out = self.builder.activation(f"v{last}", self.extents(node.shape), self._like(node))
            self.values[number] = self.values[last] = out
            getattr(self, f"_{node.kind}")(node, [self.values[i] for i in node.inputs], out, fused)
        out = self.values[last]
        if self.is_int8:
            scores = self.builder.tensor("output", self.extents(self.net.nodes[-1].shape))
            self.builder.add("DEQUANTIZE", [out], scores, version=2)
            out = scores
        self.builder.save(path, given, out)

    def _like(self, node: Node) -> str:
        """Maxima keep the range of what they are of."""
        is_max = self.is_int8 and node.kind == "max_pool"
        return self.builder.name(self.values[node.inputs[0]]) if is_max else ""

    def _activation_behind(self, number: int) -> tuple[int, int]:
        """The activation that takes this value and nobody else does, and whose value that is."""
        if self.net.nodes[number - 1].kind in ("convolution", "dense", "add"):
            for place, other in enumerate(self.net.nodes, 1):
                if number in other.inputs and self.uses[number] == 1:
                    fused = {"relu": ACTIVATION.RELU, "relu6": ACTIVATION.RELU6}.get(other.kind)
                    if fused is not None:
                        return fused, place
        return ACTIVATION.NONE, number

    def _padded(self, node: Node, x: int) -> tuple[int, int]:
        """The input, and the padding that the operator does itself. What it calls "same" is ours
        only without a stride; zeros are neutral for maxima because a ReLU comes before."""
        if node.padding == 0:
            return x, schema.Padding.VALID
        if node.stride == 1 and node.kernel == 2 * node.padding + 1:
            return x, schema.Padding.SAME
        n, h, w, c = self.builder.tensors[x].shape
        p, number = node.padding, len(self.builder.tensors)
        widths = numpy.array([[0, 0], [p, p], [p, p], [0, 0]], numpy.int32)
        around = self.builder.constant(f"widths{number}", widths)
        like = self.builder.name(x)
        y = self.builder.activation(f"padded{number}", (n, h + 2 * p, w + 2 * p, c), like)
        self.builder.add("PAD", [x, around], y, "PadOptions")
        return y, schema.Padding.VALID

    def _convolution(self, node: Node, given: list[int], out: int, fused: int) -> None:
        x, padding = self._padded(node, given[0])
        weight, bias = (self.parameters[f"{node.name}.{part}"] for part in ("weight", "bias"))
        is_depthwise = 1 < node.groups == node.in_channels
        order, axis = ((1, 2, 3, 0), 3) if is_depthwise else ((0, 2, 3, 1), 0)
        constants = self.builder.weights(node.name, weight.transpose(order), bias, axis, x)
        self.builder.add(
            "DEPTHWISE_CONV_2D" if is_depthwise else "CONV_2D",
            [x, *constants],
            out,
            "DepthwiseConv2DOptions" if is_depthwise else "Conv2DOptions",
            3 if self.is_int8 else 1,
            **({"depthMultiplier": 1} if is_depthwise else {}),
            **{"padding": padding, "strideH": node.stride, "strideW": node.stride},
            **{"dilationHFactor": 1, "dilationWFactor": 1, "fusedActivationFunction": fused},
        )

    def _dense(self, node: Node, given: list[int], out: int, fused: int) -> None:
        weight, bias = (self.parameters[f"{node.name}.{part}"] for part in ("weight", "bias"))
        constants = self.builder.weights(node.name, weight, bias, 0, given[0])
        self.builder.add(
            "FULLY_CONNECTED",
            [*given, *constants],
            out,
            "FullyConnectedOptions",
            4 if self.is_int8 else 1,
            fusedActivationFunction=fused,
        )

    def _add(self, node: Node, given: list[int], out: int, fused: int) -> None:
        version = 2 if self.is_int8 else 1
        self.builder.add("ADD", given, out, "AddOptions", version, fusedActivationFunction=fused)

    def _max_pool(self, node: Node, given: list[int], out: int, fused: int) -> None:
        x, padding = self._padded(node, given[0])
        assert padding == schema.Padding.VALID
        self.builder.add(
            "MAX_POOL_2D",
            [x],
            out,
            "Pool2DOptions",
            2 if self.is_int8 else 1,
            **{"padding": padding, "filterHeight": node.kernel, "filterWidth": node.kernel},
            **{"strideH": node.stride, "strideW": node.stride},
        )

    def _mean(self, node: Node, given: list[int], out: int, fused: int) -> None:
        axes = self.builder.constant("axes", numpy.array([1, 2], numpy.int32))
        version = 2 if self.is_int8 else 1
        self.builder.add("MEAN", [*given, axes], out, "ReducerOptions", version, keepDims=False)


def calibrated(path: Path, network: str) -> Ranges:
    """The least and the greatest value of each activation of a float32 file, and 0."""
    interpreter = Interpreter(
        str(path),
        experimental_preserve_all_tensors=True,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        num_threads=2,
    )
    interpreter.allocate_tensors()
    found: Ranges = {}
    for x in calibration(network):
        place = interpreter.get_input_details()[0]["index"]
        interpreter.set_tensor(place, numpy.ascontiguousarray(x.transpose(0, 2, 3, 1)))
        interpreter.invoke()
        for details in interpreter.get_tensor_details():
            name = "v0" if details["name"] == "input" else details["name"]
            if name.startswith("v") and details["dtype"] is numpy.float32:
                values = interpreter.get_tensor(details["index"])
                low, high = found.get(name, (0.0, 0.0))
                found[name] = (min(low, float(values.min())), max(high, float(values.max())))
    return found


def write(name: str) -> None:
    network, path = name.split("_")[0], files.model(name, "tflite")
    part = path.with_suffix(".part")
    _Writer(network, None).write(part)
    if WORKLOADS[name].precision == "int8":
        _Writer(network, calibrated(part, network)).write(part)
    part.rename(path)


if __name__ == "__main__":
    for workload in sys.argv[1:]:
        write(workload)
