"""Augmentation draws the same numbers wherever batches are made, and images shrink as Pillow's."""

import random

import numpy
import pytest
from weft import gluon, np
from weft.gluon.data.vision import _resampling, transforms


class Noisy(gluon.data.Dataset):
    """Draws from all three generators."""

    def __len__(self):
        return 7

    def __getitem__(self, index):
        drawn = [float(np.random.uniform()), numpy.random.rand(), random.random()]
        return numpy.array([index, *drawn], "float32")


def epochs(workers, count=2):
    numpy.random.seed(3)
    random.seed(4)
    np.random.seed(5)
    loader = gluon.data.DataLoader(Noisy(), 2, shuffle=True, num_workers=workers)
    return [[batch.asnumpy() for batch in loader] for _ in range(count)]


def test_batches_are_the_same_with_workers_and_without():
    """And other ones in the next epoch, and in each batch."""
    here = epochs(0)
    for workers in (1, 3):
        for mine, theirs in zip(here, epochs(workers), strict=True):
            for a, b in zip(mine, theirs, strict=True):
                numpy.testing.assert_array_equal(a, b)
    drawn = numpy.concatenate([batch[:, 1:].ravel() for epoch in here for batch in epoch])
    assert len(numpy.unique(drawn)) == drawn.size


def test_what_is_drawn_behind_a_loader_does_not_depend_on_its_workers():
    drawn = []
    for workers in (0, 2):
        epochs(workers, 1)
        drawn.append((float(np.random.uniform()), numpy.random.rand(), random.random()))
    assert drawn[0] == drawn[1]


def test_an_error_in_a_data_set_leaves_the_generators_as_they_were():
    class Broken(Noisy):
        def __getitem__(self, index):
            super().__getitem__(index)
            raise KeyError(index)

    np.random.seed(5)
    loader = iter(gluon.data.DataLoader(Broken(), 2))
    before = np.random.get_state(), random.getstate()
    with pytest.raises(KeyError):
        next(loader)
    assert (np.random.get_state(), random.getstate()) == before


def test_an_epoch_continues_with_the_numbers_that_it_would_have_drawn():
    np.random.seed(5)
    loader = gluon.data.DataLoader(Noisy(), 2, shuffle=True)
    batches = iter(loader)
    next(batches)
    state = loader.state_dict()
    rest = [batch.asnumpy() for batch in batches]
    again = gluon.data.DataLoader(Noisy(), 2, shuffle=True)
    again.load_state_dict(state)
    for a, b in zip(rest, again, strict=True):
        numpy.testing.assert_array_equal(a, b.asnumpy())


# ---- images


def weights(given, wanted):
    """Of Pillow's bilinear filter: a triangle, as wide as what a pixel of the result covers."""
    scale = max(given / wanted, 1.0)
    centers = (numpy.arange(wanted) + 0.5) * given / wanted
    distance = abs(numpy.arange(given) + 0.5 - centers[:, None]) / scale
    found = numpy.clip(1 - distance, 0, None)
    return found / found.sum(1, keepdims=True)


def shrunk(image, width, height):
    rows, columns = weights(image.shape[0], height), weights(image.shape[1], width)
    return numpy.einsum("ij,jkc,lk->ilc", rows, image.astype("float64"), columns)


SIZES = [(9, 7), (3, 3), (31, 5), (40, 12), (1, 1), (17, 23), (60, 50)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_an_image_shrinks_to_means_of_what_its_pixels_cover(dtype, size):
    image = numpy.random.default_rng(0).integers(0, 256, (23, 31, 3)).astype(dtype)
    found = transforms.Resize(size)(image)
    wanted = shrunk(image, *size)
    assert found.dtype == image.dtype and found.shape == (size[1], size[0], 3)
    limit = 1.0 if dtype == "uint8" else 1e-3  # rounded behind each axis
    numpy.testing.assert_allclose(found.astype("float64"), wanted, atol=limit)


def test_a_pattern_of_single_pixels_becomes_gray():
    board = (numpy.indices((64, 64)).sum(0) % 2 * 255).astype("uint8")[..., None]
    found = transforms.Resize(16)(board)
    assert (abs(found[1:-1, 1:-1].astype(int) - 127) <= 1).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda: transforms.CropResize(2, 3, 20, 15, (6, 5)),
        lambda: transforms.RandomResizedCrop((6, 5), scale=(1.0, 1.0), ratio=(31 / 23, 31 / 23)),
    ],
    ids=["CropResize", "RandomResizedCrop"],
)
def test_every_transform_that_shrinks_does_so(make):
    image = numpy.random.default_rng(0).integers(0, 256, (23, 31, 3)).astype("float32")
    transform = make()
    found = transform(image)
    part = image[3:18, 2:22] if isinstance(transform, transforms.CropResize) else image
    numpy.testing.assert_allclose(found, shrunk(part, 6, 5), atol=1e-3)


def test_the_nearest_pixel_is_still_a_pixel():
    image = numpy.random.default_rng(0).integers(0, 256, (23, 31, 3)).astype("uint8")
    found = transforms.Resize((7, 5), interpolation=0)(image)
    assert numpy.isin(found.reshape(-1, 3), image.reshape(-1, 3)).all()


@pytest.mark.parametrize("has_pillow", [True, False], ids=["by Pillow", "here"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("method", ["bilinear", "bicubic"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_images_are_those_of_pillow(size, method, channels, has_pillow, monkeypatch):
    pillow = pytest.importorskip("PIL.Image", reason="not run: Pillow is not installed")
    monkeypatch.setattr(_resampling, "has_pillow", lambda: has_pillow)
    image = numpy.random.default_rng(0).integers(0, 256, (23, 31, channels)).astype("uint8")
    found = transforms.Resize(size, interpolation=method)(image)
    kind = getattr(pillow.Resampling, method.upper())
    given = pillow.fromarray(image.squeeze())
    wanted = numpy.asarray(given.resize((size[0], 23), kind).resize(size, kind))
    at_once = numpy.asarray(given.resize(size, kind)).astype(int)
    if method == "bilinear":  # versions differ in the order of axes
        assert abs(at_once - wanted).max() <= 1
    numpy.testing.assert_array_equal(found, wanted.reshape(found.shape))
    batch = transforms.Resize(size, interpolation=method)(numpy.stack([image, image]))
    numpy.testing.assert_array_equal(batch[1], found)
    smooth = numpy.cumsum(image.astype("float32"), 0) / 23 / 3 + 50  # no clipping on the way
    exact = transforms.Resize(size, interpolation=method)(smooth)
    rounded = transforms.Resize(size, interpolation=method)(smooth.round().astype("uint8"))
    numpy.testing.assert_allclose(exact, rounded, atol=2.5)
