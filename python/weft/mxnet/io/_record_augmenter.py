"""What `ImageRecordIter` does to a picture before it is in a batch: the arguments with MXNet's
names and defaults, and the steps in MXNet's order: resize, turn and stretch, pad, crop, change
colors, mirror.

What is random comes from a generator that the caller gives, one for each picture. So a picture is
the same whatever thread makes it, and whenever.
"""

import dataclasses
import math
import random
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft._base.options import require
from weft._base.spelling import hint
from weft.gluon.data.vision._colors import gray, lighting
from weft.mxnet._resizing import interpolation_of, resized

_AREA_ATTEMPTS = 10


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """Arguments of iterators over images of records; docs/from-mxnet.md lists what they mean."""

    resize: int = -1
    rand_crop: bool = False
    random_resized_crop: bool = False
    max_crop_size: int = -1
    min_crop_size: int = -1
    max_rotate_angle: int = 0
    rotate: int = -1
    max_aspect_ratio: float = 0.0
    min_aspect_ratio: float | None = None
    max_shear_ratio: float = 0.0
    max_random_scale: float = 1.0
    min_random_scale: float = 1.0
    max_random_area: float = 1.0
    min_random_area: float = 1.0
    max_img_size: float = 1e10
    min_img_size: float = 0.0
    pad: int = 0
    fill_value: int = 255
    inter_method: int = 1
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    pca_noise: float = 0.0
    random_h: int = 0
    random_s: int = 0
    random_l: int = 0
    mirror: bool = False
    rand_mirror: bool = False
    mean_img: str = ""
    mean_r: float = 0.0
    mean_g: float = 0.0
    mean_b: float = 0.0
    mean_a: float = 0.0
    std_r: float = 1.0
    std_g: float = 1.0
    std_b: float = 1.0
    std_a: float = 1.0
    scale: float = 1.0
    max_random_contrast: float = 0.0
    max_random_illumination: float = 0.0

    @classmethod
    def of(cls, where: str, options: dict[str, Any]) -> "Augmentation":
        """From arguments by name. Raises TypeError for a name that there is not."""
        known = [field.name for field in dataclasses.fields(cls)]
        for name in options:
            if name not in known:
                raise InvalidType(f"{where}: no argument {name!r}{hint(name, {}, known)}")
        made = cls(**options)
        made.check(where)
        return made

    def check(self, where: str) -> None:
        if self.mean_img:
            raise Unsupported(
                f"{where}: `mean_img` is not read; give the means as `mean_r`, `mean_g`, `mean_b`"
            )
        for low, high in (
            ("min_random_scale", "max_random_scale"),
            ("min_random_area", "max_random_area"),
            ("min_crop_size", "max_crop_size"),
            ("min_img_size", "max_img_size"),
        ):
            pair = getattr(self, low), getattr(self, high)
            require(pair[0] <= pair[1], where, low, f"at most `{high}`, {pair[1]}", pair[0])
        for name in ("std_r", "std_g", "std_b", "std_a"):
            require(getattr(self, name) != 0, where, name, "other than 0", 0)
        require(self.pad >= 0, where, "pad", "at least 0", self.pad)
        interpolation_of(where, self.inter_method, (1, 1), (1, 1), random.Random(0))

    @property
    def aspect_ratios(self) -> tuple[float, float]:
        if self.min_aspect_ratio is not None:
            return self.min_aspect_ratio, self.max_aspect_ratio
        return 1 - self.max_aspect_ratio, 1 + self.max_aspect_ratio

    def normalization(self, channels: int) -> tuple[numpy.ndarray, numpy.ndarray]:
        """What is subtracted from each channel, and what it is then multiplied by."""
        names = "rgba"[:channels]
        means = [getattr(self, f"mean_{name}") for name in names]
        factors = [self.scale / getattr(self, f"std_{name}") for name in names]
        return tuple(numpy.array(v, "float32").reshape(-1, 1, 1) for v in (means, factors))


def augmented(
    where: str,
    image: numpy.ndarray,
    size: tuple[int, int],
    options: Augmentation,
    draw: random.Random,
) -> numpy.ndarray:
    """A picture uint8 (H, W, C) made as high and wide as `size` says, its colors changed."""
    if options.resize > 0:
        image = shorter_side(where, image, options, draw)
    if _is_warped(options):
        image = _warped(where, image, options, draw)
    if options.pad:
        around = (options.pad, options.pad)
        image = numpy.pad(image, (around, around, (0, 0)), constant_values=options.fill_value)
    if options.random_resized_crop:
        image = _area(where, image, size, options, draw)
    elif options.max_crop_size > 0:
        image = _square(where, image, size, options, draw)
    else:
        image = _cropped(where, image, size, options.rand_crop, draw)
    return _recolored(image, options, draw)


def shorter_side(
    where: str, image: numpy.ndarray, options: Augmentation, draw: random.Random
) -> numpy.ndarray:
    """The picture scaled so that its shorter side is `resize` long."""
    tall, wide = image.shape[:2]
    if tall > wide:
        size = options.resize * tall // wide, options.resize
    else:
        size = options.resize, options.resize * wide // tall
    return resized(where, image, size, options.inter_method, draw)


def _is_warped(options: Augmentation) -> bool:
    stretches = options.max_aspect_ratio > 0 and not options.random_resized_crop
    scales = (options.min_random_scale, options.max_random_scale) != (1, 1)
    return (
        options.max_rotate_angle > 0
        or options.rotate > 0
        or options.max_shear_ratio > 0
        or stretches
        or (scales and not options.random_resized_crop)
        or options.min_img_size > 0
        or options.max_img_size < 1e10
    )


