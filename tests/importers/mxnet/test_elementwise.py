"""Functions, arithmetic and comparisons of the table beside NumPy and SciPy."""

import numpy
import pytest
from operators import check
from scipy import special
from weft import autograd, np
from weft.mxnet._operators import invoke

G = numpy.random.default_rng(11)
X = G.uniform(-2, 2, (3, 4)).astype("float32")
P = G.uniform(0.2, 2, (3, 4)).astype("float32")
U = G.uniform(-0.9, 0.9, (3, 4)).astype("float32")
Q = G.uniform(0.5, 3, (4,)).astype("float32")

UNARY = {
    "abs": (X, numpy.abs),
    "arccos": (U, numpy.arccos),
    "arccosh": (P + 1, numpy.arccosh),
    "arcsin": (U, numpy.arcsin),
    "arcsinh": (X, numpy.arcsinh),
    "arctan": (X, numpy.arctan),
    "arctanh": (U, numpy.arctanh),
    "cbrt": (X, numpy.cbrt),
    "ceil": (X, numpy.ceil),
    "cos": (X, numpy.cos),
    "cosh": (X, numpy.cosh),
    "degrees": (X, numpy.degrees),
    "digamma": (P, special.digamma),
    "erf": (X, special.erf),
    "erfinv": (U, special.erfinv),
    "exp": (X, numpy.exp),
    "expm1": (X, numpy.expm1),
    "fix": (X, numpy.trunc),
    "floor": (X, numpy.floor),
    "gamma": (P, special.gamma),
    "gammaln": (P, special.gammaln),
    "log": (P, numpy.log),
    "log10": (P, numpy.log10),
    "log1p": (P, numpy.log1p),
    "log2": (P, numpy.log2),
    "log_sigmoid": (X, lambda x: numpy.log(special.expit(x))),
    "logical_not": (numpy.rint(X), lambda x: x == 0),
    "negative": (X, numpy.negative),
    "radians": (X, numpy.radians),
    "rcbrt": (P, lambda x: 1 / numpy.cbrt(x)),
    "reciprocal": (P, lambda x: 1 / x),
    "relu": (X, lambda x: numpy.maximum(x, 0)),
    "rint": (X, numpy.rint),
    "round": (
        numpy.array([-1.5, -0.5, 0.5, 2.5, 1.2], "float32"),
        lambda x: numpy.array([-2, -1, 1, 3, 1]),
    ),
    "rsqrt": (P, lambda x: 1 / numpy.sqrt(x)),
    "sigmoid": (X, special.expit),
    "sign": (X, numpy.sign),
    "sin": (X, numpy.sin),
    "sinh": (X, numpy.sinh),
    "softsign": (X, lambda x: x / (1 + numpy.abs(x))),
    "sqrt": (P, numpy.sqrt),
    "square": (X, numpy.square),
    "tan": (U, numpy.tan),
    "tanh": (X, numpy.tanh),
    "trunc": (X, numpy.trunc),
    "zeros_like": (X, numpy.zeros_like),
    "ones_like": (X, numpy.ones_like),
    "_copy": (X, lambda x: x),
    "BlockGrad": (X, lambda x: x),
    "_contrib_div_sqrt_dim": (X, lambda x: x / 2),
    "_npi_exp": (X, numpy.exp),
    "_npi_absolute": (X, numpy.abs),
    "_npi_logical_not": (numpy.rint(X), lambda x: x == 0),
    "_npi_deg2rad": (X, numpy.deg2rad),
    "_npx_relu": (X, lambda x: numpy.maximum(x, 0)),
    "mish": (X, lambda x: x * numpy.tanh(numpy.log1p(numpy.exp(x)))),
}


@pytest.mark.parametrize("op", UNARY)
def test_functions(op, tmp_path):
    x, function = UNARY[op]
    check(tmp_path, op, [x], {}, function(x), atol=2e-6)


BINARY = {
    "add": numpy.add,
    "sub": numpy.subtract,
    "mul": numpy.multiply,
    "div": numpy.divide,
    "mod": numpy.mod,
    "power": numpy.power,
    "maximum": numpy.maximum,
    "minimum": numpy.minimum,
    "hypot": numpy.hypot,
    "equal": numpy.equal,
    "not_equal": numpy.not_equal,
    "greater": numpy.greater,
    "greater_equal": numpy.greater_equal,
    "lesser": numpy.less,
    "lesser_equal": numpy.less_equal,
    "logical_and": numpy.logical_and,
    "logical_or": numpy.logical_or,
    "logical_xor": numpy.logical_xor,
}
OTHERS = {
    "elemwise_add": numpy.add,
    "_Plus": numpy.add,
    "elemwise_sub": numpy.subtract,
    "elemwise_mul": numpy.multiply,
    "elemwise_div": numpy.divide,
    "_npi_add": numpy.add,
    "_npi_subtract": numpy.subtract,
    "_npi_true_divide": numpy.divide,
    "_npi_floor_divide": numpy.floor_divide,
    "_npi_fmod": numpy.fmod,
    "_npi_arctan2": numpy.arctan2,
    "_npi_copysign": numpy.copysign,
    "_npi_less": numpy.less,
    "_npi_logaddexp": numpy.logaddexp,
}


@pytest.mark.parametrize("op", [*(f"broadcast_{name}" for name in BINARY), *OTHERS])
def test_two_operands(op, tmp_path):
    function = OTHERS.get(op) or BINARY[op.removeprefix("broadcast_")]
    check(tmp_path, op, [P, Q], {}, function(P, Q))


