"""The files that export writes: names, states, control flow, external data; and what it refuses."""

import pytest

pytest.importorskip("onnx")

import numpy
import onnx
import weft
from onnx_exports import HAS_RUNTIME, agree, check, drawn, made, on_host, run
from weft import gluon, np, npx
from weft.gluon import nn

X = drawn(2, 5, 8)


def small():
    return made(nn.HybridSequential(nn.Dense(16, in_units=8, flatten=False), nn.LayerNorm()))


def test_parameters_keep_their_names(tmp_path):
    net, path = small(), str(tmp_path / "net.onnx")
    check(path, net, X)
    model = onnx.load(path)
    kept = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for name, parameter in net.collect_params().items():
        numpy.testing.assert_array_equal(kept[name], parameter.data().asnumpy())
    assert [item.name for item in model.graph.input] == ["x"]
    assert [item.name for item in model.graph.output] == ["output"]


@pytest.mark.parametrize("opset", [17, 18, 20, 22, 24])
def test_version_is_the_one_that_was_asked_for(opset, tmp_path):
    model = check(str(tmp_path / "net.onnx"), small(), X, opset=opset)
    assert [(known.domain, known.version) for known in model.opset_import] == [("", opset)]


def test_metadata_are_in_the_file(tmp_path):
    net, path = small(), str(tmp_path / "net.onnx")
    weft.onnx.export(net, path, X, metadata={"classes": "cat,dog"})
    assert {p.key: p.value for p in onnx.load(path).metadata_props} == {"classes": "cat,dog"}


def test_weights_go_into_a_file_beside(tmp_path):
    net, path = made(nn.Dense(40, in_units=30)), str(tmp_path / "net.onnx")
    x = drawn(2, 30)
    check(path, net, x, external_data=True)
    assert (tmp_path / "net.onnx.data").stat().st_size >= 40 * 30 * 4
    back = weft.onnx.load(path)
    numpy.testing.assert_array_equal(back(x).asnumpy(), net(x).asnumpy())
    assert sorted(item.name for item in tmp_path.iterdir()) == ["net.onnx", "net.onnx.data"]


def test_a_weft_file_becomes_onnx(tmp_path):
    net = small()
    file, path = str(tmp_path / "net.weft"), str(tmp_path / "net.onnx")
    weft.export(file, scores=(net, X), largest=(weft.hybridize(lambda x: net(x).max()), X))
    weft.onnx.export(file, path, entry="largest")
    agree(run(path, on_host(X)), on_host(net(X).max()))
    weft.onnx.export(file, path)
    agree(run(path, on_host(X)), on_host(net(X)))
    with pytest.raises(LookupError, match="no entry `other`; it has scores, largest"):
        weft.onnx.export(file, path, entry="other")


class Running(gluon.HybridBlock):
    """The sum of all calls."""

    def __init__(self):
        super().__init__()
        self.total = gluon.Parameter("total", shape=(2, 5, 8), init="zeros", grad_req="null")

    def forward(self, x):
        total = self.total.data()
        total[...] = total + x
        return total * 2


def test_states_are_inputs_with_defaults_and_outputs(tmp_path):
    path = str(tmp_path / "net.onnx")
    weft.onnx.export(made(Running()), path, X)
    model = onnx.load(path)
    assert [item.name for item in model.graph.input] == ["x", "total"]
    assert [item.name for item in model.graph.output] == ["output", "total.new"]
    x = X.asnumpy()
    _, state = run(path, [x])
    output, state = run(path, [x, state])
    numpy.testing.assert_allclose(output, x * 4, rtol=1e-6)
    numpy.testing.assert_allclose(state, x * 2, rtol=1e-6)


# ---- control flow -------------------------------------------------------------------------------


