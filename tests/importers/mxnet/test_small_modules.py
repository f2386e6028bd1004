"""Modules of MXNet that few programs import, and inner modules under their own names."""

import importlib
import logging
import subprocess
import sys

import numpy
import pytest
import weft.mxnet as mx
from weft.mxnet import np

# By the module that MXNet has: the one that it is here.
INNER = {
    "gluon.nn.basic_layers": "gluon.nn",
    "gluon.nn.conv_layers": "gluon.nn",
    "gluon.data.sampler": "gluon.data",
    "gluon.model_zoo.vision.resnet": "gluon.model_zoo.vision",
    "optimizer.optimizer": "optimizer",
    "optimizer.adamW": "optimizer",
    "io.io": "io",
    "symbol.symbol": "symbol",
    "numpy.multiarray": "numpy",
    "ndarray.numpy._internal": "numpy._internal",
    "log": "_modules.log",
    "numpy_dispatch_protocol": "numpy._dispatch",
    "_deferred_compute": "_modules.deferred_compute",
}


def found(path):
    module = mx
    for name in path.split("."):
        module = getattr(module, name)
    return module


@pytest.mark.parametrize("path", INNER)
def test_inner_modules_are_attributes(path):
    assert found(path) is importlib.import_module(f"weft.mxnet.{INNER[path]}")


def test_inner_modules_are_imported_by_programs():
    program = "".join(f"import mxnet.{path}\n" for path in INNER)
    program += "from mxnet.gluon.model_zoo.vision.resnet import resnet18_v1\n"
    program += "from mxnet.optimizer.optimizer import SGD\n"
    program += "print(mxnet.optimizer.optimizer.SGD is SGD, mxnet.io.io.DataBatch.__name__)\n"
    ran = subprocess.run(
        [sys.executable, "-m", "weft.mxnet", "-c", program], capture_output=True, text=True
    )
    assert ran.stdout == "True DataBatch\n", ran.stderr


def test_the_version_is_one_that_programs_compare():
    assert [int(part) for part in mx.__version__.split(".")[:2]] >= [1, 9]
    assert mx.libinfo.__version__ == mx.__version__


def test_loggers_write_the_level_and_the_message_once(tmp_path):
    path = tmp_path / "lines"
    for _ in range(2):
        logger = mx.log.get_logger("weft.test.lines", str(path), level=mx.log.INFO)
    logger.info("read %d", 3)
    logger.debug("not this")
    assert path.read_text() == "read 3\n"


def test_lines_of_a_logger_begin_with_a_letter(capfd):
    mx.log.get_logger("weft.test.letters").warning("late")
    assert capfd.readouterr().err.startswith("\x1b[31mW")
    with pytest.warns(DeprecationWarning):
        assert mx.log.getLogger("weft.test.letters") is logging.getLogger("weft.test.letters")


class Reader:
    """What the registry of the tests has."""

    def __init__(self, size=1):
        self.size = size


def test_registered_classes_are_made_of_names_and_of_json():
    register = mx.registry.get_register_func(Reader, "reader")
    alias = mx.registry.get_alias_func(Reader, "reader")
    create = mx.registry.get_create_func(Reader, "reader")

    @alias("rows", "lines")
    class Lines(Reader):
        pass

    assert register(Reader) is Reader
    assert [type(create(name)) for name in ("LINES", "rows", "reader")] == [Lines, Lines, Reader]
    assert create('["lines", {"size": 3}]').size == 3
    assert create('{"reader": "rows", "size": 4}').size == 4
    assert create({"reader": "rows", "size": 5}).size == 5
    made = Lines()
    assert create(made) is made
    assert mx.registry.get_registry(Reader) == {"rows": Lines, "lines": Lines, "reader": Reader}


def test_the_registry_refuses_what_is_unknown_or_of_another_class():
    create = mx.registry.get_create_func(Reader, "reader")
    with pytest.raises(LookupError, match="readers"):
        create("readers")
    with pytest.raises(TypeError, match="subclass of Reader"):
        mx.registry.get_register_func(Reader, "reader")(int)
    with pytest.raises(ValueError, match="takes no arguments"):
        create(Reader(), 2)
    with pytest.raises(TypeError, match="got int"):
        create(3)


def test_another_class_under_the_same_name_is_told():
    register = mx.registry.get_register_func(Reader, "reader")
    register(type("Told", (Reader,), {}))
    with pytest.warns(UserWarning, match="'told'"):
        register(type("Told", (Reader,), {}))


def test_errors_are_registered_by_name():
    @mx.error.register
    class OwnError(mx.MXNetError):
        pass

    assert mx.base.error_types["OwnError"] is OwnError
    assert mx.error.register("Second", OwnError) is OwnError
    with pytest.raises(TypeError, match="class of errors"):
        mx.error.register(3)


@pytest.mark.parametrize("path", ["missing.so", "/missing.so"])
def test_libraries_that_are_not_there_are_told(path):
    with pytest.raises(FileNotFoundError, match=path):
        mx.library.load(path)


def test_libraries_have_absolute_paths_that_end_in_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("lib.so", "lib.txt"):
        (tmp_path / name).write_text("no library")
    with pytest.raises(ValueError, match="must be absolute"):
        mx.library.load("lib.so")
    with pytest.raises(ValueError, match=r"must end in \.so"):
        mx.library.load(str(tmp_path / "lib.txt"))


# ---- functions of NumPy on arrays


X = numpy.random.default_rng(3).standard_normal((3, 4)).astype("float32")


