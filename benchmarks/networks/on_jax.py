"""JAX on XLA's CPU backend, everything under `jit`; convolutions in the layout that the variant
names ("nchw" or "nhwc")."""

from collections.abc import Callable
from typing import Any

import jax
import jax_blocks
import numpy
from arrays import Array, classes
from convnets import EPSILON, NETWORKS, ConvNet, images
from jax import lax
from jax import numpy as jnp
from running import Run, training
from sequences import bert, lstm, lstm_input, perceptron, perceptron_batch
from workloads import SMALL, WORKLOADS, inputs

version = jax.__version__


class _Layout:
    def __init__(self, name: str) -> None:
        self.is_last = name == "nhwc"
        self.spatial = (1, 2) if self.is_last else (2, 3)
        self.weights = "HWIO" if self.is_last else "OIHW"
        self.name = name.upper()

    def channels(self, values: Any) -> Any:
        """A value for each channel, to broadcast."""
        return values if self.is_last else values[:, None, None]

    def windows(self, extents: tuple[int, int], other: Any) -> tuple:
        return (other, *extents, other) if self.is_last else (other, other, *extents)

    def images(self, x: Array) -> Any:
        return jnp.asarray(x.transpose(0, 2, 3, 1) if self.is_last else x)

    def parameters(self, given: dict[str, Array]) -> dict[str, Any]:
        turn = self.is_last
        return {
            name: jnp.asarray(value.transpose(2, 3, 1, 0) if turn and value.ndim == 4 else value)
            for name, value in given.items()
        }


def _apply(net: ConvNet, layout: _Layout, p: dict[str, Any], x: Any, statistics: dict | None):
    """The scores. In training `statistics` takes mean and variance of each batch norm."""
    values = [x]
    for node in net.nodes:
        a, name = values[node.inputs[0]], node.name
        if node.kind == "convolution":
            y = lax.conv_general_dilated(
                a,
                p[f"{name}.weight"],
                (node.stride,) * 2,
                [(node.padding,) * 2] * 2,
                dimension_numbers=(layout.name, layout.weights, layout.name),
                feature_group_count=node.groups,
            )
            if node.has_bias:
                y = y + layout.channels(p[f"{name}.bias"])
        elif node.kind == "batch_norm":
            y = _batch_norm(layout, p, name, a, statistics)
        elif node.kind == "max_pool":
            window = layout.windows((node.kernel,) * 2, 1)
            stride = layout.windows((node.stride,) * 2, 1)
            padding = layout.windows(((node.padding,) * 2,) * 2, (0, 0))
            y = lax.reduce_window(a, -jnp.inf, lax.max, window, stride, padding)
        elif node.kind == "dense":
            y = a @ p[f"{name}.weight"].T + p[f"{name}.bias"]
        elif node.kind == "flatten":
            y = (a.transpose(0, 3, 1, 2) if layout.is_last else a).reshape(a.shape[0], -1)
        elif node.kind == "add":
            y = a + values[node.inputs[1]]
        elif node.kind == "mean":
            y = a.mean(layout.spatial)
        else:
            y = jnp.clip(a, 0, 6) if node.kind == "relu6" else jnp.maximum(a, 0)
        values.append(y)
    return values[-1]


def _batch_norm(layout: _Layout, p: dict[str, Any], name: str, a: Any, statistics: dict | None):
    if statistics is None:
        mean, variance = p[f"{name}.running_mean"], p[f"{name}.running_var"]
    else:
        axes = (0, *layout.spatial)
        mean, variance = a.mean(axes), a.var(axes)
        count = a.size // mean.size
        statistics[f"{name}.running_mean"] = mean
        statistics[f"{name}.running_var"] = variance * (count / (count - 1))
    scale = p[f"{name}.weight"] * lax.rsqrt(variance + EPSILON)
    shift = p[f"{name}.bias"] - mean * scale
    return a * layout.channels(scale) + layout.channels(shift)


def _called(function: Callable[[], Any]) -> Run:
    last: list[Any] = []

    def step() -> None:
        last[:] = [function()]

    def output() -> Array:
        return numpy.asarray(function(), numpy.float32)

    return Run(step, output, lambda: jax.block_until_ready(last))


