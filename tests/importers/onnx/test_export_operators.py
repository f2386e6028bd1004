"""Every operator of the registry as ONNX: with the samples of its definition, or with a reason."""

import pytest

pytest.importorskip("onnx")

import operator_samples
import weft
from onnx_exports import HAS_RUNTIME, agree, run
from weft._core import native
from weft.onnx._export import _write  # noqa: F401 - fills the table
from weft.onnx._export._table import rules

# Numbers of ONNX's own generator; and what has no result.
UNLIKE = {"exponential", "normal", "permutation", "randint", "uniform", "dropout", "check", "print"}
# Made of `region_peaks` and of operators that reach other processes, which have reasons.
UNLIKE |= {"roi_pool", "all_gather", "all_to_all", "reduce_scatter"}
# What the reference evaluator lacks in version 17: Scan along other axes or backwards, RNN with
# relu, int8 conversions, modes of GridSample; and it fails for grouped transposed convolutions of
# one axis.
LACKS = {
    *(
        "ctc_loss",
        "cumprod",
        "cummax",
        "cummin",
        "recurrence",
        "gru_steps",
        "lstm",
        "lstm_steps",
        "rnn",
        "rnn_steps",
    ),
    *("quantized_add", "quantized_softmax", "deconvolution", "convolution_data", "pooling"),
    *("grid_sample", "sample_pixels"),
}
# Composites of which a sample is an operator without a form: polygamma of 0 is digamma.
COME_DOWN_TO = {
    "dft": "fourier",
    "irdft": "real_fourier_inverse",
    "polygamma": "digamma",
    "rdft": "real_fourier",
    **dict.fromkeys(
        ("cholesky", "det", "eig", "eigh", "inv", "qr", "qr_whole", "slogdet", "solve"),
        "lapack_inv",
    ),
    **dict.fromkeys(("solve_triangular", "svd", "svd_whole"), "lapack_inv"),
}
SINCE_21 = ("narrow", "widen")  # ONNX has float8 and 4 bits in enough operators from then on
PACKED = "packed"  # samples of operators that read packed weights have none that they came from


def is_tried(case):
    known = case.name not in UNLIKE and case.name not in rules.reasons
    return known and (HAS_RUNTIME or case.name not in LACKS)


CASES = [case for case in operator_samples.cases() if is_tried(case)]


def test_every_primitive_has_a_rule_or_a_reason():
    ours = (None, "libweft_linalg.so")  # whose operators are the core's but for their kernels
    own = [o.schema for o in native.operators() if o.schema["library"] in ours]
    primitives = {schema["name"] for schema in own if not schema["composite"]}
    known = set(rules.rules) - {"control.loop", "control.cond"}
    assert known & set(rules.reasons) == set()
    assert known | set(rules.reasons) == primitives
    assert len(known) >= 134


def check(case, path, opset):
    arrays = operator_samples.as_weft(case.inputs())
    given = [array for array in arrays if array is not None]

    @weft.hybridize
    def function(*inputs):
        rest = iter(inputs)
        return case.call([None if array is None else next(rest) for array in arrays])

    wanted = operator_samples.as_numpy(case.run(arrays))
    function(*given)
    try:
        weft.onnx.export(function, path, opset=opset, exact_int8=True)
    except NotImplementedError as error:
        inner = COME_DOWN_TO.get(case.name)
        is_early = case.name in SINCE_21 and opset < 21
        reason = "needs opset 21" if is_early else rules.reasons[inner] if inner else PACKED
        assert reason in str(error)
        return
    agree(run(path, operator_samples.as_numpy(given)), wanted)


@pytest.mark.parametrize("case", [c for c in CASES if c.number == 0], ids=str)
def test_operator_gives_the_same_as_onnx(case, tmp_path):
    check(case, str(tmp_path / "operator.onnx"), 17)


@pytest.mark.full
@pytest.mark.parametrize("opset", [17, 18, 21, 24])
@pytest.mark.parametrize("name", sorted({case.name for case in CASES}))
def test_every_sample_gives_the_same_in_every_version(name, opset, tmp_path):
    for case in CASES:
        if case.name == name:
            check(case, str(tmp_path / f"{case}.onnx"), opset)


@pytest.mark.parametrize("name", ["uniform", "normal", "exponential", "randint", "permutation"])
def test_random_numbers_have_shape_and_dtype(name, tmp_path):
    case = next(c for c in operator_samples.cases() if c.name == name)
    function = weft.hybridize(lambda: case.call([]))
    wanted = function()
    path = str(tmp_path / "random.onnx")
    weft.onnx.export(function, path)
    (found,) = run(path, [])
    assert (found.shape, found.dtype) == (wanted.shape, wanted.asnumpy().dtype)
