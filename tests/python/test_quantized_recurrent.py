"""Recurrent layers in integers: how near they stay to those in float32, in accuracy too, what keeps
them from being int8, and the same bits from C."""

import c_programs
import digits
import numpy
import pytest
import weft
from c_programs import SANITIZED, built, data
from small_networks import operators
from weft import autograd, gluon, np, npx, runtime
from weft.gluon import nn, rnn

CELLS = {"gru": rnn.GRU, "lstm": rnn.LSTM}


class Network(gluon.HybridBlock):
    """Recurrent layers, and a dense layer on what the last step gives."""

    def __init__(self, cell, units=24, layers=1, classes=10, **options):
        super().__init__()
        self.steps = CELLS[cell](units, layers, layout="NTC", **options)
        self.output = nn.Dense(classes)

    def forward(self, x):
        return self.output(self.steps(x)[:, -1])


def made(cell, x, **options):
    weft.random.seed(0)
    net = Network(cell, **options)
    net.initialize(weft.init.Xavier())
    net(x)
    generator = numpy.random.default_rng(0)
    for name, parameter in net.collect_params().items():
        if name.endswith("bias"):
            parameter.set_data(np.array(generator.normal(0, 0.3, parameter.shape), "float32"))
    return net


def decibels(found, wanted):
    return 10 * numpy.log10((wanted**2).sum() / ((found - wanted) ** 2).sum())


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_all_steps_are_int8(cell, layers):
    x = data(32, 20, 7)
    net = made(cell, x, layers=layers)
    block = weft.quantize(net, x)
    ops = operators(block)
    assert ops.count(f"quantized_{cell}") == layers
    assert ops.count("quantize") == ops.count("dequantize") == 1
    assert decibels(block(x).asnumpy(), net(x).asnumpy()) > 25


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_both_directions_are_joined_in_int8(cell, layers, tmp_path):
    x = data(8, 12, 5)
    net = made(cell, x, layers=layers, bidirectional=True)
    block = weft.quantize(net, x)
    ops = operators(block)
    assert ops.count(f"quantized_{cell}") == 2 * layers
    assert ops.count("quantize") == ops.count("dequantize") == 1
    found = block(x).asnumpy()
    assert decibels(found, net(x).asnumpy()) > 25
    prepared = weft.quantization.prepare(net, x)
    assert decibels(weft.quantize(prepared)(x).asnumpy(), prepared(x).asnumpy()) > 30
    block.hybridize()
    block(x)
    block.export(tmp_path / "both.weft", x)
    files = runtime.Model(str(tmp_path / "both.weft")).write_c(tmp_path, name="both", main=True)
    c_programs.run(built(files, tmp_path / "check", SANITIZED))


def test_states_that_are_joined_with_others_have_a_range():
    """Beside what is no state of int8 they are real numbers."""

    class Joined(Network):
        def forward(self, x):
            return self.output(np.concatenate([self.steps(x), x], axis=2)[:, -1])

    x = data(8, 12, 5)
    net = Joined("gru")
    net.initialize()
    block = weft.quantize(net, x)
    assert decibels(block(x).asnumpy(), net(x).asnumpy()) > 25


@pytest.mark.parametrize("cell", CELLS)
def test_a_report_has_recurrent_layers(cell):
    x = data(8, 12, 5)
    net = made(cell, x, units=16, layers=2)
    found = weft.quantization.report(net, weft.quantize(net, x), x)
    gates, rows = {"gru": 3, "lstm": 4}[cell], found.layers
    assert [row.kind for row in rows] == ["int8"] * 3
    for row, features in zip(rows[:2], (5, 16), strict=True):
        weights = gates * 16 * (features + 16)
        assert row.macs == (12 * weights, 12 * weights)
        assert row.bytes[0] == 4 * (weights + 2 * gates * 16)
        assert row.bytes[1] == weights + 4 * 6 * gates * 16  # biases and factors of 32 bits
        assert row.sqnr > 25 and row.zeros[0] == 0 <= row.zeros[1] < 0.1
    assert sum(row.bytes[0] for row in rows) == found.bytes[0]
    assert sum(row.bytes[1] for row in rows) == found.bytes[1]


@pytest.mark.parametrize("cell", CELLS)
def test_gates_that_saturate_and_long_sequences_stay_near(cell):
    x = data(4, 200, 5) * 6
    net = made(cell, x)
    for name, parameter in net.collect_params().items():
        if "i2h_weight" in name:
            parameter.set_data(parameter.data() * 4)
    assert decibels(weft.quantize(net, x)(x).asnumpy(), net(x).asnumpy()) > 20


class Given(gluon.HybridBlock):
    """Begins with states that are not 0, or reads the last ones."""

    def __init__(self, gives_states):
        super().__init__()
        self.gives_states = gives_states
        self.steps = rnn.GRU(6)
        self.output = nn.Dense(3)

    def forward(self, x):
        begin = self.steps.begin_state(2)
        if self.gives_states:
            y, states = self.steps(x, begin)
            return self.output(y[-1] + states[0][0])
        return self.output(self.steps(x, [begin[0] + 0.5])[0][-1])


