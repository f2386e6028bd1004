"""The list file of arrays: every version, dtype and kind of storage, what is damaged, and the way
back."""

import struct

import mxnet_files
import numpy
import pytest
import weft
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from weft import gluon, np
from weft import mxnet as mx
from weft._mxnet_files import list_file
from weft.sparse import RowSparseArray

VALUES = numpy.arange(6, dtype="float32").reshape(2, 3)
ROWS = mxnet_files.sparse(1, (5, 3), VALUES, numpy.array([1, 4]))
ELEMENTS = mxnet_files.sparse(
    2,
    (3, 4),
    numpy.array([1.0, 2.0, 3.0], "float32"),
    numpy.array([0, 2, 2, 3]),
    numpy.array([0, 3, 1]),
)


def loaded(content):
    return mx.nd.load_frombuffer(content)


@pytest.mark.parametrize("version", [0, 1, 2, 3])
@pytest.mark.parametrize("dtype", sorted(set(mxnet_files.CODES) - {"bfloat16"}))
def test_every_version_and_dtype_is_read(version, dtype):
    array = numpy.arange(6).reshape(2, 3).astype(dtype)
    found = loaded(mxnet_files.list_file([mxnet_files.dense(array, version)], ["w"]))
    assert list(found) == ["w"]
    assert found["w"].dtype == dtype
    numpy.testing.assert_array_equal(found["w"].asnumpy(), array)


def test_bfloat16_is_read_exactly():
    bits = numpy.array([0x3F80, 0xC0A0, 0x7F80, 0x0001], "uint16")
    (found,) = loaded(mxnet_files.list_file([mxnet_files.dense(bits, 2, "bfloat16")]))
    assert found.dtype == np.bfloat16
    wide = (bits.astype("uint32") << 16).view("float32")
    numpy.testing.assert_array_equal(found.astype("float32").asnumpy(), wide)


def test_a_list_without_names_is_a_list_and_none_stays_none():
    records = [mxnet_files.dense(VALUES, 2), *map(mxnet_files.none, range(4))]
    found = loaded(mxnet_files.list_file(records))
    assert isinstance(found, list)
    assert found[1:] == [None] * 4


def test_version_3_has_arrays_without_axes_and_without_elements():
    scalar, empty = numpy.array(2.5, "float32"), numpy.zeros((0, 3), "float32")
    found = loaded(mxnet_files.list_file([mxnet_files.dense(x, 3) for x in (scalar, empty)]))
    assert [x.shape for x in found] == [(), (0, 3)]
    assert found[0].item() == 2.5


def test_arrays_of_other_devices_are_read():
    record = mxnet_files.dense(VALUES, 2, device=(2, 7))
    assert loaded(mxnet_files.list_file([record]))[0].shape == (2, 3)


def test_sparse_arrays_are_read():
    rows, elements = loaded(mxnet_files.list_file([ROWS, ELEMENTS]))
    assert isinstance(rows, RowSparseArray)
    wanted = numpy.zeros((5, 3), "float32")
    wanted[[1, 4]] = VALUES
    numpy.testing.assert_array_equal(rows.asnumpy(), wanted)
    assert elements.stype == "csr"
    wanted = [[1, 0, 0, 2], [0, 0, 0, 0], [0, 3, 0, 0]]
    numpy.testing.assert_array_equal(elements.asnumpy(), wanted)
    assert repr(elements) == "\n<CSRNDArray 3x4 @cpu(0)>"


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_files_are_written_byte_for_byte(version):
    from weft._mxnet_files.records import record_of

    records = [record_of(VALUES), None]
    wanted = [mxnet_files.dense(VALUES, version), mxnet_files.none(version)]
    assert list_file.write(records, [], version) == mxnet_files.list_file(wanted)


def test_what_is_saved_is_what_mxnet_1_reads(tmp_path):
    path = tmp_path / "x.params"
    mx.nd.save(path, {"arg:w": np.array(VALUES), "é": np.array([1, 2])})
    wanted = [mxnet_files.dense(VALUES, 2), mxnet_files.dense(numpy.array([1, 2]), 2)]
    assert path.read_bytes() == mxnet_files.list_file(wanted, ["arg:w", "é"])


def test_sparse_arrays_are_written_byte_for_byte(tmp_path):
    path = tmp_path / "x.nd"
    content = mxnet_files.list_file([ROWS, ELEMENTS], ["a", "b"])
    path.write_bytes(content)
    mx.nd.save(path, mx.nd.load(path))
    assert path.read_bytes() == content


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "bool", "int8", "uint64"])
def test_what_is_saved_comes_back(dtype, tmp_path):
    arrays = [np.array([[0, 1], [1, 3]]).astype(dtype), np.ones((), dtype), np.zeros((0, 2), dtype)]
    mx.nd.save(tmp_path / "x.nd", arrays)
    for found, wanted in zip(mx.nd.load(tmp_path / "x.nd"), arrays, strict=True):
        assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
        assert found.astype("float32").tolist() == wanted.astype("float32").tolist()


