"""Recurrent cells and layers: they repeat their operators step by step, eagerly and hybridized, in
files and beside PyTorch, and learn."""

import numpy
import pytest
import weft
from weft import autograd, gluon, np, npx
from weft.gluon import rnn

OPERATORS = {rnn.RNNCell: npx.rnn_cell, rnn.LSTMCell: npx.lstm_cell, rnn.GRUCell: npx.gru_cell}
LAYERS = {
    "rnn": (rnn.RNN, rnn.RNNCell, {"activation": "tanh"}),
    "relu": (rnn.RNN, rnn.RNNCell, {"activation": "relu"}),
    "lstm": (rnn.LSTM, rnn.LSTMCell, {}),
    "gru": (rnn.GRU, rnn.GRUCell, {}),
}
every_cell = pytest.mark.parametrize("kind", OPERATORS)
every_layer = pytest.mark.parametrize("name", LAYERS)


@every_cell
@pytest.mark.parametrize("active", [False, True], ids=["eager", "hybridized"])
def test_unrolled_cell_repeats_its_operator(kind, active):
    cell = kind(4)
    cell.initialize()
    cell.hybridize(active)
    x = np.random.uniform(-1, 1, (2, 5, 3))
    outputs, states = cell.unroll(x)
    weights = [cell.params[name].data() for name in cell.params]
    wanted = cell.begin_state(2)
    for step in range(5):
        result = OPERATORS[kind](x[:, step], *wanted, *weights)
        wanted = list(result) if isinstance(result, tuple | list) else [result]
        numpy.testing.assert_array_equal(outputs[:, step].asnumpy(), wanted[0].asnumpy())
    for have, want in zip(states, wanted, strict=True):
        numpy.testing.assert_array_equal(have.asnumpy(), want.asnumpy())


class LastSign(gluon.HybridBlock):
    """Was the first element of a sequence positive?"""

    def __init__(self, kind):
        super().__init__()
        self.cell = kind(8)
        self.head = gluon.nn.Dense(2)

    def forward(self, x):
        outputs, _ = self.cell.unroll(x)
        return self.head(outputs[:, -1])


@every_cell
def test_hybridized_cell_remembers_the_first_step(kind):
    weft.random.seed(3)
    net = LastSign(kind)
    net.initialize(weft.init.Xavier())
    net.hybridize()
    x = numpy.random.default_rng(1).uniform(-1, 1, (64, 6, 2)).astype("float32")
    label = np.array((x[:, 0, 0] > 0).astype("int64"))
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.03})
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    losses = []
    for _ in range(80):
        with autograd.record():
            loss = loss_of(net(np.array(x)), label).mean()
        loss.backward()
        trainer.step(1)
        losses.append(float(loss))
    assert losses[-1] < losses[0] / 3


def made(name, hidden_size=3, **options):
    kind, _, own = LAYERS[name]
    layer = kind(hidden_size, **own, **options)
    layer.initialize(weft.init.Uniform(0.5))
    return layer


def with_random_biases(layer):
    """Biases start as zeros, which would hide a wrong one."""
    weft.random.seed(2)
    for path, parameter in layer.collect_params().items():
        if path.endswith("bias"):
            parameter.set_data(np.random.uniform(-0.5, 0.5, parameter.shape))
    return layer


def unrolled(layer, name, x, states):
    """The layer (layout TNC) by cells that share its weights, one step after the other."""
    _, cell_kind, own = LAYERS[name]
    directions = "lr" if layer.bidirectional else "l"
    last = [[] for _ in states]
    for number in range(layer.num_layers):
        outputs = []
        for direction in directions:
            cell = cell_kind(layer.hidden_size, **own)
            for weight in cell.params:
                data = layer.params[f"{direction}{number}_{weight}"].data()
                cell.params[weight].set_data(data)
            order = slice(None, None, -1 if direction == "r" else 1)
            before = [state[len(last[0])] for state in states]
            out, after = cell.unroll(x[order].swapaxes(0, 1), before)
            outputs.append(out.swapaxes(0, 1)[order])
            for some, state in zip(last, after, strict=True):
                some.append(state)
        x = np.concatenate(outputs, axis=2)
    return x, [np.stack(some) for some in last]


