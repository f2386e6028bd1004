"""How much of loading and of writing checkpoints is hidden behind training steps.

    python benchmarks/overlap.py [results.json]

A sample is an epoch of `STEPS` steps of a perceptron. Loading: rows of an array, and samples that
Python makes. Checkpoints: the parameters after every step. One thread computes, so that a core is
left for what goes on beside it. "hidden" is the share of the extra time of the plain way that the
other way saves: 1 is all of it, below 0 is a loss. All ways see the same batches; the losses of
their first epoch are compared before anything is timed.
"""

import importlib.util
import sys
import tempfile
from pathlib import Path

import numpy
from side_by_side import Report
from weft import autograd, gluon, init, np, npx
from weft.gluon import data, nn

STEPS = 16
BATCH = 128
FEATURES = 3 * 64 * 64
HIDDEN = 32
RATE = 0.01


def images():
    return numpy.random.default_rng(0).uniform(0, 1, (STEPS * BATCH, FEATURES)).astype("float32")


def decoded(row):
    """What a program does with a picture: a few passes over it in NumPy."""
    picture = row.reshape(3, 64, 64)[:, :, ::-1]
    scaled = numpy.sqrt(picture + 0.1)
    return ((scaled - scaled.mean()) / scaled.std()).reshape(-1)


class Pictures(data.Dataset):
    """Samples that Python makes; also what torch's loader is given."""

    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return decoded(self.rows[index])


class Training:
    """One perceptron and its steps; every way of loading has one from the same start."""

    def __init__(self, start=None):
        self.net = nn.HybridSequential(nn.Dense(HIDDEN, activation="relu"), nn.Dense(HIDDEN))
        self.net.initialize(init.Xavier())
        self.net(np.zeros((1, FEATURES)))
        if start is not None:
            self.net.load_dict(start)
        self.net.hybridize()
        self.trainer = gluon.Trainer(self.net.collect_params(), "sgd", {"learning_rate": RATE})

    def values(self):
        return {name: p.data().copy() for name, p in self.net.collect_params().items()}

    def step(self, x):
        with autograd.record():
            loss = (self.net(x) ** 2).mean()
        loss.backward()
        self.trainer.step(1)
        return loss

    def epoch(self, loader):
        return [float(self.step(x)) for x in loader]


def torch_epoch(start, rows):
    import torch

    torch.set_num_threads(npx.num_threads())
    net = torch.nn.Sequential(
        torch.nn.Linear(FEATURES, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, HIDDEN)
    )
    with torch.no_grad():
        for target, values in zip(net.parameters(), start.values(), strict=True):
            target.copy_(torch.from_numpy(values.asnumpy()))
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)
    loader = torch.utils.data.DataLoader(
        Pictures(rows), BATCH, num_workers=2, persistent_workers=True
    )

    def step(x):
        optimizer.zero_grad()
        loss = (net(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return lambda: [step(x) for x in loader]


def compare(report, what, ways):
    """Times epochs; prints which share of the extra time of "plain" beyond "none" is saved."""
    losses = {name: way() for name, way in ways.items() if name != "none"}
    for name, found in losses.items():
        if not numpy.allclose(found, losses["plain"], rtol=1e-3):
            raise SystemExit(f"the losses of {name} differ: {found} and {losses['plain']}")
    report.compare(what, ways, "plain", per=STEPS)
    rows = {row["who"]: row for row in report.rows if row["what"] == what}
    for name in ways:
        if name not in ("none", "plain") and not name.startswith("torch"):
            hidden = [share_hidden(rows, name, figure) for figure in ("median", "best")]
            print(f"    {name}: hidden {hidden[0]} by medians, {hidden[1]} by best")


def share_hidden(rows, name, figure):
    plain = rows["plain"][figure]
    extra = plain - rows["none"][figure]
    if extra < 0.05 * plain:
        return "nothing to speak of"
    return f"{(plain - rows[name][figure]) / extra:.2f}"


def loading(report, what, dataset, options, peers):
    start = Training().values()
    first = next(iter(data.DataLoader(dataset, BATCH)))
    fixed = Training(start)
    ways = {"none": lambda: fixed.epoch([first] * STEPS)}
    for name, chosen in {"plain": {"prefetch": 0}, **options}.items():
        training, loader = Training(start), data.DataLoader(dataset, BATCH, **chosen)
        ways[name] = lambda training=training, loader=loader: training.epoch(loader)
    compare(report, what, {**ways, **peers(start)})


def checkpoints(report, folder):
    x = np.array(images()[:BATCH])
    start = Training().values()

    def way(name):
        training = Training(start)

        def epoch():
            losses = []
            for _ in range(STEPS):
                losses.append(float(training.step(x)))
                if name != "none":
                    training.net.save_parameters(folder / name, background=name == "background")
            npx.waitall()
            return losses

        return epoch

    compare(report, "checkpoints", {name: way(name) for name in ("none", "plain", "background")})


def main() -> int:
    npx.set_num_threads(1)
    report = Report(f"Overlap: {STEPS} steps at batch {BATCH} an epoch, time of a step")
    rows = images()
    has_torch = importlib.util.find_spec("torch") is not None
    if not has_torch:
        report.missing("torch")
    arrays = data.ArrayDataset(np.array(rows))
    ahead = {"prefetch": {"prefetch": 2}, "2 workers": {"num_workers": 2}}
    loading(report, "rows of an array", arrays, ahead, lambda _: {})
    loading(
        report,
        "samples made by Python",
        Pictures(rows),
        {"2 workers": {"num_workers": 2}},
        lambda start: {"torch, 2": torch_epoch(start, rows)} if has_torch else {},
    )
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        checkpoints(report, Path(folder))
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
