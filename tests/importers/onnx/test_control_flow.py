"""If, Loop and Scan: eager, in a trace, and with gradients."""

import numpy
import pytest
import weft
from onnx import TensorProto, helper, numpy_helper
from onnx_models import model
from onnx_runs import compare, compare_gradients, listed, outputs_of
from weft import autograd, np

make = helper.make_node
DOUBLE, INT64, BOOL = TensorProto.DOUBLE, TensorProto.INT64, TensorProto.BOOL


def value(name, kind=DOUBLE, shape=None):
    return helper.make_tensor_value_info(name, kind, shape)


def body(nodes, inputs, outputs, constants=None):
    """A body; inputs and outputs are names, or names with types."""
    typed = [value(v) if isinstance(v, str) else value(*v) for v in inputs]
    given = [value(v) if isinstance(v, str) else value(*v) for v in outputs]
    held = [numpy_helper.from_array(numpy.asarray(v), n) for n, v in (constants or {}).items()]
    return helper.make_graph(nodes, "body", typed, given, held)


def numbers(*shape):
    return numpy.random.default_rng(0).normal(size=shape)


# ---- If -----------------------------------------------------------------------------------------


def branches(condition):
    return make(
        "If",
        [condition],
        ["y"],
        then_branch=body([make("Add", ["x", "x"], ["a"])], [], ["a"]),
        else_branch=body([make("Sin", ["x"], ["b"])], [], ["b"]),
    )


@pytest.mark.parametrize("decision", [True, False])
def test_a_branch_by_an_input(decision):
    network = model(
        [branches("c")], {"c": ("bool", []), "x": ("float64", [3])}, {"y": ("float64", [3])}
    )
    compare(network, [numpy.array(decision), numbers(3)])


@pytest.mark.parametrize("extent", [2, 3])
def test_a_branch_by_a_shape_is_taken_when_traced(extent):
    nodes = [
        make("Shape", ["x"], ["shape"]),
        make("Gather", ["shape", "zero"], ["count"]),
        make("Equal", ["count", "two"], ["c"]),
        make(
            "If",
            ["c"],
            ["y"],
            then_branch=body([make("Neg", ["x"], ["a"])], [], ["a"]),
            else_branch=body([make("ReduceSum", ["x"], ["b"], keepdims=0)], [], ["b"]),
        ),
    ]
    held = {"zero": numpy.array(0), "two": numpy.array(2)}
    network = model(nodes, {"x": ("float64", [None])}, {"y": ("float64", None)}, held)
    compare(network, [numbers(extent)])


def test_branches_of_different_shapes_cannot_be_traced():
    node = make(
        "If",
        ["c"],
        ["y"],
        name="choice",
        then_branch=body([make("Neg", ["x"], ["a"])], [], ["a"]),
        else_branch=body([make("ReduceSum", ["x"], ["b"], keepdims=0)], [], ["b"]),
    )
    inputs = {"c": ("bool", []), "x": ("float64", [3])}
    network = model([node], inputs, {"y": ("float64", None)})
    compare(network, [numpy.array(False), numbers(3)], hybridizes=False)
    block = weft.onnx.load(network)
    block.hybridize()
    with pytest.raises(ValueError, match=r"If `choice`.*both branches must give the same shapes"):
        block(np.array(True), np.array(numbers(3)))


@pytest.mark.parametrize("hybridizes", [False, True])
@pytest.mark.parametrize("decision", [True, False])
def test_gradients_of_branches(decision, hybridizes):
    network = model(
        [branches("c")], {"c": ("bool", []), "x": ("float64", [3])}, {"y": ("float64", [3])}
    )
    compare_gradients(network, [numpy.array(decision), numbers(3)], hybridizes=hybridizes)


# ---- Loop ---------------------------------------------------------------------------------------


def loop_body(condition=None):
    """s = sin(s) + x, and s² is collected."""
    nodes = [
        make("Sin", ["s"], ["sine"]),
        make("Add", ["sine", "x"], ["s_out"]),
        make("Mul", ["s_out", "s_out"], ["square"]),
        *(condition or [make("Identity", ["go"], ["go_out"])]),
    ]
    inputs = [("i", INT64, []), ("go", BOOL, []), "s"]
    return body(nodes, inputs, [("go_out", BOOL, []), "s_out", "square"])