def wide(x):
    return x.astype("float32").asnumpy()


def assert_close(have, want):
    numpy.testing.assert_allclose(have.asnumpy(), want.asnumpy(), rtol=1e-5, atol=1e-6)


@every_layer
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("active", [False, True], ids=["eager", "hybridized"])
def test_layer_repeats_its_cells(name, bidirectional, active):
    layer = made(name, num_layers=2, bidirectional=bidirectional)
    x = np.random.uniform(-1, 1, (4, 2, 5))
    layer(x)
    with_random_biases(layer)
    layer.hybridize(active)
    states = [np.random.uniform(-1, 1, s.shape) for s in layer.begin_state(2)]
    output, last = layer(x, states)
    wanted, wanted_last = unrolled(layer, name, x, states)
    assert_close(output, wanted)
    for have, want in zip(last, wanted_last, strict=True):
        assert_close(have, want)
    if len(states) == 1:
        numpy.testing.assert_array_equal(layer(x, states[0])[0].asnumpy(), output.asnumpy())
    assert_close(layer(x), unrolled(layer, name, x, layer.begin_state(2))[0])


@every_layer
def test_layouts_differ_by_their_axes_only(name):
    layer = with_random_biases(made(name, input_size=2))
    other = made(name, input_size=2, layout="NTC")
    other.load_dict({path: p.data() for path, p in layer.collect_params().items()})
    x = np.random.uniform(-1, 1, (3, 4, 2))
    assert_close(other(x.swapaxes(0, 1)), layer(x).swapaxes(0, 1))


@every_layer
def test_gradients_reach_all_parameters_the_same_way_hybridized(name):
    weft.random.seed(1)
    layer = made(name, 8, num_layers=2, bidirectional=True, input_size=2)
    with_random_biases(layer)
    x = np.random.uniform(-1, 1, (3, 4, 2))
    found = []
    for active in (False, True):
        layer.hybridize(active)
        with autograd.record():
            output, states = layer(x, layer.begin_state(4))
            head = (output * output).sum() + states[0].sum()
        head.backward()
        found.append({path: p.grad().asnumpy() for path, p in layer.collect_params().items()})
    for path, gradient in found[0].items():
        assert numpy.abs(gradient).max() > 0, path
        numpy.testing.assert_allclose(found[1][path], gradient, rtol=1e-4, atol=1e-5)


@every_layer
def test_exported_layer_comes_back(name, tmp_path):
    layer = with_random_biases(made(name, num_layers=2, input_size=2, dropout=0.5))
    x = np.random.uniform(-1, 1, (3, 4, 2))
    output = layer(x)
    layer.export(tmp_path / "layer.weft")
    block = gluon.SymbolBlock.imports(tmp_path / "layer.weft")
    assert list(block.collect_params()) == list(layer.collect_params())
    numpy.testing.assert_array_equal(block(x).asnumpy(), output.asnumpy())
    layer.save_parameters(tmp_path / "layer.safetensors")
    other = made(name, num_layers=2, dropout=0.5)
    other.load_parameters(tmp_path / "layer.safetensors")
    numpy.testing.assert_array_equal(other(x).asnumpy(), output.asnumpy())


@pytest.mark.parametrize("bidirectional", [False, True], ids=["forwards", "both ways"])
@every_layer
def test_weights_of_a_layer_are_packed_once(name, bidirectional, tmp_path):
    kind, _, options = LAYERS[name]
    net = kind(40, 2, input_size=24, bidirectional=bidirectional, **options)
    net.initialize()
    x = np.random.uniform(-1, 1, (6, 3, 24))
    wanted = net(x).asnumpy()
    net.hybridize()
    numpy.testing.assert_array_equal(net(x).asnumpy(), wanted)
    once, _, forward = net.plan_text().partition("forward:")
    assert "pack_recurrent" in once
    assert "pack_recurrent" not in forward
    assert "_steps_packed" in forward
    for parameter in net.collect_params().values():
        parameter.set_data(parameter.data() * 0.5)
    halved = net(x).asnumpy()
    net.hybridize(False)
    numpy.testing.assert_array_equal(net(x).asnumpy(), halved)
    path = str(tmp_path / "packed.weft")
    net.export(path, x, pack=True)
    numpy.testing.assert_array_equal(weft.runtime.Model(path).context().run(x.asnumpy())[0], halved)


