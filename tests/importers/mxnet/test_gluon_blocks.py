"""Blocks and parameters of `mx.gluon`: names of 1.x and of 2.0, contexts, files, training."""

import copy
import pickle
import warnings

import numpy
import pytest
import weft.mxnet as mx
from weft import autograd, np, sym
from weft.gluon import nn as native
from weft.mxnet.gluon import nn


def small(**options):
    net = nn.HybridSequential(**options)
    with net.name_scope():
        net.add(nn.Dense(3, activation="relu"), nn.Dense(2))
    return net


def test_names_of_2_are_those_of_the_structure():
    net = nn.HybridSequential()
    net.add(nn.Conv2D(10, 3), nn.Dense(10))
    assert list(net.collect_params()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert list(net.collect_params(".*weight")) == ["0.weight", "1.weight"]


def test_prefixes_and_scopes_give_the_names_of_1():
    net = small(prefix="net_")
    assert net.prefix == "net_" and net.name == "net" and net[1].prefix == "net_dense1_"
    names = ["net_dense0_weight", "net_dense0_bias", "net_dense1_weight", "net_dense1_bias"]
    assert list(net.collect_params()) == names
    assert net[0].weight.name == "net_dense0_weight"


def test_a_parameter_is_found_by_either_name():
    net = small(prefix="net_")
    params = net.collect_params()
    assert params["0.weight"] is params["net_dense0_weight"] is net[0].weight
    assert "1.bias" in params and "nothing" not in params
    with pytest.raises(KeyError, match="no parameter `nothing`"):
        params["nothing"]


def test_an_empty_prefix_counts_where_the_block_is():
    outer = nn.HybridSequential(prefix="outer_")
    with outer.name_scope():
        inner = nn.HybridSequential(prefix="")
        with inner.name_scope():
            inner.add(nn.Dense(1))
        outer.add(inner, nn.Dense(1))
    assert [block.prefix for block in (inner[0], outer[1])] == ["outer_dense0_", "outer_dense1_"]


def test_params_of_another_block_are_shared():
    one = small(prefix="one_")
    two = small(prefix="two_", params=one.collect_params())
    one.initialize()
    x = np.ones((2, 4))
    assert two[0].weight is one[0].weight
    assert (one(x).asnumpy() == two(x).asnumpy()).all()


def test_params_get_makes_a_parameter_once():
    params = mx.gluon.ParameterDict("net_")
    weight = params.get("weight", shape=(2, 0))
    assert weight.name == "net_weight" and weight.shape == (2, -1)
    assert params.get("weight", shape=(2, 3)) is weight and weight.shape == (2, 3)
    with pytest.raises(AssertionError, match="shape of `net_weight`"):
        params.get("weight", shape=(5, 3))
    constant = params.get_constant("c", [1.0, 2.0])
    assert params.get_constant("c") is constant
    with pytest.raises(AssertionError, match="another value"):
        params.get_constant("c", [3.0])
    assert repr(constant.init) == "Constant(value=[1.0, 2.0])"
    for given in ((), ("a", 1.0, 2.0)):
        with pytest.raises(TypeError, match=f"Constant: give `value`.*got {len(given)}"):
            mx.gluon.Constant(*given)


def test_parameter_dicts_are_written_and_read_with_prefixes(tmp_path):
    path = tmp_path / "net.params"
    net = small(prefix="net_")
    net.initialize()
    net(np.ones((1, 4)))
    net.collect_params().save(path, strip_prefix="net_")
    other = small(prefix="other_")
    other.collect_params().load(path, mx.cpu(), restore_prefix="other_")
    assert (other[0].weight.data().asnumpy() == net[0].weight.data().asnumpy()).all()
    with pytest.raises(AssertionError, match="lacks"):
        small(prefix="third_").collect_params().load(path, ignore_extra=True)


@pytest.mark.parametrize("mode", [True, False])
def test_parameters_of_either_version_are_read(tmp_path, mode):
    path = tmp_path / "net.params"
    net = small()
    net.initialize()
    x = np.ones((2, 4))
    wanted = net(x).asnumpy()
    with mx.util.np_array(mode):
        net.save_parameters(path)
    other = small()
    other.load_parameters(path, ctx=mx.cpu())
    assert (other(x).asnumpy() == wanted).all()
    native_net = native.HybridSequential(native.Dense(3, activation="relu"), native.Dense(2))
    native_net.load_parameters(path)
    assert (native_net(x).asnumpy() == wanted).all()


def test_dtypes_of_files_are_converted_when_asked(tmp_path):
    path = tmp_path / "net.params"
    net = nn.Dense(2, in_units=3)
    net.initialize()
    net.cast("float64")
    net.save_parameters(path)
    other = nn.Dense(2, in_units=3)
    with pytest.raises(AssertionError, match="cast_dtype"):
        other.load_parameters(path)
    other.load_parameters(path, cast_dtype=True)
    assert other.weight.data().dtype.name == "float32"
    other.load_parameters(path, cast_dtype=True, dtype_source="saved")
    assert other.weight.data().dtype.name == "float64"


def test_a_whole_model_is_saved_and_loaded(tmp_path):
    net = small()
    net.initialize()
    net.hybridize()
    x = np.ones((2, 4))
    wanted = net(x).asnumpy()
    net.save(tmp_path / "model")
    other = small()
    other.load(tmp_path / "model")
    assert (other(x).asnumpy() == wanted).all()
    with pytest.raises(OSError, match="other blocks"):
        nn.Dense(2).load(tmp_path / "model")
    for text in ("{", "[]", '{"blocks": [1]}', '{"blocks": 1}'):
        (tmp_path / "model-model.json").write_text(text)
        with pytest.raises(OSError, match=r"model-model\.json is damaged"):
            other.load(tmp_path / "model")
    with pytest.raises(OSError, match=r"nothing-model\.json"):
        other.load(tmp_path / "nothing")


def test_contexts_are_named_in_all_places():
    net = nn.Dense(2, in_units=3)
    net.initialize(mx.init.One(), ctx=[mx.cpu(0), mx.cpu(1)])
    assert net.weight.list_ctx() == [mx.cpu(0), mx.cpu(1)]
    assert len(net.weight.list_data()) == 2 == len(net.weight.list_grad())
    assert (net.weight.data(mx.cpu(1)).asnumpy() == 1).all()
    with pytest.raises(RuntimeError, match="not on cpu"):
        net.weight.data(mx.cpu(2))
    net.collect_params().reset_ctx(mx.cpu(2))
    assert net.weight.list_ctx() == [mx.cpu(2)]
    with pytest.raises(ValueError, match="mean the same"):
        net.weight.data(mx.cpu(0), device=mx.cpu(1))


def test_gradients_of_several_contexts_add_up():
    contexts = [mx.cpu(0), mx.cpu(1)]
    x = mx.gluon.Parameter("x", shape=(4,))
    x.initialize(mx.init.Zero(), ctx=contexts)
    trainer = mx.gluon.Trainer([x], "sgd", {"learning_rate": 1.0})
    for _ in range(2):
        with autograd.record():
            losses = [array * 2 for array in x.list_data()]
        for loss in losses:
            loss.backward()
        trainer.step(1)
    assert (x.data(mx.cpu(1)).asnumpy() == -8).all()


def test_a_parameter_is_initialized_once_unless_forced():
    weight = mx.gluon.Parameter("weight", shape=(2,))
    weight.initialize(mx.init.One())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        weight.initialize(mx.init.Zero())
    assert "already initialized" in str(caught[0].message)
    assert (weight.data().asnumpy() == 1).all()
    weight.initialize(mx.init.Zero(), force_reinit=True)
    assert (weight.data().asnumpy() == 0).all()


def test_an_initializer_of_gluon_sets_whatever_the_name_is():
    bias = mx.gluon.Parameter("bias", shape=(3,))
    bias.initialize(mx.init.Constant(5))
    assert (bias.data().asnumpy() == 5).all()


def test_blocks_of_weft_become_blocks_of_mxnet():
    inner = native.HybridSequential(native.Dense(2, in_units=3))
    net = nn.HybridSequential(prefix="net_")
    net.add(inner)
    assert isinstance(inner, nn.HybridSequential) and isinstance(inner[0], nn.Dense)
    assert isinstance(inner[0].weight, mx.gluon.Parameter)
    net.initialize(ctx=mx.cpu())
    assert net(np.ones((1, 3))).shape == (1, 2)


def test_a_child_cannot_become_something_else():
    block = mx.gluon.Block()
    block.inner = nn.Dense(1)
    with pytest.raises(TypeError, match="cannot be replaced"):
        block.inner = (2,)


def test_copies_have_their_own_names_and_parameters():
    net = small(prefix="net_")
    net.initialize()
    net(np.ones((1, 4)))
    twin = copy.deepcopy(net)
    twin[0].weight.set_data(np.zeros((3, 4)))
    assert net[0].weight.data().asnumpy().any()
    assert list(twin.collect_params()) == list(net.collect_params())


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Conv2D(2, 3),
        lambda: nn.BatchNorm(),
        lambda: mx.gluon.rnn.GRUCell(3),
        lambda: mx.gluon.rnn.LSTM(3),
        lambda: mx.gluon.loss.L1Loss(),
    ],
)
def test_a_layer_is_found_in_its_module_by_pickles(make):
    layer = make()
    assert type(pickle.loads(pickle.dumps(layer))) is type(layer)


