"""Trains by a solver.prototxt: what the command `weft train` does."""

import pathlib
from collections.abc import Callable, Sequence
from os import PathLike
from tempfile import TemporaryDirectory
from typing import Any

from weft._base.errors import MissingFile
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
    if output is not None:
        _check_output(found, pathlib.Path(output))
    net = found.solve()
    if output is not None:
        found.export(output)
        log(f"Writing {output}")
    return net


def _check_output(solver: Solver, output: pathlib.Path) -> None:
    """Says before the training what would be wrong with the file after it."""
    if not output.absolute().parent.is_dir():
        raise MissingFile(f"weft.caffe.train: there is no folder {output.parent}")
    with TemporaryDirectory() as folder:
        solver.export(pathlib.Path(folder, "net.weft"))


__all__ = ["train"]
