"""Blocks as symbols, and symbols as blocks: the same results, gradients and states."""

import numpy
import pytest
import weft
from weft import autograd, gluon, np, npx, sym
from weft.gluon import nn

vision, text = gluon.model_zoo.vision, gluon.model_zoo.text


def images(*shape):
    return np.array(numpy.random.default_rng(0).uniform(-1, 1, shape).astype("float32"))


def tokens(*shape):
    return np.array(numpy.random.default_rng(0).integers(0, 50, shape).astype("int32"))


# A block, its input, and what a variable has to say so that it composes.
NETWORKS = {
    "resnet18_v1": (lambda: vision.resnet18_v1(thumbnail=True), images(2, 3, 16, 16), {}),
    "mobilenet_v2_0_25": (vision.mobilenet_v2_0_25, images(2, 3, 32, 32), {}),
    "densenet": (vision.densenet121, images(1, 3, 32, 32), {}),
    "squeezenet1_1": (vision.squeezenet1_1, images(1, 3, 32, 32), {}),
    "lenet": (vision.lenet, images(2, 1, 28, 28), {}),
    "unet": (vision.unet, images(1, 3, 16, 16), {"shape": (1, 3, 16, 16)}),
    "gpt": (
        lambda: text.GPT(50, 16, num_layers=2, num_heads=2),
        tokens(2, 5),
        {"shape": (2, 5), "dtype": "int32"},
    ),
    "bert": (
        lambda: text.BERT(50, 16, 32, num_layers=2, num_heads=2),
        tokens(2, 5),
        {"shape": (2, 5), "dtype": "int32"},
    ),
    "lstm": (lambda: gluon.rnn.LSTM(4, 2), images(3, 2, 5), {"shape": (3, 2, 5)}),
    "grouped": (
        lambda: nn.HybridSequential(
            nn.Conv2D(4, 3, groups=2),
            nn.GroupNorm(2),
            nn.PReLU(),
            nn.Conv2DTranspose(3, 2, 2),
            nn.InstanceNorm(scale=True),
            nn.Flatten(),
            nn.LayerNorm(),
            nn.RMSNorm(),
            nn.BatchNorm(use_global_stats=True),
            nn.Dense(3),
        ),
        images(2, 4, 8, 8),
        {},
    ),
}
SLOW = {"densenet", "unet", "mobilenet_v2_0_25"}


def networks():
    for name in NETWORKS:
        yield pytest.param(name, marks=[pytest.mark.full] if name in SLOW else [])


def step(block, x):
    """Outputs in train mode; gradients are those of the sum of their squares."""
    weft.random.seed(3)
    with autograd.record():
        out = block(x)
        out = out[0] if isinstance(out, tuple | list) else out
        loss = (out * out).sum()
    loss.backward()
    return out


def same(found, wanted, what=""):
    numpy.testing.assert_array_equal(found.asnumpy(), wanted.asnumpy(), err_msg=what)


@pytest.mark.parametrize("hybridized", [False, True], ids=["eager", "hybridized"])
@pytest.mark.parametrize("name", list(networks()))
def test_block_and_its_symbol_from_a_file_do_the_same(name, hybridized, tmp_path):
    make, x, says = NETWORKS[name]
    net = make()
    net.initialize()
    net(x)
    symbol = net(sym.var("data", **says))
    symbol = sym.Group(symbol) if isinstance(symbol, tuple | list) else symbol
    symbol.save(tmp_path / "net.json")
    net.save_parameters(tmp_path / "net.safetensors")

    block = gluon.SymbolBlock(sym.load(tmp_path / "net.json"), "data")
    block.load_parameters(tmp_path / "net.safetensors")
    if hybridized:
        net.hybridize()
        block.hybridize()
    same(step(block, x), step(net, x))
    wanted, found = net.collect_params(), block.collect_params()
    assert found.keys() == wanted.keys()
    for path, parameter in wanted.items():
        same(found[path].data(), parameter.data(), path)  # and running statistics
        assert found[path].grad_req == parameter.grad_req
        if parameter.grad_req != "null":
            same(found[path].grad(), parameter.grad(), path)
    a, b = block(x), net(x)  # predict mode
    same(a[0] if isinstance(a, tuple) else a, b[0] if isinstance(b, tuple | list) else b)


def small():
    net = nn.HybridSequential(
        nn.Conv2D(4, 3), nn.BatchNorm(), nn.Activation("relu"), nn.Dropout(0.5), nn.Dense(3)
    )
    net.initialize()
    return net


