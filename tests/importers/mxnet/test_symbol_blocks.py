"""Symbols of `mx.sym` as blocks: parts of networks that train again, and names of 1.x."""

import copy

import numpy
import pytest
import weft.mxnet as mx
from weft import np, npx, sym
from weft.mxnet.gluon import SymbolBlock, nn

X = np.array(numpy.random.default_rng(5).standard_normal((2, 3, 8, 8)).astype("float32"))


def small(**options):
    net = nn.HybridSequential(**options)
    with net.name_scope():
        net.add(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Activation("relu"), nn.Flatten(), nn.Dense(2))
    net.initialize()
    net(X)
    return net


def features_of(net):
    """The output of the layer before the last, and the variable of the data."""
    data = mx.sym.var("data")
    internals = net(data).get_internals()
    (name,) = [name for name in internals.list_outputs() if "flatten" in name]
    return internals[name], data


def before_the_last(net, x):
    for layer in list(net._children.values())[:-1]:
        x = layer(x)
    return x.asnumpy()


def test_a_part_of_a_network_is_a_block_with_its_parameters():
    net = small(prefix="net_")
    part = SymbolBlock(*features_of(net), params=net.collect_params())
    wanted = before_the_last(net, X)
    numpy.testing.assert_allclose(part(X).asnumpy(), wanted, rtol=1e-5, atol=1e-7)
    part.hybridize()
    numpy.testing.assert_allclose(part(X).asnumpy(), wanted, rtol=1e-5, atol=1e-7)
    weight = part.collect_params()["net_conv0_weight"]
    assert weight is net.collect_params()["net_conv0_weight"]


def test_parameters_by_names_of_the_structure_are_found_too():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Conv2D(4, 3), nn.BatchNorm(), nn.Flatten())
    net.add(nn.Dense(2))
    net.initialize()
    net(X)
    part = SymbolBlock(*features_of(net), params=net.collect_params())
    numpy.testing.assert_allclose(part(X).asnumpy(), before_the_last(net, X), rtol=1e-5)


def test_all_inner_results_are_given_at_once():
    net = small(prefix="net_")
    data = mx.sym.var("data")
    internals = net(data).get_internals()
    block = SymbolBlock(internals, data, params=net.collect_params())
    found = block(X)
    assert len(found) == len(internals.list_outputs())
    numpy.testing.assert_allclose(found[-1].asnumpy(), net(X).asnumpy(), rtol=1e-5)


def test_such_blocks_train_in_larger_ones_and_take_symbols():
    net = small(prefix="net_")
    part = SymbolBlock(*features_of(net), params=net.collect_params())
    top = nn.HybridSequential()
    top.add(part, nn.Dense(3))
    top[1].initialize()
    top.hybridize()
    with mx.autograd.record():
        loss = top(X).sum()
    loss.backward()
    weight = net.collect_params()["net_conv0_weight"]
    assert numpy.abs(weight.grad().asnumpy()).max() > 0
    assert top(mx.sym.var("image")).list_arguments()[:2] == ["image", "net_conv0_weight"]


def test_files_of_such_blocks_are_read_again(tmp_path):
    net = small(prefix="net_")
    top = nn.HybridSequential()
    top.add(SymbolBlock(*features_of(net), params=net.collect_params()), nn.Dense(3))
    top[1].initialize()
    wanted = top(X).asnumpy()
    symbol, parameters = top.export(str(tmp_path / "top"))
    again = SymbolBlock.imports(symbol, ["data"], parameters)
    assert isinstance(again, SymbolBlock)
    numpy.testing.assert_allclose(again(X).asnumpy(), wanted, rtol=1e-5)
    numpy.testing.assert_allclose(copy.deepcopy(again)(X).asnumpy(), wanted, rtol=1e-5)


def test_checkpoints_of_modules_give_values(tmp_path):
    data = mx.sym.var("data")
    inner = mx.sym.FullyConnected(data, num_hidden=4, name="first")
    whole = mx.sym.SoftmaxOutput(mx.sym.FullyConnected(inner, num_hidden=2), name="softmax")
    module = mx.mod.Module(whole)
    module.bind([("data", (2, 3))], [("softmax_label", (2,))])
    module.init_params(mx.init.Uniform(1.0))
    module.save_checkpoint(str(tmp_path / "net"), 1)
    block = SymbolBlock(whole.get_internals()["first_output"], data)
    path = str(tmp_path / "net-0001.params")
    block.load_parameters(path, ignore_extra=True)
    arguments = module.get_params()[0]
    x = np.ones((2, 3))
    wanted = x.asnumpy() @ arguments["first_weight"].asnumpy().T
    wanted += arguments["first_bias"].asnumpy()
    numpy.testing.assert_allclose(block(x).asnumpy(), wanted, rtol=1e-5)
    given = SymbolBlock(whole.get_internals()["first_output"], data, params=arguments)
    numpy.testing.assert_allclose(given(x).asnumpy(), wanted, rtol=1e-5)


def test_classes_may_derive_from_it():
    class Features(SymbolBlock):
        def __init__(self, net):
            output, data = features_of(net)
            super().__init__([output], [data], params=net.collect_params())

    net = small(prefix="net_")
    block = Features(net)
    assert type(block) is Features
    assert repr(block).startswith("Features(\n  data -> ")
    numpy.testing.assert_allclose(block(X).asnumpy(), before_the_last(net, X), rtol=1e-5)


def test_an_input_that_the_symbol_lacks_is_told():
    with pytest.raises(LookupError, match="has no variable `image`"):
        SymbolBlock(mx.sym.relu(mx.sym.var("data")), mx.sym.var("image"))


def test_symbols_of_weft_stay_blocks(tmp_path):
    x, w = sym.var("x"), sym.var("w", shape=(3, -1))
    block = SymbolBlock(npx.fully_connected(x, w), x)
    block.initialize()
    wanted = block(np.ones((2, 5))).asnumpy()
    symbol, parameters = block.export(str(tmp_path / "net"))
    again = SymbolBlock.imports(symbol, ["data"], parameters)
    numpy.testing.assert_allclose(again(np.ones((2, 5))).asnumpy(), wanted, rtol=1e-6)


def test_layers_have_the_short_names_of_1():
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Conv2D(2, 3), nn.MaxPool2D(), nn.Conv2DTranspose(2, 3), nn.Activation("relu"))
    assert [layer.name for layer in net] == ["net_conv0", "net_pool0", "net_conv1", "net_relu0"]

    class Stem(nn.Conv2D):
        pass

    class Head(mx.gluon.HybridBlock):
        def _alias(self):
            return "head"

    assert Stem(2, 3).name.startswith("conv")
    assert Head().name.startswith("head")
