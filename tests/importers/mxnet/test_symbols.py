"""Symbols: names and attributes as MXNet 1.9.1 gives them, shapes that follow, files, parts."""

import copy
import json
import math
import pickle
import threading

import numpy
import pytest
import weft
from weft import mxnet as mx
from weft import np


def mlp():
    net = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=4, name="fc1")
    net = mx.sym.Activation(net, act_type="relu", name="act")
    net = mx.sym.FullyConnected(net, num_hidden=3, name="fc2")
    return mx.sym.SoftmaxOutput(net, name="softmax")


def test_what_a_layer_lacks_becomes_a_variable_with_its_name():
    assert mlp().list_arguments() == [
        *("data", "fc1_weight", "fc1_bias", "fc2_weight", "fc2_bias", "softmax_label"),
    ]
    norm = mx.sym.BatchNorm(mx.sym.Variable("x"), name="bn")
    assert norm.list_arguments() == ["x", "bn_gamma", "bn_beta"]
    assert norm.list_auxiliary_states() == ["bn_moving_mean", "bn_moving_var"]


@pytest.mark.parametrize(
    ("options", "inputs"),
    [
        ({"act_type": "prelu"}, ["x", "s_gamma"]),
        ({"act_type": "leaky"}, ["x"]),
    ],
)
def test_attributes_decide_which_inputs_there_are(options, inputs):
    made = mx.sym.LeakyReLU(mx.sym.Variable("x"), name="s", **options)
    assert made.list_arguments() == inputs


def test_names_count_for_each_operator():
    with mx.name.NameManager():
        x = mx.sym.Variable("x")
        made = [x + 1, x + x, 1 - x, 2 / x, x > 1, x == x, mx.sym.concat(x, x), mx.sym.zeros((2,))]
        names = [symbol.name for symbol in made]
    # MXNet 1.9.1 gives these.
    assert names == [
        *("_plusscalar0", "_plus0", "_rminusscalar0", "_rdivscalar0", "_greater_scalar0"),
        *("_equal0", "concat0", "_zeros0"),
    ]


def test_a_prefix_is_before_every_name():
    with mx.name.Prefix("net_"):
        assert mx.sym.relu(mx.sym.Variable("x"), name="act").name == "net_act"


def test_attributes_of_scopes_reach_nodes_and_their_variables():
    with mx.AttrScope(ctx_group="one", __data__="great"):
        layer = mx.sym.FullyConnected(mx.sym.Variable("x"), num_hidden=2, name="fc")
    assert layer.attr("ctx_group") == layer.attr("__ctx_group__") == "one"
    assert layer.attr_dict()["fc_weight"]["__data__"] == "great"


def test_operators_have_the_values_of_numpy():
    values = numpy.array([[1.0, -2.0], [3.0, 4.0]], "float32")
    x = mx.sym.Variable("x")
    graph = mx.sym.Group([2 / (x * x + 1), x > 1, abs(x), x**2 % 3, -x, x.sum(axis=1)])
    found = graph.eval(x=np.array(values))
    wanted = [
        2 / (values * values + 1),
        (values > 1).astype("float32"),
        abs(values),
        values**2 % 3,
        -values,
        values.sum(1),
    ]
    for one, other in zip(found, wanted, strict=True):
        numpy.testing.assert_allclose(one.asnumpy(), other, rtol=1e-6)


def test_numbers_of_numpy_are_numbers():
    x = mx.sym.Variable("x")
    graph = mx.sym.Group([numpy.float32(2) * x, x - numpy.float64(1), numpy.int64(3) - x])
    found = graph.eval(x=np.array([4.0]))
    assert [array.item() for array in found] == [8.0, 3.0, -1.0]
    of_numpy = numpy.float32(2) / x.as_np_ndarray()
    assert of_numpy.eval(x=np.array([4.0]))[0].item() == 0.5
    whole = x.as_np_ndarray() + numpy.int64(2)
    assert whole.attr("is_int") == "True"
    assert whole.eval(x=np.array([4], "int32"))[0].dtype == "int32"
    with pytest.raises(TypeError):
        numpy.ones(2) + x


# ---- shapes --------------------------------------------------------------------------------------


