"""Optimizers, schedules, initializers and metrics under MXNet's names."""

import math
import pickle
import sys
import types

import numpy
import pytest
import weft.mxnet as mx
from weft import autograd, np
from weft import metric as native

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
    got = updated(
        "lars",
        learning_rate=0.1,
        eta=0.1,
        epsilon=1e-8,
        wd=0.03,
        clip_gradient=0.4,
        rescale_grad=0.5,
    )
    assert numpy.allclose(got, weight, atol=1e-6)


@pytest.mark.parametrize(("of_numpy", "rate"), [(False, 0.01), (True, 0.1)])
def test_sgd_has_the_default_rate_of_the_version_that_a_program_means(of_numpy, rate):
    with mx.np_shape(of_numpy):
        assert mx.optimizer.create("sgd").learning_rate == rate
        assert numpy.allclose(updated("sgd"), WEIGHT - rate * GRADIENTS.sum(0), atol=1e-6)
        assert mx.optimizer.SGD(use_fused_step=False).learning_rate == 0.1


def clipped(gradient, weight, decay, bound=0.4):
    """As optimizers of 1.x clip that have the decay in the gradient."""
    return numpy.clip(gradient * 0.5 + decay * weight, -bound, bound)


def of_adam(weight, gradient, states, count):
    mean, var = states or (0.0, 0.0)
    slope = clipped(gradient, weight, 0.1)
    mean, var = 0.9 * mean + 0.1 * slope, 0.999 * var + 0.001 * slope**2
    rate = 0.05 * math.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    return weight - rate * mean / (numpy.sqrt(var) + 1e-8), (mean, var)


def of_rmsprop(weight, gradient, states, count):
    slope = clipped(gradient, weight, 0.1)
    square = 0.9 * (states or 0.0) + 0.1 * slope**2
    return weight - 0.05 * slope / numpy.sqrt(square + 1e-8), square


def of_adagrad(weight, gradient, states, count):
    slope = numpy.clip(gradient * 0.5, -0.4, 0.4)
    history = (states if count > 1 else 0.0) + slope**2
    return weight - 0.05 * (slope / numpy.sqrt(history + 1e-7) + 0.1 * weight), history


def of_adadelta(weight, gradient, states, count):
    squares, steps = states or (0.0, 0.0)
    slope = numpy.clip(gradient * 0.5, -0.4, 0.4)
    squares = 0.9 * squares + 0.1 * slope**2
    step = numpy.sqrt(steps + 1e-5) / numpy.sqrt(squares + 1e-5) * slope
    return weight - step - 0.1 * weight, (squares, 0.9 * steps + 0.1 * step**2)


@pytest.mark.parametrize(
    ("name", "formula"),
    [("adam", of_adam), ("adagrad", of_adagrad), ("adadelta", of_adadelta)],
)
def test_a_program_of_1_gets_the_formulas_of_1(name, formula):
    weight, states = WEIGHT.astype("float64"), None
    for count, gradient in enumerate(GRADIENTS.astype("float64"), 1):
        weight, states = formula(weight, gradient, states, count)
    got = updated(name, learning_rate=0.05, wd=0.1, clip_gradient=0.4, rescale_grad=0.5)
    assert numpy.allclose(got, weight, atol=1e-5)


def test_rmsprop_of_1_has_epsilon_in_the_root_and_a_tuple_as_its_state():
    tiny = GRADIENTS[:1] * 1e-5
    weight, _ = of_rmsprop(np.zeros((5, 3)).asnumpy(), tiny[0], None, 1)
    optimizer = mx.optimizer.RMSProp(learning_rate=0.05, wd=0.1, rescale_grad=0.5)
    array = np.zeros((5, 3))
    state = optimizer.create_state(0, array)
    assert isinstance(state, tuple) and len(state) == 1
    optimizer.update(0, array, np.array(tiny[0]), state)
    assert numpy.allclose(array.asnumpy(), weight, rtol=1e-5)


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_lazy_updates_of_1_change_only_the_rows_of_a_gradient(name):
    weight = mx.nd.array(WEIGHT)
    gradient = mx.nd.sparse.row_sparse_array((GRADIENTS[0][[1, 3]], [1, 3]), shape=WEIGHT.shape)
    updater = mx.optimizer.get_updater(mx.optimizer.create(name, wd=0.1))
    updater(0, gradient, weight)
    changed = (weight.asnumpy() != WEIGHT).any(1)
    assert changed.tolist() == [False, True, False, True, False]


