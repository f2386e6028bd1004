"""`weft convert` of folders with config.json and weights: texts, images, open extents, errors."""

import json

import numpy
import pytest
import weft
from weft import gluon, np, npx
from weft.gluon.model_zoo.text import encoders
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
    assert "a network of picture takes sounds" in capsys.readouterr().err


def test_a_folder_without_config_or_an_input_that_there_is_not_is_told(tmp_path, capsys):
    assert cli.main(["convert", str(tmp_path)]) == 1
    assert f"there is no config.json in {tmp_path}" in capsys.readouterr().err
    _, folder = text(tmp_path / "net", "BertModel")
    assert cli.main(["convert", str(folder), "--shape", "image=1,2"]) == 1
    assert "there is no input `image`; the inputs are tokens" in capsys.readouterr().err
    assert cli.main(["convert", str(tmp_path / "net.bin")]) == 1
    assert "must be a folder with config.json, or end with one of .onnx" in capsys.readouterr().err
