"""NumPy and those who ask it, on the memory of arrays: both see what either writes, functions of
NumPy write into NumPy's arrays, scikit-learn, einops and PyTorch take arrays as NumPy's."""

import subprocess
import sys

import numpy
import pytest
import weft
from weft import autograd, np

DTYPES = [
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
]
VIEWS = {
    "dense": lambda x: x,
    "transposed": lambda x: x.T,
    "backwards": lambda x: x[::-1, ::2],
    "row": lambda x: x[1],
    "rank 0": lambda x: x[1, 2, ...],
    "empty": lambda x: x[:0],
}


def counted(dtype):
    return numpy.arange(12).reshape(3, 4).astype(dtype)


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_asarray_shares_every_view_of_every_dtype(dtype, view):
    x = np.array(counted(dtype))
    inside = view(x)
    outside = numpy.asarray(inside)
    assert (outside.dtype, outside.shape) == (x.dtype, inside.shape)
    assert outside.flags.writeable
    numpy.testing.assert_array_equal(outside, view(counted(dtype)))
    outside[...] = 1
    numpy.testing.assert_array_equal(view(x).asnumpy(), numpy.ones_like(outside))
    inside[...] = 0
    assert not outside.any()


@pytest.mark.parametrize("make", [numpy.asarray, lambda x: x.__array__(), numpy.asanyarray])
def test_what_numpy_writes_reaches_the_next_operator(make):
    x = np.ones((2, 2))
    outside = make(x)
    for number in range(3):
        outside[0, 0] = number
        assert float((x + 1).sum()) == number + 7


def test_numpy_waits_for_queued_work():
    with weft.engine.deferred():
        x = np.ones((300, 300))
        y = x @ x
        outside = numpy.asarray(y)
        assert (outside == 300).all()
        outside[...] = 2
        z = y + 1
    assert (z.asnumpy() == 3).all()


def test_a_plan_sees_what_numpy_writes_to_its_weights():
    net = weft.gluon.nn.Dense(3, in_units=4, use_bias=False)
    net.initialize()
    net.hybridize()
    x = np.ones((2, 4))
    net(x)
    outside = numpy.asarray(net.weight.data().detach())
    outside[...] = 2
    assert (net(x).asnumpy() == 8).all()
    outside[...] = 3
    assert (net(x).asnumpy() == 12).all()


def test_a_tape_keeps_what_it_saved_before_numpy_wrote():
    x, weight = np.array([2.0, 3.0]), np.array([1.0, 1.0])
    weight.attach_grad()
    outside = numpy.asarray(x)
    with autograd.record():
        loss = (x * weight).sum()
    outside[...] = 100
    loss.backward()
    assert weight.grad.tolist() == [2, 3]


def test_a_function_that_is_traced_reads_a_value():
    @weft.hybridize
    def reads(x):
        constant = np.array([1.0, 2.0])
        assert not numpy.asarray(captured).flags.writeable
        return x + constant

    captured = np.ones(2)
    assert reads(np.zeros(2)).tolist() == [1, 2]


def test_read_only_memory_stays_read_only():
    outside = numpy.zeros(2)
    outside.flags.writeable = False
    assert not numpy.asarray(np.from_dlpack(outside)).flags.writeable


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_array_interface_tells_the_memory(dtype):
    x = np.array(counted(dtype))[:, 1:]
    told = x.__array_interface__
    theirs = numpy.asarray(x).__array_interface__
    assert told == theirs

    class Asked:
        __array_interface__ = told

    shared = numpy.asarray(Asked())
    shared[0, 0] = 1
    assert x[0, 0].item() == numpy.ones((), dtype).item()


def test_a_dtype_that_numpy_lacks_has_no_array_interface():
    assert not hasattr(np.ones(2).astype("bfloat16"), "__array_interface__")


# ---- functions of NumPy that write

