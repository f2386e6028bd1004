"""HDF5 files have their numbers themselves: what leads elsewhere, or to a library, is refused."""

import numpy
import pytest
import weft.caffe

h5py = pytest.importorskip("h5py")

_NET = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4 } } }
layer { name: "f" type: "InnerProduct" bottom: "data" top: "f"
        inner_product_param { num_output: 4 bias_term: false } }
"""
_VALUES = numpy.arange(16, dtype="float32").reshape(4, 4)


def _external_storage(group):
    group.create_dataset("0", (4, 4), "<f4", external=[("other.raw", 0, 64)])


def _external_link(group):
    group["0"] = h5py.ExternalLink("other.h5", "/w")


def _soft_link_to_an_external_one(group):
    group.file["out"] = h5py.ExternalLink("other.h5", "/")
    group["0"] = h5py.SoftLink("/out/w")


def _virtual(group):
    layout = h5py.VirtualLayout((4, 4), "<f4")
    layout[:] = h5py.VirtualSource("other.h5", "w", (4, 4))
    group.create_virtual_dataset("0", layout)


def _library(group):
    made_by = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    made_by.set_chunk((4, 4))
    made_by.set_filter(32015, h5py.h5z.FLAG_OPTIONAL)
    space = h5py.h5s.create_simple((4, 4))
    h5py.h5d.create(group.id, b"0", h5py.h5t.IEEE_F32LE, space, dcpl=made_by)


def _unwritten(group):
    group.create_dataset("0", (1 << 20, 1 << 20), "<f4", chunks=(1024, 1024))


def _objects(group):
    group.create_dataset("0", (1,), h5py.ref_dtype)


_HOSTILE = [_external_storage, _external_link, _soft_link_to_an_external_one, _virtual, _library]
_HOSTILE += [_unwritten, _objects]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "n.prototxt").write_text(_NET)
    _VALUES.tofile("other.raw")
    with h5py.File("other.h5", "w") as file:
        file["w"] = _VALUES
    return tmp_path


@pytest.mark.parametrize("make", _HOSTILE, ids=lambda make: make.__name__.strip("_"))
def test_weights_that_the_file_has_not_itself_are_refused(folder, make):
    with h5py.File("w.caffemodel.h5", "w") as file:
        make(file.create_group("data/f"))
    with pytest.raises(OSError, match=r"weft.caffe.load: w.caffemodel.h5 .*`data/f/0`"):
        weft.caffe.load("n.prototxt", "w.caffemodel.h5")


@pytest.mark.parametrize(
    "options", [{}, {"compression": "gzip", "shuffle": True}, {"chunks": True}]
)
def test_weights_that_the_file_has_are_read(folder, options):
    with h5py.File("w.caffemodel.h5", "w") as file:
        file.create_group("data/f").create_dataset("0", data=_VALUES, **options)
    [weight] = weft.caffe.load("n.prototxt", "w.caffemodel.h5").collect_params().values()
    numpy.testing.assert_array_equal(weight.data().asnumpy(), _VALUES)
