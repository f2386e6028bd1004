"""Functions of np and npx that are compositions of operators: values against NumPy, the same in a
hybridized function and as a symbol, and gradients against differences of float64 values."""

import numpy
import pytest
import scipy.special
import weft
from weft import autograd, np, npx, runtime, sym

RANDOM = numpy.random.default_rng(5)


def drawn(*shape):
    return RANDOM.normal(size=shape)


def with_nan(*shape):
    values = drawn(*shape)
    values.reshape(-1)[::3] = numpy.nan
    return values


def masked(data, mask, temperature=1.0):
    found = numpy.exp(numpy.where(mask, data / temperature, -numpy.inf))
    total = found.sum(-1, keepdims=True)
    return numpy.where(total > 0, found / numpy.where(total > 0, total, 1), 0)


def masked_log(data, mask):
    with numpy.errstate(divide="ignore"):
        return numpy.log(masked(data, mask))


def by_sequence(rule):
    """An oracle of one sequence (T, ...) at a time, for data with time in front or behind."""

    def oracle(data, lengths, axis):
        first = data if axis == 0 else data.swapaxes(0, 1)
        found = [rule(first[:, n], int(lengths[n])) for n in range(first.shape[1])]
        return numpy.stack(found, axis=1 - axis if found[0].shape == first[:, 0].shape else 0)

    return oracle


def reversed_to(sequence, length):
    return numpy.concatenate([sequence[:length][::-1], sequence[length:]])


def masked_from(sequence, length):
    return numpy.concatenate([sequence[:length], numpy.full_like(sequence[length:], -2)])


def smooth(x, scale):
    square, line = 0.5 * (scale * x) ** 2, abs(x) - 0.5 / scale**2
    return numpy.where(abs(x) < 1 / scale**2, square, line)


LENGTHS = numpy.array([3, 1, 2], "int32")
MASK = RANDOM.uniform(size=(2, 3, 4)) > 0.4
MASK[0, 1] = False

