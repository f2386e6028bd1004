"""Symbol files of all versions, what is refused and how, and the way back to JSON."""

import json

import mxnet_files
import numpy
import pytest
import weft
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mxnet_files import node, symbol
from weft import autograd, cpu, np
from weft import mxnet as mx
from weft.mxnet._operators import parse
from weft.mxnet._reading.symbol_files import parse_graph, to_json

imports = mx.gluon.SymbolBlock.imports
W = numpy.array([[1.0, 2.0], [3.0, 4.0]], "float32")


def dense(**attrs):
    return [
        node("null", "data"),
        node("null", "w"),
        node("FullyConnected", "fc", [[0, 0, 0], [1, 0, 0]], {"num_hidden": "2", "no_bias": "True"})
        | attrs,
    ]


@pytest.fixture
def written(tmp_path):
    """Writes a symbol file, and parameters beside it; gives both paths."""

    def write(text, **arrays):
        (tmp_path / "net-symbol.json").write_text(text)
        mxnet_files.parameters(tmp_path / "net-0000.params", arrays or {"arg:w": W})
        return tmp_path / "net-symbol.json", tmp_path / "net-0000.params"

    return write


def output(files, inputs=("data",)):
    net = imports(files[0], list(inputs), files[1])
    return net(np.array([[1.0, 1.0]])).tolist()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(3, 3)", (3, 3)),
        ("[2,6]", (2, 6)),
        ("[None, -1, None]", (None, -1, None)),
        ("(2L, 3L)", (2, 3)),
        ("[[0,0],[1,2]]", ((0, 0), (1, 2))),
        ("()", ()),
        ("3", 3),
        ("-1", -1),
        ("1e-05", 1e-05),
        (".5", 0.5),
        ("True", True),
        ("false", False),
        ("None", None),
        ("-inf", float("-inf")),
        ("float32", "float32"),
        ("bij,ij->b", "bij,ij->b"),
        ("(1, __import__('os'))", "(1, __import__('os'))"),
        ("(" * 5000, "(" * 5000),
    ],
)
def test_texts_of_attributes(text, value):
    found = parse(text)
    assert (found, type(found)) == (value, type(value))


# ---- older versions ------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["param", "attr", "attrs"])
def test_attributes_are_where_each_version_had_them(key, written):
    nodes = dense()
    nodes[2][key] = nodes[2].pop("attrs")
    text = json.loads(symbol(nodes))
    for found in text["nodes"]:
        found["inputs"] = [entry[:2] for entry in found["inputs"]]
        found["backward_source_id"] = -1
    text["heads"] = [[2, 0]]
    del text["attrs"]
    assert output(written(json.dumps(text))) == [[3, 7]]


def test_annotations_without_underscores_are_annotations(written):
    nodes = dense()
    nodes[2]["attr"] = {"lr_mult": "0.5", "weight_lr_mult": "0.25", "ctx_group": "dev1"}
    nodes[1]["attr"] = {"wd_mult": "2.0", "shape": "(2, 2)", "num_hidden": "2"}
    net = imports(*written(symbol(nodes))[:1], ["data"], written(symbol(nodes))[1])
    parameter = net.collect_params()["w"]
    assert (parameter.lr_mult, parameter.wd_mult) == (0.25, 2)


def test_auxiliary_states_that_are_left_out_are_added(written):
    nodes = [node("null", name) for name in ("data", "bn_gamma", "bn_beta")]
    nodes.append(
        {"op": "BatchNorm", "name": "bn", "inputs": [[n, 0] for n in range(3)], "param": {}}
    )
    one, zero = numpy.ones(2, "float32"), numpy.zeros(2, "float32")
    arrays = {"arg:bn_gamma": one, "arg:bn_beta": zero}
    arrays |= {"aux:bn_moving_mean": one, "aux:bn_moving_var": 3 * one}
    net = imports(written(symbol(nodes), **arrays)[0], "data", written(symbol(nodes), **arrays)[1])
    assert set(net.collect_params()) == {key[4:] for key in arrays}
    found = net(np.array([[1.0, 5.0]])).asnumpy()
    numpy.testing.assert_allclose(found, [[0, 4 / numpy.sqrt(3.001)]], rtol=1e-6)


