"""Copies and pickles of blocks and of what trains them: they compute and train as what they were
made from, and share nothing with it."""

import copy
import pickle

import numpy
import pytest
import weft
from samples import uniform
from weft import autograd, gluon, init, lr_scheduler, metric, np, npx, optimizer, sym
from weft.gluon import nn, rnn

WAYS = {
    "deepcopy": copy.deepcopy,
    **{
        f"pickle{number}": lambda value, number=number: pickle.loads(pickle.dumps(value, number))
        for number in (2, pickle.HIGHEST_PROTOCOL)
    },
}
X = np.array(uniform(4, 6, seed=1))


@pytest.fixture(params=WAYS, ids=str)
def copied(request):
    return WAYS[request.param]


def values(net):
    return {name: p.data().asnumpy() for name, p in net.collect_params().items()}


def assert_same(found, wanted):
    assert list(found) == list(wanted)
    for name in wanted:
        numpy.testing.assert_array_equal(found[name], wanted[name], name)


def train(net, trainer, steps=3, x=X):
    for _ in range(steps):
        with autograd.record():
            loss = (net(x) ** 2).mean()
        loss.backward()
        trainer.step(1)


def network():
    net = nn.HybridSequential(
        nn.Dense(5, activation="relu"), nn.BatchNorm(), nn.Dropout(0.5), nn.Dense(2)
    )
    net.initialize(init.Xavier())
    return net


@pytest.mark.parametrize("called", [False, True])
@pytest.mark.parametrize("hybridized", [False, True])
def test_a_copy_trains_as_the_original_does(copied, hybridized, called):
    net = network()
    net(X)  # shapes
    if hybridized:
        net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})
    if called:
        train(net, trainer)
    before = values(net)
    other, its = copied((net, trainer))
    assert_same(values(other), before)
    np.random.seed(3)
    train(other, its)
    assert_same(values(net), before)  # nothing is shared
    moved = values(other)
    np.random.seed(3)
    train(net, trainer)
    assert_same(values(net), moved)
    assert any((moved[name] != before[name]).any() for name in moved)


@pytest.mark.parametrize("name", ["sgd", "nag", "adam", "adamw", "rmsprop", "adagrad"])
def test_a_trainer_goes_on_with_its_states(copied, name):
    net = nn.Dense(2, in_units=6)
    net.initialize(init.Xavier())
    scheduler = lr_scheduler.FactorScheduler(2, 0.5)
    made = optimizer.create(name, learning_rate=0.1, lr_scheduler=scheduler, wd=0.01)
    trainer = gluon.Trainer(net.collect_params(), made)
    train(net, trainer)
    other, its = copied((net, trainer))
    train(other, its)
    train(net, trainer)
    assert_same(values(other), values(net))
    assert its.learning_rate == trainer.learning_rate
    assert its.optimizer.num_update == 6


def test_a_compiled_step_is_copied_with_what_it_trains(copied):
    net = network()
    net(X)
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})
    loss = gluon.loss.L2Loss()
    step = trainer.compile(net, loss, clip_global_norm=1.0, outputs=True)
    label = np.zeros((4, 2))
    step(X, label)
    other, _its, again = copied((net, trainer, step))
    before = values(net)
    np.random.seed(5)
    again(X, label)
    assert_same(values(net), before)
    np.random.seed(5)
    step(X, label)
    assert_same(values(other), values(net))
    assert (values(net)["0.weight"] != before["0.weight"]).any()


def test_shapes_that_are_not_known_are_found_by_the_copy(copied):
    net = network()
    other = copied(net)
    assert other[0].weight.is_deferred
    other.hybridize()
    train(other, gluon.Trainer(other.collect_params(), "sgd", {"learning_rate": 0.1}))
    assert other[0].weight.shape == (5, 6)
    assert net[0].weight.shape == (5, -1)
    assert net[0].weight.is_deferred


def test_parameters_keep_what_is_set(copied):
    net = nn.Dense(3, in_units=2)
    net.initialize()
    net.bias.grad_req = "null"
    net.weight.grad_req = "add"
    net.weight.lr_mult = 0.5
    net.weight.mask = [[True, False]] * 3
    other = copied(net)
    for name, parameter in net.collect_params().items():
        found = other.collect_params()[name]
        assert (found.grad_req, found.lr_mult) == (parameter.grad_req, parameter.lr_mult)
        assert found.data().grad_req == parameter.grad_req
    assert other.weight.mask.tolist() == [[True, False]] * 3
    assert other.weight is other.collect_params()["weight"]


