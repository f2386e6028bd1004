"""A network as a picture: by Graphviz, or as a page of HTML that needs nothing."""

import shutil
import subprocess
from html import escape
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from weft._base.errors import InvalidState, InvalidValue, NotFound
from weft._base.writing import write_bytes, write_text
from weft._pages.page import page, table
from weft.viz._graph import Box, NetworkGraph, graph_of

_COLORS = {
    "input": "#e8e8e8",
    "fully_connected": "#cfe2f3",
    "matmul": "#cfe2f3",
    "convolution": "#cfe2f3",
    "batch_norm": "#fff2cc",
    "layer_norm": "#fff2cc",
    "pooling": "#d9ead3",
    "add": "#f4cccc",
    "concatenate": "#f4cccc",
}
_OTHER = "#ffffff"
_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 190, 54, 26, 34
_ROUND = 56  # how far arrows go around boxes


def plot_network(
    net: Any, *inputs: Any, path: str | PathLike[str] | None = None, title: str | None = None
) -> str:
    """Draws the operators of a network, from its inputs downwards, with shapes and parameters.

    net: a hybrid block or a symbol; inputs: examples of the block's arguments, for shapes
    path: where to write: .svg, .png and .pdf by Graphviz, whose program `dot` must be installed;
        .dot for its text; .html for a page that needs nothing. None writes nothing

    Returns the text of the picture: SVG, or what was written as HTML or dot; of .png and .pdf, the
    text of Graphviz that they were made of.

    Raises LookupError where `dot` is missing, ValueError for another ending.

    >>> import weft
    >>> from weft import np
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(8, activation="relu"), nn.Dense(2))
    >>> net.initialize()
    >>> page = weft.viz.plot_network(net, np.ones((1, 4)), path="net.html")
    """
    graph = graph_of(net, *inputs)
    graph = graph._replace(title=title or graph.title)
    ending = ".svg" if path is None else Path(path).suffix.lower()
    if ending in (".html", ".htm"):
        text = page_of(graph)
    elif ending in (".dot", ".gv"):
        text = dot_of(graph)
    elif ending == ".svg":
        text = _by_graphviz(dot_of(graph), "svg") if shutil.which("dot") else svg_of(graph)
    elif ending in (".png", ".pdf") and path is not None:
        text = dot_of(graph)
        write_bytes(path, _run_dot(text, ending[1:], path), "plot_network")
        return text
    else:
        raise InvalidValue(
            f"plot_network: `path` must end in .svg, .png, .pdf, .dot or .html; got {path!r}"
        )
    if path is not None:
        write_text(path, text, "plot_network")
    return text


# ---- Graphviz


def dot_of(graph: NetworkGraph) -> str:
    """The graph in Graphviz's language."""
    lines = [
        f'digraph "{_quoted(graph.title)}" {{',
        '  rankdir=TB; node [shape=box, style="rounded,filled", fontname="Helvetica"];',
        f'  label="{_quoted(_heading(graph))}"; labelloc=t; fontname="Helvetica";',
    ]
    for number, box in enumerate(graph.boxes):
        text = "\\n".join(_quoted(line) for line in lines_of(box))
        lines.append(f'  n{number} [label="{text}", fillcolor="{_color(box)}"];')
    for number, box in enumerate(graph.boxes):
        lines += [
            f'  n{source} -> n{number} [label="{_quoted(graph.boxes[source].shape)}", fontsize=9];'
            for source in box.reads
        ]
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _by_graphviz(text: str, kind: str) -> str:
    return _run_dot(text, kind, None).decode()


def _run_dot(text: str, kind: str, path: Any) -> bytes:
    program = shutil.which("dot")
    if program is None:
        raise NotFound(
            f"plot_network: {fspath(path)!r} needs Graphviz's program `dot`, which is not "
            "installed; paths that end in .svg and .html need nothing"
        )
    ran = subprocess.run([program, f"-T{kind}"], input=text.encode(), capture_output=True)
    if ran.returncode:
        raise InvalidState(f"plot_network: dot failed: {ran.stderr.decode().strip()}")
    return ran.stdout


# ---- without Graphviz


def lines_of(box: Box) -> list[str]:
    """What stands in a box: operator and options, the layer, the number of parameters."""
    first = " ".join(part for part in (box.kind, box.detail) if part)
    count = f"{box.parameters:,} parameters" if box.parameters else ""
    second = ": ".join(part for part in (box.layer, count) if part)
    return [line for line in (first, second) if line]


