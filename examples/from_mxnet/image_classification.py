"""Image classification in the words of MXNet 1.x's Gluon: RecordIO files, `hybrid_forward`, several
devices, a schedule, checkpoints, and the exported network read back."""

import argparse
import logging
import os

import mxnet as mx
import numpy as np
from material import digits
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

logging.basicConfig(level=logging.INFO, format="%(message)s")


class BasicBlock(nn.HybridBlock):
    """Two convolutions and a way around them."""

    def __init__(self, channels, stride, downsample=False, **kwargs):
        super(BasicBlock, self).__init__(**kwargs)
        with self.name_scope():
            self.body = nn.HybridSequential(prefix="")
            self.body.add(nn.Conv2D(channels, 3, strides=stride, padding=1, use_bias=False))
            self.body.add(nn.BatchNorm())
            self.body.add(nn.Activation("relu"))
            self.body.add(nn.Conv2D(channels, 3, padding=1, use_bias=False))
            self.body.add(nn.BatchNorm())
            if downsample:
                self.downsample = nn.HybridSequential(prefix="")
                self.downsample.add(nn.Conv2D(channels, 1, strides=stride, use_bias=False))
                self.downsample.add(nn.BatchNorm())
            else:
                self.downsample = None

    def hybrid_forward(self, F, x):
        residual = x
        x = self.body(x)
        if self.downsample:
            residual = self.downsample(residual)
        return F.Activation(residual + x, act_type="relu")


class ScaledDense(nn.HybridBlock):
    """A dense layer whose inputs have length one, with a parameter of its own."""

    def __init__(self, units, in_units, **kwargs):
        super(ScaledDense, self).__init__(**kwargs)
        with self.name_scope():
            self.weight = self.params.get("weight", shape=(units, in_units), init=mx.init.Xavier())
            self.scale = self.params.get("scale", shape=(1,), init=mx.init.Constant(10))

    def hybrid_forward(self, F, x, weight, scale):
        x = F.L2Normalization(x, mode="instance")
        out = F.FullyConnected(x, weight, no_bias=True, num_hidden=10)
        return F.broadcast_mul(out, F.reshape(scale, shape=(1, 1)))


class Net(gluon.HybridBlock):
    """A small residual network."""

    def __init__(self, **kwargs):
        super(Net, self).__init__(**kwargs)
        with self.name_scope():
            self.features = nn.HybridSequential()
            self.features.add(nn.Conv2D(16, 3, padding=1, use_bias=False))
            self.features.add(BasicBlock(16, 1))
            self.features.add(BasicBlock(32, 2, True))
            self.features.add(nn.GlobalAvgPool2D())
            self.features.add(nn.Flatten())
            self.output = ScaledDense(10, 32)

    def hybrid_forward(self, F, x):
        return self.output(self.features(x))


def write_records(prefix, images, labels):
    """Writes pictures as PNG into RecordIO files."""
    record = mx.recordio.MXIndexedRecordIO(prefix + ".idx", prefix + ".rec", "w")
    for i, (image, label) in enumerate(zip(images, labels)):
        picture = np.kron(image[0] * 255, np.ones((2, 2))).astype("uint8")
        picture = np.stack([picture] * 3, axis=-1)
        header = mx.recordio.IRHeader(0, float(label), i, 0)
        record.write_idx(i, mx.recordio.pack_img(header, picture, quality=3, img_fmt=".png"))
    record.close()


def get_iterator(prefix, batch_size, train):
    """Batches of pictures, mirrored and cut at random in training."""
    return mx.io.ImageRecordIter(
        path_imgrec=prefix + ".rec",
        path_imgidx=prefix + ".idx",
        data_shape=(3, 16, 16),
        batch_size=batch_size,
        shuffle=train,
        round_batch=train,
        pad=1 if train else 0,
        rand_crop=train,
        mean_r=60,
        mean_g=60,
        mean_b=60,
        scale=1.0 / 80,
        preprocess_threads=2,
    )


def test(net, ctx, val_data):
    """The accuracy on a data set."""
    metric = mx.metric.CompositeEvalMetric([mx.metric.Accuracy(), mx.metric.TopKAccuracy(3)])
    val_data.reset()
    for batch in val_data:
        keep = batch.data[0].shape[0] - batch.pad
        data = gluon.utils.split_and_load(batch.data[0], ctx_list=ctx, batch_axis=0)
        outputs = nd.concat(*[net(x) for x in data], dim=0)
        metric.update([batch.label[0][:keep]], [outputs[:keep]])
    return metric.get()


def train(opt):
    """Trains, keeps the best, exports it; returns its accuracy."""
    mx.random.seed(opt.seed)
    train_set, test_set = digits()
    write_records("train", *train_set)
    write_records("val", *test_set)
    ctx = [mx.gpu(i) for i in range(mx.context.num_gpus())] or [mx.cpu(0)]
    train_data = get_iterator("train", opt.batch_size, True)
    val_data = get_iterator("val", opt.batch_size, False)
    net = Net(prefix="digits_")
    net.initialize(mx.init.Xavier(magnitude=2.24), ctx=ctx)
    net.hybridize(static_alloc=True, static_shape=True)
    steps = len(train_set[0]) // opt.batch_size
    schedule = mx.lr_scheduler.CosineScheduler(
        max_update=opt.epochs * steps, base_lr=opt.lr, warmup_steps=steps // 2, warmup_begin_lr=0.01
    )
    trainer = gluon.Trainer(
        net.collect_params(),
        "nag",
        {"learning_rate": opt.lr, "lr_scheduler": schedule, "wd": 1e-4, "momentum": 0.9},
        kvstore="device",
    )
    loss_fn = gluon.loss.SoftmaxCrossEntropyLoss()
    metric = mx.metric.Accuracy()
    best = 0
    for epoch in range(opt.epochs):
        train_data.reset()
        metric.reset()
        for batch in train_data:
            data = gluon.utils.split_and_load(batch.data[0], ctx_list=ctx, batch_axis=0)
            label = gluon.utils.split_and_load(batch.label[0], ctx_list=ctx, batch_axis=0)
            outputs, losses = [], []
            with autograd.record():
                for x, y in zip(data, label):
                    z = net(x)
                    losses.append(loss_fn(z, y))
                    outputs.append(z)
                for loss in losses:
                    loss.backward()
            trainer.step(batch.data[0].shape[0])
            metric.update(label, outputs)
        name, acc = metric.get()
        names, values = test(net, ctx, val_data)
        logging.info("[Epoch %d] training: %s=%f", epoch, name, acc)
        logging.info(
            "[Epoch %d] validation: %s=%f %s=%f", epoch, names[0], values[0], names[1], values[1]
        )
        if values[0] > best:
            best = values[0]
            net.save_parameters("digits-best.params")
            trainer.save_states("digits-best.states")
    net.load_parameters("digits-best.params", ctx=ctx)
    net.export("digits", epoch=0)
    again = gluon.SymbolBlock.imports("digits-symbol.json", ["data"], "digits-0000.params", ctx=ctx)
    # Records that fill the last batch up are others in each pass.
    assert abs(test(again, ctx, val_data)[1][0] - best) < 0.01
    for path in ("train.rec", "val.rec"):
        assert os.path.getsize(path) > 0
    return best


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=123)
    parser.add_argument("--quick", action="store_true")
    opt = parser.parse_args()
    if opt.quick:
        opt.epochs = 2
    accuracy = train(opt)
    assert accuracy > (0.85 if opt.quick else 0.97), accuracy
    print("image classification: accuracy %.3f" % accuracy)
