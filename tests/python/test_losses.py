"""Losses against SciPy and formulas."""

import itertools

import numpy
import pytest
import scipy.spatial.distance
import scipy.special
from samples import uniform
from scipy import stats
from weft import autograd, gluon, np, npx


def softmax(x):
    e = numpy.exp(x)
    return e / e.sum(-1, keepdims=True)


LABEL = uniform(4, 3, seed=2)
LOSSES = [
    (gluon.loss.L2Loss(), lambda p, y: ((p - y) ** 2 / 2).mean(1), LABEL),
    (gluon.loss.L2Loss(weight=3.0), lambda p, y: ((p - y) ** 2 * 1.5).mean(1), LABEL),
    (gluon.loss.L1Loss(), lambda p, y: abs(p - y).mean(1), LABEL),
    (
        gluon.loss.HuberLoss(rho=0.5),
        lambda p, y: numpy.where(abs(p - y) > 0.5, abs(p - y) - 0.25, (p - y) ** 2).mean(1),
        LABEL,
    ),
    (
        gluon.loss.SoftmaxCrossEntropyLoss(),
        lambda p, y: -numpy.log(softmax(p))[numpy.arange(4), y],
        numpy.array([0, 2, 1, 1]),
    ),
    (
        gluon.loss.SoftmaxCrossEntropyLoss(sparse_label=False),
        lambda p, y: -(numpy.log(softmax(p)) * y).sum(1),
        softmax(uniform(4, 3, seed=3)),
    ),
    (
        gluon.loss.SigmoidBCELoss(),
        lambda p, y: (
            -(
                y * numpy.log(1 / (1 + numpy.exp(-p))) + (1 - y) * numpy.log(1 / (1 + numpy.exp(p)))
            ).mean(1)
        ),
        (LABEL > 0).astype("float32"),
    ),
    (
        gluon.loss.LogisticLoss(),
        lambda p, y: numpy.log1p(numpy.exp(-p * y)).mean(1),
        numpy.sign(LABEL),
    ),
    (
        gluon.loss.LogisticLoss(label_format="binary"),
        lambda p, y: numpy.log1p(numpy.exp(-p * (2 * y - 1))).mean(1),
        (LABEL > 0).astype("float32"),
    ),
    (
        gluon.loss.HingeLoss(margin=0.5),
        lambda p, y: numpy.maximum(0, 0.5 - p * y).mean(1),
        numpy.sign(LABEL),
    ),
    (
        gluon.loss.SquaredHingeLoss(),
        lambda p, y: (numpy.maximum(0, 1 - p * y) ** 2).mean(1),
        numpy.sign(LABEL),
    ),
    (
        gluon.loss.KLDivLoss(from_logits=False),
        lambda p, y: scipy.special.rel_entr(y, softmax(p)).mean(1),
        softmax(uniform(4, 3, seed=3)),
    ),
    (
        gluon.loss.KLDivLoss(),
        lambda p, y: scipy.special.rel_entr(y, numpy.exp(p)).mean(1),
        softmax(uniform(4, 3, seed=3)),
    ),
    (
        gluon.loss.PoissonNLLLoss(),
        lambda p, y: (-stats.poisson.logpmf(y, numpy.exp(p)) - scipy.special.gammaln(y + 1)).mean(
            1
        ),
        numpy.arange(12).reshape(4, 3).astype("float32"),
    ),
    (
        gluon.loss.PoissonNLLLoss(compute_full=True),
        lambda p, y: (-stats.poisson.logpmf(y, numpy.exp(p))).mean(1),
        numpy.arange(20, 32).reshape(4, 3).astype("float32"),
    ),
]


@pytest.mark.parametrize(("loss", "oracle", "label"), LOSSES, ids=lambda v: type(v).__name__)
def test_loss_is_one_value_per_sample(loss, oracle, label):
    pred = uniform(4, 3, seed=1)
    found = loss(np.array(pred), np.array(label))
    assert found.shape == (4,)
    # Stirling's approximation leaves out a twelfth of 1 / label.
    rtol = 1e-3 if getattr(loss, "compute_full", False) else 2e-5
    numpy.testing.assert_allclose(found.asnumpy(), oracle(pred, label), rtol=rtol, atol=1e-6)
    loss.hybridize()
    numpy.testing.assert_array_equal(loss(np.array(pred), np.array(label)), found)
    loss.hybridize(False)


