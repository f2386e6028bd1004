"""What arrays of more than a register, a block or a thread's share take, against NumPy."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from weft import np, npx

EDGES = [0.0, -0.0, 1.0, -1.0, numpy.inf, -numpy.inf, numpy.nan, 1e-40, 3e38]


def rough(shape, dtype, seed=0, edges=True):
    """Random numbers with ties, and the ends of what the dtype holds."""
    rng = numpy.random.default_rng(seed)
    if numpy.issubdtype(dtype, numpy.floating):
        x = rng.integers(-40, 40, shape).astype(dtype) / 8
        with numpy.errstate(over="ignore"):
            special = numpy.array(EDGES, dtype)
    elif dtype == "bool":
        return rng.random(shape) < 0.5
    else:
        limits = numpy.iinfo(dtype)
        x = rng.integers(max(limits.min, -50), 50, shape).astype(dtype)
        special = numpy.array([limits.min, limits.max], dtype)
    if edges and x.size:
        where = rng.integers(0, x.size, max(1, x.size // 9))
        x.reshape(-1)[where] = rng.choice(special, where.size)
    return x


DTYPES = ["bool", "uint8", "int8", "int16", "uint32", "int32", "uint64", "int64"]
DTYPES += ["float32", "float64"]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape, axis", [((3, 63), 1), ((2, 64), 1), ((700, 2), 0), ((5000,), 0)])
def test_order_is_stable(shape, axis, dtype, descending):
    x = rough(shape, dtype)
    wanted = numpy.argsort(x, axis, stable=True)
    if descending:
        back = numpy.argsort(numpy.flip(x, axis), axis, stable=True)
        wanted = x.shape[axis] - 1 - numpy.flip(back, axis)
    found = np.argsort(np.array(x), axis, descending=descending).asnumpy()
    numpy.testing.assert_array_equal(found, wanted)
    for k in (1, 7, 50):
        values, places = npx.topk(np.array(x), k=k, axis=axis, is_ascend=not descending)
        first = numpy.take(wanted, range(k), axis)
        numpy.testing.assert_array_equal(places.asnumpy(), first)
        numpy.testing.assert_array_equal(values.asnumpy(), numpy.take_along_axis(x, first, axis))


@pytest.mark.parametrize("dtype", ["bool", "int8", "int32", "float32", "float64"])
@pytest.mark.parametrize("shape, axis", [((3, 5000), 1), ((40_000,), 0), ((7, 30), 0)])
def test_first_extremum(shape, axis, dtype):
    x = rough(shape, dtype)
    numpy.testing.assert_array_equal(np.argmax(np.array(x), axis).asnumpy(), x.argmax(axis))
    numpy.testing.assert_array_equal(np.argmin(np.array(x), axis).asnumpy(), x.argmin(axis))


@given(
    st.sampled_from(["uint8", "float16", "float32", "float64"]),
    st.integers(1, 70),
    st.integers(1, 70),
)
def test_copies(dtype, rows, cols):
    x = rough((2, rows, cols), dtype)
    views = [
        lambda a: a.transpose(0, 2, 1),
        lambda a: a.transpose(2, 0, 1),
        lambda a: a[:, ::-1],
        lambda a: a[..., ::-1],
        lambda a: a[::-1, ::2, ::-2],
        lambda a: a[:, :, 1:],
    ]
    for view in views:
        numpy.testing.assert_array_equal(view(np.array(x)).copy().asnumpy(), view(x))
    out = np.zeros((2, rows + 2, cols + 3), dtype=dtype)
    out[:, 1:-1, 1:-2] = np.array(x)
    wanted = numpy.pad(x, ((0, 0), (1, 1), (1, 2)))
    numpy.testing.assert_array_equal(out.asnumpy(), wanted)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_remainders_are_exact(dtype):
    rng = numpy.random.default_rng(0)
    exponents = rng.integers(-30, 30, (2, 20_000))
    a, b = numpy.ldexp(rng.standard_normal((2, 20_000)), exponents).astype(dtype)
    a[::7], b[::11] = numpy.resize(EDGES, a[::7].shape), numpy.resize(EDGES, b[::11].shape)
    b[1::13] = a[1::13] / 3
    with numpy.errstate(all="ignore"):
        for name in ("fmod", "remainder"):
            found = getattr(np, name)(np.array(a), np.array(b)).asnumpy()
            numpy.testing.assert_array_equal(found, getattr(numpy, name)(a, b), strict=True)


@pytest.mark.parametrize("shape", [(100_003,), (300, 400), (3, 50_001)])
def test_sums_of_few_results_are_close_and_repeat(shape):
    x = numpy.random.default_rng(0).standard_normal(shape, "float32")
    ours = np.array(x)
    for axis in {None, len(shape) - 1}:
        found = ours.sum(axis)
        wanted = x.sum(axis, dtype="float64")
        numpy.testing.assert_allclose(found.asnumpy(), wanted, atol=1e-2)
        numpy.testing.assert_array_equal(ours.max(axis).asnumpy(), x.max(axis))
        threads = npx.num_threads()
        try:
            npx.set_num_threads(1)
            numpy.testing.assert_array_equal(ours.sum(axis).asnumpy(), found.asnumpy())
        finally:
            npx.set_num_threads(threads)
    whole = numpy.arange(x.size, dtype="int32")
    assert int(np.array(whole).sum()) == int(whole.sum(dtype="int64"))


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("rows", [1, 8, 21])
def test_running_sums_of_rows(rows, axis):
    x = rough((rows, 37), "float32", edges=False)
    numpy.testing.assert_array_equal(np.array(x).cumsum(axis).asnumpy(), x.cumsum(axis))


@given(st.integers(0, 2000), st.integers(1, 5), st.randoms(use_true_random=False))
def test_places_of_single_elements(count, rank, random):
    shape = tuple(random.randint(1, 6) for _ in range(rank))
    x = numpy.arange(numpy.prod(shape)).reshape(shape)
    rng = numpy.random.default_rng(count)
    index = tuple(rng.integers(-extent, extent, count) for extent in shape)
    ours = np.array(x)[tuple(np.array(i) for i in index)]
    numpy.testing.assert_array_equal(ours.asnumpy(), x[index])
    if count:
        place = random.randrange(count)
        index[0][place] = shape[0]
        with pytest.raises(IndexError, match=f"{shape[0]} is out of bounds for axis 0"):
            np.array(x)[tuple(np.array(i) for i in index)].asnumpy()
