"""Pictures and files of them for the tests of images."""

import cv2
import numpy
import weft.mxnet as mx


def picture(seed, height=20, width=30):
    """Smooth enough that JPEG keeps it."""
    small = numpy.random.default_rng(seed).integers(0, 256, (4, 5, 3)).astype("uint8")
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def records(folder, pictures, labels=None, name="file"):
    """A file of PNG images, red, green, blue, and its index; the path of the first."""
    paths = folder / f"{name}.idx", folder / f"{name}.rec"
    writer = mx.recordio.MXIndexedRecordIO(*paths, "w")
    for number, image in enumerate(pictures):
        label = float(number) if labels is None else labels[number]
        header = mx.recordio.IRHeader(0, label, number, 0)
        writer.write_idx(number, mx.recordio.pack_img(header, image[..., ::-1], 3, ".png"))
    writer.close()
    return paths[1]


__all__ = ["picture", "records"]
