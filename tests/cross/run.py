"""The runtime-only library on other processors: Debian's cross compilers, run by qemu-user.

    python tests/cross/run.py [--build build] [--jobs 2] [aarch64 armv7 riscv64]

On aarch64 the tests of kernels run, and those of products also without the instructions of Armv8.2
and later that kernels ask the processor for; everywhere exported models give what they give on this
machine. What is not installed is said and left out.
"""

import argparse
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CORPUS = [ROOT / "tests/models/format1.weft", *sorted((ROOT / "tests/fuzz/corpus").glob("*.weft"))]
LEAST = 20  # files that can be run
# Sums in another order, and no fused multiply-add in the host's generic kernels: a few last digits.
TOLERANCE = 2e-5
PRODUCTS = ",".join(
    f"*kernels/{name}*"
    for name in ("quantized", "matmul", "panels", "attention", "convolution_blocked")
)


class Target(NamedTuple):
    triplet: str
    emulator: str
    processors: tuple[str, ...] = ("max",)
    tests: str = ""  # a folder of the core's tests


TARGETS = {
    # The first has dot products of bytes and of bfloat16, the second is from before them.
    "aarch64": Target("aarch64-linux-gnu", "qemu-aarch64", ("max", "cortex-a53"), "kernels"),
    "armv7": Target("arm-linux-gnueabihf", "qemu-arm"),
    "riscv64": Target("riscv64-linux-gnu", "qemu-riscv64", ("rv64",)),
}


def run(*command: str | Path, **environment: str) -> str:
    """Standard output of a command that must end well."""
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\nfailed: {' '.join(map(str, command))}")
    return done.stdout


def runnable(program: Path) -> list[Path]:
    """The files that a program of this machine runs: some of the corpus are damaged on purpose."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    files = [path for path in CORPUS if subprocess.run([program, path], **quiet).returncode == 0]
    if len(files) < LEAST:
        raise SystemExit(f"{program} runs {len(files)} of {len(CORPUS)} files, not {LEAST}")
    return files


def missing(target: Target) -> str:
    """Debian's packages that are not installed."""
    packages = []
    if not shutil.which(f"{target.triplet}-g++"):
        packages.append(f"g++-{target.triplet}")
    if not shutil.which(target.emulator):
        packages.append("qemu-user")
    return " ".join(packages)


def build(name: str, target: Target, folder: Path, jobs: int) -> None:
    option = "-DCMAKE_CXX_FLAGS_RELEASE=-O1 -DNDEBUG"
    if target.tests:
        option = f"-DWEFT_TEST_FOLDERS={target.tests}"
    run(
        *("cmake", "-G", "Ninja", "-S", ROOT, "-B", folder, "-DWEFT_RUNTIME_ONLY=ON"),
        *("-DWEFT_BUILD_TESTS=ON", f"-DWEFT_WERROR={os.environ.get('WERROR', 'OFF')}"),
        f"-DCMAKE_TOOLCHAIN_FILE={ROOT}/core/cmake/toolchains/{name}.cmake",
        option,
    )
    programs = ["weft_outputs", *(["weft_core_tests"] if target.tests else [])]
    run("cmake", "--build", folder, "-j", str(jobs), "--target", *programs)


def numbers(line: str) -> tuple[str, list[float]]:
    """The numbers that a line ends with, and what is before them: some names have lines of text."""
    words, values = line.split(" "), []
    while words:
        try:
            values.insert(0, float(words[-1]))
        except ValueError:
            break
        words.pop()
    return " ".join(words), values


def difference(ours: str, theirs: str, exactly: bool = False) -> str:
    """The first difference, of floats one beyond rounding unless `exactly`; or nothing."""
    lines, others = ours.splitlines(), theirs.splitlines()
    if len(lines) != len(others):
        return f"{len(lines)} outputs and {len(others)}"
    for line, other in zip(lines, others, strict=True):
        (name, a), (other_name, b) = numbers(line), numbers(other)
        if name != other_name or len(a) != len(b):
            return f"{name} and {other_name}, {len(a)} and {len(b)} elements"
        tolerance = TOLERANCE if name.endswith("float32") and not exactly else 0
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            if not math.isclose(x, y, rel_tol=tolerance, abs_tol=tolerance):
                return f"{name}[{i}]: {x} here, {y} there"
    return ""


def test(
    name: str, target: Target, files: list[Path], here: str, arguments: argparse.Namespace
) -> list[str]:
    folder = Path(arguments.build).resolve() / name
    build(name, target, folder, arguments.jobs)
    failures = []
    for processor in target.processors:
        emulator = [target.emulator, "-cpu", processor, "-L", f"/usr/{target.triplet}"]
        there = run(*emulator, folder / "weft_outputs", *files)
        found = difference(here, there)
        print(f"== {name}, {processor}: {len(files)} models, {found or 'as here'}", flush=True)
        failures += [f"{name} {processor}: {found}"] if found else []
        if target.tests:
            only = "*" if processor == "max" else PRODUCTS
            # Printed C is compiled and loaded by the machine that the test runs on.
            tests = [f"-sf={only}", "-sfe=*record_test*", "--no-colors=true"]
            print(run(*emulator, folder / "weft_core_tests", *tests))
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("targets", nargs="*", default=list(TARGETS), metavar="target")
    arguments = parser.parse_args()
    program = Path(arguments.build).resolve() / "weft_outputs"
    files = runnable(program)
    here = run(program, *files)
    failures = []
    for name in arguments.targets:
        target = TARGETS[name]
        if packages := missing(target):
            print(f"== {name}: not run, {packages} not installed")
            continue
        failures += test(name, target, files, here, arguments)
    print("\n".join(failures), file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
