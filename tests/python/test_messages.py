"""What errors say of mistakes that many make: where it happened, what was meant, what to write."""

import pickle
import re
import subprocess
import sys
import textwrap

import numpy
import pytest
import weft
from samples import uniform
from weft import autograd, gluon, np, npx
from weft.gluon import nn, rnn


def net(*layers):
    made = nn.HybridSequential(*layers)
    made.initialize()
    return made


# ---- layers in plain containers


class Listed(nn.HybridBlock):
    def __init__(self, container):
        super().__init__()
        self.first = nn.Dense(3)
        self.layers = container([nn.Dense(3), nn.LayerNorm()])

    def forward(self, x):
        found = self.layers.values() if isinstance(self.layers, dict) else self.layers
        for layer in found:
            x = layer(x)
        return self.first(x)


CONTAINERS = {
    "list": (list, "layers[0].bias"),
    "tuple": (tuple, "layers[0].bias"),
    "dict": (lambda found: dict(zip("ab", found, strict=True)), "layers['a'].bias"),
    "nested": (lambda found: [found[0], *[found[1]]], "layers[0].bias"),
}


@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize("name", CONTAINERS)
def test_layers_in_plain_containers_are_told_of(name, hybridized):
    container, path = CONTAINERS[name]
    block = Listed(container)
    with pytest.warns(UserWarning, match="`layers` of Listed are no part of the network"):
        block.initialize()
    if hybridized:
        block.hybridize()
    text = rf"`{re.escape(path)}` is not initialized: .*`nn.HybridSequential`.*register_child"
    with pytest.raises(RuntimeError, match=text):
        block(np.ones((1, 3)))


def test_what_is_registered_or_has_values_is_no_mistake(recwarn):
    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.teachers = [net(nn.Dense(1, in_units=1))]
            self.layers = [nn.Dense(1) for _ in range(2)]
            for number, layer in enumerate(self.layers):
                self.register_child(layer, f"layer{number}")

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    block = Net()
    block.initialize()
    assert block(np.ones((1, 1))).shape == (1, 1)
    assert not [w for w in recwarn if "no part of the network" in str(w.message)]


def test_parameters_in_a_list_are_told_of():
    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.weights = [gluon.Parameter("w", shape=(1,))]

        def forward(self, x):
            return x * self.weights[0].data()

    block = Net()
    with pytest.warns(UserWarning, match="in the list `weights` of Net"):
        block.initialize()
    with pytest.raises(RuntimeError, match=r"`weights\[0\]` is not initialized"):
        block(np.ones(1))


# ---- arrays of NumPy


@pytest.mark.parametrize("hybridized", [False, True])
def test_arrays_of_numpy_are_arrays(hybridized):
    x, label = uniform(4, 3), numpy.array([0, 1, 1, 0])
    block, loss = net(nn.Dense(2)), gluon.loss.SoftmaxCrossEntropyLoss()
    if hybridized:
        block.hybridize()
        loss.hybridize()
    wanted = loss(block(np.array(x)), np.array(label))
    assert loss(block(x), label).tolist() == wanted.tolist()
    assert block(x).tolist() == block(np.array(x)).tolist()
    with pytest.raises(TypeError, match=r"cast with `data.astype\('float32'\)`"):
        block(x.astype("float64"))
    trainer = gluon.Trainer(block.collect_params(), "sgd")
    step = trainer.compile(block, gluon.loss.SoftmaxCrossEntropyLoss())
    assert step(x, label).tolist() == wanted.tolist()


def test_arrays_of_numpy_in_hybridized_functions():
    scaled = weft.hybridize(lambda pair, factor: pair["x"] * pair["y"][0] * factor)
    x = uniform(3)
    for given in (x, np.array(x)):
        found = scaled({"x": given, "y": [given]}, 2)
        assert found.tolist() == (x * x * numpy.float32(2)).tolist()
    with pytest.raises(TypeError, match="no dtype of Weft"):
        scaled({"x": numpy.array(["a"]), "y": [x]}, 2)


