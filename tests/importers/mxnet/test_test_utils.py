"""What `mx.test_utils` gives to programs that test their own operators: tolerances, random arrays,
and comparisons of optimizers, as MXNet 2.0.0b1 has them."""

import math

import numpy
import pytest
from weft import mxnet as mx
from weft.mxnet import test_utils


def test_almost_equal_has_the_tolerances_of_float64_whatever_the_dtype_is():
    ones = numpy.ones(2, "float16")
    assert test_utils.almost_equal(ones, ones)
    assert not test_utils.almost_equal(ones * 0, ones * numpy.float16(1e-3))
    test_utils.assert_almost_equal(ones * 0, ones * numpy.float16(1e-3))  # these go by the dtype


def test_steps_of_numeric_gradients_lose_no_bits():
    for step in test_utils.default_numeric_eps().values():
        assert math.frexp(step)[0] == 0.5


def test_numeric_gradients_of_large_elements_agree():
    x, y = (numpy.random.default_rng(n).integers(7, 11, (5, 9)) for n in range(2))
    chosen = mx.sym.where(mx.sym.var("c"), mx.sym.var("x"), mx.sym.var("y"))
    test_utils.check_numeric_gradient(chosen, [x > y, x, y], grad_nodes=["x", "y"])


@pytest.mark.parametrize("stype", ["row_sparse", "csr"])
def test_random_sparse_arrays_have_numbers_from_0_to_1(stype):
    array = test_utils.rand_ndarray((40, 5), stype, density=0.5).asnumpy()
    assert array.min() == 0 and 0.5 < array.max() <= 1


class Counting(mx.optimizer.Optimizer):
    """Notes how many arrays come in one call, and adds noise of MXNet's generator."""

    def __init__(self, scale=1.0):
        super().__init__(learning_rate=0.1)
        self.scale, self.calls = scale, []

    def create_state(self, index, weight):
        return mx.nd.zeros(weight.shape)

    def step(self, indices, weights, grads, states):
        self.calls.append(len(indices))
        for weight, grad in zip(weights, grads, strict=True):
            weight[:] = weight - self.scale * grad + mx.nd.random.normal(shape=weight.shape)


def test_optimizers_get_all_arrays_at_once_and_noise_from_one_seed():
    first, second = Counting(), Counting()
    shapes = [(3, 4), (5,)]
    test_utils.compare_optimizer_noise_seeded(first, second, shapes, "float32", 42)
    assert first.calls == second.calls == [2]
    with pytest.raises(AssertionError):
        test_utils.compare_optimizer_noise_seeded(first, Counting(2.0), shapes, "float32", 42)
    with pytest.raises(AssertionError):
        test_utils.compare_optimizer(first, second, shapes, "float32")  # each has its own noise
