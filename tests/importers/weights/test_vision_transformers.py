"""Vision transformers take the weights of torchvision, Hugging Face and timm, and give their
results."""

import numpy
import pytest
import weft
from weft import autograd, gluon, np
from weft.gluon.model_zoo import vision

torch = pytest.importorskip("torch")
from real_modules import check_same, leaves, loaded, randomized  # noqa: E402
from torch_models import torchvision_models  # noqa: E402

pytestmark = pytest.mark.torch

SMALL = {"units": 32, "hidden_size": 48, "num_layers": 2, "num_heads": 4}
CONFIG = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "image_size": 24,
    "patch_size": 8,
    "id2label": {0: "a", 1: "b", 2: "c"},
}


def images(*size, count=2):
    return torch.randn(count, 3, *size, generator=torch.Generator().manual_seed(1))


def real(name, **config):
    """A module of Hugging Face by the name of its class, and the config as its file has it."""
    torchvision_models()  # transformers needs it
    import transformers

    families = ("ViT", "DeiT", "Dinov2", "Swin", "CLIPText", "CLIPVision", "CLIP")
    family = next(family for family in families if name.startswith(family))
    settings = getattr(transformers, f"{family}Config")(**config)
    torch.manual_seed(0)
    module = randomized(getattr(transformers, name)(settings))
    return module, {**settings.to_dict(), "architectures": [name]}


def check_gradients(net, module, *inputs):
    """All gradients of the mean square of the results, which are the module's first ones."""
    with autograd.record():
        results = leaves(net(*(np.array(x.numpy()) for x in inputs)))
        sum((a**2).mean() for a in results).backward()
    wanted = leaves(module(*inputs))[: len(results)]
    sum((t**2).mean() for t in wanted).backward()
    known = net.collect_params()
    gradients = {name: p.grad() for name, p in known.items() if p.grad_req != "null"}
    theirs = {
        n: np.array(p.grad.numpy()) for n, p in module.named_parameters() if p.grad is not None
    }
    shapes = {name: p.shape for name, p in known.items()}
    names = weft.gluon.published.fitting(net.published_names, theirs, known)
    wanted = weft.gluon.published.translated(names, theirs, shapes, "the module")
    largest = max(numpy.abs(a.asnumpy()).max() for a in wanted.values())
    assert set(gradients) <= set(wanted)
    for name, found in gradients.items():
        error = numpy.abs(found.asnumpy() - wanted[name].asnumpy()).max()
        assert error <= 1e-4 * largest, name


def check_export(net, folder, *inputs):
    """The same results from a file."""
    arrays = [np.array(x.numpy()) for x in inputs]
    net.export(str(folder / "net.weft"), *arrays)
    again = gluon.SymbolBlock.imports(str(folder / "net.weft"))(*arrays)
    for found, want in zip(leaves(again), leaves(net(*arrays)), strict=True):
        numpy.testing.assert_allclose(found.asnumpy(), want.asnumpy(), rtol=1e-4, atol=1e-5)


# ---- ViT ----------------------------------------------------------------------------------------


def test_a_small_network_of_torchvision(tmp_path):
    sizes = {"num_layers": 2, "num_heads": 4, "hidden_dim": 32, "mlp_dim": 48, "num_classes": 5}
    kind = torchvision_models().VisionTransformer
    module = randomized(kind(image_size=24, patch_size=8, **sizes))
    torch.nn.init.normal_(module.heads.head.weight)  # which is 0 at first
    net = loaded(vision.ViT(24, 8, classes=5, **SMALL), module, tmp_path)
    check_same(net, module, images(24, 24))
    check_export(net, tmp_path, images(24, 24))
    check_gradients(net, module, images(24, 24))


def test_torchvisions_first_files_name_the_dense_layers_otherwise(tmp_path):
    kind = torchvision_models().VisionTransformer
    module = randomized(kind(24, 8, num_layers=1, num_heads=4, hidden_dim=32, mlp_dim=48))
    named = {
        name.replace("mlp.0", "mlp.linear_1").replace("mlp.3", "mlp.linear_2"): value
        for name, value in module.state_dict().items()
    }
    torch.save(named, tmp_path / "old.pth")
    net = vision.ViT(24, 8, **{**SMALL, "num_layers": 1})
    net.load_parameters(tmp_path / "old.pth")
    check_same(net, module, images(24, 24))


@pytest.mark.full
@pytest.mark.parametrize("name", ["vit_b_16", "vit_b_32", "vit_l_16", "vit_l_32", "vit_h_14"])
def test_torchvision(name, tmp_path):
    side = 14 * 4 if name == "vit_h_14" else 64
    module = randomized(torchvision_models().get_model(name, weights=None, image_size=side))
    torch.nn.init.normal_(module.heads.head.weight)
    net = loaded(vision.get_model(name, image_size=side), module, tmp_path)
    check_same(net, module, images(side, side, count=1))


