"""`weft.quantize`: how near it stays to the network, which operators it makes, what it refuses."""

import gc

import numpy
import pytest
import weft
from small_networks import Residual, data, error, filled, operators
from weft import gluon, np, npx
from weft.gluon import nn
from weft.gluon.model_zoo import vision
from weft.quantization import WeightOnlyDense, quantize_weights


def test_a_convolution_takes_norm_and_activation_in():
    x = data((4, 3, 9, 8))
    net = filled(
        nn.HybridSequential(
            nn.Conv2D(40, 3, strides=2, padding=1, use_bias=False),
            nn.BatchNorm(),
            nn.Activation("relu"),
            nn.MaxPool2D(2),
            nn.Flatten(),
            nn.Dense(7),
        ),
        x,
    )
    block = weft.quantize(net, x)
    made = [name for name in operators(block) if name not in ("variable", "constant")]
    assert made == [
        "quantize",
        "transpose",
        "quantized_convolution",
        "quantized_pooling",
        "transpose",
        "batch_flatten",
        "quantized_fully_connected",
        "dequantize",
    ]
    assert error(block, net, x) < 0.02


@pytest.mark.parametrize("is_plain", [False, True])
def test_a_sum_goes_into_the_last_convolution_before_it(is_plain):
    x = data((2, 24, 9, 8))
    net = filled(Residual(24, is_plain), x)
    block = weft.quantize(net, x)
    made = operators(block)
    assert made.count("quantized_convolution") == (2 if is_plain else 3)
    assert "quantized_add" not in made and "relu" not in made and "batch_norm" not in made
    assert any(name.endswith("residual_factor") for name in block.collect_params())
    assert error(block, net, x) < 0.04


def test_a_sum_that_a_factor_cannot_stand_for_is_an_operator_of_its_own():
    x = data((2, 8, 6, 6))
    net = filled(Residual(8, is_plain=True), x)
    net.second.weight.set_data(net.second.weight.data() * 300)
    net.norms[1].gamma.set_data(net.norms[1].gamma.data() * 300)
    x = x * 0.01
    net.first.weight.set_data(net.first.weight.data() * 100)
    block = weft.quantize(net, x)
    assert "quantized_add" in operators(block)
    assert error(block, net, x) < 0.04


@pytest.mark.parametrize(
    "bound",
    [
        npx.relu6,
        lambda x: np.clip(x, 0, 6),
        lambda x: np.minimum(np.maximum(x, 0), 6),
        lambda x: np.clip(x, None, 1.5),
    ],
    ids=["relu6", "clip", "maximum and minimum", "from above"],
)
def test_bounds_of_every_form_become_those_of_the_layer(bound):
    x = data((2, 3, 6, 5))
    layers = nn.Conv2D(8, 3), nn.HybridLambda(bound), nn.Conv2D(4, 1), nn.Flatten(), nn.Dense(5)
    net = filled(nn.HybridSequential(*layers), x)
    block = weft.quantize(net, x)
    assert {"relu6", "clip", "maximum", "minimum"}.isdisjoint(operators(block))
    assert error(block, net, x) < 0.05


def test_bounds_apart_from_a_layer_stay_in_int8():
    x = data((2, 3, 8, 8))
    layers = nn.Conv2D(8, 3), nn.MaxPool2D(2), nn.HybridLambda(lambda x: np.clip(x, -0.5, 0.7))
    net = filled(nn.HybridSequential(*layers, nn.Conv2D(4, 1)), x)
    block = weft.quantize(net, x)
    assert operators(block).count("quantize") == 1
    assert error(block, net, x) < 0.05


def test_depthwise_convolutions_and_relu6_and_averages():
    x = data((2, 6, 11, 10))
    net = filled(
        nn.HybridSequential(
            nn.Conv2D(70, 1),
            nn.HybridLambda(npx.relu6),
            nn.Conv2D(70, 3, strides=2, padding=1, groups=70),
            nn.AvgPool2D(2),
            nn.Conv2D(6, 1, groups=2),
            nn.GlobalAvgPool2D(),
            nn.Dense(5, activation="relu"),
            nn.Dense(4),
        ),
        x,
    )
    block = weft.quantize(net, x)
    assert {"relu6", "relu", "convolution", "pooling"}.isdisjoint(operators(block))
    assert error(block, net, x) < 0.05


