"""Trains by a solver.prototxt: what the command `weft train` does."""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any

from weft._import.block import ImportedBlock
from weft.caffe._solver import Solver

Path = str | PathLike[str]


def train(
    solver: Path,
    *,
    weights: Path | Sequence[Path] | None = None,
    snapshot: Path | None = None,
    output: Path | None = None,
    data: dict[str, Any] | None = None,
    log: Callable[[str], None] = print,
) -> ImportedBlock:
    """Trains the net of a solver.prototxt to its end; the net for use, without labels and losses.

    solver, weights, snapshot, data, log: as for `Solver`
    output: a .weft file for the net, which takes batches of any size

    >>> import weft
    >>> net = weft.caffe.train("solver.prototxt", output="net.weft")  # doctest: +SKIP
    """
    found = Solver(solver, weights=weights, snapshot=snapshot, data=data, log=log)
    net = found.solve()
    if output is not None:
        found.export(output)
        log(f"Writing {output}")
    return net


__all__ = ["train"]
