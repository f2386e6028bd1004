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
from weft._base.packages import installing
from weft._base.writing import replacing

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
        raise ImportError(f"{title}: it needs h5py: {installing('caffe')}") from None
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
# Filters that are part of HDF5 or h5py: gzip, shuffle, fletcher32, szip, nbit, scaleoffset, lzf.
# For others HDF5 would look for a shared library, and run it.
_FILTERS = (1, 2, 3, 4, 5, 6, 32000)
_LARGEST_GROWTH = 1100  # bytes of an array for one of the file: gzip makes 1,032 of one
_ALWAYS_FINE = 1 << 20  # bytes


def member(file: Any, path: str) -> Any:
    """A group or dataset of a file. Every step to it must be a plain (hard) link: others may lead
    out of the file. Raises KeyError for what is not there, ValueError for another link."""
    import h5py

    found = file
    for name in path.split("/"):
        link = found.get(name, getlink=True)
        if link is None:
            raise KeyError(f"there is no `{path}`")
        if type(link) is not h5py.HardLink:
            raise ValueError(
                f"`{path}` is a link of the kind {type(link).__name__}, which may lead to another "
                "file; have the array itself in the file"
            )
        found = found[name]
    return found


def members(file: Any, path: str) -> list[tuple[str, Any]]:
    """What a group has, by name."""
    return [(name, member(file, f"{path}/{name}")) for name in member(file, path)]


def numbers_of(file: Any, path: str) -> numpy.ndarray:
    """The numbers of a dataset as float32, which the file itself has.

    Raises ValueError for one whose numbers lie in other files, which needs a library of its own,
    or which is much larger than what the file has of it.
    """
    import h5py

    data = member(file, path)
    if not isinstance(data, h5py.Dataset):
        raise ValueError(f"`{path}` is no array")
    if data.external or data.is_virtual:
        raise ValueError(f"`{path}` has its numbers in other files, which are not read")
    if data.dtype.kind not in "biuf":
        raise ValueError(f"`{path}` is no array of numbers, but of {data.dtype}")
    made_by = data.id.get_create_plist()
    for number in range(made_by.get_nfilters()):
        filter_ = made_by.get_filter(number)[0]
        if filter_ not in _FILTERS:
            raise ValueError(f"`{path}` is packed by filter {filter_}, which HDF5 itself has not")
    needed, stored = 4 * data.size, data.id.get_storage_size()
    if needed > max(_ALWAYS_FINE, _LARGEST_GROWTH * stored):
        raise ValueError(
            f"`{path}` is an array of shape {data.shape}, of which the file has {stored} bytes"
        )
    return numpy.asarray(data, "float32")


def read_weights(path: str | PathLike[str], caller: str) -> dict[str, Blobs]:
    """The blobs of each layer; None for one that belongs to another layer."""
    with _opened(path, caller) as file:
        try:
            found = {}
            for layer, group in members(file, "data"):
                numbers = sorted(int(key) for key in group)
                if numbers and not 0 <= numbers[0] <= numbers[-1] < _MOST_BLOBS:
                    raise ValueError(f"layer `{layer}` has blobs {numbers}")
                blobs: Blobs = [None] * (numbers[-1] + 1 if numbers else 0)
                for number in numbers:
                    blobs[number] = numbers_of(file, f"data/{layer}/{number}")
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
            count = len(member(file, "history"))
            arrays = [numbers_of(file, f"history/{n}") for n in range(count)]
            return _integer(file, "iter"), _text(file, "learned_net"), arrays
        except (*RAISED, IndexError) as error:
            raise FileFailure(
                f"{caller}: {fspath(path)} is damaged, or no .solverstate.h5: {error}"
            ) from None


def _integer(file: Any, path: str) -> int:
    return int(numbers_of(file, path).reshape(-1)[0])


def _text(file: Any, path: str) -> str:
    data = member(file, path)
    if data.external or data.is_virtual or data.size != 1:
        raise ValueError(f"`{path}` is no text of the file itself")
    text = data[()]
    return text.decode() if isinstance(text, bytes) else str(text)


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
    "member",
    "numbers_of",
    "read_state",
    "read_weights",
    "write_state",
    "write_weights",
]
