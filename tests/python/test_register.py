"""Operators from outside the build: written in Python, and loaded from a library in C. What every
operator does (values, gradients, traces, files) the registry suite looks at; here is the rest."""

import itertools
import os
import subprocess
import sys
import threading

import numpy
import pytest
import weft
from outside_operators import library_path
from weft import autograd, gluon, np, npx, runtime
from weft.library import ArrayType, Attribute, Input, load, register_op

_number = itertools.count()


def fresh() -> str:
    """A name that no operator has."""
    return f"registered_{next(_number)}"


def same(x, **attributes):
    return x


def register(**definition):
    """An operator of one input; what is not given makes it the identity."""
    absent = {"inputs": ["x"], "infer": same, "kernel": lambda x: x.copy(), "no_gradient": "a test"}
    if "gradient" in definition:
        del absent["no_gradient"]
    return register_op(fresh(), **{**absent, **definition})


# ---- what it looks like


def test_the_operator_is_a_function_of_npx():
    name = fresh()
    operator = register_op(
        name,
        inputs={"x": "any floats"},
        attributes={"scale": 2.0, "axes": (0, 1), "mode": "up", "dtype": numpy.dtype("int8")},
        infer=same,
        kernel=lambda x, **attributes: x,
        no_gradient="only a test",
        doc="What it does.",
    )
    assert getattr(npx, name) is operator
    assert operator.__module__ == "weft.npx"
    assert operator.__doc__.startswith("What it does.\n\nx: any floats\n")
    assert str(operator.__signature__) == (
        "(x, scale=2.0, axes=(0, 1), mode='up', dtype='int8', *, out=None)"
    )
    assert operator.schema["library"] == f"{__name__} (Python)"
    assert operator.schema["runs_on_caller"]
    assert npx.relu.schema["library"] is None


def test_attributes_arrive_as_python_objects():
    seen = {}
    operator = register(
        attributes={
            "whole": 3,
            "real": 0.5,
            "flag": True,
            "text": "a",
            "axes": (1, 2),
            "dtype": numpy.dtype("float64"),
            "maybe": Attribute("int"),
            "needed": Attribute("float", required=True),
        },
        infer=same,
        kernel=lambda x, **attributes: seen.update(attributes) or x,
    )
    operator(np.ones(2), axes=4, needed=1, flag=False)
    assert seen == {
        **{"whole": 3, "real": 0.5, "flag": False, "text": "a", "axes": (4,)},
        **{"dtype": numpy.dtype("float64"), "maybe": None, "needed": 1.0},
    }
    assert type(seen["flag"]) is bool
    with pytest.raises(TypeError, match="`needed` is missing"):
        operator(np.ones(2))


def test_inputs_promote_as_the_definition_says():
    types = []

    def infer(x, y):
        types.append((x.dtype, y.dtype))
        return ArrayType(numpy.broadcast_shapes(x.shape, y.shape), x.dtype)

    def kernel(x, y):
        return x + y.astype(x.dtype)

    for promotion in ("common", "float", "keep"):
        operator = register(inputs=["x", "y"], infer=infer, kernel=kernel, promotion=promotion)
        operator(np.ones(2, "int32"), np.ones(2, "int64"))
    assert types[0] == (numpy.dtype("int64"), numpy.dtype("int64"))
    assert types[-1] == (numpy.dtype("int32"), numpy.dtype("int64"))
    assert (numpy.dtype("float32"), numpy.dtype("float32")) in types
    exact = register(inputs=["x", "y"], infer=infer, kernel=kernel, promotion="exact")
    with pytest.raises(TypeError, match="both must have one floating dtype"):
        exact(np.ones(2), np.ones(2, "float64"))


