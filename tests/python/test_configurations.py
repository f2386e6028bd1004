"""Networks of the zoo by a config.json: any value builds a network or is refused with a word, in
one form of message."""

import pytest
import weft
from weft.gluon.model_zoo import _config
from weft.gluon.model_zoo._config import Config
from weft.hub._families import FAMILIES

# Numbers that make each family small, by the names that any of them has.
SMALL = {
    **dict.fromkeys(("num_hidden_layers", "n_layers", "n_layer", "num_layers"), 1),
    **dict.fromkeys(("encoder_layers", "decoder_layers"), 1),
    **dict.fromkeys(("hidden_size", "dim", "n_embd", "d_model", "embed_dim"), 24),
    **dict.fromkeys(("num_attention_heads", "n_heads", "n_head"), 4),
    **dict.fromkeys(("encoder_attention_heads", "decoder_attention_heads"), 4),
    **dict.fromkeys(("vocab_size", "intermediate_size", "hidden_dim"), 16),
}
STAGES = {"depths": [1, 1], "num_heads": [2, 4], "num_stages": 2}
VALUES = (True, -1, 0.5, 1e300, float("nan"), "x", [], [1], [[]], ["x"], {}, {"a": {"b": []}})


def small(family):
    values = {**SMALL, **(STAGES if family.takes == "images" else {})}
    values["hidden_sizes"] = [8, 16]
    if family.model_type == "clip":
        values.update(text_config=SMALL, vision_config=SMALL)
    if family.model_type in ("t5", "mt5"):
        values.pop("hidden_sizes")
    return values


def keys_of(family, values, monkeypatch):
    """What the family's `from_config` reads."""
    read = set()
    get = Config.get

    def noting(self, key, default=None):
        read.add(key)
        return get(self, key, default)

    with monkeypatch.context() as patch:
        patch.setattr(Config, "get", noting)
        family.build(values, family.architectures[-1])
    return read - {"architectures"}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.model_type)
def test_any_value_builds_or_is_refused_with_a_word(family, monkeypatch):
    values = small(family)
    for key in sorted(keys_of(family, values, monkeypatch)):
        for value in VALUES:
            try:
                family.module.from_config({"model_type": family.model_type, **values, key: value})
            except weft.Error as error:
                assert len(str(error)) > 20


CASES = {
    "whole": (lambda c: c.count("word"), TypeError, r"a whole number in \[1, \d+\]; got 'x'"),
    "missing": (lambda c: c.count("none"), TypeError, "a whole .*; got None"),
    "large": (lambda c: c.count("large"), ValueError, r"in \[1, 16777216\]; got 1000000000"),
    "least": (lambda c: c.count("three", least=4), ValueError, r"in \[4, .*; got 3"),
    "number": (lambda c: c.number("less"), ValueError, "a number of at least 0; got -0.5"),
    "rate": (lambda c: c.fraction("three"), ValueError, r"a number in \[0, 1\); got 3"),
    "flag": (lambda c: c.flag("word", True), TypeError, "true or false; got 'x'"),
    "only": (lambda c: c.only("three", 1, 2), NotImplementedError, "one of 1, 2; got 3"),
    "refuse": (lambda c: c.refuse("three"), NotImplementedError, "missing or false; got 3"),
    "choice": (lambda c: c.choice("list", "a", {"a": 1}), NotImplementedError, "'a'; got \\[1, 2"),
    "activation": (
        lambda c: c.activation("word", "gelu", "relu"),
        NotImplementedError,
        "'relu'; got 'x'",
    ),
    "part": (lambda c: c.part("word"), TypeError, "a dict; got 'x'"),
    "extents": (lambda c: c.extents("list", 1), ValueError, "a list of 2 whole numbers above 0;"),
    "stages": (lambda c: c.stages(word=[1]), TypeError, "a list of whole numbers above 0; got 'x'"),
    "lengths": (
        lambda c: c.stages(list=[1], pair=[1]),
        NotImplementedError,
        r"as long as `pair`, \[\[1, 2\]\]; got \[1, 2, 3\]",
    ),
    "labels": (lambda c: c.labels(), TypeError, "a dict of names by number"),
    "named": (lambda c: c.architecture(["A", "B"]), NotImplementedError, "'A', 'B'; got 'C'"),
    "long": (lambda c: c.count("long"), TypeError, f"got '{'y' * 99}…$"),
}


@pytest.mark.parametrize("name", CASES)
def test_messages_have_one_form(name):
    values = {"word": "x", "large": 10**9, "three": 3, "less": -0.5, "none": None}
    values |= {"list": [1, 2, 3], "pair": [1, 2], "id2label": [], "long": "y" * 1000}
    call, kind, said = CASES[name]
    with pytest.raises(kind, match=rf"^Net\.from_config: `\w+` must be .*{said}"):
        call(Config("Net", {**values, "architectures": ["C"]}))


def test_what_is_missing_has_a_default():
    config = Config("Net", {"given": None, "architectures": []})
    config.assume({"assumed": 3})
    assert config.count("given", 5) == 5
    assert config.count("assumed", 5) == 3
    assert config.extents("size", 7) == 7
    assert Config("Net", {"size": [3, 4]}).extents("size", 7) == [3, 4]
    assert config.architecture(["A", "B"]) == "A"
    assert config.architecture(["A", "B"], "B") == "B"
    assert config.family({"one": "A", "two": "B"}) == "one"
    assert Config("Net", {"architectures": ["BNet"]}).family({"one": "A", "two": "B"}) == "two"
    assert config.classes("NetForImages", "NetModel") == 2
    assert config.part("other").values == {}
    assert config.activation("act", "gelu_new") == "gelu_tanh"


def test_every_activation_is_one_of_gluon():
    for name in _config.ACTIVATIONS.values():
        assert weft.gluon.nn.Activation(name)(weft.np.zeros(1)).shape == (1,)
