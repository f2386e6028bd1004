"""Nets of Caffe as blocks: phases, blobs in place, shared weights, old forms, names, files."""

import numpy
import pytest
import weft
from caffe_files import inputs, layer, layers_of, random_array, run, weights_of, write_net
from weft import autograd, cli, gluon, np
from weft.caffe._messages import message
from weft.caffe._write import blob_of, weights_message, write_message

LENET = (
    inputs(data=(2, 1, 12, 12))
    + layer(
        "Convolution",
        'convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } }',
        name="conv1",
        bottoms=["data"],
        tops=["conv1"],
    )
    + layer("BatchNorm", name="bn1", bottoms=["conv1"], tops=["conv1"])
    + layer(
        "Scale", "scale_param { bias_term: true }", name="s1", bottoms=["conv1"], tops=["conv1"]
    )
    + layer("ReLU", name="relu1", bottoms=["conv1"], tops=["conv1"])
    + layer(
        "Pooling",
        "pooling_param { pool: MAX kernel_size: 3 stride: 2 }",
        name="pool1",
        bottoms=["conv1"],
        tops=["pool1"],
    )
    + layer(
        "InnerProduct",
        'inner_product_param { num_output: 5 weight_filler { type: "msra" } }',
        name="ip",
        bottoms=["pool1"],
        tops=["ip"],
    )
    + layer("Softmax", name="prob", bottoms=["ip"], tops=["prob"])
)


def test_a_net_is_a_block_that_trains_and_exports(tmp_path):
    prototxt, weights = write_net(tmp_path, LENET)
    net = weft.caffe.load(prototxt, weights)
    assert net.input_names == ["data"]
    assert net.output_names == ["prob"]
    assert list(net.collect_params())[:3] == ["conv1.weight", "conv1.bias", "bn1.mean"]
    x = np.array(random_array(2, 1, 12, 12))
    wanted = net(x).asnumpy()
    net.export(tmp_path / "net.weft", x, dynamic={"data": {0: "batch"}})
    model = weft.runtime.Model(tmp_path / "net.weft").context("forward")
    numpy.testing.assert_allclose(model.run(x.asnumpy())[0], wanted, rtol=1e-5, atol=1e-6)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    before = net.collect_params()["bn1.mean"].data().asnumpy()
    with autograd.record():
        loss = -np.log(net(x)[:, 0]).mean()
    loss.backward()
    trainer.step(1)
    assert (net.collect_params()["bn1.mean"].data().asnumpy() != before).any()
    assert -np.log(net(x)[:, 0]).mean() != loss


def test_other_extents_are_taken_where_the_net_can(tmp_path):
    text = inputs(x=(1, 3, 8, 8)) + layer(
        "Convolution", "convolution_param { num_output: 2 kernel_size: 3 }"
    )
    prototxt, weights = write_net(tmp_path, text)
    (y,) = run(prototxt, weights, random_array(4, 3, 9, 20))
    assert y.shape == (4, 2, 7, 18)


def test_layers_of_data_are_inputs(tmp_path):
    data = (
        'layer { name: "m" type: "MemoryData" top: "a" top: "b" memory_data_param '
        "{ batch_size: 2 channels: 3 height: 4 width: 5 } }"
        'layer { name: "d" type: "DummyData" top: "c" dummy_data_param { num: 2 channels: 3 '
        "height: 4 width: 5 } }"
        'layer { name: "f" type: "HDF5Data" top: "e" }'
    )
    path = tmp_path / "net.prototxt"
    path.write_text(data + layer("Eltwise", bottoms="ac") + layer("ReLU", bottoms="e", tops="z"))
    net = weft.caffe.load(path, shapes={"e": (7,)})
    usual = {port.name: port.usual for port in net.ports}
    assert usual == {"a": (2, 3, 4, 5), "b": (2,), "c": (2, 3, 4, 5), "e": (7,)}


def test_the_command_converts_a_net(tmp_path, capsys):
    prototxt, weights = write_net(tmp_path, LENET)
    target = tmp_path / "out.weft"
    command = ["convert", str(prototxt), str(weights), "-o", str(target)]
    assert cli.main([*command, "--shape", "data=1,1,12,12"]) == 0
    assert capsys.readouterr().out.strip() == str(target)
    x = random_array(1, 1, 12, 12)
    found = weft.runtime.Model(target).context("forward").run(x)[0]
    numpy.testing.assert_allclose(found, run(prototxt, weights, x)[0], rtol=1e-5, atol=1e-6)
    assert cli.main(["convert", str(prototxt)]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "net.weft")
    weights.unlink()
    assert cli.main(["convert", str(prototxt)]) == 1
    assert "name the .caffemodel behind" in capsys.readouterr().err


