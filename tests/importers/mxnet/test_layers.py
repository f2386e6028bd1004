"""Layers, norms, recurrent networks, sequences, images and control flow of the table."""

import json

import mxnet_files
import numpy
import pytest
from operators import check, network, results
from scipy import special
from weft import autograd, gluon, np, npx
from weft import mxnet as mx
from weft.mxnet._operators import invoke

G = numpy.random.default_rng(8)


def normal(*shape):
    return G.normal(size=shape).astype("float32")


X = normal(2, 4, 6, 6)
ROWS = normal(3, 4)


# ---- dense, convolutions, pooling ----------------------------------------------------------------


@pytest.mark.parametrize("flatten", ["True", "0"])
@pytest.mark.parametrize("no_bias", ["False", "1"])
def test_fully_connected(flatten, no_bias, tmp_path):
    x, bias = normal(2, 3, 4), normal(5)
    weight = normal(5, 12 if flatten == "True" else 4)
    wanted = (x.reshape(2, 12) if flatten == "True" else x) @ weight.T
    arrays = [x, weight] if no_bias == "1" else [x, weight, bias]
    wanted = wanted if no_bias == "1" else wanted + bias
    attrs = {"num_hidden": "5", "flatten": flatten, "no_bias": no_bias}
    check(tmp_path, "FullyConnected", arrays, attrs, wanted)


CONVOLUTION = {
    "kernel": "(3, 2)",
    "stride": "(2, 1)",
    "pad": "(1, 0)",
    "dilate": "(1, 2)",
    "num_filter": "6",
    "num_group": "2",
    "workspace": "1024",
    "cudnn_tune": "None",
}


