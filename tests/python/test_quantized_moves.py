"""What only moves or repeats elements between int8 layers stays int8."""

import re

import numpy
import pytest
import weft
from small_networks import data, error, filled, operators
from weft import gluon, np, npx
from weft.gluon import nn


class Between(gluon.HybridBlock):
    """A function between two convolutions."""

    def __init__(self, function):
        super().__init__()
        self.first, self.function = nn.Conv2D(8, 3, activation="relu"), function
        self.last = nn.Conv2D(5, 3)

    def forward(self, x):
        return self.last(self.function(self.first(x)))


def bordered(*widths, **options):
    return lambda x: np.pad(x, ((0, 0), (0, 0), *widths), **options)


MOVES = {
    "zeros": bordered((1, 2), (0, 3)),
    "zeros for channels": lambda x: np.pad(x, ((0, 0), (2, 1), (0, 0), (1, 1))),
    "mirrored": bordered((1, 1), (2, 1), mode="reflect"),
    "edges": bordered((1, 1), (2, 1), mode="edge"),
    "wrapped": bordered((1, 1), (2, 1), mode="wrap"),
    "twice as large": lambda x: npx.interpolate(x, scale_factor=2),
    "three times as large": lambda x: npx.interpolate(x, scale_factor=3.0, mode="nearest-exact"),
    "rows repeated": lambda x: np.repeat(x, 2, axis=2),
    "tiled": lambda x: np.tile(x, (1, 1, 1, 2)),
    "flipped": lambda x: np.flip(x, 3),
    "channels as places": lambda x: npx.depth_to_space(x, 2),
    "places as channels": lambda x: npx.space_to_depth(x, (2, 1)),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_move_of_elements_is_int8(name):
    x = data((4, 3, 10, 9))
    net = filled(Between(MOVES[name]), x)
    block = weft.quantize(net, x)
    made = operators(block)
    assert made.count("quantize") == made.count("dequantize") == 1
    assert made.index("dequantize") > max(i for i, op in enumerate(made) if "convolution" in op)
    assert error(block, net, x) < 0.04
    wanted = block(x).asnumpy()
    block.hybridize()
    numpy.testing.assert_array_equal(block(x).asnumpy(), wanted)
    prepared = weft.quantization.prepare(net, x)
    found = weft.quantize(prepared)(x).asnumpy()
    assert abs(prepared(x).asnumpy() - found).max() < 0.02 * abs(found).max()


@pytest.mark.parametrize("name", ["zeros", "mirrored", "twice as large"])
def test_images_stay_with_channels_last(name):
    x = data((4, 3, 10, 8))
    net = filled(Between(MOVES[name]), x)
    assert operators(weft.quantize(net, x, integers=True)).count("transpose") == 0
    larger = np.tile(x, (1, 1, 2, 1))
    assert error(weft.quantize(net, [x, larger]), net, larger) < 0.04


@pytest.mark.parametrize(
    "function",
    [
        bordered((1, 1), (1, 1), constant_values=0.5),
        lambda x: npx.interpolate(x, scale_factor=2, mode="linear"),
        lambda x: npx.interpolate(x, scale_factor=1.5),
        lambda x: npx.interpolate(x, size=9),
    ],
    ids=["another number", "between elements", "unevenly", "to a size"],
)
def test_what_int8_has_no_number_for_stays_in_float32(function):
    x = data((4, 3, 10, 9))
    net = filled(Between(function), x)
    block = weft.quantize(net, x)
    made = operators(block)
    assert made.count("quantize") == 2
    assert {"pad", "interpolate"} & set(made)
    assert error(block, net, x) < 0.04


def test_equalization_goes_through_borders_and_larger_images():
    x = data((4, 3, 10, 9))
    net = filled(Between(lambda x: MOVES["mirrored"](MOVES["twice as large"](x))), x)
    scale = numpy.geomspace(0.01, 1, 8).astype("float32")
    net.first.weight.set_data(net.first.weight.data() * np.array(scale.reshape(-1, 1, 1, 1)))
    net.last.weight.set_data(net.last.weight.data() / np.array(scale.reshape(1, -1, 1, 1)))
    plain, equal = (weft.quantize(net, x, equalize=flag) for flag in (False, True))
    assert error(equal, net, x) < 0.5 * error(plain, net, x)


def shuffled(x, groups=2):
    count, channels, height, width = x.shape
    y = np.reshape(x, (count, groups, channels // groups, height, width))
    return np.reshape(np.swapaxes(y, 1, 2), x.shape)


OF_CHANNELS = {
    "some": lambda x: x[:, 1:7:2],
    "some places": lambda x: x[:, :, 1:-1, ::2],
    "the last rows": lambda x: x[..., 2:, :],
    "halves": lambda x: np.concatenate(np.split(x, 2, axis=1)[::-1], axis=1),
    "parts": lambda x: np.split(x, [3, 4], axis=-3)[2],
    "rows apart": lambda x: np.split(x, 2, axis=2)[1],
    "shuffled": shuffled,
    "shuffled by four": lambda x: shuffled(x, 4),
    "shuffled otherwise": lambda x: np.reshape(
        np.transpose(np.reshape(x, (-1, 2, 4, *x.shape[2:])), (0, 2, 1, 3, 4)), x.shape
    ),
}


@pytest.mark.parametrize("name", OF_CHANNELS)
def test_channels_move_where_they_lie(name):
    x = data((4, 3, 10, 9))
    net = filled(Between(OF_CHANNELS[name]), x)
    block = weft.quantize(net, x, integers=True)
    # Reshaping needs no copy; what is transposed is what is shuffled.
    assert operators(block).count("transpose") == 0
    assert operators(block).count("swapaxes") == ("shuffled" in name)
    block = weft.quantize(net, x)
    assert error(block, net, x) < 0.04
    prepared = weft.quantization.prepare(net, x)
    found = weft.quantize(prepared)(x).asnumpy()
    assert abs(prepared(x).asnumpy() - found).max() < 0.02 * abs(found).max()


def test_a_transposition_of_other_axes_is_no_shuffle():
    def turned(x):
        y = np.reshape(x, (-1, 2, 4, *x.shape[2:]))
        return np.reshape(np.swapaxes(y, 2, 3), x.shape)

    x = data((4, 3, 6, 6))  # four channels of a group, four rows
    net = filled(Between(turned), x)
    assert error(weft.quantize(net, x), net, x) < 0.04


def transposition(net, x):
    """Its name among the network's layers, which a wrong name is told."""
    with pytest.raises(LookupError) as caught:
        weft.quantize(net, x, keep=["no layer"])
    return re.search(r"\w*swapaxes\w*", str(caught.value)).group()


@pytest.mark.parametrize("function", [np.sin, np.abs], ids=["of real numbers", "of int8"])
def test_a_part_of_a_shuffle_may_be_kept_in_float32(function):
    x = data((4, 3, 10, 9))
    net = filled(Between(lambda x: shuffled(function(x))), x)
    block = weft.quantize(net, x, keep=[transposition(net, x)])
    assert operators(block).count("quantize") > 1
    assert error(block, net, x) < 0.04


def test_one_of_two_halves_may_stay_in_float32():
    x = data((4, 3, 10, 9))

    def half(x):
        a, b = np.split(x, 2, axis=1)
        return np.concatenate([np.sin(a), b], axis=1)

    net = filled(Between(half), x)
    block = weft.quantize(net, x)
    assert "sin" in operators(block)
    assert error(block, net, x) < 0.04
