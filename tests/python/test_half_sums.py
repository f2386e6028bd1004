"""Halves where sums, squares and epsilons would leave their range: norms that clip, optimizers,
losses, metrics. What is right is computed in float64 from the same halves."""

import warnings

import numpy
import pytest
import weft
from weft import autograd, gluon, init, metric, np
from weft.gluon import nn

HALVES = ["float16", "bfloat16"]
every_half = pytest.mark.parametrize("dtype", HALVES)
UNIT = {"float16": 2.0**-10, "bfloat16": 2.0**-7}


def half(values, dtype):
    return np.array(numpy.asarray(values, "float32")).astype(dtype)


def wide(array):
    return array.astype("float64").asnumpy()


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "optimizer: updates of")
        yield


# ---- the norm of all gradients


@every_half
@pytest.mark.parametrize("traced", [False, True], ids=["eager", "hybridized"])
@pytest.mark.parametrize("value", [10.0, 2e4, 1e-3])
def test_a_norm_of_halves_is_that_of_their_numbers(value, traced, dtype):
    gradients = [half(numpy.full(1000, value), dtype), half([value, -value], dtype)]
    given = [wide(g) for g in gradients]
    norm = numpy.sqrt(sum((g * g).sum() for g in given))
    clip = gluon.utils.clip_global_norm
    if traced:
        clip = weft.hybridize(lambda *parts: gluon.utils.clip_global_norm(list(parts), 1.0))
        found = float(clip(*gradients))
    else:
        found = clip(gradients, 1.0)
    numpy.testing.assert_allclose(found, norm, rtol=1e-5)
    for gradient, before in zip(gradients, given, strict=True):
        wanted = before * min(1.0, 1.0 / norm)
        numpy.testing.assert_allclose(wide(gradient), wanted, rtol=UNIT[dtype], atol=2.0**-24)


def test_the_factor_of_large_halves_may_be_below_all_halves():
    gradients = [half(numpy.full(1 << 20, 6e4), "float16")]
    before = wide(gradients[0])
    norm = gluon.utils.clip_global_norm(gradients, 1e-3)
    wanted = before * (1e-3 / numpy.linalg.norm(before))
    numpy.testing.assert_allclose(norm, numpy.linalg.norm(before), rtol=1e-5)
    numpy.testing.assert_allclose(wide(gradients[0]), wanted, rtol=0.02, atol=2.0**-25)


@every_half
@pytest.mark.parametrize("multi_precision", [False, True])
def test_a_compiled_step_clips_halves(multi_precision, dtype):
    net = nn.Dense(1, in_units=1000, use_bias=False)
    net.initialize(init.Zero())
    net.cast(dtype)
    options = {"learning_rate": 1.0, "multi_precision": multi_precision}
    trainer = gluon.Trainer(net.collect_params(), "sgd", options)
    step = trainer.compile(net, lambda o, y: (o * y).reshape(-1), clip_global_norm=1.0)
    step(half(numpy.full((1, 1000), 20.0), dtype), half([1.0], dtype))
    moved = numpy.linalg.norm(wide(net.weight.data()))
    numpy.testing.assert_allclose(moved, 1.0, rtol=2 * UNIT[dtype])


def test_a_scale_whose_inverse_halves_round_is_taken_out_of_them():
    """1 / 1.5e7 is a tenth less in float16."""
    scaler = weft.amp.LossScaler(init_scale=1.5e7)
    gradients = [half([3e4, -6e3, 0.0], "float16"), np.array([3e4])]
    given = [wide(g) for g in gradients]
    scaler.is_scaled = True
    scaler.unscale(gradients)
    for gradient, before in zip(gradients, given, strict=True):
        numpy.testing.assert_allclose(wide(gradient), before / 1.5e7, rtol=2.0**-10)


# ---- optimizers

OPTIMIZERS = {
    "sgd": {},
    "sgd momentum": {"momentum": 0.9},
    "nag": {},
    "adam": {},
    "adamw": {},
    "adagrad": {},
    "rmsprop": {},
    "rmsprop centered": {"centered": True},
}


