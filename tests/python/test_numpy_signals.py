"""Signals, windows, polynomials, borders and ranges of `weft.np`, by NumPy."""

import numpy
import pytest
from numpy_oracle import check, check_gradient, ours, same
from weft import hybridize, np

RANDOM = numpy.random.default_rng(6)
V, U = RANDOM.standard_normal(7), RANDOM.standard_normal(4)
M = RANDOM.standard_normal((4, 5))
K, L = RANDOM.integers(-5, 6, 6), RANDOM.integers(-5, 6, 3)
X = numpy.sort(RANDOM.uniform(size=5))

CASES = [
    *(
        ("convolve", (a, b, m), {})
        for a, b in ((V, U), (U, V), (K, L), (L, V), (V[:1], U))
        for m in ("full", "same", "valid")
    ),
    *(
        ("correlate", (a, b, m), {})
        for a, b in ((V, U), (U, V), (K, L), (U[:3], V))
        for m in ("full", "same", "valid")
    ),
    ("convolve", (V > 0, U > 0), {}),
    ("convolve", (K.astype("int8"), L.astype("int8")), {}),
    ("gradient", (V,), {}),
    ("gradient", (M,), {}),
    ("gradient", (M, 2.0, 0.5), {}),
    ("gradient", (M, X), {"axis": 1}),
    ("gradient", (M, X), {"axis": 1, "edge_order": 2}),
    ("gradient", (M, 3.0), {"axis": (1, 0), "edge_order": 2}),
    ("gradient", (V[:2], numpy.array([0.0, 0.5])), {}),
    ("trapezoid", (M,), {}),
    ("trapezoid", (M, X), {}),
    ("trapezoid", (M,), {"axis": 0, "dx": 0.5}),
    ("trapezoid", (M, M.cumsum(1)), {}),
    ("unwrap", (numpy.cumsum(RANDOM.uniform(-4, 4, (3, 9)), 1) % 6.3,), {}),
    ("unwrap", (10 * M,), {"axis": 0, "discont": 4.0}),
    ("unwrap", (numpy.array([0, 3, 1, 2, 7, 3]),), {"period": 4}),
    ("diff", (M,), {"prepend": M[:, :2], "axis": 1, "append": 0.0}),
    ("ediff1d", (K,), {"to_begin": numpy.array([7, 8])}),
    ("poly", (U,), {}),
    ("poly", (M[:, :4],), {}),
    ("poly", (numpy.array([[0.0, -1.0], [1.0, 0.0]]),), {}),
    ("poly", (U + 1j * V[:4],), {}),
    ("polyadd", (K, U), {}),
    ("polysub", (U, V), {}),
    ("polymul", (K, L), {}),
    ("polydiv", (V, U), {}),
    ("polydiv", (U, V), {}),
    ("polydiv", (U, U[:1]), {}),
    ("polyder", (V,), {"m": 2}),
    ("polyint", (V,), {"m": 2, "k": [1.0, 2.0]}),
    ("polyint", (V,), {}),
    ("vander", (V, 3), {}),
    ("vander", (K,), {"increasing": True}),
    ("polyval", (V, M), {}),
    ("polyfit", (X, M.T, 2), {}),
    ("polyfit", (X, M[0], 3), {"w": numpy.arange(1.0, 6.0)}),
    ("sinc", (M,), {}),
    ("sinc", (numpy.zeros(2),), {}),
    ("i0", (numpy.array([0.0, -3.0, 7.5, 19.9, 20.1, 60.0, 500.0]),), {}),
    ("bartlett", (7,), {}),
    ("kaiser", (7, 2.5), {}),
    ("linspace", (0.0, 2.0, 5), {"retstep": True}),
    ("linspace", (M, V[:5], 4), {"axis": 1, "endpoint": False}),
    ("linspace", (M, M + 2, 1), {"retstep": True}),
    ("logspace", (U, U + 1.0, 5), {"axis": -1}),
    ("geomspace", (1.0, 256.0, 5), {}),
    ("geomspace", (-8.0, -1.0, 4), {"endpoint": False}),
    ("geomspace", (abs(U), abs(U) + 2, 5), {"axis": 1}),
]


@pytest.mark.parametrize(("name", "args", "options"), CASES)
def test_signals_are_numpys(name, args, options):
    check(name, *args, **options)


