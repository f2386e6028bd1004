"""`mx.npx`, `mx.autograd`, `mx.profiler`, `mx.test_utils` and their kin, by NumPy and by rules."""

import gzip
import json

import numpy
import pytest
from weft import mxnet as mx
from weft.mxnet import np, npx, test_utils

RANDOM = numpy.random.default_rng(5)


def test_layers_take_mxnets_arguments_in_mxnets_order():
    x = np.array(RANDOM.standard_normal((2, 3, 8, 8)).astype("float32"))
    weight = np.array(RANDOM.standard_normal((4, 3, 3, 3)).astype("float32"))
    y = npx.convolution(x, weight, None, (3, 3), (2, 2), (1, 1), (1, 1), 4, no_bias=True)
    assert y.shape == (2, 4, 4, 4)
    assert npx.pooling(x, (2, 2), (2, 2), pool_type="avg").shape == (2, 3, 4, 4)
    flat = npx.fully_connected(x, np.ones((5, 192)), num_hidden=5)
    assert flat.shape == (2, 5)
    assert npx.activation(x, "relu").asnumpy().min() == 0
    with pytest.raises(TypeError, match=r"activation: `act` is no argument"):
        npx.activation(x, act="relu")


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda x: npx.fully_connected(x), "fully_connected: `weight` is missing"),
        (lambda x: npx.one_hot(x), "one_hot: `depth` is missing"),
        (lambda x: npx.one_hot(x, None), "one_hot: `depth` is missing"),
        (lambda x: npx.softmax(x, data=x), "softmax: `data` is given twice"),
        (lambda x: npx.add_n(x, x, axis=1), "add_n: `axis` is no argument"),
        (lambda x: npx.norm(x, axis="one"), "norm: `axis` must be integers; got .'one'"),
        (lambda x: npx.topk(x, *range(9)), "topk: takes at most 6 arguments; got 10"),
    ],
)
def test_bad_arguments_are_told(call, fault):
    with pytest.raises(TypeError, match=fault):
        call(np.ones((2, 2)))


def test_no_axis_is_the_flat_array_and_none_elsewhere_the_default():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert npx.topk(x, axis=None, ret_typ="value").tolist() == [4.0]
    assert npx.pick(x, np.array([2]), axis=None).tolist() == [3.0]
    assert npx.softmax(x, temperature=None).tolist() == npx.softmax(x).tolist()
    assert npx.activation(x - 2, act_type=None).tolist() == [[0, 0], [1, 2]]


def test_topk_gives_what_is_asked_for():
    x = np.array([[1.0, 3.0, 2.0]])
    assert npx.topk(x).tolist() == [[1.0]]
    assert npx.topk(x, k=2, ret_typ="value").tolist() == [[3.0, 2.0]]
    values, places = npx.topk(x, k=2, ret_typ="both")
    assert values.tolist() == [[3.0, 2.0]] and places.tolist() == [[1.0, 2.0]]
    assert npx.topk(x, k=2, ret_typ="mask").tolist() == [[0.0, 1.0, 1.0]]


def test_reshape_has_mxnets_codes():
    x = np.zeros((2, 3, 4, 5))
    assert npx.reshape(x, (-2, -2, -1)).shape == (2, 3, 20)
    assert npx.reshape(x, (-4,)).shape == (2, 3, 4, 5)
    assert npx.reshape(x, (-5, -4)).shape == (6, 4, 5)
    assert npx.reshape(x, (-6, 1, 2, -4)).shape == (1, 2, 3, 4, 5)


def test_batch_norm_gives_its_statistics_when_asked():
    x = np.array(RANDOM.standard_normal((6, 3)).astype("float32"))
    running = np.zeros(3), np.ones(3)
    with mx.autograd.record():
        y, mean, scale = npx.batch_norm(x, np.ones(3), np.zeros(3), *running, output_mean_var=True)
    values = x.asnumpy()
    numpy.testing.assert_allclose(mean.asnumpy(), values.mean(0), atol=1e-6)
    wanted = 1 / numpy.sqrt(values.var(0) + 1e-3)
    numpy.testing.assert_allclose(scale.asnumpy(), wanted, rtol=1e-5)
    numpy.testing.assert_allclose(y.asnumpy(), (values - values.mean(0)) * wanted, atol=1e-5)


