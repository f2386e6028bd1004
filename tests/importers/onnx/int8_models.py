"""Small models in QDQ form: float operators between DequantizeLinear and QuantizeLinear, as
quantizing tools write them."""

import numpy
from onnx_models import helper_node, model


class Network:
    """Collects nodes and weights; a value is a name."""

    def __init__(self, seed=0, activations="uint8", opset=21):
        self.generator = numpy.random.default_rng(seed)
        self.activations, self.opset = activations, opset
        self.nodes, self.weights, self.inputs, self.outputs = [], {}, {}, {}
        self.count = 0

    def input(self, *shape, dtype="float32"):
        name = f"in{len(self.inputs)}"
        self.inputs[name] = (dtype, list(shape))
        return name

    def constant(self, value, dtype="float32"):
        self.count += 1
        name = f"k{self.count}"
        self.weights[name] = numpy.array(value, dtype)
        return name

    def __call__(self, operator, *inputs, outputs=1, domain="", **attributes):
        self.count += 1
        names = [f"v{self.count}" + "'" * i for i in range(outputs)]
        self.nodes.append(
            helper_node(
                operator, list(inputs), names, f"n{self.count}", domain=domain, **attributes
            )
        )
        return names[0] if outputs == 1 else names

    def scale(self, step, zero, dtype=None):
        return [self.constant(step), self.constant(zero, dtype or self.activations)]

    def rounded(self, x, step=0.05, zero=None):
        """x through 8 bits and back."""
        zero = {"uint8": 131, "int8": 3}[self.activations] if zero is None else zero
        scale = self.scale(step, zero)
        return self("DequantizeLinear", self("QuantizeLinear", x, *scale), *scale)

    def weight(self, *shape, axis=None, steps=None):
        """An int8 weight, with a scale for each element of an axis."""
        numbers = self.generator.integers(-127, 128, shape)
        if steps is None:
            steps = self.generator.uniform(0.002, 0.006, () if axis is None else shape[axis])
        known = self.scale(steps, numpy.zeros(numpy.shape(steps)), "int8")
        return self("DequantizeLinear", self.constant(numbers, "int8"), *known, axis=axis or 0)

    def bias(self, units, step=0.0002):
        """An int32 bias."""
        numbers = self.constant(self.generator.integers(-9000, 9000, units), "int32")
        return self("DequantizeLinear", numbers, self.constant(step))

    def model(self, *outputs):
        known = dict.fromkeys(outputs, ("float32", None))
        domains = {"com.microsoft": 1} if any(n.domain for n in self.nodes) else {}
        return model(
            self.nodes,
            self.inputs,
            known,
            self.weights,
            self.opset,
            domains,
            ir_version=10,
        )

    def feeds(self, seed=1):
        generator = numpy.random.default_rng(seed)
        return {
            name: (generator.normal(size=shape) * 2).astype(dtype)
            if dtype == "float32"
            else generator.integers(0, 256, shape).astype("uint8").view(dtype)
            for name, (dtype, shape) in self.inputs.items()
        }


# ---- layers -------------------------------------------------------------------------------------


