"""Networks of the model zoo as ONNX and back, in float32, halves and int8."""

import pytest

pytest.importorskip("onnx")

import numpy
import weft
from onnx_exports import HAS_RUNTIME, agree, check, drawn, leaves, made, on_host, returns, run
from weft import np, quantization
from weft.gluon import nn
from weft.gluon.model_zoo import text, vision
from weft.gluon.model_zoo.text import bart, encoders, t5, whisper

SMALL = ["lenet", "squeezenet1_1", "mobilenet0_25", "mobilenet_v2_0_25", "resnet18_v1"]
OTHERS = [
    *("alexnet", "densenet121", "inception_v3", "resnet18_v2", "resnet50_v1", "resnet50_v2"),
    *("unet", "vgg11", "vgg11_bn"),
]


def image_for(name):
    sizes = {"lenet": 28, "inception_v3": 299, "alexnet": 128}
    size = sizes.get(name, 64)
    return drawn(1, 1 if name == "lenet" else 3, size, size)


def of_zoo(name):
    make = getattr(vision, name)
    return made(make() if name == "unet" else make(classes=10))


@pytest.mark.parametrize(
    "name", [*SMALL, *[pytest.param(name, marks=pytest.mark.full) for name in OTHERS]]
)
def test_vision_network_goes_out_and_back(name, tmp_path):
    net, x, path = of_zoo(name), image_for(name), str(tmp_path / "net.onnx")
    check(path, net, x, tolerance=1e-4)
    returns(path, net, x)


def pair_config(family, **more):
    """A small encoder–decoder's config.json."""
    sizes = {"vocab_size": 50, "d_model": 16, "encoder_layers": 1, "decoder_layers": 1}
    sizes |= dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 2)
    sizes |= dict.fromkeys(("encoder_ffn_dim", "decoder_ffn_dim"), 24)
    return {**sizes, "model_type": family, "max_position_embeddings": 20, **more}


def encoder(family, architecture):
    sizes = dict.fromkeys(("hidden_size", "dim", "embedding_size"), 16)
    sizes |= dict.fromkeys(("num_hidden_layers", "n_layers"), 2)
    sizes |= dict.fromkeys(("num_attention_heads", "n_heads"), 2)
    sizes |= dict.fromkeys(("intermediate_size", "hidden_dim"), 24)
    sizes |= {"vocab_size": 50, "max_position_embeddings": 40, "pad_token_id": 1}
    return encoders.from_config({**sizes, "model_type": family, "architectures": [architecture]})


T5 = {"vocab_size": 50, "d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 2, "num_heads": 2}
SPEECH = {"num_mel_bins": 8, "max_source_positions": 10, "max_target_positions": 12}
FRAMES = drawn(2, 8, 20)
TRANSFORMERS = {
    "vit": (lambda: vision.ViT(32, 8, units=32, num_layers=2, num_heads=4), "image"),
    "swin": (lambda: vision.Swin([1, 1], [2, 4], units=16, window_size=4), "image"),
    "swin v2": (
        lambda: vision.Swin([2, 1], [2, 4], units=16, window_size=4, version=2),
        "image",
    ),
    "llama": (
        lambda: text.Llama(50, 16, 24, 2, 4, 2, window=[None, 3], query_key_norm=True),
        "text",
    ),
    "llama, norms behind": (
        lambda: text.Llama(50, 16, 24, 2, 2, post_norms=True, attention_softcap=0.5, softcap=1.0),
        "text",
    ),
    "llama, experts": (lambda: text.Llama(50, 16, 24, 2, 2, experts=3), "text"),
    "neox": (lambda: text.NeoX(50, 16, 2, 2, query_key_norm=True), "text"),
    "phi": (lambda: text.NeoX(50, 16, 2, 4, 24, 2, shared_norm=True, head_bias=True), "text"),
    "opt": (lambda: text.OPT(50, 16, 2, 2, embed_units=8, pre_norm=False), "text"),
    "roberta": (lambda: encoder("roberta", "RobertaForSequenceClassification"), "text"),
    "distilbert": (lambda: encoder("distilbert", "DistilBertForMaskedLM"), "text"),
    "electra": (lambda: encoder("electra", "ElectraForTokenClassification"), "text"),
    "albert": (lambda: encoder("albert", "AlbertModel"), "text"),
    "mpnet": (lambda: encoder("mpnet", "MPNetModel"), "text"),
    "t5": (lambda: t5.from_config({**T5, "model_type": "t5"}), "two texts"),
    "bart": (lambda: bart.from_config(pair_config("bart")), "two texts"),
    "whisper": (lambda: whisper.from_config(pair_config("whisper", **SPEECH)), "speech"),
}
QUICK = {"vit", "llama", "llama, experts", "t5"}
CONVOLUTIONAL = [
    *("resnext50_32x4d", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0"),
    *("efficientnet_v2_s", "regnet_y_400mf", "convnext_tiny"),
]


@pytest.mark.full
@pytest.mark.parametrize("name", CONVOLUTIONAL)
def test_torchvisions_network_goes_out_and_back(name, tmp_path):
    net, x, path = made(vision.get_model(name, classes=10)), drawn(1, 3, 64, 64), tmp_path / "n"
    check(str(path), net, x, tolerance=1e-4)
    returns(str(path), net, x)


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.full) for n in TRANSFORMERS]
)
def test_transformer_goes_out_and_back(name, tmp_path):
    make, kind = TRANSFORMERS[name]
    net, path = made(make()), str(tmp_path / "net.onnx")
    inputs = {
        "image": (drawn(2, 3, 32, 32),),
        "text": (TOKENS,),
        "two texts": (TOKENS, TOKENS[:, :3]),
        "speech": (FRAMES, TOKENS[:, :3]),
    }[kind]
    check(path, net, *inputs, tolerance=1e-4)
    returns(path, net, *inputs, tolerance=1e-4)


