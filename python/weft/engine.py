"""The engine: what orders work, and what may run while Python goes on.

By default an operator runs where it is called and its errors are raised there. Inside
`deferred()` operators are queued for the engine's own threads instead: the call returns at once,
and whatever reads a result waits for it.

>>> import weft
>>> a = weft.np.ones((2, 2))
>>> with weft.engine.deferred():
...     b = a @ a
>>> b.asnumpy().tolist()
[[2.0, 2.0], [2.0, 2.0]]
"""

from types import TracebackType

from weft._core import native
from weft._core.modes import ModeScope


class deferred:  # noqa: N801 - used as a function, as autograd.record is
    """A scope in which this thread's operators are queued for the engine's threads.

    They are ordered by the arrays that they read and write, so that no result depends on when they
    run. Shapes and dtypes are checked at the call. An error that shows only in the work is raised
    by what reads the result, or by `npx.waitall`, and names the line that queued it. Operators of a
    hybridized function that is being recorded run at the call, after what they wait for.

    >>> import weft
    >>> from weft import np
    >>> with weft.engine.deferred():
    ...     x = np.ones((256, 256))
    ...     y = x @ x
    >>> float(y[0, 0])
    256.0
    """

    def __init__(self) -> None:
        self._scope = ModeScope(native.DEFERRING, 0)

    def __enter__(self) -> None:
        self._scope.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scope.__exit__(kind, error, trace)


def policy() -> str:
    """`inline`, `async` or `serial`: see `set_policy`.

    >>> import weft
    >>> weft.engine.policy() in ("inline", "async", "serial")
    True
    """
    return str(native.info("engine"))


def set_policy(name: str) -> None:
    """How operators run from now on, in every thread.

    `inline` (the default): on the calling thread; `async`: as if every line were inside
    `deferred()`; `serial`: one at a time in the whole process, background work included, for
    debugging. The variable WEFT_ENGINE sets the policy to begin with.

    >>> import weft
    >>> before = weft.engine.policy()
    >>> weft.engine.set_policy("serial")
    >>> weft.engine.policy()
    'serial'
    >>> weft.engine.set_policy(before)
    """
    native.set_engine_policy(name)


def stats() -> dict[str, int]:
    """Figures since the start: operations that met idle arrays only (`fast`), that were ordered
    (`registered`) or queued (`queued`), and how often a thread of the program had to wait
    (`waited`).

    >>> import weft
    >>> sorted(weft.engine.stats())
    ['fast', 'queued', 'registered', 'waited']
    """
    return native.engine_stats()


__all__ = ["deferred", "policy", "set_policy", "stats"]
__dir__ = __all__.copy