VITS = {
    "ViTModel": {"pooler_output_size": 7, "pooler_act": "relu"},
    "ViTForImageClassification": {"hidden_act": "gelu_new", "qkv_bias": False},
    "DeiTModel": {},
    "DeiTForImageClassification": {"image_size": [16, 24]},
    "DeiTForImageClassificationWithTeacher": {},
    "Dinov2Model": {"mlp_ratio": 2},
    "Dinov2ForImageClassification": {"use_swiglu_ffn": True, "layerscale_value": 0.5},
}


@pytest.mark.parametrize("name", VITS)
def test_vits_of_hugging_face(name, tmp_path):
    module, config = real(name, **{**CONFIG, **VITS[name]})
    net = loaded(vision.vit.from_config(config), module, tmp_path)
    size = (16, 24) if isinstance(config["image_size"], list) else (24, 24)
    check_same(net, module, images(*size))
    # What it saves has other names than its `state_dict()`.
    module.save_pretrained(tmp_path / "saved")
    net = vision.vit.from_config(config)
    net.load_parameters(tmp_path / "saved")
    check_same(net, module, images(*size))
    check_gradients(net, module, images(*size))


def test_heads_and_poolers_that_a_network_lacks_are_left_out(tmp_path):
    module, config = real("ViTForImageClassification", **CONFIG)
    bare = vision.ViT(24, 8, classes=0, layer_norm_eps=1e-12, **SMALL)
    check_same(loaded(bare, module, tmp_path), module.vit, images(24, 24))
    net = vision.vit.from_config({**config, "architectures": ["ViTModel"]})
    with pytest.raises(LookupError, match="names of Hugging Face, lacks `pooler"):
        loaded(net, module, tmp_path)


def test_positions_of_another_size_are_refused(tmp_path):
    module, config = real("ViTForImageClassification", **CONFIG)
    net = vision.vit.from_config({**config, "image_size": 32})
    with pytest.raises(ValueError, match=r"`position_weight` must have shape \(17, 32\); got"):
        loaded(net, module, tmp_path)
    net = loaded(vision.vit.from_config(config), module, tmp_path)
    with pytest.raises(ValueError, match=r"must be of height and width \(24, 24\).*\(32, 24\)"):
        net(np.zeros((1, 3, 32, 24)))


@pytest.mark.parametrize("size", [(40, 24), (24, 24), (33, 47)])
def test_positions_between_the_trained_ones(size, tmp_path):
    module, config = real("Dinov2Model", **CONFIG)
    net = loaded(vision.vit.from_config(config), module, tmp_path)
    check_same(net, module, images(*size))
    check_export(net, tmp_path, images(*size))


@pytest.mark.parametrize(
    ("name", "theirs", "ours"),
    [
        ("vit_base_patch16_224", {"num_classes": 5}, {"classes": 5}),
        ("vit_base_patch16_224", {"num_classes": 0}, {"classes": 0}),
        ("deit_base_distilled_patch16_224", {"num_classes": 5}, {"distillation": "head"}),
        ("vit_small_patch14_dinov2", {"num_classes": 0}, {"classes": 0, "layer_scale": 1.0}),
    ],
)
def test_timm(name, theirs, ours, tmp_path):
    torchvision_models()  # timm needs it
    timm = pytest.importorskip("timm")
    sizes = {"embed_dim": 32, "depth": 2, "num_heads": 4, "mlp_ratio": 1.5}
    module = timm.create_model(name, img_size=24, patch_size=8, **sizes, **theirs)
    net = loaded(vision.ViT(24, 8, **SMALL, **{"classes": 5, **ours}), randomized(module), tmp_path)
    if theirs["num_classes"]:
        check_same(net, module, images(24, 24))
    else:
        check_same(net, module.forward_features, images(24, 24))


# ---- Swin ---------------------------------------------------------------------------------------

STAGES = {"depths": [2, 3], "num_heads": [2, 4]}


def small_swin(version):
    """torchvision's class with two stages, and the same network here."""
    torchvision_models()
    from torchvision.models import swin_transformer as swins

    second = {"block": swins.SwinTransformerBlockV2, "downsample_layer": swins.PatchMergingV2}
    torch.manual_seed(0)
    module = swins.SwinTransformer(
        [4, 4], 16, window_size=[3, 3], num_classes=5, **STAGES, **(second if version == 2 else {})
    )
    options = {"units": 16, "window_size": 3, "classes": 5, "stochastic_depth": 0.0}
    net = vision.Swin(STAGES["depths"], STAGES["num_heads"], version=version, **options)
    return randomized(module), net


