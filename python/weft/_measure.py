"""The commands `weft profile` and `weft benchmark`: where the time of a program and of a file goes.

What runs is imported when it runs, so that the command answers without NumPy and the extension.
"""

import argparse
import runpy
import statistics
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weft.profiler import Profile, Row
    from weft.runtime import Context, Port

_SECONDS = 1.0  # that runs are timed for, if their number is not given
_LEAST, _MOST = 10, 1000  # of these
_PROFILED = 20  # runs that the table is made of


def add_profile(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--by",
        choices=["operator", "layer", "line", "thread"],
        default="operator",
        help="what a line of the table is; `operator` by default",
    )
    command.add_argument(
        "--sort",
        choices=["time", "calls", "bytes", "flops", "name"],
        default="time",
        help="`time` by default",
    )
    command.add_argument("--top", type=count, metavar="N", default=30, help="so many lines; 30")
    command.add_argument(
        "--memory", action="store_true", help="also who took memory: by line, or as --by says"
    )
    command.add_argument("--trace", metavar="FILE", help="also a trace for ui.perfetto.dev")
    command.add_argument("script", help="a program of Python")
    command.add_argument("args", nargs=argparse.REMAINDER, help="of the program")


def add_benchmark(
    command: argparse.ArgumentParser, shape: Callable[[str], tuple[str, tuple[int, ...]]]
) -> None:
    command.add_argument(
        "--entry", help="entry point; `forward`, or the first one of a file without"
    )
    command.add_argument(
        "--shape",
        metavar="NAME=N,N,…",
        type=shape,
        action="append",
        default=[],
        help="shape of an input with dynamic extents",
    )
    command.add_argument("--warm-up", metavar="N", type=count, default=5, help="runs before; 5")
    command.add_argument(
        "--runs", metavar="N", type=count, help="as many as a second has by default"
    )
    command.add_argument(
        "--top", type=count, metavar="N", default=30, help="lines of the table; 30"
    )


def count(text: str) -> int:
    """A number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number of at least 1 is expected; got {text}")
    return int(text)


def profile_script(options: argparse.Namespace) -> int:
    """Runs the program as Python does and prints the table; returns the program's exit status."""
    from weft import profiler

    if not Path(options.script).is_file():
        raise FileNotFoundError(f"profile: there is no program `{options.script}`")
    sys.argv = [options.script, *options.args]
    sys.path.insert(0, str(Path(options.script).resolve().parent))
    with profiler.profile() as profile:
        status = _run_program(options.script)
    profiler.measure_machine()
    profile.table(by=options.by, sort=options.sort, top=options.top)
    if options.memory:
        print(_memory_table(profile, options.by, options.top))
    if options.trace:
        profile.trace(options.trace)
    return status


def _memory_table(profile: "Profile", by: str, top: int) -> str:
    """What took memory and gave it back, one line each."""
    by = "line" if by == "thread" else by
    rows = profile.allocations(by)[:top]
    width = max([len(by), *(len(row.name) for row in rows)])
    lines = [f"\n{by:<{width}}  {'MiB taken':>10}  {'MiB freed':>10}  {'events':>7}"]
    lines += [
        f"{row.name:<{width}}  {row.taken / 2**20:>10.2f}  {row.freed / 2**20:>10.2f}  "
        f"{row.events:>7}"
        for row in rows
    ]
    return "\n".join(lines)


def _run_program(path: str) -> int:
    """The exit status; what the program raises is printed as Python prints it."""
    try:
        runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return int(end.code or 0)
    except Exception:
        traceback.print_exc()
        return 1
    except KeyboardInterrupt:
        print("weft: stopped; the table has what ran before", file=sys.stderr)
        return 130
    return 0


def benchmark_file(options: argparse.Namespace) -> int:
    """Times runs of an entry point on random numbers, and prints a table of its operators."""
    from weft import profiler, runtime
    from weft._core import native
    from weft.profiler._table import duration, text_of

    for library in options.library:
        runtime.load_library(library)
    model = runtime.Model(options.file)
    entry = options.entry or ("forward" if "forward" in model.entries else model.entries[0])
    context = model.context(entry)
    _bind_numbers(context, dict(options.shape))
    for _ in range(options.warm_up):
        context.run_bound()
    times = _times(context, options.runs)
    low, middle = duration(min(times)), duration(statistics.median(times))
    threads = native.num_threads()
    print(
        f"{entry}: minimum {low}, median {middle} of {len(times)} runs "
        f"with {threads} thread{'s' if threads > 1 else ''}"
    )
    machine = profiler.measure_machine()
    with profiler.profile() as profile:
        for _ in range(_PROFILED):
            context.run_bound()
    rows = profile.rows(top=options.top, machine=machine)
    print(text_of([_of_one_run(row) for row in rows], "operator"))
    return 0


def _times(context: "Context", runs: int | None) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + _SECONDS
    while len(times) < (runs or _MOST):
        begin = time.perf_counter()
        if not runs and begin > end and len(times) >= _LEAST:
            break
        context.run_bound()
        times.append(time.perf_counter() - begin)
    return times


def _of_one_run(row: "Row") -> "Row":
    return row._replace(
        time=row.time / _PROFILED,
        calls=row.calls // _PROFILED,
        read=row.read / _PROFILED,
        written=row.written / _PROFILED,
        flops=row.flops / _PROFILED,
    )


def _bind_numbers(context: "Context", shapes: dict[str, tuple[int, ...]]) -> None:
    """Random floats, and zeros for integers, which may be indices."""
    from weft._base.errors import InvalidValue

    known = [port.name for port in context.inputs]
    for name in shapes:
        if name not in known:
            raise InvalidValue(
                f"benchmark: `--shape` names no input; got {name}, and there are {', '.join(known)}"
            )
    for index, port in enumerate(context.inputs):
        if -1 not in port.shape:
            continue
        if port.name not in shapes:
            raise InvalidValue(
                f"benchmark: `--shape {port.name}=…` must say the extents of the input "
                f"`{port.name}`; got shape {port.shape}, where -1 is open"
            )
        context.set_shape(index, shapes[port.name])
    for index, port in enumerate(context.inputs):
        context.bind(index, _numbers(port))


def _numbers(port: "Port") -> Any:
    import numpy

    if port.dtype == "bfloat16":
        return bytes(port.nbytes)
    if not port.dtype.startswith("float"):
        return numpy.zeros(port.shape, port.dtype)
    return numpy.random.default_rng(0).standard_normal(port.shape).astype(port.dtype)


__all__ = ["add_benchmark", "add_profile", "benchmark_file", "count", "profile_script"]
__dir__ = __all__.copy
