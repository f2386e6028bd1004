"""`mx.np` where it differs from Weft's functions, by NumPy, PyTorch, or what MXNet 2.0 gives."""

import threading
import time

import numpy
import pytest
from weft import mxnet as mx
from weft.mxnet import np, npx
from weft.np.linalg import _factorizations

RANDOM = numpy.random.default_rng(3)


def matrix(*shape):
    return RANDOM.standard_normal(shape)


@pytest.mark.parametrize(
    "made",
    [
        lambda: np.array([1, 2]),
        lambda: np.array(numpy.array([1.0, 2.0])),
        lambda: np.array([True]),
        lambda: np.arange(5),
        lambda: np.zeros(3),
        lambda: np.linspace(0, 1, 3),
        lambda: np.eye(2),
        lambda: np.hanning(4),
        lambda: np.true_divide(np.array([1], dtype="int64"), np.array([2], dtype="int64")),
        lambda: np.mean(np.array([1, 2], dtype="int32")),
        lambda: np.random.uniform(size=2),
    ],
)
def test_arrays_without_a_dtype_are_float32_or_numpys_in_its_mode(made):
    assert made().dtype.name == "float32"
    with mx.util.np_default_dtype():
        assert made().dtype.name in ("float64", "int64")


def test_the_mode_of_dtypes_is_left_as_it_was():
    with pytest.raises(ZeroDivisionError), mx.util.np_default_dtype():
        raise ZeroDivisionError
    assert not npx.is_np_default_dtype()
    npx.set_np(dtype=True)
    assert npx.is_np_default_dtype()
    npx.reset_np()
    assert not npx.is_np_array()
    npx.set_np()
    assert npx.is_np_array()
    with pytest.raises(ValueError, match="set_np: `array`"):
        npx.set_np(shape=False)


def test_sums_keep_the_dtype_and_comparisons_give_bools():
    x = np.array([1, 2], dtype="int8")
    assert np.sum(x).dtype.name == "int8"
    assert np.sum(x > 1).dtype.name == "int64"
    assert (x > 1).dtype.name == "bool"
    assert np.std(np.array([1, 4], dtype="int64")).dtype.name == "int64"
    assert np.trace(np.array([[1, 2], [3, 4]], dtype="int8")).dtype.name == "int8"
    assert np.cumsum(x).dtype.name == "int8" and np.cumsum(x, dtype="int32").tolist() == [1, 3]
    assert np.where([0, 2], np.array([1.0, 2.0]), 5.0).tolist() == [5, 2]
    assert np.where(1, np.array([1.0, 2.0]), 5.0).tolist() == [1, 2]


def test_names_that_numpy_has_dropped_are_still_here():
    x = np.array([[3, 1], [0, 2]])
    assert not np.alltrue(x) and np.dtype("int8").itemsize == 1
    assert np.in1d(x, np.array([1, 2])).tolist() == [False, True, False, True]
    assert np.msort(x).tolist() == [[0, 1], [3, 2]]
    assert np.trapz(np.array([1, 2, 4])).item() == numpy.trapezoid([1, 2, 4])


def test_functions_of_numbers_give_numbers():
    assert isinstance(np.sin(1.0), float)
    assert np.add(1, 2) == 3
    assert np.true_divide(3, 2) == 1.5


def test_options_of_ufuncs_are_refused_as_in_mxnet():
    x = np.ones(2)
    for options in ({"where": False}, {"order": "C"}, {"casting": "safe"}, {"dtype": "int8"}):
        with pytest.raises(NotImplementedError):
            np.sin(x, **options)
    for options in ({"casting": "none"}, {"dtype": "none"}, {"axes": 1}):
        with pytest.raises(TypeError):
            np.add(x, x, **options)


def test_devices_are_those_of_the_argument():
    x = np.ones(2, ctx=mx.cpu(1))
    assert x.ctx == mx.cpu() and x.device == mx.cpu() and mx.cpu() == x.device
    assert x.as_in_ctx(mx.cpu()) is x
    with pytest.raises(mx.MXNetError, match=r"gpu\(99\)"):
        np.ones(2, device=mx.gpu(99))
    with mx.gpu(7):
        assert mx.current_device() == mx.gpu(7)
    assert mx.current_device() == mx.cpu()


