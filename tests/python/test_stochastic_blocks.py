"""Blocks with losses of their own."""

import pytest
import weft
from numpy.testing import assert_allclose
from weft import autograd, gluon, np
from weft.gluon import probability as mgp


class Sampled(mgp.StochasticBlock):
    """A sample of a normal distribution, whose distance to a prior is a loss."""

    @mgp.StochasticBlock.collectLoss
    def forward(self, loc, scale):
        d = mgp.Normal(loc, scale)
        self.add_loss(mgp.kl_divergence(d, mgp.Normal(0.0, 1.0)))
        self.add_loss((loc**2).sum())
        return d.sample()


class Squared(mgp.StochasticBlock):
    @mgp.StochasticBlock.collectLoss
    def forward(self, x):
        self.add_loss(x**2)
        return x + 1


class Undecorated(mgp.StochasticBlock):
    def forward(self, x):
        return x + 1


class AddsUndecorated(mgp.StochasticBlock):
    def forward(self, x):
        self.add_loss(x)
        return x


@pytest.fixture(params=["eager", "hybridized"])
def mode(request):
    return request.param


def in_mode(block, mode):
    if mode == "hybridized":
        block.hybridize()
    return block


def test_losses_are_those_of_the_last_call(mode):
    block = in_mode(Sampled(), mode)
    assert block.losses == []
    for loc in (np.zeros((2, 3)), np.ones((2, 3)), np.full((2, 3), 2.0)):
        out = block(loc, np.ones((2, 3)))
        assert out.shape == (2, 3)
        divergence, squares = block.losses
        assert_allclose(divergence.asnumpy(), (loc**2 / 2).asnumpy(), atol=1e-6)
        assert_allclose(squares.item(), (loc**2).sum().item())


def test_gradients_come_through_losses_and_samples(mode):
    block = in_mode(Sampled(), mode)
    loc, scale = np.full(3, 2.0), np.full(3, 0.5)
    for x in (loc, scale):
        x.attach_grad()
    for _ in range(2):
        with autograd.record():
            out = block(loc, scale)
            total = out.sum() + block.losses[0].sum()
        total.backward()
        assert_allclose(loc.grad.asnumpy(), 1 + 2, rtol=1e-6)


@pytest.mark.parametrize("kind", [Undecorated, AddsUndecorated])
def test_a_forward_that_is_not_decorated_is_told(kind, mode):
    with pytest.raises(ValueError, match=f"{kind.__name__}: .*@StochasticBlock.collectLoss"):
        in_mode(kind(), mode)(np.ones(3))


def test_losses_can_be_added_in_forward_alone():
    with pytest.raises(ValueError, match="may be called only in there"):
        Squared().add_loss(np.ones(1))


def test_a_sequence_has_the_losses_of_its_blocks(mode):
    net = mgp.StochasticSequential(Squared(), gluon.nn.Identity())
    net.add(Squared())
    in_mode(net, mode)
    for _ in range(2):
        assert_allclose(net(np.full(2, 3.0)).asnumpy(), 5)
        (first,), (second,) = net.losses
        assert_allclose(first.asnumpy(), 9)
        assert_allclose(second.asnumpy(), 16)
    assert len(net) == 3 and isinstance(net[0], Squared)


def test_a_sequence_with_a_block_that_is_not_decorated_is_told(mode):
    net = in_mode(mgp.StochasticSequential(Squared(), Undecorated()), mode)
    with pytest.raises(ValueError, match="Undecorated"):
        net(np.ones(2))


def test_a_block_with_parameters_learns(mode):
    """A network with a posterior over its weights, whose divergence from the prior is a loss."""

    class Bayesian(mgp.StochasticBlock):
        def __init__(self):
            super().__init__()
            self.loc = gluon.Parameter(shape=(3, 1), init="zeros")
            self.log_scale = gluon.Parameter(shape=(3, 1), init=weft.init.Constant(-3.0))

        @mgp.StochasticBlock.collectLoss
        def forward(self, x):
            weights = mgp.Normal(self.loc.data(), np.exp(self.log_scale.data()))
            self.add_loss(mgp.kl_divergence(weights, mgp.Normal(0.0, 1.0)).mean())
            return np.matmul(x, weights.sample())

    np.random.seed(0)
    net = in_mode(Bayesian(), mode)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})
    x = np.random.normal(size=(32, 3))
    y = np.matmul(x, np.array([[1.0], [-2.0], [0.5]]))
    for _ in range(80):
        with autograd.record():
            loss = ((net(x) - y) ** 2).mean() + 1e-3 * net.losses[0]
        loss.backward()
        trainer.step(1)
    assert_allclose(net.loc.data().asnumpy()[:, 0], [1, -2, 0.5], atol=0.15)


def test_a_stochastic_block_can_be_exported(tmp_path):
    block = Sampled()
    block.hybridize()
    block(np.zeros(3), np.ones(3))
    block.export(tmp_path / "sampled.weft")
    outputs = (
        weft.runtime.Model(tmp_path / "sampled.weft")
        .context("forward")
        .run(*(x.asnumpy() for x in (np.ones(3), np.ones(3))))
    )
    assert [len(x.tolist()) if x.ndim else 1 for x in outputs] == [3, 3, 1]
