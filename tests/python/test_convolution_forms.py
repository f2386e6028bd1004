"""Whichever form a convolution gets in a plan, it computes what the generic loop computes.

The forms depend on the extents of the kernel, and a window over one or two axes of a volume is
another form than a cube. So kernels of 1, 2, 3 and 5 in every order are convolved with strides,
pads, groups and dilations, alone and joined with others, in float32 by a plan; the oracle is the
same program in float64 without a plan, which has the generic loop only.
"""

import itertools
import random

import numpy
import pytest
from weft import autograd, np, npx
from weft.gluon import HybridBlock

EXTENTS = (1, 2, 3, 5)
SPATIAL = {1: (19,), 2: (9, 8), 3: (6, 7, 8)}  # extents of the image, by the number of axes


def convolved(x, weight, bias=None, **window):
    return npx.convolution(x, weight, *(() if bias is None else (bias,)), **window)


class Alone(HybridBlock):
    def forward(self, x, other, weight, bias, window, pointwise):
        return convolved(x, weight, **window)


class Fused(HybridBlock):
    """With a bias, an activation and an addition behind it."""

    def forward(self, x, other, weight, bias, window, pointwise):
        y = npx.relu(convolved(x, weight, bias, **window))
        return npx.relu(convolved(y, pointwise) + y)


class Chained(HybridBlock):
    """Behind a pointwise one and before another."""

    def forward(self, x, other, weight, bias, window, pointwise):
        y = npx.relu(convolved(x, pointwise))
        return convolved(convolved(y, weight, bias, **window), pointwise)


class Joined(HybridBlock):
    """Concatenated with two pointwise ones in a row, of a result's extents."""

    def forward(self, x, other, weight, bias, window, pointwise):
        y = convolved(x, weight, **window)
        return np.concatenate([y, convolved(convolved(other, pointwise), pointwise)], axis=1)


FORMS = (Alone, Fused, Chained, Joined)


def windows():
    """Every case: the form, the kernel, and the rest of a window."""
    for axes in (1, 2, 3):
        for kernel in itertools.product(EXTENTS, repeat=axes):
            for stride, padded, dilate, groups, form in itertools.product(
                (1, 2), (False, True), (1, 2), (1, 2, 32), FORMS
            ):
                if all(dilate * (k - 1) < n for k, n in zip(kernel, SPATIAL[axes], strict=True)):
                    yield form, kernel, stride, padded, dilate, groups


CASES = list(windows())
# In volumes of more images than one, of blocks of eight channels, and of channels without blocks.
SIZES = ((1, 32), (2, 32), (2, 16), (1, 8), (1, 6))


def arrays(case, size, seed):
    """The arguments of a form, in float64."""
    _, kernel, stride, padded, dilate, groups = case
    batch, channels = size
    generator = numpy.random.default_rng(seed)
    groups = channels if groups == 32 else groups
    window = {
        "stride": (stride,) * len(kernel),
        "pad": tuple(dilate * (k - 1) // 2 for k in kernel) if padded else (0,) * len(kernel),
        "dilate": (dilate,) * len(kernel),
        "num_group": groups,
    }
    extents = SPATIAL[len(kernel)]
    ones = (1,) * len(kernel)
    out = [
        (n + 2 * p - dilate * (k - 1) - 1) // stride + 1
        for n, p, k in zip(extents, window["pad"], kernel, strict=True)
    ]
    shapes = [
        (batch, channels, *extents),
        (batch, channels, *out),
        (channels, channels // groups, *kernel),
        (channels,),
        (channels, channels, *ones),
    ]
    x, other, weight, bias, pointwise = (
        generator.standard_normal(shape) / (1 if i < 2 else numpy.sqrt(numpy.prod(shape[1:]) or 1))
        for i, shape in enumerate(shapes)
    )
    return [x, other, weight, bias, window, pointwise]


def run(form, arguments, dtype, hybridized, gradients):
    """The result of a form, and its gradients."""
    given = [np.array(a, dtype=dtype) if isinstance(a, numpy.ndarray) else a for a in arguments]
    net = form()
    if hybridized:
        net.hybridize()
    if not gradients:
        return [net(*given).asnumpy()]
    wanted = [a for a in given if isinstance(a, np.ndarray)]
    for array in wanted:
        array.attach_grad()
    with autograd.record():
        y = net(*given)
        loss = (y * y).sum()
    loss.backward()
    return [y.asnumpy(), *(a.grad.asnumpy() for a in wanted)]


def check(case, size, seed, gradients):
    arguments = arrays(case, size, seed)
    wants = run(case[0], arguments, "float64", False, gradients)
    for got, want in zip(run(case[0], arguments, "float32", True, gradients), wants, strict=True):
        scale = max(1.0, float(numpy.abs(want).max(initial=0)))
        numpy.testing.assert_allclose(got / scale, want / scale, rtol=0, atol=2e-5)


def name_of(case):
    form, kernel, stride, padded, dilate, groups = case
    return (
        f"{form.__name__}-{'x'.join(map(str, kernel))}-s{stride}-p{int(padded)}-d{dilate}-g{groups}"
    )


@pytest.mark.parametrize("case", random.Random(1).sample(CASES, 120), ids=name_of)
def test_a_form_computes_what_the_generic_loop_does(case):
    seed = CASES.index(case)
    check(case, SIZES[seed % len(SIZES)], seed, gradients=seed % 3 == 0)


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 1), (0, 2), (1, 2)])
def test_windows_along_some_axes_of_a_volume_are_joined_with_pointwise_ones(axes):
    kernel = tuple(3 if axis in axes else 1 for axis in range(3))
    check((Joined, kernel, 1, True, 1, 1), (1, 32), 0, gradients=False)


@pytest.mark.full
@pytest.mark.parametrize("part", range(16))
def test_every_form_computes_what_the_generic_loop_does(part):
    for seed, case in enumerate(CASES):
        if seed % 16 == part:
            for size in SIZES:
                check(case, size, seed, gradients=size == (1, 32))
