"""Metrics know whether predictions are scores or probabilities, of one column or several: the
figures are scikit-learn's, by hand, through `Model`, and through `Estimator`."""

import numpy
import pytest
import scipy.special
import weft
from sklearn import metrics
from weft import gluon, metric, np
from weft.gluon import nn
from weft.gluon.contrib.estimator import Estimator
from weft.gluon.loss import (
    DiceLoss,
    FocalLoss,
    HingeLoss,
    KLDivLoss,
    LogisticLoss,
    SigmoidBCELoss,
    SoftmaxCELoss,
)

ROWS = 120
RNG = numpy.random.default_rng(5)
YES = RNG.integers(0, 2, ROWS)
SCORE = (RNG.normal(size=ROWS) + YES - 0.5).astype("float32").round(2)
SHARE = scipy.special.expit(SCORE)
KINDS = RNG.integers(0, 4, ROWS)
TABLE = (RNG.normal(size=(ROWS, 4)) + numpy.eye(4)[KINDS]).astype("float32").round(2)
MANY = RNG.integers(0, 2, (ROWS, 3))
MANY_SCORES = (RNG.normal(size=(ROWS, 3)) + MANY - 0.3).astype("float32").round(2)
PAIR = numpy.stack([SCORE * 0.3 - 2, SCORE * 1.3 - 2], 1)  # of which the second is rarely above 0


def column(array):
    return array.reshape(-1, 1)


def one_hot(labels, count):
    return numpy.eye(count, dtype="float32")[labels]


# name: loss, predictions, labels as given; then for scikit-learn the labels, the classes that were
# chosen, and the probabilities of 1 or of all classes
BINARY = {
    f"{kind}, preds {tuple(p.shape)}, labels {tuple(y.shape)}": (loss, p, y, YES, YES_FOUND, SHARE)
    for YES_FOUND in [(SCORE > 0).astype(int)]
    for kind, loss, numbers, labels in (
        ("scores", SigmoidBCELoss(), SCORE, YES),
        ("probabilities", SigmoidBCELoss(from_sigmoid=True), SHARE, YES),
        ("focal", FocalLoss(sparse_label=False), SCORE, YES),
        ("signed", LogisticLoss(), SCORE, YES * 2 - 1),
        ("binary", LogisticLoss(label_format="binary"), SCORE, YES),
        ("dice", DiceLoss(), SCORE, YES),
        ("unknown", None, SHARE, YES),
    )
    for p in (numbers, column(numbers))
    for y in (labels, column(labels))
} | {
    f"hinge, preds {tuple(p.shape)}": (HingeLoss(), p, YES * 2 - 1, YES, (SCORE > 0) * 1, SHARE)
    for p in (SCORE, column(SCORE))
}
TWO = scipy.special.softmax(PAIR.astype("float64"), axis=1)
TWO_FOUND = PAIR.argmax(1)
FOUR = scipy.special.softmax(TABLE.astype("float64"), axis=1)
PAIRS = {
    f"{kind}, two columns, labels {tuple(y.shape)}": (loss, p, y, YES, TWO_FOUND, TWO[:, 1])
    for kind, loss, p, shapes in (
        ("scores", SoftmaxCELoss(), PAIR, (YES, column(YES))),
        ("logarithms", SoftmaxCELoss(from_logits=True), numpy.log(TWO), (YES, column(YES))),
        ("one-hot", SoftmaxCELoss(sparse_label=False), PAIR, (one_hot(YES, 2),)),
        ("divergence", KLDivLoss(from_logits=False), PAIR, (one_hot(YES, 2),)),
        ("unknown", None, TWO, (YES, column(YES))),
    )
    for y in shapes
}
FOURS = {
    f"{kind}, four columns, labels {tuple(y.shape)}": (loss, p, y, KINDS, TABLE.argmax(1), FOUR)
    for kind, loss, p, shapes in (
        ("scores", SoftmaxCELoss(), TABLE, (KINDS, column(KINDS))),
        ("one-hot", SoftmaxCELoss(sparse_label=False), TABLE, (one_hot(KINDS, 4),)),
        ("unknown", None, FOUR, (KINDS, column(KINDS))),
    )
    for y in shapes
}
LABELS = {
    "many scores": (SigmoidBCELoss(), MANY_SCORES),
    "many probabilities": (
        SigmoidBCELoss(from_sigmoid=True),
        scipy.special.expit(MANY_SCORES),
    ),
}
HEADS = BINARY | PAIRS | FOURS


