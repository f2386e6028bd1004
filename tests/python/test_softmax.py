"""Softmax and cross entropy along any axis, of rows and columns of every length."""

import numpy
import pytest
import scipy.special
import weft
from weft import autograd, np, npx

SHAPES = [(5, 21, 7, 9), (70, 3, 130), (2, 150, 33), (100, 2), (1, 96, 65), (3, 1, 4), (129, 5, 66)]


def scores(shape, dtype="float32"):
    values = numpy.random.default_rng(0).normal(size=shape) * 4
    return np.array(values.astype("float32")).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_softmax_along_any_axis(shape, dtype):
    x = scores(shape, dtype)
    known = x.astype("float64").asnumpy()
    most = 1e-2 if dtype == "bfloat16" else 2e-5
    for axis in range(len(shape)):
        for ours, theirs in (
            (npx.softmax, scipy.special.softmax),
            (npx.log_softmax, scipy.special.log_softmax),
        ):
            wanted = theirs(known, axis=axis)
            for function in (ours, weft.hybridize(lambda a, axis, f=ours: f(a, axis=axis))):
                found = function(x, axis=axis).astype("float64").asnumpy()
                numpy.testing.assert_allclose(found, wanted, rtol=most, atol=most)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_as_many_threads_as_there_are_give_the_same_bits(threads):
    x = scores((4, 21, 40, 33))
    wanted = npx.softmax(x, axis=1).asnumpy()
    before = npx.num_threads()
    npx.set_num_threads(threads)
    try:
        numpy.testing.assert_array_equal(npx.softmax(x, axis=1).asnumpy(), wanted)
    finally:
        npx.set_num_threads(before)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_cross_entropy_along_any_axis(shape):
    x = scores(shape)
    known = x.astype("float64").asnumpy()
    for axis in range(len(shape)):
        rest = shape[:axis] + shape[axis + 1 :]
        labels = numpy.random.default_rng(axis).integers(0, shape[axis], rest)
        expanded = numpy.expand_dims(labels, axis)
        wanted = -numpy.take_along_axis(
            scipy.special.log_softmax(known, axis=axis), expanded, axis
        ).squeeze(axis)
        gradient = scipy.special.softmax(known, axis=axis)
        ones = numpy.take_along_axis(gradient, expanded, axis) - 1
        numpy.put_along_axis(gradient, expanded, ones, axis)
        for hybrid in (False, True):

            def losses(a, b, axis=axis):
                return npx.softmax_cross_entropy(a, b, axis=axis)

            function = weft.hybridize(losses) if hybrid else losses
            x.attach_grad()
            with autograd.record():
                found = function(x, np.array(labels))
                total = found.sum()
            total.backward()
            numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=2e-5, atol=2e-5)
            numpy.testing.assert_allclose(x.grad.asnumpy(), gradient, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_label_beyond_the_classes_is_named(axis):
    with pytest.raises(IndexError, match=r"softmax_cross_entropy: `label` must be in \[0, 3\).*7"):
        npx.softmax_cross_entropy(np.ones((3, 3)), np.array([0, 7, 1]), axis=axis).asnumpy()
