"""Two networks that give images and texts vectors of one space: Radford et al., "Learning
Transferable Visual Models from Natural Language Supervision", 2021 (CLIP).

N: images or texts, T: tokens, U: units, E: extent of the common space.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from weft import init, np
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo.vision._transformers import EncoderLayer
from weft.gluon.model_zoo.vision.vit import ViT
from weft.gluon.parameter import Parameter
from weft.gluon.published import Names


def _tower(published: str = "", here: str = "") -> dict[str, str]:
    """The lines of a table for the parts that both networks have, behind these prefixes."""
    layer, ours = f"{published}encoder.layers.{{i}}", f"{here}layers.{{i}}"
    return {
        f"{published}embeddings.class_embedding": f"{here}class_weight",
        f"{published}embeddings.patch_embedding": f"{here}patch_embed",
        f"{published}embeddings.token_embedding": f"{here}word_embed",
        f"{published}embeddings.position_embedding.weight": f"{here}position_weight",
        f"{published}pre_layrnorm": f"{here}first_norm",
        f"{layer}.self_attn.q_proj": f"{ours}.attention.query",
        f"{layer}.self_attn.k_proj": f"{ours}.attention.key",
        f"{layer}.self_attn.v_proj": f"{ours}.attention.value",
        f"{layer}.self_attn.out_proj": f"{ours}.attention.output",
        f"{layer}.layer_norm{{k}}": f"{ours}.norms.{{k-1}}",
        f"{layer}.mlp.fc1": f"{ours}.ffn.0",
        f"{layer}.mlp.fc2": f"{ours}.ffn.3",
        f"{published}{{norm:post_layernorm|final_layer_norm}}": f"{here}norm",
    }


def _names_of(tower: str, projection: str, has_projection: bool, others: Sequence[str]) -> Names:
    """The table of one network, which also reads the files of both."""
    unused = ["logit_scale", "embeddings.position_ids", *others]
    unused += [] if has_projection else [projection]
    table = {**_tower(), projection: "projection"}
    return Names("Hugging Face", table, [f"{tower}_model."], unused)


class CLIPVision(ViT):
    """Images (N, C, H, W) to the vectors of all tokens, (N, T, U), and one for each image, (N, E).

    projection: E; without one, 0, the vector of the image is that of the class token, (N, U)
    The other arguments are as for `ViT`.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.CLIPVision(
    ...     16, 8, units=8, hidden_size=16, num_layers=1, num_heads=2, projection=4
    ... )
    >>> net.initialize()
    >>> vectors, image = net(np.ones((1, 3, 16, 16)))
    >>> vectors.shape, image.shape
    ((1, 5, 8), (1, 4))
    """

    def __init__(
        self,
        image_size: int | Sequence[int] = 224,
        patch_size: int | Sequence[int] = 32,
        *,
        units: int = 768,
        hidden_size: int = 3072,
        num_layers: int = 12,
        num_heads: int = 12,
        projection: int = 512,
        channels: int = 3,
        attention_dropout: float = 0.0,
        layer_norm_eps: float = 1e-5,
        activation: str = "quick_gelu",
        interpolate_positions: bool = False,
    ) -> None:
        super().__init__(
            image_size,
            patch_size,
            units=units,
            hidden_size=hidden_size,
            num_layers=num_layers,
            num_heads=num_heads,
            classes=0,
            channels=channels,
            attention_dropout=attention_dropout,
            layer_norm_eps=layer_norm_eps,
            activation=activation,
            interpolate_positions=interpolate_positions,
        )
        self.patch_embed = nn.Conv2D(
            units, self.patch_size, self.patch_size, in_channels=channels, use_bias=False
        )
        self.first_norm = nn.LayerNorm(epsilon=layer_norm_eps, in_channels=units)
        self.projection = _projection(projection, units)

    @property
    def published_names(self) -> tuple[Names, ...]:
        others = ["text_model", "text_projection"]
        return (_names_of("vision", "visual_projection", self.projection is not None, others),)

    def forward(self, images: Any) -> Any:
        """The vectors of the tokens, before the last norm, and of the images."""
        x = self.layers(self.first_norm(self.embed(images)))
        image = self.norm(x[:, 0])
        return x, image if self.projection is None else self.projection(image)


class CLIPText(HybridBlock):
    """Tokens (N, T) to the vectors of all tokens, (N, T, U), and one for each text, (N, E): what
    the network makes of the text's end.

    projection: E, or 0 for the vector of the end as it is, (N, U)
    end_token: that ends a text, the first one counts; None for the largest number of each text

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.CLIPText(
    ...     20, units=8, hidden_size=16, num_layers=1, num_heads=2, projection=4, max_length=6,
    ...     end_token=19,
    ... )
    >>> net.initialize()
    >>> vectors, text = net(np.array([[1, 2, 19]]))
    >>> vectors.shape, text.shape
    ((1, 3, 8), (1, 4))
    """

    def __init__(
        self,
        vocab_size: int = 49408,
        *,
        units: int = 512,
        hidden_size: int = 2048,
        num_layers: int = 12,
        num_heads: int = 8,
        projection: int = 512,
        max_length: int = 77,
        end_token: int | None = 49407,
        attention_dropout: float = 0.0,
        layer_norm_eps: float = 1e-5,
        activation: str = "quick_gelu",
    ) -> None:
        super().__init__()
        self.max_length, self.end_token = max_length, end_token
        self.word_embed = nn.Embedding(vocab_size, units)
        self.position_weight = Parameter(
            "position_weight", shape=(max_length, units), init=init.Normal(0.02)
        )
        self.layers = nn.HybridSequential()
        for _ in range(num_layers):
            self.layers.add(
                EncoderLayer(
                    units,
                    hidden_size,
                    num_heads,
                    activation=activation,
                    layer_norm_eps=layer_norm_eps,
                    attention_dropout=attention_dropout,
                    causal=True,
                )
            )
        self.norm = nn.LayerNorm(epsilon=layer_norm_eps, in_channels=units)
        self.projection = _projection(projection, units)

    @property
    def published_names(self) -> tuple[Names, ...]:
        others = ["vision_model", "visual_projection"]
        return (_names_of("text", "text_projection", self.projection is not None, others),)

    def forward(self, tokens: Any) -> Any:
        """The vectors of the tokens and of the texts. What stands behind a text's end does not
        count, since tokens attend to none behind them."""
        length = tokens.shape[1]
        if length > self.max_length:
            raise InvalidValue(
                f"CLIPText: `tokens` may have {self.max_length} positions at most; got {length}"
            )
        x = self.word_embed(tokens) + self.position_weight.data()[:length]
        x = self.norm(self.layers(x))
        ends = tokens if self.end_token is None else (tokens == self.end_token).astype("int32")
        place = np.argmax(ends, axis=1).reshape(-1, 1, 1)
        text = np.take_along_axis(x, place, axis=1)[:, 0]
        return x, text if self.projection is None else self.projection(text)


def _projection(extent: int, units: int) -> nn.Dense | None:
    return nn.Dense(extent, in_units=units, use_bias=False) if extent else None


class CLIP(HybridBlock):
    """Tokens (M, T) and images (N, C, H, W) to scores (N, M) of how well each text fits each image,
    and the vectors of length 1, (M, E) and (N, E), whose products these are.

    text, vision: the networks, which one may also call and export alone; their E is the same

    >>> from weft import gluon, np
    >>> clip = gluon.model_zoo.vision.clip
    >>> sizes = {"units": 8, "hidden_size": 16, "num_layers": 1, "num_heads": 2, "projection": 4}
    >>> text = clip.CLIPText(50, end_token=49, **sizes)
    >>> net = clip.CLIP(text, clip.CLIPVision(16, 8, **sizes))
    >>> net.initialize()
    >>> scores, texts, images = net(np.array([[3, 49]]), np.zeros((2, 3, 16, 16)))
    >>> scores.shape
    (2, 1)
    """

    published_names = (
        Names(
            "Hugging Face",
            {
                **_tower("text_model.", "text."),
                **_tower("vision_model.", "vision."),
                "text_projection": "text.projection",
                "visual_projection": "vision.projection",
                "logit_scale": "logit_scale",
            },
            unused=["{tower:text|vision}_model.embeddings.position_ids"],
        ),
    )

    def __init__(self, text: CLIPText, vision: CLIPVision) -> None:
        super().__init__()
        extents = [
            None if tower.projection is None else tower.projection.units for tower in (text, vision)
        ]
        if extents[0] != extents[1] or None in extents:
            raise InvalidValue(
                f"CLIP: `text` and `vision` must have an equal `projection`; got {extents[0]} and "
                f"{extents[1]}"
            )
        self.text, self.vision = text, vision
        self.logit_scale = Parameter(
            "logit_scale", shape=(), init=init.Constant(math.log(1 / 0.07))
        )

    def forward(self, tokens: Any, images: Any) -> Any:
        """Scores and vectors."""
        texts, pictures = _of_length_1(self.text(tokens)[1]), _of_length_1(self.vision(images)[1])
        scores = np.matmul(pictures, texts.T) * np.exp(self.logit_scale.data())
        return scores, texts, pictures


def _of_length_1(x: Any) -> Any:
    return x / np.sqrt((x * x).sum(axis=-1, keepdims=True))


# By `model_type`; the last one has the projection.
_ARCHITECTURES = {
    "clip": ["CLIPModel"],
    "clip_text_model": ["CLIPTextModel", "CLIPTextModelWithProjection"],
    "clip_vision_model": ["CLIPVisionModel", "CLIPVisionModelWithProjection"],
}


def from_config(config: Mapping[str, Any]) -> CLIP | CLIPText | CLIPVision:
    """The network of a config.json: CLIPModel, or by `architectures` one of its two networks, such
    as CLIPTextModelWithProjection.

    Raises NotImplementedError for a value that the network does not have.

    >>> from weft.gluon.model_zoo.vision import clip
    >>> extents = {"vocab_size": 20, "hidden_size": 8, "intermediate_size": 16}
    >>> heads = {"num_hidden_layers": 1, "num_attention_heads": 2}
    >>> net = clip.from_config({"model_type": "clip_text_model", **extents, **heads})
    >>> net.word_embed.weight.shape
    (20, 8)
    """
    own = Config("CLIP", config)
    kind = own.only("model_type", "clip", "clip_text_model", "clip_vision_model")
    known = _ARCHITECTURES[kind]
    projects = own.architecture(known) == known[-1]
    extent = own.count("projection_dim", 512) if projects else 0
    if kind == "clip_text_model":
        return _text(own, extent)
    if kind == "clip_vision_model":
        return _vision(own, extent)
    # The first files have the settings twice; what the name with `_dict` has counts.
    text = own.part("text_config_dict", "text_config")
    vision = own.part("vision_config_dict", "vision_config")
    return CLIP(_text(text, extent), _vision(vision, extent))


def _options(config: Config, units: int, heads: int) -> dict[str, Any]:
    """What both networks have. units, heads: defaults"""
    return {
        "units": config.count("hidden_size", units),
        "num_layers": config.count("num_hidden_layers", 12),
        "num_heads": config.count("num_attention_heads", heads),
        "attention_dropout": config.fraction("attention_dropout", 0.0),
        "layer_norm_eps": config.fraction("layer_norm_eps", 1e-5),
        "activation": config.activation("hidden_act", "quick_gelu"),
    }


def _text(config: Config, projection: int) -> CLIPText:
    end = config.get("eos_token_id", 49407)
    if not isinstance(end, int):
        raise config.unsupported("eos_token_id", "a whole number", end)
    return CLIPText(
        config.count("vocab_size", 49408),
        hidden_size=config.count("intermediate_size", 2048),
        projection=projection,
        max_length=config.count("max_position_embeddings", 77),
        # 2 stands in the first files, where the end has the largest number.
        end_token=None if end == 2 else end,
        **_options(config, 512, 8),
    )


def _vision(config: Config, projection: int) -> CLIPVision:
    return CLIPVision(
        config.extents("image_size", 224),
        config.extents("patch_size", 32),
        hidden_size=config.count("intermediate_size", 3072),
        projection=projection,
        channels=config.count("num_channels", 3),
        **_options(config, 768, 12),
    )


__all__ = ["CLIP", "CLIPText", "CLIPVision", "from_config"]
__dir__ = __all__.copy
