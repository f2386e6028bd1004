"""Parquet files, tables of Arrow and pandas, and arrays that stay in their file."""

import pickle

import numpy
import pytest
import weft
from weft import gluon, np
from weft.gluon import data, nn

pyarrow = pytest.importorskip("pyarrow", reason="not run: pyarrow is not installed")
from pyarrow import parquet  # noqa: E402

ROWS = 103


def table(rows=ROWS, start=0):
    numbers = numpy.arange(start, start + rows)
    points = pyarrow.FixedSizeListArray.from_arrays(
        pyarrow.array(numpy.arange(3 * start, 3 * (start + rows)), "float32"), 3
    )
    return pyarrow.table(
        {
            "x": points,
            "y": pyarrow.array(numbers % 4, "int32"),
            "name": [f"row {n}" for n in numbers],
            "kind": pyarrow.array(
                [("odd" if n % 2 else "even") for n in numbers]
            ).dictionary_encode(),
            "is_odd": numbers % 2 == 1,
        }
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    parquet.write_table(table(60), folder / "a.parquet", row_group_size=25)
    parquet.write_table(table(ROWS - 60, 60), folder / "b.parquet", row_group_size=25)
    return [folder / "a.parquet", folder / "b.parquet"]


def same(found, number):
    assert found["x"].tolist() == [3.0 * number, 3.0 * number + 1, 3.0 * number + 2]
    assert (found["y"], found["name"]) == (number % 4, f"row {number}")
    assert found["is_odd"] == (number % 2 == 1)


# ---- columns


def test_columns_are_arrays_that_lie_in_the_table():
    given = table()
    found = data.table_arrays(given, ["x", "y"])
    for name, values in found.items():
        column = given[name].chunk(0)
        flat = column.flatten() if name == "x" else column
        assert values.ctypes.data == flat.buffers()[1].address
    assert (found["x"].shape, found["y"].dtype) == ((ROWS, 3), "int32")
    every = data.table_arrays(given)
    assert list(every) == given.column_names
    assert every["kind"].tolist() == [n % 2 for n in range(ROWS)]
    assert every["is_odd"].dtype == bool and every["name"][7] == "row 7"
    part = data.table_arrays(given.slice(5, 4))
    assert part["x"][0].tolist() == [15, 16, 17] and part["y"].tolist() == [1, 2, 3, 0]


def test_columns_of_several_pieces_of_frames_and_of_dicts():
    pandas = pytest.importorskip("pandas", reason="not run: pandas is not installed")
    pieces = pyarrow.concat_tables([table(5), table(6, 5)])
    assert data.table_arrays(pieces)["x"].tolist() == numpy.arange(33.0).reshape(11, 3).tolist()
    frame = pandas.DataFrame({"a": [1.5, 2.5], "b": [1, 2]})
    for given in (frame, {"a": [1.5, 2.5], "b": [1, 2]}):
        found = data.table_arrays(given, "b")
        assert list(found) == ["b"] and found["b"].tolist() == [1, 2]
    assert len(data.table_arrays(table(0))["x"]) == 0


def test_columns_of_other_kinds(tmp_path):
    cubes = numpy.arange(24, dtype="float32").reshape(4, 2, 3)
    pairs = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(numpy.arange(16.0)), 2)
    given = pyarrow.table(
        {
            "tensor": pyarrow.FixedShapeTensorArray.from_numpy_ndarray(cubes),
            "nested": pyarrow.FixedSizeListArray.from_arrays(pairs, 2),
            "list": [[1, 2], [3], [], [4]],
            "day": pyarrow.array(numpy.array(["2020-02-29"] * 4, "M8[D]")),
            "half": pyarrow.array(numpy.arange(4, dtype="float16")),
            "bytes": [b"a", b"", b"c", b"d"],
        }
    )
    parquet.write_table(given, tmp_path / "kinds.parquet")
    for found in (
        data.table_arrays(given),
        data.table_arrays(parquet.read_table(tmp_path / "kinds.parquet")),
    ):
        numpy.testing.assert_array_equal(found["tensor"], cubes)
        numpy.testing.assert_array_equal(found["nested"], numpy.arange(16.0).reshape(4, 2, 2))
        assert [row.tolist() for row in found["list"]] == [[1, 2], [3], [], [4]]
        assert found["day"][0] == numpy.datetime64("2020-02-29")
        assert (found["half"].dtype, found["bytes"][0]) == ("float16", b"a")
    row = data.ParquetDataset(tmp_path / "kinds.parquet")[1]
    assert row["nested"].tolist() == [[4, 5], [6, 7]] and row["list"].tolist() == [3]


