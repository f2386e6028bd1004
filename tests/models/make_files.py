"""Writes the kept file of a format version: python make_files.py format3"""

import sys
from pathlib import Path

import numpy
import weft
from weft import autograd, gluon, init, np, npx, runtime
from weft.gluon import nn

HERE = Path(__file__).parent


def format1():
    net = nn.HybridSequential(
        nn.Conv2D(3, 3, activation="relu"), nn.BatchNorm(), nn.Dropout(0.2), nn.Dense(4)
    )
    net.initialize(init.Xavier())
    x = np.array(numpy.random.default_rng(0).uniform(-1, 1, (2, 1, 6, 6)).astype("float32"))
    label = np.array([1, 3])
    net(x)
    loss_fn = gluon.loss.SoftmaxCrossEntropyLoss()
    trained = {n: p for n, p in net.collect_params().items() if p.grad_req != "null"}
    momentum = {name: np.zeros(p.shape) for name, p in trained.items()}

    @weft.hybridize
    def train_step(x, label):
        with autograd.record():
            loss = loss_fn(net(x), label).mean()
        weights = [p.data() for p in trained.values()]
        for weight, gradient, state in zip(
            weights, autograd.grad(loss, weights), momentum.values(), strict=True
        ):
            npx.sgd_mom_update(weight, gradient, state, lr=0.1, out=(weight, state))
        return loss

    entries = {"train_step": (train_step, x, label), "forward": (net, x)}
    return entries, {"classes": "a,b,c,d"}


def format2():
    x = np.array(numpy.random.default_rng(1).normal(size=(5, 3)).astype("float32"))

    @weft.hybridize
    def chosen(x):
        rows = x[x[:, 0] > 0]
        return rows * 2, (rows**2).sum()

    return {"chosen": (chosen, x)}, {}


def format3():
    rng = numpy.random.default_rng(2)
    weight = gluon.Constant(np.array(rng.integers(-8, 8, (3, 5))).astype("int4"))
    shift = gluon.Constant(np.array(rng.integers(0, 16, 5)).astype("uint4"))
    for constant in (weight, shift):
        constant.initialize()

    @weft.hybridize
    def product(x):
        return x @ weight.data().astype("float32") + shift.data().astype("float32")

    return {"product": (product, np.array(rng.normal(size=(2, 3)).astype("float32")))}, {}


def main():
    np.random.seed(7)
    name = sys.argv[1]
    path = HERE / f"{name}.weft"
    if path.exists():
        raise SystemExit(f"{path} exists and stays as it is")
    entries, metadata = {"format1": format1, "format2": format2, "format3": format3}[name]()
    weft.export(path, metadata=metadata, **entries)
    entry, (_, *inputs) = next(iter(entries.items()))
    arrays = {f"in{i}": array.asnumpy() for i, array in enumerate(inputs)}
    context = runtime.Model(path).context(entry)
    for run in range(3):
        for i, out in enumerate(context.run(*(array.asnumpy() for array in inputs))):
            arrays[f"out{i}_{run}"] = numpy.array(out)
    numpy.savez(path.with_suffix(".npz"), **arrays)


if __name__ == "__main__":
    main()