def test_errors_are_mxnets_and_pythons():
    for error in (mx.MXNetError, ValueError):
        with pytest.raises(error):
            np.ones((2, 3)).reshape((5,))


@pytest.mark.parametrize("name", ["quantile", "percentile"])
@pytest.mark.parametrize("how", ["linear", "lower", "higher", "midpoint", "nearest"])
def test_quantiles_are_numpys(name, how):
    x, q = matrix(3, 4, 5), numpy.array([0.0, 0.3, 0.77, 1.0])
    q = q * 100 if name == "percentile" else q
    for axis, kept in ((None, False), (1, True), ((0, 2), False)):
        found = getattr(np, name)(np.array(x, "float64"), q, axis, None, None, how, kept)
        wanted = getattr(numpy, name)(x, q, axis, method=how, keepdims=kept)
        numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-12)


@pytest.mark.parametrize("name", ["quantile", "percentile", "nanquantile", "nanpercentile"])
@pytest.mark.parametrize("how", ["linear", "lower", "higher", "midpoint", "nearest"])
@pytest.mark.parametrize("shape", [(), (3,)])
def test_shares_of_quantiles_may_come_into_a_hybridized_block(name, how, shape):
    data = matrix(4, 5).astype("float32")
    if name.startswith("nan"):
        data[1, 2] = numpy.nan
    most = 100 if name.endswith("percentile") else 1
    shares = RANDOM.uniform(0, most, shape).astype("float32")

    class Net(mx.gluon.HybridBlock):
        def forward(self, a, q):
            return getattr(np, name)(a, q, 1, interpolation=how)

    wanted = getattr(numpy, name)(data, shares, 1, method=how)
    net = Net()
    for _ in range(2):
        found = net(np.array(data), np.array(shares))
        numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-5)
        net.hybridize()


REDUCED = RANDOM.uniform(-3, 3, (3, 4)).astype("float32")


@pytest.mark.parametrize("is_planned", [False, True])
@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *((name, "int32") for name in ("sum", "mean", "prod")),
        *(
            (name, dtype)
            for name in ("sum", "mean", "prod", "std", "cumsum")
            for dtype in ("float16", "float64")
        ),
    ],
)
def test_methods_that_reduce_take_dtypes_as_functions_do(name, dtype, is_planned):
    """They are computed before they are rounded."""

    class Net(mx.gluon.HybridBlock):
        def forward(self, x):
            return getattr(x, name)(axis=1, dtype=dtype), getattr(np, name)(x, 1, dtype)

    net = Net()
    if is_planned:
        net.hybridize()
    found, wanted = net(np.array(REDUCED))
    assert found.dtype == wanted.dtype == dtype
    assert numpy.array_equal(found.asnumpy(), wanted.asnumpy())
    exact = getattr(numpy, name)(REDUCED.astype("float64"), 1)
    slack = {"float16": 1e-3, "float64": 1e-6, "int32": 1}[dtype]
    numpy.testing.assert_allclose(found.asnumpy(), exact, rtol=slack, atol=slack)


@pytest.mark.parametrize("name", ["sum", "prod", "max", "min", "all", "any", "argmax", "argmin"])
@pytest.mark.parametrize("axis", [0, -1, None])
@pytest.mark.parametrize("keepdims", [False, True])
def test_an_array_without_axes_is_reduced_along_its_first_or_last_one(name, axis, keepdims):
    number = np.array(3.0)
    assert getattr(number, name)(axis, keepdims=keepdims).shape == ()
    wanted = getattr(numpy, name)(numpy.float32(3), axis)
    assert getattr(number, name)(axis=axis).item() == wanted == getattr(number, name)().item()
    with pytest.raises(mx.MXNetError, match="`axis`"):
        getattr(number, name)(axis=1)


def test_an_array_becomes_the_default_dtype_for_none():
    whole = np.array([1, 2], dtype="int8")
    assert whole.astype(None).dtype == "float32"
    assert whole.astype("int64", "C", "unsafe", True, False).dtype == "int64"
    assert whole.astype("int8", copy=False) is whole
    with pytest.raises(mx.MXNetError, match="astype: `order` must be 'K' or 'C'"):
        whole.astype("int64", order="F")


