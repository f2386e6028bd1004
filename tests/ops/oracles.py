"""NumPy formulas for operators that NumPy and SciPy lack, or spell differently.

Each takes the inputs as NumPy arrays and the attributes by name. `NO_ORACLE` says why an operator
has none; the suite prints the reason.
"""

import math

import numpy
import scipy.special
from image_oracles import interpolate, resample, resample_adjoint  # noqa: F401

NO_ORACLE = {
    "uniform": "random numbers: tests/python/test_random.py looks at their distribution",
    "normal": "random numbers: tests/python/test_random.py compares them with the distribution",
    "exponential": "random numbers: tests/python/test_random.py compares them too",
    "randint": "random numbers: tests/python/test_random.py counts them",
    "permutation": "random order: tests/python/test_random.py looks at it",
    "outside_jitter": "random numbers: tests/python/test_register.py looks at them",
}


def _pair(value, default):
    if value is None:
        value = default
    return (value, value) if isinstance(value, int) else tuple(value)


def relu(x):
    return numpy.maximum(x, x.dtype.type(0))


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def rsqrt(x):
    return 1 / numpy.sqrt(x)


def signbit(x):
    return numpy.signbit(x.astype("float64"))


def rint(x):
    return numpy.rint(x).astype(x.dtype)


def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    return numpy.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def invert(x):
    return numpy.invert(x)


def clip(x, *bounds):
    return numpy.clip(x, *bounds, *[None] * (2 - len(bounds)))


def prod(x, axis=None, keepdims=False, dtype=None):
    return numpy.prod(x, axis=axis, keepdims=keepdims, dtype=dtype)


def recurrence(factor=None, term=None, axis=0, reverse=False, start=0):
    """One element after the other, in Python."""
    factor = numpy.ones_like(term) if factor is None else factor
    term = numpy.zeros_like(factor) if term is None else term
    factor, term = (numpy.moveaxis(x, axis, 0) for x in (factor, term))
    out, last = numpy.zeros_like(factor), factor.dtype.type(start)
    places = range(len(factor))
    for k in reversed(places) if reverse else places:
        last = out[k] = factor[k] * last + term[k]
    return numpy.moveaxis(out, 0, axis)


def softplus(x):
    return numpy.logaddexp(x, 0)


def softsign(x):
    return x / (1 + abs(x))


def silu(x, beta=1):
    return x / (1 + numpy.exp(-beta * x))


def mish(x):
    return x * numpy.tanh(softplus(x))


def gelu(x, approximation="erf"):
    if approximation == "erf":
        return 0.5 * x * (1 + scipy.special.erf(x / math.sqrt(2)))
    return 0.5 * x * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def elu(x, alpha=1):
    return numpy.where(x > 0, x, alpha * numpy.expm1(x))


def celu(x, alpha=1):
    return numpy.where(x > 0, x, alpha * numpy.expm1(x / alpha))


def selu(x):
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


def leaky_relu(x, slope=0.25):
    return numpy.where(x > 0, x, slope * x)


def prelu(x, gamma):
    if gamma.ndim == 1 and gamma.size != 1 and x.ndim > 1:
        gamma = gamma.reshape(-1, *(1,) * (x.ndim - 2))
    return numpy.where(x > 0, x, gamma * x)


def relu6(x):
    return numpy.clip(x, 0, 6)


def hard_sigmoid(x, alpha=0.2, beta=0.5):
    return numpy.clip(alpha * x + beta, 0, 1)


def hard_swish(x):
    return x * numpy.clip(x + 3, 0, 6) / 6


def softmax(data, axis=-1, temperature=1):
    data = data / temperature
    # SciPy looks for a maximum, which no elements have.
    return scipy.special.softmax(data, axis) if data.shape[axis] else data


def log_softmax(data, axis=-1, temperature=1):
    data = data / temperature
    return scipy.special.log_softmax(data, axis) if data.shape[axis] else data


softmax_rows = softmax
log_softmax_rows = log_softmax


def softmax_gradient(dout, result):
    return result * (dout - (dout * result).sum(-1, keepdims=True))


def log_softmax_gradient(dout, result):
    return dout - numpy.exp(result) * dout.sum(-1, keepdims=True)


def cross_entropy_rows(data, label):
    return -numpy.take_along_axis(log_softmax(data), label[..., None], -1)[..., 0]


def cross_entropy_rows_gradient(data, label, dout):
    label, dout = numpy.asarray(label), numpy.asarray(dout)
    share = softmax(data)
    chosen = numpy.take_along_axis(share, label[..., None], -1) - 1
    numpy.put_along_axis(share, label[..., None], chosen, -1)
    return dout[..., None] * share


def logsumexp(x, axis=None, keepdims=False):
    with numpy.errstate(divide="ignore"):
        if x.size == 0:
            return numpy.log(numpy.exp(x).sum(axis, keepdims=keepdims))
        return scipy.special.logsumexp(x, axis, keepdims=keepdims)


def _log_softmax(x, axis):
    x = x if x.dtype.kind == "f" else x.astype("float64")
    return x - numpy.log(numpy.exp(x).sum(axis=axis, keepdims=True))


def cast(x, dtype):
    return x.astype(dtype)


def copy(x):
    return x.copy()


def transpose(x, axes=None):
    return numpy.transpose(x, axes or None)


def reshape(x, newshape):
    return numpy.reshape(x, newshape)


def batch_flatten(x):
    return x.reshape(len(x), math.prod(x.shape[1:]))


def slice_(x, begin, size, step, clip=False):
    for axis, (b, n, s) in enumerate(zip(begin, size, step, strict=True)):
        wanted = b + numpy.arange(n) * s
        inside = (wanted >= 0) & (wanted < x.shape[axis])
        x = numpy.take(x, wanted[inside] if clip else wanted, axis)
    return x


def _part(flat, offset, shape, strides):
    """A view by strides in elements, after a check: NumPy's own would leave the memory."""
    reach = [(n - 1) * stride for n, stride in zip(shape, strides, strict=True)]
    low, high = (offset + sum(pick(r, 0) for r in reach) for pick in (min, max))
    if 0 not in shape and not 0 <= low <= high < flat.size:
        raise IndexError(f"elements {low} to {high} of {flat.size}")
    bytes_ = [stride * flat.itemsize for stride in strides]
    return numpy.lib.stride_tricks.as_strided(flat[offset:], shape, bytes_)


def strided_view(x, offset, shape, strides):
    return _part(x.ravel(), offset, shape, strides).copy()


def update(x, value, offset, shape, strides):
    out = x.copy()
    _part(out.reshape(-1), offset, shape, strides)[...] = value
    return out


def full(shape, fill_value, dtype):
    return numpy.full(shape, fill_value, dtype)


def arange(start, stop, step=1, dtype=None):
    return numpy.arange(start, stop, step).astype(dtype)


def _within(index, extent, mode):
    """Indices that stand for themselves, as int64."""
    index = index.astype("int64")
    return index.clip(0, extent - 1) if mode == "clip" else index


def pick(data, index, axis=-1, mode="raise", keepdims=False):
    places = numpy.expand_dims(_within(index, data.shape[axis], mode), axis)
    return numpy.take_along_axis(data, places, axis).squeeze(() if keepdims else axis)


def pick_rows(data, index, **options):
    return pick(data, index, **options)


def pick_adjoint(dout, index, data_shape, axis=-1, mode="raise"):
    out = numpy.zeros(data_shape, dout.dtype)
    places = numpy.expand_dims(_within(index, data_shape[axis], mode), axis)
    numpy.put_along_axis(out, places, numpy.expand_dims(dout, axis), axis)
    return out


def take_rows(data, index, axis=0, mode="raise", sparse_grad=False):
    return numpy.take(data, index, axis=axis, mode=mode)


