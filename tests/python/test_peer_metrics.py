"""Metrics and losses beside scikit-learn, sacrebleu, pycocotools and PyTorch."""

import contextlib
import io

import numpy
import pytest
from sklearn import calibration, metrics
from weft import gluon, metric, np

RNG = numpy.random.default_rng(3)
ROWS, CLASSES = 300, 4
LABELS = RNG.integers(0, CLASSES, ROWS)
SCORES = RNG.uniform(size=(ROWS, CLASSES)).round(2)  # with ties
SCORES[numpy.arange(ROWS), LABELS] += 0.4
SHARES = (SCORES / SCORES.sum(1, keepdims=True)).astype("float32").astype("float64")
CHOSEN = SCORES.argmax(1)
BITS, BIT_SCORES = LABELS % 2, (SCORES[:, 1] + SCORES[:, 3]).round(1) / 4


def updated(found, labels, preds):
    for y, p in zip(numpy.array_split(labels, 3), numpy.array_split(preds, 3), strict=True):
        found.update(np.array(y), np.array(p.astype("float32") if p.dtype == float else p))
    return found.get()[1]


AVERAGES = ["macro", "micro", "weighted", None]
OVER = {"average": "macro", "multi_class": "ovr"}

PAIRS = {
    "roc_auc": (
        lambda: updated(metric.ROCAUC(), BITS, BIT_SCORES),
        lambda: metrics.roc_auc_score(BITS, BIT_SCORES),
    ),
    "roc_auc of classes": (
        lambda: updated(metric.ROCAUC(), LABELS, SHARES),
        lambda: metrics.roc_auc_score(LABELS, SHARES, **OVER),
    ),
    "roc_auc, weighted": (
        lambda: updated(metric.ROCAUC("weighted"), LABELS, SHARES),
        lambda: metrics.roc_auc_score(LABELS, SHARES, average="weighted", multi_class="ovr"),
    ),
    "pr_auc": (
        lambda: updated(metric.create("pr_auc"), BITS, BIT_SCORES),
        lambda: metrics.average_precision_score(BITS, BIT_SCORES),
    ),
    "pr_auc of classes": (
        lambda: updated(metric.AveragePrecision(None), LABELS, SHARES),
        lambda: metrics.average_precision_score(numpy.eye(CLASSES)[LABELS], SHARES, average=None),
    ),
    **{
        f"confusion, {how}": (
            lambda how=how: updated(metric.ConfusionMatrix(normalize=how), LABELS, CHOSEN),
            lambda how=how: metrics.confusion_matrix(LABELS, CHOSEN, normalize=how),
        )
        for how in (None, "true", "pred", "all")
    },
    **{
        f"{name}, {average}": (
            lambda make=make, average=average: updated(make(average), LABELS, CHOSEN),
            lambda score=score, average=average: score(LABELS, CHOSEN, average=average),
        )
        for name, make, score in (
            ("precision", metric.Precision, metrics.precision_score),
            ("recall", metric.Recall, metrics.recall_score),
            ("iou", metric.IoU, metrics.jaccard_score),
        )
        for average in AVERAGES
    },
    "precision of bits": (
        lambda: updated(metric.Precision(), BITS, CHOSEN % 2),
        lambda: metrics.precision_score(BITS, CHOSEN % 2),
    ),
    **{
        f"kappa, {weights}": (
            lambda weights=weights: updated(metric.CohenKappa(weights), LABELS, CHOSEN),
            lambda weights=weights: metrics.cohen_kappa_score(LABELS, CHOSEN, weights=weights),
        )
        for weights in (None, "linear", "quadratic")
    },
    "mcc": (
        lambda: updated(metric.PCC(), LABELS, CHOSEN),
        lambda: metrics.matthews_corrcoef(LABELS, CHOSEN),
    ),
    "f1": (
        lambda: updated(metric.F1("multiclass", average="macro"), LABELS, SHARES),
        lambda: metrics.f1_score(LABELS, CHOSEN, average="macro"),
    ),
    "r2": (
        lambda: updated(metric.R2(), BIT_SCORES, SHARES[:, 1]),
        lambda: metrics.r2_score(BIT_SCORES, SHARES[:, 1]),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_figures_are_those_of_scikit_learn(name):
    found, wanted = PAIRS[name]
    numpy.testing.assert_allclose(found(), wanted(), rtol=1e-5, atol=1e-6)


def test_calibration_is_that_of_the_curve_of_scikit_learn():
    shares = RNG.uniform(size=500)
    labels = (RNG.uniform(size=500) < shares**2).astype(int)
    right, trust = calibration.calibration_curve(labels, shares, n_bins=10)
    counts, _ = numpy.histogram(shares, 10, (0, 1))
    wanted = (abs(right - trust) * counts[counts > 0]).sum() / 500
    found = metric.CalibrationError(10)
    found.update(np.array(labels), np.array(shares))
    assert found.get()[1] == pytest.approx(wanted, rel=1e-5)


# ---- texts

WORDS = "the a cat dog sat ran on under mat tree quickly".split()  # noqa: SIM905


def texts(count, seed):
    generator = numpy.random.default_rng(seed)
    return [" ".join(generator.choice(WORDS, generator.integers(5, 14))) for _ in range(count)]


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("order", [2, 4])
def test_bleu_is_that_of_sacrebleu(order, smooth):
    bleu = pytest.importorskip("sacrebleu.metrics", reason="not run: sacrebleu is not installed")
    given = texts(40, 0)
    references = [texts(40, 1), [" ".join([*t.split()[:-1], "end"]) for t in given]]
    method = {"smooth_method": "add-k", "smooth_value": 1} if smooth else {"smooth_method": "none"}
    scorer = bleu.BLEU(tokenize="none", max_ngram_order=order, **method)
    found = metric.BLEU(order, smooth)
    found.update([list(pair) for pair in zip(*references, strict=True)], given)
    wanted = scorer.corpus_score(given, references).score / 100
    assert found.get()[1] == pytest.approx(wanted, rel=1e-9)


# ---- boxes


def boxes(count, generator):
    corners = generator.uniform(0, 80, (count, 2))
    sizes = generator.uniform(25, 40, (count, 2))
    return numpy.concatenate([corners, corners + sizes], 1)


def scenes():
    """Objects of three classes in eight images, and what a detector finds: most of them, moved."""
    generator = numpy.random.default_rng(5)
    labels, preds = [], []
    for _ in range(8):
        objects = boxes(6, generator)
        kinds = generator.integers(0, 3, 6)
        labels.append(numpy.column_stack([kinds, objects]))
        found = objects[:5] + generator.normal(0, 2, (5, 4))
        extra = boxes(4, generator)
        where = numpy.concatenate([found, extra])
        named = numpy.concatenate([kinds[:5], generator.integers(0, 3, 4)])
        preds.append(numpy.column_stack([named, generator.permutation(9) / 9 + 0.01, where]))
    return labels, preds


def by_pycocotools(labels, preds, threshold):
    coco = pytest.importorskip("pycocotools.coco", reason="not run: pycocotools is not installed")
    from pycocotools.cocoeval import COCOeval

    def as_coco(box):
        x1, y1, x2, y2 = (float(v) for v in box)
        return {"bbox": [x1, y1, x2 - x1, y2 - y1], "area": (x2 - x1) * (y2 - y1), "iscrowd": 0}

    def listed(rows_of_images, first):
        return [
            {
                "id": 1 + 100 * image + number, "image_id": image, "category_id": int(row[0]),
                **as_coco(row[first:]), **({"score": float(row[1])} if first == 2 else {}),
            }
            for image, rows in enumerate(rows_of_images)
            for number, row in enumerate(rows)
        ]  # fmt: skip

    truth = coco.COCO()
    truth.dataset = {
        "images": [{"id": i} for i in range(len(labels))],
        "categories": [{"id": k} for k in range(3)],
        "annotations": listed(labels, 1),
        "info": {},
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        run = COCOeval(truth, truth.loadRes(listed(preds, 2)), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return run.stats[{None: 0, 0.5: 1, 0.75: 2}[threshold]]


@pytest.mark.parametrize("threshold", [None, 0.5, 0.75])
def test_mean_average_precision_is_that_of_pycocotools(threshold):
    labels, preds = scenes()
    wanted = by_pycocotools(labels, preds, threshold)
    options = {} if threshold is None else {"thresholds": threshold}
    found = metric.MeanAveragePrecision(**options)
    for begin in (0, 3):
        end = 3 if begin == 0 else 8
        found.update(
            [np.array(a) for a in labels[begin:end]], [np.array(a) for a in preds[begin:end]]
        )
    assert 0.1 < wanted < 0.95
    assert found.get()[1] == pytest.approx(wanted, abs=1e-6)


# ---- losses


def of_torch(name, *arguments, **options):
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    given = [torch.tensor(a) for a in arguments]
    options = {
        key: torch.tensor(v, dtype=torch.float32) if isinstance(v, list) else v
        for key, v in options.items()
    }
    return getattr(torch.nn.functional, name)(*given, reduction="none", **options).numpy()


X, Y = RNG.normal(size=(2, 6, 5)).astype("float32")
KINDS = numpy.array([0, 4, 2, 2, 1, 3])


@pytest.mark.parametrize(
    ("make", "arguments", "name", "theirs", "options"),
    [
        (
            lambda: gluon.loss.SoftmaxCELoss(class_weight=[1, 2, 3, 4, 5], ignore_index=2),
            (X, KINDS),
            "cross_entropy",
            (X, KINDS),
            {"weight": [1, 2, 3, 4, 5], "ignore_index": 2},
        ),
        (
            lambda: gluon.loss.SoftmaxCELoss(label_smoothing=0.1),
            (X, KINDS),
            "cross_entropy",
            (X, KINDS),
            {"label_smoothing": 0.1},
        ),
        (
            lambda: gluon.loss.InfoNCELoss(0.2, symmetric=False),
            (X, Y),
            "cross_entropy",
            (
                X
                @ Y.T
                / numpy.outer(numpy.linalg.norm(X, axis=1), numpy.linalg.norm(Y, axis=1))
                / 0.2,
                numpy.arange(6),
            ),
            {},
        ),
        (
            lambda: gluon.loss.GaussianNLLLoss(full=True),
            (X, Y, abs(X) + 0.1),
            "gaussian_nll_loss",
            (X, Y, abs(X) + 0.1),
            {"full": True},
        ),
        (
            lambda: gluon.loss.SigmoidBCELoss(label_smoothing=0.2),
            (X, (Y > 0).astype("float32")),
            "binary_cross_entropy_with_logits",
            (X, (Y > 0).astype("float32") * numpy.float32(0.8) + numpy.float32(0.1)),
            {},
        ),
    ],
    ids=["weights", "smoothed", "InfoNCE", "Gaussian", "smoothed bits"],
)
def test_losses_are_those_of_pytorch(make, arguments, name, theirs, options):
    wanted = of_torch(name, *theirs, **options)
    wanted = wanted.mean(tuple(range(1, wanted.ndim))) if wanted.ndim > 1 else wanted
    loss = make()
    found = loss(*(np.array(a) for a in arguments))
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=2e-5, atol=1e-6)