def test_comparisons_of_1_x_give_numbers_and_those_of_2_0_bools():
    x = np.array(X)
    assert invoke("broadcast_greater", [x, x]).dtype == "float32"
    assert invoke("_greater_scalar", [x], {"scalar": "0"}).dtype == "float32"
    assert invoke("_npi_greater", [x, x]).dtype == "bool"
    assert invoke("_npi_greater_scalar", [x], {"scalar": "0"}).dtype == "bool"


SCALAR = {
    "_plus_scalar": lambda x, s: x + s,
    "_minus_scalar": lambda x, s: x - s,
    "_rminus_scalar": lambda x, s: s - x,
    "_mul_scalar": lambda x, s: x * s,
    "_div_scalar": lambda x, s: x / s,
    "_rdiv_scalar": lambda x, s: s / x,
    "_mod_scalar": lambda x, s: x % s,
    "_rmod_scalar": lambda x, s: s % x,
    "_power_scalar": lambda x, s: x**s,
    "_rpower_scalar": lambda x, s: s**x,
    "_maximum_scalar": numpy.maximum,
    "_minimum_scalar": numpy.minimum,
    "_hypot_scalar": numpy.hypot,
    "_lesser_scalar": numpy.less,
    "_GreaterEqualScalar": numpy.greater_equal,
    "_MulScalar": lambda x, s: x * s,
    "_npi_add_scalar": lambda x, s: x + s,
    "_npi_rsubtract_scalar": lambda x, s: s - x,
    "_npi_true_divide_scalar": lambda x, s: x / s,
    "_npi_rtrue_divide_scalar": lambda x, s: s / x,
    "_npi_rpower_scalar": lambda x, s: s**x,
    "_npi_not_equal_scalar": numpy.not_equal,
}


@pytest.mark.parametrize("op", SCALAR)
def test_an_operand_and_a_number(op, tmp_path):
    check(tmp_path, op, [P], {"scalar": "1.5"}, SCALAR[op](P, numpy.float32(1.5)))


def test_integers_stay_integers_in_1_x_and_become_floats_in_2_0():
    x = np.array([-7, 8], dtype="int32")
    assert invoke("_plus_scalar", [x], {"scalar": 1.5}).tolist() == [-6, 9]
    assert invoke("_div_scalar", [x], {"scalar": 2}).tolist() == [-3, 4]  # toward zero
    found = invoke("_npi_add_scalar", [x], {"scalar": "1.5", "is_int": "0"})
    assert (found.dtype, found.tolist()) == ("float32", [-5.5, 9.5])
    assert invoke("_npi_add_scalar", [x], {"scalar": "1", "is_int": "1"}).dtype == "int32"
    assert invoke("_npi_true_divide", [x, x]).dtype == "float32"


def test_clip_smooth_l1_and_others(tmp_path):
    check(tmp_path, "clip", [X], {"a_min": "-1", "a_max": "0.5"}, numpy.clip(X, -1, 0.5))
    size = numpy.abs(X)
    wanted = numpy.where(size < 0.25, 2 * X * X, size - 0.125)
    check(tmp_path, "smooth_l1", [X], {"scalar": "2.0"}, wanted)
    check(tmp_path, "hard_sigmoid", [X], {}, numpy.clip(0.2 * X + 0.5, 0, 1))
    check(tmp_path, "add_n", [X, P, U], {"num_args": "3"}, X + P + U)
    check(tmp_path, "where", [numpy.rint(U), X, P], {}, numpy.where(numpy.rint(U) != 0, X, P))
    rows = numpy.array([1, 0, 2], "float32")
    check(tmp_path, "where", [rows, X, P], {}, numpy.where(rows[:, None] != 0, X, P))
    columns = numpy.array([1, 0, 2, 0], "float32")  # a vector is a row in 2.0
    check(tmp_path, "_npi_where", [columns, X, P], {}, numpy.where(columns != 0, X, P))
    check(tmp_path, "_npi_around", [X], {"decimals": "1"}, numpy.round(X, 1))


@pytest.mark.parametrize(
    ("written", "dtype"), [("float16", "float16"), ("4", "int32"), ("5", "int8")]
)
def test_casts(written, dtype):
    found = invoke("Cast", [np.array([1.5, -2.5])], {"dtype": written})
    assert found.dtype == dtype


def gradient(op, arrays, attributes=None):
    arrays = [np.array(x) for x in arrays]
    for x in arrays:
        x.attach_grad()
    with autograd.record():
        found = invoke(op, arrays, attributes)
    found.backward()
    return [x.grad.tolist() for x in arrays]


def test_gradients_at_kinks_are_those_of_mxnet():
    x = numpy.array([-1.0, 0.0, 1.0], "float32")
    zeros = numpy.zeros(3, "float32")
    assert gradient("clip", [x], {"a_min": -1, "a_max": 1}) == [[1, 1, 1]]
    assert gradient("broadcast_maximum", [x, zeros]) == [[0, 1, 1], [1, 0, 0]]
    assert gradient("_minimum_scalar", [x], {"scalar": 0}) == [[1, 1, 0]]
    assert gradient("_contrib_round_ste", [x]) == [[1, 1, 1]]
    assert gradient("_contrib_gradientmultiplier", [x], {"scalar": -2}) == [[-2, -2, -2]]


def test_what_is_not_known_is_told_with_the_nearest_name():
    x = np.ones(3)
    with pytest.raises(
        LookupError, match="brodcast_add: is no operator; did you mean `broadcast_add`"
    ):
        invoke("brodcast_add", [x, x])
    with pytest.raises(TypeError, match="clip: attribute `a_mn` is not supported"):
        invoke("clip", [x], {"a_mn": 0})
    with pytest.raises(TypeError, match="broadcast_add: input 1 is missing"):
        invoke("broadcast_add", [x])
    with pytest.raises(TypeError, match="exp: takes 1 inputs at most; got 2"):
        invoke("exp", [x, x])
