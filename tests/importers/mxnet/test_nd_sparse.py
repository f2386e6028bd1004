"""Sparse arrays of 1.x, by SciPy."""

import numpy
import pytest
import scipy.sparse
from weft import mxnet as mx

nd = mx.nd
WHOLE = numpy.array([[0, 1, 0, 2], [0, 0, 0, 0], [3, 0, 4, 0]], "float32")


def test_arrays_without_rows_and_rows_that_are_missing():
    assert nd.empty((0, 3)).tostype("row_sparse").asnumpy().shape == (0, 3)
    assert nd.empty((2, 0)).tostype("row_sparse").indices.shape == (0,)
    with pytest.raises(IndexError, match="CSRNDArray: 5 is out of bounds for axis 0"):
        nd.ones((2, 2)).tostype("csr")[5]


def test_a_csr_matrix_has_the_parts_of_scipys():
    wanted = scipy.sparse.csr_matrix(WHOLE)
    for found in (
        nd.sparse.csr_matrix(wanted),
        nd.array(WHOLE).tostype("csr"),
        nd.sparse.csr_matrix((wanted.data, wanted.indices, wanted.indptr), shape=wanted.shape),
        nd.sparse.csr_matrix((wanted.data, wanted.nonzero()), shape=wanted.shape),
    ):
        assert found.stype == "csr" and found.shape == (3, 4)
        for part in ("data", "indices", "indptr"):
            numpy.testing.assert_array_equal(getattr(found, part).asnumpy(), getattr(wanted, part))
        numpy.testing.assert_array_equal(found.asscipy().toarray(), WHOLE)
        numpy.testing.assert_array_equal(found[1:].asnumpy(), WHOLE[1:])
        numpy.testing.assert_array_equal(found[2].asnumpy(), WHOLE[2:])


def test_products_of_a_csr_matrix_read_its_elements_alone():
    matrix = nd.array(WHOLE).tostype("csr")
    weight = nd.array(numpy.arange(8).reshape(4, 2))
    weight.attach_grad(stype="row_sparse")
    with mx.autograd.record():
        y = nd.sparse.dot(matrix, weight)
    y.backward(nd.ones((3, 2)))
    numpy.testing.assert_allclose(y.asnumpy(), WHOLE @ weight.asnumpy())
    numpy.testing.assert_allclose(weight.grad.asnumpy(), WHOLE.T @ numpy.ones((3, 2)))
    assert weight.grad.stype == "row_sparse"
    turned = nd.sparse.dot(matrix, nd.ones((3, 2)), transpose_a=True)
    assert turned.stype == "row_sparse"
    numpy.testing.assert_allclose(turned.asnumpy(), WHOLE.T @ numpy.ones((3, 2)))


def test_rows_that_are_stored():
    rows = nd.sparse.row_sparse_array(([[1, 2], [3, 4]], [1, 3]), shape=(5, 2))
    wanted = numpy.zeros((5, 2))
    wanted[[1, 3]] = [[1, 2], [3, 4]]
    numpy.testing.assert_array_equal(rows.asnumpy(), wanted)
    kept = nd.sparse.retain(rows, nd.array([3, 4]))
    assert kept.indices.asnumpy().tolist() == [3]
    other = nd.zeros((5, 2), stype="row_sparse")
    other[:] = rows
    rows.copyto(other)
    numpy.testing.assert_array_equal(other.asnumpy(), wanted)


@pytest.mark.parametrize("stype", ["csr", "row_sparse"])
def test_results_are_sparse_where_zeros_stay_zero(stype):
    x = nd.array(WHOLE).tostype(stype)
    for found, wanted, stored in (
        (x * 2, WHOLE * 2, stype),
        (x + x, WHOLE * 2, stype),
        (x + 1, WHOLE + 1, "default"),
        (nd.square(x), WHOLE**2, stype),
        (nd.exp(x), numpy.exp(WHOLE), "default"),
        (x > 1, WHOLE > 1, stype),
        (x + nd.ones((3, 4)), WHOLE + 1, "default"),
    ):
        assert found.stype == stored
        numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6)


def test_files_and_pickles_keep_the_kind(tmp_path):
    nd.save(tmp_path / "arrays", [nd.array(WHOLE).tostype(s) for s in ("csr", "row_sparse")])
    for found in nd.load(str(tmp_path / "arrays")):
        numpy.testing.assert_array_equal(found.asnumpy(), WHOLE)


