"""Networks by name: config.json and weights of a folder, or of the hub's cache; nothing is
downloaded. What is damaged, missing or absurd is refused before a network is built."""

import json
import os
import warnings

import numpy
import pytest
import weft
from weft import hub, np, npx
from weft.gluon.model_zoo.text import encoders

TOKENS = numpy.array([[3, 4, 5, 6]], "int32")
CONFIG = {
    "model_type": "bert",
    "architectures": ["BertForSequenceClassification"],
    "hidden_size": 8,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": 11,
    "max_position_embeddings": 12,
}
BASE = {**CONFIG, "architectures": ["BertModel"]}
NAME = "some-org/small.bert"


def published(name):
    """The name that Hugging Face has for a parameter."""
    for ours, theirs in (
        ("encoder.", "bert."),
        ("word_embed", "embeddings.word_embeddings"),
        ("position_weight", "embeddings.position_embeddings.weight"),
        ("token_type_embed", "embeddings.token_type_embeddings"),
        ("bert.norm.", "bert.embeddings.LayerNorm."),
        ("layers.", "encoder.layer."),
        ("attention.output", "attention.output.dense"),
        *((f"attention.{part}", f"attention.self.{part}") for part in ("query", "key", "value")),
        ("norms.0", "attention.output.LayerNorm"),
        ("norms.1", "output.LayerNorm"),
        ("ffn.0", "intermediate.dense"),
        ("ffn.3", "output.dense"),
        ("pooler", "pooler.dense"),
        ("gamma", "weight"),
        ("beta", "bias"),
    ):
        name = name.replace(ours, theirs)
    return "classifier" + name.removeprefix("output") if name.startswith("output.") else name


@pytest.fixture(scope="module")
def network():
    np.random.seed(3)
    net = encoders.from_config(CONFIG)
    net.initialize(weft.init.Normal(0.3))
    return net


@pytest.fixture(scope="module")
def arrays(network):
    return {published(name): p.data() for name, p in network.collect_params().items()}


@pytest.fixture
def folder(tmp_path, arrays):
    return written(tmp_path / "bert", arrays)


def written(folder, arrays, config=CONFIG):
    folder.mkdir(parents=True)
    npx.save(str(folder / "model.safetensors"), arrays)
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def changed(folder, **values):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
    return folder


def same(net, want):
    numpy.testing.assert_array_equal(net(np.array(TOKENS)), want(np.array(TOKENS)))


def test_a_folder_becomes_a_network(folder, network):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for model in (folder, str(folder)):
            same(hub.load(model), network)


def test_shards_are_read(tmp_path, arrays, network):
    folder = written(tmp_path / "bert", {})
    (folder / "model.safetensors").unlink()
    places = {}
    for i, names in enumerate((list(arrays)[::2], list(arrays)[1::2]), 1):
        file = f"model-0000{i}-of-00002.safetensors"
        npx.save(str(folder / file), {name: arrays[name] for name in names})
        places.update(dict.fromkeys(names, file))
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": places}))
    same(hub.load(folder), network)
    index.write_text(json.dumps({"weight_map": {**places, "x": "../other.safetensors"}}))
    with pytest.raises(OSError, match="may name files beside it alone"):
        hub.load(folder)
    index.unlink()
    with pytest.raises(OSError, match=r"has none of model\.safetensors"):
        hub.load(folder)


def test_dtype_is_that_of_the_parameters(folder, network):
    net = hub.load(folder, dtype="bfloat16")
    assert {p.data().dtype.name for p in net.collect_params().values()} == {"bfloat16"}
    found = net(np.array(TOKENS)).astype("float32").asnumpy()
    numpy.testing.assert_allclose(found, network(np.array(TOKENS)).asnumpy(), rtol=0.1, atol=0.05)


def test_without_architectures_the_type_counts(folder, network):
    changed(folder, architectures=None)
    with pytest.warns(UserWarning, match=r"BERT has no use for: `classifier\.") as told:
        net = hub.load(folder)
    assert told[0].filename == __file__
    same(lambda x: net(x)[0], lambda x: network.encoder(x)[0])