# Name: what it does to arrays, the arrays, what NumPy does. Gradients are of the first array.
CASES = {
    "batch_dot": (
        lambda a, b: npx.batch_dot(a, b),
        (drawn(2, 3, 4), drawn(2, 4, 5)),
        numpy.matmul,
    ),
    "batch_dot transposed": (
        lambda a, b: npx.batch_dot(a, b, transpose_a=True, transpose_b=True),
        (drawn(2, 4, 3), drawn(2, 5, 4)),
        lambda a, b: a.swapaxes(1, 2) @ b.swapaxes(1, 2),
    ),
    "batch_dot of 4 axes": (
        lambda a, b: npx.batch_dot(a, b),
        (drawn(2, 1, 3, 4), drawn(2, 1, 4, 5)),
        numpy.matmul,
    ),
    "sequence_mask": (
        lambda x, n: npx.sequence_mask(x, n, True, value=-2),
        (drawn(4, 3, 2), LENGTHS),
        lambda x, n: by_sequence(masked_from)(x, n, 0),
    ),
    "sequence_mask behind": (
        lambda x, n: npx.sequence_mask(x, n, True, value=-2, axis=1),
        (drawn(3, 4), LENGTHS.astype("float64")),
        lambda x, n: by_sequence(masked_from)(x, n, 1),
    ),
    "sequence_mask of all": (lambda x: npx.sequence_mask(x), (drawn(4, 3),), lambda x: x),
    "sequence_last": (
        lambda x, n: npx.sequence_last(x, n, True),
        (drawn(4, 3, 2), LENGTHS),
        lambda x, n: by_sequence(lambda s, k: s[k - 1])(x, n, 0),
    ),
    "sequence_last behind": (
        lambda x, n: npx.sequence_last(x, n, True, axis=1),
        (drawn(3, 4, 2), LENGTHS),
        lambda x, n: by_sequence(lambda s, k: s[k - 1])(x, n, 1),
    ),
    "sequence_last of all": (lambda x: npx.sequence_last(x), (drawn(4, 3),), lambda x: x[-1]),
    "sequence_reverse": (
        lambda x, n: npx.sequence_reverse(x, n, True),
        (drawn(4, 3, 2), LENGTHS),
        lambda x, n: by_sequence(reversed_to)(x, n, 0),
    ),
    "sequence_reverse behind": (
        lambda x, n: npx.sequence_reverse(x, n, True, axis=1),
        (drawn(3, 4, 2), LENGTHS),
        lambda x, n: by_sequence(reversed_to)(x, n, 1),
    ),
    "sequence_reverse of all": (
        lambda x: npx.sequence_reverse(x),
        (drawn(4, 3),),
        lambda x: x[::-1],
    ),
    "masked_softmax": (
        lambda x, m: npx.masked_softmax(x, m, temperature=0.5),
        (drawn(2, 3, 4), MASK),
        lambda x, m: masked(x, m, 0.5),
    ),
    "masked_softmax of numbers": (
        lambda x, m: npx.masked_softmax(x, m),
        (drawn(2, 3, 4), MASK[:1].astype("float64")),
        lambda x, m: masked(x, m != 0),
    ),
    "masked_log_softmax": (
        lambda x, m: np.where(m, npx.masked_log_softmax(x, m), 0),
        (drawn(2, 3, 4), MASK),
        lambda x, m: numpy.where(m, masked_log(x, m), 0),
    ),
    "arange_like": (
        lambda x: npx.arange_like(x, start=0.5, step=0.25) * x,
        (drawn(2, 3),),
        lambda x: (0.5 + 0.25 * numpy.arange(6)).reshape(2, 3) * x,
    ),
    "arange_like an axis": (
        lambda x: npx.arange_like(x, axis=-1, repeat=2) * x,
        (drawn(2, 5),),
        lambda x: numpy.array([0, 0, 1, 1, 2]) * x,
    ),
    "broadcast_like": (
        lambda x, y: npx.broadcast_like(x, y),
        (drawn(1, 3), drawn(2, 4, 3)),
        lambda x, y: numpy.broadcast_to(x, y.shape),
    ),
    "broadcast_like along axes": (
        lambda x, y: npx.broadcast_like(x, y, lhs_axes=(0, -1), rhs_axes=(1, 0)),
        (drawn(1, 3, 1), drawn(2, 4)),
        lambda x, y: numpy.broadcast_to(x, (4, 3, 2)),
    ),
    "reshape_like": (
        lambda x, y: npx.reshape_like(x, y),
        (drawn(2, 6), drawn(3, 4)),
        lambda x, y: x.reshape(y.shape),
    ),
    "reshape_like in part": (
        lambda x, y: npx.reshape_like(x, y, lhs_begin=-1, rhs_begin=1, rhs_end=3),
        (drawn(5, 6), drawn(9, 2, 3)),
        lambda x, y: x.reshape(5, 2, 3),
    ),
    "slice_like": (
        lambda x, y: npx.slice_like(x, y),
        (drawn(4, 5), drawn(2, 3)),
        lambda x, y: x[:2, :3],
    ),
    "slice_like along an axis": (
        lambda x, y: npx.slice_like(x, y, axes=(-1,)),
        (drawn(4, 5), drawn(9, 9, 3)),
        lambda x, y: x[:, :3],
    ),
    "smooth_l1": (
        lambda x: npx.smooth_l1(x, 1.5),
        (drawn(3, 4),),
        lambda x: smooth(x, 1.5),
    ),
    "add_n": (lambda x, y: npx.add_n(x, y, x), (drawn(3), drawn(3)), lambda x, y: 2 * x + y),
    "nansum": (
        lambda x: np.nansum(x, axis=0),
        (with_nan(4, 5),),
        lambda x: numpy.nansum(x, axis=0),
    ),
    "nanprod": (
        lambda x: np.nanprod(x, axis=1, keepdims=True),
        (with_nan(4, 5),),
        lambda x: numpy.nanprod(x, axis=1, keepdims=True),
    ),
    "nanmean": (
        lambda x: np.nanmean(x, axis=(0, 1)),
        (with_nan(4, 5, 2),),
        lambda x: numpy.nanmean(x, axis=(0, 1)),
    ),
    "nanmax": (lambda x: np.nanmax(x), (with_nan(4, 5),), numpy.nanmax),
    "nanmin": (lambda x: np.nanmin(x, axis=0), (with_nan(4, 5),), lambda x: numpy.nanmin(x, 0)),
}
every_case = pytest.mark.parametrize("name", CASES)


