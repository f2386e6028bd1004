"""Images with channels last, (H, W, C) or a batch (N, H, W, C): parts, mirror images, sizes and
colors; and `to_tensor` and `normalize`, which networks are exported with.

Integers are cut to the range of their dtype. What is random follows the seed of Weft.
"""

import math
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft._trace.state import is_tracing
from weft.gluon.data.vision._colors import lighting
from weft.mxnet._operators._attributes import ints
from weft.mxnet._operators._table import RULES
from weft.mxnet._resizing import scale_down, scaled, size_of

_WEIGHTS = (0.299, 0.587, 0.114)  # of red, green and blue in gray


def _rule(name: str) -> Any:
    return RULES(f"_image_{name}", f"_npx__image_{name}")


def _require_image(data: Any, form: str = "H, W, C") -> None:
    if len(data.shape) not in (3, 4):
        raise InvalidValue(f"`data` must be ({form}) or (N, {form}); got shape {data.shape}")


@_rule("to_tensor")
def _to_tensor(data: Array) -> ndarray:
    """float32 (C, H, W) from 0 to 1 of an image from 0 to 255."""
    _require_image(data)
    return np.moveaxis(data.astype("float32") / 255, -1, -3)


@_rule("normalize")
def _normalize(data: Array, *, mean: Any = (0.0,), std: Any = (1.0,)) -> ndarray:
    """(data - mean) / std of an image (C, H, W)."""
    _require_image(data, "C, H, W")
    shift, factor = (numpy.asarray(part, "float32").reshape(-1, 1, 1) for part in (mean, std))
    return (data - np.array(shift)) / np.array(factor)


# ---- parts and sizes -----------------------------------------------------------------------------


@_rule("crop")
def _crop(data: Array, *, x: int, y: int, width: int, height: int) -> ndarray:
    """The part of `width` by `height` pixels whose corner is at x, y."""
    _require_image(data)
    tall, wide = data.shape[-3:-1]
    if min(x, y) < 0 or min(width, height) < 1 or x + width > wide or y + height > tall:
        raise InvalidValue(
            f"the part must lie in the image; got x {x}, y {y}, width {width} and height {height} "
            f"for an image {wide} wide and {tall} high"
        )
    return data[..., y : y + height, x : x + width, :]


@_rule("resize")
def _resize(data: Array, *, size: Any = (), keep_ratio: Any = False, interp: int = 1) -> ndarray:
    """The image scaled to a size; see `mx.image.imresize` for `interp`."""
    _require_image(data)
    wanted = size_of("resize", tuple(data.shape), ints(size, "size"), bool(keep_ratio))
    return _scaled(data, wanted, 1 if interp is None else int(interp))


def _scaled(data: ndarray, size: tuple[int, int], interp: int) -> ndarray:
    if tuple(data.shape[-3:-1]) == size:
        return data
    if not is_tracing():
        return np.array(scaled("resize", data.asnumpy(), size, interp), device=data.device)
    if interp not in (0, 1):
        raise Unsupported(f"`interp` must be 0 or 1 in a graph; got {interp}")
    batch = data if len(data.shape) == 4 else np.expand_dims(data, 0)
    floats = np.moveaxis(batch, -1, 1).astype("float32")
    found = npx.interpolate(floats, size, mode="linear" if interp else "nearest")
    last = _like(np.moveaxis(found, 1, -1), data)
    return last if len(data.shape) == 4 else last[0]


@_rule("random_crop")
def _random_crop(
    data: Array,
    *,
    xrange: Any = (0.0, 1.0),
    yrange: Any = (0.0, 1.0),
    width: int,
    height: int,
    interp: int = 1,
) -> ndarray:
    """A part at a random place; an image that is smaller gives a part that fits, scaled up.

    xrange, yrange: where the corner may be, as shares of the room that there is
    """
    _require_image(data)
    wide, tall = scale_down((data.shape[-2], data.shape[-3]), (int(width), int(height)))
    if min(wide, tall) < 1:
        raise InvalidValue(f"`width` and `height` must be at least 1; got {width} and {height}")
    part = _at_random(data, -2, wide, xrange, "xrange")
    part = _at_random(part, -3, tall, yrange, "yrange")
    return _scaled(part, (int(height), int(width)), int(interp))


