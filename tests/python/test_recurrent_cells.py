"""Cells that are made of others, that project, and that convolve: against their formulas in NumPy,
hybridized, with lengths, and beside PyTorch."""

import numpy
import pytest
import scipy.signal
import scipy.special
from weft import autograd, gluon, np
from weft.gluon import rnn

sigmoid = scipy.special.expit


def drawn(*shape, seed=0):
    return numpy.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def made(cell):
    cell.initialize()
    for number, parameter in enumerate(cell.collect_params().values()):
        parameter.set_data(0.5 * drawn(*parameter.shape, seed=number))
    return cell


def weights(cell):
    return {name: p.data().asnumpy() for name, p in cell.collect_params().items()}


# ---- projection


def lstmp(x, r, c, w):
    gates = x @ w["i2h_weight"].T + w["i2h_bias"] + r @ w["h2h_weight"].T + w["h2h_bias"]
    let_in, keep, new, let_out = numpy.split(gates, 4, axis=1)
    c = sigmoid(keep) * c + sigmoid(let_in) * numpy.tanh(new)
    return (sigmoid(let_out) * numpy.tanh(c)) @ w["h2r_weight"].T, c


@pytest.mark.parametrize("active", [False, True], ids=["eager", "hybridized"])
def test_a_projected_lstm_is_its_formula(active):
    cell = made(rnn.LSTMPCell(5, 3, input_size=4))
    cell.hybridize(active)
    x, w = drawn(2, 6, 4), weights(cell)
    outputs, states = cell.unroll(np.array(x))
    r, c = numpy.zeros((2, 3)), numpy.zeros((2, 5))
    for step in range(6):
        r, c = lstmp(x[:, step], r, c, w)
        numpy.testing.assert_allclose(outputs[:, step].asnumpy(), r, rtol=1e-4, atol=1e-6)
    numpy.testing.assert_allclose(states[1].asnumpy(), c, rtol=1e-4, atol=1e-6)
    assert repr(cell) == "LSTMPCell(4 -> 5 -> 3)"
    deferred = rnn.LSTMPCell(5, 3)
    deferred.initialize()
    assert deferred.unroll(np.array(x))[0].shape == (2, 6, 3)


@pytest.mark.torch
def test_a_projected_lstm_is_that_of_pytorch():
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    cell = made(rnn.LSTMPCell(5, 3, input_size=4))
    peer = torch.nn.LSTM(4, 5, proj_size=3, batch_first=True)
    names = {
        "i2h_weight": "weight_ih_l0",
        "h2h_weight": "weight_hh_l0",
        "i2h_bias": "bias_ih_l0",
        "h2h_bias": "bias_hh_l0",
        "h2r_weight": "weight_hr_l0",
    }
    peer.load_state_dict({names[n]: torch.tensor(w) for n, w in weights(cell).items()})
    x = drawn(2, 6, 4)
    wanted, _ = peer(torch.tensor(x))
    numpy.testing.assert_allclose(
        cell.unroll(np.array(x))[0].asnumpy(), wanted.detach().numpy(), rtol=1e-4, atol=1e-6
    )


# ---- cells of cells


def test_cells_on_top_of_each_other_are_unrolled_one_after_another():
    cells = rnn.LSTMCell(4, input_size=3), rnn.GRUCell(5, input_size=4)
    stack = made(rnn.SequentialRNNCell(cells[0], rnn.DropoutCell(0.5), cells[1]))
    x = np.array(drawn(2, 6, 3))
    outputs, states = stack.unroll(x)
    middle, first = cells[0].unroll(x)
    wanted, second = cells[1].unroll(middle)
    assert outputs.tolist() == wanted.tolist()
    assert [s.tolist() for s in states] == [s.tolist() for s in (*first, *second)]
    step, after = stack(x[:, 0], stack.begin_state(2))
    assert step.tolist() == outputs[:, 0].tolist() and len(after) == 3
    assert len(stack) == 3 and stack[0] is cells[0] and type(stack[:2]) is rnn.SequentialRNNCell
    assert stack.output_shape(7) == (7, 5)
    assert next(iter(stack.collect_params())) == "0.i2h_weight"


