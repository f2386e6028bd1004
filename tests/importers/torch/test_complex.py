"""Complex numbers, Fourier transforms and frames of signals as in PyTorch, and their gradients."""

import numpy
import pytest
import weft
from weft import autograd, np

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.torch


def randn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


class Function(torch.nn.Module):
    """A function of tensors as a module, with real results."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *tensors):
        found = self.function(*tensors)
        return torch.view_as_real(found.resolve_conj()) if found.is_complex() else found


def numbers_of(array):
    return np.array(array.detach().numpy())


def check(function, *tensors, tolerance=2e-5):
    """Results and gradients, eager and hybridized."""
    module = Function(function)
    for tensor in tensors:
        tensor.requires_grad_()
    wanted = module(*tensors)
    weight = numpy.random.default_rng(0).normal(size=tuple(wanted.shape)).astype("float32")
    (wanted * torch.tensor(weight)).sum().backward()
    block = weft.torch.convert(module, tuple(t.detach() for t in tensors))
    for is_hybrid in (False, True):
        block.hybridize(is_hybrid)
        arrays = [numbers_of(tensor) for tensor in tensors]
        for array in arrays:
            array.attach_grad()
        with autograd.record():
            found = block(*arrays)
            loss = (found * np.array(weight)).sum()
        loss.backward()
        assert found.dtype.name == str(wanted.dtype).removeprefix("torch.")
        close(found, wanted, tolerance)
        for array, tensor in zip(arrays, tensors, strict=True):
            wanted_grad = torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
            close(array.grad, wanted_grad, tolerance)


def close(found, wanted, tolerance):
    wanted = wanted.detach().resolve_conj().numpy()
    scale = max(1.0, abs(wanted).max())
    numpy.testing.assert_allclose(found.asnumpy() / scale, wanted / scale, rtol=0, atol=tolerance)


X = randn(3, 4, 10)
Z = torch.complex(randn(3, 4, 6, seed=1), randn(3, 4, 6, seed=2))
FFT = torch.fft
aten = torch.ops.aten

TRANSFORMS = {
    "r2c": (lambda x: aten._fft_r2c(x, [1, 2], 1, True), X),
    "r2c of all": (lambda x: aten._fft_r2c(x, [2], 2, False), X),
    "c2c": (lambda z: aten._fft_c2c(z, [0, 2], 0, True), Z),
    "c2c inverse": (lambda z: aten._fft_c2c(z, [1], 2, False), Z),
    "c2r": (lambda z: aten._fft_c2r(z, [1, 2], 2, 10), Z),
    "c2r of odd length": (lambda z: aten._fft_c2r(z, [2], 0, 11), Z),
    "fft": (lambda x: FFT.fft(x, 7, 1, "ortho"), X),
    "ifft": (lambda z: FFT.ifft(z, dim=0), Z),
    "rfft": (lambda x: FFT.rfft(x, 12), X),
    "irfft": (lambda z: FFT.irfft(z, 9, norm="forward"), Z),
    "hfft": (lambda z: FFT.hfft(z, 10), Z),
    "ihfft": (lambda x: FFT.ihfft(x), X),
    "fft2": (lambda x: FFT.fft2(x), X),
    "ifft2": (lambda z: FFT.ifft2(z, dim=(0, 1)), Z),
    "rfft2": (lambda x: FFT.rfft2(x, (6, 8)), X),
    "irfft2": (lambda z: FFT.irfft2(z, norm="ortho"), Z),
    "fftn": (lambda x: FFT.fftn(x, (2, 5)), X),
    "ifftn": (lambda z: FFT.ifftn(z), Z),
    "rfftn": (lambda x: FFT.rfftn(x, dim=(2, 0)), X),
    "irfftn": (lambda z: FFT.irfftn(z, (4, 10)), Z),
    "shifts": (lambda x: FFT.fftshift(x) - FFT.ifftshift(x, 2), X),
    "frequencies": (lambda x: x * FFT.fftfreq(10, 0.5) + FFT.rfftfreq(19), X),
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_gives_the_numbers_of_pytorch(name):
    function, tensor = TRANSFORMS[name]
    check(function, tensor.clone())


W = torch.complex(randn(4, 6, seed=3), randn(4, 6, seed=4))
ARITHMETIC = {
    "sums": lambda z, w: 2 * z - w + (1 + 2j),
    "products": lambda z, w: z * w / (w + 3) * 1j,
    "a real operand": lambda z, w: z * w.real + w.abs() - w.imag,
    "conjugates": lambda z, w: (z.conj() * w).conj() * z,
    "powers": lambda z, w: z**2 + w.exp() + (z * w).sqrt() + 1 / z,
    "parts": lambda z, w: z.real * w.imag - z.angle(),
    "matrices": lambda z, w: z @ w.transpose(0, 1) + torch.einsum("ijk,lk->ijl", z, w),
    "sums over axes": lambda z, w: z.sum(1) * w.mean(0) + z.prod(0)[0],
    "joins": lambda z, w: torch.cat([z, w[None]], 0)[1:].permute(2, 0, 1).reshape(6, -1),
    "polar": lambda z, w: torch.polar(z.abs(), w.angle()) * torch.sgn(w),
    "choices": lambda z, w: torch.where(z.abs() > 1, z, w) + torch.stack([z, w + z], 0).sum(0),
    "detached": lambda z, w: z.detach() * w,
    "a view": lambda z, w: torch.view_as_complex(torch.view_as_real(z) * 2) + w,
    "real again": lambda z, w: z.real.to(torch.complex64) * w,
}


@pytest.mark.parametrize("name", ARITHMETIC)
def test_complex_numbers_are_those_of_pytorch(name):
    check(ARITHMETIC[name], Z.clone(), W.clone())


SIGNAL = randn(2, 61, seed=5)


@pytest.mark.parametrize(("size", "step"), [(16, 4), (12, 5), (7, 9)])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"normalized": True, "center": False},
        {"onesided": False, "win_length": 6},
        {"pad_mode": "constant"},
    ],
)
def test_frames_of_a_signal_have_the_frequencies_of_pytorch(size, step, options):
    window = None if not options else torch.hann_window(options.get("win_length", size))

    def transform(x):
        return torch.stft(x, size, step, window=window, return_complex=True, **options)

    check(transform, SIGNAL.clone())
    check(lambda x: transform(x).abs() ** 2, SIGNAL.clone(), tolerance=1e-4)


@pytest.mark.parametrize("options", [{}, {"normalized": True}, {"onesided": False}])
@pytest.mark.parametrize("length", [None, 50, 70])
def test_a_signal_comes_back_from_its_frequencies(options, length):
    window = torch.hamming_window(16)

    def there_and_back(x):
        z = torch.stft(x, 16, 4, window=window, return_complex=True, **options)
        return torch.istft(z * 2, 16, 4, window=window, length=length, **options)

    check(there_and_back, SIGNAL.clone())


@pytest.mark.parametrize("name", ["hann", "hamming", "blackman", "bartlett", "kaiser"])
@pytest.mark.parametrize("length", [1, 7, 8])
@pytest.mark.parametrize("periodic", [False, True])
def test_a_window_is_that_of_pytorch(name, length, periodic):
    window = getattr(torch, f"{name}_window")
    check(lambda x: x + window(length, periodic), randn(length))


class Spectral(torch.nn.Module):
    """The layer of a Fourier neural operator: products with complex weights at low frequencies."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(2, 3, 4, dtype=torch.complex64))

    def forward(self, x):
        z = torch.fft.rfft(x)
        out = torch.zeros(x.shape[0], 3, z.shape[-1], dtype=torch.complex64)
        out[..., :4] = torch.einsum("bix,iox->box", z[..., :4], self.weight)
        return torch.fft.irfft(out, n=x.shape[-1])


