"""Recurrent networks of Gluon in both forms, one vector of parameters or a parameter each: their
values, files and cells."""

import numpy
import pytest
import weft
from weft import autograd, gluon, np
from weft import mxnet as mx

RNN = mx.gluon.rnn


def normal(*shape, seed=0):
    return np.array(numpy.random.RandomState(seed).normal(0, 1, shape).astype("float32"))


NETWORKS = {
    "rnn": (RNN.RNN, {"activation": "tanh"}),
    "relu": (RNN.RNN, {}),
    "lstm": (RNN.LSTM, {}),
    "gru": (RNN.GRU, {}),
    "projected": (RNN.LSTM, {"projection_size": 2}),
}
every_network = pytest.mark.parametrize("key", NETWORKS)


def made(key, **options):
    kind, own = NETWORKS[key]
    return kind(3, 2, bidirectional=True, **own, **options)


def assert_close(have, want):
    numpy.testing.assert_allclose(have.asnumpy(), want.asnumpy(), rtol=1e-4, atol=1e-5)


@every_network
def test_a_network_of_2_0_has_one_vector(key):
    net = made(key)
    assert list(net.collect_params()) == ["rnn_param"]
    net.initialize()
    net(normal(4, 2, 5))
    mode = {"rnn": "rnn_tanh", "relu": "rnn_relu", "projected": "lstm"}.get(key, key)
    size = NETWORKS[key][1].get("projection_size")
    parts = mx.gluon.utils.split_rnn_params(net.rnn_param.data(), mode, 2, 5, 3, True, size)
    named = made(key, prefix="n_")
    assert sorted(f"n_{part}" for part in parts) == sorted(named.collect_params())


@every_network
@pytest.mark.parametrize("active", [False, True], ids=["eager", "hybridized"])
def test_both_forms_have_the_same_values_and_gradients(key, active, tmp_path):
    whole, parts = made(key), made(key, prefix="n_")
    whole.initialize(mx.init.Normal(0.5))
    x, y = normal(4, 2, 5), normal(4, 2, 5)
    whole(x)
    whole.save_parameters(tmp_path / "net.params")
    parts.load_parameters(tmp_path / "net.params")
    gradients = []
    for net, data in ((whole, x), (parts, y)):
        net.hybridize(active)
        data[...] = normal(4, 2, 5, seed=1)
        data.attach_grad()
        with autograd.record():
            loss = (net(data) ** 2).sum()
        loss.backward()
        gradients.append((loss, data.grad))
    assert_close(gradients[0][0], gradients[1][0])
    assert_close(gradients[0][1], gradients[1][1])
    names = [name for name in whole._in_order() if f"n_{name}" in parts.collect_params()]
    joined = [parts.collect_params()[f"n_{name}"].grad().reshape((-1,)) for name in names]
    assert_close(whole.rnn_param.grad(), np.concatenate(joined))


@every_network
@pytest.mark.parametrize("saved", ["vector", "cells", "layer"])
@pytest.mark.parametrize("loaded", ["vector", "cells", "layer"])
def test_files_of_every_form_go_into_every_form(key, saved, loaded, tmp_path):
    def network(form):
        kind, own = NETWORKS[key]
        options = {"prefix": "n_"} if form == "cells" else {}
        package = gluon if form == "layer" else mx.gluon
        layer = getattr(package.rnn, kind.__name__)
        net = package.nn.HybridSequential()
        net.add(layer(3, 2, bidirectional=True, **own, **options))
        net.add(package.nn.Dense(2, flatten=False))
        return net

    x = normal(4, 2, 5)
    net = network(saved)
    net.initialize()
    wanted = net(x)
    path = str(tmp_path / ("net.safetensors" if saved == "layer" else "net.params"))
    net.save_parameters(path)
    if saved == "layer":
        arrays = {name: parameter.data() for name, parameter in net.collect_params().items()}
        mx.npx.savez(path, **arrays)
    other = network(loaded)
    other.load_parameters(path)
    numpy.testing.assert_array_equal(other(x).asnumpy(), wanted.asnumpy())


def test_parameters_of_1_x_are_saved_as_those_of_cells(tmp_path):
    # MXNet 1.9.1 reads and writes these names.
    for sides, middle in ((False, ""), (True, "l_cell.")):
        net = RNN.GRU(3, bidirectional=sides, input_size=5, prefix="g_")
        net.initialize()
        net.save_parameters(tmp_path / "net.params")
        names = list(mx.npx.load(str(tmp_path / "net.params")))
        assert f"_unfused.0.{middle}i2h_weight" in names