def test_two_directions_lie_side_by_side():
    cell = made(rnn.BidirectionalCell(rnn.GRUCell(4, input_size=3), rnn.LSTMCell(2, input_size=3)))
    x = np.array(drawn(2, 6, 3))
    outputs, states = cell.unroll(x)
    left, _ = cell.l_cell.unroll(x)
    right, _ = cell.r_cell.unroll(np.flip(x, axis=1))
    assert outputs[:, :, :4].tolist() == left.tolist()
    assert outputs[:, :, 4:].tolist() == np.flip(right, axis=1).tolist()
    assert [s.shape for s in states] == [(2, 4), (2, 2), (2, 2)]
    assert cell.output_shape(3) == (3, 6)
    with pytest.raises(NotImplementedError, match="no single step; call `unroll`"):
        cell(x[:, 0], cell.begin_state(2))


def test_a_residual_adds_the_input():
    cell = made(rnn.ResidualCell(rnn.GRUCell(3, input_size=3)))
    x = np.array(drawn(2, 6, 3))
    plain, _ = cell.base_cell.unroll(x)
    assert cell.unroll(x)[0].tolist() == (plain + x).tolist()
    step, _ = cell(x[:, 0], cell.begin_state(2))
    assert step.tolist() == (plain + x)[:, 0].tolist()


CELLS = {
    "rnn": lambda: rnn.RNNCell(4, input_size=3),
    "lstm": lambda: rnn.LSTMCell(4, input_size=3),
    "projected": lambda: rnn.LSTMPCell(4, 2, input_size=3),
    "residual": lambda: rnn.ResidualCell(rnn.GRUCell(3, input_size=3)),
    "stack": lambda: rnn.SequentialRNNCell(
        rnn.DropoutCell(0.3), rnn.LSTMCell(4, input_size=3), rnn.GRUCell(2, input_size=4)
    ),
    "two ways": lambda: rnn.BidirectionalCell(
        rnn.LSTMCell(4, input_size=3), rnn.GRUCell(2, input_size=3)
    ),
    "stack of two ways": lambda: rnn.SequentialRNNCell(
        rnn.BidirectionalCell(rnn.GRUCell(2, input_size=3), rnn.GRUCell(2, input_size=3)),
        rnn.LSTMCell(4, input_size=4),
    ),
    "zoneout": lambda: rnn.ZoneoutCell(rnn.LSTMCell(4, input_size=3), 0.3, 0.2),
    "variational": lambda: rnn.VariationalDropoutCell(rnn.GRUCell(4, input_size=3), 0.3, 0.2, 0.1),
}
every_cell = pytest.mark.parametrize("name", CELLS)


@every_cell
def test_lengths_cut_sequences(name):
    cell = made(CELLS[name]())
    x, lengths = drawn(3, 5, 3), [5, 2, 0]
    outputs, states = cell.unroll(np.array(x), valid_length=np.array(lengths))
    for sample, length in enumerate(lengths):
        alone = np.array(x[sample : sample + 1, :length])
        wanted, last = cell.unroll(alone)
        found = outputs[sample : sample + 1].asnumpy()
        numpy.testing.assert_allclose(found[:, :length], wanted.asnumpy(), rtol=1e-5, atol=1e-6)
        assert not found[:, length:].any()
        for have, want in zip(states, last, strict=True):
            part = have[sample : sample + 1].asnumpy()
            numpy.testing.assert_allclose(part, want.asnumpy(), rtol=1e-5, atol=1e-6)


