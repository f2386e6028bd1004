"""A variational autoencoder of handwritten digits (Kingma and Welling 2013) with 8 hidden numbers,
and new digits made of random ones. Its figure is the bound on -log p(x) of new images, in nats."""

import weft
from sklearn.datasets import load_digits
from weft import np
from weft.gluon import nn

weft.seed(0)
x = load_digits().data / 16


class VAE(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.encoder = nn.HybridSequential(nn.Dense(128, activation="relu"), nn.Dense(16))
        self.decoder = nn.HybridSequential(nn.Dense(128, activation="relu"), nn.Dense(64))

    def forward(self, x):
        mean, log_var = np.split(self.encoder(x), 2, axis=1)
        z = mean + np.exp(log_var / 2) * np.random.normal(size=mean.shape)
        kl = np.sum(mean**2 + np.exp(log_var) - 1 - log_var, axis=1) / 2
        return {"image": self.decoder(z), "kl": kl}


def nats(scores, x):
    return np.sum(np.logaddexp(scores, 0) - scores * x, axis=1)


model = weft.Model(
    VAE(),
    {"image": nats, "kl": lambda kl: kl},
    "adam",
    optimizer_params={"learning_rate": 3e-3},
)
model.fit(x[:1440], {"image": x[:1440]}, epochs=60)

new = weft.npx.sigmoid(model.net.decoder(np.random.normal(size=(8, 8))))
weft.viz.show_images(new.reshape(-1, 8, 8), path="digits.png")
bound = model.evaluate(x[1440:], {"image": x[1440:]})["loss"]
print(f"bound {bound:.2f}")
assert bound <= 26