def test_a_layer_takes_the_arguments_of_mxnet_by_position():
    layer = nn.Conv2D(4, 3, (2, 2), (1, 1), (1, 1), 1, "NCHW", "relu", False)
    layer.initialize()
    assert layer(np.ones((1, 2, 8, 8))).shape == (1, 4, 4, 4) and layer.bias is None
    with pytest.raises(TypeError, match="`chanels` is no argument"):
        nn.Conv2D(chanels=3, kernel_size=2)
    with pytest.raises(TypeError, match="`units` must be given"):
        nn.Dense()


@pytest.mark.parametrize("kind", ["DeformableConvolution", "ModulatedDeformableConvolution"])
def test_offsets_have_the_groups_of_the_result(kind):
    layer = getattr(nn, kind)(6, (3, 3), (1, 1), (1, 1), (1, 1), 2, 2, "NHWC", False)
    layer.initialize()
    x = np.random.normal(size=(2, 5, 5, 4))
    numbers = {"DeformableConvolution": 36, "ModulatedDeformableConvolution": 54}[kind]
    layer(x)
    assert layer.offset_weight.shape == (numbers, 2, 3, 3)
    plain = nn.Conv2D(6, 3, 1, 1, groups=2, in_channels=4, use_bias=False, layout="NHWC")
    plain.initialize()
    plain.weight.set_data(layer.deformable_conv_weight.data())
    assert numpy.allclose(layer(x).asnumpy(), plain(x).asnumpy(), atol=1e-5)


