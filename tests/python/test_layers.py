"""Layers: shapes, formulas, containers, hooks, and what is refused."""

import math

import numpy
import pytest
from samples import uniform
from weft import autograd, np, npx
from weft.gluon import nn


@pytest.mark.parametrize(
    ("layer", "shape", "wanted"),
    [
        (nn.Dense(4, flatten=False), (2, 3, 5), (2, 3, 4)),
        (nn.Conv2D(6, 3), (2, 4, 7, 8), (2, 6, 5, 6)),
        (nn.Conv2D(6, (3, 1), (2, 1), (1, 0), groups=2), (2, 4, 7, 8), (2, 6, 4, 8)),
        (nn.Conv2D(6, 3, dilation=2, use_bias=False), (2, 4, 7, 8), (2, 6, 3, 4)),
        (nn.Conv1D(6, 3, padding=1), (2, 4, 7), (2, 6, 7)),
        (nn.MaxPool2D(), (2, 4, 7, 8), (2, 4, 3, 4)),
        (nn.MaxPool2D(3, 2, ceil_mode=True), (2, 4, 7, 8), (2, 4, 3, 4)),
        (nn.AvgPool2D(3, 1, 1), (2, 4, 7, 8), (2, 4, 7, 8)),
        (nn.MaxPool1D(), (2, 4, 7), (2, 4, 3)),
        (nn.GlobalAvgPool2D(), (2, 4, 7, 8), (2, 4, 1, 1)),
        (nn.Upsample(scale_factor=2), (2, 4, 7, 8), (2, 4, 14, 16)),
        (nn.Upsample(size=(5, 9), mode="cubic"), (2, 4, 7, 8), (2, 4, 5, 9)),
        (nn.PixelShuffle1D(2), (2, 4, 7), (2, 2, 14)),
        (nn.PixelShuffle2D((1, 2)), (2, 4, 7, 8), (2, 2, 7, 16)),
        (nn.PixelShuffle3D((1, 2, 2)), (2, 4, 3, 7, 8), (2, 1, 3, 14, 16)),
        (nn.GlobalMaxPool2D(), (2, 4, 7, 8), (2, 4, 1, 1)),
        (nn.AdaptiveAvgPool1D(3), (2, 4, 7), (2, 4, 3)),
        (nn.AdaptiveAvgPool2D(), (2, 4, 7, 8), (2, 4, 1, 1)),
        (nn.AdaptiveAvgPool2D((7, 4)), (2, 4, 7, 8), (2, 4, 7, 4)),
        (nn.AdaptiveAvgPool3D((1, 2, 3)), (2, 4, 3, 7, 8), (2, 4, 1, 2, 3)),
        (nn.AdaptiveMaxPool1D(3), (2, 4, 7), (2, 4, 3)),
        (nn.AdaptiveMaxPool2D((3, 5)), (2, 4, 7, 8), (2, 4, 3, 5)),
        (nn.AdaptiveMaxPool3D(2), (2, 4, 3, 7, 8), (2, 4, 2, 2, 2)),
        (nn.ReflectionPad2D(2), (2, 4, 3, 5), (2, 4, 7, 9)),
        (nn.Conv3D(6, 3, padding=1), (2, 4, 3, 4, 5), (2, 6, 3, 4, 5)),
        (nn.Conv3D(6, (1, 2, 3), (2, 1, 1), groups=2), (2, 4, 5, 4, 5), (2, 6, 3, 3, 3)),
        (nn.Conv1DTranspose(6, 3, 2, 1, 1), (2, 4, 7), (2, 6, 14)),
        (nn.Conv2DTranspose(6, 4, 2, 1, groups=2), (2, 4, 5, 6), (2, 6, 10, 12)),
        (nn.Conv3DTranspose(3, 2, 2), (2, 4, 2, 3, 4), (2, 3, 4, 6, 8)),
        (nn.MaxPool3D(), (2, 4, 5, 4, 5), (2, 4, 2, 2, 2)),
        (nn.AvgPool3D(3, 2, 1, ceil_mode=True), (2, 4, 4, 4, 5), (2, 4, 3, 3, 3)),
        (nn.GlobalAvgPool3D(), (2, 4, 3, 4, 5), (2, 4, 1, 1, 1)),
        (nn.GlobalMaxPool3D(), (2, 4, 3, 4, 5), (2, 4, 1, 1, 1)),
        (nn.BatchNorm(), (2, 4, 7), (2, 4, 7)),
        (nn.BatchNormReLU(), (2, 4, 7), (2, 4, 7)),
        (nn.SyncBatchNorm(), (2, 4, 7), (2, 4, 7)),
        (nn.LayerNorm(), (2, 4, 7), (2, 4, 7)),
        (nn.GroupNorm(2), (2, 4, 7), (2, 4, 7)),
        (nn.InstanceNorm(), (2, 4, 7), (2, 4, 7)),
        (nn.Dropout(0.3), (2, 4), (2, 4)),
        (nn.Flatten(), (2, 3, 4), (2, 12)),
        (nn.Activation("sigmoid"), (2, 3), (2, 3)),
        (nn.HybridLambda("tanh"), (2, 3), (2, 3)),
        (nn.Identity(), (2, 3), (2, 3)),
    ],
    ids=lambda value: repr(value) if isinstance(value, nn.Block) else "",
)
@pytest.mark.parametrize("active", [False, True], ids=["eager", "hybridized"])
def test_layer_gives_the_shape(layer, shape, wanted, active):
    layer.initialize()
    layer.hybridize(active)
    x = np.array(uniform(*shape))
    x.attach_grad()
    with autograd.record():
        y = layer(x)
    y.backward()
    assert y.shape == wanted
    assert x.grad.shape == shape
    assert repr(layer).startswith(type(layer).__name__)


