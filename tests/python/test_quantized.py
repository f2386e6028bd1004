"""int8 layers: what they cost in accuracy, what is refused, and that weights are packed once."""

import math

import numpy
import pytest
import weft
from weft import gluon, np, npx


def random(shape, seed=0):
    return numpy.random.default_rng(seed).normal(size=shape).astype("float32")


def integers(shape, low, high, dtype, seed=0):
    return np.array(numpy.random.default_rng(seed).integers(low, high + 1, shape).astype(dtype))


def scale_of(x, axes=None):
    return abs(x).max(axis=axes) / 127


@pytest.mark.parametrize("axis", [None, 0, -1])
@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_what_was_quantized_comes_back_within_half_a_step(dtype, axis):
    x = random((4, 5, 6))
    if dtype == "uint8":
        x = abs(x)
    others = None if axis is None else tuple(i for i in range(3) if i != axis % 3)
    scale = numpy.asarray(abs(x).max(axis=others) / (127 if dtype == "int8" else 255))
    options = {} if axis is None else {"axis": axis}
    q = npx.quantize(np.array(x), np.array(scale), dtype=dtype, **options)
    assert q.dtype == dtype
    back = npx.dequantize(q, np.array(scale), **options).asnumpy()
    assert (abs(back - x) <= scale.max() * 0.501).all()


def test_numbers_serve_as_scale_and_zero_point():
    q = npx.quantize(np.array([-1.0, 0.25, 200.0]), 0.5, 3)
    assert q.tolist() == [1, 3, 127]  # 0.5 is rounded to the even 0
    assert npx.dequantize(q, 0.5, 3).tolist() == [-1.0, 0.0, 62.0]


def layer(name, weight_shape, data_shape, call, plain):
    return pytest.param(weight_shape, data_shape, call, plain, id=name)


LAYERS = [
    layer(
        "fully_connected",
        (40, 64),
        (9, 64),
        npx.quantized_fully_connected,
        npx.fully_connected,
    ),
    layer(
        "convolution",
        (20, 16, 3, 3),
        (2, 16, 11, 9),
        lambda *arrays, **options: npx.quantized_convolution(*arrays, pad=1, **options),
        lambda *arrays: npx.convolution(*arrays, pad=1),
    ),
]


class Quantized:
    """A layer's arrays in float32 and as int8 with one scale for each channel."""

    def __init__(self, weight_shape, data_shape):
        self.data, self.weight = random(data_shape, 1), random(weight_shape, 2)
        self.bias = random(weight_shape[:1], 3)
        self.x_scale, self.x_zero = (self.data.max() - self.data.min()) / 255, 0
        self.x_zero = round(-128 - self.data.min() / self.x_scale)
        self.scales = scale_of(self.weight, tuple(range(1, self.weight.ndim)))
        bias_scale = self.x_scale * self.scales
        self.inputs = [
            npx.quantize(np.array(self.data), self.x_scale, self.x_zero),
            npx.quantize(np.array(self.weight), np.array(self.scales), axis=0),
            np.array(numpy.rint(self.bias / bias_scale).astype("int32")),
        ]

    def requantized(self, wanted):
        """Multiplier and shift for results of the range of `wanted`, and their scale."""
        scale = float(scale_of(wanted))
        return npx.quantized_multiplier(self.x_scale * self.scales / scale), scale


@pytest.mark.parametrize(("weight_shape", "data_shape", "call", "plain"), LAYERS)
def test_quantized_layers_are_near_the_floating_ones(weight_shape, data_shape, call, plain):
    case = Quantized(weight_shape, data_shape)
    wanted = plain(np.array(case.data), np.array(case.weight), np.array(case.bias)).asnumpy()
    numbers, scale = case.requantized(wanted)
    have = call(*case.inputs, *numbers, zero_point=case.x_zero).asnumpy() * scale
    # A product of two rounded numbers, over all that are summed, and the result's own rounding.
    terms = math.prod(weight_shape[1:])
    largest = abs(case.data).max() * case.scales.max() + abs(case.weight).max() * case.x_scale
    assert abs(have - wanted).max() <= scale + 2 * largest * terms**0.5
    assert numpy.corrcoef(have.ravel(), wanted.ravel())[0, 1] > 0.999


@pytest.mark.parametrize(("weight_shape", "data_shape", "call", "plain"), LAYERS)
def test_weights_are_packed_once_and_a_write_is_seen(weight_shape, data_shape, call, plain):
    case = Quantized(weight_shape, data_shape)
    x, weight, bias = case.inputs
    constant = gluon.Constant(weight)

    @weft.hybridize
    def function(x):
        return call(x, constant.data(), bias, zero_point=case.x_zero)

    def check():
        wanted = call(x, constant.data(), bias, zero_point=case.x_zero).asnumpy()
        numpy.testing.assert_array_equal(function(x).asnumpy(), wanted)

    for _ in range(3):
        check()
    assert function.plan_memory()["prepared"] >= math.prod(weight_shape)
    constant.set_data(integers(weight_shape, -127, 127, "int8", 9))
    check()


