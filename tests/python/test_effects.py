"""Effects: print, check and callback, eager and in plans, keep their order whatever runs them."""

import gc
import io
import os
import subprocess
import sys
import threading
import weakref

import numpy
import pytest
import weft
from hypothesis import given, settings
from hypothesis import strategies as st
from weft import autograd, engine, gluon, np, npx, runtime

PASSES = [
    "",
    "-remove_dead_code",
    "-fold_constants",
    "-eliminate_common",
    "-fuse_elementwise",
    "-remove_dead_code,-fold_constants,-eliminate_common,-fuse_elementwise",
]


@pytest.fixture(params=["inline", "async", "serial"])
def policy(request):
    before = engine.policy()
    engine.set_policy(request.param)
    yield request.param
    engine.set_policy(before)


@pytest.fixture
def passes(monkeypatch):
    return lambda text: monkeypatch.setenv("WEFT_PASSES", text)


class Captured:
    """What is printed inside the block, in `text`."""

    def __enter__(self):
        self._before, sys.stdout = sys.stdout, io.StringIO()
        return self

    def __exit__(self, *error):
        self.text = sys.stdout.getvalue()
        sys.stdout = self._before


# ---- random programs: eager order = planned order, under every pass


STEPS = ["exp", "add", "product", "view", "sum", "write", "print", "print2", "check", "log"]
STEPS += ["pure", "unused", "same", "paused", "noise"]


class Program(gluon.HybridBlock):
    """Applies steps to a small array; what its callbacks see goes to `seen`."""

    def __init__(self, steps, inner=None):
        super().__init__()
        self.steps = steps
        self.inner = inner
        self.seen = []
        self.count = 0

    def log(self, x):
        self.seen.append(x.asnumpy().tolist())

    def forward(self, x, w):
        x = x * 1 + w * 0
        for number, (step, pick) in enumerate(self.steps):
            before = x
            if step == "exp":
                x = np.exp(x * 0.1)
            elif step == "add":
                x = x + w * pick
            elif step == "product":
                x = x @ (w * 0.1) if pick > 1 else x * w
            elif step == "view":
                x = x.T
            elif step == "sum":
                x = x - x.sum(axis=pick % 2, keepdims=True) * 0.1
            elif step == "write":
                x[pick % 3] = x[0] * 0.5
            elif step == "print":
                npx.print(f"{number} {{}}", x)
            elif step == "print2":
                npx.print(f"{{}} {number} {{}}", x[0], w)
            elif step == "check":
                npx.check(x == before, "x is x")
                npx.print("checked")
            elif step == "log":
                npx.callback(self.log, x[pick % 3])
            elif step == "pure":
                x = x + npx.callback(lambda v: self.log(v) or v * 0.5, x.detach(), result=x)
            elif step == "unused":
                npx.callback(lambda v: self.log(v) or v, w, result=w)
            elif step == "same":
                npx.callback(self.log, w)
                npx.callback(self.log, w)
            elif step == "paused":
                with autograd.pause():
                    npx.print("paused {}", x.sum())
            elif step == "noise":
                x = x + np.random.uniform(size=(3, 3)) * 0.1
        return x if self.inner is None else self.inner(x, w)


steps_of_programs = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), min_size=2, max_size=14
)


def outcome(block, x, w, training):
    """Result, gradient, what was printed and what the callbacks saw."""
    weft.random.seed(3)
    block.seen.clear()
    if block.inner is not None:
        block.inner.seen.clear()
    w.attach_grad()
    with Captured() as out:
        if training:
            with autograd.record():
                y = block(x, w)
                loss = (y * y).sum()
            loss.backward(retain_graph=True)
            loss.backward()
        else:
            y = block(x, w)
        npx.waitall()
    inner = [] if block.inner is None else block.inner.seen[:]
    return y.asnumpy(), w.grad.asnumpy(), out.text, block.seen[:], inner


def arrays():
    random = numpy.random.default_rng(7)
    return [np.array(random.uniform(0.5, 1.5, (3, 3)).astype("float32")) for _ in range(2)]


