"""Optimizers of whole formulas: against NumPy and, where it has them, PyTorch; the layout of their
states, options that mean nothing, and what is kept in files and pickles."""

import importlib
import pickle

import numpy
import pytest
import weft
from weft import autograd, gluon, np, optimizer

RANDOM = numpy.random.default_rng(8)
START = RANDOM.normal(size=(3, 4))
GRADIENTS = RANDOM.normal(size=(6, 3, 4))


def length(array):
    return numpy.sqrt((array * array).sum())


# Each takes (w, g, s, t, lr, wd): the weight, the gradient rescaled and clipped, a dict of states,
# the number of the update; and gives the next weight.


def adadelta(rho=0.9, epsilon=1e-6):
    def update(w, g, s, t, lr, wd):
        g = g + wd * w
        s["g"] = rho * s.get("g", 0) + (1 - rho) * g**2
        delta = numpy.sqrt(s.get("d", 0) + epsilon) / numpy.sqrt(s["g"] + epsilon) * g
        s["d"] = rho * s.get("d", 0) + (1 - rho) * delta**2
        return w - lr * delta

    return update


def adamax(b1=0.9, b2=0.999):
    def update(w, g, s, t, lr, wd):
        g = g + wd * w
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["u"] = numpy.maximum(b2 * s.get("u", 0), abs(g))
        return w - lr / (1 - b1**t) * s["m"] / (s["u"] + 1e-8)

    return update


def nadam(b1=0.9, b2=0.999, epsilon=1e-8, decay=0.004):
    def update(w, g, s, t, lr, wd):
        g = g + wd * w
        now, later = (b1 * (1 - 0.5 * 0.96 ** (n * decay)) for n in (t, t + 1))
        s["p"] = s.get("p", 1) * now
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        slope, mean = g / (1 - s["p"]), s["m"] / (1 - s["p"] * later)
        bar = (1 - now) * slope + later * mean
        return w - lr * bar / (numpy.sqrt(s["v"] / (1 - b2**t)) + epsilon)

    return update


def adabelief(b1=0.9, b2=0.999, epsilon=1e-6, corrected=True):
    def update(w, g, s, t, lr, wd):
        g = g + wd * w
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["s"] = b2 * s.get("s", 0) + (1 - b2) * (g - s["m"]) ** 2 + epsilon
        rate = lr * numpy.sqrt(1 - b2**t) / (1 - b1**t) if corrected else lr
        return w - rate * s["m"] / (numpy.sqrt(s["s"]) + epsilon)

    return update


def ftrl(lamda=0.01, beta=1.0):
    def update(w, g, s, t, lr, wd):
        before = s.get("n", 0)
        s["n"] = before + g**2
        s["z"] = s.get("z", 0) + g - (numpy.sqrt(s["n"]) - numpy.sqrt(before)) * w / lr
        best = (numpy.sign(s["z"]) * lamda - s["z"]) / ((beta + numpy.sqrt(s["n"])) / lr + wd)
        return best * (abs(s["z"]) > lamda)

    return update


def ftml(b1=0.6, b2=0.999, epsilon=1e-8):
    def update(w, g, s, t, lr, wd):
        g = g + wd * w
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        d = (1 - b1**t) / lr * (numpy.sqrt(s["v"] / (1 - b2**t)) + epsilon)
        sigma = d - b1 * s.get("d", 0)
        s["z"] = b1 * s.get("z", 0) + (1 - b1) * g - sigma * w
        s["d"] = d
        return -s["z"] / d

    return update


def lars(momentum=0.0, eta=0.001, epsilon=1e-8):
    def update(w, g, s, t, lr, wd):
        if length(w) > 0 and length(g) > 0:
            lr = lr * eta * length(w) / (length(g) + wd * length(w) + epsilon)
        s["m"] = momentum * s.get("m", 0) - lr * (g + wd * w)
        return w + s["m"]

    return update


def lamb(b1=0.9, b2=0.999, epsilon=1e-6, low=None, high=None, corrected=True):
    def update(w, g, s, t, lr, wd):
        m = s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        v = s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        if corrected:
            m, v = m / (1 - b1**t), v / (1 - b2**t)
        move = m / (numpy.sqrt(v) + epsilon) + wd * w
        trust = numpy.clip(length(w), low, high) if low or high else length(w)
        return w - lr * (trust / length(move) if trust and length(move) else 1) * move

    return update


