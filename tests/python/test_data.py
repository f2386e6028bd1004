"""Data sets, samplers, loader."""

import numpy
import pytest
import weft
from weft import np
from weft.gluon import data


def test_array_dataset_pairs_rows():
    dataset = data.ArrayDataset(numpy.arange(6).reshape(3, 2), [7, 8, 9])
    row, label = dataset[1]
    assert row.tolist() == [2, 3]
    assert label == 8
    assert len(dataset) == 3
    with pytest.raises(ValueError, match=r"same length; got \[2, 3\]"):
        data.ArrayDataset([1, 2], [1, 2, 3])


def test_transforms_filters_and_parts():
    dataset = data.SimpleDataset(list(range(10)))
    assert [dataset.transform(lambda x: x * 2)[i] for i in (0, 4)] == [0, 8]
    assert list(dataset.filter(lambda x: x % 2 == 0).take(3)) == [0, 2, 4]
    shards = [[*dataset.shard(3, i)] for i in range(3)]
    assert [len(s) for s in shards] == [4, 3, 3]
    assert [i for shard in shards for i in shard] == list(range(10))
    pairs = data.ArrayDataset([1, 2], ["a", "b"]).transform_first(lambda x: -x, lazy=False)
    assert pairs[1] == (-2, "b")


@pytest.mark.parametrize(
    ("last_batch", "epochs"),
    [
        ("keep", [[[0, 1, 2], [3, 4]], [[0, 1, 2], [3, 4]]]),
        ("discard", [[[0, 1, 2]], [[0, 1, 2]]]),
        ("rollover", [[[0, 1, 2]], [[3, 4, 0], [1, 2, 3]]]),
    ],
)
def test_last_batch(last_batch, epochs):
    sampler = data.BatchSampler(data.SequentialSampler(5), 3, last_batch)
    for wanted in epochs:
        assert len(sampler) == len(wanted)
        assert list(sampler) == wanted


def test_random_sampler_follows_the_seed_and_takes_each_once():
    sampler = data.RandomSampler(20)
    weft.random.seed(4)
    first = list(sampler)
    weft.random.seed(4)
    assert list(sampler) == first
    assert sorted(first) == list(range(20))
    assert list(sampler) != first


@pytest.mark.parametrize("kind", ["numpy", "weft", "list"])
def test_loader_makes_the_same_batches_of_any_arrays(kind):
    x = numpy.arange(20, dtype="float32").reshape(10, 2)
    y = numpy.arange(10, dtype="int32")
    make = {"numpy": lambda a: a, "weft": np.array, "list": list}[kind]
    loader = data.DataLoader(data.ArrayDataset(make(x), make(y)), batch_size=4)
    assert len(loader) == 3
    batches = list(loader)
    assert [b[0].shape for b in batches] == [(4, 2), (4, 2), (2, 2)]
    assert batches[2][1].tolist() == [8, 9]
    assert batches[0][0].dtype == "float32"
    assert batches[0][1].dtype == "int32"
    assert all(isinstance(part, np.ndarray) for batch in batches for part in batch)


def test_loader_with_batchify_sampler_and_transform():
    dataset = data.SimpleDataset([1.0, 2.0, 3.0]).transform(lambda x: x + 1)
    loader = data.DataLoader(dataset, batch_size=2, batchify_fn=sum)
    assert list(loader) == [5, 4]
    loader = data.DataLoader(dataset, batch_sampler=[[2, 0], [1]])
    assert [b.tolist() for b in loader] == [[4, 2], [3]]
    nested = data.DataLoader([(1, (2.0, [3.0])), (4, (5.0, [6.0]))], batch_size=2)
    (a, (b, (c,))) = next(iter(nested))
    assert (a.tolist(), b.tolist(), c.tolist()) == ([1, 4], [2, 5], [3, 6])
    assert b.dtype == "float32"


@pytest.mark.parametrize("make", [np.array, numpy.array, memoryview])
def test_arrays_are_stacked_in_their_dtype(make):
    samples = [make(numpy.full((2, 3), i, "float64")) for i in range(3)]
    (batch,) = data.DataLoader(samples, batch_size=3)
    assert batch.dtype == "float64"
    assert batch[:, 1, 2].tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match=r"must have (one|the same) shape"):
        data.default_batchify_fn([make(numpy.zeros(2)), make(numpy.zeros(3))])


def test_loader_refuses_contradictions():
    for options, message in [
        ({}, "`batch_size` or `batch_sampler` must be given"),
        ({"batch_size": 2, "shuffle": True, "sampler": [0]}, "exclude each other"),
        ({"batch_size": 2, "batch_sampler": [[0]]}, "`batch_sampler` excludes"),
        ({"batch_size": 0}, "`batch_size` must be at least 1"),
        ({"batch_size": 2, "last_batch": "drop"}, "'keep', 'discard' or 'rollover'"),
    ]:
        with pytest.raises(ValueError, match=message):
            data.DataLoader([1, 2], **options)
