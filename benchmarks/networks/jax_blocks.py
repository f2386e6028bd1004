"""The perceptron, the LSTM, the transformers and Adam in JAX."""

from collections.abc import Callable
from typing import Any

import jax
from jax import lax
from jax import numpy as jnp
from sequences import BERT, EPSILON, GPT, Transformer, gpt_batch
from sequences import gpt as gpt_parameters

Tree = Any


def cross_entropy(scores: Any, labels: Any) -> Any:
    logs = jax.nn.log_softmax(scores)
    return -jnp.take_along_axis(logs, labels[:, None], 1).mean()


def adam(loss_of: Callable[[Tree], Any], rate: float) -> Callable[[Any], Any]:
    """The update of (parameters, first and second moment, number of steps)."""

    def update(state: Any) -> Any:
        p, first, second, count = state
        loss, gradient = jax.value_and_grad(loss_of)(p)
        tree, count = jax.tree_util.tree_map, count + 1
        first = tree(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = tree(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
        one, two = 1 - 0.9**count, 1 - 0.999**count
        p = tree(
            lambda w, m, v: w - rate * (m / one) / (jnp.sqrt(v / two) + 1e-8), p, first, second
        )
        return (p, first, second, count), loss

    return update


def perceptron(p: Tree, x: Any) -> Any:
    count = len(p) // 2
    for number in range(count):
        x = x @ p[f"{number}.weight"].T + p[f"{number}.bias"]
        if number < count - 1:
            x = jnp.maximum(x, 0)
    return x


def lstm(p: Tree, x: Any) -> Any:
    """The input's products of all steps in one, the rest under `scan`."""
    for layer in range(len(p) // 4):
        weight, recurrent, bias, recurrent_bias = (
            p[f"{part}_l{layer}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )

        def cell(state, given, recurrent=recurrent, recurrent_bias=recurrent_bias):
            h, c = state
            gates = jnp.split(given + h @ recurrent.T + recurrent_bias, 4, -1)
            i, f, o = (jax.nn.sigmoid(gates[number]) for number in (0, 1, 3))
            c = f * c + i * jnp.tanh(gates[2])
            h = o * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((x.shape[1], recurrent.shape[1]), x.dtype)
        x = lax.scan(cell, (zeros, zeros), x @ weight.T + bias)[1]
    return x


def _norm(x: Any, weight: Any, bias: Any) -> Any:
    centred = x - x.mean(-1, keepdims=True)
    variance = (centred * centred).mean(-1, keepdims=True)
    return centred * lax.rsqrt(variance + EPSILON) * weight + bias


def _block(p: Tree, x: Any, size: Transformer, is_causal: bool) -> Any:
    n, t, d = x.shape

    def dense(x: Any, name: str) -> Any:
        return x @ p[f"{name}.weight"].T + p[f"{name}.bias"]

    def norm(x: Any, name: str) -> Any:
        return _norm(x, p[f"{name}.weight"], p[f"{name}.bias"])

    def attend(x: Any) -> Any:
        split = dense(x, "qkv").reshape(n, t, 3, size.heads, d // size.heads)
        q, k, v = split.transpose(2, 0, 3, 1, 4)
        scores = q @ k.transpose(0, 1, 3, 2) * (d // size.heads) ** -0.5
        if is_causal:
            scores = jnp.where(jnp.tril(jnp.ones((t, t), bool)), scores, -jnp.inf)
        mixed = (jax.nn.softmax(scores) @ v).transpose(0, 2, 1, 3)
        return dense(mixed.reshape(n, t, d), "proj")

    def widen(x: Any) -> Any:
        return dense(jax.nn.gelu(dense(x, "fc1"), approximate=False), "fc2")

    if is_causal:
        x = x + attend(norm(x, "ln1"))
        return x + widen(norm(x, "ln2"))
    x = norm(x + attend(x), "ln1")
    return norm(x + widen(x), "ln2")


def bert(blocks: Tree, x: Any) -> Any:
    for p in blocks:
        x = _block(p, x, BERT, False)
    return x


def gpt() -> tuple[Tree, Callable[[Tree], Any]]:
    """The parameters, and the loss of them."""
    x, y = map(jnp.asarray, gpt_batch(GPT))

    def loss_of(p: Tree) -> Any:
        h = p.tokens[x] + p.positions
        for block in p.blocks:
            h = _block(block, h, GPT, True)
        scores = _norm(h, *p.norm) @ p.head.T
        return cross_entropy(scores.reshape(-1, GPT.vocabulary), y.reshape(-1))

    return jax.tree_util.tree_map(jnp.asarray, gpt_parameters(GPT)), loss_of
