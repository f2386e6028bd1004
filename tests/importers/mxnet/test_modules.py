"""Executors and modules: gradients by rules, training, buckets, checkpoints, stores, monitors."""

import numpy
import pytest
import weft
from weft import mxnet as mx
from weft import np


def net(classes=3):
    made = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=8, name="fc1")
    made = mx.sym.BatchNorm(made, name="bn", fix_gamma=False)
    made = mx.sym.Activation(made, act_type="relu")
    made = mx.sym.FullyConnected(made, num_hidden=classes, name="fc2")
    return mx.sym.SoftmaxOutput(made, name="softmax")


def batches(count=48, size=16):
    random = numpy.random.RandomState(3)
    labels = random.randint(0, 3, count)
    rows = random.normal(0, 0.3, (count, 5)) + numpy.eye(3, 5)[labels] * 2
    return mx.io.NDArrayIter(rows.astype("float32"), labels.astype("float32"), size)


def trained(**options):
    np.random.seed(1)
    module = mx.mod.Module(net(), **options)
    rates = {"learning_rate": 0.2, "momentum": 0.9}
    module.fit(batches(), num_epoch=8, optimizer_params=rates)
    return module


# ---- executors -----------------------------------------------------------------------------------


def test_gradients_are_written_added_or_not_there():
    x, w = mx.sym.var("x"), mx.sym.var("w")
    run = (x * w).simple_bind(x=(2,), w=(2,), grad_req={"x": "add", "w": "write"})
    run.copy_params_from({"x": np.array([2.0, 3.0]), "w": np.array([5.0, 7.0])})
    for _ in range(2):
        run.forward(is_train=True)
        run.backward(np.ones(2))
    assert run.grad_dict["x"].tolist() == [10.0, 14.0]
    assert run.grad_dict["w"].tolist() == [2.0, 3.0]
    assert (x * w).simple_bind(x=(2,), w=(2,), grad_req="null").grad_arrays == [None, None]


def test_gradients_go_to_the_arrays_that_bind_was_given():
    grad = np.full(2, 9.0)
    run = (mx.sym.var("x") * 3).bind(args=[np.ones(2)], args_grad=[grad], grad_req="add")
    run.forward()
    run.backward([np.ones(2)])
    assert grad.tolist() == [12.0, 12.0]


def test_gradients_go_to_these_arrays_after_a_reshape():
    grad = np.zeros(4)
    run = (mx.sym.var("x") * 3).bind(args=[np.ones(4)], args_grad=[grad])
    for size in (4, 2):
        other = run.reshape(x=(size,))
        grad[...] = 0
        other.forward(is_train=True)
        other.backward(np.ones(size))
        assert grad.tolist() == [3.0] * size + [0.0] * (4 - size)


@pytest.mark.parametrize("context", [3, "gpux", [mx.cpu()]])
def test_what_is_no_context_is_refused(context):
    with pytest.raises(weft.Error):
        mx.sym.relu(mx.sym.var("x")).simple_bind(context, x=(2,))


def test_output_layers_have_their_own_gradient():
    run = net().simple_bind(data=(4, 5))
    random = numpy.random.RandomState(0)
    for name, array in run.arg_dict.items():
        if name != "softmax_label":
            array[...] = np.array(random.normal(0, 1, array.shape).astype("float32"))
    run.arg_dict["softmax_label"][...] = np.array([0, 1, 2, 1])
    (out,) = run.forward(is_train=True)
    run.backward()
    wanted = (out.asnumpy() - numpy.eye(3)[[0, 1, 2, 1]]).sum(0)
    numpy.testing.assert_allclose(run.grad_dict["fc2_bias"].asnumpy(), wanted, atol=1e-5)
    assert numpy.abs(run.aux_dict["bn_moving_mean"].asnumpy()).sum() > 0


def test_a_smaller_executor_shares_memory():
    run = mx.sym.FullyConnected(mx.sym.var("x"), num_hidden=4).simple_bind(x=(5, 4))
    run.arg_arrays[0][...] = 1
    run.arg_arrays[1][...] = 1
    assert run.reshape(x=(3, 4)).forward()[0].asnumpy().tolist() == [[4.0] * 4] * 3
    with pytest.raises(ValueError, match="`allow_up_sizing=True`"):
        run.reshape(x=(6, 4))
    larger = run.reshape(allow_up_sizing=True, x=(6, 4))
    assert larger.arg_arrays[1] is run.arg_arrays[1]


# ---- modules -------------------------------------------------------------------------------------


