"""A training step over two processes of one thread, beside PyTorch's DistributedDataParallel over
gloo, in the same run.

    python benchmarks/data_parallel.py --torch PYTHON [--rates 1gbit 10gbit] [--json results.json]
        [--networks resnet18 gpt] [--drivers gloo] [--rounds 7] [--steps 1]

`--torch` is a Python that has PyTorch; without it, Weft alone is measured. With `--rates` each
process is on a host of its own, a network namespace behind a wire of that rate (two_hosts.py). That
needs root. Without, both are on this host, and drivers may be "memory", too. Each process is pinned
to a processor, together with its threads that move bytes.

Every process has half of the batch that one process alone has. The processes of all competitors
take turns, for each network and rate. Columns:

- ms: a step of two processes, median, of the slower one
- of torch: its share of PyTorch's time in the same round, median (aim: 0.7)
- hidden: the share of the transfers' time in which the plan computed rather than waited, as the
  profile's tracks say (aim: 0.8 where compute suffices: where transfers take less than compute)
- efficiency: the time of one process with the whole batch, divided by twice that of two (aim: 0.9
  at 10 Gbit/s). Alone, a process has caches and memory to itself.
- wire: what one TCP stream moved a second before the rounds of this rate
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from side_by_side import machine
from training_rank import NETWORKS
from two_hosts import Hosts, RightsError, bits_of, measured, two_hosts
from weft.distributed import build

RANK = Path(__file__).resolve().parent / "training_rank.py"
DEFAULT = ["resnet18", "gpt"]


class Job:
    """The ranks of one competitor and network. They begin when it is made, and wait for orders."""

    def __init__(self, competitor: str, ranks: int, arguments: argparse.Namespace) -> None:
        self._key = uuid.uuid4().hex
        self.processes: list[subprocess.Popen[str]] = []
        framework, _, driver = competitor.partition(" ")
        network = arguments.network
        python = arguments.torch if framework == "torch" else sys.executable
        options = ["--rank-of", network, "--framework", framework, "--ranks", str(ranks)]
        options += ["--batch", str(NETWORKS[network][0] * 2 // ranks), "--key", self._key]
        if ranks > 1 and framework == "weft":
            options += ["--plugin", str(plugin(driver))]
            if arguments.plan:
                options += ["--plan", f"{arguments.plan}-{network}-{driver}.txt"]
        hosts: Hosts | None = arguments.hosts
        if hosts is not None and ranks > 1:
            options += ["--interface", hosts.interface]
        try:
            for rank in range(ranks):
                pinned = ["taskset", "-c", str(rank % (os.cpu_count() or 1))]
                before = hosts.on(rank) if hosts is not None and ranks > 1 else pinned
                self.processes.append(
                    subprocess.Popen(
                        [*before, python, str(RANK), *options, "--rank", str(rank)],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        text=True,
                        env={**os.environ, "OMP_NUM_THREADS": "1"},
                    )
                )
            if ranks > 1:
                self._say([self._hear(p) for p in self.processes])
            for process in self.processes:
                self._hear(process)
        except BaseException:
            self.end()
            raise

    def _say(self, value: Any) -> None:
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.write(json.dumps(value) + "\n")
            process.stdin.flush()

    def _hear(self, process: "subprocess.Popen[str]") -> Any:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("@"):
                return json.loads(line[1:])
        raise SystemExit(f"data_parallel: a rank ended before its time: {process.args}")

    def ask(self, order: Any) -> list[Any]:
        """What all ranks answer."""
        self._say(order)
        return [self._hear(process) for process in self.processes]

    def end(self) -> None:
        """Ends the ranks, also those that are in the middle of something."""
        for process in self.processes:
            try:
                process.communicate("null\n", timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        Path(f"/tmp/{self._key}").unlink(missing_ok=True)


def plugin(driver: str) -> Path:
    found = build.find(driver)
    return found if found is not None else build.build(driver)


@contextlib.contextmanager
def jobs_of(names: list[str], arguments: argparse.Namespace) -> Iterator[dict[Any, Job]]:
    """By competitor and number of ranks. One process alone is the same for all drivers."""
    jobs: dict[Any, Job] = {}
    try:
        for name in names:
            jobs[name, 2] = Job(name, 2, arguments)
            framework = name.split()[0]
            if (framework, 1) not in jobs:
                jobs[framework, 1] = Job(framework, 1, arguments)
        yield jobs
    finally:
        for job in jobs.values():
            job.end()


def rounds(jobs: dict[Any, Job], arguments: argparse.Namespace) -> dict[Any, list[float]]:
    """Milliseconds of a step, by job and round."""
    times: dict[Any, list[float]] = {key: [] for key in jobs}
    for _ in range(arguments.rounds):
        for key, job in jobs.items():
            times[key].append(1e3 * max(job.ask(arguments.steps)))
    return times


def rows(jobs: dict[Any, Job], arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Figures of each competitor, at the rate that the wire has now."""
    times = rounds(jobs, arguments)
    peers = times.get(("torch", 2))
    for (name, ranks), job in jobs.items():
        if ranks == 1:
            continue
        two, alone = times[name, 2], times[name.split()[0], 1]
        row: dict[str, Any] = {
            "competitor": name,
            "ms": statistics.median(two),
            "ms quartiles": statistics.quantiles(two, n=4),
            "alone ms": statistics.median(alone),
            "efficiency": statistics.median(a / (2 * t) for a, t in zip(alone, two, strict=True)),
        }
        if peers is not None:
            row["of torch"] = statistics.median(t / p for t, p in zip(two, peers, strict=True))
        if name != "torch":
            row |= job.ask("hidden")[0]
        yield row


