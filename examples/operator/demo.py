"""An operator of your own in C: compiled, used from Python, fitted to measurements, run from C.

    python demo.py            everything, a few seconds
    python demo.py --quick    the same

Writes libsaturation.so, saturation.weft and the program predict into the folder it is started in.
Ends with a non-zero status if the fit is not the certified one, or C gives another bit than Python.
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

import numpy
import weft
from weft import autograd, cli, gluon, init, np, npx

HERE = Path(__file__).resolve().parent
LIBRARY = Path("libsaturation.so")
MODEL = Path("saturation.weft")
CERTIFIED = numpy.array([238.94212918, 5.5015643181e-4])  # ceiling and rate, see data/README.md


def compile_c(source: str, target: str, *options: str) -> None:
    """Compiles one of the C files beside this one."""
    command = ["cc", "-std=c99", "-O2", str(HERE / source), "-o", target, *options]
    print("$", shlex.join(["cc", source, "-o", target]), "...")
    subprocess.run(command, check=True)


class Saturation(gluon.HybridBlock):
    """The operator with its two parameters."""

    def __init__(self) -> None:
        super().__init__()
        single = {"shape": (), "dtype": "float64"}
        self.ceiling = gluon.Parameter("ceiling", init=init.Constant(250), **single)
        self.rate = gluon.Parameter("rate", init=init.Constant(5e-4), **single)

    def forward(self, x):
        return npx.saturation(x, self.ceiling.data(), self.rate.data())


def fit(pressure: np.ndarray, volume: np.ndarray) -> Saturation:
    """Gauss and Newton's method: the model is linear near the present parameters."""
    block = Saturation()
    block.initialize()
    parameters = [block.ceiling, block.rate]
    for step in range(8):
        present = [parameter.data() for parameter in parameters]
        curve = autograd.jacfwd(lambda c, r: npx.saturation(pressure, c, r), argnums=(0, 1))
        jacobian = curve(*present)
        residual = (volume - block(pressure)).asnumpy()
        slopes = numpy.stack([part.asnumpy() for part in jacobian], axis=1)
        change = numpy.linalg.lstsq(slopes, residual, rcond=None)[0]
        for parameter, by in zip(parameters, change, strict=True):
            parameter.set_data(parameter.data() + float(by))
        print(f"step {step}: sum of squared residuals {float((residual**2).sum()):.10f}")
    return block


def run_in_c(pressure: numpy.ndarray) -> numpy.ndarray:
    """What predict.c prints for these pressures."""
    compile_c("predict.c", "predict", *shlex.split(f"{cli.cflags()} {cli.libs()}"))
    command = ["./predict", str(MODEL), f"./{LIBRARY}"]
    text = "\n".join(repr(float(x)) for x in pressure)
    done = subprocess.run(command, input=text, check=True, capture_output=True, text=True)
    return numpy.array([float(line) for line in done.stdout.split()])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="An operator in C, from Python and back to C.")
    parser.add_argument("--quick", action="store_true", help="changes nothing here")
    parser.parse_args(arguments)

    flags = shlex.split(cli.cflags())
    compile_c("saturation.c", str(LIBRARY), "-shared", "-fPIC", *flags, "-lm")
    (operator,) = weft.library.load(LIBRARY.resolve())
    print(f"npx.{operator.__name__}: {operator.schema['doc']}")

    measured = numpy.loadtxt(HERE / "data" / "misra1a.csv", delimiter=",", skiprows=1)
    pressure, volume = (np.array(column) for column in measured.T)
    block = fit(pressure, volume)
    found = numpy.array([float(block.ceiling.data()), float(block.rate.data())])
    is_right = bool(numpy.allclose(found, CERTIFIED, rtol=1e-9))
    verdict = "as certified" if is_right else "NOT as certified"
    print(f"ceiling {found[0]:.8f}, rate {found[1]:.10e}: {verdict}")

    block.hybridize()
    wanted = block(pressure).asnumpy()
    block.export(MODEL)
    from_c = run_in_c(measured[:, 0])
    is_same = from_c.tobytes() == wanted.tobytes()
    print(f"C program: {wanted.size} volumes {'equal Python bit for bit' if is_same else 'DIFFER'}")
    return 0 if is_right and is_same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
