"""`weft.testing`: what is close by PyTorch's rule, and layers that differ in one way of running."""

import itertools

import numpy
import pytest
import weft
from weft import autograd, gluon, np, testing
from weft.gluon import nn, rnn

DTYPES = ["float16", "float32", "float64", "int32", "bool"]


@pytest.mark.torch
@pytest.mark.parametrize("dtype", DTYPES)
def test_what_pytorch_calls_close_is_close(dtype):
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    rng = numpy.random.default_rng(1)
    answers = set()
    for scale, shift in itertools.product((1e-3, 1.0, 1e3), (0, 1e-8, 3e-7, 1e-5, 1e-3, 0.1)):
        a = (rng.normal(size=(4, 3)) * scale).astype(dtype)
        b = a if dtype == "bool" else (a + shift * scale).astype(dtype)
        options = [{}, {"rtol": 1e-3, "atol": 1e-6}, {"rtol": 0, "atol": 0}]
        for given in options:
            found = []
            for check, make in (
                (torch.testing.assert_close, torch.tensor),
                (testing.assert_close, np.array),
            ):
                try:
                    check(make(a), make(b), **given)
                    found.append(True)
                except AssertionError:
                    found.append(False)
            assert found[0] == found[1], (dtype, scale, shift, given)
            answers.add(found[0])
    assert dtype == "bool" or answers == {True, False}


SPECIAL = {
    "nan": ([numpy.nan, 1], [numpy.nan, 1], {}, False),
    "nan is nan": ([numpy.nan, 1], [numpy.nan, 1], {"equal_nan": True}, True),
    "nan and number": ([numpy.nan], [1.0], {"equal_nan": True}, False),
    "infinity": ([numpy.inf, -numpy.inf], [numpy.inf, -numpy.inf], {}, True),
    "infinities": ([numpy.inf], [-numpy.inf], {}, False),
    "infinity and number": ([numpy.inf], [1.0], {"rtol": 1.0, "atol": 1.0}, False),
    "number and infinity": ([1.0], [numpy.inf], {"rtol": 1.0, "atol": 1.0}, False),
    "empty": ([], [], {}, True),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_what_is_no_finite_number(name):
    a, b, options, is_close = SPECIAL[name]
    if is_close:
        testing.assert_close(np.array(a), np.array(b), **options)
    else:
        with pytest.raises(AssertionError):
            testing.assert_close(np.array(a), np.array(b), **options)


def test_numbers_lists_and_dicts_are_compared_in_depth():
    value = {"a": [np.ones(2), 3], "b": (numpy.ones(2), 1.5)}
    testing.assert_close(value, {"b": (numpy.ones(2), 1.5), "a": [np.ones(2), 3]})
    testing.assert_close(2**60, 2**60)
    with pytest.raises(AssertionError):
        testing.assert_close(2**60, 2**60 + 1)


WRONG = {
    "where and how much": (
        lambda: testing.assert_close({"x": [np.array([[1.0, 2.0], [3.0, 4.5]])]}, {"x": [BASE]}),
        r"assert_close: `actual\['x'\]\[0\]` is not .*: 1 of 4 elements differ \(25.0 %\)\n"
        r"  greatest absolute difference 0.5 at \(1, 1\): 4.5 and 4.0; allowed are 1e-05 \+ 1.3e-06"
        r" \* 4.0\n  greatest relative difference 0.125 at \(1, 1\): 4.5 and 4.0",
    ),
    "shape": (
        lambda: testing.assert_close(np.ones(2), np.ones((2, 1))),
        r"`actual` and `expected` have shapes \(2,\) and \(2, 1\)",
    ),
    "dtype": (
        lambda: testing.assert_close(np.ones(2), np.ones(2, dtype="float64")),
        r"dtypes float32 and float64; give `check_dtype=False`",
    ),
    "length": (
        lambda: testing.assert_close([1, 2], [1]),
        r"`actual` has 2 elements, and `expected` 1",
    ),
    "keys": (
        lambda: testing.assert_close({"a": 1, "c": 2}, {"a": 1, "b": 2}),
        r"lacks the keys \['b'\] and has \['c'\]",
    ),
    "nan": (
        lambda: testing.assert_close(np.array([np.nan]), np.array([np.nan])),
        "1 are NaN in both; give `equal_nan=True`",
    ),
    "message": (lambda: testing.assert_close(1, 2, msg="the sum"), "^the sum: `actual`"),
}
BASE = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize("name", WRONG)
def test_the_message_says_what_differs(name):
    call, text = WRONG[name]
    with pytest.raises(weft.Error, match=text) as raised:
        call()
    assert isinstance(raised.value, AssertionError)


def test_options_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match="`rtol` and `atol` go together; `atol` is missing"):
        testing.assert_close(1, 1, rtol=0.1)
    with pytest.raises(TypeError, match=r"`actual\[0\]` must hold numbers; got str"):
        testing.assert_close(["a"], [1])