def loop(trips, condition="", inner=None):
    node = make("Loop", [trips, condition, "x"], ["last", "rows"], body=inner or loop_body())
    return node, {"last": ("float64", None), "rows": ("float64", None)}


@pytest.mark.parametrize("trips", [0, 1, 3, 9])
def test_a_loop_of_a_known_count(trips):
    node, outputs = loop("n")
    network = model([node], {"x": ("float64", [2])}, outputs, {"n": numpy.array(trips)})
    x = numbers(2)
    found = outputs_of(network, [x])
    wanted, state = [], x
    for _ in range(trips):
        state = numpy.sin(state) + x
        wanted.append(state**2)
    numpy.testing.assert_allclose(found[0], state)
    assert found[1].shape == (trips, 2)
    numpy.testing.assert_allclose(found[1], numpy.reshape(wanted, (trips, 2)))


@pytest.mark.parametrize("hybridizes", [False, True])
@pytest.mark.parametrize("trips", [2, 7])
def test_gradients_of_a_loop(trips, hybridizes):
    node, outputs = loop("n")
    network = model([node], {"x": ("float64", [2])}, outputs, {"n": numpy.array(trips)})
    compare_gradients(network, [numbers(2)], hybridizes=hybridizes)


def counting(condition):
    """s grows by x until it is 10; nothing is collected."""
    nodes = [make("Add", ["s", "x"], ["s_out"]), make("Less", ["s_out", "ten"], ["go_out"])]
    inner = body(
        nodes,
        [("i", INT64, []), ("go", BOOL, []), "s"],
        [("go_out", BOOL, []), "s_out"],
        {"ten": 10.0},
    )
    return make("Loop", ["n", condition, "x"], ["last"], body=inner)


# The reference evaluator takes an absent condition for false, and stacks rows by `vstack`, so loops
# have oracles of their own.
@pytest.mark.parametrize(
    ("x", "trips", "wanted"), [(3.0, 20, 12.0), (3.0, 2, 9.0), (0.5, 100, 10.0), (0.5, 0, 0.5)]
)
def test_a_loop_that_values_end(x, trips, wanted):
    inputs = {"n": ("int64", []), "x": ("float64", [])}
    network = model([counting("")], inputs, {"last": ("float64", [])})
    compare(network, [numpy.array(trips), numpy.array(x)], wanted=[numpy.array(wanted)])


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_loop_with_a_first_condition(goes_on):
    inputs = {"n": ("int64", []), "c": ("bool", []), "x": ("float64", [])}
    network = model([counting("c")], inputs, {"last": ("float64", [])})
    compare(network, [numpy.array(5), numpy.array(goes_on), numpy.array(3.0)])


def test_a_loop_without_a_count():
    node = counting("c")
    node.input[0] = ""
    network = model([node], {"c": ("bool", []), "x": ("float64", [])}, {"last": ("float64", [])})
    compare(network, [numpy.array(True), numpy.array(3.0)], wanted=[numpy.array(12.0)])


@pytest.mark.parametrize("trips", [1, 6])
def test_a_loop_whose_values_grow_is_written_out(trips):
    inner = body(
        [make("Concat", ["s", "x"], ["s_out"], axis=0), make("Identity", ["go"], ["go_out"])],
        [("i", INT64, []), ("go", BOOL, []), "s"],
        [("go_out", BOOL, []), "s_out"],
    )
    node = make("Loop", ["n", "", "x"], ["last"], body=inner)
    held = {"n": numpy.array(trips)}
    network = model([node], {"x": ("float64", [2])}, {"last": ("float64", None)}, held)
    compare(network, [numbers(2)], wanted=[numpy.tile(numbers(2), trips + 1)])


