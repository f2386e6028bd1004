"""Resize and Upsample: all ways to find coordinates and to mix elements, beside the reference."""

import math
from fractions import Fraction

import numpy
import pytest
import weft
from onnx import helper
from onnx.reference import ReferenceEvaluator
from onnx_checks import check, check_gradients, one_node, outputs_of
from onnx_models import model
from weft import np
from weft._import.lines import Style, nearest_places
from weft._import.resizing import line_by_size

TRANSFORMS = (
    "half_pixel",
    "half_pixel_symmetric",
    "pytorch_half_pixel",
    "align_corners",
    "asymmetric",
    "tf_crop_and_resize",
)


def image(*shape, dtype="float32"):
    return numpy.random.default_rng(0).normal(size=shape).astype(dtype)


def resize(x, attributes, *, scales=None, sizes=None, roi=None, verify=check, **options):
    inputs = {"x": x, "roi": roi, "scales": None, "sizes": None}
    if scales is not None:
        inputs["scales"] = numpy.array(scales, "float32")
    if sizes is not None:
        inputs["sizes"] = numpy.array(sizes, "int64")
    return verify(
        "Resize", inputs, attributes, constants=("roi", "scales", "sizes"), opset=19, **options
    )


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize(
    "style",
    [
        {"mode": "nearest"},
        {"mode": "nearest", "nearest_mode": "round_prefer_ceil"},
        {"mode": "nearest", "nearest_mode": "floor"},
        {"mode": "nearest", "nearest_mode": "ceil"},
        {"mode": "linear"},
        {"mode": "linear", "antialias": 1},
        {"mode": "cubic"},
        {"mode": "cubic", "cubic_coeff_a": -0.5},
        {"mode": "cubic", "exclude_outside": 1},
        {"mode": "cubic", "antialias": 1},
    ],
    ids=lambda style: "-".join(map(str, style.values())),
)
# A factor that the extents have, one that they have not, and a crowd of elements for each.
@pytest.mark.parametrize("scales", [(2.0, 1.5), (0.71, 1.37), (0.1875, 0.25)])
def test_resize_is_that_of_the_reference(transform, style, scales):
    roi = numpy.array([0, 0, 0.1, -0.2, 1, 1, 0.8, 1.1], "float32")
    resize(
        image(1, 2, 16, 8),
        {"coordinate_transformation_mode": transform, "extrapolation_value": 7.0, **style},
        scales=(1, 1, *scales),
        roi=roi if transform.startswith("tf") else None,
    )


@pytest.mark.parametrize("policy", ["stretch", "not_larger", "not_smaller"])
@pytest.mark.parametrize("sizes", [(14, 5), (3, 20)])
@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_sizes_of_some_axes_keep_the_aspect(policy, sizes, mode):
    attributes = {"mode": mode, "axes": [2, 3], "keep_aspect_ratio_policy": policy}
    resize(image(1, 2, 7, 9), attributes, sizes=sizes)


@pytest.mark.parametrize("shape", [(6,), (4, 6), (2, 4, 6), (1, 2, 4, 6, 3)])
def test_any_number_of_axes(shape):
    scales = [1.0 if axis < len(shape) - 2 else 1.5 for axis in range(len(shape))]
    for mode in ("nearest", "linear", "cubic"):
        resize(image(*shape), {"mode": mode}, scales=scales)


@pytest.mark.parametrize("dtype", ["uint8", "int32"])
def test_integers_are_rounded_and_saturated(dtype):
    x = numpy.random.default_rng(2).integers(0, 256, (1, 2, 5, 6)).astype(dtype)
    for mode in ("nearest", "cubic"):
        resize(x, {"mode": mode}, scales=(1, 1, 2, 1.5), rtol=0, atol=0)


@pytest.mark.parametrize(
    "attributes",
    [
        {"mode": "linear"},
        {"mode": "cubic", "exclude_outside": 1},
        {"mode": "linear", "antialias": 1},
        {"mode": "nearest", "nearest_mode": "ceil"},
    ],
)
def test_gradients_reach_the_image(attributes):
    x = image(1, 2, 9, 6, dtype="float64")
    resize(x, attributes, scales=(1, 1, 0.2, 1.5), verify=check_gradients)