# Windows that divide the map, that do not, and that are larger along one axis or both.
@pytest.mark.parametrize("size", [(48, 48), (52, 30), (48, 12), (8, 60), (8, 8)])
@pytest.mark.parametrize("version", [1, 2])
def test_small_swins_of_torchvision(version, size, tmp_path):
    module, net = small_swin(version)
    check_same(loaded(net, module, tmp_path), module, images(*size))


@pytest.mark.parametrize("version", [1, 2])
def test_small_swins_train_and_export(version, tmp_path):
    module, net = small_swin(version)
    check_export(loaded(net, module, tmp_path), tmp_path, images(36, 44))
    check_gradients(net, module, images(36, 44))


@pytest.mark.full
@pytest.mark.parametrize(
    "name", ["swin_t", "swin_s", "swin_b", "swin_v2_t", "swin_v2_s", "swin_v2_b"]
)
def test_swins_of_torchvision(name, tmp_path):
    module = randomized(torchvision_models().get_model(name, weights=None))
    net = loaded(vision.get_model(name), module, tmp_path)
    check_same(net, module, images(96, 128, count=1))


SWIN_CONFIG = {
    **STAGES,
    "embed_dim": 16,
    "window_size": 3,
    "image_size": 48,
    "id2label": {0: "a", 1: "b", 2: "c"},
}
SWINS = {"SwinModel": {"qkv_bias": False}, "SwinForImageClassification": {"mlp_ratio": 2.5}}


@pytest.mark.parametrize("size", [(48, 48), (46, 29), (24, 60)])
@pytest.mark.parametrize("name", SWINS)
def test_swins_of_hugging_face(name, size, tmp_path):
    module, config = real(name, **SWIN_CONFIG, **SWINS[name])
    net = loaded(vision.swin.from_config(config), module, tmp_path)
    check_same(net, module, images(*size))
    module.save_pretrained(tmp_path / "saved")
    net = vision.swin.from_config(config)
    net.load_parameters(tmp_path / "saved")
    check_same(net, module, images(*size))
    check_export(net, tmp_path, images(*size))


# ---- CLIP ---------------------------------------------------------------------------------------

TOWER = {"intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}
TEXT = {
    **TOWER,
    "hidden_size": 16,
    "vocab_size": 40,
    "max_position_embeddings": 9,
    "eos_token_id": 39,
}
VISION = {**TOWER, "hidden_size": 24, "image_size": 24, "patch_size": 8}
# The second text has two ends, of which the first one counts.
TOKENS = torch.tensor([[3, 5, 7, 9, 39], [4, 39, 2, 39, 1], [8, 8, 39, 1, 1]])


@pytest.mark.parametrize("end", [39, 2])
def test_clip_of_hugging_face(end, tmp_path):
    parts = {"text_config": {**TEXT, "eos_token_id": end}, "vision_config": VISION}
    module, config = real("CLIPModel", **parts, projection_dim=8)
    net = loaded(vision.clip.from_config(config), module, tmp_path)

    def results(*inputs):
        found = module(*inputs)
        return found.logits_per_image, found.text_embeds, found.image_embeds

    results.named_parameters = module.named_parameters
    check_same(net, results, TOKENS, images(24, 24))
    check_export(net, tmp_path, TOKENS, images(24, 24))
    check_gradients(net, results, TOKENS, images(24, 24))
    # A network of the two reads its part of the file.
    tower = vision.clip.from_config({**config["text_config"], "architectures": ["CLIPTextModel"]})
    check_same(loaded(tower, module, tmp_path), module.text_model, TOKENS)


TOWERS = {
    "CLIPTextModel": (TEXT, {}, TOKENS),
    "CLIPTextModelWithProjection": (TEXT, {"projection_dim": 8, "hidden_act": "gelu"}, TOKENS),
    "CLIPVisionModel": (VISION, {}, images(24, 24)),
    "CLIPVisionModelWithProjection": (VISION, {"projection_dim": 8}, images(24, 24)),
}


@pytest.mark.parametrize("name", TOWERS)
def test_each_network_of_clip(name, tmp_path):
    sizes, more, inputs = TOWERS[name]
    module, config = real(name, **sizes, **more)
    net = loaded(vision.clip.from_config(config), module, tmp_path)

    def results(x):
        found = module(x)
        return found.last_hidden_state, found.get("pooler_output", found[0])

    check_same(net, results, inputs)
    if not name.endswith("Projection"):  # which releases before 5 saved as a part
        part = "text_model" if "Text" in name else "vision_model"
        saved = {f"{part}.{key}": value for key, value in module.state_dict().items()}
        torch.save(saved, tmp_path / "old.pth")
        net = vision.clip.from_config(config)
        net.load_parameters(tmp_path / "old.pth")
        check_same(net, results, inputs)
