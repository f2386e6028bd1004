"""Metrics of tables, ranks, boxes and texts, against figures that are counted one by one."""

import collections
import itertools
import math

import numpy
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import metric, np

RNG = numpy.random.default_rng(11)
LABELS = RNG.integers(0, 4, 90)
CHOSEN = numpy.where(RNG.uniform(size=90) < 0.6, LABELS, RNG.integers(0, 4, 90))


def updated(found, labels, preds, parts=3):
    for y, p in zip(numpy.array_split(labels, parts), numpy.array_split(preds, parts), strict=True):
        found.update(np.array(y), np.array(p))
    return found.get()[1]


def counted(labels, chosen, size):
    table = numpy.zeros((size, size), int)
    for truth, found in zip(labels.ravel(), chosen.ravel(), strict=True):
        table[truth, found] += 1
    return table


@pytest.mark.parametrize("normalize", [None, "true", "pred", "all"])
@pytest.mark.parametrize("classes", [None, 4, 6])
def test_a_confusion_matrix_counts_pairs(normalize, classes):
    table = counted(LABELS, CHOSEN, classes or 4)
    sums = {
        None: 1,
        "true": table.sum(1, keepdims=True),
        "pred": table.sum(0, keepdims=True),
        "all": 90,
    }
    expected = table / numpy.maximum(sums[normalize], 1)
    found = updated(metric.ConfusionMatrix(classes, normalize), LABELS, CHOSEN)
    numpy.testing.assert_allclose(found, expected)


def shares(kind, labels, chosen, k):
    hits = ((labels == k) & (chosen == k)).sum()
    of = {
        "Precision": (chosen == k).sum(),
        "Recall": (labels == k).sum(),
        "IoU": ((labels == k) | (chosen == k)).sum(),
    }[kind]
    return hits / of if of else 0.0, hits, of


@pytest.mark.parametrize("kind", ["ConfusionMatrix", "Precision", "Recall", "IoU", "CohenKappa"])
def test_classes_may_be_another_axis(kind):
    labels = RNG.integers(0, 3, (2, 4, 5))
    scores = RNG.uniform(size=(2, 3, 4, 5))
    options = {"average": None} if kind in ("Precision", "Recall", "IoU") else {}
    first, last = (getattr(metric, kind)(**options, axis=axis) for axis in (1, -1))
    first.update(np.array(labels), np.array(scores))
    last.update(np.array(labels), np.array(numpy.moveaxis(scores, 1, -1)))
    numpy.testing.assert_array_equal(first.get()[1], last.get()[1])


@pytest.mark.parametrize("kind", ["Precision", "Recall", "IoU"])
def test_shares_by_class_and_their_means(kind):
    make = getattr(metric, kind)
    by_class, hits, of = numpy.array([shares(kind, LABELS, CHOSEN, k) for k in range(4)]).T
    numpy.testing.assert_allclose(updated(make(average=None), LABELS, CHOSEN), by_class)
    assert updated(make(average="macro"), LABELS, CHOSEN) == pytest.approx(by_class.mean())
    assert updated(make(average="micro"), LABELS, CHOSEN) == pytest.approx(hits.sum() / of.sum())
    weights = numpy.bincount(LABELS)
    expected = (by_class * weights).sum() / weights.sum()
    assert updated(make(average="weighted"), LABELS, CHOSEN) == pytest.approx(expected)
    yes, found = LABELS % 2, CHOSEN % 2
    assert updated(make(average="binary"), yes, found) == pytest.approx(
        shares(kind, yes, found, 1)[0]
    )
    with pytest.raises(ValueError, match="needs classes 0 and 1"):
        updated(make(average="binary"), LABELS, CHOSEN)


def test_scores_are_predictions_by_the_largest_and_ignored_labels_do_not_count():
    scores = RNG.normal(size=(90, 4)).astype("float32")
    labels = numpy.where(numpy.arange(90) % 5 == 0, -1, LABELS)
    kept = labels >= 0
    found = updated(metric.ConfusionMatrix(ignore_index=-1), labels, scores)
    numpy.testing.assert_array_equal(found, counted(labels[kept], scores.argmax(1)[kept], 4))


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
def test_kappa_is_agreement_beyond_chance(weights):
    gaps = numpy.abs(numpy.subtract.outer(numpy.arange(4), numpy.arange(4)))
    cost = {None: (gaps > 0) * 1.0, "linear": gaps, "quadratic": gaps**2}[weights]
    seen = numpy.mean([cost[a, b] for a, b in zip(LABELS, CHOSEN, strict=True)])
    chance = numpy.mean([cost[a, b] for a, b in itertools.product(LABELS, CHOSEN)])
    assert updated(metric.CohenKappa(weights), LABELS, CHOSEN) == pytest.approx(1 - seen / chance)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=2, max_size=40))
