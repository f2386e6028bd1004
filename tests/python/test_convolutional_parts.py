"""Parts of the convolutional networks of the zoo, and networks from a config.json."""

import numpy
import pytest
from weft import autograd, gluon, np
from weft.gluon import published
from weft.gluon.model_zoo import vision
from weft.gluon.model_zoo.vision import convnext, inverted_residuals, regnet, resnext
from weft.gluon.model_zoo.vision._parts import AdaptiveAvgPool, rounded


@pytest.mark.parametrize("is_hybrid", [False, True])
def test_stochastic_depth_drops_whole_samples_in_training(is_hybrid):
    np.random.seed(3)
    drop = gluon.nn.StochasticDepth(0.25)
    drop.hybridize(is_hybrid)
    x = np.ones((400, 2, 3, 3))
    with autograd.record():
        out = drop(x).asnumpy().reshape(400, -1)
    assert (out == out[:, :1]).all()
    assert set(numpy.unique(out).round(5)) == {0, numpy.float32(4 / 3).round(5)}
    assert 60 < (out[:, 0] == 0).sum() < 140
    numpy.testing.assert_array_equal(drop(x).asnumpy(), x.asnumpy())


def test_the_gradient_of_stochastic_depth_passes_what_is_kept():
    np.random.seed(3)
    x = np.ones((50, 4))
    x.attach_grad()
    with autograd.record():
        out = gluon.nn.StochasticDepth(0.5)(x)
    out.backward()
    numpy.testing.assert_array_equal(x.grad.asnumpy(), out.asnumpy())


def test_adaptive_pooling_takes_the_means_of_windows():
    x = numpy.random.default_rng(0).normal(size=(2, 3, 5, 8))
    found = AdaptiveAvgPool(3)(np.array(x)).asnumpy()
    for i, rows in enumerate((slice(0, 2), slice(1, 4), slice(3, 5))):
        for j, columns in enumerate((slice(0, 3), slice(2, 6), slice(5, 8))):
            want = x[:, :, rows, columns].mean((2, 3))
            numpy.testing.assert_allclose(found[:, :, i, j], want, rtol=1e-6)


def test_widths_are_rounded_to_multiples_but_not_far_down():
    assert [rounded(width) for width in (3, 12, 17.6, 19, 35.2)] == [8, 16, 16, 24, 32]
    assert rounded(9, 4, 16) == 16


@pytest.mark.parametrize(
    "name",
    [
        *("alexnet", "vgg11_bn", "squeezenet1_0", "densenet121", "inception_v3", "resnet50"),
        *("mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "efficientnet_v2_s"),
        *("regnet_y_400mf", "convnext_tiny"),
    ],
)
def test_the_own_names_of_a_network_are_not_taken_for_published_ones(name):
    net = vision.get_model(name)
    own = net.collect_params()
    assert net.published_names
    assert published.fitting(net.published_names, own, own) is None


FAMILIES = {
    "ResNet": (resnext, {"hidden_act": "gelu"}, "`hidden_act` must be 'relu'; got 'gelu'"),
    "RegNet": (regnet, {"layer_type": "z"}, "`layer_type` must be one of 'y', 'x'; got 'z'"),
    "ConvNeXt": (
        convnext,
        {"hidden_act": "relu"},
        "`hidden_act` must be one of 'gelu',.*got 'relu'",
    ),
    "MobileNetV2": (
        inverted_residuals,
        {"first_layer_is_expansion": False},
        "`first_layer_is_expansion` must be True; got False",
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_config_that_cannot_be_honoured_is_refused(family):
    builder, values, told = FAMILIES[family]
    with pytest.raises(NotImplementedError, match=rf"{family}\.from_config: {told}"):
        builder.from_config(values)
    told = r"`architectures` must be one of '\w+ForImageClassification', '\w+Model'; got 'Mask"
    with pytest.raises(NotImplementedError, match=told):
        builder.from_config({"architectures": ["MaskFormer"]})
    with pytest.raises(TypeError, match=rf"{family}\.from_config: `config` must be the dict"):
        builder.from_config("resnet")


def test_stages_of_a_config_must_agree():
    with pytest.raises(NotImplementedError, match="`depths` must be as long as `hidden_sizes`"):
        resnext.from_config({"depths": [1, 2]})


def test_a_config_tells_the_classes():
    config = {"depths": [1], "hidden_sizes": [8], "embedding_size": 4}
    for values, classes in (
        ({}, 2),
        ({"num_labels": 3}, 3),
        ({"id2label": {"0": "cat", "1": "dog", "2": "owl", "3": "eel"}}, 4),
    ):
        net = resnext.from_config({**config, **values})
        net.initialize()
        assert net(np.zeros((1, 3, 32, 32))).shape == (1, classes)
    net = resnext.from_config({**config, "architectures": ["ResNetModel"]})
    net.initialize()
    assert net(np.zeros((1, 3, 32, 32))).shape == (1, 8)
