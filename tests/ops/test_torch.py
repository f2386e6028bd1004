"""Layers against PyTorch, values and gradients: an oracle that nobody here has written. Runs where
PyTorch is installed, as `make test-full SLICE=peers` does.
"""

import numpy
import pytest
from operator_samples import FUNCTIONS, as_weft, cases, gradients

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
nn = torch.nn.functional


def spatial(name, x):
    return getattr(nn, f"{name}{x.ndim - 2}d")


def convolution(x, weight, bias=None, kernel=None, stride=1, pad=0, dilate=1, num_group=1):
    return spatial("conv", x)(x, weight, bias, stride, pad, dilate, num_group)


def deconvolution(x, weight, bias=None, kernel=None, stride=1, pad=0, dilate=1, num_group=1, adj=0):
    if not weight.numel():
        pytest.skip("PyTorch takes no image without channels")
    call = spatial("conv_transpose", x)
    return call(x, weight, bias, stride, pad, adj, num_group, dilate)


def pooling(x, kernel=None, pool_type="max", stride=1, pad=0, count_include_pad=True, **others):
    if any(others.values()):
        pytest.skip(f"PyTorch has no {others}")
    if pool_type == "max":
        return spatial("max_pool", x)(x, kernel, stride, pad)
    if pool_type == "avg":
        return spatial("avg_pool", x)(x, kernel, stride, pad, False, count_include_pad)
    pytest.skip(f"PyTorch pools {pool_type} in its own way")


def interpolate(x, size=None, scale_factor=None, mode="nearest", align_corners=False, **others):
    if mode in ("linear", "cubic"):
        mode = {3: "", 4: "bi", 5: "tri"}[x.ndim] + mode
        return nn.interpolate(x, size, scale_factor, mode, align_corners, **others)
    return nn.interpolate(x, size, scale_factor, mode)


def batch_norm(x, gamma, beta, mean, var, eps=1e-5, momentum=0.9, training=False, axis=1):
    out = nn.batch_norm(
        x.movedim(axis, 1), mean.clone(), var.clone(), gamma, beta, training, 1 - momentum, eps
    )
    return out.movedim(1, axis)


def layer_norm(x, gamma=None, beta=None, axis=-1, eps=1e-5):
    moved = x.movedim(axis, -1)
    return nn.layer_norm(moved, moved.shape[-1:], gamma, beta, eps).movedim(-1, axis)


def rms_norm(x, gamma=None, axis=-1, eps=1e-6):
    moved = x.movedim(axis, -1)
    return nn.rms_norm(moved, moved.shape[-1:], gamma, eps).movedim(-1, axis)


def group_norm(x, gamma=None, beta=None, num_groups=1, eps=1e-5):
    gamma = torch.ones_like(beta) if gamma is None and beta is not None else gamma
    return nn.group_norm(x, num_groups, gamma, beta, eps)


def instance_norm(x, gamma=None, beta=None, eps=1e-5):
    return nn.instance_norm(x, weight=gamma, bias=beta, eps=eps)


def scaled_dot_product_attention(
    query, key, value, mask=None, scale=None, causal=False, grouped=False
):
    return nn.scaled_dot_product_attention(
        query, key, value, mask, 0.0, causal, scale=scale, enable_gqa=grouped
    )


def lstm_cell(x, hidden, cell, *weights):
    # The gates have the same order; PyTorch's function takes the weights as they are.
    return torch._VF.lstm_cell(x, (hidden, cell), *weights)


def softmax_cross_entropy(x, label, axis=-1, sparse_label=True, from_logits=False):
    log_probability = x if from_logits else nn.log_softmax(x, axis)
    moved = log_probability.movedim(axis, 1)
    target = label.long() if sparse_label else label.movedim(axis, 1)
    if sparse_label:
        return nn.nll_loss(moved, target, reduction="none")
    return -(moved * target).sum(1)


ORACLES = {
    function.__name__: function
    for function in (convolution, deconvolution, pooling, batch_norm, layer_norm, rms_norm)
} | {
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "lstm_cell": lstm_cell,
    "softmax_cross_entropy": softmax_cross_entropy,
    "interpolate": interpolate,
    "relu": nn.relu,
    "gelu": lambda x, approximation="none": nn.gelu(
        x, approximate={"erf": "none"}.get(approximation, approximation)
    ),
    "silu": lambda x, beta=1: x * torch.sigmoid(beta * x),
    "mish": nn.mish,
    "elu": nn.elu,
    "celu": nn.celu,
    "selu": nn.selu,
    "softsign": nn.softsign,
    "softplus": nn.softplus,
    "log_sigmoid": nn.logsigmoid,
    "relu6": nn.relu6,
    "hard_swish": nn.hardswish,
    "leaky_relu": lambda x, slope=0.25: nn.leaky_relu(x, slope),
    "softmax": lambda x, axis=-1, temperature=1: nn.softmax(x / temperature, axis),
    "log_softmax": lambda x, axis=-1, temperature=1: nn.log_softmax(x / temperature, axis),
    "embedding": lambda index, weight, sparse_grad=False: nn.embedding(index, weight),
}

# Inputs through which PyTorch has no gradient.
BUFFERS = {"batch_norm": (3, 4)}

CASES = [case for name in ORACLES if name in FUNCTIONS for case in cases(FUNCTIONS[name])]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_value_and_gradient_equal_torch(case):
    arrays = case.inputs("float64")
    buffers = BUFFERS.get(case.name, ())
    wanted = [i for i in range(len(arrays)) if case.is_float_input(i) and i not in buffers]
    ours = as_weft(arrays)
    found = gradients(lambda *x: case.run(list(x))[:1], ours, wanted)
    theirs = [None if x is None else torch.tensor(x) for x in arrays]
    for i in wanted:
        theirs[i].requires_grad_()
    out = ORACLES[case.name](*theirs, **case.attributes)
    out = out[0] if isinstance(out, tuple) else out
    # What `gradients` weighs the outputs by.
    weights = numpy.asarray(numpy.random.default_rng(3).uniform(0.5, 1.5, tuple(out.shape)))
    (out * torch.tensor(weights)).sum().backward()
    value = case.run(ours)[0].asnumpy()
    numpy.testing.assert_allclose(value, out.detach().numpy(), rtol=1e-10, atol=1e-12)
    for i, have in zip(wanted, found, strict=True):
        want = theirs[i].grad
        want = numpy.zeros(arrays[i].shape) if want is None else want.numpy()
        numpy.testing.assert_allclose(have.asnumpy(), want, rtol=1e-9, atol=1e-11)