def test_variables_of_a_block_have_its_paths_and_nodes_those_of_layers():
    symbol = small()(sym.var("data"))
    assert symbol.list_arguments() == [
        *("data", "0.weight", "0.bias", "1.gamma", "1.beta", "4.weight", "4.bias")
    ]
    assert symbol.list_auxiliary_states() == ["1.running_mean", "1.running_var"]
    assert symbol.list_outputs() == ["4.fully_connected0_output"]
    assert "2.relu0_output" in symbol.get_internals().list_outputs()
    assert symbol.tojson() == small()(sym.var("data")).tojson()
    assert symbol.infer_shape(data=(2, 3, 8, 8))[1] == [(2, 3)]


def test_executor_of_a_block_moves_its_states_in_train_mode_alone():
    net, x = small(), images(2, 3, 8, 8)
    net(x)
    executor = net(sym.var("data")).simple_bind(data=x.shape)
    values = {name: p.data() for name, p in net.collect_params().items()}
    executor.copy_params_from({**values, "data": x}, values, allow_extra_params=True)
    same(executor.forward()[0], net(x))
    wanted = step(net, x)
    weft.random.seed(3)
    same(executor.forward(is_train=True)[0], wanted)
    executor.backward(wanted * 2)
    for name, parameter in net.collect_params().items():
        if name in executor.aux_dict:
            same(executor.aux_dict[name], parameter.data(), name)
        else:
            same(executor.grad_dict[name], parameter.grad(), name)


def test_internal_output_makes_a_block_that_shares_parameters():
    net, x = small(), images(2, 3, 8, 8)
    net(x)
    inside = net(sym.var("data")).get_internals()["2.relu0_output"]
    names = inside.list_inputs()
    shared = {name: p for name, p in net.collect_params().items() if name in names}
    features = gluon.SymbolBlock(inside, "data", shared)
    same(features(x), npx.relu(net[1](net[0](x))))
    assert features.collect_params()["0.weight"] is net[0].weight


def test_symbol_block_finds_shapes_and_trains():
    x, w = sym.var("x"), sym.var("w", shape=(1, -1), init=weft.init.Constant(0.0), lr_mult=0.5)
    block = gluon.SymbolBlock([npx.fully_connected(x, w), x * 2], [x])
    block.initialize()
    data = images(8, 3)
    outputs = block(data)
    same(outputs[1], data * 2)
    assert isinstance(outputs, tuple)
    assert block.collect_params()["w"].shape == (1, 3)
    trainer = gluon.Trainer(block.collect_params(), "sgd", {"learning_rate": 1.0})
    with autograd.record():
        loss = block(data)[0].sum()
    loss.backward()
    trainer.step(8)
    numpy.testing.assert_allclose(
        block.collect_params()["w"].data().asnumpy()[0],
        -0.5 * data.asnumpy().mean(axis=0),
        rtol=1e-6,
        atol=1e-7,
    )


def test_symbol_block_exports_and_composes_again(tmp_path):
    net, x = small(), images(2, 3, 8, 8)
    net(x)
    symbol = net(sym.var("data"))
    values = {name: p.data() for name, p in net.collect_params().items()}
    block = gluon.SymbolBlock(symbol, "data", values)
    block.export(tmp_path / "net.weft", x)
    imported = gluon.SymbolBlock.imports(tmp_path / "net.weft")(x)
    # A plan folds the batch norm into the convolution.
    numpy.testing.assert_allclose(imported.asnumpy(), net(x).asnumpy(), rtol=1e-5, atol=1e-6)
    again = gluon.SymbolBlock(block(sym.var("data")), "data", values)
    again_net = gluon.SymbolBlock(symbol, "data", values)
    same(step(again, x), step(again_net, x))
    same(
        again.collect_params()["1.running_mean"].data(),
        again_net.collect_params()["1.running_mean"].data(),
    )


def test_block_composed_twice_shares_its_variables():
    net = nn.Dense(3)
    a, b = sym.var("a"), sym.var("b")
    both = sym.Group([net(a), net(b)])
    assert both.list_arguments() == ["a", "weight", "bias", "b"]


def test_shared_parameter_is_one_variable(tmp_path):
    net = nn.HybridSequential(nn.Dense(3, in_units=3), nn.Dense(3, in_units=3))
    net[1].weight = net[0].weight
    net.initialize()
    symbol = net(sym.var("data"))
    assert symbol.list_arguments() == ["data", "1.weight", "0.bias", "1.bias"]
    net.save_parameters(tmp_path / "net.safetensors")
    block = gluon.SymbolBlock(symbol, "data")
    block.load_parameters(tmp_path / "net.safetensors", ignore_extra=True)
    x = images(2, 3)
    same(step(block, x), step(net, x))
    same(block.collect_params()["1.weight"].grad(), net[0].weight.grad())


