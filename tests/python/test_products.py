"""dot, inner, vdot, outer, tensordot, vecdot and others beside NumPy: ranks, dtypes, mistakes."""

import numpy
import pytest
from weft import np

SHAPES = [(), (3,), (2, 3), (3, 2), (3, 3), (2, 4, 3), (4, 3, 2), (0, 3), (3, 0)]
DTYPES = ["float32", "float64", "int8", "int64", "bool"]
AXES = {
    "none": ((2, 3), (4,), 0),
    "one": ((2, 3), (3, 4), 1),
    "two": ((5, 2, 3), (2, 3, 4), 2),
    "all": ((2, 3), (2, 3), 2),
    "numbers": ((2, 3), (4, 3), (1, 1)),
    "negative": ((2, 3), (4, 3), (-1, -1)),
    "lists": ((2, 3, 4), (4, 5, 2), ([2, 0], [0, 2])),
    "empty lists": ((2,), (3,), ([], [])),
    "nothing to sum": ((2, 0), (0, 3), 1),
}


def numbers(shape, dtype, seed):
    values = numpy.random.default_rng(seed).integers(-3, 4, shape)
    return numpy.asarray(values).astype(dtype)


def same(found, wanted):
    assert found.dtype == wanted.dtype
    assert found.shape == wanted.shape
    numpy.testing.assert_array_equal(found.asnumpy(), wanted)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["dot", "inner", "vdot", "outer", "vecdot", "matvec", "vecmat"])
def test_every_pair_of_shapes_equals_numpy_or_is_refused(name, dtype):
    compared = 0
    for first in SHAPES:
        for second in SHAPES:
            a, b = numbers(first, dtype, 1), numbers(second, dtype, 2)
            if not hasattr(numpy, name):
                pytest.skip(f"this NumPy has no {name}")
            try:
                wanted = numpy.asarray(getattr(numpy, name)(a, b))
            except ValueError:
                with pytest.raises(ValueError, match=f"{name}: "):
                    getattr(np, name)(np.array(a), np.array(b))
                continue
            same(getattr(np, name)(np.array(a), np.array(b)), wanted)
            compared += 1
    assert compared >= 10


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", AXES.values(), ids=AXES)
def test_tensordot_equals_numpy(case, dtype):
    first, second, axes = case
    a, b = numbers(first, dtype, 1), numbers(second, dtype, 2)
    same(np.tensordot(np.array(a), np.array(b), axes), numpy.tensordot(a, b, axes))


def test_dtypes_are_promoted_and_numbers_are_weak():
    a = np.array([1, 2, 3], "int8")
    assert np.dot(a, np.array([1.5, 2, 3], "float64")).dtype.name == "float64"
    same(np.dot(2, a), numpy.array([2, 4, 6], "int8"))
    same(np.outer(2, a), numpy.array([[2, 4, 6]], "int8"))
    same(np.outer(a, 2), numpy.array([[2], [4], [6]], "int8"))
    same(np.vdot(2, np.array([3], "int8")), numpy.array(6, "int8"))
    assert np.vdot([1, 2], [3, 4]).item() == 11
    assert np.inner([1, 2], [[3, 4], [5, 6]]).tolist() == [11, 17]
    assert np.array([1, 2]).dot([3, 4]).item() == 11
    assert numpy.dot(np.array([1, 2]), np.array([3, 4])).item() == 11


MISTAKES = {
    "extents of dot": (
        lambda: np.dot(np.ones((2, 3)), np.ones((4, 2))),
        ValueError,
        r"dot: axis 1 of `a` \(2, 3\) and axis 0 of `b` \(4, 2\) must have one extent; got 3 and 4",
    ),
    "elements of vdot": (
        lambda: np.vdot(np.ones((2, 3)), np.ones(5)),
        ValueError,
        r"vdot: .* equally many elements; got shapes \(2, 3\) and \(5,\)",
    ),
    "number of axes": (
        lambda: np.tensordot(np.ones(2), np.ones((2, 3))),
        ValueError,
        "tensordot: `axes` must be from 0 to the number of axes of `a` and of `b`, 1 and 2; got 2",
    ),
    "axes without partners": (
        lambda: np.tensordot(np.ones((2, 3)), np.ones((2, 3)), ([0, 1], [0])),
        ValueError,
        "`a_axes` and `b_axes` must be equally many; got 2 and 1",
    ),
    "axis that is not there": (
        lambda: np.tensordot(np.ones((2, 3)), np.ones((2, 3)), (2, 0)),
        IndexError,
        r"tensordot: `a_axes` must be in \[-2, 2\)",
    ),
    "axis named twice": (
        lambda: np.tensordot(np.ones((2, 2)), np.ones((2, 2)), ([0, -2], [0, 1])),
        ValueError,
        "tensordot: `a_axes` must not repeat an axis; got -2 twice",
    ),
    "axes that are no axes": (
        lambda: np.tensordot(np.ones(2), np.ones(2), 0.5),
        TypeError,
        "tensordot: `axes` must be an integer or two lists of axes; got 0.5",
    ),
    "too many axes": (
        lambda: np.tensordot(np.ones((1,) * 9), np.ones((1,) * 9), 0),
        ValueError,
        r"tensordot: `a and b` .*16 axes; got 18",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_named(mistake):
    call, kind, text = mistake
    with pytest.raises(kind, match=text):
        call()
