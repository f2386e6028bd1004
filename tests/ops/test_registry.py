"""Every operator × sample, derived from the definitions: nothing here names an operator.

An operator stays out of a test only with a reason, which `pytest -rs` prints.
"""

import functools
import importlib
import inspect
import json

import numpy
import oracles
import pytest
import weft
from operator_samples import (
    FUNCTIONS,
    as_numpy,
    as_weft,
    cases,
    elementwise_functions,
    gradients,
    most_elements,
    strided,
    tolerance,
    weighted_sum,
)
from weft import np, sym

CASES = cases()
every_case = pytest.mark.parametrize("case", CASES, ids=str)
every_elementwise = pytest.mark.parametrize("function", elementwise_functions(), ids=str)


# Results that are declared for the arrays of a sample alone.
DECLARING = {"callback": "its `results` have the dtypes of the sample"}


def same_bits(a, b):
    """Equal in every bit, NaN to NaN."""
    a, b = numpy.asarray(a), numpy.asarray(b)
    assert a.dtype == b.dtype
    assert a.shape == b.shape
    if a.dtype.kind == "f":
        numpy.testing.assert_array_equal(numpy.signbit(a), numpy.signbit(b))
    numpy.testing.assert_array_equal(a, b)


def oracle_of(function):
    """The oracle as a function of NumPy arrays and attributes; skips with the reason for none."""
    name = function.__name__
    if name in oracles.BY_NAME:
        return oracles.BY_NAME[name]
    if name in oracles.NO_ORACLE:
        pytest.skip(f"{name}: no oracle: {oracles.NO_ORACLE[name]}")
    path, *fixed = (function.schema["like"] or " ").split(" ")
    assert path, f"{name}: set `.like`, write a formula in oracles/, or say why there is none"
    module, _, attribute = path.rpartition(".")
    options = {key: json.loads(value) for key, value in (text.split("=") for text in fixed)}
    return functools.partial(getattr(importlib.import_module(module), attribute), **options)


def expected(case, arrays):
    out = oracle_of(case.function)(*case.arguments(arrays), **case.attributes)
    return [numpy.asarray(x) for x in (out if isinstance(out, tuple | list) else [out])]


def seeded(case, arrays, **options):
    weft.random.seed(5)
    return case.run(arrays, **options)


# ---- definitions


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=str)
def test_definition_has_doc_sample_and_signature(function):
    schema = function.schema
    assert schema["doc"].endswith(".")
    assert schema["samples"]
    assert all(argument["doc"] for argument in schema["arguments"])
    assert list(inspect.signature(function).parameters)[-1] == "out"
    assert schema["doc"] in inspect.getdoc(function)


# ---- values


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@every_case
def test_value_equals_oracle(case, dtype):
    arrays = case.inputs(dtype)
    wanted = expected(case, arrays)
    found = as_numpy(case.run(as_weft(arrays)))
    assert len(found) == len(wanted)
    terms = most_elements(arrays)
    for have, want in zip(found, wanted, strict=True):
        assert have.shape == want.shape
        assert have.dtype.kind == want.dtype.kind
        if have.dtype.kind in "fc":
            # Some operators have one dtype, whatever the suite asks for.
            least = min(dtype, have.dtype.name, key=lambda name: numpy.finfo(name).bits)
            numpy.testing.assert_allclose(have, want.astype(have.dtype), **tolerance(least, terms))
        else:
            numpy.testing.assert_array_equal(have, want)


@every_case
def test_strided_inputs_equal_contiguous(case):
    arrays = case.inputs()
    if not arrays:
        pytest.skip(f"{case.name}: has no inputs")
    views = [None if array is None else strided(array) for array in arrays]
    for array, view in zip(arrays, views, strict=True):
        if array is not None:
            same_bits(array, view.asnumpy())
    results = zip(seeded(case, as_weft(arrays)), seeded(case, views), strict=True)
    for a, b in ((a.asnumpy(), b.asnumpy()) for a, b in results):
        if case.schema["elementwise"] or a.dtype.kind != "f":
            same_bits(a, b)
        else:  # a sum may follow the strides
            numpy.testing.assert_allclose(a, b, **tolerance("float32", most_elements(arrays)))