def take_adjoint(dout, index, data_shape, axis=0, mode="raise"):
    out = numpy.zeros(data_shape, dout.dtype)
    places = _within(index, data_shape[axis], mode)
    numpy.add.at(out, (slice(None),) * (axis % out.ndim) + (places,), dout)
    return out


def gather(x, indices, axes, position=0, shown_axes=None):
    rank = numpy.broadcast(*indices).ndim if len(indices) > 1 else indices[0].ndim
    moved = numpy.moveaxis(x, axes, range(len(axes)))
    return numpy.moveaxis(moved[tuple(indices)], range(rank), range(position, position + rank))


def scatter(x, value, indices, axes, position=0, shown_axes=None, accumulate=False):
    out = x.copy()
    rank = numpy.broadcast(*indices).ndim if len(indices) > 1 else indices[0].ndim
    moved = numpy.moveaxis(out, axes, range(len(axes)))
    picked = moved[tuple(indices)]
    target = numpy.moveaxis(picked, range(rank), range(position, position + rank)).shape
    value = numpy.broadcast_to(value, target)
    value = numpy.moveaxis(value, range(position, position + rank), range(rank))
    if accumulate:
        numpy.add.at(moved, tuple(indices), value)
    else:
        moved[tuple(indices)] = value
    return out


def with_values_along_axis(arr, indices, values, axis=-1):
    out = arr.copy()
    numpy.put_along_axis(out, indices, values, axis)
    return out


def index_update(a, ind, val):
    out = a.copy()
    out[tuple(ind)] = val
    return out


def index_add(a, ind, val):
    out = a.copy()
    numpy.add.at(out, tuple(ind), val)
    return out


def argsort(a, axis=-1, descending=False):
    if axis is None:
        a, axis = a.ravel(), 0
    if not descending:
        return numpy.argsort(a, axis, stable=True)
    back = numpy.argsort(numpy.flip(a, axis), axis, stable=True)
    return a.shape[axis] - 1 - numpy.flip(back, axis)


def sort_order(x, axis=-1, descending=False, count=None):
    return numpy.take(argsort(x, axis, descending), range(count or x.shape[axis]), axis)


def sort(a, axis=-1, descending=False):
    order = argsort(a, axis, descending)
    return a.ravel()[order] if axis is None else numpy.take_along_axis(a, order, axis)


def topk(data, k=1, axis=-1, is_ascend=False):
    if axis is None:
        data, axis = data.ravel(), 0
    order = numpy.take(argsort(data, axis, not is_ascend), numpy.arange(k), axis)
    return numpy.take_along_axis(data, order, axis), order


def search_order(a, v, right=False):
    return numpy.searchsorted(a, v, "right" if right else "left")


def nonzero_rows(mask, count):
    rows = numpy.array(numpy.nonzero(mask)) if mask.ndim else numpy.zeros((0, int(mask)), "int64")
    assert rows.shape[1] == count
    return rows


def fully_connected(data, weight, bias=None, flatten=True):
    x = batch_flatten(data) if flatten else data
    out = x @ weight.T
    return out if bias is None else out + bias


def dropout(data, p=0.5, axes=(), training=True):
    assert p == 0 or not training, "random: tests/python/test_random.py looks at the share"
    return data


def _standardized(x, axes, eps):
    return (x - x.mean(axes, keepdims=True)) / numpy.sqrt(x.var(axes, keepdims=True) + eps)


def _affine(x, gamma, beta, axis):
    shape = [-1 if i == axis % x.ndim else 1 for i in range(x.ndim)]
    x = x if gamma is None else x * gamma.reshape(shape)
    return x if beta is None else x + beta.reshape(shape)


def batch_norm(
    data, gamma, beta, running_mean, running_var, eps=1e-5, momentum=0.9, training=False, axis=1
):
    axes = tuple(i for i in range(data.ndim) if i != axis % data.ndim)
    mean, var = (data.mean(axes), data.var(axes)) if training else (running_mean, running_var)
    unit = _affine(data, None, -mean, axis)
    out = _affine(_affine(unit, 1 / numpy.sqrt(var + eps), None, axis), gamma, beta, axis)
    if not training:
        return out, running_mean, running_var
    keep = momentum
    return out, keep * running_mean + (1 - keep) * mean, keep * running_var + (1 - keep) * var


def _channels(x, like):
    return x.reshape(1, -1, *(1,) * (like.ndim - 2))


def batch_norm_training(data, gamma, beta, eps=1e-5):
    axes = (0, *range(2, data.ndim))
    mean, var = data.mean(axes), data.var(axes)
    unit = (data - _channels(mean, data)) / numpy.sqrt(_channels(var, data) + eps)
    return _channels(gamma, data) * unit + _channels(beta, data), mean, var


def batch_norm_training_gradient(dout, dmean, dvariance, data, gamma, mean, variance, eps=1e-5):
    axes = (0, *range(2, data.ndim))
    count = data.size // data.shape[1]
    root = numpy.sqrt(variance + eps)
    centred = data - _channels(mean, data)
    dgamma, dbeta = (dout * centred).sum(axes) / root, dout.sum(axes)
    rest = dout - _channels(dbeta, data) / count
    rest = rest - centred * _channels(dgamma / root, data) / count
    dx = rest * _channels(gamma / root, data) + _channels(dmean, data) / count
    return dx + centred * _channels(2 * dvariance, data) / count, dgamma, dbeta


def batch_norm_training_blocked(data, gamma, beta, eps=1e-5):
    y, mean, var = batch_norm_training(_from_blocks(data), gamma, beta, eps)
    return _to_blocks(y, data.shape[4]), mean, var


def batch_norm_training_gradient_blocked(dout, dmean, dvariance, data, *rest, eps=1e-5):
    dout, block = _from_blocks(dout), data.shape[4]
    dx, *others = batch_norm_training_gradient(
        dout, dmean, dvariance, _from_blocks(data), *rest, eps=eps
    )
    return _to_blocks(dx, block), *others


def layer_norm(data, gamma=None, beta=None, axis=-1, eps=1e-5):
    return _affine(_standardized(data, axis, eps), gamma, beta, axis)


def rms_norm(data, gamma=None, axis=-1, eps=1e-6):
    root = numpy.sqrt((data * data).mean(axis, keepdims=True) + eps)
    return _affine(data / root, gamma, None, axis)


def _rows_moments(data, eps, centred):
    mean = data.mean(-1, keepdims=True) if centred else 0
    return mean, numpy.sqrt(((data - mean) ** 2).mean(-1, keepdims=True) + eps)


def normalize_rows(data, gamma=None, beta=None, eps=1e-5, centred=True):
    mean, root = _rows_moments(data, eps, centred)
    return _affine((data - mean) / root, gamma, beta, -1)


def normalize_rows_gradient(dout, data, gamma=None, eps=1e-5, centred=True, affine=True):
    mean, root = _rows_moments(data, eps, centred)
    unit = (data - mean) / root
    scaled = _affine(dout, gamma, None, -1)
    rest = scaled - unit * (scaled * unit).mean(-1, keepdims=True)
    rest = (rest - scaled.mean(-1, keepdims=True) if centred else rest) / root
    axes = tuple(range(data.ndim - 1))
    return (rest, (dout * unit).sum(axes), dout.sum(axes)) if affine else rest


def instance_norm(data, gamma=None, beta=None, eps=1e-5):
    return _affine(_standardized(data, tuple(range(2, data.ndim)), eps), gamma, beta, 1)


