"""Ranks that share updates (`shard=`): the same training as with whole states, in less memory."""

import os
import re

import numpy
import pytest
import weft
from spawned import RankError, ranks
from weft import gluon, lr_scheduler, np
from weft.gluon import nn

LENGTHS = (8, 13, 4)  # of layers; odd, so that shards end inside of parameters


def data(rank, count, step, classes=LENGTHS[-1]):
    draw = numpy.random.default_rng(1000 * step + rank)
    x = draw.normal(size=(count, LENGTHS[0])).astype("float32")
    return np.array(x), np.array(draw.integers(0, classes, count))


def made(dtype="float32"):
    weft.seed(3)
    first, hidden, out = LENGTHS
    net = nn.HybridSequential(
        nn.Dense(hidden, activation="tanh", in_units=first), nn.Dense(out, in_units=hidden)
    )
    net.initialize()
    net.cast(dtype)
    return net


OPTIMIZERS = {
    "sgd": {"learning_rate": 0.1, "momentum": 0.9, "wd": 0.01},
    "adam": {"learning_rate": 0.01},
    "adamw": {"learning_rate": 0.01, "wd": 0.1},
    "lion": {"learning_rate": 0.01},
    "rmsprop": {"learning_rate": 0.01},
}


def train(kind, options, shard, steps=5, clip=None, groups=None, dtype="float32", scheduler=False):
    """Parameters after some steps, the states' bytes here, and all states of the file."""
    net = made(dtype)
    if scheduler:
        options = options | {"lr_scheduler": lr_scheduler.PolyScheduler(max_update=10)}
    trainer = gluon.Trainer(
        net.collect_params(), kind, dict(options), kvstore="dist_sync", groups=groups
    )
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    step = trainer.compile(net, loss, shard=shard, clip_global_norm=clip)
    rank = weft._core.collectives.place()[0]
    for number in range(steps):
        x, y = data(rank, 6, number)
        step(x.astype(dtype), y)
    own = sum(a.nbytes for state in trainer._states.values() for a in state)
    arrays, description = trainer.describe_states()
    states = {name: array.asnumpy() for name, array in arrays.items()}
    found = [p.data().astype("float32").asnumpy() for p in net.collect_params().values()]
    return found, own, states, description


def assert_alike(found, wanted, tolerance):
    for ours, theirs in zip(found, wanted, strict=True):
        numpy.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("level", ["zero1", "zero2", "zero3"])
def test_shared_updates_are_those_of_whole_states(kind, level):
    whole = ranks(2).run(train, kind, OPTIMIZERS[kind], None)
    shared = ranks(2).run(train, kind, OPTIMIZERS[kind], level)
    for ours, theirs in zip(shared, whole, strict=True):
        assert_alike(ours[0], theirs[0], 1e-6)
        assert ours[2].keys() == theirs[2].keys()  # files have states by parameter
        assert_alike(ours[2].values(), theirs[2].values(), 1e-6)
        assert ours[3]["counts"] == theirs[3]["counts"]
    assert_alike(shared[0][0], shared[1][0], 0)


def test_a_rank_keeps_its_part_of_the_states():
    count = 4
    whole = ranks(count).run(train, "adam", {}, None)[0][1]
    shared = [found[1] for found in ranks(count).run(train, "adam", {}, "zero2")]
    padding = 2 * 4 * count  # two states of float32, less than an element for each rank
    assert len(set(shared)) == 1 and whole / count <= shared[0] <= whole / count + padding


@pytest.mark.parametrize("clip", [1e-3, 1e3])
def test_the_norm_is_that_of_all_parts(clip):
    options = {"learning_rate": 0.5}
    whole = ranks(2).run(train, "sgd", options, None, 4, clip)
    shared = ranks(2).run(train, "sgd", options, "zero2", 4, clip)
    assert_alike(shared[0][0], whole[0][0], 1e-6)


def test_groups_and_schedules_are_kept():
    groups = {r".*bias": {"wd": 0.0, "learning_rate": 0.05}, r"1\.weight": {"wd": 0.5}}
    arguments = ("adamw", {"learning_rate": 0.02, "wd": 0.1})
    whole = ranks(2).run(train, *arguments, None, 5, None, groups, "float32", True)
    shared = ranks(2).run(train, *arguments, "zero1", 5, None, groups, "float32", True)
    assert_alike(shared[0][0], whole[0][0], 1e-6)