@pytest.mark.parametrize("casting", ["no", "equiv", "safe", "same_kind", "unsafe"])
@pytest.mark.parametrize("dtype", ["int8", "int16", "uint8", "float64"])
def test_casting_of_weft_s_own_arrays_means_what_it_did(casting, dtype):
    """NumPy's words, as without this package: to import it takes nothing from other code."""
    x = np.array([1, 2], dtype="int8")
    if numpy.can_cast("int8", dtype, casting):
        assert x.astype(dtype, casting=casting).dtype == dtype
    else:
        with pytest.raises(TypeError, match=f"cast to by '{casting}'"):
            x.astype(dtype, casting=casting)


def test_weft_s_own_arguments_of_methods_mean_what_they_did():
    x = np.array(REDUCED)
    assert x.sum(1, True).shape == (3, 1)
    assert x.std(axis=0, ddof=1).shape == (4,)
    assert numpy.array_equal(x.mean((0, 1)).asnumpy(), np.mean(x).asnumpy())


@pytest.mark.parametrize("name", ["isnan", "isinf", "isfinite", "isposinf", "isneginf"])
def test_claims_are_written_into_bools_alone(name):
    x, out = np.array([1.0, numpy.nan, numpy.inf, -numpy.inf]), np.zeros(4, dtype="bool")
    assert getattr(np, name)(x, out=out) is out
    assert out.asnumpy().tolist() == getattr(numpy, name)(x.asnumpy()).tolist()
    with pytest.raises(TypeError, match=f"{name}: `out` must be an array of bools; got float32"):
        getattr(np, name)(x, out=np.zeros(4))


def test_a_rank_is_that_above_a_limit_itself():
    values = numpy.diag([5.0, 0.5, 0.05]).astype("float32")
    for limit in (0.01, 0.1, 1.0, 10.0):
        wanted = numpy.linalg.matrix_rank(values, tol=limit)
        assert np.linalg.matrix_rank(np.array(values), limit).item() == wanted
    assert np.linalg.matrix_rank(np.array(values)).item() == 3


def test_integers_without_a_common_dtype_have_no_promotion():
    assert np.result_type("int8", "float16") == "float16"
    assert np.result_type(np.ones(2, dtype="uint8"), "int8") == "int16"
    assert np.result_type("int8", 2.5) == "float32"
    with pytest.raises(TypeError, match="no type promotion between int64 and uint64"):
        np.result_type(np.int64, np.uint64)


@pytest.mark.parametrize("name", ["remainder", "fmod", "floor_divide"])
def test_remainders_of_integers_have_a_gradient_of_zero(name):
    """As in MXNet 2.0; those of floats have one."""
    for dtype, wanted in (("int32", ([0, 0], [0, 0])), ("float32", ([1, 1], [-1, -3]))):
        x, y = np.array([5, 7], dtype=dtype), np.array([3, 2], dtype=dtype)
        x.attach_grad()
        y.attach_grad()
        with mx.autograd.record():
            z = getattr(np, name)(x, y)
        z.backward()
        if name == "floor_divide":
            wanted = ([0, 0], [0, 0])
        assert (x.grad.tolist(), y.grad.tolist()) == wanted


def test_numpy_is_told_where_shared_memory_is_shared():
    theirs = numpy.zeros((3, 2), "float32")
    ours = npx.from_numpy(theirs)
    assert numpy.shares_memory(theirs, ours) and numpy.may_share_memory(ours[:1], theirs)
    assert not numpy.shares_memory(theirs[:1], ours[1:])
    assert not numpy.shares_memory(theirs, ours.copy())


def test_functions_of_the_program_get_arrays_of_numpy():
    data, kinds = np.arange(6, dtype="int64").reshape(2, 3), []

    def mean(x, axis=None):
        kinds.append(type(x))
        return x.mean(axis, keepdims=axis is not None)

    found = np.apply_along_axis(mean, 1, data)
    assert type(found) is np.ndarray and found.dtype == "float64" and found.tolist() == [1.0, 4.0]
    assert np.apply_over_axes(mean, data, [0]).tolist() == [[1.5, 2.5, 3.5]]
    assert np.fallback.piecewise(data[0], [data[0].asnumpy() > 1], [mean, 0]).tolist() == [0, 0, 2]
    assert set(kinds) == {numpy.ndarray}


