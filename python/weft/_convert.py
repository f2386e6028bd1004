"""Files of other frameworks as .weft files: what the command `weft convert` does."""

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from weft import np
from weft._base.errors import InvalidType, InvalidValue, MissingFile, NotFound, Unsupported
from weft._base.protocols import HasMaxLength
from weft._core.dimensions import Dim
from weft._import.block import ImportedBlock
from weft._import.program import Port
from weft.gluon.hybrid_block import HybridBlock

_EXAMPLE = 2  # extent of a dynamic dimension while the network is traced
_LONGEST_SIDE = 1 << 13  # of an image that a config.json may ask for


def _read_onnx(path: Path) -> ImportedBlock:
    from weft.onnx import load

    return load(path)


def _read_tflite(path: Path) -> ImportedBlock:
    from weft.tflite import load

    return load(path)


def _read_mxnet(path: Path, params: Path | None = None) -> ImportedBlock:
    from weft.mxnet._convert import read

    return read(path, params)


def _read_torch(path: Path) -> ImportedBlock:
    from weft.torch import convert as converted

    return converted(path)


# By suffix: what reads such files. Each imports its module when it is called.
READERS: dict[str, Callable[[Path], ImportedBlock]] = {
    ".onnx": _read_onnx,
    ".tflite": _read_tflite,
    ".pt2": _read_torch,
    ".json": _read_mxnet,
}


def convert(
    source: str | PathLike[str],
    output: str | PathLike[str] | None = None,
    *,
    params: str | PathLike[str] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
    pack: bool = False,
) -> Path:
    """Writes a .weft file of a model file of another framework, and returns its path.

    source: a .onnx, .tflite or .pt2 file (torch.export.save), a -symbol.json of MXNet, or a folder
        with config.json and weights, as `weft.hub.load` takes it
    output: by default the source with the suffix .weft, without `-symbol`
    params: the parameters of a -symbol.json; by default the only file of its name beside it, such
        as model-0010.params beside model-symbol.json
    shapes: of inputs by name, where the file leaves some extents open and they are to be fixed.
        Without it extents of an .onnx file stay open in the .weft file, and a .tflite file has
        those that TensorFlow Lite takes by default. A folder's network for
        text has both extents of `tokens` (N, T) open, one for images (N, C, H, W) has N open
    pack: keep weights and plans as they are run

    Raises what the reader of the format raises; ValueError for shapes that do not fit.
    """
    path = Path(fspath(source))
    if params is not None and path.suffix.lower() != ".json":
        raise InvalidValue(
            f"convert: only a -symbol.json of MXNet has a file of parameters beside it; got {path} "
            f"and {fspath(params)}"
        )
    if path.is_dir():
        target = Path(fspath(output)) if output is not None else _beside(path)
        net, port = _read_folder(path)
        write(net, [port], [port.name], target, shapes or {}, pack)
        return target
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise Unsupported(
            f"convert: {path} must be a folder with config.json, or end with one of "
            f"{', '.join(READERS)}, the formats that are known"
        )
    if not path.exists():
        raise MissingFile(f"convert: there is no file {path}")
    block = reader(path) if params is None else _read_mxnet(path, Path(fspath(params)))
    target = Path(fspath(output)) if output is not None else _named_after(path)
    export_block(block, target, shapes or {}, pack)
    return target


def _named_after(path: Path) -> Path:
    """The .weft file of a model file."""
    return path.with_name(f"{path.stem.removesuffix('-symbol')}.weft")


def export_block(
    block: ImportedBlock, target: Path, shapes: Mapping[str, Sequence[int]], pack: bool
) -> None:
    """Writes an imported block; extents that its file leaves open stay open, but for `shapes`."""
    write(block, block.ports, block.argument_names, target, shapes, pack)


