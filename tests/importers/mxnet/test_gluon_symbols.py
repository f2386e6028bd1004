"""Losses, cells and recurrent networks of Gluon on symbols: the values and names of MXNet."""

import numpy
import pytest
import weft
from weft import mxnet as mx
from weft import np

LOSS, RNN = mx.gluon.loss, mx.gluon.rnn


def normal(*shape, seed=0):
    return np.array(numpy.random.RandomState(seed).normal(0, 1, shape).astype("float32"))


def positive(*shape, seed=0):
    return np.abs(normal(*shape, seed=seed)) + 0.1


def signs(*shape):
    return np.array(numpy.random.RandomState(3).choice([-1.0, 1.0], shape).astype("float32"))


SCORES = normal(4, 3)
CLASSES = np.array([0.0, 2.0, 1.0, 2.0])
LIKELY = mx.npx.softmax(normal(4, 3, seed=1))
WEIGHTS = positive(4, 1, seed=2)
LOSSES = {
    "l2": (LOSS.L2Loss, {}, (SCORES, normal(4, 3, seed=1))),
    "l2 of samples": (LOSS.L2Loss, {"weight": 3}, (SCORES, normal(4, 3, seed=1), WEIGHTS)),
    "l1": (LOSS.L1Loss, {}, (SCORES, normal(4, 3, seed=1))),
    "huber": (LOSS.HuberLoss, {"rho": 0.5}, (SCORES, normal(4, 3, seed=1))),
    "hinge": (LOSS.HingeLoss, {}, (SCORES, signs(4, 3))),
    "squared hinge": (LOSS.SquaredHingeLoss, {"margin": 2}, (SCORES, signs(4, 3))),
    "logistic": (LOSS.LogisticLoss, {}, (SCORES, signs(4, 3))),
    "logistic of bits": (LOSS.LogisticLoss, {"label_format": "binary"}, (SCORES, LIKELY)),
    "binary": (LOSS.SigmoidBCELoss, {}, (SCORES, LIKELY)),
    "binary of probabilities": (LOSS.SigmoidBCELoss, {"from_sigmoid": True}, (LIKELY, LIKELY)),
    "weighted binary": (LOSS.SigmoidBCELoss, {}, (SCORES, LIKELY, WEIGHTS, positive(1, 3))),
    "weighted probabilities": (
        LOSS.SigmoidBCELoss,
        {"from_sigmoid": True},
        (LIKELY, LIKELY, WEIGHTS, positive(1, 3)),
    ),
    "classes": (LOSS.SoftmaxCELoss, {}, (SCORES, CLASSES)),
    "classes of samples": (LOSS.SoftmaxCELoss, {}, (SCORES, CLASSES, WEIGHTS)),
    "shares of classes": (LOSS.SoftmaxCELoss, {"sparse_label": False}, (SCORES, LIKELY)),
    "log-probabilities": (LOSS.SoftmaxCELoss, {"from_logits": True}, (np.log(LIKELY), CLASSES)),
    "divergence": (LOSS.KLDivLoss, {"from_logits": False}, (SCORES, LIKELY)),
    "triplet": (LOSS.TripletLoss, {}, (SCORES, normal(4, 3, seed=1), normal(4, 3, seed=2))),
    "counts": (LOSS.PoissonNLLLoss, {}, (SCORES, positive(4, 3))),
    "all of counts": (
        LOSS.PoissonNLLLoss,
        {"from_logits": False, "compute_full": True},
        (LIKELY, 3 * positive(4, 3)),
    ),
    "cosine": (LOSS.CosineEmbeddingLoss, {"margin": 0.1}, (SCORES, normal(4, 3, seed=1), signs(4))),
    "alignment": (LOSS.CTCLoss, {}, (normal(2, 6, 4), np.array([[1.0, 0, -1], [2, 1, 1]]))),
    "alignment of lengths": (
        LOSS.CTCLoss,
        {"layout": "TNC", "label_layout": "TN"},
        (normal(6, 2, 4), np.array([[1.0, 2], [0, 1], [1, 1]]), np.array([5, 6]), np.array([2, 3])),
    ),
}