def test_a_module_learns_and_its_checkpoint_is_the_same(tmp_path):
    module = trained()
    score = dict(module.score(batches(), "acc"))["accuracy"]
    assert score > 0.9
    module.save_checkpoint(tmp_path / "net", 8, save_optimizer_states=True)
    again = mx.mod.Module.load(tmp_path / "net", 8, load_optimizer_states=True)
    data = batches()
    again.bind(data.provide_data, data.provide_label)
    assert dict(again.score(data, "acc"))["accuracy"] == score
    symbol, arguments, states = mx.model.load_checkpoint(tmp_path / "net", 8)
    assert symbol.tojson() == module.symbol.tojson()
    assert sorted(states) == ["bn_moving_mean", "bn_moving_var"]
    assert arguments["fc1_weight"].shape == (8, 5)


def test_predictions_are_those_of_each_batch_without_its_padding():
    module = trained()
    assert module.predict(batches(40)).shape == (40, 3)
    module.forward(mx.io.DataBatch([np.ones((3, 5))], None), is_train=False)
    assert module.get_outputs()[0].shape == (3, 3)


def test_parts_of_a_batch_make_the_same_step_as_the_whole():
    module = mx.mod.Module(net(), context=[mx.cpu(0), mx.cpu(1)])
    data = batches()
    module.bind(data.provide_data, data.provide_label)
    module.init_params(mx.init.One())
    module.init_optimizer(optimizer_params={"learning_rate": 0.1})
    module.forward_backward(next(data))
    module.update()
    assert module.get_outputs(merge_multi_context=False)[0][0].shape == (8, 3)
    assert module.get_outputs()[0].shape == (16, 3)
    one, other = (array.asnumpy() for array in module._exec_group.param_arrays[0])
    numpy.testing.assert_array_equal(one, other)


def test_states_go_from_batch_to_batch():
    state = mx.sym.var("state")
    made = mx.sym.Group([mx.sym.var("data") + state, state * 2])
    module = mx.mod.Module(made, label_names=None, state_names=["state"])
    with pytest.raises(RuntimeError, match="get_outputs: call `bind`"):
        module.get_outputs()
    module.bind([("data", (2, 3))])
    module.init_params()
    module.set_states(value=1)
    for wanted in (1.0, 2.0, 4.0):
        assert module.get_states()[0].asnumpy().tolist() == [[wanted] * 3] * 2
        module.forward(mx.io.DataBatch([np.ones((2, 3))], None), is_train=True)
        assert module.get_outputs()[0].asnumpy().tolist() == [[wanted + 1] * 3] * 2
        module.set_states(states=[module.get_outputs(merge_multi_context=False)[1]])
    with pytest.raises(ValueError, match="either `states` or `value`"):
        module.set_states()


def test_fixed_parameters_stay():
    module = mx.mod.Module(net(), fixed_param_names=["fc1_weight"])
    data = batches()
    module.bind(data.provide_data, data.provide_label)
    module.init_params(mx.init.Normal(0.1))
    before = module.get_params()[0]["fc1_weight"].asnumpy().copy()
    module.fit(data, num_epoch=1)
    numpy.testing.assert_array_equal(module.get_params()[0]["fc1_weight"].asnumpy(), before)


def test_missing_and_extra_parameters_are_told():
    module = trained()
    arguments, states = module.get_params()
    with pytest.raises(RuntimeError, match="`fc1_bias` is missing"):
        module.set_params({"bn_beta": arguments["bn_beta"], "bn_gamma": arguments["bn_gamma"]}, {})
    extra = {**arguments, "fc9": np.ones(1)}
    module.set_params(extra, states)  # as in MXNet, where an inner layer takes all of a checkpoint
    with pytest.raises(ValueError, match="has no `fc9`"):
        module.set_params(extra, states, allow_missing=True)
    with pytest.raises(ValueError, match="did you mean `data`"):
        mx.mod.Module(net(), data_names=["dta"])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        # The weights of 5 features would be others, and zeros.
        (
            lambda m: m.forward(mx.io.DataBatch([np.ones((4, 7))], None)),
            "`fc1_weight` must keep its shape",
        ),
        (lambda m: m.forward(mx.io.DataBatch([], None)), "1 arrays, for data; got 0"),
        (lambda m: m.bind([("data", 3)], force_rebind=True), "pairs of a name and a shape; got"),
        (lambda m: mx.mod.Module(net(), work_load_list=[0]), "must be greater than 0"),
        (lambda m: mx.mod.SequentialModule().data_shapes, "call `bind` first"),
        (lambda m: mx.kv.create().push("a", []), "an array for the key 'a'"),
    ],
)
def test_what_does_not_fit_a_module_is_told(call, told):
    module, data = mx.mod.Module(net()), batches()
    module.bind(data.provide_data, data.provide_label)
    module.init_params()
    with pytest.raises(weft.Error, match=told):
        call(module)


