"""Makes the folder `page`, which any static server shows: digits that are drawn, and learned from
the user; clothes in pictures from a file or the camera. Everything runs in the browser.

    make wasm                                    once: the module that runs .weft files
    python examples/browser/demo.py              some minutes; --quick: less training, for the tests
    python -m http.server -d page                then open http://localhost:8000

The clothes are Fashion-MNIST: `apt-get install dataset-fashion-mnist`, or --data FOLDER with its
four idx files. Where they are not, --quick shows the digits as such pictures. Ends with a non-zero
status if a network is worse than promised, or something is missing that the page needs.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import clothes
import numpy
import weft
from PIL import Image
from weft import cli, gluon, lr_scheduler, np
from weft.gluon.data.vision import FashionMNIST

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "bindings" / "wasm" / "lib"
sys.path[:0] = [str(HERE.parent / "digits"), str(HERE.parent / "fashion_mnist")]
import digits  # noqa: E402
import network  # noqa: E402
import stand_in  # noqa: E402

KEPT = 60  # digits of others that the page mixes with the user's own
SAMPLES = 12
QUICK_IMAGES = 8000


def drawn_anew(images: numpy.ndarray, generator: numpy.random.Generator) -> numpy.ndarray:
    """The digits wider or narrower, slanted, thicker or thinner: who draws has another hand than
    those who wrote the data."""
    side, many = images.shape[-1], (len(images), 1, 1)
    middle, edge = (side - 1) / 2, 2
    row, column = numpy.mgrid[:side, :side]
    width, height = generator.uniform(0.8, 1.25, many), generator.uniform(0.95, 1.1, many)
    slant, shift = generator.uniform(-0.25, 0.25, many), generator.uniform(-0.6, 0.6, many)
    # Where each point comes from; between points of the image, the mean of its four neighbours.
    x = (column - middle - shift) / width + slant * (row - middle) + middle + edge
    y = (row - middle) / height + middle + edge + 0 * x
    padded = numpy.pad(images[:, 0], ((0, 0), (edge, edge), (edge, edge)))
    image, most = numpy.arange(len(images)).reshape(many), side + 2 * edge - 1
    left, top = numpy.floor(x).astype(int), numpy.floor(y).astype(int)
    anew = numpy.zeros(x.shape)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        share = abs(1 - i - (y - top)) * abs(1 - j - (x - left))
        places = numpy.clip(top + i, 0, most), numpy.clip(left + j, 0, most)
        anew += share * padded[image, *places]
    ink = generator.uniform(0.8, 1.25, many)
    return numpy.clip(anew * ink, 0, 1).astype("float32")[:, None]


def trained_digits(epochs: int) -> tuple[gluon.HybridBlock, float]:
    """The network of examples/digits, and its accuracy on the digits that were held out."""
    weft.random.seed(0)
    (images, labels), held_out = digits.split()
    batches = network.loader(images, labels)
    generator = numpy.random.default_rng(0)
    net = network.build()
    net.hybridize()
    schedule = lr_scheduler.CosineScheduler(max_update=epochs * len(batches))
    options = {"learning_rate": network.LEARNING_RATE, "lr_scheduler": schedule}
    trainer = gluon.Trainer(net.collect_params(), "adam", options)
    for _ in range(epochs):
        batches = network.loader(drawn_anew(images, generator), labels)
        for _ in network.steps(net, trainer, batches):
            pass
    return net, network.accuracy(net, *held_out)


def export_digits(net: gluon.HybridBlock, page: Path) -> Path:
    """Writes digits.weft, which scores one drawing and learns from one; some digits to repeat."""
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.01, "momentum": 0.5})
    image, label = np.zeros((1, 1, 8, 8)), np.zeros((1,), dtype="int32")
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
    path = page / "digits.weft"
    weft.export(path, train=(step, image, label), forward=(net, image))
    (images, labels), _ = digits.split()
    kept = numpy.concatenate([images[:KEPT].reshape(KEPT, -1) * 16, labels[:KEPT, None]], axis=1)
    (page / "kept.bin").write_bytes(kept.astype("uint8").tobytes())
    return path


def export_clothes(net: clothes.Clothes, test_set, names: tuple[str, ...], page: Path) -> None:
    """Writes clothes.weft and some pictures of the test set."""
    shares = clothes.Shares(net)
    shares.hybridize()
    shares.export(page / "clothes.weft", np.zeros((1, 1, 28, 28)))
    chosen = [test_set[i] for i in range(SAMPLES)]
    for i, (image, _) in enumerate(chosen):
        Image.fromarray(numpy.asarray(image).reshape(28, 28)).save(page / f"sample{i}.png")
    told = {"names": names, "samples": [int(label) for _, label in chosen]}
    (page / "clothes.json").write_text(json.dumps(told), "utf-8")


def data_sets(options: argparse.Namespace) -> tuple:
    """(what to train with, what to test with, the names of what they show)."""
    folder, names = Path(options.data), clothes.NAMES
    if options.quick and not any(folder.glob("train-images-idx3-ubyte*")):
        print(f"no Fashion-MNIST in {folder}: the digits take its place")
        folder, names = stand_in.write(Path("stand_in")), tuple("0123456789")
    sets = FashionMNIST(folder), FashionMNIST(folder, train=False)
    if options.quick:
        sets = tuple(some.take(min(len(some), QUICK_IMAGES)) for some in sets)
    return *sets, names


def add_modules(digits_file: Path, page: Path) -> list[str]:
    """The package for browsers, and the digits' own module; says what is missing."""
    missing = []
    if (PACKAGE / "weft.wasm").exists():
        shutil.copytree(PACKAGE, page / "weft", dirs_exist_ok=True)
    else:
        missing.append(f"{PACKAGE / 'weft.wasm'} is not there: `make wasm` builds it")
    if shutil.which("emcc") is None:
        missing.append("emcc is not there, which makes digits.wasm: apt-get install emscripten")
    elif cli.main(["compile", str(digits_file), "--target", "wasm", "--train", "-o", str(page)]):
        missing.append("digits.wasm was not made")
    return missing


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Two networks in a page.")
    parser.add_argument("--data", default=FashionMNIST.DEBIAN, metavar="FOLDER")
    parser.add_argument("--page", type=Path, default=Path("page"), help="the folder to write")
    parser.add_argument("--workers", type=int, default=1, help="processes that prepare images")
    parser.add_argument("--quick", action="store_true", help="less training")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    page = options.page
    shutil.copytree(HERE / "page", page, dirs_exist_ok=True)
    net, right = trained_digits(6 if options.quick else 25)
    print(f"digits: {right:.1%} of those that were held out")
    digits_file = export_digits(net, page)
    train_set, test_set, names = data_sets(options)
    dressed, known = clothes.train(train_set, test_set, 5 if options.quick else 8, options.workers)
    print(f"pictures: {known:.1%} of {len(test_set)} test images")
    export_clothes(dressed, test_set, names, page)
    missing = add_modules(digits_file, page)
    for line in missing:
        print(f"the page lacks something: {line}")
    if missing and not options.quick:
        return 1
    wanted = (0.93, 0.6) if options.quick else (0.97, 0.92)
    print(f"python -m http.server -d {page}    shows it")
    return int(right < wanted[0] or known < wanted[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
