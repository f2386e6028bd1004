"""Processes that train one network: who they are, their groups, and what survives a lost one.

The same program runs by `weft launch -n 4 train.py`, mpirun, srun, torchrun or Ray, or alone:

>>> from weft import distributed, np
>>> distributed.init()  # finds the launcher by itself; without one this process is alone
>>> distributed.rank(), distributed.size()
(0, 1)
>>> distributed.all_reduce(np.array([1.0, 2.0]))
array([1., 2.])
>>> distributed.shutdown()

See docs/distributed.md.
"""

from typing import TYPE_CHECKING, Any

from weft._base import later as _later

if TYPE_CHECKING:
    from weft.distributed._checkpoints import load_checkpoint, save_checkpoint
    from weft.distributed._elastic import Elastic
    from weft.distributed._exchange import (
        all_gather,
        all_gather_object,
        all_reduce,
        all_to_all,
        barrier,
        broadcast,
        receive,
        reduce_scatter,
        send,
    )
    from weft.distributed._groups import Group, new_group
    from weft.distributed._job import (
        init,
        is_initialized,
        local_rank,
        rank,
        shutdown,
        size,
        world,
    )
    from weft.distributed._mesh import Mesh
    from weft.distributed._traces import save_trace

_PLACES = {
    **dict.fromkeys(("load_checkpoint", "save_checkpoint"), "_checkpoints"),
    "Elastic": "_elastic",
    **dict.fromkeys(
        (
            *("all_gather", "all_gather_object", "all_reduce", "all_to_all", "barrier"),
            *("broadcast", "receive", "reduce_scatter", "send"),
        ),
        "_exchange",
    ),
    **dict.fromkeys(("Group", "new_group"), "_groups"),
    **dict.fromkeys(
        ("init", "is_initialized", "local_rank", "rank", "shutdown", "size", "world"), "_job"
    ),
    "Mesh": "_mesh",
    "save_trace": "_traces",
}

__all__ = [
    "Elastic",
    "Group",
    "Mesh",
    "all_gather",
    "all_gather_object",
    "all_reduce",
    "all_to_all",
    "barrier",
    "broadcast",
    "init",
    "is_initialized",
    "load_checkpoint",
    "local_rank",
    "new_group",
    "rank",
    "receive",
    "reduce_scatter",
    "save_checkpoint",
    "save_trace",
    "send",
    "shutdown",
    "size",
    "world",
]


def _otherwise(name: str) -> Any:
    from weft._base.spelling import missing

    if name.startswith("_"):
        raise AttributeError(f"module 'weft.distributed' has no attribute {name!r}")
    raise missing("module 'weft.distributed'", name, {}, __all__)


if not TYPE_CHECKING:
    __getattr__ = _later.names_of("weft.distributed", _PLACES, _otherwise)

__dir__ = __all__.copy
