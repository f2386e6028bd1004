"""Five-fold cross-validation: how well the network does on digits that it has not seen.

    python crossval.py [epochs]

Ends with a non-zero status if the mean accuracy is below 97.5 %.
"""

import sys

import digits
import network
import weft
from weft import gluon, lr_scheduler

EPOCHS = 15
WANTED = 0.975


def train_and_test(fold: int, epochs: int) -> float:
    """Accuracy on the fold after training on the others."""
    weft.random.seed(fold)
    (images, labels), held_out = digits.split(fold)
    batches = network.loader(images, labels)
    net = network.build()
    net.hybridize()
    schedule = lr_scheduler.CosineScheduler(max_update=epochs * len(batches))
    options = {"learning_rate": network.LEARNING_RATE, "lr_scheduler": schedule}
    trainer = gluon.Trainer(net.collect_params(), "adam", options)
    for _ in range(epochs):
        for _ in network.steps(net, trainer, batches):
            pass
    return network.accuracy(net, *held_out)


def main(arguments: list[str]) -> int:
    epochs = int(arguments[0]) if arguments else EPOCHS
    found = []
    for fold in range(digits.FOLDS):
        found.append(train_and_test(fold, epochs))
        print(f"fold {fold}: {found[-1]:.2%} after {epochs} epochs", flush=True)
    mean = sum(found) / len(found)
    print(f"mean of {len(found)} folds: {mean:.2%} (wanted: at least {WANTED:.1%})")
    return 0 if mean >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
