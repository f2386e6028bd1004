"""The .npz and .npy files of MXNet 2.0, by their content."""

import io
import zipfile

import numpy
import pytest
import scipy.sparse
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import mxnet as mx
from weft import np

ARRAYS = {"arg:qkv.weight": numpy.ones((2, 3), "float32"), "b": numpy.arange(4)}


def npz(arrays=ARRAYS, **options):
    file = io.BytesIO()
    (numpy.savez_compressed if options.get("compressed") else numpy.savez)(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize("compressed", [False, True])
def test_a_zip_is_a_dict_whatever_its_name(compressed, tmp_path):
    path = tmp_path / "model-0000.params"
    path.write_bytes(npz(compressed=compressed))
    for load in (mx.npx.load, mx.nd.load):
        found = load(path)
        assert list(found) == list(ARRAYS)
        for name, array in ARRAYS.items():
            numpy.testing.assert_array_equal(found[name].asnumpy(), array)


def test_savez_writes_what_numpy_reads(tmp_path):
    mx.npx.savez(tmp_path / "x.npz", np.zeros((0, 2)), **{"a.b": np.array([True, False])})
    with numpy.load(tmp_path / "x.npz") as found:
        assert found["arr_0"].shape == (0, 2)
        assert found["a.b"].tolist() == [True, False]
    members = zipfile.ZipFile(tmp_path / "x.npz").infolist()
    assert [member.filename for member in members] == ["a.b.npy", "arr_0.npy"]
    assert {member.compress_type for member in members} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize("array", [numpy.array(2.5), numpy.asfortranarray(numpy.eye(3)[:2])])
def test_save_and_load_of_one_array(array, tmp_path):
    mx.npx.save(tmp_path / "x", np.array(array))
    numpy.testing.assert_array_equal(numpy.load(tmp_path / "x"), array)
    numpy.save(tmp_path / "y.npy", array)
    numpy.testing.assert_array_equal(mx.npx.load(tmp_path / "y.npy").asnumpy(), array)


def test_big_endian_arrays_are_read(tmp_path):
    numpy.save(tmp_path / "y.npy", numpy.arange(3, dtype=">i4"))
    assert mx.npx.load(tmp_path / "y.npy").tolist() == [0, 1, 2]


def test_lists_are_saved_as_1_x_does(tmp_path):
    mx.npx.save(tmp_path / "x", [np.ones(2)])
    assert mx.npx.load(tmp_path / "x")[0].tolist() == [1, 1]


def test_what_a_file_cannot_hold_is_told(tmp_path):
    with pytest.raises(TypeError, match="NumPy files have no bfloat16"):
        mx.npx.save(tmp_path / "x", np.ones(2).astype("bfloat16"))
    with pytest.raises(TypeError, match="`arr` must be an array; got int"):
        mx.npx.save(tmp_path / "x", 3)
    with pytest.raises(ValueError, match="`arr_0` is that of an array without a name"):
        mx.npx.savez(tmp_path / "x", np.ones(2), arr_0=np.ones(2))


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def npy(array, **options):
    file = io.BytesIO()
    numpy.save(file, array, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (npy(numpy.array([{}]), allow_pickle=True), "dtype object"),
        (npy(numpy.array(["a"])), "which arrays of MXNet do not have"),
        (npy(numpy.ones(4))[:-1], r"has 31 bytes for float64 of shape \(4,\)"),
        (npy(numpy.ones(4)).replace(b"(4,)", b"(-4)"), "damaged"),
        (zipped(a=b"text"), "member `a`: is no .npy"),
        (npz()[:-30], "the zip is damaged"),
    ],
)
def test_damage_and_objects_are_told(content, said):
    with pytest.raises(OSError, match=said):
        mx.nd.load_frombuffer(content)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_altered_bytes_raise_or_give_arrays(data):
    content = bytearray(npz(compressed=data.draw(st.booleans())))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        mx.nd.load_frombuffer(bytes(content))
    except weft.Error as error:
        assert isinstance(error, OSError)


@pytest.mark.parametrize("stype", ["csr", "row_sparse"])
def test_sparse_arrays_keep_their_parts_in_a_zip(stype, tmp_path):
    array = mx.nd.array([[0, 2, 0], [0, 0, 0], [3, 0, 4]]).tostype(stype)
    mx.npx.savez(tmp_path / "x.npz", array, w=np.ones(2))
    found = mx.npx.load(tmp_path / "x.npz")
    assert [type(found["arr_0"]), sorted(found)] == [type(array), ["arr_0", "w"]]
    numpy.testing.assert_array_equal(found["arr_0"].asnumpy(), array.asnumpy())
    numpy.testing.assert_array_equal(found["arr_0"].indices.asnumpy(), array.indices.asnumpy())


def test_a_sparse_matrix_goes_to_scipy_and_back(tmp_path):
    matrix = scipy.sparse.csr_matrix(numpy.array([[0.0, 1.5], [2.5, 0.0], [0.0, 0.0]]))
    scipy.sparse.save_npz(tmp_path / "s.npz", matrix)
    found = mx.nd.load(str(tmp_path / "s.npz"))[""]
    assert [found.stype, found.dtype.name] == ["csr", "float64"]
    numpy.testing.assert_array_equal(found.asnumpy(), matrix.toarray())
    mx.npx.savez(tmp_path / "t.npz", **{"": found})
    again = scipy.sparse.load_npz(tmp_path / "t.npz")
    numpy.testing.assert_array_equal(again.toarray(), matrix.toarray())


def parts(**changes):
    """The members of a csr matrix named `a`, with other contents for some; None leaves one out."""
    given = {"data": numpy.ones(2, "float32"), "indices": [0, 1], "indptr": [0, 1, 2]}
    given |= {"shape": [2, 2], "format": numpy.array(b"csr")} | changes
    return zipped(**{f"a/{name}": npy(numpy.asarray(part)) for name, part in given.items()})


def test_the_header_that_mxnet_writes_for_a_format_is_read():
    text = npy(numpy.array(b"csr")).replace(b"'|S3'", b"'|s3{'descr': '<i8'")
    start = 10 + int.from_bytes(text[8:10], "little")
    length = len(text) - 3 - 10
    content = parts()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["a/format.npy"] = text[:8] + length.to_bytes(2, "little") + text[10:]
    assert start > 0
    again = zipped(**{name.removesuffix(".npy"): part for name, part in members.items()})
    numpy.testing.assert_array_equal(mx.nd.load_frombuffer(again)["a"].asnumpy(), numpy.eye(2))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": numpy.array(b"coo")}, "must be csr or row_sparse; its format is 'coo'"),
        ({"indices": [0, 2]}, "a column has a number outside"),
        ({"indptr": [0, 2, 1]}, "rows that do not follow each other"),
        ({"indptr": [0, 1]}, "`indptr`"),
        ({"shape": [2]}, "`data` of `a` has shape"),
        ({"indices": [0.5, 1]}, "`indices` of `a` must be whole numbers"),
        ({"indices": [0]}, "`data` of `a` has shape"),
    ],
)
def test_parts_of_a_zip_that_make_no_sparse_array_are_told(changes, said):
    with pytest.raises(OSError, match=said):
        mx.nd.load_frombuffer(parts(**changes))


def test_a_sparse_array_without_a_part_is_told():
    content = zipped(**{"a/format": npy(numpy.array(b"csr")), "a/data": npy(numpy.ones(1))})
    with pytest.raises(OSError, match="`a` has no member `indices`"):
        mx.nd.load_frombuffer(content)
