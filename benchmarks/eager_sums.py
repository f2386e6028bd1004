"""Eager steps of two or more processes: sums of gradients that begin while the backward pass runs,
and sums at the step, in turns.

    weft launch -n 2 benchmarks/eager_sums.py [results.json] [--samples 15] [--units 1024]

Every process trains dense layers on its own batch, by `record`, `backward` and `trainer.step`.
Figures of rank 0: milliseconds a step, median and quartiles; and "inside", the share of the
transfers' time (the profile's track of transfers) that lies inside the backward pass. Results of
both ways have the same bits, which is checked first.
"""

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

from weft import autograd, distributed, gluon, np, profiler
from weft.gluon import nn

WARM = 3


def step_of(units: int, layers: int, batch: int, overlap: bool) -> tuple[Any, Any]:
    """A function that makes one step, and the network."""
    np.random.seed(1)
    net = nn.HybridSequential(
        *[nn.Dense(units, activation="relu", in_units=units) for _ in range(layers)]
    )
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync", overlap=overlap)
    x = np.random.normal(size=(batch, units))

    def step() -> None:
        with autograd.record():
            loss = (net(x) ** 2).mean(axis=1)
        loss.backward()
        trainer.step(batch)

    return step, net


def share_inside(step: Any) -> float:
    """Of the time of transfers, what lies inside the backward pass."""
    with profiler.profile() as profile:
        step()
    passes = [(e.begin, e.begin + e.duration) for e in profile.events if e.kind == "backward"]
    moved = inside = 0.0
    for event in profile.events:
        if event.thread.startswith("transfers of"):
            end = event.begin + event.duration
            moved += event.duration
            inside += sum(max(0.0, min(end, b) - max(event.begin, a)) for a, b in passes)
    return inside / moved if moved else 0.0


def main() -> None:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", nargs="?", type=Path)
    parser.add_argument("--samples", type=int, default=15)
    parser.add_argument("--units", type=int, default=1024)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--batch", type=int, default=128)
    given = parser.parse_args()
    distributed.init()
    ways = {
        name: step_of(given.units, given.layers, given.batch, overlap)
        for name, overlap in (("early", True), ("at the step", False))
    }
    for step, _ in ways.values():
        for _ in range(WARM):
            step()
    first, second = (net.collect_params().values() for _, net in ways.values())
    for mine, theirs in zip(first, second, strict=True):
        if not bool((mine.data() == theirs.data()).all()):
            raise SystemExit("eager_sums: the two ways differ")
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(given.samples):
        for name, (step, _) in ways.items():
            distributed.barrier()
            begin = time.perf_counter()
            step()
            times[name].append((time.perf_counter() - begin) * 1e3)
    inside = {name: share_inside(step) for name, (step, _) in ways.items()}
    if distributed.rank() == 0:
        report(times, inside, given)


def report(times: dict[str, list[float]], inside: dict[str, float], given: Any) -> None:
    """Prints the table, and writes the numbers where a file was named."""
    for name, values in times.items():
        low, middle, high = statistics.quantiles(values, n=4)
        print(f"{name}: {middle:.1f} ms ({low:.1f} to {high:.1f}), inside {inside[name]:.0%}")
    if given.results is not None:
        options = {key: value for key, value in vars(given).items() if key != "results"}
        found = {"ranks": distributed.size(), "options": options, "ms": times, "inside": inside}
        given.results.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