def test_a_loop_uses_its_step_as_a_place():
    """The step is a host value where the loop is written out, because Slice needs it."""
    inner = body(
        [
            make("Unsqueeze", ["i", "axis"], ["start"]),
            make("Add", ["start", "one"], ["end"]),
            make("Slice", ["x", "start", "end"], ["row"]),
            make("Add", ["s", "row"], ["s_out"]),
            make("Identity", ["go"], ["go_out"]),
        ],
        [("i", INT64, []), ("go", BOOL, []), "s"],
        [("go_out", BOOL, []), "s_out", "row"],
        {"axis": numpy.array([0]), "one": numpy.array([1])},
    )
    node = make("Loop", ["n", "", "first"], ["last", "rows"], body=inner)
    outputs = {"last": ("float64", None), "rows": ("float64", None)}
    held = {"n": numpy.array(5), "first": numpy.zeros(1)}
    x = numbers(5)
    network = model([node], {"x": ("float64", [5])}, outputs, held)
    compare(network, [x], wanted=[x.sum(keepdims=True), x.reshape(5, 1)])


def endless(constants=None, condition=None):
    """A loop whose condition alone ends it, and that collects rows."""
    inner = loop_body(condition or [make("Less", ["i", "last_one"], ["go_out"])])
    node, outputs = loop("n", "go", inner)
    inputs = {"last_one": ("int64", []), "go": ("bool", []), "x": ("float64", [2])}
    if constants is None:
        node.input[0] = ""
    return model([node], inputs, outputs, constants)


@pytest.mark.parametrize("constants", [None, {"n": numpy.array(1 << 40)}], ids=["none", "large"])
def test_a_graph_collects_the_outputs_of_any_number_of_steps(constants, tmp_path):
    network = endless(constants)
    block = weft.onnx.load(network)
    block.hybridize()
    runs = [(0, True), (5000, True), (3, True), (0, False)]
    for last_one, goes_on in runs:
        feeds = [numpy.array(last_one), numpy.array(goes_on), numbers(2)]
        eager = outputs_of(network, feeds, hybridizes=False)
        assert eager[1].shape == ((last_one + 1) * goes_on, 2)
        for found, wanted in zip(listed(block(*map(np.array, feeds))), eager, strict=True):
            numpy.testing.assert_allclose(found, wanted)
    feeds = [numpy.array(1), numpy.array(True), numbers(2)]
    block.export(tmp_path / "net.weft", *map(np.array, feeds))
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    for last_one, goes_on in runs:
        feeds = [numpy.array(last_one), numpy.array(goes_on), numbers(2)]
        eager = outputs_of(network, feeds, hybridizes=False)
        last, rows = context.run(*feeds)
        numpy.testing.assert_allclose(last, eager[0])
        # A memoryview cannot have rows of two elements and no row.
        numpy.testing.assert_allclose(numpy.asarray(rows).reshape(eager[1].shape), eager[1])


def test_gradients_of_a_loop_without_a_limit():
    network = endless()
    found = []
    for is_hybrid in (False, True):
        block = weft.onnx.load(network)
        block.hybridize(is_hybrid)
        x = np.array(numbers(2))
        x.attach_grad()
        with autograd.record():
            last, rows = block(np.array(4), np.array(True), x)
            loss = (last * last).sum() + (rows * rows * rows).sum()
        loss.backward()
        found.append(x.grad.asnumpy())
    numpy.testing.assert_allclose(found[1], found[0])
    assert abs(found[0]).min() > 0


def test_a_loop_without_a_limit_that_draws_numbers_is_refused_in_a_graph():
    condition = [
        make("RandomUniformLike", ["x"], ["noise"], name="draw"),
        make("ReduceMin", ["noise"], ["low"], keepdims=0),
        make("Cast", ["low"], ["zero"], to=INT64),
        make("Add", ["i", "zero"], ["number"]),
        make("Less", ["number", "last_one"], ["go_out"]),
    ]
    network = endless(condition=condition)
    feeds = [np.array(2), np.array(True), np.array(numbers(2))]
    block = weft.onnx.load(network)
    assert block(*feeds)[1].shape == (3, 2)
    block.hybridize()
    with pytest.raises(NotImplementedError, match=r"RandomUniformLike `draw`.*do not hybridize"):
        block(*feeds)


