"""Training that is continued from a checkpoint gives the numbers of training that never stopped,
and loading restores everything or changes nothing."""

import json
import os
import random
import re
import struct
import subprocess
import sys

import numpy
import pytest
import weft
from weft import autograd, gluon, lr_scheduler, np, npx
from weft.gluon import data, nn


class Noisy(data.Dataset):
    """Samples with noise from every generator that training may use."""

    def __init__(self, count=11):
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        noise = np.random.uniform(size=3).asnumpy() * numpy.random.uniform() * random.random()
        return (noise + index % 5).astype("float32"), numpy.float32(index % 3)


class Drawn(data.Sampler):
    """An order that NumPy's generator decides when iteration begins."""

    def __iter__(self):
        return iter(numpy.random.permutation(11).tolist())

    def __len__(self):
        return 11


def small_net(last=1, more=(), norm=True):
    parts = [nn.BatchNorm()] if norm else []
    first = nn.Dense(6, activation="relu")
    return nn.HybridSequential(first, *parts, nn.Dropout(0.5), nn.Dense(last), *more)


class Training:
    """All that is needed for `epochs`, with first values from a seed."""

    def __init__(self, seed=1, workers=0, dataset=None, optimizer="adam", **loading):
        weft.random.seed(seed)
        numpy.random.seed(seed)
        random.seed(seed)
        self.net = small_net()
        self.net.initialize()
        self.net.hybridize()
        schedule = lr_scheduler.CosineScheduler(20, 0.1, warmup_steps=3)
        self.trainer = gluon.Trainer(
            self.net.collect_params(), optimizer, {"learning_rate": 0.1, "lr_scheduler": schedule}
        )
        loading = {"batch_size": 3, "shuffle": True, **loading}
        self.loader = data.DataLoader(dataset or Noisy(), num_workers=workers, **loading)
        self.losses = []

    def step(self, x, y):
        with autograd.record():
            loss = (self.net(x).reshape(-1) - y) ** 2
        loss.backward()
        self.trainer.step(len(x))
        self.losses.append(loss.asnumpy().tolist())

    def epochs(self, first=0, after_step=lambda epoch: None, after_epoch=lambda epoch: None):
        for epoch in range(first, 3):
            for x, y in self.loader:
                self.step(x, y)
                after_step(epoch)
            after_epoch(epoch + 1)

    def save(self, path, epoch=0, **options):
        everything = (self.net, self.trainer, self.loader)
        return weft.save_checkpoint(path, *everything, extra={"epoch": epoch}, **options)

    def load(self, path):
        return weft.load_checkpoint(path, self.net, self.trainer, self.loader)["epoch"]

    def state(self):
        """Everything that a checkpoint may change, as plain values."""
        arrays = {n: p.data().tolist() for n, p in self.net.collect_params().items()}
        states, description = self.trainer.describe_states()
        states = {name: array.tolist() for name, array in states.items()}
        generators = np.random.get_state(), numpy.random.get_state()[1].tolist(), random.getstate()
        place = self.loader.state_dict()
        return arrays, states, description, place, generators, self.trainer.fresh_gradients()


ORDERS = {
    "shuffled": lambda: {},
    "rollover": lambda: {"last_batch": "rollover"},
    "sampler": lambda: {"shuffle": False, "sampler": Drawn(), "last_batch": "discard"},
    "batch sampler": lambda: {
        "batch_size": None,
        "shuffle": False,
        "batch_sampler": data.BatchSampler(data.RandomSampler(11), 4, "rollover"),
    },
}


@pytest.mark.parametrize(
    ("order", "workers"), [*((order, 0) for order in ORDERS), ("shuffled", 2), ("rollover", 2)]
)
def test_training_goes_on_as_if_it_had_not_stopped(order, workers, tmp_path):
    def begin(seed=1):
        return Training(seed, workers, **ORDERS[order]())

    plain = begin()
    plain.epochs()
    saving, begins = begin(), {}

    def save(epoch):
        path = tmp_path / str(len(begins))
        begins[path] = len(saving.losses)
        saving.save(path, epoch, background=len(begins) % 2 == 0)

    saving.epochs(0, save, save)
    assert saving.losses == plain.losses
    assert len({n for batch in plain.losses for n in batch}) > 20
    for path, count in list(begins.items())[:: 6 if workers else 1]:
        again = begin(seed=2)
        again.epochs(again.load(path))
        assert again.losses == plain.losses[count:]
        assert again.state() == plain.state()


