"""Makes the modules that pages load of the one that the linker wrote.

    python bindings/wasm/finish.py linked.wasm --output lib [--name weft]

Kernels call a function `weft_madd_f32x4` for a b + c (core/kernels/isa/madd_wasm.cpp). Binaryen's
wasm-opt puts its body in place of each call and makes the module small. It is looked for in the
folder that BINARYEN names, then on the path. The second module has fused multiply-adds there
(fused.py), for what runs relaxed SIMD.
"""

import argparse
import gzip
import os
import shutil
import subprocess
import sys
from pathlib import Path

import fused

HERE = Path(__file__).resolve().parent
FEATURES = (
    *("--enable-simd", "--enable-bulk-memory", "--enable-sign-ext"),
    *("--enable-nontrapping-float-to-int", "--enable-mutable-globals"),
)
THREADS = "--enable-threads"  # of a module whose memory workers share
# Bodies of at most so many nodes stand in place of their calls: that of the function has 5.
INLINED = "5"
# Prints the bytes of a file after brotli; Node's default is its best, 11.
BROTLI = """
const bytes = require("fs").readFileSync(process.argv[1]);
console.log(require("zlib").brotliCompressSync(bytes).length);
"""


class FinishError(Exception):
    """What went wrong, for the last line of the output."""


def find_tool(name: str) -> Path:
    """A program of Binaryen: in the folder that BINARYEN names, or on the path."""
    folder = os.environ.get("BINARYEN")
    if path := shutil.which(name, path=folder) or shutil.which(name):
        return Path(path)
    raise FinishError(f"{name} is not here: install Binaryen (on Debian: apt-get install binaryen)")


def run(*command: str | Path) -> None:
    """Runs a command that must end well."""
    words = [str(part) for part in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FinishError(f"{' '.join(words)}: {done.stderr.strip()[-2000:]}")


def make(linked: Path, made: Path, *features: str, keeps_names: bool = False) -> Path:
    """Inlines the function, then makes the module small; gives its path."""
    wasm_opt, inlined = find_tool("wasm-opt"), made.with_suffix(".inlined")
    all_features = (*FEATURES, *features)
    if fused.shares_memory(linked.read_bytes()):
        all_features = (*all_features, THREADS)
    last = ("-g",) if keeps_names else ("--strip-debug", "--strip-producers")
    run(wasm_opt, linked, "-g", "-o", inlined, *all_features, "--inlining", "-aimfs", INLINED)
    run(wasm_opt, inlined, "-o", made, *all_features, "-Oz", *last)
    inlined.unlink()
    return made


def make_fused(linked: Path, made: Path) -> Path:
    """The same with fused multiply-adds; gives its path."""
    given = made.with_suffix(".fused")
    for number in (fused.NUMBER, fused.OLD_NUMBER):
        given.write_bytes(fused.fuse(linked.read_bytes(), number))
        try:
            make(given, made, "--enable-relaxed-simd")
            break
        except FinishError:
            if number == fused.OLD_NUMBER:
                raise
    given.unlink()
    module, count = fused.renumber(made.read_bytes())
    if count:
        made.write_bytes(module)
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("linked", type=Path)
    parser.add_argument("--output", type=Path, default=HERE / "lib")
    parser.add_argument("--name", default="weft")
    options = parser.parse_args()
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        for path in (
            make(options.linked, options.output / f"{options.name}.wasm"),
            make_fused(options.linked, options.output / f"{options.name}-fused.wasm"),
        ):
            print(f"{path}: {told_sizes(path)}")
    except (FinishError, OSError, ValueError) as error:
        print(f"finish.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
