"""The network of the page with pictures: a small MobileNet v2 that knows ten kinds of clothes.

It learns from Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, MIT licence): 60,000 photographs of
clothes, grey, 28 by 28, light on black. That is all that it knows: it takes a face for a bag.
"""

from typing import Any

from weft import gluon, lr_scheduler, metric, npx
from weft.gluon.data.vision import transforms
from weft.gluon.model_zoo.vision.mobilenet import LinearBottleneck

NAMES = (
    *("T-shirt", "trousers", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
BATCH = 128
LEARNING_RATE = 4e-3
MEAN, STD = 0.286, 0.353  # of all pixels of the training images, from 0 to 1
# expansion, channels, blocks, stride of the first: from 28 by 28 to 4 by 4
STAGES = ((1, 16, 1, 1), (4, 24, 2, 2), (4, 40, 3, 2), (4, 80, 2, 2))
LAST = 256


class Clothes(gluon.HybridBlock):
    """Images (N, 1, 28, 28) from 0 to 1 to scores (N, classes)."""

    def __init__(self, classes: int = len(NAMES)) -> None:
        super().__init__()
        nn = gluon.nn
        before = STAGES[0][1]
        self.features = nn.HybridSequential(*_unit(before, 3))
        for expansion, channels, blocks, stride in STAGES:
            for block in range(blocks):
                self.features.add(
                    LinearBottleneck(before, channels, expansion, 1 if block else stride)
                )
                before = channels
        self.features.add(*_unit(LAST, 1), nn.GlobalAvgPool2D(), nn.Flatten())
        self.output = nn.Dense(classes)

    def forward(self, images: Any) -> Any:
        return self.output(self.features((images - MEAN) / STD))


class Shares(gluon.HybridBlock):
    """What the page runs: the network with its scores as shares of one."""

    def __init__(self, net: Clothes) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Any) -> Any:
        return npx.softmax(self.net(image))


def _unit(channels: int, kernel: int) -> tuple[gluon.Block, ...]:
    nn = gluon.nn
    return (
        nn.Conv2D(channels, kernel, padding=kernel // 2, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
    )


def train(train_set: Any, test_set: Any, epochs: int, workers: int) -> tuple[Clothes, float]:
    """The network, and the share of the test images that it gets right."""
    prepared = transforms.Compose(
        [transforms.RandomCrop(28, pad=1), transforms.RandomFlipLeftRight(), transforms.ToTensor()]
    )
    batches = gluon.data.DataLoader(
        train_set.transform_first(prepared),
        *(BATCH,),
        shuffle=True,
        last_batch="discard",
        num_workers=workers,
    )
    tests = gluon.data.DataLoader(test_set.transform_first(transforms.ToTensor()), 1000)
    net = Clothes()
    net.initialize()
    net.hybridize()
    steps = epochs * len(batches)
    schedule = lr_scheduler.CosineScheduler(max_update=steps, warmup_steps=steps // 10)
    options = {"learning_rate": LEARNING_RATE, "lr_scheduler": schedule}
    trainer = gluon.Trainer(net.collect_params(), "adam", options)
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss(), outputs=True)
    for epoch in range(1, epochs + 1):
        right = metric.Accuracy()
        for images, labels in batches:
            right.update(labels, step(images, labels)[1])
        print(f"clothes, epoch {epoch}: {right.get()[1]:.1%} right in training", flush=True)
    right = metric.Accuracy()
    for images, labels in tests:
        right.update(labels, net(images))
    return net, right.get()[1]