@every_case
def test_values_are_those_of_numpy(name):
    function, arrays, oracle = CASES[name]
    given = [np.array(a) for a in arrays]
    found, wanted = function(*given), oracle(*arrays)
    assert found.shape == wanted.shape and found.dtype == given[0].dtype
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-12, atol=1e-12)
    hybrid = weft.hybridize(function)(*given)
    numpy.testing.assert_array_equal(hybrid.asnumpy(), found.asnumpy())


@every_case
def test_symbols_give_the_same(name):
    function, arrays, _ = CASES[name]
    given = {f"x{n}": np.array(a) for n, a in enumerate(arrays)}
    variables = [sym.var(n, shape=a.shape, dtype=a.dtype) for n, a in given.items()]
    symbol = function(*variables)  # which may take no more than a shape of the second
    (found,) = symbol.eval(**{n: given[n] for n in symbol.list_arguments()})
    numpy.testing.assert_array_equal(found.asnumpy(), function(*given.values()).asnumpy())


@every_case
def test_gradients_are_those_of_differences(name):
    function, arrays, oracle = CASES[name]
    given = [np.array(a) for a in arrays]
    weights = numpy.random.default_rng(1).normal(size=oracle(*arrays).shape)
    given[0].attach_grad()
    with autograd.record():
        total = (function(*given) * np.array(weights)).sum()
    total.backward()
    flat = arrays[0].reshape(-1)
    for place in range(0, flat.size, 2):
        if numpy.isnan(flat[place]):
            assert given[0].grad.asnumpy().reshape(-1)[place] == 0
            continue
        ends = []
        for step in (1e-6, -1e-6):
            moved = flat.copy()
            moved[place] += step
            values = oracle(moved.reshape(arrays[0].shape), *arrays[1:])
            ends.append(float((values * weights).sum()))
        slope = (ends[0] - ends[1]) / 2e-6
        assert given[0].grad.asnumpy().reshape(-1)[place] == pytest.approx(slope, abs=1e-6)


def test_where_nothing_counts_there_is_no_gradient_and_no_nan():
    x = np.array(drawn(2, 3).astype("float16"))
    x.attach_grad()
    with autograd.record():
        y = npx.masked_softmax(x, np.zeros((2, 3), "bool"))
    y.backward()
    assert y.tolist() == x.grad.tolist() == [[0, 0, 0]] * 2
    logs = npx.masked_log_softmax(x, np.zeros((2, 3), "bool"))
    assert (logs == -np.inf).all()


def test_softmax_of_a_mask_is_scipys_of_what_is_left():
    data = drawn(3, 6)
    mask = numpy.array([True, False, True, True, False, True])
    found = npx.masked_softmax(np.array(data), np.array(mask)).asnumpy()
    numpy.testing.assert_allclose(found[:, mask], scipy.special.softmax(data[:, mask], axis=1))


# ---- alike?

SPECIAL = numpy.array([0.0, 1.0, 1 + 1e-6, 1e-9, numpy.inf, -numpy.inf, numpy.nan, -1.0])
PAIRS = {
    "floats": (SPECIAL[:, None], SPECIAL[None]),
    "single": (SPECIAL[:, None].astype("float32"), SPECIAL[None].astype("float32")),
    "integers": (numpy.array([2**53, 3]), numpy.array([2**53 + 8, 4])),
    "unsigned": (numpy.array([1, 200], "uint8"), numpy.array([2, 200], "uint8")),
    "bools": (numpy.array([True, False]), numpy.array([True, True])),
    "mixed": (numpy.array([1, 2]), numpy.array([1.0, 2.1], "float32")),
}


@pytest.mark.parametrize("equal_nan", [False, True])
@pytest.mark.parametrize("name", PAIRS)
def test_isclose_is_that_of_numpy(name, equal_nan):
    a, b = PAIRS[name]
    for options in ({}, {"rtol": 0.1}, {"rtol": 0, "atol": 1.0}):
        found = np.isclose(np.array(a), np.array(b), equal_nan=equal_nan, **options)
        wanted = numpy.isclose(a, b, equal_nan=equal_nan, **options)
        assert found.tolist() == wanted.tolist()
        assert bool(np.allclose(np.array(a), np.array(b), equal_nan=equal_nan, **options)) == (
            wanted.all()
        )