LISTS = {
    "L1Loss": ([[1.0, -2.0]], [[0.5, 1.0]]),
    "L2Loss": ([[1.0, -2.0]], [[0.5, 1.0]]),
    "HuberLoss": ([[1.0, -2.0]], [[0.5, 1.0]]),
    "HingeLoss": ([[1.0], [-2.0]], [[1.0], [-1.0]]),
    "SigmoidBCELoss": ([[1.0], [-2.0]], [[1.0], [0.0]]),
    "SoftmaxCrossEntropyLoss": ([[1.0, -2.0], [0.0, 1.0]], [1, 0]),
    "KLDivLoss": ([[-1.0, -2.0]], [[0.5, 0.5]]),
    "FocalLoss": ([[1.0, -2.0], [0.0, 1.0]], [1, 0]),
}


@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize("name", LISTS)
def test_losses_and_networks_take_lists(name, hybridized):
    pred, label = LISTS[name]
    loss = getattr(gluon.loss, name)()
    block = net(nn.Dense(2, in_units=len(pred[0])))
    if hybridized:
        loss.hybridize()
        block.hybridize()
    wanted = loss(np.array(pred), np.array(label))
    for given in ((pred, label), (np.array(pred), label), (pred, np.array(label))):
        assert loss(*given).tolist() == wanted.tolist()
    assert block(pred).tolist() == block(np.array(pred)).tolist()


def test_a_compiled_step_takes_lists():
    block, other = net(nn.Dense(2, in_units=2)), net(nn.Dense(2, in_units=2))
    other.load_dict({n: p.data() for n, p in block.collect_params().items()})
    steps = [
        gluon.Trainer(one.collect_params(), "sgd").compile(one, gluon.loss.L2Loss())
        for one in (block, other)
    ]
    rows = [[1.0, 2.0], [3.0, 4.0]]
    for _ in range(2):
        assert steps[0](rows, rows).tolist() == steps[1](np.array(rows), np.array(rows)).tolist()
    assert steps[0]([np.array(rows)], [np.array(rows)]).shape == (2,)


# ---- shapes: which sample, which layer, which axis


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize("kind", ["numpy", "weft", "parts"])
def test_an_odd_sample_is_named(kind, workers):
    samples = [numpy.zeros((2, 3), "float32") for _ in range(6)]
    samples[5] = numpy.zeros((2, 4), "float32")
    text = r"sample 5 must have the shape of the first, \(2, 3\); got \(2, 4\)"
    if kind == "weft":
        samples = [np.array(sample) for sample in samples]
    if kind == "parts":
        samples = [(1.0, 2.0)] * 5 + [(1.0, 2.0, 3.0)]
        text = "sample 5 must be a tuple of 2 parts, as the first; got 3"
    loader = gluon.data.DataLoader(samples, 3, num_workers=workers)
    with pytest.raises(ValueError, match=text) as caught:
        list(loader)
    assert isinstance(pickle.loads(pickle.dumps(caught.value)), ValueError)


NO_BATCH = {
    "dense": (lambda: nn.Dense(3, in_units=6), (6,)),
    "rows": (lambda: nn.Dense(3, in_units=6, flatten=False), (6,)),
    "convolution": (lambda: nn.Conv2D(3, 3, in_channels=3), (3, 8, 8)),
    "its first call": (lambda: nn.Conv2D(3, 3), (3, 8, 8)),
    "one axis": (lambda: nn.Conv1D(3, 3, in_channels=3), (3, 8)),
    "transposed": (lambda: nn.Conv2DTranspose(3, 3, in_channels=3), (3, 8, 8)),
    "pooling": (lambda: nn.MaxPool2D(), (3, 8, 8)),
    "norm": (lambda: nn.BatchNorm(in_channels=3), (3, 8, 8)),
    "attention": (lambda: nn.MultiHeadAttention(8, 2), (5, 8)),
}


@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize("name", NO_BATCH)
def test_a_missing_batch_axis_is_told(name, hybridized):
    layer, shape = NO_BATCH[name]
    block = net(layer())
    if hybridized:
        block.hybridize()
    text = rf"of shape {re.escape(str(shape))}, has no axis for the batch: `x\[None\]`"
    with pytest.raises((ValueError, IndexError), match=text):
        block(np.ones(shape))
    assert block(np.ones((1, *shape))).shape[0] == 1


