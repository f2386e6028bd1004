"""Many small matrices: kernels of the core against NumPy, by Hypothesis; eager, planned, in a file
and as C99 with the same bits. NaN, infinities and matrices without a factorization; LAPACK's
kernels in files, from C, and where there are none."""

import os
import shutil
import subprocess
import sys

import numpy
import pytest
import weft
from c_programs import SANITIZED, built, run
from hypothesis import given
from hypothesis import strategies as st
from weft import gluon, np, runtime
from weft._core import OPERATORS
from weft.np.linalg import _factorizations

DTYPES = ["float32", "float64"]
NAMES = ["det", "inv", "solve", "cholesky", "eigh"]
SEEDS = st.integers(0, 2**32 - 1)
BATCHES = st.lists(st.sampled_from([0, 1, 3, 18]), max_size=2).map(tuple)


def matrices(seed, batch, rows, dtype, name):
    """Random matrices that have the factorization; some are turned so that rows change places."""
    x = numpy.random.default_rng(seed).uniform(-0.6, 0.6, size=(*batch, rows, rows))
    if name == "cholesky":
        x = x @ numpy.swapaxes(x, -1, -2) + 0.1 * numpy.eye(rows)
    elif name != "eigh":
        x = x + 3 * numpy.eye(rows)[numpy.random.default_rng(seed).permutation(rows)]
    return x.astype(dtype)


def applied(name, a, columns=2):
    """NumPy's function, or ours: that of the array's own module."""
    la = np.linalg if isinstance(a, np.ndarray) else numpy.linalg
    if name == "solve":
        return (la.solve(a, (a @ a)[..., : min(columns, a.shape[-1])]),)
    found = getattr(la, name)(a)
    return tuple(found) if isinstance(found, tuple) else (found,)


def tolerance(dtype):
    return 100 * numpy.finfo(dtype).eps


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["det", "inv", "solve", "cholesky"])
@given(seed=SEEDS, batch=BATCHES, rows=st.integers(0, 4))
def test_small_systems_have_numpys_values(name, dtype, seed, batch, rows):
    a = matrices(seed, batch, rows, dtype, name)
    (wanted,) = applied(name, a.astype("float64"))
    (found,) = applied(name, np.array(a))
    assert found.shape == wanted.shape
    assert found.dtype == dtype
    scale = 1 + abs(wanted).max(initial=0)
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=0, atol=scale * tolerance(dtype))


@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@given(seed=SEEDS, batch=BATCHES, rows=st.integers(1, 3), power=st.integers(-12, 12))
def test_eigenvalues_and_vectors_make_the_matrix_again(dtype, upper, seed, batch, rows, power):
    a = matrices(seed, batch, rows, dtype, "eigh") * numpy.asarray(10.0**power, dtype)
    half = numpy.triu(a) if upper else numpy.tril(a)
    whole = half + numpy.swapaxes(numpy.triu(a, 1) if upper else numpy.tril(a, -1), -1, -2)
    w, v = (x.asnumpy().astype("float64") for x in np.linalg.eigh(np.array(a), "LU"[upper]))
    limits = {"rtol": 0, "atol": abs(whole).max(initial=0) * 10 * numpy.finfo(dtype).eps}
    numpy.testing.assert_allclose(w, numpy.linalg.eigh(whole.astype("float64"))[0], **limits)
    numpy.testing.assert_allclose(v * w[..., None, :] @ numpy.swapaxes(v, -1, -2), whole, **limits)
    unit = numpy.broadcast_to(numpy.eye(rows), v.shape)
    numpy.testing.assert_allclose(
        numpy.swapaxes(v, -1, -2) @ v, unit, rtol=0, atol=10 * numpy.finfo(dtype).eps
    )


@pytest.mark.parametrize("a", [numpy.zeros((3, 3)), numpy.eye(3), numpy.ones((3, 3))], ids=str)
def test_equal_eigenvalues_have_orthogonal_vectors(a):
    w, v = (x.asnumpy() for x in np.linalg.eigh(np.array(a)))
    numpy.testing.assert_allclose(v.T @ v, numpy.eye(3), atol=1e-15)
    numpy.testing.assert_allclose(v * w @ v.T, a, atol=1e-15)


def test_small_and_large_matrices_have_one_gradient():
    """The first ones' of a matrix in blocks, whose other block is a unit matrix."""
    a = matrices(3, (2,), 3, "float64", "inv")
    whole = numpy.tile(numpy.eye(6), (2, 1, 1))
    whole[:, :3, :3] = a
    for name in ("det", "inv", "cholesky", "eigh"):
        if name == "cholesky":
            whole[:, :3, :3] = a = matrices(4, (2,), 3, "float64", name)
        if name == "eigh":  # whose values must differ
            whole[:, 3:, 3:] = numpy.diag([5.0, 6.0, 7.0])
        found = []
        for one in (a, whole):
            x = np.array(one)
            x.attach_grad()
            with weft.autograd.record():
                value = (applied(name, x)[0] ** 2).sum()
            value.backward()
            found.append(x.grad.asnumpy()[:, :3, :3])
        numpy.testing.assert_allclose(found[0], found[1], rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("rows", [2, 4, 6])
@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda a: np.linalg.inv(a), "inv"),
        (lambda a: np.linalg.solve(a, a), "solve"),
        (lambda a: np.linalg.cholesky(a), "cholesky"),
    ],
    ids=["inv", "solve", "cholesky"],
)
def test_the_first_matrix_without_a_factorization_is_named(call, name, rows):
    a = numpy.tile(numpy.eye(rows), (70, 1, 1))
    a[[41, 60]] = 0
    which = "matrix 41 of 70" if rows <= 4 or has_library() else ""
    for function in (call, weft.hybridize(call)):
        with pytest.raises(np.linalg.LinAlgError, match=f"^{name}: `a` .*{which}"):
            function(np.array(a)).wait_to_read()


