"""Runs programs that were written for Apache MXNet, as they are.

    python demo.py           all of them, minutes
    python demo.py --quick   shorter runs of the same

Each program says `import mxnet`; `python -m weft.mxnet` makes that find weft.mxnet. They run in the
same way with MXNet 1.9.1 (`textbook.py` with 2.0), and check what they have learned. Then two of
the files that they left become .weft files. Ends with a non-zero status if a program fails.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = {
    "textbook.py": "np, npx and Gluon of MXNet 2",
    "image_classification.py": "hybrid_forward, RecordIO, several devices",
    "detection.py": "anchors, targets and boxes",
    "language_model.py": "LSTM, carried states, clipped gradients",
    "module_digits.py": "symbols, Module.fit, checkpoints",
    "word_embedding.py": "gradients of some rows",
}
FOLDER = Path(__file__).resolve().parent


def run(command: list[str]) -> str:
    """What a command prints. A failed one ends the demo."""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"{' '.join(command)}\n{result.stdout}\n{result.stderr}")
    return result.stdout


def main() -> None:
    """Runs the programs, then converts what they left."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shorter runs")
    quick = ["--quick"] if parser.parse_args().quick else []
    for program, subject in PROGRAMS.items():
        start = time.perf_counter()
        text = run([sys.executable, "-m", "weft.mxnet", str(FOLDER / program), *quick])
        seconds = time.perf_counter() - start
        print(f"{program:24} {subject}\n  {text.strip().splitlines()[-1]}  ({seconds:.1f} s)")
    epoch = 2 if quick else 8
    for model, shape, parameters in (
        ("digits", "1,3,16,16", "digits-0000.params"),
        ("digits-module", "1,1,8,8", f"digits-module-{epoch:04d}.params"),
    ):
        symbol = f"{model}-symbol.json"
        command = ["convert", symbol, parameters, "-o", f"{model}.weft", "--shape", f"data={shape}"]
        run([sys.executable, "-m", "weft", *command])
        size = Path(f"{model}.weft").stat().st_size
        print(f"{symbol} and {parameters} became {model}.weft, {size} bytes")


if __name__ == "__main__":
    main()
