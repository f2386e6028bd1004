"""One rank of data_parallel.py: a network's training step in Weft or PyTorch.

It joins the others, warms up, and then does steps whenever its standard input asks for some. What
it has to say goes to standard output, in lines that begin with "@". It imports only what its own
framework needs, so it also runs in an environment that has PyTorch and no Weft.
"""

import argparse
import inspect
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WORDS, TOKENS, UNITS, LAYERS, HEADS = 1024, 128, 256, 4, 4
# By network: samples of one process of two, and the side of its pictures or the tokens of a text.
# The small ones compute little for the bytes that they send.
NETWORKS = {
    "resnet18": (16, 224),
    "resnet18_small": (8, 64),
    "gpt": (16, TOKENS),
    "gpt_small": (4, TOKENS),
}
WARM = 3

Step = Callable[[], None]


def inputs_of(network: str, batch: int, seed: int) -> tuple[Any, Any]:
    """The batch of one rank, in NumPy."""
    import numpy

    size = NETWORKS[network][1]
    drawn = numpy.random.default_rng(seed)
    if network.startswith("gpt"):
        tokens = drawn.integers(0, WORDS, (batch, size + 1))
        return tokens[:, :-1], tokens[:, 1:].reshape(-1)
    return drawn.normal(size=(batch, 3, size, size)).astype("float32"), drawn.integers(0, 10, batch)


def tell(value: Any) -> None:
    print("@" + json.dumps(value), flush=True)


def ask() -> Any:
    return json.loads(sys.stdin.readline())


# ---- Weft ---------------------------------------------------------------------------------------


def weft_gpt(nn: Any, gluon: Any) -> Any:
    """Pre-norm layers over a text, and the next word of each."""

    class Net(gluon.HybridBlock):
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Embedding(WORDS, UNITS)
            self.positions = gluon.Parameter("positions", shape=(TOKENS, UNITS))
            self.blocks = nn.HybridSequential(
                *(
                    nn.TransformerEncoderLayer(
                        UNITS, 4 * UNITS, HEADS, activation="gelu", pre_norm=True
                    )
                    for _ in range(LAYERS)
                )
            )
            self.norm = nn.LayerNorm(in_channels=UNITS)
            self.head = nn.Dense(WORDS, use_bias=False, flatten=False, in_units=UNITS)

        def forward(self, tokens: Any) -> Any:
            x = self.tokens(tokens) + self.positions.data()
            for block in self.blocks:
                x = block(x, causal=True)
            return self.head(self.norm(x)).reshape(-1, WORDS)

    return Net()


def weft_step(network: str, batch: int, rank: int, ranks: int) -> tuple[Step, Callable[[], str]]:
    from weft import gluon, np
    from weft.gluon import nn

    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    x, y = (np.array(array) for array in inputs_of(network, batch, rank))
    if network.startswith("gpt"):
        net = weft_gpt(nn, gluon)
        options: Any = ("adam", {"learning_rate": 1e-3})
    else:
        net = gluon.model_zoo.vision.resnet18_v1(classes=10)
        options = ("sgd", {"learning_rate": 0.01, "momentum": 0.9})
    net.initialize()
    net(x)
    store = "dist_sync" if ranks > 1 else None
    trainer = gluon.Trainer(net.collect_params(), *options, kvstore=store)
    step = trainer.compile(net, lambda out, wanted: loss_of(out, wanted).mean())
    return lambda: step(x, y).wait_to_read(), step.plan_text


def hidden_share(step: Step) -> dict[str, float]:
    """Milliseconds a step of transfers, those that the step waited for, and the share that it did
    not wait for."""
    from weft import profiler

    steps = 5
    with profiler.profile() as profile:
        for _ in range(steps):
            step()
    moved = waited = 0.0
    for event in profile.events:
        if str(event.thread).startswith("transfers of"):
            moved += event.duration
        elif event.name == "collective_wait":
            waited += event.duration
    return {
        "transfers": moved / steps * 1e3,
        "waited": waited / steps * 1e3,
        "hidden": max(0.0, 1 - waited / moved) if moved else 0.0,
    }


