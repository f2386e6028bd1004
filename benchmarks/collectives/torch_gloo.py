"""The same as driver.cpp by torch.distributed.

torch_gloo.py FOLDER RANK RANKS BYTES LARGE SMALL
"""

import os
import sys
import time

import torch
import torch.distributed as distributed


def reduce(x: torch.Tensor, start: torch.Tensor, ranks: int) -> float:
    x.copy_(start)  # torch sums in place
    begin = time.perf_counter()
    distributed.all_reduce(x)
    seconds = time.perf_counter() - begin
    assert x[-1] == ranks * (ranks - 1) // 2 + ranks
    return seconds


def main(folder: str, *numbers: str) -> None:
    rank, ranks, size, large, small = map(int, numbers)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/store", rank=rank, world_size=ranks
    )
    start = torch.full((size // 4,), rank + 1.0)
    x, one = torch.empty_like(start), torch.empty(1)
    for _ in range(large):
        reduce(one, start[:1], ranks)
        seconds = reduce(x, start, ranks)
        if rank == 0:
            print(f"large {seconds:.9f}")
    for part in range(11):
        begin = time.perf_counter()
        for _ in range(small // 10):
            reduce(one, start[:1], ranks)
        if rank == 0 and part:
            print(f"small {(time.perf_counter() - begin) / (small // 10):.9f}")
    distributed.destroy_process_group()


main(*sys.argv[1:])
