"""The pages of examples/browser in headless Chromium: drawn digits, training, pictures, the camera.

The oracle of every answer is the native library, which runs the same file on what the page says
that its network saw.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from chromium import Browser, serving, why_not
from PIL import Image, ImageOps
from weft import runtime

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "bindings" / "wasm" / "lib" / "weft.wasm"
pytestmark = pytest.mark.full
needs_module = pytest.mark.skipif(not MODULE.exists(), reason="not run: `make wasm` was not run")

# Strokes from 0 to 1, as people draw them.
ANGLES = numpy.linspace(-1.6, 4.7, 24)
DIGITS = {
    0: [[(0.5 + 0.22 * numpy.cos(a), 0.5 + 0.36 * numpy.sin(a)) for a in ANGLES]],
    2: [
        [(0.28, 0.3), (0.35, 0.15), (0.6, 0.12), (0.7, 0.3), (0.5, 0.6), (0.28, 0.85), (0.75, 0.85)]
    ],
    4: [[(0.45, 0.12), (0.25, 0.6), (0.75, 0.6)], [(0.6, 0.4), (0.58, 0.9)]],
}
TRIANGLE = [[(0.5, 0.15), (0.8, 0.85), (0.2, 0.85), (0.5, 0.15)]]
NAMES = "return [...document.querySelectorAll('.bar')].map((bar) => bar.firstChild.innerText)"
STATE = "return document.body.dataset.state"


def missing() -> str:
    if said := why_not():
        return said
    if shutil.which("emcc") is None:
        return "Emscripten is not installed"
    return ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What `demo.py --quick` makes."""
    if said := missing():
        pytest.skip(f"not run: {said}")
    place = tmp_path_factory.mktemp("browser")
    program = ROOT / "examples" / "browser" / "demo.py"
    done = subprocess.run(
        [sys.executable, str(program), "--quick"],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return place / "page"


@pytest.fixture
def opened(folder):
    """Opens a page in a browser of its own, and sees to it that the page wrote no error."""
    with serving(folder) as address, Browser() as browser:

        def show(page):
            browser.open(f"{address}/{page}")
            assert browser.wait(STATE) == "ready", browser.log()
            return browser

        yield show
        assert browser.log("SEVERE") == []


def seen(browser, side: int, channel: int) -> numpy.ndarray:
    """The levels of the small picture beside the answer, from 0 to 255."""
    script = """
    const [side, channel] = arguments, pen = document.querySelector("#seen").getContext("2d");
    const { data } = pen.getImageData(0, 0, side, side);
    return Array.from({ length: side * side }, (_, i) => data[4 * i + channel]);
    """
    return numpy.array(browser.run(script, side, channel)).reshape(1, 1, side, side)


def shown(browser) -> numpy.ndarray:
    """The shares that the bars say."""
    script = "return [...document.querySelectorAll('.bar')].map((bar) => bar.lastChild.innerText)"
    texts = browser.run(script)
    return numpy.array([float(text.split()[0]) for text in texts]) / 100


def scores(path: Path, image: numpy.ndarray) -> numpy.ndarray:
    """What the native library gives."""
    (found,) = runtime.Model(path).context("forward").run(image.astype("float32"))
    return numpy.array(found.tolist()).ravel()


@pytest.mark.parametrize("kind", ["mouse", "touch"])
def test_a_drawn_digit_is_read_as_the_library_reads_it(opened, folder, kind):
    browser = opened("index.html")
    for digit, strokes in DIGITS.items():
        browser.click("#clear")
        browser.draw("#pad", strokes, kind)
        ink = numpy.round(seen(browser, 8, 3) * 16 / 255) / 16
        assert ink.any(axis=3).all(), "a drawing fills the square's height"
        wanted = scores(folder / "digits.weft", ink)
        powers = numpy.exp(wanted - wanted.max())
        assert numpy.allclose(shown(browser), powers / powers.sum(), atol=1e-3)
        assert browser.text("#answer") == str(wanted.argmax()) == str(digit)
    assert browser.text("#time").endswith(("µs", "ms"))
    assert browser.text("#memory").endswith(("KB", "MB"))


def test_undo_takes_back_a_stroke(opened):
    browser = opened("index.html")
    browser.draw("#pad", DIGITS[2])
    before = seen(browser, 8, 3)
    browser.draw("#pad", DIGITS[0])
    assert (seen(browser, 8, 3) != before).any()
    browser.click("#undo")
    assert (seen(browser, 8, 3) == before).all()
    browser.click("#undo")
    assert browser.text("#answer") == "–"


def test_it_learns_a_sign_and_forgets_it(opened):
    browser = opened("index.html")
    browser.draw("#pad", TRIANGLE)
    known = int(browser.text("#answer"))
    new = (known + 1) % 10
    for shift in (-0.05, 0.0, 0.05):
        browser.click("#clear")
        browser.draw("#pad", [[(x + shift, y) for x, y in stroke] for stroke in TRIANGLE])
        browser.click(f'#keys [data-digit="{new}"]')
    assert browser.text("#learned").startswith("0 of your 3")
    browser.click("#learn")
    assert int(browser.wait("return document.body.dataset.learned")) > 0
    assert browser.text("#learned").startswith("3 of your 3")
    browser.draw("#pad", TRIANGLE)
    assert browser.text("#answer") == str(new)
    browser.click("#clear")
    browser.draw("#pad", DIGITS[0])
    assert browser.text("#answer") == "0", "what it knew stays"
    browser.click("#forget")
    browser.click("#clear")
    browser.draw("#pad", TRIANGLE)
    assert browser.text("#answer") == str(known)


@needs_module
def test_pictures_are_named_as_the_library_names_them(opened, folder, tmp_path):
    browser = opened("pictures.html")
    runs = "return Number(document.body.dataset.runs) > arguments[0] && document.body.dataset.runs"
    count = 1
    for sample in (1, 5):
        browser.click(f'[data-sample="{sample}"]')
        count = int(browser.wait(runs, count))
        wanted = scores(folder / "clothes.weft", seen(browser, 28, 0) / 255)
        assert numpy.allclose(shown(browser), wanted, atol=1e-3)
        names = browser.run(NAMES)
        assert browser.text("#answer") == names[wanted.argmax()]
    # A file, and the same picture on a light ground.
    before = seen(browser, 28, 0)
    picture = ImageOps.invert(Image.open(folder / "sample5.png"))
    picture.resize((280, 280), Image.Resampling.NEAREST).convert("RGB").save(tmp_path / "light.png")
    browser.choose_file("#file", tmp_path / "light.png")
    browser.wait(runs, count)
    assert browser.text("#told") == "light.png"
    assert abs(seen(browser, 28, 0) - before).mean() < 8
    assert browser.text("#time").endswith(("µs", "ms"))


@needs_module
def test_the_camera_is_classified_frame_by_frame(opened):
    browser = opened("pictures.html")
    browser.click("#camera")
    browser.wait("return Number(document.body.dataset.runs) > 4")
    assert browser.text("#camera") == "Stop the camera"
    browser.click("#camera")
    assert browser.text("#camera") == "Use the camera"