def lans(b1=0.9, b2=0.999, epsilon=1e-6, low=None, high=None):
    def update(w, g, s, t, lr, wd):
        g = g / length(g)
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        root = numpy.sqrt(s["v"] / (1 - b2**t)) + epsilon
        trust = numpy.clip(length(w), low, high) if low or high else length(w)
        for share, part in ((b1, s["m"] / (1 - b1**t)), (1 - b1, g)):
            move = part / root + wd * s.setdefault("w", w)
            s["step"] = s.get("step", 0) + share * trust / length(move) * move
        s.pop("w")
        return w - lr * s.pop("step")

    return update


def signum(momentum=0.9, wd_lh=0.0):
    def update(w, g, s, t, lr, wd):
        if momentum == 0:
            return (1 - lr * (wd + wd_lh)) * w - lr * numpy.sign(g)
        s["m"] = momentum * s.get("m", 0) + (1 - momentum) * (g + wd * w)
        return (1 - lr * wd_lh) * w - lr * numpy.sign(s["m"])

    return update


def dcasgd(momentum=0.0, lamda=0.04):
    def update(w, g, s, t, lr, wd):
        g = g + wd * w
        late = lamda * g * g * (w - s.get("w", w))
        s["m"] = momentum * s.get("m", 0) - lr * (g + late)
        s["w"] = w
        return w + s["m"]

    return update


def groupadagrad(epsilon=1e-6):
    def update(w, g, s, t, lr, wd):
        s["h"] = s.get("h", 0) + (g**2).mean(axis=1, keepdims=True)
        return w - lr * g / (numpy.sqrt(s["h"]) + epsilon)

    return update


def lion(b1=0.9, b2=0.99):
    def update(w, g, s, t, lr, wd):
        m = s.get("m", 0)
        s["m"] = b2 * m + (1 - b2) * g
        return w - lr * (numpy.sign(b1 * m + (1 - b1) * g) + wd * w)

    return update


def radam(b1=0.9, b2=0.999, epsilon=1e-8):
    def update(w, g, s, t, lr, wd):
        g = g + wd * w
        s["m"] = b1 * s.get("m", 0) + (1 - b1) * g
        s["v"] = b2 * s.get("v", 0) + (1 - b2) * g**2
        mean, top = s["m"] / (1 - b1**t), 2 / (1 - b2) - 1
        p = top - 2 * t * b2**t / (1 - b2**t)
        if p <= 5:
            return w - lr * mean
        factor = numpy.sqrt((p - 4) * (p - 2) * top / ((top - 4) * (top - 2) * p))
        return w - lr * mean * factor * numpy.sqrt(1 - b2**t) / (numpy.sqrt(s["v"]) + epsilon)

    return update


def adafactor(decay=-0.8, clip=1.0, epsilon=1e-3):
    tiny = numpy.finfo("float64").eps

    def update(w, g, s, t, lr, wd):
        share = t**decay
        rows, columns = (g**2).mean(1, keepdims=True), (g**2).mean(0, keepdims=True)
        s["r"] = (1 - share) * s.get("r", 0) + share * rows
        s["c"] = (1 - share) * s.get("c", 0) + share * columns
        var = s["r"] @ s["c"] / max(s["r"].mean(), tiny)
        move = g / numpy.sqrt(numpy.maximum(var, tiny**2))
        step = max(numpy.sqrt((w**2).mean()), epsilon) * min(lr, 1 / numpy.sqrt(t))
        size = max(1, numpy.sqrt((move**2).mean()) / clip)
        return w * (1 - lr * wd) - step / size * move

    return update


def muon(momentum=0.95, nesterov=True):
    def update(w, g, s, t, lr, wd):
        s["m"] = momentum * s.get("m", 0) + (1 - momentum) * g
        x = momentum * s["m"] + (1 - momentum) * g if nesterov else s["m"]
        x = x / length(x)
        for _ in range(5):
            a = x @ x.T
            x = 3.4445 * x + (-4.775 * a + 2.0315 * a @ a) @ x
        return w * (1 - lr * wd) - lr * x  # of 3 rows and 4 columns

    return update


