"""Data of Caffe's nets: LMDB, HDF5, lists of images, fillers; what `transform_param` does."""

import numpy
import pytest
import weft
from caffe_files import mutants, random_array
from caffe_training import NETWORK, digits, write_lmdb, write_solver
from weft import cli
from weft._base.errors import Error
from weft.caffe._data import Around, source_of
from weft.caffe._layers import layers_of
from weft.caffe._messages import message
from weft.caffe._write import blob_of, write_message

SOLVER = (
    'base_lr: 0.02 lr_policy: "step" gamma: 0.3 stepsize: 200 momentum: 0.9 weight_decay: 0.0005 '
    'max_iter: 300 display: 100 test_iter: 3 test_interval: 300 snapshot_prefix: "snap/digits" '
    "random_seed: 1"
)


def source(text, folder, is_training=False, **data):
    from google.protobuf import text_format

    net = text_format.Parse(text, message("NetParameter")())
    (layer,) = layers_of(net, message("NetState")(), {})
    random = numpy.random.default_rng(0)
    return source_of(layer, Around(folder, is_training, random, data))


def lmdb_layer(fields="", transform="", backend="LMDB"):
    return (
        'layer { name: "d" type: "Data" top: "data" top: "label" '
        f"transform_param {{ {transform} }} "
        f'data_param {{ source: "base" batch_size: 4 backend: {backend} {fields} }} }}'
    )


# ---- LMDB ---------------------------------------------------------------------------------------

IMAGES = numpy.random.default_rng(0).integers(0, 256, (6, 3, 5, 7)).astype("uint8")


@pytest.mark.parametrize("encoded", [False, True])
def test_records_come_in_order_again_and_again(encoded, tmp_path):
    pytest.importorskip("lmdb")
    if encoded:
        pytest.importorskip("cv2")
    write_lmdb(tmp_path / "base", IMAGES, range(6), encoded)
    found = source(lmdb_layer(), tmp_path)
    assert found.shapes == [(4, 3, 5, 7), (4,)]
    images, labels = found.batch()
    numpy.testing.assert_array_equal(images, IMAGES[:4])
    images, labels = found.batch()
    numpy.testing.assert_array_equal(images, IMAGES[[4, 5, 0, 1]])
    assert labels.tolist() == [4, 5, 0, 1]


def test_images_are_cropped_mirrored_and_scaled(tmp_path):
    pytest.importorskip("lmdb")
    write_lmdb(tmp_path / "base", IMAGES, range(6))
    means = "mean_value: 10 mean_value: 20 mean_value: 30"
    fields = f"scale: 0.5 crop_size: 3 mirror: true {means}"
    wanted = (IMAGES - numpy.array([10.0, 20, 30])[:, None, None]) * 0.5
    (images, _) = source(lmdb_layer(transform=fields), tmp_path).batch()
    middle = wanted[:4, :, 1:4, 2:5]
    for image, whole in zip(images, middle, strict=True):
        assert (image == whole).all() or (image == whole[:, :, ::-1]).all()
    found = source(lmdb_layer(transform=fields), tmp_path, is_training=True)
    places = set()
    for _ in range(6):
        for image, whole in zip(*(found.batch()[0], wanted[:4]), strict=False):
            places.add(image.tobytes())
            del whole
    assert len(places) > 10


def test_a_mean_image_is_taken_away(tmp_path):
    pytest.importorskip("lmdb")
    write_lmdb(tmp_path / "base", IMAGES, range(6))
    mean = random_array(3, 5, 7)
    write_message(blob_of(mean[None]), tmp_path / "mean.binaryproto", "test")
    fields = 'mean_file: "mean.binaryproto" crop_size: 3'
    images, _ = source(lmdb_layer(transform=fields), tmp_path).batch()
    numpy.testing.assert_allclose(images, (IMAGES - mean)[:4, :, 1:4, 2:5], rtol=1e-5)
    with pytest.raises(ValueError, match="the mean has shape"):
        write_message(blob_of(mean[:, :2]), tmp_path / "mean.binaryproto", "test")
        source(lmdb_layer(transform=fields), tmp_path).batch()


# ---- others -------------------------------------------------------------------------------------


def test_hdf5_files_follow_each_other(tmp_path):
    h5py = pytest.importorskip("h5py")
    x = random_array(5, 2)
    for number, rows in enumerate((slice(0, 3), slice(3, 5))):
        with h5py.File(tmp_path / f"{number}.h5", "w") as file:
            file["data"], file["label"] = x[rows], numpy.arange(5)[rows]
    (tmp_path / "list.txt").write_text("0.h5\n1.h5\n")
    text = (
        'layer { name: "d" type: "HDF5Data" top: "data" top: "label" '
        'hdf5_data_param { source: "list.txt" batch_size: 4 %s } }'
    )
    found = source(text % "", tmp_path)
    data, labels = found.batch()
    numpy.testing.assert_array_equal(data, x[:4])
    assert found.batch()[1].tolist() == [4, 0, 1, 2]
    shuffled = source(text % "shuffle: true", tmp_path)
    seen = numpy.concatenate([shuffled.batch()[1] for _ in range(5)])
    assert sorted(seen[:5]) == [0, 1, 2, 3, 4]
    assert labels.dtype == "float32"
    with pytest.raises(ValueError, match="has no `labels`; it has data, label"):
        source((text % "").replace('"label"', '"labels"'), tmp_path)