@pytest.mark.parametrize(("version", "wanted"), [(800, [3]), (904, [3]), (905, [1, 0])])
def test_the_oldest_argmax_takes_axis_minus_1_as_all(version, wanted, written):
    nodes = [node("null", "data"), node("argmax", "y", [[0, 0, 0]], {"axis": "-1"})]
    text = symbol(nodes, mxnet_version=["int", version])
    net = imports(written(text)[0], "data", written(text)[1], ignore_extra=True)
    x = np.array([[1.0, 2.0, 0.0], [9.0, 1.0, 2.0]])
    assert net(x).tolist() == wanted


def test_zeros_of_unknown_extent_take_the_batch(written):
    """A graph of 1.x reads 0 in a shape as unknown, one of 2.0 as empty."""
    nodes = [
        node("null", "data"),
        node("_zeros", "state", attrs={"shape": "(0, 2)", "dtype": "float32"}),
        node("elemwise_add", "sum", [[0, 0, 0], [1, 0, 0]]),
    ]
    text = symbol(nodes)
    net = imports(written(text)[0], "data", written(text)[1], ignore_extra=True)
    assert net(np.ones((3, 2))).shape == (3, 2)
    text = symbol([nodes[1]], is_np_shape=["int", 1])
    net = imports(written(text)[0], [], written(text)[1], ignore_extra=True)
    assert net().shape == (0, 2)


def test_unknown_annotations_are_kept_and_ignored(written):
    nodes = dense()
    nodes[2]["attrs"]["__mood__"] = "good"
    files = written(symbol(nodes))
    assert output(files) == [[3, 7]]
    assert '"__mood__": "good"' in to_json(parse_graph(files[0].read_bytes(), "test"))


# ---- inputs and parameters -----------------------------------------------------------------------


def test_inputs_have_the_order_that_is_asked_for(written):
    nodes = [
        node("null", "a"),
        node("null", "b"),
        node("elemwise_sub", "y", [[0, 0, 0], [1, 0, 0]]),
    ]
    path = written(symbol(nodes))[0]
    net = imports(path, ["b", "a"])
    assert net(np.array([1.0]), np.array([5.0])).tolist() == [4]
    assert net(a=np.array([1.0]), b=np.array([5.0])).tolist() == [-4]
    assert net.input_names == ["b", "a"]


def test_several_outputs_are_a_tuple(written):
    nodes = [node("null", "x"), node("SliceChannel", "s", [[0, 0, 0]], {"num_outputs": "2"})]
    net = imports(written(symbol(nodes, [[1, 1, 0], [1, 0, 0], [0, 0, 0]]))[0], "x")
    found = net(np.array([[1.0, 2.0]]))
    assert [x.tolist() for x in found] == [[[2]], [[1]], [[1, 2]]]
    assert net.output_names == ["s_output1", "s_output", "x"]


def test_devices_may_be_named_in_both_words(written):
    files = written(symbol(dense()))
    for options in ({"device": cpu()}, {"ctx": "cpu"}):
        assert imports(files[0], "data", files[1], **options).collect_params()["w"].shape == (2, 2)


