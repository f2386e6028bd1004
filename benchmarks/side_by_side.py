"""What the benchmark scripts share: interleaved timing, the machine's description, the report.

A competitor is a function of no arguments. All are warmed up, then take turns; each sample is as
many calls as fit into `SAMPLE` seconds. A peer that is not installed is printed as missing.
"""

import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from weft._core import native

SAMPLE = 0.02
SAMPLES = 31


def machine() -> dict[str, str]:
    """Commit, processor, instruction set, threads: what a figure means nothing without."""
    root = Path(__file__).resolve().parents[1]
    commit = subprocess.run(
        ["git", "-C", str(root), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if line.startswith("model name")
    ]
    return {
        "commit": commit or "unknown",
        "processor": models[0] if models else platform.processor(),
        "isa": native.info("isa") or "",
        "threads": str(native.num_threads()),
        "build": native.info("build") or "",
        "python": platform.python_version(),
    }


def _calls_per_sample(function: Callable[[], object], length: float) -> int:
    calls = 1
    while True:
        begin = time.perf_counter()
        for _ in range(calls):
            function()
        seconds = time.perf_counter() - begin
        if seconds >= length / 4 or calls >= 1_000_000:
            return max(1, int(calls * length / max(seconds, 1e-9)))
        calls *= 4


def interleaved(
    competitors: dict[str, Callable[[], object]], length: float = SAMPLE, count: int = SAMPLES
) -> dict[str, list[float]]:
    """Seconds of one call, a list of samples for each competitor."""
    calls = {name: _calls_per_sample(function, length) for name, function in competitors.items()}
    samples: dict[str, list[float]] = {name: [] for name in competitors}
    for _ in range(count):
        for name, function in competitors.items():
            repeat = range(calls[name])
            begin = time.perf_counter()
            for _ in repeat:
                function()
            samples[name].append((time.perf_counter() - begin) / calls[name])
    return samples


class Report:
    """Prints ratios to a baseline as they come, and everything as JSON at the end."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.rows: list[dict[str, Any]] = []
        self.machine = machine()
        described = ", ".join(f"{key} {value}" for key, value in self.machine.items())
        print(f"{title} ({described})")

    def compare(
        self,
        what: str,
        competitors: dict[str, Callable[[], object]],
        baseline: str,
        aim: float | None = None,
        per: int = 1,
        length: float = SAMPLE,
        count: int = SAMPLES,
    ) -> None:
        """Times the competitors; `per` divides a call that does several of the same. `count`
        samples of each are `length` seconds long."""
        self.add(what, interleaved(competitors, length, count), baseline, aim, per)

    def add(
        self,
        what: str,
        taken: dict[str, list[float]],
        baseline: str,
        aim: float | None = None,
        per: int = 1,
    ) -> None:
        """Prints the samples of competitors, in seconds, and keeps them."""
        for name, samples in taken.items():
            low, median, high = statistics.quantiles(samples, n=4)
            row = {"what": what, "who": name, "median": median / per, "best": min(samples) / per}
            self.rows.append({**row, "quartiles": [low / per, high / per]})
        base, best_base = self._row(what, baseline)
        for name in taken:
            median, best = self._row(what, name)
            text = f"  {what:34} {name:12} {_seconds(median):>10}"
            if name != baseline:
                text += f"   {median / base:6.2f} x {baseline}, best {best / best_base:.2f} x"
                if aim is not None and name == "weft":
                    text += f"   (aim: at most {aim:.3g})"
            print(text)

    def _row(self, what: str, who: str) -> tuple[float, float]:
        """Median and best; other work on the machine moves the best least."""
        row = next(row for row in self.rows if (row["what"], row["who"]) == (what, who))
        return float(row["median"]), float(row["best"])

    def missing(self, peer: str) -> None:
        """Says that a peer is not installed."""
        print(f"  {peer}: missing; `make bench-peers` installs it")

    def save(self) -> None:
        """Writes the JSON to the file that the last argument names, if one is given."""
        if len(sys.argv) > 1 and sys.argv[-1].endswith(".json"):
            content = {"title": self.title, "machine": self.machine, "rows": self.rows}
            Path(sys.argv[-1]).write_text(json.dumps(content, indent=1), "utf-8")


def _seconds(value: float) -> str:
    for unit, scale in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"
