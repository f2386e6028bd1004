"""float8 and integers of 4 bits in files, plans and compiled C: weights are stored in few bits and
cast before use."""

import ctypes
import json
import struct

import numpy
import pytest
import safetensors
import weft
from c_programs import FLAGS, built, data, filled, run
from storage import FLOATS, STORED, bits, every, stored
from weft import gluon, np, npx, quantization, runtime
from weft._base.errors import InvalidValue
from weft.gluon import nn


class Stored(gluon.HybridBlock):
    """A product with a weight that is stored in few bits."""

    def __init__(self, dtype):
        super().__init__()
        wide = numpy.random.default_rng(2).normal(size=(6, 4)) * 3
        self.weight = gluon.Constant(np.array(wide).astype("float32").astype(dtype))

    def forward(self, x):
        return np.matmul(x, self.weight.data().astype("float32"))


def test_files_of_arrays_keep_bits_and_dtypes(tmp_path):
    arrays = {dtype: stored(dtype) for dtype in STORED}
    npx.save(tmp_path / "arrays.safetensors", arrays)
    for name, array in npx.load(tmp_path / "arrays.safetensors").items():
        assert array.dtype == name
        numpy.testing.assert_array_equal(bits(array), bits(arrays[name]))


@pytest.mark.parametrize("dtype", ["int4", "uint4"])
@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (7,), (6, 32), (4, 33)])
def test_weft_files_have_two_numbers_of_four_bits_in_a_byte(tmp_path, dtype, shape):
    low = -8 if dtype == "int4" else 0
    numbers = numpy.random.default_rng(1).integers(low, low + 16, shape)
    weight = np.array(numbers).astype(dtype)
    path = tmp_path / "packed.weft"
    weft.export(
        path, forward=(weft.hybridize(lambda x: x + weight.astype("float32")), np.zeros(()))
    )
    sizes = [
        (entry["data_offsets"][1] - entry["data_offsets"][0])
        for name, entry in header(path).items()
        if name != "__metadata__" and entry["dtype"] in ("I4", "U4")
    ]
    assert sizes == [(numbers.size + 1) // 2]
    model = runtime.Model(path)
    (found,) = model.context("forward").run(numpy.zeros((), "float32"))
    numpy.testing.assert_array_equal(numpy.asarray(found).reshape(shape), numbers)
    # A checkpoint of a context, and a packed file, have them so, too.
    weft_saved = tmp_path / "saved.weft"
    model.context("forward").save(weft_saved)
    (again,) = runtime.Model(weft_saved).context("forward").run(numpy.zeros((), "float32"))
    numpy.testing.assert_array_equal(numpy.asarray(again).reshape(shape), numbers)
    assert weft_saved.stat().st_size <= path.stat().st_size + 64


def test_other_safetensors_files_have_a_byte_for_each(tmp_path):
    path = tmp_path / "arrays.safetensors"
    npx.save(path, {"w": np.array([1, -2, 3]).astype("int4")})
    assert header(path)["w"]["data_offsets"] == [0, 3]


def header(path):
    content = path.read_bytes()
    return json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])


