"""Convolutional networks in headless Chromium: the module for all models, a module of the model's
own, onnxruntime-web and TensorFlow.js, in turns, results compared before times. All have one
thread, and those with a number behind their name (weft-2, onnxruntime-2) so many.

    make wasm
    python benchmarks/browser/run.py [--json results.json] [--only weft,onnxruntime] [--rounds 7]

Needs Chromium and chromedriver, npm for the peers (into build/browser/peers), and Emscripten for
the model's own module. Weights are random, of He's scale. Aim: 0.7 of onnxruntime-web's time.
"""

import argparse
import gzip
import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import numpy

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent), str(ROOT / "tests" / "browser")]
import layers  # noqa: E402
import weft  # noqa: E402
from chromium import ISOLATED, Browser, BrowserError, serving, why_not  # noqa: E402
from convolution_networks import fill  # noqa: E402
from weft import cli, np  # noqa: E402
from weft.gluon import model_zoo  # noqa: E402

PLACE = ROOT / "build" / "browser"
PEERS = PLACE / "peers" / "node_modules"
NETWORKS = {"mobilenet": "mobilenet_v2_1_0", "resnet50": "resnet50_v1"}
SHAPE = (1, 3, 224, 224)
OWN = ("mobilenet",)  # of ResNet-50 the C alone would have 300 MB
ALL = ("weft", "plain", "own", "onnxruntime", "tensorflow", "weft-2", "onnxruntime-2")
BOUND = 1e-3  # of the largest score: sums of another order, through all layers
AIM = 0.7


def export(name: str) -> numpy.ndarray:
    """Writes a network as each competitor takes it; gives the native library's scores."""
    net = model_zoo.vision.get_model(NETWORKS[name])
    net.initialize()
    x = np.array(numpy.random.default_rng(0).normal(size=SHAPE).astype("float32"))
    net(x)
    fill(net)
    net.hybridize()
    scores = net(x).asnumpy()
    x.asnumpy().tofile(PLACE / f"{name}.x")
    net.export(PLACE / f"{name}.weft", x)
    whole = PLACE / f"{name}.whole.onnx"
    weft.onnx.export(net, whole, x)
    found = layers.read(whole)
    layers.write_onnx(found, SHAPE, PLACE / f"{name}.onnx")
    told = layers.write_list(found, PLACE / f"{name}.bin")
    (PLACE / f"{name}.json").write_text(json.dumps(told), "utf-8")
    return scores


def add_peers() -> None:
    """Copies what the page loads of the peers; installs them where they are not."""
    if not PEERS.exists() and shutil.which("npm"):
        PEERS.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "package.json", PEERS.parent)
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=PEERS.parent, check=False)
    wanted = {
        "onnxruntime": ("onnxruntime-web/dist", "ort.wasm.min.mjs", "ort-wasm-simd-threaded.*"),
        "tensorflow": (
            "@tensorflow",
            "tfjs-core/dist/tf-core.min.js",
            "tfjs-backend-wasm/dist/tf-backend-wasm.min.js",
            "tfjs-backend-wasm/dist/*.wasm",
        ),
    }
    for peer, (folder, *patterns) in wanted.items():
        (PLACE / peer).mkdir(exist_ok=True)
        for pattern in patterns:
            for file in (PEERS / folder).glob(pattern):
                shutil.copy(file, PLACE / peer)


def compressed(path: Path) -> int:
    """Bytes after gzip -9."""
    return len(gzip.compress(path.read_bytes(), 9))


def compare(browser: Browser, name: str, makers: list[str], wanted: numpy.ndarray, rounds: int):
    """Medians and least times by competitor, after scores were compared with the library's."""
    ready, times = [], {}
    for maker in makers:
        if maker == "own" and name not in OWN:
            continue
        try:
            found = browser.run("return rounds.prepare(...arguments)", maker, name)
        except BrowserError as error:
            print(f"  {maker}: missing ({error})")
            continue
        error = abs(numpy.array(found) - wanted.ravel()).max() / abs(wanted).max()
        if not error <= BOUND:
            raise SystemExit(f"{name}: {maker} differs by {error:.2g} of the largest score")
        ready.append(maker)
        times[maker] = []
    for turn in range(rounds + 1):
        for maker in ready:
            took = browser.run("return rounds.time(...arguments)", maker, name, 3)
            times[maker] += took if turn else []
    return {
        maker: {
            "threads": threads_of(maker),
            "median_ms": statistics.median(took),
            "least_ms": min(took),
            "memory_bytes": browser.run("return rounds.memory(...arguments)", maker, name),
        }
        for maker, took in times.items()
    }


def threads_of(maker: str) -> int:
    """The number behind a competitor's name; without one, a thread."""
    return int(maker.partition("-")[2] or 1)


def report(name: str, found: dict[str, dict]) -> None:
    """Prints the rows of a network; a share is of onnxruntime-web with as many threads."""
    bases = {
        row["threads"]: row["median_ms"]
        for maker, row in found.items()
        if maker.startswith("onnxruntime")
    }
    heads = ("threads", "median ms", "least ms", "of ort-web", "memory MB")
    print(f"{name:14}" + "".join(f"{head:>12}" for head in heads))
    for maker, row in found.items():
        base = bases.get(row["threads"])
        share = f"{row['median_ms'] / base:.2f}" if base else "–"
        memory = f"{row['memory_bytes'] / 1e6:.0f}" if row["memory_bytes"] else "–"
        times = f"{row['median_ms']:12.1f}{row['least_ms']:12.1f}"
        print(f"{maker:14}{row['threads']:12}{times}{share:>12}{memory:>12}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default=",".join(ALL))
    parser.add_argument("--networks", default=",".join(NETWORKS))
    options = parser.parse_args()
    if missing := why_not():
        print(f"benchmarks/browser: not run; {missing}")
        return 0
    PLACE.mkdir(parents=True, exist_ok=True)
    for file in ("page.html", "rounds.js"):
        shutil.copy(HERE / file, PLACE)
    shutil.copytree(ROOT / "bindings" / "wasm" / "lib", PLACE / "weft", dirs_exist_ok=True)
    add_peers()
    results: dict[str, dict] = {"sizes": {}}
    for module in sorted((PLACE / "weft").glob("*.wasm")):
        results["sizes"][module.name] = [module.stat().st_size, compressed(module)]
    makers = options.only.split(",")
    for name in options.networks.split(","):
        wanted = export(name)
        if "own" in makers and name in OWN and shutil.which("emcc"):
            cli.main(["compile", str(PLACE / f"{name}.weft"), "--target", "wasm", "-o", str(PLACE)])
        with serving(PLACE, ISOLATED) as address, Browser() as browser:
            browser.open(f"{address}/page.html")
            browser.wait("return document.body?.dataset.state === 'ready'")
            results[name] = compare(browser, name, makers, wanted, options.rounds)
        report(name, results[name])
    for module, (plain, small) in results["sizes"].items():
        print(f"{module}: {plain:,} bytes, {small:,} after gzip -9")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
