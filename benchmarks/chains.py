"""Fused elementwise chains beside a plain C++ loop, NumPy, PyTorch, torch.compile and JAX.

    python benchmarks/chains.py [--all] [results.json] [name...]

Five named chains, at about 10^4, 10^6 and 10^8 elements where memory has room. Their loops (in
chain_loops.cpp, compiled when this starts, two threads) have the chain's reads and writes, and
those of Adam and layer norm its arithmetic: the aim is 0.9 of them where memory is the bound,
at 10^8, and nothing slower than torch.compile. Then five chains of 8 to 15 steps that nobody tuned
for; their loops are the chains themselves, and the aims are 1.25 times the loop from memory and 1.6
times in caches. `--all` adds torch.compile, which takes minutes to compile and keeps what it
compiled, and the peers at the largest size. Results are compared before times, with tolerances
where exp and log are other polynomials.
"""

import ctypes
import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy
import weft
from chain_libraries import libraries, parts_of
from side_by_side import Report
from weft import npx

HERE = Path(__file__).resolve().parent
SIZES = (10_240, 1_048_576, 100_000_768)
FLAGS = "-std=c++20 -O3 -march=native -fno-math-errno -fno-trapping-math -fopenmp-simd"
KEEP = 0.9  # of dropout


@dataclass
class Chain:
    """inputs and outputs give arrays of rows x cols elements, in the loop's order."""

    name: str
    cols: int
    call: Callable[..., Any]  # of a library and its arrays
    inputs: Callable[[Any, int, int], list[numpy.ndarray]]
    outputs: Callable[[int, int], list[numpy.ndarray]]
    named: bool = False
    updates: tuple[int, ...] = ()  # inputs that are written; then there are no outputs
    reference: str = "loop"  # whose results the others have to give; none: they are random


# ---- chains


def floats(random, *shape):
    """Numbers of a repeated piece: 10^8 would take longer to draw than to compute."""
    piece = random.uniform(-1, 1, 10_007).astype("float32")
    return numpy.resize(piece, shape)


def bias_gelu_dropout(lib, x, bias):
    y = x + bias
    if lib.hybrid is weft.hybridize:
        return npx.dropout(npx.gelu(y, approximation="tanh"), p=1 - KEEP)
    if hasattr(lib, "functional"):
        gelu = lib.functional.gelu(y, approximate="tanh")
        return lib.functional.dropout(gelu, 1 - KEEP, training=True)
    gelu = 0.5 * y * (1 + lib.tanh(0.7978845608 * (y + 0.044715 * y * y * y)))
    return lib.where(numpy.random.random(x.shape) < KEEP, gelu / KEEP, 0)


def swiglu(lib, gate, up):
    return gate / (1 + lib.exp(-gate)) * up


def adam(lib, weight, gradient, mean, variance):
    new_mean = mean * 0.9 + gradient * 0.1
    new_variance = variance * 0.999 + gradient * gradient * 0.001
    weight[:] = weight - new_mean * 0.001 / (lib.sqrt(new_variance) + 1e-8)
    mean[:] = new_mean
    variance[:] = new_variance


def residual_layer_norm(lib, x, residual, gamma, beta):
    h = x + residual
    if lib.hybrid is weft.hybridize:
        return npx.layer_norm(h, gamma, beta)
    if hasattr(lib, "functional"):
        return lib.functional.layer_norm(h, (h.shape[-1],), gamma, beta)
    centred = h - lib.mean(h)[:, None]
    return centred / lib.sqrt(lib.mean(centred * centred)[:, None] + 1e-5) * gamma + beta


def cross_entropy(lib, x, labels):
    if lib.hybrid is weft.hybridize:
        return npx.softmax_cross_entropy(x, labels)
    if hasattr(lib, "functional"):
        return lib.functional.cross_entropy(x, labels, reduction="none")
    return lib.log(lib.sum(lib.exp(x))) - x[numpy.arange(len(x)), labels]


def spring(lib, place, speed, force):
    push = force - 1.5 * place - 0.2 * speed
    speed = speed + 0.01 * push
    place = place + 0.01 * speed
    return place, speed, speed * speed * 0.5 + place * place * 0.75


def pixels(lib, pixel, mean, scale):
    v = lib.clip((lib.float32(pixel) * (1 / 255) - mean) * scale, -2, 2)
    bent = lib.where(v > 0.5, v * v, v * 0.25 + 0.125)
    return bent * 0.8 + v * 0.2