def test_other_operators_stay_in_float32_between():
    x = data((3, 4, 8, 8))
    net = filled(
        nn.HybridSequential(
            nn.Conv2D(8, 3), nn.HybridLambda(np.sin), nn.Conv2D(4, 3), nn.Flatten(), nn.Dense(3)
        ),
        x,
    )
    block = weft.quantize(net, x)
    made = operators(block)
    assert made.count("sin") == 1 and made.count("quantize") == 2
    assert error(block, net, x) < 0.03


@pytest.mark.parametrize("function", [np.tanh, npx.sigmoid, npx.gelu, npx.leaky_relu])
def test_functions_of_one_element_are_tables_between_layers(function):
    x = data((3, 4, 8, 8))
    layers = nn.Conv2D(8, 3), nn.HybridLambda(function), nn.Conv2D(4, 3), nn.Flatten(), nn.Dense(3)
    net = filled(nn.HybridSequential(*layers), x)
    made = operators(weft.quantize(net, x))
    assert made.count("quantized_lookup") == 1 and made.count("quantize") == 1
    assert error(weft.quantize(net, x), net, x) < 0.03


def test_a_function_of_the_last_layer_has_its_sums():
    x = data((3, 6))
    net = filled(nn.HybridSequential(nn.Dense(4), nn.HybridLambda(npx.sigmoid)), x)
    made = operators(weft.quantize(net, x))
    assert made[-2:] == ["dequantize", "sigmoid"] and "quantized_lookup" not in made


def test_it_runs_hybridized_and_from_a_file_with_the_same_bits(tmp_path):
    x = data((1, 3, 12, 12))
    net = filled(nn.HybridSequential(nn.Conv2D(8, 3), Residual(8), nn.Flatten(), nn.Dense(3)), x)
    block = weft.quantize(net, [x])
    wanted = block(x).asnumpy()
    block.hybridize()
    numpy.testing.assert_array_equal(block(x).asnumpy(), wanted)
    block.export(tmp_path / "small.weft", x)
    context = weft.runtime.Model(str(tmp_path / "small.weft")).context()
    numpy.testing.assert_array_equal(context.run(x.asnumpy())[0], wanted)


def test_one_dimensional_networks():
    x = data((2, 3, 30))
    net = filled(
        nn.HybridSequential(
            nn.Conv1D(8, 5, strides=2, activation="relu"), nn.MaxPool1D(2), nn.Dense(4)
        ),
        x,
    )
    assert error(weft.quantize(net, x), net, x) < 0.03


def test_networks_of_tokens_take_integers(tmp_path):
    tokens = np.array(numpy.random.default_rng(1).integers(0, 50, (4, 12)))
    net = nn.HybridSequential(
        nn.Embedding(50, 24), nn.Dense(32, flatten=False, activation="relu"), nn.Dense(3)
    )
    filled(net, tokens)
    block = weft.quantize(net, tokens)
    assert operators(block).count("quantized_fully_connected") == 2
    assert error(block, net, tokens) < 0.02
    wanted = block(tokens).asnumpy()
    block.hybridize()
    block(tokens)
    block.export(tmp_path / "tokens.weft")
    again = gluon.SymbolBlock.imports(tmp_path / "tokens.weft")
    numpy.testing.assert_array_equal(again(tokens).asnumpy(), wanted)


class OverTime(gluon.HybridBlock):
    """A maximum or a mean of all places behind convolutions, as networks of texts have them."""

    def __init__(self, reduction, axes, keepdims):
        super().__init__()
        self.reduction, self.options = reduction, {"axis": axes, "keepdims": keepdims}
        convolution = nn.Conv1D if axes in (2, -1) else nn.Conv2D
        self.convolution = convolution(8, 3, activation="relu")
        self.last = nn.Dense(3)

    def forward(self, x):
        y = self.convolution(x)
        return self.last(getattr(y, self.reduction)(**self.options))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(
    ("axes", "shape"), [(2, (4, 5, 20)), (-1, (4, 5, 20)), ((2, 3), (4, 3, 9, 8))]
)
@pytest.mark.parametrize("reduction", ["max", "mean"])
def test_reductions_over_all_places_are_int8(reduction, axes, shape, keepdims):
    x = data(shape)
    net = filled(OverTime(reduction, axes, keepdims), x)
    block = weft.quantize(net, x)
    made = operators(block)
    assert made.count("quantized_pooling") == 1 and reduction not in made
    assert made.count("dequantize") == 1
    assert error(block, net, x) < 0.03
    prepared = weft.quantization.prepare(net, x)
    assert error(weft.quantize(prepared), net, x) < 0.04


