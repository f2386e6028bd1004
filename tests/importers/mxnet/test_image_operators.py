"""Operators and transforms of images, and loaders of images with boxes, beside NumPy, OpenCV and
Python's `colorsys`."""

import colorsys
import random

import numpy
import pytest
import weft.mxnet as mx

cv2 = pytest.importorskip("cv2")
PIXELS = numpy.random.default_rng(3).integers(0, 256, (20, 30, 3)).astype("uint8")
bbox = mx.gluon.contrib.data.vision.transforms.bbox
transforms = mx.gluon.data.vision.transforms


@pytest.mark.parametrize("make", [mx.nd.array, mx.np.array], ids=["nd", "np"])
@pytest.mark.parametrize("batch", [False, True])
def test_parts_and_mirror_images_are_those_of_numpy(make, batch):
    pixels = numpy.stack([PIXELS, PIXELS[::-1]]) if batch else PIXELS
    image, module = make(pixels, dtype="uint8"), mx.nd.image
    pairs = (
        (module.crop(image, x=3, y=2, width=10, height=8), pixels[..., 2:10, 3:13, :]),
        (module.flip_left_right(image), pixels[..., ::-1, :]),
        (module.flip_top_bottom(image), pixels[..., ::-1, :, :]),
        (module.random_flip_left_right(image, p=1.0), pixels[..., ::-1, :]),
        (module.random_flip_top_bottom(image, p=0.0), pixels),
    )
    for found, wanted in pairs:
        assert type(found) is type(image) or isinstance(found, type(image))
        assert numpy.array_equal(found.asnumpy(), wanted) and found.dtype.name == "uint8"


def test_a_part_outside_of_the_image_is_refused():
    with pytest.raises(mx.MXNetError, match=r"the part must lie in the image; got x 25.* 30 wide"):
        mx.nd.image.crop(mx.nd.array(PIXELS), x=25, y=0, width=10, height=5)
    with pytest.raises(mx.MXNetError, match=r"`data` must be \(H, W, C\)"):
        mx.nd.image.to_tensor(mx.nd.zeros((4, 5)))


def test_the_gradient_of_a_part_has_its_place():
    image = mx.nd.array(PIXELS)
    image.attach_grad()
    with mx.autograd.record():
        part = mx.nd.image.crop(image, x=3, y=2, width=10, height=8) * 2
    part.backward()
    wanted = numpy.zeros(PIXELS.shape)
    wanted[2:10, 3:13] = 2
    assert numpy.array_equal(image.grad.asnumpy(), wanted)


@pytest.mark.parametrize("method", range(5))
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_images_are_scaled_as_opencv_scales_them(method, dtype):
    image = mx.nd.array(PIXELS, dtype=dtype)
    wanted = cv2.resize(PIXELS.astype(dtype), (12, 9), interpolation=method)
    found = mx.nd.image.resize(image, size=(12, 9), interp=method)
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6)
    by_block = transforms.Resize((12, 9), interpolation=method)(image)
    numpy.testing.assert_allclose(by_block.asnumpy(), wanted, rtol=1e-6)
    assert mx.nd.image.resize(image, size=10, keep_ratio=True).shape == (10, 15, 3)


def test_a_scaled_image_is_part_of_a_symbol():
    symbol = mx.sym.image.resize(mx.sym.var("x"), size=(12, 9))
    run = symbol.bind(mx.cpu(), {"x": mx.nd.array(PIXELS)})
    wanted = cv2.resize(PIXELS.astype("float32"), (12, 9), interpolation=cv2.INTER_LINEAR)
    numpy.testing.assert_allclose(run.forward()[0].asnumpy(), wanted, atol=1e-3)


@pytest.mark.parametrize("size", [(10, 8), (40, 8), (40, 50)])
def test_random_parts_have_the_size_that_is_asked_for(size):
    image = mx.nd.array(PIXELS, dtype="uint8")
    found = mx.nd.image.random_crop(image, width=size[0], height=size[1])
    assert found.shape == (size[1], size[0], 3)
    assert transforms.RandomCrop(size, pad=2)(image).shape == (size[1], size[0], 3)
    resized = mx.nd.image.random_resized_crop(image, width=size[0], height=size[1])
    assert resized.shape == (size[1], size[0], 3) and resized.dtype.name == "uint8"


