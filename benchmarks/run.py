"""Runs the benchmark scripts of this folder, one after another: `make bench`.

With `--all`, as in `make bench-all`, also those that take minutes each, and what others have more
to compare than fits into `make bench`.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SCRIPTS = (
    *("dispatch.py", "call_overhead.py", "small_calls.py", "lenet.py", "loader.py"),
    *("branches.py", "convolution_networks.py", "chains.py", "import_time.py", "startup.py"),
)
WITH_MORE = ("chains.py",)
IN_MINUTES = (
    *("overlap.py", "operators.py", "hand_written.py", "mixed_precision.py", "planning.py"),
    *("loss_curves.py", "fashion_mnist.py", "quantization.py", "cortexm.py", "imported_tflite.py"),
    *("kernel_build.py", "runtime_library.py", "jpeg_pipeline.py"),
)


def main() -> int:
    everything = "--all" in sys.argv[1:]
    status = 0
    for script in (*SCRIPTS, *(IN_MINUTES if everything else ())):
        command = [sys.executable, str(FOLDER / script)]
        if everything and script in WITH_MORE:
            command.append("--all")
        status |= subprocess.run(command, check=False).returncode
        print(flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
