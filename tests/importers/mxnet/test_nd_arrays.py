"""Arrays of 1.x, `mx.nd.NDArray`: what differs from Weft's, by NumPy and MXNet's rules."""

import copy
import pickle

import numpy
import pytest
import weft
from weft import gluon, np
from weft import mxnet as mx

nd = mx.nd


def test_lists_become_float32_and_arrays_keep_their_dtype():
    assert nd.array([1, 2]).dtype == "float32"
    assert nd.array(numpy.ones(2, "int64")).dtype == "float32"
    assert nd.array(nd.array([1], dtype="int32")).dtype == "int32"
    assert type(nd.array(np.ones(2))) is nd.NDArray


def test_an_array_has_at_least_one_axis():
    x = nd.array([1.5, 2.5])
    for scalar in (x[0], x.sum(), x.mean(), x.max(), nd.dot(x, x), x.norm(), x.argmax()):
        assert scalar.shape == (1,)
    with mx.np_shape():
        assert x[0].shape == x.sum().shape == ()
    assert x.sum().shape == (1,)


def test_comparisons_are_numbers_of_the_dtype_of_the_array():
    x = nd.array([1, 2, 3], dtype="int32")
    for found, wanted in ((x > 1, [0, 1, 1]), (x == x, [1, 1, 1]), (x <= 2, [1, 1, 0])):
        assert found.dtype == "int32" and found.asnumpy().tolist() == wanted
    assert nd.lesser(nd.ones(2), 2).dtype == "float32"


def test_integers_stay_integers():
    x = nd.array([1, 2, 3], dtype="int32")
    for found, wanted in ((x / 2, [0, 1, 1]), (2 / x, [2, 1, 0]), (x * 1.5, [1, 2, 3])):
        assert found.dtype == "int32" and found.asnumpy().tolist() == wanted


def test_reshape_has_the_codes_of_1x():
    x = nd.arange(24).reshape((2, 3, 4))
    shapes = {
        (0, -1): (2, 12),
        (-2,): (2, 3, 4),
        (-3, 0): (6, 4),
        (-4, 1, -1, -2): (1, 2, 3, 4),
        (-1, 0): (8, 3),
    }
    for codes, wanted in shapes.items():
        assert x.reshape(codes).shape == wanted
    assert x.reshape((-1, 0), reverse=True).shape == (6, 4)
    assert x.reshape(4, 6).shape == x.reshape(shape=(4, 6)).shape == (4, 6)


def test_parts_that_lie_together_share_memory_and_others_do_not():
    x = nd.zeros((3, 4))
    rows, column = x[1:], x[:, 1]
    rows[:] = 1
    column[:] = 5
    assert x.asnumpy().tolist() == [[0] * 4, [1] * 4, [1] * 4]
    x.reshape((12,))[0] = 7
    assert x[0, 0].asscalar() == 7


def test_indices_may_be_floats():
    x = nd.array([[1, 2], [3, 4], [5, 6]])
    assert x[nd.array([0, 2])].asnumpy().tolist() == [[1, 2], [5, 6]]
    x[nd.array([0, 2])] = 0
    assert x.asnumpy().tolist() == [[0, 0], [3, 4], [0, 0]]


def test_writes_take_numbers_lists_and_arrays():
    x = nd.zeros((2, 3))
    x[0] = nd.array([1, 2, 3])
    x[1, 1:] = numpy.array([8, 9])
    x[0, 0] = nd.array([4])
    assert x.asnumpy().tolist() == [[4, 2, 3], [0, 8, 9]]


def test_arrays_are_keys_and_texts_are_those_of_mxnet():
    x, y = nd.ones(2), nd.ones(2)
    assert {x: 1, y: 2}[y] == 2
    assert repr(nd.ones((2, 3))) == "\n[[1. 1. 1.]\n [1. 1. 1.]]\n<NDArray 2x3 @cpu(0)>"


def test_copies_and_pickles_keep_the_class():
    x = nd.array([1, 2])
    for again in (copy.deepcopy(x), pickle.loads(pickle.dumps(x)), x.copy(), x.astype("float64")):
        assert type(again) is nd.NDArray and again.asnumpy().tolist() == [1, 2]
    y = nd.zeros(2)
    assert x.copyto(y) is y and y.asnumpy().tolist() == [1, 2]
    assert x.as_in_context(mx.cpu()) is x
    for kind in (x, mx.nd.ones((2, 2)).tostype("csr")):
        with pytest.raises(LookupError, match="there is no device `cpux`"):
            kind.as_in_context("cpux")


def test_one_element_is_a_number_and_more_are_refused():
    assert nd.ones((1, 1)).asscalar() == 1 and bool(nd.ones(1)) and not bool(nd.zeros(1))
    for function in (bool, nd.NDArray.asscalar):
        with pytest.raises(ValueError, match="shape"):
            function(nd.ones(2))


