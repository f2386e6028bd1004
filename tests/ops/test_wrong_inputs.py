"""What an operator is not made for is refused, and the text names the operator and the argument."""

import dataclasses

import numpy
import oracles
import pytest
from derived_samples import forms, misfits
from operator_samples import FUNCTIONS, as_numpy, as_weft, cases, most_elements, refusal, tolerance
from test_registry import every_case, expected, oracle_of

every_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=str)


def replaced(case, name, value):
    return dataclasses.replace(case, attributes={**case.attributes, name: value})


@every_function
def test_argument_of_another_kind_is_refused(function):
    case = cases(function)[0]
    arrays = as_weft(case.inputs())
    for number, argument in enumerate(function.schema["arguments"]):
        if number >= function.schema["inputs"]:
            refusal(replaced(case, argument["name"], object()), arrays, TypeError, argument["name"])
        elif argument["kind"] == "arrays":
            with pytest.raises(TypeError, match=f"{function.__name__}: `{argument['name']}`"):
                function(*arrays[:number], object(), **case.attributes)
        elif number < len(arrays):
            wrong = [object() if i == number else x for i, x in enumerate(arrays)]
            refusal(case, wrong, TypeError, argument["name"])


def outcome(function):
    try:
        return function(), None
    except Exception as error:
        return None, error


def axis_attributes(function):
    for argument in function.schema["arguments"][function.schema["inputs"] :]:
        name = argument["name"]
        counts_axes = name.startswith(("axis", "axes")) or name in ("source", "destination")
        if counts_axes and argument["kind"].startswith("int"):
            yield argument


def with_axes(is_wanted):
    """Cases whose attribute of axes is set, beside the argument."""
    return [
        pytest.param(case, argument, id=f"{case}-{argument['name']}")
        for case in cases()
        for argument in axis_attributes(case.function)
        if is_wanted(case, case.attributes.get(argument["name"], argument["default"]))
    ]


@pytest.mark.parametrize("axis", [40, -40])
@pytest.mark.parametrize(("case", "argument"), with_axes(lambda case, axes: axes is not None))
def test_axis_outside_the_array_is_refused(case, argument, axis):
    name = argument["name"]
    present = case.attributes.get(name, argument["default"])
    others = present[1:] if isinstance(present, tuple) else ()
    wrong = axis if argument["kind"] == "int" else (axis, *others)
    refusal(replaced(case, name, wrong), as_weft(case.inputs()), (LookupError, ValueError), name)


# Where an axis may be named again.
REPEATED_AXES = {"roll": "is moved again, as in NumPy", "dropout": "is shared once more"}


def has_several_axes(case, axes):
    return isinstance(axes, tuple) and len(axes) > 0 and case.name not in REPEATED_AXES


@pytest.mark.parametrize(("case", "argument"), with_axes(has_several_axes))
def test_axis_named_twice_is_refused(case, argument):
    name = argument["name"]
    others = case.attributes[name][2:]
    refused = 0
    for again in (-1, len(case.shapes[0]) - 1):
        other = replaced(case, name, (-1, again, *others))
        _, impossible = outcome(lambda other=other: expected(other, other.inputs()))
        if impossible:  # the axes may be those of a result that has more
            refusal(other, as_weft(case.inputs()), ValueError)
            refused += 1
    assert refused


# ---- shapes


def accepts_more(case):
    """NumPy counts axes of an array that has none; Weft does not."""
    return case.shapes[0] == [] and any(
        case.attributes.get(argument["name"], argument["default"]) not in (None, ())
        for argument in axis_attributes(case.function)
    )


def check(case, must_agree):
    arrays = case.inputs()
    found, refused = outcome(lambda: as_numpy(case.run(as_weft(arrays))))
    with numpy.errstate(all="ignore"):
        wanted, impossible = outcome(lambda: expected(case, arrays))
    if refused:
        refusal(case, as_weft(arrays))
        assert impossible or not must_agree or accepts_more(case), refused
        return
    assert not impossible, f"taken, although {impossible!r}"
    terms = most_elements(arrays)
    for have, want in zip(found, wanted, strict=True):
        assert have.shape == want.shape
        limits = tolerance(have.dtype, terms)
        numpy.testing.assert_allclose(have, want.astype(have.dtype), **limits)


# What NumPy takes and Weft refuses, and why.
STRICTER = {
    "norm": "the largest of no sums",
    **dict.fromkeys(
        ("small_inv", "small_solve", "small_det", "small_cholesky"), "matrices of few rows alone"
    ),
}


@every_case
def test_other_shapes_are_taken_as_the_oracle_takes_them(case):
    if case.schema["random"]:
        pytest.skip(f"{case.name}: random")
    oracle_of(case.function)
    for name, other in forms(case):
        try:
            check(other, must_agree=case.name not in oracles.BY_NAME and case.name not in STRICTER)
        except AssertionError as error:
            raise AssertionError(f"{name}: {other}: {error}") from error


@every_case
def test_shapes_that_do_not_fit_are_refused(case):
    if case.schema["random"]:
        pytest.skip(f"{case.name}: random")
    oracle_of(case.function)
    for name, other in misfits(case):
        try:
            check(other, must_agree=False)
        except AssertionError as error:
            raise AssertionError(f"{name}: {other}: {error}") from error
