"""`Monitor`: figures of all arrays of a network, each few batches."""

import logging
import re
from collections.abc import Callable
from typing import Any

from weft import autograd, np
from weft._base.options import require_whole
from weft._core.typing import ndarray


def _size(x: Any) -> Any:
    """The root of the mean square."""
    return np.sqrt(np.sum(np.square(x)) / max(x.size, 1))


class Monitor:
    """Collects a figure of results, of their gradients, and of parameters.

    interval: each so many batches
    stat_func: of an array, an array or a list of arrays; the root of the mean square by default
    pattern: a regular expression of the names that are watched
    sort: are figures sorted by name?
    monitor_all: also the inputs of nodes

    >>> from weft import mxnet as mx
    >>> run = mx.sym.relu(mx.sym.Variable("x"), name="act").simple_bind(x=(2,))
    >>> monitor = mx.mon.Monitor(1)
    >>> monitor.install(run)
    >>> monitor.tic()
    >>> _ = run.forward()
    >>> [name for _, name, _ in monitor.toc()]
    ['act_output', 'x']
    """

    def __init__(
        self,
        interval: int,
        stat_func: Callable[[Any], Any] | None = None,
        pattern: str = ".*",
        sort: bool = False,
        monitor_all: bool = False,
    ) -> None:
        self.stat_func = stat_func or _size
        self.interval = require_whole("Monitor", "interval", interval, 1)
        self.sort, self.monitor_all = sort, monitor_all
        self.activated = False
        self.queue: list[tuple[int, str, Any]] = []
        self.step = 0
        self.exes: list[Any] = []
        self.re_prog = re.compile(pattern)

    def install(self, exe: Any) -> None:
        """Watches an executor."""
        exe.set_monitor_callback(self._seen, self.monitor_all)
        self.exes.append(exe)

    def _seen(self, name: str, array: Any) -> None:
        if self.activated and self.re_prog.match(name):
            with autograd.pause():
                self.queue.append((self.step, name, self.stat_func(array.detach())))

    def tic(self) -> None:
        """Begins to collect, if it is the turn of this batch."""
        if self.step % self.interval == 0:
            self.queue = []
            self.activated = True
        self.step += 1

    def toc(self) -> list[tuple[int, str, str]]:
        """Ends it: the numbers of batches, names, and figures as text."""
        if not self.activated:
            return []
        for exe in self.exes:
            for name, array in exe.arg_dict.items():
                self._seen(name, array)
            for name, array in exe.aux_dict.items():
                self._seen(name, array)
        self.activated = False
        found = sorted(self.queue, key=lambda one: one[1]) if self.sort else self.queue
        self.queue = []
        return [(step, name, _text(value)) for step, name, value in found]

    def toc_print(self) -> None:
        """Ends it, and logs the figures."""
        for step, name, text in self.toc():
            logging.info("Batch: %7d %30s %s", step, name, text)


def _text(value: Any) -> str:
    """The numbers of an array, or of several."""
    several = value if isinstance(value, list | tuple) else [value]
    shown = []
    for array in several:
        is_one = getattr(array, "shape", None) in ((), (1,))
        host = array.asnumpy() if isinstance(array, ndarray) else array
        shown.append(str(array.item()) if is_one else str(host))
    return "\t".join(shown) + "\t"


__all__ = ["Monitor"]
__dir__ = __all__.copy