def test_a_checkpoint_of_one_number_of_workers_is_continued_by_another(tmp_path):
    first = Training(workers=1)
    batches = iter(first.loader)
    first.step(*next(batches))
    first.save(tmp_path / "x")
    rest = [(x.tolist(), y.tolist()) for x, y in batches]
    again = Training(seed=2, workers=3)
    again.load(tmp_path / "x")
    assert [(x.tolist(), y.tolist()) for x, y in again.loader] == rest


KILLED = """
import sys
import weft
from weft import autograd, gluon, np
from weft.gluon import nn

path = sys.argv[1]
weft.random.seed(5)
net = nn.HybridSequential(nn.Dense(700, activation="relu"), nn.Dropout(0.5), nn.Dense(1))
net.initialize()
net.hybridize()
trainer = gluon.Trainer(net.collect_params(), "adam")
rows = gluon.data.ArrayDataset(np.random.uniform(size=(32, 500)))
loader = gluon.data.DataLoader(rows, 4, shuffle=True)
try:
    at = weft.load_checkpoint(path, net, trainer, loader)
except FileNotFoundError:
    at = {"epoch": 0, "steps": 0}
for epoch in range(at["epoch"], 4):
    for x in loader:
        with autograd.record():
            loss = (net(x) ** 2).mean()
        loss.backward()
        trainer.step(1)
        at = {"epoch": epoch, "steps": at["steps"] + 1}
        print(at["steps"], float(loss).hex(), flush=True)
        weft.save_checkpoint(
            path, net, trainer, loader, extra=at, background=at["steps"] % 2 == 0
        )
"""


def test_a_process_that_is_killed_leaves_a_whole_file_and_is_continued(tmp_path):
    path, chance = tmp_path / "checkpoint", random.Random(11)

    def start(file):
        return subprocess.Popen(
            [sys.executable, "-c", KILLED, str(file)], stdout=subprocess.PIPE, text=True
        )

    with start(tmp_path / "undisturbed") as undisturbed:
        wanted = undisturbed.communicate(timeout=120)[0].splitlines()
    assert len(wanted) == 32
    seen, whole, kills = [], 0, 0
    while len(set(seen)) < len(wanted):
        process = start(path)
        try:
            for _ in range(chance.randint(2, 4)):
                seen += process.stdout.readline().splitlines()
            try:
                process.wait(timeout=chance.uniform(0, 0.03))
            except subprocess.TimeoutExpired:
                kills += 1
        finally:
            process.kill()
            seen += process.communicate()[0].splitlines()
        arrays = npx.load(path)
        net = nn.HybridSequential(nn.Dense(700), nn.Dropout(0.5), nn.Dense(1))
        steps = weft.load_checkpoint(path, net)["steps"]
        assert len(arrays) == 4 * 3
        assert steps >= whole
        whole = steps
    assert kills >= 4
    assert set(seen) == set(wanted)


# ---- everything or nothing


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
    "samples": ({"dataset": Noisy(12)}, ValueError, "must have the 11 samples that it had; got 12"),
    "batch size": ({"batch_size": 4}, ValueError, "must begin with the 2 batches that it had giv"),
    "order": ({"shuffle": False}, ValueError, "must begin with the 2 batches"),
    "lazy order": ({"shuffle": False, "sampler": Lazy()}, ValueError, "draw its order when iter"),
    "sampler": (
        {"batch_size": None, "shuffle": False, "batch_sampler": [[0, 1], [2]]},
        ValueError,
        r"list: keeps nothing from epoch to epoch; got a state with \['rest', 'sampler'\]",
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
    "wider": (small_net(last=2), ValueError, r"`3.weight` must have shape \(2, 6\); the file has"),
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


def rewritten(path, change):
    """The file with a change of its description."""
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    description = json.loads(header["__metadata__"]["weft.checkpoint"])
    change(description, header)
    if "weft.checkpoint" in header["__metadata__"]:
        header["__metadata__"].setdefault("weft.checkpoint", "")
        header["__metadata__"]["weft.checkpoint"] = json.dumps(description)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + size :])


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
    "many given": (set_to(999, "loader", "epoch", "given"), ValueError, "with the 999 batches"),
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


