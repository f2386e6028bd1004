"""Random numbers repeat for a seed and have their distribution."""

import numpy
import pytest
import weft
from scipy import stats
from weft import autograd, np, npx


def test_seed_repeats_on_any_number_of_threads():
    before, found = npx.num_threads(), []
    try:
        for threads in (1, 3):
            npx.set_num_threads(threads)
            weft.random.seed(11)
            found.append(np.random.uniform(size=100_000).asnumpy())
    finally:
        npx.set_num_threads(before)
    numpy.testing.assert_array_equal(*found)
    weft.random.seed(12)
    assert not numpy.array_equal(np.random.uniform(size=100_000).asnumpy(), found[0])


def test_calls_after_one_another_differ():
    a, b = (np.random.uniform(size=1000).asnumpy() for _ in range(2))
    assert abs(numpy.corrcoef(a, b)[0, 1]) < 0.2


@pytest.mark.parametrize("active", [False, True])
def test_numbers_continue_from_a_state(active):
    def draw(x):
        return x + np.random.normal(size=3), np.random.permutation(4)

    call = weft.hybridize(draw) if active else draw
    weft.random.seed(2**63 + 5)
    call(np.ones(3))
    state = np.random.get_state()
    assert state == (2**63 + 5, 2)
    wanted = [[part.tolist() for part in draw(np.ones(3))] for _ in range(3)]
    weft.random.seed(1)
    np.random.set_state(state)
    assert [[part.tolist() for part in call(np.ones(3))] for _ in range(3)] == wanted
    for wrong in ((1,), (1, -2), (1, 2**64), ("a", 1), 3, None):
        with pytest.raises(TypeError, match="`state` must be what `get_state` gave"):
            np.random.set_state(wrong)
    assert np.random.get_state() == (state[0], 2 + 2 * 3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_uniform_fills_its_range(dtype):
    weft.random.seed(1)
    x = np.random.uniform(-2, 6, size=(500, 200), dtype=dtype).asnumpy()
    assert x.dtype == dtype
    assert x.min() >= -2
    assert x.max() < 6
    counts, _ = numpy.histogram(x, bins=20, range=(-2, 6))
    expected = x.size / 20
    assert ((counts - expected) ** 2 / expected).sum() < 60  # chi square, 19 degrees: p < 1e-5


def test_permutation_holds_each_once_and_every_place_is_likely():
    weft.random.seed(2)
    firsts = [np.random.permutation(5).tolist() for _ in range(2000)]
    assert all(sorted(order) == [0, 1, 2, 3, 4] for order in firsts)
    counts = numpy.bincount([order[0] for order in firsts], minlength=5)
    assert counts.min() > 320
    assert np.random.permutation(0).tolist() == []


def test_shuffle_moves_whole_rows():
    x = np.arange(20).reshape(10, 2)
    np.random.shuffle(x)
    rows = x.tolist()
    assert sorted(rows) == [[2 * i, 2 * i + 1] for i in range(10)]
    assert sorted(np.random.permutation(x).tolist()) == sorted(rows)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("draw", "distribution"),
    [
        (lambda **o: np.random.normal(-1, 2, **o), stats.norm(-1, 2)),
        (lambda **o: np.random.normal(np.array(-1.0), np.array(2.0), **o), stats.norm(-1, 2)),
        (lambda **o: np.random.exponential(3, **o), stats.expon(scale=3)),
        (lambda **o: np.random.uniform(-2, 6, **o), stats.uniform(-2, 8)),
    ],
    ids=["normal", "normal by arrays", "exponential", "uniform"],
)
def test_numbers_follow_their_distribution(draw, distribution, dtype):
    weft.random.seed(3)
    x = draw(size=200_001, dtype=dtype)
    assert x.dtype == dtype
    assert stats.kstest(x.asnumpy().astype("float64"), distribution.cdf).pvalue > 1e-3


def test_neighbouring_normal_numbers_are_independent():
    weft.random.seed(4)
    x = np.random.normal(size=(100_000, 2)).asnumpy()
    assert abs(numpy.corrcoef(x[:, 0], x[:, 1])[0, 1]) < 4 / 100_000**0.5
    assert abs(numpy.corrcoef(x[:, 0] ** 2, x[:, 1] ** 2)[0, 1]) < 4 / 100_000**0.5


