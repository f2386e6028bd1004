"""Weights come in by the names that other libraries give them: tables, shards, forms, messages."""

import json

import numpy
import pytest
from weft import gluon, np, npx
from weft.gluon.published import Names, Split, Transposed

nn = gluon.nn


def values(*shape, seed=0):
    return np.array(numpy.random.default_rng(seed).normal(size=shape).astype("float32"))


class Net(gluon.HybridBlock):
    """A layer of each kind that names differ for."""

    published_names = (
        Names(
            "lab",
            {
                "embed": "embed",
                "head": "embed",
                "block{i}.conv": "layers.{2*i-2}",
                "block{i}.bn": "layers.{2*i-1}",
                "attn.{which:q|k}": "{which}",
                "attn.both": Split(["q", "k"], transposed=True),
                "fc": Transposed("out"),
                "fold": "fold",
            },
            prefixes=["model."],
            unused=["pooler"],
        ),
        Names("plant", {"conv_{i}": "layers.{2*i}"}),
    )

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 4)
        self.layers = nn.HybridSequential(
            nn.Conv2D(3, 1, in_channels=3), nn.BatchNorm(in_channels=3)
        )
        self.q, self.k = (nn.Dense(4, in_units=4, flatten=False) for _ in range(2))
        self.out = nn.Dense(5, in_units=4, flatten=False)
        self.fold = nn.Conv2D(2, 1, use_bias=False)


def lab():
    """What a file of the lab has."""
    table = values(7, 4)
    norm = {name: values(3, seed=i) for i, name in enumerate(("weight", "bias", "running_mean"))}
    return {
        "model.embed.weight": table,
        "head.weight": table,
        "model.block1.conv.weight": values(3, 3, 1, 1, seed=1),
        "model.block1.conv.bias": values(3, seed=2),
        **{f"model.block1.bn.{name}": array for name, array in norm.items()},
        "model.block1.bn.running_var": np.abs(values(3, seed=3)),
        "model.block1.bn.num_batches_tracked": np.array(5, dtype="int64"),
        "attn.both.weight": values(4, 8, seed=4),
        "attn.both.bias": values(8, seed=5),
        "fc.weight": values(4, 5, seed=6),
        "fc.bias": values(5, seed=7),
        "fold.weight": values(2, 6, seed=8),
        "pooler.weight": values(4, 4, seed=9),
    }


def same(parameter, want):
    numpy.testing.assert_array_equal(parameter.data().asnumpy(), want.asnumpy())


def loaded(arrays, tmp_path, **options):
    path = str(tmp_path / "weights.safetensors")
    npx.save(path, arrays)
    net = Net()
    net.load_parameters(path, **options)
    return net


def test_every_form_of_a_table_finds_its_parameter(tmp_path):
    file = lab()
    net = loaded(file, tmp_path)
    same(net.embed.weight, file["head.weight"])
    same(net.layers[0].weight, file["model.block1.conv.weight"])
    same(net.layers[1].gamma, file["model.block1.bn.weight"])
    same(net.layers[1].beta, file["model.block1.bn.bias"])
    same(net.layers[1].running_var, file["model.block1.bn.running_var"])
    same(net.q.weight, file["attn.both.weight"][:, :4].T)
    same(net.k.bias, file["attn.both.bias"][4:])
    same(net.out.weight, file["fc.weight"].T)
    same(net.fold.weight, file["fold.weight"].reshape(2, 6, 1, 1))


def test_parts_may_lie_apart_in_the_file(tmp_path):
    file = lab()
    for part, begin in (("q", 0), ("k", 4)):
        file[f"attn.{part}.weight"] = file["attn.both.weight"][:, begin : begin + 4].T.copy()
        file[f"attn.{part}.bias"] = file["attn.both.bias"][begin : begin + 4].copy()
    both = loaded(file, tmp_path)  # equal twice
    del file["attn.both.weight"], file["attn.both.bias"]
    apart = loaded(file, tmp_path)
    same(both.k.weight, apart.k.weight.data())


def test_a_file_of_the_network_itself_is_read_as_before(tmp_path):
    net = loaded(lab(), tmp_path)
    path = str(tmp_path / "own.safetensors")
    net.save_parameters(path)
    other = Net()
    other.load_parameters(path)
    for name, parameter in net.collect_params().items():
        same(other.collect_params()[name], parameter.data())


