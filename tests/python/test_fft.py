"""Fourier transforms: NumPy's values for every function, length, axis and norm; gradients."""

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import autograd, np

LENGTHS = [1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 30, 31, 37, 64, 97, 100, 124, 251, 256]
NORMS = [None, "backward", "ortho", "forward"]
OF_REALS = ["rfft", "ihfft", "rfftn", "rfft2"]
ONE_AXIS = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
MORE_AXES = ["fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2"]


def numbers(shape, is_real, seed=2):
    generator = numpy.random.default_rng(seed)
    x = generator.normal(size=shape)
    return x if is_real else x + 1j * generator.normal(size=shape)


def agree(found, wanted, tolerance=1e-12):
    assert found.dtype == wanted.dtype
    scale = abs(wanted).max(initial=1)
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=0, atol=tolerance * scale)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("rows", [1, 5, 35])
@pytest.mark.parametrize("name", ["fft", "ifft"])
def test_every_length_and_number_of_rows(name, rows, length):
    x = numbers((rows, length), False)
    wanted = getattr(numpy.fft, name)(x)
    agree(getattr(np.fft, name)(np.array(x)), wanted)
    narrow = getattr(np.fft, name)(np.array(x.astype("complex64")))
    agree(narrow, wanted.astype("complex64"), 3e-6)


@pytest.mark.parametrize(
    "length", [4, 6, 8, 12, 15, 16, 20, 32, 36, 37, 48, 64, 100, 997, 1000, 1024]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_row_alone_has_the_bits_that_it_has_among_others(dtype, length):
    x = numbers((5, length), False)
    real, z = x.real.astype(dtype), x.astype("complex64" if dtype == "float32" else "complex128")
    for name, rows in [("fft", z), ("ifft", z), ("rfft", real), ("irfft", z)]:
        transform = getattr(np.fft, name)
        together = transform(np.array(rows)).asnumpy()
        alone = [transform(np.array(row)).asnumpy() for row in rows]
        assert together.tobytes() == numpy.stack(alone).tobytes(), name


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ONE_AXIS),
    st.lists(st.integers(2, 9), min_size=1, max_size=3),
    st.data(),
    st.sampled_from(NORMS),
)
def test_functions_of_one_axis_are_those_of_numpy(name, shape, data, norm):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    n = data.draw(st.one_of(st.none(), st.integers(2, 12)))
    x = numbers(shape, name in OF_REALS)
    wanted = getattr(numpy.fft, name)(x, n, axis, norm)
    agree(getattr(np.fft, name)(np.array(x), n, axis, norm), wanted)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(MORE_AXES), st.data(), st.sampled_from(NORMS))
def test_functions_of_several_axes_are_those_of_numpy(name, data, norm):
    shape = data.draw(st.lists(st.integers(2, 6), min_size=2, max_size=3))
    axes = data.draw(st.permutations(range(len(shape))))[:2]
    s = data.draw(st.one_of(st.none(), st.lists(st.integers(2, 7), min_size=2, max_size=2)))
    x = numbers(shape, name in OF_REALS)
    wanted = getattr(numpy.fft, name)(x, s, axes, norm)
    agree(getattr(np.fft, name)(np.array(x), s, axes, norm), wanted)


@pytest.mark.parametrize("n", [1, 2, 7, 8])
def test_frequencies_and_shifts_are_those_of_numpy(n):
    for name in ("fftfreq", "rfftfreq"):
        wanted = getattr(numpy.fft, name)(n, 0.25)
        agree(getattr(np.fft, name)(n, 0.25, dtype="float64"), wanted)
        assert getattr(np.fft, name)(n).dtype == np.float32
    x = numpy.arange(6 * n).reshape(n, 6)
    for name in ("fftshift", "ifftshift"):
        for axes in (None, 0, (1,), (0, 1)):
            wanted = getattr(numpy.fft, name)(x, axes)
            assert (getattr(np.fft, name)(np.array(x), axes).asnumpy() == wanted).all()


@pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "float16", "float32"])
def test_narrow_arrays_become_complex64(dtype):
    x = numpy.array([[1, 0, 1, 1, 0]]).astype(dtype)
    found = np.fft.fft(np.array(x))
    assert found.dtype == np.complex64
    numpy.testing.assert_allclose(found.asnumpy(), numpy.fft.fft(x.astype("float64")), atol=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: np.fft.fft(np.ones(4), 0),
        lambda: np.fft.fft(np.ones(4), axis=1),
        lambda: np.fft.fft(np.ones(4), norm="unit"),
        lambda: np.fft.rfft(np.ones(4) * 1j),
        lambda: np.fft.fft(np.ones((2, 0))),
        lambda: np.fft.fftn(np.ones((2, 2)), [2], [0, 1]),
        lambda: weft.npx.dft(np.ones(())),
    ],
)
def test_bad_arguments_are_named(call):
    with pytest.raises(ValueError, match=r"^\w+: `?\w+`?"):
        call()


def test_numpys_functions_find_them():
    found = numpy.fft.rfft(np.ones(4))
    assert isinstance(found, np.ndarray) and found.dtype == np.complex64


GRADIENTS = {
    "fft": (np.fft.fft, False),
    "ifft ortho": (lambda x: np.fft.ifft(x, norm="ortho"), False),
    "fft of reals": (np.fft.fft, True),
    "rfft": (np.fft.rfft, True),
    "irfft": (lambda x: np.fft.irfft(x, 7), False),
    "fft2 cut": (lambda x: np.fft.fft2(x, (2, 4)), False),
    "spectrum": (lambda x: abs(np.fft.rfft(x, 37)), True),
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_are_those_of_differences(name):
    function, is_real = GRADIENTS[name]
    x = numbers((2, 5), is_real)
    weights = np.array(numbers(function(np.array(x)).shape, False, 7))

    def loss(z):
        return np.real(function(z) * weights).sum()

    wanted = numpy.zeros_like(x)
    for place in numpy.ndindex(x.shape):
        for unit in (1,) if is_real else (1, 1j):
            ends = []
            for step in (1e-6 * unit, -1e-6 * unit):
                moved = x.copy()
                moved[place] += step
                ends.append(loss(np.array(moved)).item())
            wanted[place] += unit * (ends[0] - ends[1]) / 2e-6
    for each in (loss, weft.hybridize(loss)):
        z = np.array(x)
        z.attach_grad()
        with autograd.record():
            value = each(z)
        value.backward()
        numpy.testing.assert_allclose(z.grad.asnumpy(), wanted, rtol=1e-6, atol=1e-7)
