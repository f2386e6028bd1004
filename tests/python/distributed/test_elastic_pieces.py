"""Training that goes on where each rank has its pieces alone (`shard=`): those of a lost rank come
from its neighbour, are cut anew for fewer ranks, or come from the checkpoint."""

import json
import random

import numpy
import pytest
from jobs import by_hand, launched

PROGRAM = """
import json, os, signal, sys
from pathlib import Path
import weft
from weft import distributed, gluon, np
from weft._processes import session

distributed.init(timeout=30)
shard, epochs, events, checkpoint = json.loads(sys.argv[1])
SAMPLES, BATCH = 24, 6
weft.seed(5)
net = gluon.nn.HybridSequential(
    gluon.nn.Dense(9, in_units=4, activation="tanh"),
    gluon.nn.BatchNorm(in_channels=9),
    gluon.nn.Dense(1, in_units=9),
)
net.initialize()
trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01}, kvstore="dist_sync")
data = gluon.data.ArrayDataset(
    np.random.normal(size=(SAMPLES, 4)), np.random.normal(size=(SAMPLES, 1)), np.arange(SAMPLES)
)
loader = gluon.data.DataLoader(data, BATCH, shuffle=True)
elastic = distributed.Elastic(
    net, trainer, loader, every=3, checkpoint=checkpoint, checkpoint_every=4
)
step = trainer.compile(net, gluon.loss.L2Loss(), shard=shard)


me = session.current().place.rank
Path(f"process-{me}").write_text(str(os.getpid()))


def happen():
    # The last rank of a list ends all of it at once.
    mark, lost = Path(f"happened-{elastic.step}"), events.get(str(elastic.step), [None])
    if lost[-1] == me and not mark.exists():
        mark.touch()
        for rank in lost:
            os.kill(int(Path(f"process-{rank}").read_text()), signal.SIGKILL)


def train():
    for epoch in elastic.epochs(epochs):
        for x, y, numbers in elastic.batches():
            happen()
            loss = step(x, y)
            total = float(distributed.all_reduce(loss.sum()))
            seen = [n for part in distributed.all_gather_object(numbers.tolist()) for n in part]
            elastic.state.setdefault("log", []).append([epoch, total, seen])


elastic.run(train)
values = [p.list_data()[0].tolist() for p in net.collect_params().values()]
states, _ = trainer.describe_states()
if distributed.rank() == 0:
    result = {
        "log": elastic.state["log"],
        "values": values,
        "states": {name: array.tolist() for name, array in states.items()},
        "own": sum(a.nbytes for state in trainer._states.values() for a in state),
        "size": distributed.size(),
    }
    Path("result.json").write_text(json.dumps(result))
"""


def told(shard, events=None, checkpoint=None, epochs=4):
    return json.dumps([shard, epochs, events or {}, checkpoint])


def trained(folder, options, *given, **named):
    folder.mkdir()
    result = launched(options, PROGRAM, folder, told(*given, **named), seconds=600)
    assert result.code == 0, result.err
    return json.loads((folder / "result.json").read_text())


def check_samples(log, epochs=4, samples=24):
    for epoch in range(epochs):
        assert sorted(n for at, _, seen in log for n in seen if at == epoch) == list(range(samples))


@pytest.mark.parametrize("shard", ["zero2", "zero3"])
def test_the_pieces_of_a_lost_rank_come_from_its_neighbour(tmp_path, shard):
    plain = trained(tmp_path / "plain", "-n 3", shard)
    events = {"5": [1], "8": [0], "13": [2]}
    found = trained(tmp_path / "disturbed", "-n 3 --restarts 5 --grace 60", shard, events)
    assert found == plain
    check_samples(found["log"])


@pytest.mark.full
@pytest.mark.parametrize("shard", ["zero2", "zero3"])
def test_the_pieces_survive_twenty_random_kills(tmp_path, shard):
    chance, epochs = random.Random(12), 60
    steps = sorted(chance.sample(range(1, 4 * epochs), 20))
    events = {str(step): [chance.randrange(3)] for step in steps}
    plain = trained(tmp_path / "plain", "-n 3", shard, epochs=epochs)
    options = "-n 3 --restarts 20 --grace 60"
    found = trained(tmp_path / "disturbed", options, shard, events, epochs=epochs)
    assert found == plain


@pytest.mark.parametrize("shard", ["zero1", "zero3"])
def test_the_pieces_are_cut_anew_for_fewer_ranks(tmp_path, shard):
    plain = trained(tmp_path / "plain", "-n 3", shard)
    results = by_hand(3, PROGRAM, tmp_path, told(shard, {"7": [1]}))
    assert [result.code for result in results] == [0, -9, 0], results
    found = json.loads((tmp_path / "result.json").read_text())
    assert found["size"] == 2
    assert found["own"] > plain["own"]  # half of the states instead of a third
    check_samples(found["log"])
    assert [seen for _, _, seen in found["log"]] == [seen for _, _, seen in plain["log"]]
    # Batch norm sees other parts of a batch from then on; until then all is the same.
    assert found["log"][:6] == plain["log"][:6]
    for ours, theirs in zip(found["values"], plain["values"], strict=True):
        numpy.testing.assert_allclose(ours, theirs, atol=0.1)


def test_pieces_that_are_lost_with_their_neighbour_come_from_the_checkpoint(tmp_path):
    plain = trained(tmp_path / "plain", "-n 4", "zero2")
    options = "-n 4 --restarts 5 --grace 60"
    found = trained(tmp_path / "disturbed", options, "zero2", {"10": [1, 2]}, "folder")
    assert found["log"][:8] == plain["log"][:8]
    check_samples(found["log"])


def test_without_a_checkpoint_their_loss_is_told(tmp_path):
    options = "-n 4 --restarts 2 --grace 60"
    result = launched(options, PROGRAM, tmp_path, told("zero3", {"8": [1, 2]}))
    assert result.code != 0
    assert "lost together with the neighbours that kept their pieces (members [1])" in result.err
    assert "no `checkpoint` was given" in result.err
