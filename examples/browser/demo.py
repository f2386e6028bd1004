"""A page that recognises digits which one draws, and clothes from a picture or the camera.

    python demo.py [--data FOLDER] [--serve PORT]   trains both networks, minutes
    python demo.py --quick                          the digits alone, and fewer epochs

Writes the folder `site`: the page, two .weft files, and the package bindings/wasm, whose module
`make wasm` builds. `--serve 8000` shows it at http://localhost:8000/. The clothes are Fashion-MNIST's
(`apt-get install dataset-fashion-mnist`, or any folder with the four files); without them the page has the
digits alone. Ends with a non-zero status if fewer test images than promised are right.
"""

import argparse
import contextlib
import http.server
import shutil
import sys
from pathlib import Path

import networks
import weft
from weft.gluon.data.vision import FashionMNIST

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1] / "bindings" / "wasm" / "lib"
SITE = Path("site")
DIGITS_WANTED, CLOTHES_WANTED, QUICK_WANTED = 0.97, 0.88, 0.9


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of the site, with the types that browsers want, as a page of its own origin."""

    extensions_map = {  # noqa: RUF012 (of the library's class)
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".wasm": "application/wasm",
    }

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing: the page tells what happens."""


def server(port: int) -> http.server.ThreadingHTTPServer:
    """Serves the site to this machine; port 0 takes a free one."""
    return http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), lambda *given: Handler(*given, directory=str(SITE))
    )


def copy_page() -> None:
    """The page and the package, side by side."""
    shutil.copytree(HERE / "page", SITE, dirs_exist_ok=True)
    shutil.copytree(PACKAGE, SITE / "weft", dirs_exist_ok=True)
    if not (SITE / "weft" / "weft.wasm").exists():
        print(f"{PACKAGE} has no weft.wasm yet: `make wasm` builds it")


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Digits and clothes in the browser.")
    parser.add_argument("--data", default=FashionMNIST.DEBIAN, metavar="FOLDER")
    parser.add_argument("--epochs", type=int, default=8, help="of the clothes")
    parser.add_argument("--images", type=int, default=60_000, help="of the clothes")
    parser.add_argument("--serve", type=int, metavar="PORT")
    parser.add_argument("--quick", action="store_true", help="for the tests")
    return parser.parse_args(arguments)


def make(options: argparse.Namespace) -> bool:
    """Trains and writes the site; are both networks as good as promised?"""
    weft.random.seed(5)
    SITE.mkdir(exist_ok=True)
    copy_page()
    found = networks.make_digits(SITE / "digits.weft", 8 if options.quick else 30)
    print(f"digits: {found:.1%} of the test images are right")
    good = found >= (QUICK_WANTED if options.quick else DIGITS_WANTED)
    if options.quick or not any(Path(options.data).glob("train-images-idx3-ubyte*")):
        print(f"clothes: left out, {'for --quick' if options.quick else f'no data in {options.data}'}")
        return good
    found = networks.make_clothes(
        SITE / "clothes.weft", options.data, options.epochs, options.images
    )
    print(f"clothes: {found:.1%} of the test images are right")
    return good and found >= CLOTHES_WANTED


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    good = make(options)
    if options.serve is not None:
        print(f"http://localhost:{options.serve}/")
        server(options.serve).serve_forever()
    return 0 if good else 1


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
