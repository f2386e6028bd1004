"""For tests: one operator as a network, by way of a symbol file."""

import mxnet_files
import numpy
from weft import mxnet as mx
from weft import np


def network(folder, op, count, attrs=None, outputs=1, is_np_shape=False):
    """A block with the inputs x0, x1, ... of one operator, whose attributes are texts."""
    nodes = [mxnet_files.node("null", f"x{place}") for place in range(count)]
    nodes.append(mxnet_files.node(op, "y", [(place, 0, 0) for place in range(count)], attrs))
    heads = [[count, number, 0] for number in range(outputs)]
    options = {"is_np_shape": ["int", 1]} if is_np_shape else {}
    path = folder / "net-symbol.json"
    path.write_text(mxnet_files.symbol(nodes, heads, **options))
    return mx.gluon.SymbolBlock.imports(path, [f"x{place}" for place in range(count)])


def results(block, arrays):
    """What a block gives, as a list of arrays of NumPy."""
    found = block(*map(np.array, arrays))
    return [x.asnumpy() for x in (found if isinstance(found, tuple) else (found,))]


def check(folder, op, arrays, attrs, wanted, is_np_shape=False, rtol=2e-5, atol=1e-6):
    """Compares what an operator gives, eager and hybridized, with arrays of NumPy."""
    wanted = wanted if isinstance(wanted, list | tuple) else [wanted]
    block = network(folder, op, len(arrays), attrs, len(wanted), is_np_shape)
    for is_planned in (False, True):
        block.hybridize(is_planned)
        for found, right in zip(results(block, arrays), wanted, strict=True):
            right = numpy.asarray(right)
            assert found.shape == right.shape
            numpy.testing.assert_allclose(
                found.astype("float64"), right.astype("float64"), rtol, atol, err_msg=op
            )