@pytest.mark.parametrize("scales", [(2.0, 3.0), (0.6, 0.5), (2.0, 0.5)])
@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_early_versions_divide_places_by_the_factor(scales, mode):
    x = image(1, 2, 6, 7)
    counts = [int(numpy.float32(n) * numpy.float32(s)) for n, s in zip((6, 7), scales, strict=True)]
    wanted = x
    for axis, (count, scale) in enumerate(zip(counts, scales, strict=True), 2):
        place = (numpy.arange(count, dtype="float32") / numpy.float32(scale)).astype("float64")
        last = x.shape[axis] - 1
        if mode == "nearest":
            rounded = numpy.ceil(place) if scale < 1 else numpy.floor(place)
            wanted = wanted.take(numpy.clip(rounded, 0, last).astype(int), axis)
        else:
            low = numpy.minimum(numpy.floor(place), last).astype(int)
            share = (place - low).reshape([-1 if a == axis else 1 for a in range(4)])
            high = numpy.minimum(low + 1, last)
            wanted = wanted.take(low, axis) * (1 - share) + wanted.take(high, axis) * share
    wanted = [wanted.astype("float32")]
    factors = numpy.array((1, 1, *scales), "float32")
    inputs, held = {"x": x, "scales": factors}, {"constants": ("scales",), "wanted": wanted}
    check("Resize", inputs, {"mode": mode}, opset=10, **held)
    check("Upsample", inputs, {"mode": mode}, opset=9, **held)
    attributes = {"mode": mode, "scales": factors.tolist()}
    check("Upsample", {"x": x}, attributes, opset=7, wanted=wanted)


