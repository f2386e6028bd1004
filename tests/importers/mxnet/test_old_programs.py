"""What programs of the Gluon textbook and of MXNet's examples rely on, beside what their pages say:
states that go on after a backward, workers without a main part, lists in samples, copies."""

import subprocess
import sys

import numpy
import pytest
from weft import autograd as native_autograd
from weft import mxnet as mx
from weft.mxnet import _modes, autograd, gluon, np

# ---- what a backward went through


def leaf(*values):
    array = np.array(values)
    array.attach_grad()
    return array


def test_a_state_goes_on_as_a_constant_after_a_backward():
    x, w = leaf(3.0), leaf(2.0)
    with autograd.record():
        state = x * w
    state.backward()
    with autograd.record():
        after = state * w
    after.backward()
    assert w.grad.item() == 6 and x.grad.item() == 2  # the second did not reach x


def test_what_saves_nothing_is_a_constant_as_well():
    x, w = leaf(3.0), leaf(2.0)
    with autograd.record():
        state = x + w
    state.backward()
    with autograd.record():
        after = state + w
    after.backward()
    assert w.grad.item() == 1


def test_a_part_that_no_backward_visited_leads_to_a_constant():
    x, w = leaf(3.0, 4.0), leaf(2.0, 5.0)
    with autograd.record():
        both = x * w
        first, second = both[:1], both[1:]
    first.backward()
    with autograd.record():
        after = (second * w[1:]).sum()
    after.backward()
    assert w.grad.asnumpy().tolist() == [0, 20]


def test_the_same_twice_is_still_refused():
    x = leaf(3.0)
    with autograd.record():
        shared = x * x
        one, two = shared * 2, shared + 3
    one.backward()
    for head in (one, two):
        with pytest.raises(mx.MXNetError, match="retain_graph=True"):
            head.backward()


def test_weft_s_own_recording_still_refuses_a_state():
    x = leaf(3.0)
    with native_autograd.record():
        state = x * x
    state.backward()
    with native_autograd.record():
        after = state * x
    with pytest.raises(RuntimeError, match=r"state.detach\(\)"):
        after.backward()


@pytest.mark.parametrize("kind", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("hybridize", [False, True])
def test_recurrent_layers_train_over_batches_without_detach(kind, hybridize):
    layer = getattr(gluon.rnn, kind)(4)
    layer.initialize()
    if hybridize:
        layer.hybridize()
    trainer = gluon.Trainer(layer.collect_params(), "sgd", {"learning_rate": 0.1})
    state = layer.begin_state(batch_size=2)
    for _ in range(3):
        with autograd.record():
            out, state = layer(np.ones((5, 2, 3)), state)
            loss = (out**2).sum()
        loss.backward()
        trainer.step(2)
    assert numpy.isfinite(out.asnumpy()).all()


# ---- loaders


def test_a_list_in_a_sample_is_an_array():
    samples = [(1.0, [1, 2, 3]), (2.0, [4, 5, 6])]
    ((first, lists),) = gluon.data.DataLoader(gluon.data.SimpleDataset(samples), 2)
    assert first.asnumpy().tolist() == [1, 2]
    assert lists.asnumpy().tolist() == [[1, 2, 3], [4, 5, 6]]


PROGRAM = """
from mxnet import gluon, np
class Numbers(gluon.data.Dataset):
    def __len__(self): return 4
    def __getitem__(self, n): return np.ones(2) * n
loader = gluon.data.DataLoader(Numbers().transform(lambda x: x + 1), 2, num_workers=2)
"""
LOOP = "for batch in loader: print(batch.asnumpy().tolist())"


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (LOOP, "is not under"),
        (f'if __name__ == "__main__":\n    {LOOP}', "pickle"),
    ],
)
def test_workers_are_threads_where_processes_cannot_be(tmp_path, end, why):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM + end)
    done = subprocess.run(
        [sys.executable, "-m", "weft.mxnet", str(path)], capture_output=True, text=True
    )
    assert done.stdout.split("\n")[:2] == ["[[1.0, 1.0], [2.0, 2.0]]", "[[3.0, 3.0], [4.0, 4.0]]"]
    assert why in done.stderr


@pytest.fixture
def numpy_mode():
    before = _modes._defaults.copy(), _modes._asked.copy()
    mx.npx.set_np()
    yield
    _modes._defaults.update(before[0])
    _modes._asked.update(before[1])


def write_idx(path, array):
    head = bytes([0, 0, 8, array.ndim]) + numpy.array(array.shape, ">i4").tobytes()
    path.write_bytes(head + array.tobytes())


