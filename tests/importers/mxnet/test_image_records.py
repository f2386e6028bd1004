"""`ImageRecordIter` and its kin beside loops of NumPy and OpenCV over pictures made here."""

import os
import threading

import numpy
import pytest
import weft.mxnet as mx

cv2 = pytest.importorskip("cv2", reason="not run: OpenCV is not installed")

from pictures import picture, records  # noqa: E402

SHAPE = (3, 16, 24)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    pictures = [picture(seed) for seed in range(10)]
    return records(tmp_path_factory.mktemp("records"), pictures)


def arrays(iterator):
    return [(batch.data[0].asnumpy(), batch.label[0].asnumpy(), batch.pad) for batch in iterator]


def centers(seeds):
    return numpy.stack([picture(seed)[2:18, 3:27].transpose(2, 0, 1) for seed in seeds])


@pytest.mark.parametrize("with_index", [True, False])
def test_pictures_are_cut_in_the_middle_in_order(path, with_index):
    index = path.with_suffix(".idx") if with_index else None
    iterator = mx.io.ImageRecordIter(path, SHAPE, 4, path_imgidx=index)
    assert iterator.provide_data == [mx.io.DataDesc("data", (4, *SHAPE))]
    assert iterator.provide_label == [mx.io.DataDesc("softmax_label", (4,))]
    order = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4]
    found = arrays(iterator)
    for number, (data, label, pad) in enumerate(found):
        wanted = order[4 * number : 4 * number + 4]
        numpy.testing.assert_array_equal(data, centers(wanted))
        numpy.testing.assert_array_equal(label, wanted)
        assert pad == (2 if number == 2 else 0)
    iterator.reset()  # the last batch has taken two samples of this epoch
    numpy.testing.assert_array_equal(arrays(iterator)[0][1], order[2:6])


def test_a_last_batch_that_is_not_filled_ends_with_zeros(path):
    last = arrays(mx.io.ImageRecordIter(path, SHAPE, 4, round_batch=False))[-1]
    assert last[2] == 2
    numpy.testing.assert_array_equal(last[0][:2], centers([8, 9]))
    assert not last[0][2:].any() and not last[1][2:].any()


def test_means_and_scales(path):
    options = {"mean_r": 120, "mean_g": 110, "mean_b": 100, "std_r": 2, "std_b": 4, "scale": 0.5}
    found = mx.io.ImageRecordIter(path, SHAPE, 2, **options).next().data[0].asnumpy()
    mean, std = (numpy.reshape(v, (3, 1, 1)) for v in ([120, 110, 100], [2, 1, 4]))
    numpy.testing.assert_allclose(found, (centers([0, 1]) - mean) / std * 0.5, rtol=1e-6)


@pytest.mark.parametrize("kind", ["float16", "float64", "uint8"])
def test_dtypes(path, kind):
    batch = mx.io.ImageRecordIter(path, SHAPE, 2, dtype=kind).next()
    assert batch.data[0].dtype == kind
    numpy.testing.assert_array_equal(batch.data[0].asnumpy(), centers([0, 1]).astype(kind))


def test_integers(path):
    found = mx.io.ImageRecordUInt8Iter(path, SHAPE, 2).next().data[0]
    assert found.dtype == "uint8"
    numpy.testing.assert_array_equal(found.asnumpy(), centers([0, 1]))
    shifted = mx.io.ImageRecordInt8Iter(path, SHAPE, 2, mean_r=128, mean_g=128, mean_b=128).next()
    wanted = centers([0, 1]).astype(int) - 128
    numpy.testing.assert_array_equal(shifted.data[0].asnumpy(), wanted)
    with pytest.raises(ValueError, match="uint8 pictures have no means and scales"):
        mx.io.ImageRecordUInt8Iter(path, SHAPE, 2, mean_r=1)


RANDOM = {
    "shuffle": True,
    "rand_crop": True,
    "rand_mirror": True,
    "max_rotate_angle": 10,
    "max_random_scale": 1.3,
    "min_random_scale": 1.1,
    "brightness": 0.2,
    "contrast": 0.2,
    "saturation": 0.2,
    "pca_noise": 0.1,
    "random_h": 10,
    "max_random_contrast": 0.1,
    "max_random_illumination": 5,
    "pad": 2,
    "inter_method": 10,
}