def test_shapes_of_weights_and_labels_follow_from_data():
    arguments, outputs, states = mlp().infer_shape(data=(5, 2, 3))
    assert arguments == [(5, 2, 3), (4, 6), (4,), (3, 4), (3,), (5,)]
    assert (outputs, states) == ([(5, 3)], [])


def test_unknown_extents_follow_from_both_sides():
    one, other = mx.sym.var("a", shape=(0, 10)), mx.sym.var("b", shape=(12, 0))
    assert (one + other).infer_shape() == ([(12, 10), (12, 10)], [(12, 10)], [])
    layer = mx.sym.FullyConnected(mx.sym.var("a", shape=(0, 10)), num_hidden=21)
    found = (layer + mx.sym.var("c", shape=(5, 0))).infer_shape()[0]
    assert (found[0], found[-1]) == ((5, 10), (5, 21))


def test_what_does_not_follow_is_said_and_partly_known():
    layer = mx.sym.FullyConnected(mx.sym.var("x"), num_hidden=3, name="fc")
    with pytest.warns(UserWarning, match="`fc_weight`"):
        assert layer.infer_shape() == (None, None, None)
    assert layer.infer_shape_partial() == ([(), (), ()], [()], [])
    turned = mx.sym.transpose(mx.sym.var("x"), axes=(0, 2, 1))
    assert turned.infer_shape_partial(x=(0, 3, 4))[1] == [(0, 4, 3)]


def test_numpys_shapes_have_none_and_minus_one():
    with mx.np_shape():
        assert mx.sym.sin(mx.sym.var("x")).infer_shape_partial()[1] == [None]
        product = mx.sym.dot(mx.sym.var("x"), mx.sym.var("y"))
        assert product.infer_shape_partial(x=(-1, 3, 4), y=(4, 5))[1] == [(-1, 3, 5)]


def test_types_go_both_ways_but_not_through_a_cast():
    cast = mx.sym.Cast(mx.sym.var("data"), dtype="float32")
    found = mx.sym.FullyConnected(cast, num_hidden=2).infer_type(data="float16")
    assert found == ([numpy.float16, numpy.float32, numpy.float32], [numpy.float32], [])


# ---- parts, wholes, files ------------------------------------------------------------------------


def test_internals_and_children_are_symbols():
    net = mlp()
    assert net.get_internals()["act_output"].list_arguments() == ["data", "fc1_weight", "fc1_bias"]
    assert net.get_children().list_outputs() == ["fc2_output", "softmax_label"]
    parts = mx.sym.split(mx.sym.var("x"), num_outputs=3, name="part")
    assert [part.list_outputs() for part in parts] == [[f"part_output{i}"] for i in range(3)]


def test_a_call_puts_symbols_in_the_place_of_arguments():
    head = mx.sym.FullyConnected(name="fc3", num_hidden=2)
    joined = head(fc3_data=mlp().get_internals()["fc2_output"], name="joined")
    assert joined.name == "joined"
    assert joined.list_arguments()[0] == "data"
    assert head.list_arguments()[0] == "fc3_data"


