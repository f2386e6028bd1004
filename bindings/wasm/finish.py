"""Makes the files that pages load of the module that the linker wrote.

    python bindings/wasm/networks.py build/wasm/networks
    python bindings/wasm/finish.py linked.wasm --networks build/wasm/networks [--name weft]

Kernels call a function `weft_madd_f32x4` for a b + c (core/kernels/isa/madd_wasm.cpp). Binaryen's
wasm-opt puts its body in place of each call and makes the module small. It is looked for in the
folder that BINARYEN names, then on the path. A second module has fused multiply-adds there
(fused.py), for what runs relaxed SIMD. Each is then split in two files (split.py): what usual
networks run, and the rest.
"""

import argparse
import gzip
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import binary
import fused
import split

HERE = Path(__file__).resolve().parent
FEATURES = (
    *("--enable-simd", "--enable-bulk-memory", "--enable-sign-ext"),
    *("--enable-nontrapping-float-to-int", "--enable-mutable-globals"),
)
RELAXED = ("--enable-relaxed-simd",)
THREADS = "--enable-threads"  # of a module whose memory workers share
# Bodies of at most so many nodes stand in place of their calls: that of the function has 5.
INLINED = ("-aimfs", "5")
# No body stands in place of its one call: often that is where a usual network does not go.
APART = ("--one-caller-inline-max-function-size", "0")
# Prints the bytes of a file after brotli; Node's default is its best, 11.
BROTLI = """
const bytes = require("fs").readFileSync(process.argv[1]);
console.log(require("zlib").brotliCompressSync(bytes).length);
"""


def features_of(linked: Path) -> tuple[str, ...]:
    """What Binaryen must know of a module."""
    return (*FEATURES, THREADS) if binary.shares_memory(linked.read_bytes()) else FEATURES


def make(linked: Path, made: Path, *features: str) -> Path:
    """Inlines the function, then makes the module small, with its names; gives its path."""
    wasm_opt, inlined = split.find_tool("wasm-opt"), made.with_suffix(".inlined")
    all_features = (*features_of(linked), *features)
    split.run(wasm_opt, linked, "-g", "-o", inlined, *all_features, "--inlining", *INLINED, *APART)
    split.run(wasm_opt, inlined, "-o", made, *all_features, "-Oz", *APART, "-g")
    inlined.unlink()
    return made


def make_fused(linked: Path, made: Path, number: bytes) -> Path:
    """The same with fused multiply-adds of a number; gives its path."""
    given = made.with_suffix(".given")
    given.write_bytes(fused.fuse(linked.read_bytes(), number))
    make(given, made, *RELAXED)
    given.unlink()
    return made


def told_sizes(path: Path) -> str:
    """Bytes of a file, and of what servers send: after gzip and brotli at their best."""
    small = len(gzip.compress(path.read_bytes(), 9))
    text = f"{path.stat().st_size:,} bytes, {small:,} after gzip -9"
    if node := shutil.which("node"):  # which Emscripten runs with
        done = subprocess.run(
            [node, "-e", BROTLI, str(path)], capture_output=True, text=True, check=True
        )
        text += f", {int(done.stdout):,} after brotli -11"
    return text


class Modules:
    """The files of one linked module: two for all processors, two with fused multiply-adds."""

    def __init__(self, linked: Path, networks: Path, place: Path) -> None:
        self.linked, self.networks, self.place = linked, networks, place
        self.features = features_of(linked)
        self.names = split.Names()
        self.kept: set[bytes] = set()

    def plain(self) -> tuple[bytes, bytes]:
        """The files with a product and a sum for each multiply-add."""
        made = make(self.linked, self.place / "plain.wasm")
        module = self.names.shorten(made.read_bytes())
        found = split.executed(module, self.networks, self.features)
        self.kept = self.names.with_all_tiles(found)
        return split.separate(module, self.kept, self.features)

    def fused(self) -> tuple[bytes, bytes]:
        """The files with fused ones, after plain(): Node may not know the instruction."""
        for number in (fused.NUMBER, fused.OLD_NUMBER):
            try:
                made = make_fused(self.linked, self.place / "fused.wasm", number)
                module = self.names.shorten(made.read_bytes())
                files = split.separate(module, self.kept, (*self.features, *RELAXED))
                return fused.renumber(files[0])[0], fused.renumber(files[1])[0]
            except split.SplitError:
                if number == fused.OLD_NUMBER:
                    raise
        raise AssertionError("one of the numbers was tried last")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("linked", type=Path)
    parser.add_argument("--networks", type=Path, required=True, help="what networks.py wrote")
    parser.add_argument("--output", type=Path, default=HERE / "lib")
    parser.add_argument("--name", default="weft")
    options = parser.parse_args()
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as place:
            modules = Modules(options.linked, options.networks, Path(place))
            for kind, files in (("", modules.plain()), ("-fused", modules.fused())):
                for part, content in zip(("", "-rest"), files, strict=True):
                    path = options.output / f"{options.name}{kind}{part}.wasm"
                    path.write_bytes(content)
                    print(f"{path}: {told_sizes(path)}")
    except (split.SplitError, OSError, ValueError) as error:
        print(f"finish.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
