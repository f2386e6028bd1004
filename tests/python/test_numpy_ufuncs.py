"""What ufuncs have beside their arrays, their methods, and functions of bits and of dtypes, by
NumPy."""

import inspect

import numpy
import pytest
from numpy_oracle import check, check_gradient, ours, same
from weft import hybridize, np

RANDOM = numpy.random.default_rng(9)
A = RANDOM.standard_normal((3, 4, 2))
P = RANDOM.uniform(0.5, 2, (3, 4, 2))
K = RANDOM.integers(1, 9, (3, 4, 2))
BOTH = [
    *("add", "subtract", "multiply", "divide", "maximum", "minimum", "fmax", "fmin", "power"),
    *("hypot", "logaddexp", "arctan2", "copysign", "fmod", "remainder", "heaviside"),
]
WHOLE = ["bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm", "left_shift", "floor_divide"]
TRUTH = ["logical_and", "logical_or", "logical_xor"]


def operands(name):
    return (K % 5, K[::-1] % 5) if name in WHOLE else (P, P[::-1])


@pytest.mark.parametrize("name", BOTH + WHOLE + TRUTH)
def test_methods_of_ufuncs_are_numpys(name):
    x, y = operands(name)
    mine, theirs = getattr(np, name), getattr(numpy, name)
    same(mine.reduce(ours(x)), theirs.reduce(x))
    same(mine.reduce(ours(x), axis=-1, keepdims=True), theirs.reduce(x, axis=-1, keepdims=True))
    same(mine.accumulate(ours(x), axis=1), theirs.accumulate(x, axis=1))
    places = [0, 2, 1, 3]
    same(mine.reduceat(ours(x), places, axis=1), theirs.reduceat(x, places, axis=1))
    same(mine.outer(ours(x[0]), ours(y[1])), theirs.outer(x[0], y[1]))
    assert (mine.nin, mine.nout, mine.identity) == (2, 1, theirs.identity)


@pytest.mark.parametrize("name", ["add", "multiply", "maximum", "logical_or", "bitwise_or", "gcd"])
def test_reductions_of_ufuncs_take_all_options(name):
    x = operands(name)[0]
    mine, theirs = getattr(np, name), getattr(numpy, name)
    mask = RANDOM.uniform(size=x.shape) < 0.5
    start = {"initial": 1} if name == "maximum" else {}
    for options in ({"axis": None}, {"axis": (0, 2)}, {"axis": 1, "initial": 3}):
        same(mine.reduce(ours(x), **options), theirs.reduce(x, **options))
    same(mine.reduce(ours(x), where=ours(mask), **start), theirs.reduce(x, where=mask, **start))


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "maximum", "negative"])
def test_ufuncs_write_at_indices_as_often_as_they_are_named(name):
    places = numpy.array([0, 2, 0, 1, 0])
    more = () if name == "negative" else (RANDOM.standard_normal(5),)
    found, wanted = np.zeros(4, "float64") + 2, numpy.zeros(4) + 2
    getattr(np, name).at(found, ours(places), *ours(more))
    getattr(numpy, name).at(wanted, places, *more)
    same(found, wanted)
    found, wanted = ours(A), A.copy()
    np.add.at(found, (slice(None), [0, 0, 3]), 1.0)
    numpy.add.at(wanted, (slice(None), [0, 0, 3]), 1.0)
    same(found, wanted)


def test_ufuncs_take_the_options_of_numpys():
    x, y, mask = A, P, A > 0
    ox, oy, om = ours(x), ours(y), ours(mask)
    out = np.zeros(x.shape, "float64")
    assert np.divide(ox, oy, out=out, where=om) is out
    same(out, numpy.divide(x, y, out=numpy.zeros_like(x), where=mask))
    assert np.add(ox, oy, out) is out
    same(out, x + y)
    assert np.exp(ox, out=(out,)) is out
    same(out, numpy.exp(x))
    same(np.multiply(ox, oy, dtype="float32"), numpy.multiply(x, y, dtype="float32"))
    same(np.add(ours(K), 1, dtype="float64"), numpy.add(K, 1, dtype="float64"))
    small = np.zeros(x.shape, "float32")
    np.add(ox, oy, out=small)
    same(small, numpy.add(x, y, out=numpy.zeros(x.shape, "float32")))
    assert np.sqrt(ox, out=None).shape == x.shape
    with pytest.raises(TypeError, match="add: `out` must have a dtype"):
        np.add(ox, oy, out=np.zeros(x.shape, "int64"))
    with pytest.raises(TypeError, match="add: `dtype` must be one"):
        np.add(ox, oy, dtype="int64")
    same(np.add(ox, 0.0, dtype="int64", casting="unsafe"), x.astype("int64"))