@pytest.mark.parametrize("key", LOSSES)
def test_a_loss_on_symbols_has_the_values_of_that_on_arrays(key):
    kind, options, arrays = LOSSES[key]
    loss = kind(**options)
    names = [f"x{number}" for number in range(len(arrays))]
    composed = loss(*map(mx.sym.var, names))
    assert isinstance(composed, mx.sym.Symbol)
    found = composed.eval(**dict(zip(names, arrays, strict=True)))[0]
    wanted = loss(*(array.as_nd_ndarray() for array in arrays))
    numpy.testing.assert_allclose(found.asnumpy(), wanted.asnumpy(), rtol=1e-4, atol=1e-5)


def test_a_loss_on_symbols_trains_a_module():
    out = mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc")
    loss = mx.sym.make_loss(LOSS.SoftmaxCELoss()(out, mx.sym.var("label")))
    batches = mx.io.NDArrayIter(normal(8, 5), np.arange(8) % 3, 4, label_name="label")
    module = mx.mod.Module(loss, label_names=("label",))
    options = {"learning_rate": 0.1}
    module.fit(
        batches, None, mx.metric.Loss(), optimizer="adam", optimizer_params=options, num_epoch=20
    )
    assert module.score(batches, mx.metric.Loss())[0][1] < 0.5 * float(numpy.log(3))


def stacked(**options):
    cell = RNN.SequentialRNNCell()
    cell.add(RNN.LSTMCell(3, **options))
    cell.add(RNN.ResidualCell(RNN.GRUCell(3)))
    cell.add(RNN.DropoutCell(0.5))
    return cell


CELLS = {
    "rnn": lambda: RNN.RNNCell(3, activation="relu"),
    "lstm": lambda: RNN.LSTMCell(3),
    "gru": lambda: RNN.GRUCell(3),
    "other gates": lambda: RNN.GRUCell(3, activation="relu", recurrent_activation="tanh"),
    "other gates of lstm": lambda: RNN.LSTMCell(3, recurrent_activation="tanh"),
    "projected": lambda: RNN.LSTMPCell(5, 3),
    "both ways": lambda: RNN.BidirectionalCell(RNN.LSTMCell(3), RNN.GRUCell(2)),
    "zoned": lambda: RNN.ZoneoutCell(RNN.LSTMCell(3), 0.2, 0.3),
    "the same dropout": lambda: RNN.VariationalDropoutCell(RNN.LSTMCell(3), 0.2, 0.3, 0.4),
    "stacked": stacked,
    "shortcut both ways": lambda: RNN.ResidualCell(
        RNN.BidirectionalCell(RNN.RNNCell(2), RNN.RNNCell(2))
    ),
}


