"""What the kernels of all instruction sets cost: seconds to compile, bytes in libweft.

    python benchmarks/kernel_build.py [results.json]

Their sources are compiled as the build in build/ does, without ccache, by two compilers at a time,
and thrown away. Bytes are those of their symbols, code and tables, in build/lib/libweft.so.
"""

import concurrent.futures
import json
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from side_by_side import Report

BUILD = Path(__file__).resolve().parents[1] / "build"
JOBS, AIM_SECONDS, AIM_BYTES = 2, 180, 4e6
KERNEL = re.compile(r"weft_isa_(\w+)\.dir/.*/(\w+)\.isa\.cpp")
SYMBOL = re.compile(r"^\w+ (\w+) \w .*weft::kernels::(generic|avx2|avx512)::")


def compiled(entry: dict[str, str], folder: Path) -> tuple[str, str, float]:
    """Instruction set, kernel and seconds of one source."""
    match = KERNEL.search(entry["output"])
    assert match
    command = [word for word in shlex.split(entry["command"]) if not word.endswith("ccache")]
    command[command.index("-o") + 1] = str(folder / f"{match[1]}-{match[2]}.o")
    begin = time.perf_counter()
    subprocess.run(command, check=True, cwd=entry["directory"])
    return match[1], match[2], time.perf_counter() - begin


def sizes() -> dict[str, int]:
    """Bytes in libweft by instruction set."""
    command = ["nm", "--demangle", "--print-size", str(BUILD / "lib" / "libweft.so")]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    found: dict[str, int] = {}
    for line in lines:
        if match := SYMBOL.match(line):
            found[match[2]] = found.get(match[2], 0) + int(match[1], 16)
    return found


def main() -> None:
    report = Report("kernels of all instruction sets")
    entries = json.loads((BUILD / "compile_commands.json").read_text())
    entries = [entry for entry in entries if KERNEL.search(entry["output"])]
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        begin = time.perf_counter()
        parts = list(pool.map(lambda entry: compiled(entry, Path(name)), entries))
        seconds = time.perf_counter() - begin
    bytes_of = sizes()
    for isa in sorted(bytes_of, key=bytes_of.__getitem__):
        alone = sum(taken for of, _, taken in parts if of == isa)
        report.rows.append({"what": isa, "seconds": alone, "bytes": bytes_of[isa]})
        print(f"  {isa:8} {alone:6.0f} s of one compiler {bytes_of[isa]:12,} bytes")
    for isa, kernel, taken in sorted(parts, key=lambda part: -part[2])[:5]:
        print(f"    the longest: {taken:5.1f} s {kernel} ({isa})")
    total = sum(bytes_of.values())
    report.rows.append({"what": "all", "seconds": seconds, "bytes": total})
    print(f"  together {seconds:.0f} s by {JOBS} compilers (aim: at most {AIM_SECONDS})")
    print(f"  together {total:,} bytes (aim: at most {AIM_BYTES:,.0f})")
    report.save()


if __name__ == "__main__":
    sys.exit(main())