def test_dropout_lies_between_layers_in_train_mode_only():
    layer = made("lstm", num_layers=2, dropout=0.5, input_size=2)
    x = np.random.uniform(-1, 1, (3, 4, 2))
    plain = layer(x).asnumpy()
    numpy.testing.assert_array_equal(layer(x).asnumpy(), plain)
    with autograd.train_mode():
        assert not numpy.array_equal(layer(x).asnumpy(), plain)
    with pytest.raises(ValueError, match="`dropout` is between layers"):
        made("lstm", dropout=0.5, input_size=2)


@every_layer
def test_a_sequence_without_steps_keeps_the_states(name):
    layer = made(name, input_size=2)
    states = [np.random.uniform(-1, 1, s.shape) for s in layer.begin_state(4)]
    for state in states:
        state.attach_grad()
    with autograd.record():
        output, last = layer(np.zeros((0, 4, 2)), states)
        head = sum((state * state).sum() for state in last)
    head.backward()
    assert output.shape == (0, 4, 3)
    for state, after in zip(states, last, strict=True):
        numpy.testing.assert_array_equal(after.asnumpy(), state.asnumpy())
        numpy.testing.assert_array_equal(state.grad.asnumpy(), 2 * state.asnumpy())


@every_layer
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("active", [False, True], ids=["eager", "hybridized"])
def test_sequences_with_lengths_are_those_that_are_cut_there(name, bidirectional, active):
    """Outputs, last states and all gradients; what stands in the padding is not read."""
    options = {"num_layers": 2, "bidirectional": bidirectional, "input_size": 5}
    cut = with_random_biases(made(name, **options))
    layer = made(name, use_sequence_length=True, **options)
    layer.load_dict({path: p.data() for path, p in cut.collect_params().items()})
    layer.hybridize(active)
    lengths = [2, 6, 0, 5]
    x = np.random.uniform(-1, 1, (6, 4, 5))
    padded = x.asnumpy()
    for row, length in enumerate(lengths):
        padded[length:, row] = numpy.inf
    states = [np.random.uniform(-1, 1, s.shape) for s in layer.begin_state(4)]
    with autograd.record():
        output, last = layer(np.array(padded), states, np.array(lengths))
        head = (output * output).sum() + sum((s * s * s).sum() for s in last)
    head.backward()
    with autograd.record():
        head = 0
        for row, length in enumerate(lengths):
            own, after = cut(x[:length, row : row + 1], [s[:, row : row + 1] for s in states])
            head = head + (own * own).sum() + sum((s * s * s).sum() for s in after)
            numpy.testing.assert_array_equal(output.asnumpy()[length:, row], 0)
            assert_close(output[:length, row : row + 1], own)
            for have, want in zip(last, after, strict=True):
                assert_close(have[:, row : row + 1], want)
    head.backward()
    for path, parameter in layer.collect_params().items():
        wanted = cut.collect_params()[path].grad().asnumpy()
        numpy.testing.assert_allclose(
            parameter.grad().asnumpy(), wanted, rtol=1e-4, atol=1e-5, err_msg=path
        )


@every_layer
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("batch", [1, 3, 40, 70])
def test_layer_of_halves_is_near_that_of_float32(name, dtype, batch, tmp_path):
    """Of the same bits eagerly, hybridized, from a file and on any number of threads."""
    hidden = 41 if batch == 3 else 40  # weights of bfloat16 are packed in pairs
    half, layer = (made(name, hidden, input_size=5, bidirectional=True) for _ in range(2))
    half.cast(dtype)
    weft.random.seed(4)
    for path, parameter in half.collect_params().items():
        parameter.set_data(np.random.uniform(-0.2, 0.2, parameter.shape).astype(dtype))
        layer.collect_params()[path].set_data(parameter.data().astype("float32"))
    x = np.random.uniform(-1, 1, (6, batch, 5)).astype(dtype)
    outputs, gradients = [], []
    for net, data in ((half, x), (layer, x.astype("float32"))):
        with autograd.record():
            output = net(data)
            loss = (output * output).sum()
        loss.backward()
        outputs.append(wide(output))
        gradients.append({k: wide(p.grad()) for k, p in net.collect_params().items()})
    rough = 2**-6 if dtype == "bfloat16" else 2**-9
    have, want = outputs
    numpy.testing.assert_allclose(have, want, atol=rough)
    for path, wanted in gradients[1].items():
        most = 4 * rough * abs(wanted).max()
        numpy.testing.assert_allclose(gradients[0][path], wanted, atol=most, err_msg=path)
    before, found = npx.num_threads(), []
    try:
        for threads in (1, 2, 5):
            npx.set_num_threads(threads)
            found.append(wide(half(x)))
        half.hybridize()
        found.append(wide(half(x)))
        half.export(tmp_path / "half.weft")
        found.append(wide(gluon.SymbolBlock.imports(tmp_path / "half.weft")(x)))
    finally:
        npx.set_num_threads(before)
    for other in found:
        numpy.testing.assert_array_equal(other, have)


