"""Weights of fewer bits, layers by sensitivity, what reports say, and learning from a teacher."""

import json
import os

import numpy
import pytest
import weft
from small_networks import NETWORKS, data, error, filled, made, operators
from weft import autograd, gluon, np
from weft.compression._storage import nearest_values
from weft.gluon import nn
from weft.quantization import (
    cluster_weights,
    prune,
    quantize_mixed,
    report,
    sensitivity,
    shrink,
    store_weights,
)
from weft.quantization._noise import Noise


def exported(block, x, path):
    """Bytes of the file, and what the file gives, which is what the block gives."""
    block.hybridize()
    wanted = block(x).asnumpy()
    block.export(path, x)
    found = weft.runtime.Model(str(path)).context().run(x.asnumpy())[0]
    numpy.testing.assert_array_equal(numpy.asarray(found).reshape(wanted.shape), wanted)
    return os.path.getsize(path)


# ---- storage


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", NETWORKS)
def test_halves_are_stored_and_float32_is_computed(name, dtype, tmp_path):
    net, x = made(name)
    small = store_weights(net, dtype)
    for key, parameter in small.collect_params().items():
        was = net.collect_params()[key].data()
        wanted = was.astype(dtype).astype("float32") if was.ndim > 1 else was
        found = parameter.data()
        assert found.dtype.name == (dtype if was.ndim > 1 else "float32")
        numpy.testing.assert_array_equal(found.astype("float32").asnumpy(), wanted.asnumpy())
    assert 0 < error(small, net, x) < (1e-3 if dtype == "float16" else 1e-2)


def test_a_file_of_halves_is_half_as_large(tmp_path):
    x = data((1, 256))
    net = filled(nn.HybridSequential(nn.Dense(256, activation="relu"), nn.Dense(256)), x)
    whole = exported(net, x, tmp_path / "whole.weft")
    assert exported(store_weights(net), x, tmp_path / "half.weft") < 0.52 * whole
    assert exported(cluster_weights(net), x, tmp_path / "clusters.weft") < 0.15 * whole
    assert exported(cluster_weights(net, 200), x, tmp_path / "bytes.weft") < 0.28 * whole
    mixed = store_weights(weft.quantize(net, data((8, 256)), keep=["1"]))
    assert exported(mixed, x, tmp_path / "mixed.weft") < 0.4 * whole


def test_what_float16_cannot_hold_is_named():
    net, _ = made("plain")
    net[5].weight.set_data(net[5].weight.data() * 1e7)
    with pytest.raises(ValueError, match=r"`5.weight` has values that float16 cannot hold"):
        store_weights(net)
    store_weights(net, "bfloat16")
    with pytest.raises(ValueError, match=r"`dtype` must be one of .*; got 'int8'"):
        store_weights(net, "int8")


# ---- clusters


@pytest.mark.parametrize("clusters", [2, 5, 16, 40])
def test_clusters_are_those_of_lloyd(clusters):
    weights = numpy.random.default_rng(0).normal(size=400)
    values, index = nearest_values(weights, clusters)
    wanted = numpy.linspace(weights.min(), weights.max(), clusters)
    for _ in range(50):
        nearest = abs(weights[:, None] - wanted).argmin(1)
        wanted = numpy.array(
            [
                weights[nearest == k].mean() if (nearest == k).any() else w
                for k, w in enumerate(wanted)
            ]
        )
    numpy.testing.assert_allclose(values, wanted, rtol=1e-5)
    numpy.testing.assert_array_equal(index, abs(weights[:, None] - wanted).argmin(1))