@pytest.mark.parametrize("hybridized", [False, True])
def test_the_layer_is_named(hybridized):
    class Net(nn.HybridBlock):
        def __init__(self):
            super().__init__()
            self.features = nn.HybridSequential(
                nn.Dense(4, in_units=3), nn.Dense(4, in_units=4), nn.Dense(4, in_units=5)
            )

        def forward(self, x):
            return self.features(x)

    block = Net()
    block.initialize()
    if hybridized:
        block.hybridize()
    text = r"`weight` must have shape \(units, 4\).*; in layer `features.2` \(Dense\) of Net$"
    for _ in range(2):
        with pytest.raises(ValueError, match=text):
            block(np.ones((2, 3)))
    with pytest.raises(ValueError) as caught:  # a layer by itself needs no path
        block.features[2](np.ones((2, 3)))
    assert "in layer" not in str(caught.value)


@pytest.mark.parametrize("hybridized", [False, True])
def test_errors_of_own_code_get_a_note_of_the_layer(hybridized):
    class Own(nn.HybridBlock):
        def forward(self, x):
            return {}["missing"]

    block = net(nn.Dense(2, in_units=3), nn.HybridSequential(Own()))
    if hybridized:
        block.hybridize()
    for _ in range(2):
        with pytest.raises(KeyError) as caught:
            block(np.ones((2, 3)))
        assert caught.value.args == ("missing",)
        assert caught.value.__notes__ == ["in layer `1.0` (Own) of HybridSequential"]


def test_a_plan_that_fails_names_the_layer():
    block = net(nn.HybridSequential(nn.Embedding(5, 3)), nn.Dense(2))
    block.hybridize()
    block(np.array([[1]]))
    with pytest.raises(IndexError, match=r"got 7 .*in layer `0.0` \(Embedding\)\)"):
        block(np.array([[7]]))


def test_an_axis_that_weights_fix_cannot_be_dynamic(tmp_path):
    layer = nn.Dense(3, in_units=4)
    layer.initialize()
    text = r"`dynamic` makes `n` any number.*an axis that weights fix cannot be dynamic"
    with pytest.raises(ValueError, match=text):
        layer.export(tmp_path / "a.weft", np.ones((2, 4)), dynamic={"x": {1: "n"}})


# ---- other


@pytest.mark.parametrize("hybridized", [False, True])
def test_a_state_that_is_carried_on_is_to_be_detached(hybridized):
    weight = np.ones((2, 2))
    weight.attach_grad()

    def step(state):
        return np.tanh(state @ weight)

    run = weft.hybridize(step) if hybridized else step
    state = np.zeros((1, 2))
    with pytest.raises(RuntimeError, match=r"`state = state.detach\(\)`"):
        for _ in range(2):
            with autograd.record():
                state = run(state + 1)
                loss = state.sum()
            loss.backward()
    state = state.detach()
    for _ in range(2):
        with autograd.record():
            state = run(state.detach() + 1)
            loss = state.sum()
        loss.backward()
    with pytest.raises(RuntimeError, match=r"pass retain_graph=True to that one$"):
        loss.backward()


def test_a_recurrent_layers_state_is_to_be_detached():
    layer = rnn.LSTM(3, input_size=2)
    layer.initialize()
    states = layer.begin_state(batch_size=1)
    with pytest.raises(RuntimeError, match=r"recurrent layer.*detach\(\)"):
        for _ in range(2):
            with autograd.record():
                out, states = layer(np.ones((4, 1, 2)), states)
                loss = out.sum()
            loss.backward()


def test_names_of_arrays_are_texts(tmp_path):
    with pytest.raises(TypeError, match=r"save: names of arrays must be strings; got 1"):
        npx.save(tmp_path / "a", {1: np.ones(1)})
    with pytest.raises(TypeError, match=r"save: `a` must be an array; got ndarray"):
        npx.save(tmp_path / "a", {"a": numpy.ones(1)})


