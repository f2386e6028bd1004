"""Labels and tokens that are no class: refused, but for the one that `ignore_index` names. And
weights of samples, which never enlarge losses."""

import numpy
import pytest
import scipy.special
import weft
from weft import autograd, gluon, metric, np, npx, runtime
from weft.gluon import nn

rng = numpy.random.default_rng(3)
SCORES = rng.normal(size=(4, 3, 5)).astype("float32")
LABELS = rng.integers(0, 5, (4, 3))
PADDED = numpy.where(rng.random((4, 3)) < 0.4, -1, LABELS)
PADDED[0] = -1  # a sample of padding alone
PADDED[1] = LABELS[1]
FORMS = ["eager", "hybridized"]
every_form = pytest.mark.parametrize("form", FORMS)


def cross_entropy(scores, labels, ignored=-1):
    """Mean over the labels that count, and its gradient by the scores, in float64."""
    counts = labels != ignored
    logs = scipy.special.log_softmax(scores.astype("float64"), -1)
    chosen = numpy.eye(scores.shape[-1])[numpy.where(counts, labels, 0)]
    number = numpy.maximum(counts.sum(-1), 1)
    loss = -(logs * chosen).sum(-1) * counts
    slope = (numpy.exp(logs) - chosen) * (counts / number[:, None])[..., None]
    return loss.sum(-1) / number, slope


def close(found, wanted):
    numpy.testing.assert_allclose(found, wanted, rtol=2e-5, atol=1e-6)


# ---- refused


@every_form
@pytest.mark.parametrize("dtype", ["int64", "int32", "int8", "float32"])
@pytest.mark.parametrize("label", [-1, -5, 5])
def test_a_label_that_is_no_class_is_refused(label, dtype, form):
    labels = np.array(numpy.where(numpy.arange(12).reshape(4, 3) == 7, label, LABELS).astype(dtype))
    for loss in (
        gluon.loss.SoftmaxCELoss(),
        gluon.loss.SoftmaxCELoss(from_logits=True),
        gluon.loss.SoftmaxCELoss(ignore_index=-2),
    ):
        loss.hybridize(form == "hybridized")
        with pytest.raises(IndexError, match=r"must be in \[0, 5\).*got"):
            loss(np.array(SCORES), labels).asnumpy()


def test_a_refused_negative_label_names_ignore_index():
    with pytest.raises(IndexError, match="ignore_index"):
        gluon.loss.SoftmaxCELoss()(np.array(SCORES[0]), np.array([-1, 0, 0]))


@pytest.mark.parametrize("keeps", [{}, {"ignore_index": -1}])
def test_a_compiled_step_refuses_labels_that_are_no_class(keeps):
    net = nn.Dense(5, flatten=False, in_units=5)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    step = trainer.compile(net, gluon.loss.SoftmaxCELoss(**keeps))
    step(np.array(SCORES), np.array(LABELS))
    before = net.weight.data().asnumpy()
    with pytest.raises(IndexError, match=r"must be in \[0, 5\)"):
        step(np.array(SCORES), np.array(numpy.full((4, 3), -2)))
    numpy.testing.assert_array_equal(net.weight.data().asnumpy(), before)


@every_form
@pytest.mark.parametrize("sparse_grad", [False, True])
@pytest.mark.parametrize("token", [-1, 6])
def test_a_token_that_is_no_row_is_refused(token, sparse_grad, form):
    table = nn.Embedding(6, 2, sparse_grad=sparse_grad)
    table.initialize()
    table.hybridize(form == "hybridized")
    with autograd.record(), pytest.raises(IndexError, match=r"must be in \[0, 6\)"):
        table(np.array([0, token])).asnumpy()


def test_numpys_functions_still_count_back():
    x = rng.normal(size=(3, 5)).astype("float32")
    ours = np.array(x)
    close(np.take(ours, np.array([-1, 0]), axis=1).asnumpy(), x[:, [-1, 0]])
    close(ours[np.array([-1]), np.array([-2])].asnumpy(), x[[-1], [-2]])
    close(npx.pick(ours, np.array([-1, -2, 0])).asnumpy(), x[[0, 1, 2], [-1, -2, 0]])
    with pytest.raises(IndexError, match=r"\[0, 5\)"):
        npx.pick(ours, np.array([-1, -2, 0]), mode="strict")
    with pytest.raises(IndexError, match=r"\[0, 5\)"):
        np.take(ours, np.array([-1]), axis=1, mode="strict")
    assert (npx.one_hot(np.array([-1, 1]), 2).asnumpy() == [[0, 0], [0, 1]]).all()


@every_form
def test_a_loss_that_is_spelled_with_indices_counts_back(form):
    """As NumPy does, also where a plan knows that it is cross entropy."""

    def loss(scores, labels):
        logs = npx.log_softmax(scores)
        return -np.take_along_axis(logs, np.expand_dims(labels, -1), -1)

    loss = weft.hybridize(loss) if form == "hybridized" else loss
    found = loss(np.array(SCORES), np.array(LABELS - 5)).asnumpy()[..., 0]
    logs = scipy.special.log_softmax(SCORES.astype("float64"), -1)
    close(found, -numpy.take_along_axis(logs, LABELS[..., None], -1)[..., 0])


