"""`weft compile`: speech features in fixed point as C give the library's bits, also where numbers
wrap, are rounded or are cut off."""

import shutil

import numpy
import pytest
import weft
from c_programs import SANITIZED, built, run
from weft import gluon, np, npx, runtime

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")

RANDOM = numpy.random.default_rng(5)


class Constant(gluon.HybridBlock):
    """A function of one array and of constants."""

    def __init__(self, function, constants):
        super().__init__()
        self.function = function
        self.constants = [gluon.Constant(np.array(value)) for value in constants]

    def forward(self, x):
        return self.function(x, *(constant.data() for constant in self.constants))


def integers(dtype, *shape, low=None, high=None):
    ends = numpy.iinfo(dtype)
    low, high = ends.min if low is None else low, ends.max if high is None else high
    return RANDOM.integers(low, high, shape, dtype, endpoint=True)


def energies(dtype, count):
    """Integers of every width, and those around powers of two."""
    bits = numpy.iinfo(dtype).bits
    powers = numpy.array([1 << k for k in range(bits)], dtype)
    some = integers(dtype, count) >> integers(dtype, count, low=0, high=bits - 1)
    return numpy.concatenate([some, powers, powers - 1, powers + 1])


def check(function, x, folder, *constants):
    net = Constant(function, constants)
    net.initialize()
    net.hybridize()
    net.export(folder / "net.weft", np.array(x))
    files = runtime.Model(folder / "net.weft").write_c(folder, name="net", main=True)
    run(built(files, folder / "net", SANITIZED))


def test_rows_are_scaled(tmp_path):
    rows = integers("int16", 9, 20) >> numpy.arange(9, dtype="int16")[:, None]
    rows[:2, 5] = -32768
    rows[2] = 0
    check(npx.signal_auto_scale, rows, tmp_path)


@pytest.mark.parametrize("length, samples", [(4, 3), (8, 8), (32, 20), (64, 63), (512, 480)])
def test_rows_are_transformed(length, samples, tmp_path):
    rows = integers("int16", 3, samples)
    rows[0] = numpy.where(rows[0] < 0, -32768, 32767)
    check(lambda x: npx.signal_rfft(x, length), rows, tmp_path)


@pytest.mark.parametrize("low", [0, -32768], ids=["positive", "signed"])
def test_bands_are_summed(low, tmp_path):
    weights = [integers("int16", 30, low=low) for _ in range(2)]
    starts = [integers("int16", 7, low=0, high=high) for high in (12, 20, 10)]
    starts[2][3] = -1
    check(npx.signal_filter_bank, integers("uint32", 2, 22), tmp_path, *weights, *starts)


def test_bands_that_are_computed_are_refused_in_c(tmp_path):
    tables = [integers("int16", 5, low=0, high=1) for _ in range(4)]

    def forward(x, starts):
        return npx.signal_filter_bank(
            x, *map(np.array, tables[:2]), starts, *map(np.array, tables[2:])
        )

    function = weft.hybridize(forward)
    arrays = [np.array(integers("uint32", 9)), np.array(tables[0])]
    weft.export(tmp_path / "net.weft", forward=(function, *arrays))
    with pytest.raises(NotImplementedError, match="`starts` must be a constant in C"):
        runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net")


def test_roots_are_rounded(tmp_path):
    edges = numpy.array([4294836224, 4294836225, 4294901760, 4294967295, 2**64 - 1], "uint64")
    x = numpy.concatenate([energies("uint64", 300), edges, numpy.arange(70, dtype="uint64")])
    check(npx.signal_square_root, x, tmp_path)


@pytest.mark.parametrize("shift", [0, 6, 40])
def test_gains_are_applied(shift, tmp_path):
    noise, table = energies("uint32", 200), integers("int16", 125)
    function = lambda x, noise, table: npx.signal_gain(x, noise, table, shift)  # noqa: E731
    check(function, energies("uint32", 200), tmp_path, noise, table)


@pytest.mark.parametrize("scale, shift", [(64, 3), (1600, 0), (4294967295, 31)])
def test_logarithms_are_taken(scale, shift, tmp_path):
    check(lambda x: npx.signal_log(x, scale, shift), energies("uint32", 300), tmp_path)
