"""`weft.vmap` over the registry: every operator on a batch equals a loop over its examples."""

import functools

import numpy
import pytest
import weft
from operator_samples import FUNCTIONS, as_weft, cases, most_elements, tolerance, weighted_sum
from weft import autograd, np
from weft._batching.vmap import rules
from weft._core import OPERATORS

SIZE = 3
CASES = [case for case in cases() if not case.schema["random"] and not case.schema["effect"]]
REFUSED = {
    "callback": "it calls a function of the host",
    **dict.fromkeys(
        (
            *("all_reduce", "all_gather", "all_to_all", "reduce_scatter", "broadcast"),
            *("gather_blocks", "reduce_blocks", "exchange_blocks", "collective_wait"),
            *("all_reduce_start", "broadcast_start", "gather_blocks_start"),
            *("reduce_blocks_start", "exchange_blocks_start"),
            *("send", "receive", "barrier", "group_rank", "group_size"),
            *("gather_parts", "sum_parts", "copy_to_parts"),
        ),
        "it reaches other ranks",
    ),
    "nonzero_rows": "its result's extent follows from values",
}

every_case = pytest.mark.parametrize("case", CASES, ids=str)


def examples_of(array, generator):
    """An array for each example, with values that the operator allows: those of the sample."""
    if array.dtype.kind == "f":
        return numpy.stack([array, numpy.flip(array), (array * 0.9).astype(array.dtype)])
    shuffled = generator.permutation(array.ravel()).reshape(array.shape)
    return numpy.stack([array, numpy.flip(array), shuffled])


def batches(case, dtype="float32"):
    """Arrays with and without a batch, and which have one: all, then each by itself."""
    base = case.inputs(dtype)
    generator = numpy.random.default_rng(7)
    full = [None if a is None else examples_of(a, generator) for a in base]
    places = [i for i, array in enumerate(base) if array is not None]
    for mapped in [places, *([place] for place in places if len(places) > 1)]:
        arrays = [full[i] if i in mapped else array for i, array in enumerate(base)]
        yield as_weft(arrays), mapped


def example(arrays, mapped, number):
    return [x[number] if i in mapped else x for i, x in enumerate(arrays)]


def compare(have, want, terms):
    assert have.shape == want.shape
    assert have.dtype == want.dtype
    if have.dtype.name == "bfloat16":
        have, want = have.astype("float32"), want.astype("float32")
    have, want = have.asnumpy(), want.asnumpy()
    if have.dtype.kind in "fc":  # a batch may be summed in another order
        allowed = tolerance("float32" if have.dtype.itemsize <= 4 else have.dtype, terms)
        numpy.testing.assert_allclose(have, want, **{k: 8 * v for k, v in allowed.items()})
    else:
        numpy.testing.assert_array_equal(have, want)


def check_batch(function, arrays, mapped):
    """The batch equals the loop. Is there something to compare?"""
    try:
        wanted = [function(*example(arrays, mapped, number)) for number in range(SIZE)]
        for result in wanted[-1]:
            result.wait_to_read()
    except weft.Error:
        return False  # what one example refuses, such as indices that the shuffle moved
    axes = tuple([0 if i in mapped else None for i in range(len(arrays))])
    found = weft.vmap(function, axes)(*arrays)
    terms = most_elements(arrays)
    for have, *want in zip(found, *wanted, strict=True):
        compare(have, np.stack(want), terms)
    return True


@every_case
def test_a_batch_equals_a_loop_over_its_examples(case):
    if case.name in REFUSED:
        pytest.skip(f"{case.name}: refused: {REFUSED[case.name]}")
    if not any(array is not None for array in case.inputs()):
        pytest.skip(f"{case.name}: has no inputs")
    done = [check_batch(lambda *a: case.run(list(a)), *batch) for batch in batches(case)]
    assert any(done), "no example is one that the operator takes"


@every_case
def test_gradients_of_examples_equal_a_loop(case):
    if case.schema["no_gradient"]:
        pytest.skip(f"{case.name}: no gradient: {case.schema['no_gradient']}")
    wanted = [i for i in range(len(case.shapes)) if case.is_float_input(i)]
    if not wanted or case.name in REFUSED:
        pytest.skip(f"{case.name}: has nothing to differentiate")

    def gradients(*arrays):
        arrays = list(arrays)

        def head(*variables):
            for place, variable in zip(wanted, variables, strict=True):
                arrays[place] = variable
            return weighted_sum(case.run(list(arrays)))

        given = [arrays[place] for place in wanted]
        return autograd.grad(head, argnums=tuple(range(len(wanted))))(*given)

    arrays, mapped = next(batches(case, "float64"))
    try:
        gradients(*example(arrays, mapped, 0))
    except (AttributeError, weft.Error):
        pytest.skip(f"{case}: gives no floats, or takes no float64")
    assert check_batch(gradients, arrays, mapped)


def test_every_operator_has_a_rule_or_a_reason():
    for name, function in FUNCTIONS.items():
        schema = function.schema
        if schema["composite"]:
            continue  # a trace has what it is made of
        assert (name in rules.reasons) or callable(rules.rule_of(name)), name
    assert set(rules.reasons) == set(REFUSED)
    general = {"elementwise", "one by one"}
    known = {function.__name__ for function in weft._core.native.operators()}
    own = {name for name in rules.rules if not name.startswith("rule_")}  # those of users
    assert own - general <= known


@pytest.mark.parametrize("name", REFUSED)
def test_refused_operators_are_named_with_a_reason(name):
    with pytest.raises(NotImplementedError, match=rf"vmap: `{name}` .*: {REFUSED[name]}"):
        rules.rule_of(name)


# ---- random operators


RANDOM = [case for case in cases() if case.schema["random"]]


@pytest.mark.parametrize("case", RANDOM, ids=str)
def test_random_operators_are_refused_unless_told_what_to_do(case):
    arrays = as_weft(case.inputs())
    run = functools.partial(case.run, arrays)
    with pytest.raises(RuntimeError, match=rf"`randomness` must be .*`{case.name}`"):
        weft.vmap(run, axis_size=SIZE)()


@pytest.mark.parametrize("case", RANDOM, ids=str)
def test_random_operators_draw_the_same_or_different_numbers(case):
    arrays = as_weft(case.inputs())
    run = functools.partial(case.run, arrays)
    shape = case.run(arrays)[0].shape
    same = weft.vmap(run, axis_size=SIZE, randomness="same")()[0].asnumpy()
    different = weft.vmap(run, axis_size=SIZE, randomness="different")()[0].asnumpy()
    assert same.shape == different.shape == (SIZE, *shape)
    assert all((row == same[0]).all() for row in same)
    if same[0].size > 4 and len(numpy.unique(same)) > 2:
        assert not all((row == different[0]).all() for row in different)


@pytest.mark.parametrize("name", ["poisson", "binomial", "standard_gamma", "wald"])
def test_parameters_that_differ_cannot_draw_the_same_numbers(name):
    count = OPERATORS[name].schema["inputs"]
    rates = [np.full((SIZE, 2), 0.5)] * count
    with pytest.raises(NotImplementedError, match=f"`{name}`.* cannot draw the same numbers"):
        weft.vmap(OPERATORS[name], randomness="same")(*rates)
    assert weft.vmap(OPERATORS[name], randomness="different")(*rates).shape == (SIZE, 2)