@every_half
@pytest.mark.parametrize("form", ["eager", "lazy", "step"])
@pytest.mark.parametrize("multi_precision", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_gradient_of_zero_moves_no_half(name, multi_precision, form, dtype):
    """Rows of a table that no token named; the others move as float32 would."""
    options = {"learning_rate": 0.01, "multi_precision": multi_precision, **OPTIMIZERS[name]}

    def trained(dtype):
        table = nn.Embedding(3, 4, sparse_grad=form == "lazy")
        table.initialize(init.One())
        table.cast(dtype)
        kept = {**options, "lazy_update": form == "lazy"}
        trainer = gluon.Trainer(table.collect_params(), name.split()[0], kept)
        tokens = np.array([0, 0])
        if form == "step":
            step = trainer.compile(table, lambda out: out.sum(axis=1))
            for _ in range(2):
                step(tokens)
        else:
            for _ in range(2):
                with autograd.record():
                    loss = table(tokens).sum(axis=1)
                loss.backward()
                trainer.step(2)
        return wide(table.weight.data())

    found = trained(dtype)
    assert (found[1:] == 1).all()
    numpy.testing.assert_allclose(found[0], trained("float32")[0], rtol=2 * UNIT[dtype])


@pytest.mark.parametrize("name", ["adam", "adamw", "adamax", "nadam", "lamb", "rmsprop", "adagrad"])
def test_small_gradients_of_halves_have_squares(name):
    """1e-3 squared is below float16's resolution; a step has the size that float32's has."""
    steps = {}
    for dtype in ("float16", "float32"):
        weight = np.ones((4,), dtype)
        used = weft.optimizer.create(name, learning_rate=0.01)
        state = used.create_state_multi_precision(weight)
        used.update(0, weight, np.full((4,), 1e-3, dtype), state)
        steps[dtype] = wide(weight) - 1
    numpy.testing.assert_allclose(steps["float16"], steps["float32"], atol=UNIT["float16"] / 2)


# ---- losses: (loss, arrays), of which float64 computes what is right

LOSSES = {
    "divergence": (
        lambda: gluon.loss.KLDivLoss(from_logits=False),
        ([[1.0, 2, 3]], [[0.0, 1, 0]]),
    ),
    "focal": (gluon.loss.FocalLoss, ([[2.0, -3, 0.5]], numpy.array([1]))),
    "smoothed": (
        lambda: gluon.loss.SoftmaxCELoss(label_smoothing=0.1),
        ([[2.0, -3, 0.5]], numpy.array([1])),
    ),
    "metric learning": (gluon.loss.SDMLLoss, ([[3.0, 2], [0, 1]], [[1.0, 2], [0.5, 3]])),
    "divergence of logits": (gluon.loss.KLDivLoss, ([[-1.0, -2, -0.5]], [[0.0, 1, 0]])),
    "binary": (
        lambda: gluon.loss.SigmoidBCELoss(from_sigmoid=True),
        ([[1.0], [0.0], [0.5]], [[1.0], [0.0], [1.0]]),
    ),
    "poisson": (
        lambda: gluon.loss.PoissonNLLLoss(from_logits=False),
        ([[0.0], [2.0]], [[0.0], [3.0]]),
    ),
    "poisson in full": (
        lambda: gluon.loss.PoissonNLLLoss(from_logits=False, compute_full=True),
        ([[6000.0], [2.0]], [[6000.0], [3.0]]),
    ),
    "cosine": (
        gluon.loss.CosineEmbeddingLoss,
        ([[0.0, 0], [300, 400], [0.003, 0.004]], [[1.0, 1], [300, 0], [0.003, 0]], [1.0, 1, -1]),
    ),
    "triplet": (
        gluon.loss.TripletLoss,
        ([[0.0, 0], [300, 0]], [[300.0, 1], [0, 0]], [[300.0, 0], [0, 1]]),
    ),
    "sigmoid": (gluon.loss.SigmoidBCELoss, ([[0.0], [30.0]], [[1.0], [0.0]])),
    "huber": (gluon.loss.HuberLoss, ([[400.0], [0.25]], [[0.0], [0.0]])),
    "squares": (gluon.loss.L2Loss, ([[200.0] * 8], [[0.0] * 8])),
    "absolute": (gluon.loss.L1Loss, ([[20000.0] * 8], [[0.0] * 8])),
    "hinge": (gluon.loss.HingeLoss, ([[1.0, 0.5]], [[1.0, -1.0]])),
    "squared hinge": (gluon.loss.SquaredHingeLoss, ([[1.0, 100.0]], [[1.0, -1.0]])),
    "logistic": (gluon.loss.LogisticLoss, ([[0.0, 20.0]], [[1.0, -1.0]])),
    "cross entropy": (
        gluon.loss.SoftmaxCELoss,
        ([[1.0, 30000, 3]], numpy.array([1])),
    ),
    "distillation": (
        lambda: gluon.loss.DistillationLoss(temperature=100.0, alpha=1.0),
        ([[1.0, 200, 3]], [[4.0, -200, 1]]),
    ),
}


@every_half
@pytest.mark.parametrize("form", ["eager", "hybridized"])
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_of_halves_is_that_of_their_numbers(name, form, dtype):
    made, given = LOSSES[name]
    narrow = [np.array(a) if hasattr(a, "dtype") else half(a, dtype) for a in given]
    exact = [a if "int" in a.dtype.name else a.astype("float64") for a in narrow]
    results = []
    for arrays in (narrow, exact):
        loss = made()
        loss.hybridize(form == "hybridized")
        arrays[0].attach_grad()
        with autograd.record():
            value = loss(*arrays)
        value.backward()
        results.append((value.dtype.name, wide(value), wide(arrays[0].grad)))
    (kind, value, slope), (_, wanted, wanted_slope) = results
    assert kind == dtype
    assert numpy.isfinite(value).all() and numpy.isfinite(slope).all()
    numpy.testing.assert_allclose(value, wanted, rtol=4 * UNIT[dtype], atol=2 * UNIT[dtype])
    limits = {"rtol": 8 * UNIT[dtype], "atol": 4 * UNIT[dtype]}
    largest = 65504 if dtype == "float16" else 3e38
    inside = abs(wanted_slope) < largest
    numpy.testing.assert_allclose(slope[inside], wanted_slope[inside], **limits)


# ---- norms and reductions

NORMS = {
    "batch": lambda: nn.BatchNorm(in_channels=4),
    "layer": lambda: nn.LayerNorm(in_channels=4),
    "layer, channels first": lambda: nn.LayerNorm(axis=1, in_channels=4),
    "rms": lambda: nn.RMSNorm(in_channels=4),
    "group": lambda: nn.GroupNorm(2, in_channels=4),
    "instance": lambda: nn.InstanceNorm(in_channels=4),
}


@every_half
@pytest.mark.parametrize("value", [0.0, 300.0, 2e4])
@pytest.mark.parametrize("name", NORMS)
def test_a_norm_of_equal_halves_is_finite(name, value, dtype):
    layer = NORMS[name]()
    layer.initialize()
    layer.cast(dtype)
    x = half(numpy.full((3, 4, 4), value), dtype)
    x.attach_grad()
    with autograd.record():
        out = layer(x)
        loss = out.sum()
    loss.backward()
    same = 1.0 if name == "rms" and value else 0.0
    numpy.testing.assert_allclose(wide(out), same, atol=4 * UNIT[dtype])
    assert numpy.isfinite(wide(x.grad)).all()


# ---- metrics


@every_half
def test_metrics_of_halves_add_up_in_float32(dtype):
    big = half(numpy.full((300, 2), 400.0), dtype)
    zero = half(numpy.zeros((300, 2)), dtype)
    for name, wanted in (("mse", 160000.0), ("mae", 400.0), ("rmse", 400.0)):
        found = metric.create(name)
        found.update(zero, big)
        numpy.testing.assert_allclose(found.get()[1], wanted, rtol=UNIT[dtype])
    loss = metric.Loss()
    loss.update(None, big)
    assert loss.get()[1] == wide(big).mean()
    cosine = metric.MeanCosineSimilarity()
    cosine.update(half([[0.0, 0], [3, 4]], dtype), half([[1.0, 1], [3, 4]], dtype))
    numpy.testing.assert_allclose(cosine.get()[1], 0.5, rtol=1e-5)
    entropy = metric.CrossEntropy()
    entropy.update(np.array([0, 1]), half([[0.0, 1.0], [0.5, 0.5]], dtype))
    numpy.testing.assert_allclose(entropy.get()[1], -numpy.log([1e-12, 0.5]).mean(), rtol=1e-5)


# ---- rows of a sparse gradient


@every_half
@pytest.mark.parametrize("form", ["eager", "hybridized"])
@pytest.mark.parametrize("sparse_grad", [False, True])
def test_rows_looked_up_often_add_up_in_float32(sparse_grad, form, dtype):
    """4096 times 1, which halves lose one by one."""
    table = nn.Embedding(2, 1, sparse_grad=sparse_grad)
    table.initialize(init.One())
    table.cast(dtype)
    table.hybridize(form == "hybridized")
    with autograd.record():
        loss = table(np.zeros((4096,), "int32")).sum()
    loss.backward()
    gradient = table.weight.grad()
    assert float((gradient.data if sparse_grad else gradient)[0, 0]) == 4096


@every_half
@pytest.mark.parametrize("read", [np.take, lambda x, i, axis: x[i]], ids=["take", "index"])
def test_elements_taken_often_add_up_in_float32(read, dtype):
    x = np.ones((2, 1), dtype)
    x.attach_grad()
    with autograd.record():
        loss = read(x, np.zeros((4096,), "int64"), axis=0).sum()
    loss.backward()
    assert wide(x.grad).tolist() == [[4096], [0]]
