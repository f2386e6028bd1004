"""Snapshots: weights as .caffemodel, and the state of a solver as .solverstate, as in Caffe."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidValue
from weft.caffe import _hdf5
from weft.caffe._messages import message
from weft.caffe._net import Net
from weft.caffe._read import array_of, read_binary
from weft.caffe._solver._policies import steps_passed
from weft.caffe._write import blob_of, weights_message, write_message


@dataclass
class Progress:
    """Where a solver is.

    weights: the path of the weights; history: what the updates keep, in Caffe's order
    """

    iteration: int
    weights: str
    history: list[numpy.ndarray]


def write_snapshot(
    stem: str,
    net: Net,
    values: Mapping[str, list[numpy.ndarray]],
    progress: Progress,
    solver: Any,
    caller: str,
) -> tuple[Path, Path]:
    """Writes both files; their paths."""
    if solver.snapshot_format == 0:
        return _write_hdf5(stem, net, values, progress, solver, caller)
    weights, state = Path(f"{stem}.caffemodel"), Path(f"{stem}.solverstate")
    write_message(weights_message(net.name, net.layers, values), weights, caller)
    found = message("SolverState")(
        iter=progress.iteration,
        learned_net=str(weights),
        current_step=steps_passed(solver, progress.iteration),
    )
    for array in progress.history:
        found.history.add().CopyFrom(blob_of(array))
    write_message(found, state, caller)
    return weights, state


def _write_hdf5(
    stem: str, net: Net, values: Any, progress: Progress, solver: Any, caller: str
) -> tuple[Path, Path]:
    weights, state = Path(f"{stem}.caffemodel.h5"), Path(f"{stem}.solverstate.h5")
    _hdf5.write_weights(weights, values, [layer.name for layer in net.layers], caller)
    step = steps_passed(solver, progress.iteration)
    _hdf5.write_state(state, progress.iteration, str(weights), step, progress.history, caller)
    return weights, state


def read_state(path: str | PathLike[str], caller: str) -> Progress:
    """What a .solverstate has. The weights that it names lie where it says, or beside it."""
    name = f"{caller}: {fspath(path)}"
    if _hdf5.is_hdf5(path):
        iteration, learned, history = _hdf5.read_state(path, caller)
    else:
        state = read_binary("SolverState", path, caller)
        iteration, learned = state.iter, state.learned_net
        history = [array_of(blob, f"{name}: history") for blob in state.history]
    if not isinstance(learned, str) or "\0" in learned:  # what protobuf gives for a text of no kind
        raise FileFailure(f"{name}: is damaged: `learned_net` is no text")
    if iteration < 0 or not learned:
        raise InvalidValue(
            f"{name}: `iter` must be at least 0 and `learned_net` a path; got {iteration} and "
            f"{learned!r}; a .solverstate is expected"
        )
    weights = Path(learned)
    beside = Path(path).with_name(weights.name)
    chosen = beside if not weights.exists() and beside.exists() else weights
    return Progress(iteration, str(chosen), history)


__all__ = ["Progress", "read_state", "write_snapshot"]
