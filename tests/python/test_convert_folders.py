"""`weft convert` of folders with config.json and weights: texts, images, open extents, errors."""

import json
import re

import numpy
import pytest
import weft
from weft import gluon, np, npx
from weft.gluon.model_zoo.text import bart, encoders, gpt, t5, whisper
from weft.hub import _families

cli = pytest.importorskip("weft.cli")

SIZES = {
    "hidden_size": 8,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 11,
    "max_position_embeddings": 12,
}


def written(folder, net, config):
    """A folder with the network's weights, by its own names."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config))
    net.save_parameters(str(folder / "model.safetensors"))
    return folder


def text(folder, name):
    config = {**SIZES, "architectures": [name]}
    np.random.seed(1)
    net = encoders.from_config(config)
    net.initialize(weft.init.Normal(0.3))
    return net, written(folder, net, config)


def check(path, net, *inputs):
    context = weft.runtime.Model(str(path)).context()
    for x in inputs:
        want = net(np.array(x))
        want = want[0] if isinstance(want, tuple) else want
        numpy.testing.assert_allclose(context.run(x)[0], want.asnumpy(), rtol=2e-4, atol=2e-5)


def tokens(*shape):
    return numpy.random.default_rng(0).integers(2, 11, shape).astype("int32")


@pytest.mark.parametrize("name", ["BertModel", "RobertaForSequenceClassification"])
def test_a_network_for_text_has_open_extents(name, tmp_path, capsys):
    net, folder = text(tmp_path / "net.v1", name)
    target = tmp_path / "out.weft"
    assert cli.main(["convert", str(folder), "-o", str(target)]) == 0
    assert capsys.readouterr().out == f"{target}\n"
    check(target, net, tokens(2, 7), tokens(3, 10), tokens(1, 1))
    assert cli.main(["info", str(target)]) == 0
    assert "tokens: int32(batch, time)" in capsys.readouterr().out
    with pytest.raises(ValueError, match="dimension `time`"):
        weft.runtime.Model(str(target)).context().run(tokens(1, 13))


def test_extents_can_be_fixed_and_the_file_lies_beside_the_folder(tmp_path, capsys, monkeypatch):
    net, folder = text(tmp_path / "net.v1", "BertModel")
    monkeypatch.chdir(folder)
    assert cli.main(["convert", ".", "--shape", "tokens=2,5", "--pack"]) == 0
    target = tmp_path / "net.v1.weft"
    assert capsys.readouterr().out == f"{target}\n"
    check(target, net, tokens(2, 5))


class _Images(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.body = gluon.nn.Conv2D(4, 3, in_channels=2)
        self.output = gluon.nn.Dense(3)

    def forward(self, x):
        return self.output(npx.relu(self.body(x)).mean(axis=(2, 3)))


class _Zoo:
    """Stands for a module of the zoo."""

    @staticmethod
    def from_config(config):
        assert config["architectures"] == ["PictureModel"]
        return _Images()


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    family = _families.Family("picture", _Zoo, "Picture", "Model", takes="images")
    monkeypatch.setattr(_families, "FAMILIES", [*_families.FAMILIES, family])
    net = _Images()
    net.initialize(weft.init.Normal(0.3))
    net(np.ones((1, 2, 8, 8)))

    def folder(**config):
        return written(tmp_path / "net", net, {"model_type": "picture", **config})

    return net, folder


@pytest.mark.parametrize(("size", "extents"), [(8, (8, 8)), ([6, 9], (6, 9)), (None, (224, 224))])
def test_a_network_for_images_has_an_open_batch(size, extents, pictures, tmp_path):
    net, folder = pictures
    sizes = {"image_size": size} if size else {}
    assert cli.main(["convert", str(folder(num_channels=2, **sizes))]) == 0
    images = numpy.random.default_rng(0).normal(size=(3, 2, *extents)).astype("float32")
    check(tmp_path / "net.weft", net, images, images[:1])


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"image_size": "8"}, "`num_channels` and `image_size` of config.json must be numbers"),
        ({"num_channels": -2}, "got -2 and 224"),
        ({"image_size": 30000}, "must be numbers from 1 to 8192; got 3 and 30000"),
        ({"model_type": "other"}, "which is none of those known: AlbertModel"),
        ({"num_layers": 10**9}, "its weights have but 4 arrays"),
    ],
)
def test_what_does_not_fit_is_told(config, said, pictures, tmp_path, capsys):
    assert cli.main(["convert", str(pictures[1](**config))]) == 1
    error = capsys.readouterr().err
    assert error.startswith("weft: ")
    assert said in error
    assert not (tmp_path / "net.weft").exists()


def test_other_inputs_are_told(pictures, monkeypatch, capsys):
    family = _families.Family("picture", _Zoo, "Picture", "Model", takes="sounds")
    monkeypatch.setattr(_families, "FAMILIES", [family])
    assert cli.main(["convert", str(pictures[1]())]) == 1
    assert "a PictureModel takes sounds" in capsys.readouterr().err


def test_a_folder_without_config_or_an_input_that_there_is_not_is_told(tmp_path, capsys):
    assert cli.main(["convert", str(tmp_path)]) == 1
    assert f"there is no config.json in {tmp_path}" in capsys.readouterr().err
    _, folder = text(tmp_path / "net", "BertModel")
    assert cli.main(["convert", str(folder), "--shape", "image=1,2"]) == 1
    assert "there is no input `image`; the inputs are tokens" in capsys.readouterr().err
    assert cli.main(["convert", str(tmp_path / "net.bin")]) == 1
    assert "must be a folder with config.json, or end with one of .onnx" in capsys.readouterr().err


# ---- networks that write text --------------------------------------------------------------------

GPT2 = {"architectures": ["GPT2LMHeadModel"], "vocab_size": 11, "n_embd": 8, "n_layer": 1}
GPT2 |= {"n_head": 2, "n_positions": 12}
T5 = {"model_type": "t5", "vocab_size": 11, "d_model": 8, "d_ff": 16, "d_kv": 4, "num_layers": 1}
T5 |= {"num_heads": 2}
WHISPER = {"model_type": "whisper", "vocab_size": 11, "d_model": 8, "num_mel_bins": 3}
WHISPER |= {"encoder_layers": 1, "decoder_layers": 1, "max_source_positions": 5}
WHISPER |= {"encoder_attention_heads": 2, "decoder_attention_heads": 2}
WHISPER |= {"decoder_start_token_id": 3, "pad_token_id": 0, "eos_token_id": 1}
BART = {"architectures": ["BartModel"], "vocab_size": 11, "d_model": 8, "encoder_layers": 1}
BART |= {"decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
PAIR, SPEECH = "T5ForConditionalGeneration", "WhisperForConditionalGeneration"


def made(module, config, folder, *architecture):
    config = {**config, **({"architectures": [*architecture]} if architecture else {})}
    np.random.seed(1)
    net = module.from_config(config)
    net.initialize(weft.init.Normal(0.5))
    return net, written(folder, net, config)


def continued(step, tokens, steps):
    """Tokens by the file's step, each the best one behind the last."""
    while len(tokens) < steps:
        tokens.append(step.run(numpy.array([tokens[-1]], "int32").reshape(1, 1))[1][0])
    return tokens


