"""What the Fashion-MNIST example learns where Fashion-MNIST is not installed."""

import importlib.util
from pathlib import Path

import digits
import numpy
from weft.gluon.data.vision import FashionMNIST

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "fashion_mnist"


def test_digits_become_the_four_files(tmp_path):
    spec = importlib.util.spec_from_file_location("stand_in", EXAMPLE / "stand_in.py")
    stand_in = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(stand_in)
    folder = stand_in.write(tmp_path / "digits")
    images, labels = digits.load()
    is_tested = numpy.arange(len(labels)) % stand_in.TESTED == 0
    for train in (True, False):
        found, found_labels = FashionMNIST(folder, train).arrays
        assert found.shape[1:] == (28, 28, 1)
        numpy.testing.assert_array_equal(found_labels, labels[is_tested != train])
        # One pixel in three, inside the margin, is the digit's own.
        inner = found[:, 3:26:3, 3:26:3, 0] / 255
        numpy.testing.assert_allclose(inner, images[is_tested != train][:, 0], atol=1 / 255)
