"""RecordIO files beside bytes that are written out by hand, and data sets of their records."""

import os
import pickle
import struct

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from weft.gluon import data
from weft.gluon.data import _recordio as recordio
from weft.gluon.data import vision

MAGIC = bytes.fromhex("0a23d7ce")


def part(flag, content):
    """By the format's description: magic, flag and length, content, zeros up to four bytes."""
    word = (flag << 29) + len(content)
    return MAGIC + struct.pack("<I", word) + content + b"\0" * (-len(content) % 4)


@pytest.mark.parametrize(
    ("record", "parts"),
    [
        (b"", [(0, b"")]),
        (b"abcde", [(0, b"abcde")]),
        (MAGIC, [(1, b""), (3, b"")]),
        (b"abcd" + MAGIC + b"ef", [(1, b"abcd"), (3, b"ef")]),
        (MAGIC * 2 + b"x", [(1, b""), (2, b""), (3, b"x")]),
        (b"a" + MAGIC + b"bcd", [(0, b"a" + MAGIC + b"bcd")]),  # not at a multiple of 4
        (b"abcd" + MAGIC[:3], [(0, b"abcd" + MAGIC[:3])]),
    ],
)
def test_a_record_is_cut_where_the_magic_number_is_aligned(record, parts, tmp_path):
    framed = recordio.frame(record)
    assert framed == b"".join(part(flag, content) for flag, content in parts)
    (tmp_path / "file.rec").write_bytes(framed)
    file = recordio.RecordFile(tmp_path / "file.rec", "test")
    assert file.read(0) == (record, len(framed))
    assert file.offsets() == [0]


PIECES = st.lists(st.sampled_from([MAGIC, b"a", b"bc", b"\0\0\0\0", MAGIC[:2]]), max_size=9)


@settings(deadline=None)
@given(records=st.lists(PIECES.map(b"".join), max_size=6))
def test_records_are_read_back(records, tmp_path_factory):
    path = tmp_path_factory.mktemp("records") / "file.rec"
    path.write_bytes(b"".join(map(recordio.frame, records)))
    file = recordio.RecordFile(path, "test")
    assert [file.read(offset)[0] for offset in file.offsets()] == records
    file.close()


WHOLE = part(0, b"one") + part(1, b"abcd") + part(3, b"ef")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"\0" + WHOLE[1:], "byte 0: a record begins with 0a 23 d7 ce; got 00 23 d7 ce"),
        (WHOLE[:6], "byte 0: a record needs 8 bytes and more; the file has 6"),
        (WHOLE[:11], "byte 4: a part of 3 bytes ends at byte 12 of 11"),
        (MAGIC + b"\xff\xff\xff\x1f", "byte 4: a part of 536870911 bytes ends at byte 536870920"),
        (MAGIC + b"\0\0\0\x80", "byte 4: the flag of a part must be 0, 1, 2 or 3; got 4"),
        (part(2, b""), "byte 0: a .* of flag 2"),
        (part(1, b"a"), "byte 12: the file ends"),
        (part(1, b"a") + part(0, b""), "byte 12: .* of flag 0"),
    ],
)
def test_damaged_files_are_refused_with_file_and_byte(content, complaint, tmp_path):
    (tmp_path / "damaged.rec").write_bytes(content)
    file = recordio.RecordFile(tmp_path / "damaged.rec", "test")
    for read in (lambda: file.read(0), file.offsets):
        with pytest.raises(OSError, match=f"test: .*damaged.rec, {complaint}"):
            read()
            file.read(12)


def test_a_file_that_has_become_shorter_is_told(tmp_path):
    path = tmp_path / "file.rec"
    path.write_bytes(WHOLE)
    file = recordio.RecordFile(path, "test")
    os.truncate(path, 9)
    with pytest.raises(OSError, match="byte 9: the file has become shorter"):
        file.read(0)


@pytest.mark.parametrize("line", ["1", "a\t0", "1\tb", "1\t2\t3", ""])
def test_damaged_indices_are_refused_with_the_line(line, tmp_path):
    (tmp_path / "file.idx").write_text(f"0\t0\n{line}\n")
    with pytest.raises(OSError, match=r"file.idx, line 2: a line must be a key, a tab"):
        recordio.read_index(tmp_path / "file.idx", "test")


