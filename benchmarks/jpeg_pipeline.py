"""What a batch of photographs costs: JPEG files decoded, a random part scaled to 224 x 224, flipped
at random, normalized and batched, by Weft's loader and by torchvision's, at 0, 1 and 2 workers.

    python benchmarks/jpeg_pipeline.py [results.json]

A sample is an epoch of `PHOTOS` files of 500 x 375 pixels, cut out of the photographs that
scikit-learn brings, from a loader whose workers have started; loaders take turns. Both compute the
same: before anything is timed, the whole images are scaled by both and compared.
"""

import sys
import tempfile
from pathlib import Path

import numpy
from side_by_side import Report
from weft import npx
from weft.gluon import data
from weft.gluon.data.vision import ImageFolderDataset, transforms

PHOTOS = 256
BATCH = 32
SIZE = 224
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
WORKERS = (0, 1, 2)
EPOCHS = 7


def has_torchvision():
    """Whether it works: one that was built for another PyTorch raises RuntimeError."""
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        return False
    return True


def write_photos(folder):
    """Files of about 65 KB, as those of ImageNet are."""
    from PIL import Image
    from sklearn.datasets import load_sample_images

    photos = load_sample_images().images
    generator = numpy.random.default_rng(0)
    for number in range(PHOTOS):
        place = Path(folder) / f"class {number % 4}" / f"{number}.jpg"
        place.parent.mkdir(exist_ok=True)
        photo = photos[number % len(photos)]
        y, x = (int(generator.integers(0, most + 1)) for most in (427 - 375, 640 - 500))
        Image.fromarray(photo[y : y + 375, x : x + 500]).save(place, quality=90)


def ours(folder, prepare, workers):
    dataset = ImageFolderDataset(folder).transform_first(transforms.Compose(prepare))
    return data.DataLoader(dataset, BATCH, num_workers=workers)


def theirs(folder, prepare, workers):
    from torch.utils.data import DataLoader
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import Compose

    options = {"num_workers": workers, "persistent_workers": workers > 0}
    return DataLoader(ImageFolder(folder, Compose(prepare)), BATCH, **options)


def steps(which, first):
    """First scaling, then what both have under names of their own."""
    if which == "weft":
        flip, rest = transforms.RandomFlipLeftRight, [transforms.ToTensor()]
        return [first, flip(), *rest, transforms.Normalize(MEAN, STD)]
    from torchvision import transforms as other

    return [first, other.RandomHorizontalFlip(), other.ToTensor(), other.Normalize(MEAN, STD)]


def compare(folder):
    """The whole images in one size, without what is random."""
    from torchvision import transforms as other

    mine = steps("weft", transforms.Resize((SIZE, SIZE)))
    others = steps("torch", other.Resize((SIZE, SIZE)))
    del mine[1], others[1]
    for (x, y), (u, v) in zip(ours(folder, mine, 0), theirs(folder, others, 0), strict=True):
        numpy.testing.assert_allclose(x.asnumpy(), u.numpy(), atol=1e-6)
        numpy.testing.assert_array_equal(y.asnumpy(), v.numpy())


def epoch_of(loader):
    def epoch():
        for _ in loader:
            pass

    return epoch


def main() -> int:
    npx.set_num_threads(1)
    report = Report(
        f"JPEG: time of a photograph of 500 x 375 to {SIZE} x {SIZE}, {PHOTOS} an epoch"
    )
    if not has_torchvision():
        report.missing("torchvision")
        return 1
    import torch
    from torchvision import transforms as other

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        write_photos(folder)
        compare(folder)
        mine = steps("weft", transforms.RandomResizedCrop(SIZE))
        others = steps("torch", other.RandomResizedCrop(SIZE))
        for workers in WORKERS:
            loaders = {
                "weft": ours(folder, mine, workers),
                "torchvision": theirs(folder, others, workers),
            }
            epochs = {name: epoch_of(loader) for name, loader in loaders.items()}
            report.compare(
                f"{workers} workers", epochs, "torchvision", aim=1, per=PHOTOS, count=EPOCHS
            )
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
