"""Operators of object detection in the table, beside plain loops of NumPy."""

import numpy
import pytest
from operators import check
from weft import autograd, np, npx
from weft import mxnet as mx

G = numpy.random.default_rng(31)


def boxes(*shape):
    corner = G.uniform(0, 0.7, (*shape, 2))
    return numpy.concatenate([corner, corner + G.uniform(0.1, 0.5, (*shape, 2))], -1)


def iou(a, b):
    size = numpy.maximum(numpy.minimum(a[2:], b[2:]) - numpy.maximum(a[:2], b[:2]), 0)
    both = size[0] * size[1]
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def encoded(box, anchor, variances=(0.1, 0.1, 0.2, 0.2)):
    sizes = box[2:] - box[:2], anchor[2:] - anchor[:2]
    shift = ((box[:2] + box[2:]) - (anchor[:2] + anchor[2:])) / 2 / sizes[1]
    return numpy.concatenate([shift, numpy.log(sizes[0] / sizes[1])]) / variances


def targets(anchors, labels, scores, threshold=0.5, ratio=-1.0, least=0.5):
    """For one image: matches by rising greed, then negatives by falling difficulty."""
    count = len(anchors)
    given = labels[: next((i for i, row in enumerate(labels) if row[0] == -1), len(labels))]
    moves, masks = numpy.zeros((count, 4)), numpy.zeros((count, 4))
    if not len(given):
        return moves.ravel(), masks.ravel(), numpy.full(count, -1.0)
    table = numpy.array([[iou(anchor, row[1:]) for row in given] for anchor in anchors])
    owner, left = numpy.full(count, -1), table.copy()
    while left.max() > 1e-6:
        i, k = numpy.unravel_index(left.argmax(), left.shape)
        owner[i] = k
        left[i], left[:, k] = -1, -1
    for i in range(count):
        if owner[i] < 0 and table[i].max() > threshold:
            owner[i] = table[i].argmax()
    kinds = numpy.where(owner >= 0, given[owner, 0] + 1, 0.0)
    if ratio > 0:
        background = numpy.exp(scores[0]) / numpy.exp(scores).sum(0)
        can_be = [i for i in range(count) if owner[i] < 0 and table[i].max() < least]
        hard = sorted(can_be, key=lambda i: background[i])[: int((owner >= 0).sum() * ratio)]
        for i in range(count):
            if owner[i] < 0 and i not in hard:
                kinds[i] = -1
    for i in numpy.flatnonzero(owner >= 0):
        moves[i], masks[i] = encoded(given[owner[i], 1:], anchors[i]), 1
    return moves.ravel(), masks.ravel(), kinds


LABELS = numpy.concatenate([G.integers(0, 3, (3, 4, 1)), boxes(3, 4)], -1).astype("float32")
LABELS[0, 2:] = -1
LABELS[2] = -1


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"overlap_threshold": 0.3},
        {"negative_mining_ratio": 2, "negative_mining_thresh": 0.4},
    ],
)
def test_multibox_target(tmp_path, options):
    anchors, scores = boxes(1, 20).astype("float32"), G.standard_normal((3, 4, 20))
    arrays = [anchors, LABELS, scores.astype("float32")]
    wanted = [
        targets(
            anchors[0],
            LABELS[i],
            scores[i],
            options.get("overlap_threshold", 0.5),
            options.get("negative_mining_ratio", -1),
            options.get("negative_mining_thresh", 0.5),
        )
        for i in range(3)
    ]
    texts = {key: str(value) for key, value in options.items()}
    parts = [numpy.stack(part) for part in zip(*wanted, strict=True)]
    check(tmp_path, "_contrib_MultiBoxTarget", arrays, texts, parts, rtol=1e-3, atol=1e-4)


def detections(scores, moves, anchors, threshold, overlap, forced=False):
    """For one image, as rows of class, score and box."""
    rows = []
    for i, anchor in enumerate(anchors):
        if scores[1:, i].max() < threshold:
            continue
        size, middle = anchor[2:] - anchor[:2], (anchor[:2] + anchor[2:]) / 2
        shift = moves[i] * (0.1, 0.1, 0.2, 0.2)
        middle, half = shift[:2] * size + middle, numpy.exp(shift[2:]) * size / 2
        box = numpy.clip([*(middle - half), *(middle + half)], 0, 1)
        rows.append([scores[1:, i].argmax(), scores[1:, i].max(), *box])
    rows = numpy.array(sorted(rows, key=lambda row: -row[1]))
    for i, row in enumerate(rows):
        for other in rows[i + 1 :]:
            is_rival = min(row[0], other[0]) >= 0 and (forced or row[0] == other[0])
            if is_rival and iou(row[2:], other[2:]) >= overlap:
                other[0] = -1
    return numpy.concatenate([rows, numpy.full((len(anchors) - len(rows), 6), -1.0)])


