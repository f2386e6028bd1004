"""Rows of operators.py that convolve: kinds of windows, strides, groups; forward and both ways."""

from operator_case import IMAGE, Case, normal

Shape = tuple[int, ...]

# name, shapes of images and filters, stride, padding, dilation, groups; one number for every axis
KINDS: list[tuple[str, Shape, Shape, int, int, int, int]] = [
    ("1x1", IMAGE, (64, 64, 1, 1), 1, 0, 1, 1),
    ("1x1 of stride 2", (16, 64, 56, 56), (128, 64, 1, 1), 2, 0, 1, 1),
    ("3x3", IMAGE, (64, 64, 3, 3), 1, 1, 1, 1),
    ("3x3 of stride 2", (16, 64, 56, 56), (128, 64, 3, 3), 2, 1, 1, 1),
    ("3x3, dilation 2", IMAGE, (64, 64, 3, 3), 1, 2, 2, 1),
    ("4x4 of stride 2", (16, 32, 32, 32), (64, 32, 4, 4), 2, 1, 1, 1),
    ("5x5", IMAGE, (32, 64, 5, 5), 1, 2, 1, 1),
    ("first layer, 3x3", (32, 3, 32, 32), (32, 3, 3, 3), 1, 1, 1, 1),
    ("first layer, 7x7 of stride 2", (4, 3, 224, 224), (64, 3, 7, 7), 2, 3, 1, 1),
    ("patches of 16", (4, 3, 224, 224), (192, 3, 16, 16), 16, 0, 1, 1),
    ("3x3, 16 groups", IMAGE, (64, 4, 3, 3), 1, 1, 1, 16),
    ("3x3 of stride 2, 16 groups", IMAGE, (64, 4, 3, 3), 2, 1, 1, 16),
    ("depthwise 3x3", IMAGE, (64, 1, 3, 3), 1, 1, 1, 64),
    ("depthwise 3x3 of stride 2", (4, 96, 112, 112), (96, 1, 3, 3), 2, 1, 1, 96),
    ("depthwise 5x5", (4, 120, 28, 28), (120, 1, 5, 5), 1, 2, 1, 120),
    ("depthwise 5x5 of stride 2", (4, 72, 56, 56), (72, 1, 5, 5), 2, 2, 1, 72),
    ("depthwise 7x7", (4, 96, 56, 56), (96, 1, 7, 7), 1, 3, 1, 96),
    ("1-d of 5", (16, 64, 512), (64, 64, 5), 1, 2, 1, 1),
    ("1-d of 8, stride 4", (8, 32, 4096), (64, 32, 8), 4, 2, 1, 1),
    ("3-d", (2, 16, 16, 32, 32), (16, 16, 3, 3, 3), 1, 1, 1, 1),
    ("3-d of stride 2", (2, 16, 16, 32, 32), (32, 16, 3, 3, 3), 2, 1, 1, 1),
]
TRANSPOSED: list[tuple[str, Shape, Shape, int, int, int, int]] = [
    ("transposed 2x2 of stride 2", IMAGE, (64, 32, 2, 2), 2, 0, 1, 1),
    ("transposed 4x4 of stride 2", IMAGE, (64, 32, 4, 4), 2, 1, 1, 1),
    ("transposed 3-d of stride 2", (2, 32, 8, 16, 16), (32, 16, 2, 2, 2), 2, 0, 1, 1),
]


def _case(
    is_transposed: bool,
    name: str,
    images: Shape,
    filters: Shape,
    stride: int,
    pad: int,
    dilation: int,
    groups: int,
    gradient: bool,
) -> Case:
    axes = len(filters) - 2
    weft = {
        "kernel": filters[2:],
        "stride": (stride,) * axes,
        "pad": (pad,) * axes,
        "dilate": (dilation,) * axes,
        "num_group": groups,
    }
    torch = {"stride": stride, "padding": pad, "dilation": dilation, "groups": groups}
    ours = "deconvolution" if is_transposed else "convolution"
    theirs = f"conv_transpose{axes}d" if is_transposed else f"conv{axes}d"
    return Case(
        "convolutions",
        name,
        normal(images, filters),
        lambda w, a, f: getattr(w.npx, ours)(a, f, **weft),
        lambda t, a, f: getattr(t.nn.functional, theirs)(a, f, **torch),
        gradient,
    )


CONVOLUTIONS = [
    _case(is_transposed, *kind, gradient)
    for is_transposed, kinds in ((False, KINDS), (True, TRANSPOSED))
    for kind in kinds
    for gradient in (False, True)
]