def with_cells(layer, hidden_size, projection_size):
    """A stack of cells with the parameters of a layer in two directions."""
    stack = rnn.SequentialRNNCell()
    for number in range(layer.num_layers):
        cells = [rnn.LSTMPCell(hidden_size, projection_size) for _ in "lr"]
        stack.add(rnn.BidirectionalCell(*cells))
        for side, cell in zip("lr", cells, strict=True):
            own = layer.collect_params(f"{side}{number}_").items()
            cell.load_dict({name.split("_", 1)[1]: p.data() for name, p in own})
    return stack


@pytest.mark.parametrize("lengths", [None, [2, 4, 0]], ids=["all", "lengths"])
@pytest.mark.parametrize("active", [False, True], ids=["eager", "hybridized"])
def test_projected_layer_repeats_its_cells(active, lengths):
    options = {"projection_size": 2, "use_sequence_length": lengths is not None}
    layer = made("lstm", 4, num_layers=2, bidirectional=True, input_size=5, **options)
    with_random_biases(layer)
    layer.hybridize(active)
    x = np.random.uniform(-1, 1, (4, 3, 5))
    given = () if lengths is None else (np.array(lengths),)
    output, (hidden, cell) = layer(x, layer.begin_state(3), *given)
    wanted, last = with_cells(layer, 4, 2).unroll(x.swapaxes(0, 1), None, *given)
    assert_close(output, wanted.swapaxes(0, 1))
    assert_close(hidden, np.stack(last[0::2]))
    assert_close(cell, np.stack(last[1::2]))
    assert [info["shape"] for info in layer.state_info(3)] == [hidden.shape, cell.shape]


def test_projected_layer_of_no_steps_keeps_its_states():
    layer = made("lstm", 4, projection_size=2, input_size=5)
    states = [np.random.uniform(-1, 1, s.shape) for s in layer.begin_state(3)]
    output, last = layer(np.zeros((0, 3, 5)), states)
    assert output.shape == (0, 3, 2)
    for have, want in zip(last, states, strict=True):
        assert_close(have, want)


