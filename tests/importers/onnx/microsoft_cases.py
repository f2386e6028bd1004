"""Uses of ONNX Runtime's own operators, each with what NumPy says it means."""

from dataclasses import dataclass, field
from math import erf, sqrt
from typing import Any

import numpy

GENERATOR = numpy.random.default_rng(12)


@dataclass
class Case:
    """One node. wanted: its results; steps: how far integers may be off, as sums are rounded in
    other orders; oracles: is it an operator that ONNX Runtime has on CPUs?"""

    operator: str
    inputs: dict[str, Any]
    wanted: list[Any]
    attributes: dict[str, Any] = field(default_factory=dict)
    constants: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ("y",)
    steps: int = 0
    is_in_runtime: bool = True


def real(*shape):
    return GENERATOR.normal(size=shape).astype("float32")


def whole(dtype, *shape):
    limits = numpy.iinfo(dtype)
    return GENERATOR.integers(limits.min, limits.max + 1, shape).astype(dtype)


def scalar(value, dtype="float32"):
    return numpy.array(value, dtype)


# ---- what operators mean ------------------------------------------------------------------------


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def gelu(x):
    return (x * (1 + numpy.vectorize(erf)(x / sqrt(2))) / 2).astype("float32")


def fast_gelu(x):
    return x * (1 + numpy.tanh(sqrt(2 / numpy.pi) * (x + 0.044715 * x**3))) / 2


def softmax(x):
    e = numpy.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def layer_norm(x, gamma, beta, epsilon):
    centred = x - x.mean(-1, keepdims=True)
    return centred / numpy.sqrt((centred**2).mean(-1, keepdims=True) + epsilon) * gamma + beta


def rms_norm(x, gamma, epsilon):
    return x / numpy.sqrt((x**2).mean(-1, keepdims=True) + epsilon) * gamma


def quantized(x, scale, zero):
    limits = numpy.iinfo(zero.dtype)
    found = numpy.rint(x / scale) + zero
    return numpy.clip(found, limits.min, limits.max).astype(zero.dtype)


def dequantized(x, scale, zero):
    return (x.astype("float32") - zero) * scale


