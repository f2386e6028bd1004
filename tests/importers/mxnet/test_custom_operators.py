"""`Custom`: operators of a program in arrays, symbols and files."""

import json

import numpy
import pytest
from weft import Error
from weft import mxnet as mx

G = numpy.random.default_rng(11)


class Softmax(mx.operator.CustomOp):
    """A loss whose gradient does not depend on what comes from behind."""

    def forward(self, is_train, req, in_data, out_data, aux):
        x = in_data[0].asnumpy()
        raised = numpy.exp(x - x.max(1, keepdims=True))
        self.assign(out_data[0], req[0], mx.nd.array(raised / raised.sum(1, keepdims=True)))

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        places = in_data[1].asnumpy().astype(int)
        slope = out_data[0].asnumpy()
        slope[numpy.arange(len(places)), places] -= 1
        self.assign(in_grad[0], req[0], mx.nd.array(slope))


@mx.operator.register("test_softmax")
class SoftmaxProp(mx.operator.CustomOpProp):
    def __init__(self):
        super().__init__(need_top_grad=False)

    def list_arguments(self):
        return ["data", "label"]

    def infer_shape(self, in_shape):
        return [in_shape[0], (in_shape[0][0],)], [in_shape[0]], []

    def create_operator(self, ctx, shapes, dtypes):
        return Softmax()


class Scale(mx.operator.CustomOp):
    """Keeps its factor from forward to backward, and counts calls in an auxiliary state."""

    def __init__(self, factor):
        self.factor, self.kept = factor, None

    def forward(self, is_train, req, in_data, out_data, aux):
        self.kept = self.factor
        aux[0][:] = aux[0] + 1
        self.assign(out_data[0], req[0], in_data[0] * self.factor)

    def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
        self.assign(in_grad[0], req[0], out_grad[0] * self.kept)


@mx.operator.register("test_scale")
class ScaleProp(mx.operator.CustomOpProp):
    def __init__(self, factor):
        super().__init__()
        self.factor = json.loads(factor)[0]

    def list_auxiliary_states(self):
        return ["count"]

    def infer_shape(self, in_shape):
        return in_shape, [in_shape[0]], [(1,)]

    def create_operator(self, ctx, shapes, dtypes):
        return Scale(self.factor)


@mx.operator.register("test_failing")
class FailingProp(mx.operator.CustomOpProp):
    def create_operator(self, ctx, shapes, dtypes):
        class Failing(mx.operator.CustomOp):
            def forward(self, *args):
                raise KeyError("of the program")

        return Failing()


def softmax_net():
    fc = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=3, name="fc")
    return mx.sym.Custom(data=fc, name="loss", op_type="test_softmax")


def test_inputs_that_are_left_out_are_variables_of_the_node():
    net = softmax_net()
    assert net.list_arguments() == ["data", "fc_weight", "fc_bias", "loss_label"]
    assert net.list_outputs() == ["loss_output"]
    assert net.infer_shape(data=(5, 4))[0][-1] == (5,)


def test_a_loss_of_a_program_is_that_of_mxnet():
    data, weight = G.normal(size=(5, 4)), G.normal(size=(3, 4))
    label = numpy.array([0, 2, 1, 1, 0])
    found = []
    for net in (
        softmax_net(),
        mx.sym.SoftmaxOutput(softmax_net().get_internals()["fc_output"], name="loss"),
    ):
        run = net.simple_bind(data=(5, 4))
        run.copy_params_from({"fc_weight": mx.nd.array(weight), "fc_bias": mx.nd.ones((3,))})
        run.forward(True, data=mx.nd.array(data), loss_label=mx.nd.array(label))
        run.backward()
        found.append([run.outputs[0].asnumpy(), run.grad_dict["fc_weight"].asnumpy()])
    for one, other in zip(*found, strict=True):
        numpy.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_a_file_keeps_the_options_as_texts():
    x = mx.sym.Variable("x")
    net = mx.sym.Custom(x, name="scaled", op_type="test_scale", factor="[3, 4]")
    again = mx.sym.load_json(net.tojson())
    assert again.list_auxiliary_states() == ["scaled_count"]
    assert again.attr("factor") == "[3, 4]"
    values = {"x": mx.nd.ones((2,)), "scaled_count": mx.nd.zeros((1,))}
    run = again.bind(args={"x": values["x"]}, aux_states={"scaled_count": values["scaled_count"]})
    assert run.forward()[0].asnumpy().tolist() == [3, 3]


def test_auxiliary_states_and_what_an_operator_keeps_last():
    net = mx.sym.Custom(mx.sym.Variable("x"), op_type="test_scale", factor="[2]", name="s")
    run = net.simple_bind(x=(2,))
    for count in (1, 2):
        run.forward(is_train=True, x=mx.nd.ones((2,)))
        run.backward()
        assert run.aux_dict["s_count"].asnumpy().tolist() == [count]
    assert run.grad_dict["x"].asnumpy().tolist() == [2, 2]