@pytest.mark.parametrize("training", [False, True], ids=["predict", "train"])
@pytest.mark.parametrize("off", PASSES)
@given(steps=steps_of_programs, inner=st.none() | steps_of_programs)
@settings(deadline=None)
def test_planned_effects_equal_eager_ones(off, training, steps, inner):
    os.environ["WEFT_PASSES"] = off
    try:
        nested = None if inner is None else Program(inner)
        block = Program(steps, nested)
        x, w = arrays()
        eager = outcome(block, x, w, training)
        block.hybridize()
        outcome(block, x, w, training)
        again = outcome(block, x, w, training)  # no trace: the plan alone
    finally:
        del os.environ["WEFT_PASSES"]
    assert again[2:] == eager[2:]
    numpy.testing.assert_allclose(again[0], eager[0], rtol=1e-5)
    numpy.testing.assert_allclose(again[1], eager[1], rtol=1e-4, atol=1e-5)


def test_effects_keep_their_order_under_every_policy(policy):
    steps = [(step, 1) for step in ["exp", "print", "log", "pure", "same", "write", "print2"]]
    block = Program(steps, Program(steps))
    x, w = arrays()
    for training in (False, True):
        eager = outcome(block.hybridize(False) or block, x, w, training)
        block.hybridize()
        outcome(block, x, w, training)
        planned = outcome(block, x, w, training)
        assert planned[2:] == eager[2:]
        with engine.deferred():
            assert outcome(block, x, w, training)[2:] == eager[2:]


# ---- once, and where


def test_nothing_runs_again_for_gradients():
    seen = []
    w = np.array([1.0, 2.0])
    w.attach_grad()

    def loss(x):
        y = x * w
        s = npx.callback(lambda v: seen.append(1) or v.sum(), y.detach(), result=np.zeros(()))
        return (y * y * s).sum()

    x = np.array([1.0, 3.0])
    results = []
    for function in (loss, weft.hybridize(loss)):
        seen.clear()
        with autograd.record():
            head = function(x)
            first = autograd.grad(head, w, create_graph=True)
            second = autograd.grad((first * first).sum(), w, create_graph=True)
            third = autograd.grad(second.sum(), w)
        assert seen == [1]
        results.append([a.asnumpy() for a in (head, first, second, third)])
    for a, b in zip(*results, strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-5)


def test_results_of_callbacks_have_the_declared_types():
    x = np.array([[1.0, 2.0]])

    def several(v):
        return v.sum(), [3, 4], v.asnumpy().astype("float64")

    likes = [np.zeros(()), np.zeros((2,), dtype="int8"), numpy.zeros((1, 2))]
    for call in (lambda v: npx.callback(several, v, result=likes),):
        for function in (call, weft.hybridize(call)):
            a, b, c = function(x)
            assert (a.shape, b.dtype, c.dtype) == ((), numpy.int8, numpy.float64)
            assert (a.item(), b.asnumpy().tolist(), c.asnumpy().tolist()) == (3, [3, 4], [[1, 2]])


def test_a_callback_may_keep_its_arrays():
    kept = []

    @weft.hybridize
    def function(x):
        y = np.exp(x)
        npx.callback(kept.append, y)
        return (y * y).sum()

    for value in (0.0, 1.0):
        function(np.array([value]))
    assert [float(x) for x in kept] == pytest.approx([1, numpy.e])


def test_a_callback_runs_on_the_calling_thread(policy):
    threads = []

    @weft.hybridize
    def function(x):
        npx.callback(lambda v: threads.append(threading.get_ident()), x @ x)
        return x

    x = np.ones((64, 64))
    function(x)
    npx.callback(lambda v: threads.append(threading.get_ident()), x @ x)

    def elsewhere():
        function(x)
        threads.append(threading.get_ident())

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()
    assert threads[:2] == [threading.get_ident()] * 2
    assert threads[2] == threads[3] != threads[0]