def line(network: str, rate: str, row: dict[str, Any]) -> str:
    def figure(key: str, form: str) -> str:
        return format(row[key], form) if key in row else "-"

    return (
        f"{network:15} {rate or 'this host':9} {row['competitor']:12} {figure('ms', '.1f'):>8} "
        f"{figure('of torch', '.2f'):>8} {figure('hidden', '.2f'):>6} "
        f"{figure('efficiency', '.2f'):>10} {figure('transfers', '.1f'):>9} "
        f"{figure('waited', '.1f'):>7} {figure('alone ms', '.1f'):>8}"
    )


def compare(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """All networks and rates, line by line."""
    names = [f"weft {driver}" for driver in arguments.drivers]
    names += ["torch"] if arguments.torch else []
    print(
        f"{'':15} {'':9} {'':12} {'ms':>8} {'of torch':>8} {'hidden':>6} {'efficiency':>10} "
        f"{'transfers':>9} {'waited':>7} {'alone':>8}"
    )
    found = []
    for network in arguments.networks:
        arguments.network = network
        with jobs_of(names, arguments) as jobs:
            for rate in arguments.rates or [""]:
                wire = None
                if arguments.hosts is not None:
                    arguments.hosts.set_rate(rate)
                    time.sleep(0.1)
                    wire = measured(arguments.hosts)
                for job in jobs.values():
                    job.ask(1)
                for row in rows(jobs, arguments):
                    found.append({"network": network, "rate": rate, "wire": wire, **row})
                    print(line(network, rate, row), flush=True)
    return found


def rate(text: str) -> str:
    """A rate as the option takes it."""
    bits_of(text)
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--torch", help="a Python that has PyTorch")
    parser.add_argument("--networks", nargs="+", default=DEFAULT, choices=list(NETWORKS))
    parser.add_argument("--rates", nargs="+", type=rate, default=[], help="as 1gbit; needs root")
    parser.add_argument("--drivers", nargs="+", default=None, choices=["gloo", "memory"])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=1, help="of each competitor in a round")
    parser.add_argument("--plan", help="where plans are written: the beginning of files' names")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.drivers is None:
        arguments.drivers = ["gloo"] if arguments.rates else ["memory"]
    try:
        with two_hosts() if arguments.rates else contextlib.nullcontext() as arguments.hosts:
            found = compare(arguments)
    except (RightsError, LookupError) as missing:
        raise SystemExit(f"data_parallel: {missing}") from None
    if arguments.json:
        report = {"machine": machine(), "load": os.getloadavg()[0], "rows": found}
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