# name of scikit-learn's figure: the metric for so many classes, and theirs
FIGURES = {
    "accuracy": (lambda n: metric.Accuracy(), lambda y, c, p: metrics.accuracy_score(y, c)),
    "mcc": (lambda n: metric.PCC(), lambda y, c, p: metrics.matthews_corrcoef(y, c)),
    "kappa": (lambda n: metric.CohenKappa(), lambda y, c, p: metrics.cohen_kappa_score(y, c)),
    "table": (lambda n: metric.ConfusionMatrix(), lambda y, c, p: metrics.confusion_matrix(y, c)),
    **{
        f"{name}, {average}": (
            lambda n, make=make, average=average: make(average),
            lambda y, c, p, score=score, average=average: score(y, c, average=average),
        )
        for name, make, score in (
            ("precision", metric.Precision, metrics.precision_score),
            ("recall", metric.Recall, metrics.recall_score),
            ("iou", metric.IoU, metrics.jaccard_score),
        )
        for average in ("binary", "macro", "micro", "weighted", None)
    },
    "f1": (
        lambda n: metric.F1() if n == 2 else metric.F1("multiclass", average="macro"),
        lambda y, c, p: metrics.f1_score(y, c, average="binary" if y.max() == 1 else "macro"),
    ),
    "roc_auc": (
        lambda n: metric.ROCAUC(),
        lambda y, c, p: metrics.roc_auc_score(y, p, average="macro", multi_class="ovr"),
    ),
    "pr_auc": (
        lambda n: metric.AveragePrecision(),
        lambda y, c, p: metrics.average_precision_score(y, p),
    ),
    "cross entropy": (lambda n: metric.CrossEntropy(), lambda y, c, p: metrics.log_loss(y, p)),
    "perplexity": (
        lambda n: metric.Perplexity(),
        lambda y, c, p: numpy.exp(metrics.log_loss(y, p)),
    ),
}
BINARY_ONLY = {
    "mcc of two": (lambda n: metric.MCC(), FIGURES["mcc"][1]),
    "binary accuracy": (lambda n: metric.BinaryAccuracy(), FIGURES["accuracy"][1]),
    "f2 above 0.3": (
        lambda n: metric.Fbeta(beta=2, threshold=0.3),
        lambda y, c, p: metrics.fbeta_score(y, p > 0.3, beta=2),
    ),
    "precision above 0.7": (
        lambda n: metric.Precision(threshold=0.7),
        lambda y, c, p: metrics.precision_score(y, p > 0.7),
    ),
}

CASES = [
    (head, name)
    for head, (*_, truth, _, _) in HEADS.items()
    for name in (FIGURES if truth.max() > 1 else FIGURES | BINARY_ONLY)
    if not (truth.max() > 1 and name.endswith("binary"))
]


def wanted_of(head, name):
    *_, truth, chosen, share = HEADS[head]
    return (FIGURES | BINARY_ONLY)[name][1](truth, chosen, share.astype("float64"))


def made(head, name):
    return (FIGURES | BINARY_ONLY)[name][0](int(HEADS[head][3].max()) + 1)


def as_given(array):
    return np.array(array.astype("float32") if array.dtype.kind == "f" else array)


