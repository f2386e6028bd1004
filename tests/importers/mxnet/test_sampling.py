"""Operators of the table that read images at computed places, beside plain loops of NumPy."""

import itertools

import numpy
import pytest
from operators import check
from weft import mxnet as mx
from weft import np
from weft.mxnet._operators import invoke

G = numpy.random.default_rng(21)
IMAGES = G.standard_normal((2, 3, 5, 6)).astype("float32")


def texts(**attributes):
    return {key: str(value) for key, value in attributes.items()}


def sampled(image, x, y):
    """A bilinear sample of (C, H, W), x and y from -1 to 1 between the outer pixels."""
    height, width = image.shape[1:]
    row, column = (y + 1) * (height - 1) / 2, (x + 1) * (width - 1) / 2
    total = numpy.zeros(len(image))
    for r, c in itertools.product(range(height), range(width)):
        share = max(0, 1 - abs(row - r)) * max(0, 1 - abs(column - c))
        total += share * image[:, r, c]
    return total


def by_grid(images, grid):
    n, _, height, width = grid.shape
    found = numpy.zeros((n, images.shape[1], height, width))
    for i, a, b in itertools.product(range(n), range(height), range(width)):
        found[i, :, a, b] = sampled(images[i], *grid[i, :, a, b])
    return found


def test_bilinear_sampler(tmp_path):
    grid = G.uniform(-1.4, 1.4, (2, 2, 3, 4)).astype("float32")
    check(tmp_path, "BilinearSampler", [IMAGES, grid], {}, by_grid(IMAGES, grid), rtol=1e-4)


def affine(matrices, height, width):
    x, y = numpy.meshgrid(numpy.linspace(-1, 1, width), numpy.linspace(-1, 1, height))
    points = numpy.stack([x.ravel(), y.ravel(), numpy.ones(x.size)])
    return (matrices.reshape(-1, 2, 3) @ points).reshape(-1, 2, height, width)


def test_grids_and_the_spatial_transformer(tmp_path):
    matrices = (G.standard_normal((2, 6)) * 0.5).astype("float32")
    grid = affine(matrices, 3, 4)
    options = texts(transform_type="affine", target_shape=(3, 4))
    check(tmp_path, "GridGenerator", [matrices], options, grid, rtol=1e-4, atol=1e-5)
    wanted = by_grid(IMAGES, grid)
    options |= texts(sampler_type="bilinear")
    arrays = [IMAGES, matrices]
    check(tmp_path, "SpatialTransformer", arrays, options, wanted, rtol=1e-3, atol=1e-5)


def test_a_grid_of_a_flow_is_where_pixels_go(tmp_path):
    flow = G.standard_normal((1, 2, 3, 5)).astype("float32")
    x, y = numpy.meshgrid(numpy.arange(5), numpy.arange(3))
    wanted = numpy.stack([(flow[:, 0] + x) / 2 - 1, (flow[:, 1] + y) / 1 - 1], 1)
    check(tmp_path, "GridGenerator", [flow], texts(transform_type="warp"), wanted)


REGIONS = numpy.array([[1, 0, 2, 6, 8], [0, 2, 0, 11, 5], [1, 4, 4, 4, 4]], "float32")


def test_roi_pooling_takes_maxima_of_whole_pixels(tmp_path):
    wanted = numpy.zeros((3, 3, 2, 2))
    for i, region in enumerate(REGIONS):
        left, top, right, bottom = (int(v) for v in numpy.floor(region[1:] * 0.5 + 0.5))
        tall, wide = (bottom - top + 1) / 2, (right - left + 1) / 2
        for a, b in itertools.product(range(2), range(2)):
            rows = slice(top + int(a * tall), top + int(numpy.ceil((a + 1) * tall)))
            columns = slice(left + int(b * wide), left + int(numpy.ceil((b + 1) * wide)))
            wanted[i, :, a, b] = IMAGES[int(region[0]), :, rows, columns].max((1, 2))
    options = texts(pooled_size=(2, 2), spatial_scale=0.5)
    check(tmp_path, "ROIPooling", [IMAGES, REGIONS], options, wanted)


def aligned(image, region, bins, scale, ratio):
    """Means of ratio x ratio samples in each bin, all of them on the image."""
    left, top, right, bottom = region * scale
    tall, wide = max(bottom - top, 1) / bins, max(right - left, 1) / bins
    height, width = image.shape[1:]
    found = numpy.zeros((len(image), bins, bins))
    for a, b, i, j in itertools.product(*map(range, (bins, bins, ratio, ratio))):
        row = top + (a + (i + 0.5) / ratio) * tall
        column = left + (b + (j + 0.5) / ratio) * wide
        x, y = 2 * column / (width - 1) - 1, 2 * row / (height - 1) - 1
        found[:, a, b] += sampled(image, x, y) / ratio**2
    return found


def test_roi_align_and_its_position_sensitive_form(tmp_path):
    images = G.standard_normal((2, 4, 5, 6)).astype("float32")
    regions = numpy.array([[1, 0.5, 1, 7, 6], [0, 1, 0.3, 8, 7.5]], "float32")
    wanted = numpy.stack([aligned(images[int(r[0])], r[1:], 2, 0.5, 2) for r in regions])
    options = texts(pooled_size=(2, 2), spatial_scale=0.5, sample_ratio=2)
    check(tmp_path, "_contrib_ROIAlign", [images, regions], options, wanted, rtol=1e-4)
    own = numpy.stack([wanted[:, 0, 0, 0], wanted[:, 1, 0, 1]], 1)
    lower = numpy.stack([wanted[:, 2, 1, 0], wanted[:, 3, 1, 1]], 1)
    whole = numpy.stack([own, lower], 1)[:, None]
    options |= texts(position_sensitive=True)
    check(tmp_path, "_contrib_ROIAlign", [images, regions], options, whole, rtol=1e-4)


