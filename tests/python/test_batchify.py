"""What makes batches of samples."""

import numpy
import pytest
from weft import np
from weft.gluon import data
from weft.gluon.data import batchify

SEQUENCES = [numpy.arange(n, dtype="float32") for n in (3, 1, 4)]


def padded(arrays, shape, value):
    """The oracle: NumPy's `pad` of each."""
    wide = [
        numpy.pad(
            a, [(0, n - m) for m, n in zip(a.shape, shape, strict=True)], constant_values=value
        )
        for a in arrays
    ]
    return numpy.stack(wide)


@pytest.mark.parametrize("make", [numpy.array, np.array])
@pytest.mark.parametrize(("options", "width"), [({}, 4), ({"val": -2}, 4), ({"round_to": 3}, 6)])
def test_pad_fills_up_to_the_longest(make, options, width):
    batch = batchify.Pad(**options)([make(a) for a in SEQUENCES])
    assert isinstance(batch, np.ndarray)
    assert batch.dtype == "float32"
    wanted = padded(SEQUENCES, (width,), options.get("val", 0))
    numpy.testing.assert_array_equal(batch.asnumpy(), wanted)


def test_pad_of_matrices_lists_and_numbers():
    matrices = [numpy.ones((2, 3), "int16"), numpy.ones((4, 1), "int16")]
    batch = batchify.Pad()(matrices)
    numpy.testing.assert_array_equal(batch.asnumpy(), padded(matrices, (4, 3), 0))
    assert batch.dtype == "int16"
    assert batchify.Pad(dtype="float64")([[1], [2, 3]]).dtype == "float64"
    assert batchify.Pad()([[0.5], []]).dtype == "float32"
    assert batchify.Pad()([1, 2]).tolist() == [1, 2]


def test_stack_puts_together_what_it_can():
    nested = batchify.Stack()([(1, (2.5, [numpy.ones(2)])), (3, (4.5, [numpy.zeros(2)]))])
    assert nested[0].tolist() == [1, 3]
    assert nested[1][0].dtype == "float32"
    assert nested[1][1][0].dtype == "float64"
    mixed = [numpy.ones(2, "float32"), numpy.ones(2, "float32"), numpy.full(2, 0.1), [3, 4]]
    wanted = numpy.stack(mixed)
    found = batchify.Stack()(mixed)
    assert found.dtype == wanted.dtype
    numpy.testing.assert_array_equal(found.asnumpy(), wanted)


def test_group_append_and_list():
    samples = [(a, len(a), f"{len(a)}") for a in SEQUENCES]
    group = batchify.Group(batchify.Pad(), batchify.Stack(), batchify.AsList())
    values, lengths, names = group(samples)
    numpy.testing.assert_array_equal(values.asnumpy(), padded(SEQUENCES, (4,), 0))
    assert (lengths.tolist(), names) == ([3, 1, 4], ["3", "1", "4"])
    assert [a.shape for a in batchify.Append()(SEQUENCES)] == [(1, 3), (1, 1), (1, 4)]
    assert [a.shape for a in batchify.Append(batch_axis=-1)(SEQUENCES)] == [(3, 1), (1, 1), (4, 1)]
    assert batchify.Append(expand=False)(SEQUENCES)[2].tolist() == [0, 1, 2, 3]


def test_workers_batchify_as_the_plain_loop_does():
    long = [numpy.arange(n, dtype="float32") for n in (6000, 7, 5000, 1, 9000, 2)]
    dataset = data.ArrayDataset(long, list(range(6)))
    function = batchify.Group(batchify.Pad(val=1), batchify.Append())

    def epoch(workers):
        loader = data.DataLoader(dataset, 2, batchify_fn=function, num_workers=workers)
        return [(x.tolist(), [y.tolist() for y in ys]) for x, ys in loader]

    assert epoch(2) == epoch(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: batchify.Pad()([numpy.ones(2), numpy.ones((2, 2))]), r"one rank; got .*\(2, 2\)"),
        (lambda: batchify.Pad(round_to=0), "`round_to` must be at least 1; got 0"),
        (lambda: batchify.Pad()([]), "must be at least one"),
        (lambda: batchify.Stack()([]), "must be at least one"),
        (
            lambda: batchify.Stack()([(1, 2), (1, 2, 3)]),
            "sample 1 of the batch must be a tuple of 2 parts, as the first; got 3",
        ),
        (
            lambda: batchify.Stack()([(1, 2), 1]),
            "sample 1 of the batch must be a tuple of 2 parts, as the first; got int",
        ),
        (lambda: batchify.Group(), "a function for each part"),
        (lambda: batchify.Group(sum, sum)([(1, 2), (3,)]), "tuples of 2 parts; got 1"),
    ],
)
def test_samples_that_do_not_fit_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
