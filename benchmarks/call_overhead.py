"""What one call of a planned network costs beside its kernels, from Python and from C.

    python benchmarks/call_overhead.py [results.json]

Networks of 1, 2, 4 and 8 layers Dense(4) on one row. A layer more is a step of the plan more, with
its kernel; what a line through the times has at no layer is the call itself.
"""

import statistics
import subprocess
import tempfile
from pathlib import Path

import c_program
import numpy
from side_by_side import SAMPLES, Report, interleaved
from weft import gluon, np

LAYERS = (1, 2, 4, 8)
CALLS = 20_000
AIMS = {"Python": 3e-6, "C": 1e-6}  # seconds


def network(layers: int):
    net = gluon.nn.HybridSequential(*(gluon.nn.Dense(4, in_units=4) for _ in range(layers)))
    net.initialize()
    net.hybridize()
    return net


def from_python(nets, x) -> dict[int, list[float]]:
    """Seconds of a call, samples by number of layers."""
    calls = {str(n): lambda net=net: net(x) for n, net in nets.items()}
    return {int(n): samples for n, samples in interleaved(calls).items()}


def from_c(nets, x) -> dict[int, list[float]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = c_program.compiled("call_overhead", folder)
        files = [folder / f"{n}.weft" for n in nets]
        for file, net in zip(files, nets.values(), strict=True):
            net.export(file, x)
        command = [program, str(SAMPLES), str(CALLS), *files]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    table = numpy.array([line.split() for line in done.stdout.splitlines()], dtype=float)
    return dict(zip(nets, (table.T * 1e-9).tolist(), strict=True))


def main() -> None:
    report = Report("one call of a hybridized network, beside its kernels")
    nets = {n: network(n) for n in LAYERS}
    x = np.array([[1.0, 2.0, 3.0, 4.0]])
    for net in nets.values():
        net(x)
    for who, times in (("Python", from_python(nets, x)), ("C", from_c(nets, x))):
        for statistic, of in (("median", statistics.median), ("best", min)):
            step, call = numpy.polyfit(LAYERS, [of(times[n]) for n in LAYERS], 1)
            row = {"what": "call", "who": who, statistic: float(call), "step": float(step)}
            report.rows.append(row | {"calls": {str(n): of(times[n]) for n in LAYERS}})
            print(
                f"  from {who:6} {statistic:6}: {call * 1e6:.2f} us   (aim: at most "
                f"{AIMS[who] * 1e6:.0f}), {step * 1e6:.2f} us a layer; a call of one layer "
                f"{of(times[1]) * 1e6:.2f} us"
            )
    report.save()


if __name__ == "__main__":
    main()
