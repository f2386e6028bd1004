"""Runs models in Weft, eager and hybridized, for tests that compare them with an oracle."""

import numpy
import weft
from onnx.reference import ReferenceEvaluator
from weft import autograd, np


def outputs_of(network, feeds, hybridizes=True):
    """The outputs as NumPy arrays; a hybridized block must give the same.

    feeds: the inputs in their order
    """
    block = weft.onnx.load(network)
    eager = listed(block(*map(given, feeds)))
    if hybridizes:
        block.hybridize()
        for one, other in zip(eager, listed(block(*map(given, feeds))), strict=True):
            assert one.dtype == other.dtype and one.shape == other.shape
            numpy.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    return eager


def given(value):
    """An input: arrays of Weft where Weft has the dtype."""
    if isinstance(value, list):
        return [given(item) for item in value]
    is_foreign = value is None or isinstance(value, dict) or value.dtype == object
    return value if is_foreign else np.array(value)


def listed(outputs):
    """Outputs as a list of NumPy arrays, sequences as lists of such."""
    return [host(y) for y in (outputs if isinstance(outputs, tuple) else (outputs,))]


def host(value):
    if isinstance(value, list):
        return [host(item) for item in value]
    return value.asnumpy() if isinstance(value, np.ndarray) else value


def reference(network, feeds):
    """The outputs of the evaluator that the `onnx` package has."""
    names = [value.name for value in network.graph.input]
    return ReferenceEvaluator(network).run(None, dict(zip(names, feeds, strict=True)))


def compare(network, feeds, rtol=1e-5, atol=1e-5, hybridizes=True, wanted=None):
    """Compares with the reference, or with what is wanted; returns the outputs."""
    found = outputs_of(network, feeds, hybridizes)
    wanted = reference(network, feeds) if wanted is None else wanted
    for one, other in zip(found, wanted, strict=True):
        other = numpy.asarray(other)
        assert one.shape == other.shape
        if one.dtype == object:
            assert one.tolist() == other.tolist()
        else:
            assert one.dtype == other.dtype
            numpy.testing.assert_allclose(one, other, rtol=rtol, atol=atol)
    return found


def compare_gradients(network, feeds, step=1e-5, rtol=1e-5, hybridizes=False):
    """Compares gradients of all float64 inputs with central differences along one direction."""
    block = weft.onnx.load(network)
    if hybridizes:
        block.hybridize()
    generator = numpy.random.default_rng(1)
    arrays = list(map(given, feeds))
    moved = [place for place, value in enumerate(feeds) if value.dtype == "float64"]
    for place in moved:
        arrays[place].attach_grad()
    with autograd.record():
        outputs = block(*arrays)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        weights = [generator.normal(size=y.shape) for y in outputs]
        loss = sum((y * np.array(w)).sum() for y, w in zip(outputs, weights, strict=True))
    loss.backward()

    def value(changed):
        found = listed(block(*(np.array(x) for x in changed)))
        return sum(float((y * w).sum()) for y, w in zip(found, weights, strict=True))

    for place in moved:
        way = generator.normal(size=feeds[place].shape)
        there, back = (
            value([x + sign * step * way if p == place else x for p, x in enumerate(feeds)])
            for sign in (1, -1)
        )
        found = float((arrays[place].grad.asnumpy() * way).sum())
        numpy.testing.assert_allclose(found, (there - back) / (2 * step), rtol=rtol, atol=1e-6)


__all__ = ["compare", "compare_gradients", "given", "listed", "outputs_of", "reference"]