def test_halves_have_their_copies_in_parts():
    options = {"learning_rate": 0.02, "multi_precision": True}
    whole = ranks(2).run(train, "adam", options, None, 5, None, None, "bfloat16")
    shared = ranks(2).run(train, "adam", options, "zero2", 5, None, None, "bfloat16")
    assert_alike(shared[0][2].values(), whole[0][2].values(), 1e-2)
    assert shared[0][1] <= whole[0][1] / 2 + 64


def resumed(folder, shard, count):
    """Three steps, a file, three more by another trainer."""
    rank, size = weft._core.collectives.place()
    loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def steps(net, trainer, numbers):
        step = trainer.compile(net, loss, shard=shard if size > 1 else None)
        for number in numbers:
            x, y = data(0, 12, number)
            share = 12 // size
            step(x[rank * share : (rank + 1) * share], y[rank * share : (rank + 1) * share])

    def trainer_of(net):
        return gluon.Trainer(
            net.collect_params(), "adam", {"learning_rate": 0.02}, kvstore="dist_sync"
        )

    net = made()
    if count == "first":
        trainer = trainer_of(net)
        steps(net, trainer, range(3))
        trainer.save_states(f"{folder}/states{rank}")
        net.save_parameters(f"{folder}/net{rank}")
    else:
        net.load_parameters(f"{folder}/net0")
        trainer = trainer_of(net)
        trainer.load_states(f"{folder}/states0")
        steps(net, trainer, range(3, 6))
    return [p.data().asnumpy() for p in net.collect_params().values()]


@pytest.mark.parametrize("before, after", [(2, 4), (4, 2), (4, 1), (1, 2)])
def test_states_go_on_with_another_number_of_ranks(tmp_path, before, after):
    ranks(before).run(resumed, str(tmp_path), "zero2", "first")
    there = ranks(after).run(resumed, str(tmp_path), "zero2", "second")[0]
    ranks(1).run(resumed, str(tmp_path), None, "first")
    here = ranks(1).run(resumed, str(tmp_path), None, "second")[0]
    assert_alike(there, here, 1e-5)


@pytest.mark.parametrize(
    "kind, shard, text",
    [
        ("lamb", "zero2", "`shard='zero2'` needs an optimizer that treats each element by itself"),
        ("groupadagrad", "zero1", "needs an optimizer that treats each element by itself"),
        ("sgd", "zero9", "compile: `shard` must be None, 'zero1', 'zero2' or 'zero3'; got 'zero9'"),
    ],
)
def test_what_cannot_be_shared_is_refused_on_all_ranks(kind, shard, text):
    for failed in ranks(2).tell(train, kind, {}, shard):
        assert isinstance(failed, RankError) and text in failed.text


def test_one_process_has_nothing_to_share():
    net = made()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    with pytest.raises(ValueError, match="`shard='zero1'` needs several processes"):
        trainer.compile(net, gluon.loss.L2Loss(), shard="zero1")


def of_parts(what):
    net = made()
    for parameter in net.collect_params().values():
        parameter.share("world")
    weight = net[0].weight
    if what == "mask":
        weight.mask = np.ones(weight.shape, dtype="bool")
    elif what == "sam":
        trainer = gluon.Trainer(net.collect_params(), "sam")
        trainer.step(1, closure=lambda: None)
    elif what == "split":
        weight.split(1, "world")
    elif what == "initialize":
        weft.seed(7)
        net.initialize(force_reinit=True)
        found = weight.data().asnumpy()
        other = made()
        weft.seed(7)
        other.initialize(force_reinit=True)
        return (found == other[0].weight.data().asnumpy()).all()


@pytest.mark.parametrize(
    "what, text",
    [
        ("mask", "`0.weight` is kept in parts on 2 ranks, so it cannot be given a mask"),
        ("sam", "SAM cannot be used with parameters that are kept in parts"),
        ("split", "`0.weight` is kept in parts already"),
    ],
)
def test_parts_refuse_what_needs_the_whole(what, text):
    for failed in ranks(2).tell(of_parts, what):
        assert isinstance(failed, RankError) and text in failed.text, failed


def test_parts_can_begin_again():
    assert all(ranks(2).run(of_parts, "initialize"))


def unused():
    net = made()
    extra = nn.Dense(2, in_units=2)
    extra.initialize()
    named = {**net.collect_params(), "extra.weight": extra.weight}
    trainer = gluon.Trainer(named, "sgd", kvstore="dist_sync")
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss(), shard="zero1")
    step(*data(0, 4, 0))


