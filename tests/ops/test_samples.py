"""What the samples of a definition have to cover; `derived_samples` makes the rest of them."""

import pytest
from derived_samples import forms
from operator_samples import FUNCTIONS, as_weft, cases

every_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=str)


def is_taken(case):
    try:
        for result in case.run(as_weft(case.inputs())):
            result.wait_to_read()  # queued work and devices tell then what is wrong
    except (ValueError, TypeError, IndexError):
        return False
    return True


@every_function
def test_operator_has_four_samples_or_more(function):
    own = cases(function)
    assert all(is_taken(case) for case in own)
    derived = [other for case in own for _, other in forms(case)]
    count = len(own) + sum(is_taken(case) for case in derived)
    assert count >= 4, f"{function.__name__} has {count} samples, derived ones included"


@every_function
def test_every_attribute_has_a_sample_with_another_value(function):
    for argument in function.schema["arguments"][function.schema["inputs"] :]:
        name, default = argument["name"], argument["default"]
        values = [case.attributes.get(name, default) for case in cases(function)]
        assert any(value != default for value in values), f"{function.__name__}: `{name}`"


@every_function
def test_optional_arrays_have_samples_with_and_without_them(function):
    for number, argument in enumerate(function.schema["arguments"][: function.schema["inputs"]]):
        if argument["required"]:
            continue
        given = {is_given(case, number) for case in cases(function)}
        assert given == {True, False}, f"{function.__name__}: `{argument['name']}`"


def is_given(case, number):
    return number < len(case.shapes) and case.shapes[number] is not None