def test_gradients_are_arrays_of_1x():
    x = nd.array([1, 2, 3])
    x.attach_grad()
    with mx.autograd.record():
        y = (x * x).sum()
    y.backward(nd.array([2]))
    assert type(x.grad) is nd.NDArray and x.grad.asnumpy().tolist() == [4, 8, 12]


def test_layers_give_the_class_back():
    net = gluon.nn.Dense(2)
    net.initialize()
    for hybrid in (False, True):
        net.hybridize(hybrid)
        assert type(net(nd.ones((3, 4)))) is nd.NDArray
    assert type(nd.ones(2).as_np_ndarray()) is weft.np.ndarray


@pytest.mark.parametrize("name", ["exp", "sqrt", "tanh", "sigmoid", "relu", "square", "abs"])
def test_functions_of_one_array(name):
    x = numpy.array([0.5, 1.5], "float32")
    sigmoid = {"sigmoid": lambda v: 1 / (1 + numpy.exp(-v)), "relu": lambda v: v.clip(0)}
    wanted = sigmoid.get(name, getattr(numpy, name, None))(x)
    function = getattr(nd, name)
    out = nd.zeros(2)
    for found in (
        function(nd.array(x)),
        function(data=nd.array(x)),
        function(nd.array(x), out=out),
    ):
        assert type(found) is nd.NDArray
        numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6)
    numpy.testing.assert_allclose(getattr(nd.array(x), name)().asnumpy(), wanted, rtol=1e-6)


def test_arguments_stand_in_the_order_of_mxnet():
    x = nd.array([[1, 2], [3, 4]])
    assert nd.topk(x, 1, 2, "value").shape == (2, 2)
    assert nd.log_softmax(x, 0).shape == (2, 2)
    assert [part.shape for part in nd.split(x, 2, 1, True)] == [(2,), (2,)]
    assert nd.Concat(x, x, dim=1).shape == nd.concat(*[x, x]).shape == (2, 4)


def test_bad_arguments_are_told():
    with pytest.raises(TypeError, match=r"`axes` is no argument.*write `axis`"):
        nd.sum(nd.ones(2), axes=0)
    with pytest.raises(AttributeError, match="did you mean `softmax`"):
        nd.sofmax  # noqa: B018
    with pytest.raises(TypeError, match="`indices` is missing"):
        nd.take(nd.ones(2))
    with pytest.raises(TypeError, match="one_hot: `depth` is missing"):
        nd.one_hot(nd.ones(2))
    with pytest.raises(TypeError, match="softmax: `data` is given twice"):
        nd.softmax(nd.ones(2), data=nd.ones(2))
    with pytest.raises(ValueError, match="GridGenerator: `transform_type` must be 'affine'"):
        nd.GridGenerator(nd.ones((1, 6)), transform_type="round")
    with pytest.raises(mx.MXNetError, match="must name as many axes, at least one each"):
        nd.broadcast_like(nd.ones((1, 2)), nd.ones((3, 2)), lhs_axes=(), rhs_axes=())


@pytest.mark.parametrize("lib", [nd, mx.npx])
def test_arrays_share_the_memory_of_others(lib):
    values = numpy.arange(3, dtype="float32")
    x = lib.from_numpy(values)
    x[0] = 5
    assert values.tolist() == [5, 1, 2] and not values.flags.writeable
    again = lib.from_numpy(values)  # read-only because of the first time alone
    again[2] = 2
    assert not values.flags.writeable
    inside = lib.from_dlpack(lib.to_dlpack_for_read(x))
    inside[1] = 7
    assert type(inside) is type(x) and x.asnumpy().tolist() == [5, 7, 2]
    assert lib.from_numpy(values.copy(), zero_copy=False).asnumpy().tolist() == [5, 7, 2]
    with pytest.raises(ValueError, match="must lie in the order of C"):
        lib.from_numpy(numpy.zeros((2, 3)).T)
    with pytest.raises(TypeError, match="must be an array of NumPy; got list"):
        lib.from_numpy([1])
    with pytest.raises(TypeError, match="have no dtype of Weft"):
        lib.from_numpy(numpy.array(["a"]))


def test_contrib_has_control_flow():
    outputs, last = nd.contrib.foreach(
        lambda row, s: (row + s, s + 1), nd.zeros((3, 2)), nd.zeros(2)
    )
    assert outputs.asnumpy().tolist() == [[0, 0], [1, 1], [2, 2]] and last.asnumpy().tolist() == [
        3,
        3,
    ]
    rows, (i,) = nd.contrib.while_loop(lambda i: i < 2, lambda i: (i, [i + 1]), [nd.zeros(1)], 4)
    assert rows.shape == (4, 1) and i.asscalar() == 2
    assert (
        nd.contrib.cond(nd.ones(1), lambda: nd.ones(2), lambda: nd.zeros(2)).sum().asscalar() == 2
    )