def test_another_architecture_is_built_on_request(folder, network):
    with pytest.warns(UserWarning, match="no use for"):
        net = hub.load(folder, architecture="BertModel")
    same(lambda x: net(x)[1], lambda x: network.encoder(x)[1])
    with pytest.raises(LookupError, match=r"lacks `bias`, `dense\.weight`"):
        hub.load(folder, architecture="BertForMaskedLM")
    with pytest.warns(UserWarning) as told:
        net = hub.load(folder, architecture="BertForMaskedLM", allow_missing=True)
    assert [str(warning.message).split("small")[0][:14] for warning in told] == [
        "weft.hub.load:"
    ] * 2
    assert "first values: `bias`, `dense.weight`" in str(told[1].message)
    assert net(np.array(TOKENS)).shape == (1, 4, 11)


def test_what_the_network_lacks_is_told(tmp_path, arrays, network):
    folder = written(tmp_path / "bert", {**arrays, "bert.adapter.weight": np.ones(3)})
    with pytest.raises(LookupError, match=r"has `bert\.adapter\.weight`, which the block lacks"):
        hub.load(folder)
    same(hub.load(folder, ignore_extra=True), network)


def test_fewer_layers_than_the_weights_have_are_refused(folder):
    with pytest.raises(LookupError, match=r"has `encoder\.layers\.1\."):
        hub.load(changed(folder, num_hidden_layers=1))


BAD_CONFIGS = {
    "empty": ("", "must be JSON"),
    "cut": ('{"model_type": "bert"', "must be JSON"),
    "list": ("[1]", "must be a JSON object; got a list"),
    "bytes": ("\udcff\udcfe", "must be JSON"),
    "deep": ("[" * 100000, "must be JSON"),
    "digits": ('{"a": ' + "9" * 5000 + "}", "must be JSON"),
    "long": (" " * (1 << 24) + "{}", "must have at most 16777216 bytes"),
}