WRITERS = {
    "copyto": lambda to, x: numpy.copyto(to, x),
    "copyto by name": lambda to, x: numpy.copyto(dst=to, src=x),
    "put": lambda to, x: numpy.put(to, [0, 5], x[0]),
    "place": lambda to, x: numpy.place(to, to > 3, x[1]),
    "putmask": lambda to, x: numpy.putmask(to, to > 2, x),
    "fill_diagonal": lambda to, x: numpy.fill_diagonal(to, x[0, 0, ...]),
    "sum": lambda to, x: numpy.sum(numpy.stack([numpy.asarray(x)] * 2), axis=0, out=to),
    "sum of ours": lambda to, x: numpy.sum(x[None], axis=0, out=to),
    "mean": lambda to, x: numpy.mean(x[None], axis=0, out=to),
    "cumsum": lambda to, x: numpy.cumsum(x, axis=1, out=to),
    "clip": lambda to, x: numpy.clip(x, 1, 4, out=to),
    "matmul": lambda to, x: numpy.matmul(x, x.T @ x, out=to),
    "add": lambda to, x: numpy.add(x, 1, out=to),
    "add.reduce": lambda to, x: numpy.add.reduce(x[None], axis=0, out=to),
    "add.at": lambda to, x: numpy.add.at(to, (numpy.array([0, 0]), 1), x[0, :2]),
    "concatenate": lambda to, x: numpy.concatenate([x[:1], x[1:]], out=to),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_functions_write_into_numpys_arrays(write):
    theirs, ours = numpy.arange(6.0).reshape(2, 3), numpy.arange(6.0).reshape(2, 3)
    x = numpy.array([[5.0, 2, 7], [1, 8, 3]])
    write(theirs, x)
    write(ours, np.array(x))
    numpy.testing.assert_array_equal(ours, theirs)


# ---- others


@pytest.mark.parametrize(
    "name",
    [
        *("cluster.KMeans", "cluster.MiniBatchKMeans", "cluster.DBSCAN", "decomposition.PCA"),
        *("decomposition.NMF", "ensemble.RandomForestClassifier", "svm.SVC"),
        *("linear_model.Lasso", "linear_model.SGDClassifier", "neighbors.KNeighborsClassifier"),
        "ensemble.HistGradientBoostingClassifier",
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_estimators_fit_arrays_as_they_fit_numpys(name, dtype):
    pytest.importorskip("sklearn")
    module, kind = name.split(".")
    estimator = getattr(__import__(f"sklearn.{module}", fromlist=[kind]), kind)
    random = numpy.random.RandomState(0)
    table, labels = random.rand(40, 4).astype(dtype), random.randint(0, 2, 40)

    def fitted(x, y):
        made = estimator()
        if "random_state" in made.get_params():
            made.set_params(random_state=0)
        made.fit(x, y)
        found = getattr(made, "labels_", None)
        return found if found is not None else getattr(made, "predict", made.__dict__.get)(x)

    if module == "decomposition":
        pairs = [estimator(2, random_state=0).fit(x).components_ for x in (table, np.array(table))]
        numpy.testing.assert_array_equal(*pairs)
        return
    ours, theirs = fitted(np.array(table), np.array(labels)), fitted(table, labels)
    numpy.testing.assert_array_equal(ours, theirs)


PATTERNS = {
    "rearrange": lambda e, x: e.rearrange(x, "b (h w) c -> c (b h) w", w=2),
    "list": lambda e, x: e.rearrange([x, x + 1], "k b h c -> b h c k"),
    "reduce mean": lambda e, x: e.reduce(x, "b h c -> b c", "mean"),
    "reduce max": lambda e, x: e.reduce(x, "b (h 2) c -> b h c", "max"),
    "repeat": lambda e, x: e.repeat(x, "b h c -> b h 3 c"),
    "einsum": lambda e, x: e.einsum(x, x, "b h c, b k c -> b h k"),
    "pack": lambda e, x: e.pack([x, x], "b * c")[0],
}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_einops_takes_arrays(pattern):
    einops = pytest.importorskip("einops", reason="not run: einops is not installed")
    theirs = numpy.arange(24.0, dtype="float32").reshape(2, 4, 3)
    x = np.array(theirs)
    x.attach_grad()
    with autograd.record():
        found = pattern(einops, x)
        found.sum().backward()
    numpy.testing.assert_allclose(found.asnumpy(), pattern(einops, theirs), rtol=1e-6)
    assert x.grad.asnumpy().any()
    traced = weft.hybridize(lambda a: pattern(einops, a))(x)
    numpy.testing.assert_allclose(traced.asnumpy(), found.asnumpy(), rtol=1e-6)


@pytest.mark.parametrize("order", ["einops, weft.np", "weft.np, einops"])
def test_einops_finds_the_backend_whoever_is_imported_first(order):
    pytest.importorskip("einops", reason="not run: einops is not installed")
    code = (
        f"import {order}, gc; gc.collect()\n"
        "x = einops.rearrange(weft.np.ones((2, 3)), 'a b -> b a'); print(x.shape)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "(3, 2)\n"


@pytest.mark.torch
@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "float16", "float32", "float64"])
def test_torch_never_takes_elements_for_others(dtype):
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    x = np.array(counted(dtype))
    assert torch.as_tensor(x).tolist() == torch.from_dlpack(x).tolist() == x.tolist()
    if dtype in ("float32", "uint8"):
        return
    with pytest.raises((RuntimeError, BufferError)):
        torch.asarray(x)
    assert bytes(x) == counted(dtype).tobytes()  # others still read bytes