def test_complex_parameters_are_read_and_have_gradients():
    torch.manual_seed(0)
    module, x = Spectral(), randn(5, 2, 12)
    block = weft.torch.convert(module, (x,))
    block.hybridize()
    module(x).square().sum().backward()
    with autograd.record():
        loss = np.square(block(numbers_of(x))).sum()
    loss.backward()
    parameter = block.collect_params()["weight"]
    close(parameter.data(), module.weight, 1e-6)
    close(parameter.grad(), module.weight.grad, 2e-5)


class Turned(torch.nn.Module):
    """Rotary positions as products with complex numbers, which are a buffer."""

    def __init__(self):
        super().__init__()
        self.register_buffer("turns", torch.polar(torch.ones(5, 3), torch.randn(5, 3)))

    def forward(self, x):
        pairs = torch.view_as_complex(x.reshape(*x.shape[:-1], -1, 2))
        return torch.view_as_real(pairs * self.turns).flatten(-2)


def test_rotary_positions_in_complex_numbers_are_exported(tmp_path):
    torch.manual_seed(0)
    module, x = Turned(), randn(2, 5, 6)
    block = weft.torch.convert(module, (x,))
    block.export(tmp_path / "turned.weft", numbers_of(x))
    found = weft.runtime.Model(tmp_path / "turned.weft").context().run(x.numpy())[0]
    numpy.testing.assert_allclose(found, module(x).numpy(), atol=1e-6)


def test_the_batch_stays_free_in_frames_of_an_exported_file(tmp_path):
    window = torch.hann_window(8)
    module = Function(lambda x: torch.stft(x, 8, 3, window=window, return_complex=True).abs())
    free = ({0: torch.export.Dim("batch", min=1, max=20)},)
    block = weft.torch.convert(module, (SIGNAL,), dynamic_shapes=(free,))
    name = block.argument_names[0]
    extent = weft.Dim("batch", min=1, max=20)
    block.export(tmp_path / "n.weft", numbers_of(SIGNAL), dynamic={name: {0: extent}})
    context = weft.runtime.Model(tmp_path / "n.weft").context()
    for count in (1, 2, 7):
        x = randn(count, 61)
        numpy.testing.assert_allclose(context.run(x.numpy())[0], module(x).numpy(), atol=2e-5)
