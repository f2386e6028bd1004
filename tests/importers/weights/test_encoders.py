"""Encoders of text take the weights of Hugging Face, alone and in heads, and give its results."""

import contextlib
import warnings

import numpy
import pytest
import weft
from weft import autograd, gluon, np
from weft.gluon.model_zoo.text import encoders
from weft.gluon.published import translated

torch = pytest.importorskip("torch")
from real_modules import check_same, leaves, loaded, randomized  # noqa: E402
from torch_models import torchvision_models  # noqa: E402

with contextlib.suppress(ImportError):
    torchvision_models()  # which transformers imports
transformers = pytest.importorskip("transformers")

pytestmark = pytest.mark.torch

SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "vocab_size": 67,
    "max_position_embeddings": 24,
}
# What configurations have beside the sizes.
MORE = {
    "Bert": {},
    "Roberta": {"type_vocab_size": 1},
    "XLMRoberta": {"type_vocab_size": 1},
    "Camembert": {"type_vocab_size": 1},
    "DistilBert": {"hidden_dim": 48},
    "Electra": {"embedding_size": 16},
    "Albert": {"embedding_size": 16},
    "MPNet": {},
}
ENDINGS = (
    "Model",
    "ForMaskedLM",
    "ForSequenceClassification",
    "ForTokenClassification",
    "ForQuestionAnswering",
)
NAMES = [
    *(family + ending for family in MORE for ending in ENDINGS),
    "BertForPreTraining",
    "BertForNextSentencePrediction",
    "ElectraForPreTraining",
]


def family_of(name):
    return max((family for family in MORE if name.startswith(family)), key=len)


def made(name, **options):
    """The module of a class with random weights, and the network of its configuration."""
    torch.manual_seed(0)
    family = family_of(name)
    if name.endswith("QuestionAnswering"):
        options = {**options, "num_labels": 2}
    configuration = getattr(transformers, f"{family}Config")(
        **{**SIZES, **MORE[family], "num_labels": 3, **options}
    )
    module = randomized(getattr(transformers, name)(configuration))
    return module, encoders.from_config({**module.config.to_dict(), "architectures": [name]})


def inputs_of(name):
    """Tokens, of which some are padding, and the mask that says so."""
    padding = 0 if family_of(name) in ("Bert", "DistilBert", "Electra", "Albert") else 1
    tokens = torch.randint(3, 60, (3, 9))
    mask = torch.ones(3, 9, dtype=torch.long)
    mask[1, 6:] = 0
    tokens[1, 6:] = padding
    tokens[2, 4] = padding  # one in the middle, which is attended to
    return tokens, mask


def call_of(module):
    return lambda tokens, mask: module(input_ids=tokens, attention_mask=mask)


@pytest.mark.parametrize("name", NAMES)
def test_results_are_those_of_transformers(name, tmp_path):
    module, net = made(name)
    tokens, mask = inputs_of(name)
    check_same(loaded(net, module, tmp_path), call_of(module), tokens, mask=mask)


@pytest.mark.parametrize("options", [{"hidden_act": "gelu_new"}, {"hidden_act": "relu"}], ids=str)
@pytest.mark.parametrize("name", ["BertForMaskedLM", "RobertaForMaskedLM"])
def test_other_activations(name, options, tmp_path):
    module, net = made(name, **options)
    check_same(loaded(net, module, tmp_path), module, inputs_of(name)[0])


def test_types_and_lengths(tmp_path):
    module, net = made("BertModel")
    tokens, mask = inputs_of("BertModel")
    types = torch.randint(0, 2, tokens.shape)
    loaded(net, module, tmp_path)

    def call(tokens, token_types, valid_length):
        return module(tokens, attention_mask=mask, token_type_ids=token_types)

    lengths = mask.sum(1)
    check_same(net, call, tokens, token_types=types, valid_length=lengths)


@pytest.mark.parametrize("name", ["BertForMaskedLM", "DistilBertForMaskedLM"])
def test_a_decoder_of_its_own(name, tmp_path):
    module, net = made(name, tie_word_embeddings=False)
    if name.startswith("Bert"):  # the second name of the bias, which such a module does not read
        module.cls.predictions.bias.data = module.cls.predictions.decoder.bias.data
    assert "word_weight" in net.collect_params()
    check_same(loaded(net, module, tmp_path), module, inputs_of(name)[0])


def test_distances_of_far_tokens(tmp_path):
    module, net = made("MPNetModel", max_position_embeddings=150)
    loaded(net, module, tmp_path)
    check_same(net, module, torch.randint(3, 60, (1, 140)))


def test_a_classifier_of_four_classes_and_a_number_of_labels(tmp_path):
    module, net = made("BertForSequenceClassification", num_labels=4)
    check_same(loaded(net, module, tmp_path), module, inputs_of("Bert")[0])
    config = {"architectures": ["BertForTokenClassification"], "num_labels": 5}
    assert encoders.from_config(config).output.weight.shape[0] == 5


