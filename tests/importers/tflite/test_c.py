"""The C of imported models gives what the library gives: the program that `weft compile` writes
compares them in every bit of integers."""

import shutil

import pytest
from c_programs import FLAGS, SANITIZED, built, run
from tflite_files import NETWORKS, OPERATORS, REFUSED, arrays, load
from weft import runtime

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")

# What `make test` compiles: layers, and what has states.
LAYERS = {
    *("convolution_int8", "lstm_int8", "lstm_projected_int8", "svdf_int8", "delay_int8"),
    *("convolution_int16", "dense_int16", "softmax_int16"),
    *("signal_subtraction", "signal_framer", "signal_stacker"),
}
NO_C = ("placed_float",)  # which has a sort
OTHERS = [name for name in OPERATORS if name not in {*LAYERS, *REFUSED, *NO_C}]


def compiled(name, folder, flags):
    block = load(name)
    block.export(folder / "net.weft", *arrays(name, 0))
    model = runtime.Model(folder / "net.weft")
    run(built(model.write_c(folder, name="net", main=True), folder / "net", flags))


@pytest.mark.parametrize("name", [*NETWORKS, *sorted(LAYERS)])
def test_networks_and_layers(name, tmp_path):
    compiled(name, tmp_path, FLAGS)


@pytest.mark.full
@pytest.mark.parametrize("name", OTHERS)
def test_operators(name, tmp_path):
    compiled(name, tmp_path, SANITIZED)
