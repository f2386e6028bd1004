"""What a batch of 32x32 images costs, made here and by two worker processes.

    python benchmarks/loader.py [results.json]

A sample is an epoch of `BATCHES` batches of `BATCH` images and labels, from a loader whose workers
have started; nothing is done with the batches. Three data sets: arrays, which loaders may gather
rows of; samples that Python picks one by one; and samples that Python also scales and flips. The
batches of all loaders are compared before anything is timed.
"""

import importlib.util
import sys

import numpy
from side_by_side import Report
from weft import npx
from weft.gluon import data

BATCH = 128
BATCHES = 32
WORKERS = 2
EPOCHS = 15


def pictures(dtype):
    generator = numpy.random.default_rng(0)
    images = generator.integers(0, 256, (BATCH * BATCHES, 3, 32, 32)).astype(dtype)
    return images, generator.integers(0, 10, len(images))


class Picked(data.Dataset):
    """Samples by number; also what torch's loader is given."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index], self.labels[index]


class Prepared(Picked):
    """What a program does with a picture before it is learned from."""

    def __getitem__(self, index):
        image = self.images[index].astype("float32") / 255
        if index % 2:
            image = image[:, :, ::-1].copy()  # torch takes no negative strides
        return (image - 0.5) / 0.25, self.labels[index]


def torch_loaders(dataset, arrays):
    from torch import from_numpy
    from torch.utils import data as tdata

    if arrays is not None:
        dataset = tdata.TensorDataset(*map(from_numpy, arrays))
    return {
        "torch": tdata.DataLoader(dataset, BATCH),
        f"torch, {WORKERS}": tdata.DataLoader(
            dataset, BATCH, num_workers=WORKERS, persistent_workers=True
        ),
    }


def epoch_of(loader):
    def epoch():
        for _ in loader:
            pass

    return epoch


def same(loader, wanted):
    return all(
        numpy.array_equal(numpy.asarray(part), kept)
        for batch, parts in zip(loader, wanted, strict=True)
        for part, kept in zip(batch, parts, strict=True)
    )


def compare(report, what, dataset, arrays=None):
    loaders = {
        "weft": data.DataLoader(dataset, BATCH),
        f"weft, {WORKERS}": data.DataLoader(dataset, BATCH, num_workers=WORKERS),
    }
    if importlib.util.find_spec("torch") is not None:
        loaders |= torch_loaders(dataset, arrays)
    wanted = [[part.asnumpy() for part in batch] for batch in loaders["weft"]]
    for name, loader in loaders.items():
        if not same(loader, wanted):
            raise SystemExit(f"{what}: the batches of {name} differ from weft's")
    baseline = f"torch, {WORKERS}" if f"torch, {WORKERS}" in loaders else "weft"
    epochs = {name: epoch_of(loader) for name, loader in loaders.items()}
    report.compare(what, epochs, baseline, per=BATCHES, count=EPOCHS)


def main() -> int:
    npx.set_num_threads(1)
    report = Report(f"Loader: time of a batch of {BATCH} images 3x32x32, {BATCHES} an epoch")
    if importlib.util.find_spec("torch") is None:
        report.missing("torch")
    images, labels = pictures("float32")
    compare(report, "rows of arrays", data.ArrayDataset(images, labels), (images, labels))
    compare(report, "samples picked by Python", Picked(images, labels))
    compare(report, "samples prepared by Python", Prepared(*pictures("uint8")))
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
