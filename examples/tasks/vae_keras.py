"""A variational autoencoder of handwritten digits (Kingma and Welling 2013) with 8 hidden numbers,
and new digits made of random ones. Its figure is the bound on -log p(x) of new images, in nats."""

import keras
from keras import layers, ops
from matplotlib import pyplot
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
x = load_digits().data / 16


class VAE(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([layers.Dense(128, activation="relu"), layers.Dense(16)])
        self.decoder = keras.Sequential([layers.Dense(128, activation="relu"), layers.Dense(64)])
        self.seeds = keras.random.SeedGenerator(0)

    def call(self, x):
        mean, log_var = ops.split(self.encoder(x), 2, axis=1)
        z = mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean), seed=self.seeds)
        kl = ops.sum(mean**2 + ops.exp(log_var) - 1 - log_var, axis=1) / 2
        self.add_loss(ops.mean(kl))
        return self.decoder(z)


def nats(x, scores):
    return ops.sum(ops.logaddexp(scores, 0.0) - scores * x, axis=1)


model = VAE()
model.compile(keras.optimizers.Adam(3e-3), nats)
model.fit(x[:1440], x[:1440], epochs=60, verbose=2)

new = ops.sigmoid(model.decoder(keras.random.normal((8, 8))))
figure, panels = pyplot.subplots(1, 8, figsize=(11, 1.4))
for panel, image in zip(panels, ops.convert_to_numpy(new), strict=True):
    panel.imshow(image.reshape(8, 8), cmap="gray")
    panel.set_axis_off()
figure.savefig("digits.png")
bound = model.evaluate(x[1440:], x[1440:], verbose=0)
print(f"bound {bound:.2f}")
assert bound <= 26
