"""NonMaxSuppression, eager and in a graph, and ImageDecoder, which runs on the host."""

import io

import numpy
import pytest
import weft
from onnx.reference import ReferenceEvaluator
from onnx_checks import one_node, outputs_of
from weft import np


@pytest.mark.parametrize("is_centred", [0, 1])
@pytest.mark.parametrize("least", [None, 0.4])
def test_non_max_suppression(is_centred, least):
    generator = numpy.random.default_rng(6)
    boxes = generator.uniform(0, 1, (2, 20, 4)).astype("float32")
    inputs = {
        "boxes": boxes,
        "scores": generator.uniform(0, 1, (2, 3, 20)).astype("float32").round(1),
        "most": numpy.array([4]),
        "iou": numpy.array([0.2], "float32"),
        "least": None if least is None else numpy.array([least], "float32"),
    }
    held = ("most", "iou", "least")
    network, feeds = one_node(
        "NonMaxSuppression", inputs, {"center_point_box": is_centred}, constants=held, opset=11
    )
    (wanted,) = ReferenceEvaluator(network).run(None, feeds)
    for hybridizes in (False, True):
        (found,) = outputs_of(network, feeds, hybridizes=hybridizes)
        numpy.testing.assert_array_equal(found, wanted)


def test_boxes_of_an_exported_file_are_as_many_as_are_kept(tmp_path):
    generator = numpy.random.default_rng(6)
    inputs = {
        "boxes": generator.uniform(0, 1, (1, 30, 4)).astype("float32"),
        "scores": generator.uniform(0, 1, (1, 2, 30)).astype("float32"),
        "most": numpy.array([8]),
        "iou": numpy.array([0.3], "float32"),
    }
    network, feeds = one_node("NonMaxSuppression", inputs, constants=("most", "iou"), opset=11)
    block = weft.onnx.load(network)
    block.export(tmp_path / "nms.weft", *map(np.array, feeds.values()))
    context = weft.runtime.Model(tmp_path / "nms.weft").context()
    for scores in (feeds["scores"], feeds["scores"][:, ::-1].copy()):
        found = context.run(feeds["boxes"], scores)[0]
        (wanted,) = ReferenceEvaluator(network).run(None, feeds | {"scores": scores})
        numpy.testing.assert_array_equal(found, wanted)


def test_a_threshold_that_is_an_input_cannot_be_traced():
    inputs = {
        "boxes": numpy.zeros((1, 2, 4), "float32"),
        "scores": numpy.ones((1, 1, 2), "float32"),
        "most": numpy.array([1]),
        "iou": numpy.array([0.5], "float32"),
    }
    network, feeds = one_node("NonMaxSuppression", inputs, opset=11)
    block = weft.onnx.load(network)
    block.hybridize()
    with pytest.raises(NotImplementedError, match="NonMaxSuppression"):
        block(*map(np.array, feeds.values()))


@pytest.mark.parametrize("pixel_format", ["RGB", "BGR", "Grayscale"])
def test_image_decoder(pixel_format):
    pillow = pytest.importorskip("PIL.Image", reason="not run: Pillow is not installed")
    pixels = numpy.random.default_rng(7).integers(0, 256, (5, 6, 3)).astype("uint8")
    file = io.BytesIO()
    image = pillow.fromarray(pixels)
    image.save(file, "PNG")
    encoded = numpy.frombuffer(file.getvalue(), "uint8")
    network, feeds = one_node("ImageDecoder", {"x": encoded}, {"pixel_format": pixel_format})
    (found,) = outputs_of(network, feeds, hybridizes=False)
    wanted = {
        "RGB": pixels,
        "BGR": pixels[:, :, ::-1],
        "Grayscale": numpy.asarray(image.convert("L"))[:, :, None],
    }[pixel_format]
    numpy.testing.assert_array_equal(found, wanted)
    with pytest.raises(ValueError, match="no image"):
        outputs_of(network, {"x": encoded[::-1].copy()}, hybridizes=False)
