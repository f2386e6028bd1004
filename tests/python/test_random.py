"""Random numbers repeat for a seed and have their distribution."""

import numpy
import pytest
import weft
from weft import np, npx


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
