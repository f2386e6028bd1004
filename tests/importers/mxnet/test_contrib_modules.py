"""`mx.contrib`: the modules that programs of 1.x import from there."""

import numpy
import pytest
import weft.mxnet as mx
from weft.mxnet import _alias


def test_amp_is_found_at_both_places():
    _alias.install()
    from mxnet.contrib.amp import amp

    assert amp is mx.contrib.amp is mx.amp


@pytest.mark.parametrize(
    ("function", "slopes"),
    [
        (lambda x, y: x * y, lambda x, y: [y, x]),
        (lambda x, y: mx.nd.exp(x) + y, lambda x, y: [numpy.exp(x), numpy.ones_like(y)]),
    ],
)
def test_gradients_of_a_function(function, slopes):
    hosts = [numpy.random.default_rng(k).uniform(-1, 1, (3, 2)).astype("float32") for k in (0, 1)]
    arrays = [mx.nd.array(host) for host in hosts]
    gradients, value = mx.contrib.autograd.grad_and_loss(function)(*arrays)
    numpy.testing.assert_allclose(value.asnumpy(), function(*arrays).asnumpy())
    for found, wanted in zip(gradients, slopes(*hosts), strict=True):
        numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6)
    (second,) = mx.contrib.autograd.grad(function, argnum=1)(*arrays)
    numpy.testing.assert_allclose(second.asnumpy(), slopes(*hosts)[1], rtol=1e-6)


def test_arguments_that_are_no_arrays_have_no_gradients():
    scaled = mx.contrib.autograd.grad_and_loss(lambda x, scale: x * scale, argnum=0)
    assert scaled(mx.nd.ones((2,)), 3)[0][0].asnumpy().tolist() == [3, 3]
    with pytest.raises(TypeError, match="argument 1 must be an array; got int"):
        mx.contrib.autograd.grad(lambda x, scale: x * scale)(mx.nd.ones((2,)), 3)


def test_sections_record_and_train():
    old, new = mx.contrib.autograd, mx.autograd
    with old.train_section():
        assert new.is_recording() and new.is_training()
        with old.test_section():
            assert not new.is_recording() and not new.is_training()
        assert new.is_recording() and new.is_training()
    assert not new.is_recording() and not new.is_training()


def test_outputs_get_gradients_of_their_own():
    x, slopes = mx.nd.ones((2, 3)), mx.nd.zeros((2, 3))
    mx.contrib.autograd.mark_variables([x], [slopes])
    with mx.contrib.autograd.train_section():
        first, second = mx.nd.split(x, axis=0, num_outputs=2, squeeze_axis=True)
    mx.contrib.autograd.backward([first, second], [None, mx.nd.array([1, 2, 3])])
    assert slopes.asnumpy().tolist() == [[1, 1, 1], [1, 2, 3]]


@pytest.mark.parametrize(("last", "pads"), [("keep", [0, 0, 1]), ("discard", [0, 0])])
def test_loaders_as_iterators(last, pads):
    rows = numpy.arange(10, dtype="float32").reshape(5, 2)
    samples = mx.gluon.data.ArrayDataset(mx.nd.array(rows), mx.nd.arange(5))
    loader = mx.gluon.data.DataLoader(samples, 2, last_batch=last)
    batches = mx.contrib.io.DataLoaderIter(loader, label_name="y")
    assert batches.provide_data[0].shape == (2, 2) and batches.provide_label[0].name == "y"
    for _ in range(2):
        found = list(batches)
        assert [batch.pad for batch in found] == pads
        whole = numpy.concatenate([batch.data[0].asnumpy() for batch in found])
        numpy.testing.assert_array_equal(whole[:5], rows[: len(whole)])
        assert not whole[5:].any()
        assert all(batch.label[0].shape == (2,) for batch in found)
        batches.reset()


def test_a_module_learns_from_a_loader():
    rows = numpy.random.default_rng(1).normal(size=(64, 2)).astype("float32")
    labels = (rows.sum(1) > 0).astype("float32")
    loader = mx.gluon.data.DataLoader(mx.gluon.data.ArrayDataset(rows, labels), 16)
    net = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2)
    module = mx.mod.Module(mx.sym.SoftmaxOutput(net, name="softmax"))
    batches = mx.contrib.io.DataLoaderIter(loader)
    options = {"optimizer_params": {"learning_rate": 1.0}, "num_epoch": 5}
    module.fit(batches, initializer=mx.init.Xavier(), **options)
    batches.reset()
    assert module.score(batches, "acc")[0][1] > 0.9


@pytest.mark.parametrize("kind", ["array", "symbol"])
def test_zipfian_classes(kind):
    count, kinds = 2000, 20
    wanted = numpy.log((numpy.arange(kinds) + 2) / (numpy.arange(kinds) + 1)) / numpy.log(kinds + 1)
    mx.random.seed(3)
    true = mx.nd.array([0, 3, 19], dtype="int32")
    if kind == "symbol":
        parts = mx.sym.contrib.rand_zipfian(mx.sym.var("true"), count, kinds)
        found = mx.sym.Group(parts).eval(true=true)
    else:
        found = mx.nd.contrib.rand_zipfian(true, count, kinds)
    drawn, of_true, of_drawn = (x.asnumpy() for x in found)
    numpy.testing.assert_allclose(of_true, wanted[[0, 3, 19]] * count, rtol=1e-6)
    numpy.testing.assert_allclose(of_drawn, wanted[drawn] * count, rtol=1e-6)
    shares = numpy.bincount(drawn, minlength=kinds) / count
    assert numpy.abs(shares - wanted).max() < 0.04


def test_zipfian_classes_without_repetition():
    mx.random.seed(4)
    classes, draws = mx.nd._internal._sample_unique_zipfian(500, shape=(3, 100))
    assert [len(set(row)) for row in classes.asnumpy().tolist()] == [100] * 3
    assert classes.min().asscalar() >= 0 and classes.max().asscalar() < 500
    assert (draws.asnumpy() >= 100).all() and draws.shape == (3,)
    with pytest.raises(ValueError, match="`shape` must have at most 5 classes a row; got 6"):
        mx.nd._internal._sample_unique_zipfian(5, shape=(1, 6))
