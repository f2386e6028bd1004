"""Python's operators on arrays, and the functions under them, do what NumPy's do."""

import operator

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import autograd, np, npx

INTEGERS = ["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"]
FLOATS = ["float16", "float32", "float64"]
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod]
BITS = [operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift]
IN_PLACE = [operator.ifloordiv, operator.imod, operator.ipow, operator.iand, operator.ior]
IN_PLACE += [operator.ixor, operator.ilshift, operator.irshift]


def numbers(dtype, size=40, seed=0):
    """Numbers of both signs, zeros and extremes among them."""
    generator = numpy.random.default_rng(seed)
    if "float" in dtype:
        return generator.uniform(-9, 9, size).astype(dtype)
    info = numpy.iinfo(dtype)
    found = generator.integers(max(info.min, -9), 10, size).astype(dtype)
    found[:2] = info.min, info.max
    return found


@numpy.errstate(all="ignore")
def same(function, *arrays):
    """NumPy and Weft give the same elements and dtype."""
    want = function(*arrays)
    have = function(*(np.array(x) if isinstance(x, numpy.ndarray) else x for x in arrays))
    assert have.dtype == want.dtype
    if have.dtype.kind == "f":
        tiny = numpy.finfo(have.dtype).eps
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=8 * tiny, atol=tiny)
    else:
        numpy.testing.assert_array_equal(have.asnumpy(), want)


@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
@pytest.mark.parametrize("function", ARITHMETIC, ids=str)
def test_arithmetic_equals_numpy(function, dtype):
    same(function, numbers(dtype), numbers(dtype, seed=1))


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("function", BITS, ids=str)
def test_bits_equal_numpy(function, dtype):
    same(function, numbers(dtype), numbers(dtype, seed=1))


@pytest.mark.parametrize("function", [operator.and_, operator.or_, operator.xor], ids=str)
def test_bits_of_bools_are_logic(function):
    flags = numpy.array([False, True])
    same(function, *numpy.meshgrid(flags, flags))
    same(operator.invert, flags)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_invert_and_shifts_by_numbers(dtype):
    x = numbers(dtype)
    same(operator.invert, x)
    same(lambda x: x << 3, x)
    same(lambda x: x >> 2, x)
    same(lambda x: x & 5, x)


@pytest.mark.parametrize("dtype", [*FLOATS, "int32", "int64", "uint8"])
@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 7])
def test_powers_by_whole_numbers(dtype, exponent):
    same(lambda x: x**exponent, numbers(dtype))


@pytest.mark.parametrize("exponent", [-1, -2, 0.5, 1.5, -0.5])
def test_powers_of_floats(exponent):
    same(lambda x: x**exponent, numbers("float64"))
    same(lambda x: exponent**x, numbers("float64"))


@pytest.mark.parametrize("exponent", [2, 3, 4, -1, -2])
def test_whole_powers_are_within_two_units_in_the_last_place(exponent):
    generator = numpy.random.default_rng(exponent + 9)
    x = generator.standard_normal(4000) * 10.0 ** generator.uniform(-20, 20, 4000)
    x = numpy.append(x, [0.0, -0.0, numpy.inf, -numpy.inf, numpy.nan]).astype("float32")
    with numpy.errstate(all="ignore"):
        exact = x.astype("float64") ** exponent
        want = exact.astype("float32")
    have = (np.array(x) ** exponent).asnumpy()
    finite = numpy.isfinite(want)
    numpy.testing.assert_array_equal(have[~finite], want[~finite])
    numpy.testing.assert_array_equal(numpy.signbit(have[finite]), numpy.signbit(want[finite]))
    assert (abs(have[finite] - exact[finite]) <= 2 * numpy.spacing(abs(want[finite]))).all()


def test_powers_have_the_bits_of_the_operator_they_are():
    x = np.array(abs(numbers("float32")))
    for power, function in ((2, np.square), (0.5, np.sqrt), (-1, np.reciprocal)):
        assert ((x**power) == function(x)).all()
        assert (np.power(x, power) == function(x)).all()


def test_negative_bases_and_infinities():
    grid = numpy.array([-numpy.inf, -3, -1, -0.5, -0.0, 0, 0.5, 1, 2, numpy.inf, numpy.nan])
    same(numpy.power, *numpy.meshgrid(grid, grid))
    same(numpy.power, *numpy.meshgrid(grid, numpy.arange(-4.0, 5)))


@pytest.mark.parametrize("function", [np.floor_divide, np.remainder, np.fmod], ids=str)
def test_integers_divided_by_zero_give_zero(function):
    x = np.array([5, -5, 0])
    assert function(x, np.array([0, 0, 0])).tolist() == [0, 0, 0]


