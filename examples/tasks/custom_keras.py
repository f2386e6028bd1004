"""Handwritten digits by weights of -1 and 1 (Courbariaux, Bengio and David 2015): a layer, its
gradient and a loss of one's own, updates by four batches together, decay for weights alone."""

import keras
from keras import layers, ops
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
digits = load_digits()
x, y = digits.images.reshape(-1, 64) / 8 - 1, digits.target


@ops.custom_gradient
def sign(weight):
    def gradient(dy, upstream=None):
        dy = dy if upstream is None else upstream
        return dy * ops.cast(ops.abs(weight) <= 1, dy.dtype)

    return ops.where(weight < 0, -1.0, 1.0), gradient


class Binary(layers.Layer):
    def __init__(self, units, in_units):
        super().__init__()
        self.weight = self.add_weight((in_units, units), "glorot_uniform", name="weight")
        self.bias = self.add_weight((units,), "zeros", name="bias")

    def call(self, x):
        return (
            x @ sign(ops.convert_to_tensor(self.weight)) / self.weight.shape[0] ** 0.5 + self.bias
        )


def squared_hinge(labels, scores):
    sides = 2 * ops.one_hot(ops.reshape(labels, (-1,)), 10) - 1
    return ops.mean(ops.maximum(1 - sides * scores, 0) ** 2, axis=1)


model = keras.Sequential(
    [
        Binary(256, 64),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        Binary(10, 256),
    ]
)
optimizer = keras.optimizers.AdamW(0.01, weight_decay=1e-3, gradient_accumulation_steps=4)
optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
model.compile(optimizer, squared_hinge, metrics=["sparse_categorical_accuracy"])
model.fit(x[:1440], y[:1440], batch_size=16, epochs=30, verbose=2)

accuracy = model.evaluate(x[1440:], y[1440:], verbose=0)[1]
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.9
