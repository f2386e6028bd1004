"""Layers whose products ranks share: the same training as in one process."""

import numpy
import pytest
import weft
from spawned import RankError, ranks
from weft import autograd, gluon, np, npx
from weft._core import collectives
from weft.distributed._tensor_parallel import split_layers
from weft.gluon import nn
from weft.gluon.model_zoo.text._experts import Experts

WIDTH = 8


class Layer(nn.HybridSequential):
    """A layer as transformers have it, before pooling."""

    def __init__(self):
        super().__init__()
        # Without a bias of keys: its gradient is 0 but for rounding, which Adam makes large.
        self.attention = nn.MultiHeadAttention(WIDTH, num_heads=4, qkv_bias=False, in_units=WIDTH)
        self.norm = nn.LayerNorm(in_channels=WIDTH)
        self.wide = nn.Dense(4 * WIDTH, activation="gelu", flatten=False, in_units=WIDTH)
        self.narrow = nn.Dense(WIDTH, flatten=False, in_units=4 * WIDTH)

    def forward(self, x):
        x = x + self.attention(x)
        return (x + self.narrow(self.wide(self.norm(x)))).mean(axis=1)


WAYS = {"attention": "heads", "wide": "outputs", "narrow": "inputs"}


def data(step):
    draw = numpy.random.default_rng(step)
    x, y = draw.normal(size=(4, 3, WIDTH)), draw.normal(size=(4, WIDTH))
    return np.array(x.astype("float32")), np.array(y.astype("float32"))


def train(optimizer, compiled, clip, split=True, folder=None):
    weft.seed(5)
    net = Layer()
    net.initialize()
    if split:
        split_layers(net, WAYS, group="world")
    trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.05})
    loss = gluon.loss.L2Loss()
    losses = []
    if compiled:
        step = trainer.compile(net, loss, clip_global_norm=clip)
        losses = [float(step(*data(number)).mean()) for number in range(4)]
    else:
        for number in range(4):
            x, y = data(number)
            with autograd.record():
                value = loss(net(x), y)
            value.backward()
            trainer.step(len(x))
            losses.append(float(value.mean()))
    arrays, _ = trainer.describe_states()
    whole = {name: p.data().asnumpy() for name, p in net.collect_params().items()}
    own = sum(a.nbytes for p in net.collect_params().values() for a in p.list_own())
    rank = weft._core.collectives.place()[0]
    if folder:
        net.save_parameters(f"{folder}/{rank}.params")
    return losses, whole, {name: a.asnumpy() for name, a in arrays.items()}, own


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize(
    "optimizer, compiled, clip",
    [
        ("sgd", False, None),
        ("adam", False, None),
        ("sgd", True, None),
        ("adam", True, None),
        ("sgd", True, 0.05),
    ],
)
def test_split_layers_train_as_whole_ones(count, optimizer, compiled, clip):
    wanted = ranks(1).run(train, optimizer, compiled, clip, False)[0]
    for found in ranks(count).run(train, optimizer, compiled, clip):
        numpy.testing.assert_allclose(found[0], wanted[0], rtol=1e-5)
        for kind in (1, 2):  # parameters, states
            assert found[kind].keys() == wanted[kind].keys()
            for name, array in found[kind].items():
                numpy.testing.assert_allclose(array, wanted[kind][name], rtol=1e-4, atol=1e-5)
    assert found[3] < 1.25 * wanted[3] / count + 4 * 6 * WIDTH * 4


def test_files_have_whole_parameters(tmp_path):
    ranks(2).run(train, "sgd", True, None, True, str(tmp_path))
    net = Layer()
    net.load_parameters(str(tmp_path / "1.params"))
    wanted = ranks(1).run(train, "sgd", True, None, False)[0][1]
    for name, p in net.collect_params().items():
        numpy.testing.assert_allclose(p.data().asnumpy(), wanted[name], rtol=1e-4, atol=1e-5)


def refused(ways, group="world"):
    net = Layer()
    net.initialize()
    split_layers(net, ways, group)


@pytest.mark.parametrize(
    "ways, text",
    [
        (
            {"attention": "head"},
            "must say 'outputs', 'inputs', 'heads', 'experts' or 'sequence' of 'attention'; got",
        ),
        ({"atention": "heads"}, "'atention' fits no layer of the network, such as `attention`"),
        ({"norm": "outputs"}, "`norm` must be a Dense layer to be split by outputs; got LayerNorm"),
        ({"wide": "heads"}, "`wide` must be MultiHeadAttention, or attention of"),
        ({"attention": "heads"}, "`num_heads` of `attention` must be a multiple of 3 ranks; got 4"),
        ({"narrow": "outputs"}, "`narrow.weight` must have an extent along axis 0 that 3 ranks"),
    ],
)
def test_what_cannot_be_split_is_refused(ways, text):
    for failed in ranks(3).tell(refused, ways):
        assert isinstance(failed, RankError) and text in failed.text, failed


class Mixture(nn.HybridSequential):
    def __init__(self):
        super().__init__()
        self.experts = Experts(WIDTH, 16, experts=4, chosen=2)

    def forward(self, x):
        return self.experts(x).mean(axis=1)