def heads(x, count):
    n, t, width = x.shape
    return x.reshape(n, t, count, width // count).transpose(0, 2, 1, 3)


def joined(x):
    n, h, t, d = x.shape
    return x.transpose(0, 2, 1, 3).reshape(n, t, h * d)


def attention(q, k, v, mask=0.0, scale=None):
    repeats = q.shape[1] // k.shape[1]
    k, v = k.repeat(repeats, 1), v.repeat(repeats, 1)
    scores = q @ k.swapaxes(-1, -2) * (scale or 1 / sqrt(q.shape[-1]))
    return (softmax(scores + mask) @ v).astype("float32")


def causal(steps, keys):
    later = numpy.arange(keys) > numpy.arange(steps)[:, None] + keys - steps
    return numpy.where(later, -1e30, 0.0)


def rotated(x, cos, sin, places, is_interleaved=False):
    """x: (N, heads, T, D); places: (N, T)"""
    c, s = (numpy.expand_dims(cache[places], 1) for cache in (cos, sin))
    half = x.shape[-1] // 2
    pair = (x[..., ::2], x[..., 1::2]) if is_interleaved else (x[..., :half], x[..., half:])
    turned = pair[0] * c - pair[1] * s, pair[0] * s + pair[1] * c
    if is_interleaved:
        return numpy.stack(turned, -1).reshape(x.shape)
    return numpy.concatenate(turned, -1)


# ---- fused floats -------------------------------------------------------------------------------


def activations():
    x, b = real(2, 3, 8), real(8)
    yield Case("Gelu", {"x": x}, [gelu(x)])
    yield Case("BiasGelu", {"x": x, "b": b}, [gelu(x + b)])
    yield Case("FastGelu", {"x": x}, [fast_gelu(x)])
    yield Case("FastGelu", {"x": x, "b": b}, [fast_gelu(x + b)])
    yield Case("QuickGelu", {"x": x}, [x * sigmoid(1.5 * x)], {"alpha": 1.5})
    held = {"is_in_runtime": False}
    yield Case("BiasAdd", {"x": x, "b": b, "skip": x}, [x + b + x], **held)
    wanted = (x + b)[..., :4] * gelu((x + b)[..., 4:])
    yield Case("BiasSplitGelu", {"x": x, "b": b}, [wanted], **held)
    scores, bias = real(2, 3, 4, 5), real(2, 1, 1, 5)
    attributes = {"axis": 3, "is_inner_broadcast": 0}
    wanted = softmax(scores + bias)
    yield Case("BiasSoftmax", {"x": scores, "b": bias}, [wanted], attributes, **held)
    bias = real(2, 4, 5)
    wanted = softmax((scores + bias[:, None]).reshape(2, 3, 20)).reshape(scores.shape)
    attributes = {"axis": 2, "is_inner_broadcast": 1}
    yield Case("BiasSoftmax", {"x": scores, "b": bias}, [wanted], attributes, **held)


def products():
    a, b = real(2, 3, 5), real(2, 3, 4)
    wanted = numpy.float32(0.5) * (a.swapaxes(1, 2) @ b)
    yield Case("FusedMatMul", {"a": a, "b": b}, [wanted], {"transA": 1, "alpha": 0.5})
    a, b = real(3, 2, 5), real(2, 5, 4)
    wanted = a.transpose(1, 0, 2) @ b
    yield Case("FusedMatMul", {"a": a, "b": b}, [wanted], {"transBatchA": 1})
    a, b, c = real(3, 5), real(4, 5), real(4)
    attributes = {"transB": 1, "activation": "Relu"}
    wanted = numpy.maximum(a @ b.T + c, 0)
    yield Case("FusedGemm", {"a": a, "b": b, "c": c}, [wanted], attributes)
    x, w, z = real(1, 3, 4, 4), real(5, 3, 1, 1), real(1, 5, 4, 4)
    plain = numpy.einsum("nchw,oc->nohw", x, w[:, :, 0, 0])
    inputs = {"x": x, "w": w, "b": None, "z": z}
    yield Case("FusedConv", inputs, [numpy.maximum(plain + z, 0)], {"activation": "Relu"})
    for name, parameters, wanted in (
        ("LeakyRelu", [0.2], numpy.where(plain > 0, plain, plain * numpy.float32(0.2))),
        ("Clip", [-0.5, 0.5], numpy.clip(plain, -0.5, 0.5)),
        ("Tanh", [], numpy.tanh(plain)),
    ):
        attributes = {"activation": name} | (
            {"activation_params": parameters} if parameters else {}
        )
        yield Case("FusedConv", {"x": x, "w": w}, [wanted], attributes)


def norms():
    x, skip, gamma, beta, bias = real(2, 3, 8), real(2, 3, 8), real(8), real(8), real(8)
    total, given = x + skip + bias, {"epsilon": 1e-5}
    inputs = {"x": x, "skip": skip, "gamma": gamma, "beta": beta, "bias": bias}
    wanted = [layer_norm(total, gamma, beta, 1e-5), total]
    outputs = ("y", "", "", "sum")
    yield Case("SkipLayerNormalization", inputs, wanted, given, outputs=outputs)
    inputs = {"x": x, "skip": skip, "gamma": gamma}
    wanted = [layer_norm(x + skip, gamma, 0, 1e-5)]
    yield Case("SkipLayerNormalization", inputs, wanted, given)
    wanted = [rms_norm(total, gamma, 1e-5), total]
    inputs = inputs | {"bias": bias}
    yield Case("SkipSimplifiedLayerNormalization", inputs, wanted, given, outputs=outputs)
    ids, words, places = GENERATOR.integers(0, 9, (2, 4)).astype("int32"), real(9, 8), real(6, 8)
    inputs = {"ids": ids, "kinds": ids % 2, "words": words, "places": places, "k": real(2, 8)}
    inputs = inputs | {"gamma": gamma, "beta": beta, "mask": numpy.ones((2, 4), "int32")}
    total = words[ids] + places[:4] + inputs["k"][ids % 2]
    wanted = [layer_norm(total, gamma, beta, 1e-5), numpy.array([4, 4], "int32")]
    yield Case("EmbedLayerNormalization", inputs, wanted, given, outputs=("y", "counts"))
    x = real(2, 3, 3, 8)
    groups = x.reshape(2, 9, 4, 2).transpose(0, 2, 1, 3).reshape(2, 4, 18)
    flat = layer_norm(groups, 1, 0, 1e-5).reshape(2, 4, 9, 2).transpose(0, 2, 1, 3)
    plain = flat.reshape(x.shape) * gamma + beta
    inputs, attributes = {"x": x, "gamma": gamma, "beta": beta}, {"groups": 4, "activation": 1}
    wanted = [plain * sigmoid(plain)]
    yield Case("GroupNorm", inputs, wanted, attributes, is_in_runtime=False)


# ---- integers -----------------------------------------------------------------------------------


def elementwise(dtype):
    a, b = whole(dtype, 2, 3, 4, 4), whole(dtype, 2, 3, 4, 4)
    az, bz, cz = (scalar(n, dtype) for n in (3, 7, 5))
    inputs = {"a": a, "as": scalar(0.02), "az": az, "b": b, "bs": scalar(0.013), "bz": bz}
    inputs = inputs | {"cs": scalar(0.03), "cz": cz}
    left, right = dequantized(a, scalar(0.02), az), dequantized(b, scalar(0.013), bz)
    held = {"constants": ("as", "az", "bs", "bz", "cs", "cz"), "steps": 1}
    for name, found in (("QLinearAdd", left + right), ("QLinearMul", left * right)):
        yield Case(name, inputs, [quantized(found, scalar(0.03), cz)], **held)
    inputs = {"a": a, "as": scalar(0.02), "az": az, "ys": scalar(0.03), "yz": cz}
    held = {"constants": ("as", "az", "ys", "yz"), "steps": 1}
    mean = {"QLinearGlobalAveragePool": {}, "QLinearReduceMean": {"axes": [2, 3], "keepdims": 1}}
    found = numpy.maximum(left, left * numpy.float32(0.1))
    wanted = [quantized(found, scalar(0.03), cz)]
    yield Case("QLinearLeakyRelu", inputs, wanted, {"alpha": 0.1}, **held)
    wanted = [quantized(sigmoid(left), scalar(0.03), cz)]
    yield Case("QLinearSigmoid", inputs, wanted, **held)
    for name, attributes in mean.items():
        wanted = [quantized(left.mean((2, 3), keepdims=True), scalar(0.03), cz)]
        exists = name == "QLinearGlobalAveragePool"
        yield Case(name, inputs, wanted, attributes, is_in_runtime=exists, **held)
    pooled = left.reshape(2, 3, 2, 2, 2, 2).mean((3, 5))
    attributes = {"kernel_shape": [2, 2], "strides": [2, 2]}
    wanted = [quantized(pooled, scalar(0.03), cz)]
    yield Case("QLinearAveragePool", inputs, wanted, attributes, **held)
    inputs = {"ys": scalar(0.03), "yz": cz, "a": a, "as": scalar(0.02), "az": az}
    inputs = inputs | {"b": b, "bs": scalar(0.03), "bz": cz.copy()}
    wanted = [numpy.concatenate((quantized(left, scalar(0.03), cz), b), 1)]
    held["constants"] = ("ys", "yz", "as", "az", "bs", "bz")
    yield Case("QLinearConcat", inputs, wanted, {"axis": 1}, **held)


def weights(dtype):
    a, b, bias = real(5, 16), whole(dtype, 16, 7), real(7)
    for columns in ((), (7,)):
        bs, bz = abs(real(*columns)) + scalar(0.01), whole(dtype, *columns)
        low, high = min(a.min(), 0), max(a.max(), 0)
        scale = numpy.float32(high - low) / numpy.float32(255)
        zero = numpy.rint(numpy.clip(-low / scale, 0, 255)).astype("uint8")
        sums = (quantized(a, scale, zero).astype("int32") - zero) @ (b.astype("int32") - bz)
        inputs = {"a": a, "b": b, "bs": bs, "bz": bz, "bias": bias}
        wanted = [(sums * (scale * bs) + bias).astype("float32")]
        held = {"constants": ("b", "bs", "bz", "bias")}
        yield Case("DynamicQuantizeMatMul", inputs, wanted, **held)
        a8, az, left = whole("uint8", 5, 16), scalar(9, "uint8"), scalar(0.1)
        sums = (a8.astype("int32") - az) @ (b.astype("int32") - bz)
        inputs = {"a": a8, "b": b, "as": left, "bs": bs, "az": az, "bz": bz, "bias": bias}
        wanted = [(sums * (left * bs) + bias).astype("float32")]
        held = {"constants": ("b", "as", "bs", "az", "bz", "bias")}
        yield Case("MatMulIntegerToFloat", inputs, wanted, **held)
        added = GENERATOR.integers(-500, 500, 7).astype("int32")
        inputs = {"a": a8, "as": left, "az": az, "b": b.T.copy(), "bs": bs, "bz": bz, "c": added}
        wanted = [((sums + added) * (left * bs)).astype("float32")]
        held = {"constants": ("as", "az", "b", "bs", "bz", "c")}
        yield Case("QGemm", inputs, wanted, {"transB": 1}, **held)


def few_bits(bits, width, block):
    units, blocks = 6, -(-width // block)
    numbers = GENERATOR.integers(0, 1 << bits, (units, blocks * block)).astype("uint8")
    scales, bias = abs(real(units, blocks)), real(units)
    a = real(2, 3, width)
    given = {"K": width, "N": units, "bits": bits, "block_size": block}

    def packed(x):
        each = 8 // bits
        x = numpy.pad(x, ((0, 0), (0, -x.shape[1] % each))).reshape(units, -1, each)
        return (x << (numpy.arange(each) * bits).astype("uint8")).sum(-1).astype("uint8")

    stored = packed(numbers).reshape(units, blocks, -1)
    for zeros in (None, GENERATOR.integers(0, 1 << bits, (units, blocks)).astype("uint8")):
        middle = 1 << (bits - 1) if zeros is None else zeros.repeat(block, 1)
        weight = (numbers.astype("float32") - middle) * scales.repeat(block, 1)
        inputs = {"a": a, "b": stored, "s": scales}
        inputs = inputs | {"z": None if zeros is None else packed(zeros), "g": None, "bias": bias}
        wanted = [(a @ weight[:, :width].T + bias).astype("float32")]
        yield Case("MatMulNBits", inputs, wanted, given, ("b", "s", "z", "bias"))


# ---- attention ----------------------------------------------------------------------------------

N, T, H, D = 2, 4, 4, 16


def masked_attention():
    x, w, b = real(N, T, H * D), real(H * D, 3 * H * D) / 8, real(3 * H * D)
    q, k, v = (heads(part, H) for part in numpy.split(x @ w + b, 3, -1))
    inputs, given = {"x": x, "w": w, "b": b}, {"num_heads": H}
    yield Case("Attention", inputs, [joined(attention(q, k, v))], given)
    attributes = given | {"unidirectional": 1, "scale": 0.2}
    wanted = [joined(attention(q, k, v, causal(T, T), numpy.float32(0.2)))]
    yield Case("Attention", inputs, wanted, attributes)
    seen = numpy.array([[1, 1, 1, 1], [1, 1, 0, 0]], "int32")
    hidden = numpy.where(seen, 0, -10000.0)[:, None, None]
    wanted = [joined(attention(q, k, v, hidden))]
    yield Case("Attention", inputs | {"m": seen}, wanted, given)
    yield Case("Attention", inputs | {"m": seen.sum(1).astype("int32")}, wanted, given)
    past = real(2, N, H, 3, D)
    k, v = numpy.concatenate((past[0], k), 2), numpy.concatenate((past[1], v), 2)
    attributes = given | {"unidirectional": 1}
    wanted = [joined(attention(q, k, v, causal(T, T + 3))), numpy.stack((k, v))]
    inputs = inputs | {"m": None, "past": past}
    yield Case("Attention", inputs, wanted, attributes, outputs=("y", "present"))


def separate_attention():
    q, k, v, bias = real(N, T, H * D), real(N, 6, H * D), real(N, 6, H * D), real(3 * H * D)
    parts = [heads(x, H) for x in (q, k, v)]
    inputs, given = {"q": q, "k": k, "v": v}, {"num_heads": H}
    yield Case("MultiHeadAttention", inputs, [joined(attention(*parts))], given)
    added = [heads(x + b, H) for x, b in zip((q, k, v), numpy.split(bias, 3), strict=True)]
    wanted = [joined(attention(*added))]
    yield Case("MultiHeadAttention", inputs | {"b": bias}, wanted, given)
    seen = numpy.array([[1] * 6, [1, 0, 1, 1, 0, 0]], "int32")
    wanted = [joined(attention(*parts, numpy.where(seen, 0, -10000.0)[:, None, None]))]
    yield Case("MultiHeadAttention", inputs | {"b": None, "m": seen}, wanted, given)
    summand = real(1, H, T, 6)
    wanted = [joined(attention(*parts, summand))]
    inputs = inputs | {"b": None, "m": None, "bias": summand}
    yield Case("MultiHeadAttention", inputs, wanted, given)
    inputs = {"q": q, "k": parts[1], "v": parts[2]}
    yield Case("MultiHeadAttention", inputs, [joined(attention(*parts))], given)
    packed = numpy.stack([x.transpose(0, 2, 1, 3) for x in parts[1:]], 3)
    wanted, held = [joined(attention(*parts))], {"is_in_runtime": False}
    yield Case("MultiHeadAttention", {"q": q, "k": packed}, wanted, given, **held)


def grouped_attention(count, steps, past, **attributes):
    """A decoder's attention with keys and values of `past` steps; the caches have just the room."""
    kv, total = 2, past + steps
    q, k, v = real(count, steps, H * D), real(count, steps, kv * D), real(count, steps, kv * D)
    caches = real(count, kv, past, D), real(count, kv, past, D)
    cos, sin = real(32, D // 2), real(32, D // 2)
    inputs = {"q": q, "k": k, "v": v, "pk": caches[0], "pv": caches[1]}
    inputs = inputs | {
        "last": numpy.full(count, total - 1, "int32"),
        "total": scalar(total, "int32"),
    }
    q, k, v = heads(q, H), heads(k, kv), heads(v, kv)
    if attributes.get("do_rotary"):
        inputs = inputs | {"cos": cos, "sin": sin}
        places = numpy.broadcast_to(numpy.arange(past, total), (count, steps))
        turn = bool(attributes.get("rotary_interleaved"))
        q, k = (rotated(x, cos, sin, places, turn) for x in (q, k))
    k, v = numpy.concatenate((caches[0], k), 2), numpy.concatenate((caches[1], v), 2)
    mask = causal(steps, total)
    window = attributes.get("local_window_size", -1)
    if window > 0:
        early = numpy.arange(total) <= numpy.arange(past, total)[:, None] - window
        mask = mask + numpy.where(early, -1e30, 0.0)
    wanted = [joined(attention(q, k, v, mask)), k, v]
    attributes = {"num_heads": H, "kv_num_heads": kv, **attributes}
    outputs = ("y", "nk", "nv")
    return Case("GroupQueryAttention", inputs, wanted, attributes, ("total",), outputs)


def rotations():
    cos, sin = real(20, D // 2), real(20, D // 2)
    x, places = real(N, T, H * D), GENERATOR.integers(0, 20, (N, T))
    for turn in (0, 1):
        inputs = {"x": x, "p": places, "cos": cos, "sin": sin}
        wanted = [joined(rotated(heads(x, H), cos, sin, places, bool(turn)))]
        yield Case("RotaryEmbedding", inputs, wanted, {"interleaved": turn})
        first = numpy.array([3])
        wanted = [rotated(heads(x, H), cos, sin, 3 + numpy.arange(T)[None], bool(turn))]
        inputs = inputs | {"x": heads(x, H).copy(), "p": first}
        yield Case("RotaryEmbedding", inputs, wanted, {"interleaved": turn})


def cases():
    """All of them, with a name each."""
    found = [*activations(), *products(), *norms(), *masked_attention(), *separate_attention()]
    for dtype in ("uint8", "int8"):
        found += [*elementwise(dtype), *weights(dtype)]
    for bits in (2, 4, 8):
        found += [*few_bits(bits, 64, 32), *few_bits(bits, 40, 16)]
    found += rotations()
    found += [
        grouped_attention(1, 4, 0),
        grouped_attention(1, 4, 0, do_rotary=1),
        grouped_attention(1, 1, 6, do_rotary=1, rotary_interleaved=1),
        grouped_attention(1, 3, 4, do_rotary=1),
        grouped_attention(2, 1, 6, do_rotary=1),
        grouped_attention(2, 4, 0, local_window_size=2),
    ]
    return {f"{case.operator}-{number}": case for number, case in enumerate(found)}


__all__ = ["Case", "cases"]
