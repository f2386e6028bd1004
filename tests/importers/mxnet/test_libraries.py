"""What libraries on top of MXNet, such as gluon-cv and gluon-nlp, take beside its public names, and
forms of arguments that only 1.x has."""

import json
import multiprocessing.pool

import numpy
import pytest
from weft import mxnet as mx
from weft.mxnet import autograd, gluon, nd


def test_private_names_of_blocks_are_there():
    class Scaled(gluon.HybridBlock):
        def __init__(self, **options):
            super().__init__(**options)
            with self.name_scope():
                self.scale = self.params.get("scale", shape=(1,), init="ones")

    block = Scaled(prefix="net_")
    assert block._prefix == "net_" and list(block._reg_params) == ["scale"]
    assert list(block._params) == ["net_scale"]
    assert block._params._params["net_scale"] is block.scale
    norm = gluon.nn.BatchNorm(momentum=0.8, epsilon=1e-3, scale=False)
    assert norm._kwargs == {
        "axis": 1,
        "eps": 1e-3,
        "momentum": 0.8,
        "fix_gamma": True,
        "use_global_stats": False,
    }


def test_a_subclass_hands_the_attributes_of_a_batch_norm_to_the_operator():
    class Plain(gluon.nn.BatchNorm):
        def hybrid_forward(self, F, x, gamma, beta, running_mean, running_var):  # noqa: N803
            return F.BatchNorm(x, gamma, beta, running_mean, running_var, **self._kwargs)

    x = nd.array(numpy.random.default_rng(0).normal(size=(3, 2, 4)))
    ours, theirs = gluon.nn.BatchNorm(), Plain()
    for net in (ours, theirs):
        net.initialize()
    with autograd.record():
        wanted, found = ours(x), theirs(x)
    numpy.testing.assert_allclose(found.asnumpy(), wanted.asnumpy(), rtol=1e-5, atol=1e-6)


def test_a_pool_makes_batches_in_the_order_of_the_sampler():
    loader = mx.gluon.data.dataloader
    with multiprocessing.pool.ThreadPool(2) as pool:
        batches = loader._MultiWorkerIter(
            pool,
            lambda samples: nd.array(samples),
            [[0, 1], [4], [2, 3]],
            worker_fn=lambda numbers, batchify, data: batchify([data[n] for n in numbers]),
            prefetch=2,
            dataset=[10, 11, 12, 13, 14],
        )
        assert len(batches) == 3
        assert [b.asnumpy().tolist() for b in batches] == [[10, 11], [14], [12, 13]]


def test_files_of_networks_are_found_by_name_and_digits(tmp_path):
    store = gluon.model_zoo.model_store
    store._model_sha1["a_net"] = "0123456789abcdef"
    try:
        assert store.short_hash("a_net") == "01234567"
        with pytest.raises(FileNotFoundError, match=r"a_net\.params"):
            store.get_model_file("a_net", root=tmp_path)
        (tmp_path / "a_net-01234567.params").write_bytes(b"")
        found = store.get_model_file("a_net", root=tmp_path)
        assert found == str(tmp_path / "a_net-01234567.params")
        store.purge(tmp_path)
        assert not list(tmp_path.iterdir())
    finally:
        del store._model_sha1["a_net"]


def test_addresses_of_files_follow_the_environment(monkeypatch):
    monkeypatch.setenv("MXNET_GLUON_REPO", "https://example.org/files")
    found = gluon.utils._get_repo_file_url("gluon/models", "a.zip")
    assert found == "https://example.org/files/gluon/models/a.zip"


def test_modules_are_where_old_programs_look():
    names = {}
    exec("from weft.mxnet.autograd import *", names)
    assert names["NDArray"] is nd.NDArray
    assert nd.ndarray.NDArray is nd.NDArray and mx.contrib.amp.amp is mx.amp
    assert hasattr(mx.gluon.contrib.data.text, "CorpusDataset")
    module = mx.mod.BucketingModule(lambda key: None, 1, fixed_param_names=["a"])
    assert module._fixed_param_names == ["a"]


# ---- forms of arguments


def test_a_container_takes_its_prefix_first():
    assert gluon.nn.HybridSequential("p_").prefix == "p_"
    assert gluon.nn.Sequential("q_", None).prefix == "q_"


def test_a_transpose_names_its_input_data():
    x = mx.sym.var("x")
    shape = mx.sym.transpose(data=x, axes=(1, 0)).infer_shape(x=(2, 3))[1]
    assert shape == [(3, 2)]
    values = nd.array([[1, 2], [3, 4]])
    picked = nd.choose_element_0index(data=values, index=nd.array([1, 0]))
    assert picked.asnumpy().tolist() == [2, 3]


def test_texts_of_numbers_become_numbers():
    assert nd.array(["1", "2.5"]).asnumpy().tolist() == [1, 2.5]
    with pytest.raises(ValueError, match="array: `source_array` must be a grid of numbers"):
        nd.array(["one"])


def test_a_dropout_of_everything_gives_zeros_without_a_gradient():
    x = nd.ones((2, 3))
    x.attach_grad()
    layer = gluon.nn.Dropout(1.0)
    assert layer(x).asnumpy().tolist() == [[1, 1, 1]] * 2
    with autograd.record():
        y = layer(x)
    y.backward()
    assert not y.asnumpy().any() and not x.grad.asnumpy().any()


def test_a_bias_that_is_not_there_may_have_an_initializer():
    assert gluon.nn.Dense(2, use_bias=False, bias_initializer="ones").bias is None


