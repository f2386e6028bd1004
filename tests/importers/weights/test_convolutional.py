"""Convolutional networks take the weights of torchvision, and give its results."""

import pytest
from weft.gluon.model_zoo import vision
from weft.gluon.model_zoo.vision import regnet

torch = pytest.importorskip("torch")
from real_modules import check_same, loaded, randomized  # noqa: E402
from real_training import check_exactly, check_file, check_gradients, lively  # noqa: E402
from torch_models import torchvision_models  # noqa: E402

pytestmark = pytest.mark.torch

# Side of the images; 64 where it is not told.
SIDES = {"alexnet": 224, "vgg11": 224, "vgg11_bn": 224, "inception_v3": 96}
QUICK = (
    "squeezenet1_0",
    "squeezenet1_1",
    "densenet121",
    "inception_v3",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "efficientnet_b0",
    "efficientnet_v2_s",
    "regnet_x_400mf",
    "regnet_y_400mf",
    "convnext_tiny",
)
LONG = (
    "alexnet",
    *(f"vgg{layers}{norm}" for layers in (11, 13, 16, 19) for norm in ("", "_bn")),
    *("densenet161", "densenet169", "densenet201"),
    *(f"efficientnet_b{i}" for i in range(1, 8)),
    *("efficientnet_v2_m", "efficientnet_v2_l"),
    *(
        f"regnet_{kind}_{size}"
        for kind in "xy"
        for size in ("800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf")
    ),
    *("convnext_small", "convnext_base", "convnext_large"),
)


def module_of(name, **options):
    if name == "inception_v3":
        options["init_weights"] = False
    torch.manual_seed(0)
    return randomized(torchvision_models().get_model(name, weights=None, **options))


def images(side, count=2):
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    "name", [*QUICK, *(pytest.param(name, marks=pytest.mark.full) for name in LONG)]
)
def test_torchvision(name, tmp_path):
    module = module_of(name)
    side = SIDES.get(name, 64)
    options = {"adaptive": True} if name.startswith("vgg") and side == 64 else {}
    net = loaded(vision.get_model(name, **options), module, tmp_path)
    check_same(net, module, images(side))
    check_exactly(loaded(net, lively(module, images(side)), tmp_path), module, images(side))


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("alexnet", {"adaptive": True}, {}),
        ("inception_v3", {"transform_input": True}, {"transform_input": True}),
        ("mobilenet_v2", {"multiplier": 0.35}, {"width_mult": 0.35}),
        ("mobilenet_v3_small", {"multiplier": 1.25}, {"width_mult": 1.25}),
        (
            "mobilenet_v3_large",
            {"reduced_tail": True, "dilated": True},
            {"reduced_tail": True, "dilated": True},
        ),
    ],
)
def test_options_mean_what_they_do_there(name, ours, theirs, tmp_path):
    module = lively(module_of(name, **theirs), images(96))
    check_exactly(loaded(vision.get_model(name, **ours), module, tmp_path), module, images(96))


@pytest.mark.parametrize("kind", ["x", "y"])
def test_the_stages_of_regnets_of_all_sizes_are_the_same(kind):
    from torchvision.models.regnet import BlockParams

    for blocks, start, slope, factor, group in getattr(regnet, f"_{kind.upper()}").values():
        params = BlockParams.from_init_params(
            depth=blocks, w_0=start, w_a=slope, w_m=factor, group_width=group
        )
        want = (params.depths, params.widths, params.group_widths)
        assert regnet.regnet_stages(blocks, start, slope, factor, group) == want


def test_densenet_reads_the_names_of_old_files(tmp_path):
    module = module_of("densenet121")
    net = loaded(vision.densenet121(), module, tmp_path)
    old = {
        name.replace(".norm1.", ".norm.1.").replace(".conv2.", ".conv.2."): value
        for name, value in module.state_dict().items()
    }
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    torch.save(old, tmp_path / "old.pth")
    again = vision.densenet121()
    again.load_parameters(tmp_path / "old.pth")
    check_same(again, module, images(32, 1))
    assert net.collect_params().keys() == again.collect_params().keys()


# Networks of a family each, without what drops out.
TRAINED = {
    "densenet121": ({}, {}),
    "mobilenet_v2": ({"dropout": 0}, {"dropout": 0.0}),
    "mobilenet_v3_small": ({"dropout": 0}, {"dropout": 0.0}),
    "efficientnet_b0": (
        {"dropout": 0, "stochastic_depth": 0},
        {"dropout": 0.0, "stochastic_depth_prob": 0.0},
    ),
    "regnet_y_400mf": ({}, {}),
    "convnext_tiny": ({"stochastic_depth": 0}, {"stochastic_depth_prob": 0.0}),
}


@pytest.mark.parametrize("name", TRAINED)
def test_gradients(name, tmp_path):
    ours, theirs = TRAINED[name]
    module = module_of(name, **theirs)
    net = loaded(vision.get_model(name, **ours), module, tmp_path)
    check_gradients(net, module, images(32, 4))


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "regnet_y_400mf", "convnext_tiny"])
def test_a_file_gives_the_same(name, tmp_path):
    net = loaded(vision.get_model(name), module_of(name), tmp_path)
    check_file(net, images(64, 1), tmp_path / "net.weft")
