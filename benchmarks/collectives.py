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


def competitors(ranks: int, counts: list[str], folder: Path, torch: str | None, only: list[str]):
    """Name, name of what it is compared with or None, and how it runs."""
    driver = compiled(["c++", "-std=c++20", cli.cflags()], "driver.cpp", folder, "-ldl")
    numbers = [str(ranks), *counts]

    def is_wanted(*names: str) -> bool:
        return not only or any(name in only for name in names)

    def of_driver(plugin: Path) -> Competitor:
        return ranks_of(lambda rank, f: [driver, str(plugin), f, str(rank), *numbers])

    if is_wanted("weft memory"):
        yield "weft memory", None, of_driver(build.find("memory"))
    try:
        if is_wanted("gloo", "weft gloo"):
            plugin = build.build("gloo")
            own = compiled(["c++", "-std=c++17"], "gloo.cpp", folder, "-lgloo", "-lpthread")
            yield "gloo", None, ranks_of(lambda rank, f: [own, f, str(rank), *numbers])
            yield "weft gloo", "gloo", of_driver(plugin)
    except LookupError as missing:
        print(f"left out: {missing}")
    for family in ("openmpi", "mpich"):
        name = f"weft mpi ({family})"
        if not is_wanted(family, name):
            continue
        wrapper, launcher = f"mpicc.{family}", f"mpirun.{family}"
        try:
            plugin_mpi = str(build.build("mpi", compiler=wrapper))
        except LookupError as missing:
            print(f"left out: {family}: {missing}")
            continue
        own_mpi = [compiled([wrapper], "mpi.c", folder), *counts]
        arguments = [driver, plugin_mpi, "{}", "-1", *numbers]
        yield family, None, under_mpirun(launcher, lambda n, f, own=own_mpi: own)
        yield (
            name,
            family,
            under_mpirun(launcher, lambda n, f, a=arguments: [x.format(f) for x in a]),
        )
    if not torch:
        print("left out: torch.distributed; name a Python that has it with --torch")
    elif is_wanted("torch gloo"):
        script = str(PROGRAMS / "torch_gloo.py")
        yield "torch gloo", None, ranks_of(lambda rank, f: [torch, script, f, str(rank), *numbers])


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
    parser.add_argument(
        "--only", nargs="+", help="these competitors, and what each is compared with"
    )
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    counts = [str(LARGE_BYTES), str(given.large), str(given.small)]
    raw = {}
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, weft {cli.__version__}")
    print(f"{'':20} ranks   100 MB, seconds    4 bytes, us        of transport's own")
    print(f"{'':20}           best   median      best    median   bandw.  latency")
    for ranks in given.ranks:
        with tempfile.TemporaryDirectory() as programs:
            all_of = list(competitors(ranks, counts, Path(programs), given.torch, given.only or []))
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