def test_percentiles_leave_outliers_out():
    weft.random.seed(7)
    x = data((64, 5))
    x[0, 0] = 1000.0
    net = nn.HybridSequential(nn.Dense(9), nn.Dense(4))
    net.initialize(weft.init.Uniform(0.07))
    net = filled(net, x)
    rest = x[1:]
    whole = error(weft.quantize(net, x), net, rest)
    assert error(weft.quantize(net, x, percentile=99.0), net, rest) < 0.1 < whole


def test_calibration_widens_over_batches_of_a_loader():
    x = data((32, 5))
    net = filled(nn.HybridSequential(nn.Dense(9)), x)
    labels = np.zeros(32)
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(x, labels), 8)
    alone, loaded = weft.quantize(net, x), weft.quantize(net, loader)
    numpy.testing.assert_array_equal(alone(x).asnumpy(), loaded(x).asnumpy())


def test_a_network_of_the_model_zoo_agrees_on_its_classes():
    net = vision.mobilenet_v2_0_25(classes=10)
    x = data((8, 3, 64, 64))
    filled(net, x)
    block = weft.quantize(net, x)
    assert error(block, net, x) < 0.25
    assert numpy.corrcoef(block(x).asnumpy().ravel(), net(x).asnumpy().ravel())[0, 1] > 0.98


def test_weights_take_a_quarter():
    x = data((1, 64, 8, 8))
    net = filled(nn.HybridSequential(nn.Conv2D(128, 3), nn.Conv2D(128, 3)), x)
    block = weft.quantize(net, x)

    def size(of):
        return sum(p.data().asnumpy().nbytes for p in of.collect_params().values())

    assert size(block) < 0.27 * size(net)


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda net, x: weft.quantize(net, []), ValueError, "`calibration_data` must not be empty"),
        (lambda net, x: weft.quantize(net, 3), TypeError, "`calibration_data` must be an array"),
        (lambda net, x: weft.quantize(net, [3]), TypeError, "an item of type int"),
        (lambda net, x: weft.quantize(net, x * np.nan), ValueError, "`data` must be finite"),
        (lambda net, x: weft.quantize(net, x, percentile=0), ValueError, "`percentile` must be"),
        (lambda net, x: weft.quantize(print, x), TypeError, "`net` must be a HybridBlock"),
    ],
)
def test_bad_calls_say_what_is_wrong(call, kind, text):
    x = data((2, 5))
    net = filled(nn.HybridSequential(nn.Dense(3)), x)
    with pytest.raises(kind, match=text) as raised:
        call(net, x)
    assert isinstance(raised.value, weft.Error)
    assert str(raised.value).startswith("quantize: ")


# ---- weights alone


@pytest.mark.parametrize(("bits", "group", "most"), [(8, None, 0.02), (4, 16, 0.2)])
def test_dense_layers_get_integer_weights(bits, group, most):
    x = data((3, 64))
    shared = nn.Dense(32, activation="relu")
    net = filled(nn.HybridSequential(shared, nn.Dense(64), shared, nn.Dense(4)), x)
    net.hybridize()
    wanted = net(x).asnumpy()
    before = [type(child) for child in net]
    assert quantize_weights(net, bits, group=group) == 3
    found = net(x).asnumpy()
    assert 0 < abs(found - wanted).max() < most * abs(wanted).max()
    assert before == [nn.Dense] * 4 and [type(child) for child in net] == [WeightOnlyDense] * 4
    assert net[0] is net[2] and net[0].weight.data().dtype == "int8"
    assert quantize_weights(net, bits, group=group) == 0


