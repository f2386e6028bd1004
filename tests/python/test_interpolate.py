"""Lines are resampled side by side (core/kernels/indexing/resample.isa.cpp): what lies beside a
line has no part in its results."""

import numpy
import pytest
from weft import autograd, np, npx


def resampled(lines, cotangents, size, mode):
    """Results and gradients of lines (N, 1, 1, L)."""
    x = np.array(lines)
    x.attach_grad()
    with autograd.record():
        y = npx.interpolate(x, size=(1, size), mode=mode)
    y.backward(np.array(cotangents))
    return y.asnumpy(), x.grad.asnumpy()


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic", "area"])
@pytest.mark.parametrize("count", [2, 5, 16, 35])
# More elements than are turned at a time, results of more than that, and results of a few.
@pytest.mark.parametrize(("length", "size"), [(300, 533), (600, 41), (900, 2), (7, 19)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_lines_together_equal_lines_alone(dtype, length, size, count, mode):
    generator = numpy.random.default_rng(0)
    lines = generator.standard_normal((count, 1, 1, length)).astype(dtype)
    cotangents = generator.standard_normal((count, 1, 1, size)).astype(dtype)
    together = resampled(lines, cotangents, size, mode)
    for line in range(count):
        alone = resampled(lines[line : line + 1], cotangents[line : line + 1], size, mode)
        for one, other in zip(alone, together, strict=True):
            numpy.testing.assert_array_equal(one[0], other[line])


@pytest.mark.torch
@pytest.mark.parametrize("mode", ["nearest", "nearest-exact"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_nearest_element_is_that_of_pytorch(dtype, mode):
    torch = pytest.importorskip("torch")
    for extent in range(1, 41):
        x = numpy.arange(extent, dtype=dtype).reshape(1, 1, extent)
        for size in range(1, 41):
            wanted = torch.nn.functional.interpolate(torch.tensor(x), size=size, mode=mode)
            found = npx.interpolate(np.array(x), size=(size,), mode=mode)
            numpy.testing.assert_array_equal(found.asnumpy(), wanted.numpy())
