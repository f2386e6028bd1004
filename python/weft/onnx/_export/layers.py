"""Products, convolutions, pooling, resizing, attention."""

from typing import Any

import numpy

from weft._base.errors import Unsupported
from weft._core import native
from weft.onnx._export._call import Call
from weft.onnx._export._graph import numpy_dtype
from weft.onnx._export._table import rules
from weft.onnx._export.elementwise import widened
from weft.onnx._export.reduce import softmax

# ---- products -----------------------------------------------------------------------------------


@rules("matmul")
def _matmul(call: Call) -> Any:
    dtype = call.out[0]
    wide = widened(dtype)
    return call.scope.cast(
        call.emit("MatMul", call.input(0, wide), call.input(1, wide)), wide, dtype
    )


# ---- convolution --------------------------------------------------------------------------------


def numbers(value: Any, rank: int, default: int) -> list[int]:
    """An attribute with one number for each spatial axis."""
    if value is None:
        return [default] * rank
    listed = [value] if isinstance(value, int) else list(value)
    return listed * rank if len(listed) == 1 else listed


def margins(value: Any, rank: int) -> list[int]:
    """Padding before all axes and then behind them."""
    found = numbers(value, rank, 0)
    return found if len(found) == 2 * rank else found * 2


@rules("convolution_image")
def _convolution(call: Call) -> Any:
    rank = call.rank(0) - 2
    return call.emit(
        "Conv",
        call.input(0),
        call.input(1),
        call.input(2) if call.given(2) else None,
        kernel_shape=list(call.shape(1)[2:]),
        strides=numbers(call["stride"], rank, 1),
        pads=margins(call["pad"], rank),
        dilations=numbers(call["dilate"], rank, 1),
        group=call["num_group"],
    )


@rules("convolution_data")
def _transposed_convolution(call: Call) -> Any:
    """The adjoint of a convolution for its data is a transposed convolution."""
    rank = call.rank(0) - 2
    kernel = call.shape(1)[2:]
    strides, dilations = numbers(call["stride"], rank, 1), numbers(call["dilate"], rank, 1)
    pads = margins(call["pad"], rank)
    more = [
        [
            shapes[call.node.outputs[0]][2 + axis]
            - ((shapes[call.node.operands[0]][2 + axis] - 1) * strides[axis])
            - (kernel[axis] - 1) * dilations[axis]
            - 1
            + pads[axis]
            + pads[axis + rank]
            for axis in range(rank)
        ]
        for shapes in call.frame.extents.shapes
    ]
    if any(found != more[0] for found in more):
        raise Unsupported(
            "convolution_data: the rest of a strided window must be the same in all runs"
        )
    # What no window reaches is zero; ONNX takes less than a stride of it.
    behind = [max(0, n - s + 1) for n, s in zip(more[0], strides, strict=True)]
    found = call.emit(
        "ConvTranspose",
        call.input(0),
        call.input(1),
        kernel_shape=list(kernel),
        strides=strides,
        pads=pads,
        dilations=dilations,
        group=call["num_group"],
        output_padding=[n - b for n, b in zip(more[0], behind, strict=True)],
    )
    if not any(behind):
        return found
    return call.emit("Pad", found, call.scope.ints(*[0] * (rank + 4), *behind))


@rules("unfold_depth")
def _unfold_depth(call: Call) -> Any:
    """A volume as images whose channels are the slices that a window along the depth meets."""
    volume, (_, shape) = call.input(0), call.type(0)
    pad, kernel, stride, dilate = (call[n] for n in ("pad", "kernel", "stride", "dilate"))
    if pad:
        volume = call.emit("Pad", volume, call.scope.ints(0, 0, pad, 0, 0, 0, 0, pad, 0, 0))
    depth = shape[2] + 2 * pad
    if call.extent(0, 2) is None:
        raise Unsupported("unfold_depth: the depth must be the same in all runs to become ONNX")
    count = (depth - dilate * (kernel - 1) - 1) // stride + 1
    at, steps = call.scope.ints(2), call.scope.ints(stride)
    slices = [
        call.emit(
            "Slice",
            volume,
            call.scope.ints(tap * dilate),
            call.scope.ints(tap * dilate + (count - 1) * stride + 1),
            at,
            steps,
        )
        for tap in range(kernel)
    ]
    # (N, C, D, H, W) each: (N, D, C, kernel, H, W) with all of them.
    taps = [call.unsqueezed(call.transposed(part, [0, 2, 1, 3, 4]), 3) for part in slices]
    whole = taps[0] if kernel == 1 else call.emit("Concat", *taps, axis=3)
    inner = [call.extent_tensor(0, axis) for axis in (3, 4)]
    return call.emit(
        "Reshape", whole, call.joined([call.scope.ints(-1, shape[1] * kernel), *inner])
    )