TOKENS = np.array(numpy.random.default_rng(0).integers(0, 50, (2, 5)).astype("int32"))
OTHER_TOKENS = np.array(numpy.random.default_rng(1).integers(0, 50, (3, 7)).astype("int32"))
SIZES = {"units": 16, "num_layers": 2, "num_heads": 2, "max_length": 16}
DYNAMIC = {"tokens": {0: "batch", 1: weft.Dim("time", max=16)}}


def test_gpt_goes_out_for_any_length_and_back(tmp_path):
    net, path = made(text.GPT(vocab_size=50, **SIZES)), str(tmp_path / "net.onnx")
    check(path, net, TOKENS, others=[(OTHER_TOKENS,)], dynamic=DYNAMIC)
    check(path, net, TOKENS)
    returns(path, net, TOKENS, tolerance=1e-5)


def test_bert_goes_out_for_any_length_and_back(tmp_path):
    net = made(text.BERT(vocab_size=50, hidden_size=32, **SIZES))
    path = str(tmp_path / "net.onnx")
    check(path, net, TOKENS, others=[(OTHER_TOKENS,)], dynamic=DYNAMIC)
    lengths = np.array([3, 5])
    check(path, net, TOKENS, np.zeros_like(TOKENS), lengths)
    returns(path, net, TOKENS, np.zeros_like(TOKENS), lengths, tolerance=1e-5)


@pytest.mark.parametrize("mode", ["lstm", "gru"])
def test_recurrent_text_network_goes_out(mode, tmp_path):
    net = made(text.RNNModel(50, 8, 8, 2, mode))
    check(str(tmp_path / "net.onnx"), net, TOKENS, net.rnn.begin_state(2))


def test_generation_with_caches_goes_on_from_call_to_call(tmp_path):
    net, path = made(text.GPT(vocab_size=50, **SIZES)), str(tmp_path / "net.onnx")
    one = TOKENS[:, :1]
    weft.onnx.export(net, path, one, net.new_caches(2))
    caches = net.new_caches(2)
    states = on_host(leaves([[c.keys, c.values, c.position] for c in caches]))
    for step in range(3):
        tokens = TOKENS[:, step : step + 1]
        wanted = net(tokens, caches)
        scores, *states = run(path, [*on_host(tokens), *states])
        agree([scores], on_host(wanted))


@pytest.mark.parametrize("name", ["lenet", "resnet18_v1"])
def test_int8_network_has_the_same_bits(name, tmp_path):
    if not HAS_RUNTIME and name != "lenet":
        pytest.skip("takes long in the reference evaluator")
    net, x, path = of_zoo(name), image_for(name), str(tmp_path / "net.onnx")
    small = quantization.quantize(net, x)
    weft.onnx.export(small, path, x, exact_int8=True)
    for found, wanted in zip(run(path, on_host(x)), on_host(small(x)), strict=True):
        numpy.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("name", ["lenet", "resnet18_v1"])
def test_int8_network_between_conversions_is_close(name, tmp_path):
    net, x, path = of_zoo(name), image_for(name), str(tmp_path / "net.onnx")
    small = quantization.quantize(net, x)
    # The reference evaluator has the conversions from version 19 on.
    check(path, small, x, tolerance=0.03, opset=17 if HAS_RUNTIME else 21)


@pytest.mark.parametrize("bits", [8, 4])
def test_weights_of_few_bits_go_out(bits, tmp_path):
    net = made(nn.HybridSequential(nn.Dense(16, in_units=32), nn.Dense(10, in_units=16)))
    assert quantization.quantize_weights(net, bits=bits) == 2
    check(str(tmp_path / "net.onnx"), net, drawn(4, 32))


@pytest.mark.parametrize("dtype, tolerance", [("float16", 5e-3), ("bfloat16", 5e-2)])
def test_halves_go_out(dtype, tolerance, tmp_path):
    from onnx.reference import ReferenceEvaluator  # ONNX Runtime has no bfloat16 on processors

    net = made(nn.HybridSequential(nn.Dense(8, activation="relu", in_units=6), nn.LayerNorm()))
    x = drawn(2, 6)
    net(x)
    net.cast(dtype)
    x, path = x.astype(dtype), str(tmp_path / "net.onnx")
    weft.onnx.export(net, path, x)
    model = ReferenceEvaluator(path)
    given = on_host(x)[0].astype(dtype if dtype == "float16" else _bfloat16())
    (found,) = model.run(None, {model.input_names[0]: given})
    assert found.dtype.name == dtype
    agree([found.astype("float32")], [on_host(net(x))[0].astype("float32")], tolerance)


def _bfloat16():
    import ml_dtypes

    return ml_dtypes.bfloat16
