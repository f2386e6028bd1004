"""How long `from weft import np, npx, autograd, gluon` takes beyond `import numpy`.

    python benchmarks/import_time.py [results.json]

Each import is a process of its own, with the page cache warm; the minimum counts.
"""

import subprocess
import sys

from side_by_side import Report

ROUNDS = 9
AIM = 0.15  # seconds

CODE = {
    "nothing": "pass",
    "numpy": "import numpy",
    "weft": "import numpy; from weft import np, npx, autograd, gluon",
    "weft.runtime": "import weft.runtime",
}
TIMED = "import time; b = time.perf_counter(); {code}; print(time.perf_counter() - b)"


def seconds(code: str) -> float:
    command = [sys.executable, "-c", TIMED.format(code=code)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    report = Report("import")
    samples: dict[str, list[float]] = {name: [] for name in CODE}
    for _ in range(ROUNDS):
        for name, code in CODE.items():
            samples[name].append(seconds(code))
    least = {name: min(found) for name, found in samples.items()}
    for name, value in least.items():
        report.rows.append({"what": "import", "who": name, "minimum": value})
    beyond = least["weft"] - least["numpy"]
    print(f"  numpy alone {least['numpy'] * 1e3:.0f} ms")
    print(f"  weft beyond it {beyond * 1e3:.0f} ms   (aim: at most {AIM * 1e3:.0f})")
    print(f"  weft.runtime alone {least['weft.runtime'] * 1e3:.0f} ms")
    report.save()


if __name__ == "__main__":
    main()