@pytest.mark.parametrize("family", MORE)
def test_the_base_model_reads_files_of_heads_and_its_own(family, tmp_path):
    """With the prefix of the family and without; the head is left out."""
    module, _ = made(f"{family}ForMaskedLM")
    base = module.base_model
    tokens, mask = inputs_of(family)
    config = {**module.config.to_dict(), "architectures": [f"{family}Model"]}
    for source in (module, base):
        net = encoders.from_config(config)
        arrays = {key: np.array(value.numpy()) for key, value in source.state_dict().items()}
        net.load_dict(arrays, allow_missing=True)  # of a pooler, which a masked model lacks
        missing = [key for key, p in net.collect_params().items() if not p.is_initialized]
        assert all(key.startswith("pooler") for key in missing)
        net.initialize()
        found = leaves(net(np.array(tokens.numpy()), mask=np.array(mask.numpy())))[0]
        with torch.no_grad():
            want = base(tokens, attention_mask=mask)[0].numpy()
        assert numpy.abs(found.asnumpy() - want).max() <= 1e-4 * numpy.abs(want).max()


def test_files_of_early_versions(tmp_path):
    """Norms had gamma and beta, decoders no bias of their own, and positions were stored."""
    module, net = made("BertForMaskedLM")
    old = {}
    for key, value in module.state_dict().items():
        if key != "cls.predictions.decoder.bias":
            norm = key.replace("LayerNorm.weight", "LayerNorm.gamma")
            old[norm.replace("LayerNorm.bias", "LayerNorm.beta")] = value
    old["bert.embeddings.position_ids"] = torch.arange(24)[None]
    old["bert.pooler.dense.weight"] = torch.zeros(32, 32)
    old["cls.seq_relationship.bias"] = torch.zeros(2)
    torch.save(old, tmp_path / "pytorch_model.bin")
    net.load_parameters(tmp_path)
    check_same(net, module, inputs_of("Bert")[0])


TRAINED = (
    "BertForPreTraining",
    "RobertaForSequenceClassification",
    "DistilBertForQuestionAnswering",
    "ElectraForMaskedLM",
    "AlbertForSequenceClassification",
    "MPNetForMaskedLM",
)


@pytest.mark.parametrize("name", TRAINED)
def test_gradients_are_those_of_pytorch(name, tmp_path):
    module, net = made(name)
    loaded(net, module, tmp_path)
    tokens, mask = inputs_of(name)
    sum((t**2).mean() for t in leaves(call_of(module)(tokens, mask))).backward()
    net.hybridize()
    with autograd.record(train_mode=False):
        outputs = leaves(net(np.array(tokens.numpy()), mask=np.array(mask.numpy())))
        loss = sum((y**2).mean() for y in outputs)
    loss.backward()
    grads = {
        key: np.array(p.grad.numpy()) for key, p in module.named_parameters() if p.grad is not None
    }
    own = net.collect_params()
    table = next(t for t in net.published_names if all(map(t.has, grads)))
    want = translated(table, grads, {key: p.shape for key, p in own.items()}, "gradients")
    assert set(want) == set(own)
    for key, gradient in want.items():
        wanted, found = gradient.asnumpy(), own[key].grad().asnumpy()
        if key.endswith(("word_embed.weight", "position_weight")):
            # PyTorch keeps the rows of the padding token as they are.
            wanted, found = (numpy.delete(rows, [0, 1], 0) for rows in (wanted, found))
        largest = max(numpy.abs(wanted).max(), 1e-5)
        assert numpy.abs(found - wanted).max() <= 1e-3 * largest, key


@pytest.mark.parametrize("name", [f"{family}ForMaskedLM" for family in MORE])
@pytest.mark.parametrize("options", [{}, {"max_shard_size": "20KB"}], ids=["one file", "shards"])
def test_a_folder_that_transformers_writes_is_read(name, options, tmp_path):
    module, _ = made(name)
    module.save_pretrained(tmp_path, **options)
    assert len(list(tmp_path.glob("*.safetensors"))) > len(options)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net = weft.hub.load(tmp_path)
    tokens, mask = inputs_of(name)
    check_same(net, call_of(module), tokens, mask=mask)


@pytest.mark.parametrize("name", ["BertModel", "RobertaForSequenceClassification", "MPNetModel"])
def test_batch_and_time_stay_open_in_a_file(name, tmp_path):
    module, net = made(name)
    loaded(net, module, tmp_path)
    tokens, _ = inputs_of(name)
    path = str(tmp_path / "net.weft")
    free = {0: weft.Dim("batch", min=1), 1: weft.Dim("time", min=1, max=22)}
    net.export(path, np.array(tokens.int().numpy()), dynamic={"tokens": free})
    tokens = torch.randint(3, 60, (2, 13))
    with torch.no_grad():
        want = leaves(module(tokens))[0].numpy()
    for found in (
        weft.runtime.Model(path).context().run(tokens.int().numpy())[0],
        leaves(gluon.SymbolBlock.imports(path)(np.array(tokens.int().numpy())))[0].asnumpy(),
    ):
        assert numpy.abs(numpy.asarray(found) - want).max() <= 1e-4 * numpy.abs(want).max()