def test_a_callback_may_use_the_library(policy):
    """Also the same plan again, and arrays that the plan reads: it sees what was there before."""
    state = np.array([1.0])
    w = np.ones((256, 256))
    seen = []

    def touch(x):
        state[:] = state + 1
        w[0, 0] = 5
        seen.append(float((x @ x).sum()))
        if len(seen) == 1:
            seen.append(float(function(x).sum()))

    @weft.hybridize
    def function(x):
        npx.callback(touch, x)
        return x * w @ w

    x = np.ones((256, 256))
    result = function(x)
    assert float(result.sum()) == 256**3
    assert float(state[0]) == 3
    assert float(w.sum()) == 256**2 + 4
    assert len(seen) == 3


def test_print_writes_what_python_reads():
    random = numpy.random.default_rng(1)
    for dtype in ["float16", "float32", "float64", "int8", "int64", "uint64", "bool"]:
        values = random.uniform(-300, 300, (2, 3, 4)).astype(dtype)
        values.ravel()[:1] = numpy.iinfo("int8").min if dtype == "int8" else 100
        for array in (values, values[::-1, :, ::2], values[0, 0, 0], values[:0]):
            with Captured() as out:
                npx.print("{}", np.array(array))
            found = numpy.array(eval(out.text), dtype=dtype)
            numpy.testing.assert_array_equal(found.reshape(array.shape), array)
    with Captured() as out:
        npx.print("{}", np.array([numpy.nan, numpy.inf, -numpy.inf, 1e30]))
        npx.print("{}", np.arange(2000).reshape(2, 1000))
        npx.print("{}", np.array([1, 0.1, 3.140625], dtype="bfloat16"))
        npx.print("{{}} {}", 3)
    assert out.text.splitlines() == [
        "[nan, inf, -inf, 1e+30]",
        "[[0, 1, 2, ..., 997, 998, 999], [1000, 1001, 1002, ..., 1997, 1998, 1999]]",
        "[1.0, 0.1, 3.14]",
        "{} 3",
    ]