@pytest.mark.parametrize("symmetric", [True, False])
def test_sliding_attention_is_that_of_a_loop(symmetric):
    batch, steps, heads, width, w = 2, 5, 2, 3, 1
    query, key, value = (RANDOM.standard_normal((batch, steps, heads, width)) for _ in range(3))
    apart = numpy.array([1, 2])
    reach = range(-w, w + 1 if symmetric else 1)
    scores = numpy.zeros((batch, steps, heads, len(reach)))
    context = numpy.zeros(query.shape)
    for t, h, (k, step) in (
        (t, h, pair) for t in range(steps) for h in range(heads) for pair in enumerate(reach)
    ):
        seen = t + apart[h] * step
        if 0 <= seen < steps:
            scores[:, t, h, k] = (query[:, t, h] * key[:, seen, h]).sum(-1)
            context[:, t, h] += scores[:, t, h, k, None] * value[:, seen, h]
    arrays = [np.array(one, "float64") for one in (query, key, value)]
    given = {"w": w, "symmetric": symmetric}
    found = npx.sldwin_atten_score(arrays[0], arrays[1], np.array(apart, "int32"), **given)
    numpy.testing.assert_allclose(found.asnumpy(), scores, atol=1e-12)
    result = npx.sldwin_atten_context(found, arrays[2], np.array(apart, "int32"), **given)
    numpy.testing.assert_allclose(result.asnumpy(), context, atol=1e-12)
    mask = npx.sldwin_atten_mask_like(
        found, np.array(apart, "int32"), np.array([5, 3], "int32"), **given
    )
    assert mask[1, 3:].asnumpy().max() == 0 and mask[0, 2, 0].asnumpy().min() == 1


def test_counts_repeat_for_a_seed_also_in_hybridized_functions():
    import weft

    def draw(chances):
        return npx.random.multinomial(10, chances, shape=(3,))

    chances, drawn = np.array([[0.2, 0.8], [0.5, 0.5]]), []
    for function in (draw, draw, weft.hybridize(draw)):
        npx.random.seed(3)
        drawn.append(function(chances).asnumpy())
        assert drawn[-1].shape == (2, 3, 2) and (drawn[-1].sum(-1) == 10).all()
    assert (drawn[0] == drawn[1]).all()
    counts = npx.scalar_poisson(lam=4.0, shape=(20000,)).asnumpy()
    assert abs(counts.mean() - 4) < 0.1 and abs(counts.var() - 4) < 0.3


def test_parameters_of_distributions_are_checked():
    for draw in (
        lambda: np.random.gamma(np.array([-1.0])),
        lambda: npx.random.bernoulli(prob=np.array([2.0])),
        lambda: npx.random.bernoulli(prob=0.5, logit=0.1),
        lambda: np.random.normal(0, -1),
    ):
        with pytest.raises(ValueError, match=r"must be"):
            draw()
    with pytest.raises(TypeError, match="shape"):
        np.random.uniform(shape=(2,))


def test_pictures_keep_the_kind_of_array_and_have_the_names_of_mx_image():
    pixels = np.array(numpy.arange(12).reshape(2, 2, 3), "uint8")
    found = npx.image.to_tensor(pixels)
    assert type(found) is type(pixels)
    wanted = pixels.asnumpy().transpose(2, 0, 1) / 255
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6)
    assert npx.image.HorizontalFlipAug is mx.image.HorizontalFlipAug
    with pytest.raises(AttributeError, match="HorizontalFlpAug"):
        _ = npx.image.HorizontalFlpAug


