"""Pages and what notebooks show: plans, arrays, blocks, histories. `--full` opens the pages in
Chromium and looks whether texts lie over each other or outside of their picture."""

import html
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy
import pytest
import weft
from weft import autograd, np, runtime, viz
from weft._pages.plans import bytes_in_use, page_of
from weft.gluon import nn

X = np.ones((4, 1, 16, 16))


@pytest.fixture
def net():
    found = nn.HybridSequential(
        nn.Conv2D(8, 3, padding=1, activation="relu"), nn.BatchNorm(), nn.MaxPool2D(), nn.Dense(10)
    )
    found.initialize()
    found.hybridize()
    return found


def pictures(page):
    """The pictures of a page, as trees: so they are XML."""
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg .*?</svg>", page, re.DOTALL)]


def tips(picture):
    return [found.text for found in picture.findall(".//{*}title")]


def test_a_plan_is_a_page_with_times_places_and_steps(net, tmp_path):
    page = viz.plot_plan(net, X, path=tmp_path / "plan.html", title="A <plan>")
    assert (tmp_path / "plan.html").read_text("utf-8") == page
    assert page.startswith("<!doctype html>") and "<h1>A &lt;plan&gt;</h1>" in page
    plan = json.loads(net.plan_text("arena"))[0]["forward"]
    time, arena, use, *bars = pictures(page)
    assert len(tips(time)) == len(tips(use)) == len(bars) == len(plan["steps"])
    assert len(tips(arena)) == len(plan["buffers"])
    shares = [float(re.search(r"([0-9.]+)%$", tip)[1]) for tip in tips(time)]
    assert sum(shares) == pytest.approx(100, abs=0.05 * len(shares) + 0.1)
    assert "test_pages.py:" in page and "layer `0` (Conv2D)" in page


def test_bytes_in_use_never_pass_the_arena(net):
    net(X)
    plan = json.loads(net.plan_text("arena"))[0]["forward"]
    used = bytes_in_use(plan)
    assert max(used) <= plan["arena"] and max(used) >= plan["lower_bound"] * 0.9
    for buffer in plan["buffers"]:
        assert buffer["offset"] + buffer["bytes"] <= plan["arena"]
        assert buffer["scratch"] or re.fullmatch(r"\w+\(.*\)", buffer["type"])


def test_a_training_plan_has_forward_and_backward(net, tmp_path):
    with autograd.record():
        loss = net(X).sum()
    loss.backward()
    page = viz.plot_plan(net)
    assert re.findall("<h2>(.*)</h2>", page) == ["forward", "backward"]
    assert "kept for the backward pass" in page
    net.plan_plot(tmp_path / "same.html")
    wanted = viz.plot_plan(net, title="HybridSequential")
    assert (tmp_path / "same.html").read_text("utf-8") == wanted


