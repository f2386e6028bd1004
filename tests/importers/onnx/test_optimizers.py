"""Steps of optimizers against the reference evaluator; random numbers by their statistics."""

import numpy
import pytest
import weft
from onnx import helper
from onnx_models import model
from onnx_runs import compare, reference
from weft import np

TRAINING = "ai.onnx.preview.training"
STEPS = {
    "Adagrad": (1, {"norm_coefficient": 0.01, "decay_factor": 0.1, "epsilon": 1e-5}),
    "Adam": (2, {"norm_coefficient": 0.01, "norm_coefficient_post": 0.02, "alpha": 0.8}),
    "Momentum": (1, {"norm_coefficient": 0.01, "alpha": 0.9, "beta": 0.5, "mode": "standard"}),
    "Nesterov": (1, {"norm_coefficient": 0.01, "alpha": 0.9, "beta": 0.5, "mode": "nesterov"}),
}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("tensors", [1, 2])
def test_a_step(name, count, tensors):
    states, options = STEPS[name]
    generator = numpy.random.default_rng(0)
    shapes = [(2, 3), (4,)][:tensors]
    feeds = [numpy.array(0.1, "float32"), numpy.array(count)]
    for kind in range(2 + states):
        values = [generator.normal(size=shape).astype("float32") for shape in shapes]
        feeds += [abs(v) for v in values] if kind >= 2 else values
    names = [f"x{place}" for place in range(len(feeds))]
    outputs = [f"y{place}" for place in range(tensors * (1 + states))]
    operator = "Momentum" if name == "Nesterov" else name
    node = helper.make_node(operator, names, outputs, domain=TRAINING, **options)
    given = {n: (x.dtype.name, x.shape) for n, x in zip(names, feeds, strict=True)}
    results = dict.fromkeys(outputs, (None, None))
    network = model([node], given, results, None, 21, {TRAINING: 1})
    # The evaluator gives float64 where the count makes its factors float64.
    wanted = [y.astype("float32") for y in reference(network, feeds)]
    compare(network, feeds, wanted=wanted)


def drawn(operator, x=None, outputs=("y",), **attributes):
    """What a network of one node draws, eager and hybridized."""
    given = {} if x is None else {"x": (x.dtype.name, x.shape)}
    nodes = [helper.make_node(operator, list(given), list(outputs), **attributes)]
    feeds = [] if x is None else [np.array(x)]
    if x is None:  # a hybridized block needs an input
        given = {"z": ("float32", ())}
        nodes.append(helper.make_node("CastLike", ["z", "y"], ["same"]))
        nodes.append(helper.make_node("Add", ["y", "same"], ["sum"]))
        outputs, feeds = ("sum",), [np.array(0.0)]
    network = model(nodes, given, dict.fromkeys(outputs, (None, None)), opset=22)
    block = weft.onnx.load(network)
    np.random.seed(3)
    yield block(*feeds).asnumpy()
    block.hybridize()
    first, second = block(*feeds).asnumpy(), block(*feeds).asnumpy()
    assert (first != second).any()
    yield first


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("is_like", [False, True])
def test_normal_and_uniform_numbers(dtype, is_like):
    code = helper.np_dtype_to_tensor_dtype(numpy.dtype(dtype))
    x = numpy.zeros((40, 50), dtype) if is_like else None
    options = {} if is_like else {"shape": [40, 50], "dtype": code}
    suffix = "Like" if is_like else ""
    for y in drawn(f"RandomNormal{suffix}", x, mean=2.0, scale=3.0, **options):
        assert y.shape == (40, 50) and y.dtype == dtype
        assert abs(y.mean(dtype="float64") - 2) < 0.3 and abs(y.std(dtype="float64") - 3) < 0.3
    for y in drawn(f"RandomUniform{suffix}", x, low=-1.0, high=3.0, **options):
        assert y.min() >= -1 and y.max() <= 3 and abs(y.mean(dtype="float64") - 1) < 0.2


def test_choices_by_their_probabilities():
    shares = numpy.full((40, 50), 0.25, "float32")
    for y in drawn("Bernoulli", shares, dtype=9):
        assert y.dtype == bool and abs(y.mean() - 0.25) < 0.06
    logs = numpy.log(numpy.array([[1, 2, 1], [3, 0.0001, 3]], "float32"))
    for y in drawn("Multinomial", logs, sample_size=2000, dtype=7):
        assert y.shape == (2, 2000) and y.dtype == "int64"
        shares = [numpy.bincount(row, minlength=3) / 2000 for row in y]
        numpy.testing.assert_allclose(shares, [[0.25, 0.5, 0.25], [0.5, 0, 0.5]], atol=0.06)
