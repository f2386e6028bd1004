"""NumPy and `weft.np` side by side, over functions, dtypes, shapes and axes that hypothesis draws:
the same values, dtype kinds and shapes, or an error of ours. Where NumPy has an error there is one
here, too. What docs/numpy.md says differs is left out, and nothing else is."""

import warnings

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import np

REALS = ["bool", "uint8", "int16", "int64", "float16", "float32", "float64"]
DTYPES = [*REALS, "complex64", "complex128"]
SHAPES = [(), (0,), (1,), (4,), (2, 3), (3, 0), (1, 4), (2, 1, 3)]
VALUES = [0, 1, 2, 3, -1, 0.5, -2.5, 7, numpy.nan, numpy.inf, -numpy.inf]

UNARY = [
    *("abs", "absolute", "negative", "sign", "square", "sqrt", "exp", "log", "sin", "cos", "tanh"),
    *("floor", "ceil", "rint", "trunc", "isnan", "isinf", "isfinite", "signbit", "reciprocal"),
    *("conj", "real", "imag", "logical_not", "invert", "exp2", "log1p", "expm1", "arctan"),
    *("fabs", "cbrt", "radians", "degrees", "spacing", "positive"),
]
BINARY = [
    *("add", "subtract", "multiply", "divide", "floor_divide", "remainder", "maximum", "minimum"),
    *("fmax", "fmin", "arctan2", "hypot", "equal", "not_equal", "less", "greater_equal", "fmod"),
    *("logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_xor", "copysign"),
    *("logaddexp", "heaviside", "power", "left_shift", "gcd"),
]
REDUCTIONS = [
    *("sum", "prod", "mean", "var", "std", "max", "min", "any", "all", "argmax", "argmin", "ptp"),
    *("nansum", "nanmax", "nanmean", "count_nonzero", "median", "cumsum", "cumprod", "nanvar"),
]
SHAPED = {
    "transpose": lambda m, x, axis: m.transpose(x),
    "ravel": lambda m, x, axis: m.ravel(x),
    "flip": lambda m, x, axis: m.flip(x, axis),
    "roll": lambda m, x, axis: m.roll(x, 2, axis),
    "expand_dims": lambda m, x, axis: m.expand_dims(x, 0 if axis is None else axis),
    "squeeze": lambda m, x, axis: m.squeeze(x, axis),
    "sort": lambda m, x, axis: m.sort(x, axis),
    "argsort": lambda m, x, axis: m.argsort(x, axis, kind="stable"),
    "diff": lambda m, x, axis: m.diff(x, axis=-1 if axis is None else axis),
    "repeat": lambda m, x, axis: m.repeat(x, 2, axis),
    "take": lambda m, x, axis: m.take(x, m.array([0, -1]), axis),
    "concatenate": lambda m, x, axis: m.concatenate([x, x], axis),
    "stack": lambda m, x, axis: m.stack([x, x], 0 if axis is None else axis),
    "moveaxis": lambda m, x, axis: m.moveaxis(x, 0, -1 if axis is None else axis),
    "swapaxes": lambda m, x, axis: m.swapaxes(x, 0, -1 if axis is None else axis),
    "nonzero": lambda m, x, axis: m.nonzero(x),
    "unique": lambda m, x, axis: m.unique(x),
    "where": lambda m, x, axis: m.where(x, x, m.zeros_like(x)),
    "tril": lambda m, x, axis: m.tril(x),
    "trace": lambda m, x, axis: m.trace(x),
    "clip": lambda m, x, axis: m.clip(x, 1, 3),
    "tile": lambda m, x, axis: m.tile(x, 2),
    "round": lambda m, x, axis: m.round(x),
    "flat": lambda m, x, axis: m.array(x.flatten("F")),
    "first": lambda m, x, axis: x[0],
    "every other": lambda m, x, axis: x[..., ::-2],
    "mask": lambda m, x, axis: x[x == x],
}

# Integers divided by 0 give 0, as docs/numpy.md says, and arithmetic of bools is not NumPy's.
_ZEROS = {"floor_divide", "remainder", "fmod"}
NUMBERS = DTYPES[1:]


