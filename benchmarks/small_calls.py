"""What planned calls cost beside arithmetic: of an empty block, of a node, of an LSTM cell.

    python benchmarks/small_calls.py [results.json]

An empty block that is hybridized: the call and nothing else. A node: the slope between plans of
fewer and of more additions that no pass fuses, of arrays without elements and with one. The LSTM
cells: one step at batch 1, beside PyTorch's eager cell where it is installed, results compared: a
small one, which is its calls, and one that has to read 2 MB of weights. All with one thread.
"""

import importlib.util
import os
import statistics
from typing import Any

import numpy

os.environ["WEFT_NUM_THREADS"] = "1"  # two pools would wait for each other's threads

import weft
from side_by_side import Report, interleaved
from weft import gluon, np

FEW, MANY = 256, 2304  # nodes
NODE_AIM, BLOCK_AIM, CELL_AIM = 25e-9, 2e-6, 1 / 3
UNITS = (32, 256)


class Empty(gluon.HybridBlock):
    def forward(self, x: Any) -> Any:
        return x


def told(report: Report, what: str, who: str, seconds: list[float], aim: float) -> None:
    median, best = statistics.median(seconds), min(seconds)
    report.rows.append({"what": what, "who": who, "median": median, "best": best, "aim": aim})
    print(f"  {what}: {median * 1e9:.1f} ns, best {best * 1e9:.1f} ns   (aim: {aim * 1e9:.0f})")


def additions(count: int, elements: int) -> Any:
    """A plan with so many steps, called once."""
    x, y = np.zeros((elements,)), np.ones((elements,))

    @weft.hybridize
    def chain(value: Any, term: Any) -> Any:
        for _ in range(count):
            value = value + term
        return value

    before = os.environ.get("WEFT_PASSES")
    os.environ["WEFT_PASSES"] = "-fuse_elementwise"
    chain(x, y)
    del os.environ["WEFT_PASSES"]
    if before is not None:
        os.environ["WEFT_PASSES"] = before
    numpy.testing.assert_array_equal(chain(x, y).asnumpy(), numpy.full(elements, count, "float32"))
    return lambda: chain(x, y)


def nodes(report: Report, elements: int, what: str) -> None:
    calls = {str(count): additions(count, elements) for count in (FEW, MANY)}
    taken = interleaved(calls)
    pairs = zip(taken[str(FEW)], taken[str(MANY)], strict=True)
    told(report, what, "weft", [(more - less) / (MANY - FEW) for less, more in pairs], NODE_AIM)


def cell(report: Report, units: int) -> None:
    random = numpy.random.default_rng(0)
    x, h, c = (random.uniform(-1, 1, (1, units)).astype("float32") for _ in range(3))
    ours = gluon.rnn.LSTMCell(units, input_size=units)
    ours.initialize()
    ours.hybridize()
    given = [np.array(x), [np.array(h), np.array(c)]]
    out = ours(*given)[0].asnumpy()
    calls: dict[str, Any] = {"weft": lambda: ours(*given)}
    baseline = "weft"
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        theirs = torch.nn.LSTMCell(units, units)
        with torch.no_grad():
            for name, parameter in ours.collect_params().items():
                side = "ih" if "i2h" in name else "hh"
                kind = "weight" if "weight" in name else "bias"
                value = torch.from_numpy(parameter.data().asnumpy().copy())
                getattr(theirs, f"{kind}_{side}").copy_(value)
        tensors = [torch.from_numpy(a) for a in (x, h, c)]

        def eager() -> Any:
            with torch.no_grad():
                return theirs(tensors[0], (tensors[1], tensors[2]))

        numpy.testing.assert_allclose(eager()[0].numpy(), out, rtol=1e-4, atol=1e-5)
        calls, baseline = {"torch": eager, **calls}, "torch"
    else:
        report.missing("torch")
    report.compare(f"LSTM cell, {units} units, batch 1", calls, baseline, aim=CELL_AIM)


def main() -> None:
    report = Report("small calls of plans")
    empty, x = Empty(), np.array([1.0, 2.0])
    empty.hybridize()
    numpy.testing.assert_array_equal(empty(x).asnumpy(), x.asnumpy())
    taken = interleaved({"weft": lambda: empty(x)})
    told(report, "hybridized call of an empty block", "weft", taken["weft"], BLOCK_AIM)
    nodes(report, 0, "a node without elements")
    nodes(report, 1, "a node of one element")
    for units in UNITS:
        cell(report, units)
    report.save()


if __name__ == "__main__":
    main()