def test_copies_and_pickles_are_equal_and_apart():
    net = mlp()
    for other in (copy.copy(net), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert other.tojson() == net.tojson()
        other._set_attr(name="renamed")
    assert net.name == "softmax"


def test_a_file_is_what_mxnet_reads(tmp_path):
    net = mlp()
    net.save(tmp_path / "net.json")
    assert mx.sym.load(tmp_path / "net.json").tojson() == net.tojson()
    found = json.loads(net.tojson())
    assert [node["op"] for node in found["nodes"] if node["op"] != "null"] == [
        *("FullyConnected", "Activation", "FullyConnected", "SoftmaxOutput"),
    ]
    assert mx.sym.concat(mx.sym.var("x"), mx.sym.var("y")).attr("num_args") == "2"


@pytest.mark.parametrize("count", ["x", "1000000000"])
def test_a_file_with_a_wrong_number_of_results_is_damaged(count):
    text = mx.sym.split(mx.sym.var("x"), num_outputs=3, name="part").tojson()
    with pytest.raises(OSError, match="`part`"):
        mx.sym.load_json(text.replace('"num_outputs": "3"', f'"num_outputs": "{count}"'))


def test_loops_and_branches_run():
    def step(row, total):
        return row * 2, row + total

    out, last = mx.sym.contrib.foreach(step, mx.sym.var("x"), mx.sym.var("s"))
    graph = mx.sym.load_json(mx.sym.Group([out, last]).tojson())
    found = graph.eval(x=np.array([[1.0], [2.0]]), s=np.zeros((1,)))
    assert [array.tolist() for array in found] == [[[2.0], [4.0]], [3.0]]
    a = mx.sym.var("a")
    chosen = mx.sym.contrib.cond(mx.sym.var("p") > 1, lambda: a * 2, lambda: a - 1)
    assert chosen.eval(p=np.array([2.0]), a=np.array([5.0]))[0].tolist() == [10.0]
    assert chosen.eval(p=np.array([0.0]), a=np.array([5.0]))[0].tolist() == [4.0]
    doubled, last = mx.sym.contrib.while_loop(
        lambda n: n < 3, lambda n: (n * 2, n + 1), mx.sym.var("n"), max_iterations=4
    )
    found = mx.sym.Group([doubled, last]).eval(n=np.array([1.0]))
    assert found[0].asnumpy()[:2].tolist() == [[2.0], [4.0]]
    assert found[1].tolist() == [3.0]


# ---- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda x: mx.sym.FullConnected(x), "did you mean `FullyConnected`"),
        (lambda x: mx.sym.FullyConnected(x, num_hiden=2), "did you mean `num_hidden`"),
        (lambda x: mx.sym.FullyConnected(x), "`num_hidden` is required"),
        (lambda x: mx.sym.FullyConnected(3, num_hidden=2), "`data` must be a symbol; got int 3"),
        (lambda x: mx.sym.relu(mx.sym.Group([x, x])), "one output; got one with 2"),
        (lambda x: x["y"], "no output `y`; outputs are x"),
        (lambda x: bool(x), "does not have it before it is bound"),
        (lambda x: (x + x).infer_shape(y=(2,)), "no argument `y`; there are x"),
        (lambda x: (x + x).bind(args={}), "`args` lacks arrays for `x`"),
        (lambda x: (x + x).simple_bind(), "shapes of `x` .* do not follow"),
        (lambda x: mx.sym.dot(x, x).simple_bind(x=(2, 3)), "dot"),
        (lambda x: mx.sym.contrib.cond(3, lambda: x, lambda: x), "`pred` must be symbols; got int"),
        (
            lambda x: mx.sym.contrib.while_loop(lambda n: n < 3, lambda n: None, x, 2),
            "must return outputs and the new variables",
        ),
        (lambda x: x.infer_shape(x="ab"), "shape of `x` must be a tuple of integers; got 'ab'"),
        (lambda x: x.infer_shape(x=(2, 2.5)), r"a tuple of integers; got \(2, 2.5\)"),
        (lambda x: x.infer_type(x="flot"), "type of `x` must be a dtype; got 'flot'"),
        (lambda x: mx.sym.concat(x, x, dim=5).infer_shape(x=(2, 3)), r"`dim` must be in \[-2, 2\)"),
        (lambda x: mx.sym.split(x, num_outputs=0).infer_shape(x=(2, 3)), "SliceChannel `split"),
        (
            lambda x: mx.sym.FullyConnected(x, num_hidden="a", name="f").infer_shape(x=(2, 3)),
            "`f`: its inputs or attributes .* do not fit",
        ),
    ],
)
def test_mistakes_name_what_is_wrong(make, told):
    with pytest.raises(weft.Error, match=told):
        make(mx.sym.var("x"))


def test_a_loop_inside_of_a_loop():
    def inner(row, total):
        return row * 2, total + row

    def outer(rows, totals):
        scaled, total = mx.sym.contrib.foreach(inner, rows, totals[0])
        return mx.sym.broadcast_add(scaled, totals[0]), [total]

    rows, first = mx.sym.var("rows"), mx.sym.var("first")
    out, last = mx.sym.contrib.foreach(outer, rows, [first])
    whole = mx.sym.load_json(mx.sym.Group([out, *last]).tojson())
    host = numpy.random.default_rng(2).normal(size=(3, 4, 2)).astype("float32")
    found = whole.eval(rows=mx.nd.array(host), first=mx.nd.zeros((2,)))
    before = numpy.concatenate([numpy.zeros((1, 2)), host.sum(1).cumsum(0)[:-1]])
    numpy.testing.assert_allclose(found[0].asnumpy(), host * 2 + before[:, None], rtol=1e-4)
    numpy.testing.assert_allclose(found[1].asnumpy(), host.sum((0, 1)), rtol=1e-4)


