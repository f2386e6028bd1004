"""Sets, orders and searches of `weft.np`, by NumPy."""

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy_oracle import check, check_gradient, ours, same
from weft import np

RANDOM = numpy.random.default_rng(4)
A = RANDOM.integers(0, 6, 15)
B = RANDOM.integers(3, 9, 8)
F = RANDOM.standard_normal((4, 5))
EMPTY = numpy.zeros(0, "int64")

VECTORS = st.lists(st.integers(-3, 3), max_size=8).map(lambda v: numpy.array(v, "int64"))


@settings(max_examples=60, deadline=None)
@given(VECTORS, VECTORS)
def test_sets_of_any_vectors_are_numpys(a, b):
    for name in ("union1d", "intersect1d", "setdiff1d", "setxor1d", "isin"):
        check(name, a, b)
    check("isin", a, b, invert=True)
    check("intersect1d", a, b, return_indices=True)
    check("unique", a, return_index=True, return_inverse=True, return_counts=True)


@pytest.mark.parametrize(
    ("name", "args", "options"),
    [
        ("union1d", (F, B), {}),
        ("intersect1d", (numpy.unique(A), numpy.unique(B), True, True), {}),
        ("setdiff1d", (numpy.array([5, 1, 3]), B), {"assume_unique": True}),
        ("setxor1d", (numpy.unique(A), numpy.unique(B), True), {}),
        ("isin", (F > 0, [True]), {}),
        ("isin", (A.reshape(3, 5), B), {"kind": "table"}),
        ("unique", (F.round(0),), {"axis": 1, "return_counts": True}),
        ("unique_all", (A,), {}),
        ("unique_counts", (A,), {}),
        ("unique_inverse", (A.reshape(3, 5),), {}),
    ],
)
def test_options_of_sets_are_numpys(name, args, options):
    check(name, *args, **options)


@pytest.mark.parametrize("axis", [None, 0, -1])
def test_orders_are_numpys(axis):
    check("sort", F, axis, "stable")
    check("argsort", F, axis=axis, stable=True)
    for name in ("partition", "argpartition"):
        found = getattr(np, name)(ours(F), [1, 3], axis)
        flat, place = (F.reshape(-1), 0) if axis is None else (F, axis)
        values = found.asnumpy()
        if name == "argpartition":
            values = numpy.take_along_axis(flat, values, place)
        wanted = numpy.sort(flat, place)
        numpy.testing.assert_array_equal(values.take([1, 3], place), wanted.take([1, 3], place))
        numpy.testing.assert_array_equal(numpy.sort(values, place), wanted)


@pytest.mark.parametrize(
    ("name", "args", "options"),
    [
        ("lexsort", ((A, A[::-1], A % 2),), {}),
        ("lexsort", (RANDOM.integers(0, 3, (2, 3, 4)), 0), {}),
        ("searchsorted", (A, B), {"sorter": numpy.argsort(A)}),
        ("searchsorted", (numpy.sort(A), B, "right"), {}),
        ("digitize", (F, numpy.array([-1.0, 0.0, 0.5])), {}),
        ("digitize", (F, numpy.array([0.5, 0.0, -1.0]), True), {}),
        ("digitize", (B, numpy.array([4, 4, 7])), {"right": True}),
        ("digitize", (B, numpy.array([7, 4, 4])), {}),
        ("compress", ([True, False, True], F), {"axis": 0}),
        ("extract", (F > 0, F), {}),
        ("flatnonzero", (F > 0,), {}),
        ("argwhere", (F > 0,), {}),
    ],
)
def test_searches_are_numpys(name, args, options):
    check(name, *args, **options)


def test_different_values_are_in_order():
    same(np.unique_values(ours(A)), numpy.unique(A))


def test_gradients_of_orders_are_those_of_differences():
    check_gradient(lambda x: np.partition(x, 2, 0), F)
    check_gradient(lambda x: np.sort(x, kind="stable"), F)
    check_gradient(lambda x: np.unique(x), F)


@pytest.mark.parametrize("shape", [(0,), (2, 0, 3), (0, 3)])
@pytest.mark.parametrize("name", ["partition", "argpartition"])
def test_what_has_no_elements_is_in_order_at_every_place(name, shape):
    check(name, numpy.zeros(shape), 5, 0)


def test_arrays_are_partitioned_in_place():
    x = ours(F)
    x.partition(2, 0)
    assert (x[2].asnumpy() == numpy.sort(F, 0)[2]).all()
    same(x.argpartition(2, 0)[2].shape, (5,))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: np.sort(np.ones(2), kind="bubble"), "sort: `kind`"),
        (lambda: np.sort(np.ones(2), order="x"), "sort: `order`"),
        (lambda: np.partition(np.ones(2), 5), r"partition: `kth` must be in \[-2, 2\)"),
        (lambda: np.partition(np.ones(2), 0.5), "partition: `kth` must be integers"),
        (lambda: np.lexsort(([1, 2], [1])), "lexsort: `keys`"),
        (lambda: np.digitize([1.0], [0.0, 2.0, 1.0]), "digitize: `bins`"),
        (lambda: np.isin([1], [1], kind="hash"), "isin: `kind`"),
        (lambda: np.searchsorted([1, 2], 1, sorter=[0.5, 1]), "searchsorted: `sorter`"),
    ],
)
def test_wrong_arguments_of_orders_are_told(call, told):
    with pytest.raises((ValueError, TypeError), match=told):
        call()
