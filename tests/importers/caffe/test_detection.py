"""SSD's layers: boxes of all places, and what is detected, beside plain loops and OpenCV."""

import itertools

import numpy
import pytest
import weft
from caffe_files import inputs, layer, random_array, run, run_opencv, write_net
from caffe_formulas import softmax
from weft import np

PRIORS = (
    "prior_box_param { min_size: 6 max_size: 10 aspect_ratio: 2 aspect_ratio: 3 flip: true "
    "clip: %s variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 %s }"
)


def priors(rows, columns, step, extent, clip):
    """The same boxes as `PRIORS`."""
    found = []
    for row, column in itertools.product(range(rows), range(columns)):
        x, y = (column + 0.5) * step[1], (row + 0.5) * step[0]
        sizes = [(6, 6), (60**0.5, 60**0.5)]
        for ratio in (2, 1 / 2, 3, 1 / 3):
            sizes.append((6 * ratio**0.5, 6 / ratio**0.5))
        for w, h in sizes:
            found += [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
    boxes = numpy.array(found) / numpy.tile([extent[1], extent[0]] * 2, len(found) // 4)
    return numpy.clip(boxes, 0, 1) if clip else boxes


@pytest.mark.parametrize("clip, more, step", [(False, "", (8, 6)), (True, "step: 7", (7, 7))])
def test_boxes_are_those_of_all_places(clip, more, step, tmp_path):
    x, image = random_array(1, 2, 4, 5), random_array(1, 3, 32, 30)
    text = inputs(x=x.shape, image=image.shape) + layer(
        "PriorBox", PRIORS % (str(clip).lower(), more), bottoms=("x", "image")
    )
    path = tmp_path / "net.prototxt"
    path.write_text(text)
    (y,) = run(path, None, x, image)
    assert y.shape == (1, 2, 4 * 5 * 6 * 4)
    numpy.testing.assert_allclose(y[0, 0], priors(4, 5, step, (32, 30), clip), atol=1e-6)
    numpy.testing.assert_allclose(y[0, 1].reshape(-1, 4), [[0.1, 0.1, 0.2, 0.2]] * 120)


def overlap(a, b):
    sides = numpy.minimum(a[2:], b[2:]) - numpy.maximum(a[:2], b[:2])
    shared = numpy.prod(numpy.maximum(sides, 0))
    return shared / (numpy.prod(a[2:] - a[:2]) + numpy.prod(b[2:] - b[:2]) - shared)


def detections(loc, conf, prior, classes, least, threshold, top_k, most):
    """The rows of CENTER_SIZE codes, by plain loops."""
    boxes, spread = prior[0].reshape(2, -1, 4)
    rows = []
    for image in range(len(loc)):
        codes = loc[image].reshape(-1, 4) * spread
        size = boxes[:, 2:] - boxes[:, :2]
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2 + codes[:, :2] * size
        half = numpy.exp(codes[:, 2:]) * size / 2
        corners = numpy.concatenate([centre - half, centre + half], 1)
        scores = conf[image].reshape(-1, classes)
        own = []
        for label in range(1, classes):
            order = numpy.argsort(-scores[:, label], kind="stable")
            order = [place for place in order if scores[place, label] > least][:top_k]
            kept = []
            for place in order:
                if all(overlap(corners[place], corners[k]) <= threshold for k in kept):
                    kept.append(place)
            own += [(image, label, scores[k, label], *corners[k]) for k in kept]
        bound = sorted((row[2] for row in own), reverse=True)[:most][-1] if own else 0
        rows += [row for row in own if row[2] >= bound]
    return numpy.array(rows, "float32")


@pytest.fixture
def detector(tmp_path):
    """A net, its inputs, and what it detects."""
    count = 4 * 5 * 6
    image, x = random_array(2, 3, 32, 30), random_array(2, 2, 4, 5)
    loc = random_array(2, count * 4, seed=1)
    conf = softmax(random_array(2, count, 3, seed=2, low=-4, high=4), 2).astype("float32")
    options = (
        "detection_output_param { num_classes: 3 share_location: true background_label_id: 0 "
        "nms_param { nms_threshold: 0.4 top_k: 40 } code_type: CENTER_SIZE keep_top_k: 20 "
        "confidence_threshold: 0.3 }"
    )
    shapes = {"x": x.shape, "image": image.shape, "loc": loc.shape, "conf": (2, count * 3)}
    text = (
        inputs(**shapes)
        + layer("PriorBox", PRIORS % ("false", ""), name="p", bottoms=("x", "image"), tops="p")
        + layer("DetectionOutput", options, bottoms=("loc", "conf", "p"))
    )
    arrays = (x, image, loc, conf.reshape(2, -1))
    boxes = priors(4, 5, (8, 6), (32, 30), False)
    prior = numpy.stack([boxes, numpy.tile([0.1, 0.1, 0.2, 0.2], count)])[None]
    wanted = detections(arrays[2], arrays[3], prior, 3, 0.3, 0.4, 40, 20)
    return write_net(tmp_path, text), arrays, wanted


@pytest.mark.parametrize("hybridized", [False, True])
def test_detections_are_the_best_boxes_of_each_class(hybridized, detector):
    (prototxt, weights), arrays, wanted = detector
    (rows,) = run(prototxt, weights, *arrays, hybridized=hybridized)
    assert rows.shape == (1, 1, len(wanted), 7) and len(wanted) == 40
    numpy.testing.assert_allclose(rows[0, 0], wanted, rtol=1e-4, atol=1e-5)


def test_detections_are_those_of_opencv(detector):
    cv2 = pytest.importorskip("cv2")
    if not hasattr(cv2.dnn, "readNetFromCaffe"):
        pytest.skip("not run: this OpenCV has no reader of Caffe's files")
    (prototxt, weights), arrays, wanted = detector
    (rows,) = run_opencv(prototxt, weights, *arrays)
    # OpenCV's classes are not in order.
    rows = rows[0, 0][numpy.lexsort((-rows[0, 0, :, 2], rows[0, 0, :, 1], rows[0, 0, :, 0]))]
    numpy.testing.assert_allclose(rows, wanted, rtol=1e-3, atol=1e-4)


def test_a_detector_without_detections_gives_no_rows(detector):
    (prototxt, weights), arrays, _ = detector
    *others, conf = arrays
    net = weft.caffe.load(prototxt, weights)
    assert net(*map(np.array, others), np.zeros(conf.shape)).shape == (1, 1, 0, 7)
