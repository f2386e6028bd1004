"""Weft: Gluon networks hybridized; training as a whole step in one plan."""

from typing import Any

import files
import weft
import weft_blocks
from arrays import Array, classes
from convnets import EPSILON, NETWORKS, ConvNet, Node, calibration, images
from running import Run, training
from sequences import GPTS, LSTM, lstm, lstm_input, perceptron, perceptron_batch
from weft import autograd, gluon, np, npx
from weft.gluon import nn
from workloads import SMALL, WORKLOADS, inputs

version = weft.runtime.version()


def _layer(node: Node) -> Any:
    if node.kind == "convolution":
        window = ((n,) * node.axes for n in (node.kernel, node.stride, node.padding, node.dilation))
        options = {"groups": node.groups, "use_bias": node.has_bias}
        kind = (nn.Conv1D, nn.Conv2D, nn.Conv3D)[node.axes - 1]
        return kind(node.shape[0], *window, in_channels=node.in_channels, **options)
    if node.kind == "batch_norm":
        return nn.BatchNorm(epsilon=EPSILON, in_channels=node.shape[0])
    if node.kind == "dense":
        return nn.Dense(node.shape[0], in_units=node.in_channels)
    if node.kind == "max_pool":
        kind = (nn.MaxPool1D, nn.MaxPool2D, nn.MaxPool3D)[node.axes - 1]
        return kind(node.kernel, node.stride, node.padding)
    if node.kind == "average_pool":
        return nn.AvgPool2D(node.kernel, node.stride, node.padding)
    return None


def _shuffled(a: Any, b: Any) -> Any:
    """Channels of both by turns."""
    n, c, h, w = a.shape
    return np.stack((a, b), axis=2).reshape(n, 2 * c, h, w)


