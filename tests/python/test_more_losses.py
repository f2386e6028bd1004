"""Losses of masks and vectors, weights of classes: against formulas, with gradients."""

import math
from functools import partial

import numpy
import pytest
import scipy.special
import scipy.stats
import weft
from weft import autograd, gluon, np
from weft.gluon import loss as losses

RNG = numpy.random.default_rng(12)
SCORES = RNG.normal(size=(5, 3, 4))
MASKS = (RNG.uniform(size=(5, 3, 4)) < 0.4) * 1.0
ROWS, OTHERS = RNG.normal(size=(2, 6, 8))
COSINES, KINDS = RNG.uniform(-1, 1, (6, 4)), RNG.integers(0, 4, 6)


def tversky(scores, labels, alpha, beta, smooth, axes=(1, 2)):
    share = scipy.special.expit(scores)
    right = (share * labels).sum(axes)
    much, little = (share * (1 - labels)).sum(axes), ((1 - share) * labels).sum(axes)
    return 1 - (right + smooth) / (right + alpha * much + beta * little + smooth)


def dice(scores, labels):
    share = scipy.special.expit(scores)
    overlap = 2 * (share * labels).sum((1, 2)) + 1
    return 1 - overlap / (share.sum((1, 2)) + labels.sum((1, 2)) + 1)


def info_nce(first, second, temperature, symmetric):
    unit = [rows / numpy.linalg.norm(rows, axis=1, keepdims=True) for rows in (first, second)]
    scores = unit[0] @ unit[1].T / temperature
    one_way = scipy.special.logsumexp(scores, axis=1) - numpy.diag(scores)
    other = scipy.special.logsumexp(scores, axis=0) - numpy.diag(scores)
    return (one_way + other) / 2 if symmetric else one_way


def arc_face(cosines, labels, margin, scale):
    scores = cosines.copy()
    for row, kind in enumerate(labels):
        angle = math.acos(cosines[row, kind])
        is_inside = angle + margin < math.pi
        own = (
            math.cos(angle + margin)
            if is_inside
            else cosines[row, kind] - margin * math.sin(margin)
        )
        scores[row, kind] = own
    scores = scores * scale
    return scipy.special.logsumexp(scores, axis=1) - scores[numpy.arange(len(labels)), labels]


