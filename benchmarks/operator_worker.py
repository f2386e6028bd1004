"""One library of operators.py, in a process of its own: "weft" or "torch".

    operator_worker.py <library> <folder>

Each line on standard input is answered with one JSON line: `prepare <index> <seconds>` makes a
case's arrays, calls it once and compares with what "torch" left in the folder, `sample <count>`
gives the seconds of a call, `count` times over as many calls as fit into the seconds given.
"""

import importlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy
from answers import answer_questions, calls_in, timed
from operator_cases import CASES, Case

TOLERANCE = 1e-3  # of the largest value: sums of a million terms, other polynomials


def weft_call(case: Case, inputs: list[numpy.ndarray]) -> tuple[Callable[[], Any], Any]:
    weft = importlib.import_module("weft")
    arrays = [weft.np.array(a) for a in inputs]
    function = partial(case.weft, weft, *arrays)
    if case.prepared:
        function = function()
    if not case.gradient:
        return function, lambda: parts(function())
    floats = [a for a in arrays if a.dtype == numpy.float32]
    for a in floats:
        a.attach_grad()
    ones = weft.np.ones_like(function())

    def both():
        with weft.autograd.record():
            y = function()
        y.backward(ones)
        weft.npx.waitall()

    def results():
        both()
        return [a.grad for a in floats]

    return both, results


def torch_call(case: Case, inputs: list[numpy.ndarray]) -> tuple[Callable[[], Any], Any]:
    torch = importlib.import_module("torch")
    torch.set_num_threads(2)
    arrays = [torch.from_numpy(a.copy()) for a in inputs]
    function = partial(case.torch, torch, *arrays)
    if case.prepared:
        function = function()
    if not case.gradient:
        return function, lambda: parts(function())
    floats = [a.requires_grad_() for a in arrays if a.dtype == torch.float32]
    ones = torch.ones_like(function())

    def both():
        for a in floats:
            a.grad = None
        function().backward(ones)

    def results():
        both()
        return [a.grad for a in floats]

    return both, results


def parts(value: Any) -> list[Any]:
    return list(value) if isinstance(value, tuple | list) else [value]


def as_numpy(value: Any) -> numpy.ndarray:
    if hasattr(value, "asnumpy"):
        return value.astype("float64").asnumpy()
    return value.detach().double().numpy()


class Worker:
    def __init__(self, who: str, folder: Path) -> None:
        self.who, self.folder = who, folder
        self.call: Callable[[], object] | None = None
        self.calls = 1

    def prepare(self, index: str, seconds: str) -> dict[str, Any]:
        case = CASES[int(index)]
        inputs = case.make(numpy.random.default_rng(0))
        make = weft_call if self.who == "weft" else torch_call
        self.call, results = make(case, inputs)
        if case.compared:
            self.compare(int(index), [as_numpy(part) for part in results()])
        if self.who == "weft" and not case.gradient:
            waitall, call = importlib.import_module("weft").npx.waitall, self.call
            self.call = lambda: (call(), waitall())
        self.calls = calls_in(self.call, float(seconds))
        return {"ready": self.calls}

    def compare(self, index: int, results: list[numpy.ndarray]) -> None:
        for i, result in enumerate(results):
            file = self.folder / f"{index}-{i}.npy"
            if self.who == "torch":
                numpy.save(file, result)
            elif file.exists():
                wanted = numpy.load(file)
                scale = TOLERANCE * max(float(abs(wanted).max(initial=0)), 1e-3)
                numpy.testing.assert_allclose(result, wanted, rtol=TOLERANCE, atol=scale)

    def sample(self, count: str) -> dict[str, Any]:
        assert self.call is not None
        return {"samples": timed(self.call, self.calls, int(count))}


if __name__ == "__main__":
    answer_questions(lambda: Worker(sys.argv[1], Path(sys.argv[2])))