@pytest.mark.parametrize("equal_nan", [False, True])
def test_array_equal_is_that_of_numpy(equal_nan):
    arrays = [SPECIAL, SPECIAL[:-2], SPECIAL[:1], numpy.zeros(1, "int32"), numpy.zeros((0, 2))]
    for a in arrays:
        for b in arrays:
            found = np.array_equal(np.array(a), np.array(b), equal_nan)
            assert bool(found) == numpy.array_equal(a, b, equal_nan)
            assert bool(np.array_equiv(np.array(a), np.array(b))) == numpy.array_equiv(a, b)


def test_reductions_without_nan_are_those_of_numpy_where_there_is_nothing_else():
    empty = np.array([[numpy.nan, numpy.nan], [1.0, numpy.nan]])
    assert np.nansum(empty, axis=1).tolist() == [0, 1]
    assert np.nanprod(empty, axis=1).tolist() == [1, 1]
    for function in (np.nanmean, np.nanmax, np.nanmin):
        numpy.testing.assert_array_equal(function(empty, axis=1).asnumpy(), [numpy.nan, 1])
    assert np.nansum(np.array([1, 2])).dtype == numpy.int64
    assert np.nanmax(np.array([1, 2])).item() == 2 and np.nanmean(np.array([1, 2])).item() == 1.5
    assert np.nanmean(np.array([60000.0, 60000.0, numpy.nan], "float16")).item() == 60000


def test_a_mean_of_what_may_be_nan_is_no_integer():
    with pytest.raises(TypeError, match="mean: `dtype` must be floating; got int32"):
        np.nanmean(np.array([1.0, numpy.nan]), dtype="int32")
    assert np.nanmean(np.array([1, 2]), dtype="int32").tolist() == 1  # as NumPy's
    assert np.nanmean(np.array([1.0, numpy.nan]), dtype="float64").dtype == numpy.float64


def test_rand_and_randn_are_uniform_and_normal():
    np.random.seed(3)
    first = np.random.rand(2, 3), np.random.randn(4), np.random.rand()
    np.random.seed(3)
    again = np.random.uniform(size=(2, 3)), np.random.normal(size=4), np.random.uniform()
    for mine, theirs in zip(first, again, strict=True):
        assert mine.shape == theirs.shape and mine.tolist() == theirs.tolist()
    with pytest.raises(TypeError, match=r"`np.random.rand\(2, 3\)`; got \(2, 3\)"):
        np.random.rand((2, 3))


# ---- boxes


def iou(x, y):
    """Of two boxes by corners, in plain Python."""
    wide = max(0.0, min(x[2], y[2]) - max(x[0], y[0]))
    high = max(0.0, min(x[3], y[3]) - max(x[1], y[1]))
    both = wide * high
    either = (x[2] - x[0]) * (x[3] - x[1]) + (y[2] - y[0]) * (y[3] - y[1]) - both
    return both / either if either > 0 else 0.0


def boxes(*shape, size=0.4):
    first = RANDOM.uniform(0, 1, (*shape, 2))
    return numpy.concatenate([first, first + RANDOM.uniform(0.05, size, (*shape, 2))], axis=-1)


def centred(corners):
    first, last = corners[..., :2], corners[..., 2:]
    return numpy.concatenate([(first + last) / 2, last - first], axis=-1)


def test_box_iou_is_that_of_each_pair():
    x, y = boxes(2, 3), boxes(4)
    wanted = numpy.array([[[iou(a, b) for b in y] for a in row] for row in x])
    numpy.testing.assert_allclose(npx.box_iou(np.array(x), np.array(y)).asnumpy(), wanted)
    found = npx.box_iou(np.array(centred(x)), np.array(centred(y)), format="center")
    numpy.testing.assert_allclose(found.asnumpy(), wanted)
    flat = np.array([[1.0, 1.0, 1.0, 2.0]])
    assert npx.box_iou(flat, flat).tolist() == [[0]]


