"""Operators one by one, beside PyTorch's, eagerly on two threads, forward and backward.

    python benchmarks/operators.py [word...] [results.json]

Every row of operator_cases.py whose group or name has one of the words. Results are compared before
times. Each library is a process (operator_worker.py), stopped while the other is timed. At the end
come the geometric mean of each group's ratios and the rows where PyTorch is ahead.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from operator_cases import CASES
from side_by_side import Report
from stopped_process import StoppedProcess

HERE = Path(__file__).resolve().parent
PEER = HERE.parent / "build" / "peers" / "bin" / "python"
THREADS, LIMIT, SAMPLE, ROUNDS = "2", 300.0, 0.004, 9


def started(python: str, who: str, folder: str) -> StoppedProcess:
    variables = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "WEFT_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(variables, THREADS)}
    return StoppedProcess([python, str(HERE / "operator_worker.py"), who, folder], environment)


def measure(report: Report, workers: dict[str, StoppedProcess], index: int) -> float | None:
    """The ratio of the best times."""
    case = CASES[index]
    what = f"{case.group}: {case.name}{', both ways' if case.gradient else ''}"
    for who, worker in workers.items():
        answer = worker.ask(f"prepare {index} {SAMPLE}", LIMIT)
        if "failed" in answer:
            print(f"  {what}: {who} failed: {answer['failed']}")
            return None
    samples: dict[str, list[float]] = {who: [] for who in workers}
    for _ in range(ROUNDS):
        for who, found in samples.items():
            found += workers[who].ask("sample 1", LIMIT)["samples"]
    report.add(what, samples, "torch")
    return min(samples["weft"]) / min(samples["torch"])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "words", nargs="*", help="of groups and names; the last may be results.json"
    )
    words = [a for a in parser.parse_args().words if not a.endswith(".json")]
    os.environ["WEFT_NUM_THREADS"] = THREADS
    report = Report("Operators: eager, two threads")
    if not PEER.exists():
        report.missing("torch")
        return 0
    ratios: dict[str, list[tuple[float, str]]] = {}
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        workers = {
            "torch": started(str(PEER), "torch", folder),
            "weft": started(sys.executable, "weft", folder),
        }
        try:
            for index, case in enumerate(CASES):
                if words and not any(word in f"{case.group} {case.name}" for word in words):
                    continue
                ratio = measure(report, workers, index)
                failed |= ratio is None
                if ratio is not None:
                    both = ", both ways" if case.gradient else ""
                    ratios.setdefault(case.group, []).append((ratio, case.name + both))
        finally:
            for worker in workers.values():
                worker.close()
    print("\nweft / torch, geometric mean of each group; rows where torch is ahead")
    for group, found in ratios.items():
        mean = statistics.geometric_mean(ratio for ratio, _ in found)
        behind = [f"{name} {ratio:.2f}" for ratio, name in sorted(found, reverse=True) if ratio > 1]
        print(f"  {group:12} {mean:5.2f}   {'; '.join(behind)}")
    report.save()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