def test_normal_numbers_are_those_of_the_formula():
    """Box and Muller on the words that uniform numbers are made of."""
    weft.random.seed(6)
    units = np.random.uniform(size=1000, dtype="float32").asnumpy().astype("float64")
    weft.random.seed(6)
    x = np.random.normal(size=1000).asnumpy()
    radius, turns = numpy.sqrt(-2 * numpy.log(units[::2] + 2**-25)), units[1::2]
    arrow = radius * numpy.exp(2j * numpy.pi * (turns + 2**-25))
    numpy.testing.assert_allclose(x[::2], arrow.real, atol=1e-4)
    numpy.testing.assert_allclose(x[1::2], arrow.imag, atol=1e-4)


def test_normal_gradients_reach_mean_and_deviation():
    loc, scale = np.array([1.0, 2.0]), np.array([0.5, 3.0])
    loc.attach_grad()
    scale.attach_grad()
    with autograd.record():
        x = np.random.normal(loc, scale)
    x.backward()
    numpy.testing.assert_array_equal(loc.grad.asnumpy(), 1)
    drawn = (x.asnumpy() - [1, 2]) / [0.5, 3]
    numpy.testing.assert_allclose(scale.grad.asnumpy(), drawn, rtol=1e-5, atol=1e-6)


def uniform_counts(found, expected):
    """Chi square of counts far below a chance of 1e-5."""
    return stats.chisquare(found, expected).pvalue > 1e-5


def test_randint_gives_each_number_alike():
    weft.random.seed(7)
    x = np.random.randint(-3, 17, size=100_000)
    assert x.dtype.name == "int64"
    assert uniform_counts(numpy.bincount(x.asnumpy() + 3, minlength=20), [5000] * 20)
    assert set(np.random.randint(2, size=50, dtype="uint8").tolist()) == {0, 1}
    wide = np.random.randint(-(2**63), 2**63 - 1, size=1000).asnumpy()
    assert wide.min() < -(2**61)
    assert wide.max() > 2**61


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: np.random.randint(3, 3), "randint: `low` must be less than `high`; got 3 and 3"),
        (lambda: np.random.randint(0, 300, dtype="uint8"), "range of uint8"),
        (lambda: np.random.randint(0, 3, dtype="float32"), "integer or bool"),
        (lambda: np.random.normal(dtype="int32"), "normal: `dtype` must be floating; got int32"),
        (lambda: np.random.normal(0, -1), "normal: `scale` must be at least 0; got -1"),
        (lambda: np.random.exponential(-0.5), "exponential: `scale` must be at least 0; got -0.5"),
        (lambda: np.random.bernoulli(1.5), r"bernoulli: `prob` must be in \[0, 1\]; got 1.5"),
        (lambda: np.random.bernoulli(float("nan")), r"`prob` must be in \[0, 1\]; got nan"),
        (lambda: np.random.choice(3, 4, replace=False), "at most 3"),
        (lambda: np.random.choice(3, 3, False, [0.5, 0.5, 0]), "at most 2 without .* got 3"),
        (
            lambda: np.random.choice(2, 2, False, [0.5, -1]),
            "choice: `p` must be at least 0; got -1",
        ),
        (lambda: np.random.choice(3, p=[0.5, 0.5]), r"must have shape \(3,\)"),
        (lambda: npx.dropout(np.ones(3), p=1), r"dropout: `p` must be in \[0, 1\)"),
    ],
)
def test_bad_arguments_are_named(call, text):
    with pytest.raises((ValueError, TypeError), match=text):
        call()