@pytest.mark.parametrize("key", [key for key in NETWORKS if key != "projected"])
@pytest.mark.parametrize("prefix", [None, "n_"], ids=["2.0", "1.x"])
def test_a_network_unfuses_to_cells_that_share_its_parameters(key, prefix):
    net = made(key, prefix=prefix)
    stack = net._unfuse()
    net.initialize(mx.init.Normal(0.5))
    x = normal(4, 2, 5)
    wanted = net(x)
    assert_close(stack.unroll(4, x, layout="TNC", merge_outputs=True)[0], wanted)
    assert net.l0_i2h_weight is stack[0].l_cell.i2h_weight


def test_a_program_that_asks_for_parameters_of_1_x_gets_them():
    net = RNN.LSTM(3)
    net.initialize()
    wanted = net(normal(4, 2, 5))
    assert net.l0_i2h_weight.shape == (12, 5)
    numpy.testing.assert_array_equal(net(normal(4, 2, 5)).asnumpy(), wanted.asnumpy())
    other = RNN.LSTM(3, input_size=5)
    other.initialize()
    trainer = mx.gluon.Trainer(other.collect_params(), "sgd")
    with pytest.raises(weft.Error, match="a trainer has the vector"):
        other._unfuse()
    del trainer
    with pytest.raises(AttributeError, match="l7_i2h_weight"):
        net.l7_i2h_weight  # noqa: B018 - that it is missing is asked


def test_parts_of_the_vector_have_their_own_first_values():
    first = {"i2h_weight_initializer": "ones", "h2h_bias_initializer": mx.init.Constant(2)}
    net = RNN.LSTM(3, input_size=5, **first)
    net.initialize(mx.init.Constant(7))
    parts = mx.gluon.utils.split_rnn_params(net.rnn_param.data(), "lstm", 1, 5, 3)
    wanted = {"i2h_weight": 1, "h2h_weight": 7, "i2h_bias": 0, "h2h_bias": 2}
    for name, value in wanted.items():
        assert (parts[f"l0_{name}"].asnumpy() == value).all()
    net.initialize(mx.init.Constant(5), force_reinit=True)
    parts = mx.gluon.utils.split_rnn_params(net.rnn_param.data(), "lstm", 1, 5, 3)
    assert (parts["l0_h2h_weight"].asnumpy() == 5).all()
    again = mx.init.create(net.rnn_param.init.dumps())
    assert again == net.rnn_param.init


def test_the_operator_projects_as_the_network_does():
    net = RNN.LSTM(4, 2, bidirectional=True, projection_size=2)
    net.initialize(mx.init.Normal(0.5))
    x, states = normal(5, 3, 6), [normal(4, 3, 2), normal(4, 3, 4, seed=1)]
    wanted, last = net(x, states)
    found = mx.nd.RNN(
        x,
        net.rnn_param.data(),
        *states,
        state_size=4,
        num_layers=2,
        mode="lstm",
        bidirectional=True,
        projection_size=2,
        state_outputs=True,
    )
    for have, want in zip(found, [wanted, *last], strict=True):
        assert_close(have, want)


@pytest.mark.parametrize("kind", [RNN.LSTMCell, RNN.GRUCell])
def test_gates_have_the_activations_that_are_asked_for(kind):
    plain, same = kind(3, input_size=4), kind(3, input_size=4)
    same.__dict__["_activations"] = ("tanh", "sigmoid")  # by hand, what the operator does
    for cell in (plain, same):
        weft.random.seed(3)
        cell.initialize(mx.init.Normal(0.5))
    x, states = normal(2, 4), [normal(2, 3, seed=n) for n in range(len(plain.state_info()))]
    for have, want in zip(same(x, states)[1], plain(x, states)[1], strict=True):
        assert_close(have, want)
    other = kind(3, activation="relu", recurrent_activation="softsign", input_size=4)
    other.initialize(mx.init.Normal(0.5))
    assert not numpy.allclose(other(x, states)[0].asnumpy(), plain(x, states)[0].asnumpy())


@pytest.mark.parametrize("layout", ["TNC", "NTC"])
def test_a_cell_unrolls_over_all_steps_that_there_are(layout):
    cell = RNN.LSTMCell(3)
    cell.initialize()
    x, lengths = normal(4, 4, 5), np.array([1, 4, 2, 3])
    unroll = mx.gluon.contrib.rnn.rnn_cell.dynamic_unroll
    outputs, states = unroll(cell, x, cell.begin_state(4), layout=layout, valid_length=lengths)
    wanted, last = cell.unroll(4, x, None, layout, True, lengths)
    for have, want in zip([outputs, *states], [wanted, *last], strict=True):
        assert_close(have, want)
    with autograd.record():
        dropped, _ = unroll(cell, np.ones((4, 4, 5)), cell.begin_state(4), drop_outputs=0.5)
    kept = dropped.asnumpy() != 0
    assert (kept == kept[:1]).all() and not kept.all()  # the same ones at all steps


