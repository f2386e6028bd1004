"""Regions in which each rank has some of the positions: the same training as in one process."""

import numpy
import pytest
import weft
from spawned import RankError, ranks
from weft import autograd, gluon, np
from weft.distributed import split_layers
from weft.gluon import nn

WIDTH, POSITIONS = 8, 8


class Layer(nn.HybridSequential):
    """A layer of a transformer; norm, dropout and the sums treat each position by itself."""

    def __init__(self, norm):
        super().__init__()
        # Without a bias of keys: its gradient is 0 but for rounding, which Adam makes large.
        self.attention = nn.MultiHeadAttention(WIDTH, num_heads=4, qkv_bias=False, in_units=WIDTH)
        self.first, self.second = norm(in_channels=WIDTH), norm(in_channels=WIDTH)
        self.wide = nn.Dense(4 * WIDTH, activation="gelu", flatten=False, in_units=WIDTH)
        self.narrow = nn.Dense(WIDTH, flatten=False, in_units=4 * WIDTH)

    def forward(self, x):
        x = x + self.attention(self.first(x), causal=True)
        return x + self.narrow(self.wide(self.second(x)))


WAYS = {
    r"1\.\d\.attention": "heads",
    r"1\.\d\.wide": "outputs",
    r"1\.\d\.narrow": "inputs",
    "1": "sequence",
}


def network(norm):
    weft.seed(5)
    net = nn.HybridSequential(
        nn.Dense(WIDTH, flatten=False, in_units=WIDTH),
        nn.HybridSequential(Layer(norm), Layer(norm)),
        nn.Dense(3, flatten=False, in_units=WIDTH),
    )
    net.initialize()
    return net


def data(step, positions=POSITIONS):
    draw = numpy.random.default_rng(step)
    x, y = draw.normal(size=(4, positions, WIDTH)), draw.normal(size=(4, positions, 3))
    return np.array(x.astype("float32")), np.array(y.astype("float32"))


def train(norm, compiled, split):
    net = network(getattr(nn, norm))
    if split:
        split_layers(net, WAYS, group="world")
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.02})
    loss_of = gluon.loss.L2Loss()
    step = trainer.compile(net, loss_of) if compiled else None
    losses = []
    for number in range(5):
        x, y = data(number)
        if step is not None:
            losses.append(float(step(x, y).mean()))
            continue
        with autograd.record():
            loss = loss_of(net(x), y)
        loss.backward()
        trainer.step(len(x))
        losses.append(float(loss.mean()))
    return losses, {name: p.data().asnumpy() for name, p in net.collect_params().items()}


@pytest.mark.parametrize("norm", ["LayerNorm", "RMSNorm"])
@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("count", [2, 4])
def test_positions_of_ranks_train_as_all_in_one_process(norm, compiled, count):
    losses, values = train(norm, compiled, False)
    for found in ranks(count).run(train, norm, compiled, True):
        numpy.testing.assert_allclose(found[0], losses, rtol=1e-5)
        assert found[1].keys() == values.keys()
        for name, array in found[1].items():
            numpy.testing.assert_allclose(array, values[name], rtol=1e-4, atol=1e-5)


def shapes_between():
    """What a norm in the region gets."""
    net = network(nn.LayerNorm)
    split_layers(net, WAYS, group="world")
    seen = []
    net[1][0].second.register_forward_hook(lambda block, inputs, output: seen.append(output.shape))
    net(data(0)[0])
    return seen


def test_a_rank_has_its_positions_alone():
    assert ranks(2).run(shapes_between) == [[(4, POSITIONS // 2, WIDTH)]] * 2


def refused(kind):
    net = network(nn.LayerNorm)
    ways = dict(WAYS)
    if kind == "layer":
        del ways[r"1\.\d\.wide"], ways[r"1\.\d\.narrow"]
    if kind == "block":
        ways["0"] = "sequence"
    split_layers(net, ways, group="world")
    net(data(0, 7)[0])


@pytest.mark.parametrize(
    "kind, text",
    [
        ("layer", "`1.0.wide` is in `1`, which is split by sequence"),
        ("block", "`0` must be a HybridSequential to be split by sequence; got Dense"),
        ("positions", r"a multiple of 2 ranks; got shape (4, 7, 8)"),
    ],
)
def test_what_cannot_be_in_a_region_is_named(kind, text):
    for found in ranks(2).tell(refused, kind):
        assert isinstance(found, RankError) and text in found.text, found
