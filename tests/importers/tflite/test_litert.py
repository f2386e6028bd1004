"""Operators on integers of any scale give LiteRT's bits: all pairs of int8, and int16."""

import numpy
import pytest
import weft
from weft import np

interpreter = pytest.importorskip(
    "ai_edge_litert.interpreter", reason="not run: LiteRT is not installed"
)
from integer_files import constant, made, tensor  # noqa: E402

pytestmark = pytest.mark.torch

BYTES = numpy.arange(-128, 128).astype("int8")
KINDS = ("int8", "int16")
SCALES = range(8)  # as many random ones


def random_scale(generator, dtype, wide=1.0):
    """A scale and a zero point."""
    if dtype == "int16":
        return float(numpy.float32(wide * 10 ** generator.uniform(-5, -2))), 0
    scale = float(numpy.float32(wide * 10 ** generator.uniform(-3, -0.5)))
    return scale, int(generator.integers(-128, 128))


def sample(generator, dtype, shape):
    """All int8, or int16 with both ends."""
    if dtype == "int8":
        return generator.permutation(numpy.resize(BYTES, shape).reshape(-1)).reshape(shape)
    found = generator.integers(-(1 << 15), 1 << 15, shape).astype("int16")
    found.flat[:2] = [-(1 << 15), (1 << 15) - 1]
    return found


def litert(content, inputs, is_reference=True):
    kinds = interpreter.OpResolverType
    kind = kinds.BUILTIN_REF if is_reference else kinds.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    run = interpreter.Interpreter(model_content=content, experimental_op_resolver_type=kind)
    run.allocate_tensors()
    for details, x in zip(run.get_input_details(), inputs, strict=True):
        run.set_tensor(details["index"], x)
    run.invoke()
    return [run.get_tensor(details["index"]).copy() for details in run.get_output_details()]


def check(content, *inputs, **options):
    wanted = litert(content, inputs, **options)
    block = weft.tflite.load(content)
    for is_hybrid in (False, True):
        block.hybridize(is_hybrid)
        found = block(*map(np.array, inputs))
        found = found if isinstance(found, tuple) else (found,)
        for y, z in zip(found, wanted, strict=True):
            assert y.dtype == z.dtype
            numpy.testing.assert_array_equal(y.asnumpy(), z)


UNARY = {
    "ABS": ("AbsOptions", {}),
    **dict.fromkeys(("RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1"), (None, {})),
    "HARD_SWISH": ("HardSwishOptions", {}),
    "LEAKY_RELU": ("LeakyReluOptions", {"alpha": 0.3}),
    "EXP": ("ExpOptions", {}),
    "GELU": ("GeluOptions", {}),
    "QUANTIZE": ("QuantizeOptions", {}),
}
WIDE = ("RELU", "RELU6", "LEAKY_RELU", "QUANTIZE")
VERSIONS = {"ABS": 2, "LEAKY_RELU": 2, "EXP": 2, "GELU": 2, "QUANTIZE": 2}


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("operator", UNARY)
def test_an_operator_of_one_operand(operator, dtype):
    if dtype == "int16" and operator not in WIDE:
        pytest.skip("LiteRT or Weft has no such form")
    kind, options = UNARY[operator]
    generator = numpy.random.default_rng(5)
    for number in SCALES:
        x = tensor(dtype, (4, 256), *random_scale(generator, dtype))
        scale = x[2:4] if number == 0 else random_scale(generator, dtype)
        version = VERSIONS.get(operator, 1) if dtype == "int8" else 2
        content = made(operator, [x], [tensor(dtype, (4, 256), *scale)], kind, version, **options)
        check(content, sample(generator, dtype, (4, 256)))


@pytest.mark.parametrize("beta", [1.0, 0.5])
@pytest.mark.parametrize("pair", ["int8 int8", "int8 int16", "int16 int16"])
def test_softmax(pair, beta):
    source, result = pair.split()
    scale = {"int8 int8": (1 / 256, -128), "int8 int16": (1 / 65536, -32768)}.get(
        pair, (1 / 32768, 0)
    )
    generator = numpy.random.default_rng(6)
    for length in (1, 2, 7, 40, 300):
        x = tensor(source, (5, length), *random_scale(generator, source, wide=3))
        y = tensor(result, (5, length), *scale)
        content = made("SOFTMAX", [x], [y], "SoftmaxOptions", 3, beta=beta)
        check(content, sample(generator, source, (5, length)))


def test_softmax_of_another_scale_is_missing():
    x, y = tensor("int8", (2, 9), 0.1, 4), tensor("int16", (2, 9), 1 / 32768, 0)
    content = made("SOFTMAX", [x], [y], "SoftmaxOptions", 3, beta=1.0)
    gaps = weft.tflite.missing(content)
    assert len(gaps) == 1 and "the scale 1 / 65536 and the zero point -32768" in gaps[0]


