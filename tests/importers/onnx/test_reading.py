"""What strangers wrote: damaged, contradictory and hostile models are refused by name."""

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto
from onnx_models import classifier, helper_node, model
from weft import np

X = {"x": ("float32", [2])}
Y = {"y": ("float32", [2])}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it has no graph"),
        (b"hello", "is no ONNX model"),
        (b"\x08\x0a" * 40, "is no ONNX model"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path, content, message):
    path = tmp_path / "file.onnx"
    path.write_bytes(content)
    with pytest.raises(OSError, match=message) as raised:
        weft.onnx.load(path)
    assert str(path) in str(raised.value)
    with pytest.raises(OSError, match=message):
        weft.onnx.load(content)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*none\.onnx"):
        weft.onnx.load(tmp_path / "none.onnx")


def test_another_kind_of_argument_is_refused():
    with pytest.raises(TypeError, match="`model` must be a path, bytes or a ModelProto; got int"):
        weft.onnx.load(3)


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ([helper_node("Relu", ["a"], ["y"], name="r")], "Relu `r`: input `a` is made by no node"),
        (
            [helper_node("Relu", ["b"], ["y"]), helper_node("Relu", ["y"], ["b"])],
            "input `b` is made by no node before it; the graph has a circle",
        ),
        (
            [helper_node("Relu", ["x"], ["y"], name="r"), helper_node("Abs", ["x"], ["y"])],
            "`y` has a value already",
        ),
        ([helper_node("Relu", ["x"], ["z"])], "output `y` is made by no node"),
        ([helper_node("Relu", ["x"], ["y"], domain="acme")], "no version of domain `acme`"),
    ],
)
def test_graphs_that_contradict_themselves(nodes, message):
    with pytest.raises(ValueError, match=message):
        weft.onnx.load(model(nodes, X, Y))


def tensor(dims, raw=b"", **fields):
    made = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=dims, **fields)
    if raw is not None:
        made.raw_data = raw
    return made


def with_tensor(made):
    built = model([helper_node("Add", ["x", "w"], ["y"])], X, Y)
    built.graph.initializer.append(made)
    return built


@pytest.mark.parametrize(
    "made",
    [
        tensor([1 << 40], b"\0" * 8),
        tensor([1 << 62, 1 << 62], b"\0" * 8),
        tensor([-1], b"\0" * 4),
        tensor([2], b"\0" * 7),
        tensor([2], None, float_data=[1.0]),
    ],
)
def test_data_that_does_not_fit_its_shape(made):
    with pytest.raises(OSError, match="tensor `w`: shape"):
        weft.onnx.load(with_tensor(made))


def external(location, **entries):
    made = tensor([2], None, data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, **entries}.items():
        made.external_data.add(key=key, value=str(value))
    return made


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (external("../secret"), "leaves the folder"),
        (external("/etc/passwd"), "leaves the folder"),
        (external("a/../../secret"), "leaves the folder"),
        (external("link"), "is a link that leaves the folder"),
        (external("none"), "is no file beside the model"),
        (external("."), "is no file beside the model"),
        (external("data", offset=4), "needs 8 bytes"),
        (external("data", offset=-8), "offset of external data must be a number"),
        (external("data", length=4), "needs 8 bytes"),
    ],
)
def test_external_data_stays_in_its_folder(tmp_path, made, message):
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(b"\0" * 8)
    (folder / "data").write_bytes(b"\0" * 8)
    (folder / "link").symlink_to(tmp_path / "secret")
    path = folder / "net.onnx"
    path.write_bytes(with_tensor(made).SerializeToString())
    with pytest.raises(OSError, match=message):
        weft.onnx.load(path)


def test_external_data_is_read(tmp_path):
    values = numpy.array([3.0, 4.0], "float32")
    (tmp_path / "data").write_bytes(b"\0" * 4 + values.tobytes())
    path = tmp_path / "net.onnx"
    path.write_bytes(with_tensor(external("data", offset=4)).SerializeToString())
    assert weft.onnx.load(path)(np.zeros(2)).tolist() == [3.0, 4.0]
    with pytest.raises(OSError, match="load the model by its path"):
        weft.onnx.load(path.read_bytes())


SEED = classifier(numpy.random.default_rng(0)).SerializeToString()
REFUSED = (OSError, ValueError, TypeError, NotImplementedError, RuntimeError, LookupError)


@given(st.data())
@settings(deadline=None)
def test_mutated_files_end_in_an_error_or_run(data):
    content = bytearray(SEED)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["set", "cut", "repeat"]))
        if kind == "set":
            content[place] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del content[place : place + data.draw(st.integers(1, 40))]
        else:
            content[place:place] = content[place : place + data.draw(st.integers(1, 40))]
        if not content:
            content = bytearray(b"\0")
    try:
        block = weft.onnx.load(bytes(content))
        block(*[np.zeros((1, 3, 8, 8))] * len(block.input_names))
    except REFUSED:
        return


def test_models_of_old_versions_have_weights_among_the_inputs():
    node = helper_node("Add", ["x", "w"], ["y"])
    old = model([node], {**X, "w": ("float32", [2])}, Y, {"w": numpy.ones(2, "float32")}, opset=7)
    block = weft.onnx.load(old)
    assert block.input_names == ["x"] and block(np.zeros(2)).tolist() == [1.0, 1.0]