def test_damaged_hdf5_files_end_in_an_error(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "0.h5", "w") as file:
        file["data"], file["label"] = random_array(6, 2), numpy.arange(6)
    (tmp_path / "list.txt").write_text("0.h5\n")
    text = (
        'layer { name: "d" type: "HDF5Data" top: "data" top: "label" '
        'hdf5_data_param { source: "list.txt" batch_size: 4 } }'
    )
    refused = 0
    for mutant in mutants((tmp_path / "0.h5").read_bytes(), 120, 2):
        (tmp_path / "0.h5").write_bytes(mutant)
        try:
            source(text, tmp_path).batch()
        except Error:
            refused += 1
    assert refused > 20


def test_lists_of_images_are_read(tmp_path):
    cv2 = pytest.importorskip("cv2")
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number} a.png"), IMAGES[number].transpose(1, 2, 0))
    (tmp_path / "list.txt").write_text("0 a.png 5\n1 a.png 6\n2 a.png 7\n")
    text = (
        'layer { name: "d" type: "ImageData" top: "data" top: "label" image_data_param '
        '{ source: "list.txt" batch_size: 2 root_folder: "%s/" %s } }'
    )
    found = source(text % (tmp_path, ""), tmp_path)
    images, labels = found.batch()
    numpy.testing.assert_array_equal(images, IMAGES[:2])
    assert labels.tolist() == [5, 6]
    resized = source(text % (tmp_path, "new_height: 8 new_width: 4 is_color: false"), tmp_path)
    assert resized.shapes[0] == (2, 1, 8, 4)
    assert resized.batch()[0].shape == (2, 1, 8, 4)
    (tmp_path / "list.txt").write_text("0 a.png\n")
    with pytest.raises(ValueError, match=r"list\.txt:1: must be a path and a number"):
        source(text % (tmp_path, ""), tmp_path)


def test_dummy_data_is_filled_anew_where_it_is_random(tmp_path):
    text = (
        'layer { name: "d" type: "DummyData" top: "a" top: "b" dummy_data_param { '
        "shape { dim: 2 dim: 3 } shape { dim: 2 } data_filler { type: 'gaussian' } "
        "data_filler { value: 7 } } }"
    )
    found = source(text, tmp_path)
    first, second = found.batch(), found.batch()
    assert (first[0] != second[0]).all()
    assert (first[1] == 7).all() and first[1].shape == (2,)


# ---- a whole training ---------------------------------------------------------------------------


def test_the_command_trains_on_lmdb(tmp_path, monkeypatch, capsys):
    pytest.importorskip("lmdb")
    monkeypatch.chdir(tmp_path)
    train, test = digits()
    write_lmdb(tmp_path / "train_lmdb", *train)
    write_lmdb(tmp_path / "test_lmdb", *test)
    layer = (
        'layer { name: "digits" type: "Data" top: "data" top: "label" include { phase: %s } '
        'transform_param { scale: 0.0625 } data_param { source: "%s" batch_size: %d '
        "backend: LMDB } }"
    )
    layers = layer % ("TRAIN", "train_lmdb", 64) + layer % ("TEST", "test_lmdb", 119)
    write_solver(tmp_path, NETWORK % layers, SOLVER)
    assert cli.main(["train", "solver.prototxt", "-o", "digits.weft"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("Testing net (#0)") == 2
    assert "Snapshotting solver state to binary proto file" in printed
    images, labels = test
    model = weft.runtime.Model("digits.weft").context("forward")
    shares = numpy.asarray(model.run((images * 0.0625).astype("float32"))[0]).reshape(-1, 10)
    assert (shares.argmax(1) == labels).mean() > 0.95
    numpy.testing.assert_allclose(shares.sum(1), 1, rtol=1e-5)


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    assert cli.main(["train", str(tmp_path / "none.prototxt")]) == 1
    assert "there is no file" in capsys.readouterr().err
    path = write_solver(tmp_path, NETWORK % "", SOLVER)
    assert cli.main(["train", str(path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("weft: ") and "bottom `data` is the top of no layer" in error


def test_hdf5_and_lmdb_train_alike(tmp_path):
    h5py = pytest.importorskip("h5py")
    pytest.importorskip("lmdb")
    (images, labels), _ = digits()
    write_lmdb(tmp_path / "base", images[:256], labels[:256])
    with h5py.File(tmp_path / "base.h5", "w") as file:
        file["data"] = images[:256] * numpy.float32(0.0625)
        file["label"] = labels[:256]
    (tmp_path / "list.txt").write_text("base.h5")
    kinds = (
        'type: "Data" transform_param { scale: 0.0625 } '
        'data_param { source: "base" batch_size: 64 backend: LMDB }',
        'type: "HDF5Data" hdf5_data_param { source: "list.txt" batch_size: 64 }',
    )
    losses = []
    for kind in kinds:
        data = f'layer {{ name: "digits" top: "data" top: "label" {kind} }}'
        path = write_solver(
            tmp_path, NETWORK % data, 'base_lr: 0.02 lr_policy: "fixed" random_seed: 3'
        )
        solver = weft.caffe.Solver(path, log=lambda _: None)
        losses.append([solver.step() for _ in range(30)])
    numpy.testing.assert_allclose(*losses, rtol=1e-4)
    assert losses[0][-1] < losses[0][0]
