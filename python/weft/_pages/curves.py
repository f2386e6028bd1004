"""Small line charts as SVG, for what notebooks show of a history."""

import math
from collections.abc import Mapping, Sequence
from html import escape

_COLORS = ("#4e79a7", "#f28e2b", "#59a14f", "#e15759")
_WIDTH, _HEIGHT, _LEFT, _TOP = 250, 120, 52, 22


def chart(title: str, x: Sequence[float], lines: Mapping[str, Sequence[float]]) -> str:
    """A picture of one or several lines over the same numbers; points that are no numbers are left
    out.

    >>> chart("loss", [1, 2], {"training": [0.5, 0.25]}).count("<polyline")
    1
    """
    known = [v for values in lines.values() for v in values if math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    span = (high - low) or 1.0
    first, wide = (x[0], (x[-1] - x[0]) or 1.0) if x else (0.0, 1.0)

    def place(at: float, value: float) -> str:
        across = _LEFT + _WIDTH * (at - first) / wide
        return f"{across:.1f},{_TOP + _HEIGHT * (high - value) / span:.1f}"

    parts = [
        f'<text x="{_LEFT}" y="14" font-weight="bold">{escape(title)}</text>',
        f'<path d="M{_LEFT},{_TOP} v{_HEIGHT} h{_WIDTH}" fill="none" stroke="#555"/>',
        *(
            f'<text x="{_LEFT - 5}" y="{y}" text-anchor="end" fill="#555">{value:.3g}</text>'
            for y, value in ((_TOP + 8, high), (_TOP + _HEIGHT, low))
        ),
        *(
            f'<text x="{across}" y="{_TOP + _HEIGHT + 14}" text-anchor="{anchor}" fill="#555">'
            f"{at:g}</text>"
            for across, anchor, at in (
                (_LEFT, "start", first),
                (_LEFT + _WIDTH, "end", x[-1] if x else 1),
            )
        ),
    ]
    for number, (name, values) in enumerate(lines.items()):
        color = _COLORS[number % len(_COLORS)]
        points = [place(a, v) for a, v in zip(x, values, strict=True) if math.isfinite(v)]
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{color}" '
            'stroke-width="1.5"/>'
        )
        parts += [f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="2" fill="{color}"/>'
                  for p in points]  # fmt: skip
        if len(lines) > 1:
            parts.append(
                f'<text x="{_LEFT + _WIDTH - 62 * (len(lines) - 1 - number)}" y="14" '
                f'text-anchor="end" fill="{color}">{escape(name)}</text>'
            )
    width, height = _LEFT + _WIDTH + 12, _TOP + _HEIGHT + 22
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="Helvetica, Arial, sans-serif" '
        f'font-size="11">{"".join(parts)}</svg>'
    )


__all__ = ["chart"]
__dir__ = __all__.copy
