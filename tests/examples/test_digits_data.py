"""The digits that the example trains on: the file, what it becomes, and what is held out."""

import hashlib

import digits
import numpy
import pytest


def test_file_is_the_one_its_readme_describes():
    readme = digits.DATA.with_name("README.md").read_text("utf-8")
    assert hashlib.sha256(digits.DATA.read_bytes()).hexdigest() in readme


def test_load_gives_images_and_labels():
    images, labels = digits.load()
    assert images.shape == (1797, 1, 8, 8)
    assert images.dtype == numpy.float32
    assert images.min() == 0
    assert images.max() == 1
    assert labels.shape == (1797,)
    assert labels.dtype == numpy.int32
    assert set(labels.tolist()) == set(range(10))


def test_first_image_is_a_zero():
    images, labels = digits.load()
    assert labels[0] == 0
    numpy.testing.assert_array_equal(images[0, 0, 0] * 16, [0, 0, 5, 13, 9, 1, 0, 0])


@pytest.mark.parametrize("fold", range(digits.FOLDS))
def test_split_holds_out_a_fifth_with_every_digit(fold):
    (train_images, train_labels), (test_images, test_labels) = digits.split(fold)
    assert len(train_images) == len(train_labels)
    assert len(test_images) == len(test_labels) in (359, 360)
    assert len(train_labels) + len(test_labels) == 1797
    for labels in (train_labels, test_labels):
        assert numpy.bincount(labels, minlength=10).min() >= 20


def test_folds_are_disjoint_and_complete():
    labels = numpy.concatenate([digits.split(fold)[1][1] for fold in range(digits.FOLDS)])
    numpy.testing.assert_array_equal(numpy.bincount(labels), numpy.bincount(digits.load()[1]))


def test_split_refuses_an_unknown_fold():
    with pytest.raises(ValueError, match=r"`fold` must be in \[0, 5\); got 5"):
        digits.split(5)