def lookahead(inner, k, alpha):
    def update(w, g, s, t, lr, wd):
        slow = s.pop("slow", w)
        fast = inner(w, g, s, t, lr, wd)
        if t % k == 0:
            fast = slow = slow + alpha * (fast - slow)
        s["slow"] = slow
        return fast

    return update


CASES = {
    "lion": ("lion", {"wd": 0.1}, lion(), 1e-4),
    "lion with betas": ("lion", {"beta1": 0.5, "beta2": 0.7}, lion(0.5, 0.7), 1e-4),
    "radam": ("radam", {"wd": 0.1}, radam(), 0.001),
    "radam that is soon long": ("radam", {"beta2": 0.6}, radam(b2=0.6), 0.001),
    "adafactor": ("adafactor", {"wd": 0.1}, adafactor(), 0.01),
    "adafactor with options": (
        "adafactor",
        {"decay_rate": -0.5, "clip_threshold": 1.5, "learning_rate": 0.5},
        adafactor(-0.5, 1.5),
        0.5,
    ),
    "muon": ("muon", {"wd": 0.1}, muon(), 0.001),
    "muon behind": ("muon", {"nesterov": False, "momentum": 0.5}, muon(0.5, False), 0.001),
    "lookahead": (
        "lookahead",
        {"inner": "adamax", "k": 2, "alpha": 0.3, "wd": 0.1},
        lookahead(adamax(), 2, 0.3),
        0.002,
    ),
    "adadelta": ("adadelta", {}, adadelta(), 1.0),
    "adadelta with options": (
        "adadelta",
        {"rho": 0.7, "epsilon": 1e-3, "wd": 0.1, "learning_rate": 0.5},
        adadelta(0.7, 1e-3),
        0.5,
    ),
    "adamax": ("adamax", {"wd": 0.1}, adamax(), 0.002),
    "adamax with betas": ("adamax", {"beta1": 0.7, "beta2": 0.9}, adamax(0.7, 0.9), 0.002),
    "nadam": ("nadam", {"wd": 0.1}, nadam(), 0.001),
    "nadam with options": (
        "nadam",
        {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3, "schedule_decay": 0.1},
        nadam(0.8, 0.9, 1e-3, 0.1),
        0.001,
    ),
    "adabelief": ("adabelief", {"wd": 0.1}, adabelief(), 0.001),
    "adabelief uncorrected": (
        "adabelief",
        {"correct_bias": False, "epsilon": 1e-3},
        adabelief(epsilon=1e-3, corrected=False),
        0.001,
    ),
    "ftrl": ("ftrl", {"wd": 0.1}, ftrl(), 0.1),
    "ftrl with options": ("ftrl", {"lamda1": 0.5, "beta": 0.1}, ftrl(0.5, 0.1), 0.1),
    "ftml": ("ftml", {"wd": 0.1}, ftml(), 0.0025),
    "ftml with options": (
        "ftml",
        {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3},
        ftml(0.8, 0.9, 1e-3),
        0.0025,
    ),
    "lars": ("lars", {"wd": 0.1}, lars(), 0.1),
    "lars with momentum": (
        "lars",
        {"momentum": 0.9, "eta": 0.1, "epsilon": 0.1, "wd": 0.1},
        lars(0.9, 0.1, 0.1),
        0.1,
    ),
    "lamb": ("lamb", {"wd": 0.1}, lamb(), 0.001),
    "lamb between bounds": (
        "lamb",
        {"lower_bound": 0.5, "upper_bound": 1.5, "bias_correction": False, "epsilon": 1e-3},
        lamb(epsilon=1e-3, low=0.5, high=1.5, corrected=False),
        0.001,
    ),
    "lans": ("lans", {"wd": 0.1}, lans(), 0.001),
    "lans between bounds": (
        "lans",
        {"lower_bound": 8.0, "upper_bound": 9.0, "beta1": 0.7},
        lans(0.7, low=8.0, high=9.0),
        0.001,
    ),
    "signum": ("signum", {"wd": 0.1, "wd_lh": 0.2}, signum(wd_lh=0.2), 0.01),
    "signum without momentum": (
        "signum",
        {"momentum": 0.0, "wd": 0.1, "wd_lh": 0.2},
        signum(0.0, 0.2),
        0.01,
    ),
    "dcasgd": ("dcasgd", {"wd": 0.1}, dcasgd(), 0.1),
    "dcasgd with momentum": (
        "dcasgd",
        {"momentum": 0.9, "lamda": 0.3},
        dcasgd(0.9, 0.3),
        0.1,
    ),
    "groupadagrad": ("groupadagrad", {}, groupadagrad(), 0.01),
}