def test_gradients_that_add_up_go_along_and_others_start_again(copied):
    net = nn.Dense(1, in_units=2, use_bias=False)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    for grad_req in ("add", "write"):
        net.weight.grad_req = grad_req
        with autograd.record():
            loss = net(np.array([[1.0, 2.0]]))
        loss.backward()
        other, its = copied((net, trainer))
        wanted = [[1, 2]] if grad_req == "add" else [[0, 0]]
        assert other.weight.grad().tolist() == wanted
    with pytest.raises(RuntimeError, match="was not written since"):
        its.step(1)


def test_row_sparse_gradients_stay_row_sparse(copied):
    table = nn.Embedding(10, 2, sparse_grad=True)
    table.initialize()
    table.weight.grad_req = "add"
    for net in (table, copied(table)):
        with autograd.record():
            loss = net(np.array([7, 3])).sum()
        loss.backward()
        assert net.weight.grad().indices.tolist() == [3, 7]
    again = copied(table)
    assert again.weight.grad().indices.tolist() == [3, 7]
    assert again.weight.grad().data.tolist() == table.weight.grad().data.tolist()


class Tied(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(5, 3)
        self.decoder = nn.Dense(5, flatten=False, in_units=3)
        self.decoder.share_parameters({"weight": self.embedding.weight})
        self.same = self.embedding

    def forward(self, x):
        return self.decoder(self.same(x))


def test_what_is_shared_stays_shared_within_a_copy(copied):
    net = Tied()
    net.initialize()
    other = copied(net)
    assert other.decoder.weight is other.embedding.weight is not net.embedding.weight
    assert other.same is other.embedding
    other.embedding.weight.set_data(np.ones((5, 3)))
    assert other.decoder.weight.data().tolist() == np.ones((5, 3)).tolist()
    one, two = copied([net.embedding, net.decoder])
    assert one.weight is two.weight


def test_a_layer_is_copied_without_the_blocks_around_it(copied):
    net = network()
    layer = copied(net[0])
    assert len(layer._parents) == 0
    other = copied(net)
    assert list(other[0]._parents) == [other]
    other.hybridize()
    other(X)
    other[0].units  # noqa: B018
    other[0].extra = 3  # a change that those around are told of
    assert other._cache.last is None


def test_hooks_and_attributes_are_those_of_the_copy():
    seen = []

    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.layers = {"a": nn.Dense(1, in_units=1)}
            self.scale = 2.0
            self.register_forward_hook(self.note)

        def note(self, block, args, out):
            seen.append(self)

        def forward(self, x):
            return x * self.scale

    net = Net()
    other = copy.deepcopy(net)
    other.scale = 3.0
    assert other(np.ones(1)).item() == 3
    assert net(np.ones(1)).item() == 2
    assert seen == [other, net]
    assert other.layers["a"] is not net.layers["a"]


def test_a_shallow_copy_has_the_same_parameters():
    net = network()
    net.hybridize()
    net(X)
    other = copy.copy(net)
    assert other[0] is net[0]
    assert other(X).tolist() == net(X).tolist()
    assert set(net[0]._parents) == {net, other}
    other.extra = nn.Dense(1)
    assert "extra" not in net._children
    parameter = copy.copy(net[0].weight)
    assert parameter.data() is net[0].weight.data()
    assert net[0].weight.data().grad is not None


def test_a_budget_goes_along(copied):
    net = nn.Dense(2, in_units=6)
    net.initialize()
    net.hybridize(memory="1MB")
    other = copied(net)
    assert other._cache.budget == net._cache.budget > 0
    assert other(X).tolist() == net(X).tolist()
    with pytest.raises(RuntimeError, match="has not been called"):
        copied(net).export("net.weft")


LAYERS = {
    "conv": lambda: (nn.Conv2D(3, 3, activation="relu"), (2, 3, 8, 8)),
    "transposed": lambda: (nn.Conv2DTranspose(3, 3), (2, 3, 8, 8)),
    "pool": lambda: (nn.MaxPool2D(), (2, 3, 8, 8)),
    "norms": lambda: (nn.HybridSequential(nn.LayerNorm(), nn.RMSNorm(), nn.Dense(2)), (2, 6)),
    "group": lambda: (nn.GroupNorm(3), (2, 3, 4, 4)),
    "prelu": lambda: (nn.HybridSequential(nn.PReLU(), nn.GELU(), nn.Swish()), (2, 3)),
    "lambda": lambda: (nn.HybridLambda("tanh"), (2, 3)),
    "function": lambda: (nn.HybridLambda(npx.relu), (2, 3)),
    "attention": lambda: (nn.MultiHeadAttention(8, 2), (2, 5, 8)),
    "encoder": lambda: (nn.TransformerEncoderLayer(8, 16, 2), (2, 5, 8)),
    "lstm": lambda: (rnn.LSTM(4, num_layers=2, bidirectional=True), (5, 2, 3)),
    "resnet": lambda: (gluon.model_zoo.vision.resnet18_v1(classes=3), (1, 3, 32, 32)),
    "shuffle": lambda: (nn.PixelShuffle2D(2), (1, 4, 3, 3)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_kind_of_layer_is_copied(copied, name):
    net, shape = LAYERS[name]()
    net.initialize()
    x = np.array(uniform(*shape, seed=2))
    net.hybridize()
    wanted = net(x)
    for other in (copied(net), copied(copied(net))):
        assert other(x).tolist() == wanted.tolist()
    assert repr(copied(net)) == repr(net)


def losses():
    kinds = vars(gluon.loss)
    return [
        kind
        for name in gluon.loss.__all__
        if isinstance(kind := kinds[name], type) and kind is not gluon.loss.Loss
    ]


@pytest.mark.parametrize("kind", losses(), ids=lambda kind: kind.__name__)
def test_losses_are_copied(copied, kind):
    loss = kind()
    other = copied(loss)
    assert type(other) is kind
    plain = {k: v for k, v in vars(loss).items() if isinstance(v, int | float | str)}
    assert {k: vars(other)[k] for k in plain} == plain


def test_metrics_go_on(copied):
    made = metric.create(["acc", "rmse", "mcc"])
    label, pred = np.array([1.0, 0.0]), np.array([[0.1, 0.9], [0.2, 0.8]])
    made.metrics[0].update(label, pred)
    assert copied(made).get() == made.get() or str(copied(made).get()) == str(made.get())
    for name in metric.__all__:
        kind = getattr(metric, name)
        if isinstance(kind, type) and kind not in (metric.CustomMetric, metric.EvalMetric):
            assert type(copied(kind())) is kind


def test_a_scale_of_losses_goes_along(copied):
    net = nn.Dense(1, in_units=6)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    weft.amp.init_trainer(trainer)
    its = copied(trainer)
    assert its.loss_scaler.state_dict() == trainer.loss_scaler.state_dict()
    its.loss_scaler.scale[...] = 2
    assert trainer.loss_scaler.scale.item() != 2


def test_symbol_blocks_are_copied(copied):
    x, w = sym.var("x"), sym.var("w", shape=(3, -1))
    block = gluon.SymbolBlock(npx.fully_connected(x, w), x)
    block.initialize()
    first = copied(block)
    assert first.collect_params()["w"].is_deferred
    wanted = block(X)
    other = copied(block)
    assert other(X).tolist() == wanted.tolist()
    train(other, gluon.Trainer(other.collect_params(), "sgd", {"learning_rate": 0.1}))
    assert block(X).tolist() == wanted.tolist()
    assert other(X).tolist() != wanted.tolist()


def test_blocks_of_files_are_copied(copied, tmp_path):
    net = network()
    net(X)
    net.export(tmp_path / "net.weft", X)
    block = gluon.SymbolBlock.imports(tmp_path / "net.weft")
    (tmp_path / "net.weft").unlink()
    other = copied(block)
    wanted = block(X)
    assert other(X).tolist() == wanted.tolist()
    assert list(other.collect_params()) == list(block.collect_params())
    its = gluon.Trainer(other.collect_params(), "sgd", {"learning_rate": 0.1})
    train(other, its)
    assert block(X).tolist() == wanted.tolist()
    train(block, gluon.Trainer(block.collect_params(), "sgd", {"learning_rate": 0.1}))
    assert_same(values(other), values(block))
    shallow = copy.copy(block)
    assert shallow(X).tolist() == block(X).tolist()
    assert shallow.collect_params()["0.weight"] is block.collect_params()["0.weight"]


def test_quantized_blocks_are_copied(copied):
    net = nn.HybridSequential(nn.Dense(5, activation="relu"), nn.Dense(2))
    net.initialize()
    net(X)
    small = weft.quantize(net, X)
    other = copied(small)
    assert other(X).tolist() == small(X).tolist()
    assert type(other) is type(small)
    integers = weft.quantize(net, X, integers=True)
    again = copied(integers)
    assert again.input_scale == integers.input_scale
    prepared = weft.quantization.prepare(net, X)
    assert copied(prepared)(X).tolist() == prepared(X).tolist()


def test_an_executor_says_that_it_is_not_copied():
    x = sym.var("x")
    executor = (x * 2).bind(args={"x": np.ones(2)})
    with pytest.raises(TypeError, match="Executor: is on arrays of the program"):
        copy.deepcopy(executor)
