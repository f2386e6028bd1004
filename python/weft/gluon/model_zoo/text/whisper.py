"""Whisper: Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022.

Speech as log-mel frames passes two convolutions, which halve its steps, and an encoder; a decoder
writes what was said. The first tokens tell the language and the task.
"""

from collections.abc import Mapping
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo.text._biased_layers import (
    NAMES,
    learned,
    rows_from,
    sinusoids,
    stack,
)
from weft.gluon.model_zoo.text._encoder_decoder import EncoderDecoder, Tokens
from weft.gluon.published import Names

_NAMES = {
    "encoder.conv{i}": "front.conv{i}",
    "encoder.embed_positions.weight": "front.positions",
    **NAMES,
}


class _Front(HybridBlock):
    """Frames (N, M, 2 S) to vectors with their positions, (N, S, U)."""

    def __init__(self, mel_bins: int, units: int, length: int) -> None:
        super().__init__()
        self.frames = 2 * length
        self.mel_bins = mel_bins
        self.conv1 = nn.Conv1D(units, 3, padding=1, in_channels=mel_bins)
        self.conv2 = nn.Conv1D(units, 3, 2, 1, in_channels=units)
        self.positions = sinusoids("positions", length, units, whole=True)

    def forward(self, frames: Any) -> Any:
        if tuple(frames.shape[1:]) != (self.mel_bins, self.frames):
            raise InvalidValue(
                f"Whisper: `inputs` must have shape (N, {self.mel_bins}, {self.frames}), silence "
                f"at the end included; got {frames.shape}"
            )
        x = npx.gelu(self.conv2(npx.gelu(self.conv1(frames))))
        return x.transpose(0, 2, 1) + self.positions.data()


class Whisper(EncoderDecoder):
    """Log-mel frames (N, M, 2 S) and tokens (N, T) to scores of the next tokens, (N, T,
    vocabulary).

    num_decoder_layers, num_decoder_heads, decoder_hidden_size: as of the encoder if None
    mel_bins: M; source_length: S; max_length: the longest T
    has_head: False gives vectors (N, T, U) instead of scores
    begin_token, end_token, pad_token: which `generate` takes unless told otherwise

    >>> from weft import gluon, np
    >>> sizes = {"units": 16, "hidden_size": 32, "num_layers": 2, "num_heads": 2}
    >>> net = gluon.model_zoo.text.Whisper(50, **sizes, mel_bins=8, source_length=6)
    >>> net.initialize()
    >>> net(np.zeros((1, 8, 12)), np.zeros((1, 3), dtype="int32")).shape
    (1, 3, 50)
    """

    def __init__(
        self,
        vocab_size: int = 51865,
        units: int = 384,
        hidden_size: int = 1536,
        num_layers: int = 4,
        num_heads: int = 6,
        *,
        num_decoder_layers: int | None = None,
        num_decoder_heads: int | None = None,
        decoder_hidden_size: int | None = None,
        mel_bins: int = 80,
        source_length: int = 1500,
        max_length: int = 448,
        activation: str = "gelu",
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        activation_dropout: float = 0.0,
        has_head: bool = True,
        begin_token: int = 50257,
        end_token: Tokens | None = 50256,
        pad_token: int = 50256,
    ) -> None:
        super().__init__(begin_token, end_token, pad_token, max_length)
        options: dict[str, Any] = {
            "activation": activation,
            "key_bias": False,
            "dropout": dropout,
            "attention_dropout": attention_dropout,
            "activation_dropout": activation_dropout,
        }
        decoder_layers = num_layers if num_decoder_layers is None else num_decoder_layers
        decoder_sizes = (decoder_hidden_size or hidden_size, num_decoder_heads or num_heads)
        self.has_head = has_head
        self.front = _Front(mel_bins, units, source_length)
        self.encoder = stack(num_layers, units, hidden_size, num_heads, has_memory=False, **options)
        self.embed = nn.Embedding(vocab_size, units)
        self.decoder_positions = learned("decoder_positions", max_length, units)
        self.decoder = stack(decoder_layers, units, *decoder_sizes, has_memory=True, **options)
        self.dropout = nn.Dropout(dropout)

    published_names = (
        Names(
            "Hugging Face",
            {**_NAMES, "decoder.embed_tokens": "embed", "proj_out": "embed"},
            prefixes=["model."],
        ),
    )

    def memory_of(self, inputs: Any, mask: Any) -> Any:
        if mask is not None:
            raise InvalidValue("Whisper: `mask` must be None, silence is frames, too; got an array")
        return self.encoder(self.dropout(self.front(inputs)))

    def vectors_of(self, tokens: Any, first: Any) -> Any:
        positions = rows_from(self.decoder_positions.data(), tokens.shape[1], first)
        return self.dropout(self.embed(tokens) + positions)

    def scores_of(self, x: Any) -> Any:
        return np.matmul(x, self.embed.weight.data().T) if self.has_head else x


