"""Recurrent cells of symbols: fused and single steps agree, modifiers, sentences in buckets."""

import numpy
import pytest
import weft
from weft import mxnet as mx
from weft import np


def values(shapes, seed=0):
    random = numpy.random.RandomState(seed)
    return {
        name: np.array(random.normal(0, 0.5, shape).astype("float32"))
        for name, shape in shapes.items()
    }


@pytest.mark.parametrize("mode", ["rnn_relu", "rnn_tanh", "lstm", "gru"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_fused_cell_is_its_single_steps(mode, bidirectional):
    fused = mx.rnn.FusedRNNCell(4, 2, mode, bidirectional, prefix="r_")
    whole, _ = fused.unroll(3, mx.sym.var("data"), merge_outputs=True)
    shapes = dict(zip(whole.list_arguments(), whole.infer_shape(data=(2, 3, 5))[0], strict=True))
    given = values(shapes)
    wanted = whole.eval(**given)[0].asnumpy()

    single, _ = fused.unfuse().unroll(3, mx.sym.var("data"), merge_outputs=True)
    parts = fused.unpack_weights({"r_parameters": given["r_parameters"]})
    packed = fused.unfuse().pack_weights(parts)
    found = single.eval(data=given["data"], **packed)[0].asnumpy()
    numpy.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    again = fused.pack_weights(parts)["r_parameters"]
    numpy.testing.assert_array_equal(again.asnumpy(), given["r_parameters"].asnumpy())


def test_names_are_those_of_mxnet():
    cell = mx.rnn.LSTMCell(4, prefix="l_")
    outputs, states = cell.unroll(2, [mx.sym.var(f"t{i}") for i in range(2)])
    assert [output.name for output in outputs] == ["l_t0_out", "l_t1_out"]
    assert [state.name for state in states] == ["l_t1_out", "l_t1_state"]
    assert sorted(cell.params._params) == [
        *("l_h2h_bias", "l_h2h_weight", "l_i2h_bias", "l_i2h_weight"),
    ]


def test_residual_and_bidirectional_cells_have_shapes():
    cell = mx.rnn.BidirectionalCell(
        mx.rnn.GRUCell(4, prefix="l_"), mx.rnn.ResidualCell(mx.rnn.GRUCell(4, prefix="r_"))
    )
    outputs, _ = cell.unroll(3, mx.sym.var("data"), merge_outputs=True)
    assert outputs.infer_shape(data=(2, 3, 4))[1] == [(2, 3, 8)]
    image = mx.rnn.ConvLSTMCell((1, 3, 6, 5), 7, prefix="c_")
    outputs, _ = image.unroll(2, [mx.sym.var(f"t{i}") for i in range(2)])
    group = mx.sym.Group(outputs)
    assert group.infer_shape(t0=(1, 3, 6, 5), t1=(1, 3, 6, 5))[1] == [(1, 7, 6, 5)] * 2


def test_a_fused_vector_is_initialized_gate_by_gate():
    fused = mx.rnn.FusedRNNCell(4, mode="lstm", prefix="r_", forget_bias=2.0)
    outputs, _ = fused.unroll(3, mx.sym.var("data"), merge_outputs=True)
    module = mx.mod.Module(outputs, label_names=None)
    module.bind([("data", (2, 3, 5))])
    module.init_params(mx.init.One())
    parts = fused.unpack_weights(module.get_params()[0])
    assert set(parts["r_l0_i2h_i_weight"].asnumpy().ravel()) == {1.0}
    assert set(parts["r_l0_i2h_f_bias"].asnumpy()) == {2.0}
    assert set(parts["r_l0_h2h_f_bias"].asnumpy()) == {0.0}


def test_sentences_train_in_buckets():
    coded, words = mx.rnn.encode_sentences([list("abc"), list("bcda")] * 8, start_label=1)
    assert words == {"\n": -1, "a": 1, "b": 2, "c": 3, "d": 4}
    data = mx.rnn.BucketSentenceIter(coded, 4, buckets=[3, 4], invalid_label=0)
    assert sorted({batch.bucket_key for batch in data}) == [3, 4]

    def made(length):
        steps = mx.sym.Embedding(mx.sym.var("data"), input_dim=5, output_dim=6, name="embed")
        cell = mx.rnn.LSTMCell(6, prefix="l_")
        outputs, _ = cell.unroll(length, steps, merge_outputs=True)
        out = mx.sym.FullyConnected(mx.sym.reshape(outputs, shape=(-1, 6)), num_hidden=5, name="p")
        label = mx.sym.reshape(mx.sym.var("softmax_label"), shape=(-1,))
        return mx.sym.SoftmaxOutput(out, label, name="softmax"), ("data",), ("softmax_label",)

    np.random.seed(4)
    module = mx.mod.BucketingModule(made, data.default_bucket_key)
    data.reset()
    metric = mx.metric.Perplexity(0)
    rates = {"learning_rate": 0.05}
    module.fit(data, None, metric, optimizer="adam", optimizer_params=rates, num_epoch=12)
    assert metric.get()[1] < 2.5


def test_mistakes_name_what_is_wrong():
    with pytest.raises(weft.Error, match="`mode` must be one of"):
        mx.rnn.FusedRNNCell(4, mode="lst")
    with pytest.raises(weft.Error, match="must have 3 steps; got 2"):
        mx.rnn.RNNCell(4).unroll(3, [mx.sym.var("a"), mx.sym.var("b")])
    with pytest.raises(weft.Error, match="lacks the word 'z'"):
        mx.rnn.encode_sentences([["z"]], vocab={"a": 1})