def half_huber(lib, x, y, weight):
    d = lib.float32(x) - lib.float32(y)
    far = lib.abs(d)
    return lib.bfloat16(lib.where(far < 1, d * d * 0.5, far - 0.5) * weight)


def gate(lib, x, residual, scale, shift, gates):
    y = x * scale + shift
    z = residual + y * lib.clip(y + 3, 0, 6) * (1 / 6) * gates
    kept = lib.where(z > 0, z, z * 0.1)
    return kept, lib.mean(kept)


def focal(lib, x, target):
    p = 1 / (1 + lib.exp(-x))
    hit = lib.where(target, p, 1 - p)
    miss = 1 - hit
    return lib.sum(-(miss * miss * lib.log(hit + 1e-6)))


def arrays_of(*shapes):
    """Inputs of these shapes; `r` and `c` stand for rows and columns."""
    return lambda random, r, c: [
        floats(random, *({"r": r, "c": c}.get(extent, extent) for extent in shape))
        for shape in shapes
    ]


def empty(*shapes, dtype="float32"):
    return lambda r, c: [
        numpy.empty([{"r": r, "c": c}.get(extent, extent) for extent in shape], dtype)
        for shape in shapes
    ]


def positive(make):
    return lambda random, r, c: [numpy.abs(a) for a in make(random, r, c)]


CHAINS = (
    Chain(
        "bias_gelu_dropout",
        *(1024, bias_gelu_dropout, arrays_of("rc", "c"), empty("rc")),
        named=True,
        reference="",
    ),
    Chain(
        "swiglu",
        *(1024, swiglu, arrays_of("rc", "rc"), empty("rc")),
        named=True,
        reference="numpy",
    ),
    Chain(
        "adam",
        *(1024, adam, positive(arrays_of("rc", "rc", "rc", "rc")), empty()),
        named=True,
        updates=(0, 2, 3),
    ),
    Chain(
        "residual_layer_norm",
        *(1024, residual_layer_norm, arrays_of("rc", "rc", "c", "c"), empty("rc")),
        named=True,
    ),
    Chain(
        "cross_entropy",
        *(1024, cross_entropy),
        lambda random, r, c: [floats(random, r, c), random.integers(0, c, r)],
        empty("r"),
        named=True,
        reference="numpy",
    ),
    Chain("spring", 1024, spring, arrays_of("rc", "rc", "rc"), empty("rc", "rc", "rc")),
    Chain(
        "pixels",
        *(1024, pixels),
        lambda random, r, c: [
            numpy.resize(random.integers(0, 256, 10_007).astype("uint8"), (r, c)),
            floats(random, c),
            floats(random, c) + 2,
        ],
        empty("rc"),
    ),
    Chain(
        "half_huber",
        *(1024, half_huber, arrays_of("rc", "rc", ("r", 1))),
        empty("rc", dtype="uint16"),
    ),
    Chain(
        "gate",
        *(1000, gate, arrays_of("rc", "rc", "c", "c", ("r", 1))),
        empty("rc", "r"),
    ),
    Chain(
        "focal",
        *(1024, focal),
        lambda random, r, c: [floats(random, r, c), floats(random, r, c) > 0],
        empty("r"),
    ),
)


# ---- competitors


def compiled(folder: str) -> ctypes.CDLL:
    library = Path(folder) / "chain_loops.so"
    command = ["c++", *FLAGS.split(), "-shared", "-fPIC", "-pthread"]
    subprocess.run([*command, str(HERE / "chain_loops.cpp"), "-o", str(library)], check=True)
    return ctypes.CDLL(str(library))


def bfloat16_bits(x):
    """Rounded to nearest, ties to even."""
    bits = x.view("uint32")
    return (bits + 0x7FFF + (bits >> 16 & 1) >> 16).astype("uint16")


def loop_call(loops, chain, inputs, outputs, rows):
    """The loop on arrays of its own."""
    arrays = [a.copy() if i in chain.updates else a for i, a in enumerate(inputs)]
    if chain.name == "half_huber":
        arrays[:2] = [bfloat16_bits(a) for a in arrays[:2]]
    arrays += outputs
    pointers = (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays))
    function = getattr(loops, f"loop_{chain.name}")
    function.argtypes = [ctypes.c_void_p, ctypes.c_long, ctypes.c_long]
    function.restype = None
    call = partial(function, pointers, rows, chain.cols)
    return call, arrays