def test_parts_that_make_no_matrix_are_refused():
    with pytest.raises(ValueError, match="indptr"):
        nd.sparse.csr_matrix(([1.0], [0], [0, 1, 1]), shape=(1, 2))
    with pytest.raises(ValueError, match="rise"):
        nd.sparse.csr_matrix(([1, 2], [1, 0], [0, 2]), shape=(1, 2)).check_format()
    with pytest.raises(ValueError, match="stype"):
        nd.ones((2, 2)).tostype("coo")


# ---- autograd ------------------------------------------------------------------------------------


def test_sparse_arrays_are_instances_of_ndarray():
    for kind in ("csr", "row_sparse"):
        assert isinstance(mx.nd.zeros((2, 3), stype=kind), mx.nd.NDArray)
    assert issubclass(mx.nd.sparse.CSRNDArray, mx.nd.NDArray)
    assert not isinstance(mx.nd.ones(2), mx.nd.sparse.CSRNDArray)


@pytest.mark.parametrize("kind", ["csr", "row_sparse"])
def test_a_sparse_variable_has_the_gradient_of_a_whole_one(kind):
    values = numpy.array([[1.0, 0, 2], [0, 0, 0], [0, 3, 0]], "float32")
    found = []
    for stype in ("default", kind):
        x = mx.nd.array(values).tostype(stype)
        x.attach_grad()
        with mx.autograd.record():
            y = mx.nd.square(x) * 3
            z = mx.nd.dot(y, mx.nd.ones((3, 2)))
        z.backward()
        assert y.stype == stype and x.grad.stype == stype
        found.append(x.grad.asnumpy())
    assert numpy.array_equal(*found) and found[0].any()


def test_a_sparse_result_may_be_what_is_differentiated():
    x = mx.nd.array([[1.0, 0], [0, 2]]).tostype("csr")
    x.attach_grad(grad_req="add")
    for _ in range(2):
        with mx.autograd.record():
            y = x * 5
        mx.autograd.backward([y], [mx.nd.ones((2, 2)).tostype("csr")])
    assert numpy.array_equal(x.grad.asnumpy(), numpy.full((2, 2), 10))
    x.zero_grad()
    assert not x.grad.asnumpy().any()


def test_a_variable_with_other_elements_computes_with_these():
    x = mx.nd.zeros((3, 2), stype="row_sparse")
    x.attach_grad()
    x[:] = mx.nd.array([[0, 0], [4, 0], [0, 0]]).tostype("row_sparse")
    with mx.autograd.record():
        y = mx.nd.sparse.dot(mx.nd.array([[0, 1, 0]]).tostype("csr"), x)
    y.backward()
    assert y.asnumpy().tolist() == [[4, 0]]
    assert x.grad.indices.asnumpy().tolist() == [1]


def test_parts_that_tell_no_shape_need_one():
    none = ([], [], [0, 0])
    with pytest.raises(ValueError, match="`shape` must be given where there are no elements"):
        mx.nd.sparse.csr_matrix(none)
    assert mx.nd.sparse.csr_matrix(none, shape=(1, 4)).shape == (1, 4)


def test_elements_that_scipy_has_twice_are_added_up():
    scipy = pytest.importorskip("scipy.sparse")
    given = ([1.0, 2, 3, 4, 5], [2, 0, 2, 1, 1], [0, 3, 5])
    wanted = scipy.csr_matrix(given, shape=(2, 3)).toarray()
    found = mx.nd.sparse.array(scipy.csr_matrix(given, shape=(2, 3)))
    found.check_format()
    assert numpy.array_equal(found.asnumpy(), wanted)


def test_a_sparse_array_knows_the_name_of_its_device():
    x = mx.nd.sparse.zeros("csr", (2, 3), ctx=mx.cpu(1))
    assert x.context == mx.cpu(1) and x.as_in_context(mx.cpu(1)) is x
    moved = x.as_in_context(mx.cpu(0))
    assert moved is not x and moved.context == mx.cpu(0)


@pytest.mark.parametrize("request_", ["write", "add"])
def test_an_executor_writes_into_the_sparse_gradient_that_it_is_given(request_):
    w = mx.sym.var("w", stype="row_sparse")
    array = mx.nd.array([[1, 2], [0, 0]]).tostype("row_sparse")
    grad = mx.nd.ones((2, 2)).tostype("row_sparse")
    run = (w * 3).bind(mx.cpu(), {"w": array}, args_grad={"w": grad}, grad_req=request_)
    run.forward(is_train=True)
    run.backward(mx.nd.array([[1, 1], [0, 0]]))
    extra = 1 if request_ == "add" else 0
    assert grad.stype == "row_sparse" and run.grad_dict["w"] is grad
    assert grad.asnumpy().tolist() == [[3 + extra] * 2, [extra] * 2]


