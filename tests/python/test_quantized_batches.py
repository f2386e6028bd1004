"""int8 networks for any batch, of several inputs, and with biases far larger than products."""

import numpy
import pytest
import weft
from weft import gluon, np, npx, runtime
from weft.gluon import nn, rnn
from weft.gluon.model_zoo import text
from weft.quantization import equalize, fold_norms, prepare, report, sensitivity

COUNT = 6


@pytest.fixture(autouse=True)
def _seed():
    weft.random.seed(5)


def real(*shape, scale=1.0):
    numbers = numpy.random.default_rng(len(shape)).normal(size=shape) * scale
    return np.array(numbers.astype("float32"))


def tokens(*shape):
    return np.array(numpy.random.default_rng(1).integers(0, 30, shape).astype("int32"))


def initialized(net, *inputs):
    net.initialize(weft.init.Xavier())
    net(*inputs)
    return net


def error(wanted, found):
    wanted, found = wanted.asnumpy(), found.asnumpy()
    assert wanted.shape == found.shape
    return float(numpy.sqrt(((wanted - found) ** 2).sum() / (wanted**2).sum()))


class Reshaped(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.dense = nn.Dense(6, flatten=False)

    def forward(self, x):
        return self.dense(x).reshape(x.shape[0], 24)


class Joined(gluon.HybridBlock):
    """Batch and positions in one axis, and zeros of the batch's size."""

    def __init__(self):
        super().__init__()
        self.dense, self.last = nn.Dense(6), nn.Dense(3)

    def forward(self, x):
        n, t, c = x.shape
        y = self.dense(x.reshape(n * t, c)).reshape(n, t, 6)
        return self.last(y + np.zeros((n, t, 6)))


class Token(gluon.HybridBlock):
    """A learned token before all others, as vision transformers have it."""

    def __init__(self):
        super().__init__()
        self.dense, self.last = nn.Dense(5, flatten=False), nn.Dense(3)
        self.token = gluon.Parameter("token", shape=(1, 1, 5))

    def forward(self, x):
        first = np.broadcast_to(self.token.data(), (x.shape[0], 1, 5))
        return self.last(np.concatenate([first, self.dense(x)], axis=1))


class Stated(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.lstm, self.last = rnn.LSTM(8, layout="NTC"), nn.Dense(3)

    def forward(self, x):
        states = [np.zeros((1, x.shape[0], 8)) for _ in range(2)]
        return self.last(self.lstm(x, states)[0][:, -1])


class Words(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.embedding, self.dense = nn.Embedding(30, 8), nn.Dense(5)

    def forward(self, x):
        y = self.embedding(x)
        return self.dense(y.reshape(y.shape[0], y.shape[1] * y.shape[2]))


NETWORKS = {
    "attention": (lambda: nn.MultiHeadAttention(6, 2), lambda: real(COUNT, 4, 6)),
    "reshaped": (Reshaped, lambda: real(COUNT, 4, 6)),
    "joined": (Joined, lambda: real(COUNT, 4, 6)),
    "token": (Token, lambda: real(COUNT, 4, 6)),
    "stated": (Stated, lambda: real(COUNT, 4, 6)),
    "words": (Words, lambda: tokens(COUNT, 4)),
    "gpt": (lambda: text.GPT(30, 16, 2, 2, max_length=8), lambda: tokens(COUNT, 4)),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("calibrated", [COUNT, 1])
def test_any_batch_runs_whatever_was_calibrated_with(name, calibrated, tmp_path):
    make, data = NETWORKS[name]
    x = data()
    net = initialized(make(), x)
    small = weft.quantize(net, [x[i : i + calibrated] for i in range(0, COUNT, calibrated)])
    for count in (1, 4, COUNT):
        assert error(net(x[:count]), small(x[:count])) < 0.1
    small.hybridize()
    small(x)
    path = tmp_path / "open.weft"
    small.export(path, x[:1], dynamic={"args.0": {0: weft.Dim("batch", max=16)}})
    model = runtime.Model(path)
    for count in (1, COUNT):
        given = x[:count].asnumpy()
        wanted = small(x[:count]).asnumpy()
        found = numpy.asarray(model.context().run(given)[0]).reshape(wanted.shape)
        assert numpy.array_equal(found, wanted)


@pytest.mark.parametrize("make", [equalize, fold_norms, lambda net, x: prepare(net, x)])
def test_everything_that_traces_a_network_keeps_the_batch_open(make):
    x = real(COUNT, 4, 6)
    net = initialized(Reshaped(), x)
    made = make(net, x)
    assert made(x[:1]).shape == (1, 24)
    assert report(net, made, x[:3]).sqnr > 20
    assert list(sensitivity(net, x)) == ["dense.fully_connected0"]
    assert weft.quantize(prepare(net, x))(x[:2]).shape == (2, 24)


class Counted(gluon.HybridBlock):
    def forward(self, x):
        return npx.relu(x) * np.arange(x.shape[0]).reshape(-1, 1)


class Averaged(gluon.HybridBlock):
    def forward(self, x):
        return npx.relu(x) * (1 / x.shape[0])


@pytest.mark.parametrize("net", [Counted(), Averaged()])
def test_what_cannot_be_made_for_any_batch_is_refused_with_its_line(net):
    line = net.forward.__func__.__code__.co_firstlineno + 1
    with pytest.raises(
        NotImplementedError, match=rf"test_quantized_batches.py:{line}\) .*batches of 6"
    ):
        weft.quantize(net, real(COUNT, 5))


class Pair(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.last = nn.Dense(6), nn.Dense(6), nn.Dense(2)

    def forward(self, left, right):
        y = self.a(left) + self.b(right)
        return self.last(y), np.tanh(y)


def pair():
    given = real(COUNT, 5), real(COUNT, 4)
    return initialized(Pair(), *given), given


@pytest.mark.parametrize("form", ["tuple", "batches", "labelled"])
def test_a_network_of_two_inputs_and_two_outputs(form):
    net, given = pair()
    data = {
        "tuple": given,
        "batches": [tuple(x[i : i + 2] for x in given) for i in range(0, COUNT, 2)],
        "labelled": [(*given, np.zeros(COUNT))],
    }[form]
    small = weft.quantize(net, data)
    for wanted, found in zip(net(*given), small(*given), strict=True):
        assert error(wanted, found) < 0.05
    assert report(net, small, data).sqnr > 20


def test_integers_of_several_inputs_and_outputs_say_what_they_stand_for():
    net, given = pair()
    small = weft.quantize(net, given, integers=True)
    whole = [npx.quantize(x, *scale) for x, scale in zip(given, small.input_scales, strict=True)]
    results = small(*whole)
    for wanted, found, scale in zip(net(*given), results, small.output_scales, strict=True):
        assert found.dtype == "int8"
        assert error(wanted, npx.dequantize(found, *scale)) < 0.05
    assert small.input_scale == small.input_scales[0]


def test_too_few_arrays_for_the_inputs_are_refused():
    net, given = pair()
    with pytest.raises(ValueError, match="must have 2 arrays a batch, one for each input"):
        weft.quantize(net, [(given[0],)])


def test_tokens_stay_what_they_are_where_results_are_int8():
    x = tokens(COUNT, 4)
    net = initialized(Words(), x)
    small = weft.quantize(net, x, integers=True)
    assert small.input_scales == [None]
    assert error(net(x), npx.dequantize(small(x), *small.output_scales[0])) < 0.05


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [nn.Conv1D(4, 3), nn.Conv1D(5, 3)],
        lambda: [nn.Conv1D(4, 3), nn.Activation("tanh"), nn.MaxPool1D(2)],
        lambda: [nn.Activation("tanh"), nn.Conv1D(4, 3)],
        lambda: [nn.Conv1DTranspose(4, 3)],
    ],
)
def test_images_of_one_axis_have_channels_last_at_both_ends(layers):
    x = real(COUNT, 3, 9)
    net = initialized(nn.HybridSequential(*layers()), x)
    small = weft.quantize(net, x, integers=True)
    found = small(npx.quantize(np.moveaxis(x, 1, -1), *small.input_scale))
    found = npx.dequantize(np.moveaxis(found, -1, 1), *small.output_scales[0])
    assert error(net(x), found) < 0.05


@pytest.mark.parametrize("layer", [lambda: nn.Dense(7, flatten=False), lambda: rnn.GRU(6)])
def test_other_arrays_of_three_axes_keep_their_order(layer):
    x = real(COUNT, 3, 9)
    net = initialized(nn.HybridSequential(layer()), x)
    small = weft.quantize(net, x, integers=True)
    found = small(npx.quantize(x, *small.input_scale))
    assert error(net(x), npx.dequantize(found, *small.output_scales[0])) < 0.05


BIASED = {
    "dense": (lambda: nn.Dense(4), (COUNT, 6)),
    "convolution": (lambda: nn.Conv2D(4, 3), (COUNT, 3, 6, 6)),
    "line": (lambda: nn.Conv1D(4, 3), (COUNT, 3, 6)),
    "transposed": (lambda: nn.Conv2DTranspose(4, 3, strides=2), (COUNT, 3, 6, 6)),
    "norm": (nn.BatchNorm, (COUNT, 4, 6, 6)),
}


@pytest.mark.parametrize("way", ["quantize", "prepare", "integers"])
@pytest.mark.parametrize("layer", BIASED)
@pytest.mark.parametrize("scale", [1e-5, 1e-12])
def test_biases_far_larger_than_products_keep_their_values(layer, way, scale):
    make, shape = BIASED[layer]
    x = real(*shape, scale=scale)
    net = initialized(
        nn.HybridSequential(make(), nn.Activation("relu"), nn.Flatten(), nn.Dense(3)), x
    )
    for name, parameter in net.collect_params().items():
        if name in ("0.bias", "0.beta"):
            parameter.set_data(np.array([1.0, 0.25, 3.0, 0.5]))
    if way == "prepare":
        prepared = prepare(net, x)
        small = weft.quantize(prepared)
        found = small(x)
        assert error(prepared(x), found) < 1e-3
    else:
        small = weft.quantize(net, x, integers=way == "integers")
        given = np.moveaxis(x, 1, -1) if x.ndim > 2 else x
        found = small(npx.quantize(given, *small.input_scale) if way == "integers" else x)
        if way == "integers":
            found = npx.dequantize(found, *small.output_scales[0])
    assert error(net(x), found) < 0.02


@pytest.mark.parametrize("kind", [rnn.GRU, rnn.LSTM])
def test_biases_of_recurrent_layers_keep_their_values(kind):
    x = real(COUNT, 4, 5, scale=1e-6)
    net = initialized(nn.HybridSequential(kind(8, layout="NTC"), nn.Dense(3)), x)
    for name, parameter in net.collect_params().items():
        if "i2h_bias" in name:
            parameter.set_data(np.array(numpy.linspace(-2, 2, parameter.shape[0], dtype="float32")))
    assert error(net(x), weft.quantize(net, x)(x)) < 0.05