@pytest.mark.parametrize("function", IN_PLACE, ids=str)
def test_in_place_operators_write_through_views(function):
    base = numpy.arange(1, 9, dtype="int32")
    ours = np.array(base)
    want = base.copy()
    want[::2] = function(want[::2], 2)
    view = ours[::2]
    returned = function(view, 2)
    assert returned is view
    numpy.testing.assert_array_equal(ours.asnumpy(), want)


def test_divmod_abs_and_round():
    x = numbers("float64")
    for ours, theirs in zip(divmod(np.array(x), 2.5), divmod(x, 2.5), strict=True):
        numpy.testing.assert_array_equal(ours.asnumpy(), theirs)
    for ours, theirs in zip(divmod(7.0, np.array(x)), divmod(7.0, x), strict=True):
        numpy.testing.assert_array_equal(ours.asnumpy(), theirs)
    numpy.testing.assert_array_equal(abs(np.array(x)).asnumpy(), abs(x))
    numpy.testing.assert_array_equal(round(np.array(x), 1).asnumpy(), x.round(1))
    numpy.testing.assert_array_equal(round(np.array(x)).asnumpy(), x.round())
    assert round(np.array([17, 25]), -1).tolist() == numpy.array([17, 25]).round(-1).tolist()


def test_floor_of_integers_keeps_their_dtype():
    x = numpy.array([3, -4], "int16")
    for function in (numpy.floor, numpy.ceil, numpy.trunc):
        same(function, x)


@given(
    st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=20),
    st.floats(-1e300, 1e300).filter(bool),
)
@settings(deadline=None)
def test_remainders_are_exact(values, divisor):
    x = numpy.array(values)
    for function in (numpy.fmod, numpy.remainder):
        want = function(x, divisor)
        numpy.testing.assert_array_equal(function(np.array(x), divisor).asnumpy(), want)


# ---- reductions

REDUCTIONS = ["sum", "prod", "mean", "var", "std", "max", "min", "ptp", "all", "any"]


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (1, -1, 0), ()], ids=str)
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_take_axes_as_numpy_does(name, axis, keepdims):
    x = numpy.random.default_rng(3).uniform(0.5, 1.5, (3, 4, 2))
    have = getattr(np, name)(np.array(x), axis=axis, keepdims=keepdims).asnumpy()
    numpy.testing.assert_allclose(
        have, getattr(numpy, name)(x, axis=axis, keepdims=keepdims), rtol=1e-13
    )


@pytest.mark.parametrize("dtype", ["bool", *INTEGERS])
@pytest.mark.parametrize("name", ["sum", "prod", "cumsum", "cumprod"])
def test_integers_accumulate_in_64_bits(name, dtype):
    x = numbers(dtype) if dtype != "bool" else numpy.array([True, False, True])
    have = getattr(np, name)(np.array(x))
    want = getattr(numpy, name)(x)
    assert have.dtype == want.dtype
    numpy.testing.assert_array_equal(have.asnumpy(), want)


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "var", "std", "cumsum", "cumprod"])
def test_dtype_says_what_to_compute_in(name):
    x = numpy.arange(1, 7, dtype="int32").reshape(2, 3)
    have = getattr(np, name)(np.array(x), axis=1, dtype="float64")
    want = getattr(numpy, name)(x, axis=1, dtype="float64")
    assert have.dtype == want.dtype
    numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-14)


def test_reductions_of_nothing():
    empty = numpy.zeros((0, 3))
    for name in ("sum", "prod", "all", "any", "count_nonzero"):
        want = getattr(numpy, name)(empty, axis=0)
        numpy.testing.assert_array_equal(getattr(np, name)(np.array(empty), axis=0).asnumpy(), want)
    assert npx.logsumexp(np.zeros((0,))).item() == -numpy.inf


def test_methods_are_the_functions():
    x = np.array([[1.25, -2.0], [0.0, 3.5]])
    plain = x.asnumpy()
    for name in ("prod", "std", "var", "all", "any", "cumsum", "cumprod", "round", "argmin"):
        numpy.testing.assert_allclose(getattr(x, name)().asnumpy(), getattr(plain, name)())
    numpy.testing.assert_array_equal(x.clip(-1, 2).asnumpy(), plain.clip(-1, 2))
    numpy.testing.assert_array_equal(x.clip(max=0).asnumpy(), plain.clip(max=0))
    assert x.std(axis=0, ddof=1).asnumpy() == pytest.approx(plain.std(axis=0, ddof=1))


