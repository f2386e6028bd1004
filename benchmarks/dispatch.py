"""What one small operator costs from Python: a whole call, eager, recorded and in a plan.

python benchmarks/dispatch.py [results.json]
"""

import importlib.util

import numpy
import weft
from side_by_side import Report
from weft import autograd, np

NODES = 100


def main() -> None:
    report = Report("dispatch: float32, 4 elements")
    a, b = np.array([1.0, 2.0, 3.0, 4.0]), np.array([4.0, 3.0, 2.0, 1.0])
    x, y = a.asnumpy(), b.asnumpy()
    numpy.testing.assert_array_equal((a + b).asnumpy(), x + y)
    peers = _torch()
    if not peers:
        report.missing("torch")

    def torch_of(name):
        return {"torch": peers[name]} if peers else {}

    adds = {"numpy": lambda: x + y, "weft": lambda: a + b, **torch_of("add")}
    report.compare("a + b", adds, "numpy", aim=0.3)
    report.compare("a + 1.0", {"numpy": lambda: x + 1.0, "weft": lambda: a + 1.0}, "numpy")
    sums = {
        "numpy": lambda: numpy.sum(x, axis=0, keepdims=True),
        "weft": lambda: np.sum(a, axis=0, keepdims=True),
    }
    report.compare("sum(a, axis=0, keepdims=True)", sums, "numpy")
    report.compare("a[1:3]", {"numpy": lambda: x[1:3], "weft": lambda: a[1:3]}, "numpy")

    leaf = a.copy()
    leaf.attach_grad()
    with autograd.record():
        recorded = {"numpy": lambda: x + y, "weft": lambda: leaf + b, **torch_of("recorded")}
        report.compare("a + b, recorded", recorded, "numpy", aim=0.5)

    @weft.hybridize
    def chain(value):
        for _ in range(NODES):
            value = value + b
        return value

    numpy.testing.assert_allclose(chain(a).asnumpy(), x + NODES * y, rtol=1e-6)
    planned = {"numpy": lambda: _chain(x, y), "weft": lambda: chain(a)}
    report.compare(f"one of {NODES} planned adds", planned, "numpy", per=NODES)
    report.save()


def _chain(value, term):
    for _ in range(NODES):
        value = value + term
    return value


def _torch():
    if importlib.util.find_spec("torch") is None:
        return None
    import torch

    a, b = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([4.0, 3.0, 2.0, 1.0])
    leaf = a.clone().requires_grad_()
    return {"add": lambda: a + b, "recorded": lambda: leaf + b}


if __name__ == "__main__":
    main()
