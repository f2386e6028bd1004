"""Corners of NumPy that programs meet: reductions by functions that are not commutative, axes that
are not there, matrices without elements or an inverse, orders of bytes, masks, methods' arguments.
The oracle is NumPy: the same call has its values, or fails as well."""

import sys
import warnings

import numpy
import pytest
import weft
from weft import autograd, np

NAN, INF = numpy.nan, numpy.inf


def alike(call, rtol=1e-5):
    """The call has NumPy's values and shapes, or fails with an error of ours where NumPy fails."""
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            theirs = call(numpy)
        except Exception as error:
            kinds = [
                kind for kind in (TypeError, ValueError, IndexError) if isinstance(error, kind)
            ]
            with pytest.raises(tuple(kinds) or Exception) as raised:
                call(np)
            assert isinstance(raised.value, weft.Error)
            return
        ours = call(np)
    if not isinstance(theirs, tuple):
        ours, theirs = (ours,), (theirs,)
    assert len(ours) == len(theirs)
    for mine, wanted in zip(ours, theirs, strict=True):
        found = mine.asnumpy() if isinstance(mine, np.ndarray) else numpy.asarray(mine)
        assert found.dtype.kind == numpy.asarray(wanted).dtype.kind
        numpy.testing.assert_allclose(found, wanted, rtol=rtol, atol=1e-6)
        assert found.shape == numpy.shape(wanted)


# ---- reductions by functions

NUMBERS = [3.0, 1.0, 4.0, 1.5]
FUNCTIONS = [
    *("subtract", "divide", "floor_divide", "remainder", "fmod", "copysign", "hypot", "fmax"),
    *("fmin", "logaddexp", "add", "multiply", "maximum", "minimum", "logical_and"),
]
REDUCTIONS = {
    "all": lambda f, m: f.reduce(m.array(NUMBERS)),
    "from a start": lambda f, m: f.reduce(m.array(NUMBERS), initial=6.0),
    "some": lambda f, m: f.reduce(
        m.array(NUMBERS), where=m.array([True, False, True, True]), initial=2.0
    ),
    "some of rows": lambda f, m: f.reduce(
        m.array([NUMBERS, NUMBERS[::-1]]), 1, where=m.array([True, False, True, True]), initial=2.0
    ),
    "some without a start": lambda f, m: f.reduce(
        m.array(NUMBERS), where=m.array([True, False, True, True])
    ),
    "none from a start": lambda f, m: f.reduce(m.array(NUMBERS)[:0], initial=2.0),
    "none": lambda f, m: f.reduce(m.array(NUMBERS)[:0]),
    "rows": lambda f, m: f.reduce(m.array([NUMBERS, NUMBERS[::-1]]), axis=1, initial=2.0),
    "two axes": lambda f, m: f.reduce(m.array([NUMBERS, NUMBERS]), axis=(0, 1)),
    "two axes from a start": lambda f, m: f.reduce(
        m.array([NUMBERS, NUMBERS]), axis=None, initial=2.0
    ),
    "a number": lambda f, m: f.reduce(m.array(5.0)),
    "kept axes": lambda f, m: f.reduce(m.array([NUMBERS]), axis=1, keepdims=True, initial=9.0),
}