def arrays(dtypes=DTYPES, shapes=SHAPES):
    """A NumPy array: few values, so that elements are often equal, zero, infinite or unknown."""

    def made(dtype, shape, seed):
        random = numpy.random.RandomState(seed)
        kind = numpy.dtype(dtype).kind
        values = [v for v in VALUES if kind in "fc" or (v == v and abs(v) < 100)]
        values = [v for v in values if kind != "u" or v >= 0]
        found = random.choice(values, shape)
        if kind == "c":
            found = found + 1j * random.choice([v for v in values if abs(v) < 100], shape)
        return numpy.asarray(found).astype(dtype)

    return st.builds(made, st.sampled_from(dtypes), st.sampled_from(shapes), st.integers(0, 2**16))


def tolerance(*given):
    """That of the coarsest floating dtype, and of float32, which results of integers have."""
    kinds = [numpy.finfo(a.dtype) for a in given if a.dtype.kind in "fc"]
    return 8 * max([float(kind.eps) for kind in kinds] + [float(numpy.finfo("float32").eps)])


def compare(call, *given):
    """Both give the same, or one of ours gives an error: nothing differs in silence."""
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            theirs = call(numpy, *given)
        except Exception:
            with pytest.raises(weft.Error):
                call(np, *map(np.array, given))
            return
        try:
            ours = call(np, *map(np.array, given))
        except weft.Error:
            return
    theirs, ours = (x if isinstance(x, tuple) else (x,) for x in (theirs, ours))
    assert len(ours) == len(theirs)
    for mine, wanted in zip(ours, theirs, strict=True):
        found, wanted = mine.asnumpy(), numpy.asarray(wanted)
        assert found.shape == wanted.shape
        assert found.dtype.kind == wanted.dtype.kind, (found.dtype, wanted.dtype)
        rtol = tolerance(*given, wanted)
        numpy.testing.assert_allclose(
            found.astype(wanted.dtype), wanted, rtol=rtol, atol=4 * rtol, equal_nan=True
        )


def finite(a):
    """Complex numbers without infinities, which products and means meet in another order."""
    if a.dtype.kind != "c":
        return a
    return numpy.where(numpy.isfinite(a), a, numpy.ones((), a.dtype))


def without_zeros(a):
    return numpy.where(a == 0, numpy.ones((), a.dtype), a)


@pytest.mark.parametrize("name", UNARY)
@settings(max_examples=25, deadline=None)
@given(x=arrays(NUMBERS))
def test_functions_of_elements(name, x):
    x = finite(x)
    if name in ("rint", "reciprocal", "spacing") and x.dtype.kind in "iu":
        x = x.astype("float32")  # the docs say what they make of integers
    compare(lambda m, a: getattr(m, name)(a), x)


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=25, deadline=None)
@given(x=arrays(REALS[1:]), y=arrays(REALS[1:], [(), (1,), (3,), (2, 3), (0,)]))
def test_functions_of_two_arrays(name, x, y):
    if name in _ZEROS:
        y = without_zeros(y)
    if name in ("power", "left_shift") and y.dtype.kind in "iub":
        y = abs(y)
    compare(lambda m, a, b: getattr(m, name)(a, b), x, y)


@pytest.mark.parametrize("name", REDUCTIONS)
@settings(max_examples=25, deadline=None)
@given(x=arrays(NUMBERS), axis=st.sampled_from([None, 0, 1, -1, 2]), keepdims=st.booleans())
def test_reductions(name, x, axis, keepdims):
    x = finite(x)
    options = {"keepdims": True} if keepdims and not name.startswith("cum") else {}
    compare(lambda m, a: getattr(m, name)(a, axis=axis, **options), x)


@pytest.mark.parametrize("name", SHAPED)
@settings(max_examples=25, deadline=None)
@given(x=arrays(), axis=st.sampled_from([None, 0, 1, -1, 2, -4]))
def test_functions_of_shapes(name, x, axis):
    if name == "round" and x.dtype.kind == "b":
        x = x.astype("uint8")  # as `rint`
    compare(lambda m, a: SHAPED[name](m, a, axis), x)
