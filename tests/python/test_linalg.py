"""Linear algebra: NumPy's values and errors, gradients by differences, real and complex."""

import inspect
import re

import numpy
import pytest
import scipy.linalg
import weft
from weft import autograd, np

DTYPES = ["float32", "float64", "complex64", "complex128"]


def matrices(dtype="float64", shape=(2, 4, 4), seed=3):
    generator = numpy.random.default_rng(seed)
    x = generator.normal(size=shape)
    if numpy.dtype(dtype).kind == "c":
        x = x + 1j * generator.normal(size=shape)
    return x.astype(dtype)


def adjoint(a):
    return numpy.swapaxes(a, -1, -2).conj()


def positive(a):
    return a @ adjoint(a) + 2 * numpy.eye(a.shape[-1], dtype=a.dtype)


def agree(found, wanted, dtype):
    assert found.dtype == wanted.dtype
    tolerance = 2e-4 if dtype in ("float32", "complex64") else 1e-10
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=tolerance, atol=tolerance)


SQUARE = {
    "det": lambda la, a: la.det(a),
    "inv": lambda la, a: la.inv(a),
    "slogdet": lambda la, a: la.slogdet(a)[1],
    "sign": lambda la, a: la.slogdet(a)[0],
    "matrix_power": lambda la, a: la.matrix_power(a, 3),
    "inverse power": lambda la, a: la.matrix_power(a, -2),
    "power 0": lambda la, a: la.matrix_power(a, 0),
    "solve": lambda la, a: la.solve(a, a[..., :2] * 2),
    "solve with one vector": lambda la, a: la.solve(a[0], a[0, 0]),
    "trace": lambda la, a: la.trace(a, offset=1),
    "cond": lambda la, a: la.cond(a),
    "cond of 1": lambda la, a: la.cond(a, 1),
}
ANY = {
    "svdvals": lambda la, a: la.svdvals(a),
    "pinv": lambda la, a: la.pinv(a),
    "rank": lambda la, a: la.matrix_rank(a),
    "r": lambda la, a: abs(la.qr(a).R),
    "diagonal": lambda la, a: la.diagonal(a),
    "transpose": lambda la, a: la.matrix_transpose(a),
    **{f"norm {o}": lambda la, a, o=o: la.matrix_norm(a, ord=o) for o in (1, -1, 2, -2, "nuc")},
    "norm fro": lambda la, a: la.matrix_norm(a, keepdims=True),
    "norm inf": lambda la, a: la.norm(a, numpy.inf, (0, 2)),
    **{f"length {o}": lambda la, a, o=o: la.vector_norm(a, ord=o, axis=1) for o in (0, 1, 2, 3.5)},
    "length inf": lambda la, a: la.vector_norm(a, ord=numpy.inf, axis=(0, 2), keepdims=True),
    "length -inf": lambda la, a: la.vector_norm(a, ord=-numpy.inf),
    "norm of all": lambda la, a: la.norm(a),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SQUARE)
def test_square_matrices_have_numpys_values(name, dtype):
    a = matrices(dtype)
    agree(SQUARE[name](np.linalg, np.array(a)), SQUARE[name](numpy.linalg, a), dtype)


@pytest.mark.parametrize("shape", [(2, 3, 5), (2, 5, 3), (2, 3, 3)])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ANY)
def test_all_matrices_have_numpys_values(name, dtype, shape):
    a = matrices(dtype, shape)
    agree(ANY[name](np.linalg, np.array(a)), numpy.asarray(ANY[name](numpy.linalg, a)), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(2, 3, 5), (2, 5, 3), (2, 3, 3)])
def test_factors_make_the_matrix_again(shape, dtype):
    a = matrices(dtype, shape)
    for whole in (True, False):
        u, s, vh = (x.asnumpy() for x in np.linalg.svd(np.array(a), full_matrices=whole))
        assert u.shape == numpy.linalg.svd(a, full_matrices=whole).U.shape
        least = s.shape[-1]
        agree(np.array(u[..., :least] * s[..., None, :] @ vh[..., :least, :]), a, dtype)
    for mode in ("reduced", "complete"):
        q, r = (x.asnumpy() for x in np.linalg.qr(np.array(a), mode))
        assert q.shape == numpy.linalg.qr(a, mode).Q.shape
        agree(np.array(q @ r), a, dtype)
    square = positive(matrices(dtype, (2, 4, 4)))
    for upper in (False, True):
        found = np.linalg.cholesky(np.array(square), upper=upper)
        agree(found, numpy.linalg.cholesky(square, upper=upper), dtype)
    w, v = (x.asnumpy() for x in np.linalg.eigh(np.array(square)))
    agree(np.array(v * w[..., None, :] @ adjoint(v)), square, dtype)
    w, v = np.linalg.eig(np.array(matrices(dtype)))
    assert w.dtype.kind == "c"
    wide = (v * np.expand_dims(w, -2)).asnumpy()
    numpy.testing.assert_allclose(matrices(dtype) @ v.asnumpy(), wide, atol=1e-4)


