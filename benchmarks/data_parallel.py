"""A training step over two processes of one thread: Weft's driver `memory`, and PyTorch's
DistributedDataParallel over gloo, in the same run.

    python benchmarks/data_parallel.py [results.json] [--networks resnet18,gpt] [--samples 7]
        [--torch PYTHON] [--interface NAME]

`--torch` is a Python that has PyTorch; without it, Weft alone is measured. Every process has half
of the batch that one process alone has in the row "alone". The processes of the two frameworks take
turns. Figures: milliseconds a step; efficiency, the time alone divided by the time of two processes
times two; and "hidden", the share of the transfers' time (the profile's track of transfers) in
which steps of the plan ran, rather than waited. On two cores that share caches and memory, "alone"
has both to itself, so efficiency is also a matter of memory.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NETWORKS = {"resnet18": 8, "gpt": 4}  # samples of one process of two
WARM = 3


# ---- one rank


def weft_step(network: str, batch: int, ranks: int) -> Any:
    """A function of no arguments: one step on a fixed batch of this size."""
    sys.path.insert(0, str(HERE / "networks"))
    import numpy
    from weft import gluon, np
    from weft.gluon import nn

    store = "dist_sync" if ranks > 1 else None
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    drawn = numpy.random.default_rng(0)
    if network == "resnet18":
        net = gluon.model_zoo.vision.resnet18_v1(classes=10)
        net.initialize()
        x = np.array(drawn.normal(size=(batch, 3, 64, 64)).astype("float32"))
        y = np.array(drawn.integers(0, 10, batch))
        options = ("sgd", {"learning_rate": 0.01, "momentum": 0.9})
        loss = loss_of
    else:
        net = Gpt(nn, gluon)
        net.initialize()
        tokens = drawn.integers(0, 1024, (batch, 129))
        x, y = np.array(tokens[:, :-1]), np.array(tokens[:, 1:].reshape(-1))
        options = ("adam", {"learning_rate": 1e-3})
        loss = lambda out, following: loss_of(out, following).mean()  # noqa: E731
    net(x)
    trainer = gluon.Trainer(net.collect_params(), *options, kvstore=store)
    step = trainer.compile(net, loss)

    def call() -> None:
        step(x, y).wait_to_read()

    call.plan = step  # type: ignore[attr-defined]
    return call


def Gpt(nn: Any, gluon: Any) -> Any:  # noqa: N802
    """Four pre-norm layers of 256 units over 128 tokens."""

    class Net(gluon.HybridBlock):
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Embedding(1024, 256)
            self.positions = gluon.Parameter("positions", shape=(128, 256))
            self.blocks = nn.HybridSequential(
                *(
                    nn.TransformerEncoderLayer(256, 1024, 4, activation="gelu", pre_norm=True)
                    for _ in range(4)
                )
            )
            self.norm = nn.LayerNorm(in_channels=256)
            self.head = nn.Dense(1024, use_bias=False, flatten=False, in_units=256)

        def forward(self, tokens: Any) -> Any:
            x = self.tokens(tokens) + self.positions.data()
            for block in self.blocks:
                x = block(x, causal=True)
            return self.head(self.norm(x)).reshape(-1, 1024)

    return Net()


def hidden_share(call: Any, ranks: int) -> float | None:
    """Of the time of transfers, what is not waited for."""
    if ranks == 1:
        return None
    from weft import profiler

    with profiler.profile() as profile:
        for _ in range(3):
            call()
    moved = waited = 0.0
    for event in profile.events:
        if str(event.thread).startswith("transfers of"):
            moved += event.duration
        elif event.name == "collective_wait":
            waited += event.duration
    return None if moved == 0 else max(0.0, 1 - waited / moved)


def weft_rank(arguments: argparse.Namespace) -> Any:
    from weft._core import collectives, native

    native.set_num_threads(1)
    if arguments.ranks > 1:
        folder = Path(native.__file__).absolute().parent / "lib"
        name = collectives.load(str(folder / "libweft_memory.so"))
        group = collectives.Group(
            name,
            arguments.rank,
            arguments.ranks,
            key=arguments.key,
            secret=b"benchmark",
            bind=arguments.interface,
        )
        tell(group.address.hex())
        group.connect([bytes.fromhex(text) for text in ask()])
    call = weft_step(arguments.rank_of, arguments.batch, arguments.ranks)
    return call, lambda: hidden_share(call, arguments.ranks)


def torch_rank(arguments: argparse.Namespace) -> Any:
    import torch
    from torch import nn

    torch.set_num_threads(1)
    ranks = arguments.ranks
    if ranks > 1:
        if arguments.interface:
            os.environ["GLOO_SOCKET_IFNAME"] = arguments.interface
        tell("")
        ask()
        torch.distributed.init_process_group(
            "gloo", f"file:///tmp/{arguments.key}", rank=arguments.rank, world_size=ranks
        )
    generator = torch.Generator().manual_seed(0)
    if arguments.rank_of == "resnet18":
        model = torch_resnet18(nn).to(memory_format=torch.channels_last)
        x = torch.randn(arguments.batch, 3, 64, 64, generator=generator)
        x = x.to(memory_format=torch.channels_last)
        y = torch.randint(0, 10, (arguments.batch,), generator=generator)
        options: Any = (torch.optim.SGD, {"lr": 0.01, "momentum": 0.9})
    else:
        model = torch_gpt(torch, nn)
        tokens = torch.randint(0, 1024, (arguments.batch, 129), generator=generator)
        x, y = tokens[:, :-1], tokens[:, 1:].reshape(-1)
        options = (torch.optim.Adam, {"lr": 1e-3})
    if ranks > 1:
        model = nn.parallel.DistributedDataParallel(model)
    optimizer = options[0](model.parameters(), **options[1], fused=True)

    def call() -> None:
        optimizer.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    return call, lambda: None


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
            self.tokens = nn.Embedding(1024, 256)
            self.positions = nn.Parameter(torch.zeros(128, 256))
            self.blocks = nn.ModuleList(
                nn.TransformerEncoderLayer(
                    256, 4, 1024, 0.0, "gelu", batch_first=True, norm_first=True
                )
                for _ in range(4)
            )
            self.norm = nn.LayerNorm(256)
            self.head = nn.Linear(256, 1024, bias=False)
            self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(128))

        def forward(self, tokens: Any) -> Any:
            x = self.tokens(tokens) + self.positions
            for block in self.blocks:
                x = block(x, src_mask=self.mask, is_causal=True)
            return self.head(self.norm(x)).reshape(-1, 1024)

    return Net()


def tell(value: Any) -> None:
    print("@" + json.dumps(value), flush=True)


def ask() -> Any:
    return json.loads(sys.stdin.readline())


def serve(arguments: argparse.Namespace) -> None:
    """One rank: joins, warms up, then does a sample each time it is asked to."""
    make = torch_rank if arguments.framework == "torch" else weft_rank
    call, hidden = make(arguments)
    for _ in range(WARM):
        call()
    tell("ready")
    while (steps := ask()) is not None:
        begin = time.perf_counter()
        for _ in range(steps):
            call()
        tell((time.perf_counter() - begin) / steps)
    tell(hidden())


# ---- the processes


class Job:
    """The ranks of one framework and network."""

    def __init__(
        self, python: str, framework: str, network: str, ranks: int, interface: str | None
    ) -> None:
        key = uuid.uuid4().hex
        batch = NETWORKS[network] * (2 // ranks)
        self.processes = [
            subprocess.Popen(
                [
                    *(python, __file__, "--rank-of", network, "--framework", framework),
                    *("--rank", str(rank), "--ranks", str(ranks), "--batch", str(batch)),
                    *("--key", key, *(("--interface", interface) if interface else ())),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )
            for rank in range(ranks)
        ]
        if ranks > 1:
            self.say([self.hear(p) for p in self.processes])
        for process in self.processes:
            self.hear(process)

    def say(self, value: Any) -> None:
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(json.dumps(value) + "\n")
            process.stdin.flush()

    def hear(self, process: "subprocess.Popen[str]") -> Any:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("@"):
                return json.loads(line[1:])
        raise SystemExit("data_parallel: a rank ended before its time")

    def sample(self, steps: int) -> float:
        self.say(steps)
        return max(self.hear(process) for process in self.processes)

    def end(self) -> Any:
        self.say(None)
        found = [self.hear(process) for process in self.processes]
        for process in self.processes:
            process.wait()
        return found[0]


def compare(arguments: argparse.Namespace, network: str) -> dict[str, Any]:
    frameworks = [("weft", sys.executable)]
    if arguments.torch:
        frameworks.append(("torch", arguments.torch))
    jobs = {
        (name, ranks): Job(python, name, network, ranks, arguments.interface)
        for name, python in frameworks
        for ranks in (1, 2)
    }
    times: dict[Any, list[float]] = {key: [] for key in jobs}
    for _ in range(arguments.samples):
        for key, job in jobs.items():
            times[key].append(job.sample(arguments.steps))
    found: dict[str, Any] = {}
    for (name, ranks), job in jobs.items():
        middle = statistics.quantiles(times[name, ranks], n=4)
        row = found.setdefault(name, {})
        row["alone" if ranks == 1 else "two"] = [round(1e3 * t, 2) for t in middle]
        hidden = job.end()
        if hidden is not None:
            row["hidden"] = round(hidden, 3)
    for row in found.values():
        # Alone, one process does the whole batch on one core.
        row["efficiency"] = round(row["alone"][1] / (2 * row["two"][1]), 3)
    if "torch" in found:
        found["time of torch"] = round(found["weft"]["two"][1] / found["torch"]["two"][1], 3)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("results", nargs="?")
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--samples", type=int, default=7)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--torch")
    parser.add_argument("--interface")
    parser.add_argument("--rank-of")
    parser.add_argument("--framework")
    parser.add_argument("--key")
    for name in ("rank", "ranks", "batch"):
        parser.add_argument(f"--{name}", type=int)
    arguments = parser.parse_args()
    if arguments.rank_of:
        serve(arguments)
        return
    found = {}
    for network in arguments.networks.split(","):
        found[network] = compare(arguments, network)
        print(network, json.dumps(found[network]), flush=True)
    if arguments.results:
        from side_by_side import machine

        report = {"machine": machine(), "ms a step, quartiles": found}
        Path(arguments.results).write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
