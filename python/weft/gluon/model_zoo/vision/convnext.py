"""ConvNeXt: Liu et al., "A ConvNet for the 2020s", 2022 (2201.03545), and ConvNeXt V2: Woo et al.,
"ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders", 2023 (2301.00808), as
torchvision and Hugging Face have them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from weft import init, np, npx
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import Classifier
from weft.gluon.parameter import Parameter
from weft.gluon.published import Names

_TORCHVISION = Names(
    "torchvision", {"features": "features", "classifier.0": "output.0", "classifier.2": "output.1"}
)
_LAYER, _HERE = "encoder.stages.{i}.layers.{j}", "features.{2*i+1}.{j}"
_HUGGING_FACE = Names(
    "Hugging Face",
    {
        "embeddings.patch_embeddings": "features.0.0",
        "embeddings.layernorm": "features.0.1",
        "encoder.stages.{i}.downsampling_layer.{k}": "features.{2*i}.{k}",
        f"{_LAYER}.layer_scale_parameter": f"{_HERE}.layer_scale",
        f"{_LAYER}.dwconv": f"{_HERE}.block.0",
        f"{_LAYER}.layernorm": f"{_HERE}.block.2",
        f"{_LAYER}.pwconv1": f"{_HERE}.block.3",
        f"{_LAYER}.grn": f"{_HERE}.block.4.1",
        f"{_LAYER}.pwconv2": f"{_HERE}.block.5",
        "layernorm": "output.0",
        "classifier": "output.1",
    },
    prefixes=["convnext.", "convnextv2."],
)
_BLOCK = "stages.{i}.blocks.{j}"
_TIMM = Names(
    "timm",
    {
        "stem.{k}": "features.0.{k}",
        "stages.{i}.downsample.{k}": "features.{2*i}.{k}",
        f"{_BLOCK}.gamma": f"{_HERE}.layer_scale",
        f"{_BLOCK}.conv_dw": f"{_HERE}.block.0",
        f"{_BLOCK}.norm": f"{_HERE}.block.2",
        f"{_BLOCK}.mlp.fc1": f"{_HERE}.block.3",
        f"{_BLOCK}.mlp.grn": f"{_HERE}.block.4.1",
        f"{_BLOCK}.mlp.fc2": f"{_HERE}.block.5",
        "head.norm": "output.0",
        "head.fc": "output.1",
    },
)


class _Permute(HybridBlock):
    """The axes in another order."""

    def __init__(self, *axes: int) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, x: Any) -> Any:
        return np.transpose(x, self.axes)

    def describe(self) -> str:
        return str(self.axes)


class GlobalResponseNorm(HybridBlock):
    """x + gamma x r + beta for images (N, H, W, C), where r is the norm of each channel over the
    image divided by the mean of these norms (section 3 of V2).

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision.convnext import GlobalResponseNorm
    >>> norm = GlobalResponseNorm(8)
    >>> norm.initialize()
    >>> norm(np.ones((1, 4, 4, 8))).shape
    (1, 4, 4, 8)
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = Parameter("gamma", shape=(channels,), init="zeros")
        self.beta = Parameter("beta", shape=(channels,), init="zeros")

    def forward(self, x: Any) -> Any:
        norms = npx.norm(x, axis=(1, 2), keepdims=True)
        response = norms / (np.mean(norms, axis=-1, keepdims=True) + 1e-6)
        return self.gamma.data() * (x * response) + self.beta.data() + x


class ConvNeXtBlock(HybridBlock):
    """x + scale f(x): f convolves each channel, then mixes them in two layers, channels last.

    layer_scale: what `scale`, a number for each channel, begins with; None for no scale
    depth_rate: how often a sample takes the shortcut alone in training
    response_norm: between the two layers, as V2 has it
    approximation: of gelu

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision.convnext import ConvNeXtBlock
    >>> block = ConvNeXtBlock(
    ...     8, layer_scale=1e-6, depth_rate=0.0, response_norm=False, approximation="erf"
    ... )
    >>> block.initialize()
    >>> block(np.ones((1, 8, 4, 4))).shape
    (1, 8, 4, 4)
    """

    def __init__(
        self,
        channels: int,
        *,
        layer_scale: float | None,
        depth_rate: float,
        response_norm: bool,
        approximation: str,
    ) -> None:
        super().__init__()
        activation: HybridBlock = nn.GELU(approximation)
        if response_norm:
            activation = nn.HybridSequential(activation, GlobalResponseNorm(4 * channels))
        self.block = nn.HybridSequential(
            nn.Conv2D(channels, 7, 1, 3, groups=channels, in_channels=channels),
            _Permute(0, 2, 3, 1),
            nn.LayerNorm(epsilon=1e-6, in_channels=channels),
            nn.Dense(4 * channels, flatten=False, in_units=channels),
            activation,
            nn.Dense(channels, flatten=False, in_units=4 * channels),
            _Permute(0, 3, 1, 2),
        )
        self.layer_scale = (
            None
            if layer_scale is None
            else Parameter("layer_scale", shape=(channels, 1, 1), init=init.Constant(layer_scale))
        )
        self.stochastic_depth = nn.StochasticDepth(depth_rate)

    def forward(self, x: Any) -> Any:
        out = self.block(x)
        if self.layer_scale is not None:
            out = self.layer_scale.data() * out
        return self.stochastic_depth(out) + x