def test_poisson_loss_of_means():
    mean, label = abs(uniform(4, 3, seed=1)) + 0.1, numpy.arange(12.0).reshape(4, 3)
    found = gluon.loss.PoissonNLLLoss(from_logits=False)(np.array(mean), np.array(label))
    want = -stats.poisson.logpmf(label, mean) - scipy.special.gammaln(label + 1)
    numpy.testing.assert_allclose(found, want.mean(1), rtol=1e-5)


def test_losses_of_embeddings():
    a, b, c = (uniform(4, 2, 3, seed=seed) for seed in (1, 2, 3))
    gap = ((b - a) ** 2).sum((1, 2)) - ((c - a) ** 2).sum((1, 2))
    triplet = gluon.loss.TripletLoss(margin=0.3)(*map(np.array, (a, b, c)))
    numpy.testing.assert_allclose(triplet, numpy.maximum(0, gap + 0.3), rtol=1e-5, atol=1e-6)
    rows, others = a[:, 0], b[:, 0]
    cosine = 1 - numpy.array(
        [scipy.spatial.distance.cosine(x, y) for x, y in zip(rows, others, strict=True)]
    )
    together = numpy.array([1, -1, 1, -1])
    loss = gluon.loss.CosineEmbeddingLoss(margin=0.1)
    found = loss(np.array(rows), np.array(others), np.array(together))
    want = numpy.where(together == 1, 1 - cosine, numpy.maximum(0, cosine - 0.1))
    numpy.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-6)
    weights = np.array([0.0, 1.0, 2.0, 3.0])
    numpy.testing.assert_allclose(
        loss(np.array(rows), np.array(others), np.array(together), weights),
        want * weights.asnumpy(),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize(("layout", "label_layout"), [("NTC", "NT"), ("TNC", "TN")])
def test_ctc_loss_counts_all_alignments(layout, label_layout):
    """By its definition: the probabilities of all paths that collapse to the label, added."""
    steps, classes, blank = 5, 4, 3
    scores = uniform(3, steps, classes) * 2
    labels, lengths = [[0, 1], [2, 2], [1]], [5, 4, 5]
    want = []
    for score, label, length in zip(scores, labels, lengths, strict=True):
        probability = softmax(score)
        total = 0.0
        for path in itertools.product(range(classes), repeat=length):
            if [k for k, _ in itertools.groupby(path) if k != blank] == label:
                total += numpy.prod(probability[numpy.arange(length), path])
        want.append(-numpy.log(total))
    padded = numpy.array([[*label, -1][:2] for label in labels])
    if layout == "TNC":
        scores, padded = scores.swapaxes(0, 1), padded.T
    loss = gluon.loss.CTCLoss(layout, label_layout)
    loss.hybridize()
    found = loss(np.array(scores), np.array(padded), np.array(lengths))
    numpy.testing.assert_allclose(found, want, rtol=1e-5)
    impossible = loss(np.array(scores), np.array(padded), np.array([2, 2, 1]))
    assert numpy.isinf(impossible.asnumpy()).tolist() == [False, True, False]


def test_what_stands_behind_the_end_of_a_sequence_is_left_out():
    """NaN, too: the loss and the gradient are those of the sequences alone."""
    scores = uniform(5, 2, 4).astype("float32")
    longer = numpy.concatenate([scores, numpy.full((2, 2, 4), numpy.nan, "float32")])
    label, slopes = np.array([[1, 2], [3, 0]]), []
    for given in (scores, longer):
        data = np.array(given)
        data.attach_grad()
        with autograd.record():
            loss = npx.ctc_loss(data, label, np.array([5, 5]))
        loss.backward()
        slopes.append(data.grad.asnumpy())
        assert numpy.isfinite(loss.asnumpy()).all()
    numpy.testing.assert_allclose(slopes[1][:5], slopes[0], rtol=1e-5, atol=1e-7)
    assert not slopes[1][5:].any()


def test_an_unknown_layout_is_refused():
    with pytest.raises(ValueError, match=r"`layout` must be NTC or TNC.*got 'NCT' and 'NT'"):
        gluon.loss.CTCLoss("NCT")


def test_an_unknown_label_format_is_refused():
    with pytest.raises(ValueError, match="`label_format` must be signed or binary; got 'hot'"):
        gluon.loss.LogisticLoss(label_format="hot")


def test_sample_weight_multiplies():
    pred, label = np.array(uniform(4, 3)), np.array(LABEL)
    weight = np.array([[0.0], [1.0], [2.0], [0.0]])
    loss = gluon.loss.L2Loss()
    numpy.testing.assert_allclose(
        loss(pred, label, weight).asnumpy(),
        loss(pred, label).asnumpy() * weight.asnumpy()[:, 0],
        rtol=1e-6,
    )


WEIGHTS = numpy.array([0.5, 1.0, 2.0, 0.0], "float32")
COLUMNS = {
    "numbers of rows": (gluon.loss.L2Loss(), uniform(4, 3), LABEL),
    "numbers": (gluon.loss.L1Loss(), uniform(4), LABEL[:, 0]),
    "classes": (gluon.loss.SoftmaxCELoss(), uniform(4, 3), numpy.array([0, 2, 1, 1])),
    "smoothed": (
        gluon.loss.SoftmaxCELoss(label_smoothing=0.1),
        uniform(4, 3),
        numpy.array([0, 2, 1, 1]),
    ),
    "classes of steps": (
        gluon.loss.SoftmaxCELoss(),
        uniform(4, 5, 3),
        numpy.arange(20).reshape(4, 5) % 3,
    ),
    "bits": (gluon.loss.SigmoidBCELoss(), uniform(4), (LABEL[:, 0] > 0).astype("float32")),
    "focal": (gluon.loss.FocalLoss(), uniform(4, 3), numpy.array([0, 2, 1, 1])),
    "own places": (gluon.loss.SDMLLoss(), uniform(4, 3), LABEL),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_weights_is_one_for_each_sample(name):
    loss, pred, label = COLUMNS[name]
    plain = loss(np.array(pred), np.array(label)).asnumpy()
    found = loss(np.array(pred), np.array(label), np.array(WEIGHTS[:, None]))
    assert found.shape == (4,)
    numpy.testing.assert_allclose(found.asnumpy(), plain * WEIGHTS, rtol=1e-6)


@pytest.mark.parametrize("axis", [-1, 1])
@pytest.mark.parametrize("ignored", [None, 2])
def test_smoothed_labels_are_a_part_of_an_even_one(ignored, axis):
    """As PyTorch defines it: the cross entropy with (1 - part) label + part / classes."""
    scores, part = uniform(4, 5, 3), 0.2
    label = numpy.random.default_rng(1).integers(0, 3, (4, 5))
    logs = numpy.log(softmax(scores))
    even = (1 - part) * numpy.eye(3)[label] + part / 3
    elements = -(even * logs).sum(-1)
    counted = label != ignored
    wanted = (elements * counted).sum(1) / numpy.maximum(counted.sum(1), 1)
    given = scores if axis == -1 else scores.swapaxes(1, 2)
    options = {"axis": axis, "ignore_index": ignored, "label_smoothing": part}
    loss = gluon.loss.SoftmaxCrossEntropyLoss(**options)
    found = loss(np.array(given), np.array(label))
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-5)
    logs_given = np.array(logs if axis == -1 else logs.swapaxes(1, 2))
    of_logs = gluon.loss.SoftmaxCrossEntropyLoss(**options, from_logits=True)
    numpy.testing.assert_allclose(of_logs(logs_given, np.array(label)), wanted, rtol=1e-5)
    if ignored is None:
        one_hot = numpy.eye(3, dtype="float32")[label]
        hot = np.array(one_hot if axis == -1 else one_hot.swapaxes(1, 2))
        dense = gluon.loss.SoftmaxCrossEntropyLoss(
            axis=axis, sparse_label=False, label_smoothing=part
        )
        numpy.testing.assert_allclose(dense(np.array(given), hot), wanted, rtol=1e-5)


@pytest.mark.torch
def test_smoothed_labels_are_those_of_pytorch():
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    scores, label = uniform(6, 4), numpy.array([0, 3, -100, 1, 2, 2])
    wanted = torch.nn.functional.cross_entropy(
        torch.tensor(scores), torch.tensor(label), label_smoothing=0.3, reduction="none"
    )
    loss = gluon.loss.SoftmaxCELoss(ignore_index=-100, label_smoothing=0.3)
    numpy.testing.assert_allclose(loss(np.array(scores), np.array(label)), wanted, rtol=1e-5)


@pytest.mark.parametrize(("alpha", "gamma"), [(0.25, 2.0), (None, 0.5), (0.7, 0.0)])
def test_focal_loss_is_that_of_its_formula(alpha, gamma):
    scores, label = 3 * uniform(4, 3), numpy.array([0, -1, 2, 1])
    is_class = label[:, None] == numpy.arange(3)
    p = scipy.special.expit(scores)
    right = numpy.where(is_class, p, 1 - p)
    wanted = -((1 - right) ** gamma) * numpy.log(right)
    if alpha is not None:
        wanted = wanted * numpy.where(is_class, alpha, 1 - alpha)
    options = {"alpha": alpha, "gamma": gamma}
    makes = {
        "indices": (gluon.loss.FocalLoss(**options), scores, label),
        "bits": (gluon.loss.FocalLoss(**options, sparse_label=False), scores, is_class),
        "sure": (gluon.loss.FocalLoss(**options, from_sigmoid=True), p, label),
        "classes first": (
            gluon.loss.FocalLoss(**options, axis=1),
            scores[..., None],
            label[:, None],
        ),
    }
    for loss, pred, given in makes.values():
        found = loss(np.array(pred), np.array(given))
        numpy.testing.assert_allclose(found.asnumpy(), wanted.mean(1), rtol=2e-5)
        loss.hybridize()
        numpy.testing.assert_array_equal(loss(np.array(pred), np.array(given)), found)


def test_focal_loss_of_what_is_surely_right_has_a_finite_slope():
    scores = np.array([[200.0, -200.0]])
    scores.attach_grad()
    with autograd.record():
        loss = gluon.loss.FocalLoss(gamma=0.5)(scores, np.array([0]))
    loss.backward()
    assert loss.item() == 0 and scores.grad.tolist() == [[0, 0]]


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_metric_learning_is_the_divergence_from_smoothed_places(smoothing):
    a, b = uniform(4, 3, seed=1), uniform(4, 3, seed=2)
    gaps = ((a[:, None] - b[None]) ** 2).sum(2)
    label = numpy.where(numpy.eye(4), 1 - smoothing, smoothing / 3)
    wanted = scipy.special.rel_entr(label, softmax(-gaps)).sum(1)
    loss = gluon.loss.SDMLLoss(smoothing)
    found = loss(np.array(a), np.array(b))
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-5, atol=1e-6)
    loss.hybridize()
    numpy.testing.assert_array_equal(loss(np.array(a), np.array(b)), found)
    assert abs(loss(np.array(a[:1]), np.array(b[:1])).item()) < 1e-6