def write(
    block: HybridBlock,
    ports: Sequence[Port],
    spellings: Sequence[str],
    target: Path,
    shapes: Mapping[str, Sequence[int]],
    pack: bool,
) -> None:
    """Writes a block with these inputs.

    spellings: the inputs' names as arguments of the block
    """
    names = [port.name for port in ports]
    for name in shapes:
        if name not in names:
            raise NotFound(
                f"convert: there is no input `{name}`; the inputs are {', '.join(names)}"
            )
    examples, dynamic = [], {}
    for port, spelling in zip(ports, spellings, strict=True):
        shape, free = _shape_of(port, shapes.get(port.name))
        examples.append(np.zeros(shape, dtype=port.dtype or "float32"))
        if free:
            dynamic[spelling] = free
    block.export(target, *examples, dynamic=dynamic or None, pack=pack)


# ---- folders -------------------------------------------------------------------------------------


def _beside(folder: Path) -> Path:
    whole = folder.resolve()
    return whole.parent / f"{whole.name}.weft"


def _read_folder(folder: Path) -> tuple[HybridBlock, Port]:
    """The network of a folder with config.json, and its input."""
    from weft.hub._folder import Source
    from weft.hub._load import loaded

    net, family, config = loaded(Source(folder))
    if family.takes == "images":
        return net, Port(_argument(net), "float32", ("batch", *_image(config)))
    if family.takes != "tokens":
        raise Unsupported(
            f"convert: a network of {family.model_type} takes {family.takes}, which the command "
            "does not know; use `weft.hub.load` and `export`"
        )
    longest = net.max_length if isinstance(net, HasMaxLength) else None
    return net, Port(_argument(net), "int32", ("batch", Dim("time", min=1, max=longest)))


def _argument(net: HybridBlock) -> str:
    """The name of the network's first argument, which the file has for its input."""
    return next(iter(signature(net.forward).parameters))


def _image(config: Mapping[str, Any]) -> tuple[int, int, int]:
    """Channels, height and width that a config.json says."""
    size = config.get("image_size", 224)
    height, width = size if isinstance(size, list) and len(size) == 2 else (size, size)
    extents = (config.get("num_channels", 3), height, width)
    if not all(isinstance(extent, int) and 0 < extent <= _LONGEST_SIDE for extent in extents):
        raise InvalidValue(
            "convert: `num_channels` and `image_size` of config.json must be numbers from 1 to "
            f"{_LONGEST_SIDE}; got {extents[0]!r} and {size!r}"
        )
    return extents


# ---- inputs --------------------------------------------------------------------------------------


def _shape_of(port: Port, given: Sequence[int] | None) -> tuple[tuple[int, ...], dict[int, Dim]]:
    """An example shape of an input, and its axes whose extents stay open."""
    if given is not None:
        return _fitting(port, tuple(given)), {}
    if port.usual is not None:
        return port.usual, {}
    if port.shape is None:
        raise InvalidType(
            f"convert: the file does not say how many axes input `{port.name}` has; give its "
            f"shape: `--shape {port.name}=1,3,224,224`"
        )
    free = {
        axis: _dimension(extent, f"{port.name}_{axis}")
        for axis, extent in enumerate(port.shape)
        if not isinstance(extent, int)
    }
    shape = tuple(extent if isinstance(extent, int) else _EXAMPLE for extent in port.shape)
    return shape, free


def _dimension(extent: str | Dim | None, name: str) -> Dim:
    return extent if isinstance(extent, Dim) else Dim(extent or name, min=1)


def _fitting(port: Port, given: tuple[int, ...]) -> tuple[int, ...]:
    wanted = port.shape
    if wanted is not None and (
        len(wanted) != len(given)
        or any(isinstance(w, int) and w != g for w, g in zip(wanted, given, strict=True))
    ):
        shown = ", ".join(map(_shown, wanted))
        raise InvalidValue(
            f"convert: the shape of input `{port.name}` must fit ({shown}); got {given}"
        )
    return given


def _shown(extent: int | str | Dim | None) -> str:
    if extent is None:
        return "?"
    return extent.name if isinstance(extent, Dim) else str(extent)


__all__ = ["READERS", "convert", "export_block", "write"]