BINARY = {
    "ADD": ("AddOptions", {"potScaleInt16": False}),
    "SUB": ("SubOptions", {"potScaleInt16": False}),
    "MUL": ("MulOptions", {}),
    "SQUARED_DIFFERENCE": ("SquaredDifferenceOptions", {}),
    "PRELU": (None, {}),
    "MAXIMUM": ("MaximumMinimumOptions", {}),
    "MINIMUM": ("MaximumMinimumOptions", {}),
}


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("operator", BINARY)
def test_an_operator_of_two_operands(operator, dtype):
    if dtype == "int16" and operator in ("SQUARED_DIFFERENCE", "PRELU"):
        pytest.skip("LiteRT has no such form")
    kind, options = BINARY[operator]
    shape, generator = (1, 256, 256, 1), numpy.random.default_rng(7)
    x, y = (sample(generator, dtype, shape) for _ in range(2))
    if dtype == "int8":
        x, y = (v.reshape(shape) for v in numpy.meshgrid(BYTES, BYTES, indexing="ij"))
    for number in SCALES:
        ports = [tensor(dtype, shape, *random_scale(generator, dtype)) for _ in range(3)]
        if operator in ("MAXIMUM", "MINIMUM"):
            ports = ports[:1] * 3
        elif operator in ("ADD", "SUB", "MUL"):
            options["fusedActivationFunction"] = (0, 1, 3, 2)[number % 4]
        version = {"PRELU": 1}.get(operator, 2 if dtype == "int8" else 3)
        version = 2 if operator in ("MUL", "MAXIMUM", "MINIMUM") else version
        check(made(operator, ports[:2], ports[2:], kind, version, **options), x, y)


@pytest.mark.parametrize("operator", ["ADD", "MUL", "SUB", "DIV"])
def test_plain_integers_stay_integers_within_bounds(operator):
    ports, kind = [tensor("int32", (4, 50))] * 3, f"{operator.title()}Options"
    generator = numpy.random.default_rng(8)
    x, y = (generator.integers(1, 20, (4, 50)).astype("int32") for _ in range(2))
    for function in (0, 1, 2, 3):
        check(made(operator, ports[:2], ports[2:], kind, fusedActivationFunction=function), x, y)


@pytest.mark.parametrize("dtype", [*KINDS, "int32"])
@pytest.mark.parametrize("operator", ["MEAN", "SUM"])
def test_means_and_sums(operator, dtype):
    generator = numpy.random.default_rng(9)
    axes = constant(numpy.array([1, 2], "int32"))
    for _ in SCALES:
        scales = [(None, 0)] * 2
        if dtype != "int32":
            scales = [random_scale(generator, dtype, wide=w) for w in (1.0, 5.0)]
        x, y = tensor(dtype, (2, 4, 8, 4), *scales[0]), tensor(dtype, (2, 4), *scales[1])
        content = made(operator, [x, axes], [y], "ReducerOptions", 2, keepDims=False)
        numbers = generator.integers(-100, 100, (2, 4, 8, 4)).astype(dtype)
        # LiteRT's reference kernel of a sum of int8 gives -1 always.
        check(content, numbers, is_reference=operator == "MEAN")


@pytest.mark.parametrize("dtype", KINDS)
def test_dense_layers_with_one_scale(dtype):
    generator = numpy.random.default_rng(10)
    for _ in range(3 * len(SCALES)):
        rows, length = (int(n) for n in generator.integers(1, 30, 2))
        (step, zero), share = random_scale(generator, dtype), float(numpy.float32(0.0173))
        weights = constant(generator.integers(-127, 128, (rows, length)).astype("int8"), share)
        numbers = generator.integers(-2000, 2000, rows)
        bias = constant(numbers.astype("int32" if dtype == "int8" else "int64"), step * share)
        result = step * share * 10 ** generator.uniform(0.5, 3), random_scale(generator, dtype)[1]
        x, y = tensor(dtype, (3, length), step, zero), tensor(dtype, (3, rows), *result)
        content = made("FULLY_CONNECTED", [x, weights, bias], [y], "FullyConnectedOptions", 4)
        check(content, sample(generator, dtype, (3, length)))


@pytest.mark.parametrize("operator", ["ADD", "MUL", "MAXIMUM", "PRELU", "EXP"])
def test_integers_of_several_kinds_are_missing(operator):
    count = 1 if operator == "EXP" else 2
    inputs = [tensor("int8", (2, 9), 0.1, 4)] * count
    for output in (tensor("int16", (2, 9), 0.01), tensor("int32", (2, 9))):
        gaps = weft.tflite.missing(made(operator, inputs, [output]))
        assert gaps and all("is not supported" in gap for gap in gaps)