@pytest.mark.parametrize("lengths", [None, [3, 1]], ids=["all", "lengths"])
@pytest.mark.parametrize("layout", ["NTC", "TNC"])
@pytest.mark.parametrize("key", CELLS)
def test_a_cell_on_symbols_has_the_values_of_that_on_arrays(key, layout, lengths):
    cell = CELLS[key]()
    cell.initialize(mx.init.Normal(0.5))
    x = normal(2, 3, 4) if layout == "NTC" else normal(3, 2, 4)
    length = None if lengths is None else np.array(lengths, dtype="float32")
    wanted, last = cell.unroll(3, x, None, layout, True, length)
    symbol = None if lengths is None else mx.sym.var("lengths")
    outputs, states = cell.unroll(3, mx.sym.var("data"), None, layout, True, symbol)
    given = {"data": x} if lengths is None else {"data": x, "lengths": length}
    known = {name: p.data() for name, p in cell._full_names()}
    found = mx.sym.Group([outputs, *states]).eval(**given, **known)
    for have, want in zip(found, [wanted, *last], strict=True):
        numpy.testing.assert_allclose(have.asnumpy(), want.asnumpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", [RNN.Conv1DRNNCell, RNN.Conv1DLSTMCell, RNN.Conv1DGRUCell])
def test_a_convolutional_cell_on_symbols_is_that_on_arrays(kind):
    cell = kind((-1, 5), 2, 3, 3, i2h_pad=1, prefix="c_")
    x = normal(2, 2, 3, 5)
    cell.initialize(mx.init.Normal(0.5))
    wanted, _ = cell.unroll(2, x, merge_outputs=True)
    assert cell.i2h_weight.shape[1] == 3
    outputs, _ = cell.unroll(2, mx.sym.var("data"), merge_outputs=True)
    known = {name: p.data() for name, p in cell.collect_params().items()}
    found = outputs.eval(data=x, **known)[0]
    numpy.testing.assert_allclose(found.asnumpy(), wanted.asnumpy(), rtol=1e-4, atol=1e-5)


def test_steps_have_the_names_of_mxnet():
    # MXNet 1.9.1 gives these.
    steps = [mx.sym.var(f"t{number}") for number in range(2)]
    for kind in (RNN.RNNCell, RNN.LSTMCell, RNN.GRUCell):
        outputs, _ = kind(3, prefix="r_").unroll(2, steps)
        assert [output.list_outputs() for output in outputs] == [
            ["r_t0_out_output"],
            ["r_t1_out_output"],
        ]
    left, right = (RNN.GRUCell(3, prefix=f"{side}_") for side in "lr")
    outputs, _ = RNN.BidirectionalCell(left, right, output_prefix="b_").unroll(2, steps)
    assert [output.name for output in outputs] == ["b_t0", "b_t1"]
    assert left(mx.sym.var("x"), [mx.sym.var("h")])[0].list_arguments() == [
        *("x", "l_i2h_weight", "l_i2h_bias", "h", "l_h2h_weight", "l_h2h_bias")
    ]


@pytest.mark.parametrize("prefix", [None, "net_"], ids=["2.0", "1.x"])
@pytest.mark.parametrize("layout", ["TNC", "NTC"])
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU", "projected"])
def test_a_network_on_symbols_is_that_on_arrays(kind, layout, prefix):
    options = {"projection_size": 2} if kind == "projected" else {}
    make = RNN.LSTM if kind == "projected" else getattr(RNN, kind)
    net = make(3, 2, layout=layout, bidirectional=True, prefix=prefix, **options)
    net.initialize(mx.init.Normal(0.5))
    x = normal(4, 2, 5)
    wanted = net(x)
    composed = net(mx.sym.var("data"))
    known = {name: p.data() for name, p in net._full_names()}
    found = composed.eval(data=x, **known)[0]
    numpy.testing.assert_allclose(found.asnumpy(), wanted.asnumpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("prefix", [None, "net_"], ids=["2.0", "1.x"])
def test_an_exported_network_comes_back(prefix, tmp_path):
    net = mx.gluon.nn.HybridSequential(prefix=prefix)
    with net.name_scope():
        net.add(RNN.LSTM(3, bidirectional=True), mx.gluon.nn.Dense(2, flatten=False))
    net.initialize(mx.init.Normal(0.5))
    net.hybridize()
    x = normal(4, 2, 5)
    wanted = net(x)
    files = net.export(tmp_path / "net")
    other = mx.gluon.SymbolBlock.imports(files[0], ["data"], files[1])
    for batch in (2, 1):  # the states before the first step are of any batch
        numpy.testing.assert_allclose(
            other(x[:, :batch]).asnumpy(), wanted[:, :batch].asnumpy(), rtol=1e-5, atol=1e-6
        )


def test_a_loop_of_a_cell_takes_sequences_of_any_length():
    cell = RNN.GRUCell(3, prefix="g_")
    cell.initialize()
    x, state, lengths = normal(4, 2, 5), normal(2, 3), np.array([4.0, 2.0])
    unroll = RNN.rnn_cell.dynamic_unroll
    wanted, (last,) = unroll(cell, x, [state], valid_length=lengths)
    outputs, states = unroll(
        cell, mx.sym.var("x"), [mx.sym.var("state")], valid_length=mx.sym.var("lengths")
    )
    known = {name: p.data() for name, p in cell.collect_params().items()}
    group = mx.sym.Group([outputs, *states])
    found = group.eval(x=x, state=state, lengths=lengths, **known)
    for have, want in zip(found, [wanted, last], strict=True):
        numpy.testing.assert_allclose(have.asnumpy(), want.asnumpy(), rtol=1e-5, atol=1e-6)


def test_a_cell_without_a_rule_is_told():
    class Own(RNN.RecurrentCell):
        def state_info(self, batch_size=0):
            return [{"shape": (batch_size, 3), "__layout__": "NC"}]

    with pytest.raises(weft.Error, match="Own: has no rule for symbols; write `hybrid_forward`"):
        Own()(mx.sym.var("x"), [mx.sym.var("h")])


def test_layers_have_the_names_of_mxnet():
    # MXNet 1.9.1 gives these.
    nn = mx.gluon.nn
    net = nn.HybridSequential(prefix="net_")
    both = mx.gluon.contrib.nn.HybridConcurrent(axis=1)
    with net.name_scope():
        net.add(nn.Conv2D(3, 3, activation="relu"), nn.MaxPool2D(), nn.BatchNorm())
        net.add(nn.Activation("tanh"), nn.Dense(3, activation="sigmoid"))
    both.add(nn.Dense(2, prefix="a_"), nn.Dense(3, prefix="b_"))
    net.add(both)
    found = net(mx.sym.var("x")).get_internals().list_outputs()
    assert [name for name in found if name.endswith("_output")] == [
        *("net_conv0_fwd_output", "net_conv0_relu_fwd_output", "net_pool0_fwd_output"),
        *("net_batchnorm0_fwd_output", "net_tanh0_fwd_output", "net_dense0_fwd_output"),
        *("net_dense0_sigmoid_fwd_output", "a_fwd_output", "b_fwd_output"),
        found[-1],
    ]
    assert "net_conv0_weight" in net.collect_params()
    cell = mx.gluon.rnn.LSTMCell(2)
    assert cell.prefix.startswith("lstm") and "cell" not in cell.prefix


def test_two_layers_of_2_0_have_variables_of_their_own():
    net = mx.gluon.nn.HybridSequential()
    net.add(mx.gluon.nn.BatchNorm(in_channels=2), mx.gluon.nn.BatchNorm(in_channels=2))
    out = net(mx.sym.var("x"))
    assert len(set(out.list_auxiliary_states())) == 4
    cells = [RNN.GRUCell(2, input_size=2) for _ in range(2)]
    stack = RNN.SequentialRNNCell()
    stack.add(*cells)
    steps, _ = stack.unroll(1, [mx.sym.var("x")])
    assert len(set(steps[0].list_arguments())) == len(steps[0].list_arguments())


@pytest.mark.parametrize("prefix", [None, "net_"], ids=["2.0", "1.x"])
def test_symbols_become_a_block_that_shares_parameters(prefix):
    net = mx.gluon.nn.HybridSequential(prefix=prefix)
    with net.name_scope():
        net.add(mx.gluon.nn.Dense(4, activation="relu"), mx.gluon.nn.Dense(2))
    net.initialize()
    x = normal(3, 5)
    wanted = net(x)
    inside = net[0](x)
    data = mx.sym.var("data")
    out = net(data)
    parts = out.get_internals()
    inner = parts[next(name for name in parts.list_outputs() if "relu" in name)]
    given = net.collect_params()
    assert_values(mx.gluon.SymbolBlock(out, data, params=given)(x), wanted)
    both = mx.gluon.nn.SymbolBlock([inner, out], [data], params=given)
    for have, want in zip(both(x), [inside, wanted], strict=True):
        assert_values(have, want)
    shared = {id(parameter) for parameter in given.values()}
    assert {id(parameter) for parameter in both.collect_params().values()} == shared
    arrays = {name: parameter.data() for name, parameter in net._full_names()}
    assert_values(mx.gluon.SymbolBlock(out, data, arrays)(x), wanted)
    fresh = mx.gluon.SymbolBlock(out, data)
    fresh.initialize()
    assert fresh(x).shape == (3, 2)


def assert_values(have, want):
    numpy.testing.assert_allclose(have.asnumpy(), want.asnumpy(), rtol=1e-5, atol=1e-6)


def test_nested_results_of_a_block_are_outputs_of_its_symbol(tmp_path):
    class Nested(mx.gluon.HybridBlock):
        def forward(self, x):
            return x + 1, [x * 2, [x * 3]], None

    net = Nested()
    net.hybridize()
    net(mx.np.ones((2,)))
    net.export(str(tmp_path / "nested"))
    symbol = mx.sym.load(str(tmp_path / "nested-symbol.json"))
    found = symbol._bind(mx.cpu(), args={"data": mx.np.ones((2,))}).forward()
    assert [out.asnumpy().tolist() for out in found] == [[2, 2], [2, 2], [3, 3]]
