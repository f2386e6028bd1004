"""Files with weights by name: safetensors, alone or as shards with an index, PyTorch's own, and
those of MXNet.

Shards: an index names the file of each array, as `transformers` writes it
(`model.safetensors.index.json`). PyTorch's files are read by PyTorch, without running code. Those
of MXNet, list files and .npz, are told by their content, whatever their names end with.
"""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from weft._base.errors import FileFailure, InvalidType, MissingFile
from weft._core import interop, native
from weft._mxnet_files import content

Arrays = dict[str, native.ndarray]
_CALLER = "load_parameters"

# What a folder has, the best first.
_IN_FOLDER = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
# How files of `torch.save` begin: an archive, a pickle.
_OF_TORCH = (b"PK\x03\x04", b"\x80")
# What wrappers of a module put before all its names.
_PREFIXES = ("module.", "_orig_mod.")
# A training program writes its weights under one of these names, beside other things.
_WRAPPERS = ("state_dict", "model_state_dict", "model")


def read_weights(path: Path, sizes: Collection[int] = ()) -> Arrays:
    """The arrays of a file, of the files that an index names, or of a folder with either.

    sizes: counts of elements of what they are for. Sparse arrays of another count that are much
        larger than what the file has of them are refused

    Raises OSError for what is missing or damaged, ImportError for a file of PyTorch without it.
    """
    if path.is_dir():
        return read_weights(_in_folder(path), sizes)
    if path.suffix == ".json":
        return _read_shards(path, sizes)
    return _read_one(path, sizes)


def _in_folder(folder: Path) -> Path:
    for name in _IN_FOLDER:
        if (folder / name).exists():
            return folder / name
    raise MissingFile(f"load_parameters: the folder {folder} has none of {', '.join(_IN_FOLDER)}")


def _read_one(path: Path, sizes: Collection[int]) -> Arrays:
    if path.suffix in (".pth", ".pt", ".bin"):
        return _read_torch(path)
    if content.kind_of_file(path) in ("list", "npz"):
        return _read_mxnet(path, sizes)
    return native.load_arrays(str(path))


def _read_mxnet(path: Path, sizes: Collection[int]) -> Arrays:
    found = content.read(path, _CALLER)
    named = content.parameters_of(found, _CALLER, str(path))
    arrays = {}
    for name, record in named.items():
        try:
            arrays[name] = record.array(sizes)
        except FileFailure as error:
            raise FileFailure(f"{_CALLER}: `{name}` of {path} is refused: {error}") from None
    return arrays


def _read_shards(index: Path, sizes: Collection[int]) -> Arrays:
    places = _places(index)
    found: Arrays = {}
    for shard in sorted(set(places.values())):
        path = index.parent / shard
        arrays = _read_one(path, sizes)
        lacking = [name for name, file in places.items() if file == shard and name not in arrays]
        if lacking:
            raise FileFailure(
                f"load_parameters: {index} says that {shard} has `{lacking[0]}`, which it lacks"
            )
        found.update(arrays)
    return found


def _places(index: Path) -> dict[str, str]:
    """The file of each array, all of them beside the index."""
    try:
        places = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
    except FileNotFoundError:
        raise MissingFile(f"load_parameters: there is no file {index}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise FileFailure(
            f"load_parameters: {index} must be JSON with `weight_map`: the file of each array"
        ) from None
    if not isinstance(places, dict) or not all(isinstance(v, str) for v in places.values()):
        raise FileFailure(
            f"load_parameters: `weight_map` of {index} must have file names as values"
        )
    for shard in places.values():
        if Path(shard).name != shard:
            raise FileFailure(
                f"load_parameters: {index} may name files beside it alone; got {shard!r}"
            )
        if not (index.parent / shard).is_file():
            raise MissingFile(
                f"load_parameters: {index} names {shard}, which is not in {index.parent}"
            )
    return places


def _read_torch(path: Path) -> Arrays:
    if not path.is_file():
        raise MissingFile(f"load_parameters: there is no file {path}")
    with open(path, "rb") as file:
        beginning = file.read(8)
    if not beginning.startswith(_OF_TORCH):
        raise FileFailure(
            f"load_parameters: {path} is no file of PyTorch, which `torch.save` writes; it begins "
            f"with {beginning!r}"
        )
    try:
        import torch
    except ImportError:
        raise ImportError(
            f"load_parameters: {path} is a file of PyTorch, which reads it and is not installed: "
            "`pip install torch`; or write the weights with `safetensors.torch.save_file`"
        ) from None
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever PyTorch raises for a file that is none of its own
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileFailure(f"load_parameters: PyTorch cannot read {path}: {reason}") from None
    tensors = _state_dict(found, path)
    return {name: interop.from_dlpack(tensor.contiguous()) for name, tensor in tensors.items()}


def _state_dict(found: Any, path: Path) -> dict[str, Any]:
    import torch

    for name in _WRAPPERS:
        if isinstance(found, dict) and isinstance(found.get(name), dict):
            found = found[name]
    if not isinstance(found, dict) or not found:
        raise InvalidType(
            f"load_parameters: {path} must have a dict of tensors (`torch.save(module."
            f"state_dict(), path)`); got {type(found).__name__}"
        )
    wrong = {k: v for k, v in found.items() if not isinstance(v, torch.Tensor)}
    if wrong:
        name, value = next(iter(wrong.items()))
        raise InvalidType(
            f"load_parameters: {path} must have a dict of tensors; `{name}` is a "
            f"{type(value).__name__}"
        )
    return _without_prefix(found)


def _without_prefix(found: dict[str, Any]) -> dict[str, Any]:
    """The tensors by the names that the module itself gives them: `DataParallel` and
    `torch.compile` put a word before all."""
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in found):
            return _without_prefix({name[len(prefix) :]: v for name, v in found.items()})
    return found


__all__ = ["read_weights"]