def _at_random(data: ndarray, axis: int, extent: int, shares: Any, name: str) -> ndarray:
    """So many neighbours along an axis, from a random place on."""
    low, high = shares if isinstance(shares, tuple | list) else (shares, shares)
    if not 0 <= low <= high <= 1:
        raise InvalidValue(f"`{name}` must be two growing numbers in [0, 1]; got {shares}")
    space = data.shape[axis] - extent
    if space == 0:
        return data
    first = np.floor(np.random.uniform(float(low), float(high), ()) * space)
    places = np.minimum(first, space).astype("int64") + np.arange(extent, dtype="int64")
    return np.take(data, places, axis)


@_rule("random_resized_crop")
def _random_resized_crop(
    data: Array,
    *,
    width: int,
    height: int,
    area: Any = (0.08, 1.0),
    ratio: Any = (3 / 4, 4 / 3),
    interp: int = 1,
    max_trial: int = 10,
) -> ndarray:
    """A part of random area and shape, scaled to a size; the middle if none is found that fits."""
    _require_image(data)
    if is_tracing():
        raise Unsupported("a part of random size is no part of a graph; crop outside of it")
    tall, wide = data.shape[-3:-1]
    for _ in range(int(max_trial)):
        drawn = np.random.uniform(size=(4,)).asnumpy().tolist()
        size = tall * wide * (area[0] + (area[1] - area[0]) * drawn[0])
        low, high = math.log(ratio[0]), math.log(ratio[1])
        shape = math.exp(low + (high - low) * drawn[1])
        w, h = round(math.sqrt(size * shape)), round(math.sqrt(size / shape))
        if 0 < w <= wide and 0 < h <= tall:
            x, y = int((wide - w + 1) * drawn[2]), int((tall - h + 1) * drawn[3])
            part = data[..., y : y + h, x : x + w, :]
            return _scaled(part, (int(height), int(width)), int(interp))
    return _random_crop(
        data, xrange=(0.5, 0.5), yrange=(0.5, 0.5), width=width, height=height, interp=interp
    )


# ---- mirror images -------------------------------------------------------------------------------


def _flip(data: ndarray, axis: int, p: float | None) -> ndarray:
    _require_image(data)
    turned = np.flip(data, axis)
    return turned if p is None else np.where(np.random.uniform(0.0, 1.0, ()) < p, turned, data)


@_rule("flip_left_right")
def _flip_left_right(data: Array) -> ndarray:
    """The mirror image."""
    return _flip(data, -2, None)


@_rule("flip_top_bottom")
def _flip_top_bottom(data: Array) -> ndarray:
    """The image upside down."""
    return _flip(data, -3, None)


@_rule("random_flip_left_right")
def _random_flip_left_right(data: Array, *, p: float = 0.5) -> ndarray:
    """The mirror image with probability `p`."""
    return _flip(data, -2, float(p))


@_rule("random_flip_top_bottom")
def _random_flip_top_bottom(data: Array, *, p: float = 0.5) -> ndarray:
    """The image upside down with probability `p`."""
    return _flip(data, -3, float(p))


# ---- colors --------------------------------------------------------------------------------------


def _floats(data: ndarray) -> ndarray:
    return data if "float" in str(data.dtype) else data.astype("float32")


def _like(values: ndarray, data: ndarray) -> ndarray:
    """In the dtype of an image, cut to its range."""
    if "float" in str(data.dtype):
        return values.astype(data.dtype)
    limits = numpy.iinfo(str(numpy.dtype(data.dtype)))
    return np.clip(values, limits.min, limits.max).astype(data.dtype)


def _gray(pixels: ndarray) -> ndarray:
    if pixels.shape[-1] != 3:
        return np.mean(pixels, axis=-1, keepdims=True)
    weights = np.array(_WEIGHTS, dtype=pixels.dtype)
    return np.sum(pixels * weights, axis=-1, keepdims=True)


def _brightened(pixels: ndarray, factor: Any) -> ndarray:
    return pixels * factor