def test_pixel_shuffle_puts_channels_to_their_places():
    x = uniform(2, 12, 3, 4)
    y = nn.PixelShuffle2D((2, 3))(np.array(x)).asnumpy()
    for i, j in numpy.ndindex(2, 3):
        numpy.testing.assert_array_equal(y[:, :, i::2, j::3], x[:, i * 3 + j :: 6])


def parts(extent, count):
    """The windows of an adaptive pooling: as equal as they can be."""
    return [(i * extent // count, -(-(i + 1) * extent // count)) for i in range(count)]


@pytest.mark.parametrize("size", [1, 2, (3, 5), (7, 4), (7, 8), (9, 3)])
@pytest.mark.parametrize(
    ("kind", "reduce"), [(nn.AdaptiveAvgPool2D, numpy.mean), (nn.AdaptiveMaxPool2D, numpy.max)]
)
def test_adaptive_pooling_reduces_windows_that_divide_the_image(kind, reduce, size):
    x = uniform(2, 3, 7, 8)
    high, wide = size if isinstance(size, tuple) else (size, size)
    wanted = [
        [reduce(x[:, :, a:b, c:d], axis=(2, 3)) for c, d in parts(8, wide)]
        for a, b in parts(7, high)
    ]
    found = kind(size)(np.array(x)).asnumpy()
    wanted = numpy.transpose(numpy.array(wanted), (2, 3, 0, 1))
    numpy.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


def test_reflection_mirrors_the_image_as_numpy_does():
    x = uniform(2, 3, 4, 5)
    widths = [(0, 0), (0, 0), (3, 1), (0, 4)]
    layer = nn.ReflectionPad2D((0, 0, 0, 0, 3, 1, 0, 4))
    assert repr(layer) == "ReflectionPad2D(padding=(3, 1, 0, 4))"
    wanted = numpy.pad(x, widths, mode="reflect")
    numpy.testing.assert_array_equal(layer(np.array(x)).asnumpy(), wanted)


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda: nn.ReflectionPad2D((1, 2)), "or 8 of them that begin with four 0"),
        (lambda: nn.ReflectionPad2D((1, 0, 0, 0, 1, 1, 1, 1)), "or 8 of them"),
        (lambda: nn.ReflectionPad2D(4)(np.ones((1, 1, 4, 9))), "less than the image's extents"),
        (lambda: nn.AdaptiveAvgPool2D(0), "`output_size` must be at least 1"),
        (lambda: nn.AdaptiveAvgPool2D((1, 2, 3)), "`output_size` must have 2 numbers"),
        (lambda: nn.AdaptiveMaxPool1D(2)(np.ones((1, 1, 4, 9))), "must have 3 axes"),
    ],
)
def test_borders_and_windows_that_cannot_be_are_refused(act, text):
    with pytest.raises(ValueError, match=text):
        act()