@pytest.mark.parametrize("kind", ["csr", "row_sparse"])
@pytest.mark.parametrize("of_gradient", ["default", "csr", "row_sparse"])
def test_a_given_gradient_of_a_sparse_variable_is_written(kind, of_gradient):
    values = numpy.array([[1.0, 0], [0, 3]], "float32")
    x = mx.nd.array(values).tostype(kind)
    gradient = mx.nd.zeros((2, 2)).tostype(of_gradient)
    mx.autograd.mark_variables([x], [gradient], grad_reqs="add")
    for _ in range(2):
        with mx.autograd.record():
            y = mx.nd.square(x)
        mx.autograd.backward([y])
    numpy.testing.assert_array_equal(gradient.asnumpy(), 4 * values)
    assert gradient.stype == of_gradient
    if of_gradient == "row_sparse":
        assert gradient.indices.asnumpy().tolist() == [0, 1]


def test_a_whole_variable_has_no_sparse_gradient_of_its_own():
    with pytest.raises(TypeError, match="`gradients` of whole arrays must be whole arrays"):
        mx.autograd.mark_variables([mx.nd.ones((2, 2))], [mx.nd.zeros((2, 2), stype="csr")])


def test_edges_of_a_graph_are_found_by_their_nodes():
    matrix = scipy.sparse.random(6, 5, 0.4, "csr", random_state=numpy.random.default_rng(3))
    graph = mx.nd.sparse.csr_matrix(matrix)
    u, v = (part.ravel() for part in numpy.indices((6, 5)))
    wanted = numpy.where(matrix.toarray() == 0, -1, matrix.toarray()).ravel()
    found = mx.nd.contrib.edge_id(graph, mx.nd.array(u), mx.nd.array(v))
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6)
    ones = mx.nd.contrib.dgl_adjacency(graph)
    numpy.testing.assert_array_equal(ones.asnumpy(), matrix.toarray() != 0)
    with pytest.raises(ValueError, match=r"edge_id: `v` must have nodes in \[0, 5\)"):
        mx.nd.contrib.edge_id(graph, mx.nd.array([0]), mx.nd.array([5]))
    with pytest.raises(TypeError, match="`data` must be a CSRNDArray; got NDArray"):
        mx.nd.contrib.dgl_adjacency(mx.nd.ones((2, 2)))


@pytest.mark.parametrize(
    ("shape", "density", "first"),
    [
        ((6, 100), 0.2, [2, 4, 8]),
        ((8, 40), 0.5, [2, 4, 8]),
        ((5, 5), 0.5, [2, 4]),
        ((8, 100), 0.15, [2, 4, 8, 16, 32]),
        ((3, 4), 1.0, [4, 4, 4]),
    ],
)
def test_each_row_of_a_matrix_by_a_power_law_has_twice_as_many_elements(shape, density, first):
    found = mx.test_utils.rand_ndarray(shape, "csr", density, distribution="powerlaw")
    found.check_format()
    counts = numpy.diff(found.indptr.asnumpy())
    assert counts.sum() == int(shape[0] * shape[1] * density)
    assert counts[: len(first)].tolist() == first
    for options, complaint in (
        ({"distribution": "odd"}, "`distribution` must be uniform or powerlaw; got 'odd'"),
        ({"density": 0.01, "distribution": "powerlaw"}, "`density` must give each of 8 rows"),
    ):
        with pytest.raises(ValueError, match=f"rand_sparse_ndarray: {complaint}"):
            mx.test_utils.rand_sparse_ndarray((8, 10), "csr", **options)


@pytest.mark.parametrize("rows", [[0, 1, 2, 3], [1, 3]])
def test_rows_of_a_parameter_bring_their_gradient_to_it(rows):
    parameter = mx.gluon.Parameter("w", shape=(4, 2), stype="row_sparse", grad_stype="row_sparse")
    parameter.initialize(mx.init.Constant(2))
    mx.gluon.Trainer([parameter], "sgd")
    chosen = parameter.row_sparse_data(mx.nd.array(rows))
    assert [chosen.stype, chosen.indices.asnumpy().tolist()] == ["row_sparse", rows]
    with mx.autograd.record():
        y = chosen * 3
    y.backward()
    wanted = numpy.zeros((4, 2))
    wanted[rows] = 3
    numpy.testing.assert_array_equal(parameter.grad().asnumpy(), wanted)
