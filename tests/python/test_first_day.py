"""What a first day brings: data as people have it, words of other frameworks, and what the errors
say to write instead."""

import io

import numpy
import pytest
import scipy.sparse
import weft
from weft import gluon, np
from weft.gluon import nn
from weft.gluon.data.vision import transforms
from weft.gluon.model_zoo import vision

RNG = numpy.random.default_rng(2)
X = RNG.normal(size=(8, 3)).astype("float32")
Y = numpy.arange(8) % 3


def model_of(net=None, loss="softmax_cross_entropy"):
    return weft.Model(net or nn.Dense(3), loss, "sgd", optimizer_params={"learning_rate": 0.0})


class Named(gluon.data.Dataset):
    """Images with a label and the name of their file."""

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return X[index], Y[index], f"image{index}.png"


@pytest.mark.parametrize("workers", [{}, {"num_workers": 1}, {"num_workers": 1, "thread_pool": 1}])
def test_a_loader_gives_names_as_a_list(workers):
    batches = list(gluon.data.DataLoader(Named(), 4, **workers))
    assert [batch[2] for batch in batches] == [
        [f"image{n}.png" for n in part] for part in (range(4), range(4, 8))
    ]
    numpy.testing.assert_array_equal(batches[1][0].asnumpy(), X[4:])


def test_names_of_samples_change_nothing_in_fit():
    weft.random.seed(1)
    net = nn.Dense(3, in_units=3)
    net.initialize()
    wanted = model_of(net).evaluate(X, Y)["loss"]
    assert model_of(net).evaluate(Named())["loss"] == pytest.approx(wanted)
    assert model_of(net).fit(gluon.data.DataLoader(Named(), 8), verbose=0)["loss"] == [
        pytest.approx(wanted)
    ]
    assert model_of(net).predict(Named()).shape == (8, 3)


def test_a_name_among_numbers_is_told():
    with pytest.raises(ValueError, match="must be a text, as the first; got int"):
        next(iter(gluon.data.DataLoader([(1, "a"), (2, 3)], 2)))


@pytest.mark.parametrize("labels", [Y + 0.5, [0.2] * 8], ids=["halves", "shares"])
@pytest.mark.parametrize("is_compiled", [True, False])
def test_labels_between_classes_are_refused(labels, is_compiled):
    labels = numpy.array(labels, "float32")
    said = "`label` must have whole numbers, those of classes; got 0.[25]"
    with pytest.raises(ValueError, match=said):
        gluon.loss.SoftmaxCELoss()(np.zeros((8, 4)), np.array(labels))
    with pytest.raises(ValueError, match=said):
        gluon.loss.FocalLoss()(np.zeros((8, 4)), np.array(labels))
    model = weft.Model(nn.Dense(4), "softmax_cross_entropy", compiled=is_compiled)
    for data in ((X, labels), (gluon.data.DataLoader(gluon.data.ArrayDataset(X, labels), 8),)):
        with pytest.raises(ValueError, match=said):
            model.fit(*data, verbose=0)
    assert model.fit(X, Y.astype("float32"), verbose=0).epoch == [0]


@pytest.mark.parametrize("loss", ["SoftmaxCrossEntropyLoss", "FocalLoss"])
@pytest.mark.parametrize("shape", [(2, 4, 6, 5), (2, 4, 6), (2, 4, 6, 6)])
def test_a_loss_of_images_says_where_the_classes_are(loss, shape):
    scores, labels = np.zeros(shape), np.zeros((shape[0], *shape[2:]), "int64")
    make = getattr(gluon.loss, loss)
    with pytest.raises(ValueError, match=rf"write `gluon.loss.{loss}\(axis=1\)`"):
        make()(scores, labels)
    assert make(axis=1)(scores, labels).shape == (2,)


class Unused(nn.HybridSequential):
    def __init__(self):
        super().__init__()
        self.body, self.rest = nn.Dense(3), nn.Dense(4)

    def forward(self, x):
        return self.body(x)


def test_a_layer_that_is_not_used_is_told():
    with pytest.raises(RuntimeError, match=r"`rest\.weight`.* `forward` does not use the layer"):
        model_of(Unused()).fit(X, Y, verbose=0)


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_list_of_layers_is_a_network(kind):
    model = model_of(kind([nn.Dense(8, activation="relu"), nn.Dense(3)]))
    assert isinstance(model.net, nn.HybridSequential)
    assert model.fit(X, Y, verbose=0).epoch == [0]
    with pytest.raises(TypeError, match="got a list of Dense, int"):
        weft.Model([nn.Dense(3), 4])