@rules("fold_depth")
def _fold_depth(call: Call) -> Any:
    """Images back to a volume: each slice is added to the places that it came from."""
    kernel, stride, pad, dilate = (call[n] for n in ("kernel", "stride", "pad", "dilate"))
    channels, depth = call.out_extent(1), call.out_extent(2)
    if channels is None or depth is None:
        raise Unsupported("fold_depth: the depth must be the same in all runs to become ONNX")
    padded = depth + 2 * pad
    steps = (padded - dilate * (kernel - 1) - 1) // stride + 1
    inner = [call.extent_tensor(0, axis) for axis in (2, 3)]
    shape = call.joined([call.scope.ints(-1, steps, channels, kernel), *inner])
    x = call.emit("Reshape", call.input(0), shape)
    x = call.transposed(x, [0, 2, 3, 1, 4, 5])  # (N, C, kernel, steps, H, W)
    share = numpy.zeros((kernel * steps, padded))
    for tap in range(kernel):
        for step in range(steps):
            share[tap * steps + step, step * stride + tap * dilate] = 1
    if kernel == 1 and stride == 1 and pad == 0:
        return call.emit("Squeeze", x, call.scope.ints(2))
    shape = call.joined([call.scope.ints(0, 0, kernel * steps), *inner])
    x = call.emit("Reshape", x, shape)
    matrix = call.scope.constant(share[:, pad : pad + depth], call.out[0])
    x = call.emit("MatMul", call.transposed(x, [0, 1, 3, 4, 2]), matrix)
    return call.transposed(x, [0, 1, 4, 2, 3])


# ---- pooling ------------------------------------------------------------------------------------


@rules("pooling_image")
def _pooling(call: Call) -> Any:
    dtype, rank = call.dtype(0), call.rank(0) - 2
    is_max = call["pool_type"] == "max"
    wide = dtype if dtype in ("float32", "float64", "float16", "bfloat16") else "float64"
    x = call.input(0, wide)
    if call["global_pool"]:
        found = call.emit("GlobalMaxPool" if is_max else "GlobalAveragePool", x)
        return call.scope.cast(found, wide, dtype)
    kernel, strides = numbers(call["kernel"], rank, 1), numbers(call["stride"], rank, 1)
    pads = margins(call["pad"], rank)
    full = call["pooling_convention"] == "full"
    options: dict[str, Any] = {"kernel_shape": kernel, "strides": strides, "pads": pads}
    if full:
        options["ceil_mode"] = 1
    if is_max:
        found = call.emit("MaxPool", x, **options)
    elif full and call["count_include_pad"]:
        found = _average_with_margins(call, x, pads, options)
    else:
        inside = int(call["count_include_pad"]) if any(pads) else None
        found = call.emit("AveragePool", x, count_include_pad=inside, **options)
    return call.scope.cast(found, wide, dtype)


def _average_with_margins(call: Call, x: str, pads: list[int], options: Any) -> str:
    """Runtimes differ in whether a last window counts what lies behind the margins, which it does
    not where the margins are elements."""
    if any(pads):
        rank = len(pads) // 2
        x = call.emit("Pad", x, call.scope.ints(0, 0, *pads[:rank], 0, 0, *pads[rank:]))
    return call.emit("AveragePool", x, **{**options, "pads": [0] * len(pads)})


@rules("pooling_indices")
def _pooling_indices(call: Call) -> Any:
    """Offsets in their planes; MaxPool counts in the whole array."""
    rank = call.rank(0) - 2
    if call["global_pool"]:
        kernel, strides = list(call.static_shape(0)[2:]), [1] * rank
    else:
        kernel, strides = numbers(call["kernel"], rank, 1), numbers(call["stride"], rank, 1)
    _, found = call.emit(
        "MaxPool",
        call.input(0, "float32" if call.dtype(0) != "float64" else None),
        outputs=2,
        kernel_shape=kernel,
        strides=strides,
        pads=margins(call["pad"], rank),
        ceil_mode=int(call["pooling_convention"] == "full"),
    )
    plane = call.extent_tensor(0, 2)
    for axis in range(3, rank + 2):
        plane = call.scope.once("Mul", plane, call.extent_tensor(0, axis))
    return call.emit("Mod", found, plane)


def _plane(call: Call, x: str, place: int) -> str:
    shape = call.joined([call.shape_tensor(place, [0, 1]), call.scope.ints(-1)])
    return call.emit("Reshape", x, shape)


@rules("pooling_gather")
def _pooling_gather(call: Call) -> Any:
    flat, index = _plane(call, call.input(0), 0), _plane(call, call.input(1), 1)
    found = call.emit("GatherElements", flat, index, axis=2)
    return call.emit("Reshape", found, call.shape_tensor(1))


# ---- resizing -----------------------------------------------------------------------------------

