"""Files, texts and assertions of `weft.np`, by NumPy."""

import io

import numpy
import pytest
from numpy_oracle import ours, same
from weft import np

RANDOM = numpy.random.default_rng(10)
M = RANDOM.standard_normal((3, 4))
K = RANDOM.integers(-5, 6, (2, 3))


def test_arrays_are_saved_and_loaded_as_numpys(tmp_path):
    np.save(tmp_path / "a.npy", ours(M))
    same(np.load(tmp_path / "a.npy"), numpy.load(tmp_path / "a.npy"))
    for write in (np.savez, np.savez_compressed):
        write(tmp_path / "b.npz", ours(M), k=ours(K), h=np.ones(2, "bfloat16"))
        theirs = numpy.load(tmp_path / "b.npz")
        with np.load(tmp_path / "b.npz") as found:
            assert sorted(found) == sorted(found.files) == sorted(theirs.files)
            assert len(found) == 3 and "k" in found
            for name in found:
                same(found[name], theirs[name])


def test_buffers_and_texts_are_read_as_numpys(tmp_path):
    path = tmp_path / "raw"
    ours(M).tofile(path)
    same(np.fromfile(path, "float64", 5, offset=8), numpy.fromfile(path, "float64", 5, offset=8))
    same(np.frombuffer(M.tobytes(), "float64"), M.reshape(-1))
    same(np.fromstring("1, 2,3", "int64", sep=","), numpy.array([1, 2, 3]))
    same(np.fromiter(range(9), "int64", 4), numpy.arange(4))
    for options in ({}, {"delimiter": ";", "fmt": "%.3f", "header": "h"}):
        mine, theirs = io.StringIO(), io.StringIO()
        np.savetxt(mine, ours(M), **options)
        numpy.savetxt(theirs, M, **options)
        assert mine.getvalue() == theirs.getvalue()
        split = options.get("delimiter")
        text = mine.getvalue().splitlines()
        same(
            np.loadtxt(text, "float64", delimiter=split, max_rows=2),
            numpy.loadtxt(text, delimiter=split, max_rows=2),
        )
        columns = np.loadtxt(text, "float64", delimiter=split, unpack=True)
        same(columns, numpy.loadtxt(text, delimiter=split, unpack=True))
    gaps = ["1,2,", ",5,6"]
    same(
        np.genfromtxt(gaps, "float64", delimiter=",", filling_values=-1),
        numpy.genfromtxt(gaps, delimiter=",", filling_values=-1),
    )


def test_texts_of_arrays_are_numpys():
    x = M[:2].round(2)
    same(
        np.array2string(ours(x), precision=1, separator=","),
        numpy.array2string(x, precision=1, separator=","),
    )
    same(np.array_str(ours(K)), numpy.array_str(K))
    same(np.array_repr(ours(K)), numpy.array_repr(K))
    same(
        np.array_repr(ours(x).astype("float32"), precision=1),
        "array("
        + numpy.array2string(x.astype("float32"), precision=1, separator=", ", prefix="array(")
        + ")",
    )
    with np.printoptions(precision=1):
        assert str(ours(x)) == str(x)
        assert np.get_printoptions() == numpy.get_printoptions()
    assert np.format_float_positional(1.5) == "1.5" and np.base_repr(5, 2) == "101"


def test_assertions_take_arrays_of_weft():
    x = ours(M)
    np.testing.assert_allclose(x, M, rtol=0)
    np.testing.assert_array_equal([x, x], [M, M])
    np.testing.assert_equal({"a": 1}, {"a": 1})
    np.testing.assert_array_less(x, x + 1)
    np.testing.assert_array_almost_equal(x, x + 1e-9)
    np.testing.assert_almost_equal(np.array(1.0), 1.0)
    for check in (np.testing.assert_allclose, np.testing.assert_array_equal):
        with pytest.raises(AssertionError):
            check(x, M + 1)
    with pytest.raises(AssertionError, match="no"):
        np.testing.assert_(False, "no")
    with np.testing.assert_raises(ValueError):
        np.zeros((2, 2)).reshape(3)


def test_what_is_no_array_of_numbers_is_refused(tmp_path):
    numpy.save(tmp_path / "text.npy", numpy.array(["a"]))
    with pytest.raises(TypeError, match="load: the file must hold numbers"):
        np.load(tmp_path / "text.npy")
