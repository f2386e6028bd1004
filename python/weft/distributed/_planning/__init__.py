"""How to split a network over ranks: `plan` measures it here and predicts time and memory of every
split; `simulate` runs a split on up to 10,000 ranks on paper.
"""

from collections.abc import Callable
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft.distributed._planning.cluster import Cluster, Link
from weft.distributed._planning.costs import Costs, measure
from weft.distributed._planning.links import measure_link
from weft.distributed._planning.simulation import Simulated, simulate
from weft.distributed._planning.splits import Prediction, Split, fits, predict, splits
from weft.gluon import Block


class Plan:
    """Splits that a cluster's memory permits, the fastest first: what `plan` gives.

    best: the first; predictions: all of them; costs: what was measured

    >>> from weft import distributed, gluon, np
    >>> net = gluon.nn.Dense(4, in_units=8)
    >>> net.initialize()
    >>> x, y = np.ones((32, 8)), np.zeros((32, 4))
    >>> cluster = distributed.Cluster(4, memory="1 GiB")
    >>> found = distributed.plan(net, x, y, loss=gluon.loss.L2Loss(), machines=cluster)
    >>> found.best.split.ranks, found.best is found.predictions[0]
    (4, True)
    """

    def __init__(
        self, predictions: list[Prediction], refused: int, costs: Costs, cluster: Cluster
    ) -> None:
        self.predictions, self.refused = predictions, refused
        self.costs, self.cluster = costs, cluster

    @property
    def best(self) -> Prediction:
        """The fastest that fits."""
        return self.predictions[0]

    def simulate(self, **options: Any) -> Simulated:
        """The best split on this cluster: see `simulate`."""
        return simulate(self.best, self.cluster, **options)

    def __str__(self) -> str:
        return self.text()

    def text(self, top: int = 10) -> str:
        """The fastest splits as a table.

        >>> from weft import distributed, gluon, np
        >>> net = gluon.nn.Dense(4, in_units=8)
        >>> net.initialize()
        >>> cluster = distributed.Cluster(2, memory="1 GiB")
        >>> found = distributed.plan(net, np.ones((4, 8)), np.ones((4, 4)),
        ...                          loss=gluon.loss.L2Loss(), machines=cluster)
        >>> found.text().splitlines()[0].split()
        ['split', 'step', 'compute', 'exchange', 'idle', 'hidden', 'memory']
        """
        rows = [("split", "step", "compute", "exchange", "idle", "hidden", "memory")]
        rows += [_row(found) for found in self.predictions[:top]]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                [
                    row[0].ljust(widths[0]),
                    *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
                ]
            )
            for row in rows
        ]
        if self.refused:
            lines.append(f"{self.refused} more splits need more memory than a rank has")
        return "\n".join(lines)


def _row(found: Prediction) -> tuple[str, ...]:
    seconds = (found.seconds, found.compute, found.exchange, found.idle)
    return (
        str(found.split),
        *(f"{1e3 * value:.3g} ms" for value in seconds),
        f"{100 * found.hidden:.0f} %",
        f"{found.memory / 1e6:.1f} MB",
    )


def plan(
    net: Block,
    x: ndarray,
    y: ndarray | None = None,
    *,
    loss: Callable[..., Any] | None = None,
    optimizer: str = "adam",
    optimizer_params: dict[str, Any] | None = None,
    machines: Cluster,
    batch: int | None = None,
) -> Plan:
    """The ways to train `net` on a cluster, with the time and the memory that each would take.

    net: initialized; a copy is trained for some steps to measure it, and `net` stays as it is
    x, y: a batch for one rank; smaller batches of a rank are computed from it
    loss: of outputs and labels; None if the network gives the loss
    machines: the cluster; without `flops`, its ranks are as fast as this process
    batch: samples of a step over all ranks; by default as many as ranks times `x` has

    Raises ValueError if no split fits the memory; the text says what the
    smallest needs. What is assumed stands at the top of `weft/distributed/_planning/splits.py`.

    >>> from weft import distributed, gluon, np
    >>> net = gluon.nn.Dense(4, in_units=8)
    >>> net.initialize()
    >>> cluster = distributed.Cluster(4, memory="1 GiB", inside=distributed.Link("20 GB/s", 2e-6))
    >>> found = distributed.plan(net, np.ones((8, 8)), np.ones((8, 4)),
    ...                          loss=gluon.loss.L2Loss(), machines=cluster)
    >>> found.best.split.ranks
    4
    """
    if not isinstance(net, Block):
        raise InvalidType(f"plan: `net` must be a Block; got {type(net).__name__}")
    if not isinstance(machines, Cluster):
        raise InvalidType(
            "plan: `machines` must be a Cluster, such as Cluster(4, memory='16 GiB'); got "
            f"{type(machines).__name__}"
        )
    costs = _on(machines, measure(net, loss, optimizer, optimizer_params, x, y))
    total = batch if batch is not None else x.shape[0] * machines.ranks
    found = [predict(costs, machines, split, total) for split in splits(machines, costs, total)]
    if not found:
        raise InvalidValue(
            f"plan: no split of {total} samples over {machines.ranks} ranks gives each rank the "
            "same number; choose a `batch` that the ranks divide"
        )
    fitting = sorted((p for p in found if fits(p, machines)), key=lambda p: (p.seconds, p.memory))
    if not fitting:
        least = min(found, key=lambda p: p.memory)
        raise InvalidValue(
            f"plan: no split fits {machines.memory} bytes a rank; the smallest, {least.split}, "
            f"needs {least.memory:.0f}"
        )
    return Plan(fitting, len(found) - len(fitting), costs, machines)


def _on(machines: Cluster, costs: Costs) -> Costs:
    """Costs on ranks of other speed than this process."""
    if machines.flops is None:
        return costs
    from weft.profiler import measure_machine

    factor = measure_machine().flops / machines.flops
    return costs._replace(
        fixed_seconds=costs.fixed_seconds * factor,
        sample_seconds=costs.sample_seconds * factor,
    )


__all__ = [
    "Cluster",
    "Costs",
    "Link",
    "Plan",
    "Prediction",
    "Simulated",
    "Split",
    "measure_link",
    "plan",
    "predict",
    "simulate",
]
__dir__ = __all__.copy
