"""Frozen blocks: neither their parameters nor their statistics move."""

import copy
import pickle

import numpy
import pytest
import weft
from weft import autograd, gluon, np
from weft.gluon import nn

ROWS = numpy.random.default_rng(0).normal(size=(8, 3)).astype("float32")


def network(mode="eager"):
    weft.seed(1)
    body = nn.HybridSequential(
        nn.Dense(6, in_units=3),
        nn.BatchNorm(in_channels=6),
        nn.Activation("relu"),
        nn.SpectralNorm(nn.Dense(6, in_units=6)),
        nn.BatchNormReLU(in_channels=6),
    )
    net = nn.HybridSequential(nn.Dense(3, in_units=3), body, nn.Dense(2, in_units=6))
    net.initialize()
    net(np.array(ROWS))
    if mode == "hybridized":
        net.hybridize()
    return net


def contents(block):
    return {name: p.data().asnumpy() for name, p in block.collect_params().items()}


def changed(before, block):
    after = contents(block)
    return {name for name, value in before.items() if (value != after[name]).any()}


def train(net, mode="eager", steps=3):
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    x, y = np.array(ROWS), np.arange(8) % 2
    if mode == "model":
        weft.Model(net, "softmax_cross_entropy", "sgd").fit(x, y, epochs=steps, verbose=0)
        return
    step = trainer.compile(net, loss_of) if mode == "compiled" else None
    for _ in range(steps):
        if step is not None:
            step(x, y)
            continue
        with autograd.record():
            loss = loss_of(net(x), y)
        loss.backward()
        trainer.step(len(x))


MODES = ["eager", "hybridized", "compiled", "model"]


@pytest.mark.parametrize("mode", MODES)
def test_nothing_of_a_frozen_block_moves_while_all_around_it_trains(mode):
    net = network(mode)
    train(net, mode)  # what is planned before must be planned again
    assert net[1].freeze() is net[1]
    before = contents(net)
    train(net, mode)
    moved = changed(before, net)
    assert moved == {"0.weight", "0.bias", "2.weight", "2.bias"}  # gradients go through it


@pytest.mark.parametrize("mode", MODES)
def test_all_of_it_moves_again_behind_unfreeze(mode):
    net = network(mode)
    net.freeze()
    net.unfreeze()
    before = contents(net)
    train(net, mode)
    still = set(before) - changed(before, net)
    assert still == set()


@pytest.mark.parametrize("mode", ["eager", "hybridized"])
def test_a_frozen_block_gives_in_train_mode_what_it_gives_in_predict_mode(mode):
    net = network(mode).freeze()
    train_mode_of = np.array(ROWS)
    with autograd.train_mode():
        found = net(train_mode_of)
    numpy.testing.assert_allclose(found.asnumpy(), net(train_mode_of).asnumpy(), rtol=1e-6)


def test_dropout_of_a_frozen_block_goes_on():
    layer = nn.HybridSequential(nn.Dropout(0.5)).freeze()
    with autograd.train_mode():
        assert (layer(np.ones((100,))) == 0).any()


def test_each_parameter_gets_back_the_request_that_it_had():
    net = network()
    net[0].weight.grad_req = "add"
    net[0].bias.grad_req = "null"  # by hand
    net.freeze().freeze()
    assert {p.grad_req for p in net.collect_params().values()} == {"null"}
    net.unfreeze()
    assert (net[0].weight.grad_req, net[0].bias.grad_req) == ("add", "null")
    assert net[2].weight.grad_req == "write"
    assert net[1][1].running_mean.grad_req == "null"


def test_a_part_of_a_frozen_block_is_thawed_alone():
    net = network().freeze()
    net[1][1].unfreeze()
    before = contents(net)
    train(net)
    names = {"gamma", "beta", "running_mean", "running_var"}
    assert changed(before, net) == {f"1.1.{name}" for name in names}


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_copies_are_frozen_too_and_thaw_by_themselves(copied):
    net = network()
    net[1].freeze()
    other = copied(net)
    before = contents(other)
    train(other)
    assert not {name for name in changed(before, other) if name.startswith("1.")}
    other.unfreeze()
    train(other)
    assert changed(before, other) == set(before)
    assert net[1].is_frozen and not other[1].is_frozen


def test_files_do_not_know_of_it(tmp_path):
    net, other = network().freeze(), network()
    path = tmp_path / "net.safetensors"
    net.save_parameters(path)
    other.load_parameters(path)
    assert not other.is_frozen and other[0].weight.grad_req == "write"
    net.hybridize()
    x = np.array(ROWS)
    right = net(x)
    weft.export(tmp_path / "net.weft", forward=(net, x))
    found = gluon.SymbolBlock.imports(tmp_path / "net.weft")(x)
    numpy.testing.assert_array_equal(found.asnumpy(), right.asnumpy())


@pytest.mark.torch
def test_a_frozen_body_trains_as_one_in_eval_mode_of_pytorch():
    torch = pytest.importorskip("torch")
    net = network()
    body = nn.HybridSequential(nn.Dense(6, in_units=3), nn.BatchNorm(in_channels=6))
    net = nn.HybridSequential(body, nn.Dense(2, in_units=6))
    net.initialize()
    theirs = torch.nn.Sequential(
        torch.nn.Linear(3, 6), torch.nn.BatchNorm1d(6), torch.nn.Linear(6, 2)
    )
    ours = list(net.collect_params().values())[:4] + list(net[1].params.values())
    for parameter, value in zip(ours, theirs.parameters(), strict=True):
        parameter.set_data(np.array(value.detach().numpy()))
    body.freeze()
    for layer in theirs[:2]:
        layer.eval()
        layer.requires_grad_(False)
    train(net, steps=5)
    optimizer = torch.optim.SGD([p for p in theirs.parameters() if p.requires_grad], lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        labels = torch.arange(8) % 2
        torch.nn.functional.cross_entropy(theirs(torch.tensor(ROWS)), labels).backward()
        optimizer.step()
    for parameter, value in zip(ours, theirs.parameters(), strict=True):
        found = parameter.data().asnumpy()
        numpy.testing.assert_allclose(found, value.detach().numpy(), rtol=1e-4, atol=1e-6)
