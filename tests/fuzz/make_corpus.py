"""Writes the first files of the corpus: python tests/fuzz/make_corpus.py

Small ones, of every kind of graph that a file has. Files of failures that were found are added to
them by hand and stay.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy
import weft
from weft import gluon, np, npx, runtime
from weft.gluon import nn

HERE = Path(__file__).parent / "corpus"
sys.path.append(str(HERE.parents[1] / "python"))
from weft_files import changed, read  # noqa: E402


def array(*shape):
    rng = numpy.random.default_rng(sum(shape))
    return np.array(rng.uniform(-1, 1, shape).astype("float32"))


def images():
    net = nn.HybridSequential(
        nn.Conv2D(16, 3, padding=1, use_bias=False, in_channels=3), nn.BatchNorm(in_channels=16),
        nn.Activation("relu"), nn.MaxPool2D(), nn.GlobalAvgPool2D(), nn.Flatten(),
        nn.Dense(4, in_units=16),
    )  # fmt: skip
    net.initialize()
    return net


def planned():
    path = HERE / "planned.weft"
    net, x = images(), array(1, 3, 8, 8)
    net.export(path, x, plan=True)


def packed():
    path = HERE / "packed.weft"
    net, x = images(), array(1, 3, 8, 8)
    net.export(path, x, pack=True)


def in_parts():
    """A packed batch of four as two parts: what pack would make, were the images large."""
    net = images()
    with tempfile.TemporaryDirectory() as folder:
        whole, part = Path(folder, "whole.weft"), Path(folder, "part.weft")
        net.export(whole, array(4, 3, 8, 8), pack=True)
        net.export(part, array(2, 3, 8, 8), pack=True)
        packed = json.loads(read(part)[0]["__metadata__"]["weft"])["entries"][0]["packed"]
        parts = {
            "graph": packed["graph"],
            "plan": packed["plan"],
            "batch": {"parts": 2, "inputs": [0], "outputs": [0]},
        }
        changed(whole, HERE / "in_parts.weft", lambda entry: entry["packed"].update(parts))


def quantized():
    net, x = images(), array(4, 3, 8, 8)
    weft.quantize(net, x).export(HERE / "quantized.weft", x)


def recurrent():
    net = gluon.rnn.LSTM(4, input_size=3)
    net.initialize()
    net.export(HERE / "recurrent.weft", array(5, 2, 3))


def control():
    @weft.hybridize
    def loops(x):
        sums, last = npx.foreach(lambda row, h: (row + h, row * h), x, x[0])
        halves, (count, rest) = npx.while_loop(
            lambda n, v: v.sum() > 1,
            lambda n, v: (v, (n + 1, v / 2)),
            (np.zeros(()), x.sum(0)),
            max_iterations=6,
        )
        return sums, npx.cond(last.sum() > 0, lambda: last, lambda: rest), halves, count

    weft.export(HERE / "control.weft", forward=(loops, array(3, 2)))


def dimensions():
    net = nn.HybridSequential(
        nn.Dense(6, in_units=5, activation="tanh"), nn.LayerNorm(in_channels=6)
    )
    net.initialize()
    net.export(HERE / "dimensions.weft", array(3, 5), dynamic={"x": {0: "batch"}})


def values():
    @weft.hybridize
    def chosen(x):
        rows = x[x[:, 0] > 0]
        return np.sort(rows, axis=0), np.argsort(x, axis=1), np.concatenate([rows, x])

    weft.export(HERE / "values.weft", forward=(chosen, array(5, 3)))


def attention():
    @weft.hybridize
    def attended(q, i):
        scores = npx.scaled_dot_product_attention(q, q, q)
        return (
            np.take(scores, i, axis=0),
            npx.softmax(scores),
            np.random.uniform(size=(3,)) + scores[0, 0, 0],
        )

    weft.export(HERE / "attention.weft", forward=(attended, array(2, 2, 4, 3), np.array([1, 0])))


def main():
    HERE.mkdir(exist_ok=True)
    np.random.seed(7)
    graphs = (quantized, recurrent, control, dimensions, values, attention)
    for write in (planned, packed, in_parts, *graphs):
        write()
    for path in sorted(HERE.glob("*.weft")):
        print(path.name, path.stat().st_size, runtime.Model(path).entries)


if __name__ == "__main__":
    main()