@pytest.mark.parametrize(
    ("weight_shape", "data_shape", "call"),
    [
        ((300, 500), (170, 500), npx.quantized_fully_connected),
        ((96, 32, 3, 3), (2, 32, 30, 30), npx.quantized_convolution),
    ],
)
def test_results_do_not_depend_on_the_number_of_threads(weight_shape, data_shape, call):
    case = Quantized(weight_shape, data_shape)
    before = npx.num_threads()
    try:
        results = []
        for threads in (1, 2, 3, 5):
            npx.set_num_threads(threads)
            results.append(call(*case.inputs, zero_point=case.x_zero).asnumpy())
    finally:
        npx.set_num_threads(before)
    for result in results[1:]:
        numpy.testing.assert_array_equal(result, results[0])


# ---- integer weights of floating layers


def narrow_weight(weight, bits, groups):
    """Integers of `weight` as they are passed, their scales, and the numbers they stand for."""
    units, features = weight.shape
    parts = weight.reshape(units, groups, features // groups)
    scale = abs(parts).max(2) / (2 ** (bits - 1) - 1)
    whole = numpy.rint(parts / scale[:, :, None]).astype("int8").reshape(units, features)
    real = (whole.reshape(parts.shape) * scale[:, :, None]).reshape(units, features)
    if bits == 4:
        whole = (whole[:, ::2] & 15) | (whole[:, 1::2] << 4)
    return whole, scale.astype("float32"), real


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(("bits", "groups"), [(8, 1), (8, 4), (4, 1), (4, 10)])
@pytest.mark.parametrize("rows", [1, 3, 8])
def test_integer_weights_multiply_as_the_numbers_they_stand_for(rows, bits, groups, dtype):
    whole, scale, real = narrow_weight(random((50, 320), 4), bits, groups)
    x, bias = np.array(random((rows, 320), 5), dtype=dtype), random(50, 6)
    weight = gluon.Constant(whole)

    @weft.hybridize
    def function(x):
        return npx.weight_only_fully_connected(
            x, weight.data(), np.array(scale), np.array(bias), bits=bits
        )

    have = function(x)
    assert have.dtype.name == dtype
    want = x.astype("float64").asnumpy() @ real.T + bias
    tolerance = 1e-4 if dtype == "float32" else 2**-7
    numpy.testing.assert_allclose(
        have.astype("float64").asnumpy(), want, rtol=tolerance, atol=tolerance * 30
    )


def test_softmax_of_integers_is_near_to_that_of_real_numbers():
    x = integers((40, 10), -128, 127, "int8")
    for scale in (0.003, 0.02, 0.1, 0.7, 4.0):
        y = npx.dequantize(npx.quantized_softmax(x, scale), 1 / 256, -128)
        want = npx.softmax(npx.dequantize(x, scale))
        assert abs(y - np.minimum(want, 255 / 256)).max() <= 0.51 / 256


def test_softmax_does_not_depend_on_what_is_added_to_a_row():
    x = integers((5, 30), -60, 60, "int8")
    numpy.testing.assert_array_equal(
        npx.quantized_softmax(x, 0.05).asnumpy(), npx.quantized_softmax(x + 7, 0.05).asnumpy()
    )


def test_a_row_of_equal_elements_is_shared_evenly():
    for count in (1, 2, 3, 255, 256, 511, 513, 4095):
        y = npx.quantized_softmax(np.zeros((1, count), dtype="int8"), 0.1).asnumpy()
        assert (y == min(int(numpy.floor(256 / count + 0.5)) - 128, 127)).all(), count


# ---- refused

X, W = integers((2, 6), -128, 127, "int8"), integers((3, 6), -127, 127, "int8")
ONE, MANY = np.array([1 << 30] * 3, dtype="int32"), np.array([-4] * 3, dtype="int32")
ROWS = np.ones((2, 6))
IMAGE, FILTERS = integers((1, 4, 5, 5), -9, 9, "int8"), integers((2, 4, 3, 3), -9, 9, "int8")

REFUSED = [
    (lambda: npx.quantize(np.ones(3), 0.0), "quantize: `scale` must be greater than 0"),
    (lambda: npx.quantize(np.ones(3), -1.0), "quantize: `scale` must be greater than 0"),
    (lambda: npx.quantize(np.ones(3), np.ones(2)), r"quantize: `scale` .*\(3,\).*got \(2,\)"),
    (lambda: npx.quantize(np.ones(3), 1.0, dtype="int16"), "`dtype` must be int8 or uint8"),
    (lambda: npx.quantize(W, 1.0), "quantize: `data` must be float32 or a half type; got int8"),
    (lambda: npx.dequantize(np.ones(3), 1.0), "dequantize: `data` must be int8, uint8 or int32"),
    (lambda: npx.quantized_fully_connected(X.astype("uint8"), W), "`data` must be int8; got uint8"),
    (lambda: npx.quantized_fully_connected(X, W[:, :5]), r"`weight` must have shape \(units, 6\)"),
    (lambda: npx.quantized_fully_connected(X, W, zero_point=128), "`zero_point` must be at least"),
    (lambda: npx.quantized_fully_connected(X, W, multiplier=ONE), "must be given together"),
    (lambda: npx.quantized_fully_connected(X, W, None, -ONE, MANY), "must not be negative; got"),
    (lambda: npx.quantized_fully_connected(X, W, None, ONE, MANY * 9), "at most 30; got -36"),
    (lambda: npx.quantized_fully_connected(X, W, None, ONE[:2], MANY[:2]), r"\(3,\)"),
    (lambda: npx.quantized_fully_connected(X, W, np.zeros(3)), "`bias` must be int32; got float32"),
    (lambda: npx.quantized_fully_connected(X, W, low=3, high=2), "`low` must not be greater than"),
    (lambda: npx.quantized_convolution(IMAGE, FILTERS[:, :3]), "needs 3 channels of `data`; got 4"),
    (lambda: npx.quantized_convolution(IMAGE, FILTERS, zero_point=-129), "`zero_point` must be at"),
    (lambda: npx.quantized_convolution(IMAGE, FILTERS, num_group=0), "`num_group` must divide"),
    (lambda: npx.quantized_add(X, W, 1.0, 1.0, 1.0), "`x2` must have the shape of `x1`"),
    (lambda: npx.quantized_add(X, X, 0.0, 1.0, 1.0), "`x1_scale` must be greater than 0"),
    (lambda: npx.quantized_add(X, X, 1.0, 1.0, 1e-9), "`output_scale` must be more than"),
    (lambda: npx.quantized_softmax(X.astype("uint8"), 0.1), "`data` must be int8; got uint8"),
    (lambda: npx.quantized_softmax(X, 0.0), "quantized_softmax: `scale` must be at least 2"),
    (lambda: npx.quantized_softmax(X, float("inf")), "`scale` must be at least 2.* and finite"),
    (lambda: npx.quantized_softmax(X.sum(), 0.1), "`data` must"),
    (
        lambda: npx.quantized_softmax(np.zeros((1, 4096), dtype="int8"), 0.1),
        r"at most 4095 elements; got shape \(1, 4096\)",
    ),
    (lambda: npx.quantized_pooling(IMAGE, 2, "sum"), "`pool_type` must be max or avg; got sum"),
    (lambda: npx.weight_only_fully_connected(X, W, np.ones(3)), "`data` must be float32 or"),
    (lambda: npx.weight_only_fully_connected(ROWS, W, np.ones(2)), r"`scale` must have .*\(3,\)"),
    (lambda: npx.weight_only_fully_connected(ROWS, W, np.ones((3, 2))), "groups of an even size"),
    (lambda: npx.weight_only_fully_connected(ROWS, W, np.ones(3), bits=4), r"\(units, 3\)"),
    (lambda: npx.weight_only_fully_connected(ROWS, W, np.ones(3), bits=2), "`bits` must be 8 or 4"),
    (lambda: npx.weight_only_fully_connected(ROWS[:, :5], W, np.ones(3)), "an even number"),
    (lambda: npx.quantized_multiplier([0.5, 0.0]), "`scale` must be greater than 0"),
]


@pytest.mark.parametrize(
    "channel", range(7)
)  # of those that are looked at together, and of the rest
@pytest.mark.parametrize(
    ("argument", "value", "text"),
    [
        ("multiplier", -1, "`multiplier` must not be negative; got -1"),
        ("multiplier", -(2**31), "`multiplier` must not be negative; got -2147483648"),
        ("shift", -32, "`shift` must be at least -31 and at most 30; got -32"),
        ("shift", 31, "`shift` must be at least -31 and at most 30; got 31"),
        ("shift", -(2**31), "got -2147483648"),
        ("shift", 2**31 - 1, "got 2147483647"),
    ],
)
def test_each_channel_of_a_requantization_is_checked(channel, argument, value, text):
    weight = np.zeros((7, 6), dtype="int8")
    given = {
        "multiplier": numpy.array([0, 2**31 - 1, *[1 << 30] * 5], dtype="int32"),
        "shift": numpy.array([-31, 30, *[-4] * 5], dtype="int32"),
    }

    def run():
        out = npx.quantized_fully_connected(X, weight, None, *map(np.array, given.values()))
        out.wait_to_read()

    run()
    given[argument][channel] = value
    with pytest.raises(ValueError, match=text):
        run()


@pytest.mark.parametrize(("call", "text"), REFUSED)
def test_bad_arguments_are_refused_by_name(call, text):
    with pytest.raises((TypeError, ValueError), match=text):
        call().wait_to_read()
