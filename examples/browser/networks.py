"""The two networks of the page, trained and exported: digits, which the page trains further, and clothes.

`digits.weft` has the entries `forward` and `train`, for one image; `clothes.weft` has `forward`. The
metadata `classes` lists what the scores stand for, `accuracy` what part of the test images is right.
"""

import sys
import time
from pathlib import Path

import numpy
import weft
from weft import autograd, gluon, init, lr_scheduler, np
from weft.gluon import nn
from weft.gluon.data.vision import FashionMNIST, transforms

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "digits"))
import digits

BATCH = 64
CLOTHES = (
    "T-shirt",
    "trousers",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def digits_network() -> nn.HybridSequential:
    """Two convolutions and two dense layers: images (N, 1, 8, 8) to scores (N, 10)."""
    return nn.HybridSequential(
        nn.Conv2D(16, 3, padding=1, activation="relu"),
        nn.Conv2D(32, 3, padding=1, activation="relu"),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(64, activation="relu"),
        nn.Dense(10),
    )


def separable(channels: int, stride: int, inputs: int) -> nn.HybridSequential:
    """MobileNet's layer: a window for each channel, then a product over channels."""
    return nn.HybridSequential(
        nn.Conv2D(inputs, 3, stride, 1, groups=inputs, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.Conv2D(channels, 1, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
    )


def clothes_network() -> nn.HybridSequential:
    """A small MobileNet: images (N, 1, 28, 28) to scores (N, 10)."""
    return nn.HybridSequential(
        nn.Conv2D(24, 3, 2, 1, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
        separable(48, 1, 24),
        separable(96, 2, 48),
        separable(96, 1, 96),
        separable(128, 2, 96),
        nn.GlobalAvgPool2D(),
        nn.Flatten(),
        nn.Dense(10),
    )


def shifted(images: numpy.ndarray, generator: numpy.random.Generator) -> numpy.ndarray:
    """Each image moved by up to one pixel: a hand draws nothing in the middle."""
    moved = numpy.empty_like(images)
    wide = numpy.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    height, width = images.shape[2:]
    for i, (top, left) in enumerate(generator.integers(0, 3, (len(images), 2))):
        moved[i] = wide[i, :, top : top + height, left : left + width]
    return moved


def accuracy(net, images: numpy.ndarray, labels: numpy.ndarray) -> float:
    right = 0
    for begin in range(0, len(images), 500):
        scores = net(np.array(images[begin : begin + 500])).asnumpy()
        right += int((scores.argmax(1) == labels[begin : begin + 500]).sum())
    return right / len(images)


def train(net, images, labels, epochs: int, rate: float, prepare) -> None:
    """Adam with a rate that falls to nothing; `prepare(images)` changes each batch."""
    net.initialize(init.Xavier())
    net.hybridize()
    steps = len(images) // BATCH
    schedule = lr_scheduler.CosineScheduler(max_update=epochs * steps, base_lr=rate)
    options = {"learning_rate": rate, "lr_scheduler": schedule}
    trainer = gluon.Trainer(net.collect_params(), "adam", options)
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    generator = numpy.random.default_rng(1)
    for epoch in range(1, epochs + 1):
        begin, losses = time.perf_counter(), 0.0
        order = generator.permutation(len(images))
        for step in range(steps):
            chosen = order[step * BATCH : (step + 1) * BATCH]
            x, y = np.array(prepare(images[chosen], generator)), np.array(labels[chosen])
            with autograd.record():
                loss = loss_of(net(x), y)
            loss.backward()
            trainer.step(BATCH)
            if step % 50 == 0:
                losses = float(loss.mean())
        if epoch % max(1, epochs // 6) == 0:
            print(f"epoch {epoch}: loss {losses:.3f}, {time.perf_counter() - begin:.1f} s", flush=True)


def make_digits(path: Path, epochs: int) -> float:
    """Trains and exports the digits with a training step for one image; gives the accuracy."""
    (images, labels), (test_images, test_labels) = digits.split()
    net = digits_network()
    train(net, images, labels, epochs, 4e-3, shifted)
    found = accuracy(net, test_images, test_labels)
    one, label = np.array(test_images[:1]), np.array(test_labels[:1])
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.02})
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
    weft.export(
        path,
        forward=(net, one),
        train=(step, one, label),
        metadata={"classes": ",".join("0123456789"), "accuracy": f"{found:.4f}"},
    )
    return found


def mirrored(images: numpy.ndarray, generator: numpy.random.Generator) -> numpy.ndarray:
    """Every second image from the other side, and all moved by up to a pixel."""
    flips = generator.integers(0, 2, len(images)).astype(bool)
    images = numpy.where(flips[:, None, None, None], images[:, :, :, ::-1], images)
    return shifted(images, generator)


def arrays(data) -> tuple[numpy.ndarray, numpy.ndarray]:
    """All images of a dataset, float32 (N, 1, 28, 28) from 0 to 1, and labels, int32 (N,)."""
    pairs = gluon.data.DataLoader(data.transform_first(transforms.ToTensor()), 1000)
    images, labels = zip(*((x.asnumpy(), y.asnumpy()) for x, y in pairs), strict=True)
    return numpy.concatenate(images), numpy.concatenate(labels).astype("int32")


def make_clothes(path: Path, folder: str, epochs: int, count: int) -> float:
    """Trains on `count` images of Fashion-MNIST and exports; gives the accuracy on 10,000 others."""
    images, labels = arrays(FashionMNIST(folder).take(count))
    test_images, test_labels = arrays(FashionMNIST(folder, train=False))
    net = clothes_network()
    train(net, images, labels, epochs, 4e-3, mirrored)
    found = accuracy(net, test_images, test_labels)
    net.export(
        path,
        np.array(test_images[:1]),
        metadata={"classes": ",".join(CLOTHES), "accuracy": f"{found:.4f}"},
    )
    return found