PADS = [
    ("constant", {"constant_values": ((1, 2), (3, 4))}),
    ("constant", {}),
    ("edge", {}),
    ("linear_ramp", {"end_values": ((5, -4), (1, 0))}),
    ("maximum", {}),
    ("maximum", {"stat_length": 2}),
    ("mean", {"stat_length": ((1, 2), (3, 1))}),
    ("median", {"stat_length": 3}),
    ("minimum", {"stat_length": ((2, 3),)}),
    ("reflect", {}),
    ("reflect", {"reflect_type": "odd"}),
    ("symmetric", {}),
    ("symmetric", {"reflect_type": "odd"}),
    ("wrap", {}),
]


@pytest.mark.parametrize("widths", [2, (1, 3), ((0, 2), (9, 7)), {-1: (2, 1)}, {0: 3}])
@pytest.mark.parametrize(("mode", "options"), PADS)
def test_every_mode_of_pad_is_numpys(mode, options, widths):
    check("pad", M, widths, mode, **options)
    check("pad", RANDOM.integers(-9, 9, (3, 4)), widths, mode, **options)


def test_pad_calls_functions_and_leaves_what_is_empty():
    def border(vector, widths, axis, options):
        vector[: widths[0]] = vector[widths[0]] + options["add"]
        vector[len(vector) - widths[1] :] = -1

    check("pad", M, ((1, 2), (2, 1)), border, add=3)
    inner = np.pad(ours(M), 2, "empty")[2:-2, 2:-2]
    same(inner, M)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.convolve(x, np.array(U), "same"),
        lambda x: np.correlate(np.array(U), x, "full"),
        lambda x: np.gradient(x, np.array(numpy.arange(7.0) ** 2), edge_order=2),
        lambda x: np.trapezoid(x, np.array(numpy.arange(7.0) ** 2)),
        lambda x: np.unwrap(10 * x),
        lambda x: np.poly(x),
        lambda x: np.polydiv(x, np.array(U)),
        lambda x: np.polyint(np.polyder(x), 2),
        lambda x: np.vander(x, 3),
        lambda x: np.polyfit(np.arange(7.0), x, 2),
        np.sinc,
        lambda x: np.i0(9 * x),
        lambda x: np.linspace(x, 2 * x, 3),
        lambda x: np.pad(x, 3, "linear_ramp"),
        lambda x: np.pad(x, 3, "mean", stat_length=2),
        lambda x: np.pad(x, 3, "reflect", reflect_type="odd"),
    ],
)
def test_gradients_of_signals_are_those_of_differences(function):
    check_gradient(function, V)


def test_signals_run_in_hybridized_functions():
    def several(x):
        return np.convolve(x, x), np.gradient(x), np.pad(x, 2, "mean"), np.unwrap(x), np.sinc(x)

    x = np.array(V)
    same(hybridize(several)(x), [found.asnumpy() for found in several(x)])


def test_fits_tell_more_when_they_are_asked():
    for options in ({"full": True}, {"cov": True}):
        same(
            np.polyfit(ours(X), ours(M[1]), 2, **options),
            numpy.polyfit(X, M[1], 2, **options),
            1e-6,
        )


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: np.convolve([1.0], np.ones(0)), "convolve: `v`"),
        (lambda: np.convolve([1.0], [1.0], "wide"), "convolve: `mode`"),
        (lambda: np.gradient(np.ones(1)), "gradient: axis 0"),
        (lambda: np.gradient(np.ones((3, 3)), 1.0, 2.0, 3.0), "gradient: there must be"),
        (lambda: np.pad(np.ones(2), 1, "mirror"), "pad: `mode`"),
        (lambda: np.pad(np.ones(2), -1), "pad: `pad_width`"),
        (lambda: np.pad(np.ones(2), 1, "edge", stat_length=1), "pad: `stat_length`"),
        (lambda: np.poly(np.ones((2, 2, 2))), "poly: `seq_of_zeros`"),
        (lambda: np.polyfit([1.0, 2.0], [1.0], 1), "polyfit: `y`"),
        (lambda: np.geomspace(0, 1), "geomspace: both ends"),
    ],
)
def test_wrong_arguments_of_signals_are_told(call, told):
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=told):
        call()
