"""Complex numbers: NumPy's values, dtypes and errors, gradients by differences, eager, traced and
from a file."""

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from weft import autograd, np

DTYPES = ["complex64", "complex128"]
UNARY = [
    *("absolute", "angle", "conj", "imag", "negative", "real", "reciprocal", "sign", "square"),
    *("exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "sqrt"),
    *("arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh"),
    *("cos", "cosh", "sin", "sinh", "tan", "tanh"),
    *("isfinite", "isinf", "isnan", "logical_not"),
]
BINARY = ["add", "subtract", "multiply", "divide", "power", "equal", "not_equal", "logical_and"]
MOVING = {
    "broadcast": lambda m, x: m.broadcast_to(x, (2, 3, 4)),
    "concatenate": lambda m, x: m.concatenate([x, x], 1),
    "concatenate with reals": lambda m, x: m.concatenate([x, m.real(x)], 0),
    "expand": lambda m, x: m.expand_dims(x, 1),
    "flip": lambda m, x: m.flip(x, 1),
    "index": lambda m, x: x[:, m.array([2, 0, 2])],
    "mask": lambda m, x: x[m.array([True, False, True])],
    "pad": lambda m, x: m.pad(x, ((1, 0), (2, 1)), constant_values=3),
    "repeat": lambda m, x: m.repeat(x, 2, 1),
    "reshape": lambda m, x: x.reshape(2, 6),
    "roll": lambda m, x: m.roll(x, 2, 1),
    "slice": lambda m, x: x[::2, 1:-1],
    "split": lambda m, x: m.split(x, 2, 1)[1],
    "stack": lambda m, x: m.stack([x, x * 2], -1),
    "swap": lambda m, x: m.swapaxes(x, 0, 1),
    "take": lambda m, x: m.take(x, m.array([1, 1]), axis=0),
    "tile": lambda m, x: m.tile(x, (2, 1)),
    "transpose": lambda m, x: x.T,
    "triangle": lambda m, x: m.tril(x),
    "where": lambda m, x: m.where(m.real(x) > 0, x, 0),
}
REDUCING = {
    "cumsum": lambda m, x: m.cumsum(x, 1),
    "cumprod": lambda m, x: m.cumprod(x, 1),
    "cumprod of all": lambda m, x: m.cumprod(x),
    "dot": lambda m, x: m.dot(x, x.T),
    "einsum": lambda m, x: m.einsum("ij,kj->ik", x, x),
    "inner": lambda m, x: m.inner(x, x),
    "matmul": lambda m, x: x @ x.T,
    "matmul with reals": lambda m, x: m.real(x) @ x.T,
    "mean": lambda m, x: m.mean(x, 0),
    "norm": lambda m, x: m.linalg.norm(x),
    "outer": lambda m, x: m.outer(x[0], x[1]),
    "prod": lambda m, x: m.prod(x, 1),
    "prod of all": lambda m, x: m.prod(x),
    "prod of three": lambda m, x: m.prod(x, 0, keepdims=True),
    "std": lambda m, x: m.std(x, 0),
    "sum": lambda m, x: m.sum(x, 1, keepdims=True),
    "tensordot": lambda m, x: m.tensordot(x, x, ([1], [1])),
    "trace": lambda m, x: m.trace(x),
    "var": lambda m, x: m.var(x, 1, ddof=1),
    "vdot": lambda m, x: m.vdot(x[0], x[1]),
    "vecdot": lambda m, x: m.vecdot(x, x),
}
ARITHMETIC = {
    "float": lambda x: 2.5 * x - 1,
    "imaginary": lambda x: x * 1j + (2 - 3j),
    "negative power": lambda x: x**-2,
    "number over": lambda x: 1j / x,
    "power of a number": lambda x: 2.25**x,
    "powers": lambda x: x**2 + x**3 + x**0.5 + x**1j,
    "real array": lambda x: x * x.real + x.imag - x / abs(x),
    "swap": lambda x: (1 + 2j) - x,
}


def numbers(dtype, shape=(3, 4), seed=1):
    generator = numpy.random.default_rng(seed)
    return (generator.normal(size=shape) + 1j * generator.normal(size=shape)).astype(dtype)


def agree(found, wanted, dtype="complex64"):
    assert found.dtype == wanted.dtype
    tolerance = 3e-5 if "64" in dtype else 1e-12
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", UNARY)
def test_functions_have_the_values_of_numpy(name, dtype):
    x = numbers(dtype)
    agree(getattr(np, name)(np.array(x)), getattr(numpy, name)(x), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_arrays_have_the_values_of_numpy(name, dtype):
    x, y = numbers(dtype), numbers(dtype, (4,), 2)
    agree(getattr(np, name)(np.array(x), np.array(y)), getattr(numpy, name)(x, y), dtype)
    agree(getattr(np, name)(np.array(x), np.array(y.real)), getattr(numpy, name)(x, y.real), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*MOVING, *REDUCING])
def test_arrays_are_moved_and_reduced_as_in_numpy(name, dtype):
    function = {**MOVING, **REDUCING}[name]
    x = numbers(dtype)
    wanted = function(numpy, x)
    agree(function(np, np.array(x)), wanted, dtype)
    agree(weft.hybridize(lambda a: function(np, a))(np.array(x)), wanted, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ARITHMETIC)
def test_numbers_are_weak(name, dtype):
    x = numbers(dtype)
    wanted = ARITHMETIC[name](x)
    agree(ARITHMETIC[name](np.array(x)), wanted, dtype)
    agree(weft.hybridize(ARITHMETIC[name])(np.array(x)), wanted, dtype)


@pytest.mark.parametrize("a", ["bool", "int8", "int64", "float16", "float32", "float64", *DTYPES])
def test_promotion_keeps_the_parts(a):
    wide = a in ("float64", "complex128")
    assert (np.ones(2, dtype=a) * 1j).dtype == ("complex128" if wide else "complex64")
    assert (np.ones(2, dtype=a) + np.ones(2, dtype="complex128")).dtype == "complex128"
    assert np.result_type(a, "complex64") == ("complex128" if wide else "complex64")


def test_arrays_are_made_of_python_and_numpy():
    assert np.array([1j, 2]).dtype == np.complex64
    assert np.array(numpy.array([1j])).dtype == np.complex128
    assert np.zeros((2, 2), dtype=complex).dtype == np.complex64
    assert np.array([1.5, 2], dtype="complex128").asnumpy().tolist() == [1.5, 2]
    assert np.arange(3, dtype="complex64").asnumpy().tolist() == [0, 1, 2]
    assert np.isdtype("complex64", "complex floating") and np.isdtype("complex64", "numeric")
    assert np.finfo("complex128").bits == 64


def test_elements_are_complex_numbers_of_python():
    x = np.array([3 + 4j, 0])
    assert x[0].item() == complex(x[0]) == 3 + 4j and abs(x[0]).item() == 5
    assert bool(x[0]) and not bool(x[1])
    assert repr(x) == "array([3.+4.j, 0.+0.j], dtype=complex64)"
    assert x.tolist() == [3 + 4j, 0j]


def test_elements_are_written():
    wanted = numbers("complex64")
    x = np.array(wanted)
    for each in (x, wanted):
        each[0] = 1j
        each[1, :2] = 2
        each[2] = numbers("complex128", (4,), 3)
        each[:, 3] = numpy.arange(3)
        each[[0, 1], [0, 1]] = 5 - 1j
        each.real = 7
        each[0:1].imag = numpy.ones((1, 4), "float32")
        each *= 2j
        each += 1
    wanted[0:1] = x[0:1].asnumpy()  # a view of NumPy's parts is a view, see below
    agree(x, wanted)


@pytest.mark.parametrize("number", [1j, 2, 0.5])
def test_calls_that_recur_give_the_same(number):
    # After some calls composites become programs, of which a complex number is no operand.
    for _ in range(300):
        x = np.array([1 + 2j, 0.5])
        x **= number
        x += number
    agree(x, (numpy.array([1 + 2j, 0.5]) ** number + number).astype("complex64"))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x / (0.1 + 0.3j),
        lambda x: (0.1 + 0.3j) / x,
        lambda x: x ** (0.1 + 0.3j),
        lambda x: (0.1 + 0.3j) ** x,
        lambda x: 0.1**x,
        lambda x: x + 0.1j,
        lambda x: x == 0.1j,
    ],
)
def test_numbers_keep_their_digits(call):
    x = numpy.array([0.1j, 0.7 - 0.2j])
    agree(call(np.array(x)), call(x), "complex128")
    y = np.zeros(1, dtype="complex128")
    y[0] = 0.1 + 1e-200j
    assert y[0].item() == 0.1 + 1e-200j