def test_scalars_optional_inputs_and_lists_arrive():
    seen = []
    inputs = {"x": "", "mask": Input(optional=True, keeps_dtype=True), "rest": Input(many=True)}

    def kernel(x, mask, *rest):
        seen.append((x.shape, mask if mask is None else mask.dtype, [r.shape for r in rest]))
        return rest[0]

    operator = register(inputs=inputs, infer=lambda x, mask, *rest: rest[0], kernel=kernel)
    operator(2.5, None, [np.ones(3), np.ones(3)])
    operator(np.ones(1), np.zeros(2, "bool"), [np.ones((2, 2))])
    assert seen == [((), None, [(3,), (3,)]), ((1,), numpy.dtype("bool"), [(2, 2)])]


# ---- how it runs


@pytest.fixture(params=["inline", "async", "serial"])
def policy(request):
    before = weft.engine.policy()
    weft.engine.set_policy(request.param)
    yield request.param
    weft.engine.set_policy(before)


def test_a_kernel_in_python_runs_on_the_calling_thread(policy):
    threads = set()

    def kernel(x):
        threads.add(threading.get_ident())
        return x * 2

    operator = register(kernel=kernel)
    hybrid = weft.hybridize(lambda x: operator(operator(x) + 1))
    x = np.ones(1000)
    for _ in range(3):
        assert float(operator(x + 1).sum()) == 4000
        assert float(hybrid(x).sum()) == 6000
    assert threads == {threading.get_ident()}


def test_a_kernel_may_use_the_library(policy):
    weights = np.array([1.0, 2.0, 3.0])

    def kernel(x):
        return (np.array(x) * weights).sum().asnumpy() * x

    operator = register(kernel=kernel)
    x = np.ones(3)
    for function in (operator, weft.hybridize(lambda x: operator(x) + 0)):
        assert function(weights / weights).tolist() == [6, 6, 6]
        assert function(x + 0).tolist() == [6, 6, 6]


def test_many_threads_call_and_trace_one_operator():
    operator = register(
        kernel=lambda x: x * 3, gradient=lambda inputs, outputs, cotangents: cotangents[0] * 3
    )
    hybrid = weft.hybridize(lambda x: operator(x) * x)
    failures = []

    def work(seed):
        try:
            for size in range(1, 20):
                x = np.ones(size + seed % 2)
                x.attach_grad()
                with autograd.record():
                    y = hybrid(x) + operator(x)
                y.backward()
                assert x.grad.tolist() == [9.0] * x.size
                hybrid.cache.last.function.text("plan")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_views_are_not_writable_and_must_not_be_kept():
    def writes(x):
        x[0] = 1
        return x

    with pytest.raises(ValueError, match="read-only"):
        register(kernel=writes)(np.ones(3))
    kept = []
    with pytest.raises(RuntimeError, match=r"registered_\d+: the kernel keeps one of its arrays"):
        register(kernel=lambda x: kept.append(x[1:]) or x)(np.ones(3))

    def recursive(x):
        def inner(depth):  # a cycle that holds x until it is collected
            return x if depth == 0 else inner(depth - 1)

        return inner(3)

    assert register(kernel=recursive)(np.ones(3)).tolist() == [1, 1, 1]


def test_a_composition_is_traced_once_for_each_signature():
    runs = []

    def compose(x, y, *, power):
        runs.append((x.shape, y if isinstance(y, float) else y.shape))
        return x**power * y

    operator = register_op(fresh(), inputs=["x", "y"], attributes={"power": 2}, compose=compose)
    x = np.array([1.0, 2.0])
    for _ in range(2):
        assert operator(x, 3.0).tolist() == [3, 12]
        assert operator(x, x).tolist() == [1, 8]
        assert operator(x, x, power=1).tolist() == [1, 4]
        assert weft.hybridize(lambda x: operator(x, 3.0))(x).tolist() == [3, 12]
    assert runs == [((2,), 3.0), ((2,), (2,)), ((2,), (2,))]


def test_a_rule_inside_a_trace_leaves_the_trace_alone():
    operator = register_op(fresh(), inputs=["x"], compose=lambda x: npx.relu(x) + 1)

    @weft.hybridize
    def traced(x):
        with autograd.record():  # as a loss inside a traced step
            return operator(x * 2) - operator(x)

    assert traced(np.array([-1.0, 3.0])).tolist() == [0, 3]


