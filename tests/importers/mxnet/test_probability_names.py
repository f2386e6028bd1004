"""What `mx.gluon.probability` and `mx.gluon.contrib.estimator` have beside Weft's own."""

import pytest
from numpy.testing import assert_allclose
from scipy import stats
from weft import gluon, np
from weft import mxnet as mx
from weft.gluon import probability as native
from weft.mxnet.gluon import probability as mgp
from weft.mxnet.gluon.contrib import estimator as est


def test_a_density_of_negative_binomials_is_mxnets():
    """MXNet 2.0.0b1 gives -3.6119184 for n = 3, prob = 0.3 at 0, and a mean of 1.2857143."""
    d = mgp.NegativeBinomial(n=3, prob=0.3)
    assert_allclose(d.log_prob(np.array([0.0])).asnumpy(), [-3.6119184], rtol=1e-6)
    values = np.array([0.0, 1.0, 5.0])
    assert_allclose(d.log_prob(values).asnumpy(), stats.nbinom(3, 0.3).logpmf([0, 1, 5]), 1e-5)
    assert_allclose(d.mean.item(), 1.2857143, rtol=1e-6)
    assert_allclose(native.NegativeBinomial(3, 0.3).log_prob(0).item(), 3 * _log(0.7), rtol=1e-5)


def _log(x):
    return float(stats.bernoulli(x).logpmf(1))


def test_all_names_of_weft_are_there():
    assert set(native.__all__) <= set(mgp.__all__)
    made_here = {n for n in native.__all__ if getattr(mgp, n) is not getattr(native, n)}
    blocks = {"StochasticBlock", "StochasticSequential", "TransformBlock"}
    assert made_here == {"NegativeBinomial", *blocks}
    assert all(issubclass(getattr(mgp, n), mx.gluon.HybridBlock) for n in blocks)
    assert mgp.distributions.constraint is mgp.constraint
    assert "Normal" in mgp.distributions.__all__


def test_stochastic_blocks_are_blocks_of_mxnet():
    class Squared(mgp.StochasticBlock):
        @mgp.StochasticBlock.collectLoss
        def forward(self, x):
            self.add_loss(x**2)
            return x + 1

    net = mgp.StochasticSequential(prefix="net_")
    net.add(Squared(), Squared())
    assert isinstance(net, mx.gluon.HybridBlock)
    for hybridize in (False, True):
        if hybridize:
            net.hybridize()
        assert net(np.array([3.0])).item() == 5
        assert [loss.item() for (loss,) in net.losses] == [9, 16]


def test_plain_attributes_of_a_block_may_come_before_its_init():
    class Sampled(mx.gluon.HybridBlock):
        def __init__(self, kind, layer=None):
            self.kind = kind
            if layer is not None:
                self.layer = layer
            super().__init__()

        def forward(self, x):
            return self.kind(x).mean

    assert Sampled(mgp.Poisson)(np.array([2.0])).item() == 2
    with pytest.raises(RuntimeError, match=r"call `super\(\).__init__\(\)` before setting `layer`"):
        Sampled(mgp.Poisson, mx.gluon.nn.Dense(1))


def test_a_value_that_is_computed_once_is_kept():
    class Counts:
        calls = 0

        @mgp.cached_property
        def value(self):
            self.calls += 1
            return 7

    counts = Counts()
    assert (counts.value, counts.value, counts.calls) == (7, 7, 1)


def batches():
    np.random.seed(0)
    x = np.random.normal(size=(20, 3))
    rows = mx.gluon.data.ArrayDataset(x, (x[:, 0] > 0).astype("float32"))
    return mx.gluon.data.DataLoader(rows, batch_size=8)


def test_an_estimator_takes_trainers_metrics_and_devices_of_mxnet():
    net = mx.gluon.nn.HybridSequential()
    net.add(mx.gluon.nn.Dense(2))
    net.initialize(ctx=mx.cpu())
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    accuracy = mx.gluon.metric.Accuracy()
    estimator = est.Estimator(
        net,
        mx.gluon.loss.SoftmaxCrossEntropyLoss(),
        train_metrics=accuracy,
        trainer=trainer,
        context=[mx.cpu(0)],
    )
    estimator.logger.setLevel("WARNING")
    estimator.fit(batches(), batches(), epochs=20)
    assert estimator.train_metrics[0] is accuracy
    assert isinstance(estimator.val_metrics[1], mx.gluon.metric.Loss)
    assert estimator.val_metrics[0].get()[1] > 0.8
    with pytest.raises(ValueError, match=r"`trainer` must be a gluon.Trainer"):
        est.Estimator(net, mx.gluon.loss.L2Loss(), trainer="sgd")


def test_defaults_of_an_estimator_are_of_mxnet():
    net = mx.gluon.nn.Dense(2)
    with pytest.warns(UserWarning, match="No trainer specified"):
        estimator = est.Estimator(net, mx.gluon.loss.SoftmaxCrossEntropyLoss())
    assert isinstance(estimator.trainer, mx.gluon.Trainer)
    assert isinstance(estimator.train_metrics[0], mx.gluon.metric.Accuracy)
    assert estimator.device == [mx.cpu()]


def test_checkpoints_of_mxnet_can_be_gone_on_from(tmp_path):
    def made():
        net = mx.gluon.nn.Dense(2)
        net.initialize(mx.init.One())
        trainer = mx.gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.1})
        estimator = est.Estimator(net, mx.gluon.loss.SoftmaxCrossEntropyLoss(), trainer=trainer)
        estimator.logger.setLevel("WARNING")
        return net, estimator

    whole, estimator = made()
    estimator.fit(batches(), epochs=4)
    _, estimator = made()
    estimator.fit(batches(), epochs=2, event_handlers=est.CheckpointHandler(tmp_path))
    net, estimator = made()
    handler = est.CheckpointHandler(tmp_path, resume_from_checkpoint=True)
    estimator.fit(batches(), epochs=4, event_handlers=handler)
    assert estimator.max_epoch == 2
    for ours, theirs in zip(
        net.collect_params().values(), whole.collect_params().values(), strict=True
    ):
        assert_allclose(ours.data().asnumpy(), theirs.data().asnumpy(), rtol=1e-6)


def test_native_networks_can_be_trained_as_well():
    net = gluon.nn.Dense(2)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    estimator = est.Estimator(net, gluon.loss.SoftmaxCrossEntropyLoss(), trainer=trainer)
    estimator.logger.setLevel("WARNING")
    estimator.fit(batches(), batches=2)
