"""What `callbacks.TensorBoard` writes, as TensorBoard's own reader finds it."""

import json
import sys

import numpy
import pytest
import weft
from weft import autograd, callbacks, gluon, np
from weft.gluon import nn

reader = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator",
    reason="not run: tensorboard is not installed",
)
EVERYTHING = dict.fromkeys(("scalars", "histograms", "images", "tensors"), 0)


def read(folder):
    found = reader.EventAccumulator(str(folder), EVERYTHING)
    found.Reload()
    return found


@pytest.fixture
def data():
    weft.seed(0)
    x = np.random.normal(size=(64, 1, 8, 8))
    return x, (x.mean(axis=(1, 2, 3)) > 0).astype("int64")


def model_of(**options):
    net = nn.HybridSequential(
        nn.Conv2D(4, 3, activation="relu"), nn.BatchNorm(), nn.Flatten(), nn.Dense(2)
    )
    return weft.Model(net, "softmax_cross_entropy", "sgd", ["accuracy"], **options)


def test_figures_are_curves_of_training_and_validation(data, tmp_path):
    board = callbacks.TensorBoard(tmp_path, batches=2)
    history = model_of().fit(*data, 16, 3, validation_split=0.25, callbacks=board, verbose=0)
    train, valid = read(tmp_path / "train"), read(tmp_path / "validation")
    for name, found in (("loss", train), ("val_loss", valid), ("accuracy", train)):
        events = found.Scalars(f"epoch/{name.removeprefix('val_')}")
        assert [event.step for event in events] == [0, 1, 2]
        numpy.testing.assert_allclose([e.value for e in events], history[name], rtol=1e-6)
    assert [event.step for event in train.Scalars("batch/loss")] == [2, 4, 6, 8]


def test_histograms_hold_the_parameters_and_the_gradients_of_the_last_batch(data, tmp_path):
    x, y = data
    model = model_of(optimizer_params={"learning_rate": 0.5})
    board = callbacks.TensorBoard(tmp_path, histograms=1, gradients=True)
    model.fit(x, y, 64, 1, shuffle=False, callbacks=board, verbose=0)
    found = read(tmp_path / "train")
    parameters = model.net.collect_params()
    names = {f"parameters/{name}" for name in parameters}
    names |= {f"gradients/{name}" for name, p in parameters.items() if p.grad_req != "null"}
    assert set(found.Tags()["histograms"]) == names
    weight = found.Histograms("parameters/3.weight")[0].histogram_value
    values = parameters["3.weight"].data().asnumpy()
    assert (weight.num, weight.min) == (values.size, pytest.approx(values.min()))
    gradient = found.Histograms("gradients/3.weight")[0].histogram_value
    assert gradient.sum == pytest.approx(model.gradients()["3.weight"].asnumpy().sum(), abs=1e-6)


