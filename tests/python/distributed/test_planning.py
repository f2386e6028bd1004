"""Splits of a network over ranks: what is predicted, what is refused, and runs on paper."""

import math

import pytest
import weft
from weft import gluon, np
from weft.distributed._planning import Cluster, Costs, Link, Split, plan, predict, simulate
from weft.distributed._planning.costs import Layer
from weft.distributed._planning.splits import largest_stage, splits


def costs(**changes):
    layers = tuple(Layer(f"layer{i}", 4_000_000, True, 4000.0) for i in range(8))
    found = Costs(
        fixed_seconds=1e-3, sample_seconds=2e-3, update_seconds=4e-3, fixed_bytes=33e6,
        sample_bytes=1e5, parameters=32_000_000, gradients=32_000_000, states=64_000_000,
        samples=32, layers=layers,
    )  # fmt: skip
    return found._replace(**changes)


@pytest.mark.parametrize(
    "text, bytes_a_second",
    [("10 Gbit/s", 1.25e9), ("100Mbit/s", 12.5e6), ("20 GB/s", 20e9), (5e8, 5e8), ("8 bit/s", 1.0)],
)
def test_rates_are_read(text, bytes_a_second):
    assert Link(text).bandwidth == pytest.approx(bytes_a_second)


@pytest.mark.parametrize("text", ["10", "fast", "10 Gb", "-1 GB/s", math.nan, 0, "x Gbit/s"])
def test_rates_that_mean_nothing_are_refused(text):
    with pytest.raises(ValueError, match=r"Link: `bandwidth` must be"):
        Link(text)


@pytest.mark.parametrize("ranks", [2, 3, 8])
@pytest.mark.parametrize("kind", ["all_reduce", "reduce_scatter", "all_gather"])
def test_time_of_a_ring_is_its_bytes(kind, ranks):
    cluster = Cluster(ranks, memory="1 GiB", inside=Link(1e9))
    whole = 2 if kind == "all_reduce" else 1
    assert cluster.seconds(kind, 1e9, ranks) == pytest.approx(whole * (ranks - 1) / ranks)


def test_an_exchange_between_hosts_takes_longer_than_inside():
    link = {"inside": Link("20 GB/s"), "between": Link("1 GB/s")}
    one = Cluster(8, memory="1 GiB", **link)
    four = Cluster(8, memory="1 GiB", ranks_per_host=2, **link)
    assert four.seconds("all_reduce", 1e8, 8) > 4 * one.seconds("all_reduce", 1e8, 8)
    assert four.hosts == 4


def test_hosts_must_be_full():
    with pytest.raises(ValueError, match="`ranks_per_host` must be a divisor of 6 ranks; got 4"):
        Cluster(6, memory="1 GiB", ranks_per_host=4)


@pytest.mark.parametrize("zero", [0, 1, 2, 3])
def test_copies_share_what_zero_says(zero):
    cluster = Cluster(4, memory="1 GiB")
    found = predict(costs(), cluster, Split(data=4, zero=zero), 32)
    assert found.states == 64e6 / (4 if zero >= 1 else 1)
    assert found.gradients == 32e6 / (4 if zero >= 2 else 1)
    assert found.parameters == 32e6 / (4 if zero >= 3 else 1)
    assert found.memory == pytest.approx(
        found.states + found.gradients + found.parameters + found.activations
    )


def test_time_has_no_other_parts():
    cluster = Cluster(8, memory="1 GiB", inside=Link("1 Gbit/s", 1e-4))
    for split in splits(cluster, costs(), 32):
        found = predict(costs(), cluster, split, 32)
        assert found.seconds == pytest.approx(found.compute + found.exchange + found.idle)
        assert split.ranks == 8 and 0 <= found.hidden <= 1


def test_a_slow_link_cannot_be_hidden():
    fast = predict(costs(), Cluster(4, memory="1 GiB", inside=Link("100 GB/s")), Split(4), 128)
    slow = predict(costs(), Cluster(4, memory="1 GiB", inside=Link("100 Mbit/s")), Split(4), 128)
    assert fast.hidden > 0 and fast.exchange < 0.05 * fast.compute
    assert slow.exchange > slow.compute


@pytest.mark.parametrize("micro, share", [(1, 3.0), (4, 0.75), (16, 3 / 16)])
def test_the_bubble_of_a_pipeline(micro, share):
    steady = costs(fixed_seconds=0.0, update_seconds=0.0)
    cluster = Cluster(4, memory="1 GiB")
    found = predict(steady, cluster, Split(pipeline=4, micro_batches=micro), 32)
    assert found.idle == pytest.approx(share * found.compute)