def test_a_region_without_an_image_gives_zeros():
    regions = np.array([[-1.0, 0, 0, 4, 4]])
    found = invoke(
        "_contrib_ROIAlign",
        [np.array(IMAGES), regions],
        {"pooled_size": (2, 2), "spatial_scale": 1.0},
    )
    numpy.testing.assert_array_equal(found.asnumpy(), 0)


def test_old_deformable_convolutions_end_at_the_edges():
    """MXNet 1.9.1 and 2.0.0b1 read a place between 0 and the extent as it is, others as 0; the
    modulated kind fades to 0 over the last pixel."""
    x = np.array([[[[1.0, 2.0, 4.0]]]])
    weight = np.ones((1, 1, 1, 1))
    offset = np.array([[-0.5, 0.5, 0.5]]).reshape((1, 1, 1, 3)) * np.array([0.0, 1.0]).reshape(
        (1, 2, 1, 1)
    )
    options = {"kernel": (1, 1), "num_filter": 1, "no_bias": True}
    old = invoke("_contrib_DeformableConvolution", [x, offset, weight], options)
    numpy.testing.assert_allclose(old.asnumpy().ravel(), [0, 3, 4])
    new = invoke(
        "_contrib_ModulatedDeformableConvolution",
        [x, offset, np.ones((1, 1, 1, 3)), weight],
        options,
    )
    numpy.testing.assert_allclose(new.asnumpy().ravel(), [0.5, 3, 2])


def test_windows_become_columns_and_return(tmp_path):
    window = {"kernel": (3, 2), "stride": (2, 1), "dilate": (1, 2), "pad": (1, 1)}
    padded = numpy.pad(IMAGES, [(0, 0), (0, 0), (1, 1), (1, 1)])
    columns = numpy.zeros((2, 3, 6, 3, 6), "float32")
    places = numpy.zeros((6, 3, 6), int)
    for i, j, a, b in itertools.product(range(3), range(2), range(3), range(6)):
        row, column = 2 * a + i, b + 2 * j
        columns[:, :, 2 * i + j, a, b] = padded[:, :, row, column]
        places[2 * i + j, a, b] = row * 8 + column
    columns = columns.reshape(2, 18, 18)
    check(tmp_path, "im2col", [IMAGES], texts(**window), columns)
    flat = numpy.zeros((2, 3, 7 * 8))
    for n, c in itertools.product(range(2), range(3)):
        numpy.add.at(flat[n, c], places.ravel(), columns.reshape(2, 3, -1)[n, c])
    wanted = flat.reshape(2, 3, 7, 8)[:, :, 1:-1, 1:-1]
    check(tmp_path, "col2im", [columns], texts(**window, output_size=(5, 6)), wanted)


@pytest.mark.parametrize(("is_multiply", "kernel"), [(True, 1), (False, 3)])
def test_correlation(tmp_path, is_multiply, kernel):
    first = G.standard_normal((1, 2, 6, 7)).astype("float32")
    second = G.standard_normal((1, 2, 6, 7)).astype("float32")
    margin, reach, step = 3, 2, 2
    a, b = (numpy.pad(x, [(0, 0), (0, 0), (margin,) * 2, (margin,) * 2]) for x in (first, second))
    border = reach + kernel // 2
    size = [-(-(extent + 2 * margin - 2 * border) // step) for extent in (6, 7)]
    wanted = numpy.zeros((1, 9, *size))
    for d, i, j in itertools.product(range(9), *map(range, size)):
        row, column = i * step + reach, j * step + reach
        down, across = (d // 3 - 1) * 2, (d % 3 - 1) * 2
        one = a[0, :, row : row + kernel, column : column + kernel]
        row, column = row + down, column + across
        other = b[0, :, row : row + kernel, column : column + kernel]
        wanted[0, d, i, j] = (one * other if is_multiply else abs(one - other)).mean()
    options = texts(
        kernel_size=kernel, max_displacement=reach, stride1=step, stride2=2, pad_size=margin
    ) | texts(is_multiply=is_multiply)
    check(tmp_path, "Correlation", [first, second], options, wanted)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("kernel_size", 2, "an odd number"),
        ("stride1", 0, "at least 1"),
        ("stride2", 0, "at least 1"),
    ],
)
def test_windows_of_correlations_have_a_middle_and_move(name, value, rule):
    image = mx.nd.ones((1, 1, 4, 4))
    with pytest.raises(ValueError, match=f"Correlation: `{name}` must be {rule}; got {value}"):
        mx.nd.Correlation(image, image, **{name: value})


@pytest.mark.parametrize("is_multiply", [False, True])
def test_correlations_of_equal_elements_have_gradients(is_multiply):
    """Of differences that of the first image less the second, as MXNet has it."""
    images = [mx.nd.ones((1, 1, 3, 3)) * 2 for _ in range(2)]
    for image in images:
        image.attach_grad()
    with mx.autograd.record():
        found = mx.nd.Correlation(*images, max_displacement=0, is_multiply=is_multiply)
    found.backward()
    assert found.asnumpy().tolist() == [[[[4.0 if is_multiply else 0.0] * 3] * 3]]
    wanted = (2, 2) if is_multiply else (1, -1)
    for image, slope in zip(images, wanted, strict=True):
        assert image.grad.asnumpy().tolist() == [[[[slope] * 3] * 3]]
