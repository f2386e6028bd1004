"""Operators of `contrib` that belong to no other family: Fourier transforms, sketches, point
processes, places, comparison."""

import functools
from typing import Any

import numpy

from weft import library, np, npx
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag, ints
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted, is_np_shape

# ---- Fourier transforms --------------------------------------------------------------------------


def _interleaved(x: numpy.ndarray) -> numpy.ndarray:
    """Complex numbers as pairs of a real and an imaginary part along the last axis."""
    return numpy.stack([x.real, x.imag], -1).reshape((*x.shape[:-1], -1))


def _forward(x: numpy.ndarray) -> numpy.ndarray:
    return _interleaved(numpy.fft.fft(x)).astype(x.dtype)


def _backward(x: numpy.ndarray) -> numpy.ndarray:
    pairs = x.reshape((*x.shape[:-1], -1, 2))
    whole = numpy.fft.ifft(pairs[..., 0] + 1j * pairs[..., 1], norm="forward")
    return whole.real.astype(x.dtype)


@functools.cache
def _transform(is_forward: bool) -> Any:
    """The operator of a transform; registered when it is first used. Each is the other's
    gradient."""

    def infer(data: library.ArrayType) -> library.ArrayType:
        extent = data.shape[-1] * 2 if is_forward else data.shape[-1] // 2
        return library.ArrayType((*data.shape[:-1], extent), data.dtype)

    name = "mxnet_fourier" if is_forward else "mxnet_inverse_fourier"
    return library.register_op(
        name,
        inputs={"data": "rows along the last axis"},
        infer=infer,
        kernel=_forward if is_forward else _backward,
        gradient=lambda inputs, outputs, cotangents: (_transform(not is_forward)(cotangents[0]),),
        promotion="float",
        doc="A Fourier transform of rows of real numbers, or back without a factor.",
    )


@rules("_contrib_fft")
def _fft(data: Array, *, compute_size: int = 128) -> ndarray:
    """The Fourier transform of rows, as pairs of a real and an imaginary part."""
    found: ndarray = _transform(True)(data)
    return found


@rules("_contrib_ifft")
def _ifft(data: Array, *, compute_size: int = 128) -> ndarray:
    """The real part of the transform back; divide it by the length of a row to get the rows."""
    found: ndarray = _transform(False)(data)
    return found


@rules("_contrib_count_sketch")
def _count_sketch(
    data: Array, h: Array, s: Array, *, out_dim: int, processing_batch_size: int = 32
) -> ndarray:
    """Columns added up at the places `h`, with the signs `s`."""
    columns = np.transpose(data * npx.stop_gradient(s).reshape((1, -1)))
    zeros = np.zeros((int(out_dim), data.shape[0]), data.dtype)
    return np.transpose(npx.index_add(zeros, h.astype("int32").reshape((1, -1)), columns))


# ---- places and comparison -----------------------------------------------------------------------


@rules("_contrib_index_array")
def _index_array(data: Array, *, axes: Any = None) -> ndarray:
    """The place of each element, int64, along all axes or some."""
    rank = data.ndim
    wanted = range(rank) if axes is None else [axis % rank for axis in ints(axes, "axes")]
    if not wanted:
        return np.zeros((*data.shape, 0), "int64")
    rows = []
    for axis in wanted:
        row = np.arange(data.shape[axis], dtype="int64")
        shape = [1] * rank
        shape[axis] = data.shape[axis]
        rows.append(np.broadcast_to(row.reshape(tuple(shape)), data.shape))
    return np.stack(rows, axis=-1)


@rules("_contrib_allclose")
def _allclose(
    a: Array, b: Array, *, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: Any = True, _: Any
) -> ndarray:
    """1 if all elements are close to each other, else 0."""
    is_close = np.logical_or(a == b, np.abs(a - b) <= atol + rtol * np.abs(b))
    if flag(equal_nan):
        is_close = np.logical_or(is_close, np.logical_and(np.isnan(a), np.isnan(b)))
    found = np.all(is_close).astype("uint8")
    return found if is_np_shape(_) else found.reshape((1,))


# ---- point processes -----------------------------------------------------------------------------


@rules("_contrib_hawkesll")
def _hawkes_log_likelihood(
    lda: Array,
    alpha: Array,
    beta: Array,
    state: Array,
    lags: Array,
    marks: Array,
    valid_length: Array,
    max_time: Array,
) -> tuple[ndarray, ndarray]:
    """The log likelihood of marked point processes that excite themselves, and their last states.

    lda, state: (N, K), the background intensities and the states; alpha, beta: (K,), branching
    ratios and decays; lags, marks: (N, T), times between points and their kinds
    """
    count = lda.shape[1]
    steps = np.arange(lags.shape[1], dtype="int32")

    def step(point: Any, carried: Any) -> Any:
        lag, mark, number = point
        now, last, memory, total = carried
        is_there = (number < valid_length).astype(lda.dtype)
        here = npx.one_hot(mark, count).astype(lda.dtype)

        def own(x: ndarray) -> ndarray:
            return np.sum(x * here, axis=1)

        now = now + lag * is_there
        gap = now - own(last)
        faded = np.exp(-own(beta) * gap)
        before = own(memory)
        intensity = own(lda) + own(alpha) * own(beta) * before * faded
        expected = own(lda) * gap + own(alpha) * before * (1 - faded)
        total = total + (np.log(intensity) - expected) * is_there
        changed = here * is_there.reshape((-1, 1))
        memory = memory + changed * (1 + before * faded - before).reshape((-1, 1))
        last = last + changed * gap.reshape((-1, 1))
        return total, (now, last, memory, total)

    zeros = np.zeros_like(lda[:, 0])
    rows = (np.transpose(lags), np.transpose(marks.astype("int32")), steps)
    carried = (zeros, np.zeros_like(lda), state, zeros)
    _, (_, last, memory, total) = npx.foreach(step, rows, carried)
    gap = max_time.reshape((-1, 1)) - last
    faded = np.exp(-beta * gap)
    rest = lda * gap + alpha * memory * (1 - faded)
    return total - np.sum(rest, axis=1), faded * memory


counted(("_contrib_hawkesll",), 2)
