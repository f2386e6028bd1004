"""Bools from outside whose bytes are neither 0 nor 1, such as a mask of 0 and 255 seen as bool: at
every border they become 0 and 1, and memory whose bytes are sound is shared as before."""

import io
import json
import pickle
import struct

import numpy
import pytest
import weft
from weft import gluon, np, npx, runtime

BYTES = numpy.array([[255, 0, 1], [2, 128, 0]], "uint8")
TRUTH = BYTES != 0
X = numpy.array([[1, 2, 3], [4, 5, 6]], "float32")


def odd():
    """Bools with such bytes."""
    return BYTES.copy().view(bool)


def bytes_of(array):
    return numpy.asarray(array).view("uint8")


class Lent:
    """A producer of DLPack."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def from_pickle(array):
    rebuild, (dtype, shape, _) = np.zeros(array.shape, "bool").__reduce_ex__(2)
    return pickle.loads(pickle.dumps(rebuild(dtype, shape, array.tobytes())))


def from_safetensors(array, tmp_path):
    head = {"m": {"dtype": "BOOL", "shape": list(array.shape), "data_offsets": [0, array.size]}}
    text = json.dumps(head).encode()
    path = tmp_path / "mask.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + array.tobytes())
    return npx.load(path)["m"]


def from_npz(array, tmp_path):
    numpy.savez(tmp_path / "m.npz", m=array)
    return np.array(numpy.load(tmp_path / "m.npz")["m"])


def from_buffer(array):
    x = np.zeros(array.shape, "bool")
    io.BytesIO(array.tobytes()).readinto(x)
    return x


def from_callback(array):
    return npx.callback(lambda: np.array(array), result=np.zeros(array.shape, "bool"))


BORDERS = {
    "array": lambda a, _: np.array(a),
    "asarray": lambda a, _: np.asarray(a),
    "list": lambda a, _: np.array([a[0], a[1]]),
    "operator": lambda a, _: np.logical_and(a, np.ones((), "bool")),
    "dlpack": lambda a, _: np.from_dlpack(a),
    "another's dlpack": lambda a, _: np.from_dlpack(Lent(a)),
    "dlpack copied": lambda a, _: np.from_dlpack(a, copy=True),
    "transposed": lambda a, _: np.array(a.T).T,
    "transposed dlpack": lambda a, _: np.from_dlpack(a.T).T,
    "reversed dlpack": lambda a, _: np.from_dlpack(a[::-1, ::-1])[::-1, ::-1],
    "pickle": lambda a, _: from_pickle(a),
    "safetensors": from_safetensors,
    "npz": from_npz,
    "buffer": lambda a, _: from_buffer(a),
    "callback": lambda a, _: from_callback(a),
    "assignment": lambda a, _: _assigned(a),
}


def _assigned(array):
    x = np.zeros(array.shape, "bool")
    x[...] = array
    return x


@pytest.mark.parametrize("border", BORDERS)
def test_odd_bools_are_bools_of_weft(border, tmp_path):
    given = odd()
    m = BORDERS[border](given, tmp_path)
    assert m.dtype == bool
    assert (bytes_of(m) == TRUTH).all()
    assert (given.view("uint8") == BYTES).all()  # others' memory is as it was
    x = np.array(X)
    for run in (lambda f: f, weft.hybridize):
        assert int(run(lambda m: m.sum())(m)) == TRUTH.sum()
        assert run(lambda m: m * x)(m).tolist() == (TRUTH * X).tolist()
        assert run(lambda m: m == np.array(True))(m).tolist() == TRUTH.tolist()
        assert run(lambda m: m.astype("int32"))(m).tolist() == TRUTH.astype(int).tolist()
        assert run(lambda m: x[m])(m).tolist() == X[TRUTH].tolist()
        assert run(lambda m: np.where(m, x, 0))(m).tolist() == numpy.where(TRUTH, X, 0).tolist()
        assert run(lambda m: ~m)(m).tolist() == (~TRUTH).tolist()


def test_sound_memory_is_shared():
    outside = TRUTH.copy()
    inside = np.from_dlpack(outside)
    inside[0, 0] = False
    assert not outside[0, 0]
    outside[1, 2] = True
    assert inside[1, 2].item()
    again = np.from_dlpack(inside.numpy())
    assert np.may_share_memory(inside, inside[0])
    again[0, 1] = True
    assert outside[0, 1]
    read_only = TRUTH.copy()
    read_only.flags.writeable = False
    assert np.from_dlpack(read_only).tolist() == TRUTH.tolist()


def test_bytes_between_elements_are_nobodys_business():
    memory = numpy.full((2, 6), 7, "uint8")
    memory[:, ::2] = TRUTH
    view = memory.view(bool)[:, ::2]
    shared = np.from_dlpack(view)
    shared[0, 1] = True
    assert memory[0, 2] == 1
    assert (memory[:, 1::2] == 7).all()


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize("kind", ["rows", "samples", "padded"])
def test_batches_have_bools_of_weft(kind, workers):
    masks = numpy.tile(odd(), (40, 400)).view(bool)
    data = gluon.data.ArrayDataset(masks) if kind == "rows" else list(masks)
    batchify = gluon.data.batchify.Pad() if kind == "padded" else None
    loader = gluon.data.DataLoader(data, 16, num_workers=workers, batchify_fn=batchify)
    batches = list(loader)
    assert (numpy.concatenate([bytes_of(b) for b in batches]) == (masks.view("uint8") != 0)).all()


def exported(tmp_path, dynamic=None):
    @weft.hybridize
    def count(m, x):
        return m.astype("float32").sum(axis=0), m * x, m == np.array(True)

    path = tmp_path / "net.weft"
    weft.export(path, dynamic=dynamic, forward=(count, np.array(TRUTH), np.array(X)))
    return runtime.Model(path)


@pytest.mark.parametrize("dynamic", [None, {"m": {0: "n"}, "x": {0: "n"}}])
def test_contexts_read_bound_bools(tmp_path, dynamic):
    context = exported(tmp_path, dynamic).context()
    for given in (odd(), TRUTH.copy(), odd()):
        total, product, same = context.run(given, X)
        assert total.tolist() == TRUTH.sum(axis=0).tolist()
        assert product.tolist() == (TRUTH * X).tolist()
        assert same.tolist() == TRUTH.tolist()
    assert given.view("uint8").tolist() == BYTES.tolist()


def test_what_is_bound_may_change_between_runs(tmp_path):
    context = exported(tmp_path).context()
    given = TRUTH.copy()
    context.bind(0, given)
    context.bind(1, X)
    for content in (TRUTH.view("uint8"), BYTES, TRUTH.view("uint8") * 0, BYTES[::-1]):
        given.view("uint8")[...] = content
        total, _, same = context.run()
        assert total.tolist() == (content != 0).sum(axis=0).tolist()
        assert same.tolist() == (content != 0).tolist()


def test_states_are_bools_of_weft(tmp_path):
    seen = np.zeros((3,), "bool")

    @weft.hybridize
    def mark(m):
        seen[...] = np.logical_or(seen, m)
        return seen.astype("int32")

    path = tmp_path / "state.weft"
    weft.export(path, names={"seen": seen}, mark=(mark, np.zeros((3,), "bool")))
    context = runtime.Model(path).context("mark")
    context.write_state("seen", numpy.array([255, 0, 0], "uint8").view(bool))
    assert bytes(context.read_state("seen")) == b"\1\0\0"
    (out,) = context.run(numpy.array([0, 2, 0], "uint8").view(bool))
    assert out.tolist() == [1, 1, 0]


def test_kernels_in_python_may_give_any_bytes():
    name = "odd_truth_of_test"
    weft.register_op(
        name,
        inputs=["x"],
        infer=lambda x: weft.library.ArrayType(x.shape, "bool"),
        kernel=lambda x: (x.astype("uint8") * 255).view(bool),
        no_gradient="it is a test",
    )
    m = getattr(npx, name)(np.array([1.0, 0.0, 2.0]))
    assert bytes_of(m).tolist() == [1, 0, 1]
