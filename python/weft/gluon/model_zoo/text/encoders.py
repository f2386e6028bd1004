"""Encoders of Hugging Face by their config.json: BERT, RoBERTa, XLM-RoBERTa, CamemBERT, DistilBERT,
ELECTRA, ALBERT, MPNet and FNet, alone or in a head. All are a `BERT` with options; papers are
there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo.text import heads
from weft.gluon.model_zoo.text.bert import BERT

# DistilBERT's spelling of BERT's keys.
_DISTILBERT = {
    "hidden_size": "dim",
    "num_hidden_layers": "n_layers",
    "num_attention_heads": "n_heads",
    "intermediate_size": "hidden_dim",
    "hidden_act": "activation",
    "hidden_dropout_prob": "dropout",
    "attention_probs_dropout_prob": "attention_dropout",
    "classifier_dropout": "seq_classif_dropout",
}
# Values where config.json lacks them.
_DEFAULTS: dict[str, Any] = {
    "vocab_size": 30522,
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1,
    "layer_norm_eps": 1e-12,
    "qa_dropout": 0.1,
}


@dataclass(frozen=True)
class _Family:
    """What differs between families.

    name: what its classes begin with
    keys: its spelling of BERT's keys; defaults: its values where config.json lacks them
    pads: positions are counted behind the padding token
    pooler: the base model has one
    hidden: activation of the dense layer of a classifier; None: it takes the pooler's vector
    """

    name: str
    keys: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    pads: bool = False
    pooler: bool = False
    hidden: str | None = None


# By model_type.
_FAMILIES = {
    "bert": _Family("Bert", pooler=True),
    "roberta": _Family(
        "Roberta", defaults={"vocab_size": 50265}, pads=True, pooler=True, hidden="tanh"
    ),
    "xlm-roberta": _Family("XLMRoberta", pads=True, pooler=True, hidden="tanh"),
    "camembert": _Family("Camembert", pads=True, pooler=True, hidden="tanh"),
    "distilbert": _Family(
        "DistilBert",
        keys=_DISTILBERT,
        defaults={"num_hidden_layers": 6, "classifier_dropout": 0.2},
        hidden="relu",
    ),
    "electra": _Family(
        "Electra",
        defaults={
            "embedding_size": 128,
            "hidden_size": 256,
            "num_attention_heads": 4,
            "intermediate_size": 1024,
        },
        hidden="gelu",
    ),
    "albert": _Family(
        "Albert",
        keys={"classifier_dropout": "classifier_dropout_prob"},
        defaults={
            "vocab_size": 30000,
            "embedding_size": 128,
            "hidden_size": 4096,
            "num_attention_heads": 64,
            "intermediate_size": 16384,
            "hidden_act": "gelu_new",
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
            "classifier_dropout": 0.1,
        },
        pooler=True,
    ),
    "mpnet": _Family(
        "MPNet", defaults={"vocab_size": 30527}, pads=True, pooler=True, hidden="tanh"
    ),
    "fnet": _Family(
        "FNet",
        defaults={"vocab_size": 32000, "type_vocab_size": 4, "hidden_act": "gelu_new"},
        pooler=True,
    ),
}
# Keys that would change results, and the one value of each that is known.
_FIXED = {
    "is_decoder": False,
    "add_cross_attention": False,
    "position_embedding_type": "absolute",
    "pruned_heads": {},
    "num_hidden_groups": 1,
    "inner_group_num": 1,
    "relative_attention_num_buckets": 32,
    "use_tpu_fourier_optimizations": False,
}


class _Reader:
    """A config.json with the keys and numbers of a family."""

    def __init__(self, config: Config, family: _Family) -> None:
        self.config, self.family = config, family
        defaults = {**_DEFAULTS, **family.defaults}
        config.assume({self._spelled(key): value for key, value in defaults.items()})
        for key, value in _FIXED.items():
            config.only(key, value)

    def count(self, key: str, least: int = 1) -> int:
        return self.config.count(self._spelled(key), least=least)

    def fraction(self, key: str) -> float:
        return self.config.fraction(self._spelled(key))

    def activation(self) -> str:
        return self.config.activation(self._spelled("hidden_act"), "gelu")

    def is_a(self, *names: str) -> bool:
        return self.family.name in names

    def _spelled(self, key: str) -> str:
        return self.family.keys.get(key, key)

    def encoder(self, pooler: bool = False) -> BERT:
        """The network without a head."""
        padding = None
        if self.family.pads:  # MPNet's is 1, whatever its configuration says
            padding = 1 if self.is_a("MPNet") else self.config.count("pad_token_id", 1, least=0)
        taken = 0 if padding is None else padding + 1
        has_width = "embedding_size" in self.family.defaults
        return BERT(
            self.count("vocab_size"),
            self.count("hidden_size"),
            self.count("intermediate_size"),
            self.count("num_hidden_layers"),
            self.count("num_attention_heads"),
            self.count("max_position_embeddings", taken + 1) - taken,
            0 if self.is_a("DistilBert", "MPNet") else self.count("type_vocab_size"),
            self.fraction("hidden_dropout_prob"),
            pooler=pooler,
            padding_index=padding,
            embed_size=self.count("embedding_size") if has_width else None,
            relative_positions=self.is_a("MPNet"),
            shared_layers=self.is_a("Albert"),
            fourier=self.is_a("FNet"),
            activation=self.activation(),
            hidden_dropout=0.0,
            attention_dropout=self.fraction("attention_probs_dropout_prob"),
            layer_norm_eps=self.norm_epsilon(),
        )

    def norm_epsilon(self) -> float:
        return 1e-12 if self.is_a("DistilBert") else self.fraction("layer_norm_eps")

    # ---- heads

    def base(self) -> HybridBlock:
        return self.encoder(self.family.pooler)

    def words(self) -> dict[str, Any]:
        """Options of a head of masked language models: some families always take GELU."""
        takes_own = self.is_a("Bert", "DistilBert", "Albert", "FNet")
        return {
            "activation": self.activation() if takes_own else "gelu",
            "layer_norm_eps": self.norm_epsilon(),
            "tie_weights": self.config.flag("tie_word_embeddings", True),
        }

    def masked(self) -> HybridBlock:
        return heads.MaskedLanguageModel(self.encoder(), **self.words())

    def pretrained(self) -> HybridBlock:
        return heads.PretrainedBERT(self.encoder(pooler=True), **self.words())

    def next_sentence(self) -> HybridBlock:
        return heads.NextSentence(self.encoder(pooler=True))

    def replaced(self) -> HybridBlock:
        return heads.ReplacedTokens(self.encoder(), activation=self.activation())

    def _classifier_dropout(self) -> float:
        key = "classifier_dropout"
        is_given = self.config.get(self._spelled(key)) is not None
        return self.fraction(key if is_given else "hidden_dropout_prob")

    def sequence(self) -> HybridBlock:
        hidden = self.family.hidden
        dropout = self._classifier_dropout()
        return heads.SequenceClassifier(
            self.encoder(pooler=hidden is None),
            self.config.labels(),
            hidden=hidden,
            dropout=dropout,
            first_dropout=0.0 if self.is_a("DistilBert") else dropout,
        )

    def tokens(self) -> HybridBlock:
        is_plain = self.is_a("DistilBert", "MPNet", "FNet")
        dropout = self.fraction("hidden_dropout_prob") if is_plain else self._classifier_dropout()
        return heads.TokenClassifier(self.encoder(), self.config.labels(), dropout=dropout)

    def answers(self) -> HybridBlock:
        if (classes := self.config.labels()) != 2:
            raise self.config.unsupported("num_labels", "2", classes)
        dropout = self.fraction("qa_dropout") if self.is_a("DistilBert") else 0.0
        return heads.QuestionAnswering(self.encoder(), dropout=dropout)


# What classes end with, and what they are here.
_HEADS: dict[str, Callable[[_Reader], HybridBlock]] = {
    "Model": _Reader.base,
    "ForMaskedLM": _Reader.masked,
    "ForSequenceClassification": _Reader.sequence,
    "ForTokenClassification": _Reader.tokens,
    "ForQuestionAnswering": _Reader.answers,
}
_ARCHITECTURES = {
    **{f.name + end: (f, build) for f in _FAMILIES.values() for end, build in _HEADS.items()},
    "BertForPreTraining": (_FAMILIES["bert"], _Reader.pretrained),
    "BertForNextSentencePrediction": (_FAMILIES["bert"], _Reader.next_sentence),
    "FNetForPreTraining": (_FAMILIES["fnet"], _Reader.pretrained),
    "FNetForNextSentencePrediction": (_FAMILIES["fnet"], _Reader.next_sentence),
    "ElectraForPreTraining": (_FAMILIES["electra"], _Reader.replaced),
}


def from_config(config: Mapping[str, Any]) -> HybridBlock:
    """The network of a config.json of Hugging Face: a `BERT`, or one in a head of
    `model_zoo.text.heads`. `load_parameters` gives it values.

    config: of one of the families above; `architectures[0]` chooses the head, such as
        `BertForMaskedLM`; without it there is none

    Raises NotImplementedError for what the network cannot honour, TypeError or ValueError for a
    value that is wrong.

    >>> sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    >>> net = from_config({"architectures": ["RobertaModel"], **sizes})
    >>> len(net.layers)
    1
    """
    own = Config("BERT", config)
    base = None
    if not own.get("architectures"):
        base = own.choice("model_type", None, _FAMILIES).name + "Model"
    family, build = _ARCHITECTURES[own.architecture(_ARCHITECTURES, base)]
    return build(_Reader(own, family))


__all__ = ["from_config"]
__dir__ = __all__.copy