@every_case
def test_out_receives_the_result(case):
    arrays = as_weft(case.inputs())
    results = seeded(case, arrays)
    outs = [np.full(result.shape, 1, result.dtype) for result in results]
    out = outs[0] if case.schema["outputs"] == 1 else tuple(outs)
    weft.random.seed(5)
    returned = case.call(arrays, out=out)
    assert returned is out
    for a, b in zip(results, outs, strict=True):
        same_bits(a.asnumpy(), b.asnumpy())


@every_case
def test_number_stands_for_an_array_without_axes(case):
    if case.name in DECLARING:
        pytest.skip(f"{case}: {DECLARING[case.name]}")
    places = [i for i, shape in enumerate(case.shapes) if shape == [] and case.takes_part(i)]
    if not places or all(shape == [] for shape in case.shapes):
        pytest.skip(f"{case}: has no array without axes beside others")
    oracle_of(case.function)
    # Some have an operator of their own where they are exponents.
    for number in (2, 3, 0) if any(case.dtypes) else (2, 0.5, -1, 3, 0):
        arrays = case.inputs()
        for i in places:
            arrays[i] = number
        with numpy.errstate(all="ignore"):
            wanted = expected(case, arrays)
        numbers = [number if i in places else x for i, x in enumerate(as_weft(arrays))]
        for have, want in zip(as_numpy(case.run(numbers)), wanted, strict=True):
            assert have.dtype.kind == want.dtype.kind
            numpy.testing.assert_allclose(have, want, **tolerance(have.dtype))


# ---- shapes without elements, without axes, stretched


@every_elementwise
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3)], ids=str)
def test_elementwise_takes_arrays_without_axes_or_elements(function, shape):
    inputs, attributes = elementwise_inputs(function, lambda index: shape)
    out = function(*as_weft(inputs), **attributes)
    assert out.shape == shape
    planned = weft.hybridize(lambda *given: function(*given, **attributes))(*as_weft(inputs))
    same_bits(planned.asnumpy(), out.asnumpy())


@every_elementwise
def test_elementwise_broadcasts(function):
    shapes = [(2, 1, 3), (4, 1), (3,)]
    inputs, attributes = elementwise_inputs(function, lambda index: shapes[index])
    out = function(*as_weft(inputs), **attributes).asnumpy()
    whole = [numpy.broadcast_to(x, out.shape).copy() for x in inputs]
    assert out.shape == numpy.broadcast_shapes(*(x.shape for x in inputs))
    same_bits(out, function(*as_weft(whole), **attributes).asnumpy())


@every_elementwise
def test_elementwise_treats_nan_and_infinity_like_its_oracle(function):
    special = numpy.array([numpy.nan, numpy.inf, -numpy.inf, 0.0, -0.0, 1.5, -2.0], "float32")
    count = function.schema["inputs"]
    grid = [x.ravel() for x in numpy.meshgrid(*[special] * count, indexing="ij")]
    case = next(c for c in CASES if c.function is function)
    inputs = [
        x if case.is_float_input(i) else (x > 0).astype(case.dtypes[i]) for i, x in enumerate(grid)
    ]
    with numpy.errstate(all="ignore"):
        want = numpy.asarray(oracle_of(function)(*inputs, **case.attributes))
    have = function(*as_weft(inputs), **case.attributes).asnumpy()
    if have.dtype.kind == "f":
        numpy.testing.assert_allclose(have, want, **tolerance("float32"))
    else:
        numpy.testing.assert_array_equal(have, want)


@pytest.mark.parametrize("value", [numpy.nan, numpy.inf, -numpy.inf, 0.0, -0.0])
@pytest.mark.parametrize(
    "function", [f for f in elementwise_functions() if f.schema["inputs"] > 1], ids=str
)
def test_elementwise_repeats_special_values_as_they_are(function, value):
    case = next(c for c in CASES if c.function is function)
    count = function.schema["inputs"]
    for long in range(count):  # the others are repeated along it
        rows = [numpy.array([value], "float32")] * count
        rows[long] = numpy.linspace(-2, 2, 40, dtype="float32")
        inputs = [
            x if case.is_float_input(i) else (x > 0).astype(case.dtypes[i])
            for i, x in enumerate(rows)
        ]
        whole = [numpy.broadcast_to(x, (40,)).copy() for x in inputs]
        have = function(*as_weft(inputs), **case.attributes).asnumpy()
        same_bits(have, function(*as_weft(whole), **case.attributes).asnumpy())


