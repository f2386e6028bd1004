"""Ranges of activations from calibration data: what each method finds, and what it refuses."""

import numpy
import pytest
import weft
from small_networks import NETWORKS, data, error, filled, made
from weft import gluon, np
from weft.gluon import nn
from weft.quantization import equalize, fold_norms
from weft.quantization._observers import BINS, Entropy, Extremes, Histogram, MeanSquare, Percentile
from weft.quantization._weight_scales import rounded


def observed(observer, *batches):
    for batch in batches:
        observer.add(np.array(batch, "float32"), float(batch.min()), float(batch.max()))
    return observer


def tailed(seed=0, size=20_000):
    """Most elements near 0, some far out."""
    generator = numpy.random.default_rng(seed)
    return generator.standard_t(2.5, size).astype("float32")


def square_error(values, scale):
    q = numpy.clip(numpy.rint(values / scale.step) + scale.zero, -128, 127)
    return float((((q - scale.zero) * scale.step - values) ** 2).mean())


def test_a_histogram_counts_every_element_while_it_widens():
    parts = [tailed(seed, 500) * 4.0**seed for seed in range(5)]
    histogram = observed(Histogram(), *parts)
    every = numpy.concatenate(parts).astype("float64")
    edges = histogram.start + numpy.arange(BINS + 1) * histogram.width
    wanted, _ = numpy.histogram(every, edges)
    assert histogram.counts.sum() == every.size
    # Elements on a bin's edge may round to either side.
    assert abs(histogram.counts - wanted).sum() <= 4
    counts, middles = histogram.filled()
    assert counts.sum() == every.size and len(middles) > BINS // 4


def test_a_histogram_begins_with_a_batch_of_one_value():
    histogram = observed(Histogram(), numpy.zeros(7), numpy.array([-3.0, 5.0]))
    assert histogram.counts.sum() == 9 and (histogram.low, histogram.high) == (-3.0, 5.0)


@pytest.mark.parametrize("kind", [Extremes, MeanSquare, Entropy])
def test_batches_give_nearly_the_range_of_all_at_once(kind):
    parts = [tailed(seed, 3000) for seed in range(4)]
    split = observed(kind(), *parts).range()
    whole = observed(kind(), numpy.concatenate(parts)).range()
    numpy.testing.assert_allclose(split, whole, rtol=0.0 if kind is Extremes else 0.05)


def test_mean_square_error_is_the_least_of_all_ranges_tried():
    values = tailed()
    found = observed(MeanSquare(), values).range()
    least = square_error(values, found.scale)
    low, high = float(values.min()), float(values.max())
    shares = numpy.append(numpy.linspace(0.05, 0.8, 10), numpy.linspace(0.85, 1, 61))
    every = [
        square_error(values, type(found)(low * a, high * b).scale) for a in shares for b in shares
    ]
    assert least <= 1.001 * min(every)
    assert least < 0.96 * square_error(values, observed(Extremes(), values).range().scale)


def test_an_even_distribution_keeps_its_ends():
    values = numpy.linspace(0, 6, 10_000)
    for kind in (MeanSquare, Entropy):
        low, high = observed(kind(), values).range()
        assert low == 0 and high > 5.9


def divergence(counts, middles, reach):
    """What MXNet's `_get_optimal_threshold` computes for one threshold, by its loops."""
    inside = [i for i in range(len(counts)) if abs(middles[i]) <= reach]
    first, last = inside[0], inside[-1] + 1
    p = counts[first:last].copy()
    p[0] += counts[:first].sum()
    p[-1] += counts[last:].sum()
    q = numpy.zeros(len(p))
    for level in range(255):
        start, stop = level * len(p) // 255, (level + 1) * len(p) // 255
        used = int((p[start:stop] > 0).sum())
        for place in range(start, stop):
            if p[place] > 0:
                q[place] = counts[first + start : first + stop].sum() / used
    smoothed = []
    for array in (p, q):
        empty = array == 0
        taken = 1e-4 * empty.sum() / (~empty).sum()
        array = numpy.where(empty, 1e-4, array - taken)
        smoothed.append(array / array.sum())
    return float((smoothed[0] * numpy.log(smoothed[0] / smoothed[1])).sum())


