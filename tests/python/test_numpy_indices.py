"""Indices, grids, edits, writes and functions of functions of `weft.np`, by NumPy."""

import numpy
import pytest
from numpy_oracle import check, check_gradient, ours, same
from weft import hybridize, np

RANDOM = numpy.random.default_rng(8)
M = RANDOM.standard_normal((4, 5))
K = RANDOM.integers(-5, 6, (3, 4))
V = RANDOM.standard_normal(6)

CASES = [
    ("diag_indices", (3,), {"ndim": 3}),
    ("tril_indices_from", (M, 1), {}),
    ("triu_indices_from", (M, -1), {}),
    ("mask_indices", (4, numpy.triu, 1), {}),
    ("indices", ((2, 3),), {"sparse": True}),
    ("unravel_index", (numpy.array([[3, 7]]), (2, 4)), {"order": "F"}),
    ("ravel_multi_index", ((numpy.array([1, 0]), numpy.array([2, 3])), (2, 4)), {}),
    ("ravel_multi_index", ((numpy.array([1, 0]), numpy.array([2, 3])), (2, 4)), {"order": "F"}),
    ("ravel_multi_index", ((numpy.array([5, -1]), numpy.array([9, 3])), (2, 4)), {"mode": "clip"}),
    (
        "ravel_multi_index",
        ((numpy.array([5, -1]), numpy.array([9, 3])), (2, 4)),
        {"mode": ("wrap", "clip")},
    ),
    ("ix_", ([0, 2], [True, False, True, True]), {}),
    ("trim_zeros", (numpy.array([0, 0, 1, 0, 2, 0]),), {"trim": "f"}),
    ("trim_zeros", (numpy.array([0, 0, 1, 0, 2, 0]), "b"), {}),
    ("trim_zeros", (numpy.zeros(3),), {}),
    ("trim_zeros", (numpy.pad(K, ((1, 2), (0, 3))),), {}),
    ("trim_zeros", (numpy.pad(K, ((1, 2), (0, 3))),), {"axis": 1}),
    ("block", ([[M, M[:, :1]], [M[:1], numpy.array([[7.0]])]],), {}),
    ("block", ([1, numpy.array([2, 3])],), {}),
    ("block", (M,), {}),
    ("block", ([[[K]], [[K]]],), {}),
    ("unstack", (M,), {"axis": 1}),
    ("choose", (numpy.array([[0, 1], [2, 0]]), [10, numpy.array([1, 2]), 30]), {}),
    ("choose", (numpy.array([5, -7]), [10, 20, 30]), {"mode": "wrap"}),
    ("choose", (numpy.array([5, -7]), [10, 20, 30]), {"mode": "clip"}),
    ("select", ([M < 0, M < 1], [M, M * 10], 7.0), {}),
    ("select", ([K < 0], [K]), {}),
    ("piecewise", (M, [M < 0, M > 1], [-1, lambda x: x * x]), {}),
    ("piecewise", (V, V < 0, [lambda x: -x, lambda x: x + 1]), {}),
    ("piecewise", (V, [V < 0, V >= 0], [lambda x, a: a * x, 3.0], 2.0), {}),
    ("apply_over_axes", (numpy.sum, RANDOM.standard_normal((2, 3, 4)), [0, 2]), {}),
    ("fromfunction", (lambda i, j: i * 10 + j, (2, 3)), {"dtype": "int64"}),
    ("broadcast_shapes", ((2, 1), (3,), 1), {}),
    ("size", (M, 1), {}),
    ("isscalar", (3.0,), {}),
    ("iterable", (3,), {}),
    ("reshape", (M, (5, 4), "F"), {}),
    ("reshape", (M, -1), {"order": "F", "copy": True}),
    ("ravel", (M, "F"), {}),
    ("take", (M, [1, 6, -7], 0), {"mode": "wrap"}),
    ("take", (M, [1, 30]), {"mode": "clip"}),
    ("trace", (K, 1, 1, 0, "float64"), {}),
    ("concatenate", ([K, M[:2, :4]],), {"dtype": "float32"}),
    ("stack", ([K, K], -1), {"dtype": "float64"}),
    ("hstack", ([V, V],), {"dtype": "float32", "casting": "same_kind"}),
    ("vstack", ([K, K],), {"dtype": "int8"}),
    ("clip", (M,), {"a_min": -0.5, "a_max": 0.5}),
    ("nan_to_num", (numpy.array([numpy.nan, numpy.inf, -numpy.inf]), True, 1.0, 2.0), {}),
    ("around", (M, 2), {}),
    ("full", ((2, 4), numpy.arange(4)), {}),
    ("full_like", (M, 2), {"shape": (3,), "dtype": "int8"}),
    ("zeros_like", (K,), {"shape": 2}),
    ("array", (K,), {"ndmin": 4}),
    ("meshgrid", (V, V[:2]), {"sparse": True}),
    ("meshgrid", (V, V[:2]), {"indexing": "ij"}),
]