def test_least_squares_and_tensors_have_numpys_values():
    a, b = matrices(shape=(5, 3)), matrices(shape=(5, 2), seed=4)
    for found, wanted in zip(
        np.linalg.lstsq(np.array(a), np.array(b)), numpy.linalg.lstsq(a, b), strict=True
    ):
        numpy.testing.assert_allclose(numpy.asarray(found), wanted, rtol=1e-10)
    t = matrices(shape=(2, 3, 6))
    numpy.testing.assert_allclose(
        np.linalg.tensorinv(np.array(t), 2).asnumpy(), numpy.linalg.tensorinv(t, 2), rtol=1e-8
    )
    right = matrices(shape=(2, 3))
    numpy.testing.assert_allclose(
        np.linalg.tensorsolve(np.array(t), np.array(right)).asnumpy(),
        numpy.linalg.tensorsolve(t, right),
        rtol=1e-8,
    )
    parts = [matrices(shape=s) for s in ((3, 5), (5, 2), (2, 4))]
    numpy.testing.assert_allclose(
        np.linalg.multi_dot([np.array(x) for x in parts]).asnumpy(), numpy.linalg.multi_dot(parts)
    )


@pytest.mark.parametrize("scale", [0.01, 1, 30])
@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_exponentials_are_those_of_scipy(dtype, scale):
    a = matrices(dtype) * scale
    wanted = scipy.linalg.expm(a)
    found = np.linalg.expm(np.array(a)).asnumpy()
    numpy.testing.assert_allclose(found, wanted, atol=1e-9 * abs(wanted).max())


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
def test_exponentials_of_a_batch_are_scaled_each_by_itself(dtype):
    a = matrices(dtype, (5, 4, 4)) * numpy.array([1e-3, 1, 40, 9, 0]).reshape(5, 1, 1)
    wanted = scipy.linalg.expm(a)
    for found in (
        np.linalg.expm(np.array(a)),
        weft.hybridize(np.linalg.expm)(np.array(a)),
        weft.vmap(np.linalg.expm)(np.array(a)),
    ):
        for one, theirs in zip(found.asnumpy(), wanted, strict=True):
            numpy.testing.assert_allclose(one, theirs, atol=1e-12 * abs(theirs).max())
    # A small one beside a large one has the bits that it has alone.
    both = np.linalg.expm(np.array(a)).asnumpy()
    numpy.testing.assert_array_equal(both[1], np.linalg.expm(np.array(a[1])).asnumpy())


def test_gradients_of_exponentials_of_a_batch_are_those_of_each():
    a = np.array(matrices("float64", (3, 3, 3)) * numpy.array([0.1, 60, 5]).reshape(3, 1, 1))

    def loss(x):
        return (np.linalg.expm(x) / np.linalg.expm(a)).sum()

    for slope in (autograd.grad(loss)(a), weft.hybridize(autograd.grad(loss))(a)):
        assert np.isfinite(slope).all()
        for i in range(3):
            alone = autograd.grad(lambda x, i=i: (np.linalg.expm(x) / np.linalg.expm(a[i])).sum())
            numpy.testing.assert_allclose(slope[i].asnumpy(), alone(a[i]).asnumpy(), rtol=1e-8)


def test_a_hybridized_exponential_says_where_it_has_no_room():
    large = np.array([[1e7, 0.0], [0.0, -1e7]])
    assert np.isnan(weft.hybridize(np.linalg.expm)(large)).all()
    assert np.linalg.expm(-np.array([[1e7]])).tolist() == [[0]]


@pytest.mark.parametrize(
    "call",
    [
        lambda la: la.inv(np.zeros((2, 2))),
        lambda la: la.solve(np.zeros((2, 2)), np.ones(2)),
        lambda la: la.cholesky(-np.eye(2)),
        lambda la: la.det(np.ones((2, 3))),
        lambda la: la.eigh(np.ones(3)),
        lambda la: la.svd(np.full((2, 2), np.nan)),
    ],
)
def test_what_has_no_factorization_is_numpys_error(call):
    name = re.findall(r"la\.(\w+)", inspect.getsource(call))
    with pytest.raises(numpy.linalg.LinAlgError, match=r"^\w+: ") as raised:
        call(np.linalg).wait_to_read()
    assert isinstance(raised.value, np.linalg.LinAlgError)
    assert str(raised.value).partition(":")[0] in name


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda la: la.qr(np.ones((2, 2)), "raw"), ValueError, "qr: `mode`"),
        (lambda la: la.eigh(np.ones((2, 2)), "X"), ValueError, "eigh: `UPLO`"),
        (lambda la: la.matrix_power(np.ones((2, 2)), 0.5), TypeError, "matrix_power: `n`"),
        (lambda la: la.norm(np.ones(3), "fro"), ValueError, "norm: `ord` 'fro'"),
        (lambda la: la.matrix_norm(np.ones((2, 2)), ord=3), ValueError, "matrix_norm: `ord`"),
        (lambda la: la.inv(np.ones((2, 2), dtype="float16")), TypeError, "inv: `a`"),
        (lambda la: la.solve(np.ones((2, 2)), np.ones(3)), ValueError, "solve: `b`"),
        (lambda la: la.cross(np.ones(2), np.ones(2)), ValueError, "cross: `x1`"),
    ],
)
def test_bad_arguments_are_named(call, kind, text):
    with pytest.raises(kind, match=text):
        call(np.linalg)


