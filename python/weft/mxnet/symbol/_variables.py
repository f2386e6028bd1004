"""Variables, groups, and symbols of files."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy

from weft._base.errors import InvalidType
from weft._mxnet_files.records import DTYPES
from weft.mxnet import attribute
from weft.mxnet._operators import read_shape
from weft.mxnet._reading.graph import VARIABLE, Graph, GraphNode
from weft.mxnet._reading.symbol_files import parse_graph, read_graph
from weft.mxnet.symbol._compose import annotation, text_of
from weft.mxnet.symbol._modes import is_np_shape
from weft.mxnet.symbol._storages import STORAGES
from weft.mxnet.symbol._symbol import Symbol


def var(
    name: str,
    attr: Mapping[str, str] | None = None,
    shape: Sequence[int] | int | None = None,
    lr_mult: float | None = None,
    wd_mult: float | None = None,
    dtype: Any = None,
    init: Any = None,
    stype: str | None = None,
    profiler_scope: str | None = None,
    **kwargs: Any,
) -> Symbol:
    """A symbol of something that is given later: data, a label, a weight.

    attr: attributes, texts by name
    shape: 0 stands for an extent that is not known
    lr_mult, wd_mult: factors of the learning rate and of the weight decay
    stype: how its array is stored, 'default', 'row_sparse' or 'csr'
    init: an initializer, an object or its text, that `Module.init_params` takes for this one
    kwargs: annotations, with two underscores before and behind their names

    >>> from weft import mxnet as mx
    >>> mx.sym.var("data", shape=(0, 3)).name
    'data'
    """
    if not isinstance(name, str):
        raise InvalidType(f"Variable: `name` must be a string; got {type(name).__name__}")
    attrs = attribute.current().get(attr)
    attrs = {annotation(key): text_of(value) for key, value in attrs.items()}
    if shape is not None:
        attrs["__shape__"] = text_of((shape,) if isinstance(shape, int) else tuple(shape))
    for key, value in (("lr_mult", lr_mult), ("wd_mult", wd_mult)):
        if value is not None:
            attrs[f"__{key}__"] = str(value)
    if dtype is not None:
        attrs["__dtype__"] = str(_code(dtype))
    if init is not None:
        attrs["__init__"] = init if isinstance(init, str) else init.dumps()
    if stype is not None:
        if stype not in STORAGES:
            raise InvalidType(
                f"Variable: `stype` must be one of {', '.join(STORAGES)}; got {stype!r}"
            )
        attrs["__storage_type__"] = STORAGES[stype]
    if profiler_scope is not None:
        attrs["__profiler_scope__"] = profiler_scope
    for key, value in kwargs.items():
        if not (key.startswith("__") and key.endswith("__")):
            raise InvalidType(
                f"Variable: has no argument `{key}`; attributes are given as `__{key}__=...` or in "
                "`attr`"
            )
        attrs[key] = text_of(value)
    return Symbol([(GraphNode(VARIABLE, name, attrs), 0)])


def _code(dtype: Any) -> int:
    wanted = dtype if dtype == "bfloat16" else numpy.dtype(dtype).name
    codes = {known: code for code, known in DTYPES.items()}
    if wanted not in codes:
        raise InvalidType(f"Variable: `dtype` must be one of {', '.join(codes)}; got {wanted}")
    return codes[wanted]


Variable = var


def Group(symbols: Sequence[Symbol], create_fn: Any = None) -> Symbol:
    """One symbol with the outputs of several.

    >>> from weft import mxnet as mx
    >>> mx.sym.Group([mx.sym.var("a"), mx.sym.var("b")]).list_outputs()
    ['a', 'b']
    """
    listed = list(symbols)
    for value in listed:
        if not isinstance(value, Symbol):
            raise InvalidType(f"Group: must be given symbols; got {type(value).__name__}")
    if not listed:
        raise InvalidType("Group: must be given one symbol at least; got none")
    return type(listed[0])([head for symbol in listed for head in symbol._heads])


def load(fname: str | PathLike[str]) -> Symbol:
    """The symbol of a file that MXNet 0.8 to 2.0 or `save` wrote.

    Raises OSError for a file that is missing or damaged.
    """
    return _of_file(read_graph(fname, "load"))


def load_json(json_str: str) -> Symbol:
    """The symbol of a file's text."""
    if not isinstance(json_str, str | bytes):
        raise InvalidType(f"load_json: must be given a text; got {type(json_str).__name__}")
    return _of_file(parse_graph(json_str, "load_json"))


def _of_file(graph: Graph) -> Symbol:
    """The symbol of a graph. Where the program has NumPy's shapes and the file has not, its
    unknown extents are written as the program has them."""
    if is_np_shape() and not graph.is_np_shape:
        for node in graph.variables():
            shape = read_shape(node.attrs.get("__shape__"))
            if shape is not None:
                node.attrs["__shape__"] = text_of(tuple(extent or -1 for extent in shape))
    return Symbol(graph.heads)


fromjson = load_json

__all__ = ["Group", "Variable", "fromjson", "load", "load_json", "var"]