def test_batch_norm_of_files_has_sums(tmp_path):
    prototxt, weights = write_net(tmp_path, LENET)
    mean, _, factor = weights_of(prototxt, 0)["bn1"]
    parameters = weft.caffe.load(prototxt, weights).collect_params()
    found = parameters["bn1.mean"].data().asnumpy()
    numpy.testing.assert_allclose(found, mean / factor, rtol=1e-6)


def test_batch_norm_moves_its_statistics_as_caffe_does(tmp_path):
    text = inputs(x=(3, 2, 4)) + layer(
        "BatchNorm", "batch_norm_param { moving_average_fraction: 0.9 }"
    )
    path = tmp_path / "net.prototxt"
    path.write_text(text)
    net = weft.caffe.load(path)
    mean, variance, factor = numpy.zeros(2), numpy.zeros(2), 0.0
    for seed in range(3):
        x = random_array(3, 2, 4, seed=seed)
        with autograd.record():
            y = net(np.array(x)).asnumpy()
        gap = x - x.mean((0, 2), keepdims=True)
        wanted = gap / numpy.sqrt((gap**2).mean((0, 2), keepdims=True) + 1e-5)
        numpy.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-5)
        factor = factor * 0.9 + 1
        mean = mean * 0.9 + x.mean((0, 2))
        variance = variance * 0.9 + x.var((0, 2), ddof=1)
    parameters = net.collect_params()
    assert parameters["y.factor"].data().asnumpy() == pytest.approx(factor)
    numpy.testing.assert_allclose(parameters["y.mean"].data().asnumpy(), mean / factor, rtol=1e-5)
    found = parameters["y.variance"].data().asnumpy()
    numpy.testing.assert_allclose(found, variance / factor, rtol=1e-5)


# ---- phases and blobs ---------------------------------------------------------------------------


def test_phases_stages_and_levels_choose_layers(tmp_path):
    text = inputs(x=(1, 2))
    rules = {
        "a": "include { phase: TRAIN }",
        "b": "exclude { phase: TRAIN }",
        "c": 'include { stage: "deep" not_stage: "slow" }',
        "d": "include { min_level: 1 max_level: 2 }",
    }
    for name, rule in rules.items():
        text += layer("Power", more=rule, name=name, tops=[name])
    path = tmp_path / "net.prototxt"
    path.write_text(text)

    def outputs(**state):
        return weft.caffe.load(path, **state).output_names

    assert outputs(phase="TRAIN") == ["a"]
    assert outputs() == ["b"]
    assert outputs(stages=["deep"]) == ["b", "c"]
    assert outputs(stages=["deep", "slow"]) == ["b"]
    assert outputs(level=2) == ["b", "d"]
    assert outputs(level=3) == ["b"]


def test_weights_are_shared_by_name(tmp_path):
    fields = "inner_product_param { num_output: 3 bias_term: false }"
    named = 'param { name: "w" lr_mult: 2 decay_mult: 0.5 }'
    text = (
        inputs(a=(2, 3), b=(2, 3))
        + layer("InnerProduct", fields, more=named, name="left", bottoms="a", tops=["left"])
        + layer(
            "InnerProduct",
            fields,
            more='param { name: "w" }',
            name="right",
            bottoms="b",
            tops=["right"],
        )
    )
    path = tmp_path / "net.prototxt"
    path.write_text(text)
    net = weft.caffe.load(path)
    (parameter,) = net.collect_params().values()
    assert (parameter.name, parameter.lr_mult, parameter.wd_mult) == ("left.weight", 2, 0.5)
    parameter.set_data(np.array(numpy.eye(3, dtype="float32")))
    x = np.array(random_array(2, 3))
    left, right = net(x, x)
    assert (left == x).all() and (right == x).all()


def test_a_file_may_have_a_shared_blob_once(tmp_path):
    h5py = pytest.importorskip("h5py")
    fields = "inner_product_param { num_output: 3 }"
    named = "param { name: 'w' } param { name: '%s' }"
    text = (
        inputs(x=(2, 3))
        + layer("InnerProduct", fields, more=named % "b", name="a", tops=["a"])
        + layer("InnerProduct", fields, more=named % "c", name="b", tops=["b"])
    )
    path, weights = tmp_path / "net.prototxt", tmp_path / "net.caffemodel.h5"
    path.write_text(text)
    values = {"a/0": random_array(3, 3), "a/1": random_array(3), "b/1": random_array(3, seed=1)}
    with h5py.File(weights, "w") as file:
        for name, value in values.items():
            file[f"data/{name}"] = value
    net = weft.caffe.load(path, weights)
    assert list(net.collect_params()) == ["a.weight", "a.bias", "b.bias"]
    x = random_array(2, 3)
    a, b = run(path, weights, x)
    numpy.testing.assert_allclose(a, x @ values["a/0"].T + values["a/1"], rtol=1e-5)
    numpy.testing.assert_allclose(b, x @ values["a/0"].T + values["b/1"], rtol=1e-5)


