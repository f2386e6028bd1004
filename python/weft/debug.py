"""Looking into programs that run as plans.

>>> import weft
>>> from weft import debug, np
>>> @weft.hybridize
... def halved(x):
...     if debug.is_eager():
...         print("of", x)  # or `breakpoint()`
...     return x / 2
>>> halved(np.ones(2))
array([0.5, 0.5])
>>> with debug.eager():
...     y = halved(np.ones(2))
of [1. 1.]

Beside it there are `autograd.detect_anomaly`, which names the first NaN or infinity, hooks of
blocks (`net.register_forward_hook`), and `npx.callback`, which calls Python from a plan.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from weft._base.tracebacks import switch
from weft._trace.state import running


@contextmanager
def eager() -> Iterator[None]:
    """A `with` block in which everything that is hybridized or compiled runs as Python in this
    thread: blocks, functions of `weft.hybridize`, steps of `trainer.compile`, and `weft.Model`.

    So `breakpoint()`, `print` and `float(x)` work inside of it, and errors come from their line.
    Plans stay, and run again afterwards.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> class Net(nn.HybridBlock):
    ...     def forward(self, x):
    ...         return x if float(x.sum()) > 0 else -x  # asks for a value
    >>> net = Net()
    >>> net.hybridize()
    >>> with eager():
    ...     y = net(np.array([-1.0]))
    >>> y
    array([1.])
    """
    around, running.is_eager = running.is_eager, True
    try:
        yield
    finally:
        running.is_eager = around


def is_eager() -> bool:
    """Is this thread inside of `eager()`?

    >>> import weft
    >>> weft.debug.is_eager()
    False
    >>> with weft.debug.eager():
    ...     print(weft.debug.is_eager())
    True
    """
    return running.is_eager


def full_tracebacks(shown: bool = True) -> None:
    """Have errors that leave `fit`, `evaluate` and `predict` the frames of Weft, too? At first they
    have those of the program alone, unless Weft itself has failed; `WEFT_TRACEBACKS=full` in the
    environment shows them from the beginning.

    >>> import weft
    >>> weft.debug.full_tracebacks()
    >>> weft.debug.full_tracebacks(False)
    """
    switch.is_full = bool(shown)


__all__ = ["eager", "full_tracebacks", "is_eager"]
__dir__ = __all__.copy