def test_the_middle_is_a_random_part_without_room():
    image = mx.nd.array(PIXELS, dtype="uint8")
    found = mx.nd.image.random_crop(image, xrange=(0.5, 0.5), yrange=(0.5, 0.5), width=10, height=8)
    assert numpy.array_equal(found.asnumpy(), PIXELS[6:14, 10:20])
    assert numpy.array_equal(transforms.CenterCrop((10, 8))(image).asnumpy(), PIXELS[6:14, 10:20])


def gray(pixels):
    return pixels @ numpy.array([0.299, 0.587, 0.114])


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("brightness", lambda x: x * 1.5),
        ("contrast", lambda x: x * 1.5 - gray(x).mean() * 0.5),
        ("saturation", lambda x: x * 1.5 - gray(x)[..., None] * 0.5),
    ],
)
def test_colors_are_further_from_what_they_are_blended_with(name, wanted):
    function = getattr(mx.nd.image, f"random_{name}")
    pixels = PIXELS.astype("float64")
    floats = function(mx.nd.array(PIXELS), min_factor=1.5, max_factor=1.5).asnumpy()
    numpy.testing.assert_allclose(floats, wanted(pixels), atol=1e-2)
    whole = function(mx.nd.array(PIXELS, dtype="uint8"), min_factor=1.5, max_factor=1.5).asnumpy()
    assert numpy.abs(whole - wanted(pixels).clip(0, 255)).max() < 1.01


def test_hues_are_turned_in_the_space_of_hue_and_lightness():
    def turned(pixel):
        hue, light, saturation = colorsys.rgb_to_hls(*(pixel / 255))
        return numpy.array(colorsys.hls_to_rgb((hue + 0.3) % 1, light, saturation)) * 255

    found = mx.nd.image.random_hue(mx.nd.array(PIXELS), min_factor=0.3, max_factor=0.3)
    wanted = numpy.apply_along_axis(turned, -1, PIXELS.astype("float64"))
    numpy.testing.assert_allclose(found.asnumpy(), wanted, atol=1e-2)


def test_jitter_and_light_keep_the_dtype_and_follow_the_seed():
    image = mx.nd.array(PIXELS, dtype="uint8")
    found = []
    for _ in range(2):
        mx.random.seed(5)
        jittered = mx.nd.image.random_color_jitter(
            image, brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1
        )
        found.append(mx.nd.image.random_lighting(jittered, alpha_std=0.3).asnumpy())
    assert found[0].dtype == numpy.uint8 and numpy.array_equal(*found)
    assert not numpy.array_equal(found[0], PIXELS)
    lit = mx.nd.image.adjust_lighting(mx.nd.array(PIXELS), alpha=(0.1, 0.0, 0.0)).asnumpy()
    added = 0.1 * 55.46 * numpy.array([-0.5675, -0.5808, -0.5836])
    numpy.testing.assert_allclose(lit - PIXELS, numpy.broadcast_to(added, PIXELS.shape), atol=1e-3)


@pytest.mark.parametrize(
    "make", [lambda: transforms.Resize(-1), lambda: transforms.Resize((1,) * 3)]
)
def test_a_size_that_is_none_is_told_when_the_transform_is_called(make):
    with pytest.raises(mx.MXNetError, match="Resize: `size` must be a number or"):
        make()(PIXELS)


@pytest.mark.parametrize("block", [transforms.ToTensor(), transforms.Normalize(0.5, 0.5)])
def test_transforms_refuse_what_is_neither_an_image_nor_a_batch(block):
    with pytest.raises(mx.MXNetError, match="takes an image of 3 axes, or a batch of 4; got 5"):
        block(numpy.zeros((1, 1, 4, 4, 3), "uint8"))


@pytest.mark.parametrize(
    ("number", "border"),
    [(0, "CONSTANT"), (1, "REPLICATE"), (2, "REFLECT"), (3, "WRAP"), (4, "REFLECT_101")],
)
def test_borders_are_those_of_opencv(number, border):
    kind = getattr(cv2, f"BORDER_{border}")
    wanted = cv2.copyMakeBorder(PIXELS, 1, 2, 3, 4, kind, value=[9, 8, 7])
    found = mx.image.copyMakeBorder(PIXELS, 1, 2, 3, 4, number, values=[9, 8, 7])
    assert numpy.array_equal(found.asnumpy(), wanted)
    out = mx.nd.zeros(wanted.shape)
    mx.image.copyMakeBorder(PIXELS, 1, 2, 3, 4, type=number, values=[9, 8, 7], out=out)
    assert numpy.array_equal(out.asnumpy(), wanted)


# ---- boxes ---------------------------------------------------------------------------------------


