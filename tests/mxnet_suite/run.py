"""Runs MXNet's own unit tests on `weft.mxnet` and says what passes: `make test-mxnet`.

    python tests/mxnet_suite/run.py CHECKOUT [FILE ...]

CHECKOUT is a checkout of apache/mxnet, of 1.x or 2.0; its `tests/python/unittest` is run. Nothing
of it is in this repository. Each file runs in a process of its own. What counts is a function of
the suite: it passes when none of its cases fails and one at least runs. `expected_2.txt` and
`expected_1.txt` name those that are not expected to pass, by reason; those that MXNet's own last
wheel fails, and those that download, do not count. The exit status is 1 where another one fails.

`--real PYTHON` runs an interpreter that has MXNet itself, which says what its wheel passes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Under headings of `expected_*.txt` that begin so, functions do not count.
_UNCOUNTED = "Not counted"


def expectations(path: Path) -> dict[str, str]:
    """The reason for each function that a list names; headings are comments above the names."""
    reasons: dict[str, str] = {}
    heading: list[str] = []
    ended = True
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("#"):
            heading = [*([] if ended else heading), line.lstrip("# ")]
            ended = False
        elif line.strip():
            ended = True
            reasons[line.strip()] = " ".join(heading)
        else:
            ended = True
    return reasons


def is_old(folder: Path) -> bool:
    """Is it the suite of 1.x? Modules went with 2.0."""
    return (folder / "test_module.py").exists()


def run(path: Path, python: str, options: argparse.Namespace) -> dict[str, Counter[str]] | None:
    """What became of the cases of each function of a file; None where its process died."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "results.json")
        environment = dict(os.environ)
        environment |= {
            "MXNET_SUITE_RESULTS": str(results),
            "MXNET_SUITE_LIMIT": str(options.limit),
            "MXNET_SUITE_REAL": "1" if options.real else "",
            "PYTHONPATH": os.pathsep.join([str(HERE), *_search_path()]),
        }
        command = [python, "-m", "pytest", "-q", "-p", "suite_plugin", "-p", "no:cacheprovider"]
        command += ["--tb=short", "--disable-warnings", path.name, *options.pytest]
        done = subprocess.run(
            command, cwd=path.parent, env=environment, text=True, capture_output=True, check=False
        )
        if options.output:
            Path(options.output, f"{path.stem}.txt").write_text(done.stdout + done.stderr, "utf-8")
        if not results.exists():
            return None
        text = results.read_text("utf-8")
        if options.output:
            Path(options.output, f"{path.stem}.json").write_text(text, "utf-8")
    return {name: Counter(counts) for name, counts in json.loads(text).items()}


def _search_path() -> list[str]:
    """The folders of PYTHONPATH; the suite runs in a folder of its own."""
    return [os.path.abspath(part) for part in os.environ.get("PYTHONPATH", "").split(os.pathsep)]


def state(counts: Counter[str]) -> str:
    """What became of a function: 'failed', 'passed' or 'skipped'."""
    return next((one for one in ("failed", "passed") if counts[one]), "skipped")


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Runs MXNet's unit tests on weft.mxnet.")
    parser.add_argument("checkout", type=Path, help="a checkout of apache/mxnet")
    parser.add_argument("files", nargs="*", help="files of the suite; all by default")
    parser.add_argument("--real", metavar="PYTHON", help="an interpreter with MXNet itself")
    parser.add_argument("--limit", type=int, default=120, help="seconds that a test may take")
    parser.add_argument(
        "--output", metavar="FOLDER", help="where pytest's output of each file goes"
    )
    parser.add_argument("--pytest", nargs="*", default=[], help="further options of pytest")
    return parser.parse_args()


def main() -> int:
    """Runs the files, prints a line for each and the sum; gives the exit status."""
    options = arguments()
    folder = options.checkout / "tests" / "python" / "unittest"
    files = [folder / name for name in options.files] or sorted(folder.glob("test_*.py"))
    if not files or not all(path.exists() for path in files):
        print(f"{folder} has no such tests; MXNET_TESTS must be a checkout of apache/mxnet")
        return 2
    reasons = expectations(HERE / f"expected_{1 if is_old(folder) else 2}.txt")
    total: Counter[str] = Counter()
    by_reason: Counter[str] = Counter()
    surprises: list[str] = []
    for path in files:
        found = run(path, options.real or sys.executable, options)
        here: Counter[str] = Counter()
        if found is None:
            surprises.append(f"{path.name}: the process ended without results")
        for function, counts in (found or {}).items():
            name, became = f"{path.name}::{function}", state(counts)
            reason = reasons.get(name, "")
            if options.real:
                print(f"{became} {name}")
            elif became != "passed" and reason:
                by_reason[reason] += 1
            elif became == "failed":
                surprises.append(f"{name}: fails")
            if became == "passed" and reason and not reason.startswith(_UNCOUNTED):
                surprises.append(f"{name}: passes; take it from the list")
            if not reason.startswith(_UNCOUNTED):
                here[became] += 1
        total += here
        print(
            f"{path.name}: {here['passed']} of {here['passed'] + here['failed']} pass", flush=True
        )
    print(f"\n{total['passed']} of {total['passed'] + total['failed']} functions that count pass")
    if not options.real:
        print("".join(f"\n{count}: {reason}" for reason, count in by_reason.items()))
        print("".join(f"\nUnexpected: {one}" for one in surprises))
    return 1 if surprises and not options.real else 0


if __name__ == "__main__":
    sys.exit(main())