@pytest.mark.parametrize(("head", "name"), CASES)
def test_figures_by_hand_are_those_of_scikit_learn(head, name):
    loss, preds, labels, *_ = HEADS[head]
    found = made(head, name)
    found.read_as(None if loss is None else loss.form)
    for part in numpy.array_split(numpy.arange(ROWS), 3):
        found.update(as_given(labels[part]), as_given(preds[part]))
    numpy.testing.assert_allclose(found.get()[1], wanted_of(head, name), rtol=2e-5, atol=1e-6)


def same_network(preds):
    """A network that gives its inputs: (N, C) by a Dense of ones on the diagonal."""
    size = preds.shape[1] if preds.ndim > 1 else 1
    net = nn.HybridSequential(nn.Dense(size, use_bias=False, flatten=False))
    net.initialize()
    net(np.zeros((1, size)))
    net[0].weight.set_data(np.eye(size))
    if preds.ndim == 1:
        net.add(nn.HybridLambda(lambda x: x.reshape(-1)))
    return net


def inputs(preds):
    return preds.astype("float32").reshape(len(preds), -1)


TOLD = [
    head
    for head, (loss, preds, labels, *_) in HEADS.items()
    if loss is not None
    and not (type(loss) is DiceLoss and preds.shape != labels.shape)  # which it refuses
    and not (type(loss) is SoftmaxCELoss and labels.shape[1:] == (1,))
]


@pytest.mark.parametrize(
    ("head", "is_compiled"),
    [(head, True) for head in TOLD] + [(head, False) for head in TOLD if "(120, 1), l" in head],
)
def test_figures_of_fit_and_evaluate_are_those_of_scikit_learn(head, is_compiled):
    loss, preds, labels, *_ = HEADS[head]
    names = [name for of, name in CASES if of == head and not name.endswith(("table", "None"))]
    figures = [made(head, name) for name in names]
    for number, each in enumerate(figures):
        each.name = str(number)
    options = {"optimizer_params": {"learning_rate": 0.0}, "compiled": is_compiled}
    model = weft.Model(same_network(preds), loss, "sgd", figures, **options)
    history = model.fit(inputs(preds), labels, batch_size=50, verbose=0)
    evaluated = model.evaluate(inputs(preds), labels, batch_size=50)
    for number, name in enumerate(names):
        wanted = pytest.approx(wanted_of(head, name), rel=2e-5, abs=1e-6)
        assert history[str(number)] == [wanted], name
        assert evaluated[str(number)] == wanted, name


@pytest.mark.parametrize("head", TOLD)
def test_figures_of_an_estimator_are_those_of_scikit_learn(head):
    loss, preds, labels, *_ = HEADS[head]
    names = [name for of, name in CASES if of == head and not name.endswith(("table", "None"))]
    net = same_network(preds)
    rows = gluon.data.DataLoader(gluon.data.ArrayDataset(inputs(preds), labels), 50)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.0})
    figures = [made(head, name) for name in names]
    estimator = Estimator(net, loss, figures, trainer=trainer)
    estimator.logger.setLevel("WARNING")
    estimator.fit(rows, rows, epochs=1)
    for number, name in enumerate(names):
        wanted = pytest.approx(wanted_of(head, name), rel=2e-5, abs=1e-6)
        assert estimator.train_metrics[number].get()[1] == wanted, name
        assert estimator.val_metrics[number].get()[1] == wanted, name


# ---- labels of yes or no of several classes