@pytest.mark.parametrize("call", REDUCTIONS.values(), ids=REDUCTIONS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_reductions_begin_where_numpys_do(name, call):
    alike(lambda m: call(getattr(m, name), m))


def test_gradients_pass_a_reduction_with_a_start():
    x = np.array([3.0, 2.0])
    x.attach_grad()
    with autograd.record():
        np.divide.reduce(x, initial=12.0).backward()
    numpy.testing.assert_allclose(x.grad.asnumpy(), [-12 / 18, -12 / 12])


def at(name, start, value):
    def call(m):
        a = m.array(start)
        getattr(m, name).at(a, m.array([0, 0]), value)
        return a

    return call


@pytest.mark.parametrize("name", ["add", "subtract", "power", "multiply"])
@pytest.mark.parametrize("start", [[4, 9], [4.0, 9.0]], ids=str)
@pytest.mark.parametrize("value", [0.5, 2, -0.5], ids=str)
def test_elements_meet_fractions_as_in_numpy(name, start, value):
    alike(at(name, start, value))


POWERS = {
    "lists": lambda m: m.power([2, 3], [-1, 2]),
    "arrays": lambda m: m.array([2, 3]) ** m.array([-1, 1]),
    "a number": lambda m: m.array([2, 3]) ** -1,
    "of a number": lambda m: 2 ** m.array([-1, 1]),
    "small": lambda m: m.power(m.array([2, 3], dtype="uint8"), m.array([-1, 2], dtype="int8")),
    "at least 0": lambda m: m.array([2, 3]) ** m.array([0, 2]),
    "floats": lambda m: m.array([2.0, 3.0]) ** m.array([-1, 2]),
}


@pytest.mark.parametrize("call", POWERS.values(), ids=POWERS)
def test_integers_have_no_negative_powers(call):
    alike(call)


# ---- linear algebra and transforms

MATRIX = [[1.0, 2.0], [3.0, 4.0]]
SINGULAR = [[1.0, 2.0], [2.0, 4.0]]
ORDERS = [None, 2, -2, 1, -1, INF, -INF, "fro", "nuc"]
AXES = [5, -3, (0, 5), (0, 0), (0, -2), (0, 1), (-1, -2), 1, -1]


@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("order", [None, 1, 2, "fro"], ids=str)
def test_axes_of_a_norm_are_those_of_the_array(order, axis):
    alike(lambda m: m.linalg.norm(m.array(MATRIX), order, axis=axis))


@pytest.mark.parametrize("axis", [9, -3, (0, 9)], ids=str)
def test_axes_of_a_vector_norm_are_those_of_the_array(axis):
    alike(lambda m: m.linalg.vector_norm(m.array(MATRIX), axis=axis))
    with pytest.raises(ValueError, match="axis"):
        np.linalg.matrix_norm(np.array(MATRIX), axis=(0, 9))


@pytest.mark.parametrize("shape", [(0, 0), (0, 2), (2, 0), (0,), (2, 2, 2), (3,)], ids=str)
@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_norms_of_arrays_without_elements(order, shape):
    alike(lambda m: m.linalg.norm(m.ones(shape), order))


@pytest.mark.parametrize("order", ORDERS[:-1], ids=str)
@pytest.mark.parametrize(
    "matrix",
    [
        MATRIX,
        [[0.0, 0.0], [0.0, 0.0]],
        [[NAN, 1.0], [1.0, 1.0]],
        [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
    ],
    ids=["regular", "zero", "unknown", "oblong"],
)
def test_conditions_of_matrices(order, matrix):
    if order in (2, -2, None) and matrix[0][0] != matrix[0][0]:
        pytest.skip("singular values of NaN are refused")
    alike(lambda m: m.linalg.cond(m.array(matrix), order), rtol=1e-4)


@pytest.mark.parametrize("order", [1, -1, INF, -INF, "fro"], ids=str)
def test_a_matrix_without_an_inverse_has_an_infinite_condition_among_others(order):
    alike(lambda m: m.linalg.cond(m.array([SINGULAR, MATRIX]), order), rtol=1e-4)
    with pytest.raises(ValueError, match="must have elements"):
        np.linalg.cond(np.zeros((0, 0)), order)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 0, 3), (2, 3)], ids=str)
def test_inverses_of_moore_and_penrose_of_nothing(shape):
    alike(lambda m: m.linalg.pinv(m.zeros(shape)))
    alike(lambda m: m.linalg.pinv(m.array(SINGULAR)))


@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn", "fft2"])
@pytest.mark.parametrize(
    "options", [{"s": (2, 2, 2)}, {"s": (2, 2), "axes": (0, 5)}, {"s": (2, 3)}], ids=str
)
def test_transforms_have_no_more_axes_than_the_array(name, options):
    alike(lambda m: getattr(m.fft, name)(m.array(MATRIX), **options), rtol=1e-4)


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "hfft", "fftn", "ifftn", "rfftn", "fft2"])
def test_transforms_write_into_an_array(name):
    x = numpy.arange(12.0).reshape(3, 4)
    wanted = getattr(numpy.fft, name)(x)
    out = np.zeros(wanted.shape, wanted.dtype)
    assert getattr(np.fft, name)(np.array(x), out=out) is out
    numpy.testing.assert_allclose(out.asnumpy(), wanted, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ["modf", "frexp", "divmod"])
def test_functions_with_two_results_write_both(name):
    x = numpy.array([-1.5, 2.25, 8.0])
    more = (2.0,) if name == "divmod" else ()
    wanted = getattr(numpy, name)(x, *more)
    out = tuple(np.zeros(3, part.dtype) for part in wanted)
    found = getattr(np, name)(np.array(x), *more, out=out)
    for place, part, theirs in zip(out, found, wanted, strict=True):
        assert part is place
        numpy.testing.assert_array_equal(place.asnumpy(), theirs)


def test_a_range_takes_arrays_of_one_number():
    assert np.arange(np.array(1), np.array(7), numpy.array(2)).tolist() == [1, 3, 5]
    with pytest.raises(ValueError, match="limits must be numbers"):
        np.arange(np.array([1, 2]))


# ---- elements, bytes, masks