def test_a_layer_with_several_bottoms_is_one_for_each(tmp_path):
    fields = "convolution_param { num_output: 2 kernel_size: 1 }"
    text = inputs(a=(1, 3, 4, 4), b=(1, 3, 5, 5)) + layer(
        "Convolution", fields, bottoms="ab", tops=("y", "z")
    )
    prototxt, weights = write_net(tmp_path, text)
    y, z = run(prototxt, weights, random_array(1, 3, 4, 4), random_array(1, 3, 5, 5))
    assert y.shape == (1, 2, 4, 4) and z.shape == (1, 2, 5, 5)


def test_layers_without_weights_may_share_a_name(tmp_path):
    path = tmp_path / "net.prototxt"
    path.write_text(inputs(x=(2, 3)) + layer("ReLU", tops=["a"]) + layer("TanH", tops=["b"]))
    x = random_array(2, 3)
    a, b = run(path, None, x)
    numpy.testing.assert_allclose(a, numpy.maximum(x, 0))
    numpy.testing.assert_allclose(b, numpy.tanh(x), rtol=1e-6)


def test_a_loss_needs_no_top(tmp_path):
    path = tmp_path / "net.prototxt"
    path.write_text(
        inputs(x=(2, 3), t=(2, 3)) + layer("EuclideanLoss", bottoms="xt", tops=(), name="loss")
    )
    net = weft.caffe.load(path)
    assert net.output_names == ["loss"]
    assert float(net(np.ones((2, 3)), np.zeros((2, 3)))) == pytest.approx(1.5)


def test_propagate_down_stops_gradients(tmp_path):
    fields = "inner_product_param { num_output: 3 }"
    text = (
        inputs(x=(2, 3))
        + layer("InnerProduct", fields, name="first", tops=["h"])
        + layer("InnerProduct", fields, name="last", bottoms="h", more="propagate_down: false")
    )
    prototxt, weights = write_net(tmp_path, text)
    net = weft.caffe.load(prototxt, weights)
    with autograd.record():
        y = net(np.ones((2, 3))).sum()
    y.backward()
    parameters = net.collect_params()
    assert (parameters["first.weight"].grad() == 0).all()
    assert (parameters["last.weight"].grad() != 0).any()


# ---- old forms ----------------------------------------------------------------------------------

V1 = """
name: "old" input: "x" input_dim: 2 input_dim: 3 input_dim: 8 input_dim: 8
layers { name: "conv" type: CONVOLUTION bottom: "x" top: "conv" blobs_lr: 1 blobs_lr: 2
  weight_decay: 1 weight_decay: 0 convolution_param { num_output: 4 kernel_size: 3 } }
layers { name: "relu" type: RELU bottom: "conv" top: "conv" }
layers { name: "ip" type: INNER_PRODUCT bottom: "conv" top: "ip"
  inner_product_param { num_output: 5 } }
layers { name: "prob" type: SOFTMAX bottom: "ip" top: "prob" }
"""
V0 = """
name: "oldest" input: "x" input_dim: 2 input_dim: 3 input_dim: 6 input_dim: 6
layers { layer { name: "pad" type: "padding" pad: 1 } bottom: "x" top: "pad" }
layers { layer { name: "conv" type: "conv" num_output: 4 kernelsize: 3 blobs_lr: 1 blobs_lr: 2 }
  bottom: "pad" top: "conv" }
layers { layer { name: "relu" type: "relu" } bottom: "conv" top: "conv" }
layers { layer { name: "pool" type: "pool" pool: AVE kernelsize: 2 stride: 2 }
  bottom: "conv" top: "pool" }
layers { layer { name: "ip" type: "innerproduct" num_output: 5 } bottom: "pool" top: "ip" }
layers { layer { name: "prob" type: "softmax" } bottom: "ip" top: "prob" }
"""