@pytest.mark.parametrize(
    ("kind", "made"),
    [(mx.AttrScope, mx.AttrScope(x="1")), (mx.name.NameManager, mx.name.Prefix("a_"))],
)
def test_what_is_current_belongs_to_a_thread(kind, made):
    before, seen = kind.current, []
    try:
        kind.current = made
        thread = threading.Thread(target=lambda: seen.append(kind.current))
        thread.start()
        thread.join()
        assert kind.current is made and seen[0] is not made
    finally:
        kind.current = before


def test_more_gradients_of_outputs_than_outputs():
    run = (mx.sym.var("x") * 2).simple_bind(mx.cpu(), x=(2,))
    run.forward(is_train=True)
    run.backward([mx.nd.ones((2,)), mx.nd.ones((5,))])
    assert run.grad_dict["x"].asnumpy().tolist() == [2, 2]
    with pytest.raises(ValueError, match="`out_grads` must have one array for each"):
        run.backward([])


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (
            lambda x: mx.sym.FullyConnected(x, num_hidden=2, name="fc"),
            ["x", "fc_data", "fc_weight", "fc_weight", "fc_bias", "fc_bias", "fc_output"],
        ),
        (lambda x: mx.sym.concat(x, x, name="cc"), ["x", "cc_arg0", "x", "cc_arg1", "cc_output"]),
        (lambda x: mx.sym.Activation(x, act_type="relu", name="a"), ["x", "a_input0", "a_output"]),
    ],
)
def test_monitors_see_inputs_under_the_names_of_1(make, wanted):
    run = make(mx.sym.var("x", shape=(2, 3))).simple_bind(mx.cpu(), grad_req="null")
    seen = []
    run.set_monitor_callback(lambda name, array: seen.append((name, array.shape)), monitor_all=True)
    run.forward()
    assert [name for name, _ in seen] == wanted
    assert seen[0][1] == seen[1][1] == (2, 3)


def test_what_a_program_writes_into_outputs_leaves_gradients_as_they_are():
    run = (mx.sym.var("x") * 3)._simple_bind(mx.cpu(), x=(2,))
    run.forward(is_train=True)
    run.outputs[0][0] = 7
    run.backward(mx.nd.array([1, 2]))
    assert run.outputs[0].asnumpy()[0] == 7
    assert run.grad_dict["x"].asnumpy().tolist() == [3, 6]


def test_variables_on_which_no_output_depends_get_zeros():
    """Also where an earlier pass left another gradient, and whatever shape comes from behind a
    position has."""
    x = mx.sym.var("x")
    run = mx.sym.Group([x * 3, mx.sym.argmax(x, axis=1, keepdims=True)])._simple_bind(
        mx.cpu(), x=(2, 2)
    )
    run.forward(is_train=True)
    run.backward([mx.nd.ones((2, 2)), mx.nd.ones((2, 2))])
    assert run.grad_dict["x"].asnumpy().tolist() == [[3, 3], [3, 3]]
    place = mx.sym.argmax(x, axis=1, keepdims=True)._bind(
        mx.cpu(), run.arg_dict, args_grad=run.grad_dict
    )
    place.forward(is_train=True)
    place.backward([mx.nd.ones((2, 2))])
    assert place.grad_dict["x"].asnumpy().tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("begin", "end", "step", "wanted"),
    [
        ((None, None), (None, 10), [], 10),
        ((None, None), (None, 10), (None, 2), 5),
        ((2, 3), (5, 10), [], 7),
        ((2, -3), (None, None), (3, 2), 2),
        ((None, 10), (None, 3), (None, -3), 3),
    ],
)
def test_extents_that_are_not_known_stay_so_in_slices(begin, end, step, wanted):
    for unknown, mode in ((0, False), (-1, True)):
        with mx.np_shape(mode):
            data = mx.sym.var("data", shape=(unknown, 20))
            part = mx.sym.slice(data, begin=begin, end=end, step=step)
            assert part.infer_shape_partial()[1] == [(unknown, wanted)]
            part = mx.sym.slice_axis(data, axis=-1, begin=begin[1] or 0, end=end[1])
            length = len(range(20)[slice(begin[1] or 0, end[1])])
            if length:  # an empty part has no extent that 1.x could tell from an unknown one
                assert part.infer_shape_partial()[1] == [(unknown, length)]
            assert mx.sym.slice_axis(data, axis=0, begin=0, end=5).infer_shape_partial()[1] == [
                (unknown, 20)
            ]


