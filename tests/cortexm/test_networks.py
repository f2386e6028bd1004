"""The networks of examples/tiny on emulated boards: the library's bits, in the memory that is
promised."""

from pathlib import Path

import machine
import networks
import numpy
import pytest
import tiny
import weft
from weft import init, np, runtime
from weft.gluon import nn
from weft.gluon.model_zoo import vision

pytestmark = pytest.mark.skipif(
    bool(machine.missing_tools()),
    reason=machine.why_not(),
)

MODELS = Path(__file__).resolve().parents[1] / "models" / "tflite"

# Bytes of memory, the stack included, and executed instructions of one run on an M4.
MOST = {
    "anomaly_detection": (1_500, 583_055 * 0.78),
    "keyword_spotting": (10_500, 7_846_025 * 0.72),
    "image_classification": (35_500, 29_875_988 * 0.66),
    "visual_wake_words": (38_500, 24_723_795 * 0.66),
}
# Executed instructions of CMSIS-NN's kernels for the same layers on an M55.
MOST_ON_M55 = {
    "anomaly_detection": 283_319,
    "keyword_spotting": 1_783_858,
    "image_classification": 4_807_416,
    "visual_wake_words": 6_427_329,
}
CODE = 16 << 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("networks")


def written(name, folder, **options):
    """The network's files, and an input."""
    module = tiny.NETWORKS[name]
    x = tiny.examples(module, 2)
    block = tiny.write(tiny.untrained(module, x), x, name, folder, ports_in_arena=True, **options)
    return tiny.as_integers(block, tiny.examples(module, 1, seed=2)).asnumpy()


@pytest.mark.parametrize("name", MOST)
def test_a_network_gives_the_librarys_bits_in_little_memory(name, folder):
    x = written(name, folder)
    cost = networks.run(name, folder, "m4", x)
    memory, instructions = MOST[name]
    assert cost.differs == 0
    assert cost.memory <= memory
    assert cost.instructions <= instructions
    assert cost.code <= CODE


@pytest.mark.parametrize("core", ["m4", "m55"])
def test_digits_take_a_few_kilobytes(core, folder):
    cost = networks.run("digits", folder, core, written("digits", folder))
    assert cost.differs == 0
    assert cost.memory <= 1 << 10
    assert cost.flash <= 24 << 10
    assert cost.instructions <= 3 * tiny.NETWORKS["digits"].MACS


@pytest.mark.parametrize("core", ["m4", "m55"])
def test_a_recurrent_network_keeps_its_steps_in_int8(core, folder):
    cost = networks.run("keywords", folder, core, written("keywords", folder))
    assert cost.differs == 0
    assert cost.memory <= 4 << 10  # in float32 62 KB, as gates of all steps are kept
    assert cost.flash <= 24 << 10
    assert cost.instructions <= 4.5 * tiny.NETWORKS["keywords"].MACS


ZOO = {
    "resnet_v2": lambda: vision.ResNetV2(vision.BasicBlockV2, [1, 1], [8, 8, 16], 10),
    "densenet": lambda: vision.DenseNet(8, 4, [2, 2], classes=10),
}


@pytest.mark.parametrize("core", ["m4", "m55"])
@pytest.mark.parametrize("name", ZOO)
def test_norms_before_convolutions_and_what_is_joined_give_the_librarys_bits(name, core, tmp_path):
    net = ZOO[name]()
    net.initialize(init.Xavier(factor_type="in", magnitude=2))
    x = np.array(numpy.random.default_rng(0).normal(size=(2, 3, 32, 32)).astype("float32"))
    block = tiny.write(net, x, "net", tmp_path, ports_in_arena=True)
    cost = networks.run("net", tmp_path, core, tiny.as_integers(block, x[:1]).asnumpy())
    assert cost.differs == 0
    assert cost.code <= CODE


@pytest.mark.parametrize("name", MOST_ON_M55)
def test_helium_needs_no_more_instructions_than_cmsis_nn(name, folder):
    x = written(name, folder)
    cost = networks.run(name, folder, "m55", x)
    assert cost.differs == 0
    assert cost.instructions <= MOST_ON_M55[name]
    assert cost.code <= CODE


@pytest.mark.parametrize("core", ["m4", "m55"])
def test_rows_from_a_camera_need_half_the_memory(core, tmp_path):
    name = "visual_wake_words"
    x = written(name, tmp_path, feed_rows=True)
    cost = networks.run(name, tmp_path, core, x)
    assert cost.differs == 0
    assert cost.memory <= 18_500
    assert cost.instructions <= MOST[name][1]


@pytest.mark.parametrize(
    "core, flags", [("m4", ("-DWEFT_PORTABLE",)), ("m55", ("-DWEFT_PORTABLE",))]
)
def test_other_forms_give_the_same_bits(core, flags, folder):
    x = written("keyword_spotting", folder)
    assert networks.run("keyword_spotting", folder, core, x, flags).differs == 0


def test_helium_takes_two_fifths_off_a_float_networks_instructions(tmp_path):
    """Convolutions with and without a stride, and dense layers: the library's to rounding."""
    net = nn.HybridSequential(
        nn.Conv2D(6, 3, padding=1, activation="relu"),
        nn.Conv2D(7, 3, strides=2, activation="relu"),
        nn.Conv2D(9, 1, activation="relu"),
        nn.Flatten(),
        nn.Dense(30, activation="relu"),
        nn.Dense(11),
    )
    net.initialize(weft.init.Xavier())
    x = np.array(numpy.random.default_rng(0).normal(size=(1, 2, 12, 33)).astype("float32"))
    net(x)
    weft.export(tmp_path / "net.weft", forward=(net, x))
    runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net", ports_in_arena=True)
    costs = {
        (core, flags): networks.run("net", tmp_path, core, x.asnumpy(), flags)
        for core, flags in (("m4", ()), ("m55", ()), ("m55", ("-DWEFT_PORTABLE",)))
    }
    assert not any(cost.differs for cost in costs.values())
    plain, helium = costs["m55", ("-DWEFT_PORTABLE",)], costs["m55", ()]
    assert helium.instructions < 0.6 * plain.instructions


def test_features_of_speech_take_few_instructions(tmp_path):
    """TensorFlow Lite Micro's kernels alone take 94,323 instructions for this frame, and 2,836
    bytes for the tables of the transform."""
    net = weft.tflite.load(MODELS / "audio_preprocessor_int8.tflite")
    x = numpy.random.default_rng(0).integers(-32768, 32767, (1, 480), "int16", endpoint=True)
    net.export(tmp_path / "net.weft", np.array(x))
    runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net", ports_in_arena=True)
    cost = networks.run("net", tmp_path, "m4", x)
    assert cost.differs == 0
    assert cost.instructions <= 0.82 * 94_323
    assert cost.memory <= 2_500


def test_instructions_are_counted_between_marks(tmp_path):
    (tmp_path / "loop.c").write_text(
        '#include "board.h"\n'
        "int board_main(void) {\n"
        "  board_mark();\n"
        '  __asm__ volatile("movs r0, #100\\n1: subs r0, #1\\nbne 1b" ::: "r0", "cc");\n'
        "  board_mark();\n"
        "  return 0;\n"
        "}\n"
    )
    report = machine.run("m4", [tmp_path / "loop.c"], tmp_path)
    assert 201 <= report.spans[1] <= 210
    assert numpy.sum(report.spans) == report.instructions
