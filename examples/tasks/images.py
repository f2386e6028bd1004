"""Handwritten digits, shifted at random by two workers, in bfloat16, with a rate that warms up and
falls. A program that was stopped goes on from `images.ckpt` when it is started again."""

import numpy
import weft
from sklearn.datasets import load_digits
from weft.gluon import nn
from weft.gluon.data import ArrayDataset


def augment(image):
    return numpy.roll(image, numpy.random.randint(-1, 2, size=2), axis=(1, 2))


if __name__ == "__main__":
    weft.seed(0)
    digits = load_digits()
    images = digits.images[:, None].astype("float32") / 16
    train = ArrayDataset(images[:1440], digits.target[:1440]).transform_first(augment)
    test = images[1440:], digits.target[1440:]

    net = nn.HybridSequential(
        nn.Conv2D(32, 3, padding=1, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.Conv2D(64, 3, padding=1, activation="relu"),
        nn.MaxPool2D(),
        nn.Flatten(),
        nn.Dense(10),
    )
    rate = weft.lr_scheduler.CosineScheduler(max_update=20 * 23, warmup_steps=2 * 23)
    options = {"learning_rate": 0.1, "momentum": 0.9, "lr_scheduler": rate}
    model = weft.Model(
        net,
        "softmax_cross_entropy",
        "sgd",
        ["accuracy"],
        optimizer_params=options,
        precision="bfloat16",
    )
    saving = weft.callbacks.Checkpoint("images.ckpt")
    model.fit(train, batch_size=64, epochs=20, workers=2, resume="images.ckpt", callbacks=saving)

    accuracy = model.evaluate(*test)["accuracy"]
    print(f"accuracy {accuracy:.3f}")
    assert accuracy >= 0.95
