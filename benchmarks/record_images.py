"""What `mx.io.ImageRecordIter` makes of JPEG images in a RecordIO file: images a second.

    python benchmarks/record_images.py [results.json]

Beside it stand a plain loop of Pillow and NumPy, and PyTorch's loader where it is installed, in
this process and with two workers, with torchvision's decoder or else Pillow's. Two tasks: pictures
of 341 by 256 are cut to 224 by 224 and normalized; pictures of 500 by 375 are scaled before. The
batches of all are compared first; scaled ones roughly, because Pillow and torchvision take means
over what a pixel covers and MXNet does not. "Per core" divides by the seconds of all threads of
this process. Aim: at most the seconds per core of Pillow's loop.
"""

import importlib.util
import io
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy
import weft.mxnet as mx
from PIL import Image
from side_by_side import Report
from weft import npx
from weft.gluon.data.records import RecordFileDataset

BATCH = 32
COUNT = 256
EPOCHS = 9
SIDE = 224
SHORTER = 256
MEAN = numpy.array([123.68, 116.28, 103.53], "float32")
STD = numpy.array([58.395, 57.12, 57.375], "float32")


def has_torchvision():
    """Whether it works: one that was built for another PyTorch raises RuntimeError."""
    try:
        import torchvision.io  # noqa: F401
    except (ImportError, RuntimeError):
        return False
    return True


HAS_TORCHVISION = has_torchvision()


def pictures(path, width, height):
    """A file of pictures with edges, slopes and noise, about as large as photographs."""
    generator = numpy.random.default_rng(0)
    writer = mx.recordio.MXIndexedRecordIO(path.with_suffix(".idx"), path, "w")
    for number in range(COUNT):
        coarse = generator.integers(0, 256, (16, 20, 3)).astype("uint8")
        smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        noisy = (smooth + generator.normal(0, 6, smooth.shape)).clip(0, 255).astype("uint8")
        header = mx.recordio.IRHeader(0, float(number % 10), number, 0)
        writer.write_idx(number, mx.recordio.pack_img(header, noisy, 90))
    writer.close()
    return path


def weft_iterator(path, scales, threads):
    names = ("mean_r", "mean_g", "mean_b", "std_r", "std_g", "std_b")
    options = dict(zip(names, map(float, [*MEAN, *STD]), strict=True))
    return mx.io.ImageRecordIter(
        path,
        (3, SIDE, SIDE),
        BATCH,
        path_imgidx=path.with_suffix(".idx"),
        resize=SHORTER if scales else -1,
        preprocess_threads=threads,
        **options,
    )


def of_iterator(iterator):
    def batches():
        iterator.reset()
        return (batch.data[0] for batch in iterator)

    return batches


def middle(wide, tall):
    return (wide - SIDE) // 2, (tall - SIDE) // 2


def prepared(content, scales):
    """A picture by Pillow and NumPy."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    if scales:
        ratio = SHORTER / min(image.size)
        size = tuple(int(extent * ratio) for extent in image.size)
        image = image.resize(size, Image.BILINEAR)
    x, y = middle(*image.size)
    pixels = numpy.asarray(image.crop((x, y, x + SIDE, y + SIDE)), "float32")
    return ((pixels - MEAN) / STD).transpose(2, 0, 1)


def by_pillow(path, scales):
    """The loop that a program writes for itself."""
    records = RecordFileDataset(path)

    def batches():
        for begin in range(0, COUNT, BATCH):
            contents = (mx.recordio.unpack(records[begin + i])[1] for i in range(BATCH))
            yield numpy.stack([prepared(content, scales) for content in contents])

    return batches


class TorchImages:
    """A data set for PyTorch's loader."""

    def __init__(self, path, scales):
        self.records, self.scales = RecordFileDataset(path), scales

    def __len__(self):
        return COUNT

    def __getitem__(self, index):
        content = mx.recordio.unpack(self.records[index])[1]
        return self._of_torchvision(content) if HAS_TORCHVISION else prepared(content, self.scales)

    def _of_torchvision(self, content):
        import torch
        from torchvision.io import decode_jpeg
        from torchvision.transforms.v2 import functional

        image = decode_jpeg(torch.frombuffer(bytearray(content), dtype=torch.uint8))
        if self.scales:
            image = functional.resize(image, [SHORTER], antialias=True)
        x, y = middle(image.shape[2], image.shape[1])
        part = image[:, y : y + SIDE, x : x + SIDE].to(torch.float32)
        return functional.normalize(part, MEAN.tolist(), STD.tolist())


def torch_loaders(path, scales):
    from torch.utils.data import DataLoader

    dataset = TorchImages(path, scales)
    with_workers = DataLoader(dataset, BATCH, num_workers=2, persistent_workers=True)
    return {
        "torch": lambda: iter(DataLoader(dataset, BATCH)),
        "torch, 2 workers": lambda: iter(with_workers),
    }


def check(what, makers, scales):
    wanted = numpy.concatenate([numpy.asarray(batch) for batch in makers["Pillow"]()])
    for name, make in makers.items():
        found = numpy.concatenate([numpy.asarray(batch) for batch in make()])
        difference = abs(found - wanted)
        is_same = difference.mean() < 0.1 if scales else difference.max() < 1e-3
        if found.shape != wanted.shape or not is_same:
            raise SystemExit(f"{what}: the batches of {name} differ from Pillow's")


def timed(makers):
    """Seconds of an image in turns, and seconds of all threads here."""
    walls = {name: [] for name in makers}
    cores = {name: [] for name in makers}
    for _ in range(EPOCHS):
        for name, make in makers.items():
            wall, core = time.perf_counter(), time.process_time()
            for _ in make():
                pass
            walls[name].append((time.perf_counter() - wall) / COUNT)
            cores[name].append((time.process_time() - core) / COUNT)
    return walls, cores


def compare(report, what, path, scales):
    makers = {
        "weft": of_iterator(weft_iterator(path, scales, 2)),
        "weft, 1 thread": of_iterator(weft_iterator(path, scales, 1)),
        "Pillow": by_pillow(path, scales),
    }
    if importlib.util.find_spec("torch") is not None:
        makers |= torch_loaders(path, scales)
    check(what, makers, scales)
    walls, cores = timed(makers)
    here = {name: samples for name, samples in cores.items() if "workers" not in name}
    report.add(f"{what}: an image", walls, "Pillow")
    report.add(f"{what}: per core", here, "Pillow", aim=1)
    for name, samples in walls.items():
        core = f", {1 / numpy.median(cores[name]):.0f} per core" if name in here else ""
        print(f"    {name:18} {1 / numpy.median(samples):.0f} images/s{core}")


def main() -> int:
    npx.set_num_threads(1)
    cv2.setNumThreads(1)
    if importlib.util.find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)
    report = Report(f"Images of records: batches of {BATCH}, {SIDE} by {SIDE}")
    if not HAS_TORCHVISION:
        report.missing("torchvision")
    with tempfile.TemporaryDirectory() as folder:
        small = pictures(Path(folder, "small.rec"), 341, 256)
        compare(report, "cut", small, scales=False)
        large = pictures(Path(folder, "large.rec"), 500, 375)
        compare(report, "scaled and cut", large, scales=True)
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
