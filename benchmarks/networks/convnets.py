"""Convolutional networks as lists of nodes, with their parameters: what every adapter builds from.

Value 0 is the input, value i the result of node i. Shapes are those of one image, (C, H, W), of one
sequence, (C, W), or of one volume, (C, D, H, W).
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy
from arrays import Array, normal, uniform

EPSILON = 1e-5
Parameters = dict[str, Array]


@dataclass(frozen=True)
class Node:
    """One layer. `kind`: convolution, batch_norm, relu, relu6, tanh, sigmoid, silu, hard_sigmoid,
    hard_swish, max_pool, average_pool, mean (over H and W, which go), squeeze (the same, and they
    stay), add, multiply (by an image, or by channels that have been squeezed), join (channels of
    one behind those of the other), halves of channels (first_half, second_half), shuffle (channels
    of two halves by turns, those of one behind those of the other before), flatten or dense.
    Windows are as long along all axes."""

    kind: str
    inputs: tuple[int, ...]
    shape: tuple[int, ...]  # of the result
    name: str = ""
    kernel: int = 1
    stride: int = 1
    padding: int = 0
    groups: int = 1
    dilation: int = 1
    in_channels: int = 0
    has_bias: bool = True
    is_last: bool = False  # the norm at the end of a residual branch, which starts small

    @property
    def axes(self) -> int:
        """Those that a window slides along."""
        return len(self.shape) - 1

    @property
    def multiply_adds(self) -> int:
        """Of one image, in convolutions and dense layers; the rest is not counted."""
        if self.kind not in ("convolution", "dense"):
            return 0
        window = self.kernel**self.axes if self.kind == "convolution" else 1
        taps = self.in_channels // self.groups * window
        return int(numpy.prod(self.shape)) * taps


@dataclass
class ConvNet:
    name: str
    shape: tuple[int, ...]
    nodes: list[Node] = field(default_factory=list)

    def shape_of(self, value: int) -> tuple[int, ...]:
        return self.nodes[value - 1].shape if value else self.shape

    def add(self, kind: str, *inputs: int, shape: tuple[int, ...] = (), **attributes) -> int:
        found = shape or self.shape_of(inputs[0])
        self.nodes.append(Node(kind, inputs, found, **attributes))
        return len(self.nodes)

    def _window(self, x: int, channels: int, kernel: int, stride: int, padding: int, dilation=1):
        room = 2 * padding - dilation * (kernel - 1) - 1
        return (channels, *((n + room) // stride + 1 for n in self.shape_of(x)[1:]))

    def convolution(
        self,
        x: int,
        name: str,
        channels: int,
        kernel: int,
        stride=1,
        padding=0,
        groups=1,
        dilation=1,
        bias=False,
    ) -> int:
        return self.add(
            "convolution",
            x,
            shape=self._window(x, channels, kernel, stride, padding, dilation),
            **{"name": name, "kernel": kernel, "stride": stride, "padding": padding},
            **{"groups": groups, "dilation": dilation, "has_bias": bias},
            in_channels=self.shape_of(x)[0],
        )

    def normed(self, x: int, name: str, norm: str, *window: int, is_last=False, **options) -> int:
        """A convolution and its batch norm."""
        y = self.convolution(x, name, *window, **options)
        return self.add("batch_norm", y, name=norm, is_last=is_last)

    def pre_activated(self, x: int, name: str, norm: str, *window: int) -> int:
        """A batch norm, a ReLU and then the convolution."""
        y = self.add("relu", self.add("batch_norm", x, name=norm))
        return self.convolution(y, name, *window)

    def max_pool(self, x: int, kernel: int, stride: int, padding: int = 0) -> int:
        return self._pool("max_pool", x, kernel, stride, padding)

    def average_pool(self, x: int, kernel: int, stride: int) -> int:
        return self._pool("average_pool", x, kernel, stride, 0)

    def _pool(self, kind: str, x: int, kernel: int, stride: int, padding: int) -> int:
        shape = self._window(x, self.shape_of(x)[0], kernel, stride, padding)
        return self.add(kind, x, shape=shape, kernel=kernel, stride=stride, padding=padding)

    def squeeze(self, x: int) -> int:
        return self.add("squeeze", x, shape=(self.shape_of(x)[0], 1, 1))

    def join(self, *parts: int) -> int:
        channels = sum(self.shape_of(part)[0] for part in parts)
        return self.add("join", *parts, shape=(channels, *self.shape_of(parts[0])[1:]))

    def half(self, x: int, which: str) -> int:
        channels, *window = self.shape_of(x)
        return self.add(f"{which}_half", x, shape=(channels // 2, *window))

    def shuffle(self, *halves: int) -> int:
        channels, *window = self.shape_of(halves[0])
        return self.add("shuffle", *halves, shape=(2 * channels, *window))

    def mean(self, x: int) -> int:
        return self.add("mean", x, shape=self.shape_of(x)[:1])

    def flatten(self, x: int) -> int:
        return self.add("flatten", x, shape=(int(numpy.prod(self.shape_of(x))),))

    def dense(self, x: int, name: str, units: int) -> int:
        return self.add("dense", x, shape=(units,), name=name, in_channels=self.shape_of(x)[0])

    @property
    def multiply_adds(self) -> int:
        return sum(node.multiply_adds for node in self.nodes)

    def parameters(self) -> Parameters:
        """Named `<layer>.weight`, `.bias`, `.running_mean`, `.running_var`; weights (O, I, window)
        and (O, I)."""
        found: Parameters = {}
        for node in self.nodes:
            if node.name:
                for part, value in _drawn(f"{self.name}.{node.name}", node).items():
                    found[f"{node.name}.{part}"] = value
        return found

    def folded(self) -> tuple["ConvNet", Parameters]:
        """The network for inference, and its parameters: each batch norm behind a convolution
        becomes part of it. y = (w x - m) s + b, s = gamma / sqrt(var + eps)."""
        given = self.parameters()
        net, parameters = ConvNet(self.name, self.shape), dict(given)
        uses = Counter(value for node in self.nodes for value in node.inputs)
        place = {0: 0}  # of each value in the new network
        for number, node in enumerate(self.nodes, 1):
            source = self.nodes[node.inputs[0] - 1] if node.inputs[0] else None
            if node.kind == "batch_norm" and source.kind == "convolution" and uses[number - 1] == 1:
                assert not source.has_bias
                gamma, beta, mean, var = (parameters.pop(f"{node.name}.{part}") for part in NORM)
                scale = gamma / numpy.sqrt(var + EPSILON)
                weight = given[f"{source.name}.weight"]
                parameters[f"{source.name}.weight"] = (weight.T * scale).T
                parameters[f"{source.name}.bias"] = beta - mean * scale
                place[number] = place[node.inputs[0]]
                kept = net.nodes[place[number] - 1]
                net.nodes[place[number] - 1] = replace(kept, has_bias=True)
            else:
                net.nodes.append(replace(node, inputs=tuple(place[i] for i in node.inputs)))
                place[number] = len(net.nodes)
        return net, parameters


NORM = ("weight", "bias", "running_mean", "running_var")


def _drawn(key: str, node: Node) -> Parameters:
    if node.kind == "batch_norm":
        # A residual branch that starts small keeps the activations of a deep network in range.
        channels, low, high = node.shape[:1], *((0.2, 0.4) if node.is_last else (0.8, 1.2))
        return {
            "weight": uniform(f"{key}.weight", channels, low, high),
            "bias": uniform(f"{key}.bias", channels, -0.1, 0.1),
            "running_mean": uniform(f"{key}.mean", channels, -0.1, 0.1),
            "running_var": uniform(f"{key}.var", channels, 0.8, 1.2),
        }
    inputs = node.in_channels // node.groups
    if node.kind == "convolution":
        window = (node.kernel,) * node.axes
        deviation = (2.0 / (inputs * node.kernel**node.axes)) ** 0.5
        shape = (node.shape[0], inputs, *window)
    else:
        deviation, shape = (1.0 / inputs) ** 0.5, (node.shape[0], inputs)
    found = {"weight": normal(f"{key}.weight", shape, deviation)}
    if node.has_bias:
        found["bias"] = uniform(f"{key}.bias", shape[:1], -0.05, 0.05)
    return found


def lenet() -> ConvNet:
    """LeCun et al., "Gradient-based learning applied to document recognition", 1998, with ReLU and
    maxima."""
    net = ConvNet("lenet", (1, 28, 28))
    x = net.add("relu", net.convolution(0, "c1", 6, 5, padding=2, bias=True))
    x = net.max_pool(x, 2, 2)
    x = net.add("relu", net.convolution(x, "c2", 16, 5, bias=True))
    x = net.flatten(net.max_pool(x, 2, 2))
    x = net.add("relu", net.dense(x, "f1", 120))
    x = net.add("relu", net.dense(x, "f2", 84))
    net.dense(x, "f3", 10)
    return net


def resnet(depth: int, groups: int = 1) -> ConvNet:
    """He et al., 2016. In a bottleneck the 3×3 convolution has the stride (the form called 1.5).
    With groups, Xie et al., "Aggregated residual transformations", 2017: each of 4 channels in the
    first stage."""
    net = ConvNet(f"resnet{depth}" if groups == 1 else f"resnext{depth}", (3, 224, 224))
    x = net.add("relu", net.normed(0, "conv1", "bn1", 64, 7, 2, 3))
    x = net.max_pool(x, 3, 2, 1)
    for stage, blocks in enumerate({18: (2, 2, 2, 2), 50: (3, 4, 6, 3)}[depth]):
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            name = f"layer{stage + 1}.{block}"
            x = _residual(net, x, name, 64 << stage, stride, depth == 50, groups)
    net.dense(net.mean(x), "fc", 1000)
    return net


def resnet20() -> ConvNet:
    """He et al., 2016, section 4.2: for images of 32 x 32, whose layers take microseconds."""
    net = ConvNet("resnet20", (3, 32, 32))
    x = net.add("relu", net.normed(0, "conv1", "bn1", 16, 3, 1, 1))
    for number in range(9):
        stage, block = divmod(number, 3)
        stride = 2 if stage and not block else 1
        x = _residual(net, x, f"layer{stage + 1}.{block}", 16 << stage, stride, False, 1)
    net.dense(net.mean(x), "fc", 10)
    return net


def _residual(
    net: ConvNet, x: int, name: str, width: int, stride: int, bottleneck: bool, groups: int
) -> int:
    inner = width if groups == 1 else width // 64 * 4 * groups
    windows = (
        [(inner, 1), (inner, 3, stride, 1, groups), (4 * width, 1)]
        if bottleneck
        else [(width, 3, stride, 1), (width, 3, 1, 1)]
    )
    y = x
    for number, window in enumerate(windows, 1):
        last = number == len(windows)
        y = net.normed(y, f"{name}.conv{number}", f"{name}.bn{number}", *window, is_last=last)
        if not last:
            y = net.add("relu", y)
    channels = windows[-1][0]
    if stride != 1 or net.shape_of(x)[0] != channels:
        x = net.normed(x, f"{name}.down", f"{name}.dbn", channels, 1, stride)
    return net.add("relu", net.add("add", y, x))


def regnet() -> ConvNet:
    """Radosavovic et al., "Designing Network Design Spaces", 2020: RegNetX-600MF, whose groups have
    24 channels."""
    net = ConvNet("regnet", (3, 224, 224))
    x = net.add("relu", net.normed(0, "stem", "stem_norm", 32, 3, 2, 1))
    for stage, (blocks, width) in enumerate(((1, 48), (3, 96), (5, 240), (7, 528))):
        for block in range(blocks):
            stride, name = 1 if block else 2, f"s{stage}.{block}"
            y = net.add("relu", net.normed(x, f"{name}.a", f"{name}.an", width, 1))
            window = (width, 3, stride, 1, width // 24)
            y = net.add("relu", net.normed(y, f"{name}.b", f"{name}.bn", *window))
            y = net.normed(y, f"{name}.c", f"{name}.cn", width, 1, is_last=True)
            if not block:
                x = net.normed(x, f"{name}.down", f"{name}.dn", width, 1, stride)
            x = net.add("relu", net.add("add", y, x))
    net.dense(net.mean(x), "fc", 1000)
    return net


def mobilenetv2() -> ConvNet:
    """Sandler et al., 2018, table 2."""
    net = ConvNet("mobilenetv2", (3, 224, 224))
    x = net.add("relu6", net.normed(0, "c0", "b0", 32, 3, 2, 1))
    stages = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1))
    number = 0
    for expansion, channels, repeats, stride in (*stages, (6, 160, 3, 2), (6, 320, 1, 1)):
        for repeat in range(repeats):
            number += 1
            x = _inverted(net, x, f"m{number}", expansion, channels, 1 if repeat else stride)
    x = net.add("relu6", net.normed(x, "cl", "bl", 1280, 1))
    net.dense(net.mean(x), "fc", 1000)
    return net


def _inverted(net: ConvNet, x: int, name: str, expansion: int, channels: int, stride: int) -> int:
    before = net.shape_of(x)[0]
    wide, y = before * expansion, x
    if expansion != 1:
        y = net.add("relu6", net.normed(y, f"{name}.e", f"{name}.eb", wide, 1))
    y = net.normed(y, f"{name}.d", f"{name}.db", wide, 3, stride, 1, groups=wide)
    y = net.normed(net.add("relu6", y), f"{name}.p", f"{name}.pb", channels, 1)
    return net.add("add", y, x) if stride == 1 and before == channels else y


def mobilenetv3() -> ConvNet:
    """Howard et al., "Searching for MobileNetV3", 2019, the large one, table 1."""
    net = ConvNet("mobilenetv3", (3, 224, 224))
    x = net.add("hard_swish", net.normed(0, "c0", "b0", 16, 3, 2, 1))
    # kernel, expansion, channels, stride, "e" for squeeze and excitation, "h" for hard swish
    stages = ((3, 16, 16, 1, ""), (3, 64, 24, 2, ""), (3, 72, 24, 1, ""), (5, 72, 40, 2, "e"))
    stages += ((5, 120, 40, 1, "e"),) * 2 + ((3, 240, 80, 2, "h"), (3, 200, 80, 1, "h"))
    stages += ((3, 184, 80, 1, "h"),) * 2 + ((3, 480, 112, 1, "eh"), (3, 672, 112, 1, "eh"))
    stages += ((5, 672, 160, 2, "eh"),) + ((5, 960, 160, 1, "eh"),) * 2
    for number, (kernel, wide, channels, stride, marks) in enumerate(stages):
        act = "hard_swish" if "h" in marks else "relu"
        narrow = max(8, (wide // 4 + 4) // 8 * 8) if "e" in marks else 0
        window = (kernel, stride)
        x = _excited(net, x, f"m{number}", wide, channels, window, narrow, act, "hard_sigmoid")
    x = net.mean(net.add("hard_swish", net.normed(x, "cl", "bl", 960, 1)))
    net.dense(net.add("hard_swish", net.dense(x, "f1", 1280)), "f2", 1000)
    return net


def efficientnet() -> ConvNet:
    """Tan and Le, "EfficientNet", 2019, B0, table 1."""
    net = ConvNet("efficientnet", (3, 224, 224))
    x = net.add("silu", net.normed(0, "c0", "b0", 32, 3, 2, 1))
    # expansion, channels, blocks, stride of the first, kernel
    stages = ((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3))
    number = 0
    for t, channels, repeats, stride, kernel in (
        *stages,
        (6, 112, 3, 1, 5),
        (6, 192, 4, 2, 5),
        (6, 320, 1, 1, 3),
    ):
        for repeat in range(repeats):
            number += 1
            before, window = net.shape_of(x)[0], (kernel, 1 if repeat else stride)
            name, wide = f"m{number}", t * before
            x = _excited(net, x, name, wide, channels, window, before // 4, "silu", "sigmoid")
    x = net.add("silu", net.normed(x, "cl", "bl", 1280, 1))
    net.dense(net.mean(x), "fc", 1000)
    return net


def _excited(
    net: ConvNet,
    x: int,
    name: str,
    wide: int,
    channels: int,
    window: tuple[int, int],
    narrow: int,
    act: str,
    gate: str,
) -> int:
    """An inverted residual with gates of its channels behind the depthwise convolution (Hu et al.,
    "Squeeze-and-excitation networks", 2018), where `narrow` is not 0. MobileNet v3 gates before
    the activation; here, as in EfficientNet and in torchvision, behind it."""
    before, (kernel, stride), y = net.shape_of(x)[0], window, x
    if wide != before:
        y = net.add(act, net.normed(y, f"{name}.e", f"{name}.eb", wide, 1))
    sizes = (wide, kernel, stride, kernel // 2)
    y = net.add(act, net.normed(y, f"{name}.d", f"{name}.db", *sizes, groups=wide))
    if narrow:
        s = net.convolution(net.squeeze(y), f"{name}.s", narrow, 1, bias=True)
        s = net.add("silu" if act == "silu" else "relu", s)
        s = net.add(gate, net.convolution(s, f"{name}.x", wide, 1, bias=True))
        y = net.add("multiply", y, s)
    y = net.normed(y, f"{name}.p", f"{name}.pb", channels, 1)
    return net.add("add", y, x) if stride == 1 and before == channels else y


def shufflenet() -> ConvNet:
    """Ma et al., "ShuffleNet V2", 2018, with as many channels as in its first column."""
    net = ConvNet("shufflenet", (3, 224, 224))
    x = net.add("relu", net.normed(0, "c0", "b0", 24, 3, 2, 1))
    x = net.max_pool(x, 3, 2, 1)
    for stage, (channels, blocks) in enumerate(((116, 4), (232, 8), (464, 4))):
        for block in range(blocks):
            x = _shuffled(net, x, f"s{stage}.{block}", channels // 2, 1 if block else 2)
    x = net.add("relu", net.normed(x, "cl", "bl", 1024, 1))
    net.dense(net.mean(x), "fc", 1000)
    return net


def _shuffled(net: ConvNet, x: int, name: str, width: int, stride: int) -> int:
    def depthwise(y: int, part: str) -> int:
        channels = net.shape_of(y)[0]
        return net.normed(y, f"{name}.{part}", f"{name}.{part}b", channels, 3, stride, 1, channels)

    def pointwise(y: int, part: str) -> int:
        return net.add("relu", net.normed(y, f"{name}.{part}", f"{name}.{part}b", width, 1))

    if stride == 1:
        kept, x = net.half(x, "first"), net.half(x, "second")
    else:
        kept = pointwise(depthwise(x, "k"), "l")
    return net.shuffle(kept, pointwise(depthwise(pointwise(x, "e"), "d"), "p"))


def densenet() -> ConvNet:
    """Huang et al., "Densely Connected Convolutional Networks", 2017, of 121 layers: activations
    come before convolutions, so norms behind a join have no convolution that they could be folded
    into."""
    net, growth = ConvNet("densenet", (3, 224, 224)), 32
    x = net.add("relu", net.normed(0, "conv0", "norm0", 2 * growth, 7, 2, 3))
    x = net.max_pool(x, 3, 2, 1)
    for stage, layers in enumerate((6, 12, 24, 16)):
        if stage:
            x = _transition(net, x, f"t{stage}", net.shape_of(x)[0] // 2)
        for layer in range(layers):
            name = f"d{stage + 1}.{layer}"
            y = net.pre_activated(x, f"{name}.conv1", f"{name}.norm1", 4 * growth, 1)
            y = net.pre_activated(y, f"{name}.conv2", f"{name}.norm2", growth, 3, 1, 1)
            x = net.join(x, y)
    x = net.add("relu", net.add("batch_norm", x, name="norm5"))
    net.dense(net.mean(x), "fc", 1000)
    return net


def densenet40() -> ConvNet:
    """The same paper's network of 40 layers for images of 32 x 32: each joins 12 channels to what
    is there, so that channels are rarely whole blocks."""
    net = ConvNet("densenet40", (3, 32, 32))
    x = net.convolution(0, "conv0", 16, 3, 1, 1)
    for stage in range(3):
        if stage:
            x = _transition(net, x, f"t{stage}", net.shape_of(x)[0])
        for layer in range(12):
            name = f"d{stage + 1}.{layer}"
            x = net.join(x, net.pre_activated(x, f"{name}.conv", f"{name}.norm", 12, 3, 1, 1))
    x = net.add("relu", net.add("batch_norm", x, name="norm4"))
    net.dense(net.mean(x), "fc", 10)
    return net


def _transition(net: ConvNet, x: int, name: str, channels: int) -> int:
    y = net.pre_activated(x, f"{name}.conv", f"{name}.norm", channels, 1)
    return net.average_pool(y, 2, 2)


def wavenet() -> ConvNet:
    """Dilated convolutions over a second of sound, after van den Oord et al., 2016: two times 1, 2,
    .. 128 steps apart, each with a sum around it."""
    net = ConvNet("wavenet", (1, 16000))
    x = net.convolution(0, "first", 64, 3, padding=1, bias=True)
    for number in range(16):
        d = 1 << number % 8
        y = net.convolution(x, f"d{number}", 64, 3, padding=d, dilation=d, bias=True)
        y = net.convolution(net.add("tanh", y), f"p{number}", 64, 1, bias=True)
        x = net.add("add", y, x)
    net.convolution(net.add("relu", x), "last", 16, 1, bias=True)
    return net


def c3d() -> ConvNet:
    """Convolutions of 3 × 3 × 3 over sixteen frames, after Tran et al., 2015, with a norm behind
    each and half of the channels."""
    net = ConvNet("c3d", (3, 16, 112, 112))
    x = 0
    for number, channels in enumerate((32, 64, 128, 128)):
        x = net.add("relu", net.normed(x, f"c{number}", f"b{number}", channels, 3, 1, 1))
        x = net.max_pool(x, 2, 2)
    net.dense(net.flatten(x), "fc", 101)
    return net


NETWORKS = {
    "lenet": lenet,
    "resnet18": lambda: resnet(18),
    "resnet20": resnet20,
    "resnet50": lambda: resnet(50),
    "resnext50": lambda: resnet(50, 32),
    "regnet": regnet,
    "mobilenetv2": mobilenetv2,
    "mobilenetv3": mobilenetv3,
    "efficientnet": efficientnet,
    "shufflenet": shufflenet,
    "densenet": densenet,
    "densenet40": densenet40,
    "wavenet": wavenet,
    "c3d": c3d,
}


def images(network: str, batch: int) -> Array:
    return normal(f"input.{network}", (batch, *NETWORKS[network]().shape))


def calibration(network: str) -> list[Array]:
    """Inputs that ranges of activations come from, the benchmark's own first."""
    shape = NETWORKS[network]().shape
    return [images(network, 1), *(normal(f"calib.{n}", (1, *shape)) for n in range(7))]