def test_a_loop_and_a_plan_without_arena_are_pages():
    @weft.hybridize
    def scan(x):
        return weft.npx.foreach(lambda row, sum_: (sum_, np.tanh(sum_ + row)), x, x[0])[1]

    page = viz.plot_plan(scan, np.ones((5, 3)))
    assert "loop" in page
    same = weft.hybridize(lambda x: x + 1)
    assert "Nothing lies in the arena" in viz.plot_plan(same, np.ones(3))


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: viz.plot_plan(3), TypeError, "must run as a plan: .*; got int"),
        (lambda: viz.plot_plan(nn.Dense(2)), RuntimeError, "no plan yet; hybridize it"),
        (
            lambda: viz.plot_plan(weft.hybridize(abs), X, path="a.png"),
            ValueError,
            r"`path` must end in \.html; got 'a\.png'",
        ),
    ],
)
def test_mistakes_are_told(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_the_command_writes_a_page_of_a_file(net, tmp_path):
    net.export(tmp_path / "net.weft", X)
    line = [sys.executable, "-m", "weft", "info", "net.weft", "--html", "net.html"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "net.html").read_text("utf-8")
    assert "<h2>entry forward</h2>" in page
    plan = runtime.Model(tmp_path / "net.weft").plans()["forward"]["forward"]
    assert len(tips(pictures(page)[0])) == len(plan["buffers"])
    assert (
        plan["arena"]
        == runtime.Model(tmp_path / "net.weft").plans(4)["forward"]["forward"]["arena"]
    )


def test_plans_of_a_file_with_any_batch_need_one(net, tmp_path):
    net.export(tmp_path / "net.weft", X, dynamic={"x": {0: "batch"}})
    model = runtime.Model(tmp_path / "net.weft")
    with pytest.raises(ValueError, match=r"`batch` must be given for entry `forward`.*--batch"):
        model.plans()
    with pytest.raises(ValueError, match="`batch` must be at least 1; got 0"):
        model.plans(0)
    small, large = (model.plans(n)["forward"]["forward"]["arena"] for n in (1, 8))
    assert 0 < small < large


# ---- notebooks


def cells(text):
    return [html.unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", text)]


@pytest.mark.parametrize(
    ("array", "head", "count"),
    [
        (np.arange(3), "int64 (3,)", 3),
        (np.ones((2, 3)), "float32 (2, 3)", 6),
        (np.arange(600).reshape(30, 20), "int64 (30, 20)", 11 * 11),
        (np.ones((2, 2, 2)), "float32 (2, 2, 2)", 0),
        (np.ones((0, 3)), "float32 (0, 3)", 0),
        (np.array(5.0), "float32 ()", 0),
        (np.ones((2, 2), dtype="bfloat16"), "bfloat16 (2, 2)", 4),
    ],
    ids=str,
)
def test_arrays_are_tables(array, head, count):
    text = array._repr_html_()
    assert f"<b>array</b> {head}" in text
    assert len(cells(text)) == count
    ElementTree.fromstring(text)


def test_a_large_array_shows_its_first_and_last_elements():
    found = cells(np.arange(600).reshape(30, 20)._repr_html_())
    assert found[:7] == ["0", "1", "2", "3", "4", "…", "15"] and found[-1] == "599"
    assert found[5 * 11 : 6 * 11] == ["…"] * 11


def test_blocks_are_tables_of_layers(net):
    before = net._repr_html_()
    assert "after the first call" in before and "weight (8, ?, 3, 3)" in before
    net(X)
    text = net._repr_html_()
    count = sum(p.data().size for p in net.collect_params().values())
    assert f"{count:,} parameters" in text
    assert "weight (8, 1, 3, 3)" in text and "BatchNorm" in text
    shared = nn.HybridSequential(net[3], net[3])
    assert shared._repr_html_().count("<tr>") == 3  # a layer that is there twice is one
    assert "0 parameters" in nn.Activation("relu")._repr_html_()


def history():
    x = np.random.normal(size=(40, 3))
    model = weft.Model(nn.Dense(1), "mse", "sgd", ["mae"])
    return model.fit(x, x[:, :1], epochs=4, validation_split=0.25, verbose=0)


def test_histories_are_curves_and_a_table():
    text = history()._repr_html_()
    loss, mae = pictures(text)
    assert loss.find("{*}text").text == "loss"
    assert len(loss.findall("{*}polyline")) == len(mae.findall("{*}polyline")) == 2
    assert text.count("<tr>") == 5
    empty = weft.training.History()
    assert "<tr>" in empty._repr_html_()


# ---- as pictures

MEASURE = """
<script>
const bad = [];
for (const svg of document.querySelectorAll('svg')) {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim());
  const boxes = texts.map(t => t.getBoundingClientRect());
  boxes.forEach((a, i) => {
    if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 ||
        a.bottom > frame.bottom + 1) bad.push('outside: ' + texts[i].textContent);
    boxes.slice(i + 1).forEach((b, j) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const tall = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && tall > 3)
        bad.push(texts[i].textContent + ' over ' + texts[i + 1 + j].textContent);
    });
  });
}
document.body.setAttribute('data-bad', JSON.stringify(bad));
document.body.setAttribute('data-high', document.documentElement.scrollHeight);
</script>
"""
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def seen(page, tmp_path):
    """What Chromium found wrong, and the shades that a screenshot has."""
    from PIL import Image

    path = tmp_path / "page.html"
    path.write_text(page + MEASURE, "utf-8")
    flags = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}"]
    done = subprocess.run(
        [*flags, "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    bad = json.loads(html.unescape(re.search(r'data-bad="([^"]*)"', done.stdout)[1]))
    picture = tmp_path / "page.png"
    subprocess.run(
        [*flags, "--window-size=1200,900", f"--screenshot={picture}", path.as_uri()],
        capture_output=True,
        timeout=120,
        check=True,
    )
    return bad, len(numpy.unique(numpy.asarray(Image.open(picture).convert("L"))))


def plan_page(net):
    return viz.plot_plan(net, X)


def training_page(net):
    with autograd.record():
        net(X).sum().backward()
    return viz.plot_plan(net)


def long_page(net):
    steps = [
        {"name": f"step{i}", "kind": "kernel", "line": "", "about": "", "in": "", "out": ""}
        for i in range(300)
    ]
    buffers = [
        {"offset": 64 * i, "bytes": 64, "first": i, "last": i + 5, "type": "f", "scratch": False}
        for i in range(290)
    ]
    plan = {"arena": 64 * 290, "lower_bound": 1, "residual": 0, "steps": steps, "buffers": buffers}
    return page_of([("forward", plan, [1e-6] * 300)], "Long")


def network_page(net):
    net(X)
    graph = viz.graph_of(net, X)
    from weft.viz._network import page_of as page_of_network

    return page_of_network(graph)


def notebook_page(net):
    parts = [np.arange(600).reshape(30, 20), net, history()]
    return "".join(part._repr_html_() for part in parts)


def unreadable_page(net):
    texts = (
        "<text x='5' y='20'>over</text><text x='8' y='22'>under</text><text x='90' y='9'>out</text>"
    )
    return f"<svg width='100' height='40'>{texts}</svg>"


@pytest.mark.full
@pytest.mark.skipif(CHROMIUM is None, reason="not run: Chromium is not installed")
def test_the_measure_finds_texts_that_nobody_can_read(net, tmp_path):
    assert seen(unreadable_page(net), tmp_path)[0] == ["over over under", "outside: out"]


@pytest.mark.full
@pytest.mark.skipif(CHROMIUM is None, reason="not run: Chromium is not installed")
@pytest.mark.parametrize("make", [plan_page, training_page, long_page, network_page, notebook_page])
def test_pages_are_readable_in_chromium(make, net, tmp_path):
    bad, shades = seen(make(net), tmp_path)
    assert bad == []
    assert shades > 10
