"""Integers beyond 2^53, which a float64 does not hold, are computed as integers."""

import numpy
import pytest
import weft
from weft import np

STARTS = [2**53, 2**53 - 2, 2**60 + 1, 2**62, 2**63 - 6, -(2**53) - 1, -(2**63)]


def exact(start, stop, step):
    return list(range(start, stop, step))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("step", [1, 2, 5])
def test_ranges_of_int64_are_exact(start, step):
    found = np.arange(start, start + 5, step)
    assert found.dtype == np.int64
    assert found.tolist() == exact(start, start + 5, step)
    assert np.arange(start + 5, start, -step).tolist() == exact(start + 5, start, -step)
    traced = weft.hybridize(lambda x: x + np.arange(start, start + 5, step))
    assert traced(np.array(0)).tolist() == exact(start, start + 5, step)


@pytest.mark.parametrize("start", [2**63, 2**64 - 5, 2**63 - 2])
def test_ranges_of_uint64_are_exact(start):
    assert np.arange(start, start + 5, dtype="uint64").tolist() == exact(start, start + 5, 1)
    assert np.arange(start + 4, start, -2, dtype="uint64").tolist() == exact(start + 4, start, -2)
    assert np.arange(start, start + 3).dtype == np.uint64


def test_ranges_with_wide_steps_are_exact():
    assert np.arange(-(2**63), 2**63 - 1, 2**62).tolist() == exact(-(2**63), 2**63 - 1, 2**62)
    assert np.arange(0, 2**60, 2**55 + 1).tolist() == exact(0, 2**60, 2**55 + 1)
    assert np.arange(2**60, 2**60).shape == (0,)
    assert np.arange(2**60, 2**59).shape == (0,)


@pytest.mark.parametrize(
    ("args", "dtype"), [((2**63 - 2, 2**63 + 2), "int64"), ((-(2**60), 3, 2**58), "uint64")]
)
def test_a_range_beyond_its_dtype_is_refused(args, dtype):
    with pytest.raises(OverflowError, match=f"arange: .* is out of range for {dtype}"):
        np.arange(*args, dtype=dtype)


@pytest.mark.parametrize("endpoint", [True, False])
@pytest.mark.parametrize(
    ("start", "stop", "num", "dtype"),
    [
        (2**53, 2**53 + 4, 5, "int64"),
        (2**62, 2**62 + 4, 5, "int64"),
        (2**62, 2**62 + 10, 4, "int64"),
        (0, 2**63 - 1, 7, "int64"),
        (-(2**63), 2**63 - 1, 1000, "int64"),
        (2**63 - 1, -(2**63), 3, "int64"),
        (2**63, 2**64 - 1, 9, "uint64"),
        (2**62, 2**62 + 4, 1, "int64"),
        (2**62, 2**62 + 4, 0, "int64"),
    ],
)
def test_integers_between_integers_are_exact(start, stop, num, dtype, endpoint):
    steps = max(num - 1 if endpoint else num, 1)
    right = [start + i * (stop - start) // steps for i in range(num)]
    found = np.linspace(start, stop, num, endpoint, dtype)
    assert found.dtype == dtype
    assert found.tolist() == right


@pytest.mark.parametrize("form", [lambda f: f, weft.hybridize], ids=["eager", "hybridized"])
@pytest.mark.parametrize("dtype", ["int64", "uint64"])
def test_operators_keep_every_bit(form, dtype):
    base = 2**62 + 1 if dtype == "int64" else 2**63 + 1
    x = numpy.array([base - 1, base, base + 1], dtype)

    def all_of(a):
        filled = a.copy()
        filled[1] = base + 7
        return (
            a == base,
            a < base,
            a >= base,
            np.clip(a, base, base),
            np.maximum(a, base),
            np.where(a > base, a, base),
            np.full((2,), base, dtype),
            np.full_like(a, base),
            filled,
            a + 1,
            a // 2,
            a % 1000,
            np.sort(a)[::-1],
            a.max(),
            a.sum(),
            np.cumsum(a),
            np.unique(a),
        )

    limit = numpy.array(base, dtype)
    filled = x.copy()
    filled[1] = base + 7
    right = (
        x == limit,
        x < limit,
        x >= limit,
        numpy.clip(x, limit, limit),
        numpy.maximum(x, limit),
        numpy.where(x > limit, x, limit),
        numpy.full((2,), base, dtype),
        numpy.full_like(x, base),
        filled,
        x + limit.dtype.type(1),
        x // limit.dtype.type(2),
        x % limit.dtype.type(1000),
        numpy.sort(x)[::-1],
        x.max(),
        x.sum(),
        numpy.cumsum(x),
        numpy.unique(x),
    )
    for number, (a, b) in enumerate(zip(form(all_of)(np.array(x)), right, strict=True)):
        numpy.testing.assert_array_equal(a.asnumpy(), b, err_msg=str(number))
        assert a.dtype == b.dtype


@pytest.mark.parametrize(
    ("low", "high", "dtype"),
    [
        (2**62, 2**62 + 3, "int64"),
        (2**63 - 2, 2**63, "int64"),
        (-(2**63), 2**63, "int64"),
        (2**63, 2**63 + 3, "uint64"),
        (2**64 - 2, 2**64, "uint64"),
        (0, 2**64, "uint64"),
        (5, 2**63 + 5, "uint64"),
    ],
)
def test_random_integers_reach_both_ends_of_their_range(low, high, dtype):
    weft.random.seed(3)
    found = np.random.randint(low, high, size=400, dtype=dtype)
    numbers = found.tolist()
    assert found.dtype == dtype
    assert all(low <= number < high for number in numbers)
    if high - low < 10:
        assert set(numbers) == set(range(low, high))
    else:
        # Of 400 numbers some lie in each quarter of the range: none with probability 2^-160.
        assert {(number - low) * 4 // (high - low) for number in numbers} == {0, 1, 2, 3}


def test_random_ranges_beyond_the_dtype_are_refused():
    for low, high, dtype in ((0, 2**63 + 1, "int64"), (0, 2**64 + 1, "uint64"), (-1, 2, "uint64")):
        with pytest.raises(ValueError, match="in the range of"):
            np.random.randint(low, high, dtype=dtype)