def elementwise_inputs(function, shape_of):
    case = next(c for c in CASES if c.function is function)
    reshaped = type(case)(
        function,
        case.number,
        [list(shape_of(i)) for i in range(len(case.shapes))],
        case.dtypes,
        case.attributes,
        case.schema,
        case.ranges,
    )
    return reshaped.inputs(), case.attributes


# ---- traced


@every_case
def test_traced_equals_eager_bit_for_bit(case):
    arrays = as_weft(case.inputs())
    inferred = []

    @weft.hybridize
    def traced(*inputs):
        outputs = case.run(list(inputs))
        inferred.extend((out.shape, out.dtype) for out in outputs)
        return outputs

    eager = seeded(case, arrays)
    assert [(out.shape, out.dtype) for out in eager] == (traced(*arrays) and inferred)
    for _ in range(2):  # the first call traces
        weft.random.seed(5)
        for a, b in zip(eager, traced(*arrays), strict=True):
            same_bits(a.asnumpy(), b.asnumpy())


@every_case
def test_exported_equals_traced_bit_for_bit(case, tmp_path):
    if case.name in DECLARING:
        pytest.skip(f"{case}: a function of the host has no place in a file")
    given = as_weft(case.inputs())
    arrays = [array for array in given if array is not None]
    native = weft._core.native
    placeholders = native.trace_begin([(a.dtype, a.shape) for a in arrays])
    try:
        rest = iter(placeholders)
        outputs = case.run([array if array is None else next(rest) for array in given])
    except BaseException:
        native.trace_abort()
        raise
    traced = native.trace_end(outputs)
    names = [[f"{what}{i}" for i in range(count)] for what, count in _ports(traced)]
    path = str(tmp_path / "case.weft")
    native.save_model(path, [("f", traced, *names)], [])
    loaded = native.Model(path).function("f")
    weft.random.seed(5)
    wanted = traced(*arrays)
    weft.random.seed(5)
    for a, b in zip(wanted, loaded(*arrays), strict=True):
        same_bits(a.asnumpy(), b.asnumpy())


def _ports(function):
    captures = len(function.captures())
    return [("x", function.inputs), ("y", function.outputs), ("capture", captures)]


# ---- composed


@every_case
def test_symbol_equals_eager_bit_for_bit_and_comes_back_from_json(case):
    if case.schema["effect"]:
        pytest.skip(f"{case.name}: has an effect, which a symbol refuses")
    given = as_weft(case.inputs())
    if not given and not case.schema["random"]:
        pytest.skip(f"{case.name}: has no inputs, so it runs at once")
    names = [f"x{number}" for number in range(len(given))]
    arrays = {name: x for name, x in zip(names, given, strict=True) if x is not None}
    before = weft._core.native.set_composing(True)
    try:
        variables = [sym.var(name) if name in arrays else None for name in names]
        symbol = sym.Group(case.run(variables))
    finally:
        weft._core.native.set_composing(before)
    text = symbol.tojson()
    wanted = seeded(case, given)
    for read in (symbol, sym.load_json(text)):
        assert read.tojson() == text
        executor = read.bind(arrays, grad_req="null")
        weft.random.seed(5)
        for a, b in zip(wanted, executor.forward(), strict=True):
            same_bits(a.asnumpy(), b.asnumpy())


# ---- gradients