@pytest.mark.parametrize("clip", [None, 0.4])
@pytest.mark.parametrize("name", CASES)
def test_steps_are_those_of_the_formula(name, clip):
    kind, options, formula, rate = CASES[name]
    if kind == "lans":
        clip = None  # of a gradient of length 1: below
    rule = optimizer.create(kind, **options, rescale_grad=0.5, clip_gradient=clip)
    assert rule.learning_rate == rate
    weight, state = np.array(START), None
    state = rule.create_state_multi_precision(weight)
    assert len(state) == len(rule.states)
    wanted, kept = START, {}
    for number, gradient in enumerate(GRADIENTS, start=1):
        rule.update("w", weight, np.array(gradient), state, lr_mult=0.5, wd_mult=2.0)
        slope = gradient * 0.5 if clip is None else (gradient * 0.5).clip(-clip, clip)
        wanted = formula(wanted, slope, kept, number, rate * 0.5, options.get("wd", 0) * 2)
        numpy.testing.assert_allclose(weight.asnumpy(), wanted, rtol=1e-11, atol=1e-13)


def test_lans_clips_gradients_of_length_1():
    rules = [optimizer.create("lans", clip_gradient=0.2), optimizer.create("lans")]
    gradient = GRADIENTS[0] / length(GRADIENTS[0])
    clipped = gradient.clip(-0.2, 0.2)
    assert (clipped != gradient).any()
    states = []
    for rule, given in zip(rules, (GRADIENTS[0], clipped), strict=True):
        weight = np.array(START)
        states.append(rule.create_state(weight))
        rule.update("w", weight, np.array(given), states[-1])
    ratio = states[0][0].asnumpy() / states[1][0].asnumpy()
    numpy.testing.assert_allclose(ratio, length(clipped))


def test_lars_leaves_the_rate_of_biases_and_scales_alone():
    for name in ("1.bias", "norm.gamma", "norm.beta"):
        rule, weight = optimizer.create("lars", learning_rate=0.5), np.array(START)
        rule.update(name, weight, np.array(GRADIENTS[0]), ())
        numpy.testing.assert_allclose(weight.asnumpy(), START - 0.5 * GRADIENTS[0])


def test_a_parameter_of_zeros_or_a_gradient_of_zeros_makes_no_nan():
    zeros, some = np.zeros((2, 3)), np.ones((2, 3))
    for name in ("lars", "lamb", "lans", "groupadagrad", "ftml", "adamax", "ftrl", "adadelta"):
        for start, gradient in ((zeros, some), (some, zeros), (zeros, zeros)):
            rule, weight = optimizer.create(name), start.copy()
            state = rule.create_state(weight)
            for _ in range(2):
                rule.update("w", weight, gradient, state)
            assert np.isfinite(weight).all(), name


@pytest.mark.parametrize("name", ["ftrl", "ftml"])
def test_leaders_stay_at_a_rate_of_zero_and_go_on_after_it(name):
    rule, weight = optimizer.create(name), np.array(START)
    state = rule.create_state(weight)
    rule.update("w", weight, np.array(GRADIENTS[0]), state)
    before = [array.tolist() for array in (weight, *state)]
    rule.update("w", weight, np.array(GRADIENTS[1]), state, lr_mult=0.0)
    assert [array.tolist() for array in (weight, *state)] == before
    rule.update("w", weight, np.array(GRADIENTS[2]), state)
    assert np.isfinite(weight).all() and weight.tolist() != before[0]


@pytest.mark.parametrize("name", [name for name in CASES if " " not in name])
def test_arrays_of_other_shapes_are_refused_and_nothing_changes(name):
    options = {"inner": "adamax"} if name == "lookahead" else {}  # a formula, as the others are
    rule, weight = optimizer.create(name, **options), np.array(START)
    gradient = np.array(GRADIENTS[0])
    state = rule.create_state(weight)
    wrong = [(gradient[0], state, r"`grad` must (be|have) .*\(3, 4\); got \(4,\)")]
    wrong += [(gradient, (*state, weight), f"`state` must be {len(state)} arrays")]
    if state:
        others = (np.ones((3, 4, 1)), *state[1:])
        wrong += [(gradient, state[1:], f"`state` must be {len(state)} arrays")]
        wrong += [(gradient, others, r"`\w+` must be of the shape that|do not broadcast")]
    for given, arrays, text in wrong:
        before = [array.tolist() for array in (weight, *arrays)]
        with pytest.raises(ValueError, match=text):
            rule.update("w", weight, given, arrays)
        assert [array.tolist() for array in (weight, *arrays)] == before


