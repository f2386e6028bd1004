"""Transformers over windows that shift: Liu et al., "Swin Transformer", 2021, and "Swin Transformer
V2", 2022.

N: batch, C: channels, H and W: height and width, P: windows of an image, T: tokens of a window, U:
units. Tokens keep the axes of the image, (N, H, W, U).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._transformers import pair
from weft.gluon.model_zoo.vision._windows import CosineAttention, WindowAttention
from weft.gluon.nn.attention import feed_forward
from weft.gluon.published import Names, Split

_BLOCK = "features.{i}.{j}"
_HERE = "stages.{i//2}.{j}"
_TORCHVISION = {
    "features.0.0": "patch_embed",
    "features.0.2": "patch_norm",
    f"{_BLOCK}.norm{{k}}": f"{_HERE}.norms.{{k-1}}",
    f"{_BLOCK}.attn.qkv.{{kind:weight|bias}}": Split(
        [f"{_HERE}.attention.{part}.{{kind}}" for part in ("query", "key", "value")]
    ),
    f"{_BLOCK}.attn.proj": f"{_HERE}.attention.output",
    f"{_BLOCK}.attn.relative_position_bias_table": f"{_HERE}.attention.offset_weight",
    f"{_BLOCK}.mlp.{{k}}": f"{_HERE}.ffn.{{k}}",
    "features.{i}.{part:norm|reduction}": "merges.{i//2-1}.{part}",
    "norm": "norm",
    "head": "output",
}
_TORCHVISION_2 = {
    f"{_BLOCK}.attn.qkv.bias": Split(
        [f"{_HERE}.attention.{part}" for part in ("query.bias", "unused_bias", "value.bias")]
    ),
    f"{_BLOCK}.attn.logit_scale": f"{_HERE}.attention.logit_scale",
    f"{_BLOCK}.attn.cpb_mlp.{{k}}": f"{_HERE}.attention.offset_mlp.{{k//2}}",
    **_TORCHVISION,
}
# They follow from the size of the windows.
_COMPUTED = [
    f"{_BLOCK}.attn.relative_position_index",
    f"{_BLOCK}.attn.relative_coords_table",
]

# Files have the second name where there are two; `state_dict()` of release 5 and later the first.
_LAYER = "encoder.layers.{i}.blocks.{j}"
_LAYER_HERE = "stages.{i}.{j}"
_OFFSETS = "{table:relative_position_bias|self}.relative_position_bias_table"
_HUGGING_FACE = {
    "embeddings.patch_embeddings.projection": "patch_embed",
    "embeddings.norm": "patch_norm",
    f"{_LAYER}.layernorm_before": f"{_LAYER_HERE}.norms.0",
    f"{_LAYER}.layernorm_after": f"{_LAYER_HERE}.norms.1",
    f"{_LAYER}.attention.{{q:q_proj|self.query}}": f"{_LAYER_HERE}.attention.query",
    f"{_LAYER}.attention.{{k:k_proj|self.key}}": f"{_LAYER_HERE}.attention.key",
    f"{_LAYER}.attention.{{v:v_proj|self.value}}": f"{_LAYER_HERE}.attention.value",
    f"{_LAYER}.attention.{{o:o_proj|output.dense}}": f"{_LAYER_HERE}.attention.output",
    f"{_LAYER}.attention.{_OFFSETS}": f"{_LAYER_HERE}.attention.offset_weight",
    f"{_LAYER}.{{fc1:mlp.fc1|intermediate.dense}}": f"{_LAYER_HERE}.ffn.0",
    f"{_LAYER}.{{fc2:mlp.fc2|output.dense}}": f"{_LAYER_HERE}.ffn.3",
    "encoder.layers.{i}.downsample": "merges.{i}",
    "layernorm": "norm",
    "classifier": "output",
}
_INDEX = "{at:attention.*}.relative_position_index"


class _Layer(HybridBlock):
    """Attention in windows, then dense layers; each beside a shortcut, with a norm before it or, in
    version 2, behind it. Every second layer shifts its windows by a half: (N, H, W, U) to the same.
    """

    def __init__(
        self,
        units: int,
        num_heads: int,
        window: tuple[int, int],
        *,
        version: int,
        shifted: bool,
        shift_each_axis: bool,
        ffn_ratio: float,
        activation: str,
        dropout: float,
        attention_dropout: float,
        stochastic_depth: float,
        layer_norm_eps: float,
        qkv_bias: bool,
    ) -> None:
        super().__init__()
        self.window, self.shifted, self.shift_each_axis = window, shifted, shift_each_axis
        self.norm_first = version == 1
        self.norms = nn.HybridSequential(
            *(nn.LayerNorm(epsilon=layer_norm_eps, in_channels=units) for _ in range(2))
        )
        kind = WindowAttention if version == 1 else CosineAttention
        self.attention = kind(units, num_heads, window, attention_dropout, qkv_bias)
        self.ffn = feed_forward(units, int(units * ffn_ratio), activation, dropout=dropout)
        self.dropout = nn.Dropout(dropout)
        self.depth = nn.StochasticDepth(stochastic_depth)

    def forward(self, x: Any) -> Any:
        for norm, part in zip(self.norms, (self._attend, self.ffn), strict=True):
            y = self.dropout(part(norm(x) if self.norm_first else x))
            x = x + self.depth(y if self.norm_first else norm(y))
        return x

    def _attend(self, x: Any) -> Any:
        n, height, width, units = x.shape
        (tall, wide), (down, right) = self.window, self._shifts(height, width)
        below, beside = -height % tall, -width % wide
        if below or beside:
            x = np.pad(x, ((0, 0), (0, below), (0, beside), (0, 0)))
        rows, columns = (height + below) // tall, (width + beside) // wide
        apart = None
        if down or right:
            x = np.roll(x, (-down, -right), axis=(1, 2))
            apart = self._apart(rows, columns, down, right)
        x = x.reshape(n, rows, tall, columns, wide, units).transpose(0, 1, 3, 2, 4, 5)
        x = self.attention(x.reshape(n, rows * columns, tall * wide, units), apart)
        x = x.reshape(n, rows, columns, tall, wide, units).transpose(0, 1, 3, 2, 4, 5)
        x = x.reshape(n, rows * tall, columns * wide, units)
        if down or right:
            x = np.roll(x, (down, right), axis=(1, 2))
        return x[:, :height, :width] if below or beside else x

    def _shifts(self, height: int, width: int) -> tuple[int, int]:
        """By how much the windows are shifted: not along an axis that one window covers."""
        tall, wide = self.window
        down, right = height > tall, width > wide
        if not self.shifted or not (self.shift_each_axis or (down and right)):
            return 0, 0
        return tall // 2 * down, wide // 2 * right

    def _apart(self, rows: int, columns: int, down: int, right: int) -> Any:
        """True where two tokens of a window come from opposite sides of the image, (P, 1, T, T):
        the roll has brought one of them over the edge."""
        tall, wide = self.window
        over = [
            np.arange(windows * extent) >= windows * extent - shift
            for windows, extent, shift in ((rows, tall, down), (columns, wide, right))
        ]
        side = 2 * over[0].astype("int32").reshape(-1, 1) + over[1].astype("int32")
        side = side.reshape(rows, tall, columns, wide).transpose(0, 2, 1, 3)
        side = side.reshape(rows * columns, 1, tall * wide)
        return np.not_equal(
            side.reshape(rows * columns, 1, -1, 1), side.reshape(-1, 1, 1, tall * wide)
        )


class _Merge(HybridBlock):
    """Four neighbours become one, with twice the units: (N, H, W, U) to (N, H / 2, W / 2, 2 U)."""

    def __init__(self, units: int, version: int) -> None:
        super().__init__()
        self.norm_first = version == 1
        self.norm = nn.LayerNorm(in_channels=4 * units if version == 1 else 2 * units)
        self.reduction = nn.Dense(2 * units, flatten=False, in_units=4 * units, use_bias=False)

    def forward(self, x: Any) -> Any:
        n, height, width, units = x.shape
        if height % 2 or width % 2:
            x = np.pad(x, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)))
        rows, columns = (height + 1) // 2, (width + 1) // 2
        x = x.reshape(n, rows, 2, columns, 2, units).transpose(0, 1, 3, 4, 2, 5)
        x = x.reshape(n, rows, columns, 4 * units)
        return self.reduction(self.norm(x)) if self.norm_first else self.norm(self.reduction(x))


class Swin(HybridBlock):
    """Images (N, C, H, W) of any size to scores (N, classes). With `classes=0` to the vectors of
    all tokens, (N, H' W', U), and their mean, (N, U).

    layers, num_heads: one number for each stage
    units: of the first stage; each next stage has twice as many
    patch_size: height and width of the patches that become tokens, or one number for both
    window_size: height and width of the windows in tokens, or one number for both
    version: 1, or 2, which has cosines as scores and the norms after the parts
    ffn_ratio: units between the dense layers, as a multiple of the stage's units
    dropout: after the attention, between the dense layers and after them
    stochastic_depth: in train mode, the share of samples for which a branch of the last layer is
        left out; the share grows from 0 in the first layer
    pad_patches: zeros complete a patch that the image does not fill; otherwise it is cut off
    shift_each_axis: where one window covers one axis of the image, the windows still shift along
        the other; otherwise they do not shift at all

    >>> from weft import gluon, np
    >>> net = gluon.model_zoo.vision.Swin([1, 1], [1, 2], units=8, window_size=2, classes=5)
    >>> net.initialize()
    >>> net(np.zeros((1, 3, 20, 32))).shape
    (1, 5)
    """

    def __init__(
        self,
        layers: Sequence[int] = (2, 2, 6, 2),
        num_heads: Sequence[int] = (3, 6, 12, 24),
        *,
        units: int = 96,
        patch_size: int | Sequence[int] = 4,
        window_size: int | Sequence[int] = 7,
        version: int = 1,
        classes: int = 1000,
        channels: int = 3,
        ffn_ratio: float = 4.0,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        stochastic_depth: float = 0.1,
        layer_norm_eps: float = 1e-5,
        activation: str = "gelu",
        qkv_bias: bool = True,
        pad_patches: bool = False,
        shift_each_axis: bool = True,
    ) -> None:
        super().__init__()
        if len(layers) != len(num_heads) or not layers:
            raise InvalidValue(
                "Swin: `layers` and `num_heads` must have a number for each stage; got "
                f"{layers} and {num_heads}"
            )
        require(version in (1, 2), "Swin", "version", "1 or 2", version)
        self.version, self.pad_patches = version, pad_patches
        self.patch_size = pair("Swin", "patch_size", patch_size)
        window = pair("Swin", "window_size", window_size)
        self.patch_embed = nn.Conv2D(units, self.patch_size, self.patch_size, in_channels=channels)
        self.patch_norm = nn.LayerNorm(in_channels=units)
        options: dict[str, Any] = {
            "version": version,
            "shift_each_axis": shift_each_axis,
            "ffn_ratio": ffn_ratio,
            "activation": activation,
            "dropout": dropout,
            "attention_dropout": attention_dropout,
            "layer_norm_eps": layer_norm_eps,
            "qkv_bias": qkv_bias,
        }
        step = stochastic_depth / max(sum(layers) - 1, 1)
        self.stages, self.merges = nn.HybridSequential(), nn.HybridSequential()
        for stage, (count, heads) in enumerate(zip(layers, num_heads, strict=True)):
            width, before = units << stage, sum(layers[:stage])
            if stage:
                self.merges.add(_Merge(width // 2, version))
            self.stages.add(
                nn.HybridSequential(
                    *(
                        _Layer(
                            width,
                            heads,
                            window,
                            shifted=place % 2 == 1,
                            stochastic_depth=step * (before + place),
                            **options,
                        )
                        for place in range(count)
                    )
                )
            )
        self.norm = nn.LayerNorm(epsilon=layer_norm_eps, in_channels=width)
        self.output = nn.Dense(classes, in_units=width) if classes else None

    @property
    def published_names(self) -> tuple[Names, ...]:
        """Tables of torchvision and, for version 1, of Hugging Face."""
        bare = self.output is None
        torchvision = Names(
            "torchvision",
            _TORCHVISION if self.version == 1 else _TORCHVISION_2,
            unused=[*_COMPUTED, *(["head"] if bare else [])],
        )
        if self.version == 2:
            return (torchvision,)
        unused = ["embeddings.mask_token", f"{_LAYER}.{_INDEX}", *(["classifier"] if bare else [])]
        return torchvision, Names("Hugging Face", _HUGGING_FACE, ["swin."], unused)

    def forward(self, images: Any) -> Any:
        """Scores, or vectors of the tokens and their mean."""
        x = self.encode(images)
        pooled = x.mean(axis=(1, 2))
        if self.output is not None:
            return self.output(pooled)
        return x.reshape(x.shape[0], -1, x.shape[-1]), pooled

    def encode(self, images: Any) -> Any:
        """Images (N, C, H, W) to vectors (N, H', W', U)."""
        below, beside = (
            -extent % patch for extent, patch in zip(images.shape[2:], self.patch_size, strict=True)
        )
        if self.pad_patches and (below or beside):
            images = np.pad(images, ((0, 0), (0, 0), (0, below), (0, beside)))
        x = self.patch_norm(self.patch_embed(images).transpose(0, 2, 3, 1))
        for number, stage in enumerate(self.stages):
            x = stage(self.merges[number - 1](x) if number else x)
        return self.norm(x)


def _named(name: str, **sizes: Any) -> Callable[..., Swin]:
    def create(classes: int = 1000, **options: Any) -> Swin:
        return Swin(classes=classes, **{**sizes, **options})

    create.__name__ = create.__qualname__ = name
    told = ", ".join(f"{key} {value}" for key, value in sizes.items())
    create.__doc__ = f"torchvision's {name}: {told}; `options` of `Swin`."
    return zoo_function(create)


_DEEP, _WIDE = (2, 2, 18, 2), (4, 8, 16, 32)
_SECOND: dict[str, Any] = {"version": 2, "window_size": 8}
swin_t = _named("swin_t", stochastic_depth=0.2)
swin_s = _named("swin_s", layers=_DEEP, stochastic_depth=0.3)
swin_b = _named("swin_b", layers=_DEEP, num_heads=_WIDE, units=128, stochastic_depth=0.5)
swin_v2_t = _named("swin_v2_t", stochastic_depth=0.2, **_SECOND)
swin_v2_s = _named("swin_v2_s", layers=_DEEP, stochastic_depth=0.3, **_SECOND)
swin_v2_b = _named(
    "swin_v2_b", layers=_DEEP, num_heads=_WIDE, units=128, stochastic_depth=0.5, **_SECOND
)


def from_config(config: Mapping[str, Any]) -> Swin:
    """The network of a config.json of Swin: `architectures` names its class, SwinModel or
    SwinForImageClassification, the first if there is none.

    Raises NotImplementedError for a value that the network does not have. In training a layer
    leaves out both of its branches, as in the paper; transformers leaves out the attention alone.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision import swin
    >>> stages = {"depths": [1, 1], "num_heads": [1, 2], "embed_dim": 8, "window_size": 4}
    >>> net = swin.from_config({"model_type": "swin", **stages})
    >>> net.initialize()
    >>> vectors, mean = net(np.ones((1, 3, 32, 32)))
    >>> vectors.shape, mean.shape
    ((1, 16, 16), (1, 16))
    """
    own = Config("Swin", config)
    own.only("model_type", "swin")
    own.only("use_absolute_embeddings", False)
    own.only("hidden_dropout_prob", 0.0)  # it would be behind the embedding too
    layers, num_heads = own.stages(depths=(2, 2, 6, 2), num_heads=(3, 6, 12, 24))
    return Swin(
        layers,
        num_heads,
        units=own.count("embed_dim", 96),
        patch_size=own.extents("patch_size", 4),
        window_size=own.extents("window_size", 7),
        classes=own.classes("SwinModel", "SwinForImageClassification"),
        channels=own.count("num_channels", 3),
        ffn_ratio=own.number("mlp_ratio", 4.0),
        attention_dropout=own.fraction("attention_probs_dropout_prob", 0.0),
        stochastic_depth=own.fraction("drop_path_rate", 0.1),
        layer_norm_eps=own.fraction("layer_norm_eps", 1e-5),
        activation=own.activation("hidden_act", "gelu"),
        qkv_bias=own.flag("qkv_bias", True),
        pad_patches=True,
        shift_each_axis=False,
    )


__all__ = [
    "Swin",
    "from_config",
    "swin_b",
    "swin_s",
    "swin_t",
    "swin_v2_b",
    "swin_v2_s",
    "swin_v2_t",
]
__dir__ = __all__.copy