@pytest.mark.parametrize(("name", "args", "options"), CASES)
def test_indices_and_edits_are_numpys(name, args, options):
    if name == "mask_indices":
        same(np.mask_indices(4, np.triu, 1), numpy.mask_indices(*args))
    elif name == "apply_over_axes":
        same(np.apply_over_axes(np.sum, ours(args[1]), args[2]), numpy.apply_over_axes(*args))
    else:
        check(name, *args, **options)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_functions_of_vectors_are_called_along_an_axis(axis):
    for ours_of, theirs_of in (
        (lambda v: v.sum(), lambda v: v.sum()),
        (lambda v: v[:2] * 2, lambda v: v[:2] * 2),
        (lambda v: v[:2, None] * v[:3], lambda v: v[:2, None] * v[:3]),
    ):
        x = RANDOM.standard_normal((3, 4, 5))
        same(
            np.apply_along_axis(ours_of, axis, ours(x)),
            numpy.apply_along_axis(theirs_of, axis, x),
        )


@pytest.mark.parametrize(
    "key",
    [
        "1:4, 0, 4",
        "0:1:5j",
        "'-1', [1, 2], 3",
        "'0,2', [1, 2, 3], [4, 5, 6]",
        "'0,2,0', [1, 2, 3], [4, 5, 6]",
        "'1,2,0', [1, 2, 3], [4, 5, 6]",
        "'0,3,1', [1, 2, 3], [4, 5, 6]",
        "[1.5, 2.5], 1:3",
    ],
)
def test_objects_that_join_are_numpys(key):
    same(eval(f"np.r_[{key}]"), eval(f"numpy.r_[{key}]"))


@pytest.mark.parametrize("key", ["0:3, 1:6:2", "0:1:4j", "2:5", "0:1:3j, 0:2"])
def test_objects_that_make_grids_are_numpys(key):
    for name in ("mgrid", "ogrid"):
        same(eval(f"np.{name}[{key}]"), eval(f"numpy.{name}[{key}]"))


def test_columns_and_slices_are_numpys():
    same(np.c_[ours(V), ours(V)], numpy.c_[V, V])
    assert np.s_[1:3, ..., None] == numpy.s_[1:3, ..., None]
    assert np.index_exp[2] == (2,)
    assert list(np.ndindex(2, 3)) == list(numpy.ndindex(2, 3))
    assert list(np.ndindex((2, 3))) == list(numpy.ndindex((2, 3)))
    assert [(i, float(v)) for i, v in np.ndenumerate(ours(M))] == list(numpy.ndenumerate(M))


WRITES = [
    ("put", ([0, -1, 7], [1.0, 2.0]), {}),
    ("put", ([0, 99, -99], [1.0, 2.0, 3.0]), {"mode": "clip"}),
    ("put", ([0, 99, -99], 5.0), {"mode": "wrap"}),
    ("place", (M > 0, [1.0, 2.0, 3.0]), {}),
    ("putmask", (M > 0, [1.0, 2.0, 3.0]), {}),
    ("copyto", (M[0],), {"where": M > 0}),
    ("copyto", (3,), {}),
    ("fill_diagonal", (7.0,), {}),
    ("put_along_axis", (numpy.array([[0], [1], [2], [3]]), 9.0, 1), {}),
]


@pytest.mark.parametrize(("name", "args", "options"), WRITES)
def test_writes_are_numpys(name, args, options):
    found, wanted = ours(M), M.copy()
    given = {key: ours(value) for key, value in options.items()}
    assert getattr(np, name)(found, *ours(args), **given) is None
    getattr(numpy, name)(wanted, *args, **options)
    same(found, wanted)


