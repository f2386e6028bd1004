"""Training on Fashion-MNIST: the example's network and its twin in PyTorch.

    python benchmarks/fashion_mnist.py [epochs] [folder] [results.json]

Both start from the same parameters and see the same batches, from the same loader, which flips
half of the images; epochs take turns. First the time of one step on a batch that stays, with losses
compared, then epochs with their accuracy on the test images. Six epochs unless told otherwise. Not
run by `make bench`: it takes minutes, and needs the data (see examples/fashion_mnist); without them
it says that they are missing.
"""

import importlib.util
import sys
import time
from pathlib import Path

import numpy
import weft
from side_by_side import Report
from weft import npx
from weft.gluon.data.vision import FashionMNIST

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "fashion_mnist"))
import network

WORKERS = 1
STEPS_COMPARED = 3


class Weft:
    """The example's own training."""

    def __init__(self, steps, images):
        self.net = network.build()
        self.net(images)
        self.start = {name: p.data().asnumpy() for name, p in self.net.collect_params().items()}
        self.net.hybridize()
        self.compiled = network.step_for(self.net, network.trainer_for(self.net, steps))

    def step(self, images, labels):
        losses, _ = self.compiled(images, labels)
        return losses.mean()

    def epoch(self, batches):
        network.train_epoch(self.compiled, batches)

    def accuracy(self, batches):
        return network.accuracy(self.net, batches)


class Torch:
    """The same in PyTorch, on NumPy's view of the same batches."""

    def __init__(self, steps, start):
        import torch
        from torch import nn

        torch.set_num_threads(npx.num_threads())
        self.torch = torch
        self.net = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(3136, 128),
            nn.ReLU(),
            nn.Linear(128, 10),
        )
        kept = [v for n, v in self.net.state_dict().items() if "num_batches" not in n]
        with torch.no_grad():
            for target, values in zip(kept, start.values(), strict=True):
                target.copy_(torch.from_numpy(values))
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=network.LEARNING_RATE)
        self.rate = network.rate(steps)
        self.rate.base_lr = network.LEARNING_RATE
        self.steps = 0
        self.loss_of = nn.CrossEntropyLoss()

    def step(self, images, labels):
        self.steps += 1
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(self.steps)
        self.optimizer.zero_grad()
        self.scores = self.net(self.torch.from_numpy(images.numpy()))
        loss = self.loss_of(self.scores, self.torch.from_numpy(labels.numpy()).long())
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def epoch(self, batches):
        self.net.train()
        right = 0
        for images, labels in batches:
            self.step(images, labels)
            right += int((self.scores.argmax(1) == self.torch.from_numpy(labels.numpy())).sum())

    def accuracy(self, batches):
        self.net.eval()
        right = count = 0
        with self.torch.no_grad():
            for images, labels in batches:
                found = self.net(self.torch.from_numpy(images.numpy())).argmax(1).numpy()
                right += int((found == labels.asnumpy()).sum())
                count += len(found)
        return right / count


def peers(steps, images):
    ways = {"weft": Weft(steps, images)}
    if importlib.util.find_spec("torch") is not None:
        ways["torch"] = Torch(steps, ways["weft"].start)
    return ways


def compare_steps(report, images, labels):
    ways = peers(10**6, images)
    losses = {
        name: [float(way.step(images, labels)) for _ in range(STEPS_COMPARED)]
        for name, way in ways.items()
    }
    for name, found in losses.items():
        if not numpy.allclose(found, losses["weft"], rtol=5e-3):
            raise SystemExit(f"the losses of {name} differ: {found} and {losses['weft']}")
    steps = {name: lambda way=way: float(way.step(images, labels)) for name, way in ways.items()}
    report.compare("step", steps, "torch" if "torch" in ways else "weft", aim=1.5)


def compare_epochs(report, train, test, epochs):
    weft.random.seed(1)
    loaders = {name: network.loaders(train, test, WORKERS) for name in ("weft", "torch")}
    count = len(loaders["weft"][0])
    ways = peers(epochs * count, next(iter(loaders["weft"][1]))[0])
    seconds = dict.fromkeys(ways, 0.0)
    for epoch in range(1, epochs + 1):
        for name, way in ways.items():
            weft.random.seed(epoch)
            begin = time.perf_counter()
            way.epoch(loaders[name][0])
            took = time.perf_counter() - begin
            seconds[name] += took
            accuracy = way.accuracy(loaders[name][1])
            print(f"  epoch {epoch} {name:6} {took:6.1f} s   {accuracy:.2%}", flush=True)
            report.rows.append({"what": epoch, "who": name, "s": took, "accuracy": accuracy})
    for name, took in seconds.items():
        print(f"  {epochs} epochs {name:6} {took:.1f} s, {took / seconds['weft']:.2f} x weft")


def main(arguments) -> int:
    report = Report("Fashion-MNIST, batch 128, two convolutions with batch norm")
    if importlib.util.find_spec("torch") is None:
        report.missing("torch")
    given = [word for word in arguments if not word.endswith(".json")]
    epochs = int(given[0]) if given else 6
    folder = given[1] if len(given) > 1 else FashionMNIST.DEBIAN
    if not Path(folder).is_dir():
        print(f"  no Fashion-MNIST in {folder}: see examples/fashion_mnist")
        return 0
    train, test = FashionMNIST(folder), FashionMNIST(folder, train=False)
    compare_steps(report, *next(iter(network.loaders(train, test, 0)[0])))
    compare_epochs(report, train, test, epochs)
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