def test_sequential_slices_and_prints():
    net = nn.HybridSequential(nn.Dense(2), nn.Activation("relu"), nn.Dense(3))
    assert len(net) == 3
    assert isinstance(net[1], nn.Activation)
    assert isinstance(net[:2], nn.HybridSequential)
    assert len(net[:2]) == 2
    assert "(1): Activation(relu)" in repr(net)


def test_unknown_activation_and_bad_sizes():
    with pytest.raises(LookupError, match="known are relu, sigmoid, log_sigmoid"):
        nn.Activation("swich")
    with pytest.raises(ValueError, match="`units` must be at least 1; got 0"):
        nn.Dense(0)
    with pytest.raises(ValueError, match="`kernel_size` must have 2 numbers"):
        nn.Conv2D(1, (1, 2, 3))
    with pytest.raises(ValueError, match="multiple of `groups`"):
        nn.Conv2D(3, 1, groups=2)
    for layer in (nn.Conv2D, nn.Conv2DTranspose):
        with pytest.raises(ValueError, match="`in_channels` must be 0 or a positive multiple of"):
            layer(4, 1, groups=2, in_channels=3)
    with pytest.raises(ValueError, match=r"Conv2D: `strides` must be at least 1; got \(1, 0\)"):
        nn.Conv2D(3, 1, strides=(1, 0))
    with pytest.raises(ValueError, match="Conv1DTranspose: `output_padding` must be at least 0"):
        nn.Conv1DTranspose(3, 1, output_padding=-1)
    with pytest.raises(TypeError, match=r"AvgPool3D: `pool_size` must be an integer or 3 of them"):
        nn.AvgPool3D(2.5)
    with pytest.raises(TypeError, match=r"Conv2D: `padding` must be an integer or 2 of them"):
        nn.Conv2D(3, 1, padding="same")


def test_hooks_run_and_detach():
    seen = []
    layer = nn.Dense(2, in_units=2)
    layer.initialize()
    handle = layer.register_forward_hook(lambda block, args, out: seen.append(out.shape))
    layer.register_forward_pre_hook(lambda block, args: seen.append("before"))
    layer(np.ones((3, 2)))
    handle.detach()
    layer(np.ones((4, 2)))
    assert seen == ["before", (3, 2), "before"]


def test_summary_lists_what_runs(capsys):
    shared = nn.Dense(3, in_units=3)
    net = nn.HybridSequential(nn.Conv2D(2, 3, in_channels=1), nn.Dense(3), shared, shared)
    net.initialize()
    net.hybridize()
    x = np.zeros((2, 1, 5, 5))
    net(x)
    plan = net.plan_text()
    net.summary(x)
    lines = capsys.readouterr().out.splitlines()
    rows = [tuple(part for part in line.split("  ") if part) for line in lines[2:-3]]
    assert [tuple(part.strip() for part in row) for row in rows] == [
        ("0 (Conv2D)", "(2, 2, 3, 3)", "20"),
        ("1 (Dense)", "(2, 3)", "57"),
        ("2 (Dense)", "(2, 3)", "12"),
        ("2 (Dense)", "(2, 3)", "shared"),
        ("self (HybridSequential)", "(2, 3)", "0"),
    ]
    assert lines[-2:] == ["Parameters: 89, trained: 89", "Bytes: 356"]
    assert net.plan_text() == plan


# ---- windows


def test_padding_may_differ_before_and_behind_an_axis():
    x = np.array(numpy.random.default_rng(0).normal(size=(2, 3, 8, 7)).astype("float32"))
    layer = nn.Conv2D(4, 3, strides=2, padding=((0, 1), (2, 0)))
    assert "pad=((0, 1), (2, 0))" in repr(layer)
    layer.initialize()
    y = layer(x)
    whole = np.pad(x, ((0, 0), (0, 0), (0, 1), (2, 0)))
    wanted = npx.convolution(whole, layer.weight.data(), layer.bias.data(), stride=2)
    numpy.testing.assert_allclose(y.asnumpy(), wanted.asnumpy(), rtol=1e-5, atol=1e-6)
    pooled = npx.pooling(x, kernel=3, stride=2, pad=(0, 1, 1, 0))
    least = np.pad(x, ((0, 0), (0, 0), (0, 1), (1, 0)), constant_values=-numpy.inf)
    numpy.testing.assert_array_equal(
        pooled.asnumpy(), npx.pooling(least, kernel=3, stride=2).asnumpy()
    )


