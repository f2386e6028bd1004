"""all_reduce by each driver of collectives, beside what its transport does by itself.

    python benchmarks/collectives.py [--ranks 2 4] [--rounds 5] [--json results.json]

Ranks are processes of this machine. A round runs every competitor once, one after another, so that
all see the same machine; the first column of seconds is the best of all rounds, the second the
median. Aims: at least 0.95 of the transport's bandwidth for 100 MB of float32, at most 1.2 times
its latency for 4 bytes. What is not installed is left out with a line.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from weft import cli
from weft.distributed import build

PROGRAMS = Path(__file__).resolve().parent / "collectives"
LARGE_BYTES = 100_000_000
BANDWIDTH, LATENCY = 0.95, 1.2
# Open MPI refuses root and more ranks than processors, and binds ranks that then share one.
MPI = os.environ | {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
}

Times = dict[str, list[float]]
Competitor = Callable[[int, str], Times]


def parsed(text: str) -> Times:
    times: Times = {"large": [], "small": []}
    for line in text.splitlines():
        kind, seconds = line.split()
        times[kind].append(float(seconds))
    return times


def ranks_of(command: Callable[[int, str], list[str]]) -> Competitor:
    """Starts a process for each rank, and reads what the first one prints."""

    def run(ranks: int, folder: str) -> Times:
        processes = [
            subprocess.Popen(command(rank, folder), stdout=subprocess.PIPE, text=True)
            for rank in range(ranks)
        ]
        texts = [process.communicate(timeout=600)[0] for process in processes]
        if any(process.returncode for process in processes):
            raise SystemExit(f"a rank of {command(0, folder)[0]} failed")
        return parsed(texts[0])

    return run


def under_mpirun(launcher: str, command: Callable[[int, str], list[str]]) -> Competitor:
    def run(ranks: int, folder: str) -> Times:
        done = subprocess.run(
            [launcher, "-n", str(ranks), *command(ranks, folder)],
            env=MPI,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=600,
        )
        return parsed(done.stdout)

    return run


def compiled(command: list[str], source: str, folder: Path, *libraries: str) -> str:
    program = folder / source.replace(".", "_")
    subprocess.run(
        [*command, "-O2", str(PROGRAMS / source), "-o", str(program), *libraries], check=True
    )
    return str(program)


def competitors(ranks: int, counts: list[str], folder: Path, torch: str | None):
    """Name, name of what it is compared with or None, and how it runs."""
    driver = compiled(["c++", "-std=c++20", cli.cflags()], "driver.cpp", folder, "-ldl")
    memory = str(build.find("memory"))
    one_host = ranks_of(lambda r, f: [driver, memory, f, str(r), str(ranks), *counts])
    found: list[tuple[str, str | None, Competitor]] = [("weft memory", None, one_host)]
    try:
        plugin = str(build.build("gloo"))
        own = compiled(["c++", "-std=c++17"], "gloo.cpp", folder, "-lgloo", "-lpthread")
        found += [
            ("gloo", None, ranks_of(lambda r, f: [own, f, str(r), str(ranks), *counts])),
            (
                "weft gloo",
                "gloo",
                ranks_of(lambda r, f: [driver, plugin, f, str(r), str(ranks), *counts]),
            ),
        ]
    except LookupError as missing:
        print(f"left out: {missing}")
    for family in ("openmpi", "mpich"):
        try:
            wrapper, launcher = f"mpicc.{family}", f"mpirun.{family}"
            plugin_mpi = str(build.build("mpi", compiler=wrapper))
            own_mpi = compiled([wrapper], "mpi.c", folder)
        except LookupError as missing:
            print(f"left out: {family}: {missing}")
            continue
        arguments = [driver, plugin_mpi, "{}", "-1", str(ranks), *counts]
        found += [
            (family, None, under_mpirun(launcher, lambda n, f, p=own_mpi: [p, *counts])),
            (
                f"weft mpi ({family})",
                family,
                under_mpirun(launcher, lambda n, f, a=arguments: [x.format(f) for x in a]),
            ),
        ]
    if torch:
        script = str(PROGRAMS / "torch_gloo.py")
        found.append(
            (
                "torch gloo",
                None,
                ranks_of(lambda r, f: [torch, script, f, str(r), str(ranks), *counts]),
            )
        )
    else:
        print("left out: torch.distributed; name a Python that has it with --torch")
    return found


def row(name: str, times: Times, other: Times | None, ranks: int) -> str:
    large, small = min(times["large"]), min(times["small"])
    text = (
        f"{name:20} {ranks:5} {large:8.3f} {statistics.median(times['large']):8.3f} "
        f"{small * 1e6:9.1f} {statistics.median(times['small']) * 1e6:9.1f}"
    )
    if other:
        share, ratio = min(other["large"]) / large, small / min(other["small"])
        reached = share >= BANDWIDTH and ratio <= LATENCY
        text += f"   {share:5.2f} {ratio:8.2f}  {'reached' if reached else 'NOT REACHED'}"
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ranks", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", type=int, default=4, help="all_reduces of 100 MB in a round")
    parser.add_argument("--small", type=int, default=1000, help="those of 4 bytes")
    parser.add_argument("--torch", help="a Python that has torch")
    parser.add_argument("--only", nargs="+", help="competitors by name")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    counts = [str(LARGE_BYTES), str(given.large), str(given.small)]
    raw = {}
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, weft {cli.__version__}")
    print(f"{'':20} ranks   100 MB, seconds    4 bytes, us        of transport's own")
    print(f"{'':20}           best   median      best    median   bandw.  latency")
    for ranks in given.ranks:
        with tempfile.TemporaryDirectory() as programs:
            all_of = competitors(ranks, counts, Path(programs), given.torch)
            if given.only:
                all_of = [one for one in all_of if one[0] in given.only]
            times: dict[str, Times] = {name: {"large": [], "small": []} for name, _, _ in all_of}
            for _ in range(given.rounds):
                for name, _, run in all_of:
                    with tempfile.TemporaryDirectory() as folder:
                        for kind, seconds in run(ranks, folder).items():
                            times[name][kind] += seconds
            for name, other, _ in all_of:
                print(row(name, times[name], times.get(other or ""), ranks), flush=True)
            raw[str(ranks)] = times
    if given.json:
        facts = {"processors": os.cpu_count(), "load": os.getloadavg()[0], "python": sys.version}
        given.json.write_text(json.dumps({"machine": facts, "times": raw}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
