"""Budgets of memory for contexts of files, and for plans of every extent of a dimension."""

import numpy
import pytest
import weft
from weft import autograd, np, npx, runtime
from weft._base.errors import Unsupported
from weft._core import native
from weft.gluon import nn


def deep(layers=12):
    net = nn.HybridSequential(*[nn.Dense(64, "tanh", in_units=64) for _ in range(layers)])
    net.initialize()
    return net


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("budgets") / "net.weft"
    weft.random.seed(2)
    deep().export(path, np.zeros((64, 64)))
    return path


def test_contexts_keep_to_a_budget(path):
    x = np.random.normal(size=(64, 64))
    model = runtime.Model(path)
    plain = model.context("forward").run(x.asnumpy())[0]
    full = model.arena_bytes("forward")
    for budget in (full, 2 * full):
        model.set_budget("forward", budget)
        numpy.testing.assert_array_equal(model.context("forward").run(x.asnumpy())[0], plain)
    model.set_budget("forward", 64)
    with pytest.raises(ValueError, match=r"`memory` must be at least .* got 64 bytes"):
        model.context("forward")
    model.set_budget("forward", 0)
    numpy.testing.assert_array_equal(model.context("forward").run(x.asnumpy())[0], plain)


@pytest.mark.parametrize("bytes_", [-1, -(1 << 40)])
def test_a_negative_budget_is_refused(path, bytes_):
    model = runtime.Model(path)
    with pytest.raises(ValueError, match="`memory` must be at least 0 bytes"):
        model.set_budget("forward", bytes_)


def test_an_unknown_entry_has_no_budget(path):
    with pytest.raises(LookupError, match="no entry `other`"):
        runtime.Model(path).set_budget("other", 1)


def test_every_extent_of_a_dimension_keeps_to_the_budget(tmp_path):
    weft.random.seed(1)
    net = deep()
    path = tmp_path / "any.weft"
    net.export(path, np.zeros((4, 64)), dynamic={"x": {0: "batch"}})
    model = runtime.Model(path)
    x = numpy.random.default_rng(0).normal(size=(512, 64)).astype("float32")
    expected = model.context("forward").run(x)[0]
    model.set_budget("forward", 1_000_000)
    numpy.testing.assert_array_equal(model.context("forward").run(x)[0], expected)
    model.set_budget("forward", 60_000)
    context = model.context("forward")
    with pytest.raises(ValueError, match="`memory` must be at least"):
        context.run(x)
    assert context.run(x[:1])[0].shape[0] == 1  # a plan for each extent


@pytest.mark.parametrize("rows", [64, 128])
def test_gradients_for_every_extent_keep_to_the_budget(tmp_path, rows):
    weft.random.seed(1)
    net = deep()
    net.export(tmp_path / "any.weft", np.zeros((4, 64)), dynamic={"x": {0: "batch"}})
    x = np.random.normal(size=(rows, 64))
    x.attach_grad()
    found = []
    for budget in (0, 50_000 + rows * 64 * 4 * 8):
        function = native.Model(str(tmp_path / "any.weft")).function("forward")
        function.set_budget(budget)
        with autograd.record():
            (y,) = function(x)
        y.backward()
        memory = function.memory()
        taken = memory["residual"] + max(memory["arena"], memory["backward"])
        assert taken <= budget or budget == 0
        found.append((taken, x.grad.asnumpy()))
    assert found[1][0] < found[0][0]
    numpy.testing.assert_array_equal(found[0][1], found[1][1])


def test_sizes_that_follow_from_values_have_no_budget():
    @weft.hybridize(memory="1MB")
    def positive(x):
        return x[x > 0] * 2

    with pytest.raises(
        Unsupported, match="`memory` cannot be limited for a graph whose shapes depend on values"
    ):
        positive(np.array([1.0, -1.0]))


def test_a_small_product_takes_scratch_for_one_thread(tmp_path):
    """It is one piece of work, however many threads there are."""
    path = str(tmp_path / "product.weft")
    net = nn.Dense(10, in_units=128)
    net.initialize()
    net.export(path, np.ones((1, 128)))
    before = npx.num_threads()
    arenas = []
    try:
        for threads in (1, 2, 8):
            npx.set_num_threads(threads)
            arenas.append(runtime.Model(path).arena_bytes())
    finally:
        npx.set_num_threads(before)
    assert arenas[0] == arenas[1] == arenas[2] < 24 * 1024
