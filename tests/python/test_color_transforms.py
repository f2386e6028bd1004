"""Transforms of colors and rotations beside NumPy, SciPy and Pillow."""

import colorsys

import numpy
import pytest
from PIL import Image
from scipy import ndimage
from weft import np
from weft.gluon.data.vision import transforms


def picture(dtype="uint8", shape=(9, 8, 3)):
    return numpy.random.default_rng(0).integers(40, 200, shape).astype(dtype)


KINDS = [
    transforms.RandomHue(0.3),
    transforms.RandomColorJitter(0.2, 0.2, 0.2, 0.2),
    transforms.RandomLighting(0.1),
    transforms.RandomGray(1.0),
]


@pytest.mark.parametrize("transform", KINDS, ids=lambda kind: type(kind).__name__)
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_colors_change_by_the_seed_and_keep_dtype_and_shape(transform, dtype):
    image = picture(dtype)
    found = []
    for seed in (1, 1, 2):
        np.random.seed(seed)
        found.append(transform(image))
        assert found[-1].dtype == dtype and found[-1].shape == image.shape
    numpy.testing.assert_array_equal(found[0], found[1])
    assert not numpy.array_equal(found[0], image)
    batch = numpy.stack([image, image])
    np.random.seed(1)
    numpy.testing.assert_allclose(transform(batch)[1], found[0], rtol=1e-5)


def test_hue_turns_colors_and_keeps_their_luma():
    image = picture("float64", (5, 4, 3))
    np.random.seed(3)
    found = transforms.RandomHue(0.5)(image)
    before, after = (
        numpy.array([colorsys.rgb_to_yiq(*pixel) for pixel in pixels.reshape(-1, 3)])
        for pixels in (image, found)
    )
    numpy.testing.assert_allclose(after[:, 0], before[:, 0], atol=2)
    lengths = [numpy.hypot(*yiq[:, 1:].T) for yiq in (before, after)]
    numpy.testing.assert_allclose(lengths[0], lengths[1], atol=2)
    numpy.testing.assert_allclose(transforms.RandomHue(0)(image), image, atol=1)


def test_gray_and_lighting():
    image = picture("float32")
    wanted = image @ numpy.array([0.299, 0.587, 0.114], "float32")
    found = transforms.RandomGray(1.0)(image)
    for channel in range(3):
        numpy.testing.assert_allclose(found[..., channel], wanted, rtol=1e-5)
    assert transforms.RandomGray(0.0)(image) is image
    added = transforms.RandomLighting(0.1)(image) - image
    numpy.testing.assert_allclose(added, numpy.broadcast_to(added[0, 0], added.shape), atol=1e-4)
    numpy.testing.assert_array_equal(transforms.RandomLighting(0)(image), image)


def test_what_jitter_is_made_of_can_be_left_out():
    image = picture()
    assert transforms.RandomColorJitter()(image) is image
    np.random.seed(5)
    found = transforms.RandomColorJitter(brightness=0.4)(image)
    np.random.seed(5)
    np.random.uniform()  # which of the one
    numpy.testing.assert_array_equal(found, transforms.RandomBrightness(0.4)(image))


@pytest.mark.parametrize("angle", [0, 30, -45.5, 90, 200])
@pytest.mark.parametrize("shape", [(1, 9, 9), (3, 8, 11), (2, 3, 7, 6)])
def test_an_image_is_rotated_about_its_center(angle, shape):
    image = picture("float64", shape)
    height, width = shape[-2:]
    turn = numpy.radians(angle)
    matrix = numpy.array([[numpy.cos(turn), numpy.sin(turn)], [-numpy.sin(turn), numpy.cos(turn)]])
    center = numpy.array([(height - 1) / 2, (width - 1) / 2])
    flat = numpy.pad(image, [(0, 0)] * (image.ndim - 2) + [(1, 1)] * 2).reshape(
        -1, height + 2, width + 2
    )
    offset = center - matrix @ center + 1
    wanted = [
        ndimage.affine_transform(plane, matrix, offset, (height, width), order=1) for plane in flat
    ]
    found = transforms.Rotate(angle)(image)
    numpy.testing.assert_allclose(found.reshape(-1, height, width), wanted, atol=1e-8)


def test_positive_angles_turn_counterclockwise():
    image = numpy.zeros((1, 5, 5), "float32")
    image[0, 2, 4] = 1  # to the right
    found = transforms.Rotate(90)(image)
    wanted = numpy.asarray(Image.fromarray(image[0]).rotate(90))
    numpy.testing.assert_allclose(found[0], wanted, atol=1e-6)


def test_zooming_shows_all_or_no_corner():
    image = numpy.ones((1, 20, 30), "float32")
    for angle in (10, 45, 80, 135):
        assert transforms.Rotate(angle, zoom_in=True)(image).min() > 0.5  # within a pixel
    marked = numpy.zeros((1, 21, 21), "float32")
    marked[0, :3, :3] = 1
    assert transforms.Rotate(45, zoom_out=True)(marked).max() > 0.1
    assert transforms.Rotate(45)(marked).max() < 0.05


def test_random_rotations_stay_within_their_limits():
    image = picture("float32", (1, 9, 9))
    np.random.seed(2)
    found = transforms.RandomRotation((10, 20))(image)
    np.random.seed(2)
    np.random.uniform()
    angle = 10 + 10 * float(np.random.uniform())
    numpy.testing.assert_array_equal(found, transforms.Rotate(angle)(image))
    assert transforms.RandomRotation((10, 20), rotate_with_proba=0)(image) is image


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: transforms.RandomHue(2), r"RandomHue: the amount must be in \[0, 1\]; got 2"),
        (lambda: transforms.RandomLighting(-1), "RandomLighting: `alpha` must be at least 0"),
        (lambda: transforms.RandomGray(1.5), r"RandomGray: `p` must be in \[0, 1\]"),
        (lambda: transforms.Rotate(1, True, True), "`zoom_in` and `zoom_out` must not both"),
        (lambda: transforms.RandomRotation((2, 1)), "`angle_limits` must be two growing angles"),
        (lambda: transforms.RandomHue(0.1)(picture(shape=(4, 4, 1))), "must have 3 channels"),
        (lambda: transforms.Rotate(1)(picture()), "Rotate: the image must be of floats"),
    ],
)
def test_what_means_nothing_is_refused(make, complaint):
    with pytest.raises((ValueError, TypeError), match=complaint):
        make()