def convolution(net, shape=(2, 4, 7, 6), filters=6, kernel=(3, 2), after=None, **attributes):
    """Conv with a bias, then maybe another operator."""
    x = net.rounded(net.input(*shape))
    groups = attributes.get("group", 1)
    weight = net.weight(filters, shape[1] // groups, *kernel, axis=0)
    y = net("Conv", x, weight, net.bias(filters), **attributes)
    if after is not None:
        y = after(net, y)
    return net.rounded(y, 0.07)


def relu(net, y):
    return net("Relu", y)


def relu6(net, y):
    return net("Clip", y, net.constant(0.0), net.constant(6.0))


def float_bias(net, y):
    return net("Add", y, net.constant(net.generator.normal(size=(6, 1, 1))))


def residual(net, y):
    """The sum with another int8 image before the result is rounded."""
    return net("Relu", net("Add", y, net.rounded(net.input(2, 6, 5, 5), 0.061)))


def dense(net, operator, trans=False, rows=(3,), with_bias=True):
    x = net.rounded(net.input(*rows, 10))
    if operator == "Gemm":
        weight = net.weight(*((5, 10) if trans else (10, 5)), axis=0 if trans else 1)
        more = [net.constant(net.generator.normal(size=5))] if with_bias else []
        return net.rounded(net("Gemm", x, weight, *more, transB=int(trans)), 0.07)
    y = net("MatMul", x, net.weight(10, 5, axis=1))
    if with_bias:
        y = net("Add", y, net.constant(net.generator.normal(size=5)))
    return net.rounded(y, 0.07)


def turned_dense(net):
    """A weight that is transposed behind its DequantizeLinear."""
    x, weight = net.rounded(net.input(3, 10)), net.weight(5, 10, axis=0)
    return net.rounded(net("MatMul", x, net("Transpose", weight, perm=[1, 0])), 0.07)


def trained(net):
    """A float weight that is rounded in the graph, as training for int8 leaves it."""
    x = net.rounded(net.input(3, 10))
    weight = net.constant(net.generator.normal(size=(10, 5)) * 0.2)
    scale = net.scale(net.generator.uniform(0.004, 0.006, 5), numpy.zeros(5), "int8")
    whole = net("QuantizeLinear", weight, *scale, axis=1)
    return net.rounded(net("MatMul", x, net("DequantizeLinear", whole, *scale, axis=1)), 0.07)


def real_end(net):
    """A last layer whose result nobody rounds."""
    x = net.rounded(net.input(2, 4, 5, 5))
    y = net("Conv", x, net.weight(6, 4, 3, 3, axis=0), net.bias(6))
    return net("Softmax", y, axis=1)


def norm(net):
    """A batch norm that stands alone, with a factor that is negative and one that is 0."""
    x = net.rounded(net.input(2, 4, 5, 5))
    parts = [[0.7, -0.3, 0.0, 1.2], [0.1, 0.2, 0.3, -0.4], [0, 0.5, -1, 2], [1, 2, 0.5, 0.1]]
    return net.rounded(net("Relu", net("BatchNormalization", x, *map(net.constant, parts))), 0.03)


def beside_one_place(net):
    """The sum of a convolution of means, (N, C, 1, 1), and a whole image, before it is rounded."""
    x = net.rounded(net.input(2, 4, 5, 6))
    mean = net.rounded(net("GlobalAveragePool", x), 0.03)
    y = net("Conv", mean, net.weight(4, 4, 1, 1, axis=0), net.bias(4))
    return net.rounded(net("Add", y, x), 0.06)


LAYERS = {
    "conv": (lambda net: convolution(net, pads=[1, 0, 1, 1]), ["Convolution"]),
    "conv_strides": (lambda net: convolution(net, strides=[2, 2]), ["Convolution"]),
    "conv_dilations": (lambda net: convolution(net, dilations=[2, 3]), ["Convolution"]),
    "conv_groups": (lambda net: convolution(net, group=2), ["Convolution"]),
    "conv_depthwise": (lambda net: convolution(net, filters=4, group=4), ["Convolution"]),
    "conv_same": (lambda net: convolution(net, auto_pad="SAME_UPPER"), ["Convolution"]),
    "conv_lower": (
        lambda net: convolution(net, auto_pad="SAME_LOWER", strides=[2, 1]),
        ["Convolution"],
    ),
    "conv_1d": (lambda net: convolution(net, (2, 4, 9), 6, (3,), pads=[1, 1]), ["Convolution"]),
    "conv_relu": (lambda net: convolution(net, after=relu), ["Convolution"]),
    "conv_relu6": (lambda net: convolution(net, after=relu6), ["Convolution"]),
    "conv_add": (lambda net: convolution(net, after=float_bias), ["Convolution"]),
    "conv_residual": (
        lambda net: convolution(net, (2, 4, 7, 6), after=residual),
        ["QuantizeLinear", "Convolution"],
    ),
    "conv_beside_one_place": (beside_one_place, ["Mean", "Convolution"]),
    "norm": (norm, ["Convolution"]),
    "gemm": (lambda net: dense(net, "Gemm"), ["Dense"]),
    "gemm_turned": (lambda net: dense(net, "Gemm", trans=True, with_bias=False), ["Dense"]),
    "matmul": (lambda net: dense(net, "MatMul", with_bias=False), ["Dense"]),
    "matmul_add": (lambda net: dense(net, "MatMul", rows=(2, 3)), ["Dense"]),
    "matmul_turned": (turned_dense, ["Dense"]),
    "matmul_trained": (trained, ["Dense"]),
    "conv_real": (real_end, ["Convolution", "DequantizeLinear", "Softmax"]),
}

# ---- everything else: what happens to int8 data -------------------------------------------------


def unary(operator, shape=(2, 3, 4), step=0.03, **attributes):
    def build(net):
        return net.rounded(net(operator, net.rounded(net.input(*shape)), **attributes), step)

    return build


def binary(operator, second=(2, 3, 4, 4), after=None):
    def build(net):
        a = net.rounded(net.input(2, 3, 4, 4), 0.05)
        y = net(operator, a, net.rounded(net.input(*second), 0.021))
        return net.rounded(after(net, y) if after else y, 0.07)

    return build


def moved(operator, shape, *more, kept=True, **attributes):
    """An operator that moves elements, with the same scale on both sides."""

    def build(net):
        constants = [net.constant(*value) if value else "" for value in more]
        x = net.rounded(net.input(*shape))
        return net.rounded(net(operator, x, *constants, **attributes), 0.05 if kept else 0.08)

    return build


def averaged(step, operator="AveragePool", **attributes):
    def build(net):
        x = net.rounded(net.input(2, 3, 6, 5))
        return net.rounded(net(operator, x, **attributes), step)

    return build


def reduced(net, keepdims=0):
    x = net.rounded(net.input(2, 3, 6, 5))
    return net.rounded(net("ReduceMean", x, net.constant([2, 3], "int64"), keepdims=keepdims), 0.01)


def silu(net):
    """x sigmoid(x), with the sigmoid in 8 bits of its own."""
    x = net.rounded(net.input(2, 3, 4))
    return net.rounded(net("Mul", x, net.rounded(net("Sigmoid", x), 1 / 255)), 0.04)


def hard_swish(net):
    """Written out: x clip(x + 3, 0, 6) / 6."""
    x = net.rounded(net.input(2, 3, 4))
    y = net("Clip", net("Add", x, net.constant(3)), net.constant(0), net.constant(6))
    return net.rounded(net("Div", net("Mul", x, y), net.constant(6)), 0.04)


def joined(steps):
    def build(net):
        parts = [net.rounded(net.input(2, 3, 4, 4), step) for step in steps]
        return net.rounded(net("Concat", *parts, axis=1), 0.05)

    return build


def constant_add(net):
    """The second operand is a constant of 8 bits."""
    numbers = net.constant(net.generator.integers(0, 256, (3, 1, 1)), net.activations)
    other = net("DequantizeLinear", numbers, *net.scale(0.02, 100))
    return net.rounded(net("Add", net.rounded(net.input(2, 3, 4, 4)), other), 0.07)


def shuffled(net):
    """Channels of a convolution change places, and two halves part."""
    x = net.rounded(net.input(1, 4, 5, 5))
    y = net.rounded(net("Conv", x, net.weight(6, 4, 1, 1, axis=0), net.bias(6)), 0.06)
    y = net("Reshape", y, net.constant([1, 2, 3, 5, 5], "int64"))
    y = net("Transpose", y, perm=[0, 2, 1, 3, 4])
    y = net.rounded(net("Reshape", y, net.constant([1, 6, 5, 5], "int64")), 0.06)
    left, right = net("Split", y, net.constant([3, 3], "int64"), outputs=2, axis=1)
    return net.rounded(net("Concat", right, left, axis=1), 0.06)


WINDOW = {"kernel_shape": [3, 2], "strides": [2, 1]}
ROUNDED = ["QuantizeLinear"]
# Steps that the result may be off, and the operators that are left between the first
# QuantizeLinear and the last DequantizeLinear.
OTHERS = {
    "sigmoid": (unary("Sigmoid", step=1 / 255), 0, ["Lookup"]),
    "tanh": (unary("Tanh", step=1 / 127), 0, ["Lookup"]),
    "hard_swish": (unary("HardSwish"), 0, ["Lookup"]),
    "hard_sigmoid": (unary("HardSigmoid", step=1 / 255, alpha=0.3), 0, ["Lookup"]),
    "leaky_relu": (unary("LeakyRelu", alpha=0.2), 0, ["Lookup"]),
    "gelu": (unary("Gelu", approximate="tanh"), 0, ["Lookup"]),
    "quick_gelu": (unary("QuickGelu", domain="com.microsoft"), 0, ["Lookup"]),
    "relu": (unary("Relu", step=0.05), 0, ["AtLeast"]),
    "relu_rescaled": (unary("Relu"), 0, ["Lookup"]),
    "rescaled": (unary("Identity"), 0, ["Lookup"]),
    "silu": (silu, 0, ["Lookup"]),
    "hard_swish_written_out": (hard_swish, 0, ["Lookup"]),
    "add": (binary("Add"), 1, [*ROUNDED, "Sum"]),
    "add_relu": (binary("Add", after=relu), 1, [*ROUNDED, "Sum"]),
    "add_broadcast": (binary("Add", (3, 1, 1)), 1, [*ROUNDED, "Sum"]),
    "add_constant": (constant_add, 1, ["Sum"]),
    "mul": (binary("Mul"), 0, ["DequantizeLinear", *ROUNDED, "DequantizeLinear", "Mul", *ROUNDED]),
    "max_pool": (moved("MaxPool", (2, 3, 7, 6), pads=[1, 0, 1, 1], **WINDOW), 0, ["Pool"]),
    "max_pool_1d": (moved("MaxPool", (2, 3, 9), kernel_shape=[2]), 0, ["Pool"]),
    "max_pool_ceil": (
        moved("MaxPool", (1, 2, 8, 8), kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
        0,
        ["Pool"],
    ),
    "max_pool_dilated": (
        moved("MaxPool", (1, 2, 8, 8), kernel_shape=[3, 3], dilations=[2, 2]),
        0,
        ["MaxPool"],
    ),
    "reshape": (moved("Reshape", (2, 3, 4), ([6, 4], "int64")), 0, ["Reshape"]),
    "reshape_rescaled": (
        moved("Reshape", (2, 3, 4), ([6, 4], "int64"), kept=False),
        0,
        ["Reshape", "Lookup"],
    ),
    "flatten": (moved("Flatten", (2, 3, 4)), 0, ["Flatten"]),
    "transpose": (moved("Transpose", (2, 3, 4), perm=[2, 0, 1]), 0, ["Transpose"]),
    "squeeze": (moved("Squeeze", (2, 1, 4), ([1], "int64")), 0, ["Squeeze"]),
    "unsqueeze": (moved("Unsqueeze", (2, 4), ([1], "int64")), 0, ["Unsqueeze"]),
    "slice": (moved("Slice", (4, 5), ([1], "int64"), ([3], "int64")), 0, ["Slice"]),
    "pad": (moved("Pad", (1, 2, 3), ([0, 0, 1, 0, 0, 2], "int64")), 0, ["Border"]),
    "resize": (
        moved("Resize", (1, 2, 3, 4), None, ([1, 1, 2, 2],), mode="nearest"),
        0,
        ["Resize"],
    ),
    "concat": (joined((0.05, 0.05)), 0, [*ROUNDED, "Concat"]),
    "concat_of_scales": (joined((0.05, 0.03)), 0, [*ROUNDED, "Lookup", "Concat"]),
    "average_pool": (averaged(0.05, **WINDOW), 1, ["Pool"]),
    "average_pool_padded": (
        averaged(0.06, pads=[1, 1, 1, 1], count_include_pad=1, **WINDOW),
        1,
        ["Pool", "Lookup"],
    ),
    "average_pool_fine": (
        averaged(0.01, **WINDOW),
        0,
        ["DequantizeLinear", "AveragePool", *ROUNDED],
    ),
    "global_average_pool": (averaged(0.02, "GlobalAveragePool"), 1, ["Mean"]),
    "reduce_mean": (reduced, 1, ["Mean"]),
    "shuffle": (shuffled, 1, None),
}

__all__ = ["LAYERS", "OTHERS", "Network"]
