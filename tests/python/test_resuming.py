"""Training that is continued from a checkpoint gives the numbers of training that never stopped."""

import random
import subprocess
import sys

import numpy
import pytest
import weft
from resumable import Drawn, Training, rewritten, small_net
from weft import autograd, gluon, np, npx
from weft.gluon import data, nn

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

    def see(text):  # a process may be killed within a line
        seen.extend(line.rstrip() for line in text.splitlines(keepends=True) if line[-1] == "\n")

    while len(set(seen)) < len(wanted):
        process = start(path)
        try:
            for _ in range(chance.randint(2, 4)):
                see(process.stdout.readline())
            try:
                process.wait(timeout=chance.uniform(0, 0.03))
            except subprocess.TimeoutExpired:
                kills += 1
        finally:
            process.kill()
            see(process.communicate()[0])
        arrays = npx.load(path)
        net = nn.HybridSequential(nn.Dense(700), nn.Dropout(0.5), nn.Dense(1))
        steps = weft.load_checkpoint(path, net)["steps"]
        assert len(arrays) == 4 * 3
        assert steps >= whole
        whole = steps
    assert kills >= 4
    assert set(seen) == set(wanted)


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
    weft.load_checkpoint(tmp_path / "x", net, trainer)
    trainer.step(1, ignore_stale_grad=True)
    assert trainer.fresh_gradients() == []
    damages = [lambda d, header: header["grad:0.weight:0"]["shape"].insert(0, 1)]
    if sparse:
        damages += [lambda d, header: header["rows:0.weight:0"]["shape"].insert(0, 1)]
    for damage in damages:
        (tmp_path / "y").write_bytes((tmp_path / "x").read_bytes())
        rewritten(tmp_path / "y", damage)
        with pytest.raises(OSError, match=r"damaged: `grad:0\.weight:0` does not fit `0\.weight`"):
            weft.load_checkpoint(tmp_path / "y", net, trainer)
    net.setattr("grad_req", "write")
    with pytest.raises(ValueError, match=r"accumulated gradients, `grad:0\.weight:0`, wh"):
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
