"""Code of `forward` in files that MXNet reads: what is exported gives the same when it is read."""

import numpy
import pytest
import weft.mxnet as mx
from weft.mxnet import np, npx

X = np.array(numpy.random.default_rng(9).standard_normal((2, 6, 4)).astype("float32"))

FORWARDS = {
    "numbers": lambda x: (x + 1) * 2 - 0.5,
    "numbers on the left": lambda x: (1 - x) / 3 + 2 / (x * x + 1),
    "powers": lambda x: x**2 + 2**x,
    "slices": lambda x: x[:, 1:3],
    "slices backwards": lambda x: x[:, ::-1],
    "an index from the end": lambda x: x[:, -1, :],
    "two indices": lambda x: x[0, 1],
    "new axes": lambda x: x[:, ::2, None],
    "an ellipsis at the end": lambda x: x[1:, ...],
    "means": lambda x: np.mean(x, axis=1) + x.mean(),
    "sums": lambda x: np.sum(x, axis=(1, 2), keepdims=True),
    "extremes": lambda x: np.max(x, axis=-1) + x.min(),
    "variances": lambda x: np.var(x, axis=1) + np.std(x, axis=1),
    "places": lambda x: np.argmax(x, axis=1),
    "products": lambda x: np.matmul(x, np.swapaxes(x, 1, 2)),
    "splits by number": lambda x: np.concatenate(np.split(x, 2, axis=1)[::-1], axis=2),
    "splits by places": lambda x: np.split(x, [1, 3], axis=1)[1],
    "stacks": lambda x: np.stack([x, x * 2], axis=1),
    "axes": lambda x: np.squeeze(np.expand_dims(x, 1), 1),
    "copies": lambda x: np.tile(x, (1, 2, 1)) + np.repeat(x, 2, axis=1),
    "choices": lambda x: np.where(x > 0, x, x * 0.1),
    "choices of numbers": lambda x: np.where(x > 0, 1.5, x) + np.where(x < 0.5, x, -1),
    "choices between numbers": lambda x: np.where(x > 0, 2.0, 3.0),
    "arrays of its own": lambda x: x * np.arange(4) + np.ones((6, 1)),
    "bounds": lambda x: np.maximum(x, 0.5) + np.minimum(0.2, x) + np.clip(x, 0, 1),
    "running sums": lambda x: np.cumsum(x, axis=1) + np.flip(x, 1),
    "elements": lambda x: np.exp(-np.abs(x)) + np.log1p(x * x) + np.rint(x),
    "broadcasts": lambda x: np.broadcast_to(np.expand_dims(x, 1), (2, 3, 6, 4)),
    "casts": lambda x: x.astype("int32"),
    "moved axes": lambda x: np.moveaxis(x, 1, 2).transpose(0, 2, 1),
    "shapes": lambda x: x.reshape(x.shape[0], -1),
    "borders": lambda x: np.pad(x, ((0, 0), (1, 1), (0, 2))),
    "comparisons": lambda x: (x >= 0.5).astype("float32") * x,
    "devices": lambda x: x + np.ones((4,), ctx=x.ctx).as_in_ctx(x.context),
    "methods of arrays": lambda x: x.exp().as_in_context(x.ctx) + x.sigmoid(),
    "layers": lambda x: npx.softmax(x, axis=-1) + npx.relu(x) + npx.sigmoid(x),
}


class Function(mx.gluon.HybridBlock):
    """A function of arrays as a block."""

    def __init__(self, function):
        super().__init__()
        self._function = function

    def forward(self, x):
        return self._function(x)


@pytest.mark.parametrize("name", FORWARDS)
def test_what_is_exported_gives_the_same(name, tmp_path):
    npx.set_np()
    block = Function(FORWARDS[name])
    block.initialize()
    block.hybridize()
    wanted = block(X)
    symbol, parameters = block.export(str(tmp_path / "net"))
    found = mx.gluon.SymbolBlock.imports(symbol, ["data"], parameters)(X)
    assert (found.shape, found.dtype) == (wanted.shape, wanted.dtype)
    numpy.testing.assert_allclose(found.asnumpy(), wanted.asnumpy(), rtol=1e-5, atol=1e-6)


def test_an_index_that_files_of_mxnet_lack_is_told(tmp_path):
    block = Function(lambda x: x[..., 0])
    block.initialize()
    block(X)
    with pytest.raises(NotImplementedError, match="ellipsis at its end"):
        block.export(str(tmp_path / "net"))


class Named(mx.gluon.nn.Block):
    """Names its children by a count of the whole program, as blocks of 1.x did."""

    def add(self, block):
        self._children[block.name + str(len(self._children))] = block

    def forward(self, x):
        for child in self._children.values():
            x = child(x)
        return x


def test_models_are_loaded_by_their_structure(tmp_path):
    def made():
        inside, outside = Named(), Named()
        inside.add(mx.gluon.nn.Dense(3))
        outside.add(inside)
        outside.add(mx.gluon.nn.Dense(2))
        return outside

    net, other = made(), made()
    assert list(net.collect_params()) != list(other.collect_params())
    net.initialize()
    x = np.ones((1, 4))
    wanted = net(x).asnumpy()
    net.save(tmp_path / "model")
    other.load(tmp_path / "model")
    numpy.testing.assert_array_equal(other(x).asnumpy(), wanted)


def test_both_nets_of_the_consistency_check_have_the_same_weights():
    builder = lambda: mx.gluon.nn.Dense(3)  # noqa: E731
    mx.test_utils.check_gluon_hybridize_consistency(builder, [np.ones((2, 4))])