def train_mixture(split, compiled):
    weft.seed(6)
    net = Mixture()
    net.initialize()
    if split:
        split_layers(net, {"experts": "experts"}, group="world")
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
    loss = gluon.loss.L2Loss()
    losses = []
    step = trainer.compile(net, loss)
    for number in range(4):
        x, y = data(number)
        if compiled:
            losses.append(float(step(x, y).mean()))
            continue
        with autograd.record():
            value = loss(net(x), y)
        value.backward()
        trainer.step(len(x))
        losses.append(float(value.mean()))
    own = sum(a.nbytes for p in net.collect_params().values() for a in p.list_own())
    whole = {n: p.list_data()[0].asnumpy() for n, p in net.collect_params().items()}
    arrays, _ = trainer.describe_states()
    return losses, whole, own, {name: a.asnumpy() for name, a in arrays.items()}


@pytest.mark.parametrize("count", [2, 4])
@pytest.mark.parametrize("compiled", [False, True])
def test_experts_of_several_ranks_train_as_one(count, compiled):
    wanted = ranks(1).run(train_mixture, False, compiled)[0]
    for losses, parameters, own, states in ranks(count).run(train_mixture, True, compiled):
        numpy.testing.assert_allclose(losses, wanted[0], rtol=1e-5)
        assert states.keys() == wanted[3].keys()
        for found, whole in ((parameters, wanted[1]), (states, wanted[3])):
            for name, array in found.items():
                numpy.testing.assert_allclose(array, whole[name], rtol=1e-4, atol=1e-5)
        assert own < wanted[2] / count + 4 * 4 * WIDTH + 1  # the router is on all ranks


class Axis:
    """A group along an axis of a mesh, as `weft.distributed.Mesh` gives it."""

    def __init__(self, name):
        self.name = name


class TwoAxes:
    """Ranks 0 and 1, 2 and 3 share layers; 0 and 2, 1 and 3 have other samples."""

    axes = {"data": 2, "tensor": 2}  # noqa: RUF012

    def __init__(self):
        rank, count = collectives.place()
        self.groups = []
        for name, mine in (("tensor", [rank // 2 * 2, rank // 2 * 2 + 1]),
                           ("data", [rank % 2, rank % 2 + 2])):  # fmt: skip
            group = collectives.Group(
                "memory", mine.index(rank), 2, name=name, key=f"{name}{min(mine)}", secret=b"tests"
            )
            address = numpy.frombuffer(group.address, "uint8")
            padded = numpy.zeros(4096, "uint8")
            padded[: len(address)] = address
            every = npx.all_gather(np.array(padded[None]), axis=0, ranks=count).asnumpy()
            sizes = npx.all_gather(np.array([len(address)]), axis=0, ranks=count).asnumpy()
            group.connect([every[r, : sizes[r]].tobytes() for r in mine])
            self.groups.append(group)

    def __getitem__(self, axis):
        return Axis(axis)


def train_on_mesh(shard, clip, halves):
    mesh = TwoAxes() if shard != "alone" else None
    weft.seed(5)
    net = Layer()
    net.initialize()
    if mesh:
        split_layers(net, WAYS, group="tensor")
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.05})
    if halves:
        weft.amp.init_trainer(trainer)
    options = {"mesh": mesh, "shard": shard} if mesh else {}
    step = trainer.compile(net, gluon.loss.L2Loss(), clip_global_norm=clip, **options)
    losses = []
    for number in range(4):
        x, y = data(number)
        if mesh:
            part = collectives.place("data")[0]
            x, y = x[2 * part : 2 * part + 2], y[2 * part : 2 * part + 2]
        losses.append(step(x, y).asnumpy())
    arrays, _ = trainer.describe_states()
    states = {name: a.asnumpy() for name, a in arrays.items()}
    whole = {name: p.data().asnumpy() for name, p in net.collect_params().items()}
    return losses, whole, states


@pytest.mark.parametrize("shard, clip, halves", [
    (None, None, False), ("zero1", None, False), ("zero2", 0.05, False), (None, 0.05, True),
    ("zero1", 0.05, True),
])  # fmt: skip
def test_a_mesh_trains_as_one_process(shard, clip, halves):
    wanted = ranks(1).run(train_on_mesh, "alone", clip, halves)[0]
    found = ranks(4).run(train_on_mesh, shard, clip, halves)
    for rank, (losses, whole, states) in enumerate(found):
        part = slice(2 * (rank // 2), 2 * (rank // 2) + 2)
        for ours, theirs in zip(losses, wanted[0], strict=True):
            numpy.testing.assert_allclose(ours, theirs[part], rtol=1e-4)
        for ours, theirs in ((whole, wanted[1]), (states, wanted[2])):
            assert ours.keys() == theirs.keys()
            for name, array in ours.items():
                numpy.testing.assert_allclose(array, theirs[name], rtol=1e-3, atol=1e-5)


def train_slices_as_copies():
    net = Layer()
    net.initialize()
    split_layers(net, WAYS, group="world")
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync")
    trainer.compile(net, gluon.loss.L2Loss())(*data(0))


def test_slices_are_not_taken_for_copies():
    for failed in ranks(2).tell(train_slices_as_copies):
        assert isinstance(failed, RankError)
        assert "must train the same parameters" in failed.text and "part 1 of 2" in failed.text
