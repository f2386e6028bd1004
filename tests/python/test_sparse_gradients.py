"""Row-sparse gradients are the dense ones, row by row: eager, hybridized, from several lookups, and
whatever a program does with them. Their cost is that of the rows that were looked up."""

import numpy
import pytest
from weft import autograd, engine, gluon, memory, np, npx
from weft.sparse import RowSparseArray, row_sparse_array

modes = pytest.mark.parametrize("hybrid", [False, True], ids=["eager", "hybridized"])

INDICES = {
    "plain": numpy.array([4, 0, 2]),
    "repeated": numpy.array([3, 1, 3, 3, 0, 1]),
    "again": numpy.array([5, 5, 0, 0, 2]),
    "matrix": numpy.array([[1, 2], [2, 2], [0, 5]]),
    "one": numpy.array(3),
    "none": numpy.zeros((0,), "int64"),
    "int32": numpy.array([5, 1, 5], "int32"),
    "uint8": numpy.array([5, 1, 5], "uint8"),
}


class Net(gluon.HybridBlock):
    """What `function(self, *arrays)` computes with a table of 6 rows."""

    def __init__(self, function, sparse, dtype="float32"):
        super().__init__()
        self.function, self.sparse = function, sparse
        self.table = gluon.Parameter(
            "table", shape=(6, 3), dtype=dtype, grad_stype="row_sparse" if sparse else "default"
        )

    def look_up(self, index):
        return npx.embedding(index, self.table.data(), sparse_grad=self.sparse)

    def forward(self, *arrays):
        return self.function(self, *arrays)


def values(shape, seed=0, dtype="float32"):
    drawn = numpy.random.default_rng(seed).normal(size=shape).astype("float32")
    return np.array(drawn).astype(dtype)


def make(function, sparse, hybrid=False, dtype="float32"):
    net = Net(function, sparse, dtype)
    net.table.set_data(values((6, 3), dtype=dtype))
    if hybrid:
        net.hybridize()
    return net


def run(net, *arrays):
    with autograd.record():
        out = net(*arrays)
    out.backward(values(out.shape, 1, out.dtype))
    return net.table.grad()


def both(function, *arrays, hybrid, dtype="float32"):
    """The gradient as rows and as an array, from the same program."""
    given = [np.array(a) for a in arrays]
    return [run(make(function, sparse, hybrid, dtype), *given) for sparse in (True, False)]


def check_form(gradient):
    """The promises of a RowSparseArray."""
    indices = gradient.indices.asnumpy()
    assert indices.dtype == "int64"
    assert (numpy.diff(indices) > 0).all()
    assert gradient.data.shape == (len(indices), *gradient.shape[1:])
    assert gradient.data.dtype == gradient.dtype


# ---- the same numbers


@modes
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize("name", INDICES)
def test_rows_are_those_of_the_dense_gradient(name, dtype, hybrid):
    index = INDICES[name]
    rows, dense = both(Net.look_up, index, hybrid=hybrid, dtype=dtype)
    check_form(rows)
    assert rows.indices.tolist() == sorted({int(i) for i in index.reshape(-1)})
    assert rows.dtype == dense.dtype
    assert rows.todense().astype("float64").tolist() == dense.astype("float64").tolist()


@modes
@pytest.mark.parametrize("sparse", [False, True], ids=["dense", "sparse"])
@pytest.mark.parametrize("bad", [6, -1])
def test_an_index_outside_is_refused(bad, sparse, hybrid):
    net = make(Net.look_up, sparse, hybrid)
    with pytest.raises(IndexError, match=f"{bad}"), autograd.record():
        net(np.array([0, bad])).asnumpy()


def twice(net, i, j):
    return (net.look_up(i) * 2).sum() + (net.look_up(j) ** 2).sum()


def in_a_loop(net, i, j):
    state = np.zeros(3)
    for _ in range(5):
        state = np.tanh(net.look_up(i).sum(axis=0) + state)
        i = j
    return state


def with_tied_projection(net, i, j):
    hidden = npx.relu(net.look_up(i))
    return np.dot(hidden, net.table.data().T).sum() + net.look_up(j).sum()


def of_another_table(net, i, j):
    return net.look_up(i) * npx.embedding(j, net.table.data() * 2, sparse_grad=True)


def of_a_cast_table(net, i, j):
    half = net.table.data().astype("float16")
    return npx.embedding(i, half, sparse_grad=True) * npx.embedding(j, half)


