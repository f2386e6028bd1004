"""The networks of the model zoo: their published sizes; hybridized, exported and reloaded alike."""

import os

import numpy
import pytest
import weft
from weft import autograd, gluon, np, runtime

vision = gluon.model_zoo.vision

SMALL_TRANSFORMER = {"units": 16, "hidden_size": 24, "num_layers": 2, "num_heads": 2}
SMALL_SWIN = {"layers": [2, 1], "num_heads": [1, 2], "units": 8, "stochastic_depth": 0.0}
# torchvision counts biases of keys, which it sets to 0.
UNUSED_OF_SWIN_V2 = 2 * 96 + 2 * 192 + 6 * 384 + 2 * 768

# Name, side of the image, channels, options; `published` parameters for 1000 classes, and what of
# them the small image leaves out of the first dense layer.
MODELS = [
    ("resnet18_v1", 32, 3, {}, 11_689_512),
    ("resnet34_v1", 32, 3, {}, 21_797_672),
    # 1×1 convolutions of Gluon's bottleneck have biases: 18,880 numbers.
    ("resnet50_v1", 32, 3, {}, 25_557_032 + 18_880),
    ("resnet18_v1", 16, 3, {"thumbnail": True}, None),
    ("resnet18_v2", 32, 3, {}, None),
    ("resnet50_v2", 32, 3, {}, None),
    # Gluon's classifier is a convolution without bias.
    ("mobilenet_v2_1_0", 32, 3, {}, 3_504_872 - 1000),
    ("mobilenet_v2_0_25", 32, 3, {}, None),
    ("mobilenet1_0", 32, 3, {}, 4_231_976),
    ("mobilenet0_25", 32, 3, {}, None),
    ("densenet121", 32, 3, {}, 7_978_856),
    ("inception_v3", 75, 3, {}, 23_834_568),
    ("squeezenet1_0", 32, 3, {}, 1_248_424),
    ("squeezenet1_1", 32, 3, {}, 1_235_496),
    ("vgg11", 32, 3, {}, 132_863_336 - 4096 * (25088 - 512)),
    ("vgg11_bn", 32, 3, {}, 132_868_840 - 4096 * (25088 - 512)),
    ("alexnet", 63, 3, {}, 61_100_840 - 4096 * (9216 - 256)),
    ("lenet", 28, 1, {}, None),
    ("mobilenet_v2", 32, 3, {}, 3_504_872),
    ("mobilenet_v3_small", 32, 3, {}, 2_542_856),
    ("mobilenet_v3_large", 32, 3, {}, 5_483_032),
    ("efficientnet_b0", 32, 3, {}, 5_288_548),
    ("efficientnet_v2_s", 32, 3, {}, 21_458_488),
    ("regnet_x_400mf", 32, 3, {}, 5_495_976),
    ("regnet_y_400mf", 32, 3, {}, 4_344_144),
    ("convnext_tiny", 32, 3, {}, 28_589_128),
    ("alexnet", 80, 3, {"adaptive": True}, 61_100_840),
    ("unet", 32, 3, {}, None),
    ("vit_b_16", 32, 3, {"image_size": 32, **SMALL_TRANSFORMER}, None),
    # A table of 5 positions in the place of 50.
    ("vit_b_32", 64, 3, {"image_size": 64}, 88_224_232 - 768 * 45),
    ("swin_t", 40, 3, {**SMALL_SWIN, "window_size": 3}, None),
    ("swin_v2_t", 40, 3, {**SMALL_SWIN, "window_size": 3}, None),
    ("swin_t", 64, 3, {}, 28_288_354),
    ("swin_v2_t", 64, 3, {}, 28_351_570 - UNUSED_OF_SWIN_V2),
]
SLOW = {
    *("resnet34_v1", "resnet50_v2", "vgg11_bn", "squeezenet1_0", "unet", "vit_b_32-image_size"),
    *("mobilenet_v3_large", "efficientnet_v2_s", "regnet_x_400mf", "alexnet-adaptive"),
}


