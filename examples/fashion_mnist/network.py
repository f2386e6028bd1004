"""The network of this example and how it is trained; benchmarks/fashion_mnist.py has its twin."""

from collections.abc import Iterable

from weft import gluon, init, lr_scheduler, metric, np
from weft.gluon.data.vision import transforms

BATCH = 128
LEARNING_RATE = 4e-3
MEAN, STD = 0.286, 0.353  # of all pixels of the training images, from 0 to 1

TO_TEST = transforms.Compose([transforms.ToTensor(), transforms.Normalize(MEAN, STD)])
TO_TRAIN = transforms.Compose([transforms.RandomFlipLeftRight(), TO_TEST])


def build() -> gluon.nn.HybridSequential:
    """Two convolutions and two dense layers: images (N, 1, 28, 28) to scores (N, 10)."""
    nn = gluon.nn
    net = nn.HybridSequential(
        nn.Conv2D(32, kernel_size=3, padding=1, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.MaxPool2D(pool_size=2),
        nn.Conv2D(64, kernel_size=3, padding=1, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.MaxPool2D(pool_size=2),
        nn.Flatten(),
        nn.Dense(128, activation="relu"),
        nn.Dense(10),
    )
    net.initialize(init.Xavier())
    return net


def loaders(train, test, workers: int) -> tuple[gluon.data.DataLoader, gluon.data.DataLoader]:
    """Batches to train with, flipped and shuffled, and to test with, prepared by `workers`."""
    return (
        gluon.data.DataLoader(
            train.transform_first(TO_TRAIN),
            BATCH,
            shuffle=True,
            last_batch="discard",
            num_workers=workers,
        ),
        gluon.data.DataLoader(test.transform_first(TO_TEST), 1000, num_workers=min(workers, 1)),
    )


def rate(steps: int) -> lr_scheduler.LRScheduler:
    """Rises for a tenth of the steps, then falls to nothing."""
    return lr_scheduler.CosineScheduler(max_update=steps, warmup_steps=steps // 10)


def trainer_for(net, steps: int) -> gluon.Trainer:
    options = {"learning_rate": LEARNING_RATE, "lr_scheduler": rate(steps)}
    return gluon.Trainer(net.collect_params(), "adam", options)


def step_for(net, trainer) -> gluon.TrainingStep:
    """Forward, backward and update as one plan; gives losses and scores."""
    return trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss(), outputs=True)


def train_epoch(step, batches: Iterable) -> float:
    """Trains on every batch; returns the share of images that were right on the way."""
    right = metric.Accuracy()
    for images, labels in batches:
        _, scores = step(images, labels)
        right.update(labels, scores)
    return right.get()[1]


def accuracy(net, batches: Iterable) -> float:
    """Share of right answers."""
    right = metric.Accuracy()
    for images, labels in batches:
        right.update(labels, net(images))
    return right.get()[1]


def test_images(test) -> tuple[np.ndarray, list[int]]:
    """All of the test set as one array, prepared, and the labels."""
    images, labels = next(iter(gluon.data.DataLoader(test.transform_first(TO_TEST), len(test))))
    return images, labels.tolist()
