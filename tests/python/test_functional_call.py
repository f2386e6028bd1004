"""Blocks as functions of their parameters: gradients, per-sample gradients, inner steps."""

import copy

import numpy
import pytest
import weft
from weft import autograd, gluon, np
from weft.gluon import functional_call, nn


def network(hybrid=False, norm=False):
    layers = [nn.Dense(5, activation="tanh", in_units=3), nn.Dense(2, in_units=5)]
    if norm:
        layers.insert(1, nn.BatchNorm(in_channels=5))
    net = nn.HybridSequential(*layers)
    net.initialize()
    if hybrid:
        net.hybridize()
    return net


def values(net, seed=0):
    drawn = numpy.random.default_rng(seed)
    return {
        name: np.array(drawn.normal(size=p.shape).astype("float32"))
        for name, p in net.collect_params().items()
    }


def sample(seed=1, rows=4):
    drawn = numpy.random.default_rng(seed)
    return np.array(drawn.normal(size=(rows, 3)).astype("float32"))


def close(a, b, tolerance=1e-5):
    numpy.testing.assert_allclose(a.asnumpy(), b.asnumpy(), rtol=tolerance, atol=tolerance)


def with_values(net, given):
    """Another network that has these values."""
    other = copy.deepcopy(net)
    for name, parameter in other.collect_params().items():
        parameter.set_data(given[name])
    return other


@pytest.mark.parametrize("hybrid", [False, True])
def test_a_call_with_values_is_that_of_a_network_which_has_them(hybrid):
    net, x = network(hybrid), sample()
    before, given = net(x), values(net)
    close(functional_call(net, given, x), with_values(net, given)(x))
    close(net(x), before)
    some = {"1.bias": given["1.bias"]}
    moved = given["1.bias"] - net[1].bias.data()
    close(functional_call(net, some, x), before + moved)


@pytest.mark.parametrize("hybrid", [False, True])
@pytest.mark.parametrize("outer", [False, True])
def test_gradients_are_those_of_the_parameters(hybrid, outer):
    net, x = network(hybrid), sample()
    given = values(net)

    def loss(weights, x):
        return (functional_call(net, weights, x) ** 2).sum()

    gradient = autograd.grad(loss)
    found = (weft.hybridize(gradient) if outer else gradient)(given, x)
    other = with_values(net, given)
    with autograd.record():
        total = (other(x) ** 2).sum()
    total.backward()
    for name, parameter in other.collect_params().items():
        close(found[name], parameter.grad())


def test_gradients_of_each_sample_add_up_to_that_of_the_batch():
    net, x = network(), sample()
    given = values(net)

    def loss(weights, x):
        return (functional_call(net, weights, x[None]) ** 2).sum()

    each = weft.vmap(autograd.grad(loss), in_axes=(None, 0))(given, x)
    whole = autograd.grad(lambda w: (functional_call(net, w, x) ** 2).sum())(given)
    for name, gradient in each.items():
        assert gradient.shape == (len(x), *given[name].shape)
        close(gradient.sum(axis=0), whole[name], 1e-4)


def test_a_directional_derivative_is_the_product_with_the_gradient():
    net, x = network(), sample()
    given, along = values(net), values(net, 7)

    def loss(weights):
        return (functional_call(net, weights, x) ** 2).sum()

    _, found = autograd.jvp(loss, (given,), (along,))
    gradient = autograd.grad(loss)(given)
    close(found, sum((gradient[name] * along[name]).sum() for name in given), 1e-4)


def test_a_gradient_through_an_inner_step_is_that_of_differences():
    """MAML: the loss after a step, by the parameters before it."""
    net, x, y = network(), sample(), sample(2)
    given = {name: value.astype("float64") for name, value in values(net).items()}
    net.cast("float64")
    x, y = x.astype("float64"), y.astype("float64")

    def loss(weights, x):
        return (functional_call(net, weights, x) ** 2).mean()

    def after_a_step(weights):
        gradient = autograd.grad(loss)(weights, x)
        return loss({name: weights[name] - 0.1 * gradient[name] for name in weights}, y)

    found = autograd.grad(after_a_step)(given)
    step = 1e-5
    for name, value in given.items():
        flat = numpy.zeros(value.size)
        flat[0] = step
        moved = np.array(flat.reshape(value.shape))
        high, low = (after_a_step({**given, name: value + sign * moved}) for sign in (1, -1))
        numpy.testing.assert_allclose(
            float(found[name].reshape(-1)[0]), (float(high) - float(low)) / (2 * step), rtol=1e-5
        )


def test_running_statistics_that_are_given_are_written_and_the_blocks_own_stay():
    net, x = network(norm=True), sample()
    given = values(net)
    given["1.running_var"] = given["1.running_var"] ** 2
    before = given["1.running_mean"].copy()
    own = net[1].running_mean.data().copy()
    with autograd.train_mode():
        functional_call(net, given, x)
    assert float(abs(given["1.running_mean"] - before).max()) > 0
    close(net[1].running_mean.data(), own, 0)


def test_the_block_has_its_own_arrays_again_after_an_error():
    net, x = network(), sample()
    before = net(x)
    with pytest.raises(ValueError):
        functional_call(net, values(net), np.ones((2, 99)))
    close(net(x), before, 0)


WRONG = {
    "name": (lambda n, v: functional_call(n, {"0.wieght": v["0.weight"]}, sample()), "0.weight"),
    "shape": (lambda n, v: functional_call(n, {"0.bias": np.ones(9)}, sample()), r"\(5,\); got"),
    "array": (lambda n, v: functional_call(n, {"0.bias": 1.0}, sample()), "array; got float"),
    "dict": (lambda n, v: functional_call(n, sample(), sample()), "dict of arrays by name"),
    "net": (lambda n, v: functional_call(len, v, sample()), "must be a block"),
    "empty": (
        lambda n, v: functional_call(nn.Dense(2), {"bias": np.ones(2)}, sample()),
        "`bias` has no values yet",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_does_not_fit_is_named(kind):
    call, text = WRONG[kind]
    net = network()
    with pytest.raises((LookupError, ValueError, TypeError, RuntimeError), match=text):
        call(net, values(net))


@pytest.mark.parametrize("wrap", [lambda f: f, weft.hybridize])
def test_values_that_are_recorded_are_not_written_into_parameters(wrap):
    """A gradient through them would be zero without a word."""
    net, x = network(), sample()

    def loss(weight):
        net[1].weight.set_data(weight)
        return net(x).sum()

    with pytest.raises(RuntimeError, match=r"`1\.weight`.*functional_call"):
        wrap(autograd.grad(loss))(np.ones((2, 5)))
    net[1].weight.set_data(np.ones((2, 5)))
    with autograd.record():
        net[1].weight.set_data(np.zeros((2, 5)))  # a constant
        assert not net[1].weight.data().any()


def test_a_parameter_that_layers_share_is_replaced_in_both():
    net = nn.HybridSequential(nn.Dense(3, in_units=3, use_bias=False))
    net.add(nn.Dense(3, in_units=3, use_bias=False))
    net.initialize()
    net[1].share_parameters(net[0].params)
    x = sample()
    (name,) = {n for n in net.collect_params() if n.startswith("0")}
    found = functional_call(net, {name: np.eye(3) * 2}, x)
    close(found, 4 * x)


def test_gluon_has_it():
    assert gluon.functional_call is functional_call