def test_missing_floats_are_nan_and_other_missing_values_are_refused():
    given = pyarrow.table(
        {"f": [1.0, None], "i": pyarrow.array([1, None], "int64"), "s": ["a", None]}
    )
    assert numpy.isnan(data.table_arrays(given, "f")["f"]).tolist() == [False, True]
    for name in "is":
        with pytest.raises(
            ValueError, match=f"column '{name}' must have no missing values; got 1 of 2"
        ):
            data.table_arrays(given, name)
    with pytest.raises(ValueError, match="no column 'lable'; did you mean `label`"):
        data.table_arrays(pyarrow.table({"label": [1]}), "lable")
    with pytest.raises(TypeError, match=r"`table` must be a table of Arrow.*got list"):
        data.table_arrays([1])


# ---- files


def test_rows_of_files_by_number(files):
    rows = data.ParquetDataset(files, cached_groups=1)
    assert (len(rows), rows.row_groups) == (ROWS, [25, 25, 10, 25, 18])
    for number in (0, 24, 25, 59, 60, 102, 3):
        same(rows[number], number)
    same(rows[-1], ROWS - 1)
    same(pickle.loads(pickle.dumps(rows))[61], 61)
    assert data.ParquetDataset(files[0], ["y"])[2] == {"y": 2}
    with pytest.raises(IndexError, match="no row 103; there are 103"):
        rows[ROWS]


def test_an_order_of_groups_reads_each_of_them_once(files, monkeypatch):
    rows = data.ParquetDataset(files, cached_groups=2)
    read = []
    groups = type(rows._groups)
    plain = groups.read
    monkeypatch.setattr(
        groups, "read", lambda self, group, *rest: read.append(group) or plain(self, group, *rest)
    )
    weft.random.seed(1)
    sampler = rows.sampler()
    order = list(sampler)
    for number in order:
        rows[number]
    assert sorted(read) == sorted(rows._groups.groups)
    assert sorted(order) == list(range(ROWS)) != order and len(sampler) == ROWS
    assert list(rows.sampler(shuffle=False)) == list(range(ROWS))
    assert list(sampler) != order


def test_whole_columns_are_gathered_by_a_loader(files):
    columns = data.ParquetDataset(files).arrays("x", "y")
    loader = data.DataLoader(columns, 50)
    batches = [[part.asnumpy() for part in batch] for batch in loader]
    x, y = (numpy.concatenate(parts) for parts in zip(*batches, strict=True))
    assert x.tolist() == numpy.arange(3.0 * ROWS).reshape(ROWS, 3).tolist()
    assert y.tolist() == [n % 4 for n in range(ROWS)]


def test_a_stream_gives_rows_batches_and_parts(files):
    for number, row in enumerate(data.ParquetStream(files)):
        same(row, number)
    assert number == ROWS - 1
    batches = list(data.ParquetStream(files, ["x", "y", "name"], batch_size=20))
    assert [len(batch["name"]) for batch in batches] == [20] * 5 + [3]
    assert isinstance(batches[0]["x"], np.ndarray) and batches[0]["x"].shape == (20, 3)
    whole = numpy.concatenate([batch["x"].asnumpy() for batch in batches])
    assert whole.ravel().tolist() == list(range(3 * ROWS))
    assert len(list(data.ParquetStream(files, batch_size=20, last_batch="discard"))) == 5
    stream = data.ParquetStream(files, "y")
    for count in (2, 5, 7):
        parts = [len(list(stream.shard(count, i))) for i in range(count)]
        assert sum(parts) == ROWS and min(parts) > 0
    assert [len(list(stream.shard(2, i))) for i in (0, 1)] == [25 + 10 + 18, 50]


def test_a_stream_in_random_order_has_each_row_once(files):
    def names(seed):
        weft.random.seed(seed)
        return [row["name"] for row in data.ParquetStream(files, "name", shuffle=True)]

    first = names(1)
    assert names(1) == first != names(2)
    assert sorted(first) == sorted(f"row {n}" for n in range(ROWS))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f: data.ParquetDataset(f, "nmae"), ValueError, "'nmae'; did you mean `name`"),
        (lambda f: data.ParquetDataset([]), ValueError, "must have a file; got none"),
        (lambda f: data.ParquetDataset("none"), FileNotFoundError, "there is no file .*none"),
        (lambda f: data.ParquetDataset(f[0]).arrays("z"), ValueError, "no column 'z'"),
        (
            lambda f: data.ParquetStream(f, batch_size=0),
            ValueError,
            "`batch_size` must be at least",
        ),
        (lambda f: data.ParquetStream(f, last_batch="x"), ValueError, "keep or discard; got x"),
        (lambda f: data.ParquetStream(f).shard(2, 2), ValueError, r"`index` must be in \[0, 2\)"),
    ],
)
def test_what_is_not_there_is_refused(files, call, error, message):
    with pytest.raises(error, match=message):
        call(files)


