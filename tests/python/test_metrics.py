"""Metrics over several batches give the figure of all data at once, by NumPy and SciPy."""

import math

import numpy
import pytest
import scipy.spatial.distance
import scipy.special
import scipy.stats
from weft import metric, np

N, CLASSES = 60, 5


def softmax(x):
    return scipy.special.softmax(x, axis=-1).astype("float32")


def make(kind):
    generator = numpy.random.default_rng(7)
    labels = generator.integers(0, CLASSES, N)
    scores = generator.normal(size=(N, CLASSES)).astype("float32")
    scores[numpy.arange(N), labels] += 1
    if kind == "classes":
        return labels, scores
    if kind == "probabilities":
        return labels, softmax(scores)
    if kind == "binary":
        return (labels > 2).astype("int64"), generator.uniform(size=N).astype("float32")
    if kind == "labels":
        return (generator.uniform(size=(N, 3)) < 0.4) * 1, generator.uniform(size=(N, 3))
    numbers = generator.normal(size=(N, 4)).astype("float32") + 3
    return numbers, (numbers + generator.normal(size=(N, 4)) * 0.3).astype("float32")


def f_of(truth, chosen, beta=1.0):
    hits = (truth & chosen).sum()
    precision, recall = hits / max(chosen.sum(), 1), hits / max(truth.sum(), 1)
    weight = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / weight if weight else 0.0


def f_by_class(y, p, beta=1.0):
    return [f_of(y == k, p.argmax(1) == k, beta) for k in range(CLASSES)]


def correlation_of_tables(y, p):
    truth, chosen = numpy.eye(CLASSES)[y], numpy.eye(CLASSES)[p.argmax(1)]
    truth, chosen = truth - truth.mean(0), chosen - chosen.mean(0)
    return (truth * chosen).sum() / math.sqrt((truth**2).sum() * (chosen**2).sum())


def likelihood(y, p):
    return -numpy.log(p[numpy.arange(N), y].astype("float64")).mean()


CASES = {
    "accuracy": (metric.Accuracy, "classes", lambda y, p: (p.argmax(1) == y).mean()),
    "top 1": (metric.TopKAccuracy, "classes", lambda y, p: (p.argmax(1) == y).mean()),
    "top 3": (
        lambda: metric.TopKAccuracy(3),
        "classes",
        lambda y, p: (numpy.argsort(p)[:, -3:] == y[:, None]).any(1).mean(),
    ),
    "top all": (lambda: metric.TopKAccuracy(9), "classes", lambda y, p: 1.0),
    "binary accuracy": (
        lambda: metric.BinaryAccuracy(0.3),
        "binary",
        lambda y, p: ((p > 0.3) == y).mean(),
    ),
    "f1": (metric.F1, "binary", lambda y, p: f_of(y == 1, p > 0.5)),
    "f2": (
        lambda: metric.Fbeta(beta=2, threshold=0.7),
        "binary",
        lambda y, p: f_of(y == 1, p > 0.7, 2),
    ),
    "f1 micro": (
        lambda: metric.F1("multiclass"),
        "classes",
        lambda y, p: (p.argmax(1) == y).mean(),
    ),
    "f1 macro": (
        lambda: metric.F1("multiclass", average="macro"),
        "classes",
        lambda y, p: numpy.mean(f_by_class(y, p)),
    ),
    "f of labels": (
        lambda: metric.F1("multilabel"),
        "labels",
        lambda y, p: f_of(y == 1, p > 0.5),
    ),
    "mcc": (
        metric.MCC,
        "binary classes",
        lambda y, p: numpy.corrcoef(y, p)[0, 1],
    ),
    "pcc": (metric.PCC, "classes", correlation_of_tables),
    "cross entropy": (metric.CrossEntropy, "probabilities", likelihood),
    "cross entropy of scores": (
        lambda: metric.CrossEntropy(from_logits=True),
        "classes",
        lambda y, p: likelihood(y, softmax(p)),
    ),
    "perplexity": (metric.Perplexity, "probabilities", lambda y, p: math.exp(likelihood(y, p))),
    "mae": (metric.MAE, "numbers", lambda y, p: abs(y - p).mean()),
    "mse": (metric.MSE, "numbers", lambda y, p: ((y - p) ** 2).mean()),
    "rmse": (metric.RMSE, "numbers", lambda y, p: math.sqrt(((y - p) ** 2).mean())),
    "distance": (
        metric.MeanPairwiseDistance,
        "numbers",
        lambda y, p: numpy.mean(
            [scipy.spatial.distance.euclidean(a, b) for a, b in zip(y, p, strict=True)]
        ),
    ),
    "cosine": (
        metric.MeanCosineSimilarity,
        "numbers",
        lambda y, p: numpy.mean(
            [1 - scipy.spatial.distance.cosine(a, b) for a, b in zip(y, p, strict=True)]
        ),
    ),
    "correlation": (
        metric.PearsonCorrelation,
        "numbers",
        lambda y, p: scipy.stats.pearsonr(y.ravel(), p.ravel())[0],
    ),
    "own": (
        lambda: metric.create(lambda y, p: (abs(y - p).sum(), y.size)),
        "numbers",
        lambda y, p: abs(y - p).mean(),
    ),
}


def data_of(kind):
    if kind == "binary classes":
        label, pred = make("binary")
        return label, (pred > 0.4).astype("int64")
    return make(kind)


