"""What ranks do in the tests of drivers: each function is called in every rank's process.

A body gives what the test compares: texts of what was wrong, or the failure that the rank met.
NumPy is the oracle; sums of halves are made in float32 in the tree that `ordered` names, and
rounded once.
"""

import ctypes
import os
import signal
import threading

import ml_dtypes
import numpy as np
from collective_ranks import DTYPES, Failed, Group, Rank

NARROW = {
    "bfloat16": ml_dtypes.bfloat16,
    "float16": np.float16,
    "float8_e4m3fn": ml_dtypes.float8_e4m3fn,
    "float8_e5m2": ml_dtypes.float8_e5m2,
    "float8_e4m3fnuz": ml_dtypes.float8_e4m3fnuz,
    "float8_e5m2fnuz": ml_dtypes.float8_e5m2fnuz,
}
JOIN = {
    "sum": np.add,
    "product": np.multiply,
    "min": np.minimum,
    "max": np.maximum,
}


def numbers(dtype: str, count: int, rank: int) -> np.ndarray:
    """Elements of a dtype, as NumPy's own type or that of ml_dtypes; 4-bit ones as bytes."""
    random = np.random.default_rng([rank, count, DTYPES.index(dtype)])
    if dtype == "bool":
        return random.random(count) < 0.4
    if dtype in ("int4", "uint4"):
        return random.integers(0, 16, count).astype(np.uint8)
    if dtype.startswith(("int", "uint")):
        facts = np.iinfo(dtype)
        return random.integers(facts.min, facts.max, count, dtype=dtype, endpoint=True)
    x = random.normal(size=count) * 2.0 ** random.integers(-3, 6, count)
    if dtype.startswith("complex"):
        return (x + 1j * random.normal(size=count)).astype(dtype)
    x[random.random(count) < 0.02] = np.nan
    return x.astype(NARROW.get(dtype, dtype))


def joined(blocks: list[np.ndarray], reduction: str) -> np.ndarray:
    """The tree over ranks, split at the largest power of two below their number."""
    if len(blocks) == 1:
        return blocks[0]
    left = 1 << (len(blocks) - 1).bit_length() - 1
    with np.errstate(all="ignore"):
        return JOIN[reduction](joined(blocks[:left], reduction), joined(blocks[left:], reduction))


def reduced(blocks: list[np.ndarray], dtype: str, reduction: str) -> np.ndarray:
    if dtype in NARROW:
        with np.errstate(all="ignore"):
            wide = joined([block.astype(np.float32) for block in blocks], reduction)
            return wide.astype(NARROW[dtype])
    if dtype.startswith("complex") and reduction == "product":
        # NumPy's own product of complex numbers may fuse a product and a sum.
        planes = [(block.real.copy(), block.imag.copy()) for block in blocks]
        return _product(planes).astype(dtype)
    return joined(blocks, reduction).astype(blocks[0].dtype)


def _product(planes):
    def tree(parts):
        if len(parts) == 1:
            return parts[0]
        left = 1 << (len(parts) - 1).bit_length() - 1
        (a, b), (c, d) = tree(parts[:left]), tree(parts[left:])
        return a * c - b * d, a * d + b * c

    real, imaginary = tree(planes)
    return real + 1j * imaginary


def differs(got: np.ndarray, expected: np.ndarray) -> bool:
    if got.tobytes() == expected.tobytes():
        return False
    if got.dtype.kind in "biu":
        return True
    wide = np.complex128 if got.dtype.kind == "c" else np.float64
    return not np.array_equal(got.astype(wide), expected.astype(wide), equal_nan=True)


def reductions_of(dtype: str) -> list[str]:
    if dtype in ("int4", "uint4"):
        return []
    return ["sum", "product"] if dtype.startswith("complex") else list(JOIN)