class WhisperClassifier(HybridBlock):
    """Log-mel frames (N, M, 2 S) to scores of classes, (N, classes), by Whisper's encoder.

    projection: units of the vectors whose mean over S is classified; others as for `Whisper`

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> net = text.WhisperClassifier(
    ...     4, units=8, hidden_size=16, num_layers=1, num_heads=2, projection=6, mel_bins=10,
    ...     source_length=20,
    ... )
    >>> net.initialize()
    >>> net(np.ones((1, 10, 40))).shape
    (1, 4)
    """

    published_names = (
        Names(
            "Hugging Face",
            {**_NAMES, "projector": "projector", "classifier": "classifier"},
            prefixes=["model."],
            unused=["decoder", "proj_out"],
        ),
    )

    def __init__(
        self,
        classes: int,
        units: int = 384,
        hidden_size: int = 1536,
        num_layers: int = 4,
        num_heads: int = 6,
        *,
        projection: int = 256,
        mel_bins: int = 80,
        source_length: int = 1500,
        activation: str = "gelu",
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        activation_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.front = _Front(mel_bins, units, source_length)
        self.encoder = stack(
            num_layers,
            units,
            hidden_size,
            num_heads,
            has_memory=False,
            activation=activation,
            key_bias=False,
            dropout=dropout,
            attention_dropout=attention_dropout,
            activation_dropout=activation_dropout,
        )
        self.dropout = nn.Dropout(dropout)
        self.projector = nn.Dense(projection, flatten=False, in_units=units)
        self.classifier = nn.Dense(classes, in_units=projection)

    def forward(self, frames: Any) -> Any:
        x = self.encoder(self.dropout(self.front(frames)))
        return self.classifier(self.projector(x).mean(axis=1))


# ---- configurations -----------------------------------------------------------------------------

_ARCHITECTURES = (
    "WhisperModel",
    "WhisperForConditionalGeneration",
    "WhisperForAudioClassification",
)


def from_config(config: Mapping[str, Any]) -> Whisper | WhisperClassifier:
    """The network of a config.json of Hugging Face, of Whisper, by the first of its
    `architectures`: vectors (`WhisperModel`, where it names none), scores, or one that classifies
    (`WhisperForAudioClassification`).

    Raises NotImplementedError for what the network cannot do.

    >>> from weft.gluon.model_zoo.text import whisper
    >>> config = {"d_model": 16, "encoder_attention_heads": 2, "decoder_attention_heads": 2}
    >>> whisper.from_config(config | {"encoder_layers": 1, "decoder_layers": 3}).max_length
    448
    """
    own = Config("Whisper", config)
    own.only("model_type", "whisper")
    own.only("tie_word_embeddings", True)
    own.refuse("encoder_layerdrop", "decoder_layerdrop", "apply_spec_augment")
    own.refuse("use_weighted_layer_sum", "quantization_config")
    options: dict[str, Any] = {
        "units": own.count("d_model", 384),
        "hidden_size": own.count("encoder_ffn_dim", 1536),
        "num_layers": own.count("encoder_layers", 4),
        "num_heads": own.count("encoder_attention_heads", 6),
        "mel_bins": own.count("num_mel_bins", 80),
        "source_length": own.count("max_source_positions", 1500),
        "activation": own.activation("activation_function", "gelu"),
        "dropout": own.fraction("dropout", 0.0),
        "attention_dropout": own.fraction("attention_dropout", 0.0),
        "activation_dropout": own.fraction("activation_dropout", 0.0),
    }
    architecture = own.architecture(_ARCHITECTURES)
    if architecture == "WhisperForAudioClassification":
        projection = own.count("classifier_proj_size", 256)
        return WhisperClassifier(own.labels(), projection=projection, **options)
    return Whisper(
        own.count("vocab_size", 51865),
        decoder_hidden_size=own.count("decoder_ffn_dim", 1536),
        num_decoder_layers=own.count("decoder_layers", 4),
        num_decoder_heads=own.count("decoder_attention_heads", 6),
        max_length=own.count("max_target_positions", 448),
        has_head=architecture != "WhisperModel",
        begin_token=own.get("decoder_start_token_id", 50257),
        end_token=own.get("eos_token_id", 50256),
        pad_token=own.get("pad_token_id", 50256),
        **options,
    )


__all__ = ["Whisper", "WhisperClassifier", "from_config"]
__dir__ = __all__.copy