def test_the_last_of_equal_running_extremes_takes_the_cotangent_as_in_pytorch():
    x = np.array([1.0, 3.0, 3.0, 2.0, numpy.nan, 5.0, numpy.nan, 6.0])
    cotangent = np.array([2.0**i for i in range(8)])
    for function, sign in ((npx.cummax, 1), (npx.cummin, -1)):
        signed = x * sign
        signed.attach_grad()
        with autograd.record():
            y = function(signed)
        y.backward(cotangent)
        numpy.testing.assert_array_equal(
            y.asnumpy() * sign, [1, 3, 3, 3, numpy.nan, numpy.nan, numpy.nan, numpy.nan]
        )
        assert signed.grad.tolist() == [1, 2, 4 + 8, 0, 16 + 32, 0, 64 + 128, 0]


def test_first_extreme_wins_and_nan_before_it():
    x = np.array([[1, 3, 3], [2, 0, 0]])
    assert x.argmax(axis=1).tolist() == [1, 0]
    assert x.argmin(axis=1, keepdims=True).tolist() == [[0], [1]]
    assert np.argmax(np.array([1.0, numpy.nan, 5.0, numpy.nan])).item() == 1


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_gradient_of_a_product_with_zeros(zeros):
    x = np.array([[2.0, 3.0, 5.0], [7.0, 1.0, 4.0]], dtype="float64")
    x[0, :zeros] = 0.0
    x.attach_grad()
    with autograd.record():
        y = np.prod(x, axis=1).sum()
    y.backward()
    plain = x.asnumpy()
    want = [[numpy.delete(row, i).prod() for i in range(3)] for row in plain]
    numpy.testing.assert_array_equal(x.grad.asnumpy(), want)


def test_gradient_of_a_running_product_with_zeros():
    x = np.array([2.0, 0.0, 3.0, 0.0, 5.0], dtype="float64")
    x.attach_grad()
    with autograd.record():
        y = np.cumprod(x).sum()
    y.backward()
    plain = x.asnumpy()
    want = numpy.zeros(5)
    for i in range(5):
        for k in range(i, 5):
            want[i] += numpy.delete(plain[: k + 1], i).prod()
    numpy.testing.assert_array_equal(x.grad.asnumpy(), want)


def test_logsumexp_neither_overflows_nor_turns_into_nan():
    inf = numpy.inf
    x = numpy.array([[1000.0, 1000.0], [-inf, -inf], [inf, 1.0], [-1000.0, 0.0]])
    have = npx.logsumexp(np.array(x), axis=1).asnumpy()
    numpy.testing.assert_allclose(have, numpy.logaddexp(x[:, 0], x[:, 1]))


def test_norm_equals_numpys():
    x = numpy.random.default_rng(5).normal(size=(4, 3))
    for options in (
        {},
        {"ord": "fro"},
        {"axis": 1},
        {"axis": 0, "ord": numpy.inf},
        {"axis": 0, "ord": -numpy.inf},
        {"axis": 1, "ord": 0},
        {"axis": 1, "ord": 2.5, "keepdims": True},
        {"ord": 1},
        {"ord": -1},
        {"ord": numpy.inf},
        {"ord": -numpy.inf, "axis": (1, 0), "keepdims": True},
    ):
        want = numpy.linalg.norm(x, **options)
        numpy.testing.assert_allclose(np.linalg.norm(np.array(x), **options).asnumpy(), want)


def test_gradient_of_a_norm_at_zero_is_zero():
    x = np.zeros(3)
    x.attach_grad()
    with autograd.record():
        y = np.linalg.norm(x)
    y.backward()
    assert x.grad.tolist() == [0, 0, 0]


# ---- classes of numbers

ODD = numpy.array([0.0, -0.0, 1, -1, numpy.inf, -numpy.inf, numpy.nan, -numpy.nan])


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["isnan", "isinf", "isfinite", "signbit"])
def test_odd_numbers_are_told_apart(name, dtype):
    plain = ODD.astype(dtype)
    have = getattr(np, name)(np.array(plain)).asnumpy()
    numpy.testing.assert_array_equal(have, getattr(numpy, name)(plain))


@pytest.mark.parametrize("dtype", FLOATS)
def test_odd_numbers_are_replaced(dtype):
    plain = ODD.astype(dtype)
    for options in ({}, {"nan": 3.0, "neginf": -7.0}, {"posinf": 2.0}):
        have = np.nan_to_num(np.array(plain), **options).asnumpy()
        numpy.testing.assert_array_equal(have, numpy.nan_to_num(plain, **options))


@pytest.mark.parametrize("name", ["fmax", "fmin", "maximum", "minimum", "copysign", "hypot"])
def test_pairs_of_odd_numbers(name):
    same(getattr(numpy, name), *numpy.meshgrid(ODD, ODD))


