"""GridSample, AffineGrid, RoiAlign, MaxRoiPool and DeformConv beside the reference and NumPy."""

import itertools

import numpy
import pytest
from onnx_checks import check, check_gradients

GENERATOR = numpy.random.default_rng(4)


def values(*shape, dtype="float32"):
    return GENERATOR.normal(size=shape).astype(dtype)


def grid(*shape, reach=1.6, dtype="float32"):
    """Points on the image and around it."""
    return GENERATOR.uniform(-reach, reach, shape).astype(dtype)


@pytest.mark.parametrize("mode", ["linear", "nearest", "cubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("is_aligned", [0, 1])
def test_grid_sample(mode, padding, is_aligned):
    attributes = {"mode": mode, "padding_mode": padding, "align_corners": is_aligned}
    # A cubic beside the border: PyTorch and ONNX Runtime move each element to the border, the
    # reference first moves the point.
    reach = 0.9 if (mode, padding) == ("cubic", "border") else 1.6
    inputs = {"x": values(2, 2, 4, 5), "grid": grid(2, 3, 2, 2, reach=reach)}
    check("GridSample", inputs, attributes, opset=20, atol=1e-4)
    if mode != "cubic":
        inputs = {"x": values(1, 2, 3, 4, 5), "grid": grid(1, 2, 2, 2, 3)}
        check("GridSample", inputs, attributes, opset=20, atol=1e-4)
    early = {"linear": "bilinear", "cubic": "bicubic"}.get(mode, mode)
    inputs = {"x": values(1, 1, 4, 5), "grid": grid(1, 2, 2, 2, reach=reach)}
    (found,) = check("GridSample", inputs, attributes, opset=20)
    check("GridSample", inputs, attributes | {"mode": early}, opset=16, wanted=[found])


@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_grid_sample_has_gradients(mode, padding):
    inputs = {"x": values(1, 2, 4, 5, dtype="float64"), "grid": grid(1, 2, 3, 2, dtype="float64")}
    check_gradients("GridSample", inputs, {"mode": mode, "padding_mode": padding}, opset=20)


@pytest.mark.parametrize("is_aligned", [0, 1])
@pytest.mark.parametrize("size", [(2, 3, 4, 5), (1, 2, 3, 4, 5)])
def test_affine_grid(is_aligned, size):
    rank = len(size) - 2
    inputs = {"theta": values(size[0], rank, rank + 1), "size": numpy.array(size)}
    check("AffineGrid", inputs, {"align_corners": is_aligned}, constants=("size",), opset=20)


ROIS = numpy.array([[0, 0, 5, 4], [1.3, 2.2, 9.7, 7.9], [-3, -2, 20, 30], [4, 4, 4, 4]], "float32")


@pytest.mark.parametrize("mode", ["avg", "max"])
@pytest.mark.parametrize("transform", ["half_pixel", "output_half_pixel"])
@pytest.mark.parametrize("ratio", [1, 3, 0])
def test_roi_align(mode, transform, ratio):
    check(
        "RoiAlign",
        {"x": values(2, 3, 9, 11), "rois": ROIS, "batch": numpy.array([0, 1, 1, 0])},
        {
            "mode": mode,
            "coordinate_transformation_mode": transform,
            "sampling_ratio": ratio,
            "output_height": 3,
            "output_width": 2,
            "spatial_scale": 0.7,
        },
        # Without a ratio the boxes decide how many samples there are, which a trace cannot know.
        hybridizes=bool(ratio),
        opset=16,
    )


def test_roi_align_has_gradients():
    inputs = {
        "x": values(2, 2, 6, 7, dtype="float64"),
        "rois": ROIS[:2].astype("float64"),
        "batch": numpy.array([0, 1]),
    }
    attributes = {"output_height": 2, "output_width": 2, "sampling_ratio": 2}
    check_gradients("RoiAlign", inputs, attributes, wanted=("x",), opset=16)


def test_max_roi_pool():
    x = values(2, 3, 9, 11)
    rois = numpy.concatenate((numpy.array([[0], [1], [1], [0]], "float32"), ROIS), 1)
    bins, scale = (3, 2), 0.7
    wanted = numpy.zeros((4, 3, *bins), "float32")
    for number, (image, *corners) in enumerate(rois):
        x1, y1, x2, y2 = (int(numpy.sign(v) * numpy.floor(abs(v) * scale + 0.5)) for v in corners)
        for place in itertools.product(*map(range, bins)):
            key = []
            for axis, (low, high) in enumerate(((y1, y2), (x1, x2))):
                size = max(high - low + 1, 1) / bins[axis]
                first = int(numpy.floor(place[axis] * size)) + low
                last = int(numpy.ceil((place[axis] + 1) * size)) + low
                key.append(slice(max(first, 0), max(last, 0)))
            part = x[int(image)][(slice(None), *key)]
            if part.size:
                wanted[(number, slice(None), *place)] = part.max((1, 2))
    attributes = {"pooled_shape": list(bins), "spatial_scale": scale}
    check("MaxRoiPool", {"x": x, "rois": rois}, attributes, wanted=[wanted])


@pytest.mark.parametrize("has_mask", [False, True])
def test_deform_conv(has_mask):
    inputs = {
        "x": values(2, 4, 5, 6),
        "w": values(4, 2, 2, 2),
        "offset": values(2, 2 * 2 * 4, 3, 3),
        "b": values(4),
        "mask": GENERATOR.uniform(0, 1, (2, 2 * 4, 3, 3)).astype("float32") if has_mask else None,
    }
    attributes = {"group": 2, "offset_group": 2, "strides": [2, 2], "pads": [0, 1, 1, 0]}
    check("DeformConv", inputs, attributes, opset=19, atol=1e-4)


def test_deform_conv_has_gradients():
    inputs = {
        "x": values(1, 2, 4, 4, dtype="float64"),
        "w": values(2, 2, 2, 2, dtype="float64"),
        "offset": values(1, 8, 3, 3, dtype="float64"),
        "b": None,
        "mask": values(1, 4, 3, 3, dtype="float64"),
    }
    check_gradients("DeformConv", inputs, opset=19)
