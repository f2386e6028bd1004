"""Writes what the bindings have of the operators and of the C interface.

    python bindings/generate                    writes the files
    python bindings/generate --check            says what differs, and fails if anything does

Each language is a module with `files(library, interface)`, which gives texts by their paths in
bindings/. The output is committed, so that a user of a language needs no Python.
"""

import argparse
import os
import sys
from pathlib import Path

import csharp
import facts
import go
import java
import javascript
import julia
import octave
import r
import ruby
import rust
import scala
from registry import Library

HERE = Path(__file__).resolve().parent
LANGUAGES = (rust, javascript, java, go, csharp, r, octave, ruby, julia, scala)


def _library() -> Path:
    """libweft of the build."""
    build = Path(os.environ.get("WEFT_BUILD_DIR", facts.ROOT / "build"))
    staged = build / "python" / "weft" / "lib" / "libweft.so"
    if not staged.exists():
        sys.exit(f"there is no {staged}: run `make build` first, or give --library")
    return staged


def main() -> int:
    """Runs the command; 1 if --check found a difference."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--library", type=Path, help="libweft.so to ask; that of build/ by default")
    given = parser.parse_args()
    library, interface = Library(given.library or _library()), facts.load()
    differing = []
    for language in LANGUAGES:
        for name, text in language.files(library, interface).items():
            path = HERE.parent / name
            if path.exists() and path.read_text("utf-8") == text:
                continue
            differing.append(name)
            if not given.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
    for name in differing:
        done = "differs: run python bindings/generate" if given.check else "is written"
        print(f"bindings/{name} {done}")
    return 1 if given.check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