def test_shards_and_folders_are_read(tmp_path):
    file = lab()
    halves = [dict(list(file.items())[::2]), dict(list(file.items())[1::2])]
    places = {}
    for number, half in enumerate(halves):
        shard = f"model-{number}.safetensors"
        npx.save(str(tmp_path / shard), half)
        places.update(dict.fromkeys(half, shard))
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    for path in (index, tmp_path):
        net = Net()
        net.load_parameters(path)
        same(net.out.weight, file["fc.weight"].T)


def test_shards_are_those_beside_the_index(tmp_path, monkeypatch):
    """Whatever lies in the folder where the program runs."""
    folder, elsewhere = tmp_path / "model", tmp_path / "elsewhere"
    folder.mkdir(), elsewhere.mkdir()
    npx.save(str(folder / "model-0.safetensors"), lab())
    (elsewhere / "model-0.safetensors").write_bytes(b"\x12\x01" + bytes(200))
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": dict.fromkeys(lab(), "model-0.safetensors")}))
    monkeypatch.chdir(elsewhere)
    net = Net()
    net.load_parameters(index)
    same(net.out.weight, lab()["fc.weight"].T)


def test_a_missing_file_of_pytorch_is_said_first(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*net\.pth"):
        Net().load_parameters(tmp_path / "net.pth")


@pytest.mark.parametrize(
    ("index", "told"),
    [
        ("{", "must be JSON with `weight_map`"),
        ('{"weight_map": 3}', "must have file names as values"),
        ('{"weight_map": {"a": "../b.safetensors"}}', "may name files beside it alone"),
        ('{"weight_map": {"a": "b.safetensors"}}', "which is not in"),
        ('{"weight_map": {"a": "c.safetensors"}}', "which it lacks"),
    ],
)
def test_a_wrong_index_is_refused(index, told, tmp_path):
    npx.save(str(tmp_path / "c.safetensors"), {"d": values(1)})
    path = tmp_path / "model.safetensors.index.json"
    path.write_text(index)
    with pytest.raises(OSError, match=told):
        Net().load_parameters(path)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(OSError, match=r"has none of model\.safetensors"):
        Net().load_parameters(tmp_path)


def test_names_that_share_a_parameter_must_agree(tmp_path):
    file = lab()
    file["head.weight"] = file["head.weight"] + 1
    with pytest.raises(ValueError, match=r"other values in .*; both are `embed\.weight` here"):
        loaded(file, tmp_path)


def test_what_is_missing_beyond_or_misshapen_is_told(tmp_path):
    file = lab()
    with pytest.raises(LookupError, match=r"names of lab, lacks `out\.bias`"):
        loaded({k: v for k, v in file.items() if k != "fc.bias"}, tmp_path)
    with pytest.raises(LookupError, match=r"names of lab, has `scale\.weight`"):
        loaded(file | {"scale.weight": values(2)}, tmp_path)
    loaded(file | {"scale.weight": values(2)}, tmp_path, ignore_extra=True)
    with pytest.raises(ValueError, match=r"`embed\.weight` must have shape \(7, 4\)"):
        loaded(file | {"model.embed.weight": values(8, 4), "head.weight": values(8, 4)}, tmp_path)
    with pytest.raises(ValueError, match=r"`attn\.both\.bias` of shape \(9,\) must be"):
        loaded(file | {"attn.both.bias": values(9)}, tmp_path)
    for table in (Net.published_names[0], Names("mine", {"attn.both": Split(["here", "there"])})):
        with pytest.raises(ValueError, match=r"`attn\.both\.bias` of shape \(\) must be"):
            loaded(file | {"attn.both.bias": np.array(1.0)}, tmp_path, names=table)


def test_a_table_of_the_user_counts_first(tmp_path):
    net = nn.Dense(3, in_units=2)
    path = str(tmp_path / "net.safetensors")
    npx.save(path, {"linear.weight": values(3, 2), "linear.bias": values(3)})
    net.load_parameters(path, names=Names("mine", {"linear.{p:weight|bias}": "{p}"}))
    same(net.weight, values(3, 2))


def test_a_table_goes_with_its_network_into_another():
    names = Net.published_names[0].inside("body", {"score": "output"}, unused=[])
    assert names.translate("model.block3.conv.weight") == "body.layers.4.weight"
    assert names.translate("score.bias") == "output.bias"
    assert names.translate("attn.both.bias") == Split(["body.q.bias", "body.k.bias"], True)
    with pytest.raises(LookupError, match=r"no `pooler\.weight` among the names of lab"):
        names.translate("pooler.weight")