# ---- gradients under way, several devices


def accumulating(sparse, seed):
    weft.random.seed(seed)
    net = nn.HybridSequential(nn.Embedding(6, 3, sparse_grad=sparse), nn.Dense(1))
    net.initialize()
    net(np.array([0]))
    net.setattr("grad_req", "add")
    net.add(nn.Dense(2, in_units=1))  # never used
    net[2].initialize()
    return net, gluon.Trainer(net.collect_params(), "adam", {"wd": 0.1, "lazy_update": sparse})


@pytest.mark.parametrize("stop", range(1, 7))
@pytest.mark.parametrize("sparse", [False, True])
def test_gradients_that_add_up_are_continued(sparse, stop, tmp_path):
    def run(net, trainer, first, last):
        for number in range(first, last):
            with autograd.record():
                loss = (net[1](net[0](np.array([number % 6, 2]))) ** 2).sum()
            loss.backward()
            if number % 3 == 2:
                trainer.step(6, ignore_stale_grad=True)
                net.zero_grad()
        return {name: p.data().tolist() for name, p in net.collect_params().items()}

    wanted = run(*accumulating(sparse, 1), 0, 9)
    net, trainer = accumulating(sparse, 1)
    run(net, trainer, 0, stop)
    weft.save_checkpoint(tmp_path / "x", net, trainer)
    net, trainer = accumulating(sparse, 2)
    weft.load_checkpoint(tmp_path / "x", net, trainer)
    assert trainer.fresh_gradients() == (["0.weight", "1.weight", "1.bias"] if stop % 3 else [])
    assert run(net, trainer, stop, 9) == wanted
    damages = [lambda d, header: header["grad:0.weight:0"]["shape"].insert(0, 1)]
    if sparse:
        damages += [lambda d, header: header["rows:0.weight:0"]["shape"].insert(0, 1)]
    for damage in damages:
        (tmp_path / "y").write_bytes((tmp_path / "x").read_bytes())
        rewritten(tmp_path / "y", damage)
        with pytest.raises(OSError, match=r"damaged: `grad:0\.weight:0` does not fit `0\.weight`"):
            weft.load_checkpoint(tmp_path / "y", net, trainer)
    net.setattr("grad_req", "write")
    with pytest.raises(ValueError, match=r"gradients under way, `grad:0\.weight:0`, wh"):
        weft.load_checkpoint(tmp_path / "x", net, trainer)


def test_devices_keep_their_own_statistics(fakes, tmp_path):
    def begin(seed, devices):
        weft.random.seed(seed)
        net = small_net()
        net.initialize(device=devices)
        net.hybridize()
        options = {"learning_rate": 0.1, "momentum": 0.9}
        return net, gluon.Trainer(net.collect_params(), "sgd", options)

    def run(net, trainer, first, last):
        losses = []
        for number in range(first, last):
            x = numpy.random.default_rng(number).normal(size=(8, 3)).astype("float32")
            with autograd.record():
                found = [(net(part) ** 2) for part in gluon.utils.split_and_load(x, [*fakes])]
            autograd.backward(found)
            trainer.step(8)
            losses.append([loss.tolist() for loss in found])
        return losses, values(net)

    def values(net):
        parameters = net.collect_params().items()
        return {name: [copy.tolist() for copy in p.list_data()] for name, p in parameters}

    net, trainer = begin(1, [*fakes])
    run(net, trainer, 0, 2)
    first, second = values(net)["1.running_mean"]
    assert first != second
    weft.save_checkpoint(tmp_path / "x", net, trainer)
    here = begin(2, "cpu")
    weft.load_checkpoint(tmp_path / "x", *here)
    assert values(here[0]) == {name: copies[:1] for name, copies in values(net).items()}
    wanted = run(net, trainer, 2, 4)
    net, trainer = begin(2, [*fakes])
    weft.load_checkpoint(tmp_path / "x", net, trainer)
    assert run(net, trainer, 2, 4) == wanted
