"""A small single-shot detector in the words of MXNet 1.x: anchors by MultiBoxPrior, targets by
MultiBoxTarget, predictions by MultiBoxDetection, focal and smooth losses."""

import sys

import mxnet as mx
from material import scenes
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

QUICK = "--quick" in sys.argv
NAMES = ["small number", "large number"]


def down_sample(num_filters):
    """Two convolutions, then half the size."""
    out = nn.HybridSequential()
    for _ in range(2):
        out.add(nn.Conv2D(num_filters, 3, strides=1, padding=1))
        out.add(nn.BatchNorm(in_channels=num_filters))
        out.add(nn.Activation("relu"))
    out.add(nn.MaxPool2D(2))
    return out


class ToySSD(gluon.Block):
    """Predicts boxes on maps of two sizes."""

    sizes = [[0.25, 0.3], [0.45, 0.55]]
    ratios = [[1], [1]]

    def __init__(self, num_classes, **kwargs):
        super(ToySSD, self).__init__(**kwargs)
        self.num_classes = num_classes
        anchors = len(self.sizes[0]) + len(self.ratios[0]) - 1
        with self.name_scope():
            self.body = nn.HybridSequential()
            self.body.add(down_sample(16), down_sample(32))
            self.downsamples = nn.Sequential()
            self.class_preds = nn.Sequential()
            self.box_preds = nn.Sequential()
            for _ in range(2):
                self.class_preds.add(nn.Conv2D(anchors * (num_classes + 1), 3, padding=1))
                self.box_preds.add(nn.Conv2D(anchors * 4, 3, padding=1))
            self.downsamples.add(down_sample(32))

    def forward(self, x):
        x = self.body(x)
        anchors, class_preds, box_preds = [], [], []
        for scale in range(2):
            anchors.append(
                nd.contrib.MultiBoxPrior(x, sizes=self.sizes[scale], ratios=self.ratios[scale])
            )
            for layer, preds in ((self.class_preds, class_preds), (self.box_preds, box_preds)):
                preds.append(nd.flatten(nd.transpose(layer[scale](x), axes=(0, 2, 3, 1))))
            if scale == 0:
                x = self.downsamples[0](x)
        anchors = nd.concat(*anchors, dim=1)
        class_preds = nd.concat(*class_preds, dim=1).reshape((0, -1, self.num_classes + 1))
        return anchors, class_preds, nd.concat(*box_preds, dim=1)


class FocalLoss(gluon.loss.Loss):
    """Cross-entropy that looks at what is not yet right."""

    def __init__(self, axis=-1, alpha=0.25, gamma=2, batch_axis=0, **kwargs):
        super(FocalLoss, self).__init__(None, batch_axis, **kwargs)
        self._axis, self._alpha, self._gamma = axis, alpha, gamma

    def hybrid_forward(self, F, output, label):
        output = F.softmax(output)
        pt = F.pick(output, label, axis=self._axis, keepdims=True)
        loss = -self._alpha * ((1 - pt) ** self._gamma) * F.log(pt + 1e-12)
        return F.mean(loss, axis=self._batch_axis, exclude=True)


class SmoothL1Loss(gluon.loss.Loss):
    """Distances of boxes, where there is one."""

    def __init__(self, batch_axis=0, **kwargs):
        super(SmoothL1Loss, self).__init__(None, batch_axis, **kwargs)

    def hybrid_forward(self, F, output, label, mask):
        loss = F.smooth_l1((output - label) * mask, scalar=1.0)
        return F.mean(loss, self._batch_axis, exclude=True)


def training_targets(anchors, class_preds, labels):
    """What each anchor should predict."""
    class_preds = nd.transpose(class_preds, axes=(0, 2, 1))
    return nd.contrib.MultiBoxTarget(anchors, labels, class_preds, overlap_threshold=0.5)


def iou(a, b):
    """The common part of two boxes."""
    left, top = max(a[0], b[0]), max(a[1], b[1])
    right, bottom = min(a[2], b[2]), min(a[3], b[3])
    common = max(right - left, 0) * max(bottom - top, 0)
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def found(net, pictures, boxes, ctx):
    """How many of the digits are found, by place and class, as the best box of their picture."""
    right = 0
    anchors, class_preds, box_preds = net(nd.array(pictures, ctx=ctx))
    probabilities = nd.SoftmaxActivation(nd.transpose(class_preds, (0, 2, 1)), mode="channel")
    rows = nd.contrib.MultiBoxDetection(
        probabilities, box_preds, anchors, force_suppress=True, clip=False, nms_threshold=0.3
    )
    for row, box in zip(rows.asnumpy(), boxes):
        row = row[row[:, 0] >= 0]
        if len(row):
            best = row[row[:, 1].argmax()]
            right += best[0] == box[0, 0] and iou(best[2:], box[0, 1:]) > 0.5
    return right / len(boxes)


if __name__ == "__main__":
    mx.random.seed(3)
    ctx = mx.cpu()
    pictures, boxes = scenes(600 if QUICK else 1500)
    test_pictures, test_boxes = scenes(200, seed=1)
    data = gluon.data.DataLoader(gluon.data.ArrayDataset(pictures, boxes), 32, shuffle=True)
    net = ToySSD(len(NAMES))
    net.initialize(mx.init.Xavier(magnitude=2), ctx=ctx)
    class_loss, box_loss = FocalLoss(), SmoothL1Loss()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.004})
    class_metric, box_metric = mx.metric.Accuracy(), mx.metric.MAE()
    for epoch in range(6 if QUICK else 15):
        class_metric.reset()
        box_metric.reset()
        for x, y in data:
            x, y = x.as_in_context(ctx), y.as_in_context(ctx)
            with autograd.record():
                anchors, class_preds, box_preds = net(x)
                box_target, box_mask, class_target = training_targets(anchors, class_preds, y)
                loss = (
                    20 * class_loss(class_preds, class_target)
                    + box_loss(box_preds, box_target, box_mask) * 5
                )
            loss.backward()
            trainer.step(x.shape[0])
            class_metric.update([class_target], [nd.transpose(class_preds, (0, 2, 1))])
            box_metric.update([box_target], [box_preds * box_mask])
        print("Epoch %2d, train %s %.4f, %s %.5f" % (epoch, *class_metric.get(), *box_metric.get()))
    share = found(net, test_pictures, test_boxes, ctx)
    print("detection: %.3f of the digits found" % share)
    assert share > (0.3 if QUICK else 0.7), share