# ---- ignored


@every_form
@pytest.mark.parametrize("ignored", [-1, -100, 2])
@pytest.mark.parametrize("from_logits", [False, True])
def test_an_ignored_label_has_no_loss_no_gradient_and_no_share_in_the_mean(
    from_logits, ignored, form
):
    labels = numpy.where(PADDED == -1, ignored, PADDED)
    loss = gluon.loss.SoftmaxCELoss(ignore_index=ignored, from_logits=from_logits)
    loss.hybridize(form == "hybridized")
    x = np.array(SCORES)
    x.attach_grad()
    with autograd.record():
        value = loss(npx.log_softmax(x) if from_logits else x, np.array(labels))
    value.backward()
    wanted, slope = cross_entropy(SCORES, labels, ignored)
    close(value.asnumpy(), wanted)
    close(x.grad.asnumpy(), slope)


def test_a_compiled_step_ignores_what_the_loop_ignores():
    weights = []
    for compiled in (False, True):
        np.random.seed(1)
        net = nn.Dense(5, flatten=False, in_units=5)
        net.initialize()
        loss = gluon.loss.SoftmaxCELoss(ignore_index=-1)
        trainer = gluon.Trainer(net.collect_params(), "adam")
        x, y = np.array(SCORES), np.array(PADDED)
        step = trainer.compile(net, loss) if compiled else None
        for _ in range(2):
            if step:
                step(x, y)
                continue
            with autograd.record():
                value = loss(net(x), y)
            value.backward()
            trainer.step(4)
        weights.append(net.weight.data().asnumpy())
    numpy.testing.assert_array_equal(*weights)


def test_a_file_of_a_loss_ignores_and_refuses(tmp_path):
    loss = gluon.loss.SoftmaxCELoss(ignore_index=-1)
    loss.hybridize()
    x, y = np.array(SCORES), np.array(PADDED)
    wanted = loss(x, y).asnumpy()
    path = tmp_path / "loss.weft"
    weft.export(path, forward=(loss, x, y))
    context = runtime.Model(path).context()
    numpy.testing.assert_array_equal(context.run(SCORES, PADDED)[0], wanted)
    with pytest.raises(IndexError, match=r"\[0, 5\)"):
        context.run(SCORES, PADDED - 1)


def test_distillation_ignores_the_same_labels():
    teacher = rng.normal(size=SCORES.shape).astype("float32")
    loss = gluon.loss.DistillationLoss(temperature=2.0, alpha=0.5, ignore_index=-1)
    found = loss(np.array(SCORES), np.array(teacher), np.array(PADDED)).asnumpy()
    soft = scipy.special.log_softmax(teacher.astype("float64") / 2, -1)
    own = scipy.special.log_softmax(SCORES.astype("float64") / 2, -1)
    gap = (numpy.exp(soft) * (soft - own)).sum(-1) * 2
    counts = PADDED != -1
    number = numpy.maximum(counts.sum(-1), 1)
    close(found, 0.5 * cross_entropy(SCORES, PADDED)[0] + (gap * counts).sum(-1) / number)


@pytest.mark.parametrize("make", [gluon.loss.SoftmaxCELoss])
def test_ignore_index_needs_classes(make):
    with pytest.raises(ValueError, match="ignore_index"):
        make(sparse_label=False, ignore_index=-1)
    with pytest.raises(ValueError, match="ignore_index"):
        npx.softmax_cross_entropy(
            np.zeros((2, 3)), np.zeros((2, 3)), sparse_label=False, ignore_index=0
        )


# ---- metrics

OF_SCORES = {
    "accuracy": metric.Accuracy,
    "top 2": lambda **o: metric.TopKAccuracy(2, **o),
    "f1": lambda **o: metric.F1("multiclass", **o),
    "fbeta": lambda **o: metric.Fbeta("multiclass", 2.0, average="macro", **o),
    "pcc": metric.PCC,
    "cross entropy": lambda **o: metric.CrossEntropy(from_logits=True, **o),
    "perplexity": lambda **o: metric.Perplexity(from_logits=True, **o),
}
OF_TWO = {
    "binary": metric.BinaryAccuracy,
    "f1": metric.F1,
    "multilabel": lambda **o: metric.F1("multilabel", **o),
}


@pytest.mark.parametrize("name", OF_SCORES)
def test_a_metric_refuses_a_negative_label_and_ignores_the_one_it_is_told(name):
    scores = np.array(SCORES)
    with pytest.raises(ValueError, match="labels"):
        OF_SCORES[name]().update(np.array(PADDED), scores)
    counts = PADDED != -1
    found, wanted = OF_SCORES[name](ignore_index=-1), OF_SCORES[name]()
    found.update(np.array(PADDED), scores)
    wanted.update(np.array(PADDED[counts]), np.array(SCORES[counts]))
    numpy.testing.assert_allclose(found.get()[1], wanted.get()[1], rtol=1e-6)
    with pytest.raises(ValueError, match="labels"):
        OF_SCORES[name](ignore_index=-1).update(np.array(PADDED - 1), scores)


