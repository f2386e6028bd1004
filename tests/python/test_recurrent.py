"""Recurrent cells learn, eagerly and hybridized, and repeat their operator step by step."""

import numpy
import pytest
import weft
from weft import autograd, gluon, np, npx
from weft.gluon import rnn

every_cell = pytest.mark.parametrize("kind", [rnn.LSTMCell, rnn.GRUCell])


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
        operator = npx.lstm_cell if kind is rnn.LSTMCell else npx.gru_cell
        result = operator(x[:, step], *wanted, *weights)
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


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="LSTMCell: `hidden_size` must be at least 1; got 0"):
        rnn.LSTMCell(0)
    cell = rnn.GRUCell(2)
    cell.initialize()
    with pytest.raises(ValueError, match=r"GRUCell: `inputs` must have shape \(N, T, C\)"):
        cell.unroll(np.ones((2, 3)))