@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize("stype", ["default", "row_sparse"])
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_ftrl_is_lazy_where_the_weight_is_row_sparse_too(stype, dtype, is_new):
    """As MXNet 1.9.1 has it; rows whose sums are zero become zero in an update of all rows."""
    weight = mx.nd.array(abs(WEIGHT), dtype=dtype).tostype(stype)
    before = weight.asnumpy()
    rows = mx.nd.array(GRADIENTS[0][[1, 3]], dtype=dtype)
    gradient = mx.nd.sparse.row_sparse_array((rows, [1, 3]), shape=WEIGHT.shape, dtype=dtype)
    options = {"use_fused_step": True} if is_new else {}
    optimizer = mx.optimizer.Ftrl(lamda1=0.01, beta=1, multi_precision=True, **options)
    state = optimizer.create_state_multi_precision(0, weight)
    optimizer.update_multi_precision(0, weight, gradient, state)
    slope = GRADIENTS[0].astype(dtype).astype("float64")
    root = abs(slope)  # of the sum of squares, which begins at 0
    sums = slope - root / 0.1 * before
    wanted = -numpy.sign(sums) * numpy.maximum(abs(sums) - 0.01, 0) / ((root + 1) / 0.1)
    wanted[[0, 2, 4]] = before[[0, 2, 4]] if stype == "row_sparse" else 0
    assert numpy.allclose(weight.asnumpy(), wanted, rtol=2e-3 if dtype == "float16" else 1e-5)


def test_a_row_sparse_weight_is_updated_as_a_whole_one_is():
    gradient = mx.nd.array(GRADIENTS[0])
    weights = [mx.nd.array(WEIGHT), mx.nd.array(WEIGHT).tostype("row_sparse")]
    for weight in weights:
        updater = mx.optimizer.get_updater(mx.optimizer.create("adam"))
        updater(0, gradient, weight)
        updater(0, gradient, weight)
    assert weights[1].stype == "row_sparse"
    assert numpy.array_equal(weights[0].asnumpy(), weights[1].asnumpy())


def test_the_copy_in_float32_lies_where_each_version_has_it():
    weight = np.ones(2, dtype="float16")
    for title, place in (("SGD", 1), ("Adam", 0)):
        optimizer = getattr(mx.optimizer, title)(multi_precision=True)
        state = optimizer.create_state_multi_precision(0, weight)
        assert state[place].dtype.name == "float32"
        with mx.np_shape():
            newer = getattr(mx.optimizer, title)(multi_precision=True)
        assert newer.create_state_multi_precision(0, weight)[0].dtype.name == "float32"


def test_words_of_1_for_options_are_known():
    assert mx.optimizer.RMSProp(gamma1=0.5).rho == 0.5
    assert mx.optimizer.AdaGrad(eps=0.5).epsilon == 0.5
    with pytest.raises(TypeError, match=r"`momentun` is no argument.*did you mean `momentum`"):
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
    _, master = updater.states[0]
    assert master.dtype.name == "float32" and float(master[0]) < 1
    other = mx.optimizer.get_updater(mx.optimizer.SGD())
    other.set_states(updater.get_states(dump_optimizer=True))
    assert other.optimizer.momentum == 0.5 and set(other.states) == {0}


