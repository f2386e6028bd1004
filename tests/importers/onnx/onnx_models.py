"""Small ONNX models for tests, made by `onnx.helper`."""

import numpy
from onnx import TensorProto, helper, numpy_helper

OPSET = 21


helper_node = helper.make_node


def model(nodes, inputs, outputs, weights=None, opset=OPSET, domains=None, **options):
    """A model of some nodes.

    inputs, outputs: (dtype, shape) by name; weights: arrays by name; domains: versions by domain
    """
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(n, type_of(d), s) for n, (d, s) in inputs.items()],
        [helper.make_tensor_value_info(n, type_of(d), s) for n, (d, s) in outputs.items()],
        [numpy_helper.from_array(value, name) for name, value in (weights or {}).items()],
    )
    versions = {"": opset, **(domains or {})}
    imports = [helper.make_opsetid(domain, version) for domain, version in versions.items()]
    return helper.make_model(graph, opset_imports=imports, **options)


def type_of(dtype):
    """The element type of a dtype's name."""
    return helper.np_dtype_to_tensor_dtype(numpy.dtype(dtype)) if dtype else TensorProto.UNDEFINED


def single(operator, inputs, attributes=None, opset=OPSET, outputs=("y",), domain=""):
    """A model of one node, whose inputs are arrays by name."""
    node = helper.make_node(
        operator, list(inputs), list(outputs), domain=domain, **attributes or {}
    )
    given = {name: (value.dtype.name, value.shape) for name, value in inputs.items()}
    return model([node], given, dict.fromkeys(outputs, (None, None)), opset=opset)


def classifier(generator):
    """A convolutional network with what exporters leave behind: shapes that are computed."""
    weights = {
        "conv.weight": generator.normal(size=(4, 3, 3, 3)).astype("float32"),
        "conv.bias": generator.normal(size=4).astype("float32"),
        "norm.weight": generator.uniform(0.5, 1.5, 4).astype("float32"),
        "norm.bias": generator.normal(size=4).astype("float32"),
        "norm.mean": generator.normal(size=4).astype("float32"),
        "norm.var": generator.uniform(0.5, 1.5, 4).astype("float32"),
        "dense.weight": generator.normal(size=(64, 5)).astype("float32"),
        "dense.bias": generator.normal(size=5).astype("float32"),
        "axis": numpy.array(0),
        "rest": numpy.array([-1]),
        "first": numpy.array([0]),
    }
    make = helper.make_node
    nodes = [
        make("Conv", ["x", "conv.weight", "conv.bias"], ["c"], pads=[1, 1, 1, 1], name="conv"),
        make(
            "BatchNormalization",
            ["c", "norm.weight", "norm.bias", "norm.mean", "norm.var"],
            ["n"],
            name="norm",
        ),
        make("Relu", ["n"], ["r"]),
        make("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        make("Shape", ["p"], ["shape"]),
        make("Gather", ["shape", "axis"], ["count"]),
        make("Unsqueeze", ["count", "first"], ["counts"]),
        make("Concat", ["counts", "rest"], ["flat"], axis=0),
        make("Reshape", ["p", "flat"], ["rows"]),
        make("MatMul", ["rows", "dense.weight"], ["product"]),
        make("Add", ["product", "dense.bias"], ["scores"]),
        make("Softmax", ["scores"], ["y"], axis=-1),
    ]
    return model(
        nodes, {"x": ("float32", ["batch", 3, 8, 8])}, {"y": ("float32", ["batch", 5])}, weights
    )


__all__ = ["OPSET", "classifier", "helper_node", "model", "single", "type_of"]
