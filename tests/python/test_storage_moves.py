"""float8 and integers of 4 bits: what moves elements moves their bytes; what computes is refused
with the cast to write."""

import numpy
import pytest
from storage import WIDE, bits, every, stored
from weft import autograd, gluon, np, npx


def padded(x):
    return np.pad(x, ((1, 0), (0, 2)), constant_values=1)


MOVES = {
    "reshape": lambda n, x: x.reshape(2, -1),
    "transpose": lambda n, x: x.T,
    "copy": lambda n, x: n.copy(x[::2].T),
    "slice": lambda n, x: x[1:, ::-2],
    "row": lambda n, x: x[2],
    "element": lambda n, x: x[1, 2],
    "newaxis": lambda n, x: x[:, None],
    "list index": lambda n, x: x[[2, 0, -1]],
    "pairs": lambda n, x: x[[2, 0], [1, -1]],
    "mask": lambda n, x: x[n.array([True, False, True, True])],
    "concatenate": lambda n, x: n.concatenate([x, x[:1], x[:0]], axis=0),
    "stack": lambda n, x: n.stack([x, x], axis=1),
    "hstack": lambda n, x: n.hstack([x, x]),
    "vstack": lambda n, x: n.vstack([x, x[0]]),
    "dstack": lambda n, x: n.dstack([x, x]),
    "column_stack": lambda n, x: n.column_stack([x, x[:, 0]]),
    "split": lambda n, x: n.split(x, 2)[1],
    "array_split": lambda n, x: n.array_split(x, 3, axis=1)[2],
    "where": lambda n, x: n.where(n.array([True, False, True, False, True]), x, x[::-1]),
    "take": lambda n, x: n.take(x, n.array([1, 0, 3]), axis=0),
    "take flat": lambda n, x: n.take(x, n.array([[1, 0], [7, 19]])),
    "take_along_axis": lambda n, x: n.take_along_axis(x, n.array([[0, 2]] * 4), axis=1),
    "broadcast_to": lambda n, x: n.broadcast_to(x, (2, 4, 5)),
    "flip": lambda n, x: n.flip(x, axis=1),
    "roll": lambda n, x: n.roll(x, 2, axis=1),
    "rot90": lambda n, x: n.rot90(x),
    "repeat": lambda n, x: n.repeat(x, 2, axis=1),
    "repeat by list": lambda n, x: n.repeat(x, [1, 0, 2, 1], axis=0),
    "tile": lambda n, x: n.tile(x, (2, 1, 2)),
    "pad": lambda n, x: n.pad(x, ((1, 0), (0, 2))),
    "pad edge": lambda n, x: n.pad(x, 2, mode="edge"),
    "pad reflect": lambda n, x: n.pad(x, 2, mode="reflect"),
    "tril": lambda n, x: n.tril(x),
    "triu": lambda n, x: n.triu(x, 1),
    "diagonal": lambda n, x: n.diagonal(x, 1),
    "diag": lambda n, x: n.diag(x[0]),
    "squeeze": lambda n, x: n.squeeze(x[:1]),
    "expand_dims": lambda n, x: n.expand_dims(x, 1),
    "ravel": lambda n, x: n.ravel(x[:, 1:]),
    "swapaxes": lambda n, x: n.swapaxes(x, 0, 1),
    "moveaxis": lambda n, x: n.moveaxis(x, 0, 1),
    "atleast_3d": lambda n, x: n.atleast_3d(x),
}


@every
@pytest.mark.parametrize("name", MOVES)
def test_what_moves_elements_moves_their_bytes(dtype, name):
    move = MOVES[name]
    x = stored(dtype)
    found = move(np, x)
    assert found.dtype == dtype
    numpy.testing.assert_array_equal(bits(found), move(numpy, bits(x)))


@pytest.mark.parametrize("name", MOVES)
def test_moves_are_the_same_in_a_hybridized_function(name):
    x = stored("float8_e4m3fn")

    def move(x):
        return MOVES[name](np, x)

    if name == "mask":
        pytest.skip("not run: a mask's result has no shape in a trace")
    net = gluon.nn.HybridLambda(move)
    net.hybridize()
    for _ in range(2):
        numpy.testing.assert_array_equal(bits(net(x)), bits(move(x)))


@every
def test_numbers_beside_elements_become_elements(dtype):
    x = np.array([[1, 2], [3, 4]], dtype=dtype)
    assert np.where(np.array([True, False]), x, 5).tolist() == [[1, 5], [3, 5]]
    assert padded(x).tolist() == [[1, 1, 1, 1], [1, 2, 1, 1], [3, 4, 1, 1]]


@every
def test_rows_of_a_table_are_looked_up(dtype):
    table = stored(dtype, (6, 3))
    found = npx.embedding(np.array([[5, 0], [2, 2]]), table)
    numpy.testing.assert_array_equal(bits(found), bits(table)[[[5, 0], [2, 2]]])