def test_no_draws_of_classes_have_a_shape():
    assert np.random.multinomial(5, [0.5, 0.25, 0.25], size=(0, 2)).shape == (0, 2, 3)


def test_pads_masks_and_takes_are_numpys():
    x = matrix(3, 4)
    for mode in ("constant", "edge", "reflect", "symmetric", "maximum", "minimum"):
        found = np.pad(np.array(x, "float64"), ((1, 2), (2, 1)), mode)
        numpy.testing.assert_array_equal(found.asnumpy(), numpy.pad(x, ((1, 2), (2, 1)), mode))
    found = np.take(np.array(x, "float64"), np.array([-5, 9]), 1, "wrap")
    numpy.testing.assert_array_equal(found.asnumpy(), numpy.take(x, [-5, 9], 1, mode="wrap"))
    with pytest.raises(TypeError, match="pad_width"):
        np.pad(np.ones(2), 1)


def test_numpys_own_functions_find_those_of_this_package():
    x = np.array(matrix(3, 3), "float64")
    wanted = numpy.linalg.inv(x.asnumpy())
    numpy.testing.assert_allclose(numpy.linalg.inv(x).asnumpy(), wanted)
    assert numpy.median(x).item() == numpy.median(x.asnumpy())


def test_functions_that_numpy_computes_take_and_give_arrays():
    x = np.array([3.0, 1.0, 2.0])
    assert type(np.corrcoef(x, x)) is np.ndarray
    assert np.isin(x, [1.0]).tolist() == [False, True, False]


# ---- linear algebra ------------------------------------------------------------------------------


def gradient_of(function, *values):
    """The gradients of a sum with random factors: here, and by PyTorch."""
    arrays = [np.array(value, "float64") for value in values]
    for array in arrays:
        array.attach_grad()
    factor = None
    with mx.autograd.record():
        found = function(*arrays)
        factor = RANDOM.standard_normal(found.shape)
        total = (found * np.array(factor, "float64")).sum()
    total.backward()
    return [array.grad.asnumpy() for array in arrays], factor


SPD = [
    ("inv", lambda m: np.linalg.inv(m), lambda t, m: t.linalg.inv(m)),
    ("det", lambda m: np.linalg.det(m), lambda t, m: t.linalg.det(m)),
    ("slogdet", lambda m: np.linalg.slogdet(m)[1], lambda t, m: t.linalg.slogdet(m)[1]),
    ("svdvals", lambda m: np.linalg.svdvals(m), lambda t, m: t.linalg.svdvals(m)),
    ("pinv", lambda m: np.linalg.pinv(m), lambda t, m: t.linalg.pinv(m)),
    (
        "eigvalsh",
        lambda m: np.linalg.eigvalsh(m + np.swapaxes(m, -1, -2)),
        lambda t, m: t.linalg.eigvalsh(m + m.mT),
    ),
    ("qr", lambda m: np.abs(np.linalg.qr(m)[1]), lambda t, m: t.linalg.qr(m)[1].abs()),
    (
        "cholesky",
        lambda m: np.linalg.cholesky(np.matmul(m, np.swapaxes(m, -1, -2))),
        lambda t, m: t.linalg.cholesky(m @ m.mT),
    ),
    ("nuclear norm", lambda m: np.linalg.norm(m, "nuc", (-2, -1)),
     lambda t, m: t.linalg.matrix_norm(m, "nuc")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ours", "theirs"), SPD, ids=[row[0] for row in SPD])
def test_factorizations_and_their_gradients_are_pytorchs(name, ours, theirs):
    torch = pytest.importorskip("torch")
    value = matrix(2, 4, 4) + 3 * numpy.eye(4)
    (gradient,), factor = gradient_of(ours, value)
    tensor = torch.tensor(value, requires_grad=True)
    wanted = theirs(torch, tensor)
    numpy.testing.assert_allclose(
        ours(np.array(value, "float64")).asnumpy(), wanted.detach().numpy(), rtol=1e-8, atol=1e-9
    )
    (wanted * torch.tensor(factor)).sum().backward()
    numpy.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5)])
