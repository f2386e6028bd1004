"""A C program on a .weft file: from exec to the first result, and the memory it needs.

    python benchmarks/startup.py [results.json]

The file is the digits example's network for one image. With libweft, and where `make runtime` has
built them with the runtime-only one, loaded or linked into the program. Each start is a process of
its own, with the page cache warm.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import c_program
from side_by_side import SAMPLES, Report
from weft import np

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "examples" / "digits"))
import network  # noqa: E402

AIM, AIM_BEYOND = 10e-3, 3 << 20  # seconds; bytes beside weights and arena


def programs(folder: Path) -> dict[str, Path]:
    """The program linked with each library, by what it is called here."""
    found = {"full": c_program.compiled("startup", made(folder / "full"))}
    runtime = ROOT / "build" / "runtime" / "lib"
    if (runtime / "libweft.so").exists():
        for who, static in (("runtime-only", False), ("static", True)):
            found[who] = c_program.compiled("startup", made(folder / who), runtime, static)
    else:
        print("  the runtime-only library: missing; `make runtime` builds it")
    return found


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def started(program: Path, model: Path) -> dict[str, float]:
    """Seconds and bytes of one start."""
    done = subprocess.run([program, model], check=True, capture_output=True, text=True)
    took, arena, *status = done.stdout.splitlines()
    fields = (line.split() for line in status)
    memory = {name.rstrip(":"): float(kib) * 1024 for name, kib, _ in fields}
    return {"seconds": int(took) / 1e9, "arena": float(arena), **memory}


def main() -> None:
    report = Report("start of a C program on the digits example's file")
    net = network.build()
    image = np.zeros((1, 1, 8, 8))
    net(image)
    weights = sum(p.data().size * 4 for p in net.collect_params().values())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        net.export(folder / "digits.weft", image)
        compiled = programs(folder)
        starts: dict[str, list[dict[str, float]]] = {who: [] for who in compiled}
        for _ in range(SAMPLES):
            for who, program in compiled.items():
                starts[who].append(started(program, folder / "digits.weft"))
    for who, samples in starts.items():
        middle = {key: statistics.median(s[key] for s in samples) for key in samples[0]}
        best = min(s["seconds"] for s in samples)
        beyond = {key: middle[key] - weights - middle["arena"] for key in ("VmRSS", "RssAnon")}
        report.rows.append({"what": "start", "who": who, "best": best, "weights": weights} | middle)
        print(
            f"  {who:12} {middle['seconds'] * 1e3:.1f} ms, best {best * 1e3:.1f} ms   "
            f"(aim: at most {AIM * 1e3:.0f})\n"
            f"  {'':12} beside {weights + middle['arena']:.0f} bytes of weights and arena: "
            f"resident {beyond['VmRSS'] / 2**20:.2f} MiB, of which private "
            f"{beyond['RssAnon'] / 2**20:.2f} MiB   (aim: at most {AIM_BEYOND >> 20} MiB)"
        )
    report.save()


if __name__ == "__main__":
    main()
