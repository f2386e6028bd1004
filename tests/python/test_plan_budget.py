"""Plans that keep to a budget of memory, and pictures of their arenas."""

import builtins
import contextlib
import gc
import os
import re

import numpy
import pytest
import weft
from weft import autograd, gluon, np, npx
from weft.gluon import nn

MEGABYTE = 1_000_000


def deep_net():
    """Convolutions, norms, activations and shortcuts, with dropout and running statistics."""

    class Block(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.body = nn.HybridSequential(
                nn.Conv2D(16, 3, padding=1, use_bias=False),
                nn.BatchNorm(),
                nn.Activation("relu"),
                nn.Conv2D(16, 3, padding=1, use_bias=False),
                nn.BatchNorm(),
            )

        def forward(self, x):
            return weft.npx.relu(self.body(x) + x)

    np.random.seed(3)
    net = nn.HybridSequential(
        nn.Conv2D(16, 3, padding=1),
        *(Block() for _ in range(6)),
        nn.Dropout(0.3),
        nn.GlobalAvgPool2D(),
        nn.Dense(10),
    )
    net.initialize()
    net(np.zeros((1, 3, 24, 24)))
    return net


def images(count=8):
    values = numpy.random.default_rng(0).uniform(-1, 1, (count, 3, 24, 24))
    return np.array(values.astype("float32"))


def train(net, x, steps=3):
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.05, "momentum": 0.9})
    np.random.seed(5)
    losses = []
    for _ in range(steps):
        with autograd.record():
            loss = (net(x) ** 2).mean()
        loss.backward()
        trainer.step(x.shape[0])
        losses.append(loss.asnumpy())
    return losses, {name: p.data().asnumpy() for name, p in net.collect_params().items()}