def _warped(
    where: str, image: numpy.ndarray, options: Augmentation, draw: random.Random
) -> numpy.ndarray:
    """Rotated, sheared, stretched and scaled in one step about the center."""
    from weft.gluon.data.vision._decoding import opencv

    module = opencv(where)
    shear = draw.uniform(-options.max_shear_ratio, options.max_shear_ratio)
    angle = draw.uniform(-options.max_rotate_angle, options.max_rotate_angle)
    if options.rotate > 0:
        angle = options.rotate
    scale = ratio = 1.0
    if not options.random_resized_crop:
        scale = draw.uniform(options.min_random_scale, options.max_random_scale)
        if options.max_aspect_ratio > 0:
            ratio = draw.uniform(*options.aspect_ratios)
    tall, wide = image.shape[:2]
    # The area follows the scale alone: the ratio makes it wider and as much less high.
    across, down = scale * math.sqrt(ratio), scale / math.sqrt(ratio)
    least, most = options.min_img_size, options.max_img_size
    new_wide = round(max(least, min(most, wide * across)))
    new_tall = round(max(least, min(most, tall * down)))
    new_wide, new_tall = max(1, new_wide), max(1, new_tall)
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    turn = numpy.array([[cosine, sine], [-sine, cosine]]) @ numpy.array([[1, shear], [0, 1]])
    matrix = turn * numpy.array([[new_wide / wide], [new_tall / tall]])
    center = numpy.array([(wide - 1) / 2, (tall - 1) / 2])
    behind = numpy.array([(new_wide - 1) / 2, (new_tall - 1) / 2])
    full = numpy.column_stack([matrix, behind - matrix @ center])
    inter = interpolation_of(where, options.inter_method, (tall, wide), (new_tall, new_wide), draw)
    filling = [options.fill_value] * 4
    warped = module.warpAffine(image, full, (new_wide, new_tall), flags=inter, borderValue=filling)
    return warped.reshape(new_tall, new_wide, -1)


def _area(
    where: str,
    image: numpy.ndarray,
    size: tuple[int, int],
    options: Augmentation,
    draw: random.Random,
) -> numpy.ndarray:
    """A part of random area and ratio of width to height, scaled to the size."""
    tall, wide = image.shape[:2]
    low, high = options.aspect_ratios
    for _ in range(_AREA_ATTEMPTS):
        area = draw.uniform(options.min_random_area, options.max_random_area) * tall * wide
        ratio = draw.uniform(low, high) if high > 0 else 1.0
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= wide and 0 < h <= tall:
            top, left = draw.randint(0, tall - h), draw.randint(0, wide - w)
            part = image[top : top + h, left : left + w]
            return resized(where, part, size, options.inter_method, draw)
    side = min(tall, wide)
    part = image[(tall - side) // 2 :, (wide - side) // 2 :][:side, :side]
    return resized(where, part, size, options.inter_method, draw)


def _square(
    where: str,
    image: numpy.ndarray,
    size: tuple[int, int],
    options: Augmentation,
    draw: random.Random,
) -> numpy.ndarray:
    """A square of random size, scaled to the size."""
    side = draw.randint(max(1, options.min_crop_size), options.max_crop_size)
    part = _cropped(where, image, (side, side), options.rand_crop, draw)
    return resized(where, part, size, options.inter_method, draw)


def _cropped(
    where: str, image: numpy.ndarray, size: tuple[int, int], at_random: bool, draw: random.Random
) -> numpy.ndarray:
    tall, wide = image.shape[0] - size[0], image.shape[1] - size[1]
    if tall < 0 or wide < 0:
        raise InvalidValue(
            f"{where}: the image is {image.shape[0]} high and {image.shape[1]} wide, less than "
            f"the {size[0]} by {size[1]} of a crop; give `resize` (the shorter side) or `pad`"
        )
    top, left = tall // 2, wide // 2
    if at_random:
        top, left = draw.randint(0, tall), draw.randint(0, wide)
    return image[top : top + size[0], left : left + size[1]]


def _recolored(image: numpy.ndarray, options: Augmentation, draw: random.Random) -> numpy.ndarray:
    jitter = [
        (amount, kind)
        for kind, amount in enumerate((options.brightness, options.contrast, options.saturation))
        if amount > 0
    ]
    if jitter or options.pca_noise > 0:
        floats = image.astype("float32")
        draw.shuffle(jitter)
        for amount, kind in jitter:
            factor = 1 + draw.uniform(-amount, amount)
            other = 0 if kind == 0 else gray(floats)
            floats *= factor
            floats += (1 - factor) * (other.mean() if kind == 1 else other)
        if options.pca_noise > 0 and image.shape[2] == 3:
            drawn = [draw.gauss(0, options.pca_noise) for _ in range(3)]
            floats += lighting(numpy.array(drawn, "float32"))
        image = numpy.rint(floats, out=floats).clip(0, 255).astype("uint8")
    if (options.random_h or options.random_s or options.random_l) and image.shape[2] == 3:
        image = shifted_hls(image, options.random_h, options.random_l, options.random_s, draw)
    return image


def shifted_hls(
    image: numpy.ndarray, hue: float, lightness: float, saturation: float, draw: random.Random
) -> numpy.ndarray:
    """Hue (0 to 180), lightness and saturation (0 to 255) plus random numbers of these amounts."""
    from weft.gluon.data.vision._decoding import opencv

    module = opencv("ImageRecordIter")
    hls = module.cvtColor(numpy.ascontiguousarray(image), module.COLOR_RGB2HLS).astype("int16")
    for channel, amount in enumerate((hue, lightness, saturation)):
        hls[..., channel] += round(draw.uniform(-amount, amount))
    hls[..., 0] %= 180
    return module.cvtColor(hls.clip(0, 255).astype("uint8"), module.COLOR_HLS2RGB)


__all__ = ["Augmentation", "augmented", "shifted_hls", "shorter_side"]
