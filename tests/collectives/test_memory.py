"""What only `memory` does: ranks that are threads, and processes that were forked from a rank."""

import os
import threading

import numpy as np
import pytest
from collective_plugins import PLUGINS
from collective_ranks import INVALID_STATE, Failed, Group, Rank, load, run

PATH = PLUGINS["memory"]


def threads(count: int, body) -> list:
    """What `body` gave for each rank, of which each is a thread of this process."""
    table = load(PATH)
    addresses, results = [b""] * count, [None] * count
    together = threading.Barrier(count, timeout=30)

    def rank_of(rank):
        def exchange(address):
            addresses[rank] = address
            together.wait()
            return list(addresses)

        group = Group(table, rank, count, exchange)
        results[rank] = body(group)
        group.close()

    started = [threading.Thread(target=rank_of, args=(rank,)) for rank in range(count)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return results


@pytest.mark.parametrize("n", [2, 5])
def test_threads_are_ranks(n):
    def body(group):
        x = np.full(70_001, group.rank, np.int64)
        group.run("all_reduce", x, x)
        return int(x.min()), int(x.max())

    assert threads(n, body) == [(sum(range(n)),) * 2] * n


def forked(rank: Rank) -> tuple[int, float]:
    """The status that a child of the rank meets, and what the rank sums afterwards."""
    group = rank.join()
    x = np.ones(3, np.float32)
    child = os.fork()
    if child == 0:
        try:
            group.run("all_reduce", x, x)
            os._exit(0)
        except Failed as failed:
            group.abort(b"a child")
            group.close()
            os._exit(failed.status)
    _, status = os.waitpid(child, 0)
    group.run("all_reduce", x, x)
    group.close()
    return os.waitstatus_to_exitcode(status), float(x[0])


def test_a_process_forked_from_a_rank_is_none():
    assert run(2, forked, PATH) == [(INVALID_STATE, 2.0)] * 2