def test_different_elements_are_found():
    x = numpy.array([1j, 1, 1j, 1 - 1j, 0, 1], "complex64")
    for found, wanted in zip(
        np.unique(np.array(x), True, True, True), numpy.unique(x, True, True, True), strict=True
    ):
        assert (found.asnumpy() == wanted).all()


# Ties in either part, zeros of both signs, and NaN in each part.
def ties(dtype, shape):
    values = [-1.5, -0.0, 0.0, 2.0, numpy.inf, numpy.nan]
    chosen = numpy.random.default_rng(3).choice(values, (2, *shape), p=[0.2] * 4 + [0.1] * 2)
    found = numpy.empty(shape, dtype)
    found.real, found.imag = chosen
    return found


ORDERING = {
    "argsort": lambda m, x: m.argsort(x, -1, kind="stable"),
    "argsort of columns": lambda m, x: m.argsort(x, 0, kind="stable"),
    "lexsort": lambda m, x: m.lexsort((x[0], x[1])),
    "searchsorted": lambda m, x: m.searchsorted(m.sort(x[0]), x[1:]),
    "searchsorted on the right": lambda m, x: m.searchsorted(m.sort(x[0]), x[1:], "right"),
    "searchsorted of reals": lambda m, x: m.searchsorted(m.sort(x[0]), m.real(x[1])),
    "sort": lambda m, x: m.sort(x),
    "sort flat": lambda m, x: m.sort(x, None),
    "sort_complex": lambda m, x: m.sort_complex(x),
    "sort_complex of reals": lambda m, x: m.sort_complex(m.real(x)),
    "unique": lambda m, x: m.unique(x),
    "unique rows": lambda m, x: m.unique(m.nan_to_num(x[:, :2]), axis=0),
}