def test_convolution_reads_its_attributes(tmp_path):
    weight, bias = normal(6, 2, 3, 2), normal(6)
    padded = numpy.pad(X, [(0, 0), (0, 0), (1, 1), (0, 0)])
    wanted = numpy.zeros((2, 6, 3, 4), "float32")
    for f, i, j in numpy.ndindex(6, 3, 4):
        part = padded[:, f // 3 * 2 : f // 3 * 2 + 2, 2 * i : 2 * i + 3, j : j + 3 : 2]
        wanted[:, f, i, j] = (part * weight[f]).sum((1, 2, 3)) + bias[f]
    check(tmp_path, "Convolution", [X, weight, bias], CONVOLUTION, wanted, atol=1e-5)
    last = [numpy.moveaxis(x, 1, -1).copy() for x in (X, weight, wanted)]
    attrs = CONVOLUTION | {"layout": "NHWC"}
    check(tmp_path, "Convolution", [*last[:2], bias], attrs, last[2], atol=1e-5)


def test_deconvolution_reads_its_attributes(tmp_path):
    weight = normal(4, 3, 3, 3)
    attrs = {
        "kernel": "(3,3)",
        "stride": "(2,2)",
        "pad": "(1,1)",
        "adj": "(1,1)",
        "num_filter": "3",
    }
    wanted = npx.deconvolution(
        np.array(X), np.array(weight), stride=(2, 2), pad=(1, 1), adj=(1, 1)
    ).asnumpy()
    check(tmp_path, "Deconvolution", [X, weight], attrs, wanted)
    # `target_shape` decides both `pad` and `adj`.
    shaped = {k: v for k, v in attrs.items() if k not in ("pad", "adj")} | {
        "target_shape": "(12,12)"
    }
    check(tmp_path, "Deconvolution", [X, weight], shaped, wanted)


POOLING = {"kernel": "(3, 3)", "stride": "(2, 2)", "pad": "(1, 1)"}


@pytest.mark.parametrize("pool_type", ["max", "avg", "sum"])
@pytest.mark.parametrize("convention", ["valid", "full"])
@pytest.mark.parametrize("counted", ["True", "False"])
def test_pooling(pool_type, convention, counted, tmp_path):
    extent = 3 if convention == "valid" else 4
    attrs = POOLING | {
        "pool_type": pool_type,
        "pooling_convention": convention,
        "count_include_pad": counted,
    }
    wanted = numpy.zeros((2, 4, extent, extent), "float32")
    for i, j in numpy.ndindex(extent, extent):
        rows, columns = (slice(max(2 * k - 1, 0), min(2 * k + 2, 6)) for k in (i, j))
        part = X[:, :, rows, columns]
        wanted[:, :, i, j] = part.max((2, 3)) if pool_type == "max" else part.sum((2, 3))
        if pool_type == "avg":
            # A window ends where the padding ends.
            whole = [min(2 * k + 2, 7) - (2 * k - 1) for k in (i, j)]
            count = part[0, 0].size if counted == "False" else whole[0] * whole[1]
            wanted[:, :, i, j] /= count
    check(tmp_path, "Pooling", [X], attrs, wanted)


def test_global_and_same_pooling(tmp_path):
    attrs = {"global_pool": "True", "pool_type": "avg", "kernel": "(1, 1)"}
    check(tmp_path, "Pooling", [X], attrs, X.mean((2, 3), keepdims=True))
    wanted = X.reshape(2, 4, 3, 2, 3, 2).max((3, 5))
    same = {"kernel": "(2,2)", "stride": "(2,2)", "pooling_convention": "same"}
    check(tmp_path, "Pooling", [X], same, wanted)
    last = numpy.moveaxis(X, 1, -1).copy()
    check(tmp_path, "Pooling", [last], same | {"layout": "NHWC"}, numpy.moveaxis(wanted, 1, -1))


ACTIVATIONS = {
    "relu": lambda x: numpy.maximum(x, 0),
    "sigmoid": special.expit,
    "tanh": numpy.tanh,
    "softrelu": lambda x: numpy.log1p(numpy.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
}
LEAKY = {
    "leaky": lambda x: numpy.where(x > 0, x, 0.1 * x),
    "elu": lambda x: numpy.where(x > 0, x, 0.1 * numpy.expm1(x)),
    "gelu": lambda x: x * special.ndtr(x),
    "rrelu": lambda x: numpy.where(x > 0, x, (0.125 + 0.334) / 2 * x),
    "selu": lambda x: (
        1.0507009873554805 * numpy.where(x > 0, x, 1.6732632423543772 * numpy.expm1(x))
    ),
}


def test_activations(tmp_path):
    for name, function in ACTIVATIONS.items():
        check(tmp_path, "Activation", [ROWS], {"act_type": name}, function(ROWS))
    for name, function in LEAKY.items():
        attrs = {"act_type": name, "slope": "0.1"}
        check(tmp_path, "LeakyReLU", [ROWS], attrs, function(ROWS))
    check(tmp_path, "LeakyReLU", [ROWS], {}, numpy.where(ROWS > 0, ROWS, 0.25 * ROWS))
    gamma = normal(4)
    wanted = numpy.where(ROWS > 0, ROWS, gamma * ROWS)
    check(tmp_path, "LeakyReLU", [ROWS, gamma], {"act_type": "prelu"}, wanted)
    with pytest.raises(ValueError, match=r"`act_type` must be one of relu, .*; got 'rleu'"):
        invoke("Activation", [np.array(ROWS)], {"act_type": "rleu"})


def test_dropout_follows_the_mode(tmp_path):
    x = np.ones((50, 20))
    block = network(tmp_path, "Dropout", 1, {"p": "0.5", "cudnn_off": "False"})
    assert (block(x) == 1).all()
    with autograd.record():
        assert sorted(set(block(x).asnumpy().ravel().tolist())) == [0, 2]
    always = network(tmp_path, "Dropout", 1, {"p": "0.5", "mode": "always", "axes": "(1,)"})
    found = always(x).asnumpy()
    assert set(found.ravel().tolist()) == {0, 2}
    assert (found == found[:, :1]).all()


# ---- norms ---------------------------------------------------------------------------------------


def test_batch_norm_has_the_defaults_of_mxnet(tmp_path):
    gamma, beta, mean, var = normal(4), normal(4), normal(4), abs(normal(4))
    shaped = [p[:, None, None] for p in (gamma, beta, mean, var)]
    plain = (X - shaped[2]) / numpy.sqrt(shaped[3] + 1e-3)
    check(tmp_path, "BatchNorm", [X, gamma, beta, mean, var], {}, plain + shaped[1])
    attrs = {"fix_gamma": "False", "eps": "0.1"}
    wanted = (X - shaped[2]) / numpy.sqrt(shaped[3] + 0.1) * shaped[0] + shaped[1]
    check(tmp_path, "BatchNorm", [X, gamma, beta, mean, var], attrs, wanted)


def batch_norm(tmp_path, attrs):
    names = ("gamma", "beta", "moving_mean", "moving_var")
    nodes = [mxnet_files.node("null", name) for name in ("data", *names)]
    nodes.append(mxnet_files.node("BatchNorm", "bn", [[n, 0, 0] for n in range(5)], attrs))
    (tmp_path / "bn-symbol.json").write_text(mxnet_files.symbol(nodes))
    first = {name: numpy.full(4, n + 0.5, "float32") for n, name in enumerate(names)}
    mxnet_files.parameters(tmp_path / "bn.params", first)
    return mx.gluon.SymbolBlock.imports(tmp_path / "bn-symbol.json", "data", tmp_path / "bn.params")


@pytest.mark.parametrize("is_planned", [False, True])
def test_batch_norm_updates_its_states_in_training(is_planned, tmp_path):
    block = batch_norm(tmp_path, {"momentum": "0.75"})
    block.hybridize(is_planned)
    parameters = block.collect_params()
    assert [p.grad_req for p in parameters.values()] == ["null", "write", "null", "null"]
    with autograd.record():
        block(np.array(X)).sum().backward()
    found = {name: p.data().asnumpy() for name, p in parameters.items()}
    mean, var = X.mean((0, 2, 3)), X.var((0, 2, 3))
    numpy.testing.assert_allclose(found["moving_mean"], 2.5 * 0.75 + mean * 0.25, rtol=1e-5)
    numpy.testing.assert_allclose(found["moving_var"], 3.5 * 0.75 + var * 0.25, rtol=1e-5)
    assert (parameters["beta"].grad() == 72).all()


def test_batch_norm_may_keep_its_statistics(tmp_path):
    block = batch_norm(tmp_path, {"use_global_stats": "True"})
    with autograd.record():
        found = block(np.array(X))
    wanted = (X - 2.5) / numpy.sqrt(3.5 + 1e-3) + 1.5
    numpy.testing.assert_allclose(found.asnumpy(), wanted, 1e-5, 1e-6)
    assert (block.collect_params()["moving_mean"].data() == 2.5).all()


def standard(x, axes, eps):
    return (x - x.mean(axes, keepdims=True)) / numpy.sqrt(x.var(axes, keepdims=True) + eps)


def test_other_norms(tmp_path):
    gamma, beta = normal(6), normal(6)
    wanted = standard(X, 3, 1e-5) * gamma + beta
    check(tmp_path, "LayerNorm", [X, gamma, beta], {}, wanted, atol=1e-5)
    gamma, beta = normal(4), normal(4)
    each = [p[:, None, None] for p in (gamma, beta)]
    wanted = standard(X, (2, 3), 1e-3) * each[0] + each[1]
    check(tmp_path, "InstanceNorm", [X, gamma, beta], {}, wanted, atol=1e-5)
    grouped = standard(X.reshape(2, 2, 2, 6, 6), (2, 3, 4), 1e-5).reshape(X.shape)
    attrs = {"num_groups": "2"}
    check(tmp_path, "GroupNorm", [X, gamma, beta], attrs, grouped * each[0] + each[1], atol=1e-5)
    few = [part[:2].repeat(2)[:, None, None] for part in (gamma, beta)]  # one for each group
    check(
        tmp_path, "GroupNorm", [X, gamma[:2], beta[:2]], attrs, grouped * few[0] + few[1], atol=1e-5
    )
    squares = numpy.pad(X * X, [(0, 0), (1, 1), (0, 0), (0, 0)])
    total = squares[:, :-2] + squares[:, 1:-1] + squares[:, 2:]
    wanted = X / (2 + 1e-4 / 3 * total) ** 0.75
    check(tmp_path, "LRN", [X], {"nsize": "3"}, wanted)


# ---- recurrent networks --------------------------------------------------------------------------


def flat(layer):
    """The parameters of a layer of Weft in the order of MXNet's vector."""
    found = {name: p.data().asnumpy() for name, p in layer.collect_params().items()}
    places = [(n, d, s) for n in range(layer.num_layers) for d in layer._directions for s in "ih"]
    names = [f"{d}{n}_{s}2h_{kind}" for kind in ("weight", "bias") for n, d, s in places]
    return numpy.concatenate([found[name].ravel() for name in names])


MODES = {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn_relu"}


@pytest.mark.parametrize("kind", MODES)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_rnn_cuts_its_vector(kind, bidirectional, tmp_path):
    layer = getattr(gluon.rnn, kind)(3, 2, bidirectional=bidirectional, input_size=4)
    layer.initialize()
    for parameter in layer.collect_params().values():
        parameter.set_data(np.array(normal(*parameter.shape) / 2))
    x, count = normal(5, 2, 4), 2 if kind == "LSTM" else 1
    states = [normal(4 if bidirectional else 2, 2, 3) for _ in range(count)]
    out, last = layer(np.array(x), [np.array(s) for s in states])
    attrs = {
        "state_size": "3",
        "num_layers": "2",
        "mode": MODES[kind],
        "bidirectional": str(bidirectional),
        "state_outputs": "True",
        "p": "0.0",
    }
    wanted = [x.asnumpy() for x in (out, *last)]
    check(tmp_path, "RNN", [x, flat(layer), *states], attrs, wanted)


def test_lengths_of_a_gru_are_its_last_input(tmp_path):
    layer = gluon.rnn.GRU(3, 1, use_sequence_length=True, input_size=4)
    layer.initialize()
    x, lengths, state = normal(5, 2, 4), numpy.array([2, 5], "float32"), normal(1, 2, 3)
    out, _ = layer(np.array(x), [np.array(state)], np.array(lengths))
    attrs = {"state_size": "3", "num_layers": "1", "mode": "gru", "use_sequence_length": "1"}
    check(tmp_path, "RNN", [x, flat(layer), state, lengths], attrs, out.asnumpy())


def test_a_vector_of_another_size_is_told():
    attrs = {"state_size": 3, "num_layers": 1, "mode": "lstm"}
    with pytest.raises(ValueError, match=r"`parameters` must have 108 elements .*; got 7"):
        invoke("RNN", [np.ones((2, 1, 4)), np.ones(7), None, None], attrs)


# ---- sequences and attention ---------------------------------------------------------------------


@pytest.mark.parametrize("axis", ["0", "1"])
def test_sequences(axis, tmp_path):
    x, lengths = normal(4, 3, 2), numpy.array([1, 4, 2], "float32")
    masked, turned = x.copy(), x.copy()
    for n, length in enumerate(lengths.astype(int)):
        masked[length:, n] = -9
        turned[:length, n] = x[:length, n][::-1]
    last = x[lengths.astype(int) - 1, range(3)]
    if axis == "1":
        x, masked, turned = (part.swapaxes(0, 1).copy() for part in (x, masked, turned))
    attrs = {"use_sequence_length": "True", "axis": axis}
    check(tmp_path, "SequenceMask", [x, lengths], attrs | {"value": "-9"}, masked)
    check(tmp_path, "SequenceReverse", [x, lengths], attrs, turned)
    check(tmp_path, "SequenceLast", [x, lengths], attrs, last)
    check(tmp_path, "SequenceMask", [x], {"axis": axis}, x)


def test_interleaved_attention(tmp_path):
    steps, batch, heads, each = 5, 2, 3, 4
    x = normal(steps, batch, heads * 3 * each)
    q, k, v = numpy.moveaxis(x.reshape(steps, batch, heads, 3, each), 3, 0)
    scores = numpy.einsum("tnhd,snhd->nhts", q, k).reshape(batch * heads, steps, steps) / 2
    op = "_contrib_interleaved_matmul_selfatt_"
    check(tmp_path, f"{op}qk", [x], {"heads": "3"}, scores, atol=1e-5)
    shares = special.softmax(scores, -1).astype("float32")
    split = shares.reshape(batch, heads, steps, steps)
    wanted = numpy.einsum("nhts,snhd->tnhd", split, v).reshape(steps, batch, heads * each)
    check(tmp_path, f"{op}valatt", [x, shares], {"heads": "3"}, wanted, atol=1e-5)
    queries = q.reshape(steps, batch, heads * each).copy()
    pairs = numpy.stack([k, v], 3).reshape(steps, batch, heads * 2 * each)
    op = "_contrib_interleaved_matmul_encdec_"
    check(tmp_path, f"{op}qk", [queries, pairs], {"heads": "3"}, scores, atol=1e-5)
    check(tmp_path, f"{op}valatt", [pairs, shares], {"heads": "3"}, wanted, atol=1e-5)


# ---- images --------------------------------------------------------------------------------------


def test_images(tmp_path):
    larger = X.repeat(2, 2).repeat(2, 3)
    attrs = {"scale": "2", "sample_type": "nearest", "num_args": "1"}
    check(tmp_path, "UpSampling", [X], attrs, larger)
    two = {"scale": "2", "sample_type": "nearest", "num_args": "2", "multi_input_mode": "sum"}
    check(tmp_path, "UpSampling", [X, larger], two, 2 * larger)
    wanted = X.reshape(2, 4, 3, 2, 2, 3).mean((3, 5))
    op = "_contrib_AdaptiveAvgPooling2D"
    check(tmp_path, op, [X], {"output_size": "(3, 2)"}, wanted)
    check(tmp_path, op, [X], {}, X.mean((2, 3), keepdims=True))
    check(
        tmp_path,
        "Crop",
        [X],
        {"h_w": "(2, 3)", "offset": "(1, 2)", "num_args": "1"},
        X[:, :, 1:3, 2:5],
    )
    like = {"center_crop": "True", "num_args": "2"}
    check(tmp_path, "Crop", [X, normal(1, 1, 4, 2)], like, X[:, :, 1:5, 2:4])
    found = network(tmp_path, "_contrib_BilinearResize2D", 1, {"height": "11", "width": "11"})
    larger = results(found, [X])[0]
    numpy.testing.assert_allclose(larger[:, :, ::2, ::2], X, atol=1e-5)  # corners are aligned
    pixels = G.integers(0, 255, (5, 6, 3)).astype("uint8")
    wanted = numpy.moveaxis(pixels, -1, 0).astype("float32") / 255
    check(tmp_path, "_image_to_tensor", [pixels], {}, wanted)
    attrs = {"mean": "(0.5, 0.4, 0.3)", "std": "(0.1,0.2,0.3)"}
    shift, factor = (numpy.array(json.loads(f"[{v[1:-1]}]"))[:, None, None] for v in attrs.values())
    check(tmp_path, "_image_normalize", [wanted], attrs, (wanted - shift) / factor, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"height": 4, "width": 7}, (4, 7)),
        ({"scale_height": 0.5, "scale_width": 0.3}, (10, 6)),
        ({"mode": "odd_scale", "scale_height": 0.1, "scale_width": 0.2}, (3, 4)),
        ({"mode": "odd_scale", "scale_height": 5, "scale_width": 10}, (101, 200)),
        ({"mode": "to_even_down"}, (20, 20)),
        ({"mode": "to_even_up"}, (22, 20)),
        ({"mode": "to_odd_down"}, (21, 19)),
        ({"mode": "to_odd_up"}, (21, 21)),
    ],
)
def test_bilinear_resizing_has_all_modes_of_mxnet(options, wanted):
    """The sizes are those of MXNet 1.9.1; corners are aligned."""
    image = mx.nd.array(G.random((1, 2, 21, 20)))
    found = mx.nd.contrib.BilinearResize2D(image, **options)
    assert found.shape == (1, 2, *wanted)
    whole, corners = image.asnumpy(), found.asnumpy()
    for row, column in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        numpy.testing.assert_allclose(corners[..., row, column], whole[..., row, column], rtol=1e-5)
    like = mx.nd.contrib.BilinearResize2D(image, found, mode="like")
    assert numpy.array_equal(like.asnumpy(), corners)