def test_one_array_is_saved_as_a_list(tmp_path):
    mx.nd.save(tmp_path / "x.nd", np.ones(3))
    assert [x.tolist() for x in mx.nd.load(tmp_path / "x.nd")] == [[1, 1, 1]]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({1: np.ones(2)}, "names of arrays must be strings; got 1"),
        ([3], "must be given arrays; got int"),
        ("text", "must be given arrays; got str"),
    ],
)
def test_other_things_are_not_saved(data, said, tmp_path):
    with pytest.raises(TypeError, match=said):
        mx.nd.save(tmp_path / "x.nd", data)
    assert not list(tmp_path.iterdir())


# ---- damage --------------------------------------------------------------------------------------

WHOLE = mxnet_files.list_file(
    [mxnet_files.dense(VALUES, version) for version in range(4)] + [ROWS, ELEMENTS],
    ["a", "b", "c", "d", "e", "f"],
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"must be a list file of MXNet, a .npz or a .npy"),
        (b"\x89PNG\r\n\x1a\n" + bytes(9), r"it begins with b'.x89PNG"),
        (WHOLE[:-3], "1 bytes of a name do not fit|bytes are missing"),
        (WHOLE + b"\0", "1 bytes follow the names"),
        (mxnet_files.list_file([], ["a"]), "there are 1 names for 0 arrays"),
        (struct.pack("<QQQ", 0x112, 0, 1 << 60), "arrays do not fit in 0 bytes"),
        (mxnet_files.list_file([struct.pack("<I", 77)]), "77 axes; 0 to 32"),
        (
            mxnet_files.list_file([struct.pack("<Iii2q", 0xF993FAC9, 0, 2, 1 << 40, 1 << 40)]),
            "bytes are missing",
        ),
        (mxnet_files.list_file([struct.pack("<Iii", 0xF993FACA, 1, 0)]), "storage type 1"),
        (
            mxnet_files.list_file([mxnet_files.dense(VALUES, 2)]).replace(
                struct.pack("<iii", 1, 0, 0), struct.pack("<iii", 1, 0, 99)
            ),
            "dtype code 99",
        ),
        (
            mxnet_files.list_file([mxnet_files.sparse(1, (5, 3), VALUES, numpy.array([1, 5]))]),
            r"a row has a number outside of \[0, 5\)",
        ),
        (
            mxnet_files.list_file([mxnet_files.sparse(1, (5, 3), VALUES, numpy.array([4, 1]))]),
            "numbers of rows must ascend",
        ),
        (
            mxnet_files.list_file([mxnet_files.sparse(1, (5, 4), VALUES, numpy.array([1, 4]))]),
            r"stores rows of shape \(3,\)",
        ),
    ],
)
def test_damage_is_told(content, said):
    with pytest.raises(OSError, match=said):
        loaded(content)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_altered_bytes_raise_or_give_arrays(data):
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    content = (
        content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content
    )
    try:
        mx.nd.load_frombuffer(bytes(content))
    except weft.Error as error:
        assert isinstance(error, OSError)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"load: there is no file .*none.params"):
        mx.nd.load(tmp_path / "none.params")


def _no_rows(shape, name):
    """A list file of one row_sparse array of which no row is stored."""
    head = struct.pack("<QQQ", 0x112, 0, 1)
    stored = struct.pack("<Iiiqqiqqiii", 0xF993FAC9, 1, 2, 0, shape[1], 2, *shape, 1, 0, 0)
    named = struct.pack("<QQ", 1, len(name)) + name.encode()
    return head + stored + struct.pack("<iiq", 6, 1, 0) + named


def test_rows_that_no_parameter_has_are_not_made_of_nothing(tmp_path):
    path = tmp_path / "w.params"
    path.write_bytes(_no_rows((1 << 27, 4), "w"))
    assert path.stat().st_size == 117
    dense = gluon.nn.Dense(8, in_units=8)
    with pytest.raises(OSError, match=r"`w` of .* is refused: .* needs 2147483648 bytes; 0 are"):
        dense.load_parameters(path)


def test_rows_that_a_parameter_has_are_made_however_few_are_stored(tmp_path):
    path = tmp_path / "w.params"
    path.write_bytes(_no_rows((600_000, 32), "weight"))
    table = gluon.nn.Embedding(600_000, 32)
    table.load_parameters(path)
    assert table.weight.shape == (600_000, 32) and not table.weight.data().any()
