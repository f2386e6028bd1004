"""Sparse arrays of 1.x, by SciPy."""

import numpy
import pytest
import scipy.sparse
from weft import mxnet as mx

nd = mx.nd
WHOLE = numpy.array([[0, 1, 0, 2], [0, 0, 0, 0], [3, 0, 4, 0]], "float32")


def test_arrays_without_rows_and_rows_that_are_missing():
    assert nd.zeros((0, 3)).tostype("row_sparse").asnumpy().shape == (0, 3)
    assert nd.zeros((2, 0)).tostype("row_sparse").indices.shape == (0,)
    with pytest.raises(IndexError, match="CSRNDArray: 5 is out of bounds for axis 0"):
        nd.ones((2, 2)).tostype("csr")[5]


def test_a_csr_matrix_has_the_parts_of_scipys():
    wanted = scipy.sparse.csr_matrix(WHOLE)
    for found in (
        nd.sparse.csr_matrix(wanted),
        nd.array(WHOLE).tostype("csr"),
        nd.sparse.csr_matrix((wanted.data, wanted.indices, wanted.indptr), shape=wanted.shape),
        nd.sparse.csr_matrix((wanted.data, wanted.nonzero()), shape=wanted.shape),
    ):
        assert found.stype == "csr" and found.shape == (3, 4)
        for part in ("data", "indices", "indptr"):
            numpy.testing.assert_array_equal(getattr(found, part).asnumpy(), getattr(wanted, part))
        numpy.testing.assert_array_equal(found.asscipy().toarray(), WHOLE)
        numpy.testing.assert_array_equal(found[1:].asnumpy(), WHOLE[1:])
        numpy.testing.assert_array_equal(found[2].asnumpy(), WHOLE[2:])


def test_products_of_a_csr_matrix_read_its_elements_alone():
    matrix = nd.array(WHOLE).tostype("csr")
    weight = nd.array(numpy.arange(8).reshape(4, 2))
    weight.attach_grad(stype="row_sparse")
    with mx.autograd.record():
        y = nd.sparse.dot(matrix, weight)
    y.backward(nd.ones((3, 2)))
    numpy.testing.assert_allclose(y.asnumpy(), WHOLE @ weight.asnumpy())
    numpy.testing.assert_allclose(weight.grad.asnumpy(), WHOLE.T @ numpy.ones((3, 2)))
    assert weight.grad.stype == "row_sparse"
    turned = nd.sparse.dot(matrix, nd.ones((3, 2)), transpose_a=True)
    assert turned.stype == "row_sparse"
    numpy.testing.assert_allclose(turned.asnumpy(), WHOLE.T @ numpy.ones((3, 2)))


def test_rows_that_are_stored():
    rows = nd.sparse.row_sparse_array(([[1, 2], [3, 4]], [1, 3]), shape=(5, 2))
    wanted = numpy.zeros((5, 2))
    wanted[[1, 3]] = [[1, 2], [3, 4]]
    numpy.testing.assert_array_equal(rows.asnumpy(), wanted)
    kept = nd.sparse.retain(rows, nd.array([3, 4]))
    assert kept.indices.asnumpy().tolist() == [3]
    other = nd.zeros((5, 2), stype="row_sparse")
    other[:] = rows
    rows.copyto(other)
    numpy.testing.assert_array_equal(other.asnumpy(), wanted)


@pytest.mark.parametrize("stype", ["csr", "row_sparse"])
def test_results_are_sparse_where_zeros_stay_zero(stype):
    x = nd.array(WHOLE).tostype(stype)
    for found, wanted, stored in (
        (x * 2, WHOLE * 2, stype),
        (x + x, WHOLE * 2, stype),
        (x + 1, WHOLE + 1, "default"),
        (nd.square(x), WHOLE**2, stype),
        (nd.exp(x), numpy.exp(WHOLE), "default"),
        (x > 1, WHOLE > 1, stype),
        (x + nd.ones((3, 4)), WHOLE + 1, "default"),
    ):
        assert found.stype == stored
        numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6)


def test_files_and_pickles_keep_the_kind(tmp_path):
    nd.save(tmp_path / "arrays", [nd.array(WHOLE).tostype(s) for s in ("csr", "row_sparse")])
    for found in nd.load(str(tmp_path / "arrays")):
        numpy.testing.assert_array_equal(found.asnumpy(), WHOLE)


def test_parts_that_make_no_matrix_are_refused():
    with pytest.raises(ValueError, match="indptr"):
        nd.sparse.csr_matrix(([1.0], [0], [0, 1, 1]), shape=(1, 2))
    with pytest.raises(ValueError, match="rise"):
        nd.sparse.csr_matrix(([1, 2], [1, 0], [0, 2]), shape=(1, 2)).check_format()
    with pytest.raises(ValueError, match="stype"):
        nd.ones((2, 2)).tostype("coo")