def old_weights(path, values, oldest):
    """A file of weights in an old form: shapes of 4 extents, numbers of float64."""
    net = message("NetParameter")()
    for name, blobs in values.items():
        added = net.layers.add()
        target = added.layer if oldest else added
        target.name = name
        for value in blobs:
            blob = target.blobs.add()
            shape = (1,) * (4 - value.ndim) + value.shape
            blob.num, blob.channels, blob.height, blob.width = shape
            blob.double_data.extend(value.reshape(-1).tolist())
    write_message(net, path, "test")


@pytest.mark.parametrize("text, oldest", [(V1, False), (V0, True)])
def test_old_nets_and_weights_are_read(text, oldest, tmp_path):
    prototxt, weights = tmp_path / "old.prototxt", tmp_path / "old.caffemodel"
    prototxt.write_text(text)
    values = weights_of(prototxt, 0)
    old_weights(weights, values, oldest)
    net = weft.caffe.load(prototxt, weights)
    assert net.collect_params()["conv.bias"].lr_mult == 2
    present = tmp_path / "present.caffemodel"
    write_message(weights_message("x", layers_of(prototxt), values), present, "test")
    x = random_array(2, 3, *((6, 6) if oldest else (8, 8)))
    (a,), (b,) = run(prototxt, weights, x), run(prototxt, present, x)
    numpy.testing.assert_array_equal(a, b)
    assert a.shape == (2, 5)


def test_blobs_survive_writing_and_reading(tmp_path):
    from weft.caffe._read import read_blob

    value = random_array(3, 200, 2)
    for content in (blob_of(value), message("BlobProtoVector")(blobs=[blob_of(value)])):
        write_message(content, tmp_path / "mean.binaryproto", "test")
        found = read_blob(tmp_path / "mean.binaryproto", "test")
        numpy.testing.assert_array_equal(found, value)


# ---- first values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "filler, check",
    [
        ('type: "constant" value: 2', lambda w: (w == 2).all()),
        (
            'type: "uniform" min: 1 max: 2',
            lambda w: w.min() >= 1 and w.max() <= 2 and w.std() > 0.2,
        ),
        ('type: "gaussian" mean: 3 std: 0.1', lambda w: abs(w.mean() - 3) < 0.02),
        ('type: "gaussian" std: 1 sparse: 10', lambda w: 0.05 < (w != 0).mean() < 0.15),
        ('type: "xavier"', lambda w: 0.95 < abs(w).max() / (3 / 50) ** 0.5 <= 1),
        (
            'type: "xavier" variance_norm: FAN_OUT',
            lambda w: 0.95 < abs(w).max() / (3 / 100) ** 0.5 <= 1,
        ),
        ('type: "msra" variance_norm: AVERAGE', lambda w: abs(w.std() - (2 / 75) ** 0.5) < 0.01),
        ('type: "positive_unitball"', lambda w: numpy.allclose(w.sum(1), 1, atol=1e-5)),
    ],
)
def test_fillers_give_first_values(filler, check, tmp_path):
    fields = f"inner_product_param {{ num_output: 100 weight_filler {{ {filler} }} }}"
    path = tmp_path / "net.prototxt"
    path.write_text(inputs(x=(1, 50)) + layer("InnerProduct", fields))
    weft.random.seed(0)
    assert check(weft.caffe.load(path).collect_params()["y.weight"].data().asnumpy())


@pytest.mark.parametrize("kind", ["constant", "uniform", "gaussian", "positive_unitball", "xavier"])
def test_fillers_fill_a_blob_of_one_number(kind, tmp_path):
    path = tmp_path / "net.prototxt"
    fields = f'prelu_param {{ channel_shared: true filler {{ type: "{kind}" }} }}'
    path.write_text(inputs(x=(1, 50)) + layer("PReLU", fields))
    slope = weft.caffe.load(path).collect_params()["y.slope"].data()
    assert slope.shape == () and numpy.isfinite(slope.item())


def test_the_bilinear_filler_doubles_an_image(tmp_path):
    fields = (
        "convolution_param { num_output: 1 kernel_size: 4 stride: 2 pad: 1 bias_term: false "
        'weight_filler { type: "bilinear" } }'
    )
    path = tmp_path / "net.prototxt"
    path.write_text(inputs(x=(1, 1, 4, 4)) + layer("Deconvolution", fields))
    ramp = numpy.arange(16, dtype="float32").reshape(1, 1, 4, 4)
    (y,) = run(path, None, ramp)
    wanted = weft.npx.interpolate(np.array(ramp), scale_factor=2.0, mode="linear").asnumpy()
    numpy.testing.assert_allclose(y[:, :, 1:-1, 1:-1], wanted[:, :, 1:-1, 1:-1], rtol=1e-5)
