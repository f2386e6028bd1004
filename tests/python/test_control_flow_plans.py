"""Plans and files of npx.foreach, while_loop and cond, and what these refuse."""

import numpy
import pytest
import weft
from control_flow import FUNCTIONS, W, array, cumulative, flat, recorded, same
from weft import gluon, np, npx
from weft._trace.state import is_tracing

X = array(4, 2, dtype="float32")


# ---- plans ---------------------------------------------------------------------------------------


def test_a_body_is_planned_once():
    planned = weft.hybridize(cumulative)
    arenas = []
    for rows in (10, 100):
        planned(array(rows, 2, 3), array(2, 3))
        function = planned.cache.last.function
        assert function.text("plan").splitlines()[0].startswith("forward: 1 steps")
        assert function.text("plan").count(f"at most {rows} times") == 1
        arenas.append(function.memory()["arena"])
    assert arenas[0] == arenas[1]


@pytest.mark.parametrize(
    "passes",
    [
        "-fuse_elementwise",
        "-eliminate_common",
        "-fold_constants",
        "-hoist_invariants",
        "-remove_dead_code",
        "-order",
        "-parts",
    ],
)
def test_results_agree_with_passes_off(passes, monkeypatch):
    x = np.array([0.3, -0.2, 0.9, 0.4, 0.8, -0.6], dtype="float64")
    for function in FUNCTIONS.values():
        outputs, gradients = recorded(weft.hybridize(function), [x], [W])
        with monkeypatch.context() as patch:
            patch.setenv("WEFT_PASSES", passes)
            again, other = recorded(weft.hybridize(function), [x], [W])
        same(again, outputs)
        same(other, gradients, 1e-12)


# ---- files ---------------------------------------------------------------------------------------


