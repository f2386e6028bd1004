"""What strangers wrote: damaged, contradictory and hostile models are refused by name."""

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from int8_models import Network
from onnx import TensorProto, helper, numpy_helper
from onnx_models import classifier, helper_node, model
from weft import np
from weft._import.block import ImportedBlock
from weft._import.mapped import MappedFiles, copied
from weft._import.prepare import prepared
from weft.onnx._read import from_message
from weft.onnx._rules import RULES
from weft.onnx._rules._table import NEWEST

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


@pytest.mark.parametrize("domain", sorted(NEWEST))
def test_a_version_that_is_newer_than_known_is_refused(domain):
    newest = NEWEST[domain]
    operator = "Abs" if domain == "" else "Normalizer"
    nodes = [helper.make_node(operator, ["x"], ["h"], "first", domain=domain)]
    nodes += [helper.make_node(operator, ["h"], ["y"], domain=domain)]
    later = {"opset": newest + 1} if domain == "" else {"domains": {domain: newest + 1}}
    network = model(nodes, X, Y, **later)
    said = (
        f"all operators of {domain or 'ai.onnx'} (version {newest + 1}): "
        f"the newest version that Weft knows is {newest}; 2 nodes, first in node `first`"
    )
    assert weft.onnx.missing(network) == [said]
    with pytest.raises(NotImplementedError) as raised:
        weft.onnx.load(network)
    assert said in str(raised.value)
    # What no node is of says nothing.
    weft.onnx.load(model([helper.make_node("Abs", ["x"], ["y"])], X, Y, domains={"other": 99}))


def test_the_newest_version_is_known():
    network = model([helper.make_node("Abs", ["x"], ["y"])], X, Y, opset=NEWEST[""])
    assert weft.onnx.load(network)(np.array([-1.0, 2.0])).tolist() == [1.0, 2.0]


def test_a_negative_extent_is_open():
    network = model([helper.make_node("Abs", ["x"], ["y"])], {"x": ("float32", [2, 3])}, Y)
    network.graph.input[0].type.tensor_type.shape.dim[0].dim_value = -1
    block = weft.onnx.load(network)
    assert block.ports[0].shape == (None, 3)
    assert block(np.ones((5, 3))).shape == (5, 3)
    with pytest.raises(ValueError, match=r"must have shape \(\?, 3\); got \(5, 4\)"):
        block(np.ones((5, 4)))


@pytest.mark.parametrize("version", [-1, 0, 1 << 31, (1 << 63) - 1])
def test_a_version_that_is_none_is_refused(version):
    made = model([helper_node("Identity", ["x"], ["y"])], X, Y)
    made.opset_import[0].version = version
    with pytest.raises(ValueError, match=rf"imports version {version} of the operators `ai\.onnx`"):
        weft.onnx.load(made)


SEED = classifier(numpy.random.default_rng(0)).SerializeToString()
REFUSED = (OSError, ValueError, TypeError, NotImplementedError, RuntimeError, LookupError)


def run_or_refused(source, **options):
    try:
        block = weft.onnx.load(source, **options)
        block(*[np.zeros((1, 3, 8, 8))] * len(block.input_names))
    except REFUSED:
        return


def mutated(seed, data):
    """A few bytes are others, gone, or there twice."""
    content = bytearray(seed)
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
    return bytes(content)


@given(st.data())
@settings(deadline=None)
def test_mutated_files_end_in_an_error_or_run(data):
    run_or_refused(mutated(SEED, data))


def quantized():
    """A network in QDQ form with layers of several kinds."""
    net = Network()
    x = net.rounded(net.input(1, 3, 8, 8))
    y = net("Relu", net("Conv", x, net.weight(3, 3, 3, 3, axis=0), net.bias(3), pads=[1] * 4))
    y = net.rounded(net("Add", net.rounded(y), x), 0.07)
    y = net.rounded(net("Sigmoid", net("MaxPool", y, kernel_shape=[2, 2])), 0.01)
    y = net("Flatten", net.rounded(net("GlobalAveragePool", y), 0.005))
    return net.model(net.rounded(net("Gemm", y, net.weight(3, 5, axis=1)), 0.02))


QUANTIZED = quantized().SerializeToString()


@given(st.data())
@settings(deadline=None)
def test_mutated_files_in_int8_end_in_an_error_or_run(data):
    run_or_refused(QUANTIZED, int8=True)
    run_or_refused(mutated(QUANTIZED, data), int8=True)


LARGE = [((40, 16), "float32"), ((1030,), "uint8"), ((9, 40), "float64"), ((640,), "float16")]


def with_large_weights():
    """A model with weights that are read apart from the message, also in a body and a node."""
    values = {
        f"w{i}": numpy.random.default_rng(i).normal(size=shape).astype(dtype)
        for i, (shape, dtype) in enumerate(LARGE)
    }
    inner = numpy.random.default_rng(9).normal(size=(600,)).astype("float32")
    branch = helper.make_graph(
        [helper_node("Identity", ["inner"], ["b"])],
        "branch",
        [],
        [helper.make_tensor_value_info("b", TensorProto.FLOAT, [600])],
        [numpy_helper.from_array(inner, "inner")],
    )
    nodes = [
        helper.make_node("Constant", [], ["k"], value=numpy_helper.from_array(inner * 2, "k")),
        helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch),
        helper_node("Add", ["y", "k"], ["z"]),
        *(helper_node("Identity", [name], [f"{name}_out"]) for name in values),
    ]
    outputs = {"z": ("float32", [600])}
    outputs |= {f"{name}_out": (v.dtype.name, list(v.shape)) for name, v in values.items()}
    return model(nodes, {"x": ("bool", [])}, outputs, values), [inner * 3, *values.values()]


