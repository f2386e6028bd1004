"""Every operator with every dtype: what the documentation of its first array declares is computed
as the oracle does it, everything else is refused by name. The other arrays follow the first one,
but those that keep a dtype of their own declare it.
"""

import numpy
import pytest
from operator_samples import FUNCTIONS, as_weft, cases, most_elements, refusal
from test_registry import DECLARING, expected, oracle_of
from weft import np, npx

INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
HALVES = ["float16", "bfloat16"]
FLOATS = [*HALVES, "float32", "float64"]
ALL = ["bool", *INTEGERS, *FLOATS]
EPS = {"float16": 2**-10, "bfloat16": 2**-7, "float32": 2**-23, "float64": 2**-52}
EPS |= {"complex64": EPS["float32"], "complex128": EPS["float64"]}

SIZES = {dtype: 2 if dtype == "bfloat16" else numpy.dtype(dtype).itemsize for dtype in ALL}

# How the documentation of an argument begins.
DECLARED = {
    "any dtype": ALL,
    "any dtype but half types": [dtype for dtype in ALL if dtype not in HALVES],
    "any real dtype": ALL,
    "any real dtype but bool": ALL[1:],
    "any dtype, but no half type to accumulate": ALL,
    "any real dtype for maxima, else floating": ALL,
    "complex": [],
    "of a storage dtype": [],
    "of a dtype with elements of that size": [],
    "bool": ["bool"],
    "bool or integers": ["bool", *INTEGERS],
    "integers": INTEGERS,
    "int64": ["int64"],
    "uint8": ["uint8"],
    "int8": ["int8"],
    "int16": ["int16"],
    "int32": ["int32"],
    "uint32": ["uint32"],
    "uint64": ["uint64"],
    "int8 or uint8": ["int8", "uint8"],
    "int8, uint8 or int32": ["int8", "uint8", "int32"],
    "float32": ["float32"],
    "float32 or half types": ["float32", *HALVES],
    "float32 or bfloat16": ["float32", "bfloat16"],
    "float32 or, without winograd of 4, bfloat16": ["float32", "bfloat16"],
    "floating": FLOATS,
    "bool or floating": ["bool", *FLOATS],
    "float32 or float64": FLOATS[2:],
    "float32, float64 or bfloat16": FLOATS[1:],
    "floating, int64 or uint64": [*FLOATS, "int64", "uint64"],
}
DTYPE_ATTRIBUTES = {
    "int8 or uint8": ["int8", "uint8"],
    "dtype of the result": ALL,
    "float32 by default": ALL,
    "floating dtype": FLOATS,
    "floating dtype, int64 or uint64": [*FLOATS, "int64", "uint64"],
}


def declared(text, phrases=DECLARED):
    """The dtypes that a documentation begins with; none where it begins with something else."""
    found = [phrase for phrase in phrases if text.startswith(phrase)]
    return phrases[max(found, key=len)] if found else None


WITH_ARRAYS = [function for function in FUNCTIONS.values() if function.schema["inputs"]]


@pytest.mark.parametrize("function", WITH_ARRAYS, ids=str)
def test_documentation_declares_dtypes(function):
    for number, argument in enumerate(function.schema["arguments"][: function.schema["inputs"]]):
        if number == 0 or argument["keeps_dtype"]:
            text = argument["doc"]
            assert declared(text) is not None, f"{function.__name__}: `{argument['name']}`: {text}"


def promoted(case):
    """The numbers of the arrays that take part in promotion."""
    return [i for i in range(len(case.shapes)) if case.takes_part(i)]


def given(case, dtype):
    """Arrays of Weft with the promoted inputs in `dtype`, and what the oracle is given for them."""
    theirs = case.promoted().inputs(dtype)
    ours = as_weft(theirs)
    # The oracle's own arithmetic in halves would lose digits, and in unsigned integers wrap where
    # Weft goes on in floats.
    to_float = case.schema["promotion"] == "float" and dtype not in FLOATS
    for i, kind in enumerate(case.promoted().dtypes):
        if theirs[i] is not None and kind is None:
            ours[i] = ours[i].astype(dtype)
            theirs[i] = theirs[i].astype("float64") if to_float or dtype in HALVES else theirs[i]
    if dtype == "bfloat16" and case.name == "matmul_packed":
        ours[1] = as_weft([in_pairs(theirs[1])])[0].astype(dtype)
    return ours, theirs


def result_dtype(case, dtype, oracle):
    """The dtype that a result has where the oracle's has another number of digits."""
    if oracle.kind == "c":
        return "complex128" if dtype == "float64" else "complex64"
    if oracle.kind != "f" or "dtype" in case.attributes:
        return case.attributes.get("dtype", oracle.name)
    return dtype if dtype in FLOATS else "float32"


# Results that have the width of sums where the others are halves.
NORMS = ("", "_gradient", "_blocked", "_gradient_blocked")
SUMS = {
    "attention_blocks": [1],
    **{f"batch_norm_training{kind}": [1, 2] for kind in NORMS},
}


