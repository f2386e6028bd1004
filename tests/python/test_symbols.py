"""Symbols: composing, types, JSON, executors; they give what the same code gives for arrays."""

import copy
import json
import pickle

import numpy
import pytest
import weft
from weft import autograd, np, npx, sym


def drawn(*shape, dtype="float32", seed=0):
    return np.array(numpy.random.default_rng(seed).uniform(0.5, 1.5, shape).astype(dtype))


def same(found, wanted):
    assert found.dtype == wanted.dtype
    numpy.testing.assert_array_equal(found.asnumpy(), wanted.asnumpy())


# ---- composing

# Python code that takes arrays x (2, 3) and y (2, 3), and that symbols have to go through alike.
PROGRAMS = {
    "arithmetic": lambda x, y: (x + y) * 2 - 1 / x + x**2 % y,
    "reflected": lambda x, y: 2**x - (3 - y) // x,
    "compare": lambda x, y: np.where(x >= y, x, -y),
    "bits": lambda x, y: ~(x > 1) & (y > 1) | (x != y),
    "matmul": lambda x, y: x @ y.T,
    "divmod": lambda x, y: divmod(x, y)[0] + divmod(5, y)[1] + abs(+x) + round(y, 1),
    "methods": lambda x, y: x.sum(axis=0, keepdims=True) + y.mean() - x.max(axis=1).min(),
    "shapes": lambda x, y: x.reshape(3, 2).transpose(1, 0) + y.reshape((2, 3)).mT.T.flatten()[:1],
    "casts": lambda x, y: x.astype("float64").copy() + y.detach(),
    "slices": lambda x, y: x[0] + y[..., 1:][:, None, ::-1][1, 0, 0] + x[-1, 2],
    "index arrays": lambda x, y: x[[1, 0], 1:] + y[:, numpy.array([2, 0])],
    "masks": lambda x, y: x[y > 1].sum(),
    "several results": lambda x, y: npx.topk(x, k=2)[0] + np.split(y, [2], axis=1)[0],
    "lists": lambda x, y: np.concatenate([x, y, np.ones((1, 3)), [[1.0, 2.0, 3.0]]]),
    "constants": lambda x, y: np.array([1.0, 2.0, 3.0]) * x + numpy.float32(2) * y,
    "numpy": lambda x, y: numpy.exp(x) + numpy.sum(y, axis=0),
    "python functions": lambda x, y: np.atleast_3d(np.pad(x, 1)) + np.tensordot(x, y, axes=2),
    "rows": lambda x, y: sum(row for row in x) * len(y),
    "hybridized": lambda x, y: weft.hybridize(lambda a, b: a * b + a)(x, y),
    "shape": lambda x, y: x / x.size + y.shape[1] + np.zeros_like(x) + x.ndim,
    "norm": lambda x, y: np.linalg.norm(x) + np.linalg.norm(y, axis=1).sum(),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_composes_to_what_it_computes(name):
    x, y = drawn(2, 3), drawn(2, 3, seed=1)
    wanted = PROGRAMS[name](x, y)
    symbol = PROGRAMS[name](sym.var("x", shape=(2, 3)), sym.var("y", shape=(2, 3)))
    again = sym.load_json(symbol.tojson())
    assert again.tojson() == symbol.tojson()
    for each in (symbol, again, pickle.loads(pickle.dumps(symbol)), copy.deepcopy(symbol)):
        arrays = {name: array for name, array in (("x", x), ("y", y)) if name in each.list_inputs()}
        same(each.eval(**arrays)[0], wanted)
        same(each.bind(arrays, grad_req="null").forward()[0], wanted)
    if name != "masks":  # whose extents only a run knows
        assert (symbol.shape, symbol.dtype) == (wanted.shape, wanted.dtype)


DRAWS = {
    "uniform": lambda x: sym.np.random.uniform(1, 2, size=(2, 3)) * x,
    "normal": lambda x: np.random.normal(x, 2.0, size=(2, 3)),
    "exponential": lambda x: np.random.exponential(x, size=(2, 3)),
    "bernoulli": lambda x: np.random.bernoulli(x / 2, size=(2, 3)),
    "permutation": lambda x: np.random.permutation(x),
    "dropout": lambda x: npx.dropout(x, p=0.5),
}


@pytest.mark.parametrize("name", DRAWS)
def test_random_numbers_are_drawn_at_each_run(name):
    symbol = DRAWS[name](sym.var("x", shape=(2, 3)))
    x = drawn(2, 3)
    for run in (lambda: symbol.eval(x=x)[0], symbol.bind({"x": x}).forward):
        weft.random.seed(3)
        first = [np.array(run()).asnumpy() for _ in range(8)]
        weft.random.seed(3)
        numpy.testing.assert_array_equal(first[0].ravel(), np.array(run()).asnumpy().ravel())
        assert any((other != first[0]).any() for other in first[1:])


def test_types_are_found_without_drawing():
    symbol = npx.dropout(sym.np.random.uniform(size=(3,)) + sym.var("x"), p=0.5)
    weft.random.seed(3)
    wanted = np.random.uniform(size=(3,))
    weft.random.seed(3)
    assert symbol.infer_shape(x=(3,))[1] == [(3,)]
    symbol.bind({"x": np.ones(3)})
    same(np.random.uniform(size=(3,)), wanted)


def test_namespace_gives_symbols_of_numbers_alone():
    symbol = sym.np.arange(3) + sym.np.ones((3,), dtype="int64")
    assert symbol.list_inputs() == []
    same(symbol.eval()[0], np.array([1, 2, 3]))
    assert sym.np.pi == np.pi


def test_mode_chooses_and_runs_one_side_alone():
    x = sym.var("x")
    symbol = sym.by_mode(x * 2, np.reshape(x, (7, 7)))  # the other side would fail
    with autograd.train_mode():
        same(symbol.eval(x=np.ones(3))[0], np.ones(3) * 2)
    with pytest.raises(ValueError, match="reshape"):
        symbol.eval(x=np.ones(3))


# ---- names and structure


def test_names_count_and_can_be_given():
    with sym.NameManager():
        x = sym.var("x")
        named = np.tanh(np.tanh(x), name="mine")
        assert np.tanh(named).name == "tanh1"
        assert named.list_outputs() == ["mine_output"]
        assert [part.name for part in np.split(x, 2)] == ["split0", "split0"]
        assert sym.Group(np.split(x, 2)).list_outputs() == ["split1_output0", "split1_output1"]
    with sym.Prefix("a_"):
        assert np.exp(sym.var("x")).name == "a_exp0"


def test_inputs_are_listed_as_the_graph_meets_them():
    b, a, c = sym.var("b"), sym.var("a"), sym.var("c")
    symbol = (a + b) * c + a
    assert symbol.list_arguments() == symbol.list_inputs() == ["a", "b", "c"]
    assert symbol.list_auxiliary_states() == []


def test_outputs_are_chosen_by_name_number_and_slice():
    x = sym.var("x")
    symbol = sym.Group([np.sin(x, name="s"), np.cos(x, name="c"), x])
    assert symbol["c_output"].name == symbol["c"].name == symbol[1].name == "c"
    assert symbol[1:].list_outputs() == ["c_output", "x"]
    assert [one.name for one in symbol] == ["s", "c", "x"]
    assert (len(symbol), symbol.name) == (3, None)


def test_internals_and_children():
    x = sym.var("x")
    symbol = np.exp(np.sin(x, name="s") + x, name="e")
    inside = symbol.get_internals()
    assert inside.list_outputs()[:2] == ["x", "s_output"]
    same(inside["s_output"].eval(x=np.ones(2))[0], np.sin(np.ones(2)))
    assert symbol.get_children().get_children().list_outputs() == ["s_output", "x"]
    assert x.get_children() is None


def test_attributes_come_from_scopes_and_variables_and_stay_in_files():
    with sym.AttrScope(stage="1"), sym.AttrScope(place="here"):
        x = sym.var("x", lr_mult=2.0, init="ones", attr={"place": "there"}, mood="calm")
        y = np.exp(x, name="e")
    wanted = {
        "x": {
            **{"stage": "1", "place": "there", "mood": "calm"},
            **{"__lr_mult__": "2.0", "__init__": "ones"},
        },
        "e": {"stage": "1", "place": "here"},
    }
    assert y.attr_dict() == wanted == sym.load_json(y.tojson()).attr_dict()
    assert (y.attr("stage"), y.attr("none"), x.list_attr()["mood"]) == ("1", None, "calm")


def test_call_puts_symbols_in_the_place_of_variables():
    x, y = sym.var("x"), sym.var("y")
    symbol = np.exp(x) + y
    by_name, in_order = symbol(y=x * 2), symbol(y, x)
    a, b = drawn(2), drawn(2, seed=1)
    same(by_name.eval(x=a)[0], np.exp(a) + a * 2)
    same(in_order.eval(x=a, y=b)[0], np.exp(b) + a)
    assert symbol.list_arguments() == ["x", "y"]


# ---- types


def layered(x):
    """Every operator whose parameters' shapes follow, one after another; (2, 3, 8, 8) to (2, 5)."""
    x = npx.convolution(x, sym.var("c", shape=(4, -1, 3, 3)), sym.var("cb"), num_group=1)
    x = npx.deconvolution(x, sym.var("d", shape=(-1, 6, 2, 2)), sym.var("db"), stride=2)
    names = ("gamma", "beta", "mean", "var")
    x = npx.batch_norm(x, *(sym.var(name) for name in names))[0]
    for norm in ("group_norm", "instance_norm", "layer_norm"):
        x = getattr(npx, norm)(x, sym.var(f"{norm}_g"), sym.var(f"{norm}_b"))
    x = npx.rms_norm(x, sym.var("rms"))
    return npx.fully_connected(x, sym.var("w", shape=(5, -1)), sym.var("b"))


def test_shapes_of_parameters_follow_from_data():
    symbol = layered(sym.var("x"))
    arguments, outputs, states = symbol.infer_shape(x=(2, 3, 8, 8))
    shapes = dict(zip(symbol.list_arguments(), arguments, strict=True))
    assert shapes["c"] == (4, 3, 3, 3)
    assert shapes["cb"] == (4,)
    assert shapes["d"] == (4, 6, 2, 2)
    assert shapes["gamma"] == shapes["group_norm_g"] == shapes["instance_norm_b"] == (6,)
    assert shapes["layer_norm_g"] == shapes["rms"] == (12,)
    assert shapes["w"] == (5, 6 * 12 * 12)
    assert (outputs, states) == ([(2, 5)], [(6,), (6,)])
    assert symbol.list_auxiliary_states() == ["mean", "var"]
    assert symbol.simple_bind(x=(2, 3, 8, 8)).forward()[0].shape == (2, 5)
    partial = symbol.infer_shape_partial()
    assert partial[1:] == ([None], [None, None])
    assert partial[0][symbol.list_arguments().index("c")] == (4, -1, 3, 3)


@pytest.mark.parametrize(("name", "gates"), [("rnn", 1), ("gru", 3), ("lstm", 4)])
def test_shapes_of_recurrent_weights_follow(name, gates):
    states = [sym.var(f"h{i}", shape=(2, 5)) for i in range(2 if name == "lstm" else 1)]
    weights = [sym.var(w, shape=(5 * gates, -1)) for w in ("i2h", "h2h")]
    biases = [sym.var("bi"), sym.var("bh")]
    out = getattr(npx, name)(sym.var("x"), *states, *weights, *biases)[0]
    arguments, outputs, _ = out.infer_shape(x=(4, 2, 3))
    shapes = dict(zip(out.list_arguments(), arguments, strict=True))
    assert shapes["i2h"] == (5 * gates, 3)
    assert shapes["h2h"] == (5 * gates, 5)
    assert shapes["bi"] == shapes["bh"] == (5 * gates,)
    assert outputs == [(4, 2, 5)]


def test_dtypes_follow():
    symbol = npx.fully_connected(
        sym.var("x", shape=(2, 3)), sym.var("w", shape=(4, -1)), sym.var("b")
    )
    assert symbol.infer_type(x="float64") == (["float64"] * 3, ["float64"], [])
    assert symbol.infer_type() == (["float32"] * 3, ["float32"], [])
    assert (symbol > 0).infer_type()[1] == ["bool"]


# ---- executors


def test_executor_differentiates_as_recorded_code_does():
    def program(x, w, b):
        return np.tanh(npx.fully_connected(x, w, b)).sum(axis=0)

    x, w, b = drawn(4, 3), drawn(2, 3, seed=1), drawn(2, seed=2)
    arrays = {"x": x, "w": w, "b": b}
    leaves = {name: array.copy() for name, array in arrays.items()}
    for leaf in leaves.values():
        leaf.attach_grad()
    with autograd.record():
        wanted = program(**leaves)
    head = drawn(2, seed=3)
    wanted.backward(head)
    executor = program(*(sym.var(name) for name in arrays)).bind(
        arrays, grad_req={"w": "write", "b": "add"}
    )
    for _ in range(2):
        same(executor.forward(is_train=True)[0], wanted)
        executor.backward([head])
    same(executor.grad_dict["w"], leaves["w"].grad)
    same(executor.grad_dict["b"], leaves["b"].grad * 2)
    assert executor.grad_dict["x"] is None
    assert executor.arg_dict["x"] is x
    same(executor.output_dict[executor._symbol.list_outputs()[0]], wanted)


def test_executor_writes_into_arrays_of_gradients_that_are_given():
    symbol = sym.var("x") ** 2
    x, write, add = drawn(3), np.zeros(3), np.ones(3)
    for grad, request, wanted in ((write, "write", x * 2), (add, "add", 1 + x * 4)):
        executor = symbol.bind([x], [grad], request)
        for _ in range(2):
            executor.forward(is_train=True)
            executor.backward()
        assert executor.grad_arrays[0] is grad
        same(grad, wanted)


def test_bound_array_without_a_gradient_keeps_the_one_that_it_has():
    x, w = drawn(2), drawn(2, seed=1)
    x.attach_grad()
    x.grad[...] = 7
    executor = (sym.var("x") * sym.var("w")).bind({"x": x, "w": w}, grad_req={"w": "write"})
    executor.forward(is_train=True)
    executor.backward()
    same(x.grad, np.full(2, 7.0))
    same(executor.grad_dict["w"], x.detach())


def test_executor_takes_new_elements_and_shapes():
    executor = (sym.var("x") * 2 + sym.var("b")).simple_bind(x=(2, 3), b=(3,))
    executor.copy_params_from({"b": [1, 2, 3], "extra": [1]}, allow_extra_params=True)
    same(executor.forward(x=np.ones((2, 3)))[0], np.ones((2, 3)) * 2 + np.array([1.0, 2.0, 3.0]))
    larger = executor.reshape(x=(5, 3))
    assert larger.arg_dict["b"] is executor.arg_dict["b"]
    assert larger.forward()[0].shape == (5, 3)


def test_write_to_a_variable_makes_it_a_state_that_runs_move():
    x, count = sym.var("x"), sym.var("count")
    total = count + np.sum(x)
    count[...] = total
    symbol = sym.load_json((total * 1).tojson())
    assert (symbol.list_arguments(), symbol.list_auxiliary_states()) == (["x"], ["count"])
    executor = symbol.simple_bind(x=(2,), count=())
    for run in range(1, 4):
        executor.forward(x=np.ones(2), is_train=run == 2)
        assert executor.aux_dict["count"].item() == 2 * run
    assert symbol.infer_shape(x=(2,), count=())[2] == [()]


# ---- files


def test_file_comes_back_and_replaces_the_old_one(tmp_path):
    path = tmp_path / "net.json"
    for symbol in (sym.var("x") + 1, np.exp(sym.var("x", shape=(-1, 2), dtype="float64"))):
        symbol.save(path)
        assert sym.load(path).tojson() == symbol.tojson()
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.json"]


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "bfloat16", "float64"])
def test_constants_and_numbers_come_back_in_every_bit(dtype):
    array = (drawn(2, 3) * 4).astype(dtype)
    x = sym.var("x")
    symbol = sym.Group([x * array, x * float("-inf"), x + 0.1])
    found = sym.load_json(symbol.tojson()).eval(x=np.ones((), dtype="float64"))
    for a, b in zip(found, symbol.eval(x=np.ones((), dtype="float64")), strict=True):
        same(a.astype("float64"), b.astype("float64"))


