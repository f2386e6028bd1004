"""Values that formulas break at: NaN, infinities, zeros, equal elements, and halves near their end.

An operator stays out of one of these tests only with a reason.
"""

import numpy
import pytest
from operator_samples import as_numpy, as_weft, tolerance, weighted_sum
from test_dtypes import promoted, takes, values
from test_registry import (
    differentiable,
    every_case,
    expected,
    gradients,
    is_constant,
    oracle_of,
)

SPECIAL = [numpy.nan, numpy.inf, -numpy.inf, 0.0, -0.0]


def floats(case, dtype="float32"):
    """The inputs that are given in a floating dtype; skips where there are none of this one."""
    given = range(len(case.shapes))
    found = [i for i in given if case.is_float_input(i) and not is_constant(case, i)]
    if not found or not takes(case, promoted(case)[0], dtype):
        pytest.skip(f"{case}: takes no {dtype}")
    return found


def with_value(case, value, dtype):
    """One element of each floating input replaced, another one in each."""
    arrays = case.inputs(dtype)
    for number, i in enumerate(floats(case, dtype)):
        if arrays[i].size:
            arrays[i].reshape(-1)[number % arrays[i].size] = value
    return arrays


# Where NaN and infinity depend on what is free: the order of a sum, or how far zero reaches.
FREE = {
    "dft": "every sum has other terms in another order",
    "fourier": "the same",
    **dict.fromkeys(
        ("inv", "solve", "solve_triangular", "det", "slogdet", "cholesky"),
        "how far NaN and infinity reach depends on the order of eliminations",
    ),
    **dict.fromkeys(("small_inv", "small_solve", "small_det", "small_cholesky"), "the same"),
    **dict.fromkeys(
        ("lapack_inv", "lapack_solve", "lapack_det", "lapack_slogdet", "lapack_cholesky"),
        "the same",
    ),
    "lapack_triangular": "the same",
    "irdft": "the same",
    "rdft": "the same",
    "real_fourier": "the same",
    "real_fourier_inverse": "the same",
    "einsum": "the operands are multiplied in another order",
    "log_softmax": "infinite scores give NaN throughout, as in PyTorch",
    "log_softmax_rows": "the same",
    "softmax_cross_entropy": "the same",
    "cross_entropy_rows": "the same",
    "attention_blocks": "the same, and values of weight zero still count",
    "attention_gradient": "the same",
    "batch_norm_training_gradient": "the terms are added in another order",
    "batch_norm_training_gradient_blocked": "the same",
    "normalize_groups_gradient": "the same",
    "convolution_blocked": "windows end at the image, its oracle multiplies with padded zeros",
    "convolution_data_blocked": "the same",
    "convolution_weight_blocked": "the same",
    "convolution_data": "its oracle multiplies every weight with zeros",
    "convolution_weight": "the same",
    "deconvolution": "the same",
    "weight_only_product": "sums of a few elements of k are scaled one by one",
    "check": "what is false ends the call, and NaN and infinity are true",
    "print": "its result is read by tests/python/test_effects.py",
}


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@every_case
def test_nan_infinity_and_zero_are_treated_as_by_the_oracle(case, dtype):
    if case.name in FREE:
        pytest.skip(f"{case}: {FREE[case.name]}")
    oracle_of(case.function)
    for value in SPECIAL:
        arrays = with_value(case, value, dtype)
        # An oracle's own arithmetic in halves is coarse; one asks for their largest number.
        is_wide = dtype == "float16" and case.name != "nan_to_num"
        theirs = [
            x.astype("float64") if is_wide and i in floats(case) else x
            for i, x in enumerate(arrays)
        ]
        with numpy.errstate(all="ignore"):
            wanted = expected(case, theirs)
            found = as_numpy(case.run(as_weft(arrays)))
            for have, want in zip(found, wanted, strict=True):
                limits = tolerance(dtype, 100)
                numpy.testing.assert_allclose(
                    have, want.astype(have.dtype), **limits, err_msg=str(value)
                )


def all_equal(case, shift=0.0):
    low, high = case.schema["domain"]
    arrays = case.inputs("float64")
    for i in floats(case):
        arrays[i] = numpy.full(arrays[i].shape, low + 0.63 * (high - low) + shift)
    return arrays


# Matrices of equal elements have no inverse, and vectors that are not theirs alone.
SINGULAR = ("inv", "solve", "det", "slogdet", "qr", "svd")


@every_case
def test_gradient_counts_equal_elements_once(case):
    """All move together: what the elements' derivatives add up to is the derivative of that."""
    if case.name.removeprefix("small_").removeprefix("lapack_") in SINGULAR:
        pytest.skip(f"{case}: a matrix of equal elements is singular")
    wanted = differentiable(case)
    found = gradients(lambda *x: case.run(list(x)), as_weft(all_equal(case)), wanted)

    def value(shift):
        return float(weighted_sum(case.run(as_weft(all_equal(case, shift)))))

    slope = (value(1e-6) - value(-1e-6)) / 2e-6
    total = sum(float(gradient.sum()) for gradient in found)
    numpy.testing.assert_allclose(total, slope, rtol=1e-5, atol=1e-6)


OVERFLOW = {
    "callback": "its `results` have the dtypes of the sample",
    "check": "it has no results",
    "print": "it has no results",
    "adam_update": "the square of a gradient is part of its results",
    "adamw_update": "the square of a gradient is part of its results",
    "rmsprop_update": "the square of a gradient is part of its results",
    "rmsprop_centered_update": "the square of a gradient is part of its results",
    "adagrad_update": "the square of a gradient is part of its results",
    "attention_blocks": "scores of 1e9 are rounded by more than their differences",
    "scaled_dot_product_attention": "scores of 1e9 are rounded by more than their differences",
    "log_softmax": "scores that a temperature divides are rounded",
}


@every_case
def test_halves_do_not_overflow_on_the_way(case):
    if case.name in OVERFLOW:
        pytest.skip(f"{case}: {OVERFLOW[case.name]}")
    oracle_of(case.function)
    arrays = case.inputs("float64")
    for i in floats(case, "float16"):
        arrays[i] = numpy.round(20000 + 400 * arrays[i] / (1 + abs(arrays[i])))
    ours = as_weft(arrays)
    for i in floats(case):
        ours[i] = ours[i].astype("float16")
        arrays[i] = ours[i].astype("float64").asnumpy()
    with numpy.errstate(all="ignore"):
        wanted = expected(case, arrays)
    for have, want in zip(case.run(ours), wanted, strict=True):
        if have.dtype.name != "float16":
            continue
        found = values(have)
        fits = abs(want) < 60000
        numpy.testing.assert_allclose(found[fits], want[fits], rtol=0.02, atol=0.02)
