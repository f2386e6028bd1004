"""HDF5 files of Caffe: weights (`.caffemodel.h5`) and states of solvers (`.solverstate.h5`).

Weights are `data/<layer>/<number of the blob>`; Caffe leaves a blob out that belongs to another
layer. A state has `iter`, `learned_net`, `current_step` and `history/<number>`.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import FileFailure, MissingFile
from weft._core.files import replacing

Blobs = list[numpy.ndarray | None]
_MOST_BLOBS = 64  # of one layer


def is_hdf5(path: str | PathLike[str]) -> bool:
    """Is it one of these files, by its name?"""
    return fspath(path).endswith(".h5")


def library(title: str) -> Any:
    """The module `h5py`. Raises ImportError that says what to install."""
    try:
        import h5py
    except ImportError:
        raise ImportError(
            f"{title}: needs the package h5py; install it with `pip install weft[caffe]`"
        ) from None
    return h5py


def _opened(path: str | PathLike[str], caller: str) -> Any:
    h5py, name = library(caller), fspath(path)
    if not os.path.exists(name):
        raise MissingFile(f"{caller}: there is no file {name}")
    try:
        return h5py.File(name, "r")
    except OSError as error:
        raise FileFailure(f"{caller}: {name}: {error}") from None


# What h5py raises where a file is damaged, or has something else than is asked for.
RAISED = (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError)


def read_weights(path: str | PathLike[str], caller: str) -> dict[str, Blobs]:
    """The blobs of each layer; None for one that belongs to another layer."""
    with _opened(path, caller) as file:
        try:
            found = {}
            for layer, group in file["data"].items():
                numbers = sorted(int(key) for key in group)
                if numbers and not 0 <= numbers[0] <= numbers[-1] < _MOST_BLOBS:
                    raise ValueError(f"layer `{layer}` has blobs {numbers}")
                blobs: Blobs = [None] * (numbers[-1] + 1 if numbers else 0)
                for number in numbers:
                    blobs[number] = numpy.asarray(group[str(number)], "float32")
                if blobs:
                    found[layer] = blobs
            return found
        except RAISED as error:
            raise FileFailure(
                f"{caller}: {fspath(path)} is damaged, or no .caffemodel.h5: {error}"
            ) from None


def read_state(path: str | PathLike[str], caller: str) -> tuple[int, str, list[numpy.ndarray]]:
    """Iteration, path of the weights, and history."""
    with _opened(path, caller) as file:
        try:
            text = file["learned_net"][()]
            text = text.decode() if isinstance(text, bytes) else str(text)
            group = file["history"]
            arrays = [numpy.asarray(group[str(n)], "float32") for n in range(len(group))]
            return int(numpy.asarray(file["iter"]).reshape(-1)[0]), text, arrays
        except (*RAISED, IndexError) as error:
            raise FileFailure(
                f"{caller}: {fspath(path)} is damaged, or no .solverstate.h5: {error}"
            ) from None


def write_weights(
    path: Path, values: Mapping[str, Sequence[numpy.ndarray]], layers: Sequence[str], caller: str
) -> None:
    """Writes the blobs of all layers; those without any have an empty group, as in Caffe."""
    with _written(path, caller) as file:
        data = file.create_group("data")
        for layer in dict.fromkeys(layers):
            group = data.create_group(layer)
            for number, value in enumerate(values.get(layer, ())):
                group[str(number)] = value.astype("float32")


def write_state(
    path: Path, iteration: int, weights: str, step: int, history: Sequence[Any], caller: str
) -> None:
    """Writes the state of a solver."""
    with _written(path, caller) as file:
        file["iter"] = numpy.array([iteration], "int32")
        file["learned_net"] = numpy.bytes_(weights.encode())
        file["current_step"] = numpy.array([step], "int32")
        group = file.create_group("history")
        for number, value in enumerate(history):
            group[str(number)] = value.astype("float32")


@contextmanager
def _written(path: Path, caller: str) -> Iterator[Any]:
    """A file to fill, which takes the place of an old one in one step."""
    h5py = library(caller)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileFailure(f"{caller}: {path}: {error}") from None
    with replacing(path, caller) as inside, h5py.File(inside, "w") as file:
        yield file


__all__ = [
    "RAISED",
    "is_hdf5",
    "library",
    "read_state",
    "read_weights",
    "write_state",
    "write_weights",
]
