"""Transposed convolutions in int8: every phase of a stride as filters of one convolution."""

import numpy
import pytest
import weft
from hypothesis import given
from hypothesis import strategies as st
from small_networks import data, error, filled, operators
from weft import autograd, np, npx
from weft.compression._graph.phases import Phases, turned
from weft.gluon import nn
from weft.quantization import fold_norms, prepare, report


@st.composite
def problems(draw):
    """Attributes, and the shapes of data and weight, for one or two axes."""
    axes, groups = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    several = st.integers(1, 3)

    def numbers(strategy):
        return [draw(strategy) for _ in range(axes)]

    attributes = {"stride": numbers(several), "dilate": numbers(st.integers(1, 2))}
    kernel, extents = numbers(st.integers(1, 5)), numbers(st.integers(1, 4))
    attributes["adj"] = [draw(st.integers(0, s - 1)) for s in attributes["stride"]]
    attributes["pad"] = []
    for i, stride in enumerate(attributes["stride"]):
        reach = attributes["dilate"][i] * (kernel[i] - 1) + 1
        whole = (extents[i] - 1) * stride + reach + attributes["adj"][i]
        attributes["pad"].append(draw(st.integers(0, (whole - 1) // 2)))
    shapes = (2, draw(several) * groups, *extents), draw(several)
    return attributes, groups, shapes[0], (shapes[0][1], shapes[1], *kernel)


@given(problems())
def test_phases_are_the_transposed_convolution(problem):
    attributes, groups, shape, weight_shape = problem
    x, w = data(shape), data(weight_shape, 1)
    wanted = npx.deconvolution(x, w, **attributes, num_group=groups).asnumpy()
    phases = Phases(attributes, turned(w.asnumpy(), groups), groups)
    y = npx.convolution(x, np.array(phases.filters()), pad=phases.pad, num_group=groups)
    found = np.moveaxis(phases.joined(np.moveaxis(y, 1, -1)), -1, 1).asnumpy()
    numpy.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)
    back = turned(turned(w.asnumpy(), groups), groups)
    numpy.testing.assert_array_equal(back, w.asnumpy())


def network(layer, axes=2, beside=nn.Conv2D):
    """The layer between two convolutions, with a norm and a ReLU."""
    return nn.HybridSequential(
        beside(12, 3, activation="relu"),
        layer,
        nn.BatchNorm(),
        nn.Activation("relu"),
        beside(5, 3),
    )


LAYERS = {
    "of blocks": lambda: nn.Conv2DTranspose(8, 2, 2, use_bias=False),
    "of a generator": lambda: nn.Conv2DTranspose(8, 4, 2, 1),
    "with places behind": lambda: nn.Conv2DTranspose(8, 3, 2, 1, output_padding=1),
    "of stride 1": lambda: nn.Conv2DTranspose(8, 3, 1, 1),
    "uneven": lambda: nn.Conv2DTranspose(8, (5, 2), (3, 1), (2, 0), output_padding=(2, 0)),
    "in groups": lambda: nn.Conv2DTranspose(8, 3, 2, 1, groups=4),
    "depthwise": lambda: nn.Conv2DTranspose(12, 4, 2, 1, groups=12),
    "dilated": lambda: nn.Conv2DTranspose(8, 3, 2, 1, dilation=2),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_transposed_convolution_is_int8_with_its_norm(name):
    x = data((4, 3, 9, 8))
    net = filled(network(LAYERS[name]()), x)
    larger = np.tile(x, (1, 1, 1, 2))  # nothing in the block is of the first one's size
    block = weft.quantize(net, [x, larger])
    made = operators(block)
    assert made.count("quantized_convolution") == 3
    assert not {"deconvolution", "batch_norm", "relu"} & set(made)
    assert error(block, net, x) < 0.04
    assert error(block, net, larger) < 0.04
    block.hybridize()
    assert error(block, net, x) < 0.04


def test_one_axis_is_int8_too():
    x = data((4, 3, 21))
    net = filled(network(nn.Conv1DTranspose(8, 4, 2, 1), beside=nn.Conv1D), x)
    block = weft.quantize(net, x)
    assert "deconvolution" not in operators(block)
    assert error(block, net, x) < 0.04


@pytest.mark.parametrize("options", [{"equalize": True}, {"bias_correction": True}])
@pytest.mark.parametrize("name", ["of a generator", "in groups"])
def test_every_option_goes_with_it(name, options):
    x = data((8, 3, 9, 8))
    net = filled(network(LAYERS[name]()), x)
    assert error(weft.quantize(net, x, **options), net, x) < 0.04


@pytest.mark.parametrize("name", ["of blocks", "uneven", "in groups"])
def test_training_for_int8_sees_what_int8_computes(name):
    x = data((4, 3, 9, 8))
    net = filled(network(LAYERS[name]()), x)
    prepared = prepare(net, x)
    with autograd.record():
        loss = (prepared(x) ** 2).mean()
    loss.backward()
    assert abs(net[1].weight.grad()).max() > 0
    wanted, found = weft.quantize(prepared)(x).asnumpy(), prepared(x).asnumpy()
    assert abs(wanted - found).max() < 0.02 * abs(wanted).max()


@pytest.mark.parametrize("name", ["of a generator", "in groups"])
def test_norms_fold_into_it(name):
    x = data((2, 3, 9, 8))
    net = filled(network(LAYERS[name]()), x)
    numpy.testing.assert_allclose(fold_norms(net, x)(x), net(x), rtol=1e-4, atol=1e-4)


def test_a_report_counts_its_products():
    x = data((2, 3, 9, 8))
    net = filled(network(LAYERS["of blocks"]()), x)
    found = report(net, weft.quantize(net, x), x)
    layer = found.layers[1]
    assert layer.kind == "int8"
    assert layer.macs == (12 * 7 * 6 * 8 * 4,) * 2
    assert layer.sqnr > 25
