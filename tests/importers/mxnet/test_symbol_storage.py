"""How executors store arguments, results and gradients: whole, by rows, or as csr matrices."""

import numpy
import pytest
import weft.mxnet as mx

G = numpy.random.default_rng(8)


def sparse(stype, seed=0):
    whole = numpy.random.default_rng(seed).normal(size=(6, 4)).astype("float32")
    whole[[1, 2, 4]] = 0
    return mx.nd.array(whole).tostype(stype)


@pytest.mark.parametrize("stype", ["row_sparse", "csr"])
@pytest.mark.parametrize(
    ("net", "is_kept"),
    [
        (lambda x: mx.sym.sqrt(x * x), True),
        (lambda x: mx.sym.sin(x) + mx.sym.abs(x), True),
        (lambda x: mx.sym.exp(x), False),
        (lambda x: mx.sym.FullyConnected(x, num_hidden=2, no_bias=True, name="fc"), False),
    ],
)
def test_results_are_stored_as_those_of_arrays(stype, net, is_kept):
    x = sparse(stype)
    net = net(mx.sym.Variable("x", stype=stype))
    others = {name: mx.nd.ones((2, 4)) for name in net.list_arguments() if name != "x"}
    run = net.bind(mx.cpu(), {"x": x, **others})
    found = run.forward()[0]
    assert found.stype == (stype if is_kept else "default")
    whole = net.bind(mx.cpu(), {"x": x.tostype("default"), **others}).forward()[0]
    numpy.testing.assert_allclose(found.asnumpy(), whole.asnumpy(), rtol=1e-6)
    assert run.outputs[0].stype == found.stype


@pytest.mark.parametrize("stype", ["default", "row_sparse", "csr"])
def test_a_graph_changes_how_something_is_stored(stype):
    x = sparse("default")
    net = mx.sym.cast_storage(mx.sym.Variable("x"), stype=stype)
    found = net.bind(mx.cpu(), {"x": x}).forward()[0]
    assert found.stype == stype
    numpy.testing.assert_array_equal(found.asnumpy(), x.asnumpy())


@pytest.mark.parametrize("request_", ["write", "add"])
def test_a_gradient_is_written_into_the_sparse_array_for_it(request_):
    x, slope = sparse("row_sparse"), mx.nd.sparse.zeros("row_sparse", (6, 4))
    net = mx.sym.square(mx.sym.Variable("x", stype="row_sparse"))
    run = net.bind(mx.cpu(), {"x": x}, {"x": slope}, request_)
    for _ in range(2):
        run.forward(is_train=True)
        run.backward([sparse("row_sparse", 1)])
    times = 2 if request_ == "add" else 1
    wanted = times * 2 * x.asnumpy() * sparse("default", 1).asnumpy()
    assert run.grad_dict["x"] is slope and slope.stype == "row_sparse"
    numpy.testing.assert_allclose(slope.asnumpy(), wanted, rtol=1e-5)


def test_arrays_that_are_made_are_stored_as_variables_say():
    net = mx.sym.dot(mx.sym.Variable("x", stype="csr"), mx.sym.Variable("w", stype="row_sparse"))
    run = net.simple_bind(mx.cpu(), x=(3, 6), w=(6, 4), grad_req={"w": "write"})
    kinds = {name: array.stype for name, array in run.arg_dict.items()}
    assert kinds == {"x": "csr", "w": "row_sparse"}
    weight, slope = run.arg_dict["w"], run.grad_dict["w"]
    weight[:] = sparse("row_sparse")
    x = numpy.zeros((3, 6), "float32")
    x[0, 3], x[2, 0] = 2, 5
    run.forward(is_train=True, x=mx.nd.array(x).tostype("csr"))
    numpy.testing.assert_allclose(run.outputs[0].asnumpy(), x @ weight.asnumpy(), rtol=1e-6)
    run.backward([mx.nd.ones((3, 4))])
    assert slope is run.grad_dict["w"] and slope.indices.asnumpy().tolist() == [0, 3]
    numpy.testing.assert_allclose(slope.asnumpy(), x.T @ numpy.ones((3, 4)))
    plain = net.simple_bind(mx.cpu(), x=(3, 6), w=(6, 4), stype_dict={"w": "default"})
    assert plain.arg_dict["w"].stype == "default"


@pytest.mark.parametrize("is_sparse", [True, False])
def test_a_lookup_says_how_its_gradient_is_stored(is_sparse):
    net = mx.sym.Embedding(
        mx.sym.Variable("x"), input_dim=5, output_dim=2, sparse_grad=is_sparse, name="look"
    )
    run = net.simple_bind(mx.cpu(), x=(3,), grad_req={"x": "null", "look_weight": "write"})
    run.forward(is_train=True, x=mx.nd.array([1, 4, 1]))
    run.backward([mx.nd.ones((3, 2))])
    slope = run.grad_dict["look_weight"]
    assert slope.stype == ("row_sparse" if is_sparse else "default")
    assert slope.asnumpy()[:, 0].tolist() == [0, 2, 0, 0, 1]


def test_rows_are_retained():
    x = sparse("row_sparse")
    net = mx.sym.sparse.retain(mx.sym.Variable("x", stype="row_sparse"), mx.sym.Variable("rows"))
    run = net.bind(mx.cpu(), {"x": x, "rows": mx.nd.array([0, 1, 5])})
    found = run.forward()[0]
    wanted = x.asnumpy()
    wanted[3] = 0
    assert found.stype == "row_sparse"
    numpy.testing.assert_array_equal(found.asnumpy(), wanted)


def test_checks_of_gradients_take_and_give_sparse_arrays():
    x = sparse("row_sparse")
    net = mx.sym.square(mx.sym.Variable("x", stype="row_sparse"))
    found = mx.test_utils.check_symbolic_backward(
        net, {"x": x}, [mx.nd.ones((6, 4))], [2 * x.asnumpy()], grad_stypes={"x": "row_sparse"}
    )
    assert found["x"].stype == "row_sparse"
    mx.test_utils.check_numeric_gradient(
        net, {"x": x}, grad_stype_dict={"x": "row_sparse"}, rtol=1e-2, atol=1e-2
    )


def test_checks_compute_with_the_dtype_that_is_asked_for():
    net = mx.sym.Variable("x") * 2
    (found,) = mx.test_utils.check_symbolic_forward(net, [numpy.array([1, 2])], [[2, 4]])
    assert found.dtype == numpy.float32
    kept = mx.test_utils.check_symbolic_forward(
        net, [numpy.array([1, 2])], [numpy.array([2, 4])], dtype="asnumpy"
    )
    assert kept[0].dtype == numpy.int64