@pytest.mark.parametrize("name", [n for n in vision.__all__ if n[0].islower()])
def test_trained_weights_are_told_to_be_files(name):
    make = getattr(vision, name)
    if name in ("get_model", "get_resnet", "get_vgg"):
        make = {
            "get_model": lambda **o: vision.get_model("vgg11", **o),
            "get_resnet": lambda **o: vision.get_resnet(1, 18, **o),
            "get_vgg": lambda **o: vision.get_vgg(11, **o),
        }[name]
    with pytest.raises(TypeError, match=r"`pretrained` is no option.*`net\.load_parameters"):
        make(pretrained=True)


def test_no_trained_weights_are_what_there_is():
    assert isinstance(vision.resnet18(pretrained=False, classes=3), vision.ResNetV1)
    with pytest.raises(TypeError, match="`weights` is no option"):
        vision.resnet18(weights="IMAGENET1K_V1")


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
@pytest.mark.parametrize("kind", [scipy.sparse.random_array, scipy.sparse.random])
def test_sparse_matrices_are_told_to_be_made_dense(form, kind):
    sparse = kind((8, 3), density=0.5, format=form) if kind is scipy.sparse.random_array else (
        kind(8, 3, 0.5, form)
    )  # fmt: skip
    for call in (
        lambda: model_of().fit(sparse, Y, verbose=0),
        lambda: model_of().evaluate(sparse, Y),
        lambda: model_of().predict(sparse),
        lambda: gluon.data.ArrayDataset(sparse, Y),
        lambda: model_of().fit(X, Y, validation_data=(sparse, Y), verbose=0),
    ):
        with pytest.raises(TypeError, match=r"sparse matrix, \w+ of shape \(8, 3\).*toarray\(\)`"):
            call()
    rows = sparse.tocsr()
    batches = [(rows[:4].toarray(), Y[:4]), (rows[4:].toarray(), Y[4:])]
    assert model_of().fit(batches, verbose=0).epoch == [0]


@pytest.mark.parametrize("channels", [1, 3])
def test_erasing_works_on_both_sides_of_totensor(channels):
    image = np.full((16, 12, channels), 255, "uint8")
    before = transforms.ToTensor()(transforms.RandomErasing(1.0)(image))
    behind = transforms.RandomErasing(1.0)(transforms.ToTensor()(image))
    for found in (numpy.asarray(before), numpy.asarray(behind)):
        assert found.shape == (channels, 16, 12)
        rows, columns = numpy.nonzero((found == 0).all(axis=0))
        assert 0 < len(rows) == (numpy.ptp(rows) + 1) * (numpy.ptp(columns) + 1)
        assert (found == 0).sum() == channels * len(rows)  # one rectangle, in all channels


HINTS = {
    "cache": "SimpleDataset",
    "zip": "zip",
    "drop_remainder": 'last_batch="discard"',
    "padded_batch": "batchify.Pad",
    "enumerate": "enumerate",
}


@pytest.mark.parametrize("word", HINTS)
def test_streams_say_what_to_write(word):
    with pytest.raises(AttributeError, match=rf"write .*{HINTS[word]}"):
        getattr(gluon.data.IterableDataset(range(4)), word)


def test_what_the_hints_of_streams_say_works():
    stream = gluon.data.IterableDataset(range(5))
    assert len(gluon.data.SimpleDataset(list(stream))) == 5
    pairs = gluon.data.IterableDataset(lambda: zip(stream, stream, strict=True))
    assert list(pairs)[-1] == (4, 4)
    assert len(list(stream.batch(2, last_batch="discard"))) == 2
    lists = gluon.data.IterableDataset([[1], [2, 3]])
    (padded,) = lists.batch(2, batchify_fn=gluon.data.batchify.Pad())
    assert padded.tolist() == [[1, 0], [2, 3]]
    with pytest.raises(TypeError, match=r"`drop_remainder` is no argument.*write `last_batch`"):
        stream.batch(2, drop_remainder=True)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
def test_a_picture_of_a_history_fits_a_page(tmp_path, count):
    image = pytest.importorskip("PIL.Image")
    from weft.training import History

    history = History()
    names = [f"metric_{number}" for number in range(count)]
    for epoch in range(4):
        figures = dict.fromkeys(names, epoch / 4)
        history.append(epoch, figures | {f"val_{name}": v for name, v in figures.items()})
    stream = io.BytesIO()
    figure = history.plot(tmp_path / "run.png")
    figure.savefig(stream)
    width, height = image.open(tmp_path / "run.png").size
    assert width <= 1300 and height <= 1000
    assert [panel.get_title() for panel in figure.axes] == names