def test_buckets_share_parameters_and_gradients(tmp_path):
    def made(length):
        data = mx.sym.var("data")
        out = mx.sym.FullyConnected(mx.sym.sum(data, axis=1, keepdims=True), num_hidden=3, name="f")
        return mx.sym.SoftmaxOutput(out, name="softmax"), ["data"], ["softmax_label"]

    module = mx.mod.BucketingModule(made, default_bucket_key=6)
    module.bind([("data", (2, 6))], [("softmax_label", (2,))])
    module.init_params(mx.init.One())
    module.init_optimizer(optimizer_params={"learning_rate": 1.0})
    for length in (6, 4):
        shapes = [("data", (2, length))], [("softmax_label", (2,))]
        batch = mx.io.DataBatch([np.ones((2, length))], [np.zeros(2)], bucket_key=length)
        batch.provide_data, batch.provide_label = shapes
        module.forward_backward(batch)
        module.update()
    first, second = (module._buckets[key]._exec_group.execs[0] for key in (6, 4))
    assert first.arg_dict["f_weight"] is second.arg_dict["f_weight"]
    assert module.get_params()[0]["f_bias"].asnumpy()[0] > 0

    module.save_checkpoint(tmp_path / "net", 1)
    (tmp_path / "net-symbol.json").unlink()  # networks come from the function
    again = mx.mod.BucketingModule.load(tmp_path / "net", 1, made, 6)
    again.bind([("data", (2, 6))], [("softmax_label", (2,))])
    for name, array in module.get_params()[0].items():
        numpy.testing.assert_array_equal(again.get_params()[0][name].asnumpy(), array.asnumpy())


def test_a_chain_of_modules_trains():
    first = mx.mod.Module(
        mx.sym.FullyConnected(mx.sym.var("data"), num_hidden=3, name="fc"), label_names=None
    )
    last = mx.mod.Module(mx.sym.SoftmaxOutput(mx.sym.var("data"), name="softmax"))
    chain = mx.mod.SequentialModule().add(first).add(last, take_labels=True, auto_wiring=True)
    chain.fit(batches(), num_epoch=4, optimizer_params={"learning_rate": 0.3})
    assert dict(chain.score(batches(), "acc"))["accuracy"] > 0.8


def test_a_loss_of_python_gives_its_gradient():
    loss = mx.mod.PythonLossModule(grad_func=lambda scores, labels: scores - 1)
    loss.bind([("data", (2, 3))], [("softmax_label", (2,))])
    loss.forward(mx.io.DataBatch([np.full((2, 3), 3.0)], [np.zeros(2)]), is_train=True)
    loss.backward()
    assert loss.get_input_grads()[0].tolist() == [[2.0] * 3] * 2


def test_a_monitor_sees_results_gradients_and_parameters():
    module, data = mx.mod.Module(net()), batches()
    monitor = mx.mon.Monitor(1, pattern="fc2.*", sort=True)
    module.bind(data.provide_data, data.provide_label)
    module.install_monitor(monitor)
    module.init_params(mx.init.Normal(0.1))
    monitor.tic()
    module.forward_backward(next(data))
    names = [name for _, name, _ in monitor.toc()]
    # MXNet 1.9.1 gives these.
    assert names == [
        *("fc2_backward_output0", "fc2_backward_output1", "fc2_backward_output2"),
        *("fc2_bias", "fc2_output", "fc2_weight"),
    ]


def test_a_batch_that_needs_other_parameters_is_refused_and_changes_nothing():
    module = mx.mod.Module(net())
    module.bind(data_shapes=[("data", (4, 5))], label_shapes=[("softmax_label", (4,))])
    module.init_params()
    before = module.get_params()[0]["fc1_weight"].asnumpy()
    label = [mx.nd.zeros((4,))]
    for shape in ((4, 7), (4, 7), (4, 5, 2)):
        with pytest.raises(ValueError, match=r"`fc1_weight` must keep its shape, \(8, 5\); got"):
            module.forward(mx.io.DataBatch([mx.nd.ones(shape)], label))
    assert module.data_shapes[0].shape == (4, 5)
    module.forward(mx.io.DataBatch([mx.nd.ones((6, 5))], [mx.nd.zeros((6,))]))
    assert module.get_outputs()[0].shape == (6, 3)
    assert (module.get_params()[0]["fc1_weight"].asnumpy() == before).all()


@pytest.mark.skipif(mx.num_gpus() > 0, reason="the machine has the device that is to be lacking")
def test_a_device_that_is_not_there_is_refused_when_something_is_bound():
    module = mx.mod.Module(net(), context=mx.gpu(0))
    with pytest.raises(LookupError, match=r"gpu\(0\): this machine has no GPU"):
        module.bind(data_shapes=[("data", (4, 5))], label_shapes=[("softmax_label", (4,))])
    with pytest.raises(LookupError, match=r"gpu\(0\): this machine has no GPU"):
        net().simple_bind(mx.gpu(0), data=(4, 5))


