"""`mx.image` beside NumPy, OpenCV and Pillow."""

import io
import json
import random

import numpy
import pytest
import weft.mxnet as mx
from weft import np

cv2 = pytest.importorskip("cv2", reason="not run: OpenCV is not installed")

from pictures import picture, records  # noqa: E402
from PIL import Image  # noqa: E402


def jpeg(image):
    content = io.BytesIO()
    Image.fromarray(image).save(content, "jpeg", quality=90)
    return content.getvalue()


@pytest.mark.parametrize("decoder", ["opencv", "pillow"])
def test_images_are_read_as_pillow_reads_them(decoder, tmp_path, monkeypatch):
    from weft.gluon.data.vision import _decoding

    monkeypatch.setattr(_decoding, "has_opencv", lambda: decoder == "opencv")
    content = jpeg(picture(0))
    wanted = numpy.asarray(Image.open(io.BytesIO(content)))
    (tmp_path / "a.jpg").write_bytes(content)
    for found in (mx.image.imread(tmp_path / "a.jpg"), mx.image.imdecode(content)):
        assert isinstance(found, np.ndarray) and found.dtype == "uint8"
        numpy.testing.assert_array_equal(found.asnumpy(), wanted)
    array = numpy.frombuffer(content, "uint8")
    backwards = mx.image.imdecode(np.array(array), to_rgb=False).asnumpy()
    numpy.testing.assert_array_equal(backwards, wanted[..., ::-1])
    assert mx.image.imread(tmp_path / "a.jpg", flag=0).shape == (20, 30, 1)
    (tmp_path / "b.jpg").write_bytes(content[:300])
    with pytest.raises(OSError, match=r"imread: .*b\.jpg: its "):
        mx.image.imread(tmp_path / "b.jpg")
    with pytest.raises(OSError, match="imdecode: `buf`: an image is wanted, and there are no"):
        mx.image.imdecode(b"")
    with pytest.raises(FileNotFoundError, match=r"imread: there is no file .*none\.jpg"):
        mx.image.imread(tmp_path / "none.jpg")
    with pytest.raises(ValueError, match="imread: `flag` must be 0"):
        mx.image.imread(tmp_path / "a.jpg", flag=2)


def test_a_picture_is_turned_as_its_camera_was_held(monkeypatch):
    from weft.gluon.data.vision import _decoding

    image, content = Image.fromarray(picture(0)), io.BytesIO()
    exif = image.getexif()
    exif[0x0112] = 6  # a quarter to the right
    image.save(content, "jpeg", exif=exif)
    for has in (True, False):
        monkeypatch.setattr(_decoding, "has_opencv", lambda has=has: has)
        assert mx.image.imdecode(content.getvalue()).shape == (30, 20, 3)


@pytest.mark.parametrize("method", [0, 1, 2, 3, 4])
def test_images_are_scaled_as_opencv_scales_them(method):
    image = picture(1)
    found = mx.image.imresize(np.array(image), 12, 9, method)
    wanted = cv2.resize(image, (12, 9), interpolation=method)
    numpy.testing.assert_array_equal(found.asnumpy(), wanted)
    short = mx.image.resize_short(image, 10, method).asnumpy()
    numpy.testing.assert_array_equal(short, cv2.resize(image, (15, 10), interpolation=method))
    gray = mx.image.imresize(image[..., :1], 12, 9, method)
    assert gray.shape == (9, 12, 1)


def test_the_method_follows_the_sizes():
    image = picture(1)
    for size, method in (((60, 40), 2), ((15, 10), 3), ((15, 40), 1)):
        wanted = cv2.resize(image, size, interpolation=method)
        numpy.testing.assert_array_equal(mx.image.imresize(image, *size, 9).asnumpy(), wanted)
    with pytest.raises(ValueError, match="imresize: the interpolation must be 0 to 4"):
        mx.image.imresize(image, 5, 5, 8)
    with pytest.raises(ValueError, match="imresize: sizes must be at least 1"):
        mx.image.imresize(image, 0, 5)
    with pytest.raises(ValueError, match=r"`src` must be an image \(H, W, C\)"):
        mx.image.imresize(image[0], 5, 5)


