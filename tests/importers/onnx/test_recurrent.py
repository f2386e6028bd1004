"""RNN, GRU and LSTM against the equations of the standard, step by step in NumPy."""

import numpy
import pytest
import weft
from onnx import helper
from onnx_models import model
from onnx_runs import compare, compare_gradients
from weft import np

T, N, C, H = 4, 3, 2, 5
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


FUNCTIONS = {
    "Tanh": (numpy.tanh, ()),
    "Sigmoid": (sigmoid, ()),
    "Relu": (lambda x: numpy.maximum(x, 0), ()),
    "Softsign": (lambda x: x / (1 + abs(x)), ()),
    "Softplus": (lambda x: numpy.log1p(numpy.exp(x)), ()),
    "Affine": (lambda x, a, b: a * x + b, (1, 0)),
    "LeakyRelu": (lambda x, a: numpy.where(x >= 0, x, a * x), (0.01,)),
    "ThresholdedRelu": (lambda x, a: numpy.where(x >= a, x, 0), (1,)),
    "ScaledTanh": (lambda x, a, b: a * numpy.tanh(b * x), (1, 1)),
    "HardSigmoid": (lambda x, a, b: numpy.clip(a * x + b, 0, 1), (0.2, 0.5)),
    "Elu": (lambda x, a: numpy.where(x >= 0, x, a * numpy.expm1(x)), (1,)),
}
DEFAULTS = {"RNN": ["Tanh"], "GRU": ["Sigmoid", "Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"]}


def inputs_of(kind, directions=1, given=(), dtype="float64"):
    """Inputs by name; those that are optional only where they are `given`."""
    generator = numpy.random.default_rng(7)
    rows = GATES[kind] * H
    shapes = {
        "X": (T, N, C),
        "W": (directions, rows, C),
        "R": (directions, rows, H),
        "B": (directions, 2 * rows),
        "n": (N,),
        "h": (directions, N, H),
        "c": (directions, N, H),
        "P": (directions, 3 * H),
    }
    values = {name: generator.normal(size=shape).astype(dtype) for name, shape in shapes.items()}
    values["n"] = numpy.array([2, 4, 0], "int32")
    return {name: v for name, v in values.items() if name in ("X", "W", "R", *given)}


ORDER = {
    "RNN": ("X", "W", "R", "B", "n", "h"),
    "GRU": ("X", "W", "R", "B", "n", "h"),
    "LSTM": ("X", "W", "R", "B", "n", "h", "c", "P"),
}


def network_of(kind, inputs, opset=22, **attributes):
    names = [name if name in inputs else "" for name in ORDER[kind]]
    outputs = ["Y", "Y_h", "Y_c"] if kind == "LSTM" else ["Y", "Y_h"]
    node = helper.make_node(kind, names, outputs, hidden_size=H, **attributes)
    typed = {name: (value.dtype.name, value.shape) for name, value in inputs.items()}
    return model([node], typed, dict.fromkeys(outputs, (None, None)), opset=opset)


def wanted(kind, inputs, layout=0, direction="forward", activations=None, clip=None, **options):
    """The outputs by the equations of the standard."""
    x = inputs["X"].swapaxes(0, 1) if layout else inputs["X"]
    alphas = list(options.pop("activation_alpha", []))
    betas = list(options.pop("activation_beta", []))
    ways = [False, True] if direction == "bidirectional" else [direction == "reverse"]
    names = activations or DEFAULTS[kind] * len(ways)
    functions = []
    for name in names:
        function, defaults = FUNCTIONS[name]
        factors = [lst.pop(0) if lst else d for lst, d in zip((alphas, betas), defaults)]  # noqa: B905
        # What the last function of an LSTM gets, the cell, is not clipped.
        bound = None if kind == "LSTM" and len(functions) % 3 == 2 else clip
        functions.append(lambda x, f=function, k=tuple(factors), b=bound: f(clipped(x, b), *k))
    each, found = len(DEFAULTS[kind]), []
    for d, is_back in enumerate(ways):
        first = []
        for name in ("h", "c")[: 2 if kind == "LSTM" else 1]:
            state = inputs.get(name, numpy.zeros((len(ways), N, H)))
            first.append(state[:, d] if layout and name in inputs else state[d])
        f = functions[each * d : each * (d + 1)]
        found.append(one_way(kind, x, inputs, d, is_back, first, f, options))
    y, *last = (numpy.stack(parts, axis) for axis, parts in zip((1, 0, 0), zip(*found)))  # noqa: B905
    if not layout:
        return [y, *last]
    return [y.transpose(2, 0, 1, 3), *(state.swapaxes(0, 1) for state in last)]


def clipped(x, clip):
    return x if clip is None else numpy.clip(x, -clip, clip)


