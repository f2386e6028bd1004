"""Handwritten digits by weights of -1 and 1 (Courbariaux, Bengio and David 2015): a layer, its
gradient and a loss of one's own, updates by four batches together, decay for weights alone."""

import weft
from sklearn.datasets import load_digits
from weft import autograd, gluon, np, npx
from weft.gluon import nn

weft.seed(0)
digits = load_digits()
x, y = digits.images.reshape(-1, 64) / 8 - 1, digits.target


@autograd.custom_vjp
def sign(weight):
    return np.where(weight < 0, -1.0, 1.0)


sign.defvjp(lambda weight: (sign(weight), weight), lambda weight, dy: (dy * (abs(weight) <= 1),))


class Binary(nn.HybridBlock):
    def __init__(self, units, in_units):
        super().__init__()
        self.weight = gluon.Parameter("weight", shape=(in_units, units), init="xavier")
        self.bias = gluon.Parameter("bias", shape=(units,), init="zeros")

    def forward(self, x):
        weight = self.weight.data()
        return x @ sign(weight) / len(weight) ** 0.5 + self.bias.data()


def squared_hinge(scores, labels):
    sides = 2 * npx.one_hot(labels, 10) - 1
    return np.mean(np.maximum(1 - sides * scores, 0) ** 2, axis=1)


net = nn.HybridSequential(Binary(256, 64), nn.BatchNorm(), nn.Activation("relu"), Binary(10, 256))
options = {"learning_rate": 0.01, "wd": 1e-3}
groups = {r".*(bias|beta|gamma)": {"wd": 0}}
model = weft.Model(
    net, squared_hinge, "adamw", ["accuracy"], optimizer_params=options, groups=groups
)
model.fit(x[:1440], y[:1440], batch_size=16, epochs=30, accumulate=4)

accuracy = model.evaluate(x[1440:], y[1440:])["accuracy"]
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.9
