"""Optimizers, schedules, initializers and metrics under MXNet's names."""

import math

import numpy
import pytest
import weft.mxnet as mx
from weft import np

GRADIENTS = numpy.random.default_rng(1).normal(size=(4, 5, 3)).astype("float32")
WEIGHT = numpy.random.default_rng(2).normal(size=(5, 3)).astype("float32")


def updated(name, **options):
    updater = mx.optimizer.get_updater(mx.optimizer.create(name, **options))
    weight = np.array(WEIGHT)
    for gradient in GRADIENTS:
        updater(0, np.array(gradient), weight)
    return weight.asnumpy()


def adam_like(step, *, lr, wd, clip, scale, epsilon=1e-6):
    """Adam's means in float64, with a step of one's own."""
    weight, mean, var = WEIGHT.astype("float64"), 0.0, 0.0
    for count, gradient in enumerate(GRADIENTS.astype("float64"), 1):
        rate = lr * math.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        weight, mean, var = step(weight, gradient * scale, mean, var, rate, wd, clip, epsilon)
    return weight


def test_decay_of_adamw_has_the_corrected_rate():
    def step(weight, gradient, mean, var, rate, wd, clip, epsilon):
        gradient = numpy.clip(gradient, -clip, clip)
        mean = 0.9 * mean + 0.1 * gradient
        var = 0.999 * var + 0.001 * gradient**2
        return weight - rate * (mean / (numpy.sqrt(var) + epsilon) + wd * weight), mean, var

    wanted = adam_like(step, lr=0.05, wd=0.1, clip=0.4, scale=0.5)
    got = updated("adamw", learning_rate=0.05, wd=0.1, clip_gradient=0.4, rescale_grad=0.5)
    assert numpy.allclose(got, wanted, atol=1e-5)


def test_adabelief_clips_the_gradient_with_its_decay():
    def step(weight, gradient, mean, var, rate, wd, clip, epsilon):
        gradient = numpy.clip(gradient + wd * weight, -clip, clip)
        mean = 0.9 * mean + 0.1 * gradient
        var = 0.999 * var + 0.001 * (gradient - mean) ** 2 + epsilon
        return weight - rate * mean / (numpy.sqrt(var) + epsilon), mean, var

    wanted = adam_like(step, lr=0.05, wd=0.1, clip=0.4, scale=0.5)
    got = updated("adabelief", learning_rate=0.05, wd=0.1, clip_gradient=0.4, rescale_grad=0.5)
    assert numpy.allclose(got, wanted, atol=2e-5)


def test_lars_measures_the_gradient_before_it_is_clipped():
    weight = WEIGHT.astype("float64")
    for gradient in GRADIENTS.astype("float64"):
        size, slope = numpy.linalg.norm(weight), numpy.linalg.norm(gradient * 0.5)
        rate = 0.1 * 0.1 * size / (slope + 0.03 * size + 1e-8)
        weight = weight - rate * (numpy.clip(gradient * 0.5, -0.4, 0.4) + 0.03 * weight)
    got = updated("lars", eta=0.1, wd=0.03, clip_gradient=0.4, rescale_grad=0.5)
    assert numpy.allclose(got, weight, atol=1e-6)


def test_sgd_has_the_default_rate_of_2():
    assert mx.optimizer.create("sgd").learning_rate == 0.1
    assert numpy.allclose(updated("sgd"), WEIGHT - 0.1 * GRADIENTS.sum(0), atol=1e-6)


def test_words_of_1_for_options_are_known():
    assert mx.optimizer.RMSProp(gamma1=0.5).rho == 0.5
    assert mx.optimizer.AdaGrad(eps=0.5).epsilon == 0.5
    with pytest.raises(ValueError, match="no option `momentun`"):
        mx.optimizer.SGD(momentun=0.9)