@pytest.mark.parametrize("average", ["macro", "micro", "weighted", None])
@pytest.mark.parametrize("name", ["precision", "recall", "iou", "f1", "roc_auc", "pr_auc"])
@pytest.mark.parametrize("head", LABELS)
def test_figures_of_several_labels_are_those_of_scikit_learn(head, name, average):
    loss, preds = LABELS[head]
    chosen, shares = (MANY_SCORES > 0) * 1, scipy.special.expit(MANY_SCORES)
    make, score, of = {
        "precision": (metric.Precision, metrics.precision_score, chosen),
        "recall": (metric.Recall, metrics.recall_score, chosen),
        "iou": (metric.IoU, metrics.jaccard_score, chosen),
        "f1": (lambda how: metric.F1("multilabel", average=how), metrics.f1_score, chosen),
        "roc_auc": (metric.ROCAUC, metrics.roc_auc_score, shares),
        "pr_auc": (metric.AveragePrecision, metrics.average_precision_score, shares),
    }[name]
    if name == "f1" and average == "weighted":
        with pytest.raises(ValueError, match="`average` must be"):
            make(average)
        return
    found = make(average)
    found.read_as(loss.form)
    for part in numpy.array_split(numpy.arange(ROWS), 3):
        found.update(as_given(MANY[part]), as_given(preds[part]))
    wanted = score(MANY, of, average=average)
    value = found.get()[1]
    value = value.asnumpy() if isinstance(value, np.ndarray) else value
    numpy.testing.assert_allclose(value, wanted, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["accuracy", "precision", "recall", "f1", "table"])
@pytest.mark.parametrize("head", LABELS)
def test_several_labels_count_together_as_yes_or_no(head, name):
    loss, preds = LABELS[head]
    make, score = FIGURES.get(name, FIGURES.get(f"{name}, binary"))
    found = make(2)
    model = weft.Model(same_network(preds), loss, "sgd", [found])
    model.evaluate(inputs(preds), MANY, batch_size=50)
    wanted = score(MANY.ravel(), (MANY_SCORES > 0).ravel() * 1, None)
    numpy.testing.assert_allclose(found.get()[1], wanted, rtol=2e-5, atol=1e-6)


# ---- what shapes and values cannot tell is refused

SCORES = np.array([2.5, -1.5, 0.2])
REFUSED = {
    "accuracy": lambda: metric.Accuracy(),
    "binary accuracy": lambda: metric.BinaryAccuracy(),
    "precision": lambda: metric.Precision(),
    "recall": lambda: metric.Recall(),
    "table": lambda: metric.ConfusionMatrix(),
    "mcc": lambda: metric.MCC(),
    "kappa": lambda: metric.CohenKappa(),
    "f1": lambda: metric.F1(),
    "dice": lambda: metric.Dice(),
    "calibration": lambda: metric.CalibrationError(),
}


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
@pytest.mark.parametrize("name", REFUSED)
def test_scores_of_which_nobody_says_what_they_are_are_refused(name, shape):
    with pytest.raises(ValueError, match=r"`preds` must be .*got -1\.5 to 2\.5"):
        REFUSED[name]().update(np.array([1, 0, 1]), SCORES.reshape(shape))


@pytest.mark.parametrize("name", [n for n in REFUSED if n not in ("dice", "calibration")])
def test_a_threshold_says_it(name):
    found = REFUSED[name]()
    found.threshold = 0.0
    found.update(np.array([1, 0, 1]), SCORES)
    value = numpy.asarray(found.get()[1])
    numpy.testing.assert_array_equal(value, [[1, 0], [0, 2]] if name == "table" else 1.0)


@pytest.mark.parametrize("loss", [SoftmaxCELoss(axis=1, ignore_index=255), None])
def test_the_axis_of_classes_and_ignored_labels_are_those_of_the_loss(loss):
    scores = RNG.normal(size=(2, 3, 6, 3)).astype("float32")
    labels = RNG.integers(0, 3, (2, 6, 3))
    labels[0, 0] = 255
    chosen = scores.argmax(1)[labels != 255]
    found = metric.Accuracy() if loss is not None else metric.Accuracy(1, ignore_index=255)
    found.read_as(None if loss is None else loss.form)
    found.update(np.array(labels), np.array(scores))
    wanted = metrics.accuracy_score(labels[labels != 255], chosen)
    assert found.get()[1] == pytest.approx(wanted)