def test_headers_are_those_of_the_format():
    assert recordio.pack((9, 2.5, 7, 1), b"data") == struct.pack("<IfQQ", 0, 2.5, 7, 1) + b"data"
    several = recordio.pack((0, [1, 2, 3], 7, 1), b"data")
    assert several == struct.pack("<IfQQ3f", 3, 0, 7, 1, 1, 2, 3) + b"data"
    header, rest = recordio.unpack(several)
    assert (header.flag, header.label.tolist(), header.id, header.id2) == (3, [1, 2, 3], 7, 1)
    assert rest == b"data"
    with pytest.raises(ValueError, match=r"`s` must have a header of 24 bytes; got 3 bytes"):
        recordio.unpack(b"abc")
    with pytest.raises(ValueError, match="3 labels need 36 bytes; the record has 30"):
        recordio.unpack(several[:30])
    with pytest.raises(ValueError, match=r"`header` must be \(flag, label, id, id2\)"):
        recordio.pack((0, 1.0, -1, 0), b"")


# ---- data sets


def pictures(count):
    generator = numpy.random.default_rng(count)
    return generator.integers(0, 256, (count, 6, 5, 3)).astype("uint8")


def png(image, folder):
    Image.fromarray(image).save(folder / "one.png")
    return (folder / "one.png").read_bytes()


def written(folder, records, with_index=True):
    offset, lines = 0, []
    with open(folder / "file.rec", "wb") as file:
        for key, record in enumerate(records):
            lines.append(f"{key}\t{offset}\n")
            offset += file.write(recordio.frame(record))
    if with_index:
        (folder / "file.idx").write_text("".join(reversed(lines)))
    return folder / "file.rec"


def test_records_are_samples_in_the_order_of_the_index(tmp_path):
    records = [b"one", MAGIC * 2, b""]
    dataset = data.RecordFileDataset(written(tmp_path, records, with_index=False))
    assert [dataset[i] for i in range(len(dataset))] == records
    dataset = pickle.loads(pickle.dumps(data.RecordFileDataset(written(tmp_path, records))))
    assert [dataset[i] for i in range(len(dataset))] == records[::-1]
    with pytest.raises(FileNotFoundError, match=r"RecordFileDataset: there is no file .*none"):
        data.RecordFileDataset(tmp_path / "none.rec")


def test_images_of_records(tmp_path):
    images = pictures(4)
    labels = [0, 1.5, [2, 3], 4]
    records = [
        recordio.pack((0, label, i, 0), png(image, tmp_path))
        for i, (image, label) in enumerate(zip(images, labels, strict=True))
    ]
    path = written(tmp_path, [*records, recordio.pack((0, 0, 9, 0), b"no image")], False)
    dataset = vision.ImageRecordDataset(path)
    for i in range(4):
        image, label = dataset[i]
        numpy.testing.assert_array_equal(image, images[i])
        numpy.testing.assert_array_equal(label, numpy.asarray(labels[i], "float32"))
        assert label.dtype == "float32"
    assert vision.ImageRecordDataset(path, flag=0)[0][0].shape == (6, 5, 1)
    assert vision.ImageRecordDataset(path, 1, lambda image, label: label)[1] == 1.5
    with pytest.raises(OSError, match=r"file.rec, record 4: its 8 bytes are no image"):
        dataset[4]
    batches = data.DataLoader(dataset.take(2), 2, num_workers=1)
    numpy.testing.assert_array_equal(next(iter(batches))[0].asnumpy(), images[:2])


def test_images_of_lists(tmp_path):
    images = pictures(2)
    for name, image in zip("ab", images, strict=True):
        Image.fromarray(image).save(tmp_path / f"{name}.png")
    (tmp_path / "list.lst").write_text("0\t3\ta.png\n\n1\t4\t5\tb.png\n")
    from_file = vision.ImageListDataset(tmp_path, tmp_path / "list.lst")
    from_list = vision.ImageListDataset(tmp_path, [[3, "a.png"], [[4, 5], "b.png"]])
    for dataset in (from_file, from_list):
        assert len(dataset) == 2
        numpy.testing.assert_array_equal(dataset[1][0], images[1])
        assert dataset[0][1] == 3 and dataset[1][1].tolist() == [4, 5]
    (tmp_path / "list.lst").write_text("0\tx\ta.png\n")
    with pytest.raises(OSError, match=r"list\.lst, line 1: a line must be a number, labels"):
        vision.ImageListDataset(tmp_path, tmp_path / "list.lst")
    with pytest.raises(ValueError, match="`imglist` must be the path"):
        vision.ImageListDataset(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no file .*c\.png"):
        vision.ImageListDataset(tmp_path, [[1, "c.png"]])[0]
