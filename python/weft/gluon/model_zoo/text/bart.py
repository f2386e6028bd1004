"""BART: Lewis et al., "BART: Denoising Sequence-to-Sequence Pre-training", 2020; with options for
its kin: mBART (Liu et al. 2020), Marian (Junczys-Dowmunt et al. 2018), Pegasus (Zhang et al. 2020)
and Blenderbot (Roller et al. 2020).
"""

from collections.abc import Mapping
from typing import Any

from weft import init, np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft.gluon import nn
from weft.gluon._loaded import Loaded
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo.text._biased_layers import (
    NAMES,
    learned,
    rows_from,
    sinusoids,
    stack,
)
from weft.gluon.model_zoo.text._encoder_decoder import (
    EncoderDecoder,
    Tokens,
)
from weft.gluon.parameter import Parameter
from weft.gluon.published import Names

_NAMES = {
    "shared": "embed",
    "{part:encoder|decoder}.embed_tokens": "embed",
    "{part:encoder|decoder}.layernorm_embedding": "{part}_embed_norm",
    **NAMES,
}
_HEAD = {"lm_head": "embed", "final_logits_bias": "scores_bias"}


class BART(EncoderDecoder):
    """Inputs (N, S) and tokens (N, T) to scores of the next tokens, (N, T, vocabulary): products
    with the rows of the embedding, and a bias that is not trained.

    num_decoder_layers, num_decoder_heads, decoder_hidden_size: as of the encoder if None
    max_length: the longest S and T
    pre_norm: norms before each part of a layer and at the end of the stack, as in mBART, Pegasus
        and Blenderbot
    embed_norm: a norm behind the embedding, as in BART and mBART
    embed_scale: a factor of the embedding, √U in some
    sinusoidal: positions are not trained, as in Marian and Pegasus
    position_offset: rows of the table of positions in front of the first one, as BART and mBART
        have them
    has_head: False gives vectors (N, T, U) instead of scores
    begin_token, end_token, pad_token: which `generate` takes unless told otherwise

    >>> from weft import gluon, np
    >>> net = gluon.model_zoo.text.BART(50, units=16, hidden_size=32, num_layers=2, num_heads=2)
    >>> net.initialize()
    >>> tokens = np.zeros((1, 5), dtype="int32")
    >>> net(tokens, tokens[:, :3]).shape
    (1, 3, 50)
    """

    def __init__(
        self,
        vocab_size: int = 50265,
        units: int = 1024,
        hidden_size: int = 4096,
        num_layers: int = 12,
        num_heads: int = 16,
        *,
        num_decoder_layers: int | None = None,
        num_decoder_heads: int | None = None,
        decoder_hidden_size: int | None = None,
        max_length: int = 1024,
        activation: str = "gelu",
        pre_norm: bool = False,
        embed_norm: bool = True,
        embed_scale: float = 1.0,
        sinusoidal: bool = False,
        position_offset: int = 2,
        dropout: float = 0.1,
        attention_dropout: float = 0.0,
        activation_dropout: float = 0.0,
        has_head: bool = True,
        begin_token: int = 2,
        end_token: Tokens | None = 2,
        pad_token: int = 1,
    ) -> None:
        super().__init__(begin_token, end_token, pad_token, max_length)
        options: dict[str, Any] = {
            "activation": activation,
            "pre_norm": pre_norm,
            "dropout": dropout,
            "attention_dropout": attention_dropout,
            "activation_dropout": activation_dropout,
        }
        decoder_layers = num_layers if num_decoder_layers is None else num_decoder_layers
        decoder_sizes = (decoder_hidden_size or hidden_size, num_decoder_heads or num_heads)
        self.embed_scale, self.position_offset = embed_scale, position_offset
        self.embed = nn.Embedding(vocab_size, units)
        self.encoder_positions, self.decoder_positions = (
            sinusoids(f"{part}_positions", max_length + position_offset, units, whole=False)
            if sinusoidal
            else learned(f"{part}_positions", max_length + position_offset, units)
            for part in ("encoder", "decoder")
        )
        self.encoder_embed_norm, self.decoder_embed_norm = (
            nn.LayerNorm(in_channels=units) if embed_norm else None for _ in range(2)
        )
        self.encoder = stack(num_layers, units, hidden_size, num_heads, has_memory=False, **options)
        self.decoder = stack(decoder_layers, units, *decoder_sizes, has_memory=True, **options)
        self.scores_bias = (
            Parameter("scores_bias", "null", shape=(vocab_size,), init="zeros")
            if has_head
            else None
        )
        self.dropout = nn.Dropout(dropout)

    @property
    def published_names(self) -> tuple[Names, ...]:  # type: ignore[override]
        own = {} if self.scores_bias is None else _HEAD
        unused = tuple(_HEAD) if self.scores_bias is None else ()
        return (Names("Hugging Face", {**_NAMES, **own}, ["model."], unused),)

    def load_dict(self, arrays: dict[str, ndarray], **options: Any) -> Loaded:
        # Files may leave out what no training changes: positions by formula, a bias of zeros.
        implied = {}
        for name, parameter in self.params.items():
            published = f"{name.removesuffix('_positions')}.embed_positions.weight"
            published = "final_logits_bias" if name == "scores_bias" else published
            is_there = any(given.endswith((name, published)) for given in arrays)
            if parameter.grad_req == "null" and not is_there and "embed.weight" not in arrays:
                implied[name] = np.zeros(parameter.shape, dtype=parameter.dtype)
                init.create(parameter.init).fill(name, implied[name])
        return super().load_dict({**implied, **arrays}, **options)

    def memory_of(self, inputs: Any, mask: Any) -> Any:
        if inputs.shape[1] > self.max_length:
            raise InvalidValue(
                f"BART: `inputs` may have {self.max_length} positions at most; got "
                f"{inputs.shape[1]}"
            )
        x = self._embedded(inputs, self.encoder_positions, self.encoder_embed_norm, None)
        return self.encoder(x, mask)

    def vectors_of(self, tokens: Any, first: Any) -> Any:
        return self._embedded(tokens, self.decoder_positions, self.decoder_embed_norm, first)

    def scores_of(self, x: Any) -> Any:
        if self.scores_bias is None:
            return x
        return np.matmul(x, self.embed.weight.data().T) + self.scores_bias.data()

    def _embedded(self, tokens: Any, positions: Parameter, norm: Any, first: Any) -> Any:
        rows = rows_from(positions.data()[self.position_offset :], tokens.shape[1], first)
        x = self.embed(tokens) * self.embed_scale + rows
        return self.dropout(x if norm is None else norm(x))


