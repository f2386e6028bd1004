"""ResNet, RegNet, ConvNeXt and MobileNet v2 are built from a config.json of Hugging Face, take its
weights, and give its results."""

import pytest
from weft.gluon.model_zoo.vision import convnext, inverted_residuals, regnet, resnext

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
from real_modules import check_same, loaded, randomized  # noqa: E402
from real_training import check_dependence, check_file, check_gradients, lively  # noqa: E402
from torch_models import torchvision_models  # noqa: E402

pytestmark = pytest.mark.torch
torchvision_models()  # `transformers` imports torchvision too

STAGES = {"depths": [2, 1, 2], "hidden_sizes": [16, 32, 48]}
CONFIGS = {
    "ResNet": (
        resnext,
        {"embedding_size": 8, **STAGES},
        [
            {},
            {"layer_type": "basic", "downsample_in_first_stage": True},
            {"layer_type": "basic", "hidden_sizes": [8, 8, 8]},
            {"downsample_in_bottleneck": True, "num_channels": 1},
        ],
    ),
    "RegNet": (
        regnet,
        {"embedding_size": 8, "groups_width": 8, **STAGES},
        [{}, {"layer_type": "x", "downsample_in_first_stage": False}, {"num_channels": 2}],
    ),
    "ConvNext": (
        convnext,
        {"num_stages": 3, "layer_scale_init_value": 0.5, **STAGES},
        [
            {},
            {"hidden_act": "gelu_new", "layer_norm_eps": 1e-3},
            {"layer_scale_init_value": 0.0, "patch_size": 2, "num_channels": 1},
        ],
    ),
    "ConvNextV2": (convnext, {"num_stages": 3, **STAGES}, [{}, {"drop_path_rate": 0.3}]),
    "MobileNetV2": (
        inverted_residuals,
        {"depth_multiplier": 0.25},
        [
            {},
            {"output_stride": 8},
            {"output_stride": 16, "tf_padding": False, "expand_ratio": 4},
            {"depth_divisible_by": 4, "min_depth": 4, "finegrained_output": False},
            {"depth_multiplier": 1.4, "layer_norm_eps": 1e-5, "num_channels": 1},
        ],
    ),
}
CASES = [
    pytest.param(family, options, id=f"{family}-{i}")
    for family, (_, _, cases) in CONFIGS.items()
    for i, options in enumerate(cases)
]


def made(family, options, kind="ForImageClassification", classes=5):
    """The module of transformers, and the network of its config.json."""
    builder, small, _ = CONFIGS[family]
    config = getattr(transformers, f"{family}Config")(num_labels=classes, **{**small, **options})
    torch.manual_seed(0)
    module = randomized(getattr(transformers, family + kind)(config))
    lively(module, images(module, 64, 64, count=4))
    values = {**module.config.to_dict(), "architectures": [family + kind]}
    return module, builder.from_config(values)


def images(module, *sides, count=2):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, module.config.num_channels, *sides, generator=generator)


class Scores(torch.nn.Module):
    """A classifier of which the scores are the only result."""

    def __init__(self, module):
        super().__init__()
        self.whole = module

    def forward(self, x):
        return self.whole(x).logits

    def named_parameters(self):
        return self.whole.named_parameters()


@pytest.mark.parametrize(("family", "options"), CASES)
def test_a_classifier(family, options, tmp_path):
    module, net = made(family, options)
    loaded(net, module, tmp_path)
    for sides in ((64, 64), (51, 70)):
        net.hybridize(False)
        check_dependence(check_same(net, Scores(module), images(module, *sides)))


@pytest.mark.parametrize("family", CONFIGS)
def test_a_network_without_a_head_has_names_without_the_family(family, tmp_path):
    module, net = made(family, {}, "Model")
    loaded(net, module, tmp_path)
    x = images(module, 64, 64)
    with torch.no_grad():
        want = module(x).pooler_output.flatten(1)
    check_same(net, lambda x: want, x)


@pytest.mark.parametrize("family", CONFIGS)
def test_gradients(family, tmp_path):
    options = {"classifier_dropout_prob": 0.0} if family == "MobileNetV2" else {}
    module, net = made(family, options)
    check_gradients(loaded(net, module, tmp_path), Scores(module), images(module, 64, 64))


@pytest.mark.parametrize("family", CONFIGS)
def test_a_file_gives_the_same(family, tmp_path):
    module, net = made(family, {})
    check_file(loaded(net, module, tmp_path), images(module, 64, 64), tmp_path / "net.weft")


@pytest.mark.parametrize("family", CONFIGS)
def test_missing_keys_are_the_defaults_of_transformers(family):
    builder = CONFIGS[family][0]
    full = getattr(transformers, f"{family}Config")().to_dict()
    short = {"model_type": full["model_type"]}
    ours, theirs = (builder.from_config(values).collect_params() for values in (short, full))
    assert {n: p.shape for n, p in ours.items()} == {n: p.shape for n, p in theirs.items()}
