"""Files of blocks: the names that parameters have there, and which blocks there are."""

import json
from collections.abc import Iterator, Mapping
from os import PathLike, fspath
from pathlib import Path as _File
from typing import Any

from weft._base.errors import FileFailure
from weft._base.writing import write_text
from weft.gluon._flat_weights import cut_vectors, joined_vectors
from weft.gluon.hybrid_block import HybridBlock as _NativeHybrid
from weft.mxnet.gluon.parameter import adopted

Path = str | PathLike[str]


def walked(block: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The block and all below it, by their structural names."""
    yield name, block
    for key, child in block._children.items():
        yield from walked(child, f"{name}.{key}" if name else key)


def arrays_of(block: Any, deduplicate: bool) -> dict[str, Any]:
    """The values of all parameters by the names that files have.

    deduplicate: a parameter that several names have comes once
    """
    arrays: dict[str, Any] = {}
    seen: set[int] = set()
    for path, part in walked(block):
        for short, parameter in part._own_parameters.items():
            if deduplicate and id(parameter) in seen:
                continue
            seen.add(id(parameter))
            name = part._name_in_file(short)
            arrays[f"{path}.{name}" if path else name] = adopted(parameter)._reduce()
    return arrays


def fitted(own: Mapping[str, Any], full: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
    """The arrays of a file, with those of recurrent networks in the form that these have here.

    own, full: the parameters by their structural names, and by those of 1.x
    """
    shapes = {name: parameter.shape for name, parameter in {**full, **own}.items()}
    known = {name: shape for name, shape in shapes.items() if shape is not None}
    return cut_vectors(joined_vectors(dict(arrays), known), known)


def repeated(own: Any, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Arrays for all names of a parameter that a file has under one of them."""
    given = dict(arrays)
    by_parameter = {id(own[name]): name for name in given if name in own}
    for name, parameter in own.items():
        if name not in given and id(parameter) in by_parameter:
            given[name] = given[by_parameter[id(parameter)]]
    return given


def write_tree(block: Any, prefix: Path) -> None:
    """Writes `prefix-model.json`, which blocks there are."""
    tree = {"blocks": [_described(name, part) for name, part in walked(block)]}
    text = json.dumps(tree, indent=1)
    write_text(f"{fspath(prefix)}-model.json", text, "save")


def _described(name: str, block: Any) -> dict[str, Any]:
    return {
        "name": name,
        "class": type(block).__name__,
        "active": bool(block.__dict__.get("_is_active")),
    }


def read_tree(block: Any, prefix: Path) -> tuple[list[Any], dict[str, str]]:
    """The blocks of `prefix-model.json` that were hybridized, and the names that blocks of the file
    have here: names may count all blocks of a program, the places in the tree are the same.

    Raises OSError for a file that is damaged, or of another structure.
    """
    path = _File(f"{fspath(prefix)}-model.json")
    try:
        blocks = json.loads(path.read_text(encoding="utf-8"))["blocks"]
        saved = [(part["name"], part["class"]) for part in blocks]
    except (ValueError, TypeError, LookupError, RecursionError):
        raise FileFailure(f"load: {path} is damaged, or not what `save` writes") from None
    own = list(walked(block))
    kinds = [(name.count("."), type(part).__name__) for name, part in own]
    if kinds != [(name.count("."), kind) for name, kind in saved]:
        raise FileFailure(f"load: {path} has other blocks than {type(block).__name__}")
    active = [
        part
        for described, (_, part) in zip(blocks, own, strict=True)
        if described.get("active") and isinstance(part, _NativeHybrid)
    ]
    return active, {old: name for (old, _), (name, _) in zip(saved, own, strict=True)}


def moved(arrays: Mapping[str, Any], blocks: Mapping[str, str]) -> dict[str, Any]:
    """Arrays of parameters under the new names of their blocks."""
    found = {}
    for name, array in arrays.items():
        block, _, short = name.rpartition(".")
        place = blocks.get(block, block)
        found[f"{place}.{short}" if place else short] = array
    return found


__all__ = ["arrays_of", "fitted", "moved", "read_tree", "repeated", "walked", "write_tree"]
