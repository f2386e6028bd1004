"""Shapes, indexing, reductions and order of the table beside NumPy."""

import numpy
import pytest
from operators import check
from weft import np
from weft.mxnet._operators import invoke

G = numpy.random.default_rng(5)
X = G.normal(size=(2, 3, 4)).astype("float32")
M = G.normal(size=(3, 4)).astype("float32")
R = numpy.arange(24, dtype="float32").reshape(2, 3, 4)


@pytest.mark.parametrize(
    ("attrs", "shape"),
    [
        ({"shape": "(4, 6)"}, (4, 6)),
        ({"shape": "-1"}, (24,)),
        ({"shape": "(0,-1)"}, (2, 12)),
        ({"shape": "(-2,)"}, (2, 3, 4)),
        ({"shape": "(-3,0)"}, (6, 4)),
        ({"shape": "(0,-3)"}, (2, 12)),
        ({"shape": "(-4,1,2,-2)"}, (1, 2, 3, 4)),
        ({"shape": "(0,0,-4,-1,2)"}, (2, 3, 2, 2)),
        ({"shape": "(2,-1,1,4)"}, (2, 3, 1, 4)),
        ({"shape": "(-1,0)", "reverse": "True"}, (6, 4)),
        ({"shape": "(-1,0,0)", "reverse": "1"}, (2, 3, 4)),
        ({"target_shape": "(0, 4)"}, (6, 4)),
        ({"target_shape": "(2L, 0L)", "keep_highest": "True"}, (2, 12)),
    ],
)
def test_reshape_codes_of_1_x(attrs, shape, tmp_path):
    check(tmp_path, "Reshape", [X], attrs, X.reshape(shape))


@pytest.mark.parametrize(
    ("source", "codes", "shape"),
    [
        ((2, 3, 4), "[-2,-1]", (2, 12)),
        ((2, 3, 4), "[-4]", (2, 3, 4)),
        ((2, 3, 4), "[-5,-2]", (6, 4)),
        ((2, 1, 3, 4), "(-2,-3,-1)", (2, 12)),
        ((8, 3), "(-6,2,-1,-4)", (2, 4, 3)),
        ((2, 3, 4), "[24]", (24,)),
    ],
)
def test_reshape_codes_of_2_0(source, codes, shape, tmp_path):
    x = numpy.arange(24, dtype="float32").reshape(source)
    check(tmp_path, "_npx_reshape", [x], {"newshape": codes}, x.reshape(shape), True)


def test_codes_that_do_not_fit_are_told():
    x = np.ones((2, 3))
    for op, attributes, said in (
        ("Reshape", {"shape": "(0,0,0)"}, "asks for more axes"),
        ("Reshape", {"shape": "(-5,)"}, "codes from -4 on; got -5"),
        ("Reshape", {"shape": "(0,-4,2,2)"}, "extent 3 cannot be split into 2 and 2"),
        ("_npx_reshape", {"newshape": "[-3,-1]"}, "skip an axis of extent 1 alone; got 2"),
    ):
        with pytest.raises(ValueError, match=said):
            invoke(op, [x], attributes)