VAR = RNG.uniform(0.2, 2, SCORES.shape)
CASES = {
    "tversky": (losses.TverskyLoss(0.2, 0.9), (SCORES, MASKS), tversky(SCORES, MASKS, 0.2, 0.9, 1)),
    "tversky by class": (
        losses.TverskyLoss(axis=1, smooth=0.5),
        (SCORES, MASKS),
        tversky(SCORES, MASKS, 0.3, 0.7, 0.5, axes=2).mean(1),
    ),
    "dice": (losses.DiceLoss(), (SCORES, MASKS), dice(SCORES, MASKS)),
    "info nce": (losses.InfoNCELoss(0.5), (ROWS, OTHERS), info_nce(ROWS, OTHERS, 0.5, True)),
    "info nce one way": (
        losses.InfoNCELoss(0.2, symmetric=False),
        (ROWS, OTHERS),
        info_nce(ROWS, OTHERS, 0.2, False),
    ),
    "arc face": (losses.ArcFaceLoss(0.5, 8.0), (COSINES, KINDS), arc_face(COSINES, KINDS, 0.5, 8)),
    "arc face with a wide margin": (
        losses.ArcFaceLoss(2.0, 4.0),
        (COSINES, KINDS),
        arc_face(COSINES, KINDS, 2.0, 4),
    ),
    "gaussian": (
        losses.GaussianNLLLoss(full=True),
        (SCORES, MASKS, VAR),
        -scipy.stats.norm.logpdf(MASKS, SCORES, numpy.sqrt(VAR)).mean((1, 2)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_losses_are_those_of_their_formula(name):
    loss, given, expected = CASES[name]
    found = loss(*(np.array(a) for a in given))
    numpy.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-6)
    planned = weft.hybridize(lambda *arrays: loss(*arrays))
    numpy.testing.assert_allclose(
        planned(*(np.array(a) for a in given)).asnumpy(), expected, rtol=1e-6
    )


@pytest.mark.parametrize("name", CASES)
def test_slopes_are_those_of_differences(name):
    loss, given, _ = CASES[name]
    first = np.array(given[0])
    others = [np.array(a) for a in given[1:]]
    first.attach_grad()
    with autograd.record():
        total = loss(first, *others).sum()
    total.backward()
    direction = RNG.normal(size=given[0].shape)
    ends = [loss(np.array(given[0] + s * 1e-6 * direction), *others).sum().item() for s in (1, -1)]
    slope = (ends[0] - ends[1]) / 2e-6
    assert (first.grad.asnumpy() * direction).sum() == pytest.approx(slope, rel=1e-5)


def test_a_mask_of_nothing_and_a_vector_of_zeros_have_finite_slopes():
    for loss, given in (
        (losses.DiceLoss(), (np.zeros((2, 3)), np.zeros((2, 3)))),
        (losses.InfoNCELoss(), (np.zeros((2, 3)), np.ones((2, 3)))),
        (losses.ArcFaceLoss(), (np.ones((2, 3)), np.array([0, 1]))),
    ):
        given[0].attach_grad()
        with autograd.record():
            total = loss(*given).sum()
        total.backward()
        assert np.isfinite(given[0].grad).all()


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_weights_of_classes_are_factors(smoothing):
    scores, labels = np.array(RNG.normal(size=(6, 4))), np.array([0, 1, 2, 3, -1, 1])
    factors = [1.0, 2.0, 0.5, 3.0]
    options = {"ignore_index": -1, "label_smoothing": smoothing}
    plain = losses.SoftmaxCrossEntropyLoss(**options)(scores, labels).asnumpy()
    weighted = losses.SoftmaxCrossEntropyLoss(class_weight=factors, **options)(scores, labels)
    expected = plain * numpy.array([1.0, 2.0, 0.5, 3.0, 0.0, 2.0])
    numpy.testing.assert_allclose(weighted.asnumpy(), expected, rtol=1e-6)


def test_weights_of_classes_with_labels_that_are_shares():
    scores = np.array(RNG.normal(size=(6, 4)))
    shares = np.array(scipy.special.softmax(RNG.normal(size=(6, 4)), axis=1))
    loss = losses.SoftmaxCrossEntropyLoss(sparse_label=False, class_weight=[1.0, 2.0, 0.5, 3.0])
    plain = losses.SoftmaxCrossEntropyLoss(sparse_label=False)(scores, shares).asnumpy()
    factors = shares.asnumpy() @ numpy.array([1.0, 2.0, 0.5, 3.0])
    numpy.testing.assert_allclose(loss(scores, shares).asnumpy(), plain * factors, rtol=1e-6)
    with pytest.raises(ValueError, match="`class_weight` must have 4 numbers"):
        losses.SoftmaxCrossEntropyLoss(class_weight=[1.0])(scores, np.zeros(6))


@pytest.mark.parametrize(
    "name", ["dice", "tversky", "info_nce", "arc_face", "gaussian_nll", "sigmoid_bce"]
)
def test_names_make_losses(name):
    assert isinstance(gluon.loss.create(name), gluon.loss.Loss)


PLACES, BITS = numpy.random.default_rng(4).normal(size=(2, 3, 6)).astype("float32")
BITS = (BITS > 0).astype("float32")
HIDDEN = numpy.zeros((3, 6), bool)
HIDDEN[0, 2:], HIDDEN[1, :1], HIDDEN[2] = True, True, True


@pytest.mark.parametrize(
    "make",
    [
        gluon.loss.SigmoidBCELoss,
        partial(gluon.loss.SigmoidBCELoss, label_smoothing=0.3),
        partial(gluon.loss.FocalLoss, sparse_label=False),
        gluon.loss.DiceLoss,
        gluon.loss.TverskyLoss,
    ],
    ids=["sigmoid", "smoothed", "focal", "dice", "tversky"],
)
@pytest.mark.parametrize("is_hybrid", [False, True])
def test_ignored_labels_do_not_count_and_have_no_slope(make, is_hybrid):
    """A sample without them has the loss of what is left of it."""
    loss_of = make(ignore_index=255)
    if is_hybrid:
        loss_of.hybridize()
    scores = np.array(PLACES)
    scores.attach_grad()
    with autograd.record():
        losses = loss_of(scores, np.array(numpy.where(HIDDEN, 255, BITS)))
    losses.backward()
    for found, row, label, hidden in zip(losses, PLACES, BITS, HIDDEN, strict=True):
        if hidden.all():
            assert found.item() == 0
            continue
        wanted = make()(np.array(row[~hidden][None]), np.array(label[~hidden][None]))
        assert found.item() == pytest.approx(wanted.item(), rel=1e-5)
    slopes = scores.grad.asnumpy()
    assert (slopes[HIDDEN] == 0).all() and (slopes[~HIDDEN] != 0).all()


def test_ignored_classes_of_the_focal_loss_are_no_background():
    labels = numpy.array([[0, 1, -1, 9]])
    scores = numpy.random.default_rng(0).normal(size=(1, 4, 3)).astype("float32")
    found = gluon.loss.FocalLoss(ignore_index=9)(np.array(scores), np.array(labels))
    wanted = gluon.loss.FocalLoss()(np.array(scores[:, :3]), np.array(labels[:, :3]))
    assert found.item() == pytest.approx(wanted.item(), rel=1e-5)