class Net(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.cell = gluon.rnn.GRUCell(3, input_size=3)
        self.norm = gluon.nn.BatchNorm(in_channels=3)
        self.head = gluon.nn.Dense(3, in_units=3)

    def forward(self, x):
        states = self.cell.begin_state(2)
        outputs, states = npx.foreach(lambda row, s: self.cell(self.norm(row), s), x, states)
        chosen = npx.cond(states[0].sum() > 0, lambda: self.head(states[0]), lambda: states[0] * 2)
        steps, (count, _) = npx.while_loop(
            lambda n, v: (v * v).sum() < 50,
            lambda n, v: (v, (n + 1, v * 2 + 1)),
            (np.zeros(()), chosen),
            6,
        )
        return outputs, chosen, steps, count


def test_a_file_with_control_flow_runs_without_the_framework(tmp_path):
    net = Net()
    net.initialize()
    x = array(5, 2, 3, dtype="float32")
    eager = net(x)
    net.hybridize()
    same(net(x), eager)
    net.export(tmp_path / "net.weft", x)
    found = weft.runtime.Model(str(tmp_path / "net.weft")).context().run(x.asnumpy())
    for one, wanted in zip(found, flat(eager), strict=True):
        numpy.testing.assert_array_equal(one, wanted.asnumpy())
    same(gluon.SymbolBlock.imports(tmp_path / "net.weft")(x), eager)


class Cumulated(gluon.HybridBlock):
    """Numbers of the body follow from dimensions."""

    def __init__(self):
        super().__init__()
        self.cell = gluon.rnn.GRUCell(3, input_size=3)

    def forward(self, x):
        _, n, _ = x.shape
        place = np.arange(n).reshape((n, 1))

        def body(row, state):
            state = np.tanh(self.cell(row, [state])[0] * 0.5 + place + np.ones((n, 1)))
            return npx.cond(state.sum() > n, lambda: state * n, lambda: state + row), state

        return npx.foreach(body, x, np.zeros((n, 3)))


def test_rows_of_a_loop_may_be_a_dimension(tmp_path):
    net = Cumulated()
    net.initialize()
    x = array(5, 2, 3, dtype="float32")
    net.export(tmp_path / "any.weft", x, dynamic={"x": {0: "time", 1: "batch"}})
    model = weft.runtime.Model(str(tmp_path / "any.weft"))
    for shape in ((5, 2, 3), (7, 4, 3), (1, 1, 3)):
        x = array(*shape, dtype="float32")
        for one, wanted in zip(model.context().run(x.asnumpy()), flat(net(x)), strict=True):
            numpy.testing.assert_array_equal(one, wanted.asnumpy())


def test_rows_of_a_loop_may_follow_from_values():
    def chosen(x, mask):
        rows = x[mask > 0]
        return npx.foreach(
            lambda row, s: (row * 2, s + row * rows.shape[0]), rows, np.zeros((3,)) + x.sum()
        )

    planned = weft.hybridize(chosen)
    for n in (3, 8, 0):
        inputs = [array(n, 3), array(n)]
        found = [recorded(function, inputs, []) for function in (chosen, planned)]
        same(found[1][0], found[0][0])
        same(found[1][1], found[0][1], 1e-12)


def test_the_number_of_steps_is_no_dimension(tmp_path):
    net = gluon.nn.HybridLambda(
        lambda x: npx.while_loop(
            lambda v: v.sum() < 9, lambda v: (v, (v + 1,)), (x.sum(axis=0),), x.shape[0]
        )[0]
    )
    with pytest.raises(RuntimeError, match="must not depend on an extent that only a run knows"):
        net.export(tmp_path / "no.weft", X, dynamic={"args.0": {0: "time"}})


# ---- what is refused -----------------------------------------------------------------------------

REFUSED = {
    "state shape": (
        lambda x: npx.foreach(lambda r, s: (r, np.concatenate([s, s])), x, np.zeros((2,))),
        ValueError,
        r"init_states` must keep .* float32\(2,\) before an iteration and is float32\(4,\) after",
    ),
    "state dtype": (
        lambda x: npx.foreach(
            lambda r, s: (r, {"h": s["h"].astype("float64")}), x, {"h": np.zeros((2,))}
        ),
        ValueError,
        r"init_states\['h'\]` must keep its shape and dtype; it was float32.* and is float64",
    ),
    "state nesting": (
        lambda x: npx.foreach(lambda r, s: (r, [s, s]), x, np.zeros((2,))),
        ValueError,
        "must stay nested in the same way",
    ),
    "no pair": (
        lambda x: npx.foreach(lambda r, s: r, x, np.zeros((2,))),
        TypeError,
        r"`body` must return a pair \(outputs, states\); got",
    ),
    "number as output": (
        lambda x: npx.foreach(lambda r, s: (1.0, s), x, np.zeros((2,))),
        TypeError,
        "`outputs` must be an array; got float",
    ),
    "number as state": (
        lambda x: npx.foreach(lambda r, s: (r, s), x, 0),
        TypeError,
        "`init_states` must be an array; got int",
    ),
    "rows": (
        lambda x: npx.foreach(lambda r, s: (r[0], s), [x, x[1:]], np.zeros((2,))),
        ValueError,
        r"`data\[1\]` must have as many rows as the others, 4",
    ),
    "no rows": (
        lambda x: npx.foreach(lambda r, s: (r, s), x.sum(), np.zeros((2,))),
        ValueError,
        "must be arrays with an axis",
    ),
    "variable shape": (
        lambda x: npx.while_loop(
            lambda v: v.sum() < 9, lambda v: (None, (v.reshape((1, 2)),)), (np.zeros((2,)),), 3
        ),
        ValueError,
        r"`loop_vars\[0\]` must keep .* float32\(2,\) before .* float32\(1, 2\) after",
    ),
    "condition shape": (
        lambda x: npx.while_loop(lambda v: v < 9, lambda v: (None, (v,)), (np.zeros((2,)),), 3),
        ValueError,
        r"`cond` must give one number or bool; got shape \(2,\)",
    ),
    "negative limit": (
        lambda x: npx.while_loop(lambda v: v < 9, lambda v: (None, (v,)), (x.sum(),), -1),
        ValueError,
        "max_iterations` must be at least 0; got -1",
    ),
    "no limit": (
        lambda x: npx.while_loop(lambda v: v < 9, lambda v: (None, (v,)), (x.sum(),), None),
        TypeError,
        "max_iterations` must be an integer",
    ),
    "predicate shape": (
        lambda x: npx.cond(x > 0, lambda: x, lambda: x),
        ValueError,
        "`pred` must give one number or bool",
    ),
}
TRACED_ONLY = {
    "branch types": (
        lambda x: npx.cond(x.sum() > 0, lambda: x, lambda: x.sum()),
        ValueError,
        r"float32\(4, 2\) and of `else_func` float32\(\)",
    ),
    "branch nesting": (
        lambda x: npx.cond(x.sum() > 0, lambda: x, lambda: [x, x]),
        ValueError,
        "nested in the same way",
    ),
    "effect": (
        lambda x: npx.foreach(lambda r, s: (npx.print("{}", r), s), x, np.zeros((2,))),
        NotImplementedError,
        r"`print` \(.*\w+\.py:\d+\) is an effect",
    ),
    "argument written": (
        lambda x: npx.foreach(lambda r, s: (r, s.__setitem__(0, 1) or s), x, np.zeros((2,))),
        NotImplementedError,
        r"writes to its argument 1 in place \(.*\w+\.py:\d+\)",
    ),
    "mask": (
        lambda x: npx.foreach(lambda r, s: (r[r > 0].sum(), s), x, np.zeros((2,))),
        NotImplementedError,
        r"an extent that depends on values .* \(.*\w+\.py:\d+\)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("wrap", [lambda f: f, weft.hybridize], ids=["eager", "hybridized"])
def test_mistakes_are_refused(name, wrap):
    function, error, text = REFUSED[name]
    with pytest.raises(error, match=text):
        wrap(function)(X)
    assert not is_tracing()


@pytest.mark.parametrize("name", TRACED_ONLY)
def test_what_a_graph_cannot_hold_is_refused(name):
    function, error, text = TRACED_ONLY[name]
    with pytest.raises(error, match=text):
        weft.hybridize(function)(X)
    assert not is_tracing()


@pytest.mark.parametrize(
    "read",
    [
        lambda x: 1 if x.sum() > 0 else 2,
        lambda x: float(x.sum()),
        lambda x: int(x.sum()),
        lambda x: x.sum().item(),
    ],
    ids=["if", "float", "int", "item"],
)
def test_deciding_by_a_traced_value_names_what_to_use_and_the_line(read):
    with pytest.raises(RuntimeError, match=r"\w+\.py:\d+.*npx\.cond.*while_loop"):
        weft.hybridize(read)(X)


def test_an_array_of_a_body_does_not_leave_it():
    kept = []
    function = weft.hybridize(
        lambda x: [npx.foreach(lambda r, s: (kept.append(r) or r, s), x, x[0]), kept[0] * 2]
    )
    with pytest.raises(RuntimeError, match="an array of a trace that has ended"):
        function(X)


def test_devices_refuse_control_flow_that_is_hybridized(fakes):
    function = weft.hybridize(
        lambda x: npx.cond(
            x.sum() > 0, lambda: x * 2, lambda: npx.foreach(lambda row, s: (row + s, s), x, x[0])[0]
        )
    )
    with fakes[0]:
        there = array(4, 2, dtype="float32").to_device(fakes[0])
        with pytest.raises(NotImplementedError, match="control flow runs on the CPU only"):
            function(there)


def test_symbols_have_no_control_flow():
    x = weft.sym.var("x")
    with pytest.raises(NotImplementedError, match="symbols have no control flow"):
        npx.foreach(lambda r, s: (r, s), x, x)
