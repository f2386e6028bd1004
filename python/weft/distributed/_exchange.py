"""Arrays from rank to rank, at once. The operators are `npx`'s, which also run in plans and have
gradients; here a group may be given as an object, and its number of ranks is filled in."""

import json
from typing import Any

from weft import npx
from weft._base.errors import InvalidType
from weft._core.typing import ndarray
from weft._processes import session as sessions
from weft.distributed._groups import Group, named

World = Group | str


def _group(group: World) -> Group:
    return group if isinstance(group, Group) else named(group)


def all_reduce(x: ndarray, reduction: str = "sum", group: World = "world") -> ndarray:
    """The reduction of the arrays that all ranks give, on all of them: of x's shape and dtype.

    x: any real dtype but bool; the same shape and dtype on all ranks
    reduction: "sum", "mean", "product", "min" or "max"; float16 and bfloat16 are added in float32

    Raises ConnectionError where a rank is lost, or asks for something else.

    >>> from weft import distributed, np
    >>> distributed.init()
    >>> distributed.all_reduce(np.array([1.0, 2.0]), "mean")
    array([1., 2.])
    >>> distributed.shutdown()
    """
    return npx.all_reduce(x, reduction=reduction, group=_group(group).name)


def all_gather(x: ndarray, axis: int = 0, group: World = "world") -> ndarray:
    """The arrays of all ranks, joined along an axis, on all of them.

    >>> from weft import distributed, np
    >>> distributed.init()
    >>> distributed.all_gather(np.array([1.0, 2.0]))  # of one rank; of four it has 8 elements
    array([1., 2.])
    >>> distributed.shutdown()
    """
    to = _group(group)
    return npx.all_gather(x, axis=axis, ranks=to.size, group=to.name)


def reduce_scatter(
    x: ndarray, axis: int = 0, reduction: str = "sum", group: World = "world"
) -> ndarray:
    """This rank's part, along an axis, of the reduction of the arrays of all ranks. The axis must
    be a multiple of the number of ranks long.

    >>> from weft import distributed, np
    >>> distributed.init()
    >>> distributed.reduce_scatter(np.array([1.0, 2.0]))  # all of it, on the only rank
    array([1., 2.])
    >>> distributed.shutdown()
    """
    to = _group(group)
    return npx.reduce_scatter(x, axis=axis, ranks=to.size, reduction=reduction, group=to.name)


def all_to_all(
    x: ndarray, split_axis: int = 0, concat_axis: int = 0, group: World = "world"
) -> ndarray:
    """Part r of an array, along one axis, goes to rank r; what comes is joined along another.

    >>> from weft import distributed, np
    >>> distributed.init()
    >>> distributed.all_to_all(np.arange(4.0).reshape(2, 2), split_axis=0, concat_axis=1)
    array([[0., 1.],
           [2., 3.]])
    >>> distributed.shutdown()
    """
    to = _group(group)
    return npx.all_to_all(
        x, split_axis=split_axis, concat_axis=concat_axis, ranks=to.size, group=to.name
    )


def broadcast(x: ndarray, root: int = 0, group: World = "world") -> ndarray:
    """The array of one rank, on all ranks. Others give an array of the same shape and dtype, whose
    contents are not read.

    >>> from weft import distributed, np
    >>> distributed.init()
    >>> distributed.broadcast(np.array([1.0, 2.0]), root=0)
    array([1., 2.])
    >>> distributed.shutdown()
    """
    return npx.broadcast(x, root=root, group=_group(group).name)


def send(x: ndarray, destination: int, tag: int = 0, group: World = "world") -> None:
    """Sends an array to a rank, which calls `receive`. Messages of one tag arrive in order.

    >>> from weft import distributed, np
    >>> distributed.init()
    >>> if distributed.rank() == 0 and distributed.size() > 1:
    ...     distributed.send(np.array([1.0, 2.0]), 1)
    ... elif distributed.rank() == 1:
    ...     distributed.receive((2,), "float32", 0)
    >>> distributed.shutdown()
    """
    npx.send(x, destination=destination, tag=tag, group=_group(group).name)


def receive(
    shape: tuple[int, ...], dtype: Any, source: int, tag: int = 0, group: World = "world"
) -> ndarray:
    """The next array that a rank sends to this one, of this shape and dtype.

    >>> from weft import distributed, np
    >>> distributed.init()
    >>> if distributed.size() == 1:
    ...     distributed.send(np.ones(2), 0)
    ...     print(distributed.receive((2,), "float32", 0))
    [1. 1.]
    >>> distributed.shutdown()
    """
    return npx.receive(shape=shape, dtype=dtype, source=source, tag=tag, group=_group(group).name)


def barrier(group: World = "world") -> None:
    """Returns when all ranks of the group have called it.

    >>> from weft import distributed
    >>> distributed.init()
    >>> distributed.barrier()
    >>> distributed.shutdown()
    """
    npx.barrier(group=_group(group).name)


def all_gather_object(value: Any, group: World = "world") -> list[Any]:
    """The values of all ranks, by rank: numbers, texts, None, and lists and dicts of these.

    They travel as JSON through the store, so they should be small; tuples become lists. Nothing
    that arrives can be anything else than such a value.

    >>> from weft import distributed
    >>> distributed.init()
    >>> distributed.all_gather_object({"loss": 0.5})
    [{'loss': 0.5}]
    >>> distributed.shutdown()
    """
    session = sessions.needed("all_gather_object")
    to = _group(group)
    try:
        text = json.dumps(value)
    except (TypeError, ValueError) as error:
        raise InvalidType(
            f"all_gather_object: `value` must be made of numbers, texts, None, lists and dicts; "
            f"{error}; use `all_gather` for arrays"
        ) from None
    session.check("all_gather_object")
    found = session.gather_bytes(
        "the value of `all_gather_object`", to.name, [session.ranks[rank] for rank in to.ranks],
        text.encode(),
    )  # fmt: skip
    return [json.loads(part) for part in found]


__all__ = [
    "all_gather",
    "all_gather_object",
    "all_reduce",
    "all_to_all",
    "barrier",
    "broadcast",
    "receive",
    "reduce_scatter",
    "send",
]
__dir__ = __all__.copy