class Function(gluon.HybridBlock):
    """A function as a block."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def smoothed(x):
    weight = np.array(numpy.linspace(0, 1, 8).astype("float32"))

    def body(row, state):
        state = np.tanh(row + state * weight)
        return state * 2, state

    return npx.foreach(body, x, np.zeros((5, 8)))


def doubled(x):
    return npx.while_loop(
        lambda i, total: total.sum() < 100,
        lambda i, total: (total * i, (i + 1, total + np.abs(x))),
        (np.array(0.0), np.abs(x)),
        9,
    )


def chosen(x):
    return npx.cond(lambda: x.sum() > 0, lambda: npx.relu(x) + 1, lambda: x - 1)


@pytest.mark.parametrize(
    "function, operator", [(smoothed, "Scan"), (doubled, "Loop"), (chosen, "If")]
)
def test_control_flow_has_its_operator(function, operator, tmp_path):
    if operator == "Loop" and not HAS_RUNTIME:
        pytest.skip("the reference evaluator joins the rows of a loop along their own first axis")
    others = [(np.abs(X),), (-np.abs(X),)]
    model = check(str(tmp_path / "net.onnx"), Function(function), X, others=others)
    assert operator in [node.op_type for node in model.graph.node]


@pytest.mark.skipif(not HAS_RUNTIME, reason="needs ONNX Runtime")
def test_loop_runs_for_any_number_of_rows(tmp_path):
    path, others = str(tmp_path / "net.onnx"), [(drawn(4, 5, 8),)]
    check(path, Function(smoothed), X, others=others, dynamic={"x": {0: "rows"}})


def flattened(x):
    def body(row, state):
        state = np.tanh(row.reshape((-1,)) + state)
        return state.reshape((row.shape[0], -1)), state

    return npx.foreach(body, x, np.zeros((x.shape[1] * x.shape[2],)))


@pytest.mark.skipif(not HAS_RUNTIME, reason="needs ONNX Runtime")
def test_extents_inside_a_loop_follow_sizes(tmp_path):
    path, others = str(tmp_path / "net.onnx"), [(drawn(2, 3, 8),)]
    check(path, Function(flattened), X, others=others, dynamic={"x": {1: "batch"}})


# ---- what is refused ----------------------------------------------------------------------------


def test_all_that_is_missing_is_said_at_once(tmp_path):
    @weft.hybridize
    def step(x):
        y = npx.log_softmax(x)
        weft.np.diagonal(y, axis1=1, axis2=2)
        a = npx.quantize(x, np.array(0.1)).transpose(1, 0, 2)
        b = weft._core.native.operator("softmax_gradient")(x, y)
        return b, weft._core.native.operator("log_softmax_gradient")(b, y), a

    path = tmp_path / "net.onnx"
    with pytest.raises(NotImplementedError) as raised:
        weft.onnx.export(step, str(path), X)
    text = str(raised.value)
    assert "softmax_gradient: gradients have no form in ONNX" in text
    assert "log_softmax_gradient: gradients have no form in ONNX" in text
    assert "(1 times)" in text
    assert not path.exists()


@pytest.mark.parametrize("opset", [16, 25, "17", True])
def test_versions_that_there_are_no_rules_for_are_refused(opset, tmp_path):
    with pytest.raises(ValueError, match=r"onnx.export: `opset` must be a number from 17 to 24"):
        weft.onnx.export(small(), str(tmp_path / "net.onnx"), X, opset=opset)


def test_arguments_that_do_not_go_together_are_refused(tmp_path):
    file, path = str(tmp_path / "net.weft"), str(tmp_path / "net.onnx")
    small().export(file, X)
    with pytest.raises(TypeError, match=r"a \.weft file has its inputs already"):
        weft.onnx.export(file, path, X)
    with pytest.raises(TypeError, match="`entry` is for"):
        weft.onnx.export(small(), path, X, entry="forward")
    (tmp_path / "other.weft").write_bytes(b"no such file")
    with pytest.raises(OSError, match=r"other\.weft"):
        weft.onnx.export(str(tmp_path / "other.weft"), path)
