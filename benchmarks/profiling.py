"""What a profile costs: the same work without and with one.

    python benchmarks/profiling.py [results.json]

Four programs: a training step of a network as a plan, its forward as eager code, an epoch of
`Model.fit` with its waits for batches, and eager additions so short that the profile is all there
is to see. Runs of both alternate; the minimum of each counts, in seconds of the processor, which
other programs do not lengthen. Aim: at most 5 % more for the first three.
"""

import time
from collections.abc import Callable

import weft
from side_by_side import Report
from weft import autograd, np, profiler
from weft.gluon import nn

ROUNDS = 15
AIM = 1.05
WIDTH, BATCH = 512, 128


def network() -> nn.HybridSequential:
    net = nn.HybridSequential()
    for _ in range(4):
        net.add(nn.Dense(WIDTH, activation="relu"), nn.LayerNorm())
    net.add(nn.Dense(10))
    net.initialize()
    return net


def training() -> Callable[[], None]:
    """Steps of a hybridized network."""
    net, x = network(), np.ones((BATCH, WIDTH))
    net.hybridize()

    def run() -> None:
        for _ in range(10):
            with autograd.record():
                loss = (net(x) ** 2).mean()
            loss.backward()

    return run


def eager() -> Callable[[], None]:
    """The forward, operator by operator."""
    net, x = network(), np.ones((BATCH, WIDTH))

    def run() -> None:
        for _ in range(20):
            net(x)

    return run


def fitting() -> Callable[[], None]:
    """An epoch over 1,280 samples, one plan for each of its batches."""
    model = weft.Model(network(), "softmax_cross_entropy", "adam", ["accuracy"])
    x = np.ones((10 * BATCH, WIDTH))
    y = np.zeros(10 * BATCH, dtype="int64")

    def run() -> None:
        model.fit(x, y, BATCH, verbose=0)

    return run


def short_calls() -> Callable[[], None]:
    """10,000 additions of 16 elements."""
    x = np.ones(16)

    def run() -> None:
        for _ in range(10_000):
            x + x

    return run


def seconds(function: Callable[[], None]) -> float:
    begin = time.process_time()
    function()
    return time.process_time() - begin


def compare(function: Callable[[], None]) -> tuple[float, float, int]:
    """Seconds without and with a profile, and how many events that had."""
    function()
    without, within, events = [], [], 0
    for _ in range(ROUNDS):
        without.append(seconds(function))
        p = profiler.profile()
        p.start()
        within.append(seconds(function))
        p.stop()
        events = len(p.events)
    return min(without), min(within), events


def main() -> None:
    report = Report("profiling")
    for work in (training, eager, fitting, short_calls):
        without, within, events = compare(work())
        each = (within - without) / events * 1e9
        for who, minimum in (("without", without), ("profiled", within)):
            report.rows.append({"what": work.__name__, "who": who, "minimum": minimum})
        figures = f"{without * 1e3:8.2f} ms, profiled {within * 1e3:8.2f} ms"
        ratio = f"{within / without:.3f}, {events} events of {each:.0f} ns"
        print(f"  {work.__name__:12} {figures}: {ratio}")
    print(f"  aim: at most {AIM}, but for short calls")
    report.save()


if __name__ == "__main__":
    main()
