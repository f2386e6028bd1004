"""The network of this example and one epoch of training it; used by demo.py and crossval.py."""

import time
from collections.abc import Iterator

from weft import autograd, gluon, init, np

BATCH = 64
LEARNING_RATE = 3e-3


def build() -> gluon.nn.HybridSequential:
    """Two convolutions and two dense layers: images (N, 1, 8, 8) to scores (N, 10)."""
    net = gluon.nn.HybridSequential(
        gluon.nn.Conv2D(16, kernel_size=3, padding=1, activation="relu"),
        gluon.nn.Conv2D(32, kernel_size=3, padding=1, activation="relu"),
        gluon.nn.MaxPool2D(pool_size=2),
        gluon.nn.Flatten(),
        gluon.nn.Dense(64, activation="relu"),
        gluon.nn.Dense(10),
    )
    net.initialize(init.Xavier())
    return net


def loader(images, labels) -> gluon.data.DataLoader:
    """Shuffled batches of one size, so that one plan serves the whole epoch."""
    dataset = gluon.data.ArrayDataset(images, labels)
    return gluon.data.DataLoader(dataset, batch_size=BATCH, shuffle=True, last_batch="discard")


def steps(net, trainer, batches) -> Iterator[tuple[float, float]]:
    """Trains on every batch; gives the seconds and the mean loss of each step."""
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    for images, labels in batches:
        begin = time.perf_counter()
        with autograd.record():
            losses = loss_of(net(images), labels)
        losses.backward()
        trainer.step(BATCH)
        mean = float(losses.mean())
        yield time.perf_counter() - begin, mean


def accuracy(net, images, labels) -> float:
    """Share of right answers on all images at once."""
    scores = net(np.array(images))
    return float((np.argmax(scores, axis=1) == np.array(labels)).mean())