MADE = {
    "other bytes": lambda m: m.array(numpy.array([1, -2], ">i2")) + 0,
    "other bytes of floats": lambda m: m.array(numpy.array([[1.5], [2]], ">f8")) + 0,
    "a buffer of other bytes": lambda m: m.frombuffer(b"\0\1\0\2", ">i2") + 0,
    "a buffer by a dtype": lambda m: m.frombuffer(b"\0\1\0\2", numpy.dtype(">i2")) + 0,
    "a double": lambda m: m.array([numpy.float64(1e300)]),
    "doubles in lists": lambda m: m.array([[numpy.float64(1e300), 2.0]]),
    "arrays of doubles": lambda m: m.array([numpy.array([1e300]), numpy.array([2.0])]),
    "a complex double": lambda m: m.array([numpy.complex128(1e300)]),
    "places": lambda m: m.where(m.array([[1, 0], [0, 2]])),
    "places of a mask": lambda m: m.where(m.array([True, False, True])),
    "a choice by integers": lambda m: m.where(
        m.array([1, 0]), m.array([1.0, 2]), m.array([4.0, 5])
    ),
    "a choice by floats": lambda m: m.where(m.array([1.0, 0, NAN]), 1, 0),
    "a choice by a list": lambda m: m.where([1, 0], [1.0, 2], [3.0, 4]),
    "half a choice": lambda m: m.where(m.array([True]), m.array([1.0])),
    "rows with NaN": lambda m: m.unique(
        m.array([[1, NAN], [0, 1], [1, NAN], [NAN, 0], [-1, NAN]]),
        axis=0,
        return_index=True,
        return_inverse=True,
        return_counts=True,
    ),
    "no rows of a mask": lambda m: m.zeros((0, 3))[m.zeros(0, dtype=bool)],
    "an empty mask of many": lambda m: m.zeros(3)[m.zeros(0, dtype=bool)],
    "an empty mask of a matrix": lambda m: m.zeros((3, 0))[m.zeros((3, 0), dtype=bool)],
    "a mask that chooses nothing": lambda m: m.zeros((2, 3))[m.zeros((2, 3), dtype=bool)],
    "a mask without axes": lambda m: m.zeros((2, 3))[m.array(False)],
    "a mask that does not fit": lambda m: m.zeros(3)[m.ones(2, dtype=bool)],
}


@pytest.mark.parametrize("call", MADE.values(), ids=MADE)
def test_elements_are_numpys(call):
    alike(call)


def test_a_masked_array_is_refused_where_elements_are_masked():
    masked = numpy.ma.masked_array([1, 2], [0, 1])
    for call in (np.array, np.asarray, lambda x: np.ones(2) + x, np.exp):
        with pytest.raises(TypeError, match="mask would be lost"):
            call(masked)
    assert np.array(numpy.ma.masked_array([1, 2], [0, 0])).tolist() == [1, 2]


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint64", "int64"])
@pytest.mark.parametrize("minlength", [0, 6])
def test_bins_have_weights_for_every_integer(dtype, minlength):
    numbers, weights = [0, 1, 1, 3], [0.5, 1, 2, 4]
    alike(lambda m: m.bincount(m.array(numbers, dtype=dtype), m.array(weights), minlength))
    nothing = np.bincount(np.zeros(0, dtype), np.zeros(0), minlength)
    assert nothing.tolist() == [0] * minlength


WEIGHTS = [[-1.0, 1, 2], [0.0, 0, 0], [NAN, 1, 1], [1.0, INF, 1], [1.0, 2], [0.0, 1, 0]]


@pytest.mark.parametrize("name", ["quantile", "percentile", "nanquantile", "nanpercentile"])
@pytest.mark.parametrize("weights", WEIGHTS, ids=str)
def test_weights_that_say_nothing_are_refused(name, weights):
    alike(
        lambda m: getattr(m, name)(
            m.array([1.0, 2, 3]), 0.5, weights=m.array(weights), method="inverted_cdf"
        )
    )