def test_a_step_reads_the_options_of_an_optimizer_once():
    reads = []

    class Counted(mx.optimizer.SGD):
        def settings(self):
            reads.append(self)
            return super().settings()

    parameters = [mx.gluon.Parameter(f"p{n}", shape=(2,)) for n in range(5)]
    for parameter in parameters:
        parameter.initialize(mx.init.One())
    trainer = mx.gluon.Trainer(parameters, Counted(learning_rate=0.5, momentum=0.5))
    for _ in range(2):
        reads.clear()
        with autograd.record():
            loss = sum(parameter.data().sum() for parameter in parameters)
        loss.backward()
        trainer.step(1)
    assert len(reads) == 1
    assert all(p.data().asnumpy().tolist() == [-0.25, -0.25] for p in parameters)


def test_parameters_in_a_list_may_have_dtypes_of_their_own():
    optimizer = mx.optimizer.SGD(learning_rate=0.5, momentum=0.5, multi_precision=True)
    weights = [np.ones(2, dtype="float16"), np.ones(3)]
    states = [optimizer.create_state_multi_precision(i, w) for i, w in enumerate(weights)]
    for _ in range(2):
        optimizer.update_multi_precision(
            [0, 1], weights, [np.ones_like(weight) for weight in weights], states
        )
    assert [w.dtype.name for w in weights] == ["float16", "float32"]
    assert [w.asnumpy().tolist() for w in weights] == [[-0.25] * 2, [-0.25] * 3]
    optimizer.update_multi_precision([], [], [], [])


def test_options_by_position_are_neither_left_out_nor_overwritten():
    assert mx.optimizer.SGD(0.5).momentum == 0.5  # 1.x takes the rate by name alone
    with mx.np_shape():
        assert mx.optimizer.SGD(0.3, 0.5).momentum == 0.5
        with pytest.raises(TypeError, match="SGD: takes at most 6 options in order; got 7"):
            mx.optimizer.SGD(0.1, 0.9, False, False, True, 1, 2)
        with pytest.raises(TypeError, match="SGD: `learning_rate` is given twice"):
            mx.optimizer.SGD(0.1, learning_rate=0.2)


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
    short = mx.lr_scheduler.PolyScheduler(2, base_lr=1.0, final_lr=0.5, warmup_steps=2)
    assert [short(n) for n in range(4)] == [0, 0.5, 0.5, 0.5]
    several = mx.lr_scheduler.MultiFactorScheduler([2, 4], 0.5, base_lr=1.0)
    assert [several(n) for n in range(1, 6)] == [1, 1, 0.5, 0.5, 0.25]
    with pytest.raises(ValueError, match="rising"):
        mx.lr_scheduler.MultiFactorScheduler([4, 2])


PARTS = ["i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias"]  # of a recurrent layer


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


def test_constants_of_arrays_are_compared():
    def constant(*values):
        return mx.init.Constant(np.array(values))

    assert constant(1.0, 2.0) == constant(1.0, 2.0) != constant(1.0, 3.0)
    assert constant(1.0, 2.0) == mx.init.create(constant(1.0, 2.0).dumps())


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


@pytest.mark.parametrize("sides", [1, 2])
def test_the_vector_of_a_recurrent_network_has_its_parts_by_their_own_values(sides):
    first = {f"{part}_initializer": mx.init.Constant(n) for n, part in enumerate(PARTS, 1)}
    fused = mx.init.RNNFused("lstm", 1, 3, sides == 2, **first)
    vector = np.zeros(sides * 4 * 3 * (5 + 3 + 2))
    fused("lstm_weight", vector)
    parts = mx.gluon.utils.split_rnn_params(vector, "lstm", 1, 5, 3, sides == 2)
    assert len(parts) == 4 * sides
    for name, part in parts.items():
        assert (part.asnumpy() == PARTS.index(name.partition("_")[2]) + 1).all()


def test_what_does_not_fit_a_recurrent_network_is_told():
    with pytest.raises(ValueError, match=r"`mode` must be one of rnn_tanh, .*; got 'lsmt'"):
        mx.init.RNNFused("lsmt", 1, 3)
    with pytest.raises(ValueError, match="`mode` must be one of"):
        mx.gluon.utils.split_rnn_params(np.zeros(10), "lsmt", 1, 5, 3)
    with pytest.raises(ValueError, match="must have 120 elements for these sizes; got 10"):
        mx.gluon.utils.split_rnn_params(np.zeros(10), "lstm", 1, 5, 3)
    with pytest.raises(ValueError, match="10 elements, which fit no input"):
        mx.init.RNNFused("lstm", 1, 3)("lstm_weight", np.zeros(10))