def test_bernoulli_and_categorical_give_their_shares():
    weft.random.seed(8)
    ones = int(np.random.bernoulli(0.3, size=100_000).sum())
    assert uniform_counts([ones, 100_000 - ones], [30_000, 70_000])
    p = numpy.array([[0.1, 0.2, 0.7], [0.5, 0.0, 0.5]])
    x = np.random.categorical(np.array(p), size=100_000).asnumpy()
    assert x.shape == (100_000, 2)
    assert uniform_counts(numpy.bincount(x[:, 0]), 100_000 * p[0])
    counts = numpy.bincount(x[:, 1], minlength=3)
    assert counts[1] == 0
    assert uniform_counts(counts[[0, 2]], [50_000, 50_000])


def test_what_makes_an_array_has_rows():
    np.random.seed(4)
    assert np.random.choice([5, 5, 5]).item() == 5
    assert np.random.choice(numpy.array([[1, 2], [1, 2]]), 3).tolist() == [[1, 2]] * 3
    assert sorted(np.random.permutation([4, 5, 6]).tolist()) == [4, 5, 6]


def test_choice_takes_rows_with_and_without_replacement():
    weft.random.seed(9)
    rows = np.array([[0, 1], [2, 3], [4, 5]])
    assert np.random.choice(rows, (4, 2)).shape == (4, 2, 2)
    assert sorted(np.random.choice(rows, 3, replace=False).tolist()) == rows.tolist()
    assert np.random.choice(np.array([7, 9]), 20, p=[0.0, 1.0]).tolist() == [9] * 20
    assert np.random.choice(5) < 5


def test_choice_without_replacement_draws_one_after_another():
    """A pair (i, j) has the share p[i] of the first draws and p[j] / (1 - p[i]) of the second."""
    weft.random.seed(11)
    p, rounds = numpy.array([0.5, 0.0, 0.3, 0.2]), 4000
    counts = numpy.zeros((4, 4))
    for _ in range(rounds):
        i, j = np.random.choice(4, 2, replace=False, p=p).tolist()
        counts[i, j] += 1
    shares = p[:, None] * p / (1 - p[:, None]) * (1 - numpy.eye(4))
    drawn = shares > 0
    assert not counts[~drawn].any()
    assert uniform_counts(counts[drawn], rounds * shares[drawn])
    assert counts.sum() == rounds


@pytest.mark.parametrize("dtype", ["int64", "float16", "bfloat16", "float64"])
@pytest.mark.parametrize("active", [False, True], ids=["eager", "traced"])
def test_choice_by_weights_of_any_dtype(dtype, active):
    if active and dtype == "bfloat16":
        pytest.skip("NumPy has no bfloat16, so its elements cannot be read in a trace")
    rows, p = np.array([[1, 2], [3, 4], [5, 6]]), np.array([1, 3, -0.0]).astype(dtype)

    def draw(rows):
        return np.random.choice(rows, (1, 2), replace=False, p=p)

    found = (weft.hybridize(draw) if active else draw)(rows)
    assert found.shape == (1, 2, 2)
    assert sorted(found[0].tolist()) == rows[:2].tolist()


def test_dropout_drops_its_share_and_its_gradient_has_the_same_mask():
    weft.random.seed(10)
    x = np.ones((400, 500))
    x.attach_grad()
    with autograd.record():
        y = npx.dropout(x, p=0.25)
    y.backward()
    found = y.asnumpy()
    assert set(numpy.unique(found)) == {0.0, numpy.float32(1 / 0.75)}
    dropped = int((found == 0).sum())
    assert uniform_counts([dropped, found.size - dropped], [50_000, 150_000])
    numpy.testing.assert_array_equal(x.grad.asnumpy(), found)
    shared = npx.dropout(x, p=0.5, axes=(1,)).asnumpy()
    assert (shared == shared[:, :1]).all()
    assert 100 < (shared[:, 0] == 0).sum() < 300


def test_one_seed_is_for_weft_numpy_and_python():
    import random

    def drawn():
        return random.random(), numpy.random.uniform(), np.random.uniform().item()

    found = []
    for number in (3, 4, 3, 2**70):
        weft.seed(number)
        found.append(drawn())
    assert found[0] == found[2]
    assert all(a != b for a, b in zip(found[0], found[1], strict=True))
    for wrong, kind in ((-1, ValueError), (1.5, TypeError)):
        with pytest.raises(kind, match="`number` must be"):
            weft.seed(wrong)
