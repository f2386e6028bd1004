"""Data sets of images in files, and transforms of images."""

import gzip
import io
import os
import pickle
import struct

import numpy
import pytest
import weft
from PIL import Image
from scipy import ndimage
from weft import np
from weft.gluon import data
from weft.gluon.data import vision
from weft.gluon.data.vision import _decoding, transforms

NUMBERS = {
    "uint8": 0x08,
    "int8": 0x09,
    "int16": 0x0B,
    "int32": 0x0C,
    "float32": 0x0D,
    "float64": 0x0E,
}


def idx_of(array):
    """The file's content, by the format's description."""
    head = bytes((0, 0, NUMBERS[str(array.dtype)], array.ndim))
    extents = struct.pack(f">{array.ndim}I", *array.shape)
    return head + extents + array.astype(array.dtype.newbyteorder(">")).tobytes()


def pictures(count=6, side=4, dtype="uint8"):
    return numpy.random.default_rng(count).integers(0, 100, (count, side, side + 1)).astype(dtype)


def write_mnist(folder, part="train", images=None, labels=None):
    images = pictures() if images is None else images
    labels = numpy.arange(len(images), dtype="uint8") if labels is None else labels
    (folder / f"{part}-images-idx3-ubyte").write_bytes(idx_of(images))
    (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_of(labels)))
    return images, labels


# ---- files


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("count", [3, 0])
def test_idx_files_are_read_back(tmp_path, dtype, pack, count):
    array = pictures(count, dtype=dtype)
    (tmp_path / "file").write_bytes(pack(idx_of(array)))
    found = vision.read_idx(tmp_path / "file", dtype, 3)
    assert found.dtype == dtype
    assert found.dtype.isnative
    numpy.testing.assert_array_equal(found, array)


def changed(content, byte, value):
    return content[:byte] + bytes((value,)) + content[byte + 1 :]


WHOLE = idx_of(pictures())
DAMAGED = [
    (b"", "byte 0: the file ends within the first 4 bytes"),
    (WHOLE[:3], "byte 3: the file ends within the first 4 bytes"),
    (changed(WHOLE, 0, 80), "byte 0: an idx file begins with 00 00; got 50 00"),
    (changed(WHOLE, 2, 0x0A), "byte 2: no dtype has number 0x0a"),
    (changed(WHOLE, 2, 0x0D), "byte 2: elements must be uint8; got float32"),
    (changed(WHOLE, 3, 1), "byte 3: the rank must be 3; got 1"),
    (WHOLE[:9], "byte 9: the file ends within its header of 16 bytes"),
    (WHOLE[:50], r"byte 50: shape \(6, 4, 5\) .* needs 120 bytes from byte 16 on.* ends here"),
    (changed(WHOLE, 4, 255), r"byte 136: shape \(4278190086, 4, 5\) .* ends here"),
    (WHOLE + b"!", "byte 136: .* goes on"),
    (gzip.compress(WHOLE)[:40], "before byte 40 of the compressed file"),
    (changed(gzip.compress(WHOLE), 30, 7), "of the compressed file: it ends early or is damaged"),
    (gzip.compress(WHOLE[:50]), "byte 50: .* ends here"),
]


@pytest.mark.parametrize(("content", "message"), DAMAGED)
def test_damaged_idx_files_are_refused_with_file_and_byte(tmp_path, content, message):
    (tmp_path / "broken").write_bytes(content)
    with pytest.raises(OSError, match=f"read_idx: .*broken, .*{message}"):
        vision.read_idx(tmp_path / "broken", "uint8", 3)


def test_mnist_is_read_from_a_folder(tmp_path):
    images, labels = write_mnist(tmp_path)
    tested, _ = write_mnist(tmp_path, "t10k", pictures(3))
    for kind in (vision.MNIST, vision.FashionMNIST):
        found = kind(tmp_path)
        image, label = found[2]
        assert image.shape == (4, 5, 1)
        assert (image.dtype, label.dtype, int(label)) == ("uint8", "int32", 2)
        (x, y), *_ = data.DataLoader(found, 4)
        numpy.testing.assert_array_equal(x.asnumpy()[..., 0], images[:4])
        numpy.testing.assert_array_equal(y.asnumpy(), labels[:4])
        assert len(kind(tmp_path, train=False)) == len(tested)