def test_without_gradients_backward_does_nothing():
    run = mx.sym.relu(mx.sym.var("x")).simple_bind(mx.cpu(), x=(2,), grad_req="null")
    run.forward(is_train=True)
    run.backward([mx.nd.ones((2,))])
    assert run.grad_dict == {"x": None}


def test_options_of_operators_among_shapes_are_left_aside():
    run = mx.sym.relu(mx.sym.var("x")).simple_bind(mx.cpu(), x=(2,), mode="clip")
    assert run.arg_dict["x"].shape == (2,)


@pytest.mark.parametrize("count", [2, 6])
def test_a_group_norm_takes_factors_of_groups_and_of_channels(count):
    names = [mx.sym.var(name) for name in ("x", "gamma", "beta")]
    net = mx.sym.GroupNorm(*names, num_groups=2, output_mean_var=True)
    host = numpy.random.default_rng(1).normal(size=(3, 6, 4)).astype("float32")
    factors = [mx.nd.array(numpy.arange(count) + 1.0), mx.nd.ones((count,))]
    arrays = dict(zip(("x", "gamma", "beta"), (mx.nd.array(host), *factors), strict=True))
    found, mean, std = (out.asnumpy() for out in net.bind(mx.cpu(), arrays).forward())
    parts = host.reshape(3, 2, -1)
    numpy.testing.assert_allclose(mean, parts.mean(2), atol=1e-6)
    numpy.testing.assert_allclose(std, numpy.sqrt(parts.var(2) + 1e-5), rtol=1e-5)
    plain = ((parts - mean[..., None]) / std[..., None]).reshape(host.shape)
    scale = numpy.repeat(numpy.arange(count) + 1, 6 // count)[:, None]
    numpy.testing.assert_allclose(found, plain * scale + 1, rtol=1e-4, atol=1e-4)


def test_slopes_of_the_first_axes():
    net = mx.sym.LeakyReLU(mx.sym.var("x"), mx.sym.var("slopes"), act_type="prelu")
    slopes = numpy.array([[0.1, 0.2], [0.3, 0.4]], "float32")
    arrays = {"x": mx.nd.ones((2, 2, 3)) * -1, "slopes": mx.nd.array(slopes)}
    (found,) = net.bind(mx.cpu(), arrays).forward()
    numpy.testing.assert_allclose(found.asnumpy(), numpy.repeat(-slopes[..., None], 3, 2))


def test_nothing_follows_for_a_choice_before_its_condition_is_known():
    names = [mx.sym.Variable(name) for name in ("condition", "x", "y")]
    chosen = mx.sym.where(*names)
    for shape in ((0, 2), (0,)):
        assert chosen.infer_shape_partial(condition=shape, x=(2, 2), y=(2, 2))[1] == [()]
    assert chosen.infer_shape(condition=(2, 2), x=(2, 2))[1] == [(2, 2)]


def test_a_batch_norm_may_show_its_mean_and_one_over_its_deviation():
    net = mx.sym.BatchNorm(mx.sym.Variable("x"), output_mean_var=True, eps=1e-3, name="bn")
    assert net.infer_shape(x=(4, 3))[1] == [(4, 3), (3,), (3,)]
    values = numpy.random.default_rng(2).normal(size=(4, 3)).astype("float32")
    executor = net.simple_bind(mx.cpu(), x=(4, 3))
    executor.arg_dict["x"][:] = mx.nd.array(values)
    executor.aux_dict["bn_moving_var"][:] = 4
    for is_train, mean, var in ((True, values.mean(0), values.var(0)), (False, [0] * 3, [4] * 3)):
        _, found_mean, found = executor.forward(is_train=is_train)
        executor.aux_dict["bn_moving_mean"][:] = 0
        executor.aux_dict["bn_moving_var"][:] = 4
        numpy.testing.assert_allclose(found_mean.asnumpy(), mean, rtol=1e-5, atol=1e-6)
        wanted = 1 / numpy.sqrt(numpy.asarray(var) + 1e-3)
        numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-5)