def test_float8_has_the_names_of_safetensors(tmp_path):
    names = dict(zip(FLOATS, ("F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), strict=True))
    npx.save(tmp_path / "floats.safetensors", {dtype: stored(dtype) for dtype in FLOATS})
    found = header(tmp_path / "floats.safetensors")
    assert {dtype: found[dtype]["dtype"] for dtype in FLOATS} == names


@pytest.mark.parametrize("dtype", FLOATS[:2])
def test_safetensors_reads_the_files(tmp_path, dtype):
    npx.save(tmp_path / "ours.safetensors", {"w": stored(dtype)})
    ((_, theirs),) = safetensors.deserialize((tmp_path / "ours.safetensors").read_bytes())
    assert theirs["dtype"] == {"float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2"}[dtype]
    assert theirs["shape"] == [4, 5] and bytes(theirs["data"]) == bits(stored(dtype)).tobytes()


@every
def test_files_of_numpy_have_the_bits(tmp_path, dtype):
    x = stored(dtype)
    np.savez(tmp_path / "x.npz", x=x)
    np.save(tmp_path / "x.npy", x)
    for found in (np.load(tmp_path / "x.npz")["x"], np.load(tmp_path / "x.npy")):
        assert found.dtype == "uint8"
        numpy.testing.assert_array_equal(bits(found.view(dtype)), bits(x))


@every
def test_a_network_that_casts_its_weights_runs_from_its_file(tmp_path, dtype):
    net, x = Stored(dtype), data(3, 6)
    net.initialize()
    wanted = net(x)
    net.hybridize()
    numpy.testing.assert_array_equal(net(x).asnumpy(), wanted.asnumpy())
    net.export(tmp_path / "net.weft", x)
    (found,) = runtime.Model(tmp_path / "net.weft").context().run(x.asnumpy())
    numpy.testing.assert_array_equal(numpy.asarray(found), wanted.asnumpy())
    weights = [entry for name, entry in header(tmp_path / "net.weft").items() if "weight" in name]
    assert [entry["shape"] for entry in weights] == [[6, 4]]
    bytes_in_file = 12 if dtype in ("int4", "uint4") else 24
    assert weights[0]["data_offsets"][1] - weights[0]["data_offsets"][0] == bytes_in_file


def test_a_file_whose_kernel_would_compute_on_bytes_is_refused(tmp_path):
    net, x = Stored("float8_e5m2"), data(3, 6)
    net.initialize()
    net.hybridize()
    net(x)
    net.export(tmp_path / "net.weft", x)
    content = (tmp_path / "net.weft").read_bytes()
    name = b'widen\\"'
    assert content.count(name) == 1
    wrong = content.replace(name, b'floor\\"')
    with pytest.raises(weft.Error, match=r"floor: has no kernel for float8_e5m2"):
        runtime.Model(wrong).context()


@every
def test_its_c_gives_the_same_numbers(tmp_path, dtype):
    net, x = Stored(dtype), data(3, 6)
    net.initialize()
    net.hybridize()
    net(x)
    net.export(tmp_path / "net.weft", x)
    files = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net", main=True)
    told = run(built(files, tmp_path / "net", FLAGS))
    assert "largest difference" in told
    difference, scale = told.split("largest difference ")[1].split(" of ")[:2]
    assert float(difference) <= 1e-6 * float(scale.split()[0])


@every
def test_casts_to_storage_and_moves_in_c_are_those_of_the_library(tmp_path, dtype):
    """The compiled function against the library on numbers of every kind, to the bit."""

    class Net(gluon.HybridBlock):
        def forward(self, x):
            small = x.astype(dtype)
            moved = np.concatenate([small[:, ::-1], small], axis=1)
            return np.where(np.isnan(x[:, :1]), moved, np.flip(moved, 1)).astype("float32")

    generator = numpy.random.default_rng(3)
    numbers = generator.normal(size=(64, 8)) * 2.0 ** generator.integers(-20, 20, (64, 8))
    numbers[0] = [numpy.inf, -numpy.inf, 0, -0.0, 448, 464, 465, 61440]
    numbers[1] = numpy.nan
    x = np.array(numbers.astype("float32"))
    net = Net()
    net.hybridize()
    wanted = net(x)
    net.export(tmp_path / "net.weft", x)
    files = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net")
    built(files, tmp_path / "net.so", [*FLAGS, "-shared", "-fPIC"])
    library = ctypes.CDLL(str(tmp_path / "net.so"))
    found = numpy.empty(wanted.shape, "float32")
    given = x.asnumpy()
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (given, found)]
    library.net_run(*pointers)
    numpy.testing.assert_array_equal(found, wanted.asnumpy())


@pytest.mark.parametrize("dtype", FLOATS[:2])
def test_weights_are_stored_in_float8(tmp_path, dtype):
    net = filled(nn.HybridSequential(nn.Dense(8, in_units=16), nn.Dense(3)), data(2, 16))
    small = quantization.store_weights(net, dtype)
    x = data(2, 16, seed=4)
    weights = [p for p in small.collect_params().values() if len(p.shape) > 1]
    assert [p.dtype for p in weights] == [dtype, dtype]
    wide = {
        name: p.data().astype(dtype).astype("float32") if len(p.shape) > 1 else p.data()
        for name, p in net.collect_params().items()
    }
    for name, parameter in net.collect_params().items():
        parameter.set_data(wide[name])
    numpy.testing.assert_allclose(small(x).asnumpy(), net(x).asnumpy(), rtol=1e-5, atol=1e-6)
    small.hybridize()
    small.export(tmp_path / "small.weft", x)
    (found,) = runtime.Model(tmp_path / "small.weft").context().run(x.asnumpy())
    numpy.testing.assert_allclose(numpy.asarray(found), net(x).asnumpy(), rtol=1e-5, atol=1e-6)


@every
def test_inputs_of_files_are_given_as_bits(tmp_path, dtype):
    net = nn.HybridLambda(lambda x: x.T.astype("float32"))
    net.hybridize()
    x = stored(dtype)
    wanted = net(x)
    net.export(tmp_path / "net.weft", x)
    context = runtime.Model(tmp_path / "net.weft").context()
    for given in (bits(x), bits(x).tobytes()):
        numpy.testing.assert_array_equal(numpy.asarray(context.run(given)[0]), wanted.asnumpy())
    with pytest.raises(TypeError, match=rf"must have elements of {dtype}; got float32"):
        context.run(x.astype("float32").asnumpy())


@every
def test_parameters_hold_them_without_a_gradient(dtype):
    parameter = gluon.Parameter("w", grad_req="null", shape=(4, 5), dtype=dtype)
    parameter.initialize(init="zeros")
    parameter.set_data(stored(dtype))
    assert parameter.data().dtype == dtype
    numpy.testing.assert_array_equal(bits(parameter.data()), bits(stored(dtype)))
    if dtype in FLOATS:
        with pytest.raises(TypeError, match=rf"floating dtype; got {dtype}"):
            gluon.Parameter("w", shape=(2,), dtype=dtype).initialize()


def test_weights_beyond_float8_are_refused():
    net = nn.Dense(2, in_units=2)
    net.initialize()
    net.weight.set_data(np.full((2, 2), 1000.0))
    with pytest.raises(InvalidValue, match=r"float8_e4m3fn cannot hold"):
        quantization.store_weights(net, "float8_e4m3fn")
