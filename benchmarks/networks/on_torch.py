"""PyTorch: eager, channels last, TorchScript traced and frozen, and compiled by Inductor."""

import functools
import gc
from collections.abc import Callable

import torch
from arrays import Array
from convnets import EPSILON, NETWORKS, images
from running import Run, training
from sequences import GPTS, lstm, lstm_input
from torch import nn
from torch_blocks import bert_module, copied, decoder_module, gpt_module, perceptron_module, tensor
from workloads import SMALL, WORKLOADS, inputs

version = torch.__version__


def _shuffled(a, b):
    """Channels of both by turns."""
    return torch.stack((a, b), 2).flatten(1, 2)


FUNCTIONS = {
    "relu": functools.partial(nn.functional.relu, inplace=True),
    "relu6": functools.partial(nn.functional.relu6, inplace=True),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "silu": nn.functional.silu,
    "hard_sigmoid": nn.functional.hardsigmoid,
    "hard_swish": nn.functional.hardswish,
    "mean": lambda x: x.mean((2, 3)),
    "squeeze": lambda x: x.mean((2, 3), keepdim=True),
    "flatten": lambda x: x.flatten(1),
    "add": torch.add,
    "multiply": torch.mul,
    "join": lambda *parts: torch.cat(parts, 1),
    "first_half": lambda x: x.chunk(2, 1)[0],
    "second_half": lambda x: x.chunk(2, 1)[1],
    "shuffle": _shuffled,
}


class _ConvNet(nn.Module):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.net = NETWORKS[name]()
        parameters = self.net.parameters()
        self.layers = nn.ModuleList(self._layer(node, parameters) for node in self.net.nodes)

    @staticmethod
    def _layer(node, parameters: dict[str, Array]) -> nn.Module:
        if node.kind == "convolution":
            sizes = (node.in_channels, node.shape[0], node.kernel, node.stride, node.padding)
            kind = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[node.axes - 1]
            options = {"groups": node.groups, "dilation": node.dilation}
            layer = kind(*sizes, **options, bias=node.has_bias)
        elif node.kind == "batch_norm":
            kind = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)[node.axes - 1]
            layer = kind(node.shape[0], eps=EPSILON)
        elif node.kind == "dense":
            layer = nn.Linear(node.in_channels, node.shape[0])
        elif node.kind == "max_pool":
            kind = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[node.axes - 1]
            return kind(node.kernel, node.stride, node.padding)
        elif node.kind == "average_pool":
            return nn.AvgPool2d(node.kernel, node.stride, node.padding)
        else:
            return nn.Identity()  # has nothing to learn
        return copied(layer, parameters, f"{node.name}.")

    def forward(self, x):
        values = [x]
        for node, layer in zip(self.net.nodes, self.layers, strict=True):
            function = FUNCTIONS.get(node.kind, layer)
            values.append(function(*(values[place] for place in node.inputs)))
        return values[-1]


class _Lstm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = copied(nn.LSTM(256, 256, 2), lstm())

    def forward(self, x):
        return self.layers(x)[0]


def _network(name: str) -> tuple[nn.Module, torch.Tensor]:
    """The module of a workload for inference, and its input."""
    x = tensor(inputs(name)["x"])
    if name.startswith("bert"):
        return bert_module(), x
    if name.startswith("decode"):
        return decoder_module(), x
    if name.startswith("lstm"):
        return _Lstm(), x
    return _ConvNet(name.split("_")[0]), x


def _inference(name: str, variant: str) -> Run:
    model, x = _network(name)
    model.eval()
    if x.dim() == 4 and variant in ("channels_last", "compile"):
        model = model.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    if variant == "compile":
        import torch._inductor.config as inductor

        inductor.freezing = True
        model = torch.compile(model)
    elif variant == "jit":
        with torch.no_grad():
            traced = torch.jit.freeze(torch.jit.trace(model, x))
            model = torch.jit.optimize_for_inference(traced)
    half = WORKLOADS[name].precision == "bfloat16"
    # Compiled and frozen code refuses tensors made in inference mode.
    guard = torch.no_grad if variant == "compile" else torch.inference_mode

    def step() -> torch.Tensor:
        with guard(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            return model(x)

    for _ in range(3):  # tracing and compiling
        step()
    return Run(step, lambda: step().float().numpy())


def _training(name: str, variant: str) -> Run:
    fused = {"fused": "fused" in variant or None}
    if name == "mlp_train":
        model, loss_of = perceptron_module()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **fused)
    elif name in GPTS:
        model, loss_of = gpt_module(GPTS[name])
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **fused)
    elif name == "lstm_train":
        model, x = _Lstm(), tensor(lstm_input())
        loss_of = functools.partial(_mean_square, model, x)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, **fused)
    else:
        model, loss_of = _image_training(name.split("_")[0], variant)
        momentum = 0.9 if name == "resnet18_train" else 0.0
        options = {"lr": 0.01, "momentum": momentum, **fused}
        optimizer = torch.optim.SGD(model.parameters(), **options)
    model.train()
    if variant.startswith("compile"):
        loss_of = torch.compile(loss_of)

    def step() -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss

    steps = WORKLOADS[name].training_steps
    run = training(step, lambda loss: float(loss.detach()), steps)
    return run._replace(allocated=lambda: _allocated(step))


def _allocated(step: Callable[[], object]) -> int:
    """What is alive before the step and the largest sum of what the profiler sees added to it."""
    gc.collect()
    tensors = [found for found in gc.get_objects() if isinstance(found, torch.Tensor)]
    tensors += [found.grad for found in tensors if found.grad is not None]
    storages = {found.data_ptr(): found.untyped_storage().nbytes() for found in tensors}
    with torch.profiler.profile(profile_memory=True) as profile:
        step()
    now = most = 0
    events = profile.profiler.kineto_results.events()
    for event in sorted(events, key=lambda event: event.start_ns()):
        if event.name() == "[memory]":
            now += event.nbytes()
            most = max(most, now)
    return sum(storages.values()) + most


def _mean_square(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return model(x).square().mean()


def _image_training(network: str, variant: str) -> tuple[nn.Module, Callable[[], torch.Tensor]]:
    from arrays import classes

    batch = int(WORKLOADS[f"{network}_train"].per_call)
    model, x = _ConvNet(network), tensor(images(network, batch))
    y = tensor(classes(f"{network}.y", batch, 10))
    if "channels_last" in variant:
        model = model.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    return model, lambda: nn.functional.cross_entropy(model(x), y)


def _small(name: str, variant: str) -> Run:
    torch.set_grad_enabled(False)
    given = [tensor(array) for array in inputs(name).values()]
    function = SMALL[name]
    if variant == "jit":
        function = torch.jit.trace(function, given)
    elif variant == "compile":
        function = torch.compile(function)
    for _ in range(5):
        function(*given)
    return Run(lambda: function(*given), lambda: function(*given).numpy())


def _product(name: str) -> Run:
    torch.set_grad_enabled(False)
    half = WORKLOADS[name].precision == "bfloat16"
    dtype = torch.bfloat16 if half else torch.float32
    a, b = (tensor(array).to(dtype) for array in inputs(name).values())
    out = torch.empty(a.shape[0], b.shape[1], dtype=dtype)
    return Run(lambda: torch.mm(a, b, out=out), lambda: torch.mm(a, b).float().numpy())


def create(name: str, variant: str, threads: int) -> Run:
    torch.set_num_threads(threads)
    if name in SMALL:
        return _small(name, variant)
    if name.startswith("gemm"):
        return _product(name)
    return _training(name, variant) if WORKLOADS[name].training_steps else _inference(name, variant)
