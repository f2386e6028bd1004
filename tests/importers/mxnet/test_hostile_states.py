"""States of optimizers are pickles, which are read as data: no file of them runs code."""

import os
import pickle
import struct

import numpy
import pytest
import weft.mxnet as mx
from weft import np


class Runs:
    """Pickled, it calls a function when it is loaded."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


class Schedule(mx.lr_scheduler.LRScheduler):
    """A scheduler of the program."""

    def __call__(self, num_update):
        return 0.25


def _array(shape, dtype="float32"):
    return Runs(np.ones(1).__reduce_ex__(2)[0], dtype, shape, b"")


_HOSTILE = {
    "a function of another module": lambda: pickle.dumps(Runs(os.mkdir, "made")),
    "a function beside states": lambda: pickle.dumps({0: Runs(os.mkdir, "made")}),
    "a key of states": lambda: pickle.dumps({Runs(os.mkdir, "made"): None}),
    "eval": lambda: pickle.dumps(Runs(eval, "__import__('os').mkdir('made')")),
    "an attribute": lambda: pickle.dumps(Runs(getattr, 1, "real")),
    "a function of mxnet": lambda: b"cmxnet.gluon.utils\ndownload\n(Vfile:///made\ntR.",
    "a module to import": lambda: b"cantigravity\ngeohash\n.",
    "an old instance": lambda: b"(Vmade\nios\nmkdir\n.",
    "the state of a class": lambda: b"cweft.mxnet.optimizer\nSGD\n(N(dVupdate\nI1\nstb.",
    "a place far away": lambda: b"\x80\x02Nr" + struct.pack("<I", 2**31) + b".",
    "values nested too deep": lambda: b"(" * 20_000 + b"l" * 20_000 + b".",
    "an array of a negative extent": lambda: pickle.dumps({0: _array((-1,))}),
    "an array whose bytes wrap to none": lambda: pickle.dumps({0: _array((2**32, 2**32))}),
    "an array of objects": lambda: pickle.dumps(numpy.array([None])),
    "a dtype with fields": lambda: pickle.dumps(numpy.zeros(2, [("a", "f4")])),
    "a length of bytes": lambda: b"c__builtin__\nbytearray\n(I9000000000\ntR.",
    "no pickle": lambda: b"weft",
    "nothing": lambda: b"",
}  # fmt: skip


def _trainer():
    net = mx.gluon.nn.Dense(2, in_units=2)
    net.initialize()
    return mx.gluon.Trainer(net.collect_params(), "sgd").load_states


def _store():
    store = mx.kv.create("local")
    store.set_optimizer(mx.optimizer.SGD())
    return store.load_optimizer_states


def _module():
    label = mx.sym.Variable("softmax_label")
    net = mx.sym.SoftmaxOutput(mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2), label)
    module = mx.mod.Module(net)
    module.bind([("data", (1, 2))], [("softmax_label", (1,))])
    module.init_params()
    module.init_optimizer(kvstore=None)
    return module.load_optimizer_states


@pytest.mark.parametrize("reader", [_trainer, _store, _module])
@pytest.mark.parametrize("what", _HOSTILE)
def test_a_hostile_file_of_states_is_refused_and_runs_nothing(tmp_path, monkeypatch, reader, what):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.states").write_bytes(_HOSTILE[what]())
    with pytest.raises(OSError, match=r"states: x.states: the states are"):
        reader()("x.states")
    assert [path.name for path in tmp_path.iterdir()] == ["x.states"]


def _plain(value):
    """A value that can be compared by `==`."""
    if isinstance(value, np.ndarray):
        value = value.astype("float32").asnumpy()
    return value.tolist() if isinstance(value, numpy.ndarray) else value


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_states_of_every_protocol_come_back(protocol):
    schedule = Schedule(base_lr=0.5)
    optimizer = mx.optimizer.Adam(learning_rate=0.5, multi_precision=True, lr_scheduler=schedule)
    updater = mx.optimizer.get_updater(optimizer)
    weight = mx.nd.ones((2, 3), dtype="float16")
    updater(0, mx.nd.ones((2, 3), dtype="float16"), weight)
    host = numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3))
    extra = (numpy.float64(3), host, np.ones(3, dtype="bfloat16"), {1, 2}, 3 + 2j, bytearray(b"a"))
    updater.states[1] = extra
    again = mx.optimizer.get_updater(mx.optimizer.SGD())
    again.set_states(pickle.dumps((updater.states, updater.optimizer), protocol))
    assert type(again.optimizer) is mx.optimizer.Adam and again.optimizer.num_update == 1
    assert type(again.optimizer.lr_scheduler) is Schedule
    assert again.optimizer.lr_scheduler.base_lr == 0.5
    (mean, _), master = again.states[0][1], again.states[0][0]
    numpy.testing.assert_array_equal(master.asnumpy(), updater.states[0][0].asnumpy())
    numpy.testing.assert_array_equal(mean.asnumpy(), updater.states[0][1][0].asnumpy())
    for found, wanted in zip(again.states[1], extra, strict=True):
        assert type(found) is type(wanted)
        assert _plain(found) == _plain(wanted)


def test_states_that_earlier_versions_wrote_are_read():
    """They name the function that makes arrays by a text for `eval`, which is not evaluated."""
    content = pickle.dumps({0: np.ones(2)}, 2).replace(
        b"cweft._native\ntensor_from_bytes\n",
        b"c__builtin__\ngetattr\n(c__builtin__\neval\n(V__import__('importlib')."
        b"import_module('weft._native')\ntRVtensor_from_bytes\ntR",
    )
    updater = mx.optimizer.get_updater(mx.optimizer.SGD())
    updater.set_states(content)
    assert updater.states[0].asnumpy().tolist() == [1, 1]


def test_a_scheduler_that_is_a_function_is_refused_by_name():
    optimizer = mx.optimizer.SGD(lr_scheduler=os.path.getsize)
    with pytest.raises(OSError, match=r"genericpath.getsize.*derive from"):
        mx.optimizer.get_updater(mx.optimizer.SGD()).set_states(pickle.dumps(({}, optimizer)))
