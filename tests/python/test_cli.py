"""The command `weft`: what it prints, and what it does without."""

import subprocess
import sys

import pytest

cli = pytest.importorskip("weft.cli")


def test_version_is_that_of_the_file_version(root, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(["--version"])
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"weft {(root / 'VERSION').read_text().strip()}\n"


def test_flags_come_in_one_line(capsys):
    assert cli.main(["--cflags", "--libs"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert "-I" in printed
    assert "-lweft" in printed


def test_without_arguments_it_prints_its_usage(capsys):
    assert cli.main([]) == 2
    assert "usage: weft" in capsys.readouterr().out


def test_it_imports_neither_numpy_nor_the_extension():
    script = (
        "import sys, weft.cli; "
        "sys.exit(any(name in sys.modules for name in ('numpy', 'weft._native')))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
