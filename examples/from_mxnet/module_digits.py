"""A program of MXNet 1.x with symbols and Module: composed, bound, fitted with callbacks, saved as
a checkpoint, loaded, scored, and its features taken."""

import logging
import sys

import mxnet as mx
import numpy as np
from material import digits

logging.getLogger().setLevel(logging.INFO)
logging.basicConfig(format="%(message)s")

QUICK = "--quick" in sys.argv


def conv_factory(data, num_filter, kernel, stride=(1, 1), pad=(0, 0), name=None):
    """Convolution, batch norm and activation."""
    conv = mx.sym.Convolution(
        data=data,
        num_filter=num_filter,
        kernel=kernel,
        stride=stride,
        pad=pad,
        no_bias=True,
        name="conv_%s" % name,
    )
    bn = mx.sym.BatchNorm(data=conv, fix_gamma=False, momentum=0.9, eps=2e-5, name="bn_%s" % name)
    return mx.sym.Activation(data=bn, act_type="relu", name="relu_%s" % name)


def get_symbol(num_classes):
    """The network, with its loss."""
    data = mx.sym.Variable("data")
    body = conv_factory(data, 16, (3, 3), pad=(1, 1), name="1")
    side = conv_factory(body, 16, (3, 3), pad=(1, 1), name="2a")
    body = mx.sym.Concat(body, side, dim=1, name="concat")
    body = mx.sym.Pooling(body, kernel=(2, 2), stride=(2, 2), pool_type="max", name="pool1")
    body = conv_factory(body, 32, (3, 3), name="3")
    flat = mx.sym.Flatten(body, name="flat")
    with mx.AttrScope(lr_mult="2"):
        fc1 = mx.sym.FullyConnected(flat, num_hidden=48, name="fc1")
    act = mx.sym.LeakyReLU(fc1, act_type="leaky", slope=0.1, name="act")
    fc2 = mx.sym.FullyConnected(act, num_hidden=num_classes, name="fc2")
    return mx.sym.SoftmaxOutput(fc2, name="softmax")


if __name__ == "__main__":
    mx.random.seed(7)
    np.random.seed(7)
    (images, labels), (test_images, test_labels) = digits()
    batch_size = 64
    train = mx.io.NDArrayIter(
        {"data": images},
        {"softmax_label": labels},
        batch_size,
        shuffle=True,
        last_batch_handle="discard",
    )
    val = mx.io.NDArrayIter(test_images, test_labels, batch_size)
    net = get_symbol(10)
    arg_shapes, out_shapes, aux_shapes = net.infer_shape(data=(batch_size, 1, 8, 8))
    print(dict(zip(net.list_arguments(), arg_shapes))["fc1_weight"], out_shapes)
    print(net.list_auxiliary_states()[:2])

    devs = mx.cpu()
    mod = mx.mod.Module(symbol=net, context=devs)
    mod.fit(
        train,
        eval_data=val,
        eval_metric=["acc", mx.metric.create("top_k_accuracy", top_k=2)],
        kvstore="local",
        optimizer="sgd",
        optimizer_params={
            "learning_rate": 0.05,
            "momentum": 0.9,
            "wd": 1e-4,
            "lr_scheduler": mx.lr_scheduler.FactorScheduler(step=60, factor=0.9),
        },
        initializer=mx.init.Xavier(rnd_type="gaussian", factor_type="in", magnitude=2),
        num_epoch=2 if QUICK else 8,
        batch_end_callback=mx.callback.Speedometer(batch_size, 10),
        epoch_end_callback=mx.callback.do_checkpoint("digits-module"),
    )
    epoch = 2 if QUICK else 8
    accuracy = dict(mod.score(val, ["acc"]))["accuracy"]

    # The checkpoint gives the same network, here for prediction with another batch size.
    sym, arg_params, aux_params = mx.model.load_checkpoint("digits-module", epoch)
    again = mx.mod.Module(symbol=sym, context=devs, label_names=None)
    again.bind(for_training=False, data_shapes=[("data", (1, 1, 8, 8))])
    again.set_params(arg_params, aux_params, allow_missing=True)
    again.forward(mx.io.DataBatch([mx.nd.array(test_images[:1])]))
    one = again.get_outputs()[0].asnumpy()
    many = mod.predict(val).asnumpy()
    np.testing.assert_allclose(one[0], many[0], rtol=1e-3, atol=1e-5)
    # The score counts the samples twice that fill the last batch up.
    assert abs((many.argmax(1) == test_labels).mean() - accuracy) < 0.05

    # Features: an inner layer of the symbol.
    internals = sym.get_internals()
    feature = internals["act_output"]
    extractor = mx.mod.Module(symbol=feature, context=devs, label_names=None)
    extractor.bind(for_training=False, data_shapes=[("data", (5, 1, 8, 8))])
    extractor.set_params(arg_params, aux_params)
    extractor.forward(mx.io.DataBatch([mx.nd.array(test_images[:5])]), is_train=False)
    assert extractor.get_outputs()[0].shape == (5, 48)

    # One executor by hand.
    exe = sym.simple_bind(ctx=devs, data=(5, 1, 8, 8), grad_req="write")
    exe.copy_params_from(arg_params, aux_params)
    exe.arg_dict["data"][:] = test_images[:5]
    exe.arg_dict["softmax_label"][:] = test_labels[:5]
    exe.forward(is_train=True)
    exe.backward()
    probabilities = exe.outputs[0].asnumpy()
    expected = probabilities - np.eye(10)[test_labels[:5].astype(int)]
    np.testing.assert_allclose(exe.grad_dict["fc2_bias"].asnumpy(), expected.sum(0), atol=1e-4)
    assert accuracy > (0.8 if QUICK else 0.95), accuracy
    print("module: accuracy %.3f" % accuracy)
