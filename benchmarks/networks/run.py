"""Networks side by side: Weft and its peers, each in a process of its own, in interleaved rounds.

    run.py [--best] [--aims] [--threads 2 1] [--workloads NAME...] [--frameworks NAME...]
           [--rounds N] [--seconds S] [--isa avx2|avx2_vnni] [--json FILE]

For each workload all competitors are set up, their outputs are compared with a reference, and only
then they take turns. Best and median are over all rounds. Without --best every variant of every
framework is measured. --isa is for all that can be told to use no instruction beyond that set; what
is faster than its ceiling has not obeyed, and fails.
"""

import argparse
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent))
import files  # noqa: E402
import report  # noqa: E402
from frameworks import (  # noqa: E402
    FORCED,
    REFERENCES,
    ROOT,
    WEFT,
    environment,
    force,
    forced,
    variants,
)
from processes import Competitor  # noqa: E402
from side_by_side import machine  # noqa: E402
from workloads import WORKLOADS, Workload  # noqa: E402

KEPT = ROOT / "build" / "networks"  # models, outputs, caches of compilers
MEMORY = ("read", "copy")  # ceilings that change from minute to minute


def build_ceilings() -> Path:
    program = KEPT / "ceilings"
    options = ["-std=c++20", "-O3", "-march=native", "-pthread"]
    source = str(HERE / "ceilings.cpp")
    subprocess.run(["c++", *options, source, "-o", str(program)], check=True)
    return program


def ceilings(program: Path, threads: int, so_far: dict[str, float]) -> dict[str, float]:
    """GFLOP/s by precision, the highest of this run, because others use the machine, too; and what
    memory gives now: GB/s of reading and copying."""
    out = subprocess.run(
        [str(program), str(threads), *filter(None, [forced()])], check=True, capture_output=True
    )
    now = json.loads(out.stdout)
    return now | {key: max(now[key], so_far.get(key, 0)) for key in now if key not in MEMORY}


def nanoseconds_of_line(program: Path) -> float:
    """What a cache line takes now to another thread and back."""
    out = subprocess.run([str(program), "line"], check=True, capture_output=True)
    return json.loads(out.stdout)["line"]


def write_models(names: list[str], threads: int) -> None:
    """The files that peers load, where the framework that writes them is installed."""
    from frameworks import LITERT, ONNXRUNTIME, OPENVINO

    readers = {"onnx": (ONNXRUNTIME, (ONNXRUNTIME, OPENVINO)), "tflite": (LITERT, (LITERT,))}
    for kind, (writer, users) in readers.items():
        wanted = {
            WORKLOADS[name].reference if WORKLOADS[name].precision == "bfloat16" else name
            for name in names
            if any(name in user.variants for user in users)
        }
        if writer.is_installed:
            files.make(writer.python, kind, sorted(wanted), environment(threads, KEPT))
    write_own([name for name in names if "file" in WEFT.variants.get(name, ())], threads)


def write_own(names: list[str], threads: int) -> None:
    """Weft's files, always anew: they belong to the library that is built."""
    for name in names:
        files.model(name, "weft").unlink(missing_ok=True)
    files.make(WEFT.python, "weft", names, environment(threads, KEPT))


def reference(workload: Workload, threads: int) -> tuple[str, numpy.ndarray] | None:
    """Who gave it, and the output in float32; kept for the next run."""
    name = workload.reference
    for framework in REFERENCES:
        if not framework.is_installed or name not in framework.variants:
            continue
        path = files.folder() / f"{name}-{framework.name}.npy"
        if not path.exists():
            competitor = Competitor(framework, name, framework.variants[name][0], threads, KEPT)
            competitor.close()
            if not competitor.output.exists():
                continue
            competitor.output.rename(path)
        return framework.name, numpy.load(path)
    return None


def compared(competitor: Competitor, workload: Workload, wanted: numpy.ndarray | None) -> None:
    """Writes the relative error into the state; what is outside the tolerance is not timed."""
    if not competitor.is_ready or wanted is None:
        return
    found = numpy.load(competitor.output)
    if found.size != wanted.size:
        error = float("inf")
    else:
        gap = numpy.abs(found.reshape(wanted.shape) - wanted).max()
        error = float(gap / max(numpy.abs(wanted).max(), 1e-12))
    competitor.state["error"] = error
    if not error <= workload.tolerance:
        competitor.close()
        competitor.state["failed"] = (
            f"disagrees: {error:.2g} of the largest output, allowed {workload.tolerance}"
        )


def measured(
    workload: Workload, threads: int, options: argparse.Namespace, program: Path
) -> list[dict[str, Any]]:
    """The rows of one workload."""
    found = reference(workload, threads)
    competitors = []
    try:
        chosen = set(options.frameworks)
        for framework, variant in variants(workload.name, options.best, chosen):
            competitor = Competitor(framework, workload.name, variant, threads, KEPT)
            competitors.append(competitor)
            compared(competitor, workload, found[1] if found else None)
        ready = [competitor for competitor in competitors if competitor.is_ready]
        for number in range(options.rounds):
            for competitor in ready[:: -1 if number % 2 else 1]:
                if competitor.is_ready:
                    competitor.sample(options.seconds)
                if threads > 1 and competitor.is_ready:
                    competitor.rounds[-1]["line"] = nanoseconds_of_line(program)
        return [report.row(workload, threads, competitor) for competitor in competitors]
    finally:
        for competitor in competitors:
            competitor.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--best", action="store_true", help="the peers' best known variants only")
    parser.add_argument("--threads", nargs="+", type=int, default=[2, 1])
    parser.add_argument("--workloads", nargs="+", default=list(WORKLOADS), metavar="NAME")
    parser.add_argument("--aims", action="store_true", help="only workloads that have an aim")
    parser.add_argument("--frameworks", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.6, help="of a round")
    parser.add_argument("--isa", choices=FORCED)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    unknown = set(options.workloads) - set(WORKLOADS)
    if unknown:
        parser.error(f"no workload {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}")
    if options.aims:
        options.workloads = [name for name in options.workloads if WORKLOADS[name].has_aim]
    return options


def main() -> int:
    options = arguments()
    # However it is ended, the competitors, which may be stopped, are ended with it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(1))
    KEPT.mkdir(parents=True, exist_ok=True)
    files.use(KEPT)
    about = machine()
    if options.isa:
        force(options.isa)
        about["isa"] = options.isa
    print("Networks (" + ", ".join(f"{key} {value}" for key, value in about.items()) + ")")
    content: dict[str, Any] = {"machine": about, "ceilings": {}, "rows": []}
    write_models(options.workloads, max(options.threads))
    program = build_ceilings()
    for threads in options.threads:
        limits = ceilings(program, threads, {})
        print(f"\n{threads} threads; ceilings: {report.ceilings_text(limits)}", flush=True)
        for name in options.workloads:
            limits = content["ceilings"][str(threads)] = ceilings(program, threads, limits)
            rows = measured(WORKLOADS[name], threads, options, program)
            if options.isa:
                report.refuse_impossible(WORKLOADS[name], rows, limits)
            content["rows"] += rows
            report.show(WORKLOADS[name], rows, limits)
            if options.json:
                options.json.write_text(json.dumps(content, indent=1), "utf-8")
    return int(any("disagrees" in row.get("failed", "") for row in content["rows"]))


if __name__ == "__main__":
    sys.exit(main())