def test_damaged_files_are_refused_with_their_name(files, tmp_path):
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(files[0].read_bytes()[:500])
    with pytest.raises(OSError, match=r"broken\.parquet is no Parquet file, or damaged"):
        data.ParquetDataset(broken)
    other = tmp_path / "other.parquet"
    parquet.write_table(pyarrow.table({"x": [1]}), other)
    with pytest.raises(ValueError, match=r"other\.parquet must have the columns of .*lacks \['y'"):
        data.ParquetDataset([files[0], other])


# ---- arrays in files


def test_arrays_stay_in_their_file(tmp_path):
    x = numpy.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    numpy.save(tmp_path / "x.npy", x)
    numpy.save(tmp_path / "y.npy", numpy.arange(40))
    mapped = data.MappedArray(tmp_path / "x.npy"), data.MappedArray(tmp_path / "y.npy")
    assert len(pickle.dumps(mapped[0])) < 400
    numpy.testing.assert_array_equal(pickle.loads(pickle.dumps(mapped[0])), x)
    assert type(mapped[0][3]) is type(mapped[0][1:]) is numpy.ndarray
    assert type(pickle.loads(pickle.dumps(mapped[0] + 1))) is numpy.ndarray
    with pytest.raises(ValueError, match="read-only"):
        mapped[0][0] = 1
    for workers in (0, 2):
        batches = list(data.DataLoader(data.ArrayDataset(*mapped), 16, num_workers=workers))
        numpy.testing.assert_array_equal(numpy.concatenate([b[0].asnumpy() for b in batches]), x)
    (tmp_path / "short.npy").write_bytes((tmp_path / "x.npy").read_bytes()[:200])
    with pytest.raises(OSError, match=r"short\.npy is no \.npy file to map"):
        data.MappedArray(tmp_path / "short.npy")
    with pytest.raises(FileNotFoundError, match="there is no file"):
        data.MappedArray(tmp_path / "none.npy")


# ---- tables to train on


def columns():
    generator = numpy.random.default_rng(0)
    a, b = generator.normal(size=(2, 200))
    return {"a": a, "b": b, "label": (a + 2 * b > 0).astype("int64")}


def frames():
    pandas = pytest.importorskip("pandas", reason="not run: pandas is not installed")
    return pandas.DataFrame(columns())


@pytest.mark.parametrize(
    "make", [frames, lambda: pyarrow.table(columns())], ids=["pandas", "arrow"]
)
def test_a_table_goes_straight_into_fit(make):
    given = make()
    inputs = given[["a", "b"]] if hasattr(given, "loc") else given.select(["a", "b"])

    def trained(x, y):
        np.random.seed(3)
        net = nn.HybridSequential(nn.Dense(8, activation="relu"), nn.Dense(2))
        trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
        model = weft.Model(net, "softmax_cross_entropy", trainer, metrics=["accuracy"])
        model.fit(x, y, epochs=15, verbose=0)
        return model.predict(x).asnumpy(), model.evaluate(x, y, verbose=0)["accuracy"]

    raw = columns()
    x = numpy.stack([raw["a"], raw["b"]], 1).astype("float32")
    found, accuracy = trained(inputs, given["label"])
    wanted, _ = trained(x, raw["label"])
    numpy.testing.assert_array_equal(found, wanted)
    assert accuracy > 0.9


@pytest.mark.parametrize("kind", ["pandas", "arrow"])
def test_columns_that_are_no_numbers_are_named(kind):
    raw = {"age": [1.0, 2.0], "city": ["x", "y"]}
    given = frames().__class__(raw) if kind == "pandas" else pyarrow.table(raw)
    model = weft.Model(nn.Dense(1), loss="l2")
    with pytest.raises(TypeError, match=r"fit: column 'city' of `x` must hold numbers; got "):
        model.fit(given, numpy.zeros(2, "float32"), verbose=0)
