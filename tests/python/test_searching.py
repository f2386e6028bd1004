"""Functions whose results' extents are values, and those that write, against NumPy."""

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import autograd, engine, np, npx

SHAPES = [(6,), (0,), (3, 4), (2, 3, 4), (2, 0, 3)]


def numbers(shape, dtype="int64", seed=0):
    return numpy.random.default_rng(seed).integers(-2, 3, shape).astype(dtype)


def same(found, wanted):
    found, wanted = found.asnumpy(), numpy.asarray(wanted)
    assert found.shape == wanted.shape
    numpy.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("dtype", ["bool", "int32", "float32", "float16"])
@pytest.mark.parametrize("shape", [*SHAPES, (3, 1031), (2, 2, 512), (4, 3, 1)], ids=str)
def test_places_of_what_is_not_zero_equal_numpy(shape, dtype):
    x = numbers(shape, dtype)
    for found, wanted in zip(np.nonzero(np.array(x)), numpy.nonzero(x), strict=True):
        same(found, wanted)
    same(np.argwhere(np.array(x)), numpy.argwhere(x))
    same(np.flatnonzero(np.array(x)), numpy.flatnonzero(x))
    same(np.extract(np.array(x), np.array(x)), numpy.extract(x, x))


def test_argwhere_of_one_number_has_no_columns():
    same(np.argwhere(np.array(3)), numpy.argwhere(numpy.array(3)))
    with pytest.raises(ValueError, match="nonzero: `a` must have at least one axis"):
        np.nonzero(np.array(3))


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_compress_equals_numpy(axis):
    x = numbers((3, 4))
    same(np.compress([True, False, True], x, axis), numpy.compress([True, False, True], x, axis))
    with pytest.raises(ValueError, match="one axis; got 2"):
        np.compress([[True]], x, axis)


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_put_along_axis_equals_numpy(axis):
    x, places = numbers((3, 4), "float64"), numpy.array([[0, 2], [-1, 1], [1, 1]])
    if axis == 0:
        places = places.T[:, :1]
    if axis is None:
        places = places.ravel()
    ours = np.array(x)
    np.put_along_axis(ours, np.array(places), np.arange(places.size).reshape(places.shape), axis)
    numpy.put_along_axis(x, places, numpy.arange(places.size).reshape(places.shape), axis)
    same(ours, x)
    refused = np.array(x)
    with pytest.raises(IndexError, match=r"`index` must be in \[-4, 4\).*; got 4"):
        np.put_along_axis(refused, np.array([[4]] * 3), 1, 1)
        refused.wait_to_read()
    if engine.policy() != "async":  # the failure of a queued write is the content
        same(refused, x)
    with pytest.raises(ValueError, match=r"`values` of shape \(2,\) does not broadcast"):
        np.put_along_axis(ours, np.array([[1]] * 3), np.array([1.0, 2.0]), 1)
    with pytest.raises(TypeError, match="`arr` must be an array; got list"):
        np.put_along_axis([1, 2], [0], 1, 0)


def test_the_gradient_of_values_put_along_an_axis_leaves_out_what_was_written_over():
    x, values = np.zeros((2, 3)), np.ones((2, 3))
    values.attach_grad()
    with autograd.record():
        y = x + 0
        np.put_along_axis(y, np.array([[0, 2, 0], [1, 1, 1]]), values, 1)
        total = (y * np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).sum()
    total.backward()
    assert values.grad.tolist() == [[0, 3, 1], [0, 0, 5]]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(SHAPES),
    st.sampled_from(["bool", "int8", "uint64", "float32", "float64"]),
    st.integers(0, 1000),
    st.booleans(),
)
def test_unique_equals_numpy(shape, dtype, seed, equal_nan):
    x = numpy.abs(numbers(shape, "int64", seed)).astype(dtype)
    if "float" in dtype:
        x[x == 2] = numpy.nan
    options = dict.fromkeys(("return_index", "return_inverse", "return_counts"), True)
    found = np.unique(np.array(x), **options, equal_nan=equal_nan)
    wanted = numpy.unique(x, **options, equal_nan=equal_nan)
    for a, b in zip(found, wanted, strict=True):
        same(a, b)
    same(np.unique(np.array(x), equal_nan=equal_nan), wanted[0])
    for name, array in zip(options, wanted[1:], strict=True):
        values, other = np.unique(np.array(x), **{name: True}, equal_nan=equal_nan)
        same(values, wanted[0])
        same(other, array)
    for a, b in zip(np.unique_all(np.array(x)), numpy.unique_all(x), strict=True):
        same(a, b)
    same(np.unique_values(np.array(x)), numpy.sort(numpy.unique_values(x)))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([*SHAPES, (8, 2), (3, 0), (1, 1)]),
    st.sampled_from(["bool", "int8", "uint64", "float32", "float64"]),
    st.integers(0, 1000),
    st.data(),
)
def test_unique_slices_equal_numpy(shape, dtype, seed, data):
    x = numpy.abs(numbers(shape, "int64", seed) // 2).astype(dtype)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    options = dict.fromkeys(("return_index", "return_inverse", "return_counts"), True)
    found = np.unique(np.array(x), **options, axis=axis)
    wanted = numpy.unique(x, **options, axis=axis)
    for a, b in zip(found, wanted, strict=True):
        same(a, b)
    same(np.take(found[0], found[2], axis), x)


def test_slices_with_nan_are_never_the_same():
    x = numpy.array([[numpy.nan, 1], [0, 1], [numpy.nan, 1], [0, 1]])
    same(np.unique(np.array(x), axis=0), numpy.unique(x, axis=0))
    with pytest.raises(IndexError, match=r"unique: `axis` must be in \[-2, 2\) .* got 2"):
        np.unique(np.ones((2, 3)), axis=2)


METHODS = {
    "argsort": lambda x: x.argsort(),
    "argsort of an axis": lambda x: x.argsort(0),
    "argsort of all": lambda x: x.argsort(None),
    "nonzero": lambda x: x.nonzero()[1],
    "take": lambda x: x.take([1, 0, 1]),
    "take along an axis": lambda x: x.take([1, 0], 1),
    "compress": lambda x: x.compress([True, False, True], axis=0),
    "compress the flat array": lambda x: x.compress([False, True, True]),
    "searchsorted": lambda x: x[:, 0].searchsorted([2, 0], "right"),
    "dot": lambda x: x.dot([1, 2, 3, 4]),
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_methods_equal_numpys(method):
    x = numpy.array([[0, 3, 2, 1], [1, 0, 0, 5], [4, 7, 9, 8]])
    same(method(np.array(x)), method(x))


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_sort_method_writes_in_place(axis):
    x = numbers((4, 5), "float32")
    ours = np.array(x)
    view = ours[1:]
    assert ours.sort(axis) is None
    x.sort(axis)
    same(ours, x)
    same(view, x[1:])
    ours.sort(axis, descending=True)
    same(ours, numpy.flip(x, axis))
    with pytest.raises(TypeError, match="sort: `axis` must be an integer in place; got None"):
        ours.sort(None)


def test_gradient_of_the_sort_method_follows_the_elements():
    x = np.array([3.0, 1.0, 2.0])
    x.attach_grad()
    with autograd.record():
        y = x * 1
        y.sort()
        head = (y * np.array([1.0, 10.0, 100.0])).sum()
    head.backward()
    same(x.grad, [100, 1, 10])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "uint64", "bool"])
