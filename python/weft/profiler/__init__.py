"""Where a program's time and memory go: by operator, by layer, by line of the program.

>>> from weft import np, profiler
>>> x = np.ones((64, 64))
>>> with profiler.profile() as p:
...     y = np.matmul(x, x)
>>> [(row.name, row.calls, row.flops) for row in p.rows(by="operator")]
[('matmul', 1, 524288.0)]

`p.table()` prints such rows, `p.trace("trace.json")` writes a file for Perfetto or
chrome://tracing, `p.allocations()` tells who took memory, `p.events` has everything. `span` gives
parts of a program names. `weft profile script.py` does it for a whole program.
"""

from weft.profiler._events import Event
from weft.profiler._machine import Machine, measure_machine
from weft.profiler._memory import Allocation
from weft.profiler._notes import span
from weft.profiler._session import Profile, profile
from weft.profiler._table import Row

__all__ = ["Allocation", "Event", "Machine", "Profile", "Row", "measure_machine", "profile", "span"]
__dir__ = __all__.copy
