"""Data sets, samplers, loader."""

import contextlib
import gc
import json
import multiprocessing
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
from typing import NamedTuple

import numpy
import pytest
import weft
from weft import engine, np
from weft._base import errors
from weft.gluon import data


def test_array_dataset_pairs_rows():
    dataset = data.ArrayDataset(numpy.arange(6).reshape(3, 2), [7, 8, 9])
    row, label = dataset[1]
    assert row.tolist() == [2, 3]
    assert label == 8
    assert len(dataset) == 3
    with pytest.raises(ValueError, match=r"same length; got \[2, 3\]"):
        data.ArrayDataset([1, 2], [1, 2, 3])


class Pair(NamedTuple):
    image: float
    label: int


def test_a_transform_of_the_first_part_keeps_names():
    rows = data.SimpleDataset([Pair(1.5, 0), Pair(2.5, 1)])
    assert list(rows.transform_first(negative)) == [Pair(-1.5, 0), Pair(-2.5, 1)]
    assert list(rows.transform_first(negative, lazy=False)) == [Pair(-1.5, 0), Pair(-2.5, 1)]
    assert list(data.SimpleDataset([1.0]).transform_first(negative)) == [-1.0]
    (batch,) = data.DataLoader(rows.transform_first(negative), 2, num_workers=1)
    assert batch.image.tolist() == [-1.5, -2.5] and batch.label.tolist() == [0, 1]


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


def test_samplers_of_intervals_and_of_chosen_samples():
    sampler = data.IntervalSampler(10, 4)
    assert list(sampler) == [*range(0, 10, 4), *range(1, 10, 4), *range(2, 10, 4), 3, 7]
    assert (len(sampler), len(data.IntervalSampler(10, 4, rollover=False))) == (10, 3)
    chosen = data.FilterSampler(lambda x: x > 2, [5, 1, 3, 2])
    assert (list(chosen), len(chosen)) == ([0, 2], 2)
    loader = data.DataLoader([5, 1, 3, 2], 2, sampler=chosen)
    assert [batch.tolist() for batch in loader] == [[5, 3]]


def test_weighted_sampler_draws_in_proportion_to_weights():
    weights = [1.0, 0.0, 3.0]
    weft.random.seed(2)
    sampler = data.WeightedRandomSampler(weights, 4000)
    first = list(sampler)
    shares = numpy.bincount(first, minlength=3) / len(sampler)
    # Three standard deviations of a share.
    numpy.testing.assert_allclose(shares, [0.25, 0, 0.75], atol=3 * (0.25 * 0.75 / 4000) ** 0.5)
    assert list(sampler) != first
    weft.random.seed(2)
    assert list(sampler) == first
    assert sorted(data.WeightedRandomSampler(weights, 2, replacement=False)) == [0, 2]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: data.IntervalSampler(3, 4), r"`interval` must be in \[1, 3\], .*got 4"),
        (lambda: data.WeightedRandomSampler([1, -1], 1), "finite number of at least 0"),
        (lambda: data.WeightedRandomSampler([0, 0], 1), "not all 0"),
        (lambda: data.WeightedRandomSampler([1, 1], 0), "`count` must be at least 1"),
        (lambda: data.WeightedRandomSampler([1, 0, 1], 3, False), r"`count` must be in \[1, 2\]"),
    ],
)
def test_samplers_refuse_what_cannot_be_drawn(make, message):
    with pytest.raises(ValueError, match=message):
        make()


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
    with pytest.raises(ValueError, match=r"must have the shape of the first"):
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


# ---- batches made ahead, and by workers


class Noisy(data.Dataset):
    """Samples with a random part, from every generator that is seeded."""

    def __len__(self):
        return 7

    def __getitem__(self, index):
        noise = np.random.uniform(size=2).asnumpy()
        return index, numpy.random.uniform(), random.random(), noise


class Failing(data.Dataset):
    """What goes wrong at sample 3: `how` is an error, a signal, or "waits"."""

    def __init__(self, how):
        self.how = how

    def __len__(self):
        return 8

    def __getitem__(self, index):
        if index == 3 and self.how == "waits":
            threading.Event().wait()
        elif index == 3 and isinstance(self.how, Exception):
            raise self.how
        elif index == 3:
            os.kill(os.getpid(), self.how)
        return float(index)


def negative(row):
    return -row