def test_large_weights_are_read_from_the_file(tmp_path):
    made, wanted = with_large_weights()
    path = tmp_path / "net.onnx"
    path.write_bytes(made.SerializeToString())
    for source in (path, made, path.read_bytes()):
        found = weft.onnx.load(source)(np.array(True))
        for ours, want in zip(found, wanted, strict=True):
            assert ours.dtype.name == want.dtype.name
            numpy.testing.assert_array_equal(ours.asnumpy(), want)


def test_a_file_may_go_once_it_is_read(tmp_path):
    """Weights are mapped while a file is read, and in no array of the network."""
    table = numpy.random.default_rng(0).normal(size=(300, 200)).astype("float32")
    shape = numpy.tile(numpy.array([1], "int64"), 40_000)
    nodes = [
        helper_node("MatMul", ["x", "table"], ["y"]),
        helper_node("Identity", ["shape"], ["z"]),
    ]
    outputs = {"y": ("float32", [1, 200]), "z": ("int64", [40_000])}
    path = tmp_path / "net.onnx"
    made = model(nodes, {"x": ("float32", [1, 300])}, outputs, {"table": table, "shape": shape})
    path.write_bytes(made.SerializeToString())
    net = weft.onnx.load(path)
    path.write_bytes(b"")  # the same file, shortened
    y, z = net(np.ones((1, 300)))
    numpy.testing.assert_allclose(y.asnumpy()[0], table.sum(0), rtol=1e-4, atol=1e-4)
    assert z.asnumpy().sum() == 40_000


def test_a_file_that_is_shortened_before_its_weights_are_copied_is_refused(tmp_path):
    path = tmp_path / "weights"
    values = numpy.arange(40_000, dtype="float32")
    path.write_bytes(values.tobytes())
    mapped = MappedFiles().array(path, 0, values.dtype, (200, 200))
    numpy.testing.assert_array_equal(copied(mapped).asnumpy().ravel(), values)
    numpy.testing.assert_array_equal(copied(mapped[50:]).asnumpy().ravel(), values[10_000:])
    with open(path, "r+b") as file:
        file.truncate(80_000)
    with pytest.raises(OSError, match="was shortened while it was read"):
        copied(mapped)


@given(data=st.data())
@settings(deadline=None)
def test_mutated_files_with_large_weights_end_in_an_error_or_run(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("mutated") / "net.onnx"
    path.write_bytes(mutated(with_large_weights()[0].SerializeToString(), data))
    run_or_refused(path)


def test_a_stranger_cannot_point_at_the_file_itself_by_bytes():
    made = external("\0")
    with pytest.raises(OSError, match="load the model by its path"):
        weft.onnx.load(with_tensor(made).SerializeToString())


def test_links_may_lead_where_the_model_itself_lies(tmp_path):
    """As in a cache whose files are links to one folder of contents."""
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshot"
    blobs.mkdir(), snapshot.mkdir()
    values = numpy.array([3.0, 4.0], "float32")
    (blobs / "1").write_bytes(with_tensor(external("data")).SerializeToString())
    (blobs / "2").write_bytes(values.tobytes())
    (snapshot / "net.onnx").symlink_to(blobs / "1")
    (snapshot / "data").symlink_to(blobs / "2")
    assert weft.onnx.load(snapshot / "net.onnx")(np.zeros(2)).tolist() == [3.0, 4.0]


def test_a_weight_that_is_used_twice_stays_one(tmp_path):
    table = numpy.random.default_rng(0).normal(size=(50, 30)).astype("float32")
    nodes = [
        helper_node("Gather", ["table", "x"], ["h"]),
        helper.make_node("Transpose", ["table"], ["turned"], perm=[1, 0]),
        helper_node("MatMul", ["h", "turned"], ["y"]),
    ]
    made = model(nodes, {"x": ("int64", [3])}, {"y": ("float32", [3, 50])}, {"table": table})
    net = weft.onnx.load(made)
    assert {name: p.shape for name, p in net.collect_params().items()} == {"table": (50, 30)}
    x = numpy.array([4, 7, 4])
    numpy.testing.assert_allclose(net(np.array(x)).asnumpy(), table[x] @ table.T, rtol=1e-5)


def test_parameters_have_memory_of_their_own():
    """A plan packs weights once only if nobody else can write them."""
    table = numpy.random.default_rng(0).normal(size=(50, 30)).astype("float32")
    node = helper_node("MatMul", ["x", "w"], ["y"])
    program = from_message(
        model([node], {"x": ("float32", [1, 50])}, {"y": ("float32", [1, 30])}, {"w": table})
    )
    held = program.constants["w"] = table.copy()
    net = ImportedBlock(prepared(program, RULES))
    held[...] = 0
    numpy.testing.assert_array_equal(net.collect_params()["w"].data().asnumpy(), table)


def test_models_of_old_versions_have_weights_among_the_inputs():
    node = helper_node("Add", ["x", "w"], ["y"])
    old = model([node], {**X, "w": ("float32", [2])}, Y, {"w": numpy.ones(2, "float32")}, opset=7)
    block = weft.onnx.load(old)
    assert block.input_names == ["x"] and block(np.zeros(2)).tolist() == [1.0, 1.0]
