"""Products of matrices with factors, beside the reference."""

import numpy
import pytest
from onnx_checks import check

NAN = numpy.full((2, 4), numpy.nan, "float32")


def matrix(*shape):
    return numpy.random.default_rng(sum(shape)).normal(size=shape).astype("float32")


@pytest.mark.parametrize("alpha, beta", [(1.0, 1.0), (0.5, 2.0), (-1.0, 0.0)])
@pytest.mark.parametrize("shape", [(2, 4), (4,), (1,), (2, 1)])
def test_gemm_is_that_of_the_reference(shape, alpha, beta):
    inputs = {"a": matrix(2, 3), "b": matrix(3, 4), "c": matrix(*shape)}
    check("Gemm", inputs, {"alpha": alpha, "beta": beta}, opset=13)


@pytest.mark.parametrize("shape", [(2, 4), (4,)])
def test_gemm_does_not_read_what_counts_nothing(shape):
    inputs = {"a": matrix(2, 3), "b": matrix(3, 4), "c": numpy.full(shape, numpy.nan, "float32")}
    found = check("Gemm", inputs, {"beta": 0.0}, opset=13)
    assert numpy.isfinite(found[0]).all()
