"""`mx.nd.linalg` beside NumPy, with gradients beside differences; `mx.sym.np` beside NumPy."""

import numpy
import pytest
from weft import mxnet as mx

G = numpy.random.default_rng(5)
SQUARE = G.uniform(size=(2, 3, 3))
POSITIVE = SQUARE @ SQUARE.transpose(0, 2, 1) + 2 * numpy.eye(3)
LOWER = numpy.linalg.cholesky(POSITIVE)
UPPER = LOWER.transpose(0, 2, 1)
RIGHT = G.uniform(size=(2, 3, 4))
WIDE = G.uniform(size=(2, 3, 5))


def turned(x):
    return x.swapaxes(-1, -2)


# By name: the operator, its arrays, its attributes, and what it is.
CASES = {
    "potrf": ("potrf", [POSITIVE], {}, numpy.linalg.cholesky),
    "gemm": (
        "gemm",
        [LOWER, RIGHT, RIGHT],
        {"alpha": 2.0, "beta": -0.5},
        lambda a, b, c: 2 * a @ b - c / 2,
    ),
    "potri": ("potri", [LOWER], {}, lambda a: numpy.linalg.inv(a @ turned(a))),
    "trmm": ("trmm", [LOWER, RIGHT], {"alpha": 2.0}, lambda a, b: 2 * a @ b),
    "trmm, upper": ("trmm", [UPPER, RIGHT], {"lower": False}, lambda a, b: a @ b),
    "trmm, behind": (
        "trmm",
        [LOWER, turned(RIGHT)],
        {"rightside": True, "transpose": True},
        lambda a, b: b @ turned(a),
    ),
    "trsm": ("trsm", [LOWER, RIGHT], {"alpha": 2.0}, lambda a, b: numpy.linalg.solve(a, 2 * b)),
    "trsm, behind": (
        "trsm",
        [LOWER, turned(RIGHT)],
        {"rightside": True},
        lambda a, b: b @ numpy.linalg.inv(a),
    ),
    "inverse": ("inverse", [POSITIVE], {}, numpy.linalg.inv),
    "det": ("det", [SQUARE], {}, numpy.linalg.det),
    "slogdet": ("slogdet", [SQUARE], {}, lambda a: numpy.linalg.slogdet(a)[1]),
    "extracttrian": ("extracttrian", [SQUARE], {}, lambda a: a[:, *numpy.tril_indices(3)]),
    "extracttrian, above": (
        "extracttrian",
        [SQUARE],
        {"offset": 1},
        lambda a: turned(a)[:, *numpy.tril_indices(3, -1)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_linear_algebra_is_that_of_numpy(case):
    name, arrays, attributes, oracle = CASES[case]
    given = [mx.nd.array(x, dtype="float64") for x in arrays]
    for x in given:
        x.attach_grad()
    with mx.autograd.record():
        found = getattr(mx.nd.linalg, name)(*given, **attributes)
        one = found[-1] if isinstance(found, list) else found
        total = (one * one).sum()
    total.backward()
    numpy.testing.assert_allclose(one.asnumpy(), oracle(*arrays), rtol=1e-6, atol=1e-9)
    if name in ("potrf", "potri"):
        return  # of symmetric matrices and of triangles differences see other numbers
    step, place = 1e-5, (1, 2, 0)
    for number, x in enumerate(arrays):
        if case.endswith("upper") and number == 0:
            continue  # the place is not read
        ends = []
        for sign in (1, -1):
            moved = [y.copy() for y in arrays]
            moved[number][place] += sign * step
            ends.append(numpy.square(oracle(*moved)).sum())
        slope = (ends[0] - ends[1]) / (2 * step)
        numpy.testing.assert_allclose(
            given[number].grad.asnumpy()[place], slope, rtol=1e-4, atol=1e-6, err_msg=str(x.shape)
        )


def test_factorizations_multiply_to_the_matrix():
    q, low = mx.nd.linalg.gelqf(mx.nd.array(WIDE, dtype="float64"))
    numpy.testing.assert_allclose(low.asnumpy() @ q.asnumpy(), WIDE, rtol=1e-8, atol=1e-10)
    numpy.testing.assert_allclose(
        q.asnumpy() @ turned(q.asnumpy()), numpy.tile(numpy.eye(3), (2, 1, 1)), atol=1e-9
    )
    assert numpy.allclose(low.asnumpy(), numpy.tril(low.asnumpy()))
    u, values = (x.asnumpy() for x in mx.nd.linalg.syevd(mx.nd.array(POSITIVE, dtype="float64")))
    numpy.testing.assert_allclose(turned(u) * values[:, None] @ u, POSITIVE, rtol=1e-8)
    largest = numpy.take_along_axis(u, numpy.abs(u).argmax(-1)[..., None], -1)
    assert (largest > 0).all()


@pytest.mark.parametrize("options", [{}, {"lower": False}, {"offset": 1}, {"offset": -2}])
def test_a_triangle_that_is_made_is_the_one_that_was_extracted(options):
    row = mx.nd.array(G.uniform(size=(2, 6)))
    whole = mx.nd.linalg.maketrian(row, **options)
    numpy.testing.assert_array_equal(
        mx.nd.linalg.extracttrian(whole, **options).asnumpy(), row.asnumpy()
    )


def test_matrices_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="maketrian: `A` must have as many"):
        mx.nd.linalg.maketrian(mx.nd.ones((2, 5)))
    with pytest.raises(ValueError, match="gelqf: `A` must not have more rows"):
        mx.nd.linalg.gelqf(mx.nd.ones((4, 2)))


A, B = G.uniform(0.5, 2, size=(3, 3)), G.uniform(0.5, 2, size=(3, 3))

FUNCTIONS = {
    "inner": lambda np, a, b: np.inner(a, b),
    "outer": lambda np, a, b: np.outer(a, b),
    "vdot": lambda np, a, b: np.vdot(a, b),
    "tensordot": lambda np, a, b: np.tensordot(a, b, axes=1),
    "tensordot of axes": lambda np, a, b: np.tensordot(a, b, ([0], [1])),
    "einsum": lambda np, a, b: np.einsum("ij,kj->ik", a, b),
    "a number first": lambda np, a, b: np.subtract(1.5, a) + np.power(a, 2),
    "comparison": lambda np, a, b: np.where(np.less(1, a), a, b),
    "maximum": lambda np, a, b: np.maximum(a, 1),
    "zeros_like": lambda np, a, b: np.zeros_like(a) + np.ones_like(b),
    "flips": lambda np, a, b: np.fliplr(a) + np.flipud(b),
    "hsplit": lambda np, a, b: np.hsplit(a, 3)[1],
    "trace": lambda np, a, b: np.trace(a, offset=1),
    "diff": lambda np, a, b: np.diff(a, axis=0),
    "cross": lambda np, a, b: np.cross(a, b),
    "average": lambda np, a, b: np.average(a, axis=1),
    "rollaxis": lambda np, a, b: np.rollaxis(a, 1),
    "norm": lambda np, a, b: np.linalg.norm(a),
    "norms of rows": lambda np, a, b: np.linalg.norm(a, axis=1),
    "inv": lambda np, a, b: np.linalg.inv(a),
    "solve": lambda np, a, b: np.linalg.solve(a, b),
    "det": lambda np, a, b: np.linalg.det(a),
    "pinv": lambda np, a, b: np.linalg.pinv(a),
    "svd": lambda np, a, b: np.linalg.svd(a)[1],
    "cholesky": lambda np, a, b: np.linalg.cholesky(np.matmul(a, np.transpose(a))),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_symbols_are_those_of_numpy(name):
    x, y = (mx.sym.var(word).as_np_ndarray() for word in "xy")
    net = FUNCTIONS[name](mx.sym.np, x, y)
    arrays = {"x": mx.np.array(A), "y": mx.np.array(B)}
    names = net.list_arguments()
    with mx.np_shape(True):
        found = net.bind(args={key: arrays[key] for key in names}, grad_req="null").forward()[0]
    wanted = FUNCTIONS[name](numpy, A, B)
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=2e-4, atol=1e-5)


def test_random_symbols_have_the_shape_that_is_asked_for():
    net = mx.sym.np.random.normal(2.0, 0.5, (200, 3)) + mx.sym.np.random.uniform(0, 1, (3,))
    with mx.np_shape(True):
        found = net.bind(args={}).forward()[0].asnumpy()
    assert found.shape == (200, 3)
    assert 1.5 < found.mean() < 3.5


def test_gemm_does_not_read_what_counts_nothing():
    a, b, c = (mx.nd.array(x) for x in (LOWER, RIGHT, numpy.full_like(RIGHT, numpy.nan)))
    found = mx.nd.linalg.gemm(a, b, c, beta=0.0).asnumpy()
    numpy.testing.assert_allclose(found, LOWER @ RIGHT, rtol=1e-5)
