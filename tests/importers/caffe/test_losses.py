"""Losses of Caffe: their values, normalisers, ignored labels and gradients; accuracy."""

import caffe_formulas as formulas
import numpy
import pytest
import weft
from caffe_files import inputs, layer, random_array, run
from weft import autograd, np

N, C, H, W = 4, 5, 3, 2
PLACES = numpy.random.default_rng(1).integers(0, C, (N, H, W)).astype("float32")


def loss_of(tmp_path, kind, options, *arrays, tops=("y",)):
    names = "abc"[: len(arrays)]
    shapes = {name: array.shape for name, array in zip(names, arrays, strict=True)}
    path = tmp_path / "net.prototxt"
    path.write_text(inputs(**shapes) + layer(kind, options, bottoms=names, tops=tops))
    found = run(path, None, *arrays)
    for a, b in zip(found, run(path, None, *arrays, hybridized=True), strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    check_gradient(path, arrays)
    return found if len(tops) > 1 else float(found[0])


def check_gradient(path, arrays):
    """The first bottom's gradient beside differences of the loss."""
    net = weft.caffe.load(path)

    def value(first):
        found = net(first, *map(np.array, arrays[1:]))
        return found[0] if isinstance(found, tuple) else found

    x = np.array(arrays[0])
    x.attach_grad()
    with autograd.record():
        loss = value(x)
    loss.backward()
    slope = x.grad.asnumpy()
    way = random_array(*arrays[0].shape, seed=9)
    step = 1e-2
    ahead, behind = (float(value(np.array(arrays[0] + s * step * way))) for s in (1, -1))
    numpy.testing.assert_allclose((slope * way).sum(), (ahead - behind) / (2 * step), atol=5e-3)


def softmax_losses(x, labels):
    shares = formulas.softmax(x, 1)
    index = numpy.maximum(labels, 0).astype(int)[:, None]
    return -numpy.log(numpy.take_along_axis(shares, index, 1))[:, 0]


@pytest.mark.parametrize(
    "options, count",
    [
        ("", N * H * W),
        ("loss_param { normalization: FULL }", N * H * W),
        ("loss_param { normalization: BATCH_SIZE }", N),
        ("loss_param { normalization: NONE }", 1),
        ("loss_param { normalize: false }", N),
    ],
)
def test_softmax_loss_has_its_normalisers(options, count, tmp_path):
    x = random_array(N, C, H, W)
    found = loss_of(tmp_path, "SoftmaxWithLoss", options, x, PLACES)
    assert found == pytest.approx(softmax_losses(x, PLACES).sum() / count, rel=1e-5)


@pytest.mark.parametrize("normalization, count", [("VALID", None), ("FULL", N * H * W)])
def test_softmax_loss_leaves_ignored_labels_out(normalization, count, tmp_path):
    x, labels = random_array(N, C, H, W), PLACES.copy()
    labels[0], labels[2, 1] = 255, 255
    valid = labels != 255
    options = f"loss_param {{ ignore_label: 255 normalization: {normalization} }}"
    found = loss_of(tmp_path, "SoftmaxWithLoss", options, x, labels)
    losses = softmax_losses(x, numpy.where(valid, labels, 0)) * valid
    assert found == pytest.approx(losses.sum() / (count or valid.sum()), rel=1e-5)


def test_softmax_loss_gives_its_shares(tmp_path):
    x, labels = random_array(N, C), PLACES[:, 0, 0]
    found = loss_of(tmp_path, "SoftmaxWithLoss", "", x, labels, tops=("y", "p"))
    numpy.testing.assert_allclose(found[1], formulas.softmax(x), rtol=1e-5)


def test_sigmoid_loss_is_by_sample(tmp_path):
    x = random_array(N, C, low=-3, high=3)
    targets = (random_array(N, C, seed=1) > 0).astype("float32")
    targets[0, 0] = -1
    shares = formulas.sigmoid(x)
    losses = -(targets * numpy.log(shares) + (1 - targets) * numpy.log(1 - shares))
    kept = targets != -1
    options = "loss_param { ignore_label: -1 }"
    found = loss_of(tmp_path, "SigmoidCrossEntropyLoss", options, x, targets)
    assert found == pytest.approx((losses * kept).sum() / N, rel=1e-5)
    options = "loss_param { ignore_label: -1 normalization: VALID }"
    found = loss_of(tmp_path, "SigmoidCrossEntropyLoss", options, x, targets)
    assert found == pytest.approx((losses * kept).sum() / kept.sum(), rel=1e-5)


def test_euclidean_loss_is_half_the_mean_square(tmp_path):
    a, b = random_array(N, C), random_array(N, C, seed=1)
    found = loss_of(tmp_path, "EuclideanLoss", "", a, b)
    assert found == pytest.approx(((a - b) ** 2).sum() / (2 * N), rel=1e-5)


@pytest.mark.parametrize("norm", ["L1", "L2"])
def test_hinge_loss_is_of_all_classes(norm, tmp_path):
    x, labels = random_array(N, C), PLACES[:, 0, 0]
    signs = numpy.where(numpy.arange(C) == labels[:, None], -1, 1)
    margins = numpy.maximum(1 + signs * x, 0)
    wanted = (margins if norm == "L1" else margins**2).sum() / N
    options = f"hinge_loss_param {{ norm: {norm} }}"
    assert loss_of(tmp_path, "HingeLoss", options, x, labels) == pytest.approx(wanted, rel=1e-5)


def test_multinomial_loss_takes_probabilities(tmp_path):
    x, labels = random_array(N, C, low=0.1), PLACES[:, 0, 0].copy()
    chosen = x[numpy.arange(N), labels.astype(int)]
    found = loss_of(tmp_path, "MultinomialLogisticLoss", "", x, labels)
    assert found == pytest.approx(-numpy.log(chosen).mean(), rel=1e-5)


def test_infogain_loss_weighs_by_a_matrix(tmp_path):
    from weft.caffe._write import blob_of, write_message

    x, labels = random_array(N, C), PLACES[:, 0, 0]
    gains = random_array(C, C, seed=2, low=0)
    logs = numpy.log(formulas.softmax(x))
    wanted = -(gains[labels.astype(int)] * logs).sum() / N
    found = loss_of(tmp_path, "InfogainLoss", "", x, labels, gains)
    assert found == pytest.approx(wanted, rel=1e-5)
    path = tmp_path / "gains.binaryproto"
    write_message(blob_of(gains.reshape(1, 1, C, C)), path, "test")
    options = f'infogain_loss_param {{ source: "{path}" }}'
    assert loss_of(tmp_path, "InfogainLoss", options, x, labels) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("legacy", [False, True])
def test_contrastive_loss_draws_and_pushes(legacy, tmp_path):
    a, b = random_array(N, C), random_array(N, C, seed=1)
    similar = numpy.array([0, 1, 0, 1], "float32")
    squares = ((a - b) ** 2).sum(1)
    apart = (
        numpy.maximum(2 - squares, 0) if legacy else numpy.maximum(2 - numpy.sqrt(squares), 0) ** 2
    )
    wanted = numpy.where(similar, squares, apart).sum() / (2 * N)
    options = f"contrastive_loss_param {{ margin: 2 legacy_version: {str(legacy).lower()} }}"
    found = loss_of(tmp_path, "ContrastiveLoss", options, a, b, similar)
    assert found == pytest.approx(wanted, rel=1e-5)


def test_accuracy_counts_ties_against_the_label(tmp_path):
    x = numpy.array([[1, 3, 2], [2, 2, 1], [0, 1, 5], [4, 1, 1]], "float32")
    labels = numpy.array([1, 0, 0, 255], "float32")
    for top_k, wanted in ((1, 1 / 3), (2, 2 / 3), (3, 1.0)):
        path = tmp_path / "net.prototxt"
        options = f"accuracy_param {{ top_k: {top_k} ignore_label: 255 }}"
        text = inputs(a=x.shape, b=labels.shape)
        path.write_text(text + layer("Accuracy", options, bottoms="ab", tops=("y", "each")))
        share, each = run(path, None, x, labels)
        assert float(share) == pytest.approx(wanted)
        assert each[2] == 0  # no sample of this class
        assert each[1] == 1


@pytest.mark.parametrize("kind", ["SoftmaxWithLoss", "MultinomialLogisticLoss", "Accuracy"])
@pytest.mark.parametrize("label", [-1, C])
def test_labels_that_are_no_class_are_refused(kind, label, tmp_path):
    path = tmp_path / "net.prototxt"
    path.write_text(inputs(a=(N, C), b=(N,)) + layer(kind, "", bottoms="ab"))
    labels = numpy.array([0, label, 0, 0], "float32")
    with pytest.raises(IndexError, match=rf"{kind} `y`.*{label}"):
        run(path, None, random_array(N, C, low=0.1), labels)