def cases():
    for name, side, channels, options, published in MODELS:
        label = "-".join([name, *options])
        is_slow = label in SLOW or (name.startswith("swin") and published)
        marks = [pytest.mark.full] if is_slow else []
        yield pytest.param(name, side, channels, options, published, id=label, marks=marks)


def trained_numbers(net):
    arrays = [p.data() for p in net.collect_params().values() if p.grad_req != "null"]
    return sum(array.size for array in arrays)


BOUND = 2e-4


def is_close(found, want):
    difference = numpy.abs(found.asnumpy() - want.asnumpy()).max()
    return difference <= BOUND * numpy.abs(want.asnumpy()).max()


def images(seed, channels, side):
    values = numpy.random.default_rng(seed).normal(size=(2, channels, side, side))
    return np.array(values.astype("float32"))


def gradients(net, x, largest):
    """Of the first and the last weight; the loss is of order one."""
    weights = [p for p in net.collect_params().values() if p.grad_req != "null"]
    # Predict mode: nothing is dropped, and no running mean moves.
    with autograd.record(train_mode=False):
        loss = ((net(x) / largest) ** 2).mean()
    loss.backward()
    return [p.grad().copy() for p in (weights[0], weights[-1])]


def all_close(found, want):
    return all(is_close(*pair) for pair in zip(found, want, strict=True))


@pytest.mark.parametrize(("name", "side", "channels", "options", "published"), list(cases()))
def test_model(name, side, channels, options, published, tmp_path, monkeypatch):
    np.random.seed(1)
    if published:
        options = {**options, "classes": 1000}
    elif name != "lenet":
        options = {**options, "classes": 7}
    net = vision.get_model(name, **options)
    net.initialize(weft.init.Xavier())
    seeds = (2, 3, 4)
    given = [images(seed, channels, side) for seed in seeds]
    x = given[0]
    eager = net(x)
    assert eager.shape[:2] == (2, options.get("classes", 10))
    if published:
        assert trained_numbers(net) == published
    largest = [float(abs(net(image)).max()) for image in given]
    before = [gradients(net, *pair) for pair in zip(given, largest, strict=True)]

    net.hybridize()
    assert is_close(net(x), eager)
    # Blocks of channels add in another order, and a rectified sum that this takes over zero changes
    # every gradient before it: so does noise of 3e-7 in the image. It happens to few images.
    after = [gradients(net, *pair) for pair in zip(given, largest, strict=True)]
    assert any(all_close(*pair) for pair in zip(after, before, strict=True))
    with monkeypatch.context() as without:
        without.setenv("WEFT_PASSES", os.environ.get("WEFT_PASSES", "") + ",-block_channels")
        net.hybridize()
        assert all_close(gradients(net, x, largest[0]), before[0])
    net.hybridize()

    path = str(tmp_path / "net.weft")
    net.export(path, x)
    assert is_close(gluon.SymbolBlock.imports(path)(x), eager)
    (found,) = runtime.Model(path).context().run(x.asnumpy())
    assert is_close(np.array(numpy.asarray(found)), eager)


def test_a_training_step_of_a_zoo_model_lowers_its_loss():
    np.random.seed(0)
    net = vision.resnet18_v2(classes=4, thumbnail=True)
    net.initialize(weft.init.Xavier())
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.05, "momentum": 0.9})
    x = np.array(numpy.random.default_rng(1).normal(size=(8, 3, 16, 16)).astype("float32"))
    y = np.array([0, 1, 2, 3] * 2)
    losses = []
    for _ in range(6):
        with autograd.record():
            loss = gluon.loss.SoftmaxCrossEntropyLoss()(net(x), y).mean()
        loss.backward()
        trainer.step(1)
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 2


def test_names_as_gluon_spells_them():
    assert isinstance(vision.get_model("mobilenetv2_0.25", classes=3), vision.MobileNetV2)
    assert isinstance(vision.get_model("inceptionv3"), vision.Inception3)
    assert isinstance(vision.get_model("ResNet18_v1"), vision.ResNetV1)
    names = list(vision.resnet18_v1().collect_params())
    assert {"features.0.weight", "features.4.0.body.0.weight", "output.bias"} <= set(names)


