"""`mx.contrib.svrg_optimization`, by the formulas of Johnson and Zhang in NumPy."""

import numpy
import pytest
import weft.mxnet as mx
from weft.mxnet.contrib.svrg_optimization.svrg_module import SVRGModule

RANDOM = numpy.random.default_rng(11)
ROWS = RANDOM.standard_normal((12, 2)).astype("float32")
LABELS = ROWS @ numpy.array([1.0, 2.0], "float32")
BATCH, RATE = 4, 0.1


def network():
    line = mx.sym.FullyConnected(mx.sym.Variable("data"), name="fc", num_hidden=1, no_bias=True)
    return mx.sym.LinearRegressionOutput(line, mx.sym.Variable("label"), name="out")


def data(rows=ROWS, labels=LABELS, last="pad"):
    return mx.io.NDArrayIter(rows, labels, BATCH, label_name="label", last_batch_handle=last)


def module(batches, kind=SVRGModule, **options):
    made = kind(network(), label_names=["label"], **options)
    made.bind(batches.provide_data, batches.provide_label)
    made.init_params(mx.init.One())
    made.init_optimizer(optimizer="sgd", optimizer_params={"learning_rate": RATE})
    return made


def slope(weight, rows, labels):
    """The gradient that the output layer gives, summed over rows."""
    return (rows @ weight - labels) @ rows


def weights(made):
    return made.get_params()[0]["fc_weight"].asnumpy()[0]


@pytest.mark.parametrize("count", [12, 10])
def test_the_mean_gradient_is_that_of_all_rows(count):
    batches = data(ROWS[:count], LABELS[:count])
    made = module(batches, update_freq=1)
    made.update_full_grads(batches)
    total = slope(numpy.ones(2), ROWS[:count], LABELS[:count])
    if count % BATCH:  # the last batch is filled up by the first rows
        more = BATCH - count % BATCH
        total = total + slope(numpy.ones(2), ROWS[:more], LABELS[:more])
    expected = total / (count / BATCH)
    numpy.testing.assert_allclose(made._full_grads[0][0].asnumpy()[0], expected, rtol=1e-5)
    assert next(iter(batches)).data[0].asnumpy().tolist() == ROWS[:BATCH].tolist()


def trained(epochs, frequency):
    """The weights after epochs of SVRG, in NumPy."""
    weight = numpy.ones(2)
    parts = [slice(k, k + BATCH) for k in range(0, len(ROWS), BATCH)]
    for epoch in range(epochs):
        if epoch % frequency == 0:
            kept = weight
            mean = sum(slope(kept, ROWS[p], LABELS[p]) for p in parts) / len(parts)
        for p in parts:
            step = slope(weight, ROWS[p], LABELS[p]) - slope(kept, ROWS[p], LABELS[p]) + mean
            weight = weight - RATE * step / BATCH
    return weight


@pytest.mark.parametrize("frequency", [1, 2])
def test_fit_makes_the_steps_of_the_formula(frequency):
    made = SVRGModule(network(), label_names=["label"], update_freq=frequency)
    options = {"learning_rate": RATE}
    made.fit(
        data(),
        eval_metric="mse",
        optimizer_params=options,
        initializer=mx.init.One(),
        num_epoch=3,
    )
    numpy.testing.assert_allclose(weights(made), trained(3, frequency), rtol=1e-4)


def test_several_contexts_give_the_same():
    batches = data()
    pair = [module(batches, context=c, update_freq=1) for c in (mx.cpu(), [mx.cpu(0), mx.cpu(1)])]
    for made in pair:
        made.update_full_grads(batches)
        for batch in batches:
            made.forward_backward(batch)
            made.update()
        batches.reset()
    numpy.testing.assert_allclose(weights(pair[0]), weights(pair[1]), rtol=1e-5)
    numpy.testing.assert_allclose(weights(pair[0]), trained(1, 1), rtol=1e-4)


def test_without_a_mean_updates_are_those_of_the_optimizer():
    batches = data()
    plain, made = module(batches, mx.mod.Module), module(batches, update_freq=1)
    for one in (plain, made):
        one.forward_backward(next(iter(batches)))
        one.update()
        batches.reset()
    assert weights(plain).tolist() == weights(made).tolist()


def test_it_settles_closer_than_steps_of_batches():
    ways = []
    noisy = LABELS + RANDOM.standard_normal(12).astype("float32")
    best = numpy.linalg.lstsq(ROWS, noisy, rcond=None)[0]
    for kind, options in ((SVRGModule, {"update_freq": 1}), (mx.mod.Module, {})):
        made = kind(network(), label_names=["label"], **options)
        rate = {"learning_rate": RATE}
        made.fit(
            data(labels=noisy),
            eval_metric="mse",
            optimizer_params=rate,
            initializer=mx.init.One(),
            num_epoch=60,
        )
        ways.append(numpy.abs(weights(made) - best).max())
    assert ways[0] < 1e-4 < ways[1]


def test_other_shapes_of_batches():
    made = module(data(), update_freq=1)
    made.update_full_grads(data())
    made.reshape([("data", (2, 2))], [("label", (2,))])
    batch = mx.io.DataBatch([mx.nd.array(ROWS[:2])], [mx.nd.array(LABELS[:2])])
    made.forward_backward(batch)
    made.update()
    assert made.get_outputs()[0].shape == (2, 1)


@pytest.mark.parametrize(
    ("frequency", "error"), [(None, TypeError), (0, ValueError), (1.5, TypeError)]
)
def test_a_frequency_must_be_a_number_of_epochs(frequency, error):
    with pytest.raises(error, match="`update_freq` must be"):
        SVRGModule(network(), update_freq=frequency)


def test_a_module_that_is_not_bound_is_refused():
    with pytest.raises(RuntimeError, match="must be bound for training"):
        SVRGModule(network(), update_freq=1).update_full_grads(data())