def library_call(lib, chain, inputs):
    """The call, and the arrays that it writes: none where it returns new ones."""
    arrays = [lib.array(a.copy() if i in chain.updates else a) for i, a in enumerate(inputs)]
    if chain.name == "half_huber":
        arrays[:2] = [lib.bfloat16(a) for a in arrays[:2]]
    function = partial(chain.call, lib)
    if chain.updates or lib.hybrid is not weft.hybridize:
        return partial(lib.hybrid(function), *arrays), [arrays[i] for i in chain.updates]
    # The loop writes into arrays that are there, and so do we.
    outputs = [part.copy() for part in parts_of(function(*arrays))]

    def write(inputs, outputs):
        for output, part in zip(outputs, parts_of(function(*inputs)), strict=True):
            output[:] = part

    return partial(weft.hybridize(write), arrays, outputs), outputs


def results_of(lib, call, written):
    """NumPy's arrays of a first call."""
    result = call()
    return [lib.asnumpy(part) for part in written or parts_of(result)]


def check(name, expected, results):
    for one, other in zip(expected, results, strict=True):
        is_half = one.dtype == numpy.uint16
        wanted = (one.astype("uint32") << 16).view("float32") if is_half else one
        tolerance = {"rtol": 8e-3 if is_half else 2e-3, "atol": 2e-4 * float(abs(wanted).max())}
        numpy.testing.assert_allclose(other, wanted, err_msg=name, **tolerance)


def available() -> int:
    """Bytes of free memory."""
    lines = Path("/proc/meminfo").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvail"))


def measure(report, loops, libs, chain, size, thorough):
    rows = size // chain.cols
    what = f"{chain.name} {size:.0e}".replace("e+0", "e")
    inputs = chain.inputs(numpy.random.default_rng(0), rows, chain.cols)
    outputs = chain.outputs(rows, chain.cols)
    taken = sum(a.nbytes for a in [*inputs, *outputs]) * (len(libs) + 2)
    if taken > available() * 0.8:
        print(f"  {what}: not run, takes {taken / 1e9:.0f} GB")
        return
    run_loop, loop_arrays = loop_call(loops, chain, inputs, outputs, rows)
    run_loop()
    expected = {"loop": [loop_arrays[i] for i in chain.updates] or outputs}
    competitors = {"loop": run_loop}
    for name, lib in libs.items():
        if name == "numpy" and chain.name == "half_huber":
            continue  # it has no bfloat16
        if name != "weft" and size > 10**7 and not thorough:
            continue  # seconds a call
        if name == "jax" and chain.updates:
            continue  # nothing is written in place
        call, written = library_call(lib, chain, inputs)
        results = results_of(lib, call, written)
        expected.setdefault(name, results)
        if chain.reference in expected:
            check(f"{what}, {name}", expected[chain.reference], results)
        competitors[name] = call
        if name == "torch" and thorough:
            compile_ = importlib.import_module("torch").compile
            function = compile_(partial(chain.call, lib), dynamic=False)
            arrays = call.args[1:]  # behind the library: a partial of a partial is one
            competitors["compile"] = partial(function, *arrays)
            competitors["compile"]()
    large = size > 10**7
    aim = (1 / 0.9 if large else None) if chain.named else 1.25 if large else 1.6
    lengths = {"length": 1e-9, "count": 5} if large else {"length": 0.004, "count": 31}
    report.compare(what, competitors, "loop", aim=aim and round(aim, 2), **lengths)


def main() -> int:
    arguments = [a for a in sys.argv[1:] if not a.endswith(".json")]
    thorough = "--all" in arguments
    names = [a for a in arguments if not a.startswith("-")]
    cache = HERE.parent / "build" / "compiled"
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(cache))
    npx.set_num_threads(2)
    report = Report("Chains: float32, two threads")
    libs = libraries(("torch", "jax"))
    for peer in ("torch", "jax"):
        if peer not in libs:
            report.missing(peer)
    with tempfile.TemporaryDirectory() as folder:
        loops = compiled(folder)
        for chain in CHAINS:
            if names and chain.name not in names:
                continue
            for size in SIZES:
                measure(report, loops, libs, chain, size, thorough)
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
