"""The second file of the modules of weft-wasm in headless Chromium: a worker and a thread read it
in the middle of a call, when a model needs it; the page's own thread reads it before.

The oracle is the native library.
"""

import shutil
from pathlib import Path

import numpy
import pytest
import weft
from chromium import ISOLATED, Browser, serving, why_not
from weft import np
from weft.gluon import nn

ROOT = Path(__file__).resolve().parents[2]
LIB = ROOT / "bindings" / "wasm" / "lib"
PAGE = """<!doctype html><meta charset="utf-8"><title>rest</title><link rel="icon" href="data:,">
<script type="module">
import { load } from "./lib/index.js";
Object.assign(window, { load });
document.body.dataset.state = "ready";
</script>"""
# The first output of a file, or the error in words.
RUN = """
const [path, options] = arguments;
try {
  const model = await load(path, options);
  const { inputs } = await model.context();
  const outputs = await model.run({ 0: new Float32Array(inputs[0].bytes / 4).fill(1) });
  model.close();
  return Array.from(Object.values(outputs)[0]);
} catch (error) {
  return `${error.name}: ${error.message}`;
}
"""
NETS = {
    "usual": (nn.Dense(8, activation="relu"), (8, 8)),
    "odd": (lambda x: np.abs(np.fft.rfft(np.tan(x))), (3, 8)),
    "large": (lambda x: np.sort(np.cumsum(x, axis=1), axis=1), (400, 1000)),  # for several threads
}
pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(bool(why_not()), reason=f"not run: {why_not()}"),
    pytest.mark.skipif(
        not (LIB / "weft-threads-rest.wasm").exists(), reason="not run: `make wasm` was not run"
    ),
]


@pytest.fixture(scope="module")
def wanted():
    """What the native library gives for each net in the folder."""
    return {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, wanted):
    """The package, a page that has it, and the nets."""
    place = tmp_path_factory.mktemp("rest")
    shutil.copytree(LIB, place / "lib")
    (place / "page.html").write_text(PAGE, "utf-8")
    for name, (function, shape) in NETS.items():
        x = np.ones(shape)
        if isinstance(function, nn.Dense):
            function.initialize()
            function.hybridize()
        else:
            function = weft.hybridize(function)
        wanted[name] = function(x).asnumpy().ravel()
        weft.export(place / f"{name}.weft", forward=(function, x))
    return place


def opened(browser, address):
    browser.open(f"{address}/page.html")
    browser.wait("return document.body?.dataset.state === 'ready'")


@pytest.fixture(scope="module")
def page(folder):
    with serving(folder, ISOLATED) as address, Browser() as browser:
        opened(browser, address)
        yield browser


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("worker", [True, False])
@pytest.mark.parametrize("threads", [1, 3])
def test_all_files_run(page, wanted, name, worker, threads):
    found = page.run(RUN, f"{name}.weft", {"worker": worker, "threads": threads})
    numpy.testing.assert_allclose(found, wanted[name], rtol=1e-5, atol=1e-4)
    assert page.log("SEVERE") == []


def test_the_second_file_is_read_when_a_model_needs_it(folder, tmp_path, wanted):
    place = tmp_path / "without"
    shutil.copytree(folder, place)
    for file in (place / "lib").glob("*-rest.wasm"):
        file.unlink()
    with serving(place, ISOLATED) as address, Browser() as browser:
        opened(browser, address)
        found = browser.run(RUN, "usual.weft", {"threads": 1})
        numpy.testing.assert_allclose(found, wanted["usual"], rtol=1e-5)
        told = browser.run(RUN, "odd.weft", {"threads": 1})
        assert told.startswith("WeftError: ")
        assert "-rest.wasm, which could not be read: it answers with status 404" in told
        told = browser.run(RUN, "usual.weft", {"threads": 1, "worker": False})
        assert "-rest.wasm answers with status 404" in told