@pytest.mark.parametrize(
    ("call", "kind", "said"),
    [
        (lambda: vision.get_model("resnet19"), LookupError, "none named 'resnet19'; did you mean"),
        (lambda: vision.get_model("resnet_50"), LookupError, "mean `resnet50`\\?; known are al"),
        (lambda: vision.get_model("xyz"), LookupError, "none named 'xyz'; known are alexnet"),
        (lambda: vision.get_resnet(3, 18), ValueError, "`version` must be 1 or 2.*got 3 and 18"),
        (lambda: vision.get_vgg(12), ValueError, "`num_layers` must be one of.*got 12"),
        (lambda: vision.SqueezeNet("2"), ValueError, "`version` must be 1.0 or 1.1; got '2'"),
        (lambda: vision.MobileNet(0), ValueError, "`multiplier` must be above 0; got 0"),
        (
            lambda: vision.MobileNetV3("tiny"),
            ValueError,
            "must be large or small; got 'tiny'",
        ),
        (lambda: vision.mobilenet_v3_small(multiplier=0), ValueError, "must be above 0; got 0"),
        (lambda: vision.mobilenet_v2(multiplier=0), ValueError, "must be above 0; got 0"),
        (
            lambda: vision.RoundedMobileNetV2(output_stride=4),
            ValueError,
            "`output_stride` must be 8, 16 or 32; got 4",
        ),
        (
            lambda: vision.RegNet([1], [8, 16], [8, 8]),
            ValueError,
            r"a number for each stage; got \[1\]",
        ),
        (lambda: vision.ConvNeXt([], []), ValueError, r"a number for each stage; got \[\] and"),
        (
            lambda: vision.convnext_tiny(stochastic_depth=1),
            ValueError,
            r"StochasticDepth: `rate` must be in \[0, 1\); got 1",
        ),
        (lambda: vision.UNet(depth=0), ValueError, "`depth` must be at least 1; got 0"),
        (lambda: vision.ViT(8, 16), ValueError, "`patch_size` must be at most `image_size`; got"),
        (lambda: vision.ViT((8, 8, 8)), ValueError, "`image_size` must be a number.*got \\(8, 8"),
        (lambda: vision.ViT(pooling="mean"), ValueError, "'class' or 'class\\+mean'; got 'mean'"),
        (lambda: vision.ViT(distillation=3), ValueError, "False, True or 'head'; got 3"),
        (
            lambda: vision.ViT(distillation="head", pooling="class+mean"),
            ValueError,
            "must be 'class' with `distillation='head'`; got",
        ),
        (lambda: vision.Swin([2]), ValueError, "`layers` and `num_heads` must have a number for e"),
        (lambda: vision.Swin(version=3), ValueError, "Swin: `version` must be 1 or 2; got 3"),
        (lambda: vision.Swin([1], [5]), ValueError, "`num_heads` must be a divisor of the 96 unit"),
        (lambda: vision.ViT(activation="a"), LookupError, "none named 'a'; known are relu"),
        (lambda: vision.ViT(stochastic_depth=1), ValueError, r"must be in \[0, 1\); got 1"),
    ],
)
def test_bad_arguments_are_refused(call, kind, said):
    with pytest.raises(kind, match=said):
        call()


def test_an_image_that_cannot_be_halved_is_refused():
    net = vision.UNet(channels=2, depth=2)
    net.initialize()
    with pytest.raises(ValueError, match=r"multiples of 4; got an image of shape \(1, 1, 6, 8\)"):
        net(np.zeros((1, 1, 6, 8)))