@pytest.mark.parametrize(
    "name",
    [
        *("fabs", "degrees", "cbrt", "positive", "exp", "rint", "trunc", "square", "arctan"),
        *("frexp", "modf", "spacing"),
    ],
)
def test_ufuncs_of_numpy_take_our_arrays(name):
    ours, wanted = getattr(numpy, name)(np.array(X)), getattr(numpy, name)(X)
    parts = zip(ours, wanted, strict=True) if isinstance(wanted, tuple) else [(ours, wanted)]
    for got, want in parts:
        assert isinstance(got, np.ndarray)
        numpy.testing.assert_allclose(got.asnumpy(), want, rtol=1e-6)


@pytest.mark.parametrize("name", ["gcd", "lcm", "heaviside", "float_power", "hypot", "fmod"])
def test_ufuncs_of_two_arrays_take_our_arrays(name):
    a, b = numpy.array([[4, 9], [6, 25]]), numpy.array([6, 5])
    if name not in ("gcd", "lcm"):
        a, b = a.astype("float32"), b.astype("float32")
    got = getattr(numpy, name)(np.array(a, dtype=a.dtype), np.array(b, dtype=b.dtype))
    numpy.testing.assert_allclose(got.asnumpy(), getattr(numpy, name)(a, b), rtol=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: numpy.where(x, x, 0 * x),
        lambda x: numpy.take(x, x[0].astype("int64") + 7, axis=1, mode="wrap"),
        lambda x: numpy.einsum("ij,kj->ik", x, x, optimize=True),
        lambda x: numpy.sort(x, axis=1, kind="stable"),
        lambda x: numpy.linalg.norm(x, 2),
        lambda x: numpy.pad(x, ((1, 1), (2, 0)), "reflect", reflect_type="even"),
    ],
    ids=["where", "take", "einsum", "sort", "norm", "pad"],
)
def test_functions_of_numpy_take_arguments_that_mxnet_knows(call):
    got = call(np.array(X))
    numpy.testing.assert_allclose(numpy.asarray(got), call(X), rtol=1e-5)


def test_functions_that_numpy_has_dropped_are_there():
    a = numpy.array([[3.0, 1.0], [2.0, 5.0]], "float32")
    fallback = np.fallback
    numpy.testing.assert_array_equal(fallback.msort(np.array(a)).asnumpy(), numpy.sort(a, axis=0))
    assert fallback.alltrue(np.array(a))
    assert fallback.in1d(np.array(a), np.array([2.0, 3.0])).tolist() == [True, False, True, False]
    numpy.testing.assert_allclose(np.trapz(np.array(a)).asnumpy(), a.mean(axis=1))
    assert set(fallback.__all__) <= set(dir(np))


def test_protocol_decorators_tell_what_failed():
    protocol = mx.numpy_dispatch_protocol

    @protocol.with_array_function_protocol
    def fails():
        raise ValueError("this")

    with pytest.raises(RuntimeError, match=r"fails: .*: this"):
        fails()
    assert protocol.with_array_ufunc_protocol(lambda: 3)() is None
    for name in protocol._NUMPY_ARRAY_UFUNC_LIST:
        assert callable(getattr(np, name))


# ---- data


def test_batches_are_arrays_of_1_after_reset_np():
    data = mx.gluon.data.ArrayDataset(numpy.ones((4, 3), "float32"), numpy.arange(4))
    loader = mx.gluon.data.DataLoader(data, 2)
    assert all(type(part) is np.ndarray for batch in loader for part in batch)
    mx.npx.reset_np()
    assert all(type(part) is mx.nd.NDArray for batch in loader for part in batch)
    (batch,) = mx.gluon.data.DataLoader([{"x": 1.0}], 1, batchify_fn=lambda s: {"x": np.ones(1)})
    assert type(batch["x"]) is mx.nd.NDArray


def test_take_of_none_is_all():
    data = mx.gluon.data.SimpleDataset([3, 1, 2])
    assert [list(data.take(count)) for count in (None, 9, 2)] == [[3, 1, 2], [3, 1, 2], [3, 1]]


def test_data_sets_of_files_read_them_when_they_are_made(tmp_path):
    from weft.mxnet.gluon.data.dataset import _DownloadedDataset

    class Pairs(_DownloadedDataset):
        def _get_data(self):
            self._data, self._label = [1, 2], [3, 4]

    folder = tmp_path / "made"
    assert Pairs(folder, None)[1] == (2, 4)
    assert folder.is_dir()
    assert Pairs(folder, lambda data, label: data + label)[0] == 4
    assert len(Pairs(folder, None)) == 2


# ---- networks that ask for shapes


class Flat(mx.gluon.HybridBlock):
    """Asks for the extent of the batch."""

    def __init__(self):
        super().__init__()
        self.dense = mx.gluon.nn.Dense(3)

    def forward(self, x):
        return self.dense(x.reshape(x.shape[0], -1))


def test_a_network_that_asks_for_shapes_is_exported_for_those_of_the_last_call(tmp_path):
    net, x = Flat(), np.array(X.reshape(2, 3, 2))
    net.initialize()
    net.hybridize()
    wanted = net(x)
    symbol, parameters = net.export(str(tmp_path / "net"))
    again = mx.gluon.SymbolBlock.imports(symbol, ["data"], parameters)
    numpy.testing.assert_allclose(again(x).asnumpy(), wanted.asnumpy(), rtol=1e-6)