def test_whole_factors_repeat_elements_of_a_dynamic_axis(tmp_path):
    network, feeds = one_node(
        "Resize",
        {"x": image(1, 2, 4, 5), "roi": None, "scales": numpy.array([1, 1, 2, 3], "float32")},
        {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
        constants=("scales",),
    )
    for dimension, name in zip(
        network.graph.input[0].type.tensor_type.shape.dim, "nchw", strict=True
    ):
        if name in "hw":
            dimension.dim_param = name
    block = weft.onnx.load(network)
    block.export(tmp_path / "net.weft", np.array(feeds["x"]), dynamic={"x": {2: "h", 3: "w"}})
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    for extents in ((4, 5), (7, 3)):
        x = image(1, 2, *extents)
        (found,) = context.run(x)
        numpy.testing.assert_array_equal(found, x.repeat(2, 2).repeat(3, 3))


@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("transform", ["half_pixel", "align_corners"])
@pytest.mark.parametrize("factor", [2, 3])
def test_images_of_any_extents_grow_by_a_whole_factor(mode, transform, factor, tmp_path):
    network, feeds = one_node(
        "Resize",
        {
            "x": image(1, 2, 4, 5),
            "roi": None,
            "scales": numpy.array([1, 1, factor, factor], "float32"),
        },
        {"coordinate_transformation_mode": transform, "mode": mode},
        constants=("scales",),
    )
    for dimension, name in zip(
        network.graph.input[0].type.tensor_type.shape.dim, "nchw", strict=True
    ):
        dimension.dim_param = name
    block = weft.onnx.load(network)
    block.export(tmp_path / "net.weft", np.array(feeds["x"]), dynamic={"x": {2: "h", 3: "w"}})
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    for extents in ((4, 5), (7, 3)):
        x = image(1, 2, *extents)
        (wanted,) = ReferenceEvaluator(network).run(None, {"x": x})
        numpy.testing.assert_allclose(context.run(x)[0], wanted, rtol=1e-4, atol=1e-5)


def opened(operator, inputs, attributes, axes, constants):
    """A model of one node whose first input has open axes, and a block of it."""
    network, _ = one_node(operator, inputs, attributes, constants=constants, opset=19)
    for dimension, name in zip(
        network.graph.input[0].type.tensor_type.shape.dim, "nchw", strict=True
    ):
        if name in axes:
            dimension.dim_param = name
    return network, weft.onnx.load(network)


def check_open(network, block, path, images):
    """Compares the exported file with the reference for images of several extents, float32."""
    axes = {2: "h", 3: "w"}
    block.export(path, np.array(images[0]), dynamic={"x": axes})
    context = weft.runtime.Model(path).context()
    for x in images:
        (wanted,) = ReferenceEvaluator(network).run(None, {"x": x})
        (found,) = context.run(x)
        assert found.shape == wanted.shape
        numpy.testing.assert_allclose(found, wanted, rtol=1e-4, atol=2e-5)


OPEN_STYLES = [
    *({"mode": "nearest", "nearest_mode": way} for way in ("round_prefer_floor", "floor", "ceil")),
    {"mode": "linear"},
    {"mode": "linear", "antialias": 1},
    {"mode": "cubic", "cubic_coeff_a": -0.5, "exclude_outside": 1},
]


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("style", OPEN_STYLES, ids=lambda style: "-".join(map(str, style.values())))
def test_open_axes_change_by_any_factor(transform, style, tmp_path):
    roi = numpy.array([0, 0, 0.1, -0.2, 1, 1, 0.8, 1.1], "float32")
    network, block = opened(
        "Resize",
        {
            "x": image(1, 2, 9, 8),
            "roi": roi if transform.startswith("tf") else None,
            "scales": numpy.array([1, 1, 1.37, 0.72], "float32"),
        },
        {"coordinate_transformation_mode": transform, "extrapolation_value": 7.0, **style},
        "hw",
        ("roi", "scales"),
    )
    check_open(network, block, tmp_path / "net.weft", [image(1, 2, 9, 8), image(1, 2, 21, 34)])


def test_integers_of_open_axes_are_rounded_and_saturated(tmp_path):
    images = [
        numpy.random.default_rng(2).integers(0, 256, (1, 2, *extents)).astype("uint8")
        for extents in ((5, 6), (9, 4))
    ]
    scales = numpy.array([1, 1, 1.5, 0.6], "float32")
    network, block = opened(
        "Resize",
        {"x": images[0], "roi": None, "scales": scales},
        {"mode": "cubic"},
        "hw",
        ("scales",),
    )
    check_open(network, block, tmp_path / "net.weft", images)


@pytest.mark.parametrize("sizes", [(24, 5), (4, 20)])
@pytest.mark.parametrize("style", OPEN_STYLES[:4], ids=lambda style: style["mode"])
def test_open_axes_get_the_extents_that_are_asked_for(sizes, style, tmp_path):
    network, block = opened(
        "Resize",
        {"x": image(1, 2, 9, 8), "roi": None, "scales": None, "sizes": numpy.array([1, 2, *sizes])},
        {"coordinate_transformation_mode": "half_pixel", **style},
        "hw",
        ("sizes",),
    )
    check_open(network, block, tmp_path / "net.weft", [image(1, 2, 9, 8), image(1, 2, 21, 34)])


@pytest.mark.parametrize("style", OPEN_STYLES[:4], ids=lambda style: style["mode"])
@pytest.mark.parametrize("transform", ["align_corners", "pytorch_half_pixel", "asymmetric"])
def test_open_axes_get_the_extents_of_another_image(style, transform, tmp_path):
    nodes = [
        helper.make_node("Shape", ["like"], ["size"], start=2),
        helper.make_node("Concat", ["two", "size"], ["sizes"], axis=0),
        helper.make_node(
            "Resize",
            ["x", "", "", "sizes"],
            ["y"],
            coordinate_transformation_mode=transform,
            **style,
        ),
    ]
    types = {"x": ("float32", (1, 2, "h", "w")), "like": ("float32", (1, 1, "g", "v"))}
    network = model(nodes, types, {"y": (None, None)}, {"two": numpy.array([1, 2])}, 19, {})
    block = weft.onnx.load(network)
    feeds = [(image(1, 2, 5, 4), image(1, 1, 9, 8)), (image(1, 2, 8, 3), image(1, 1, 3, 7))]
    axes = {"x": {2: "h", 3: "w"}, "like": {2: "g", 3: "v"}}
    block.export(tmp_path / "net.weft", *map(np.array, feeds[0]), dynamic=axes)
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    for x, like in feeds:
        (wanted,) = ReferenceEvaluator(network).run(None, {"x": x, "like": like})
        numpy.testing.assert_allclose(context.run(x, like)[0], wanted, rtol=1e-4, atol=2e-5)


@pytest.mark.parametrize(
    ("inputs", "attributes", "message"),
    [
        ({"scales": [1, 1, 0, 2]}, {}, "scales"),
        ({"scales": [1, 2]}, {}, "scales"),
        ({"scales": [1, 1, 1e30, 2]}, {}, "at most"),
        ({"sizes": [1, 2, 1 << 40, 3]}, {}, "at most"),
        ({"sizes": [1, 2]}, {}, "sizes"),
        ({}, {}, "must be given"),
        ({"scales": [1, 1, 2, 2]}, {"mode": "quadratic"}, "mode"),
        ({"scales": [1, 1, 2, 2]}, {"coordinate_transformation_mode": "polar"}, "coordinate"),
        ({"sizes": [1, 2, 2, 2]}, {"keep_aspect_ratio_policy": "square"}, "policy"),
    ],
)
def test_wrong_attributes_are_named(inputs, attributes, message):
    given = {
        "scales": None if "scales" not in inputs else numpy.array(inputs["scales"], "float32"),
        "sizes": None if "sizes" not in inputs else numpy.array(inputs["sizes"], "int64"),
    }
    network, feeds = one_node(
        "Resize",
        {"x": image(1, 2, 3, 3), "roi": None, **given},
        attributes,
        constants=("scales", "sizes"),
    )
    with pytest.raises((ValueError, NotImplementedError), match=message):
        outputs_of(network, feeds)


def exact_places(transform, extent, count):
    """Where the elements of a result lie on a line that gets an extent, as fractions."""
    if count == 1 and transform in ("align_corners", "pytorch_half_pixel"):
        return [Fraction(0)]
    if count == 1 and transform == "tf_crop_and_resize":
        return [Fraction(extent - 1, 2)]
    if transform in ("align_corners", "tf_crop_and_resize"):
        return [Fraction(y * (extent - 1), count - 1) for y in range(count)]
    if transform == "asymmetric":
        return [Fraction(y * extent, count) for y in range(count)]
    middles = [Fraction((2 * y + 1) * extent, 2 * count) for y in range(count)]
    return middles if transform == "tf_half_pixel_for_nn" else [m - Fraction(1, 2) for m in middles]


ROUND = {
    "round_prefer_floor": lambda place: math.ceil(place - Fraction(1, 2)),
    "round_prefer_ceil": lambda place: math.floor(place + Fraction(1, 2)),
    "floor": math.floor,
    "ceil": math.ceil,
}
PAIRS = [(n, m) for n in range(1, 41) for m in range(1, 41) if n != m]
# Those whose places are quotients of whole numbers, which float32 has to the last bit.
WHOLE = ("align_corners", "tf_crop_and_resize")


@pytest.mark.parametrize("nearest", ROUND)
@pytest.mark.parametrize("transform", (*TRANSFORMS, "tf_half_pixel_for_nn"))
def test_the_nearest_element_is_that_of_exact_fractions(transform, nearest):
    style = Style("nearest", transform, nearest)
    for extent, count in PAIRS:
        found = nearest_places(style, line_by_size(extent, 0, count)).tolist()
        for place, number in zip(exact_places(transform, extent, count), found, strict=True):
            near = [place] if transform in WHOLE else [place - SMALL, place, place + SMALL]
            known = {min(max(ROUND[nearest](p), 0), extent - 1) for p in near}
            assert number in known, (extent, count, place)


SMALL = Fraction(1, 1 << 18)  # that float32 may be beside a place of 40


def sized(transform, attributes, rank):
    """A model that resizes an array to the extents of its second input."""
    opset = 11 if transform == "tf_half_pixel_for_nn" else 19
    attributes = {"coordinate_transformation_mode": transform, **attributes}
    roi, none = numpy.array([0.0] * rank + [1.0] * rank, "float32"), numpy.zeros(0, "float32")
    node = helper.make_node("Resize", ["x", "roi", "none", "sizes"], ["y"], **attributes)
    if opset > 11:
        node.input[2] = ""
    inputs = {"x": ("float32", [None] * rank), "sizes": ("int64", [rank])}
    weights = {"roi": roi} | ({"none": none} if opset == 11 else {})
    return model([node], inputs, {"y": ("float32", [None] * rank)}, weights, opset, ir_version=8)


@pytest.mark.torch
@pytest.mark.parametrize(
    "attributes",
    [{"mode": "nearest", "nearest_mode": way} for way in ROUND]
    + [{"mode": "linear"}, {"mode": "cubic"}, {"mode": "cubic", "exclude_outside": 1}],
    ids=lambda attributes: "-".join(map(str, attributes.values())),
)
@pytest.mark.parametrize("transform", (*TRANSFORMS, "tf_half_pixel_for_nn"))
def test_each_pair_of_extents_gives_what_onnx_runtime_gives(transform, attributes):
    runtime = pytest.importorskip("onnxruntime", reason="not run: ONNX Runtime is not installed")
    network = sized(transform, attributes, 4)
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(network.SerializeToString(), options)
    block = weft.onnx.load(network)
    generator = numpy.random.default_rng(0)
    for extent, count in PAIRS[:: 1 if attributes["mode"] == "nearest" else 7]:
        x = generator.normal(size=(1, 1, extent, 2)).astype("float32")
        sizes = numpy.array([1, 1, count, 2])
        (wanted,) = session.run(None, {"x": x, "sizes": sizes})
        found = block(np.array(x), np.array(sizes)).asnumpy()
        close = 0 if attributes["mode"] == "nearest" else 2e-4
        numpy.testing.assert_allclose(found, wanted, rtol=0, atol=close)


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_one_element_of_a_part_is_its_middle(mode):
    for extent in range(1, 41):
        x = numpy.arange(2.0 * extent + 1, dtype="float32").reshape(1, -1)
        roi = numpy.array([0, 0.25, 1, 0.75], "float32")
        attributes = {"mode": mode, "coordinate_transformation_mode": "tf_crop_and_resize"}
        found = resize(x, attributes, sizes=(1, 1), roi=roi, wanted=[numpy.array([[x.mean()]])])
        assert found[0].tolist() == [[extent]]