def converted(folder, *options):
    assert cli.main(["convert", str(folder), *options]) == 0
    return weft.runtime.Model(f"{folder}.weft")


def test_a_decoder_becomes_a_file_that_generates(tmp_path):
    net, folder = made(gpt, GPT2, tmp_path / "gpt2")
    model = converted(folder, "--generate", "9")
    assert model.entries == ["prompt", "step"]
    prompt = model.context("prompt")
    step = model.context("step", sharing=prompt)
    for text in (tokens(1, 4), tokens(1, 2)):
        found = continued(step, [prompt.run(text)[1][0]], 5)
        assert found == net.generate(np.array(text), 5, temperature=0)[0, -5:].asnumpy().tolist()
        prompt.reset()


def test_a_pair_becomes_a_file_that_generates(tmp_path):
    net, folder = made(t5, T5, tmp_path / "t5", PAIR)
    model = converted(folder, "--generate", "6", "--shape", "inputs=1,8", "--pack")
    assert model.entries == ["encode", "step"]
    encode = model.context("encode")
    step = model.context("step", sharing=encode)
    for length in (8, 3):
        text, mask = tokens(1, length), numpy.zeros((1, 8), "int32")
        mask[:, :length] = 1
        encode.run(numpy.pad(text, ((0, 0), (0, 8 - length))), mask)
        want = net.generate(np.array(text), 5, end=()).asnumpy()[0].tolist()
        assert continued(step, [net.begin_token], 6) == want