@modes
@pytest.mark.parametrize(
    "function, touches_all",
    [
        (twice, False),
        (in_a_loop, False),
        (with_tied_projection, True),
        (of_another_table, True),
        (of_a_cast_table, True),
    ],
)
def test_several_uses_of_a_table_add_up(function, touches_all, hybrid):
    rows, dense = both(function, [0, 3, 0], [5, 3, 3], hybrid=hybrid)
    check_form(rows)
    assert rows.indices.tolist() == (list(range(6)) if touches_all else [0, 3, 5])
    numpy.testing.assert_allclose(rows.asnumpy(), dense.asnumpy(), rtol=1e-5, atol=1e-6)


@modes
def test_a_leaf_that_asked_for_an_array_gets_one(hybrid):
    net = make(Net.look_up, False, hybrid)
    net.sparse = True
    want = run(make(Net.look_up, False), np.array([3, 1, 3]))
    found = run(net, np.array([3, 1, 3]))
    assert isinstance(found, np.ndarray)
    assert found.tolist() == want.tolist()


@modes
def test_operators_without_sparse_gradient_give_all_rows(hybrid):
    rows, dense = both(lambda net, x: net.table.data() * x, [2.0], hybrid=hybrid)
    check_form(rows)
    assert rows.indices.tolist() == list(range(6))
    assert rows.data.tolist() == dense.tolist()


def test_any_array_may_have_row_sparse_gradients():
    x = values((4, 2, 3))
    x.attach_grad(stype="row_sparse")
    assert x.grad.todense().tolist() == numpy.zeros((4, 2, 3)).tolist()
    with autograd.record():
        y = x[1:3] * 2
    y.backward()
    assert x.grad.asnumpy()[:, 0, 0].tolist() == [0, 2, 2, 0]
    x.attach_grad()
    assert isinstance(x.grad, np.ndarray)


# ---- what is kept, and when it is summed


@modes
@pytest.mark.parametrize("reads", [False, True], ids=["read at the end", "read every time"])
def test_add_sums_over_backward_passes(reads, hybrid):
    nets = [make(Net.look_up, sparse, hybrid) for sparse in (True, False)]
    for net in nets:
        net.table.grad_req = "add"
        for index in ([0, 3], [3, 3], [5, 0]):
            run(net, np.array(index))
            if reads and net.sparse:
                check_form(net.table.grad())
    rows, dense = (net.table.grad() for net in nets)
    check_form(rows)
    assert rows.indices.tolist() == [0, 3, 5]
    numpy.testing.assert_allclose(rows.asnumpy(), dense.asnumpy(), rtol=1e-6)
    nets[0].zero_grad()
    assert nets[0].table.grad().indices.size == 0
    run(nets[0], np.array([2]))
    assert nets[0].table.grad().indices.tolist() == [2]


@modes
def test_later_writes_to_index_and_cotangent_change_nothing(hybrid):
    net = make(Net.look_up, True, hybrid)
    index, cotangent = np.array([3, 1, 3]), np.ones((3, 3))
    with autograd.record():
        out = net(index)
    index[:] = 0
    out.backward(cotangent)
    cotangent[:] = 7
    index[:] = 5
    assert net.table.grad().indices.tolist() == [1, 3]
    assert net.table.grad().data[:, 0].tolist() == [1, 2]


def test_a_change_in_place_is_one_of_the_gradient():
    net = make(Net.look_up, True)
    gradient = run(net, np.array([3, 1]))
    before = gradient.copy()
    gradient *= 4
    gradient /= 2
    assert net.table.grad().data.tolist() == (before.data * 2).tolist()
    whole = make(lambda net: net.table.data() + 0, True)
    head = np.ones((6, 3))
    with autograd.record():
        out = whole()
    out.backward(head)
    given = whole.table.grad()
    given *= 3
    assert head.tolist() == numpy.ones((6, 3)).tolist()
    assert whole.table.grad().data.tolist() == numpy.full((6, 3), 3).tolist()


def test_no_gradient_is_asked_for_by_null():
    net = make(Net.look_up, True)
    net.table.grad_req = "null"
    with autograd.record():
        out = net(np.array([1]))
    with pytest.raises(RuntimeError, match="no history"):
        out.backward()
    with pytest.raises(RuntimeError, match="grad_req='null'"):
        net.table.grad()


