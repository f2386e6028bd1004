"""One competitor of chains.py, in a process of its own.

    chain_worker.py <who> <folder>

`who` is a library of chain_libraries.py, "compile" (torch.compile) or "loop" (chain_loops.so in the
folder). Each line on standard input is answered with one JSON line: `prepare <chain> <size>
<seconds>` makes arrays, calls once and compares results with those of the chain's reference, which
it leaves in the folder if it is that itself; `sample <count>` gives the seconds of a call, `count`
times over as many calls as fit into the seconds given.
"""

import ctypes
import gc
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy
from answers import answer_questions, calls_in, timed
from chain_libraries import library, parts_of
from chain_programs import CHAINS, Chain

COMPARED_ROWS = 512  # at each end of an array

Call = Callable[[], object]


def bfloat16_bits(x):
    """Rounded to nearest, ties to even."""
    bits = x.view("uint32")
    return (bits + 0x7FFF + (bits >> 16 & 1) >> 16).astype("uint16")


def loop_call(
    loops: ctypes.CDLL, chain: Chain, inputs: list[numpy.ndarray], rows: int
) -> tuple[Call, list[numpy.ndarray]]:
    """The loop, and its arrays, which have to live as long."""
    arrays = [a.copy() if i in chain.updates else a for i, a in enumerate(inputs)]
    if chain.name == "half_huber":
        arrays[:2] = [bfloat16_bits(a) for a in arrays[:2]]
    arrays += chain.outputs(rows, chain.cols)
    pointers = (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays))
    function = getattr(loops, f"loop_{chain.name}")
    function.argtypes = [ctypes.c_void_p, ctypes.c_long, ctypes.c_long]
    function.restype = None
    return partial(function, pointers, rows, chain.cols), arrays


def library_call(who: str, lib: Any, chain: Chain, inputs: list[numpy.ndarray]):
    """The call, and the arrays that it writes: none where it returns new ones."""
    arrays = [lib.array(a.copy() if i in chain.updates else a) for i, a in enumerate(inputs)]
    if chain.name == "half_huber":
        arrays[:2] = [lib.bfloat16(a) for a in arrays[:2]]
    function = partial(chain.call, lib)
    if who == "compile":
        return partial(lib.compile(function), *arrays), [arrays[i] for i in chain.updates]
    if chain.updates or who != "weft":
        return partial(lib.hybrid(function), *arrays), [arrays[i] for i in chain.updates]
    # The loop writes into arrays that are there, and so do we.
    outputs = [part.copy() for part in parts_of(function(*arrays))]

    def write(inputs, outputs):
        for output, part in zip(outputs, parts_of(function(*inputs)), strict=True):
            output[:] = part

    return partial(lib.hybrid(write), arrays, outputs), outputs


def ends(array: numpy.ndarray) -> numpy.ndarray:
    """Its first and last rows, in float32 where they are bits of bfloat16."""
    few = numpy.concatenate([array[:COMPARED_ROWS], array[-COMPARED_ROWS:]])
    return (few.astype("uint32") << 16).view("float32") if few.dtype == numpy.uint16 else few


def compare(who: str, chain: Chain, rows: int, results: list[numpy.ndarray], folder: Path) -> None:
    """Raises AssertionError where results are not those of the chain's reference. A loop that is
    none has only the chain's reads and writes."""
    if who == "loop" != chain.reference:
        return
    tolerance = 8e-3 if chain.name == "half_huber" else 2e-3  # exp and log may be other polynomials
    for i, result in enumerate(results):
        file = folder / f"{chain.name}-{rows}-{i}.npy"
        if who == chain.reference:
            numpy.save(file, ends(result))
        elif file.exists():
            wanted = numpy.load(file)
            scale = 2e-4 * float(abs(wanted).max())
            numpy.testing.assert_allclose(ends(result), wanted, rtol=tolerance, atol=scale)


class Worker:
    def __init__(self, who: str, folder: Path) -> None:
        self.who, self.folder = who, folder
        is_loop = who == "loop"
        self.loops = ctypes.CDLL(str(folder / "chain_loops.so")) if is_loop else None
        self.lib = None if is_loop else library("torch" if who == "compile" else who)
        self.call: Call | None = None
        self.calls = 1
        self.arrays: list[numpy.ndarray] = []  # of the loop

    def prepare(self, name: str, size: str, seconds: str) -> dict[str, Any]:
        self.call, self.arrays = None, []
        gc.collect()  # arrays of the last chain
        chain = next(chain for chain in CHAINS if chain.name == name)
        if self.who == "numpy" and name == "half_huber":
            return {"missing": "NumPy has no bfloat16"}
        if self.who == "jax" and chain.updates:
            return {"missing": "nothing is written in place"}
        rows = int(size) // chain.cols
        inputs = chain.inputs(numpy.random.default_rng(0), rows, chain.cols)
        if self.loops is not None:
            call, self.arrays = loop_call(self.loops, chain, inputs, rows)
            call()
            results = [self.arrays[i] for i in chain.updates] or self.arrays[len(inputs) :]
        else:
            call, written = library_call(self.who, self.lib, chain, inputs)
            given = call()
            results = [self.lib.asnumpy(part) for part in written or parts_of(given)]
        compare(self.who, chain, rows, results, self.folder)
        self.call, self.calls = call, calls_in(call, float(seconds))
        return {"ready": self.calls}

    def sample(self, count: str) -> dict[str, Any]:
        assert self.call is not None
        return {"samples": timed(self.call, self.calls, int(count))}


if __name__ == "__main__":
    answer_questions(lambda: Worker(sys.argv[1], Path(sys.argv[2])))
