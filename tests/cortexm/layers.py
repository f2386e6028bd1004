"""Single int8 operators of all kinds that the C generator tells apart, as files and as C."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy
from weft import gluon, np, npx, runtime, sym


class Layer(NamedTuple):
    """A convolution, or a dense layer where the shape has one axis.

    x: shape of a sample, channels last; kernel: (rows, columns); options: of the operator
    shift: power of two of the factor that sums are multiplied by
    """

    x: tuple[int, ...]
    filters: int
    kernel: tuple[int, int] = (1, 1)
    options: Mapping[str, Any] = MappingProxyType({})
    shift: int = -9
    residual: bool = False
    sums: bool = False
    batch: int = 1


LAYERS = {
    "dense": Layer((64,), 12),
    "dense_units_by_two": Layer((24,), 10),
    "dense_odd_features": Layer((13,), 6),
    "dense_odd_units": Layer((16,), 5),
    "dense_one_unit": Layer((40,), 1),
    "dense_seven_units": Layer((24,), 7),
    "dense_sums": Layer((16,), 4, sums=True),
    "dense_rows": Layer((32,), 8, batch=3),
    "dense_bounds": Layer((32,), 8, options={"low": -20, "high": 50}),
    "dense_shift_left": Layer((16,), 4, shift=1),
    "pointwise": Layer((5, 5, 16), 16),
    "pointwise_wider": Layer((4, 5, 8), 20),
    "pointwise_odd_places_wider": Layer((3, 3, 4), 6),
    "pointwise_narrower": Layer((3, 7, 24), 6),
    "pointwise_residual": Layer((4, 4, 8), 8, residual=True),
    "pointwise_shift_left": Layer((3, 3, 8), 12, shift=0),
    "pointwise_batch": Layer((3, 3, 8), 4, batch=2),
    "stride_without_window": Layer((6, 6, 8), 8, options={"stride": 2}),
    "windows": Layer((7, 6, 8), 6, (3, 3), {"pad": 1}),
    "windows_residual": Layer((6, 6, 8), 8, (3, 3), {"pad": 1}, residual=True),
    "windows_odd_channels": Layer((9, 8, 3), 8, (3, 3), {"stride": 2, "pad": 1}),
    "windows_one_channel": Layer((19, 10, 1), 4, (10, 4), {"stride": 2, "pad": (5, 1)}),
    "windows_wide_pad": Layer((3, 3, 5), 4, (5, 5), {"pad": 4}),
    "windows_same": Layer((8, 9, 3), 6, (3, 3), {"stride": 2, "pad": (0, 0, 1, 1)}),
    "windows_behind": Layer((5, 6, 4), 4, (3, 3), {"pad": (0, 0, 2, 2)}),
    "windows_line": Layer((1, 9, 4), 4, (1, 3), {"pad": (0, 0, 0, 2)}),
    "pointwise_behind": Layer((4, 3, 8), 6, options={"pad": (0, 0, 1, 2)}),
    "windows_odd_filters": Layer((5, 5, 4), 3, (3, 3)),
    "windows_one_filter": Layer((6, 5, 4), 1, (3, 3), {"pad": 1}),
    "pointwise_odd_filters": Layer((5, 5, 8), 7),
    "pointwise_odd_filters_wider": Layer((3, 5, 4), 5),
    "windows_odd_filters_residual": Layer((4, 4, 3), 3, (3, 3), {"pad": 1}, residual=True),
    "windows_dilated": Layer((8, 8, 4), 4, (3, 3), {"dilate": 2}),
    "windows_groups": Layer((5, 5, 8), 8, (3, 3), {"num_group": 2, "pad": 1}),
    "groups_residual": Layer((5, 5, 8), 8, (3, 3), {"num_group": 4, "pad": 1}, residual=True),
    "groups_odd": Layer((6, 5, 6), 9, (3, 3), {"num_group": 3, "pad": 1, "stride": 2}),
    "groups_one_filter": Layer((5, 6, 8), 2, (3, 2), {"num_group": 2}),
    "groups_of_places": Layer((5, 5, 12), 8, options={"num_group": 2}),
    "groups_line": Layer((1, 9, 6), 4, (1, 3), {"num_group": 2, "pad": (0, 1, 0, 2)}),
    "groups_behind": Layer((5, 6, 8), 12, (3, 3), {"num_group": 2, "pad": (0, 0, 2, 2)}),
    "groups_dilated": Layer((9, 8, 6), 4, (3, 3), {"num_group": 2, "dilate": (2, 3), "pad": 2}),
    "groups_shift_left": Layer((4, 4, 8), 8, (3, 3), {"num_group": 2}, 1),
    "groups_sums": Layer((5, 5, 4), 4, (3, 3), {"num_group": 2, "pad": 1}, sums=True),
    "groups_batch": Layer((5, 4, 8), 8, (3, 3), {"num_group": 4, "pad": 1}, batch=2),
    "groups_odd_residual": Layer((4, 4, 9), 9, (3, 3), {"num_group": 3, "pad": 1}, residual=True),
    "groups_bounds": Layer((5, 5, 8), 8, (3, 3), {"num_group": 2, "low": -30, "high": 40}),
    "dilated_odd": Layer((8, 9, 3), 5, (3, 3), {"dilate": 2, "pad": 2, "stride": 2}),
    "dilated_residual": Layer((7, 6, 6), 6, (3, 3), {"dilate": 2, "pad": 2}, residual=True),
    "dilated_wide_pad": Layer((3, 3, 4), 4, (3, 3), {"dilate": 3, "pad": 5}),
    "windows_batch": Layer((5, 4, 4), 4, (3, 3), {"pad": 1}, batch=2),
    "windows_sums": Layer((5, 5, 4), 4, (3, 3), {"pad": 1}, sums=True),
    "depthwise": Layer((9, 5, 7), 7, (3, 3), {"num_group": 7, "pad": 1}, -6),
    "depthwise_narrow": Layer((3, 3, 9), 9, (3, 3), {"num_group": 9, "pad": 1}, -6),
    "depthwise_bands": Layer((40, 33, 3), 3, (3, 3), {"num_group": 3, "pad": 1}, -6),
    "depthwise_stride": Layer((12, 12, 4), 4, (3, 3), {"num_group": 4, "pad": 1, "stride": 2}, -6),
    "depthwise_stride_odd": Layer((7, 9, 4), 4, (3, 3), {"num_group": 4, "stride": 2}, -6),
    "depthwise_bands_stride": Layer(
        (41, 60, 2), 2, (3, 3), {"num_group": 2, "pad": 1, "stride": 2}, -6
    ),
    "depthwise_same": Layer(
        (8, 8, 4), 4, (3, 3), {"num_group": 4, "stride": 2, "pad": (0, 0, 1, 1)}, -6
    ),
    "depthwise_uneven": Layer(
        (7, 10, 3), 3, (3, 3), {"num_group": 3, "stride": 2, "pad": (1, 0, 0, 1)}, -6
    ),
    "depthwise_behind": Layer((5, 6, 3), 3, (3, 3), {"num_group": 3, "pad": (0, 0, 2, 2)}, -6),
    "depthwise_shift_left": Layer((5, 6, 3), 3, (3, 3), {"num_group": 3, "pad": 1}, 1),
    "depthwise_residual": Layer((5, 6, 3), 3, (3, 3), {"num_group": 3, "pad": 1}, -6, True),
    "depthwise_many": Layer((9, 5, 7), 14, (3, 3), {"num_group": 7, "pad": 1}, -6),
    "depthwise_many_stride": Layer((7, 9, 3), 9, (3, 3), {"num_group": 3, "stride": 2}, -6),
    "depthwise_many_bands": Layer((40, 33, 3), 6, (3, 3), {"num_group": 3, "pad": 1}, -6),
    "depthwise_many_shift_left": Layer((5, 6, 3), 6, (3, 3), {"num_group": 3, "pad": 1}, 1),
    "depthwise_many_large": Layer((8, 8, 4), 8, (5, 5), {"num_group": 4, "pad": 2}, -7),
    "depthwise_many_places": Layer((4, 5, 6), 12, options={"num_group": 6}, shift=-6),
    "depthwise_places": Layer((4, 5, 6), 6, options={"num_group": 6}, shift=-6),
    "depthwise_places_residual": Layer((4, 5, 6), 6, (1, 1), {"num_group": 6}, -6, True),
    "depthwise_places_sums": Layer((4, 5, 6), 6, (1, 1), {"num_group": 6}, sums=True),
    "depthwise_dilated": Layer((9, 8, 5), 5, (3, 3), {"num_group": 5, "dilate": 2, "pad": 2}, -6),
    "depthwise_large_residual": Layer(
        (7, 6, 8), 8, (5, 3), {"num_group": 8, "pad": (2, 1), "stride": 1}, -7, True
    ),
    "depthwise_large_bounds": Layer(
        (9, 8, 7), 7, (5, 5), {"num_group": 7, "stride": 2, "low": -30, "high": 40}, -7
    ),
    "depthwise_large_shift_left": Layer((6, 6, 4), 4, (5, 5), {"num_group": 4, "pad": 2}, 1),
    "depthwise_two_channels": Layer((6, 6, 2), 2, (5, 5), {"num_group": 2, "pad": 2}, -7),
    "depthwise_line": Layer((1, 9, 8), 8, (1, 3), {"num_group": 8, "pad": (0, 1, 0, 2)}, -6),
    "depthwise_strides": Layer((9, 8, 5), 5, (3, 3), {"num_group": 5, "stride": (1, 3)}, -6),
    "depthwise_batch": Layer((5, 4, 8), 8, (2, 2), {"num_group": 8, "pad": 1}, -6, batch=2),
    "depthwise_dilated_wide_pad": Layer(
        (3, 4, 5), 5, (3, 3), {"num_group": 5, "dilate": (3, 2), "pad": 7}, -6
    ),
    "depthwise_large": Layer((8, 8, 4), 4, (5, 5), {"num_group": 4, "pad": 2}, -7),
}


class Elements(NamedTuple):
    """An operator without weights.

    x: shape of its input; numbers: shape of multiplier and shift
    """

    operator: str
    x: tuple[int, ...]
    options: Mapping[str, Any] = MappingProxyType({})
    numbers: tuple[int, ...] = ()


LAST = {"zero_point": -7, "channels_last": True}
ELEMENTS = {
    "max_last": Elements(
        "quantized_pooling", (2, 5, 7, 19), {**LAST, "kernel": (3, 2), "stride": 2, "pad": 1}
    ),
    "max_planes": Elements("quantized_pooling", (2, 3, 6, 7), {"kernel": (2, 2), "stride": 2}),
    "average_last": Elements(
        "quantized_pooling",
        (1, 6, 7, 5),
        {**LAST, "kernel": (3, 3), "pad": 1, "pool_type": "avg", "count_include_pad": True},
    ),
    "average_last_inside": Elements(
        "quantized_pooling",
        (1, 6, 8, 4),
        {
            **LAST,
            "kernel": (3, 3),
            "stride": 2,
            "pad": 1,
            "pool_type": "avg",
            "count_include_pad": False,
            "pooling_convention": "full",
        },
    ),
    "max_same": Elements(
        "quantized_pooling", (1, 6, 7, 5), {**LAST, "kernel": 3, "stride": 2, "pad": (0, 0, 1, 0)}
    ),
    "average_same": Elements(
        "quantized_pooling",
        (1, 6, 8, 5),
        {
            **LAST,
            "kernel": 3,
            "stride": 2,
            "pad": (0, 0, 1, 1),
            "pool_type": "avg",
            "count_include_pad": False,
        },
    ),
    "average_same_counted": Elements(
        "quantized_pooling",
        (1, 6, 8, 5),
        {**LAST, "kernel": 3, "stride": 2, "pad": (0, 0, 1, 1), "pool_type": "avg"},
    ),
    "average_planes": Elements(
        "quantized_pooling", (1, 3, 6, 4), {"kernel": (2, 3), "pool_type": "avg"}
    ),
    "average_whole": Elements(
        "quantized_pooling", (2, 5, 6, 11), {**LAST, "pool_type": "avg", "global_pool": True}
    ),
    "add": Elements(
        "quantized_add",
        (3, 37),
        {
            "x1_scale": 0.03,
            "x2_scale": 0.011,
            "output_scale": 0.025,
            "x1_zero_point": -9,
            "x2_zero_point": 4,
            "output_zero_point": -20,
            "low": -90,
            "high": 101,
        },
    ),
    "softmax": Elements("quantized_softmax", (3, 10), {"scale": 0.09}),
    "softmax_wide": Elements("quantized_softmax", (2, 2, 240), {"scale": 0.013}),
    "softmax_steep": Elements("quantized_softmax", (4, 7), {"scale": 5.0}),
    "softmax_flat": Elements("quantized_softmax", (2, 600), {"scale": 1e-5}),
    "requantize_last": Elements("requantize", (5, 13), {"output_zero_point": 3, "low": -99}, (13,)),
    "requantize_planes": Elements("requantize", (2, 3, 5, 7), {"axis": 1, "high": 60}, (3,)),
    "requantize_all": Elements("requantize", (2, 3, 9), {"output_zero_point": -4}),
}


def _numbers(layer: Layer, generator: numpy.random.Generator, k: int) -> list[Any]:
    n = layer.filters
    bias = generator.integers(-3000, 3000, n, dtype="int32")
    multiplier = generator.integers(1 << 30, (1 << 31) - 1, n, dtype="int32")
    shift = (layer.shift - generator.integers(0, 2, n)).astype("int32")
    return [bias] if layer.sums else [bias, multiplier, shift]


def _block(layer: Layer, seed: int) -> tuple[gluon.SymbolBlock, Any]:
    generator = numpy.random.default_rng(seed)
    is_dense = len(layer.x) == 1
    groups = layer.options.get("num_group", 1)
    shape = (layer.filters, *([] if is_dense else layer.kernel), layer.x[-1] // groups)
    arrays = [generator.integers(-127, 128, shape, dtype="int8")]
    arrays += _numbers(layer, generator, int(numpy.prod(shape[1:])))
    names = ["weight", "bias", "multiplier", "shift"][: len(arrays)]
    params = {name: np.array(a) for name, a in zip(names, arrays, strict=True)}
    given = [
        sym.var(n, shape=a.shape, dtype=str(a.dtype), grad_req="null")
        for n, a in zip(names, arrays, strict=True)
    ]
    data = sym.var("data", dtype="int8")
    options = {"zero_point": -7, **layer.options}
    if not layer.sums:
        options["output_zero_point"] = 5
    if is_dense:
        y = npx.quantized_fully_connected(data, *given, **options)
    else:
        if layer.residual:
            factor = generator.integers(64, 4000, layer.filters, dtype="int32")
            params["factor"] = np.array(factor)
            given += [data, sym.var("factor", shape=factor.shape, dtype="int32", grad_req="null")]
        y = npx.quantized_convolution(data, *given, channels_last=True, **options)
    x = generator.integers(-128, 128, (layer.batch, *layer.x), dtype="int8")
    return gluon.SymbolBlock(y, "data", params), np.array(x)


def _block_of_elements(elements: Elements, seed: int) -> tuple[gluon.SymbolBlock, Any]:
    generator = numpy.random.default_rng(seed)
    is_sums = elements.operator == "requantize"
    arrays = {}
    if is_sums:
        arrays["multiplier"] = generator.integers(1 << 30, (1 << 31) - 1, elements.numbers, "int32")
        arrays["shift"] = generator.integers(-24, 3, elements.numbers, "int32")
        x = generator.integers(-(1 << 31), (1 << 31) - 1, elements.x, "int32")
        x >>= generator.integers(0, 24, elements.x)  # many sums are small
    else:
        x = generator.integers(-128, 128, elements.x, "int8")
    if elements.operator == "quantized_add":
        arrays["other"] = generator.integers(-128, 128, elements.x, "int8")
    params = {name: np.array(a) for name, a in arrays.items()}
    given = [
        sym.var(n, shape=a.shape, dtype=str(a.dtype), grad_req="null") for n, a in arrays.items()
    ]
    data = sym.var("data", dtype=str(x.dtype))
    y = getattr(npx, elements.operator)(data, *given, **elements.options)
    return gluon.SymbolBlock(y, "data", params), np.array(x)


def write(name: str, folder: Path, **options: Any) -> tuple[numpy.ndarray, numpy.ndarray]:
    """`name`.weft, .c and .h in the folder; an input and what the library gives for it.

    options: of `write_c`
    """
    if name in ELEMENTS:
        block, x = _block_of_elements(ELEMENTS[name], len(name))
    else:
        block, x = _block(LAYERS[name], len(name))
    block.hybridize()
    block(x)
    path = folder / f"{name}.weft"
    block.export(path, x)
    runtime.Model(str(path)).write_c(str(folder), name=name, **options)
    return x.asnumpy(), block(x).asnumpy()


def check_main(arrays: dict[str, tuple[numpy.ndarray, numpy.ndarray]], entry: str) -> str:
    """A program that runs all of them; its result is how many differ."""
    text = "#include <stdio.h>\n#include <string.h>\n"
    calls = ""
    for name, (x, wanted) in arrays.items():
        kind = f"{wanted.dtype}_t"
        text += f'#include "{name}.h"\n'
        for array, values in (("x", x), ("y", wanted)):
            numbers = ", ".join(map(str, values.ravel()))
            text += f"static const {values.dtype}_t {name}_{array}[] = {{{numbers}}};\n"
        calls += f"""  {{
    static {kind} y[{wanted.size}];
    {name}_run({name}_x, y);
    if (memcmp(y, {name}_y, sizeof y)) {{ puts("{name} differs"); ++failed; }}
  }}
"""
    return f"{text}int {entry}(void) {{\n  int failed = 0;\n{calls}  return failed;\n}}\n"