def group_norm(data, gamma=None, beta=None, num_groups=1, eps=1e-5):
    groups = data.reshape(len(data), num_groups, math.prod(data.shape[1:]) // num_groups)
    return _affine(_standardized(groups, 2, eps).reshape(data.shape), gamma, beta, 1)


def l2_normalization(data, eps=1e-10, mode="instance"):
    axes = {"instance": range(1, data.ndim), "channel": (1,), "spatial": range(2, data.ndim)}[mode]
    return data / numpy.sqrt((data * data).sum(tuple(axes), keepdims=True) + eps)


def embedding(data, weight, sparse_grad=False):
    return weight[data]


def gather_nd(data, indices):
    return data[tuple(indices)]


def scatter_nd(data, indices, shape):
    out = numpy.zeros(shape, data.dtype)
    numpy.add.at(out, tuple(indices), data)
    return out


def one_hot(data, depth, on_value=1, off_value=0, dtype="float32"):
    return numpy.where(data[..., None] == numpy.arange(depth), on_value, off_value).astype(dtype)


def scaled_dot_product_attention(
    query, key, value, mask=None, scale=None, causal=False, grouped=False
):
    if grouped:
        groups = query.shape[-3] // key.shape[-3]
        key, value = (numpy.repeat(x, groups, axis=-3) for x in (key, value))
    scale = 1 / math.sqrt(query.shape[-1] or 1) if scale is None else scale
    share = numpy.exp(_log_softmax(_scores(query, key, mask, scale, causal), -1))
    return numpy.einsum("...ts,...sv->...tv", share, value)


def _scores(query, key, mask, scale, causal):
    scores = scale * numpy.einsum("...td,...sd->...ts", query, key)
    if causal:
        scores = numpy.where(numpy.tri(*scores.shape[-2:], dtype=bool), scores, -numpy.inf)
    if mask is None:
        return scores
    return numpy.where(mask, scores, -numpy.inf) if mask.dtype == bool else scores + mask


def attention_blocks(query, key, value, mask=None, scale=1, causal=False):
    logarithms = logsumexp(_scores(query, key, mask, scale, causal), -1)
    out = scaled_dot_product_attention(query, key, value, mask, scale, causal)
    return out, numpy.broadcast_to(logarithms, out.shape[:-1])


def attention_gradient(
    dout, dlogarithms, result, logarithms, query, key, value, mask=None, scale=1, causal=False
):
    shares = numpy.exp(_scores(query, key, mask, scale, causal) - logarithms[..., None])
    rest = (dout * result).sum(-1) - dlogarithms
    dscores = scale * shares * (numpy.einsum("...tv,...sv->...ts", dout, value) - rest[..., None])
    found = (
        numpy.einsum("...ts,...sd->...td", dscores, key),
        numpy.einsum("...ts,...td->...sd", dscores, query),
        numpy.einsum("...ts,...tv->...sv", shares, dout),
    )
    # Heads that share keys and values: these have one head, and the sum of its gradients.
    if (
        dscores.ndim < 3
        or dscores.shape[-3] < 2
        or any(x.ndim > 2 and x.shape[-3] > 1 for x in (key, value))
    ):
        return found
    return found[0], *(x.sum(-3, keepdims=True) for x in found[1:])


def lstm_cell(data, hidden, cell, *weights):
    i2h, h2h, i2h_bias, h2h_bias = weights
    gates = data @ i2h.T + i2h_bias + hidden @ h2h.T + h2h_bias
    enter, forget, new, leave = numpy.split(gates, 4, axis=1)
    cell = sigmoid(forget) * cell + sigmoid(enter) * numpy.tanh(new)
    return sigmoid(leave) * numpy.tanh(cell), cell


def gru_cell(data, hidden, *weights):
    i2h, h2h, i2h_bias, h2h_bias = weights
    of_data = numpy.split(data @ i2h.T + i2h_bias, 3, axis=1)
    of_hidden = numpy.split(hidden @ h2h.T + h2h_bias, 3, axis=1)
    reset, update = (sigmoid(of_data[i] + of_hidden[i]) for i in (0, 1))
    return (1 - update) * numpy.tanh(of_data[2] + reset * of_hidden[2]) + update * hidden


def rnn_cell(data, hidden, i2h, h2h, i2h_bias, h2h_bias, activation="tanh"):
    total = data @ i2h.T + i2h_bias + hidden @ h2h.T + h2h_bias
    return numpy.tanh(total) if activation == "tanh" else numpy.maximum(total, 0)


def _unrolled(cell, data, states, weights, reverse, **options):
    """Every step's hidden state, and the states behind the last step. A sequence that is over, or
    that runs backwards and has not begun, keeps its states."""
    *weights, lengths = weights if len(weights) > 4 else (*weights, None)
    lengths = numpy.full(data.shape[1], len(data)) if lengths is None else lengths
    outputs = numpy.zeros((len(data), *states[0].shape), data.dtype)
    for step in reversed(range(len(data))) if reverse else range(len(data)):
        out = cell(data[step], *states, *weights, **options)
        out = out if isinstance(out, tuple) else (out,)
        there = (step < lengths)[:, None]
        states = [numpy.where(there, new, old) for new, old in zip(out, states, strict=True)]
        outputs[step] = numpy.where(there, states[0], 0)
    return outputs, *states


def rnn(data, hidden, *weights, reverse=False, **options):
    return _unrolled(rnn_cell, data, (hidden,), weights, reverse, **options)


def lstm(data, hidden, cell, *weights, reverse=False):
    return _unrolled(lstm_cell, data, (hidden, cell), weights, reverse)


def gru(data, hidden, *weights, reverse=False):
    return _unrolled(gru_cell, data, (hidden,), weights, reverse)


def _sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def lstm_steps(sums, hidden, cell, weight, reverse=False):
    hiddens, cells, gates = (numpy.zeros((*sums.shape[:2], n), sums.dtype) for n in _widths(sums))
    for t in reversed(range(len(sums))) if reverse else range(len(sums)):
        i, f, g, o = numpy.split(sums[t] + hidden @ weight.T, 4, 1)
        i, f, g, o = _sigmoid(i), _sigmoid(f), numpy.tanh(g), _sigmoid(o)
        cell = f * cell + i * g
        hidden = o * numpy.tanh(cell)
        hiddens[t], cells[t], gates[t] = hidden, cell, numpy.concatenate([i, f, g, o], 1)
    return hiddens, cells, gates


def _widths(sums):
    return sums.shape[2] // 4, sums.shape[2] // 4, sums.shape[2]


def lstm_steps_gradient(
    weight, cell, cells, gates, dhiddens=None, dcells=None, dgates=None, reverse=False
):
    steps = list(reversed(range(len(gates)))) if reverse else list(range(len(gates)))
    dsums, dh, dc = numpy.zeros_like(gates), numpy.zeros_like(cell), numpy.zeros_like(cell)
    for at in reversed(range(len(steps))):
        t = steps[at]
        last = cells[steps[at - 1]] if at else cell
        i, f, g, o = numpy.split(gates[t], 4, 1)
        dh = dh if dhiddens is None else dh + dhiddens[t]
        dc = dc if dcells is None else dc + dcells[t]
        bent = numpy.tanh(cells[t])
        dc = dc + dh * o * (1 - bent * bent)
        parts = numpy.concatenate([dc * g, dc * last, dc * i, dh * bent], 1)
        parts = parts if dgates is None else parts + dgates[t]
        slopes = numpy.concatenate([i * (1 - i), f * (1 - f), 1 - g * g, o * (1 - o)], 1)
        dsums[t] = parts * slopes
        dh, dc = dsums[t] @ weight, dc * f
    return dsums, dh, dc


def rnn_steps(sums, hidden, weight, relu=False, reverse=False):
    hiddens = numpy.zeros_like(sums)
    for t in reversed(range(len(sums))) if reverse else range(len(sums)):
        total = sums[t] + hidden @ weight.T
        hidden = hiddens[t] = numpy.maximum(total, 0) if relu else numpy.tanh(total)
    return hiddens


def rnn_steps_gradient(weight, hiddens, dhiddens, relu=False, reverse=False):
    dsums, dh = numpy.zeros_like(hiddens), numpy.zeros_like(hiddens[0])
    for t in range(len(hiddens)) if reverse else reversed(range(len(hiddens))):
        slope = hiddens[t] > 0 if relu else 1 - hiddens[t] ** 2
        dsums[t] = (dh + dhiddens[t]) * slope
        dh = dsums[t] @ weight
    return dsums, dh


def gru_steps(sums, hidden, weight, bias, reverse=False):
    size = hidden.shape[1]
    hiddens, gates, products = (numpy.zeros((*sums.shape[:2], n * size)) for n in (1, 3, 1))
    for t in reversed(range(len(sums))) if reverse else range(len(sums)):
        of_data, of_hidden = numpy.split(sums[t], 3, 1), numpy.split(hidden @ weight.T, 3, 1)
        r, z = (_sigmoid(of_data[i] + of_hidden[i]) for i in (0, 1))
        products[t] = of_hidden[2] + bias
        n = numpy.tanh(of_data[2] + r * products[t])
        hidden = hiddens[t] = (1 - z) * n + z * hidden
        gates[t] = numpy.concatenate([r, z, n], 1)
    return hiddens, gates, products


def gru_steps_gradient(
    weight,
    hidden,
    hiddens,
    gates,
    products,
    dhiddens=None,
    dgates=None,
    dproducts=None,
    reverse=False,
):
    steps = list(reversed(range(len(gates)))) if reverse else list(range(len(gates)))
    dsums, dq, dh = (numpy.zeros_like(x) for x in (gates, products, hidden))
    for at in reversed(range(len(steps))):
        t = steps[at]
        last = hiddens[steps[at - 1]] if at else hidden
        r, z, n = numpy.split(gates[t], 3, 1)
        dr, dz, dn = numpy.split(numpy.zeros_like(gates[t]) if dgates is None else dgates[t], 3, 1)
        dh = dh if dhiddens is None else dh + dhiddens[t]
        da = (dn + dh * (1 - z)) * (1 - n * n)
        dr, dz = (dr + da * products[t]) * r * (1 - r), (dz + dh * (last - n)) * z * (1 - z)
        dq[t] = da * r if dproducts is None else da * r + dproducts[t]
        dsums[t] = numpy.concatenate([dr, dz, da], 1)
        dh = dh * z + numpy.concatenate([dr, dz, dq[t]], 1) @ weight
    return dsums, dq, dh


def softmax_cross_entropy(data, label, axis=-1, sparse_label=True, from_logits=False):
    log_probability = data if from_logits else _log_softmax(data, axis)
    if sparse_label:
        return -pick(log_probability, label, axis)
    return -(log_probability * label).sum(axis=axis)


def ctc_loss(data, label, data_lengths=None, label_lengths=None, blank_label="first"):
    """Probabilities of paths by where they stand in the label, blanks between, after each step."""
    steps, samples, classes = data.shape
    blank, padding = (0, 0) if blank_label == "first" else (classes - 1, -1)
    probability = numpy.exp(_log_softmax(data.astype("float64"), -1))
    losses = numpy.empty(samples)
    for n in range(samples):
        row = [int(k) for k in label[n]]
        wanted = row[: row.index(padding)] if padding in row else row
        if label_lengths is not None:
            wanted = [blank if k == padding else k for k in row[: int(label_lengths[n])]]
        states = [blank, *(k for one in wanted for k in (one, blank))]
        moves = numpy.eye(len(states)) + numpy.eye(len(states), k=1)
        for s in range(2, len(states)):
            moves[s - 2, s] = states[s] != states[s - 2]
        paths = probability[0, n, states] * (numpy.arange(len(states)) < 2)
        for t in range(1, steps if data_lengths is None else int(data_lengths[n])):
            paths = paths @ moves * probability[t, n, states]
        with numpy.errstate(divide="ignore"):
            losses[n] = -numpy.log(paths[-2:].sum())
    return losses.astype(data.dtype)


def _window(value, axes, default):
    """One number for each spatial axis."""
    if value is None:
        return (default,) * axes
    numbers = (value,) if isinstance(value, int) else tuple(value)
    return numbers * axes if len(numbers) == 1 else numbers


def _padded(x, pad, value=0.0):
    return numpy.pad(x, [(0, 0), (0, 0), *((p, p) for p in pad)], constant_values=value)


def convolution(
    data, weight, bias=None, kernel=None, stride=None, pad=None, dilate=None, num_group=1, **_
):
    axes = data.ndim - 2
    steps, distances = _window(stride, axes, 1), _window(dilate, axes, 1)
    x, extents = _padded(data, _window(pad, axes, 0)), weight.shape[2:]
    counts = [
        (size - (k - 1) * d - 1) // s + 1
        for size, k, d, s in zip(x.shape[2:], extents, distances, steps, strict=True)
    ]
    out = numpy.zeros((len(x), len(weight), *counts), data.dtype)
    per_in, per_out = weight.shape[1], len(weight) // num_group
    for group in range(num_group):
        image = x[:, group * per_in : (group + 1) * per_in]
        filters = weight[group * per_out : (group + 1) * per_out]
        for place in numpy.ndindex(*extents):
            keys = tuple(
                slice(i * d, i * d + (n - 1) * s + 1, s)
                for i, d, n, s in zip(place, distances, counts, steps, strict=True)
            )
            part = numpy.einsum("nc...,fc->nf...", image[:, :, *keys], filters[:, :, *place])
            out[:, group * per_out : (group + 1) * per_out] += part
    return out if bias is None else out + bias.reshape(-1, *(1,) * axes)


convolution_image = convolution


def _from_blocks(x):
    """(N, C / B, H, W, B) as (N, C, H, W)."""
    n, blocks, h, w, block = x.shape
    return x.transpose(0, 1, 4, 2, 3).reshape(n, blocks * block, h, w)


def _to_blocks(x, block):
    n, c, h, w = x.shape
    return x.reshape(n, c // block, block, h, w).transpose(0, 1, 3, 4, 2)


def _block(channels):
    return 16 if channels % 16 == 0 else 8


# Winograd's minimal filtering: from three taps to the frequencies of a tile, from a window to
# them, and from them to the tile.
_TAPS = {
    2: numpy.array([[2, 0, 0], [1, 1, 1], [1, -1, 1], [0, 0, 2]]) / 2,
    4: numpy.array([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]]) / 24,
}
_WINDOWS = {
    2: numpy.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]),
    4: numpy.array(
        [
            [4, 0, -5, 0, 1, 0],
            [0, -4, -4, 1, 1, 0],
            [0, 4, -4, -1, 1, 0],
            [0, -2, -1, 2, 1, 0],
            [0, 2, -1, -2, 1, 0],
            [0, 4, 0, -5, 0, 1],
        ]
    ),
}
_TILES = {
    2: numpy.array([[1, 1, 1, 0], [0, 1, -1, -1]]),
    4: numpy.array(
        [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
    ),
}


def _winograd(image, weight, tile, pad):
    """By any frequencies: those of kernels are some of them."""
    side, (n, _, height, width) = tile + 2, image.shape
    panels, filters = weight.transpose(0, 1, 4, 2, 3), weight.shape[1] * 16
    waves = panels.reshape(side, side, filters, -1)
    high, wide = height + 2 * pad[0] - 2, width + 2 * pad[1] - 2
    x = numpy.pad(_padded(image, pad), [(0, 0), (0, 0), (0, tile), (0, tile)])
    out = numpy.zeros((n, filters, high + tile, wide + tile), image.dtype)
    b, a = _WINDOWS[tile], _TILES[tile]
    for i in range(0, high, tile):
        for j in range(0, wide, tile):
            window = x[:, :, i : i + side, j : j + side]
            windows = numpy.einsum("yp,xq,ncpq->ncyx", b, b, window)
            sums = numpy.einsum("yxoc,ncyx->noyx", waves, windows)
            out[:, :, i : i + tile, j : j + tile] = numpy.einsum("py,qx,noyx->nopq", a, a, sums)
    return out[:, :, :high, :wide]


def _adjoint_weight(weight, num_group):
    """(O, C / groups, ...) as (C, O / groups, ...), and back."""
    groups = weight.reshape(num_group, -1, *weight.shape[1:])
    return groups.swapaxes(1, 2).reshape(-1, groups.shape[1], *weight.shape[2:])


def pack_convolution(weight, num_group=1, plain=False, winograd=0, adjoint=False):
    if adjoint:
        weight = _adjoint_weight(weight, num_group)
        weight = weight[:, :, ::-1, ::-1] if winograd else weight
    if winograd:
        g = _TAPS[winograd]
        waves = numpy.einsum("ya,xb,ocab->yxoc", g, g, weight).astype(weight.dtype)
        filters, channels = weight.shape[:2]
        panels = waves.reshape(-1, filters // 16, 16, channels // 16, 16)
        return panels.transpose(0, 1, 3, 4, 2)
    filters, channels, *kernel = weight.shape
    if channels == 1 and num_group == filters:
        return weight.reshape(-1, _block(filters), *kernel).transpose(0, 2, 3, 1)
    groups = weight.reshape(num_group, -1, *weight.shape[1:])
    missing = -groups.shape[1] % 16
    groups = numpy.pad(groups, [(0, 0), (0, missing), (0, 0), (0, 0), (0, 0)])
    block = 1 if plain else _block(channels * num_group)
    panels = groups.reshape(-1, 16, channels // block, block, *kernel)
    panels = panels.transpose(0, 2, 4, 5, 3, 1)
    return _in_pairs(panels, (block // 2, 2, 16)) if _has_pairs(panels) else panels


def _has_pairs(panels):
    """bfloat16, which comes as float64, has the weights of two channels beside each other."""
    return panels.dtype == "float64" and panels.shape[4] > 1


def _in_pairs(panels, split):
    return panels.reshape(*panels.shape[:4], *split).swapaxes(5, 6).reshape(panels.shape)


def _unpacked(weight, filters, num_group):
    if weight.ndim == 4:
        return weight.transpose(0, 3, 1, 2).reshape(filters, 1, *weight.shape[1:3])
    if _has_pairs(weight):
        weight = _in_pairs(weight, (weight.shape[4] // 2, 16, 2))
    panels, channels = weight.transpose(0, 5, 1, 4, 2, 3), weight.shape[1] * weight.shape[4]
    groups = panels.reshape(num_group, -1, channels, *weight.shape[2:4])
    return groups[:, : filters // num_group].reshape(filters, *groups.shape[2:])


def convolution_blocked(
    data,
    weight,
    bias=None,
    residual=None,
    filters=0,
    num_group=1,
    low=None,
    high=None,
    winograd=0,
    **window,
):
    image = data if data.ndim == 4 else _from_blocks(data)
    if winograd:
        out = _winograd(image, weight, winograd, _window(window.get("pad"), 2, 0))
        out = out if bias is None else out + bias.reshape(-1, 1, 1)
    else:
        plain = _unpacked(weight, filters, num_group)
        out = convolution(image, plain, bias, num_group=num_group, **window)
    out = _to_blocks(out, _block(filters))
    out = out if residual is None else out + residual
    return out if low is None and high is None else numpy.clip(out, low, high).astype(data.dtype)


def _taps(window, data_shape, kernel, dout):
    """Each tap of the kernel with what it meets of the padded data: for all of dout at once."""
    numbers = [_window(window.get(n), 2, d) for n, d in (("stride", 1), ("pad", 0), ("dilate", 1))]
    (sh, sw), pad, (dh, dw) = numbers
    high, wide = ((n - 1) * s + 1 for n, s in zip(dout.shape[2:], (sh, sw), strict=True))
    padded = (*data_shape[:2], data_shape[2] + 2 * pad[0], data_shape[3] + 2 * pad[1])
    inside = (Ellipsis, *(slice(p, p + n) for p, n in zip(pad, data_shape[2:], strict=True)))
    taps = {
        (a, b): (Ellipsis, slice(a * dh, a * dh + high, sh), slice(b * dw, b * dw + wide, sw))
        for a, b in numpy.ndindex(*kernel)
    }
    return padded, inside, taps


def _grouped(x, groups):
    return x.reshape(len(x), groups, -1, *x.shape[2:])


def convolution_data_blocked(dout, weight, data_shape, num_group=1, winograd=0, **window):
    block, dout = _block(data_shape[1]), _from_blocks(dout)
    if winograd:
        pad = [2 - p for p in _window(window.get("pad"), 2, 0)]
        return _to_blocks(_winograd(dout, weight, winograd, pad), block)
    own = _unpacked(weight, data_shape[1], num_group)
    own = own if weight.ndim == 4 else _adjoint_weight(own, num_group)
    own = own.reshape(num_group, -1, *own.shape[1:])
    shape, inside, taps = _taps(window, data_shape, own.shape[3:], dout)
    padded = numpy.zeros(shape, dout.dtype)
    for (a, b), place in taps.items():
        share = numpy.einsum("ngohw,goc->ngchw", _grouped(dout, num_group), own[..., a, b])
        padded[place] += share.reshape(len(dout), -1, *dout.shape[2:])
    return _to_blocks(padded[inside], block)


def convolution_weight_blocked(data, dout, weight_shape, num_group=1, winograd=0, **window):
    image = data if data.ndim == 4 else _from_blocks(data)
    dout = _from_blocks(dout)
    shape, inside, taps = _taps(window, image.shape, weight_shape[2:], dout)
    padded = numpy.zeros(shape, image.dtype)
    padded[inside] = image
    out = numpy.zeros(weight_shape, image.dtype)
    for (a, b), place in taps.items():
        met = _grouped(padded[place], num_group)
        share = numpy.einsum("ngohw,ngchw->goc", _grouped(dout, num_group), met)
        out[..., a, b] = share.reshape(weight_shape[:2])
    return out


def pack_matmul(x2):
    filled = numpy.pad(x2, [(0, 0), (0, -x2.shape[1] % 32)])
    return filled.reshape(len(x2), -1, 32).swapaxes(0, 1)


def matmul_packed(x1, x2, bias=None, residual=None, columns=0, low=None, high=None):
    out = x1 @ x2.swapaxes(0, 1).reshape(x2.shape[1], -1)[:, :columns]
    for term in (bias, residual):
        out = out if term is None else out + term
    return out if low is None and high is None else numpy.clip(out, low, high).astype(x1.dtype)


def deconvolution(data, weight, bias=None, adj=None, num_group=1, **options):
    axes = data.ndim - 2
    named = (("stride", 1), ("pad", 0), ("dilate", 1))
    windows = [_window(options.get(name), axes, default) for name, default in named]
    numbers = zip(data.shape[2:], weight.shape[2:], *windows, _window(adj, axes, 0), strict=True)
    extents = [(n - 1) * s - 2 * p + d * (k - 1) + 1 + a for n, k, s, p, d, a in numbers]
    shape = (len(data), weight.shape[1] * num_group, *extents)
    out = convolution_data(data, weight, shape, num_group=num_group, **options)
    return out if bias is None else out + bias.reshape(-1, *(1,) * axes)


def _by_linearity(function, shape, cotangent, dtype):
    """The adjoint of a linear function, applied: element e of the result is <function(e), dout>,
    without the elements that it does not meet, which may be infinite."""
    out = numpy.zeros(shape, dtype)
    for index in numpy.ndindex(*shape):
        unit = numpy.zeros(shape, dtype)
        unit[index] = 1
        part = function(unit)
        out[index] = (part * cotangent)[part != 0].sum()
    return out


def convolution_data(dout, weight, data_shape, **options):
    def forward(data):
        return convolution(data, weight, **options)

    return _by_linearity(forward, data_shape, dout, dout.dtype)


def convolution_weight(data, dout, weight_shape, **options):
    def forward(weight):
        return convolution(data, weight, **options)

    return _by_linearity(forward, weight_shape, dout, dout.dtype)


def pooling(
    data,
    kernel=None,
    pool_type="max",
    stride=None,
    pad=None,
    global_pool=False,
    pooling_convention="valid",
    count_include_pad=True,
    p_value=2,
):
    axes = data.ndim - 2
    if global_pool:
        kernel, stride, pad = data.shape[2:], None, None
    extents, steps = _window(kernel, axes, 1), _window(stride, axes, 1)
    pads = _window(pad, axes, 0)

    def count(size, k, s, p):
        room = size + 2 * p - k
        if pooling_convention != "full":
            return room // s + 1
        windows = -(-room // s) + 1
        return windows - 1 if (windows - 1) * s >= size + p else windows

    counts = [count(*numbers) for numbers in zip(data.shape[2:], extents, steps, pads, strict=True)]
    least = -numpy.inf if data.dtype.kind == "f" else data.min(initial=0)
    x = _padded(data, pads, least if pool_type == "max" else 0)
    inside = _padded(numpy.ones_like(data), pads)
    spatial = tuple(range(2, data.ndim))
    out = numpy.zeros((*data.shape[:2], *counts), data.dtype)
    for place in numpy.ndindex(*counts):
        # A window of "full" may hang over the padding: that part has no elements.
        keys = tuple(slice(i * s, i * s + k) for i, s, k in zip(place, steps, extents, strict=True))
        window, ones = x[:, :, *keys], inside[:, :, *keys]
        if pool_type == "max":
            value = window.max(axis=spatial)
        elif pool_type == "lp":
            value = (abs(window) ** p_value).sum(axis=spatial) ** (1 / p_value)
        else:
            size = math.prod(window.shape[2:]) if count_include_pad else ones.sum(axis=spatial)
            value = window.sum(axis=spatial) / (size if pool_type == "avg" else 1)
        out[:, :, *place] = value
    return out


pooling_image = pooling


def pooling_blocked(data, **options):
    return _to_blocks(pooling(_from_blocks(data), **options), data.shape[4])


def pooling_indices(data, **options):
    """Where in its plane each maximum lies, of equal ones the first: planes of ranks are pooled."""
    planes = data.reshape(*data.shape[:2], math.prod(data.shape[2:]))
    places = numpy.broadcast_to(numpy.arange(planes.shape[2]), planes.shape)
    ranks = numpy.empty(planes.shape)
    numpy.put_along_axis(ranks, numpy.lexsort((-places, planes), axis=2), places, 2)
    out = pooling(ranks.reshape(data.shape), **{**options, "pool_type": "max"})
    result = numpy.zeros(out.shape, "int64")
    for index in numpy.ndindex(*out.shape):
        result[index] = int(numpy.flatnonzero(ranks[index[:2]] == out[index])[0])
    return result


def pooling_gather(data, indices):
    planes = data.reshape(*data.shape[:2], math.prod(data.shape[2:]))
    flat = indices.reshape(*indices.shape[:2], math.prod(indices.shape[2:]))
    return numpy.take_along_axis(planes, flat, 2).reshape(indices.shape)


def pooling_scatter(dout, indices, data_shape):
    out = numpy.zeros(data_shape, dout.dtype)
    planes = out.reshape(*out.shape[:2], math.prod(out.shape[2:]))
    for index in numpy.ndindex(*dout.shape):
        planes[index[0], index[1], indices[index]] += dout[index]
    return out


def pooling_average_gradient(dout, data_shape, **options):
    def forward(data):
        return pooling(data, **{**options, "pool_type": "avg"})

    return _by_linearity(forward, data_shape, dout, dout.dtype)


def pooling_taps_blocked(data, kernel=None, stride=None, pad=None, **options):
    image = _from_blocks(data)
    kernel = image.shape[2:] if options.get("global_pool") else kernel
    places = pooling_indices(image, kernel=kernel, stride=stride, pad=pad, **options)
    at = numpy.stack(numpy.divmod(places, image.shape[3]), -1)
    first = numpy.moveaxis(numpy.indices(places.shape[2:]), 0, -1) * _window(stride, 2, 1)
    taps = at - (first - numpy.array(_window(pad, 2, 0)))
    tap = taps[..., 0] * _window(kernel, 2, 1)[1] + taps[..., 1]
    return _to_blocks(tap.astype("uint8"), data.shape[4])


def pooling_average_gradient_blocked(dout, data_shape, **options):
    dx = pooling_average_gradient(_from_blocks(dout), data_shape, **options)
    return _to_blocks(dx, dout.shape[4])


def pooling_scatter_blocked(
    dout, taps, data_shape, kernel=None, stride=None, pad=None, global_pool=False, **_
):
    block, dout, taps = dout.shape[4], _from_blocks(dout), _from_blocks(taps)
    (ph, pw), (sh, sw) = _window(pad, 2, 0), _window(stride, 2, 1)
    wide = data_shape[3] if global_pool else _window(kernel, 2, 1)[1]
    out = numpy.zeros(data_shape, dout.dtype)
    for index in numpy.ndindex(*dout.shape):
        row, col = divmod(int(taps[index]), wide)
        row, col = index[2] * sh - ph + row, index[3] * sw - pw + col
        high = data_shape[2] if global_pool else _window(kernel, 2, 1)[0]
        if (
            row in range(data_shape[2])
            and col in range(data_shape[3])
            and taps[index] < high * wide
        ):
            out[(*index[:2], row, col)] += dout[index]
    return _to_blocks(out, block)


def einsum(operands, subscripts):
    return numpy.einsum(subscripts, *operands)


def tensordot(a, b, a_axes, b_axes):
    return numpy.tensordot(a, b, (a_axes, b_axes))


def pad(array, value=0, *, before, after, mode="constant"):
    options = {"constant_values": value} if mode == "constant" else {}
    return numpy.pad(array, list(zip(before, after, strict=True)), mode, **options)


def stop_gradient(x):
    return x


def _prepared(weight, grad, rescale_grad=1, clip_gradient=-1, wd=0):
    grad = grad * rescale_grad
    if clip_gradient >= 0:
        grad = grad.clip(-clip_gradient, clip_gradient)
    return grad + wd * weight if wd else grad


def sgd_update(weight, grad, lr, **options):
    return weight - lr * _prepared(weight, grad, **options)


def sgd_mom_update(weight, grad, mom, lr, momentum=0.9, nesterov=False, **options):
    step = lr * _prepared(weight, grad, **options)
    state = momentum * mom - step
    return weight + (momentum * state - step if nesterov else state), state


def adam_update(weight, grad, mean, var, lr, beta1=0.9, beta2=0.999, epsilon=1e-8, **options):
    grad = _prepared(weight, grad, **options)
    mean = beta1 * mean + (1 - beta1) * grad
    var = beta2 * var + (1 - beta2) * grad * grad
    return weight - lr * mean / (numpy.sqrt(var) + epsilon), mean, var


def adamw_update(weight, grad, mean, var, lr, eta, wd=0.0, **options):
    return adam_update(weight * (1 - eta * wd), grad, mean, var, lr, **options)


def rmsprop_update(weight, grad, square, lr, rho=0.9, epsilon=1e-8, **options):
    grad = _prepared(weight, grad, **options)
    square = rho * square + (1 - rho) * grad * grad
    return weight - lr * grad / (numpy.sqrt(square) + epsilon), square


def rmsprop_centered_update(
    weight, grad, square, mean, step, lr, rho=0.9, momentum=0.9, epsilon=1e-8, **options
):
    grad = _prepared(weight, grad, **options)
    square = rho * square + (1 - rho) * grad * grad
    mean = rho * mean + (1 - rho) * grad
    step = momentum * step - lr * grad / numpy.sqrt(square - mean * mean + epsilon)
    return weight + step, square, mean, step


def adagrad_update(weight, grad, history, lr, epsilon=1e-6, **options):
    grad = _prepared(weight, grad, **options)
    history = history + grad * grad
    return weight - lr * grad / (numpy.sqrt(history) + epsilon), history


# ---- effects: tests/python/test_effects.py looks at what they do beside their results


def print_(arrays, format="{}"):
    return []


def check(condition, arrays, message, where=""):
    assert condition.all()
    return []


def callback(arrays, function, results):
    return function(*arrays)


# ---- tests/library/operators.c and outside_operators.py


def outside_cube(x, factor=1.0):
    return factor * x**3


def outside_lerp(a, b, weight):
    return a + weight * (b - a)


def outside_multiples(x, count):
    return [k * x for k in range(1, count + 1)]


def outside_logistic(x, steepness=1.0):
    return scipy.special.expit(steepness * x)


def outside_rotate(x, y, angle=0.5):
    turned = (x + 1j * y) * numpy.exp(1j * angle)
    return [turned.real, turned.imag]


def outside_product(arrays, scales=(2, 3), power=2):
    factors = [array.astype("float64") ** power for array in arrays]
    return numpy.multiply.reduce(factors) * numpy.multiply.reduce(scales)


def outside_swish(x, gate=1.0, beta=1.0):
    return x * scipy.special.expit(beta * x) * gate


# ---- int8


def _broadcast_along(value, x, axis):
    """A scale or zero point of one axis, to be used with x."""
    value = numpy.asarray(value)
    if value.ndim == 0:
        return value
    assert value.shape == (x.shape[axis],)
    return value.reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])


def _bounds_of(dtype):
    return numpy.iinfo(dtype).min, numpy.iinfo(dtype).max


def quantize(data, scale, zero_point=None, axis=-1, dtype="int8"):
    y = numpy.rint(data.astype("float32") / _broadcast_along(scale, data, axis))
    if zero_point is not None:
        y = y + _broadcast_along(zero_point, data, axis).astype("float32")
    return numpy.nan_to_num(numpy.clip(y, *_bounds_of(dtype)), nan=0).astype(dtype)


def dequantize(data, scale, zero_point=None, axis=-1):
    x = data.astype("int32")
    if zero_point is not None:
        x = x - _broadcast_along(zero_point, data, axis).astype("int32")
    return x.astype("float32") * _broadcast_along(scale, data, axis)


def requantize(data, multiplier, shift, output_zero_point=0, low=-128, high=127, axis=-1):
    """TensorFlow Lite's formula, in integers of Python."""
    multiplier = numpy.broadcast_to(_broadcast_along(multiplier, data, axis), data.shape)
    shift = numpy.broadcast_to(_broadcast_along(shift, data, axis), data.shape)

    def of_element(x, multiplier, shift):
        x = (int(x) << max(int(shift), 0)) + 2**31  # wraps in 32 bits
        product = int(multiplier) * (x % 2**32 - 2**31)
        whole = (abs(product) + (2**30 if product >= 0 else 2**30 - 1)) // 2**31
        divisor = 2 ** max(-int(shift), 0)
        scaled = (2 * whole + divisor) // (2 * divisor)  # halves away from zero
        return min(max((scaled if product >= 0 else -scaled) + output_zero_point, low), high)

    out = numpy.empty(data.shape, "int8")
    for place in numpy.ndindex(*data.shape):
        out[place] = of_element(data[place], multiplier[place], shift[place])
    return out


def _finished(sums, multiplier, shift, axis, output_zero_point=0, low=-128, high=127):
    if multiplier is None:
        return sums
    return requantize(sums, multiplier, shift, output_zero_point, low, high, axis)


def quantized_fully_connected(
    data, weight, bias=None, multiplier=None, shift=None, zero_point=0, flatten=True, **options
):
    sums = fully_connected(data.astype("int32") - zero_point, weight.astype("int32"), bias, flatten)
    return _finished(sums, multiplier, shift, -1, **options)


def quantized_convolution(
    data, weight, bias=None, multiplier=None, shift=None, residual=None, residual_factor=None,
    zero_point=0, output_zero_point=0, low=-128, high=127, channels_last=False, **options
):  # fmt: skip
    if channels_last:
        data, weight = numpy.moveaxis(data, -1, 1), numpy.moveaxis(weight, -1, 1)
        residual = None if residual is None else numpy.moveaxis(residual, -1, 1)
    x = data.astype("int32") - zero_point
    sums = convolution(x, weight.astype("int32"), bias, **options)
    if residual is not None:
        factors = residual_factor.reshape(-1, *(1 for _ in data.shape[2:]))
        sums = sums + residual.astype("int32") * factors
    y = _finished(sums, multiplier, shift, 1, output_zero_point, low, high)
    return numpy.moveaxis(y, 1, -1) if channels_last else y


def _quantized_multiplier(factor):
    """A factor below 1 as 2^31 times a number in [0.5, 1), and a power of two."""
    fraction, shift = math.frexp(factor)
    fixed = math.floor(fraction * 2**31 + 0.5)
    return (fixed // 2, shift + 1) if fixed == 2**31 else (fixed, shift)


def quantized_add(
    x1, x2, x1_scale, x2_scale, output_scale, x1_zero_point=0, x2_zero_point=0, **options
):
    assert x1.shape == x2.shape
    twice = 2 * max(x1_scale, x2_scale)

    def common(x, zero_point, factor):  # in integers of Python, between bounds that hold it
        multiplier, shift = _quantized_multiplier(factor)
        wide = (x.astype("int64") - zero_point) << 20
        high = (wide * multiplier + 2**30) >> 31
        half = 2 ** (-shift) // 2
        return numpy.sign(high) * ((abs(high) + half) >> -shift)

    total = common(x1, x1_zero_point, x1_scale / twice)
    total = total + common(x2, x2_zero_point, x2_scale / twice)
    last = _quantized_multiplier(twice / (2**20 * output_scale))
    return requantize(total, *last, **options)


def quantized_lookup(data, table):
    assert table.shape == (256,)
    return table[data.astype("int32") + 128]


def _gate_table(function):
    points = numpy.arange(-256, 257) / 32
    return numpy.minimum(numpy.floor(function(points) * 2**15 + 0.5), 32767).astype("int64")


def _quantized_steps(cell, data, weights, numbers, reverse):
    """Sums and tables of 16 bits, in Python's integers; `cell` makes a step of (N, gates H)."""
    gates, hidden = weights[1].shape
    state = numpy.zeros((data.shape[1], hidden), "int64")
    last = numpy.zeros(state.shape, "int64")
    found = numpy.zeros((*data.shape[:2], hidden), "int8")
    tables = [_gate_table(lambda x: 1 / (1 + numpy.exp(-x))), _gate_table(numpy.tanh)]

    def narrow(x):
        return numpy.clip(x, -32768, 32767)

    def argument(x, weight, bias, multiplier, shift):
        sums = x.astype("int64") @ weight.astype("int64").T + bias
        left, right = numpy.maximum(shift, 0), numpy.maximum(-shift, 0)
        wide = (sums * 2 ** left.astype("int64") + 2**31) % 2**32 - 2**31
        high = (wide * multiplier.astype("int64") + 2**30) >> 31
        exact = abs(high) / 2.0**right
        return narrow((numpy.sign(high) * numpy.floor(exact + 0.5)).astype("int64"))

    def look_up(table, x):
        at, rest = 256 + (narrow(x) >> 7), narrow(x) & 127
        return table[at] + (((table[at + 1] - table[at]) * rest + 64) >> 7)

    for step in reversed(range(len(data))) if reverse else range(len(data)):
        a = argument(data[step], weights[0], *numbers[:3])
        b = argument(last, weights[1], *numbers[3:])
        split = [numpy.split(x, gates // hidden, 1) for x in (a, b)]
        state, h = cell(*split, state, tables, look_up, narrow)
        last = numpy.minimum((h + 128) >> 8, 127)
        found[step] = last
    return found


def quantized_gru(data, i2h_weight, h2h_weight, *numbers, reverse=False):
    def cell(a, b, state, tables, look_up, narrow):
        r, z = (look_up(tables[0], a[i] + b[i]) for i in range(2))
        n = look_up(tables[1], a[2] + ((r * b[2] + 2**14) >> 15))
        state = n + ((z * (state - n) + 2**14) >> 15)
        return state, state

    return _quantized_steps(cell, data, (i2h_weight, h2h_weight), numbers, reverse)


def quantized_lstm(data, i2h_weight, h2h_weight, *numbers, reverse=False):
    def cell(a, b, state, tables, look_up, narrow):
        i, f, g, o = (look_up(tables[k == 2], a[k] + b[k]) for k in range(4))
        state = narrow(((f * state + 2**14) >> 15) + ((i * g + 2**18) >> 19))
        return state, (o * look_up(tables[1], state * 2) + 2**14) >> 15

    return _quantized_steps(cell, data, (i2h_weight, h2h_weight), numbers, reverse)


def quantized_pooling(data, zero_point=0, pool_type="max", channels_last=False, **options):
    if channels_last:
        planes = numpy.moveaxis(data, -1, 1)
        y = quantized_pooling(planes, zero_point, pool_type, **options)
        return numpy.moveaxis(y, 1, -1)
    if pool_type == "max":
        return pooling(data, pool_type="max", **options)
    x = data.astype("float64") - zero_point  # padded with zeros
    mean = pooling(x, pool_type="avg", **options) + zero_point
    return (numpy.sign(mean) * numpy.floor(abs(mean) + 0.5)).astype("int8")


def pack_quantized(weight):
    n, k = weight.shape
    panels, quads = -(-n // 32), -(-k // 4)
    padded = numpy.zeros((panels * 32, quads * 4), "int8")
    padded[:n, :k] = weight
    rows = padded.reshape(panels, 32, quads, 4).transpose(0, 2, 1, 3).reshape(panels, quads, 128)
    sums = padded.sum(1, dtype="int32").reshape(panels, 1, 32).view("int8")
    return numpy.concatenate([rows, sums], 1)


def pack_quantized_filters(weight):
    filters, channels = weight.shape[:2]
    taps = math.prod(weight.shape[2:])
    quads = -(-channels // 4)
    padded = numpy.zeros((filters, taps, quads * 4), "int8")
    padded[:, :, :channels] = weight.reshape(filters, channels, taps).transpose(0, 2, 1)
    sums = padded.sum((1, 2), dtype="int32").reshape(filters, 1).view("int8")
    rows = padded.reshape(filters, taps * quads, 4)
    return numpy.concatenate([rows, sums.reshape(filters, 1, 4)], 1)


def pack_quantized_depthwise(weight):
    channels, columns = weight.shape[0], weight.shape[-1]
    rows = weight.reshape(channels, *weight.shape[1:-1] or (1,), columns)
    assert rows.ndim == 3 and rows.shape[1] and columns
    quads = -(-rows.shape[1] // 4)
    padded = numpy.zeros((channels, quads * 4, columns), "int8")
    padded[:, : rows.shape[1]] = rows
    taps = padded.transpose(2, 1, 0).reshape(columns * quads, 4, channels).transpose(0, 2, 1)
    sums = padded.sum((1, 2), dtype="int32").reshape(channels, 1).view("int8")
    return numpy.concatenate([taps, sums.reshape(1, channels, 4)])


def quantized_convolution_rows(data, weight, *inputs, filters, kernel, **options):
    extents = _window(kernel, data.ndim - 2, 1)
    k = math.prod(extents) * data.shape[-1]
    panels = weight[:, :-1].reshape(len(weight), -1, 32, 4).transpose(0, 2, 1, 3)
    rows = panels.reshape(len(weight) * 32, -1)[:filters, :k]
    filters = rows.reshape(filters, *extents, data.shape[-1])
    return quantized_convolution(data, filters, *inputs, channels_last=True, **options)


def quantized_depthwise(data, weight, *inputs, kernel, **options):
    extents, channels = _window(kernel, data.ndim - 2, 1), data.shape[-1]
    height, width = (1, *extents)[-2:]
    taps = weight[:-1].reshape(width, -1, channels, 4).transpose(2, 1, 3, 0)
    filters = taps.reshape(channels, -1, width)[:, :height]
    filters = filters.reshape(channels, *extents, 1)
    return quantized_convolution(data, filters, *inputs, channels_last=True, **options)


def quantized_product(data, weight, *inputs, columns, **options):
    assert weight.shape == (-(-columns // 32), -(-data.shape[1] // 4) + 1, 128)
    panels = weight[:, :-1].reshape(len(weight), -1, 32, 4).transpose(0, 2, 1, 3)
    rows = panels.reshape(len(weight) * 32, -1)[:columns, : data.shape[1]]
    return quantized_fully_connected(data, rows, *inputs, **options)


def quantized_convolution_packed(data, weight, *inputs, kernel, **options):
    channels = data.shape[1] // options.get("num_group", 1)
    extents = _window(kernel, data.ndim - 2, 1)
    rows = weight[:, :-1].reshape(len(weight), math.prod(extents), -1)[:, :, :channels]
    filters = rows.transpose(0, 2, 1).reshape(len(weight), channels, *extents)
    return quantized_convolution(data, filters, *inputs, **options)


def _four_bits(weight):
    """Bytes (..., n) as integers (..., 2 n), the lower half of each first."""
    halves = numpy.stack([weight << 4 >> 4, weight >> 4], -1)
    return halves.reshape(*weight.shape[:-1], weight.shape[-1] * 2)


def weight_only_fully_connected(data, weight, scale, bias=None, bits=8, flatten=True):
    x = batch_flatten(data) if flatten else data
    weight = _four_bits(weight) if bits == 4 else weight
    scale = scale.reshape(len(weight), scale.shape[1] if scale.ndim == 2 else 1)
    size = x.shape[-1] // scale.shape[1]
    parts = [
        x[..., i * size : (i + 1) * size] @ weight[:, i * size : (i + 1) * size].T * scale[:, i]
        for i in range(scale.shape[1])
    ]
    out = sum(parts)
    return (out if bias is None else out + bias).astype(data.dtype)


def pack_weight_only(weight, scale, bits=8):
    units, panels = len(weight), -(-len(weight) // 32)

    def packed(x):
        padded = numpy.zeros((panels * 32, x.shape[1]), x.dtype)
        padded[:units] = x
        return padded.reshape(panels, 32, x.shape[1]).transpose(0, 2, 1)

    assert len(scale) == units
    return packed(weight), packed(scale)


def weight_only_product(data, weight, scale, bias=None, columns=0, bits=8):
    assert len(weight) == -(-columns // 32)

    def rows(x):
        return x.transpose(0, 2, 1).reshape(len(x) * 32, x.shape[1])[:columns]

    return weight_only_fully_connected(data, rows(weight), rows(scale), bias, bits)


BY_NAME = {
    name.rstrip("_"): function
    for name, function in list(globals().items())
    if callable(function) and not name.startswith("_")
}
