"""One framework with one workload, in a process of its own: sets up, writes its output, then takes
samples whenever it is told to.

    competitor.py <framework> <workload> <variant> <threads> <output.npy>

It answers each line on standard input with one JSON line: `sample <seconds>` with seconds per call,
of the clock and of the processor, of as many samples as fit; `allocated` and `arena`
with megabytes, where the framework tells (`running.Run`); the end of input ends it. Between, the
runner stops the process, so that no thread of it that spins takes time from the others.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy
from running import Run, UnsupportedError
from workloads import WORKLOADS, compared

SAMPLE = 0.02  # seconds, at least
SAMPLES = (3, 25)  # in a round


def resident(field: str) -> float:
    """MB of this process: VmRSS, or VmHWM for the peak since `forget_peak`."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", "utf-8")


def forget_setup() -> None:
    """Gives back what the set-up's arrays and outputs have left behind in malloc's heap."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _seconds(run: Run, calls: int) -> tuple[float, float]:
    """Of the clock, and of the processor in all threads."""
    begin, used = time.perf_counter(), time.process_time()
    for _ in range(calls):
        run.step()
    run.wait()
    return time.perf_counter() - begin, time.process_time() - used


class Sampler:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.calls = 0

    def _calibrate(self) -> None:
        self.calls = 1
        while (seconds := _seconds(self.run, self.calls)[0]) < SAMPLE / 2 and self.calls < 1 << 20:
            self.calls = max(2 * self.calls, int(self.calls * SAMPLE / max(seconds, 1e-9)))

    def samples(self, budget: float) -> list[tuple[float, float]]:
        """Seconds of a call, at least `SAMPLES[0]` of them. The first call of a round is not
        counted: other processes have run since the last one."""
        if not self.calls:
            self._calibrate()
        _seconds(self.run, 1)
        found, begin = [], time.perf_counter()
        while len(found) < SAMPLES[0] or (
            time.perf_counter() - begin < budget and len(found) < SAMPLES[1]
        ):
            clock, processor = _seconds(self.run, self.calls)
            found.append((clock / self.calls, processor / self.calls))
        return found


def _processor_seconds() -> tuple[float, float]:
    """Of the whole machine, and of this process."""
    fields = Path("/proc/stat").read_text("utf-8").split("\n", 1)[0].split()[1:8]
    user, nice, system, _, _, irq, softirq = map(int, fields)
    own = os.times()
    busy = (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")
    return busy, own.user + own.system


def prepared(framework: str, name: str, variant: str, threads: int, output: Path) -> dict[str, Any]:
    """Sets up and writes the output; the run itself is under "run"."""
    before = resident("VmRSS")
    begin = time.perf_counter()
    adapter = importlib.import_module(f"on_{framework}")
    imported = time.perf_counter()
    imported_mb = resident("VmRSS")
    run = adapter.create(name, variant, threads)
    ready = time.perf_counter()
    numpy.save(output, compared(name, numpy.asarray(run.output(), numpy.float32)))
    forget_setup()
    return {
        "run": run,
        "version": str(adapter.version),
        "import_seconds": imported - begin,
        "setup_seconds": ready - imported,
        "first_output_seconds": time.perf_counter() - ready,
        "start_mb": before,
        "imported_mb": imported_mb,
    }


def main() -> None:
    framework, name, variant, threads, output = sys.argv[1:]
    # Before a framework is imported: some count processors then.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(threads)])
    # What libraries print shall not get between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(**content: Any) -> None:
        answers.write(json.dumps(content) + "\n")

    assert name in WORKLOADS
    try:
        state = prepared(framework, name, variant, int(threads), Path(output))
    except (UnsupportedError, ImportError) as error:
        answer(missing=str(error))
        return
    except Exception as error:
        answer(failed=f"{type(error).__name__}: {error}"[:400])
        raise
    run = state.pop("run")
    sampler = Sampler(run)
    answer(**state, peak_mb=resident("VmHWM"))
    for line in sys.stdin:
        question = line.split()[0]
        if question != "sample":
            told = getattr(run, question)
            answer(**{f"{question}_mb": told() / 1e6 if told else None})
            continue
        forget_peak()
        begin, busy = time.perf_counter(), _processor_seconds()
        samples = sampler.samples(float(line.split()[1]))
        after, wall = _processor_seconds(), time.perf_counter() - begin
        own = after[1] - busy[1]
        others = max(0.0, after[0] - busy[0] - own) / wall / (os.cpu_count() or 1)
        answer(
            samples=[clock for clock, _ in samples],
            processor=[processor for _, processor in samples],
            others=round(others, 3),
            peak_mb=resident("VmHWM"),
        )
    os._exit(0)  # some frameworks take seconds to take themselves down, or crash


if __name__ == "__main__":
    main()
