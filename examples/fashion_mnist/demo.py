"""Trains a small convolutional network on Fashion-MNIST, exports it, and runs the file alone.

    python demo.py [--data FOLDER]   six epochs, minutes
    python demo.py --quick           a tenth of it, or digits where Fashion-MNIST is not installed

The folder has the four idx files of Fashion-MNIST, plain or with .gz. On Debian and Ubuntu `apt-get
install dataset-fashion-mnist` puts them where they are looked for by default; elsewhere take them
from https://github.com/zalandoresearch/fashion-mnist. Writes fashion.params, fashion.states and
fashion.weft into the folder it is started in. Ends with a non-zero status if the accuracy is lower,
or an output differs in one bit, from what is promised.
"""

import argparse
import contextlib
import subprocess
import sys
import time
from pathlib import Path

import network
import numpy
import stand_in
import weft
from weft.gluon.data.vision import FashionMNIST

MODEL, PARAMETERS, STATES = Path("fashion.weft"), Path("fashion.params"), Path("fashion.states")
EPOCHS, WANTED = 6, 0.923
QUICK_STEPS, QUICK_WANTED, QUICK_IMAGES = 60, 0.75, 6000


def data_sets(options: argparse.Namespace) -> tuple:
    """(what to train with, what to test with)."""
    folder = options.data
    if options.quick and not any(Path(folder).glob("train-images-idx3-ubyte*")):
        print(f"no Fashion-MNIST in {folder}: learning digits instead")
        folder = stand_in.write(Path("digits"))
    train, test = FashionMNIST(folder), FashionMNIST(folder, train=False)
    if options.quick:
        return train.take(QUICK_IMAGES), test.take(1000)
    return train, test


def train(options: argparse.Namespace, train_set, test_set):
    """Trains and keeps a checkpoint after every epoch; returns the network and its accuracy."""
    batches, test_batches = network.loaders(train_set, test_set, options.workers)
    epochs = -(-QUICK_STEPS // len(batches)) if options.quick else options.epochs
    net = network.build()
    net.hybridize()
    trainer = network.trainer_for(net, epochs * len(batches))
    step = network.step_for(net, trainer)
    found = 0.0
    for epoch in range(1, epochs + 1):
        begin = time.perf_counter()
        right = network.train_epoch(step, batches)
        seconds = time.perf_counter() - begin
        found = network.accuracy(net, test_batches)
        net.save_parameters(PARAMETERS, background=True)  # written while the next epoch runs
        trainer.save_states(STATES, background=True)
        print(
            f"epoch {epoch}: {right:.2%} right in training, {found:.2%} of {len(test_set)} test "
            f"images; {seconds:.1f} s, {len(batches) * network.BATCH / seconds:.0f} images/s",
            flush=True,
        )
    return net, found


def run_file_alone(images: numpy.ndarray) -> bytes:
    """The scores of weft.runtime, in a process that has neither NumPy nor the rest of Weft."""
    images.tofile("images.raw")
    script = (
        "import sys; from weft import runtime\n"
        f"context = runtime.Model({str(MODEL)!r}).context('forward')\n"
        "scores, = context.run(open('images.raw', 'rb').read())\n"
        "assert not {'numpy', 'weft._native'} & set(sys.modules)\n"
        "sys.stdout.buffer.write(scores.tobytes())"
    )
    return subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout


def compare(net, test_set) -> bool:
    """Do the checkpoint in a new network, and the exported file, give the same scores?"""
    images, labels = network.test_images(test_set.take(200))
    scores = net(images).asnumpy()
    restored = network.build()
    restored.load_parameters(PARAMETERS)
    restored.hybridize()
    net.export(MODEL, images)
    found = {
        f"{PARAMETERS} in a new network": restored(images).asnumpy().tobytes(),
        f"{MODEL} in weft.runtime": run_file_alone(images.asnumpy()),
    }
    for what, given in found.items():
        print(f"{what}: {'equal bit for bit' if given == scores.tobytes() else 'DIFFERS'}")
    right = int((scores.argmax(1) == labels).sum())
    print(f"{right} of its {len(labels)} answers are right: `weft info {MODEL}` says more")
    return all(given == scores.tobytes() for given in found.values())


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Clothes, from idx files to one .weft file.")
    parser.add_argument("--data", default=FashionMNIST.DEBIAN, metavar="FOLDER")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--workers", type=int, default=1, help="processes that prepare images")
    parser.add_argument("--quick", action="store_true", help="fewer images, for the tests")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    weft.random.seed(1)
    train_set, test_set = data_sets(options)
    begin = time.perf_counter()
    net, found = train(options, train_set, test_set)
    print(f"{time.perf_counter() - begin:.0f} s in all")
    same = compare(net, test_set)
    wanted = QUICK_WANTED if options.quick else WANTED
    if found < wanted:
        print(f"accuracy {found:.2%} is below {wanted:.1%}")
    return 0 if same and found >= wanted else 1


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