@pytest.mark.parametrize("shape", [(3, 9), (2, 200), (2, 1), (2, 0)])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ORDERING)
def test_order_is_that_of_numpy(name, dtype, shape):
    x = ties(dtype, shape)
    if "flat" in name and not x.size:
        pytest.skip("nothing to look at")
    wanted = ORDERING[name](numpy, x)
    found = ORDERING[name](np, np.array(x))
    assert found.dtype == wanted.dtype
    numpy.testing.assert_array_equal(found.asnumpy(), wanted)


def test_the_largest_come_first_when_asked():
    x = ties("complex64", (50,))
    x = x[~numpy.isnan(x)]
    found = np.sort(np.array(x), descending=True).asnumpy()
    numpy.testing.assert_array_equal(found, numpy.sort(x)[::-1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_order_is_the_same_hybridized_and_passes_gradients(dtype):
    x = np.array(numbers(dtype))
    assert (weft.hybridize(np.sort)(x).asnumpy() == np.sort(x).asnumpy()).all()
    weights = np.array(numbers(dtype, seed=5))
    slope = autograd.grad(lambda z: np.real(np.sort(z, 1) * weights).sum())(x)
    order = np.argsort(x, 1).asnumpy()
    wanted = numpy.empty(x.shape, dtype)
    numpy.put_along_axis(wanted, order, weights.asnumpy().conj(), 1)
    numpy.testing.assert_allclose(slope.asnumpy(), wanted, rtol=1e-6)


def test_running_products_differentiate_and_cast():
    x = numbers("complex128", (5,))
    autograd.check_gradient(
        lambda re, im: np.real(np.cumprod(re + 1j * im) * (1 - 2j)), (x.real.copy(), x.imag.copy())
    )
    found = np.cumprod(np.array([1, 2, 3]), dtype="complex64")
    assert found.dtype == numpy.complex64
    assert found.tolist() == [1, 2, 6]


VIEWS = {
    "array_split": lambda m, x: m.array_split(x, 3, 1)[1],
    "atleast_3d": lambda m, x: m.atleast_3d(x),
    "expand_dims": lambda m, x: m.expand_dims(x, 0),
    "flip": lambda m, x: m.flip(x, 0),
    "fliplr": lambda m, x: m.fliplr(x),
    "hsplit": lambda m, x: m.hsplit(x, 2)[1],
    "imag": lambda m, x: x.imag,
    "matrix_transpose": lambda m, x: m.matrix_transpose(x),
    "moveaxis": lambda m, x: m.moveaxis(x, 0, 1),
    "np.imag": lambda m, x: m.imag(x),
    "np.real": lambda m, x: m.real(x),
    "ravel": lambda m, x: m.ravel(x),
    "real": lambda m, x: x.real,
    "real of a part": lambda m, x: x[::-1, 1::2].real.T,
    "reshape": lambda m, x: m.reshape(x, (4, 3)),
    "rollaxis": lambda m, x: m.rollaxis(x, 1),
    "rot90": lambda m, x: m.rot90(x),
    "row": lambda m, x: x[1],
    "split": lambda m, x: m.split(x, 2, 1)[1],
    "squeeze": lambda m, x: m.squeeze(x[None]),
    "swapaxes": lambda m, x: m.swapaxes(x, 0, 1),
    "transpose": lambda m, x: x.T,
    "unstack": lambda m, x: m.unstack(x)[1],
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_what_is_a_view_in_numpy_is_one_here(view, dtype):
    theirs = numpy.array(numbers(dtype))
    ours = np.array(theirs)
    shown, wanted = view(np, ours), view(numpy, theirs)
    numpy.testing.assert_array_equal(shown.asnumpy(), wanted)
    for part, value in (((0,) * wanted.ndim, 5), (..., -3)):
        shown[part] = wanted[part] = value
        numpy.testing.assert_array_equal(ours.asnumpy(), theirs)
    theirs[...] = ours[...] = 1 + 2j
    numpy.testing.assert_array_equal(shown.asnumpy(), wanted)


def test_parts_of_arrays_with_gradients_are_values_that_pass_them():
    x = np.array([1 + 2j, 3 - 4j])
    x.attach_grad()
    with autograd.record():
        (x.real * x.imag).sum().backward()
    assert x.grad.tolist() == [2 + 1j, -4 + 3j]
    part = x.real
    x[...] = 0
    assert part.tolist() == [1, 3]


def special(dtype):
    """Every pair of parts among zeros, infinities, NaN, and numbers near both ends."""
    info = numpy.finfo(dtype)
    ends = (float(info.max) / 4, float(info.tiny) * 4)
    parts = [0.0, -0.0, 1.0, -1.0, 2.5, -0.3, numpy.inf, -numpy.inf, numpy.nan, *ends, -ends[1]]
    found = numpy.empty(len(parts) ** 2, dtype)
    found.real, found.imag = numpy.repeat(parts, len(parts)), numpy.tile(parts, len(parts))
    return found


def agree_everywhere(ours, theirs):
    """Equal parts, also infinities and NaN, but for roundings."""
    assert ours.dtype == theirs.dtype
    tolerance = 8 * numpy.finfo(ours.dtype).eps
    for mine, wanted in ((ours.real, theirs.real), (ours.imag, theirs.imag)):
        numpy.testing.assert_allclose(mine, wanted, rtol=tolerance, atol=0)


@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_quotients_are_those_of_numpy_everywhere(dtype, hybridized):
    numbers_ = special(dtype)
    a, b = numpy.repeat(numbers_, len(numbers_)), numpy.tile(numbers_, len(numbers_))
    divide = weft.hybridize(lambda x, y: x / y) if hybridized else np.divide
    with numpy.errstate(all="ignore"):
        agree_everywhere(divide(np.array(a), np.array(b)).asnumpy(), a / b)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "name",
    [
        *("reciprocal", "sqrt", "sign", "exp", "log", "cos", "cosh", "tan", "tanh"),
        *("arcsin", "arcsinh", "arccos", "arccosh"),
    ],
)
def test_functions_are_those_of_numpy_at_infinities(name, dtype):
    z = special(dtype)
    z = z[~((abs(z.real) < 1e-30) & (z.real != 0)) & ~((abs(z.imag) < 1e-30) & (z.imag != 0))]
    z = z[~(numpy.isfinite(z) & (abs(z) > 1e30))]
    with numpy.errstate(all="ignore"):
        ours, theirs = getattr(np, name)(np.array(z)).asnumpy(), getattr(numpy, name)(z)
    for mine, wanted in ((ours.real, theirs.real), (ours.imag, theirs.imag)):
        numpy.testing.assert_allclose(mine, wanted, rtol=2e-5 if dtype == "complex64" else 1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
def test_powers_are_those_of_numpy_at_zero_and_with_small_exponents(dtype):
    base = special(dtype)
    for exponent in (0, 1, 2, 1j, 0.5, -1j, 2 + 1j):
        some = base if exponent in (0, 1) else base[base == 0]
        with numpy.errstate(all="ignore"):
            wanted = numpy.power(some, numpy.full(len(some), exponent, dtype))
        found = np.power(np.array(some), np.array(numpy.full(len(some), exponent, dtype)))
        numpy.testing.assert_allclose(found.asnumpy(), wanted)


RANDOM = numpy.random.RandomState(5)
ROWS = RANDOM.rand(3, 6) + 1j * RANDOM.rand(3, 6)
WITH_NAN = numpy.where(ROWS.real < 0.2, complex(1, numpy.nan), ROWS)
PLACES = numpy.linspace(-1, 4, 9)
WHOLE = {
    "allclose": lambda m, a: m.allclose(a(ROWS), a(ROWS + 1e-12)),
    "array_equal": lambda m, a: m.array_equal(a(WITH_NAN), a(WITH_NAN), equal_nan=True),
    "convolve": lambda m, a: m.convolve(a(ROWS[0]), a(ROWS[1, :4])),
    "corrcoef": lambda m, a: m.corrcoef(a(ROWS)),
    "correlate": lambda m, a: m.correlate(a(ROWS[0]), a(ROWS[1, :4]), "full"),
    "correlate with a longer": lambda m, a: m.correlate(a(ROWS[1, :4]), a(ROWS[0]), "same"),
    "cov": lambda m, a: m.cov(a(ROWS)),
    "cov with weights": lambda m, a: m.cov(a(ROWS), aweights=a(numpy.arange(1.0, 7))),
    "float_power": lambda m, a: m.float_power(a(ROWS), 2),
    "geomspace": lambda m, a: m.geomspace(1j, 8, 4),
    "interp": lambda m, a: m.interp(a(PLACES), a(numpy.arange(4.0)), a(ROWS[0, :4])),
    "interp with ends": lambda m, a: m.interp(
        a(PLACES), a(numpy.arange(4.0)), a(ROWS[0, :4]), left=1j, right=2 + 1j
    ),
    "isclose": lambda m, a: m.isclose(a(WITH_NAN), a(WITH_NAN * (1 + 1e-9)), equal_nan=True),
    "linspace": lambda m, a: m.linspace(1 + 1j, 3 - 2j, 5),
    "linspace of arrays": lambda m, a: m.linspace(a(ROWS[0]), 3 - 2j, 5),
    "logspace": lambda m, a: m.logspace(0, 1j, 4),
    "nanmean": lambda m, a: m.nanmean(a(WITH_NAN), axis=1),
    "nanstd": lambda m, a: m.nanstd(a(WITH_NAN)),
    "nanvar": lambda m, a: m.nanvar(a(WITH_NAN), axis=1),
    "std with a mean": lambda m, a: m.std(a(ROWS), mean=a(ROWS.mean(keepdims=True))),
    "var of some": lambda m, a: m.var(a(ROWS), where=a(ROWS.real > 0.5)),
}


@pytest.mark.parametrize("function", WHOLE.values(), ids=WHOLE)
def test_functions_of_many_elements_have_the_values_of_numpy(function):
    ours, theirs = function(np, np.array).asnumpy(), function(numpy, numpy.asarray)
    assert ours.dtype.kind == numpy.asarray(theirs).dtype.kind
    numpy.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("name", ["sum", "mean", "cumsum", "prod", "cumprod"])
def test_a_real_dtype_of_a_sum_is_refused(name):
    with pytest.raises(TypeError, match="imaginary part"):
        getattr(np, name)(np.array(numbers("complex64")), dtype="float64")


@pytest.mark.parametrize("dtype", DTYPES)
def test_files_of_numpy_keep_the_parts(dtype, tmp_path):
    x = np.array(numbers(dtype))
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "x.npz", x=x)
    for found in (np.load(tmp_path / "x.npy"), np.load(tmp_path / "x.npz")["x"]):
        assert found.dtype == dtype
        numpy.testing.assert_array_equal(found.asnumpy(), x.asnumpy())


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("less", lambda x: x < x),
        ("maximum", lambda x: np.maximum(x, 1)),
        ("max", lambda x: x.max()),
        ("argmax", lambda x: x.argmax()),
        ("floor", lambda x: np.floor(x)),
        ("remainder", lambda x: x % 2),
        ("clip", lambda x: np.clip(x, 0, 1)),
        ("softmax", lambda x: weft.npx.softmax(x)),
    ],
)
def test_what_needs_an_order_is_refused(name, call):
    with pytest.raises(TypeError, match=f"{name}.*is not defined for complex numbers.*complex64"):
        call(np.array(numbers("complex64")))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.astype("float32"),
        lambda x: np.ones(4).__setitem__(slice(None), x[0]),
        lambda x: np.ones(4).__setitem__(0, 1j),
        lambda x: np.ones((3, 4)).__iadd__(x),
        lambda x: float(x[0, 0]),
        lambda x: np.random.uniform(size=3, dtype="complex64"),
    ],
)
def test_no_part_is_lost(call):
    with pytest.raises(TypeError, match="complex"):
        call(np.array(numbers("complex64")))