def test_entropy_is_the_least_divergence_of_the_thresholds():
    observer = observed(Entropy(), tailed())
    found = observer.range()
    counts, middles = observer.filled()
    reach = max(-observer.low, observer.high)
    assert found.high == -found.low < 0.5 * reach
    chosen = divergence(counts, middles, found.high)
    others = [divergence(counts, middles, reach * share) for share in (0.1, 0.2, 0.3, 0.5, 0.8, 1)]
    assert chosen <= min(others) + 1e-9


def test_zeros_of_a_relu_do_not_narrow_the_range():
    positive = abs(tailed())
    wanted = observed(Entropy(), positive).range()
    found = observed(Entropy(), numpy.append(positive, numpy.zeros(60_000, "float32"))).range()
    numpy.testing.assert_allclose(found, (0.0, wanted.high), rtol=0.05)


def test_percentiles_are_those_of_numpy():
    values = tailed()
    low, high = observed(Percentile(99.0), values).range()
    numpy.testing.assert_allclose((low, high), numpy.percentile(values, [0.5, 99.5]), rtol=1e-6)


# ---- networks


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("options", [{"method": "mse"}, {"equalize": True}], ids=str)
def test_every_way_stays_near_the_network(name, options):
    net, x = made(name)
    assert error(weft.quantize(net, x, **options), net, x) < 0.02


def test_less_power_is_lost_to_rounding_where_tails_are_long():
    x = np.array(tailed(size=2000).reshape(-1, 5))
    net = filled(nn.HybridSequential(nn.Dense(9, use_bias=False)), x)
    wanted = net(x).asnumpy()

    def lost(method):
        return float(((weft.quantize(net, x, method=method)(x).asnumpy() - wanted) ** 2).mean())

    assert lost("mse") < 0.99 * lost("minmax")


def test_bias_correction_takes_back_the_shift_of_each_channel():
    x = data((64, 3, 9, 9)) + 1.0
    net = filled(nn.HybridSequential(nn.Conv2D(12, 3, padding=1), nn.Activation("sigmoid")), x)

    def shift(**options):
        small = weft.quantize(net, x, **options)
        gaps = [small.layers["0.convolution0"], net[0](weft.sym.var("data"))]
        found = gaps[0].eval(data=x, **{k: p.data() for k, p in small.collect_params().items()})[0]
        wanted = net[0](x)
        return abs((found - wanted).mean(axis=(0, 2, 3)).asnumpy()).max()

    assert shift(bias_correction=True) < 0.3 * shift()


@pytest.mark.parametrize("name", NETWORKS)
def test_folding_and_equalizing_keep_what_a_network_gives(name):
    net, x = made(name)
    for block in (fold_norms(net, x), equalize(net, x)):
        assert error(block, net, x) < 1e-5
        assert not [key for key in block.collect_params() if "running" in key]


def test_equalized_channels_reach_as_far_in_both_layers():
    net, x = made("separable")
    spread = np.array(10.0 ** numpy.linspace(-2, 2, 12), "float32")
    net[1].gamma.set_data(spread)
    net[1].beta.set_data(spread * 0.1)
    block = equalize(net, x)
    assert error(block, net, x) < 1e-4
    known = {key: p.data().asnumpy() for key, p in block.collect_params().items()}
    first, second = known["0.convolution0.weight"], known["3.convolution0.weight"]
    third = known["6.convolution0.weight"]
    ranges = [abs(first).reshape(12, -1).max(1), abs(second).reshape(12, -1).max(1)]
    numpy.testing.assert_allclose(ranges[0], ranges[1], rtol=0.01)
    numpy.testing.assert_allclose(ranges[1], abs(third).max((0, 2, 3)), rtol=0.01)
    plain, equal = (error(weft.quantize(net, x, equalize=e), net, x) for e in (False, True))
    assert equal < plain


def test_kept_layers_stay_in_float32():
    net, x = made("plain")
    whole = weft.quantize(net, x)
    for keep, count in (("5", 1), (["0.convolution0", "9"], 2), (["0", "5", "9", "10"], 4)):
        small = weft.quantize(net, x, keep=keep)
        kept = sum(
            p.data().dtype.name == "float32" and len(p.shape) > 1
            for p in small.collect_params().values()
        )
        assert kept == count
        assert len(small.layers) < len(whole.layers)
        assert error(small, net, x) < 0.02
    assert error(small, net, x) < 1e-6