def test_ufuncs_have_the_signature_and_help_of_the_operator():
    assert str(inspect.signature(np.add)) == str(inspect.signature(np._ops.add))
    assert np.add.__doc__ == np._ops.add.__doc__ and np.add.__name__ == "add"
    with pytest.raises(TypeError, match="`other` is no argument"):
        np.add(1, 2, other=3)
    with pytest.raises(ValueError, match="exp: `reduce` is for functions of two arrays"):
        np.exp.reduce([1.0])
    with pytest.raises(ValueError, match="subtract: `array` must have elements"):
        np.subtract.reduce(np.zeros((0, 2)))


@pytest.mark.parametrize(
    "function",
    [
        np.multiply.reduce,
        np.subtract.reduce,
        np.logaddexp.reduce,
        np.maximum.accumulate,
        lambda x: np.divide(x, 2.0, where=x > 1),
        lambda x: np.multiply.outer(x[0], x[1]),
        lambda x: np.frexp(x)[0],
    ],
)
def test_gradients_of_methods_are_those_of_differences(function):
    check_gradient(function, P)


def test_methods_of_ufuncs_run_in_hybridized_functions():
    def several(x):
        return np.hypot.reduce(x), np.maximum.accumulate(x), np.divide(x, 2, where=x > 1)

    x = ours(P)
    same(hybridize(several)(x), [found.asnumpy() for found in several(x)])


@pytest.mark.parametrize(
    ("name", "args", "options"),
    [
        ("packbits", (K > 4,), {"axis": 1}),
        ("packbits", (K % 2,), {"bitorder": "little"}),
        ("unpackbits", (K.astype("uint8"),), {"axis": -1, "count": 5}),
        ("unpackbits", (K.astype("uint8"),), {"bitorder": "little", "count": -3}),
        ("bitwise_count", (-K,), {}),
        ("frexp", (A,), {}),
        ("nextafter", (A, P), {}),
        ("spacing", (A,), {}),
        ("float_power", (K, 0.5), {}),
        ("can_cast", ("int64", "int8", "same_kind"), {}),
        ("can_cast", ("float32", "int64", "unsafe"), {}),
        ("can_cast", ("float32", "int64", "same_kind"), {}),
        ("can_cast", ("int8", "int8", "no"), {}),
        ("promote_types", ("int8", "uint16"), {}),
        ("min_scalar_type", (-300,), {}),
        ("common_type", (A.astype("float16"), A.astype("float64")), {}),
        ("issubdtype", ("int8", numpy.integer), {}),
        ("issubdtype", ("float64", numpy.integer), {}),
        ("ascontiguousarray", (A.T,), {}),
        ("asfortranarray", (A,), {}),
        ("asanyarray", (K,), {}),
        ("asarray_chkfinite", (A,), {}),
        ("require", (A.T, "float32", ["C", "O"]), {}),
    ],
)
def test_functions_of_bits_and_dtypes_are_numpys(name, args, options):
    check(name, *args, **options)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: np.packbits([0.5]), "packbits: `a`"),
        (lambda: np.unpackbits([1]), "unpackbits: `a` must be uint8"),
        (lambda: np.bitwise_count([0.5]), "bitwise_count: `x`"),
        (lambda: np.asarray_chkfinite([np.nan]), "asarray_chkfinite: `a`"),
        (lambda: np.require([1], None, "Q"), "require: `requirements`"),
        (lambda: np.can_cast("int8", "int8", "maybe"), "can_cast: `casting`"),
        (lambda: np.common_type(np.ones(2, "bool")), "common_type: `arrays`"),
    ],
)
def test_wrong_arguments_of_bits_and_dtypes_are_told(call, told):
    with pytest.raises((ValueError, TypeError), match=told):
        call()


def test_dtypes_of_bfloat16_are_below_the_floating_ones():
    assert np.issubdtype(np.bfloat16, np.floating) and not np.issubdtype(np.bfloat16, np.integer)
    assert np.issubdtype("bfloat16", np.bfloat16)
    assert np.promote_types("bfloat16", "float32").name == "float32"


def test_functions_of_numpy_give_arrays_of_weft():
    x = ours(P)
    same(numpy.add.reduce(x, axis=1), P.sum(1))
    same(numpy.maximum.accumulate(x), numpy.maximum.accumulate(P))
    same(numpy.sum(x, axis=0, where=ours(P > 1)), P.sum(0, where=P > 1))
    same(numpy.nanvar(x, 1), numpy.nanvar(P, 1))
    same(numpy.divide(x, 2.0, where=ours(P > 1)) * ours(P > 1), P / 2 * (P > 1))
    for found in (
        numpy.add.outer(x[0], x[1]),
        numpy.quantile(x, 0.3),
        numpy.convolve(x[0, 0], 2.0),
    ):
        assert isinstance(found, np.ndarray)