def test_what_is_no_iterator_cannot_be_fitted():
    with pytest.raises(TypeError, match="`train_data` must be an iterator such as"):
        mx.mod.Module(net()).fit(numpy.ones((4, 5)), num_epoch=1)


# ---- stores, callbacks, pictures -----------------------------------------------------------------


def test_a_store_adds_up_and_updates():
    store = mx.kv.create("device")
    store.init("w", np.zeros(2))
    store.push("w", [np.ones(2), np.full(2, 2.0)])
    out = np.zeros(2)
    store.pull("w", out=out)
    assert out.tolist() == [3.0, 3.0]
    store._set_updater(lambda key, grad, weight: weight.__iadd__(grad * 10))
    store.pushpull("w", [np.ones(2)], out=out)
    assert out.tolist() == [13.0, 13.0]
    assert (store.rank, store.num_workers, store.type) == (0, 1, "device")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: mx.kv.create("dist_snyc"), "did you mean `dist_sync`"),
        (lambda: mx.kv.create("locl"), "did you mean `local`"),
        (lambda: mx.kv.create().push("w", np.ones(1)), "was not given to `init`"),
        (lambda: mx.kv.create().set_gradient_compression({"type": "2bit"}), "one process"),
        (lambda: mx.kv.create().init(1.5, np.ones(1)), "integer or a string"),
    ],
)
def test_a_store_tells_what_it_cannot_do(call, told):
    with pytest.raises(weft.Error, match=told):
        call()


def test_callbacks_get_the_batch_and_the_metric(caplog):
    seen = []
    module = mx.mod.Module(net())
    with caplog.at_level("INFO"):
        module.fit(
            batches(),
            num_epoch=1,
            batch_end_callback=[
                lambda param: seen.append((param.epoch, param.nbatch)),
                mx.callback.Speedometer(16, 1),
            ],
        )
    assert seen == [(0, 0), (0, 1), (0, 2)]
    assert "samples/sec" in caplog.text
    assert "Train-accuracy" in caplog.text


def test_a_summary_counts_parameters(capsys):
    mx.viz.print_summary(net(), {"data": (1, 5)})
    # 5 * 8 + 8 of the first layer, 8 + 8 of the norm, 8 * 3 + 3 of the second.
    assert "Total params: 91" in capsys.readouterr().out


def test_the_oldest_way_to_train_works():
    rows = numpy.repeat(numpy.eye(3, 5), 16, 0).astype("float32") * 4
    labels = numpy.repeat(numpy.arange(3), 16).astype("float32")
    np.random.seed(2)
    made = mx.model.FeedForward(net(), num_epoch=8, numpy_batch_size=16, learning_rate=0.2)
    numpy.random.seed(0)
    made.fit(rows, labels)
    assert (made.predict(rows).argmax(1) == labels).mean() > 0.9


def test_callbacks_that_would_divide_by_zero_are_refused():
    with pytest.raises(ValueError, match="Speedometer: `frequent` must be at least 1"):
        mx.callback.Speedometer(32, 0)
    with pytest.raises(ValueError, match="Monitor: `interval` must be at least 1"):
        mx.mon.Monitor(0)


def test_a_module_keeps_parameters_as_their_variables_say(tmp_path):
    weight = mx.sym.Variable("w", shape=(6, 1), stype="row_sparse", init=mx.init.One())
    net = mx.sym.dot(mx.sym.Variable("data", stype="csr"), weight)
    net = mx.sym.LinearRegressionOutput(net, mx.sym.Variable("label"), name="out")
    rows = numpy.zeros((8, 6), "float32")
    rows[numpy.arange(8), [0, 1, 2, 3] * 2] = 1
    data = mx.io.NDArrayIter(
        mx.nd.array(rows).tostype("csr"),
        {"label": rows.sum(1, keepdims=True) * 3},
        4,
        last_batch_handle="discard",
    )
    module = mx.mod.Module(net, label_names=["label"])
    module.fit(data, num_epoch=40, eval_metric="mse", optimizer_params={"learning_rate": 0.5})
    found = module.get_params()[0]["w"]
    assert found.stype == "row_sparse"
    wanted = [[3]] * 4 + [[1]] * 2  # of words that no sample has, the first values
    numpy.testing.assert_allclose(found.asnumpy(), wanted, atol=1e-2)
    module.save_checkpoint(tmp_path / "net", 1)
    read = mx.model.load_checkpoint(tmp_path / "net", 1)[1]["w"]
    assert read.stype == "row_sparse"
    again = mx.mod.Module.load(tmp_path / "net", 1, label_names=["label"])
    again.bind(data.provide_data, data.provide_label, for_training=False)
    numpy.testing.assert_allclose(again.score(data, "mse")[0][1], 0, atol=1e-2)
