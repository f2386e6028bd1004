"""Runs every benchmark script of this folder, one after another: `make bench`."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SCRIPTS = (
    *("dispatch.py", "call_overhead.py", "lenet.py", "loader.py", "overlap.py", "branches.py"),
    *("convolution_networks.py", "import_time.py", "startup.py"),
)


def main() -> int:
    status = 0
    for script in SCRIPTS:
        status |= subprocess.run([sys.executable, str(FOLDER / script)], check=False).returncode
        print(flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