@pytest.mark.parametrize("name", CASES)
def test_batches_add_up(name):
    create, kind, oracle = CASES[name]
    label, pred = data_of(kind)
    figure = create()
    assert numpy.isnan(figure.get()[1])
    for _ in range(2):
        for part in numpy.array_split(numpy.arange(N), 7):
            figure.update(np.array(label[part]), np.array(pred[part]))
        assert figure.get()[1] == pytest.approx(oracle(label, pred), rel=2e-5)
        figure.reset()
        assert numpy.isnan(figure.get()[1])
    halves = numpy.array_split(numpy.arange(N), 2)
    figure.update([np.array(label[h]) for h in halves], [np.array(pred[h]) for h in halves])
    assert figure.get()[1] == pytest.approx(oracle(label, pred), rel=2e-5)
    assert repr(figure).startswith(type(figure).__name__)


def test_scores_of_each_class():
    label, pred = make("classes")
    figure = metric.Fbeta("multiclass", beta=0.5, average=None)
    figure.update(np.array(label), np.array(pred))
    numpy.testing.assert_allclose(figure.get()[1].asnumpy(), f_by_class(label, pred, 0.5))


def test_two_columns_are_probabilities_of_both():
    label, pred = make("binary")
    one, both = metric.F1(), metric.F1()
    one.update(np.array(label), np.array(pred))
    both.update(np.array(label), np.array(numpy.stack([1 - pred, pred], 1)))
    assert one.get() == both.get()


def test_ignored_labels_do_not_count():
    label, pred = make("probabilities")
    masked = numpy.where(label == 2, -1, label)
    figure = metric.Perplexity(ignore_label=-1)
    figure.update(np.array(masked), np.array(pred))
    kept = label != 2
    own = -numpy.log(pred[kept, label[kept]].astype("float64")).mean()
    assert figure.get()[1] == pytest.approx(math.exp(own), rel=1e-5)


def test_correlation_keeps_its_digits_far_from_zero():
    x = numpy.random.default_rng(1).normal(size=2000)
    y = x + numpy.random.default_rng(2).normal(size=2000)
    figure = metric.PearsonCorrelation()
    for part in numpy.array_split(numpy.arange(2000), 9):
        figure.update(
            np.array(x[part] + 1e6, dtype="float64"), np.array(y[part] - 1e6, dtype="float64")
        )
    assert figure.get()[1] == pytest.approx(scipy.stats.pearsonr(x, y)[0], rel=1e-8)


def test_several_together():
    together = metric.create(["mae", metric.RMSE()])
    together.add("mse")
    together.update(np.array([1.0, 2.0]), np.array([[2.0], [4.0]]))
    assert together.get() == (["mae", "rmse", "mse"], [1.5, math.sqrt(2.5), 2.5])
    assert together.get_name_value()[0] == ("mae", 1.5)
    together.reset()
    assert numpy.isnan(together.get()[1]).all()


BAD = {
    "k": (lambda: metric.TopKAccuracy(0), "`top_k` must be at least 1; got 0"),
    "class type": (lambda: metric.F1("three"), "`class_type` must be binary.*got 'three'"),
    "average": (lambda: metric.F1(average="mean"), "`average` must be micro.*got 'mean'"),
    "p": (lambda: metric.MeanPairwiseDistance(0), "`p` must be above 0; got 0"),
    "shapes": (lambda: metric.MAE().update(np.ones(3), np.ones(4)), r"\(4,\) do not fit.*\(3,\)"),
    "numbers": (
        lambda: metric.MAE().update([np.ones(3)], []),
        "same number of arrays; got 1 and 0",
    ),
    "binary": (lambda: metric.F1().update(np.array([0, 2]), np.ones(2)), "must be 0 or 1"),
    "class": (
        lambda: metric.F1("multiclass").update(np.array([3]), np.ones((1, 3))),
        r"in \[0, 3\); got 3",
    ),
    "label": (
        lambda: metric.CrossEntropy().update(np.array([3]), np.ones((1, 3))),
        r"CrossEntropy: `labels` must be in \[0, 3\)",
    ),
    "axis": (
        lambda: metric.CrossEntropy(axis=4).update(np.array([1]), np.ones((1, 3))),
        "do not fit `labels`",
    ),
    "two": (lambda: metric.MCC().update(np.array([2]), np.array([1])), "must be 0 and 1.*use PCC"),
    "scores": (
        lambda: metric.TopKAccuracy().update(np.array([1]), np.ones((2, 3))),
        "do not fit `labels`",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_refused(name):
    call, said = BAD[name]
    with pytest.raises(ValueError, match=said):
        call()


def test_names():
    with pytest.raises(LookupError, match=r"named 'acuracy'; did you mean `accuracy`\?; known are"):
        metric.create("acuracy")
    assert isinstance(metric.create("top_k_acc", top_k=2), metric.TopKAccuracy)
    with pytest.raises(TypeError, match="`feval` must be a function; got int"):
        metric.CustomMetric(3)


def test_negative_log_likelihood_is_the_cross_entropy():
    label, pred = np.array([0, 1, 1]), np.array([[0.7, 0.3], [0.4, 0.6], [0.9, 0.1]])
    found = metric.create("nll_loss")
    found.update(label, pred)
    name, value = found.get()
    assert name == "nll-loss"
    assert value == pytest.approx(-numpy.log([0.7, 0.6, 0.1]).mean(), rel=1e-6)