def test_padding_that_no_layer_has_is_refused():
    with pytest.raises(ValueError, match=r"Conv2D: `padding` must have 2 pairs; got \(\(0, 1\),\)"):
        nn.Conv2D(4, 3, padding=((0, 1),))
    with pytest.raises(ValueError, match="`padding` must have 2 pairs"):
        nn.Conv2D(4, 3, padding=((0, 1), 2))
    with pytest.raises(ValueError, match=r"MaxPool2D: `padding` .* 0; got \(\(0, 0\), \(-1"):
        nn.MaxPool2D(2, padding=((0, 0), (-1, 0)))
    x, weight = np.zeros((1, 3, 6, 6)), np.zeros((4, 3, 3, 3))
    with pytest.raises(ValueError, match=r"must have 1, 2 or 4 numbers.*; got 3"):
        npx.convolution(x, weight, pad=(1, 1, 1))
    with pytest.raises(ValueError, match=r"convolution: `pad` must be in \[0, 2\^31\]; got -1"):
        npx.convolution(x, weight, pad=(0, 0, 1, -1))
    uneven = "`pad` must be the same on both sides of an axis; got"
    with pytest.raises(NotImplementedError, match=f"deconvolution: {uneven}"):
        npx.deconvolution(x, np.zeros((3, 4, 3, 3)), pad=(0, 0, 1, 1))
    with pytest.raises(NotImplementedError, match=f"convolution: {uneven}"):
        npx.convolution(
            np.zeros((1, 3, 6, 6, 6)), np.zeros((4, 3, 3, 3, 3)), pad=(0, 0, 0, 1, 1, 1)
        )
    with pytest.raises(NotImplementedError, match=f"pooling: {uneven}"):
        npx.pooling(x, kernel=3, pool_type="sum", pad=(0, 0, 1, 1))
    with pytest.raises(ValueError, match="`pad` must be at most half of `kernel`"):
        npx.pooling(x, kernel=3, pad=(0, 0, 2, 1))


# ---- activations


@pytest.mark.parametrize(
    ("layer", "function"),
    [
        (nn.LeakyReLU(0.1), lambda x: numpy.where(x > 0, x, 0.1 * x)),
        (nn.PReLU(), lambda x: numpy.where(x > 0, x, 0.25 * x)),
        (nn.ELU(0.5), lambda x: numpy.where(x > 0, x, 0.5 * numpy.expm1(x))),
        (nn.SELU(), lambda x: 1.0507 * numpy.where(x > 0, x, 1.67326 * numpy.expm1(x))),
        (nn.GELU(), lambda x: 0.5 * x * (1 + numpy.vectorize(math.erf)(x / math.sqrt(2)))),
        (nn.Swish(2.0), lambda x: x / (1 + numpy.exp(-2 * x))),
        (nn.SiLU(), lambda x: x / (1 + numpy.exp(-x))),
        (nn.Activation("softrelu"), lambda x: numpy.log1p(numpy.exp(x))),
        (nn.Activation("log_sigmoid"), lambda x: -numpy.log1p(numpy.exp(-x))),
        (nn.Activation("mish"), lambda x: x * numpy.tanh(numpy.log1p(numpy.exp(x)))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_activation_layers_compute_their_formula(layer, function):
    x = 3 * uniform(4, 5)
    layer.initialize()
    eager = layer(np.array(x)).asnumpy()
    numpy.testing.assert_allclose(eager, function(x), rtol=1e-4, atol=1e-5)
    layer.hybridize()
    numpy.testing.assert_array_equal(layer(np.array(x)).asnumpy(), eager)


def test_slopes_of_prelu_are_learned_by_channel():
    layer = nn.PReLU(in_channels=3)
    layer.initialize()
    x = np.array(uniform(2, 3, 4))
    with autograd.record():
        y = layer(x)
    y.backward()
    below = numpy.minimum(x.asnumpy(), 0)
    grad = layer.alpha.grad().asnumpy()
    numpy.testing.assert_allclose(grad, below.sum(axis=(0, 2)), rtol=1e-5)


def test_activation_layers_refuse_what_they_cannot_be():
    with pytest.raises(LookupError, match=r"none named 'rulu'; did you mean `relu`\?; known are"):
        nn.Activation("rulu")
    with pytest.raises(ValueError, match="GELU: `approximation` must be erf or tanh; got exact"):
        nn.GELU("exact")
    with pytest.raises(ValueError, match="LeakyReLU: `alpha` must be at least 0; got -1"):
        nn.LeakyReLU(-1)
