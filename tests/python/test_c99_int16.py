"""`weft compile`: convolutions of int16 images give the library's bits, with sums that fit into 32
bits and with larger ones, as sums and scaled."""

import shutil

import numpy
import pytest
from c_programs import SANITIZED, built, run
from weft import gluon, np, npx, runtime

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")

# Shapes of data and weights, and attributes. 1200 products may need more than 32 bits.
CASES = {
    "images": ((2, 6, 5, 3), (4, 3, 2, 3), {"stride": (2, 1), "pad": (1, 0, 0, 1)}),
    "groups": ((1, 5, 4, 6), (12, 3, 3, 2), {"num_group": 3, "pad": 2, "dilate": 2}),
    "depthwise": ((1, 4, 4, 5), (10, 3, 3, 1), {"num_group": 5, "low": 0, "high": 900}),
    "dense": ((3, 1, 1, 1200), (5, 1, 1, 1200), {}),
}


class Layer(gluon.HybridBlock):
    def __init__(self, constants, attributes):
        super().__init__()
        self.constants = [gluon.Constant(np.array(value)) for value in constants]
        self.attributes = attributes

    def forward(self, x):
        values = (constant.data() for constant in self.constants)
        return npx.quantized_convolution16(x, *values, **self.attributes)


@pytest.mark.parametrize("is_scaled", [True, False], ids=["scaled", "sums"])
@pytest.mark.parametrize("name", CASES)
def test_a_layer_gives_the_librarys_bits(name, is_scaled, tmp_path):
    data, weight, attributes = CASES[name]
    random, filters = numpy.random.default_rng(3), weight[0]
    weights = random.integers(-128, 128, weight).astype("int8")
    constants = [weights, random.integers(-(2**40), 2**40, filters) >> 15]
    if is_scaled:
        constants.append(random.integers(16384, 32768, filters).astype("int32"))
        constants.append(random.integers(20, 28, filters).astype("int32"))
    net = Layer(constants, attributes)
    net.initialize()
    net.hybridize()
    x = random.integers(-32768, 32768, data).astype("int16")
    x[..., 0] = -32768
    net.export(tmp_path / "net.weft", np.array(x))
    files = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net", main=True)
    run(built(files, tmp_path / "net", SANITIZED))
    text = (tmp_path / "net.c").read_text()
    assert ("i16_wide" in text) == (name == "dense")