def test_third_order_through_a_rule_in_python():
    def gradient(inputs, outputs, cotangents):
        return cotangents[0] * 4 * inputs[0] ** 3

    operator = register(kernel=lambda x: x**4, gradient=gradient)
    for function in (operator, weft.hybridize(lambda x: operator(x))):
        x = np.array([1.5, -2.0])
        x.attach_grad()
        with autograd.record():
            y = function(x)
            for _ in range(2):
                (y,) = autograd.grad(y.sum(), [x], create_graph=True)
        y.backward()
        numpy.testing.assert_allclose(x.grad.asnumpy(), 24 * x.asnumpy(), rtol=1e-6)


@pytest.mark.parametrize("which", ["input", "output", "cotangent"])
@pytest.mark.parametrize("hybrid", [False, True])
def test_a_gradient_may_be_what_the_rule_is_given(which, hybrid):
    """An array that a rule returns as it is counts as read, so it is kept for the backward."""
    given = {
        "input": lambda inputs, outputs, cotangents: (inputs[1], None),
        "output": lambda inputs, outputs, cotangents: (outputs[0], None),
        "cotangent": lambda inputs, outputs, cotangents: (cotangents[0], None),
    }
    operator = register(
        inputs=["x", "y"],
        infer=lambda x, y: x,
        kernel=lambda x, y: x * 3,
        gradient=given[which],
    )
    x, y = np.array([1.0, 2.0]), np.array([5.0, 7.0])
    x.attach_grad()

    def scaled(x, y):
        return operator(x, y) * 2

    run = weft.hybridize(scaled) if hybrid else scaled
    with autograd.record():
        total = run(x, y).sum()
    total.backward()
    wanted = {"input": [5.0, 7.0], "output": [3.0, 6.0], "cotangent": [2.0, 2.0]}[which]
    assert x.grad.tolist() == wanted
    x.grad[...] = 0  # it is an array of its own
    assert y.tolist() == [5.0, 7.0] and x.tolist() == [1.0, 2.0]


def test_training_mode_reaches_a_composition():
    operator = register_op(
        fresh(), inputs=["x"], compose=lambda x: -x if autograd.is_training() else x + 0
    )
    x = np.ones(2)
    for function in (operator, weft.hybridize(lambda x: operator(x))):
        assert function(x).tolist() == [1, 1]
        with autograd.train_mode():
            assert function(x).tolist() == [-1, -1]


# ---- what goes wrong


def test_incomplete_definitions_are_refused():
    wrong = [
        ({"infer": None}, ValueError, "must have an inference rule"),
        ({"kernel": None}, ValueError, "must have a kernel or a composition"),
        (
            {"no_gradient": ""},
            ValueError,
            "a gradient rule or a reason for having none; got neither",
        ),
        ({"compose": lambda x: x}, ValueError, "either a composition or a kernel"),
        ({"outputs": 9}, ValueError, "1 to 8 outputs; got 9"),
        ({"promotion": "sideways"}, ValueError, "sideways"),
        ({"inputs": "x"}, TypeError, "a sequence of names"),
        ({"inputs": ["x", "x"]}, ValueError, "got `x` twice"),
        ({"inputs": {"x": 3}}, TypeError, "weft.library.Input"),
        ({"attributes": {"k": object()}}, TypeError, "attribute `k`"),
        ({"attributes": {"k": Attribute("int", "one")}}, TypeError, "`k` must be an integer"),
        (
            {"attributes": {"k": Attribute("complex")}},
            ValueError,
            "of a known kind; got kind .* for `k`",
        ),
        ({"attributes": {"out": 1}}, ValueError, "`out`"),
        ({"kernel": 3}, TypeError, "`kernel`"),
    ]
    count = len(weft._core.native.operators())
    for definition, error, text in wrong:
        with pytest.raises(error, match=text):
            register(**definition)
    for name, text in (("add", "exists already"), ("save", "another `save`"), ("a b", "a word")):
        with pytest.raises(ValueError, match=text):
            register_op(name, inputs=["x"], compose=lambda x: x)
    assert len(weft._core.native.operators()) == count