def test_a_singular_matrix_has_the_determinant_zero():
    a = numpy.stack([numpy.ones((4, 4)), numpy.zeros((4, 4)), numpy.arange(16.0).reshape(4, 4)])
    found = np.linalg.det(np.array(a)).asnumpy()
    numpy.testing.assert_allclose(found, 0, atol=1e-12)


@pytest.mark.parametrize("value", [numpy.nan, numpy.inf])
@pytest.mark.parametrize("rows", [2, 3, 4, 6])
@pytest.mark.parametrize("name", [*NAMES, "slogdet", "svd", "qr", "eig"])
def test_nan_and_infinity_go_through_or_are_refused(name, rows, value):
    a = numpy.tile(numpy.eye(rows), (3, 1, 1)) * 2
    a[1, 0, 0] = a[1, 1, 0] = a[1, 0, 1] = value
    try:
        found = [x.asnumpy() for x in applied(name, np.array(a))]
    except np.linalg.LinAlgError as error:
        assert str(error).startswith(f"{name}: ")
    else:  # NaN is found, and in that matrix alone
        assert any(not numpy.isfinite(x[1]).all() for x in found) or name in ("inv", "solve")
        assert all(numpy.isfinite(x[[0, 2]]).all() for x in found)


# ---- eager, planned, in a file, as C99


def blocks(name, **attributes):
    class Block(gluon.HybridBlock):
        def forward(self, x):
            # Whatever the numbers are that the printed program is tested with.
            rows = x.shape[-1]
            if name == "cholesky":
                x = np.matmul(x, np.swapaxes(x, -1, -2)) * 0.1 + np.eye(rows)
            elif name != "eigh":  # rows change places
                x = x * 0.1 + np.flip(np.eye(rows), 0) * 3
            if name == "solve":
                return np.linalg.solve(x, x[..., :1] * 2)
            found = OPERATORS[name](x, **attributes)
            return tuple(found) if isinstance(found, tuple | list) else found

    return Block()


CALLS = [(name, {}) for name in NAMES] + [(name, {"upper": True}) for name in ("cholesky", "eigh")]


@pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")
@pytest.mark.parametrize("rows", [1, 2, 3, 4])
@pytest.mark.parametrize(("name", "attributes"), CALLS, ids=str)
def test_eager_planned_filed_and_printed_have_the_same_bits(name, attributes, rows, tmp_path):
    if name == "eigh" and rows == 4:
        pytest.skip("eigenvalues of four rows are LAPACK's")
    a = np.array(matrices(rows, (37,), rows, "float32", name))
    net = blocks(name, **attributes)
    net.initialize()
    eager = net(a)
    net.hybridize()
    planned = net(a)
    net.export(tmp_path / "net.weft", a)
    loaded = gluon.SymbolBlock.imports(tmp_path / "net.weft")(a)
    for one in (planned, loaded):
        pairs = zip(eager, one, strict=True) if isinstance(eager, tuple) else [(eager, one)]
        for x, y in pairs:
            numpy.testing.assert_array_equal(x.asnumpy(), y.asnumpy())
    files = runtime.Model(tmp_path / "net.weft").write_c(tmp_path, name="net", main=True)
    run(built(files, tmp_path / "net", SANITIZED))  # compares with the library's bits


# ---- LAPACK's kernels: in files, from C, and where there are none

WITHOUT_NUMPY = """
import sys
from weft import runtime
if "load" in sys.argv:
    runtime.load_linalg()
model = runtime.Model(sys.argv[1])
(result,) = model.context("forward").run(open(sys.argv[2], "rb").read())
open(sys.argv[3], "wb").write(bytes(result))
assert "numpy" not in sys.modules
"""


def in_a_process(*arguments, code=WITHOUT_NUMPY, **environment):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def has_library():
    return _factorizations.provider() != "numpy"


class Solver(gluon.HybridBlock):
    def forward(self, x):
        square = np.matmul(x, np.swapaxes(x, -1, -2)) + 3 * np.eye(6)
        return np.linalg.solve(square, np.linalg.cholesky(square))


@pytest.fixture(scope="module")
def solver(tmp_path_factory):
    """A file with factorizations, its input, and what it gives."""
    folder = tmp_path_factory.mktemp("solver")
    x = np.array(numpy.random.default_rng(2).normal(size=(5, 6, 6)).astype("float32"))
    net = Solver()
    net.hybridize()
    wanted = net(x).asnumpy()
    net.export(folder / "solver.weft", x)
    x.asnumpy().tofile(folder / "x.raw")
    return folder, wanted