@pytest.mark.parametrize("steps", [0, 2, 9])
def test_outputs_of_at_most_so_many_steps_are_collected(steps):
    inner = loop_body([make("Less", ["i", "last_one"], ["go_out"])])
    node, outputs = loop("n", "go", inner)
    inputs = {"last_one": ("int64", []), "go": ("bool", []), "x": ("float64", [2])}
    network = model([node], inputs, outputs, {"n": numpy.array(9)})
    feeds = [numpy.array(steps - 1), numpy.array(steps > 0), numbers(2)]
    eager = outputs_of(network, feeds, hybridizes=False)
    assert eager[1].shape == (steps, 2)
    for found, wanted in zip(outputs_of(network, feeds), eager, strict=True):
        numpy.testing.assert_allclose(found, wanted)


# ---- Scan ---------------------------------------------------------------------------------------


def scan_body():
    """The sum so far, and its product with the row."""
    nodes = [make("Add", ["s", "row"], ["s_out"]), make("Mul", ["s_out", "row"], ["product"])]
    return body(nodes, ["s", "row"], ["s_out", "product"])


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("output_axis", [0, 1])
@pytest.mark.parametrize("is_back", [0, 1])
def test_a_scan_along_an_axis(axis, output_axis, is_back):
    options = {
        "scan_input_axes": [axis],
        "scan_output_axes": [output_axis],
        "scan_input_directions": [is_back],
        "scan_output_directions": [1 - is_back],
    }
    node = make(
        "Scan", ["s", "x"], ["last", "rows"], num_scan_inputs=1, body=scan_body(), **options
    )
    outputs = {"last": ("float64", None), "rows": ("float64", None)}
    network = model([node], {"s": ("float64", [4]), "x": ("float64", [4, 4])}, outputs)
    state, x = numbers(4), numbers(4, 4)
    rows, total, products = numpy.moveaxis(x, axis, 0), state, []
    for row in rows[::-1] if is_back else rows:
        total = total + row
        products.append(total * row)
    products = products if is_back else products[::-1]
    wanted = [total, numpy.moveaxis(numpy.array(products), 0, output_axis)]
    compare(network, [state, x], wanted=wanted)


@pytest.mark.parametrize("hybridizes", [False, True])
def test_gradients_of_a_scan(hybridizes):
    node = make("Scan", ["s", "x"], ["last", "rows"], num_scan_inputs=1, body=scan_body())
    outputs = {"last": ("float64", None), "rows": ("float64", None)}
    network = model([node], {"s": ("float64", [4]), "x": ("float64", [5, 4])}, outputs)
    compare(network, [numbers(4), numbers(5, 4)])
    compare_gradients(network, [numbers(4), numbers(5, 4)], hybridizes=hybridizes)


@pytest.mark.parametrize("lengths", [None, [2, 3]])
@pytest.mark.parametrize("is_back", [0, 1])
def test_a_scan_of_version_8_has_a_batch(lengths, is_back):
    names = ["" if lengths is None else "n", "s", "x"]
    node = make(
        "Scan",
        names,
        ["last", "rows"],
        num_scan_inputs=1,
        directions=[is_back],
        body=scan_body(),
    )
    outputs = {"last": ("float64", None), "rows": ("float64", None)}
    inputs = {"s": ("float64", [2, 4]), "x": ("float64", [2, 3, 4])}
    held = {} if lengths is None else {"n": numpy.array(lengths)}
    network = model([node], inputs, outputs, held, opset=8)
    state, x = numbers(2, 4), numbers(2, 3, 4)
    totals, products = state.copy(), numpy.zeros_like(x)
    for b, length in enumerate(lengths or [3, 3]):
        rows = x[b, :length][::-1] if is_back else x[b, :length]
        for place, row in enumerate(rows):
            totals[b] += row
            products[b, place] = totals[b] * row
    compare(network, [state, x], wanted=[totals, products])


def test_a_sequence_map_is_expanded():
    inner = body([make("Add", ["a", "k"], ["b"])], ["a"], ["b"], {"k": 2.0})
    nodes = [
        make("SplitToSequence", ["x"], ["parts"], axis=0),
        make("SequenceMap", ["parts"], ["moved"], body=inner),
        make("ConcatFromSequence", ["moved"], ["y"], axis=0),
    ]
    network = model(nodes, {"x": ("float64", [3, 2])}, {"y": ("float64", [3, 2])})
    compare(network, [numbers(3, 2)], wanted=[numbers(3, 2) + 2])