# ---- autograd ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["write", "add"])
def test_marked_variables_get_their_gradients(how):
    x, into = np.ones(3), np.zeros(3)
    mx.autograd.mark_variables([x], [into], how)
    for _ in range(2):
        with mx.autograd.record():
            y = x * 3
        mx.autograd.backward(y)
    assert into.tolist() == ([3.0] * 3 if how == "write" else [6.0] * 3)
    with pytest.raises(ValueError, match="mark_variables"):
        mx.autograd.mark_variables([x], [])


def test_modes_are_set_and_give_what_they_were():
    assert mx.autograd.set_recording(True) is False
    assert mx.autograd.is_recording()
    assert mx.autograd.set_recording(False) is True
    assert mx.autograd.set_training(True) is False
    assert mx.autograd.set_training(False) is True


def test_second_derivatives():
    x = np.array([2.0])
    x.attach_grad()
    with mx.autograd.record():
        first = mx.autograd.grad(x * x * x, [x], create_graph=True)[0]
    first.backward()
    assert x.grad.tolist() == [12.0]


# ---- tools ---------------------------------------------------------------------------------------


def test_arrays_have_mxnets_methods():
    x = np.array([[1.0, 4.0]])
    assert x.sqrt().tolist() == [[1.0, 2.0]]
    assert x.softmax(axis=-1).sum().item() == pytest.approx(1)
    assert np.ones(1).asscalar() == 1 and x.stype == "default" and x.as_np_ndarray() is x
    with pytest.raises(ValueError, match="asscalar"):
        x.asscalar()
    target = np.zeros((1, 2))
    assert x.copyto(target) is target and target.tolist() == x.tolist()
    x.attach_grad()
    with mx.autograd.record():
        (x * 2).backward()
    x.zero_grad()
    assert x.grad.tolist() == [[0.0, 0.0]]


def test_comparisons_follow_the_dtypes():
    test_utils.assert_almost_equal(np.ones(3), numpy.ones(3) + 1e-5)
    with pytest.raises(AssertionError, match="maximum error"):
        test_utils.assert_almost_equal(np.ones(3), numpy.ones(3) + 1e-2)
    half = np.ones(3, dtype="float16")
    test_utils.assert_almost_equal(half, numpy.ones(3) + 1e-2)
    assert not test_utils.almost_equal(np.ones(2), numpy.array([1.0, numpy.nan]))
    assert test_utils.same(np.ones(2), numpy.ones(2))


def test_generators_are_verified():
    def uniform(count):
        return RANDOM.uniform(size=count)

    buckets, shares = test_utils.gen_buckets_probs_with_ppf(lambda p: p, 5)
    test_utils.verify_generator(uniform, buckets, shares, nsamples=10000, nrepeat=5)
    with pytest.raises(AssertionError, match="generator test fails"):
        test_utils.verify_generator(
            lambda n: uniform(n) ** 2, buckets, shares, nsamples=10000, nrepeat=3
        )


def test_the_environment_is_put_back(monkeypatch):
    monkeypatch.setenv("WEFT_TEST_A", "1")
    with test_utils.environment({"WEFT_TEST_A": None, "WEFT_TEST_B": "2"}):
        assert mx.util.getenv("WEFT_TEST_A") is None and mx.util.getenv("WEFT_TEST_B") == "2"
    assert mx.util.getenv("WEFT_TEST_A") == "1" and mx.util.getenv("WEFT_TEST_B") is None


def test_files_are_copied_from_folders_alone(tmp_path):
    (tmp_path / "there.txt").write_text("text")
    url = (tmp_path / "there.txt").as_uri()
    path = test_utils.download(url, dirname=str(tmp_path / "folder"))
    assert path == str(tmp_path / "folder" / "there.txt")
    with open(path) as file:
        assert file.read() == "text"
    with pytest.raises(OSError, match="opens no network connection"):
        test_utils.download("http://127.0.0.1:9/other.txt", dirname=str(tmp_path))


