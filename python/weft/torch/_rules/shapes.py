"""Operators on shapes: views, joins, splits, repeats, margins, casts and copies."""

from itertools import pairwise
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue, Unsupported
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._import.values import Array, is_array
from weft.torch._rules._dtypes import cast, promoted
from weft.torch._rules._table import aten
from weft.torch._rules.complex_numbers import without_gradient

# ---- the same elements --------------------------------------------------------------------------


@aten(
    *("alias", "clone", "contiguous", "lift_fresh_copy", "lift_fresh", "lift"),
    *("detach_copy", "_assert_async", "resolve_conj", "resolve_neg"),
)
def _same(self: Array) -> ndarray:
    return self


@aten("detach", "detach_")
def _detach(self: Array) -> ndarray:
    return without_gradient(self)


@aten("_to_copy", "to", "type_as", "to_dtype")
def _to(self: Array, dtype: Any = None, other: Any = None) -> ndarray:
    return cast(self, dtype if other is None else other.dtype)


@aten("copy")
def _copy(self: Array, src: Any) -> ndarray:
    if not is_array(src):
        return np.full(self.shape, src, dtype=self.dtype)
    return np.broadcast_to(cast(src, self.dtype), self.shape)


# ---- reshape ------------------------------------------------------------------------------------


@aten("view", "reshape", "_unsafe_view")
def _view(self: Array, size: Any = None, shape: Any = None, dtype: Any = None) -> ndarray:
    if dtype is not None:
        if numpy.dtype(dtype) != self.dtype:
            raise Unsupported("a view of the bytes as another dtype is not supported")
        return self
    return self.reshape(tuple(shape if size is None else size))


@aten("_reshape_alias")
def _reshape_alias(self: Array, size: Any, stride: Any) -> ndarray:
    return self.reshape(tuple(size))


@aten("view_as", "reshape_as")
def _view_as(self: Array, other: Array) -> ndarray:
    return self.reshape(other.shape)


def _product(extents: Any) -> Any:
    count = 1
    for extent in extents:
        count = count * extent
    return count


@aten("ravel")
def _ravel(self: Array) -> ndarray:
    return self.reshape((-1,))


@aten("flatten")
def _flatten(self: Array, start_dim: int = 0, end_dim: int = -1) -> ndarray:
    if self.ndim == 0:
        return self.reshape((1,))
    start, end = start_dim % self.ndim, end_dim % self.ndim
    shape = tuple(self.shape)
    return self.reshape((*shape[:start], _product(shape[start : end + 1]), *shape[end + 1 :]))


@aten("unflatten")
def _unflatten(self: Array, dim: int, sizes: Any) -> ndarray:
    dim, shape = dim % self.ndim, tuple(self.shape)
    return self.reshape((*shape[:dim], *sizes, *shape[dim + 1 :]))


@aten("permute")
def _permute(self: Array, dims: Any) -> ndarray:
    return self.transpose(tuple(dims)) if self.ndim else self


@aten("transpose", "swapaxes", "swapdims")
def _transpose(
    self: Array, dim0: int = 0, dim1: int = 0, axis0: Any = None, axis1: Any = None
) -> ndarray:
    first, second = dim0 if axis0 is None else axis0, dim1 if axis1 is None else axis1
    return np.swapaxes(self, first, second) if self.ndim else self


@aten("t", "mT")
def _turned(self: Array) -> ndarray:
    return np.swapaxes(self, -1, -2) if self.ndim > 1 else self


@aten("numpy_T")
def _reversed_axes(self: Array) -> ndarray:
    return np.transpose(self)


@aten("matrix_H", "mH", "adjoint")
def _turned_conjugate(self: Array) -> ndarray:
    found = _turned(self)
    return np.conj(found) if self.dtype.kind == "c" else found


@aten("movedim", "moveaxis")
def _movedim(self: Array, source: Any, destination: Any) -> ndarray:
    return np.moveaxis(self, source, destination)


@aten("unsqueeze")
def _unsqueeze(self: Array, dim: int) -> ndarray:
    return np.expand_dims(self, dim)


