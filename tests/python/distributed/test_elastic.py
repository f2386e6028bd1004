"""Training that goes on: processes that are killed, hang or are cut off, and what the rest make of
it: the numbers of an undisturbed run, and each sample once an epoch."""

import json
import random
import sys

import numpy
import pytest
from jobs import launched, run

PROGRAM = """
import json, os, signal, sys
from pathlib import Path
from weft import autograd, distributed, gluon, np
from weft._processes import session

distributed.init(timeout=30)
EPOCHS, SAMPLES, BATCH = json.loads(sys.argv[1])
EVENTS = {int(step): event for step, event in json.loads(sys.argv[2]).items()}
np.random.seed(5)
net = gluon.nn.HybridSequential(
    gluon.nn.Dense(8, in_units=4, activation="tanh"),
    gluon.nn.BatchNorm(in_channels=8),
    gluon.nn.Dropout(0.2),
    gluon.nn.Dense(1, in_units=8),
)
net.initialize()
trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01}, kvstore="dist_sync")
data = gluon.data.ArrayDataset(np.random.normal(size=(SAMPLES, 4)), np.arange(SAMPLES))
loader = gluon.data.DataLoader(data, BATCH, shuffle=True)
elastic = distributed.Elastic(net, trainer, loader, every=3)


def happen():
    who, what = EVENTS.get(elastic.step, (None, None))
    mark = Path(f"happened-{elastic.step}")
    if who != session.current().place.rank or mark.exists():
        return
    mark.touch()
    if what == "cut":
        session.current().client._connection.shutdown(2)
    elif what == "note":
        return
    elif what == "raise":
        raise ValueError("bad batch")
    else:
        os.kill(os.getpid(), {"kill": signal.SIGKILL, "hang": signal.SIGSTOP}[what])


def train():
    for epoch in elastic.epochs(EPOCHS):
        for x, numbers in elastic.batches():
            happen()
            with autograd.record():
                loss = (net(x) ** 2).sum()
            loss.backward()
            trainer.step(len(x))
            total = float(distributed.all_reduce(loss))
            seen = distributed.all_gather(numbers).tolist()
            elastic.state.setdefault("log", []).append([epoch, total, seen])


elastic.run(train)
if distributed.rank() == 0:
    statistics = [p.data().tolist() for p in net.collect_params().values()]
    result = {
        "log": elastic.state["log"],
        "values": statistics,
        "size": distributed.size(),
        "reforms": elastic.reforms,
        "seconds": elastic.reform_seconds,
    }
    Path("result.json").write_text(json.dumps(result))
"""


def trained(folder, sizes, events, options, seconds=120, text=PROGRAM, **variables):
    folder.mkdir()
    given = json.dumps(sizes), json.dumps(events)
    result = launched(options, text, folder, *given, seconds=seconds, **variables)
    assert result.code == 0, result.err
    return json.loads((folder / "result.json").read_text())


def check_samples(log, epochs, samples):
    for epoch in range(epochs):
        seen = sorted(n for at, _, numbers in log for n in numbers if at == epoch)
        assert seen == list(range(samples)), epoch


def test_a_run_with_losses_gives_the_numbers_of_one_without(tmp_path):
    sizes = (4, 24, 6)
    events = {"2": [1, "kill"], "7": [0, "kill"], "9": [2, "cut"], "13": [2, "kill"]}
    plain = trained(tmp_path / "plain", sizes, {}, "-n 3")
    found = trained(tmp_path / "disturbed", sizes, events, "-n 3 --restarts 5 --grace 60")
    assert found["log"] == plain["log"]
    assert found["values"] == plain["values"]
    assert found["size"] == 3
    check_samples(found["log"], 4, 24)


def test_a_process_that_hangs_is_ended_and_started_again(tmp_path):
    sizes = (2, 24, 6)
    plain = trained(tmp_path / "plain", sizes, {}, "-n 2")
    events = {"4": [1, "hang"]}
    found = trained(tmp_path / "hung", sizes, events, "-n 2 --restarts 1 --grace 60 --heartbeat 2")
    assert found["log"] == plain["log"]


def test_an_error_of_one_starts_it_again_alone(tmp_path):
    sizes = (2, 24, 6)
    found = trained(tmp_path / "raised", sizes, {"4": [1, "raise"]}, "-n 2 --restarts 1 --grace 60")
    check_samples(found["log"], 2, 24)


def test_without_restarts_a_loss_ends_the_job(tmp_path):
    result = launched(
        "-n 2", PROGRAM, tmp_path, json.dumps((2, 24, 6)), json.dumps({"4": [1, "kill"]})
    )
    assert result.code == 137
    assert "rank 1" in result.err


@pytest.mark.full
def test_random_kills_over_gloo(tmp_path):
    cache = {"XDG_CACHE_HOME": str(tmp_path)}
    built = run([sys.executable, "-m", "weft.distributed.build", "gloo"], tmp_path, **cache)
    if built.code != 0:
        pytest.skip(f"the driver `gloo` cannot be built here: {built.err}")
    text = PROGRAM.replace("init(", 'init("gloo", ')
    chance, sizes = random.Random(13), (30, 60, 6)
    steps = sorted(chance.sample(range(1, 300), 15))
    events = {str(step): [chance.randrange(3), "kill"] for step in steps}
    options = "-n 3 --restarts 15 --grace 60"
    plain = trained(tmp_path / "plain", sizes, {}, "-n 3", 300, text, **cache)
    found = trained(tmp_path / "disturbed", sizes, events, options, 600, text, **cache)
    assert found["log"] == plain["log"]
    assert found["values"] == plain["values"]
    check_samples(found["log"], 30, 60)


@pytest.mark.full
def test_a_hundred_random_kills_in_two_thousand_steps(tmp_path):
    chance = random.Random(11)
    epochs, samples, batch = 100, 120, 6
    steps = sorted(chance.sample(range(1, epochs * samples // batch), 100))
    events = {str(step): [chance.randrange(3), "kill"] for step in steps}
    sizes, options = (epochs, samples, batch), "-n 3 --restarts 100 --grace 60"
    plain = trained(tmp_path / "plain", sizes, {}, "-n 3", seconds=1200)
    found = trained(tmp_path / "disturbed", sizes, events, options, seconds=2400)
    assert found["log"] == plain["log"]
    assert found["values"] == plain["values"]
    check_samples(found["log"], epochs, samples)
    print(
        f"{found['reforms']} new groups as rank 0 saw them since it was started last; seconds: "
        f"median {numpy.median(found['seconds']):.2f}, most {max(found['seconds']):.2f}"
    )
