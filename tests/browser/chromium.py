"""Headless Chromium for tests and benchmarks: real clicks, mouse moves and pictures of the screen,
by the WebDriver protocol (W3C), which chromedriver speaks; and a server of static files for it.

    with serving(folder) as address, Browser() as browser:
        browser.open(f"{address}/index.html")
        browser.click("#clear")
        browser.wait("return document.title")

`why_not()` says what is missing where neither is installed.
"""

import base64
import contextlib
import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
    ),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # A camera that shows a moving pattern, and nobody to ask for it.
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    "--window-size=1100,900",
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element, which the protocol fixes
SECONDS = 60.0


def why_not() -> str:
    """What is missing, in words; empty where the browser can be started."""
    if shutil.which("chromedriver") is None or _chromium() is None:
        return "Chromium is not installed (on Debian: apt-get install chromium chromium-driver)"
    return ""


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


class BrowserError(Exception):
    """What the driver answered, or a page that did not come to what was waited for."""


class Browser:
    """A window with one page; `with` ends it."""

    def __init__(self, *flags: str) -> None:
        self._driver = subprocess.Popen(
            ["chromedriver", "--port=0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            self._address = f"http://127.0.0.1:{self._port()}"
            options = {"binary": _chromium(), "args": [*FLAGS, *flags]}
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            session = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self._address += f"/session/{session['sessionId']}"
            self._ask("POST", "/timeouts", {"script": int(1000 * 10 * SECONDS)})
        except BaseException:
            self._driver.kill()
            self._driver.wait()
            raise

    def _port(self) -> str:
        assert self._driver.stdout is not None
        for line in self._driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                return found[1]
        raise BrowserError("chromedriver ended before it said its port")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(BrowserError, OSError):
            self._ask("DELETE", "")
        self._driver.terminate()
        self._driver.wait()

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self._address + path, data, method=method)
        try:
            with urllib.request.urlopen(request, timeout=15 * SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            told = json.load(error)["value"]
            raise BrowserError(f"{told['error']}: {told['message'].splitlines()[0]}") from None

    def open(self, address: str) -> None:
        """Loads a page."""
        self._ask("POST", "/url", {"url": address})

    def run(self, script: str, *values: Any) -> Any:
        """What a function of this body returns; a promise is awaited."""
        return self._ask("POST", "/execute/sync", {"script": script, "args": values})

    def wait(self, script: str, *values: Any, seconds: float = SECONDS) -> Any:
        """What the script returns once that is neither null, false nor empty."""
        end = time.monotonic() + seconds
        while not (found := self.run(script, *values)):
            if time.monotonic() > end:
                raise BrowserError(f"after {seconds:.0f} s: {script}; the log: {self.log()}")
        return found

    def text(self, selector: str) -> str:
        """The text of an element, as it is shown."""
        return self.run("return document.querySelector(arguments[0]).innerText", selector)

    def log(self, *levels: str) -> list[str]:
        """What the page has written to the console since it was last asked: all, or of these
        levels, such as SEVERE for errors."""
        entries = self._ask("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if not levels or entry["level"] in levels]

    def _element(self, selector: str) -> dict[str, str]:
        return self._ask("POST", "/element", {"using": "css selector", "value": selector})

    def click(self, selector: str) -> None:
        """Scrolls to an element and clicks its middle."""
        self._ask("POST", f"/element/{self._element(selector)[ELEMENT]}/click")

    def choose_file(self, selector: str, path: Path) -> None:
        """Gives a file to an input, as the dialogue would."""
        element = self._element(selector)[ELEMENT]
        self._ask("POST", f"/element/{element}/value", {"text": str(path)})

    def draw(
        self, selector: str, strokes: Sequence[Sequence[Sequence[float]]], kind="mouse"
    ) -> None:
        """Moves a pressed pointer over an element; points are shares of it, from 0 to 1.

        kind: "mouse" or "touch"
        """
        element = self._element(selector)
        self.run("arguments[0].scrollIntoView({ block: 'center' })", element)
        left, top, width, height = self.run(
            "const r = arguments[0].getBoundingClientRect(); return [r.x, r.y, r.width, r.height]",
            element,
        )
        actions: list[dict[str, Any]] = []
        for stroke in strokes:
            moves = [
                {
                    "type": "pointerMove",
                    "duration": 5,
                    "x": round(left + x * width),
                    "y": round(top + y * height),
                }
                for x, y in stroke
            ]
            down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
            actions += [moves[0], down, *moves[1:], up]
        pointer = {"type": "pointer", "id": kind, "parameters": {"pointerType": kind}}
        self._ask("POST", "/actions", {"actions": [pointer | {"actions": actions}]})

    def picture(self, path: Path) -> None:
        """Writes a PNG of the window."""
        path.write_bytes(base64.b64decode(self._ask("GET", "/screenshot")))


# What makes a page cross-origin isolated, so that its workers may share memory.
ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args: Any, headers: Mapping[str, str], **kwargs: Any) -> None:
        self._headers = headers
        super().__init__(*args, **kwargs)

    def end_headers(self) -> None:
        for name, value in self._headers.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """A test has no use for lines about requests."""


@contextlib.contextmanager
def serving(folder: Path, headers: Mapping[str, str] | None = None) -> Iterator[str]:
    """A server of the folder's files on this machine alone, with these headers too; gives its
    address."""
    handler = functools.partial(_Quiet, directory=str(folder), headers=headers or {})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
