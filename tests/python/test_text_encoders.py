"""Encoders of text and their heads, by configurations of Hugging Face: shapes, hybridized, exported
and reloaded alike, masks, and configurations that are refused."""

import numpy
import pytest
import weft
from weft import gluon, np, runtime
from weft.gluon.model_zoo import text
from weft.gluon.model_zoo.text import encoders

N, T, UNITS, WORDS = 2, 6, 8, 11
TOKENS = numpy.random.default_rng(0).integers(2, WORDS, (N, T)).astype("int32")
SIZES = {
    "hidden_size": UNITS,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "vocab_size": WORDS,
    "max_position_embeddings": 12,
}
DISTILLED = {
    "dim": UNITS,
    "n_layers": 2,
    "n_heads": 2,
    "hidden_dim": 16,
    "vocab_size": WORDS,
    "max_position_embeddings": 12,
}
# Shapes of results by architecture.
SHAPES = {
    "BertModel": [(N, T, UNITS), (N, UNITS)],
    "BertForMaskedLM": [(N, T, WORDS)],
    "BertForPreTraining": [(N, T, WORDS), (N, 2)],
    "BertForNextSentencePrediction": [(N, 2)],
    "BertForSequenceClassification": [(N, 3)],
    "RobertaModel": [(N, T, UNITS), (N, UNITS)],
    "RobertaForSequenceClassification": [(N, 3)],
    "XLMRobertaForTokenClassification": [(N, T, 3)],
    "CamembertForMaskedLM": [(N, T, WORDS)],
    "DistilBertModel": [(N, T, UNITS)],
    "DistilBertForSequenceClassification": [(N, 3)],
    "AlbertForMaskedLM": [(N, T, WORDS)],
    "AlbertForSequenceClassification": [(N, 3)],
    "MPNetModel": [(N, T, UNITS), (N, UNITS)],
    "MPNetForTokenClassification": [(N, T, 3)],
    "ElectraForPreTraining": [(N, T)],
    "ElectraForQuestionAnswering": [(N, T), (N, T)],
}


def configuration(name):
    sizes = DISTILLED if name.startswith("DistilBert") else SIZES
    labels = 2 if name.endswith("QuestionAnswering") else 3
    names = {str(i): f"LABEL_{i}" for i in range(labels)}
    return {**sizes, "architectures": [name], "embedding_size": 4, "id2label": names}


def made(name):
    np.random.seed(5)
    net = encoders.from_config(configuration(name))
    net.initialize(weft.init.Normal(0.3))
    return net


def several(outputs):
    return list(outputs) if isinstance(outputs, list | tuple) else [outputs]


