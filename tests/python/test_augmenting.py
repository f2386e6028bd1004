"""Transforms that hide, bend and mix images, and data sets of published files, against NumPy, SciPy
and Pillow."""

import io
import json

import numpy
import pytest
import scipy.io
from PIL import Image, ImageOps
from scipy import ndimage
from weft import np
from weft.gluon import data
from weft.gluon.data import vision
from weft.gluon.data.vision import _augmenting, transforms

RNG = numpy.random.default_rng(5)
PICTURE = RNG.integers(0, 256, (20, 24, 3)).astype("uint8")


def test_a_rectangle_is_erased():
    np.random.seed(1)
    erase = transforms.RandomErasing(1.0, (0.1, 0.2), (0.5, 2.0), 7)
    for _ in range(20):
        changed = (erase(PICTURE) != PICTURE).any(axis=2)
        rows, columns = numpy.flatnonzero(changed.any(1)), numpy.flatnonzero(changed.any(0))
        box = erase(PICTURE)
        assert box.shape == PICTURE.shape
        area = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
        assert 0.05 < area / (20 * 24) < 0.25
    floats = PICTURE.transpose(2, 0, 1).astype("float32") / 255
    found = transforms.RandomErasing(1.0, value=None, channels_first=True)(floats)
    assert found.shape == floats.shape and found.min() >= 0 and found.max() <= 1
    assert (transforms.RandomErasing(0.0)(PICTURE) == PICTURE).all()


@pytest.mark.parametrize("sigma", [0.5, 1.7])
def test_blur_is_that_of_scipy(sigma):
    found = transforms.GaussianBlur((sigma, sigma))(PICTURE.astype("float32"))
    reach = max(int(3 * sigma + 0.5), 1)
    expected = ndimage.gaussian_filter(
        PICTURE.astype("float64"), (sigma, sigma, 0), truncate=reach / sigma, mode="mirror"
    )
    numpy.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("degrees", [0.0, 30.0, -75.0])
def test_turns_moves_and_scales_are_those_of_scipy(degrees):
    matrix = _augmenting.affine((24, 20), degrees, [2.5, -1.0], 1.3, 10.0)
    found = _augmenting.warped(PICTURE.astype("float64"), matrix, fill=9.0)
    # SciPy's places are (row, column).
    swap = numpy.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    turned = swap @ matrix @ swap
    expected = numpy.stack([
        ndimage.affine_transform(PICTURE[..., c].astype("float64"), turned, order=1,
                                 mode="grid-constant", cval=9.0)
        for c in range(3)
    ], axis=-1)  # fmt: skip
    numpy.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


def test_a_quarter_turn_goes_counterclockwise():
    square = PICTURE[:20, :20]
    matrix = _augmenting.affine((20, 20), 90.0, [0, 0], 1.0, 0.0)
    numpy.testing.assert_array_equal(_augmenting.warped(square, matrix), numpy.rot90(square))


def test_perspective_takes_corners_to_corners():
    corners = [(0, 0), (23, 0), (23, 19), (0, 19)]
    moved = [(2, 1), (20, 3), (22, 18), (1, 15)]
    matrix = _augmenting._perspective(moved, corners)
    for (x, y), (u, v) in zip(moved, corners, strict=True):
        place = matrix @ [x, y, 1]
        numpy.testing.assert_allclose(place[:2] / place[2], (u, v), atol=1e-9)
    np.random.seed(2)
    found = transforms.RandomPerspective(0.5, p=1.0)(PICTURE)
    assert found.shape == PICTURE.shape and (found != PICTURE).any()