def test_names_of_functions_are_those_of_mxnet():
    x = np.array([[3.0, 1.0, 2.0]])
    for name in ("relu", "softmax", "topk"):
        wanted = getattr(mx.npx, name)(x).asnumpy()
        assert (nn.Lambda(name)(x).asnumpy() == wanted).all()
        assert (nn.HybridLambda(name)(x).asnumpy() == wanted).all()
    assert nn.Lambda("slice_axis").function is mx.nd.slice_axis
    with pytest.raises(AttributeError, match="no_function"):
        nn.Lambda("no_function")


@pytest.mark.parametrize("hybrid", [False, True])
def test_channels_last_is_channels_first_turned(hybrid):
    first = nn.Conv2D(4, 3, in_channels=2)
    last = nn.Conv2D(4, 3, in_channels=2, layout="NHWC").share_parameters(first.collect_params())
    first.initialize()
    if hybrid:
        last.hybridize()
    x = np.random.normal(size=(2, 2, 6, 6))
    wanted = numpy.moveaxis(first(x).asnumpy(), 1, -1)
    assert numpy.allclose(last(np.moveaxis(x, 1, -1)).asnumpy(), wanted, atol=1e-6)


def test_operators_that_programs_wrote_are_differentiated():
    class Scale(mx.operator.CustomOp):
        def __init__(self, factor):
            self.factor = factor

        def forward(self, is_train, req, in_data, out_data, aux):
            self.assign(out_data[0], req[0], in_data[0] * self.factor)

        def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
            self.assign(in_grad[0], req[0], out_grad[0] * self.factor)

    @mx.operator.register("scale_of_test")
    class ScaleProp(mx.operator.CustomOpProp):
        def __init__(self, factor="1"):
            super().__init__()
            self.factor = float(factor)

        def create_operator(self, ctx, in_shapes, in_dtypes):
            return Scale(self.factor)

    class Net(mx.gluon.HybridBlock):
        def forward(self, x):
            return mx.operator.Custom(x, op_type="scale_of_test", factor=3)

    for hybrid in (False, True):
        net = Net()
        net.hybridize(hybrid)
        x = np.array([1.0, 2.0])
        x.attach_grad()
        with autograd.record():
            y = net(x)
        y.backward()
        assert y.asnumpy().tolist() == [3, 6] and x.grad.asnumpy().tolist() == [3, 3]
    with pytest.raises(LookupError, match="scale_of_tests"):
        mx.operator.Custom(np.ones(1), op_type="scale_of_tests")