def test_langevin_steps_have_the_mean_and_the_variance_of_the_formula():
    np.random.seed(3)
    rule, weight = optimizer.create("sgld", learning_rate=0.04, wd=0.5), np.ones((100, 100))
    rule.update("w", weight, np.full((100, 100), 2.0), ())
    moved = weight.asnumpy()
    assert moved.mean() == pytest.approx(1 - 0.02 * 2.5, abs=0.01)
    assert moved.var() == pytest.approx(0.04, rel=0.05)
    np.random.seed(3)
    again = np.ones((100, 100))
    optimizer.create("sgld", learning_rate=0.04, wd=0.5).update(
        "w", again, np.full((100, 100), 2.0), ()
    )
    assert (again == weight).all()


PEERS = {  # ours with options, and PyTorch's name and options
    "sgd": ({"momentum": 0.9, "wd": 0.1}, "SGD", {"momentum": 0.9, "weight_decay": 0.1}),
    "nag": (
        {"momentum": 0.9, "wd": 0.1},
        "SGD",
        {"momentum": 0.9, "weight_decay": 0.1, "nesterov": True},
    ),
    "adam": ({"wd": 0.1}, "Adam", {"weight_decay": 0.1}),
    "adamw": ({"wd": 0.1}, "AdamW", {"weight_decay": 0.1}),
    "adagrad": ({"epsilon": 1e-10}, "Adagrad", {}),
    "rmsprop": ({"rho": 0.9, "epsilon": 1e-8}, "RMSprop", {"alpha": 0.9}),
    "adadelta": ({"wd": 0.1}, "Adadelta", {"weight_decay": 0.1}),
    "adamax": ({"wd": 0.1}, "Adamax", {"weight_decay": 0.1}),
    "nadam": ({"wd": 0.1}, "NAdam", {"weight_decay": 0.1}),
    "radam": ({"beta2": 0.7, "wd": 0.1}, "RAdam", {"betas": (0.9, 0.7), "weight_decay": 0.1}),
    "adafactor": ({"wd": 0.1}, "Adafactor", {"weight_decay": 0.1}),
    "muon": ({"wd": 0.1}, "Muon", {"weight_decay": 0.1}),
}


@pytest.mark.torch
@pytest.mark.parametrize("name", PEERS)
def test_20_steps_are_those_of_pytorch(name):
    torch = pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    ours, kind, theirs = PEERS[name]
    rule, weight = optimizer.create(name, **ours), np.array(START)
    state = rule.create_state(weight)
    other = torch.tensor(START, requires_grad=True)
    peer = getattr(torch.optim, kind)([other], lr=rule.learning_rate, **theirs)
    generator = numpy.random.default_rng(5)
    for _ in range(20):
        gradient = generator.normal(size=START.shape)
        rule.update("w", weight, np.array(gradient), state)
        other.grad = torch.tensor(gradient)
        peer.step()
        atol = 1e-4 if name == "muon" else 0  # whose products are in bfloat16 there
        found, wanted = weight.asnumpy(), other.detach().numpy()
        numpy.testing.assert_allclose(found, wanted, rtol=1e-6, atol=atol)


NEW = sorted({kind for kind, *_ in CASES.values()} | {"sgld"})


@pytest.mark.parametrize("name", NEW)
def test_a_trainer_takes_the_name_and_continues_from_a_file(name, tmp_path):
    def make():
        np.random.seed(5)
        net = gluon.nn.Dense(2, in_units=3)
        net.initialize()
        return net, gluon.Trainer(net.collect_params(), name)

    def step(net, trainer):
        x = np.array(RANDOM_X)
        with autograd.record():
            loss = gluon.loss.L2Loss()(net(x), np.ones((4, 2)))
        loss.backward()
        trainer.step(4)

    net, trainer = make()
    for _ in range(2):
        step(net, trainer)
    net.save_parameters(tmp_path / "net")
    trainer.save_states(tmp_path / "states")
    np.random.seed(9)
    step(net, trainer)
    other, again = make()
    other.load_parameters(tmp_path / "net")
    again.load_states(tmp_path / "states")
    np.random.seed(9)
    step(other, again)
    assert other.weight.data().tolist() == net.weight.data().tolist()
    assert other.bias.data().tolist() == net.bias.data().tolist()


