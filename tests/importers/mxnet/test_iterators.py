"""`mx.io`: iterators over arrays and files of numbers beside loops of NumPy."""

import gzip
import struct

import numpy
import pytest
import weft.mxnet as mx
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from weft import np


def rows(count, width=2):
    return numpy.arange(count * width, dtype="float32").reshape(count, width)


def epoch(iterator):
    return [(batch.data[0].asnumpy(), batch.pad) for batch in iterator]


@settings(deadline=None)
@given(count=st.integers(1, 13), size=st.integers(1, 13), epochs=st.integers(1, 4))
def test_the_last_batch_of_arrays(count, size, epochs):
    if size > count:
        return
    data = rows(count)
    iterators = {
        handle: mx.io.NDArrayIter(data, data[:, 0], size, last_batch_handle=handle)
        for handle in ("pad", "discard", "roll_over")
    }
    kept = data[:0]
    for _ in range(epochs):
        whole, rest = divmod(count, size)
        padded = numpy.concatenate([data, data[: size - rest]]) if rest else data
        rolled = numpy.concatenate([kept, data])
        wanted = {"pad": padded, "discard": data[: whole * size]}
        wanted["roll_over"] = rolled[: len(rolled) // size * size]
        for handle, iterator in iterators.items():
            found = epoch(iterator)
            joined = numpy.concatenate([batch for batch, _ in found] or [data[:0]])
            numpy.testing.assert_array_equal(joined, wanted[handle], err_msg=handle)
            pads = [pad for _, pad in found]
            first = len(kept) if handle == "roll_over" and found else 0
            last = size - rest if handle == "pad" and rest else 0
            assert sum(pads) == first + last and (not found or pads[-1] >= last)
            iterator.reset()
        kept = rolled[len(rolled) // size * size :]


def test_arrays_have_names_dtypes_and_descriptions():
    data = {"b": numpy.zeros((4, 3), "int64"), "a": np.zeros((4, 2), dtype="uint8")}
    iterator = mx.io.NDArrayIter(data, [numpy.zeros(4), numpy.zeros((4, 2))], 2)
    assert [tuple(each) for each in iterator.provide_data] == [("b", (2, 3)), ("a", (2, 2))]
    assert [str(numpy.dtype(each.dtype)) for each in iterator.provide_data] == ["float32", "uint8"]
    names = [each.name for each in iterator.provide_label]
    assert names == ["_0_softmax_label", "_1_softmax_label"]
    batch = iterator.next()
    assert [str(array.dtype) for array in batch.data] == ["float32", "uint8"]
    assert batch.label[1].shape == (2, 2)
    assert str(batch) == "DataBatch: data shapes: [(2, 3), (2, 2)] label shapes: [(2,), (2, 2)]"


def test_arrays_are_shuffled_by_numpys_seed_and_labels_with_them():
    found = []
    for seed in (1, 1, 2):
        numpy.random.seed(seed)
        iterator = mx.io.NDArrayIter(rows(9), numpy.arange(9) * 2, 3, shuffle=True)
        batches = list(iterator)
        data = numpy.concatenate([batch.data[0].asnumpy() for batch in batches])
        labels = numpy.concatenate([batch.label[0].asnumpy() for batch in batches])
        numpy.testing.assert_array_equal(data[:, 0], labels)
        found.append(labels)
    numpy.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any() and (numpy.sort(found[2]) == numpy.arange(9) * 2).all()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            {"data": rows(3), "batch_size": 4, "last_batch_handle": "roll_over"},
            "`batch_size` must be at most .* 3; got 4",
        ),
        ({"data": rows(3), "label": rows(2)}, "the rows of the first at least; got"),
        ({"data": rows(3), "last_batch_handle": "keep"}, "must be one of pad, discard, roll_over"),
        ({"data": []}, "`data` must have at least one array"),
        ({"data": rows(3), "batch_size": 1.5}, "`batch_size` must be an integer"),
        ({"data": 3}, "`data` must have rows; 'data' is a single number"),
        ({"data": "text"}, "`data` must be an array, a list or a dict"),
    ],
)
def test_bad_arrays_are_refused(arguments, complaint):
    with pytest.raises((ValueError, TypeError), match=f"NDArrayIter: .*{complaint}"):
        mx.io.NDArrayIter(**arguments)