GRADIENTS = {
    **{name: SQUARE[name] for name in SQUARE if name not in ("power 0", "cond", "cond of 1")},
    "cholesky": lambda la, a: la.cholesky(a @ np.conj(np.swapaxes(a, -1, -2)) + 2 * np.eye(4)),
    "upper": lambda la, a: la.cholesky(a @ np.conj(np.swapaxes(a, -1, -2)), upper=True),
    "eigenvalues": lambda la, a: la.eigvalsh(a + np.conj(np.swapaxes(a, -1, -2))),
    "all eigenvalues": lambda la, a: la.eigvals(a),
    # What does not depend on the free signs and phases of vectors.
    "eigenvectors": lambda la, a: abs(la.eigh(a + np.conj(np.swapaxes(a, -1, -2)))[1]),
    "all eigenvectors": lambda la, a: abs(la.eig(a)[1]),
    "singular values": lambda la, a: la.svdvals(a[..., :3]),
    "singular vectors": lambda la, a: abs(la.svd(a[..., :3], full_matrices=False).U),
    "polar": lambda la, a: la.svd(a).U @ la.svd(a).Vh,
    "q of a tall matrix": lambda la, a: abs(la.qr(a[..., :3]).Q),
    "r of a wide matrix": lambda la, a: abs(la.qr(a[..., :3, :]).R),
    "pinv": lambda la, a: la.pinv(a[..., :2]),
    "expm": lambda la, a: la.expm(a),
    "nuclear norm": lambda la, a: la.matrix_norm(a, ord="nuc"),
}


@pytest.mark.parametrize("dtype", ["float64", "complex128"])
@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_are_those_of_differences(name, dtype):
    x = matrices(dtype, (1, 4, 4) if name != "solve with one vector" else (2, 4, 4), seed=11)
    shape = GRADIENTS[name](np.linalg, np.array(x)).shape
    weights = np.array(matrices("complex128", shape, 5))

    def loss(a):
        return np.real(GRADIENTS[name](np.linalg, a) * weights).sum()

    wanted = numpy.zeros_like(x)
    for place in numpy.ndindex(x.shape):
        for unit in (1,) if dtype == "float64" else (1, 1j):
            ends = []
            for step in (1e-6 * unit, -1e-6 * unit):
                moved = x.copy()
                moved[place] += step
                ends.append(loss(np.array(moved)).item())
            wanted[place] += unit * (ends[0] - ends[1]) / 2e-6
    a = np.array(x)
    a.attach_grad()
    with autograd.record():
        value = loss(a)
    value.backward()
    scale = max(1, abs(wanted).max())
    numpy.testing.assert_allclose(a.grad.asnumpy(), wanted, rtol=1e-5, atol=2e-6 * scale)


def test_second_derivatives_of_a_solution():
    a = np.array(positive(matrices(shape=(3, 3))))
    a.attach_grad()

    def loss(m):
        return (np.linalg.inv(m) ** 2).sum()

    with autograd.record():
        (first,) = autograd.grad(loss(a), [a], create_graph=True)
        again = (first**2).sum()
    again.backward()
    step = numpy.zeros((3, 3))
    step[0, 1] = 1e-6

    def squares(m):
        m.attach_grad()
        with autograd.record():
            value = loss(m)
        value.backward()
        return (m.grad.asnumpy() ** 2).sum()

    ends = [squares(np.array(a.asnumpy() + sign * step)) for sign in (1, -1)]
    numpy.testing.assert_allclose(a.grad.asnumpy()[0, 1], (ends[0] - ends[1]) / 2e-6, rtol=1e-6)


def test_traced_functions_have_them():
    a = np.array(matrices())
    function = weft.hybridize(lambda m: np.linalg.inv(m) @ m)
    numpy.testing.assert_allclose(function(a).asnumpy(), [numpy.eye(4)] * 2, atol=1e-12)


def test_numpys_functions_find_them():
    a = np.array(matrices())
    assert isinstance(numpy.linalg.inv(a), np.ndarray)
    assert isinstance(numpy.linalg.svd(a).S, np.ndarray)