@modes
def test_queued_work_gives_the_same_rows(hybrid):
    net, index = make(Net.look_up, True, hybrid), np.array([3, 1, 3])
    want = run(net, index).copy()
    with engine.deferred():
        found = run(net, index)
    assert found.indices.tolist() == want.indices.tolist()
    assert found.data.tolist() == want.data.tolist()


# ---- gradients as values: always arrays


@modes
def test_grad_gives_arrays_of_every_order(hybrid):
    index = np.array([3, 1, 3])

    def orders(sparse):
        net = make(lambda net, i: net.look_up(i) ** 3, sparse, hybrid)
        table = net.table.data()
        with autograd.record():
            first = autograd.grad(net(index), table, create_graph=True)
            second = autograd.grad((first * first).sum(), table, create_graph=True)
            (second * values((6, 3), 5)).sum().backward()
        return first, second, net.table.grad()

    for found, want in zip(orders(True), orders(False), strict=True):
        numpy.testing.assert_allclose(found.asnumpy(), want.asnumpy(), rtol=1e-5, atol=1e-6)


def test_grad_inside_a_hybridized_function():
    def function(net, i):
        with autograd.record():
            loss = (net.look_up(i) ** 2).sum()
            return autograd.grad(loss, net.table.data(), create_graph=True) * 3

    rows, dense = both(function, [3, 1, 3], hybrid=True)
    assert rows.indices.tolist() == [1, 3]
    assert rows.asnumpy().tolist() == dense.tolist()


# ---- cost

ROWS, WIDTH = 200_000, 64  # 51 MB
SMALL = 1 << 20


def peak_of(run):
    """Bytes that `run` had at one time beyond those before it, idle small blocks included."""
    npx.waitall()
    memory.reset_peak()
    before = memory.stats()["peak"]
    run()
    npx.waitall()
    return memory.stats()["peak"] - before


@modes
@pytest.mark.parametrize("grad_req", ["write", "add"])
@pytest.mark.parametrize(
    "optimizer, options",
    [
        ("sgd", {}),
        ("sgd", {"wd": 0.1, "lazy_update": True}),
        ("sgd", {"momentum": 0.9, "lazy_update": True}),
        ("adam", {"lazy_update": True}),
        ("adagrad", {}),
    ],
)
def test_a_step_takes_no_memory_of_the_size_of_the_table(optimizer, options, grad_req, hybrid):
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Embedding(ROWS, WIDTH, sparse_grad=True), gluon.nn.Dense(3))
    net.initialize()
    net.setattr("grad_req", grad_req)
    if hybrid:
        net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), optimizer, options)
    index = np.array(numpy.random.default_rng(0).integers(0, ROWS, (8, 5)))

    def step():
        with autograd.record():
            loss = net(index).sum()
        loss.backward()
        if grad_req == "add":
            gluon.utils.clip_global_norm([p.grad() for p in net.collect_params().values()], 0.5)
        trainer.step(8)
        net.zero_grad()

    step()  # makes plans, and the states, which are as large as the table
    memory.reset_copies()
    assert peak_of(step) < SMALL
    assert memory.copies().bytes < SMALL


def test_adding_for_ever_does_not_keep_everything():
    x = np.ones((100, WIDTH))
    x.attach_grad("add", "row_sparse")
    index = np.array(numpy.arange(2000) % 10)

    def passes():
        for _ in range(100):
            with autograd.record():
                y = npx.embedding(index, x, sparse_grad=True)
            y.backward()
            npx.waitall()  # what is still queued is kept, too

    assert peak_of(passes) < 10 * 2000 * WIDTH * 4
    assert x.grad.indices.tolist() == list(range(10))
    assert (x.grad.data.asnumpy() == 20_000).all()


def test_attaching_takes_no_memory_of_the_size_of_the_table():
    x = np.zeros((ROWS, WIDTH))
    assert peak_of(lambda: x.attach_grad(stype="row_sparse")) < SMALL


# ---- the class, and what is refused


