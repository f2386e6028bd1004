"""The model zoo in int8: which operators stay in float32, how near it stays to the networks, and
the same bits from every instruction set, from a file and from C."""

import os
import subprocess
import sys

import c_programs
import numpy
import pytest
import weft
from c_programs import FLAGS, built
from small_networks import operators
from weft import gluon, np, npx, runtime
from weft.gluon import nn
from weft.gluon.model_zoo import vision

INT8 = {
    *("quantized_convolution", "quantized_fully_connected", "quantized_pooling", "quantized_add"),
    *("quantized_lookup", "concatenate", "batch_flatten", "transpose", "depth_to_space"),
}
PORTS = {"variable", "constant", "quantize", "dequantize"}


class Gated(gluon.HybridBlock):
    """A factor of each channel by its mean, as in squeeze-and-excitation; behind it a sum."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2D(16, 3, padding=1, activation="relu")
        self.gate = nn.HybridSequential(nn.Conv2D(4, 1, activation="relu"), nn.Conv2D(16, 1))
        self.last = nn.Conv2D(10, 3, strides=2)

    def forward(self, x):
        y = self.first(x)
        z = y * npx.sigmoid(self.gate(y.mean((2, 3), keepdims=True))) + y
        return self.last(z).mean((2, 3))


# How it is made, the image's side and channels, what stays in float32, and decibels.
NETWORKS = {
    "resnet_v1": (lambda: vision.ResNetV1(vision.BasicBlockV1, [1, 1], [8, 8, 16], 10), 32, 3),
    "resnet_v2": (lambda: vision.ResNetV2(vision.BasicBlockV2, [2, 2], [8, 8, 16], 10), 32, 3),
    "bottleneck_v2": (lambda: vision.ResNetV2(vision.BottleneckV2, [1, 1], [8, 16, 32], 10), 32, 3),
    "densenet": (lambda: vision.DenseNet(8, 4, [3, 2], classes=10), 32, 3),
    "inception": (lambda: vision.inception_v3(10), 75, 3),
    "squeezenet": (lambda: vision.squeezenet1_1(10), 48, 3),
    "mobilenet": (lambda: vision.mobilenet0_25(10), 32, 3),
    "mobilenet_v2": (lambda: vision.mobilenet_v2_0_25(10), 32, 3),
    "lenet": (lambda: vision.lenet(10), 20, 1),
    "vgg": (lambda: vision.VGG([1, 1], [8, 16], 10, batch_norm=True), 32, 3),
    "unet": (lambda: vision.UNet(2, channels=4, depth=2), 16, 3),
    "gated": (Gated, 16, 3),
}
# Resnets v2 begin with a norm of the image, which has no layer before it.
FLOATING = {"resnet_v2": ["batch_norm"], "bottleneck_v2": ["batch_norm"]}
FLOATING["gated"] = ["sigmoid", "multiply", "add"]
SMALL = ("resnet_v2", "densenet", "squeezenet", "lenet", "unet")


def made(name, count=16):
    """The network with norms of its own, and images."""
    make, side, channels = NETWORKS[name]
    weft.random.seed(0)
    net = make()
    net.initialize(weft.init.Xavier(factor_type="in", magnitude=2))
    generator = numpy.random.default_rng(0)
    x = np.array(generator.normal(size=(count, channels, side, side)).astype("float32"))
    net(x[:1])
    for key, parameter in net.collect_params().items():
        if key.endswith(("gamma", "running_var")):
            parameter.set_data(np.array(generator.uniform(0.7, 1.4, parameter.shape), "float32"))
        elif key.endswith(("beta", "running_mean")):
            parameter.set_data(np.array(generator.normal(0, 0.1, parameter.shape), "float32"))
    return net, x


def decibels(found, wanted):
    return 10 * numpy.log10((wanted**2).sum() / ((found - wanted) ** 2).sum())


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_int8_nearly_wholly(name):
    net, x = made(name)
    block = weft.quantize(net, x)
    floating = [op for op in operators(block) if op not in INT8 | PORTS]
    assert floating == FLOATING.get(name, [])
    wanted, found = net(x).asnumpy(), block(x).asnumpy()
    assert decibels(found, wanted) > 20
    # Scores that int8's steps cannot tell apart are no decision of the network's.
    flat, of_int8 = (y.reshape(len(x), -1) for y in (wanted, found))
    ordered = numpy.sort(flat, 1)
    noise = numpy.sqrt(((flat - of_int8) ** 2).mean())
    is_clear = ordered[:, -1] - ordered[:, -2] > 4 * noise
    assert is_clear.any()
    assert (flat.argmax(1) == of_int8.argmax(1))[is_clear].all()


RUN = """
import sys, numpy, weft
context = weft.runtime.Model(sys.argv[1]).context()
numpy.save(sys.argv[3], context.run(numpy.load(sys.argv[2]))[0])
"""


def as_file(name, folder, count=1):
    """The network of integers as a file, its input, and what that gives."""
    net, x = made(name, 4)
    block = weft.quantize(net, x, integers=True)
    one = npx.quantize(np.moveaxis(x[:count], 1, -1), *block.input_scale)
    block.hybridize()
    wanted = block(one).asnumpy()
    block.export(folder / "net.weft", one)
    return folder / "net.weft", one.asnumpy(), wanted


def test_arithmetic_between_layers_of_int8_goes_over_images_as_they_lie():
    net, x = made("gated", 2)
    block = weft.quantize(net, x)
    wanted = block(x).asnumpy()
    block.hybridize()
    numpy.testing.assert_array_equal(block(x).asnumpy(), wanted)
    steps = block.plan_text().partition("forward:")[2].splitlines()
    gated = [step for step in steps if "+multiply" in step and "+rint" in step]
    assert len(gated) == 1
    assert "int8(2, 16, 16, 16)" in gated[0]
    assert "strides" not in gated[0]


@pytest.mark.parametrize("isa", ["generic", "avx2", "avx2,-vnni", "avx512", "avx512,-vnni"])
@pytest.mark.parametrize(
    "name", ["resnet_v2", "densenet", "lenet", "mobilenet_v2", "gated", "unet"]
)
def test_every_instruction_set_gives_the_same_bits(name, isa, tmp_path):
    path, x, wanted = as_file(name, tmp_path, 2)
    numpy.save(tmp_path / "x.npy", x)
    arguments = [str(path), str(tmp_path / "x.npy"), str(tmp_path / "y.npy")]
    subprocess.run(
        [sys.executable, "-c", RUN, *arguments], check=True, env={**os.environ, "WEFT_ISA": isa}
    )
    numpy.testing.assert_array_equal(numpy.load(tmp_path / "y.npy"), wanted)


@pytest.mark.parametrize("name", SMALL)
def test_c_gives_the_same_bits(name, tmp_path):
    path, _, _ = as_file(name, tmp_path)
    files = runtime.Model(str(path)).write_c(tmp_path, name="net", main=True)
    flags = [flag for flag in FLAGS if flag != "-O1"]
    # The main compares int8 with a tolerance of 0.
    c_programs.run(built(files, tmp_path / "check", [*flags, "-O2"]))


def test_a_norm_alone_is_a_factor_for_each_channel(tmp_path):
    x = c_programs.data(3, 6, 7, 5)
    net = nn.HybridSequential(
        nn.MaxPool2D(1), nn.Conv2D(12, 1), nn.MaxPool2D(2), nn.BatchNorm(), nn.Conv2D(4, 1)
    )
    c_programs.filled(net, x)
    norm = net[3]
    gamma = norm.gamma.data().asnumpy()
    gamma[::2] *= -0.01  # small and negative ones
    gamma[1] = 0
    norm.gamma.set_data(np.array(gamma))
    block = weft.quantize(net, x)
    assert "batch_norm" not in operators(block)
    name = next(k for k in block.collect_params() if k.startswith("3.") and k.endswith("_weight"))
    weight = block.collect_params()[name].data()
    assert weight.shape == (12, 1, 1, 1)
    assert set(abs(weight.asnumpy().ravel())) <= {0, 127}
    assert decibels(block(x).asnumpy(), net(x).asnumpy()) > 30


class Joined(gluon.HybridBlock):
    """Two convolutions of different reach joined, and one of them read by another, too."""

    def __init__(self, is_shared):
        super().__init__()
        self.is_shared = is_shared
        self.parts = nn.HybridSequential(nn.Conv2D(4, 1), nn.Conv2D(6, 1))
        self.last = nn.Conv2D(5, 1)
        self.beside = nn.Conv2D(5, 1)

    def forward(self, x):
        a, b = self.parts[0](x), self.parts[1](x)
        y = self.last(np.concatenate([a, b], axis=1))
        return y + self.beside(a) if self.is_shared else y


@pytest.mark.parametrize("is_shared", [False, True])
def test_what_is_joined_has_one_scale(is_shared):
    x = c_programs.data(4, 3, 6, 6)
    net = c_programs.filled(Joined(is_shared), x)
    weight = net.parts[0].weight
    weight.set_data(weight.data() * 0.05)
    block = weft.quantize(net, x)
    made = operators(block)
    assert made.count("concatenate") == 1 and made.count("quantize") == 1
    # Who reads the small one alone has it in its own scale; the sum gets it by a table.
    assert made.count("quantized_lookup") == is_shared
    assert decibels(block(x).asnumpy(), net(x).asnumpy()) > 30


def test_what_is_joined_for_a_layer_in_float32_is_not_rounded():
    x = c_programs.data(4, 3, 6, 6)
    net = c_programs.filled(Joined(is_shared=False), x)
    block = weft.quantize(net, x, keep=["parts.1", "last"])
    found = operators(block)
    assert found.index("concatenate") > found.index("dequantize")
    assert found.count("quantize") == 1


@pytest.mark.parametrize(
    "options", [{"equalize": True}, {"bias_correction": True}, {"percentile": 99.9}]
)
def test_norms_alone_and_joins_go_with_every_option(options):
    net, x = made("densenet", 8)
    assert decibels(weft.quantize(net, x, **options)(x).asnumpy(), net(x).asnumpy()) > 20


@pytest.mark.parametrize("name", ["densenet", "lenet", "resnet_v2"])
def test_training_for_int8_sees_what_int8_computes(name):
    net, x = made(name, 8)
    prepared = weft.quantization.prepare(net, x)
    with weft.autograd.record():
        loss = (prepared(x) ** 2).mean()
    loss.backward()
    weights = [p for p in prepared.collect_params().values() if p.grad_req != "null"]
    assert all(numpy.isfinite(p.grad().asnumpy()).all() for p in weights)
    assert sum(bool(abs(p.grad()).max() > 0) for p in weights) > len(weights) / 2
    wanted = weft.quantize(prepared)(x).asnumpy()
    found = prepared(x).asnumpy()
    assert decibels(found, wanted) > 35
