"""Jobs whose store is lost with the process that keeps it: another member takes its place, and no
more than one part of a job goes on."""

import json
import queue
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from jobs import by_hand
from test_elastic import PROGRAM, check_samples, trained
from test_store import SECRET, WAIT, about, at_once, clients, cut, joined
from weft._processes import members as members_module
from weft._processes import session as sessions
from weft._processes.client import Refused, refuses
from weft._processes.server import Server

SIZES = (4, 24, 6)


def test_the_job_goes_on_without_the_rank_that_kept_the_store(tmp_path):
    plain = trained(tmp_path / "plain", SIZES, {}, "-n 3")
    events = {"5": [0, "kill"], "11": [1, "kill"]}  # the second one keeps it then
    results = by_hand(3, PROGRAM, tmp_path, json.dumps(SIZES), json.dumps(events))
    assert [result.code for result in results] == [-9, -9, 0], results
    found = json.loads((tmp_path / "result.json").read_text())
    assert (found["size"], found["reforms"]) == (1, 2)
    check_samples(found["log"], 4, 24)
    assert [seen for _, _, seen in found["log"]] == [seen for _, _, seen in plain["log"]]
    assert found["log"][:3] == plain["log"][:3]


def test_the_job_goes_on_when_the_keeper_hangs(tmp_path):
    text = PROGRAM.replace("timeout=30", "timeout=30, heartbeat=2")
    text = text.replace(
        "elastic.run(train)",
        "elastic.run(train)\nif distributed.rank() == 0: os.kill(FIRST, signal.SIGKILL)",
    ).replace("EPOCHS,", "FIRST = distributed.all_gather_object(os.getpid())[0]\nEPOCHS,")
    events = {"5": [0, "hang"]}
    results = by_hand(3, text, tmp_path, json.dumps(SIZES), json.dumps(events))
    assert [result.code for result in results] == [-9, 0, 0], results
    found = json.loads((tmp_path / "result.json").read_text())
    assert found["size"] == 2
    check_samples(found["log"], 4, 24)


class Wire(threading.Thread):
    """Carries bytes between those who connect here and a port, until a file appears: then it takes
    what comes and gives nothing on, as a network that is cut does."""

    def __init__(self, port, cut_by):
        super().__init__(daemon=True)
        self._to, self._cut_by = port, cut_by
        self._here = socket.socket()
        self._here.bind(("127.0.0.1", 0))
        self.port = self._here.getsockname()[1]

    def run(self):
        while True:
            with suppress(ConnectionRefusedError), socket.socket() as probe:
                probe.connect(("127.0.0.1", self._to))
                break
        self._here.listen()
        while True:
            here, _ = self._here.accept()
            try:
                there = socket.create_connection(("127.0.0.1", self._to))
            except ConnectionRefusedError:  # the store has ended
                here.close()
                continue
            for pair in ((here, there), (there, here)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source, target):
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if not self._cut_by.exists():
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def test_a_rank_that_is_cut_off_ends_and_the_others_go_on(tmp_path, free_port):
    wire = Wire(free_port, tmp_path / "happened-5")
    wire.start()
    text = PROGRAM.replace("timeout=30", "timeout=30, heartbeat=2").replace(
        "distributed.all_gather(numbers).tolist()",  # in shared memory, which nothing cuts
        "sum(distributed.all_gather_object(numbers.tolist()), [])",
    )
    results = by_hand(
        3,
        text,
        tmp_path,
        json.dumps(SIZES),
        json.dumps({"5": [0, "note"]}),
        of_rank=lambda rank: {"WEFT_STORE": f"127.0.0.1:{wire.port if rank == 1 else free_port}"},
    )
    assert [result.code for result in results] == [0, 1, 0], results
    assert "a job whose store may be on either side of a network that is cut" in results[1].err
    found = json.loads((tmp_path / "result.json").read_text())
    assert found["size"] == 2
    check_samples(found["log"], 4, 24)


# ---- who may go on


def after(keeper=0, ended=True, members=(0, 1, 2), generation=1):
    last = {"generation": generation, "members": members, "keeper": keeper, "ended": ended}
    return about(after=last)