def reductions(rank: Rank, counts: list[int], dtypes: list[str]) -> list[str]:
    """all_reduce and reduce_scatter, out of place and in place."""
    wrong, group = [], rank.join()
    for dtype in dtypes:
        for count in counts:
            blocks = [numbers(dtype, count, r) for r in range(rank.ranks)]
            whole = [numbers(dtype, count * rank.ranks, r) for r in range(rank.ranks)]
            mine = slice(count * rank.rank, count * (rank.rank + 1))
            for reduction in reductions_of(dtype):
                expected = reduced(blocks, dtype, reduction)
                own = blocks[rank.rank].copy()
                got = np.zeros_like(own)
                group.run("all_reduce", own, got, dtype, reduction=reduction)
                group.run("all_reduce", own, own, dtype, reduction=reduction)
                part = reduced([block[mine] for block in whole], dtype, reduction)
                own_whole = whole[rank.rank].copy()
                got_part = np.zeros_like(part)
                group.run("reduce_scatter", own_whole, got_part, dtype, reduction=reduction)
                group.run("reduce_scatter", own_whole, own_whole, dtype, reduction=reduction)
                for name, a, b in [
                    ("all_reduce", got, expected),
                    ("all_reduce in place", own, expected),
                    ("reduce_scatter", got_part, part),
                    ("reduce_scatter in place", own_whole[:count], part),
                ]:
                    if differs(a, b):
                        wrong.append(f"{name} {reduction} {dtype} {count}")
    group.close()
    return wrong


def moves(rank: Rank, counts: list[int], dtypes: list[str]) -> list[str]:
    """all_gather, broadcast from every root, all_to_all, a ring of messages; bytes alone count."""
    wrong, group, n = [], rank.join(), rank.ranks

    def compare(name, got, expected):
        if got.tobytes() != expected.tobytes():
            wrong.append(f"{name} {got.dtype} {got.size}")

    for dtype in dtypes:
        for count in counts:
            blocks = [numbers(dtype, count, r) for r in range(n)]
            whole = [numbers(dtype, count * n, r) for r in range(n)]
            own = blocks[rank.rank]
            got = np.zeros(count * n, own.dtype)
            group.run("all_gather", own, got, dtype)
            compare("all_gather", got, np.concatenate(blocks))
            got[:] = 0
            got[count * rank.rank : count * (rank.rank + 1)] = own
            group.run("all_gather", got[count * rank.rank : count * (rank.rank + 1)], got, dtype)
            compare("all_gather in place", got, np.concatenate(blocks))
            group.run("all_to_all", whole[rank.rank], got, dtype)
            turned = np.concatenate(
                [block[count * rank.rank : count * (rank.rank + 1)] for block in whole]
            )
            compare("all_to_all", got, turned)
            got = whole[rank.rank].copy()
            group.run("all_to_all", got, got, dtype)
            compare("all_to_all in place", got, turned)
            for root in range(n):
                got = own.copy() if rank.rank == root else np.zeros_like(own)
                group.run("broadcast", got, got, dtype, peer=root)
                compare("broadcast", got, blocks[root])
                got = np.zeros_like(own)
                group.run("broadcast", own, got, dtype, peer=root)
                compare("broadcast to another array", got, blocks[root])
            if n > 1:
                after, before = (rank.rank + 1) % n, (rank.rank - 1) % n
                group.run("send", own, None, dtype, peer=after, tag=7)
                got = np.zeros_like(own)
                group.run("receive", None, got, dtype, peer=before, tag=7)
                compare("send", got, blocks[before])
            group.run("barrier")
    group.close()
    return wrong


def messages(rank: Rank, count: int) -> list[str]:
    """Ranks 0 and 1 send to each other first, and receive by tags in another order."""
    wrong, group = [], rank.join()
    if rank.rank < 2:
        other = 1 - rank.rank
        for tag in (5, -3, 5, 1 << 40):
            group.run("send", numbers("float32", count, rank.rank) + tag % 97, peer=other, tag=tag)
        for tag in (1 << 40, 5, -3, 5):
            got = np.zeros(count, np.float32)
            group.run("receive", None, got, peer=other, tag=tag)
            if differs(got, numbers("float32", count, other) + tag % 97):
                wrong.append(f"tag {tag}")
    group.run("barrier")
    group.close()
    return wrong


def failure_of(function) -> Failed | None:
    try:
        function()
    except Failed as failed:
        return failed
    return None