def test_batches_do_not_depend_on_threads(path):
    epochs = []
    for threads, ahead in ((1, 1), (2, 3), (7, 2)):
        iterator = mx.io.ImageRecordIter(
            path, SHAPE, 4, seed=3, preprocess_threads=threads, prefetch_buffer=ahead, **RANDOM
        )
        first = arrays(iterator)
        iterator.reset()
        epochs.append(first + arrays(iterator))
    for found in epochs[1:]:
        for mine, theirs in zip(epochs[0], found, strict=True):
            for a, b in zip(mine, theirs, strict=True):
                numpy.testing.assert_array_equal(a, b)
    labels = numpy.concatenate([label for _, label, _ in epochs[0]])
    assert sorted(labels[:10]) == list(range(10)) == sorted(labels[10:20])
    assert (labels[:10] != labels[10:20]).any()


def test_seeds(path):
    def first(**options):
        return mx.io.ImageRecordIter(path, SHAPE, 10, **{**RANDOM, **options}).next()

    one, same, other = (first(seed=seed) for seed in (1, 1, 2))
    numpy.testing.assert_array_equal(one.data[0].asnumpy(), same.data[0].asnumpy())
    assert (one.label[0].asnumpy() != other.label[0].asnumpy()).any()
    jittered = first(seed=1, seed_aug=5)
    numpy.testing.assert_array_equal(one.label[0].asnumpy(), jittered.label[0].asnumpy())
    assert (one.data[0].asnumpy() != jittered.data[0].asnumpy()).any()


def test_crops_and_mirrors_are_parts_of_the_picture(path):
    iterator = mx.io.ImageRecordIter(path, (3, 8, 8), 10, rand_crop=True, rand_mirror=True)
    mirrored = 0
    for image, number in zip(*(part.asnumpy() for part in one(iterator)), strict=True):
        whole = picture(int(number)).transpose(2, 0, 1)
        windows = numpy.lib.stride_tricks.sliding_window_view(whole, (3, 8, 8))[0]
        matches = (windows == image).all((-3, -2, -1)).any()
        flips = (windows == image[..., ::-1]).all((-3, -2, -1)).any()
        assert matches or flips
        mirrored += flips and not matches
    assert 0 < mirrored < 10


def one(iterator):
    batch = iterator.next()
    return batch.data[0], batch.label[0]


@pytest.mark.parametrize("method", [0, 1, 2, 3, 4])
def test_the_shorter_side_is_scaled_as_opencv_does(path, method):
    options = {"resize": 16, "inter_method": method, "mirror": True}
    found = one(mx.io.ImageRecordIter(path, (3, 16, 16), 1, **options))[0].asnumpy()
    scaled = cv2.resize(picture(0), (24, 16), interpolation=method)[:, 4:20]
    numpy.testing.assert_array_equal(found[0], scaled[:, ::-1].transpose(2, 0, 1))


def test_turning_keeps_the_center_and_padding_has_its_value(path):
    turned = one(mx.io.ImageRecordIter(path, (3, 20, 30), 1, rotate=90))[0].asnumpy()[0]
    center = cv2.getRotationMatrix2D((14.5, 9.5), 90, 1)
    wanted = cv2.warpAffine(picture(0), center, (30, 20), borderValue=[255] * 3)
    assert abs(turned - wanted.transpose(2, 0, 1)).max() <= 2
    options = {"pad": 3, "fill_value": 7}
    padded = one(mx.io.ImageRecordIter(path, (3, 26, 36), 1, **options))[0].asnumpy()[0]
    numpy.testing.assert_array_equal(padded[:, 3:-3, 3:-3], picture(0).transpose(2, 0, 1))
    assert (padded[:, :3] == 7).all() and (padded[:, :, -3:] == 7).all()


@pytest.mark.parametrize(
    "options",
    [
        {"random_resized_crop": True, "min_random_area": 0.3, "max_aspect_ratio": 0.25},
        {"random_resized_crop": True, "min_aspect_ratio": 0.75, "max_aspect_ratio": 1.33},
        {"max_crop_size": 12, "min_crop_size": 9, "rand_crop": True},
        {"max_aspect_ratio": 0.2, "max_shear_ratio": 0.1, "min_img_size": 20},
        {"random_h": 20, "random_s": 20, "random_l": 20},
    ],
)
def test_augmentations_give_pictures_of_the_size(path, options):
    found = one(mx.io.ImageRecordIter(path, (3, 10, 12), 10, **options))[0].asnumpy()
    plain = one(mx.io.ImageRecordIter(path, (3, 10, 12), 10))[0].asnumpy()
    assert found.shape == plain.shape and (found != plain).any()
    assert found.min() >= 0 and found.max() <= 255


def test_parts_of_the_records(path):
    labels = []
    for part in range(3):
        iterator = mx.io.ImageRecordIter(
            path, SHAPE, 2, num_parts=3, part_index=part, round_batch=False
        )
        for _, label, pad in arrays(iterator):
            labels += label[: 2 - pad].tolist()
    assert labels == list(range(10))


