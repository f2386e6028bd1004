"""A run of many ranks on paper: stragglers, failures, checkpoints, and what is left of a day.

Assumptions: times of ranks vary independently, by a log-normal distribution; a straggler is slow in
one step; a step ends when its slowest rank has; hosts fail independently and at a constant rate; a
failure costs the steps since the last checkpoint and the time to form again. Networks lose no
messages and do not slow each other down beyond what the cluster's links say.
"""

import math
from typing import NamedTuple

import numpy

from weft._base.options import require, require_whole
from weft.distributed._planning.cluster import Cluster
from weft.distributed._planning.splits import Prediction

_MOST_RANKS = 10_000


class Simulated(NamedTuple):
    """What became of a simulated run.

    seconds: of the whole run; step: the mean of a step, without failures; slowest: of a step
    failures: how many; lost: seconds of work done again, of waiting to form again, of writing
    efficiency: time that undisturbed ranks would take, as a share of `seconds`

    >>> from weft import distributed, gluon, np
    >>> net = gluon.nn.Dense(4, in_units=8)
    >>> net.initialize()
    >>> x, y = np.ones((32, 8)), np.zeros((32, 4))
    >>> cluster = distributed.Cluster(4, memory="1 GiB")
    >>> found = distributed.plan(net, x, y, loss=gluon.loss.L2Loss(), machines=cluster)
    >>> run = found.simulate(steps=100)
    >>> run.ranks, run.slowest >= run.step > 0, run.lost
    (4, True, 0.0)
    """

    ranks: int
    steps: int
    seconds: float
    step: float
    slowest: float
    failures: int
    lost: float
    efficiency: float


def simulate(
    prediction: Prediction,
    cluster: Cluster,
    *,
    steps: int = 1000,
    jitter: float = 0.02,
    stragglers: float = 0.0,
    slowdown: float = 2.0,
    host_failures: float = 0.0,
    reform_seconds: float = 10.0,
    checkpoint_steps: int = 100,
    checkpoint_seconds: float = 0.0,
    seed: int = 0,
) -> Simulated:
    """Runs `steps` steps of a predicted split on a cluster of up to 10,000 ranks.

    jitter: standard deviation of the logarithm of a rank's time
    stragglers: probability that a rank is slow in a step; slowdown: by this factor
    host_failures: of one host in an hour
    checkpoint_seconds: that writing one stops training

    Gives the same numbers for the same seed. Raises ValueError for more ranks, and for numbers
    outside of their range.

    >>> from weft import distributed, gluon, np
    >>> net = gluon.nn.Dense(4, in_units=8)
    >>> net.initialize()
    >>> x, y = np.ones((32, 8)), np.zeros((32, 4))
    >>> cluster = distributed.Cluster(4, memory="1 GiB")
    >>> best = distributed.plan(net, x, y, loss=gluon.loss.L2Loss(), machines=cluster).best
    >>> run = distributed.simulate(best, cluster, steps=100, stragglers=0.01)
    >>> run.steps, run.failures, 0 < run.efficiency <= 1
    (100, 0, True)
    """
    ranks = require_whole("simulate", "ranks", cluster.ranks, 1)
    require(ranks <= _MOST_RANKS, "simulate", "ranks", f"at most {_MOST_RANKS}", ranks)
    steps = require_whole("simulate", "steps", steps, 1)
    checkpoint_steps = require_whole("simulate", "checkpoint_steps", checkpoint_steps, 1)
    require(0 <= stragglers <= 1, "simulate", "stragglers", "in [0, 1]", stragglers)
    require(jitter >= 0, "simulate", "jitter", "0 or more", jitter)
    require(slowdown >= 1, "simulate", "slowdown", "1 or more", slowdown)
    require(host_failures >= 0, "simulate", "host_failures", "0 or more", host_failures)
    draw = numpy.random.default_rng(seed)
    times = numpy.empty(steps)
    for number in range(steps):
        factors = numpy.exp(draw.normal(0.0, jitter, ranks)) if jitter else numpy.ones(ranks)
        slow = draw.random(ranks) < stragglers
        worst = float(numpy.where(slow, factors * slowdown, factors).max())
        times[number] = prediction.compute * worst + prediction.exchange + prediction.idle * worst
    rate = host_failures * cluster.hosts / 3600  # a second
    done, clock, failures, lost = 0, 0.0, 0, 0.0
    next_failure = draw.exponential(1 / rate) if rate > 0 else math.inf
    while done < steps:
        if clock + times[done] > next_failure:
            again = done % checkpoint_steps
            wasted = float(times[done - again : done].sum()) + reform_seconds
            failures, lost = failures + 1, lost + wasted
            done -= again
            clock = next_failure + reform_seconds
            next_failure = clock + draw.exponential(1 / rate)
            if failures > 100 * steps:
                return Simulated(
                    ranks,
                    steps,
                    math.inf,
                    float(times.mean()),
                    float(times.max()),
                    failures,
                    math.inf,
                    0.0,
                )
            continue
        clock += float(times[done])
        done += 1
        if done % checkpoint_steps == 0:
            clock, lost = clock + checkpoint_seconds, lost + checkpoint_seconds
    ideal = steps * prediction.seconds
    return Simulated(
        ranks,
        steps,
        clock,
        float(times.mean()),
        float(times.max()),
        failures,
        lost,
        min(1.0, ideal / clock) if clock > 0 else 1.0,
    )


__all__ = ["Simulated", "simulate"]
