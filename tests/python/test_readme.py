"""The README's program does what the README says."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from weft import cli

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def block(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", README, re.DOTALL).group(1)


def run(command: list[str], folder: Path) -> str:
    paths = [str(ROOT / "examples" / "digits"), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_thread_from_python_to_c(tmp_path):
    (tmp_path / "digit.py").write_text(block("python"), "utf-8")
    (tmp_path / "digit.c").write_text(block("c"), "utf-8")
    python = run([sys.executable, "digit.py"], tmp_path).splitlines()
    flags = shlex.split(f"{cli.cflags()} {cli.libs()}")
    run(["cc", "-std=c99", "digit.c", *flags, "-o", "digit"], tmp_path)
    c = run(["./digit"], tmp_path).splitlines()
    assert c == python[1:], "C and Python must print the same digits"
    shown = block("text").splitlines()
    # Other instruction sets give other last bits, so only the form of the scores is compared.
    accuracy = re.compile(r"(\d+\.\d)% of 359 new digits are right:")
    assert float(accuracy.fullmatch(python[0]).group(1)) >= 95
    assert accuracy.fullmatch(shown[0])
    assert len(shown[1].split()) == len(c[0].split()) == 10
    assert shown[2] == shown[1]