@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_an_exception_of_a_kernel_is_the_callers(mode):
    class MineError(Exception):
        pass

    def kernel(x):
        raise MineError("no")

    operator = register(kernel=kernel)
    function = weft.hybridize(lambda x: operator(x)) if mode == "graph" else operator
    with pytest.raises(MineError) as caught:
        function(np.ones(2))
    assert str(caught.value) == "no"
    line = test_an_exception_of_a_kernel_is_the_callers.__code__.co_firstlineno + 9
    where = f" ({__file__}:{line})" if mode == "graph" else ""
    assert caught.value.__notes__ == [f"{operator.__name__}: MineError: no{where}"]
    assert "kernel" in [entry.name for entry in caught.traceback]


def test_results_of_other_types_are_refused():
    wrong = [
        ({"kernel": lambda x: x[1:]}, ValueError, r"must return float32\(3,\), .* float32\(2,\)"),
        ({"kernel": lambda x: x.astype("int8")}, ValueError, r"got int8\(3,\)"),
        ({"kernel": lambda x: (x, x)}, ValueError, "kernel must give 1 results; got 2"),
        ({"infer": lambda x: "float32"}, TypeError, "infer must return an ArrayType"),
        ({"infer": lambda x: (x, x)}, ValueError, "infer must give 1 results; got 2"),
        ({"infer": lambda x: ArrayType((-1,), x.dtype)}, ValueError, "output 0"),
        ({"infer": lambda x: ArrayType((1,) * 17, x.dtype)}, ValueError, r"\[0, 16\]; got 17"),
        ({"infer": lambda x: ArrayType((1,), "no dtype")}, TypeError, "no dtype"),
    ]
    for definition, error, text in wrong:
        operator = register(**definition)
        with pytest.raises(error, match=text) as caught:
            operator(np.ones(3))
        assert str(caught.value).startswith(f"{operator.__name__}: ")


def test_rules_that_go_wrong_are_refused():
    elsewhere = np.ones(2)

    def writes(x):
        x += 1
        return x

    def reads(x):
        return x if float(x.sum()) > 0 else -x

    wrong = [
        (lambda x: x * elsewhere, ValueError, "got 1 others"),
        (writes, ValueError, "must not write"),
        (reads, RuntimeError, "traced|trace"),
        (lambda x: 3, TypeError, "must return arrays of Weft"),
        (lambda x: (x, x), ValueError, "compose must give 1 results; got 2"),
    ]
    for compose, error, text in wrong:
        operator = register_op(fresh(), inputs=["x"], compose=compose)
        for function in (operator, weft.hybridize(lambda x, operator=operator: operator(x))):
            with pytest.raises(error, match=text):
                function(np.ones(2))
            assert not weft._core.native.modes() & weft._core.native.TRACING


def test_gradients_that_go_wrong_are_refused():
    wrong = [
        (lambda i, o, c: (c[0], c[0]), ValueError, "one array or None per input, 1; got 2"),
        (lambda i, o, c: c[0][1:], ValueError, r"gradient for `x` must have shape \(3,\)"),
        (lambda i, o, c: 1.0, TypeError, "must return arrays of Weft"),
        (lambda i, o, c: 1 / 0, ZeroDivisionError, "division"),
    ]
    for gradient, error, text in wrong:
        operator = register(gradient=gradient)
        x = np.ones(3)
        x.attach_grad()
        for function in (operator, weft.hybridize(lambda x, operator=operator: operator(x))):
            with pytest.raises(error, match=text), autograd.record():
                function(x).backward()


# ---- files and libraries