def suppressed(rows, threshold, least, most, start, score, kind, background, force):
    """Greedy non-maximum suppression of one image."""
    order = [r for r in sorted(rows.tolist(), key=lambda r: -r[score]) if r[score] > least]
    if kind >= 0:
        order = [r for r in order if background < 0 or r[kind] != background]
    kept = []
    for row in order[: most if most >= 0 else None]:
        rivals = [k for k in kept if force or kind < 0 or k[kind] == row[kind]]
        if all(iou(k[start : start + 4], row[start : start + 4]) <= threshold for k in rivals):
            kept.append(row)
    return numpy.array(kept + [[-1.0] * rows.shape[1]] * (len(rows) - len(kept)))


NMS = {
    "one class": {},
    "low threshold": {"overlap_thresh": 0.05},
    "classes": {"id_index": 0, "overlap_thresh": 0.1},
    "classes, forced": {"id_index": 0, "force_suppress": True, "overlap_thresh": 0.1},
    "background": {"id_index": 0, "background_id": 1, "overlap_thresh": 0.1},
    "best only": {"topk": 7, "overlap_thresh": 0.1},
    "valid": {"valid_thresh": 0.5, "topk": 9},
    "none": {"valid_thresh": 2.0},
}


def detections(batch=3, count=40):
    kinds = RANDOM.integers(0, 3, (batch, count, 1))
    scores = RANDOM.permutation(batch * count).reshape(batch, count, 1) / (batch * count)
    return numpy.concatenate([kinds, scores, boxes(batch, count, size=0.8)], axis=-1)


@pytest.mark.parametrize("name", NMS)
def test_box_nms_is_the_greedy_choice(name):
    data, options = detections(), NMS[name]
    wanted = numpy.stack(
        [
            suppressed(
                *(rows, options.get("overlap_thresh", 0.5), options.get("valid_thresh", 0.0)),
                *(options.get("topk", -1), 2, 1, options.get("id_index", -1)),
                *(options.get("background_id", -1), options.get("force_suppress", False)),
            )
            for rows in data
        ]
    )
    found = npx.box_nms(np.array(data), **options)
    numpy.testing.assert_array_equal(found.asnumpy(), wanted)
    hybrid = weft.hybridize(lambda x: npx.box_nms(x, **options))(np.array(data))
    numpy.testing.assert_array_equal(hybrid.asnumpy(), wanted)
    assert npx.box_nms(np.array(data[0]), **options).tolist() == wanted[0].tolist()


@pytest.mark.parametrize("shape", [(2, 0, 6), (0, 6), (0, 3, 6)])
def test_box_nms_of_no_boxes_is_none(shape):
    assert npx.box_nms(np.zeros(shape), out_format="center").shape == shape
    assert weft.hybridize(npx.box_nms)(np.zeros(shape)).shape == shape


def test_box_nms_takes_and_gives_centres_and_has_gradients():
    data = detections(1, 12)
    centres = data.copy()
    centres[..., 2:] = centred(data[..., 2:])
    wanted = npx.box_nms(np.array(data)).asnumpy()
    found = npx.box_nms(np.array(centres), in_format="center").asnumpy()
    numpy.testing.assert_allclose(found, wanted, atol=1e-12)
    back = npx.box_nms(np.array(data), out_format="center").asnumpy()
    is_kept = wanted[..., 1] >= 0
    numpy.testing.assert_allclose(back[is_kept][:, 2:], centred(wanted[is_kept][:, 2:]))
    x = np.array(data)
    x.attach_grad()
    with autograd.record():
        total = npx.box_nms(x)[..., 1].sum()
    total.backward()
    assert x.grad[..., 1].sum().item() == is_kept.sum() and x.grad[..., 2:].sum().item() == 0


def test_box_nms_runs_from_a_file(tmp_path):
    data = detections(2, 10).astype("float32")
    path = tmp_path / "nms.weft"
    choose = weft.hybridize(lambda x: npx.box_nms(x, overlap_thresh=0.2))
    weft.export(path, choose=(choose, np.array(data)))
    (found,) = runtime.Model(path).context("choose").run(data)
    wanted = npx.box_nms(np.array(data), overlap_thresh=0.2).asnumpy()
    numpy.testing.assert_array_equal(numpy.asarray(found), wanted)


