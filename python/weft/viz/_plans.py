"""The plan of a network as a page: which step runs when, for how long, and what lies where."""

from collections import Counter
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from weft import profiler
from weft._base.errors import InvalidType, InvalidValue
from weft._base.writing import write_text
from weft._core import native
from weft._pages.plans import Plan, page_of
from weft._trace.arena import plans_of
from weft._trace.block_tree import not_hybrid
from weft._trace.planned import planned_of

_RUNS = 10  # that are timed; the least time of each step counts


def plot_plan(
    net: Any, *inputs: Any, path: str | PathLike[str] | None = None, title: str | None = None
) -> str:
    """Draws the plan that ran last: the arena, step by step, and a table of the steps.

    net: what runs as a plan: a hybridized block, a function of `weft.hybridize`, or a compiled
        training step
    inputs: it is called with these, first, and then ten times with a profile, so that the page has
        the times of the steps, too. A training step trains meanwhile; leave them out for one
    path: a page to write, .html; None for none

    Returns the page's text. Raises RuntimeError where there is no plan yet, TypeError for what has
    none, ValueError for another ending.

    >>> import weft
    >>> from weft import np, viz
    >>> @weft.hybridize
    ... def f(x):
    ...     return np.tanh(x @ x) + 1
    >>> page = viz.plot_plan(f, np.ones((8, 8)), path="plan.html")
    >>> "tanh" in page
    True
    """
    planned = planned_of(net)
    if planned is None:
        raise InvalidType(
            "plot_plan: `net` must run as a plan: a HybridBlock, a function of weft.hybridize or a "
            f"compiled step; got {not_hybrid(net)}"
        )
    if path is not None and Path(path).suffix.lower() not in (".html", ".htm"):
        raise InvalidValue(f"plot_plan: `path` must end in .html; got {path!r}")
    if inputs:
        net(*inputs)
    plans = plans_of(planned.plan_text("arena"))
    seconds: Any = None
    if inputs and len(plans) == 1:
        seconds = _measured(net, inputs, plans[0][1])
    page = page_of([(name, plan, seconds) for name, plan in plans], title or type(net).__name__)
    if path is not None:
        write_text(path, page, "plot_plan")
    return page


def _measured(net: Any, inputs: Sequence[Any], plan: Plan) -> list[float] | None:
    """The least seconds of each step; None where a run had other steps than the plan, as a loop's
    bodies or branches of another plan would make it."""
    names = [step["name"] for step in plan["steps"]]
    least: list[float] | None = None
    for _ in range(_RUNS):
        with profiler.profile() as p:
            net(*inputs)
            native.wait_all()
        found = _by_step(p.events, names)
        if found is None:
            return None
        least = found if least is None else [min(pair) for pair in zip(least, found, strict=True)]
    return least


def _by_step(events: Sequence[profiler.Event], names: list[str]) -> list[float] | None:
    """Seconds by step: events of one name are in the order of its steps."""
    by_name: dict[str, list[float]] = {}
    end = -1.0
    for event in (e for e in events if e.kind == "step"):
        if event.begin < end:  # inside of a loop's step, whose time has it
            continue
        if "loop" in event.name or "cond" in event.name:
            end = event.begin + event.duration
        by_name.setdefault(event.name, []).append(event.duration)
    if {name: len(times) for name, times in by_name.items()} != Counter(names):
        return None
    queues = {name: iter(times) for name, times in by_name.items()}
    return [next(queues[name]) for name in names]


__all__ = ["plot_plan"]
