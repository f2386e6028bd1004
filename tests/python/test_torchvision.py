"""Transforms beside torchvision's functions, where both compute the same."""

import numpy
import pytest
import weft
from weft.gluon.data.vision import _augmenting as augmenting
from weft.gluon.data.vision import _colors as colors
from weft.gluon.data.vision import transforms
from weft.gluon.data.vision._pixels import like
from weft.gluon.data.vision._rotation import rotated
from weft.gluon.data.vision._warping import warped

torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
functional = pytest.importorskip(
    "torchvision.transforms.functional",
    reason="not run: torchvision is not installed",
    exc_type=Exception,  # one that does not fit the installed PyTorch
)

IMAGE = numpy.random.default_rng(0).integers(0, 256, (37, 53, 3)).astype("uint8")
FLOATS = IMAGE.astype("float32")
BILINEAR = {"interpolation": functional.InterpolationMode.BILINEAR}


def of_torch(name, image, *arguments, **options):
    given = torch.from_numpy(numpy.moveaxis(image, -1, 0).copy())
    found = getattr(functional, name)(given, *arguments, **options).numpy()
    return numpy.moveaxis(found, 0, -1)


def blended(other, factor):
    return like(FLOATS * factor + other * (1 - factor), IMAGE)


@pytest.mark.parametrize("factor", [0.3, 1.0, 1.7])
@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("adjust_brightness", 0),
        ("adjust_contrast", colors.gray(FLOATS).mean((-3, -2), keepdims=True)),
        ("adjust_saturation", colors.gray(FLOATS)),
        ("adjust_sharpness", augmenting.sharpened(FLOATS)),
    ],
)
def test_colors_are_blended_by_the_same_factor(name, other, factor):
    """torchvision cuts fractions off, twice, and its weights of colors have four digits."""
    found = blended(other, factor).astype(int)
    assert abs(found - of_torch(name, IMAGE, factor)).max() <= 2


@pytest.mark.parametrize(
    ("name", "found", "arguments"),
    [
        ("equalize", augmenting._equalize(IMAGE, 0, 0), ()),
        ("autocontrast", augmenting._auto_contrast(IMAGE, 0, 0), ()),
        ("posterize", augmenting._posterize(IMAGE, 1.0, 0), (4,)),
        ("solarize", augmenting._solarize(IMAGE, 0.5, 0), (128,)),
    ],
)
def test_changes_of_rand_augment(name, found, arguments):
    numpy.testing.assert_array_equal(found, of_torch(name, IMAGE, *arguments))


@pytest.mark.parametrize(
    ("degrees", "moves", "scale", "shear"),
    [(20, (0, 0), 1.0, 0), (0, (3.5, -7.25), 1.0, 0), (0, (0, 0), 1.3, 0), (0, (0, 0), 1.0, 12)],
)
def test_affine_maps_are_those_of_torchvision(degrees, moves, scale, shear):
    matrix = augmenting.affine((53, 37), degrees, moves, scale, shear)
    # Angles count clockwise there.
    wanted = of_torch("affine", FLOATS, -degrees, list(moves), scale, [shear, 0.0], **BILINEAR)
    numpy.testing.assert_allclose(warped(FLOATS, matrix), wanted, atol=0.01)


def test_rotations_are_those_of_torchvision():
    planes = numpy.moveaxis(FLOATS, -1, 0).copy()
    found = numpy.moveaxis(rotated("Rotate", planes, 33, False, False), 0, -1)
    numpy.testing.assert_allclose(found, of_torch("rotate", FLOATS, 33, **BILINEAR), atol=0.01)


@pytest.mark.parametrize("size", [(20, 31), (60, 50), (5, 70)])
@pytest.mark.parametrize("method", ["bilinear", "bicubic"])
def test_sizes_are_those_of_torchvision_with_antialias(size, method):
    kind = functional.InterpolationMode(method)
    wanted = of_torch("resize", FLOATS, size, kind, antialias=True)
    found = transforms.Resize(size[::-1], interpolation=method)(FLOATS)
    numpy.testing.assert_allclose(found, wanted, atol=0.01)


def test_blur_is_that_of_torchvision():
    bell = transforms.GaussianBlur((1.3, 1.3))
    weft.random.seed(0)
    wanted = of_torch("gaussian_blur", FLOATS, [9, 9], [1.3, 1.3])
    numpy.testing.assert_allclose(bell(FLOATS), wanted, atol=0.01)


def test_tensors_are_normalized_as_those_of_torchvision():
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    found = transforms.Normalize(mean, std)(transforms.ToTensor()(IMAGE))
    wanted = functional.normalize(functional.to_tensor(IMAGE), mean, std)
    numpy.testing.assert_array_equal(found, wanted.numpy())