CASES = {
    "Flatten": ({}, lambda x: x.reshape(2, 12)),
    "transpose": ({"axes": "(2, 0, 1)"}, lambda x: x.transpose(2, 0, 1)),
    "transpose ()": ({"axes": "()"}, lambda x: x.T),
    "_npi_transpose": ({"axes": "None"}, lambda x: x.T),
    "SwapAxis": ({"dim1": "0", "dim2": "2"}, lambda x: x.swapaxes(0, 2)),
    "expand_dims": ({"axis": "1"}, lambda x: x[:, None]),
    "slice": ({"begin": "(None, 1)", "end": "(None, 3)"}, lambda x: x[:, 1:3]),
    "slice step": (
        {"begin": "(1, None, 3)", "end": "(None, None, 0)", "step": "(None, 2, -1)"},
        lambda x: x[1:, ::2, 3:0:-1],
    ),
    "slice_axis": ({"axis": "-1", "begin": "1", "end": "None"}, lambda x: x[..., 1:]),
    "reverse": ({"axis": "(0,2)"}, lambda x: x[::-1, :, ::-1]),
    "flip": ({"axis": "1"}, lambda x: x[:, ::-1]),
    "tile": ({"reps": "(2, 1)"}, lambda x: numpy.tile(x, (2, 1))),
    "repeat": ({"repeats": "2", "axis": "1"}, lambda x: x.repeat(2, 1)),
    "Pad": (
        {"mode": "constant", "pad_width": "(0, 0, 1, 2, 0, 3)", "constant_value": "7"},
        lambda x: numpy.pad(x, [(0, 0), (1, 2), (0, 3)], constant_values=7),
    ),
    "Pad edge": (
        {"mode": "edge", "pad_width": "(0, 0, 1, 0, 2, 3)"},
        lambda x: numpy.pad(x, [(0, 0), (1, 0), (2, 3)], "edge"),
    ),
    "broadcast_axis": (
        {"axis": "(0,)", "size": "(2,)"},
        lambda x: numpy.broadcast_to(x[:1], (2, 3, 4)),
    ),
    "_np_roll": ({"shift": "1", "axis": "2"}, lambda x: numpy.roll(x, 1, 2)),
    "_npi_rot90": ({"k": "1", "axes": "[0,1]"}, lambda x: numpy.rot90(x)),
    "_npi_moveaxis": ({"source": "[0]", "destination": "[2]"}, lambda x: numpy.moveaxis(x, 0, 2)),
    "sum": ({"axis": "(0, 2)"}, lambda x: x.sum((0, 2))),
    "sum exclude": ({"axis": "1", "exclude": "True"}, lambda x: x.sum((0, 2))),
    "sum all": ({}, lambda x: x.sum().reshape(1)),
    "mean": ({"axis": "-1", "keepdims": "True"}, lambda x: x.mean(-1, keepdims=True)),
    "max": ({"axis": "1"}, lambda x: x.max(1)),
    "min": ({"axis": "()"}, lambda x: x.min().reshape(1)),
    "prod": ({"axis": "2"}, lambda x: x.prod(2)),
    "norm": ({"axis": "1"}, lambda x: numpy.linalg.norm(x, axis=1)),
    "norm 1": ({"ord": "1", "axis": "(0,1)"}, lambda x: numpy.abs(x).sum((0, 1))),
    "argmax": ({"axis": "1"}, lambda x: x.argmax(1)),
    "argmin": ({"axis": "2", "keepdims": "1"}, lambda x: x.argmin(2)[..., None]),
    "sort": ({"axis": "1", "is_ascend": "0"}, lambda x: -numpy.sort(-x, 1)),
    "argsort": ({}, lambda x: x.argsort(-1)),
    "cumsum": ({"axis": "1"}, lambda x: x.cumsum(1)),
    "topk": ({"k": "2"}, lambda x: (-x).argsort(-1)[..., :2]),
    "topk value": (
        {"k": "2", "ret_typ": "value", "axis": "1"},
        lambda x: -numpy.sort(-x, 1)[:, :2],
    ),
    "topk both": (
        {"k": "1", "ret_typ": "both", "is_ascend": "True"},
        lambda x: [numpy.sort(x)[..., :1], x.argsort(-1)[..., :1]],
    ),
    "topk mask": (
        {"k": "2", "ret_typ": "mask", "axis": "1"},
        lambda x: x >= -numpy.sort(-x, 1)[:, 1:2],
    ),
    "SliceChannel": ({"num_outputs": "2", "axis": "2"}, lambda x: numpy.split(x, 2, 2)),
    "SliceChannel squeeze": (
        {"num_outputs": "2", "axis": "0", "squeeze_axis": "True"},
        lambda x: [x[0], x[1]],
    ),
    "_split_v2": ({"indices": "(0, 1)", "axis": "1"}, lambda x: numpy.split(x, [1], 1)),
    "_split_v2 sections": (
        {"sections": "3", "indices": "[]", "axis": "1"},
        lambda x: numpy.split(x, 3, 1),
    ),
    "_npi_sum": ({"axis": "None"}, lambda x: x.sum()),
    "_npi_mean": ({"axis": "[1]", "keepdims": "0"}, lambda x: x.mean(1)),
    "_npi_std": ({"axis": "1", "ddof": "1"}, lambda x: x.std(1, ddof=1)),
    "_npi_argmax": ({"axis": "None"}, lambda x: x.argmax()),
    "moments": ({"axes": "(1, 2)"}, lambda x: [x.mean((1, 2)), x.var((1, 2))]),
    "softmax": ({"axis": "1", "temperature": "2.0"}, lambda x: soft(x / 2, 1)),
    "softmin": ({}, lambda x: soft(-x, -1)),
    "log_softmax": ({}, lambda x: numpy.log(soft(x, -1))),
    "_contrib_arange_like": ({"axis": "1", "start": "1.0"}, lambda x: [numpy.arange(1, 4)]),
    "L2Normalization": (
        {"mode": "channel"},
        lambda x: x / numpy.sqrt((x * x).sum(1, keepdims=True) + 1e-10),
    ),
    "nansum": ({"axis": "0"}, lambda x: x.sum(0)),
    "shape_array": ({}, lambda x: [[2, 3, 4]]),
    "size_array": ({}, lambda x: [[24]]),
    "_npi_cumsum": ({"axis": "None"}, lambda x: x.cumsum()),
    "diag": ({"k": "1", "axis1": "1", "axis2": "2"}, lambda x: numpy.diagonal(x, 1, 1, 2)),
}