REFUSED = {
    "vit": [
        {"model_type": "bert"},
        {"model_type": "vit", "architectures": ["ViTForMaskedImageModeling"]},
        {"hidden_size": 32, "num_attention_heads": 2, "head_dim": 8},
        {"hidden_act": "laplace"},
        {"model_type": "dinov2", "hidden_dropout_prob": 0.1},
    ],
    "swin": [
        {"model_type": "swinv2"},
        {"architectures": ["SwinBackbone"]},
        {"use_absolute_embeddings": True},
        {"hidden_dropout_prob": 0.1},
        {"hidden_act": "xielu"},
    ],
    "clip": [
        {"model_type": "siglip"},
        {"architectures": ["CLIPForImageClassification"]},
        {"model_type": "clip_vision_model", "architectures": ["CLIPTextModel"]},
        {"text_config": {"eos_token_id": [2, 3]}},
        {"vision_config": {"hidden_act": "laplace"}},
    ],
}


@pytest.mark.parametrize(
    ("module", "config"), [(name, config) for name, all_of in REFUSED.items() for config in all_of]
)
def test_configs_that_a_network_cannot_honour_are_refused(module, config):
    with pytest.raises(NotImplementedError, match=r"must be .*; got "):
        getattr(vision, module).from_config(config)


def test_a_config_that_tells_nothing_is_the_base_network():
    net = vision.vit.from_config({"model_type": "vit", "num_hidden_layers": 1})
    assert net.image_size == (224, 224)
    assert net.position_weight.shape == (197, 768)
    assert net.output is None
    assert net.pooler is not None


def test_a_branch_is_left_out_for_whole_samples_while_training():
    branch = gluon.nn.StochasticDepth(0.75)
    np.random.seed(0)
    x = np.ones((400, 2, 3))
    assert (branch(x) == x).all()
    with autograd.record():
        out = branch(x).asnumpy()
    assert (out == out[:, :1, :1]).all()
    assert set(out.ravel().tolist()) == {0.0, 4.0}
    assert 0.15 < (out[:, 0, 0] > 0).mean() < 0.35


@pytest.mark.parametrize("version", [1, 2])
def test_windows_that_drop_weights_attend_as_those_that_do_not(version):
    np.random.seed(0)
    options = {**SMALL_SWIN, "window_size": 2, "classes": 3, "version": version}
    net = vision.Swin(**options, attention_dropout=1e-9)
    net.initialize(weft.init.Normal(0.3))
    x = images(1, 3, 20)
    want = net(x)
    with autograd.record():
        found = net(x)
    found.backward()
    assert is_close(found, want)


def small_clip(projection=4):
    sizes = {"units": 8, "hidden_size": 16, "num_layers": 1, "num_heads": 2}
    text = vision.CLIPText(50, end_token=49, max_length=6, projection=4, **sizes)
    return vision.CLIP(text, vision.CLIPVision(16, 8, projection=projection, **sizes))


def test_images_and_texts_have_vectors_of_one_space(tmp_path):
    np.random.seed(0)
    net = small_clip()
    net.initialize(weft.init.Normal(0.3))
    tokens, x = np.array([[3, 49, 7], [1, 2, 49]]), images(1, 3, 16)
    eager = net(tokens, x)
    net.hybridize()
    path = str(tmp_path / "net.weft")
    net.export(path, tokens, x)
    for again in (net(tokens, x), gluon.SymbolBlock.imports(path)(tokens, x)):
        assert all_close(again, eager)
    texts, pictures = eager[1].asnumpy(), eager[2].asnumpy()
    numpy.testing.assert_allclose((texts**2).sum(1), 1, rtol=1e-5)
    want = pictures @ texts.T / 0.07  # of the first scale
    numpy.testing.assert_allclose(eager[0].asnumpy(), want, rtol=1e-4, atol=1e-5)
    behind = net(np.array([[3, 49, 8], [1, 2, 49]]), x)  # the text's end
    assert all_close(behind, eager)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: small_clip(3), "must have an equal `projection`; got 4 and 3"),
        (lambda: small_clip(0), "must have an equal `projection`; got 4 and None"),
        (lambda: small_clip().text(np.zeros((1, 7), dtype="int32")), "6 positions at most; got 7"),
    ],
)
def test_what_clip_does_not_take_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()