def test_descriptions():
    described = mx.io.DataDesc("data", (2, 3), "int32", "TN")
    assert (described.name, described.shape, described.dtype) == ("data", (2, 3), "int32")
    assert repr(described) == "DataDesc[data,(2, 3),int32,TN]"
    assert [mx.io.DataDesc.get_batch_axis(layout) for layout in (None, "NCHW", "TN")] == [0, 0, 1]
    listed = mx.io.DataDesc.get_list([("a", (1,)), ("b", (2,))], [("b", "int8"), ("a", "int32")])
    assert [each.dtype for each in listed] == ["int32", "int8"]
    with pytest.raises(TypeError, match="DataBatch: `data` must be a list of arrays"):
        mx.io.DataBatch(rows(2))


@pytest.mark.parametrize("size", [1, 4, 7])
def test_epochs_of_another_length(size):
    inner = mx.io.NDArrayIter(rows(6), batch_size=2)
    iterator = mx.io.ResizeIter(inner, size)
    wanted = [rows(6)[2 * (i % 3) : 2 * (i % 3) + 2] for i in range(size)]
    for _ in range(2):
        numpy.testing.assert_array_equal([batch for batch, _ in epoch(iterator)], wanted)
        iterator.reset()
    assert iterator.provide_data == inner.provide_data


def test_batches_of_several_iterators_side_by_side():
    iterators = [mx.io.NDArrayIter(rows(5, width), rows(5, 1), 2) for width in (2, 3)]
    renamed = [{"data": "left"}, {"data": "right"}]
    iterator = mx.io.PrefetchingIter(iterators, renamed, [{"softmax_label": "a"}, {}])
    assert [each.name for each in iterator.provide_data] == ["left", "right"]
    assert [each.name for each in iterator.provide_label] == ["a", "softmax_label"]
    for _ in range(2):
        batches = list(iterator)
        assert [batch.pad for batch in batches] == [0, 0, 1]
        numpy.testing.assert_array_equal(batches[1].data[1].asnumpy(), rows(5, 3)[2:4])
        with pytest.raises(StopIteration):
            iterator.next()
        iterator.reset()
    iterator.next()
    iterator.reset()
    numpy.testing.assert_array_equal(iterator.next().data[0].asnumpy(), rows(5)[:2])


def test_an_error_of_a_prefetched_batch_is_raised_where_it_is_asked_for():
    class Broken(mx.io.NDArrayIter):
        def next(self):
            raise KeyError("broken")

    iterator = mx.io.PrefetchingIter(Broken(rows(4), batch_size=2))
    with pytest.raises(KeyError, match="broken"):
        iterator.next()


# ---- files


