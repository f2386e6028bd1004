"""The same results on every instruction set: each runs in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

SCRIPT = Path(__file__).with_name("isa_results.py")
# Exact where there is hardware FMA; without it, and between orders of summation, a few ulps.
ULPS = 16
# With the instructions that products use beside a set, and as processors run that lack them.
ISAS = ("avx2", "avx2,-vnni", "avx512", "avx512,-vnni,-bf16", "avx512,+bf16")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("isa")
    found = {}
    for isa in ("generic", *ISAS):
        path = folder / f"{isa}.npz"
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(path)],
            env={**os.environ, "WEFT_ISA": isa},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        if isa.split(",")[0] in done.stdout:
            found[isa] = numpy.load(path)
    return found


@pytest.mark.parametrize("isa", ISAS)
def test_results_equal_generic(results, isa):
    assert "generic" in results
    if isa not in results:
        pytest.skip(f"{isa}: not run, this processor lacks it")
    generic = results["generic"]
    assert set(generic.files) == set(results[isa].files)
    for name in generic.files:
        a, b = generic[name], results[isa][name]
        if a.dtype.kind == "f":
            eps = numpy.finfo(a.dtype).eps
            scale = max(1.0, float(numpy.abs(a).max(initial=0)))
            numpy.testing.assert_allclose(
                b, a, rtol=ULPS * eps, atol=ULPS * eps * scale, err_msg=name
            )
        else:
            numpy.testing.assert_array_equal(b, a, err_msg=name)
