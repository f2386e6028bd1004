"""`weft compile`: Fourier transforms of fixed lengths as C give the library's numbers."""

import shutil

import numpy
import pytest
import weft
from c_programs import SANITIZED, built, run
from weft import audio, autograd, np, npx, runtime

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")

LENGTHS = [1, 2, 3, 4, 5, 6, 8, 12, 15, 16, 22, 37, 49, 60, 64, 74, 100, 256]


def signal(*shape):
    return np.array(numpy.random.default_rng(5).normal(size=shape).astype("float32"))


def check(function, folder, *inputs):
    """The C of a function of these inputs, built and run: its main compares with the library."""
    weft.export(folder / "net.weft", forward=(weft.hybridize(function), *inputs))
    files = runtime.Model(folder / "net.weft").write_c(folder, name="net", main=True)
    run(built(files, folder / "net", SANITIZED))
    return (folder / "net.c").read_text()


def parts(z):
    return np.real(z), np.imag(z)


@pytest.mark.parametrize("length", LENGTHS)
def test_complex_rows_are_transformed_to_and_fro(length, tmp_path):
    def forward(x, y):
        z = np.fft.fft(x + 1j * y)
        return (*parts(z), *parts(np.fft.ifft(z * z)))

    check(forward, tmp_path, signal(3, length), signal(3, length))


@pytest.mark.parametrize("length", LENGTHS)
def test_real_rows_are_transformed_to_and_fro(length, tmp_path):
    def forward(x):
        z = np.fft.rfft(x)
        return (*parts(z), np.fft.irfft(z * z, length), *parts(np.fft.ifft(x)))

    check(forward, tmp_path, signal(3, length))


def test_several_axes_are_transformed(tmp_path):
    check(lambda x: parts(np.fft.fft2(x)) + parts(np.fft.rfft2(x)), tmp_path, signal(2, 6, 10))


@pytest.mark.parametrize("length", [8, 15])
def test_spectra_that_are_real_are_transformed_back(length, tmp_path):
    check(lambda x: np.fft.irfft(x, length), tmp_path, signal(2, length // 2 + 1))


def test_complex_numbers_are_inputs_and_outputs(tmp_path):
    def forward(z, x):
        return np.conj(z) * x, np.concatenate([z, np.fft.fft(x)]), np.swapaxes(z, 0, 1)

    z = signal(3, 8) + 1j * signal(3, 8)
    text = check(forward, tmp_path, z, signal(3, 8))
    assert "typedef struct {\n  float re, im;\n} weft_complex64;" in text
    assert "weft_complex64" in (tmp_path / "net.h").read_text()


def test_complex_constants_are_written(tmp_path):
    factors = np.array([1 + 2j, 3 - 1j, -0.5j], dtype="complex64")
    check(lambda x: x * factors, tmp_path, signal(2, 3) + 1j * signal(2, 3))


def test_a_table_is_written_once(tmp_path):
    text = check(lambda x: np.fft.irfft(np.fft.rfft(x) ** 2, 32), tmp_path, signal(2, 32))
    for table in ("roots", "turns"):
        assert text.count(f"static const float weft_{table}_16[") == 1


def test_reals_take_half_the_work(tmp_path):
    text = check(lambda x: parts(np.fft.rfft(x)), tmp_path, signal(1, 32))
    assert "weft_fourier_16(" in text and "weft_fourier_32(" not in text


@pytest.mark.parametrize("hop", [2, 3, 5, 8])
def test_frames_are_added(hop, tmp_path):
    def forward(x):
        return audio.istft(audio.stft(x, 8, hop, center=False, window="boxcar"), hop, n_fft=8)

    check(forward, tmp_path, signal(2, 40))


def test_doubles_are_refused_by_name(tmp_path):
    function = weft.hybridize(lambda x: npx.dft(x))
    weft.export(tmp_path / "net.weft", forward=(function, signal(4).astype("float64")))
    with pytest.raises(NotImplementedError, match=r"`dft` or .* has a C form for float32; got"):
        runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net")


@pytest.mark.parametrize("length", [16, 30, 9])
def test_gradients_of_spectra_are_compiled(length, tmp_path):
    def gradients(x, y):
        with autograd.record():
            z = np.fft.rfft(x * y)
            loss = (np.square(abs(z)) * y[0, 0]).sum() + np.power(np.fft.irfft(z, length), 3).sum()
        return autograd.grad(loss, [x, y])

    check(gradients, tmp_path, signal(2, length), signal(1, length))
