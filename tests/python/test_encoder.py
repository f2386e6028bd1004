"""Machine code for chains: where memory for it is refused, chains run as they are."""

import os
import platform
import subprocess
import sys

import pytest

SCRIPT = """
import ctypes, sys
import numpy
import weft

PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
if "refuse" in sys.argv:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
        sys.exit(77)


def executable():
    with open("/proc/self/maps") as maps:
        return sum(1 for line in maps if "r-xp" in line and not line.split()[5:])


@weft.hybridize
def spring(place, speed, force):
    push = force - 1.5 * place - 0.2 * speed
    speed = speed + 0.01 * push
    return weft.np.where(speed > 0, speed * speed, weft.np.abs(place) + push)


random = numpy.random.default_rng(0)
arrays = [weft.np.array(random.normal(size=(30, 1000)).astype("float32")) for _ in range(3)]
before = executable()
result = spring(*arrays).asnumpy()
print(executable() - before, hash(result.tobytes()))
"""


def outcome(*arguments: str, **environment: str) -> tuple[int, str]:
    """How many executable mappings of memory a run adds, and a number for its bits."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        env={**os.environ, "PYTHONHASHSEED": "0", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip("this kernel has no PR_SET_MDWE")
    assert done.returncode == 0, done.stderr
    mappings, bits = done.stdout.split()
    return int(mappings), bits


pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="counts mappings of Linux"
)


def knows_processor() -> bool:
    """Has it AVX2, with which the encoder begins?"""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = next((line.split() for line in file if line.startswith("flags")), [])
    return {"avx2", "fma", "f16c"} <= set(flags) and os.environ.get("WEFT_ISA") != "generic"


def test_code_is_written_unless_it_is_switched_off():
    mappings, bits = outcome()
    assert mappings == knows_processor()
    assert outcome(WEFT_PASSES="-encode") == (0, bits)
    assert outcome(WEFT_ISA="generic")[0] == 0


def test_refused_memory_leaves_chains_as_they_are():
    mappings, bits = outcome("refuse")
    assert mappings == 0
    assert bits == outcome()[1]