@pytest.mark.parametrize("clusters", [3, 16, 17, 200])
def test_every_weight_is_one_of_its_layers_values(clusters):
    net, x = made("plain")
    small = cluster_weights(net, clusters)
    known = {key: p.data().asnumpy() for key, p in small.collect_params().items()}
    for layer in ("0", "5", "9", "10"):
        weight = net.collect_params()[f"{layer}.weight"].data().asnumpy()
        if weight.size < 2 * clusters:
            assert (known[f"{layer}.weight"] == weight).all()
            continue
        values, index = nearest_values(weight.ravel(), clusters)
        numpy.testing.assert_array_equal(known[f"{layer}.weight.codebook"], values)
        bits = 4 if clusters <= 16 else 8
        assert known[f"{layer}.weight.index"].size == -(-weight.size * bits // 8)
        parameter = net.collect_params()[f"{layer}.weight"]
        parameter.set_data(np.array(values[index].reshape(weight.shape)))
    assert error(small, net, x) < 1e-6  # of the network with these weights


def test_zeros_stay_zeros_in_clusters():
    net, x = made("plain")
    shares = prune(net, 0.5)
    found = report(net, cluster_weights(net, 8), x)
    for layer, share in zip(found.layers, shares.values(), strict=True):
        assert layer.zeros[1] >= layer.zeros[0] == pytest.approx(share)


def test_values_of_clusters_are_trained():
    net, x = made("separable")
    small = cluster_weights(net, 8)
    index = small.collect_params()["8.weight.index"].data().asnumpy()
    trainer = gluon.Trainer(small.collect_params(), "adam", {"learning_rate": 2e-3})
    step, y = trainer.compile(small, gluon.loss.L2Loss()), net(x).copy()
    losses = [float(step(x, y).mean()) for _ in range(15)]
    assert losses[-1] < 0.3 * losses[0]
    numpy.testing.assert_array_equal(
        small.collect_params()["8.weight.index"].data().asnumpy(), index
    )


@pytest.mark.parametrize("clusters", [1, 257, 4.0])
def test_numbers_of_clusters_are_checked(clusters):
    net, _ = made("plain")
    with pytest.raises(ValueError, match="`clusters` must be 2 to 256; got"):
        cluster_weights(net, clusters)


# ---- sensitivity


def sensitive():
    """A network whose layer 1 has a feature of small numbers with large weights, which cost the
    others their precision."""
    x = data((32, 12))
    net = filled(
        nn.HybridSequential(*(nn.Dense(12, activation="relu") for _ in range(3)), nn.Dense(4)), x
    )
    for number, layer in enumerate(net):
        weight = numpy.random.default_rng(number).normal(0, 0.4, layer.weight.shape)
        weight[:1] /= 60 if number == 0 else 1
        weight[:, :1] *= 60 if number == 1 else 1
        layer.weight.set_data(np.array(weight.astype("float32")))
        layer.bias.set_data(layer.bias.data() * 0)
    return net, x


def test_sensitivities_are_those_of_one_layer_in_int8():
    net, x = sensitive()
    found = sensitivity(net, x)
    names = [f"{i}.fully_connected0" for i in range(4)]
    assert sorted(found) == names and list(found.values()) == sorted(found.values())
    assert next(iter(found)) == names[1]
    for name in names:
        alone = weft.quantize(net, x, keep=[other for other in names if other != name])
        noise = Noise()
        noise.add(net(x), alone(x))
        assert found[name] == pytest.approx(noise.decibels, abs=1e-6)


def test_the_most_sensitive_layers_stay_in_float32():
    net, x = sensitive()
    errors = []
    for keep in range(5):
        small = quantize_mixed(net, x, keep=keep)
        assert len(small.keep) == keep
        assert operators(small).count("quantized_fully_connected") == 4 - keep
        errors.append(error(small, net, x))
    assert errors[1] < 0.5 * errors[0] and errors[4] < 1e-6


def test_no_more_layers_stay_than_the_score_needs():
    net, x = sensitive()

    def score(block):
        return -error(block, net, x)

    without = error(weft.quantize(net, x), net, x)
    assert quantize_mixed(net, x, most_loss=2 * without, score=score).keep == []
    small = quantize_mixed(net, x, most_loss=0.5 * without, score=score)
    assert small.keep == ["1.fully_connected0"] and -score(small) <= 0.5 * without
    assert len(quantize_mixed(net, x, most_loss=0.0, score=score).keep) == 4


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({}, TypeError, "takes either `keep`, or `most_loss` together with `score`"),
        ({"keep": 1, "most_loss": 0.1}, TypeError, "takes either `keep`, or"),
        ({"most_loss": 0.1}, TypeError, "takes either `keep`, or"),
        ({"keep": 5}, ValueError, "`keep` must be 0 to 4, the layers; got 5"),
        ({"keep": 1, "method": "x"}, ValueError, "`method` must be one of"),
    ],
)
def test_mixed_networks_are_asked_for_in_one_way(options, kind, text):
    net, x = sensitive()
    with pytest.raises(kind, match=text):
        quantize_mixed(net, x, **options)


# ---- reports


def test_a_report_has_errors_sizes_and_accuracy():
    net, x = made("plain")
    labels = np.array(net(x).asnumpy().argmax(1) * numpy.array([1, 1, 1, 0]))
    small = weft.quantize(net, x)
    found = report(net, small, [(x[:2], labels[:2]), (x[2:], labels[2:])])
    assert [layer.name for layer in found.layers] == [
        "0.convolution0",
        "5.convolution0",
        "9.fully_connected0",
        "10.fully_connected0",
    ]
    for layer in found.layers:
        assert layer.kind == "int8" and 20 < layer.sqnr < 80
        assert layer.macs[0] == layer.macs[1] > 0
        assert layer.bytes[1] < layer.bytes[0]
    assert found.bytes == tuple(
        sum(p.data().nbytes for p in block.collect_params().values()) for block in (net, small)
    )
    assert sum(layer.bytes[0] for layer in found.layers) == found.bytes[0]
    assert sum(layer.bytes[1] for layer in found.layers) == found.bytes[1]
    noise = Noise()
    noise.add(net(x), small(x))
    assert found.sqnr == pytest.approx(noise.decibels)
    right = (net(x).asnumpy().argmax(1) == labels.asnumpy()).mean()
    assert found.accuracy[0] == right and 0 <= found.accuracy[1] <= 1
    assert found.agreement == (net(x).asnumpy().argmax(1) == small(x).asnumpy().argmax(1)).mean()
    text = str(found)
    assert "5.convolution0" in text and "Accuracy: " in text and "Same answer: " in text
    assert len({len(line.rstrip()) for line in text.splitlines()[1:2]}) == 1