def test_no_boxes_are_encoded_as_nothing():
    anchors = np.array([[[0.0, 0.0, 2.0, 2.0], [1.0, 1.0, 3.0, 2.0]]])
    nothing = np.zeros((1, 2))
    for encode in (npx.box_encode, weft.hybridize(npx.box_encode)):
        for found in encode(nothing, nothing, anchors, np.zeros((1, 0, 4))):
            assert found.shape == (1, 2, 4) and not found.asnumpy().any()


def test_boxes_are_encoded_by_their_formula_and_decoded_again():
    anchors, refs = boxes(1, 6), boxes(2, 3)
    samples = RANDOM.choice([1.0, 0.0, -1.0], (2, 6))
    samples[:, :2] = 1
    matches = RANDOM.integers(0, 3, (2, 6))
    means, stds = numpy.array([0.0, 0.1, 0.0, 0.2]), numpy.array([0.1, 0.1, 0.2, 0.2])
    arrays = [np.array(a) for a in (samples, matches, anchors, refs, means, stds)]
    targets, masks = npx.box_encode(*arrays)
    a = centred(anchors)
    g = centred(numpy.stack([refs[n, matches[n]] for n in range(2)]))
    raw = numpy.concatenate([(g - a)[..., :2] / a[..., 2:], numpy.log(g / a)[..., 2:]], axis=-1)
    is_one = samples[..., None] > 0.5
    numpy.testing.assert_allclose(targets.asnumpy(), numpy.where(is_one, (raw - means) / stds, 0))
    assert masks.tolist() == numpy.broadcast_to(is_one, (2, 6, 4)).astype(float).tolist()
    found = weft.hybridize(npx.box_encode)(*arrays)
    assert [f.tolist() for f in found] == [targets.tolist(), masks.tolist()]

    targets, _ = npx.box_encode(*arrays[:4], np.zeros(4, "float64"), np.array(stds))
    for format, given in (("corner", anchors), ("center", a)):
        back = npx.box_decode(targets, np.array(given), *stds, format=format).asnumpy()
        chosen = samples > 0.5
        wanted = numpy.stack([refs[n, matches[n]] for n in range(2)])
        numpy.testing.assert_allclose(back[chosen], wanted[chosen])
    wide = npx.box_decode(np.array([[[0.0, 0, 9, 9]]]), np.array([[[0.0, 0, 2, 2]]]), clip=0.0)
    assert wide.shape == (1, 1, 4) and wide.asnumpy()[0, 0, 2] > 1e3
    bound = npx.box_decode(np.array([[[0.0, 0, 9, 9]]]), np.array([[[0.0, 0, 2, 2]]]), clip=1e-9)
    numpy.testing.assert_allclose(bound.asnumpy(), [[[-1, -1, 1, 1]]], rtol=1e-6)


@pytest.mark.parametrize("options", [{}, {"clip": True}, {"steps": (0.3, 0.2), "offsets": (0, 1)}])
def test_anchors_stand_around_each_place(options):
    height, width, sizes, ratios = 3, 4, [0.5, 0.9], [4.0, 1.0, 0.25]
    step = options.get("steps", (1 / height, 1 / width))
    offset = options.get("offsets", (0.5, 0.5))
    wanted = []
    for row in range(height):
        for column in range(width):
            y, x = (row + offset[0]) * step[0], (column + offset[1]) * step[1]
            for size, ratio in [(s, 4.0) for s in sizes] + [(0.5, r) for r in ratios[1:]]:
                w, h = size * ratio**0.5 * height / width / 2, size / ratio**0.5 / 2
                wanted.append([x - w, y - h, x + w, y + h])
    wanted = numpy.array([wanted])
    wanted = wanted.clip(0, 1) if options.get("clip") else wanted
    data = np.zeros((2, 5, height, width))
    found = npx.multibox_prior(data, sizes=sizes, ratios=ratios, **options)
    assert found.dtype == numpy.float32
    numpy.testing.assert_allclose(found.asnumpy(), wanted, rtol=1e-6, atol=1e-7)
    hybrid = weft.hybridize(lambda x: npx.multibox_prior(x, sizes=sizes, ratios=ratios, **options))
    assert hybrid(data).tolist() == found.tolist()