def test_poolings_of_2_say_no_size_of_the_result():
    x = mx.sym.var("x")
    text = mx.sym.Pooling(x, kernel=(2, 2), pool_type="avg").tojson()
    graph = json.loads(text)
    node = next(node for node in graph["nodes"] if node["op"] == "Pooling")
    node["attrs"]["output_size"] = "None"
    pooled = mx.sym.load_json(json.dumps(graph))
    data = nd.array(numpy.random.default_rng(0).normal(size=(1, 2, 4, 6)))
    wanted = nd.Pooling(data, kernel=(2, 2), pool_type="avg").asnumpy()
    assert (pooled.eval(x=data)[0].asnumpy() == wanted).all()
    node["attrs"]["output_size"] = "(2, 3)"
    adaptive = mx.sym.load_json(json.dumps(graph)).eval(x=data)[0].asnumpy()
    numpy.testing.assert_allclose(
        adaptive, data.asnumpy().reshape(1, 2, 2, 2, 3, 2).mean((3, 5)), rtol=1e-5
    )


# ---- what programs override


def test_forward_of_a_parent_goes_before_hybrid_forward_of_its_child():
    calls = []

    class Parent(gluon.HybridBlock):
        def forward(self, x, *others):
            calls.append(type(x).__name__)
            return super().forward(x, *others) * 2

    class Child(Parent):
        def hybrid_forward(self, F, x):  # noqa: N803
            return F.relu(x) + 1

    net = Child()
    for _ in range(2):
        assert net(nd.array([-1, 2])).asnumpy().tolist() == [2, 6]
        net.hybridize()
    assert calls[0] == "NDArray"


def test_a_child_without_parameters_of_a_plain_parent_is_found():
    class Base(gluon.HybridBlock):
        pass

    class Net(Base):
        def hybrid_forward(self, F, x):  # noqa: N803
            return x + 1

    assert Net()(nd.ones((1,))).asscalar() == 2


def test_the_gradient_of_a_bound_array_stays_the_programs_own():
    x = nd.array([1, 2])
    x.attach_grad()
    x.grad[:] = 7
    given = nd.zeros((2,))
    run = (mx.sym.var("x") * 3).bind(mx.cpu(), {"x": x}, args_grad={"x": given})
    run.forward(is_train=True)
    run.backward(nd.ones((2,)))
    assert given.asnumpy().tolist() == [3, 3] and x.grad.asnumpy().tolist() == [7, 7]


# ---- values


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16"])
def test_floats_that_a_narrow_integer_cannot_hold_wrap(dtype):
    values = numpy.array([300.5, -1, -200.7, 70000, 3], "float32")
    wanted = values.astype("int64").astype(dtype)
    x = nd.array(values)
    assert (x.astype(dtype).asnumpy() == wanted).all()
    assert (nd.cast(x, dtype=dtype).asnumpy() == wanted).all()
    assert (nd.array(values, dtype=dtype).asnumpy() == wanted).all()
    target = nd.zeros((5,), dtype=dtype)
    target[:] = x
    assert (target.asnumpy() == wanted).all()
    symbol = mx.sym.cast(mx.sym.var("x"), dtype=dtype)
    assert (symbol.eval(x=x)[0].asnumpy() == wanted).all()


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("is_ascend", [False, True])
def test_masks_of_the_largest_elements_have_ones_where_they_are(axis, is_ascend):
    x = numpy.random.default_rng(3).permutation(24).reshape(4, 6).astype("float32")
    mask = nd.topk(nd.array(x), k=3, axis=axis, ret_typ="mask", is_ascend=is_ascend).asnumpy()
    flat = x.reshape(-1) if axis is None else x
    order = numpy.argsort(flat if is_ascend else -flat, axis=0 if axis is None else axis)
    places = numpy.take(order, range(3), axis=0 if axis is None else axis)
    wanted = numpy.zeros_like(flat)
    numpy.put_along_axis(wanted, places, 1, axis=0 if axis is None else axis)
    assert (mask == wanted.reshape(x.shape)).all()


@pytest.mark.parametrize("name", ["gcd", "lcm"])
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64"])
def test_divisors_and_multiples_are_those_of_numpy_in_graphs(name, dtype):
    from weft.mxnet import np

    class Net(gluon.HybridBlock):
        def forward(self, x, y):
            return getattr(np, name)(x, y)

    random = numpy.random.default_rng(1)
    limit = min(numpy.iinfo(dtype).max, 10**6)
    a, b = random.integers(0, limit, 40).astype(dtype), random.integers(0, 9, (3, 40)).astype(dtype)
    net = Net()
    net.hybridize()
    found = net(np.array(a, dtype=dtype), np.array(b, dtype=dtype)).asnumpy()
    assert found.dtype == dtype and (found == getattr(numpy, name)(a, b)).all()


def test_counts_in_graphs_have_the_length_that_is_given():
    from weft.mxnet import np

    class Net(gluon.HybridBlock):
        def forward(self, x):
            return np.bincount(x, minlength=self.count)

    net = Net()
    net.hybridize()
    net.count = 0
    numbers = np.array([1, 1, 5], dtype="int32")
    with pytest.raises(ValueError, match="bincount: `minlength` must be the length of the result"):
        net(numbers)
    net = Net()
    net.hybridize()
    net.count = 8
    assert (net(numbers).asnumpy() == numpy.bincount([1, 1, 5], minlength=8)).all()
    with pytest.raises(mx.MXNetError, match="`x` must be from 0 to 7"):
        net(np.array([1, 1, 9], dtype="int32"))


def test_list_files_give_arrays_of_the_mode(tmp_path):
    nd.save(str(tmp_path / "a.params"), {"a": nd.ones((2,))})
    with mx.np_array(True):
        assert type(mx.npx.load(str(tmp_path / "a.params"))["a"]) is mx.np.ndarray
    with mx.np_array(False):
        assert type(mx.npx.load(str(tmp_path / "a.params"))["a"]) is nd.NDArray