def soft(x, axis):
    found = numpy.exp(x - x.max(axis, keepdims=True))
    return found / found.sum(axis, keepdims=True)


@pytest.mark.parametrize("case", CASES)
def test_one_input(case, tmp_path):
    attrs, function = CASES[case]
    x = X[:1] if case == "broadcast_axis" else X
    wanted = function(x)
    op = case.split()[0]
    check(tmp_path, op, [x], attrs, wanted, is_np_shape=op.startswith("_np"))


I = numpy.array([[2, 0], [1, 9]], "float32")  # noqa: E741

SEVERAL = {
    "Concat": (
        [X, X[:, :1]],
        {"dim": "1", "num_args": "2"},
        lambda a, b: numpy.concatenate([a, b], 1),
    ),
    "stack": ([M, M], {"axis": "1", "num_args": "2"}, lambda a, b: numpy.stack([a, b], 1)),
    "_npi_concatenate": (
        [M, M],
        {"axis": "0", "num_args": "2"},
        lambda a, b: numpy.concatenate([a, b]),
    ),
    "broadcast_like": ([M[:1], M], {}, lambda a, b: numpy.broadcast_to(a, b.shape)),
    "slice_like": ([X, M[:2, :1]], {"axes": "(1,)"}, lambda a, b: a[:, :1]),
    "reshape_like": ([X, numpy.ones((6, 4), "float32")], {}, lambda a, b: a.reshape(6, 4)),
    "Embedding": (
        [I, M],
        {"input_dim": "3", "output_dim": "4", "dtype": "float32"},
        lambda i, w: w[numpy.minimum(i, 2).astype(int)],
    ),
    "take": ([X, I], {"axis": "1"}, lambda x, i: x[:, numpy.minimum(i, 2).astype(int)]),
    "take wrap": ([M, I], {"mode": "wrap"}, lambda x, i: x[i.astype(int) % 3]),
    "pick": (
        [M, numpy.array([1, 3, 7], "float32")],
        {"axis": "1"},
        lambda x, i: x[[0, 1, 2], [1, 3, 3]],
    ),
    "batch_take": ([M, numpy.array([1, 0, 2])], {}, lambda x, i: x[[0, 1, 2], i]),
    "one_hot": (
        [I],
        {"depth": "3", "on_value": "2"},
        lambda i: 2 * (i[..., None] == numpy.arange(3)),
    ),
    "gather_nd": ([X, numpy.array([[1, 0], [2, 1]])], {}, lambda x, i: x[i[0], i[1]]),
    "dot": ([X, M.T.copy()], {}, lambda a, b: a @ b),
    "dot transposed": (
        [M, M],
        {"transpose_a": "True", "transpose_b": "False"},
        lambda a, b: a.T @ b,
    ),
    "batch_dot": ([X, X], {"transpose_b": "True"}, lambda a, b: a @ b.swapaxes(1, 2)),
    "_npi_matmul": ([X, M.T.copy()], {}, lambda a, b: a @ b),
    "_npi_tensordot": (
        [X, M],
        {"a_axes_summed": "[1,2]", "b_axes_summed": "[0,1]"},
        lambda a, b: numpy.tensordot(a, b, 2),
    ),
    "_npi_einsum": (
        [X, M],
        {"subscripts": "bij,ij->b", "num_args": "2"},
        lambda a, b: (a * b).sum((1, 2)),
    ),
    "_npi_kron": ([M[:2, :2], M], {}, numpy.kron),
    "_linalg_gemm2": (
        [X, X],
        {"transpose_b": "1", "alpha": "2"},
        lambda a, b: 2 * a @ b.swapaxes(1, 2),
    ),
    "_linalg_syrk": ([M], {"transpose": "True"}, lambda a: a.T @ a),
    "_linalg_sumlogdiag": ([numpy.exp(M[:3, :3])], {}, lambda a: numpy.trace(numpy.log(a))),
    "_linalg_makediag": (
        [M],
        {"offset": "1"},
        lambda a: numpy.stack([numpy.diag(r, 1) for r in a]),
    ),
    "_linalg_makediag below": (
        [M],
        {"offset": "-2"},
        lambda a: numpy.stack([numpy.diag(r, -2) for r in a]),
    ),
    "khatri_rao": (
        [M[:2], M],
        {"num_args": "2"},
        lambda a, b: numpy.stack([numpy.kron(x, y) for x, y in zip(a.T, b.T, strict=True)], 1),
    ),
    "masked_softmax": (
        [M, (M > -0.5).astype("float32")],
        {},
        lambda x, m: numpy.where(m, numpy.exp(x), 0) / (numpy.exp(x) * m).sum(-1, keepdims=True),
    ),
    "softmax length": (
        [M, numpy.array([1, 4, 2])],
        {"use_length": "True"},
        lambda x, n: numpy.stack(
            [numpy.pad(soft(r[:k], 0), (0, 4 - k)) for r, k in zip(x, n, strict=True)]
        ),
    ),
    "_npx_index_add": (
        [M, numpy.array([[0, 2]]), numpy.ones((2, 4), "float32")],
        {},
        lambda a, i, v: a + numpy.array([[1], [0], [1]]),
    ),
    "_ravel_multi_index": (
        [numpy.array([[1, 2], [3, 0]], "float32")],
        {"shape": "(3,4)"},
        lambda i: [[7, 8]],
    ),
    "_unravel_index": (
        [numpy.array([7, 8], "float32")],
        {"shape": "(3,4)"},
        lambda i: [[[1, 2], [3, 0]]],
    ),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_several_inputs(case, tmp_path):
    arrays, attrs, function = SEVERAL[case]
    wanted = numpy.asarray(function(*arrays))
    wanted = wanted[0] if case.startswith(("_ravel", "_unravel")) else wanted
    op = case.split()[0]
    check(tmp_path, op, arrays, attrs, wanted, is_np_shape=op.startswith("_np"))


def test_extents_that_stay_are_0_in_1_x_and_minus_2_in_2_0(tmp_path):
    wanted = numpy.broadcast_to(M, (2, 3, 4))
    check(tmp_path, "broadcast_to", [M], {"shape": "(2, 0, 4)"}, wanted)
    check(tmp_path, "_npi_broadcast_to", [M], {"shape": "[2,-2,-2]"}, wanted)


def test_only_the_order_of_c_is_taken():
    with pytest.raises(NotImplementedError, match="`order` must be 'C'; got 'F'"):
        invoke("_npx_reshape", [np.array(M)], {"newshape": "(4, 3)", "order": "F"})


def test_sums_of_all_have_no_axes_in_a_graph_of_2_0(tmp_path):
    check(tmp_path, "sum", [X], {}, X.sum(), is_np_shape=True)


def test_positions_are_float32_in_1_x_and_int64_in_2_0():
    x = np.array(M)
    assert invoke("argmax", [x], {"axis": 1}).dtype == "float32"
    assert invoke("topk", [x]).dtype == "float32"
    assert invoke("topk", [x], {"dtype": "int32"}).dtype == "int32"
    assert invoke("_npi_argmax", [x], {"axis": 1}).dtype == "int64"


@pytest.mark.parametrize(
    ("op", "attrs", "wanted"),
    [
        ("_zeros", {"shape": "(2, 3)", "dtype": "float32"}, numpy.zeros((2, 3))),
        ("_npi_ones", {"shape": "[2]", "dtype": "6"}, numpy.ones(2)),
        ("_full", {"shape": "(2,)", "value": "1.5"}, [1.5, 1.5]),
        ("_arange", {"start": "1", "stop": "4", "repeat": "2"}, [1, 1, 2, 2, 3, 3]),
        ("_arange", {"start": "3"}, [0, 1, 2]),
        ("_linspace", {"start": "0", "stop": "1", "num": "3"}, [0, 0.5, 1]),
        ("_eye", {"N": "2", "M": "3", "k": "1"}, numpy.eye(2, 3, 1)),
        ("_npi_identity", {"shape": "[2,2]"}, numpy.eye(2)),
    ],
)
def test_creation(op, attrs, wanted):
    numpy.testing.assert_array_equal(invoke(op, [], attrs).asnumpy(), wanted)


@pytest.mark.parametrize(
    ("op", "attrs", "low", "high"),
    [
        ("_random_uniform", {"low": "2", "high": "3", "shape": "(500,)"}, 2, 3),
        ("_npi_uniform", {"low": "2", "high": "3", "size": "[500]"}, 2, 3),
        ("_random_normal", {"loc": "9", "scale": "0.1", "shape": "500"}, 8, 10),
        ("_random_exponential", {"lam": "4.0", "shape": "500"}, 0, 9),
        ("_random_randint", {"low": "3", "high": "5", "shape": "500"}, 3, 4),
        ("_npi_bernoulli", {"prob": "0.5", "size": "500"}, 0, 1),
    ],
)
def test_random(op, attrs, low, high):
    found = invoke(op, [], attrs).asnumpy()
    assert found.shape == (500,)
    assert low <= found.min() < found.max() <= high


def test_samples_for_each_parameter():
    low, high = np.array([0.0, 10.0]), np.array([1.0, 11.0])
    found = invoke("_sample_uniform", [low, high], {"shape": "(50,)"}).asnumpy()
    assert found.shape == (2, 50)
    assert (numpy.floor(found).max(1) == [0, 10]).all()
    drawn = invoke("_sample_multinomial", [np.array([[0.0, 1.0], [1.0, 0.0]])], {"shape": "3"})
    assert (drawn.dtype, drawn.tolist()) == ("int32", [[1, 1, 1], [0, 0, 0]])
    assert sorted(invoke("_shuffle", [np.arange(9)]).tolist()) == list(range(9))
