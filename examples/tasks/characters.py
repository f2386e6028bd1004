"""The book of Genesis, character by character: an LSTM learns which comes next, then writes."""

import gzip
import pathlib

import numpy
import weft
from weft.gluon import nn, rnn

weft.seed(0)
path = pathlib.Path(__file__).parents[1] / "char_lstm" / "data" / "genesis.txt.gz"
letters, text = numpy.unique(list(gzip.decompress(path.read_bytes()).decode()), return_inverse=True)
rows = text[: len(text) // 65 * 65].reshape(-1, 65)
x, y = rows[:, :-1], rows[:, 1:]

net = nn.HybridSequential(
    nn.Embedding(len(letters), 32),
    rnn.LSTM(128, layout="NTC"),
    nn.Dense(len(letters), flatten=False),
)
options = {"learning_rate": 0.01}
model = weft.Model(net, "softmax_cross_entropy", "adam", ["accuracy"], optimizer_params=options)
model.fit(x[:2400], y[:2400], batch_size=32, epochs=4)

written = list(x[-1])
for _ in range(200):
    scores = model.predict(numpy.array([written[-64:]])).asnumpy()[0, -1] / 0.7
    shares = numpy.exp(scores - scores.max())
    written.append(numpy.random.choice(len(letters), p=shares / shares.sum()))
print("".join(letters[written[64:]]))

accuracy = model.evaluate(x[2400:], y[2400:])["accuracy"]
print(f"accuracy {accuracy:.3f}")
assert accuracy >= 0.5