@settings(max_examples=60, deadline=None)
def test_the_area_under_roc_is_the_chance_of_the_right_order(rows):
    labels, scores = numpy.array(rows).T
    yes, no = scores[labels == 1], scores[labels == 0]
    found = updated(metric.ROCAUC(), labels, scores / 8, parts=2)
    if not len(yes) or not len(no):
        assert math.isnan(found)
    else:
        expected = scipy.stats.mannwhitneyu(yes, no).statistic / (len(yes) * len(no))
        assert found == pytest.approx(expected)


def average_precision(labels, scores):
    total, before = 0.0, 0.0
    for bound in sorted(set(scores), reverse=True):
        chosen = scores >= bound
        recall = (labels & chosen).sum() / labels.sum()
        total += (recall - before) * (labels & chosen).sum() / chosen.sum()
        before = recall
    return total


def test_average_precision_adds_up_over_thresholds():
    scores = (RNG.integers(0, 20, 90) / 20).astype("float32")
    labels = LABELS > 1
    assert updated(metric.AveragePrecision(), labels * 1, scores) == pytest.approx(
        average_precision(labels, scores)
    )


@pytest.mark.parametrize("average", ["macro", "weighted", None])
def test_ranks_of_several_classes_are_each_against_the_others(average):
    scores = RNG.normal(size=(90, 4)).astype("float32")
    scores[numpy.arange(90), LABELS] += 1
    for make, oracle in (
        (
            metric.ROCAUC,
            lambda y, s: scipy.stats.mannwhitneyu(s[y], s[~y]).statistic / (y.sum() * (~y).sum()),
        ),
        (metric.AveragePrecision, average_precision),
    ):
        by_class = numpy.array([oracle(k == LABELS, scores[:, k]) for k in range(4)])
        weights = numpy.bincount(LABELS) if average == "weighted" else None
        expected = by_class if average is None else numpy.average(by_class, weights=weights)
        numpy.testing.assert_allclose(updated(make(average), LABELS, scores), expected, rtol=1e-6)


@pytest.mark.parametrize("norm", ["l1", "max"])
def test_calibration_compares_trust_with_what_is_right(norm):
    logits = RNG.normal(size=(90, 4)) * 2
    shares_ = numpy.exp(logits) / numpy.exp(logits).sum(1, keepdims=True)
    trust, right = shares_.max(1), shares_.argmax(1) == LABELS
    gaps, counts = [], []
    for low in numpy.arange(10) / 10:
        inside = (trust > low) & (trust <= low + 0.1 + 1e-12)
        if inside.any():
            gaps.append(abs(right[inside].mean() - trust[inside].mean()))
            counts.append(inside.sum())
    expected = max(gaps) if norm == "max" else numpy.average(gaps, weights=counts)
    found = updated(metric.CalibrationError(10, norm), LABELS, shares_)
    assert found == pytest.approx(expected, rel=1e-6)
    with pytest.raises(ValueError, match="must be probabilities"):
        metric.CalibrationError().update(np.array(LABELS), np.array(logits))


def overlap(a, b):
    wide = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    high = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    both = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return wide * high / (both - wide * high) if wide * high else 0.0


def precision_of_boxes(images, kind, bound, steps):
    """By the definition: boxes by score, each takes the free object that it overlaps most."""
    boxes = sorted(
        (
            (p[1], number, place)
            for number, (_, preds) in enumerate(images)
            for place, p in enumerate(preds)
            if p[0] == kind
        ),
        key=lambda row: -row[0],
    )
    taken, hits = set(), []
    for _, number, place in boxes:
        objects, preds = images[number]
        free = [
            (overlap(preds[place][2:], o[1:]), i)
            for i, o in enumerate(objects)
            if o[0] == kind and (number, i) not in taken
        ]
        best = max(free, default=(0, None))
        hits.append(best[0] >= bound)
        if hits[-1]:
            taken.add((number, best[1]))
    count = sum(o[0] == kind for objects, _ in images for o in objects)
    right = numpy.cumsum(hits)
    recall, precision = right / count, right / (numpy.arange(len(hits)) + 1)
    return numpy.mean(
        [
            max((p for r, p in zip(recall, precision, strict=True) if r >= s), default=0)
            for s in steps
        ]
    )


