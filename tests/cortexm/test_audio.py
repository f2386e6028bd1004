"""Features of sound in float on emulated boards: the library's numbers, and what a frame costs."""

import machine
import networks
import numpy
import pytest
from weft import audio, np, runtime

pytestmark = pytest.mark.skipif(
    bool(machine.missing_tools()),
    reason=machine.why_not(),
)

# Blocks for a frame of 32 ms at 16 kHz, and the most instructions that one takes on an M4.
OPTIONS = {"sr": 16000, "n_fft": 512, "center": False, "n_mels": 40}
FEATURES = {
    "spectrum": (audio.Spectrogram(512, center=False), 35_000),
    "log_mel": (audio.LogMelSpectrogram(**OPTIONS), 105_000),
    "mfcc": (audio.MFCC(n_mfcc=13, top_db=None, **OPTIONS), 110_000),
}


def cost_of(block, shape, folder, core):
    x = numpy.random.default_rng(0).normal(size=shape).astype("float32")
    block.export(folder / "net.weft", np.array(x))
    runtime.Model(folder / "net.weft").write_c(folder, name="net", ports_in_arena=True)
    return networks.run("net", folder, core, x)


@pytest.mark.parametrize("core", ["m4", "m55"])
@pytest.mark.parametrize("name", FEATURES)
def test_a_frame_gives_the_librarys_features(name, core, tmp_path):
    block, instructions = FEATURES[name]
    cost = cost_of(block, (1, 512), tmp_path, core)
    assert cost.differs == 0
    assert cost.instructions <= instructions
    assert cost.memory <= 6_500
    assert cost.code <= 2 << 10
