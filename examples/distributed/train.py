"""Handwritten digits on several processes, which goes on when one of them is lost.

weft launch -n 2 examples/distributed/train.py           # or mpirun, srun, torchrun, python alone
weft launch -n 4 --restarts 10 examples/distributed/train.py --checkpoint digits.checkpoint
"""

import argparse
import sys
from pathlib import Path

from weft import autograd, distributed, gluon, np
from weft.gluon import nn

sys.path.append(str(Path(__file__).resolve().parents[1] / "digits"))
import digits

BATCH = 64  # samples of all ranks together


def main() -> None:
    options = arguments()
    distributed.init()
    np.random.seed(7)  # the same on all ranks: first values, and the order of samples
    (images, labels), (test_images, test_labels) = digits.split()

    net = nn.HybridSequential(
        nn.Dense(64, activation="relu", in_units=64), nn.Dense(10, in_units=64)
    )
    net.initialize()
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(
        net.collect_params(), "adam", {"learning_rate": 0.003}, kvstore="dist_sync"
    )
    data = gluon.data.ArrayDataset(images.reshape(-1, 64), labels)
    loader = gluon.data.DataLoader(data, BATCH, shuffle=True, last_batch="discard")
    elastic = distributed.Elastic(net, trainer, loader, every=10, checkpoint=options.checkpoint)

    def train() -> None:
        for epoch in elastic.epochs(options.epochs):
            for x, y in elastic.batches():
                with autograd.record():
                    loss = loss_of(net(x), y)
                loss.backward()
                trainer.step(len(x))  # adds up the gradients of all ranks
            mean = distributed.all_reduce(loss.mean(), "mean")
            if distributed.rank() == 0:
                print(f"epoch {epoch + 1}: loss {float(mean):.3f}", flush=True)

    elastic.run(train)
    if distributed.rank() == 0:
        scores = net(np.array(test_images.reshape(-1, 64))).asnumpy()
        print(f"{(scores.argmax(1) == test_labels).mean():.1%} of the test digits are right")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--checkpoint", help="a folder that survives the loss of all processes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