def test_names_of_initializers_are_those_of_both_packages():
    assert isinstance(mx.init.create("gaussian"), mx.init.Normal)
    assert repr(mx.init.create("uniform", 0.5)) == "Uniform(scale=0.5)"
    assert mx.init.create("he") is not None
    with pytest.raises(AssertionError, match=r"did you mean `bilinear`.*glorot, .*lstmbias"):
        mx.init.create("billinear")


def test_what_no_initializer_fills_is_told():
    with pytest.raises(ValueError, match="Bilinear: `up_weight` must have at least 2 axes"):
        mx.init.Bilinear()("up_weight", np.zeros(4))
    with pytest.raises(AssertionError, match=r"`param` must be a dict .* got int"):
        mx.init.Load(3)


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


def test_means_of_batches_have_a_local_and_a_global_figure():
    for average, wanted in (("macro", (1.0, 0.5)), ("micro", (1.0, 0.8))):
        metric = mx.metric.F1(average=average)
        metric.update([np.array([0, 1])], [np.array([[0.1, 0.9], [0.9, 0.1]])])
        metric.reset_local()
        assert math.isnan(metric.get()[1]) and metric.get_global()[1] == 0
        metric.update([np.ones(4)], [np.array([[0.1, 0.9]] * 4)])
        assert (metric.get()[1], metric.get_global()[1]) == wanted
        metric.reset()
        assert math.isnan(metric.get_global()[1])


def test_a_metric_of_a_program_has_the_sums_of_1():
    class Own(mx.metric.EvalMetric):
        def update(self, labels, preds):
            for label in labels:
                self.sum_metric += float(label.sum())
                self.global_sum_metric += float(label.sum())
                self.num_inst += label.size
                self.global_num_inst += label.size

    metric = Own("own", has_global_stats=True)
    metric.update([np.ones(2)], [])
    metric.reset_local()
    metric.update([np.ones(2) * 3], [])
    assert metric.get() == ("own", 3.0) and metric.get_global() == ("own", 2.0)


@pytest.mark.parametrize("module", [mx.metric, mx.gluon.metric])
def test_a_metric_of_a_program_may_begin_with_one_of_mxnet(module):
    class Own(module.Accuracy):
        def update(self, labels, preds):
            self.sum_metric += 3.0
            self.num_inst += 4

    class More(module.MAE):
        def update(self, labels, preds):
            super().update(labels, [pred + 1 for pred in preds])

    found = []
    for metric in (Own(), More()):
        metric.update([np.zeros(2)], [np.zeros(2)])
        found.append(metric.get())
        metric.reset()
        assert math.isnan(metric.get()[1])
    assert found == [("accuracy", 0.75), ("mae", 1.0)]


def test_what_weft_computes_is_computed_once(monkeypatch):
    calls = []

    class Counted(native.MAE):
        def update(self, labels, preds):
            calls.append(self)
            super().update(labels, preds)

    for kind in (mx.gluon.metric.MAE, mx.metric.MAE):
        monkeypatch.setattr(kind, "native", Counted)
        kind().update([np.ones(2)], [np.zeros(2)])
        assert len(calls) == 1
        calls.clear()


def test_a_metric_of_a_configuration_has_its_options():
    labels, preds = [np.array([1, 0, 1])], [np.array([0.4, 0.1, 0.8])]
    for kind, options in (
        ("BinaryAccuracy", {"threshold": 0.3}),
        ("Fbeta", {"beta": 2.0, "threshold": 0.05}),
        ("MeanPairwiseDistance", {"p": 1}),
    ):
        plain, one = (mx.gluon.metric.create(kind, **given) for given in ({}, options))
        twin = mx.gluon.metric.create(one.get_config())
        for found in (plain, one, twin):
            found.update(labels, preds)
        assert plain.get() != one.get() == twin.get()


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


