"""The store: keys, who may connect, who takes part, and who is told that another one is lost."""

import json
import queue
import socket
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import pytest
from jobs import environment
from weft._base.errors import Disconnected, InvalidState, InvalidValue, TimedOut
from weft._processes import wire
from weft._processes.client import Client
from weft._processes.server import Server

SECRET = b"a secret of tests"
WAIT = 20.0


@pytest.fixture
def server():
    made = Server("127.0.0.1", 0, SECRET)
    yield made
    made.close()


@contextmanager
def clients(server, count, **options):
    """Clients, and for each what it is told of lost generations."""
    news = [queue.Queue() for _ in range(count)]
    made = [
        Client(server.address, SECRET, on_broken=lambda *n, q=q: q.put(n), timeout=WAIT, **options)
        for q in news
    ]
    try:
        yield made, news
    finally:
        for client in made:
            client.close()


def about(**changed):
    return {"version": "1", "pid": 1, "host": "here", **changed}


def at_once(*functions):
    """Results, or the errors, of functions that run at the same time."""
    with ThreadPoolExecutor(len(functions)) as threads:
        futures = [threads.submit(function) for function in functions]
        return [f.exception(WAIT) or f.result() for f in futures]


def joined(made, size=None, changes=None):
    """All join; answers or errors."""
    return at_once(
        *(
            lambda n=n, c=c: c.join(n, size or len(made), about(**(changes or {}).get(n, {})))
            for n, c in enumerate(made)
        )
    )


def test_a_key_that_is_set_later_is_waited_for(server):
    with clients(server, 2) as ((first, second), _):
        assert first.look("k") is None
        waiting = ThreadPoolExecutor(1).submit(first.get, "k")
        second.set("k", b"\0value")
        assert waiting.result(WAIT) == b"\0value"
        assert [second.add("n", 2), first.add("n", 3)] == [2, 5]
        first.delete("k")
        assert second.look("k") is None


def test_a_value_that_does_not_come_is_named(server):
    with clients(server, 1) as ((client,), _), pytest.raises(TimedOut, match=r"`absent`.* 0\.05 s"):
        client.get("absent", timeout=0.05)


def test_values_of_all_processes_come_by_rank(server):
    with clients(server, 3) as (made, _):
        values = at_once(
            *(
                lambda n=n, c=c: c.exchange("an address", "g1/world", n, [2, 0, 1], b"%d" % n * n)
                for n, c in enumerate(made)
            )
        )
        assert values == [[b"22", b"", b"1"]] * 3


def test_an_exchange_names_who_is_missing(server):
    with clients(server, 1) as ((client,), _):
        client.timeout = 0.05
        with pytest.raises(TimedOut, match=r"the address of `world` .* from rank 1, 2"):
            client.exchange("the address of `world`", "x", 0, [0, 1, 2], b"")


def test_the_clock_of_the_store_is_this_one(server):
    with clients(server, 1) as ((client,), _):
        offset, error = client.clock_offset()
        assert abs(offset) <= error


# ---- who may connect


@pytest.mark.parametrize("secret, job", [(b"another secret 12", ""), (SECRET, "another job")])
def test_who_has_another_secret_or_job_is_refused(server, secret, job):
    with pytest.raises(Disconnected, match=r"another secret.*WEFT_SECRET"):
        Client(server.address, secret, job)


def raw(server):
    connection = socket.create_connection(server.address, timeout=WAIT)
    return connection, wire.read_exactly(connection, wire.GREETING)


def test_nothing_is_accepted_before_the_proof(server):
    connection, _ = raw(server)
    with connection:
        given = wire.packed({"do": "set", "id": 1, "key": "k"}, b"v" * 100)
        connection.sendall(given[: wire.ANSWER])
        assert wire.read_exactly(connection, wire.PROOF) == wire.REFUSAL
        assert connection.recv(1) == b""
    with clients(server, 1) as ((client,), _):
        assert client.look("k") is None


def test_an_answer_to_another_greeting_is_no_proof(server):
    first, greeting = raw(server)
    second, _ = raw(server)
    nonce = b"n" * wire.NONCE
    key = wire.key_of(SECRET, "")
    with first, second:
        second.sendall(nonce + wire.proof(key, b"client", greeting, nonce))
        assert wire.read_exactly(second, wire.PROOF) == wire.REFUSAL
        assert second.recv(1) == b""


def test_a_client_notices_a_store_that_does_not_know_the_secret():
    listening = socket.create_server(("127.0.0.1", 0))

    def pretend():
        with listening, listening.accept()[0] as connection:
            connection.sendall(wire.MAGIC + b"g" * wire.NONCE)
            wire.read_exactly(connection, wire.ANSWER)
            connection.sendall(b"p" * wire.PROOF)

    thread = threading.Thread(target=pretend)
    thread.start()
    with pytest.raises(Disconnected, match="another secret"):
        Client(listening.getsockname(), SECRET, timeout=WAIT)
    thread.join()