@pytest.mark.parametrize("style", ["step", "update"])
def test_an_own_optimizer_is_written_in_either_style(style):
    class Own(mx.optimizer.Optimizer):
        def one(self, index, weight, grad):
            self._update_count(index)
            weight -= grad * (self._get_lr(index) * self.rescale_grad)

    def step(self, indices, weights, grads, states):
        for index, weight, grad in zip(indices, weights, grads, strict=True):
            self.one(index, weight, grad)

    def update(self, index, weight, grad, state):
        self.one(index, weight, grad)

    setattr(Own, style, {"step": step, "update": update}[style])
    updater = mx.optimizer.get_updater(Own(learning_rate=0.5))
    weights = [np.ones(2), np.ones(3)]
    updater([0, 1], [np.ones(2), np.ones(3)], weights)
    assert [weight.asnumpy().tolist() for weight in weights] == [[0.5] * 2, [0.5] * 3]


def test_factors_of_rate_and_decay_are_found_by_name_and_number():
    names = {0: "fc_weight", 1: "fc_bias"}
    optimizer = mx.optimizer.SGD(learning_rate=1.0, wd=0.5, param_idx2name=names)
    optimizer.set_lr_mult({"fc_bias": 2.0})
    assert optimizer._get_lrs([0, 1]) == [1.0, 2.0]
    assert optimizer._get_wds([0, 1]) == [0.5, 0.0]


def test_half_precision_has_a_copy_in_float32():
    updater = mx.optimizer.get_updater(
        mx.optimizer.SGD(learning_rate=1e-4, momentum=0.5, multi_precision=True)
    )
    weight = np.ones(2, dtype="float16")
    for _ in range(20):
        updater(0, np.ones(2, dtype="float16"), weight)
    master, _ = updater.states[0]
    assert master.dtype.name == "float32" and float(master[0]) < 1
    other = mx.optimizer.get_updater(mx.optimizer.SGD())
    other.set_states(updater.get_states(dump_optimizer=True))
    assert other.optimizer.momentum == 0.5 and set(other.states) == {0}


def test_a_rate_that_a_schedule_sets_is_not_set_by_hand():
    schedule = mx.lr_scheduler.FactorScheduler(step=1, base_lr=1024)
    assert mx.optimizer.Optimizer(lr_scheduler=schedule).learning_rate == 1024
    optimizer = mx.optimizer.Optimizer(lr_scheduler=schedule, learning_rate=0.3)
    assert optimizer.learning_rate == 0.3
    with pytest.raises(UserWarning, match="lr_scheduler"):
        optimizer.set_learning_rate(0.5)


def test_schedules_follow_their_formulas():
    cosine = mx.lr_scheduler.CosineScheduler(10, base_lr=1.0, final_lr=0.5, warmup_steps=2)
    assert cosine(1) == 0.5 and cosine(10) == 0.5 == cosine(99)
    assert math.isclose(cosine(6), 0.75)
    several = mx.lr_scheduler.MultiFactorScheduler([2, 4], 0.5, base_lr=1.0)
    assert [several(n) for n in range(1, 6)] == [1, 1, 0.5, 0.5, 0.25]
    with pytest.raises(ValueError, match="rising"):
        mx.lr_scheduler.MultiFactorScheduler([4, 2])


def initialized(initializer, name, shape):
    array = np.full(shape, 9.0)
    initializer(name, array)
    return array.asnumpy()


def test_initializers_obey_the_names():
    for name, value in (("fc_bias", 0), ("bn_gamma", 1), ("bn_beta", 0), ("fc_weight", 3)):
        assert (initialized(mx.init.Constant(3), name, (2,)) == value).all()
    with pytest.raises(ValueError, match="`foo` must end in weight"):
        initialized(mx.init.One(), "foo", (2,))
    asked = mx.init.InitDesc("foo", {"__init__": mx.init.One().dumps()})
    assert (initialized(mx.init.Zero(), asked, (2,)) == 1).all()