def test_mnist_is_read_packed_or_plain(tmp_path):
    for prefix, count in (("train", 3), ("t10k", 2)):
        images = bytes([0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, 28, 0, 0, 0, 28])
        with gzip.open(tmp_path / f"{prefix}-images-idx3-ubyte.gz", "wb") as file:
            file.write(images + bytes([255]) * (count * 784))
        labels = bytes([0, 0, 8, 1, 0, 0, 0, count, *range(count)])
        (tmp_path / f"{prefix}-labels-idx1-ubyte").write_bytes(labels)
    found = test_utils.get_mnist(str(tmp_path))
    assert found["train_data"].shape == (3, 1, 28, 28) and found["train_data"].min() == 1
    assert found["test_label"].tolist() == [0, 1]
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(labels[:-1])
    with pytest.raises(OSError, match="t10k-labels-idx1-ubyte"):
        test_utils.get_mnist(str(tmp_path))


def test_profiles_are_traces_and_tables(tmp_path):
    path = tmp_path / "trace.json"
    mx.profiler.dumps(reset=True)
    mx.profiler.set_config(filename=str(path), aggregate_stats=True)
    mx.profiler.set_state("run")
    domain = mx.profiler.Domain("parts")
    with domain.new_task("one"), mx.profiler.scope("inner"):
        counter = domain.new_counter("count", 1)
        counter += 2
    domain.new_marker("here").mark()
    mx.profiler.pause()
    with mx.profiler.Event("left out"):
        pass
    mx.profiler.resume()
    mx.profiler.dump()
    names = {event["name"] for event in json.loads(path.read_text())["traceEvents"]}
    assert names == {"one", "inner:", "count", "here"}
    figures = json.loads(mx.profiler.dumps(format="json"))
    assert figures["Time"]["parts"]["one"]["Count"] == 1 and figures["Unit"]["Time"] == "ms"
    with pytest.raises(TypeError, match="file_name"):
        mx.profiler.set_config(file_name="x")


def test_a_constraint_that_is_violated_is_a_value_error_in_plans_as_well():
    class Checked(mx.gluon.HybridBlock):
        def forward(self, x):
            return x * mx.npx.constraint_check(x > 0, "all positive")

    for is_hybrid in (False, True):
        block = Checked()
        block.hybridize(is_hybrid)
        assert block(np.ones((2,))).asnumpy().tolist() == [1, 1]
        with pytest.raises(ValueError, match="all positive"):
            block(np.zeros((2,))).wait_to_read()


def test_the_only_variable_of_a_loop_may_come_back_without_its_list():
    outputs, (last,) = mx.npx.while_loop(
        lambda i: i < 3, lambda i: (i, i + 1), [np.zeros((1,))], max_iterations=4
    )
    assert [outputs.asnumpy().ravel().tolist(), last.item()] == [[0, 1, 2, 0], 3]


def test_profiles_time_operators_where_they_are_asked_to(tmp_path):
    path = tmp_path / "trace.json"
    x = mx.np.ones((4, 4))
    mx.profiler.dumps(reset=True)
    mx.profiler.set_config(filename=str(path), profile_all=True)
    try:
        mx.profiler.set_state("run")
        mx.np.dot(x, x)
        mx.profiler.pause()
        mx.np.exp(x)
        mx.profiler.resume()
        found = json.loads(mx.profiler.dumps(format="json"))["Time"]["operator"]
        mx.np.tanh(x)
        mx.profiler.dump()
    finally:
        mx.profiler.set_config(profile_all=False)
    assert found["matmul"]["Count"] == 1 and "exp" not in found
    written = json.loads(path.read_text())["traceEvents"]
    assert [event["name"] for event in written] == ["matmul", "tanh"]
    assert not mx.profiler.is_running()


def test_control_flow_takes_names():
    x = np.array([3.0, 5.0])
    assert npx.cond(lambda x: x[0] > 1, lambda x: x * 2, lambda x: x, x, name="twice")[1] == 10
    outputs, last = npx.foreach(lambda row, s: (row + s, row), x, np.array(1.0), name="pairs")
    assert outputs.asnumpy().tolist() == [4, 8] and last.item() == 5
    _, (count,) = npx.while_loop(
        lambda i: i < 3, lambda i: (i, (i + 1,)), (np.array(0.0),), max_iterations=5, name="count"
    )
    assert count.item() == 3
