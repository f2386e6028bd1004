"""Plans as pages: for each plan a picture of its arena, the bytes in use step by step, and a table
of the steps, with their times where these were measured.

A plan is what the library gives as JSON: `arena`, `lower_bound` and `residual` in bytes, `steps`
with name, kind, line and operands, `buffers` with offset, bytes, first and last step, type.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from weft._pages.page import page, size, table

Plan = Mapping[str, Any]

_COLORS = ("#4e79a7", "#59a14f", "#f28e2b", "#76b7b2", "#edc948", "#b07aa1", "#9c755f", "#ff9da7")
_SCRATCH = "#c8c8c8"
_LEFT, _RIGHT, _TOP, _BOTTOM = 78, 16, 8, 34  # of a picture, for axes
_HEIGHT, _USE_HEIGHT, _TIME_HEIGHT = 340, 90, 46
_LEAST_WIDTH, _MOST_WIDTH, _STEP_WIDTH = 900, 6000, 14
_LETTER = 6.2  # width of a letter of a label


def page_of(plans: Sequence[tuple[str, Plan, Sequence[float] | None]], title: str) -> str:
    """The page of several plans: name, plan, and seconds of each step or None."""
    parts = [_LEGEND]
    for name, plan, seconds in plans:
        parts += [
            f"<h2>{escape(name)}</h2>",
            f"<p>{escape(_summary(plan, seconds))}</p>",
            f'<div class="wide">{_time_picture(plan, seconds) if seconds else ""}'
            f"{_arena_picture(plan)}{_use_picture(plan)}</div>",
            _table_of(plan, seconds),
        ]
    return page(title, "\n".join(parts))


_LEGEND = (
    '<p class="dim">A rectangle is a part of the arena: it begins at the step that writes it and '
    "ends at the last one that reads it; its height is its bytes, its bottom their place. "
    f'<span style="background:{_SCRATCH}">&nbsp;grey&nbsp;</span> is room that a step has for '
    "itself. Values that do not overlap in time share places; inputs, outputs and parameters are "
    "not in the arena. Rest on a rectangle to see what it is.</p>"
)


def color_of(number: int, buffer: Mapping[str, Any]) -> str:
    """The colour of a buffer, by its number."""
    return _SCRATCH if buffer["scratch"] else _COLORS[number % len(_COLORS)]


def _summary(plan: Plan, seconds: Sequence[float] | None) -> str:
    steps = len(plan["steps"])
    told = [f"{steps} step{'s' if steps != 1 else ''}", f"arena {size(plan['arena'])}"]
    if plan["arena"]:
        told.append(
            f"no place for values needs less than {size(plan['lower_bound'])} in this order"
        )
    if plan["residual"]:
        told.append(f"{size(plan['residual'])} kept for the backward pass")
    if seconds:
        told.append(f"{_time(sum(seconds))} by the steps' own clocks")
    return "; ".join(told) + "."


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


# ---- pictures


def _width(plan: Plan) -> int:
    return min(max(_LEAST_WIDTH, _STEP_WIDTH * len(plan["steps"])), _MOST_WIDTH)


def _picture(plan: Plan, height: int, parts: Sequence[str], bottom: int = _BOTTOM) -> str:
    width, high = _width(plan) + _LEFT + _RIGHT, height + _TOP + bottom
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{high}" role="img" '
        f'viewBox="0 0 {width} {high}" font-family="Helvetica, Arial, sans-serif" font-size="11">'
        + "\n".join(parts)
        + "</svg>"
    )


def _part(
    x: float, y: float, wide: float, tall: float, color: str, tip: str, inside: str = ""
) -> str:
    """A rectangle with what it says when the mouse rests on it, and texts inside; a seam apart from
    its neighbours."""
    return (
        f'<g><title>{escape(tip)}</title><rect class="part" x="{x:.1f}" y="{y:.1f}" '
        f'width="{max(wide - 0.5, 0.3):.1f}" height="{max(tall - 0.5, 0.3):.1f}" rx="2" '
        f'fill="{color}"/>{inside}</g>'
    )


def _inside(x: float, y: float, text: str, color: str = "#fff") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" pointer-events="none">{escape(text)}</text>'
    )


def _arena_picture(plan: Plan) -> str:
    if not plan["buffers"]:
        return '<p class="dim">Nothing lies in the arena.</p>'
    across, up = _width(plan) / len(plan["steps"]), _HEIGHT / max(plan["arena"], 1)
    parts = [*_bytes_axis(plan["arena"], _HEIGHT, "place"), *_steps_axis(plan, _HEIGHT)]
    for number, buffer in enumerate(plan["buffers"]):
        x, wide = _LEFT + buffer["first"] * across, (buffer["last"] - buffer["first"] + 1) * across
        tall = buffer["bytes"] * up
        y = _TOP + _HEIGHT - buffer["offset"] * up - tall
        label = _label(plan, buffer, x, y, wide, tall)
        color = color_of(number, buffer)
        parts.append(_part(x, y, wide, tall, color, _told(plan, buffer), label))
    return _picture(plan, _HEIGHT, parts)


def _told(plan: Plan, buffer: Mapping[str, Any]) -> str:
    step = plan["steps"][buffer["first"]]["name"]
    what = f"scratch of {step}" if buffer["scratch"] else f"{step} {buffer['type']}".strip()
    if buffer["last"] > buffer["first"]:
        when = f"steps {buffer['first']} to {buffer['last']}"
        when += f", where {plan['steps'][buffer['last']]['name']} reads it last"
    else:
        when = f"step {buffer['first']}"
    return f"{what}: {buffer['bytes']:,} bytes at {buffer['offset']:,}, {when}"


def _label(
    plan: Plan, buffer: Mapping[str, Any], x: float, y: float, wide: float, tall: float
) -> str:
    """What it is, inside of it, as far as there is room."""
    if tall < 13 or wide < 30:
        return ""
    name = plan["steps"][buffer["first"]]["name"].removeprefix("row_tiles+")
    room = int((wide - 6) / _LETTER)
    lines = [_cut(f"{'scratch of ' if buffer['scratch'] else ''}{name}", room)]
    lines += [text for text in (buffer["type"], size(buffer["bytes"])) if len(text) <= room]
    shown = [line for line in lines if line][: max(int(tall / 13), 1)]
    color = "#222" if buffer["scratch"] else "#fff"
    return "".join(
        _inside(x + 4, y + 11 + 13 * place, line, color) for place, line in enumerate(shown)
    )


def _cut(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    return text[: room - 1] + "…" if room >= 6 else ""


def _use_picture(plan: Plan) -> str:
    """How many bytes of the arena are in use at each step."""
    if not plan["buffers"]:
        return ""
    used = bytes_in_use(plan)
    across, up = _width(plan) / len(used), _USE_HEIGHT / max(*used, 1)
    most = used.index(max(used))
    parts = [*_bytes_axis(max(used), _USE_HEIGHT, "in use"), *_steps_axis(plan, _USE_HEIGHT)]
    for number, count in enumerate(used):
        tip = f"step {number} {plan['steps'][number]['name']}: {count:,} bytes in use"
        color = "#e15759" if number == most else "#9ab8d4"
        x, y = _LEFT + number * across, _TOP + _USE_HEIGHT - count * up
        parts.append(_part(x, y, across, count * up, color, tip))
    return _picture(plan, _USE_HEIGHT, parts)


def bytes_in_use(plan: Plan) -> list[int]:
    """The bytes of the arena that are in use at each step."""
    used = [0] * len(plan["steps"])
    for buffer in plan["buffers"]:
        for step in range(buffer["first"], buffer["last"] + 1):
            used[step] += buffer["bytes"]
    return used


def _time_picture(plan: Plan, seconds: Sequence[float]) -> str:
    """One after another, each as wide as its share of the time."""
    total = sum(seconds) or 1.0
    parts, x = [f'<text x="4" y="{_TOP + 14}" fill="#555">time</text>'], float(_LEFT)
    for number, (step, time) in enumerate(zip(plan["steps"], seconds, strict=True)):
        wide = _width(plan) * time / total
        tip = f"step {number} {step['name']}: {_time(time)}, {time / total:.1%}"
        label = _cut(step["name"].removeprefix("row_tiles+"), int((wide - 6) / _LETTER))
        color = _COLORS[number % len(_COLORS)]
        parts.append(_part(x, _TOP, wide, 22, color, tip, _inside(x + 4, _TOP + 15, label)))
        x += wide
    return _picture(plan, 22, parts, bottom=2)


def _bytes_axis(most: int, height: int, name: str) -> list[str]:
    lines = [f'<text x="4" y="{_TOP + height + 28}" fill="#555">{name} ↑</text>']
    for quarter in range(5):
        y = _TOP + height - height * quarter / 4
        lines.append(
            f'<path d="M{_LEFT - 4},{y:.1f} h4" stroke="#555"/>'
            + (
                f'<text x="{_LEFT - 7}" y="{y + 4:.1f}" text-anchor="end" fill="#555">'
                f"{size(most * quarter / 4)}</text>"
                if quarter < 4 or height > 200
                else ""
            )
        )
    lines.append(f'<path d="M{_LEFT},{_TOP} v{height}" stroke="#555"/>')
    return lines


def _steps_axis(plan: Plan, height: int) -> list[str]:
    count, width = len(plan["steps"]), _width(plan)
    across = width / count
    every = next(n for n in (1, 2, 5, 10, 20, 50, 100, 10**9) if n * across >= 22)
    bottom = _TOP + height
    lines = [f'<path d="M{_LEFT},{bottom} h{width}" stroke="#555"/>']
    lines += [
        f'<text x="{_LEFT + (step + 0.5) * across:.1f}" y="{bottom + 14}" text-anchor="middle" '
        f'fill="#555">{step}</text>'
        for step in range(0, count, every)
    ]
    lines.append(f'<text x="{_LEFT}" y="{bottom + 28}" fill="#555">step →</text>')
    return lines


# ---- the table


def _table_of(plan: Plan, seconds: Sequence[float] | None) -> str:
    used = bytes_in_use(plan)
    has_lines = any(step["line"] for step in plan["steps"])
    head = ["step", "operators", "reads", "writes", "arena in use"]
    rows = []
    for number, step in enumerate(plan["steps"]):
        operands = [_operands(step["in"]), _operands(step["out"])]
        row = [str(number), _named(step), *operands, size(used[number])]
        if has_lines:
            row.append(escape(step["line"]))
        if seconds:
            row.append(_bar(seconds[number], max(seconds)))
        rows.append(row)
    head += [*(["line of the program"] if has_lines else []), *(["time"] if seconds else [])]
    return table(head, rows, [0, 4])


def _named(step: Mapping[str, Any]) -> str:
    """The operators, and what else there is to know of a loop over row tiles."""
    name = escape(step["name"].replace("+", " + "))
    about = step["about"].strip()
    return f'{name}<br><span class="dim">{escape(about)}</span>' if about else name


def _operands(text: str) -> str:
    """One a line, without those that are absent."""
    parts = text.replace("), ", ")\n").replace("-, ", "").removesuffix(", -").split("\n")
    return "<br>".join(escape(part) for part in parts if part != "-")


def _bar(time: float, most: float) -> str:
    return (
        f'<svg width="90" height="10"><rect width="{90 * time / (most or 1):.1f}" height="10" '
        f'fill="#4e79a7"/></svg> {_time(time)}'
    )


__all__ = ["Plan", "bytes_in_use", "color_of", "page_of"]
__dir__ = __all__.copy