@pytest.mark.parametrize("name", OF_TWO)
def test_a_metric_of_two_classes_ignores_the_label_it_is_told(name):
    preds = rng.random((6, 1)).astype("float32")
    labels = numpy.array([[1], [0], [-1], [1], [-1], [0]])
    kept = labels[:, 0] != -1
    with pytest.raises(ValueError, match="labels"):
        OF_TWO[name]().update(np.array(labels), np.array(preds))
    found, wanted = OF_TWO[name](ignore_index=-1), OF_TWO[name]()
    found.update(np.array(labels), np.array(preds))
    wanted.update(np.array(labels[kept]), np.array(preds[kept]))
    assert found.get() == wanted.get()


def test_a_metric_takes_one_name_of_what_it_ignores():
    with pytest.raises(ValueError, match="ignore_label"):
        metric.CrossEntropy(ignore_label=0, ignore_index=1)


# ---- weights of samples

LOSSES = {
    "squares": (gluon.loss.L2Loss, 1),
    "absolute": (gluon.loss.L1Loss, 1),
    "huber": (gluon.loss.HuberLoss, 1),
    "sigmoid": (gluon.loss.SigmoidBCELoss, 1),
    "logistic": (gluon.loss.LogisticLoss, 1),
    "hinge": (gluon.loss.HingeLoss, 1),
    "squared hinge": (gluon.loss.SquaredHingeLoss, 1),
    "poisson": (gluon.loss.PoissonNLLLoss, 1),
    "divergence": (gluon.loss.KLDivLoss, 1),
    "triplet": (gluon.loss.TripletLoss, 2),
    "cosine": (gluon.loss.CosineEmbeddingLoss, 2),
}


def operands(name, n, c):
    number = LOSSES[name][1] + 1
    arrays = [rng.random((n, c)).astype("float32") + 0.1 for _ in range(number)]
    if name == "cosine":
        arrays[2] = numpy.ones(n, "float32")
    return [np.array(a) for a in arrays]


@every_form
@pytest.mark.parametrize("name", LOSSES)
def test_a_weight_for_each_sample_multiplies_its_loss(name, form):
    loss = LOSSES[name][0]()
    loss.hybridize(form == "hybridized")
    arrays = operands(name, 4, 3)
    weights = rng.random(4).astype("float32")
    found = loss(*arrays, np.array(weights.reshape(4, 1))).asnumpy()
    close(found, loss(*arrays).asnumpy() * weights)


@every_form
def test_a_column_of_weights_means_one_for_each_loss(form):
    weights = rng.random(4).astype("float32")
    loss = gluon.loss.SoftmaxCELoss()
    loss.hybridize(form == "hybridized")
    scores, labels = np.array(SCORES[:, 0]), np.array(LABELS[:, 0])
    plain = loss(scores, labels).asnumpy()
    for shape in ((4,), (4, 1), (4, 1, 1), (1,), (1, 1), ()):
        factors = weights.reshape(shape) if numpy.prod(shape) == 4 else numpy.full(shape, 0.5)
        found = loss(scores, labels, np.array(factors.astype("float32")))
        assert found.shape == (4,)
        close(found.asnumpy(), plain * (weights if numpy.prod(shape) == 4 else 0.5))
    assert loss(scores, labels, 0.5).shape == (4,)


@every_form
@pytest.mark.parametrize("name", LOSSES)
def test_weights_that_would_enlarge_the_losses_are_refused(name, form):
    loss = LOSSES[name][0]()
    loss.hybridize(form == "hybridized")
    arrays = operands(name, 4, 1)
    for shape in ((1, 4), (4, 4), (2, 4, 1), (5, 1), (3,)):
        with pytest.raises(ValueError, match="sample_weight"):
            loss(*arrays, np.ones(shape))


def test_labels_that_would_enlarge_the_losses_are_refused():
    for make in (gluon.loss.L2Loss, gluon.loss.SigmoidBCELoss, gluon.loss.KLDivLoss):
        for shape in ((4, 4), (3, 4, 1)):
            with pytest.raises(ValueError):
                make()(np.ones((4, 1)), np.ones(shape))
    with pytest.raises(ValueError, match="without enlarging"):
        gluon.loss.KLDivLoss()(np.ones((4, 1)), np.ones((1, 4)))
    with pytest.raises(ValueError, match="teacher"):
        gluon.loss.DistillationLoss(alpha=1.0)(np.ones((1, 4)), np.ones((4, 4)))


@pytest.mark.parametrize("name", ["mse", "mae", "rmse", "pearsonr", "mpd", "cos_sim"])
def test_a_metric_of_numbers_broadcasts_nothing(name):
    with pytest.raises(ValueError, match="do not fit"):
        metric.create(name).update(np.ones((4, 1)), np.ones((4, 4)))
    column, row = np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 3.0, 4.0])
    found, wanted = metric.create(name), metric.create(name)
    found.update(column, row)
    wanted.update(column.reshape(-1), row.reshape(3)) if name in ("mse", "mae", "rmse") else None
    if name in ("mse", "mae", "rmse"):
        assert found.get() == wanted.get()