@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_a_damaged_config_is_refused(name, folder):
    text, said = BAD_CONFIGS[name]
    (folder / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(OSError, match=said):
        hub.load(folder)


def test_a_config_that_is_no_file_is_refused(folder):
    (folder / "config.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"there is no config\.json in"):
        hub.load(folder)
    os.mkfifo(folder / "config.json")
    with pytest.raises(OSError, match="not a regular file"):
        hub.load(folder)


ABSURD = {
    "layers": ({"num_hidden_layers": 10**9}, r"`num_hidden_layers`: 1000000000, .* 41 arrays"),
    "extent": ({"hidden_size": 10**12}, r"`hidden_size`: 1000000000000, .* numbers in the largest"),
    "long": ({"vocab_size": 10**4000}, r"`vocab_size`: 10{39},"),
    "a little more": ({"vocab_size": 12}, r"must have shape \(12, 8\); got \(11, 8\)"),
}


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_numbers_are_refused_at_once(name, folder):
    values, said = ABSURD[name]
    with pytest.raises(ValueError, match=said):
        hub.load(changed(folder, **values))


KEYS = (
    *CONFIG,
    *("id2label", "num_labels", "hidden_act", "hidden_dropout_prob", "layer_norm_eps"),
    *("type_vocab_size", "is_decoder", "classifier_dropout", "pad_token_id"),
)
VALUES = (
    *(None, True, -1, 0, 1, 3, 10**6, 0.5, 1e300, float("nan"), float("inf")),
    *("", "x", "gelu", [], [1], [[]], ["x"], {}, {"0": "no"}, {"a": {"b": []}}),
)


@pytest.mark.filterwarnings("ignore:weft.hub.load")
@pytest.mark.parametrize("key", KEYS)
def test_any_other_value_loads_or_is_refused_with_a_word(key, folder):
    original = (folder / "config.json").read_text()
    for value in VALUES:
        (folder / "config.json").write_text(json.dumps({**json.loads(original), key: value}))
        try:
            hub.load(folder)(np.array(TOKENS))
        except weft.Error as error:
            assert len(str(error)) > 20


def test_damaged_weights_are_refused(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(OSError, match=r"model\.safetensors"):
        hub.load(folder)


def test_an_unknown_architecture_lists_those_known(folder):
    with pytest.raises(NotImplementedError, match=r"architecture 'MambaModel'.*RobertaForMaskedLM"):
        hub.load(changed(folder, architectures=["MambaModel"]))
    with pytest.raises(NotImplementedError, match=r"model_type 'mamba'.*weft\.torch\.convert"):
        hub.load(changed(folder, architectures=[], model_type="mamba"))
    with pytest.raises(NotImplementedError, match="architecture 'None'"):
        hub.load(folder, architecture="None")
    with pytest.raises(
        TypeError, match=r"`architectures` of .* must be a list of names; got 'Bert'"
    ):
        hub.load(changed(folder, architectures="Bert"))


@pytest.mark.parametrize(
    "model", ["../up", "/no/such", "a/b/c", "", "org/../name", "org/..", "a b"]
)
def test_what_is_neither_folder_nor_name_is_refused(model):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        hub.load(model)


def test_a_path_is_a_folder_alone(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        hub.load(tmp_path / "none")
    with pytest.raises(TypeError, match="`model` must be a name or a path; got int"):
        hub.load(3)


def test_every_family_has_a_function_that_builds_it():
    from weft.hub._families import FAMILIES

    names = [name for family in FAMILIES for name in family.architectures]
    assert len(names) == len(set(names))
    assert hub.families() == {family.model_type: family.architectures for family in FAMILIES}
    for family in FAMILIES:
        for name in family.architectures:
            assert family.build({"num_hidden_layers": 1, "n_layers": 1}, name).collect_params()


# ---- the hub's cache -----------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path, arrays):
    """A cache folder as huggingface_hub lays it out: snapshots of links to blobs."""
    pytest.importorskip("huggingface_hub", reason="not run: it is not installed")
    top = tmp_path / "cache" / f"models--{NAME.replace('/', '--')}"
    for revision, config in (("a" * 40, CONFIG), ("b" * 40, BASE)):
        files = written(tmp_path / revision, arrays, config)
        (top / "blobs").mkdir(parents=True, exist_ok=True)
        (top / "snapshots" / revision).mkdir(parents=True)
        for file in files.iterdir():
            blob = top / "blobs" / f"{revision[0]}{file.suffix}"
            file.rename(blob)
            (top / "snapshots" / revision / file.name).symlink_to(f"../../blobs/{blob.name}")
    (top / "refs").mkdir()
    (top / "refs" / "main").write_text("a" * 40)
    (top / "refs" / "base").write_text("b" * 40)
    return tmp_path / "cache"


def test_a_name_is_found_in_the_cache(cache, network):
    same(hub.load(NAME, cache_dir=cache, local_files_only=True), network)


@pytest.mark.parametrize("revision", ["base", "b" * 40])
def test_a_revision_is_found_in_the_cache(revision, cache):
    with pytest.warns(UserWarning, match=r"no use for: `classifier\."):
        net = hub.load(NAME, revision=revision, cache_dir=cache, local_files_only=True)
    assert net(np.array(TOKENS))[0].shape == (1, 4, 8)


def test_what_the_cache_lacks_is_told(cache):
    options = {"cache_dir": cache, "local_files_only": True}
    with pytest.raises(OSError, match=r"cannot get config\.json of other/name: "):
        hub.load("other/name", **options)
    with pytest.raises(OSError, match=r"cannot get config\.json of "):
        hub.load(NAME, revision="none", **options)
    for link in cache.glob("*/snapshots/*/model.safetensors"):
        link.unlink()
    with pytest.raises(OSError, match=r"has none of model\.safetensors"):
        hub.load(NAME, **options)


def test_only_config_and_weights_are_asked_for(cache, monkeypatch):
    import huggingface_hub

    asked = []
    real = huggingface_hub.snapshot_download

    def recorded(name, **options):
        asked.append((name, options.pop("allow_patterns"), options["token"]))
        return real(name, **{**options, "local_files_only": True, "token": None})

    monkeypatch.setattr(huggingface_hub, "snapshot_download", recorded)
    hub.load(NAME, cache_dir=cache, token="secret")
    assert [names[0] for _, names, _ in asked] == ["config.json", "model.safetensors"]
    assert {(name, token) for name, _, token in asked} == {(NAME, "secret")}


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"pip install 'huggingface_hub>"):
        hub.load("org/name")