def registered(name, factor):
    """Registers an operator: times `factor` in training, else as it is."""

    class Trained(mx.operator.CustomOp):
        def forward(self, is_train, req, in_data, out_data, aux):
            self.assign(out_data[0], req[0], in_data[0] * (factor if is_train else 1))

        def backward(self, req, out_grad, in_data, out_data, in_grad, aux):
            self.assign(in_grad[0], req[0], out_grad[0] * factor)

    @mx.operator.register(name)
    class TrainedProp(mx.operator.CustomOpProp):
        def create_operator(self, ctx, in_shapes, in_dtypes):
            return Trained()


@pytest.mark.parametrize("hybrid", [False, True])
def test_operators_that_programs_wrote_know_the_mode(hybrid):
    registered("of_mode", 2)
    net = nn.HybridLambda(lambda x: mx.operator.Custom(x, op_type="of_mode"))
    net.hybridize(hybrid)
    for _ in range(2):
        assert net(np.ones(2)).asnumpy().tolist() == [1, 1]
        with autograd.record():
            assert net(np.ones(2)).asnumpy().tolist() == [2, 2]
    symbol = mx.operator.Custom(sym.var("x"), op_type="of_mode")
    assert symbol.eval(x=np.ones(2))[0].asnumpy().tolist() == [1, 1]
    with autograd.train_mode():
        assert symbol.eval(x=np.ones(2))[0].asnumpy().tolist() == [2, 2]
    composed = net(sym.var("x"))
    assert composed.eval(x=np.ones(2))[0].asnumpy().tolist() == [1, 1]


def test_an_operator_that_is_registered_again_is_the_new_one():
    for factor in (2, 3):
        registered("Of_Test", factor)
        net = nn.HybridLambda(lambda x: mx.operator.Custom(x, op_type="oF_tEST"))
        net.hybridize()
        with autograd.record():
            assert net(np.ones(1)).item() == factor


def test_a_stale_gradient_is_told():
    net = nn.Dense(1, in_units=2)
    net.initialize()
    trainer = mx.gluon.Trainer(net.collect_params(), "sgd")
    with pytest.raises(UserWarning, match="was not written"):
        trainer.step(1)
    trainer.step(1, ignore_stale_grad=True)


def test_a_batch_of_no_samples_is_told():
    weight = mx.gluon.Parameter("weight", shape=(2,))
    weight.initialize()
    trainer = mx.gluon.Trainer([weight], "sgd")
    for call in (trainer.step, trainer.update):
        with pytest.raises(ValueError, match="`batch_size` must not be 0; got 0"):
            call(0)


