"""Fused elementwise chains beside a plain C++ loop, NumPy, PyTorch, torch.compile and JAX.

    python benchmarks/chains.py [--all] [results.json] [name...]

Five named chains, at about 10^4, 10^6 and 10^8 elements where memory has room. Their loops (in
chain_loops.cpp, compiled when this starts, two threads) have the chain's reads and writes, and
those of Adam and layer norm its arithmetic: the aim is 0.9 of them where memory is the bound,
at 10^8, and nothing slower than torch.compile. Then five chains of 8 to 15 steps that nobody tuned
for; their loops are the chains themselves, and the aims are 1.25 times the loop from memory and 1.6
times in caches. `--all` adds torch.compile, which takes minutes to compile and keeps what it
compiled, and the peers at the largest size. Each competitor is a process (chain_worker.py), stopped
while others are timed, because peers' threads spin. Results are compared before times.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy
from chain_programs import CHAINS, Chain
from side_by_side import Report
from stopped_process import StoppedProcess

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build"
SIZES = (10_240, 1_048_576, 100_000_768)
FLAGS = "-std=c++20 -O3 -march=native -fno-math-errno -fno-trapping-math -fopenmp-simd"
THREADS = "2"
LIMIT = 900.0  # seconds of an answer; compilers take minutes
ORDER = ("loop", "weft", "compile", "torch", "jax", "numpy")  # the last are left out for memory
ENVIRONMENTS = {"torch": "peers", "compile": "peers", "jax": "peers-jax"}  # folders of build/


def compile_loops(folder: str) -> None:
    command = ["c++", *FLAGS.split(), "-shared", "-fPIC", "-pthread"]
    library = str(Path(folder) / "chain_loops.so")
    subprocess.run([*command, str(HERE / "chain_loops.cpp"), "-o", library], check=True)


def started(who: str, folder: str) -> StoppedProcess | None:
    """None where its framework is not installed."""
    python = Path(sys.executable)
    if who in ENVIRONMENTS:
        python = BUILD / ENVIRONMENTS[who] / "bin" / "python"
    if not python.exists():
        return None
    variables = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "WEFT_NUM_THREADS")
    environment = {
        **os.environ,
        **dict.fromkeys(variables, THREADS),
        "JAX_PLATFORMS": "cpu",
        "TORCHINDUCTOR_CACHE_DIR": str(BUILD / "compiled"),
    }
    return StoppedProcess([str(python), str(HERE / "chain_worker.py"), who, folder], environment)


def available() -> int:
    """Bytes of free memory."""
    lines = Path("/proc/meminfo").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvail"))


def bytes_of(chain: Chain, rows: int) -> int:
    """What the arrays of one competitor take, by those of a few rows."""
    few = [*chain.inputs(numpy.random.default_rng(0), 8, chain.cols), *chain.outputs(8, chain.cols)]
    return sum(array.nbytes for array in few) * rows // 8


def measure(
    report: Report, workers: dict[str, StoppedProcess], chain: Chain, size: int, thorough: bool
) -> None:
    what = f"{chain.name} {size:.0e}".replace("e+0", "e")
    large = size > 10**7
    if large and not thorough:  # the others take seconds a call
        workers = {who: worker for who, worker in workers.items() if who in ("loop", "weft")}
    taken = 2 * bytes_of(chain, size // chain.cols)  # and copies for the results
    wanted = sorted(workers, key=lambda who: (who != chain.reference, ORDER.index(who)))
    fitting = wanted[: int(available() * 0.8 / taken)]
    for who in workers.keys() - fitting:
        print(f"  {what}: {who} not run, {taken / 1e9:.0f} GB each are more than is free")
    workers = {who: workers[who] for who in fitting}
    if "loop" not in workers:
        return
    aim = (1 / 0.9 if large else None) if chain.named else 1.25 if large else 1.6
    length, count = (1e-9, 5) if large else (0.004, 31)
    ready = []
    # The reference first: it leaves what the others are compared with.
    for who in sorted(workers, key=lambda who: who != chain.reference):
        answer = workers[who].ask(f"prepare {chain.name} {size} {length}", LIMIT)
        if "ready" in answer:
            ready.append(who)
        elif "failed" in answer:
            print(f"  {what}: {who} failed: {answer['failed']}")
    if "loop" not in ready:
        return
    samples: dict[str, list[float]] = {who: [] for who in workers if who in ready}
    for _ in range(count):
        for who, found in samples.items():
            found += workers[who].ask("sample 1", LIMIT)["samples"]
    report.add(what, samples, "loop", aim=aim and round(aim, 2))


def main() -> int:
    arguments = [a for a in sys.argv[1:] if not a.endswith(".json")]
    thorough = "--all" in arguments
    names = [a for a in arguments if a != "--all"]
    if unknown := set(names) - {chain.name for chain in CHAINS}:
        print(f"{__doc__}\nno chain {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    os.environ["WEFT_NUM_THREADS"] = THREADS
    report = Report("Chains: float32, two threads")
    with tempfile.TemporaryDirectory() as folder:
        compile_loops(folder)
        workers: dict[str, StoppedProcess] = {}
        try:
            for who in (who for who in ORDER if thorough or who != "compile"):
                worker: Any = started(who, folder)
                if worker is None:
                    report.missing(who)
                else:
                    workers[who] = worker
            for chain in CHAINS:
                for size in SIZES:
                    if not names or chain.name in names:
                        measure(report, workers, chain, size, thorough)
        finally:
            for worker in workers.values():
                worker.close()
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