def _heading(graph: NetworkGraph) -> str:
    macs = f", {graph.macs:,} multiply-adds" if graph.macs else ""
    return f"{graph.title}: {len(graph.boxes)} operators, {graph.parameters:,} parameters{macs}"


def _color(box: Box) -> str:
    return _COLORS.get(box.kind, _OTHER)


def svg_of(graph: NetworkGraph) -> str:
    """The graph as SVG: a row of boxes for each step, arrows downwards."""
    places = _places(graph)
    width = max((x for x, _ in places), default=0) + _WIDTH + _ROUND
    height = max((y for _, y in places), default=0) + _HEIGHT + _GAP_Y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="Helvetica, Arial, sans-serif">',
        '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="3" orient="auto">'
        '<path d="M0,0 L7,3 L0,6 z" fill="#555"/></marker></defs>',
    ]
    for number, box in enumerate(graph.boxes):
        parts += [_arrow(places[source], places[number]) for source in box.reads]
    parts += [_drawn(box, *places[number]) for number, box in enumerate(graph.boxes)]
    return "\n".join([*parts, "</svg>", ""])


def _places(graph: NetworkGraph) -> list[tuple[float, float]]:
    """The upper left corner of each box: rows centred, boxes near those that they read."""
    rows = graph.layers()
    widest = max((len(row) for row in rows), default=1)
    places = [(0.0, 0.0)] * len(graph.boxes)
    for number, row in enumerate(rows):
        ordered = sorted(row, key=lambda i: (_mean(places, graph.boxes[i].reads), i))
        begin = _GAP_X + (widest - len(row)) * (_WIDTH + _GAP_X) / 2
        for column, i in enumerate(ordered):
            places[i] = (begin + column * (_WIDTH + _GAP_X), _GAP_Y + number * (_HEIGHT + _GAP_Y))
    return places


def _mean(places: list[tuple[float, float]], numbers: tuple[int, ...]) -> float:
    return sum(places[i][0] for i in numbers) / len(numbers) if numbers else 0.0


def _arrow(source: tuple[float, float], target: tuple[float, float]) -> str:
    x1, y1 = source[0] + _WIDTH / 2, source[1] + _HEIGHT
    x2, y2 = target[0] + _WIDTH / 2, target[1]
    bend = (y2 - y1) / 2
    first, second = (x1, y1 + bend), (x2, y2 - bend)
    if x1 == x2 and y2 - y1 > _GAP_Y:  # around the boxes between, from side to side
        x1, y1 = x1 + _WIDTH / 2, y1 - _HEIGHT / 2
        x2, y2 = x2 + _WIDTH / 2, y2 + _HEIGHT / 2
        first, second = (x1 + _ROUND, y1), (x2 + _ROUND, y2)
    points = [(x1, y1), first, second, (x2, y2)]
    begin, *others = (f"{x:.0f},{y:.0f}" for x, y in points)
    curve = f"M{begin} C{' '.join(others)}"
    return f'<path d="{curve}" fill="none" stroke="#555" marker-end="url(#tip)"/>'


def _drawn(box: Box, x: float, y: float) -> str:
    tip = escape(f"{' '.join(lines_of(box))} -> {box.shape}")
    lines = [*lines_of(box), box.shape] if box.shape else lines_of(box)
    step = _HEIGHT / (len(lines) + 1)
    texts = "".join(
        f'<text x="{x + _WIDTH / 2:.0f}" y="{y + step * (i + 1) + 4:.0f}" text-anchor="middle" '
        f'font-size="{12 if i == 0 else 10}" fill="{"#000" if i == 0 else "#555"}">'
        f"{escape(line if len(line) < 34 else line[:32] + '…')}</text>"
        for i, line in enumerate(lines)
    )
    return (
        f'<g><title>{tip}</title><rect x="{x:.0f}" y="{y:.0f}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" rx="6" fill="{_color(box)}" stroke="#888"/>{texts}</g>'
    )


def page_of(graph: NetworkGraph) -> str:
    """The graph as a page, with a table of the layers that have parameters."""
    layers: dict[str, int] = {}
    for box in graph.boxes:
        if box.parameters:
            layers[box.layer] = layers.get(box.layer, 0) + box.parameters
    rows = [[escape(name), f"{count:,}"] for name, count in layers.items()]
    listed = table(["layer", "parameters"], rows, [1])
    return page(_heading(graph), f'<div class="both">\n{svg_of(graph)}\n{listed}\n</div>')


__all__ = ["dot_of", "page_of", "plot_network", "svg_of"]