def test_rows_of_csv_files(tmp_path):
    data, labels = rows(5, 6), rows(5, 1)
    numpy.savetxt(tmp_path / "data.csv", data, "%d", delimiter=",")
    numpy.savetxt(tmp_path / "label.csv", labels, delimiter=",")
    options = {"data_shape": (2, 3), "batch_size": 3}
    iterator = mx.io.CSVIter(tmp_path / "data.csv", label_csv=tmp_path / "label.csv", **options)
    assert iterator.provide_data[0].shape == (3, 2, 3)
    assert iterator.provide_label[0].shape == (3, 1)
    wrapped = numpy.concatenate([data, data]).reshape(-1, 2, 3)
    first, second = epoch(iterator)
    numpy.testing.assert_array_equal(first[0], wrapped[:3])
    numpy.testing.assert_array_equal(second[0], wrapped[3:6])
    assert (first[1], second[1]) == (0, 1)
    iterator.reset()  # the first row has filled the last batch already
    numpy.testing.assert_array_equal(epoch(iterator)[0][0], wrapped[1:4])
    plain = mx.io.CSVIter(tmp_path / "data.csv", round_batch=False, dtype="int32", **options)
    last = list(plain)[-1]
    assert last.data[0].dtype == "int32" and last.pad == 1
    numpy.testing.assert_array_equal(last.data[0].asnumpy()[2], numpy.zeros((2, 3)))
    assert plain.getdata().shape == (3, 2, 3) and plain.getpad() == 1
    assert not plain.iter_next()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("1,2\n3\n", r"line 2: shape \(2,\) needs 2 numbers; got 1"), ("1,2\n\n3,x\n", "line 3: .*x")],
)
def test_bad_csv_files_are_refused_with_the_line(content, complaint, tmp_path):
    (tmp_path / "bad.csv").write_text(content)
    with pytest.raises(OSError, match=rf"CSVIter: .*bad\.csv, {complaint}"):
        mx.io.CSVIter(tmp_path / "bad.csv", (2,), 1)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        mx.io.CSVIter(tmp_path / "none.csv", (2,), 1)


def test_rows_of_libsvm_files(tmp_path):
    (tmp_path / "data.t").write_text("1 0:0.5 2:1.5\n-2 1:-3\n\n0\n")
    (tmp_path / "label.t").write_text("0 0:1\n0 1:2\n0 0:3 1:4\n")
    wanted = numpy.array([[0.5, 0, 1.5], [0, -3, 0], [0, 0, 0]], "float32")
    iterator = mx.io.LibSVMIter(tmp_path / "data.t", (3,), 3)
    batch = iterator.next()
    numpy.testing.assert_array_equal(batch.data[0].asnumpy(), wanted)
    numpy.testing.assert_array_equal(batch.label[0].asnumpy(), [1, -2, 0])
    second = mx.io.LibSVMIter(
        tmp_path / "data.t", (3,), 1, tmp_path / "label.t", (2,), num_parts=2, part_index=1
    )
    assert len(second._rows) == 2
    label = second.next().label[0]
    assert [label.stype, label.asnumpy().tolist()] == ["csr", [[0, 2]]]
    assert [len(list(second)), batch.data[0].stype, batch.label[0].stype] == [1, "csr", "default"]
    batch.data[0].check_format()
    assert [x.size for x in (batch.data[0].data, batch.data[0].indices)] == [3, 3]
    rounded = list(mx.io.LibSVMIter(tmp_path / "data.t", (3,), 2))[1]
    assert rounded.data[0].asnumpy().tolist() == wanted[[2, 0]].tolist()
    padded = list(mx.io.LibSVMIter(tmp_path / "data.t", (3,), 2, round_batch=False))[1]
    assert (padded.data[0].asnumpy().tolist(), padded.pad) == ([[0, 0, 0]] * 2, 1)
    for line, complaint in (("1 3:1", r"indices must be in \[0, 3\).*got 3"), ("1 a:1", "a label")):
        (tmp_path / "bad.t").write_text(f"0\n{line}\n")
        with pytest.raises(OSError, match=rf"bad\.t, line 2: .*{complaint}"):
            mx.io.LibSVMIter(tmp_path / "bad.t", (3,), 1)
    with pytest.raises(ValueError, match=r"`part_index` must be in \[0, 2\)"):
        mx.io.LibSVMIter(tmp_path / "data.t", (3,), 1, num_parts=2, part_index=2)