@every
def test_arrays_are_written_to(dtype):
    x = np.zeros((3, 4), dtype=dtype)
    x[0] = 2
    x[1, 1:3] = np.array([1, 3], dtype=dtype)
    x[:, 3] = np.array([1.0, 2.0, 3.0])
    x[2, [0, 1]] = 4
    assert x.tolist() == [[2, 2, 2, 1], [0, 1, 3, 2], [4, 4, 0, 3]]
    wide = np.zeros((3, 4))
    wide[...] = x
    assert wide.tolist() == x.tolist()


def test_integers_that_do_not_fit_are_refused():
    x = np.zeros((2,), dtype="int4")
    with pytest.raises(OverflowError, match=r"8 is out of range for int4"):
        x[0] = 8
    with pytest.raises(OverflowError, match=r"-9 is out of range for int4"):
        np.where(np.array([True, False]), x, -9)
    with pytest.raises(TypeError, match=r"must be an integer beside int4"):
        np.where(np.array([True, False]), x, 0.5)


@every
def test_elements_are_compared_by_their_numbers(dtype):
    x = np.array([1, 2, 3], dtype=dtype)
    assert (x == np.array([1, 3, 3], dtype=dtype)).tolist() == [True, False, True]
    assert (x != 2).tolist() == [True, False, True] and (x == x.astype("float32")).all()
    assert np.array_equal(x, x.copy())


def test_nans_are_found_and_equal_nothing():
    x = np.array([1.0, numpy.nan, numpy.inf], dtype="float8_e5m2")
    assert np.isnan(x).tolist() == [False, True, False]
    assert np.isinf(x).tolist() == [False, False, True]
    assert np.isfinite(x).tolist() == [True, False, False]
    assert (x == x).tolist() == [True, False, True]


# ---- what computes


COMPUTING = {
    "add": lambda x: x + x,
    "multiply": lambda x: 2 * x,
    "power": lambda x: x**3,
    "negative": lambda x: -x,
    "abs": lambda x: abs(x),
    "less": lambda x: x < x,
    "exp": lambda x: np.exp(x),
    "sum": lambda x: x.sum(),
    "mean": lambda x: np.mean(x),
    "max": lambda x: x.max(),
    "sort": lambda x: np.sort(x),
    "matmul": lambda x: x @ x.T,
    "clip": lambda x: np.clip(x, 0, 1),
    "cumsum": lambda x: np.cumsum(x),
    "softmax": lambda x: npx.softmax(x),
    "relu": lambda x: npx.relu(x),
    "index_add": lambda x: npx.index_add(x, np.array([[0]]), x[:1]),
    "trace": lambda x: np.trace(x),
}


@every
@pytest.mark.parametrize("name", COMPUTING)
def test_arithmetic_is_refused_with_the_cast_to_write(dtype, name):
    cast = rf"cast it first: `\w+(\[\d\])?\.astype\('{WIDE[dtype]}'\)`"
    pattern = rf"{dtype}, which is for storage only; {cast}"
    with pytest.raises(TypeError, match=pattern) as error:
        COMPUTING[name](stored(dtype, (4, 4)))
    assert name in str(error.value)


@every
def test_arithmetic_in_a_trace_is_refused_with_the_cast_to_write(dtype):
    net = gluon.nn.HybridLambda(lambda x: x + x)
    net.hybridize()
    with pytest.raises(TypeError, match=r"storage only; cast it first"):
        net(stored(dtype))


def test_two_dtypes_do_not_meet_in_one_array():
    x = stored("float8_e5m2")
    for other in (x.astype("float32"), x.astype("float8_e4m3fn"), x.astype("int4")):
        with pytest.raises(TypeError, match=r"concatenate: .* storage only; cast one of them"):
            np.concatenate([x, other])
        with pytest.raises(TypeError, match=r"where: .* storage only; cast one of them"):
            np.where(np.array(True), other, x)


def test_a_dtype_for_storage_is_no_result_of_arithmetic():
    with pytest.raises(TypeError, match=r"sum: .* storage only"):
        np.sum(np.ones((3,)), dtype="float8_e5m2")
    with pytest.raises(TypeError, match=r"storage only"):
        np.take(np.ones((3,)), np.array([1], dtype="int4"))


def test_no_gradient_passes_them():
    x = np.array([1.5, 2.0])
    x.attach_grad()
    with autograd.record():
        y = (x.astype("float8_e5m2").astype("float32") + x).sum()
    y.backward()
    assert x.grad.tolist() == [1, 1]
    with pytest.raises(TypeError, match=r"float8_e5m2"):
        np.ones((2,), dtype="float8_e5m2").attach_grad()