def test_without_a_file_parameters_are_initialized(written):
    nodes = [
        *(node("null", name) for name in ("data", "c_weight", "c_bias")),
        node(
            "Convolution",
            "c",
            [[0, 0, 0], [1, 0, 0], [2, 0, 0]],
            {"kernel": "(3, 3)", "num_filter": "4"},
        ),
        *(node("null", f"b_{name}") for name in ("gamma", "beta", "moving_mean", "moving_var")),
        node("BatchNorm", "b", [[n, 0, 0] for n in (3, 4, 5, 6, 7)], {"fix_gamma": "False"}),
        node("null", "f_weight", attrs={"__shape__": "(5, 0)"}),
        node("null", "f_bias", attrs={"__init__": '["constant", {"value": 0.25}]'}),
        node("FullyConnected", "f", [[8, 0, 0], [9, 0, 0], [10, 0, 0]], {"num_hidden": "5"}),
    ]
    net = imports(written(symbol(nodes))[0], ["data"])
    net.initialize()
    x = np.ones((2, 3, 6, 6))
    with autograd.record():
        out = net(x)
    assert out.shape == (2, 5)
    parameters = net.collect_params()
    assert {name: p.shape for name, p in parameters.items()} == {
        "c_weight": (4, 3, 3, 3),
        "c_bias": (4,),
        **{f"b_{name}": (4,) for name in ("gamma", "beta", "moving_mean", "moving_var")},
        "f_weight": (5, 64),
        "f_bias": (5,),
    }
    assert (parameters["b_gamma"].data() == 1).all()
    assert (parameters["f_bias"].data() == 0.25).all()
    assert parameters["b_moving_var"].grad_req == "null"


def test_initializers_that_are_not_known_are_told(written):
    nodes = dense()
    nodes[1]["attrs"] = {"__shape__": "(2, 2)", "__init__": '["xavier", {"magnitude": 2.0}]'}
    net = imports(written(symbol(nodes))[0], "data")
    net.initialize()
    assert net.collect_params()["w"].data().shape == (2, 2)
    nodes[1]["attrs"]["__init__"] = '["fancy", {}]'
    with pytest.raises(ValueError, match=r"`w` asks for the initializer .*fancy"):
        imports(written(symbol(nodes))[0], "data")


def test_half_parameters_stay_what_they_are(written, tmp_path):
    path = written(symbol(dense()))[0]
    mx.nd.save(tmp_path / "half.params", {"arg:w": np.array(W).astype("bfloat16")})
    net = imports(path, "data", tmp_path / "half.params")
    assert net.collect_params()["w"].data().dtype == np.bfloat16


# ---- errors --------------------------------------------------------------------------------------


def test_all_operators_that_are_not_known_are_told_at_once(written):
    nodes, attributes = [node("null", "data")], {"clip": {"a_mim": "1"}}
    attributes["Custom"] = {"op_type": "of_nobody"}
    for place, op in enumerate(["Activaton", "Custom", "Custom", "clip"]):
        nodes.append(node(op, f"n{place}", [[place, 0, 0]], attributes.get(op, {})))
    with pytest.raises(NotImplementedError) as told:
        imports(written(symbol(nodes))[0], "data")
    text = str(told.value)
    assert "cannot import all of this MXNet model" in text
    assert "Activaton (version 1): the operator is not known; is it Activation?; 1 node" in text
    assert "Custom (version 1): `op_type` 'of_nobody' is not registered" in text
    assert "2 nodes, first in node `n1`" in text
    assert "clip (version 1): attribute `a_mim` is not supported; 1 node" in text