# ---- configurations -----------------------------------------------------------------------------

_SINES: dict[str, Any] = {"embed_norm": False, "sinusoidal": True, "position_offset": 0}
# By `model_type`: the name in architectures, and the options.
_FAMILIES: dict[str, tuple[str, dict[str, Any]]] = {
    "bart": ("Bart", {}),
    "mbart": ("MBart", {"pre_norm": True}),
    "marian": ("Marian", _SINES),
    "pegasus": ("Pegasus", {**_SINES, "pre_norm": True}),
    "blenderbot": (
        "Blenderbot",
        {"embed_norm": False, "position_offset": 0, "pre_norm": True},
    ),
}
# What a configuration means where it does not say it, beside what BART's means.
_DEFAULTS: dict[str, dict[str, Any]] = {
    "marian": {
        "vocab_size": 58101,
        "decoder_start_token_id": 58100,
        "eos_token_id": 0,
        "pad_token_id": 58100,
    },
    "pegasus": {"decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0},
    "blenderbot": {
        "vocab_size": 8008,
        "d_model": 2560,
        "encoder_ffn_dim": 10240,
        "encoder_layers": 2,
        "encoder_attention_heads": 32,
        "decoder_ffn_dim": 10240,
        "decoder_layers": 24,
        "decoder_attention_heads": 32,
        "max_position_embeddings": 128,
        "decoder_start_token_id": 1,
        "pad_token_id": 0,
    },
}


def from_config(config: Mapping[str, Any]) -> BART:
    """The network of a config.json of Hugging Face, of BART, mBART, Marian, Pegasus or Blenderbot,
    by the first of its `architectures`: vectors (`BartModel`, where it names none), or scores.

    Raises NotImplementedError for what the network cannot do.

    >>> from weft.gluon.model_zoo.text import bart
    >>> config = {"model_type": "mbart", "vocab_size": 50, "d_model": 16, "encoder_layers": 1}
    >>> bart.from_config(config | {"decoder_layers": 1}).max_length
    1024
    """
    own = Config("BART", config)
    kind = own.family({kind: name for kind, (name, _) in _FAMILIES.items()})
    name, options = _FAMILIES[kind]
    own.assume(_DEFAULTS.get(kind, {}))
    own.only("tie_word_embeddings", True)
    own.only("share_encoder_decoder_embeddings", True)
    own.refuse("encoder_layerdrop", "decoder_layerdrop", "is_decoder", "quantization_config")
    head = "MTModel" if kind == "marian" else "ForConditionalGeneration"
    units = own.count("d_model", 1024)
    return BART(
        own.count("vocab_size", 50265),
        units,
        own.count("encoder_ffn_dim", 4096),
        own.count("encoder_layers", 12),
        own.count("encoder_attention_heads", 16),
        num_decoder_layers=own.count("decoder_layers", 12),
        num_decoder_heads=own.count("decoder_attention_heads", 16),
        decoder_hidden_size=own.count("decoder_ffn_dim", 4096),
        max_length=own.count("max_position_embeddings", 1024),
        activation=own.activation("activation_function", "gelu"),
        dropout=own.fraction("dropout", 0.1),
        attention_dropout=own.fraction("attention_dropout", 0.0),
        activation_dropout=own.fraction("activation_dropout", 0.0),
        embed_scale=units**0.5 if own.flag("scale_embedding", False) else 1.0,
        has_head=own.architecture([name + "Model", name + head]) == name + head,
        begin_token=own.get("decoder_start_token_id", 2),
        end_token=own.get("eos_token_id", 2),
        pad_token=own.get("pad_token_id", 1),
        **options,
    )


__all__ = ["BART", "from_config"]
__dir__ = __all__.copy