def in_pairs(panels):
    """Panels of bfloat16 lie in pairs of rows (core/kernels/matmul/panels.h)."""
    rows = panels.shape[-2]
    filled = numpy.pad(panels, [(0, 0)] * (panels.ndim - 2) + [(0, rows % 2), (0, 0)])
    return filled.reshape(*panels.shape[:-2], -1, 2, panels.shape[-1]).swapaxes(-1, -2)


def takes(case, number, dtype):
    text = case.argument(number)["doc"]
    if "maxima" in text and case.attributes.get("pool_type", "max") != "max":
        return dtype in FLOATS
    if "without winograd of 4" in text and case.attributes.get("winograd") == 4:
        return dtype == "float32"
    if "to add" in text and case.attributes.get("kernel", 1) > 1:
        return dtype in ("float32", "float64")
    if "accumulate" in text and case.attributes.get("accumulate"):
        return dtype not in HALVES
    if "elements of that size" in text:
        return SIZES[dtype] == numpy.dtype(case.attributes["dtype"]).itemsize
    if case.argument(number)["name"] == "condition" and case.function.__name__ == "where":
        return True  # `np.where` compares what is no bool with 0, as NumPy's does
    return dtype in declared(text)


def by_oracle(case, arrays, dtype):
    """What the oracle gives. NumPy refuses some arithmetic of bools and goes on in other dtypes for
    some more; Weft gives a bool: whether the number is not zero.
    """
    with numpy.errstate(all="ignore"):
        if dtype != "bool":
            return expected(case, arrays)
        try:
            wanted = expected(case, arrays)
        except TypeError:
            wanted = None
        if wanted and all(want.dtype.name not in ("int8", "float16") for want in wanted):
            return wanted
        numbers = [x if x is None else x.astype("int8") for x in arrays]
        return [want != 0 for want in expected(case, numbers)]


def values(array):
    halves = array.dtype.name in HALVES
    return array.astype("float32").asnumpy() if halves else array.asnumpy()


def check_promoted(case, dtype):
    ours, theirs = given(case, dtype)
    if not takes(case, promoted(case)[0], dtype):
        refusal(case, ours, TypeError)
        return
    wanted = by_oracle(case, theirs, dtype)
    if dtype == "bfloat16" and case.name in ("pack_matmul", "pack_recurrent"):
        wanted = [in_pairs(want) for want in wanted]
    terms = most_elements(theirs)
    for i, (have, want) in enumerate(zip(case.run(ours), wanted, strict=True)):
        is_sum = i in SUMS.get(case.name, ()) and dtype in HALVES
        kind = "float32" if is_sum else result_dtype(case, dtype, want.dtype)
        assert have.dtype.name == kind
        if have.dtype.name not in EPS:
            numpy.testing.assert_array_equal(values(have), want)
            continue
        eps = EPS[have.dtype.name]
        numpy.testing.assert_allclose(values(have), want, rtol=16 * eps, atol=16 * eps * terms**0.5)


def check_kept(case, number, dtype):
    """An array that keeps its dtype, with elements that all dtypes have."""
    theirs = case.inputs()
    theirs[number] = (theirs[number] > 0).astype("float32" if dtype in HALVES else dtype)
    ours = as_weft(theirs)
    ours[number] = ours[number].astype(dtype)
    if not takes(case, number, dtype):
        refusal(case, ours, TypeError, case.argument(number)["name"])
        return
    for have, want in zip(case.run(ours), expected(case, theirs), strict=True):
        tolerance = 1e-2 if dtype in HALVES else 1e-5
        atol = tolerance * numpy.abs(want).max(initial=0) / 16  # of a sum that cancels
        numpy.testing.assert_allclose(values(have), want, rtol=tolerance, atol=atol)


@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("function", WITH_ARRAYS, ids=str)
def test_dtype_is_computed_or_refused(function, dtype):
    if function.__name__ in DECLARING:
        pytest.skip(f"{function}: {DECLARING[function.__name__]}")
    oracle_of(function)
    for case in cases(function):
        if promoted(case):
            check_promoted(case, dtype)
        for number in set(range(len(case.shapes))) - set(promoted(case)):
            if case.shapes[number] is not None:
                check_kept(case, number, dtype)


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize(
    "name",
    [
        "softplus",
        "log_sigmoid",
        "softsign",
        "silu",
        "mish",
        "gelu",
        "elu",
        "celu",
        "selu",
        "hard_sigmoid",
        "hard_swish",
    ],
)
def test_activations_of_halves_are_rounded_once(name, dtype):
    x = np.arange(-6, 6, 1 / 64).astype(dtype)
    activation = getattr(npx, name)
    wanted = activation(x.astype("float32")).astype(dtype)
    numpy.testing.assert_array_equal(values(activation(x)), values(wanted))