def test_states_of_a_trainer_continue(tmp_path):
    path = tmp_path / "trainer.states"

    def run(steps, resume):
        x = mx.gluon.Parameter("x", shape=(3,))
        x.initialize(mx.init.One())
        trainer = mx.gluon.Trainer([x], "sgd", {"learning_rate": 0.1, "momentum": 0.9})
        for step in range(steps):
            if step == resume:
                trainer.save_states(path)
                trainer = mx.gluon.Trainer([x], "sgd", {"learning_rate": 0.5, "momentum": 0.1})
                trainer.load_states(path)
            with autograd.record():
                loss = x.data() * 2
            loss.backward()
            trainer.step(1)
        return x.data().asnumpy()

    assert (run(4, None) == run(4, 2)).all()
    content = path.read_bytes()
    trainer = mx.gluon.Trainer([], "sgd")
    for damaged in (b"", b"no pickle at all", content[: len(content) // 2]):
        path.write_bytes(damaged)
        with pytest.raises(OSError, match=r"trainer\.states: the states are damaged"):
            trainer.load_states(path)


def test_cells_unroll_lists_and_arrays():
    cell = mx.gluon.rnn.LSTMCell(4, input_size=3)
    cell.initialize()
    x = np.random.normal(size=(2, 5, 3))
    merged, last = cell.unroll(5, x, merge_outputs=True)
    steps, _ = cell.unroll(5, [x[:, t] for t in range(5)], cell.begin_state(2, ctx=mx.cpu()))
    assert len(steps) == 5 and numpy.allclose(steps[4].asnumpy(), merged[:, 4].asnumpy())
    turned, _ = cell.unroll(5, x.swapaxes(0, 1), layout="TNC", merge_outputs=True)
    assert turned.shape == (5, 2, 4)
    assert numpy.allclose(last[0].asnumpy(), steps[4].asnumpy())
    with pytest.raises(ValueError, match="must have `length` 4"):
        cell.unroll(4, x)
    with pytest.raises(ValueError, match="`layout` must be 'NTC' or 'TNC'; got 'CNT'"):
        cell.unroll(5, x, layout="CNT")
    with pytest.raises(TypeError, match="`dtpye` is no argument"):
        cell.begin_state(2, dtpye="float16")


class Scaled(mx.gluon.HybridBlock):
    """A block as 1.x has them."""

    def __init__(self, **options):
        super().__init__(**options)
        with self.name_scope():
            self.scale = self.params.get(
                "scale", shape=(2, 0), init=mx.init.One(), allow_deferred_init=True
            )
            self.out = nn.Dense(3)

    def hybrid_forward(self, F, x, scale):  # noqa: N803 - MXNet's name
        return self.out(F.FullyConnected(x, scale, num_hidden=2, no_bias=True))


@pytest.mark.parametrize("hybrid", [False, True])
def test_hybrid_forward_runs_on_arrays_of_either_kind(hybrid):
    net = Scaled(prefix="net_")
    net.initialize()
    net.hybridize(hybrid)
    old = net(mx.nd.ones((2, 5)))
    assert isinstance(old, mx.nd.NDArray) and net.scale.shape == (2, 5)
    with autograd.record():
        loss = net(mx.nd.ones((2, 5))).sum()
    loss.backward()
    assert net.scale.grad().shape == (2, 5)


def test_cells_get_shapes_before_the_first_step():
    rnn, x = mx.gluon.rnn, mx.np.ones((2, 5))
    both = rnn.BidirectionalCell(rnn.GRUCell(4), rnn.GRUCell(4))
    stack = rnn.SequentialRNNCell()
    for cell in (rnn.LSTMCell(3), rnn.LSTMCell(3), rnn.DropoutCell(0.2)):
        stack.add(cell)
    for cell in (both, stack, rnn.Conv1DRNNCell((1, 5), 2, 3, 3)):
        cell.infer_shape(0, x, False)
        assert all(parameter.is_shape_known for parameter in cell.collect_params().values())
    assert stack[1].i2h_weight.shape == (12, 3)
    stack.initialize()
    assert stack.unroll(2, [x, x])[0][0].shape == (2, 3)
    second = rnn.GRUCell(4)
    second.infer_shape(1, x, True)
    assert second.i2h_weight.shape == (12, 8)


class OfNumpy(mx.gluon.HybridBlock):
    """A block as 1.6 to 2.0b had them."""

    def hybrid_forward(self, F, x):  # noqa: N803 - MXNet's name
        return F.npx.relu(F.np.exp(x) - 2)


@pytest.mark.parametrize("hybrid", [False, True])
def test_hybrid_forward_finds_functions_of_numpy(hybrid):
    net = OfNumpy()
    net.hybridize(hybrid)
    values = np.array([0.0, 1.0])
    wanted = [0.0, numpy.exp(1) - 2]
    numpy.testing.assert_allclose(net(values).asnumpy(), wanted, rtol=1e-6)
    symbol = net(mx.sym.var("x").as_np_ndarray())
    numpy.testing.assert_allclose(symbol.eval(x=values)[0].asnumpy(), wanted, rtol=1e-6)


def test_blocks_are_composed_of_symbols():
    names = ["data", "net_scale", "net_dense0_weight", "net_dense0_bias"]
    assert Scaled(prefix="net_")(mx.sym.var("data")).list_arguments() == names
    net = small(prefix="net_")
    out = net(mx.sym.var("data"))
    assert out.list_arguments()[1] == "net_dense0_weight"
    assert out.infer_shape(data=(4, 7))[1] == [(4, 2)]


def test_what_is_exported_is_imported_again(tmp_path):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(3, 3, activation="relu"), nn.BatchNorm(), nn.MaxPool2D(), nn.Dropout(0.5))
    net.add(nn.Flatten(), nn.Dense(2, activation="tanh"))
    net.initialize()
    x = np.random.uniform(size=(2, 2, 8, 8))
    wanted = net(x).asnumpy()
    files = net.export(str(tmp_path / "net"), epoch=3)
    assert [path.rpartition("net")[2] for path in files] == ["-symbol.json", "-0003.params"]
    again = mx.gluon.SymbolBlock.imports(files[0], ["data"], files[1], ctx=mx.cpu())
    assert numpy.allclose(again(x).asnumpy(), wanted, atol=1e-6)
    with pytest.raises(RuntimeError, match="has no values yet"):
        nn.Dense(2).export(str(tmp_path / "other"))


def test_what_dir_lists_of_a_block_can_be_read():
    for kind in (mx.gluon.nn.Dense(2), mx.gluon.nn.HybridSequential()):
        assert "add_child" not in dir(kind)
        for name in dir(kind):
            if name not in ("prefix", "name"):
                getattr(kind, name, None)


def test_the_dict_of_parameters_is_where_mxnet_has_it():
    net = mx.gluon.nn.Dense(2)
    assert isinstance(net.collect_params(), mx.gluon.parameter.ParameterDict)


def test_arrays_go_to_devices_of_mxnet():
    x = np.ones((2, 3))
    assert x.to_device(mx.cpu()).shape == (2, 3)
    with pytest.raises(LookupError):
        x.to_device(mx.gpu(9))


def test_no_context_to_split_over_is_told():
    with pytest.raises(ValueError, match="`ctx_list` must name a context"):
        mx.gluon.utils.split_and_load(np.ones((2, 3)), [])


def test_a_loss_of_a_program_reads_the_options_of_its_base():
    class Own(mx.gluon.loss.L1Loss):
        def forward(self, pred, label, sample_weight=None):
            found = mx.np.abs(pred - label)
            weighed = mx.gluon.loss._apply_weighting(mx.nd, found, self._weight, sample_weight)
            return weighed.mean(axis=1 - self._batch_axis)

    loss = Own(weight=3.0)
    assert loss(np.ones((2, 4)), np.zeros((2, 4))).asnumpy().tolist() == [3, 3]
    loss._weight = 2.0
    assert loss(np.ones((2, 4)), np.zeros((2, 4)), np.full((2, 1), 2.0)).asnumpy().tolist() == [
        4,
        4,
    ]
    assert mx.gluon.loss.Loss(2.0, 1)._batch_axis == 1


@pytest.mark.parametrize("is_planned", [False, True])
def test_a_loss_of_arrays_of_1x_is_that_of_native_ones(is_planned):
    random = numpy.random.default_rng(0)
    first, second = random.standard_normal((2, 4, 5)).astype("float32")
    label = numpy.array([1, -1, 1, -1], "float32")
    loss = mx.gluon.loss.CosineEmbeddingLoss()
    loss.hybridize(is_planned)
    old = loss(*map(mx.nd.array, (first, second, label)))
    new = loss(*map(np.array, (first, second, label)))
    assert type(old) is mx.nd.NDArray and old.shape == (4, 1)  # a column in 1.x
    numpy.testing.assert_allclose(old.asnumpy()[:, 0], new.asnumpy(), rtol=1e-6)


def test_what_is_misspelt_is_told_the_nearest():
    net = mx.gluon.nn.Dense(2)
    with pytest.raises(TypeError, match=r"Adam: `learing_rate` is no argument.*`learning_rate`"):
        mx.gluon.Trainer(net.collect_params(), "adam", {"learing_rate": 1})
    with pytest.raises(ValueError, match="'resnet18_v3'; did you mean `resnet18_v"):
        mx.gluon.model_zoo.vision.get_model("resnet18_v3")


def test_a_context_that_the_machine_lacks_is_named_as_the_program_does():
    if mx.context.num_gpus():
        pytest.skip("needs a machine without a GPU")
    with pytest.raises(LookupError, match=r"gpu\(0\): this machine has no GPU"):
        mx.gluon.nn.Dense(2).initialize(ctx=mx.gpu(0))


def test_networks_of_a_family_are_made_as_in_mxnet(tmp_path):
    vision = mx.gluon.model_zoo.vision
    net = vision.get_resnet(version=1, num_layers=18, classes=3, ctx=mx.cpu())
    assert isinstance(net, mx.gluon.HybridBlock)
    assert vision.get_mobilenet(1, classes=3).output.units == 3
    with pytest.raises(FileNotFoundError, match=r"resnet18_v2\.params"):
        vision.get_resnet(2, 18, True, mx.cpu(), tmp_path)
    with pytest.raises(FileNotFoundError, match=r"vgg11_bn\.params"):
        vision.get_vgg(num_layers=11, batch_norm=True, pretrained=True, root=tmp_path)


def test_files_of_cifar_are_read(tmp_path):
    vision = mx.gluon.data.vision
    pixels = numpy.random.default_rng(0).integers(0, 256, (4, 3, 32, 32), "uint8")
    labels = numpy.array([[3, 70], [0, 99], [19, 1], [7, 2]], "uint8")
    rows = pixels.reshape(4, -1)
    numpy.hstack([labels, rows]).tofile(tmp_path / "train.bin")
    numpy.hstack([labels[:, :1], rows]).tofile(tmp_path / "test_batch.bin")
    for data, wanted in (
        (vision.CIFAR100(tmp_path), labels[:, 0]),
        (vision.CIFAR100(tmp_path, fine_label=True), labels[:, 1]),
        (vision.CIFAR10(tmp_path, train=False), labels[:, 0]),
    ):
        assert [int(label) for _, label in data] == wanted.tolist()
        assert (data[2][0].asnumpy() == pixels[2].transpose(1, 2, 0)).all()
    with pytest.raises(FileNotFoundError, match=r"data_batch_1\.bin"):
        vision.CIFAR10(tmp_path)
    (tmp_path / "test.bin").write_bytes(b"12345")
    with pytest.raises(OSError, match="records of 3074 bytes; it has 5 bytes"):
        vision.CIFAR100(tmp_path, train=False)


def test_functions_of_numpy_are_in_f_of_a_hybrid_forward():
    class Net(mx.gluon.HybridBlock):
        def hybrid_forward(self, F, x):  # noqa: N803 - MXNet's name
            return F.npx.relu(F.np.dot(x, x.T) - 2)

    x = np.array([[1.0, 2.0], [0.0, 1.0]])
    net = Net()
    assert net(x).tolist() == [[3.0, 0.0], [0.0, 0.0]]
    net.hybridize()
    assert net(x).tolist() == [[3.0, 0.0], [0.0, 0.0]]
    assert net(mx.sym.var("x").as_np_ndarray()).list_arguments() == ["x"]
    assert mx.nd.numpy is mx.np and mx.nd.numpy_extension is mx.npx


def test_rows_of_a_sparse_parameter_are_trained():
    weight = mx.gluon.Parameter("w", shape=(4, 2), stype="row_sparse", grad_stype="row_sparse")
    weight.initialize(mx.init.One())
    trainer = mx.gluon.Trainer([weight], "sgd", {"learning_rate": 1.0})
    found = weight.row_sparse_data(mx.nd.array([2, 0, 2]))
    assert (found.stype, found.indices.asnumpy().tolist()) == ("row_sparse", [0, 2])
    assert found.asnumpy().tolist() == [[1, 1], [0, 0], [1, 1], [0, 0]]
    with mx.autograd.record():
        rows = mx.nd.array([0, 2, 2])
        loss = mx.nd.Embedding(rows, weight.row_sparse_data(rows), input_dim=4, output_dim=2)
    loss.backward()
    trainer.step(1)
    whole = weight.row_sparse_data(mx.nd.arange(4)).asnumpy()
    assert whole.tolist() == [[0, 0], [1, 1], [-1, -1], [1, 1]]


@pytest.mark.parametrize("is_hybridized", [False, True])
def test_a_hybrid_block_needs_an_array(is_hybridized):
    class First(mx.gluon.HybridBlock):
        def hybrid_forward(self, F, a, b):  # noqa: N803
            return b if a is None else a

    block = First()
    block.hybridize(is_hybridized)
    assert block(None, mx.nd.ones((2,))).asnumpy().tolist() == [1, 1]
    with pytest.raises(ValueError, match="First: must be given one array or symbol at least"):
        block(None, None)
