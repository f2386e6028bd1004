"""Files of other frameworks as .weft files: what the command `weft convert` does."""

import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from os import PathLike, fsdecode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from weft import np
from weft._base.errors import InvalidType, InvalidValue, MissingFile, NotFound, Unsupported
from weft._base.protocols import HasMaxLength
from weft._convert_shapes import Input, Opened, Shape, export_open, shown
from weft._core.dimensions import Dim
from weft._import.block import ImportedBlock
from weft._import.program import Port
from weft.gluon.hybrid_block import HybridBlock

if TYPE_CHECKING:
    from weft.hub._load import Loaded

_IMAGE_AXES = 4
_LONGEST_INPUT = 512  # tokens of the input of an encoder–decoder, unless told otherwise
_LONGEST_SIDE = 1 << 13  # of an image that a config.json may ask for


def _read_onnx(
    path: Path, int8: bool = False, constants: Mapping[str, Any] | None = None
) -> ImportedBlock:
    from weft.onnx import load

    return load(path, int8=int8, constants=constants)


def _read_tflite(path: Path) -> ImportedBlock:
    from weft.tflite import load

    return load(path)


def _read_mxnet(path: Path, params: Path | None = None) -> ImportedBlock:
    from weft.mxnet._reading.convert import read

    return read(path, params)


def _read_caffe(
    path: Path, params: Path | None = None, shapes: Mapping[str, Sequence[int]] | None = None
) -> ImportedBlock:
    from weft.caffe._load import load, weights_beside

    return load(path, params or weights_beside(path), shapes=shapes)


def _read_torch(path: Path) -> ImportedBlock:
    from weft.torch import convert as converted

    return converted(path)


# By suffix: what reads such files. Each imports its module when it is called.
READERS: dict[str, Callable[[Path], ImportedBlock]] = {
    ".onnx": _read_onnx,
    ".tflite": _read_tflite,
    ".pt2": _read_torch,
    ".json": _read_mxnet,
    ".prototxt": _read_caffe,
}
_WITH_PARAMETERS = (".json", ".prototxt")  # the formats whose parameters are a file of their own


