"""Operators of `contrib`: regions, proposals, point processes, transforms, bytes, updates; each
beside plain loops of NumPy."""

import math

import numpy
import pytest
from weft import mxnet as mx

G = numpy.random.default_rng(3)
ND = mx.nd.contrib
ROIS = numpy.array([[0, 10, 12, 100, 90], [1, 0, 0, 60, 150], [0, 40, 33, 47, 39]], "float32")


def rounded(x):
    return math.copysign(math.floor(abs(x) + 0.5), x)


def pooled(data, rois, scale, classes, side, groups):
    """Means over bins, by loops."""
    found = numpy.zeros((len(rois), classes, side, side))
    height, width = data.shape[2:]
    for n, (image, *box) in enumerate(rois):
        x0, y0 = rounded(box[0]) * scale, rounded(box[1]) * scale
        step_x = max((rounded(box[2]) + 1) * scale - x0, 0.1) / side
        step_y = max((rounded(box[3]) + 1) * scale - y0, 0.1) / side
        for c, i, j in numpy.ndindex(classes, side, side):
            top, bottom = math.floor(i * step_y + y0), math.ceil((i + 1) * step_y + y0)
            left, right = math.floor(j * step_x + x0), math.ceil((j + 1) * step_x + x0)
            own = (c * groups + i * groups // side) * groups + j * groups // side
            part = data[int(image), own, max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
            found[n, c, i, j] = part.mean() if part.size else 0
    assert height and width
    return found


@pytest.mark.parametrize("side", [3, 6])
def test_position_sensitive_pooling_is_means_of_bins(side):
    data = G.uniform(size=(2, 18, 12, 14)).astype("float32")
    options = {"spatial_scale": 0.125, "output_dim": 2, "pooled_size": side, "group_size": 3}
    x = mx.nd.array(data)
    x.attach_grad()
    with mx.autograd.record():
        found = ND.PSROIPooling(x, mx.nd.array(ROIS), **options)
    found.backward()
    wanted = pooled(data, ROIS, 0.125, 2, side, 3)
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-4, atol=1e-6)
    # A mean gives its parts 1 in all.
    numpy.testing.assert_allclose(x.grad.asnumpy().sum(), (wanted != 0).sum(), rtol=1e-4)


def test_deformable_pooling_without_offsets_of_a_plane_is_its_value_in_the_middle():
    ramp = numpy.tile(numpy.arange(20.0), (1, 4, 20, 1)).astype("float32")
    rois = numpy.array([[0, 4, 4, 11, 11]], "float32")
    options = {"spatial_scale": 1.0, "output_dim": 1, "pooled_size": 2, "group_size": 2}
    more = {"sample_per_part": 4, "part_size": 2}
    still = ND.DeformablePSROIPooling(
        mx.nd.array(ramp), mx.nd.array(rois), no_trans=True, **options, **more
    ).asnumpy()
    # Bins are 4 wide from 3.5 on, with samples at their first quarters.
    numpy.testing.assert_allclose(still[0, 0, 0], [3.5 + 1.5, 7.5 + 1.5], rtol=1e-5)
    shift = numpy.zeros((1, 2, 2, 2), "float32")
    shift[0, 0] = 1.0  # to the right, by a tenth of the region
    moved = ND.DeformablePSROIPooling(
        mx.nd.array(ramp), mx.nd.array(rois), mx.nd.array(shift), trans_std=0.1, **options, **more
    ).asnumpy()
    numpy.testing.assert_allclose(moved, still + 0.8, rtol=1e-4)


def test_rotated_regions_without_an_angle_are_aligned_regions():
    data = mx.nd.array(G.uniform(size=(1, 2, 12, 14)))
    turned = mx.nd.array([[0, 6, 5, 6, 4, 0]])
    straight = mx.nd.array([[0, 3, 3, 9, 7]])
    found = ND.RROIAlign(data, turned, pooled_size=(2, 3), spatial_scale=1.0, sampling_ratio=2)
    wanted = ND.ROIAlign(data, straight, pooled_size=(2, 3), spatial_scale=1.0, sample_ratio=2)
    numpy.testing.assert_allclose(found.asnumpy(), wanted.asnumpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["Proposal", "MultiProposal"])
def test_proposals_are_inside_the_image_and_apart_from_each_other(name):
    scores, moves = G.uniform(size=(1, 24, 6, 7)), G.normal(size=(1, 48, 6, 7)) * 0.2
    arrays = [mx.nd.array(x) for x in (scores, moves, [[96, 112, 1.0]])]
    rois, found = getattr(ND, name)(
        *arrays, rpn_post_nms_top_n=8, threshold=0.5, output_score=True, rpn_min_size=4
    )
    boxes, found = rois.asnumpy()[:, 1:], found.asnumpy()[:, 0]
    assert (boxes >= -4).all() and (boxes[:, 2] <= 115).all()
    kept = len(numpy.unique(boxes, axis=0))
    assert (numpy.diff(found[:kept]) <= 0).all()
    for one, other in numpy.ndindex(kept, kept):
        if one < other:
            size = numpy.minimum(boxes[one, 2:], boxes[other, 2:]) + 1
            size = numpy.maximum(size - numpy.maximum(boxes[one, :2], boxes[other, :2]), 0)
            area = [numpy.prod(boxes[n, 2:] - boxes[n, :2] + 1) for n in (one, other)]
            assert size.prod() / (sum(area) - size.prod()) <= 0.5 + 1e-5
    with pytest.raises(ValueError, match=r"Proposal: `cls_prob` must have shape \(N, 24"):
        getattr(ND, name)(arrays[0][:, :20], *arrays[1:])


def test_the_likelihood_of_a_process_is_the_sum_over_its_points():
    mu, alpha, beta = numpy.array([1.5, 2.0]), numpy.array([0.2, 0.3]), numpy.array([1.0, 2.0])
    lags, marks, count, end = [0.5, 0.7, 0.2, 9.0], [0, 1, 0, 1], 3, 4.0
    times = numpy.cumsum(lags)[:count]
    total = 0.0
    for k in range(2):
        own = [t for t, m in zip(times, marks, strict=False) if m == k]
        for place, t in enumerate(own):
            past = sum(math.exp(-beta[k] * (t - s)) for s in own[:place])
            total += math.log(mu[k] + alpha[k] * beta[k] * past)
        total -= mu[k] * end + alpha[k] * sum(1 - math.exp(-beta[k] * (end - s)) for s in own)
    arrays = [mu[None], alpha, beta, numpy.zeros((1, 2)), [lags], [marks], [count], [end]]
    found, state = ND.hawkesll(*map(mx.nd.array, arrays))
    numpy.testing.assert_allclose(found.asnumpy(), [total], rtol=1e-5)
    past = [
        sum(math.exp(-beta[k] * (end - s)) for s, m in zip(times, marks, strict=False) if m == k)
        for k in (0, 1)
    ]
    numpy.testing.assert_allclose(state.asnumpy(), [past], rtol=1e-4)


def test_transforms_are_those_of_numpy_and_each_others_gradients():
    x = mx.nd.array(G.normal(size=(3, 6)))
    x.attach_grad()
    with mx.autograd.record():
        y = ND.fft(x)
        total = (y * y).sum()
    total.backward()
    wanted = numpy.fft.fft(x.asnumpy())
    numpy.testing.assert_allclose(y.asnumpy()[:, ::2], wanted.real, rtol=1e-4, atol=1e-5)
    numpy.testing.assert_allclose(y.asnumpy()[:, 1::2], wanted.imag, rtol=1e-4, atol=1e-5)
    numpy.testing.assert_allclose(ND.ifft(y).asnumpy() / 6, x.asnumpy(), rtol=1e-4, atol=1e-5)
    numpy.testing.assert_allclose(x.grad.asnumpy(), 12 * x.asnumpy(), rtol=1e-4, atol=1e-4)


def test_places_sketches_and_comparisons():
    found = ND.index_array(mx.nd.ones((2, 3)))
    numpy.testing.assert_array_equal(found.asnumpy(), numpy.moveaxis(numpy.indices((2, 3)), 0, -1))
    data, h, s = mx.nd.array([[1.0, 2, 3]]), mx.nd.array([[0, 3, 0]]), mx.nd.array([[1, -1, 1]])
    assert ND.count_sketch(data, h, s, out_dim=4).asnumpy().tolist() == [[4, 0, 0, -2]]
    one = mx.nd.array([1.0, math.nan])
    assert ND.allclose(one, one + 1e-9).asscalar() == 1
    assert ND.allclose(one, one, equal_nan=False).asscalar() == 0


# ---- bytes ---------------------------------------------------------------------------------------


def test_bytes_come_back_within_half_a_step():
    x = G.uniform(-1.5, 2, size=(3, 4))
    for kind, step in (("int8", 2 / 127), ("uint8", 3.5 / 255)):
        whole = ND.quantize(mx.nd.array(x), mx.nd.array([-1.5]), mx.nd.array([2.0]), out_type=kind)
        assert whole[0].dtype == numpy.dtype(kind)
        back = ND.dequantize(*whole).asnumpy()
        assert numpy.abs(back - x).max() <= step / 2 + 1e-6


def test_layers_on_bytes_are_near_the_layers_of_floats():
    x, w, b = G.normal(size=(2, 6)), G.normal(size=(4, 6)), G.normal(size=(4,))
    parts = [ND.quantize_v2(mx.nd.array(value)) for value in (x, w, b)]
    ends = [end for _, *pair in parts for end in pair]
    whole = ND.quantized_fully_connected(*(part[0] for part in parts), *ends, num_hidden=4)
    assert whole[0].dtype == numpy.int32
    back = ND.dequantize(*ND.requantize(*whole)).asnumpy()
    numpy.testing.assert_allclose(back, x @ w.T + b, atol=0.2)
    image, filters = G.normal(size=(1, 2, 5, 5)), G.normal(size=(3, 2, 3, 3))
    parts = [ND.quantize_v2(mx.nd.array(value)) for value in (image, filters)]
    ends = [end for _, *pair in parts for end in pair]
    options = {"kernel": (3, 3), "num_filter": 3, "no_bias": True}
    whole = ND.quantized_conv(*(part[0] for part in parts), *ends, **options)
    wanted = mx.nd.Convolution(mx.nd.array(image), mx.nd.array(filters), **options).asnumpy()
    numpy.testing.assert_allclose(ND.dequantize(*whole).asnumpy(), wanted, atol=0.25)
    with pytest.raises(ValueError, match="`no_bias` False goes with 9 inputs; got 6"):
        ND.quantized_conv(*(part[0] for part in parts), *ends, kernel=(3, 3), num_filter=3)


def test_sums_products_and_parts_on_bytes():
    x, y = G.normal(size=(2, 3)), 3 * G.normal(size=(2, 3))
    one, other = (ND.quantize_v2(mx.nd.array(value)) for value in (x, y))
    pair = (one[0], other[0], *one[1:], *other[1:])
    total = ND.quantized_elemwise_add(*pair)
    numpy.testing.assert_allclose(ND.dequantize(*total).asnumpy(), x + y, atol=0.1)
    product = ND.quantized_elemwise_mul(*pair)
    numpy.testing.assert_allclose(ND.dequantize(*product).asnumpy(), x * y, atol=0.3)
    both = ND.quantized_concat(*pair, dim=1)
    numpy.testing.assert_allclose(
        ND.dequantize(*both).asnumpy(), numpy.concatenate([x, y], 1), atol=0.1
    )


# ---- updates -------------------------------------------------------------------------------------


def adamw(w, g, m, v, lr, eta, wd):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    return w - eta * (lr * m / (numpy.sqrt(v) + 1e-8) + wd * w), m, v


def test_adamw_keeps_decay_apart_and_leaves_bad_steps_out():
    w, g, m, v = (G.uniform(0.1, 1, size=(2, 3)) for _ in range(4))
    given = [mx.nd.array(x) for x in (w, g, m, v)]
    options = {"lr": 0.1, "eta": 0.5, "wd": 0.01}
    ND.adamw_update(*given, mx.nd.array([math.nan]), out=given[0], **options)
    numpy.testing.assert_allclose(given[0].asnumpy(), w, rtol=1e-6)
    ND.adamw_update(*given, 2.0, out=given[0], **options)
    for found, wanted in zip((given[0], *given[2:]), adamw(w, 2 * g, m, v, **options), strict=True):
        numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-5)
    lists = [[mx.nd.array(x)] * 1 for x in (w, g, m, v)]
    more = {"lrs": [0.1], "etas": [0.5], "wds": [0.01]}
    ND.multi_adamw_update(*lists, 2.0, out=lists[0], **more)
    numpy.testing.assert_allclose(lists[0][0].asnumpy(), given[0].asnumpy(), rtol=1e-6)