class Whole(gluon.HybridBlock):
    """All steps of a cell, as one graph."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x, lengths):
        outputs, states = self.cell.unroll(x, valid_length=lengths)
        return outputs, *states


@every_cell
@pytest.mark.parametrize("training", [False, True])
def test_a_graph_of_all_steps_gives_the_same_and_has_gradients(name, training):
    found = []
    for active in (False, True):
        net = made(Whole(CELLS[name]()))
        net.hybridize(active)
        np.random.seed(2)
        with autograd.record(train_mode=training):
            outputs, *states = net(np.array(drawn(3, 5, 3)), np.array([5, 2, 4]))
            total = (outputs * outputs).sum()
        total.backward()
        grads = [p.grad().asnumpy() for p in net.collect_params().values()]
        assert any(grad.any() for grad in grads)
        found.append([outputs.asnumpy(), *(s.asnumpy() for s in states), *grads])
    for eager, graph in zip(*found, strict=True):
        numpy.testing.assert_allclose(graph, eager, rtol=1e-5, atol=1e-6)


def test_zoneout_keeps_what_was_with_the_probability():
    cell = made(rnn.ZoneoutCell(rnn.LSTMCell(400, input_size=3), 0.3, 0.6))
    x = np.array(drawn(2, 3))
    before = [np.array(drawn(2, 400, seed=n)) for n in (5, 6, 7)]
    plain, after = cell.base_cell(x, before[:2])
    with autograd.train_mode():
        output, states = cell(x, before)
    for new, old, got, rate in (
        (plain, before[2], output, 0.3),
        (after[0], before[0], states[0], 0.6),
        (after[1], before[1], states[1], 0.6),
    ):
        is_old, is_new = got == old, got == new
        assert bool((is_old | is_new).all())
        assert is_old.astype("float32").mean().item() == pytest.approx(rate, abs=0.06)
    assert states[2].tolist() == output.tolist()
    quiet, _ = cell(x, before)
    assert quiet.tolist() == plain.tolist()


def test_variational_dropout_leaves_out_the_same_at_all_steps():
    cell = made(rnn.VariationalDropoutCell(rnn.RNNCell(40, input_size=40), drop_outputs=0.5))
    x = np.array(drawn(2, 6, 40))
    with autograd.train_mode():
        outputs, _ = cell.unroll(x)
    is_left_out = (outputs == 0).asnumpy()
    assert (is_left_out == is_left_out[:, :1]).all() and 0.2 < is_left_out.mean() < 0.8
    plain, _ = cell.unroll(x)
    assert plain.tolist() == cell.base_cell.unroll(x)[0].tolist()
    with autograd.train_mode(), pytest.raises(RuntimeError, match="in train mode call `unroll`"):
        cell(x[:, 0], cell.begin_state(2))


# ---- images


def convolved(x, weight, bias, pad, dilate):
    """Of samples (N, C, ...), by SciPy: a kernel that is dilated has zeros in between."""
    extents = [(k - 1) * d + 1 for k, d in zip(weight.shape[2:], dilate, strict=True)]
    spread = numpy.zeros((*weight.shape[:2], *extents))
    spread[(..., *(slice(None, None, d) for d in dilate))] = weight
    wide = numpy.pad(x.astype("float64"), [(0, 0), (0, 0), *((p, p) for p in pad)])
    images = [
        [scipy.signal.correlate(image, kernel, "valid", "direct")[0] for kernel in spread]
        for image in wide
    ]
    return numpy.array(images) + bias.reshape(-1, *[1] * len(extents))


def conv_rnn(products, state, act):
    (a,), (b,) = products
    return act(a + b), [act(a + b)]


def conv_lstm(products, state, act):
    let_in, keep, new, let_out = (a + b for a, b in zip(*products, strict=True))
    c = sigmoid(keep) * state[1] + sigmoid(let_in) * act(new)
    h = sigmoid(let_out) * act(c)
    return h, [h, c]


def conv_gru(products, state, act):
    (xr, xz, xn), (hr, hz, hn) = products
    keep = sigmoid(xz + hz)
    h = (1 - keep) * act(xn + sigmoid(xr + hr) * hn) + keep * state[0]
    return h, [h]


SHAPES = {1: (2, 7), 2: (2, 5, 6), 3: (2, 3, 4, 5)}
KINDS = {"RNN": (conv_rnn, 1), "LSTM": (conv_lstm, 4), "GRU": (conv_gru, 3)}


@pytest.mark.parametrize("active", [False, True], ids=["eager", "hybridized"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dims", SHAPES)
def test_a_cell_of_images_is_its_formula(dims, kind, active):
    rule, gates = KINDS[kind]
    shape = SHAPES[dims]
    cell = made(
        getattr(rnn, f"Conv{dims}D{kind}Cell")(
            *(shape, 3, 3, (3,) * dims),
            i2h_pad=(2, *(1,) * (dims - 1)),
            i2h_dilate=(2, *(1,) * (dims - 1)),
            h2h_dilate=(1,) * (dims - 1) + (2,),
        )
    )
    cell.hybridize(active)
    x, w = drawn(2, 3, *shape), weights(cell)
    outputs, states = cell.unroll(np.array(x))
    state = [s.asnumpy() for s in cell.begin_state(2)]
    assert state[0].shape == (2, 3, *shape[1:])
    for step in range(3):
        from_input = convolved(
            *(x[:, step], w["i2h_weight"], w["i2h_bias"]),
            *((2, *(1,) * (dims - 1)), (2, *(1,) * (dims - 1))),
        )
        own = convolved(
            *(state[0], w["h2h_weight"], w["h2h_bias"]),
            *((1,) * (dims - 1) + (2,), (1,) * (dims - 1) + (2,)),
        )
        products = [numpy.split(p, gates, axis=1) for p in (from_input, own)]
        output, state = rule(products, state, numpy.tanh)
        numpy.testing.assert_allclose(outputs[:, step].asnumpy(), output, rtol=1e-4, atol=1e-5)
    for have, want in zip(states, state, strict=True):
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-4, atol=1e-5)


def test_a_cell_of_images_takes_other_activations_and_extents():
    cell = made(rnn.Conv2DRNNCell((2, 5, 6), 3, (2, 3), 1, activation="relu"))
    outputs, _ = cell.unroll(np.array(drawn(2, 4, 2, 5, 6)))
    assert outputs.shape == (2, 4, 3, 4, 4) and outputs.min().item() == 0
    assert repr(cell) == "Conv2DRNNCell((2, 5, 6) -> 3, relu)"


REFUSED = {
    "even": (lambda: rnn.Conv1DRNNCell((2, 5), 3, 3, 2), "`h2h_kernel` must be odd"),
    "too large": (lambda: rnn.Conv1DGRUCell((2, 5), 3, 7, 1), r"`i2h_kernel` \(7,\) must fit"),
    "extents": (lambda: rnn.Conv2DLSTMCell((2, 5), 3, 1, 1), "the channels and 2 extents"),
    "one extent": (lambda: rnn.Conv2DLSTMCell(8, 3, 1, 1), r"2 extents, each at .*; got \(8,\)"),
    "layout": (
        lambda: rnn.Conv2DLSTMCell((2, 5, 5), 3, 1, 1, conv_layout="NHWC"),
        "`conv_layout` must be 'NCHW'; got 'NHWC'",
    ),
    "other images": (
        lambda: made(rnn.Conv1DRNNCell((2, 5), 3, 1, 1)).unroll(np.ones((1, 2, 2, 6))),
        r"`x` must have shape \(N, \*\(2, 5\)\); got \(1, 2, 6\)",
    ),
    "axes": (
        lambda: rnn.Conv1DRNNCell((2, 5), 3, 1, 1).unroll(np.ones((1, 2, 5))),
        r"`inputs` must have shape \(N, T, C, ...\); got \(1, 2, 5\)",
    ),
    "projection": (lambda: rnn.LSTMPCell(4, 0), "`projection_size` must be at least 1; got 0"),
    "rate": (
        lambda: rnn.ZoneoutCell(rnn.RNNCell(2), zoneout_states=1.0),
        r"`zoneout_states` must be in \[0, 1\); got 1.0",
    ),
}


def test_states_that_are_not_there_cannot_be_left_out():
    cell = rnn.VariationalDropoutCell(rnn.DropoutCell(0.5), drop_states=0.5)
    with autograd.train_mode(), pytest.raises(RuntimeError, match="DropoutCell has none"):
        cell.unroll(np.ones((2, 3, 4)))


@pytest.mark.parametrize("key", REFUSED)
def test_what_a_cell_cannot_be_is_refused(key):
    act, text = REFUSED[key]
    with pytest.raises(ValueError, match=text):
        act()


@pytest.mark.parametrize(
    ("act", "argument"),
    [
        (lambda: rnn.GRUCell(2.5), "hidden_size"),
        (lambda: rnn.LSTMPCell(4, 2.5), "projection_size"),
        (lambda: rnn.Conv1DGRUCell((2, 5), 2.5, 1, 1), "hidden_channels"),
    ],
)
def test_sizes_are_whole_numbers(act, argument):
    with pytest.raises(TypeError, match=f"`{argument}` must be an integer; got 2.5"):
        act()


def test_only_cells_are_made_of_cells():
    with pytest.raises(TypeError, match="`base_cell` must be a recurrent cell; got Dense"):
        rnn.ResidualCell(gluon.nn.Dense(2))
    with pytest.raises(TypeError, match="`cells` must be a recurrent cell; got Dense"):
        rnn.SequentialRNNCell().add(gluon.nn.Dense(2))