def test_inputs_and_parameters_that_do_not_fit_are_told(written):
    path, params = written(symbol(dense()))
    with pytest.raises(LookupError, match=r"has no variable `dta`; did you mean `data`\?"):
        imports(path, ["dta"], params)
    with pytest.raises(LookupError, match=r"there are no values for `data`; name them as inputs"):
        imports(path, [], params)
    path, params = written(symbol(dense()), **{"arg:w": W, "arg:v": W})
    with pytest.raises(LookupError, match=r"has `v`, which .*net-symbol.json lacks"):
        imports(path, "data", params)
    assert imports(path, "data", params, ignore_extra=True).collect_params().keys() == {"w"}
    path, params = written(symbol(dense()), other=W)
    net = imports(path, "data", params, allow_missing=True, ignore_extra=True)
    net.initialize()
    assert net(np.ones((1, 3))).shape == (1, 2)
    with pytest.raises(TypeError, match="`input_names` must be names; got int"):
        imports(path, [3], params)
    with pytest.raises(FileNotFoundError, match=r"there is no file .*none-symbol.json"):
        imports(path.parent / "none-symbol.json", "data")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ("[" * 100000, "is no JSON"),
        ("[]", "it has no list of nodes"),
        ('{"nodes": [], "heads": []}', "`heads` must be a list of outputs"),
        ('{"nodes": [1], "heads": [[0, 0, 0]]}', "node 0 must be a dict"),
        (symbol([{"name": "x"}]), "node 0 must have an operator"),
        (
            symbol([node("exp", "y", [[0, 0, 0]])]),
            "an input of `y` is node 0, which is none before",
        ),
        (symbol([node("null", "x")], [[0, 1, 0]]), "result 1 of the variable `x`"),
        (symbol([node("null", "x")], [[0, True, 0]]), "a head must be numbers"),
        (symbol([node("null", "x") | {"attrs": {"a": 1}}]), "`a` of `x` must be a text; got 1"),
        (symbol([node("_zeros", "x")], [[0, 1 << 40, 0]]), "a head is result 1099511627776"),
    ],
)
def test_damage_is_told(text, said, written):
    with pytest.raises(OSError, match=said):
        imports(written(text)[0], "data")


def test_a_result_that_an_operator_does_not_have_is_told(written):
    text = symbol([node("null", "x"), node("exp", "y", [[0, 0, 0]])], [[1, 1, 0]])
    with pytest.raises(ValueError, match="exp `y`: has 1 results; the file reads number 1"):
        imports(written(text)[0], "x")


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_altered_files_raise_or_give_a_network(data, root, tmp_path):
    folder = root / "tests" / "models" / "mxnet"
    name = data.draw(st.sampled_from(["mlp", "v2_attention", "lstm_text"]))
    content = bytearray((folder / name / f"{name}-symbol.json").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(
            st.sampled_from(b'0129"[]{}:,-aN')
        )
    (tmp_path / "net-symbol.json").write_bytes(bytes(content))
    try:
        net = imports(tmp_path / "net-symbol.json", "data", folder / name / f"{name}-0000.params")
        with numpy.load(folder / name / "io.npz") as found:
            net(np.array(found["in0"]))
    except weft.Error:
        pass


def test_a_deep_graph_is_read_and_run(written):
    nodes = [node("null", "x")]
    nodes += [node("_plus_scalar", f"n{n}", [[n, 0, 0]], {"scalar": "1"}) for n in range(5000)]
    net = imports(written(symbol(nodes))[0], "x")
    assert net(np.zeros(1)).tolist() == [5000]


# ---- writing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["mlp", "resnet18_v1", "lstm_text", "module_convnet", "v2_mlp", "v2_attention"]
)
def test_what_is_written_is_what_was_read(name, root):
    path = root / "tests" / "models" / "mxnet" / name / f"{name}-symbol.json"
    found = json.loads(to_json(parse_graph(path.read_bytes(), "test")))
    wanted = json.loads(path.read_bytes())
    # A build of 1.9.1 counts a workspace of max pooling as a result.
    rows = ["node_row_ptr"] if name != "module_convnet" else []
    for key in ("arg_nodes", "heads", "attrs", *rows):
        assert found[key] == wanted[key], key
    for a, b in zip(found["nodes"], wanted["nodes"], strict=True):
        assert {**a, "inputs": None} == {**b, "inputs": None}
        assert [entry[:2] for entry in a["inputs"]] == [entry[:2] for entry in b["inputs"]]
        assert [bool(entry[2]) for entry in a["inputs"]] == [
            bool(entry[2]) for entry in b["inputs"]
        ]