FUNCTIONS = {
    "relu": npx.relu,
    "relu6": npx.relu6,
    "tanh": np.tanh,
    "sigmoid": npx.sigmoid,
    "silu": npx.silu,
    "hard_sigmoid": lambda x: npx.relu6(x + 3) / 6,
    "hard_swish": npx.hard_swish,
    "mean": lambda x: np.mean(x, axis=(2, 3)),
    "squeeze": lambda x: np.mean(x, axis=(2, 3), keepdims=True),
    "flatten": npx.batch_flatten,
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "join": lambda *parts: np.concatenate(parts, axis=1),
    "first_half": lambda x: x[:, : x.shape[1] // 2],
    "second_half": lambda x: x[:, x.shape[1] // 2 :],
    "shuffle": _shuffled,
}
NAMES = {"weight": "gamma", "bias": "beta"}  # of a norm


class _ConvNet(gluon.HybridBlock):
    def __init__(self, net: ConvNet) -> None:
        super().__init__()
        self.net = net
        self.layers: list[Any] = []
        for number, node in enumerate(net.nodes):
            layer = _layer(node)
            self.layers.append(layer)
            if layer is not None:
                self.register_child(layer, str(number))

    def fill(self, parameters: dict[str, Array]) -> None:
        self.initialize()
        for node, layer in zip(self.net.nodes, self.layers, strict=True):
            prefix = f"{node.name}."
            for name, value in parameters.items():
                if node.name and name.startswith(prefix) and "." not in name[len(prefix) :]:
                    part = name[len(prefix) :]
                    own = NAMES.get(part, part) if node.kind == "batch_norm" else part
                    getattr(layer, own).set_data(np.array(value))

    def forward(self, x: Any) -> Any:
        values = [x]
        for node, layer in zip(self.net.nodes, self.layers, strict=True):
            function = layer if layer is not None else FUNCTIONS[node.kind]
            values.append(function(*(values[place] for place in node.inputs)))
        return values[-1]


def convnet(name: str) -> gluon.HybridBlock:
    """The network of a workload, in int8 where that says so."""
    network = name.split("_")[0]
    net = NETWORKS[network]()
    block = _ConvNet(net)
    block.fill(net.parameters())
    is_int8 = name in WORKLOADS and WORKLOADS[name].precision == "int8"
    return weft.quantize(block, calibration(network)) if is_int8 else block


def recurrent() -> Any:
    block = gluon.rnn.LSTM(LSTM.hidden, LSTM.layers, input_size=LSTM.inputs)
    block.initialize()
    for name, value in lstm().items():
        kind, part, layer = name.split("_")
        own = {"ih": "i2h", "hh": "h2h"}[part]
        block.params[f"{layer}_{own}_{kind}"].set_data(np.array(value))
    return block


def _perceptron() -> Any:
    given, net = perceptron(), nn.HybridSequential()
    count = len(given) // 2
    for number in range(count):
        outputs, units = given[f"{number}.weight"].shape
        activation = "relu" if number < count - 1 else None
        net.add(nn.Dense(outputs, in_units=units, activation=activation))
    net.initialize()
    for number, layer in enumerate(net):
        layer.weight.set_data(np.array(given[f"{number}.weight"]))
        layer.bias.set_data(np.array(given[f"{number}.bias"]))
    return net


class _Halved(gluon.HybridBlock):
    """A network of bfloat16 between ports of float32."""

    def __init__(self, net: Any) -> None:
        super().__init__()
        self.net = net
        net.cast("bfloat16")

    def forward(self, x: Any) -> Any:
        return self.net(x.astype("bfloat16")).astype("float32")


def network(name: str) -> Any:
    """The network of a workload for inference."""
    precision = WORKLOADS[name].precision
    if name.startswith("bert"):
        net = weft_blocks.bert()
    elif name.startswith("decode"):
        net = weft_blocks.decoder(precision)
    else:
        net = recurrent() if name.startswith("lstm") else convnet(name)
    return _Halved(net) if precision == "bfloat16" else net


def _inference(name: str, variant: str) -> Run:
    if variant == "file":
        return _from_file(name)
    x = np.array(inputs(name)["x"])
    net = network(name)
    net.hybridize()

    def step() -> Any:
        out = net(x)
        out.wait_to_read()
        return out

    return Run(step, lambda: step().asnumpy(), allocated=lambda: _allocated(step))


def _training(name: str, variant: str) -> Run:
    """`variant`: "plan" for the whole step in one plan, "plan 200MB" within so much memory, "loop"
    for a hybridized network and a trainer beside it, "eager" for one that is not hybridized."""
    if name == "lstm_train":
        net, x, y = recurrent(), np.array(lstm_input()), None
        options = ("sgd", {"learning_rate": 0.1})
        loss_of = lambda out: np.mean(np.square(out))  # noqa: E731
    else:
        cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
        loss_of = lambda out, y: np.mean(cross_entropy(out, y))  # noqa: E731
        adam = ("adam", {"learning_rate": 1e-3})
        if name in GPTS:
            (net, x, y), options = weft_blocks.gpt(GPTS[name]), adam
        elif name == "mlp_train":
            net, options = _perceptron(), adam
            x, y = map(np.array, perceptron_batch())
        else:
            net, x, y, options = _image_training(name.split("_")[0])
    trainer = gluon.Trainer(net.collect_params(), *options)
    labels = () if y is None else (y,)

    def loop() -> Any:
        with autograd.record():
            loss = loss_of(net(x), *labels)
        loss.backward()
        trainer.step(1)
        return loss

    kind, _, memory = variant.partition(" ")
    arena = None
    if kind == "plan":
        compiled = trainer.compile(net, loss_of, memory=memory or None)
        arena = lambda: compiled.plan_memory()["arena"]  # noqa: E731
        step = lambda: compiled(x, y, batch_size=1)  # noqa: E731
    else:
        if kind == "loop":
            net.hybridize()
        step = loop

    def call() -> Any:
        loss = step()
        loss.wait_to_read()
        return loss

    return training(call, float, WORKLOADS[name].training_steps)._replace(
        allocated=lambda: _allocated(call), arena=arena
    )


def _allocated(call: Any) -> int:
    weft.memory.reset_peak()
    call()
    return weft.memory.stats()["peak"]


def _from_file(name: str) -> Run:
    """The network as the exported file gives it, without the framework: its weights stay in the
    file's pages."""
    context = weft.runtime.Model(str(files.model(name, "weft"))).context()
    x = inputs(name)["x"]
    return Run(lambda: context.run(x), lambda: context.run(x)[0])


def _image_training(network: str) -> tuple[Any, ...]:
    batch = int(WORKLOADS[f"{network}_train"].per_call)
    momentum = 0.9 if network == "resnet18" else 0.0
    options = ("sgd", {"learning_rate": 0.01, "momentum": momentum})
    y = np.array(classes(f"{network}.y", batch, 10))
    return convnet(network), np.array(images(network, batch)), y, options


def _small(name: str, variant: str) -> Run:
    given = [np.array(array) for array in inputs(name).values()]
    function = weft.hybridize(SMALL[name]) if variant == "plan" else SMALL[name]
    return Run(lambda: function(*given), lambda: function(*given).asnumpy())


def _product(name: str) -> Run:
    given = inputs(name)  # which np.array copies: each goes before the next comes
    a, b = (np.array(given.pop(key)) for key in list(given))
    if WORKLOADS[name].precision == "bfloat16":
        a, b = a.astype("bfloat16"), b.astype("bfloat16")
    out = np.zeros((a.shape[0], b.shape[1]), dtype=a.dtype)

    def step() -> Any:
        np.matmul(a, b, out=out)
        out.wait_to_read()

    def output() -> Array:
        step()
        return out.astype("float32").asnumpy()

    return Run(step, output)


def create(name: str, variant: str, threads: int) -> Run:
    if name in SMALL:
        run = _small(name, variant)
    elif name.startswith("gemm"):
        run = _product(name)
    elif WORKLOADS[name].training_steps:
        run = _training(name, variant)
    else:
        run = _inference(name, variant)

    def output() -> Array:
        found = run.output()
        weft.memory.trim()  # as the competitor does with malloc's heap
        return found

    return run._replace(output=output)