def test_weights_are_rounded_by_channel():
    weight = numpy.random.default_rng(0).normal(size=(5, 7, 3, 3)).astype("float32")
    weight[2] *= 100
    steps = abs(weight).reshape(5, -1).max(1) / 127
    gap = abs(rounded(weight) - weight).reshape(5, -1).max(1)
    assert (gap <= 0.5001 * steps).all() and (gap > 0.4 * steps).all()


# ---- bad input


def poisoned(net):
    net[9].weight.set_data(net[9].weight.data() * np.nan)
    return net


def dead(net):
    net[5].bias.set_data(net[5].bias.data() - 1000.0)
    return net


CASES = {
    "no data": (lambda net, x: weft.quantize(net), ValueError, "`calibration_data` must be given"),
    "data of 0": (
        lambda net, x: weft.quantize(net, x * 0),
        ValueError,
        "range of `data` collapses",
    ),
    "infinite data": (
        lambda net, x: weft.quantize(net, x / 0),
        ValueError,
        "`data` must be finite",
    ),
    "a NaN on the way": (
        lambda net, x: weft.quantize(poisoned(net), x),
        ValueError,
        "`9.fully_connected0` must be finite",
    ),
    "a NaN in one batch": (
        lambda net, x: weft.quantize(net, [x, x * np.nan], method="mse"),
        ValueError,
        "`data` must be finite",
    ),
    "a layer that is always 0": (
        lambda net, x: weft.quantize(dead(net), x),
        ValueError,
        "range of `5.convolution0` collapses: it is 0 for all of",
    ),
    "an unknown layer": (
        lambda net, x: weft.quantize(net, x, keep=["5", "features.7"]),
        LookupError,
        "there is no layer `features.7`; there are 0.convolution0, 4.pooling0",
    ),
    "a name that only begins alike": (
        lambda net, x: weft.quantize(net, x, keep="1"),  # the norm; `10` is a layer
        LookupError,
        "there is no layer `1`;",
    ),
    "a number to keep": (lambda net, x: weft.quantize(net, x, keep=[3]), TypeError, "have names"),
    "an unknown method": (
        lambda net, x: weft.quantize(net, x, method="kl"),
        ValueError,
        "`method` must be one of 'minmax', 'mse', 'entropy'; got 'kl'",
    ),
    "percentiles of entropy": (
        lambda net, x: weft.quantize(net, x, method="entropy", percentile=99.0),
        ValueError,
        "`percentile` is for method 'minmax'",
    ),
    "an empty batch": (
        lambda net, x: weft.quantize(net, [x, x[:0]]),
        ValueError,
        "`data` is empty",
    ),
    "two inputs": (
        lambda net, x: weft.quantize(
            gluon.SymbolBlock(weft.sym.var("a") + weft.sym.var("b"), ["a", "b"]), x
        ),
        ValueError,
        "`calibration_data` must have 2 arrays a batch, one for each input; got 1",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_calls_name_the_node(case):
    call, kind, text = CASES[case]
    net, x = made("plain")
    with pytest.raises(kind, match=text) as raised:
        call(net, x)
    assert isinstance(raised.value, weft.Error)


def test_a_layer_that_is_always_0_may_be_kept():
    net, x = made("plain")
    net[9].bias.set_data(net[9].bias.data() - 1000.0)
    with pytest.raises(ValueError, match="fully_connected0` collapses"):
        weft.quantize(net, x)
    small = weft.quantize(net, x, keep=["9", "10"])
    assert error(small, net, x) < 0.02


def test_data_is_asked_for_again_and_generators_are_kept():
    net, x = made("plain")
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(x, np.zeros(4)), 2)
    options = {"bias_correction": True, "method": "mse"}
    wanted = weft.quantize(net, [x[:2], x[2:]], **options)(x).asnumpy()
    for calibration in (loader, (x[i : i + 2] for i in (0, 2)), iter([[x[:2]], (x[2:], 1)])):
        found = weft.quantize(net, calibration, **options)(x).asnumpy()
        numpy.testing.assert_array_equal(found, wanted)
