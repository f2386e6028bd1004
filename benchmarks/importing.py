"""How long importing an ONNX file takes, and how much memory, beside ONNX Runtime's session of it.

    PYTHONPATH=build/python build/imported/bin/python benchmarks/importing.py [NAME ...]

The networks and the environment are those of `imported_networks.py`. Each import is a process of
its own, which has its libraries and their tables loaded before; the figures are the shortest of
several, in turns. Memory is what the import adds to the process's largest size, over the bytes of
the file. Aims: at most twice ONNX Runtime's time, and 1.3 times the file.
"""

import argparse
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import torch
from imported_networks import NETWORKS, export

PROGRAM = """
import sys, time
{setup}
def largest():
    text = open("/proc/self/status").read().split("VmHWM:")[1]
    return int(text.split()[0]) * 1024
before = largest()
begin = time.perf_counter()
network = {call}
print(time.perf_counter() - begin, largest() - before)
"""
IMPORTS = {
    "weft": PROGRAM.format(
        setup="import onnx, weft.onnx._rules", call="weft.onnx.load(sys.argv[1])"
    ),
    "onnxruntime": PROGRAM.format(
        setup="import onnxruntime as ort",
        call="ort.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])",
    ),
}


def measured(path: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Seconds and bytes by library, the least of each."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in IMPORTS}
    for _ in range(rounds):
        for name, program in IMPORTS.items():
            command = [sys.executable, "-c", program, str(path)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            seconds, size = map(float, told.split()[-2:])
            found[name].append((seconds, size))
    return {name: (min(s for s, _ in of), min(b for _, b in of)) for name, of in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", default=list(NETWORKS), help=", ".join(NETWORKS))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| network | file, MB | weft, ms | onnxruntime, ms | time | memory / file |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in options.names:
        torch.manual_seed(0)
        module, inputs = NETWORKS[name]()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"{name}.onnx")
            export(module.eval(), inputs, path)
            row, size = measured(path, options.rounds), path.stat().st_size
        (ours, memory), (theirs, _) = row["weft"], row["onnxruntime"]
        print(
            f"| {name} | {size / 1e6:.1f} | {1e3 * ours:.0f} | {1e3 * theirs:.0f} | "
            f"{ours / theirs:.2f} | {memory / size:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
