"""Loading a checkpoint restores everything or changes nothing."""

import os
import re

import numpy
import pytest
import weft
from resumable import Noisy, Training, rewritten, small_net
from weft import gluon, np
from weft.gluon import data, nn


@pytest.fixture
def saved(tmp_path):
    """A checkpoint from the middle of an epoch."""
    training = Training()
    batches = iter(training.loader)
    training.step(*next(batches))
    training.step(*next(batches))
    training.save(tmp_path / "x", 7)
    return tmp_path / "x"


def refused(training, path, error, message):
    for batch in training.loader:  # states and gradients of its own
        training.step(*batch)
        break
    before = training.state()
    with pytest.raises(error, match=message) as raised:
        training.load(path)
    assert isinstance(raised.value, weft.Error)
    assert training.state() == before


class Lazy(data.Sampler):
    """Decides as late as it can."""

    def __iter__(self):
        numbers = list(range(11))
        while numbers:
            yield numbers.pop(numpy.random.randint(len(numbers)))

    def __len__(self):
        return 11


OTHERS = {
    "optimizer": ({"optimizer": "rmsprop"}, ValueError, "of the optimizer RMSProp; it is of Adam"),
    "samples": (
        {"dataset": Noisy(12)},
        ValueError,
        "must have 11 samples, as when the state was saved; got 12",
    ),
    "batch size": ({"batch_size": 4}, ValueError, "must begin with the same 2 batches"),
    "order": ({"shuffle": False}, ValueError, "must begin with the same 2 batches"),
    "lazy order": ({"shuffle": False, "sampler": Lazy()}, ValueError, "draw its order when iter"),
    "sampler": (
        {"batch_size": None, "shuffle": False, "batch_sampler": [[0, 1], [2]]},
        ValueError,
        r"list: has no state to restore; got one with \['rest', 'sampler'\]",
    ),
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_is_set_up_otherwise_is_refused(other, saved):
    options, error, message = OTHERS[other]
    refused(Training(seed=3, **options), saved, error, message)


MISSING = r"lacks `2\.weight`, `2\.bias` and has `1\.\w+`, .* and 1 more, which the block lacks"
NETS = {
    "more": (small_net(more=[nn.Dense(1)]), LookupError, r"x` lacks `4\.weight`, `4\.bias`$"),
    "other": (small_net(norm=False), LookupError, MISSING),
    "wider": (small_net(last=2), ValueError, r"`3.weight` must have shape \(2, 6\); got"),
    "float64": (small_net(), TypeError, r"`0.weight` must have dtype float64; the file has float3"),
}


@pytest.mark.parametrize("kind", NETS)
def test_another_net_is_refused(kind, saved):
    net, error, message = NETS[kind]
    net.initialize()
    net(np.ones((1, 3)))
    if kind == "float64":
        net.cast(kind)
    training = Training(seed=3)
    training.net, training.trainer = net, gluon.Trainer(net.collect_params(), "adam")
    before = training.state()
    with pytest.raises(error, match=message):
        training.load(saved)
    assert training.state() == before


def test_a_checkpoint_says_what_it_lacks(saved, tmp_path):
    training = Training(seed=3)
    training.net(np.ones((1, 3)))
    weft.save_checkpoint(tmp_path / "net", training.net)
    with pytest.raises(ValueError, match="must have the state of a trainer; it was saved without"):
        weft.load_checkpoint(tmp_path / "net", training.net, training.trainer)
    with pytest.raises(ValueError, match="must have the state of a loader; it was saved without"):
        weft.load_checkpoint(tmp_path / "net", training.net, loader=training.loader)
    assert weft.load_checkpoint(saved, training.net) == {"epoch": 7}
    with pytest.raises(
        ValueError, match=r"save_checkpoint: .*set.* not JSON serializable; give pl"
    ):
        weft.save_checkpoint(tmp_path / "net", training.net, extra={"seen": {1, 2}})
    fresh = small_net()
    fresh.initialize()
    fresh.load_parameters(saved, ignore_extra=True)
    assert fresh[0].weight.data().tolist() == training.net[0].weight.data().tolist()


def without(*keys):
    def change(description, header):
        for key in keys[:-1]:
            description = description[key]
        del description[keys[-1]]

    return change


def renamed(old, new):
    return lambda description, header: header.update({new: header.pop(old)})


def set_to(value, *keys):
    def change(description, header):
        for key in keys[:-1]:
            description = description[key]
        description[keys[-1]] = value

    return change


DAMAGES = {
    "version": (set_to(2, "version"), NotImplementedError, "has version 2 of its format"),
    "no version": (without("version"), OSError, "is damaged: its description lacks `version`"),
    "no random": (without("random"), OSError, "is damaged: its description lacks `random`"),
    "no numpy": (without("random", "numpy"), OSError, "is damaged: .*generators do not fit"),
    "short numpy": (set_to([1], "random", "numpy", "state", "key"), OSError, "do not fit"),
    "big seed": (set_to([1 << 64, 0], "random", "weft"), OSError, "no numbers of 64 bits"),
    "counts": (set_to("x", "trainer", "counts", "0.weight"), OSError, "a number of updates is a s"),
    "states": (set_to(3, "trainer", "states"), OSError, "`states` is a int"),
    "kinds": (set_to(["mean"], "trainer", "states", "0.weight"), ValueError, "states mean, var of"),
    "no states": (without("trainer", "states"), OSError, "`trainer` lacks `states`"),
    "scheduler": (set_to(None, "trainer", "scheduler"), ValueError, "scheduler Cosine.*of none"),
    "other": (set_to(["mean", "var"], "trainer", "states", "x"), ValueError, "has states of `x`"),
    "given": (without("loader", "epoch", "given"), OSError, "`epoch` lacks `given`"),
    "many given": (
        set_to(999, "loader", "epoch", "given"),
        ValueError,
        "with the same 999 batches",
    ),
    "array": (renamed("optimizer:0.bias:var", "optimizer:0"), OSError, "lacks `optimizer:0.bias"),
    "shape": (
        lambda description, header: header["optimizer:0.bias:var"].update(shape=[2, 3]),
        ValueError,
        r"`var` of `0.bias` with shape \(6,\) and dtype float32; it has \(2, 3\) and float32",
    ),
    "beside": (set_to(["y"], "beside"), OSError, "is damaged: it lacks `y`"),
    "no checkpoint": (
        lambda description, header: header["__metadata__"].pop("weft.checkpoint"),
        ValueError,
        "must be a file of `weft.save_checkpoint`; it is not",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_description_is_refused(damage, saved):
    change, error, message = DAMAGES[damage]
    rewritten(saved, change)
    refused(Training(seed=3), saved, error, message)


def test_what_is_no_whole_checkpoint_is_refused(saved, tmp_path):
    content = saved.read_bytes()
    training = Training(seed=3)
    for length in (0, 7, 8, 100, len(content) // 2, len(content) - 1):
        saved.write_bytes(content[:length])
        refused(training, saved, OSError, re.escape(str(saved)))
    for begin in (0, 8, 40):
        saved.write_bytes(content[:begin] + b"\xff" * 8 + content[begin + 8 :])
        refused(training, saved, OSError, re.escape(str(saved)))
    refused(training, tmp_path / "none", FileNotFoundError, "there is no file")
    training.net.save_parameters(saved)
    refused(training, saved, ValueError, "must be a file of `weft.save_checkpoint`; it is not")
    training.trainer.save_states(saved)
    refused(training, saved, ValueError, "must be a file of `weft.save_checkpoint`; it is not")
    with pytest.raises(OSError, match="cannot be written"):
        training.save(tmp_path / "none" / "x")
    assert sorted(os.listdir(tmp_path)) == ["x"]