@pytest.mark.torch
def test_projected_layer_equals_that_of_torch():
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    options = {"num_layers": 2, "bidirectional": True}
    layer = with_random_biases(made("lstm", 4, projection_size=2, input_size=5, **options))
    other = torch.nn.LSTM(5, 4, proj_size=2, **options)
    theirs = {"i2h": "ih", "h2h": "hh", "h2r": "hr"}
    with torch.no_grad():
        for path, parameter in layer.collect_params().items():
            place, product, what = path.split("_")
            suffix = "_reverse" if place[0] == "r" else ""
            target = getattr(other, f"{what}_{theirs[product]}_l{place[1]}{suffix}")
            target.copy_(torch.from_numpy(parameter.data().asnumpy()))
    x = np.random.uniform(-1, 1, (4, 2, 5))
    wanted, _ = other(torch.from_numpy(x.asnumpy()))
    numpy.testing.assert_allclose(layer(x).asnumpy(), wanted.detach().numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.torch
@every_layer
def test_layer_equals_that_of_torch(name):
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    layer = with_random_biases(made(name, num_layers=2, bidirectional=True, input_size=5))
    options = {"nonlinearity": name.replace("rnn", "tanh")} if name in ("rnn", "relu") else {}
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}.get(name, torch.nn.RNN)
    other = kind(5, 3, num_layers=2, bidirectional=True, **options)
    theirs = {"i2h": "ih", "h2h": "hh"}
    with torch.no_grad():
        for path, parameter in layer.collect_params().items():
            place, product, what = path.split("_")
            suffix = "_reverse" if place[0] == "r" else ""
            target = getattr(other, f"{what}_{theirs[product]}_l{place[1]}{suffix}")
            target.copy_(torch.from_numpy(parameter.data().asnumpy()))
    x = np.random.uniform(-1, 1, (4, 2, 5))
    states = [np.random.uniform(-1, 1, s.shape) for s in layer.begin_state(2)]
    given = [torch.from_numpy(state.asnumpy()) for state in states]
    wanted, last = other(torch.from_numpy(x.asnumpy()), given[0] if len(given) == 1 else given)
    output, found = layer(x, states)
    last = last if isinstance(last, tuple) else (last,)
    for have, want in zip([output, *found], [wanted, *last], strict=True):
        numpy.testing.assert_allclose(have.asnumpy(), want.detach().numpy(), rtol=1e-4, atol=1e-5)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"LSTM: `num_layers` must be at least 1; got 0"):
        rnn.LSTM(2, 0)
    with pytest.raises(ValueError, match=r"GRU: `layout` must be 'TNC' or 'NTC'; got 'NCT'"):
        rnn.GRU(2, layout="NCT")
    with pytest.raises(ValueError, match=r"RNN: `dropout` must be in \[0, 1\); got 1"):
        rnn.RNN(2, dropout=1)
    layer = made("gru")
    with pytest.raises(ValueError, match=r"GRU: `inputs` must have the axes of layout TNC; got"):
        layer(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"GRU: `states` must have shapes \[\(1, 2, 3\)\]; got"):
        layer(np.ones((4, 2, 3)), [np.ones((2, 3))])
    with pytest.raises(ValueError, match=r"GRU: `sequence_length` must be given with `use_seq"):
        layer(np.ones((4, 2, 3)), None, np.array([1, 2]))
    counted = made("gru", use_sequence_length=True, input_size=3)
    with pytest.raises(ValueError, match=r"GRU: `sequence_length` must be given with `use_seq"):
        counted(np.ones((4, 2, 3)))
    with pytest.raises(ValueError, match=r"gru: `sequence_length` must have shape \(2,\) for"):
        counted(np.ones((4, 2, 3)), None, np.array([1, 2, 3]))
    odd = made("rnn", input_size=2)
    odd.activation = "gelu"
    with pytest.raises(ValueError, match="rnn: `activation` must be 'tanh' or 'relu'; got 'gelu'"):
        odd(np.ones((4, 2, 2)))
    weights = [p.data() for p in made("lstm", input_size=2).params.values()]
    state = np.ones((2, 3))
    with pytest.raises(ValueError, match=r"lstm: `i2h_weight` must have shape \(12, 4\) for"):
        npx.lstm(np.ones((5, 2, 4)), state, state, *weights)
    with pytest.raises(ValueError, match="lstm: `cell` must have the shape of `hidden`"):
        npx.lstm(np.ones((5, 2, 2)), state, np.ones((2, 2)), *weights)
    with pytest.raises(ValueError, match="LSTMCell: `hidden_size` must be at least 1; got 0"):
        rnn.LSTMCell(0)
    cell = rnn.GRUCell(2)
    cell.initialize()
    with pytest.raises(ValueError, match=r"GRUCell: `inputs` must have shape \(N, T, C\)"):
        cell.unroll(np.ones((2, 3)))


@pytest.mark.parametrize("kind", [rnn.RNN, rnn.LSTM, rnn.GRU])
def test_states_have_the_dtype_of_the_parameters(kind):
    """Also where the block that is cast is one around the layer."""
    layer = kind(4)
    net = gluon.nn.HybridSequential(layer)
    net.initialize()
    net.cast("float64")
    outputs = net(np.ones((5, 2, 3), dtype="float64"))
    dtypes = {array.dtype.name for array in (outputs, *layer.begin_state(2))}
    assert dtypes == {"float64"}
