"""How well networks train from the first values that their weights get where nobody says anything,
beside Gluon's own and those of others.

    python benchmarks/first_values.py [results.json]

Handwritten digits, 1400 to train on and 397 to judge by. A row is a network with its optimizer; a
column is a rule. Shown is the worse accuracy of two seeds after a few epochs.
"""

import numpy
import weft
from side_by_side import Report
from sklearn.datasets import load_digits
from weft import init
from weft.gluon import nn

RULES = {
    "default": None,
    "Uniform(0.07), Gluon": init.Uniform(0.07),
    "Xavier, Keras": init.Xavier(),
    "1/3 over fan-in, PyTorch": init.VarianceScaling(1 / 3),
}


def dense(depth: int, width: int, activation: str) -> nn.HybridSequential:
    layers = [nn.Dense(width, activation=activation) for _ in range(depth)]
    return nn.HybridSequential(*layers, nn.Dense(10))


def convolutions(depth: int, has_norm: bool) -> nn.HybridSequential:
    layers: list[nn.HybridBlock] = []
    for _ in range(depth):
        if has_norm:
            layers += [nn.Conv2D(16, 3, padding=1), nn.BatchNorm(), nn.Activation("relu")]
        else:
            layers.append(nn.Conv2D(16, 3, padding=1, activation="relu"))
    return nn.HybridSequential(*layers, nn.GlobalAvgPool2D(), nn.Flatten(), nn.Dense(10))


TASKS = {
    "2 dense layers of 64, relu, sgd 0.1": (lambda: dense(2, 64, "relu"), "sgd", 0.1, 10),
    "6 dense layers of 64, relu, sgd 0.1": (lambda: dense(6, 64, "relu"), "sgd", 0.1, 10),
    "12 dense layers of 64, relu, adam": (lambda: dense(12, 64, "relu"), "adam", 1e-3, 10),
    "6 dense layers of 64, tanh, sgd 0.1": (lambda: dense(6, 64, "tanh"), "sgd", 0.1, 10),
    "6 convolutions of 16, relu, adam": (lambda: convolutions(6, False), "adam", 1e-3, 6),
    "6 convolutions, batch norm, sgd 0.1": (lambda: convolutions(6, True), "sgd", 0.1, 6),
}


def accuracy(task: str, rule: init.Initializer | None, seed: int) -> float:
    make, optimizer, rate, epochs = TASKS[task]
    x, y = load_digits(return_X_y=True)
    order = numpy.random.default_rng(0).permutation(len(x))
    x, y = (x[order] / 16).astype("float32"), y[order]
    if "convolutions" in task:
        x = x.reshape(-1, 1, 8, 8)
    weft.seed(seed)
    net = make()
    net.initialize(rule)
    options = {"learning_rate": rate}
    model = weft.Model(
        net, "softmax_cross_entropy", optimizer, ["accuracy"], optimizer_params=options
    )
    model.fit(x[:1400], y[:1400], 64, epochs, verbose=0)
    return model.evaluate(x[1400:], y[1400:])["accuracy"]


def main() -> None:
    report = Report("first_values")
    for task in TASKS:
        found = {name: min(accuracy(task, rule, s) for s in (0, 1)) for name, rule in RULES.items()}
        report.rows += [{"what": task, "who": n, "accuracy": a} for n, a in found.items()]
        print(f"  {task:36} " + ", ".join(f"{n}: {a:.2f}" for n, a in found.items()), flush=True)
    report.save()


if __name__ == "__main__":
    main()
