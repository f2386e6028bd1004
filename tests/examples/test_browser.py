"""The page of examples/browser in Chromium: digits are drawn, one is taught, a picture is chosen.

Needs Node with playwright-core (`npm install` in bindings/wasm), Chromium, and the modules that `make
wasm` builds; `make test-full SLICE=browser` brings them together.
"""

import json
import shutil
import struct
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "browser"
PACKAGE = ROOT / "bindings" / "wasm"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def missing() -> str:
    wanted = {
        "node": shutil.which("node"),
        "chromium": CHROMIUM,
        "playwright-core (npm install in bindings/wasm)": (
            PACKAGE / "node_modules" / "playwright-core"
        ).exists(),
        "weft.wasm (make wasm)": (PACKAGE / "lib" / "weft.wasm").exists(),
    }
    return ", ".join(name for name, there in wanted.items() if not there)


pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(bool(missing()), reason=f"not there: {missing()}"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the page, with the digits of a whole training."""
    folder = tmp_path_factory.mktemp("browser")
    done = subprocess.run(
        [sys.executable, str(EXAMPLE / "demo.py")],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def address(site):
    """Where the example's own server shows the page."""
    sys.path.insert(0, str(EXAMPLE))
    import demo

    demo.SITE = site / "site"
    server = demo.server(0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


def png(path: Path, width: int, height: int, rows: list[bytes]) -> Path:
    """A grey picture, 8 bits a pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    content = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    return path


def trousers(path: Path) -> Path:
    """Two dark legs on white: 160 x 200."""
    rows = []
    for y in range(200):
        row = bytearray(b"\xf5" * 160)
        if 15 <= y < 185:
            spread = (y - 15) // 12
            for left, right in ((56 - spread, 78 - spread // 2), (82 + spread // 2, 104 + spread)):
                row[left:right] = b"\x38" * (right - left)
            if y < 60:
                row[56 - spread : 104 + spread] = b"\x38" * (48 + 2 * spread)
        rows.append(bytes(row))
    return png(path, 160, 200, rows)


def test_digits_are_drawn_and_taught_and_a_picture_is_named(site, address, tmp_path):
    script = Path(__file__).with_name("browser_page.mjs")
    picture = trousers(tmp_path / "trousers.png")
    shot = tmp_path / "page.png"
    done = subprocess.run(
        ["node", str(script), CHROMIUM, address, str(picture), str(shot), str(PACKAGE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    found = json.loads(done.stdout)
    assert found["errors"] == []
    wrong = {digit: said for digit, said in found["digits"].items() if digit != said}
    assert not wrong
    assert "ms a run" in found["digitFigures"] and "MiB" in found["digitFigures"]
    assert found["lossAfter"] < found["lossBefore"]
    assert found["taught"] == "5"
    assert found["forgotten"] == "1"
    assert shot.stat().st_size > 10_000
    if (site / "site" / "clothes.weft").exists():
        assert found["garment"] == "trousers"
        assert "ms a run" in found["garmentFigures"]
