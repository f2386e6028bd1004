"""Streams of samples, files of tar, samples with names, and parts of data sets."""

import collections
import io
import json
import tarfile
import threading

import numpy
import pytest
from PIL import Image
from weft import np
from weft.gluon import data
from weft.gluon.data import IterableDataset, TarDataset

Pair = collections.namedtuple("Pair", "image label")


def numbers(count=10):
    return IterableDataset(lambda: iter(range(count)))


def test_streams_do_what_lists_do():
    stream = numbers()
    assert list(stream.map(lambda n: n * 2).filter(lambda n: n % 3)) == [2, 4, 8, 10, 14, 16]
    assert list(stream.skip(3).take(4)) == [3, 4, 5, 6]
    assert [list(stream.shard(3, i)) for i in range(3)] == [[0, 3, 6, 9], [1, 4, 7], [2, 5, 8]]
    assert list(numbers(3).repeat(2)) == [0, 1, 2] * 2
    assert list(numbers(3).repeat().take(7)) == [0, 1, 2, 0, 1, 2, 0]
    assert [b.tolist() for b in stream.batch(4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert len(list(stream.batch(4, "discard"))) == 2
    assert list(stream.prefetch(3)) == list(range(10))
    assert list(IterableDataset([(1, 2), (3, 4)]).map(lambda a, b: a + b)) == [3, 7]


def test_a_buffer_mixes_by_the_seed():
    np.random.seed(3)
    first = list(numbers(50).shuffle(10))
    np.random.seed(3)
    assert list(numbers(50).shuffle(10)) == first
    assert sorted(first) == list(range(50)) and first != sorted(first)
    assert (
        max(n - place for place, n in enumerate(first)) <= 10
    )  # no sample comes before it is there


def test_a_thread_ahead_ends_with_the_iteration_and_gives_errors_on():
    before = threading.active_count()
    for sample in numbers(1000).prefetch(2):
        if sample == 3:
            break
    assert threading.active_count() == before
    with pytest.raises(ZeroDivisionError):
        list(numbers(3).map(lambda n: 1 // (n - 1)).prefetch())


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()


def write_tar(path, samples):
    with tarfile.open(path, "w") as archive:
        for key, parts in samples.items():
            for kind, content in parts.items():
                info = tarfile.TarInfo(f"{key}.{kind}")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))


@pytest.fixture
def shards(tmp_path):
    pictures = numpy.random.default_rng(0).integers(0, 255, (4, 5, 6, 3)).astype("uint8")
    for number in range(2):
        samples = {
            f"folder/{i}": {"png": png(pictures[i]), "cls": str(i).encode(),
                            "json": json.dumps({"n": i}).encode(), "bin": bytes([i])}
            for i in range(2 * number, 2 * number + 2)
        }  # fmt: skip
        write_tar(tmp_path / f"{number}.tar", samples)
    return pictures, [tmp_path / "0.tar", tmp_path / "1.tar"]


def test_files_of_tar_hold_samples(shards):
    pictures, paths = shards
    found = list(TarDataset(paths))
    assert [s["cls"] for s in found] == [0, 1, 2, 3]
    assert [s["__key__"] for s in found] == [f"folder/{i}" for i in range(4)]
    for sample, picture in zip(found, pictures, strict=True):
        numpy.testing.assert_array_equal(sample["png"], picture)
        assert sample["json"] == {"n": sample["cls"]} and sample["bin"] == bytes([sample["cls"]])
    assert [s["cls"] for s in TarDataset(paths).shard(2, 1)] == [2, 3]
    assert [s["cls"] for s in TarDataset(paths).shard(3, 1)] == [1]
    assert isinstance(next(iter(TarDataset(paths[0], decode=False)))["json"], bytes)
    (batch,) = TarDataset(paths).map(lambda s: (s["png"], s["cls"])).batch(4)
    assert batch[0].shape == (4, 5, 6, 3) and batch[1].tolist() == [0, 1, 2, 3]


def test_damaged_files_are_told(tmp_path, shards):
    _, (path, _) = shards
    (tmp_path / "text.tar").write_text("no tar")
    with pytest.raises(OSError, match="is no tar file, or damaged"):
        list(TarDataset(tmp_path / "text.tar"))
    (tmp_path / "cut.tar").write_bytes(path.read_bytes()[:700])
    with pytest.raises(OSError, match=r"damaged|decoded|no image"):
        list(TarDataset(tmp_path / "cut.tar"))
    write_tar(tmp_path / "bad.tar", {"a": {"cls": b"x"}})
    with pytest.raises(OSError, match=r"a\.cls: its content cannot be read"):
        list(TarDataset(tmp_path / "bad.tar"))
    with pytest.raises(FileNotFoundError, match="there is no file"):
        list(TarDataset(tmp_path / "none.tar"))


@pytest.mark.parametrize("workers", [0, 2])
def test_samples_with_names_become_batches_with_names(workers):
    rows = [{"x": numpy.full(3, i, "float32"), "deep": (i, {"y": float(i)})} for i in range(5)]
    batches = list(data.DataLoader(rows, 2, num_workers=workers))
    assert batches[1]["x"].tolist() == [[2.0] * 3, [3.0] * 3]
    assert batches[1]["deep"][0].tolist() == [2, 3]
    assert batches[2]["deep"][1]["y"].tolist() == [4.0]
    pairs = [Pair(numpy.zeros(2, "float32"), i) for i in range(4)]
    (batch,) = data.DataLoader(pairs, 4, num_workers=workers)
    assert type(batch) is Pair and batch.label.tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match=r"names of the first, \['x'\]; got \['z'\]"):
        list(data.DataLoader([{"x": 1}, {"z": 2}], 2))


def test_parts_of_a_data_set_share_no_sample():
    parts = data.random_split(list(range(20)), [12, 5, 3], seed=1)
    assert [len(p) for p in parts] == [12, 5, 3]
    assert sorted(s for p in parts for s in p) == list(range(20))
    again = data.random_split(list(range(20)), [0.6, 0.25, 0.15], seed=1)
    assert [list(p) for p in again] == [list(p) for p in parts]
    np.random.seed(1)
    first = list(data.random_split(list(range(9)), [4, 5])[0])
    np.random.seed(1)
    assert list(data.random_split(list(range(9)), [4, 5])[0]) == first
    for lengths, text in (
        ([3, 3], "add up to the 20"),
        ([0.5, 0.6], "add up to 1"),
        ([-1, 21], "at least 0"),
    ):
        with pytest.raises(ValueError, match=text):
            data.random_split(list(range(20)), lengths)


def test_data_sets_one_behind_the_other():
    joined = data.ConcatDataset([1, 2], data.ArrayDataset(numpy.arange(3)), [])
    assert [joined[i] for i in range(5)] == [1, 2, 0, 1, 2] and joined[-1] == 2
    with pytest.raises(IndexError, match="there is no sample 5; there are 5"):
        joined[5]


def test_mistakes_are_told():
    with pytest.raises(TypeError, match="gone through several times"):
        IterableDataset(iter([1]))
    with pytest.raises(ValueError, match="`index` must be in"):
        numbers().shard(2, 2)
    with pytest.raises(ValueError, match="`last_batch` must be keep or discard"):
        numbers().batch(2, "rollover")