FOREIGN = {
    "MXNet": b"\x12\x01" + bytes(400),
    "MXNet (.params)": b"PK\x03\x04\0\0\x08\x08" + bytes(400),
    "NumPy": b"\x93NUMPY\x01\x00" + bytes(100),
    "pickle": pickle.dumps({"a": list(range(50))}),
    "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "gzip": b"\x1f\x8b\x08" + bytes(100),
    "JSON": b'{"nodes": []}' + b" " * 100,
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_files_of_others_are_known(kind, tmp_path):
    path = tmp_path / "net.params"
    path.write_bytes(FOREIGN[kind])
    layer = nn.Dense(1)
    text = re.escape(f"`{path}` is ") + ".*" + re.escape(kind)
    for load in (npx.load, weft.runtime.Model):
        with pytest.raises(OSError, match=text):
            load(path)
    # Parameters of Gluon are read, so these files are damaged ones.
    is_read = kind.startswith("MXNet")
    with pytest.raises(OSError, match=f"{re.escape(str(path))} is damaged" if is_read else text):
        layer.load_parameters(path)


def test_what_workers_cannot_make_is_told_of_threads(tmp_path):
    code = """
    from weft import gluon
    if __name__ == "__main__":
        class Numbers(gluon.data.Dataset):
            def __len__(self):
                return 4
            def __getitem__(self, index):
                return float(index)
        loader = gluon.data.DataLoader(Numbers(), 2, num_workers=1)
        try:
            list(loader)
        except TypeError as error:
            print(error)
    """
    (tmp_path / "program.py").write_text(textwrap.dedent(code))
    done = subprocess.run(
        [sys.executable, tmp_path / "program.py"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told = 'what is defined under `if __name__ == "__main__":` is not there'
    assert told in done.stdout and "`thread_pool=True`" in done.stdout, done.stderr


def test_the_package_is_a_command():
    done = subprocess.run(
        [sys.executable, "-m", "weft", "--version"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout == f"weft {weft.__version__}\n"


# ---- blocks that cannot run as a plan


class Eager(gluon.Block):
    def forward(self, x):
        return x


PLANNED = {
    "export": lambda block, path: weft.export(path / "net.weft", forward=(block, np.ones((1, 3)))),
    "plot_plan": lambda block, path: weft.viz.plot_plan(block),
    "plot_network": lambda block, path: weft.viz.graph_of(block),
    "prune": lambda block, path: weft.compression.shrink(block, 0.5, np.ones((1, 3))),
    "weight norm": lambda block, path: nn.WeightNorm(block),
}


@pytest.mark.parametrize("key", PLANNED)
def test_a_block_that_cannot_be_traced_is_told_what_to_write(key, tmp_path):
    block = nn.Sequential(nn.Dense(2, in_units=3))
    block.initialize()
    expected = r"got Sequential; write `nn\.HybridSequential\(\.\.\.\)` with the same children"
    with pytest.raises(TypeError, match=expected):
        PLANNED[key](block, tmp_path)
    with pytest.raises(TypeError, match=r"got Eager; derive its class from `gluon\.HybridBlock`"):
        PLANNED[key](Eager(), tmp_path)
    with pytest.raises(TypeError, match=r"got the class Dense; call it: `Dense\(\)`"):
        PLANNED[key](nn.Dense, tmp_path)


# ---- parameters taken for their arrays, or named by their values


SCALE = gluon.Parameter("scale", shape=(3,), init="ones")
SCALE.initialize()
FOR_ARRAYS = {
    "a product": lambda: np.ones(3) * SCALE,
    "on the left": lambda: SCALE * np.ones(3),
    "NumPy's array": lambda: numpy.ones(3) * SCALE,
    "a number": lambda: 2 - SCALE,
    "a matrix product": lambda: np.ones((2, 3)) @ SCALE,
    "another parameter": lambda: SCALE + SCALE,
    "a power": lambda: SCALE**2,
    "a sign": lambda: -SCALE,
    "a comparison": lambda: SCALE > 0,
    "an element": lambda: SCALE[0],
    "a loop": lambda: list(SCALE),
    "a number of Python": lambda: float(SCALE),
    "an operator": lambda: np.exp(SCALE),
    "an operator of two": lambda: np.dot(np.ones(3), SCALE),
    "a list": lambda: np.stack([SCALE, SCALE]),
    "a layer": lambda: net(nn.Dense(2))(SCALE),
    "a conversion": lambda: np.array(SCALE),
    "NumPy's conversion": lambda: numpy.asarray(SCALE),
}


@pytest.mark.parametrize("key", FOR_ARRAYS)
def test_a_parameter_that_is_taken_for_its_array_says_data(key):
    with pytest.raises(TypeError, match=r"`scale` is a parameter, not an array.*`\.data\(\)`"):
        FOR_ARRAYS[key]()


def test_parameters_are_compared_and_counted_as_other_objects_are():
    other = gluon.Parameter("other")
    assert SCALE == SCALE and other != SCALE and SCALE in [other, SCALE]
    assert len({SCALE, other}) == 2 and bool(other)


NAMES = {
    "values": (lambda: gluon.Parameter(np.ones((3,))), 'Parameter("scale", shape=(3,))'),
    "NumPy's": (lambda: gluon.Parameter(numpy.ones((3, 2))), 'Parameter("scale", shape=(3, 2))'),
    "a list": (lambda: gluon.Parameter([1.0, 2.0]), 'Parameter("scale", shape=(2,))'),
    "a shape": (lambda: gluon.Parameter((3, 4)), 'Parameter("scale", shape=(3, 4))'),
    "an extent": (lambda: gluon.Parameter(3), 'Parameter("scale", shape=3)'),
    "nothing": (lambda: gluon.Parameter(None), 'Parameter("scale", shape=(3,))'),
    "fixed": (lambda: gluon.Parameter(np.ones((3,))), "`gluon.Constant(values)`"),
    "a constant's": (lambda: gluon.Constant("c", [1.0]), 'Constant([1.0, 2.0], name="scale")'),
}


@pytest.mark.parametrize("key", NAMES)
def test_a_name_that_is_no_text_is_told_what_to_write(key):
    act, text = NAMES[key]
    with pytest.raises(TypeError, match=f"`name` must be a string; got .*{re.escape(text)}"):
        act()


# ---- the size of a batch


SIZES = {
    "nothing": (lambda trainer: trainer.step(), "step: .*got nothing"),
    "for an update": (lambda trainer: trainer.update(), "update: .*got nothing"),
    "the batch": (lambda trainer: trainer.step(np.ones((4, 3))), "step: .*got ndarray"),
    "text": (lambda trainer: trainer.step("4"), "step: .*got str"),
}


@pytest.mark.parametrize("key", SIZES)
def test_a_step_without_the_number_of_samples_says_what_it_is(key):
    act, text = SIZES[key]
    trainer = gluon.Trainer(net(nn.Dense(1, in_units=3)).collect_params(), "sgd")
    with pytest.raises(TypeError, match=text) as caught:
        act(trainer)
    assert "the number of samples of the batch" in str(caught.value)
    assert "`trainer.step(1)` after `loss.mean().backward()`" in str(caught.value).replace(
        "update", "step"
    )


# ---- axes of pictures


AXES = {
    "no channels, first call": (
        lambda: nn.Conv2D(4, 3),
        (5, 8, 8),
        ["has no axis for the batch: `x[None]`", "no axis for the channels: `x[:, None]`"],
    ),
    "one channel is wanted": (
        lambda: nn.Conv2D(4, 3, in_channels=1),
        (5, 8, 8),
        ["has no axis for the channels: `x[:, None]`"],
    ),
    "three channels are wanted": (
        lambda: nn.Conv2D(4, 3, in_channels=3),
        (3, 8, 8),
        ["has no axis for the batch: `x[None]`"],
    ),
    "a series": (lambda: nn.Conv1D(4, 3), (5, 8), ["`x[None]`", "`x[:, None]`"]),
    "pooling": (lambda: nn.MaxPool2D(), (5, 8, 8), ["`x[None]`", "`x[:, None]`"]),
    "channels last": (lambda: nn.Conv2D(4, 3), (5, 8, 8, 1), ["`x.transpose(0, 3, 1, 2)`"]),
    "colours last": (
        lambda: nn.Conv2D(4, 3, in_channels=3),
        (5, 8, 8, 3),
        ["has its channels last", "`x.transpose(0, 3, 1, 2)`"],
    ),
    "channels last of a series": (
        lambda: nn.Conv1D(4, 3, in_channels=7),
        (5, 8, 7),
        ["`x.transpose(0, 2, 1)`"],
    ),
    "pooling of channels last": (
        lambda: nn.MaxPool2D(),
        (5, 8, 8, 1),
        ["`x.transpose(0, 3, 1, 2)`"],
    ),
    "channels last of a volume": (
        lambda: nn.Conv3D(4, 3, in_channels=2),
        (5, 8, 8, 8, 2),
        ["`x.transpose(0, 4, 1, 2, 3)`"],
    ),
}


@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize("key", AXES)
def test_pictures_without_their_axes_are_told_which_fit(key, hybridized):
    layer, shape, texts = AXES[key]
    block = net(layer())
    if hybridized:
        block.hybridize()
    with pytest.raises(ValueError, match="the input of ") as caught:
        block(np.ones(shape))
    for text in texts:
        assert text in str(caught.value)


@pytest.mark.parametrize("key", [key for key in AXES if len(AXES[key][2]) == 1])
def test_what_is_told_of_pictures_works(key):
    layer, shape, texts = AXES[key]
    x = np.ones(shape)
    write = re.search("`(x.*?)`", texts[0])[1]
    assert net(layer())(eval(write, {"x": x})).ndim == layer().axes + 2


def test_other_wrong_channels_are_not_told_of_axes():
    with pytest.raises(ValueError, match="needs 3 channels") as caught:
        net(nn.Conv2D(4, 3, in_channels=3))(np.ones((5, 8, 8, 8)))
    assert "the input of" not in str(caught.value)


# ---- packages that are not installed


WITHOUT = """
import sys
sys.modules[{package!r}] = None  # as if it were not installed
import weft
assert not hasattr(weft, {module!r})
try:
    weft.{module}
except AttributeError as error:
    print(isinstance(error, weft.Error), isinstance(error.__cause__, ImportError), error)
try:
    from weft import {module}
except ImportError as error:
    print(error)
try:
    import weft.{module}
except ImportError as error:
    print(error)
"""

PACKAGES = {
    "onnx": ("onnx", "weft.onnx: it needs onnx: pip install 'onnx>"),
    "sklearn": ("sklearn", "weft.sklearn: it needs scikit-learn: pip install 'scikit-learn>"),
    "runtime": ("cffi", "import of cffi halted"),
}


@pytest.mark.parametrize("module", PACKAGES)
def test_a_module_without_its_package_is_no_attribute(module):
    package, text = PACKAGES[module]
    program = WITHOUT.format(module=module, package=package)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert not run.stderr, run.stderr
    attribute, from_package, imported = run.stdout.splitlines()
    assert attribute.startswith(f"True True module 'weft' has no attribute '{module}' here: ")
    assert all(text in line for line in (attribute, from_package, imported))


# ---- doubles of NumPy


def from_loader(block, x):
    data = gluon.data.DataLoader(gluon.data.ArrayDataset(x, x), batch_size=2)
    return [block(batch) for batch, _ in data]


DOUBLES = {
    "a call": lambda block, x: block(x),
    "an array of Weft": lambda block, x: block(np.array(x)),
    "a loader": from_loader,
    "a file": lambda block, x: block.export("unused.weft", x[:1]),
}


@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize(
    "layers",
    [lambda: nn.Dense(2), lambda: nn.Dense(2, in_units=3), lambda: nn.LayerNorm(in_channels=3)],
)
@pytest.mark.parametrize("key", DOUBLES)
def test_doubles_are_told_what_to_write(key, layers, hybridized):
    block = net(layers())
    if hybridized:
        block.hybridize()
    x = numpy.arange(12.0).reshape(4, 3)
    with pytest.raises(TypeError, match="float64") as caught:
        DOUBLES[key](block, x)
    assert 'give `x.astype("float32")`' in str(caught.value)
    assert '`net.cast("float64")`' in str(caught.value)
    assert block(x.astype("float32")).dtype == np.float32
    block.cast("float64")
    assert block(x).dtype == np.float64
