"""What tests of ONNX export use: a network is exported, runs elsewhere, and gives the same.

ONNX Runtime is the oracle where it is installed, else the format's own reference evaluator, which
lacks some forms of operators.
"""

import numpy
import onnx
import weft
from weft import np

try:
    import onnxruntime
except ImportError:
    onnxruntime = None

HAS_RUNTIME = onnxruntime is not None


def leaves(value):
    """The arrays in a result, in the order of a file's outputs."""
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in leaves(item)]
    return [] if value is None else [value]


def on_host(value):
    """As NumPy arrays; bfloat16 as float32."""
    arrays = [x.astype("float32") if str(x.dtype) == "bfloat16" else x for x in leaves(value)]
    return [x.asnumpy() for x in arrays]


def run(path, arrays):
    """The outputs of an ONNX file for its inputs in order; later ones keep their defaults."""
    names = [item.name for item in onnx.load(path, load_external_data=False).graph.input]
    feeds = dict(zip(names, arrays, strict=False))
    if HAS_RUNTIME:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
        return session.run(None, feeds)
    from onnx.reference import ReferenceEvaluator

    return ReferenceEvaluator(path).run(None, feeds)


def agree(got, wanted, tolerance=2e-5):
    """The same shapes and dtypes, and values within a share of the largest one."""
    assert len(got) >= len(wanted)  # new contents of states come last
    for ours, theirs in zip(wanted, got, strict=False):
        assert theirs.shape == ours.shape
        assert theirs.dtype == ours.dtype
        if ours.dtype.kind != "f":
            numpy.testing.assert_array_equal(theirs, ours)
        elif ours.size:
            largest = float(numpy.abs(ours[numpy.isfinite(ours)]).max(initial=0))
            numpy.testing.assert_allclose(
                theirs, ours, rtol=tolerance, atol=max(tolerance * largest, 1e-30)
            )


def check(path, net, *inputs, others=(), tolerance=2e-5, **options):
    """Exports a network and compares it elsewhere, for `others`, too; gives the model."""
    net(*inputs)
    weft.onnx.export(net, path, *inputs, **options)
    for given in (inputs, *others):
        agree(run(path, on_host(list(given))), on_host(net(*given)), tolerance)
    return onnx.load(path)


def returns(path, net, *inputs, tolerance=0):
    """Brings what was exported back, compares, and exports it again."""
    back = weft.onnx.load(path)
    found = on_host(back(*leaves(list(inputs))))
    agree(found, on_host(net(*inputs)), tolerance or 1e-6)
    again = f"{path}.again"
    weft.onnx.export(back, again, *leaves(list(inputs)))
    agree(run(again, on_host(list(inputs))), found)


def drawn(*shape, seed=0):
    """Random numbers."""
    return np.array(numpy.random.default_rng(seed).normal(size=shape).astype("float32"))


def made(net, seed=0):
    """The network with fresh parameters."""
    weft.random.seed(seed)
    net.initialize()
    return net
