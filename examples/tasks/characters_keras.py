"""The book of Genesis, character by character: an LSTM learns which comes next, then writes."""

import gzip
import pathlib

import keras
import numpy
from keras import layers

keras.utils.set_random_seed(0)
path = pathlib.Path(__file__).parents[1] / "char_lstm" / "data" / "genesis.txt.gz"
letters, text = numpy.unique(list(gzip.decompress(path.read_bytes()).decode()), return_inverse=True)
rows = text[: len(text) // 65 * 65].reshape(-1, 65)
x, y = rows[:, :-1], rows[:, 1:]

model = keras.Sequential(
    [
        layers.Embedding(len(letters), 32),
        layers.LSTM(128, return_sequences=True),
        layers.Dense(len(letters)),
    ]
)
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
model.fit(x[:2400], y[:2400], batch_size=32, epochs=4, verbose=2)

written = list(x[-1])
for _ in range(200):
    scores = model.predict(numpy.array([written[-64:]]), verbose=0)[0, -1] / 0.7
    shares = numpy.exp(scores - scores.max())
    written.append(numpy.random.choice(len(letters), p=shares / shares.sum()))
print("".join(letters[written[64:]]))

accuracy = model.evaluate(x[2400:], y[2400:], verbose=0)[1]
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.5