def test_modes_of_bilinear_resizing_that_there_are_not_are_refused():
    image = mx.nd.ones((1, 1, 4, 4))
    with pytest.raises(mx.MXNetError, match=r"`mode` must be one of 'size', 'like'.*got 'odd'"):
        mx.nd.contrib.BilinearResize2D(image, mode="odd")
    with pytest.raises(mx.MXNetError, match="needs `scale_height` and `scale_width`"):
        mx.nd.contrib.BilinearResize2D(image, mode="odd_scale", scale_height=2)
    with pytest.raises(mx.MXNetError, match="`like` must be given"):
        mx.nd.contrib.BilinearResize2D(image, mode="like")


# ---- control flow --------------------------------------------------------------------------------


def body(nodes, heads):
    return json.loads(mxnet_files.symbol(nodes, heads))


def imported(tmp_path, nodes, heads, names):
    (tmp_path / "net-symbol.json").write_text(mxnet_files.symbol(nodes, heads))
    return mx.gluon.SymbolBlock.imports(tmp_path / "net-symbol.json", names)


@pytest.mark.parametrize("is_planned", [False, True])
def test_foreach(is_planned, tmp_path):
    """The inputs of a body stand in the order of the body, which the places tell."""
    inner = body(
        [
            mxnet_files.node("null", "factor"),
            mxnet_files.node("null", "row"),
            mxnet_files.node("broadcast_mul", "scaled", [(0, 0, 0), (1, 0, 0)]),
            mxnet_files.node("null", "state"),
            mxnet_files.node("elemwise_add", "sum", [(2, 0, 0), (3, 0, 0)]),
        ],
        [[2, 0, 0], [4, 0, 0]],
    )
    attrs = {
        "num_args": "4",
        "num_outputs": "2",
        "num_out_data": "1",
        "in_data_locs": "(1,)",
        "in_state_locs": "(2,)",
        "remain_locs": "(0,)",
    }
    nodes = [mxnet_files.node("null", name) for name in ("data", "first", "factor")]
    nodes.append(
        mxnet_files.node(
            "_foreach", "loop", [[n, 0, 0] for n in range(3)], attrs, subgraphs=[inner]
        )
    )
    net = imported(tmp_path, nodes, [[3, 0, 0], [3, 1, 0]], ["data", "first", "factor"])
    net.hybridize(is_planned)
    x, first, factor = normal(5, 2), normal(2), normal(2)
    outputs, last = results(net, [x, first, factor])
    numpy.testing.assert_allclose(outputs, x * factor, rtol=1e-6)
    numpy.testing.assert_allclose(last, first + (x * factor).sum(0), rtol=1e-5)


