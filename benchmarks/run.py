"""Runs every benchmark script of this folder, one after another: `make bench`.

`--all` is handed on to those that have more to compare than fits into `make bench`.
"""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SCRIPTS = (
    *("dispatch.py", "call_overhead.py", "small_calls.py", "lenet.py", "loader.py", "overlap.py"),
    *("branches.py", "convolution_networks.py", "chains.py", "import_time.py", "startup.py"),
)
WITH_MORE = ("chains.py",)


def main() -> int:
    status = 0
    for script in SCRIPTS:
        command = [sys.executable, str(FOLDER / script)]
        if script in WITH_MORE:
            command += [argument for argument in sys.argv[1:] if argument == "--all"]
        status |= subprocess.run(command, check=False).returncode
        print(flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
