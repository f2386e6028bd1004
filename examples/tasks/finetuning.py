"""A network that knows the digits 0 to 4 learns 5 to 9 from 200 images: the deeper the
layer, the smaller its rate, and the last layer is new."""

import weft
from sklearn.datasets import load_digits
from weft.gluon import nn

weft.seed(0)
digits = load_digits()
images, labels = digits.images[:, None] / 16, digits.target
is_known = labels < 5
new_images, new_labels = images[~is_known], labels[~is_known] - 5


def network():
    return nn.HybridSequential(
        nn.Conv2D(32, 3, padding=1, activation="relu"),
        nn.MaxPool2D(),
        nn.Conv2D(64, 3, padding=1, activation="relu"),
        nn.Flatten(),
        nn.Dense(5),
    )


first = weft.Model(network(), "softmax_cross_entropy", "adam", ["accuracy"])
first.fit(images[is_known], labels[is_known], epochs=10)
first.net.save_parameters("digits.safetensors")

net = network()
net.load_parameters("digits.safetensors")
net[4] = nn.Dense(5)
groups = {r"0\..*": {"learning_rate": 1e-4}, r"2\..*": {"learning_rate": 1e-3}}
model = weft.Model(
    net,
    "softmax_cross_entropy",
    "adam",
    ["accuracy"],
    optimizer_params={"learning_rate": 1e-2},
    groups=groups,
)
model.fit(new_images[:200], new_labels[:200], batch_size=20, epochs=20)

accuracy = model.evaluate(new_images[200:], new_labels[200:])["accuracy"]
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.9
