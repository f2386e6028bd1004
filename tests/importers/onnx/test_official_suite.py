"""The test suite that the `onnx` package ships for backends: each case eager, and hybridized.

`make test` runs a sample; `make test-full SLICE=onnx` (pytest --full) runs all cases.
"""

import unittest
import warnings
import zlib

import numpy
import onnx.backend.test
import pytest
import weft
from weft.onnx.backend import WeftBackend, WeftRep

SHARE = 6  # one of so many cases is in the sample

# Cases that do not pass, with the reason.
FAILS: dict[str, str] = {
    **dict.fromkeys(
        (
            "test_training_dropout",
            "test_training_dropout_default",
            "test_training_dropout_default_mask",
            "test_training_dropout_mask",
        ),
        "the case has the random numbers of NumPy's generator",
    ),
    **dict.fromkeys(
        ("test_dft_inverse", "test_dft_inverse_opset19"),
        "where the result is 0 the case has what NumPy's transform rounded, 2e-7",
    ),
    **dict.fromkeys(
        (
            "test_bernoulli",
            "test_bernoulli_double",
            "test_bernoulli_double_expanded",
            "test_bernoulli_expanded",
            "test_bernoulli_seed",
            "test_bernoulli_seed_expanded",
        ),
        "the case has the random numbers of NumPy's generator",
    ),
    "test_loop16_seq_none": "the suite compares elements of sequences by len, which scalars lack",
    "test_attention_4d_causal_fp16_expanded": "written out, float16 rounds after each operator",
}

# What a hybridized block refuses, because a graph has to know shapes before it runs.
UNTRACED = (NotImplementedError, RuntimeError)


class BothWays(WeftBackend):
    """Runs a model eager and hybridized; both give the same, where it can be traced."""

    @classmethod
    def prepare(cls, model, device="CPU", **kwargs):
        rep = super().prepare(model, device, **kwargs)
        return TwiceRep(rep.block)


class TwiceRep(WeftRep):
    def run(self, inputs, **kwargs):
        eager = super().run(inputs, **kwargs)
        if any(isinstance(value, list) or value is None for value in (*inputs, *eager)):
            return eager
        self.block.hybridize()
        try:
            hybrid = super().run(inputs, **kwargs)
        except UNTRACED:
            return eager
        for one, other in zip(eager, hybrid, strict=True):
            assert one.shape == other.shape and one.dtype == other.dtype
            if one.dtype.kind == "f":
                numpy.testing.assert_allclose(other, one, rtol=1e-3, atol=1e-5)
        return eager


def is_in_sample(name: str) -> bool:
    return zlib.crc32(name.encode()) % SHARE == 0


def cases() -> dict[str, unittest.TestCase]:
    """The suite's cases by name, on this backend."""
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        suite = onnx.backend.test.BackendTest(BothWays, __name__)
        suite.exclude("_cuda$")
        classes = suite.test_cases.values()
    names = ((kind, name) for kind in classes for name in dir(kind) if name.startswith("test_"))
    return {name.removesuffix("_cpu"): kind(name) for kind, name in names if name.endswith("_cpu")}


CASES = cases()


def parameters():
    for name in sorted(CASES):
        if not is_in_sample(name):
            yield pytest.param(name, marks=pytest.mark.full)
        else:
            yield name


@pytest.mark.parametrize("name", list(parameters()))
def test_case(name):
    result = unittest.TestResult()
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        CASES[name].run(result)
    if result.skipped:  # the suite skips what needs another package, or a download
        pytest.skip(result.skipped[0][1])
    problems = [text for _, text in result.failures + result.errors]
    if name in FAILS:
        assert problems, f"{name} passes now: take it out of FAILS"
    else:
        assert not problems, problems[0]


def test_what_fails_is_a_case_of_the_suite():
    assert FAILS.keys() <= CASES.keys()


def test_the_backend_speaks_onnx_s_interface():
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    x = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [2])
    y = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [2])
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "relu", [x], [y]))
    given = numpy.array([-1.0, 2.0], "float32")
    assert WeftBackend.supports_device("CPU") and not WeftBackend.supports_device("abacus")
    assert WeftBackend.is_compatible(model)
    for inputs in ([given], {"x": given}, given):
        (found,) = WeftBackend.run_model(model, inputs)
        assert found.tolist() == [0.0, 2.0]
    assert weft.onnx.missing(model) == []