class ConvNeXt(Classifier):
    """Images (N, C, H, W) to scores (N, classes).

    depths, widths: blocks and channels of each stage
    classes: 0 for a network that gives the means of the last channels, normalized, (N, channels)
    stochastic_depth: rate of the last block, those of the others grow evenly from 0
    layer_scale, response_norm, approximation: of `ConvNeXtBlock`
    patch: side of the squares that the stem makes a pixel of; epsilon: of the last norm

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.ConvNeXt([1, 1], [8, 16], classes=4)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 4)
    """

    published_names = (_TORCHVISION, _HUGGING_FACE, _TIMM)

    def __init__(
        self,
        depths: Sequence[int],
        widths: Sequence[int],
        classes: int = 1000,
        *,
        stochastic_depth: float = 0.0,
        layer_scale: float | None = 1e-6,
        response_norm: bool = False,
        approximation: str = "erf",
        patch: int = 4,
        in_channels: int = 3,
        epsilon: float = 1e-6,
    ) -> None:
        super().__init__()
        if not len(depths) == len(widths) > 0:
            raise InvalidValue(
                "ConvNeXt: `depths` and `widths` must have a number for each stage; "
                f"got {depths} and {widths}"
            )
        before, done, last = widths[0], 0, max(1, sum(depths) - 1)
        self.features = nn.HybridSequential()
        for i, (depth, width) in enumerate(zip(depths, widths, strict=True)):
            if i == 0:
                stem = nn.Conv2D(width, patch, patch, in_channels=in_channels)
                self.features.add(nn.HybridSequential(stem, _channel_norm(width)))
            else:
                halving = nn.Conv2D(width, 2, 2, in_channels=before)
                self.features.add(nn.HybridSequential(_channel_norm(before), halving))
            self.features.add(
                nn.HybridSequential(
                    *(
                        ConvNeXtBlock(
                            width,
                            layer_scale=layer_scale,
                            depth_rate=stochastic_depth * (done + block) / last,
                            response_norm=response_norm,
                            approximation=approximation,
                        )
                        for block in range(depth)
                    )
                )
            )
            before, done = width, done + depth
        self.features.add(nn.GlobalAvgPool2D(), nn.Flatten())
        self.output = nn.HybridSequential(nn.LayerNorm(epsilon=epsilon, in_channels=before))
        if classes:
            self.output.add(nn.Dense(classes, in_units=before))


def _channel_norm(channels: int) -> nn.LayerNorm:
    return nn.LayerNorm(axis=1, epsilon=1e-6, in_channels=channels)


# Blocks and channels of each stage, rate of the stochastic depth.
_SPECS = {
    "tiny": ([3, 3, 9, 3], [96, 192, 384, 768], 0.1),
    "small": ([3, 3, 27, 3], [96, 192, 384, 768], 0.4),
    "base": ([3, 3, 27, 3], [128, 256, 512, 1024], 0.5),
    "large": ([3, 3, 27, 3], [192, 384, 768, 1536], 0.5),
}


def _named(size: str) -> Callable[..., ConvNeXt]:
    depths, widths, rate = _SPECS[size]

    def create(classes: int = 1000, *, stochastic_depth: float = rate) -> ConvNeXt:
        return ConvNeXt(depths, widths, classes, stochastic_depth=stochastic_depth)

    create.__name__ = create.__qualname__ = f"convnext_{size}"
    create.__doc__ = f"torchvision's ConvNeXt, {size}; see `ConvNeXt`."
    return zoo_function(create)


convnext_tiny, convnext_small, convnext_base, convnext_large = map(_named, _SPECS)


def from_config(config: Mapping[str, Any]) -> ConvNeXt:
    """The ConvNeXt that a config.json of Hugging Face tells of, of version 1 or 2: images
    (N, C, H, W) to scores (N, classes); of a `ConvNextModel`, to the normalized means of the last
    channels, (N, channels).

    Raises NotImplementedError for what it has not: another activation than gelu, another head.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision import convnext
    >>> stages = {"depths": [1, 1], "hidden_sizes": [8, 16], "num_stages": 2}
    >>> net = convnext.from_config({**stages, "architectures": ["ConvNextModel"]})
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 16)
    """
    own = Config("ConvNeXt", config)
    is_second = own.get("model_type") == "convnextv2"
    name = "ConvNextV2" if is_second else "ConvNext"
    depths, widths = own.stages(depths=[3, 3, 9, 3], hidden_sizes=[96, 192, 384, 768])
    own.only("num_stages", len(depths))
    scale = None if is_second else own.number("layer_scale_init_value", 1e-6)
    gelu = own.activation("hidden_act", "gelu", "gelu", "gelu_tanh")
    return ConvNeXt(
        depths,
        widths,
        own.classes(f"{name}ForImageClassification", f"{name}Model"),
        stochastic_depth=own.fraction("drop_path_rate", 0.0),
        layer_scale=scale or None,
        response_norm=is_second,
        approximation="tanh" if gelu == "gelu_tanh" else "erf",
        patch=own.count("patch_size", 4),
        in_channels=own.count("num_channels", 3),
        epsilon=own.fraction("layer_norm_eps", 1e-12),
    )


__all__ = [
    "ConvNeXt",
    "ConvNeXtBlock",
    "GlobalResponseNorm",
    "convnext_base",
    "convnext_large",
    "convnext_small",
    "convnext_tiny",
    "from_config",
]
__dir__ = __all__.copy