# ---- refused

X = np.ones((2, 3))
REFUSED = {
    "batch_dot of matrices": (lambda: npx.batch_dot(X, X), "at least 3 axes"),
    "batch_dot of other batches": (
        lambda: npx.batch_dot(np.ones((2, 3, 3)), np.ones((1, 3, 3))),
        r"got shapes \(2, 3, 3\) and \(1, 3, 3\)",
    ),
    "lengths that do not count": (
        lambda: npx.sequence_mask(X, np.ones(3)),
        "`sequence_length` must be given with `use_sequence_length`",
    ),
    "lengths that are missing": (
        lambda: npx.sequence_last(X, use_sequence_length=True),
        "`sequence_length` must be given with `use_sequence_length`",
    ),
    "too few lengths": (
        lambda: npx.sequence_reverse(X, np.ones(2), True),
        r"shape \(3,\), one number for each sequence; got \(2,\)",
    ),
    "another axis": (lambda: npx.sequence_mask(X, axis=2), "`axis` must be 0 or 1; got 2"),
    "a vector": (lambda: npx.sequence_mask(np.ones(3)), "at least 2 axes"),
    "no step": (lambda: npx.sequence_last(np.ones((0, 3))), "of at least one step"),
    "a mask that enlarges": (
        lambda: npx.masked_softmax(X, np.ones((4, 2, 3))),
        "without enlarging it",
    ),
    "no temperature": (
        lambda: npx.masked_softmax(X, X, temperature=0.0),
        "`temperature` must be above 0; got 0.0",
    ),
    "half a broadcast": (lambda: npx.broadcast_like(X, X, lhs_axes=(0,)), "both be None"),
    "uneven broadcast": (lambda: npx.broadcast_like(X, X, (0,), (0, 1)), "must be as many"),
    "an axis beyond": (lambda: npx.arange_like(X, axis=2), r"in \[-2, 2\); got 2"),
    "a longer slice": (lambda: npx.slice_like(X, np.ones((3, 3))), "no longer than `data`"),
    "a slice of other axes": (lambda: npx.slice_like(X, np.ones(3)), "must have as many axes"),
    "a scalar of 0": (lambda: npx.smooth_l1(X, 0), "`scalar` must be above 0; got 0"),
    "no sum": (lambda: npx.add_n(), "arrays of one shape, at least one"),
    "boxes of 3 numbers": (lambda: npx.box_iou(X, X), r"`lhs` must have shape \(..., 4\)"),
    "another format": (
        lambda: npx.box_iou(np.ones(4), np.ones(4), format="xywh"),
        "`format` must be 'corner' or 'center'; got 'xywh'",
    ),
    "short rows": (lambda: npx.box_nms(np.ones((2, 5))), "`coord_start` must be in"),
    "a negative place": (
        lambda: npx.box_nms(np.ones((2, 6)), coord_start=-1),
        "`coord_start` must be at least 0; got -1",
    ),
    "a score beyond": (lambda: npx.box_nms(np.ones((2, 6)), score_index=6), r"in \[0, 6\); got 6"),
    "a step for both": (lambda: npx.multibox_prior(X, steps=(1,)), "`steps` must be two numbers"),
    "an offset": (lambda: npx.multibox_prior(X, offsets=0.5), "`offsets` must be two numbers"),
    "no ratios": (lambda: npx.multibox_prior(X, ratios=[]), "`ratios` must be numbers above 0"),
    "one step": (lambda: npx.multibox_prior(X, steps=(0.1, -1)), "`steps` must both"),
}


def test_places_in_rows_are_whole_numbers():
    with pytest.raises(TypeError, match=r"`coord_start` must be an integer; got 1\.5"):
        npx.box_nms(np.ones((2, 6)), coord_start=1.5)


def test_one_axis_is_no_sequence_of_axes():
    with pytest.raises(TypeError, match="must be sequences of integers; got 0 and 0"):
        npx.broadcast_like(np.ones((1, 2)), np.ones((3, 2)), 0, 0)


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused(name):
    call, text = REFUSED[name]
    with pytest.raises(ValueError, match=text):
        call()
