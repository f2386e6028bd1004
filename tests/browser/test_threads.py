"""Threads of the package weft-wasm in headless Chromium, as far as the headers of a server allow.

The oracle is the module for one thread, whose bits every number of threads gives, and which is
compared with the native library.
"""

import json
import shutil
from pathlib import Path

import numpy
import pytest
from chromium import ISOLATED, Browser, serving, why_not
from weft import np
from weft.gluon import nn

ROOT = Path(__file__).resolve().parents[2]
LIB = ROOT / "bindings" / "wasm" / "lib"
PAGE = """<!doctype html><meta charset="utf-8"><title>threads</title><link rel="icon" href="data:,">
<script type="module">
import { load } from "./lib/index.js";
import { Engine } from "./lib/engine.js";
Object.assign(window, { load, Engine });
document.body.dataset.state = "ready";
</script>"""
# The first output of a net, and how many threads there were.
RUN = """
const [options] = arguments;
const model = await load("net.weft", options);
const x = new Float32Array(await (await fetch("net.x")).arrayBuffer());
const outputs = [await model.run({ 0: x }), await model.run({ 0: x })];
model.close();
return [model.threads, ...outputs.map((output) => Array.from(Object.values(output)[0]))];
"""
pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(bool(why_not()), reason=f"not run: {why_not()}"),
    pytest.mark.skipif(
        not (LIB / "weft-threads.wasm").exists(), reason="not run: `make wasm` was not run"
    ),
]


@pytest.fixture(scope="module")
def wanted():
    """What the native library gives for the net in the folder."""
    return []


@pytest.fixture(scope="module")
def folder(tmp_path_factory, wanted):
    """The package, a page that has it, and a net that is worth several threads."""
    place = tmp_path_factory.mktemp("threads")
    shutil.copytree(LIB, place / "lib")
    (place / "page.html").write_text(PAGE, "utf-8")
    net = nn.HybridSequential()
    net.add(nn.Conv2D(32, 3, padding=1, activation="relu"), nn.Conv2D(64, 3), nn.Dense(100))
    net.initialize()
    net.hybridize()
    x = np.array(numpy.random.default_rng(0).normal(size=(1, 3, 64, 64)).astype("float32"))
    wanted.append(net(x).asnumpy().ravel())
    net.export(place / "net.weft", x)
    x.asnumpy().tofile(place / "net.x")
    return place


@pytest.fixture(scope="module")
def isolated(folder):
    """The page as a server with the headers gives it."""
    with serving(folder, ISOLATED) as address, Browser() as browser:
        yield opened(browser, address)


def opened(browser, address):
    browser.open(f"{address}/page.html")
    assert browser.wait("return document.body?.dataset.state") == "ready"
    return browser


def test_any_number_of_threads_gives_the_bits_of_one(isolated, wanted):
    assert isolated.run("return crossOriginIsolated")
    count, alone, _ = isolated.run(RUN, {"threads": 1})
    assert count == 1
    assert abs(numpy.array(alone) - wanted[0]).max() <= 1e-4 * abs(wanted[0]).max()
    for options in ({"threads": 2}, {"threads": 3}, {"threads": 2, "worker": False}):
        count, *outputs = isolated.run(RUN, options)
        assert count == options["threads"]
        assert outputs == [alone, alone]
    assert isolated.log("SEVERE") == []


def test_the_usual_number_is_what_the_processor_has(isolated):
    processors = isolated.run("return navigator.hardwareConcurrency")
    count, *_ = isolated.run(RUN, {})
    assert count == min(processors, 4)


def test_loads_and_disposals_leave_nothing(isolated):
    """A memory with threads takes 4 GB of addresses, of which a process has enough for some."""
    script = """
    const file = await fetch("lib/weft-threads.wasm");
    const module = await WebAssembly.compile(await file.arrayBuffer());
    const files = { module, rest: "lib/weft-threads-rest.wasm" };
    for (let i = 0; i < 40; i++) {
      const model = await load("net.weft", { ...arguments[0], ...files });
      if (model.threads !== 3) return model.threads;
      model.close();
    }
    return "done";
    """
    for worker in (True, False):
        assert isolated.run(script, {"threads": 3, "worker": worker}) == "done"
    assert isolated.run(RUN, {"threads": 3})[0] == 3
    assert isolated.log("SEVERE") == []


def test_mistakes_are_errors(isolated):
    told = isolated.run("return load('net.weft', { threads: 0 }).catch(String)")
    assert told == "RangeError: load: `threads` must be a whole number from 1 to 64; got 0"
    told = isolated.run("return load('no.weft', { threads: 2 }).catch(String)")
    assert "answers with status 404" in told


def test_without_the_headers_there_is_one_thread(folder, wanted):
    with serving(folder) as address, Browser() as browser:
        opened(browser, address)
        assert browser.run("return crossOriginIsolated") is False
        for options in ({}, {"threads": 4}):
            count, output, _ = browser.run(RUN, options)
            assert count == 1
            assert abs(numpy.array(output) - wanted[0]).max() <= 1e-4 * abs(wanted[0]).max()
        script = "return load('net.weft', arguments[0]).catch(String)"
        told = browser.run(script, {"module": "lib/weft-threads.wasm", "threads": 2})
        assert "need a page that is cross-origin isolated" in json.dumps(told)


def test_where_workers_cannot_start_there_is_one_thread(folder, tmp_path, wanted):
    place = tmp_path / "without"
    shutil.copytree(folder, place)
    (place / "lib" / "thread.js").unlink()
    with serving(place, ISOLATED) as address, Browser() as browser:
        opened(browser, address)
        count, output, _ = browser.run(RUN, {"threads": 3})
        assert count == 1
        assert abs(numpy.array(output) - wanted[0]).max() <= 1e-4 * abs(wanted[0]).max()
        assert any("a thread could not start" in line for line in browser.log())


def test_without_the_module_for_threads_there_is_one(folder, tmp_path, wanted):
    place = tmp_path / "without"
    shutil.copytree(folder, place)
    for module in (place / "lib").glob("weft-threads*.wasm"):
        module.unlink()
    with serving(place, ISOLATED) as address, Browser() as browser:
        opened(browser, address)
        assert browser.run(RUN, {"threads": 3})[0] == 1
        assert any("the module for more is not here" in line for line in browser.log())
