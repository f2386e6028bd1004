"""What ufuncs have beside their arrays, their methods, and functions of bits and of dtypes, by
NumPy."""

import copy
import inspect
import pickle

import numpy
import pytest
from numpy_oracle import check, check_gradient, ours, same
from weft import autograd, hybridize, np

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


@pytest.mark.parametrize("name", ["add", "cbrt", "sum", "var", "clip", "sort", "take", "reshape"])
def test_a_function_in_front_of_an_operator_is_one_to_python(name):
    function = getattr(np, name)
    assert pickle.loads(pickle.dumps(function)) is function
    assert function.__name__ == name
    assert function.__module__.startswith("weft.np")
    assert function.__doc__
    assert repr(function).startswith("<function weft.np")
    assert inspect.signature(function).parameters
    assert callable(copy.deepcopy(function))


X, Y = RANDOM.standard_normal((2, 3, 4)).astype("float32")
SHORT = {
    "add": [
        ((X, Y), {}),
        ((X, Y, "out"), {}),
        ((X, Y), {"out": "out"}),
        ((X, Y), {"where": X > 0}),
    ],
    "sum": [((X, 1), {}), ((X,), {"axis": 0, "keepdims": True}), ((X, 0, "float64"), {})],
    "mean": [((X, 1), {}), ((X,), {"dtype": "float64"}), ((X, 0, None, None, True), {})],
    "var": [((X, 1), {"ddof": 1}), ((X,), {"correction": 1}), ((X, 1, None, None, 1), {})],
    "max": [((X, 1), {}), ((X,), {"axis": 0, "initial": 0.5})],
    "clip": [((X, -1, 1), {}), ((X,), {"a_min": 0, "a_max": 1}), ((X, 0, None), {})],
    "cumsum": [((X, 1), {}), ((X,), {"axis": 0, "dtype": "float64"})],
    "sort": [((X, 0), {}), ((X,), {"axis": 1, "kind": "stable"})],
    "take": [((X, numpy.array([1, 0]), 1), {}), ((X, 3), {"mode": "wrap"})],
    "reshape": [((X, (4, 3)), {}), ((X, (4, 3)), {"order": "F"})],
}


@pytest.mark.parametrize(
    ("name", "args", "options"),
    [(name, *call) for name, calls in SHORT.items() for call in calls],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_short_and_long_ways_give_what_numpy_gives(name, args, options):
    def called(module, wrap):
        out = wrap(numpy.zeros_like(X))
        place = lambda a: out if isinstance(a, str) and a == "out" else a  # noqa: E731
        arrays = [wrap(a) if isinstance(a, numpy.ndarray) else place(a) for a in args]
        named = {
            k: wrap(v) if isinstance(v, numpy.ndarray) else place(v) for k, v in options.items()
        }
        if "where" in named:
            named["out"] = out
        return getattr(module, name)(*arrays, **named)

    found, wanted = called(np, np.array), called(numpy, numpy.array)
    assert found.dtype == wanted.dtype
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("call", [lambda: np.sum(X, axes=1), lambda: np.add(X, Y, outt=X)])
def test_an_unknown_argument_of_a_short_function_is_told(call):
    with pytest.raises(TypeError, match=r"axes|outt"):
        call()


def test_the_slope_of_a_cube_root_is_infinite_at_zero():
    x = np.array([-8.0, 0.0, 27.0])
    assert np.cbrt(x).round(6).tolist() == [-2, 0, 3]
    slope = autograd.grad(lambda x: np.cbrt(x).sum())(x).asnumpy()
    numpy.testing.assert_allclose(slope, [1 / 12, numpy.inf, 1 / 27], rtol=1e-6)