def test_functions_of_numpy_find_the_operators():
    x = np.array([0.25, 0.5])
    for name in ("sin", "arctan", "expm1", "log1p", "power", "floor_divide", "left_shift"):
        function = getattr(numpy, name)
        arguments = [x] if function.nin == 1 else [x, x]
        if name == "left_shift":
            arguments = [np.array([1, 2]), 3]
        assert isinstance(function(*arguments), np.ndarray)


def own(method):
    """Weft's own method, also where weft.mxnet was imported, whose methods take more."""
    return getattr(method, "__wrapped__", method)


# ---- mistakes

MISTAKES = {
    "bits of floats": (
        lambda: np.ones(2) & np.ones(2),
        TypeError,
        "bitwise_and: is not defined for float32",
    ),
    "inverted float": (
        lambda: ~np.ones(2),
        TypeError,
        "invert: `x` must be bool or integer; got float32",
    ),
    "shift of a bool": (
        lambda: np.array([True]) << np.array([True]),
        TypeError,
        "left_shift: is not defined for bool",
    ),
    "negative power of integers": (
        lambda: np.array([1, 2]) ** -1,
        ValueError,
        "power: `x2` must not be negative for an array of int64; got -1",
    ),
    "accumulator that loses": (
        lambda: own(np.ndarray.sum)(np.ones(2), dtype="int8"),
        TypeError,
        "sum: `dtype` must be a floating dtype, int64 or uint64; got int8",
    ),
    "mean in integers": (
        lambda: own(np.ndarray.mean)(np.ones(2), dtype="int64"),
        TypeError,
        "mean: `dtype` must be floating; got int64",
    ),
    "running sum along no axis": (
        lambda: np.cumsum(np.ones((2, 3)), axis=2),
        IndexError,
        r"cumsum: `axis` must be in \[-2, 2\) for an array of rank 2; got 2",
    ),
    "axis given twice": (
        lambda: np.prod(np.ones((2, 3)), axis=(0, -2)),
        ValueError,
        "prod: `axis` must not repeat an axis; got -2 twice",
    ),
    "extreme of nothing": (
        lambda: np.ptp(np.ones((0, 3)), axis=0),
        ValueError,
        "ptp: `x` must not be empty along the reduced axes",
    ),
    "norm of unknown order": (
        lambda: np.linalg.norm(np.ones((2, 2)), ord="two"),
        ValueError,
        "norm: `ord` must be a number, 'fro' or 'nuc'; got 'two'",
    ),
    "norm of matrices of order 3": (
        lambda: np.linalg.norm(np.ones((2, 2)), ord=3),
        ValueError,
        "matrix_norm: `ord` must be 'fro', 'nuc', 1, 2, inf or their negatives; got 3",
    ),
    "temperature of zero": (
        lambda: npx.softmax(np.ones(2), temperature=0),
        ValueError,
        "softmax: `temperature` must be positive; got 0",
    ),
    "gelu by another way": (
        lambda: npx.gelu(np.ones(2), approximation="fast"),
        ValueError,
        "gelu: `approximation` must be erf or tanh; got fast",
    ),
    "slopes of another dtype": (
        lambda: npx.prelu(np.ones((2, 3)), np.ones(3, "float64")),
        TypeError,
        "prelu: `x` is float32 but `gamma` is float64",
    ),
    "rounding to a fraction of a digit": (
        lambda: round(np.ones(2), 0.5),
        TypeError,
        "round: `decimals` must be an integer; got 0.5",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_told_what_and_where(name):
    call, kind, message = MISTAKES[name]
    with pytest.raises(kind, match=message) as error:
        call()
    assert isinstance(error.value, weft.Error)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_means_and_lengths_of_halves_do_not_overflow_on_the_way(dtype):
    x = np.full((70000,), 2.0, dtype=dtype)
    x[::2] = -398.0
    assert np.mean(x).item() == -198
    assert np.std(x).item() == 200
    assert np.linalg.norm(np.full((16,), 1024.0, dtype=dtype)).item() == 4096
    for result in (np.mean(x), np.var(x[:10]), np.linalg.norm(x[:10])):
        assert result.dtype == x.dtype


@pytest.mark.parametrize("dtype", ["int64", "uint64"])
@pytest.mark.parametrize(
    "turn", [int, float, bool, complex, lambda x: x.item(), numpy.ndarray.tolist]
)
def test_an_element_of_64_bits_is_the_number_that_numpy_has(dtype, turn):
    info = numpy.iinfo(dtype)
    for number in [info.min, info.max, 2**53 + 1, info.max // 2 + 1]:
        x = numpy.array(number, dtype)
        found = np.array(x).tolist() if turn is numpy.ndarray.tolist else turn(np.array(x))
        assert found == turn(x) and type(found) is type(turn(x))
