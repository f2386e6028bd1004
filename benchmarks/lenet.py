"""One training step of LeNet at batch 64: gradients, and an SGD update.

    python benchmarks/lenet.py [results.json]

The peers start from the same parameters, and the losses of the first steps are compared before
anything is timed.
"""

import importlib.util
import sys

import numpy
from side_by_side import Report
from weft import autograd, gluon, init, np, npx
from weft.gluon import nn

BATCH = 64
RATE = 0.01
STEPS_COMPARED = 3


def data():
    generator = numpy.random.default_rng(0)
    images = generator.uniform(0, 1, (BATCH, 1, 28, 28)).astype("float32")
    return images, generator.integers(0, 10, BATCH)


def lenet():
    net = nn.HybridSequential(
        nn.Conv2D(6, 5, padding=2, activation="relu"),
        nn.MaxPool2D(),
        nn.Conv2D(16, 5, activation="relu"),
        nn.MaxPool2D(),
        nn.Flatten(),
        nn.Dense(120, activation="relu"),
        nn.Dense(84, activation="relu"),
        nn.Dense(10),
    )
    net.initialize(init.Xavier())
    return net


def weft_step(parameters=None, hybrid=True):
    """(a step that gives the mean loss, the parameters that it starts from)."""
    net = lenet()
    images, labels = (np.array(array) for array in data())
    net(images)
    if parameters is not None:
        for parameter, values in zip(net.collect_params().values(), parameters, strict=True):
            parameter.set_data(values)
    start = [p.data().asnumpy() for p in net.collect_params().values()]
    net.hybridize(hybrid)
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    loss_of.hybridize(hybrid)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": RATE})

    def step():
        with autograd.record():
            losses = loss_of(net(images), labels)
        losses.backward()
        trainer.step(BATCH)
        return losses

    return step, start


def torch_step(parameters):
    import torch
    from torch import nn as tnn

    torch.set_num_threads(npx.num_threads())
    net = tnn.Sequential(
        tnn.Conv2d(1, 6, 5, padding=2),
        tnn.ReLU(),
        tnn.MaxPool2d(2),
        tnn.Conv2d(6, 16, 5),
        tnn.ReLU(),
        tnn.MaxPool2d(2),
        tnn.Flatten(),
        tnn.Linear(400, 120),
        tnn.ReLU(),
        tnn.Linear(120, 84),
        tnn.ReLU(),
        tnn.Linear(84, 10),
    )
    with torch.no_grad():
        for target, values in zip(net.parameters(), parameters, strict=True):
            target.copy_(torch.from_numpy(values))
    images, labels = (torch.from_numpy(array) for array in data())
    loss_of = tnn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)

    def step():
        optimizer.zero_grad()
        loss = loss_of(net(images), labels)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def mean_losses(step):
    return [float(step().mean()) for _ in range(STEPS_COMPARED)]


def main() -> int:
    report = Report("LeNet, one training step, batch 64")
    hybrid, start = weft_step()
    eager, _ = weft_step(start, hybrid=False)
    competitors = {"weft": hybrid, "weft eager": eager}
    if importlib.util.find_spec("torch") is None:
        report.missing("torch")
    else:
        competitors["torch eager"] = torch_step(start)
    losses = {name: mean_losses(step) for name, step in competitors.items()}
    for name, found in losses.items():
        if not numpy.allclose(found, losses["weft"], rtol=2e-3):
            print(f"the losses of {name} differ: {found} and {losses['weft']}")
            return 1
    baseline = "torch eager" if "torch eager" in competitors else "weft eager"
    report.compare("step", competitors, baseline, aim=2 if baseline == "torch eager" else None)
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
