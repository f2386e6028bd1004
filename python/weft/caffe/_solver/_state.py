"""Snapshots: weights as .caffemodel, and the state of a solver as .solverstate, as in Caffe."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidValue
from weft.caffe._messages import message
from weft.caffe._program import Net
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
    weights, state = Path(f"{stem}.caffemodel"), Path(f"{stem}.solverstate")
    write_message(weights_message(net.name, net.layers, values), weights, caller)
    found = message("SolverState")(
        iter=progress.iteration,
        learned_net=progress.weights,
        current_step=steps_passed(solver, progress.iteration),
    )
    for array in progress.history:
        found.history.add().CopyFrom(blob_of(array))
    write_message(found, state, caller)
    return weights, state


def read_state(path: str | PathLike[str], caller: str) -> Progress:
    """What a .solverstate has. The weights that it names lie where it says, or beside it."""
    name = f"{caller}: {fspath(path)}"
    state = read_binary("SolverState", path, caller)
    if not state.HasField("iter") or not state.learned_net:
        raise InvalidValue(f"{name}: has no `iter` or no `learned_net`; a .solverstate is expected")
    if state.iter < 0:
        raise InvalidValue(f"{name}: `iter` must be at least 0; got {state.iter}")
    if not isinstance(state.learned_net, str):  # what protobuf gives for a text that is none
        raise FileFailure(f"{name}: is damaged: `learned_net` is no text")
    weights = Path(state.learned_net)
    beside = Path(path).with_name(weights.name)
    chosen = beside if not weights.exists() and beside.exists() else weights
    history = [array_of(blob, f"{name}: history") for blob in state.history]
    return Progress(state.iter, str(chosen), history)


__all__ = ["Progress", "read_state", "write_snapshot"]
