"""Operators of `mx.nd.contrib` on graphs: csr matrices whose element (u, v) is the edge u to v."""

from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft.mxnet._made import host
from weft.mxnet.ndarray._array import NDArray
from weft.mxnet.ndarray._creation import array
from weft.mxnet.ndarray._sparse import CSRNDArray


def _require_graph(where: str, data: Any) -> None:
    if not isinstance(data, CSRNDArray):
        raise InvalidType(f"{where}: `data` must be a CSRNDArray; got {type(data).__name__}")


def edge_id(data: CSRNDArray, u: Any, v: Any) -> NDArray:
    """The element of each edge (u[i], v[i]), of the shape of `u` and the dtype of `data`; -1 where
    there is none.

    Raises ValueError for nodes that the graph does not have.

    >>> from weft import mxnet as mx
    >>> graph = mx.nd.array([[0, 7], [8, 0]]).tostype("csr")
    >>> mx.nd.contrib.edge_id(graph, mx.nd.array([0, 1]), mx.nd.array([1, 1])).asnumpy()
    array([ 7., -1.], dtype=float32)
    """
    _require_graph("edge_id", data)
    rows, columns = (host(part).astype("int64") for part in (u, v))
    for name, numbers, extent in (("u", rows, data.shape[0]), ("v", columns, data.shape[1])):
        if numbers.size and not (numbers.min() >= 0 and numbers.max() < extent):
            raise InvalidValue(f"edge_id: `{name}` must have nodes in [0, {extent})")
    starts, places, values = (host(part) for part in (data.indptr, data.indices, data.data))
    found = numpy.full(rows.shape, -1, values.dtype)
    for place, (row, column) in enumerate(zip(rows.flat, columns.flat, strict=True)):
        at = slice(starts[row], starts[row + 1])
        stored = numpy.flatnonzero(places[at] == column)
        if stored.size:
            found.flat[place] = values[at][stored[0]]
    return array(found, dtype=found.dtype)


def dgl_adjacency(data: CSRNDArray) -> CSRNDArray:
    """The graph with 1 for each edge, float32.

    >>> from weft import mxnet as mx
    >>> graph = mx.nd.array([[0, 7], [8, 0]]).tostype("csr")
    >>> mx.nd.contrib.dgl_adjacency(graph).asnumpy()
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """
    _require_graph("dgl_adjacency", data)
    ones = array(numpy.ones(data.indices.shape), dtype="float32")
    return CSRNDArray(ones, data.indices.copy(), data.indptr.copy(), data.shape)


__all__ = ["dgl_adjacency", "edge_id"]