def close(found, want):
    numpy.testing.assert_allclose(numpy.asarray(found), want.asnumpy(), rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("name", SHAPES)
def test_network(name, tmp_path):
    net = made(name)
    tokens = np.array(TOKENS)
    eager = several(net(tokens))
    assert [y.shape for y in eager] == SHAPES[name]
    net.hybridize()
    path = str(tmp_path / "net.weft")
    planned = several(net(tokens))
    net.export(path, tokens)
    reloaded = several(gluon.SymbolBlock.imports(path)(tokens))
    run = runtime.Model(path).context().run(TOKENS)
    for i, want in enumerate(eager):
        for found in (planned[i].asnumpy(), reloaded[i].asnumpy(), run[i]):
            close(found, want)


@pytest.mark.parametrize("name", ["BertModel", "RobertaModel", "DistilBertModel", "MPNetModel"])
def test_a_mask_hides_what_a_length_hides(name):
    net = made(name)
    lengths = numpy.array([4, 6])
    mask = (numpy.arange(T) < lengths[:, None]).astype("int64")
    tokens = numpy.where(mask, TOKENS, 1)
    by_length = several(net(np.array(tokens), None, np.array(lengths)))[0]
    by_mask = several(net(np.array(tokens), mask=np.array(mask)))[0]
    numpy.testing.assert_array_equal(by_length, by_mask)
    both = several(net(np.array(tokens), None, np.array([6, 5]), np.array(mask)))[0]
    numpy.testing.assert_array_equal(both[0], by_mask[0])
    assert (both[1] != by_mask[1]).asnumpy().any()


def test_positions_begin_behind_the_padding_token():
    net = text.BERT(WORDS, 8, 16, 1, 2, max_length=5, pooler=False, padding_index=1)
    net.initialize(weft.init.Normal(0.3))
    assert net.position_weight.shape == (7, 8)
    short, padded = np.array([[3, 4, 5]]), np.array([[3, 4, 5, 1, 1]])
    close(net(padded, mask=np.array([[1, 1, 1, 0, 0]]))[:, :3].asnumpy(), net(short))
    with pytest.raises(ValueError, match="may have 5 positions at most; got 6"):
        net(np.array([[3] * 6]))


def test_weights_of_one_head_are_told_from_those_of_another(tmp_path):
    path = str(tmp_path / "net.safetensors")
    made("BertForMaskedLM").save_parameters(path)
    other = encoders.from_config(configuration("BertForSequenceClassification"))
    with pytest.raises(LookupError, match=r"lacks .*`encoder\.pooler\.weight`"):
        other.load_parameters(path)


BAD = {
    "mapping": ([], TypeError, "`config` must be the dict of a config.json; got list"),
    "architecture": (
        {"architectures": ["BertForMultipleChoice"]},
        NotImplementedError,
        "must be one of 'BertModel', 'BertForMaskedLM',.*; got 'BertForMultipleChoice'",
    ),
    "list": ({"architectures": [3]}, TypeError, "`architectures` must be a list of names"),
    "type": (
        {"model_type": "gpt9"},
        NotImplementedError,
        "`model_type` must be one of 'bert', 'roberta',.*; got 'gpt9'",
    ),
    "nothing": ({}, NotImplementedError, "`model_type` must be .*; got None"),
    "text": (
        {"model_type": "bert", "hidden_size": "8"},
        TypeError,
        r"whole number in \[1, 16777216\]; got '8'",
    ),
    "negative": (
        {"model_type": "bert", "vocab_size": -1},
        ValueError,
        r"in \[1, 16777216\]; got -1",
    ),
    "rate": (
        {"model_type": "bert", "hidden_dropout_prob": 2},
        ValueError,
        r"`hidden_dropout_prob` must be a number in \[0, 1\); got 2",
    ),
    "key of the family": (
        {"model_type": "distilbert", "dropout": "no"},
        TypeError,
        r"`dropout` must be a number in \[0, 1\); got 'no'",
    ),
    "activation": (
        {"model_type": "bert", "hidden_act": "laplace"},
        NotImplementedError,
        "`hidden_act` must be one of 'gelu', .*; got 'laplace'",
    ),
    "positions": (
        {"model_type": "bert", "position_embedding_type": "relative_key"},
        NotImplementedError,
        "`position_embedding_type` must be 'absolute'; got 'relative_key'",
    ),
    "few positions": (
        {"model_type": "roberta", "max_position_embeddings": 2},
        ValueError,
        r"`max_position_embeddings` must be a whole number in \[3, .*; got 2",
    ),
    "groups": (
        {"model_type": "albert", "num_hidden_groups": 2},
        NotImplementedError,
        "_groups` must be 1; got 2",
    ),
    "buckets": (
        {"model_type": "mpnet", "relative_attention_num_buckets": 8},
        NotImplementedError,
        "`relative_attention_num_buckets` must be 32; got 8",
    ),
    "decoder": (
        {"model_type": "bert", "is_decoder": True},
        NotImplementedError,
        "`is_decoder` must be False; got True",
    ),
    "labels": (
        {"architectures": ["BertForTokenClassification"], "id2label": []},
        TypeError,
        "`id2label` must be a dict",
    ),
    "answers": (
        {"architectures": ["BertForQuestionAnswering"], "num_labels": 3},
        NotImplementedError,
        "`num_labels` must be 2; got 3",
    ),
    "heads": ({"model_type": "bert", "num_attention_heads": 7}, ValueError, "divisor of `units`"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_configurations_are_refused(name):
    config, kind, said = BAD[name]
    with pytest.raises(kind, match=said):
        encoders.from_config(config)


def test_bad_calls_are_refused():
    tokens = np.array(TOKENS)
    with pytest.raises(ValueError, match="`token_types` must be None"):
        made("DistilBertModel")(tokens, np.zeros_like(tokens))
    plain = encoders.from_config(configuration("ElectraModel"))
    with pytest.raises(ValueError, match="SequenceClassifier: `encoder` must have a pooler"):
        text.SequenceClassifier(plain)
