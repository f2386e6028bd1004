"""Every example runs by itself: `examples/<name>/demo.py --quick`, in an empty folder, and what
else is to be started there."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


STARTED = [*sorted(EXAMPLES.glob("*/demo.py")), EXAMPLES / "tiny" / "personal.py"]


@pytest.mark.parametrize("demo", STARTED, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_example_runs(demo, tmp_path):
    result = subprocess.run(
        [sys.executable, str(demo), "--quick"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