@pytest.mark.parametrize("is_planned", [False, True])
def test_while_loop(is_planned, tmp_path):
    """Doubles `x` while it is below `limit`, at most 6 times."""
    condition = body(
        [
            mxnet_files.node("null", "x"),
            mxnet_files.node("null", "limit"),
            mxnet_files.node("_lesser", "goes_on", [(0, 0, 0), (1, 0, 0)]),
        ],
        [[2, 0, 0]],
    )
    step = body(
        [
            mxnet_files.node("null", "x"),
            mxnet_files.node("_mul_scalar", "twice", [(0, 0, 0)], {"scalar": "2.0"}),
        ],
        [[0, 0, 0], [1, 0, 0]],
    )
    attrs = {
        "num_args": "4",
        "num_outputs": "2",
        "num_out_data": "1",
        "max_iterations": "6",
        "cond_input_locs": "(0, 1)",
        "func_input_locs": "(0,)",
        "func_var_locs": "(0,)",
    }
    nodes = [mxnet_files.node("null", name) for name in ("x", "limit")]
    nodes.append(
        mxnet_files.node(
            "_while_loop", "loop", [[0, 0, 0], [1, 0, 0]], attrs, subgraphs=[condition, step]
        )
    )
    net = imported(tmp_path, nodes, [[2, 0, 0], [2, 1, 0]], ["x", "limit"])
    net.hybridize(is_planned)
    outputs, last = results(net, [numpy.array([3.0]), numpy.array([20.0])])
    assert outputs.ravel().tolist() == [3, 6, 12, 0, 0, 0]
    assert last.tolist() == [24]


@pytest.mark.parametrize("is_planned", [False, True])
def test_cond(is_planned, tmp_path):
    bodies = []
    for op, scalar in (("_greater_scalar", "0"), ("_mul_scalar", "10"), ("_plus_scalar", "1")):
        x = mxnet_files.node("null", "x")
        made = mxnet_files.node(op, "made", [(0, 0, 0)], {"scalar": scalar})
        bodies.append(body([x, made], [[1, 0, 0]]))
    attrs = {"num_args": "5", "num_outputs": "1", "cond_input_locs": "(0,)"}
    attrs |= {"then_input_locs": "(1,)", "else_input_locs": "(1,)"}
    nodes = [mxnet_files.node("null", name) for name in ("p", "x")]
    nodes.append(
        mxnet_files.node("_cond", "choice", [[0, 0, 0], [1, 0, 0]], attrs, subgraphs=bodies)
    )
    net = imported(tmp_path, nodes, [[2, 0, 0]], ["p", "x"])
    net.hybridize(is_planned)
    assert results(net, [numpy.array([1.0]), numpy.array([2.0])])[0].tolist() == [20]
    assert results(net, [numpy.array([-1.0]), numpy.array([2.0])])[0].tolist() == [3]