@pytest.fixture
def standby(monkeypatch):
    monkeypatch.setattr(members_module, "PATIENCE", 0.2)
    made = Server("127.0.0.1", 0, SECRET)
    made.members.may_be_replaced = True
    yield made
    made.close()


def test_a_store_that_takes_the_place_of_another_continues_its_generations(standby):
    with clients(standby, 2) as ((first, second), _):
        found = at_once(
            lambda: first.join(1, 3, after()), lambda: second.join(2, 3, after(generation=4))
        )
        assert [(g.number, g.members) for g in found] == [(5, [1, 2])] * 2


@pytest.mark.parametrize(
    "members, ended, present",
    [
        ((0, 1), True, [1]),
        ((0, 1, 2), False, [1, 2]),
        ((0, 1, 2, 3), True, [2, 3]),
        ((0, 1, 2, 3), False, [1, 2, 3]),
    ],
)
def test_more_than_half_of_those_who_may_live_go_on(standby, members, ended, present):
    with clients(standby, len(present)) as (made, _):
        info = after(ended=ended, members=members)
        found = at_once(
            *(lambda n=n, c=c: c.join(n, 4, info) for n, c in zip(present, made, strict=True))
        )
        assert [g.members for g in found] == [present] * len(present)


@pytest.mark.parametrize(
    "members, ended, present", [((0, 1), False, [1]), ((0, 1, 2, 3), False, [1, 2])]
)
def test_fewer_do_not_because_the_others_may(standby, members, ended, present):
    with clients(standby, len(present)) as (made, _):
        info = after(ended=ended, members=members)
        found = at_once(
            *(lambda n=n, c=c: c.join(n, 4, info) for n, c in zip(present, made, strict=True))
        )
        for error in found:
            assert isinstance(error, Refused), error
            assert "goes on with more than half of them" in str(error)


def test_a_store_that_may_be_replaced_needs_half(standby):
    with clients(standby, 3) as (made, news):
        joined(made)
        for other in made[1:]:
            cut(other)
            news[0].get(timeout=WAIT)
        with pytest.raises(Refused, match="goes on with at least half of them"):
            made[0].join(0, 3, about())


def test_who_does_not_come_is_left_behind_once(standby):
    """The generation that begins without it has all that came, and those are told of losses."""
    standby.members.may_be_replaced = False
    with clients(standby, 3) as (made, news):
        joined(made)
        cut(made[2])
        for q in news[:2]:
            q.get(timeout=WAIT)
        with ThreadPoolExecutor(2) as threads:
            waiting = threads.submit(made[0].join, 0, 3, about())
            found = waiting.result(WAIT)
            assert (found.number, found.members) == (2, [0])
            assert set(standby.members.present) == {0}
            coming = threads.submit(made[1].join, 1, 3, about())
            assert "did not come to form a new group in time" in news[0].get(timeout=WAIT)[1]
            number, text = news[0].get(timeout=WAIT)
            assert number == 2 and "joins" in text
            again = made[0].join(0, 3, about())
            assert again == coming.result(WAIT) and again.members == [0, 1]


@pytest.mark.parametrize("closes", [True, False])
def test_a_keeper_that_is_killed_listens_a_moment_longer(closes):
    with socket.create_server(("127.0.0.1", 0)) as keeper:
        address = keeper.getsockname()
        assert not refuses(address, 1)
        if closes:
            threading.Timer(0.1, keeper.close).start()
        assert sessions._has_ended(address) == closes


# ---- news that must not be lost


def test_what_waits_later_learns_that_its_generation_is_over():
    server = Server("127.0.0.1", 0, SECRET)
    news = queue.Queue()
    try:
        with clients(server, 2) as (made, _):
            joined(made)
            made[0]._on_broken = lambda number, text: (made[0].interrupt(text), news.put(text))
            cut(made[1])
            text = news.get(timeout=WAIT)
            for _ in range(2):
                with pytest.raises(ConnectionError, match="rank 1"):
                    made[0].get("a key of the other one")
            made[0].resume(None)
            made[0].set("here", b"1")
            assert made[0].get("here") == b"1" and "rank 1" in text
    finally:
        server.close()
