"""`load_parameters` of Weft's own blocks takes files of parameters that MXNet's Gluon wrote."""

import mxnet_files
import numpy
import pytest
from weft import gluon, np
from weft import mxnet as mx
from weft.gluon import nn

GENERATOR = numpy.random.default_rng(3)


def network():
    return nn.HybridSequential(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Flatten(), nn.Dense(2))


def initialized(net, x):
    net.initialize()
    net(x)
    return net


def written(path, arrays, kind):
    named = {name: array.asnumpy() for name, array in arrays.items()}
    if kind == "npz":
        with open(path, "wb") as file:
            numpy.savez(file, **named)
    else:
        mxnet_files.parameters(path, named, kind)


@pytest.mark.parametrize("kind", [0, 1, 2, 3, "npz"])
@pytest.mark.parametrize("role", ["", "arg:"])
def test_structural_names_are_taken(kind, role, tmp_path):
    x = np.array(GENERATOR.normal(size=(2, 3, 6, 6)).astype("float32"))
    net = initialized(network(), x)
    arrays = {}
    for name, parameter in net.collect_params().items():
        prefix = role and ("aux:" if "running" in name else "arg:")
        arrays[f"{prefix}{name}"] = parameter.data()
    written(tmp_path / "net.params", arrays, kind)
    other = network()
    other.load_parameters(tmp_path / "net.params")  # before `initialize`
    numpy.testing.assert_array_equal(other(x).asnumpy(), net(x).asnumpy())


@pytest.mark.parametrize("size", [0, 5])
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_the_vector_of_a_recurrent_layer_is_cut(kind, size, tmp_path):
    x = np.array(GENERATOR.normal(size=(4, 2, 5)).astype("float32"))
    layer = getattr(gluon.rnn, kind)

    def network(size):
        return nn.HybridSequential(
            layer(3, 2, bidirectional=True, input_size=size), nn.Dense(2, flatten=False)
        )

    net = initialized(network(size), x)
    parameters = {name: p.data() for name, p in net.collect_params().items()}
    order = [f"0.{d}{n}_{s}_weight" for n in (0, 1) for d in "lr" for s in ("i2h", "h2h")]
    order += [f"0.{d}{n}_{s}_bias" for n in (0, 1) for d in "lr" for s in ("i2h", "h2h")]
    for name in order:
        parameters[name] = np.array(GENERATOR.normal(size=parameters[name].shape)).astype("float32")
        net.collect_params()[name].set_data(parameters[name])
    vector = np.concatenate([parameters.pop(name).reshape((-1,)) for name in order])
    mx.npx.savez(tmp_path / "net.params", **parameters, **{"0.rnn_param": vector})
    other = network(size)
    other.load_parameters(tmp_path / "net.params")
    numpy.testing.assert_array_equal(other(x).asnumpy(), net(x).asnumpy())


def test_a_vector_of_another_layer_is_told(tmp_path):
    mx.npx.savez(tmp_path / "x.params", rnn_param=np.zeros(7))
    with pytest.raises(ValueError, match=r"`rnn_param` of shape \(7,\) must have the elements of"):
        gluon.rnn.LSTM(3).load_parameters(tmp_path / "x.params")


def test_a_file_without_names_or_with_a_name_twice_is_told(tmp_path):
    path = tmp_path / "x.params"
    mx.nd.save(path, [np.zeros(2)])
    with pytest.raises(OSError, match="has arrays without names, so they are no parameters"):
        nn.Dense(2).load_parameters(path)
    record = mxnet_files.dense(numpy.zeros(2, "float32"), 2)
    path.write_bytes(mxnet_files.list_file([record, record], ["arg:bias", "bias"]))
    with pytest.raises(OSError, match="has `bias` twice"):
        nn.Dense(2).load_parameters(path)


def test_checkpoints_give_arguments_and_states(tmp_path):
    arrays = {"arg:w": numpy.ones(2, "float32"), "aux:m": numpy.zeros(3, "float32")}
    mxnet_files.parameters(tmp_path / "net-0007.params", arrays)
    arguments, states = mx.model.load_params(tmp_path / "net", 7)
    assert {n: x.shape for n, x in arguments.items()} == {"w": (2,)}
    assert {n: x.shape for n, x in states.items()} == {"m": (3,)}
    with pytest.raises(TypeError, match="`epoch` must be an integer; got '7'"):
        mx.model.load_params(tmp_path / "net", "7")
