"""An exported convolutional network as the layers that its peers like best: normalization folded
into convolutions, bounds as Clip, the last product as Gemm. From these come an ONNX file for
onnxruntime-web and a list with weights for TensorFlow.js, both of the same numbers.
"""

from pathlib import Path
from typing import Any

import numpy
import onnx
from onnx import helper, numpy_helper

Layer = dict[str, Any]  # op, inputs, output; w, b, and numbers by name


def read(path: Path) -> list[Layer]:
    """The layers of a file that weft.onnx wrote of a ResNet or a MobileNet."""
    graph = onnx.load(path).graph
    known = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    layers: dict[str, Layer] = {}  # by the name of what they give
    same: dict[str, str] = {}  # names of one value

    def found(name: str) -> str:
        return same.get(name, name)

    for node in graph.node:
        told = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        inputs, output = [found(name) for name in node.input], node.output[0]
        if all(name in known for name in inputs):  # of weights alone
            known[output] = _constant(node.op_type, [known[name] for name in inputs], told)
        elif node.op_type == "Conv":
            b = (
                known[inputs[2]]
                if len(inputs) > 2
                else numpy.zeros(len(known[inputs[1]]), "float32")
            )
            layers[output] = {"op": "conv", "inputs": inputs[:1], "w": known[inputs[1]], "b": b}
            layers[output] |= {"stride": told["strides"][0], "pad": told["pads"][0]}
            layers[output]["group"] = told["group"]
        elif node.op_type == "BatchNormalization":
            _fold(layers[inputs[0]], *(known[name] for name in inputs[1:]), told["epsilon"])
            same[output] = inputs[0]
        elif node.op_type in ("Max", "Min", "Relu"):
            _bound(layers[inputs[0]], node.op_type, [known[name] for name in inputs[1:]])
            same[output] = inputs[0]
        elif node.op_type in ("MatMul", "Gemm"):
            w = known[inputs[1]].T if told.get("transB") else known[inputs[1]]
            b = known[inputs[2]] if len(inputs) > 2 else numpy.zeros(w.shape[1], "float32")
            layers[output] = {"op": "dense", "inputs": inputs[:1], "w": w, "b": b}
        elif node.op_type == "MaxPool":
            layers[output] = {"op": "pool", "inputs": inputs, "stride": told["strides"][0]}
            layers[output] |= {"size": told["kernel_shape"][0], "pad": told["pads"][0]}
        elif node.op_type in ("Add", "GlobalAveragePool"):
            op = {"Add": "add", "GlobalAveragePool": "mean"}[node.op_type]
            layers[output] = {"op": op, "inputs": inputs}
        elif node.op_type in ("Reshape", "Flatten"):
            same[output] = inputs[0]  # the mean is flat already, and so are scores
        else:
            raise SystemExit(f"layers: {node.op_type} is none of those that these networks have")
    return [layer | {"output": name} for name, layer in layers.items()]


def _constant(op: str, values: list[numpy.ndarray], told: dict[str, Any]) -> numpy.ndarray:
    if op == "Reshape":
        return values[0].reshape(values[1])
    if op == "Transpose":
        return values[0].transpose(told["perm"])
    raise SystemExit(f"layers: {op} of weights is not known")


def _fold(layer: Layer, gamma, beta, mean, variance, epsilon: float) -> None:
    scale = gamma / numpy.sqrt(variance + epsilon)
    layer["w"] = (layer["w"] * scale.reshape(-1, 1, 1, 1)).astype("float32")
    layer["b"] = ((layer["b"] - mean) * scale + beta).astype("float32")


def _bound(layer: Layer, op: str, values: list[numpy.ndarray]) -> None:
    if op == "Min":
        layer["high"] = float(values[0])
    else:
        layer["low"] = float(values[0]) if values else 0.0


def write_onnx(layers: list[Layer], shape: tuple[int, ...], path: Path) -> None:
    """A model whose input is `x` and whose output is `y`."""
    nodes, weights = [], []

    def weight(name: str, value: Any) -> str:
        weights.append(numpy_helper.from_array(numpy.asarray(value, "float32"), name))
        return name

    for layer in layers:
        name, inputs = layer["output"], list(layer["inputs"])
        is_bound = "low" in layer or "high" in layer
        raw = f"{name}.raw" if is_bound else name
        if layer["op"] in ("conv", "dense"):
            inputs += [weight(f"{name}.w", layer["w"]), weight(f"{name}.b", layer["b"])]
        if layer["op"] == "conv":
            pads = [layer["pad"]] * 4
            strides = [layer["stride"]] * 2
            group = layer["group"]
            nodes.append(
                helper.make_node("Conv", inputs, [raw], pads=pads, strides=strides, group=group)
            )
        elif layer["op"] == "pool":
            sizes = {"kernel_shape": [layer["size"]] * 2, "pads": [layer["pad"]] * 4}
            strides = [layer["stride"]] * 2
            nodes.append(helper.make_node("MaxPool", inputs, [raw], strides=strides, **sizes))
        elif layer["op"] == "mean":
            nodes.append(helper.make_node("GlobalAveragePool", inputs, [f"{raw}.image"]))
            nodes.append(helper.make_node("Flatten", [f"{raw}.image"], [raw]))
        else:
            nodes.append(
                helper.make_node({"add": "Add", "dense": "Gemm"}[layer["op"]], inputs, [raw])
            )
        if "high" in layer:
            bounds = [weight(f"{name}.{end}", layer[end]) for end in ("low", "high")]
            nodes.append(helper.make_node("Clip", [raw, *bounds], [name]))
        elif is_bound:
            nodes.append(helper.make_node("Relu", [raw], [name]))
    last = layers[-1]
    nodes.append(helper.make_node("Identity", [last["output"]], ["y"]))
    kind, scores = onnx.TensorProto.FLOAT, last["w"].shape[1]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", kind, (shape[0], scores))],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_list(layers: list[Layer], path: Path) -> list[Layer]:
    """Weights one after the other into a file, channels last; gives the layers without them."""
    told, numbers, at = [], [], 0
    for layer in layers:
        plain = {key: value for key, value in layer.items() if key not in ("w", "b")}
        if (
            layer["op"] == "conv"
        ):  # (out, in, h, w) to (h, w, in, out); of each channel: (h, w, in, 1)
            axes = (2, 3, 0, 1) if layer["group"] > 1 else (2, 3, 1, 0)
            layer = layer | {"w": layer["w"].transpose(axes)}
        for key in ("w", "b"):
            if key in layer:
                value = numpy.ascontiguousarray(layer[key], "float32")
                plain[key] = {"at": at, "shape": value.shape}
                numbers.append(value.ravel())
                at += value.size
        told.append(plain)
    numpy.concatenate(numbers).tofile(path)
    return told
