"""Layers that normalise or drop: modes, running statistics, files."""

import numpy
import pytest
import weft
from weft import autograd, gluon, init, np, runtime
from weft.gluon import nn


def values(*shape, seed=0):
    return numpy.random.default_rng(seed).normal(1, 2, shape).astype("float32")


@pytest.mark.parametrize("active", [False, True], ids=["eager", "hybrid"])
def test_batch_norm_follows_the_statistics_of_its_batches(active):
    layer = nn.BatchNorm(momentum=0.8, epsilon=1e-3)
    layer.initialize()
    layer.hybridize(active)
    mean, var = numpy.zeros(3), numpy.ones(3)
    for step in range(3):
        x = values(8, 3, 5, seed=step)
        with autograd.record():
            y = layer(np.array(x))
        of_batch = x.mean((0, 2)), x.var((0, 2))
        wanted = (x - of_batch[0][:, None]) / numpy.sqrt(of_batch[1][:, None] + 1e-3)
        numpy.testing.assert_allclose(y.asnumpy(), wanted, rtol=1e-4, atol=1e-5)
        mean, var = 0.8 * mean + 0.2 * of_batch[0], 0.8 * var + 0.2 * of_batch[1]
    for _ in range(2):  # predict mode changes nothing
        y = layer(np.array(x))
        wanted = (x - mean[:, None]) / numpy.sqrt(var[:, None] + 1e-3)
        numpy.testing.assert_allclose(y.asnumpy(), wanted, rtol=1e-4, atol=1e-5)
        numpy.testing.assert_allclose(layer.running_mean.data().asnumpy(), mean, rtol=1e-5)
        numpy.testing.assert_allclose(layer.running_var.data().asnumpy(), var, rtol=1e-5)


def test_global_statistics_stay_in_train_mode():
    layer = nn.BatchNorm(use_global_stats=True, in_channels=3)
    layer.initialize()
    x = np.array(values(4, 3))
    with autograd.record():
        y = layer(x)
    numpy.testing.assert_allclose(y.asnumpy(), x.asnumpy(), rtol=1e-4)
    assert layer.running_mean.data().tolist() == [0, 0, 0]


def test_center_and_scale_choose_what_is_trained():
    layer = nn.BatchNorm(center=False, scale=False)
    layer.initialize()
    layer(np.array(values(4, 3)))
    trained = [name for name, p in layer.collect_params().items() if p.grad_req != "null"]
    assert trained == []
    assert [p.grad_req for p in nn.BatchNorm().collect_params().values()] == [
        "write",
        "write",
        "null",
        "null",
    ]


def normalized_net():
    return nn.HybridSequential(
        nn.Conv2D(6, 3), nn.BatchNorm(), nn.Activation("relu"), nn.Dropout(0.2), nn.Dense(2)
    )


def test_hybridized_batch_norm_trains_exports_and_predicts_from_the_file(tmp_path):
    weft.random.seed(1)
    net = normalized_net()
    net.initialize(init.Xavier())
    net.hybridize()
    x = values(32, 1, 6, 6)
    label = (x[:, 0, :, :3].sum((1, 2)) > x[:, 0, :, 3:].sum((1, 2))).astype("int64")
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.02})
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    losses = []
    for _ in range(40):
        with autograd.record():
            loss = loss_of(net(np.array(x)), np.array(label)).mean()
        loss.backward()
        trainer.step(1)
        losses.append(float(loss))
    assert losses[-1] < losses[0] / 3
    scores = net(np.array(x)).asnumpy()
    assert (scores.argmax(1) == label).mean() > 0.9
    assert not numpy.allclose(net[1].running_mean.data().asnumpy(), 0)
    path = tmp_path / "net.weft"
    net.export(path)
    (found,) = runtime.Model(path).context().run(x)
    assert found.tobytes() == scores.tobytes()
    imported = gluon.SymbolBlock.imports(path)
    assert any("running_mean" in name for name in imported.collect_params())
    assert imported(np.array(x)).asnumpy().tobytes() == scores.tobytes()


def test_parameters_of_batch_norm_come_back_from_their_file(tmp_path):
    net, x = normalized_net(), np.array(values(8, 1, 6, 6))
    net.initialize()
    with autograd.record():
        net(x)
    net.save_parameters(tmp_path / "net")
    other = normalized_net()
    other.load_parameters(tmp_path / "net")
    assert other(x).asnumpy().tobytes() == net(x).asnumpy().tobytes()