@pytest.mark.parametrize("make", [np.array, mx.nd.array, numpy.array])
def test_a_constant_of_an_array_is_written_as_text(make):
    initializer = mx.init.Constant(make([[1.0, 2.0]]))
    assert initializer.dumps() == '["constant", {"value": [[1.0, 2.0]]}]'
    assert mx.init.create(initializer.dumps()) == initializer


def test_slopes_that_a_symbol_makes_by_itself_begin_at_a_quarter():
    symbol = mx.sym.LeakyReLU(mx.sym.var("data"), act_type="prelu", name="act")
    module = mx.mod.Module(symbol, label_names=None)
    module.bind(data_shapes=[("data", (4, 3))])
    module.init_params()
    assert module.get_params()[0]["act_gamma"].asnumpy().tolist() == [0.25] * 3


def test_perplexity_holds_labels_within_the_classes():
    found = mx.metric.Perplexity(ignore_label=-1)
    found.update([mx.nd.array([0, 5, -1])], [mx.nd.array([[0.2, 0.8], [0.3, 0.7], [0.5, 0.5]])])
    assert found.get()[1] == pytest.approx((0.2 * 0.7) ** -0.5, rel=1e-6)


@pytest.fixture
def classes_of_mxnet(monkeypatch):
    """Classes that are pickled as those of MXNet."""

    class NDArray:
        def __init__(self, handle):
            self.handle = handle

        def __reduce__(self):
            return NDArray, (None,), {"handle": self.handle}

    class Adam:
        pass

    for kind, module in ((NDArray, "mxnet.ndarray.ndarray"), (Adam, "mxnet.optimizer.optimizer")):
        kind.__module__, kind.__qualname__ = module, kind.__name__
        made = types.ModuleType(module)
        setattr(made, kind.__name__, kind)
        parts = module.split(".")
        for count in range(1, len(parts)):
            around = ".".join(parts[:count])
            monkeypatch.setitem(sys.modules, around, types.ModuleType(around))
        monkeypatch.setitem(sys.modules, module, made)
    return NDArray, Adam


def test_states_that_mxnet_pickled_are_read(classes_of_mxnet, tmp_path):
    array, adam = classes_of_mxnet
    hosts = [numpy.full((2, 3), value, "float32") for value in (0.5, 0.25)]

    def record(host):
        mx.nd.save(tmp_path / "one.nd", [mx.nd.array(host)])
        return bytearray((tmp_path / "one.nd").read_bytes()[24:-8])

    old = adam()
    vars(old).update(lr=0.5, beta1=0.8, num_update=7, _index_update_count={0: 7}, unknown=1)
    content = pickle.dumps(({0: tuple(array(record(host)) for host in hosts)}, old))
    updater = mx.optimizer.get_updater(mx.optimizer.SGD())
    updater.set_states(content)
    for found, wanted in zip(updater.states[0], hosts, strict=True):
        numpy.testing.assert_array_equal(found.asnumpy(), wanted)
    read = updater.optimizer
    assert (type(read), read.lr, read.beta1, read.num_update) == (mx.optimizer.Adam, 0.5, 0.8, 7)
    weight = mx.nd.ones((2, 3))
    updater(0, mx.nd.ones((2, 3)), weight)
    assert read._index_update_count == {0: 8}


@pytest.mark.parametrize("stype", ["default", "row_sparse"])
def test_group_adagrad_of_1_has_epsilon_inside_of_the_root(stype):
    rows = numpy.array([[3, 4], [0, 0]], "float32")
    weight = mx.nd.ones((2, 2))
    updater = mx.optimizer.get_updater(mx.optimizer.contrib.GroupAdaGrad(eps=0.5, learning_rate=1))
    updater(0, mx.nd.array(rows).tostype(stype), weight)
    wanted = 1 - rows / numpy.sqrt((rows**2).mean(1, keepdims=True) + 0.5)
    numpy.testing.assert_allclose(weight.asnumpy(), wanted, rtol=1e-5)
    assert mx.optimizer.contrib.GroupAdaGrad().epsilon == 1e-5