REFUSED = {
    "smoothing": (lambda: gluon.loss.SoftmaxCELoss(label_smoothing=1.5), "`label_smoothing`"),
    "alpha": (lambda: gluon.loss.FocalLoss(alpha=2.0), r"`alpha` must be in \[0, 1\] or None"),
    "gamma": (lambda: gluon.loss.FocalLoss(gamma=-1.0), "`gamma` must be at least 0"),
    "indices": (
        lambda: gluon.loss.FocalLoss()(np.ones((2, 3)), np.ones((2, 3))),
        r"got shapes \(2, 3\) and \(2, 3\)",
    ),
    "infinite gamma": (lambda: gluon.loss.FocalLoss(gamma=numpy.inf), "`gamma` must be finite"),
    "too many indices": (
        lambda: gluon.loss.FocalLoss()(np.ones((2, 3)), np.ones(4)),
        r"`label` must be class indices, .*; got shapes \(4,\) and \(2, 3\)",
    ),
    "no axis": (
        lambda: gluon.loss.FocalLoss(axis=2)(np.ones((2, 3)), np.ones(2)),
        r"`axis` must be in \[-2, 2\); got 2",
    ),
    "part": (lambda: gluon.loss.SDMLLoss(1.0), "`smoothing_parameter` must be in"),
    "vectors": (
        lambda: gluon.loss.SDMLLoss()(np.ones((2, 3)), np.ones((3, 3))),
        r"one shape \(N, D\); got \(2, 3\) and \(3, 3\)",
    ),
}


@pytest.mark.parametrize("key", REFUSED)
def test_what_means_nothing_is_refused(key):
    act, text = REFUSED[key]
    with pytest.raises(ValueError, match=text):
        act()


@pytest.mark.parametrize("from_sigmoid", [False, True])
def test_a_weight_of_what_is_so_multiplies_its_part(from_sigmoid):
    pred = numpy.random.uniform(0.1, 0.9, (4, 3)).astype("float32")
    label = numpy.random.uniform(0, 1, (4, 3)).astype("float32")
    weight = numpy.random.uniform(0.5, 3, (1, 3)).astype("float32")
    loss = gluon.loss.SigmoidBinaryCrossEntropyLoss(from_sigmoid=from_sigmoid)
    chance = pred if from_sigmoid else 1 / (1 + numpy.exp(-pred))
    cost = -(weight * label * numpy.log(chance) + (1 - label) * numpy.log(1 - chance))
    found = loss(np.array(pred), np.array(label), None, np.array(weight))
    numpy.testing.assert_allclose(found.asnumpy(), cost.mean(axis=1), rtol=1e-4)
    with pytest.raises(ValueError, match="`pos_weight` must broadcast to the labels"):
        loss(np.array(pred), np.array(label), None, np.ones(2))