def _inference(name: str, variant: str) -> Run:
    dtype = jnp.bfloat16 if WORKLOADS[name].precision == "bfloat16" else jnp.float32
    x = inputs(name)["x"]
    if name.startswith("bert"):
        p: Any = bert()
        apply = jax_blocks.bert
    elif name.startswith("lstm"):
        p, apply = lstm(), jax_blocks.lstm
    else:
        layout = _Layout(variant)
        net, folded = NETWORKS[name.split("_")[0]]().folded()
        p, x = layout.parameters(folded), layout.images(x)

        def apply(p: Any, x: Any) -> Any:
            return _apply(net, layout, p, x, None)

    p = jax.tree_util.tree_map(lambda array: jnp.asarray(array, dtype), p)
    x = jnp.asarray(x, dtype)
    compiled = jax.jit(apply)
    return _called(lambda: compiled(p, x))


def _trained(update: Callable[[Any], Any], state: Any, steps: int) -> Run:
    """`update` gives the next state and the loss; the state's memory is used again."""
    compiled = jax.jit(update, donate_argnums=0)
    box = [state]

    def step() -> Any:
        box[0], loss = compiled(box[0])
        return loss

    return training(step, float, steps, lambda: jax.block_until_ready(box))


def _image_training(name: str, variant: str) -> Run:
    network, layout = name.split("_")[0], _Layout(variant)
    net, batch = NETWORKS[network](), int(WORKLOADS[name].per_call)
    momentum = 0.9 if network == "resnet18" else 0.0
    x = layout.images(images(network, batch))
    y = jnp.asarray(classes(f"{network}.y", batch, 10))
    given = layout.parameters(net.parameters())
    p = {key: value for key, value in given.items() if "running" not in key}
    running = {key: value for key, value in given.items() if "running" in key}

    def loss_of(p: Any) -> Any:
        statistics: dict[str, Any] = {}
        scores = _apply(net, layout, p, x, statistics)
        return jax_blocks.cross_entropy(scores, y), statistics

    def update(state: Any) -> Any:
        p, velocity, running = state
        (loss, statistics), gradient = jax.value_and_grad(loss_of, has_aux=True)(p)
        tree = jax.tree_util.tree_map
        velocity = tree(lambda v, g: momentum * v + g, velocity, gradient)
        p = tree(lambda w, v: w - 0.01 * v, p, velocity)
        running = {key: 0.9 * old + 0.1 * statistics[key] for key, old in running.items()}
        return (p, velocity, running), loss

    velocity = jax.tree_util.tree_map(jnp.zeros_like, p)
    return _trained(update, (p, velocity, running), WORKLOADS[name].training_steps)


def _training(name: str, variant: str) -> Run:
    steps = WORKLOADS[name].training_steps
    if name == "lstm_train":
        x = jnp.asarray(lstm_input())

        def update(p: Any) -> Any:
            loss_of = lambda p: jnp.square(jax_blocks.lstm(p, x)).mean()  # noqa: E731
            loss, gradient = jax.value_and_grad(loss_of)(p)
            return jax.tree_util.tree_map(lambda w, g: w - 0.1 * g, p, gradient), loss

        return _trained(update, jax.tree_util.tree_map(jnp.asarray, lstm()), steps)
    if name == "gpt_train":
        p, loss_of = jax_blocks.gpt()
    elif name == "mlp_train":
        p = jax.tree_util.tree_map(jnp.asarray, perceptron())
        x, y = map(jnp.asarray, perceptron_batch())
        loss_of = lambda p: jax_blocks.cross_entropy(jax_blocks.perceptron(p, x), y)  # noqa: E731
    else:
        return _image_training(name, variant)
    zeros = jax.tree_util.tree_map(jnp.zeros_like, p)
    state = (p, zeros, jax.tree_util.tree_map(jnp.zeros_like, p), jnp.float32(0))
    return _trained(jax_blocks.adam(loss_of, 1e-3), state, steps)


def _small(name: str, variant: str) -> Run:
    given = [jnp.asarray(value) for value in inputs(name).values()]
    function = jax.jit(SMALL[name]) if variant == "jit" else SMALL[name]
    return _called(lambda: function(*given))


def _product(name: str) -> Run:
    dtype = jnp.bfloat16 if WORKLOADS[name].precision == "bfloat16" else jnp.float32
    a, b = (jnp.asarray(value, dtype) for value in inputs(name).values())
    compiled = jax.jit(jnp.matmul)
    return _called(lambda: compiled(a, b))


def create(name: str, variant: str, threads: int) -> Run:
    if name in SMALL:
        return _small(name, variant)
    if name.startswith("gemm"):
        return _product(name)
    return _training(name, variant) if WORKLOADS[name].training_steps else _inference(name, variant)