@pytest.mark.parametrize("stages, share", [(1, 1.0), (2, 0.5), (3, 0.375), (8, 0.125)])
def test_stages_are_cut_at_layers(stages, share):
    assert largest_stage(costs().layers, stages) == pytest.approx(share, rel=1e-4)


def net_and_batch():
    weft.seed(0)
    net = gluon.nn.HybridSequential(
        gluon.nn.Dense(256, activation="relu", in_units=64), gluon.nn.Dense(8, in_units=256)
    )
    net.initialize()
    return net, np.random.normal(size=(64, 64)), np.random.normal(size=(64, 8))


def test_memory_of_a_network_is_counted():
    net, x, y = net_and_batch()
    before = [p.data().asnumpy().copy() for p in net.collect_params().values()]
    found = plan(net, x, y, loss=gluon.loss.L2Loss(), machines=Cluster(2, memory="1 GiB"))
    weights = 4 * (64 * 256 + 256 + 256 * 8 + 8)
    assert found.costs.parameters == found.costs.gradients == weights
    assert found.costs.states == pytest.approx(2 * weights, rel=0.01)  # Adam's two means
    assert [layer.name for layer in found.costs.layers] == ["0", "1"]
    assert all(
        (p.data().asnumpy() == b).all()
        for p, b in zip(net.collect_params().values(), before, strict=True)
    )
    assert found.best.seconds == min(p.seconds for p in found.predictions)
    assert str(found).splitlines()[0].startswith("split")


def test_a_network_that_fits_nowhere_is_refused():
    net, x, y = net_and_batch()
    with pytest.raises(ValueError, match=r"plan: no split fits 1000 bytes a rank; the smallest, "):
        plan(net, x, y, loss=gluon.loss.L2Loss(), machines=Cluster(2, memory=1000))


def test_a_batch_that_ranks_cannot_share_is_refused():
    net, x, y = net_and_batch()
    cluster = Cluster(7, memory="1 GiB", ranks_per_host=1)
    with pytest.raises(ValueError, match="no split of 3 samples over 7 ranks"):
        plan(net, x, y, loss=gluon.loss.L2Loss(), machines=cluster, batch=3)


def prediction(ranks=16):
    cluster = Cluster(ranks, memory="1 GiB", ranks_per_host=min(8, ranks))
    return predict(costs(), cluster, Split(data=ranks), 8 * ranks), cluster


def test_a_quiet_run_takes_what_was_predicted():
    found, cluster = prediction()
    run = simulate(found, cluster, steps=50, jitter=0.0)
    assert run.seconds == pytest.approx(50 * found.seconds)
    assert run.efficiency == pytest.approx(1.0) and run.failures == 0


def test_more_ranks_have_slower_steps():
    few, many = prediction(16), prediction(10_000)
    options = {"steps": 20, "jitter": 0.05, "seed": 3}
    assert (
        simulate(*many, **options).step / many[0].seconds
        > simulate(*few, **options).step / few[0].seconds
    )


def test_failures_cost_the_steps_since_the_checkpoint():
    found, cluster = prediction()
    options = {"steps": 400, "jitter": 0.0, "host_failures": 600.0, "reform_seconds": 1.0}
    often = simulate(found, cluster, checkpoint_steps=10, **options)
    rarely = simulate(found, cluster, checkpoint_steps=200, **options)
    assert often.failures > 0 and rarely.lost > often.lost
    assert often == simulate(found, cluster, checkpoint_steps=10, **options)


@pytest.mark.parametrize(
    "options, text",
    [
        ({"stragglers": 2.0}, "`stragglers` must be in"),
        ({"jitter": -1.0}, "`jitter` must be 0 or more"),
        ({"slowdown": 0.5}, "`slowdown` must be 1 or more"),
        ({"steps": 0}, "`steps` must be at least 1"),
    ],
)
def test_simulations_of_nothing_are_refused(options, text):
    with pytest.raises(ValueError, match=text):
        simulate(*prediction(), **options)
    with pytest.raises(ValueError, match="`ranks` must be at most 10000"):
        simulate(prediction()[0], Cluster(10_001, memory="1 GiB"))


def test_only_splits_that_can_be_trained_are_planned():
    found = list(splits(Cluster(8, memory="1 GiB"), costs(), 32))
    assert any(s.pipeline > 1 and s.micro_batches > 1 for s in found)
    assert any(s.zero == 3 for s in found) and any(s.tensor > 1 and s.zero == 2 for s in found)
    for split in found:
        assert split.zero == 0 or split.pipeline == 1  # `compile` shares, `Pipeline` does not
        assert split.zero < 3 or split.tensor == 1  # slices are not cut once more
        assert split.micro_batches == 1 or split.pipeline > 1