# ---- check_layer


class Residual(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm()
        self.dense = nn.Dense(4, flatten=False)
        self.scale = gluon.Parameter(shape=(4,), init="ones")

    def forward(self, x):
        return x + self.dense(self.norm(x)) * self.scale.data()


LAYERS = {
    "dense": (lambda: nn.Dense(3, activation="tanh"), (4, 5)),
    "convolution": (lambda: nn.Conv2D(3, 3), (2, 2, 5, 5)),
    "norm": (lambda: nn.BatchNorm(), (4, 3, 2, 2)),
    "dropout": (lambda: nn.Dropout(0.5), (3, 4)),
    "attention": (lambda: nn.MultiHeadAttention(8, 2), (2, 3, 8)),
    "lstm": (lambda: rnn.LSTM(3), (4, 2, 3)),
    "residual": (Residual, (3, 4)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_right_layers_pass(name):
    make, shape = LAYERS[name]
    x = numpy.random.default_rng(0).normal(size=shape).astype("float32")
    layer = make()
    before = layer.collect_params().keys()
    found = testing.check_layer(layer, x)
    assert found.shape[0] == shape[0]
    assert layer.collect_params().keys() == before
    assert not any(p.is_initialized for p in layer.collect_params().values())


class Counts(nn.HybridBlock):
    """Gives something else at each call."""

    number = 0

    def forward(self, x):
        self.__dict__["number"] = self.number + 1
        return x * self.number


class WrongRule(nn.HybridBlock):
    def forward(self, x):
        return Cube()(x)


class Cube(autograd.Function):
    def forward(self, x):
        self.save_for_backward(x)
        return x**3

    def backward(self, dy):
        return dy * 2 * self.saved_tensors[0] ** 2


class PlanDiffers(nn.HybridBlock):
    def forward(self, x):
        from weft._trace.state import is_tracing

        return x * 2 if is_tracing() else x


class HasLambda(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.function = lambda x: x

    def forward(self, x):
        return self.function(x)


class Forgets(nn.HybridBlock):
    """Has an array that is no parameter."""

    def __init__(self):
        super().__init__()
        self.scale = gluon.Parameter(shape=(1,))
        self.shift = np.random.normal(size=(1,))

    def initialize(self, *args, **options):
        super().initialize(*args, **options)
        self.shift = np.random.normal(size=(1,))

    def forward(self, x):
        return x * self.scale.data() + self.shift


class Asks(nn.HybridBlock):
    def forward(self, x):
        return x if float(x.sum()) > 0 else -x


BAD = {
    "shape": (Counts, {}, "`shape`: a second call gives something else"),
    "gradients": (WrongRule, {}, r"`gradients`: check_gradient: .*\['input 0'\]"),
    "hybridized": (
        PlanDiffers,
        {"skip": "gradients"},
        "`hybridized`: the first hybridized call gives something",
    ),
    "copies": (HasLambda, {}, "`copies`: it cannot be pickled"),
    "files": (Forgets, {}, "`files`: parameters that were saved and loaded give something else"),
    "value": (Asks, {}, "`hybridized`: item: the array is traced"),
    "given shape": (
        lambda: nn.Dense(3),
        {"shape": (2, 4)},
        r"`shape`: what it gives must have the shape \[\(2, 4\)\]; got \[\(2, 3\)\]",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_wrong_layers_are_told_by_the_check(name):
    make, options, text = BAD[name]
    x = np.array(numpy.random.default_rng(2).normal(size=(2, 3)).astype("float32"))
    with pytest.raises(weft.Error, match=rf"check_layer: \w+, {text}"):
        testing.check_layer(make(), x, **options)


def test_a_block_that_is_not_hybrid_is_neither_hybridized_nor_exported():
    class Plain(nn.Block):
        def forward(self, x):
            return x if float(x.sum()) > 0 else -x

    testing.check_layer(Plain(), np.ones((2, 2)))  # local classes have no pickles


def test_bad_arguments_are_refused():
    with pytest.raises(TypeError, match="`layer` must be a Block; got function"):
        testing.check_layer(lambda x: x, np.ones(1))
    with pytest.raises(ValueError, match=r"`skip` must name checks, .*; got 'export'"):
        testing.check_layer(nn.Dense(1), np.ones((1, 1)), skip=("export",))