def test_what_mnist_lacks_is_told(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"with train-images-idx3-ubyte or .*\.gz; got"
    ) as e:
        vision.FashionMNIST(tmp_path)
    assert "apt-get install dataset-fashion-mnist" in str(e.value)
    assert vision.FashionMNIST.DEBIAN in str(e.value)
    write_mnist(tmp_path, labels=numpy.zeros(5, "uint8"))
    with pytest.raises(OSError, match=r"ubyte, byte 4: 6 images, but .*\.gz, byte 4: 5 labels"):
        vision.MNIST(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        vision.read_idx(tmp_path / "none")


def test_images_in_folders(tmp_path):
    image = numpy.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype("uint8")
    for name in ("cat/a.png", "cat/b.PNG", "dog/c.png", "dog/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.fromarray(image).save(tmp_path / name, "png")
    found = vision.ImageFolderDataset(tmp_path)
    assert found.synsets == ["cat", "dog"]
    assert [label for _, label in found.items] == [0, 0, 1]
    numpy.testing.assert_array_equal(found[1][0], image)
    gray = vision.ImageFolderDataset(tmp_path, flag=0)[2]
    assert (gray[0].shape, int(gray[1])) == ((5, 7, 1), 1)
    labels = vision.ImageFolderDataset(tmp_path, transform=lambda image, label: label)
    assert [int(label) for label in labels] == [0, 0, 1]


@pytest.mark.parametrize("library", ["opencv", "pillow"])
def test_damaged_images_are_refused_with_their_file(tmp_path, monkeypatch, library):
    monkeypatch.setattr(_decoding, "has_opencv", lambda: library == "opencv")

    folder = tmp_path / "kind"
    folder.mkdir()
    noise = numpy.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype("uint8")
    for name in ("a.png", "b.jpg"):
        Image.fromarray(noise).save(folder / name)
        (folder / name).write_bytes((folder / name).read_bytes()[:2000])
    (folder / "c.png").write_bytes(b"no image")
    dataset = vision.ImageFolderDataset(tmp_path)
    for number, name in enumerate((r"a\.png", r"b\.jpg")):
        with pytest.raises(
            OSError, match=rf"{name}: its (2000 bytes|image) (are .*or a|is) damaged"
        ):
            dataset[number]
    with pytest.raises(OSError, match=r"c\.png: its 8 bytes are no image"):
        dataset[2]
    with pytest.raises(OSError, match=r"c\.png: its 8 bytes") as error:
        list(data.DataLoader(dataset, 1, sampler=[2], num_workers=1))
    assert "sample 2" in error.value.__notes__[-1]
    with pytest.raises(ValueError, match="must have folders with images"):
        vision.ImageFolderDataset(folder)
    with pytest.raises(FileNotFoundError, match="`root` must be a folder"):
        vision.ImageFolderDataset(tmp_path / "none")


@pytest.mark.parametrize("library", ["opencv", "pillow"])
@pytest.mark.parametrize("flag", [0, 1])
def test_jpegs_are_decoded_at_the_smallest_scale_that_is_wanted(
    tmp_path, monkeypatch, library, flag
):
    monkeypatch.setattr(_decoding, "has_opencv", lambda: library == "opencv")
    folder = tmp_path / "kind"
    folder.mkdir()
    y, x = numpy.mgrid[0:90, 0:130]
    photo = Image.fromarray(numpy.stack([x, y * 2, x + y], -1).astype("uint8"))
    photo.save(folder / "a.jpg", quality=95)
    photo.save(folder / "b.png")
    for least, parts in ((91, 1), (90, 1), (46, 1), (45, 2), (23, 4), (12, 8), (2, 8)):
        dataset = vision.ImageFolderDataset(tmp_path, flag, min_size=least)
        with Image.open(folder / "a.jpg") as image:
            image.draft(None, (130 // parts, 90 // parts))
            wanted = numpy.asarray(image.convert("RGB" if flag else "L"))
        found = dataset[0][0]
        assert found.shape[:2] == (-(-90 // parts), -(-130 // parts))
        limit = 0 if flag else 1  # gray of colors is rounded by each library for itself
        assert abs(found.reshape(wanted.shape).astype(int) - wanted).max() <= limit
        assert dataset[1][0].shape == (90, 130, 3 if flag else 1)
    with pytest.raises(ValueError, match="`min_size` must be at least 1"):
        vision.ImageFolderDataset(tmp_path, min_size=0)


def test_sizes_of_jpegs_are_read_from_their_frame():
    for options in ({}, {"progressive": True}, {"exif": b"Exif\0\0" + bytes(300)}):
        file = io.BytesIO()
        Image.fromarray(IMAGE).save(file, "jpeg", **options)
        assert _decoding.jpeg_size(file.getvalue()) == IMAGE.shape[1::-1]
    filled = file.getvalue()[:2] + b"\xff\xff" + file.getvalue()[2:]
    assert _decoding.jpeg_size(filled) == IMAGE.shape[1::-1]
    for content in (b"", b"\xff\xd8", b"\xff\xd8\xff", file.getvalue()[:30], b"\x89PNG"):
        assert _decoding.jpeg_size(content) is None


def test_images_of_folders_are_upright(tmp_path):
    (tmp_path / "kind").mkdir()
    pixels = numpy.random.default_rng(0).integers(0, 256, (8, 16, 3)).astype("uint8")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.fromarray(pixels).save(tmp_path / "kind" / "a.jpg", exif=exif)
    assert vision.ImageFolderDataset(tmp_path)[0][0].shape == (16, 8, 3)


@pytest.mark.skipif(
    not os.path.isdir(vision.FashionMNIST.DEBIAN), reason="dataset-fashion-mnist is not installed"
)
def test_fashion_mnist_of_debian():
    clothes = vision.FashionMNIST(vision.FashionMNIST.DEBIAN, train=False)
    images, labels = clothes.arrays
    assert images.shape == (10000, 28, 28, 1)
    assert numpy.bincount(labels).tolist() == [1000] * len(clothes.NAMES)
    assert clothes.NAMES[clothes[0][1]] == "ankle boot"


# ---- transforms

IMAGE = numpy.random.default_rng(1).integers(0, 256, (9, 12, 3)).astype("uint8")


def resized_by_scipy(image, height, width):
    """Bilinear with centers of pixels at halves, for images that do not shrink."""
    y = (numpy.arange(height) + 0.5) * image.shape[0] / height - 0.5
    x = (numpy.arange(width) + 0.5) * image.shape[1] / width - 0.5
    places = numpy.meshgrid(y, x, indexing="ij")
    channels = [
        ndimage.map_coordinates(image[..., c].astype(float), places, order=1, mode="nearest")
        for c in range(image.shape[2])
    ]
    return numpy.stack(channels, -1)


@pytest.mark.parametrize(
    ("size", "options", "shape"),
    [
        (13, {}, (13, 13)),
        ((20, 9), {}, (9, 20)),
        (18, {"keep_ratio": True}, (18, 24)),
    ],
)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_resize_is_bilinear(size, options, shape, dtype):
    found = transforms.Resize(size, **options)(IMAGE.astype(dtype))
    wanted = resized_by_scipy(IMAGE, *shape)
    assert found.dtype == dtype
    # Integers are rounded behind each axis.
    numpy.testing.assert_allclose(found, wanted, atol=1.0 if dtype == "uint8" else 1e-4)


def test_resize_to_the_nearest_pixel():
    found = transforms.Resize((6, 3), interpolation=0)(IMAGE)
    numpy.testing.assert_array_equal(found, IMAGE[1::3, 1::2])


def test_to_tensor_normalize_and_cast():
    prepare = transforms.Compose(
        [
            transforms.ToTensor(),
            transforms.Normalize([0.1, 0.2, 0.3], 0.5),
            transforms.Cast("float64"),
        ]
    )
    wanted = (IMAGE.transpose(2, 0, 1) / 255 - numpy.array([[[0.1]], [[0.2]], [[0.3]]])) / 0.5
    for image in (IMAGE, np.array(IMAGE)):
        found = prepare(image)
        assert found.dtype == "float64"
        numpy.testing.assert_allclose(found, wanted, atol=1e-6)
    batch = prepare(numpy.stack([IMAGE, IMAGE]))
    numpy.testing.assert_allclose(batch[1], wanted, atol=1e-6)


def test_parts_of_images():
    numpy.testing.assert_array_equal(transforms.CenterCrop((4, 3))(IMAGE), IMAGE[3:6, 4:8])
    part = transforms.CropResize(2, 1, 5, 4)(IMAGE)
    numpy.testing.assert_array_equal(part, IMAGE[1:5, 2:7])
    scaled = transforms.CropResize(2, 1, 5, 4, size=(10, 8))(IMAGE.astype("float32"))
    numpy.testing.assert_allclose(scaled, resized_by_scipy(IMAGE[1:5, 2:7], 8, 10), atol=1e-4)
    assert transforms.CenterCrop(16)(IMAGE).shape == (16, 16, 3)


RANDOM = [
    transforms.RandomCrop(5),
    transforms.RandomCrop((12, 9), pad=3, pad_value=7),
    transforms.RandomResizedCrop(6),
    transforms.RandomFlipLeftRight(),
    transforms.RandomFlipTopBottom(),
    transforms.RandomApply(transforms.Resize(3)),
    transforms.RandomBrightness(0.5),
    transforms.RandomContrast(0.5),
    transforms.RandomSaturation(0.5),
]


@pytest.mark.parametrize("transform", RANDOM, ids=lambda t: type(t).__name__)
def test_random_transforms_follow_the_seed_and_can_be_sent(transform):
    def drawn(transform):
        weft.random.seed(3)
        return [transform(IMAGE).tolist() for _ in range(20)]

    first = drawn(transform)
    assert drawn(pickle.loads(pickle.dumps(transform))) == first
    assert any(image != first[0] for image in first)


def test_random_parts_are_parts_of_the_image():
    windows = numpy.lib.stride_tricks.sliding_window_view(IMAGE, (5, 5), (0, 1))
    every = {part.transpose(1, 2, 0).tobytes() for part in windows.reshape(-1, 3, 5, 5)}
    weft.random.seed(0)
    found = {transforms.RandomCrop(5)(IMAGE).tobytes() for _ in range(600)}
    assert found == every
    flips = {transforms.RandomFlipLeftRight()(IMAGE).tobytes() for _ in range(40)}
    assert flips == {IMAGE.tobytes(), IMAGE[:, ::-1].tobytes()}
    flips = {transforms.RandomFlipTopBottom(p)(IMAGE).tobytes() for p in (0, 1)}
    assert flips == {IMAGE.tobytes(), IMAGE[::-1].tobytes()}


def test_colors_are_blended_by_a_factor():
    """Each amount has a factor that explains every pixel."""
    image = IMAGE.astype("float64")
    gray = image @ [[0.299], [0.587], [0.114]]
    others = [numpy.zeros_like(image), numpy.full_like(image, gray.mean()), gray + 0 * image]
    for transform, other in zip(RANDOM[-3:], others, strict=True):
        found = transform(image)
        factor = ((found - other) * (image - other)).sum() / ((image - other) ** 2).sum()
        assert 0.5 <= factor <= 1.5
        numpy.testing.assert_allclose(found, image * factor + other * (1 - factor), atol=1e-3)
        bright = transforms.RandomBrightness(1)(numpy.full_like(IMAGE, 200))
        assert bright.dtype == "uint8"  # and no wrap round


def test_workers_transform_by_the_seed_whatever_their_number(tmp_path):
    write_mnist(tmp_path, images=pictures(10, 30))
    prepare = transforms.Compose(
        [transforms.RandomCrop(28), transforms.RandomFlipLeftRight(), transforms.ToTensor()]
    )
    dataset = vision.MNIST(tmp_path).transform_first(prepare)

    def epoch(workers):
        weft.random.seed(6)
        return [
            (x.tolist(), y.tolist())
            for x, y in data.DataLoader(dataset, 4, shuffle=True, num_workers=workers)
        ]

    assert epoch(1) == epoch(2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: transforms.ToTensor()(IMAGE / 2), TypeError, "ToTensor: .* uint8; got float64"),
        (lambda: transforms.ToTensor()(IMAGE[0]), ValueError, r"three axes.*shape \(12, 3\)"),
        (lambda: transforms.Normalize()(IMAGE), TypeError, "must be of floats.*got uint8"),
        (lambda: transforms.Normalize([1, 2])(IMAGE / 2), ValueError, "`mean` must have 1 value"),
        (lambda: transforms.Normalize(0, [1, 0, 1]), ValueError, "`std` must not be 0"),
        (lambda: transforms.Resize(0), ValueError, "`size` must be at least 1"),
        (lambda: transforms.Resize(3, interpolation=3), ValueError, "0 or 'nearest', 1 or 'bil"),
        (
            lambda: transforms.RandomCrop(3, interpolation="cubic"),
            ValueError,
            "RandomCrop: .*'cubic'",
        ),
        (
            lambda: transforms.CropResize(9, 0, 4, 4)(IMAGE),
            ValueError,
            "must lie in the image; .*9",
        ),
        (lambda: transforms.RandomCrop(3, pad=-1), ValueError, "`pad` must be at least 0"),
        (lambda: transforms.RandomFlipLeftRight(2), ValueError, r"`p` must be in \[0, 1\]; got 2"),
        (lambda: transforms.RandomContrast(-1), ValueError, r"must be in \[0, 1\]; got -1"),
        (lambda: transforms.RandomResizedCrop(3, scale=(2, 1)), ValueError, "`scale` must be two"),
    ],
)
def test_what_transforms_cannot_do_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
