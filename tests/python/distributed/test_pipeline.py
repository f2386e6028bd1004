"""Stages of a network on several ranks: the same training as in one process."""

import itertools

import numpy
import pytest
import weft
from spawned import RankError, ranks
from weft import gluon, np
from weft.distributed._pipeline import Pipeline, schedule
from weft.gluon import nn


def made(width=6, depth=8):
    weft.seed(4)
    net = nn.HybridSequential()
    for number in range(depth):
        net.add(nn.Dense(width + number % 3, activation="tanh", in_units=width + (number - 1) % 3
                         if number else width))  # fmt: skip
    net.initialize()
    return net


def data(step, count=8):
    draw = numpy.random.default_rng(step)
    x, y = draw.normal(size=(count, 6)), draw.normal(size=(count, 7))
    return np.array(x.astype("float32")), np.array(y.astype("float32"))


def whole(optimizer, clip, steps=4):
    net = made()
    trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.1})
    step = trainer.compile(net, gluon.loss.L2Loss(), clip_global_norm=clip)
    losses = [float(step(*data(number)).mean()) for number in range(steps)]
    return losses, {name: p.data().asnumpy() for name, p in net.collect_params().items()}


def staged(optimizer, clip, micro, chunks, cuts=None, steps=4):
    net = made()
    pipeline = Pipeline(net, gluon.loss.L2Loss(), micro_batches=micro, chunks=chunks, cuts=cuts)
    trainer = gluon.Trainer(pipeline.collect_params(), optimizer, {"learning_rate": 0.1})
    losses = [
        pipeline.step(trainer, *data(number), clip_global_norm=clip) for number in range(steps)
    ]
    return losses, {n: p.data().asnumpy() for n, p in pipeline.collect_params().items()}


@pytest.mark.parametrize(
    "count, micro, chunks, cuts",
    [
        (1, 4, 1, None), (2, 1, 1, None), (2, 4, 1, None), (3, 8, 1, None), (4, 2, 1, None),
        (2, 4, 2, None), (2, 8, 4, None), (4, 4, 2, None), (2, 4, 1, [1]), (3, 4, 1, [6, 7]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("optimizer, clip", [("sgd", None), ("adam", None), ("sgd", 0.05)])
def test_stages_train_as_the_whole_network(count, micro, chunks, cuts, optimizer, clip):
    wanted_losses, wanted = ranks(1).run(whole, optimizer, clip)[0]
    found = ranks(count).run(staged, optimizer, clip, micro, chunks, cuts)
    names = []
    for losses, parameters in found:
        numpy.testing.assert_allclose(losses, wanted_losses, rtol=1e-5)
        names += parameters
        for name, array in parameters.items():
            numpy.testing.assert_allclose(array, wanted[name], rtol=1e-4, atol=1e-5)
    assert sorted(names) == sorted(wanted)  # each parameter is on one rank


@pytest.mark.parametrize("count, micro, chunks", [(1, 3, 1), (2, 5, 1), (4, 8, 1), (4, 8, 3)])
def test_every_rank_does_every_pass_once(count, micro, chunks):
    for rank in range(count):
        passes = schedule(rank, count, micro, chunks)
        wanted = set(itertools.product((True, False), range(micro), range(chunks)))
        assert len(passes) == len(wanted) and set(passes) == wanted
        kept, most = 0, 0
        for one in passes:
            kept += 1 if one.forward else -1
            most = max(most, kept)
        assert kept == 0
        assert most <= (count - rank if chunks == 1 else count * (chunks + 1))


def refused(what):
    net = made(depth=3)
    options = {"micro_batches": 2}
    if what == "shared":
        net[2].weight = net[0].weight
    elif what == "layers":
        options["chunks"] = 2
    elif what == "cuts":
        options["cuts"] = [3]
    elif what == "micro":
        options |= {"micro_batches": 3, "chunks": 2}
    elif what == "net":
        net = nn.Dense(2, in_units=2)
    pipeline = Pipeline(net, gluon.loss.L2Loss(), **options)
    trainer = gluon.Trainer(pipeline.collect_params(), "sgd")
    pipeline.step(trainer, *data(0, 7))


@pytest.mark.parametrize(
    "what, text",
    [
        ("shared", "`0.weight` and `2.weight` are one parameter, in stages 0 and 1"),
        ("layers", "must have a layer for each of 4 stages; got 3"),
        ("cuts", "`cuts` must be 1 rising numbers of layers between 0 and 3; got [3]"),
        ("micro", "`micro_batches` must be a multiple of 2 ranks with several chunks; got 3"),
        ("net", "`net` must be a HybridSequential; got Dense"),
        ("batch", "a batch must have a multiple of 2 samples, the micro-batches; got 7"),
    ],
)
def test_what_is_no_pipeline_is_refused_on_all_ranks(what, text):
    for failed in ranks(2).tell(refused, what):
        assert isinstance(failed, RankError) and text in failed.text, failed