def test_a_parameter_without_a_gradient_is_named():
    for failed in ranks(2).tell(unused):
        assert isinstance(failed, RankError) and "`extra.weight` has none" in failed.text


def deep(shard, limit, width=512, depth=8):
    """The last loss, and how often the plan gathers parts; with at most `limit` bytes."""
    from weft import memory

    memory.trim()
    before = memory.stats()["live"]
    weft.seed(1)
    layers = (nn.Dense(width, activation="tanh", in_units=width) for _ in range(depth))
    net = nn.HybridSequential(*layers)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam", kvstore="dist_sync")
    step = trainer.compile(net, gluon.loss.L2Loss(), shard=shard)
    x, y = np.ones((4, width)), np.zeros((4, width))
    memory.set_limit(before + limit)
    try:
        losses = [float(step(x, y).sum()) for _ in range(3)]
    finally:
        memory.set_limit(None)
    return losses, step.plan_text().count("gather_blocks_start")


def test_what_does_not_fit_one_rank_trains_on_four():
    parameters = 4 * 8 * (512 * 512 + 512)
    limit = int(3.5 * parameters)  # parameters, two states and gradients are 4 times as much
    for failed in ranks(4).tell(deep, None, limit):
        assert isinstance(failed, RankError) and failed.kind == "OutOfMemory"
    losses, gathers = ranks(4).run(deep, "zero3", limit)[0]
    wanted, _ = ranks(1).run(deep, None, 1 << 30)[0]
    numpy.testing.assert_allclose(losses, wanted, rtol=1e-5)
    assert gathers > 16  # weights and biases of 8 layers; the backward pass gathers weights again


def ahead(passes):
    """Parameters after some steps, and how many steps lie behind the start of each gathering."""
    os.environ["WEFT_PASSES"] = passes
    try:
        weft.seed(2)
        net = nn.HybridSequential(*(nn.Dense(16, in_units=16) for _ in range(3)))
        net.initialize()
        trainer = gluon.Trainer(net.collect_params(), "adam", kvstore="dist_sync")
        step = trainer.compile(net, gluon.loss.L2Loss(), shard="zero3")
        for number in range(3):
            x, _ = data(weft._core.collectives.place()[0], 4, number)
            x = np.concatenate([x, x], axis=1)
            step(x, x)
        text = step.plan_text()
    finally:
        del os.environ["WEFT_PASSES"]
    starts = re.findall(r"gather_blocks_start: (in\d+):.*-> (arena\+\d+):", text)
    behind = dict(re.findall(r"collective_wait: (arena\+\d+):.*; (\d+) steps behind", text))
    found = [p.data().asnumpy() for p in net.collect_params().values()]
    return found, [int(behind[place]) for _, place in starts]


def test_parts_are_gathered_while_the_layer_before_computes():
    found, behind = ranks(2).run(ahead, "")[0]
    wanted, none = ranks(2).run(ahead, "-prefetch_parts")[0]
    assert len(behind) > 6 and sum(steps > 0 for steps in behind) >= len(behind) - 2
    assert none == []
    for ours, theirs in zip(found, wanted, strict=True):
        numpy.testing.assert_array_equal(ours, theirs)


def saved(folder):
    """A network in parts, written and read; its parameters, the part that is kept, a gradient."""
    net = made()
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync")
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss(), shard="zero3")
    x, y = data(0, 4, 0)
    step(x, y)
    rank = weft._core.collectives.place()[0]
    net.save_parameters(f"{folder}/{rank}.params")
    again = made()
    again.load_parameters(f"{folder}/{rank}.params")
    whole = {name: p.data().asnumpy() for name, p in net.collect_params().items()}
    parts = {name: p.part.shape for name, p in net.collect_params().items()}
    outputs = net(x).asnumpy(), again(x).asnumpy()
    for p in net.collect_params().values():
        p.set_data(np.ones(p.shape))
    ones = [p.data().asnumpy() for p in net.collect_params().values()]
    return whole, parts, outputs, ones


def test_parts_are_read_and_written_as_whole_parameters(tmp_path):
    whole, parts, (ours, theirs), ones = ranks(2).run(saved, str(tmp_path))[0]
    for name, array in whole.items():
        assert parts[name] == (-(-array.size // 2),)
    numpy.testing.assert_array_equal(ours, theirs)
    assert all((array == 1).all() for array in ones)
