"""Attention and rotary embeddings against the reference evaluator, with all kinds of masks."""

import itertools

import numpy
import pytest
from onnx import helper
from onnx_models import model
from onnx_runs import compare, compare_gradients, reference

B, H, L, S, D = 2, 4, 3, 5, 6


def numbers(*shape, dtype="float32", seed=0):
    return numpy.random.default_rng(seed).normal(size=shape).astype(dtype)


def network_of(inputs, outputs=1, opset=25, **attributes):
    order = ("q", "k", "v", "mask", "past_k", "past_v", "n")
    names = [name if name in inputs else "" for name in order]
    while not names[-1]:
        names.pop()
    found = [f"y{place}" for place in range(outputs)]
    node = helper.make_node("Attention", names, found, **attributes)
    given = {name: (value.dtype.name, value.shape) for name, value in inputs.items()}
    return model([node], given, dict.fromkeys(found, (None, None)), opset=opset)


def heads(keys=S, kv_heads=H, dtype="float32", queries=L):
    return {
        "q": numbers(B, H, queries, D, dtype=dtype),
        "k": numbers(B, kv_heads, keys, D, dtype=dtype, seed=1),
        "v": numbers(B, kv_heads, keys, D + 1, dtype=dtype, seed=2),
    }


def check(inputs, outputs=1, **attributes):
    names = [n for n in ("q", "k", "v", "mask", "past_k", "past_v", "n") if n in inputs]
    network = network_of({n: inputs[n] for n in names}, outputs, **attributes)
    compare(network, [inputs[n] for n in names], rtol=1e-4)


def masks(keys):
    generator = numpy.random.default_rng(3)
    return {
        "none": None,
        "bools": generator.random((L, keys)) < 0.6,
        "floats": generator.normal(size=(B, 1, L, keys)).astype("float32"),
        "hidden": numpy.arange(keys) < numpy.array([[[[2]]], [[[0]]]]) + numpy.zeros((1, 1, L, 1)),
        "short": generator.random((L, keys - 1)) < 0.6,
    }


@pytest.mark.parametrize("kind", ["none", "bools", "floats", "hidden", "short"])
@pytest.mark.parametrize("is_causal", [0, 1])
@pytest.mark.parametrize("kv_heads", [4, 2, 1])
def test_masks_and_groups_of_heads(kind, is_causal, kv_heads):
    mask = masks(S)[kind]
    inputs = heads(kv_heads=kv_heads) | ({} if mask is None else {"mask": mask})
    check(inputs, is_causal=is_causal)


@pytest.mark.parametrize("queries", [1, L])
@pytest.mark.parametrize("is_causal", [0, 1])
@pytest.mark.parametrize("windows", [(-1, -1), (2, 0), (1, 1)])
def test_a_cache_inside(queries, is_causal, windows):
    inputs = heads(keys=queries, queries=queries)
    inputs |= {"past_k": numbers(B, H, 4, D, seed=4), "past_v": numbers(B, H, 4, D + 1, seed=5)}
    names = {"left_window_size": windows[0], "right_window_size": windows[1]}
    check(inputs, 3, is_causal=is_causal, **names)


@pytest.mark.parametrize("is_causal", [0, 1])
@pytest.mark.parametrize("lengths", [[5, 3], [4, 1]])
def test_a_cache_outside(is_causal, lengths):
    check(heads() | {"n": numpy.array(lengths)}, is_causal=is_causal)
    check(heads() | {"n": numpy.array(lengths), "mask": masks(S)["bools"]}, is_causal=is_causal)


@pytest.mark.parametrize(
    ("mode", "softcap", "is_causal"), list(itertools.product(range(4), (0.0, 0.7), (0, 1)))
)
def test_scores_as_an_output(mode, softcap, is_causal):
    inputs = heads(kv_heads=2) | {"mask": masks(S)["bools"]}
    options = {"qk_matmul_output_mode": mode, "is_causal": is_causal, "scale": 0.3}
    network = network_of(inputs, 4, softcap=softcap, **options)
    wanted = reference(network, list(inputs.values()))
    if mode == 0:  # the standard says: before the cap; the evaluator gives them after it
        wanted[3] = reference(network_of(inputs, 4, **options), list(inputs.values()))[3]
    compare(network, list(inputs.values()), rtol=1e-4, wanted=wanted)


def test_heads_lie_side_by_side():
    inputs = {name: x.swapaxes(1, 2).reshape(B, x.shape[2], -1) for name, x in heads().items()}
    check(inputs, 3, q_num_heads=H, kv_num_heads=H, softmax_precision=11)
    check(inputs, 1, q_num_heads=H, kv_num_heads=H, opset=23)


@pytest.mark.parametrize("options", [{}, {"softcap": 0.7}, {"is_causal": 1}])
def test_gradients(options):
    inputs = heads(dtype="float64", kv_heads=2)
    compare_gradients(network_of(inputs, **options), list(inputs.values()), rtol=1e-4)


@pytest.mark.parametrize("rank", [3, 4])
@pytest.mark.parametrize("width", [0, 4])
@pytest.mark.parametrize("interleaved", [0, 1])
@pytest.mark.parametrize("has_positions", [True, False])
def test_rotary_embeddings(rank, width, interleaved, has_positions):
    half = (width or D) // 2
    x = numbers(B, H, L, D)
    inputs = {
        "x": x if rank == 4 else x.swapaxes(1, 2).reshape(B, L, H * D),
        "cos": numbers(9, half) if has_positions else numbers(B, L, half),
        "sin": numbers(9, half, seed=1) if has_positions else numbers(B, L, half, seed=1),
    }
    if has_positions:
        inputs["positions"] = numpy.random.default_rng(2).integers(0, 9, (B, L))
    options = {"rotary_embedding_dim": width, "interleaved": interleaved}
    options |= {"num_heads": H} if rank == 3 else {}
    node = helper.make_node("RotaryEmbedding", list(inputs), ["y"], **options)
    given = {name: (value.dtype.name, value.shape) for name, value in inputs.items()}
    network = model([node], given, {"y": (None, None)}, opset=23)
    compare(network, list(inputs.values()))


def test_operators_that_the_standard_expands_may_leave_inputs_out():
    """The inliner of the `onnx` package does not expand a call with a gap among its inputs."""
    inputs = {"x": numbers(1, 2, 5), "w": numbers(2, 1, 3), "past": numbers(1, 2, 2)}
    node = helper.make_node("CausalConvWithState", ["x", "w", "", "past"], ["y", "state"])
    given = {name: (value.dtype.name, value.shape) for name, value in inputs.items()}
    network = model([node], given, {"y": (None, None), "state": (None, None)}, opset=27)
    long = numpy.concatenate((inputs["past"], inputs["x"]), 2)
    rows = [long[:, :, place : place + 5] * inputs["w"][:, 0, place, None] for place in range(3)]
    compare(network, list(inputs.values()), wanted=[sum(rows), long[:, :, 5:]])