def test_boxes_follow_their_image():
    boxes = numpy.array([[2.0, 3, 12, 13, 5], [20, 1, 29, 4, 6]])
    image, found = bbox.ImageBboxRandomFlipLeftRight(1.0)(PIXELS, boxes)
    assert numpy.array_equal(image, PIXELS[:, ::-1])
    assert found.tolist() == [[18, 3, 28, 13, 5], [1, 1, 10, 4, 6]]
    image, found = bbox.ImageBboxCrop((1, 2, 15, 15))(PIXELS, boxes)
    assert numpy.array_equal(image, PIXELS[2:17, 1:16]) and found.tolist() == [[1, 1, 11, 11, 5]]
    image, found = bbox.ImageBboxResize(60, 10)(mx.nd.array(PIXELS), mx.nd.array(boxes))
    assert image.shape == (10, 60, 3)
    assert found.asnumpy()[0].tolist() == [4, 1.5, 24, 6.5, 5]
    random.seed(1)
    image, found = bbox.ImageBboxRandomExpand(1.0, 3, fill=(1, 2, 3))(PIXELS, boxes)
    left, top = (found - boxes)[0, :2].astype(int)
    assert numpy.array_equal(image[top : top + 20, left : left + 30], PIXELS)


def test_random_parts_overlap_boxes_as_they_must():
    boxes = numpy.array([[5.0, 5, 15, 15]])
    for seed in range(20):
        random.seed(seed)
        found, part = bbox.utils.bbox_random_crop_with_constraints(
            boxes, (30, 20), constraints=[(0.3, None)]
        )
        left, top, width, height = part
        assert min(left, top) >= 0 and left + width <= 30 and top + height <= 20
        window = numpy.array([[left, top, left + width, top + height]])
        whole = part == (0, 0, 30, 20)
        assert whole or bbox.utils.bbox_iou(boxes, window).min() >= 0.3
        assert (found[:, :2] >= 0).all() and (found[:, 2:] <= [width, height]).all()


def test_boxes_have_more_than_one_notation():
    corners = numpy.array([[2, 3, 9, 8], [0, 0, 4, 4]])
    sides = bbox.utils.bbox_xyxy_to_xywh(corners)
    assert numpy.array_equal(bbox.utils.bbox_xywh_to_xyxy(sides), corners)
    assert bbox.utils.bbox_clip_xyxy((-1, 2, 50, 30), 30, 20) == (0, 2, 29, 19)
    with pytest.raises(IndexError, match="boxes must have 4 numbers each"):
        bbox.utils.bbox_xywh_to_xyxy((1, 2, 3))


@pytest.fixture
def files(tmp_path):
    paths = [str(tmp_path / f"{number}.png") for number in range(5)]
    for path in paths:
        cv2.imwrite(path, PIXELS)
    return paths


def test_a_loader_reads_prepares_and_batches_images(files):
    loader = mx.gluon.contrib.data.vision.ImageDataLoader(
        2,
        (3, 8, 10),
        imglist=[[n, path] for n, path in enumerate(files)],
        path_root="",
        dtype="int32",
    )
    batches = list(loader)
    assert [images.shape for images, _ in batches] == [(2, 3, 8, 10)] * 2 + [(1, 3, 8, 10)]
    assert numpy.concatenate([labels.asnumpy() for _, labels in batches]).tolist() == [
        0,
        1,
        2,
        3,
        4,
    ]
    middle = PIXELS[6:14, 10:20, ::-1].transpose(2, 0, 1) / 255
    numpy.testing.assert_allclose(batches[0][0].asnumpy()[0], middle, atol=1e-6)


def test_a_loader_of_boxes_fills_rows_that_an_image_lacks(files):
    one, two = [2, 5, 7, 0.1, 0.2, 0.5, 0.6], [2, 5, 1, 0, 0, 1, 1, 2, 0.5, 0.5, 1, 1]
    loader = mx.gluon.contrib.data.vision.ImageBboxDataLoader(
        2, (3, 10, 10), imglist=[[*one, files[0]], [*two, files[1]]], path_root=""
    )
    ((images, boxes),) = loader
    assert images.shape == (2, 3, 10, 10)
    numpy.testing.assert_allclose(boxes.asnumpy()[0], [[1, 2, 5, 6, 7], [-1] * 5], atol=1e-5)
    with pytest.raises(mx.MXNetError, match="a label must begin with the length of its head"):
        mx.gluon.contrib.data.vision.dataloader.BboxLabelTransform()(PIXELS, [2, 3, 1, 1])
