"""What weft_collective.h promises, of every driver that is there: `memory`, and the plug-ins that
WEFT_COLLECTIVE_PLUGINS names."""

import collective_bodies as bodies
import pytest
from collective_ranks import (
    DISCONNECTED,
    DTYPES,
    INVALID_STATE,
    INVALID_TYPE,
    INVALID_VALUE,
)

FEW = ["bfloat16", "float32", "complex64"]
# Odd counts: nothing, below and above a window, a segment and a part of a cache line.
COUNTS = [0, 1, 3, 1023]
LARGE = [4099, 300_007]


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_reductions_are_numpys(ranks, n):
    assert ranks(n, bodies.reductions, COUNTS, DTYPES) == [[]] * n


@pytest.mark.parametrize("n", [2, 3, 4])
def test_large_reductions_are_numpys(ranks, n):
    assert ranks(n, bodies.reductions, LARGE, FEW) == [[]] * n


@pytest.mark.parametrize("n", [2, 3])
def test_reductions_of_many_segments_are_numpys(ranks, n):
    assert ranks(n, bodies.reductions, [1_300_007], ["float32"]) == [[]] * n


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_blocks_arrive_where_they_belong(ranks, n):
    assert ranks(n, bodies.moves, COUNTS, DTYPES) == [[]] * n


@pytest.mark.parametrize("n", [2, 3, 4])
def test_large_blocks_arrive_where_they_belong(ranks, n):
    assert ranks(n, bodies.moves, LARGE, ["float32", "complex128", "uint8"]) == [[]] * n


@pytest.mark.parametrize("count", [0, 5, 400_000])
def test_ranks_send_to_each_other_and_receive_in_any_order_of_tags(ranks, count):
    assert ranks(3, bodies.messages, count) == [[]] * 3


@pytest.mark.parametrize("size", [5, 300_000])
@pytest.mark.parametrize(
    "sizes, kinds",
    [
        ((0, 0, 1), ("all_reduce",) * 3),
        ((0, 0, 0), ("all_reduce", "all_gather", "all_reduce")),
        ((0, 0, 0), ("broadcast", "all_reduce", "broadcast")),
        ((0, 1, 2), ("all_reduce",) * 3),
    ],
)
def test_operations_that_differ_fail_on_all_ranks_with_both_texts(ranks, size, sizes, kinds):
    sizes = [size + more for more in sizes]
    for first, again in ranks(3, bodies.mismatch, sizes, kinds):
        assert first.status == INVALID_STATE
        assert again is not None
        named = [rank for rank in range(3) if f"train.py:{rank + 10} on rank {rank}" in first.text]
        assert len(named) == 2
        a, b = named
        assert (sizes[a], kinds[a]) != (sizes[b], kinds[b])
        assert f"{kinds[a]}" in first.text
        assert f"of {sizes[b]} float32" in first.text


def test_fingerprints_that_differ_fail_on_all_ranks(ranks):
    for failed in ranks(3, bodies.fingerprints):
        assert failed.status == INVALID_STATE
        assert "rank 2" in failed.text


@pytest.mark.parametrize("n", [2, 4])
@pytest.mark.parametrize(
    "kind, count",
    [
        ("all_reduce", 3),
        ("all_reduce", 100_000),
        ("broadcast", 3),
        ("all_to_all", 50_000),
        ("receive", 3),
        ("barrier", 0),
    ],
)
def test_a_rank_that_is_killed_fails_the_others(ranks, n, kind, count):
    if ranks.driver == "mpi":
        pytest.skip("mpirun ends all ranks of a program that loses one")
    *others, last = ranks(n, bodies.killed, kind, count)
    assert last is None
    for failed in others:
        assert failed.status == DISCONNECTED
        assert f"{kind}: rank {n - 1} of the group `world` is lost" in failed.text
        assert "train.py:77" in failed.text


def test_a_rank_that_leaves_fails_those_that_wait_for_it(ranks):
    if ranks.driver == "mpi":
        pytest.skip("MPI does not say that a rank has left: its peers wait for their time-out")
    first, *others = ranks(3, bodies.left)
    assert first is None
    for failed in others:
        assert failed.status == DISCONNECTED
        assert "rank 0 of the group `world` is lost" in failed.text


