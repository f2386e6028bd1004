"""Does training follow PyTorch's? Losses from the same parameters and the same batches.

    python benchmarks/loss_curves.py [results.json]

LeNet, ResNet-18, an LSTM language model and a transformer encoder, hybridized, on handwritten
digits and on text. What is asked of the losses:

- float64: a relative difference of 1e-9 at most in each of 200 steps.
- float32: 1e-4 at most in each of the first 20 steps, and 2 % between the means of the last 20.

ResNet-18 is compared in float64 for 20 steps: its last batch norms have sixteen values a channel
and make rounding several times as large in each step, so that in float32 the two part within five.

Ends with a non-zero status where this does not hold. What is recorded: results/loss_curves.json.
Takes minutes, and is not run by `make bench`.
"""

import importlib.util
import sys

import curve_networks
import numpy
import weft
from curve_networks import Case
from side_by_side import Report
from weft import autograd, gluon, npx
from weft.gluon.model_zoo import vision

FIRST, LAST = 20, 20
RECORDED = 10  # every tenth loss
EXACT, CLOSE, FINAL = 1e-9, 1e-4, 0.02

SGD = {"learning_rate": 0.01, "momentum": 0.9, "wd": 5e-4}
CASES = {
    "LeNet": Case(
        lambda classes: vision.LeNet(classes, "relu"),
        "lenet",
        curve_networks.digit_batches,
        *("sgd", SGD),
    ),
    "LSTM": Case(
        curve_networks.LanguageModel,
        "language_model",
        curve_networks.line_batches,
        *("adam", {"learning_rate": 5e-3}),
    ),
    "transformer": Case(
        curve_networks.Encoder,
        "encoder",
        curve_networks.window_batches,
        *("adamw", {"learning_rate": 2e-3, "wd": 0.01}),
    ),
    "ResNet-18": Case(
        vision.resnet18_v1,
        "resnet18",
        curve_networks.digit_batches,
        *("sgd", {"learning_rate": 1e-3}),
        dtypes=("float64",),
        steps=20,
    ),
}


def initial(case: Case, dtype: str):
    """A network of Weft with its first parameters, which both dtypes have in common."""
    weft.random.seed(0)
    classes, batches = case.batches()
    net = case.network(classes)
    net.initialize(weft.init.Xavier())
    inputs, _ = next(batches)
    net(_weft_array(inputs, "float32"))
    net.cast(dtype)
    return net


def _weft_array(values, dtype):
    return weft.np.array(values.astype(dtype if values.dtype.kind == "f" else "int64"))


def weft_losses(case: Case, net, dtype: str, steps: int) -> list[float]:
    """Trains `net`, which stays as it is afterwards."""
    net.hybridize()
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), case.optimizer, dict(case.options))
    losses = []
    for _, (inputs, labels) in zip(range(steps), case.batches()[1], strict=False):
        labels = _weft_array(labels, dtype)
        with autograd.record():
            loss = loss_of(net(_weft_array(inputs, dtype)), labels).mean()
        loss.backward()
        trainer.step(1)
        losses.append(float(loss))
    return losses


def torch_losses(case: Case, start: dict[str, numpy.ndarray], dtype: str, steps: int):
    """The same from the same parameters."""
    import torch
    import torch_twins

    torch.set_num_threads(npx.num_threads())
    classes, batches = case.batches()
    net = torch_twins.create(case.twin, classes, start, dtype)
    optimizer = torch_twins.optimizer(net, case.optimizer, case.options)
    losses = []
    for step, (inputs, labels) in zip(range(1, steps + 1), batches, strict=False):
        inputs, labels = torch.from_numpy(inputs), torch.from_numpy(labels).long()
        optimizer.zero_grad()
        scores = net(inputs.to(getattr(torch, dtype)) if inputs.is_floating_point() else inputs)
        loss = torch.nn.functional.cross_entropy(scores.flatten(0, -2), labels.flatten())
        loss.backward()
        torch_twins.step(optimizer, step)
        losses.append(float(loss.detach()))
    return losses


def curves(name: str, dtype: str, steps: int | None = None) -> tuple[numpy.ndarray, numpy.ndarray]:
    """(losses of Weft, losses of PyTorch), float64."""
    case = CASES[name]
    steps = steps or case.steps
    net = initial(case, dtype)
    start = {path: p.data().asnumpy() for path, p in net.collect_params().items()}
    return (
        numpy.array(weft_losses(case, net, dtype, steps)),
        numpy.array(torch_losses(case, start, dtype, steps)),
    )


def differences(have: numpy.ndarray, want: numpy.ndarray) -> dict[str, float]:
    """Relative: the largest at first, the largest of all, and of the means at the end."""
    apart = numpy.abs(have - want) / want
    last = want[-LAST:].mean()
    return {
        "first": float(apart[:FIRST].max()),
        "all": float(apart.max()),
        "final": float(abs(have[-LAST:].mean() - last) / last),
    }


def is_close(dtype: str, found: dict[str, float]) -> bool:
    """Is this what the head of the file asks for?"""
    if dtype == "float64":
        return found["all"] <= EXACT
    return found["first"] <= CLOSE and found["final"] <= FINAL


def main() -> int:
    report = Report("loss curves beside PyTorch")
    if importlib.util.find_spec("torch") is None:
        report.missing("torch")
        return 0
    good = True
    for name, case in CASES.items():
        for dtype in case.dtypes:
            have, want = curves(name, dtype)
            found = differences(have, want)
            good &= (close := is_close(dtype, found))
            print(
                f"  {name:12} {dtype}, {case.steps} steps: loss {have[0]:.4f} to "
                f"{have[-LAST:].mean():.4f}, PyTorch {want[-LAST:].mean():.4f}; apart "
                f"{found['first']:.1e} in the first {FIRST}, {found['all']:.1e} at most, "
                f"{found['final']:.1e} at the end" + ("" if close else "   TOO FAR"),
                flush=True,
            )
            recorded = {"weft": have[::RECORDED].tolist(), "torch": want[::RECORDED].tolist()}
            report.rows.append({"what": name, "dtype": dtype, "apart": found, **recorded})
    report.save()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