def mismatch(rank: Rank, sizes: list[int], kinds: list[str]) -> list[Failed | None]:
    """Each rank asks for its own size and kind; then for something else, which fails, too."""
    group = rank.join(timeout=20.0)
    size = sizes[rank.rank]
    x, y = np.ones(size, np.float32), np.zeros(size * rank.ranks, np.float32)
    x = np.ones(size * rank.ranks, np.float32)[: x.size]
    where = f"train.py:{rank.rank + 10}".encode()
    group.run("barrier")
    first = failure_of(lambda: group.run(kinds[rank.rank], x, y, peer=0, where=where))
    again = failure_of(lambda: group.run("barrier"))
    group.close()
    return [first, again]


def fingerprints(rank: Rank) -> Failed | None:
    group = rank.join(timeout=20.0)
    x = np.ones(3, np.float32)
    failed = failure_of(lambda: group.run("all_reduce", x, x, fingerprint=rank.rank // 2))
    group.close()
    return failed


def killed(rank: Rank, kind: str, count: int) -> Failed | None:
    """The last rank is killed after the others began to wait, as far as they can without it."""
    group = rank.join(timeout=60.0)
    x = np.ones(count * rank.ranks, np.float32)
    y = np.zeros(count * rank.ranks * rank.ranks, np.float32)
    group.run("barrier")
    if rank.rank == rank.ranks - 1:
        os.kill(os.getpid(), signal.SIGKILL)
    failed = failure_of(
        lambda: group.run(kind, x, y, peer=rank.ranks - 1, count=x.size, where=b"train.py:77")
    )
    group.close()
    return failed


def left(rank: Rank) -> Failed | None:
    group = rank.join(timeout=60.0)
    group.run("barrier")
    if rank.rank == 0:
        group.close()
        return None
    x = np.ones(3, np.float32)
    failed = failure_of(lambda: group.run("all_reduce", x, x))
    group.close()
    return failed


def aborted(rank: Rank) -> Failed | None:
    """Rank 0 waits for the last one, which does not come, until a thread of its own aborts. The
    last one comes later: what the others sent may be all it needs, but then its next call fails."""
    group = rank.join(timeout=60.0)
    group.run("barrier")
    x = np.ones(3, np.float32)
    failed = None
    if rank.rank < rank.ranks - 1:
        thread = threading.Thread(target=group.abort, args=(b"the loss is infinite",))
        if rank.rank == 0:
            thread.start()
        failed = failure_of(lambda: group.run("all_reduce", x, x, where=b"train.py:5"))
        if rank.rank == 0:
            thread.join()
    rank.meet()
    if rank.rank == rank.ranks - 1:
        failed = failure_of(lambda: group.run("all_reduce", x, x, where=b"train.py:5"))
    again = failure_of(lambda: group.run("barrier"))
    group.close()
    if rank.rank == rank.ranks - 1:
        return failed or again
    return failed if again else None


class _StaysAway(Exception):  # noqa: N818
    """What a rank that opens a group, and does not connect, ends with."""


class _StaysOpen(Group):
    """A group that a failure does not close: another thread may be in it."""

    def close(self) -> None:
        pass


def aborted_while_connecting(rank: Rank) -> Failed | None:
    """The last rank does not connect, and the others abort while they wait for it."""
    group, failed = _StaysOpen.__new__(_StaysOpen), None
    thread = threading.Thread(target=lambda: group.abort(b"rank 2 is gone"))

    def exchange(address: bytes) -> list[bytes]:
        addresses = rank.exchange(address)
        if rank.rank == rank.ranks - 1:
            raise _StaysAway
        thread.start()
        return addresses

    try:
        group.__init__(rank.table, rank.rank, rank.ranks, exchange, timeout=100.0)
    except _StaysAway:
        thread.start()  # there is nothing to end here
    except Failed as error:
        failed = error
    thread.join()
    rank.meet()
    Group.close(group)
    return failed


def late_to_an_aborted_group(rank: Rank) -> Failed:
    """Rank 0 is aborted while it waits; the others connect when it has failed."""
    group = _StaysOpen.__new__(_StaysOpen)
    thread = threading.Thread(target=lambda: group.abort(b"there is no data"))

    def exchange(address: bytes) -> list[bytes]:
        addresses = rank.exchange(address)
        thread.start() if rank.rank == 0 else rank.meet()
        return addresses

    def join_and_run() -> None:
        group.__init__(rank.table, rank.rank, rank.ranks, exchange, timeout=100.0)
        group.run("barrier")

    failed = failure_of(join_and_run)
    if rank.rank == 0:
        thread.join()
        rank.meet()
    rank.meet()
    Group.close(group)
    return failed


def late(rank: Rank) -> Failed | None:
    """The last rank does not come in time."""
    group = rank.join(timeout=0.3)
    failed = None
    if rank.rank < rank.ranks - 1:
        x = np.ones(3, np.float32)
        failed = failure_of(lambda: group.run("all_reduce", x, x, where=b"train.py:9"))
    rank.meet()
    group.close()
    return failed


def joined_with(rank: Rank, secrets: list[bytes], keys: list[bytes]) -> Failed | None:
    return failure_of(
        lambda: rank.join(secret=secrets[rank.rank], key=keys[rank.rank], timeout=20.0).close()
    )


def resources() -> tuple[int, int, int, list[str]]:
    """Open files, mappings of shared memory, threads, named shared memory of this process."""
    with open("/proc/self/maps") as maps:
        shared = sum("memfd:weft" in line for line in maps)
    return (
        len(os.listdir("/proc/self/fd")),
        shared,
        len(os.listdir("/proc/self/task")),
        [name for name in os.listdir("/dev/shm") if "weft" in name],
    )


def many_groups(rank: Rank, groups: int) -> list[tuple]:
    """What is held after the third group, and after the last one."""
    seen = []
    for number in range(groups):
        group = rank.join(group=f"group {number}".encode(), key=f"key {number}".encode())
        x = np.full(1000, 1, np.float32)
        group.run("all_reduce", x, x)
        assert x[-1] == rank.ranks
        group.close()
        if number in (2, groups - 1):
            seen.append(resources())
    return seen


def overlapping_groups(rank: Rank) -> list[float]:
    """Two groups of the same processes at a time, in opposite orders of ranks."""
    first, second = rank.join(key=b"first"), rank.join(key=b"second")
    x, y = np.full(5, rank.rank, np.float32), np.full(5, 1, np.float32)
    first.run("all_reduce", x, x)
    second.run("all_reduce", y, y, reduction="sum")
    first.run("all_reduce", x, x, reduction="max")
    first.close()
    second.run("barrier")
    second.close()
    return [float(x[0]), float(y[0])]


def bad_calls(rank: Rank) -> list[tuple[int, str]]:
    """Each is refused, in a group of its own, before anybody waits."""
    x = np.ones(5, np.float32)
    cases = [
        ("all_reduce", {"dtype": "int4"}),
        ("all_reduce", {"dtype": "complex64", "reduction": "min", "count": 2}),
        ("reduce_scatter", {"count": 3 * rank.ranks + 1}),
        ("broadcast", {"peer": rank.ranks}),
        ("send", {"peer": -1}),
        ("all_gather", {"count": -1}),
    ]
    found = []
    for number, (kind, options) in enumerate(cases):
        group = rank.join(key=f"bad {number}".encode())
        failed = failure_of(lambda g=group, k=kind, o=options: g.run(k, x, x, **o))
        rank.meet()
        group.close()
        found.append((failed.status, failed.text) if failed else (0, ""))
    return found


def wrong_addresses(rank: Rank, damage: str) -> Failed | None:
    """Rank 1's address is not what it gave."""

    def exchange(address: bytes) -> list[bytes]:
        addresses = rank.exchange(address)
        if damage == "other driver":
            addresses[1] = b"x" * 40
        elif damage == "one bit":
            addresses[1] = bytes([*addresses[1][:30], addresses[1][30] ^ 1, *addresses[1][31:]])
        else:
            addresses[0], addresses[1] = addresses[1], addresses[0]
        return addresses

    return failure_of(
        lambda: Group(rank.table, rank.rank, rank.ranks, exchange, timeout=20.0).close()
    )


def small_room(rank: Rank) -> int:
    """The status where an address does not fit."""
    group = ctypes.c_void_p()
    room, size = ctypes.create_string_buffer(4), ctypes.c_size_t(4)
    whole = rank.join()
    options = whole.options
    status = rank.table.open(
        rank.table.context, ctypes.byref(options), ctypes.byref(group), room, ctypes.byref(size)
    )
    whole.close()
    return status
