"""Arrays that are large enough to be split, and worked on in blocks: the results are the oracle's,
and one thread gives the same bits as several.

Elementwise operators come from the registry; the others need shapes that fit their laws.
"""

import dataclasses

import numpy
import pytest
import weft
from operator_samples import (
    FUNCTIONS,
    Case,
    as_numpy,
    as_weft,
    cases,
    elementwise_functions,
    gradients,
    most_elements,
    tolerance,
)
from test_registry import expected, oracle_of
from weft import npx

LARGE = [
    ("sum", [[300, 400]], {"axis": (0,)}),
    ("sum", [[300, 400]], {"axis": (1,)}),
    ("sum", [[120000]], {}),
    ("mean", [[30, 40, 100]], {"axis": (0, 2)}),
    ("max", [[300, 400]], {"axis": (1,)}),
    ("argmax", [[300, 400]], {"axis": 1}),
    ("prod", [[300, 400]], {"axis": (1,)}),
    ("std", [[300, 400]], {"axis": (0,)}),
    ("cumsum", [[300, 400]], {"axis": 0}),
    ("cumsum", [[300, 400]], {"axis": 1}),
    ("cumprod", [[300, 400]], {"axis": 1}),
    ("cummax", [[300, 400]], {"axis": 0}),
    ("cummin", [[300, 400]], {"axis": 1}),
    ("softmax", [[300, 400]], {}),
    ("softmax", [[7, 9000]], {}),
    ("log_softmax", [[300, 400]], {}),
    ("log_softmax", [[7, 9000]], {}),
    ("matmul", [[200, 150], [150, 180]], {}),
    ("matmul", [[8, 60, 70], [8, 70, 50]], {}),
    ("fully_connected", [[64, 300], [200, 300], [200]], {}),
    ("convolution", [[8, 16, 20, 20], [24, 16, 3, 3], [24]], {"pad": (1, 1)}),
    (
        "convolution_data",
        [[8, 24, 20, 20], [24, 16, 3, 3]],
        {"pad": 1, "data_shape": (8, 16, 20, 20)},
    ),
    (
        "convolution_weight",
        [[8, 16, 20, 20], [8, 24, 20, 20]],
        {"pad": 1, "weight_shape": (24, 16, 3, 3)},
    ),
    ("convolution", [[4, 8, 6, 12, 12], [16, 8, 3, 3, 3]], {"pad": 1}),
    ("deconvolution", [[4, 16, 20, 20], [16, 8, 4, 4]], {"stride": 2, "pad": 1}),
    ("batch_norm", [[16, 8, 20, 20], [8], [8], [8], [8]], {"training": True}),
    ("layer_norm", [[300, 400], [400], [400]], {}),
    ("normal", [], {"shape": (300, 401), "dtype": "float32"}),
    ("exponential", [], {"shape": (300, 401), "dtype": "float64"}),
    ("randint", [], {"low": 0, "high": 1000, "shape": (300, 401)}),
    ("pooling", [[8, 16, 40, 40]], {"kernel": 2, "stride": 2}),
    ("pooling", [[8, 16, 40, 40]], {"kernel": 3, "pool_type": "avg"}),
    ("broadcast_to", [[300, 1]], {"shape": (300, 400)}),
    ("transpose", [[300, 400]], {}),
    ("concatenate", [[300, 400], [300, 7], [300, 200]], {"axis": 1}),
    ("split", [[300, 400]], {"indices_or_sections": (7, 250), "axis": 1}),
    ("uniform", [], {"shape": (300, 400), "dtype": "float32"}),
    ("full", [], {"shape": (300, 400), "fill_value": 2, "dtype": "float32"}),
    ("permutation", [], {"n": 120000}),
    ("dropout", [[300, 400]], {"p": 0.25}),
    ("sort", [[300, 400]], {"axis": 1}),
    ("sort", [[300, 400]], {"axis": 0, "descending": True}),
    ("argsort", [[120000]], {}),
    ("topk", [[300, 400]], {"k": 70, "axis": 0}),
    ("group_norm", [[4, 24, 40, 40], [24], [24]], {"num_groups": 6}),
    ("instance_norm", [[4, 24, 2000]], {}),
    ("norm", [[300, 400]], {"axis": 1}),
    ("dot", [[120000], [120000]], {}),
    ("searchsorted", [[1], [300, 400]], {}),
    # Of many rows each thread makes all steps of its own; of few, a part of every step.
    ("lstm_steps", [[4, 43, 160], [43, 40], [43, 40], [160, 40]], {"reverse": True}),
    ("lstm_steps", [[4, 7, 512], [7, 128], [7, 128], [512, 128]], {}),
    ("gru_steps", [[4, 43, 120], [43, 40], [120, 40], [40]], {}),
    ("gru_steps", [[4, 7, 384], [7, 128], [384, 128], [128]], {"reverse": True}),
    ("rnn_steps", [[3, 43, 70], [43, 70], [70, 70]], {}),
    ("rnn_steps", [[4, 7, 200], [7, 200], [200, 200]], {"reverse": True}),
]
# With an array of indices.
LARGE_INDEXED = [
    ("take", [[300, 40], [4000]], {"axis": 0}),
    ("take", [[30, 100, 10], [60, 70]], {"axis": 1}),
    ("take", [[300, 400], [120000]], {"mode": "clip"}),
    ("pick", [[30000, 10], [30000]], {}),
    ("pick", [[300, 20, 400], [300, 400]], {"axis": 1, "mode": "clip"}),
    ("take_along_axis", [[300, 400], [300, 400]], {"axis": 1}),
    ("pick_update", [[300, 400], [300, 500], [300, 500]], {"axis": 1}),
    ("pick_update", [[3, 20, 4000], [3, 30, 4000], [3, 30, 4000]], {"axis": 1}),
    ("gather_nd", [[300, 40], [1, 4000]], {}),
    ("scatter_nd", [[4000, 40], [1, 4000]], {"shape": (300, 40)}),
    ("gather", [[300, 40], [4000]], {"axes": (0,)}),
    ("gather", [[50, 60, 70], [4000]], {"axes": (1,), "position": 1}),
    ("scatter", [[300, 40], [4000, 40], [4000]], {"axes": (0,)}),
    ("scatter", [[300, 40], [4000, 40], [4000]], {"axes": (0,), "accumulate": True}),
    ("scatter", [[300, 400], [120000], [120000], [120000]], {"axes": (0, 1), "accumulate": True}),
    ("index_add", [[300, 40], [1, 4000], [4000, 40]], {}),
    ("index_update", [[300, 40], [1, 4000], [4000, 40]], {}),
]


