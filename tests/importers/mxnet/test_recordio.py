"""`mx.recordio`: records beside bytes that are written out by hand, readers in other processes,
images in records."""

import multiprocessing
import pickle
import struct

import numpy
import pytest
import weft.mxnet as mx

MAGIC = bytes.fromhex("0a23d7ce")


def written(path, records):
    writer = mx.recordio.MXRecordIO(path, "w")
    for record in records:
        writer.write(record)
    writer.close()
    return path


def test_the_bytes_of_a_file_are_those_of_the_format(tmp_path):
    path = written(tmp_path / "a.rec", [b"one", b"", b"abcd" + MAGIC + b"e"])
    word = struct.pack
    assert path.read_bytes() == (
        MAGIC + word("<I", 3) + b"one\0"
        + MAGIC + word("<I", 0)
        + MAGIC + word("<I", 1 << 29 | 4) + b"abcd"
        + MAGIC + word("<I", 3 << 29 | 1) + b"e\0\0\0"
    )  # fmt: skip


def test_records_are_read_one_after_the_other(tmp_path):
    records = [b"one", b"", MAGIC * 3]
    reader = mx.recordio.MXRecordIO(written(tmp_path / "a.rec", records), "r")
    assert [reader.read() for _ in range(4)] == [*records, None]
    reader.reset()
    assert reader.read() == b"one"
    copy = pickle.loads(pickle.dumps(reader))
    assert [copy.read(), reader.read()] == [b"", b""]
    reader.close()
    reader.close()
    with pytest.raises(RuntimeError, match=r"MXRecordIO.read: .* is closed"):
        reader.read()


def test_records_by_key(tmp_path):
    paths = str(tmp_path / "a.idx"), str(tmp_path / "a.rec")
    writer = mx.recordio.MXIndexedRecordIO(*paths, "w")
    for key in (3, 1, 2):
        writer.write_idx(key, b"%d" % key * key)
    places = dict(writer.idx)
    writer.close()
    assert (tmp_path / "a.idx").read_text() == "".join(f"{k}\t{v}\n" for k, v in places.items())
    reader = mx.recordio.MXIndexedRecordIO(*paths, "r")
    assert reader.keys == [3, 1, 2] and reader.idx == places
    assert reader.read_idx(2) == b"22"
    assert reader.read() is None and reader.tell() == (tmp_path / "a.rec").stat().st_size
    reader.seek(1)
    assert reader.read() == b"1"
    with pytest.raises(LookupError, match="has no key 7; its 3 keys are 3 to 2"):
        reader.read_idx(7)
    named = mx.recordio.MXIndexedRecordIO(*paths, "w", key_type=str)
    named.write_idx("a", b"x")
    named.close()
    assert mx.recordio.MXIndexedRecordIO(*paths, "r", key_type=str).read_idx("a") == b"x"


def read_there(reader, results, key):
    results.put((key, reader.read_idx(key)))


def test_forked_processes_share_a_reader(tmp_path):
    paths = str(tmp_path / "a.idx"), str(tmp_path / "a.rec")
    writer = mx.recordio.MXIndexedRecordIO(*paths, "w")
    for key in range(4):
        writer.write_idx(key, b"%d" % key * 1000)
    writer.close()
    reader = mx.recordio.MXIndexedRecordIO(*paths, "r")
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    workers = [context.Process(target=read_there, args=(reader, results, key)) for key in range(4)]
    for worker in workers:
        worker.start()
    found = dict(results.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join()
    assert found == {key: b"%d" % key * 1000 for key in range(4)}


def write_there(writer, results):
    try:
        writer.write(b"x")
    except RuntimeError as error:
        results.put(str(error))


def test_a_writer_belongs_to_its_process(tmp_path):
    writer = mx.recordio.MXRecordIO(tmp_path / "a.rec", "w")
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    worker = context.Process(target=write_there, args=(writer, results))
    worker.start()
    assert "a forked process must open a file of its own" in results.get(timeout=60)
    worker.join()
    with pytest.raises(RuntimeError, match="the copy would empty it"):
        pickle.dumps(writer)


@pytest.mark.parametrize(
    ("call", "error", "complaint"),
    [
        (lambda path: mx.recordio.MXRecordIO(path, "a"), ValueError, '`flag` must be "r" or "w"'),
        (lambda path: mx.recordio.MXRecordIO(path, "r"), FileNotFoundError, "there is no file"),
        (lambda path: mx.recordio.MXRecordIO(path / "a", "w"), OSError, "cannot be written"),
        (lambda path: mx.recordio.MXRecordIO(path, "w").write("x"), TypeError, "must be bytes"),
        (lambda path: mx.recordio.MXRecordIO(path, "w").read(), RuntimeError, "open for writing"),
        (
            lambda path: mx.recordio.MXIndexedRecordIO(path, path, "r"),
            FileNotFoundError,
            "MXIndexedRecordIO: there is no file",
        ),
    ],
)
def test_bad_calls_are_told(call, error, complaint, tmp_path):
    with pytest.raises(error, match=complaint):
        call(tmp_path / "a.rec")


def test_a_damaged_record_is_told_with_its_byte(tmp_path):
    path = written(tmp_path / "a.rec", [b"one", b"two"])
    content = bytearray(path.read_bytes())
    content[12] ^= 255
    path.write_bytes(content)
    reader = mx.recordio.MXRecordIO(path, "r")
    assert reader.read() == b"one"
    with pytest.raises(OSError, match=r"a.rec, byte 12: a record begins with 0a 23 d7 ce"):
        reader.read()


@pytest.mark.parametrize("label", [2.5, [1.0, 2.0, 3.0], numpy.float32(4)])
def test_headers_are_packed_and_unpacked(label):
    packed = mx.recordio.pack(mx.recordio.IRHeader(0, label, 11, 12), b"data")
    header, data = mx.recordio.unpack(packed)
    assert (header.id, header.id2, data) == (11, 12, b"data")
    numpy.testing.assert_array_equal(header.label, numpy.asarray(label, "float32"))
    assert header.flag == numpy.size(label) * (numpy.ndim(label) > 0)


def test_images_in_records():
    cv2 = pytest.importorskip("cv2", reason="not run: OpenCV is not installed")
    image = numpy.random.default_rng(0).integers(0, 256, (8, 6, 3)).astype("uint8")
    header = mx.recordio.IRHeader(0, 1.0, 2, 0)
    packed = mx.recordio.pack_img(header, image, 9, ".png")
    found, pixels = mx.recordio.unpack_img(packed)
    assert found.label == 1 and found.id == 2
    numpy.testing.assert_array_equal(pixels, image)
    assert mx.recordio.unpack_img(packed, 0)[1].shape == (8, 6)
    lossy = mx.recordio.pack_img(header, image, 80)
    assert lossy[24:] == cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
    for quality, kind, complaint in (
        (101, ".jpg", r"`quality` of .jpg must be in \[1, 100\]; got 101"),
        (10, ".png", r"`quality` of .png must be in \[0, 9\]"),
        (1, ".gif", "`img_fmt` must be"),
    ):
        with pytest.raises(ValueError, match=complaint):
            mx.recordio.pack_img(header, image, quality, kind)
    with pytest.raises(OSError, match="the 3 bytes behind the header are no image"):
        mx.recordio.unpack_img(mx.recordio.pack(header, b"abc"))