def test_contrib_has_what_1_x_had_there():
    contrib = mx.gluon.contrib
    assert contrib.cnn.DeformableConvolution is mx.gluon.nn.DeformableConvolution
    assert list(contrib.data.IntervalSampler(5, 2)) == [0, 2, 4, 1, 3]
    assert contrib.rnn.rnn_cell is mx.gluon.rnn.rnn_cell


# ---- bounds of the cells


def clipped_steps(x, parts, bounds, projection=None):
    """An LSTM whose cells are held between bounds, in NumPy: outputs and the last cells."""
    logistic = lambda v: 1 / (1 + numpy.exp(-v))  # noqa: E731 - a formula
    (i2h, i2h_bias), (h2h, h2h_bias) = parts
    out, cell, outputs = numpy.zeros((x.shape[1], h2h.shape[1])), 0, []
    for row in x:
        gates = numpy.split(row @ i2h.T + i2h_bias + out @ h2h.T + h2h_bias, 4, axis=1)
        let_in, keep, let_out = (logistic(gates[k]) for k in (0, 1, 3))
        cell = numpy.clip(keep * cell + let_in * numpy.tanh(gates[2]), *bounds)
        out = let_out * numpy.tanh(cell)
        if projection is not None:
            out = out @ projection.T
        outputs.append(out)
    return numpy.stack(outputs), cell


@pytest.mark.parametrize("size", [None, 2])
@pytest.mark.parametrize("hybridize", [False, True])
def test_cells_of_an_lstm_are_clipped(size, hybridize):
    random = numpy.random.default_rng(4)
    x = random.standard_normal((5, 2, 3)).astype("float32") * 3
    more = {} if size is None else {"projection_size": size}
    bounds = {"state_clip_min": -0.2, "state_clip_max": 0.1}
    net = mx.gluon.rnn.LSTM(4, prefix="lstm_", **bounds, **more)
    net.initialize(mx.init.Uniform(1.0))
    if hybridize:
        net.hybridize()
    out, (_, cell) = net(mx.nd.array(x), net.begin_state(2))
    values = {n.split("_l0_")[-1]: p.data().asnumpy() for n, p in net.collect_params().items()}
    values = {n.removeprefix("lstm_").removeprefix("l0_"): v for n, v in values.items()}
    parts = [(values[f"{k}_weight"], values[f"{k}_bias"]) for k in ("i2h", "h2h")]
    wanted, last = clipped_steps(x, parts, (-0.2, 0.1), values.get("h2r_weight"))
    numpy.testing.assert_allclose(out.asnumpy(), wanted, rtol=1e-4, atol=1e-6)
    numpy.testing.assert_allclose(cell.asnumpy()[0], last, rtol=1e-4, atol=1e-6)
    assert abs(last).max() > 0.09


def test_the_operator_clips_cells_and_needs_both_bounds():
    data, state = mx.nd.ones((3, 2, 2)) * 5, mx.nd.zeros((1, 2, 2))
    vector, options = mx.nd.ones((48,)), {"state_size": 2, "num_layers": 1, "mode": "lstm"}
    bounds = {"lstm_state_clip_min": -0.5, "lstm_state_clip_max": 0.5}
    found = mx.nd.RNN(data, vector, state, state, state_outputs=True, **options, **bounds)
    assert found[2].asnumpy().max() == 0.5
    symbols = [mx.sym.var(n) for n in ("data", "vector", "state", "cell")]
    symbol = mx.sym.RNN(*symbols, state_outputs=True, **options, **bounds)
    arrays = {"data": data, "vector": vector, "state": state, "cell": state}
    again = symbol.bind(mx.cpu(), arrays).forward()
    assert all((a == b).asnumpy().all() for a, b in zip(found, again, strict=True))
    with pytest.raises(ValueError, match="must be given together, with the mode 'lstm'"):
        mx.nd.RNN(data, vector, state, state, **options, lstm_state_clip_min=-0.5)
    with pytest.raises(ValueError, match="must be given together"):
        mx.gluon.rnn.LSTM(4, state_clip_max=1.0)
