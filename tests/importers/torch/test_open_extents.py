"""Images and signals of any extents: resized and framed in files beside PyTorch."""

import numpy
import pytest
import weft
from weft import np

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
Dim = torch.export.Dim


class Function(torch.nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def check(function, calls, dims, path):
    """Compares an exported file with PyTorch for several calls.

    dims: of each input, PyTorch's by axis
    """
    module = Function(function)
    given = [np.array(x.numpy()) for x in calls[0]]
    net = weft.torch.convert(module, calls[0], dynamic_shapes=(tuple(dims),))
    names = {
        name: {axis: f"{name}{axis}" for axis in axes}
        for name, axes in zip(net.input_names, dims, strict=True)
    }
    net.export(path, *given, dynamic=names)
    context = weft.runtime.Model(path).context()
    for inputs in calls:
        wanted = module(*inputs).numpy()
        (found,) = context.run(*(x.numpy() for x in inputs))
        assert found.shape == wanted.shape
        numpy.testing.assert_allclose(found, wanted, rtol=1e-4, atol=2e-5)


def image(*extents):
    return torch.randn(1, 2, *extents, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("nearest", {}),
        ("nearest-exact", {}),
        ("bilinear", {}),
        ("bilinear", {"align_corners": True}),
        ("bilinear", {"antialias": True}),
        ("bicubic", {"antialias": True}),
    ],
)
@pytest.mark.parametrize("factor", [1.5, 0.7])
def test_images_of_any_extents_change_by_any_factor(mode, options, factor, tmp_path):
    def resized(x):
        return torch.nn.functional.interpolate(x, scale_factor=factor, mode=mode, **options)

    dims = [{2: Dim("h", min=4, max=512), 3: Dim("w", min=4, max=512)}]
    check(resized, [(image(12, 16),), (image(21, 9),)], dims, tmp_path / "net.weft")


def test_images_get_the_extents_of_another_one(tmp_path):
    def joined(x, y):
        return torch.nn.functional.interpolate(x, size=y.shape[-2:], mode="bilinear") + y

    dims = [
        {2: Dim(f"h{number}", min=4, max=512), 3: Dim(f"w{number}", min=4, max=512)}
        for number in range(2)
    ]
    calls = [(image(12, 16), image(20, 24)), (image(9, 8), image(6, 30))]
    check(joined, calls, dims, tmp_path / "net.weft")


@pytest.mark.parametrize("center", [False, True])
def test_signals_of_any_length_have_frequencies(center, tmp_path):
    window = torch.hann_window(16)

    def loudness(x):
        z = torch.stft(x, 16, 4, window=window, center=center, return_complex=True)
        return z.abs()

    calls = [(torch.randn(2, length),) for length in (100, 32, 332)]
    dims = [{1: 4 * Dim("quarter", min=8, max=1000)}]
    check(loudness, calls, dims, tmp_path / "net.weft")
