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


def block(language: str, word: str = "") -> str:
    """The first block of the language that has this word."""
    found = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return next(text for text in found if word in text)


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
    (tmp_path / "digit.py").write_text(block("python", "import digits"), "utf-8")
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


def test_the_network_in_one_call_learns(tmp_path):
    (tmp_path / "wine.py").write_text(block("python", "weft.Model"), "utf-8")
    lines = run([sys.executable, "wine.py"], tmp_path).splitlines()
    assert len(lines) == 30 and lines[-1].startswith("epoch 30/30")
    assert float(lines[-1].rpartition("accuracy ")[2]) > 0.9
    assert (tmp_path / "wine.weft").exists()