def test_digits(tmp_path):
    images = numpy.random.default_rng(0).integers(0, 256, (7, 28, 28)).astype("uint8")
    labels = numpy.arange(7, dtype="uint8")
    head = struct.pack(">4I", 0x803, 7, 28, 28)
    (tmp_path / "images").write_bytes(head + images.tobytes())
    content = struct.pack(">2I", 0x801, 7) + labels.tobytes()
    (tmp_path / "labels.gz").write_bytes(gzip.compress(content))
    paths = tmp_path / "images", tmp_path / "labels.gz"
    iterator = mx.io.MNISTIter(*paths, batch_size=3, shuffle=False)
    batches = list(iterator)
    assert len(batches) == 2 and batches[0].data[0].shape == (3, 1, 28, 28)
    wanted = images[3:6, None] / numpy.float32(255)
    numpy.testing.assert_array_equal(batches[1].data[0].asnumpy(), wanted)
    assert batches[1].label[0].asnumpy().tolist() == [3, 4, 5]
    flat = mx.io.MNISTIter(*paths, batch_size=7, flat=True, seed=3)
    order = flat.next().label[0].asnumpy().astype(int)
    assert flat.getdata().shape == (7, 784) and sorted(order) == list(range(7))
    numpy.testing.assert_allclose(
        flat.getdata().asnumpy(), images[order].reshape(7, -1) / 255, rtol=1e-6
    )
    wide = mx.io.MNISTIter(*paths, batch_size=1, shuffle=False, data_shape=(1, 14, 56))
    wanted = images[0].reshape(1, 1, 14, 56) / numpy.float32(255)
    assert wide.next().data[0].asnumpy().tolist() == wanted.tolist()
    part = mx.io.MNISTIter(*paths, batch_size=1, shuffle=False, num_parts=3, part_index=2)
    assert [batch.label[0].item() for batch in part] == [4, 5, 6]


def test_a_batch_larger_than_the_data_has_them_several_times():
    rows = numpy.arange(3)
    batch = mx.io.NDArrayIter(rows, batch_size=8).next()
    assert numpy.array_equal(batch.data[0].asnumpy(), numpy.resize(rows, 8)) and batch.pad == 5
    with pytest.raises(ValueError, match="`batch_size` must be at most the number of rows, 3"):
        mx.io.NDArrayIter(rows, batch_size=8, last_batch_handle="discard")


@pytest.mark.parametrize("kind", ["mxnet", "scipy"])
def test_csr_matrices_give_csr_batches(kind):
    whole = numpy.random.default_rng(3).integers(0, 3, (7, 4)).astype("float32")
    rows = mx.nd.array(whole).tostype("csr") if kind == "mxnet" else sparse.csr_matrix(whole)
    with pytest.raises(NotImplementedError, match="`last_batch_handle` must be 'discard'"):
        mx.io.NDArrayIter(rows, numpy.arange(7), 2)
    numpy.random.seed(5)
    batches = mx.io.NDArrayIter(
        {"x": rows}, numpy.arange(7), 2, shuffle=True, last_batch_handle="discard"
    )
    found = list(batches)
    assert len(found) == 3 and all(batch.data[0].stype == "csr" for batch in found)
    for batch in found:
        batch.data[0].check_format()
        places = batch.label[0].asnumpy().astype(int)
        assert batch.data[0].asnumpy().tolist() == whole[places].tolist()


def test_the_first_array_says_how_many_rows_there_are():
    batches = mx.io.NDArrayIter(numpy.arange(4), numpy.arange(6), 2)
    assert [batch.label[0].asnumpy().tolist() for batch in batches] == [[0, 1], [2, 3]]
    with pytest.raises(ValueError, match="the rows of the first at least"):
        mx.io.NDArrayIter(numpy.arange(4), numpy.arange(3), 2)


def test_what_mxnets_own_loader_takes_is_the_object_itself():
    data = mx.gluon.data.SimpleDataset(list(range(10))).filter(lambda x: x % 3 == 0)
    assert list(data.__mx_handle__()) == [0, 3, 6, 9]
    stack = mx.gluon.data.batchify.Stack().__mx_handle__()
    assert stack([np.ones(2), np.zeros(2)]).shape == (2, 2)