def test_first_values_have_the_scale_of_xavier():
    uniform = initialized(mx.init.Xavier(magnitude=3), "w_weight", (40, 60))
    assert numpy.abs(uniform).max() <= math.sqrt(3 / 50) and uniform.std() > 0.1
    gaussian = initialized(mx.init.Xavier("gaussian", "in", 2), "w_weight", (50, 40))
    assert math.isclose(gaussian.std(), math.sqrt(2 / 40), rel_tol=0.1)
    rows = initialized(mx.init.Orthogonal(scale=1.0), "w_weight", (3, 5))
    assert numpy.allclose(rows @ rows.T, numpy.eye(3), atol=1e-5)


def test_forget_gates_and_upsampling_have_values_of_their_own():
    bias = mx.gluon.Parameter("i2h_bias", shape=(8,), init=mx.init.LSTMBias(2.0))
    bias.initialize()
    assert bias.data().asnumpy().tolist() == [0, 0, 2, 2, 0, 0, 0, 0]
    row = numpy.array([0.25, 0.75, 0.75, 0.25])  # a kernel of 4 enlarges twofold
    kernel = initialized(mx.init.Bilinear(), "up_weight", (1, 1, 4, 4))
    assert numpy.allclose(kernel[0, 0], numpy.outer(row, row))


def test_patterns_and_files_choose_first_values():
    mixed = mx.init.Mixed(["bias", ".*"], [mx.init.Zero(), mx.init.One()])
    assert (initialized(mixed, "bias", (2,)) == 0).all()
    assert (initialized(mixed, "fc_weight", (2,)) == 1).all()
    loaded = mx.init.Load({"arg:w": np.ones(2) * 7}, default_init=mx.init.Zero())
    assert (initialized(loaded, "w", (2,)) == 7).all()
    with pytest.raises(AssertionError, match="must have shape"):
        initialized(loaded, "w", (3,))
    assert mx.init.create(mx.init.Uniform(0.5).dumps()) == mx.init.Uniform(0.5)


def test_metrics_of_1_take_means_of_batches():
    batches = [(numpy.zeros(2), numpy.array([1.0, 3.0])), (numpy.zeros(1), numpy.array([4.0]))]
    old, new = mx.metric.create("mae"), mx.gluon.metric.create("mae")
    for metric in (old, new):
        for label, pred in batches:
            metric.update([np.array(label)], [np.array(pred)])
    assert old.get() == ("mae", 3.0)  # (2 + 4) / 2
    assert new.get()[1] == pytest.approx(8 / 3)


def test_metrics_have_a_local_and_a_global_figure():
    metric = mx.metric.create("acc")
    right, wrong = np.array([[0.1, 0.9]]), np.array([[0.9, 0.1]])
    metric.update([np.array([1])], [right])
    metric.reset_local()
    metric.update([np.array([1])], [wrong])
    assert metric.get() == ("accuracy", 0.0) and metric.get_global() == ("accuracy", 0.5)
    metric.reset()
    assert math.isnan(metric.get()[1])


def test_metrics_are_made_of_their_configuration():
    import json

    for spec in ("acc", "f1", "mcc", "perplexity", ["acc", "mse"]):
        metric = mx.gluon.metric.create(spec)
        twin = mx.gluon.metric.create(json.dumps(metric.get_config()))
        assert twin.get_config() == metric.get_config()
    with pytest.raises(AssertionError, match="none named 'acuracy'; did you mean `accuracy`"):
        mx.metric.create("acuracy")


def test_functions_of_numpy_arrays_are_metrics():
    def largest(label, pred):
        return numpy.abs(label - pred).max()

    metric = mx.metric.create(largest)
    metric.update([np.array([1.0, 2.0])], [np.array([1.5, 4.0])])
    assert metric.get() == ("largest", 2.0)
    named = mx.metric.np(lambda label, pred: (4.0, 2), name="half")
    named.update([np.ones(1)], [np.ones(1)])
    assert named.get() == ("half", 2.0)