def test_labels_of_data_sets_are_arrays_after_set_np(tmp_path, request):
    write_idx(tmp_path / "t10k-images-idx3-ubyte", numpy.zeros((3, 28, 28), "uint8"))
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", numpy.array([3, 1, 2], "uint8"))
    labels = gluon.data.vision.MNIST(tmp_path, train=False)[:][1]
    assert type(labels) is numpy.ndarray
    request.getfixturevalue("numpy_mode")
    labels = gluon.data.vision.MNIST(tmp_path, train=False)[:][1]
    assert type(labels) is np.ndarray and labels.dtype == "int32"
    assert labels.asnumpy().tolist() == [3, 1, 2]


def test_images_of_folders_lists_and_records_are_arrays(tmp_path):
    image = pytest.importorskip("PIL.Image")
    (tmp_path / "cats").mkdir()
    pixels = numpy.arange(4 * 5 * 3, dtype="uint8").reshape(4, 5, 3)
    image.fromarray(pixels).save(tmp_path / "cats" / "0.png")
    writer = mx.recordio.MXIndexedRecordIO(
        str(tmp_path / "all.idx"), str(tmp_path / "all.rec"), "w"
    )
    png = (tmp_path / "cats" / "0.png").read_bytes()
    writer.write_idx(0, mx.recordio.pack(mx.recordio.IRHeader(0, 0.0, 0, 0), png))
    writer.close()
    vision = gluon.data.vision
    for samples in (
        vision.ImageFolderDataset(tmp_path),
        vision.ImageRecordDataset(tmp_path / "all.rec"),
        vision.ImageListDataset(tmp_path, [[0, "cats/0.png"]]),
    ):
        found, label = samples[0]
        assert type(found) is np.ndarray and label == 0
        numpy.testing.assert_array_equal(found.asnumpy(), pixels)
    moved = vision.ImageFolderDataset(tmp_path, transform=lambda data, label: (data[:2], label + 1))
    assert moved[0][0].shape == (2, 5, 3) and moved[0][1] == 1
    assert gluon.data.DataLoader(moved, 1)._dataset is moved


# ---- trainers


def test_a_batch_size_may_be_an_array():
    weight = gluon.Parameter("weight", shape=(1,), init="ones")
    weight.initialize()
    trainer = gluon.Trainer([weight], "sgd", {"learning_rate": 1.0})
    with autograd.record():
        loss = weight.data() * 2
    loss.backward()
    trainer.step(np.array(4.0))
    assert weight.data().item() == 0.5


def test_any_function_of_the_number_of_updates_is_a_scheduler():
    weight = gluon.Parameter("weight", shape=(1,), init="ones")
    weight.initialize()
    options = {"lr_scheduler": lambda updates: 0.25 * updates}
    trainer = gluon.Trainer([weight], "sgd", options)
    with autograd.record():
        loss = weight.data() * 1
    loss.backward()
    trainer.step(1)
    assert weight.data().item() == 0.75


# ---- arrays


@pytest.mark.parametrize("name", ["float16", "float32", "float64", "int32", "int64", "uint8"])
def test_types_of_numpy_can_be_called(name):
    kind = getattr(np, name)
    assert kind("3") == 3 and np.ones(2, dtype=kind).dtype == kind == numpy.dtype(name)


SHARING = {
    "slice": lambda x: x.slice(begin=(0, 1), end=(2, 3)),
    "slice_axis": lambda x: mx.nd.slice_axis(x, axis=0, begin=0, end=1),
    "slice_like": lambda x: mx.nd.slice_like(x, mx.nd.ones((1, 3, 4))),
    "reshape": lambda x: mx.nd.reshape(x, (6, 4)),
    "transpose": lambda x: x.transpose((1, 0, 2)),
    "T": lambda x: x.T,
    "swapaxes": lambda x: x.swapaxes(0, 1),
    "expand_dims": lambda x: mx.nd.expand_dims(x, 0),
    "split": lambda x: mx.nd.split(x, 2, axis=0)[0],
    "split_v2": lambda x: mx.nd.split_v2(x, 2)[0],
    "flip": lambda x: x.flip(0),
    "identity": lambda x: mx.nd.identity(x),
    "BlockGrad": lambda x: mx.nd.BlockGrad(x),
    "Dropout": lambda x: mx.nd.Dropout(x),
}


@pytest.mark.parametrize("make", SHARING.values(), ids=SHARING)
def test_writing_to_a_result_never_changes_its_operand(make):
    values = numpy.arange(24, dtype="float32").reshape(2, 3, 4)
    array = mx.nd.array(values)
    make(array)[:] = 77
    numpy.testing.assert_array_equal(array.asnumpy(), values)


def test_methods_that_share_memory_in_mxnet_do_so_here():
    array = mx.nd.zeros((2, 3))
    array.reshape((6,))[:] = 1
    array[0][:] = 2
    assert array.asnumpy().tolist() == [[2, 2, 2], [1, 1, 1]]
