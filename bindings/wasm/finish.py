"""Makes the modules that pages load of one that the linker wrote.

    python bindings/wasm/finish.py linked.wasm --output lib [--name weft] [--wasm-opt wasm-opt]

Kernels call a function `weft_madd_f32x4` for a b + c (core/kernels/isa/madd_wasm.cpp). In `weft.wasm` it
is a product and a sum, as compiled; in `weft-relaxed.wasm` its body is relaxed_madd, which is fused where
the machine has such an instruction. Binaryen's wasm-opt puts the body in place of each call and makes the
module small. So the library is compiled once, by compilers that may not know relaxed vectors. The second
module needs Binaryen's release 118 or newer (the npm package `binaryen`): older ones write another number
for relaxed_madd.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FUNCTION = "weft_madd_f32x4"
RELAXED_SINCE = 118
FEATURES = (
    *("--enable-simd", "--enable-bulk-memory", "--enable-sign-ext"),
    *("--enable-nontrapping-float-to-int", "--enable-mutable-globals"),
)
# Bodies of at most so many nodes stand in place of their calls: those of `FUNCTION` have 5 and 4.
INLINED = "5"


class Failed(Exception):
    """What went wrong, for the last line of the output."""


def find_tool(name: str) -> Path:
    """A program of Binaryen: in the folder that BINARYEN names, npm's here, or on the path."""
    folders = [os.environ.get("BINARYEN"), str(HERE / "node_modules" / ".bin")]
    for folder in filter(None, folders):
        if (Path(folder) / name).exists():
            return Path(folder) / name
    if path := shutil.which(name):
        return Path(path)
    raise Failed(f"{name} is not here; `npm install` in bindings/wasm brings it")


def release_of(tool: Path) -> int:
    told = run(tool, "--version")
    found = re.search(r"version (\d+)", told)
    if found is None:
        raise Failed(f"{tool} --version tells no release: {told.strip()}")
    return int(found[1])


def run(*command: str | Path) -> str:
    """Standard output of a command that must end well."""
    words = [str(part) for part in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(words)}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def relaxed(text: str) -> str:
    """The module's text with relaxed_madd as the function's body."""
    begin = text.find(f"(func ${FUNCTION} ")
    if begin < 0:
        raise Failed(f"the linked module has no function {FUNCTION}, or no names: link with -g2")
    depth = 0
    for place in re.compile(r"[()]").finditer(text, begin):
        depth += 1 if place[0] == "(" else -1
        if depth == 0:
            break
    arguments = " ".join(f"(local.get {i})" for i in range(3))
    body = f"(f32x4.relaxed_madd {arguments})"
    header = f"(func ${FUNCTION} (param v128 v128 v128) (result v128)"
    return text[:begin] + f"{header} {body})" + text[place.end() :]


def finish(source: Path, target: Path, wasm_opt: Path, *features: str) -> None:
    """Inlines the function, then makes the module small."""
    flags = (*FEATURES, *features)
    inlined = target.with_suffix(".inlined")
    options = ("--inlining", "-aimfs", INLINED)
    run(wasm_opt, source, "-o", inlined, *flags, *options)
    run(wasm_opt, inlined, "-o", target, *flags, "-Oz", "--strip-debug", "--strip-producers")
    inlined.unlink()


def make(linked: Path, output: Path, name: str) -> list[Path]:
    """Writes the modules; gives their paths."""
    wasm_opt = find_tool("wasm-opt")
    output.mkdir(parents=True, exist_ok=True)
    made = [output / f"{name}.wasm"]
    finish(linked, made[0], wasm_opt)
    release = release_of(wasm_opt)
    if release < RELAXED_SINCE:
        print(f"{name}-relaxed.wasm is not made: wasm-opt is of release {release}, not {RELAXED_SINCE}")
        return made
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "module.wat"
        run(find_tool("wasm-dis"), linked, "-o", text, *FEATURES)
        text.write_text(relaxed(text.read_text("utf-8")), "utf-8")
        made.append(output / f"{name}-relaxed.wasm")
        finish(text, made[1], wasm_opt, "--enable-relaxed-simd")
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("linked", type=Path)
    parser.add_argument("--output", type=Path, default=HERE / "lib")
    parser.add_argument("--name", default="weft")
    options = parser.parse_args()
    try:
        for path in make(options.linked, options.output, options.name):
            print(f"{path}: {path.stat().st_size:,} bytes")
    except (Failed, OSError) as error:
        print(f"finish.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