@pytest.mark.parametrize("kind", ["coco", "voc07"])
def test_mean_average_precision_is_that_of_the_definition(kind):
    images = []
    for _ in range(6):
        corner = RNG.uniform(0, 50, (4, 2))
        objects = numpy.concatenate(
            [RNG.integers(0, 2, (4, 1)), corner, corner + RNG.uniform(10, 30, (4, 2))], 1
        )
        moved = objects[:, 1:] + RNG.normal(size=(4, 4)) * 3
        near = numpy.concatenate([objects[:, :1], RNG.uniform(size=(4, 1)), moved], 1)
        corner = RNG.uniform(0, 50, (3, 2))
        far = numpy.concatenate(
            [RNG.integers(0, 2, (3, 1)), RNG.uniform(size=(3, 1)), corner, corner + 20], 1
        )
        images.append((objects, numpy.concatenate([near, far])))
    found = metric.MeanAveragePrecision(0.5, kind)
    for objects, preds in images:
        found.update([np.array(objects)], [np.array(preds)])
    steps = numpy.linspace(0, 1, 101 if kind == "coco" else 11)
    expected = [precision_of_boxes(images, k, 0.5, steps) for k in (0, 1)]
    numpy.testing.assert_allclose(list(found.by_class().values()), expected, rtol=1e-6)
    assert found.get()[1] == pytest.approx(numpy.mean(expected))
    with pytest.raises(ValueError, match=r"shape \(objects, 5\)"):
        found.update([np.zeros((2, 4))], [np.zeros((2, 6))])


def bleu_by_hand(references, translations, order):
    hits, found = [0] * order, [0] * order
    for several, words in zip(references, translations, strict=True):
        for size in range(1, order + 1):

            def cut(text, size=size):
                return collections.Counter(
                    tuple(text[i : i + size]) for i in range(len(text) - size + 1)
                )

            for group, count in cut(words).items():
                found[size - 1] += count
                hits[size - 1] += min(count, max(cut(r)[group] for r in several))
    length = sum(map(len, translations))
    closest = sum(
        min((abs(len(r) - len(words)), len(r)) for r in several)[1]
        for several, words in zip(references, translations, strict=True)
    )
    precision = math.prod(h / f for h, f in zip(hits, found, strict=True)) ** (1 / order)
    return precision * (1 if length > closest else math.exp(1 - closest / length))


def test_bleu_is_that_of_the_paper():
    translations = [list("abcdefgh"), list("aabbccddee"), list("xyzab")]
    references = [[list("abcdxfgh"), list("abcefgh")], [list("aabbccdd")], [list("xyzabcd")]]
    found = metric.BLEU()
    found.update(references[:2], translations[:2])
    found.update(references[2:], translations[2:])
    assert found.get()[1] == pytest.approx(bleu_by_hand(references, translations, 4))
    texts = metric.BLEU(2)
    texts.update([["a b c d", "a b c"]], ["a b c d"])
    assert texts.get()[1] == 1.0


def test_masks_overlap_by_dice():
    labels = RNG.integers(0, 2, (5, 6, 6))
    labels[0] = 0
    probabilities = RNG.uniform(size=(5, 6, 6)).astype("float32")
    probabilities[0] = 0
    expected = []
    for truth, share in zip(labels == 1, probabilities > 0.5, strict=True):
        size = truth.sum() + share.sum()
        expected.append(2 * (truth & share).sum() / size if size else 1.0)
    assert updated(metric.Dice(), labels, probabilities) == pytest.approx(numpy.mean(expected))


def test_explained_variance_and_relative_gaps():
    labels = RNG.normal(size=(60, 2)).astype("float32") + 5
    preds = labels + RNG.normal(size=(60, 2)).astype("float32")
    expected = 1 - ((labels - preds) ** 2).sum() / ((labels - labels.mean()) ** 2).sum()
    assert updated(metric.R2(), labels, preds) == pytest.approx(expected, rel=1e-5)
    relative = numpy.mean(abs(labels - preds) / abs(labels))
    assert updated(metric.MAPE(), labels, preds) == pytest.approx(relative, rel=1e-5)


@pytest.mark.parametrize(
    "name", ["roc_auc", "precision", "recall", "iou", "map", "bleu", "ece", "r2", "dice"]
)
def test_names_make_metrics_that_begin_without_a_figure(name):
    found = metric.create(name)
    assert numpy.isnan(found.get()[1])
    assert isinstance(repr(found), str)