def convert(
    source: str | PathLike[str],
    output: str | PathLike[str] | None = None,
    *,
    params: str | PathLike[str] | None = None,
    shapes: Mapping[str, Sequence[int]] | None = None,
    pack: bool = False,
    int8: bool = False,
    generate: int | None = None,
    constants: Mapping[str, Any] | None = None,
) -> Path:
    """Writes a .weft file of a model file of another framework, and returns its path.

    source: a .onnx, .tflite or .pt2 file (torch.export.save), a -symbol.json of MXNet, a .prototxt
        of Caffe, or a folder with config.json and weights, as `weft.hub.load` takes it
    output: by default the source with the suffix .weft, without `-symbol`
    params: the parameters of a -symbol.json; by default the only file of its name beside it, such
        as model-0010.params beside model-symbol.json. The .caffemodel of a .prototxt; by default
        the only one beside it
    shapes: of inputs by name, where the file leaves some extents open and they are to be fixed.
        Without it extents of an .onnx file stay open in the .weft file, as far as the network holds
        for any: a warning tells which were fixed, and at what, as such networks usually take it.
        A .tflite file has those that TensorFlow Lite takes by default. A folder's network for text
        has both extents of `tokens` (N, T) open, one for images (N, C, H, W) or frames of speech
        (N, M, T) has N open
    pack: keep weights and plans as they are run
    int8: compute with the integers of a quantized .onnx file, as `weft.onnx.load` does
    constants: values of inputs of an .onnx file that are to be no inputs of the .weft file, by
        name: `constants={"sr": 16000}`
    generate: for a folder's network that writes text: a file that generates one text, with room for
        so many tokens, by `export_generator`. The input of an encoder–decoder for text has shape
        (1, 512), or what it reads at most; `shapes={"inputs": (1, S)}` gives another. What
        generation_config.json asks for is JSON in the file's metadata, `generation`

    Raises what the reader of the format raises; ValueError for shapes that do not fit.
    """
    path = Path(fsdecode(source))
    if params is not None and path.suffix.lower() not in _WITH_PARAMETERS:
        raise InvalidValue(
            "convert: only a -symbol.json of MXNet and a .prototxt of Caffe have a file of "
            f"parameters beside them; got {path} and {fsdecode(params)}"
        )
    if path.is_dir():
        target = Path(fsdecode(output)) if output is not None else _beside(path)
        _convert_folder(path, target, shapes or {}, pack, generate)
        return target
    if generate is not None:
        raise Unsupported(f"convert: `generate` is for folders with config.json; got {path}")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise Unsupported(
            f"convert: {path} must be a folder with config.json, or end with one of "
            f"{', '.join(READERS)}, the formats that are known"
        )
    if not path.exists():
        raise MissingFile(f"convert: there is no file {path}")
    if int8 and reader is not _read_onnx:
        raise Unsupported(f"convert: `int8` is for .onnx files; got {path}")
    if constants and reader is not _read_onnx:
        raise Unsupported(f"convert: `constants` is for .onnx files; got {path}")
    beside = None if params is None else Path(fsdecode(params))
    if reader is _read_onnx:
        block = _read_onnx(path, int8, constants)
    elif reader is _read_caffe:
        block = _read_caffe(path, beside, shapes)
    else:
        block = reader(path) if beside is None else _read_mxnet(path, beside)
    target = Path(fsdecode(output)) if output is not None else _named_after(path)
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
    inputs = [Input(port, _shape_of(port, shapes.get(port.name))) for port in ports]

    def export(tried: Sequence[Shape]) -> None:
        examples, dynamic = [], {}
        for port, spelling, shape in zip(ports, spellings, tried, strict=True):
            sizes = tuple(e.first if isinstance(e, Dim) else e for e in shape)
            examples.append(np.zeros(sizes, dtype=port.dtype or "float32"))
            if free := {axis: e for axis, e in enumerate(shape) if isinstance(e, Dim)}:
                dynamic[spelling] = free
        block.export(target, *examples, dynamic=dynamic or None, pack=pack)

    found = export_open(export, inputs, lambda: _gives_images(target), _hint(inputs))
    if found.fixed:
        _tell(target, ports, found)


def _gives_images(target: Path) -> bool:
    """Has an output of a file height and width?"""
    from weft.runtime import Model

    outputs = Model(target).context().outputs
    return any(len(port.shape) == _IMAGE_AXES and min(port.shape[1:]) > 0 for port in outputs)


def _hint(inputs: Sequence[Input]) -> str:
    """What fixes the open extents of inputs, and an input's value."""

    def extents(one: Input) -> str:
        return ",".join("N" if isinstance(extent, Dim) else str(extent) for extent in one.shape)

    options = [
        f"`--shape {one.port.name}={extents(one)}`"
        for one in inputs
        if any(isinstance(extent, Dim) for extent in one.shape)
    ]
    text = f"give the shapes that it is for: {' '.join(options)}"
    return text + _constant_hint([one.port for one in inputs])


def _constant_hint(ports: Sequence[Port]) -> str:
    decides = [port.name for port in ports if port.shape == () and port.dtype in ("int64", "bool")]
    if not decides:
        return ""
    return f"; where `{decides[0]}` decides what is run, fix it: `--constant {decides[0]}=N`"


def _tell(target: Path, ports: Sequence[Port], found: Opened) -> None:
    """Says which extents were fixed."""
    taken = ", ".join(
        f"`{port.name}` {shape}" for port, shape in zip(ports, shown(found.shapes), strict=True)
    )
    fixed = ", ".join(f"`{name}` is {extent}" for name, extent in found.fixed.items())
    warnings.warn(
        f"convert: {target.name} takes {taken}: the network does not hold for every size that its "
        f"file leaves open, so {fixed}; `--shape` (`shapes`) gives others" + _constant_hint(ports),
        stacklevel=2,
    )


# ---- folders -------------------------------------------------------------------------------------


def _beside(folder: Path) -> Path:
    whole = folder.resolve()
    return whole.parent / f"{whole.name}.weft"