def test_arrays_are_changed_in_place_and_results_written_where_they_are_wanted():
    count, out = mx.nd.zeros((1,)), mx.nd.zeros((2,))
    x = mx.nd.ones((2,))
    x.attach_grad()
    with mx.autograd.record():
        y = mx.nd.Custom(x, count, op_type="test_scale", factor="[5]")
    y.backward()
    mx.nd.Custom(x, count=count, op_type="test_scale", factor="[5]", out=out)
    assert (count.asscalar(), x.grad.asnumpy().tolist(), out.asnumpy().tolist()) == (
        2,
        [5, 5],
        [5, 5],
    )


def test_an_error_of_a_program_is_one_of_mxnet_and_names_the_operator():
    with pytest.raises(mx.MXNetError, match=r"forward.*test_failing.*KeyError") as caught:
        mx.nd.Custom(mx.nd.ones((1,)), op_type="test_failing")
    assert isinstance(caught.value.__cause__, KeyError)


def test_what_is_not_registered_or_does_not_fit_is_refused():
    x = mx.sym.Variable("x")
    with pytest.raises(LookupError, match="test_softmaxx"):
        mx.sym.Custom(x, op_type="test_softmaxx")
    with pytest.raises(Error, match="op_type"):
        mx.sym.Custom(x)
    with pytest.raises(TypeError, match="has no input `date`"):
        mx.sym.Custom(date=x, op_type="test_softmax")
    with pytest.raises(TypeError, match="takes data, label; got 3"):
        mx.sym.Custom(x, x, x, op_type="test_softmax")


def test_a_block_that_is_hybridized_calls_it():
    class Net(mx.gluon.HybridBlock):
        def hybrid_forward(self, F, x, label):  # noqa: N803
            return F.Custom(x, label, op_type="test_softmax")

    net = Net()
    x, label = mx.nd.array(G.normal(size=(2, 3))), mx.nd.zeros((2,))
    eager = net(x, label).asnumpy()
    net.hybridize()
    numpy.testing.assert_allclose(net(x, label).asnumpy(), eager, rtol=1e-6)


def test_a_cached_op_runs_a_symbol_with_gradients():
    x, w = mx.sym.var("x"), mx.sym.var("w")
    op = mx.nd.CachedOp(mx.sym.FullyConnected(x, w, num_hidden=3, no_bias=True) * 2)
    data, weight = mx.nd.array(G.normal(size=(2, 4))), mx.nd.array(G.normal(size=(3, 4)))
    weight.attach_grad()
    with mx.autograd.record():
        y = op(data, weight)
    y.backward()
    numpy.testing.assert_allclose(
        y.asnumpy(), 2 * data.asnumpy() @ weight.asnumpy().T, rtol=1e-5, atol=1e-6
    )
    wanted = numpy.tile(2 * data.asnumpy().sum(0), (3, 1))
    numpy.testing.assert_allclose(weight.grad.asnumpy(), wanted, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="CachedOp: takes 2 arrays, x, w; got 1"):
        op(data)


@pytest.mark.parametrize("base", ["NumpyOp", "NDArrayOp"])
def test_operators_of_the_first_programs(base):
    class Product(getattr(mx.operator, base)):
        def list_arguments(self):
            return ["a", "b"]

        def infer_shape(self, in_shape):
            return in_shape, [in_shape[0]]

        def forward(self, in_data, out_data):
            out_data[0][:] = in_data[0] * in_data[1]

        def backward(self, out_grad, in_data, out_data, in_grad):
            in_grad[0][:] = out_grad[0] * in_data[1]
            in_grad[1][:] = out_grad[0] * in_data[0]

    op = Product()
    net = op(mx.sym.Variable("a"), mx.sym.Variable("b"), name="product")
    assert net.list_outputs() == ["product_output"]
    run = net.simple_bind(mx.cpu(), a=(2, 3), b=(2, 3))
    hosts = [numpy.random.default_rng(k).normal(size=(2, 3)).astype("float32") for k in (0, 1, 2)]
    run.forward(is_train=True, a=hosts[0], b=hosts[1])
    run.backward([mx.nd.array(hosts[2])])
    numpy.testing.assert_allclose(run.outputs[0].asnumpy(), hosts[0] * hosts[1])
    for name, other in (("a", hosts[1]), ("b", hosts[0])):
        numpy.testing.assert_allclose(run.grad_dict[name].asnumpy(), hosts[2] * other)


def test_an_operator_of_the_first_programs_hands_its_input_on():
    net = mx.operator.NumpyOp(need_top_grad=False).get_symbol(mx.sym.Variable("x"))
    run = net.simple_bind(mx.cpu(), x=(2,))
    run.forward(is_train=True, x=numpy.array([3, 4], "float32"))
    run.backward(mx.nd.array([5, 6]))
    assert run.outputs[0].asnumpy().tolist() == [3, 4]
    assert run.grad_dict["x"].asnumpy().tolist() == [1, 1]
