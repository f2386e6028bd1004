"""Layers with matrices: inner products and tables of embeddings."""

import math
from typing import Any

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.caffe._rules._table import Blob, axis_of, layer, with_bias


def _inner_product_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    shape = shapes[0]
    features = math.prod(shape[axis_of(options.get("axis", 1), len(shape)) :])
    sides = (options["num_output"], features)
    sides = sides[::-1] if options.get("transpose") else sides
    return with_bias(Blob("weight", sides, fillers.get("weight_filler")), options, fillers)


@layer("InnerProduct", "inner_product_param", blobs=_inner_product_blobs)
def _inner_product(
    weight: Array,
    bias: Array,
    x: Array,
    *,
    num_output: int,
    bias_term: bool = True,
    axis: int = 1,
    transpose: bool = False,
) -> ndarray:
    first = axis_of(axis, x.ndim)
    weight = np.transpose(weight) if transpose else weight
    if first == 1:
        return npx.fully_connected(x, weight, bias)
    rows = x.reshape((*x.shape[:first], math.prod(x.shape[first:])))
    if first == 0:
        return npx.fully_connected(rows.reshape((1, -1)), weight, bias).reshape((num_output,))
    return npx.fully_connected(rows, weight, bias, flatten=False)


def _embed_blobs(options: Any, fillers: Any, shapes: Any) -> list[Blob | None]:
    sides = (options["input_dim"], options["num_output"])
    return with_bias(Blob("weight", sides, fillers.get("weight_filler")), options, fillers)


@layer("Embed", "embed_param", blobs=_embed_blobs)
def _embed(
    weight: Array,
    bias: Array,
    x: Array,
    *,
    num_output: int,
    input_dim: int,
    bias_term: bool = True,
) -> ndarray:
    rows = npx.embedding(x.astype("int32"), weight)
    return rows if bias is None else rows + bias


__all__: list[str] = []