def _convert_folder(
    folder: Path,
    target: Path,
    shapes: Mapping[str, Sequence[int]],
    pack: bool,
    generate: int | None,
) -> None:
    from weft.hub._folder import Source
    from weft.hub._load import loaded

    found = loaded(Source(folder))
    if generate is None:
        port = _input(found)
        write(found.network, [port], [port.name], target, shapes, pack)
    else:
        _write_generator(found, target, shapes, pack, generate)


def _input(found: "Loaded") -> Port:
    """The input of a network that has one."""
    net, config, takes = found.network, found.config, found.family.takes_of(found.architecture)
    if takes == "images":
        return Port(_argument(net), "float32", ("batch", *_image(config)))
    if takes == "frames":
        return Port(_argument(net), "float32", ("batch", *_frames(config)))
    if takes != "tokens":
        from weft.gluon.model_zoo.text._encoder_decoder import EncoderDecoder

        instead = "use `weft.hub.load` and `export`"
        if isinstance(net, EncoderDecoder):
            instead = "`weft convert --generate N` writes a file that generates up to N tokens"
        raise Unsupported(
            f"convert: a {found.architecture} takes {takes}, which the command does not know; "
            f"{instead}"
        )
    longest = net.max_length if isinstance(net, HasMaxLength) else None
    return Port(_argument(net), "int32", ("batch", Dim("time", min=1, max=longest)))


def _write_generator(
    found: "Loaded",
    target: Path,
    shapes: Mapping[str, Sequence[int]],
    pack: bool,
    length: int,
) -> None:
    """Writes a file that generates one text, with room for `length` tokens."""
    from weft.gluon.model_zoo.text._encoder_decoder import EncoderDecoder
    from weft.gluon.model_zoo.text.decoder import Decoder

    net, architecture = found.network, found.architecture
    is_pair = isinstance(net, EncoderDecoder) and architecture != found.family.base
    if not is_pair and not isinstance(net, Decoder):
        raise Unsupported(
            f"convert: `generate` is for networks that write text; got a {architecture}, which "
            "gives no scores of tokens"
        )
    known = ["inputs"] if is_pair else []
    for name in shapes:
        if name not in known:
            raise NotFound(
                f"convert: with `generate` a {architecture} has no input `{name}` whose shape is "
                f"open{'; `inputs` has one' if is_pair else ''}"
            )
    told = {"generation": json.dumps(dict(net.generation))} if net.generation else None
    if isinstance(net, Decoder):
        net.export_generator(target, length=length, pack=pack, metadata=told)
        return
    if found.family.takes_of(architecture) == "two texts":
        port = Port("inputs", "int32", (1, "time"))
        usual = (1, min(net.max_length or _LONGEST_INPUT, _LONGEST_INPUT))
    else:
        usual = (1, *_frames(found.config))
        port = Port("inputs", "float32", usual)
    shape = _fitting(port, tuple(shapes.get("inputs", usual)))
    inputs = np.zeros(shape, dtype=port.dtype)
    # A mask tells what counts in a text that is shorter and filled up; silence is frames, too.
    masks = [np.ones_like(inputs)] if port.dtype == "int32" else []
    net.export_generator(target, inputs, *masks, length=length, pack=pack, metadata=told)


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


def _frames(config: Mapping[str, Any]) -> tuple[int, int]:
    """Mel bins and frames of speech that a config.json says; a network was built by it."""
    bins, steps = config.get("num_mel_bins"), config.get("max_source_positions")
    return bins or 80, 2 * (steps or 1500)


# ---- inputs --------------------------------------------------------------------------------------


def _shape_of(port: Port, given: Sequence[int] | None) -> Shape:
    """The shape of an input, with a dimension where it may stay open."""
    if given is not None:
        return _fitting(port, tuple(given))
    if port.usual is not None:
        return port.usual
    if port.shape is None:
        raise InvalidType(
            f"convert: the file does not say how many axes input `{port.name}` has; give its "
            f"shape: `--shape {port.name}=1,3,224,224`"
        )
    return tuple(
        extent if isinstance(extent, int) else _dimension(extent, f"{port.name}_{axis}")
        for axis, extent in enumerate(port.shape)
    )


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