def _contrasted(pixels: ndarray, factor: Any) -> ndarray:
    mean = np.mean(_gray(pixels), axis=(-3, -2), keepdims=True)
    return pixels * factor + mean * (1 - factor)


def _saturated(pixels: ndarray, factor: Any) -> ndarray:
    return pixels * factor + _gray(pixels) * (1 - factor)


def _turned(pixels: ndarray, share: Any) -> ndarray:
    """Hues turned by a share of the circle, in the space of hue, lightness and saturation."""
    if pixels.shape[-1] != 3:
        return pixels
    red, green, blue = (pixels[..., n] / 255 for n in range(3))
    high, low = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    light, spread = (high + low) / 2, high - low
    safe = np.where(spread > 0, spread, np.ones_like(spread))
    hue = np.where(
        high == red,
        (green - blue) / safe,
        np.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    turn = hue * 2 + share * 12  # of 12 parts of the circle
    found = []
    for offset in (0, 8, 4):
        place = np.mod(turn + offset, 12.0)
        wave = np.clip(np.minimum(place - 3, 9 - place), -1, 1)
        found.append((light - wave * spread / 2) * 255)
    return np.stack(found, axis=-1)


def _changed(data: ndarray, change: Any, low: float, high: float) -> ndarray:
    """The image changed by a random amount."""
    _require_image(data)
    pixels = _floats(data)
    amount = np.random.uniform(float(low), float(high), ()).astype(pixels.dtype)
    return _like(change(pixels, amount), data)


@_rule("random_brightness")
def _random_brightness(data: Array, *, min_factor: float, max_factor: float) -> ndarray:
    """The image times a random factor."""
    return _changed(data, _brightened, min_factor, max_factor)


@_rule("random_contrast")
def _random_contrast(data: Array, *, min_factor: float, max_factor: float) -> ndarray:
    """The image as far from its mean gray as a random factor says."""
    return _changed(data, _contrasted, min_factor, max_factor)


@_rule("random_saturation")
def _random_saturation(data: Array, *, min_factor: float, max_factor: float) -> ndarray:
    """The image as far from its gray image as a random factor says."""
    return _changed(data, _saturated, min_factor, max_factor)


@_rule("random_hue")
def _random_hue(data: Array, *, min_factor: float, max_factor: float) -> ndarray:
    """Hues turned by a random share of the circle."""
    return _changed(data, _turned, min_factor, max_factor)


@_rule("random_color_jitter")
def _random_color_jitter(
    data: Array, *, brightness: float, contrast: float, saturation: float, hue: float
) -> ndarray:
    """Random brightness, contrast, saturation and hue, in random order; 0 leaves one out."""
    steps = [
        (_brightened, 1 - brightness, 1 + brightness, brightness),
        (_contrasted, 1 - contrast, 1 + contrast, contrast),
        (_saturated, 1 - saturation, 1 + saturation, saturation),
        (_turned, -hue, hue, hue),
    ]
    if not is_tracing():  # a graph has one order
        order = numpy.argsort(np.random.uniform(size=(4,)).asnumpy())
        steps = [steps[place] for place in order]
    for change, low, high, amount in steps:
        if amount > 0:
            data = _changed(data, change, low, high)
    return data


@_rule("adjust_lighting")
def _adjust_lighting(data: Array, *, alpha: Any) -> ndarray:
    """Light of another color: three amounts along the directions in which photographs vary."""
    _require_image(data)
    if data.shape[-1] != 3:
        return data
    added = lighting(numpy.asarray(alpha, "float32"))
    return _like(_floats(data) + np.array(added), data)


@_rule("random_lighting")
def _random_lighting(data: Array, *, alpha_std: float = 0.05) -> ndarray:
    """The same with random amounts, of standard deviation `alpha_std`."""
    _require_image(data)
    if data.shape[-1] != 3:
        return data
    directions = np.array(lighting(numpy.eye(3, dtype="float32")))
    drawn = np.random.normal(0.0, float(alpha_std), (3,)).astype("float32")
    return _like(_floats(data) + np.matmul(directions, drawn), data)
