"""What a call costs in other languages: a run of a bound model and an addition, beside C.

    python benchmarks/bindings.py

Builds the bindings whose tools are installed into build/bindings, as their tests do, and runs the
example `overhead` of each: nanoseconds, the least of many batches. Aims beside the C call: a run
costs Rust at most 100 ns more, Go, Java, JavaScript and C# 2,000, R, Ruby and Octave 20,000; an
addition of four numbers at most 5 times C's. R, Ruby and Octave look operators up as they run:
beside their addition stands what they take for an operator that does nothing, below which no
binding can go, and for Octave one that only gives a new object.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BINDINGS, BUILD = ROOT / "bindings", ROOT / "build" / "bindings"
PREFIX = ROOT / "build" / "python" / "weft"
MODEL = BINDINGS / "conformance" / "models" / "dense.weft"
ROUNDS = 3
RUN_AIM = {"rust": 100, "go": 2000, "java": 2000, "javascript": 2000, "csharp": 2000, "r": 20000,
           "ruby": 20000, "octave": 20000}  # fmt: skip
ADDITION_AIM = 5

# The tool that a language needs; what builds; what measures. Paths of the model come last.
LANGUAGES = {
    "rust": ("cargo", [],
             "cargo run -q --release --offline --target-dir {b}/rust --example overhead"),
    "go": ("go", ["go build -o {b}/go_overhead ./examples/overhead"], "{b}/go_overhead"),
    "java": ("javac", ["./build.sh"], "java -cp {b}/java/weft.jar:{b}/java/examples Overhead"),
    "javascript": ("node", ["node build.js --link"], "node examples/overhead.js"),
    "csharp": ("mcs", ["./build.sh"], "mono {b}/csharp/Overhead.exe"),
    "r": ("R", ["R CMD INSTALL --no-docs --library={b}/r weft"],
          "Rscript {b}/r/weft/examples/overhead.R"),
    "ruby": ("ruby", [], "ruby -Ilib examples/overhead.rb"),
    "octave": ("mkoctfile", ["./build.sh"],
               "octave-cli --quiet --path . --path {b}/octave examples/overhead.m"),
}  # fmt: skip


def shell(language: str, command: str, *more: str) -> str:
    """Runs a command in the binding's folder and gives what it prints."""
    place = {
        "WEFT_PREFIX": str(PREFIX),
        "BUILD": str(BUILD / language),
        "LD_LIBRARY_PATH": str(BUILD / language),
        "R_LIBS": str(BUILD / "r"),
        "PKG_CONFIG_PATH": str(PREFIX / "lib" / "pkgconfig"),
        "CGO_LDFLAGS": f"-Wl,-rpath,{PREFIX / 'lib'}",
    }
    words = [*command.format(b=BUILD).split(), *more]
    (BUILD / language).mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        words, cwd=BINDINGS / language, env={**os.environ, **place}, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{language}: {' '.join(words)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def main() -> None:
    """Prints a line a language, the least of some rounds that take turns."""
    there = {name: what for name, what in LANGUAGES.items() if shutil.which(what[0])}
    for name in LANGUAGES.keys() - there.keys():
        print(f"  {name}: not measured, {LANGUAGES[name][0]} is not installed")
    if "rust" not in there:
        sys.exit("C is measured by the Rust binding's example: cargo is not installed")
    # A run, an addition, and what the language takes for an operator alone.
    least: dict[str, list[float]] = {}
    for name, (_, builds, _) in there.items():
        for build in builds:
            shell(name, build)
    for _ in range(ROUNDS):
        for name, (_, _, measure) in there.items():
            numbers = [float(x) for x in re.findall(r"\d+\.\d", shell(name, measure, str(MODEL)))]
            found = {name: numbers}
            if name == "rust":  # run, C's run, addition, C's addition
                found = {"C": numbers[1::2], name: numbers[::2]}
            for who, own in found.items():
                least[who] = [min(pair) for pair in zip(least.get(who, own), own, strict=True)]
    run, addition = least["C"]
    print(f"  C           run {run:8.0f} ns   addition {addition:7.0f} ns")
    for name in there:
        own = least[name]
        met = "met" if own[0] - run <= RUN_AIM[name] else "missed"
        ratio = own[1] / addition
        line = (
            f"  {name:11} run {own[0]:8.0f} ns, {own[0] - run:+7.0f} (aim {RUN_AIM[name]}, {met})"
            f"   addition {own[1]:7.0f} ns, {ratio:5.1f} x (aim {ADDITION_AIM})"
        )
        for what, floor in zip(("nothing", "an object"), own[2:], strict=False):
            line += f"; {what} {floor:.0f} ns, {floor / addition:.1f} x"
        print(line)


if __name__ == "__main__":
    main()
