"""Images read at computed places: grids and deformable convolutions, beside plain loops."""

import itertools

import numpy
import pytest
from weft import autograd, gluon, np, npx

G = numpy.random.default_rng(5)


def pixel(plane, row, column):
    """A bilinear sample with zeros around the plane."""
    total = 0.0
    low, left = int(numpy.floor(row)), int(numpy.floor(column))
    for r, c in itertools.product((low, low + 1), (left, left + 1)):
        if 0 <= r < plane.shape[0] and 0 <= c < plane.shape[1]:
            total += plane[r, c] * (1 - abs(row - r)) * (1 - abs(column - c))
    return total


def convolved(x, offset, weight, mask, stride, pad, dilate, groups, moved):
    """A deformable convolution as its definition says it."""
    n, c = x.shape[:2]
    f, share, tall, wide = weight.shape
    counts = offset.shape[2:]
    found = numpy.zeros((n, f, *counts))
    for i, k, a, b in itertools.product(range(n), range(f), *map(range, counts)):
        first = k // (f // groups) * share
        for channel, t in itertools.product(range(share), range(tall * wide)):
            own = (first + channel) // (c // moved) * tall * wide + t
            row = a * stride[0] - pad[0] + t // wide * dilate[0] + offset[i, 2 * own, a, b]
            column = b * stride[1] - pad[1] + t % wide * dilate[1] + offset[i, 2 * own + 1, a, b]
            value = pixel(x[i, first + channel], row, column) * mask[i, own, a, b]
            found[i, k, a, b] += weight[k, channel, t // wide, t % wide] * value
    return found


CASES = [
    ((1, 1), (0, 0), (1, 1), 1, 1),
    ((2, 1), (1, 1), (1, 2), 2, 2),
    ((1, 2), (2, 0), (2, 1), 1, 2),
]


def drawn(stride, pad, dilate, groups, moved):
    x = G.standard_normal((2, 4, 6, 7))
    weight = G.standard_normal((2, 4 // groups, 2, 3))
    counts = tuple(
        (extent + 2 * p - d * (k - 1) - 1) // s + 1
        for extent, p, d, k, s in zip((6, 7), pad, dilate, (2, 3), stride, strict=True)
    )
    offset = G.uniform(-1.9, 1.9, (2, 12 * moved, *counts))
    mask = G.uniform(0, 2, (2, 6 * moved, *counts))
    return x, offset, weight, mask


@pytest.mark.parametrize("case", CASES)
def test_a_deformable_convolution_equals_plain_loops(case):
    x, offset, weight, mask = drawn(*case)
    stride, pad, dilate, groups, moved = case
    options = {
        "stride": stride,
        "pad": pad,
        "dilate": dilate,
        "num_group": groups,
        "num_deformable_group": moved,
    }
    arrays = [np.array(part) for part in (x, offset, weight)]
    plain = npx.deformable_convolution(*arrays, **options)
    wanted = convolved(x, offset, weight, numpy.ones_like(mask), *case)
    numpy.testing.assert_allclose(plain.asnumpy(), wanted, 1e-12, 1e-12)
    bias = G.standard_normal(2)
    found = npx.deformable_convolution(*arrays, np.array(bias), np.array(mask), **options)
    wanted = convolved(x, offset, weight, mask, *case) + bias.reshape(-1, 1, 1)
    numpy.testing.assert_allclose(found.asnumpy(), wanted, 1e-12, 1e-12)


def test_gradients_of_a_deformable_convolution_are_differences():
    numbers = drawn(*CASES[1])
    arrays = [np.array(part) for part in numbers]
    options = {"stride": (2, 1), "pad": 1, "dilate": (1, 2), "num_group": 2}

    def total(x, offset, weight, mask):
        y = npx.deformable_convolution(
            x, offset, weight, None, mask, num_deformable_group=2, **options
        )
        return np.sum(y * y)

    for array in arrays:
        array.attach_grad()
    with autograd.record():
        value = total(*arrays)
    value.backward()
    for place, part in enumerate(numbers):
        step = G.standard_normal(part.shape) * 1e-6
        moved = [np.array(p + step if k == place else p) for k, p in enumerate(numbers)]
        back = [np.array(p - step if k == place else p) for k, p in enumerate(numbers)]
        slope = float(total(*moved) - total(*back)) / 2
        expected = float((arrays[place].grad * np.array(step)).sum())
        numpy.testing.assert_allclose(expected, slope, 1e-5)


def test_what_does_not_fit_a_deformable_convolution_is_refused():
    x, weight = np.ones((1, 4, 5, 5)), np.ones((2, 4, 3, 3))
    with pytest.raises(ValueError, match=r"`offset` must have shape \(N, 18, 3, 3\)"):
        npx.deformable_convolution(x, np.ones((1, 18, 5, 5)), weight)
    with pytest.raises(ValueError, match="`num_deformable_group` must divide"):
        npx.deformable_convolution(x, x, weight, num_deformable_group=3)
    with pytest.raises(ValueError, match="`weight` must have"):
        npx.deformable_convolution(x, x, np.ones((2, 3, 3, 3)))
    with pytest.raises(TypeError, match="`pad` must be integers"):
        npx.deformable_convolution(x, x, weight, pad=0.5)


@pytest.mark.parametrize("is_modulated", [False, True])
def test_layers_begin_as_a_plain_convolution_and_learn(is_modulated):
    nn = gluon.nn
    kind = nn.ModulatedDeformableConvolution if is_modulated else nn.DeformableConvolution
    layer, plain = kind(6, 3, 2, 1, num_deformable_group=2), nn.Conv2D(6, 3, 2, 1)
    layer.initialize()
    plain.initialize()
    x = np.array(G.standard_normal((2, 4, 7, 8)).astype("float32"))
    layer(x)
    plain(x)
    plain.weight.set_data(layer.deformable_conv_weight.data())
    numpy.testing.assert_allclose(layer(x).asnumpy(), plain(x).asnumpy(), 1e-5, 1e-5)
    layer.hybridize()
    numpy.testing.assert_allclose(layer(x).asnumpy(), plain(x).asnumpy(), 1e-5, 1e-5)
    with autograd.record():
        loss = np.sum(layer(x) ** 2)
    loss.backward()
    assert float(np.abs(layer.offset_weight.grad()).sum()) > 0


def test_an_affine_grid_moves_images():
    x = np.array(G.standard_normal((1, 2, 4, 4)))
    turn = np.array([[[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]], dtype="float64")
    for aligned in (False, True):
        grid = npx.affine_grid(turn, (4, 4), align_corners=aligned)
        found = npx.grid_sample(x, grid, align_corners=aligned).asnumpy()
        numpy.testing.assert_allclose(found, numpy.rot90(x.asnumpy(), -1, (2, 3)), atol=1e-12)
    with pytest.raises(ValueError, match="`theta` must have shape"):
        npx.affine_grid(np.ones((2, 6)), (3, 3))
