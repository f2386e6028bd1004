"""The function that writes ONNX files."""

import os
from collections.abc import Mapping
from os import PathLike, fsdecode
from pathlib import Path
from typing import Any

import onnx
from onnx import helper

from weft._base.errors import InvalidType, InvalidValue
from weft._base.writing import replacing
from weft._core import native
from weft._core.dimensions import Dim
from weft._export.export import export as export_file
from weft.onnx._export._graph import read
from weft.onnx._export._write import written

LEAST, NEWEST = 17, 24  # opsets that the rules are written for
_LARGEST = 2**31 - 2**20  # bytes of a message of protobuf, with room for the graph


def export(
    net: Any,
    path: str | PathLike[str],
    /,
    *examples: Any,
    opset: int = LEAST,
    dynamic: Mapping[str, Mapping[int, str | Dim]] | None = None,
    metadata: Mapping[str, str] | None = None,
    names: Mapping[str, Any] | None = None,
    entry: str | None = None,
    external_data: bool | None = None,
    exact_int8: bool = False,
) -> None:
    """Writes a network as an ONNX file, with the same outputs as `weft.export` gives.

    net: a HybridBlock, a function of `@weft.hybridize`, or the path of a .weft file. Blocks are in
        predict mode
    examples: arguments; without them those of the last call count
    opset: version of ONNX's operators, from 17 on
    dynamic: axes of inputs that may have any extent, as in `weft.export`:
        `{"x": {0: "batch"}}`
    metadata: texts for the file
    names: of arrays that belong to no parameter, as in `weft.export`
    entry: of a .weft file with several entry points, the one that is written
    external_data: put the weights into a file beside, `<path>.data`; None: where they have 2 GiB or
        more, which one ONNX file cannot hold
    exact_int8: write int8 layers as arithmetic of integers, with Weft's bits in any runtime. They
        are otherwise layers of floats between DequantizeLinear and QuantizeLinear, which runtimes
        make int8 kernels of, and whose results may differ by one step

    Parameters are initializers of the same name. What the network writes to (a cache, a running
    statistic) is an input, with what it begins with as its default, and an output `<name>.new`. The
    file is checked by ONNX's own checker. Random numbers have the same distribution, not the same
    values.

    Raises NotImplementedError for operators that ONNX cannot have, all at once; what `weft.export`
    raises; OSError where the file cannot be written, and an old one then stays whole.

    >>> import weft, onnx
    >>> net = weft.gluon.nn.Dense(2, in_units=3)
    >>> net.initialize()
    >>> weft.onnx.export(net, "net.onnx", weft.np.zeros((1, 3)))
    >>> [node.op_type for node in onnx.load("net.onnx").graph.node]
    ['Gemm']
    """
    if isinstance(opset, bool) or not isinstance(opset, int) or not LEAST <= opset <= NEWEST:
        raise InvalidValue(
            f"onnx.export: `opset` must be a number from {LEAST} to {NEWEST}; got {opset!r}"
        )
    if isinstance(net, str | PathLike):
        if examples or dynamic or names:
            raise InvalidType(
                "onnx.export: a .weft file has its inputs already; leave out examples, `dynamic` "
                "and `names`"
            )
        native.Model(fsdecode(net))  # checks what is read
    elif entry is not None:
        raise InvalidType("onnx.export: `entry` is for .weft files; a network has one entry point")
    with replacing(path, "onnx.export") as unfinished:
        file = net
        if not isinstance(net, str | PathLike):
            file = f"{unfinished}.weft"
            given = (net, *examples) if examples else net
            export_file(file, forward=given, dynamic=dynamic, names=names)
        model = _model(file, entry, opset, exact_int8)
        model.graph.name = Path(fsdecode(path)).stem
        helper.set_model_props(model, dict(metadata or {}))
        _finish(model, unfinished, path, external_data)


def _model(
    file: str | PathLike[str], entry: str | None, opset: int, exact: bool
) -> onnx.ModelProto:
    graph = read(file, entry)
    made = written(graph, opset, exact)
    opsets = [helper.make_opsetid("", opset)]
    version = helper.find_min_ir_version_for(opsets)
    return helper.make_model(
        made,
        opset_imports=opsets,
        ir_version=version,
        producer_name="weft",
        producer_version=native.version(),
    )


def _finish(
    model: onnx.ModelProto,
    unfinished: str,
    path: str | PathLike[str],
    external_data: bool | None,
) -> None:
    """Writes the message to `unfinished`, which will be at `path`, checked."""
    total = sum(len(tensor.raw_data) for tensor in model.graph.initializer)
    if external_data is None:
        external_data = total >= _LARGEST
    data = f"{unfinished}.data"
    if external_data:
        _move_tensors(model, data, os.path.basename(data))
    with open(unfinished, "wb") as file:
        file.write(model.SerializeToString())
    onnx.checker.check_model(unfinished if external_data else model, full_check=True)
    if external_data:
        with replacing(f"{fsdecode(path)}.data", "onnx.export") as beside:
            os.replace(data, beside)


def _move_tensors(model: onnx.ModelProto, file: str, location: str) -> None:
    """Writes the content of large tensors to a file, each from a multiple of 64 bytes on."""
    with open(file, "wb") as out:
        for tensor in model.graph.initializer:
            content = tensor.raw_data
            if len(content) < 1024:
                continue
            out.write(b"\0" * (-out.tell() % 64))
            place = {"location": location, "offset": out.tell(), "length": len(content)}
            out.write(content)
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            for key, value in place.items():
                tensor.external_data.add(key=key, value=str(value))
