"""Groups of parameters have rates and decays of their own, eager, in plans and after a file."""

import numpy
import pytest
import weft
from weft import autograd, gluon, lr_scheduler, np
from weft.gluon import nn

X, Y = np.ones((4, 3)), np.ones((4, 2))
OPTIONS = {"learning_rate": 0.1, "wd": 0.5}
GROUPS = {r".*bias": {"wd": 0.0}, r"1\..*": {"learning_rate": 0.02}, r"0\.weight": {"frozen": True}}


def network():
    weft.random.seed(3)
    net = nn.HybridSequential(nn.Dense(3, in_units=3), nn.Dense(2, in_units=3))
    net.initialize()
    for name, parameter in net.collect_params().items():
        parameter.set_data(np.random.normal(size=parameter.shape) + len(name) / 10)
    return net


def step(net, trainer):
    with autograd.record():
        loss = gluon.loss.L2Loss()(net(X), Y)
    loss.backward()
    slopes = {
        n: p.grad().asnumpy() / 4 for n, p in net.collect_params().items() if p.grad_req != "null"
    }
    trainer.step(4)
    return slopes


def values(net):
    return {name: p.data().asnumpy() for name, p in net.collect_params().items()}


RATES = {"0.bias": (0.1, 0.0), "1.weight": (0.02, 0.5), "1.bias": (0.02, 0.0)}


def by_patterns(net, options):
    return gluon.Trainer(net.collect_params(), "sgd", options, groups=GROUPS)


def by_list(net, options):
    first, second = (layer.collect_params() for layer in net)
    return gluon.Trainer(
        [
            {"params": [first["weight"]], "frozen": True},
            {"params": {"0.bias": first["bias"]}, "wd": 0.0},
            {"params": {"1.weight": second["weight"]}, "learning_rate": 0.02},
            {"params": {"1.bias": second["bias"]}, "learning_rate": 0.02, "wd": 0.0},
        ],
        "sgd",
        options,
    )


@pytest.mark.parametrize("make", [by_patterns, by_list])
def test_each_group_has_its_rate_and_decay(make):
    net = network()
    trainer = make(net, dict(OPTIONS))
    for scale in (1.0, 0.5):
        trainer.set_learning_rate(0.1 * scale)
        before = values(net)
        slopes = step(net, trainer)
        for name, (rate, decay) in RATES.items():
            moved = before[name] - rate * scale * (slopes[name] + decay * before[name])
            numpy.testing.assert_allclose(values(net)[name], moved, rtol=1e-5, atol=1e-6)
        numpy.testing.assert_array_equal(values(net)["0.weight"], before["0.weight"])


@pytest.mark.parametrize("name", ["sgd", "adamw", "lamb"])
def test_a_plan_has_the_groups_too(name):
    eager, planned = network(), network()
    options = {**OPTIONS, "lr_scheduler": lr_scheduler.CosineScheduler(9, 0.1)}
    options.pop("learning_rate")
    trainers = [
        gluon.Trainer(n.collect_params(), name, options, groups=GROUPS) for n in (eager, planned)
    ]
    compiled = trainers[1].compile(planned, gluon.loss.L2Loss())
    for _ in range(3):
        step(eager, trainers[0])
        compiled(X, Y)
    for key, value in values(eager).items():
        numpy.testing.assert_allclose(values(planned)[key], value, rtol=1e-6, atol=1e-7)


def test_groups_are_part_of_saved_states(tmp_path):
    net, other = network(), network()
    trainer = by_patterns(net, dict(OPTIONS))
    trainer.save_states(tmp_path / "states")
    plain = gluon.Trainer(other.collect_params(), "sgd", OPTIONS)
    other[0].weight.grad_req = "null"
    plain.load_states(tmp_path / "states")
    step(net, trainer)
    step(other, plain)
    for key, value in values(net).items():
        numpy.testing.assert_array_equal(values(other)[key], value)


def test_a_model_takes_groups():
    model = weft.Model(network(), "mse", "sgd", optimizer_params=dict(OPTIONS), groups=GROUPS)
    before = values(model.net)
    model.fit(X, Y, epochs=2, verbose=0)
    numpy.testing.assert_array_equal(values(model.net)["0.weight"], before["0.weight"])
    assert (values(model.net)["1.bias"] != before["1.bias"]).any()


@pytest.mark.parametrize(
    ("groups", "kind", "text"),
    [
        ({"2.*": {"wd": 0}}, LookupError, "no parameter has a name like '2.*'"),
        ({".*": {"lr": 1}}, TypeError, "'lr' is no option of a group; write `learning_rate`"),
        ({".*": {"wd": -1}}, ValueError, "`wd of a group` must be at least 0"),
        ({"(": {"wd": 1}}, ValueError, "regular expressions"),
        ({".*": 0.1}, TypeError, "a group's options must be a dict"),
    ],
)
def test_mistakes_are_told(groups, kind, text):
    with pytest.raises(kind, match=text):
        gluon.Trainer(network().collect_params(), "sgd", OPTIONS, groups=groups)