def test_a_port_of_another_program_is_told():
    listening = socket.create_server(("127.0.0.1", 0))

    def speak():
        with listening, listening.accept()[0] as connection:
            connection.sendall(b"SSH-2.0-somebody\r\n" + b" " * 64)

    thread = threading.Thread(target=speak)
    thread.start()
    with pytest.raises(Disconnected, match="no store of Weft: the port is used by another"):
        Client(listening.getsockname(), SECRET, timeout=WAIT)
    thread.join()


def test_a_port_in_use_is_told_where_the_store_is():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Disconnected, match=f"port {port} of 127.0.0.1 is used.*WEFT_PORT"):
            Server("127.0.0.1", port, SECRET)


@pytest.mark.parametrize(
    "frame",
    [
        struct.pack("!IQ", 1 << 31, 0),
        struct.pack("!IQ", 2, 1 << 40),
        struct.pack("!IQ", 3, 0) + b"[1]",
        struct.pack("!IQ", 5, 0) + b"\x80pick",
        wire.packed({"id": 1}),
        wire.packed({"do": "set", "id": 1}),
        wire.packed({"do": "add", "id": 1, "key": "k", "amount": "x"}),
        struct.pack("!IQ", 200000, 0) + b"[" * 200000,
    ],
    ids=["long text", "long data", "list", "bytes", "no request", "no key", "no number", "deep"],
)
def test_a_frame_that_is_none_ends_its_connection_alone(server, frame):
    connection, greeting = raw(server)
    nonce, key = b"n" * wire.NONCE, wire.key_of(SECRET, "")
    with connection, clients(server, 1) as ((client,), _):
        connection.sendall(nonce + wire.proof(key, b"client", greeting, nonce))
        assert len(wire.read_exactly(connection, wire.PROOF)) == wire.PROOF
        connection.sendall(frame)
        assert connection.recv(1) == b""
        client.set("still", b"there")
        assert client.get("still") == b"there"


def test_a_request_that_is_unknown_is_an_error(server):
    with clients(server, 1) as ((client,), _):
        with pytest.raises(Disconnected, match="nothing is known of 'run'"):
            client._ask("it", {"do": "run"})
        with pytest.raises(InvalidValue, match="may have 1048576 bytes of text"):
            client.set("k" * (1 << 20), b"")


def test_headers_are_json_alone():
    assert wire.header_of(json.dumps({"a": [1, None]}).encode()) == {"a": [1, None]}


# ---- who takes part


def test_all_that_join_get_the_same_generation(server):
    with clients(server, 3) as (made, _):
        found = joined(made)
        assert {g.number for g in found} == {1}
        assert [g.members for g in found] == [[0, 1, 2]] * 3


@pytest.mark.parametrize(
    "size, changes, text",
    [
        (3, {2: {"version": "2"}}, "same version of Weft"),
        (3, {2: {"member": 1, "pid": 7}}, "two processes were told that they are rank 1"),
        (3, {2: {"member": 3}}, "from 0 to 2"),
        (3, {2: {"size": 4}}, "the same number of ranks"),
    ],
    ids=["versions", "twins", "beyond", "sizes"],
)
def test_what_does_not_fit_is_told_to_all(server, size, changes, text):
    with clients(server, 3) as (made, _):
        errors = joined(made, size, changes)
        assert all(isinstance(error, Disconnected) and text in str(error) for error in errors)
        late = at_once(lambda: Client(server.address, SECRET).join(0, size, about()))[0]
        assert text in str(late)


def test_a_process_that_ends_before_all_have_come_is_told(server):
    with clients(server, 2) as (made, _):
        waiting = ThreadPoolExecutor(1).submit(made[0].join, 0, 3, about())
        with pytest.raises(TimedOut):
            made[1].timeout = 0.05
            made[1].join(1, 3, about(pid=5))
        made[1]._connection.shutdown(socket.SHUT_RDWR)
        with pytest.raises(Disconnected, match=r"rank 1 \(process 5 on here\) is lost"):
            waiting.result(WAIT)


def cut(client):
    """What the death of a process does to its connection."""
    client._closing.set()
    client._connection.shutdown(socket.SHUT_RDWR)


def test_a_lost_process_is_told_to_the_others_who_go_on_without_it(server):
    with clients(server, 3) as (made, news):
        joined(made)
        cut(made[1])
        for place in (0, 2):
            number, text = news[place].get(timeout=WAIT)
            assert number == 1 and text.startswith("rank 1 (process 1 on here) is lost")
        again = at_once(*(lambda n=n: made[n].join(n, 3, about()) for n in (0, 2)))
        assert [(g.number, g.members) for g in again] == [(2, [0, 2])] * 2


def test_the_error_of_a_process_is_told_before_its_end(server):
    with clients(server, 2) as (made, news):
        joined(made)
        made[1].fail(1, "ValueError: bad batch")
        cut(made[1])
        _, text = news[0].get(timeout=WAIT)
        assert text == "rank 1 (process 1 on here) failed: ValueError: bad batch"
        assert server.members.first_lost == 1


def test_a_process_that_leaves_is_not_lost(server):
    with clients(server, 2) as (made, news):
        joined(made)
        made[1].close()
        made[0].set("k", b"")
        assert news[0].empty()


