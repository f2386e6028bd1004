"""Pictures: the graph has the network's operators, and files are what they say they are."""

import re
import shutil
import xml.etree.ElementTree as ElementTree

import numpy
import pytest
import weft
from weft import callbacks, np, sym, viz
from weft.gluon import nn

X = np.ones((1, 3, 8, 8))


class Forks(nn.HybridBlock):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2D(4, 3, padding=1, in_channels=3)
        self.norm = nn.BatchNorm(in_channels=4)
        self.left = nn.Conv2D(4, 1, strides=2, in_channels=4)
        self.right = nn.MaxPool2D(2)
        self.head = nn.Dense(2, in_units=64)

    def forward(self, x):
        x = self.norm(self.first(x))
        return self.head(self.left(x) + self.right(x))


@pytest.fixture
def net():
    found = Forks()
    found.initialize()
    return found


def test_a_graph_has_operators_layers_and_shapes(net):
    graph = viz.graph_of(net, X)
    kinds = [box.kind for box in graph.boxes]
    assert kinds == ["input", "convolution", "batch_norm", "convolution", "pooling", "add",
                     "fully_connected"]  # fmt: skip
    assert [box.layer for box in graph.boxes] == ["", "first", "norm", "left", "", "", "head"]
    assert graph.boxes[3].shape == "1 x 4 x 4 x 4" and graph.boxes[3].detail == "1x1 /2x2"
    assert sorted(graph.boxes[5].reads) == [3, 4]
    count = sum(p.data().size for p in net.collect_params().values())
    assert graph.parameters == count
    assert graph.layers()[3:] == [[3, 4], [5], [6]]


def test_symbols_have_graphs_too():
    graph = viz.graph_of(np.tanh(sym.var("x", shape=(2, 3))) * 2)
    assert [(b.kind, b.shape) for b in graph.boxes][:2] == [("input", "2 x 3"), ("tanh", "2 x 3")]
    with pytest.raises(TypeError, match="HybridBlock or a symbol; got int"):
        viz.graph_of(3)


def test_pages_and_drawings_have_every_box(net, tmp_path, monkeypatch):
    page = viz.plot_network(net, X, path=tmp_path / "net.html", title="A <net>")
    assert (tmp_path / "net.html").read_text("utf-8") == page
    assert page.count("<rect ") == 7 and "A &lt;net&gt;: 7 operators" in page
    monkeypatch.setattr(shutil, "which", lambda name: None)  # as without Graphviz
    drawing = viz.plot_network(net, X, path=tmp_path / "net.svg")
    root = ElementTree.fromstring(drawing)
    assert len(root.findall(".//{*}rect")) == 7
    width, height = (float(root.get(name)) for name in ("width", "height"))
    numbers = [float(n) for d in re.findall(r' d="([^"]*)" fill="none"', drawing)
               for n in re.findall(r"[-0-9.]+", d)]  # fmt: skip
    assert min(numbers) >= 0 and max(numbers) <= max(width, height)
    assert max(numbers[::2]) <= width and max(numbers[1::2]) <= height
    with pytest.raises(LookupError, match="needs Graphviz"):
        viz.plot_network(net, X, path=tmp_path / "net.png")
    with pytest.raises(ValueError, match="must end in"):
        viz.plot_network(net, X, path="net.gif")


def test_the_text_of_graphviz_names_boxes_and_arrows(net, tmp_path):
    text = viz.plot_network(net, X, path=tmp_path / "net.dot")
    assert text.count(" -> ") == 7 and text.count("fillcolor") == 7
    assert 'label="convolution 3x3\\nfirst: 112 parameters"' in text


def png_size(path):
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def test_pictures_are_written(tmp_path):
    rng = numpy.random.default_rng(0)
    table = rng.integers(0, 9, (3, 3))
    viz.plot_confusion_matrix(table, ["cat", "dog", "bird"], path=tmp_path / "table.png")
    viz.show_images(
        np.array(rng.uniform(size=(5, 3, 8, 8))), list("abcde"), path=tmp_path / "i.png"
    )
    viz.plot_attention(rng.uniform(size=(2, 4, 6)), list("abcd"), path=tmp_path / "a.png")
    viz.plot_curves({"a": [3, 2, 1], "b": [2, 2, 2]}, path=tmp_path / "c.png")
    for name in ("table", "i", "a", "c"):
        assert min(png_size(tmp_path / f"{name}.png")) > 100
    for counts in (table, table.astype("float32")):
        figure = viz.plot_confusion_matrix(counts)
        assert [t.get_text() for t in figure.axes[0].texts] == [str(n) for n in table.ravel()]
    shares = viz.plot_confusion_matrix(table / 9).axes[0].texts
    assert [t.get_text() for t in shares] == [f"{n / 9:.2f}" for n in table.ravel()]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: viz.show_images(numpy.zeros((2, 5, 8, 8))), "`images` must have shape"),
        (lambda: viz.show_images(numpy.zeros((2, 8, 8)), ["a"]), "`titles` must be one for each"),
        (lambda: viz.plot_confusion_matrix(numpy.zeros((2, 3))), "`table` must have shape"),
        (lambda: viz.plot_confusion_matrix(numpy.eye(2), ["a"]), "`names` must be one for each"),
        (lambda: viz.plot_attention(numpy.zeros((2, 2, 2, 2))), "take one sample"),
        (lambda: viz.plot_attention(numpy.eye(2), ["a"]), "`rows` must be 2 texts"),
    ],
)
def test_mistakes_are_told(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_a_history_is_a_picture_and_so_is_a_search_for_a_rate(tmp_path):
    x = np.random.normal(size=(64, 3))
    model = weft.Model(nn.Dense(1), "mse", "sgd", ["mae"])
    history = model.fit(x, x[:, :1], epochs=3, validation_split=0.25, verbose=0)
    figure = history.plot(tmp_path / "curves.png")
    assert [a.get_title() for a in figure.axes] == ["loss", "mae"]
    assert [len(a.lines) for a in figure.axes] == [2, 2]
    finder = callbacks.LRFinder(steps=20)
    model.fit(x, x[:, :1], 8, 9, callbacks=finder, verbose=0)
    finder.plot(tmp_path / "rates.png")
    assert min(png_size(tmp_path / "rates.png")) > 100


@pytest.mark.parametrize(
    ("net", "shape", "macs"),
    [
        (nn.Dense(5), (3, 4), 3 * 4 * 5),
        (nn.Conv2D(6, 3, groups=2), (2, 4, 8, 8), 2 * 6 * 6 * 6 * (2 * 3 * 3)),
        (nn.Conv2DTranspose(6, 2, strides=2), (1, 4, 3, 3), 4 * 3 * 3 * 6 * 2 * 2),
        (nn.MaxPool2D(), (1, 4, 8, 8), 0),
        (nn.MultiHeadAttention(8, 2), (1, 5, 8), 4 * 5 * 8 * 8 + 2 * 5 * 5 * 8),
    ],
    ids=lambda value: type(value).__name__,
)
def test_multiply_adds_follow_from_shapes_without_a_run(net, shape, macs):
    assert viz.graph_of(net, np.ones(shape)).macs == macs
    assert not any(p.is_initialized for p in net.collect_params().values())