def test_list_of_symbols_goes_into_a_block_and_comes_out():
    net = text.RNNModel(50, 8, 8, 2)
    net.initialize()
    states = net.begin_state(5)
    names = ["data", *(f"state{i}" for i in range(len(states)))]
    given = tokens(5, 2)
    wanted, wanted_states = net(given, states)
    before = [sym.var(n, shape=s.shape) for n, s in zip(names[1:], states, strict=True)]
    out, after = net(sym.var("data", shape=(5, 2), dtype="int32"), before)
    parameters = {name: p.data() for name, p in net.collect_params().items()}
    block = gluon.SymbolBlock(sym.Group([out, *after]), names, parameters)
    for a, b in zip(block(given, *states), [wanted, *wanted_states], strict=True):
        same(a, b)


class Modes(gluon.HybridBlock):
    """Returns other things in each mode, behind a layer that has both."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm()

    def forward(self, x):
        x = self.norm(x)
        if autograd.is_training():
            return {"first": x * 2, "second": [x, self.norm(x)]}
        return {"first": x + 1, "second": [x, x]}


def test_forward_that_asks_for_the_mode_composes_in_both():
    net, x = Modes(), images(2, 3)
    net.initialize()
    net(x)
    found = net(sym.var("x"))
    symbol = sym.Group([found["first"], *found["second"]])
    block = gluon.SymbolBlock(
        symbol, "x", {name: p.data() for name, p in net.collect_params().items()}
    )
    for mode in (autograd.train_mode, autograd.predict_mode):
        with mode():
            wanted, have = net(x), block(x)
        for a, b in zip([wanted["first"], *wanted["second"]], have, strict=True):
            same(b, a)
    same(
        block.collect_params()["norm.running_var"].data(),
        net.collect_params()["norm.running_var"].data(),
    )


class Counting(gluon.HybridBlock):
    """Counts its calls, which no result shows."""

    def __init__(self):
        super().__init__()
        self.count = gluon.Parameter("count", "null", shape=(), init="zeros")

    def forward(self, x):
        self.count.data()[...] = self.count.data() + 1
        return x * 2


class Stray(gluon.HybridBlock):
    """Uses a parameter that is not its own."""

    def __init__(self):
        super().__init__()
        self.layers = [nn.Dense(2)]

    def forward(self, x):
        return self.layers[0](x)


class Ragged(gluon.HybridBlock):
    """Returns one result in train mode, two in predict mode."""

    def forward(self, x):
        return x + 1 if autograd.is_training() else (x, x)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda x: Counting()(x), NotImplementedError, "`count` is written"),
        (lambda x: Stray()(x), RuntimeError, "does not belong to the block"),
        (lambda x: Ragged()(x), ValueError, "Ragged: must return results of the same structure"),
        (lambda x: vision.unet()(x), ValueError, "needs the shape of `x`"),
        (lambda x: gluon.SymbolBlock(x + 1, "y"), LookupError, "`inputs` has `y`"),
        (lambda x: gluon.SymbolBlock(x + 1, [x, x]), ValueError, "must be different"),
        (lambda x: gluon.SymbolBlock(x + 1, x, {"y": 1}), LookupError, "`params` has `y`"),
        (lambda x: gluon.SymbolBlock(x + 1, x)(), TypeError, "takes 1 inputs, x; got 0"),
        (
            lambda x: gluon.SymbolBlock(x + sym.var("w", attr={"__lr_mult__": "a"}), x),
            ValueError,
            "`__lr_mult__` of `w`",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(call, kind, message):
    with pytest.raises(kind, match=message):
        call(sym.var("x"))


def test_failed_composition_leaves_nothing_behind():
    net = Stray()
    with pytest.raises(RuntimeError, match="belong"):
        net(sym.var("x"))
    weft.random.seed(1)
    assert isinstance(np.random.uniform(size=3), np.ndarray)
    layer = nn.Dense(2)
    layer.initialize()
    assert isinstance(layer(np.ones((1, 2))), np.ndarray)
    assert not autograd.is_training()


def test_parameters_without_a_rule_are_named():
    class Plain(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.weight = gluon.Parameter("weight", shape=(-1, 3))

        def forward(self, x):
            return x @ self.weight.data()

    with pytest.raises(ValueError, match=r"`weight`, now \(-1, 3\)"):
        Plain()(sym.var("x")).infer_shape(x=(2, 4))