@aten("squeeze")
def _squeeze(self: Array, dim: Any = None) -> ndarray:
    """An axis of another extent than 1 stays; a dynamic one is another."""
    dims = range(self.ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    axes = tuple(d % self.ndim for d in dims) if self.ndim else ()
    axes = tuple(a for a in axes if not isinstance(self.shape[a], Extent) and self.shape[a] == 1)
    return self.squeeze(axes) if axes else self


@aten("expand")
def _expand(self: Array, size: Any) -> ndarray:
    lead = len(size) - self.ndim
    shape = list(size)
    for axis, extent in enumerate(self.shape):
        wanted = shape[lead + axis]
        if not isinstance(wanted, Extent) and wanted == -1:
            shape[lead + axis] = extent
    return np.broadcast_to(self, tuple(shape))


@aten("expand_as")
def _expand_as(self: Array, other: Array) -> ndarray:
    return np.broadcast_to(self, other.shape)


@aten("broadcast_to")
def _broadcast_to(self: Array, size: Any) -> ndarray:
    return _expand(self, size)


@aten("broadcast_tensors")
def _broadcast_tensors(tensors: list[Array]) -> list[ndarray]:
    return list(np.broadcast_arrays(*tensors))


@aten("unfold")
def _unfold(self: Array, dimension: int, size: int, step: int) -> ndarray:
    """Windows along an axis, each of them along a new last axis."""
    if self.ndim == 0:
        return self.reshape((1,))
    dim = dimension % self.ndim
    count = (self.shape[dim] - size) // step + 1
    key = (slice(None),) * dim
    taps = [self[(*key, slice(t, t + (count - 1) * step + 1, step))] for t in range(size)]
    return np.stack(taps, -1)


# ---- join, split --------------------------------------------------------------------------------


@aten("cat", "concat", "concatenate")
def _cat(tensors: list[Array], dim: int = 0) -> ndarray:
    dtype = None
    for tensor in tensors:
        dtype = promoted(dtype, tensor.dtype)
    # An array of shape (0,) fits each other one.
    kept = [t for t in tensors if t.ndim != 1 or isinstance(t.shape[0], Extent) or t.shape[0]]
    kept = [cast(t, dtype) for t in (kept or tensors[:1])]
    return kept[0] if len(kept) == 1 else np.concatenate(kept, dim)


@aten("stack")
def _stack(tensors: list[Array], dim: int = 0) -> ndarray:
    return np.stack(tensors, dim)


@aten("hstack")
def _hstack(tensors: list[Array]) -> ndarray:
    return np.hstack(tensors)


@aten("vstack")
def _vstack(tensors: list[Array]) -> ndarray:
    return np.vstack(tensors)


def _cut(x: ndarray, dim: int, bounds: list[Any]) -> list[ndarray]:
    key = (slice(None),) * (dim % x.ndim)
    return [x[(*key, slice(start, end))] for start, end in pairwise(bounds)]


@aten("split_with_sizes")
def _split_with_sizes(self: Array, split_sizes: Any, dim: int = 0) -> list[ndarray]:
    bounds: list[Any] = [0]
    for size in split_sizes:
        bounds.append(bounds[-1] + size)
    return _cut(self, dim, bounds)


@aten("split", "unsafe_split")
def _split(self: Array, split_size: Any, dim: int = 0) -> list[ndarray]:
    if isinstance(split_size, list):
        return _split_with_sizes(self, split_size, dim)
    extent = self.shape[dim]
    bounds = [*range(0, int(extent), split_size), extent]
    return _cut(self, dim, bounds)


@aten("chunk", "unsafe_chunk")
def _chunk(self: Array, chunks: int, dim: int = 0) -> list[ndarray]:
    each = -(-self.shape[dim] // chunks)
    return _split(self, each, dim)


@aten("tensor_split")
def _tensor_split(self: Array, sections: Any = None, indices: Any = None, dim: int = 0) -> Any:
    return list(np.array_split(self, sections if indices is None else indices, axis=dim))


@aten("unbind")
def _unbind(self: Array, dim: int = 0) -> list[ndarray]:
    key = (slice(None),) * (dim % self.ndim)
    return [self[(*key, place)] for place in range(self.shape[dim])]


# ---- repeat, turn, pad --------------------------------------------------------------------------


@aten("repeat")
def _repeat(self: Array, repeats: Any) -> ndarray:
    lead = len(repeats) - self.ndim
    x = self.reshape((1,) * lead + tuple(self.shape)) if lead else self
    if all(not isinstance(n, Extent) and n == 1 for n in repeats):
        return x
    # A new axis before each, which is merged: the same operators whatever the extents are.
    shape, wide, merged = [], [], []
    for extent, count in zip(x.shape, repeats, strict=True):
        shape += [1, extent]
        wide += [count, extent]
        merged.append(count * extent)
    return np.broadcast_to(x.reshape(tuple(shape)), tuple(wide)).reshape(tuple(merged))


@aten("tile")
def _tile(self: Array, dims: Any) -> ndarray:
    return _repeat(self, [1] * (self.ndim - len(dims)) + list(dims))


@aten("repeat_interleave")
def _repeat_interleave(
    self: Array, repeats: Any, dim: int | None = None, output_size: Any = None
) -> ndarray:
    if is_array(repeats):
        raise Unsupported("`repeats` must be a number")
    return np.repeat(self, repeats, dim)


@aten("flip")
def _flip(self: Array, dims: Any) -> ndarray:
    return np.flip(self, tuple(dims)) if dims else self


@aten("fliplr")
def _fliplr(self: Array) -> ndarray:
    return np.flip(self, 1)


@aten("flipud")
def _flipud(self: Array) -> ndarray:
    return np.flip(self, 0)


@aten("roll")
def _roll(self: Array, shifts: Any, dims: Any = None) -> ndarray:
    if not dims:
        return np.roll(self, shifts[0] if isinstance(shifts, list) else shifts)
    dims = [dims] if isinstance(dims, int) else dims
    shifts = [shifts] if isinstance(shifts, int) else shifts
    return np.roll(self, tuple(shifts), tuple(dims))


@aten("tril")
def _tril(self: Array, diagonal: int = 0) -> ndarray:
    return np.tril(self, diagonal)


@aten("triu")
def _triu(self: Array, diagonal: int = 0) -> ndarray:
    return np.triu(self, diagonal)


@aten("diagonal", "linalg_diagonal")
def _diagonal(self: Array, offset: int = 0, dim1: int = 0, dim2: int = 1) -> ndarray:
    return np.diagonal(self, offset, dim1, dim2)


@aten("diag_embed")
def _diag_embed(self: Array, offset: int = 0, dim1: int = -2, dim2: int = -1) -> ndarray:
    if offset or (dim1, dim2) != (-2, -1):
        raise Unsupported("only the main diagonal of the last two axes is supported")
    return np.expand_dims(self, -1) * np.eye(self.shape[-1], dtype=self.dtype)


@aten("constant_pad_nd")
def _constant_pad(self: Array, pad: Any, value: Any = 0) -> ndarray:
    return padded(self, pad, "constant", value)


@aten("pad")
def _pad(self: Array, pad: Any, mode: str = "constant", value: Any = None) -> ndarray:
    return padded(self, pad, mode, 0 if value is None else value)


@aten("reflection_pad1d", "reflection_pad2d", "reflection_pad3d")
def _reflection_pad(self: Array, padding: Any) -> ndarray:
    return padded(self, padding, "reflect")


@aten("replication_pad1d", "replication_pad2d", "replication_pad3d")
def _replication_pad(self: Array, padding: Any) -> ndarray:
    return padded(self, padding, "replicate")


_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def padded(x: ndarray, pad: Any, mode: str, value: Any = 0) -> ndarray:
    """An array with margins: pairs of front and back from the last axis on; negative ones crop."""
    widths = [(0, 0)] * x.ndim
    for place in range(len(pad) // 2):
        widths[x.ndim - 1 - place] = (pad[2 * place], pad[2 * place + 1])
    cut = tuple(
        slice(-front if front < 0 else None, back if back < 0 else None) for front, back in widths
    )
    if any(c != slice(None) for c in cut):
        x = x[cut]
        widths = [(max(0, front), max(0, back)) for front, back in widths]
    if not any(front or back for front, back in widths):
        return x
    if mode == "constant":
        return np.pad(x, widths, constant_values=value)
    if mode not in _MODES:
        raise Unsupported(f"`mode` must be constant, {', '.join(_MODES)}; got {mode!r}")
    return np.pad(x, widths, mode=_MODES[mode])


# ---- pixels -------------------------------------------------------------------------------------


@aten("pixel_shuffle")
def _pixel_shuffle(self: Array, upscale_factor: int) -> ndarray:
    *lead, c, h, w = self.shape
    r, n = upscale_factor, len(lead)
    split = self.reshape((*lead, c // (r * r), r, r, h, w))
    turned = split.transpose((*range(n), n, n + 3, n + 1, n + 4, n + 2))
    return turned.reshape((*lead, c // (r * r), h * r, w * r))


@aten("pixel_unshuffle")
def _pixel_unshuffle(self: Array, downscale_factor: int) -> ndarray:
    *lead, c, h, w = self.shape
    r, n = downscale_factor, len(lead)
    split = self.reshape((*lead, c, h // r, r, w // r, r))
    turned = split.transpose((*range(n), n, n + 2, n + 4, n + 1, n + 3))
    return turned.reshape((*lead, c * r * r, h // r, w // r))


@aten("channel_shuffle", "native_channel_shuffle")
def _channel_shuffle(self: Array, groups: int) -> ndarray:
    n, c, *rest = self.shape
    split = self.reshape((n, groups, c // groups, *rest))
    return np.swapaxes(split, 1, 2).reshape((n, c, *rest))


@aten("meshgrid")
def _meshgrid(tensors: list[Array], indexing: str = "ij") -> list[ndarray]:
    if indexing not in ("ij", "xy"):
        raise InvalidValue(f"`indexing` must be ij or xy; got {indexing!r}")
    return list(np.meshgrid(*tensors, indexing=indexing))


# ---- shapes as numbers --------------------------------------------------------------------------


@aten("sym_size")
def _sym_size(self: Array, dim: int) -> Any:
    return self.shape[dim]


@aten("sym_numel", "numel")
def _sym_numel(self: Array) -> Any:
    return _product(self.shape)


__all__ = ["padded"]