def differentiable(case):
    """The inputs to differentiate; skips with the reason where there are none."""
    reason = case.schema["no_gradient"]
    if reason:
        pytest.skip(f"{case.name}: no gradient: {reason}")
    if case.name in NOT_SMOOTH:
        pytest.skip(f"{case.name}: {NOT_SMOOTH[case.name]}")
    word = case.name.removeprefix("small_").removeprefix("lapack_")
    if word in OF_SYMMETRIC:
        pytest.skip(f"{case.name}: {OF_SYMMETRIC[word]}")
    if case.name in REJECTED:
        pytest.skip(f"{case.name}: its gradient keeps the rank of a number, not what was rejected")
    wanted = [
        i for i in range(len(case.shapes)) if case.is_float_input(i) and not is_constant(case, i)
    ]
    if not wanted:
        pytest.skip(f"{case.name}: no floating inputs")
    return wanted


def is_constant(case, i):
    """Is this a floating input that has no derivative by contract?"""
    return case.argument(i)["name"] == "rois"


# Gradients along changes that keep a property; tests/python/test_linalg.py compares these.
OF_SYMMETRIC = {
    "cholesky": "its gradient is that of a symmetric change",
    "eigh": "its gradient is that of a symmetric change",
    "eig": "its gradient is that of vectors whose phase is free",
}

# A difference of parameters draws other numbers: test_distributions.py has their gradients.
REJECTED = {"standard_gamma", "log_standard_gamma", "wald", "vonmises"}

# Central differences see what the gradient is meant to hide.
NOT_SMOOTH = {"stop_gradient": "its gradient is zero by contract, not by calculus"}


@pytest.mark.parametrize("case", [case for case in CASES if case.name in NOT_SMOOTH], ids=str)
def test_gradient_is_zero_by_contract(case):
    arrays = as_weft(case.inputs("float64"))
    for gradient in gradients(lambda *x: case.run(list(x)), arrays, list(range(len(arrays)))):
        numpy.testing.assert_array_equal(gradient.asnumpy(), 0)


def runner(case, mode):
    def function(*arrays):
        return case.run(list(arrays))

    return weft.hybridize(function) if mode == "graph" else function


def central_differences(function, arrays, index, step):
    """d function / d arrays[index], element by element; function gives a float."""
    base = arrays[index]
    slope = numpy.zeros(base.shape)
    for place in numpy.ndindex(*base.shape):
        moved = []
        for sign in (1, -1):
            shifted = base.copy()
            shifted[place] += sign * step
            inputs = [shifted if i == index else x for i, x in enumerate(arrays)]
            moved.append(function(inputs))
        slope[place] = (moved[0] - moved[1]) / (2 * step)
    return slope


@pytest.mark.parametrize("mode", ["eager", "graph"])
@every_case
def test_gradient_matches_finite_differences(case, mode):
    wanted = differentiable(case)
    arrays = case.inputs("float64")
    run = runner(case, mode)
    found = gradients(run, as_weft(arrays), wanted)

    def value(inputs):
        return float(weighted_sum(case.run(as_weft(inputs))))

    for index, have in zip(wanted, found, strict=True):
        want = central_differences(value, arrays, index, 1e-6)
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("mode", ["eager", "graph"])
@every_case
def test_second_gradient_matches_finite_differences(case, mode):
    wanted = differentiable(case)
    arrays = case.inputs("float64")
    run = runner(case, mode)
    weights = [numpy.random.default_rng(11).uniform(0.5, 1.5, arrays[i].shape) for i in wanted]

    def slope_along(inputs):
        """The first gradient, one number by fixed weights, and the arrays it came from."""
        leaves = as_weft(inputs)
        first = gradients(run, leaves, wanted, create_graph=True)
        with weft.autograd.record():
            terms = [(g * np.array(w)).sum() for g, w in zip(first, weights, strict=True)]
            head = terms[0]
            for term in terms[1:]:
                head = head + term
        return head, leaves

    def value(inputs):
        return float(slope_along(inputs)[0])

    head, leaves = slope_along(arrays)
    if not weft._core.native.is_recorded(head):  # a linear operator: its gradient is a constant
        found = [np.zeros(arrays[i].shape, "float64") for i in wanted]
    else:
        found = weft.autograd.grad(head, [leaves[i] for i in wanted])
    for index, have in zip(wanted, found, strict=True):
        want = central_differences(value, arrays, index, 1e-5)
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-4, atol=1e-6)