def differences(function, x, step=1e-6):
    """dL/da + i dL/db of the real function L at a + ib, element by element."""
    gradient = numpy.zeros_like(x)
    for place in numpy.ndindex(x.shape):
        for unit in (1, 1j):
            values = []
            for sign in (1, -1):
                moved = x.copy()
                moved[place] += sign * step * unit
                values.append(function(np.array(moved)).item())
            gradient[place] += unit * (values[0] - values[1]) / (2 * step)
    return gradient


DIFFERENTIABLE = {
    **{name: getattr(np, name) for name in UNARY[:-4] if name not in ("sign",)},
    **{
        name: lambda x, f=f: f(np, x)
        for name, f in {**MOVING, **REDUCING}.items()
        if name != "mask"
    },
    **ARITHMETIC,
    "product": lambda x: x * x.conj() * x,
    "quotient": lambda x: (x + 1j) / (x * x + 3),
    "sign": np.sign,
}


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_gradients_are_those_of_the_parts(name):
    x = numbers("complex128") * 0.5 + 0.2
    shape = DIFFERENTIABLE[name](np.array(x)).shape
    weights = np.array(numbers("complex128", shape, 5))

    def loss(z):
        product = DIFFERENTIABLE[name](z) * weights
        return np.real(product).sum()

    z = np.array(x)
    z.attach_grad()
    with autograd.record():
        value = loss(z)
    value.backward()
    wanted = differences(loss, x)
    numpy.testing.assert_allclose(z.grad.asnumpy(), wanted, rtol=1e-6, atol=1e-7)
    hybrid = weft.hybridize(loss)
    with autograd.record():
        value = hybrid(z)
    value.backward()
    numpy.testing.assert_allclose(z.grad.asnumpy(), wanted, rtol=1e-6, atol=1e-7)


