"""`quantization.prepare`: networks that train as int8 will compute."""

import numpy
import pytest
import weft
from small_networks import NETWORKS, Residual, data, error, filled, made
from weft import autograd, gluon, np, npx
from weft.gluon import nn
from weft.quantization import prepare
from weft.quantization._fake_quantize import (
    FakeScale,
    fake_quantize,
    fake_quantize_weight,
    grain_of,
    scale_of,
)
from weft.quantization._ranges import Range
from weft.quantization._weight_scales import rounded, weight_scales


def trained(block, x, y, steps, rate=0.01, compiled=False):
    """Losses of some steps."""
    trainer = gluon.Trainer(block.collect_params(), "sgd", {"learning_rate": rate})
    loss_of = gluon.loss.L2Loss()
    if compiled:
        step = trainer.compile(block, loss_of)
        return [float(step(x, y).mean()) for _ in range(steps)]
    losses = []
    for _ in range(steps):
        with autograd.record():
            loss = loss_of(block(x), y)
        loss.backward()
        trainer.step(len(x))
        losses.append(float(loss.mean()))
    return losses


@pytest.mark.parametrize("bounds", [(-1.0, 2.0), (0.0, 3.0), (0.5, 2.0), (-4.0, -1.0)])
def test_rounding_is_that_of_int8_and_gradients_pass_within_the_range(bounds):
    x = np.array(numpy.linspace(-5, 5, 1001), "float32")
    x.attach_grad()
    with autograd.record():
        y = fake_quantize(x, scale_of(np.array(bounds, "float32")))
    y.backward()
    step, zero = Range(*bounds).scale
    wanted = (numpy.clip(numpy.rint(x.asnumpy() / step) + zero, -128, 127) - zero) * step
    numpy.testing.assert_allclose(y.asnumpy(), wanted, rtol=1e-5, atol=1e-6)
    low, high = (-128 - zero) * step, (127 - zero) * step
    inside = (x.asnumpy() > low + 1e-3) & (x.asnumpy() < high - 1e-3)
    outside = (x.asnumpy() < low - 1e-3) | (x.asnumpy() > high + 1e-3)
    assert (x.grad.asnumpy()[inside] == 1).all() and (x.grad.asnumpy()[outside] == 0).all()
    with autograd.predict_mode():
        again = fake_quantize(x, scale_of(np.array(bounds, "float32")))
    numpy.testing.assert_allclose(again.asnumpy(), wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("shape", [(6, 5), (4, 3, 2, 2), (5, 1, 3)])
def test_weights_round_by_channel_and_get_all_gradients(shape):
    weight = data(shape)
    weight[1] *= 50
    weight.attach_grad()
    with autograd.record():
        y, steps = fake_quantize_weight(weight)
        (y * y).sum().backward()
    numpy.testing.assert_allclose(y.asnumpy(), rounded(weight.asnumpy()), rtol=1e-5, atol=1e-6)
    numpy.testing.assert_allclose(steps.asnumpy(), weight_scales(weight.asnumpy()), rtol=1e-6)
    numpy.testing.assert_allclose(weight.grad.asnumpy(), 2 * y.asnumpy(), rtol=1e-6)


@pytest.mark.parametrize("ratio", [0.913743, 0.0312771, 0.00213919, 1.717337])
def test_both_roundings_of_a_requantization_are_there(ratio):
    most = int(130 / ratio)
    sums = numpy.arange(-most, most, dtype="int32")
    numbers = [np.array(n[0]) for n in npx.quantized_multiplier(numpy.array([ratio]))]
    wanted = npx.requantize(np.array(sums), *numbers, output_zero_point=3)
    scale = FakeScale(np.array(1.0), np.array(3.0))
    with autograd.predict_mode():
        real = np.array((sums * ratio).astype("float32"))
        found = fake_quantize(real, scale, grain_of(np.array(ratio, "float32"))) + 3
    different = found.asnumpy() != wanted.asnumpy()
    assert different.mean() < 1e-3  # where float32 is on the other side of a tie
    once = numpy.clip(numpy.rint(sums * ratio), -131, 124) + 3
    assert different.sum() <= (once != wanted.asnumpy()).sum()


def test_averages_round_as_those_of_int8():
    q = numpy.random.default_rng(0).integers(-128, 128, (2, 3, 8, 8)).astype("int8")
    options = {"kernel": (2, 2), "stride": (2, 2), "pool_type": "avg"}
    wanted = npx.quantized_pooling(np.array(q), zero_point=-7, **options).asnumpy()
    with autograd.predict_mode():
        real = npx.pooling(np.array((q + 7.0) * 0.1, "float32"), **options)
        scale = FakeScale(np.array(0.1), np.array(-7.0))
        found = fake_quantize(real, scale, 1024.0, is_average=True).asnumpy()
    numpy.testing.assert_array_equal(numpy.rint(found / 0.1) - 7, wanted)


@pytest.mark.parametrize("name", NETWORKS)
def test_int8_is_what_training_saw(name):
    net, x = made(name)
    target = net(x) * 1.2
    prepared = prepare(net, x)
    assert error(weft.quantize(prepared), prepared, x) < 1e-5
    losses = trained(prepared, x, target, 6)
    prepared.freeze_norms()
    prepared.freeze_ranges()
    losses += trained(prepared, x, target, 6)
    assert losses[-1] < losses[0]
    small = weft.quantize(prepared)
    assert error(small, prepared, x) < 1e-5
    assert error(prepared, net, x) < 0.05
    autograd_saw = prepared(x).asnumpy()
    with autograd.train_mode():
        if name != "plain":  # where dropout is not what it saw
            numpy.testing.assert_allclose(
                prepared(x).asnumpy(), autograd_saw, rtol=1e-3, atol=1e-3 * abs(autograd_saw).max()
            )


def test_residuals_are_multiples_of_the_sums():
    x = data((4, 8, 6, 6))
    net = filled(Residual(8, is_plain=True), x)

    def factors():
        small = weft.quantize(net, x)
        found = [p for name, p in small.collect_params().items() if name.endswith("factor")]
        return found[0].data().asnumpy() if found else numpy.zeros(1)

    gamma = net.norms[1].gamma
    gamma.set_data(gamma.data() * (factors() / 70.4).astype("float32"))
    assert 60 < factors().min() <= factors().max() < 80  # which 70.4 would be
    prepared = prepare(net, x)
    assert error(weft.quantize(prepared), prepared, x) < 1e-5


@pytest.mark.parametrize("name", ["residual", "separable"])
def test_hybridized_and_compiled_steps_do_the_same(name):
    found = []
    for way in ("eager", "hybridized", "compiled"):
        net, x = made(name)
        target = net(x) * 1.2
        prepared = prepare(net, x)
        if way == "hybridized":
            prepared.hybridize()
        losses = trained(prepared, x, target, 4, compiled=way == "compiled")
        found.append([*losses, *prepared.net.collect_params()["0.weight"].data().asnumpy().flat])
    numpy.testing.assert_allclose(found[1], found[0], rtol=2e-2, atol=2e-3)
    numpy.testing.assert_allclose(found[2], found[0], rtol=2e-2, atol=2e-3)


def test_norms_take_the_batch_until_they_are_frozen():
    net, x = made("separable")
    twin, _ = made("separable")
    prepared = prepare(twin, x, momentum=0.0)  # its ranges are those of the statistics of now
    with autograd.train_mode():
        wanted, found = net(x), prepared(x)
    numpy.testing.assert_allclose(
        found.asnumpy(), wanted.asnumpy(), atol=0.03 * abs(wanted.asnumpy()).max()
    )
    moved = [block.collect_params()["4.running_var"].data().asnumpy() for block in (net, twin)]
    numpy.testing.assert_allclose(moved[1], moved[0], rtol=0.02)
    prepared.freeze_norms()
    with autograd.train_mode():
        prepared(x * 3)
    again = twin.collect_params()["4.running_var"].data().asnumpy()
    numpy.testing.assert_array_equal(again, moved[1])


def test_ranges_move_by_the_momentum_until_they_are_frozen():
    x = data((16, 5))
    net = filled(nn.HybridSequential(nn.Dense(9), nn.Dense(3)), x)
    prepared = prepare(net, x, momentum=0.75)

    def bounds():
        return prepared.collect_params()["ranges.data"].data().asnumpy()

    before = bounds()
    numpy.testing.assert_allclose(before, [x.asnumpy().min(), x.asnumpy().max()])
    prepared(x * 2)  # in predict mode nothing moves
    numpy.testing.assert_array_equal(bounds(), before)
    with autograd.record():
        prepared(x * 2)
    numpy.testing.assert_allclose(bounds(), before * 1.25, rtol=1e-6)
    prepared.freeze_ranges()
    with autograd.record():
        prepared(x * 5)
    numpy.testing.assert_allclose(bounds(), before * 1.25, rtol=1e-6)
    assert {"net.0.weight", "ranges.data", "ranges.0.fully_connected0"} < set(
        prepared.collect_params()
    )


def test_training_makes_up_for_what_rounding_costs():
    """Ranges that cut off half of the elements: training moves weights and ranges until it fits."""
    x = data((128, 6))
    net = filled(nn.HybridSequential(nn.Dense(16, activation="relu"), nn.Dense(3)), x)
    target = net(x).copy()
    prepared = prepare(net, x, percentile=60.0)
    losses = trained(prepared, x, target, 60, rate=0.05)
    assert losses[-1] < 0.1 * losses[0]


def test_parameters_and_ranges_come_back_from_a_file(tmp_path):
    net, x = made("plain")
    prepared = prepare(net, x)
    trained(prepared, x, net(x) * 1.1, 3)
    prepared.save_parameters(tmp_path / "prepared.params")
    other, _ = made("plain")
    restored = prepare(other, x * 0.5)
    restored.load_parameters(tmp_path / "prepared.params")
    numpy.testing.assert_array_equal(
        weft.quantize(restored)(x).asnumpy(), weft.quantize(prepared)(x).asnumpy()
    )


def test_kept_layers_are_not_rounded():
    net, x = made("plain")
    prepared = prepare(net, x, keep=["0", "5", "9", "10"])
    assert error(prepared, net, x) < 1e-6
    prepared = prepare(net, x, keep=["9", "10"])
    with pytest.raises(RuntimeError, match="has no learned range"):
        weft.quantize(prepared)
    small = weft.quantize(prepared, keep=["9", "10"])
    assert error(small, prepared, x) < 1e-5


def test_a_prepared_network_says_what_it_does_not_take():
    net, x = made("residual")
    prepared = prepare(net, x)
    with pytest.raises(ValueError, match="`calibration_data` must be None"):
        weft.quantize(prepared, x)
    with pytest.raises(ValueError, match="as it was trained"):
        weft.quantize(prepared, equalize=True)
    with pytest.raises(TypeError, match="prepared already"):
        prepare(prepared, x)
    with pytest.raises(ValueError, match=r"`momentum` must be in \[0, 1\]; got 2"):
        prepare(net, x, momentum=2)
    with pytest.raises(ValueError, match="prepare: `calibration_data` must not be empty"):
        prepare(net, [])
    with pytest.raises(ValueError, match="prepare: `data` must be finite"):
        prepare(net, x * np.nan)
    with pytest.raises(LookupError, match="prepare: there is no layer `9`"):
        prepare(net, x, keep="9")
