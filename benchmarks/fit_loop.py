"""What `weft.Model.fit` costs beside the same training as a loop by hand over a compiled step.

    python benchmarks/fit_loop.py [results.json]

Both train the same network on the same batches, with the loss of each epoch and, in the second
pair, the accuracy. Rounds of a few epochs alternate; the minimum of each counts, in seconds of the
processor, which other programs do not lengthen. Aim: at most 3 % more.
"""

import time

import numpy
import weft
from side_by_side import Report
from weft import gluon, metric, np
from weft.gluon import nn

ROUNDS = 60
EPOCHS = 2  # of a round, and of a call of `fit`
AIM = 1.03
SIZES = {"digits, batch 32": (1797, 64, 32), "wide rows, batch 128": (4096, 512, 128)}


def network(width: int) -> nn.HybridSequential:
    net = nn.HybridSequential(nn.Dense(128, activation="relu"), nn.Dense(64, activation="relu"))
    net.add(nn.Dense(10))
    net.initialize()
    net(np.zeros((1, width)))
    return net


def by_hand(x: np.ndarray, y: np.ndarray, batch: int, has_accuracy: bool):
    """Some epochs as a user would write them."""
    net = network(x.shape[1])
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 1e-3})
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    step = trainer.compile(net, loss_of, outputs=has_accuracy)
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(x, y), batch, shuffle=True)
    accuracy = metric.Accuracy()

    def epoch() -> None:
        total = 0.0
        accuracy.reset()
        for data, label in loader:
            if has_accuracy:
                loss, outs = step(data, label)
                accuracy.update(label, outs)
            else:
                loss = step(data, label)
            total = total + loss.sum()
        float(total)

    def epochs() -> None:
        for _ in range(EPOCHS):
            epoch()

    return epochs


def by_fit(x: np.ndarray, y: np.ndarray, batch: int, has_accuracy: bool):
    """As many of `fit`."""
    model = weft.Model(
        network(x.shape[1]),
        "softmax_cross_entropy",
        "adam",
        ["accuracy"] if has_accuracy else None,
    )

    def epochs() -> None:
        model.fit(x, y, batch_size=batch, epochs=EPOCHS, verbose=0)

    return epochs


def seconds(function) -> float:
    begin = time.process_time()
    function()
    return time.process_time() - begin


def main() -> None:
    report = Report("fit_loop")
    rng = numpy.random.default_rng(0)
    for name, (count, width, batch) in SIZES.items():
        x = np.array(rng.normal(size=(count, width)).astype("float32"))
        y = np.array(rng.integers(0, 10, count))
        for has_accuracy in (False, True):
            runs = [make(x, y, batch, has_accuracy) for make in (by_hand, by_fit)]
            found = [[seconds(run) for run in runs] for _ in range(ROUNDS + 3)][3:]
            hand, fit = (min(column) for column in zip(*found, strict=True))
            title = f"{name}{', accuracy' if has_accuracy else ''}"
            report.rows.append({"what": title, "who": "by hand", "minimum": hand})
            report.rows.append({"what": title, "who": "fit", "minimum": fit})
            figures = f"by hand {hand * 1e3:7.2f} ms, fit {fit * 1e3:7.2f} ms"
            print(f"  {title:32} {figures}: {fit / hand:.3f}")
    print(f"  aim: at most {AIM}")
    report.save()


if __name__ == "__main__":
    main()