def test_what_scales_says_what_to_install(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(ImportError, match=r"imresize: it needs OpenCV: pip install 'opencv"):
        mx.image.imresize(picture(0), 5, 5)


def test_crops():
    image = picture(2)
    fixed = mx.image.fixed_crop(image, 3, 4, 10, 8)
    numpy.testing.assert_array_equal(fixed.asnumpy(), image[4:12, 3:13])
    scaled = mx.image.fixed_crop(image, 3, 4, 10, 8, (5, 4), 1).asnumpy()
    numpy.testing.assert_array_equal(scaled, cv2.resize(image[4:12, 3:13], (5, 4)))
    center, place = mx.image.center_crop(image, (10, 8))
    assert place == (10, 6, 10, 8)
    numpy.testing.assert_array_equal(center.asnumpy(), image[6:14, 10:20])
    for _ in range(20):
        part, (x, y, w, h) = mx.image.random_crop(image, (10, 8))
        numpy.testing.assert_array_equal(part.asnumpy(), image[y : y + h, x : x + w])
        sized, (x, y, w, h) = mx.image.random_size_crop(image, (6, 6), (0.2, 0.5), (0.8, 1.2), 1)
        assert sized.shape == (6, 6, 3) and 0.15 < w * h / 600 < 0.56 and 0.7 < w / h < 1.35
        wanted = cv2.resize(image[y : y + h, x : x + w], (6, 6))
        numpy.testing.assert_array_equal(sized.asnumpy(), wanted)
    larger, place = mx.image.center_crop(image, (60, 60))
    assert larger.shape == (60, 60, 3) and place == (5, 0, 20, 20)
    assert mx.image.scale_down((30, 20), (60, 60)) == (20, 20)
    with pytest.raises(ValueError, match="fixed_crop: the part must lie in the image"):
        mx.image.fixed_crop(image, 25, 0, 10, 8)


def test_colors_are_normalized():
    image = picture(2)
    mean, std = numpy.array([1.0, 2, 3]), numpy.array([2.0, 4, 8])
    found = mx.image.color_normalize(np.array(image), mean, np.array(std)).asnumpy()
    numpy.testing.assert_allclose(found, (image - mean) / std, rtol=1e-6)
    assert found.dtype == "float32"


def test_rotations_of_batches():
    batch = numpy.random.default_rng(0).random((2, 3, 9, 8)).astype("float32")
    found = mx.image.imrotate(batch, np.array([30.0, -10.0])).asnumpy()
    for image, angle, each in zip(batch, (30, -10), found, strict=True):
        numpy.testing.assert_array_equal(mx.image.imrotate(image, angle).asnumpy(), each)
    random.seed(3)
    one = mx.image.random_rotate(batch[0], (5, 6)).asnumpy()
    random.seed(3)
    wanted = mx.image.imrotate(batch[0], random.uniform(5, 6)).asnumpy()
    numpy.testing.assert_array_equal(one, wanted)
    assert mx.image.random_rotate(batch, (5, 6)).shape == batch.shape
    with pytest.raises(ValueError, match="one angle or one for each image"):
        mx.image.imrotate(batch, [1, 2, 3])
    with pytest.raises(TypeError, match="imrotate: the image must be of floats"):
        mx.image.imrotate(picture(0).transpose(2, 0, 1), 1)


# ---- augmenters

KINDS = [
    mx.image.ResizeAug(12),
    mx.image.ForceResizeAug((9, 8)),
    mx.image.RandomCropAug((9, 8)),
    mx.image.RandomSizedCropAug((9, 8), 0.3, (0.8, 1.2)),
    mx.image.CenterCropAug((9, 8)),
    mx.image.HorizontalFlipAug(1.0),
    mx.image.CastAug(),
    mx.image.BrightnessJitterAug(0.5),
    mx.image.ContrastJitterAug(0.5),
    mx.image.SaturationJitterAug(0.5),
    mx.image.HueJitterAug(0.3),
    mx.image.ColorJitterAug(0.3, 0.3, 0.3),
    mx.image.LightingAug(0.5, [55.46, 4.794, 1.148], numpy.eye(3)),
    mx.image.ColorNormalizeAug([1, 2, 3], [4, 5, 6]),
    mx.image.RandomGrayAug(1.0),
    mx.image.SequentialAug([mx.image.CastAug(), mx.image.HorizontalFlipAug(1.0)]),
    mx.image.RandomOrderAug([mx.image.CastAug(), mx.image.HorizontalFlipAug(1.0)]),
]


@pytest.mark.parametrize("augmenter", KINDS, ids=lambda each: type(each).__name__)
def test_augmenters_follow_the_seed_and_say_what_they_are(augmenter):
    image = np.array(picture(3))
    found = []
    for seed in (1, 1):
        random.seed(seed)
        numpy.random.seed(seed)
        found.append(augmenter(image))
    assert isinstance(found[0], np.ndarray) and found[0].ndim == 3
    numpy.testing.assert_array_equal(found[0].asnumpy(), found[1].asnumpy())
    told = augmenter.dumps()
    name = (json.loads(told) if isinstance(told, str) else told)[0]
    assert name == type(augmenter).__name__.lower()


def test_augmenters_of_colors():
    image = picture(3).astype("float32")
    random.seed(1)
    factor = 1 + random.uniform(-0.5, 0.5)
    weights = numpy.array([0.299, 0.587, 0.114])
    gray = (image @ weights)[..., None]
    for kind, other in (
        (mx.image.BrightnessJitterAug, 0),
        (mx.image.ContrastJitterAug, gray.mean()),
        (mx.image.SaturationJitterAug, gray),
    ):
        random.seed(1)
        wanted = image * factor + other * (1 - factor)
        numpy.testing.assert_allclose(kind(0.5)(image).asnumpy(), wanted, rtol=1e-4, atol=1e-3)
    faded = mx.image.RandomGrayAug(1)(image).asnumpy()
    numpy.testing.assert_allclose(faded[..., 1], image @ [0.21, 0.72, 0.07], rtol=1e-5)
    same = mx.image.HueJitterAug(0)(image).asnumpy()
    numpy.testing.assert_allclose(same, image, atol=1)


def test_the_usual_augmenters():
    names = [
        type(each).__name__
        for each in mx.image.CreateAugmenter(
            (3, 8, 9), 12, True, True, True, True, True, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1
        )
    ]
    assert names == [
        "ResizeAug", "RandomSizedCropAug", "HorizontalFlipAug", "CastAug", "ColorJitterAug",
        "HueJitterAug", "LightingAug", "RandomGrayAug", "ColorNormalizeAug",
    ]  # fmt: skip
    result = np.array(picture(1))
    for each in mx.image.CreateAugmenter((3, 8, 9), resize=12, mean=True, std=True):
        result = each(result)
    assert result.shape == (8, 9, 3) and result.dtype == "float32"
    with pytest.raises(ValueError, match="`rand_resize` needs `rand_crop=True`"):
        mx.image.CreateAugmenter((3, 8, 8), rand_resize=True)


# ---- iterators


def saved(folder, count=7):
    for number in range(count):
        Image.fromarray(picture(number)).save(folder / f"{number}.png")
    lines = "".join(f"{i}\t{i * 10}\t{i}.png\n" for i in range(count))
    (folder / "a.lst").write_text(lines)


def sources(folder):
    saved(folder)
    path = records(folder, map(picture, range(7)), [10.0 * i for i in range(7)])
    return [
        {"path_imgrec": path},
        {"path_imgrec": path, "path_imgidx": path.with_suffix(".idx")},
        {"path_imglist": folder / "a.lst", "path_root": folder},
        {"imglist": [[10.0 * i, f"{i}.png"] for i in range(7)], "path_root": folder},
    ]


@pytest.mark.parametrize("number", range(4))
def test_batches_of_images(number, tmp_path):
    iterator = mx.image.ImageIter(3, (3, 16, 24), **sources(tmp_path)[number])
    assert iterator.provide_data == [mx.io.DataDesc("data", (3, 3, 16, 24))]
    assert iterator.num_image == 7
    wanted = numpy.stack([picture(i)[2:18, 3:27].transpose(2, 0, 1) for i in range(7)])
    for _ in range(2):
        batches = list(iterator)
        assert [batch.pad for batch in batches] == [0, 0, 2]
        data = numpy.concatenate([batch.data[0].asnumpy() for batch in batches])
        labels = numpy.concatenate([batch.label[0].asnumpy() for batch in batches])
        numpy.testing.assert_array_equal(data, numpy.concatenate([wanted, wanted[:2]]))
        numpy.testing.assert_array_equal(labels, [0, 10, 20, 30, 40, 50, 60, 0, 10])
        iterator.reset()


@pytest.mark.parametrize("handle", ["discard", "roll_over"])
def test_the_last_batch_of_images(handle, tmp_path):
    source = sources(tmp_path)[0]
    iterator = mx.image.ImageIter(3, (3, 8, 8), last_batch_handle=handle, **source)
    epochs = []
    for _ in range(3):
        epochs.append([batch.label[0].asnumpy().tolist() for batch in iterator])
        iterator.reset()
    plain = [[0, 10, 20], [30, 40, 50]]
    rolled = [plain, [[60, 0, 10], [20, 30, 40]], [[50, 60, 0], [10, 20, 30], [40, 50, 60]]]
    assert epochs == (rolled if handle == "roll_over" else [plain] * 3)


def test_steps_of_an_iterator_can_be_written_anew(tmp_path):
    class Doubled(mx.image.ImageIter):
        def augmentation_transform(self, data):
            assert isinstance(data, np.ndarray)
            return super().augmentation_transform(data) * 2

    random.seed(0)
    source = sources(tmp_path)[0]
    batch = Doubled(2, (3, 8, 8), shuffle=True, aug_list=KINDS[4:5], **source)
    batch = Doubled(7, (3, 8, 9), shuffle=True, aug_list=[mx.image.CenterCropAug((9, 8))], **source)
    labels = batch.next().label[0].asnumpy()
    assert sorted(labels) == [0, 10, 20, 30, 40, 50, 60] and (numpy.diff(labels) < 0).any()


def test_bad_images_and_arguments_of_iterators_are_told(tmp_path):
    saved(tmp_path, 2)
    (tmp_path / "1.png").write_bytes(b"no image")
    source = {"path_imglist": tmp_path / "a.lst", "path_root": tmp_path}
    with pytest.raises(OSError, match=r"ImageIter: 1\.png: .*8 bytes are no image"):
        list(mx.image.ImageIter(1, (3, 8, 8), **source))
    for options, complaint in (
        ({"data_shape": (8, 8)}, "`data_shape` must be"),
        ({"path_imglist": None}, "give `path_imgrec`, `path_imglist` or `imglist`"),
        ({"aug_list": [], "resize": 3}, "resize are for `CreateAugmenter`"),
        ({"last_batch_handle": "keep"}, "must be one of pad, discard"),
        ({"imglist": [5], "path_imglist": None}, "entry 0 of `imglist`"),
    ):
        given = {"batch_size": 1, "data_shape": (3, 8, 8), **source, **options}
        with pytest.raises((ValueError, TypeError), match=complaint):
            mx.image.ImageIter(**given)


# ---- boxes

BOXES = numpy.array([[0, 0.1, 0.2, 0.5, 0.6], [1, 0.4, 0.4, 0.9, 0.8]], "float32")


def painted(seed):
    """A picture that is white in its box, and the box."""
    draw = numpy.random.default_rng(seed)
    image = numpy.zeros((60, 80, 3), "uint8")
    x, y, w, h = (int(v) for v in draw.integers([5, 5, 15, 15], [40, 25, 30, 30]))
    image[y : y + h, x : x + w] = 255
    return image, numpy.array([[1, x / 80, y / 60, (x + w) / 80, (y + h) / 60]], "float32")


@pytest.mark.parametrize(
    "augmenter",
    [
        mx.image.DetHorizontalFlipAug(1.0),
        mx.image.DetRandomCropAug(0.9, min_eject_coverage=0.9),
        mx.image.DetRandomPadAug(pad_val=0),
        mx.image.CreateMultiRandCropAugmenter([0.5, 0.9], area_range=[(0.3, 0.9), (0.5, 1.0)]),
        mx.image.DetBorrowAug(mx.image.ForceResizeAug((40, 30))),
        mx.image.DetRandomSelectAug([mx.image.DetHorizontalFlipAug(1.0)], 0.5),
    ],
    ids=lambda each: type(each).__name__,
)
def test_boxes_stay_around_what_they_mark(augmenter):
    random.seed(2)
    changed = 0
    for seed in range(10):
        image, label = painted(seed)
        found, boxes = augmenter(np.array(image), label)
        found = found.asnumpy()
        rows, columns = numpy.nonzero(found[..., 0] > 127)
        wanted = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        tall, wide = found.shape[:2]
        numpy.testing.assert_allclose(boxes[0, 1:] * [wide, tall, wide, tall], wanted, atol=1.01)
        changed += found.shape != image.shape or (found != image).any()
    assert changed > 2
    assert augmenter.dumps()


def test_batches_of_images_with_boxes(tmp_path):
    labels = [[4, 5, 20, 30, *BOXES[: 1 + i % 2].ravel()] for i in range(5)]
    path = records(tmp_path, map(picture, range(5)), labels)
    iterator = mx.image.ImageDetIter(2, (3, 10, 12), path_imgrec=path)
    assert iterator.label_shape == (2, 5)
    assert iterator.provide_label == [mx.io.DataDesc("label", (2, 2, 5))]
    batches = list(iterator)
    assert [batch.pad for batch in batches] == [0, 0, 1]
    found = batches[0].label[0].asnumpy()
    numpy.testing.assert_allclose(found[1], BOXES)
    assert (found[0, 1] == -1).all()
    scaled = cv2.resize(picture(0), (12, 10), interpolation=cv2.INTER_CUBIC)
    numpy.testing.assert_allclose(batches[0].data[0].asnumpy()[0], scaled.transpose(2, 0, 1))
    other = mx.image.ImageDetIter(2, (3, 10, 12), path_imgrec=path)
    other.reshape((3, 8, 8), (4, 5))
    iterator.sync_label_shape(other)
    assert iterator.label_shape == other.label_shape == (4, 5)
    assert other.next().data[0].shape == (2, 3, 8, 8)
    with pytest.raises(ValueError, match=r"`label_shape` must be .* at least \(4, 5\)"):
        iterator.reshape(None, (3, 5))
    bad = records(tmp_path, map(picture, range(1)), [[2, 5, 0, 0.5, 0.5, 0.5, 0.6]], "bad")
    with pytest.raises(OSError, match="record 0: none of its 1 boxes has an area"):
        mx.image.ImageDetIter(1, (3, 8, 8), path_imgrec=bad)


def test_the_usual_augmenters_of_boxes(tmp_path):
    augmenters = mx.image.CreateDetAugmenter(
        (3, 10, 12), 15, 1, 1, 0.1, True, True, True, 0.1, 0.1, 0.1, 0.1, 0.1
    )
    random.seed(1)
    for seed in range(5):
        image, label = painted(seed)
        image = np.array(image)
        for each in augmenters:
            image, label = each(image, label)
        assert image.shape == (10, 12, 3) and image.dtype == "float32" and label.shape[1] == 5
    with pytest.raises(ValueError, match="lists must have the same length"):
        mx.image.CreateMultiRandCropAugmenter([0.1, 0.2], max_attempts=[1, 2, 3])
    with pytest.raises(ValueError, match="`area_range` must be two growing numbers"):
        mx.image.DetRandomPadAug(area_range=(3, 1))
    with pytest.raises(TypeError, match="must be an Augmenter"):
        mx.image.DetBorrowAug(3)