@pytest.mark.parametrize(
    ("options", "accumulate"),
    [({}, 1), ({}, 4), ({"compiled": False}, 1), ({"precision": "float16"}, 1)],
    ids=str,
)
def test_gradients_are_means_over_the_samples_of_an_update(data, options, accumulate):
    x, y = data
    model = model_of(optimizer_params={"learning_rate": 0.0}, **options)
    model.keeps_gradients = True
    model.net[1].use_global_stats = True  # so that parts of a batch are the batch
    model.fit(x, y, 64 // accumulate, 1, accumulate=accumulate, verbose=0)
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    parameters = model.net.collect_params()
    with autograd.record():
        loss = loss_of(model.net(x), y).mean()
    wanted = autograd.grad(loss, [parameters["3.weight"].data(), parameters["0.weight"].data()])
    tolerance = 2e-2 if "precision" in options else 1e-4
    for name, want in zip(("3.weight", "0.weight"), wanted, strict=True):
        have = model.gradients()[name].asnumpy()
        scale = float(abs(want).max())
        numpy.testing.assert_allclose(have, want.asnumpy(), atol=tolerance * scale)


def test_the_network_is_a_graph_with_folders_and_shapes(data, tmp_path):
    model = model_of()
    model.fit(*data, epochs=1, callbacks=callbacks.TensorBoard(tmp_path), verbose=0)
    found = read(tmp_path / "train")
    nodes = {node.name: node for node in found.Graph().node}
    assert next(iter(nodes.values())).op == "Placeholder"
    convolution = nodes["0/convolution"]
    assert list(convolution.input) == ["data"]
    shape = convolution.attr["_output_shapes"].list.shape[0]
    assert [dim.size for dim in shape.dim] == [1, 4, 6, 6]
    assert convolution.attr["parameters"].s == b"40"
    for node in nodes.values():
        assert set(node.input) <= nodes.keys()
    assert "Conv2D" in str(found.Tensors("network/text_summary")[0].tensor_proto)


def test_a_network_that_is_no_graph_says_why(data, tmp_path):
    class Reads(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = nn.Dense(2)

        def forward(self, x):
            return self.dense(x) if float(x.sum()) > -1e9 else x

    model = weft.Model(Reads(), "softmax_cross_entropy", "sgd", compiled=False)
    model.fit(*data, epochs=1, callbacks=callbacks.TensorBoard(tmp_path), verbose=0)
    found = read(tmp_path / "train")
    assert not found.Tags()["graph"]
    text = str(found.Tensors("network/graph/text_summary")[0].tensor_proto)
    assert "No graph can be made of the network" in text


def test_images_texts_and_embeddings(data, tmp_path):
    x, y = data
    board = callbacks.TensorBoard(
        tmp_path,
        images={"first": np.clip(x[:4], 0, 1), "again": lambda model: np.zeros((2, 5, 5))},
        texts={"about": "*a run*", "rate": lambda model: f"{model.learning_rate}"},
        embeddings={"pixels": (x[:10].reshape(10, -1), y[:10])},
    )
    model_of().fit(x, y, epochs=2, callbacks=board, verbose=0)
    found = read(tmp_path / "train")
    (first,), again = found.Images("first"), found.Images("again")
    assert (first.width, first.height) == (4 * 8, 8)
    assert [image.step for image in again] == [0, 1]
    assert b"*a run*" in found.Tensors("about/text_summary")[0].tensor_proto.string_val
    assert len(found.Tensors("rate/text_summary")) == 2
    (folder,) = (tmp_path / "train").glob("*/pixels")
    vectors = numpy.loadtxt(folder / "tensors.tsv", delimiter="\t")
    numpy.testing.assert_allclose(vectors, x[:10].reshape(10, -1).asnumpy(), rtol=1e-5)
    assert (folder / "metadata.tsv").read_text("utf-8").split() == [str(n) for n in y[:10].tolist()]
    config = (tmp_path / "train" / "projector_config.pbtxt").read_text("utf-8")
    assert f"{folder.parent.name}/pixels/tensors.tsv" in config.replace(str(tmp_path), "")


def test_options_of_the_run_are_compared(data, tmp_path):
    board = callbacks.TensorBoard(tmp_path, hyper={"rate": 0.1, "kind": "plain"})
    history = model_of().fit(*data, epochs=2, callbacks=board, verbose=0)
    found = read(tmp_path / "train" / "run")
    assert found.Scalars("hyper/loss")[0].value == pytest.approx(history["loss"][-1])
    content = found.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    assert b"rate" in content and b"plain" in content


def test_a_profile_is_tables_and_a_trace(data, tmp_path):
    board = callbacks.TensorBoard(tmp_path, profile=(1, 2))
    model_of().fit(*data, 16, 2, callbacks=board, verbose=0)
    text = str(read(tmp_path / "train").Tensors("profile/operator/text_summary")[0].tensor_proto)
    assert "GFLOP/s" in text and "convolution" in text
    trace = json.loads((tmp_path / "train" / "profile.json").read_text("utf-8"))["traceEvents"]
    assert sum(event["name"] == "plan" for event in trace) == 2  # batches 1 and 2
    with weft.profiler.profile():  # it has ended
        pass


def test_a_profile_ends_where_training_fails(data, tmp_path):
    class Fails(callbacks.Callback):
        def on_train_batch_end(self, batch, logs):
            raise ZeroDivisionError

    board = callbacks.TensorBoard(tmp_path, profile=(0, 9))
    with pytest.raises(ZeroDivisionError):
        model_of().fit(*data, 16, 1, callbacks=[Fails(), board], verbose=0)
    with weft.profiler.profile():
        pass


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"gradients": True}, ValueError, "`gradients` needs `histograms`"),
        ({"images": [1]}, TypeError, "`images` must be a dict by name; got list"),
        ({"profile": 3}, TypeError, r"`profile` must be \(first, last\); got 3"),
        ({"profile": (3, 2)}, ValueError, r"`profile\[1\]` must be at least 3; got 2"),
        ({"histograms": -1}, ValueError, "`histograms` must be at least 0; got -1"),
    ],
)
def test_mistakes_are_told(options, error, text, tmp_path):
    with pytest.raises(error, match=text):
        callbacks.TensorBoard(tmp_path, **options)


def test_images_of_another_shape_are_told(data, tmp_path):
    board = callbacks.TensorBoard(tmp_path, images={"odd": np.zeros((2, 5, 8, 8))})
    with pytest.raises(ValueError, match=r"images 'odd' must have shape .*; got \(2, 5, 8, 8\)"):
        model_of().fit(*data, epochs=1, callbacks=board, verbose=0)


def test_tensorboardx_missing_is_told(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(LookupError, match=r"pip install 'tensorboardX>"):
        callbacks.TensorBoard(tmp_path)
