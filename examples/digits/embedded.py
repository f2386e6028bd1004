"""The digits network for a microcontroller: in int8, as C that needs no library, on this machine
and, with the board of tests/cortexm, on an emulated Cortex-M4. demo.py calls it in the end.
"""

import ctypes
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy
import weft
from weft import np, npx, runtime

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "cortexm"))
import machine  # noqa: E402
import networks  # noqa: E402

MOST_LOST = 0.005  # of the accuracy, by int8


@dataclass
class Compiled:
    """A network as C: inputs as it takes them, what they are answered, and its figures."""

    name: str
    inputs: numpy.ndarray
    answers: numpy.ndarray
    weights: int
    arena: int


def compiled(net, inputs: numpy.ndarray, name: str) -> Compiled:
    """The network for one image as `name`.weft, `name`.c and a library of this machine, which
    answers all inputs."""
    net(np.array(inputs[:1]))
    net.export(f"{name}.weft", np.array(inputs[:1]))
    runtime.Model(f"{name}.weft").write_c(".", name=name, ports_in_arena=True)
    library = Path(f"{name}.so").absolute()
    flags = ["-std=c99", "-O2", "-ffp-contract=off", "-shared", "-fPIC"]
    subprocess.run(["cc", *flags, f"{name}.c", "-o", library, "-lm"], check=True)
    header = Path(f"{name}.h").read_text()
    first, last = re.findall(rf"\*{name}_(\w+)\(void\)", header)  # input, output
    code = ctypes.CDLL(str(library))
    place, scores = (getattr(code, f"{name}_{port}") for port in (first, last))
    element = ctypes.c_int8 if inputs.dtype == "int8" else ctypes.c_float
    place.restype = scores.restype = ctypes.POINTER(element)
    answers = []
    for x in inputs:
        ctypes.memmove(place(), numpy.ascontiguousarray(x).ctypes.data, x.nbytes)
        code[f"{name}_run"]()
        answers.append(numpy.argmax(scores()[:10]))
    figures = [
        int(re.search(pattern, header)[1]) for pattern in (r"flash +(\d+)", r"memory +(\d+)")
    ]
    return Compiled(name, inputs, numpy.array(answers), *figures)


def rows(models: list[Compiled], labels: numpy.ndarray) -> dict[str, list[str]]:
    """What to print, by what it is."""
    table = {
        "right answers, C on this machine": [f"{(m.answers == labels).mean():.2%}" for m in models],
        "bytes of weights": [f"{m.weights:,}" for m in models],
        "bytes of arena": [f"{m.arena:,}" for m in models],
    }
    if machine.missing_tools():
        print(f"no emulated Cortex-M4: {machine.why_not()}")
        return table
    costs = [networks.run(m.name, Path(), "m4", m.inputs[:1]) for m in models]
    if any(cost.differs for cost in costs):
        raise RuntimeError("the Cortex-M4 gives other scores than the library")
    return table | {
        "Cortex-M4: bytes of flash": [f"{c.flash + c.code:,}" for c in costs],
        "Cortex-M4: bytes of memory": [f"{c.memory:,}" for c in costs],
        "Cortex-M4: instructions": [f"{c.instructions:,}" for c in costs],
    }


def report(net, images: numpy.ndarray, held_out: tuple[numpy.ndarray, numpy.ndarray]) -> bool:
    """Makes both, prints them side by side, and tells whether int8 keeps the accuracy.

    net: trained; images: some that ranges are taken from, (N, 1, 8, 8)
    """
    new, labels = held_out
    small = weft.quantize(net, np.array(images), integers=True)
    small.hybridize()
    integers = npx.quantize(np.moveaxis(np.array(new), 1, -1), *small.input_scale).asnumpy()
    models = [
        compiled(net, numpy.asarray(new, "float32"), "digits_float32"),
        compiled(small, integers, "digits_int8"),
    ]
    print("$ weft compile digits_int8.weft --target c    (weft.quantize made it)")
    print(f"{'':34}{'float32':>12}{'int8':>12}")
    for what, values in rows(models, labels).items():
        print(f"{what:34}" + "".join(f"{value:>12}" for value in values))
    real, integer = ((m.answers == labels).mean() for m in models)
    return bool(integer >= real - MOST_LOST)
