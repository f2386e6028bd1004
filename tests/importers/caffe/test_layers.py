"""Each layer of Caffe computes what its documentation says, eager and hybridized, and what OpenCV
computes, where it has a reader of Caffe's files."""

import caffe_formulas as formulas
import numpy
import pytest
from caffe_files import inputs, layer, random_array, run, run_opencv, weights_of, write_net

SHAPE = (2, 4, 7, 9)


def convolved(stride, pad, **more):
    return lambda x, w: formulas.convolution(x, w[0], w[1] if w[1:] else None, stride, pad, **more)


def pooled(mode, kernel, stride, pad, **more):
    return lambda x, w: formulas.pooling(x, mode, kernel, stride, pad, **more)


def centred(x, axes, eps=1e-9):
    x = x.astype("float64")
    gap = x - x.mean(axes, keepdims=True)
    return gap / (numpy.sqrt((gap**2).mean(axes, keepdims=True)) + eps)


def stretched(x, axis, extent):
    """Linear interpolation whose outer elements stay."""
    at = numpy.linspace(0, x.shape[axis] - 1, extent)
    return numpy.apply_along_axis(
        lambda line: numpy.interp(at, numpy.arange(len(line)), line), axis, x
    )


def on_channels(w):
    return w[:, None, None]


# Type, fields, formula of the input and the weights; a shape of the input where it is another.
CASES = {
    "convolution": (
        "Convolution",
        "convolution_param { num_output: 6 kernel_size: 3 stride: 2 pad: 1 }",
        convolved((2, 2), (1, 1)),
    ),
    "convolution in groups": (
        "Convolution",
        "convolution_param { num_output: 6 kernel_h: 3 kernel_w: 2 stride_h: 1 stride_w: 2 "
        "pad_h: 1 pad_w: 0 group: 2 bias_term: false }",
        convolved((1, 2), (1, 0), group=2),
    ),
    "dilated convolution": (
        "Convolution",
        "convolution_param { num_output: 6 kernel_size: 3 dilation: 2 pad: 2 }",
        convolved((1, 1), (2, 2), dilation=(2, 2)),
    ),
    "depthwise convolution": (
        "ConvolutionDepthwise",
        "convolution_param { num_output: 4 kernel_size: 3 }",
        convolved((1, 1), (0, 0), group=4),
    ),
    "deconvolution": (
        "Deconvolution",
        "convolution_param { num_output: 6 kernel_size: 4 stride: 2 pad: 1 }",
        lambda x, w: formulas.deconvolution(x, w[0], w[1], (2, 2), (1, 1)),
    ),
    "deconvolution in groups": (
        "Deconvolution",
        "convolution_param { num_output: 4 kernel_size: 4 stride: 2 pad: 1 group: 4 "
        "bias_term: false }",
        lambda x, w: formulas.deconvolution(x, w[0], None, (2, 2), (1, 1), group=4),
    ),
    "maxima": (
        "Pooling",
        "pooling_param { pool: MAX kernel_size: 3 stride: 2 }",
        pooled("MAX", (3, 3), (2, 2), (0, 0)),
        (2, 4, 8, 9),
    ),
    "maxima with margins": (
        "Pooling",
        "pooling_param { pool: MAX kernel_size: 3 stride: 2 pad: 2 }",
        pooled("MAX", (3, 3), (2, 2), (2, 2)),
        (2, 4, 8, 9),
    ),
    "maxima, rounded down": (
        "Pooling",
        "pooling_param { pool: MAX kernel_size: 3 stride: 2 round_mode: FLOOR }",
        pooled("MAX", (3, 3), (2, 2), (0, 0), is_ceil=False),
        (2, 4, 8, 9),
    ),
    "averages": (
        "Pooling",
        "pooling_param { pool: AVE kernel_size: 3 stride: 2 }",
        pooled("AVE", (3, 3), (2, 2), (0, 0)),
        (2, 4, 8, 9),
    ),
    "averages with margins": (
        "Pooling",
        "pooling_param { pool: AVE kernel_h: 4 kernel_w: 5 stride_h: 3 stride_w: 4 pad_h: 2 "
        "pad_w: 1 }",
        pooled("AVE", (4, 5), (3, 4), (2, 1)),
        (2, 4, 13, 15),
    ),
    "stochastic": (
        "Pooling",
        "pooling_param { pool: STOCHASTIC kernel_size: 2 stride: 2 }",
        lambda x, w: formulas.pooling(x, "STOCHASTIC", (2, 2), (2, 2), (0, 0)),
        (2, 4, 6, 8),
        "positive",
    ),
    "global average": (
        "Pooling",
        "pooling_param { pool: AVE global_pooling: true }",
        lambda x, w: x.mean((2, 3), keepdims=True),
    ),
    "inner product": (
        "InnerProduct",
        "inner_product_param { num_output: 5 }",
        lambda x, w: x.reshape(2, -1) @ w[0].T + w[1],
    ),
    "inner product, transposed, of the last axes": (
        "InnerProduct",
        "inner_product_param { num_output: 5 axis: 2 transpose: true bias_term: false }",
        lambda x, w: x.reshape(2, 4, -1) @ w[0],
    ),
    "leaky": (
        "ReLU",
        "relu_param { negative_slope: 0.1 }",
        lambda x, w: numpy.where(x > 0, x, 0.1 * x),
    ),
    "slopes": ("PReLU", "", lambda x, w: numpy.where(x > 0, x, on_channels(w[0]) * x)),
    "one slope": (
        "PReLU",
        "prelu_param { channel_shared: true }",
        lambda x, w: numpy.where(x > 0, x, w[0] * x),
    ),
    "elu": (
        "ELU",
        "elu_param { alpha: 0.5 }",
        lambda x, w: numpy.where(x > 0, x, 0.5 * numpy.expm1(x)),
    ),
    "sigmoid": ("Sigmoid", "", lambda x, w: formulas.sigmoid(x)),
    "tanh": ("TanH", "", lambda x, w: numpy.tanh(x)),
    "absolute": ("AbsVal", "", lambda x, w: abs(x)),
    "bnll": ("BNLL", "", lambda x, w: numpy.log1p(numpy.exp(x))),
    "swish": ("Swish", "swish_param { beta: 2 }", lambda x, w: x * formulas.sigmoid(2 * x)),
    "clip": (
        "Clip",
        "clip_param { min: -0.5 max: 0.25 }",
        lambda x, w: numpy.clip(x, -0.5, 0.25),
    ),
    "threshold": ("Threshold", "threshold_param { threshold: 0.25 }", lambda x, w: x > 0.25),
    "power": (
        "Power",
        "power_param { power: 0.5 scale: 0.5 shift: 2.0 }",
        lambda x, w: (0.5 * x + 2) ** 0.5,
    ),
    "power 0": ("Power", "power_param { power: 0 }", lambda x, w: numpy.ones(x.shape)),
    "exp": (
        "Exp",
        "exp_param { base: 2 scale: 0.5 shift: 0.25 }",
        lambda x, w: 2 ** (0.5 * x + 0.25),
    ),
    "log": (
        "Log",
        "log_param { base: 10 scale: 0.5 shift: 2 }",
        lambda x, w: numpy.log10(0.5 * x + 2),
    ),
    "lrn": (
        "LRN",
        "lrn_param { local_size: 3 alpha: 0.5 beta: 0.6 k: 2 }",
        lambda x, w: formulas.lrn(x, 3, 0.5, 0.6, 2),
    ),
    "lrn in places": (
        "LRN",
        "lrn_param { local_size: 3 alpha: 0.5 beta: 0.6 norm_region: WITHIN_CHANNEL }",
        lambda x, w: (
            x * (1 + 0.5 * formulas.pooling(x**2, "AVE", (3,) * 2, (1,) * 2, (1,) * 2)) ** -0.6
        ),
    ),
    "batch norm": (
        "BatchNorm",
        "batch_norm_param { eps: 0.001 }",
        lambda x, w: (x - on_channels(w[0] / w[2])) / numpy.sqrt(on_channels(w[1] / w[2]) + 0.001),
    ),
    "scale": (
        "Scale",
        "scale_param { bias_term: true }",
        lambda x, w: x * on_channels(w[0]) + on_channels(w[1]),
    ),
    "scale of two axes": (
        "Scale",
        "scale_param { axis: 2 num_axes: -1 }",
        lambda x, w: x * w[0],
    ),
    "bias": ("Bias", "bias_param { axis: 3 }", lambda x, w: x + w[0]),
    "mvn": ("MVN", "", lambda x, w: centred(x, (2, 3))),
    "mvn of all channels": (
        "MVN",
        "mvn_param { across_channels: true }",
        lambda x, w: centred(x, (1, 2, 3)),
    ),
    "softmax": ("Softmax", "softmax_param { axis: 2 }", lambda x, w: formulas.softmax(x, 2)),
    "flatten": ("Flatten", "flatten_param { axis: 2 }", lambda x, w: x.reshape(2, 4, -1)),
    "reshape": (
        "Reshape",
        "reshape_param { shape { dim: 2 dim: -1 } axis: 1 num_axes: 2 }",
        lambda x, w: x.reshape(2, 2, 14, 9),
    ),
    "permute": (
        "Permute",
        "permute_param { order: 0 order: 2 order: 3 order: 1 }",
        lambda x, w: x.transpose(0, 2, 3, 1),
    ),
    "normalize": (
        "Normalize",
        "norm_param { across_spatial: false channel_shared: false }",
        lambda x, w: (
            x / numpy.sqrt((x.astype("float64") ** 2).sum(1, keepdims=True)) * on_channels(w[0])
        ),
    ),
    "sum of squares": (
        "Reduction",
        "reduction_param { operation: SUMSQ axis: 1 coeff: 0.5 }",
        lambda x, w: 0.5 * (x**2).sum((1, 2, 3)),
    ),
    "mean": ("Reduction", "reduction_param { operation: MEAN }", lambda x, w: x.mean()),
    "places of maxima": (
        "ArgMax",
        "argmax_param { axis: 1 }",
        lambda x, w: x.argmax(1)[:, None],
    ),
    "best three": (
        "ArgMax",
        "argmax_param { top_k: 3 out_max_val: true }",
        lambda x, w: numpy.stack(
            [
                numpy.argsort(-x.reshape(2, -1), 1)[:, :3],
                -numpy.sort(-x.reshape(2, -1), 1)[:, :3],
            ],
            1,
        )[..., None],
    ),
    "dropout": ("Dropout", "", lambda x, w: x),
    "tile": ("Tile", "tile_param { axis: 1 tiles: 3 }", lambda x, w: numpy.tile(x, (1, 3, 1, 1))),
    "pyramid": (
        "SPP",
        "spp_param { pyramid_height: 3 }",
        lambda x, w: numpy.concatenate(
            [
                formulas.pooling(x, "MAX", k, k, p).reshape(2, -1)
                for k, p in (((13, 11), (0, 0)), ((7, 6), (1, 1)), ((4, 3), (2, 1)))
            ],
            1,
        ),
        (2, 3, 13, 11),
    ),
    "interpolation": (
        "Interp",
        "interp_param { zoom_factor: 2 }",
        lambda x, w: stretched(stretched(x, 2, 13), 3, 17),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_layer_computes_its_formula(name, tmp_path):
    kind, options, formula, *more = CASES[name]
    shape = more[0] if more else SHAPE
    x = random_array(*shape, low=0.1 if more[1:] else -1.0)
    prototxt, weights = write_net(tmp_path, inputs(x=shape) + layer(kind, options))
    values = weights_of(prototxt, 0).get("y", [])
    wanted = numpy.asarray(formula(x, values), "float64")
    for hybridized in (False, True):
        (y,) = run(prototxt, weights, x, hybridized=hybridized)
        assert y.shape == wanted.shape
        numpy.testing.assert_allclose(y, wanted, rtol=2e-4, atol=2e-5)


IGNORED = ("lrn", "log", "swish", "inner product, transposed, of the last axes")


@pytest.mark.parametrize("name", CASES)
def test_a_layer_computes_what_opencv_does(name, tmp_path):
    cv2 = pytest.importorskip("cv2")
    if not hasattr(cv2.dnn, "readNetFromCaffe"):
        pytest.skip("not run: this OpenCV has no reader of Caffe's files")
    kind, options, _, *more = CASES[name]
    shape = more[0] if more else SHAPE
    x = random_array(*shape, low=0.1 if more[1:] else -1.0)
    prototxt, weights = write_net(tmp_path, inputs(x=shape) + layer(kind, options))
    if name in IGNORED:
        pytest.skip("not run: OpenCV does not read a field of it")
    try:
        (wanted,) = run_opencv(prototxt, weights, x)
    except cv2.error:
        pytest.skip(f"not run: OpenCV lacks {kind} as it is here")
    (y,) = run(prototxt, weights, x)
    numpy.testing.assert_allclose(y.ravel(), wanted.ravel(), rtol=1e-3, atol=1e-4)


# ---- several bottoms or tops --------------------------------------------------------------------


def results(tmp_path, text, *arrays):
    prototxt, weights = write_net(tmp_path, text)
    eager = run(prototxt, weights, *arrays)
    for a, b in zip(eager, run(prototxt, weights, *arrays, hybridized=True), strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    return eager, weights_of(prototxt, 0)


@pytest.mark.parametrize(
    "options, formula",
    [
        ("", lambda a, b, c: a + b + c),
        ("eltwise_param { coeff: 1 coeff: -1 coeff: 0.5 }", lambda a, b, c: a - b + 0.5 * c),
        ("eltwise_param { operation: PROD }", lambda a, b, c: a * b * c),
        ("eltwise_param { operation: MAX }", lambda a, b, c: numpy.maximum(a, numpy.maximum(b, c))),
    ],
)
def test_eltwise_joins_bottoms(options, formula, tmp_path):
    arrays = [random_array(2, 3, seed=seed) for seed in range(3)]
    text = inputs(a=(2, 3), b=(2, 3), c=(2, 3)) + layer("Eltwise", options, bottoms="abc")
    (y,), _ = results(tmp_path, text, *arrays)
    numpy.testing.assert_allclose(y, formula(*arrays), rtol=1e-6)


def test_concat_slice_and_split_undo_each_other(tmp_path):
    a, b = random_array(2, 3, 4), random_array(2, 5, 4, seed=1)
    text = (
        inputs(a=a.shape, b=b.shape)
        + layer("Concat", name="c", bottoms="ab", tops="c")
        + layer("Split", name="s", bottoms="c", tops=("c1", "c2"))
        + layer("Slice", "slice_param { slice_point: 3 }", name="t", bottoms=["c1"], tops="de")
        + layer("Slice", "slice_param { slice_dim: 2 }", name="u", bottoms=["c2"], tops="fg")
        + layer("Silence", name="v", bottoms="f", tops=())
    )
    (d, e, g), _ = results(tmp_path, text, a, b)
    numpy.testing.assert_array_equal(d, a)
    numpy.testing.assert_array_equal(e, b)
    numpy.testing.assert_array_equal(g, numpy.concatenate([a, b], 1)[:, :, 2:])


def test_crop_cuts_to_the_extents_of_another_bottom(tmp_path):
    x, like = random_array(2, 3, 7, 8), random_array(2, 5, 4, 5)
    text = inputs(x=x.shape, z=like.shape) + layer(
        "Crop", "crop_param { axis: 2 offset: 1 offset: 2 }", bottoms="xz"
    )
    (y,), _ = results(tmp_path, text, x, like)
    numpy.testing.assert_array_equal(y, x[:, :, 1:5, 2:7])


def test_scale_and_bias_take_a_second_bottom(tmp_path):
    x, w = random_array(2, 3, 4), random_array(2, 3, seed=1)
    text = (
        inputs(x=x.shape, w=w.shape)
        + layer("Scale", "scale_param { axis: 0 }", name="s", bottoms="xw", tops="s")
        + layer("Bias", "bias_param { axis: 0 }", bottoms="sw")
    )
    (y,), _ = results(tmp_path, text, x, w)
    numpy.testing.assert_allclose(y, x * w[:, :, None] + w[:, :, None], rtol=1e-6)


def test_embed_looks_rows_up(tmp_path):
    x = numpy.array([[1, 0], [3, 2]], "float32")
    text = inputs(x=x.shape) + layer("Embed", "embed_param { num_output: 5 input_dim: 4 }")
    (y,), weights = results(tmp_path, text, x)
    table, bias = weights["y"]
    numpy.testing.assert_allclose(y, table[x.astype(int)] + bias, rtol=1e-6)


def test_batch_reindex_and_filter_choose_samples(tmp_path):
    x, places = random_array(4, 3), numpy.array([2, 0, 2], "float32")
    text = inputs(x=x.shape, i=places.shape) + layer("BatchReindex", bottoms="xi")
    (y,), _ = results(tmp_path, text, x, places)
    numpy.testing.assert_array_equal(y, x[[2, 0, 2]])
    chosen = numpy.array([1, 0, 0, 1], "float32")
    text = inputs(x=x.shape, s=chosen.shape) + layer("Filter", bottoms="xs")
    (y,), _ = results(tmp_path, text, x, chosen)
    numpy.testing.assert_array_equal(y, x[[0, 3]])


def test_pooling_tells_the_places_of_maxima(tmp_path):
    x = random_array(2, 3, 6, 6)
    options = "pooling_param { pool: MAX kernel_size: 2 stride: 2 }"
    text = inputs(x=x.shape) + layer("Pooling", options, tops="yz")
    (y, places), _ = results(tmp_path, text, x)
    flat = x.reshape(2, 3, -1)
    found = numpy.take_along_axis(flat, places.astype(int).reshape(2, 3, -1), 2)
    numpy.testing.assert_array_equal(found.reshape(y.shape), y)


def test_im2col_gathers_windows(tmp_path):
    x = random_array(2, 3, 6, 5)
    options = "convolution_param { kernel_size: 3 stride: 2 pad: 1 }"
    (columns,), _ = results(tmp_path, inputs(x=x.shape) + layer("Im2col", options), x)
    weight = random_array(4, 3, 3, 3, seed=1)
    wanted = formulas.convolution(x, weight, None, (2, 2), (1, 1))
    made = numpy.einsum("ok,nkhw->nohw", weight.reshape(4, -1), columns)
    numpy.testing.assert_allclose(made, wanted, rtol=1e-4, atol=1e-5)


def test_parameter_layers_are_blobs(tmp_path):
    text = (
        inputs(x=(2, 3))
        + layer(
            "Parameter",
            "parameter_param { shape { dim: 2 dim: 3 } }",
            name="p",
            bottoms=(),
            tops="p",
        )
        + layer("Eltwise", bottoms="xp")
    )
    x = random_array(2, 3)
    (y,), weights = results(tmp_path, text, x)
    numpy.testing.assert_allclose(y, x + weights["p"][0], rtol=1e-6)


# ---- recurrent ----------------------------------------------------------------------------------

MARKS = numpy.array([[0, 0, 0], [1, 1, 1], [1, 0, 1], [1, 1, 1]], "float32")


def test_lstm_follows_its_marks_and_goes_on_where_it_ended(tmp_path):
    x = random_array(4, 3, 5)
    options = "recurrent_param { num_output: 6 }"
    text = inputs(x=x.shape, c=(4, 3)) + layer("LSTM", options, bottoms="xc")
    prototxt, weights = write_net(tmp_path, text)
    import weft

    net = weft.caffe.load(prototxt, weights)
    net.hybridize()
    values = [value.astype("float64") for value in weights_of(prototxt, 0)["y"]]
    hidden = cell = numpy.zeros((3, 6))
    for marks in (MARKS, numpy.ones_like(MARKS)):
        y = net(weft.np.array(x), weft.np.array(marks)).asnumpy()
        wanted, hidden, cell = formulas.lstm(x, marks, values, hidden, cell)
        numpy.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-5)


def test_lstm_takes_a_static_input_and_first_states(tmp_path):
    x, static = random_array(4, 3, 5), random_array(3, 2, seed=1)
    h, c = random_array(1, 3, 6, seed=2), random_array(1, 3, 6, seed=3)
    options = "recurrent_param { num_output: 6 expose_hidden: true }"
    shapes = {"x": x.shape, "m": (4, 3), "s": static.shape, "h": h.shape, "c": c.shape}
    text = inputs(**shapes) + layer("LSTM", options, bottoms="xmshc", tops=("y", "hT", "cT"))
    found, weights = results(tmp_path, text, x, MARKS, static, h, c)
    values = [value.astype("float64") for value in weights["y"]]
    wanted = formulas.lstm(x, MARKS, values, h[0], c[0], static)
    for y, z in zip(found, (wanted[0], wanted[1][None], wanted[2][None]), strict=True):
        numpy.testing.assert_allclose(y, z, rtol=1e-4, atol=1e-5)


def test_rnn_follows_its_marks(tmp_path):
    x = random_array(4, 3, 5)
    options = "recurrent_param { num_output: 6 }"
    text = inputs(x=x.shape, c=(4, 3)) + layer("RNN", options, bottoms="xc")
    prototxt, weights = write_net(tmp_path, text)
    (y,) = run(prototxt, weights, x, MARKS)
    values = [value.astype("float64") for value in weights_of(prototxt, 0)["y"]]
    wanted = formulas.rnn(x, MARKS, values, numpy.zeros((3, 6)))
    numpy.testing.assert_allclose(y, wanted, rtol=1e-4, atol=1e-5)