_NEAREST = {
    "nearest": ("asymmetric", "floor"),
    "nearest-exact": ("half_pixel", "round_prefer_ceil"),
}


@rules("resample")
def _resample(call: Call) -> Any:
    """Weights for each result: a product with their matrix, which Weft computes itself. Where runs
    decide on the extent, a Resize, whose weights are the same but for the last bits."""
    axis, rank = call["axis"] % call.rank(0), call.rank(0)
    before, after = call.extent(0, axis), call.out_extent(axis)
    mode = call["mode"]
    if mode in _NEAREST and before is not None and after is not None:
        return _rows_nearest(call, axis, before)
    if before is not None and after is not None:
        matrix = _weights(call, before)
        order = [a for a in range(rank) if a != axis] + [axis]
        x = call.emit("MatMul", call.transposed(call.input(0), order), matrix)
        return call.transposed(x, sorted(range(rank), key=order.__getitem__))
    if mode == "area" or call["antialias"]:
        raise Unsupported(f"resample: `{mode}` of an extent that only a run knows has no ONNX form")
    coordinates = "align_corners" if call["align_corners"] else "half_pixel"
    options: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": coordinates}
    if mode in _NEAREST:
        coordinates, rounding = _NEAREST[mode]
        options = {
            "mode": "nearest",
            "coordinate_transformation_mode": coordinates,
            "nearest_mode": rounding,
        }
    if mode == "cubic":
        options["cubic_coeff_a"] = -0.75
    sizes = [call.extent_tensor(0, a) for a in range(rank)]
    sizes[axis] = call.number(call["size"])
    return call.emit("Resize", call.input(0), None, None, call.joined(sizes), **options)


def _resampled(call: Call, x: numpy.ndarray) -> numpy.ndarray:
    """What Weft makes of a matrix along its first axis."""
    options = {n: call[n] for n in ("size", "mode", "align_corners", "antialias")}
    return native.operator("resample")(native.array(x), 0, **options).asnumpy()


def _rows_nearest(call: Call, axis: int, before: int) -> str:
    """Each result is one element."""
    places = _resampled(call, numpy.arange(before, dtype="float64"))
    return call.emit("Gather", call.input(0), call.scope.constant(places, "int64"), axis=axis)


def _weights(call: Call, before: int) -> str:
    dtype = call.out[0]
    matrix = _resampled(call, numpy.eye(before, dtype=numpy_dtype(dtype)))
    return call.scope.constant(matrix.T, dtype)


# ---- samples and regions -------------------------------------------------------------------------


@rules("sample_pixels")
def _sample_pixels(call: Call) -> Any:
    """A GridSample, whose places go from -1 to 1 over the edges of the images."""
    dtype = call.dtype(0)

    def along(place: int, axis: int) -> str:
        extent = call.scope.cast(call.extent_tensor(0, axis), "int64", dtype)
        twice = call.emit("Mul", call.input(place), call.full(2, dtype))
        over = call.emit("Div", call.emit("Add", twice, call.full(1, dtype)), extent)
        return call.unsqueezed(call.emit("Sub", over, call.full(1, dtype)), 1, 3)

    grid = call.emit("Concat", along(2, 3), along(1, 2), axis=3)
    samples = call.emit(
        "GridSample",
        call.input(0),
        grid,
        mode="linear" if call.scope.opset >= 20 else "bilinear",
        padding_mode="zeros",
        align_corners=0,
    )
    return call.emit("Squeeze", samples, call.scope.constant([2], "int64"))


@rules("region_means")
def _region_means(call: Call) -> Any:
    height, width = numbers(call["pooled_size"], 2, 1)
    columns = call.scope.constant([1, 2, 3, 4], "int64")
    images = call.emit("Gather", call.input(1), call.scope.constant(0, "int64"), axis=1)
    return call.emit(
        "RoiAlign",
        call.input(0),
        call.emit("Gather", call.input(1), columns, axis=1),
        call.scope.cast(images, call.dtype(1), "int64"),
        coordinate_transformation_mode="half_pixel" if call["aligned"] else "output_half_pixel",
        mode="avg",
        output_height=height,
        output_width=width,
        sampling_ratio=max(call["sampling_ratio"], 0),
        spatial_scale=call["spatial_scale"],
    )


# ---- attention ----------------------------------------------------------------------------------