def exported(function, x, path):
    class Block(gluon.HybridBlock):
        def forward(self, x):
            return function(x)

    block = Block()
    block.hybridize()
    result = block(x).asnumpy()
    block.export(path)
    return result


def in_a_new_process(code: str, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_a_file_asks_for_the_library_of_its_operators(tmp_path):
    x = np.array([1.0, -2.0, 3.0])
    result = exported(lambda x: npx.outside_cube(x, factor=2.0) + 1, x, tmp_path / "cube.weft")
    library = library_path("liboperators")
    code = """
import sys, array
from weft import runtime
path, library = sys.argv[1:]
try:
    runtime.Model(path)
except NotImplementedError as error:
    print(error)
runtime.load_library(library)
context = runtime.Model(path).context()
print(context.run(array.array("f", [1.0, -2.0, 3.0]))[0].tolist())
assert not {"numpy", "weft._native"} & set(sys.modules)
"""
    done = in_a_new_process(code, tmp_path / "cube.weft", library)
    assert done.returncode == 0, done.stderr
    error, found = done.stdout.splitlines()
    assert "operator `outside_cube` belongs to the library `liboperators.so`" in error
    assert found == str(result.tolist())


def test_a_file_asks_for_the_module_of_its_operators(tmp_path):
    operator = register(kernel=lambda x: x * 5)
    x = np.ones(3)
    path = tmp_path / "five.weft"
    result = exported(operator, x, path)
    assert gluon.SymbolBlock.imports(path)(x).tolist() == result.tolist()
    (found,) = runtime.Model(path).context().run(x.asnumpy())
    assert found.tolist() == result.tolist()
    assert f"operator {operator.__name__} of {__name__} (Python)" in runtime.Model(path).text
    done = in_a_new_process(
        "import sys; from weft import runtime; runtime.Model(*sys.argv[1:])", path
    )
    assert f"`{operator.__name__}` belongs to the library `{__name__} (Python)`" in done.stderr


def test_a_kernel_that_raises_in_the_runtime_gives_its_text(tmp_path):
    fails = []

    def kernel(x):
        if fails:
            raise KeyError("gone")
        return x.copy()

    x = np.ones(3)
    exported(register(kernel=kernel), x, tmp_path / "fails.weft")
    context = runtime.Model(tmp_path / "fails.weft").context()
    fails.append(True)
    with pytest.raises(LookupError, match="KeyError: 'gone'"):
        context.run(x.asnumpy())


def test_a_composition_needs_no_library(tmp_path):
    operator = register_op(fresh(), inputs=["x"], compose=lambda x: npx.relu(x) * 2)
    exported(operator, np.ones(3), tmp_path / "plain.weft")
    assert operator.__name__ not in runtime.Model(tmp_path / "plain.weft").text


def test_what_is_no_library_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        load(tmp_path / "none.so")
    (tmp_path / "text.so").write_text("no library")
    with pytest.raises(OSError, match=r"text\.so"):
        load(tmp_path / "text.so")
    with pytest.raises(ValueError, match="weft_library_init"):
        load(library_path("libno_library"))
    with pytest.raises(NotImplementedError, match="`outside_future` was compiled for interface"):
        load(library_path("libfrom_the_future"))


def test_loading_again_gives_the_same_operators():
    operators = load(library_path("liboperators"))
    assert operators == load(library_path("liboperators"))
    assert npx.outside_cube in operators


def test_a_random_operator_draws_anew_and_repeats_with_its_seed():
    x = np.zeros(64)
    hybrid = weft.hybridize(lambda x: npx.outside_jitter(x))
    for function in (npx.outside_jitter, hybrid):
        drawn = []
        for seed in (1, 1, 2):
            weft.random.seed(seed)
            drawn.append((function(x).tolist(), function(x).tolist()))
        assert drawn[0] == drawn[1] != drawn[2]
        assert drawn[0][0] != drawn[0][1]
        assert 0 <= min(drawn[0][0]) < max(drawn[0][0]) < 1
