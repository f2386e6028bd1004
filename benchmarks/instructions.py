"""Counts the instructions of one run of twelve networks and compares them with those that are kept.

    python benchmarks/instructions.py            fails where a network takes over 2 % more
    python benchmarks/instructions.py --write    keeps what is counted now
    python benchmarks/instructions.py lstm …     counts these alone

A time tells of the machine and of its other work; a count of instructions is exact. valgrind counts
(`--tool=callgrind`) on one thread, with the instructions of AVX2 alone, which it knows on every
x86-64 machine. Another compiler makes other code, so a count is compared only where the compiler is
the one that the kept counts are of; elsewhere the counts are printed and nothing fails.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import c_program
import numpy
import weft
from weft import cli, gluon, np
from weft.gluon import nn, rnn
from weft.gluon.model_zoo import text, vision

KEPT = Path(__file__).resolve().parent / "results" / "instructions.json"
ISA = "avx2,-vnni"
ROOM = 0.02
FASTER = 0.98  # below it the kept count is out of date

Made = tuple[gluon.HybridBlock, numpy.ndarray]


def values(*shape: int) -> numpy.ndarray:
    """Numbers of a normal distribution, always the same."""
    return numpy.random.default_rng(0).standard_normal(shape).astype("float32")


def started(net: gluon.HybridBlock, x: numpy.ndarray) -> Made:
    """The network with weights, and its input."""
    net.initialize(weft.init.Xavier())
    net(np.array(x))
    return net, x


def images(name: str, size: int) -> Callable[[], Made]:
    """A network of the zoo for one image of this many rows."""
    return lambda: started(vision.get_model(name, classes=10), values(1, 3, size, size))


def int8() -> Made:
    """A residual network in int8."""
    net, x = images("resnet18_v1", 32)()
    return weft.quantization.quantize(net, [np.array(x)]), x


def encoder() -> Made:
    """Two layers of an encoder for text."""
    net = text.BERT(vocab_size=50, units=64, hidden_size=128, num_layers=2, num_heads=4)
    net.initialize(weft.init.Normal(0.1))
    x = numpy.arange(32, dtype="int32").reshape(1, 32)
    net(np.array(x))
    return net, x


def dense() -> Made:
    """Three dense layers for a few rows."""
    layers = [nn.Dense(512, activation="relu") for _ in range(3)]
    return started(nn.HybridSequential(*layers), values(4, 512))


def volumes() -> Made:
    """Convolutions of a volume."""
    layers = [nn.Conv3D(16, 3, padding=1, activation="relu") for _ in range(3)]
    return started(nn.HybridSequential(*layers), values(1, 8, 8, 16, 16))


NETWORKS: dict[str, Callable[[], Made]] = {
    "mobilenet_v2": images("mobilenet_v2_1_0", 96),
    "mobilenet_v3": images("mobilenet_v3_small", 96),
    "regnet_x": images("regnet_x_400mf", 96),
    "resnet18": images("resnet18_v1", 64),
    "resnet50": images("resnet50_v1", 64),
    "squeezenet": images("squeezenet1_1", 96),
    "efficientnet": images("efficientnet_b0", 64),
    "resnet18 in int8": int8,
    "volumes": volumes,
    "dense": dense,
    "lstm": lambda: started(rnn.LSTM(64, 2, layout="NTC"), values(1, 20, 32)),
    "encoder": encoder,
}


def compiler() -> str:
    """What compiled the library, as it says itself."""
    content = (cli.PREFIX / "lib" / "libweft.so").read_bytes()
    found = re.search(rb"GCC: \([^)\0]*\) [0-9.]+|clang version [0-9.]+", content)
    return found.group().decode() if found else "unknown"


def exported(names: list[str], folder: Path) -> dict[str, Path]:
    """A file for each of the networks."""
    files = {}
    for name in names:
        np.random.seed(0)
        net, x = NETWORKS[name]()
        files[name] = folder / f"{name.replace(' ', '_')}.weft"
        net.export(str(files[name]), np.array(x))
    return files


def counted(program: Path, file: Path) -> int:
    """The instructions of one run of the file's entry point."""
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=counted_run"]
    command += [f"--callgrind-out-file={file}.counts", str(program), str(file)]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "WEFT_ISA": ISA}
    )
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or found is None or int(found.group(1)) == 0:
        raise SystemExit(f"instructions: valgrind did not count {file.name}:\n{run.stderr}")
    return int(found.group(1))


def count(names: list[str]) -> dict[str, int]:
    """The instructions of the networks; two are counted at a time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = c_program.compiled("instructions", folder)
        files = exported(names, folder)
        with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
            counts = pool.map(lambda file: counted(program, file), files.values())
            return dict(zip(files, counts, strict=True))


def compare(now: dict[str, int], kept: dict[str, int]) -> list[str]:
    """Prints each network beside its kept count; what takes more than there is room for."""
    slower = []
    for name, instructions in now.items():
        line = f"  {name:20} {instructions:>15,}"
        if name in kept:
            ratio = instructions / kept[name]
            line += f"   {ratio:6.3f} x {kept[name]:>15,}"
            if ratio > 1 + ROOM:
                line += f"   MORE THAN {ROOM:.0%} ABOVE"
                slower.append(name)
            elif ratio < FASTER:
                line += "   fewer: keep it by --write"
        else:
            line += "   not kept yet: --write"
        print(line)
    return slower


def main(arguments: list[str]) -> int:
    """Counts, and compares or writes. Status 1 where a network has become slower."""
    writes = "--write" in arguments
    names = [name for name in arguments if name != "--write"] or list(NETWORKS)
    if unknown := [name for name in names if name not in NETWORKS]:
        print(f"instructions: `name` must be of {', '.join(NETWORKS)}; got {unknown[0]}")
        return 2
    if shutil.which("valgrind") is None:
        print("instructions: NOT COUNTED: valgrind is not installed")
        return 0
    kept = json.loads(KEPT.read_text("utf-8"))
    here = {"compiler": compiler(), "isa": ISA}
    print(f"instructions of one run, {here['compiler']}, {ISA}, one thread")
    now = count(names)
    if writes:
        same = all(kept.get(key) == value for key, value in here.items())
        networks = {**(kept["networks"] if same else {}), **now}
        KEPT.write_text(json.dumps({**here, "networks": networks}, indent=1) + "\n", "utf-8")
        print(f"kept in {KEPT}")
        return 0
    if any(kept.get(key) != value for key, value in here.items()):
        compare(now, {})
        print(f"NOT COMPARED: the kept counts are of {kept.get('compiler')}, {kept.get('isa')}")
        return 0
    slower = compare(now, kept["networks"])
    if slower:
        print(f"FAILED: {', '.join(slower)}: mend it, or keep it by --write and say why")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