def one_way(kind, x, inputs, d, is_back, first, f, options):
    w, r = inputs["W"][d], inputs["R"][d]
    rows = len(w)
    b = inputs["B"][d] if "B" in inputs else numpy.zeros(2 * rows)
    lengths = inputs.get("n", numpy.full(N, len(x)))
    y, states = numpy.zeros((len(x), N, H)), [state.copy() for state in first]
    for row in range(N):
        places = range(lengths[row])
        for t in reversed(places) if is_back else places:
            before = [state[row] for state in states]
            args = x[t, row] @ w.T, before, r, b[:rows], b[rows:], f
            if kind == "LSTM":
                peepholes = inputs["P"][d] if "P" in inputs else numpy.zeros(3 * H)
                new = lstm_step(*args, peepholes, options.get("input_forget", 0))
            elif kind == "GRU":
                new = gru_step(*args, options.get("linear_before_reset", 0))
            else:
                new = [f[0](args[0] + before[0] @ r.T + b[:rows] + b[rows:])]
            for state, value in zip(states, new, strict=True):
                state[row] = value
            y[t, row] = new[0]
    return (y, *states)


def gru_step(x, before, r, wb, rb, f, is_linear_first):
    (h,) = before
    xz, xr, xn = numpy.split(x + wb, 3)
    rz, rr, rn = numpy.split(r, 3)
    bz, br, bn = numpy.split(rb, 3)
    z, reset = f[0](xz + h @ rz.T + bz), f[0](xr + h @ rr.T + br)
    product = reset * (h @ rn.T + bn) if is_linear_first else (reset * h) @ rn.T + bn
    return [(1 - z) * f[1](xn + product) + z * h]


def lstm_step(x, before, r, wb, rb, f, peepholes, is_coupled):
    h, c = before
    i, o, forget, new = numpy.split(x + h @ r.T + wb + rb, 4)
    pi, po, pf = numpy.split(peepholes, 3)
    i = f[0](i + pi * c)
    forget = 1 - i if is_coupled else f[0](forget + pf * c)
    c = forget * c + i * f[1](new)
    return [f[0](o + po * c) * f[2](c), c]


def check(kind, inputs, **options):
    network = network_of(kind, inputs, **options)
    compare(network, list(inputs.values()), rtol=1e-6, wanted=wanted(kind, inputs, **options))


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("given", [(), ("B", "n", "h", "c")])
def test_directions(kind, direction, given):
    given = [name for name in given if name in ORDER[kind]]
    directions = 2 if direction == "bidirectional" else 1
    check(kind, inputs_of(kind, directions, given), direction=direction)
    if kind == "GRU":
        inputs = inputs_of(kind, directions, given)
        check(kind, inputs, direction=direction, linear_before_reset=1)


@pytest.mark.parametrize("kind", GATES)
def test_a_batch_may_come_first(kind):
    inputs = inputs_of(kind, 2, [name for name in ("B", "h", "c") if name in ORDER[kind]])
    for name in ("X", "h", "c"):
        if name in inputs:
            inputs[name] = inputs[name].swapaxes(0, 1).copy()
    check(kind, inputs, layout=1, direction="bidirectional")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_activations(name):
    inputs = inputs_of("RNN", 1, ["B", "h"])
    check("RNN", inputs, activations=[name])
    check("RNN", inputs, activations=[name], activation_alpha=[0.3], activation_beta=[0.7])


def test_activations_take_their_factors_in_order():
    inputs = inputs_of("LSTM", 2, ["B"])
    names = ["HardSigmoid", "Tanh", "LeakyRelu", "Sigmoid", "Affine", "Elu"]
    factors = {"activation_alpha": [0.3, 0.1, 0.8, 0.5], "activation_beta": [0.4, 0.2]}
    check("LSTM", inputs, activations=names, direction="bidirectional", **factors)
    check("GRU", inputs_of("GRU", 1, ["B"]), activations=["Softsign", "Relu"])


@pytest.mark.parametrize("kind", GATES)
def test_what_activations_get_is_clipped(kind):
    check(kind, inputs_of(kind, 1, ["B", "n"]), clip=0.5)


@pytest.mark.parametrize("given", [["P"], ["B", "n", "h", "c", "P"]])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_peepholes(given, direction):
    check("LSTM", inputs_of("LSTM", 1, given), direction=direction)


def test_the_forget_gate_can_follow_the_input_gate():
    check("LSTM", inputs_of("LSTM", 1, ["B"]), input_forget=1)


def test_early_versions():
    for kind in GATES:
        inputs = inputs_of(kind, 1, ["B"], "float32")
        for opset in (1, 7, 14):
            compare(
                network_of(kind, inputs, opset),
                list(inputs.values()),
                wanted=[v.astype("float32") for v in wanted(kind, inputs)],
            )


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("options", [{}, {"clip": 5.0}])
@pytest.mark.parametrize("hybridizes", [False, True])
def test_gradients(kind, options, hybridizes):
    given = [name for name in ("B", "n", "h", "c") if name in ORDER[kind]]
    inputs = inputs_of(kind, 1, given)
    network = network_of(kind, inputs, **options)
    compare_gradients(network, list(inputs.values()), hybridizes=hybridizes)


def test_what_is_not_known_is_named():
    inputs = inputs_of("RNN")
    for options, text in (
        ({"activations": ["Cosine"]}, "activation 'cosine' is not known"),
        ({"direction": "sideways"}, "`direction` must be one of"),
        ({"direction": "bidirectional"}, "`W` must have 2 directions"),
        ({"activations": ["Tanh", "Relu", "Relu"]}, "`activations` must name 1"),
    ):
        with pytest.raises((ValueError, NotImplementedError), match=text):
            weft.onnx.load(network_of("RNN", inputs, **options))(*map(np.array, inputs.values()))
