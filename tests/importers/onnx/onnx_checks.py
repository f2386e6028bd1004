"""Runs models of one node in Weft, eager and hybridized, beside the reference of the `onnx`
package or another oracle."""

import numpy
import weft
from onnx import helper
from onnx.reference import ReferenceEvaluator
from onnx_models import model
from weft import autograd, np


def one_node(operator, inputs, attributes=None, constants=(), opset=21, outputs=("y",), domain=""):
    """A model of one node, and the arrays that it is called with.

    inputs: arrays by name, None for one that is absent; constants: those that the model holds
    """
    names = ["" if value is None else name for name, value in inputs.items()]
    given = {name: value for name, value in inputs.items() if value is not None}
    weights = {name: value for name, value in given.items() if name in constants}
    feeds = {name: value for name, value in given.items() if name not in constants}
    node = helper.make_node(operator, names, list(outputs), domain=domain, **attributes or {})
    types = {name: (value.dtype, value.shape) for name, value in feeds.items()}
    results = {name: (None, None) for name in outputs if name}
    domains = {domain: 1} if domain else {}
    return model([node], types, results, weights, opset, domains), feeds


def outputs_of(network, feeds, hybridizes=True):
    """The outputs as NumPy arrays; a hybridized block must give the same."""
    found = []
    for is_hybrid in (False, True) if hybridizes else (False,):
        block = weft.onnx.load(network)
        if is_hybrid:
            block.hybridize()
        result = block(*map(np.array, feeds.values()))
        found.append([y.asnumpy() for y in (result if isinstance(result, tuple) else (result,))])
    for eager, hybrid in zip(found[0], found[-1], strict=True):
        assert eager.dtype == hybrid.dtype
        numpy.testing.assert_allclose(eager, hybrid, rtol=1e-5, atol=1e-5)
    return found[0]


def check(
    operator,
    inputs,
    attributes=None,
    *,
    rtol=1e-5,
    atol=1e-5,
    wanted=None,
    hybridizes=True,
    **options,
):
    """Compares with the reference, or with what is wanted; returns the outputs."""
    network, feeds = one_node(operator, inputs, attributes, **options)
    found = outputs_of(network, feeds, hybridizes)
    if wanted is None:
        wanted = ReferenceEvaluator(network).run(None, feeds)
    for one, other in zip(found, wanted, strict=True):
        assert one.shape == other.shape and one.dtype == other.dtype
        numpy.testing.assert_allclose(one, other, rtol=rtol, atol=atol)
    return found


def check_gradients(operator, inputs, attributes=None, *, wanted=None, step=1e-5, **options):
    """Compares gradients with central differences along one direction, in float64.

    wanted: the inputs that have gradients; the default: all of floats that are no constants
    """
    network, feeds = one_node(operator, inputs, attributes, **options)
    block = weft.onnx.load(network)
    generator = numpy.random.default_rng(1)
    names = [n for n, v in feeds.items() if v.dtype.kind == "f" and n in (wanted or feeds)]
    arrays = {name: np.array(value) for name, value in feeds.items()}
    for name in names:
        arrays[name].attach_grad()
    with autograd.record():
        y = block(*arrays.values())
    cotangent = generator.normal(size=y.shape)
    y.backward(np.array(cotangent))

    def loss(moved):
        result = block(*(np.array(value) for value in (feeds | moved).values()))
        return float((result.asnumpy() * cotangent).sum())

    for name in names:
        way = generator.normal(size=feeds[name].shape)
        there, back = (loss({name: feeds[name] + sign * step * way}) for sign in (1, -1))
        slope = (there - back) / (2 * step)
        found = float((arrays[name].grad.asnumpy() * way).sum())
        numpy.testing.assert_allclose(found, slope, rtol=1e-5, atol=1e-6)


__all__ = ["check", "check_gradients", "one_node", "outputs_of"]