CHANGES = dict(zip(
    ("identity", "rotate", "x", "y", "shear x", "shear y", "brightness", "contrast", "saturation",
     "sharpness", "posterize", "solarize", "contrast of its own", "equalize"),
    _augmenting._CHANGES, strict=True,
))  # fmt: skip
PILLOW = {
    "posterize": lambda image: ImageOps.posterize(image, 6),
    "solarize": lambda image: ImageOps.solarize(image, 128),
    "equalize": ImageOps.equalize,
    "contrast of its own": ImageOps.autocontrast,
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_keeps_shape_and_dtype_and_is_none_without_strength(name):
    np.random.seed(4)
    found = CHANGES[name](PICTURE, 0.5, 0.0)
    assert found.shape == PICTURE.shape and found.dtype == PICTURE.dtype
    if name not in ("contrast of its own", "equalize"):
        numpy.testing.assert_array_equal(CHANGES[name](PICTURE, 0.0, 0.0), PICTURE)
    if name in PILLOW:
        expected = numpy.array(PILLOW[name](Image.fromarray(PICTURE)))
        assert numpy.abs(found.astype(int) - expected).max() <= 1


def test_some_changes_are_drawn_by_the_seed():
    draw = transforms.RandAugment(3, 9)
    np.random.seed(6)
    first = [draw(PICTURE) for _ in range(5)]
    np.random.seed(6)
    for found in first:
        numpy.testing.assert_array_equal(draw(PICTURE), found)
    with pytest.raises(ValueError, match=r"must be uint8 \(H, W, 3\)"):
        draw(PICTURE.astype("float32"))


SAMPLES = [(RNG.normal(size=(3, 8, 8)).astype("float32"), i % 4) for i in range(6)]


@pytest.mark.parametrize("kind", [vision.MixUp, vision.CutMix])
def test_mixed_batches_have_shares_of_their_classes(kind):
    np.random.seed(7)
    mix = kind(4, alpha=1.0)
    images, shares = mix(SAMPLES)
    assert images.shape == (6, 3, 8, 8)
    numpy.testing.assert_allclose(shares.asnumpy().sum(axis=1), 1, rtol=1e-6)
    stacked = numpy.stack([s for s, _ in SAMPLES])
    for row, (share, (image, label)) in enumerate(zip(shares.asnumpy(), SAMPLES, strict=True)):
        others = [i for i in range(6) if share[SAMPLES[i][1]] > 0]
        if share[label] == 1:
            continue  # mixed with one of its own class, by a share that is not told
        if kind is vision.MixUp:
            candidates = [share[label] * image + (1 - share[label]) * stacked[i] for i in others]
            gaps = [abs(images.asnumpy()[row] - c).max() for c in (*candidates, image)]
            assert min(gaps) < 1e-5
        else:
            same = (images.asnumpy()[row] == image).all(axis=0).mean()
            assert same >= share[label] - 1e-6
    plain = kind(4, p=0.0)(SAMPLES)
    assert plain[1].tolist() == numpy.eye(4)[[label for _, label in SAMPLES]].tolist()


def test_a_loader_mixes_alike_with_and_without_workers():
    found = []
    for workers in (0, 2):
        np.random.seed(8)
        loader = data.DataLoader(SAMPLES, 3, batchify_fn=vision.MixUp(4), num_workers=workers)
        found.append([images.tolist() for images, _ in loader])
    assert found[0] == found[1]


# ---- published files


def test_cifar_is_read_from_the_binary_version(tmp_path):
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    pictures = RNG.integers(0, 256, (10, 32, 32, 3)).astype("uint8")
    labels = RNG.integers(0, 10, 10).astype("uint8")
    rows = numpy.concatenate([labels[:, None], pictures.transpose(0, 3, 1, 2).reshape(10, -1)], 1)
    for number in range(5):
        (folder / f"data_batch_{number + 1}.bin").write_bytes(
            rows[2 * number : 2 * number + 2].tobytes()
        )
    found = vision.CIFAR10(tmp_path)
    assert len(found) == 10
    numpy.testing.assert_array_equal(found[3][0], pictures[3])
    assert [label for _, label in found] == labels.tolist()
    with pytest.raises(FileNotFoundError, match=r"test_batch\.bin.*binary version"):
        vision.CIFAR10(tmp_path, train=False)
    (folder / "test_batch.bin").write_bytes(rows.tobytes()[:-1])
    with pytest.raises(OSError, match="multiple of 3073"):
        vision.CIFAR10(tmp_path, train=False)
    rows[4, 0] = 11
    (folder / "test_batch.bin").write_bytes(rows.tobytes())
    with pytest.raises(OSError, match="image 4 has the label 11"):
        vision.CIFAR10(tmp_path, train=False)


def test_cifar_100_has_two_labels(tmp_path):
    rows = RNG.integers(0, 20, (4, 2 + 3072)).astype("uint8")
    (tmp_path / "train.bin").write_bytes(rows.tobytes())
    assert [label for _, label in vision.CIFAR100(tmp_path)] == rows[:, 1].tolist()
    assert [label for _, label in vision.CIFAR100(tmp_path, fine=False)] == rows[:, 0].tolist()


def test_svhn_is_read_from_its_matrices(tmp_path):
    pictures = RNG.integers(0, 256, (32, 32, 3, 5)).astype("uint8")
    scipy.io.savemat(
        tmp_path / "test_32x32.mat", {"X": pictures, "y": numpy.array([[1, 10, 3, 9, 10]]).T}
    )
    found = vision.SVHN(tmp_path, "test")
    numpy.testing.assert_array_equal(found[2][0], pictures[..., 2])
    assert [label for _, label in found] == [1, 0, 3, 9, 0]
    (tmp_path / "train_32x32.mat").write_bytes(b"no matrix" * 30)
    with pytest.raises(OSError, match=r"train_32x32\.mat is damaged"):
        vision.SVHN(tmp_path)


def jpeg(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "jpeg", quality=95)
    return file.getvalue()


CORNERS = "<xmin>2</xmin><ymin>3</ymin><xmax>9</xmax><ymax>8</ymax>"
BOX = f"<object><name>{{}}</name><difficult>{{}}</difficult><bndbox>{CORNERS}</bndbox></object>"


def test_voc_gives_boxes_and_masks(tmp_path):
    for name in (
        "JPEGImages",
        "Annotations",
        "SegmentationClass",
        "ImageSets/Main",
        "ImageSets/Segmentation",
    ):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "JPEGImages/a.jpg").write_bytes(jpeg(PICTURE))
    (tmp_path / "Annotations/a.xml").write_text(
        f"<annotation>{BOX.format('dog', 0)}{BOX.format('cat', 1)}</annotation>"
    )
    for kind in ("Main", "Segmentation"):
        (tmp_path / f"ImageSets/{kind}/val.txt").write_text("a\n")
    mask = RNG.integers(0, 21, (20, 24)).astype("uint8")
    palette = Image.fromarray(mask, "P")
    palette.putpalette([i for i in range(256) for _ in range(3)])
    palette.save(tmp_path / "SegmentationClass/a.png")
    ((image, boxes),) = vision.VOCDetection(tmp_path, "val")
    assert image.shape == (20, 24, 3) and boxes.tolist() == [[11.0, 1.0, 2.0, 8.0, 7.0]]
    assert len(vision.VOCDetection(tmp_path, "val", difficult=True)[0][1]) == 2
    numpy.testing.assert_array_equal(vision.VOCSegmentation(tmp_path, "val")[0][1], mask)
    (tmp_path / "Annotations/a.xml").write_text(
        f"<annotation>{BOX.format('dragon', 0)}</annotation>"
    )
    with pytest.raises(OSError, match="no class named 'dragon'"):
        vision.VOCDetection(tmp_path, "val")[0]
    with pytest.raises(FileNotFoundError, match=r"test\.txt"):
        vision.VOCDetection(tmp_path, "test")


