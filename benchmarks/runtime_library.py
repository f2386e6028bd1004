"""The runtime-only library with MobileNet v2's operators: its bytes, and what they buy.

    python benchmarks/runtime_library.py [results.json] [--jobs n]

Builds it from `weft ops` in build/kept (generic and AVX2; where Debian's cross compiler is, for
aarch64 in build/kept-aarch64), strips it and prints the bytes and what holds them. Then MobileNet
v2 on one image and one thread beside the full library held to AVX2, in processes that take turns;
and a C program from exec to its first result, of a packed file, with a warm page cache.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import c_program
import startup
from side_by_side import Report
from weft import cli, np, runtime
from weft.gluon.model_zoo import vision

ROOT = Path(__file__).resolve().parents[1]
LIMITS = {"x86-64": 250_000, "aarch64": 200_000, "full": 10_000_000}
AIM_RATIO, AIM_START, AIM_BEYOND = 1.5, 15e-3, 2 << 20
ROUNDS, RUNS = 8, 5


def build(keep: Path, folder: Path, jobs: int, *options: str) -> Path:
    """The library of these operators, as it was linked."""
    command = ["cmake", "-G", "Ninja", "-S", str(ROOT), "-B", str(folder), f"-DWEFT_OPS={keep}"]
    command += ["-DWEFT_RUNTIME_ONLY=ON", "-DWEFT_BUILD_TESTS=OFF", *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    build_it = ["cmake", "--build", str(folder), "-j", str(jobs)]
    subprocess.run(build_it, check=True, stdout=subprocess.DEVNULL)
    return (folder / "lib" / "libweft.so").resolve()


def stripped(library: Path, place: Path, tool: str = "strip") -> int:
    """Bytes without symbols."""
    subprocess.run([tool, "-o", str(place), str(library)], check=True)
    return place.stat().st_size


def holders(library: Path) -> Counter[str]:
    """Bytes of symbols by namespace; of kernels by instruction set."""
    nm = subprocess.run(
        ["nm", "-C", "-S", "--size-sort", str(library)], capture_output=True, text=True, check=True
    )
    found: Counter[str] = Counter()
    for line in nm.stdout.splitlines():
        _, size, kind, name = line.split(None, 3)
        if kind in "bB":
            continue
        place = re.search(r"weft::(kernels::(?:generic|avx2|avx512)|\w+)::", name)
        found[place.group(1) if place else "other"] += int(size, 16)
    return found


def say_size(report: Report, what: str, library: Path, place: Path, tool: str = "strip") -> None:
    size = stripped(library, place, tool)
    report.rows.append({"what": "size", "who": what, "bytes": size})
    print(f"  {what}: {size:,} bytes stripped   (aim: at most {LIMITS[what]:,})")
    held = ", ".join(f"{name} {bytes:,}" for name, bytes in holders(library).most_common(9))
    print(f"    {held}")


def say_times(report: Report, programs: dict[str, Path], model: Path) -> None:
    best = {}
    samples: dict[str, list[int]] = {who: [] for who in programs}
    for _ in range(ROUNDS):
        for who, program in programs.items():
            done = subprocess.run(
                [program, model, str(RUNS)], check=True, capture_output=True, text=True,
                env={**os.environ, "WEFT_ISA": "avx2"},
            )  # fmt: skip
            samples[who] += [int(line) for line in done.stdout.split()]
    for who, times in samples.items():
        best[who] = min(times)
        report.rows.append({"what": "run", "who": who, "best": best[who] / 1e9})
        print(f"  {who}: MobileNet v2 {best[who] / 1e6:.2f} ms")
    print(f"    ratio {best['kept'] / best['full']:.2f}   (aim: at most {AIM_RATIO})")


def say_start(report: Report, programs: dict[str, Path], model: Path, weights: int) -> None:
    for who, program in programs.items():
        starts = [startup.started(program, model) for _ in range(21)]
        middle = {key: statistics.median(s[key] for s in starts) for key in starts[0]}
        beyond = middle["VmRSS"] - weights - middle["arena"]
        report.rows.append({"what": "start", "who": who, "weights": weights} | middle)
        print(
            f"  {who}: first result after {middle['seconds'] * 1e3:.1f} ms, best "
            f"{min(s['seconds'] for s in starts) * 1e3:.1f} (aim: at most {AIM_START * 1e3:.0f}); "
            f"resident beside weights and arena {beyond / 2**20:.2f} MiB, private "
            f"{middle['RssAnon'] / 2**20:.2f} MiB (aim: at most {AIM_BEYOND >> 20})"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options, _ = parser.parse_known_args()
    report = Report("the runtime-only library with MobileNet v2's operators")
    net = vision.mobilenet_v2_1_0()
    net.initialize()
    image = np.zeros((1, 3, 224, 224))
    net(image)
    weights = sum(p.data().size * 4 for p in net.collect_params().values())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, keep = folder / "mobilenet.weft", ROOT / "build" / "mobilenet.ops"
        net.export(model, image, pack=True)
        keep.write_text(runtime.operators(model), "utf-8")
        kept = build(keep, ROOT / "build" / "kept", options.jobs, "-DWEFT_ISAS=generic;avx2")
        say_size(report, "x86-64", kept, folder / "kept.so")
        say_size(report, "full", cli.PREFIX / "lib" / "libweft.so", folder / "full.so")
        if shutil.which("aarch64-linux-gnu-g++"):
            toolchain = ROOT / "core" / "cmake" / "toolchains" / "aarch64.cmake"
            other = build(
                keep, ROOT / "build" / "kept-aarch64", options.jobs,
                f"-DCMAKE_TOOLCHAIN_FILE={toolchain}",
            )  # fmt: skip
            say_size(report, "aarch64", other, folder / "a64.so", "aarch64-linux-gnu-strip")
        else:
            print("  aarch64: not built, g++-aarch64-linux-gnu is not installed")
        where = {"full": cli.PREFIX / "lib", "kept": kept.parent}
        places = {who: folder / f"{who}.programs" for who in (*where, "static")}
        for place in places.values():
            place.mkdir()
        runs = {who: c_program.compiled("run_model", places[who], where[who]) for who in where}
        say_times(report, runs, model)
        starts = {who: c_program.compiled("startup", places[who], where[who]) for who in where}
        starts["static"] = c_program.compiled("startup", places["static"], kept.parent, True)
        say_start(report, starts, model, weights)
    report.save()


if __name__ == "__main__":
    main()
