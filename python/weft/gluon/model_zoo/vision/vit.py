"""Vision transformers: Dosovitskiy et al., "An Image Is Worth 16x16 Words", 2021; with a token for
a teacher's scores, Touvron et al., "Training Data-Efficient Image Transformers", 2021 (DeiT); with
scaled branches, Oquab et al., "DINOv2", 2023.

N: batch, C: channels, H and W: height and width, T: tokens, U: units.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from weft import init, np, npx
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._transformers import EncoderLayer, pair
from weft.gluon.parameter import Parameter
from weft.gluon.published import Names, Split

_QUERY_KEY_VALUE = [f"layers.{{i}}.attention.{part}" for part in ("query", "key", "value")]

_BLOCK = "encoder.layers.encoder_layer_{i}"
_TORCHVISION = {
    "conv_proj": "patch_embed",
    "class_token": "class_weight",
    "encoder.pos_embedding": "position_weight",
    f"{_BLOCK}.ln_{{k}}": "layers.{i}.norms.{k-1}",
    f"{_BLOCK}.self_attention.in_proj_{{kind:weight|bias}}": Split(
        [f"{name}.{{kind}}" for name in _QUERY_KEY_VALUE]
    ),
    f"{_BLOCK}.self_attention.out_proj": "layers.{i}.attention.output",
    f"{_BLOCK}.mlp.linear_{{k}}": "layers.{i}.ffn.{3*k-3}",  # in files of before 2022
    f"{_BLOCK}.mlp.{{k}}": "layers.{i}.ffn.{k}",
    "encoder.ln": "norm",
    "heads.head": "output",
}

# Files have the second name where there are two; `state_dict()` of release 5 and later the first.
_LAYER = "{at:layers|encoder.layer}.{i}"
_HUGGING_FACE = {
    "embeddings.patch_embeddings.projection": "patch_embed",
    "embeddings.cls_token": "class_weight",
    "embeddings.distillation_token": "distillation_weight",
    "embeddings.position_embeddings": "position_weight",
    f"{_LAYER}.attention.{{q:q_proj|attention.query}}": "layers.{i}.attention.query",
    f"{_LAYER}.attention.{{k:k_proj|attention.key}}": "layers.{i}.attention.key",
    f"{_LAYER}.attention.{{v:v_proj|attention.value}}": "layers.{i}.attention.value",
    f"{_LAYER}.attention.{{o:o_proj|output.dense}}": "layers.{i}.attention.output",
    f"{_LAYER}.{{norm:layernorm_before|norm1}}": "layers.{i}.norms.0",
    f"{_LAYER}.{{norm:layernorm_after|norm2}}": "layers.{i}.norms.1",
    f"{_LAYER}.{{fc1:mlp.fc1|intermediate.dense}}": "layers.{i}.ffn.0",
    f"{_LAYER}.{{fc2:mlp.fc2|output.dense}}": "layers.{i}.ffn.3",
    f"{_LAYER}.layer_scale{{k}}.lambda1": "layers.{i}.scales.{k-1}.gamma",
    f"{_LAYER}.mlp.weights_in": Split(["layers.{i}.ffn.gate", "layers.{i}.ffn.up"]),
    f"{_LAYER}.mlp.weights_out": "layers.{i}.ffn.down",
    f"{_LAYER}.mlp.{{part:gate|up|down}}_proj": "layers.{i}.ffn.{part}",
    "layernorm": "norm",
    "pooler.dense": "pooler.0",
    "{head:classifier|cls_classifier}": "output",
    "distillation_classifier": "distillation_output",
}

_TIMM = {
    "patch_embed.proj": "patch_embed",
    "cls_token": "class_weight",
    "dist_token": "distillation_weight",
    "pos_embed": "position_weight",
    "blocks.{i}.norm{k}": "layers.{i}.norms.{k-1}",
    "blocks.{i}.attn.qkv": Split(_QUERY_KEY_VALUE),
    "blocks.{i}.attn.proj": "layers.{i}.attention.output",
    "blocks.{i}.ls{k}.gamma": "layers.{i}.scales.{k-1}.gamma",
    "blocks.{i}.mlp.fc1": "layers.{i}.ffn.0",
    "blocks.{i}.mlp.fc2": "layers.{i}.ffn.3",
    "norm": "norm",
    "head": "output",
    "head_dist": "distillation_output",
}


class ViT(HybridBlock):
    """Images (N, C, H, W) to scores (N, classes). With `classes=0` to the vectors of all tokens,
    (N, T, U), and one vector for each image, (N, U).

    image_size: H and W, or one number for both
    patch_size: height and width of the patches that become tokens, or one number for both
    units: U; hidden_size: units between the dense layers; num_heads: a divisor of U
    pooling: "class": the scores come from the class token; "class+mean": from it and the mean of
        the patches, as in DINOv2
    pooler: units of a dense layer with `pooler_activation` that makes an image's vector from that
        of the class token; 0 for none. It exists only where `classes` is 0.
    distillation: True adds a second token, as in DeiT; "head" also makes scores from it, and the
        result is the mean of both scores
    dropout: after the embedding, the attention and the dense layers
    ffn_dropout: between the dense layers; None means the same as `dropout`
    stochastic_depth: in train mode, the share of samples for which a branch is left out
    layer_scale: first value of the factors of each branch; None for no factors
    gated: the dense layers have a gate, as in large DINOv2
    interpolate_positions: images may have another size; the positions in between are interpolated
        by cubics. Otherwise the network refuses these images.

    >>> from weft import gluon, np
    >>> net = gluon.model_zoo.vision.ViT(32, 8, units=16, hidden_size=32, num_layers=1, num_heads=2)
    >>> net.initialize()
    >>> net(np.zeros((1, 3, 32, 32))).shape
    (1, 1000)
    """

    def __init__(
        self,
        image_size: int | Sequence[int] = 224,
        patch_size: int | Sequence[int] = 16,
        *,
        units: int = 768,
        hidden_size: int = 3072,
        num_layers: int = 12,
        num_heads: int = 12,
        classes: int = 1000,
        channels: int = 3,
        pooling: str = "class",
        pooler: int = 0,
        pooler_activation: str = "tanh",
        distillation: bool | str = False,
        dropout: float = 0.0,
        ffn_dropout: float | None = None,
        attention_dropout: float = 0.0,
        stochastic_depth: float = 0.0,
        layer_norm_eps: float = 1e-6,
        activation: str = "gelu",
        qkv_bias: bool = True,
        layer_scale: float | None = None,
        gated: bool = False,
        interpolate_positions: bool = False,
    ) -> None:
        super().__init__()
        self._set_sizes(image_size, patch_size)
        if pooling not in ("class", "class+mean"):
            raise InvalidValue(f"ViT: `pooling` must be 'class' or 'class+mean'; got {pooling!r}")
        if distillation not in (False, True, "head"):
            raise InvalidValue(
                f"ViT: `distillation` must be False, True or 'head'; got {distillation!r}"
            )
        if distillation == "head" and pooling != "class":
            raise InvalidValue(
                f"ViT: `pooling` must be 'class' with `distillation='head'`; got {pooling!r}"
            )
        self.pooling, self.interpolate_positions = pooling, interpolate_positions
        self.patch_embed = nn.Conv2D(units, self.patch_size, self.patch_size, in_channels=channels)
        self._add_tokens(units, 2 if distillation else 1)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.HybridSequential()
        for _ in range(num_layers):
            self.layers.add(
                EncoderLayer(
                    units,
                    hidden_size,
                    num_heads,
                    dropout=dropout,
                    ffn_dropout=ffn_dropout,
                    attention_dropout=attention_dropout,
                    stochastic_depth=stochastic_depth,
                    layer_norm_eps=layer_norm_eps,
                    activation=activation,
                    qkv_bias=qkv_bias,
                    layer_scale=layer_scale,
                    gated=gated,
                )
            )
        self.norm = nn.LayerNorm(epsilon=layer_norm_eps, in_channels=units)
        self._add_heads(units, classes, pooler, pooler_activation, distillation)

    def _set_sizes(self, image_size: int | Sequence[int], patch_size: int | Sequence[int]) -> None:
        self.image_size = pair("ViT", "image_size", image_size)
        self.patch_size = pair("ViT", "patch_size", patch_size)
        self.grid = (
            self.image_size[0] // self.patch_size[0],
            self.image_size[1] // self.patch_size[1],
        )
        if 0 in self.grid:
            raise InvalidValue(
                f"ViT: `patch_size` must be at most `image_size`; got {patch_size} and {image_size}"
            )

    def _add_tokens(self, units: int, special: int) -> None:
        """Parameters: the tokens beside the patches, and the position of each token."""

        def parameter(name: str, rows: int) -> Parameter:
            return Parameter(name, shape=(rows, units), init=init.Normal(0.02))

        self.class_weight = parameter("class_weight", 1)
        self.distillation_weight = parameter("distillation_weight", 1) if special == 2 else None
        self.position_weight = parameter("position_weight", special + self.grid[0] * self.grid[1])

    def _add_heads(
        self,
        units: int,
        classes: int,
        pooler: int,
        pooler_activation: str,
        distillation: bool | str,
    ) -> None:
        self.pooler = self.output = self.distillation_output = None
        if pooler and not classes:
            self.pooler = nn.HybridSequential(
                nn.Dense(pooler, in_units=units),
                nn.Activation(pooler_activation),
            )
        if classes:
            width = 2 * units if self.pooling == "class+mean" else units
            self.output = nn.Dense(classes, in_units=width)
        if classes and distillation == "head":
            self.distillation_output = nn.Dense(classes, in_units=units)

    @property
    def published_names(self) -> tuple[Names, ...]:
        """Tables of torchvision, Hugging Face and timm. They leave out heads and poolers that a
        file has and this network lacks."""
        unused = ["embeddings.mask_token"]
        unused += ["pooler"] if self.pooler is None else []
        if self.output is None:
            unused += ["heads", "head{which:|_dist}", "{which:|cls_|distillation_}classifier"]
        return (
            Names("torchvision", _TORCHVISION, unused=unused),
            Names("Hugging Face", _HUGGING_FACE, ["vit.", "deit.", "dinov2."], unused),
            Names("timm", _TIMM, unused=unused),
        )

    def forward(self, images: Any) -> Any:
        """Scores, or vectors of the tokens and of the image."""
        x = self.encode(self.embed(images))
        if self.output is None:
            return x, x[:, 0] if self.pooler is None else self.pooler(x[:, 0])
        if self.pooling == "class+mean":
            special = 1 if self.distillation_weight is None else 2
            pooled = np.concatenate([x[:, 0], x[:, special:].mean(axis=1)], axis=-1)
            return self.output(pooled)
        scores = self.output(x[:, 0])
        if self.distillation_output is not None:
            scores = (scores + self.distillation_output(x[:, 1])) / 2
        return scores

    def embed(self, images: Any) -> Any:
        """Images (N, C, H, W) to tokens (N, T, U) with their positions."""
        patches = self.patch_embed(images)
        n, units, height, width = patches.shape
        tokens = patches.reshape(n, units, height * width).transpose(0, 2, 1)
        special = [self.class_weight]
        special += [] if self.distillation_weight is None else [self.distillation_weight]
        front = [np.broadcast_to(weight.data(), (n, 1, units)) for weight in special]
        positions = self._positions(images.shape[2:], (height, width))
        return self.dropout(np.concatenate([*front, tokens], axis=1) + positions)

    def encode(self, tokens: Any) -> Any:
        """Tokens (N, T, U) to vectors (N, T, U)."""
        return self.norm(self.layers(tokens))

    def _positions(self, size: Sequence[int], grid: tuple[int, int]) -> Any:
        weight = self.position_weight.data()
        if not self.interpolate_positions:
            if tuple(size) != self.image_size:
                raise InvalidValue(
                    f"ViT: images must be of height and width {self.image_size}, for which the "
                    f"positions are trained; got {tuple(size)}; `interpolate_positions=True` "
                    "takes others"
                )
            return weight
        if grid == self.grid:
            return weight
        special = weight.shape[0] - self.grid[0] * self.grid[1]
        table = weight[special:].reshape(1, *self.grid, -1).transpose(0, 3, 1, 2)
        table = npx.interpolate(table, size=grid, mode="cubic")
        between = table.reshape(-1, grid[0] * grid[1]).transpose(1, 0)
        return np.concatenate([weight[:special], between], axis=0)


def _named(name: str, **sizes: Any) -> Callable[..., ViT]:
    def create(classes: int = 1000, **options: Any) -> ViT:
        return ViT(classes=classes, **{**sizes, **options})

    create.__name__ = create.__qualname__ = name
    told = ", ".join(f"{key} {value}" for key, value in sizes.items())
    create.__doc__ = f"torchvision's {name}: {told}; `options` of `ViT`."
    return zoo_function(create)


_BASE: dict[str, Any] = {"units": 768, "hidden_size": 3072, "num_layers": 12, "num_heads": 12}
_LARGE: dict[str, Any] = {"units": 1024, "hidden_size": 4096, "num_layers": 24, "num_heads": 16}
_HUGE: dict[str, Any] = {"units": 1280, "hidden_size": 5120, "num_layers": 32, "num_heads": 16}
vit_b_16 = _named("vit_b_16", patch_size=16, **_BASE)
vit_b_32 = _named("vit_b_32", patch_size=32, **_BASE)
vit_l_16 = _named("vit_l_16", patch_size=16, **_LARGE)
vit_l_32 = _named("vit_l_32", patch_size=32, **_LARGE)
vit_h_14 = _named("vit_h_14", patch_size=14, **_HUGE)


# For each class of Hugging Face, what it has beside the tokens' vectors.
_HEADS: dict[str, dict[str, Any]] = {
    "ViTModel": {"pooler": True},
    "ViTForImageClassification": {"classes": True},
    "DeiTModel": {"pooler": True, "distillation": True},
    "DeiTForImageClassification": {"classes": True, "distillation": True},
    "DeiTForImageClassificationWithTeacher": {"classes": True, "distillation": "head"},
    "Dinov2Model": {},
    "Dinov2ForImageClassification": {"classes": True, "pooling": "class+mean"},
}
_FAMILIES = {"vit": "ViT", "deit": "DeiT", "dinov2": "Dinov2"}


def from_config(config: Mapping[str, Any]) -> ViT:
    """The network of a config.json of ViT, DeiT or DINOv2: `architectures` names its class, such as
    ViTForImageClassification, or the one without a head if there is none.

    Raises NotImplementedError for a value that the network does not have.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision import vit
    >>> extents = {"image_size": 16, "patch_size": 8, "hidden_size": 8, "intermediate_size": 16}
    >>> heads = {"num_hidden_layers": 1, "num_attention_heads": 2, "num_labels": 4}
    >>> kind = {"model_type": "vit", "architectures": ["ViTForImageClassification"]}
    >>> net = vit.from_config({**kind, **extents, **heads})
    >>> net.initialize()
    >>> net(np.ones((1, 3, 16, 16))).shape
    (1, 4)
    """
    own = Config("ViT", config)
    family = own.choice("model_type", "vit", _FAMILIES)
    heads = {name: head for name, head in _HEADS.items() if name.startswith(family)}
    head = dict(heads[own.architecture(heads)])
    units, num_heads = own.count("hidden_size", 768), own.count("num_attention_heads", 12)
    own.only("head_dim", units // num_heads)
    if head.pop("pooler", False):
        head["pooler"] = own.count("pooler_output_size", units)
        head["pooler_activation"] = own.activation("pooler_act", "tanh")
    head["classes"] = own.labels() if head.get("classes") else 0
    options = _options_of_dinov2(own) if family == "Dinov2" else _options_of_vit(own)
    return ViT(
        own.extents("image_size", 224),
        units=units,
        num_layers=own.count("num_hidden_layers", 12),
        num_heads=num_heads,
        channels=own.count("num_channels", 3),
        attention_dropout=own.fraction("attention_probs_dropout_prob", 0.0),
        activation=own.activation("hidden_act", "gelu"),
        qkv_bias=own.flag("qkv_bias", True),
        **options,
        **head,
    )


def _options_of_vit(config: Config) -> dict[str, Any]:
    return {
        "patch_size": config.extents("patch_size", 16),
        "hidden_size": config.count("intermediate_size", 3072),
        "dropout": config.fraction("hidden_dropout_prob", 0.0),
        "ffn_dropout": 0.0,
        "layer_norm_eps": config.fraction("layer_norm_eps", 1e-12),
    }


def _options_of_dinov2(config: Config) -> dict[str, Any]:
    config.only("hidden_dropout_prob", 0.0)  # it would be for the embedding alone
    gated = config.flag("use_swiglu_ffn", False)
    hidden = int(config.count("hidden_size", 768) * config.number("mlp_ratio", 4))
    return {
        "patch_size": config.extents("patch_size", 14),
        # A gate has two thirds of the units, as a multiple of 8.
        "hidden_size": (int(hidden * 2 / 3) + 7) // 8 * 8 if gated else hidden,
        "gated": gated,
        "layer_norm_eps": config.fraction("layer_norm_eps", 1e-6),
        "layer_scale": config.number("layerscale_value", 1.0),
        "stochastic_depth": config.fraction("drop_path_rate", 0.0),
        "interpolate_positions": True,
    }


__all__ = ["ViT", "from_config", "vit_b_16", "vit_b_32", "vit_h_14", "vit_l_16", "vit_l_32"]
__dir__ = __all__.copy