def test_row_sparse_array_says_what_it_is():
    rows = row_sparse_array((numpy.array([[1.0, 2], [3, 4]], "float32"), [1, 4]), shape=(6, 2))
    want = numpy.zeros((6, 2), "float32")
    want[[1, 4]] = [[1, 2], [3, 4]]
    assert (rows.stype, rows.shape, rows.ndim, rows.dtype) == ("row_sparse", (6, 2), 2, "float32")
    assert rows.asnumpy().tolist() == rows.tostype("default").tolist() == want.tolist()
    assert rows.tostype("row_sparse") is rows
    assert repr(rows) == "RowSparseArray(indices=[1, 4], shape=(6, 2), dtype=float32)"
    assert (2 * rows / 4).asnumpy().tolist() == (want / 2).tolist()
    assert rows.to_device("cpu").data.tolist() == [[1, 2], [3, 4]]
    many = row_sparse_array((numpy.zeros((20, 2)), range(20)), shape=(30, 2))
    assert repr(many).startswith("RowSparseArray(indices=[0, 1, 2, 3, 4, 5, 6, 7, ...], shape=")


def refused():
    leaf = np.ones((3, 2))
    leaf.attach_grad(stype="row_sparse")
    one = row_sparse_array((numpy.ones((1, 2)), [0]), shape=(3, 2))
    ones = numpy.ones((2, 2), "float32")

    def set_rows(indices, rows):
        from weft._core import native

        native.set_grad_rows(leaf, np.array(indices), np.array(rows))
        return leaf.grad

    return {
        "descending": (lambda: row_sparse_array((ones, [1, 0]), (3, 2)), ValueError, "ascending"),
        "twice": (lambda: row_sparse_array((ones, [1, 1]), (3, 2)), ValueError, "each once"),
        "negative": (lambda: row_sparse_array((ones, [-1, 1]), (3, 2)), ValueError, r"\[0, 3\)"),
        "past the end": (lambda: row_sparse_array((ones, [1, 3]), (3, 2)), ValueError, r"\[0, 3\)"),
        "too few": (lambda: row_sparse_array((ones, [1]), (3, 2)), ValueError, r"\(1, 2\)"),
        "an array as a factor": (lambda: one * ones, TypeError, "numbers only; got ndarray"),
        "numpy's functions": (lambda: numpy.asarray(one), TypeError, "todense"),
        "another stype": (lambda: one.tostype("csr"), ValueError, "'csr'"),
        "no axis": (lambda: np.ones(()).attach_grad(stype="row_sparse"), ValueError, "rank 0"),
        "integers": (
            lambda: np.ones(3, "int32").attach_grad(stype="row_sparse"),
            TypeError,
            "floating",
        ),
        "a kind of gradient": (lambda: leaf.attach_grad(stype="csr"), ValueError, "'csr'"),
        "of a parameter": (
            lambda: gluon.Parameter("w", shape=(3,), grad_stype="csr"),
            ValueError,
            "`grad_stype` of `w`",
        ),
        "a parameter without axes": (
            lambda: gluon.Parameter("w", shape=(), grad_stype="row_sparse").set_data(1.0),
            ValueError,
            "`w` has no axis",
        ),
        "rows of another shape": (
            lambda: set_rows([0], numpy.ones((1, 3), "float32")),
            ValueError,
            "shape",
        ),
        "rows of another dtype": (lambda: set_rows([0], numpy.ones((1, 2))), TypeError, "float32"),
        "indices of another dtype": (lambda: set_rows([0.5], ones[:1]), TypeError, "int64"),
        "rows outside": (lambda: set_rows([0, 3], ones), IndexError, "got 3 at position 1"),
        "clipping": (
            lambda: _take_rows(leaf, np.array([0]), mode="clip", sparse_grad=True),
            ValueError,
            "sparse_grad",
        ),
        "another axis": (
            lambda: _take_rows(leaf, np.array([0]), axis=1, sparse_grad=True),
            ValueError,
            "sparse_grad",
        ),
    }


def _take_rows(*arguments, **options):
    from weft._core import native

    return {f.__name__: f for f in native.operators()}["take_rows"](*arguments, **options)


@pytest.mark.parametrize("name", refused())
def test_what_makes_no_sense_is_refused(name):
    call, kind, text = refused()[name]
    with pytest.raises(kind, match=text):
        call()


def test_exports_look_up_as_ever(tmp_path):
    nets = [make(Net.look_up, sparse) for sparse in (True, False)]
    index = np.array([3, 1, 5])
    outs = []
    for number, net in enumerate(nets):
        net.export(tmp_path / f"{number}.weft", index)
        block = gluon.SymbolBlock.imports(tmp_path / f"{number}.weft")
        outs.append(block(index).tolist())
    assert outs[0] == outs[1] == nets[0](index).tolist()


def test_gradient_is_a_row_sparse_array():
    assert isinstance(run(make(Net.look_up, True), np.array([1])), RowSparseArray)