@pytest.mark.parametrize("forced", [False, True])
def test_multibox_detection(tmp_path, forced):
    anchors = boxes(1, 20).astype("float32")
    scores = numpy.exp(G.standard_normal((2, 4, 20)))
    scores = (scores / scores.sum(1, keepdims=True)).astype("float32")
    moves = (G.standard_normal((2, 80)) * 0.5).astype("float32")
    wanted = [
        detections(scores[i], moves[i].reshape(-1, 4), anchors[0], 0.3, 0.4, forced)
        for i in range(2)
    ]
    options = {"threshold": "0.3", "nms_threshold": "0.4", "force_suppress": str(forced)}
    arrays = [scores, moves, anchors]
    check(tmp_path, "_contrib_MultiBoxDetection", arrays, options, numpy.stack(wanted), rtol=1e-4)


def test_only_the_best_boxes_are_kept():
    anchors = np.array(boxes(1, 9))
    scores = np.array(G.uniform(0.1, 1, (1, 2, 9)))
    found = npx.multibox_detection(scores, np.zeros((1, 36)), anchors, nms_threshold=0, nms_topk=3)
    kept = found[0, found[0, :, 0].asnumpy() >= 0].asnumpy()
    best = numpy.sort(scores[0, 1].asnumpy())[::-1][:3]
    numpy.testing.assert_array_equal(kept[:, 1], best)


@pytest.mark.parametrize(("is_ascend", "threshold"), [(False, 0.3), (True, 0.6)])
def test_bipartite_matching(tmp_path, is_ascend, threshold):
    table = G.uniform(0, 1, (2, 4, 6)).astype("float32")
    rows, columns = numpy.full((2, 4), -1.0), numpy.full((2, 6), -1.0)
    for n in range(2):
        left = -table[n] if is_ascend else table[n].copy()
        least = -threshold if is_ascend else threshold
        while left.max() > least:
            i, k = numpy.unravel_index(left.argmax(), left.shape)
            rows[n, i], columns[n, k] = k, i
            left[i], left[:, k] = -numpy.inf, -numpy.inf
    options = {"threshold": str(threshold), "is_ascend": str(is_ascend)}
    check(tmp_path, "_contrib_bipartite_matching", [table], options, [rows, columns])


def test_targets_have_no_gradient():
    anchors, labels = np.array(boxes(1, 6)), np.array(LABELS.astype("float64"))
    scores = np.array(G.standard_normal((3, 4, 6)))
    scores.attach_grad()
    with autograd.record():
        parts = npx.multibox_target(anchors, labels, scores, negative_mining_ratio=1.0)
        total = sum(np.sum(part) for part in parts) + np.sum(scores)
    total.backward()
    numpy.testing.assert_array_equal(scores.grad.asnumpy(), 1)


def test_what_does_not_fit_is_refused():
    anchors = np.array(boxes(1, 6))
    with pytest.raises(ValueError, match=r"`cls_pred` \(B, C, 6\)"):
        npx.multibox_target(anchors, np.zeros((1, 2, 5)), np.zeros((1, 3, 7)))
    with pytest.raises(ValueError, match="`loc_pred` must have shape"):
        npx.multibox_detection(np.zeros((1, 3, 6)), np.zeros((1, 6)), anchors)
    with pytest.raises(ValueError, match="`anchor` must be of shape"):
        npx.multibox_target(np.zeros((2, 6, 4)), np.zeros((1, 2, 5)), np.zeros((1, 3, 6)))


def test_matches_among_no_boxes_are_none_and_have_a_gradient_of_zeros():
    for shape in ((0, 2), (3, 0), (2, 0, 4)):
        rows, columns = npx.bipartite_matching(np.zeros(shape), 0.1)
        assert [rows.shape, columns.shape] == [shape[:-1], (*shape[:-2], shape[-1])]
        assert (rows.asnumpy() == -1).all() and (columns.asnumpy() == -1).all()
    scores = mx.nd.array([[0.5, 0.6], [0.1, numpy.inf]])
    scores.attach_grad()
    with mx.autograd.record():
        rows, _ = mx.nd.contrib.bipartite_matching(scores, threshold=0.1)
    rows.backward()
    assert rows.asnumpy().tolist() == [0, 1] and not scores.grad.asnumpy().any()


def test_boxes_of_a_negative_class_are_background_to_mxnet():
    rows = [[-1, 0.9, 0, 0, 1, 1], [2, 0.3, 2, 2, 3, 3], [-1, 0.2, 5, 5, 6, 6]]
    found = mx.nd.contrib.box_nms(mx.nd.array(rows), id_index=0)
    numpy.testing.assert_array_equal(
        found.asnumpy(), numpy.array([rows[1], [-1] * 6, [-1] * 6], "f")
    )
    kept = mx.nd.contrib.box_nms(mx.nd.array(rows))  # classes have no column: all boxes stay
    assert (kept.asnumpy()[:, 1] > 0).all()