@rules("attention_blocks")
def _attention(call: Call) -> Any:
    """Shares by softmax; a query that attends to no key has none."""
    dtype = call.dtype(0)
    wide = "float32" if dtype in ("float16", "bfloat16") else dtype
    query, key, value = (call.input(place, wide) for place in range(3))
    rank = call.rank(1)
    order = [*range(rank - 2), rank - 1, rank - 2]
    scaled = call.emit("Mul", query, call.full(call["scale"], wide))
    scores = call.emit("MatMul", scaled, call.transposed(key, order))
    never = call.full(-numpy.inf, wide)
    if call["causal"]:
        scores = call.emit("Where", _sees(call), scores, never)
    if call.given(3):
        if call.dtype(3) == "bool":
            scores = call.emit("Where", call.input(3), scores, never)
        else:
            scores = call.emit("Add", scores, call.input(3, wide))
    if call.given(3):
        shares = softmax(call, scores, -1, wide)
    else:
        shares = call.emit("Softmax", scores, axis=-1)
    found = call.scope.cast(call.emit("MatMul", shares, value), wide, dtype)
    if not call.reads(1):
        return found, ""
    sums = call.scope.reduced("ReduceLogSumExp", scores, [-1])
    return found, sums


def _sees(call: Call) -> str:
    """Which keys a query attends to: those up to its own position."""
    targets, sources = (call.extent(place, -2) for place in (0, 1))
    if targets is not None and sources is not None:
        return call.scope.constant(numpy.tri(targets, sources, dtype=bool))

    def counted(place: int) -> str:
        count = call.scope.once("Squeeze", call.extent_tensor(place, call.rank(place) - 2))
        return call.scope.once("Range", call.full(0, "int64"), count, call.full(1, "int64"))

    return call.emit("LessOrEqual", counted(1), call.unsqueezed(counted(0), -1))


rules.refuse(
    "gradients have no form in ONNX; export the network itself, in predict mode",
    *("attention_gradient", "batch_norm_training_gradient", "convolution_weight"),
    *("cross_entropy_rows_gradient", "gru_steps_gradient", "log_softmax_gradient"),
    *("lstm_steps_gradient", "normalize_groups_gradient", "normalize_rows_gradient"),
    *("pick_adjoint", "pooling_average_gradient", "pooling_scatter", "resample_adjoint"),
    *("region_means_adjoint", "rnn_steps_gradient", "sample_pixels_adjoint"),
    *("sample_pixels_slopes", "softmax_gradient", "take_adjoint"),
    *("gamma_slope", "vonmises_slope", "wald_slope"),
)
rules.refuse(
    "speech features in fixed point have no form in ONNX",
    *("signal_auto_scale", "signal_filter_bank", "signal_gain", "signal_log", "signal_rfft"),
    "signal_square_root",
)
rules.refuse("int16 data with int8 weights has no form in ONNX", "quantized_convolution16")
rules.refuse("ONNX takes no bits of a number before opset 26", "reinterpret")
rules.refuse(
    "ONNX has no factorizations of matrices",
    *("lapack_cholesky", "lapack_det", "lapack_eig", "lapack_eigh", "lapack_inv", "lapack_qr"),
    *("lapack_qr_whole", "lapack_slogdet", "lapack_solve", "lapack_svd", "lapack_svd_whole"),
    *("lapack_triangular", "small_cholesky", "small_det", "small_eigh", "small_inv"),
    "small_solve",
)
rules.refuse(
    "ONNX has no complex numbers",
    *("fourier", "imaginary_part", "pair", "real_fourier", "real_fourier_inverse", "real_part"),
)
rules.refuse("ONNX has no frames that overlap", "frames", "overlap_add", "window_sum")
rules.refuse("ONNX has no such function", "digamma", "erfinv", "gamma", "gammaln")
rules.refuse(
    "ONNX has no operator that draws such numbers",
    *("binomial", "hypergeometric", "log_standard_gamma", "logseries", "poisson"),
    *("standard_gamma", "vonmises", "wald", "zipf"),
)
rules.refuse("ONNX rounds the bins of regions in another way", "region_peaks")
rules.refuse(
    "a form that only plans have; export the network, not a packed file",
    *("batch_norm_training_blocked", "batch_norm_training_gradient_blocked"),
    *("convolution_blocked", "convolution_data_blocked", "convolution_weight_blocked"),
    *("gru_steps_packed", "lstm_steps_packed", "rnn_steps_packed", "matmul_packed"),
    *("pack_convolution", "pack_matmul", "pack_recurrent", "pooling_blocked"),
    *("pooling_average_gradient_blocked", "pooling_scatter_blocked", "pooling_taps_blocked"),
)
rules.refuse("calls a function of this program; leave it out of what is exported", "callback")
rules.refuse(
    "reaches other processes, which ONNX has no operator for; export the network of one process",
    *("all_reduce", "all_reduce_start", "barrier", "broadcast", "broadcast_start"),
    *("collective_wait", "copy_to_parts", "exchange_blocks", "exchange_blocks_start"),
    *("gather_blocks", "gather_blocks_start", "gather_parts", "group_rank", "group_size"),
    *("receive", "reduce_blocks", "reduce_blocks_start", "send", "sum_parts"),
)