def test_classes_by_their_rank_are_drawn_in_a_graph():
    outputs = mx.sym.Group(mx.sym.contrib.rand_zipfian(mx.sym.var("true"), 2000, 20))
    executor = outputs.bind(mx.cpu(), {"true": mx.nd.array([0, 3])})
    classes, of_true, of_drawn = (array.asnumpy() for array in executor.forward())
    chances = numpy.log((numpy.arange(20) + 2) / (numpy.arange(20) + 1)) / math.log(21)
    assert [classes.shape, classes.min(), classes.max()] == [(2000,), 0, 19]
    numpy.testing.assert_allclose(of_true, chances[[0, 3]] * 2000, rtol=1e-6)
    numpy.testing.assert_allclose(of_drawn, chances[classes] * 2000, rtol=1e-6)


def test_normal_numbers_have_the_shape_of_a_symbol():
    drawn = mx.sym.random.randn(loc=3, scale=0, data=mx.sym.var("x"), dtype="float16")
    (found,) = drawn.bind(mx.cpu(), {"x": mx.nd.ones((2, 3))}).forward()
    assert [found.dtype.name, found.asnumpy().tolist()] == ["float16", [[3] * 3] * 2]


def test_an_operator_without_options_passes_over_them_with_a_warning():
    with pytest.warns(UserWarning, match="broadcast_maximum: `axis` means nothing"):
        found = mx.nd.broadcast_maximum(mx.nd.array([0]), mx.nd.array([-1, 2]), axis=1)
    assert found.asnumpy().tolist() == [0, 2]
    with pytest.raises(TypeError, match="`third` is no argument"):
        mx.nd.broadcast_maximum(mx.nd.ones(1), mx.nd.ones(1), third=mx.nd.ones(1))


def test_a_cached_operator_without_inputs_takes_none():
    found = mx.nd.CachedOp(mx.sym.zeros((2, 2)))(None, default_device=mx.cpu())
    assert found.asnumpy().tolist() == [[0, 0], [0, 0]]


def test_the_extent_that_a_reshape_lacks_follows_from_its_result():
    data = mx.sym.Variable("data")
    net = mx.sym.elemwise_add(data.reshape((0, -1)), mx.sym.ones(shape=(2, 75)))
    for shape in ((0, 3, 5, 5), (2, 0, 5, 5), (2, 3, 5, 0)):
        given, found, _ = net.infer_shape(data=shape)
        assert [given[0], found[0]] == [(2, 3, 5, 5), (2, 75)]


def test_rows_of_an_array_of_one_axis_have_one_in_loops_of_1_x():
    outputs, last = mx.sym.contrib.foreach(
        lambda row, total: (row * total, row + total), mx.sym.var("x"), mx.sym.var("s")
    )
    both = mx.sym.Group([outputs, last])
    found = both.bind(mx.cpu(), {"x": mx.nd.array([1, 2, 3]), "s": mx.nd.array([10])}).forward()
    assert [array.asnumpy().tolist() for array in found] == [[[10], [22], [39]], [16]]


def test_a_loop_need_not_read_all_its_variables():
    i, j = mx.sym.var("i"), mx.sym.var("j")
    outputs, last = mx.sym.contrib.while_loop(
        lambda i, j: i < 3, lambda i, j: (i, (i + 1, i * 2)), [i, j], max_iterations=4
    )
    both = mx.sym.Group([outputs, *last])
    found = both.bind(mx.cpu(), {"i": mx.nd.array([0]), "j": mx.nd.array([7])}).forward()
    assert [array.asnumpy().ravel().tolist() for array in found] == [[0, 1, 2, 0], [3], [4]]


def test_a_loop_over_rows_reads_its_states():
    with pytest.raises(AssertionError, match="must read its row and each of its states"):
        mx.sym.contrib.foreach(lambda row, s: (row, row), mx.sym.var("x"), mx.sym.var("s"))
