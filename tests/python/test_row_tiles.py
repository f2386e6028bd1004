"""Convolutional networks in row tiles: faster plans, and plans within a budget of memory."""

import re

import numpy
import pytest
import weft
from weft import np, npx
from weft.gluon.model_zoo import vision

# The share of the arena without row tiles that each network can do with, by the size of images.
NETWORKS = {
    "mobilenet_v2_1_0": (224, 0.22),
    "mobilenet0_25": (128, 0.4),
    "squeezenet1_1": (96, 0.5),
    "resnet18_v1": (160, 0.6),
}


def image(size, batch=1):
    values = numpy.random.default_rng(0).uniform(-1, 1, (batch, 3, size, size))
    return np.array(values.astype("float32"))


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    """A network, an input, what the plan without row tiles gives, and its memory."""
    size, share = NETWORKS[request.param]
    np.random.seed(1)
    net = getattr(vision, request.param)(classes=10)
    net.initialize()
    x = image(size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEFT_PASSES", "-tile_rows")
        net.hybridize()
        want = net(x).asnumpy()
    memory = net.plan_memory()
    assert "row_tiles" not in net.plan_text()
    return net, x, want, memory, share


def products(text):
    """Rows that the calls of row tiles make, and rows that there are."""
    return [tuple(map(int, pair)) for pair in re.findall(r"(\d+) rows made of (\d+)", text)]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_budget_that_the_plain_plan_exceeds_is_met_by_row_tiles(network, threads):
    net, x, want, memory, share = network
    before = npx.num_threads()
    npx.set_num_threads(threads)
    try:
        net.hybridize(memory=memory["prepared"] + int(memory["arena"] * share))
        numpy.testing.assert_array_equal(net(x).asnumpy(), want)
    finally:
        npx.set_num_threads(before)
    taken = net.plan_memory()
    assert taken["prepared"] == memory["prepared"]  # the weights stay packed
    assert taken["arena"] <= memory["arena"] * share
    made = products(net.plan_text())
    assert made
    assert all(rows <= whole * 1.02 for rows, whole in made)


def test_the_plan_for_speed_has_the_same_bits(network):
    net, x, want, _, _ = network
    net.hybridize()
    numpy.testing.assert_array_equal(net(x).asnumpy(), want)


def test_several_images_at_once_are_the_same(network):
    net, x, _, _, share = network
    batch = np.concatenate([x, -x, x * 0.5])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEFT_PASSES", "-tile_rows")
        net.hybridize()
        want = net(batch).asnumpy()
    memory = net.plan_memory()
    net.hybridize(memory=memory["prepared"] + int(memory["arena"] * max(share, 0.6)))
    numpy.testing.assert_array_equal(net(batch).asnumpy(), want)
    assert "row_tiles" in net.plan_text()


def measured_bytes(net, x):
    """What calls take at their peak beside what was there before the first one."""

    def call():
        net(x)
        npx.waitall()

    npx.waitall()
    before = weft.memory.stats()["live"]
    call()
    weft.memory.reset_peak()
    kept = weft.memory.stats()
    call()
    return weft.memory.stats()["peak"] - kept["peak"] + kept["live"] - before


def test_the_allocator_measures_what_row_tiles_save():
    x = image(128)
    plain, net = vision.mobilenet0_25(classes=10), vision.mobilenet0_25(classes=10)
    for each in (plain, net):
        each.initialize()
        each(x)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEFT_PASSES", "-tile_rows")
        plain.hybridize()
        without = measured_bytes(plain, x)
    memory = plain.plan_memory()
    net.hybridize(memory=memory["prepared"] + memory["arena"] * 2 // 5)
    taken = measured_bytes(net, x)
    planned = net.plan_memory()
    assert planned["prepared"] + planned["arena"] <= taken
    # What preparing took is kept in both cases.
    assert without - taken >= 0.9 * (memory["arena"] - planned["arena"])


def test_a_budget_that_nothing_meets_is_refused_with_the_least():
    net = vision.mobilenet_v2_0_25(classes=10)
    net.initialize()
    x = image(64)
    net(x)  # whose parts have no plans then
    net.hybridize(memory=1000)
    with pytest.raises(ValueError, match="`memory` must be at least") as refusal:
        net(x)
    least = int(re.search(r"at least (\d+) bytes", str(refusal.value)).group(1))
    net.hybridize(memory=least)
    net(x)
    memory = net.plan_memory()
    assert memory["arena"] + memory["prepared"] <= least