@pytest.mark.parametrize("descending", [False, True])
def test_order_of_long_rows_is_stable_and_puts_nan_with_the_largest(dtype, descending):
    x = numbers((3, 1000), "int64", 5).astype(dtype)
    if "float" in dtype:
        x[:, ::7] = numpy.nan
        x[:, 3] = -numpy.inf
    found = np.argsort(np.array(x), axis=1, descending=descending)
    if descending:
        flipped = numpy.argsort(x[:, ::-1], axis=1, stable=True)
        same(found, 999 - flipped[:, ::-1])
    else:
        same(found, numpy.argsort(x, axis=1, stable=True))
    same(
        np.sort(np.array(x), axis=1, descending=descending),
        numpy.take_along_axis(x, found.asnumpy(), 1),
    )


def test_bfloat16_sorts_as_its_float32():
    x = numpy.random.default_rng(0).normal(size=50).astype("float32")
    half = np.array(x).astype("bfloat16")
    same(np.sort(half).astype("float32"), numpy.sort(half.astype("float32").asnumpy()))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("dtype", ["float16", "float32", "int32", "uint8"])
def test_searchsorted_equals_numpy(side, dtype):
    a = numpy.sort(abs(numbers((40,), dtype)))
    v = abs(numbers((5, 4), dtype, 1))
    same(np.searchsorted(np.array(a), np.array(v), side=side), numpy.searchsorted(a, v, side))
    same(np.searchsorted(np.array(a), 1, side=side), numpy.searchsorted(a, 1, side))


def test_gradients_of_sort_topk_and_extract_go_to_where_the_elements_came_from():
    x = np.array(numpy.random.default_rng(1).normal(size=6))
    x.attach_grad()
    weights = numpy.arange(1.0, 7)
    order = numpy.argsort(x.asnumpy())
    with autograd.record():
        best, _ = npx.topk(x, k=2)
        head = (np.sort(x) * np.array(weights)).sum() + 10 * best.sum()
        head = head + 100 * np.extract(x > 0, x).sum()
    head.backward()
    wanted = numpy.empty(6)
    wanted[order] = weights
    wanted[order[-2:]] += 10
    same(x.grad, wanted + 100 * (x.asnumpy() > 0))


BAD = {
    "along: axes": (
        lambda: np.take_along_axis(np.ones((2, 2)), np.zeros(2, "int64"), 0),
        ValueError,
        r"take_along_axis: `indices` must have the array's shape, \(2, 2\), .*; got \(2,\)",
    ),
    "along: dtype": (
        lambda: np.take_along_axis(np.ones(2), np.zeros(2), 0),
        TypeError,
        "take_along_axis: `indices` must be of integers; got float32",
    ),
    "rows": (
        lambda: npx.index_update(np.ones(2), np.zeros((2, 3), "int64"), 1),
        ValueError,
        r"index_update: `ind` must have 1 to 1 rows.*\(2, 3\)",
    ),
    "row dtype": (
        lambda: npx.index_add(np.ones(2), np.zeros((1, 3)), 1),
        TypeError,
        "index_add: `ind` must be of integers; got float32",
    ),
    "k": (lambda: npx.topk(np.ones(3), k=4), ValueError, r"topk: `k` must be in \[1, 3\]; got 4"),
    "axis": (lambda: np.sort(np.ones(3), axis=1), IndexError, "sort: `axis`.*got 1"),
    "side": (
        lambda: np.searchsorted(np.ones(3), 1, side="up"),
        ValueError,
        "searchsorted: `side` must be left or right; got up",
    ),
    "sorted axes": (
        lambda: np.searchsorted(np.ones((3, 1)), 1),
        ValueError,
        r"`a` must have one axis; got shape \(3, 1\)",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_refused(name):
    call, kind, text = BAD[name]
    with pytest.raises(kind, match=text):
        call()
