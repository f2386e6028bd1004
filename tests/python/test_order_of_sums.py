"""A value that several operators read: eager, hybridized and compiled code add its gradients in one
order, from the last reader to the first, so that they have the same bits."""

import functools

import numpy
import pytest
import weft
from weft import autograd, gluon, np, npx
from weft.gluon import nn


def drawn(seed, *shape):
    values = numpy.random.default_rng(seed).normal(size=shape)
    return np.array(values.astype("float32"))


def side_by_side(h, ws):
    return functools.reduce(lambda y, w: y + np.sin(h * w), ws[1:], h * ws[0])


def in_a_chain(h, ws):
    y = h
    for w in ws:
        y = np.tanh(y * w) + h
    return y


def at_other_depths(h, ws):
    y = h * ws[0]
    for number, w in enumerate(ws[1:]):
        part = h
        for _ in range(3 - number % 3):
            part = np.sin(part * w)
        y = part + y if number % 2 else y + part
    return y


def by_products(h, ws):
    matrix = h.reshape(25, 40)
    y = matrix
    for w in ws:
        y = y + npx.relu(matrix @ (w[:40].reshape(40, 1) @ w[40:80].reshape(1, 40)))
    return y


@pytest.mark.parametrize("program", [side_by_side, in_a_chain, at_other_depths, by_products])
@pytest.mark.parametrize("readers", [2, 3, 4, 7])
def test_gradients_of_a_value_with_several_readers_have_the_same_bits(program, readers):
    ws = [drawn(k + 1, 1000) for k in range(readers)]

    def loss(x):
        return program(np.tanh(x), ws).sum()

    found = []
    for function in (loss, weft.hybridize(loss)):
        x = drawn(0, 1000)
        x.attach_grad()
        for _ in range(3):
            with autograd.record():
                value = function(x)
            value.backward()
        found.append(x.grad.asnumpy())
    numpy.testing.assert_array_equal(*found)


class Attention(gluon.HybridBlock):
    """One array is read as queries, keys and values, and beside these."""

    def __init__(self, heads, causal):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.norm = nn.LayerNorm(in_channels=16)
        for name in ("q", "k", "v", "out"):
            setattr(self, name, nn.Dense(16, in_units=16, flatten=False))

    def forward(self, x):
        def split(y):
            return y.reshape(y.shape[0], y.shape[1], self.heads, -1).transpose(0, 2, 1, 3)

        y = self.norm(x)
        q, k, v = split(self.q(y)), split(self.k(y)), split(self.v(y))
        mixed = npx.scaled_dot_product_attention(q, k, v, causal=self.causal)
        return x + self.out(mixed.transpose(0, 2, 1, 3).reshape(x.shape))


def attention(kind):
    weft.seed(3)
    if kind == "layers":
        net = nn.HybridSequential(*[nn.MultiHeadAttention(16, 2) for _ in range(2)])
    elif kind == "encoder":
        net = nn.TransformerEncoderLayer(16, 32, 2)
    else:
        net = nn.HybridSequential(*[Attention(2, kind == "causal") for _ in range(2)])
    net.initialize()
    net(drawn(0, 2, 6, 16))
    return net


@pytest.mark.parametrize("kind", ["own", "causal", "layers", "encoder"])
@pytest.mark.parametrize("mode", ["hybridized", "compiled"])
def test_attention_trains_to_the_same_bits(kind, mode):
    found = []
    for mine in ("eager", mode):
        net = attention(kind)
        trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
        if mine == "hybridized":
            net.hybridize()
        loss_of = gluon.loss.L2Loss()
        step = trainer.compile(net, loss_of) if mine == "compiled" else None
        for number in range(3):
            x, y = drawn(number, 2, 6, 16), drawn(number + 9, 2, 6, 16)
            if step is not None:
                step(x, y)
                continue
            with autograd.record():
                value = loss_of(net(x), y)
            value.backward()
            trainer.step(2)
        found.append([p.data().asnumpy() for p in net.collect_params().values()])
    for one, other in zip(*found, strict=True):
        numpy.testing.assert_array_equal(one, other)