def test_a_process_that_is_started_again_takes_its_place():
    server = Server("127.0.0.1", 0, SECRET, grace=WAIT)
    try:
        with clients(server, 2) as (made, news):
            joined(made)
            cut(made[1])
            news[0].get(timeout=WAIT)
            survivor = ThreadPoolExecutor(1).submit(made[0].join, 0, 2, about())
            with clients(server, 1) as ((new,), _):
                assert new.join(1, 2, about()).members == [0, 1]
                assert survivor.result(WAIT).number == 2
    finally:
        server.close()


def test_one_that_comes_later_makes_the_others_form_a_new_generation(server):
    with clients(server, 2) as (made, news):
        joined(made)
        cut(made[1])
        news[0].get(timeout=WAIT)
        assert made[0].join(0, 2, about()).members == [0]
        with clients(server, 1) as ((new,), _):
            coming = ThreadPoolExecutor(1).submit(new.join, 1, 2, about())
            number, text = news[0].get(timeout=WAIT)
            assert number == 2 and "rank 1" in text and "joins" in text
            assert made[0].join(0, 2, about()).members == [0, 1]
            assert coming.result(WAIT).number == 3


def test_a_silent_process_is_lost():
    silent = queue.Queue()
    server = Server("127.0.0.1", 0, SECRET, heartbeat=2.0, on_silent=silent.put)
    try:
        with clients(server, 2) as (made, news):
            joined(made)
            made[1]._closing.set()  # ends its signs of life
            assert silent.get(timeout=WAIT) == 1
            _, text = news[0].get(timeout=WAIT)
            assert "rank 1" in text and "there was no sign of it for 2 s" in text
    finally:
        server.close()


def test_a_silent_store_is_lost(monkeypatch):
    monkeypatch.setattr("weft._processes.client.SILENCE", 1.5)
    listening = socket.create_server(("127.0.0.1", 0))

    def greet():  # and say nothing more
        connection = listening.accept()[0]
        greeting = wire.MAGIC + b"g" * wire.NONCE
        connection.sendall(greeting)
        nonce = wire.read_exactly(connection, wire.ANSWER)[: wire.NONCE]
        connection.sendall(wire.proof(wire.key_of(SECRET, ""), b"server", greeting, nonce))
        while connection.recv(1 << 16):
            pass

    thread = threading.Thread(target=greet)
    thread.start()
    news = queue.Queue()
    with listening:
        client = Client(
            listening.getsockname(), SECRET, timeout=WAIT, on_broken=lambda *n: news.put(n)
        )
        number, text = news.get(timeout=WAIT)
        assert number == 0 and "the store at" in text
        client.close()
        thread.join()


def test_the_end_of_the_store_ends_what_waits():
    server = Server("127.0.0.1", 0, SECRET)
    with clients(server, 1) as ((client,), (news,)):
        client.set("here", b"")
        waiting = ThreadPoolExecutor(1).submit(client.get, "never")
        server.close()
        with pytest.raises(Disconnected, match=r"the store at .* is lost"):
            waiting.result(WAIT)
        assert news.get(timeout=WAIT)[0] == 0
        with pytest.raises(Disconnected, match="is lost"):
            client.set("k", b"")


def test_functions_that_need_a_session_say_so():
    from weft._processes import session

    with pytest.raises(InvalidState, match=r"rank: call `weft.distributed.init\(\)` first"):
        session.needed("rank")


# ---- strangers at the door

STORE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
from weft._processes.server import Server
server = Server("127.0.0.1", 0, {!r})
print(server.address[1], flush=True)
sys.stdin.read()
server.close()
"""


@pytest.fixture(scope="module")
def small_store(tmp_path_factory):
    """The address of a store in a process that may open 64 files and connections."""
    command = [sys.executable, "-c", STORE.format(SECRET)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, env=environment(tmp_path_factory.mktemp("store")), **pipes)
    yield "127.0.0.1", int(process.stdout.readline())
    process.communicate(timeout=WAIT)
    assert process.returncode == 0


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 4096])
def test_strangers_that_stay_keep_nobody_out(small_store, sent):
    with ExitStack() as held:
        for number in range(200):
            stranger = held.enter_context(socket.create_connection(small_store, timeout=WAIT))
            with suppress(ConnectionError):  # the store may have ended it
                stranger.sendall(sent)
            if number % 50 == 0 or number == 199:
                client = Client(small_store, SECRET, timeout=WAIT)
                client.set("k", b"value")
                assert client.get("k") == b"value"
                client.close()


def test_a_client_that_is_sent_away_comes_again():
    """A store with too many strangers ends connections without a word."""
    server = Server("127.0.0.1", 0, SECRET)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def turn_away():
            listening.accept()[0].close()
            first, _ = listening.accept()
            with first:
                first.sendall(wire.MAGIC + b"g" * wire.NONCE)
                wire.read_exactly(first, wire.ANSWER)

        thread = threading.Thread(target=turn_away)
        thread.start()
        addresses = iter([listening.getsockname()] * 2 + [server.address])
        client = Client(lambda: next(addresses), SECRET, timeout=WAIT)
        thread.join()
        client.set("k", b"value")
        client.close()
    server.close()
