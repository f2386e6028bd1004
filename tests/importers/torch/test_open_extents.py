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


def marked(x):
    y = x.clone()
    y[torch.arange(x.shape[0]), x.argmax(1)] = 0
    return y


def by_columns(x):
    y = torch.zeros(x.shape[0], 9)
    y[:, torch.tensor([1, 3])] = x[:, :2]
    return y


ROWS = {
    "gather": lambda x: torch.gather(x, 1, x.argsort(1)[:, :3]),
    "gather of rows": lambda x: torch.gather(x, 0, x.argsort(0)),
    "repeat": lambda x: torch.cat([torch.ones(1, 2).repeat(x.shape[0], 1), x.repeat(1, 2)], 1),
    "index_put": marked,
    "index_put of columns": by_columns,
    "slice_scatter": lambda x: torch.slice_scatter(x, x[1:] * 2, 0, 1),
}


@pytest.mark.parametrize("name", ROWS)
def test_any_number_of_rows_is_chosen_from_and_written_to(name, tmp_path):
    calls = [(torch.randn(n, 7),) for n in (5, 3, 4, 11)]
    check(ROWS[name], calls, [{0: Dim("n", min=3, max=64)}], tmp_path / "net.weft")


class Convolved(torch.nn.Module):
    """A small network of images, whose head is what varies."""

    def __init__(self, head):
        super().__init__()
        self.body = torch.nn.Sequential(
            torch.nn.Conv2d(2, 4, 7, 2, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(3, 2, 1)
        )
        self.head = head

    def forward(self, x):
        return self.head(self.body(x))


HEADS = {
    "average": lambda x: torch.nn.functional.adaptive_avg_pool2d(x, 1).flatten(1),
    "cells": lambda x: torch.nn.functional.adaptive_avg_pool2d(x, (3, 2)),
    "mean": lambda x: x.mean([2, 3]),
    "var": lambda x: x.var([2, 3]),
    "patches": lambda x: x.flatten(2).transpose(1, 2).softmax(1),
    "shuffle": lambda x: torch.nn.functional.pixel_shuffle(x, 2),
}


@pytest.mark.parametrize("name", HEADS)
def test_heads_take_any_image(name, tmp_path):
    body = Convolved(torch.nn.Identity()).eval()
    sides = [{2: Dim("h", min=40, max=512), 3: Dim("w", min=40, max=512)}]
    calls = [(image(64, 96),), *((image(40 + n, 60 - n),) for n in range(9))]
    with torch.no_grad():
        check(lambda x: HEADS[name](body.body(x)), calls, sides, tmp_path / "net.weft")