@contextlib.contextmanager
def all_kept():
    """Plans that compute nothing again: what budgets are shares of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEFT_PASSES", os.environ.get("WEFT_PASSES", "") + ",-residuals")
        yield


def planned_bytes(net):
    memory = net.plan_memory()
    return memory["residual"] + max(memory["arena"], memory["backward"])


def measured_bytes(net, x):
    """What a step takes at its peak beside what was there before the first one."""

    def step():
        with autograd.record():
            loss = (net(x) ** 2).mean()
        npx.waitall()  # what is queued ahead has its memory already
        loss.backward()
        npx.waitall()

    gc.collect()  # networks of earlier tests
    before = weft.memory.stats()["live"]
    # Idle small blocks count in a peak. Planning leaves some, and the pool of a fresh process takes
    # more during the first steps.
    for _ in range(3):
        step()
    weft.memory.reset_peak()
    kept = weft.memory.stats()
    step()
    return weft.memory.stats()["peak"] - kept["peak"] + kept["live"] - before


@pytest.mark.parametrize("share", [1.0, 0.8, 0.6, 0.45])
def test_training_within_a_budget_gives_the_same_bits(share):
    x = images()
    keeping, plain, net = deep_net(), deep_net(), deep_net()
    keeping.hybridize()
    with all_kept():
        want = train(keeping, x)
    whole = planned_bytes(keeping)

    net.hybridize(memory=int(whole * share))
    got = train(net, x)
    assert planned_bytes(net) <= whole * share
    if share == 1.0:
        plain.hybridize()
        train(plain, x)
        assert planned_bytes(plain) < 0.95 * whole
        assert net.plan_text() == plain.plan_text()
    for found, wanted in zip(got[0], want[0], strict=True):
        numpy.testing.assert_array_equal(found, wanted)
    for name in want[1]:
        numpy.testing.assert_array_equal(got[1][name], want[1][name])


def test_the_budget_holds_as_the_allocator_measures_it():
    x = images(32)
    plain, net = deep_net(), deep_net()
    plain.hybridize()
    with all_kept():
        without = measured_bytes(plain, x)
    budget = planned_bytes(plain) // 2
    net.hybridize(memory=budget)
    taken = measured_bytes(net, x)
    # Outputs, gradients and the small arrays of the loss come on top.
    assert planned_bytes(net) <= taken < budget + MEGABYTE // 2
    assert taken < without * 0.6


def test_inference_gives_up_prepared_weights_before_bits(monkeypatch):
    monkeypatch.setenv("WEFT_PASSES", "-tile_rows")  # they would make room for the weights
    x = images(2)
    plain, net = deep_net(), deep_net()
    plain.hybridize()
    want = plain(x).asnumpy()
    memory = plain.plan_memory()
    assert memory["prepared"] > 0
    net.hybridize(memory=memory["arena"] + memory["prepared"] - 1)
    numpy.testing.assert_array_equal(net(x).asnumpy(), want)
    assert net.plan_memory()["prepared"] == 0


def compiled(net, memory=None):
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.05, "momentum": 0.9})
    return trainer.compile(net, lambda out: (out**2).mean(axis=1), memory=memory)


def steps(step, x, count=3):
    np.random.seed(5)
    return [step(x).asnumpy() for _ in range(count)]


@pytest.mark.parametrize("share", [1.0, 0.8, 0.6, 0.5])
def test_a_whole_step_within_a_budget_gives_the_same_bits(share):
    x = images()
    plain, net = deep_net(), deep_net()
    step = compiled(plain)
    with all_kept():
        want = steps(step, x)
    whole = step.plan_memory()["arena"]
    bounded = compiled(net, int(whole * share))
    for found, wanted in zip(steps(bounded, x), want, strict=True):
        numpy.testing.assert_array_equal(found, wanted)
    assert bounded.plan_memory()["arena"] <= whole * share
    if share == 1.0:
        unbounded = compiled(deep_net())
        steps(unbounded, x)
        assert bounded.plan_text() == unbounded.plan_text()
    wanted = plain.collect_params()
    for name, parameter in net.collect_params().items():
        expected = wanted[name].data().asnumpy()
        numpy.testing.assert_array_equal(parameter.data().asnumpy(), expected, err_msg=name)


def test_the_budget_of_a_whole_step_holds_as_the_allocator_measures_it():
    x = images(32)

    def peak(step):
        npx.waitall()
        gc.collect()  # networks of earlier tests
        before = weft.memory.stats()["live"]
        steps(step, x, 2)
        npx.waitall()
        weft.memory.reset_peak()
        kept = weft.memory.stats()
        steps(step, x, 1)
        npx.waitall()
        return weft.memory.stats()["peak"] - kept["peak"] + kept["live"] - before

    plain = compiled(deep_net())
    with all_kept():
        without = peak(plain)
    budget = plain.plan_memory()["arena"] // 2
    step = compiled(deep_net(), budget)
    taken = peak(step)
    # The optimizer's states are made, and small arrays beside the plan.
    assert step.plan_memory()["arena"] <= taken < budget + MEGABYTE
    assert taken < without * 0.6


def test_a_function_with_a_budget_may_return_what_follows_the_gradients():
    found: list = []
    arenas = [None]
    for _ in range(2):
        memory = arenas[-1] and int(arenas[-1] * 0.6)
        net = deep_net()
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.05})

        @weft.hybridize(memory=memory)
        def step(x, net=net, trainer=trainer):
            with autograd.record():
                loss = (net(x) ** 2).mean()
            loss.backward()
            norm = gluon.utils.clip_global_norm(trainer.gradients(), 0.5)
            trainer.step(1)
            return loss, norm

        np.random.seed(5)
        found.append([[float(value) for value in step(images())] for _ in range(3)])
        arenas.append(step.plan_memory()["arena"])
    assert found[0] == found[1]
    assert arenas[2] <= arenas[1] * 0.6


def test_a_whole_step_that_cannot_meet_its_budget_says_what_can():
    with pytest.raises(ValueError, match="`memory` must be at least") as error:
        compiled(deep_net(), "10 kB")(images())
    least = int(re.search(r"at least (\d+) bytes", str(error.value))[1])
    step = compiled(deep_net(), least)
    step(images())
    assert step.plan_memory()["arena"] <= least


def test_a_budget_that_cannot_be_met_says_what_can():
    net = deep_net()
    net.hybridize(memory="10 kB")
    with pytest.raises(ValueError, match=r"`memory` must be at least .* got 10000 bytes") as error:
        net(images())
    least = int(re.search(r"at least (\d+) bytes", str(error.value))[1])
    net.hybridize(memory=least)
    net(images())
    assert net.plan_memory()["arena"] <= least


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (12345, 12345),
        ("12345", 12345),
        ("200MB", 200_000_000),
        ("1.5 GiB", 1_610_612_736),
        (" 3 kb ", 3000),
    ],
)
def test_bytes_are_written_as_people_do(text, count):
    assert weft._trace.arena.bytes_of("f", "memory", text) == count


@pytest.mark.parametrize("text", ["", "MB", "-3MB", "3 parsecs", 0, -1])
def test_what_is_no_number_of_bytes_is_refused(text):
    with pytest.raises(ValueError, match="hybridize: `memory` must be"):
        deep_net().hybridize(memory=text)


@pytest.mark.parametrize("value", [1.5, True, [3]])
def test_a_budget_of_another_type_is_refused(value):
    with pytest.raises(TypeError, match="hybridize: `memory` must be"):
        deep_net().hybridize(memory=value)


def trained():
    net = deep_net()
    net.hybridize()
    train(net, images(2), 1)
    return net


def test_a_page_has_a_rectangle_for_each_buffer(tmp_path):
    net = trained()
    path = tmp_path / "arena.html"
    net.plan_plot(path)
    page = path.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "<h2>forward</h2>" in page
    assert "<h2>backward</h2>" in page
    assert page.count(" bytes at ") == net.plan_text("arena").count('"offset"') > 10


def test_a_picture_needs_matplotlib(tmp_path, monkeypatch):
    imported = builtins.__import__

    def without_matplotlib(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return imported(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_matplotlib)
    with pytest.raises(weft.Error, match=r"Matplotlib, which is not installed.*\.html"):
        trained().plan_plot(tmp_path / "arena.png")


def test_a_picture_is_drawn_where_matplotlib_is_installed(tmp_path):
    pytest.importorskip("matplotlib", reason="not run: Matplotlib is not installed")
    trained().plan_plot(tmp_path / "arena.png")
    assert (tmp_path / "arena.png").stat().st_size > 1000


def test_the_plan_says_who_is_alive_at_the_peak():
    text = trained().plan_text()
    assert re.search(r"most alive at step \d+, \d+ bytes: \d+ ", text)