def test_coco_gives_boxes_by_image(tmp_path):
    (tmp_path / "1.jpg").write_bytes(jpeg(PICTURE))
    content = {
        "images": [
            {"id": 7, "file_name": "1.jpg"},
            {"id": 8, "file_name": "../2.jpg"},
            {"id": 9, "file_name": "3.jpg"},
        ],
        "categories": [{"id": 5, "name": "dog"}, {"id": 2, "name": "cat"}],
        "annotations": [
            {"image_id": 7, "category_id": 5, "bbox": [1, 2, 3, 4]},
            {"image_id": 7, "category_id": 2, "bbox": [0, 0, 2, 2], "iscrowd": 1},
            {"image_id": 8, "category_id": 2, "bbox": [0, 0, 2, 2]},
        ],
    }
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps(content))
    found = vision.COCODetection(tmp_path, path)
    assert found.names == ["cat", "dog"] and len(found) == 2
    assert found[0][1].tolist() == [[1.0, 1.0, 2.0, 4.0, 6.0]]
    assert len(vision.COCODetection(tmp_path, path, crowd=True, skip_empty=False)) == 3
    with pytest.raises(ValueError, match="must be in the folder"):
        found[1]
    path.write_text(json.dumps({"images": []}))
    with pytest.raises(OSError, match=r"boxes\.json is damaged"):
        vision.COCODetection(tmp_path, path)