def test_random_numbers_follow_their_parameters():
    mx.random.seed(3)
    x = nd.random.normal(nd.array([0, 100]), nd.array([1, 2]), shape=2000).asnumpy()
    assert x.shape == (2, 2000)
    numpy.testing.assert_allclose(x.mean(axis=1), [0, 100], atol=0.2)
    numpy.testing.assert_allclose(x.std(axis=1), [1, 2], rtol=0.1)
    assert nd.random.uniform(shape=(2, 3)).shape == (2, 3)
    with pytest.raises(TypeError, match="all be numbers or all be arrays"):
        nd.random.uniform(nd.zeros(2), 1)


def test_storage_types_have_the_numbers_that_variables_say():
    from weft.mxnet.ndarray import ndarray as module

    numbers = {"undefined": -1, "default": 0, "row_sparse": 1, "csr": 2}
    assert numbers == module._STORAGE_TYPE_STR_TO_ID


def test_halves_have_a_text():
    assert "[1. 1.]" in str(mx.nd.ones((2,)).astype("bfloat16"))


def test_every_array_is_an_ndarray_to_programs_and_keeps_its_kind():
    old, new = mx.nd.ones((2, 2)), mx.np.ones((2, 2))
    for array in (old, new, old.tostype("csr"), old.tostype("row_sparse")):
        assert isinstance(array, mx.nd.NDArray)
    assert not isinstance(numpy.ones(2), mx.nd.NDArray)
    assert not isinstance(new, mx.nd.sparse.CSRNDArray)
    assert type(new.as_nd_ndarray()) is type(old) and type(new) is not type(old)
    assert (new.as_nd_ndarray() > 0).dtype.name == "float32"


@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("bounds", [(1.3, 9.6, 1.3), (5, 20, 4), (9, -9, -2), (7,)])
def test_integers_step_by_integers(dtype, bounds):
    found = mx.nd.arange(*bounds, dtype=dtype).asnumpy()
    numpy.testing.assert_array_equal(found, numpy.arange(*bounds, dtype=dtype))
    assert found.dtype == dtype


@pytest.mark.parametrize(
    "call",
    [
        lambda x: mx.nd.tile(x, reps=(1, 0)),
        lambda x: mx.nd.tile(x, reps=(1, -3)),
        lambda x: mx.nd.depth_to_space(mx.nd.zeros((1, 4, 0, 2)), 2),
        lambda x: mx.nd.space_to_depth(mx.nd.zeros((1, 4, 0, 2)), 2),
    ],
)
def test_empty_results_are_refused_where_1_refuses_them(call):
    with pytest.raises(ValueError, match="at least 1"):
        call(mx.nd.ones((2, 2)))


def test_a_dropout_of_everything_gives_zeros():
    x = mx.nd.ones((3,))
    x.attach_grad()
    with mx.autograd.record():
        y = mx.nd.Dropout(x, p=1)
    y.backward()
    assert y.asnumpy().tolist() == x.grad.asnumpy().tolist() == [0, 0, 0]


def test_places_of_an_array_without_axes():
    with mx.np_shape():
        assert mx.nd.contrib.index_array(mx.nd.zeros(())).shape == (0,)


def test_arrays_are_reset_to_zeros():
    arrays = [mx.nd.ones((2, 3)), mx.nd.ones((1,), dtype="float16")]
    mx.nd.reset_arrays(*arrays, num_arrays=2)
    assert not any(array.asnumpy().any() for array in arrays)
    with pytest.raises(ValueError, match="`num_arrays` must be the number of arrays, 2; got 3"):
        mx.nd.reset_arrays(*arrays, num_arrays=3)


@pytest.mark.parametrize("make", [mx.nd.zeros, mx.nd.ones])
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), 0])
def test_shapes_that_1x_takes_for_unknown_need_numpys_shapes(make, shape):
    with pytest.raises(mx.MXNetError, match="`shape` must have extents of at least 1"):
        make(shape)
    with mx.np_shape():
        assert make(shape).shape == ((0,) if shape == 0 else shape)


@pytest.mark.parametrize("blank", ["first", "last"])
def test_what_stands_behind_a_sequence_does_not_count_in_ctc(blank):
    """It may be NaN; its gradient is zero. The loss and the other gradients are those of the
    sequence alone."""
    scores = numpy.random.default_rng(3).normal(size=(6, 2, 5)).astype("float32")
    scores[4:] = numpy.nan
    label = mx.nd.array([[1, 2], [3, 1]])
    found = []
    for steps in (6, 4):
        data = mx.nd.array(scores[:steps])
        data.attach_grad()
        with mx.autograd.record():
            lengths = mx.nd.array([4, 4])
            loss = mx.nd.CTCLoss(data, label, lengths, use_data_lengths=True, blank_label=blank)[0]
        loss.backward()
        found.append((loss.asnumpy(), data.grad.asnumpy()))
    (longer, slopes), (wanted, wanted_slopes) = found
    numpy.testing.assert_allclose(longer, wanted, rtol=1e-6)
    numpy.testing.assert_allclose(slopes[:4], wanted_slopes, rtol=1e-5, atol=1e-7)
    assert not slopes[4:].any()
