"""Reductions, scans and moments in every `dtype=`: NumPy's result, or an error that names it.

A complex `dtype` of real elements once made a call without an array for the imaginary parts.
"""

import numpy
import pytest
import weft
from weft import np


def words(text):
    return text.split()


FUNCTIONS = words("""
    sum prod mean std var cumsum cumprod max min ptp median average
    nansum nanprod nanmean nanstd nanvar nancumsum nancumprod trace
""")
DTYPES = words("""
    bool uint8 uint16 uint32 uint64 int8 int16 int32 int64 float16 bfloat16 float32 float64
    complex64 complex128 float8_e4m3fn float8_e5m2 int4 uint4
""")
WITH_DTYPE = [n for n in FUNCTIONS if n not in {"max", "min", "ptp", "median", "average"}]
METHODS = ["sum", "prod", "mean", "std", "var", "cumsum", "cumprod", "trace"]
# float16 and bfloat16 add in float32, and NumPy does not.
TOLERANCE = {"float16": 2e-2, "complex64": 1e-5, "float32": 1e-5}


# NumPy's own: another package may add bfloat16 and its kin.
NUMPYS = {numpy.dtype(code).name for code in numpy.typecodes["AllInteger"] + "?efdFD"}


def elements(dtype):
    x = np.array(numpy.array([[3, 1, 2], [2, 3, 1], [1, 2, 2]]))
    return x.astype("float32").astype(dtype) if dtype.startswith("float8") else x.astype(dtype)


def numpys(name, x, **options):
    """What NumPy gives; None where it refuses, or has to lose imaginary parts."""
    function = getattr(numpy, name, None)
    with numpy.errstate(all="ignore"):
        try:
            return function(x, **options)
        except (TypeError, ValueError, numpy.exceptions.ComplexWarning):
            return None


def check(call, name, given, dtype):
    """Either NumPy's result, or an error that says what was wrong with the dtype."""
    try:
        got = call(elements(given), dtype=dtype)
    except weft.Error as error:
        assert "dtype" in str(error) or dtype in str(error) or given in str(error), error
        return
    assert str(got.dtype) == dtype
    if not {given, dtype} <= NUMPYS:
        return  # NumPy has no such dtype
    want = numpys(name, elements(given).asnumpy(), dtype=dtype)
    if want is not None:
        numpy.testing.assert_allclose(
            got.asnumpy().astype("complex128"),
            numpy.asarray(want).astype("complex128"),
            rtol=max(TOLERANCE.get(name, 1e-7) for name in (given, dtype)),
        )


@pytest.mark.filterwarnings("error::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", WITH_DTYPE)
def test_a_reduction_computes_in_any_dtype_or_says_why_not(name, dtype):
    for given in DTYPES:
        check(getattr(np, name), name, given, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", METHODS)
def test_so_does_the_method_of_an_array(name, dtype):
    for given in DTYPES:
        check(lambda x, name=name, **o: getattr(x, name)(**o), name, given, dtype)


@pytest.mark.parametrize("given", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_reduction_takes_any_dtype_or_names_it(name, given):
    try:
        getattr(np, name)(elements(given))
    except weft.Error as error:
        assert given in str(error) or "complex" in str(error), error


@pytest.mark.parametrize("name", ["std", "var", "nanstd", "nanvar"])
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_a_moment_of_reals_in_a_complex_dtype_is_numpys(name, dtype):
    x = numpy.arange(6.0).reshape(2, 3)
    got = getattr(np, name)(np.array(x), axis=1, dtype=dtype)
    numpy.testing.assert_allclose(got.asnumpy(), getattr(numpy, name)(x, axis=1, dtype=dtype), 1e-6)
    assert str(got.dtype) == dtype