def test_parts_of_factorizations_make_the_matrix_again(shape):
    value = matrix(2, *shape)
    array = np.array(value, "float64")
    u, s, vh = np.linalg.svd(array)
    scaled = u * s.reshape((2, 1, -1))
    numpy.testing.assert_allclose(np.matmul(scaled, vh).asnumpy(), value, atol=1e-12)
    q, r = np.linalg.qr(array)
    numpy.testing.assert_allclose(np.matmul(q, r).asnumpy(), value, atol=1e-12)


def test_solutions_are_numpys():
    a, b = matrix(4, 4), matrix(4)
    for function in ("solve", "lstsq"):
        found = getattr(np.linalg, function)(np.array(a, "float64"), np.array(b, "float64"))
        found = found[0] if function == "lstsq" else found
        numpy.testing.assert_allclose(found.asnumpy(), numpy.linalg.solve(a, b), rtol=1e-9)
    tensor = matrix(2, 3, 6)
    found = np.linalg.tensorinv(np.array(tensor, "float64"), 2)
    numpy.testing.assert_allclose(found.asnumpy(), numpy.linalg.tensorinv(tensor, 2), rtol=1e-9)
    found = np.linalg.matrix_power(np.array(a, "float64"), -3)
    numpy.testing.assert_allclose(found.asnumpy(), numpy.linalg.matrix_power(a, -3), rtol=1e-8)
    with pytest.raises(TypeError, match=r"matrix_power: `n` must be an integer; got 1\.5"):
        np.linalg.matrix_power(np.ones((2, 2)), 1.5)


def test_threads_bring_the_kernels_once(monkeypatch):
    calls = []

    def bring():
        time.sleep(0.05)
        calls.append("kernels")
        return "numpy"

    monkeypatch.setattr(_factorizations, "_brought", [])
    monkeypatch.setattr(_factorizations, "_bring", bring)
    threads = [threading.Thread(target=_factorizations.operator, args=("inv",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == ["kernels"]


def test_functions_of_numpy_take_and_give_named_tuples():
    @mx.util.numpy_fallback
    def turned(pair):
        return type(pair)(*pair[::-1])

    found = turned(np.linalg.eigh(np.array([[2.0, 0.0], [0.0, 3.0]])))
    assert type(found).__name__ == "EighResult"
    assert found.eigenvectors.tolist() == [2, 3]


def test_what_is_no_number_is_told():
    with pytest.raises(mx.MXNetError, match="array: `object` must have numbers"):
        np.array([object()])
    assert numpy.isnan(np.array([1, None]).asnumpy()).tolist() == [False, True]


def test_broadcasting_keeps_extents_that_the_array_has():
    assert np.broadcast_to(np.ones((3, 1)), (2, -2, 4)).shape == (2, 3, 4)
    with pytest.raises(ValueError, match="broadcast_to: `shape` may have -2"):
        np.broadcast_to(np.ones(3), (-2, 3))
    assert np.linalg.matrix_rank(np.array(numpy.diag([1.0, 0.0, 2.0]))).item() == 2


def test_matrices_without_what_is_asked_are_told():
    with pytest.raises(ValueError, match="square"):
        np.linalg.inv(np.ones((2, 3)))
    with pytest.raises(mx.MXNetError, match=r"linalg|matrix"):
        np.linalg.inv(np.zeros((2, 2))).asnumpy()
    with pytest.raises(mx.MXNetError):
        np.linalg.cholesky(np.array([[1.0, 2.0], [2.0, 1.0]])).asnumpy()


def test_factorizations_are_traced():
    import weft

    value = np.array(matrix(3, 3) + 3 * numpy.eye(3), "float64")
    traced = weft.hybridize(lambda m: np.linalg.inv(m) @ np.linalg.svd(m).U)
    wanted = np.linalg.inv(value) @ np.linalg.svd(value).U
    numpy.testing.assert_allclose(traced(value).asnumpy(), wanted.asnumpy(), rtol=1e-12)