def test_gradients_reach_real_arrays_through_complex_ones():
    a = np.array([0.3, -1.2], dtype="float64")
    a.attach_grad()
    with autograd.record():
        loss = np.abs(np.exp(1j * a) + a).sum()
    loss.backward()
    phase = numpy.exp(1j * a.asnumpy()) + a.asnumpy()
    slope = 1j * numpy.exp(1j * a.asnumpy()) + 1
    wanted = (phase.conj() * slope).real / abs(phase)
    numpy.testing.assert_allclose(a.grad.asnumpy(), wanted, rtol=1e-12)
    assert a.grad.dtype == np.float64


def test_second_derivatives():
    z = np.array([0.5 + 0.25j], dtype="complex128")
    z.attach_grad()
    with autograd.record():
        (first,) = autograd.grad([(z**3).real.sum()], [z], create_graph=True)
        again = (first * first.conj()).real.sum()  # |3 z²|² = 9 |z|⁴
    again.backward()
    numpy.testing.assert_allclose(z.grad.asnumpy(), 36 * abs(0.5 + 0.25j) ** 2 * z.asnumpy())


def test_a_traced_function_computes_in_planes():
    def spectrum(x):
        z = np.exp(1j * x) * (x + 2j)
        return np.abs(z)

    x = np.array([0.5, 1.5, 2.5])
    function = weft.hybridize(spectrum)
    agree(function(x), spectrum(x).asnumpy())
    assert "complex" not in function.plan_text()


@pytest.mark.parametrize("dtype", DTYPES)
def test_files_keep_complex_arrays(dtype, tmp_path):
    x = np.array(numbers(dtype))
    weft.npx.save(str(tmp_path / "x.safetensors"), {"x": x})
    agree(weft.npx.load(str(tmp_path / "x.safetensors"))["x"], x.asnumpy(), dtype)
    assert (numpy.from_dlpack(x) == x.asnumpy()).all()
    agree(np.from_dlpack(x.asnumpy()), x.asnumpy(), dtype)


@settings(max_examples=40, deadline=None)
@given(
    arrays.arrays(
        "complex64",
        arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
        elements=st.complex_numbers(max_magnitude=100, width=64),
    ),
    st.sampled_from(["multiply", "add", "subtract"]),
)
def test_any_shape_and_stride(x, name):
    ours = np.array(x)
    agree(getattr(np, name)(ours.T, 2 - 1j), getattr(numpy, name)(x.T, numpy.complex64(2 - 1j)))
    agree(ours.T.real + ours.T.imag, x.T.real + x.T.imag)