def test_labels_of_a_list_and_of_several(path, tmp_path):
    (tmp_path / "a.lst").write_text("".join(f"{i}\t{-i}\t{i * 2}\tx.png\n" for i in range(10)))
    options = {"label_width": 2, "label_name": "label", "data_name": "image"}
    iterator = mx.io.ImageRecordIter(path, SHAPE, 3, path_imglist=tmp_path / "a.lst", **options)
    assert iterator.provide_label == [mx.io.DataDesc("label", (3, 2))]
    numpy.testing.assert_array_equal(one(iterator)[1].asnumpy(), [[0, 0], [-1, 2], [-2, 4]])
    with pytest.raises(OSError, match="record 0: it has 1 labels, and `label_width` is 2"):
        mx.io.ImageRecordIter(path, SHAPE, 3, label_width=2).next()


def test_gray_pictures(path):
    found = one(mx.io.ImageRecordIter(path, (1, 16, 24), 1))[0].asnumpy()[0, 0]
    wanted = cv2.cvtColor(picture(0), cv2.COLOR_RGB2GRAY)[2:18, 3:27]
    assert abs(found - wanted).max() <= 1


def test_damaged_pictures_are_told_and_the_next_epoch_works(path, tmp_path):
    content = bytearray(path.read_bytes())
    place = content.index(b"IDAT", len(content) // 2)
    content[place : place + 40] = bytes(40)
    (tmp_path / "bad.rec").write_bytes(content)
    iterator = mx.io.ImageRecordIter(tmp_path / "bad.rec", SHAPE, 2, preprocess_threads=2)
    with pytest.raises(OSError, match=r"ImageRecordIter: .*bad\.rec, record \d: its .* bytes are"):
        list(iterator)
    iterator.reset()
    numpy.testing.assert_array_equal(one(iterator)[0].asnumpy(), centers([0, 1]))
    (tmp_path / "short.rec").write_bytes(path.read_bytes()[:-8])
    with pytest.raises(OSError, match=r"short\.rec, byte \d+: a part of \d+ bytes ends at byte"):
        mx.io.ImageRecordIter(tmp_path / "short.rec", SHAPE, 2)


@pytest.mark.parametrize(
    ("options", "error", "complaint"),
    [
        ({"rand_miror": True}, TypeError, "no argument 'rand_miror'; did you mean `rand_mirror`"),
        ({"data_shape": (2, 4, 4)}, ValueError, "`data_shape` must be"),
        ({"batch_size": 0}, ValueError, "`batch_size` must be at least 1"),
        ({"std_r": 0}, ValueError, "`std_r` must be other than 0"),
        ({"mean_img": "mean.bin"}, NotImplementedError, "give the means as `mean_r`"),
        ({"dtype": "int32"}, ValueError, "`dtype` must be one of float32"),
        ({"inter_method": 7}, ValueError, "the interpolation must be 0 to 4, 9"),
        ({"part_index": 1}, ValueError, r"`part_index` must be in \[0, 1\)"),
        ({"min_random_scale": 2}, ValueError, "at most `max_random_scale`"),
        ({"path_imgrec": "none.rec"}, FileNotFoundError, "there is no file none.rec"),
    ],
)
def test_bad_arguments_are_told(path, options, error, complaint):
    given = {"path_imgrec": path, "data_shape": SHAPE, "batch_size": 2, **options}
    with pytest.raises(error, match=f"ImageRecordIter: .*{complaint}"):
        mx.io.ImageRecordIter(**given)


def test_a_picture_that_is_too_small_is_told(path):
    with pytest.raises(ValueError, match=r"record 0: the image is 20 high and 30 wide.*`resize`"):
        mx.io.ImageRecordIter(path, (3, 32, 32), 2).next()


def test_threads_end_with_their_iterator(path):
    before = set(threading.enumerate())
    iterator = mx.io.ImageRecordIter(path, SHAPE, 2)
    iterator.next()
    workers = set(threading.enumerate()) - before
    del iterator
    for worker in workers:
        worker.join(60)
    assert workers and not any(worker.is_alive() for worker in workers)


def test_a_forked_process_is_told_that_it_has_no_threads(path):
    iterator = mx.io.ImageRecordIter(path, SHAPE, 2)
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            iterator.next()
        except RuntimeError as error:
            os.write(write, str(error).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        assert "a forked process does not have" in told.read()
    os.waitpid(process, 0)


# ---- boxes

BOXES = [[0, 0.1, 0.2, 0.5, 0.6], [1, 0.4, 0.4, 0.9, 0.8], [2, 0, 0, 1, 1]]


@pytest.fixture(scope="module")
def boxed(tmp_path_factory):
    labels = [[2, 5, *numpy.ravel(BOXES[: 1 + i % 3])] for i in range(6)]
    return records(tmp_path_factory.mktemp("boxes"), [picture(i) for i in range(6)], labels)


def test_boxes_follow_the_description_of_labels(boxed):
    iterator = mx.io.ImageDetRecordIter(boxed, (3, 10, 12), 3)
    assert iterator.provide_label == [mx.io.DataDesc("label", (3, 4 + 2 + 15))]
    data, label = (part.asnumpy() for part in one(iterator))
    numpy.testing.assert_array_equal(label[:, :6], [[3, 10, 12, n, 2, 5] for n in (7, 12, 17)])
    numpy.testing.assert_allclose(label[1, 6:16].reshape(2, 5), BOXES[:2], rtol=1e-6)
    assert (label[1, 16:] == -1).all()
    scaled = cv2.resize(picture(0), (12, 10), interpolation=cv2.INTER_LINEAR)
    numpy.testing.assert_array_equal(data[0], scaled.transpose(2, 0, 1))
    padded = mx.io.ImageDetRecordIter(boxed, (3, 10, 12), 3, label_pad_width=30, label_pad_value=-5)
    assert one(padded)[1].shape == (3, 34) and padded.getlabel().asnumpy()[0, -1] == -5
    with pytest.raises(OSError, match="record 1: it has 12 labels, more than the 8"):
        mx.io.ImageDetRecordIter(boxed, (3, 10, 12), 3, label_pad_width=8).next()


def test_boxes_are_mirrored_with_their_picture(boxed):
    data, label = one(mx.io.ImageDetRecordIter(boxed, (3, 20, 30), 1, rand_mirror_prob=1))
    numpy.testing.assert_array_equal(data.asnumpy()[0], picture(0)[:, ::-1].transpose(2, 0, 1))
    numpy.testing.assert_allclose(label.asnumpy()[0, 6:11], [0, 0.5, 0.2, 0.9, 0.6], rtol=1e-6)


def painted(folder):
    """Boxes are where the picture is white."""
    pictures, labels = [], []
    for seed in range(8):
        draw = numpy.random.default_rng(seed)
        image = numpy.zeros((60, 80, 3), "uint8")
        x, y, w, h = (int(v) for v in draw.integers([5, 5, 15, 15], [40, 25, 30, 30]))
        image[y : y + h, x : x + w] = 255
        pictures.append(image)
        labels.append([2, 5, 1, x / 80, y / 60, (x + w) / 80, (y + h) / 60])
    return records(folder, pictures, labels)


@pytest.mark.parametrize(
    "options",
    [
        {"rand_pad_prob": 1, "max_pad_scale": 2, "fill_value": 0},
        {"rand_crop_prob": 1, "min_crop_scales": 0.5, "min_crop_object_coverages": 0.9},
        {
            "rand_crop_prob": 1,
            "num_crop_sampler": 2,
            "min_crop_scales": [0.6, 0.7],
            "max_crop_aspect_ratios": [1.5, 2],
            "min_crop_overlaps": 0.05,
            "crop_emit_mode": "overlap",
            "rand_mirror_prob": 0.5,
        },
    ],
)
def test_boxes_stay_around_what_they_mark(options, tmp_path):
    iterator = mx.io.ImageDetRecordIter(painted(tmp_path), (3, 120, 160), 8, **options)
    data, label = (part.asnumpy() for part in one(iterator))
    for image, values in zip(data, label, strict=True):
        rows, columns = numpy.nonzero(image[0] > 127)
        found = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
        numpy.testing.assert_allclose(values[7:11] * [160, 120, 160, 120], found, atol=2.5)


def test_labels_that_are_no_boxes_are_told(path, boxed):
    with pytest.raises(OSError, match="record 0: labels of boxes must be the width of the header"):
        mx.io.ImageDetRecordIter(path, (3, 8, 8), 1, label_pad_width=9).next()
    for options, complaint in (
        ({"resize_mode": "fit"}, "`resize_mode` must be one of force"),
        ({"rand_crop_prob": 2}, r"`rand_crop_prob` must be in \[0, 1\]"),
        ({"rand_crop": True}, "no argument 'rand_crop', which is for pictures without boxes"),
        ({"num_crop_sampler": 2, "max_crop_trials": [1, 2, 3]}, "1 number or one for each"),
    ):
        with pytest.raises((ValueError, TypeError), match=complaint):
            mx.io.ImageDetRecordIter(boxed, (3, 8, 8), 1, **options)