def test_methods_of_arrays_are_numpys():
    found, wanted = ours(M), M.copy()
    for x in (found, wanted):
        x.put([0, 3], [1.0, 2.0])
        x.flat[5] = 7.0
        x.flat[-2:] = 1.5
    same(found, wanted)
    assert len(found.flat) == 20 and float(found.flat[5]) == 7
    assert [float(each) for each in found.flat] == list(wanted.flat)
    found.fill(3)
    found.flat = [1.0, 2.0] * 10
    assert found.tolist() == [[1, 2, 1, 2, 1], [2, 1, 2, 1, 2]] * 2
    assert found.tobytes() == found.asnumpy().tobytes()
    same(np.array([1, 0]).choose([[1, 2], [3, 4]]), numpy.array([3, 2]))


def test_functions_of_numbers_become_functions_of_arrays():
    for module, wrap in ((np, ours), (numpy, lambda x: x)):
        step = module.vectorize(lambda a, b: a if a > b else b, otypes=["float64"])
        inner = module.vectorize(lambda a, b: (a * b).sum(), signature="(n),(n)->()")
        pair = module.vectorize(lambda a: (a, -a))
        found = step(wrap(M), 0.5), inner(wrap(M), wrap(M)), pair(wrap(K))
        if module is np:
            results = found
    same(results, found)

    @np.vectorize(otypes=["int64"])
    def double(a):
        """Twice."""
        return 2 * a

    assert double(ours(K)).tolist() == (2 * K).tolist() and double.__doc__ == "Twice."


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.piecewise(x, [x < 0], [lambda v: v**3, lambda v: 2 * v]),
        lambda x: np.select([x < 0, x < 1], [x * x, 3 * x], 7.0),
        lambda x: np.choose(np.array([[0], [1], [1], [0]]), [x, x * x]),
        lambda x: np.apply_along_axis(lambda v: v * v.sum(), 0, x),
        lambda x: np.block([[x, 2 * x], [x, x]]),
        lambda x: np.unstack(x * x)[1],
        lambda x: np.r_[x[0], x[1] ** 2],
    ],
)
def test_gradients_of_edits_are_those_of_differences(function):
    check_gradient(function, M)


def test_edits_run_in_hybridized_functions():
    def several(x):
        return (
            np.select([x < 0], [x * x], 1.0),
            np.block([[x], [x]]),
            np.ravel_multi_index((np.array([1, 0]), (x[0, :2] > 0).astype("int64")), (2, 2)),
        )

    x = np.array(M)
    same(hybridize(several)(x), [found.asnumpy() for found in several(x)])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: np.put(np.ones(3), [7], 1), "index"),
        (lambda: np.put(np.ones(3), [0], 1, "far"), "put: `mode`"),
        (lambda: np.place(np.ones(2), [True, True], []), "place: `vals`"),
        (lambda: np.putmask(np.ones(2), [True], 1), "putmask: `mask`"),
        (lambda: np.copyto(np.ones(2, "int8"), np.ones(2)), "copyto: `src`"),
        (lambda: np.copyto([1], 2), "copyto: `dst`"),
        (lambda: np.choose([3], [1, 2]), "choose: `a`"),
        (lambda: np.select([], []), "select: `condlist`"),
        (lambda: np.piecewise(np.ones(2), [[True, False]], []), "piecewise: `funclist`"),
        (lambda: np.block([[1], 2]), "block: `arrays`"),
        (lambda: np.trim_zeros(np.ones(2), "x"), "trim_zeros: `trim`"),
        (lambda: np.ravel_multi_index(([5],), (2,)), "ravel_multi_index: `multi_index`"),
        (lambda: np.r_["x", [1]], "r_: a text"),
        (lambda: np.reshape(np.ones(2), 2, "X"), "reshape: `order`"),
        (lambda: np.concatenate([[0.5]], dtype="int64"), "concatenate: `dtype`"),
        (lambda: np.ix_([[1]]), "ix_: each argument"),
        (lambda: np.fromiter([1], "int64", 3), "fromiter: `iter`"),
    ],
)
def test_wrong_arguments_of_edits_are_told(call, told):
    with pytest.raises((ValueError, TypeError, IndexError), match=told):
        call()