def weft_rank(arguments: argparse.Namespace) -> tuple[Step, Callable[[], Any]]:
    from weft._core import collectives, native

    native.set_num_threads(1)
    if arguments.ranks > 1:
        group = collectives.Group(
            collectives.load(arguments.plugin),
            arguments.rank,
            arguments.ranks,
            key=arguments.key,
            secret=b"benchmark",
            bind=arguments.interface,
        )
        tell(group.address.hex())
        group.connect([bytes.fromhex(text) for text in ask()])
    step, plan_text = weft_step(arguments.rank_of, arguments.batch, arguments.rank, arguments.ranks)
    for _ in range(WARM):
        step()
    if arguments.plan and arguments.rank == 0:
        Path(arguments.plan).write_text(plan_text(), "utf-8")
    return step, lambda: hidden_share(step) if arguments.ranks > 1 else None


# ---- PyTorch ------------------------------------------------------------------------------------


def torch_rank(arguments: argparse.Namespace) -> tuple[Step, Callable[[], Any]]:
    import torch
    from torch import nn

    torch.set_num_threads(1)
    if arguments.ranks > 1:
        if arguments.interface:
            os.environ["GLOO_SOCKET_IFNAME"] = arguments.interface
        tell("")
        ask()
        torch.distributed.init_process_group(
            "gloo",
            f"file:///tmp/{arguments.key}",
            rank=arguments.rank,
            world_size=arguments.ranks,
        )
    network = arguments.rank_of
    x, y = (torch.tensor(a) for a in inputs_of(network, arguments.batch, arguments.rank))
    if network.startswith("gpt"):
        model = torch_gpt(torch, nn)
        options: Any = (torch.optim.Adam, {"lr": 1e-3})
    else:
        model = torch_resnet18(nn).to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
        options = (torch.optim.SGD, {"lr": 0.01, "momentum": 0.9})
    if arguments.ranks > 1:
        # Its fastest way: no copies from gradients to buckets and back, and as in Weft no broadcast
        # of running statistics in each step.
        wrapper = nn.parallel.DistributedDataParallel
        known = inspect.signature(wrapper).parameters
        syncs = next(n for n in ("forward_sync_buffers", "broadcast_buffers") if n in known)
        model = wrapper(model, gradient_as_bucket_view=True, **{syncs: False})
    optimizer = options[0](model.parameters(), **options[1], fused=True)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    for _ in range(WARM):
        step()
    return step, lambda: None


def torch_resnet18(nn: Any) -> Any:
    """The network of `resnet18_v1`, as torchvision has it."""

    class Block(nn.Module):
        def __init__(self, before: int, width: int, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn1, self.bn2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)
            self.short = (
                nn.Identity()
                if before == width and stride == 1
                else nn.Sequential(
                    nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width)
                )
            )

        def forward(self, x: Any) -> Any:
            inner = self.bn2(self.conv2(nn.functional.relu(self.bn1(self.conv1(x)))))
            return nn.functional.relu(inner + self.short(x))

    layers: list[Any] = [
        nn.Conv2d(3, 64, 7, 2, 3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
    ]
    before = 64
    for width, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Block(before, width, stride), Block(width, width, 1)]
        before = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def torch_gpt(torch: Any, nn: Any) -> Any:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Embedding(WORDS, UNITS)
            self.positions = nn.Parameter(torch.zeros(TOKENS, UNITS))
            self.blocks = nn.ModuleList(
                nn.TransformerEncoderLayer(
                    UNITS, HEADS, 4 * UNITS, 0.0, "gelu", batch_first=True, norm_first=True
                )
                for _ in range(LAYERS)
            )
            self.norm = nn.LayerNorm(UNITS)
            self.head = nn.Linear(UNITS, WORDS, bias=False)
            self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(TOKENS))

        def forward(self, tokens: Any) -> Any:
            x = self.tokens(tokens) + self.positions
            for block in self.blocks:
                x = block(x, src_mask=self.mask, is_causal=True)
            return self.head(self.norm(x)).reshape(-1, WORDS)

    return Net()


# ---- the loop -----------------------------------------------------------------------------------


def main() -> None:
    """Answers numbers of steps with seconds a step, "hidden" with the share, and null by ending."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("rank-of", "framework", "key", "interface", "plugin", "plan"):
        parser.add_argument(f"--{name}")
    for name in ("rank", "ranks", "batch"):
        parser.add_argument(f"--{name}", type=int)
    arguments = parser.parse_args()
    make = torch_rank if arguments.framework == "torch" else weft_rank
    step, hidden = make(arguments)
    tell("ready")
    while (asked := ask()) is not None:
        if asked == "hidden":
            tell(hidden())
            continue
        begin = time.perf_counter()
        for _ in range(asked):
            step()
        tell((time.perf_counter() - begin) / asked)


if __name__ == "__main__":
    main()