@pytest.mark.parametrize("gives_states", [False, True])
def test_states_that_others_see_stay_in_float32(gives_states):
    x = data(5, 2, 4)
    net = c_programs.filled(Given(gives_states), x)
    ops = operators(weft.quantize(net, x))
    assert "gru" in ops and "quantized_gru" not in ops


def test_a_recurrent_layer_is_kept_by_its_name():
    x = data(4, 5, 3)
    net = made("gru", x)
    ops = operators(weft.quantize(net, x, keep=["steps"]))
    assert "gru" in ops and "quantized_fully_connected" in ops


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_c_gives_the_same_bits(cell, reverse, tmp_path):
    gates = 3 if cell == "gru" else 4
    generator = numpy.random.default_rng(3)

    def whole(low, high, dtype, *shape):
        return np.array(generator.integers(low, high, shape).astype(dtype))

    class Steps(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.numbers = []
            shapes = [("int8", (gates * 9, 5)), ("int8", (gates * 9, 9))]
            for number, (dtype, shape) in enumerate(shapes):
                self.keep(f"w{number}", whole(-127, 128, dtype, *shape))
            for number in range(2):
                self.keep(f"b{number}", whole(-3000, 3000, "int32", gates * 9))
                self.keep(f"m{number}", whole(2**30, 2**31 - 1, "int32", gates * 9))
                self.keep(f"s{number}", whole(-3, 2, "int32", gates * 9))

        def keep(self, name, value):
            setattr(self, name, gluon.Constant(value))
            self.numbers.append(name)

        def forward(self, x):
            numbers = [getattr(self, name).data() for name in self.numbers]
            function = npx.quantized_gru if cell == "gru" else npx.quantized_lstm
            return function(x, *numbers, reverse=reverse)

    net = Steps()
    net.initialize()
    net.hybridize()
    x = whole(-128, 128, "int8", 6, 2, 5)
    net(x)
    net.export(tmp_path / "steps.weft", x)
    files = runtime.Model(str(tmp_path / "steps.weft")).write_c(tmp_path, name="steps", main=True)
    c_programs.run(built(files, tmp_path / "check", SANITIZED))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({0: (3, 5)}, "`data` must have shape"),
        ({1: (6, 4)}, "`i2h_weight` must have shape"),
        ({2: (7, 2)}, "`h2h_weight` must have shape"),
        ({4: (5,)}, "`i2h_multiplier` must have shape"),
    ],
)
def test_wrong_shapes_are_refused(change, message):
    shapes = [(3, 2, 5), (6, 5), (6, 2), *[(6,)] * 6]
    given = [change.get(i, shape) for i, shape in enumerate(shapes)]
    arrays = [np.zeros(s, dtype="int8" if i < 3 else "int32") for i, s in enumerate(given)]
    with pytest.raises(ValueError, match=f"quantized_gru: {message}"):
        npx.quantized_gru(*arrays)


def test_factors_beyond_their_bounds_are_refused():
    shapes = [(3, 2, 5), (6, 5), (6, 2), *[(6,)] * 6]
    arrays = [np.zeros(s, dtype="int8" if i < 3 else "int32") for i, s in enumerate(shapes)]
    arrays[8] = arrays[8] + 31
    with pytest.raises(ValueError, match="`h2h_shift` lie between -31 and 30; got 0 and 31"):
        npx.quantized_gru(*arrays)
        npx.waitall()


@pytest.mark.parametrize("cell", CELLS)
def test_digits_by_their_rows_are_recognized_as_well(cell):
    """Rows of pixels as steps: int8 loses at most half a point."""
    (images, labels), (test_images, test_labels) = digits.split()
    rows, test_rows = np.array(images[:, 0]), np.array(test_images[:, 0])
    net = made(cell, rows[:1], units=32)
    net.hybridize()
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()

    def train(block, epochs, rate):
        trainer = gluon.Trainer(block.collect_params(), "adam", {"learning_rate": rate})
        step = trainer.compile(block, loss_of)
        order = numpy.random.default_rng(0)
        for _ in range(epochs):
            shuffled = order.permutation(len(images))[:1408].reshape(-1, 64)
            for batch in shuffled:
                step(np.array(images[batch, 0]), np.array(labels[batch]))

    def right(block):
        return (block(test_rows).asnumpy().argmax(1) == test_labels).mean()

    train(net, 12, 0.01)
    train(net, 4, 0.001)
    whole = right(net)
    assert whole > 0.9
    small = weft.quantize(net, rows)
    assert right(small) >= whole - 0.005
    same = small(test_rows).asnumpy().argmax(1) == net(test_rows).asnumpy().argmax(1)
    assert same.mean() >= 0.99
    prepared = weft.quantization.prepare(net, rows)
    with autograd.record():
        loss = loss_of(prepared(rows), np.array(labels)).mean()
    loss.backward()
    weights = [p for p in prepared.collect_params().values() if p.grad_req != "null"]
    assert all(bool(abs(p.grad()).max() > 0) for p in weights)
    found = weft.quantize(prepared)(test_rows).asnumpy()
    assert decibels(found, prepared(test_rows).asnumpy()) > 30