def test_lamb_of_many_weights_is_that_of_two_phases():
    w, g, m, v = (G.uniform(0.1, 1, size=(2, 3)) for _ in range(4))
    one = [mx.nd.array(x) for x in (w, g, m, v)]
    step = mx.nd.lamb_update_phase1(*one, t=3, wd=0.01)
    norms = [x.norm().reshape((1,)) for x in (one[0], step)]
    wanted = mx.nd.lamb_update_phase2(one[0], step, *norms, lr=0.1)
    lists = [[mx.nd.array(x)] for x in (w, g, m, v)]
    ND.multi_lamb_update(*lists, [3], lrs=[0.1], wds=[0.01], out=lists[0])
    numpy.testing.assert_allclose(lists[0][0].asnumpy(), wanted.asnumpy(), rtol=1e-5)


def test_a_layer_whose_bias_is_forgotten_is_refused():
    x, w = mx.nd.ones((1, 2, 5, 5)), mx.nd.ones((3, 2, 3, 3))
    with pytest.raises(mx.MXNetError, match="Convolution: `bias` is missing"):
        mx.nd.Convolution(x, w, kernel=(3, 3), num_filter=3)
    with pytest.raises(mx.MXNetError, match="FullyConnected: `bias` is missing"):
        mx.nd.FullyConnected(x, mx.nd.ones((3, 50)), num_hidden=3)
    assert mx.nd.Deconvolution(x, mx.nd.ones((2, 3, 3, 3)), kernel=(3, 3), num_filter=3).ndim == 4


def test_the_only_variable_of_a_loop_may_come_without_its_list():
    def step(x):
        return x, x + 1

    found, last = mx.nd.contrib.while_loop(lambda x: x < 3, step, [mx.nd.zeros((1,))], 5)
    assert found.asnumpy()[:, 0].tolist() == [0, 1, 2, 0, 0]
    assert [x.asscalar() for x in last] == [3]
