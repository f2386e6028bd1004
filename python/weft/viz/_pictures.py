"""Pictures by one call on Matplotlib: images, confusion matrices, attention, curves."""

import math
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy

from weft._base.errors import InvalidValue, NotFound
from weft._base.packages import installing
from weft._core.typing import ndarray

Path = str | PathLike[str] | None


def _figure(where: str, width: float, height: float) -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise NotFound(f"{where}: it needs matplotlib: {installing('viz')}") from None
    return Figure(figsize=(width, height), layout="constrained")


def _written(figure: Any, path: Path) -> Any:
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _numpy(given: Any) -> Any:
    return given.asnumpy() if isinstance(given, ndarray) else numpy.asarray(given)


def show_images(
    images: Any,
    titles: Sequence[str] | None = None,
    *,
    columns: int = 8,
    path: Path = None,
    mean: Any = 0.0,
    std: Any = 1.0,
) -> Any:
    """Draws images side by side.

    images: (N, C, H, W) or (N, H, W, C), with 1, 3 or 4 channels, or (N, H, W); numbers from 0 to
        255 if they are integers, else from 0 to 1
    titles: a text above each; columns: images of a row
    mean, std: what `(x - mean) / std` made of them is undone, for each channel
    path: a picture to write; None for none

    Returns Matplotlib's figure. Raises ValueError for other shapes.

    >>> import weft
    >>> from weft import np
    >>> images = np.zeros((4, 1, 8, 8))
    >>> figure = weft.viz.show_images(images, titles=list("abcd"), path="images.png")
    """
    rows = _numpy(images)
    if rows.ndim == 4 and rows.shape[1] in (1, 3, 4) and rows.shape[-1] not in (1, 3, 4):
        rows = rows.transpose(0, 2, 3, 1)
    if rows.ndim not in (3, 4) or (rows.ndim == 4 and rows.shape[-1] not in (1, 3, 4)):
        raise InvalidValue(
            "show_images: `images` must have shape (N, C, H, W), (N, H, W, C) or (N, H, W); got "
            f"{rows.shape}"
        )
    if rows.dtype.kind == "f":
        rows = numpy.clip(rows * _numpy(std) + _numpy(mean), 0, 1)
    if rows.ndim == 4 and rows.shape[-1] == 1:
        rows = rows[..., 0]
    if titles is not None and len(titles) != len(rows):
        raise InvalidValue(
            f"show_images: `titles` must be one for each of {len(rows)} images; got {len(titles)}"
        )
    columns = max(min(columns, len(rows)), 1)
    lines = max(math.ceil(len(rows) / columns), 1)
    figure = _figure("show_images", 1.4 * columns, (1.7 if titles else 1.4) * lines)
    for place, image in enumerate(rows):
        panel = figure.add_subplot(lines, columns, place + 1)
        panel.imshow(image, cmap="gray" if image.ndim == 2 else None, interpolation="nearest")
        panel.set_axis_off()
        if titles is not None:
            panel.set_title(str(titles[place]), fontsize=8)
    return _written(figure, path)


def plot_confusion_matrix(
    table: Any, names: Sequence[str] | None = None, *, path: Path = None, title: str = ""
) -> Any:
    """Draws a confusion matrix: labels downwards, predictions to the right, each place as a share
    of its row, with its number.

    table: counts of shape (classes, classes), such as `metric.ConfusionMatrix` gives
    names: of the classes; numbers by default

    Returns Matplotlib's figure.

    >>> import weft
    >>> from weft import np
    >>> table = np.array([[8, 2], [1, 9]])
    >>> figure = weft.viz.plot_confusion_matrix(table, ["cat", "dog"], path="table.png")
    """
    counts = _numpy(table)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise InvalidValue(
            f"plot_confusion_matrix: `table` must have shape (classes, classes); got {counts.shape}"
        )
    names = [str(i) for i in range(len(counts))] if names is None else list(names)
    if len(names) != len(counts):
        raise InvalidValue(
            f"plot_confusion_matrix: `names` must be one for each of {len(counts)} classes; got "
            f"{len(names)}"
        )
    is_counted = bool((counts == numpy.round(counts)).all())  # a normalized table is not
    shares = counts / numpy.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = 2.0 + 0.55 * len(counts)
    figure = _figure("plot_confusion_matrix", size + 0.8, size)
    panel = figure.add_subplot()
    shown = panel.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(shown, ax=panel, shrink=0.8, label="share of the label")
    for (row, column), count in numpy.ndenumerate(counts):
        color = "white" if shares[row, column] > 0.6 else "black"
        text = f"{count:.0f}" if is_counted else f"{count:.2f}"
        panel.text(column, row, text, ha="center", va="center", color=color, fontsize=8)
    places = range(len(names))
    if max(map(len, names)) > 3:
        panel.set_xticks(places, names, rotation=45, ha="right", rotation_mode="anchor")
    else:
        panel.set_xticks(places, names)
    panel.set_yticks(places, names)
    panel.set_xlabel("prediction")
    panel.set_ylabel("label")
    panel.set_title(title)
    return _written(figure, path)


def plot_attention(
    weights: Any,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    *,
    path: Path = None,
) -> Any:
    """Draws weights of attention: queries downwards, keys to the right, a panel for each head.

    weights: (heads, queries, keys) or (queries, keys); rows, columns: texts of queries and keys

    Returns Matplotlib's figure.

    >>> import weft
    >>> from weft import np
    >>> figure = weft.viz.plot_attention(np.ones((2, 3, 3)) / 3, path="attention.png")
    """
    heads = _numpy(weights)
    heads = heads[None] if heads.ndim == 2 else heads
    if heads.ndim != 3:
        raise InvalidValue(
            "plot_attention: `weights` must have shape (heads, queries, keys); got "
            f"{heads.shape}; take one sample of a batch"
        )
    for name, texts, extent in (
        ("rows", rows, heads.shape[1]),
        ("columns", columns, heads.shape[2]),
    ):
        if texts is not None and len(texts) != extent:
            raise InvalidValue(f"plot_attention: `{name}` must be {extent} texts; got {len(texts)}")
    across = min(len(heads), 4)
    down = math.ceil(len(heads) / across)
    figure = _figure("plot_attention", 3.2 * across, 3.0 * down)
    for number, head in enumerate(heads):
        panel = figure.add_subplot(down, across, number + 1)
        panel.imshow(head, cmap="viridis", vmin=0)
        if len(heads) > 1:
            panel.set_title(f"head {number}", fontsize=9)
        if columns is not None:
            panel.set_xticks(range(len(columns)), columns, rotation=90, fontsize=7)
        if rows is not None:
            panel.set_yticks(range(len(rows)), rows, fontsize=7)
    return _written(figure, path)


def plot_curves(
    curves: Mapping[str, Sequence[float]], *, path: Path = None, title: str = ""
) -> Any:
    """Draws lines over the numbers of their points, such as losses of several runs, by name.

    Returns Matplotlib's figure.

    >>> import weft
    >>> curves = {"with": [1.0, 0.5, 0.3], "without": [1.0, 0.8, 0.7]}
    >>> figure = weft.viz.plot_curves(curves, path="curves.png")
    """
    figure = _figure("plot_curves", 5.5, 3.5)
    panel = figure.add_subplot()
    for name, values in curves.items():
        panel.plot(_numpy(values), label=name)
    panel.grid(alpha=0.3)
    panel.set_title(title)
    if len(curves) > 1:
        panel.legend()
    return _written(figure, path)


__all__ = ["plot_attention", "plot_confusion_matrix", "plot_curves", "show_images"]
