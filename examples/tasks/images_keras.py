"""Handwritten digits, shifted at random by two workers, in bfloat16, with a rate that warms up and
falls. A program that was stopped goes on from the folder `images` when it is started again."""

import keras
import numpy
from keras import layers
from sklearn.datasets import load_digits


class Shifted(keras.utils.PyDataset):
    def __init__(self, images, labels, **options):
        super().__init__(**options)
        self.images, self.labels = images, labels
        self.order = numpy.random.permutation(len(images))

    def __len__(self):
        return -(-len(self.images) // 64)

    def __getitem__(self, number):
        rows = self.order[64 * number : 64 * (number + 1)]
        shifts = numpy.random.randint(-1, 2, size=(len(rows), 2))
        shifted = [
            numpy.roll(self.images[i], shift, (0, 1)) for i, shift in zip(rows, shifts, strict=True)
        ]
        return numpy.stack(shifted), self.labels[rows]

    def on_epoch_end(self):
        numpy.random.shuffle(self.order)


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    digits = load_digits()
    images = digits.images[..., None].astype("float32") / 16
    train = Shifted(images[:1440], digits.target[:1440], workers=2, use_multiprocessing=True)
    test = images[1440:], digits.target[1440:]

    model = keras.Sequential(
        [
            layers.Conv2D(32, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPool2D(),
            layers.Flatten(),
            layers.Dense(10, dtype="float32"),
        ]
    )
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=18 * 23, warmup_target=0.1, warmup_steps=2 * 23
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), loss, metrics=["accuracy"])
    saving = keras.callbacks.BackupAndRestore("images")
    model.fit(train, epochs=20, callbacks=[saving], verbose=2)

    accuracy = model.evaluate(*test, verbose=0)[1]
    print(f"accuracy {accuracy:.3f}")
    assert accuracy >= 0.95