def listed(samples):
    return {"numbers": numpy.array(samples), "count": len(samples)}


def content(batch):
    if isinstance(batch, list | tuple):
        return [content(part) for part in batch]
    return batch.tolist()


def children():
    return {process.pid for process in multiprocessing.active_children()}


MODES = {
    "prefetch": {"prefetch": 2},
    "threads": {"num_workers": 2, "thread_pool": True},
    "one": {"num_workers": 1, "prefetch": 0},
    "three": {"num_workers": 3, "pin_memory": True},
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("make", [np.array, numpy.array, list])
@pytest.mark.parametrize("last_batch", ["keep", "rollover"])
def test_every_way_to_make_batches_gives_those_of_the_plain_loop(mode, make, last_batch):
    x = numpy.arange(60, dtype="float32").reshape(20, 3)
    dataset = data.ArrayDataset(make(x), make(numpy.arange(20)))

    def epochs(**options):
        weft.random.seed(5)
        loader = data.DataLoader(dataset, 6, shuffle=True, last_batch=last_batch, **options)
        return [content(list(loader)) for _ in range(2)], float(np.random.uniform())

    assert epochs(**MODES[mode]) == epochs(prefetch=0)
    assert not children()


def test_prefetch_gathers_on_the_engine():
    loader = data.DataLoader(data.ArrayDataset(np.arange(8)), 2)
    queued = engine.stats()["queued"]
    assert content(list(loader)) == [[0, 1], [2, 3], [4, 5], [6, 7]]
    if engine.policy() != "serial":
        assert engine.stats()["queued"] >= queued + 4


def test_workers_have_seeds_that_do_not_depend_on_their_number():
    def epochs(workers):
        weft.random.seed(9)
        loader = data.DataLoader(Noisy(), 2, num_workers=workers)
        return [content(list(loader)) for _ in range(2)]

    first = epochs(1)
    assert epochs(3) == first
    assert first[0] != first[1]
    assert len({number for batch in first[0] for number in batch[1]}) == 7


def one(batches):
    return content(next(batches))


@pytest.mark.parametrize("mode", ["none", *MODES])
@pytest.mark.parametrize("given", range(5))
def test_an_epoch_is_continued_after_the_batches_that_were_given(mode, given):
    def loader(seed):
        weft.random.seed(seed)
        rows = data.ArrayDataset(np.arange(20))
        return data.DataLoader(rows, 6, True, last_batch="rollover", **MODES.get(mode, {}))

    first = loader(1)
    list(first)  # leaves two samples for the next epoch, which has three batches
    batches = iter(first)
    for _ in range(min(given, 3)):
        one(batches)
    if given == 4:
        list(batches)
    state, numbers = json.loads(json.dumps(first.state_dict())), np.random.get_state()
    again = loader(2)
    again.load_state_dict(state)
    assert again.state_dict() == first.state_dict()
    np.random.set_state(numbers)
    wanted = ([] if given == 4 else content(list(batches))), content(list(first))
    np.random.set_state(numbers)
    assert (([] if given == 4 else content(list(again))), content(list(again))) == wanted
    assert len(wanted[0]) == max(3 - given, 0)


def test_a_state_that_is_refused_leaves_the_rest_to_the_next_epoch():
    other, loader = (data.DataLoader(list(range(7)), 3, last_batch="rollover") for _ in range(2))
    batches = iter(other)
    one(batches)
    state = other.state_dict()
    state["epoch"]["checksum"] += 1
    list(loader)
    with pytest.raises(ValueError, match="must begin with the same 1 batches"):
        loader.load_state_dict(state)
    assert content(list(loader)) == [[6, 0, 1], [2, 3, 4]]


def test_an_epoch_that_nobody_goes_on_with_is_over():
    loader = data.DataLoader(list(range(6)), 2, shuffle=True)
    assert loader.state_dict()["epoch"] is None
    for _ in loader:
        assert loader.state_dict()["epoch"]["given"] == 1
        break
    assert loader.state_dict()["epoch"] is None
    batches = iter(loader)
    assert loader.state_dict()["epoch"]["given"] == 0
    one(batches)
    other = iter(loader)
    assert loader.state_dict()["epoch"]["given"] == 0  # of the one that began last
    batches.close()
    other.close()
    assert loader.state_dict()["epoch"] is None
    failing = data.DataLoader(Failing(KeyError("no")), 2)
    with pytest.raises(KeyError):
        for _ in (batches := iter(failing)):
            assert failing.state_dict()["epoch"]["given"] == 1
    assert failing.state_dict()["epoch"] is None


def test_a_sampler_keeps_its_own_state_between_epochs():
    class Turning(data.Sampler):
        def __init__(self):
            self.begin = 0

        def __iter__(self):
            self.begin += 1
            return iter([(self.begin + n) % 5 for n in range(5)])

        def __len__(self):
            return 5

        def state_dict(self):
            return {"begin": self.begin}

        def load_state_dict(self, state):
            self.begin = state["begin"]

    loaders = [data.DataLoader(list(range(5)), 2, sampler=Turning()) for _ in range(2)]
    list(loaders[0])
    batches = iter(loaders[0])
    one(batches)
    loaders[1].load_state_dict(loaders[0].state_dict())
    for _ in range(2):
        assert content(list(loaders[1])) == content(list(batches))
        batches = iter(loaders[0])


def test_workers_transform_and_batchify():
    dataset = data.ArrayDataset(numpy.arange(5.0), numpy.arange(5)).transform_first(negative)
    found = content(list(data.DataLoader(dataset, 3, num_workers=1)))
    assert found == [[[0, -1, -2], [0, 1, 2]], [[-3, -4], [3, 4]]]
    first, second = data.DataLoader([1, 2, 3], 2, batchify_fn=listed, num_workers=2)
    assert (first["numbers"].tolist(), second["count"]) == ([1, 2], 1)
    first["numbers"] += 1  # memory of the batch alone


def test_workers_stay_for_the_next_epoch_and_end_with_the_loader():
    loader = data.DataLoader(list(range(6)), 2, num_workers=2)
    list(loader)
    first = children()
    assert len(first) == 2
    list(loader)
    assert children() == first
    with contextlib.closing(iter(loader)) as left_early:
        next(left_early)
    assert not children()
    assert content(list(loader)) == [[0, 1], [2, 3], [4, 5]]
    assert len(children()) == 2
    both = list(zip(loader, loader, strict=True))
    assert len(both) == 3
    del loader, left_early
    gc.collect()
    assert not children()


@pytest.mark.parametrize("threads", [False, True])
def test_an_error_in_a_worker_keeps_its_class_and_traceback(threads):
    loader = data.DataLoader(
        Failing(KeyError("no such sample")), 2, num_workers=2, thread_pool=threads
    )
    batches = iter(loader)
    assert content(next(batches)) == [0, 1]
    with pytest.raises(KeyError, match="no such sample") as error:
        next(batches)
    if not threads:
        (note,) = error.value.__notes__
        assert note.startswith("worker 1 of the DataLoader, batch 1:\nTraceback")
        assert "in __getitem__" in note
    assert error.value.__notes__[0].rstrip().endswith("DataLoader: sample 3")
    assert not children()


def test_errors_of_weft_travel_with_their_class_and_notes():
    for kind in {*errors.BY_STATUS.values(), errors.TimedOut} - {KeyboardInterrupt}:
        error = kind("what it says")
        error.add_note("and where")
        found = pickle.loads(pickle.dumps(error))
        assert (type(found), str(found), found.__notes__) == (kind, str(error), ["and where"])


@pytest.mark.parametrize("name", ["SIGKILL", "SIGABRT"])
def test_a_worker_that_dies_is_named_with_its_signal(name):
    list(data.DataLoader([1, 2], 1, num_workers=2))  # the server of processes stays
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    batches = iter(data.DataLoader(Failing(getattr(signal, name)), 2, num_workers=2))
    assert content(next(batches)) == [0, 1]
    with pytest.raises(RuntimeError, match=rf"1 \(process \d+\).*batch 1.*{name} at sample 3"):
        next(batches)
    assert not children()
    del batches
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("threads", [False, True])
def test_a_worker_that_takes_too_long(threads):
    pause = threading.Event()
    if threads:
        dataset = data.SimpleDataset([0, 1, 2, 3]).transform(
            lambda x: (x < 3 or pause.wait(), x)[1]
        )
    else:
        dataset = Failing("waits")
    loader = data.DataLoader(dataset, 1, num_workers=1, thread_pool=threads, timeout=2)
    batches = iter(loader)
    assert [content(next(batches)) for _ in range(3)] == [[0], [1], [2]]
    with pytest.raises(
        TimeoutError, match=("" if threads else r"at sample 3.*") + r"`timeout` 2 s"
    ):
        next(batches)
    pause.set()
    assert not children()


def test_what_cannot_be_sent_to_workers_is_refused():
    dataset = data.SimpleDataset([1, 2]).transform(lambda x: x)
    with pytest.raises(TypeError, match=r"must be objects that can be pickled.*thread_pool=True"):
        list(data.DataLoader(dataset, 1, num_workers=1))
    for options in ({"num_workers": -1}, {"prefetch": -1}, {"timeout": 0}):
        with pytest.raises(ValueError, match=f"DataLoader: `{next(iter(options))}` must be"):
            data.DataLoader([1], 1, **options)


class Large(data.Dataset):
    """Samples whose batches do not travel in the pickle: `kind` is what they are made of."""

    def __init__(self, kind):
        self.kind = kind

    def __len__(self):
        return 40

    def __getitem__(self, index):
        row = numpy.full((20, 100 + 100 * (index // 30)), index, "float32")
        if self.kind == "promoted" and index % 4 == 3:
            return row.astype("float64")
        if self.kind == "weft":
            return np.array(row)
        return row.astype("int16").T if self.kind == "turned" else row


def stacked_by_numpy(samples):
    whole = numpy.stack([numpy.asarray(sample) for sample in samples])
    dates = whole.astype("int64").astype("datetime64[s]")
    return whole, whole[1:], numpy.asfortranarray(whole), dates, np.array(whole).astype(np.bfloat16)


def elements(batch):
    if isinstance(batch, list | tuple):
        return [elements(part) for part in batch]
    part = batch.astype(np.float32) if batch.dtype == np.bfloat16 else batch
    return type(batch).__name__, str(batch.dtype), numpy.asarray(part).tolist()


@pytest.mark.parametrize("kind", ["numpy", "weft", "promoted", "turned"])
@pytest.mark.parametrize("batchify", [None, stacked_by_numpy])
def test_large_batches_of_workers_are_those_of_the_plain_loop(kind, batchify):
    def epoch(**options):
        return [
            elements(batch)
            for batch in data.DataLoader(Large(kind), 3, batchify_fn=batchify, **options)
        ]

    assert epoch(num_workers=2) == epoch()


def blocks_of_this_process():
    with open("/proc/self/maps", encoding="utf-8") as maps:
        return sum("memfd:weft" in line and "r--s" in line for line in maps)


def test_blocks_are_used_again_and_batches_have_memory_of_their_own():
    loader = data.DataLoader(Large("numpy"), 1, num_workers=1, prefetch=2)
    kept = [batch for _ in range(3) for batch in loader]
    assert blocks_of_this_process() <= 4
    assert [float(batch[0, 0, 0]) for batch in kept] == [*range(40)] * 3
    kept[0][:] = -1
    assert float(kept[40][0, 0, 0]) == 0
    del loader
    gc.collect()
    assert blocks_of_this_process() == 0


INTERRUPTED = """
import numpy, os, signal, time
from weft.gluon import data

class Slow(data.Dataset):
    def __len__(self):
        return 100
    def __getitem__(self, index):
        os.write(1, f"{os.getpid()}\\n".encode())
        time.sleep(600 if index > 1 else 0)
        return numpy.zeros((200, 200))

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
    for _ in data.DataLoader(Slow(), 1, num_workers=2):
        pass
"""


@pytest.mark.parametrize("how", ["SIGINT", "SIGKILL"])
def test_no_worker_and_no_memory_outlives_the_program(tmp_path, how):
    script = tmp_path / "program.py"
    script.write_text(INTERRUPTED, "utf-8")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    try:
        workers = set()
        while len(workers) < 2:
            workers.add(int(program.stdout.readline()))
        program.send_signal(getattr(signal, how))
        _, errors = program.communicate(timeout=60)  # ends when nobody has its output any more
    finally:
        program.kill()
    if how == "SIGINT":
        assert "KeyboardInterrupt" in errors
        assert program.returncode == -signal.SIGINT
    # Blocks have no names. A killed program leaves the socket of Python's server of processes.
    assert not [path for path in temporary.rglob("*") if path.is_file()]
    named = [name for name in os.listdir("/dev/shm") if "weft" in name]
    assert not named