PARTS = {
    "disjoint": (slice(0, 3), slice(3, None)),
    "between each other": (slice(None, None, 2), slice(1, None, 2)),
    "one element": (slice(0, 4), slice(3, None)),
    "turned": (slice(None, None, -1), slice(2, 3)),
    "nothing": (slice(0, 0), slice(None)),
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
@pytest.mark.parametrize("name", ["shares_memory", "may_share_memory"])
def test_memory_is_shared_where_elements_are(name, parts):
    def call(m):
        a = m.zeros(6)
        return getattr(m, name)(a[parts[0]], a[parts[1]])

    assert call(np) == call(numpy)
    x = np.zeros(6)
    assert getattr(numpy, name)(x[parts[0]], x[parts[1]]) == call(numpy)


# ---- methods


def grid(m):
    return m.arange(6).reshape(2, 3)


def sorted_in_place(m, **options):
    a = grid(m) * -1
    a.sort(**options)
    return a


SOME = [True, False, True]
METHODS = {
    "all where": lambda m: grid(m).all(where=m.array([False, True, True])),
    "any where": lambda m: grid(m).any(where=m.array(SOME)),
    "argmax keepdims": lambda m: grid(m).argmax(axis=1, keepdims=True),
    "argsort kind": lambda m: grid(m).argsort(axis=0, kind="stable"),
    "copy": lambda m: grid(m).copy("F"),
    "flatten": lambda m: grid(m).flatten("F"),
    "flatten by name": lambda m: grid(m).flatten(order="F"),
    "item of the flat array": lambda m: grid(m).item(4),
    "item from the end": lambda m: grid(m).item(-1),
    "item outside": lambda m: grid(m).item(6),
    "item by axes": lambda m: grid(m).item(1, 2),
    "item by a tuple": lambda m: grid(m).item((1, 2)),
    "max from": lambda m: grid(m).max(initial=99),
    "max into": lambda m: grid(m).max(axis=0, out=m.zeros(3, dtype="int64")),
    "mean where": lambda m: grid(m).mean(where=m.array(SOME)),
    "min where": lambda m: grid(m).min(where=m.array(SOME), initial=50),
    "prod where": lambda m: grid(m).prod(where=m.array([False, True, True])),
    "ravel": lambda m: grid(m).ravel("F"),
    "ravel by name": lambda m: grid(m).ravel(order="F"),
    "reshape": lambda m: grid(m).reshape((3, 2), order="F"),
    "reshape by numbers": lambda m: grid(m).reshape(3, 2, order="F"),
    "reshape a copy": lambda m: grid(m).reshape(3, 2, copy=True),
    "reshape wrongly": lambda m: grid(m).reshape(3, 2, order="Z"),
    "sort": lambda m: sorted_in_place(m, axis=0, kind="stable"),
    "std with a mean": lambda m: grid(m).std(axis=0, mean=grid(m).mean(axis=0, keepdims=True)),
    "sum where": lambda m: grid(m).sum(where=m.array(SOME)),
    "sum from": lambda m: grid(m).sum(axis=1, initial=10),
    "sum with a dtype": lambda m: grid(m).sum(0, "float64"),
    "var where": lambda m: grid(m).var(where=m.array(SOME)),
    "view": lambda m: grid(m).view(),
    "view of halves": lambda m: grid(m).view("int32"),
    "view of wholes": lambda m: m.ones((2, 4), dtype="int16").view("int64"),
    "view that does not fit": lambda m: m.ones((2, 3), dtype="int16").view("int64"),
    "reshape by a small letter": lambda m: grid(m).reshape((3, 2), order="f"),
    "view by name": lambda m: grid(m).view(dtype="uint64"),
}


@pytest.mark.parametrize("call", METHODS.values(), ids=METHODS)
def test_methods_have_numpys_arguments(call):
    alike(call)


CASTS = {
    "astype by position": lambda m: grid(m).astype("float32", "C", "unsafe"),
    "astype safely": lambda m: grid(m).astype("int32", casting="safe"),
    "astype of one kind": lambda m: (grid(m) * 1.5).astype("int32", casting="same_kind"),
    "astype all": lambda m: grid(m).astype(
        "float32", order="C", casting="unsafe", subok=False, copy=False
    ),
}


@pytest.mark.parametrize("call", CASTS.values(), ids=CASTS)
def test_casts_obey_numpys_rules(call):
    if "weft.mxnet" in sys.modules:
        pytest.skip("weft.mxnet gives arrays the casts of MXNet, which has no rules")
    alike(call)


def test_a_view_of_an_array_is_a_view():
    x = np.zeros(3)
    x.view()[0] = 5
    assert x.tolist() == [5, 0, 0]


@pytest.mark.parametrize("name", ["sum", "mean", "max"])
def test_methods_stay_operators(name):
    """Of subclasses, in traces, and with gradients, whichever way a call takes."""

    class Sub(np.ndarray):
        __slots__ = ()

    x = Sub(np.array([[1.0, 2.0], [3.0, 5.0]]))
    assert type(getattr(x, name)(axis=0)) is Sub
    more = {"initial": -1.0} if name == "max" else {"where": np.array([True, True])}

    def call(a):
        return getattr(a, name)(axis=0, **more)

    x = np.array([[1.0, 2.0], [3.0, 5.0]])
    assert weft.hybridize(call)(x).tolist() == call(x).tolist()
    x.attach_grad()
    with autograd.record():
        call(x).sum().backward()
    assert x.grad.asnumpy().sum() > 0