@pytest.mark.parametrize("n", [2, 3])
def test_abort_ends_what_waits_on_all_ranks(ranks, n):
    for failed in ranks(n, bodies.aborted):
        assert failed.status == DISCONNECTED
        assert "rank 0 of the group `world` was aborted: the loss is infinite" in failed.text


def test_abort_ends_the_wait_for_a_connection(ranks):
    if ranks.driver == "mpi":
        pytest.skip("MPI has connected its ranks before a group begins")
    *others, last = ranks(3, bodies.aborted_while_connecting)
    assert last is None
    for failed in others:
        assert failed.status == DISCONNECTED
    texts = [failed.text for failed in others]
    # Over a network, a rank that is aborted first may have closed what the other connects to.
    aborted = [text for text in texts if "was aborted: rank 2 is gone" in text]
    refused = [text for text in texts if "no connection to rank" in text]
    assert aborted and len(aborted) + len(refused) == 2
    assert not refused or ranks.driver == "gloo"


def test_who_comes_late_to_a_group_that_was_aborted_reads_why(ranks):
    if ranks.driver != "memory":
        pytest.skip("only shared memory tells why before a connection is made")
    for failed in ranks(3, bodies.late_to_an_aborted_group):
        assert failed.status == DISCONNECTED
        assert "rank 0 of the group `world` was aborted: there is no data" in failed.text


def test_a_rank_that_is_late_fails_those_that_wait(ranks):
    *others, last = ranks(3, bodies.late)
    assert last is None
    for failed in others:
        assert failed.status == DISCONNECTED
        assert "all_reduce: rank 2 of the group `world` did not come within 0.3 s" in failed.text
        assert "all_reduce (sum) of 3 float32 at train.py:9" in failed.text


@pytest.mark.parametrize(
    "secrets, keys",
    [
        ([b"right", b"right", b"wrong"], [b"key"] * 3),
        ([b"right", b"", b"right"], [b"key"] * 3),
        ([b"right"] * 3, [b"key", b"key", b"other"]),
    ],
)
def test_another_secret_or_key_is_refused_on_all_ranks(ranks, secrets, keys):
    for failed in ranks(3, bodies.joined_with, secrets, keys):
        assert failed.status == DISCONNECTED
        assert "has another secret or key" in failed.text
        assert "right" not in failed.text


@pytest.mark.parametrize("damage", ["other driver", "one bit", "swapped"])
def test_an_address_that_is_none_is_refused(ranks, damage):
    status = DISCONNECTED if damage == "one bit" else INVALID_VALUE
    for failed in ranks(2, bodies.wrong_addresses, damage):
        assert failed.status == status
        assert "address" in failed.text or "secret" in failed.text


def test_an_address_without_room_is_refused(ranks):
    assert ranks(1, bodies.small_room) == [INVALID_VALUE]


def test_groups_come_and_go_without_a_trace(ranks):
    for early, late in ranks(2, bodies.many_groups, 50):
        if ranks.driver == "mpi":  # MPI keeps what it likes
            continue
        assert late == early
        assert late[1] == 0
        assert late[3] == []


def test_two_groups_work_at_a_time(ranks):
    n = 3
    assert ranks(n, bodies.overlapping_groups) == [[float(sum(range(n))), float(n)]] * n


def test_calls_that_are_wrong_by_themselves_are_refused(ranks):
    expected = [
        (INVALID_TYPE, "sum has no meaning for int4"),
        (INVALID_TYPE, "min has no meaning for complex64"),
        (INVALID_VALUE, "`count` must be divisible by 2 ranks; got 7"),
        (INVALID_VALUE, "`peer` must be in [0, 2); got 2"),
        (INVALID_VALUE, "`peer` must be in [0, 2); got -1"),
        (INVALID_VALUE, "`count` must not be negative; got -1"),
    ]
    for found in ranks(2, bodies.bad_calls):
        for (status, text), (wanted, part) in zip(found, expected, strict=True):
            assert status == wanted
            assert part in text