def test_finding_shapes_makes_no_effects():
    class Deferred(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.dense = gluon.nn.Dense(2)
            self.calls = 0

        def double(self, x):
            seen.append(1)
            return x * 2

        def forward(self, x):
            npx.print("start")
            y = npx.callback(self.double, self.dense(x), result=x[:, :2])
            npx.check(y == y, "y is y")
            return y

    seen = []
    block = Deferred()
    block.initialize()
    block.hybridize()
    with Captured() as out:
        block(np.ones((3, 4)))
    assert (out.text, seen) == ("start\n", [1])


# ---- failures


class Counter(gluon.HybridBlock):
    """Counts its calls in a state, and checks its argument after that."""

    def __init__(self):
        super().__init__()
        self.count = np.zeros((1,))
        native = weft._core.native
        native.set_state(self.count, True)

    def forward(self, x):
        npx.print("before")
        self.count[:] = self.count + 1
        y = self.count * x
        npx.check(x > 0, "x is positive; got {}", x)
        npx.print("after")
        return y


@pytest.mark.parametrize("training", [False, True])
def test_a_failed_check_leaves_everything_usable(policy, training):
    block = Counter()
    block.hybridize()
    good, bad = np.array([2.0]), np.array([-1.0])
    good.attach_grad()
    bad.attach_grad()

    def run(x):
        if not training:
            return block(x)
        with autograd.record():
            y = block(x)
        y.backward()
        return y

    with Captured() as out:
        assert float(run(good)) == 2
        for _ in range(3):
            with pytest.raises(AssertionError, match=r"check: x is positive; got \[-1.0\]") as e:
                run(bad)
        assert isinstance(e.value, weft.Error)
        assert "Counter.forward, test_effects.py:" in str(e.value)
        assert float(block.count[0]) == 1
        assert float(run(good)) == 4
    assert out.text == "before\nafter\n" + "before\n" * 3 + "before\nafter\n"
    npx.waitall()


def test_an_exception_of_a_callback_is_the_callers(policy):
    error = KeyError("mine")

    def fail(x):
        raise error

    @weft.hybridize
    def function(x):
        y = x + 1
        npx.callback(fail, y)
        return y * 2

    x = np.array([1.0])
    for call in (function, function, lambda v: npx.callback(fail, v)):
        with pytest.raises(KeyError) as caught:
            call(x)
        assert caught.value is error
    x.attach_grad()
    with pytest.raises(KeyError), autograd.record():
        function(x)
    assert not autograd.is_recording()
    npx.waitall()
    assert float(x + 1) == 2


def test_interrupts_come_out_of_a_callback():
    def interrupt(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weft.hybridize(lambda x: npx.callback(interrupt, x) or x)(np.ones((2,)))


def test_output_that_fails_is_an_error(monkeypatch):
    class Closed:
        def write(self, text):
            raise BrokenPipeError("gone")

    monkeypatch.setattr(sys, "stdout", Closed())
    with pytest.raises(BrokenPipeError, match="gone"):
        npx.print("x")
    monkeypatch.setattr(sys, "stdout", None)
    npx.print("x")  # as Python's own: nowhere


def test_numbers_are_checked_and_printed_too():
    def function(x):
        npx.check(True, "yes")
        npx.check(x.size == 2, "two")
        npx.print("{} {}", 0.5, [1, 2])
        return x

    x = np.array([1.0, 2.0])
    for call in (function, (planned := weft.hybridize(function)), planned):
        with Captured() as out:
            call(x)
        assert out.text == "0.5 [1, 2]\n"
    for call in (npx.check, weft.hybridize(npx.check)):
        with pytest.raises(AssertionError, match=r"^check: never \("):
            call(False, "never")


def test_wrong_arguments_are_named():
    x = np.array([1.0, 2.0])
    with pytest.raises(
        ValueError, match=r"print: `format` must have one `{}` for each of 1 arrays"
    ):
        npx.print("no place", x)
    with pytest.raises(ValueError, match=r"print: .* no other braces"):
        npx.print("{:.2f}", x)
    with pytest.raises(ValueError, match="check: `message` must have one"):
        npx.check(x > 0, "{} {}", x)
    with pytest.raises(TypeError, match="check: `message` must be a string"):
        npx.check(x > 0, 3)
    with pytest.raises(TypeError, match="callback: `function` must be callable; got int"):
        npx.callback(3, x)
    with pytest.raises(TypeError, match="callback: `result` must have `shape` and `dtype`"):
        npx.callback(abs, x, result=3)
    with pytest.raises(ValueError, match=r"must give float32\(2,\) as result 0.*got float32\(1,\)"):
        npx.callback(lambda v: v[:1], x, result=x)
    with pytest.raises(ValueError, match="got float64"):
        npx.callback(lambda v: v.asnumpy().astype("float64"), x, result=x)
    with pytest.raises(ValueError, match="must give 2 results; got 1"):
        npx.callback(lambda v: (v,), x, result=(x, x))
    with pytest.raises(ValueError, match="as result 0"):
        weft.hybridize(lambda v: npx.callback(lambda u: u.sum(), v, result=v))(x)


def test_gradients_do_not_pass_a_callback_silently():
    x = np.array([1.0])
    x.attach_grad()
    twice = lambda v: npx.callback(lambda u: u * 2, v, result=v) * 3  # noqa: E731
    for function in (twice, weft.hybridize(twice)):
        with pytest.raises(
            (NotImplementedError, ValueError), match=r"`callback`.* has no gradient"
        ):
            with autograd.record():
                y = function(x)
            y.backward()


# ---- files and lifetimes


class Spoken(gluon.HybridBlock):
    def forward(self, x):
        y = x * 2
        npx.print("y = {}", y)
        npx.check(y > 0, "y is positive")
        npx.print("done")
        return y


def test_prints_and_checks_are_exported(tmp_path):
    block = Spoken()
    path = tmp_path / "spoken.weft"
    block.export(path, np.array([1.0, 2.0]))
    loaded = gluon.SymbolBlock.imports(path)
    with Captured() as out:
        assert loaded(np.array([1.0, 2.0])).asnumpy().tolist() == [2, 4]
        with pytest.raises(AssertionError, match="y is positive; 1 of 2"):
            loaded(np.array([1.0, -2.0]))
    assert out.text == "y = [2.0, 4.0]\ndone\ny = [2.0, -4.0]\n"
    context = runtime.Model(path).context()
    with Captured() as out:
        context.run(numpy.array([3, 4], "float32"))
        with pytest.raises(AssertionError, match=r"Spoken.forward, test_effects.py:"):
            context.run(numpy.array([3, -4], "float32"))
        assert context.run(numpy.array([3, 5], "float32"))[0].tolist() == [6, 10]
    assert out.text == "y = [6.0, 8.0]\ndone\ny = [6.0, -8.0]\ny = [6.0, 10.0]\ndone\n"


class Drawn(gluon.HybridBlock):
    def forward(self, x):
        y = x + np.random.uniform(size=(2,))
        npx.check(x > 0, "x is positive")
        return y


def test_a_run_that_fails_leaves_the_random_numbers_to_the_next(tmp_path):
    path = tmp_path / "drawn.weft"
    Drawn().export(path, np.array([1.0, 2.0]))
    good, bad = numpy.array([1, 2], "float32"), numpy.array([1, -2], "float32")
    context, undisturbed = runtime.Model(path).context(), runtime.Model(path).context()
    wanted = [undisturbed.run(good)[0].tolist() for _ in range(2)]
    assert wanted[0] != wanted[1]
    assert context.run(good)[0].tolist() == wanted[0]
    with pytest.raises(AssertionError, match="x is positive"):
        context.run(bad)
    assert context.run(good)[0].tolist() == wanted[1]


def test_an_imported_block_prints_inside_another(tmp_path):
    Spoken().export(tmp_path / "spoken.weft", np.array([1.0]))
    inner = gluon.SymbolBlock.imports(tmp_path / "spoken.weft")

    @weft.hybridize
    def outer(x):
        npx.print("outer")
        y = inner(x)
        npx.print("between")
        return inner(y)

    outer(np.array([1.0]))
    with Captured() as out:
        outer(np.array([1.0]))
    assert out.text == "outer\ny = [2.0]\ndone\nbetween\ny = [4.0]\ndone\n"


def test_without_python_a_model_prints_to_standard_output(tmp_path):
    Spoken().export(tmp_path / "spoken.weft", np.array([1.0]))
    code = (
        "import sys, array; from weft import runtime\n"
        "context = runtime.Model(sys.argv[1]).context()\n"
        "context.run(array.array('f', [4]))\n"
        "assert 'weft._native' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "spoken.weft"], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("y = [8.0]\ndone\n", "")


def test_a_callback_is_not_exported(tmp_path):
    def log_loss(x):
        pass

    class Talkative(gluon.HybridBlock):
        def forward(self, x):
            npx.callback(log_loss, x)
            return x

    with pytest.raises(NotImplementedError, match=r"save: `callback` calls `.*log_loss`"):
        Talkative().export(tmp_path / "none.weft", np.array([1.0]))
    assert not (tmp_path / "none.weft").exists()


def test_a_block_whose_plan_calls_it_is_freed():
    block = Program([("log", 0), ("pure", 0)])
    block.hybridize()
    block(*arrays())
    dead = weakref.ref(block)
    del block
    gc.collect()
    assert dead() is None


def test_functions_are_freed_with_the_trace_that_fails():
    calls = [lambda x: None]

    @weft.hybridize
    def function(x):
        npx.callback(calls[0], x)
        raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        function(np.ones((2,)))
    dead = weakref.ref(calls.pop())
    gc.collect()
    assert dead() is None


def test_plan_and_graph_show_effects():
    block = Spoken()
    block.hybridize()
    block(np.array([1.0]))
    assert 'print(%1, format="y = {}")' in block.plan_text("graph")
    assert "kernel check" in block.plan_text()