def test_dropout_is_the_same_eager_and_hybridized_and_idle_in_predict_mode():
    layer, x = nn.Dropout(0.5), np.array(values(20, 30))
    found = []
    for active in (False, True, True):
        layer.hybridize(active)
        weft.random.seed(3)
        x.attach_grad()
        with autograd.record():
            y = layer(x)
        y.backward()
        found.append((y.asnumpy(), x.grad.asnumpy()))
        assert layer(x).asnumpy().tobytes() == x.asnumpy().tobytes()
    for y, grad in found[1:]:
        numpy.testing.assert_array_equal(y, found[0][0])
        numpy.testing.assert_array_equal(grad, found[0][1])
    assert (found[0][0] == 0).any()
    numpy.testing.assert_array_equal(found[0][0] == 0, found[0][1] == 0)


@pytest.mark.parametrize(
    ("layer", "axes"),
    [
        (nn.LayerNorm(), (3,)),
        (nn.LayerNorm(axis=1), (1,)),
        (nn.InstanceNorm(), (2, 3)),
        (nn.GroupNorm(1), (1, 2, 3)),
    ],
    ids=repr,
)
def test_layers_standardize_over_their_axes(layer, axes):
    layer.initialize()
    y = layer(np.array(values(2, 4, 5, 6))).asnumpy()
    numpy.testing.assert_allclose(y.mean(axes), 0, atol=1e-5)
    numpy.testing.assert_allclose(y.var(axes), 1, atol=1e-3)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_halves_are_normalised_without_overflow(dtype):
    x = np.array(values(4, 8) * 1000).astype(dtype)
    y = weft.npx.layer_norm(x)
    assert y.dtype.name == dtype
    numpy.testing.assert_allclose(y.astype("float32").asnumpy().var(1), 1, atol=0.05)


def test_embedding_gradient_adds_what_a_row_was_used_for():
    layer = nn.Embedding(5, 2)
    layer.initialize()
    with autograd.record():
        layer(np.array([[1, 1], [3, 1]])).sum().backward()
    assert layer.weight.grad().tolist() == [[0, 0], [3, 3], [0, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: nn.Dropout(1.1), "Dropout: `rate`"),
        (lambda: nn.Embedding(0, 2), "Embedding: `input_dim`"),
        (lambda: weft.npx.layer_norm(np.ones((2, 3)), np.ones(2)), r"`gamma` must have shape \(3,"),
        (lambda: weft.npx.layer_norm(np.array([1, 2])), "layer_norm: `data` must be floating"),
        (lambda: weft.npx.group_norm(np.ones((2, 4)), num_groups=3), "`num_groups` must divide"),
        (lambda: weft.npx.instance_norm(np.ones((2, 4))), "at least 3 axes"),
        (lambda: weft.npx.l2_normalization(np.ones((2, 4)), mode="all"), "`mode` must be"),
        (
            lambda: weft.npx.batch_norm(np.ones((2, 3)), *[np.ones(3)] * 3, np.ones(2)),
            "batch_norm: `running_var` must have shape",
        ),
        (lambda: weft.npx.embedding(np.ones(2), np.ones((2, 2))), "`data` must be integers"),
        (lambda: weft.npx.one_hot(np.array([1]), -1), "`depth` must be at least 0"),
        (
            lambda: weft.npx.scaled_dot_product_attention(*[np.ones((2, 3))] * 2, np.ones((3, 3))),
            "equally many positions",
        ),
        (
            lambda: weft.npx.gru_cell(np.ones((2, 3)), np.ones((2, 2)), *[np.ones((2, 2))] * 4),
            r"gru_cell: `i2h_weight` must have shape \(6, 3\) for `data` of shape \(2, 3\)",
        ),
    ],
)
def test_bad_arguments_are_named(call, text):
    with pytest.raises((ValueError, TypeError), match=text):
        call()


@pytest.mark.parametrize("kind", [nn.BatchNormReLU, nn.SyncBatchNorm])
def test_other_batch_norms_are_batch_norm(kind):
    layers = [nn.BatchNorm(momentum=0.8), kind(momentum=0.8)]
    outs = []
    for layer in layers:
        layer.initialize()
        with autograd.record():
            out = layer(np.array(values(8, 3, 5)))
        outs.append(out.asnumpy())
        assert list(layer.params) == ["gamma", "beta", "running_mean", "running_var"]
    wanted = numpy.maximum(outs[0], 0) if kind is nn.BatchNormReLU else outs[0]
    numpy.testing.assert_array_equal(outs[1], wanted)
    means = [layer.running_mean.data().tolist() for layer in layers]
    assert means[0] == means[1]


def test_statistics_of_several_devices_are_not_put_together():
    with pytest.raises(NotImplementedError, match="`num_devices` must be None or 1"):
        nn.SyncBatchNorm(num_devices=2)