RANDOM_X = RANDOM.normal(size=(4, 3)).astype("float32")

REFUSED = {
    "decay of rows": ("groupadagrad", {"wd": 0.1}, "`wd` must be 0 for GroupAdaGrad"),
    "rho": ("adadelta", {"rho": 1.0}, r"`rho` must be in \[0, 1\); got 1.0"),
    "no epsilon": ("adadelta", {"epsilon": 0.0}, "`epsilon` must be above 0"),
    "beta": ("ftrl", {"beta": -1.0}, "`beta` must be at least 0"),
    "lazy lamb": ("lamb", {"lazy_update": True}, "LAMB has no lazy update"),
    "momentum": ("signum", {"momentum": 1.0}, r"`momentum` must be in \[0, 1\)"),
    "period": ("lookahead", {"k": 0}, "`k` must be at least 1"),
    "scale": ("muon", {"scale": "big"}, "`scale` must be original or match_rms_adamw"),
    "eta": ("lars", {"eta": 0.0}, "`eta` must be above 0"),
}


@pytest.mark.parametrize("key", REFUSED)
def test_options_that_mean_nothing_are_refused(key):
    name, options, text = REFUSED[key]
    with pytest.raises(ValueError, match=text):
        optimizer.create(name, **options)


def test_muon_moves_all_directions_of_a_matrix_alike_and_vectors_by_adamw():
    rule = optimizer.create("muon", learning_rate=1.0, momentum=0.0)
    for shape in ((8, 5), (5, 8), (6, 2, 2)):
        weight = np.zeros(shape)
        rule.update(shape, weight, np.array(RANDOM.normal(size=shape)), rule.create_state(weight))
        scale = max(1, shape[0] / (weight.size // shape[0])) ** 0.5
        sizes = numpy.linalg.svd(weight.asnumpy().reshape(shape[0], -1) / scale, compute_uv=False)
        assert 0.5 < sizes.min() <= sizes.max() < 1.3
    weight, other = np.array(START[0]), np.array(START[0])
    adam = optimizer.create("adamw", beta2=0.95, wd=0.1)
    vectors = optimizer.create("muon", wd=0.1)
    states = [r.create_state(w) for r, w in ((adam, other), (vectors, weight))]
    for gradient in GRADIENTS:
        adam.update("w", other, np.array(gradient[0]), states[0])
        vectors.update("w", weight, np.array(gradient[0]), states[1])
    numpy.testing.assert_allclose(weight.asnumpy(), other.asnumpy(), rtol=1e-6)


def test_adafactor_keeps_rows_and_columns():
    rule = optimizer.create("adafactor")
    assert [s.shape for s in rule.create_state(np.zeros((3, 5, 7)))] == [(3, 5, 1), (3, 1, 7)]
    assert [s.shape for s in rule.create_state(np.zeros(4))] == [(4,), ()]


def test_options_of_others_are_told_what_to_write():
    with pytest.raises(TypeError, match="write `beta1`"):
        optimizer.create("nadam", beta_1=0.8)


@pytest.mark.parametrize("name", ["SGD", "NAG", "Adam", "AdamW", "RMSProp", "AdaGrad"])
def test_pickles_from_before_the_package_are_read(name):
    """They name the classes of the module that is now the package."""
    earlier = pickle.dumps(optimizer.create(name.lower(), learning_rate=0.25), 0)
    module = getattr(optimizer, name).__module__
    earlier = earlier.replace(f"c{module}\n".encode(), b"cweft.optimizer\n")
    assert module.encode() not in earlier
    found = pickle.loads(earlier)
    assert type(found) is getattr(optimizer, name) and found.learning_rate == 0.25
    assert importlib.import_module("weft.optimizer").Optimizer in type(found).__mro__
    assert weft.optimizer is optimizer