def test_a_file_says_which_library_it_needs(solver):
    folder, _ = solver
    found = in_a_process(folder / "solver.weft", folder / "x.raw", folder / "y.raw")
    assert "`lapack_cholesky` belongs to the library `libweft_linalg.so`" in found.stderr


def test_a_file_runs_from_c_with_the_library(solver):
    if not has_library():
        pytest.skip("not run: there is no LAPACK; `pip install scipy-openblas64` brings one")
    folder, wanted = solver
    found = in_a_process(folder / "solver.weft", folder / "x.raw", folder / "y.raw", "load")
    assert found.returncode == 0, found.stderr
    y = numpy.fromfile(folder / "y.raw", "float32").reshape(wanted.shape)
    numpy.testing.assert_array_equal(y, wanted)


def test_without_lapack_the_error_says_what_to_install(solver):
    folder, _ = solver
    paths = folder / "solver.weft", folder / "x.raw", folder / "y.raw", "load"
    found = in_a_process(*paths, WEFT_LAPACK="/no/lapack.so")
    assert "WEFT_LAPACK names `/no/lapack.so`, which is no LAPACK" in found.stderr
    assert "libweft_linalg.so: " in found.stderr


NUMPYS = """
import sys, numpy
from weft import gluon, np
from weft.np.linalg import _factorizations
assert _factorizations.provider() == "numpy"
x = np.array(numpy.fromfile(sys.argv[2], "float32").reshape(5, 6, 6))
gluon.SymbolBlock.imports(sys.argv[1])(x).asnumpy().tofile(sys.argv[3])
"""


def test_without_lapack_python_computes_with_numpys(solver):
    folder, wanted = solver
    paths = folder / "solver.weft", folder / "x.raw", folder / "y.raw"
    found = in_a_process(*paths, code=NUMPYS, WEFT_LAPACK="/no/lapack.so")
    assert found.returncode == 0, found.stderr
    y = numpy.fromfile(folder / "y.raw", "float32").reshape(wanted.shape)
    numpy.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-4)


def test_an_import_loads_the_kernels_of_a_file(solver):
    folder, _ = solver
    code = (
        "import sys; from weft import gluon; gluon.SymbolBlock.imports(sys.argv[1]); print('there')"
    )
    found = in_a_process(folder / "solver.weft", code=code)
    assert found.stdout == "there\n", found.stderr


@pytest.mark.parametrize("dtype", [*DTYPES, "complex64", "complex128"])
@given(
    seed=SEEDS,
    batch=st.sampled_from([(), (0,), (2,), (1, 2)]),
    shape=st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
def test_large_factors_make_the_matrix_again(dtype, seed, batch, shape):
    random = numpy.random.default_rng(seed)
    a = random.normal(size=(*batch, *shape))
    if dtype.startswith("complex"):
        a = a + 1j * random.normal(size=a.shape)
    a = a.astype(dtype)
    limits = {"rtol": 0, "atol": 200 * numpy.finfo(dtype).eps}
    least = min(shape)
    for whole in (False, True):
        u, s, vh = (x.asnumpy() for x in np.linalg.svd(np.array(a), full_matrices=whole))
        assert u.shape[-1] == (shape[0] if whole else least)
        numpy.testing.assert_allclose(
            u[..., :least] * s[..., None, :] @ vh[..., :least, :], a, **limits
        )
        q, r = (x.asnumpy() for x in np.linalg.qr(np.array(a), "complete" if whole else "reduced"))
        assert q.shape[-1] == (shape[0] if whole else least)
        numpy.testing.assert_allclose(q @ r, a, **limits)
        numpy.testing.assert_array_equal(r, numpy.triu(r))
        for one in (u, q):
            unit = numpy.broadcast_to(numpy.eye(one.shape[-1]), (*batch, *one.shape[-1:] * 2))
            numpy.testing.assert_allclose(numpy.swapaxes(one, -1, -2).conj() @ one, unit, **limits)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("upper", [False, True])
@pytest.mark.parametrize("dtype", [*DTYPES, "complex64", "complex128"])
def test_triangles_are_solved(dtype, upper, turned):
    random = numpy.random.default_rng(1)
    a = (random.normal(size=(2, 1, 5, 5)) + 4 * numpy.eye(5)).astype(dtype)
    if dtype.startswith("complex"):
        a = a + (1j * random.normal(size=a.shape)).astype(dtype)
    b = random.normal(size=(3, 5, 2)).astype(dtype)
    x = weft.npx.solve_triangular(np.array(a), np.array(b), upper=upper, turned=turned).asnumpy()
    triangle = numpy.triu(a) if upper else numpy.tril(a)
    if turned:
        triangle = numpy.swapaxes(triangle, -1, -2).conj()
    numpy.testing.assert_allclose(
        triangle @ x, numpy.broadcast_to(b, x.shape), rtol=0, atol=100 * numpy.finfo(dtype).eps
    )