def test_a_report_is_plain_values():
    net, x = made("residual")
    found = report(net, store_weights(net), x)
    plain = json.loads(json.dumps(found.as_dict()))
    assert plain["accuracy"] is None and plain["bytes"][1] < 0.6 * plain["bytes"][0]
    assert plain["layers"][0]["name"] == "0.convolution0"
    same = report(net, net, x)
    assert same.sqnr == numpy.inf and same.as_dict()["sqnr"] is None and same.agreement == 1.0


def test_layers_of_other_shapes_have_no_error():
    net, x = made("plain")
    found = report(net, shrink(net, x, 0.5), x)
    assert [layer.sqnr is None for layer in found.layers] == [True, True, True, False]
    assert all(layer.macs[1] < layer.macs[0] for layer in found.layers)
    other = filled(nn.HybridSequential(nn.Flatten(), nn.Dense(3)), x)
    found = report(net, other, x)
    assert found.sqnr is None and found.agreement is None
    assert [layer.kind for layer in found.layers] == ["none"] * 4


def test_reports_need_data():
    net, x = made("plain")
    with pytest.raises(ValueError, match="report: `data` must not be empty"):
        report(net, net, [])
    with pytest.raises(TypeError, match="report: `net` must be a HybridBlock"):
        report(net, print, x)


# ---- distillation


def test_distillation_is_the_formula_of_hinton():
    pred, teacher = (numpy.random.default_rng(i).normal(size=(5, 7)) * 3 for i in range(2))
    labels = numpy.array([0, 3, 6, 2, 1])

    def softmax(z):
        e = numpy.exp(z - z.max(1, keepdims=True))
        return e / e.sum(1, keepdims=True)

    t, alpha = 3.0, 0.7
    p, q = softmax(teacher / t), softmax(pred / t)
    soft = (p * numpy.log(p / q)).sum(1) * t * t
    hard = -numpy.log(softmax(pred)[numpy.arange(5), labels])
    loss_of = gluon.loss.DistillationLoss(t, alpha)
    x = np.array(pred)
    x.attach_grad()
    with autograd.record():
        loss = loss_of(x, np.array(teacher), np.array(labels))
    loss.backward()
    numpy.testing.assert_allclose(loss.asnumpy(), alpha * soft + (1 - alpha) * hard, rtol=1e-5)
    wanted = alpha * t * (q - p) + (1 - alpha) * (softmax(pred) - numpy.eye(7)[labels])
    numpy.testing.assert_allclose(x.grad.asnumpy(), wanted, rtol=1e-4, atol=1e-6)
    alone = gluon.loss.DistillationLoss(t, 1.0)(np.array(pred), np.array(teacher))
    numpy.testing.assert_allclose(alone.asnumpy(), soft, rtol=1e-5)
    doubled = gluon.loss.DistillationLoss(t, 1.0, weight=2.0)
    numpy.testing.assert_allclose(
        doubled(np.array(pred), np.array(teacher)).asnumpy(), 2 * soft, rtol=1e-5
    )


def test_a_smaller_network_learns_from_its_teacher():
    net, x = made("plain")
    small = shrink(net, x, 0.4)
    trainer = gluon.Trainer(small.collect_params(), "adam", {"learning_rate": 3e-3})
    step = trainer.compile(small, gluon.loss.DistillationLoss(alpha=1.0))
    teacher = net(x).copy()
    losses = [float(step(x, (teacher,)).mean()) for _ in range(30)]
    assert losses[-1] < 0.5 * losses[0]


def test_distillation_is_told_what_it_needs():
    with pytest.raises(ValueError, match="`temperature` must be positive; got 0"):
        gluon.loss.DistillationLoss(0)
    with pytest.raises(ValueError, match=r"`alpha` must be in \[0, 1\]; got 2"):
        gluon.loss.DistillationLoss(alpha=2)
    scores = np.zeros((2, 3))
    with pytest.raises(ValueError, match="`label` must be given where `alpha` is not 1"):
        gluon.loss.DistillationLoss()(scores, scores)