# Larger weights would make each step multiply what the one before has rounded.
RANGES = {"rnn_steps": [None, None, (-0.1, 0.1)]}


def large(rows):
    for number, (name, shapes, attributes) in enumerate(rows):
        if name not in FUNCTIONS:
            continue
        case = Case(FUNCTIONS[name], number, shapes, [], attributes, FUNCTIONS[name].schema)
        dtypes = [
            "int64" if case.argument(i)["keeps_dtype"] and case.name != "batch_norm" else None
            for i in range(len(shapes))
        ]
        yield dataclasses.replace(case, dtypes=dtypes, ranges=RANGES.get(name))


def large_cases():
    yield from large([*LARGE, *LARGE_INDEXED])
    samples = {case.name: case for case in reversed(cases())}
    for function in elementwise_functions():
        case = samples[function.__name__]
        shapes = [[300, 400]] * len(case.shapes)
        yield Case(function, 0, shapes, case.dtypes, case.attributes, case.schema)


def with_gradient():
    for case in large([*LARGE, *LARGE_INDEXED]):
        if not case.schema["no_gradient"] and any(
            map(case.is_float_input, range(len(case.shapes)))
        ):
            yield case


def with_threads(function):
    """What the function gives with 1, 2 and 5 threads, from one seed."""
    before, found = npx.num_threads(), []
    try:
        for threads in (1, 2, 5):
            npx.set_num_threads(threads)
            weft.random.seed(5)
            found.append(as_numpy(function()))
    finally:
        npx.set_num_threads(before)
    return found


def check_equal(found):
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            numpy.testing.assert_array_equal(a, b)


# Their oracles take minutes.
SLOW = {"convolution_data", "convolution_weight", "deconvolution"}


@pytest.mark.parametrize("case", list(large_cases()), ids=str)
def test_result_equals_oracle(case):
    if case.name in SLOW or case.name == "dropout":
        pytest.skip(f"{case.name}: its oracle is slow, or has no random numbers")
    oracle_of(case.function)
    arrays = case.inputs()
    with numpy.errstate(all="ignore"):
        wanted = expected(case, arrays)
    for have, want in zip(as_numpy(case.run(as_weft(arrays))), wanted, strict=True):
        assert have.shape == want.shape
        if have.dtype.kind == "f":
            limits = tolerance(have.dtype, most_elements(arrays))
            numpy.testing.assert_allclose(have, want, **limits)
        else:
            numpy.testing.assert_array_equal(have, want)


@pytest.mark.parametrize("case", list(large_cases()), ids=str)
def test_result_does_not_depend_on_threads(case):
    arrays = as_weft(case.inputs())
    check_equal(with_threads(lambda: case.run(arrays)))


@pytest.mark.parametrize("case", list(with_gradient()), ids=str)
def test_gradient_does_not_depend_on_threads(case):
    arrays = as_weft(case.inputs())
    wanted = [i for i in range(len(arrays)) if case.is_float_input(i)]
    check_equal(with_threads(lambda: gradients(lambda *x: case.run(list(x)), arrays, wanted)))