def test_a_pair_for_speech_becomes_a_file_that_generates(tmp_path):
    net, folder = made(whisper, WHISPER, tmp_path / "whisper", SPEECH)
    model = converted(folder, "--generate", "6")
    frames = numpy.random.default_rng(0).normal(size=(1, 3, 10)).astype("float32")
    encode = model.context("encode")
    encode.run(frames)
    found = continued(model.context("step", sharing=encode), [net.begin_token], 6)
    assert found == net.generate(np.array(frames), 5, end=())[0].asnumpy().tolist()


def test_a_text_has_the_usual_length_where_none_is_told(tmp_path):
    _, folder = made(t5, T5, tmp_path / "t5", PAIR)
    encode = converted(folder, "--generate", "2").context("encode")
    assert encode.run(tokens(1, 512), numpy.ones((1, 512), "int32"))[0].shape == (1, 512, 8)


def test_what_an_encoder_of_a_pair_takes_is_told_by_its_architecture(tmp_path):
    net, folder = made(t5, T5, tmp_path / "t5", "T5EncoderModel")
    converted(folder)
    check(f"{folder}.weft", net, tokens(2, 7), tokens(1, 3))
    net, folder = made(whisper, WHISPER, tmp_path / "whisper", "WhisperForAudioClassification")
    converted(folder)
    frames = numpy.random.default_rng(0).normal(size=(3, 3, 10)).astype("float32")
    check(f"{folder}.weft", net, frames, frames[:1])


@pytest.mark.parametrize(
    ("module", "config", "options", "said"),
    [
        (t5, {**T5, "architectures": [PAIR]}, [], "takes two texts.*`weft convert --generate N`"),
        (t5, T5, ["--generate", "5"], "got a T5Model, which gives no scores of tokens"),
        (bart, BART, ["--generate", "5"], "got a BartModel, which gives no scores"),
        (gpt, GPT2, ["--generate", "13"], r"`length` in \[2, 12\]; got 1 and 13"),
        (gpt, GPT2, ["--generate", "5", "--shape", "tokens=1,2"], "no input `tokens` whose shape"),
        (
            t5,
            {**T5, "architectures": [PAIR]},
            ["--generate", "5", "--shape", "tokens=1,2"],
            "is open; `inputs` has one",
        ),
        (
            t5,
            {**T5, "architectures": [PAIR]},
            ["--generate", "5", "--shape", "inputs=2,3"],
            r"must fit \(1, time\); got \(2, 3\)",
        ),
        (
            whisper,
            {**WHISPER, "architectures": [SPEECH]},
            ["--generate", "5", "--shape", "inputs=1,3,8"],
            r"must fit \(1, 3, 10\); got \(1, 3, 8\)",
        ),
    ],
)
def test_what_cannot_generate_is_told(module, config, options, said, tmp_path, capsys):
    _, folder = made(module, config, tmp_path / "net")
    assert cli.main(["convert", str(folder), *options]) == 1
    assert re.search(said, capsys.readouterr().err)
    assert not (tmp_path / "net.weft").exists()


def test_only_a_folder_generates(tmp_path, capsys):
    _, folder = text(tmp_path / "net", "BertModel")
    assert cli.main(["convert", str(folder), "--generate", "5"]) == 1
    assert "is for networks that write text; got a BertModel" in capsys.readouterr().err
    (tmp_path / "net.onnx").write_bytes(b"")
    assert cli.main(["convert", str(tmp_path / "net.onnx"), "--generate", "5"]) == 1
    assert "`generate` is for folders with config.json" in capsys.readouterr().err