def document(**changes):
    whole = json.loads((np.tanh(sym.var("x"), name="t") + 1).tojson())
    return whole | changes


def damaged(change):
    data = document()
    change(data["nodes"])
    return data


def doubled(nodes):
    nodes[1] = nodes[0]
    nodes[2]["inputs"] = [{"node": [0, 0]}, {"node": [1, 0]}]


DAMAGE = {
    "no JSON": ("{", ValueError, "not JSON"),
    "other JSON": ([1], ValueError, "must be a symbol"),
    "later version": (document(version=2), ValueError, "version 2"),
    "no nodes": (document(nodes=3), ValueError, "nodes is damaged"),
    "no head": (document(heads=[[9, 0]]), ValueError, "not a result of an earlier node"),
    "head of text": (document(heads=["x"]), ValueError, "not a result of an earlier node"),
    "no such output": (document(heads=[[1, 1]]), ValueError, "`t` has 1 results"),
    "loop": (
        damaged(lambda nodes: nodes[1].update(inputs=[{"node": [1, 0]}])),
        ValueError,
        "not a result of an earlier node",
    ),
    "unknown operator": (
        damaged(lambda nodes: nodes[1].update(op="tanhh")),
        LookupError,
        "`t` is of the operator `tanhh`",
    ),
    "unknown attribute": (
        damaged(lambda nodes: nodes[1].update(attributes={"axis": 1})),
        ValueError,
        "`axis` is no argument",
    ),
    "wrong attributes": (
        damaged(lambda nodes: nodes[1].update(attributes=[1])),
        ValueError,
        "`attributes` of `t`",
    ),
    "missing input": (damaged(lambda nodes: nodes[1].update(inputs=[])), ValueError, "`x`"),
    "input of text": (
        damaged(lambda nodes: nodes[1].update(inputs=["x"])),
        ValueError,
        "not an argument of a node",
    ),
    "no symbol": (damaged(lambda nodes: nodes[1].update(inputs=[2.0])), ValueError, "`t`"),
    "no name": (damaged(lambda nodes: nodes[0].pop("name")), ValueError, "`name` of node 0"),
    "shape": (damaged(lambda nodes: nodes[0].update(shape=[-5])), ValueError, "shape of `x`"),
    "dtype": (damaged(lambda nodes: nodes[0].update(dtype="f12")), ValueError, "f12"),
    "attrs": (damaged(lambda nodes: nodes[0].update(attrs={"a": 1})), TypeError, "`a`"),
    "writes": (damaged(lambda nodes: nodes[1].update(writes=[0])), ValueError, "`writes`"),
    "constant": (
        damaged(
            lambda nodes: nodes.insert(
                0, {"op": "constant", "name": "c", "value": {"dtype": "int8", "shape": [3]}}
            )
        ),
        ValueError,
        "constant `c`",
    ),
    "equal names": (damaged(doubled), ValueError, "two variables are named `x`"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_damaged_file_is_refused_with_the_reason(case):
    data, kind, reason = DAMAGE[case]
    with pytest.raises(weft.Error, match="load_json: ") as raised:
        sym.load_json(data if isinstance(data, str) else json.dumps(data))
    assert isinstance(raised.value, kind)
    assert reason in str(raised.value)


def places(data, path=()):
    """Paths of all values in nested lists and dicts."""
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


def everything():
    """A document with every kind of node and value."""
    x, state = sym.var("x", shape=(2, 3), dtype="float32", mood="calm"), sym.var("state")
    total = state + np.sum(x, axis=(0, 1), dtype="float64")
    state[...] = total
    parts = np.split(x, [1], axis=1)
    joined = np.concatenate([parts[0], x[:, None, ..., 1:][:, 0], np.ones((2, 1))], axis=-1)
    chosen = sym.by_mode(npx.dropout(joined, p=0.5), joined[[0, 1], 0] * float("inf"))
    return json.loads(sym.Group([total, chosen, np.clip(x, None, 2)]).tojson())


@pytest.mark.parametrize(
    "junk",
    [None, True, -1, 10**30, 2.5, "x", [], {}, [[]], {"node": [0, 0]}, {"float": "x"}],
    ids=str,
)
def test_any_other_value_in_a_file_is_taken_or_refused(junk):
    for path in places(everything()):
        data = everything()
        if path:
            around = data
            for key in path[:-1]:
                around = around[key]
            around[path[-1]] = junk
        try:
            symbol = sym.load_json(json.dumps(data if path else junk))
        except weft.Error:
            continue
        assert sym.load_json(symbol.tojson()).tojson() == symbol.tojson()


def test_any_cut_of_a_file_is_refused():
    text = layered(sym.var("x")).tojson().rstrip()
    for end in range(0, len(text), 97):
        with pytest.raises(ValueError, match="load_json"):
            sym.load_json(text[:end])


def test_missing_file_and_unwritable_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.json"):
        sym.load(tmp_path / "none.json")
    with pytest.raises(OSError, match="cannot be written"):
        sym.var("x").save(tmp_path / "none" / "x.json")


# ---- wrong use


def graded():
    array = np.ones(2)
    array.attach_grad()
    return array


X = sym.var("x")
TWICE = X + sym.var("x")
WRONG = {
    "graded array": (lambda: X + graded(), TypeError, "add: `x2` is an array with a gradient"),
    "traced array": (lambda: weft.hybridize(lambda a: a + X)(np.ones(2)), TypeError, "traced"),
    "text": (lambda: X + "a", TypeError, "add: `x2`"),
    "symbol as axis": (lambda: np.sum(X, axis=X), TypeError, "sum: `axis`"),
    "out": (lambda: np.exp(X, out=np.ones(2)), TypeError, "exp: `out`"),
    "unknown keyword": (lambda: np.exp(X, nme="a"), TypeError, "exp: `nme`"),
    "name of an array": (lambda: np.exp(np.ones(2), name="a"), TypeError, "exp: `name`"),
    "name of a number": (lambda: np.exp(X, name=3), TypeError, "exp: `name`"),
    "several outputs": (lambda: sym.Group([X, X]) + 1, ValueError, "add: `x1`.*one output"),
    "effect": (lambda: npx.print("{}", X), NotImplementedError, "print: has an effect"),
    "truth": (lambda: bool(X > 0), TypeError, "bool: .*np.where"),
    "values": (lambda: X.asnumpy(), AttributeError, "`asnumpy` before it runs"),
    "unknown shape": (lambda: X.shape, ValueError, "shape: needs the shape of `x`"),
    "part of a symbol": (lambda: X.__setitem__(0, X), NotImplementedError, "as a whole"),
    "state of a number": (lambda: X.__setitem__(..., 1), NotImplementedError, "`x`"),
    "slice by a symbol": (lambda: X[:X], TypeError, "getitem: bounds"),
    "no such output": (lambda: X["y"], LookupError, "getitem: no output is named 'y'"),
    "no such number": (lambda: sym.Group([X, X])[2], IndexError, "2 outputs; got 2"),
    "no symbols": (lambda: sym.Group([]), ValueError, "Group: `symbols`"),
    "equal names": (TWICE.list_arguments, ValueError, "two variables are named `x`"),
    "equal names in a file": (TWICE.tojson, ValueError, "tojson: two variables"),
    "empty name": (lambda: sym.var(""), TypeError, "var: `name`"),
    "shape of text": (lambda: sym.var("x", shape="ab"), TypeError, "shape of `x`"),
    "attribute": (lambda: sym.var("x", mood=3), TypeError, "`mood` must be a string"),
    "request of a variable": (lambda: sym.var("x", grad_req="no"), ValueError, "`grad_req`"),
    "own initializer": (lambda: sym.var("x", init=lambda n, a: None), TypeError, "var: `init`"),
    "scope": (lambda: sym.AttrScope(stage=1), TypeError, "AttrScope: attribute `stage`"),
    "unknown in compose": (lambda: X(y=X), LookupError, "compose: there is no variable `y`"),
    "too many in compose": (lambda: X(X, X), TypeError, "compose: there are 1"),
    "twice in compose": (lambda: X(X, x=X), TypeError, "compose: `x` is given twice"),
    "missing in eval": (lambda: X.eval(), LookupError, "eval: arrays for `x` are missing"),
    "unknown in eval": (lambda: X.eval(x=1, y=1), LookupError, "eval: there is no variable `y`"),
    "missing in bind": (lambda: X.bind({}), LookupError, "bind: arrays for `x` are missing"),
    "short list": (lambda: X.bind([]), ValueError, "bind: `args` must have 1 arrays, for x"),
    "symbol in bind": (lambda: X.bind({"x": X}), TypeError, "bind: `x` must be an array"),
    "request": (lambda: X.bind([1.0], grad_req="no"), ValueError, "bind: `grad_req` of `x`"),
    "unknown request": (
        lambda: X.bind([1.0], grad_req={"y": "write"}),
        LookupError,
        "`grad_req` names `y`",
    ),
    "request of integers": (
        lambda: X.bind([np.ones(2, "int32")], grad_req={"x": "write"}),
        TypeError,
        "`x` is int32",
    ),
    "shape of a gradient": (
        lambda: X.bind([np.ones(2)], [np.ones(3)]),
        ValueError,
        "`args_grad` of `x`",
    ),
    "unknown gradient": (
        lambda: X.bind([np.ones(2)], {"y": np.ones(3)}),
        LookupError,
        "`args_grad` names `y`",
    ),
    "shapes that do not fit": (
        lambda: (X + sym.var("y")).bind({"x": np.ones(2), "y": np.ones(3)}),
        ValueError,
        r"add: shapes .* \(in node `add",
    ),
    "declared shape": (
        lambda: sym.var("x", shape=(2, -1)).bind({"x": np.ones((3, 3))}),
        ValueError,
        "bind: `x` has shape",
    ),
    "too many in infer": (
        lambda: X.infer_shape((1,), (2,)),
        TypeError,
        "infer_shape: there are 1 arguments; got 2",
    ),
    "twice in infer": (lambda: X.infer_type("int8", x="int8"), TypeError, "`x` is given twice"),
    "unknown in infer": (lambda: X.infer_shape(y=(1,)), LookupError, "no variable `y`"),
    "missing in infer": (
        lambda: layered(X).infer_shape(),
        ValueError,
        "infer_shape: needs the shape of `x`",
    ),
    "not deduced": (
        lambda: (X @ sym.var("w", shape=(3, -1))).infer_shape(x=(2, 3)),
        ValueError,
        r"`w`, now \(3, -1\)",
    ),
    "mask": (lambda: X[X > 0].infer_shape(x=(3,)), RuntimeError, "depend on values"),
    "backward first": (lambda: X.bind([1.0]).backward(), RuntimeError, "forward"),
    "name in forward": (lambda: X.bind([1.0]).forward(y=1), LookupError, "no `y`"),
    "shape in forward": (lambda: X.bind([1.0]).forward(x=[1, 2]), ValueError, "`x` must have"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_is_refused_by_name(case):
    call, kind, text = WRONG[case]
    with pytest.raises(kind, match=text):
        call()