def test_a_decoder_with_integer_weights_keeps_its_cache_in_float32():
    layer = nn.TransformerEncoderLayer(16, 32, 2)
    filled(layer, data((1, 5, 16)))
    quantize_weights(layer)
    assert str(layer.attention.dtype) == "float32"
    cache = layer.attention.new_cache(1, 5)
    x = data((1, 5, 16))
    whole = layer(x, causal=True).asnumpy()
    steps = [layer(x[:, t : t + 1], cache=cache).asnumpy() for t in range(5)]
    numpy.testing.assert_allclose(numpy.concatenate(steps, 1), whole, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("arguments", "kind", "text"),
    [
        ((nn.Dense(3, in_units=6), 7), ValueError, "`bits` must be 8 or 4; got 7"),
        ((nn.Dense(3, in_units=6), 8, 4), ValueError, "`group` must be even and divide"),
    ],
)
def test_weights_that_cannot_be_divided_are_refused(arguments, kind, text):
    layer, *rest = arguments
    layer.initialize()
    with pytest.raises(kind, match=text):
        WeightOnlyDense(layer, *rest)
    net = nn.HybridSequential(nn.Dense(8, in_units=8), layer)
    net.initialize()
    with pytest.raises(kind, match=text):
        quantize_weights(net, rest[0], group=rest[1] if len(rest) > 1 else None)
    assert all(type(child) is nn.Dense for child in net)


def test_only_blocks_have_dense_layers():
    with pytest.raises(TypeError, match="quantize_weights: `net` must be a Block"):
        quantize_weights(print)


def test_integers_go_in_and_out():
    x = data((3, 4, 8, 6))
    net = filled(nn.HybridSequential(nn.Conv2D(8, 3), nn.Flatten(), nn.Dense(3)), x)
    block = weft.quantize(net, x, integers=True)
    made = set(operators(block))
    assert {"quantize", "dequantize"}.isdisjoint(made)
    given = npx.quantize(np.transpose(x, (0, 2, 3, 1)), *block.input_scale)
    found = block(given)
    assert str(found.dtype) == "int8"
    step = block.output_scales[0].step
    real = npx.dequantize(found, *block.output_scales[0])
    assert abs(real - weft.quantize(net, x)(x)).max() < 1.001 * step


def test_integers_come_from_what_stays_in_float32():
    x = data((3, 5))
    net = filled(nn.HybridSequential(nn.Dense(4), nn.HybridLambda(np.tanh)), x)
    block = weft.quantize(net, x, integers=True)
    found = block(npx.quantize(x, *block.input_scale))
    assert str(found.dtype) == "int8"
    real = npx.dequantize(found, *block.output_scales[0])
    assert abs(real - net(x)).max() < 0.03


def test_a_classifier_ends_in_int8():
    x = data((3, 4, 8, 6))
    net = nn.HybridSequential(nn.Conv2D(8, 3), nn.Flatten(), nn.Dense(5))
    net.add(nn.HybridLambda(lambda y: npx.softmax(y)))
    filled(net, x)
    block = weft.quantize(net, x, integers=True)
    assert "quantized_softmax" in operators(block)
    assert {"quantize", "dequantize"}.isdisjoint(operators(block))
    assert block.output_scales == [(2.0**-8, -128)]
    given = npx.quantize(np.transpose(x, (0, 2, 3, 1)), *block.input_scale)
    assert abs(npx.dequantize(block(given), *block.output_scales[0]) - net(x)).max() < 0.02
    assert "quantized_softmax" not in operators(weft.quantize(net, x))  # real numbers are better


@pytest.mark.parametrize(
    "softmax",
    [lambda y: npx.softmax(y, axis=1), lambda y: npx.softmax(y, temperature=2.0)],
    ids=["another axis", "a temperature"],
)
def test_other_softmaxes_stay_in_float32(softmax):
    x = data((3, 4, 5))
    net = nn.HybridSequential(nn.Dense(6, flatten=False), nn.HybridLambda(softmax))
    filled(net, x)
    block = weft.quantize(net, x, integers=True)
    assert "softmax" in operators(block)
    found = block(npx.quantize(x, *block.input_scale))
    assert abs(npx.dequantize(found, *block.output_scales[0]) - net(x)).max() < 0.03


def test_real_numbers_have_no_scales():
    x = data((3, 5))
    block = weft.quantize(filled(nn.HybridSequential(nn.Dense(4)), x), x)
    assert block.input_scale is None and block.output_scales is None


def test_float_weights_go_when_integers_take_their_place():
    gc.disable()
    try:
        net = nn.HybridSequential(nn.Dense(512, in_units=1024, use_bias=False))
        net.initialize()
        net.hybridize()
        net(np.ones((1, 1024)))
        before = weft.memory.stats()["live"]
        quantize_weights(net)
        assert before - weft.memory.stats()["live"] > 2 * 512 * 1024
    finally:
        gc.enable()
